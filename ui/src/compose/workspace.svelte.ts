import {
  backend,
  type CallDetail,
  type Column,
  type Prompt,
  type PromptBody,
  type PromptVersion,
} from "../lib/backend";
import { Autosave } from "../lib/prompt/autosave.svelte";
import { editable, emptyBody, sampleBody } from "../lib/prompt/body";
import { followed } from "../lib/renames";
import { toasts } from "../lib/toasts.svelte";
import { uiState } from "../lib/ui_state";
import { Comparison } from "./comparison.svelte";
import { History } from "./history";
import { strings } from "./strings";

type Panel = "variables" | "schema" | "tools" | "params" | "versions";

/** The prompt that is open in Compose, its columns and what was last run. */
export class Workspace {
  id: string | null = $state(null);
  title = $state("");
  version = $state(0);
  dirty = $state(false);
  savedAt = $state("");
  body: PromptBody = $state(emptyBody());
  /** Why the prompt could not be opened. */
  failure: string | null = $state(null);
  loading = $state(true);
  panel: Panel | null = $state(null);
  renaming = $state(false);
  listOpen = $state(uiState.flag("compose.list", false));
  /** Counts changes of any prompt, so that lists know when to read anew. */
  changes = $state(0);
  readonly autosave = new Autosave(() => this.#save());
  readonly comparison = new Comparison(this);
  readonly #history = new History<PromptBody>();

  /** Opens the prompt of the last launch, else the newest, else makes a first one. */
  async start(): Promise<void> {
    this.loading = true;
    this.failure = null;
    try {
      const kept = uiState.get("prompt");
      const list = await backend().call("prompts.list", { search: "", deleted: false });
      const found = list.find((prompt) => prompt.id === kept) ?? list[0];
      const prompt = found
        ? await backend().call("prompts.get", { id: found.id })
        : await backend().call("prompts.create", {
            title: strings.sampleTitle,
            body: sampleBody(),
          });
      await this.#show(prompt);
    } catch (thrown) {
      this.failure = thrown instanceof Error ? thrown.message : String(thrown);
    } finally {
      this.loading = false;
    }
  }

  async open(id: string): Promise<void> {
    if (id === this.id) return;
    await this.#leaveFor(() => backend().call("prompts.get", { id }));
  }

  async create(title = strings.untitled, body?: PromptBody): Promise<void> {
    // A new prompt keeps the models that are being compared.
    const models = this.body.columns.map((column) => column.model);
    const fresh = body ?? emptyBody(models.length > 0 ? models : undefined);
    await this.#leaveFor(() => backend().call("prompts.create", { title, body: fresh }));
    if (!body) this.renaming = true;
  }

  /** Opens what a call asked: its prompt if that still asks the same, else a new prompt of it. */
  async openRequest(detail: CallDetail): Promise<void> {
    const { prompt_id, prompt_title } = detail.summary;
    const { body } = detail.request;
    if (prompt_id !== null) {
      try {
        const prompt = await backend().call("prompts.get", { id: prompt_id });
        if (sameRequest(prompt.body, body)) return await this.open(prompt_id);
      } catch {
        // The prompt is gone; its call still knows everything.
      }
    }
    await this.create(strings.fromCall(prompt_title ?? strings.untitled), body);
  }

  async duplicate(id = this.id): Promise<void> {
    if (id === null) return;
    await this.#leaveFor(() => backend().call("prompts.duplicate", { id }));
  }

  async delete(id: string, title: string): Promise<void> {
    try {
      if (id === this.id) await this.autosave.flush();
      await backend().call("prompts.delete", { id });
      this.changes += 1;
      toasts.undo(strings.deleted(title), () => void this.#undelete(id));
      if (id === this.id) {
        this.autosave.drop();
        this.id = null;
        await this.start();
      }
    } catch (thrown) {
      toasts.error(thrown);
    }
  }

  async saveVersion(): Promise<void> {
    if (this.id === null || !(await this.autosave.flush())) return;
    try {
      this.#meta(await backend().call("prompts.save_version", { id: this.id }));
    } catch (thrown) {
      toasts.error(thrown);
    }
  }

  async versions(): Promise<PromptVersion[]> {
    if (this.id === null) return [];
    return backend().call("prompts.versions", { id: this.id });
  }

  async restore(version: number): Promise<void> {
    const { id } = this;
    if (id === null) return;
    try {
      await this.autosave.flush();
      this.#history.remember($state.snapshot(this.body));
      const prompt = await backend().call("prompts.restore", { id, version });
      this.#meta(prompt);
      this.body = editable(prompt.body);
      toasts.undo(strings.restored(version), () => this.undo());
    } catch (thrown) {
      toasts.error(thrown);
    }
  }

  /** Says that the prompt's text changed; saved a moment later. */
  touch(): void {
    this.dirty = true;
    this.autosave.touch();
  }

  /** Changes the prompt's structure so that it can be undone. */
  change(act: (body: PromptBody) => void): void {
    this.#history.remember($state.snapshot(this.body));
    act(this.body);
    this.touch();
  }

  get canUndo(): boolean {
    return this.#history.canUndo;
  }

  undo(): void {
    this.#travel(this.#history.undo($state.snapshot(this.body)));
  }

  redo(): void {
    this.#travel(this.#history.redo($state.snapshot(this.body)));
  }

  /** Gives columns that name a route its new name. No undo of the prompt: the route is not called so any more. */
  follow(from: string, to: string): void {
    let changed = false;
    const rename = (model: string): string => {
      const next = followed(model, from, to);
      changed ||= next !== model;
      return next;
    };
    for (const column of this.body.columns) {
      column.model = rename(column.model);
      column.fallbacks = column.fallbacks.map(rename);
    }
    if (changed) this.touch();
  }

  column(id: string): Column | undefined {
    return this.body.columns.find((column) => column.id === id);
  }

  toggleList(): void {
    this.listOpen = !this.listOpen;
    uiState.keep("compose.list", this.listOpen);
  }

  #travel(body: PromptBody | null): void {
    if (!body) return;
    this.body = body;
    this.touch();
  }

  async #leaveFor(next: () => Promise<Prompt>): Promise<void> {
    if (!(await this.autosave.flush())) {
      toasts.show(strings.notSaved(this.autosave.failure ?? ""), { kind: "danger" });
      return;
    }
    try {
      await this.#show(await next());
      this.changes += 1;
    } catch (thrown) {
      toasts.error(thrown);
    }
  }

  async #undelete(id: string): Promise<void> {
    try {
      await backend().call("prompts.undelete", { id });
      this.changes += 1;
      await this.open(id);
    } catch (thrown) {
      toasts.error(thrown);
    }
  }

  async #show(prompt: Prompt): Promise<void> {
    this.id = prompt.id;
    this.title = prompt.title;
    this.body = editable(prompt.body);
    if (this.body.columns.length === 0) this.body.columns = emptyBody().columns;
    this.#meta(prompt);
    this.#history.clear();
    this.panel = null;
    this.renaming = false;
    uiState.keep("prompt", prompt.id);
    await this.comparison.restore(prompt.id);
  }

  async #save(): Promise<void> {
    if (this.id === null) return;
    const { id, title } = this;
    const body = $state.snapshot(this.body) as PromptBody;
    const saved = await backend().call("prompts.save_draft", { id, title, body });
    if (this.id === id) this.#meta(saved);
    this.changes += 1;
  }

  #meta(prompt: Prompt): void {
    this.version = prompt.version;
    this.dirty = prompt.dirty || this.autosave.pending;
    this.savedAt = prompt.saved_at;
  }

  /** Takes over what a run saved. */
  ran(version: number | null): void {
    if (version === null) return;
    this.version = version;
    this.dirty = this.autosave.pending;
  }
}

function sameRequest(a: PromptBody, b: PromptBody): boolean {
  const asked = ({ columns: _, ...rest }: PromptBody): string =>
    JSON.stringify({ ...rest, messages: editable({ ...rest, columns: [] }).messages });
  return asked(a) === asked(b);
}
