import { afterEach, describe, expect, it, vi } from "vitest";
import { actions, type Action } from "./actions.svelte";

let stop: (() => void) | undefined;
afterEach(() => stop?.());

function register(more: Partial<Action>): Action["run"] {
  const run = vi.fn();
  stop = actions.register([{ id: "test", title: "Test", group: "Test", run, ...more }]);
  return run;
}

function press(init: KeyboardEventInit, target: HTMLElement = document.body): boolean {
  if (target !== document.body) document.body.append(target);
  const event = new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init });
  let handled = false;
  const listen = (seen: KeyboardEvent): void => void (handled = actions.handle(seen));
  document.addEventListener("keydown", listen, { once: true });
  target.dispatchEvent(event);
  return handled;
}

describe("the action registry", () => {
  it("does what a key stands for", () => {
    const run = register({ keys: "Mod+Enter" });
    expect(press({ key: "Enter", ctrlKey: true })).toBe(true);
    expect(run).toHaveBeenCalledOnce();
  });

  it("never takes a single key from a text field", () => {
    const run = register({ keys: "/" });
    expect(press({ key: "/", code: "Slash" }, document.createElement("textarea"))).toBe(false);
    expect(press({ key: "/", code: "Slash" }, document.createElement("div"))).toBe(true);
    expect(run).toHaveBeenCalledOnce();
  });

  it("leaves the key alone while its action cannot be done", () => {
    const run = register({ keys: "Escape", enabled: () => false });
    expect(press({ key: "Escape" })).toBe(false);
    expect(run).not.toHaveBeenCalled();
  });

  it("leaves keys of an input method alone", () => {
    const run = register({ keys: "Mod+Enter" });
    expect(press({ key: "Enter", ctrlKey: true, isComposing: true })).toBe(false);
    expect(run).not.toHaveBeenCalled();
  });
});
