import { backend } from "../lib/backend";
import type { PromptBody, TokenCount } from "../lib/backend/types";
import { length } from "../lib/prompt/variables";

/** Milliseconds without a change before tokens are counted; longer for texts that take long to send. */
const PAUSE = 250;
const LONG_PAUSE = 1000;
const LONG_TEXT = 200_000;

/** About how many tokens the prompt has at the models of its columns, counted by the program as the prompt changes. */
export class TokenCounts {
  /** A figure for every model of a column, each once; empty until the first answer. */
  counts: readonly TokenCount[] = $state.raw([]);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  /** Counts anew once the prompt has not changed for a moment. */
  update(body: PromptBody): void {
    const { messages, variables, tools, response_format, columns } = $state.snapshot(
      body,
    ) as PromptBody;
    const models = [...new Set(columns.map((column) => column.model))];
    clearTimeout(this.#timer);
    const ask = ++this.#asked;
    this.#timer = setTimeout(
      () => {
        backend()
          .call("tokens.count", { messages, variables, tools, response_format, models })
          .then((counts) => {
            // A later question makes an earlier answer stale.
            if (ask === this.#asked) this.counts = counts;
          })
          .catch(() => {
            // No figure is better than an old one.
            if (ask === this.#asked) this.counts = [];
          });
      },
      length(body) > LONG_TEXT ? LONG_PAUSE : PAUSE,
    );
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#asked += 1;
  }
}

/** Returns the least and the most tokens; `null` while nothing is known. */
export function range(counts: readonly TokenCount[]): { least: number; most: number } | null {
  const tokens = counts.map((count) => count.tokens);
  return tokens.length === 0 ? null : { least: Math.min(...tokens), most: Math.max(...tokens) };
}

/** Returns what the input costs at all columns together; `null` if a price is not known. */
export function inputCost(
  counts: readonly TokenCount[],
  columns: readonly { model: string }[],
): number | null {
  let sum = 0;
  for (const { model } of columns) {
    const cost = counts.find((count) => count.model === model)?.cost;
    if (cost === undefined) return null;
    sum += cost;
  }
  return columns.length === 0 ? null : sum;
}
