// The re-check in the page: every recipe of the conformance corpus, computed by the page's script in Chromium from the CSV
// that is dropped on it; then the flagship, with the right files, with a changed cell, with a wrong stored value.
//   TOOLS=folder of npm packages  TIEOUT=the command  node recheck.mjs
import { execFileSync } from "child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "fs";
import { tmpdir } from "os";
import { join } from "path";
import { axe, launch } from "./browser.mjs";

const root = new URL("../..", import.meta.url).pathname;
let [passed, failed] = [0, 0];
const check = (good, what) => {
  if (good) passed += 1;
  else {
    failed += 1;
    console.error(`not so: ${what}`);
  }
};
const build = (folder) => {
  try {
    execFileSync(process.env.TIEOUT, ["-C", folder, "build", "--message-format", "json"], { encoding: "utf8" });
    return [];
  } catch (error) {
    return error.stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line)).filter((own) => own.severity === "error");
  }
};
const quoted = (text) => `'${text.replaceAll("'", "''")}'`;

const browser = await launch();
const open = async (path, size = { width: 1280, height: 900 }) => {
  const page = await browser.newPage({ viewport: size });
  page.on("pageerror", (error) => check(false, `${path}: ${error}`));
  page.on("request", (request) => check(/^(file|data|blob):/.test(request.url()), `${path} asks for ${request.url()}`));
  await page.goto(`file://${path}`);
  return page;
};
const drop = async (page, files) => {
  const before = await page.locator("#recheck-said").evaluate((own) => Number(own.dataset.done || 0));
  await page.setInputFiles("#recheck-file", files);
  await page.waitForFunction((before) => Number(document.getElementById("recheck-said").dataset.done || 0) > before, before, { timeout: 5000 });
};

// the corpus: what is expected was worked out by hand; what the page computes is read from where readers find it
let corpus = 0;
for (const file of readdirSync(join(root, "tests/conformance"))) {
  const [csv, columns, cases] = readFileSync(join(root, "tests/conformance", file), "utf8").split("\n---\n");
  const lines = cases.split("\n").filter((line) => line.trim() && !line.startsWith("#")).map((line) => line.split(" => ").map((part) => part.trim()));
  const wanted = lines.filter(([, expected]) => !expected.startsWith("error "));
  const folder = mkdtempSync(join(tmpdir(), "recheck-"));
  mkdirSync(join(folder, "data/made"), { recursive: true });
  mkdirSync(join(folder, "reports"));
  writeFileSync(join(folder, "data/made/t.csv"), `${csv}\n`);
  writeFileSync(join(folder, "data/made/source.yaml"), `title: Made\npublisher: Tests\nlicence: CC0-1.0\ndatasets:\n  t:\n    file: t.csv\n${columns}`);
  // a text or date takes no format, and numbers ask for one: what the first build says is heeded
  const formats = new Map();
  let errors = [];
  for (let round = 0; round < 3; round += 1) {
    const declared = { figures: ["  zero: count() from t"], series: [] };
    wanted.forEach(([recipe], place) => {
      const kind = recipe.includes(" by ") ? "series" : "figures";
      const format = formats.get(place) === false ? "" : ", as: decimal(6)";
      declared[kind].push(`  f${place}: { value: ${quoted(recipe)}${format} }`);
    });
    const spec = ["title: Made", "date: 2026-01-01", "figures:", ...declared.figures, ...(declared.series.length ? ["series:", ...declared.series] : [])];
    writeFileSync(join(folder, "reports/r.yaml"), spec.join("\n"));
    writeFileSync(join(folder, "reports/r.md"), "[=](fig:zero)\n");
    errors = build(folder);
    if (errors.length === 0) break;
    for (const error of errors) {
      const own = /f(\d+):/.exec(spec[(error.place?.line ?? 1) - 1] ?? "");
      if (own) formats.set(Number(own[1]), false);
    }
  }
  check(errors.length === 0, `${file} builds: ${JSON.stringify(errors.slice(0, 2))}`);
  if (errors.length > 0) continue;
  const page = await open(join(folder, "output/r/index.html"));
  await drop(page, join(folder, "data/made/t.csv"));
  const found = await page.evaluate(() => {
    const all = {};
    for (const own of document.querySelectorAll("[data-recomputed]")) {
      const id = own.tagName === "TR" ? own.id.slice(4) : own.closest(".method").id.slice(4);
      all[id] = own.tagName === "TR" ? [own.cells[0].textContent, own.dataset.recomputed] : own.dataset.recomputed;
    }
    return all;
  });
  wanted.forEach(([recipe, expected], place) => {
    corpus += 1;
    let now = found[`f${place}`];
    if (recipe.includes(" by ")) {
      // points without a value are not computed, and stand in the corpus as `-`
      const values = Object.entries(found).filter(([id]) => id.startsWith(`f${place}/`)).map(([, [, value]]) => value);
      now = values.join("; ");
      expected = expected.split("; ").map((point) => point.split(": ").pop()).filter((value) => value !== "-").join("; ");
    }
    check(now === expected, `${file}: ${recipe} is ${expected}, and the page computes ${now}`);
  });
  check((await page.locator(".cross").count()) === 0, `${file}: no cross`);
  await page.close();
  rmSync(folder, { recursive: true });
}
check(corpus >= 150, `the corpus has ${corpus} recipes with a value`);

// what a declaration can say of a file of CSV: signs, replacements, groups of digits, scales, percentages, rows that are
// ignored, periods with two readings, cells with line ends and quotation marks, selections that add columns, ranks
{
  const folder = mkdtempSync(join(tmpdir(), "recheck-"));
  mkdirSync(join(folder, "data/made"), { recursive: true });
  mkdirSync(join(folder, "reports"));
  const csv = [
    "\ufeffFinancial year,Area name, Cases ,Rate %,Cost (thousands),Day,Open",
    '2010-11,"North, upper","1,204",12.5%,3.5,2011-01-31,yes',
    '2010-11,South,"998 [p]",-,0.25,2011-02-01,No',
    '2011-12,"North, upper",[c],7%,"1,000.75",2011-04-30,true',
    "2011-12,Sth,\u00a017 ,0.5%,,2012-03-31,false",
    '2012-13,"He said ""East""\nand meant it",6,100%,12,2012-12-31,',
    "2012-13,Total,9999,1%,1,2012-12-31,yes",
    ",,,,,,",
    "2012-13,O\u2019Hare,5,3.25%,-2,2013-01-01,yes",
    "",
  ].join("\r\n");
  writeFileSync(join(folder, "data/made/t.csv"), csv);
  writeFileSync(join(folder, "data/made/source.yaml"), `title: Made
publisher: Tests
licence: CC0-1.0
datasets:
  t:
    file: t.csv
    missing: ["-"]
    shorthand: { "[p]": provisional }
    ignore_rows: area = 'Total'
    columns:
      year: { from: Financial year, type: period }
      area: { from: area NAME, type: text, replace: { Sth: South } }
      cases: { from: cases, type: integer, thousands: ",", suppressed: { "[c]": 1..4 } }
      rate: { from: "Rate %", type: percent }
      cost: { from: Cost (thousands), type: decimal, thousands: ",", scale: 1000 }
      day: { type: date }
      open: { type: boolean }
`);
  const figures = {
    rows: "count() from t",
    all: "sum(cases) from t",
    south: "sum(cases) from t where area = 'South'",
    first: "sum(cases) from t where year = '2010-11'",
    late: "count(where year > '2010-11') from t",
    rates: "{ value: mean(rate) from t, as: percent(3) }",
    cost: "sum(cost) from t",
    wide: "sum(cost where area starts with 'North') from t",
    quoted: "count(where area contains 'East') from t",
    irish: "cases from t where area = \"O'Hare\"",
    open: "share(open) from t",
    shut: "count(where open = false) from t",
    last: "max(day) from t",
    big: "count(where big) from large",
    top: "area from by_area where rank = 1",
    second: "value from by_area where place = 2",
    low: "count(where value < 10) from by_area",
    change: "{ value: \"percent_change(by_year['2010-11'] to by_year['2012-13'])\", as: percent(1) }",
    both: "all + south",
    third: "{ value: \"by_year['2012-13'] / 3\", as: decimal(2) }",
  };
  const spec = ["title: Made", "date: 2026-01-01", "selections:", "  large:", "    from: t", "    where: cases is known", "    add:", "      double: cases * 2", "      big: double > 20", "figures:"];
  for (const [id, recipe] of Object.entries(figures)) spec.push(`  ${id}: ${recipe.startsWith("{") ? recipe : quoted(recipe)}`);
  spec.push("series:", "  by_year: sum(cases) from t by year", "  by_area: sum(cases) from t where cases is known by area");
  writeFileSync(join(folder, "reports/r.yaml"), spec.join("\n"));
  writeFileSync(join(folder, "reports/r.md"), Object.keys(figures).map((id) => `[=](fig:${id})\n`).join("\n"));
  const errors = build(folder);
  check(errors.length === 0, `the declared file builds: ${JSON.stringify(errors.map((own) => own.message))}`);
  if (errors.length === 0) {
    const page = await open(join(folder, "output/r/index.html"));
    await drop(page, join(folder, "data/made/t.csv"));
    const found = await page.evaluate(() => Object.fromEntries([...document.querySelectorAll(".method [data-recomputed]")].map((own) => [own.closest(".method, tr").id.slice(4), own.dataset.recomputed])));
    // by hand
    const expected = { rows: "6", all: "2231..2234", south: "1015", first: "2202", late: "4", cost: "1014500", wide: "1004250", quoted: "1", irish: "5", open: "0.6", shut: "2", last: "2013-01-01", big: "3", top: "North, upper", second: "1015", low: "2", both: "3246..3249" };
    for (const [id, value] of Object.entries(expected)) check(found[id] === value, `${id} is ${value}, and the page computes ${found[id]}`);
    check((await page.locator(".cross").count()) === 0, `no cross: ${await page.locator("#recheck-said").textContent()}`);
    check((await page.locator("main p a.claim + .tick").count()) === Object.keys(figures).length, "a tick at each");
    await page.close();
  }
  rmSync(folder, { recursive: true });
}

// the flagship: the page alone in a folder, and the publisher's files beside it
const folder = mkdtempSync(join(tmpdir(), "recheck-"));
cpSync(join(root, "output/nrm-2024/index.html"), join(folder, "index.html"));
cpSync(join(root, "data/nrm-releases"), join(folder, "data"), { recursive: true });
const files = readdirSync(join(folder, "data")).filter((name) => name.endsWith(".csv")).map((name) => join(folder, "data", name));
const figures = JSON.parse(readFileSync(join(root, "output/nrm-2024/figures.json"), "utf8"));
// claims with their marks, and the figures that each is tied to
const claims = (page) => page.evaluate(() => [...document.querySelectorAll("main a.claim, main a.value, header a.claim")].map((link) => {
  const next = link.nextElementSibling;
  const mark = next && next.matches(".tick, .cross") ? next : null;
  const ids = (link.dataset.figures || decodeURIComponent(link.hash.slice(5))).split(" ");
  return { ids, words: link.textContent, mark: mark && mark.className, says: mark && mark.getAttribute("aria-label") };
}));
// what each figure and series is computed from, by the bundle: files, and what it is made from
const uses = new Map();
const computed = new Map();
for (const own of figures.figures) {
  uses.set(own.id, own.uses || []);
  computed.set(own.id, own.input && own.input.file);
}
for (const own of figures.series) {
  const values = own.points.flatMap((point) => point.values).filter(Boolean);
  uses.set(own.id, values.flatMap((value) => value.uses || []));
  for (const value of values) uses.set(value.id, [...(value.uses || []), ...(value.input ? [`${own.id}/`] : [])]);
  computed.set(own.id, values.map((value) => value.input && value.input.file).find(Boolean));
}
const under = (id, seen = new Set()) => {
  const own = uses.has(id) ? id : id.split("/")[0];
  if (!seen.has(own)) {
    seen.add(own);
    for (const used of uses.get(own) || []) under(used, seen);
  }
  return seen;
};
const series = (id) => id.split("/")[0];
for (const width of [1280, 390]) {
  const page = await open(join(folder, "index.html"), { width, height: 900 });
  check((await page.locator(".tick, .cross").count()) === 0, "no mark before a file is there");
  await drop(page, files);
  const all = await claims(page);
  const overFiles = (own) => own.ids.some((id) => [...under(id)].some((base) => computed.get(series(base))));
  check(all.length > 200 && all.every((own) => own.mark !== "cross"), `${width}: no cross with the right files`);
  const missing = all.filter((own) => overFiles(own) && own.mark !== "tick");
  check(missing.length === 0, `${width}: a tick at every claim over the files: ${JSON.stringify(missing.slice(0, 3))}`);
  check(all.filter((own) => !overFiles(own)).every((own) => own.mark === null), `${width}: no tick where nothing was computed`);
  const said = await page.locator("#recheck-said").textContent();
  check(said.includes("the file that was read for this briefing") && said.includes("agree: ") && !said.includes("not the file"), `${width}: ${said}`);
  await page.evaluate(axe);
  const found = await page.evaluate(() => axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"] }));
  check(found.violations.length === 0, `${width}: ${found.violations.map((own) => `${own.id} ${own.nodes[0].html}`).join("; ")}`);
  check(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${width}: nothing is wider than the screen`);

  // one cell changed: a cross at every claim that rests on it, ticks at the others
  const path = join(folder, "data/reports.csv");
  const right = readFileSync(path, "utf8");
  const line = right.split("\n").findIndex((own) => own.startsWith("2016,"));
  const changed = right.split("\n");
  changed[line] = changed[line].replace("762", "763");
  writeFileSync(path, changed.join("\n"));
  await drop(page, path);
  const evidence = (id) => {
    try {
      return readFileSync(join(root, "output/nrm-2024/evidence", `${id}.csv`), "utf8").includes(`data/nrm-releases/reports.csv,${line + 1},`);
    } catch {
      return false;
    }
  };
  // a point rests on the row of its own year
  const rests = (id) => [...under(id)].some((base) => evidence(series(base))) && (!id.includes("/") || id.split("/")[1] === "2016");
  const now = await claims(page);
  for (const own of now.filter(overFiles)) {
    const wanted = own.ids.some(rests) ? "cross" : "tick";
    check(own.mark === wanted, `${width}: ${own.ids} “${own.words}” has a ${own.mark}, and should have a ${wanted}: ${own.says}`);
  }
  const crosses = now.filter((own) => own.mark === "cross");
  check(crosses.length >= 6, `${width}: ${crosses.length} crosses`);
  check(crosses.some((own) => own.says.includes("763, stated is 762")), `${width}: the cross says both values`);
  const told = await page.locator("#recheck-said").textContent();
  check(/reports\.csv is not the file that was read for this briefing: its SHA-256 is [0-9a-f]{64}, and was [0-9a-f]{64}/.test(told), told);
  const row = await page.locator("#recheck-said tr", { hasText: "dtn_2016" }).first().textContent();
  check(row === "dtn_2016762763+1", `${width}: which figure moved, and by how much: ${row}`);
  // in the drawer, too
  await page.locator('main a.claim[href="#fig-dtn_2016"]').first().click();
  check((await page.locator("#evidence .rechecked").textContent()).includes("Computed again: 763; stated is 762."), "the drawer says it");
  await page.keyboard.press("Escape");
  writeFileSync(path, right);
  await drop(page, path);
  check((await page.locator(".cross").count()) === 0, `${width}: the right file again, and no cross`);
  await page.close();
}

// nothing that the check reads back: with the right files a wrong stored value, or a wrong printed one, is a cross
const html = readFileSync(join(folder, "index.html"), "utf8");
for (const [from, to, what, id] of [
  ['"dtn_2022":{"value":"4580"', '"dtn_2022":{"value":"4581"', "stored", "dtn_2022"],
  ['<strong class="shown">4,580</strong> <span class="kind">computed', '<strong class="shown">4,581</strong> <span class="kind">computed', "printed", "dtn_2022"],
  // a digit more behind a percentage
  ['<strong class="shown">635%</strong>', '<strong class="shown">6350%</strong>', "printed", "dtn_rise_2016"],
]) {
  check(html.split(from).length === 2, `the page has ${from} once`);
  writeFileSync(join(folder, "wrong.html"), html.replace(from, to));
  const page = await open(join(folder, "wrong.html"));
  await drop(page, files);
  const all = await claims(page);
  const crossed = all.filter((own) => own.mark === "cross");
  check(crossed.length > 0 && crossed.every((own) => own.ids.includes(id)), `a wrong ${what} value: ${JSON.stringify(crossed)}`);
  await page.close();
}

// dropped by hand; a file of another name, found by its digest; and files that are none
const page = await open(join(folder, "index.html"));
const reports = readFileSync(join(folder, "data/reports.csv"), "utf8");
const dropped = await page.evaluateHandle((text) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([text], "download (3).csv"));
  return transfer;
}, reports);
await page.dispatchEvent("body", "drop", { dataTransfer: dropped });
await page.waitForFunction(() => document.getElementById("recheck-said").dataset.done === "1");
check((await page.locator(".tick").count()) > 5 && (await page.locator(".cross").count()) === 0, "a file that is dropped is found by its digest");
for (const [name, text, told] of [
  ["other.csv", "a,b\n1,2\n", "other.csv is none of the files of this briefing"],
  ["reports.csv", "a,b\n1,2\n", "It cannot be read as reports: the file has no column “year”."],
  ["reports.csv", reports.replace("2016,762", "2016,many"), "“many” is no number"],
  ["reports.csv", `${reports}2030,1\n`, "of the file has 2 cells, and its header 3"],
  ["reports.csv", `${reports}"2030,1`, "a quotation in the file is never closed"],
]) {
  writeFileSync(join(folder, name), text);
  await drop(page, join(folder, name));
  const said = await page.locator("#recheck-said").textContent();
  check(said.includes(told), `${told}: ${said}`);
}
check((await page.locator(".tick").count()) === 0, "what cannot be read gives no tick");
await page.close();
rmSync(folder, { recursive: true });

console.log(`${passed} passed, ${failed} failed`);
await browser.close();
process.exit(failed > 0 ? 1 : 0);
