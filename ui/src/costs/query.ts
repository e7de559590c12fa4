/** What the Costs screen asks: kept between launches, checked when read. */
import type { SpendBy, SpendQuery, SpendRange, SpendView } from "../lib/backend";

export const RANGES = [
  "today",
  "last_24h",
  "last_7d",
  "last_30d",
  "month_to_date",
] as const satisfies readonly SpendRange["kind"][];

export const BYS = [
  "model",
  "provider",
  "route",
  "project",
  "caller",
  "prompt",
  "tag",
] as const satisfies readonly SpendBy[];

export const VIEWS = ["spend", "latency", "errors"] as const satisfies readonly SpendView[];

/** Longest range, in days. */
const LONGEST = 400;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DAY = 86_400_000;

/** What the user chose. */
export interface Choice {
  range: SpendRange;
  by: SpendBy;
  view: SpendView;
  /** `null`: all; empty: calls without one. */
  project: string | null;
  /** `provider/model`; `null`: none. */
  baseline: string | null;
  simulated: boolean;
}

export const DEFAULT: Choice = {
  range: { kind: "last_7d" },
  by: "model",
  view: "spend",
  project: null,
  baseline: null,
  simulated: false,
};

/** Returns what an earlier launch kept; what cannot be read is the default. */
export function readChoice(kept: unknown): Choice {
  if (typeof kept !== "object" || kept === null) return DEFAULT;
  const { range, by, view, project, baseline } = kept as Record<string, unknown>;
  return {
    range: readRange(range),
    by: BYS.find((known) => known === by) ?? DEFAULT.by,
    view: VIEWS.find((known) => known === view) ?? DEFAULT.view,
    project: typeof project === "string" ? project : null,
    baseline: typeof baseline === "string" && baseline !== "" ? baseline : null,
    // Looking at what was simulated is a look aside, not where one starts.
    simulated: false,
  };
}

function readRange(kept: unknown): SpendRange {
  if (typeof kept !== "object" || kept === null) return DEFAULT.range;
  const { kind, from, to } = kept as Record<string, unknown>;
  if (kind === "custom" && typeof from === "string" && typeof to === "string") {
    return rangeProblem(from, to) === null ? { kind, from, to } : DEFAULT.range;
  }
  const known = RANGES.find((range) => range === kind);
  return known ? { kind: known } : DEFAULT.range;
}

/** Returns what is wrong with a custom range of days; `null`: nothing. */
export function rangeProblem(from: string, to: string): "missing" | "order" | "long" | null {
  if (!DATE.test(from) || !DATE.test(to)) return "missing";
  const days = (Date.parse(to) - Date.parse(from)) / DAY;
  if (!Number.isFinite(days)) return "missing";
  if (days < 0) return "order";
  return days + 1 > LONGEST ? "long" : null;
}

/** Returns the question for the program; without a `chart`'s size none is drawn. */
export function toQuery(choice: Choice, chart?: { width: number; height: number }): SpendQuery {
  return {
    range: choice.range,
    by: choice.by,
    view: choice.view,
    filter: choice.project === null ? {} : { project: choice.project },
    simulated: choice.simulated,
    ...(chart ? { chart } : {}),
    ...(choice.baseline === null ? {} : { baseline: choice.baseline }),
  };
}
