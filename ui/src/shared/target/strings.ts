/** Visible texts of the picker of routes and models. */
export const strings = {
  search: "Search routes and models…",
  routes: "Routes",
  simulated: "simulated",
  local: "local",
  nothing: "No route and no model fits this search.",
  useTyped: (id: string): string => `Use ${id}`,
};
