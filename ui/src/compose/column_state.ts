import { clock } from "../lib/format";
import type { ColumnRun } from "../lib/run/reduce";
import { strings } from "./strings";

/** What a column's badge says, and in which colour. */
export interface StateText {
  text: string;
  tone: "neutral" | "accent" | "success" | "warning" | "danger";
}

/** Returns the badge of a column; `elapsedMs` since the call began, live. `null`: nothing was run. */
export function stateText(run: ColumnRun | null, elapsedMs: number): StateText {
  const { states } = strings;
  if (!run) return { text: states.idle, tone: "neutral" };
  const again = run.attempt > 1;
  switch (run.phase) {
    case "queued":
      return run.retryAtMs === null
        ? { text: states.queued, tone: "neutral" }
        : { text: states.queuedFor(clock(run.retryAtMs - elapsedMs)), tone: "neutral" };
    case "connecting":
    case "waiting":
      return again
        ? { text: states.attempt(run.attempt, clock(elapsedMs)), tone: "warning" }
        : { text: states[run.phase](clock(elapsedMs)), tone: "neutral" };
    case "streaming":
      return { text: states.streaming(clock(elapsedMs)), tone: "accent" };
    case "backing_off":
      return run.retryAtMs === null
        ? {
            text:
              run.failures.at(-1)?.next?.do === "continue" ? states.carryingOn : states.switching,
            tone: "warning",
          }
        : {
            text: states.retry(run.attempt + 1, clock(run.retryAtMs - elapsedMs)),
            tone: "warning",
          };
    case "done":
      return { text: states.done(clock(run.elapsedMs ?? elapsedMs)), tone: "success" };
    case "failed":
      return { text: states.failed, tone: "danger" };
    case "cancelled":
      return { text: states.stopped, tone: "neutral" };
    case "interrupted":
      return { text: states.interrupted, tone: "warning" };
  }
}
