/** How much two texts differ. */
import type { DiffSpan } from "../../lib/backend";

export interface DiffCounts {
  /** Words that only the later text has. */
  added: number;
  /** Words that only the earlier text has. */
  removed: number;
}

/** Counts the words of what was added and removed; blanks alone count as nothing. */
export function diffCounts(spans: readonly DiffSpan[]): DiffCounts {
  const counts: DiffCounts = { added: 0, removed: 0 };
  for (const { kind, text } of spans) {
    if (kind !== "same") counts[kind] += text.split(/\s+/).filter((it) => it !== "").length;
  }
  return counts;
}

/** Returns whether the texts are the same to the letter. */
export function isSame(spans: readonly DiffSpan[]): boolean {
  return spans.every((span) => span.kind === "same" || span.text === "");
}
