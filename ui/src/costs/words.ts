/** Figures of the Costs screen in words. */
import type {
  SpendBy,
  SpendQuality,
  SpendRange,
  SpendRescued,
  SpendRow,
  SpendTiles,
} from "../lib/backend";
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

/**
 * Says how a figure changed against the period before, from long to short: "+12 % vs previous 7 days", "nothing
 * yesterday until now".
 */
export function change(now: number, before: number, label: string): readonly string[] {
  const previous = label.startsWith("previous");
  const [then, inThen] = previous ? [`the ${label}`, `in the ${label}`] : [label, label];
  if (before === 0) {
    return now === 0 ? [`as ${inThen}`, "as before"] : [`nothing ${inThen}`, "nothing before"];
  }
  const percent = Math.round(((now - before) / before) * 100);
  if (percent === 0) return [`about as ${inThen}`, "about as before"];
  if (percent > 999) {
    const times = `${count(Math.round(now / before))} ×`;
    return [`${times} ${then}`, `${times} what it was`, times];
  }
  const by = `${percent > 0 ? "+" : "−"}${Math.abs(percent)} %`;
  const brief = label
    .replace("previous", "prev.")
    .replace(" hours", " h")
    .replace(" until now", "");
  return [`${by} vs ${label}`, `${by} vs ${brief}`, by];
}

/** Formats a large figure, from long to short: "≈ $12,345.67", "≈ $12,346", "≈ $12.3k". */
export function amounts(pico: number, sign = ""): readonly string[] {
  if (Math.abs(pico) < 100e12) return [`${sign}${money(pico)}`];
  return [money(pico), amount(pico), rounded(pico)].map((text) => `${sign}${text}`);
}

/** Formats an interval, from long to short: "$410 – $448"; whole dollars where cents say nothing. */
export function interval(low: number, high: number): readonly string[] {
  const [from, to] = [amount(low), amount(high)];
  if (from === to) return [from];
  const bare = (text: string): string => text.replace("$", "");
  return [`${from} – ${to}`, `${from}–${bare(to)}`, `${rounded(low)}–${bare(rounded(high))}`];
}

function amount(pico: number): string {
  const usd = Math.abs(pico) / 1e12;
  return usd >= 100 ? `${pico < 0 ? "-" : ""}$${count(usd)}` : money(pico);
}

/** "$12.3k", "$1.2M"; small amounts as they are. */
function rounded(pico: number): string {
  const usd = Math.abs(pico) / 1e12;
  if (usd < 1000) return amount(pico);
  const [part, unit] = usd < 999_950 ? [usd / 1e3, "k"] : [usd / 1e6, "M"];
  return `${pico < 0 ? "-" : ""}$${part.toFixed(1)}${unit}`;
}

export function rescuedTotal({ retry, fallback, continuation }: SpendRescued): number {
  return retry + fallback + continuation;
}

/**
 * Says what rescued calls, from long to short: "by retry 204, fallback 114". Ways that rescued none are left out.
 */
export function rescuedBy(rescued: SpendRescued): readonly string[] {
  const ways = (["retry", "fallback", "continuation"] as const).filter((way) => rescued[way] > 0);
  if (ways.length === 0) return [strings.noRescues];
  const parts = ways.map((way) => `${strings.rescues[way]} ${count(rescued[way])}`).join(", ");
  const most = ways.reduce((one, way) => (rescued[way] > rescued[one] ? way : one));
  const rest = rescuedTotal(rescued) - rescued[most];
  const brief = strings.rescuedMost(strings.rescues[most], count(rescued[most]), count(rest));
  return [strings.rescuedBy(parts), parts, ...(rest > 0 ? [brief] : [])];
}

/** Says at what quality was saved, from long to short. */
export function qualities({ summary, routed, baseline }: SpendQuality): readonly string[] {
  const [mine, its] = [routed, baseline].map(({ calls, failed }) =>
    calls === 0 ? null : percent(failed / calls),
  );
  const failures = summary.split(";")[0] ?? summary;
  if (!mine) return [summary, failures];
  if (!its) return [summary, failures, strings.failedUnknown(mine), strings.failed(mine)];
  return [summary, failures, strings.failedBeside(mine, its)];
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
