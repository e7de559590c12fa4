import {
  backend,
  toBackendError,
  type BackendError,
  type CallDetail,
  type CallEvent,
  type Rating,
} from "../lib/backend";
import { live } from "../lib/live";
import { Session } from "../lib/run/session.svelte";

/** How soon after an event the record of a running call is read again, in milliseconds. */
const SOON = 120;

/** The call whose detail is shown. Its text streams; its record is read again when it changes. */
export class OpenCall {
  detail = $state.raw<CallDetail | null>(null);
  session = $state.raw<Session | null>(null);
  failure = $state.raw<BackendError | null>(null);
  /** The call that was asked for; it may still be on its way. */
  id = $state<string | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly onChanged: (detail: CallDetail) => void = () => {}) {}

  /** Follows the live channel until the returned function is called. */
  follow(): () => void {
    const stops = [
      live.onItem((item) => {
        if (item.kind === "event" && item.event.call === this.id) this.#event(item.event);
      }),
      live.onGap(() => void this.#read()),
    ];
    return () => {
      for (const stop of stops) stop();
      this.close();
    };
  }

  /** Opens a call; what was open stays until the new one is there. */
  async open(id: string): Promise<void> {
    if (this.id === id && this.failure === null) return;
    this.id = id;
    await this.#read();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.session?.dispose();
    this.session = this.detail = this.failure = null;
    this.id = null;
  }

  /** Reads the call again, as after a failure. */
  async retry(): Promise<void> {
    await this.#read();
  }

  /** Rates the answer; the same rating again takes it back. Rejects if it could not be kept. */
  async rate(rating: Rating): Promise<void> {
    const detail = this.detail;
    if (!detail) return;
    const { summary } = detail;
    const next = summary.rating === rating ? null : rating;
    this.#show({ ...detail, summary: { ...summary, rating: next } });
    try {
      await backend().call("calls.rate", { call: summary.id, rating: next });
    } catch (thrown) {
      this.#show(detail);
      throw toBackendError(thrown);
    }
  }

  async #read(): Promise<void> {
    const id = this.id;
    if (id === null) return;
    try {
      const detail = await backend().call("calls.get", { call: id });
      if (id !== this.id) return;
      this.failure = null;
      if (this.session?.call !== id) {
        this.session?.dispose();
        this.session = new Session(id);
        this.session.load(detail);
      } else if (detail.summary.status !== "running") {
        this.session.load(detail);
      }
      this.#show(detail);
    } catch (thrown) {
      if (id === this.id) this.failure = toBackendError(thrown);
    }
  }

  #show(detail: CallDetail): void {
    this.detail = detail;
    this.onChanged(detail);
  }

  #event(event: CallEvent): void {
    this.session?.apply(event);
    if (event.type.endsWith("_delta")) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#read(), SOON);
  }
}
