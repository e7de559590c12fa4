import { BackendError } from "../backend";
import type {
  CheckRoute,
  CompleteRule,
  ConfigVersion,
  ConfigVersionText,
  Experiment,
  ExportPreview,
  ImportDone,
  ImportPreview,
  OptionState,
  PathState,
  PreviewExport,
  PreviewImport,
  Route,
  RouteCheck,
  RouteDiff,
  RouteDraft,
  RouteEdits,
  RouteExplanation,
  RouteForm,
  RouteProblem,
  RuleCompletion,
} from "../types";
import { diffWords } from "./diff";

/** Routes as forms, and the configuration's versions, in memory. */
export class MockRouteEdit {
  /** Forms of the file, by name. */
  readonly own = new Map<string, RouteDraft>();
  /** What variants did, by route; a route without an entry had no call by weight. */
  readonly experiments = new Map<string, Experiment>();
  readonly #versions: { version: ConfigVersion; forms: RouteDraft[] }[] = [];
  readonly #builtIn: () => Route[];
  readonly #changed: () => void;

  constructor(builtIn: () => Route[], changed: () => void) {
    this.#builtIn = builtIn;
    this.#changed = changed;
  }

  list(): Route[] {
    const built = this.#builtIn();
    const own = [...this.own.values()].map((draft) => asRoute(draft, built));
    return [...own, ...built.filter(({ name }) => !this.own.has(name))];
  }

  get(name: string): RouteForm {
    const built = this.#builtIn().find((route) => route.name === name);
    const draft = this.own.get(name) ?? (built ? asDraft(built) : undefined);
    if (!draft) throw notFound(name);
    return {
      draft,
      source: this.own.has(name) ? "config" : "built-in",
      replaces_built_in: this.own.has(name) && built !== undefined,
      check: this.check({ draft, original: name }),
    };
  }

  check({ draft, original }: CheckRoute): RouteCheck {
    const problems: RouteProblem[] = [];
    if (!/^[a-z0-9_-]{1,40}$/.test(draft.name)) {
      problems.push({
        field: "name",
        message: "a route's name has 1 to 40 lower-case letters, digits, hyphens and underscores",
        blocking: true,
      });
    } else if (draft.name !== original && this.list().some(({ name }) => name === draft.name)) {
      problems.push({
        field: "name",
        message: "there is a route of this name",
        fix: "choose another",
        blocking: true,
      });
    }
    return {
      problems,
      options: draft.steps.map((step, at) =>
        step.options.map(({ model }): OptionState => {
          const [provider = "", ...rest] = model.split("/");
          const ready = provider === "sandbox";
          return {
            model: rest.join("/"),
            provider,
            provider_label: provider === "sandbox" ? "Sandbox" : provider,
            local: false,
            ready,
            ...(ready ? {} : { why_not: `${provider} is not set up` }),
            first_token_ms: step.first_token_ms ?? 15_000,
            idle_ms: step.idle_ms ?? 20_000,
            total_ms: step.total_ms ?? 60_000,
            retries: step.retries ?? (at === 0 ? 2 : 1),
            ...(step.requests_per_minute === undefined
              ? {}
              : { requests_per_minute: step.requests_per_minute }),
          };
        }),
      ),
      worst: {
        cost: 190_000_000_000,
        elapsed_ms: 246_000,
        rests_on: "every attempt of every step",
      },
      typical: { cost: 3_100_000_000, elapsed_ms: 1900, rests_on: "the first step's price" },
    };
  }

  experiment(route: string, days: number): Experiment {
    const none = { route, days, least: 30, variants: [] };
    return { ...none, ...this.experiments.get(route), days };
  }

  diff({ drafts, remove }: RouteEdits): RouteDiff {
    const before = text([...this.own.values()]);
    const after = text(this.#after({ drafts, remove }));
    const renamed = drafts.flatMap(({ original, draft }) =>
      original === undefined || original === draft.name || !this.own.has(original)
        ? []
        : [{ from: original, to: draft.name, prompts: ["Triage"], budgets: [] }],
    );
    const diff = diffWords(before, after);
    return { before, after, diff, added_lines: 1, removed_lines: 0, renamed };
  }

  activate(edits: RouteEdits): ConfigVersion {
    for (const edit of edits.drafts) {
      const wrong = this.check(edit).problems.find(({ blocking }) => blocking);
      if (wrong) {
        throw new BackendError({
          code: "invalid_params",
          message: wrong.message,
          field: `routes.${edit.draft.name}.${wrong.field}`,
        });
      }
    }
    const forms = this.#after(edits);
    this.own.clear();
    for (const form of forms) this.own.set(form.name, form);
    return this.#record("routes changed", forms);
  }

  versions(): ConfigVersion[] {
    return this.#versions.map(({ version }) => version).reverse();
  }

  version(id: number): ConfigVersionText {
    const found = this.#versions[id - 1];
    if (!found) throw notFound(String(id));
    const active = text(this.#versions.at(-1)?.forms ?? []);
    const own = text(found.forms);
    return {
      version: found.version,
      text: own,
      diff: diffWords(active, own),
      added_lines: 0,
      removed_lines: 0,
    };
  }

  restore(id: number): ConfigVersion {
    const found = this.#versions[id - 1];
    if (!found) throw notFound(String(id));
    this.own.clear();
    for (const form of found.forms) this.own.set(form.name, form);
    return this.#record("restored", found.forms, id);
  }

  preview({ route, to }: PreviewExport): ExportPreview {
    const { draft } = this.get(route);
    return {
      files: [{ name: `${to}.json`, language: "json", text: JSON.stringify(draft.steps, null, 2) }],
      losses: [
        { setting: "recovery", what: "a cut answer is not carried on", severity: "dropped" },
        { setting: "steps[0].clocks", what: "one clock for all", severity: "approximated" },
      ],
    };
  }

  previewImport({ text: given }: PreviewImport): ImportPreview {
    const name = /model_name: *([\w-]+)/.exec(given)?.[1];
    return {
      kind: "litellm",
      toml: name === undefined ? "" : `[routes.${name}]\ntargets = ["openai/gpt-6.1-terra"]\n`,
      providers: [],
      routes: name === undefined ? [] : [name],
      keys: [],
      problems: [],
      losses: [],
    };
  }

  applyImport(given: PreviewImport): ImportDone {
    const { routes } = this.previewImport(given);
    for (const name of routes) this.own.set(name, { ...asDraft(this.list()[0]), name });
    this.#record("imported", [...this.own.values()]);
    return { providers: [], routes, keys: [] };
  }

  explain(prompt: string): RouteExplanation {
    const name = /translate/i.test(prompt) ? "translation" : "standard";
    const [first, ...others] = this.get(name).draft.steps.map(
      (step) => step.options[0]?.model ?? "",
    );
    const step = (model: string, state: PathState) => ({
      model,
      state,
      simulated: false,
      attempts: 0,
    });
    return {
      sentence: `It goes to ${name}, because its task is ${name}.`,
      path: [step(first ?? "", "taken"), ...others.map((model) => step(model, "not_reached"))],
    };
  }

  complete({ text, cursor }: CompleteRule): RuleCompletion[] {
    const word = /[a-z_]*$/.exec(text.slice(0, cursor))?.[0] ?? "";
    return ["task", "text", "input_tokens"]
      .filter((field) => field.startsWith(word) && field !== word)
      .map((insert) => ({
        insert,
        start: cursor - word.length,
        end: cursor,
        kind: "field",
        about: "a field",
      }));
  }

  #after({ drafts, remove }: RouteEdits): RouteDraft[] {
    const gone = new Set([...remove, ...drafts.map(({ original }) => original)]);
    const kept = [...this.own.values()].filter(({ name }) => !gone.has(name));
    return [...kept, ...drafts.map(({ draft }) => draft)];
  }

  #record(note: string, forms: RouteDraft[], restored?: number): ConfigVersion {
    for (const one of this.#versions) one.version.active = false;
    const version: ConfigVersion = {
      id: this.#versions.length + 1,
      at: "2026-11-25T12:00:00.000Z",
      origin: "window",
      note,
      ...(restored === undefined ? {} : { restored_from: restored }),
      bytes: text(forms).length,
      active: true,
    };
    this.#versions.push({ version, forms: structuredClone(forms) });
    this.#changed();
    return version;
  }
}

function notFound(name: string): BackendError {
  return new BackendError({ code: "not_found", message: `there is no \`${name}\`` });
}

function asDraft(route: Route | undefined): RouteDraft {
  return {
    name: route?.name ?? "",
    about: route?.about ?? "",
    priority: 0,
    steps: (route?.targets ?? []).map(({ provider, model }) => ({
      options: [{ model: `${provider}/${model}`, weight: 1 }],
      pick: "weighted",
    })),
    lists: { context_too_long: [], content_filter: [], auth: [] },
    fall_back_on: [],
    stop_on: [],
    ...(route?.settings.task === undefined ? {} : { task: route.settings.task }),
  };
}

function asRoute(draft: RouteDraft, built: Route[]): Route {
  const targets = draft.steps.flatMap((step) =>
    step.options.map(({ model }) => {
      const [provider = "", ...rest] = model.split("/");
      const known = built.flatMap((route) => route.targets).find((it) => it.provider === provider);
      return {
        model: rest.join("/"),
        provider,
        provider_label: known?.provider_label ?? provider,
        local: false,
        ready: known?.ready ?? true,
      };
    }),
  );
  const { name, about } = draft;
  const lists = { context_too_long: [], content_filter: [], auth: [] };
  const settings = draft.task === undefined ? {} : { task: draft.task };
  return { name, about, source: "config", targets, lists, settings };
}

function text(forms: RouteDraft[]): string {
  return forms
    .map(({ name, steps }) => {
      const models = steps.flatMap((step) => step.options.map(({ model }) => `"${model}"`));
      return `[routes.${name}]\ntargets = [${models.join(", ")}]\n`;
    })
    .join("\n");
}
