/**
 * Texts too long for a text field: WebKitGTK lays out every line of one, which takes many seconds for
 * megabytes. They are shown by their beginning and kept whole.
 */

/** Characters a text field shows at most. */
export const FIELD_CHARS = 100_000;

/** Characters and lines of its beginning that stand for a longer text. */
const SHOWN_CHARS = 600;
const SHOWN_LINES = 6;

export function isLong(text: string): boolean {
  return text.length > FIELD_CHARS;
}

/** Returns the beginning of a text; the whole if that is short. */
export function beginning(text: string): string {
  const lines = text.slice(0, SHOWN_CHARS).split("\n").slice(0, SHOWN_LINES).join("\n");
  return lines.length < text.length ? `${lines}…` : text;
}

/** Returns `base`, or the first of `base_2`, `base_3`, … that is not taken. */
export function freeName(base: string, taken: readonly string[]): string {
  if (!taken.includes(base)) return base;
  let number = 2;
  while (taken.includes(`${base}_${number}`)) number += 1;
  return `${base}_${number}`;
}
