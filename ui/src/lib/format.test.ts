import { describe, expect, it } from "vitest";
import {
  bytes,
  clock,
  count,
  duration,
  firstToken,
  inputTokens,
  middle,
  moment,
  money,
  outputTokens,
  plural,
  pricePerMillion,
  rate,
} from "./format";

describe("durations", () => {
  it.each([
    [0, "0 ms"],
    [212, "212 ms"],
    [999, "999 ms"],
    [1000, "1.0 s"],
    [2149, "2.1 s"],
    [59_949, "59.9 s"],
    [59_960, "1 m 00 s"],
    [64_000, "1 m 04 s"],
    [3_720_000, "1 h 02 m"],
  ])("%i ms reads %s", (ms, text) => expect(duration(ms)).toBe(text));

  it("shows an unknown duration as a dash", () => {
    expect(duration(null)).toBe("–");
    expect(firstToken(undefined)).toBe("–");
  });

  it("counts a live clock in tenths from the start and never backwards", () => {
    expect(clock(-5)).toBe("0.0 s");
    expect(clock(449)).toBe("0.4 s");
    expect(clock(65_000)).toBe("1 m 05 s");
  });

  it("shows first tokens in hundredths", () => {
    expect(firstToken(311)).toBe("0.31 s");
    expect(firstToken(12_000)).toBe("12.0 s");
  });
});

describe("money", () => {
  it.each([
    [0, "$0.00"],
    [3_120_000_000_000, "$3.12"],
    [1_234_560_000_000_000, "$1,234.56"],
    [4_100_000_000, "$0.0041"],
    [23_000_000_000, "$0.023"],
    [310_000_000_000, "$0.31"],
    [12_000_000, "$0.000012"],
    [1, "<$0.000001"],
    [-4_100_000_000, "-$0.0041"],
  ])("%i pico-USD reads %s", (amount, text) => expect(money(amount)).toBe(text));

  it("never shows an unknown price as zero", () => expect(money(null)).toBe("–"));

  it("shows prices per million tokens", () => expect(pricePerMillion(1_250_000)).toBe("$1.25"));
});

describe("tokens", () => {
  const usage = {
    input_uncached_tokens: 100,
    cache_read_input_tokens: 300,
    cache_creation_input_tokens: 10,
    cache_creation_1h_input_tokens: 2,
    output_visible_tokens: 90,
    reasoning_output_tokens: 6,
    estimated: false,
  };
  it("adds disjoint buckets once", () => {
    expect(inputTokens(usage)).toBe(412);
    expect(outputTokens(usage)).toBe(96);
  });
  it("shows rates", () => {
    expect(rate(88.4)).toBe("88 tok/s");
    expect(rate(0.42)).toBe("0.4 tok/s");
    expect(rate(Infinity)).toBe("–");
  });
});

describe("texts", () => {
  it("separates thousands", () => expect(count(12_408)).toBe("12,408"));
  it("counts things", () => {
    expect(plural(1, "call")).toBe("1 call");
    expect(plural(0, "call")).toBe("0 calls");
  });
  it("shows sizes", () => {
    expect(bytes(812)).toBe("812 B");
    expect(bytes(1_500)).toBe("1.5 KB");
    expect(bytes(41_200_000)).toBe("41 MB");
  });
  it("keeps both ends of a long name", () => {
    expect(middle("gpt-5.2", 10)).toBe("gpt-5.2");
    expect(middle("claude-sonnet-4.6-20260101", 12)).toBe("claude…60101");
  });
  it("names the day of a moment that is not today", () => {
    const now = new Date(2026, 10, 23, 15, 0);
    expect(moment(new Date(2026, 10, 23, 12, 4).toISOString(), now)).toBe("12:04");
    expect(moment(new Date(2026, 10, 20, 12, 4).toISOString(), now)).toBe("Nov 20 12:04");
    expect(moment(new Date(2025, 10, 20, 9, 5).toISOString(), now)).toBe("Nov 20, 2025 09:05");
    expect(moment("nonsense", now)).toBe("–");
  });
});
