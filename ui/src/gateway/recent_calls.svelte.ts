import { backend, type CallSummary } from "../lib/backend";
import { live } from "../lib/live";

/** Calls read; of these, those made through the gateway are shown. */
const PAGE = 100;
const SHOWN = 8;
/** How long bursts of events rest before the list is read again, in milliseconds. */
const REST = 300;

/** The latest calls made through the gateway, kept current by the live channel. */
export class RecentCalls {
  rows = $state.raw<readonly CallSummary[]>([]);
  /** Why they could not be read; `null` if they were. */
  failure = $state<string | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Reads them and follows until the returned function is called. */
  open(): () => void {
    const stops = [
      live.onItem((item) => {
        if (item.kind === "call_started") {
          if (item.summary.caller === "gateway") this.#soon();
        } else if (item.kind === "event") {
          const ended = ["finished", "failed", "cancelled"].includes(item.event.type);
          if (ended && this.rows.some((row) => row.id === item.event.call)) this.#soon();
        }
      }),
      live.onGap(() => this.#soon()),
    ];
    void this.#load();
    return () => {
      clearTimeout(this.#timer);
      for (const stop of stops) stop();
    };
  }

  #soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#load(), REST);
  }

  async #load(): Promise<void> {
    try {
      const page = await backend().call("calls.list", { search: "", before: null, limit: PAGE });
      this.rows = page.calls.filter((call) => call.caller === "gateway").slice(0, SHOWN);
      this.failure = null;
    } catch (thrown) {
      this.failure = thrown instanceof Error ? thrown.message : String(thrown);
    }
  }
}
