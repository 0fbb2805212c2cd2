import {
  accountButton,
  api,
  expect,
  heading,
  open,
  signInAllowing,
  test,
  type Page,
  type Sandbox,
} from "../fixtures/index.ts";
import { PAGES, PERMISSIONS } from "../fixtures/pages.ts";

// What one listener allowed would show in the next test.
test.use({ ownApp: { STAGEDOOR_ADMINS: "spotify:endless" } });

const LONG = 300;
/** A name with one place at which it can be broken, by which a search finds it. */
const NAME = `Lantern ${"W".repeat(LONG - 8)}`;

interface Item {
  uri: string;
}

/** The things that the pages about the person's music show first, and those that a search finds. */
async function shownFirst(page: Page): Promise<Item[]> {
  const lists = [
    "me/top/artists?time_range=medium_term&limit=20&offset=0",
    "me/top/artists?time_range=short_term&limit=6&offset=0",
    "me/top/tracks?time_range=short_term&limit=20&offset=0",
    "me/following?type=artist&limit=50",
    "me/playlists?limit=50&offset=0",
    "me/albums?limit=50&offset=0",
    "me/tracks?limit=50&offset=0",
    "me/player/recently-played?limit=50",
    "search?q=lantern&type=artist%2Calbum%2Ctrack%2Cplaylist&limit=6&offset=0",
  ];
  const first: Item[] = [];
  for (const list of lists) {
    const { status, body } = await api(page, `/api/spotify/v1/${list}`);
    expect(status, list).toBe(200);
    const pages = "items" in body ? [body] : Object.values(body);
    for (const { items } of pages as { items: (Item & Record<string, unknown>)[] }[]) {
      const [item] = items.filter((item) => item !== null);
      const { album, track, artists } = (item ?? {}) as Record<string, Item & { artists: Item[] }>;
      const of = [item, album, track, artists, track?.artists].flat();
      first.push(...of.filter((one): one is Item => typeof one?.uri === "string"));
    }
  }
  return first;
}

/** Nothing of the page stands out on the right, on a phone or on a desk. */
async function fits(page: Page): Promise<void> {
  for (const width of [390, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    const wider = await page.evaluate((width) => {
      const { scrollWidth, clientWidth } = document.documentElement;
      const parts = document.querySelectorAll(
        "main :is(h1, h2, h3, p, dd, a, button, .card, .tile, .row, .entry), header a, header button",
      );
      const out = [...parts].filter(
        (part) =>
          part.getBoundingClientRect().right > width + 0.5 &&
          // These can be moved sideways.
          !part.closest("nav, .scroll, [hidden]") &&
          !(width === 390 && part.closest(".glance .tiles")),
      );
      return [
        ...(scrollWidth > clientWidth ? [`the page scrolls by ${scrollWidth - clientWidth}`] : []),
        ...out.map(({ tagName, className }) => `${tagName}.${className}`),
      ];
    }, width);
    expect(wider, `${width} px`).toEqual([]);
  }
}

async function addressOf(page: Page, sandbox: Sandbox, each: (typeof PAGES)[number]) {
  const { at, name } = each;
  if (typeof at === "string") {
    return at;
  }
  if (name === "a playlist") {
    const items = 6;
    return `/playlists/${await sandbox.addPlaylist({ login: "endless", name: NAME, items })}`;
  }
  return at(page, sandbox);
}

test(`names of ${LONG} characters break no page`, async ({ page, sandbox }) => {
  const wordless = "W".repeat(LONG);
  await sandbox.addUser({ login: "endless", id: "endless", display_name: wordless });
  await signInAllowing(page, sandbox, PERMISSIONS, "endless");
  const addresses: [name: string, path: string][] = [];
  for (const each of PAGES) {
    addresses.push([each.name, await addressOf(page, sandbox, each)]);
  }
  const things = new Set((await shownFirst(page)).map(({ uri }) => uri));
  for (const [, path] of addresses) {
    const [, kind, id] = /^\/(artist|album)\/(\w{22})$/.exec(path) ?? [];
    if (kind) {
      things.add(`spotify:${kind}:${id}`);
    }
  }
  for (const uri of things) {
    await sandbox.rename(uri, NAME);
  }
  for (const [name, path] of addresses) {
    await test.step(name, async () => {
      await open(page, path);
      await expect(accountButton(page)).toBeInViewport();
      if (PAGES.find((each) => each.name === name)?.asks.some((asked) => asked !== "me")) {
        const shown = page.getByRole("main").getByText(NAME);
        await expect(shown.first()).toBeVisible();
      }
      await expect(page.getByText(/^(Asking Spotify|Searching for)/)).toHaveCount(0);
      await fits(page);
    });
  }
  await open(page, "/");
  // Two hundred of them are kept.
  await expect(heading(page)).toHaveText(`Good to see you, ${wordless.slice(0, 200)}.`);
  await page.setViewportSize({ width: 390, height: 844 });
  await accountButton(page).click();
  const out = page.getByRole("banner").getByRole("button", { name: "Sign out" });
  await out.scrollIntoViewIfNeeded();
  await expect(out).toBeInViewport();
  await fits(page);
});
