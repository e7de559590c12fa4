import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CompositionGuard } from "./ime";

function enter(more: { isComposing?: boolean; keyCode?: number } = {}): KeyboardEvent {
  const event = new KeyboardEvent("keydown", {
    key: "Enter",
    isComposing: more.isComposing ?? false,
  });
  Object.defineProperty(event, "keyCode", { value: more.keyCode ?? 13 });
  return event;
}

describe("the composition guard", () => {
  let guard: CompositionGuard;
  let stop: () => void;
  const target = new EventTarget();

  beforeEach(() => {
    vi.useFakeTimers();
    guard = new CompositionGuard();
    stop = guard.watch(target);
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
  });

  it("leaves the Enter that commits a word to the input method", () => {
    target.dispatchEvent(new Event("compositionstart"));
    expect(guard.owns(enter({ isComposing: true, keyCode: 229 }))).toBe(true);
    expect(guard.owns(enter({ keyCode: 229 }))).toBe(true);
  });

  it("leaves the committing Enter alone when the composition closed just before it", () => {
    target.dispatchEvent(new Event("compositionstart"));
    target.dispatchEvent(new Event("compositionend"));
    expect(guard.owns(enter({ keyCode: 229 }))).toBe(true);
  });

  it("lets a later Enter act even if the browser still says 229", () => {
    target.dispatchEvent(new Event("compositionstart"));
    target.dispatchEvent(new Event("compositionend"));
    vi.runAllTimers();
    expect(guard.owns(enter({ keyCode: 229 }))).toBe(false);
  });

  it("lets Enter act where no composition ever began", () => {
    expect(guard.owns(enter())).toBe(false);
    expect(guard.owns(enter({ keyCode: 229 }))).toBe(false);
  });
});
