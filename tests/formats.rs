//! The same table in other formats: the same figures, and rows that lead to their place.

use std::io::{Cursor, Write};

use crate::support::Project;

const CSV: &str = "area,year,cases,rate\nLeeds,2023,12,0.10\nYork,2023,,1e-2\nLeeds,2024,15,2.5\n\"Hull, East\",2024,7,0.3\n";
const JSON: &str = "[\n {\"area\": \"Leeds\", \"year\": 2023, \"cases\": 12, \"rate\": 0.10},\n {\"area\": \"York\", \"year\": 2023, \"cases\": null, \"rate\": 1e-2},\n {\"area\": \"Leeds\", \"year\": 2024, \"rate\": 2.5, \"cases\": 15},\n {\"area\": \"Hull, East\", \"year\": 2024, \"cases\": 7, \"rate\": 0.3}\n]\n";

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn project(file: &str, bytes: &[u8], declared: &str) -> Project {
    let source = format!(
        "title: T\npublisher: P\nlicence: CC0-1.0\ndatasets:\n  t:\n    file: {file}\n{declared}"
    );
    let project = Project::new(&[
        ("data/d/source.yaml", &source),
        (
            "reports/r.yaml",
            "title: Made\ndate: 2026-01-01\nfigures:\n  cases: sum(cases) from t\n  rate: sum(rate) from t\n  known: count(cases) from t\n  east: cases from t where area = 'Hull, East'\n",
        ),
        ("reports/r.md", "[34](fig:cases), [2.91](fig:rate), [3](fig:known), [7](fig:east).\n"),
    ]);
    project.write(&format!("data/d/{file}"), bytes);
    project
}

#[test]
fn every_format_gives_the_same_figures() {
    let lines: String =
        serde_json::from_str::<Vec<serde_json::Value>>(&JSON.replace("1e-2", "0.01"))
            .unwrap()
            .iter()
            .map(|record| format!("{record}\n\n"))
            .collect();
    let nested = format!(
        "{{\"help\": \"x\", \"result\": {{\"fields\": [{{\"id\": \"area\"}}], \"records\": {JSON}}}}}"
    );
    let table = "[[\"area\",\"year\",\"cases\",\"rate\"],[\"Leeds\",2023,12,0.10],[\"York\",2023,null,0.01],[\"Leeds\",2024,15,2.5],[\"Hull, East\",2024,7,0.3]]";
    let tags = CSV.replacen('\n', "\n#adm1+name,#date+year,#affected,\n", 1);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(JSON.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let one =
        zip(&[("folder/", b""), ("__MACOSX/._t.csv", b"x"), ("folder/t.csv", CSV.as_bytes())]);
    let two = zip(&[("notes.txt", b"read me"), ("tables/t.json", JSON.as_bytes())]);
    let tagged = "    columns:\n      cases: { from: \"#affected\", type: integer }\n";
    let quoted = CSV.replace('"', "'");
    let cases: [(&str, &[u8], &str, &str); 10] = [
        ("t.csv", CSV.as_bytes(), "", "5"),
        ("t.json", JSON.as_bytes(), "", "5"),
        ("t.csv", quoted.as_bytes(), "    quote: \"'\"\n", "5"),
        ("t.jsonl", lines.as_bytes(), "", "7"),
        ("t.json", nested.as_bytes(), "    records: result.records\n", "5"),
        ("t.json", table.as_bytes(), "", "1"),
        ("t.json.gz", &packed, "", "5"),
        ("t.zip", &one, "", "5"),
        ("t.zip", &two, "    member: tables/t.json\n", "5"),
        ("t.csv", tags.as_bytes(), tagged, "6"),
    ];
    for (file, bytes, declared, line) in cases {
        let project = project(file, bytes, declared);
        project.run(&["build"]).expect(0);
        let evidence = project.read("output/r/evidence/east.csv");
        let expected = format!("data/d/{file},{line},\"Hull, East\",7\n");
        assert!(evidence.ends_with(&expected), "{file} {declared}: {evidence}");
    }
}

#[test]
fn numbers_of_json_keep_their_digits() {
    let json = "[{\"n\": 0.1}, {\"n\": 9007199254740993}, {\"n\": 1.10}]";
    let source = "title: T\npublisher: P\nlicence: CC0-1.0\ndatasets:\n  t: { file: t.json }\n";
    let project = Project::new(&[
        ("data/d/source.yaml", source),
        ("data/d/t.json", json),
        ("reports/r.yaml", "title: Made\ndate: 2026-01-01\nfigures:\n  n: sum(n) from t\n"),
        ("reports/r.md", "[=](fig:n)\n"),
    ]);
    project.run(&["build"]).expect(0);
    assert!(project.read("output/r/figures.json").contains("\"value\": \"9007199254740994.2\""));
}

#[test]
fn what_cannot_be_read_is_told() {
    let said = |file: &str, bytes: &[u8], declared: &str| {
        let ran = project(file, bytes, declared).run(&["check"]);
        assert_eq!(ran.code, 1, "{file}: {}", ran.out);
        ran.err
    };
    let two = zip(&[("a.csv", b"x"), ("b.csv", b"x")]);
    assert!(said("t.zip", &two, "").contains("it holds `a.csv`, `b.csv`"));
    assert!(said("t.zip", &two, "    member: a.cvs\n").contains("did you mean `a.csv`?"));
    assert!(said("t.zip", &two[..40], "").contains("error[bad-workbook]"));
    assert!(said("t.csv", CSV.as_bytes(), "    member: a.csv\n").contains("is no archive"));
    let nested = said("t.json", b"{\"a\": {\"rows\": [{\"area\": 1}]}}", "");
    assert!(nested.contains("declare `records: a.rows`"), "{nested}");
    let twice = said("t.json", b"[\n{\"area\": 1, \"area\": 2}]", "");
    assert!(
        twice.contains("the key `area` stands twice in a record") && twice.contains("t.json:2"),
        "{twice}"
    );
    let cut = said("t.json", &JSON.as_bytes()[..100], "");
    assert!(cut.contains("is no JSON that can be read"), "{cut}");
    let line = said("t.jsonl", b"{\"area\": 1}\n{\"area\": \n", "");
    assert!(line.contains("t.jsonl:2"), "{line}");
    let deep = format!("[{}1{}]", "[".repeat(100_000), "]".repeat(100_000));
    said("t.json", deep.as_bytes(), "");
    let deep = format!("[{}1{}]", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    said("t.json", deep.as_bytes(), "");
    assert!(said("t.json", b"[1, 2]", "").contains("neither an object nor a list"));
}

#[test]
fn what_is_proposed_for_them_reads_them() {
    let nested = format!("{{\"result\": {{\"records\": {JSON}}}}}");
    let two = zip(&[("notes.pdf", b"x"), ("t.csv", CSV.as_bytes())]);
    let tags = CSV.replacen('\n', "\n#adm1+name,#date+year,#affected,\n", 1);
    for (file, bytes, line) in [
        ("t.json", nested.as_bytes(), "    records: result.records\n"),
        ("t.zip", &two, "    member: t.csv\n"),
        ("t.csv", tags.as_bytes(), "type: integer"),
    ] {
        let project = project(file, bytes, "");
        std::fs::remove_file(project.path().join("data/d/source.yaml")).unwrap();
        project.run(&["source", "add", &format!("data/d/{file}"), "--name", "t"]).expect(0);
        let yaml = project.read("data/d/source.yaml");
        assert!(yaml.contains(line), "{yaml}");
        let (_, datasets) = yaml.split_once("datasets:").unwrap();
        let head = "title: T\npublisher: P\nlicence: CC0-1.0\ndatasets:";
        project.write("data/d/source.yaml", format!("{head}{datasets}"));
        project.run(&["build"]).expect(0);
    }
}

#[test]
fn a_data_package_is_a_source() {
    let package = r#"{
  "name": "decisions", "title": "Decisions of areas", "created": "2025-03-06T10:00:00Z",
  "homepage": "https://example.org/decisions", "version": "2",
  "contributors": [{ "title": "A Writer", "role": "author" }, { "title": "Example Council", "role": "publisher" }],
  "licenses": [{ "name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/" }],
  "resources": [
    { "name": "Decisions-2024", "path": "t.csv", "title": "Decisions", "encoding": "utf-8", "dialect": { "delimiter": ";" },
      "schema": { "fields": [
        { "name": "Area", "type": "string", "constraints": { "required": true } },
        { "name": "Year", "type": "year" },
        { "name": "Cases", "type": "integer", "groupChar": ",", "constraints": { "minimum": 0 } } ],
        "primaryKey": ["Area", "Year"], "missingValues": ["", "-"] } },
    { "name": "notes", "path": "notes.pdf", "format": "pdf" }
  ]
}"#;
    let csv = "Area;Year;Cases\nLeeds;2023;1,200\nYork;2023;-\nLeeds;2024;34\n";
    let project = Project::new(&[
        ("data/council/datapackage.json", package),
        ("data/council/t.csv", csv),
        (
            "reports/r.yaml",
            "title: Made\ndate: 2026-01-01\nfigures:\n  cases: sum(cases) from decisions_2024\n  known: count(cases) from decisions_2024\n",
        ),
        ("reports/r.md", "[1,234](fig:cases) in [2](fig:known).\n"),
    ]);
    project.run(&["build"]).expect(0);
    let briefing = project.read("output/r/briefing.md");
    for words in
        ["Example Council. *Decisions of areas*", "6 March 2025", "CC-BY-4.0", "Version: 2"]
    {
        assert!(briefing.contains(words), "{words}\n{briefing}");
    }
    assert!(project.path().join("output/r/spec/data/council/datapackage.json").is_file());
    project
        .write("data/council/t.csv", csv.replace(";34", ";-34").replace("York;2023;-", ";2023;5"));
    let broken = project.run(&["check"]).expect(1).err;
    for words in [
        "breaks `minimum: 0` in 1 row",
        "breaks `required: true` in 1 row",
        "data/council/datapackage.json:9:",
    ] {
        assert!(broken.contains(words), "{words}\n{broken}");
    }
    // a decimal comma is read, another spelling of dates is refused
    let comma = package.replace(
        "\"type\": \"integer\", \"groupChar\": \",\"",
        "\"type\": \"number\", \"decimalChar\": \",\"",
    );
    project.write("data/council/datapackage.json", &comma);
    project.write(
        "data/council/t.csv",
        "Area;Year;Cases\nLeeds;2023;1200,5\nYork;2023;-\nLeeds;2024;33,5\n",
    );
    project.write("reports/r.md", "[1,234.0](fig:cases) in [2](fig:known).\n");
    project.run(&["build"]).expect(0);
    project.write(
        "data/council/datapackage.json",
        package.replace("\"type\": \"year\"", "\"type\": \"date\", \"format\": \"%d/%m/%Y\""),
    );
    let dated = project.run(&["check"]).expect(1).err;
    assert!(dated.contains("how `Year` is written, `%d/%m/%Y`, is not read"), "{dated}");
    project.write("reports/r.md", "[1,234](fig:cases) in [2](fig:known).\n");
    project.write("data/council/datapackage.json", package.replace("licenses", "licences"));
    let unnamed = project.run(&["check"]).expect(1).err;
    assert!(unnamed.contains("the data package names no licence"), "{unnamed}");
    // what a person declares beside a package comes before it
    project.write("data/council/source.yaml", "title: T\npublisher: P\nlicence: none stated\ndatasets:\n  decisions_2024: { file: t.csv, delimiter: \";\", missing: [\"-\"], columns: { cases: { type: integer, thousands: \",\" } } }\n");
    project.write("data/council/t.csv", csv);
    project.run(&["build"]).expect(0);
}

#[test]
fn every_table_of_a_bundle_is_in_its_data_package() {
    let project = project(
        "t.csv",
        CSV.as_bytes(),
        "    columns:\n      cases: { type: integer, constraints: { minimum: 0 } }\n",
    );
    project.run(&["build"]).expect(0);
    let package: serde_json::Value =
        serde_json::from_str(&project.read("output/r/datapackage.json")).unwrap();
    let resources = package["resources"].as_array().unwrap();
    let described: Vec<&str> = resources.iter().map(|r| r["path"].as_str().unwrap()).collect();
    let files = crate::support::files(&project.path().join("output/r"));
    let tables: Vec<&str> =
        files.iter().map(|(path, _)| path.as_str()).filter(|path| path.ends_with(".csv")).collect();
    assert_eq!(described, tables);
    let cases = resources.iter().find(|r| r["path"] == "evidence/cases.csv").unwrap();
    let sums = project.read("output/r/SHA256SUMS");
    let digest = cases["hash"].as_str().unwrap().strip_prefix("sha256:").unwrap();
    assert!(sums.contains(&format!("{digest}  evidence/cases.csv")), "{sums}");
    let field = cases["schema"]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .find(|f| f["name"] == "cases")
        .unwrap();
    assert_eq!(field["type"], "integer");
    assert_eq!(field["constraints"]["minimum"], 0);
}
