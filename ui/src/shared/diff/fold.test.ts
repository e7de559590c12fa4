import { expect, it } from "vitest";
import { fold } from "./fold";

const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, at) => `${from + at}\n`).join("");

it("keeps three lines around each change and says how many are left out", () => {
  expect(
    fold([
      { kind: "same", text: lines(0, 20) },
      { kind: "added", text: "new\n" },
      { kind: "same", text: lines(20, 60) },
      { kind: "removed", text: "old\n" },
      { kind: "same", text: lines(60, 64) },
    ]),
  ).toEqual([
    { kind: "folded", lines: 17 },
    { kind: "same", text: lines(17, 20) },
    { kind: "added", text: "new\n" },
    { kind: "same", text: lines(20, 23) },
    { kind: "folded", lines: 34 },
    { kind: "same", text: lines(57, 60) },
    { kind: "removed", text: "old\n" },
    { kind: "same", text: lines(60, 64) },
  ]);
});

it("folds nothing of a text that is the same and short, or has no end of line", () => {
  expect(fold([{ kind: "same", text: "a\nb" }])).toEqual([{ kind: "same", text: "a\nb" }]);
  expect(fold([])).toEqual([]);
});
