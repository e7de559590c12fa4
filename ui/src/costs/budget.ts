/** Budgets beside what was spent. */
import type { SpendForecast } from "../lib/backend";
import { money } from "../lib/format";

/** Says how a forecast stands to the budget of its window, from long to short: "budget $500, on track". */
export function outlook(
  { low, high }: Pick<SpendForecast, "low" | "high">,
  limit: number,
): readonly string[] {
  const amount = money(limit).replace(/\.00$/, "");
  const standing = high <= limit ? "on track" : low > limit ? "will not last" : "may not last";
  return [`budget ${amount}, ${standing}`, `${amount}, ${standing}`, standing];
}
