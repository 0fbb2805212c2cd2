import {
  accountButton,
  agree,
  atTheDoor,
  begin,
  challengeOf,
  CLIENT,
  continueButton,
  cookiesOf,
  expect,
  heading,
  historyOf,
  LISTENERS,
  live,
  loginField,
  only,
  open,
  signInAtProvider,
  signInLink,
  tabTo,
  test,
} from "../fixtures/index.ts";

test("a newcomer signs in with one click, agrees, and sees their profile", async ({ page }) => {
  await open(page, "/");
  await expect(heading(page)).toHaveText("Come in by the stage door.");
  await expect(signInLink(page)).toBeVisible();
  await continueButton(page).click();

  await signInAtProvider(page, "ada");
  await expect(page.getByRole("heading", { name: "Connect Stagedoor?" })).toBeVisible();
  await agree(page);

  await expect(page).toHaveURL("/");
  await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");
  await expect(accountButton(page)).toBeVisible();
  await expect(signInLink(page)).toHaveCount(0);

  await page
    .getByRole("navigation", { name: "Pages" })
    .getByRole("link", { name: "Profile" })
    .click();
  await expect(page).toHaveURL("/profile");
  await expect(page.getByRole("main")).toContainText(LISTENERS.ada.name);
  await expect(page.getByRole("main")).toContainText(LISTENERS.ada.id);
});

test("a reload and a new tab find the person signed in, from the first byte of the page", async ({
  page,
  context,
  signIn,
}) => {
  await signIn(page);
  const answer = await page.reload();
  expect(await answer?.text()).toContain("Good to see you, Ada Lindqvist.");
  await live(page);
  await expect(accountButton(page)).toBeVisible();
  const tab = await context.newPage();
  await open(tab, "/");
  await expect(accountButton(tab)).toBeVisible();
});

test("the person comes back to the page where the sign-in began", async ({ page, signIn }) => {
  await signIn(page, "ada", { from: "/profile" });
  await expect(page).toHaveURL("/profile");
  await expect(page.getByRole("main")).toContainText(LISTENERS.ada.name);
});

test("each request of a sign-in is exactly what the provider and the RFCs ask for", async ({
  page,
  app,
  sandbox,
  signIn,
}) => {
  await signIn(page);
  const redirectUri = `${app.origin}/callback/spotify`;

  const [ask, ...otherAsks] = (await sandbox.log("/spotify/authorize")).filter(
    ({ path, method }) => path === "/spotify/authorize" && method === "GET",
  );
  const parameters = Object.fromEntries(ask?.query ?? []);
  expect(ask?.query).toHaveLength(Object.keys(parameters).length);
  expect(parameters).toMatchObject({
    client_id: CLIENT.id,
    response_type: "code",
    redirect_uri: redirectUri,
    // 128 bits of randomness at least, in base64url.
    state: expect.stringMatching(/^[\w-]{22,}$/),
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge_method: "S256",
  });
  expect(parameters["show_dialog"] ?? "false").toBe("false");
  // The provider's own pages ask again on the way; none asks for anything else.
  for (const other of otherAsks) {
    expect(other.query).toEqual(ask?.query);
  }

  const exchanges = await sandbox.tokenCalls();
  expect(exchanges).toHaveLength(1);
  const [exchange] = exchanges;
  const basic = Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString("base64");
  expect(exchange).toMatchObject({ method: "POST", query: [], cookie: false, status: 200 });
  expect(exchange?.headers).toMatchObject({
    authorization: `Basic ${basic}`,
    "content-type": expect.stringMatching(/^application\/x-www-form-urlencoded\b/),
  });
  expect(exchange?.headers).not.toHaveProperty("referer");
  expect(exchange?.headers).not.toHaveProperty("origin");
  const form = exchange?.form ?? [];
  // Basic or the body, never both: so neither id nor secret is among the fields.
  expect(form.map(([name]) => name).sort()).toEqual([
    "code",
    "code_verifier",
    "grant_type",
    "redirect_uri",
  ]);
  expect(only(form, "grant_type")).toBe("authorization_code");
  expect(only(form, "redirect_uri")).toBe(redirectUri);
  const verifier = only(form, "code_verifier") ?? "";
  expect(verifier).toMatch(/^[\w.~-]{43,128}$/);
  expect(challengeOf(verifier)).toBe(parameters["code_challenge"]);

  const profiles = await sandbox.log("/spotify/v1/me");
  expect(profiles).toHaveLength(1);
  expect(profiles[0]).toMatchObject({ method: "GET", query: [], cookie: false, status: 200 });
  expect(profiles[0]?.headers["authorization"]).toMatch(/^Bearer BQ/);

  // Whatever else was asked for, no secret was in an address or in what says where one came from.
  const token = profiles[0]?.headers["authorization"]?.slice("Bearer ".length) ?? "";
  for (const request of await sandbox.log()) {
    const said = JSON.stringify([request.path, request.query, request.headers["referer"]]);
    for (const secret of [CLIENT.secret, basic, verifier, only(form, "code") ?? "", token]) {
      expect(said, request.path).not.toContain(secret);
    }
  }
});

test("the code is in no address that the browser remembers", async ({ page, sandbox, signIn }) => {
  await signIn(page);
  await expect(page).toHaveURL("/");
  const [exchange] = await sandbox.tokenCalls("authorization_code");
  const code = only(exchange?.form ?? [], "code") ?? "";
  expect(code).toMatch(/^AQ/);
  for (const address of await historyOf(page)) {
    expect(address).not.toContain(code);
    expect(address).not.toMatch(/\/callback\/.*\?/);
  }
});

test("the callback page asks nobody but the app before the sign-in is done", async ({
  page,
  app,
  sandbox,
}) => {
  const { authorizeUrl } = await atTheDoor(page);
  const answer = await sandbox.authorize(authorizeUrl);
  const asked: { url: string; referer: string | undefined }[] = [];
  page.on("request", (request) => {
    asked.push({ url: request.url(), referer: request.headers()["referer"] });
  });
  const done = page.waitForResponse((response) => response.url().endsWith("/api/sign-in/complete"));
  await page.goto(answer.href);
  await done;
  // To the end of the journey: the page goes on by a load of its own.
  await expect(accountButton(page)).toBeVisible();
  const complete = asked.findIndex(({ url }) => url.endsWith("/api/sign-in/complete"));
  expect(complete).toBeGreaterThan(0);
  for (const { url } of asked.slice(0, complete + 1)) {
    expect(new URL(url).origin).toBe(app.origin);
  }
  for (const { referer } of asked) {
    expect(referer ?? "").not.toContain("code=");
  }
});

test("a listener whose name and id are hard to write is shown as they are", async ({
  page,
  signIn,
}) => {
  await signIn(page, "hanako");
  await expect(heading(page)).toHaveText(`Good to see you, ${LISTENERS.hanako.name}.`);
  await open(page, "/profile");
  await expect(page.getByRole("main")).toContainText(LISTENERS.hanako.name);
  await expect(page.getByRole("main")).toContainText(LISTENERS.hanako.id);
});

test("a listener without a name is greeted without one", async ({ page, signIn }) => {
  await signIn(page, "newcomer");
  await expect(heading(page)).toHaveText("Good to see you.");
  await open(page, "/profile");
  await expect(page.getByRole("main")).toContainText(LISTENERS.newcomer.id);
  await expect(page.getByRole("main")).not.toContainText("null");
});

for (const name of [
  "<img src=x onerror=alert(1)>",
  `"><svg/onload=alert(1)>`,
  "</script><script>alert(1)</script>",
  "{{7*7}} & &lt;b&gt;",
]) {
  test(`the display name ${name} is text`, async ({ page, app, sandbox, signIn }) => {
    const dialogs: string[] = [];
    page.on("dialog", (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    await sandbox.addUser({ login: "eve", display_name: name });
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await signIn(page, "eve");
    await expect(heading(page)).toHaveText(`Good to see you, ${name}.`);
    // Drawn by the browser above, and by the server from here on.
    for (const path of ["/", "/profile"]) {
      await open(page, path);
      await expect(accountButton(page)).toContainText(name);
      await expect(page.getByRole("main")).toContainText(name);
      await expect(page.locator("[onerror], [onload]")).toHaveCount(0);
    }
    expect(asked.filter((path) => /^\/(callback\/)?x$/.test(path))).toEqual([]);
    expect(dialogs).toEqual([]);
    expect(app.logs()).not.toContain(name);
  });
}

test("the menu says *use another account* where there is one provider", async ({
  page,
  startApp,
  signIn,
}) => {
  const app = await startApp({ GOOGLE_CLIENT_ID: "", GOOGLE_CLIENT_SECRET: "" });
  await signIn(page, "ada", { from: `${app.origin}/` });
  await accountButton(page).click();
  await expect(
    page.getByRole("banner").getByRole("button", { name: "Use another account", exact: true }),
  ).toBeVisible();
});

test("*use another account* asks the provider for its dialog, and the other person gets a session of their own", async ({
  page,
  app,
  sandbox,
  signIn,
}) => {
  await signIn(page);
  const before = await cookiesOf(page, app);
  await sandbox.clearLog();

  await accountButton(page).click();
  await page.getByRole("button", { name: "Use another Spotify account" }).click();
  await page.getByRole("button", { name: "Not you?" }).click();
  const [ask] = await sandbox.log("/spotify/authorize");
  expect(only(ask?.query ?? [], "show_dialog")).toBe("true");
  await signInAtProvider(page, "hanako");
  await agree(page);

  await expect(heading(page)).toHaveText(`Good to see you, ${LISTENERS.hanako.name}.`);
  const after = await cookiesOf(page, app);
  expect(after.get("__Host-Http-session")).not.toBe(before.get("__Host-Http-session"));
  expect(after.get("__Host-Http-tokens-spotify")).not.toBe(
    before.get("__Host-Http-tokens-spotify"),
  );
  await open(page, "/profile");
  await expect(page.getByRole("main")).toContainText(LISTENERS.hanako.name);
  await expect(page.getByRole("main")).not.toContainText(LISTENERS.ada.name);
});

test("*use another account* that is cancelled leaves the person as they were", async ({
  page,
  signIn,
  quiet,
}) => {
  quiet.expectStatus(400, "/api/sign-in/complete");
  await signIn(page);
  await accountButton(page).click();
  await page.getByRole("button", { name: "Use another Spotify account" }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page).toHaveURL("/");
  await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");
});

test("who agreed before is not asked again", async ({ page, context, signIn }) => {
  await signIn(page);
  await context.clearCookies({ name: /^__Host-Http-/ });
  await open(page, "/");
  await continueButton(page).click();
  await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");
});

test("a double click starts one sign-in", async ({ page }) => {
  await open(page, "/");
  const begun: string[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/api/sign-in/begin")) {
      begun.push(request.url());
    }
  });
  await continueButton(page).dblclick();
  await expect(loginField(page)).toBeVisible();
  expect(begun).toHaveLength(1);
});

test("the Back button finds the way in again", async ({ page, signIn }) => {
  await atTheDoor(page);
  await page.goBack();
  await live(page);
  await expect(continueButton(page)).toBeEnabled();
  await signIn(page, "ada", { from: null });
  await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");
});

test("a sign-in works with the keyboard alone", async ({ page }) => {
  await open(page, "/");
  await tabTo(page, continueButton(page));
  await page.keyboard.press("Enter");
  const ada = page.getByRole("button", { name: "Sign in as Ada Lindqvist" });
  await expect(ada).toBeVisible();
  await tabTo(page, ada);
  await page.keyboard.press("Enter");
  const yes = page.getByRole("button", { name: "Agree" });
  await expect(yes).toBeVisible();
  await tabTo(page, yes);
  await page.keyboard.press("Enter");
  await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");

  // And out again.
  await tabTo(page, accountButton(page));
  await page.keyboard.press("Enter");
  const out = page.getByRole("banner").getByRole("button", { name: "Sign out" });
  await expect(out).toBeVisible();
  await tabTo(page, out);
  await page.keyboard.press("Enter");
  await expect(signInLink(page)).toBeVisible();
});

test("a person who typed `localhost` signs in at the origin", async ({ page, app }) => {
  const alias = app.origin.replace("127.0.0.1", "localhost");
  await page.goto(`${alias}/`);
  await expect(page).toHaveURL(`${app.origin}/`);
  await live(page);
  await begin(page);
  await signInAtProvider(page, "ada");
  await agree(page);
  await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");
});

test("an installation without a provider says so", async ({ page, startApp }) => {
  const app = await startApp({
    SPOTIFY_CLIENT_ID: "",
    SPOTIFY_CLIENT_SECRET: "",
    GOOGLE_CLIENT_ID: "",
    GOOGLE_CLIENT_SECRET: "",
  });
  await open(page, `${app.origin}/`);
  await expect(page.getByRole("main")).toContainText(
    "No sign-in service has been set up in this installation yet.",
  );
  await expect(continueButton(page)).toHaveCount(0);
});
