import {
  accountButton,
  agree,
  arrive,
  atTheDoor,
  begin,
  beginByHand,
  completeByHand,
  continueButton,
  cookiesOf,
  exchangeBegun,
  expect,
  heading,
  isSignedIn,
  LISTENERS,
  live,
  open,
  problem,
  signInAtProvider,
  test,
  type Page,
  type Quiet,
  type Sandbox,
} from "../fixtures/index.ts";

const COMPLETE = "/api/sign-in/complete";

/** What the callback page says when it ends without a sign-in: its heading and its sentence. */
async function saysNo(page: Page, title: string, sentence: string): Promise<void> {
  await expect(heading(page)).toHaveText(title);
  await expect(problem(page)).toContainText(sentence);
  // There is always a way on.
  await expect(continueButton(page)).toBeVisible();
  await expect(page).toHaveURL("/callback/spotify");
}

/** Nothing of an attempt is left: neither in the tab nor in the browser. */
async function nothingIsLeft(page: Page): Promise<void> {
  expect(await page.evaluate(() => Object.keys(sessionStorage))).toEqual([]);
  const cookies = await page.context().cookies();
  expect(cookies.filter(({ name }) => name.startsWith("__Host-Http-"))).toEqual([]);
}

/** Signs in once more from the page that said no: the person is known at the provider by now. */
async function signsInAfterAll(page: Page, sandbox: Sandbox): Promise<void> {
  const before = (await sandbox.tokenCalls("authorization_code")).length;
  const { authorizeUrl } = await begin(page);
  await arrive(page, await sandbox.authorize(authorizeUrl));
  await expect(accountButton(page)).toBeVisible();
  expect(await sandbox.tokenCalls("authorization_code")).toHaveLength(before + 1);
}

test("access denied: the page says it calmly, and asks nobody for a token", async ({
  page,
  sandbox,
  quiet,
}) => {
  quiet.expectStatus(400, COMPLETE);
  await atTheDoor(page);
  await signInAtProvider(page, "ada");
  await page.getByRole("button", { name: "Cancel" }).click();
  await saysNo(page, "You are not signed in", "You chose not to sign in.");
  expect(await sandbox.tokenCalls()).toEqual([]);
  await nothingIsLeft(page);

  // The way on leads to the provider again, and through it.
  await continueButton(page).click();
  await agree(page);
  await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");
});

test.describe("an answer that is not the one to this sign-in is refused:", () => {
  /** What the answer's query is made into, and what the page then says. */
  const cases: {
    name: string;
    change: (query: URLSearchParams) => void;
    says: string;
    /** Whether the server is asked at all. The page itself refuses what this tab did not start. */
    asksServer: boolean;
  }[] = [
    {
      name: "wrong `state`",
      change: (query) => query.set("state", "x".repeat(43)),
      says: "This sign-in was started in another tab or another browser.",
      asksServer: false,
    },
    {
      name: "missing `state`",
      change: (query) => query.delete("state"),
      says: "This sign-in was started in another tab or another browser.",
      asksServer: false,
    },
    {
      name: "empty `state`",
      change: (query) => query.set("state", ""),
      says: "This sign-in was started in another tab or another browser.",
      asksServer: false,
    },
    {
      name: "duplicated `state`",
      change: (query) => query.append("state", query.get("state") ?? ""),
      says: "The request could not be understood.",
      asksServer: true,
    },
    {
      name: "a second, other `state`",
      change: (query) => query.append("state", "x".repeat(43)),
      says: "The answer does not belong to the sign-in that was started here.",
      asksServer: true,
    },
    {
      name: "duplicated `code`",
      change: (query) => query.append("code", query.get("code") ?? ""),
      says: "The request could not be understood.",
      asksServer: true,
    },
    {
      name: "`iss` of another",
      change: (query) => query.set("iss", "https://accounts.evil.example"),
      says: "The answer came from another service than the one you chose.",
      asksServer: true,
    },
    {
      name: "duplicated `iss`",
      change: (query) => {
        query.append("iss", "https://a.example");
        query.append("iss", "https://b.example");
      },
      says: "The request could not be understood.",
      asksServer: true,
    },
    {
      name: "`code` and `error` at once",
      change: (query) => query.set("error", "access_denied"),
      says: "The request could not be understood.",
      asksServer: true,
    },
    {
      name: "neither `code` nor `error`",
      change: (query) => query.delete("code"),
      says: "The request could not be understood.",
      asksServer: true,
    },
    {
      name: "`access_token` in the query",
      change: (query) => query.set("access_token", "BQnever"),
      says: "The request could not be understood.",
      asksServer: true,
    },
  ];

  for (const { name, change, says, asksServer } of cases) {
    test(name, async ({ page, app, sandbox, quiet }) => {
      quiet.expectStatus(400, COMPLETE);
      const { authorizeUrl } = await atTheDoor(page);
      const answer = await sandbox.authorize(authorizeUrl);
      change(answer.searchParams);
      const asked: string[] = [];
      page.on("request", (request) => asked.push(new URL(request.url()).pathname));
      await arrive(page, answer);
      await saysNo(page, "The sign-in did not finish", says);
      expect(asked.includes(COMPLETE)).toBe(asksServer);
      // Nobody was asked for a token, and nobody is signed in.
      expect(await sandbox.tokenCalls()).toEqual([]);
      expect(await isSignedIn(page)).toBe(false);
      expect((await cookiesOf(page, app)).has("__Host-Http-session")).toBe(false);
      await signsInAfterAll(page, sandbox);
    });
  }
});

test.describe("the server refuses by itself, whatever the page would do:", () => {
  const cases: {
    name: string;
    code: string;
    change?: (query: URLSearchParams) => void;
    provider?: string;
    verifier?: (own: string) => string;
    /** Whether the true answer is still good afterwards: a forged one must not end a sign-in. */
    survives?: boolean;
  }[] = [
    {
      name: "a `state` that only begins as the right one",
      code: "state_mismatch",
      change: (query) => query.set("state", (query.get("state") ?? "").slice(0, -1) + "!"),
      survives: true,
    },
    {
      name: "a `state` of no sign-in here",
      code: "transaction_missing",
      change: (query) => query.set("state", "y".repeat(43)),
      survives: true,
    },
    {
      name: "no `state`",
      code: "transaction_missing",
      change: (query) => query.delete("state"),
      survives: true,
    },
    {
      name: "two different `state`s",
      code: "state_mismatch",
      change: (query) => query.append("state", "y".repeat(43)),
      survives: true,
    },
    {
      name: "the same `state` twice",
      code: "bad_request",
      change: (query) => query.append("state", query.get("state") ?? ""),
    },
    {
      name: "`iss` of another",
      code: "issuer_mismatch",
      change: (query) => query.set("iss", "https://accounts.spotify.com"),
    },
    { name: "the verifier of another", code: "verifier_mismatch", verifier: () => "v".repeat(43) },
    { name: "no verifier", code: "verifier_mismatch", verifier: () => "" },
    {
      name: "a verifier that is too short",
      code: "verifier_mismatch",
      verifier: (own) => own.slice(1),
    },
    { name: "an unknown provider", code: "bad_request", provider: "nowhere", survives: true },
  ];

  for (const { name, code, change, provider, verifier, survives } of cases) {
    test(name, async ({ page, sandbox, quiet }) => {
      quiet.expectStatus(400, COMPLETE);
      await open(page, "/");
      const attempt = await beginByHand(page);
      const answer = await sandbox.authorize(attempt.authorizeUrl);
      const forged = new URL(answer);
      change?.(forged.searchParams);
      const shown = verifier?.(attempt.verifier) ?? attempt.verifier;
      const refused = await completeByHand(page, forged, shown, provider);
      expect(refused).toMatchObject({ status: 400, code });
      expect(await sandbox.tokenCalls()).toEqual([]);
      expect(await isSignedIn(page)).toBe(false);
      if (survives) {
        expect(await completeByHand(page, answer, attempt.verifier)).toMatchObject({ status: 200 });
        expect(await isSignedIn(page)).toBe(true);
      }
    });
  }
});

test("the right `iss` and parameters that nobody knows do no harm", async ({ page, sandbox }) => {
  const { authorizeUrl } = await atTheDoor(page);
  const answer = await sandbox.authorize(authorizeUrl);
  answer.searchParams.set("iss", `${sandbox.origin}/spotify`);
  answer.searchParams.set("authuser", "0");
  answer.searchParams.set("session_state", "<b>");
  await arrive(page, answer);
  await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");
});

test("what a provider writes into an error is never shown", async ({ page, sandbox, quiet }) => {
  quiet.expectStatus(502, COMPLETE);
  const { authorizeUrl, state } = await atTheDoor(page);
  const answer = await sandbox.authorize(authorizeUrl);
  answer.search = "";
  answer.searchParams.set("error", "server_error");
  answer.searchParams.set("error_description", "Call 555-0100 <img src=x onerror=alert(1)>");
  answer.searchParams.set("error_uri", "javascript:alert(1)");
  answer.searchParams.set("state", state);
  await arrive(page, answer);
  await saysNo(
    page,
    "The sign-in did not finish",
    "Spotify gave an answer that makes no sense.",
  );
  expect(await page.content()).not.toContain("555-0100");
  await expect(page.locator("[href^='javascript:'], [onerror]")).toHaveCount(0);
});

test.describe("a second `complete` with the same answer", () => {
  test("by the same address once more: ends at the app and changes nothing", async ({
    page,
    app,
    sandbox,
  }) => {
    const { authorizeUrl } = await atTheDoor(page);
    const answer = await sandbox.authorize(authorizeUrl);
    await arrive(page, answer);
    await expect(accountButton(page)).toBeVisible();
    const before = await cookiesOf(page, app);

    await page.goto(answer.href);
    await expect(page).toHaveURL("/");
    await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");
    await expect(page.getByRole("alert")).toHaveCount(0);
    expect(await cookiesOf(page, app)).toEqual(before);
    expect(await sandbox.tokenCalls()).toHaveLength(1);
  });

  test("by a reload: the person stays signed in", async ({ page, sandbox, signIn }) => {
    await signIn(page);
    await page.reload();
    await live(page);
    await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");
    // The callback itself, reloaded: by then its address is without the answer.
    await page.goto("/callback/spotify");
    await expect(page).toHaveURL("/");
    await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");
    expect(await sandbox.tokenCalls()).toHaveLength(1);
  });

  test("by the Back button, which the provider answers once more: ends at the app and changes nothing", async ({
    page,
    app,
    sandbox,
    signIn,
  }) => {
    await signIn(page);
    const before = await cookiesOf(page, app);
    await sandbox.clearLog();
    // The provider's page sends the browser on at once, with a new code for the old state.
    await page.goBack();
    await expect.poll(() => sandbox.log("/spotify/authorize")).not.toEqual([]);
    await expect(page).toHaveURL("/");
    await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");
    await expect(page.getByRole("alert")).toHaveCount(0);
    expect(await cookiesOf(page, app)).toEqual(before);
    expect(await sandbox.tokenCalls()).toHaveLength(0);
  });

  test("by a double click on the provider's button: one exchange, signed in", async ({
    page,
    sandbox,
  }) => {
    await atTheDoor(page);
    await signInAtProvider(page, "ada");
    await page.getByRole("button", { name: "Agree" }).dblclick();
    await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");
    expect(await sandbox.tokenCalls()).toHaveLength(1);
  });

  test("at the same moment: one is let in, the other is refused, the code is sent once", async ({
    page,
    sandbox,
    quiet,
  }) => {
    quiet.expectStatus(400, COMPLETE);
    await open(page, "/");
    const attempt = await beginByHand(page);
    const answer = await sandbox.authorize(attempt.authorizeUrl);
    const answers = await Promise.all(
      [1, 2, 3].map(() => completeByHand(page, answer, attempt.verifier)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400]);
    for (const { status, code } of answers) {
      expect(code).toBe(status === 200 ? undefined : "transaction_missing");
    }
    expect(await sandbox.tokenCalls()).toHaveLength(1);
    expect(await isSignedIn(page)).toBe(true);
  });
});

test("a sign-in that took longer than ten minutes is over, and a new one works", async ({
  page,
  app,
  sandbox,
  quiet,
}) => {
  quiet.expectStatus(400, COMPLETE);
  const { authorizeUrl } = await atTheDoor(page);
  const answer = await sandbox.authorize(authorizeUrl);
  await app.setClock(11 * 60);
  await arrive(page, answer);
  await saysNo(
    page,
    "The sign-in did not finish",
    "This sign-in took longer than ten minutes, so it is no longer valid.",
  );
  expect(await sandbox.tokenCalls()).toEqual([]);
  await nothingIsLeft(page);
  await signsInAfterAll(page, sandbox);
});

test("a sign-in that took nine minutes is not", async ({ page, app, sandbox }) => {
  const { authorizeUrl } = await atTheDoor(page);
  const answer = await sandbox.authorize(authorizeUrl);
  await app.setClock(9 * 60);
  await arrive(page, answer);
  await expect(accountButton(page)).toBeVisible();
});

test.describe("the connection is closed in the middle of `complete`", () => {
  /** Makes the exchange slow, and waits until it is under way. */
  async function inTheMiddle(page: Page, sandbox: Sandbox, quiet: Quiet): Promise<void> {
    // A part of the program may be on its way as well.
    quiet.expect(/net::ERR_|Failed to fetch/);
    const { authorizeUrl } = await atTheDoor(page);
    const answer = await sandbox.authorize(authorizeUrl);
    await sandbox.fault({ path: "/spotify/api/token", hold: true });
    await arrive(page, answer);
    await exchangeBegun(sandbox);
    await expect(heading(page)).toHaveText("Signing you in");
  }

  test("by a tunnel: when the network is back, the sign-in is finished with one token call", async ({
    page,
    context,
    app,
    sandbox,
    quiet,
  }) => {
    await inTheMiddle(page, sandbox, quiet);
    await context.setOffline(true);
    app.disconnect();
    await expect(heading(page)).toHaveText("Waiting for an answer");
    await expect(problem(page)).toContainText("Your sign-in is not lost");
    await sandbox.release();
    app.reconnect();
    await context.setOffline(false);
    await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");
    expect(await sandbox.tokenCalls()).toHaveLength(1);
  });

  test("for longer than the page tries by itself: the person tries again, with one token call", async ({
    page,
    app,
    sandbox,
    quiet,
  }) => {
    let failed = 0;
    page.on("requestfailed", (request) => {
      failed += request.url().endsWith(COMPLETE) ? 1 : 0;
    });
    await inTheMiddle(page, sandbox, quiet);
    app.disconnect();
    await expect.poll(() => failed).toBe(2);
    await expect(heading(page)).toHaveText("Waiting for an answer");
    await sandbox.release();
    app.reconnect();
    await problem(page).getByRole("button", { name: "Try again" }).click();
    await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");
    expect(await sandbox.tokenCalls()).toHaveLength(1);
  });

  test("by a hiccup: the page asks again by itself, and there is one token call", async ({
    page,
    app,
    sandbox,
    quiet,
  }) => {
    await inTheMiddle(page, sandbox, quiet);
    app.cut();
    await sandbox.release();
    await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");
    expect(await sandbox.tokenCalls()).toHaveLength(1);
  });

  test("by the person: a reload harms nothing, and a new sign-in works", async ({
    page,
    sandbox,
    quiet,
  }) => {
    await inTheMiddle(page, sandbox, quiet);
    await page.reload();
    await expect(heading(page)).toHaveText("Nothing to finish here");
    await signsInAfterAll(page, sandbox);
  });

  test("by closing the tab: a new sign-in in another tab works", async ({
    page,
    context,
    sandbox,
    quiet,
  }) => {
    await inTheMiddle(page, sandbox, quiet);
    await page.close();
    const tab = await context.newPage();
    await open(tab, "/");
    await signsInAfterAll(tab, sandbox);
  });
});

test.describe("two tabs", () => {
  test("that finish crosswise both end signed in", async ({ page, context, sandbox }) => {
    const other = await context.newPage();
    const first = await atTheDoor(page);
    const second = await atTheDoor(other);
    const toFirst = await sandbox.authorize(first.authorizeUrl);
    const toSecond = await sandbox.authorize(second.authorizeUrl);

    await arrive(other, toSecond);
    await expect(heading(other)).toHaveText("Good to see you, Ada Lindqvist.");
    await arrive(page, toFirst);
    await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");

    expect(await sandbox.tokenCalls("authorization_code")).toHaveLength(2);
    for (const tab of [page, other]) {
      await open(tab, "/profile");
      await expect(tab.getByRole("main")).toContainText(LISTENERS.ada.id);
    }
  });

  test("with two people: the one who came last is signed in, in both tabs", async ({
    page,
    context,
    sandbox,
  }) => {
    const other = await context.newPage();
    const first = await atTheDoor(page);
    const second = await atTheDoor(other);
    await arrive(other, await sandbox.authorize(second.authorizeUrl, "hanako"));
    await expect(heading(other)).toHaveText(`Good to see you, ${LISTENERS.hanako.name}.`);
    await arrive(page, await sandbox.authorize(first.authorizeUrl, "ada"));
    await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");
    // The other tab learns it without a reload.
    await expect(heading(other)).toHaveText("Good to see you, Ada Lindqvist.");
  });

  test("whose answers are swapped are told so, and each can still finish its own", async ({
    page,
    context,
    sandbox,
  }) => {
    const other = await context.newPage();
    const first = await atTheDoor(page);
    const second = await atTheDoor(other);
    const toFirst = await sandbox.authorize(first.authorizeUrl);
    const toSecond = await sandbox.authorize(second.authorizeUrl);

    await arrive(page, toSecond);
    await saysNo(
      page,
      "The sign-in did not finish",
      "This sign-in was started in another tab or another browser.",
    );
    expect(await sandbox.tokenCalls()).toEqual([]);

    await page.goto(toFirst.href);
    await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");
    await arrive(other, toSecond);
    await expect(heading(other)).toHaveText("Good to see you, Ada Lindqvist.");
    expect(await sandbox.tokenCalls("authorization_code")).toHaveLength(2);
  });
});

test.describe("a callback that lands in another browser", () => {
  test("is told so, asks nobody, and can still be finished where it began", async ({
    page,
    sandbox,
    anotherBrowser,
  }) => {
    const { authorizeUrl } = await atTheDoor(page);
    const answer = await sandbox.authorize(authorizeUrl);

    const stranger = await (await anotherBrowser()).newPage();
    await stranger.goto(answer.href);
    await saysNo(
      stranger,
      "The sign-in did not finish",
      "This sign-in was started in another tab or another browser.",
    );
    expect(await sandbox.tokenCalls()).toEqual([]);
    expect(await isSignedIn(stranger)).toBe(false);

    await arrive(page, answer);
    await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");
  });

  test("with its verifier is refused all the same: the cookie is not there", async ({
    page,
    sandbox,
    anotherBrowser,
    quiet,
  }) => {
    quiet.expectStatus(400, COMPLETE);
    await open(page, "/");
    const attempt = await beginByHand(page);
    const answer = await sandbox.authorize(attempt.authorizeUrl);

    const thief = await (await anotherBrowser()).newPage();
    await open(thief, "/");
    const refused = await completeByHand(thief, answer, attempt.verifier);
    expect(refused).toMatchObject({ status: 400, code: "transaction_missing" });
    expect(await sandbox.tokenCalls()).toEqual([]);
    expect(await isSignedIn(thief)).toBe(false);
  });

  test("does not sign the person there in as somebody else", async ({
    page,
    sandbox,
    signIn,
    anotherBrowser,
  }) => {
    const attacker = await (await anotherBrowser()).newPage();
    const { authorizeUrl } = await atTheDoor(attacker);
    const bait = await sandbox.authorize(authorizeUrl, "hanako");

    await signIn(page);
    await page.goto(bait.href);
    await expect(page).toHaveURL("/");
    await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");
    expect(await sandbox.tokenCalls()).toHaveLength(1);
  });
});

test.describe("a token in the address", () => {
  const TOKEN = "BQthis-is-what-nobody-may-send-here";

  test("is scrubbed and refused", async ({ page, app, sandbox }) => {
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url() + (request.postData() ?? "")));
    await page.goto(`/callback/spotify#access_token=${TOKEN}&token_type=Bearer&state=abc`);
    await saysNo(page, "The sign-in did not finish", "Tokens in an address are never accepted.");
    expect(await page.evaluate(() => location.href)).toBe(`${app.origin}/callback/spotify`);
    expect(await page.content()).not.toContain(TOKEN);
    // The request for the page itself is told with its fragment, which the browser does not send.
    expect(asked.slice(1).filter((text) => text.includes(TOKEN))).toEqual([]);
    expect(app.logs()).not.toContain(TOKEN);
    expect(await sandbox.log()).toEqual([]);
    expect(await isSignedIn(page)).toBe(false);
  });

  test("is refused beside a good answer, too", async ({ page, sandbox }) => {
    const { authorizeUrl } = await atTheDoor(page);
    const answer = await sandbox.authorize(authorizeUrl);
    answer.hash = `access_token=${TOKEN}`;
    await arrive(page, answer);
    await saysNo(page, "The sign-in did not finish", "Tokens in an address are never accepted.");
    expect(await sandbox.tokenCalls()).toEqual([]);
  });

  test("changes nothing for a person who is signed in", async ({ page, signIn }) => {
    await signIn(page);
    await page.goto(`/callback/spotify#access_token=${TOKEN}`);
    await expect(page).toHaveURL("/");
    await expect(heading(page)).toHaveText("Good to see you, Ada Lindqvist.");
    await expect(page.locator("#notice")).toContainText("You are still signed in as before.");
  });
});

test("the callback page without an answer says that there is nothing to finish", async ({
  page,
}) => {
  await page.goto("/callback/spotify");
  await expect(heading(page)).toHaveText("Nothing to finish here");
  await expect(continueButton(page)).toBeVisible();
});

test("the callback of a provider that is not offered says so", async ({ page, sandbox }) => {
  await page.goto("/callback/nowhere?code=AQx&state=abc");
  await expect(problem(page)).toContainText(
    "This address belongs to no sign-in service that is offered here.",
  );
  await expect(page).toHaveURL("/callback/nowhere");
  expect(await sandbox.log()).toEqual([]);
});

test("a document request for the callback sets no cookie and asks nobody", async ({
  page,
  app,
  sandbox,
}) => {
  const { authorizeUrl } = await atTheDoor(page);
  const answer = await sandbox.authorize(authorizeUrl);
  const before = await cookiesOf(page, app);
  // What a prefetch does: it asks for the document and runs nothing of it.
  const fetched = await page.request.get(answer.href);
  expect(fetched.status()).toBe(200);
  expect(fetched.headers()).not.toHaveProperty("set-cookie");
  expect(fetched.headers()).toMatchObject({
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
  });
  expect(await fetched.text()).not.toContain(answer.searchParams.get("code") ?? "code");
  expect(await cookiesOf(page, app)).toEqual(before);
  expect(await sandbox.tokenCalls()).toEqual([]);
  await arrive(page, answer);
  await expect(accountButton(page)).toBeVisible();
});
