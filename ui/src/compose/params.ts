import type { Params, ReasoningEffort } from "../lib/backend";
import { strings } from "./strings";

/** A parameter that is a number. */
export type NumberParam = "temperature" | "top_p" | "max_tokens" | "seed";

/** Reads a number as typed: its value, `undefined` for "not sent", or what is wrong. */
export function readNumber(
  name: NumberParam,
  text: string,
): { value: number | undefined } | { problem: string } {
  if (text.trim() === "") return { value: undefined };
  const value = Number(text.trim().replace(",", "."));
  const problem = problemOf(name, value);
  return problem === null ? { value } : { problem };
}

/** Returns the parameters with one changed; an unset one is left out, so that it is not sent. */
export function withParam<K extends keyof Params>(
  params: Params,
  name: K,
  value: Params[K] | undefined,
): Params {
  const { [name]: _, ...rest } = params;
  return value === undefined ? rest : { ...rest, [name]: value };
}

/** Reads stop texts, one a line. */
export function readStop(text: string): string[] | undefined {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.length > 0 ? lines : undefined;
}

/** Returns how many parameters are sent. */
export function countParams(params: Params | null): number {
  return Object.values(params ?? {}).filter((value) => value !== undefined && value !== null)
    .length;
}

export const EFFORTS: readonly ReasoningEffort[] = ["minimal", "low", "medium", "high"];

function problemOf(name: NumberParam, value: number): string | null {
  switch (name) {
    case "temperature":
      return value >= 0 && value <= 2 ? null : strings.paramRange(0, 2);
    case "top_p":
      return value >= 0 && value <= 1 ? null : strings.paramRange(0, 1);
    case "max_tokens":
      return Number.isSafeInteger(value) && value > 0 ? null : strings.paramPositive;
    case "seed":
      return Number.isSafeInteger(value) ? null : strings.paramWhole;
  }
}
