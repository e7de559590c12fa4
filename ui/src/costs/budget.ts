/** Budgets beside what was spent. */
import type { BudgetList, BudgetState, SpendForecast } from "../lib/backend";
import { money } from "../lib/format";

/** The tightest budget of all calls over a window; `undefined`: there is none. */
export function globalBudget(
  list: BudgetList | null,
  window: BudgetState["window"],
): BudgetState | undefined {
  return list?.budgets
    .filter((budget) => budget.scope.of === "global" && budget.window === window)
    .toSorted((one, next) => one.limit - next.limit)[0];
}

/** Says how a forecast stands to the budget of its window: "budget $500, on track". */
export function outlook({ low, high }: Pick<SpendForecast, "low" | "high">, limit: number): string {
  const budget = `budget ${money(limit).replace(/\.00$/, "")}`;
  if (high <= limit) return `${budget}, on track`;
  return low > limit ? `${budget}, will not last` : `${budget}, may not last`;
}
