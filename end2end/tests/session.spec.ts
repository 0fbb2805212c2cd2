import {
  accountButton,
  api,
  continueButton,
  cookiesOf,
  expect,
  heading,
  isSignedIn,
  LISTENERS,
  live,
  open,
  problem,
  signInLink,
  signOut,
  test,
  type Page,
} from "../fixtures/index.ts";

const HOUR = 60 * 60;
const DAY = 24 * HOUR;
const ME = "/api/spotify/v1/me";

/** Holds back the page's question who is signed in, until the answer to this call is called. */
async function holdSession(page: Page): Promise<() => void> {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(
    (url) => url.pathname === "/api/session",
    async (route) => {
      await released;
      await route.continue();
    },
  );
  return release;
}

test.describe("a signed-in person who comes by a link from another site", () => {
  for (const path of ["/", "/profile"]) {
    test(`to ${path} sees themselves after the first request, and never that they are signed out`, async ({
      page,
      app,
      elsewhere,
      signIn,
    }) => {
      await signIn(page);
      const before = await cookiesOf(page, app);
      await page.goto(elsewhere.serve(`<a href="${app.origin}${path}">Have a look</a>`));
      const release = await holdSession(page);
      const arrived = page.waitForResponse((response) => response.url() === app.origin + path);
      await page.getByRole("link", { name: "Have a look" }).click();

      // The browser keeps strict cookies to itself, so the server cannot know who this is …
      const answer = await arrived;
      expect(await answer.request().allHeaders()).not.toHaveProperty("cookie");
      expect(await answer.headerValue("set-cookie")).toBeNull();
      // … and says neither that nor the opposite.
      const html = await answer.text();
      expect(html).toContain("Checking who you are");
      expect(html).not.toContain("Continue with Spotify");
      expect(html).not.toContain(LISTENERS.ada.name);

      await live(page);
      await expect(page.getByRole("main").getByText("Checking who you are…")).toBeVisible();
      await expect(continueButton(page)).toHaveCount(0);
      await expect(signInLink(page)).toHaveCount(0);

      release();
      await expect(accountButton(page)).toContainText(LISTENERS.ada.name);
      await expect(page.getByRole("main")).toContainText(LISTENERS.ada.name);
      await expect(continueButton(page)).toHaveCount(0);
      expect(await cookiesOf(page, app)).toEqual(before);
    });
  }

  test("and cannot be asked who they are is told why, and can ask again", async ({
    page,
    app,
    elsewhere,
    signIn,
    quiet,
  }) => {
    quiet.expect(/net::ERR_FAILED/);
    await signIn(page);
    await page.goto(elsewhere.serve(`<a href="${app.origin}/profile">Have a look</a>`));
    await page.route(
      (url) => url.pathname === "/api/session",
      (route) => route.abort(),
    );
    await page.getByRole("link", { name: "Have a look" }).click();
    await expect(problem(page)).toContainText("No answer came back");
    await expect(continueButton(page)).toHaveCount(0);
    await page.unrouteAll();
    await page.getByRole("main").getByRole("button", { name: "Try again" }).click();
    await expect(page.getByRole("main")).toContainText(LISTENERS.ada.name);
  });
});

test("another site's page can neither use the session nor read who is signed in", async ({
  page,
  app,
  elsewhere,
  signIn,
  quiet,
}) => {
  quiet.expect(/blocked by CORS policy|net::ERR_FAILED/);
  await signIn(page);
  await page.goto(elsewhere.serve("<p>Nothing to see</p>"));
  const stolen = await page.evaluate(async (origin) => {
    const attempts: [string, RequestInit][] = [
      ["/api/session", { headers: { "x-stagedoor-csrf": "1" } }],
      ["/api/session", {}],
      ["/api/sign-out", { method: "POST", body: "{}" }],
      ["/api/spotify/v1/me", { headers: { "x-stagedoor-csrf": "1" } }],
    ];
    return Promise.all(
      attempts.map(([path, init]) =>
        fetch(origin + path, { credentials: "include", ...init }).then(
          (response) => response.status,
          () => "refused",
        ),
      ),
    );
  }, app.origin);
  expect(stolen).toEqual(["refused", "refused", "refused", "refused"]);
  await open(page, "/");
  await expect(accountButton(page)).toBeVisible();
});

test("a sign-out in one tab shows in the other", async ({ page, context, app, signIn }) => {
  await signIn(page);
  const other = await context.newPage();
  await open(other, "/profile");
  await expect(other.getByRole("main")).toContainText(LISTENERS.ada.id);

  await signOut(page);
  await expect(page).toHaveURL("/");
  await expect(
    page.getByRole("status").filter({ hasText: "You are signed out here." }),
  ).toContainText("You are still signed in at Spotify in this browser.");

  // Nobody touched the other tab.
  await expect(signInLink(other)).toBeVisible();
  await expect(continueButton(other)).toBeVisible();
  await expect(other.getByRole("main")).not.toContainText(LISTENERS.ada.name);
  await expect(other.getByRole("main")).not.toContainText(LISTENERS.ada.id);

  expect(await cookiesOf(page, app)).toEqual(new Map());
  expect(await isSignedIn(other)).toBe(false);
});

test("a sign-in in one tab shows in the other", async ({ page, context, signIn }) => {
  await open(page, "/profile");
  await expect(continueButton(page)).toBeVisible();
  const other = await context.newPage();
  await signIn(other);
  await expect(accountButton(page)).toBeVisible();
  await expect(page.getByRole("main")).toContainText(LISTENERS.ada.id);
});

test("a sign-out in a browser leaves the same person's other browser alone", async ({
  page,
  signIn,
  anotherBrowser,
}) => {
  const other = await (await anotherBrowser()).newPage();
  await signIn(page);
  await signIn(other);
  await signOut(page);
  await open(other, "/profile");
  await expect(other.getByRole("main")).toContainText(LISTENERS.ada.id);
});

test("a stolen session cookie is worth nothing after the sign-out", async ({
  page,
  app,
  context,
  signIn,
}) => {
  await signIn(page);
  const cookies = await context.cookies(app.origin);
  await signOut(page);
  await context.addCookies(cookies);
  await open(page, "/");
  await expect(signInLink(page)).toBeVisible();
  expect(await isSignedIn(page)).toBe(false);
});

test("the Back button after a sign-out brings nothing personal back", async ({ page, signIn }) => {
  await signIn(page, "ada", { from: "/profile" });
  await expect(page.getByRole("main")).toContainText(LISTENERS.ada.id);
  await signOut(page);
  // Away from the app, so that what comes back is a page and not a turn of the router.
  await page.goto("about:blank");
  await page.goBack();
  await expect(signInLink(page)).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL("/profile");
  await expect(continueButton(page)).toBeVisible();
  await expect(page.getByRole("main")).not.toContainText(LISTENERS.ada.id);
});

test("signed out, `/api/spotify/v1/me` answers `signed_out` and nothing is sent to the provider", async ({
  page,
  sandbox,
  quiet,
}) => {
  quiet.expectStatus(401, ME);
  await open(page, "/");
  expect(await api(page, ME)).toMatchObject({ status: 401, code: "signed_out" });
  expect(await sandbox.log()).toEqual([]);
});

test("signed out, the app's own token is not sent for a person's data either", async ({
  page,
  sandbox,
  quiet,
}) => {
  quiet.expectStatus(401, ME);
  // The app has a token of its own by now.
  await open(page, "/search?q=lantern");
  await expect(page.getByRole("heading", { name: "Artists" })).toBeVisible();
  await sandbox.clearLog();
  expect(await api(page, ME)).toMatchObject({ status: 401, code: "signed_out" });
  expect(await sandbox.apiCalls()).toEqual([]);
});

test("signed out after a session, `/api/spotify/v1/me` answers `signed_out` as well", async ({
  page,
  sandbox,
  signIn,
  quiet,
}) => {
  quiet.expectStatus(401, ME);
  await signIn(page);
  await signOut(page);
  await sandbox.clearLog();
  expect(await api(page, ME)).toMatchObject({ status: 401, code: "signed_out" });
  expect(await sandbox.apiCalls()).toEqual([]);
});

test("a request without the header of this app's own pages is refused", async ({
  page,
  sandbox,
  quiet,
}) => {
  const paths = ["/api/session", ME];
  await open(page, "/");
  for (const path of paths) {
    quiet.expectStatus(403, path);
    const refused = await api(page, path, { headers: { "x-stagedoor-csrf": "0" } });
    expect(refused, path).toMatchObject({ status: 403, code: "csrf" });
  }
  expect(await sandbox.log()).toEqual([]);
});

test.describe("time passes:", () => {
  test("after eleven minutes and after a day the person is still signed in", async ({
    page,
    app,
    signIn,
  }) => {
    await signIn(page);
    const first = (await cookiesOf(page, app)).get("__Host-Http-session");
    for (const offset of [11 * 60, DAY]) {
      await app.setClock(offset);
      await open(page, "/");
      await expect(accountButton(page)).toBeVisible();
      expect(await isSignedIn(page)).toBe(true);
    }
    // The signed cookie was issued anew on the way.
    expect((await cookiesOf(page, app)).get("__Host-Http-session")).not.toBe(first);
  });

  test("after a month without a visit the person is signed out, and what the browser holds is worth nothing", async ({
    page,
    app,
    sandbox,
    signIn,
    quiet,
  }) => {
    quiet.expectStatus(401, ME);
    await signIn(page);
    await sandbox.clearLog();
    await app.setClock(31 * DAY);
    await open(page, "/profile");
    await expect(continueButton(page)).toBeVisible();
    expect(await isSignedIn(page)).toBe(false);
    expect(await api(page, ME)).toMatchObject({ status: 401, code: "signed_out" });
    expect(await sandbox.apiCalls()).toEqual([]);
    await signIn(page, "ada", { from: null });
    await expect(page.getByRole("main")).toContainText(LISTENERS.ada.id);
  });

  test("an access token that is over is renewed once, and the page does not notice", async ({
    page,
    app,
    sandbox,
    signIn,
  }) => {
    await signIn(page);
    await app.setClock(HOUR);
    await open(page, "/profile");
    await expect(page.getByRole("main")).toContainText(LISTENERS.ada.id);
    expect(await sandbox.tokenCalls("refresh_token")).toHaveLength(1);
    await page.reload();
    await expect(page.getByRole("main")).toContainText(LISTENERS.ada.id);
    expect(await sandbox.tokenCalls("refresh_token")).toHaveLength(1);
  });

  test("a connection that the person ended at the provider is offered anew, and the account stays", async ({
    page,
    app,
    sandbox,
    signIn,
    quiet,
  }) => {
    quiet.expectStatus(401, ME);
    await signIn(page);
    await sandbox.removeApp("ada");
    await app.setClock(HOUR);
    await open(page, "/profile");
    const ended = page.getByRole("region", { name: "The connection has ended" });
    await expect(ended).toBeVisible();
    await expect(accountButton(page)).toBeVisible();
    await ended.getByRole("button", { name: "Reconnect Spotify" }).click();
    await page.getByRole("button", { name: "Agree" }).click();
    await expect(page).toHaveURL("/profile");
    await expect(page.getByRole("main")).toContainText(LISTENERS.ada.id);
  });
});

test("a session that ended elsewhere shows when the person comes back to the window", async ({
  page,
  app,
  signIn,
}) => {
  await signIn(page);
  await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");
  await app.setClock(31 * DAY);
  // What hears of it may still be on its way.
  await expect
    .poll(async () => {
      await page.evaluate(() => dispatchEvent(new Event("online")));
      return signInLink(page).isVisible();
    })
    .toBe(true);
  await expect(heading(page)).toHaveText("Come in by the stage door.");
});
