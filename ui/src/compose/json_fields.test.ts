import { describe, expect, it } from "vitest";
import { readSchema, readTools, SCHEMA_EXAMPLE, TOOLS_EXAMPLE } from "./json_fields";

describe("the schema field", () => {
  it("is no schema when it is empty", () => expect(readSchema("  ")).toEqual({ value: null }));

  it("names the line of an error", () => {
    expect(readSchema('{\n"a": }')).toEqual({ problem: "line 2: `}` begins no value" });
  });

  it("wants an object", () => expect(readSchema("[1]")).toHaveProperty("problem"));

  it("takes its own example", () => expect(readSchema(SCHEMA_EXAMPLE)).toHaveProperty("value"));
});

describe("the tools field", () => {
  it("takes its own example", () => {
    expect(readTools(TOOLS_EXAMPLE)).toMatchObject({ value: [{ name: "find_invoice" }] });
  });

  it("takes tools as the OpenAI API writes them", () => {
    const text = '[{"type": "function", "function": {"name": "f", "description": "d"}}]';
    expect(readTools(text)).toEqual({
      value: [{ name: "f", description: "d", parameters: { type: "object", properties: {} } }],
    });
  });

  it.each([
    ["{}", "tools are a list: [ … ]"],
    ['[{"name": "a b"}]', "tool 1: `name` is missing; letters, digits, _ and - only"],
    ['[{"name": "a"}, {"name": "a"}]', "tool 2: the name `a` is taken"],
    ['[{"name": "a", "parameters": 1}]', "tool 1: `parameters` must be a JSON schema: { … }"],
  ])("%s is refused: %s", (text, problem) => expect(readTools(text)).toEqual({ problem }));
});
