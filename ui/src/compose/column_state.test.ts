import { describe, expect, it } from "vitest";
import { newRun, type ColumnRun } from "../lib/run/reduce";
import { stateText } from "./column_state";

const run = (more: Partial<ColumnRun>): ColumnRun => ({ ...newRun("c"), ...more });

describe("a column's badge", () => {
  it("counts live while it waits, so that it does not look hung", () => {
    expect(stateText(run({ phase: "connecting", attempt: 1 }), 420).text).toBe("connecting 0.4 s");
    expect(stateText(run({ phase: "waiting", attempt: 1 }), 900).text).toBe("waiting 0.9 s");
    expect(stateText(run({ phase: "streaming" }), 2149).text).toBe("streaming 2.1 s");
  });

  it("counts down to the next attempt", () => {
    const waits = run({ phase: "backing_off", attempt: 1, retryAtMs: 3000 });
    expect(stateText(waits, 1200).text).toBe("attempt 2 · retry in 1.8 s");
    expect(stateText(waits, 3300).text).toBe("attempt 2 · retry in 0.0 s");
  });

  it("counts down to its turn while a limit holds it back", () => {
    const run = { ...newRun("c"), phase: "queued", retryAtMs: 2500 } as const;
    expect(stateText(run, 1000)).toEqual({ text: "queued · 1.5 s", tone: "neutral" });
  });

  it("says that another model takes over", () => {
    const falls = run({ phase: "backing_off", attempt: 3, retryAtMs: null });
    expect(stateText(falls, 0).text).toBe("switching model");
  });

  it("is at rest before anything ran", () => expect(stateText(null, 0).text).toBe("ready"));
});
