/** Keeps a listed call current from its events, so that the list needs no polling. */
import type { CallEvent, CallSummary, Charge, CostSource } from "../lib/backend";

/** Returns the summary after `event`; the same object if the event changes nothing in it. */
export function foldSummary(summary: CallSummary, event: CallEvent): CallSummary {
  if (summary.status !== "running") return summary;
  switch (event.type) {
    case "attempt_started": {
      if (event.hedge) return { ...summary, attempts: Math.max(summary.attempts, event.attempt) };
      const before = summary.answered;
      const same =
        before?.provider === event.target.provider && before.model === event.target.model;
      return {
        ...summary,
        answered: event.target,
        attempts: Math.max(summary.attempts, event.attempt),
        retries: summary.retries + (before !== null && same ? 1 : 0),
        fallbacks: summary.fallbacks + (before !== null && !same ? 1 : 0),
      };
    }
    case "first_token":
      return { ...summary, first_token_ms: summary.first_token_ms ?? event.at_ms };
    case "usage":
      return { ...summary, usage: event.usage };
    case "charged":
      return charged(summary, event.charge);
    case "finished":
      return {
        ...summary,
        status: "ok",
        answered: event.outcome.target,
        attempts: event.outcome.attempts,
        first_token_ms: event.outcome.first_token_ms,
        elapsed_ms: event.outcome.elapsed_ms,
        usage: event.outcome.usage,
        cost: event.outcome.cost ?? null,
        cost_source: event.outcome.cost_source,
        fallback_text: event.outcome.fallback_text,
        continued: event.outcome.continued,
      };
    case "failed":
      return {
        ...summary,
        status: "failed",
        elapsed_ms: event.report.elapsed_ms,
        error: event.report.error,
      };
    case "cancelled":
      return {
        ...summary,
        status: "cancelled",
        elapsed_ms: event.elapsed_ms,
        usage: event.usage,
      };
    case "planned":
    case "target_skipped":
    case "response_started":
    case "text_delta":
    case "reasoning_delta":
    case "tool_call_delta":
    case "attempt_failed":
    case "restarted":
    case "queued":
    case "continued":
    case "hedge_lost":
      return summary;
  }
}

/** From the surest to the least sure. */
const SOURCES: readonly CostSource[] = ["reported", "computed", "estimated", "unknown"];

/** Adds what an attempt cost; a sum is as sure as its least sure part, and unknown is never zero. */
function charged(summary: CallSummary, { cost, source }: Charge): CallSummary {
  const before = summary.cost_source === undefined ? 0 : summary.cost;
  const sum = before === null || cost === undefined ? null : before + cost;
  const rank = (one: CostSource): number => SOURCES.indexOf(one);
  const known = summary.cost_source ?? "reported";
  return {
    ...summary,
    cost: sum,
    cost_source: rank(source) > rank(known) ? source : known,
  };
}
