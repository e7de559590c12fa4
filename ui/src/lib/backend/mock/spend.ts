import { BackendError } from "../backend";
import type {
  ChartSidecar,
  SpendBucket,
  SpendQuery,
  SpendReport,
  SpendRow,
  SpendToday,
} from "../types";

const DAY = 86_400_000;
const USD = 1e12;
const MODELS = [
  ["openai/gpt-6.1-terra", "gpt-6.1-terra", 3.4],
  ["anthropic/claude-opus-4.6", "claude-opus-4.6", 2.3],
  ["deepseek/deepseek-v4", "deepseek-v4", 0.6],
] as const;

/** Costs of a month that never was. */
export class MockSpend {
  /** Whether there were calls at all. */
  empty = false;
  unpriced = 12;
  /** Models with a series of their own; the one after them is "Other". */
  own: number = MODELS.length;

  report(query: SpendQuery): SpendReport {
    const { range } = query;
    if (range.kind === "custom" && range.from > range.to) {
      throw new BackendError({
        code: "invalid_params",
        message: "the range ends before it begins",
        field: "range",
      });
    }
    const days = range.kind === "last_30d" ? 30 : range.kind === "last_7d" ? 7 : 1;
    const start = Date.parse("2026-11-25T00:00:00Z") - (days - 1) * DAY;
    const buckets: SpendBucket[] = Array.from({ length: days }, (_, day) => {
      const from = new Date(start + day * DAY);
      const label = from.toLocaleDateString("en-GB", {
        day: "numeric",
        month: "short",
        timeZone: "UTC",
      });
      const to = new Date(start + (day + 1) * DAY).toISOString();
      return { from: from.toISOString(), to, label, partial: day === days - 1 };
    });
    const share = this.empty ? 0 : query.simulated ? 0.1 : 1;
    const spent = (model: number, day: number): number =>
      Math.round((MODELS[model]?.[2] ?? 0) * (1 + ((day * 7 + model * 3) % 5) / 5) * share * USD);
    const sums = MODELS.map((_, model) =>
      buckets.reduce((sum, __, day) => sum + spent(model, day), 0),
    );
    const total = sums.reduce((sum, one) => sum + one, 0);
    const rows = this.empty
      ? []
      : MODELS.map(([key, label], model) => row(key, label, days * 40, sums[model] ?? 0, total));
    const calls = rows.reduce((sum, one) => sum + one.calls, 0);
    const failed = rows.reduce((sum, one) => sum + one.failed, 0);
    const unpriced = this.empty ? 0 : this.unpriced;
    const quality = { calls, failed, rated_good: 0, rated_bad: 0 };
    return {
      from: buckets[0]?.from ?? "",
      to: buckets.at(-1)?.to ?? "",
      zone: "Europe/Berlin",
      unit: "day",
      buckets,
      tiles: {
        spend: total,
        previous: {
          from: "",
          to: "",
          label: `previous ${days} days`,
          spend: total / 1.12,
          calls,
          failed,
          rescued: 0,
        },
        calls,
        failed,
        rescued: { retry: this.empty ? 0 : 204, fallback: this.empty ? 0 : 114, continuation: 0 },
        unpriced,
        estimated_share: 0,
        input_tokens: calls * 700,
        cached_tokens: calls * 90,
        output_tokens: calls * 150,
        ...(this.empty
          ? { no_forecast: "too few days of history" }
          : {
              forecast: {
                label: "November",
                from: "",
                to: "",
                so_far: total,
                low: 410 * USD,
                high: 448 * USD,
                middle: 430 * USD,
                days: 28,
              },
            }),
        ...(query.baseline === undefined
          ? {}
          : {
              saved: {
                baseline: query.baseline,
                amount: 211.4 * USD,
                baseline_cost: 584.26 * USD,
                actual_cost: 372.86 * USD,
                calls,
                assumption: "the baseline would have used as many tokens",
                quality: {
                  routed: quality,
                  baseline: quality,
                  summary: "0.9 % failed, baseline 1.4 %; no votes",
                },
              },
            }),
      },
      series: this.empty
        ? []
        : MODELS.map(([key, label], model) => ({
            key: model < this.own ? key : "",
            label: model < this.own ? label : "Other",
            other: model >= this.own,
            values: buckets.map((_, day) => ({
              spend: spent(model, day),
              calls: 40,
              failed: 1,
              unpriced: 0,
              estimated: false,
            })),
          })),
      rows,
      rows_left_out: 0,
      totals: row("", "", calls, total, total),
      projects: ["billing", "search"],
      simulated_calls: 3,
      ...(query.chart
        ? { chart: chart(query.chart.width, query.chart.height, buckets, this.empty ? [] : sums) }
        : {}),
    };
  }

  today(): SpendToday {
    return {
      spend: 3.12 * USD,
      calls: 42,
      failed: 1,
      unpriced: 0,
      estimated_share: 0,
      from: "2026-11-25T00:00:00.000Z",
      to: "2099-11-26T00:00:00.000Z",
      zone: "Europe/Berlin",
    };
  }
}

function row(key: string, label: string, calls: number, spend: number, total: number): SpendRow {
  return {
    key,
    label,
    calls,
    failed: Math.round(calls / 40),
    cancelled: 0,
    interrupted: 0,
    error_share: calls === 0 ? 0 : 0.025,
    rescued: { retry: 0, fallback: 0, continuation: 0 },
    retries: 0,
    input_tokens: calls * 700,
    cached_tokens: calls * 90,
    output_tokens: calls * 150,
    spend,
    share: total === 0 ? 0 : spend / total,
    unpriced: 0,
    estimated: 0,
    ...(calls === 0 ? {} : { latency_p50_ms: 1200 + label.length * 100 }),
  };
}

/** A chart as the program draws them: one bar a bucket, as high as it is. */
function chart(
  width: number,
  height: number,
  buckets: SpendBucket[],
  sums: number[],
): { svg: string; sidecar: string } {
  const [left, right, top, bottom] = [40, width - 8, 8, height - 26];
  const place = (right - left) / Math.max(1, buckets.length);
  const part = (bottom - top) / Math.max(1, sums.length) / 1.2;
  const bars = buckets.flatMap((_, bucket) =>
    sums.map((__, series) => ({
      bucket,
      series,
      x: left + place * (bucket + 0.125),
      y: bottom - part * (series + 1),
      width: place * 0.75,
      height: part,
    })),
  );
  const side: ChartSidecar = {
    width,
    height,
    left,
    top,
    right,
    bottom,
    unit: "pico_usd",
    series: MODELS.slice(0, sums.length).map(([, label], at) => ({
      label,
      colour: `series-${at + 1}`,
      dashed: false,
    })),
    buckets: buckets.map((bucket, at) => ({
      from_ms: Date.parse(bucket.from),
      to_ms: Date.parse(bucket.to),
      name: bucket.label,
      x: left + place * at,
      width: place,
      values: sums.map((sum) => sum / buckets.length),
      texts: sums.map((sum) => `$${(sum / buckets.length / USD).toFixed(2)}`),
      total: sums.reduce((sum, one) => sum + one, 0) / buckets.length,
      total_text: `$${(sums.reduce((sum, one) => sum + one, 0) / buckets.length / USD).toFixed(2)}`,
      unpriced: 0,
    })),
    bars,
  };
  const rects = bars
    .map(
      (bar) =>
        `<rect x="${bar.x}" y="${bar.y}" width="${bar.width}" height="${bar.height}" fill="var(--series-${bar.series + 1})"/>`,
    )
    .join("");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">${rects}</svg>`;
  return { svg, sidecar: JSON.stringify(side) };
}
