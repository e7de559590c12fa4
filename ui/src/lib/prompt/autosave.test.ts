import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Autosave } from "./autosave.svelte";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("autosave", () => {
  it("saves within 300 ms of the last change, once", async () => {
    const save = vi.fn(async () => undefined);
    const autosave = new Autosave(save);
    autosave.touch();
    await vi.advanceTimersByTimeAsync(200);
    autosave.touch();
    await vi.advanceTimersByTimeAsync(200);
    expect(save).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(100);
    expect(save).toHaveBeenCalledOnce();
    expect(autosave.pending).toBe(false);
  });

  it("does not wait for ever while somebody keeps typing", async () => {
    const save = vi.fn(async () => undefined);
    const autosave = new Autosave(save);
    for (let key = 0; key < 20; key++) {
      autosave.touch();
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(save).toHaveBeenCalled();
  });

  it("saves again what changed while it saved", async () => {
    let text = "a";
    const saved: string[] = [];
    const autosave = new Autosave(async () => {
      const now = text;
      await new Promise((resolve) => setTimeout(resolve, 500));
      saved.push(now);
    });
    autosave.touch();
    await vi.advanceTimersByTimeAsync(300);
    text = "ab";
    autosave.touch();
    await vi.advanceTimersByTimeAsync(2000);
    expect(saved).toEqual(["a", "ab"]);
  });

  it("says why it failed, keeps the change and tries again", async () => {
    const save = vi
      .fn<() => Promise<void>>()
      .mockRejectedValueOnce(new Error("the disk is full"))
      .mockResolvedValue(undefined);
    const autosave = new Autosave(save);
    autosave.touch();
    expect(await autosave.flush()).toBe(false);
    expect(autosave.failure).toBe("the disk is full");
    expect(autosave.pending).toBe(true);
    await vi.advanceTimersByTimeAsync(3100);
    expect(autosave.failure).toBeNull();
    expect(save).toHaveBeenCalledTimes(2);
  });

  it("has everything saved when flush returns", async () => {
    const save = vi.fn(async () => undefined);
    const autosave = new Autosave(save);
    autosave.touch();
    expect(await autosave.flush()).toBe(true);
    expect(save).toHaveBeenCalledOnce();
    expect(await autosave.flush()).toBe(true);
    expect(save).toHaveBeenCalledOnce();
  });
});
