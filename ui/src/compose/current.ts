import { onRouteRenamed } from "../lib/renames";
import { Workspace } from "./workspace.svelte";

let current: Workspace | undefined;

/** Returns the workspace of this window; it outlives the screen, so that streams go on. */
export function workspace(): Workspace {
  if (!current) {
    const made = new Workspace();
    onRouteRenamed((from, to) => made.follow(from, to));
    current = made;
  }
  return current;
}
