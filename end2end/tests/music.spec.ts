import {
  agree,
  expect,
  heading,
  live,
  open,
  problem,
  signInAllowing,
  tabTo,
  test,
  type Page,
  type Profile,
} from "../fixtures/index.ts";
import { isAccessible } from "../fixtures/accessible.ts";

// What one listener allowed would show in the next test.
test.use({ ownApp: true });

const PROFILES: Profile[] = ["dev-2026", "dev-legacy", "extended"];
const ARTIST = "Marlow Quill";

const main = (page: Page) => page.getByRole("main");
const allow = (page: Page) => main(page).getByRole("button", { name: "Allow it at Spotify" });
const entries = (page: Page) => main(page).locator(".tile, .row");
const counted = (page: Page) => main(page).locator('.counted[role="status"]');

/** Opens a page that wants a permission, and gives it. */
async function allowOn(page: Page, path: string): Promise<void> {
  await open(page, path);
  await allow(page).click();
  await agree(page);
  await expect(counted(page)).not.toBeEmpty();
}

/** The address of the first artist that a search finds. */
async function findArtist(page: Page): Promise<void> {
  await open(page, `/search?q=${encodeURIComponent(ARTIST)}`);
  await main(page).getByRole("link", { name: ARTIST }).first().click();
  await expect(heading(page, ARTIST)).toBeVisible();
}

for (const profile of PROFILES) {
  test.describe(`for an app of the kind ${profile}`, () => {
    test.beforeEach(async ({ sandbox }) => {
      await sandbox.setProfile(profile);
    });

    test("the artists one follows are all there, and are followed and let go", async ({
      page,
      sandbox,
      signIn,
    }) => {
      await signIn(page);
      await allowOn(page, "/artists");
      await expect(counted(page)).toContainText("312 artists");
      const many = await entries(page).count();
      await page.mouse.wheel(0, 100_000);
      await expect.poll(() => entries(page).count()).toBeGreaterThan(many);

      const at = (place: number) => entries(page).nth(place);
      const nameOf = async (place: number) =>
        (await at(place).locator(".name").textContent()) ?? "";
      const stop = (name: string) =>
        main(page).getByRole("button", { name: `Following ${name}, press to stop`, exact: true });
      const undo = page.getByRole("button", { name: "Undo" });

      // The first time it has to be allowed, and is done after the return.
      const first = await nameOf(0);
      await stop(first).click();
      await page.getByRole("dialog").getByRole("button", { name: "Allow it at Spotify" }).click();
      await agree(page);
      await expect(undo).toBeVisible();
      await undo.click();
      await expect(undo).toHaveCount(0);
      // From then on it is done in its place.
      const other = await nameOf(1);
      await stop(other).click();
      const follow = main(page).getByRole("button", { name: `Follow ${other}`, exact: true });
      await expect(follow).toBeVisible();
      await undo.click();
      await expect(stop(other)).toBeVisible();
      const writes = (await sandbox.log("/spotify/v1/me")).filter(
        ({ method, status }) => method !== "GET" && (status ?? 500) < 300,
      );
      expect(writes.map(({ method }) => method)).toEqual(["DELETE", "PUT", "DELETE", "PUT"]);
    });

    test("what was saved is listed, the newest first", async ({ page, signIn }) => {
      await signIn(page);
      await allowOn(page, "/saved");
      await expect(counted(page)).toContainText("126 albums");
      await page.getByRole("link", { name: "Tracks", exact: true }).click();
      await expect(page).toHaveURL("/saved?of=tracks");
      await expect(heading(page, "Your saved tracks")).toBeVisible();
      await expect(counted(page)).toContainText("431 tracks");
      await expect(entries(page).first()).toContainText("Saved");
      await page.goBack();
      await expect(heading(page, "Your saved albums")).toBeVisible();
      await expect(counted(page)).toContainText("126 albums");
    });

    test("what was played last is listed with its time", async ({ page, signIn }) => {
      await signIn(page);
      await allowOn(page, "/recent");
      await expect(counted(page)).toHaveText("50 plays.");
      await expect(entries(page)).toHaveCount(50);
      await expect(entries(page).first().locator("time")).toBeVisible();
    });

    test("an artist leads to an album, signed out", async ({ page }) => {
      await findArtist(page);
      await page.getByRole("link", { name: "Singles and EPs" }).click();
      await expect(page).toHaveURL(/\/artist\/\w{22}\?of=single$/);
      await page.goBack();
      await expect(entries(page).first()).toBeVisible();
      const name = (await entries(page).first().locator(".name").textContent()) ?? "";
      await entries(page).first().getByRole("link").first().click();
      await expect(page).toHaveURL(/\/album\/\w{22}$/);
      await expect(heading(page)).toHaveText(name);
      await expect(counted(page)).toContainText("track");
      await expect(
        main(page).getByRole("link", { name: `Open Spotify: ${name} (opens in a new tab)` }).first(),
      ).toHaveAttribute("href", /^https:\/\/open\.spotify\.com\/album\/\w{22}$/);
      await page.reload();
      await live(page);
      await expect(heading(page)).toHaveText(name);
      await main(page).locator(".by-line").getByRole("link", { name: ARTIST }).click();
      await expect(heading(page, ARTIST)).toBeVisible();
    });
  });
}

test("all of it is there at a glance, as far as it was allowed", async ({ page, signIn }) => {
  await signIn(page);
  await open(page, "/");
  await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");
  const glance = (name: string) =>
    main(page)
      .locator("section.glance")
      .filter({ has: page.getByRole("heading", { name }) });
  await expect(glance("Recently played")).toContainText("You have not let this app see it.");
  await allowOn(page, "/recent");
  await page.getByRole("link", { name: "Stagedoor" }).first().click();
  await expect(glance("Recently played").locator("li")).toHaveCount(5);
  await expect(glance("Saved albums")).toContainText("You have not let this app see it.");
  await isAccessible(page);
});

test("twelve hundred artists are filtered by name, and so are long ones", async ({
  page,
  sandbox,
  signIn,
}) => {
  await sandbox.setLibrary("ada", { artists: 1200 });
  await signIn(page);
  await allowOn(page, "/artists");
  await expect(counted(page)).toContainText("1200 artists");
  const name = (await entries(page).nth(30).locator(".name").textContent()) ?? "";
  await page.getByRole("searchbox", { name: "Only names that contain" }).fill(name);
  const told = main(page).getByRole("status").filter({ hasText: "match" });
  await expect(told).toContainText(/(One of them matches|of them match)\./, { timeout: 60_000 });
  await expect(counted(page)).toHaveText("1200 artists.");
  await expect(main(page).locator(".tile:visible").first()).toContainText(name);
  await page.getByRole("searchbox", { name: "Only names that contain" }).fill("qqqqzz");
  await expect(main(page)).toContainText("You follow nobody of that name.");
});

test("the Back button finds a long list as it was left, and the keyboard where it was", async ({
  page,
  sandbox,
  signIn,
}) => {
  await signIn(page);
  await allowOn(page, "/artists");
  while ((await entries(page).count()) < 200) {
    await entries(page).last().scrollIntoViewIfNeeded();
    await expect(main(page).getByText("Reading on…")).toHaveCount(0);
  }
  const link = entries(page).nth(130).getByRole("link").first();
  await link.scrollIntoViewIfNeeded();
  const name = (await entries(page).nth(130).locator(".name").textContent()) ?? "";
  const count = await entries(page).count();
  await link.press("Enter");
  await expect(heading(page, name)).toBeFocused();
  for (const way of ["a page before", "two pages before"]) {
    await test.step(way, async () => {
      if (way === "two pages before") {
        await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Top" }).click();
        await expect(page).toHaveURL(/\/top$/);
        await page.goBack();
        await expect(heading(page, name)).toBeVisible();
      }
      await sandbox.clearLog();
      await page.goBack();
      await expect(link).toBeFocused();
      await expect(link).toBeInViewport();
      expect(await entries(page).count()).toBe(count);
      expect(await sandbox.log("/spotify/v1/me/following")).toEqual([]);
      await page.goForward();
      await expect(heading(page, name)).toBeVisible();
    });
  }
  // It is read on from there.
  await page.goBack();
  await expect(link).toBeFocused();
  await main(page).locator(".more").scrollIntoViewIfNeeded();
  await expect.poll(() => entries(page).count()).toBeGreaterThan(count);
  // A load of the page begins anew.
  await page.reload();
  await live(page);
  await expect.poll(() => entries(page).count()).toBeGreaterThan(0);
  expect(await sandbox.log("/spotify/v1/me/following")).not.toEqual([]);
});

test("the Back button finds the very entry among several that lead to one album", async ({
  page,
  signIn,
}) => {
  await signIn(page);
  await allowOn(page, "/recent");
  await expect(entries(page)).toHaveCount(50);
  const links = main(page).locator('a[href^="/album/"]');
  const addresses = await links.evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
  const again = addresses.findIndex((address, place) => addresses.indexOf(address) < place);
  expect(again).toBeGreaterThan(0);
  await links.nth(again).press("Enter");
  await expect(page).toHaveURL(addresses[again] ?? "");
  await expect(counted(page)).toContainText("track");
  await page.goBack();
  await expect(links.nth(again)).toBeFocused();
});

test("the Back button finds an artist as left, whatever kind of album was chosen", async ({
  page,
  sandbox,
}) => {
  await findArtist(page);
  await page.getByRole("link", { name: "Singles and EPs" }).click();
  await expect(page).toHaveURL(/\?of=single$/);
  const link = entries(page).first().getByRole("link").first();
  const name = (await entries(page).first().locator(".name").textContent()) ?? "";
  await link.press("Enter");
  await expect(heading(page)).toHaveText(name);
  await expect(counted(page)).toContainText("track");
  await sandbox.clearLog();
  await page.goBack();
  await expect(link).toBeFocused();
  expect(await sandbox.log("/spotify/v1/artists")).toEqual([]);
});

test("the Back button finds the overview as it was left, unless the library was changed since", async ({
  page,
  sandbox,
}) => {
  await signInAllowing(page, sandbox, ["top", "library", "edit-library"]);
  await open(page, "/");
  const saved = main(page).locator(".glance").filter({ hasText: "Saved albums" });
  const link = saved.getByRole("link").nth(3);
  const name = (await link.locator(".name").textContent()) ?? "";
  await expect(main(page).getByRole("status").filter({ hasText: "Asking Spotify…" })).toHaveCount(0);
  await link.press("Enter");
  await expect(heading(page)).toHaveText(name);
  await expect(counted(page)).toContainText("track");
  await sandbox.clearLog();
  await page.goBack();
  await expect(link).toBeFocused();
  expect(await sandbox.log("/spotify/v1/me/albums")).toEqual([]);
  await page.goForward();
  await main(page).getByRole("button", { name: `Saved ${name}, press to take it out` }).click();
  await expect(page.getByRole("button", { name: "Undo" })).toBeVisible();
  await page.goBack();
  await expect(saved.locator(".name").first()).toBeVisible();
  expect(await sandbox.log("/spotify/v1/me/albums")).toHaveLength(1);
  await expect(saved.getByText(name, { exact: true })).toHaveCount(0);
});

test("a newcomer is told what is empty and how it fills", async ({ page, signIn }) => {
  await signIn(page, "newcomer");
  await allowOn(page, "/artists");
  await expect(counted(page)).toContainText("You follow nobody yet.");
  await allowOn(page, "/saved");
  await expect(counted(page)).toContainText("You have saved no album yet.");
});

test.describe("a person signed in by Google alone", () => {
  for (const path of ["/artists", "/saved", "/recent"]) {
    test(`is offered to connect Spotify on ${path}`, async ({ page, signIn }) => {
      await signIn(page, "kenji", { with: "Google" });
      await open(page, path);
      await expect(main(page).getByRole("button", { name: "Connect Spotify" })).toBeVisible();
    });
  }

  test("is offered to connect Spotify at a glance", async ({ page, signIn }) => {
    await signIn(page, "kenji", { with: "Google" });
    await open(page, "/");
    await expect(main(page).getByRole("button", { name: "Connect Spotify" })).toBeVisible();
  });
});

test("a network that is away is told, and what was read stays", async ({
  page,
  context,
  signIn,
  quiet,
}) => {
  // A part of the program may be on its way as well.
  quiet.expect(/ERR_INTERNET_DISCONNECTED|Failed to fetch/);
  await signIn(page);
  await allowOn(page, "/artists");
  await expect(entries(page).first()).toBeVisible();
  const many = await entries(page).count();
  await context.setOffline(true);
  await page.mouse.wheel(0, 100_000);
  await expect(problem(page)).toContainText("you may be offline");
  expect(await entries(page).count()).toBeGreaterThanOrEqual(many);
  await context.setOffline(false);
  await problem(page).getByRole("button", { name: "Try again" }).click();
  await expect.poll(() => entries(page).count()).toBeGreaterThan(many);
});

test("an address that names nothing is told so", async ({ page, quiet }) => {
  for (const path of ["/artist/nonsense", "/album/not%20an%20id"]) {
    quiet.expectStatus(404, path);
    await page.goto(path);
    await live(page);
    await expect(heading(page, "This door leads nowhere")).toBeVisible();
  }
  const nobody = "0000000000000000000000";
  for (const [path, api] of [
    [`/artist/${nobody}`, `/api/spotify/v1/artists/${nobody}`],
    [`/album/${nobody}`, `/api/spotify/v1/albums/${nobody}`],
  ] as const) {
    quiet.expectStatus(404, api);
    await open(page, path);
    await expect(problem(page)).toContainText("There is nothing here.");
  }
});

test("an artist is followed by keyboard alone", async ({ page, signIn }) => {
  await signIn(page);
  await findArtist(page);
  const follow = main(page).getByRole("button", { name: `Follow ${ARTIST}`, exact: true });
  await tabTo(page, follow);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog").getByRole("heading")).toHaveText(`Follow ${ARTIST}?`);
  await page.keyboard.press("Escape");
  await expect(follow).toBeFocused();
});
