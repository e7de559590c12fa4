import type { ProviderInfo } from "./backend";

/** How a lamp looks now: its colour and the text beside it. */
export interface LampLook {
  lamp: ProviderInfo["lamp"];
  text: string;
}

/**
 * Counts down how long providers are still left alone. What was read holds for the moment it was read in; when a rest
 * has run out, everything is read anew once.
 */
export class Rests {
  readonly #readAgain: () => void;
  #until = $state.raw<ReadonlyMap<string, number>>(new Map());
  #now = $state(0);
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(readAgain: () => void) {
    this.#readAgain = readAgain;
  }

  /** Takes in what was read just now. */
  read(providers: readonly ProviderInfo[]): void {
    this.#now = Date.now();
    const resting = providers.filter((one) => one.rest_ms !== undefined);
    this.#until = new Map(resting.map((one) => [one.id, this.#now + (one.rest_ms ?? 0)]));
    this.#schedule();
  }

  look(provider: ProviderInfo): LampLook {
    const rest = (this.#until.get(provider.id) ?? 0) - this.#now;
    if (rest <= 0) return { lamp: provider.lamp, text: provider.lamp_text };
    return { lamp: "warning", text: `cooling ${span(rest)}` };
  }

  /** Wakes when the next shown second is over, or stops the clock. */
  #schedule(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const rests = [...this.#until.values()].map((until) => until - this.#now);
    if (rests.length === 0) return;
    const first = Math.min(...rests);
    this.#timer = setTimeout(() => this.#tick(), first <= 0 ? 0 : Math.min(1000, first));
  }

  #tick(): void {
    this.#now = Date.now();
    if ([...this.#until.values()].some((until) => until <= this.#now)) {
      this.#until = new Map([...this.#until].filter(([, until]) => until > this.#now));
      this.#readAgain();
    }
    this.#schedule();
  }
}

function span(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
