import {
  backend,
  type PriceMatches,
  type PriceNotice,
  type PriceRef,
  type PriceSheet,
} from "../lib/backend";
import { sentence } from "../lib/errors";

/** Quiet time after a key before the list is asked for, in milliseconds. */
const QUIET = 120;

/** What the Prices screen shows: the list, what is announced, and the open model. */
export class PriceView {
  text = $state("");
  matches = $state.raw<PriceMatches | null>(null);
  notices = $state.raw<PriceNotice[]>([]);
  sheet = $state.raw<PriceSheet | null>(null);
  failure = $state<string | null>(null);

  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  /** Reads all anew, the open model too. */
  async refresh(): Promise<void> {
    const open = this.sheet;
    await Promise.all([
      this.#find(),
      backend()
        .call("prices.notices", {})
        .then((notices) => (this.notices = notices))
        .catch(() => undefined),
      open ? this.open(open) : undefined,
    ]);
  }

  /** Looks for a text, once the typing pauses. */
  look(text: string): void {
    this.text = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#find(), QUIET);
  }

  async #find(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const matches = await backend().call("prices.search", { text: this.text });
      if (asked !== this.#asked) return;
      this.matches = matches;
      this.failure = null;
    } catch (thrown) {
      if (asked === this.#asked) this.failure = message(thrown);
    }
  }

  /** Opens a model. */
  async open({ provider, model }: PriceRef): Promise<void> {
    try {
      this.sheet = await backend().call("prices.show", { provider, model });
    } catch (thrown) {
      this.sheet = null;
      this.failure = message(thrown);
    }
  }

  close(): void {
    this.sheet = null;
  }
}

/** Returns what went wrong as a sentence. */
export function message(thrown: unknown): string {
  return sentence(thrown instanceof Error ? thrown.message : String(thrown));
}
