// Minifies each style sheet that is named, and translates it for the browsers in use.
import { readFileSync, writeFileSync } from "node:fs";
import browserslist from "browserslist";
import { browserslistToTargets, transform } from "lightningcss";

const targets = browserslistToTargets(browserslist("defaults"));
for (const filename of process.argv.slice(1)) {
  const { code } = transform({ filename, code: readFileSync(filename), minify: true, targets });
  writeFileSync(filename, code);
}
