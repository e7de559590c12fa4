import { BackendError } from "../backend";
import type { Prompt, PromptBody, PromptSummary, PromptVersion } from "../types";

interface Kept {
  prompt: Prompt;
  versions: PromptVersion[];
  deleted: boolean;
}

const copy = <T>(value: T): T => structuredClone(value);
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Prompts in memory, with drafts and versions. */
export class MockPrompts {
  #kept = new Map<string, Kept>();
  #next = 1;

  list(search: string, deleted: boolean): PromptSummary[] {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    return [...this.#kept.values()]
      .filter((kept) => deleted || !kept.deleted)
      .filter(({ prompt }) => {
        const text = `${prompt.title} ${JSON.stringify(prompt.body.messages)}`.toLowerCase();
        return words.every((word) => text.includes(word));
      })
      .map(({ prompt }) => summary(prompt))
      .sort((a, b) => b.updated_at.localeCompare(a.updated_at));
  }

  get(id: string): Prompt {
    return copy(this.#find(id).prompt);
  }

  create(title: string, body: PromptBody): Prompt {
    const id = `prompt-${this.#next++}`;
    const prompt = { id, title, version: 0, dirty: true, body: copy(body), saved_at: now() };
    this.#kept.set(id, { prompt, versions: [], deleted: false });
    return copy(prompt);
  }

  saveDraft(id: string, title: string, body: PromptBody): Prompt {
    const kept = this.#find(id);
    kept.prompt = { ...kept.prompt, title, body: copy(body), saved_at: now() };
    kept.prompt.dirty = !same(kept.versions[0]?.body, body);
    return copy(kept.prompt);
  }

  saveVersion(id: string): Prompt {
    const kept = this.#find(id);
    if (kept.prompt.dirty || kept.versions.length === 0) {
      const version = kept.prompt.version + 1;
      const body = copy(kept.prompt.body);
      kept.versions.unshift({ version, created_at: now(), body, calls: 0 });
      kept.prompt = { ...kept.prompt, version, dirty: false };
    }
    return copy(kept.prompt);
  }

  countCalls(id: string, calls: number): void {
    const latest = this.#find(id).versions[0];
    if (latest) latest.calls += calls;
  }

  versions(id: string): PromptVersion[] {
    return copy(this.#find(id).versions);
  }

  restore(id: string, version: number): Prompt {
    const kept = this.#find(id);
    const found = kept.versions.find((candidate) => candidate.version === version);
    if (!found) throw missing(`version ${version}`);
    return this.saveDraft(id, kept.prompt.title, found.body);
  }

  duplicate(id: string): Prompt {
    const { prompt } = this.#find(id);
    return this.create(`${prompt.title} (copy)`, prompt.body);
  }

  setDeleted(id: string, deleted: boolean): Prompt {
    const kept = this.#find(id);
    kept.deleted = deleted;
    return copy(kept.prompt);
  }

  #find(id: string): Kept {
    const kept = this.#kept.get(id);
    if (!kept) throw missing(`prompt ${id}`);
    return kept;
  }
}

function summary(prompt: Prompt): PromptSummary {
  const user = prompt.body.messages.find((message) => message.role === "user");
  const text = user?.parts.find((part) => part.type === "text");
  return {
    id: prompt.id,
    title: prompt.title,
    version: prompt.version,
    updated_at: prompt.saved_at,
    excerpt: text?.type === "text" ? text.text.slice(0, 120) : "",
  };
}

function missing(what: string): BackendError {
  return new BackendError({ code: "not_found", message: `there is no ${what}` });
}

function now(): string {
  return new Date().toISOString();
}
