import {
  backend,
  toBackendError,
  type Alert,
  type AlertList,
  type BackendError,
  type BudgetList,
  type BudgetState,
  type Live,
  type StoppedCaller,
} from "./backend";
import { live } from "./live";
import { navigation } from "./navigation.svelte";
import { toasts } from "./toasts.svelte";

/** How often budgets are read while calls end, in milliseconds. */
const PACE = 1000;
/** Longest wait of a timer before it looks again, in milliseconds. */
const LONGEST = 3_600_000;

/** Budgets, alerts and stopped callers, as every screen may see them. */
class Budgets {
  /** `null` until it was read. */
  list = $state.raw<BudgetList | null>(null);
  alerts = $state.raw<AlertList | null>(null);
  stopped = $state.raw<readonly StoppedCaller[]>([]);
  /** Why they could not be read; `null` if they could. */
  failure = $state.raw<BackendError | null>(null);
  #round = 0;
  #again = false;
  #reading = false;
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

  /** Reads all of it. While it is being read it is read once more at the most. */
  async refresh(): Promise<void> {
    if (this.#reading) {
      this.#again = true;
      return;
    }
    this.#reading = true;
    const round = ++this.#round;
    try {
      const [list, alerts, stopped] = await Promise.all([
        backend().call("budgets.list", {}),
        backend().call("alerts.list", {}),
        backend().call("callers.stopped", {}),
      ]);
      if (round === this.#round) Object.assign(this, { list, alerts, stopped, failure: null });
      this.#untilReset();
    } catch (thrown) {
      if (round === this.#round) this.failure = toBackendError(thrown);
    } finally {
      this.#reading = false;
    }
    if (this.#again) {
      this.#again = false;
      await this.refresh();
    }
  }

  /** Does something that answers with the budgets; what fails is told in the corner. Returns whether it was done. */
  async change(act: () => Promise<BudgetList>): Promise<boolean> {
    try {
      const list = await act();
      this.#round += 1;
      this.list = list;
      return true;
    } catch (thrown) {
      toasts.error(thrown);
      return false;
    }
  }

  /** Refuses a caller's calls, or lets them go on. */
  async stop(caller: string, stop: boolean, reason?: string): Promise<void> {
    try {
      this.stopped = stop
        ? await backend().call(
            "callers.stop",
            reason === undefined ? { caller } : { caller, reason },
          )
        : await backend().call("callers.resume", { caller });
    } catch (thrown) {
      toasts.error(thrown);
    }
  }

  async dismiss(id?: number): Promise<void> {
    try {
      this.alerts = await backend().call("alerts.dismiss", id === undefined ? {} : { id });
    } catch (thrown) {
      toasts.error(thrown);
    }
  }

  /** Follows the live channel until the returned function is called. */
  follow(): () => void {
    const stops = [
      live.onItem((item) => {
        if (item.kind === "budgets_changed" || item.kind === "config_changed") void this.refresh();
        if (ends(item)) this.#soon();
        if (item.kind === "alert_raised") {
          this.#tell(item.alert);
          void this.refresh();
        }
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

  #global(window: BudgetState["window"]): BudgetState | undefined {
    return this.list?.budgets
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
    const resets = (this.list?.budgets ?? []).map((budget) => budget.resets_at_ms ?? Infinity);
    const next = Math.min(...resets);
    if (!Number.isFinite(next)) return;
    const wait = Math.min(LONGEST, Math.max(PACE, next - Date.now() + PACE));
    this.#reset = setTimeout(() => void this.refresh(), wait);
  }

  #tell(alert: Alert): void {
    if (alert.muted) return;
    const { caller } = alert;
    const action =
      caller === undefined
        ? { label: "Open", run: () => navigation.go("settings", { section: "budgets" }) }
        : { label: "Stop it", run: () => void this.stop(caller, true, alert.title) };
    const kind = alert.level === "alarm" ? "danger" : "info";
    toasts.show(`${alert.title}. ${alert.text}`, { kind, action });
  }
}

/** Whether a call ended, which may have spent something. */
function ends(item: Live): boolean {
  return item.kind === "event" && ["finished", "failed", "cancelled"].includes(item.event.type);
}

export const budgets = new Budgets();
