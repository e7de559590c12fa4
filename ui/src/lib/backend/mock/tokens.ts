import type { CountTokens, ModelInfo, TokenCount } from "../types";

/** Four characters a token: the program counts better. */
export function countTokens(asked: CountTokens, models: readonly ModelInfo[]): TokenCount[] {
  const chars = JSON.stringify([asked.messages, asked.variables, asked.tools]).length;
  const tokens = Math.ceil(chars / 4);
  return asked.models.map((model) => {
    const known = models.find((one) => one.id === model);
    const price = known?.input_price ?? null;
    return {
      model,
      ...(known ? { target: known.id } : {}),
      tokens,
      counted: false,
      about: "estimated",
      ...(price === null ? {} : { cost: price * tokens }),
    };
  });
}
