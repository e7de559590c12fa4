import { cleanup, fireEvent, render, screen, within } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { app } from "../lib/app.svelte";
import { BackendError, useBackend, type RouteEdits } from "../lib/backend";
import { MockBackend } from "../lib/backend/mock";
import { actions } from "../lib/keys/actions.svelte";
import { live } from "../lib/live";
import { navigation } from "../lib/navigation.svelte";
import { onRouteRenamed } from "../lib/renames";
import { toasts } from "../lib/toasts.svelte";
import { uiState } from "../lib/ui_state";
import { newRoute } from "../routes/form";
import Routes from "./Routes.svelte";

let backend: MockBackend;
let disconnect: () => void;

beforeEach(async () => {
  vi.useFakeTimers();
  backend = new MockBackend();
  useBackend(backend);
  await uiState.load();
  disconnect = live.connect();
  await app.refresh();
  navigation.screen = "routes";
});
afterEach(() => {
  cleanup();
  disconnect();
  navigation.screen = "compose";
  vi.useRealTimers();
});

const pass = (ms = 400): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const step = (at: number): HTMLElement => screen.getByTestId(`step-${at}`);
const models = (): (string | null)[] =>
  [...document.querySelectorAll("[data-step]")].map(
    (card) => card.querySelector(".name")?.getAttribute("title") ?? null,
  );
const activated = (): RouteEdits[] =>
  backend.log
    .filter((entry) => entry.method === "routes.activate")
    .map((entry) => entry.params as RouteEdits);

async function open(): Promise<void> {
  render(Routes);
  await pass();
}

async function activate(): Promise<void> {
  await fireEvent.click(screen.getByTestId("route-review"));
  await pass();
  await fireEvent.click(screen.getByTestId("review-activate"));
  await pass();
}

describe("Routes", () => {
  it("opens the standard route as a chain, with what holds at each step", async () => {
    await open();
    expect(models()).toEqual([
      "openai/gpt-6.1-terra",
      "anthropic/claude-sonnet-5-5",
      "gemini/gemini-4-argon",
    ]);
    expect(step(0)).toHaveTextContent("first token 15 s");
    expect(step(0)).toHaveTextContent("retries 2, full jitter");
    expect(step(1)).toHaveTextContent("not set up");
    expect(screen.getByText(/Worst case/)).toHaveTextContent("$0.19 · 4 m 06 s");
    expect(screen.getByTestId("route-review")).toBeDisabled();
  });

  it("moves a step by keyboard, says so, and takes it back", async () => {
    await open();
    await fireEvent.keyDown(step(1), { key: "ArrowUp", altKey: true });
    await pass();
    expect(models()[0]).toBe("anthropic/claude-sonnet-5-5");
    expect(screen.getByRole("status")).toHaveTextContent(
      "anthropic/claude-sonnet-5-5 moved to position 1 of 3",
    );
    expect(document.activeElement).toBe(step(0));
    expect(screen.getByTestId("route-draft")).toBeVisible();
    actions.run("routes.undo");
    await pass();
    expect(models()[0]).toBe("openai/gpt-6.1-terra");
    expect(screen.queryByTestId("route-draft")).toBeNull();
    actions.run("routes.redo");
    await pass();
    expect(models()[0]).toBe("anthropic/claude-sonnet-5-5");
  });

  it("builds a route from nothing by keyboard alone and makes it active", async () => {
    await open();
    actions.run("routes.new");
    await pass();
    expect(models()).toEqual(["sandbox/steady"]);
    actions.run("routes.edit");
    await pass();
    await fireEvent.input(screen.getByTestId("route-name"), { target: { value: "support" } });
    await fireEvent.keyDown(step(0), { key: "+" });
    await pass();
    const search = screen.getByTestId("target-search");
    await fireEvent.input(search, { target: { value: "swift" } });
    await fireEvent.keyDown(search, { key: "Enter" });
    await pass();
    expect(models()).toEqual(["sandbox/steady", "sandbox/swift"]);
    await fireEvent.input(screen.getByTestId("step-first_token_ms"), { target: { value: "2.5" } });
    await pass();
    expect(step(1)).toHaveTextContent("first token 2.5 s");
    actions.run("routes.review");
    await pass();
    expect(screen.getByTestId("review")).toBeInTheDocument();
    await fireEvent.click(screen.getByTestId("review-activate"));
    await pass();
    const [edits] = activated();
    expect(edits?.drafts[0]?.draft).toMatchObject({
      name: "support",
      steps: [{}, { first_token_ms: 2500, options: [{ model: "sandbox/swift", weight: 1 }] }],
    });
    expect(screen.getByTestId("route-support")).toHaveAttribute("aria-current", "true");
    expect(screen.queryByTestId("route-draft")).toBeNull();
  });

  it("gives a new equal a fifth of the calls and shows both shares", async () => {
    await open();
    await fireEvent.click(step(0));
    await pass();
    await fireEvent.click(screen.getByTestId("option-add"));
    await pass();
    await fireEvent.click(screen.getByTestId("target-sandbox/swift"));
    await pass();
    expect(step(0)).toHaveTextContent("A 80 %");
    expect(step(0)).toHaveTextContent("B 20 %");
    expect(step(0)).toHaveTextContent("same limits");
    await fireEvent.change(screen.getByTestId("step-pick"), { target: { value: "cheapest" } });
    await pass();
    expect(step(0)).toHaveTextContent("cheapest first");
  });

  it("keeps drafts for the next launch and loses nothing when activating fails", async () => {
    await open();
    await fireEvent.keyDown(step(2), { key: "Delete" });
    await pass();
    const refused = { code: "invalid_params", message: "the file was changed meanwhile" } as const;
    backend.failing.set("routes.activate", new BackendError(refused));
    await activate();
    expect(screen.getByRole("alert")).toHaveTextContent("the file was changed meanwhile");
    backend.failing.clear();
    cleanup();
    await open();
    expect(models()).toHaveLength(2);
    await activate();
    expect(activated().at(-1)?.drafts[0]).toMatchObject({ original: "standard" });
  });

  it("says at the field what keeps a draft from being activated", async () => {
    await open();
    actions.run("routes.edit");
    await pass();
    await fireEvent.input(screen.getByTestId("route-name"), { target: { value: "Two Words" } });
    await pass();
    const pane = screen.getByTestId("route-pane");
    expect(within(pane).getByRole("alert")).toHaveTextContent("lower-case letters");
  });

  it("offers what fits in a rule and takes it by keyboard", async () => {
    await open();
    actions.run("routes.edit");
    await pass();
    const rule = screen.getByTestId<HTMLTextAreaElement>("route-rule");
    rule.focus();
    await fireEvent.input(rule, { target: { value: "input" } });
    await pass();
    expect(screen.getByTestId("offer-input_tokens")).toHaveAttribute("aria-selected", "true");
    await fireEvent.keyDown(rule, { key: "Enter" });
    await pass();
    expect(rule.value).toBe("input_tokens");
    expect(screen.getByTestId("route-trigger")).toHaveTextContent("input_tokens");
  });

  it("says where a prompt would go, and why, without sending it", async () => {
    await open();
    actions.run("routes.where");
    await pass();
    const prompt = within(screen.getByTestId("where")).getByLabelText("Prompt");
    await fireEvent.input(prompt, { target: { value: "Translate this into German: hello" } });
    await pass();
    expect(screen.getByTestId("why")).toHaveTextContent("It goes to translation");
    expect(screen.getByText("taken")).toBeVisible();
    expect(backend.log.some((entry) => entry.method === "calls.start")).toBe(false);
  });

  it("brings an earlier version back", async () => {
    await open();
    await fireEvent.keyDown(step(2), { key: "Delete" });
    await pass();
    await activate();
    await fireEvent.keyDown(step(1), { key: "Delete" });
    await pass();
    await activate();
    expect(models()).toHaveLength(1);
    await fireEvent.click(screen.getByTestId("route-history"));
    await pass();
    await fireEvent.click(screen.getByTestId("version-1"));
    await pass();
    await fireEvent.click(screen.getByTestId("version-restore"));
    await pass();
    expect(models()).toHaveLength(2);
  });

  it("exports with what is lost said first, and copies the file", async () => {
    await open();
    await fireEvent.click(screen.getByTestId("route-export"));
    await fireEvent.click(screen.getByTestId("export-to-portkey"));
    await pass();
    expect(screen.getByTestId("losses")).toHaveTextContent("2 settings are not carried over");
    expect(screen.getByTestId("export-text")).toHaveTextContent("gpt-6.1-terra");
    await fireEvent.click(screen.getByTestId("export-copy"));
    expect(backend.copied).toContain("gpt-6.1-terra");
  });

  it("imports another program's routes after showing what would be added", async () => {
    await open();
    actions.run("routes.import");
    await pass();
    const text = "model_list:\n  - model_name: fast-lane\n";
    await fireEvent.input(screen.getByLabelText("Text to import"), { target: { value: text } });
    await pass();
    expect(screen.getByTestId("import-toml")).toHaveTextContent("[routes.fast-lane]");
    await fireEvent.click(screen.getByTestId("import-apply"));
    await pass();
    expect(screen.getByTestId("route-fast-lane")).toHaveAttribute("aria-current", "true");
  });

  it("finds a route among many by name, purpose or model", async () => {
    for (let at = 0; at < 20; at += 1) {
      const draft = { ...newRoute(`team-${at}`, `sandbox/model-${at}`), about: `Purpose ${at}` };
      backend.routes.own.set(draft.name, draft);
    }
    await open();
    const names = (): (string | undefined)[] =>
      [...document.querySelectorAll<HTMLElement>("[data-route]")].map((it) => it.dataset["route"]);
    const search = screen.getByTestId("route-search");
    await fireEvent.input(search, { target: { value: "MODEL-17" } });
    expect(names()).toEqual(["team-17"]);
    await fireEvent.keyDown(search, { key: "Enter" });
    await pass();
    expect(models()).toEqual(["sandbox/model-17"]);
    await fireEvent.input(search, { target: { value: "nothing like it" } });
    expect(screen.getByText(/No route has this/)).toBeVisible();
    await fireEvent.keyDown(search, { key: "Escape" });
    expect(names().length).toBeGreaterThan(20);
  });

  it("forgets what was only looked at when the configuration changes, and keeps drafts", async () => {
    await open();
    await fireEvent.click(screen.getByTestId("route-translation"));
    await pass();
    await fireEvent.click(screen.getByTestId("route-standard"));
    await pass();
    await fireEvent.keyDown(step(1), { key: "ArrowUp", altKey: true });
    await pass();
    await fireEvent.click(screen.getByTestId("route-simple"));
    await pass();
    const before = backend.log.length;
    backend.push({ kind: "config_changed", error: null });
    await pass();
    const read = backend.log.slice(before).filter(({ method }) => method === "routes.get");
    expect(read.map(({ params }) => (params as { name: string }).name).sort()).toEqual([
      "simple",
      "standard",
    ]);
    await fireEvent.click(screen.getByTestId("route-standard"));
    await pass();
    expect(models()[0]).toBe("anthropic/claude-sonnet-5-5");
  });

  it("says what follows a new name, tells the composer, and takes it back in one step", async () => {
    const draft = newRoute("support", "sandbox/swift");
    backend.routes.own.set(draft.name, draft);
    const heard: string[] = [];
    const stop = onRouteRenamed((from, to) => heard.push(`${from} ${to}`));
    await open();
    await fireEvent.click(screen.getByTestId("route-support"));
    await pass();
    actions.run("routes.edit");
    await pass();
    expect(document.activeElement).toBe(screen.getByTestId("route-name"));
    await fireEvent.input(screen.getByTestId("route-name"), { target: { value: "help" } });
    await pass();
    actions.run("routes.review");
    await pass();
    expect(screen.getByTestId("review-renamed")).toHaveTextContent(
      "support is called help from now on. What names it follows: the prompt “Triage”.",
    );
    await fireEvent.click(screen.getByTestId("review-activate"));
    await pass();
    toasts.shown.at(-1)?.action?.run();
    await pass();
    expect(heard).toEqual(["support help", "help support"]);
    expect(screen.getByTestId("route-support")).toHaveAttribute("aria-current", "true");
    stop();
  });
});
