import {
  accountButton,
  agree,
  expect,
  heading,
  link,
  LISTENERS,
  live,
  loginField,
  only,
  open,
  passThrough,
  problem,
  section,
  sessionOf,
  signInAtProvider,
  tabTo,
  test,
  type App,
  type LoggedRequest,
  type Page,
  type Sandbox,
} from "../fixtures/index.ts";
import { isAccessible } from "../fixtures/accessible.ts";

// What one listener allowed would show in the next test.
test.use({ ownApp: true });

const HOUR = 60 * 60;
const DAY = 24 * HOUR;
const ARTIST = "Marlow Quill";
const SEARCH = "/search?q=marlow%20quill";
const LIBRARY = "/spotify/v1/me/library";
const TOP = "/api/spotify/v1/me/top";
const COMPLETE = "/api/sign-in/complete";

const follow = (page: Page) =>
  page.getByRole("main").getByRole("button", { name: `Follow ${ARTIST}`, exact: true });
const following = (page: Page) =>
  page.getByRole("main").getByRole("button", { name: `Following ${ARTIST}, press to stop` });
/** What is asked over the page. */
const sheet = (page: Page) => page.getByRole("dialog");
const allow = (page: Page) => page.getByRole("button", { name: "Allow it at Spotify" });
const reconnect = (page: Page) =>
  page.getByRole("main").getByRole("button", { name: "Reconnect Spotify" });
const connectHere = (page: Page) =>
  page.getByRole("main").getByRole("button", { name: "Connect Spotify on this device" });
const notice = (page: Page) => page.locator("#notice");
/** That a list of `/top` is there. */
const list = (page: Page) => page.getByText(/^As Spotify counts/);

/** The permissions that the connection to Spotify has. */
async function held(page: Page): Promise<string[]> {
  const { connections } = await sessionOf(page);
  return connections.find(({ provider }) => provider === "spotify")?.permissions ?? [];
}

/** The times that something was put into the library. */
async function kept(sandbox: Sandbox): Promise<LoggedRequest[]> {
  return (await sandbox.log(LIBRARY)).filter(({ method }) => method === "PUT");
}

/** What the tab keeps of sign-ins and errands. */
function keptInTab(page: Page): Promise<string[]> {
  return page.evaluate(() => Object.keys(sessionStorage).filter((key) => key.includes("stagedoor")));
}

/** Presses *Follow*, and the button of the sheet, and stands at the consent page. */
async function pressAndGo(page: Page): Promise<void> {
  await follow(page).click();
  await allow(page).click();
  await expect(page.getByRole("button", { name: "Agree" })).toBeVisible();
}

/** Allows `/top` on the page that needs it. */
async function allowTop(page: Page, origin = ""): Promise<void> {
  await open(page, `${origin}/top`);
  await allow(page).click();
  await agree(page);
  await expect(list(page)).toBeVisible();
}

test.describe("a press for something that is not allowed yet", () => {
  test.beforeEach(async ({ page, signIn }) => {
    await signIn(page);
    await open(page, SEARCH);
  });

  test("says what it wants and why, and after the consent it is done, once", async ({
    page,
    sandbox,
  }) => {
    await sandbox.clearLog();
    await follow(page).click();
    await expect(sheet(page).getByRole("heading")).toHaveText(`Follow ${ARTIST}?`);
    await expect(sheet(page)).toContainText("each time you press the button for it");
    // Nobody is asked before they pressed for it.
    expect(await sandbox.log("/spotify/authorize")).toEqual([]);
    await allow(page).click();
    await expect(page.getByText("Manage who you are following.")).toBeVisible();
    // What was wanted is in the tab and in no address.
    const [asked] = await sandbox.log("/spotify/authorize");
    expect(JSON.stringify(asked)).not.toContain("Marlow");
    await agree(page);

    await expect(notice(page)).toContainText(`You follow ${ARTIST} now.`);
    await expect(page).toHaveURL(SEARCH);
    await expect(following(page)).toBeVisible();
    await expect(sheet(page)).toHaveCount(0);
    expect((await kept(sandbox)).map(({ status }) => status)).toEqual([200]);
    expect(await keptInTab(page)).toEqual([]);

    await page.reload();
    await live(page);
    await expect(follow(page)).toBeVisible();
    expect(await kept(sandbox)).toHaveLength(1);
    // From now on one press will do.
    await follow(page).click();
    await expect(following(page)).toBeVisible();
    expect(await kept(sandbox)).toHaveLength(2);
  });

  test("asks for old and new together", async ({ page, sandbox }) => {
    await pressAndGo(page);
    await agree(page);
    await expect(following(page)).toBeVisible();
    await sandbox.clearLog();
    await allowTop(page);
    const [asked] = await sandbox.log("/spotify/authorize");
    const scope = only(asked?.query ?? [], "scope")?.split(" ").sort();
    expect(scope).toEqual(["user-follow-modify", "user-top-read"]);
    expect((await held(page)).sort()).toEqual(["follow", "top"]);
  });

  test("comes to nothing where the person says no there", async ({
    page,
    sandbox,
    quiet,
  }) => {
    quiet.expectStatus(400, COMPLETE);
    await pressAndGo(page);
    await page.getByRole("button", { name: "Cancel" }).click();
    await expect(notice(page)).toContainText("You chose not to go on there.");
    await expect(page).toHaveURL(SEARCH);
    await expect(follow(page)).toBeVisible();
    expect(await kept(sandbox)).toEqual([]);
    expect(await keptInTab(page)).toEqual([]);
    expect(await held(page)).toEqual([]);
  });

  test("is not done where less was granted, and the page says so", async ({ page, sandbox }) => {
    await page.route(
      (url) => url.pathname === "/spotify/authorize",
      (route) => route.continue({ url: route.request().url().replace("user-follow-modify", "") }),
    );
    await follow(page).click();
    await allow(page).click();
    await expect(notice(page)).toContainText("The permission was not granted");
    await expect(notice(page)).toContainText(ARTIST);
    expect(await kept(sandbox)).toEqual([]);
    expect(await keptInTab(page)).toEqual([]);
  });

  test("is not done by the consent of another account, and there is a way on", async ({
    page,
    sandbox,
    quiet,
  }) => {
    quiet.expectStatus(409, COMPLETE);
    await pressAndGo(page);
    await page.getByRole("button", { name: "Not you?" }).click();
    await signInAtProvider(page, "hanako");
    await agree(page);
    await expect(notice(page)).toContainText("You gave permission with another account");
    expect(await kept(sandbox)).toEqual([]);
    expect((await sessionOf(page)).account?.name).toBe(LISTENERS.ada.name);

    await notice(page).getByRole("button", { name: "Choose another Spotify account" }).click();
    await page.getByRole("button", { name: "Not you?" }).click();
    await signInAtProvider(page, "ada");
    await agree(page);
    await expect(following(page)).toBeVisible();
    expect(await kept(sandbox)).toHaveLength(1);
  });

  test("is done by keyboard alone", async ({ page, sandbox }) => {
    await tabTo(page, follow(page));
    await page.keyboard.press("Enter");
    await expect(sheet(page)).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(sheet(page)).toHaveCount(0);
    await expect(follow(page)).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(sheet(page)).toBeVisible();
    await isAccessible(page);
    await tabTo(page, allow(page));
    await page.keyboard.press("Enter");
    const agreement = page.getByRole("button", { name: "Agree" });
    await expect(agreement).toBeVisible();
    await tabTo(page, agreement);
    await page.keyboard.press("Enter");
    await expect(following(page)).toBeVisible();
    expect(await kept(sandbox)).toHaveLength(1);
  });

  test("that Spotify refuses after all asks once more", async ({ page, app, sandbox, quiet }) => {
    quiet.expectStatus(403, "/api/spotify/v1/me/library");
    await pressAndGo(page);
    await agree(page);
    await expect(following(page)).toBeVisible();
    await sandbox.fault({
      path: LIBRARY,
      status: 403,
      body: { error: { status: 403, message: "Insufficient client scope" } },
    });
    await following(page).click();
    await expect(sheet(page).getByRole("heading")).toHaveText(`Stop following ${ARTIST}?`);
    await allow(page).click();
    await expect(notice(page)).toContainText(`You do not follow ${ARTIST} any more.`);
    expect(app.logs()).not.toContain("panicked");
  });
});

test("a signed-out person is told to sign in first", async ({ page }) => {
  await open(page, SEARCH);
  await follow(page).click();
  await expect(sheet(page).getByRole("button", { name: "Continue with Spotify" })).toBeVisible();
  await expect(sheet(page)).toContainText("Sign in first, then press the button again.");
});

test("what is asked over a page goes with the page", async ({ page, signIn }) => {
  await signIn(page);
  await page.getByRole("link", { name: "Search" }).first().click();
  await expect(heading(page, "Search")).toBeVisible();
  await page.getByRole("searchbox").fill("marlow quill");
  await page.keyboard.press("Enter");
  await follow(page).click();
  await expect(sheet(page)).toBeVisible();
  await page.goBack();
  await expect(sheet(page)).toHaveCount(0);
});

test("albums and tracks are saved by their own permission", async ({ page, sandbox, signIn }) => {
  await signIn(page);
  await open(page, SEARCH);
  const save = page.getByRole("main").getByRole("button", { name: /^Save / }).first();
  const name = ((await save.getAttribute("aria-label")) ?? "").replace("Save ", "");
  await save.click();
  await allow(page).click();
  await expect(page.getByText("Manage your saved content.")).toBeVisible();
  await agree(page);
  await expect(notice(page)).toContainText(`${name} is in your library now.`);
  const [put] = await kept(sandbox);
  expect(only(put?.query ?? [], "uris")).toMatch(/^spotify:(album|track):/);
  expect(await held(page)).toEqual(["edit-library"]);
});

test.describe("the top lists", () => {
  test("are there after the consent, each with an address", async ({ page, signIn }) => {
    await signIn(page);
    await allowTop(page);
    await page.getByRole("link", { name: "Tracks", exact: true }).click();
    await expect(page).toHaveURL("/top?of=tracks&range=medium_term");
    await expect(heading(page, "Your top tracks")).toBeVisible();
    await page.getByRole("link", { name: "A year" }).click();
    await expect(page).toHaveURL("/top?of=tracks&range=long_term");
    await expect(page.getByText("As Spotify counts about the last year.")).toBeVisible();
    const rows = page.getByRole("main").locator("ol > li");
    await expect(rows).toHaveCount(20);
    await expect(rows.first().getByRole("link", { name: /^Open Spotify/ })).toHaveAttribute(
      "href",
      /^https:\/\/open\.spotify\.com\/track\//,
    );
    await page.goBack();
    await expect(page).toHaveURL("/top?of=tracks&range=medium_term");
    await page.reload();
    await expect(heading(page, "Your top tracks")).toBeVisible();
    await isAccessible(page);
  });

  test("of somebody new are empty, and say so", async ({ page, signIn }) => {
    await signIn(page, "newcomer");
    await open(page, "/top");
    await allow(page).click();
    await agree(page);
    await expect(page.getByText("Spotify has no list")).toBeVisible();
  });
});

test("the profile shows e-mail address and plan once they are allowed", async ({
  page,
  sandbox,
  signIn,
}) => {
  // Apps of the newest kind are told neither.
  await sandbox.setProfile("extended");
  await signIn(page);
  await open(page, "/profile");
  await page.getByRole("button", { name: "Show it: Your e-mail address" }).click();
  await agree(page);
  await expect(page).toHaveURL("/profile");
  await expect(page.getByRole("main")).toContainText("ada.lindqvist@listeners.invalid");
  await page.getByRole("button", { name: "Show it: Your country and your plan" }).click();
  await agree(page);
  await expect(page.getByRole("main")).toContainText("Premium, SE");
});

test.describe("the page of permissions", () => {
  test("tells what is allowed, why and how long, and allows one at a time", async ({
    page,
    signIn,
  }) => {
    await signIn(page);
    await open(page, "/permissions");
    await expect(section(page, "What you allowed")).toContainText("Nothing special");
    await section(page, "What you have not allowed")
      .getByRole("button", { name: "Allow: Whom you follow" })
      .click();
    await agree(page);
    await expect(page).toHaveURL("/permissions");
    const entry = section(page, "What you allowed").getByRole("listitem");
    await expect(entry).toHaveCount(1);
    await expect(entry).toContainText("which artists you follow");
    await expect(entry.locator("time")).toHaveCount(2);
    await expect(entry).toContainText("Since");
    await expect(entry.getByRole("link", { name: "Search" })).toBeVisible();
    await isAccessible(page);
  });

  test("ends all of them", async ({ page, signIn }) => {
    await signIn(page);
    await allowTop(page);
    await open(page, "/permissions");
    const ending = section(page, "How to end it");
    await expect(ending.getByRole("link")).toHaveAttribute(
      "href",
      "https://www.spotify.com/account/apps/",
    );
    await ending.getByRole("button", { name: "Disconnect Spotify" }).click();
    await ending.getByRole("button", { name: "Disconnect Spotify" }).click();
    await expect(ending.getByRole("status")).toContainText("Spotify is disconnected in every browser");
    await expect(connectHere(page)).toBeVisible();
    await expect(accountButton(page)).toBeVisible();
    expect(await held(page)).toEqual([]);
  });
});

test("who holds no keys in this browser connects on this device, and the page goes on", async ({
  page,
  signIn,
  anotherBrowser,
}) => {
  await signIn(page, "kenji", { with: "Google" });
  await open(page, "/top");
  await expect(page.getByRole("main").getByRole("button", { name: "Connect Spotify" })).toBeVisible();
  await link(page, "Spotify", "ada");

  const other = await (await anotherBrowser()).newPage();
  await other.goto(new URL("/", page.url()).href);
  await live(other);
  await signIn(other, "kenji", { with: "Google", from: null });
  await other.goto(new URL("/top?of=tracks", page.url()).href);
  await live(other);
  await connectHere(other).click();
  await passThrough(other, "Spotify", "ada", list(other));
  await expect(heading(other, "Your top tracks")).toBeVisible();
  expect(await held(other)).toEqual(["top"]);
});

test("who connects from a page is led back to it once the identity is linked", async ({
  page,
  signIn,
}) => {
  await signIn(page, "kenji", { with: "Google" });
  await open(page, "/top?of=tracks");
  await page.getByRole("main").getByRole("button", { name: "Connect Spotify" }).click();
  const yes = page.getByRole("button", { name: "Link them" });
  await passThrough(page, "Spotify", "ada", yes);
  await yes.click();
  await expect(list(page)).toBeVisible();
  await expect(page).toHaveURL("/top?of=tracks");
  await expect(notice(page)).toContainText("Spotify is linked.");
});

test("what the person ended at Spotify is reconnected by one button, in every tab without a reload", async ({
  page,
  app,
  context,
  sandbox,
  signIn,
  quiet,
}) => {
  quiet.expectStatus(401, `${TOP}/tracks`);
  await signIn(page);
  await allowTop(page);
  const other = await context.newPage();
  await open(other, "/top");
  await expect(list(other)).toBeVisible();
  await other.evaluate(() => Object.assign(window, { stayed: true }));

  await sandbox.removeApp("ada");
  await app.setClock(HOUR);
  await page.getByRole("link", { name: "Tracks", exact: true }).click();
  await expect(reconnect(page)).toBeVisible();
  await expect(page.getByRole("main")).toContainText("Your account here is untouched.");
  // The other tab is told, so it asks for nothing before it says so.
  await expect(reconnect(other)).toBeVisible();

  await reconnect(page).click();
  await agree(page);
  await expect(list(page)).toBeVisible();
  await expect(page).toHaveURL("/top?of=tracks&range=medium_term");
  await expect(list(other)).toBeVisible();
  expect(await other.evaluate(() => "stayed" in window)).toBe(true);
});

test("what a refresh takes away is asked for again where it is needed, and nothing else ends", async ({
  page,
  app,
  sandbox,
  signIn,
  quiet,
}) => {
  quiet.expectStatus(403, `${TOP}/tracks`);
  await signIn(page);
  await allowTop(page);
  await page.evaluate(() => Object.assign(window, { stayed: true }));
  // Spotify may give less at a refresh than it gave before.
  await sandbox.setRefreshScope("user-follow-read");
  await app.setClock(HOUR);
  await page.getByRole("link", { name: "Tracks", exact: true }).click();
  await expect(page.getByRole("main")).toContainText("You have not allowed it yet.");
  await expect(allow(page)).toBeVisible();
  await expect(accountButton(page)).toBeVisible();
  expect(await held(page)).toEqual(["following"]);
  expect(await page.evaluate(() => "stayed" in window)).toBe(true);

  await sandbox.setRefreshScope();
  await allow(page).click();
  await agree(page);
  await expect(list(page)).toBeVisible();
  await expect(page).toHaveURL("/top?of=tracks&range=medium_term");
});

test("what a refresh brings is there without a question and without a reload", async ({
  page,
  app,
  signIn,
  anotherBrowser,
}) => {
  await signIn(page);
  await page.getByRole("link", { name: "Search" }).first().click();
  await page.evaluate(() => Object.assign(window, { stayed: true }));
  // The same person allows it elsewhere; Spotify gives all that was ever agreed to at a refresh.
  const other = await (await anotherBrowser()).newPage();
  await other.goto(new URL("/", page.url()).href);
  await live(other);
  await signIn(other, "ada", { from: null });
  await allowTop(other, app.origin);
  expect(await held(page)).toEqual([]);

  await app.setClock(HOUR);
  await page.getByRole("searchbox").fill("marlow quill");
  await page.keyboard.press("Enter");
  await expect(follow(page)).toBeVisible();
  await page.evaluate(() => history.pushState(null, "", "/top"));
  await page.evaluate(() => dispatchEvent(new PopStateEvent("popstate")));
  await expect(list(page)).toBeVisible();
  expect(await held(page)).toEqual(["top"]);
  expect(await page.evaluate(() => "stayed" in window)).toBe(true);
});

test("a provider that is down for ten minutes ends nothing, and the page recovers without a reload", async ({
  page,
  app,
  sandbox,
  signIn,
  quiet,
}) => {
  quiet.expectStatus(503, `${TOP}/tracks`);
  await signIn(page);
  await allowTop(page);
  await page.evaluate(() => Object.assign(window, { stayed: true }));
  // Neither the Web API nor the token endpoint answers.
  for (const path of ["/spotify/v1", "/spotify/api/token"]) {
    await sandbox.fault({ path, status: 503, times: 1000 });
  }
  const again = page.getByRole("main").getByRole("button", { name: "Try again" });
  await page.getByRole("link", { name: "Tracks", exact: true }).click();
  for (const minutes of [0, 60, 65, 70]) {
    await app.setClock(minutes * 60);
    if (minutes > 0) {
      await again.click();
    }
    await expect(problem(page)).toContainText("Spotify cannot be reached right now.");
    await expect(accountButton(page)).toBeVisible();
  }
  await sandbox.clearFaults();
  await app.setClock(HOUR + 11 * 60);
  await again.click();
  await expect(list(page)).toBeVisible();
  expect(await held(page)).toEqual(["top"]);
  expect(await page.evaluate(() => "stayed" in window)).toBe(true);
});

test.describe("six months", () => {
  /** Moves every clock there is. */
  async function moveTo(days: number, page: Page, app: App, sandbox: Sandbox): Promise<void> {
    await app.setClock(days * DAY);
    await sandbox.setClock(days * DAY);
    await page.clock.setFixedTime(Date.now() + days * DAY * 1000);
  }

  const LONG = { STAGEDOOR_SESSION_IDLE: "300d", STAGEDOOR_SESSION_MAX: "300d" };

  test("are told from fourteen days before, and put off by one button", async ({
    page,
    sandbox,
    signIn,
    startApp,
  }) => {
    const app = await startApp(LONG);
    await signIn(page, "ada", { from: `${app.origin}/` });
    await allowTop(page, app.origin);
    const told = page.getByRole("complementary", { name: "A connection ends soon" });

    await moveTo(167, page, app, sandbox);
    await open(page, `${app.origin}/`);
    await expect(accountButton(page)).toBeVisible();
    await expect(told).toHaveCount(0);

    await moveTo(169, page, app, sandbox);
    await open(page, `${app.origin}/permissions`);
    await expect(section(page, "What you allowed")).toContainText("Spotify ends all of it on");
    await open(page, `${app.origin}/`);
    await expect(told).toContainText("six months after you agreed");
    await isAccessible(page);
    await told.getByRole("button", { name: "Renew it now" }).click();
    await expect(heading(page, /Good to see you/)).toBeVisible();
    await expect(told).toHaveCount(0);
    expect(await held(page)).toEqual(["top"]);
  });

  test("later the page says what happened, and goes on after one button", async ({
    page,
    sandbox,
    signIn,
    startApp,
    quiet,
  }) => {
    quiet.expectStatus(401, `${TOP}/artists`);
    const app = await startApp(LONG);
    await signIn(page, "ada", { from: `${app.origin}/` });
    await allowTop(page, app.origin);
    await moveTo(183, page, app, sandbox);
    await open(page, `${app.origin}/permissions`);
    await expect(section(page, "What you allowed")).toContainText("Spotify ended all of it on");
    await open(page, `${app.origin}/top`);
    await expect(page.getByRole("main")).toContainText("as it does after six months");
    await expect(accountButton(page)).toBeVisible();
    await reconnect(page).click();
    await passThrough(page, "Spotify", "ada", list(page));
    await expect(loginField(page)).toHaveCount(0);
    expect(await held(page)).toEqual(["top"]);
  });
});
