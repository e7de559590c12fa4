import type { ModelInfo, Route } from "../../lib/backend";
import { searchModels } from "../../lib/prompt/body";

/** One row of the picker. */
export interface Option {
  /** What a call names: a route's name, or `provider/model`. */
  id: string;
  kind: "route" | "model";
  group: string;
  name: string;
  hint: string;
  badge: "simulated" | "local" | null;
  /** Why it cannot be used now; `null`: it can. */
  unavailable: string | null;
}

/** Returns the routes, then the models, that fit every word of a search. */
export function options(
  routes: readonly Route[],
  models: readonly ModelInfo[],
  search: string,
  routesTitle: string,
): Option[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const fitting = routes.filter((route) => {
    const text = `${route.name} ${route.about}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return [
    ...fitting.map((route): Option => ({
      id: route.name,
      kind: "route",
      group: routesTitle,
      name: route.name,
      hint: route.about,
      badge: null,
      unavailable: null,
    })),
    ...searchModels(models, search).map((model): Option => ({
      id: model.id,
      kind: "model",
      group: model.provider_label,
      name: model.model,
      hint: model.unavailable ?? model.about ?? "",
      badge: model.simulated ? "simulated" : model.local ? "local" : null,
      unavailable: model.unavailable,
    })),
  ];
}
