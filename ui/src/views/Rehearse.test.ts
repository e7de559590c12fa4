import { fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, beforeEach, expect, it } from "vitest";
import { app } from "../lib/app.svelte";
import { useBackend, type StartRehearsal } from "../lib/backend";
import { MockBackend } from "../lib/backend/mock";
import { actions } from "../lib/keys/actions.svelte";
import { live } from "../lib/live";
import { uiState } from "../lib/ui_state";
import { strings } from "../rehearse/strings";
import Rehearse from "./Rehearse.svelte";

let backend: MockBackend;
let stop: () => void;
beforeEach(async () => {
  backend = new MockBackend();
  useBackend(backend);
  await uiState.load();
  await app.refresh();
  stop = live.connect();
});
afterEach(() => stop());

/** Keeps a form as an earlier launch did, then opens the screen. */
async function open(form: Record<string, unknown> = {}, previewed = true): Promise<void> {
  backend.values.set("rehearse.form", { targets: ["standard"], calls: "2000", ...form });
  await uiState.load();
  render(Rehearse);
  if (!previewed) return;
  await waitFor(() =>
    expect(backend.log.some((it) => it.method === "rehearse.preview")).toBe(true),
  );
}
const input = (testid: string, value: string): Promise<unknown> =>
  fireEvent.input(screen.getByTestId(testid), { target: { value } });
const asked = (): StartRehearsal =>
  backend.log.findLast((it) => it.method === "rehearse.start")?.params as StartRehearsal;
const OUTAGE = "openai=outage:503@10m+10m";
async function report(): Promise<HTMLElement> {
  return screen.findByTestId("rehearse-report", {}, { timeout: 3000 });
}

it("runs the example from nothing and reports it in one sentence", async () => {
  render(Rehearse);
  await fireEvent.click(await screen.findByTestId("rehearse-example"));
  expect(await screen.findByTestId("rehearse-progress")).toBeInTheDocument();
  await report();
  expect(asked()).toMatchObject({ route: "standard", calls: 10_000, seed: 42, faults: [OUTAGE] });
  const { result } = backend.rehearsal.report();
  const saved = result.rescued_by_fallback + result.rescued_by_retry;
  expect(screen.getByTestId("rehearse-headline")).toHaveTextContent(
    `${result.answered.toLocaleString("en-US")} of 10,000 answered; ` +
      `${saved.toLocaleString("en-US")} of them rescued; none failed.`,
  );
  expect(screen.getByTestId("rehearse-report")).toHaveTextContent("simulated, no cost");
});

it("shows every figure of the report, and in the chart nothing that the table has not", async () => {
  await open({ faults: [OUTAGE] });
  await fireEvent.click(screen.getByTestId("rehearse-run"));
  const shown = await report();
  const { result } = backend.rehearsal.report();
  expect(screen.getByTestId("tile-fallback")).toHaveTextContent(
    result.rescued_by_fallback.toLocaleString("en-US"),
  );
  expect(screen.getByTestId("tile-attempts")).toHaveTextContent(
    result.attempts.per_call.toFixed(2),
  );
  expect(screen.getByTestId("tile-first-token")).toHaveTextContent(/\d+ ms.*p95/);
  const [table] = within(shown).getAllByRole("table", { hidden: true });
  const totals = [...(table?.querySelectorAll("tfoot td") ?? [])].map((it) =>
    Number(it.textContent?.replaceAll(",", "")),
  );
  expect(totals.reduce((sum, it) => sum + it, 0)).toBe(2000);
  const chart = screen.getByTestId("rehearse-chart");
  await fireEvent.keyDown(chart, { key: "End" });
  expect(screen.getByTestId("rehearse-readout")).toHaveTextContent("at 59m: openai/gpt-6.1-terra");
  await fireEvent.keyDown(chart, { key: "ArrowLeft" });
  expect(screen.getByTestId("rehearse-readout")).toHaveTextContent("at 58m:");
  expect(screen.getByTestId("rehearse-breaker-table")).toHaveTextContent(
    /openai\/gpt-6.1-terra.*open.*10m4s.*20m1s.*overloaded/,
  );
});

it("edits a fault in fields and as text, the same line both ways", async () => {
  await open();
  await waitFor(() => expect(screen.getByTestId("rehearse-route")).toHaveTextContent("standard"));
  await new Promise((resolve) => setTimeout(resolve, 250));
  await fireEvent.click(screen.getByTestId("fault-add"));
  await fireEvent.change(screen.getByTestId("fault-target"), { target: { value: "anthropic" } });
  await fireEvent.change(screen.getByTestId("fault-kind"), { target: { value: "errors" } });
  await input("fault-rate", "35");
  await input("fault-start", "5m");
  await input("fault-duration", "15m");
  await waitFor(() =>
    expect(screen.getByTestId("fault-means")).toHaveTextContent(
      "anthropic answers 35% of requests with 503, from 5m to 20m.",
    ),
  );
  await fireEvent.click(screen.getByTestId("fault-as-text"));
  const text = screen.getByTestId<HTMLInputElement>("fault-text");
  expect(text.value).toBe("anthropic=errors:35%,503@5m+15m");
  await input("fault-text", "anthropic=latency:x3@30m");
  await fireEvent.click(screen.getByTestId("fault-as-text"));
  expect(screen.getByTestId<HTMLSelectElement>("fault-kind").value).toBe("latency");
  expect(screen.getByTestId<HTMLInputElement>("fault-factor").value).toBe("3");
});

it("says what is wrong with a fault as it is typed", async () => {
  await open({ faults: ["openai=flood:3"] });
  expect(await screen.findByTestId("fault-problem")).toHaveTextContent(
    /There is no kind of fault flood\. Write one of outage, errors/,
  );
  expect(screen.getByTestId("fault-as-text")).toBeDisabled();
  await input("fault-text", "openai=outage:10m");
  expect(await screen.findByTestId("fault-means")).toHaveTextContent("503");
  expect(screen.queryByTestId("fault-problem")).toBeNull();
});

it("puts what the program refuses at its field", async () => {
  await open({ faults: ["mistral=outage:10m"] });
  await fireEvent.click(screen.getByTestId("rehearse-run"));
  await waitFor(() =>
    expect(screen.getByTestId("fault-row")).toHaveTextContent("the route never asks mistral"),
  );
  expect(screen.queryByTestId("rehearse-progress")).toBeNull();
});

it("starts nothing while a number is wrong", async () => {
  await open();
  await input("rehearse-calls", "many");
  await input("rehearse-span", "2 days");
  await fireEvent.click(screen.getByTestId("rehearse-run"));
  expect(screen.getByText("a whole number from 1 to 200,000")).toBeInTheDocument();
  expect(screen.getByText(/a time from 1s to 24h/)).toBeInTheDocument();
  expect(asked()).toBeUndefined();
});

it("says that a route is missing once it is asked to run, by key too", async () => {
  render(Rehearse);
  await screen.findByTestId("rehearse-example");
  expect(screen.queryByText(strings.problems.route)).toBeNull();
  actions.run("rehearse.run");
  expect(await screen.findByText(strings.problems.route)).toBeInTheDocument();
  expect(asked()).toBeUndefined();
});

it("stops, and keeps the report of the one before", async () => {
  await open();
  await fireEvent.click(screen.getByTestId("rehearse-run"));
  await report();
  await fireEvent.click(screen.getByTestId("rehearse-run"));
  await fireEvent.click(await screen.findByTestId("rehearse-stop"));
  expect(await screen.findByTestId("rehearse-stopped")).toHaveTextContent(/Stopped after .* calls/);
  expect(screen.getByTestId("rehearse-report")).toBeInTheDocument();
});

it("says why a rehearsal failed", async () => {
  backend.rehearsal.failWith = "the rehearsal's thread ended without a result";
  await open();
  await fireEvent.click(screen.getByTestId("rehearse-run"));
  expect(await screen.findByTestId("rehearse-failed", {}, { timeout: 3000 })).toHaveTextContent(
    "The rehearsal's thread ended without a result.",
  );
});

it("compares two routes on the same calls and says which figures are better", async () => {
  await open({ faults: [OUTAGE], compare: ["openai/gpt-6.1-terra"] });
  await actions.run("rehearse.run");
  await report();
  expect(asked().compare).toBe("openai/gpt-6.1-terra");
  const table = screen.getByTestId("rehearse-comparison");
  const failed = within(table).getByRole("row", { name: /^failed/ });
  expect(failed).toHaveTextContent(/failed0\d+\+\d+\s*worse/);
  await fireEvent.click(screen.getByTestId("rehearse-show-compared"));
  expect(screen.getByTestId("rehearse-headline")).toHaveTextContent(/\d+ failed\./);
  const failure = screen.getByTestId("rehearse-failure");
  expect(failure).toHaveTextContent("Overloaded");
  expect(failure).toHaveTextContent("attempt 1 asks openai/gpt-6.1-terra");
});

it("keeps what was entered for the next launch", async () => {
  const first = render(Rehearse);
  await fireEvent.click(await screen.findByTestId("rehearse-route-choose"));
  await fireEvent.click(await screen.findByTestId("target-sandbox/swift"));
  await fireEvent.click(screen.getByTestId("target-sandbox/steady"));
  await input("rehearse-seed", "7");
  await fireEvent.change(screen.getByTestId("rehearse-load"), { target: { value: "burst" } });
  await waitFor(() => expect(backend.values.has("rehearse.form")).toBe(true));
  first.unmount();
  await uiState.load();
  render(Rehearse);
  expect(screen.getByTestId("rehearse-route")).toHaveTextContent(
    /1\s*sandbox\/swift.*2\s*sandbox\/steady/,
  );
  expect(screen.getByTestId<HTMLInputElement>("rehearse-seed").value).toBe("7");
  expect(screen.getByTestId<HTMLSelectElement>("rehearse-load").value).toBe("burst");
  const before = screen.getByTestId<HTMLInputElement>("rehearse-seed").value;
  await fireEvent.click(screen.getByTestId("rehearse-dice"));
  expect(screen.getByTestId<HTMLInputElement>("rehearse-seed").value).not.toBe(before);
});

it("saves the chart as the program draws it", async () => {
  await open();
  await fireEvent.click(screen.getByTestId("rehearse-run"));
  await report();
  await fireEvent.click(screen.getByTestId("rehearse-save-chart"));
  await waitFor(() => expect(backend.saved?.suggested_name).toBe("rehearsal-standard.svg"));
  expect(backend.saved?.text).toContain("<svg");
});

const DRAFTED = {
  name: "standard",
  about: "",
  priority: 0,
  steps: [{ options: [{ model: "gemini/gemini-4-argon", weight: 1 }], pick: "weighted" }],
  lists: { context_too_long: [], content_filter: [], auth: [] },
  fall_back_on: [],
  stop_on: [],
};

it("rehearses a draft, the active version beside it, in the shapes of one's own calls", async () => {
  backend.values.set("routes.drafts", [{ original: "standard", draft: DRAFTED }]);
  await open({ targets: [], like: "30" }, false);
  await fireEvent.click(await screen.findByTestId("rehearse-route-choose"));
  await fireEvent.click(await screen.findByTestId("target-draft:standard"));
  expect(screen.getByTestId("rehearse-route")).toHaveTextContent("standard (draft)");
  expect(screen.getByTestId("rehearse-compare")).toHaveTextContent(
    "The active version of standard on the same calls.",
  );
  expect(screen.getByTestId<HTMLSelectElement>("rehearse-like").value).toBe("30");
  await waitFor(() => {
    const preview = backend.log.find((it) => it.method === "rehearse.preview");
    expect(preview?.params).toMatchObject({ draft: { original: "standard", draft: DRAFTED } });
  });
  await fireEvent.click(screen.getByTestId("rehearse-run"));
  const shown = await report();
  expect(asked()).toMatchObject({
    route: "standard",
    draft: { original: "standard", draft: DRAFTED },
    compare: "standard",
    like_days: 30,
  });
  expect(shown).toHaveTextContent("standard (draft)");
  expect(shown).toHaveTextContent("as long as 1,000 calls of the history");
  // Another choice takes the comparison along.
  await fireEvent.click(screen.getByTestId("rehearse-route-choose"));
  await fireEvent.click(await screen.findByTestId("target-simple"));
  expect(screen.getByTestId("rehearse-compare")).not.toHaveTextContent("standard");
});

it("says that a draft is gone instead of rehearsing what is active", async () => {
  await open({ targets: ["draft:standard"] });
  await fireEvent.click(screen.getByTestId("rehearse-run"));
  expect(screen.getByTestId("rehearse-route")).toHaveTextContent(strings.problems.draft);
  expect(asked()).toBeUndefined();
});

it("puts at the shapes that there are no calls to take them from", async () => {
  backend.rehearsal.noCalls = true;
  await open({ like: "7" });
  await fireEvent.click(screen.getByTestId("rehearse-run"));
  expect(await screen.findByTestId("rehearse-like-problem")).toHaveTextContent(
    "No real call was answered in the last 7 days; take more days",
  );
  await fireEvent.change(screen.getByTestId("rehearse-like"), { target: { value: "" } });
  expect(screen.queryByTestId("rehearse-like-problem")).toBeNull();
});
