import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useBackend } from "../lib/backend";
import { BackendError } from "../lib/backend/backend";
import { MockBackend } from "../lib/backend/mock";
import { emptyBody, newColumn, newMessage } from "../lib/prompt/body";
import { inputCost, range, TokenCounts } from "./token_counts.svelte";

describe("the prompt's tokens", () => {
  let mock: MockBackend;
  const body = (text: string) => ({
    ...emptyBody(),
    messages: [newMessage("user", text)],
    columns: [
      newColumn("sandbox/steady"),
      newColumn("sandbox/steady"),
      newColumn("openai/gpt-5.2"),
    ],
  });

  beforeEach(() => {
    vi.useFakeTimers();
    mock = new MockBackend();
    useBackend(mock);
  });
  afterEach(() => vi.useRealTimers());

  it("are counted once, after the typing has stopped, for every model once", async () => {
    const counts = new TokenCounts();
    for (const text of ["a", "ab", "abc"]) counts.update(body(text));
    expect(counts.counts).toEqual([]);
    await vi.advanceTimersByTimeAsync(300);
    const asked = mock.log.filter((one) => one.method === "tokens.count");
    expect(asked).toHaveLength(1);
    expect(asked[0]?.params).toMatchObject({ models: ["sandbox/steady", "openai/gpt-5.2"] });
    expect(counts.counts.map((one) => one.model)).toEqual(["sandbox/steady", "openai/gpt-5.2"]);
  });

  it("are not shown when they cannot be counted, and not asked for after the end", async () => {
    const counts = new TokenCounts();
    mock.failing.set("tokens.count", new BackendError({ code: "internal", message: "broken" }));
    counts.update(body("a"));
    await vi.advanceTimersByTimeAsync(300);
    expect(counts.counts).toEqual([]);
    const before = mock.log.length;
    counts.update(body("b"));
    counts.stop();
    await vi.advanceTimersByTimeAsync(2000);
    expect(mock.log).toHaveLength(before);
  });

  it("cost what all columns cost, and nothing is told while a price is unknown", () => {
    const one = { model: "a", tokens: 400, counted: true, about: "", cost: 5 };
    const two = { model: "b", tokens: 420, counted: false, about: "" };
    expect(range([])).toBeNull();
    expect(range([one, two])).toEqual({ least: 400, most: 420 });
    expect(inputCost([one, two], [{ model: "a" }, { model: "a" }])).toBe(10);
    expect(inputCost([one, two], [{ model: "a" }, { model: "b" }])).toBeNull();
    expect(inputCost([], [])).toBeNull();
  });
});
