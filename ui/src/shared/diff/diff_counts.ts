/** How much two texts differ. */
import type { Diff } from "../../lib/backend";

export interface DiffCounts {
  /** Words that only the later text has. */
  added: number;
  /** Words that only the earlier text has. */
  removed: number;
}

/** Counts the words of what was added and removed; blanks alone count as nothing. */
export function diffCounts(diff: Diff): DiffCounts {
  const counts: DiffCounts = { added: 0, removed: 0 };
  for (const { kind, text } of diff.spans) {
    if (kind !== "same") counts[kind] += text.split(/\s+/).filter((it) => it !== "").length;
  }
  return counts;
}

/** Returns whether the texts are the same to the letter. */
export function isSame(diff: Diff): boolean {
  return diff.spans.every((span) => span.kind === "same" || span.text === "");
}
