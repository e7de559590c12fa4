//! Simulated LLM providers over real loopback HTTP, for trying things without a key and for tests.
//!
//! One server speaks four wire formats, streaming and not: OpenAI Chat Completions
//! (`/v1/chat/completions`), OpenAI Responses (`/v1/responses`), Anthropic Messages (`/v1/messages`)
//! and Google Gemini (`/v1beta/models/{model}:streamGenerateContent?alt=sse`, also under `/v1`). Model
//! lists are at `/v1/models` and `/v1beta/models`, embeddings at `/v1/embeddings` and
//! `/v1beta/models/{model}:batchEmbedContents`. Any key is accepted, and none is needed. Every
//! response carries the header `x-switchboard-simulated: 1`. It calls no model and knows nothing.
//!
//! ```no_run
//! # async fn example() -> Result<(), switchboard_sandbox::StartError> {
//! use switchboard_sandbox::{Options, Sandbox};
//!
//! let sandbox = Sandbox::start(Options { port: 0, seed: 7 }).await?;
//! let base_url = sandbox.base_url(); // give this to the client under test
//! # let _ = base_url;
//! // … run the client, then ask the other side what it saw:
//! for entry in sandbox.journal().entries() {
//!     println!("{} {:?} {:?}", entry.path, entry.status, entry.outcome);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Or as a program: `cargo run -p switchboard-sandbox -- --port 4142`.
//!
//! # Models are scripts
//! A model's name says what happens: a ready-made name (see [`catalog`]), then options after a `?`:
//! `steady?ttft=300&tps=80&tokens=600&seed=7&fault=429-once`. Values may be percent-encoded. In a
//! Gemini path the `?` must be written `%3F`.
//!
//! | option | meaning |
//! | --- | --- |
//! | `ttft`, `headers` | ms from the request to the first token, to the response headers |
//! | `tps` | tokens a second (`max`: without pauses); each gap varies a little, by the seed |
//! | `tokens`, `reasoning` | length of the answer and of the reasoning before it |
//! | `seed` | the same seed and request give the same bytes |
//! | `style` | `auto`, `brief`, `prose`, `code`, `table` |
//! | `json` | `on`: a JSON answer (a request's schema is followed in any case) |
//! | `tools` | how many tool calls to make, if tools are offered; after a result comes text |
//! | `echo`, `say` | answer with the last user message, with this text |
//! | `finish` | `length`: claim that the token limit was reached |
//! | `cached` | input tokens reported as read from the cache |
//! | `fault` | what goes wrong: see [`Fault`]; with `-once` or `-twice` only so often, then not |
//! | `times` | the same for any number of times |
//! | `after` | answer tokens before a fault in the middle (default: a third of the answer) |
//! | `wait` | ms that slow faults take (default 45 000) |
//! | `hint` | ms that 429, 503 and 529 ask to wait (default 800) |
//! | `size` | KiB of the huge chunk (default 8192) |
//! | `reject` | request parameters refused with 400, joined by commas |
//!
//! How `-once` counts is told in [`once`]. Limits in the request (`max_tokens`, stop texts) are
//! honoured, and usage is the number of pieces really read and sent.

mod answer;
mod ask;
mod catalog;
mod connection;
mod embed;
mod fault;
pub mod frames;
mod journal;
pub mod once;
mod play;
mod route;
mod script;
mod server;
mod timeline;
mod wire;

pub use catalog::{DEFAULT_MODELS, SandboxModel, catalog, find};
pub use fault::{Fault, Strikes};
pub use journal::{BODY_KEPT, Entry, Journal, KEPT, Outcome};
pub use script::{MAX_DELAY_MS, MAX_TOKENS, OPTIONS, Script, ScriptError, Style};
pub use server::{MAX_BODY, Options, SIMULATED_HEADER, Sandbox, StartError};
pub use wire::{WIRES, Wire};

/// What `GET /` answers.
const HOME: &str = "Simulated LLM providers. Nothing here calls a model.\n\n\
    POST /v1/chat/completions          OpenAI Chat Completions\n\
    POST /v1/responses                 OpenAI Responses\n\
    POST /v1/messages                  Anthropic Messages\n\
    POST /v1beta/models/MODEL:streamGenerateContent?alt=sse   Google Gemini\n\
    GET  /v1/models                    what MODEL can be\n\n\
    A model's name takes options: steady?ttft=300&tps=80&tokens=600&seed=7&fault=429-once\n";
