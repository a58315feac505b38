// Sets the theme before the first paint, then starts the pages.
// The choice itself lives in the settings; local storage only remembers how the window looked last time.
const last = (() => {
  try {
    return localStorage.getItem('neuston-theme');
  } catch {
    return null;
  }
})();
document.documentElement.dataset.theme =
  last ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');

const { default: start } = await import('/ui.js');
await start({ module_or_path: '/ui_bg.wasm' });
