import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import {
  accountButton,
  continueButton,
  expect,
  heading,
  hold,
  live,
  open,
  signInLink,
  test,
  type App,
  type Page,
} from "../fixtures/index.ts";

/** Every page in a part of its own, the part, and its heading for a person who is signed out. */
const PAGES = [
  { path: "/account", part: "mine", says: "Your account" },
  { path: "/admin", part: "admin", says: "This installation" },
  { path: "/callback/spotify", part: "callback", says: "Signing you in" },
  { path: "/permissions", part: "mine", says: "Permissions" },
  { path: "/privacy", part: "privacy", says: "What is kept, and where" },
  { path: "/profile", part: "mine", says: "Your profile" },
  { path: "/search", part: "music", says: "Search" },
  { path: "/top", part: "music", says: "Your top artists" },
];

/** The files that a part needs, as the build wrote it down. */
async function filesOf(app: App, part: string): Promise<string[]> {
  const folder = join(app.siteFolder, "pkg");
  const names = await readdir(folder);
  const manifest = names.find((name) => /^__wasm_split_manifest\..*json$/.test(name)) ?? "";
  const parts = JSON.parse(await readFile(join(folder, manifest), "utf8")) as Record<
    string,
    string[]
  >;
  return (parts[part] ?? []).map((file) => `${file}.wasm`).toSorted();
}

/** The files that the parts need together. */
async function filesOfAll(app: App, ...parts: string[]): Promise<string[]> {
  const files = await Promise.all(parts.map((part) => filesOf(app, part)));
  return [...new Set(files.flat())].toSorted();
}

/** Collects the files of parts that a page asks for from now on; the program itself is none. */
function partsAsked(page: Page): () => string[] {
  const asked = new Set<string>();
  page.on("request", (request) => {
    const name = new URL(request.url()).pathname.split("/").at(-1) ?? "";
    if (/^(split|chunk)_.*\.wasm$/.test(name)) {
      asked.add(name);
    }
  });
  return () => [...asked].toSorted();
}

/** The link of the header to the page for searching. */
const searchLink = (page: Page) =>
  page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Search" });

/** Marks the document, so that a reload would show. */
async function mark(page: Page): Promise<() => Promise<boolean>> {
  await page.evaluate(() => Object.assign(window, { stayed: true }));
  return () => page.evaluate(() => "stayed" in window);
}

test("the front page is live without a part, and has the one for what comes next come then", async ({
  page,
  app,
}) => {
  const asked = partsAsked(page);
  const { arrive } = await hold(page, "**/pkg/split_session.*");
  await open(page, "/");
  await expect(signInLink(page)).toBeVisible();
  // It is held back, and the page is live all the same.
  await expect.poll(asked).toEqual(await filesOf(app, "session"));
  arrive();
});

for (const { path, part, says } of PAGES) {
  test(`${path}, opened directly, comes whole, and its part beside the program`, async ({
    page,
    app,
  }) => {
    const files = await filesOf(app, part);
    const asked = partsAsked(page);
    const answer = await page.goto(path);
    const html = (await answer?.text()) ?? "";
    expect(html).toContain(says);
    for (const file of files) {
      expect(html).toContain(`href="/pkg/${file}" rel="preload"`);
    }
    await live(page);
    await expect(page.getByRole("main").getByRole("heading", { level: 1 })).toHaveCount(1);
    await expect.poll(asked).toEqual(await filesOfAll(app, part, "session"));
  });
}

test("turning to a page loads its part, once", async ({ page, app }) => {
  const asked = partsAsked(page);
  await open(page, "/");
  await expect.poll(asked).toEqual(await filesOf(app, "session"));
  const stayed = await mark(page);
  await searchLink(page).click();
  await expect(heading(page, "Search")).toBeFocused();
  await expect(page).toHaveURL(/\/search$/);
  expect(asked()).toEqual(await filesOfAll(app, "session", "music"));
  await page.goBack();
  await expect(heading(page, "Come in by the stage door.")).toBeVisible();
  let again = 0;
  page.on("request", (request) => {
    again += request.url().endsWith(".wasm") ? 1 : 0;
  });
  await searchLink(page).click();
  await expect(heading(page, "Search")).toBeFocused();
  expect(again).toBe(0);
  expect(await stayed()).toBe(true);
});

test("the page before stands, and the link says that it waits, until the part is here", async ({
  page,
}) => {
  await open(page, "/");
  const { arrive } = await hold(page, "**/pkg/split_music.*");
  await searchLink(page).click();
  await expect(searchLink(page)).toHaveAttribute("data-awaited");
  await expect(page.getByText("The page is on its way…")).toBeVisible();
  await expect(heading(page, "Come in by the stage door.")).toBeVisible();
  arrive();
  await expect(heading(page, "Search")).toBeFocused();
  await expect(searchLink(page)).not.toHaveAttribute("data-awaited");
  await expect(page.getByText("The page is on its way…")).toHaveCount(0);
});

test("whoever turns elsewhere while a part is on its way goes there", async ({ page }) => {
  await open(page, "/");
  const { arrive } = await hold(page, "**/pkg/split_music.*");
  await searchLink(page).click();
  await expect(searchLink(page)).toHaveAttribute("data-awaited");
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Profile" }).click();
  await expect(heading(page, "Your profile")).toBeFocused();
  arrive();
  await expect(searchLink(page)).not.toHaveAttribute("data-awaited");
  await expect(heading(page, "Your profile")).toBeVisible();
  await expect(page).toHaveURL(/\/profile$/);
});

test("a part that does not arrive is told, and can be tried again", async ({ page, quiet }) => {
  quiet.expect(/net::ERR_FAILED|Failed to fetch/);
  await open(page, "/");
  const stayed = await mark(page);
  await page.route("**/pkg/*.wasm", (route) => route.abort());
  await searchLink(page).click();
  await expect(heading(page, "The page did not arrive")).toBeFocused();
  await expect(page).toHaveTitle("The page did not arrive · Stagedoor");
  const again = page.getByRole("button", { name: "Try again" });
  await again.click();
  await expect(again).toBeEnabled();
  await expect(heading(page, "The page did not arrive")).toBeVisible();
  // The rest of the app lives on.
  await page.goBack();
  await expect(heading(page, "Come in by the stage door.")).toBeVisible();
  await searchLink(page).click();
  await expect(heading(page, "The page did not arrive")).toBeVisible();
  await page.unrouteAll();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(heading(page, "Search")).toBeFocused();
  await expect(page).toHaveTitle("Search · Stagedoor");
  expect(await stayed()).toBe(true);
});

test("a page opened directly whose part does not arrive says so, and can be loaded again", async ({
  page,
  quiet,
}) => {
  quiet.expect(/net::ERR_FAILED|Failed to fetch|did not arrive|failed to load split module/);
  await page.route("**/pkg/split_mine.*", (route) => route.abort());
  await page.goto("/profile");
  const failed = page.getByRole("alert").filter({ hasText: "The page did not start" });
  await expect(failed).toBeVisible();
  // What the server drew stands and can be read.
  await expect(heading(page, "Your profile")).toBeVisible();
  await page.unrouteAll();
  await failed.getByRole("link", { name: "Load the page again" }).click();
  await live(page);
  await expect(failed).toBeHidden();
});

test("a sign-in whose program did not arrive says so, and goes on once it does", async ({
  page,
  quiet,
}) => {
  quiet.expect(/net::ERR_FAILED|Failed to fetch/);
  const failed = page.waitForEvent("requestfailed");
  await page.route("**/pkg/split_session.*", (route) => route.abort());
  await open(page, "/");
  await failed;
  const button = page.getByRole("main").getByRole("button", { name: "Continue with Spotify" });
  await button.click();
  await expect(page.getByRole("main").getByRole("alert")).toContainText("did not arrive");
  await page.unrouteAll();
  await button.click();
  await page.waitForURL((url) => url.pathname === "/spotify/authorize");
});

test("a button that is pressed before the program is here says that it waits, and does its work then", async ({
  page,
}) => {
  const { arrive } = await hold(page, "**/pkg/stagedoor.*.wasm");
  await page.goto("/", { waitUntil: "commit" });
  const [spotify, google] = [continueButton(page, "Spotify"), continueButton(page, "Google")];
  await google.click();
  await expect(google).toHaveAttribute("aria-busy", "true");
  // Of two presses the last one counts.
  await spotify.press("Enter");
  await expect(spotify).toHaveAttribute("aria-busy", "true");
  await expect(google).not.toHaveAttribute("aria-busy");
  arrive();
  await page.waitForURL((url) => url.pathname === "/spotify/authorize");
});

test("a button that was pressed for a program that does not arrive waits no more", async ({
  page,
  quiet,
}) => {
  quiet.expect(/net::ERR_FAILED|Failed to fetch/);
  let abort = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    abort = resolve;
  });
  await page.route("**/pkg/stagedoor.*.wasm", async (route) => {
    await gate;
    await route.abort();
  });
  await page.goto("/", { waitUntil: "commit" });
  const button = continueButton(page);
  await button.click();
  await expect(button).toHaveAttribute("aria-busy", "true");
  abort();
  await expect(page.getByText("The page did not start")).toBeVisible();
  await expect(button).not.toHaveAttribute("aria-busy");
});

test("a menu that is opened before the program is here stays open", async ({ page }) => {
  const { arrive } = await hold(page, "**/pkg/stagedoor.*.wasm");
  await page.goto("/", { waitUntil: "commit" });
  await page.getByRole("button", { name: "Colours" }).click();
  const menu = page.locator("#theme-menu");
  await expect(menu).toBeVisible();
  arrive();
  await live(page);
  await expect(menu).toBeVisible();
});

test("the Back button before the program is here leads to the page before", async ({ page }) => {
  await open(page, "/");
  await searchLink(page).click();
  await expect(heading(page, "Search")).toBeFocused();
  const { arrive } = await hold(page, "**/pkg/stagedoor.*.wasm");
  await page.reload({ waitUntil: "commit" });
  await expect(heading(page, "Search")).toBeVisible();
  // The browser takes both for places in one document, and so nothing is loaded.
  await page.evaluate(() => history.back());
  await expect(page).toHaveURL((url) => url.pathname === "/");
  await expect(heading(page, "Search")).toBeVisible();
  arrive();
  await expect(heading(page, "Come in by the stage door.")).toBeVisible();
  await live(page);
});

test("a person who is signed in has their menu as soon as the page is live", async ({
  page,
  app,
  signIn,
}) => {
  await signIn(page);
  const answer = await page.goto("/privacy");
  const html = (await answer?.text()) ?? "";
  for (const file of await filesOfAll(app, "session", "privacy")) {
    expect(html).toContain(`href="/pkg/${file}" rel="preload"`);
  }
  await live(page);
  await expect(accountButton(page)).toBeVisible();
});
