import { isAccessible } from "../fixtures/accessible.ts";
import {
  accountButton,
  expect,
  heading,
  open,
  problem,
  test,
} from "../fixtures/index.ts";

// What the pages show is looked at in `every-page.spec.ts`; here is what is between them and over them.

test.describe("signed out", () => {
  for (const path of ["/", "/search"]) {
    test(`${path} is accessible in light and dark`, async ({ page }) => {
      await open(page, path);
      await isAccessible(page);
    });
  }

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
    await sandbox.fault({ path: "/spotify/api/token", hold: true });
    await page.goto(answer.href);
    await expect(heading(page)).toHaveText("Signing you in");
    await isAccessible(page);
  });
});
