import { BackendError } from "../backend";
import type {
  FoundKey,
  ImportKeys,
  KeyInfo,
  KeyRef,
  KeyScan,
  ModelInfo,
  Preset,
  ProviderInfo,
  ProviderTest,
  SaveProvider,
  SetKey,
  UrlPreview,
  Wire,
} from "../types";
import { ABLE, PRESETS, SANDBOX_PROVIDER, sandboxModels } from "./catalog";

/** Key variables that the imagined environment has. */
const ENVIRONMENT: FoundKey[] = [
  {
    variable: "OPENAI_API_KEY",
    preset: "openai",
    label: "OpenAI",
    last4: "9f2c",
    already: false,
  },
  {
    variable: "ANTHROPIC_API_KEY",
    preset: "anthropic",
    label: "Anthropic",
    last4: "77aq",
    already: false,
  },
];

/** Providers and keys in memory. A key set here is forgotten at once: only its last four stay. */
export class MockProviders {
  #providers: ProviderInfo[] = [structuredClone(SANDBOX_PROVIDER)];

  list(): ProviderInfo[] {
    return structuredClone(this.#providers);
  }

  presets(): Preset[] {
    return structuredClone(PRESETS);
  }

  save(request: SaveProvider): ProviderInfo {
    if (!/^[a-z][a-z0-9-]*$/.test(request.id)) {
      throw new BackendError({
        code: "invalid_params",
        message: "the id may hold lower-case letters, digits and hyphens only",
        field: "id",
      });
    }
    const preset = PRESETS.find((candidate) => candidate.id === request.preset);
    const old = this.#providers.find((provider) => provider.id === request.id);
    const provider: ProviderInfo = {
      id: request.id,
      label: request.label,
      wire: request.wire,
      base_url: request.base_url,
      request_url: this.preview(request.wire, request.base_url).request_url,
      simulated: false,
      local: preset?.local ?? false,
      needs_key: request.needs_key,
      keys: old?.keys ?? [],
      active_key: old?.active_key ?? null,
      lamp: "idle",
      lamp_text: "",
      key_url: preset?.key_url ?? null,
      models: request.models ?? preset?.models ?? [],
    };
    relight(provider);
    this.#providers = [...this.#providers.filter((other) => other.id !== provider.id), provider];
    return structuredClone(provider);
  }

  delete(id: string): void {
    this.#find(id);
    this.#providers = this.#providers.filter((provider) => provider.id !== id);
  }

  preview(wire: Wire, base_url: string): UrlPreview {
    let url: URL;
    try {
      url = new URL(base_url);
    } catch {
      throw new BackendError({
        code: "invalid_params",
        message: "the base URL is not an address; it starts with https:// or http://",
        field: "base_url",
      });
    }
    const base = url.href.replace(/\/+$/, "").replace(/\/v1$/, "");
    const path = {
      openai_chat: "/v1/chat/completions",
      openai_responses: "/v1/responses",
      anthropic: "/v1/messages",
      gemini: "/v1beta/models/{model}:streamGenerateContent?alt=sse",
    }[wire];
    return { request_url: `${base}${path}`, note: null };
  }

  async test(id: string): Promise<ProviderTest> {
    const provider = this.#find(id);
    await new Promise((resolve) => setTimeout(resolve, 400));
    if (provider.needs_key && provider.active_key === null) {
      return {
        result: "failed",
        error: { kind: "no_credential", message: `no key for ${provider.label}` },
      };
    }
    provider.lamp = provider.simulated ? "simulated" : "ok";
    provider.lamp_text = provider.simulated ? "simulated" : "214 ms";
    return { result: "ok", elapsed_ms: 214, models: provider.models };
  }

  findLocal(): ProviderInfo[] {
    return [
      this.save({
        id: "ollama",
        label: "Ollama",
        wire: "openai_chat",
        base_url: "http://127.0.0.1:11434/v1",
        needs_key: false,
        preset: "ollama",
        models: ["qwen3:8b"],
      }),
    ];
  }

  models(): ModelInfo[] {
    const configured = this.#providers
      .filter((provider) => !provider.simulated)
      .flatMap((provider) => provider.models.map((model) => modelOf(provider, model)));
    return [...sandboxModels(), ...configured];
  }

  setKey(request: SetKey): ProviderInfo {
    const provider = this.#find(request.provider);
    const key: KeyInfo = {
      name: request.name,
      source: { kind: request.session_only ? "session" : "keychain" },
      present: true,
      last4: request.key.length >= 12 ? request.key.slice(-4) : null,
      updated_at: new Date().toISOString(),
    };
    provider.keys = [...provider.keys.filter((other) => other.name !== key.name), key];
    provider.active_key ??= key.name;
    relight(provider);
    return structuredClone(provider);
  }

  deleteKey({ provider: id, name }: KeyRef): void {
    const provider = this.#find(id);
    provider.keys = provider.keys.filter((key) => key.name !== name);
    if (provider.active_key === name) provider.active_key = provider.keys[0]?.name ?? null;
    relight(provider);
  }

  activate({ provider: id, name }: KeyRef): void {
    this.#find(id).active_key = name;
  }

  scan(origin: string): KeyScan {
    const found = ENVIRONMENT.map((key) => ({
      ...key,
      already: this.#providers.some(
        (provider) => provider.id === key.preset && provider.active_key !== null,
      ),
    }));
    return { token: `scan-${origin}`, origin, found };
  }

  import(request: ImportKeys): ProviderInfo[] {
    for (const variable of request.variables) {
      const found = ENVIRONMENT.find((key) => key.variable === variable);
      const preset = PRESETS.find((candidate) => candidate.id === found?.preset);
      if (!found || !preset) continue;
      this.save({ ...preset, preset: preset.id });
      const provider = this.#find(preset.id);
      const source = request.by_reference
        ? ({ kind: "environment", variable } as const)
        : ({ kind: "keychain" } as const);
      const { last4 } = found;
      provider.keys = [{ name: "default", source, present: true, last4, updated_at: null }];
      provider.active_key = "default";
      relight(provider);
    }
    return this.list();
  }

  #find(id: string): ProviderInfo {
    const provider = this.#providers.find((candidate) => candidate.id === id);
    if (!provider) {
      throw new BackendError({ code: "not_found", message: `there is no provider \`${id}\`` });
    }
    return provider;
  }
}

function relight(provider: ProviderInfo): void {
  const ready = !provider.needs_key || provider.active_key !== null;
  provider.lamp = provider.local ? "ok" : "idle";
  provider.lamp_text = provider.local ? "local" : ready ? "not tried" : "no key";
}

function modelOf(provider: ProviderInfo, model: string): ModelInfo {
  const ready = !provider.needs_key || provider.active_key !== null;
  const priced = !provider.local;
  return {
    id: `${provider.id}/${model}`,
    provider: provider.id,
    provider_label: provider.label,
    model,
    capabilities: ABLE,
    input_price: priced ? 1_250_000 : null,
    output_price: priced ? 10_000_000 : null,
    local: provider.local,
    simulated: false,
    unavailable: ready ? null : `no key for ${provider.label}`,
    about: null,
  };
}
