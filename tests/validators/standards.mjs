// What the bundles say in the words of others, read by others: sources by Citation.js, which formats each as a reference, and
// the page's JSON-LD by the TypeScript compiler against Google's types of schema.org (schema-dts).
//   TOOLS=folder of npm packages  node standards.mjs BUNDLE…
import { execFileSync } from "child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "fs";
import { createRequire } from "module";
import { basename, join, resolve } from "path";

const require = createRequire(process.env.TOOLS + "/");
const { Cite } = require("@citation-js/core");
require("@citation-js/plugin-csl");
let failed = 0;
const check = (good, what) => {
  if (good) return;
  failed += 1;
  console.error(`not so: ${what}`);
};

const folder = mkdtempSync(join(process.env.TOOLS, "standards-"));
const files = [];
for (const bundle of process.argv.slice(2)) {
  const sources = JSON.parse(readFileSync(join(bundle, "sources.csl.json"), "utf8"));
  for (const source of sources) {
    const reference = new Cite(source).format("bibliography", { format: "text", template: "apa", lang: "en-US" });
    // quotation marks are the style's
    const words = (text) => text.replace(/\s+/g, " ").replace(/['"‘’“”]/g, "");
    const plain = words(reference);
    for (const part of [source.title, source.publisher, source.issued && String(source.issued["date-parts"][0][0])]) {
      check(!part || plain.includes(words(part)), `${bundle}: ${source.id}: “${part}” in “${plain}”`);
    }
  }
  const page = readFileSync(join(bundle, "index.html"), "utf8");
  const data = page.match(/<script type="application\/ld\+json">([^<]*)<\/script>/);
  check(data, `${bundle}: the page holds JSON-LD`);
  if (!data) continue;
  const report = JSON.parse(data[1]);
  check(report["@type"] === "Report" && report.mentions.length > 0, `${bundle}: a report with figures`);
  const file = `${basename(resolve(bundle))}.ts`;
  writeFileSync(
    join(folder, file),
    `import type { Report, WithContext } from "schema-dts";\nexport const report: WithContext<Report> = ${data[1]};\n`,
  );
  files.push(file);
}
// the types find what is wrong: a property that a report does not have
writeFileSync(
  join(folder, "wrong.ts"),
  'import type { Report, WithContext } from "schema-dts";\nexport const report: WithContext<Report> = { "@context": "https://schema.org", "@type": "Report", "isBasedUpon": "x" };\n',
);
const compile = (names) => {
  const compiler = join(process.env.TOOLS, "node_modules/.bin/tsc");
  try {
    execFileSync(compiler, ["--noEmit", "--strict", "--skipLibCheck", "--moduleResolution", "bundler", "--module", "esnext", "--target", "esnext", ...names], { cwd: folder });
    return "";
  } catch (error) {
    return `${error.stdout}${error.stderr}`;
  }
};
const said = compile(files);
check(said === "", `JSON-LD is of schema.org:\n${said.slice(0, 3000)}`);
check(compile(["wrong.ts"]).includes("isBasedUpon"), "a wrong property is found");
rmSync(folder, { recursive: true });
if (failed > 0) process.exit(1);
console.log(`${files.length} bundles: sources and JSON-LD are valid`);
