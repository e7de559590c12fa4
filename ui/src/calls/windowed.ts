/** Which rows of a long list are on the screen. */

/** A stretch of rows: from `first` up to but not including `end`. */
export interface Stretch {
  first: number;
  end: number;
}

/** Rows kept beyond each edge, so that a quick scroll meets no gap. */
const SPARE = 12;

/** Returns the rows of `count` that are visible in a box of `height` scrolled by `top` (pixels). */
export function visibleRows(count: number, top: number, height: number, row: number): Stretch {
  const first = Math.max(0, Math.min(count, Math.floor(top / row) - SPARE));
  const end = Math.min(count, Math.ceil((top + height) / row) + SPARE);
  return { first, end: Math.max(first, end) };
}
