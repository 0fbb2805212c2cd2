import {
  accountButton,
  expect,
  heading,
  open,
  signInAllowing,
  tabTo,
  test,
  type Page,
} from "../fixtures/index.ts";
import { PAGES, PERMISSIONS, PLAYLIST, type Way } from "../fixtures/pages.ts";

// What one listener allowed would show in the next test.
test.use({ ownApp: { STAGEDOOR_ADMINS: "spotify:ada.lindqvist" } });

const main = (page: Page) => page.getByRole("main");

/** Goes one step, by Tab, Shift and Enter alone. */
async function go(page: Page, step: Way): Promise<void> {
  if ("bar" in step) {
    const bar = page.getByRole("navigation", { name: "Pages" });
    await tabTo(page, bar.getByRole("link", { name: step.bar }));
  } else if ("menu" in step) {
    await tabTo(page, accountButton(page));
    await page.keyboard.press("Enter");
    const banner = page.getByRole("banner");
    await tabTo(page, banner.getByRole("link", { name: step.menu, exact: true }));
  } else if ("search" in step) {
    await tabTo(page, main(page).getByRole("searchbox"));
    await page.keyboard.type(step.search);
  } else {
    const exact = typeof step.link === "string";
    await tabTo(page, main(page).getByRole("link", { name: step.link, exact }).first());
  }
  await page.keyboard.press("Enter");
}

/** Where the keyboard stops. */
interface Stop {
  what: string;
  /** It is in the window, and nothing lies over it there. */
  seen: boolean;
  /** It looks other than without the focus. */
  marked: boolean;
  inFooter: boolean;
}

/** Walks through the page until the keyboard leaves it, or comes back to where it was. */
async function walk(page: Page, key: "Tab" | "Shift+Tab"): Promise<Stop[]> {
  await page.evaluate(() => Object.assign(window, { stops: new Set<Element>() }));
  const stops: Stop[] = [];
  for (;;) {
    await page.keyboard.press(key);
    const stop = await page.evaluate(() => {
      const { stops } = window as unknown as { stops: Set<Element> };
      const here = document.activeElement;
      if (!here || here === document.body || stops.has(here)) {
        return null;
      }
      stops.add(here);
      // A link may go on in the next line.
      const box = here.getClientRects()[0] ?? new DOMRect();
      const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
      const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
      const on =
        right - left < 1 || bottom - top < 1
          ? null
          : document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      const { outlineStyle, outlineWidth } = getComputedStyle(here);
      const label = here.getAttribute("aria-label") ?? here.textContent?.trim().slice(0, 60);
      return {
        what: `${here.tagName} ${label}`,
        seen: on !== null && (here.contains(on) || on.contains(here)),
        marked: outlineStyle !== "none" && outlineWidth !== "0px",
        inFooter: here.closest("footer.foot") !== null,
      };
    });
    if (!stop) {
      return stops;
    }
    stops.push(stop);
  }
}

for (const { name, at, says, way = [], isWhole, deed } of PAGES) {
  test(`${name} is reached and used by keyboard alone`, async ({ page, sandbox }) => {
    if (name === "a playlist") {
      await sandbox.addPlaylist({ login: "ada", name: PLAYLIST, items: 6 });
    }
    await signInAllowing(page, sandbox, PERMISSIONS);
    await open(page, "/");
    for (const step of way) {
      await go(page, step);
    }
    await expect(heading(page, says)).toBeVisible();
    await isWhole(page);
    // A choice or a search on the page itself is no turn to another.
    const turned = way.length > 0 && !(typeof at === "string" && at.includes("?"));
    if (turned) {
      await expect(heading(page, says)).toBeFocused();
    }
    await deed(page);
  });
}

test("the keyboard comes through every page, and is seen wherever it stops", async ({
  page,
  sandbox,
}) => {
  test.setTimeout(180_000);
  await sandbox.setLibrary("ada", { artists: 4, albums: 4, tracks: 4, top: 4 });
  await signInAllowing(page, sandbox, PERMISSIONS);
  for (const { name, at, isWhole } of PAGES.filter((each) => typeof each.at === "string")) {
    await test.step(name, async () => {
      await page.setViewportSize({ width: 1440, height: 900 });
      await open(page, String(at));
      await isWhole(page);
      const there = await walk(page, "Tab");
      // What is focused is not hidden by the bar either, which lies over what comes from below.
      await page.setViewportSize({ width: 390, height: 844 });
      const back = await walk(page, "Shift+Tab");
      expect(back.map(({ what }) => what)).toEqual(there.map(({ what }) => what).toReversed());
      expect(there[0]?.what).toBe("A Skip to the content");
      expect(there.at(-1)?.inFooter, "the last stop is in the footer").toBe(true);
      const stops = [...there, ...back];
      expect(stops.filter(({ seen }) => !seen), "out of sight").toEqual([]);
      expect(stops.filter(({ marked }) => !marked), "not marked").toEqual([]);
    });
  }
});
