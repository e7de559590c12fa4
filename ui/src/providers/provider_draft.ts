/** A provider as it stands in the form, before it is saved. */
import type { Preset, ProviderInfo, SaveProvider, Wire } from "../lib/backend";

export interface Draft {
  /** Preset it came from; `null` for a server of one's own. */
  preset: Preset | null;
  id: string;
  label: string;
  wire: Wire;
  baseUrl: string;
  needsKey: boolean;
  /** Model names, separated by commas or line ends. */
  models: string;
}

/** Returns a draft filled from a preset, or an empty one. An id in use gets a number. */
export function draftFrom(preset: Preset | null, taken: readonly string[]): Draft {
  const wanted = preset?.id ?? "custom";
  let id = wanted;
  for (let number = 2; taken.includes(id); number += 1) id = `${wanted}-${number}`;
  return {
    preset,
    id,
    label: preset ? preset.label + (id === wanted ? "" : ` ${id.slice(wanted.length + 1)}`) : "",
    wire: preset?.wire ?? "openai_chat",
    baseUrl: preset?.base_url ?? "",
    needsKey: preset?.needs_key ?? true,
    models: preset?.models.join(", ") ?? "",
  };
}

/** Returns a draft of a provider that is configured. */
export function draftOf(provider: ProviderInfo): Draft {
  return {
    preset: null,
    id: provider.id,
    label: provider.label,
    wire: provider.wire,
    baseUrl: provider.base_url,
    needsKey: provider.needs_key,
    models: provider.models.join(", "),
  };
}

/** Returns what is sent to save a draft. */
export function toSave(draft: Draft): SaveProvider {
  const models = draft.models.split(/[,\n]/).map((it) => it.trim());
  return {
    id: draft.id.trim(),
    label: draft.label.trim() === "" ? draft.id.trim() : draft.label.trim(),
    wire: draft.wire,
    base_url: draft.baseUrl.trim(),
    needs_key: draft.needsKey,
    models: [...new Set(models.filter((it) => it !== ""))],
    ...(draft.preset ? { preset: draft.preset.id } : {}),
  };
}

/** Returns what is sent to bring back a provider that was removed. */
export function toRestore(provider: ProviderInfo): SaveProvider {
  const { id, label, wire, base_url, needs_key, models } = provider;
  return { id, label, wire, base_url, needs_key, models };
}
