// The re-check in the page: every recipe of the conformance corpus, computed by the page's script in Chromium from the CSV
// that is dropped on it; then the flagship, with the right files, with a changed cell, with a wrong stored value.
//   TOOLS=folder of npm packages  TIEOUT=the command  node recheck.mjs
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "fs";
import { tmpdir } from "os";
import { join } from "path";
import { axe, launch } from "./browser.mjs";
import { corpora, declared, root } from "./projects.mjs";

let [passed, failed] = [0, 0];
const check = (good, what) => {
  if (good) passed += 1;
  else {
    failed += 1;
    console.error(`not so: ${what}`);
  }
};
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
for (const { file, folder, wanted, errors } of corpora()) {
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

{
  const { folder, figures, expected, errors } = declared();
  check(errors.length === 0, `the declared file builds: ${JSON.stringify(errors.map((own) => own.message))}`);
  if (errors.length === 0) {
    const page = await open(join(folder, "output/r/index.html"));
    await drop(page, join(folder, "data/made/t.csv"));
    const found = await page.evaluate(() => Object.fromEntries([...document.querySelectorAll(".method [data-recomputed]")].map((own) => [own.closest(".method, tr").id.slice(4), own.dataset.recomputed])));
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
  ['<strong class="shown">635%</strong>', '<strong class="shown">6.35%</strong>', "printed", "dtn_rise_2016"],
  ['<strong class="shown">635%</strong>', '<strong class="shown">−635%</strong>', "printed", "dtn_rise_2016"],
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
