/** What calls under way have cost so far: an estimate from the text that came, until the program has settled them. */
import type { CallEvent, CallId, Live, ModelInfo, PicoUsd, TargetInfo } from "./backend/types";

/** What a model charges. */
type Prices = Pick<ModelInfo, "input_price" | "output_price" | "simulated">;

/** Characters that a token has, about. */
const CHARS_PER_TOKEN = 4;

interface Call {
  prices: Prices | undefined;
  input: PicoUsd;
  output: PicoUsd;
  ended: boolean;
}

/** Sums calls that stream. Those of the simulator cost nothing; without a price nothing is known. */
export class Underway {
  #calls = new Map<CallId, Call>();

  /** Takes in what the live channel tells; `pricesOf` finds a target's. Returns whether the sum may be another. */
  take(item: Live, pricesOf: (target: TargetInfo) => Prices | undefined): boolean {
    if (item.kind !== "event") return false;
    const { event } = item;
    if (event.type === "attempt_started") {
      const call = this.#calls.get(event.call) ?? { input: 0, output: 0, ended: false };
      this.#calls.set(event.call, { ...call, prices: pricesOf(event.target) });
      return false;
    }
    const call = this.#calls.get(event.call);
    return call ? change(call, event) : false;
  }

  get cost(): PicoUsd {
    let sum = 0;
    for (const { input, output } of this.#calls.values()) sum += input + output;
    return sum;
  }

  /** Calls that have ended: the next reading of what was spent has them. */
  ended(): CallId[] {
    return [...this.#calls].filter(([, call]) => call.ended).map(([id]) => id);
  }

  forget(calls: Iterable<CallId>): void {
    for (const id of calls) this.#calls.delete(id);
  }

  clear(): void {
    this.#calls.clear();
  }
}

function change(call: Call, event: CallEvent): boolean {
  switch (event.type) {
    case "text_delta":
    case "reasoning_delta":
      call.output += of(call.prices, "output_price", event.text.length / CHARS_PER_TOKEN);
      return true;
    case "tool_call_delta":
      call.output += of(call.prices, "output_price", event.arguments.length / CHARS_PER_TOKEN);
      return true;
    case "usage":
      // What was cached is cheaper; how much so is settled at the end.
      call.input = of(call.prices, "input_price", event.usage.input_uncached_tokens);
      return true;
    case "finished":
    case "failed":
    case "cancelled":
      call.ended = true;
      return true;
    default:
      return false;
  }
}

function of(prices: Prices | undefined, price: "input_price" | "output_price", tokens: number) {
  if (!prices || prices.simulated) return 0;
  return (prices[price] ?? 0) * tokens;
}
