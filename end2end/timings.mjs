// How long pages take on a slow phone, beside another page in the same run.
//
//   CHROMIUM=/usr/bin/chromium node timings.mjs name=address name=address …
//
// Latency 150 ms, 1.6 Mbit/s, a processor four times slower, nothing cached; the median of nine loads
// each, the pages in turn. A page is ready when `html[data-ready]` is there, and it has its data
// when the selector after `#data=` in its address is.
import process from "node:process";

import { chromium } from "@playwright/test";

const ROUNDS = 9;
const LONGEST = 60_000;
const NETWORK = {
  offline: false,
  latency: 150,
  downloadThroughput: (1.6 * 1024 * 1024) / 8,
  uploadThroughput: (0.75 * 1024 * 1024) / 8,
};

const targets = process.argv.slice(2).map((argument) => {
  const [name, ...rest] = argument.split("=");
  const [address, data] = rest.join("=").split("#data=");
  return { name, address, data, loads: [] };
});

const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"],
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
try {
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const target of targets) {
      target.loads.push(await load(target));
    }
  }
} finally {
  await browser.close();
}

const first = summary(targets[0]);
for (const target of targets) {
  const own = summary(target);
  const columns = Object.entries(own).map(([what, value]) => {
    const ratio = first[what] > 0 ? ` (${(value / first[what]).toFixed(2)})` : "";
    return `${what} ${Math.round(value)}${what === "bytes" ? "" : " ms"}${ratio}`;
  });
  console.log(`${target.name}: ${columns.join(", ")}`);
}

/** One load in a browser context of its own. */
async function load({ address, data }) {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  try {
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send("Network.enable");
    await devtools.send("Network.setCacheDisabled", { cacheDisabled: true });
    await devtools.send("Network.emulateNetworkConditions", NETWORK);
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: 4 });
    let bytes = 0;
    devtools.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
    await page.addInitScript((selector) => {
      const seen = (what) => (window.seen = { ...window.seen, [what]: performance.now() });
      new MutationObserver(() => {
        const html = document.documentElement;
        if (html?.hasAttribute("data-ready") && !window.seen?.ready) seen("ready");
        if (selector && document.querySelector(selector) && !window.seen?.data) seen("data");
      }).observe(document, { attributes: true, childList: true, subtree: true });
    }, data);
    await page.goto(address, { waitUntil: "commit", timeout: LONGEST });
    const done = (wanted) => window.seen?.ready && (!wanted || window.seen.data);
    await page.waitForFunction(done, data, { timeout: LONGEST });
    const paint = await page.evaluate(
      () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
    );
    const seen = await page.evaluate(() => window.seen);
    return { paint, ready: seen.ready, data: seen.data ?? 0, bytes };
  } finally {
    await context.close();
  }
}

/** The medians of a target's loads. */
function summary({ loads }) {
  const median = (what) => {
    const values = loads.map((one) => one[what]).sort((a, b) => a - b);
    return values[Math.floor(values.length / 2)];
  };
  return {
    paint: median("paint"),
    ready: median("ready"),
    data: median("data"),
    bytes: median("bytes"),
  };
}
