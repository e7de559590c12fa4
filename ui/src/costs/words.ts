/** Figures of the Costs screen in words. */
import type { SpendBy, SpendRange, SpendRescued, SpendRow, SpendTiles } from "../lib/backend";
import { count, money } from "../lib/format";
import { strings } from "./strings";

/** Formats a share of 0 to 1: "38.1 %"; what is not nothing is never "0 %". */
export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return "–";
  if (share === 0) return "0 %";
  if (share > 0 && share < 0.0005) return "<0.1 %";
  return `${(share * 100).toFixed(1)} %`;
}

/** Formats tokens: "812", "41.2 k", "2.91 M", "1.20 B". */
export function tokens(value: number): string {
  if (value < 10_000) return count(value);
  if (value < 999_950) return `${(value / 1e3).toFixed(1)} k`;
  if (value < 999_995_000) return `${(value / 1e6).toFixed(2)} M`;
  return `${(value / 1e9).toFixed(2)} B`;
}

/** Says how a figure changed against the period before: "+12 % vs previous 7 days", "nothing yesterday until now". */
export function change(now: number, before: number, label: string): string {
  const [then, inThen] = label.startsWith("previous")
    ? [`the ${label}`, `in the ${label}`]
    : [label, label];
  if (before === 0) return now === 0 ? `as ${inThen}` : `nothing ${inThen}`;
  const percent = Math.round(((now - before) / before) * 100);
  if (percent === 0) return `about as ${inThen}`;
  if (percent > 999) return `${count(Math.round(now / before))} × ${then}`;
  return `${percent > 0 ? "+" : "−"}${Math.abs(percent)} % vs ${label}`;
}

/** Formats an interval: "$410 – $448"; whole dollars where cents say nothing. */
export function interval(low: number, high: number): string {
  const [from, to] = [amount(low), amount(high)];
  return from === to ? from : `${from} – ${to}`;
}

function amount(pico: number): string {
  return Math.abs(pico) >= 100e12 ? `$${count(pico / 1e12)}` : money(pico);
}

export function rescuedTotal({ retry, fallback, continuation }: SpendRescued): number {
  return retry + fallback + continuation;
}

/** Says what rescued calls: "by retry 204, fallback 114". Ways that rescued none are left out. */
export function rescuedBy(rescued: SpendRescued): string {
  const parts = (["retry", "fallback", "continuation"] as const)
    .filter((way) => rescued[way] > 0)
    .map((way) => `${strings.rescues[way]} ${count(rescued[way])}`);
  return parts.length === 0 ? strings.noRescues : strings.rescuedBy(parts);
}

/** Share of calls that failed. */
export function failedShare({ calls, failed }: Pick<SpendTiles, "calls" | "failed">): string {
  return calls === 0 ? strings.noCalls : strings.failed(percent(failed / calls));
}

/** Names a range: "Last 7 days", "1 Nov – 12 Nov 2026". */
export function rangeName(range: SpendRange): string {
  if (range.kind !== "custom") return strings.ranges[range.kind];
  const day = (text: string, year: boolean): string =>
    new Date(`${text.slice(0, 10)}T12:00:00`).toLocaleDateString("en-GB", {
      day: "numeric",
      month: "short",
      ...(year ? { year: "numeric" } : {}),
    });
  const same = range.from.slice(0, 4) === range.to.slice(0, 4);
  return `${day(range.from, !same)} – ${day(range.to, true)}`;
}

/** Names a row. */
export function rowName(row: Pick<SpendRow, "key" | "label">): string {
  return row.label === "" ? strings.without : row.label;
}

/**
 * Returns what shortens labels of models, "openai/gpt-5.2" → "gpt-5.2", except where two of `labels` would be
 * one name. What belongs to a label ("openai/gpt-5.2 p95") stays.
 */
export function shortened(labels: readonly string[]): (label: string) => string {
  const short = (label: string): string => label.slice(label.indexOf("/") + 1);
  const bare = (label: string): string => label.replace(/ p\d\d$/, "");
  const uses = new Map<string, Set<string>>();
  for (const label of labels.map(bare)) {
    const name = short(label);
    uses.set(name, (uses.get(name) ?? new Set()).add(label));
  }
  return (label) => {
    const names = uses.get(short(bare(label)));
    return short(label) === "" || (names?.size ?? 0) > 1 ? label : short(label);
  };
}

/** Names what a filter keeps only: "by model" → "model gpt-5.2". */
export function filterName(by: SpendBy, label: string): string {
  return `${strings.by[by]} ${label === "" ? strings.without : label}`;
}
