import type { Tool } from "../lib/backend";
import { parseJson } from "../lib/prompt/json_text";
import { strings } from "./strings";

/** What a JSON field holds, or a sentence that says what is wrong. */
export type Read<T> = { value: T } | { problem: string };

const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** Reads a JSON schema; an empty text is none (`null`). */
export function readSchema(text: string): Read<Record<string, unknown> | null> {
  if (text.trim() === "") return { value: null };
  const read = parseJson(text);
  if (!read.ok) return { problem: strings.jsonError(read.line, read.message) };
  return isObject(read.value) ? { value: read.value } : { problem: strings.schemaNotObject };
}

/** Reads a list of tools; an empty text is none. */
export function readTools(text: string): Read<Tool[]> {
  if (text.trim() === "") return { value: [] };
  const read = parseJson(text);
  if (!read.ok) return { problem: strings.jsonError(read.line, read.message) };
  if (!Array.isArray(read.value)) return { problem: strings.toolsNotList };
  const tools: Tool[] = [];
  for (const [index, item] of read.value.entries()) {
    const tool = readTool(item);
    if (typeof tool === "string") return { problem: strings.toolInvalid(index, tool) };
    if (tools.some((other) => other.name === tool.name)) {
      return { problem: strings.toolInvalid(index, strings.toolTwice(tool.name)) };
    }
    tools.push(tool);
  }
  return { value: tools };
}

/** Returns whether a schema's name can be sent. */
export function validName(name: string): boolean {
  return NAME.test(name);
}

/** Writes a value as JSON for editing. */
export function writeJson(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

export const SCHEMA_EXAMPLE = writeJson({
  type: "object",
  properties: {
    category: { type: "string", enum: ["bug", "billing", "question"] },
    priority: { type: "string", enum: ["low", "high"] },
    summary: { type: "string" },
  },
  required: ["category", "priority", "summary"],
  additionalProperties: false,
});

export const TOOLS_EXAMPLE = writeJson([
  {
    name: "find_invoice",
    description: "Finds the latest invoice of a customer",
    parameters: {
      type: "object",
      properties: { customer: { type: "string" } },
      required: ["customer"],
    },
  },
]);

function readTool(item: unknown): Tool | string {
  // The form of the OpenAI API is taken too, as people paste it.
  const inner = isObject(item) && isObject(item["function"]) ? item["function"] : item;
  if (!isObject(inner)) return strings.toolNoName;
  const { name, description, parameters } = inner;
  if (typeof name !== "string" || !validName(name)) return strings.toolNoName;
  if (parameters !== undefined && !isObject(parameters)) return strings.toolNoParameters;
  return {
    name,
    description: typeof description === "string" ? description : "",
    parameters: parameters ?? { type: "object", properties: {} },
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
