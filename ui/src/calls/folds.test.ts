import { describe, expect, it } from "vitest";
import type { CallEvent } from "../lib/backend";
import { headline } from "./headline";
import { foldSummary } from "./summary_fold";
import { attempt, detail, steady, summary, swift, usage } from "./testing";
import { waterfall } from "./waterfall";
import { visibleRows } from "./windowed";
import { fullNames, models, secondsOfDay } from "./words";

function event(more: object): CallEvent {
  return { call: "0193-1", seq: 1, at_ms: 100, ...more } as CallEvent;
}

describe("a listed call", () => {
  it("counts the same target again as retry and another as fallback", () => {
    let call = summary();
    const targets = [swift, swift, steady];
    targets.forEach((target, index) => {
      const type = "attempt_started";
      call = foldSummary(call, event({ type, attempt: index + 1, max_attempts: 5, target }));
    });
    expect([call.attempts, call.retries, call.fallbacks]).toEqual([3, 1, 1]);
    expect(call.answered).toEqual(steady);
  });

  it("keeps its object at a text delta, so that no row is painted for it", () => {
    const call = summary();
    expect(foldSummary(call, event({ type: "text_delta", text: "x" }))).toBe(call);
  });

  it("takes the outcome over and changes no more after the end", () => {
    const outcome = {
      target: steady,
      finish_reason: "stop",
      usage: usage({ output_visible_tokens: 9 }),
      cost: 4_100_000_000,
      attempts: 2,
      first_token_ms: 80,
      elapsed_ms: 900,
    };
    const call = foldSummary(summary(), event({ type: "finished", outcome }));
    expect(call).toMatchObject({ status: "ok", elapsed_ms: 900, cost: 4_100_000_000, attempts: 2 });
    const late = event({ type: "cancelled", elapsed_ms: 1, usage: usage() });
    expect(foldSummary(call, late)).toBe(call);
  });
});

describe("the headline", () => {
  it.each([
    [
      { status: "ok", answered: swift, attempts: 1, elapsed_ms: 2100 },
      "answered",
      "Answered by swift in 2.1 s",
    ],
    [
      { status: "ok", answered: steady, attempts: 3, fallbacks: 1 },
      "rescued by fallback",
      "Answered by steady after 3 attempts",
    ],
    [
      { status: "ok", answered: swift, attempts: 2, retries: 1 },
      "rescued by retry",
      "Answered by swift after 2 attempts",
    ],
    [
      { status: "failed", attempts: 2, error: { kind: "overloaded", message: "m", status: 503 } },
      "Overloaded · 503",
      "No answer after 2 attempts",
    ],
    [{ status: "cancelled", elapsed_ms: 1200 }, "stopped", "Stopped after 1.2 s"],
    [
      { status: "interrupted" },
      "interrupted",
      "Interrupted: the program ended while this call ran",
    ],
    [{ status: "running" }, "running", "Waiting to start"],
  ] as const)("of %j", (more, badge, text) => {
    expect(headline(summary(more as object), 500)).toMatchObject({ badge, text });
  });
});

describe("the waterfall", () => {
  const failed = attempt({
    ended_ms: 100,
    wait_ms: 500,
    error: { kind: "rate_limited", message: "slow down", status: 429 },
  });
  const answered = attempt({
    attempt: 2,
    started_ms: 610,
    headers_ms: 650,
    first_token_ms: 700,
    ended_ms: 1000,
  });

  it("shows attempts, the wait as it really was, and what each was spent on", () => {
    const record = detail({
      summary: summary({ status: "ok", elapsed_ms: 1000 }),
      attempts: [failed, answered],
    });
    const { rows, total } = waterfall(record, 0);
    expect(total).toBe(1000);
    expect(rows.map((row) => row.label)).toEqual([
      "call",
      "attempt 1 · swift",
      "wait",
      "attempt 2 · swift",
    ]);
    expect(rows[1]?.note).toBe("✗ Rate limited · 429");
    expect(rows[2]?.bars).toEqual([{ kind: "wait", from: 100, to: 610 }]);
    expect(rows[3]?.bars).toEqual([
      { kind: "connect", from: 610, to: 650 },
      { kind: "first_token", from: 650, to: 700 },
      { kind: "stream", from: 700, to: 1000 },
    ]);
    expect(rows[3]?.note).toBe("90 ms first token, 300 ms stream");
  });

  it("grows with a running call and says that no token came yet", () => {
    const record = detail({ attempts: [attempt({ headers_ms: 50 })] });
    const { rows, total } = waterfall(record, 400);
    expect(total).toBe(400);
    expect(rows[1]?.bars.at(-1)).toEqual({ kind: "first_token", from: 50, to: 400 });
    expect(rows[1]?.note).toContain("no token yet");
  });

  it("has no bar beyond its axis, whatever the record says", () => {
    const odd = attempt({
      started_ms: 900,
      headers_ms: 5000,
      first_token_ms: 2,
      ended_ms: 700,
      wait_ms: 9999,
    });
    const record = detail({
      summary: summary({ status: "failed", elapsed_ms: 800 }),
      attempts: [odd],
    });
    const { rows, total } = waterfall(record, 0);
    for (const { from, to } of rows.flatMap((row) => row.bars)) {
      expect(from).toBeGreaterThanOrEqual(0);
      expect(to).toBeGreaterThanOrEqual(from);
      expect(to).toBeLessThanOrEqual(total);
    }
  });
});

describe("small words", () => {
  it("name both models only when another one answered", () => {
    expect(models(summary({ answered: swift }))).toEqual({ requested: null, answered: "swift" });
    expect(models(summary({ answered: steady }))).toEqual({
      requested: "swift",
      answered: "steady",
    });
    expect(models(summary())).toEqual({ requested: null, answered: "swift" });
  });

  it("name the models in full where the line has no room for providers", () => {
    expect(fullNames(summary({ answered: swift }))).toBe("sandbox/swift");
    expect(fullNames(summary({ answered: steady }))).toBe("sandbox/swift → sandbox/steady");
    expect(fullNames(summary())).toBe("sandbox/swift");
  });

  it("say the second today and the day before", () => {
    const now = new Date(2026, 10, 23, 12, 4, 31);
    expect(secondsOfDay(now.toISOString(), now)).toBe("12:04:31");
    expect(secondsOfDay(new Date(2026, 10, 20, 9, 5).toISOString(), now)).toBe("Nov 20");
    expect(secondsOfDay("yesterday", now)).toBe("–");
  });
});

it("shows only the rows near the window of a long list", () => {
  expect(visibleRows(100_000, 28 * 500, 280, 28)).toEqual({ first: 488, end: 522 });
  expect(visibleRows(3, 0, 600, 28)).toEqual({ first: 0, end: 3 });
  expect(visibleRows(0, 900, 600, 28)).toEqual({ first: 0, end: 0 });
  expect(visibleRows(10, 99_999, 600, 28)).toEqual({ first: 10, end: 10 });
});
