import type { ModelInfo, Route } from "../../lib/backend";
import { pricePerMillion } from "../../lib/format";
import { searchModels } from "../../lib/prompt/body";
import { strings } from "./strings";

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

/** Returns the rows given, then the routes, then the models, that fit every word of a search. */
export function options(
  first: readonly Option[],
  routes: readonly Route[],
  models: readonly ModelInfo[],
  search: string,
  routesTitle: string,
): Option[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (name: string, hint: string): boolean => {
    const text = `${name} ${hint}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const fitting = routes.filter((route) => fits(route.name, route.about));
  return [
    ...first.filter((row) => fits(row.name, row.hint)),
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
      hint: model.unavailable ?? hints(model),
      badge: model.simulated ? "simulated" : model.local ? "local" : null,
      unavailable: model.unavailable,
    })),
  ];
}

/** Returns what tells a model from its neighbours, in few words. */
function hints(model: ModelInfo): string {
  const { capabilities } = model;
  // What a simulated model is able to do is said in its own words.
  const abilities = model.simulated
    ? []
    : [
        capabilities.images && strings.images,
        capabilities.reasoning && strings.reasoning,
        capabilities.tools && strings.tools,
      ];
  const price =
    model.input_price !== null &&
    strings.price(pricePerMillion(model.input_price), pricePerMillion(model.output_price));
  return [model.about, ...abilities, price].filter(Boolean).join(" · ");
}

/** Returns a search that names a model by provider and model but is not listed, or `null`. */
export function typedModel(search: string, rows: readonly Option[]): string | null {
  const id = search.trim();
  const listed = rows.some((row) => row.id === id);
  return /^[a-z][\w-]*\/\S+$/.test(id) && !listed ? id : null;
}
