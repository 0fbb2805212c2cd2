import { expect, heading, isSignedIn, open, test } from "../fixtures/index.ts";
import { found, wasmMemory, whatScriptsSee } from "../fixtures/secrets.ts";

test.describe("the fixtures notice", () => {
  test("a script that the policy of the page refuses", async ({ page, quiet }) => {
    await open(page, "/privacy");
    await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "window.refused = true";
      document.body.append(script);
    });
    await expect
      .poll(() => quiet.complaints())
      .toContainEqual(expect.stringContaining("securitypolicyviolation: script-src-elem inline"));
    expect(await page.evaluate(() => "refused" in window)).toBe(false);
    quiet.expect(/securitypolicyviolation|Content Security Policy/);
  });

  test("an error on the console", async ({ page, quiet }) => {
    await open(page, "/privacy");
    await page.evaluate(() => console.error("a complaint"));
    await expect
      .poll(() => quiet.complaints())
      .toContainEqual(expect.stringContaining("a complaint"));
    quiet.expect(/a complaint/);
  });

  test("an error that no script caught", async ({ page, quiet }) => {
    await open(page, "/privacy");
    await page.evaluate(() => setTimeout(() => Promise.reject(new Error("nobody caught it")), 0));
    await expect
      .poll(() => quiet.complaints())
      .toContainEqual(expect.stringContaining("uncaught: nobody caught it"));
    quiet.expect(/nobody caught it/);
  });
});

test("the search for secrets finds one wherever it is put", async ({ page }) => {
  const secret = "AQ-what-nobody-may_find-anywhere";
  const secrets = new Map([["planted", secret]]);
  await open(page, "/search");
  const before = await whatScriptsSee(page);
  await page.evaluate(async (secret) => {
    document.cookie = `planted=${secret}`;
    localStorage.setItem("planted", btoa(`x${secret}`));
    sessionStorage.setItem(secret, "");
    await caches.open(secret);
    await new Promise((resolve) => {
      indexedDB.open(secret).onsuccess = resolve;
    });
    history.replaceState({ planted: secret }, "", `?planted=${secret}`);
    performance.mark(secret);
    Object.assign(window, { planted: { deep: [() => 0, { secret }] } });
    document.body.dataset["planted"] = secret;
  }, secret);
  const after = await whatScriptsSee(page);
  const places = Object.keys(after).filter((place) => place !== "service workers");
  for (const place of places) {
    expect(found(secrets, before[place] ?? ""), place).toEqual([]);
    expect(found(secrets, after[place] ?? ""), place).toEqual(["planted"]);
  }
  // Typed into the search field it is the app's own, so its memory has it.
  await page.getByRole("searchbox").fill(secret);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toContainText("Nothing was found");
  expect(found(secrets, await wasmMemory(page))).toEqual(["planted"]);
  for (const text of [encodeURIComponent(secret), Buffer.from(`xy${secret}z`).toString("base64")]) {
    expect(found(secrets, text)).toEqual(["planted"]);
  }
  expect(found(secrets, secret.slice(0, -1))).toEqual([]);
});

test("the app's clock follows the test, and the browser's stays", async ({ page, app }) => {
  /** When the app says it is, by the last line of its log, in unix seconds. */
  const appsTime = async () => {
    await page.goto("/healthz");
    const stamps = app.logs().match(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/g) ?? [];
    return Date.parse(`${stamps.at(-1)}Z`) / 1000;
  };
  const now = () => Date.now() / 1000;
  for (const offset of [0, 660, 86_400, -60]) {
    await app.setClock(offset);
    await expect.poll(async () => Math.abs((await appsTime()) - now() - offset)).toBeLessThan(5);
  }
  expect(Math.abs((await page.evaluate(() => Date.now() / 1000)) - now())).toBeLessThan(5);
});

test("`signIn` signs in whoever is named", async ({ page, sandbox, signIn }) => {
  await sandbox.addUser({ login: "eve", display_name: "Eve" });
  await signIn(page, "eve");
  await expect(heading(page)).toHaveText("Good to see you, Eve.");
});

test("`sandbox.reset` and a new browser leave nothing of the test before", async ({
  page,
  sandbox,
}) => {
  await open(page, "/");
  expect(await isSignedIn(page)).toBe(false);
  expect(await sandbox.log()).toEqual([]);
});
