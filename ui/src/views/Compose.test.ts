import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Workspace } from "../compose/workspace.svelte";
import { app } from "../lib/app.svelte";
import { BackendError, useBackend, type PromptBody } from "../lib/backend";
import { MockBackend } from "../lib/backend/mock";
import { actions } from "../lib/keys/actions.svelte";
import { live } from "../lib/live";
import { uiState } from "../lib/ui_state";
import Compose from "./Compose.svelte";

let backend: MockBackend;
let disconnect: () => void;

beforeEach(async () => {
  vi.useFakeTimers();
  backend = new MockBackend();
  useBackend(backend);
  await uiState.load();
  disconnect = live.connect();
  await app.refresh();
});
afterEach(() => {
  cleanup();
  disconnect();
  vi.useRealTimers();
});

async function open(): Promise<Workspace> {
  const workspace = new Workspace();
  render(Compose, { workspace });
  await pass(50);
  return workspace;
}

async function use(...models: string[]): Promise<Workspace> {
  const workspace = await open();
  workspace.change((body) => {
    body.columns = models.map((model, index) => ({
      id: `c${index}`,
      model,
      fallbacks: [],
      params: null,
    }));
  });
  await pass(50);
  return workspace;
}

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const state = (index: number): string | undefined =>
  screen.getByTestId(`column-${index}-state`).dataset["state"];
const drafts = (): PromptBody[] =>
  backend.log
    .filter((entry) => entry.method === "prompts.save_draft")
    .map((entry) => (entry.params as { body: PromptBody }).body);

describe("Compose", () => {
  it("opens ready to run three simulated models, without a key", async () => {
    await open();
    expect(screen.getByTestId("prompt-title")).toHaveTextContent("Triage a support message");
    expect(screen.getByTestId("column-0-model")).toHaveTextContent("swift");
    expect(screen.getByTestId("column-1-model")).toHaveTextContent("steady");
    expect(screen.getByTestId("column-2-model")).toHaveTextContent("thinker");
    expect(screen.getByTestId("run-all")).toBeEnabled();
  });

  it("keeps a pasted text too long for a field whole, as a variable", async () => {
    const workspace = await open();
    const field = screen.getByTestId<HTMLTextAreaElement>("message-0-text");
    field.setSelectionRange(0, field.value.length);
    const text = "line\n".repeat(50_000);
    await fireEvent.paste(field, { clipboardData: { getData: () => text, items: [], files: [] } });
    await pass(1000);
    expect(workspace.body.variables["pasted"]).toBe(text);
    expect(field.value).toBe("{{pasted}}");
    expect(drafts().at(-1)?.variables["pasted"]).toBe(text);
    await fireEvent.click(screen.getByTestId("variable-pasted"));
    expect(screen.getByTestId("variable-pasted-value")).toHaveTextContent("250,000 characters");
  });

  it("streams every column to its end and shows exactly what was recorded", async () => {
    const workspace = await open();
    await fireEvent.click(screen.getByTestId("run-all"));
    await pass(1200);
    expect(state(0)).toBe("streaming");
    expect(screen.getByTestId("column-0-stop")).toBeVisible();
    await pass(60_000);
    for (const [index, column] of workspace.body.columns.entries()) {
      expect(state(index)).toBe("done");
      const session = workspace.comparison.sessions.get(column.id);
      const detail = await backend.call("calls.get", { call: session?.call ?? "" });
      expect(session?.answer.text).toBe(detail.text);
    }
    expect(screen.getByTestId("column-0-answer")).toHaveTextContent("not in dispute.");
    expect(screen.getByTestId("prompt-version")).toHaveTextContent("v1");
  });

  it("takes a route in place of a model as a column", async () => {
    const workspace = await open();
    await fireEvent.click(screen.getByTestId("column-0-model"));
    await pass(50);
    const search = screen.getByTestId("target-search");
    await fireEvent.input(search, { target: { value: "everyday" } });
    await fireEvent.keyDown(search, { key: "Enter" });
    await pass(50);
    expect(workspace.body.columns[0]?.model).toBe("standard");
    expect(screen.getByTestId("column-0-model")).toHaveTextContent("standard Route");
  });

  it("stops one column and leaves the others running", async () => {
    await open();
    await fireEvent.click(screen.getByTestId("run-all"));
    await pass(1000);
    await fireEvent.click(screen.getByTestId("column-1-stop"));
    await pass(100);
    expect(state(1)).toBe("cancelled");
    expect(state(0)).toBe("streaming");
    await fireEvent.click(screen.getByTestId("stop-all"));
    await pass(100);
    expect(state(0)).toBe("cancelled");
    expect(state(2)).toBe("cancelled");
  });

  it("runs on Mod+Enter, but not on the Enter that commits a word", async () => {
    await open();
    const field = screen.getByTestId("message-1-text");
    const press = (isComposing: boolean): boolean => {
      const init = { key: "Enter", ctrlKey: true, bubbles: true, isComposing };
      const event = new KeyboardEvent("keydown", init);
      field.dispatchEvent(event);
      return actions.handle(event);
    };
    expect(press(true)).toBe(false);
    expect(press(false)).toBe(true);
    await pass(200);
    expect(backend.log.filter((entry) => entry.method === "calls.start")).toHaveLength(1);
  });

  it("saves the draft within 300 ms of the last key", async () => {
    await open();
    const before = drafts().length;
    const field = screen.getByTestId("message-1-text");
    await fireEvent.input(field, { target: { value: "Hello {{name}}" } });
    await pass(300);
    expect(drafts().length).toBe(before + 1);
    expect(JSON.stringify(drafts().at(-1)?.messages)).toContain("Hello {{name}}");
    expect(screen.getByTestId("variable-name")).toHaveTextContent("no value");
  });

  it("says that a draft is not saved, keeps it, and saves it later", async () => {
    await open();
    const full = new BackendError({ code: "store", message: "the disk is full" });
    backend.failing.set("prompts.save_draft", full);
    await fireEvent.input(screen.getByTestId("message-1-text"), { target: { value: "kept" } });
    await pass(300);
    expect(screen.getByTestId("save-state")).toHaveTextContent("not saved: the disk is full");
    backend.failing.clear();
    await pass(4000);
    expect(screen.getByTestId("save-state")).toHaveTextContent("saved");
    expect(JSON.stringify(drafts().at(-1)?.messages)).toContain("kept");
  });

  it("shows why a column failed, what was done, and offers a retry", async () => {
    await use("sandbox/auth-401");
    await fireEvent.click(screen.getByTestId("run-all"));
    await pass(2000);
    expect(state(0)).toBe("failed");
    const card = screen.getByTestId("error-card");
    expect(card).toHaveTextContent("Key refused · 401");
    expect(card).toHaveTextContent("Stopped: a retry cannot help.");
    expect(card).toHaveTextContent("Edit provider");
  });

  it("tells quietly of a failure that was rescued", async () => {
    await use("sandbox/flaky-429");
    await fireEvent.click(screen.getByTestId("run-all"));
    await pass(600);
    expect(screen.getByTestId("column-0-state")).toHaveTextContent(/attempt 2 · retry in/);
    await pass(60_000);
    expect(state(0)).toBe("done");
    expect(screen.getByTestId("rescued")).toHaveTextContent("1 attempt failed first");
  });

  it("is whole again after messages of the live channel were lost", async () => {
    const workspace = await use("sandbox/swift");
    await fireEvent.click(screen.getByTestId("run-all"));
    await pass(1000);
    backend.dropBatch();
    await pass(60_000);
    const session = workspace.comparison.sessions.get("c0");
    const detail = await backend.call("calls.get", { call: session?.call ?? "" });
    expect(session?.answer.text).toBe(detail.text);
    expect(state(0)).toBe("done");
  });

  it("shows the last comparison again after a restart", async () => {
    await use("sandbox/swift");
    await fireEvent.click(screen.getByTestId("run-all"));
    await pass(60_000);
    cleanup();
    await uiState.load();
    await open();
    await pass(500);
    expect(state(0)).toBe("done");
    expect(screen.getByTestId("column-0-answer")).toHaveTextContent("not in dispute.");
  });

  it("hides names and figures in blind mode until the vote", async () => {
    const workspace = await use("sandbox/swift", "sandbox/steady");
    await fireEvent.click(screen.getByTestId("run-all"));
    await pass(60_000);
    await fireEvent.click(screen.getByTestId("blind-toggle"));
    expect(screen.getByTestId("column-0-model")).toHaveTextContent("A");
    expect(screen.getByTestId("column-0-figures")).toBeEmptyDOMElement();
    expect(document.body).not.toHaveTextContent("steady");
    await fireEvent.click(screen.getByTestId("vote-1"));
    await pass(100);
    const winner = workspace.column(workspace.comparison.order[1] ?? "")?.model;
    expect(workspace.comparison.record?.rows[0]).toMatchObject({ model: winner, wins: 1 });
    expect(screen.getByTestId("column-1-model")).toHaveTextContent(/swift|steady/);
  });

  it("compares answers with the pinned column", async () => {
    await use("sandbox/swift", "sandbox/json");
    await fireEvent.click(screen.getByTestId("run-all"));
    await pass(60_000);
    await fireEvent.click(screen.getByTestId("diff-toggle"));
    await pass(1000);
    const column = screen.getByTestId("column-1-answer");
    expect(column.querySelectorAll("del").length).toBeGreaterThan(0);
  });

  it("brings a deleted prompt back on undo", async () => {
    const workspace = await open();
    const { id } = workspace;
    await workspace.delete(id ?? "", workspace.title);
    await pass(100);
    expect(workspace.id).not.toBe(id);
    const { toasts } = await import("../lib/toasts.svelte");
    toasts.shown.at(-1)?.action?.run();
    await pass(200);
    expect(workspace.id).toBe(id);
  });

  it("does not run a prompt whose variables have no value, and names them", async () => {
    await open();
    await fireEvent.input(screen.getByTestId("message-1-text"), { target: { value: "{{who}}" } });
    await fireEvent.click(screen.getByTestId("run-all"));
    expect(screen.getByTestId("run-failure")).toHaveTextContent("no value for {{who}}");
    expect(backend.log.some((entry) => entry.method === "calls.start")).toBe(false);
  });
});
