// The workbook in LibreOffice, which computes its formulas: every recipe of the conformance corpus, a file with every kind
// of declaration, the project's own briefings, one of them with a changed cell, and texts that look like formulas.
//   TIEOUT=the command  node workbook.mjs
import { execFileSync } from "child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "fs";
import { tmpdir } from "os";
import { basename, join } from "path";
import { build, corpora, declared, root } from "./projects.mjs";

let [passed, failed] = [0, 0];
const check = (good, what) => {
  if (good) passed += 1;
  else {
    failed += 1;
    console.error(`not so: ${what}`);
  }
};

// the cells of a comma separated file
const parse = (text) => {
  const rows = [[""]];
  for (let at = 0, inside = false; at < text.length; at += 1) {
    const [c, row] = [text[at], rows[rows.length - 1]];
    if (inside && c === '"' && text[at + 1] === '"') row[row.length - 1] += text[at++];
    else if (c === '"') inside = !inside;
    else if (c === "," && !inside) row.push("");
    else if (c === "\n" && !inside) rows.push([""]);
    else row[row.length - 1] += c;
  }
  return rows;
};
const scratch = mkdtempSync(join(tmpdir(), "workbook-"));
// the sheets of workbooks as LibreOffice computes them, by the workbook's name, then the sheet's
const computed = (paths) => {
  const out = mkdtempSync(join(scratch, "out-"));
  // every sheet, in full precision, by a profile of its own
  const filter = 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1';
  execFileSync("soffice", [`-env:UserInstallation=file://${scratch}/profile`, "--headless", "--convert-to", filter, "--outdir", out, ...paths], { stdio: "pipe", timeout: 300000 });
  const books = new Map();
  for (const path of paths) {
    const name = basename(path, ".xlsx");
    const sheets = readdirSync(out).filter((file) => file.startsWith(`${name}-`));
    books.set(name, Object.fromEntries(sheets.map((file) => [file.slice(name.length + 1, -4), parse(readFileSync(join(out, file), "utf8"))])));
  }
  return books;
};
const HEAD = 5;
const figures = (book) => {
  const rows = book.Figures.slice(HEAD + 1).filter((row) => row[0]);
  return rows.map(([id, key, second, , printed, value, most, now, nowMost, says]) => ({ id, keys: [key, second], printed, value, most, now, nowMost, says }));
};
const counts = (book) => [Number(book.Figures[2][1]), Number(book.Figures[3][1])];
const copied = (folder, name, report = "r") => {
  const path = join(scratch, `${name}.xlsx`);
  writeFileSync(path, readFileSync(join(folder, "output", report, "evidence.xlsx")));
  return path;
};
const number = (text) => {
  const [top, bottom = "1"] = text.split("/");
  return Number(top) / Number(bottom);
};
const near = (a, b) => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b));
// whether what a row computes is what was expected: a number, two ends of one, a text, a day
const is = (row, expected) => {
  const days = (Date.parse(expected) - Date.UTC(1899, 11, 30)) / 86400000;
  const [low, high] = expected.split("..");
  if (high !== undefined) return near(Number(row.now), number(low)) && near(Number(row.nowMost), number(high));
  if (/^\d{4}-\d{2}-\d{2}$/.test(expected)) return row.now === expected || near(Number(row.now), days);
  return row.now === expected || (row.now !== "" && near(Number(row.now), number(expected)));
};

// the corpus, and the declared file: what is expected was worked out by hand
const cases = [...corpora()];
const made = declared();
for (const { file, errors } of [...cases, { file: "the declared file", ...made }]) check(errors.length === 0, `${file} builds: ${JSON.stringify(errors.slice(0, 2))}`);
const books = computed([...cases.map(({ folder, file }) => copied(folder, basename(file, ".txt"))), copied(made.folder, "declared")]);
let [corpus, formulas] = [0, 0];
// recipes that have no formula, with the reason that stands in its place
const without = new Map();
for (const { file, wanted } of cases) {
  const rows = figures(books.get(basename(file, ".txt")));
  check(rows.every((row) => !row.says.startsWith("differs")), `${file}: nothing differs: ${JSON.stringify(rows.filter((row) => row.says.startsWith("differs")).slice(0, 3))}`);
  wanted.forEach(([recipe, expected], place) => {
    corpus += 1;
    const own = rows.filter((row) => (row.id === `f${place}` || row.id.startsWith(`f${place}/`)) && row.says !== "no value");
    const values = recipe.includes(" by ") ? expected.split("; ").map((point) => point.split(": ").pop()).filter((value) => value !== "-") : [expected];
    const none = own.find((row) => row.says.startsWith("no formula: "));
    if (none) {
      without.set(recipe, none.says);
      check(own.every((row) => row.now === ""), `${recipe}: nothing beside “no formula”`);
      return;
    }
    formulas += 1;
    check(own.length === values.length, `${file}: ${recipe} has ${own.length} values, not ${values.length}`);
    own.forEach((row, point) => check(row.says === "agrees" && is(row, values[point] ?? ""), `${file}: ${recipe} is ${values[point]}, and the sheet computes ${row.now} to ${row.nowMost}: ${row.says}`));
  });
}
console.log(`corpus: ${formulas} of ${corpus} recipes are formulas`);
for (const [recipe, why] of without) console.log(`  ${recipe}: ${why}`);
check(corpus >= 150 && formulas >= corpus - 12, `${formulas} of ${corpus} recipes are formulas`);
{
  const rows = Object.fromEntries(figures(books.get("declared")).map((row) => [row.id, row]));
  for (const [id, value] of Object.entries(made.expected)) check(is(rows[id], value), `${id} is ${value}, and the sheet computes ${JSON.stringify(rows[id])}`);
  check(counts(books.get("declared"))[1] === 0, "nothing differs in the declared file");
}
for (const { folder } of [...cases, made]) rmSync(folder, { recursive: true });

// the project's own briefings
const reports = readdirSync(join(root, "output"));
const own = computed(reports.map((report) => copied(root, report, report)));
for (const report of reports) {
  const rows = figures(own.get(report));
  const told = JSON.parse(readFileSync(join(root, "output", report, "figures.json"), "utf8"));
  const values = new Map();
  for (const figure of [...told.figures, ...told.series.flatMap((series) => series.points.flatMap((point) => point.values)).filter(Boolean)]) values.set(figure.id, figure);
  check(rows.length === values.size && rows.every((row) => values.has(row.id)), `${report}: a row for each figure and point`);
  for (const row of rows) {
    const figure = values.get(row.id);
    check(row.printed === figure.shown, `${report}: ${row.id} is printed ${row.printed}`);
    if (["quoted", "entered"].includes(figure.provenance)) check(row.now === "" && !/agrees|differs/.test(row.says), `${report}: ${row.id} is given: ${row.says}`);
    else check(row.says === "agrees" && is(row, figure.value), `${report}: ${row.id} is ${figure.value}, and the sheet computes ${row.now}: ${row.says}`);
  }
  const [agree, differ] = counts(own.get(report));
  check(agree === rows.filter((row) => row.says === "agrees").length && differ === 0, `${report}: ${agree} agree, ${differ} differ`);
}

// a cell of a sheet changed: what rests on it differs, and nothing else
{
  const book = join(scratch, "changed.xlsx");
  writeFileSync(book, readFileSync(join(root, "output/nrm-2024/evidence.xlsx")));
  // 762 reports of 2016, as one more
  execFileSync("python3", ["-c", `
import re, sys, zipfile
path = sys.argv[1]
with zipfile.ZipFile(path) as book:
    parts = {name: book.read(name) for name in book.namelist()}
hits = 0
for name, part in parts.items():
    if name.startswith("xl/worksheets/") and not name.endswith("sheet1.xml"):
        # a number, not a text by its place among the shared ones
        parts[name], found = re.subn(rb'(<c r="[A-Z]+[0-9]+"><v>)762</v>', rb"\\g<1>763</v>", part)
        hits += found
assert hits == 1, hits
with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
    for name, part in parts.items():
        book.writestr(name, part)
`, book]);
  const rows = figures(computed([book]).get("changed"));
  const differ = rows.filter((row) => row.says === "differs").map((row) => row.id);
  const before = figures(own.get("nrm-2024"));
  const moved = rows.filter((row, place) => row.now !== before[place].now).map((row) => row.id);
  check(differ.length >= 3 && differ.includes("dtn_2016"), `what differs: ${differ}`);
  check(JSON.stringify(differ) === JSON.stringify(moved), `what moved differs, and nothing else: ${moved}; ${differ}`);
}

// texts that look like formulas, or mean something in a criterion, stay texts
{
  const folder = mkdtempSync(join(tmpdir(), "workbook-"));
  mkdirSync(join(folder, "data/made"), { recursive: true });
  mkdirSync(join(folder, "reports"));
  const hostile = ["=1+1", "@SUM(A1:A9)", "+cmd|' /C calc'!A0", "-2+3", "<5", "*", "?", "~", "a", "A", '=HYPERLINK("http://example.org","x")', "_x0041_", "'quoted"];
  const cell = (text) => `"${text.replaceAll('"', '""')}"`;
  writeFileSync(join(folder, "data/made/t.csv"), `name,n\n${hostile.map((text, place) => `${cell(text)},${2 ** place}`).join("\n")}\n`);
  writeFileSync(join(folder, "data/made/source.yaml"), "title: \"=Made\"\npublisher: \"@Tests\"\nlicence: CC0-1.0\ndatasets:\n  t:\n    file: t.csv\n    columns: { name: { type: text }, n: { type: integer } }\n");
  const quoted = (text) => `'${text.replaceAll("'", "''")}'`;
  const recipes = hostile.map((text, place) => `  f${place}: { value: ${quoted(`sum(n) from t where name = ${text.includes("'") ? `"${text}"` : `'${text}'`}`)}, label: "=label" }`);
  writeFileSync(join(folder, "reports/r.yaml"), ["title: \"=Title\"", "date: 2026-01-01", "figures:", ...recipes, "series:", "  each: \"sum(n) from t where not (name in ('*', '?', 'A')) by name\""].join("\n"));
  writeFileSync(join(folder, "reports/r.md"), "[=](fig:f0)\n");
  const errors = build(folder);
  check(errors.length === 0, `the hostile file builds: ${JSON.stringify(errors)}`);
  const book = computed([copied(folder, "hostile")]).get("hostile");
  const rows = figures(book);
  hostile.forEach((text, place) => {
    const row = rows.find((own) => own.id === `f${place}`);
    check(row?.says === "agrees" && Number(row.now) === 2 ** place, `${text}: ${JSON.stringify(row)}`);
    check(book.t.some((cells) => cells[1] === text), `${text} stands in its sheet as it is`);
    // what differs by such signs alone is no key of a series
    if (!["*", "?", "A"].includes(text)) check(rows.some((own) => own.id.startsWith("each/") && own.keys[0] === text && own.says === "agrees"), `${text} is a key as it is`);
  });
  // formulas are those of the sheet of figures, and what begins like one is marked as a text
  const parts = JSON.parse(execFileSync("python3", ["-c", "import sys, json, zipfile; b = zipfile.ZipFile(sys.argv[1]); print(json.dumps({n: b.read(n).decode() for n in b.namelist()}))", join(folder, "output/r/evidence.xlsx")], { encoding: "utf8" }));
  check(!/<f[ >]/.test(parts["xl/worksheets/sheet2.xml"]), "no formula among the rows");
  const styles = parts["xl/styles.xml"].match(/<cellXfs.*<\/cellXfs>/s)[0].match(/<xf [^>]*>/g);
  const texts = [...parts["xl/sharedStrings.xml"].matchAll(/<si><t[^>]*>(.*?)<\/t><\/si>/gs)].map((own) => own[1]);
  let marked = 0;
  for (const name of ["xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"]) {
    for (const [, style = "0", at] of parts[name].matchAll(/<c r="[A-Z]+\d+"(?: s="(\d+)")? t="s"><v>(\d+)<\/v>/g)) {
      if (!/^[=+\-@]/.test(texts[Number(at)])) continue;
      marked += 1;
      check(styles[Number(style)].includes('quotePrefix="1"'), `${texts[Number(at)]} in ${name} is marked as a text`);
    }
  }
  check(marked >= 15, `${marked} texts look like formulas`);
  rmSync(folder, { recursive: true });
}

rmSync(scratch, { recursive: true });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
