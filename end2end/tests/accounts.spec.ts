import { readFile } from "node:fs/promises";

import {
  accountButton,
  api,
  continueButton,
  cookiesOf,
  entry,
  expect,
  goToLink,
  GOOGLERS,
  heading,
  isSignedIn,
  link,
  linkQuestion,
  LISTENERS,
  live,
  open,
  passThrough,
  problem,
  section,
  sessionOf,
  signInLink,
  signOut,
  tabTo,
  test,
  type Page,
} from "../fixtures/index.ts";
import { isAccessible } from "../fixtures/accessible.ts";
import { filesIn, found, secretsOf } from "../fixtures/secrets.ts";

// Accounts outlive a test, and what these do to them would show in the next.
test.use({ ownApp: true });

const MINUTE = 60;

const ways = (page: Page) => section(page, "Ways to sign in");
const connections = (page: Page) => section(page, "Connections in this browser");
const browsers = (page: Page) => section(page, "Where you are signed in");
const farewell = (page: Page) => section(page, "Delete the account");
/** What is said at the head of the page. */
const notice = (page: Page) => page.locator("#notice");

/** Deletes the account by the section of its page. */
async function deleteAccount(page: Page): Promise<void> {
  await farewell(page).getByRole("button", { name: "Delete the account…" }).click();
  await page.getByLabel("Type DELETE to go on").fill("DELETE");
  await farewell(page).getByRole("button", { name: "Delete everything now" }).click();
}

/** The providers of the identities, in any order. */
async function identitiesOf(page: Page): Promise<string[]> {
  return (await sessionOf(page)).identities.map(({ provider }) => provider).sort();
}

test.describe("linking", () => {
  test("Spotify to an account of Google asks first, and names both", async ({ page, signIn }) => {
    await signIn(page, "kenji", { with: "Google" });
    const before = await sessionOf(page);
    await goToLink(page, "Spotify", "hanako");

    await expect(page).toHaveURL("/account");
    await expect(linkQuestion(page).getByRole("heading", { level: 2 })).toBeFocused();
    const here = linkQuestion(page).getByRole("group", { name: "Your account here" });
    await expect(here).toContainText(GOOGLERS.kenji.name);
    await expect(here).toContainText(GOOGLERS.kenji.email);
    const there = linkQuestion(page).getByRole("group", { name: "The new identity" });
    await expect(there).toContainText("The new one, at Spotify");
    await expect(there).toContainText(LISTENERS.hanako.name);
    // Nothing is linked before the word.
    expect(await identitiesOf(page)).toEqual(["google"]);

    await linkQuestion(page).getByRole("button", { name: "Link them" }).click();
    await expect(notice(page)).toContainText(
      "Spotify is linked. You can sign in with it from now on.",
    );
    await expect(notice(page)).toBeFocused();
    await expect(linkQuestion(page)).toHaveCount(0);
    await expect(entry(ways(page), "spotify")).toContainText(LISTENERS.hanako.name);
    await expect(entry(connections(page), "spotify")).toBeVisible();
    expect(await identitiesOf(page)).toEqual(["google", "spotify"]);
    expect((await sessionOf(page)).account?.id).toBe(before.account?.id);
    await page.reload();
    await expect(entry(ways(page), "spotify")).toBeVisible();
    await expect(linkQuestion(page)).toHaveCount(0);
  });

  test("can be declined, and nothing is linked", async ({ page, signIn }) => {
    await signIn(page, "ada", { with: "Google" });
    await goToLink(page, "Spotify");
    await linkQuestion(page).getByRole("button", { name: "Not now" }).click();
    await expect(notice(page)).toContainText("Spotify was not linked. Nothing was changed.");
    await expect(notice(page)).toBeFocused();
    await expect(linkQuestion(page)).toHaveCount(0);
    await expect(entry(ways(page), "spotify")).toHaveCount(0);
    expect(await identitiesOf(page)).toEqual(["google"]);
    await page.reload();
    await live(page);
    await expect(linkQuestion(page)).toHaveCount(0);
    // Signed in with, it is somebody of its own.
    const { account } = await sessionOf(page);
    await signOut(page);
    await signIn(page);
    expect((await sessionOf(page)).account?.id).not.toBe(account?.id);
  });

  test("waits through a reload and the Back button for the word", async ({ page, signIn }) => {
    await signIn(page, "ada", { with: "Google" });
    await goToLink(page, "Spotify");
    await page.reload();
    await live(page);
    await expect(linkQuestion(page)).toBeVisible();
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Search" }).click();
    await expect(heading(page, "Search")).toBeVisible();
    await page.goBack();
    await expect(linkQuestion(page)).toBeVisible();
    expect(await identitiesOf(page)).toEqual(["google"]);
  });

  test("is forgotten after its time", async ({ page, app, signIn }) => {
    await signIn(page, "ada", { with: "Google" });
    await goToLink(page, "Spotify");
    await app.setClock(11 * MINUTE);
    await page.reload();
    await live(page);
    await expect(ways(page)).toBeVisible();
    await expect(linkQuestion(page)).toHaveCount(0);
  });

  test("that is cancelled at the provider comes back to the account with a word", async ({
    page,
    signIn,
    quiet,
  }) => {
    quiet.expectStatus(400, "/api/sign-in/complete");
    await signIn(page);
    await open(page, "/account");
    await ways(page).getByRole("button", { name: "Link Google" }).click();
    await page.getByRole("button", { name: /^Continue as Ada/ }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await expect(page).toHaveURL("/account");
    await expect(notice(page)).toContainText("You chose not to go on there. Nothing was changed.");
    await expect(linkQuestion(page)).toHaveCount(0);
    expect(await identitiesOf(page)).toEqual(["spotify"]);
  });

  test("an identity that leads into another account is refused in words", async ({
    page,
    signIn,
    quiet,
  }) => {
    quiet.expectStatus(409, "/api/sign-in/complete");
    await signIn(page);
    await signOut(page);
    await signIn(page, "kenji", { with: "Google" });
    await open(page, "/account");
    await ways(page).getByRole("button", { name: "Link Spotify" }).click();
    await passThrough(page, "Spotify", "ada", notice(page));
    await expect(page).toHaveURL("/account");
    await expect(notice(page)).toContainText("another account");
    expect(await identitiesOf(page)).toEqual(["google"]);
  });

  test("an address in common links nothing by itself", async ({ page, sandbox, signIn }) => {
    await sandbox.addUser({ login: "same", email: GOOGLERS.ada.email });
    await signIn(page, "ada", { with: "Google" });
    const first = await sessionOf(page);
    await signOut(page);
    await signIn(page, "same");
    const second = await sessionOf(page);
    expect(second.account?.id).not.toBe(first.account?.id);
    expect(second.identities.map(({ provider }) => provider)).toEqual(["spotify"]);
  });
});

test("either of two linked identities leads into the same account", async ({ page, signIn }) => {
  await signIn(page, "ada", { with: "Google" });
  await link(page, "Spotify");
  const { account } = await sessionOf(page);
  for (const provider of ["Spotify", "Google"] as const) {
    await signOut(page);
    await signIn(page, "ada", { with: provider });
    const session = await sessionOf(page);
    expect(session.account?.id, provider).toBe(account?.id);
    expect(session.identities).toHaveLength(2);
  }
});

test.describe("unlinking", () => {
  test("asks once more, ends the connection, and the identity leads in no more", async ({
    page,
    app,
    signIn,
  }) => {
    await signIn(page, "ada", { with: "Google" });
    await link(page, "Spotify");
    const { account } = await sessionOf(page);
    const unlink = ways(page).getByRole("button", { name: "Unlink Spotify" });
    await unlink.click();
    const question = ways(page).getByRole("group", { name: "Unlink Spotify" });
    await expect(question.getByText("no longer leads into this account")).toBeFocused();
    await question.getByRole("button", { name: "Not now" }).click();
    await expect(unlink).toBeFocused();
    expect(await identitiesOf(page)).toEqual(["google", "spotify"]);

    await unlink.click();
    await question.getByRole("button", { name: "Unlink Spotify" }).click();
    const said = ways(page).getByRole("status");
    await expect(said).toContainText("Spotify is unlinked. It no longer leads into this account.");
    await expect(said).toBeFocused();
    await expect(entry(ways(page), "spotify")).toHaveCount(0);
    await expect(entry(connections(page), "spotify")).toHaveCount(0);
    expect([...(await cookiesOf(page, app)).keys()]).not.toContainEqual(
      expect.stringContaining("tokens-spotify"),
    );
    await signOut(page);
    await signIn(page);
    expect((await sessionOf(page)).account?.id).not.toBe(account?.id);
    expect(await identitiesOf(page)).toEqual(["spotify"]);
  });

  test("the last way in cannot be taken, and the page says why", async ({ page, signIn, quiet }) => {
    quiet.expectStatus(409, "/api/account/unlink");
    await signIn(page);
    await open(page, "/account");
    const unlink = ways(page).getByRole("button", { name: "Unlink Spotify" });
    await expect(unlink).toHaveAttribute("aria-disabled", "true");
    await expect(unlink).toHaveAccessibleDescription(/^It is the only way into your account\./);
    await unlink.click({ force: true });
    await expect(ways(page).getByRole("group")).toHaveCount(0);
    const answer = await api(page, "/api/account/unlink", { body: { provider: "spotify" } });
    expect(answer).toMatchObject({ status: 409, code: "last_identity" });
  });

  test("signs other browsers out that came in by that identity", async ({
    page,
    signIn,
    anotherBrowser,
  }) => {
    await signIn(page, "ada", { with: "Google" });
    await link(page, "Spotify");
    const other = await (await anotherBrowser()).newPage();
    await signIn(other);
    await ways(page).getByRole("button", { name: "Unlink Spotify" }).click();
    await ways(page)
      .getByRole("group", { name: "Unlink Spotify" })
      .getByRole("button", { name: "Unlink Spotify" })
      .click();
    await expect(ways(page).getByRole("status")).toContainText("is unlinked");
    await other.reload();
    await expect(signInLink(other)).toBeVisible();
  });
});

test.describe("sessions", () => {
  test("a session that is ended elsewhere is signed out there", async ({
    page,
    signIn,
    anotherBrowser,
    quiet,
  }) => {
    quiet.expectStatus(401, "/api/account/sessions");
    await signIn(page);
    const other = await (await anotherBrowser()).newPage();
    await signIn(other);
    await open(other, "/account");
    await open(page, "/account");
    const entries = browsers(page).getByRole("listitem");
    await expect(entries).toHaveCount(2);
    await expect(entries.filter({ hasText: "This browser" })).toHaveCount(1);
    await browsers(page).getByRole("button", { name: /^End the session of Chrom/ }).click();
    const said = browsers(page).getByRole("status").filter({ hasText: "its session has ended" });
    await expect(said).toBeFocused();
    await expect(entries).toHaveCount(1);
    await expect(browsers(page)).toContainText("You are signed in nowhere else.");

    expect(await isSignedIn(other)).toBe(false);
    expect((await api(other, "/api/account/sessions")).status).toBe(401);
    await other.reload();
    await live(other);
    await expect(signInLink(other)).toBeVisible();
    await expect(continueButton(other)).toBeVisible();
    await expect(accountButton(page)).toBeVisible();
  });

  test("an open page of a session that ended elsewhere shows it at its next request", async ({
    page,
    signIn,
    anotherBrowser,
    quiet,
  }) => {
    quiet.expectStatus(401, "/api/account/export");
    await signIn(page);
    const other = await (await anotherBrowser()).newPage();
    await signIn(other);
    await open(other, "/account");
    await open(page, "/account");
    await browsers(page).getByRole("button", { name: "End all others" }).click();
    await expect(browsers(page)).toContainText("All other sessions have ended.");
    await other.getByRole("button", { name: "Save it as a file" }).click();
    await expect(signInLink(other)).toBeVisible();
    await expect(other.getByRole("main")).not.toContainText(LISTENERS.ada.id);
  });

  test("all others end at once, and this one goes on", async ({ page, signIn, anotherBrowser }) => {
    await signIn(page);
    const others: Page[] = [];
    for (let count = 0; count < 3; count += 1) {
      const other = await (await anotherBrowser()).newPage();
      await signIn(other);
      others.push(other);
    }
    await open(page, "/account");
    await expect(browsers(page).getByRole("listitem")).toHaveCount(4);
    await browsers(page).getByRole("button", { name: "End all others" }).click();
    await expect(
      browsers(page).getByRole("status").filter({ hasText: "All other sessions have ended." }),
    ).toBeFocused();
    await expect(browsers(page).getByRole("listitem")).toHaveCount(1);
    for (const other of others) {
      expect(await isSignedIn(other)).toBe(false);
    }
    expect(await isSignedIn(page)).toBe(true);
  });

  test("the list tells browser, provider and times, and no address", async ({ page, signIn }) => {
    await signIn(page, "ada", { with: "Google" });
    await open(page, "/account");
    const mine = browsers(page).getByRole("listitem");
    await expect(mine).toContainText(/Chrom\w+ on Linux/);
    await expect(mine).toContainText("Signed in with Google");
    await expect(mine).toContainText(String(new Date().getFullYear()));
    await expect(browsers(page)).not.toContainText("127.0.0.1");
  });

  test("a session of another person cannot be ended", async ({
    page,
    signIn,
    anotherBrowser,
    quiet,
  }) => {
    quiet.expectStatus(404, "/api/account/sessions/end");
    const other = await (await anotherBrowser()).newPage();
    await signIn(other, "hanako");
    const theirs = (await api(other, "/api/account/sessions")).body["sessions"] as { id: string }[];
    await signIn(page);
    const body = { id: theirs[0]?.id };
    const answer = await api(page, "/api/account/sessions/end", { body });
    expect(answer).toMatchObject({ status: 404, code: "not_found" });
    expect(await isSignedIn(other)).toBe(true);
  });
});

test("the export is a file with all of the person and none of the keys", async ({
  page,
  app,
  sandbox,
  signIn,
}) => {
  await signIn(page, "ada", { with: "Google" });
  await link(page, "Spotify");
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save it as a file" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^stagedoor-account-\d{4}-\d\d-\d\d\.json$/);
  await expect(page.getByRole("status").filter({ hasText: "is in your downloads" })).toBeFocused();
  const text = await readFile(await file.path(), "utf8");
  const data = JSON.parse(text) as {
    account: { account: { name: string; email: string }; identities: { provider: string }[] };
    sessions: unknown[];
  };
  expect(data.account.account).toMatchObject({
    name: GOOGLERS.ada.name,
    email: GOOGLERS.ada.email,
  });
  expect(data.account.identities.map(({ provider }) => provider).sort()).toEqual([
    "google",
    "spotify",
  ]);
  expect(data.sessions).toHaveLength(1);

  const secrets = await secretsOf(sandbox);
  for (const [name, value] of await cookiesOf(page, app)) {
    secrets.set(name, value);
  }
  expect(secrets.size).toBeGreaterThan(8);
  expect(found(secrets, text)).toEqual([]);
  expect(text).not.toMatch(/access_token|refresh_token|id_token|eyJ/);
});

test.describe("the end of the account", () => {
  test("needs the word", async ({ page, signIn }) => {
    await signIn(page);
    await open(page, "/account");
    const first = farewell(page).getByRole("button", { name: "Delete the account…" });
    await first.click();
    const field = page.getByLabel("Type DELETE to go on");
    await expect(field).toBeFocused();
    await field.fill("DELETED");
    await farewell(page).getByRole("button", { name: "Delete everything now" }).click();
    await expect(field).toBeFocused();
    await expect(field).toHaveAttribute("aria-invalid", "true");
    await expect(farewell(page)).toContainText("Nothing was deleted.");
    await farewell(page).getByRole("button", { name: "Keep the account" }).click();
    await expect(first).toBeFocused();
    await first.click();
    await expect(field).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(first).toBeFocused();
    expect(await isSignedIn(page)).toBe(true);
  });

  test("leaves nothing, signs every browser out, and a sign-in afterwards is a new account", async ({
    page,
    app,
    sandbox,
    signIn,
    anotherBrowser,
  }) => {
    await sandbox.addGoogleAccount({ login: "passing", name: "Passing Stranger-Quux" });
    await signIn(page, "passing", { with: "Google" });
    await link(page, "Spotify", "hanako");
    const { account } = await sessionOf(page);
    const other = await (await anotherBrowser()).newPage();
    await signIn(other, "hanako");
    await open(page, "/account");
    await deleteAccount(page);

    await expect(page).toHaveURL("/");
    await expect(notice(page)).toContainText(
      "Your account is deleted, and every session of it has ended.",
    );
    await expect(notice(page)).toContainText("Google took its grant back.");
    await expect(notice(page).getByRole("link", { name: "Remove it at Spotify" })).toBeVisible();
    await expect(signInLink(page)).toBeVisible();
    expect(await cookiesOf(page, app)).toEqual(new Map());
    expect(await isSignedIn(other)).toBe(false);
    expect(await sandbox.log("/google/revoke")).toHaveLength(1);
    for (const [name, text] of await filesIn(app.dataFolder)) {
      // The write-ahead log may hold older pages until it is folded in.
      if (!name.endsWith("-wal")) {
        expect(text, name).not.toContain("Passing Stranger-Quux");
      }
    }

    await signIn(page, "passing", { with: "Google" });
    const fresh = await sessionOf(page);
    expect(fresh.account?.id).not.toBe(account?.id);
    expect(fresh.identities.map(({ provider }) => provider)).toEqual(["google"]);
    await signOut(page);
    await signIn(page, "hanako");
    expect((await sessionOf(page)).account?.id).not.toBe(account?.id);
    expect(await identitiesOf(page)).toEqual(["spotify"]);
  });
});

test.describe("what wants a recent sign-in", () => {
  test("says so once the last one is too old, and leads back to the account", async ({
    page,
    app,
    sandbox,
    signIn,
    quiet,
  }) => {
    quiet.expectStatus(403, "/api/account/delete");
    await signIn(page);
    await open(page, "/account");
    await deleteAfter(11 * MINUTE);
    await expect(farewell(page).getByRole("alert")).toContainText("sign in once more");
    expect(await isSignedIn(page)).toBe(true);
    await farewell(page).getByRole("button", { name: "Continue with Spotify", exact: true }).click();
    await expect(page).toHaveURL("/account");
    await live(page);
    await deleteAccount(page);
    await expect(notice(page)).toContainText("Your account is deleted");

    /** Tries it so many seconds after the sign-in. */
    async function deleteAfter(seconds: number): Promise<void> {
      await app.setClock(seconds);
      await sandbox.setClock(seconds);
      await deleteAccount(page);
    }
  });

  test("linking: the offer stands beside the button that was refused", async ({
    page,
    app,
    sandbox,
    signIn,
    quiet,
  }) => {
    quiet.expectStatus(403, "/api/sign-in/begin");
    await signIn(page, "ada", { with: "Google" });
    await open(page, "/account");
    await app.setClock(11 * MINUTE);
    await sandbox.setClock(11 * MINUTE);
    await ways(page).getByRole("button", { name: "Link Spotify" }).click();
    await expect(ways(page).getByRole("alert")).toContainText("sign in once more");
    await ways(page).getByRole("button", { name: "Continue with Google", exact: true }).click();
    await expect(page).toHaveURL("/account");
    await live(page);
    await link(page, "Spotify");
    expect(await identitiesOf(page)).toEqual(["google", "spotify"]);
  });

  test("is told at the head of the page, by the browser's clock", async ({ page, app, sandbox, signIn }) => {
    await signIn(page);
    await open(page, "/account");
    const told = page.getByText("Your last sign-in here is more than ten minutes ago.");
    await expect(told).toHaveCount(0);
    await app.setClock(11 * MINUTE);
    await sandbox.setClock(11 * MINUTE);
    await page.clock.setSystemTime(Date.now() + 11 * MINUTE * 1000);
    await page.reload();
    await live(page);
    await expect(told).toBeVisible();
    await page
      .getByRole("group", { name: "Sign in again" })
      .getByRole("button", { name: "Continue with Spotify" })
      .click();
    await expect(page).toHaveURL("/account");
    await live(page);
    await expect(ways(page)).toBeVisible();
    await expect(told).toHaveCount(0);
  });

  for (const [path, body] of [
    ["/api/account/unlink", { provider: "spotify" }],
    ["/api/account/delete", {}],
  ] as const) {
    test(`${path} is refused after ten minutes`, async ({ page, app, signIn, quiet }) => {
      quiet.expectStatus(403, path);
      await signIn(page, "ada", { with: "Google" });
      await link(page, "Spotify");
      await app.setClock(11 * MINUTE);
      const answer = await api(page, path, { body });
      expect(answer).toMatchObject({ status: 403, code: "recent_sign_in_needed" });
      expect(await identitiesOf(page)).toEqual(["google", "spotify"]);
    });
  }
});

test.describe("disconnecting", () => {
  test("Google takes the grant back and leaves the person signed in", async ({
    page,
    sandbox,
    signIn,
  }) => {
    await signIn(page, "ada", { with: "Google" });
    await open(page, "/account");
    await connections(page).getByRole("button", { name: "Disconnect Google" }).click();
    const question = connections(page).getByRole("group", { name: "Disconnect Google" });
    await expect(question.getByText(/any app of this installation's project/)).toBeFocused();
    await question.getByRole("button", { name: "Disconnect Google" }).click();
    const said = connections(page).getByRole("status");
    await expect(said).toContainText("Google is disconnected, and took the grant back.");
    await expect(said).toBeFocused();
    expect(await sandbox.log("/google/revoke")).toHaveLength(1);
    expect(await isSignedIn(page)).toBe(true);
    await expect(entry(connections(page), "google")).toHaveCount(0);
    await connections(page).getByRole("button", { name: "Connect Google on this device" }).click();
    await passThrough(page, "Google", "ada", entry(connections(page), "google"));
    expect((await sessionOf(page)).connections).toHaveLength(1);
  });

  test("Spotify is ended here, and the page says where the rest is done", async ({
    page,
    app,
    signIn,
  }) => {
    await signIn(page);
    await open(page, "/account");
    await connections(page).getByRole("button", { name: "Disconnect Spotify" }).click();
    await connections(page)
      .getByRole("group", { name: "Disconnect Spotify" })
      .getByRole("button", { name: "Disconnect Spotify" })
      .click();
    const said = connections(page).getByRole("status");
    await expect(said).toContainText("Spotify is disconnected in every browser");
    await expect(said.getByRole("link", { name: "See it at Spotify" })).toHaveAttribute(
      "href",
      "https://www.spotify.com/account/apps/",
    );
    expect([...(await cookiesOf(page, app)).keys()]).toEqual(["__Host-Http-session"]);
  });
});

test("the whole page is worked with the keyboard alone", async ({ page, signIn }) => {
  await signIn(page, "ada", { with: "Google" });
  await tabTo(page, accountButton(page));
  await page.keyboard.press("Enter");
  const item = page.getByRole("banner").getByRole("link", { name: "Account", exact: true });
  await expect(item).toBeVisible();
  await tabTo(page, item);
  await page.keyboard.press("Enter");
  await expect(heading(page, "Your account")).toBeFocused();

  await tabTo(page, ways(page).getByRole("button", { name: "Link Spotify" }));
  await page.keyboard.press("Enter");
  const ada = page.getByRole("button", { name: "Sign in as Ada Lindqvist" });
  await expect(ada).toBeVisible();
  await tabTo(page, ada);
  await page.keyboard.press("Enter");
  const agree = page.getByRole("button", { name: "Agree" });
  await expect(agree).toBeVisible();
  await tabTo(page, agree);
  await page.keyboard.press("Enter");
  await expect(linkQuestion(page).getByRole("heading", { level: 2 })).toBeFocused();
  await tabTo(page, linkQuestion(page).getByRole("button", { name: "Link them" }));
  await page.keyboard.press("Enter");
  await expect(notice(page)).toBeFocused();

  const unlink = ways(page).getByRole("button", { name: "Unlink Spotify" });
  await tabTo(page, unlink);
  await page.keyboard.press("Enter");
  await expect(ways(page).getByText("no longer leads into this account")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(unlink).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(ways(page).getByText("no longer leads into this account")).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(ways(page).getByRole("status")).toBeFocused();
  expect(await identitiesOf(page)).toEqual(["google"]);

  await tabTo(page, farewell(page).getByRole("button", { name: "Delete the account…" }));
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Type DELETE to go on")).toBeFocused();
  await page.keyboard.type("delete");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL("/");
  await expect(notice(page)).toContainText("Your account is deleted");
});

test.describe("signed out", () => {
  test("the account's page invites, and the sign-in comes back to it", async ({ page, signIn }) => {
    await open(page, "/account");
    await expect(heading(page)).toHaveText("Your account");
    await expect(continueButton(page, "Google")).toBeVisible();
    await signIn(page, "ada", { with: "Google", from: null });
    await expect(page).toHaveURL("/account");
    await expect(ways(page)).toBeVisible();
  });

  test("nothing of an account is answered", async ({ page, quiet }) => {
    await open(page, "/");
    for (const [path, body] of [
      ["/api/account/sessions", undefined],
      ["/api/account/export", undefined],
      ["/api/account/sessions/end", { others: true }],
      ["/api/account/unlink", { provider: "google" }],
      ["/api/account/link/confirm", { accept: true }],
      ["/api/account/delete", {}],
      ["/api/disconnect", { provider: "google" }],
      ["/api/admin", undefined],
    ] as const) {
      quiet.expectStatus(401, path);
      const answer = await api(page, path, body === undefined ? {} : { body });
      expect(answer, path).toMatchObject({ status: 401, code: "signed_out" });
    }
  });
});

test("the Back button after a sign-out brings nothing of the account back", async ({
  page,
  signIn,
}) => {
  await signIn(page);
  await open(page, "/account");
  await expect(ways(page)).toContainText(LISTENERS.ada.id);
  await signOut(page);
  await page.goto("about:blank");
  await page.goBack();
  await page.goBack();
  await expect(page).toHaveURL("/account");
  await expect(continueButton(page)).toBeVisible();
  await expect(page.getByRole("main")).not.toContainText(LISTENERS.ada.id);
});

test.describe("names that are hard to show", () => {
  for (const [what, name, shown] of [
    // What nobody reads to its end is cut.
    ["of 300 letters", "W".repeat(300), "W".repeat(200)],
    ["written from right to left", "قافلة الملح (Salt) بن عبد الله", "قافلة الملح (Salt) بن عبد الله"],
    // A mark that turns what stands around the name is no part of it.
    ["with marks that turn the writing", "Ada\u202e!evil\u2066", "Ada!evil"],
    [
      "with a script in it",
      "<script>alert(1)</script><img src=x onerror=alert(1)>",
      "<script>alert(1)</script><img src=x onerror=alert(1)>",
    ],
  ] as const) {
    for (const width of [390, 1440]) {
      test(`a name ${what} stands on the account's page as text at ${width} pixels`, async ({
        page,
        sandbox,
        signIn,
      }) => {
        await page.setViewportSize({ width, height: 900 });
        const dialogs: string[] = [];
        page.on("dialog", (dialog) => {
          dialogs.push(dialog.message());
          void dialog.dismiss();
        });
        await sandbox.addGoogleAccount({ login: "eve", name });
        await sandbox.addUser({ login: "eve", display_name: name });
        await signIn(page, "eve", { with: "Google" });
        await goToLink(page, "Spotify", "eve");
        await expect(linkQuestion(page).getByText(shown).first()).toBeVisible();
        await fits(page);
        await linkQuestion(page).getByRole("button", { name: "Link them" }).click();
        await expect(entry(ways(page), "spotify")).toContainText(shown);
        await page.reload();
        await live(page);
        await expect(section(page, "Who you are here")).toContainText(shown);
        await fits(page);
        await expect(page.locator("[onerror], main script")).toHaveCount(0);
        expect(dialogs).toEqual([]);
      });
    }
  }

  test("an account without a name or picture is shown by what it has", async ({ page, signIn }) => {
    await signIn(page, "newcomer", { with: "Google" });
    await open(page, "/account");
    await expect(section(page, "Who you are here")).toContainText("No service gave a name for you.");
    await expect(entry(ways(page), "google")).toContainText(GOOGLERS.newcomer.email);
    await expect(page.getByRole("main")).not.toContainText("null");
  });

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
});

test.describe("the operator's page", () => {
  test("shows an admin accounts, sessions and services", async ({ page, sandbox, startApp, signIn }) => {
    const { sub } = await sandbox.addGoogleAccount({ login: "boss", name: "The Boss" });
    const app = await startApp({ STAGEDOOR_ADMINS: `google:${sub}` });
    await signIn(page, "boss", { with: "Google", from: `${app.origin}/` });
    expect((await sessionOf(page)).account?.roles).toEqual(["admin"]);
    await accountButton(page).click();
    await page.getByRole("banner").getByRole("link", { name: "This installation" }).click();
    await expect(heading(page, "This installation")).toBeFocused();
    await expect(page.getByRole("definition").first()).toHaveText("1");
    const google = page.getByRole("row").filter({ hasText: "Google" });
    await expect(google).toContainText("Ready");
    await expect(google).toContainText(`${sandbox.origin}/google`);
    await page.reload();
    await live(page);
    await expect(google).toContainText("Ready");
  });

  test("is not for others, and neither is what it asks for", async ({ page, signIn, quiet }) => {
    quiet.expectStatus(403, "/api/admin");
    await signIn(page);
    await accountButton(page).click();
    await expect(
      page.getByRole("banner").getByRole("link", { name: "This installation" }),
    ).toHaveCount(0);
    await open(page, "/admin");
    await expect(heading(page)).toHaveText("This page is not for you");
    const answer = await api(page, "/api/admin");
    expect(answer).toMatchObject({ status: 403, code: "forbidden" });
    await isAccessible(page);
  });
});

test.describe("the account's page is accessible in light and dark", () => {
  test("signed in, with every question open", async ({ page, signIn }) => {
    await signIn(page, "ada", { with: "Google" });
    await link(page, "Spotify");
    await expect(browsers(page).getByRole("listitem")).toHaveCount(1);
    await isAccessible(page);
    await ways(page).getByRole("button", { name: "Unlink Spotify" }).click();
    await connections(page).getByRole("button", { name: "Disconnect Google" }).click();
    await farewell(page).getByRole("button", { name: "Delete the account…" }).click();
    await isAccessible(page);
  });

  test("with an identity that waits", async ({ page, signIn }) => {
    await signIn(page, "ada", { with: "Google" });
    await goToLink(page, "Spotify");
    await isAccessible(page);
  });

  test("when a sign-in is asked for", async ({ page, app, signIn, quiet }) => {
    quiet.expectStatus(403, "/api/account/delete");
    await signIn(page);
    await open(page, "/account");
    await app.setClock(11 * MINUTE);
    await deleteAccount(page);
    await expect(problem(page)).toBeVisible();
    await isAccessible(page);
  });
});
