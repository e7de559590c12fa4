/** Visible texts of the picker of routes and models. */
export const strings = {
  search: "Search routes and models…",
  searchModels: "Search models…",
  routes: "Routes",
  simulated: "simulated",
  local: "local",
  images: "images",
  reasoning: "reasoning",
  tools: "tools",
  price: (input: string, output: string): string => `${input} in · ${output} out per 1M tokens`,
  noModel: "No model fits this search.",
  nothing: "No route and no model fits this search.",
  useTyped: (id: string): string => `Use ${id}`,
};
