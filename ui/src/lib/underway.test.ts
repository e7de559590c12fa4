import { expect, it } from "vitest";
import type { CallEvent, Live, TargetInfo, Usage } from "./backend/types";
import { Underway } from "./underway";

const paid: TargetInfo = { provider: "openai", model: "gpt-5.2", simulated: false };
const played: TargetInfo = { provider: "sandbox", model: "swift", simulated: true };
const pricesOf = ({ provider }: TargetInfo) => ({
  input_price: 100,
  output_price: 1000,
  simulated: provider === "sandbox",
});
let seq = 0;
function event(call: string, rest: Record<string, unknown>): Live {
  return { kind: "event", event: { call, seq: seq++, at_ms: 0, ...rest } as CallEvent };
}
const started = (call: string, target: TargetInfo): Live =>
  event(call, { type: "attempt_started", attempt: 1, max_attempts: 1, target, hedge: false });
const text = (call: string, text: string): Live => event(call, { type: "text_delta", text });
const usage: Partial<Usage> = { input_uncached_tokens: 3 };

it("grows with the text of calls that cost something, and with no other", () => {
  const underway = new Underway();
  const take = (item: Live): boolean => underway.take(item, pricesOf);
  expect(take(text("a", "of a call that nobody saw begin"))).toBe(false);
  take(started("a", paid));
  expect(take(text("a", "12345678"))).toBe(true);
  expect(underway.cost).toBe(2000);
  take(event("a", { type: "usage", usage }));
  expect(underway.cost).toBe(2300);
  take(started("b", played));
  take(text("b", "nothing of this is paid"));
  expect(underway.cost).toBe(2300);
});

it("keeps an ended call until it was read among what was spent", () => {
  const underway = new Underway();
  const take = (item: Live): boolean => underway.take(item, pricesOf);
  take(started("a", paid));
  take(text("a", "1234"));
  expect(underway.ended()).toEqual([]);
  take(event("a", { type: "cancelled", elapsed_ms: 5, usage }));
  expect(underway.cost).toBe(1000);
  underway.forget(underway.ended());
  expect(underway.cost).toBe(0);
});
