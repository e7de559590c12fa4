import { app } from "./app.svelte";
import { backend, type Live, type PicoUsd, type SpendToday } from "./backend";
import { live } from "./live";
import { Underway } from "./underway";

/** How often the meter is read while calls end, in milliseconds. */
const PACE = 1000;
/** How often the meter moves while calls stream, in milliseconds. */
const STEP = 250;
/** Longest wait of a timer before it looks again, in milliseconds. */
const LONGEST = 3_600_000;

/** What was spent today: the meter of the title bar. */
class TodaysSpend {
  /** `null`: not read yet, or it cannot be read. */
  today = $state.raw<SpendToday | null>(null);
  /** What calls that stream have cost so far, about; not in `today`. */
  underway = $state<PicoUsd>(0);
  #calls = new Underway();
  #pace: ReturnType<typeof setTimeout> | undefined;
  #step: ReturnType<typeof setTimeout> | undefined;
  #midnight: ReturnType<typeof setTimeout> | undefined;

  /** Reads and follows until the returned function is called. */
  follow(): () => void {
    const stops = [
      live.onItem((item) => {
        const known = ({ provider, model }: { provider: string; model: string }) =>
          app.models.find((one) => one.provider === provider && one.model === model);
        if (this.#calls.take(item, known)) this.#move();
        if (ends(item)) this.#soon();
      }),
      live.onGap(() => {
        this.#calls.clear();
        void this.refresh();
      }),
    ];
    return () => {
      clearTimeout(this.#pace);
      clearTimeout(this.#step);
      clearTimeout(this.#midnight);
      this.#pace = this.#step = undefined;
      stops.forEach((stop) => stop());
    };
  }

  async refresh(): Promise<void> {
    const ended = this.#calls.ended();
    try {
      this.today = await backend().call("spend.today", {});
      this.#calls.forget(ended);
      this.underway = this.#calls.cost;
      this.#untilMidnight(Date.parse(this.today.to) - Date.now());
    } catch {
      // The meter is a glance; what is wrong is said on the Costs screen.
      this.today = null;
    }
  }

  #move(): void {
    this.#step ??= setTimeout(() => {
      this.#step = undefined;
      this.underway = this.#calls.cost;
    }, STEP);
  }

  #soon(): void {
    this.#pace ??= setTimeout(() => {
      this.#pace = undefined;
      void this.refresh();
    }, PACE);
  }

  /** A new day begins with nothing spent. */
  #untilMidnight(ms: number): void {
    clearTimeout(this.#midnight);
    if (!Number.isFinite(ms)) return;
    const wait = Math.min(LONGEST, Math.max(PACE, ms + PACE));
    this.#midnight = setTimeout(() => void this.refresh(), wait);
  }
}

function ends(item: Live): boolean {
  return item.kind === "event" && ["finished", "failed", "cancelled"].includes(item.event.type);
}

export const todaysSpend = new TodaysSpend();
