import {
  backend,
  type AppInfo,
  type ConfigProblem,
  type KeychainState,
  type Live,
  type ModelInfo,
  type ProviderInfo,
} from "./backend";
import { live } from "./live";
import { Rests, type LampLook } from "./rests.svelte";

/** What every screen may know of the program: providers, models, counts, the state of the key store. */
class AppState {
  info = $state.raw<AppInfo | null>(null);
  providers = $state.raw<readonly ProviderInfo[]>([]);
  models = $state.raw<readonly ModelInfo[]>([]);
  configProblem = $state.raw<ConfigProblem | null>(null);
  /** Why history is not being written now; `null`: it is. */
  historyError = $state<string | null>(null);
  keychain = $state.raw<KeychainState>({ state: "ok" });
  /** Why providers or models could not be read; `null` if they were. */
  failure = $state<string | null>(null);
  #running = $state.raw<ReadonlySet<string>>(new Set());
  #begun = $state(0);
  readonly #rests = new Rests(() => void this.refreshProviders());

  /** Calls running now, of all hosts. */
  get inFlight(): number {
    return this.#running.size;
  }

  /** Recorded calls, those begun since the last count included. */
  get historyCalls(): number {
    return (this.info?.history_calls ?? 0) + this.#begun;
  }

  model(id: string): ModelInfo | undefined {
    return this.models.find((model) => model.id === id);
  }

  provider(id: string): ProviderInfo | undefined {
    return this.providers.find((provider) => provider.id === id);
  }

  /** Returns the provider's name for people, or its id if it is not configured any more. */
  providerLabel(id: string): string {
    return this.provider(id)?.label ?? id;
  }

  /** Returns how the provider's lamp looks now; while it is left alone, for how long yet. */
  lamp(provider: ProviderInfo): LampLook {
    return this.#rests.look(provider);
  }

  /** Reads everything; what cannot be read keeps its last value. */
  async refresh(): Promise<void> {
    await Promise.all([this.refreshInfo(), this.refreshProviders()]);
  }

  async refreshInfo(): Promise<void> {
    try {
      const info = await backend().call("app.info", {});
      this.info = info;
      this.configProblem = info.config_error;
      this.keychain = info.keychain;
      this.historyError = info.history_error;
      this.#begun = 0;
    } catch (thrown) {
      this.failure = message(thrown);
    }
  }

  async refreshProviders(): Promise<void> {
    try {
      const [providers, models] = await Promise.all([
        backend().call("providers.list", {}),
        backend().call("models.list", {}),
      ]);
      this.providers = providers;
      this.#rests.read(providers);
      this.models = models;
      this.failure = null;
    } catch (thrown) {
      this.failure = message(thrown);
    }
  }

  /** Follows the live channel until the returned function is called. */
  follow(): () => void {
    const stops = [
      live.onItem((item) => this.#receive(item)),
      live.onGap(() => {
        this.#running = new Set();
        void this.refresh();
      }),
    ];
    return () => stops.forEach((stop) => stop());
  }

  #receive(item: Live): void {
    switch (item.kind) {
      case "call_started":
        this.#running = new Set([...this.#running, item.summary.id]);
        this.#begun += 1;
        break;
      case "event":
        if (["finished", "failed", "cancelled"].includes(item.event.type)) {
          const rest = new Set(this.#running);
          rest.delete(item.event.call);
          this.#running = rest;
          if (rest.size === 0) void this.refreshInfo();
        }
        break;
      case "config_changed":
        this.configProblem = item.error;
        void this.refresh();
        break;
      case "history_changed":
        this.historyError = item.error;
        break;
      case "providers_changed":
        void this.refresh();
        break;
      case "keychain_changed":
        this.keychain = item.keychain;
        break;
    }
  }
}

function message(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

export const app = new AppState();
