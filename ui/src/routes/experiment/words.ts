/** What the data say of one variant against another, in words. A saving is never said without quality. */
import type { CompareVerdict, Measure, Measured } from "../../lib/backend";
import { count, duration, money } from "../../lib/format";
import { strings } from "./strings";

export type Tone = "success" | "danger" | "warning" | "neutral";

export interface Said {
  text: string;
  tone: Tone;
}

/** How two sides get further calls: each one's share of them, 0 to 1. */
export interface Shares {
  first: number;
  this: number;
}

/** Returns one measure's verdict: "$0.0012 less (95 %: …)", "not enough data yet: about 140 more calls". */
export function lineOf(measured: Measured, least: number, shares: Shares): Said {
  const { measure, verdict } = measured;
  const ways = strings.ways[measure];
  switch (verdict.says) {
    case "not_enough_data":
      return { text: notEnough(measure, verdict, least, shares), tone: "neutral" };
    case "no_difference_shown":
      return { text: noDifference(measure, verdict, shares), tone: "neutral" };
    default: {
      const way = verdict.difference < 0 ? ways.less : ways.more;
      const amount = figure(measure, Math.abs(verdict.difference));
      const text = `${amount} ${way}${range(measure, verdict)}`;
      return { text, tone: verdict.says === "better" ? "success" : "danger" };
    }
  }
}

/** Returns the verdict on cost and quality together. */
export function pairOf(measured: readonly Measured[]): Said {
  const says = (measure: Measure): CompareVerdict["says"] =>
    measured.find((one) => one.measure === measure)?.verdict.says ?? "not_enough_data";
  const [cost, answered, liked] = [says("cost"), says("answered"), says("liked")];
  const words = strings.pairs;
  const worse = answered === "worse" || liked === "worse";
  const better = !worse && (answered === "better" || liked === "better");
  if (cost === "better") {
    if (worse) return { text: words.cheaperWorse, tone: "warning" };
    if (answered === "not_enough_data") return { text: words.cheaperUnknown, tone: "warning" };
    if (liked === "not_enough_data") return { text: words.cheaperUnrated, tone: "neutral" };
    return { text: words.cheaperAsGood, tone: "success" };
  }
  if (cost === "worse") {
    return better
      ? { text: words.dearerBetter, tone: "warning" }
      : { text: words.dearer, tone: "danger" };
  }
  if (worse) return { text: words.worse, tone: "danger" };
  if (better) return { text: words.better, tone: "success" };
  const known = [cost, answered].every((one) => one !== "not_enough_data");
  return { text: known ? words.same : words.unknown, tone: "neutral" };
}

function notEnough(
  measure: Measure,
  verdict: CompareVerdict,
  least: number,
  shares: Shares,
): string {
  const missing = verdict.counts.map((has) => Math.max(0, least - has));
  if (measure === "liked") {
    const ratings = missing.reduce((sum, one) => sum + one, 0);
    return strings.notEnough(strings.moreRatings(count(ratings), ratings === 1));
  }
  const calls = callsFor(missing, shares);
  return calls === null
    ? strings.never
    : strings.notEnough(strings.moreCalls(count(calls), calls === 1));
}

function noDifference(measure: Measure, verdict: CompareVerdict, shares: Shares): string {
  const text = `${strings.noDifference}${range(measure, verdict)}`;
  const { needed } = verdict;
  if (needed === null) return text;
  const missing = verdict.counts.map((has) => Math.max(0, needed - has));
  const more = measure === "liked" ? Math.max(...missing) : callsFor(missing, shares);
  return more === null || more === 0 ? text : `${text}; ${strings.wouldShow(rounded(more))}`;
}

/** Returns how many calls of the route bring each side what it misses; `null`: a side gets none. */
function callsFor(missing: readonly number[], shares: Shares): number | null {
  let calls = 1;
  for (const [at, share] of [shares.first, shares.this].entries()) {
    const misses = missing[at] ?? 0;
    if (misses === 0) continue;
    if (share <= 0) return null;
    calls = Math.max(calls, Math.ceil(misses / share));
  }
  return calls;
}

/** Two digits are all that a guess of this kind bears. */
function rounded(value: number): string {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return count(Math.ceil(value / step) * step);
}

function range(measure: Measure, { low, high }: CompareVerdict): string {
  if (low === null || high === null) return "";
  const [from, to] = [signed(measure, low), signed(measure, high)];
  // An interval without width says nothing that the verdict does not.
  return from === to ? "" : ` (${strings.interval(from, `${to}${strings.units[measure]}`)})`;
}

function signed(measure: Measure, value: number): string {
  const text = figure(measure, Math.abs(value));
  return value < 0 ? `−${text}` : text;
}

/** Writes a figure of 0 or more in its measure's unit. */
function figure(measure: Measure, value: number): string {
  switch (measure) {
    case "cost":
      return money(Math.round(value * 1e12));
    case "latency":
      return duration(Math.round(value));
    case "answered":
    case "liked":
      return (value * 100).toFixed(1);
    case "retries":
      return value.toFixed(2);
  }
}
