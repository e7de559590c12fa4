import { describe, expect, it } from "vitest";
import type { CallError, Next, TargetInfo } from "./backend/types";
import { errorTitle, explained, rescueLine, sentence, whatWasDone, withFix } from "./errors";
import { newRun, type ColumnRun, type Failure } from "./run/reduce";

const target: TargetInfo = { provider: "p", model: "m", simulated: false };
const error: CallError = { kind: "rate_limited", message: "`p` asked to wait", status: 429 };
const failure = (next: Next): Failure => ({ attempt: 1, target, error, elapsedMs: 5, next });
const run = (phase: ColumnRun["phase"], ...next: Next[]): ColumnRun => ({
  ...newRun("c"),
  phase,
  failures: next.map(failure),
});

describe("an error for people", () => {
  it("has its class and status as badge", () =>
    expect(errorTitle(error)).toBe("Rate limited · 429"));

  it("does not show a status that was no error", () =>
    expect(errorTitle({ kind: "truncated", message: "", status: 200 })).toBe("Cut off"));

  it("reads as a sentence", () => {
    expect(sentence("no key for OpenAI")).toBe("No key for OpenAI.");
    expect(sentence("`p` asked to wait")).toBe("`p` asked to wait.");
    expect(sentence("")).toBe("");
  });

  it("says what was done before it ended", () => {
    const failed = run(
      "failed",
      { do: "retry", after_ms: 500 },
      { do: "retry", after_ms: 1000 },
      { do: "stop", why: "3 of 3 attempts failed" },
    );
    expect(whatWasDone(failed)).toBe(
      "Retried 2×, waited 1.5 s, then stopped: 3 of 3 attempts failed.",
    );
  });

  it("says when nothing was tried again, and why", () => {
    const failed = run("failed", { do: "stop", why: "a retry cannot help" });
    expect(whatWasDone(failed)).toBe("Stopped: a retry cannot help.");
  });

  it("does not count a wait that is still going on", () => {
    const waits = run(
      "backing_off",
      { do: "retry", after_ms: 500 },
      { do: "retry", after_ms: 900 },
    );
    expect(whatWasDone(waits)).toBe("Retried 1×, waited 500 ms.");
    expect(whatWasDone(run("backing_off", { do: "retry", after_ms: 900 }))).toBe("");
  });

  it("tells quietly of a rescue", () => {
    const to = { ...target, model: "spare" };
    const rescued = run(
      "done",
      { do: "retry", after_ms: 1200 },
      { do: "fallback", to, why: "2 attempts failed" },
    );
    expect(rescueLine(rescued)).toBe(
      "2 attempts failed first (Rate limited · 429). Retried 1×, waited 1.2 s, fell back to spare.",
    );
    expect(rescueLine(run("done"))).toBe("");
  });
});

describe("explained", () => {
  it("says what went wrong with what mends it, whatever was thrown", () => {
    const error = { code: "not_found", message: "there is no route `x`", hint: "choose another" };
    expect(explained(error)).toBe("there is no route `x`; choose another");
    expect(explained(new Error("the program is gone"))).toBe("the program is gone");
    expect(withFix("too long", undefined)).toBe("too long");
  });
});
