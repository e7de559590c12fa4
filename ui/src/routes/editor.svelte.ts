import {
  backend,
  toBackendError,
  type RenamedRoute,
  type RouteCheck,
  type RouteDraft,
  type RouteForm,
} from "../lib/backend";
import { explained } from "../lib/errors";
import { routeRenamed } from "../lib/renames";
import { routes } from "../lib/routes.svelte";
import { toasts } from "../lib/toasts.svelte";
import { uiState } from "../lib/ui_state";
import { KEPT_DRAFTS, keptDrafts, type KeptDraft } from "./drafts";
import { strings } from "./strings";
import { freeName, newRoute, same } from "./form";

/** How long typing rests before the program judges a form, in milliseconds. */
const REST = 150;
/** Most steps of undo that are kept for a route. */
const DEPTH = 200;
const SELECTED = "routes.selected";

/** A route while it is looked at or edited. */
export interface Work {
  /** Name under which it is active; `null`: it is new. */
  original: string | null;
  /** As it is active; `null` for a new one, or until it was read. */
  form: RouteForm | null;
  draft: RouteDraft | null;
  removed: boolean;
  check: RouteCheck | null;
  undo: RouteDraft[];
  redo: RouteDraft[];
  /** What the last change was of: changes of the same field are undone together. */
  field: string;
  /** Whether the draft is of an earlier launch: it stands, whatever is active now. */
  kept: boolean;
}

/** Every route with its draft; one of them is open. */
export class RouteEditor {
  /** By key: the active name, or `new:` and a number. */
  works = $state.raw<ReadonlyMap<string, Work>>(new Map());
  key = $state("");
  /** Place of the step that the inspector shows; `null`: none. */
  step = $state<number | null>(null);
  /** Why the open route could not be read. */
  failure = $state<string | null>(null);
  /** Said to screen readers. */
  said = $state("");
  #number = 1;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    for (const one of keptDrafts()) this.#restore(one);
    const selected = uiState.get(SELECTED);
    if (typeof selected === "string") this.key = selected;
  }

  get open(): Work | null {
    return this.works.get(this.key) ?? null;
  }

  /** Works that differ from what is active. */
  get changed(): [string, Work][] {
    return [...this.works].filter(([, work]) => isChanged(work));
  }

  /** New routes that are drafts only, by key. */
  get fresh(): [string, Work][] {
    return [...this.works].filter(([, work]) => work.original === null);
  }

  /** Opens a route by its key. */
  select(key: string): void {
    if (key !== this.key) this.step = null;
    this.key = key;
    this.failure = null;
    uiState.keep(SELECTED, key);
    const work = this.works.get(key);
    if (!work?.form && !key.startsWith("new:")) void this.#read(key);
    else this.#judge();
  }

  /** Reads again what is active; drafts stay. What was only looked at is read when it is opened again. */
  async refresh(): Promise<void> {
    this.works = new Map(
      [...this.works].filter(([key, work]) => key === this.key || isChanged(work)),
    );
    await Promise.all(
      [...this.works].filter(([, work]) => work.original !== null).map(([key]) => this.#read(key)),
    );
    if (!this.works.has(this.key) && this.key !== "") await this.#read(this.key);
  }

  /** Changes the open route. `field` says of what, so that typing is undone as one. */
  change(act: (draft: RouteDraft) => RouteDraft, field = ""): void {
    const work = this.open;
    if (!work?.draft) return;
    const draft = act(work.draft);
    if (draft === work.draft) return;
    const together = field !== "" && field === work.field;
    const undo = together ? work.undo : [...work.undo, work.draft].slice(-DEPTH);
    this.#put(this.key, { ...work, draft, removed: false, undo, redo: [], field });
    this.#judge();
  }

  undo(): void {
    const work = this.open;
    const before = work?.undo.at(-1);
    if (!work?.draft || !before) return;
    this.#put(this.key, {
      ...work,
      draft: before,
      undo: work.undo.slice(0, -1),
      redo: [...work.redo, work.draft],
      field: "",
    });
    this.#judge();
  }

  redo(): void {
    const work = this.open;
    const next = work?.redo.at(-1);
    if (!work?.draft || !next) return;
    this.#put(this.key, {
      ...work,
      draft: next,
      undo: [...work.undo, work.draft],
      redo: work.redo.slice(0, -1),
      field: "",
    });
    this.#judge();
  }

  /** Begins a new route, or one like another. */
  create(like?: RouteDraft): void {
    const names = routes.list.map((route) => route.name);
    for (const [, work] of this.works) if (work.draft) names.push(work.draft.name);
    const name = freeName(like?.name ?? "new-route", names);
    const draft = like ? { ...like, name } : newRoute(name, "sandbox/steady");
    const key = `new:${this.#number++}`;
    this.#put(key, fresh(draft));
    this.select(key);
  }

  /** Marks the open route as taken out, or takes that back; one that is a draft only is gone. */
  remove(): void {
    const work = this.open;
    if (!work) return;
    if (work.original === null) this.#drop(this.key);
    else this.#put(this.key, { ...work, removed: !work.removed });
  }

  /** Gives up the changes of the open route. */
  revert(): void {
    const work = this.open;
    if (!work) return;
    if (!work.form) return this.#drop(this.key);
    if (work.removed) this.#put(this.key, { ...work, removed: false });
    const active = work.form.draft;
    this.change(() => active);
  }

  /** What would be activated. */
  edits(): { drafts: { original?: string; draft: RouteDraft }[]; remove: string[] } {
    const drafts = [];
    const remove = [];
    for (const [, { original, draft, removed }] of this.changed) {
      if (removed && original !== null) remove.push(original);
      else if (draft) drafts.push(original === null ? { draft } : { original, draft });
    }
    return { drafts, remove };
  }

  /** Takes a renaming back, with everything that followed it. */
  async renameBack({ from, to }: RenamedRoute): Promise<void> {
    try {
      await backend().call("routes.rename", { name: to, to: from });
      routeRenamed(to, from);
      toasts.show(strings.renamedBack(from), { kind: "success" });
      await routes.refresh();
      if (this.key === to) this.select(from);
    } catch (thrown) {
      toasts.error(thrown);
    }
  }

  /** Makes every draft active. Rejects with what is wrong; nothing is lost then. */
  async activate(renamed: readonly RenamedRoute[] = []): Promise<void> {
    const done = this.changed;
    await backend().call("routes.activate", this.edits());
    for (const { from, to } of renamed) routeRenamed(from, to);
    const open = done.find(([key]) => key === this.key)?.[1];
    const next = open ? (open.removed ? "" : (open.draft?.name ?? "")) : this.key;
    await routes.refresh();
    // All at once: what is open must be in the list or among the works at every moment.
    const works = new Map(this.works);
    for (const [key] of done) works.delete(key);
    this.works = works;
    this.#keep();
    this.select(next);
  }

  async #read(name: string): Promise<void> {
    try {
      const form = await backend().call("routes.get", { name });
      const work = this.works.get(name) ?? { ...fresh(form.draft), original: name };
      const untouched = !work.form || same(work.draft, work.form.draft);
      const draft = work.undo.length === 0 && untouched && !work.kept ? form.draft : work.draft;
      const check = draft === form.draft ? form.check : (work.check ?? form.check);
      this.#put(name, { ...work, form, draft, check });
      if (name === this.key) this.failure = null;
    } catch (thrown) {
      const error = toBackendError(thrown);
      if (error.code === "not_found") {
        // Taken out elsewhere: what was drafted becomes a new route.
        const work = this.works.get(name);
        if (work && isChanged(work) && !work.removed) {
          this.#put(name, { ...work, original: null, form: null });
        } else this.#drop(name);
      } else if (name === this.key) this.failure = explained(error);
    }
    // What was just read was judged with it.
    const work = this.works.get(name);
    if (name === this.key && work?.draft !== work?.form?.draft) this.#judge();
  }

  /** Asks the program what is to be said about the open form, once changes rest. */
  #judge(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), REST);
  }

  async #ask(): Promise<void> {
    const { key } = this;
    const work = this.works.get(key);
    if (!work?.draft) return;
    const { draft, original } = work;
    try {
      const check = await backend().call("routes.check", {
        draft,
        ...(original === null ? {} : { original }),
      });
      const now = this.works.get(key);
      if (now?.draft === draft) this.#put(key, { ...now, check });
    } catch (thrown) {
      if (key === this.key) this.failure = explained(thrown);
    }
  }

  #put(key: string, work: Work): void {
    this.works = new Map(this.works).set(key, work);
    this.#keep();
  }

  #drop(key: string): void {
    const works = new Map(this.works);
    works.delete(key);
    this.works = works;
    this.#keep();
    const [first] = routes.list;
    if (key === this.key && first) this.select(first.name);
  }

  #keep(): void {
    const kept = this.changed
      .filter(([, work]) => !work.removed)
      .map(([, { original, draft }]) => ({ original, draft }));
    uiState.keep(KEPT_DRAFTS, kept.length === 0 ? null : kept);
  }

  #restore({ original, draft }: KeptDraft): void {
    const key = typeof original === "string" ? original : `new:${this.#number++}`;
    const work = { ...fresh(draft), original: typeof original === "string" ? original : null };
    this.works = new Map(this.works).set(key, { ...work, kept: true });
  }
}

function fresh(draft: RouteDraft): Work {
  return {
    original: null,
    form: null,
    draft,
    removed: false,
    check: null,
    undo: [],
    redo: [],
    field: "",
    kept: false,
  };
}

/** Works stay as they are once made: what was found of one holds. */
const found = new WeakMap<Work, boolean>();

/** Whether a route differs from what is active. */
export function isChanged(work: Work): boolean {
  const known = found.get(work);
  if (known !== undefined) return known;
  const changed = compare(work);
  found.set(work, changed);
  return changed;
}

function compare(work: Work): boolean {
  if (work.removed || work.original === null || work.kept) {
    return work.removed || !work.form || !same(work.draft, work.form.draft);
  }
  return work.form !== null && !same(work.draft, work.form.draft);
}
