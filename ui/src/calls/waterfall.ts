/** What a call did when, as bars. Pure: a record and the time elapsed in, rows out. */
import type { AttemptDetail, CallDetail } from "../lib/backend";
import { errorTitle } from "../lib/errors";
import { duration } from "../lib/format";
import { strings } from "./strings";

/** What a piece of a bar stands for. */
export type BarKind = "call" | "connect" | "first_token" | "stream" | "wait" | "failed";

/** A piece of a bar; milliseconds since the call began. */
export interface Bar {
  kind: BarKind;
  from: number;
  to: number;
}

/** One line of the waterfall. */
export interface Row {
  label: string;
  /** The label where there is little room. */
  brief: string;
  /** What its length does not say. */
  note: string;
  bars: Bar[];
}

/** Returns the rows of a call and the length of its time axis in milliseconds (at least 1). */
export function waterfall(detail: CallDetail, elapsedMs: number): { rows: Row[]; total: number } {
  const running = detail.summary.status === "running";
  const last = Math.max(
    0,
    ...detail.attempts.map((it) => (it.ended_ms ?? it.started_ms) + it.wait_ms * Number(!running)),
  );
  const total = Math.max(1, detail.summary.elapsed_ms ?? Math.max(elapsedMs, running ? 0 : last));
  const rows: Row[] = [
    {
      label: strings.rowCall,
      brief: strings.rowCall,
      note: duration(total),
      bars: [{ kind: "call", from: 0, to: total }],
    },
  ];
  for (const [index, attempt] of detail.attempts.entries()) {
    const next = detail.attempts[index + 1];
    const end = Math.min(total, attempt.ended_ms ?? total);
    rows.push({
      label: strings.rowAttempt(attempt.attempt, attempt.target.model),
      brief: strings.rowAttemptBrief(attempt.attempt, attempt.target.model),
      note: noteOf(attempt, end),
      bars: barsOf(attempt, end),
    });
    if (attempt.wait_ms > 0 && attempt.ended_ms !== null) {
      const to = Math.max(end, Math.min(total, next?.started_ms ?? end + attempt.wait_ms));
      rows.push({
        label: strings.rowWait,
        brief: strings.rowWait,
        note: strings.backOff(duration(attempt.wait_ms)),
        bars: [{ kind: "wait", from: end, to }],
      });
    }
  }
  return { rows, total };
}

function barsOf(attempt: AttemptDetail, end: number): Bar[] {
  const from = Math.min(attempt.started_ms, end);
  if (attempt.error) return [{ kind: "failed", from, to: end }];
  const headers = clamp(attempt.headers_ms, from, end);
  const token = clamp(attempt.first_token_ms, headers, end);
  const bars: Bar[] = [
    { kind: "connect", from, to: headers },
    { kind: "first_token", from: headers, to: token },
    { kind: "stream", from: token, to: end },
  ];
  return bars.filter((bar) => bar.to > bar.from);
}

/** A time that did not come yet lies at the end. */
function clamp(time: number | null, from: number, end: number): number {
  return time === null ? end : Math.min(end, Math.max(from, time));
}

function noteOf(attempt: AttemptDetail, end: number): string {
  if (attempt.error) return `✗ ${errorTitle(attempt.error)}`;
  const { first_token_ms: token, started_ms: start } = attempt;
  if (attempt.ended_ms === null && token === null) {
    return `${strings.noTokenYet}, ${strings.attemptRunning(duration(end - start))}`;
  }
  if (token === null) return duration(end - start);
  return strings.attemptAnswered(duration(token - start), duration(Math.max(0, end - token)));
}
