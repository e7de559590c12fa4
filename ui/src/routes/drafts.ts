/** Drafts of routes as they are kept, for screens that do not edit them. */
import type { RouteDraft, RouteEdit } from "../lib/backend";
import { uiState } from "../lib/ui_state";

/** Where they are kept between launches. */
export const KEPT_DRAFTS = "routes.drafts";
/** Most drafts that are kept. */
const MOST = 200;

/** A draft as it is kept. */
export interface KeptDraft {
  /** Name under which the route is active; `null`: it is new. */
  original: string | null;
  draft: RouteDraft;
}

/** Returns the drafts of routes that differ from what is active. */
export function keptDrafts(): KeptDraft[] {
  const kept = uiState.get(KEPT_DRAFTS);
  if (!Array.isArray(kept)) return [];
  return kept.slice(0, MOST).filter((one: unknown): one is KeptDraft => {
    const { draft } = (one ?? {}) as Partial<KeptDraft>;
    return typeof draft?.name === "string" && Array.isArray(draft.steps);
  });
}

/** Returns a draft as the program takes it. */
export function editOf({ original, draft }: KeptDraft): RouteEdit {
  return original === null ? { draft } : { draft, original };
}
