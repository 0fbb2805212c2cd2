import {
  accountButton,
  agree,
  api,
  arrive,
  atTheDoor,
  beginByHand,
  continueButton,
  expect,
  heading,
  LISTENERS,
  open,
  signInAtProvider,
  signOut,
  test,
  type App,
  type Page,
  type Sandbox,
} from "../fixtures/index.ts";
import { filesIn, found, secretsOf, wasmMemory, whatScriptsSee } from "../fixtures/secrets.ts";

/** Names of secrets without the number, so that a failure reads well. */
const kinds = (names: string[]) => [...new Set(names.map((name) => name.replace(/ \d+$/, "")))];

/** Signs in, uses the tokens, and has them renewed: every kind of secret has been in use. */
async function useEverySecret(page: Page, app: App, sandbox: Sandbox): Promise<void> {
  await sandbox.setRefreshPolicy("rotate-single-use");
  for (const offset of [60 * 60, 3 * 60 * 60]) {
    await app.setClock(offset);
    const renewed = await api(page, "/api/session/refresh", { body: { provider: "spotify" } });
    expect(renewed.status).toBe(200);
    await open(page, "/profile");
    await expect(page.getByRole("main")).toContainText(LISTENERS.ada.id);
  }
  const secrets = await secretsOf(sandbox);
  expect([...new Set(kinds([...secrets.keys()]))].sort()).toEqual([
    "Basic credentials",
    "access token",
    "client secret",
    "code",
    "refresh token",
    "state",
    "verifier",
  ]);
}

test("after a sign-in no token, code, verifier or secret is anywhere a script can look", async ({
  page,
  app,
  sandbox,
  signIn,
}) => {
  await signIn(page);
  const atOnce = await whatScriptsSee(page);
  const memoryAtOnce = await wasmMemory(page);
  await useEverySecret(page, app, sandbox);
  const later = await whatScriptsSee(page);
  const memoryLater = await wasmMemory(page);

  const secrets = await secretsOf(sandbox);
  for (const seen of [atOnce, later]) {
    for (const [place, text] of Object.entries(seen)) {
      expect.soft(kinds(found(secrets, text)), place).toEqual([]);
    }
    expect.soft(seen).toMatchObject({
      cookies: "",
      localStorage: "[]",
      sessionStorage: "[]",
      IndexedDB: "[]",
      "cache storage": "[]",
      "service workers": "[]",
    });
    expect.soft(seen["window properties"]).not.toContain("stagedoorCallback");
  }
  // The page that had the verifier and the code for a moment is gone, and its memory with it.
  for (const memory of [memoryAtOnce, memoryLater]) {
    expect(memory.length).toBeGreaterThan(100_000);
    expect(kinds(found(secrets, memory))).toEqual([]);
  }
});

test("after a sign-in no answer of the app carries a token, code, verifier or secret", async ({
  page,
  app,
  sandbox,
  quiet,
}) => {
  quiet.expectStatus(404, "/nowhere.css");
  const bodies: Promise<readonly [string, string]>[] = [];
  page.on("response", (response) => {
    if (new URL(response.url()).origin !== app.origin) {
      return;
    }
    const place = `${response.request().method()} ${new URL(response.url()).pathname}`;
    bodies.push(
      Promise.all([response.allHeaders(), response.text().catch(() => "")]).then(
        ([headers, body]) => [place, JSON.stringify(headers) + body] as const,
      ),
    );
  });
  const { authorizeUrl } = await atTheDoor(page);
  await arrive(page, await sandbox.authorize(authorizeUrl));
  await expect(accountButton(page)).toBeVisible();
  await useEverySecret(page, app, sandbox);
  await api(page, "/api/session");
  for (const path of ["/", "/search", "/privacy", "/nowhere.css"]) {
    await page.goto(path);
  }

  const secrets = await secretsOf(sandbox);
  const places = new Set<string>();
  for (const [place, text] of await Promise.all(bodies)) {
    places.add(place);
    // `begin` tells the tab its state: that is what it is for.
    const names = kinds(found(secrets, text));
    expect(
      names.filter((name) => !(name === "state" && place === "POST /api/sign-in/begin")),
      place,
    ).toEqual([]);
  }
  for (const place of ["GET /callback/spotify", "POST /api/sign-in/complete", "GET /api/session"]) {
    expect([...places]).toContain(place);
  }
});

test("our cookies are sealed, out of every script's reach, and sent to this site alone", async ({
  page,
  context,
  app,
  sandbox,
  signIn,
}) => {
  await signIn(page);
  await useEverySecret(page, app, sandbox);
  const cookies = await context.cookies(app.origin);
  expect(cookies.map(({ name }) => name).sort()).toEqual([
    "__Host-Http-session",
    "__Host-Http-tokens-spotify",
  ]);
  const secrets = await secretsOf(sandbox);
  for (const cookie of cookies) {
    expect(cookie).toMatchObject({
      httpOnly: true,
      secure: true,
      sameSite: "Strict",
      path: "/",
      domain: "127.0.0.1",
    });
    expect(cookie.name.length + cookie.value.length).toBeLessThanOrEqual(4096);
    const parts = cookie.value
      .split(".")
      .map((part) => Buffer.from(part, "base64url").toString("latin1"));
    expect(kinds(found(secrets, [cookie.value, ...parts].join("\n"))), cookie.name).toEqual([]);
  }
});

test("the files that the app serves hold no secret", async ({ app, sandbox, page, signIn }) => {
  await signIn(page);
  await useEverySecret(page, app, sandbox);
  const secrets = await secretsOf(sandbox);
  const files = await filesIn(app.siteFolder);
  for (const kind of [".wasm", ".js", ".css"]) {
    expect([...files.keys()].filter((path) => path.endsWith(kind))).not.toEqual([]);
  }
  for (const [path, text] of files) {
    expect(kinds(found(secrets, text)), path).toEqual([]);
  }
});

test("the logs hold no token, code, verifier, state, secret, cookie or e-mail, however a sign-in ends", async ({
  page,
  context,
  app,
  sandbox,
  signIn,
  quiet,
}) => {
  quiet.expectStatus(400, "/api/sign-in/complete");
  quiet.expectStatus(502, "/api/sign-in/complete");
  quiet.expectStatus(503, "/api/sign-in/complete");
  // Three that fail: at the person, at the token endpoint, at the profile.
  await atTheDoor(page);
  await signInAtProvider(page, "ada");
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(heading(page)).toHaveText("You are not signed in");
  await context.clearCookies({ name: "sandbox_spotify_session" });
  const troubles = [
    {
      path: "/spotify/api/token",
      status: 400,
      body: { error: "invalid_grant", error_description: "leak" },
    },
    { path: "/spotify/v1/me", status: 503, body: "leak" },
  ];
  for (const trouble of troubles) {
    await sandbox.fault(trouble);
    const { authorizeUrl } = await atTheDoor(page);
    await arrive(page, await sandbox.authorize(authorizeUrl));
    await expect(heading(page)).toHaveText("The sign-in did not finish");
  }
  // One that succeeds.
  await signIn(page);
  await useEverySecret(page, app, sandbox);
  const cookies = await context.cookies(app.origin);
  await signOut(page);

  const secrets = await secretsOf(sandbox);
  for (const { name, value } of cookies) {
    secrets.set(name, value);
  }
  secrets.set("e-mail", "ada.lindqvist@listeners.invalid");
  secrets.set("display name", LISTENERS.ada.name);
  const logs = app.logs();
  expect(logs.split("\n").length).toBeGreaterThan(10);
  expect(kinds(found(secrets, logs))).toEqual([]);
  expect(logs).not.toContain("leak");
  expect(logs).not.toMatch(/[?&](code|state|access_token)=/);
});

test("an e-mail address that the provider tells is neither kept nor logged", async ({
  page,
  app,
  sandbox,
}) => {
  const email = "ada.lindqvist@listeners.invalid";
  // The older kind of app is told the address, where the person agrees to it.
  await sandbox.setProfile("dev-legacy");
  await open(page, "/");
  const { authorizeUrl, state, verifier } = await beginByHand(page, { permissions: ["email"] });
  await page.evaluate(
    ([state, verifier]) => sessionStorage.setItem(`stagedoor.verifier.${state}`, verifier),
    [state, verifier] as const,
  );
  const asked = new URL(authorizeUrl).searchParams.get("scope");
  expect(asked).toBe("user-read-email");
  await page.goto(authorizeUrl);
  await arrive(page, await sandbox.authorize(authorizeUrl));
  await expect(accountButton(page)).toBeVisible();

  expect(app.logs()).not.toContain(email);
  const { body } = await api(page, "/api/session");
  expect(JSON.stringify(body)).not.toContain(email);
  for (const [path, text] of await filesIn(app.dataFolder)) {
    expect(text, path).not.toContain(email);
  }
});

test("the database holds no token, code, verifier or secret", async ({
  page,
  app,
  sandbox,
  signIn,
}) => {
  await signIn(page);
  await useEverySecret(page, app, sandbox);
  const secrets = await secretsOf(sandbox);
  const files = await filesIn(app.dataFolder);
  expect(files.size).toBeGreaterThan(0);
  for (const [path, text] of files) {
    expect(kinds(found(secrets, text)), path).toEqual([]);
  }
});

test("while the person is at the provider, the tab holds the verifier and nothing else", async ({
  page,
  app,
  sandbox,
}) => {
  await atTheDoor(page);
  await page.goBack();
  await expect(continueButton(page)).toBeVisible();
  const stored = await page.evaluate(() => Object.entries(sessionStorage));
  expect(stored.map(([key]) => key.replace(/\.[\w-]{22,}$/, ".…")).sort()).toEqual([
    "stagedoor.verifier.…",
    "stagedoor.verifiers",
  ]);
  const cookies = await page.context().cookies(app.origin);
  expect(cookies.map(({ name }) => name)).toEqual([
    expect.stringMatching(/^__Host-Http-signin-[\w-]{8}$/),
  ]);
  // The sealed transaction does not tell its state, nor the verifier that it waits for.
  const [, verifier] = stored.find(([key]) => key.startsWith("stagedoor.verifier.")) ?? ["", ""];
  const secrets = await secretsOf(sandbox);
  secrets.set("verifier", verifier);
  for (const { name, value } of cookies) {
    expect(kinds(found(secrets, value)), name).toEqual([]);
  }
  // And it is for this sign-in alone: nothing stays once it has ended.
  await continueButton(page).click();
  await signInAtProvider(page, "ada");
  await agree(page);
  await expect(accountButton(page)).toBeVisible();
  expect(await page.evaluate(() => Object.keys(sessionStorage))).toEqual([]);
});
