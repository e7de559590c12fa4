import { describe, expect, it } from "vitest";
import type { SpendQualityFigures } from "../lib/backend";
import { outlook } from "./budget";
import {
  amounts,
  change,
  failedShare,
  interval,
  percent,
  qualities,
  rangeName,
  rescuedBy,
  shortened,
  tokens,
} from "./words";

const USD = 1e12;

describe("the words of the Costs screen", () => {
  it.each([
    [0, "0 %"],
    [0.0001, "<0.1 %"],
    [0.381, "38.1 %"],
    [1, "100.0 %"],
    [null, "–"],
    [Number.NaN, "–"],
  ])("writes the share %s as %s", (share, text) => expect(percent(share)).toBe(text));

  it.each([
    [812, "812"],
    [41_234, "41.2 k"],
    [999_949, "999.9 k"],
    [999_950, "1.00 M"],
    [2_910_000, "2.91 M"],
    [1_200_000_000, "1.20 B"],
  ])("writes %d tokens as %s", (value, text) => expect(tokens(value)).toBe(text));

  it.each([
    [112, 100, "+12 % vs previous 30 days"],
    [88, 100, "−12 % vs previous 30 days"],
    [100, 100, "about as in the previous 30 days"],
    [5, 0, "nothing in the previous 30 days"],
    [0, 0, "as in the previous 30 days"],
    [0, 100, "−100 % vs previous 30 days"],
    [5000, 100, "50 × the previous 30 days"],
  ])("compares %d with %d in words", (now, before, text) =>
    expect(change(now, before, "previous 30 days")[0]).toBe(text),
  );

  it.each([
    [112, 100, "+12 % vs yesterday until now"],
    [100, 100, "about as yesterday until now"],
    [5, 0, "nothing yesterday until now"],
    [0, 0, "as yesterday until now"],
    [5000, 100, "50 × yesterday until now"],
  ])("compares %d today with %d in words", (now, before, text) =>
    expect(change(now, before, "yesterday until now")[0]).toBe(text),
  );

  it("has shorter words for narrow tiles, which never lose the figure", () => {
    expect(change(112, 100, "previous 24 hours")).toEqual([
      "+12 % vs previous 24 hours",
      "+12 % vs prev. 24 h",
      "+12 %",
    ]);
    expect(change(112, 100, "last month until now")[1]).toBe("+12 % vs last month");
    expect(change(0, 0, "previous 7 days")[1]).toBe("as before");
    expect(change(5, 0, "previous 7 days")[1]).toBe("nothing before");
    expect(amounts(12_345.67 * USD, "≈ ")).toEqual(["≈ $12,345.67", "≈ $12,346", "≈ $12.3k"]);
    expect(amounts(-211.4 * USD)).toEqual(["-$211.40", "-$211", "-$211"]);
    expect(amounts(3.12 * USD)).toEqual(["$3.12"]);
    expect(amounts(1_200_000 * USD)[2]).toBe("$1.2M");
  });

  it("writes an interval without cents that say nothing", () => {
    expect(interval(410.4 * USD, 447.6 * USD)).toEqual(["$410 – $448", "$410–448", "$410–448"]);
    expect(interval(1.2 * USD, 3.456 * USD)[0]).toBe("$1.20 – $3.46");
    expect(interval(10_240 * USD, 11_480 * USD)[2]).toBe("$10.2k–11.5k");
    expect(interval(2 * USD, 2 * USD)).toEqual(["$2.00"]);
  });

  it("says what rescued calls, and only that", () => {
    expect(rescuedBy({ retry: 204, fallback: 114, continuation: 0 })).toEqual([
      "by retry 204, fallback 114",
      "retry 204, fallback 114",
      "retry 204, other 114",
    ]);
    expect(rescuedBy({ retry: 0, fallback: 0, continuation: 2 })).toEqual([
      "by continuing 2",
      "continuing 2",
    ]);
    expect(rescuedBy({ retry: 4, fallback: 46, continuation: 6 })).toEqual([
      "by retry 4, fallback 46, continuing 6",
      "retry 4, fallback 46, continuing 6",
      "fallback 46, other 10",
    ]);
    expect(rescuedBy({ retry: 0, fallback: 0, continuation: 0 })).toEqual(["no call needed it"]);
  });

  it("never shortens a saving's quality away", () => {
    const of = (calls: number, failed: number): SpendQualityFigures => ({
      calls,
      failed,
      rated_good: 0,
      rated_bad: 0,
    });
    const summary = "0.9 % failed, baseline 1.4 %; no ratings";
    expect(qualities({ summary, routed: of(1000, 9), baseline: of(1000, 14) })).toEqual([
      summary,
      "0.9 % failed, baseline 1.4 %",
      "0.9 % vs 1.4 % failed",
    ]);
    expect(qualities({ summary, routed: of(1000, 9), baseline: of(0, 0) })[2]).toBe(
      "0.9 % failed vs unknown",
    );
  });

  it("never divides by no calls", () => {
    expect(failedShare({ calls: 12_408, failed: 112 })).toBe("0.9 % failed");
    expect(failedShare({ calls: 0, failed: 0 })).toBe("none in this range");
  });

  it("names ranges", () => {
    expect(rangeName({ kind: "last_7d" })).toBe("Last 7 days");
    expect(rangeName({ kind: "custom", from: "2026-11-01", to: "2026-11-12" })).toBe(
      "1 Nov – 12 Nov 2026",
    );
    expect(rangeName({ kind: "custom", from: "2025-12-30", to: "2026-01-02" })).toBe(
      "30 Dec 2025 – 2 Jan 2026",
    );
  });

  it("says how a forecast stands to its budget", () => {
    const forecast = { low: 410 * USD, high: 448 * USD };
    expect(outlook(forecast, 500 * USD)).toEqual([
      "budget $500, on track",
      "$500, on track",
      "on track",
    ]);
    expect(outlook(forecast, 420 * USD)[0]).toBe("budget $420, may not last");
    expect(outlook(forecast, 12.5 * USD)[0]).toBe("budget $12.50, will not last");
  });
});

it("names models without their provider, except where two would be one", () => {
  const name = shortened(["openai/gpt-5.2", "azure/gpt-5.2", "openrouter/deepseek/v4", "Other"]);
  expect(name("openai/gpt-5.2")).toBe("openai/gpt-5.2");
  expect(name("azure/gpt-5.2 p95")).toBe("azure/gpt-5.2 p95");
  expect(name("openrouter/deepseek/v4")).toBe("deepseek/v4");
  expect(name("openrouter/deepseek/v4 p50")).toBe("deepseek/v4 p50");
  expect(name("Other")).toBe("Other");
  expect(name("nobody/")).toBe("nobody/");
});
