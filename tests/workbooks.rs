//! Workbooks and other text than plain CSV: the same table gives the same figures, and every value keeps its place in the file.

use std::fs;
use std::io::Write as _;

use crate::support::{Project, Ran, root};

fn fixture(name: &str) -> Vec<u8> {
    fs::read(root().join("tests/workbooks").join(name)).unwrap()
}

/// A project with one file, what is declared of it, and figures.
fn project(file: &str, bytes: &[u8], declared: &str, figures: &str) -> Project {
    let project = Project::empty();
    project.write(&format!("data/d/{file}"), bytes);
    let source = format!(
        "title: T\npublisher: P\nlicence: CC0-1.0\ndatasets:\n  t:\n    file: {file}\n{declared}"
    );
    project.write("data/d/source.yaml", source);
    project.write("reports/r.yaml", format!("title: T\ndate: 2026-01-01\nfigures:\n{figures}"));
    project
}

/// What figures are: `cases = 2,725`.
fn shown(project: &Project, ids: &[&str]) -> Vec<String> {
    let body: Vec<String> = ids.iter().map(|id| format!("[=](fig:{id})")).collect();
    project.write("reports/r.md", body.join("\n\n") + "\n");
    let ran: Ran = project.run(&["build"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let json: serde_json::Value =
        serde_json::from_str(&project.read("output/r/figures.json")).unwrap();
    let figures = json["figures"].as_array().unwrap();
    let of = |id: &&str| figures.iter().find(|figure| figure["id"] == **id).unwrap();
    ids.iter().map(|id| of(id)["shown"].as_str().unwrap().to_string()).collect()
}

const SAME: &str = "region,year,cases,share\nNorth,2023,1200,12.5\nNorth,2024,1350,0.3\nSouth,2023,80,7\n\"South, \"\"inner\"\"\",2024,95,8.25\n";
const FIGURES: &str = "  cases: sum(cases) from t where year = 2024\n  share: sum(share) from t as decimal(2)\n  inner: sum(cases) from t where region = 'South, \"inner\"'\n";

#[test]
fn the_same_table_gives_the_same_figures() {
    let xlsx = fixture("same.xlsx");
    let ods = fixture("same.ods");
    let tabs = SAME.replace(',', "\t").replace("South\t \"", "South, \"");
    let utf16: Vec<u8> =
        std::iter::once(0xfeff).chain(tabs.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(SAME.as_bytes()).unwrap();
    let gz = gz.finish().unwrap();
    let comma = "region;year;cases;share\nNorth;2023;1.200;12,5\nNorth;2024;1.350;0,3\nSouth;2023;80;7\n\"South, \"\"inner\"\"\";2024;95;8,25\n";
    let mac = SAME.replace('\n', "\r");
    for (file, bytes, declared) in [
        ("t.csv", SAME.as_bytes(), ""),
        ("t.xlsx", &xlsx, ""),
        ("t.ods", &ods, "    sheet: table_1\n"),
        ("t.tsv", &utf16, ""),
        ("t.csv.gz", &gz, ""),
        ("t.csv", comma.as_bytes(), "    delimiter: \";\"\n    decimal: \",\"\n"),
        ("t.csv", mac.as_bytes(), "    range: A1:D5\n"),
    ] {
        let project = project(file, bytes, declared, FIGURES);
        let found = shown(&project, &["cases", "share", "inner"]);
        assert_eq!(found, ["1,445", "28.05", "95"], "{file} {declared}");
    }
}

#[test]
fn evidence_reaches_the_cell() {
    let project = project("t.xlsx", &fixture("same.xlsx"), "", FIGURES);
    shown(&project, &["cases", "share", "inner"]);
    let evidence = project.read("output/r/evidence/cases.csv");
    assert!(evidence.starts_with("file,cells,year,cases\n"), "{evidence}");
    assert!(evidence.contains("data/d/t.xlsx,Table_1!B3:C3,2024,1350\n"), "{evidence}");
    let notes = project.read("output/r/briefing.md");
    assert!(notes.contains("t.xlsx, Table\\_1!B3:C3, Table\\_1!B5:C5"), "{notes}");
    let ran = project.run(&["explain", "cases"]);
    assert!(ran.out.contains("data/d/t.xlsx Table_1!A3:D3  North | 2024 | 1350"), "{}", ran.out);
    let figures = project.read("output/r/figures.json");
    assert!(figures.contains("\"sheet\": \"Table_1\""), "{figures}");
}

#[test]
fn headers_of_two_rows_and_columns_that_become_rows() {
    let declared = "    range: A1\n    header: 2\n    strip_notes: true\n    fill_down: [region]\n    unpivot: \"{*} {year}\"\n    columns:\n      region: { from: region }\n      year: { type: integer }\n      cases: { from: Cases, type: integer }\n      share: { from: Share, type: decimal }\n";
    let figures = "  north: cases from t where region = 'North' and year = 2024\n  south: sum(cases) from t where region = 'South'\n  share: sum(share) from t where year = 2023 as decimal(1)\n";
    let project = project("t.xlsx", &fixture("levels.xlsx"), declared, figures);
    let found = shown(&project, &["north", "south", "share"]);
    assert_eq!(found, ["1,350", "225", "20.5"]);
    // the value stands in column C of the file, and not where the longer table has it
    let evidence = project.read("output/r/evidence/north.csv");
    assert!(
        evidence.contains("Table_1!A3:C3,North1,2024,1350")
            || evidence.contains("Table_1!A3:C3,North,2024,1350"),
        "{evidence}"
    );
}

#[test]
fn dates_of_both_epochs() {
    for name in ["epoch-1900.xlsx", "epoch-1904.xlsx"] {
        let figures = "  n: sum(cases) from t where day = '2024-03-06'\n";
        let project =
            project("t.xlsx", &fixture(name), "    columns: { day: { type: date } }\n", figures);
        assert_eq!(shown(&project, &["n"]), ["3"], "{name}");
    }
}

#[test]
fn hidden_rows_count_only_where_the_source_says_so() {
    for (declared, cases) in [("", "1,295"), ("    hidden: include\n", "2,725")] {
        let figures = "  cases: sum(cases) from t\n";
        let project = project("t.xlsx", &fixture("hidden.xlsx"), declared, figures);
        assert_eq!(shown(&project, &["cases"]), [cases]);
    }
}

#[test]
fn encodings_are_declared() {
    let bytes = b"region,cases\nCura\xe7ao,3\n";
    let figures = "  n: cases from t where region = 'Curaçao'\n";
    let declared = "    encoding: windows-1252\n";
    let project = project("t.csv", bytes, declared, figures);
    assert_eq!(shown(&project, &["n"]), ["3"]);
}

#[test]
fn a_broken_workbook_is_an_error() {
    for name in ["same.xlsx", "same.ods"] {
        let whole = fixture(name);
        for part in 1..20 {
            let cut = &whole[..whole.len() * part / 20];
            let project = project(name, cut, "", "  n: count() from t\n");
            project.write("reports/r.md", "[=](fig:n)\n");
            let ran = project.run(&["check"]);
            assert_eq!(ran.code, 1, "{name} {part}: {}", ran.err);
            assert!(ran.err.contains("error[bad-workbook]"), "{name} {part}: {}", ran.err);
        }
    }
}

/// What `source add` proposes for a file, completed as a person would, and what `source show` then prints.
fn added(file: &str, bytes: &[u8]) -> (String, String) {
    let project = Project::empty();
    project.write(&format!("data/d/{file}"), bytes);
    let added = project.run(&["source", "add", &format!("data/d/{file}"), "--name", "t"]);
    assert_eq!(added.code, 0, "{file}: {}", added.err);
    let yaml = project.read("data/d/source.yaml");
    let (_, datasets) = yaml.split_once("datasets:").unwrap();
    let head = "title: T\npublisher: P\nlicence: CC0-1.0\ndatasets:";
    project.write("data/d/source.yaml", format!("{head}{datasets}"));
    let shown = project.run(&["source", "show", "t"]);
    assert_eq!(shown.code, 0, "{file}: {}\n{yaml}", shown.err);
    (yaml, shown.out)
}

#[test]
fn what_is_proposed_for_a_file_reads_it() {
    let (yaml, shown) = added("t.xlsx", &fixture("titles.xlsx"));
    assert!(yaml.contains("range: A4\n") && yaml.contains("key: [region, year]"), "{yaml}");
    assert!(shown.starts_with("t: 4 rows of data/d/t.xlsx, sheet Table_1\n"), "{shown}");
    let (yaml, shown) = added("t.xlsx", &fixture("levels.xlsx"));
    assert!(yaml.contains("header: 2\n") && yaml.contains("strip_notes: true"), "{yaml}");
    assert!(shown.contains("cases_2023: integer, 3 known"), "{shown}");
    let (yaml, _) = added("t.xlsx", &fixture("sheets.xlsx"));
    assert!(yaml.contains("sheet: Table_1"), "{yaml}");
    let csv = "region;year;cases\nNorth;2023;[c]\nNorth;2024;1,200\nTotal;2024;1,300\nSouth;2024;..\nSouth;2025;4\nWest;2025;9\n";
    let (yaml, shown) = added("t.csv", csv.as_bytes());
    assert!(yaml.contains("delimiter: \";\""), "{yaml}");
    assert!(yaml.contains("ignore_rows: region = 'Total'"), "{yaml}");
    assert!(yaml.contains("missing: [\"..\"], suppressed: { \"[c]\": any }"), "{yaml}");
    assert!(shown.contains("cases: integer, 3 known, 1 missing, 1 hidden"), "{shown}");
    // a packed file is looked at as what it holds
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(csv.as_bytes()).unwrap();
    let (packed, _) = added("t.csv.gz", &gz.finish().unwrap());
    assert_eq!(packed.replace("t.csv.gz", "t.csv"), yaml);
    // nothing is built before a person has said whose file it is
    let project = project("t.csv", b"a\n1\n", "", "  n: count() from t\n");
    fs::remove_file(project.path().join("data/d/source.yaml")).unwrap();
    project.run(&["source", "add", "data/d/t.csv"]);
    assert_eq!(project.run(&["check"]).code, 1);
}

/// A page, twin or list without what is of the file: its name, its digest, where in it something is.
fn without_file(text: &str, file: &str, digest: &str) -> String {
    // rows with their places, which the evidence holds, too
    let rows = text.split("<details class=\"rows").map(|part| part.split_once("</details>"));
    let text: String = text.split("<details class=\"rows").next().unwrap().to_string()
        + &rows.skip(1).map(|part| part.unwrap().1).collect::<String>();
    let text = text.replace(digest, "DIGEST").replace(&format!("data/d/{file}"), "data/d/FILE");
    let sheet = |line: &&str| line.trim() != "\"sheet\": \"Table_1\",";
    let text: String = text.split_inclusive('\n').filter(sheet).collect();
    let text = text.replace("\"sheet\": \"Table_1\", ", "");
    // where rows are, behind the file's name in the notes
    let named = format!("{file}, ");
    let mut parts = text.split(&named);
    let mut plain = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let end = part.find([')', '<', ';', 'S']).unwrap_or(0);
        plain.push_str("FILE, ");
        plain.push_str(&part[end..]);
    }
    plain.replace(file, "FILE")
}

/// The cells and formulas of a bundle's workbook, without the file's name and digest and the places of rows.
fn sheets(bytes: Vec<u8>) -> String {
    use calamine::{Reader, Xlsx};
    let mut book = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    for name in book.sheet_names() {
        let (rows, columns) = if name == "Figures" { (0, 0) } else { (4, 1) };
        let (cells, formulas) =
            (book.worksheet_range(&name).unwrap(), book.worksheet_formula(&name).unwrap());
        for (row, column, cell) in
            cells.used_cells().filter(|(r, c, _)| *r >= rows && *c >= columns)
        {
            text.push_str(&format!("{name} {row} {column} {cell}\n"));
        }
        for (row, column, formula) in formulas.used_cells() {
            text.push_str(&format!("{name} {row} {column} ={formula}\n"));
        }
    }
    assert!(text.contains("SUMPRODUCT("), "{text}");
    text
}

#[test]
fn the_same_table_gives_the_same_bundle_but_for_the_file() {
    let figures = "  cases: sum(cases) from t where year = 2024\n  largest: region from by_region where rank = 1\nseries:\n  by_region: sum(cases) from t by region\ncharts:\n  by_region: { kind: bar, series: by_region, title: Cases by region, alt: Bars of cases }\ntables:\n  by_region: { series: by_region, caption: Cases }\n";
    let body = "There were [1,445](fig:cases) cases, most in [North](fig:largest).\n\n[Cases](chart:by_region)\n\n[Cases](table:by_region)\n";
    let (xlsx, ods) = (fixture("same.xlsx"), fixture("same.ods"));
    let mut bundles: Vec<Vec<(String, String)>> = Vec::new();
    for (file, bytes) in [("rows.csv", SAME.as_bytes()), ("rows.xlsx", &xlsx), ("rows.ods", &ods)] {
        let project = project(file, bytes, "", figures);
        project.write("reports/r.md", body);
        project.run(&["build"]).expect(0);
        let json: serde_json::Value =
            serde_json::from_str(&project.read("output/r/figures.json")).unwrap();
        let digest = json["figures"][0]["input"]["sha256"].as_str().unwrap().to_string();
        let files = crate::support::files(&project.path().join("output/r"));
        let bundle = files.into_iter().map(|(path, bytes)| {
            if path == "evidence.xlsx" {
                return (path, sheets(bytes));
            }
            let text = String::from_utf8(bytes).unwrap();
            let plain = match path.starts_with("evidence/") {
                _ if path == "SHA256SUMS" => {
                    text.lines().map(|line| line[64..].to_string()).collect()
                }
                // sizes and digests of all files
                _ if path == "ro-crate-metadata.json" => {
                    let mut crates: serde_json::Value = serde_json::from_str(&text).unwrap();
                    for entity in crates["@graph"].as_array_mut().unwrap() {
                        let entity = entity.as_object_mut().unwrap();
                        entity.retain(|key, _| key != "sha256" && key != "contentSize");
                    }
                    without_file(&crates.to_string(), file, &digest)
                }
                // file and place are the first two cells
                true => text
                    .lines()
                    .map(|line| line.splitn(3, ',').nth(2).unwrap().to_string() + "\n")
                    .collect(),
                // sizes and digests of what differs, and the column that says where a row is
                false if path == "datapackage.json" => {
                    let mut package: serde_json::Value = serde_json::from_str(&text).unwrap();
                    for resource in package["resources"].as_array_mut().unwrap() {
                        let resource = resource.as_object_mut().unwrap();
                        resource.remove("bytes");
                        resource.remove("hash");
                        let fields = resource["schema"]["fields"].as_array_mut().unwrap();
                        fields.retain(|field| field["name"] != "line" && field["name"] != "cells");
                    }
                    package.to_string()
                }
                // what the page's script reads of the file
                false => {
                    let data = text.split_once("id=\"recheck-data\">");
                    let shown = data.map(|(before, after)| {
                        let after = after.split_once("</script>").unwrap().1;
                        format!("{before}{after}")
                    });
                    without_file(&shown.unwrap_or(text), file, &digest)
                }
            };
            (path, plain)
        });
        bundles.push(bundle.collect());
    }
    for other in &bundles[1..] {
        for (one, other) in bundles[0].iter().zip(other) {
            assert_eq!(one, other);
        }
        assert_eq!(bundles[0].len(), other.len());
    }
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_gives_the_same_figures() {
    let figures = format!("{FIGURES}  amount: sum(amount) from t\n  first: min(day) from t\n");
    let project = project("t.parquet", &fixture("same.parquet"), "", &figures);
    let found = shown(&project, &["cases", "share", "inner", "amount", "first"]);
    assert_eq!(found, ["1,445", "28.05", "95", "9,007,199,254,740,994.30", "31 December 1969"]);
    let evidence = project.read("output/r/evidence/inner.csv");
    assert!(evidence.contains("data/d/t.parquet,4,"), "{evidence}");
    let cut = &fixture("same.parquet")[..400];
    let broken = self::project("t.parquet", cut, "", "  n: count() from t\n");
    broken.write("reports/r.md", "[=](fig:n)\n");
    assert!(broken.run(&["check"]).expect(1).err.contains("cannot be read as Parquet"));
}

#[cfg(not(feature = "parquet"))]
#[test]
fn parquet_is_refused_with_a_word_on_what_to_do() {
    let project = project("t.parquet", &fixture("same.parquet"), "", "  n: count() from t\n");
    project.write("reports/r.md", "[=](fig:n)\n");
    let said = project.run(&["check"]).expect(1).err;
    assert!(said.contains("--features parquet"), "{said}");
}
