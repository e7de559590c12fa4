import { backend } from "./backend";

/** How long a changing value (a split being dragged) rests before it is kept, in milliseconds. */
const REST = 300;

/** State the interface keeps between launches: last screen, prompt, theme, splits. */
class UiStateStore {
  #values: Record<string, unknown> = {};
  #waiting = new Map<string, ReturnType<typeof setTimeout>>();

  /** Reads what the last launch kept; without it everything starts at its default. */
  async load(): Promise<void> {
    try {
      this.#values = (await backend().call("ui_state.get", {})).values;
    } catch {
      this.#values = {};
    }
  }

  get(key: string): unknown {
    return this.#values[key];
  }

  number(key: string, otherwise: number): number {
    const value = this.#values[key];
    return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
  }

  flag(key: string, otherwise: boolean): boolean {
    const value = this.#values[key];
    return typeof value === "boolean" ? value : otherwise;
  }

  /** Keeps a value; `null` forgets it. Failing is no loss worth a message. */
  keep(key: string, value: unknown): void {
    this.#values[key] = value;
    clearTimeout(this.#waiting.get(key));
    const send = (): void => {
      this.#waiting.delete(key);
      void backend()
        .call("ui_state.set", { key, value: plain(this.#values[key]) })
        .catch(() => undefined);
    };
    this.#waiting.set(key, setTimeout(send, REST));
  }
}

/** Copies a value out of reactive wrappers. */
function plain(value: unknown): unknown {
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}

export const uiState = new UiStateStore();
