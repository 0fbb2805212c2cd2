import {
  accountButton,
  continueButton,
  expect,
  heading,
  LISTENERS,
  live,
  open,
  problem,
  signInLink,
  tabTo,
  test,
  type Page,
} from "../fixtures/index.ts";

/** Every page, and its heading for a person who is signed out. */
const PAGES = [
  { path: "/", title: "Stagedoor", says: "Come in by the stage door." },
  { path: "/search", title: "Search · Stagedoor", says: "Search" },
  { path: "/profile", title: "Your profile · Stagedoor", says: "Your profile" },
  { path: "/account", title: "Your account · Stagedoor", says: "Your account" },
  { path: "/admin", title: "This installation · Stagedoor", says: "This installation" },
  { path: "/privacy", title: "What is kept · Stagedoor", says: "What is kept, and where" },
];

/** The pages whose content is for a person who is signed in. */
const PERSONAL = ["/profile"];

/** An app that offers Spotify alone. */
const SPOTIFY_ALONE = { GOOGLE_CLIENT_ID: "", GOOGLE_CLIENT_SECRET: "" };

test.describe("signed out", () => {
  for (const { path, title, says } of PAGES) {
    test(`${path} answers 200 and is live`, async ({ page }) => {
      const answer = await page.goto(path);
      expect(answer?.status()).toBe(200);
      const html = (await answer?.text()) ?? "";
      expect(html).toContain(says);
      await live(page);
      await expect(page).toHaveTitle(title);
      await expect(heading(page)).toHaveText(says);
      await expect(signInLink(page)).toBeVisible();
      await expect(page.getByRole("main").getByRole("heading", { level: 1 })).toHaveCount(1);
    });
  }

  for (const path of PERSONAL) {
    test(`${path} invites: it says what it would show, and where the password stays`, async ({
      page,
    }) => {
      const answer = await page.goto(path);
      expect(answer?.status()).toBe(200);
      // The invitation is in the page as the server sends it.
      expect(await answer?.text()).toContain("Continue with Spotify");
      await live(page);
      const main = page.getByRole("main");
      await expect(main).toContainText("Sign in, and this page shows");
      await expect(main.getByRole("listitem")).not.toHaveCount(0);
      // What a page says that needs a sign-in: that the password is typed at the provider.
      await expect(main).toContainText(/You type your password on .+ own page\./);
      await expect(continueButton(page)).toBeVisible();
      await expect(continueButton(page, "Google")).toBeVisible();
    });
  }

  test("the front page says in one look where the password stays", async ({ page }) => {
    await open(page, "/");
    await expect(
      page.getByRole("heading", { name: "Your password stays where it is" }),
    ).toBeVisible();
    await expect(page.getByRole("main")).toContainText(
      "Sign in with the service you already use: Spotify or Google.",
    );
    await expect(continueButton(page)).toBeInViewport();
    await expect(continueButton(page, "Google")).toBeInViewport();
  });

  test("where Spotify alone is offered, it is named", async ({ page, startApp }) => {
    const { origin } = await startApp(SPOTIFY_ALONE);
    await open(page, `${origin}/`);
    await expect(
      page.getByRole("heading", { name: "Your password stays with Spotify" }),
    ).toBeVisible();
    await open(page, `${origin}/profile`);
    await expect(page.getByRole("main")).toContainText(
      "You type your password on Spotify's own page.",
    );
    for (const path of ["/", "/profile", "/account", "/privacy"]) {
      await open(page, origin + path);
      await expect(page.getByRole("main")).not.toContainText("Google");
    }
  });
});

test("an address without a page answers 404 and shows ways on", async ({ page, quiet }) => {
  quiet.expectStatus(404, "/nowhere");
  const answer = await page.goto("/nowhere");
  expect(answer?.status()).toBe(404);
  await live(page);
  await expect(heading(page)).toHaveText("This door leads nowhere");
  await page.getByRole("link", { name: "Go to the start page" }).click();
  await expect(heading(page)).toHaveText("Come in by the stage door.");
});

test("a page asked for at `localhost` is redirected to the origin, with its query", async ({
  page,
  app,
}) => {
  await page.goto(`${app.origin.replace("127.0.0.1", "localhost")}/search?q=lantern`);
  await expect(page).toHaveURL(`${app.origin}/search?q=lantern`);
  await live(page);
  await expect(page.getByRole("heading", { name: "Artists" })).toBeVisible();
});

test("every page keeps to itself: policy, frames, caches and referrers", async ({ page }) => {
  for (const { path } of PAGES) {
    const answer = await page.goto(path);
    const headers = (await answer?.allHeaders()) ?? {};
    const policy = headers["content-security-policy"] ?? "";
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toMatch(/script-src 'self' 'nonce-[\w+/=-]+' 'wasm-unsafe-eval'(;|$)/);
    expect(policy).not.toContain("unsafe-inline");
    expect(headers).toMatchObject({
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "cross-origin-opener-policy": "same-origin",
    });
    await live(page);
  }
});

test("turning pages inside the app moves the keyboard to the heading and changes the title", async ({
  page,
}) => {
  await open(page, "/");
  const pages = page.getByRole("navigation", { name: "Pages" });
  await pages.getByRole("link", { name: "Search" }).click();
  await expect(page).toHaveTitle("Search · Stagedoor");
  await expect(heading(page, "Search")).toBeFocused();
  await expect(pages.getByRole("link", { name: "Search" })).toHaveAttribute("aria-current", "page");
  await pages.getByRole("link", { name: "Profile" }).click();
  await expect(heading(page, "Your profile")).toBeFocused();
  await page.goBack();
  await expect(heading(page, "Search")).toBeFocused();
});

test("the first stop of the keyboard skips to the content", async ({ page }) => {
  await open(page, "/");
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to the content" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expect(continueButton(page)).toBeFocused();
});

test("the menu of the account opens and closes with the keyboard alone", async ({
  page,
  signIn,
}) => {
  await signIn(page);
  await tabTo(page, accountButton(page));
  await page.keyboard.press("Enter");
  const profile = page.getByRole("banner").getByRole("link", { name: "Your profile" });
  await expect(profile).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(profile).toBeHidden();
  await expect(accountButton(page)).toBeFocused();
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  for (const path of ["/", "/profile", "/search?q=lantern"]) {
    test(`${path} says what it needs, and why`, async ({ page }) => {
      await page.goto(path);
      await expect(
        page.getByRole("heading", { name: "This page needs JavaScript and WebAssembly" }),
      ).toBeVisible();
      await expect(
        page.getByRole("paragraph").filter({ hasText: "Signing in begins in your browser" }),
      ).toBeVisible();
      await expect(page.getByRole("navigation", { name: "Pages" })).toBeVisible();
    });
  }
});

test("a program that does not arrive leaves a sentence and a way to try again", async ({
  page,
  quiet,
}) => {
  quiet.expect(/net::ERR_FAILED|Failed to fetch/);
  await page.route("**/*.wasm", (route) => route.abort());
  await page.goto("/");
  const failed = page.getByRole("alert").filter({ hasText: "The page did not start" });
  await expect(failed).toBeVisible();
  await page.unrouteAll();
  await failed.getByRole("link", { name: "Load the page again" }).click();
  await live(page);
  await expect(failed).toBeHidden();
});

test.describe("at 390 pixels", () => {
  test.use({ viewport: { width: 390, height: 844 } });

  /** Nothing stands out of the page on the right. */
  async function fits(page: Page): Promise<void> {
    await expect
      .poll(() =>
        page.evaluate(() => {
          const { scrollWidth, clientWidth } = document.documentElement;
          return scrollWidth - clientWidth;
        }),
      )
      .toBe(0);
  }

  test("no page scrolls sideways, signed out", async ({ page, quiet }) => {
    quiet.expectStatus(404, "/nowhere");
    for (const { path } of [...PAGES, { path: "/nowhere" }, { path: "/callback/spotify" }]) {
      await open(page, path);
      await fits(page);
    }
    await open(page, "/search?q=lantern");
    await expect(page.getByRole("heading", { name: "Artists" })).toBeVisible();
    await fits(page);
    await open(page, "/search?q=Lighthouse%20Men");
    await expect(page.getByText(/^The Honourable Society/).first()).toBeVisible();
    await fits(page);
  });

  test("no page scrolls sideways for a listener with a long name", async ({ page, signIn }) => {
    await signIn(page, LISTENERS.hanako.login);
    for (const { path } of PAGES) {
      await open(page, path);
      await expect(accountButton(page)).toBeInViewport();
      await fits(page);
    }
    await open(page, "/profile");
    await expect(page.getByRole("main").getByText("Spotify id:")).toBeVisible();
    await fits(page);
    await accountButton(page).click();
    const out = page.getByRole("banner").getByRole("button", { name: "Sign out" });
    await out.scrollIntoViewIfNeeded();
    await expect(out).toBeInViewport();
    await fits(page);
  });

  test("a newcomer signs in", async ({ page, signIn }) => {
    await signIn(page);
    await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");
  });
});

test.describe("light and dark", () => {
  const ground = (page: Page) =>
    page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  /** How light a colour is, from 0 to 255. */
  const lightness = async (page: Page) => {
    const [red = 0, green = 0, blue = 0] = ((await ground(page)).match(/\d+/g) ?? []).map(Number);
    return (red + green + blue) / 3;
  };

  test("the page follows the system", async ({ page }) => {
    await page.emulateMedia({ colorScheme: "light" });
    await open(page, "/");
    expect(await lightness(page)).toBeGreaterThan(200);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await lightness(page)).toBeLessThan(60);
  });

  test("a choice wins over the system, survives a reload, and can be taken back", async ({
    page,
  }) => {
    await page.emulateMedia({ colorScheme: "light" });
    await open(page, "/");
    const choose = async (name: string) => {
      await page.getByRole("button", { name: "Colours" }).click();
      await page.getByRole("button", { name, exact: true }).click();
      await expect(page.getByRole("button", { name, exact: true })).toBeHidden();
    };
    await choose("Dark");
    expect(await lightness(page)).toBeLessThan(60);
    // Before the program runs: the colours are right from the first paint on.
    await page.route("**/*.wasm", () => undefined);
    await page.reload({ waitUntil: "commit" });
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
    await expect(heading(page)).toBeVisible();
    expect(await lightness(page)).toBeLessThan(60);
    await page.unrouteAll();
    await open(page, "/privacy");
    expect(await lightness(page)).toBeLessThan(60);
    await choose("Like the system");
    expect(await lightness(page)).toBeGreaterThan(200);
    expect(await page.evaluate(() => localStorage.length)).toBe(0);
  });
});

test.describe("what a screen reader meets", () => {
  test("on the front page", async ({ page }) => {
    await open(page, "/");
    await expect(page.getByRole("banner")).toMatchAriaSnapshot(`
      - banner:
        - link "Stagedoor"
        - navigation "Pages":
          - list:
            - listitem:
              - link "Search"
            - listitem:
              - link "Top"
            - listitem:
              - link "Artists"
            - listitem:
              - link "Playlists"
            - listitem:
              - link "Saved"
            - listitem:
              - link "Recent"
            - listitem:
              - link "Profile"
        - button "Colours"
        - link "Sign in"
    `);
    await expect(page.getByRole("main")).toMatchAriaSnapshot(`
      - main:
        - status
        - paragraph: For listeners
        - heading "Come in by the stage door." [level=1]
        - paragraph: /Spotify or Google/
        - button "Continue with Spotify"
        - button "Continue with Google"
        - paragraph:
          - link "What is kept"
        - region "Look around":
          - heading "Look around" [level=2]
          - paragraph: /without signing in/
          - search:
            - searchbox "Artists, albums, tracks and playlists"
            - button "Search"
        - region "What you can rely on":
          - article:
            - heading "Your password stays where it is" [level=2]
          - article:
            - heading "The key stays out of reach" [level=2]
          - article:
            - heading "You can leave at any time" [level=2]
    `);
  });

  test("on the profile", async ({ page, signIn }) => {
    await signIn(page);
    await open(page, "/profile");
    await expect(page.getByRole("banner")).toMatchAriaSnapshot(`
      - banner:
        - link "Stagedoor"
        - navigation "Pages"
        - button "Colours"
        - button /Ada Lindqvist ?, your account/
    `);
    await expect(page.getByRole("main")).toMatchAriaSnapshot(`
      - main:
        - status
        - heading "Your profile" [level=1]
        - region "At Spotify":
          - heading "At Spotify" [level=2]
          - img "Your picture at Spotify"
          - paragraph: ${LISTENERS.ada.name}
          - paragraph: "Spotify id: ${LISTENERS.ada.id}"
          - paragraph:
            - link /Open Spotify ?. your profile \\(opens in a new tab\\)/:
              - /url: https://open.spotify.com/user/${LISTENERS.ada.id}
          - paragraph: Names and pictures are provided by Spotify.
        - region "What is held for you":
          - heading "What is held for you" [level=2]
          - term: Connected since
          - definition:
            - time: /\\d+ \\w+ \\d{4}/
          - term: Special permissions
          - definition: /None/
          - term: Spotify ends it on
          - definition:
            - time: /\\d+ \\w+ \\d{4}/
          - term: Signed in here until
          - definition:
            - time: /\\d+ \\w+ \\d{4}/
        - region "Change or end it":
          - heading "Change or end it" [level=2]
          - button "Use another account"
          - button "Sign out"
          - paragraph:
            - link "Spotify's page of apps you let in":
              - /url: https://www.spotify.com/account/apps/
    `);
  });

  test("on a callback that did not succeed", async ({ page }) => {
    await page.goto("/callback/spotify?code=AQx&state=abc");
    await expect(problem(page)).toBeVisible();
    await expect(page.getByRole("main")).toMatchAriaSnapshot(`
      - main:
        - status
        - heading "The sign-in did not finish" [level=1]
        - alert:
          - paragraph: This sign-in was started in another tab or another browser.
          - paragraph: Finish it there, or start again here. Nothing was changed.
          - button "Continue with Spotify"
        - button "Use another account"
        - link "Go to the start page"
    `);
  });
});
