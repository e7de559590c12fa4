import { fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import { beforeEach, expect, it } from "vitest";
import { useBackend } from "../lib/backend";
import { MockBackend } from "../lib/backend/mock";
import { budgets } from "../lib/budgets.svelte";
import BudgetsSection from "./BudgetsSection.svelte";

/** A part of an address that must never be shown again. */
const SECRET = "T0/B0/never-shown";

let backend: MockBackend;
beforeEach(() => {
  backend = new MockBackend();
  useBackend(backend);
  budgets.list = null;
  budgets.stopped = [];
});

async function write(name: string, limit: string): Promise<void> {
  await fireEvent.input(screen.getByTestId("budget-name"), { target: { value: name } });
  await fireEvent.input(screen.getByTestId("budget-limit"), { target: { value: limit } });
  await fireEvent.submit(screen.getByTestId("budget-form"));
}

async function withBudget(spent: number): Promise<void> {
  backend.budgets.set({
    name: "all",
    scope: { of: "global" },
    window: "day",
    limit_usd: "10.00",
  });
  backend.budgets.spend("all", spent);
  render(BudgetsSection);
  await screen.findByTestId("budget");
}

it("adds a budget, and names the field that is wrong", async () => {
  render(BudgetsSection);
  await screen.findByText("No budget yet");
  await fireEvent.click(screen.getByTestId("budget-add"));
  await write("all", "$10");
  expect(await screen.findByText(/without a currency sign/)).toBeInTheDocument();
  await write("all", "10.00");
  const row = await screen.findByTestId("budget");
  expect(row).toHaveTextContent("all calls · Day");
  expect(row).toHaveTextContent("resets Mon 00:00 (Europe/Berlin), in 2 d 4 h");
  expect(screen.queryByTestId("budget-form")).not.toBeInTheDocument();
});

it("shows how a budget stands, to eyes and to screen readers", async () => {
  await withBudget(8.12);
  const bar = screen.getByRole("progressbar", { name: "Budget all: 81 % spent" });
  expect(bar).toHaveAttribute("aria-valuenow", "81");
  expect(screen.getByTestId("budget")).toHaveTextContent("80 % spent");
  expect(screen.queryByTestId("budget-raise")).not.toBeInTheDocument();
});

it("raises a spent budget until it resets", async () => {
  await withBudget(10);
  await fireEvent.click(screen.getByTestId("budget-raise"));
  await waitFor(() => expect(screen.getByTestId("budget")).toHaveTextContent("raised"));
  expect(backend.log).toContainEqual({ method: "budgets.raise", params: { name: "all" } });
});

it("edits, mutes and removes a budget from its menu", async () => {
  await withBudget(1);
  const menu = async (item: string): Promise<void> => {
    await fireEvent.click(screen.getByTestId("budget-menu"));
    await fireEvent.click(await screen.findByTestId(item));
  };
  await menu("budget-mute");
  await waitFor(() => expect(screen.getByTestId("budget")).toHaveTextContent("muted"));
  await menu("budget-edit");
  await write("team", "20");
  await waitFor(() => expect(screen.getByTestId("budget")).toHaveTextContent("team"));
  await menu("budget-remove");
  await screen.findByText("No budget yet");
});

it("keeps the address of a webhook to itself", async () => {
  render(BudgetsSection);
  const field = await screen.findByTestId<HTMLInputElement>("webhook-url");
  expect(field.type).toBe("password");
  await fireEvent.input(field, { target: { value: `http://hooks.example/${SECRET}` } });
  await fireEvent.click(screen.getByTestId("webhook-set"));
  expect(await screen.findByText(/over https only/)).toBeInTheDocument();
  await fireEvent.input(field, { target: { value: `https://hooks.example/${SECRET}` } });
  await fireEvent.click(screen.getByTestId("webhook-set"));
  await waitFor(() =>
    expect(screen.getByTestId("webhook-state")).toHaveTextContent("Sends to hooks.example"),
  );
  expect(document.body.innerHTML).not.toContain(SECRET);
  expect(screen.getByTestId<HTMLInputElement>("webhook-url").value).toBe("");
});

it("says why an amount of the ladder is refused, and applies a good one", async () => {
  render(BudgetsSection);
  const field = await screen.findByRole("textbox", { name: "Ladder" });
  await fireEvent.input(field, { target: { value: "10 x" } });
  await fireEvent.blur(field);
  expect(await screen.findByText(/plain decimal number/)).toBeInTheDocument();
  await fireEvent.input(field, { target: { value: "5 25.50" } });
  await fireEvent.blur(field);
  await waitFor(() => expect(backend.budgets.settings.ladder_usd).toEqual(["5", "25.50"]));
});

it("lets a stopped caller go on", async () => {
  backend.budgets.stop("key:ci", "runs away");
  render(BudgetsSection);
  const list = await screen.findByTestId("stopped-callers");
  expect(list).toHaveTextContent("Gateway key ci");
  expect(list).toHaveTextContent("runs away");
  await fireEvent.click(within(list).getByTestId("caller-resume"));
  await screen.findByText("No caller is stopped.");
  expect(backend.budgets.stopped).toEqual([]);
});
