import { describe, expect, it } from "vitest";
import { toBytes, toUnits } from "./bytes";

describe("places in a text", () => {
  it("are the same both ways at every border of a character", () => {
    const text = 'language == "日本語" and 🎉 ä';
    let units = 0;
    for (const letter of text) {
      expect(toUnits(text, toBytes(text, units))).toBe(units);
      units += letter.length;
    }
    expect(toUnits(text, toBytes(text, units))).toBe(units);
  });

  it("within a character mean its start", () => {
    expect(toUnits("é!", 1)).toBe(0);
    expect(toUnits("é!", 99)).toBe(2);
  });
});
