import { fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { BackendError, useBackend, type PromptBody } from "../lib/backend";
import { MockBackend } from "../lib/backend/mock";
import { live } from "../lib/live";
import { navigation } from "../lib/navigation.svelte";
import { uiState } from "../lib/ui_state";
import Calls from "./Calls.svelte";

let backend: MockBackend;
let disconnect: () => void;
beforeEach(async () => {
  useBackend((backend = new MockBackend()));
  disconnect = live.connect();
  await uiState.load();
  navigation.go("calls");
});
afterEach(() => disconnect());

function body(...columns: string[]): PromptBody {
  return {
    messages: [{ role: "user", parts: [{ type: "text", text: "Say something" }] }],
    variables: {},
    tools: [],
    response_format: { type: "text" },
    params: { temperature: 0.2 },
    columns: columns.map((model, index) => ({
      id: `c${index}`,
      model,
      fallbacks: model === "sandbox/down-503" ? ["sandbox/json"] : [],
      params: null,
    })),
  };
}

/** Runs columns until all have ended. */
async function run(...columns: string[]): Promise<void> {
  await backend.call("calls.start", { body: body(...columns) });
  await vi.waitFor(() => expect(backend.calls.inFlight).toBe(0), { timeout: 15_000 });
}

const rows = (): HTMLElement[] => screen.queryAllByTestId("calls-row");
const options = (): (string | null)[] => rows().map((row) => row.getAttribute("aria-selected"));

it("lists calls newest first and opens the newest", async () => {
  await run("sandbox/json", "sandbox/auth-401");
  render(Calls);
  await waitFor(() => expect(rows()).toHaveLength(2));
  expect(rows()[0]).toHaveTextContent("auth-401");
  expect(within(rows()[0] as HTMLElement).getByRole("img", { name: "failed" })).toBeInTheDocument();
  const pane = await screen.findByTestId("calls-detail");
  expect(pane).toHaveTextContent("Key refused · 401");
  expect(screen.getByTestId("calls-error")).toHaveTextContent("refused the key");
}, 30_000);

it("moves with arrows and J/K, and follows with the detail", async () => {
  await run("sandbox/json", "sandbox/auth-401");
  render(Calls);
  await waitFor(() => expect(rows()).toHaveLength(2));
  const list = screen.getByTestId("calls-list");
  await fireEvent.keyDown(list, { key: "ArrowDown" });
  expect(options()).toEqual(["false", "true"]);
  await waitFor(() =>
    expect(screen.getByTestId("calls-detail")).toHaveTextContent("Answered by json"),
  );
  await fireEvent.keyDown(list, { key: "k" });
  expect(options()).toEqual(["true", "false"]);
  await fireEvent.keyDown(list, { key: "j" });
  await fireEvent.keyDown(list, { key: "ArrowDown" });
  expect(options()).toEqual(["false", "true"]);
  await fireEvent.keyDown(list, { key: "Enter" });
  expect(document.activeElement).toBe(screen.getByTestId("calls-detail"));
}, 30_000);

it("shows what happened: attempts, waits, the answer, the request", async () => {
  await run("sandbox/down-503");
  render(Calls);
  const pane = await screen.findByTestId("calls-detail");
  expect(pane).toHaveTextContent("rescued by fallback");
  expect(rows()[0]).toHaveTextContent(/down-503\s*→\s*json/);
  expect(screen.getByTestId("calls-waterfall")).toHaveTextContent("✗ Overloaded · 503");
  await waitFor(() => expect(screen.getByTestId("answer-body")).toHaveTextContent("Charged twice"));
  await fireEvent.click(screen.getByTestId("calls-tab-attempts"));
  expect(screen.getAllByTestId("calls-attempt").length).toBeGreaterThan(1);
  await fireEvent.click(screen.getByTestId("calls-tab-request"));
  expect(pane).toHaveTextContent("Say something");
  expect(pane).toHaveTextContent("temperature = 0.2");
  await fireEvent.click(screen.getByTestId("open-in-compose"));
  expect(navigation.screen).toBe("compose");
  expect(navigation.take()?.request?.request.model).toBe("sandbox/down-503");
}, 30_000);

it("keeps a running call current and streams its answer", async () => {
  render(Calls);
  expect(await screen.findByText("No calls yet")).toBeInTheDocument();
  await backend.call("calls.start", { body: body("sandbox/json") });
  await waitFor(() => expect(rows()).toHaveLength(1));
  expect(within(rows()[0] as HTMLElement).getByRole("img")).toHaveAccessibleName("running");
  await waitFor(() => expect(screen.getByTestId("calls-detail")).toHaveTextContent("answered"), {
    timeout: 10_000,
  });
  expect(within(rows()[0] as HTMLElement).getByRole("img")).toHaveAccessibleName("answered");
  await waitFor(() => expect(screen.getByTestId("answer-body")).toHaveTextContent("Charged twice"));
}, 30_000);

it("searches once typing rests, and says what was not found", async () => {
  await run("sandbox/json", "sandbox/auth-401");
  render(Calls);
  await waitFor(() => expect(rows()).toHaveLength(2));
  const search = screen.getByTestId("calls-search");
  await fireEvent.input(search, { target: { value: "auth" } });
  await waitFor(() => expect(rows()).toHaveLength(1));
  await fireEvent.input(search, { target: { value: "no such word" } });
  expect(await screen.findByText("Nothing found")).toBeInTheDocument();
  await fireEvent.click(screen.getAllByRole("button", { name: "Clear search" })[0] as HTMLElement);
  await waitFor(() => expect(rows()).toHaveLength(2));
  const searches = backend.log.filter((it) => it.method === "calls.list");
  expect(searches.map((it) => (it.params as { search: string }).search)).toContain("no such word");
}, 30_000);

it("keeps a rating, and takes it back", async () => {
  await run("sandbox/json");
  render(Calls);
  const good = await screen.findByRole("button", { name: "Good answer" });
  await fireEvent.click(good);
  await waitFor(() => expect(good).toHaveAttribute("aria-pressed", "true"));
  await fireEvent.click(good);
  await waitFor(() => expect(good).toHaveAttribute("aria-pressed", "false"));
  const rated = backend.log.filter((it) => it.method === "calls.rate").map((it) => it.params);
  expect(rated).toMatchObject([{ rating: "good" }, { rating: null }]);
}, 30_000);

it("says why the calls could not be read and tries again", async () => {
  const error = { code: "store" as const, message: "disk I/O error", hint: "check the disk" };
  backend.failing.set("calls.list", new BackendError(error));
  render(Calls);
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("Disk I/O error. Check the disk.");
  backend.failing.clear();
  await fireEvent.click(within(alert).getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("No calls yet")).toBeInTheDocument();
});

it("lists only the calls of a place that another screen names, until that is taken back", async () => {
  await run("sandbox/json", "sandbox/auth-401");
  const [from, to] = [Date.now() - 3_600_000, Date.now() + 3_600_000];
  const stretch = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  navigation.go("calls", {
    calls: { ...stretch, only: { model: "sandbox/json" }, name: "model json, today" },
  });
  render(Calls);
  await waitFor(() => expect(rows()).toHaveLength(1));
  expect(rows()[0]).toHaveTextContent("json");
  const only = screen.getByTestId("calls-only");
  expect(only).toHaveTextContent("model json, today");
  await fireEvent.click(within(only).getByRole("button"));
  await waitFor(() => expect(rows()).toHaveLength(2));
  expect(screen.queryByTestId("calls-only")).toBeNull();
});
