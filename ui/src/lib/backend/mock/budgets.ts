import { BackendError } from "../backend";
import type {
  Alert,
  AlertList,
  AlertSettings,
  BudgetList,
  BudgetName,
  BudgetState,
  DismissAlerts,
  MuteAlerts,
  RaiseBudget,
  SetAlerts,
  SetBudget,
  SetWebhook,
} from "../types";

const USD = 1e12;

/** Budgets and alerts in memory. */
export class MockBudgets {
  budgets: BudgetState[] = [
    {
      ...budget({ name: "daily", scope: { of: "global" }, window: "day", limit_usd: "10.00" }),
      spent: 3.12 * USD,
      share: 0.312,
      resets_at_ms: Date.parse("2099-11-26T00:00:00Z"),
      resets_text: "resets Thu 00:00 (Europe/Berlin), in 7 h 20 m",
    },
    {
      ...budget({ name: "monthly", scope: { of: "global" }, window: "month", limit_usd: "500.00" }),
      spent: 415 * USD,
      share: 0.83,
      step: "warn",
      resets_text: "resets Tue 1 Dec 00:00 (Europe/Berlin), in 5 d 7 h",
    },
  ];
  alerts: Alert[] = [];
  settings: AlertSettings = {
    enabled: true,
    ladder_usd: ["10", "50", "100", "500", "1000"],
    notifications: true,
    runaway: true,
    webhook: { set: false },
  };
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  list(): BudgetList {
    return { budgets: this.budgets, zone: "Europe/Berlin" };
  }

  set(request: SetBudget): BudgetList {
    const made = budget(request);
    const at = this.budgets.findIndex(({ name }) => name === (request.old_name ?? request.name));
    if (at < 0) this.budgets.push(made);
    else this.budgets[at] = { ...this.#at(at), ...made, spent: this.#at(at).spent };
    return this.#told();
  }

  remove({ name }: BudgetName): BudgetList {
    this.#find(name);
    this.budgets = this.budgets.filter((one) => one.name !== name);
    return this.#told();
  }

  raise({ name, limit_usd }: RaiseBudget): BudgetList {
    const found = this.#find(name);
    found.limit = limit_usd === undefined ? found.limit * 1.5 : Number(limit_usd) * USD;
    found.share = found.spent / found.limit;
    found.raised_until_ms = found.resets_at_ms ?? Date.now() + 3_600_000;
    return this.#told();
  }

  mute({ budget: name, muted }: MuteAlerts): BudgetList {
    const found = this.#find(name);
    if (muted) found.muted_until_ms = found.resets_at_ms ?? Date.now() + 3_600_000;
    else delete found.muted_until_ms;
    return this.#told();
  }

  alertList(): AlertList {
    return {
      alerts: this.alerts,
      open: this.alerts.filter(({ dismissed }) => !dismissed).length,
    };
  }

  dismiss({ id }: DismissAlerts): AlertList {
    for (const alert of this.alerts)
      if (id === undefined || alert.id === id) alert.dismissed = true;
    return this.alertList();
  }

  setAlerts(change: SetAlerts): AlertSettings {
    this.settings = { ...this.settings, ...change };
    return this.settings;
  }

  setWebhook({ url }: SetWebhook): AlertSettings {
    this.settings.webhook =
      url === undefined ? { set: false } : { set: true, host: new URL(url).host, from: "keychain" };
    return this.settings;
  }

  #told(): BudgetList {
    this.#changed();
    return this.list();
  }

  #at(place: number): BudgetState {
    const found = this.budgets[place];
    if (!found) throw new Error(`no budget at ${place}`);
    return found;
  }

  #find(name: string): BudgetState {
    const found = this.budgets.find((one) => one.name === name);
    if (found) return found;
    throw new BackendError({ code: "not_found", message: `there is no budget \`${name}\`` });
  }
}

function budget(request: SetBudget): BudgetState {
  const { scope } = request;
  return {
    name: request.name,
    scope,
    scope_text: scope.of === "global" ? "all calls" : `${scope.of} ${scope.name}`,
    window: request.window,
    limit: Number(request.limit_usd) * USD,
    limit_usd: request.limit_usd,
    spent: 0,
    reserved: 0,
    share: 0,
    step: "within",
    blocks: request.blocks ?? true,
    degrade: request.degrade ?? { do: "cheapest" },
  };
}
