import {
  accountButton,
  expect,
  heading,
  open,
  problem,
  sameReason,
  signInAllowing,
  test,
  type Sandbox,
} from "../fixtures/index.ts";
import { isAccessible } from "../fixtures/accessible.ts";
import { addressOf, PAGES, PERMISSIONS } from "../fixtures/pages.ts";

// What one listener allowed would show in the next test.
test.use({ ownApp: true });

const API = "/spotify/v1";

/** One of Spotify's limits: how it begins and ends, and what every page says meanwhile. */
interface Limit {
  name: string;
  status: number;
  begin: (sandbox: Sandbox) => Promise<void>;
  end: (sandbox: Sandbox) => Promise<void>;
  says: (string | RegExp)[];
  /** Whether it is worth trying again on the page. */
  passes: boolean;
}

/** Lets every call be answered like this. */
const answerAll = (answer: { status: number; body: unknown; headers?: Record<string, string> }) =>
  (sandbox: Sandbox) => sandbox.fault({ path: API, times: 1_000, ...answer });
const answerNone = (sandbox: Sandbox) => sandbox.clearFaults();
const ADA = { login: "ada", id: "ada.lindqvist", display_name: "Ada Lindqvist" };

const LIMITS: Limit[] = [
  {
    name: "of a short time",
    status: 429,
    begin: answerAll({
      status: 429,
      headers: { "retry-after": "7" },
      body: { error: { status: 429, message: "API rate limit exceeded" } },
    }),
    end: answerNone,
    says: ["That was a lot in a short time.", /Another try makes sense (in [2-7] seconds|in a second|now)\./],
    passes: true,
  },
  {
    name: "of the day",
    status: 429,
    begin: answerAll({
      status: 429,
      headers: { "retry-after": "48925" },
      body: { error: { status: 429, message: "Too many requests", reason: "QUOTA_EXCEEDED" } },
    }),
    end: answerNone,
    says: [
      "daily allowance for this installation is used up",
      "for everybody who uses this installation",
      /Another try makes sense in about 14 hours, on \d+ \w+.*\d\d:\d\d/,
    ],
    passes: true,
  },
  {
    name: "of the developer's list of users",
    status: 403,
    begin: async (sandbox) => void (await sandbox.addUser({ ...ADA, allow_listed: false })),
    end: async (sandbox) => void (await sandbox.addUser({ ...ADA, allow_listed: true })),
    says: ["your Spotify account is not on its list", "can add you"],
    passes: false,
  },
  {
    name: "of the owner's subscription",
    status: 403,
    begin: (sandbox) => sandbox.setOwnerPremiumLapsed(true),
    end: (sandbox) => sandbox.setOwnerPremiumLapsed(false),
    says: ["its owner's Premium subscription has lapsed", "has to renew it"],
    passes: false,
  },
  {
    name: "of the kind of app",
    status: 403,
    begin: answerAll({ status: 403, body: { error: { status: 403, message: "Forbidden" } } }),
    end: answerNone,
    says: [
      "Spotify does not let this app do that.",
      "It keeps some things from apps of this kind",
      "Trying again does not help.",
    ],
    passes: false,
  },
];

for (const { name, status, begin, end, says, passes } of LIMITS) {
  test(`a limit ${name} is told on every page in its own sentence, and ends`, async ({
    page,
    sandbox,
    quiet,
  }) => {
    quiet.expectStatus(status, `/api${API}/`);
    await signInAllowing(page, sandbox, PERMISSIONS);
    for (const each of PAGES.filter(({ asks }) => asks.length > 0)) {
      await test.step(each.name, async () => {
        const path = await addressOf(each, page, sandbox);
        const { alike = 0 } = each;
        await begin(sandbox);
        await open(page, path);
        await expect(sameReason(page)).toHaveCount(alike);
        await expect(problem(page)).toHaveCount(1);
        for (const part of says) {
          await expect(problem(page)).toContainText(part);
        }
        // What does not come from Spotify is there.
        await expect(heading(page, each.saysBefore)).toBeVisible();
        await expect(accountButton(page)).toBeVisible();
        const again = problem(page).getByRole("button", { name: "Try again" });
        await expect(again).toHaveCount(passes ? 1 : 0);
        if (each.at === "/recent") {
          await isAccessible(page);
        }
        if (passes) {
          // A try that comes too early is told the same once more.
          const answer = page.waitForResponse((response) => response.status() === status);
          await again.click();
          await answer;
          await expect(sameReason(page)).toHaveCount(alike);
          await expect(problem(page)).toHaveCount(1);
        }
        await end(sandbox);
        if (passes) {
          await again.click();
          await expect(problem(page)).toHaveCount(0);
        } else {
          await page.reload();
        }
        await each.isWhole(page);
      });
    }
  });
}
