// Owns the colours: dark unless a person chose light, or to go with the system. A classic script, loaded
// before the first paint so that nothing flashes; the page's modules say `theme` on the document to change it.
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
