/** A blind comparison: the columns in an order that can be made again from its seed. */
export interface Blind {
  seed: number;
  /** Column ids in the order shown. */
  order: string[];
}

/** Returns a blind comparison of the columns, shuffled by `seed`. */
export function shuffle(columns: readonly string[], seed: number): Blind {
  const order = [...columns];
  const random = generator(seed);
  for (let index = order.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    const here = order[index];
    const there = order[other];
    if (here === undefined || there === undefined) continue;
    order[index] = there;
    order[other] = here;
  }
  return { seed, order };
}

/** Returns the name that hides a column: A, B, C … */
export function blindName(index: number): string {
  return String.fromCharCode(65 + index);
}

/** Small seeded generator (mulberry32): numbers from 0 up to 1. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
