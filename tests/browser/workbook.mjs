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

// what spreadsheets take for cells or keep for themselves, conditions that name no column, hidden cells that do not matter,
// keys of several grains, and cells that are edited
{
  const folder = mkdtempSync(join(tmpdir(), "workbook-"));
  mkdirSync(join(folder, "data/made"), { recursive: true });
  mkdirSync(join(folder, "reports"));
  const rows = ["g,q,x,n,m,z,rows,ok", "A,2024 Q1,10,1,1,3,5,true", "B,2024 Q2,<5,2,2,q,6,false", "C,2023,7,3,-,5,7,-"];
  const columns = "columns: { x: { type: integer, suppressed: { '<5': 1..4 } }, m: { missing: ['-'] }, z: { type: integer, suppressed: { q: 2..2 } }, ok: { type: boolean, missing: ['-'] } }";
  const names = ["t", "c19_deaths", "rc1", "r2", "co2", "history"];
  for (const name of names) writeFileSync(join(folder, `data/made/${name}.csv`), `${rows.join("\n")}\n`);
  // more rows than stand one by one
  const many = Array.from({ length: 10500 }, (_, place) => `${place % 2 ? "A" : "B"},${place % 7},${place % 3}`);
  writeFileSync(join(folder, "data/made/many.csv"), `g,rows,x\n${many.join("\n")}\n`);
  writeFileSync(join(folder, "data/made/source.yaml"), `title: Made\npublisher: Tests\nlicence: CC0-1.0\ndatasets:\n${names.map((name) => `  ${name}: { file: ${name}.csv, ${columns} }\n`).join("")}  many: { file: many.csv }\n`);
  // by hand
  const expected = {
    ...Object.fromEntries(names.map((name) => [`sum_${name}`, [`sum(n) from ${name}`, "6"]])),
    there: ["count(where n is not missing) from t", "3"],
    always: ["count(where not false) from t", "3"],
    known: ["sum(count_known(n, m)) from t", "5"],
    kinds: ["count(distinct ok) from t", "2"],
    middle: ["median(x) from t as decimal(1)", "7"],
    shut: ["sum(z) from t", "10"],
    open: ["sum(x) from t", "18..21"],
    one: ["g from t where n = 1", "A"],
    late: ["count(where q >= '2024 Q1') from t", "2"],
    blank: ["count(where m is missing) from t", "1"],
    all: ["count(n) from t", "3"],
    year: ["count(where q = 2023) from by_q", "1"],
    many: ["sum(rows) from many", String(many.reduce((sum, row) => sum + Number(row.split(",")[1]), 0))],
    some: ["count(where g = 'A' and x > 0) from many", String(many.filter((row) => row.startsWith("A") && !row.endsWith(",0")).length)],
  };
  const recipe = (text) => `"${text}"`;
  writeFileSync(join(folder, "reports/r.yaml"), ["title: Made", "date: 2026-01-01", "figures:", ...Object.entries(expected).map(([id, [text]]) => `  ${id}: ${recipe(text)}`), "series:", "  by_q: sum(n) from t by q", "  c1: sum(n) from t by g"].join("\n"));
  writeFileSync(join(folder, "reports/r.md"), "[=](fig:sum_t)\n");
  const errors = build(folder);
  check(errors.length === 0, `awkward names build: ${JSON.stringify(errors)}`);
  const path = copied(folder, "awkward");
  const rowsOf = (book) => Object.fromEntries(figures(book).map((row) => [row.id, row]));
  const found = rowsOf(computed([path]).get("awkward"));
  for (const [id, [text, value]] of Object.entries(expected)) check(found[id]?.says === "agrees" && is(found[id], value), `${text} is ${value}, and the sheet computes ${JSON.stringify(found[id])}`);
  // no name of cells is one that a program takes for a cell, and sheets are quoted
  const book = execFileSync("python3", ["-c", "import sys, zipfile; print(zipfile.ZipFile(sys.argv[1]).read('xl/workbook.xml').decode())", path], { encoding: "utf8" });
  const defined = [...book.matchAll(/<definedName name="([^"]*)">([^<]*)</g)];
  check(defined.length > 30 && defined.every(([, name]) => !/^(r|c|rc)\d/i.test(name)), `${defined.length} names`);
  check(defined.every(([, , cells]) => /^(Figures|'[^']+')!/.test(cells)), "sheets are quoted");
  // cells of `t` edited, one at a time: what rests on them differs
  const sheet = defined.find(([, name]) => name === "t.n")[2];
  const columnOf = (name) => /\$([A-Z]+)\$/.exec(defined.find(([, own]) => own === name)[2])[1];
  for (const [cell, edit, differs] of [
    [`${columnOf("t.x")}6`, "<v>1000</v>", ["open"]],
    [`${columnOf("t.n")}6`, "<v>99</v>", ["one", "sum_t"]],
    [`${columnOf("t.n")}6`, null, ["all", "sum_t"]],
    [`${columnOf("t.m")}8`, "<v>4</v>", ["blank", "known"]],
    [`${columnOf("t.q")}6`, "<v>2020</v>", ["late"]],
  ]) {
    const edited = join(scratch, "edited.xlsx");
    writeFileSync(edited, readFileSync(path));
    execFileSync("python3", ["-c", `
import re, sys, zipfile
path, sheet, cell, edit = sys.argv[1:]
with zipfile.ZipFile(path) as book:
    parts = {name: book.read(name) for name in book.namelist()}
names = re.findall(r'<sheet name="([^"]*)"', parts["xl/workbook.xml"].decode())
part = f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"
text = parts[part].decode()
row = re.search(r"[0-9]+", cell).group()
own = re.compile(rf'<c r="{cell}"[^>]*>.*?</c>')
new = f'<c r="{cell}">{edit}</c>' if edit else ""
if own.search(text):
    text = own.sub(new, text, count=1)
else:
    # cells of a row stand in their order
    after = re.search(rf'(<row r="{row}"[^>]*>)(.*?)(</row>)', text)
    cells = re.findall(r'<c r="[A-Z]+[0-9]+".*?</c>', after.group(2))
    key = lambda c: (lambda n: (len(n), n))(re.search(r'r="([A-Z]+)', c).group(1))
    cells = sorted([*cells, new], key=key)
    text = text.replace(after.group(0), after.group(1) + "".join(cells) + after.group(3))
parts[part] = text.encode()
with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
    for name, own in parts.items():
        book.writestr(name, own)
`, edited, /'([^']+)'/.exec(sheet)[1], cell, edit ?? ""]);
    const now = rowsOf(computed([edited]).get("edited"));
    for (const id of differs) check(now[id].says === "differs", `${cell} with ${edit}: ${id} ${now[id].says}: ${now[id].now}`);
    check(now.sum_co2.says === "agrees", "other sheets are as they were");
  }
  rmSync(folder, { recursive: true });
}

rmSync(scratch, { recursive: true });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
