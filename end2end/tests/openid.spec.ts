import {
  accountButton,
  api,
  continueButton,
  cookiesOf,
  entry,
  expect,
  heading,
  isSignedIn,
  live,
  open,
  section,
  sessionOf,
  signInLink,
  test,
  type App,
  type Page,
} from "../fixtures/index.ts";
import {
  agreeAtOp,
  OP_LABEL,
  OP_TOKEN_LIFE,
  signInAtOp,
  signOutAtOp,
} from "../fixtures/open-id.ts";

/** The link that a sign-out offers to the provider's own end of the session. */
const endThere = (page: Page) => page.getByRole("link", { name: "Sign out there, too" });

/** Signs in at the house, through its pages. */
async function signInAtTheHouse(page: Page, app: App, login = "alice"): Promise<void> {
  await open(page, `${app.origin}/`);
  await continueButton(page, OP_LABEL).click();
  await signInAtOp(page, login);
  await agreeAtOp(page);
  await expect(accountButton(page)).toBeVisible();
}

/** Signs out here, by the menu in the header. */
async function signOutHere(page: Page): Promise<void> {
  await accountButton(page).click();
  await page.getByRole("banner").getByRole("button", { name: "Sign out" }).click();
  await expect(signInLink(page)).toBeVisible();
}

/** Has the app renew the connection, as the page does. */
function refresh(page: Page) {
  return api(page, "/api/session/refresh", { body: { provider: "op" } });
}

test("a person signs in with a provider that was set up by its issuer alone", async ({
  page,
  house: { app, provider },
}) => {
  provider.rename("alice", "Alice of Own House");
  await signInAtTheHouse(page, app);
  await expect(page).toHaveURL(`${app.origin}/`);
  // The ID token has no name here; userinfo does.
  await expect(heading(page)).toHaveText("Good to see you, Alice of Own House.");
  const session = await sessionOf(page);
  expect(session.account).toMatchObject({
    name: "Alice of Own House",
    email: "alice@house.example",
  });
  expect(session.identities).toMatchObject([{ provider: "op", subject: "alice" }]);
  expect(session.connections).toMatchObject([{ provider: "op", renewable: true }]);
  expect(provider.asked("/me")).toBe(1);
  expect(provider.complaints).toEqual([]);
  await page.reload();
  await live(page);
  await expect(accountButton(page)).toContainText("Alice of Own House");
  await open(page, `${app.origin}/account`);
  await expect(entry(section(page, "Ways to sign in"), "op")).toContainText(OP_LABEL);
});

test("who says no at the provider is not signed in", async ({ page, house: { app }, quiet }) => {
  quiet.expectStatus(400, "/api/sign-in/complete");
  await open(page, `${app.origin}/`);
  await continueButton(page, OP_LABEL).click();
  await page.getByRole("link", { name: "[ Cancel ]" }).click();
  await expect(heading(page)).toHaveText("You are not signed in");
  expect(await isSignedIn(page)).toBe(false);
});

test("two renewals in a row work, though each ends the refresh token before it", async ({
  page,
  house: { app, provider },
}) => {
  await signInAtTheHouse(page, app);
  const first = (await cookiesOf(page, app)).get("__Host-Http-tokens-op");
  const exchanged = provider.asked("/token");
  provider.rename("alice", "Alice, renewed");
  await app.setClock(OP_TOKEN_LIFE + 20);
  expect(await refresh(page)).toMatchObject({ status: 200 });
  expect(provider.asked("/token")).toBe(exchanged + 1);
  const second = (await cookiesOf(page, app)).get("__Host-Http-tokens-op");
  expect(second).not.toBe(first);

  await app.setClock(2 * (OP_TOKEN_LIFE + 20));
  expect(await refresh(page)).toMatchObject({ status: 200 });
  expect(provider.asked("/token")).toBe(exchanged + 2);
  expect((await cookiesOf(page, app)).get("__Host-Http-tokens-op")).not.toBe(second);
  expect(provider.complaints).toEqual([]);
  expect((await sessionOf(page)).account?.name).toBe("Alice, renewed");
});

test("three tabs that renew at once are one renewal", async ({ page, context, house: { app, provider } }) => {
  await signInAtTheHouse(page, app);
  const tabs = [page, await context.newPage(), await context.newPage()];
  for (const tab of tabs) {
    await open(tab, `${app.origin}/`);
  }
  const exchanged = provider.asked("/token");
  await app.setClock(OP_TOKEN_LIFE + 20);
  const answers = await Promise.all(tabs.map(refresh));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(provider.asked("/token")).toBe(exchanged + 1);
  // A provider that rotates would have ended the whole family by now.
  await app.setClock(2 * (OP_TOKEN_LIFE + 20));
  expect(await refresh(page)).toMatchObject({ status: 200 });
  expect(provider.complaints).toEqual([]);
});

test("a renewal that is not due asks nobody", async ({ page, house: { app, provider } }) => {
  await signInAtTheHouse(page, app);
  const exchanged = provider.asked("/token");
  expect(await refresh(page)).toMatchObject({ status: 200 });
  expect(provider.asked("/token")).toBe(exchanged);
});

test.describe("a sign-out that goes on to the provider", () => {
  test("ends the session there, too, and comes back to the front page", async ({
    page,
    house: { app, provider },
  }) => {
    await signInAtTheHouse(page, app);
    await signOutHere(page);
    expect(await isSignedIn(page)).toBe(false);
    const address = new URL((await endThere(page).getAttribute("href")) ?? "");
    expect(address.origin).toBe(provider.issuer);
    expect(Object.fromEntries(address.searchParams)).toMatchObject({
      id_token_hint: expect.stringMatching(/^eyJ/),
      post_logout_redirect_uri: `${app.origin}/`,
      state: expect.stringMatching(/^[\w-]{22}$/),
    });
    await endThere(page).click();
    await signOutAtOp(page);
    await page.waitForURL((url) => url.origin === app.origin);
    expect(new URL(page.url()).pathname).toBe("/");
    await live(page);
    await expect(signInLink(page)).toBeVisible();
    // The provider asks for the password again.
    await continueButton(page, OP_LABEL).click();
    await expect(page.getByPlaceholder("Enter any login")).toBeVisible();
  });

  test("that is not confirmed there leaves the person signed out here", async ({
    page,
    house: { app },
  }) => {
    await signInAtTheHouse(page, app);
    await signOutHere(page);
    await endThere(page).click();
    await expect(page.getByRole("button", { name: "Yes, sign me out" })).toBeVisible();
    await open(page, `${app.origin}/`);
    expect(await isSignedIn(page)).toBe(false);
    // There they are still known, so this takes no password.
    await continueButton(page, OP_LABEL).click();
    await expect(accountButton(page)).toBeVisible();
  });

  test("coming back with a wrong state does no harm", async ({ page, house: { app } }) => {
    await open(page, `${app.origin}/?state=wrong`);
    await expect(signInLink(page)).toBeVisible();
    await signInAtTheHouse(page, app);
    await open(page, `${app.origin}/?state=wrong`);
    await expect(accountButton(page)).toBeVisible();
    expect(await isSignedIn(page)).toBe(true);
  });
});

test("a sign-out at the provider ends the session here", async ({
  page,
  context,
  house: { app, provider },
  quiet,
}) => {
  quiet.expectStatus(401, "/api/account/sessions");
  await signInAtTheHouse(page, app);
  const kept = await context.cookies(app.origin);
  const there = await context.newPage();
  await there.goto(`${provider.issuer}/session/end`);
  await signOutAtOp(there);
  await expect.poll(() => provider.backChannel).toEqual([
    { url: `${app.origin}/api/backchannel-logout/op`, status: 200 },
  ]);
  expect(provider.complaints).toEqual([]);

  const answer = await api(page, "/api/account/sessions");
  expect(answer).toMatchObject({ status: 401, code: "signed_out" });
  // The open page shows it as soon as it asks for anything.
  await accountButton(page).click();
  await page.getByRole("banner").getByRole("link", { name: "Account", exact: true }).click();
  await expect(signInLink(page)).toBeVisible();
  await expect(continueButton(page, OP_LABEL)).toBeVisible();
  await context.addCookies(kept);
  expect(await isSignedIn(page)).toBe(false);
});

test("a sign-out at the provider leaves another person's session alone", async ({
  page,
  context,
  anotherBrowser,
  house: { app, provider },
}) => {
  const other = await anotherBrowser();
  await other.route("https://fonts.googleapis.com/**", (route) => route.fulfill({ body: "" }));
  const bob = await other.newPage();
  await signInAtTheHouse(bob, app, "bob");
  await signInAtTheHouse(page, app, "alice");
  const there = await context.newPage();
  await there.goto(`${provider.issuer}/session/end`);
  await signOutAtOp(there);
  await expect.poll(() => provider.backChannel.length).toBe(1);
  expect(await isSignedIn(page)).toBe(false);
  expect(await isSignedIn(bob)).toBe(true);
});

for (const [what, body] of [
  ["nothing", ""],
  ["what is no token", "logout_token=eyJhbGciOiJub25lIn0.e30."],
  ["two tokens", "logout_token=a&logout_token=b"],
] as const) {
  test(`a logout that brings ${what} ends nothing`, async ({ page, house: { app } }) => {
    await signInAtTheHouse(page, app);
    const answer = await page.request.post(`${app.origin}/api/backchannel-logout/op`, {
      headers: { "content-type": "application/x-www-form-urlencoded" },
      data: body,
    });
    expect(answer.status()).toBe(400);
    expect(await isSignedIn(page)).toBe(true);
  });
}

test("an identity of the house is linked to an account of Google, and leads in", async ({
  page,
  signIn,
  house: { app },
}) => {
  await signIn(page, "ada", { with: "Google", from: `${app.origin}/` });
  const { account } = await sessionOf(page);
  await open(page, `${app.origin}/account`);
  await page.getByRole("button", { name: `Link ${OP_LABEL}` }).click();
  await signInAtOp(page, "alice");
  await agreeAtOp(page);
  await section(page, "Link this identity?").getByRole("button", { name: "Link them" }).click();
  await expect(entry(section(page, "Ways to sign in"), "op")).toBeVisible();
  await page.context().clearCookies({ name: /^__Host-Http-/ });
  await open(page, `${app.origin}/`);
  await continueButton(page, OP_LABEL).click();
  await expect(accountButton(page)).toBeVisible();
  expect((await sessionOf(page)).account?.id).toBe(account?.id);
});
