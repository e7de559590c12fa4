import { backend, type Live, type SpendToday } from "./backend";
import { live } from "./live";

/** How often the meter is read while calls end, in milliseconds. */
const PACE = 1000;
/** Longest wait of a timer before it looks again, in milliseconds. */
const LONGEST = 3_600_000;

/** What was spent today: the meter of the title bar. */
class TodaysSpend {
  /** `null`: not read yet, or it cannot be read. */
  today = $state.raw<SpendToday | null>(null);
  #pace: ReturnType<typeof setTimeout> | undefined;
  #midnight: ReturnType<typeof setTimeout> | undefined;

  /** Reads and follows until the returned function is called. */
  follow(): () => void {
    const stops = [
      live.onItem((item) => {
        if (ends(item)) this.#soon();
      }),
      live.onGap(() => void this.refresh()),
    ];
    return () => {
      clearTimeout(this.#pace);
      clearTimeout(this.#midnight);
      this.#pace = undefined;
      stops.forEach((stop) => stop());
    };
  }

  async refresh(): Promise<void> {
    try {
      this.today = await backend().call("spend.today", {});
      this.#untilMidnight(Date.parse(this.today.to) - Date.now());
    } catch {
      // The meter is a glance; what is wrong is said on the Costs screen.
      this.today = null;
    }
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
