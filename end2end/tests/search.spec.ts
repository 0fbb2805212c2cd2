import {
  accountButton,
  expect,
  heading,
  only,
  open,
  problem,
  signOut,
  test,
  type Page,
} from "../fixtures/index.ts";

const SEARCH = "/spotify/v1/search";
const OWN_SEARCH = "/api/spotify/v1/search";

/** What the page says about where the search stands. */
const told = (page: Page) => page.getByRole("main").getByRole("status").filter({ hasText: /./ });

/** The results of one kind. */
const shelf = (page: Page, name: string) =>
  page
    .getByRole("main")
    .locator("section")
    .filter({ has: page.getByRole("heading", { level: 2, name, exact: true }) })
    // The page around the shelves is a section, too.
    .last();

/** Asks by the field of the page shown. */
async function ask(page: Page, question: string): Promise<void> {
  await page.getByRole("searchbox").fill(question);
  await page.getByRole("search").getByRole("button", { name: "Search" }).click();
}

test("the front page searches before anybody signs in, with the app's own token", async ({
  page,
  sandbox,
}) => {
  await open(page, "/");
  await ask(page, "Marlow Quill");
  await expect(page).toHaveURL("/search?q=Marlow%20Quill");
  await expect(page).toHaveTitle("Marlow Quill · Search · Stagedoor");
  await expect(told(page)).toContainText("matches for “Marlow Quill”.");
  await expect(
    shelf(page, "Artists").getByRole("link", { name: "Marlow Quill Artist" }),
  ).toHaveAttribute("href", /^\/artist\/\w{22}$/);
  const found = shelf(page, "Artists").getByRole("link", { name: /Open Spotify: Marlow Quill/ });
  await expect(found).toBeVisible();
  await expect(found).toHaveAttribute("href", /^https:\/\/open\.spotify\.com\/artist\/\w{22}$/);
  await expect(found).toHaveAttribute("rel", /\bnoopener\b.*\bnoreferrer\b/);

  const calls = await sandbox.tokenCalls();
  expect(calls.map(({ form }) => only(form, "grant_type"))).toEqual(["client_credentials"]);
  expect(calls[0]?.headers["authorization"]).toMatch(/^Basic /);
  const [search] = await sandbox.log(SEARCH);
  expect(search?.headers["authorization"]).toMatch(/^Bearer BQ/);
  expect(only(search?.query ?? [], "q")).toBe("Marlow Quill");
});

test("an address with a question is a search that can be linked to", async ({ page }) => {
  await open(page, "/search?q=lantern");
  await expect(page.getByRole("searchbox")).toHaveValue("lantern");
  for (const name of ["Artists", "Tracks", "Albums", "Playlists"]) {
    await expect(shelf(page, name)).toBeVisible();
  }
});

test("the app's own token is got once for many searches", async ({ page, sandbox }) => {
  await open(page, "/search?q=lantern");
  await expect(shelf(page, "Artists")).toBeVisible();
  for (const question of ["harbour", "winter"]) {
    await ask(page, question);
    await expect(told(page)).toContainText(`for “${question}”.`);
  }
  expect(await sandbox.tokenCalls()).toHaveLength(1);
  // One from before this test is refused by a provider that began anew.
  const answered = (await sandbox.log(SEARCH)).filter(({ status }) => status === 200);
  expect(answered).toHaveLength(3);
  expect(new Set(answered.map(({ headers }) => headers["authorization"])).size).toBe(1);
});

test("the Back button walks through the searches", async ({ page }) => {
  await open(page, "/search?q=lantern");
  await ask(page, "harbour");
  await expect(told(page)).toContainText("for “harbour”.");
  await page.goBack();
  await expect(page).toHaveURL("/search?q=lantern");
  await expect(page.getByRole("searchbox")).toHaveValue("lantern");
  await expect(told(page)).toContainText("for “lantern”.");
});

test("the Back button finds what was found, and the keyboard where it was", async ({ page, sandbox }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, "/search?q=lantern");
  await ask(page, "harbour");
  await expect(told(page)).toContainText("for “harbour”.");
  const albums = shelf(page, "Albums");
  const link = albums.getByRole("link", { name: /^(?!Open Spotify)/ }).last();
  const name = (await albums.locator(".name").last().textContent()) ?? "";
  await link.press("Enter");
  await expect(heading(page)).toHaveText(name);
  await expect(page.getByRole("main").getByRole("list").first()).toBeVisible();
  await sandbox.clearLog();
  await page.goBack();
  await expect(link).toBeFocused();
  await expect(link).toBeInViewport();
  await expect(told(page)).toContainText("for “harbour”.");
  await page.goBack();
  await expect(told(page)).toContainText("for “lantern”.");
  await page.goForward();
  await expect(told(page)).toContainText("for “harbour”.");
  expect(await sandbox.log(SEARCH)).toEqual([]);
  // What is asked for again is asked for anew.
  await ask(page, "lantern");
  await expect(told(page)).toContainText("for “lantern”.");
  expect(await sandbox.log(SEARCH)).toHaveLength(1);
});

for (const name of ["<b>Bold</b> & the Ampersands", "霧の灯台", "قافلة الملح", "Þrándur Öxl"]) {
  test(`the artist ${name} is found, and their name is text`, async ({ page }) => {
    await open(page, "/search");
    await ask(page, name);
    await expect(page).toHaveURL(`/search?q=${encodeURIComponent(name)}`);
    await expect(shelf(page, "Artists").getByText(name, { exact: true })).toBeVisible();
    await expect(page.getByRole("main").locator("b")).toHaveCount(0);
    await page.reload();
    await expect(shelf(page, "Artists").getByText(name, { exact: true })).toBeVisible();
  });
}

test("a question that is a script is text, too", async ({ page }) => {
  const question = `"><img src=x onerror=alert(1)></title><script>alert(1)</script>`;
  const dialogs: string[] = [];
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  await open(page, `/search?q=${encodeURIComponent(question)}`);
  await expect(told(page)).toContainText(`Nothing was found for “${question}”.`);
  await expect(page.getByRole("searchbox")).toHaveValue(question);
  await expect(page).toHaveTitle(`${question} · Search · Stagedoor`);
  await expect(page.locator("[onerror]")).toHaveCount(0);
  expect(dialogs).toEqual([]);
});

test("a search without a match says so and has no empty shelves", async ({ page }) => {
  await open(page, "/search?q=qqqqzzzz");
  await expect(told(page)).toContainText("Nothing was found for “qqqqzzzz”.");
  await expect(page.getByRole("main").getByRole("heading", { level: 2 })).toHaveCount(0);
});

test("an empty question asks nobody and puts the cursor into the field", async ({
  page,
  sandbox,
}) => {
  await open(page, "/search");
  await ask(page, "   ");
  await expect(page.getByRole("searchbox")).toBeFocused();
  await expect(page).toHaveURL("/search");
  expect(await sandbox.log()).toEqual([]);
});

test("a later question wins over an earlier one that is answered last", async ({
  page,
  sandbox,
}) => {
  await sandbox.fault({ path: SEARCH, hold: true });
  await open(page, "/search?q=lantern");
  await expect(told(page)).toHaveText("Searching for “lantern”…");
  await expect.poll(async () => (await sandbox.log(SEARCH)).length).toBe(1);
  const givenUp = page.waitForEvent("requestfailed", (request) => /q=lantern/.test(request.url()));
  await ask(page, "harbour");
  // The browser does not even wait for the answer that nobody wants any more.
  expect((await givenUp).failure()?.errorText).toBe("net::ERR_ABORTED");
  await expect(told(page)).toContainText("for “harbour”.");
});

test("signed in, a search goes with the person's own token, and signed out again it does not", async ({
  page,
  sandbox,
  signIn,
}) => {
  await signIn(page);
  await open(page, "/search?q=lantern");
  await expect(shelf(page, "Artists")).toBeVisible();
  await expect(accountButton(page)).toBeVisible();
  expect(await sandbox.tokenCalls("client_credentials")).toEqual([]);
  const bearer = async (path: string) => (await sandbox.log(path)).at(-1)?.headers["authorization"];
  const own = await bearer("/spotify/v1/me");
  expect(await bearer(SEARCH)).toBe(own);

  await signOut(page);
  await open(page, "/search?q=lantern");
  await expect(shelf(page, "Artists")).toBeVisible();
  expect(await bearer(SEARCH)).not.toBe(own);
});

test.describe("the catalogue is in trouble:", () => {
  const html = { content_type: "text/html", body: "<h1>Upstream 555-0100</h1>" };
  const unavailable = "Spotify cannot be reached right now.";
  const cases = [
    { name: "down", fault: { status: 503 }, status: 503, says: unavailable },
    { name: "a gateway's HTML", fault: { status: 502, ...html }, status: 503, says: unavailable },
    {
      name: "HTML as if all were well",
      fault: { status: 200, ...html },
      status: 200,
      says: "Spotify gave an answer that makes no sense.",
    },
    {
      name: "it asks for patience",
      fault: {
        status: 429,
        headers: { "retry-after": "12" },
        body: { error: { status: 429, message: "API rate limit exceeded" } },
      },
      status: 429,
      says: /Another try makes sense (in (1[0-2]|[2-9]) seconds|in a second|now)\./,
    },
  ];
  for (const { name, fault, status, says } of cases) {
    test(name, async ({ page, sandbox, quiet }) => {
      if (status !== 200) {
        quiet.expectStatus(status, OWN_SEARCH);
      }
      await sandbox.fault({ path: SEARCH, ...fault });
      await open(page, "/search?q=lantern");
      await expect(problem(page)).toContainText(says);
      expect(await page.content()).not.toContain("555-0100");
      await expect(heading(page)).toHaveText("Search");
      await problem(page).getByRole("button", { name: "Try again" }).click();
      await expect(shelf(page, "Artists")).toBeVisible();
      await expect(problem(page)).toHaveCount(0);
    });
  }

  test("the app's own token cannot be had, until a moment later", async ({
    page,
    app,
    sandbox,
    quiet,
  }) => {
    quiet.expectStatus(503, OWN_SEARCH);
    await sandbox.fault({ path: "/spotify/api/token", status: 503 });
    await open(page, "/search?q=lantern");
    await expect(problem(page)).toContainText(unavailable);
    await app.setClock(6);
    await problem(page).getByRole("button", { name: "Try again" }).click();
    await expect(shelf(page, "Artists")).toBeVisible();
  });
});
