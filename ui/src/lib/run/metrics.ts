import { inputTokens, outputTokens } from "../format";
import type { PicoUsd } from "../backend/types";
import type { ColumnRun } from "./reduce";

/** The figures below an answer; `null`: not known (yet). */
export interface Metrics {
  firstTokenMs: number | null;
  tokensPerSecond: number | null;
  inputTokens: number | null;
  cachedTokens: number;
  outputTokens: number | null;
  /** Whether the token counts are our estimate. */
  estimated: boolean;
  cost: PicoUsd | null;
}

/** Metrics in which columns are compared. */
export type Contest = "firstTokenMs" | "tokensPerSecond" | "cost";

/** Characters per token, roughly, for the count that is shown until the provider reports one. */
const CHARS_PER_TOKEN = 4;

/** Returns the figures of a call; `chars` is what streamed so far, `elapsedMs` the time since it began. */
export function metrics(run: ColumnRun, chars: number, elapsedMs: number): Metrics {
  const reported = run.usage !== null && outputTokens(run.usage) > 0;
  const output = reported && run.usage ? outputTokens(run.usage) : chars / CHARS_PER_TOKEN;
  const input = run.usage ? inputTokens(run.usage) : 0;
  const streamed = run.attemptTokenMs === null ? 0 : elapsedMs - run.attemptTokenMs;
  return {
    firstTokenMs: run.firstTokenMs,
    // Below a fifth of a second the figure only jumps.
    tokensPerSecond: streamed >= 200 && output > 0 ? (output * 1000) / streamed : null,
    inputTokens: input > 0 ? input : null,
    cachedTokens: run.usage?.cache_read_input_tokens ?? 0,
    outputTokens: output > 0 ? Math.round(output) : null,
    estimated: !reported || (run.usage?.estimated ?? false),
    cost: run.outcome?.cost ?? null,
  };
}

/**
 * Returns, for each metric, which of the columns is best. Nothing is best among fewer than two, nor
 * when all are equal.
 */
export function best(columns: readonly (Metrics | null)[]): Record<Contest, number | null> {
  return {
    firstTokenMs: bestOf(columns, "firstTokenMs", (a, b) => a < b),
    tokensPerSecond: bestOf(columns, "tokensPerSecond", (a, b) => a > b),
    cost: bestOf(columns, "cost", (a, b) => a < b),
  };
}

function bestOf(
  columns: readonly (Metrics | null)[],
  key: Contest,
  better: (a: number, b: number) => boolean,
): number | null {
  const known = columns.flatMap((column, index) => {
    const value = column?.[key] ?? null;
    return value === null ? [] : [{ index, value }];
  });
  if (known.length < 2) return null;
  if (known.every(({ value }) => value === known[0]?.value)) return null;
  return known.reduce((top, next) => (better(next.value, top.value) ? next : top)).index;
}
