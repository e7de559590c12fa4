import { describe, expect, it } from "vitest";
import type { RouteResult } from "../lib/backend";
import { clockTime, readTime } from "./times";
import { change, differs, headline, share } from "./words";

const result = (more: Partial<RouteResult>): RouteResult =>
  ({
    calls: 10_000,
    answered: 10_000,
    rescued_by_retry: 0,
    rescued_by_fallback: 0,
    rescued_by_continuation: 0,
    fallback_text: 0,
    failed: 0,
    ...more,
  }) as RouteResult;

describe("the headline", () => {
  it("says what became of the calls, rescues of all kinds together", () => {
    const rescues = { rescued_by_retry: 800, rescued_by_fallback: 400, rescued_by_continuation: 4 };
    expect(headline(result({ answered: 9986, failed: 14, ...rescues }))).toBe(
      "9,986 of 10,000 answered; 1,204 of them rescued; 14 failed.",
    );
    expect(headline(result({}))).toBe("10,000 of 10,000 answered; none failed.");
    expect(headline(result({ fallback_text: 3 }))).toContain("3 with the fallback text");
  });
});

describe("figures", () => {
  it("never rounds a share up to all", () => {
    expect(share(9999, 10_000)).toBe("99.99 %");
    expect(share(199_999, 200_000)).toBe("99.99 %");
    expect(share(10_000, 10_000)).toBe("100 %");
  });

  it("shows no change between figures that read the same", () => {
    const row = { figure: "attempts a call", unit: "per_call" as const, better: true };
    expect(differs({ ...row, from: 1.0035, to: 1.0032 })).toBe(false);
    expect(change({ ...row, from: 1.0035, to: 1.0032 })).toBe("0");
    expect(change({ ...row, from: 1.2, to: 1.05 })).toBe("−0.15");
    expect(change({ ...row, from: null, to: 1.05 })).toBe("–");
  });
});

describe("times", () => {
  it.each([
    ["1h30m", 5_400_000],
    ["90s", 90_000],
    ["250ms", 250],
    ["1.5h", 5_400_000],
  ])("reads %s", (text, ms) => expect(readTime(text)).toBe(ms));

  it.each(["", "10", "2 days", "m", "10m!", "-5m", "1e9s"])("takes %j for no time", (text) =>
    expect(readTime(text)).toBeNull(),
  );

  it("writes what it reads", () => {
    for (const ms of [0, 250, 4000, 600_000, 724_000, 5_400_000]) {
      expect(ms === 0 ? 0 : readTime(clockTime(ms))).toBe(ms);
    }
    expect(clockTime(724_000)).toBe("12m4s");
  });
});
