import { matches, isPlain, type Chord } from "./chord";
import { composition } from "./ime";

/** Something a person can do. Keys, palette, tooltips and the help sheet all read it from here. */
export interface Action {
  /** Stable name: "compose.run_all". */
  id: string;
  title: string;
  /** Heading in palette and help sheet. */
  group: string;
  keys?: Chord;
  /** Whether it can be done now; absent: always. */
  enabled?: () => boolean;
  /** Whether text fields keep the key, as for undo; single letters they always keep. */
  notInText?: boolean;
  /** Whether the palette lists it; absent: yes. */
  listed?: boolean;
  run: () => void;
}

class Actions {
  #all = $state.raw<readonly Action[]>([]);

  /** Registered actions, in order of registration. */
  get all(): readonly Action[] {
    return this.#all;
  }

  /** Adds actions until the returned function is called; a later action with the same id wins. */
  register(actions: Action[]): () => void {
    const ids = new Set(actions.map((action) => action.id));
    this.#all = [...this.#all.filter((action) => !ids.has(action.id)), ...actions];
    return () => {
      this.#all = this.#all.filter((action) => !actions.includes(action));
    };
  }

  find(id: string): Action | undefined {
    return this.#all.find((action) => action.id === id);
  }

  /** Does the action with this id, if there is one and it can be done now. */
  run(id: string): void {
    const action = this.find(id);
    if (action && (action.enabled?.() ?? true)) action.run();
  }

  /** Does what the key stands for; returns whether it did. */
  handle(event: KeyboardEvent): boolean {
    if (event.defaultPrevented || composition.owns(event)) return false;
    // Menus and dialogs have keys of their own.
    if (event.target instanceof Element && event.target.closest(OVERLAY)) return false;
    const typing = isTextField(event.target);
    // The last one registered is the most local one.
    for (const action of [...this.#all].reverse()) {
      if (!action.keys || !matches(action.keys, event)) continue;
      if (typing && (action.notInText || isPlain(action.keys))) continue;
      if (!(action.enabled?.() ?? true)) continue;
      event.preventDefault();
      event.stopPropagation();
      action.run();
      return true;
    }
    return false;
  }
}

/** The actions of this page. */
export const actions = new Actions();

const OVERLAY = "[data-popover], dialog[open], [data-disable-hotkey]";

function isTextField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName);
}
