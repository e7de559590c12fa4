import { describe, expect, it, vi } from "vitest";
import { MockBackend } from "../backend/mock";
import type { CallError, CallEvent, TargetInfo, Usage } from "../backend/types";
import { fromDetail, newRun, reduce, type ColumnRun } from "./reduce";

type Body<T = CallEvent> = T extends unknown ? Omit<T, "call" | "seq" | "at_ms"> : never;

const target: TargetInfo = { provider: "sandbox", model: "swift", simulated: true };
const other: TargetInfo = { provider: "sandbox", model: "steady", simulated: true };
const error: CallError = { kind: "rate_limited", message: "asked to wait", status: 429 };
const usage: Usage = {
  input_uncached_tokens: 10,
  cache_read_input_tokens: 0,
  cache_creation_input_tokens: 0,
  cache_creation_1h_input_tokens: 0,
  output_visible_tokens: 5,
  reasoning_output_tokens: 0,
  estimated: false,
};
const outcome = {
  target,
  finish_reason: "stop",
  usage,
  attempts: 1,
  continued: false,
  fallback_text: false,
  cost_source: "computed",
  first_token_ms: 300,
  elapsed_ms: 900,
} as const;

function fold(...events: [at: number, body: Body][]): ColumnRun {
  return events.reduce(
    (run, [at_ms, body], seq) => reduce(run, { call: "c", seq, at_ms, ...body } as CallEvent),
    newRun("c"),
  );
}

const started = (attempt: number, at = target): Body => ({
  type: "attempt_started",
  attempt,
  max_attempts: 3,
  target: at,
  hedge: false,
});

describe("a column's fold", () => {
  it("goes through connecting, waiting and streaming to done", () => {
    const opened: [number, Body] = [
      80,
      { type: "response_started", attempt: 1, after_ms: 70, status: 200 },
    ];
    expect(fold([10, started(1)]).phase).toBe("connecting");
    expect(fold([10, started(1)], opened).phase).toBe("waiting");
    const streaming = fold([10, started(1)], opened, [300, { type: "text_delta", text: "Hi" }]);
    expect(streaming).toMatchObject({ phase: "streaming", firstTokenMs: 300 });
    const done = fold([10, started(1)], opened, [900, { type: "finished", outcome }]);
    expect(done).toMatchObject({ phase: "done", elapsedMs: 900, usage });
  });

  it("paints nothing for a delta that changes only the text", () => {
    const run = fold([10, started(1)], [300, { type: "text_delta", text: "Hi" }]);
    const delta: CallEvent = { call: "c", seq: 9, at_ms: 310, type: "text_delta", text: "!" };
    expect(reduce(run, delta)).toBe(run);
  });

  it("knows until when a retry waits", () => {
    const run = fold(
      [10, started(1)],
      [
        200,
        {
          type: "attempt_failed",
          attempt: 1,
          error,
          elapsed_ms: 190,
          next: { do: "retry", after_ms: 1800 },
        },
      ],
    );
    expect(run).toMatchObject({ phase: "backing_off", retryAtMs: 2000 });
    expect(run.failures).toHaveLength(1);
  });

  it("keeps the first token of the call but rates tokens from the attempt that answers", () => {
    const run = fold(
      [10, started(1)],
      [100, { type: "text_delta", text: "void" }],
      [
        200,
        {
          type: "attempt_failed",
          attempt: 1,
          error,
          elapsed_ms: 190,
          next: { do: "retry", after_ms: 100 },
        },
      ],
      [201, { type: "restarted", attempt: 1, discarded_chars: 4 }],
      [300, started(2)],
      [500, { type: "text_delta", text: "Hi" }],
    );
    expect(run).toMatchObject({ firstTokenMs: 100, attemptTokenMs: 500, discarded: 4, attempt: 2 });
  });

  it("names the model that a fallback goes to", () => {
    const run = fold(
      [10, started(1)],
      [
        90,
        {
          type: "attempt_failed",
          attempt: 1,
          error,
          elapsed_ms: 80,
          next: { do: "fallback", to: other, why: "3 attempts failed" },
        },
      ],
      [95, started(2, other)],
    );
    expect(run.target).toEqual(other);
    expect(run.failures[0]).toMatchObject({ target, next: { do: "fallback", to: other } });
  });

  it("says how long the call waits for its turn", () => {
    const why = "30 requests a minute";
    const run = fold([10, { type: "queued", target, wait_ms: 700, why }]);
    expect(run).toMatchObject({ phase: "queued", retryAtMs: 710 });
    expect(
      fold([10, { type: "queued", target, wait_ms: 700, why }], [715, started(1)]),
    ).toMatchObject({ phase: "connecting", retryAtMs: null });
  });

  it("goes on with the shown text when it is carried on after a cut", () => {
    const run = fold(
      [10, started(1)],
      [100, { type: "text_delta", text: "half" }],
      [
        200,
        {
          type: "attempt_failed",
          attempt: 1,
          error,
          elapsed_ms: 190,
          next: { do: "continue", on: other, why: "the answer was cut" },
        },
      ],
      [201, started(2, other)],
      [230, { type: "continued", attempt: 2, kept_chars: 4 }],
      [231, { type: "text_delta", text: " and half" }],
    );
    expect(run).toMatchObject({ phase: "streaming", continued: 1, discarded: 0, target: other });
  });

  it("changes to the attempt beside the slow one only when that brings the first token", () => {
    const beside: Body = { ...started(2, other), hedge: true } as Body;
    const lost = (attempt: number, at: TargetInfo): Body => ({
      type: "hedge_lost",
      attempt,
      target: at,
      usage,
    });
    expect(fold([10, started(1)], [2000, beside])).toMatchObject({ attempt: 1, target });
    const first: [number, Body] = [2100, { type: "first_token", attempt: 2, after_ms: 100 }];
    expect(fold([10, started(1)], [2000, beside], [2099, lost(1, target)], first)).toMatchObject({
      attempt: 2,
      target: other,
      phase: "streaming",
    });
    expect(fold([10, started(1)], [2000, beside], first)).toMatchObject({ target: other });
    expect(fold([10, started(1)], [2000, beside], [2050, lost(2, other)])).toMatchObject({
      attempt: 1,
      target,
      hedge: null,
    });
  });

  it("times reasoning up to the first text", () => {
    const run = fold(
      [10, started(1)],
      [100, { type: "reasoning_delta", text: "hm" }],
      [1300, { type: "text_delta", text: "Hi" }],
      [1400, { type: "text_delta", text: "!" }],
    );
    expect(run).toMatchObject({ reasoningFromMs: 100, reasoningToMs: 1300 });
  });

  it("joins the pieces of a tool call and survives odd numbering", () => {
    const run = fold(
      [10, started(1)],
      [20, { type: "tool_call_delta", index: 3, id: "x", name: "find", arguments: "{" }],
      [30, { type: "tool_call_delta", index: 0, arguments: "}" }],
    );
    expect(run.toolCalls).toEqual([{ id: "x", name: "find", arguments: "{}" }]);
  });

  it("ends with the first cause when every attempt failed", () => {
    const report = { error, attempts: [{ attempt: 1, target, error }], elapsed_ms: 400 };
    const run = fold([10, started(1)], [400, { type: "failed", report }]);
    expect(run).toMatchObject({ phase: "failed", report, elapsedMs: 400 });
  });

  it("changes no more after its end", () => {
    const run = fold(
      [10, started(1)],
      [50, { type: "cancelled", elapsed_ms: 50, usage }],
      [60, { type: "text_delta", text: "late" }],
    );
    expect(run.phase).toBe("cancelled");
  });

  it("reads a recorded call as the events would have left it", async () => {
    vi.useFakeTimers();
    const backend = new MockBackend();
    const body = {
      messages: [],
      variables: {},
      tools: [],
      response_format: { type: "text" } as const,
      params: {},
      columns: [{ id: "a", model: "sandbox/flaky-429", fallbacks: [], params: null }],
    };
    let run = newRun("");
    backend.subscribe((batch) => {
      for (const item of batch.items) {
        if (item.kind === "event") run = reduce(run, item.event);
      }
    });
    const { calls } = await backend.call("calls.start", { body });
    run = newRun(calls[0]?.call ?? "");
    await vi.advanceTimersByTimeAsync(60_000);
    const recorded = fromDetail(await backend.call("calls.get", { call: run.call }));
    vi.useRealTimers();
    expect(run.phase).toBe("done");
    expect(recorded.phase).toBe("done");
    expect(recorded.failures).toEqual(run.failures);
    expect(recorded.usage).toEqual(run.usage);
    expect(recorded.elapsedMs).toBe(run.elapsedMs);
  });
});
