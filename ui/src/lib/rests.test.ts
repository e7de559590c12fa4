import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ProviderInfo } from "./backend";
import { Rests } from "./rests.svelte";

function provider(rest_ms?: number): ProviderInfo {
  const one = { id: "one", lamp: "down", lamp_text: "server error" } as ProviderInfo;
  return rest_ms === undefined ? one : { ...one, rest_ms };
}

describe("providers that are left alone", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("count down by the second, then what is known is read anew once", () => {
    const readAgain = vi.fn();
    const rests = new Rests(readAgain);
    rests.read([provider(8000)]);
    expect(rests.look(provider())).toEqual({ lamp: "warning", text: "cooling 8 s" });
    vi.advanceTimersByTime(3000);
    expect(rests.look(provider()).text).toBe("cooling 5 s");
    expect(readAgain).not.toHaveBeenCalled();
    vi.advanceTimersByTime(20_000);
    expect(rests.look(provider())).toEqual({ lamp: "down", text: "server error" });
    expect(readAgain).toHaveBeenCalledTimes(1);
  });

  it("stop counting when they answered meanwhile", () => {
    const readAgain = vi.fn();
    const rests = new Rests(readAgain);
    rests.read([provider(200_000)]);
    expect(rests.look(provider()).text).toBe("cooling 4 min");
    rests.read([provider()]);
    expect(rests.look(provider()).text).toBe("server error");
    vi.advanceTimersByTime(300_000);
    expect(readAgain).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
