import { BackendError, type Backend, type Method, type ParamsOf, type ResultOf } from "./backend";
import { MockBudgets } from "./mock/budgets";
import { MockCalls } from "./mock/calls";
import { diffWords } from "./mock/diff";
import { MockGateway } from "./mock/gateway";
import { MockPrices } from "./mock/prices";
import { MockPrompts } from "./mock/prompts";
import { MockProviders } from "./mock/providers";
import { parseFault } from "./mock/faults";
import { MockRehearsal } from "./mock/rehearsal";
import { MockRouteEdit } from "./mock/route_edit";
import { mockRoutes } from "./mock/routes";
import { MockSpend } from "./mock/spend";
import { countTokens } from "./mock/tokens";
import { MockWhatIf } from "./mock/what_if";
import type {
  AppInfo,
  Batch,
  ConfigProblem,
  CreatedGatewayKey,
  KeychainState,
  KeyScan,
  Live,
  ProviderInfo,
  SavedFile,
  SaveText,
  SetKey,
} from "./types";

/** What it answers; a method that no test needs is unknown to it. */
type Handlers = { [M in Method]?: (params: ParamsOf<M>) => ResultOf<M> | Promise<ResultOf<M>> };

/** Milliseconds between two batches of the live channel, as the real one coalesces. */
const TICK = 33;

/** A whole backend in memory: for unit tests and for development without the program. */
export class MockBackend implements Backend {
  readonly kind = "mock";
  readonly prices = new MockPrices();
  readonly prompts = new MockPrompts();
  readonly providers = new MockProviders();
  readonly calls = new MockCalls(
    (summary) => this.push({ kind: "call_started", summary }),
    (event) => this.push({ kind: "event", event }),
  );
  readonly budgets = new MockBudgets(() => this.push({ kind: "budgets_changed" }));
  readonly gateway = new MockGateway(() => this.push({ kind: "gateway_changed" }));
  readonly routes = new MockRouteEdit(
    () => mockRoutes(this.providers.list()),
    () => this.push({ kind: "config_changed", error: null }),
  );
  readonly spend = new MockSpend();
  readonly rehearsal = new MockRehearsal(
    (progress) => this.push({ kind: "rehearsal_progress", progress }),
    () => this.routes.list(),
  );
  readonly whatIf = new MockWhatIf(
    (progress) => this.push({ kind: "what_if_progress", progress }),
    () => this.routes.list(),
  );
  /** Methods that fail until taken out, with the error to fail with. */
  readonly failing = new Map<Method, BackendError>();
  /** Every call made, in order. */
  readonly log: { method: Method; params: unknown }[] = [];
  /** What was last copied, opened and saved. */
  copied = "";
  opened = "";
  saved: SaveText | null = null;
  shown = false;
  keychain: KeychainState = { state: "ok" };
  configError: ConfigProblem | null = null;
  values = new Map<string, unknown>();

  #listeners = new Set<(batch: Batch) => void>();
  #queue: Live[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #seq = 0;

  async call<M extends Method>(method: M, params: ParamsOf<M>): Promise<ResultOf<M>> {
    this.log.push({ method, params: structuredClone(params) });
    await Promise.resolve();
    const failure = this.failing.get(method);
    if (failure) throw failure;
    const handler = this.#handlers[method];
    if (!handler) {
      throw new BackendError({
        code: "unknown_method",
        message: `there is no method \`${method}\``,
      });
    }
    return structuredClone(await handler(structuredClone(params)));
  }

  subscribe(onBatch: (batch: Batch) => void): () => void {
    this.#listeners.add(onBatch);
    return () => this.#listeners.delete(onBatch);
  }

  /** Sends something on the live channel. */
  push(item: Live): void {
    this.#queue.push(structuredClone(item));
    this.#timer ??= setTimeout(() => this.flush(), TICK);
  }

  /** Loses one batch on purpose. */
  dropBatch(): void {
    this.#queue = [];
    this.#seq += 1;
  }

  /** Sends what is queued now. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#queue.length === 0) return;
    const batch: Batch = { seq: this.#seq++, items: this.#queue };
    this.#queue = [];
    for (const listener of this.#listeners) listener(structuredClone(batch));
  }

  async setHidden(): Promise<void> {}

  async setKey(key: SetKey): Promise<ProviderInfo> {
    if (key.key.trim() === "") {
      throw new BackendError({ code: "invalid_params", message: "the key is empty", field: "key" });
    }
    const provider = this.providers.setKey(key);
    this.push({ kind: "providers_changed" });
    return provider;
  }

  async createGatewayKey(name: string): Promise<CreatedGatewayKey> {
    return structuredClone(this.gateway.create(name));
  }

  async scanDotenv(): Promise<KeyScan | null> {
    return this.providers.scan("/home/me/project/.env");
  }

  async openUrl(url: string): Promise<void> {
    this.opened = url;
  }

  async saveText(request: SaveText): Promise<SavedFile> {
    this.saved = request;
    return { path: `/home/me/${request.suggested_name}` };
  }

  async copyText(text: string): Promise<void> {
    this.copied = text;
  }

  async ready(): Promise<void> {
    this.shown = true;
  }

  #repriced<T>(result: T): T {
    this.push({ kind: "config_changed", error: null });
    return result;
  }

  #changed<T>(result: T): T {
    this.push({ kind: "providers_changed" });
    return result;
  }

  #info(): AppInfo {
    return {
      version: "0.1.0",
      os: "linux",
      data_dir: "/home/me/.local/share/switchboard",
      config_path: "/home/me/.config/switchboard/config.toml",
      history_path: "/home/me/.local/share/switchboard/history.sqlite",
      history_calls: this.calls.count,
      history_error: null,
      history_bytes: 4096 * (12 + this.calls.count),
      in_flight: this.calls.inFlight,
      keychain: this.keychain,
      config_error: this.configError,
      has_real_provider: this.providers
        .list()
        .some((provider) => !provider.simulated && (!provider.needs_key || provider.active_key)),
      interrupted_at_launch: 0,
    };
  }

  readonly #handlers: Handlers = {
    "app.info": () => this.#info(),
    "ui_state.get": () => ({ values: Object.fromEntries(this.values) }),
    "ui_state.set": ({ key, value }) => {
      if (value === null) this.values.delete(key);
      else this.values.set(key, value);
      return {};
    },
    "providers.list": () => this.providers.list(),
    "providers.presets": () => this.providers.presets(),
    "providers.save": (provider) => this.#changed(this.providers.save(provider)),
    "providers.delete": ({ id }) => {
      this.providers.delete(id);
      return this.#changed({});
    },
    "providers.preview_url": ({ wire, base_url }) => this.providers.preview(wire, base_url),
    "providers.test": async ({ id }) => this.#changed(await this.providers.test(id)),
    "providers.find_local": () => this.#changed(this.providers.findLocal()),
    "models.list": () => this.providers.models(),
    "tokens.count": (params) => countTokens(params, this.providers.models()),
    "routes.list": () => this.routes.list(),
    "routes.rename": ({ name, to }) => {
      const draft = { ...this.routes.get(name).draft, name: to };
      return this.routes.activate({ drafts: [{ original: name, draft }], remove: [] });
    },
    "routes.experiment": ({ route, days }) => this.routes.experiment(route, days ?? 30),
    "routes.get": ({ name }) => this.routes.get(name),
    "routes.check": (params) => this.routes.check(params),
    "routes.diff": (params) => this.routes.diff(params),
    "routes.activate": (params) => this.routes.activate(params),
    "routes.explain": ({ prompt }) => this.routes.explain(prompt ?? ""),
    "routes.complete_rule": (params) => this.routes.complete(params),
    "config.versions": () => this.routes.versions(),
    "config.version": ({ id }) => this.routes.version(id),
    "config.put_back": () => {
      this.configError = null;
      this.push({ kind: "config_changed", error: null });
      return { kept: "/home/me/.config/switchboard/config.toml.broken" };
    },
    "config.restore": ({ id }) => this.routes.restore(id),
    "export.preview": (params) => this.routes.preview(params),
    "import.preview": (params) => this.routes.previewImport(params),
    "import.apply": (params) => this.routes.applyImport(params),
    "budgets.list": () => this.budgets.list(),
    "budgets.set": (budget) => this.budgets.set(budget),
    "budgets.remove": ({ name }) => this.budgets.remove(name),
    "budgets.raise": ({ name }) => this.budgets.raise(name),
    "alerts.list": () => this.budgets.alertList(),
    "alerts.dismiss": ({ id }) => this.budgets.dismiss(id),
    "alerts.mute": ({ budget, muted }) => this.budgets.mute(budget, muted),
    "alerts.settings": () => this.budgets.settings,
    "alerts.set": (change) => this.budgets.setAlerts(change),
    "alerts.set_webhook": ({ url }) => this.budgets.setWebhook(url),
    "alerts.test": () => this.budgets.settings,
    "callers.stopped": () => this.budgets.stopped,
    "callers.stop": ({ caller, reason }) => this.budgets.stop(caller, reason),
    "callers.resume": ({ caller }) => this.budgets.resume(caller),
    "gateway.status": () => this.gateway.status(),
    "gateway.start": ({ port }) => this.gateway.start(port),
    "gateway.stop": () => this.gateway.stop(),
    "gateway.keys.revoke": ({ id }) => this.gateway.revoke(id),
    "rehearse.preview": (params) => this.rehearsal.preview(params),
    "rehearse.parse_fault": ({ text }) => parseFault(text),
    "rehearse.start": (params) => this.rehearsal.start(params),
    "rehearse.progress": () => this.rehearsal.progress(),
    "rehearse.stop": () => {
      this.rehearsal.stop();
      return {};
    },
    "rehearse.report": () => this.rehearsal.report(),
    "rehearse.chart": ({ width, height }) => {
      this.rehearsal.report();
      return {
        svg: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}"></svg>`,
      };
    },
    "what_if.start": (params) => this.whatIf.start(params),
    "what_if.progress": () => this.whatIf.progress(),
    "what_if.stop": () => {
      this.whatIf.stop();
      return {};
    },
    "what_if.report": () => this.whatIf.report(),
    "spend.report": (query) => this.spend.report(query),
    "spend.today": () => this.spend.today(),
    "spend.export": ({ format }) => ({ suggested_name: `spend.${format}`, text: format }),
    "spend.picture": ({ format }) => ({
      suggested_name: `spend.${format}`,
      text: format === "png" ? "iVBORw0K" : "<svg/>",
      base64: format === "png",
    }),
    "keys.state": () => this.keychain,
    "keys.delete": (key) => {
      this.providers.deleteKey(key);
      return this.#changed({});
    },
    "keys.activate": (key) => {
      this.providers.activate(key);
      return this.#changed({});
    },
    "keys.scan_env": () => this.providers.scan("environment"),
    "keys.import": (request) => this.#changed(this.providers.import(request)),
    "prices.search": ({ text }) => this.prices.search(text),
    "prices.show": (wanted) => this.prices.show(wanted),
    "prices.set": (price) => this.#repriced(this.prices.set(price)),
    "prices.remove": (price) => {
      this.prices.remove(price);
      return this.#repriced({});
    },
    "prices.update": () => this.prices.update(),
    "prices.use_bundled": () => this.prices.useBundled(),
    "prices.notices": () => this.prices.notices(),
    "prompts.list": ({ search, deleted }) => this.prompts.list(search, deleted),
    "prompts.get": ({ id }) => this.prompts.get(id),
    "prompts.create": ({ title, body }) => this.prompts.create(title, body),
    "prompts.save_draft": ({ id, title, body }) => this.prompts.saveDraft(id, title, body),
    "prompts.save_version": ({ id }) => this.prompts.saveVersion(id),
    "prompts.versions": ({ id }) => this.prompts.versions(id),
    "prompts.restore": ({ id, version }) => this.prompts.restore(id, version),
    "prompts.duplicate": ({ id }) => this.prompts.duplicate(id),
    "prompts.delete": ({ id }) => {
      this.prompts.setDeleted(id, true);
      return {};
    },
    "prompts.undelete": ({ id }) => this.prompts.setDeleted(id, false),
    "calls.start": (run) => {
      if (run.prompt_id === undefined) return this.calls.start(run, null);
      const { title } = this.prompts.get(run.prompt_id);
      this.prompts.saveDraft(run.prompt_id, title, run.body);
      const prompt = this.prompts.saveVersion(run.prompt_id);
      const started = this.calls.start(run, prompt);
      this.prompts.countCalls(prompt.id, started.calls.length);
      return started;
    },
    "calls.stop": ({ call }) => {
      this.calls.stop(call);
      return {};
    },
    "calls.stop_all": () => {
      this.calls.stopAll();
      return {};
    },
    "calls.list": (query) => this.calls.list(query),
    "calls.get": ({ call }) => this.calls.get(call),
    "calls.latest_of_prompt": ({ id }) => this.calls.latestOf(id),
    "calls.rate": ({ call, rating }) => {
      this.calls.rate(call, rating);
      return {};
    },
    "votes.cast": (vote) => this.calls.cast(vote),
    "votes.record": ({ id }) => this.calls.record(id),
    "diff.texts": ({ before, after }) => diffWords(before, after),
  };
}
