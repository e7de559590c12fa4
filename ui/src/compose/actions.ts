import type { Action } from "../lib/keys/actions.svelte";
import { navigation } from "../lib/navigation.svelte";
import { blindName } from "../lib/prompt/blind";
import { strings } from "./strings";
import type { Workspace } from "./workspace.svelte";

const here = (): boolean => navigation.screen === "compose";

/** Returns what can be done in Compose, with its keys. */
export function composeActions(workspace: Workspace): Action[] {
  const { comparison } = workspace;
  const words = strings.actions;
  const action = (
    id: string,
    title: string,
    keys: string | null,
    run: () => void,
    more: Partial<Action> = {},
  ): Action => ({
    id: `compose.${id}`,
    title,
    group: words.group,
    run,
    enabled: here,
    ...(keys === null ? {} : { keys }),
    ...more,
  });
  const target = (act: (column: string) => void) => () => {
    if (comparison.target !== null) act(comparison.target);
  };
  const stoppable = (): boolean =>
    here() && comparison.target !== null && comparison.isRunning(comparison.target);
  return [
    action("run_all", words.runAll, "Mod+Enter", () => void comparison.run()),
    action(
      "run_focused",
      words.runFocused,
      "Mod+Shift+Enter",
      target((column) => void comparison.run([column])),
    ),
    action(
      "stop_focused",
      words.stopFocused,
      "Escape",
      target((column) => void comparison.stop(column)),
      { enabled: stoppable },
    ),
    action("stop_all", words.stopAll, "Shift+Escape", () => void comparison.stopAll(), {
      enabled: () => here() && comparison.running.length > 0,
    }),
    action("new", words.newPrompt, "Mod+N", () => void workspace.create()),
    action("duplicate", words.duplicate, "Mod+D", () => void workspace.duplicate()),
    action("rename", words.rename, "F2", () => (workspace.renaming = true)),
    action("list", words.list, "Mod+B", () => workspace.toggleList()),
    action("find", words.find, "/", () => void findPrompts(workspace)),
    action("diff", words.diff, "Mod+Shift+D", () => (comparison.diff = !comparison.diff)),
    action("blind", words.blind, "Mod+Shift+B", () => comparison.toggleBlind()),
    action("sync", words.sync, null, () => comparison.toggleSync()),
    action("next_column", words.nextColumn, "Mod+Alt+ArrowRight", () => comparison.focusNext(1)),
    action("previous_column", words.previousColumn, "Mod+Alt+ArrowLeft", () =>
      comparison.focusNext(-1),
    ),
    action("undo", words.undo, "Mod+Z", () => workspace.undo(), { notInText: true }),
    action("redo", words.redo, "Mod+Shift+Z", () => workspace.redo(), { notInText: true }),
    ...votes(workspace, action),
  ];
}

type Make = (
  id: string,
  title: string,
  keys: string | null,
  run: () => void,
  more?: Partial<Action>,
) => Action;

function votes(workspace: Workspace, action: Make): Action[] {
  const { comparison } = workspace;
  const more = {
    enabled: () => here() && comparison.canVote,
    listed: false,
    group: strings.actions.blindGroup,
  };
  const winners = [0, 1, 2, 3, 4, 5].map((index) =>
    action(
      `vote_${index + 1}`,
      strings.actions.vote(blindName(index)),
      `${index + 1}`,
      () => {
        const column = comparison.order[index];
        const call = column === undefined ? undefined : comparison.sessions.get(column)?.call;
        if (call !== undefined) void comparison.vote({ verdict: "winner", call });
      },
      more,
    ),
  );
  return [
    ...winners,
    action("vote_tie", strings.tie, "0", () => void comparison.vote({ verdict: "tie" }), more),
    action(
      "vote_bad",
      strings.allBad,
      "-",
      () => void comparison.vote({ verdict: "all_bad" }),
      more,
    ),
  ];
}

async function findPrompts(workspace: Workspace): Promise<void> {
  if (!workspace.listOpen) workspace.toggleList();
  await new Promise((resolve) => requestAnimationFrame(resolve));
  document.querySelector<HTMLElement>("[data-testid=prompt-search]")?.focus();
}
