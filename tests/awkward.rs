//! Real files as publishers really publish them, declared in `tests/awkward/*.yaml`: rows and sums against an independent reading
//! (`tests/independent/awkward.py`). The files are not part of the project: `TIEOUT_AWKWARD` names the folder that holds them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use crate::support::{Project, root};

/// What is expected of a column: rows, known cells, and their sum.
type Expected = (String, String, String, String);

fn expected() -> BTreeMap<String, Vec<Expected>> {
    let text = fs::read_to_string(root().join("tests/awkward/expected.csv")).unwrap();
    let mut cases: BTreeMap<String, Vec<Expected>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let [case, column, rows, known, sum] = cells[..] else { panic!("{line}") };
        cases.entry(case.into()).or_default().push((
            column.into(),
            rows.into(),
            known.into(),
            sum.into(),
        ));
    }
    cases
}

/// The value of a line `name: …` of a declaration.
fn field<'t>(text: &'t str, name: &str) -> &'t str {
    let line = text.lines().find_map(|line| line.trim().strip_prefix(name));
    line.unwrap_or_else(|| panic!("no {name} in {text}")).trim()
}

#[test]
fn real_files_are_read_as_others_read_them() {
    let cases = expected();
    let declared: Vec<String> = fs::read_dir(root().join("tests/awkward"))
        .unwrap()
        .filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            name.strip_suffix(".yaml").map(str::to_string)
        })
        .collect();
    assert_eq!(declared.len(), cases.len(), "{declared:?}");
    let Some(folder) = std::env::var_os("TIEOUT_AWKWARD").map(PathBuf::from) else { return };
    for (case, columns) in cases {
        let path = root().join("tests/awkward").join(format!("{case}.yaml"));
        let text = fs::read_to_string(path).unwrap();
        let file = field(&text, "file:");
        let dataset = text.split("datasets:\n  ").nth(1).unwrap().split(':').next().unwrap();
        let mut spec = String::from("title: T\ndate: 2026-01-01\nfigures:\n");
        let _ = writeln!(spec, "  rows: count() from {dataset}");
        for (column, ..) in &columns {
            let _ = writeln!(
                spec,
                "  known_{column}: count({column}) from {dataset} where {column} is known"
            );
            let _ = writeln!(
                spec,
                "  sum_{column}: sum({column}) from {dataset} where {column} is known as decimal(1)"
            );
        }
        let project = Project::empty();
        project.write("data/s/source.yaml", &text);
        project.write(&format!("data/s/{file}"), fs::read(folder.join(file)).unwrap());
        project.write("reports/r.yaml", &spec);
        project.write("reports/r.md", "[=](fig:rows)\n");
        let ran = project.run(&["build"]);
        assert_eq!(ran.code, 0, "{case}: {}{}", ran.out, ran.err);
        let json: serde_json::Value =
            serde_json::from_str(&project.read("output/r/figures.json")).unwrap();
        let shown = |id: &str| {
            let figures = json["figures"].as_array().unwrap();
            let figure = figures.iter().find(|figure| figure["id"] == id);
            figure.expect(id)["shown"].as_str().unwrap().replace(',', "")
        };
        // what is proposed for it reads it, too
        fs::remove_file(project.path().join("data/s/source.yaml")).unwrap();
        let added = project.run(&["source", "add", &format!("data/s/{file}"), "--name", dataset]);
        assert_eq!(added.code, 0, "{case}: {}", added.err);
        let proposed = project.read("data/s/source.yaml");
        let (_, datasets) = proposed.split_once("datasets:").unwrap();
        let head = "title: T\npublisher: P\nlicence: CC0-1.0\ndatasets:";
        project.write("data/s/source.yaml", format!("{head}{datasets}"));
        let ran = project.run(&["source", "show", dataset]);
        // a text that nothing is known of is left to a person, and said
        let open = added.out.contains("say what these mean");
        assert!(ran.code == 0 || open, "{case}: {}\n{proposed}", ran.err);
        for (column, rows, known, sum) in columns {
            let found =
                (shown("rows"), shown(&format!("known_{column}")), shown(&format!("sum_{column}")));
            assert_eq!(found, (rows, known, sum), "{case}: {column}");
        }
    }
}

#[test]
fn the_flagship_stands_on_the_tables_of_the_home_office() {
    let Some(folder) = std::env::var_os("TIEOUT_AWKWARD").map(PathBuf::from) else { return };
    let tables = folder.parent().unwrap().to_path_buf();
    if !tables.join("home-office-derived").is_dir() {
        return;
    }
    let project = Project::copy(&root(), &["reports", "data"]);
    let own = project.read("data/nrm-releases/source.yaml");
    // the datasets of which the publisher's tables are there take the place of those that we typed
    let real = fs::read_to_string(root().join("tests/flagship/source.yaml")).unwrap();
    let (_, real) = real.split_once("datasets:\n").unwrap();
    let (head, typed) = own.split_once("datasets:\n").unwrap();
    let mut sections: Vec<String> = Vec::new();
    for line in typed.split_inclusive('\n') {
        match line.starts_with("  ") && !line.starts_with("   ") {
            true => sections.push(line.to_string()),
            false => sections.last_mut().unwrap().push_str(line),
        }
    }
    let replaced = |section: &String| {
        ["decisions", "ages", "referrals", "reports"]
            .contains(&section.trim_start().split(':').next().unwrap())
    };
    let kept: String = sections.into_iter().filter(|section| !replaced(section)).collect();
    project.write("data/nrm-releases/source.yaml", format!("{head}datasets:\n{real}{kept}"));
    for (of, file) in [
        ("home-office-derived", "nrm_decisions_quarterly_2014_2023.csv"),
        ("humaniverse-asylum", "nrm_referrals_longitudinal.csv"),
        ("humaniverse-asylum", "nrm_duty_to_notify_longitudinal.csv"),
    ] {
        let bytes = fs::read(tables.join(of).join(file)).unwrap();
        project.write(&format!("data/nrm-releases/{file}"), bytes);
    }
    let json = fs::read_to_string(root().join("output/nrm-2024/figures.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let from = |figure: &serde_json::Value| figure["input"]["from"].as_str().map(str::to_string);
    let mut same = 0;
    let mut absent = Vec::new();
    for figure in json["figures"].as_array().unwrap() {
        if !from(figure).is_some_and(|from| {
            ["decisions", "ages", "referrals", "reports"].contains(&from.as_str())
        }) {
            continue;
        }
        let (id, value) = (figure["id"].as_str().unwrap(), figure["shown"].as_str().unwrap());
        let out = project.run(&["explain", id, "--report", "nrm-2024"]).out;
        match out.lines().next().and_then(|line| line.strip_prefix(&format!("{id} = "))) {
            Some(found) => {
                // 2023 is committed from a later release, which revised it, and 2024 is not in these tables
                let value = match id {
                    "referrals_2023" => "17,004",
                    "revised_total" => "46,625",
                    _ => value,
                };
                assert_eq!(found, value, "{id}\n{out}");
                same += 1;
            }
            None => absent.push(id.to_string()),
        }
    }
    // the tables end with 2023
    let later = ["dtn_2024", "dtn_2025", "referrals_2024", "referrals_2025"];
    assert_eq!(absent.iter().filter(|id| !later.contains(&id.as_str())).count(), 0, "{absent:?}");
    assert!(same >= 19, "{same} figures, without {absent:?}");
}
