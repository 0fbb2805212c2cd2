import { readFile } from "node:fs/promises";

import {
  agree,
  expect,
  heading,
  LISTENERS,
  live,
  open,
  problem,
  section,
  signInAllowing,
  test,
  type LoggedRequest,
  type Page,
  type Sandbox,
} from "../fixtures/index.ts";
import { isAccessible } from "../fixtures/accessible.ts";
import { PERMISSIONS } from "../fixtures/pages.ts";

// What one listener allowed would show in the next test.
test.use({ ownApp: true });

const MINE = "/spotify/v1/me/playlists";

const allow = (page: Page) =>
  page.getByRole("main").getByRole("button", { name: "Allow it at Spotify" });
const way = (page: Page, name: string) =>
  page
    .getByRole("navigation", { name: "What to do with this playlist" })
    .getByRole("link", { name, exact: true });
/** The lines of the playlist. */
const lines = (page: Page) =>
  page.getByRole("list", { name: "In this playlist" }).getByRole("listitem");
const names = (page: Page) => lines(page).locator(".name").allTextContents();
/** What is said of the change before. */
const bench = (page: Page) => page.locator(".bench");

/** Goes on at the consent page, and stands where the way began. */
async function allowHere(page: Page): Promise<void> {
  const before = page.url();
  await allow(page).click();
  await agree(page);
  await expect(page).toHaveURL(before);
  await live(page);
}

/** A playlist of Ada's, opened with a view that changes it. */
async function openOwn(
  page: Page,
  sandbox: Sandbox,
  { items = 6, query = "?edit=items", name = "For the test" } = {},
): Promise<string> {
  const id = await sandbox.addPlaylist({ login: "ada", name, items });
  await open(page, `/playlists/${id}${query}`);
  await allowHere(page);
  await expect(lines(page).first()).toBeVisible();
  return id;
}

/** The changes that reached Spotify. */
async function writes(sandbox: Sandbox, path = "/spotify/v1"): Promise<LoggedRequest[]> {
  return (await sandbox.log(path)).filter(({ method }) => method !== "GET");
}

/** Nothing of the page is wider than a phone or a desk. */
async function fits(page: Page): Promise<void> {
  for (const width of [390, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    const wider = await page.evaluate((width) => {
      const parts = document.querySelectorAll("main :is(h1, p, .card, .row, .tab, .field, canvas)");
      const out = [...parts].filter((part) => part.getBoundingClientRect().right > width);
      return out.map(({ className, tagName }) => `${tagName}.${className}`);
    }, width);
    expect(wider, `${width} px`).toEqual([]);
  }
}

/** What Spotify has in a playlist, as the app's own page reads it. */
async function atSpotify(page: Page): Promise<string[]> {
  await page.reload();
  await live(page);
  await expect(lines(page).first()).toBeVisible();
  return names(page);
}

test.describe("the list of playlists", () => {
  test.beforeEach(({ page, signIn }) => signIn(page));

  test("wants its permission, and then shows all of them, page by page", async ({ page, sandbox }) => {
    await open(page, "/playlists");
    await expect(heading(page)).toHaveText("Your playlists");
    expect(await sandbox.log(MINE)).toEqual([]);
    await allowHere(page);
    await expect(page.getByRole("listitem").filter({ hasText: "odds and ends" })).toBeVisible();
    await expect(page.getByText(/playlists, yours and those you follow/)).toBeVisible();
    await page.getByRole("link", { name: /odds and ends/ }).first().click();
    await expect(heading(page)).toHaveText("odds and ends");
    await page.goBack();
    await expect(heading(page)).toHaveText("Your playlists");
  });

  test("says so where there is none", async ({ page, anotherBrowser, signIn }) => {
    const origin = new URL(page.url()).origin;
    const other = await (await anotherBrowser()).newPage();
    await open(other, `${origin}/`);
    await signIn(other, LISTENERS.newcomer.login, { from: null });
    await open(other, `${origin}/playlists`);
    await allowHere(other);
    await expect(other.getByText("You have no playlist yet.")).toBeVisible();
  });
});

test.describe("a new playlist", () => {
  test.beforeEach(({ page, signIn }) => signIn(page));

  test("asks for the half that it needs, and is made as it was said", async ({ page, sandbox }) => {
    await open(page, "/playlists");
    await page.getByRole("link", { name: "New playlist" }).click();
    await expect(page).toHaveURL("/playlists?new");
    await page.getByRole("link", { name: "Not on your profile" }).click();
    await expect(page).toHaveURL("/playlists?new=unlisted");
    await expect(page.getByRole("main")).not.toContainText(/\bprivate\b(?! playlists)/);
    await sandbox.clearLog();
    await allow(page).click();
    await expect(page.getByRole("button", { name: "Agree" })).toBeVisible();
    const [asked] = await sandbox.log("/spotify/authorize");
    const scope = asked?.query.find(([name]) => name === "scope")?.[1] ?? "";
    expect(scope.split(" ")).toContain("playlist-modify-private");
    expect(scope.split(" ")).not.toContain("playlist-modify-public");
    await agree(page);
    await expect(page).toHaveURL("/playlists?new=unlisted");
    await live(page);
    await isAccessible(page);

    await page.getByLabel("Name").fill("Songs & <b>more</b>");
    await page.getByLabel(/What it is about/).fill("one\ntwo");
    await page.getByRole("button", { name: "Make it" }).click();
    await expect(heading(page)).toHaveText("Songs & <b>more</b>");
    await expect(page.locator("#notice")).toContainText("is made");
    await expect(page.getByText("one two")).toBeVisible();
    await expect(page.getByText("There is nothing in this playlist yet.")).toBeVisible();
    const [made] = await writes(sandbox, MINE);
    expect(JSON.parse(made?.body ?? "")).toEqual({
      name: "Songs & <b>more</b>",
      description: "one two",
      public: false,
      collaborative: false,
    });
  });

  test("what was typed is there after the way to Spotify", async ({ page }) => {
    await open(page, "/playlists?new=unlisted");
    await allowHere(page);
    await page.getByLabel("Name").fill("Half a thought");
    await page.getByRole("link", { name: "On your profile", exact: true }).click();
    await allowHere(page);
    await expect(page.getByLabel("Name")).toHaveValue("Half a thought");
    await page.getByRole("button", { name: "Make it" }).click();
    await expect(heading(page)).toHaveText("Half a thought");
    expect(await page.evaluate(() => Object.keys(sessionStorage))).toEqual([]);
  });

  test("without a name is not sent", async ({ page, sandbox }) => {
    await open(page, "/playlists?new=listed");
    await allowHere(page);
    await page.getByLabel("Name").fill("   ");
    await page.getByRole("button", { name: "Make it" }).click();
    await expect(problem(page)).toHaveText("A playlist needs a name.");
    await expect(page.getByLabel("Name")).toBeFocused();
    expect(await writes(sandbox, MINE)).toEqual([]);
  });

  test("that Spotify lists all the same is not said to be off the profile", async ({
    page,
    sandbox,
  }) => {
    await sandbox.setPlaylistSettings({ ignores_private: true });
    await open(page, "/playlists?new=unlisted");
    await allowHere(page);
    await page.getByLabel("Name").fill("Loud");
    await page.getByRole("button", { name: "Make it" }).click();
    await expect(page.locator("#notice")).toContainText("put it on your profile all the same");
  });
});

test.describe("one's own playlist", () => {
  test.beforeEach(({ page, signIn }) => signIn(page));

  test("is renamed, and only what changed is sent", async ({ page, sandbox }) => {
    const id = await openOwn(page, sandbox, { query: "?edit=details" });
    await expect(page.getByLabel("Name")).toHaveValue("For the test");
    await page.getByLabel("Name").fill("Another name");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(heading(page)).toHaveText("Another name");
    await expect(page).toHaveTitle("Another name · Stagedoor");
    const [change] = await writes(sandbox, `/spotify/v1/playlists/${id}`);
    expect(JSON.parse(change?.body ?? "")).toEqual({ name: "Another name" });
    await isAccessible(page);
  });

  test("has its new name in the list that the Back button finds", async ({ page, sandbox }) => {
    await signInAllowing(page, sandbox, PERMISSIONS);
    await sandbox.addPlaylist({ login: "ada", name: "For the test", items: 1 });
    await open(page, "/playlists");
    const listed = (name: string) => page.getByRole("main").getByRole("link", { name: new RegExp(`^${name}`) });
    await listed("For the test").click();
    await way(page, "Name and description").click();
    await page.getByLabel("Name").fill("Another name");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(heading(page)).toHaveText("Another name");
    await page.goBack();
    await page.goBack();
    await expect(page).toHaveURL("/playlists");
    await expect(listed("Another name")).toBeVisible();
    await expect(listed("For the test")).toHaveCount(0);
    // What was not changed since is found as it was.
    await listed("Another name").click();
    await expect(heading(page)).toHaveText("Another name");
    await sandbox.clearLog();
    await page.goBack();
    await expect(listed("Another name")).toBeFocused();
    expect(await sandbox.log(MINE)).toEqual([]);
  });

  test("has its new name in a list that was read while it was renamed", async ({ page, sandbox }) => {
    await signInAllowing(page, sandbox, PERMISSIONS);
    await sandbox.addPlaylist({ login: "ada", name: "For the test", items: 1 });
    await open(page, "/playlists");
    const listed = (name: string) =>
      page.getByRole("main").getByRole("link", { name: new RegExp(`^${name}`) });
    await listed("For the test").click();
    await way(page, "Name and description").click();
    await page.getByLabel("Name").fill("Another name");
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const isChange = (method: string) => method === "PUT";
    await page.route("**/api/spotify/v1/playlists/*", async (route) => {
      if (isChange(route.request().method())) {
        await held;
      }
      await route.continue();
    });
    const sent = page.waitForRequest((request) => isChange(request.method()));
    const answered = page.waitForResponse((answer) => isChange(answer.request().method()));
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await sent;
    await page.goBack();
    await page.goBack();
    await expect(listed("For the test")).toBeVisible();
    letGo();
    await (await answered).finished();
    await listed("For the test").click();
    await expect(heading(page)).toHaveText("Another name");
    await page.goBack();
    await expect(listed("Another name")).toBeVisible();
  });

  test("gets a track by the search, once for each press", async ({ page, sandbox }) => {
    const id = await openOwn(page, sandbox, { query: "?add", items: 2 });
    await page.getByRole("searchbox", { name: "A track to add" }).fill("lantern");
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await expect(page).toHaveURL(`/playlists/${id}?add=lantern`);
    const found = page.getByRole("list", { name: "Found" }).getByRole("listitem");
    const first = found.first();
    const name = (await first.locator(".name").textContent()) ?? "";
    await first.getByRole("button", { name: `Add ${name}`, exact: true }).click();
    await expect(page.getByText(`${name} is in the playlist now, at its end.`)).toBeVisible();
    await expect(first.getByRole("button", { name: `Add again: ${name}` })).toBeVisible();
    await expect(lines(page)).toHaveCount(3);
    expect((await names(page)).at(-1)).toBe(name);
    await fits(page);
    expect(await writes(sandbox, `/spotify/v1/playlists/${id}/items`)).toHaveLength(1);
    await isAccessible(page);
    expect((await atSpotify(page)).at(-1)).toBe(name);
  });

  test("is put in order by the keyboard alone", async ({ page, sandbox }) => {
    const id = await openOwn(page, sandbox);
    const before = await names(page);
    const down = lines(page).first().getByRole("button", { name: /^Move .* down$/ });
    await down.focus();
    const label = await down.getAttribute("aria-label");
    for (const place of [2, 3, 4]) {
      await page.keyboard.press("Enter");
      await expect(bench(page)).toContainText(`${before[0]} is number ${place} of 6 now.`);
      await expect(page.locator(":focus")).toHaveAttribute("aria-label", label ?? "");
    }
    const order = [before[1], before[2], before[3], before[0], before[4], before[5]];
    expect(await names(page)).toEqual(order);
    await expect(bench(page).getByRole("alert")).toHaveCount(0);
    await expect
      .poll(async () => (await writes(sandbox, `/spotify/v1/playlists/${id}/items`)).length)
      .toBeGreaterThan(0);
    await isAccessible(page);
    expect(await atSpotify(page)).toEqual(order);

    const up = lines(page).first().getByRole("button", { name: /^Move .* up$/ });
    await up.focus();
    await page.keyboard.press("Enter");
    await expect(bench(page)).toContainText("is the first already");
    await expect(up).toBeFocused();
  });

  test("presses during a move go on from where it is shown", async ({ page, sandbox }) => {
    const id = await openOwn(page, sandbox);
    const before = await names(page);
    const items = `/spotify/v1/playlists/${id}/items`;
    await sandbox.fault({ path: items, method: "PUT", hold: true });
    const down = lines(page).first().getByRole("button", { name: /^Move .* down$/ });
    await down.focus();
    for (let press = 0; press < 4; press += 1) {
      await page.keyboard.press("Enter");
    }
    await expect(bench(page)).toContainText("is number 5 of 6 now.");
    // One change of what is in it at a time.
    await lines(page).first().getByRole("button", { name: /^Remove / }).click();
    await expect(bench(page)).toContainText("the last change is on its way");
    await sandbox.release();
    await expect.poll(async () => (await writes(sandbox, items)).length).toBe(2);
    const order = [before[1], before[2], before[3], before[4], before[0], before[5]];
    await expect(lines(page).nth(4).locator(".name")).toHaveText(before[0] ?? "");
    expect(await atSpotify(page)).toEqual(order);
  });

  test("gives an item back at its place", async ({ page, sandbox }) => {
    await openOwn(page, sandbox);
    const before = await names(page);
    await lines(page).nth(2).getByRole("button", { name: /^Remove / }).click();
    await expect(bench(page)).toContainText(`${before[2]} is out of the playlist.`);
    await expect(lines(page)).toHaveCount(5);
    await expect(page.getByText(/^5 items/)).toBeVisible();
    // Whoever works by the keyboard stands on the next one.
    await expect(
      lines(page).nth(2).getByRole("button", { name: /^Remove / }),
    ).toBeFocused();
    await isAccessible(page);
    await bench(page).getByRole("button", { name: "Put it back" }).click();
    await expect(bench(page)).toContainText("It is back at its place.");
    expect(await names(page)).toEqual(before);
    expect(await atSpotify(page)).toEqual(before);
  });

  test("tells before an item takes its likes along", async ({ page, sandbox }) => {
    await openOwn(page, sandbox, { query: "?add", items: 1 });
    await page.getByRole("searchbox", { name: "A track to add" }).fill("lantern");
    await page.getByRole("button", { name: "Search", exact: true }).click();
    const first = page.getByRole("list", { name: "Found" }).getByRole("listitem").first();
    await first.getByRole("button", { name: /^Add / }).click();
    await expect(lines(page)).toHaveCount(2);
    await first.getByRole("button", { name: /^Add again/ }).click();
    await expect(lines(page)).toHaveCount(3);
    await way(page, "Move and remove").click();
    await sandbox.clearLog();
    await lines(page).nth(1).getByRole("button", { name: /^Remove / }).click();
    await expect(page.locator("#sure")).toBeFocused();
    await expect(page.locator("#sure")).toContainText("2 times");
    expect(await writes(sandbox)).toEqual([]);
    await page.getByRole("button", { name: "Remove all of them" }).click();
    await expect(lines(page)).toHaveCount(1);
    await bench(page).getByRole("button", { name: "Put it back" }).click();
    await expect(lines(page)).toHaveCount(3);
  });

  for (const { what, fault, status, said } of [
    { what: "it is gone", fault: { status: 404 }, status: 404, said: "There is nothing here." },
    { what: "it is refused", fault: { status: 403 }, status: 403, said: "That is not allowed." },
    {
      what: "it was too much",
      fault: { status: 429, headers: { "retry-after": "7" } },
      status: 429,
      said: "That was a lot in a short time.",
    },
  ]) {
    test(`a move that fails because ${what} is told, and not tried again`, async ({
      page,
      sandbox,
      quiet,
    }) => {
      const id = await openOwn(page, sandbox);
      const before = await names(page);
      const items = `/spotify/v1/playlists/${id}/items`;
      await sandbox.clearLog();
      await sandbox.fault({ path: items, method: "PUT", times: 1, ...fault });
      quiet.expectStatus(status, `/api/spotify/v1/playlists/${id}/items`);
      await lines(page).first().getByRole("button", { name: /^Move .* down$/ }).click();
      await expect(problem(page)).toContainText(said);
      await expect(bench(page)).toContainText("It was not moved.");
      expect(await names(page)).toEqual(before);
      expect(await writes(sandbox, items)).toHaveLength(1);
      // It was read anew.
      const read = await sandbox.log(`/spotify/v1/playlists/${id}`);
      expect(read.some(({ method }) => method === "GET")).toBe(true);
    });
  }

  test("a move without a network leaves the list as it was, and says that it may differ", async ({
    page,
    sandbox,
    context,
    quiet,
  }) => {
    await openOwn(page, sandbox);
    const before = await names(page);
    // A part of the program may be on its way as well.
    quiet.expect(/ERR_INTERNET_DISCONNECTED|Failed to fetch/);
    await context.setOffline(true);
    await lines(page).first().getByRole("button", { name: /^Move .* down$/ }).click();
    await expect(problem(page)).toContainText("No answer came back");
    await expect(bench(page)).toContainText("may differ from this list");
    expect(await names(page)).toEqual(before);
    await context.setOffline(false);
    await page.getByRole("button", { name: "Read it again" }).click();
    await expect(bench(page)).toContainText("This is the list as Spotify has it.");
    await expect(bench(page)).not.toContainText("may differ");
  });

  test("is taken out of the library after a second question", async ({ page, sandbox }) => {
    const id = await openOwn(page, sandbox, { query: "?edit=removal" });
    const card = section(page, "Remove from your library");
    await sandbox.clearLog();
    await card.getByRole("button", { name: "Remove from your library" }).click();
    expect(await writes(sandbox)).toEqual([]);
    await card.getByRole("button", { name: "Remove it" }).click();
    await expect(page).toHaveURL("/playlists");
    await expect(page.locator("#notice")).toContainText("is not in your library any more");
    const [removed] = await writes(sandbox);
    expect(removed?.query).toEqual([["uris", `spotify:playlist:${id}`]]);
  });

  test("is listed and taken off the profile", async ({ page, sandbox }) => {
    const id = await openOwn(page, sandbox, { query: "?edit=listing" });
    const card = section(page, "Listing");
    await card.getByRole("button", { name: "Take it off my profile" }).click();
    await expect(card).toContainText("Whoever has its address can still open it.");
    await expect(card.getByRole("button", { name: "List it on my profile" })).toBeVisible();
    const [change] = await writes(sandbox, `/spotify/v1/playlists/${id}`);
    expect(JSON.parse(change?.body ?? "")).toEqual({ public: false });
  });
});

test.describe("the picture of a playlist", () => {
  test.beforeEach(({ page, signIn }) => signIn(page));

  /** A picture that is wider than high: red, white and blue from left to right. */
  async function flag(page: Page): Promise<Buffer> {
    const encoded = await page.evaluate(() => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [1800, 600];
      const context = canvas.getContext("2d");
      for (const [index, colour] of ["#f00", "#fff", "#00f"].entries()) {
        if (context) {
          context.fillStyle = colour;
          context.fillRect(index * 600, 0, 600, 600);
        }
      }
      return canvas.toDataURL("image/png").split(",")[1] ?? "";
    });
    return Buffer.from(encoded, "base64");
  }

  test("is allowed before it is chosen, cut, made small and given", async ({ page, sandbox }) => {
    const id = await openOwn(page, sandbox, { query: "?edit=cover" });
    const asked = await sandbox.log("/spotify/authorize");
    const scopes = asked.map(({ query }) => query.find(([name]) => name === "scope")?.[1] ?? "");
    expect(scopes.some((scope) => /ugc-image-upload/.test(scope) && /modify-public/.test(scope))).toBe(true);
    const buffer = await flag(page);
    await page.getByLabel("A picture of yours").setInputFiles({
      name: "flag.png",
      mimeType: "image/png",
      buffer,
    });
    const slider = page.getByRole("slider", { name: "Which part, from left to right" });
    await expect(slider).toBeFocused();
    await expect(slider).toHaveAttribute("aria-valuetext", "the middle");
    await page.keyboard.press("End");
    await expect(slider).toHaveAttribute("aria-valuetext", "the end");
    await fits(page);
    await isAccessible(page);
    await page.getByRole("button", { name: "Use this picture" }).click();
    await expect(page.getByText("Spotify has the picture.")).toBeVisible();
    const [given] = await writes(sandbox, `/spotify/v1/playlists/${id}/images`);
    expect(given?.status).toBe(202);
    expect(given?.headers["content-type"]).toBe("image/jpeg");
    const jpeg = Buffer.from(given?.body ?? "", "base64");
    expect([...jpeg.subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
    const [width, height, [red, , blue]] = await page.evaluate(async (encoded) => {
      const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes]));
      const canvas = new OffscreenCanvas(1, 1);
      const context = canvas.getContext("2d");
      context?.drawImage(bitmap, 0, 0, 1, 1);
      const pixel = context?.getImageData(0, 0, 1, 1).data;
      return [bitmap.width, bitmap.height, [...(pixel ?? [])]] as const;
    }, given?.body ?? "");
    expect([width, height]).toEqual([600, 600]);
    expect(blue).toBeGreaterThan(200);
    expect(red).toBeLessThan(50);
  });

  test("that is none, or empty, says so and sends nothing", async ({ page, sandbox }) => {
    await openOwn(page, sandbox, { query: "?edit=cover" });
    const field = page.getByLabel("A picture of yours");
    await field.setInputFiles({
      name: "notes.png",
      mimeType: "image/png",
      buffer: Buffer.from("this is no picture"),
    });
    await expect(problem(page)).toContainText("cannot open that file as a picture");
    await field.setInputFiles({ name: "a.png", mimeType: "image/png", buffer: Buffer.alloc(0) });
    await expect(problem(page)).toContainText("That file is empty.");
    await expect(page.getByRole("button", { name: "Use this picture" })).toBeHidden();
    await field.setInputFiles({
      name: "flag.png",
      mimeType: "image/png",
      buffer: await flag(page),
    });
    await expect(page.getByRole("button", { name: "Use this picture" })).toBeVisible();
    await expect(problem(page)).toHaveCount(0);
    expect(await writes(sandbox)).toEqual([]);
  });
});

test.describe("as a file", () => {
  test.beforeEach(({ page, signIn }) => signIn(page));

  test("a playlist is saved whole", async ({ page, sandbox }) => {
    await openOwn(page, sandbox, { query: "?save", items: 120, name: "=Mix: a/b" });
    await isAccessible(page);
    const csv = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save as CSV" }).click();
    const file = await csv;
    expect(file.suggestedFilename()).toBe("Mix-a-b.csv");
    const text = await readFile(await file.path(), "utf8");
    expect(text.startsWith("\u{feff}kind,name,artists,album,")).toBe(true);
    expect(text.trimEnd().split("\r\n")).toHaveLength(121);
    await expect(page.getByText("Mix-a-b.csv is in your downloads, with 120 entries.")).toBeVisible();
    const json = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save as JSON" }).click();
    const items: unknown = JSON.parse(await readFile(await (await json).path(), "utf8"));
    expect(items).toHaveLength(120);
  });

  test("it can be stopped", async ({ page, sandbox }) => {
    const id = await openOwn(page, sandbox, { query: "?save", items: 120 });
    await sandbox.fault({ path: `/spotify/v1/playlists/${id}/items`, hang: true });
    await page.getByRole("button", { name: "Save as JSON" }).click();
    await page.getByRole("button", { name: "Stop" }).click();
    await expect(page.getByText("Stopped. Nothing was saved.")).toBeVisible();
    await expect(page.getByRole("button", { name: "Save as CSV" })).toBeFocused();
  });
});

/** The page has taken up what came. */
async function twoFrames(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
  });
}

test("the Back button finds the list as it was left, with what was changed, and the keyboard where it was", async ({
  page,
  sandbox,
  signIn,
}) => {
  await signIn(page);
  const id = await openOwn(page, sandbox, { items: 160 });
  /** Follows the link of a line, and goes back. */
  const thereAndBack = async (place: number) => {
    await sandbox.clearLog();
    const link = lines(page).nth(place).locator("a.thing");
    await link.press("Enter");
    await expect(page).toHaveURL(/\/album\//);
    await expect(heading(page)).not.toHaveText("Album");
    await page.goBack();
    await expect(link).toBeFocused();
    await expect(link).toBeInViewport();
    expect(await sandbox.log(`/spotify/v1/playlists/${id}`)).toEqual([]);
  };
  await expect(lines(page)).toHaveCount(100);
  await thereAndBack(10);
  await expect(lines(page)).toHaveCount(100);
  // It is read on from there.
  while ((await lines(page).count()) < 160) {
    await lines(page).last().scrollIntoViewIfNeeded();
  }
  const before = await names(page);
  for (const [what, places] of [
    ["as it was read", before],
    ["with a line moved down", [...before.slice(0, 140), before[141], before[140], ...before.slice(142)]],
    ["with a line less", before.filter((_, place) => place !== 140)],
  ] as const) {
    await test.step(what, async () => {
      const button = (place: number, name: RegExp) =>
        lines(page).nth(place).getByRole("button", { name });
      if (what === "with a line moved down") {
        // On its way it would be out of date.
        const moved = page.waitForResponse((answer) => answer.request().method() === "PUT");
        await button(140, /^Move .* down$/).click();
        await expect(bench(page)).toContainText("is number 142 of 160 now.");
        await expect(button(141, /^Move .* down$/)).toBeFocused();
        await (await moved).finished();
        await twoFrames(page);
      } else if (what === "with a line less") {
        // It is the one that was moved.
        await button(141, /^Remove /).click();
        await expect(bench(page)).toContainText("is out of the playlist.");
        await expect(button(141, /^Remove /)).toBeFocused();
      }
      await thereAndBack(130);
      expect(await names(page)).toEqual(places);
    });
  }
  // Each line is changed at its place.
  await lines(page).nth(158).getByRole("button", { name: /^Move .* up$/ }).click();
  await expect(bench(page)).toContainText("is number 158 of 159 now.");
  await expect.poll(async () => (await writes(sandbox)).length).toBe(1);
  const [move] = await writes(sandbox);
  expect(JSON.parse(move?.body ?? "")).toMatchObject({ range_start: 158, insert_before: 157 });
});

test("a changed list is found as it was left by a leap from one playlist to another, too", async ({
  page,
  sandbox,
}) => {
  await signInAllowing(page, sandbox, PERMISSIONS);
  const first = await sandbox.addPlaylist({ login: "ada", name: "The first", items: 6 });
  await sandbox.addPlaylist({ login: "ada", name: "The second", items: 6 });
  await open(page, `/playlists/${first}`);
  await expect(lines(page)).toHaveCount(6);
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Playlists" }).click();
  await page.getByRole("main").getByRole("link", { name: /^The second/ }).click();
  await expect(heading(page)).toHaveText("The second");
  await way(page, "Move and remove").click();
  const before = await names(page);
  await lines(page).nth(2).getByRole("button", { name: /^Remove / }).click();
  await expect(bench(page)).toContainText("is out of the playlist.");
  await expect(lines(page).nth(2).getByRole("button", { name: /^Remove / })).toBeFocused();
  await page.evaluate(() => history.go(-3));
  await expect(heading(page)).toHaveText("The first");
  await expect(page).toHaveURL(`/playlists/${first}`);
  await page.evaluate(() => history.go(3));
  await expect(heading(page)).toHaveText("The second");
  await expect(lines(page).first()).toBeVisible();
  expect(await names(page)).toEqual(before.filter((_, place) => place !== 2));
});

test("a playlist that was read signed out is read anew for who signs in in another tab", async ({
  page,
  context,
  sandbox,
  signIn,
}) => {
  const id = await sandbox.addPlaylist({ login: "ada", name: "For the test", items: 3, public: true });
  await open(page, `/playlists/${id}`);
  await expect(page.getByText("Spotify does not show this app what is in it.")).toBeVisible();
  await signIn(await context.newPage());
  await expect(lines(page)).toHaveCount(3);
});

test.describe("what is rare", () => {
  test("a playlist of others shows what anybody sees, and the way to Spotify", async ({
    page,
    sandbox,
  }) => {
    const id = await sandbox.addPlaylist({
      login: "hanako",
      name: "Rock & Roll",
      description: "Rock & <b>Roll</b>",
      items: 5,
    });
    await open(page, `/playlists/${id}`);
    await expect(heading(page)).toHaveText("Rock & Roll");
    await expect(page.getByText("Rock & <b>Roll</b>")).toBeVisible();
    await expect(page.getByText("Spotify does not show this app what is in it.")).toBeVisible();
    await expect(
      page.getByRole("link", { name: /^Open Spotify: Rock & Roll/ }).first(),
    ).toHaveAttribute("href", new RegExp(`/playlist/${id}$`));
    await expect(page.getByRole("link", { name: "Move and remove" })).toHaveCount(0);
    await isAccessible(page);
  });

  test("a person signed in cannot change what is somebody else's", async ({
    page,
    sandbox,
    signIn,
  }) => {
    const id = await sandbox.addPlaylist({ login: "hanako", name: "Not Ada's", items: 5 });
    await signIn(page);
    await open(page, `/playlists/${id}?edit=details`);
    await expect(page.getByText("Only the owner of a playlist can do that.")).toBeVisible();
    await expect(allow(page)).toHaveCount(0);
  });

  for (const path of ["/playlists/x", "/playlists/37i9dQZF1DXcBWIGoYBM5", "/playlists/..%2fme"]) {
    test(`${path} is no playlist`, async ({ page, quiet }) => {
      quiet.expectStatus(404, path);
      await open(page, path);
      await expect(heading(page)).toHaveText("This door leads nowhere");
    });
  }

  test("files, episodes and what is gone are told in words", async ({ page, signIn }) => {
    await signIn(page);
    await open(page, "/playlists");
    await allowHere(page);
    await page.getByRole("link", { name: /odds and ends/ }).first().click();
    await expect(lines(page).filter({ hasText: "No longer available" }).first()).toBeVisible();
    await expect(lines(page).filter({ hasText: "A file on somebody’s own device" }).first()).toBeVisible();
    await expect(lines(page).filter({ hasText: "Episode · " }).first()).toBeVisible();
    await way(page, "Move and remove").click();
    await allowHere(page);
    const gone = lines(page).filter({ hasText: "No longer available" }).first();
    await expect(gone.getByRole("button", { name: /^Move .* up$/ })).toBeVisible();
    await expect(gone.getByRole("button", { name: /^Remove / })).toHaveCount(0);
  });

  test("a name of 300 characters breaks nothing", async ({ page, signIn }) => {
    await signIn(page);
    await open(page, "/playlists");
    await allowHere(page);
    const long = page.locator("a.thing .name").filter({ hasText: /.{250}/ }).first();
    await long.click();
    await expect(heading(page)).toHaveText(/.{250}/);
    await fits(page);
    await isAccessible(page);
  });

  test("10,000 items are read as one scrolls, to the last one", async ({
    page,
    sandbox,
    signIn,
  }) => {
    test.setTimeout(300_000);
    await signIn(page);
    const id = await openOwn(page, sandbox, { items: 10_000 });
    const read = async () => (await sandbox.log(`/spotify/v1/playlists/${id}/items`)).length;
    // Nobody reads what nobody looks at.
    expect(await read()).toBeLessThan(5);
    // By roles it would be the test that is slow.
    const rows = page.locator(".items .row");
    await page.evaluate(async () => {
      const rows = document.getElementsByClassName("row");
      while (rows.length < 10_000) {
        scrollTo(0, document.body.scrollHeight);
        await new Promise(requestAnimationFrame);
      }
    });
    await expect(page.locator(".more")).toBeEmpty();
    await expect(rows).toHaveCount(10_000);
    // Each page was asked for once, and all of them are here.
    const offsets = (await sandbox.log(`/spotify/v1/playlists/${id}/items`)).map(
      ({ query }) => query.find(([name]) => name === "offset")?.[1],
    );
    expect(new Set(offsets).size).toBe(offsets.length);
    const keys = await rows.evaluateAll((rows) => rows.map((row) => row.getAttribute("data-key")));
    expect(new Set(keys).size).toBe(10_000);
    // A press at the end is answered as one at the beginning.
    const name = (await rows.last().locator(".name").textContent()) ?? "";
    await rows.last().getByRole("button", { name: /^Move .* down$/ }).click();
    await expect(bench(page)).toContainText(`${name} is the last already.`);
    await rows.last().getByRole("button", { name: /^Move .* up$/ }).click();
    await expect(bench(page)).toContainText(`${name} is number 9999 of 10000 now.`);
    await expect(bench(page).getByRole("alert")).toHaveCount(0);
    await expect(rows.nth(9_998).locator(".name")).toHaveText(name);
  });

  test("where two stretches meet, a line goes from one to the other and comes back", async ({
    page,
    sandbox,
    signIn,
  }) => {
    await signIn(page);
    await openOwn(page, sandbox, { items: 60 });
    await expect(lines(page)).toHaveCount(60);
    const before = await names(page);
    const order = (...places: number[]) => [
      ...before.slice(0, 48),
      ...places.map((place) => before[place]),
      ...before.slice(52),
    ];
    const key = await lines(page).nth(49).getAttribute("data-key");
    const line = page.locator(`[data-key="${key}"]`);
    const down = line.getByRole("button", { name: /^Move .* down$/ });
    await down.focus();
    for (const place of [51, 52]) {
      await page.keyboard.press("Enter");
      await expect(bench(page)).toContainText(`is number ${place} of 60 now.`);
      await expect(down).toBeFocused();
    }
    expect(await names(page)).toEqual(order(48, 50, 51, 49));
    await line.getByRole("button", { name: /^Remove / }).click();
    await expect(lines(page)).toHaveCount(59);
    await bench(page).getByRole("button", { name: "Put it back" }).click();
    await expect(bench(page)).toContainText("It is back at its place.");
    expect(await names(page)).toEqual(order(48, 50, 51, 49));
    const up = lines(page).nth(51).getByRole("button", { name: /^Move .* up$/ });
    await up.focus();
    await page.keyboard.press("Enter");
    await expect(bench(page)).toContainText("is number 51 of 60 now.");
    await page.keyboard.press("Enter");
    await expect(bench(page)).toContainText("is number 50 of 60 now.");
    expect(await names(page)).toEqual(before);
    await expect(bench(page).getByRole("alert")).toHaveCount(0);
    await isAccessible(page);
    expect((await atSpotify(page)).slice(0, 50)).toEqual(before.slice(0, 50));
  });
});
