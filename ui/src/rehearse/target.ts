/** What can be rehearsed besides a route and models: drafts of routes. */
import { routes } from "../lib/routes.svelte";
import { keptDrafts, type KeptDraft } from "../routes/drafts";
import type { Option } from "../shared/target/options";
import { strings } from "./strings";

/** Before a draft's name. Routes have no colon in their names, models have a slash before any. */
const DRAFT = "draft:";

/** Returns how a form names a draft. */
export function draftId(name: string): string {
  return DRAFT + name;
}

/** Returns the draft that a form's target names; `null`: it names none, or one that is gone. */
export function draftOf(target: string | undefined): KeptDraft | null {
  if (target === undefined || !isDraft(target)) return null;
  const name = target.slice(DRAFT.length);
  return keptDrafts().find(({ draft }) => draft.name === name) ?? null;
}

export function isDraft(target: string): boolean {
  return target.startsWith(DRAFT);
}

/** Returns whether a target stands alone: only models can be tried one after the other. */
export function standsAlone(target: string): boolean {
  return isDraft(target) || routes.list.some((route) => route.name === target);
}

/** Returns a target as it is read out. */
export function named(target: string): string {
  return isDraft(target) ? strings.draftName(target.slice(DRAFT.length)) : target;
}

/** Returns the drafts as rows of the picker. */
export function draftRows(): Option[] {
  return keptDrafts().map(({ original, draft }) => ({
    id: draftId(draft.name),
    kind: "route",
    group: strings.drafts,
    name: strings.draftName(draft.name),
    hint: original === null ? strings.draftNew : strings.draftChanged,
    badge: null,
    unavailable: null,
  }));
}
