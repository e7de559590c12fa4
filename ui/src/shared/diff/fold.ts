/** Long stretches without a change, folded to the lines around a change. */
import type { DiffSpan } from "../../lib/backend";

/** Lines shown on each side of a change. */
const AROUND = 3;
/** Fewest lines that are worth folding. */
const LEAST = 6;

/** What is shown: a span, or how many lines are left out. */
export type Shown = DiffSpan | { kind: "folded"; lines: number };

/** Returns the spans of a comparison by lines, what is the same and far from a change left out. */
export function fold(spans: readonly DiffSpan[]): Shown[] {
  return spans.flatMap((span, at): Shown[] => {
    if (span.kind !== "same") return [span];
    const lines = span.text.split(/(?<=\n)/);
    const head = at === 0 ? 0 : AROUND;
    const tail = at === spans.length - 1 ? 0 : AROUND;
    const left = lines.length - head - tail;
    if (left < LEAST) return [span];
    return [
      { kind: "same", text: lines.slice(0, head).join("") },
      { kind: "folded", lines: left } as const,
      { kind: "same", text: lines.slice(head + left).join("") },
    ].filter((part): part is Shown => part.kind === "folded" || part.text !== "");
  });
}
