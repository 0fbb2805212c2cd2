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

  // What other tabs tell before the program is here to listen: it takes it up then.
  if (typeof BroadcastChannel === "function") {
    const channel = new BroadcastChannel("stagedoor");
    const told = [];
    channel.onmessage = ({ data }) => told.push(data);
    window.stagedoorTabs = { channel, told };
  }

  // A button that is pressed before the program is here waits for it, and is pressed then. Of several
  // the last one counts. What the browser does by itself, such as opening a menu, it has done.
  let pressed = null;
  const wait = (button) => {
    pressed?.removeAttribute("aria-busy");
    pressed = button;
    pressed?.setAttribute("aria-busy", "true");
  };
  const press = ({ target }) => {
    const button = target.closest('button[type="button"]:not([popovertarget], [aria-disabled])');
    if (button) wait(button);
  };
  addEventListener("click", press, true);
  new MutationObserver((_, observer) => {
    if (!("ready" in root.dataset)) return;
    observer.disconnect();
    removeEventListener("click", press, true);
    const button = pressed;
    wait(null);
    // It may have been drawn anew.
    if (button?.isConnected) button.click();
  }).observe(root, { attributeFilter: ["data-ready"] });

  // The page says so where the app cannot start.
  const failed = () => {
    if ("ready" in root.dataset) return;
    root.dataset.failed = "";
    wait(null);
  };
  if (typeof WebAssembly !== "object") failed();
  addEventListener("unhandledrejection", failed);
  addEventListener("error", failed);
})();
