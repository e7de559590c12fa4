/** Routes that got another name in this window: who names them follows. */
type Listener = (from: string, to: string) => void;

const listeners = new Set<Listener>();

/** Hears of renamed routes until the returned function is called. */
export function onRouteRenamed(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function routeRenamed(from: string, to: string): void {
  for (const listener of listeners) listener(from, to);
}

/** Returns the name after a renaming, `sim:` before it kept. */
export function followed(model: string, from: string, to: string): string {
  if (model === from) return to;
  return model === `sim:${from}` ? `sim:${to}` : model;
}
