import type { ProviderInfo, Route, RouteTarget } from "../types";

/** Built-in routes as the program has them; targets are ready where their provider is usable. */
export function mockRoutes(providers: ProviderInfo[]): Route[] {
  const target = (provider: string, label: string, model: string): RouteTarget => {
    const configured = providers.find((one) => one.id === provider);
    const base = { model, provider, provider_label: label, local: false };
    if (!configured) {
      const why_not = `${label} is not set up`;
      return { ...base, ready: false, why_not, preset: provider };
    }
    if (configured.needs_key && configured.active_key === null) {
      return { ...base, ready: false, why_not: `no key for ${label}` };
    }
    return { ...base, ready: true };
  };
  const gpt = target("openai", "OpenAI", "gpt-6.1-terra");
  const claude = target("anthropic", "Anthropic", "claude-sonnet-5-5");
  const gemini = target("gemini", "Google Gemini", "gemini-4-argon");
  const flash = target("gemini", "Google Gemini", "gemini-3.8-flash");
  const deepseek = target("deepseek", "DeepSeek", "deepseek-v4-flash");
  const luna = target("openai", "OpenAI", "gpt-5.6-luna");
  const route = (name: string, about: string, targets: RouteTarget[]): Route => ({
    name,
    about,
    source: "built-in",
    targets,
    lists: { context_too_long: [], content_filter: [], auth: targets },
    settings: {},
  });
  return [
    route("simple", "Short questions, at a low price", [flash, deepseek, luna]),
    route("standard", "Everyday work", [gpt, claude, gemini]),
    {
      ...route("translation", "Translates a text", [deepseek, flash, luna]),
      settings: { task: "translation", deadline_ms: 30_000, max_tokens: 2000 },
    },
  ];
}
