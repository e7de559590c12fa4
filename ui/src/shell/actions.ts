import type { Action } from "../lib/keys/actions.svelte";
import { navigation, type Screen } from "../lib/navigation.svelte";
import { theme, THEMES } from "../lib/theme.svelte";
import { strings } from "./strings";

/** Keys of the screens; the numbers leave room for screens to come. */
export const SCREEN_KEYS: Record<Screen, string | undefined> = {
  compose: "Mod+1",
  routes: "Mod+2",
  costs: "Mod+3",
  calls: "Mod+4",
  rehearse: "Mod+5",
  gateway: undefined,
  settings: "Mod+,",
};

/** What the shell can open. */
export interface Opens {
  palette: (onlyPrompts: boolean) => void;
  help: () => void;
}

/** Returns what can be done everywhere, with its keys. */
export function shellActions(open: Opens): Action[] {
  const words = strings.actions;
  const { group } = words;
  const screens = Object.keys(SCREEN_KEYS) as Screen[];
  return [
    {
      id: "shell.palette",
      title: words.palette,
      group,
      keys: "Mod+K",
      listed: false,
      run: () => open.palette(false),
    },
    {
      id: "shell.quick_switch",
      title: words.quickSwitch,
      group,
      keys: "Mod+P",
      run: () => open.palette(true),
    },
    { id: "shell.help", title: words.help, group, keys: "Mod+Shift+/", run: open.help },
    ...screens.map((screen) => ({
      id: `shell.${screen}`,
      title: words.goTo(strings.screens[screen]),
      group,
      ...keysOf(screen),
      run: () => navigation.go(screen),
    })),
    ...THEMES.map((choice) => ({
      id: `shell.theme_${choice}`,
      title: words.theme(strings.themes[choice]),
      group,
      run: () => theme.choose(choice),
    })),
    { id: "shell.next_pane", title: words.nextPane, group, keys: "F6", run: () => focusPane(1) },
    {
      id: "shell.previous_pane",
      title: words.previousPane,
      group,
      keys: "Shift+F6",
      run: () => focusPane(-1),
    },
  ];
}

function keysOf(screen: Screen): { keys?: string } {
  const keys = SCREEN_KEYS[screen];
  return keys === undefined ? {} : { keys };
}

/** Moves focus to the next or previous pane that is on screen. */
function focusPane(step: number): void {
  const panes = [...document.querySelectorAll<HTMLElement>("[data-pane]")].filter(
    (pane) => pane.offsetParent !== null,
  );
  const at = panes.findIndex((pane) => pane.contains(document.activeElement));
  const next = panes.at((at + step) % panes.length);
  next
    ?.querySelector<HTMLElement>("button:not(:disabled), input, textarea, [tabindex='0']")
    ?.focus();
}
