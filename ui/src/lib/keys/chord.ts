/** Keys as written in the action registry: "Mod+Shift+D", "Alt+ArrowUp", "F2", "/". */
export type Chord = string;

interface Parts {
  mod: boolean;
  shift: boolean;
  alt: boolean;
  key: string;
}

/** Names of keys whose place counts, not the letter they make in the current layout. */
const CODES: Record<string, string[]> = {
  "/": ["Slash", "NumpadDivide"],
  ",": ["Comma"],
  "=": ["Equal", "NumpadAdd"],
  "-": ["Minus", "NumpadSubtract"],
};

const SYMBOLS: Record<string, string> = {
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Enter: "↵",
  Escape: "Esc",
};

/** Returns whether this is macOS, where Mod is ⌘. */
export function isMac(): boolean {
  return /mac|iphone|ipad/i.test(navigator.platform);
}

/** Returns whether the event is the chord. */
export function matches(chord: Chord, event: KeyboardEvent, mac = isMac()): boolean {
  const want = parse(chord);
  const mod = mac ? event.metaKey : event.ctrlKey;
  const other = mac ? event.ctrlKey : event.metaKey;
  if (other || mod !== want.mod || event.altKey !== want.alt) return false;
  if (event.shiftKey !== want.shift) return false;
  return sameKey(want.key, event);
}

/** Writes a chord for people: "Ctrl+Shift+D", on macOS "⇧⌘D". */
export function chordLabel(chord: Chord, mac = isMac()): string {
  const { mod, shift, alt, key } = parse(chord);
  const name = SYMBOLS[key] ?? key;
  if (mac) return `${alt ? "⌥" : ""}${shift ? "⇧" : ""}${mod ? "⌘" : ""}${name}`;
  return [mod && "Ctrl", alt && "Alt", shift && "Shift", name].filter(Boolean).join("+");
}

/** Returns whether typing the chord writes a letter, so that text fields must keep it. */
export function isPlain(chord: Chord): boolean {
  const { mod, alt, key } = parse(chord);
  return !mod && !alt && key.length === 1;
}

function parse(chord: Chord): Parts {
  const names = chord.split("+");
  const key = names.pop() ?? "";
  return {
    mod: names.includes("Mod"),
    shift: names.includes("Shift"),
    alt: names.includes("Alt"),
    key,
  };
}

function sameKey(want: string, event: KeyboardEvent): boolean {
  const codes = CODES[want];
  if (codes) return codes.includes(event.code);
  if (/^\d$/.test(want)) return event.code === `Digit${want}` || event.code === `Numpad${want}`;
  if (/^[A-Z]$/i.test(want)) {
    // A layout without Latin letters still has the key in its place.
    const latin = /^[a-z]$/i.test(event.key);
    return latin
      ? event.key.toLowerCase() === want.toLowerCase()
      : event.code === `Key${want.toUpperCase()}`;
  }
  return event.key === want;
}
