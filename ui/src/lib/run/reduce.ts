import type {
  CallDetail,
  CallError,
  CallEvent,
  CallId,
  Next,
  Outcome,
  Report,
  TargetInfo,
  ToolCall,
  Usage,
} from "../backend/types";

/** Where a column's call stands. */
export type Phase =
  | "queued"
  | "connecting"
  | "waiting"
  | "streaming"
  | "backing_off"
  | "done"
  | "failed"
  | "cancelled"
  | "interrupted";

/** An attempt that failed. `next` is what was done about it; `null` if that is not recorded. */
export interface Failure {
  attempt: number;
  target: TargetInfo;
  error: CallError;
  elapsedMs: number;
  next: Next | null;
}

/**
 * Everything known of one column's call but its text, folded from events. Times are milliseconds since
 * the call began; `null`: not yet.
 */
export interface ColumnRun {
  call: CallId;
  phase: Phase;
  attempt: number;
  maxAttempts: number;
  /** Who answers now, or answered last. */
  target: TargetInfo | null;
  attemptStartedMs: number;
  /** When the next attempt starts. */
  retryAtMs: number | null;
  /** An attempt that runs beside the slow one until either brings a token. */
  hedge: { attempt: number; target: TargetInfo } | null;
  /** First token of the call, failed attempts included. */
  firstTokenMs: number | null;
  /** First token of the attempt that answers; the rate of tokens counts from here. */
  attemptTokenMs: number | null;
  reasoningFromMs: number | null;
  reasoningToMs: number | null;
  toolCalls: readonly ToolCall[];
  usage: Usage | null;
  failures: readonly Failure[];
  /** Characters shown and made void by restarts. */
  discarded: number;
  /** How often the shown text was carried on after a cut. */
  continued: number;
  outcome: Outcome | null;
  report: Report | null;
  elapsedMs: number | null;
}

const ENDED: readonly Phase[] = ["done", "failed", "cancelled", "interrupted"];

/** Returns whether nothing more will come. */
export function ended(run: ColumnRun): boolean {
  return ENDED.includes(run.phase);
}

/** Returns a call of which nothing is known but its id. */
export function newRun(call: CallId): ColumnRun {
  return {
    call,
    phase: "queued",
    attempt: 0,
    maxAttempts: 0,
    target: null,
    attemptStartedMs: 0,
    retryAtMs: null,
    hedge: null,
    firstTokenMs: null,
    attemptTokenMs: null,
    reasoningFromMs: null,
    reasoningToMs: null,
    toolCalls: [],
    usage: null,
    failures: [],
    discarded: 0,
    continued: 0,
    outcome: null,
    report: null,
    elapsedMs: null,
  };
}

/**
 * Returns the call after `event`. Text is kept elsewhere; a delta that changes nothing else returns the
 * same object, so that nothing is painted for it. After the end nothing changes any more.
 */
export function reduce(run: ColumnRun, event: CallEvent): ColumnRun {
  if (ended(run)) return run;
  const at = event.at_ms;
  switch (event.type) {
    case "planned":
      return { ...run, target: event.targets[0] ?? run.target };
    case "target_skipped":
      return run;
    case "queued":
      return { ...run, phase: "queued", target: event.target, retryAtMs: at + event.wait_ms };
    case "attempt_started":
      if (event.hedge) {
        return { ...run, hedge: { attempt: event.attempt, target: event.target } };
      }
      return {
        ...run,
        ...NOTHING_SHOWN,
        phase: "connecting",
        attempt: event.attempt,
        maxAttempts: event.max_attempts,
        target: event.target,
        attemptStartedMs: at,
        retryAtMs: null,
        hedge: null,
      };
    case "hedge_lost":
      return event.attempt === run.attempt ? hedgeWon(run) : { ...run, hedge: null };
    case "response_started":
      return run.phase === "connecting" ? { ...run, phase: "waiting" } : run;
    case "first_token":
      return begin(event.attempt === run.hedge?.attempt ? hedgeWon(run) : run, at);
    case "text_delta":
      return endReasoning(begin(run, at), at);
    case "reasoning_delta": {
      const begun = begin(run, at);
      return begun.reasoningFromMs === null ? { ...begun, reasoningFromMs: at } : begun;
    }
    case "tool_call_delta":
      return {
        ...endReasoning(begin(run, at), at),
        toolCalls: withToolDelta(run.toolCalls, event),
      };
    case "usage":
      return { ...run, usage: event.usage };
    case "attempt_failed": {
      const failure: Failure = {
        attempt: event.attempt,
        target: run.target ?? UNKNOWN_TARGET,
        error: event.error,
        elapsedMs: event.elapsed_ms,
        next: event.next,
      };
      const waits = event.next.do === "retry";
      return {
        ...endReasoning(run, at),
        phase: event.next.do === "stop" ? run.phase : "backing_off",
        failures: [...run.failures, failure],
        retryAtMs: waits && event.next.do === "retry" ? at + event.next.after_ms : null,
      };
    }
    case "restarted":
      return { ...run, ...NOTHING_SHOWN, discarded: run.discarded + event.discarded_chars };
    case "continued":
      return { ...run, continued: run.continued + 1 };
    case "finished":
      return {
        ...endReasoning(run, at),
        phase: "done",
        target: event.outcome.target,
        usage: event.outcome.usage,
        firstTokenMs: event.outcome.first_token_ms,
        outcome: event.outcome,
        elapsedMs: event.outcome.elapsed_ms,
      };
    case "failed":
      return {
        ...endReasoning(run, at),
        phase: "failed",
        report: event.report,
        retryAtMs: null,
        elapsedMs: event.report.elapsed_ms,
      };
    // What it cost is told again at the end.
    case "charged":
      return run;
    case "cancelled":
      return {
        ...endReasoning(run, at),
        phase: "cancelled",
        usage: event.usage,
        retryAtMs: null,
        elapsedMs: event.elapsed_ms,
      };
  }
}

const NOTHING_SHOWN = {
  attemptTokenMs: null,
  reasoningFromMs: null,
  reasoningToMs: null,
  toolCalls: [],
  usage: null,
} as const;

const UNKNOWN_TARGET: TargetInfo = { provider: "", model: "", simulated: false };

/** The attempt beside the slow one is now the one that answers. */
function hedgeWon(run: ColumnRun): ColumnRun {
  return run.hedge ? { ...run, ...run.hedge, hedge: null } : run;
}

function begin(run: ColumnRun, at: number): ColumnRun {
  if (run.phase === "streaming" && run.attemptTokenMs !== null) return run;
  return {
    ...run,
    phase: "streaming",
    firstTokenMs: run.firstTokenMs ?? at,
    attemptTokenMs: run.attemptTokenMs ?? at,
  };
}

function endReasoning(run: ColumnRun, at: number): ColumnRun {
  if (run.reasoningFromMs === null || run.reasoningToMs !== null) return run;
  return { ...run, reasoningToMs: at };
}

function withToolDelta(
  calls: readonly ToolCall[],
  delta: Extract<CallEvent, { type: "tool_call_delta" }>,
): ToolCall[] {
  const next = [...calls];
  const old = next[delta.index] ?? { id: "", name: "", arguments: "" };
  // A provider may number from anywhere; holes would break lists.
  const at = Math.min(delta.index, next.length);
  next[at] = {
    id: delta.id ?? old.id,
    name: delta.name ?? old.name,
    arguments: old.arguments + delta.arguments,
  };
  return next;
}

/** Returns a recorded call, running or not, as the same fold would have left it. */
export function fromDetail(detail: CallDetail): ColumnRun {
  const { summary } = detail;
  const last = detail.attempts.at(-1);
  const failures = detail.attempts.flatMap((attempt): Failure[] => {
    if (!attempt.error) return [];
    return [
      {
        attempt: attempt.attempt,
        target: attempt.target,
        error: attempt.error,
        elapsedMs: (attempt.ended_ms ?? attempt.started_ms) - attempt.started_ms,
        next: attempt.next,
      },
    ];
  });
  const run: ColumnRun = {
    ...newRun(summary.id),
    phase: phaseOf(detail),
    attempt: summary.attempts,
    target: summary.answered ?? summary.requested,
    attemptStartedMs: last?.started_ms ?? 0,
    firstTokenMs: summary.first_token_ms,
    attemptTokenMs: last?.first_token_ms ?? null,
    toolCalls: detail.tool_calls,
    usage: summary.usage,
    failures,
    discarded: detail.attempts.reduce((sum, attempt) => sum + attempt.discarded.length, 0),
    continued: detail.attempts.filter((attempt) => attempt.next?.do === "continue").length,
    elapsedMs: summary.elapsed_ms,
  };
  if (summary.status === "ok") {
    run.outcome = {
      target: run.target ?? summary.requested,
      finish_reason: summary.finish_reason ?? "other",
      usage: summary.usage,
      attempts: summary.attempts,
      continued: summary.continued,
      fallback_text: summary.fallback_text,
      cost_source: summary.cost_source ?? "unknown",
      first_token_ms: summary.first_token_ms ?? 0,
      elapsed_ms: summary.elapsed_ms ?? 0,
      ...(summary.cost === null ? {} : { cost: summary.cost }),
    };
  }
  if (summary.status === "failed" && summary.error) {
    run.report = {
      error: summary.error,
      attempts: failures.map(({ attempt, target, error }) => ({ attempt, target, error })),
      elapsed_ms: summary.elapsed_ms ?? 0,
    };
  }
  return run;
}

function phaseOf(detail: CallDetail): Phase {
  switch (detail.summary.status) {
    case "ok":
      return "done";
    case "running": {
      const last = detail.attempts.at(-1);
      if (!last) return "queued";
      if (last.error) return "backing_off";
      if (last.first_token_ms !== null) return "streaming";
      return last.headers_ms === null ? "connecting" : "waiting";
    }
    case "failed":
    case "cancelled":
    case "interrupted":
      return detail.summary.status;
  }
}
