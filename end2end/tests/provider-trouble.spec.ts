import {
  accountButton,
  agree,
  arrive,
  atTheDoor,
  begin,
  continueButton,
  cookiesOf,
  exchangeBegun,
  expect,
  heading,
  isSignedIn,
  LISTENERS,
  live,
  loginField,
  open,
  problem,
  signInAtProvider,
  test,
  type Fault,
  type Page,
} from "../fixtures/index.ts";

const COMPLETE = "/api/sign-in/complete";
const ME = "/api/spotify/v1/me";

const AUTHORIZE = "/spotify/authorize";
const TOKEN = "/spotify/api/token";
const PROFILE = "/spotify/v1/me";

/** What a provider's gateway writes. None of it may ever reach a page of the app. */
const HTML = {
  content_type: "text/html; charset=utf-8",
  body: "<h1>Upstream 555-0100</h1><script>alert(1)</script>",
};

const UNAVAILABLE = "Spotify cannot be reached right now.";
const NONSENSE = "Spotify gave an answer that makes no sense.";

/** Presses the page's own way on, which must lead to a sign-in now that the trouble is over. */
async function signsInAfterAll(page: Page): Promise<void> {
  await continueButton(page).click();
  const door = loginField(page);
  await expect(door.or(accountButton(page))).toBeVisible();
  if (await door.isVisible()) {
    await signInAtProvider(page, "ada");
  }
  await expect(accountButton(page)).toBeVisible();
  await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");
}

test.describe("the provider's sign-in page", () => {
  for (const [trouble, fault] of [
    ["is down", { status: 503, body: "Service Unavailable" }],
    ["answers a gateway's HTML", { status: 502, ...HTML, body: "<h1>Bad gateway</h1>" }],
  ] as const) {
    test(`${trouble}: the Back button leads to a button that works`, async ({
      page,
      sandbox,
      quiet,
    }) => {
      quiet.expectStatus(fault.status, AUTHORIZE);
      // A page without an icon of its own makes the browser look for one.
      quiet.expectStatus(404, "/favicon.ico");
      await sandbox.fault({ path: AUTHORIZE, ...fault });
      await open(page, "/");
      await continueButton(page).click();
      await page.waitForURL((url) => url.pathname === AUTHORIZE);
      await page.goBack();
      await live(page);
      await begin(page);
      await signInAtProvider(page, "ada");
      await agree(page);
      await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");
    });
  }

  test("is slow: the button says that it is being opened and takes no second click", async ({
    page,
    sandbox,
  }) => {
    let begun = 0;
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route("**/api/sign-in/begin", async (route) => {
      begun += 1;
      await released;
      await route.continue();
    });
    await sandbox.fault({ path: AUTHORIZE, hold: true });
    await open(page, "/");
    await continueButton(page).click();
    const opening = page.getByRole("main").getByRole("button", { name: "Opening Spotify…" });
    await expect(opening).toHaveAttribute("aria-disabled", "true");
    await expect(opening).toHaveAttribute("aria-busy", "true");
    await opening.dispatchEvent("click");
    await expect(opening).toBeVisible();
    release();
    await expect.poll(async () => (await sandbox.log(AUTHORIZE)).length).toBe(1);
    await sandbox.release();
    await expect(loginField(page)).toBeVisible();
    expect(begun).toBe(1);
    expect(await sandbox.log(AUTHORIZE)).toHaveLength(1);
  });

  test("is not even asked for where the app itself cannot be reached: the page says so", async ({
    page,
    app,
    sandbox,
    quiet,
  }) => {
    quiet.expect(/net::ERR_/);
    await open(page, "/");
    // The program for setting out has come as well.
    await page.waitForLoadState("networkidle");
    app.disconnect();
    await continueButton(page).click();
    await expect(problem(page)).toContainText("No answer came back");
    app.reconnect();
    await begin(page);
    expect(await sandbox.log(AUTHORIZE)).toHaveLength(1);
  });
});

test.describe("the sign-in ends with a sentence and a way on when", () => {
  const cases: {
    name: string;
    fault: Fault;
    status: number;
    says: string;
    /** Whether a code reached the profile step. */
    profileAsked: boolean;
  }[] = [
    {
      name: "the token endpoint is down",
      fault: { path: TOKEN, status: 503 },
      status: 503,
      says: UNAVAILABLE,
      profileAsked: false,
    },
    {
      name: "the token endpoint answers a gateway's HTML",
      fault: { path: TOKEN, status: 502, ...HTML },
      status: 503,
      says: UNAVAILABLE,
      profileAsked: false,
    },
    {
      name: "the token endpoint answers HTML as if all were well",
      fault: { path: TOKEN, status: 200, ...HTML },
      status: 502,
      says: NONSENSE,
      profileAsked: false,
    },
    {
      name: "the token endpoint answers no token",
      fault: { path: TOKEN, status: 200, body: { token_type: "Bearer", expires_in: 3600 } },
      status: 502,
      says: NONSENSE,
      profileAsked: false,
    },
    {
      name: "the token endpoint sends the request somewhere else",
      fault: { path: TOKEN, status: 307, headers: { location: "/spotify/v1/search" } },
      status: 502,
      says: NONSENSE,
      profileAsked: false,
    },
    {
      name: "the token endpoint does not take the code",
      fault: {
        path: TOKEN,
        status: 400,
        body: { error: "invalid_grant", error_description: "Upstream 555-0100" },
      },
      status: 400,
      says: "The sign-in service did not accept this sign-in; it may have been used or have run out.",
      profileAsked: false,
    },
    {
      name: "the token endpoint does not know this installation",
      fault: {
        path: TOKEN,
        status: 400,
        body: { error: "invalid_client", error_description: "Upstream 555-0100" },
      },
      status: 502,
      says: NONSENSE,
      profileAsked: false,
    },
    {
      name: "the profile is down",
      fault: { path: PROFILE, status: 503 },
      status: 503,
      says: UNAVAILABLE,
      profileAsked: true,
    },
    {
      name: "the profile is a gateway's HTML",
      fault: { path: PROFILE, status: 502, ...HTML },
      status: 503,
      says: UNAVAILABLE,
      profileAsked: true,
    },
    {
      name: "the profile is HTML as if all were well",
      fault: { path: PROFILE, status: 200, ...HTML },
      status: 502,
      says: NONSENSE,
      profileAsked: true,
    },
    {
      name: "the profile is of nobody",
      fault: { path: PROFILE, status: 200, body: { display_name: "Nobody" } },
      status: 502,
      says: NONSENSE,
      profileAsked: true,
    },
    {
      name: "the profile is refused for now",
      fault: {
        path: PROFILE,
        status: 429,
        headers: { "retry-after": "7" },
        body: { error: { status: 429, message: "API rate limit exceeded" } },
      },
      status: 429,
      says: "That was a lot in a short time. Please wait a moment.",
      profileAsked: true,
    },
  ];

  for (const { name, fault, status, says, profileAsked } of cases) {
    test(name, async ({ page, app, sandbox, quiet }) => {
      quiet.expectStatus(status, COMPLETE);
      const { authorizeUrl } = await atTheDoor(page);
      const answer = await sandbox.authorize(authorizeUrl);
      await sandbox.fault(fault);
      await arrive(page, answer);
      await expect(heading(page)).toHaveText("The sign-in did not finish");
      await expect(problem(page)).toContainText(says);
      expect(await page.content()).not.toContain("555-0100");

      // The code was sent once, nobody is signed in, and nothing of the attempt is left.
      expect(await sandbox.tokenCalls("authorization_code")).toHaveLength(1);
      expect(await sandbox.log("/spotify/v1")).toHaveLength(profileAsked ? 1 : 0);
      expect(await isSignedIn(page)).toBe(false);
      expect(await cookiesOf(page, app)).toEqual(new Map());
      expect(await page.evaluate(() => Object.keys(sessionStorage))).toEqual([]);
      await signsInAfterAll(page);
    });
  }

  test("the listener is not on the list of the provider's development mode", async ({
    page,
    sandbox,
    quiet,
  }) => {
    quiet.expectStatus(403, COMPLETE);
    await sandbox.addUser({ login: "eve", allow_listed: false });
    await atTheDoor(page);
    await signInAtProvider(page, "eve");
    await agree(page);
    await expect(problem(page)).toContainText(
      "This installation is in Spotify's development mode, and your Spotify account is not on its list.",
    );
    expect(await isSignedIn(page)).toBe(false);

    // Somebody else may be: the provider asks who it is to be, though it knows Eve by now.
    await page.getByRole("main").getByRole("button", { name: "Use another account" }).click();
    await page.getByRole("button", { name: "Not you?" }).click();
    await signInAtProvider(page, "ada");
    await agree(page);
    await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");
  });

  test("the provider cannot be reached at all", async ({ page, startApp, sandbox, quiet }) => {
    quiet.expectStatus(503, COMPLETE);
    // Port 1 of this machine: nobody listens there, so the connection is refused at once.
    const app = await startApp({ SPOTIFY_ACCOUNTS_URL: "http://localhost:1/spotify" });
    await page.route("http://localhost:1/**", (route) =>
      route.fulfill({ contentType: "text/html", body: "<title>The provider's page</title>" }),
    );
    await open(page, `${app.origin}/`);
    const { authorizeUrl } = await begin(page);
    await arrive(page, await sandbox.authorize(authorizeUrl));
    await expect(problem(page)).toContainText(UNAVAILABLE);
    expect(await isSignedIn(page)).toBe(false);
  });
});

test.describe("the provider is slow", () => {
  for (const [step, path] of [
    ["with the token", TOKEN],
    ["with the profile", PROFILE],
  ] as const) {
    test(`${step}: the page says so, and gives up after ten seconds`, async ({
      page,
      sandbox,
      quiet,
    }) => {
      quiet.expectStatus(503, COMPLETE);
      const { authorizeUrl } = await atTheDoor(page);
      const answer = await sandbox.authorize(authorizeUrl);
      await sandbox.fault({ path, hang: true });
      await arrive(page, answer);
      await exchangeBegun(sandbox);
      await expect(heading(page)).toHaveText("Signing you in");
      await expect(page.getByRole("main")).toContainText("This takes longer than usual.");
      await expect(problem(page)).toContainText(UNAVAILABLE, { timeout: 15_000 });
      expect(await sandbox.tokenCalls("authorization_code")).toHaveLength(1);
      await sandbox.clearFaults();
      await signsInAfterAll(page);
    });
  }

  test("but answers in the end: the person waits and is signed in", async ({ page, sandbox }) => {
    const { authorizeUrl } = await atTheDoor(page);
    const answer = await sandbox.authorize(authorizeUrl);
    await sandbox.fault({ path: TOKEN, delay_ms: 1_000 });
    await sandbox.fault({ path: PROFILE, hold: true });
    await arrive(page, answer);
    const steps = page.getByRole("main").getByRole("listitem");
    await expect(steps.filter({ hasText: "asking Spotify who you are" })).toHaveAttribute(
      "aria-current",
      "step",
    );
    await sandbox.release();
    await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");
    expect(await sandbox.tokenCalls()).toHaveLength(1);
  });
});

test("a second sign-in that fails at the provider leaves the person signed in as before", async ({
  page,
  app,
  sandbox,
  signIn,
  quiet,
}) => {
  quiet.expectStatus(503, COMPLETE);
  await signIn(page);
  const before = await cookiesOf(page, app);
  await sandbox.fault({ path: TOKEN, status: 503 });
  await accountButton(page).click();
  await page.getByRole("button", { name: "Use another Spotify account" }).click();
  await agree(page);
  await expect(page).toHaveURL("/");
  await expect(page.locator("#notice")).toContainText(
    `${UNAVAILABLE} You are still signed in as before.`,
  );
  await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");
  expect(await cookiesOf(page, app)).toEqual(before);
});

test.describe("on the profile of a person who is signed in", () => {
  const cases: { name: string; fault: Omit<Fault, "path">; status: number; says: string }[] = [
    { name: "the provider is down", fault: { status: 503 }, status: 503, says: UNAVAILABLE },
    {
      name: "the provider answers a gateway's HTML",
      fault: { status: 502, ...HTML },
      status: 503,
      says: UNAVAILABLE,
    },
    {
      name: "the provider answers HTML as if all were well",
      fault: { status: 200, ...HTML },
      status: 200,
      says: NONSENSE,
    },
    {
      name: "the provider answers an empty page",
      fault: { status: 200, content_type: "application/json", body: "" },
      status: 200,
      says: NONSENSE,
    },
  ];

  for (const { name, fault, status, says } of cases) {
    test(`${name}: the page says so, keeps the rest, and tries again`, async ({
      page,
      sandbox,
      signIn,
      quiet,
    }) => {
      if (status !== 200) {
        quiet.expectStatus(status, ME);
      }
      await signIn(page);
      await sandbox.fault({ path: PROFILE, ...fault });
      await open(page, "/profile");
      await expect(problem(page)).toContainText(says);
      expect(await page.content()).not.toContain("555-0100");
      await expect(page.getByRole("heading", { name: "What is held for you" })).toBeVisible();
      await expect(accountButton(page)).toBeVisible();
      await problem(page).getByRole("button", { name: "Try again" }).click();
      await expect(page.getByRole("main")).toContainText(LISTENERS.ada.id);
      await expect(problem(page)).toHaveCount(0);
    });
  }
});
