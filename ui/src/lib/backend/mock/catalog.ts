import type { Capabilities, ModelInfo, Preset, ProviderInfo } from "../types";

/** What simulated models can do: everything. */
export const ABLE: Capabilities = {
  images: true,
  tools: true,
  json_schema: true,
  reasoning: true,
  rejected_params: [],
  context_window: 128_000,
  max_output_tokens: 16_384,
};

/** The simulated models and what they play. */
export const SANDBOX: [name: string, about: string][] = [
  ["swift", "first token in 0.2 s, 90 tokens/s"],
  ["steady", "first token in 0.5 s, 55 tokens/s"],
  ["thinker", "thinks for 2 s, then 70 tokens/s"],
  ["tools", "asks to have a function called"],
  ["json", "answers with JSON"],
  ["long", "an answer of 20,000 characters"],
  ["flaky-429", "429 once with a wait of 1.2 s, then answers"],
  ["cut-once", "breaks in the middle once, then answers"],
  ["down-503", "always 503"],
  ["auth-401", "refuses the key"],
  ["silent", "never answers"],
];

export function sandboxModels(): ModelInfo[] {
  return SANDBOX.map(([name, about]) => ({
    id: `sandbox/${name}`,
    provider: "sandbox",
    provider_label: "Sandbox",
    model: name,
    capabilities: { ...ABLE, reasoning: name === "thinker" },
    input_price: null,
    output_price: null,
    local: false,
    simulated: true,
    unavailable: null,
    about,
  }));
}

export const SANDBOX_PROVIDER: ProviderInfo = {
  id: "sandbox",
  label: "Sandbox",
  wire: "openai_chat",
  base_url: "http://127.0.0.1:4321/v1",
  request_url: "http://127.0.0.1:4321/v1/chat/completions",
  simulated: true,
  local: false,
  needs_key: false,
  keys: [],
  active_key: null,
  lamp: "simulated",
  lamp_text: "simulated",
  key_url: null,
  models: SANDBOX.map(([name]) => name),
};

const preset = (
  id: string,
  label: string,
  base_url: string,
  more: Partial<Preset> = {},
): Preset => ({
  id,
  label,
  wire: "openai_chat",
  base_url,
  needs_key: true,
  local: false,
  env: `${id.toUpperCase()}_API_KEY`,
  key_url: `https://${new URL(base_url).host}/keys`,
  models: [],
  note: null,
  ...more,
});

const local = { needs_key: false, local: true, env: null, key_url: null };

export const PRESETS: Preset[] = [
  preset("openai", "OpenAI", "https://api.openai.com/v1", {
    wire: "openai_responses",
    models: ["gpt-5.2", "gpt-5.2-mini"],
  }),
  preset("anthropic", "Anthropic", "https://api.anthropic.com", {
    wire: "anthropic",
    models: ["claude-sonnet-4.6"],
  }),
  preset("gemini", "Google Gemini", "https://generativelanguage.googleapis.com", {
    wire: "gemini",
    models: ["gemini-3-flash"],
  }),
  preset("deepseek", "DeepSeek", "https://api.deepseek.com", { models: ["deepseek-chat"] }),
  preset("openrouter", "OpenRouter", "https://openrouter.ai/api/v1"),
  preset("azure", "Azure OpenAI", "https://RESOURCE.openai.azure.com/openai/v1", {
    note: "replace RESOURCE with the name of your resource",
  }),
  preset("ollama", "Ollama", "http://127.0.0.1:11434/v1", local),
  preset("lmstudio", "LM Studio", "http://127.0.0.1:1234/v1", local),
];
