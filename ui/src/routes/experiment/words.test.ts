import { expect, it } from "vitest";
import type { CompareVerdict, Measure, Measured } from "../../lib/backend";
import { lineOf, pairOf } from "./words";

const SHARES = { first: 0.8, this: 0.2 };

function of(measure: Measure, verdict: Partial<CompareVerdict>): Measured {
  return {
    measure,
    words: "",
    verdict: {
      difference: 0,
      low: null,
      high: null,
      p: null,
      says: "not_enough_data",
      counts: [0, 0],
      needed: null,
      ...verdict,
    },
  };
}
const line = (measure: Measure, verdict: Partial<CompareVerdict>): string =>
  lineOf(of(measure, verdict), 30, SHARES).text;

it("says how many calls of the route a verdict still takes, by the smaller share", () => {
  expect(line("cost", { counts: [80, 20] })).toBe("not enough data yet: about 50 more calls");
  expect(line("cost", { counts: [29, 30] })).toBe("not enough data yet: about 2 more calls");
  expect(line("liked", { counts: [10, 29] })).toBe("not enough data yet: about 21 more ratings");
  expect(line("liked", { counts: [30, 29] })).toBe("not enough data yet: about 1 more rating");
  const none = lineOf(of("cost", { counts: [80, 20] }), 30, { first: 1, this: 0 });
  expect(none.text).toBe("not enough data yet, and its weight is 0");
});

it("gives a verdict with its interval in the unit of the measure", () => {
  const better: Partial<CompareVerdict> = { says: "better", counts: [400, 100] };
  expect(line("cost", { ...better, difference: -0.0012, low: -0.0015, high: -0.0009 })).toBe(
    "$0.0012 less (95 %: −$0.0015 to −$0.00090)",
  );
  expect(line("answered", { ...better, difference: 0.031, low: 0.01, high: 0.05 })).toBe(
    "3.1 points more (95 %: 1.0 to 5.0 points)",
  );
  const slower = of("latency", { says: "worse", difference: 1200, low: 900, high: 1500 });
  expect(lineOf(slower, 30, SHARES)).toEqual({
    text: "1.2 s slower (95 %: 900 ms to 1.5 s)",
    tone: "danger",
  });
});

it("says what it would take where no difference is shown", () => {
  const open: Partial<CompareVerdict> = {
    says: "no_difference_shown",
    counts: [400, 100],
    difference: 0.01,
  };
  expect(line("retries", { ...open, low: -0.1, high: 0.12, needed: 1234 })).toBe(
    "no difference shown (95 %: −0.10 to 0.12); about 5,700 more would show one this large",
  );
  expect(line("retries", { ...open, needed: null })).toBe("no difference shown");
});

it.each([
  ["better", "better", "no_difference_shown", "cheaper, no loss of quality shown"],
  ["better", "worse", "better", "cheaper, but worse"],
  ["better", "no_difference_shown", "worse", "cheaper, but worse"],
  [
    "better",
    "no_difference_shown",
    "not_enough_data",
    "cheaper, as many answered; too few ratings to judge the answers",
  ],
  [
    "better",
    "not_enough_data",
    "not_enough_data",
    "cheaper; whether it is as good is not known yet",
  ],
  ["worse", "no_difference_shown", "better", "dearer, but better"],
  ["worse", "no_difference_shown", "not_enough_data", "dearer, no gain shown"],
  ["no_difference_shown", "better", "not_enough_data", "better; no saving shown"],
  ["no_difference_shown", "worse", "not_enough_data", "worse; no saving shown"],
  ["no_difference_shown", "no_difference_shown", "not_enough_data", "no difference shown"],
  ["not_enough_data", "not_enough_data", "not_enough_data", "not enough data yet"],
] as const)(
  "never says cost alone: cost %s, answered %s, liked %s",
  (cost, answered, liked, text) =>
    expect(
      pairOf([
        of("cost", { says: cost }),
        of("answered", { says: answered }),
        of("liked", { says: liked }),
      ]).text,
    ).toBe(text),
);
