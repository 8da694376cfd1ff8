// Owns the theme: dark unless a person chose light or the system's. A classic script, since it must run before the first
// paint, or a light page would flash dark. Modules emit `theme` on the document after they have stored a choice; this
// script answers with `themed` once it is applied.
(() => {
  const key = 'p2pdash.theme';
  const system = matchMedia('(prefers-color-scheme: light)');

  function chosen() {
    try {
      return localStorage.getItem(key) ?? 'dark';
    } catch {
      return 'dark';
    }
  }

  function apply() {
    const choice = chosen();
    const light = choice === 'light' || (choice === 'system' && system.matches);
    document.documentElement.setAttribute('data-bs-theme', light ? 'light' : 'dark');
    document.dispatchEvent(new Event('themed'));
  }

  system.addEventListener('change', apply);
  document.addEventListener('theme', apply);
  apply();
})();
