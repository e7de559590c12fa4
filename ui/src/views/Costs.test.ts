import { fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, beforeEach, expect, it } from "vitest";
import { app } from "../lib/app.svelte";
import { budgets } from "../lib/budgets.svelte";
import { BackendError, useBackend, type SpendQuery } from "../lib/backend";
import { MockBackend } from "../lib/backend/mock";
import { live } from "../lib/live";
import { navigation } from "../lib/navigation.svelte";
import { uiState } from "../lib/ui_state";
import Costs from "./Costs.svelte";

let backend: MockBackend;
let stop: () => void;
beforeEach(async () => {
  backend = new MockBackend();
  useBackend(backend);
  await uiState.load();
  await app.refresh();
  backend.budgets.set({
    name: "monthly",
    scope: { of: "global" },
    window: "month",
    limit_usd: "500.00",
  });
  backend.budgets.spend("monthly", 415);
  await budgets.refresh();
  stop = live.connect();
  navigation.go("costs");
});
afterEach(() => stop());

async function open(): Promise<void> {
  render(Costs);
  await screen.findByTestId("costs-table");
}
const asked = (): SpendQuery =>
  backend.log.findLast((it) => it.method === "spend.report")?.params as SpendQuery;
async function choose(menu: string, item: string): Promise<void> {
  await fireEvent.click(screen.getByTestId(menu));
  await fireEvent.click(await screen.findByTestId(item));
}

it("shows five figures, each with what belongs to it", async () => {
  await open();
  expect(screen.getByTestId("tile-spend")).toHaveTextContent("+12 % vs previous 7 days");
  expect(screen.getByTestId("tile-forecast")).toHaveTextContent(
    /Forecast, November\s*\$410 – \$448\s*budget \$500, on track/,
  );
  expect(screen.getByTestId("tile-calls")).toHaveTextContent(/840\s*2.5 % failed/);
  expect(screen.getByTestId("tile-rescued")).toHaveTextContent(/318\s*by retry 204, fallback 114/);
  expect(screen.getByTestId("tile-saved")).toHaveTextContent("Choose a baseline");
});

it("asks for seven days by model and remembers another choice", async () => {
  await open();
  expect(asked()).toMatchObject({ range: { kind: "last_7d" }, by: "model", filter: {} });
  await choose("costs-range", "range-last_30d");
  await choose("costs-by", "by-project");
  await choose("costs-project", "project-billing");
  await waitFor(() =>
    expect(asked()).toMatchObject({
      range: { kind: "last_30d" },
      by: "project",
      filter: { project: "billing" },
    }),
  );
  await waitFor(() => expect(backend.values.get("costs.choice")).toMatchObject({ by: "project" }));
});

it("compares with a baseline and never shows what was saved without quality", async () => {
  await open();
  const [model] = app.models;
  await choose("baseline", `baseline-${model?.id ?? ""}`);
  await waitFor(() => expect(screen.getByTestId("tile-saved")).toHaveTextContent("$211.40"));
  expect(screen.getByTestId("saved-quality")).toHaveTextContent(
    "0.9 % failed, baseline 1.4 %; no votes",
  );
});

it("reads the chart with the arrow keys, says it, and opens the calls of a bar with Enter", async () => {
  await open();
  const chart = screen.getByTestId("costs-chart");
  await fireEvent.keyDown(chart, { key: "End" });
  expect(screen.getByTestId("costs-readout")).toHaveTextContent(
    /^25 Nov: Total \$\d+\.\d\d, gpt-6.1-terra \$/,
  );
  await fireEvent.keyDown(chart, { key: "ArrowLeft" });
  expect(screen.getByTestId("costs-readout")).toHaveTextContent(/^24 Nov:/);
  expect(screen.getByTestId("costs-tip")).toHaveTextContent("24 Nov");
  await fireEvent.keyDown(chart, { key: "Enter" });
  expect(navigation.screen).toBe("calls");
  expect(navigation.take()?.calls).toMatchObject({
    from: "2026-11-24T00:00:00.000Z",
    to: "2026-11-25T00:00:00.000Z",
    only: {},
  });
});

it("opens the calls of a row, with the project that is shown", async () => {
  await open();
  await choose("costs-project", "project-billing");
  await waitFor(() => expect(asked().filter).toEqual({ project: "billing" }));
  await fireEvent.click(await screen.findByText("claude-opus-4.6", { selector: "td *, th *" }));
  expect(navigation.take()?.calls).toMatchObject({
    only: { project: "billing", model: "anthropic/claude-opus-4.6" },
  });
});

it("has in the table what the chart shows, with a total, sorted as asked", async () => {
  await open();
  const table = screen.getByTestId("costs-table");
  const cells = (selector: string): string[] =>
    [...table.querySelectorAll(selector)].map((cell) => cell.textContent.trim());
  const legend = within(screen.getByTestId("costs-legend")).getAllByRole("listitem");
  for (const entry of legend) expect(cells("tbody th")).toContain(entry.textContent.trim());
  expect(cells("tfoot td")[0]).toBe("840");
  expect(screen.getByTestId("sort-spend").closest("th")).toHaveAttribute("aria-sort", "descending");
  await fireEvent.click(screen.getByTestId("sort-key"));
  expect(cells("tbody th")).toEqual(cells("tbody th").toSorted());
  expect(screen.getByTestId("sort-key").closest("th")).toHaveAttribute("aria-sort", "ascending");
  expect(screen.getByTestId("sort-spend").closest("th")).not.toHaveAttribute("aria-sort");
});

it("says what has no price and what is simulated, and never counts either as nothing", async () => {
  await open();
  expect(screen.getByTestId("unpriced")).toHaveTextContent(/12 calls\s*have\s*no price/);
  expect(screen.getByTestId("simulated")).toHaveTextContent("3 calls of the simulator");
  await fireEvent.click(screen.getByTestId("show-simulated"));
  await waitFor(() => expect(asked().simulated).toBe(true));
});

it("keeps what it shows when the next report cannot be read", async () => {
  await open();
  const message = "the history is locked";
  backend.failing.set("spend.report", new BackendError({ code: "store", message }));
  await choose("costs-range", "range-today");
  expect(await screen.findByTestId("costs-failure")).toHaveTextContent("The history is locked.");
  expect(screen.getByTestId("costs-table")).toBeInTheDocument();
  backend.failing.clear();
  await fireEvent.click(within(screen.getByTestId("costs-failure")).getByRole("button"));
  await waitFor(() => expect(screen.queryByTestId("costs-failure")).toBeNull());
});

it("opens one of those in Other, or all of the bar, and never says these are the calls of Other", async () => {
  backend.spend.own = 2;
  await open();
  const other = { clientX: 118, clientY: 70 };
  await fireEvent.click(screen.getByTestId("costs-chart"), other);
  const item = await screen.findByTestId("other-deepseek/deepseek-v4");
  expect(screen.queryByTestId("other-openai/gpt-6.1-terra")).toBeNull();
  const from = "2026-11-19T00:00:00.000Z";
  const to = "2026-11-20T00:00:00.000Z";
  expect(asked()).toMatchObject({ range: { kind: "custom", from, to }, by: "model" });
  expect(asked().chart).toBeUndefined();
  await fireEvent.click(item);
  expect(navigation.take()?.calls).toMatchObject({
    from,
    to,
    only: { model: "deepseek/deepseek-v4" },
  });
  await fireEvent.click(screen.getByTestId("costs-chart"), other);
  await fireEvent.click(await screen.findByTestId("other-all"));
  expect(navigation.take()?.calls).toMatchObject({ from, to, only: {}, name: "19 Nov" });
});

it("offers a way on where there was no call, over axes that nobody can read figures from", async () => {
  backend.spend.empty = true;
  render(Costs);
  const way = await screen.findByText("Last 30 days");
  expect(screen.getByTestId("costs-chart").parentElement?.inert).toBe(true);
  expect(screen.queryByTestId("costs-table")).toBeNull();
  await fireEvent.click(way);
  await waitFor(() => expect(asked().range).toEqual({ kind: "last_30d" }));
  await fireEvent.click(screen.getByText("Run a prompt"));
  expect(navigation.screen).toBe("compose");
});

it("saves the chart and the data", async () => {
  await open();
  await choose("costs-export", "export-png");
  await waitFor(() => expect(backend.saved).toMatchObject({ base64: true }));
  await choose("costs-export", "export-csv");
  await waitFor(() => expect(backend.saved).toMatchObject({ suggested_name: "spend.csv" }));
});

it("takes a custom range of whole days", async () => {
  await open();
  await choose("costs-range", "range-custom");
  await fireEvent.input(screen.getByTestId("range-from"), { target: { value: "2026-11-09" } });
  await fireEvent.input(screen.getByTestId("range-to"), { target: { value: "2026-11-01" } });
  expect(screen.getByTestId("range-apply")).toBeDisabled();
  await fireEvent.input(screen.getByTestId("range-to"), { target: { value: "2026-11-12" } });
  await fireEvent.click(screen.getByTestId("range-apply"));
  await waitFor(() =>
    expect(asked().range).toEqual({ kind: "custom", from: "2026-11-09", to: "2026-11-12" }),
  );
  expect(screen.getByTestId("costs-range")).toHaveTextContent("9 Nov – 12 Nov 2026");
});

it("shows how much of each budget is spent, and when it resets", async () => {
  await open();
  const monthly = screen.getByTestId("budget-monthly");
  expect(monthly).toHaveTextContent(/all calls · a month\s*\$415.00 of \$500.00/);
  expect(monthly).toHaveTextContent(/resets .* \(Europe\/Berlin\), in /);
  expect(within(monthly).getByRole("progressbar")).toHaveAttribute("aria-valuenow", "83");
});

it("tells no budget of all calls from the forecast of some", async () => {
  await open();
  await choose("costs-project", "project-billing");
  await waitFor(() => expect(screen.getByTestId("tile-forecast")).toHaveTextContent("so far"));
});
