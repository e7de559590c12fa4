// The theme chosen at the last launch, before the first frame. A file and not inline: the content
// security policy allows no inline script.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
} catch {
  // No storage: the system's scheme holds.
}
