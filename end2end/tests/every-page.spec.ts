import {
  accountButton,
  continueButton,
  expect,
  heading,
  LISTENERS,
  open,
  passThrough,
  problem,
  sameReason,
  signInAllowing,
  signInLink,
  test,
  type Page,
  type Profile,
  type Sandbox,
} from "../fixtures/index.ts";
import { isAccessible } from "../fixtures/accessible.ts";
import { addressOf, PAGES, PERMISSIONS, PLAYLIST, type AppPage } from "../fixtures/pages.ts";

// What one listener allowed would show in the next test.
test.use({ ownApp: { STAGEDOOR_ADMINS: "spotify:ada.lindqvist" } });

const API = "/spotify/v1/";
const main = (page: Page) => page.getByRole("main");

/** What was read at Spotify since the log began, ids as `{id}`; whether one keeps a thing counts for none. */
async function asked(sandbox: Sandbox): Promise<string[]> {
  const calls = (await sandbox.log(API)).map(({ method, path }) => {
    expect(method).toBe("GET");
    return path.slice(API.length).replace(/\b\w{22}\b/, "{id}");
  });
  return [...new Set(calls)].filter((path) => path !== "me/library/contains").toSorted();
}

/** Holds what the page asks for until it is let go. */
async function hold(page: Page, { asksApp }: AppPage): Promise<() => Promise<void>> {
  let go = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  const held = (url: URL) =>
    url.pathname === asksApp || url.pathname.startsWith(`/api${API}`);
  await page.route(held, async (route) => {
    await gate;
    await (asksApp ? route.abort() : route.continue());
  });
  return async () => {
    go();
    await expect(problem(page).first()).toBeVisible();
    await page.unroute(held);
  };
}

for (const each of PAGES) {
  const { name, says, saysBefore, asks, asksApp, waits, alike = 0 } = each;

  test(`${name}: on its way, not to be had, and there`, async ({ page, sandbox, quiet }) => {
    // Looking through hundreds of entries takes long and finds nothing more.
    await sandbox.setLibrary("ada", { artists: 12, albums: 12, tracks: 12 });
    await signInAllowing(page, sandbox, PERMISSIONS);
    const path = await addressOf(each, page, sandbox);
    if (waits) {
      quiet.expectStatus(503, `/api${API}`);
      if (asksApp) {
        quiet.expect(/net::ERR_FAILED/);
      }
      const letGo = await hold(page, each);
      await open(page, path);
      await expect(main(page).getByText(waits)).toHaveCount(1 + alike);
      await isAccessible(page);
      await sandbox.fault({ path: API.slice(0, -1), status: 503, times: 100 });
      await letGo();
      await expect(problem(page)).toHaveCount(1);
      await expect(sameReason(page)).toHaveCount(alike);
      await expect(heading(page, saysBefore)).toBeVisible();
      await expect(problem(page).first()).toContainText(
        asksApp ? "you may be offline" : "Spotify cannot be reached right now.",
      );
      await isAccessible(page);
      await sandbox.clearFaults();
      await sandbox.clearLog();
      const again = problem(page).getByRole("button", { name: "Try again" });
      // One press is one for all that failed alike.
      await again.press("Enter");
      await expect(problem(page)).toHaveCount(0);
      await expect(sameReason(page)).toHaveCount(0);
      // The button is gone, and the keyboard is not thrown back to the head of the page.
      await expect(page.locator("main :focus, main:focus")).toHaveCount(1);
    } else {
      await sandbox.clearLog();
      await open(page, path);
    }
    await each.isWhole(page);
    await expect(heading(page, says)).toBeVisible();
    await expect(main(page)).toMatchAriaSnapshot(each.hears);
    expect(await asked(sandbox)).toEqual(asks);
    await isAccessible(page);
  });
}

/** The pages that have an address of their own, without a choice in it. */
const PLAIN = PAGES.filter(({ at }) => typeof at === "string" && /^\/\w*$/.test(at));

for (const { name, at, needs, isWhole } of PLAIN) {
  const path = String(at);

  test(`${name}: before anybody signs in, and before anything is allowed`, async ({
    page,
    sandbox,
  }) => {
    await open(page, path);
    await expect(heading(page)).toHaveCount(1);
    await expect(signInLink(page)).toBeVisible();
    await expect(continueButton(page)).toHaveCount(path === "/privacy" ? 0 : 1);
    await isAccessible(page);
    expect(await sandbox.apiCalls()).toEqual([]);
    if (needs) {
      await signInAllowing(page, sandbox, []);
      await sandbox.clearLog();
      await open(page, path);
      const allow = main(page).getByRole("button", { name: "Allow it at Spotify" });
      await expect(allow).toBeVisible();
      await isAccessible(page);
      expect(await sandbox.apiCalls()).toEqual([]);
      // What is allowed on the page is there on the page.
      await allow.click();
      const entry = main(page).locator(".tile, .row").first();
      await passThrough(page, "Spotify", LISTENERS.ada.login, entry);
      await isWhole(page);
      await expect(page).toHaveURL(path);
    }
  });
}

test("the overview, the profile and the permissions of a person who allowed nothing", async ({
  page,
  sandbox,
}) => {
  await signInAllowing(page, sandbox, []);
  await open(page, "/");
  await expect(main(page).getByText("You have not let this app see it.")).toHaveCount(6);
  await isAccessible(page);
  await open(page, "/profile");
  await expect(main(page).getByRole("button", { name: /^Show it/ })).toHaveCount(2);
  await isAccessible(page);
  await open(page, "/permissions");
  await expect(main(page).getByRole("button", { name: /^Allow/ })).not.toHaveCount(0);
  await isAccessible(page);
});

test("each view of a playlist, and the form for another", async ({ page, sandbox }) => {
  await signInAllowing(page, sandbox, PERMISSIONS);
  const id = await sandbox.addPlaylist({ login: LISTENERS.ada.login, name: PLAYLIST, items: 3 });
  for (const [path, within] of [
    [`/playlists/${id}?add`, "A track to add"],
    [`/playlists/${id}?edit=listing`, "Take it off my profile"],
    [`/playlists/${id}?edit=removal`, "Remove from your library"],
    ["/playlists?new", "Not on your profile"],
  ] as const) {
    await open(page, path);
    await expect(main(page).getByText(within).first()).toBeVisible();
    await isAccessible(page);
  }
});

for (const profile of ["dev-legacy", "extended"] satisfies Profile[]) {
  test(`every page is whole for an app of the kind ${profile}`, async ({ page, sandbox }) => {
    await sandbox.setProfile(profile);
    await signInAllowing(page, sandbox, PERMISSIONS);
    for (const each of PAGES) {
      await test.step(each.name, async () => {
        await open(page, await addressOf(each, page, sandbox));
        await each.isWhole(page);
        await expect(heading(page, each.says)).toBeVisible();
        await expect(accountButton(page)).toBeVisible();
        await expect(problem(page)).toHaveCount(0);
        // Such an app is told more of artists and of the person.
        if (profile === "dev-legacy" && ["an artist", "the profile"].includes(each.name)) {
          await isAccessible(page);
        }
      });
    }
  });
}
