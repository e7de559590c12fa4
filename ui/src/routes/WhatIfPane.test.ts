import { cleanup, fireEvent, render, screen, within } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { app } from "../lib/app.svelte";
import { useBackend, type StartWhatIf } from "../lib/backend";
import { MockBackend } from "../lib/backend/mock";
import { live } from "../lib/live";
import { navigation } from "../lib/navigation.svelte";
import { uiState } from "../lib/ui_state";
import type { Work } from "./editor.svelte";
import WhatIfPane from "./WhatIfPane.svelte";

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
  navigation.screen = "compose";
  navigation.place = null;
  vi.useRealTimers();
});

const pass = (ms = 400): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const asked = (): StartWhatIf[] =>
  backend.log
    .filter((entry) => entry.method === "what_if.start")
    .map((entry) => entry.params as StartWhatIf);

/** The route `standard`, with its first model in the place of the active one if one is named. */
async function work(model?: string): Promise<Work> {
  const form = await backend.call("routes.get", { name: "standard" });
  const [first, ...rest] = form.draft.steps;
  const draft =
    model === undefined || !first
      ? form.draft
      : { ...form.draft, steps: [{ ...first, options: [{ model, weight: 1 }] }, ...rest] };
  return {
    original: "standard",
    form,
    draft,
    removed: false,
    check: null,
    undo: [],
    redo: [],
    field: "",
    kept: false,
  };
}

async function open(model?: string): Promise<void> {
  render(WhatIfPane, { work: await work(model) });
  await pass();
}

async function replay(): Promise<void> {
  await fireEvent.click(screen.getByTestId("what-if-run"));
  await pass();
}

describe("What if", () => {
  it("says that nothing was replayed yet", async () => {
    await open();
    expect(screen.getByText("Nothing was replayed yet.")).toBeTruthy();
    expect(screen.queryByTestId("what-if-report")).toBeNull();
  });

  it("replays the draft beside the active route, and shows figures with their intervals", async () => {
    await open("gemini/gemini-3.8-flash");
    await replay();
    expect(asked()).toMatchObject([
      { route: "standard", days: 30, seed: 42, calls: "route", draft: { original: "standard" } },
    ]);
    const cost = screen.getByTestId("what-if-cost");
    const cells = [...cost.querySelectorAll("td")].map((cell) =>
      cell.textContent.trim().replace(/\s+/g, " "),
    );
    expect(cells).toEqual(["$3.00 $2.85–3.15", "$3.00 $2.85–3.15", "$1.80 $1.71–1.89"]);
    expect(cost.querySelector(".better")?.textContent).toBe("$1.80");
    const saving = within(screen.getByTestId("what-if-report")).getByText(/less/);
    expect(saving.textContent).toContain("whether the answers would be as good is not known");
    expect(screen.getByTestId("what-if-model-gemini/gemini-3.8-flash").textContent).toContain(
      "never called: assumed",
    );
    expect(screen.getByTestId("what-if-notes").textContent).toContain("4 were answered by");
    // Without any fallback text there is no row of it.
    expect(screen.queryByTestId("what-if-fallback_text")).toBeNull();
  });

  it("replays the active route alone where nothing is changed", async () => {
    await open();
    await replay();
    expect(asked()[0]?.draft).toBeUndefined();
    const heads = screen.getAllByRole("columnheader").map((head) => head.textContent);
    expect(heads).toEqual(["", "happened", "active"]);
  });

  it("asks for the calls and the time that are chosen, and keeps the choice", async () => {
    await open();
    const choose = (id: string, value: string): Promise<boolean> =>
      fireEvent.change(screen.getByTestId(id), { target: { value } });
    await choose("what-if-calls", "all");
    await choose("what-if-span", "10000");
    await replay();
    expect(asked()[0]).toMatchObject({ last: 10_000, calls: "all" });
    expect(asked()[0]?.days).toBeUndefined();
    expect(uiState.get("routes.what_if")).toEqual({ calls: "all", span: "10000" });
  });

  it("tells how far it is and can be stopped", async () => {
    await open("gemini/gemini-3.8-flash");
    await fireEvent.click(screen.getByTestId("what-if-run"));
    await pass(5);
    expect(screen.getByTestId("what-if-progress").textContent).toContain("reading the history");
    await pass(70);
    expect(screen.getByTestId("what-if-progress").textContent).toContain("/ 2,400");
    await fireEvent.click(screen.getByTestId("what-if-stop"));
    await pass();
    expect(screen.getByTestId("what-if-run")).toBeTruthy();
    expect(screen.queryByTestId("what-if-report")).toBeNull();
  });

  it("says why there is nothing to show", async () => {
    await open();
    backend.whatIf.failWith = "no call of the history took the route `standard`";
    await replay();
    expect(screen.getByRole("alert").textContent).toContain("no call of the history");
    await replay();
    expect(screen.queryByRole("alert")).toBeNull();
    expect(screen.getByTestId("what-if-report")).toBeTruthy();
  });

  it("opens the calls that a model answered", async () => {
    await open();
    await replay();
    await fireEvent.click(screen.getByTestId("what-if-model-openai/gpt-6.1-terra"));
    expect(navigation.screen).toBe("calls");
    expect(navigation.place?.calls).toMatchObject({
      from: "2026-11-01T00:00:00.000Z",
      only: { model: "openai/gpt-6.1-terra", route: "standard" },
    });
  });
});
