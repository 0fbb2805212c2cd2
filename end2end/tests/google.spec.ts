import {
  accountButton,
  accountField,
  agreeAtGoogle,
  api,
  atTheDoor,
  chooseAtGoogle,
  CLIENT,
  consentAtGoogle,
  continueButton,
  cookiesOf,
  entry,
  expect,
  GOOGLE_DOOR,
  GOOGLERS,
  heading,
  historyOf,
  isSignedIn,
  live,
  only,
  open,
  passThrough,
  problem,
  section,
  sessionOf,
  signInLink,
  signOut,
  test,
  type App,
  type Page,
  type Sandbox,
} from "../fixtures/index.ts";

// Accounts outlive a test, and some of these look for a newcomer.
test.use({ ownApp: true });

const HOUR = 60 * 60;

/** What a page is told when Google does not answer to the request for its metadata. */
const METADATA = "/google/.well-known/openid-configuration";

/** Moves every clock there is: the app's, the providers' and the browser's. */
async function goOn(page: Page, app: App, sandbox: Sandbox, seconds: number): Promise<void> {
  // No page is open meanwhile: one that is would renew what is due before the test looks.
  await page.goto("about:blank");
  await app.setClock(seconds);
  await sandbox.setClock(seconds);
  await page.clock.setSystemTime(Date.now() + seconds * 1000);
}

test("a newcomer signs up with Google: chooser, consent, account", async ({ page, sandbox }) => {
  await atTheDoor(page, "Google");
  await expect(page.getByRole("heading", { name: "Choose an account" })).toBeVisible();
  await page.getByRole("button", { name: /^Continue as Ada Lindqvist/ }).click();
  await expect(page.getByRole("heading", { name: "Sign in to Stagedoor?" })).toBeVisible();
  await agreeAtGoogle(page);

  await expect(page).toHaveURL("/");
  await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");
  await expect(accountButton(page)).toBeVisible();
  const session = await sessionOf(page);
  expect(session.account).toMatchObject({ name: GOOGLERS.ada.name, email: GOOGLERS.ada.email });
  expect(session.identities).toMatchObject([
    { provider: "google", subject: expect.stringMatching(/^\d{21}$/) },
  ]);
  expect(session.connections).toMatchObject([{ provider: "google", renewable: true }]);
  for (const address of await historyOf(page)) {
    expect(address).not.toMatch(/\/callback\/.*\?/);
  }

  const [ask] = await sandbox.log(GOOGLE_DOOR);
  const parameters = Object.fromEntries(ask?.query ?? []);
  expect(ask?.query).toHaveLength(Object.keys(parameters).length);
  expect(parameters).toMatchObject({
    client_id: CLIENT.id,
    response_type: "code",
    redirect_uri: `${new URL(page.url()).origin}/callback/google`,
    scope: "openid email profile",
    access_type: "offline",
    state: expect.stringMatching(/^[\w-]{22,}$/),
    nonce: expect.stringMatching(/^[\w-]{22,}$/),
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge_method: "S256",
  });
  expect(parameters).not.toHaveProperty("include_granted_scopes");
  expect(parameters).not.toHaveProperty("client_secret");
  const exchanges = await sandbox.googleTokenCalls();
  expect(exchanges).toHaveLength(1);
  expect(exchanges[0]).toMatchObject({ method: "POST", query: [], cookie: false, status: 200 });
});

test("who says no at Google is not signed in, and can try again at once", async ({
  page,
  signIn,
  quiet,
}) => {
  quiet.expectStatus(400, "/api/sign-in/complete");
  await atTheDoor(page, "Google");
  await chooseAtGoogle(page, "ada");
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(heading(page)).toHaveText("You are not signed in");
  await expect(problem(page)).toContainText("Nothing was changed.");
  await expect(signInLink(page)).toBeVisible();
  await expect(continueButton(page, "Google")).toBeVisible();
  expect(await isSignedIn(page)).toBe(false);
  await signIn(page, "ada", { with: "Google", from: null });
  await expect(accountButton(page)).toBeVisible();
});

test("the Back button at Google's pages finds the way in again", async ({ page, signIn }) => {
  await atTheDoor(page, "Google");
  await page.goBack();
  await live(page);
  await expect(continueButton(page, "Google")).toBeEnabled();
  await signIn(page, "ada", { with: "Google", from: null });
  await expect(accountButton(page)).toBeVisible();
});

test("a reload of the callback finds the person signed in", async ({ page, sandbox, signIn }) => {
  await signIn(page, "ada", { with: "Google" });
  await page.goto("/callback/google");
  await expect(page).toHaveURL("/");
  await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");
  expect(await sandbox.googleTokenCalls("authorization_code")).toHaveLength(1);
});

test("another account is chosen by the menu, and gets a session of its own", async ({
  page,
  app,
  sandbox,
  signIn,
}) => {
  await signIn(page, "ada", { with: "Google" });
  const before = await sessionOf(page);
  const cookies = await cookiesOf(page, app);
  await sandbox.clearLog();
  await accountButton(page).click();
  await page.getByRole("button", { name: "Use another Google account" }).click();
  await expect(accountField(page)).toBeVisible();
  const [ask] = await sandbox.log(GOOGLE_DOOR);
  expect(only(ask?.query ?? [], "prompt")).toBe("select_account");
  await chooseAtGoogle(page, "kenji");
  await agreeAtGoogle(page);
  await expect(heading(page)).toHaveText(`Good to see you, ${GOOGLERS.kenji.name}.`);
  const after = await sessionOf(page);
  expect(after.account?.id).not.toBe(before.account?.id);
  expect((await cookiesOf(page, app)).get("__Host-Http-session")).not.toBe(
    cookies.get("__Host-Http-session"),
  );
});

test("the two providers' pages are on another site, and learn nothing of the app's cookies", async ({
  page,
  sandbox,
  signIn,
}) => {
  await signIn(page, "ada", { with: "Google" });
  for (const request of await sandbox.log("/google")) {
    expect(request.headers["cookie"] ?? "").not.toContain("__Host-Http-");
  }
});

test.describe("what an ID token says is believed only where it holds", () => {
  for (const [what, claims] of [
    ["another nonce", { set: { nonce: "another" } }],
    ["no nonce", { remove: ["nonce"] }],
    ["another audience", { set: { aud: "somebody-else" } }],
    ["another issuer", { set: { iss: "https://accounts.example" } }],
    ["a time that is over", { set: { exp: 1_000_000_000 } }],
    ["no subject", { remove: ["sub"] }],
    ["an algorithm of none", { header: { alg: "none" } }],
  ] as const) {
    test(`an ID token with ${what} signs nobody in`, async ({ page, sandbox, quiet }) => {
      quiet.expectStatus(401, "/api/sign-in/complete");
      await sandbox.setGoogleClaims({ ...claims } as Parameters<Sandbox["setGoogleClaims"]>[0]);
      await atTheDoor(page, "Google");
      await chooseAtGoogle(page, "ada");
      await agreeAtGoogle(page);
      await expect(problem(page)).toBeVisible();
      await expect(heading(page)).toHaveText("The sign-in did not finish");
      await expect(problem(page)).toContainText("The mistake is the service's.");
      await expect(signInLink(page)).toBeVisible();
      expect(await isSignedIn(page)).toBe(false);
    });
  }

  test("a key that is new since the last sign-in is looked up", async ({ page, sandbox, signIn }) => {
    await signIn(page, "ada", { with: "Google" });
    await signOut(page);
    await sandbox.rotateGoogleKeys();
    await signIn(page, "ada", { with: "Google" });
    await expect(accountButton(page)).toBeVisible();
  });
});

test.describe("without a refresh token", () => {
  test("one click at the account's page makes the connection renew itself", async ({
    page,
    context,
    sandbox,
    signIn,
  }) => {
    await signIn(page, "ada", { with: "Google" });
    // As on another machine: Google remembers the consent, and gives no second refresh token.
    await context.clearCookies({ name: /^__Host-Http-/ });
    await signIn(page, "ada", { with: "Google" });
    expect((await sessionOf(page)).connections).toMatchObject([{ renewable: false }]);
    await open(page, "/account");
    const connection = entry(section(page, "Connections in this browser"), "google");
    await expect(connection).toContainText("No. Google gave a key that ends within hours");
    await sandbox.clearLog();
    await connection.getByRole("button", { name: "Keep it connected" }).click();
    await expect(consentAtGoogle(page)).toBeVisible();
    const [ask] = await sandbox.log(GOOGLE_DOOR);
    expect(only(ask?.query ?? [], "prompt")).toContain("consent");
    await agreeAtGoogle(page);
    await expect(page).toHaveURL("/account");
    await live(page);
    await expect(connection).toContainText("By itself, without asking you");
    await expect(connection.getByRole("button", { name: "Keep it connected" })).toHaveCount(0);
    expect((await sessionOf(page)).connections).toMatchObject([{ renewable: true }]);
  });

  test("a no to that click changes nothing", async ({ page, context, signIn, quiet }) => {
    quiet.expectStatus(400, "/api/sign-in/complete");
    await signIn(page, "ada", { with: "Google" });
    await context.clearCookies({ name: /^__Host-Http-/ });
    await signIn(page, "ada", { with: "Google" });
    await open(page, "/account");
    await page.getByRole("button", { name: "Keep it connected" }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await expect(page).toHaveURL("/account");
    await expect(page.locator("#notice")).toContainText("Nothing was changed.");
    expect((await sessionOf(page)).connections).toMatchObject([{ renewable: false }]);
  });
});

test.describe("an hour later", () => {
  test("name and e-mail address are renewed without a visit to Google", async ({
    page,
    app,
    sandbox,
    signIn,
  }) => {
    await signIn(page, "ada", { with: "Google" });
    await sandbox.clearLog();
    await sandbox.addGoogleAccount({
      login: "ada",
      name: "Ada Byron-Lindqvist",
      email: "ada.byron@gmail.com",
    });
    await goOn(page, app, sandbox, HOUR);
    await open(page, "/");
    await expect(accountButton(page)).toContainText("Ada Byron-Lindqvist");
    await expect(heading(page)).toHaveText("Good to see you, Ada Byron-Lindqvist.");
    expect((await sessionOf(page)).account).toMatchObject({ email: "ada.byron@gmail.com" });

    expect(await sandbox.googleTokenCalls("refresh_token")).toHaveLength(1);
    expect(await sandbox.googleTokenCalls("authorization_code")).toHaveLength(0);
    expect(await sandbox.googleVisits()).toBe(0);
    // And it stays.
    await page.reload();
    await live(page);
    await expect(accountButton(page)).toContainText("Ada Byron-Lindqvist");
    expect(await sandbox.googleTokenCalls("refresh_token")).toHaveLength(1);
  });

  test("an app that was removed at Google leaves the person signed in", async ({
    page,
    app,
    sandbox,
    signIn,
    quiet,
  }) => {
    quiet.expectStatus(401, "/api/session/refresh");
    await signIn(page, "ada", { with: "Google" });
    await sandbox.removeAppAtGoogle("ada");
    await goOn(page, app, sandbox, HOUR);
    const refreshed = page.waitForResponse((answer) => answer.url().endsWith("/session/refresh"));
    await open(page, "/");
    expect((await refreshed).status()).toBe(401);
    await expect(accountButton(page)).toContainText("Ada Lindqvist");
    await open(page, "/account");
    await section(page, "Connections in this browser")
      .getByRole("button", { name: "Connect Google on this device" })
      .click();
    await passThrough(
      page,
      "Google",
      "ada",
      entry(section(page, "Connections in this browser"), "google"),
    );
    expect((await sessionOf(page)).connections).toMatchObject([{ renewable: true }]);
  });

  test("a page that asks after another shows that the connection is gone", async ({
    page,
    app,
    sandbox,
    signIn,
    quiet,
  }) => {
    quiet.expectStatus(401, "/api/session/refresh");
    quiet.expectStatus(409, "/api/session/refresh");
    await signIn(page, "ada", { with: "Google" });
    await sandbox.removeAppAtGoogle("ada");
    await goOn(page, app, sandbox, HOUR);
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    await page.route(
      "**/api/session/refresh",
      async (route) => {
        await held;
        await route.continue();
      },
      { times: 1 },
    );
    const asked = page.waitForRequest((request) => request.url().endsWith("/session/refresh"));
    await open(page, "/account");
    await asked;
    const first = await api(page, "/api/session/refresh", { body: { provider: "google" } });
    expect(first).toMatchObject({ status: 401 });
    const connections = section(page, "Connections in this browser");
    await expect(entry(connections, "google")).toBeVisible();
    letGo();
    await expect(connections.getByRole("button", { name: "Connect Google on this device" })).toBeVisible();
    await expect(entry(connections, "google")).toHaveCount(0);
  });

  test("a Google that is away costs nothing", async ({ page, app, sandbox, signIn, quiet }) => {
    quiet.expectStatus(503, "/api/session/refresh");
    await signIn(page, "ada", { with: "Google" });
    await sandbox.fault({ path: "/google/token", status: 503, times: 20 });
    await goOn(page, app, sandbox, HOUR);
    const refreshed = page.waitForResponse((answer) => answer.url().endsWith("/session/refresh"));
    await open(page, "/");
    expect((await refreshed).status()).toBe(503);
    await expect(accountButton(page)).toContainText("Ada Lindqvist");
    expect(await isSignedIn(page)).toBe(true);
    await sandbox.clearFaults();
    await sandbox.addGoogleAccount({ login: "ada", name: "Ada Again" });
    await goOn(page, app, sandbox, HOUR + 60);
    await open(page, "/");
    await expect(accountButton(page)).toContainText("Ada Again");
  });
});

test("where Google is down, its button alone is out of use and says so; Spotify's works", async ({
  page,
  sandbox,
  startApp,
  signIn,
  quiet,
}) => {
  quiet.expectStatus(503, "/api/sign-in/begin");
  const app = await startApp({});
  await sandbox.fault({ path: METADATA, status: 503, times: 1000 });
  await open(page, `${app.origin}/`);
  await continueButton(page, "Google").click();
  await expect(problem(page)).toBeVisible();
  await page.reload();
  await live(page);
  const google = continueButton(page, "Google");
  await expect(google).toHaveAttribute("aria-disabled", "true");
  await expect(page.getByRole("main")).toContainText("Google cannot be reached right now.");
  await expect(continueButton(page)).not.toHaveAttribute("aria-disabled", "true");
  const begun: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/api/sign-in/begin")) {
      begun.push(request.url());
    }
  });
  await google.click({ force: true });
  expect(begun).toEqual([]);
  await signIn(page, "ada", { from: null });
  await expect(accountButton(page)).toContainText("Ada Lindqvist");
  await signOut(page);

  // It comes back by itself once Google does.
  await sandbox.clearFaults();
  await app.setClock(HOUR);
  await sandbox.setClock(HOUR);
  await signIn(page, "ada", { with: "Google", from: `${app.origin}/` });
  await expect(accountButton(page)).toContainText("Ada Lindqvist");
});

test("a Google that answers nonsense harms nobody else", async ({
  page,
  sandbox,
  startApp,
  signIn,
  quiet,
}) => {
  quiet.expectStatus(502, "/api/sign-in/begin");
  const app = await startApp({});
  await sandbox.fault({ path: METADATA, body: { issuer: "https://evil.example" }, times: 1000 });
  await open(page, `${app.origin}/`);
  await continueButton(page, "Google").click();
  await expect(problem(page)).toBeVisible();
  await signIn(page, "ada", { from: `${app.origin}/` });
  await expect(accountButton(page)).toBeVisible();
});

test("a sign-in that Google alone is offered for speaks of Google alone", async ({
  page,
  startApp,
  signIn,
}) => {
  const app = await startApp({ SPOTIFY_CLIENT_ID: "", SPOTIFY_CLIENT_SECRET: "" });
  await open(page, `${app.origin}/`);
  await expect(continueButton(page)).toHaveCount(0);
  await expect(page.getByRole("main")).not.toContainText("Spotify");
  await signIn(page, "ada", { with: "Google", from: null });
  await open(page, `${app.origin}/profile`);
  await expect(section(page, "Who you are here")).toContainText(GOOGLERS.ada.name);
});

test("the profile of a person who came by Google offers Spotify, and is no error", async ({
  page,
  sandbox,
  signIn,
}) => {
  await signIn(page, "ada", { with: "Google" });
  await sandbox.clearLog();
  await open(page, "/profile");
  await expect(section(page, "Who you are here")).toContainText(GOOGLERS.ada.name);
  await expect(section(page, "Spotify is not connected")).toBeVisible();
  await expect(problem(page)).toHaveCount(0);
  expect(await sandbox.log("/spotify")).toEqual([]);
  await page.getByRole("button", { name: "Connect Spotify" }).click();
  await passThrough(page, "Spotify", "ada", section(page, "Link this identity?"));
});

test("a slow answer about the session does not break the page around the menu of the account", async ({
  page,
  app,
  elsewhere,
  signIn,
}) => {
  await signIn(page, "ada", { with: "Google" });
  for (const path of ["/", "/account", "/profile", "/search"]) {
    // By a link from another site: then the page is drawn before it is known who is here.
    await page.goto(elsewhere.serve(`<a href="${app.origin}${path}">Have a look</a>`));
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(
      (url) => url.pathname === "/api/session",
      async (route) => {
        await held;
        await route.continue();
      },
    );
    await page.getByRole("link", { name: "Have a look" }).click();
    await live(page);
    const banner = page.getByRole("banner");
    await expect(banner.getByRole("img", { name: "Checking who you are" })).toBeVisible();
    // The page answers meanwhile.
    await banner.getByRole("button", { name: "Colours" }).click();
    await expect(page.getByRole("button", { name: "Like the system" })).toBeVisible();
    await page.keyboard.press("Escape");
    release();
    await expect(accountButton(page)).toBeVisible();
    await accountButton(page).click();
    await expect(banner.getByRole("link", { name: "Account", exact: true })).toBeVisible();
    await page.unrouteAll({ behavior: "wait" });
    await banner.getByRole("link", { name: "Account", exact: true }).click();
    await expect(heading(page, "Your account")).toBeVisible();
  }
});
