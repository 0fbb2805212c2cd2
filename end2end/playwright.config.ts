import { defineConfig } from "@playwright/test";

/** A browser other than Playwright's own; `cargo xtask end2end` says which. */
const executablePath = process.env["CHROMIUM"];

/** Where to write how long each test took. */
const report = process.env["PLAYWRIGHT_REPORT"];

// The tests start the sandbox and the app themselves, on free ports, so that each decides
// what its providers do and what time it is. So there is no `webServer` and no `baseURL` here.
export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  reporter: report ? [["list"], ["json", { outputFile: report }]] : [["list"]],
  forbidOnly: Boolean(process.env["CI"]),
  // Each worker has a sandbox and an app of its own, so tests of one file may run beside each other.
  fullyParallel: true,
  workers: 2,
  // A test that passes only the second time is a defect: it shows as one.
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    locale: "en-GB",
    timezoneId: "Europe/London",
    // A trace of every test takes a third of the time; `cargo xtask end2end -- --trace on` makes them.
    trace: "off",
    screenshot: "only-on-failure",
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      args: [
        // The pages are our own, and the browser's sandbox does not start for root in a container.
        "--no-sandbox",
        "--disable-gpu",
        // The browser must be quiet: what the network carries during a test is the app's.
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [{ name: "chromium", use: { browserName: "chromium" } }],
});
