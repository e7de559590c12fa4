import { backend, type BudgetState, type Live } from "./backend";
import { live } from "./live";

/** How often budgets are read while calls end, in milliseconds. */
const PACE = 1000;
/** Longest wait of a timer before it looks again, in milliseconds. */
const LONGEST = 3_600_000;

/** The budgets and how they stand, for the title bar and the Costs screen. */
class Budgets {
  list = $state.raw<readonly BudgetState[]>([]);
  #pace: ReturnType<typeof setTimeout> | undefined;
  #reset: ReturnType<typeof setTimeout> | undefined;

  /** The tightest budget of all calls of a day; `undefined`: there is none. */
  get daily(): BudgetState | undefined {
    return this.#global("day");
  }

  /** The tightest budget of all calls of a month; `undefined`: there is none. */
  get monthly(): BudgetState | undefined {
    return this.#global("month");
  }

  /** Follows until the returned function is called. */
  follow(): () => void {
    const stops = [
      live.onItem((item) => {
        if (changes(item)) this.#soon();
      }),
      live.onGap(() => void this.refresh()),
    ];
    return () => {
      clearTimeout(this.#pace);
      clearTimeout(this.#reset);
      this.#pace = undefined;
      stops.forEach((stop) => stop());
    };
  }

  async refresh(): Promise<void> {
    try {
      this.list = (await backend().call("budgets.list", {})).budgets;
      this.#untilReset();
    } catch {
      // The meter is a glance; a budget that cannot be read is told where budgets are set.
      this.list = [];
    }
  }

  #global(window: BudgetState["window"]): BudgetState | undefined {
    return this.list
      .filter((budget) => budget.scope.of === "global" && budget.window === window)
      .toSorted((one, next) => one.limit - next.limit)[0];
  }

  #soon(): void {
    this.#pace ??= setTimeout(() => {
      this.#pace = undefined;
      void this.refresh();
    }, PACE);
  }

  /** What resets has nothing spent then. */
  #untilReset(): void {
    clearTimeout(this.#reset);
    const next = Math.min(...this.list.map((budget) => budget.resets_at_ms ?? Infinity));
    if (!Number.isFinite(next)) return;
    const wait = Math.min(LONGEST, Math.max(PACE, next - Date.now() + PACE));
    this.#reset = setTimeout(() => void this.refresh(), wait);
  }
}

function changes(item: Live): boolean {
  if (item.kind === "budgets_changed" || item.kind === "config_changed") return true;
  return item.kind === "event" && ["finished", "failed", "cancelled"].includes(item.event.type);
}

export const budgets = new Budgets();
