/** Budgets in words and colours. */
import type { BudgetState, SpendForecast } from "../lib/backend";
import { money } from "../lib/format";

/** The colour of a budget's bar. */
export function budgetTone({ step }: Pick<BudgetState, "step">): "" | "warning" | "danger" {
  if (step === "block") return "danger";
  return step === "warn" || step === "degrade" ? "warning" : "";
}

/** Says how a forecast stands to the budget of its window: "budget $500, on track". */
export function outlook({ low, high }: Pick<SpendForecast, "low" | "high">, limit: number): string {
  const budget = `budget ${money(limit).replace(/\.00$/, "")}`;
  if (high <= limit) return `${budget}, on track`;
  return low > limit ? `${budget}, will not last` : `${budget}, may not last`;
}
