import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useBackend, type CallEvent, type PromptBody } from "../backend";
import { MockBackend } from "../backend/mock";
import { Session } from "./session.svelte";

const body = (model: string): PromptBody => ({
  messages: [],
  variables: {},
  tools: [],
  response_format: { type: "text" },
  params: {},
  columns: [{ id: "a", model, fallbacks: [], params: null }],
});

let backend: MockBackend;
beforeEach(() => {
  vi.useFakeTimers();
  backend = new MockBackend();
  useBackend(backend);
});
afterEach(() => vi.useRealTimers());

async function start(model: string): Promise<Session> {
  const { calls } = await backend.call("calls.start", { body: body(model) });
  const session = new Session(calls[0]?.call ?? "");
  backend.subscribe((batch) => {
    for (const item of batch.items) if (item.kind === "event") session.apply(item.event);
  });
  return session;
}

describe("a session", () => {
  it("shows exactly the text that was recorded", async () => {
    const session = await start("sandbox/swift");
    await vi.advanceTimersByTimeAsync(60_000);
    const detail = await backend.call("calls.get", { call: session.call });
    expect(session.run.phase).toBe("done");
    expect(session.answer.text).toBe(detail.text);
    expect(detail.text).not.toBe("");
  });

  it("drops what a broken attempt had shown", async () => {
    const session = await start("sandbox/cut-once");
    await vi.advanceTimersByTimeAsync(60_000);
    const detail = await backend.call("calls.get", { call: session.call });
    expect(session.run.discarded).toBeGreaterThan(0);
    expect(session.answer.text).toBe(detail.text);
  });

  it("ignores events it has seen", () => {
    const session = new Session("c");
    const delta: CallEvent = { call: "c", seq: 4, at_ms: 1, type: "text_delta", text: "once" };
    session.apply(delta);
    session.apply(delta);
    expect(session.answer.text).toBe("once");
    session.dispose();
  });

  it("is whole again after messages were lost", async () => {
    const session = await start("sandbox/swift");
    await vi.advanceTimersByTimeAsync(1500);
    session.answer.reset();
    await session.fetch();
    await vi.advanceTimersByTimeAsync(60_000);
    const detail = await backend.call("calls.get", { call: session.call });
    expect(session.answer.text).toBe(detail.text);
    expect(session.run.phase).toBe("done");
  });
});
