// Projects made for the tests of those who compute figures again: in the page, in a spreadsheet.
import { execFileSync } from "child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "fs";
import { tmpdir } from "os";
import { join } from "path";

export const root = new URL("../..", import.meta.url).pathname;

// builds a project; gives its errors
export const build = (folder) => {
  try {
    execFileSync(process.env.TIEOUT, ["-C", folder, "build", "--message-format", "json"], { encoding: "utf8" });
    return [];
  } catch (error) {
    return error.stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line)).filter((own) => own.severity === "error");
  }
};
const quoted = (text) => `'${text.replaceAll("'", "''")}'`;

// a project for each file of the conformance corpus, a figure or series f0, f1 … for each recipe that has a value; what
// is expected was worked out by hand
export const corpora = function* () {
  for (const file of readdirSync(join(root, "tests/conformance"))) {
    const [csv, columns, cases] = readFileSync(join(root, "tests/conformance", file), "utf8").split("\n---\n");
    const lines = cases.split("\n").filter((line) => line.trim() && !line.startsWith("#")).map((line) => line.split(" => ").map((part) => part.trim()));
    const wanted = lines.filter(([, expected]) => !expected.startsWith("error "));
    const folder = mkdtempSync(join(tmpdir(), "made-"));
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
    yield { file, folder, wanted, errors };
  }
};

// what a declaration can say of a file of CSV: signs, replacements, groups of digits, scales, percentages, rows that are
// ignored, periods with two readings, cells with line ends and quotation marks, selections that add columns, ranks
export const declared = () => {
  const folder = mkdtempSync(join(tmpdir(), "made-"));
  mkdirSync(join(folder, "data/made"), { recursive: true });
  mkdirSync(join(folder, "reports"));
  const csv = [
    "\ufeffFinancial year,Area name, Cases ,Rate %,Cost (thousands),Day,Open",
    '2010-11,"North, upper","1,204",12.5%,3.5,2011-01-31,yes',
    '2010-11,South,"998 [p]",-,0.25,2011-02-01,No',
    '2011-12,"North, upper",[c],7%,"1,000.75",2011-04-30,true',
    "2011-12,Sth,\u00a017 ,0.5%,,2012-03-31,false",
    "2012-13,Total,9999,1%,1,2012-12-31,yes",
    ",,,,,,",
    "2012-13,O\u2019Hare,5,3.25%,-2,2013-01-01,yes",
    // the file ends in an empty cell, and in no line end
    '2012-13,"He said ""East""\nand meant it",6,100%,12,2012-12-31,',
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
  // by hand
  const expected = { rows: "6", all: "2231..2234", south: "1015", first: "2202", late: "4", cost: "1014500", wide: "1004250", quoted: "1", irish: "5", open: "0.6", shut: "2", last: "2013-01-01", big: "3", top: "North, upper", second: "1015", low: "2", both: "3246..3249" };
  return { folder, figures, expected, errors: build(folder) };
};
