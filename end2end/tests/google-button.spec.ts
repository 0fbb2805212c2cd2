import { continueButton, expect, open, test, type Page } from "../fixtures/index.ts";

// What Google's branding guidelines of 2026-07-07 ask of the button, in the standard theme.
const LIGHT = { fill: "rgb(255, 255, 255)", stroke: "rgb(116, 119, 117)", text: "rgb(31, 31, 31)" };
const DARK = { fill: "rgb(19, 19, 20)", stroke: "rgb(142, 145, 143)", text: "rgb(227, 227, 227)" };

/** The measures and colours that the browser gave the button. */
function drawn(page: Page) {
  return continueButton(page, "Google").evaluate((button) => {
    const style = getComputedStyle(button);
    const logo = button.querySelector("img");
    const box = button.getBoundingClientRect();
    const mark = logo?.getBoundingClientRect();
    const words = document.createRange();
    words.selectNodeContents(button);
    if (logo) {
      words.setStartAfter(logo);
    }
    const text = words.getBoundingClientRect();
    return {
      fill: style.backgroundColor,
      stroke: style.borderTopColor,
      text: style.color,
      border: style.borderTopWidth,
      borderStyle: style.borderTopStyle,
      radius: style.borderTopLeftRadius,
      size: style.fontSize,
      line: style.lineHeight,
      weight: style.fontWeight,
      family: style.fontFamily,
      transform: style.textTransform,
      height: box.height,
      logo: logo && mark ? { width: mark.width, height: mark.height } : null,
      filter: logo ? getComputedStyle(logo).filter : null,
      opacity: logo ? getComputedStyle(logo).opacity : null,
      before: mark ? mark.left - box.left - parseFloat(style.borderLeftWidth) : null,
      between: mark ? text.left - mark.right : null,
      after: box.right - text.right - parseFloat(style.borderRightWidth),
      lines: Math.round(text.height / parseFloat(style.lineHeight)),
    };
  });
}

for (const path of ["/", "/account", "/profile", "/admin"]) {
  for (const [scheme, colours] of [
    ["light", LIGHT],
    ["dark", DARK],
  ] as const) {
    test(`on ${path} it keeps to its colours and measures in ${scheme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: scheme });
      await open(page, path);
      const button = await drawn(page);
      expect(button).toMatchObject({
        ...colours,
        border: "1px",
        borderStyle: "solid",
        radius: "4px",
        size: "14px",
        line: "20px",
        weight: "500",
        transform: "none",
        height: 40,
        logo: { width: 20, height: 20 },
        filter: "none",
        opacity: "1",
        lines: 1,
      });
      expect(button.family).toMatch(/^("?Google Sans"?|Roboto)/);
      expect(Math.abs((button.before ?? 0) - 12)).toBeLessThanOrEqual(1);
      expect(Math.abs((button.between ?? 0) - 10)).toBeLessThanOrEqual(1);
      expect(Math.abs(button.after - 12)).toBeLessThanOrEqual(1);
    });
  }
}

test("its colours follow the choice of the page, not the system's alone", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await open(page, "/");
  await page.getByRole("button", { name: "Colours" }).click();
  await page.getByRole("button", { name: "Dark", exact: true }).click();
  await expect.poll(async () => (await drawn(page)).fill).toBe(DARK.fill);
});

test("its colours and words stay while it is pointed at, focused and pressed", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await open(page, "/");
  const button = continueButton(page, "Google");
  await button.hover();
  expect(await drawn(page)).toMatchObject(LIGHT);
  await button.focus();
  expect(await drawn(page)).toMatchObject(LIGHT);
  await page.route("**/api/sign-in/begin", () => undefined);
  await button.click();
  await expect(button).toHaveAttribute("aria-busy", "true");
  await expect(button).toHaveText("Continue with Google");
  expect(await drawn(page)).toMatchObject({ ...LIGHT, height: 40, lines: 1 });
  await expect(page.getByRole("status").filter({ hasText: "Opening Google…" })).toHaveCount(1);
});

test("it is called exactly by its words, and the mark is for the eye", async ({ page }) => {
  await open(page, "/");
  const button = continueButton(page, "Google");
  await expect(button).toHaveAccessibleName("Continue with Google");
  await expect(button.getByRole("img")).toHaveCount(0);
  const mark = button.locator("img");
  await expect(mark).toHaveAttribute("alt", "");
  expect(await mark.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
});

test("the mark is Google's own in its four colours", async ({ page }) => {
  const answer = await page.goto("/google-g.svg");
  expect(await answer?.headerValue("content-type")).toContain("image/svg+xml");
  const svg = (await answer?.text()) ?? "";
  // It takes no colour from the page, and nothing from elsewhere.
  expect(svg).not.toMatch(/currentColor|<script|href="(?!#)|url\((?!#)/i);
  for (const colour of ["#3086ff", "#ff4540", "#fecf0a", "#0fbc5c"]) {
    expect(svg).toContain(colour);
  }
});

for (const width of [320, 390, 1440]) {
  test(`it is at least as large as Spotify's at ${width} pixels, and in one line`, async ({
    page,
  }) => {
    await page.setViewportSize({ width, height: 800 });
    for (const path of ["/", "/account"]) {
      await open(page, path);
      const google = await continueButton(page, "Google").boundingBox();
      const spotify = await continueButton(page).boundingBox();
      expect(google?.height).toBeGreaterThanOrEqual(spotify?.height ?? Infinity);
      expect(google?.width).toBeGreaterThanOrEqual((spotify?.width ?? Infinity) - 1);
      expect((await drawn(page)).lines).toBe(1);
      expect((google?.x ?? width) + (google?.width ?? 0)).toBeLessThanOrEqual(width);
    }
  });
}

test("buttons with other words of ours carry no mark", async ({ page, signIn }) => {
  await signIn(page);
  await open(page, "/account");
  const link = page.getByRole("button", { name: "Link Google" });
  await expect(link).toBeVisible();
  await expect(link.locator("img")).toHaveCount(0);
});
