import { BackendError } from "../backend";
import type {
  Alert,
  AlertList,
  AlertSettings,
  BudgetList,
  BudgetState,
  SetAlerts,
  SetBudget,
  Step,
  StoppedCaller,
} from "../types";

const USD = 1_000_000_000_000;
const AMOUNT = /^\d+(\.\d{1,12})?$/;

/** Budgets, alerts and stopped callers in memory. */
export class MockBudgets {
  budgets: BudgetState[] = [];
  alerts: Alert[] = [];
  stopped: StoppedCaller[] = [];
  settings: AlertSettings = {
    enabled: true,
    ladder_usd: ["10.00", "50.00", "100.00", "500.00", "1000.00"],
    hour_usd: "50.00",
    day_usd: "500.00",
    notifications: true,
    runaway: true,
    webhook: { set: false },
  };

  constructor(private readonly changed: () => void) {}

  list(): BudgetList {
    return { budgets: this.budgets, zone: "Europe/Berlin" };
  }

  set(budget: SetBudget): BudgetList {
    if (!AMOUNT.test(budget.limit_usd)) {
      throw new BackendError({
        code: "invalid_params",
        message: "an amount is written without a currency sign",
        hint: "write for example 10.00, in USD without a sign",
        field: "limit_usd",
      });
    }
    const old = this.budgets.find((it) => it.name === (budget.old_name ?? budget.name));
    const { scope } = budget;
    const limit = Math.round(Number(budget.limit_usd) * USD);
    const state: BudgetState = {
      name: budget.name,
      scope,
      scope_text:
        "name" in scope
          ? `${scope.of} ${scope.name}`
          : scope.of === "global"
            ? "all calls"
            : `${scope.of.replace("_", " ")} by itself`,
      window: budget.window,
      limit,
      limit_usd: budget.limit_usd,
      spent: old?.spent ?? 0,
      reserved: 0,
      share: 0,
      step: "within",
      blocks: budget.blocks ?? true,
      degrade: budget.degrade ?? { do: "cheapest" },
      ...(budget.window === "call" ? {} : RESETS),
    };
    this.budgets = [...this.budgets.filter((it) => it !== old), stand(state)];
    this.changed();
    return this.list();
  }

  remove(name: string): BudgetList {
    this.#find(name);
    this.budgets = this.budgets.filter((it) => it.name !== name);
    this.changed();
    return this.list();
  }

  /** Spends an amount in USD in a budget. */
  spend(name: string, usd: number, reserved = 0): void {
    const budget = this.#find(name);
    this.#replace({
      ...budget,
      spent: budget.spent + usd * USD,
      reserved: reserved * USD,
    });
  }

  raise(name: string): BudgetList {
    const budget = this.#find(name);
    this.#replace({
      ...budget,
      limit: budget.limit * 1.5,
      raised_until_ms: RESETS.resets_at_ms,
    });
    return this.list();
  }

  mute(name: string, muted: boolean): BudgetList {
    const { muted_until_ms: _, ...budget } = this.#find(name);
    this.#replace(muted ? { ...budget, muted_until_ms: RESETS.resets_at_ms } : budget);
    return this.list();
  }

  alertList(): AlertList {
    return { alerts: this.alerts, open: this.alerts.filter((alert) => !alert.dismissed).length };
  }

  dismiss(id?: number): AlertList {
    this.alerts = this.alerts.map((alert) =>
      id === undefined || alert.id === id ? { ...alert, dismissed: true } : alert,
    );
    return this.alertList();
  }

  setAlerts(change: SetAlerts): AlertSettings {
    const wrong = change.ladder_usd?.find((amount) => !AMOUNT.test(amount));
    if (wrong !== undefined) {
      throw new BackendError({
        code: "invalid_params",
        message: "an amount is a plain decimal number",
        field: "ladder_usd",
      });
    }
    this.settings = { ...this.settings, ...change };
    return this.settings;
  }

  setWebhook(url?: string | null): AlertSettings {
    if (url && !url.startsWith("https://")) {
      throw new BackendError({
        code: "invalid_params",
        message: "a webhook outside this machine is reached over https only",
        field: "url",
      });
    }
    const webhook = url ? { set: true, host: new URL(url).host, from: "keychain" } : { set: false };
    this.settings = { ...this.settings, webhook };
    return this.settings;
  }

  stop(caller: string, reason = ""): StoppedCaller[] {
    this.stopped = [...this.stopped, { caller, at_ms: Date.now(), reason }];
    this.changed();
    return this.stopped;
  }

  resume(caller: string): StoppedCaller[] {
    this.stopped = this.stopped.filter((it) => it.caller !== caller);
    this.changed();
    return this.stopped;
  }

  #find(name: string): BudgetState {
    const found = this.budgets.find((it) => it.name === name);
    if (found) return found;
    throw new BackendError({ code: "not_found", message: `there is no budget \`${name}\`` });
  }

  #replace(budget: BudgetState): void {
    this.budgets = this.budgets.map((it) => (it.name === budget.name ? stand(budget) : it));
    this.changed();
  }
}

const RESETS = {
  resets_at_ms: Date.UTC(2026, 10, 29, 23),
  resets_text: "resets Mon 00:00 (Europe/Berlin), in 2 d 4 h",
};

function stand(budget: BudgetState): BudgetState {
  const share = budget.limit > 0 ? budget.spent / budget.limit : 1;
  const steps: [number, Step][] = [
    [1, "block"],
    [0.95, "degrade"],
    [0.8, "warn"],
    [0.5, "notify"],
  ];
  const step = steps.find(([from]) => share >= from)?.[1] ?? "within";
  return { ...budget, share, step: budget.window === "call" ? "within" : step };
}
