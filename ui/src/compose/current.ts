import { Workspace } from "./workspace.svelte";

let current: Workspace | undefined;

/** Returns the workspace of this window; it outlives the screen, so that streams go on. */
export function workspace(): Workspace {
  current ??= new Workspace();
  return current;
}
