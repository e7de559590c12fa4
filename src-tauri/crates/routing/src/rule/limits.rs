//! How large a rule may be. None of these is near what a person writes; they keep a mistake or malice in a shared
//! file from costing time or memory.

/// Most bytes of a rule's text.
pub const TEXT: usize = 8_000;

/// Deepest nesting of brackets and `not`.
pub const DEPTH: u32 = 32;

/// Most conditions, counting each `and`, `or` and `not`.
pub const NODES: u32 = 256;

/// Most values of one list.
pub const VALUES: usize = 64;

/// Most bytes of one quoted text.
pub const QUOTED: usize = 500;

/// Most patterns of a rule: `matches`, and the others on `text` and `system`.
pub const PATTERNS: u32 = 32;

/// Most bytes of one compiled pattern, and of its cache while it is matched.
pub const COMPILED: usize = 1024 * 1024;

/// Deepest nesting inside a pattern.
pub const PATTERN_DEPTH: u32 = 50;
