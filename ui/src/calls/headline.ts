/** The badge and the one sentence that say how a call went. */
import type { CallSummary } from "../lib/backend";
import { duration } from "../lib/format";
import { errorTitle } from "../lib/errors";
import { strings } from "./strings";

export type Tone = "neutral" | "accent" | "success" | "warning" | "danger" | "info";

export interface Headline {
  tone: Tone;
  badge: string;
  text: string;
}

/** Says how a call went, or how it stands after `elapsedMs`. */
export function headline(summary: CallSummary, elapsedMs: number): Headline {
  const model = (summary.answered ?? summary.requested).model;
  const total = duration(summary.elapsed_ms ?? elapsedMs);
  switch (summary.status) {
    case "running": {
      const text = summary.attempts === 0 ? strings.queued : strings.runningOn(model, total);
      return { tone: "accent", badge: strings.status.running, text };
    }
    case "ok": {
      const text =
        summary.attempts > 1
          ? strings.answeredAfter(model, summary.attempts)
          : strings.answeredBy(model, total);
      return { tone: "success", badge: rescued(summary) ?? strings.status.ok, text };
    }
    case "failed": {
      const badge = summary.error ? errorTitle(summary.error) : strings.status.failed;
      return { tone: "danger", badge, text: strings.failedAfter(summary.attempts) };
    }
    case "cancelled":
      return {
        tone: "neutral",
        badge: strings.status.cancelled,
        text: strings.stoppedAfter(total),
      };
    case "interrupted":
      return { tone: "warning", badge: strings.status.interrupted, text: strings.interrupted };
  }
}

function rescued(summary: CallSummary): string | null {
  if (summary.fallbacks > 0) return strings.rescuedByFallback;
  return summary.retries > 0 ? strings.rescuedByRetry : null;
}
