import { describe, expect, it } from "vitest";
import { best, metrics, type Metrics } from "./metrics";
import { newRun } from "./reduce";

const figures = (more: Partial<Metrics>): Metrics => ({
  firstTokenMs: null,
  tokensPerSecond: null,
  inputTokens: null,
  cachedTokens: 0,
  outputTokens: null,
  estimated: false,
  cost: null,
  ...more,
});

describe("the best of a metric", () => {
  it("is the soonest first token, the fastest stream, the lowest cost", () => {
    const columns = [
      figures({ firstTokenMs: 310, tokensPerSecond: 88, cost: 18 }),
      figures({ firstTokenMs: 740, tokensPerSecond: 112, cost: 23 }),
    ];
    expect(best(columns)).toEqual({ firstTokenMs: 0, tokensPerSecond: 1, cost: 0 });
  });

  it("does not exist among fewer than two, and an unknown cost is not the lowest", () => {
    const columns = [figures({ cost: 18 }), figures({ cost: null }), null];
    expect(best(columns).cost).toBeNull();
  });

  it("does not exist when all are equal", () => {
    const columns = [figures({ cost: 18 }), figures({ cost: 18 })];
    expect(best(columns).cost).toBeNull();
  });
});

describe("the figures of a call", () => {
  it("are estimated from the text until the provider reports them", () => {
    const run = { ...newRun("c"), attemptTokenMs: 500 };
    expect(metrics(run, 400, 1500)).toMatchObject({
      outputTokens: 100,
      tokensPerSecond: 100,
      estimated: true,
    });
  });

  it("do not rate a stream that has hardly begun", () => {
    const run = { ...newRun("c"), attemptTokenMs: 500 };
    expect(metrics(run, 40, 550).tokensPerSecond).toBeNull();
  });
});
