import {
  backend,
  toBackendError,
  type BackendError,
  type CallEvent,
  type CallSummary,
  type SpendFilter,
} from "../lib/backend";
import { live } from "../lib/live";
import type { CallsPlace } from "../lib/navigation.svelte";
import { foldSummary } from "./summary_fold";

/** Calls read at a time. */
const PAGE = 100;
/** How long typing rests before the search runs, in milliseconds. */
const REST = 200;

/** The list of recorded calls: pages of the search, newest first, kept current by the live channel. */
export class CallList {
  rows = $state.raw<readonly CallSummary[]>([]);
  search = $state("");
  /** Only these calls; `null`: all. */
  place = $state.raw<CallsPlace | null>(null);
  /** `loading` only until the first answer; a new search keeps the old rows. */
  status = $state<"loading" | "ready" | "failed">("loading");
  failure = $state.raw<BackendError | null>(null);
  /** Why older calls could not be read; `null` if they could. */
  moreFailure = $state.raw<BackendError | null>(null);
  #next: string | null = null;
  #reading = false;
  #round = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Whether older calls are there to be read. */
  get hasMore(): boolean {
    return this.#next !== null;
  }

  /** Reads the first page and follows the live channel until the returned function is called. */
  open(): () => void {
    const stops = [
      live.onItem((item) => {
        if (item.kind === "call_started") this.#started(item.summary);
        else if (item.kind === "event") this.#event(item.event);
      }),
      live.onGap(() => void this.load()),
    ];
    void this.load();
    return () => {
      clearTimeout(this.#timer);
      for (const stop of stops) stop();
    };
  }

  /** Searches once typing rests. */
  setSearch(text: string): void {
    this.search = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(), REST);
  }

  /** Lists only these calls; `null`: all. */
  setPlace(place: CallsPlace | null): void {
    this.place = place;
    clearTimeout(this.#timer);
    void this.load();
  }

  #only(): { from?: string; to?: string; only?: SpendFilter } {
    if (this.place === null) return {};
    const { from, to, only } = this.place;
    return { from, to, only };
  }

  /** Reads the first page of the search anew. */
  async load(): Promise<void> {
    const round = ++this.#round;
    try {
      const page = await backend().call("calls.list", {
        search: this.search.trim(),
        before: null,
        limit: PAGE,
        ...this.#only(),
      });
      if (round !== this.#round) return;
      this.rows = page.calls;
      this.#next = page.next;
      this.status = "ready";
      this.failure = this.moreFailure = null;
    } catch (thrown) {
      if (round !== this.#round) return;
      this.failure = toBackendError(thrown);
      this.status = "failed";
    }
  }

  /** Reads the next older page, unless it is being read. */
  async more(): Promise<void> {
    if (this.#reading || this.#next === null) return;
    this.#reading = true;
    const round = this.#round;
    try {
      const page = await backend().call("calls.list", {
        search: this.search.trim(),
        before: this.#next,
        limit: PAGE,
        ...this.#only(),
      });
      if (round !== this.#round) return;
      const known = new Set(this.rows.map((row) => row.id));
      this.rows = [...this.rows, ...page.calls.filter((call) => !known.has(call.id))];
      this.#next = page.next;
      this.moreFailure = null;
    } catch (thrown) {
      if (round === this.#round) this.moreFailure = toBackendError(thrown);
    } finally {
      this.#reading = false;
    }
  }

  /** Puts a changed call into the list, if it is listed. */
  replace(summary: CallSummary): void {
    const at = this.rows.findIndex((row) => row.id === summary.id);
    if (at >= 0) this.rows = this.rows.with(at, summary);
  }

  #started(summary: CallSummary): void {
    if (this.rows.some((row) => row.id === summary.id)) return;
    // Whether a new call fits a search only the store can tell.
    if (this.search.trim() === "" && this.place === null) this.rows = [summary, ...this.rows];
    else this.setSearch(this.search);
  }

  #event(event: CallEvent): void {
    const at = this.rows.findIndex((row) => row.id === event.call);
    const old = this.rows[at];
    if (!old) return;
    const next = foldSummary(old, event);
    if (next !== old) this.rows = this.rows.with(at, next);
  }
}
