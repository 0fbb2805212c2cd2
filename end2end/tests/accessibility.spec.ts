import { isAccessible } from "../fixtures/accessible.ts";
import {
  accountButton,
  expect,
  heading,
  LISTENERS,
  open,
  problem,
  test,
} from "../fixtures/index.ts";

test.describe("signed out", () => {
  for (const path of ["/", "/search", "/top", "/artists", "/saved", "/recent", "/profile", "/permissions", "/privacy"]) {
    test(`${path} is accessible in light and dark`, async ({ page }) => {
      await open(page, path);
      await isAccessible(page);
    });
  }

  test("search results are accessible in light and dark", async ({ page }) => {
    await open(page, "/search?q=lantern");
    await expect(page.getByRole("heading", { name: "Playlists" })).toBeVisible();
    await isAccessible(page);
  });

  test("a search on its way is accessible in light and dark", async ({ page, sandbox }) => {
    await sandbox.fault({ path: "/spotify/v1/search", hang: true });
    await open(page, "/search?q=lantern");
    await expect(page.getByText("Searching for “lantern”…")).toBeVisible();
    await isAccessible(page);
  });

  test("an address without a page is accessible in light and dark", async ({ page, quiet }) => {
    quiet.expectStatus(404, "/nowhere");
    await open(page, "/nowhere");
    await isAccessible(page);
  });

  test("a callback with an error is accessible in light and dark", async ({ page }) => {
    await page.goto("/callback/spotify?code=AQx&state=abc");
    await expect(problem(page)).toBeVisible();
    await isAccessible(page);
  });

  test("the choice of colours is accessible in light and dark", async ({ page }) => {
    await open(page, "/");
    await page.getByRole("button", { name: "Colours" }).click();
    await expect(page.getByRole("button", { name: "Like the system" })).toBeVisible();
    await isAccessible(page);
  });
});

test.describe("signed in", () => {
  for (const path of ["/", "/top", "/permissions", "/privacy"]) {
    test(`${path} is accessible in light and dark`, async ({ page, signIn }) => {
      await signIn(page);
      await open(page, path);
      await isAccessible(page);
    });
  }

  test("the profile is accessible in light and dark", async ({ page, signIn }) => {
    await signIn(page);
    await open(page, "/profile");
    await expect(page.getByRole("main")).toContainText(LISTENERS.ada.id);
    await isAccessible(page);
  });

  test("a profile without its data is accessible in light and dark", async ({
    page,
    sandbox,
    signIn,
    quiet,
  }) => {
    quiet.expectStatus(503, "/api/spotify/v1/me");
    await signIn(page);
    await sandbox.fault({ path: "/spotify/v1/me", status: 503 });
    await open(page, "/profile");
    await expect(problem(page)).toBeVisible();
    await isAccessible(page);
  });

  test("the open menu of the account is accessible in light and dark", async ({ page, signIn }) => {
    await signIn(page);
    await accountButton(page).click();
    await expect(page.getByRole("banner").getByRole("button", { name: "Sign out" })).toBeVisible();
    await isAccessible(page);
  });

  test("a callback on its way is accessible in light and dark", async ({ page, sandbox }) => {
    await open(page, "/");
    await page.getByRole("main").getByRole("button", { name: "Continue with Spotify" }).click();
    await page.waitForURL((url) => url.pathname === "/spotify/authorize");
    const answer = await sandbox.authorize(page.url());
    await sandbox.fault({ path: "/spotify/api/token", delay_ms: 8_000 });
    await page.goto(answer.href);
    await expect(heading(page)).toHaveText("Signing you in");
    await isAccessible(page);
  });
});
