import {
  accountButton,
  agree,
  continueButton,
  expect,
  heading,
  hold,
  LISTENERS,
  loginField,
  open,
  section,
  signInAtProvider,
  signInLink,
  signOut,
  test,
  type Page,
} from "../fixtures/index.ts";

test.use({ ownApp: true });

const list = (page: Page) => page.getByText(/^As Spotify counts/);

/** Allows `/top` on the page that needs it. */
async function allowTop(page: Page): Promise<void> {
  await open(page, "/top");
  await page.getByRole("button", { name: "Allow it at Spotify" }).click();
  await agree(page);
  await expect(list(page)).toBeVisible();
}

/** Marks the document, so that a reload would show. */
async function mark(page: Page): Promise<() => Promise<boolean>> {
  await page.evaluate(() => Object.assign(window, { stayed: true }));
  return () => page.evaluate(() => "stayed" in window);
}

/** Goes to Spotify by the menu and comes back as Hanako. */
async function switchToHanako(page: Page): Promise<void> {
  await accountButton(page).click();
  await page
    .getByRole("banner")
    .getByRole("button", { name: "Use another Spotify account" })
    .click();
  await page.getByRole("button", { name: "Not you?" }).click();
  await signInAtProvider(page, "hanako");
  await agree(page);
  await expect(accountButton(page)).toContainText(LISTENERS.hanako.name);
}

test("an account switch in one tab leaves nothing of the other person in any tab", async ({
  page,
  context,
  signIn,
}) => {
  await signIn(page);
  const profile = await context.newPage();
  await open(profile, "/profile");
  await expect(profile.getByRole("main")).toContainText(LISTENERS.ada.id);
  const account = await context.newPage();
  await open(account, "/account");
  await expect(account.getByRole("main")).toContainText(LISTENERS.ada.name);
  const stayed = await Promise.all([mark(profile), mark(account)]);

  await switchToHanako(page);
  for (const tab of [profile, account]) {
    await expect(accountButton(tab)).toContainText(LISTENERS.hanako.name);
    await expect(tab.getByRole("main")).not.toContainText(LISTENERS.ada.name);
    await expect(tab.getByRole("main")).not.toContainText(LISTENERS.ada.id);
  }
  await expect(profile.getByRole("main")).toContainText(LISTENERS.hanako.id);
  for (const still of stayed) {
    expect(await still()).toBe(true);
  }
});

test("an account switch empties the other tabs before the server has answered", async ({
  page,
  context,
  signIn,
}) => {
  await signIn(page);
  const other = await context.newPage();
  await open(other, "/profile");
  await expect(other.getByRole("main")).toContainText(LISTENERS.ada.id);
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await other.route(
    (url) => url.pathname === "/api/session",
    async (route) => {
      await released;
      await route.continue();
    },
  );
  await switchToHanako(page);
  await expect(other.getByRole("main").getByText("Checking who you are…")).toBeVisible();
  await expect(other.locator("body")).not.toContainText(LISTENERS.ada.name);
  release();
  await expect(other.getByRole("main")).toContainText(LISTENERS.hanako.id);
});

test("what one person pressed for is not shown to the next", async ({ page, context, signIn }) => {
  await signIn(page);
  const other = await context.newPage();
  await open(other, "/search?q=marlow%20quill");
  await other.getByRole("button", { name: "Follow Marlow Quill", exact: true }).click();
  await expect(other.getByRole("dialog")).toBeVisible();
  await switchToHanako(page);
  await expect(other.getByRole("dialog")).toHaveCount(0);
});

test("a sign-out in one tab shows in every other", async ({ page, context, signIn }) => {
  await signIn(page);
  await allowTop(page);
  const permissions = await context.newPage();
  await open(permissions, "/permissions");
  await expect(section(permissions, "What you allowed")).toContainText("top artists");
  const top = await context.newPage();
  await open(top, "/top");
  await expect(list(top)).toBeVisible();

  await signOut(page);
  for (const tab of [permissions, top]) {
    await expect(signInLink(tab)).toBeVisible();
  }
  await expect(list(top)).toHaveCount(0);
  await expect(section(permissions, "What you allowed")).toHaveCount(0);
});

test("a grant and a disconnect in one tab show in the other", async ({ page, context, signIn }) => {
  await signIn(page);
  const other = await context.newPage();
  await open(other, "/top");
  await expect(other.getByRole("button", { name: "Allow it at Spotify" })).toBeVisible();
  const stayed = await mark(other);

  await allowTop(page);
  await expect(list(other)).toBeVisible();

  await open(page, "/permissions");
  const ending = section(page, "How to end it");
  await ending.getByRole("button", { name: "Disconnect Spotify" }).click();
  await ending.getByRole("button", { name: "Disconnect Spotify" }).click();
  await expect(ending.getByRole("status")).toContainText("Spotify is disconnected in every browser");
  await expect(
    other.getByRole("main").getByRole("button", { name: "Connect Spotify on this device" }),
  ).toBeVisible();
  await expect(list(other)).toHaveCount(0);
  expect(await stayed()).toBe(true);
});

test("a sign-in is told to the other tabs, whatever of the program is still on its way", async ({
  page,
  context,
}) => {
  const other = await context.newPage();
  await open(other, "/");
  await open(page, "/");
  await continueButton(page).click();
  await expect(loginField(page)).toBeVisible();
  const { arrive } = await hold(page, "**/pkg/split_session.*");
  await signInAtProvider(page, "ada");
  await agree(page);
  await expect(heading(other)).toHaveText("Good to see you, Ada Lindqvist.");
  arrive();
});

test("what is told before a page can listen is heard when it can", async ({
  page,
  context,
  signIn,
}) => {
  await signIn(page);
  const other = await context.newPage();
  const { arrive } = await hold(other, "**/pkg/split_session.*");
  // It is drawn, and not live yet.
  await other.goto("/privacy");
  await expect(accountButton(other)).toContainText(LISTENERS.ada.name);
  await signOut(page);
  await expect(signInLink(page)).toBeVisible();
  arrive();
  await expect(signInLink(other)).toBeVisible();
  await expect(other.locator("body")).not.toContainText(LISTENERS.ada.name);
});

test("a page from the back-forward cache is the next person's", async ({ page, context, signIn }) => {
  await signIn(page, "ada", { from: "/profile" });
  await expect(page.getByRole("main")).toContainText(LISTENERS.ada.id);
  const other = await context.newPage();
  await open(other, "/");
  await page.goto("about:blank");
  await switchToHanako(other);
  await page.goBack();
  await expect(heading(page, "Your profile")).toBeVisible();
  await expect(page.getByRole("main")).toContainText(LISTENERS.hanako.id);
  await expect(page.getByRole("main")).not.toContainText(LISTENERS.ada.id);
});
