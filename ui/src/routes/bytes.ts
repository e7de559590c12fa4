/** Places in a text: bytes of UTF-8 for the program, units of UTF-16 here. */

const encoder = new TextEncoder();

/** Returns how many bytes the first `units` of a text are. */
export function toBytes(text: string, units: number): number {
  return encoder.encode(text.slice(0, units)).length;
}

/** Returns the place in units of a place in bytes; within a character, the character's start. */
export function toUnits(text: string, bytes: number): number {
  let seen = 0;
  let units = 0;
  for (const letter of text) {
    const size = encoder.encode(letter).length;
    if (seen + size > bytes) return units;
    seen += size;
    units += letter.length;
  }
  return units;
}
