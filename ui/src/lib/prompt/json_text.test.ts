import { describe, expect, it } from "vitest";
import { parseJson } from "./json_text";

describe("JSON as typed", () => {
  it("is its value when it is right", () => {
    expect(parseJson('{"a": [1, true, null, "x"]}')).toEqual({
      ok: true,
      value: { a: [1, true, null, "x"] },
    });
  });

  it.each([
    ['{\n  "a": 1\n  "b": 2\n}', 3, "a comma or `}` is expected"],
    ['{\n  "a": 1,\n}', 3, "a comma before the end is not allowed"],
    ["{\n  a: 1\n}", 2, "a name in double quotes is expected"],
    ['{\n  "a" 1\n}', 2, "a colon is expected after the name"],
    ['[\n  "a\n]', 2, "the text in quotes has no end on this line"],
    ["{\n  \"a\": 'b'\n}", 2, "text needs double quotes"],
    ['{"a": 01}', 1, "`0` begins no value"],
    ['{"a": }', 1, "`}` begins no value"],
    ["", 1, "a value is missing at the end"],
    ["{} {}", 1, "something follows after the end"],
    ['{"a": "\\x"}', 1, "this backslash escapes nothing that JSON knows"],
  ])("%j names line %i: %s", (text, line, message) => {
    expect(parseJson(text)).toMatchObject({ ok: false, line, message });
  });

  it("does not run out of stack on deep nesting", () => {
    const deep = `${"[".repeat(100_000)}`;
    expect(parseJson(deep)).toMatchObject({ ok: false, message: "this is nested too deeply" });
  });
});
