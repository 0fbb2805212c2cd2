// Runs before anything else of the page is read. It is part of the page, under its nonce.
(() => {
  const root = document.documentElement;

  // What a provider sent back is taken out of the address, and so out of history and of every
  // Referer, before the first request. The app takes it from here, once.
  if (location.pathname.startsWith("/callback/")) {
    Object.defineProperty(window, "stagedoorCallback", {
      configurable: true,
      value: {
        query: location.search.slice(1),
        tokenInFragment: /(^#|&)(access|id)_token=/.test(location.hash),
      },
    });
    history.replaceState(null, "", location.pathname);
  }

  // Where the page was when the server drew it. The Back button may have turned it to another place
  // by the time its program is here.
  root.dataset.drawn = location.pathname + location.search;

  // The chosen colours, before the first paint.
  try {
    const theme = localStorage.getItem("stagedoor.theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    // The browser keeps nothing for this page: it follows the system.
  }

  // The page says so where the app cannot start.
  const failed = () => {
    if (!("ready" in root.dataset)) root.dataset.failed = "";
  };
  if (typeof WebAssembly !== "object") failed();
  addEventListener("unhandledrejection", failed);
  addEventListener("error", failed);
})();
