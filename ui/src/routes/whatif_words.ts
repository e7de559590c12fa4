/** Words and figures of replays of past calls. */
import type { WhatIfCalls, WhatIfChange, WhatIfFigure, WhatIfMeasure } from "../lib/backend";
import { duration, firstToken, money } from "../lib/format";

export const words = {
  tab: "What if",
  title: "What if",
  badge: "from your history",
  about:
    "Past calls through this route: what they would have cost, and how fast and safe they would have been.",
  private: "Only their shape and outcome are read; nothing is sent.",
  whichLabel: "Which calls",
  which: {
    route: "calls of this route",
    auto: "calls that would come here",
    all: "every call",
  } satisfies Record<WhatIfCalls, string>,
  spanLabel: "Of what time",
  run: "Replay",
  stop: "Stop",
  seed: "Seed",
  reading: "reading the history…",
  of: (done: string, calls: string): string => `${done} / ${calls}`,
  happened: "happened",
  active: "active",
  draft: "draft",
  figures: "What happened against what would have",
  models: "Models",
  toCalls: (model: string): string => `Calls that ${model} answered`,
  quality: "Quality",
  notes: "What the data do not bear",
  calls: (calls: string, from: string, to: string): string => `${calls} calls, ${from} – ${to}`,
  leftOut: (calls: string, why: string): string => `${calls} ${why}`,
  stale: "The draft has changed since; replay it again.",
  nothingYet: "Nothing was replayed yet.",
  measured: (attempts: string): string => `${attempts} attempts measured`,
  tooFew: (attempts: string): string => `only ${attempts} attempts: too little data`,
  assumed: "never called: assumed",
  interval: (low: string, high: string): string => `95 % interval ${low} to ${high}`,
};

export const measures: Record<WhatIfMeasure, string> = {
  cost: "Cost",
  latency_p50: "Latency p50",
  latency_p90: "Latency p90",
  first_token_p50: "First token p50",
  first_token_p90: "First token p90",
  failed: "Failed",
  rescued: "Rescued",
  fallback_text: "Fallback text",
  attempts: "Attempts a call",
};

/** Spans that can be chosen, and what they ask for. */
export const spans: readonly { value: string; label: string; last?: number; days?: number }[] = [
  { value: "7d", label: "last 7 days", days: 7 },
  { value: "30d", label: "last 30 days", days: 30 },
  { value: "1000", label: "last 1,000", last: 1000 },
  { value: "10000", label: "last 10,000", last: 10_000 },
  { value: "100000", label: "last 100,000", last: 100_000 },
];

/** A figure in its unit; a dash where it is not known. */
export function figure(measure: WhatIfMeasure, value: number | undefined): string {
  if (value === undefined) return "–";
  switch (measure) {
    case "cost":
      return money(value);
    case "latency_p50":
    case "latency_p90":
      return duration(value);
    case "first_token_p50":
    case "first_token_p90":
      return firstToken(value);
    case "failed":
    case "rescued":
    case "fallback_text":
      return percent(value);
    case "attempts":
      return value.toFixed(3);
  }
}

/** "0.7–0.9 s", "$24.44–25.05"; empty where the ends read alike. */
export function interval(measure: WhatIfMeasure, of: WhatIfFigure): string {
  if (of.low === undefined || of.high === undefined) return "";
  const [low, high] = [figure(measure, of.low), figure(measure, of.high)];
  if (low === high) return "";
  const unit = / (s|ms|%)$/.exec(high)?.[0] ?? "";
  const start = unit !== "" && low.endsWith(unit) ? low.slice(0, -unit.length) : low;
  return `${start}–${low.startsWith("$") ? high.replace(/^\$/, "") : high}`;
}

/** "12.4 %", "0.04 %". */
export function percent(share: number): string {
  const value = share * 100;
  if (value === 0) return "0 %";
  return `${value < 1 ? value.toFixed(2) : value.toFixed(1)} %`;
}

/** Whether a change is good news, bad news or neither. */
export function tone(change: WhatIfChange | undefined): "better" | "worse" | "" {
  return change?.says === "better" || change?.says === "worse" ? change.says : "";
}
