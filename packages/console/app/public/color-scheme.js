// Sets the colour scheme before the first paint, so that a dark page never flashes white. The page's content policy
// forbids inline scripts, hence a file. Kept in step with ui/theme.ts.
(() => {
  let chosen = 'auto';
  try {
    chosen = localStorage.getItem('keelson-color-scheme') ?? 'auto';
  } catch {
    // A browser that refuses storage follows the system's scheme.
  }
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
