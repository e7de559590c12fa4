import type { BudgetState, Period, Scope, SetBudget } from "../lib/backend";

export type ScopeKind = Scope["of"];
export type DegradeKind = "cheapest" | "to" | "never";

/** What is counted by a name of its own. */
type Named = Extract<Scope, { name: string }>["of"];

/** Returns whether a scope needs a name. */
export function isNamed(scope: ScopeKind): scope is Named {
  return !["global", "each_project", "each_key", "each_caller"].includes(scope);
}

/** A budget while it is written. */
export interface BudgetForm {
  name: string;
  limit: string;
  window: Period;
  scope: ScopeKind;
  scopeName: string;
  degrade: DegradeKind;
  degradeTo: string;
  blocks: boolean;
}

/** Returns the form of a budget; of a new one without any. */
export function formOf(budget: BudgetState | null): BudgetForm {
  if (!budget) {
    return {
      name: "",
      limit: "10.00",
      window: "day",
      scope: "global",
      scopeName: "",
      degrade: "cheapest",
      degradeTo: "",
      blocks: true,
    };
  }
  return {
    name: budget.name,
    limit: budget.limit_usd,
    window: budget.window,
    scope: budget.scope.of,
    scopeName: "name" in budget.scope ? budget.scope.name : "",
    degrade: budget.degrade.do,
    degradeTo: budget.degrade.do === "to" ? budget.degrade.name : "",
    blocks: budget.blocks,
  };
}

/** Returns what is written into the file for a form; `old` is the budget's name so far. */
export function setOf(form: BudgetForm, old: string | null): SetBudget {
  const name = form.scopeName.trim();
  return {
    name: form.name.trim(),
    ...(old === null ? {} : { old_name: old }),
    scope: isNamed(form.scope) ? { of: form.scope, name } : { of: form.scope },
    window: form.window,
    limit_usd: form.limit.trim(),
    degrade:
      form.degrade === "to" ? { do: "to", name: form.degradeTo.trim() } : { do: form.degrade },
    blocks: form.blocks,
  };
}

/** Returns whether the form names what it counts and what answers instead. */
export function isComplete(form: BudgetForm): boolean {
  return (
    form.name.trim() !== "" &&
    form.limit.trim() !== "" &&
    (!isNamed(form.scope) || form.scopeName.trim() !== "") &&
    (form.degrade !== "to" || form.degradeTo.trim() !== "")
  );
}
