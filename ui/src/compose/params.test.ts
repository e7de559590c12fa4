import { describe, expect, it } from "vitest";
import { countParams, readNumber, readStop, withParam } from "./params";

describe("parameters as typed", () => {
  it("are not sent when empty", () => {
    expect(readNumber("temperature", " ")).toEqual({ value: undefined });
    expect(withParam({ temperature: 1, seed: 2 }, "temperature", undefined)).toEqual({ seed: 2 });
    expect(countParams({ seed: 0 })).toBe(1);
    expect(countParams(null)).toBe(0);
  });

  it("keep zero apart from empty", () => {
    expect(readNumber("temperature", "0")).toEqual({ value: 0 });
  });

  it.each([
    ["temperature", "2.1", "a number from 0 to 2"],
    ["temperature", "warm", "a number from 0 to 2"],
    ["top_p", "-1", "a number from 0 to 1"],
    ["max_tokens", "0", "a whole number above 0"],
    ["max_tokens", "1.5", "a whole number above 0"],
    ["seed", "x", "a whole number"],
  ] as const)("%s of %s is refused: %s", (name, text, problem) => {
    expect(readNumber(name, text)).toEqual({ problem });
  });

  it("take a decimal comma", () => expect(readNumber("top_p", "0,5")).toEqual({ value: 0.5 }));

  it("take stop texts a line each", () => {
    expect(readStop("END\n\n###")).toEqual(["END", "###"]);
    expect(readStop("")).toBeUndefined();
  });
});
