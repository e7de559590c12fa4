/** Budgets beside what was spent. */
import type { SpendForecast } from "../lib/backend";
import { money } from "../lib/format";

/** Says how a forecast stands to the budget of its window: "budget $500, on track". */
export function outlook({ low, high }: Pick<SpendForecast, "low" | "high">, limit: number): string {
  const budget = `budget ${money(limit).replace(/\.00$/, "")}`;
  if (high <= limit) return `${budget}, on track`;
  return low > limit ? `${budget}, will not last` : `${budget}, may not last`;
}
