//! The conformance corpus: `tests/conformance/*.txt`, each a table, recipes, and what each gives.
//!
//! ```text
//! a,b
//! 1,x
//! ---
//! columns (lines of source.yaml, may be empty)
//! ---
//! sum(a) from t => 1                     the value, exact
//! a from t where b = 'y' => error empty-selection
//! ```
//!
//! The expected values are worked out by hand or by the program that a file names; they are never tieout's own output.
//! Each recipe runs twice: through the engine, and through the naive evaluator of `tests/naive.rs`.

use std::fs;

use crate::naive;
use crate::support::{Project, root};

#[test]
fn every_recipe_of_the_corpus_gives_what_is_expected() {
    let mut count = 0;
    for entry in fs::read_dir(root().join("tests/conformance")).unwrap() {
        let path = entry.unwrap().path();
        count +=
            run(&path.file_name().unwrap().to_string_lossy(), &fs::read_to_string(&path).unwrap());
    }
    assert!(count >= 150, "the corpus has only {count} recipes");
}

fn run(name: &str, text: &str) -> usize {
    let mut parts = text.splitn(3, "\n---\n");
    let (csv, columns, cases) =
        (parts.next().unwrap(), parts.next().unwrap(), parts.next().expect("three parts"));
    let cases: Vec<(&str, &str)> = cases
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|line| line.split_once(" => ").unwrap_or_else(|| panic!("{name}: no `=>` in {line}")))
        .map(|(recipe, expected)| (recipe.trim(), expected.trim()))
        .collect();
    for (recipe, expected) in &cases {
        check(name, csv, columns, recipe, expected);
    }
    cases.len()
}

fn check(name: &str, csv: &str, columns: &str, recipe: &str, expected: &str) {
    let series = recipe.contains(" by ");
    let long = if series {
        format!("series:\n  f:\n    value: {}\n    as: decimal(6)\n", quoted(recipe))
    } else {
        format!("figures:\n  f:\n    value: {}\n    as: decimal(6)\n", quoted(recipe))
    };
    let csv = format!("{csv}\n");
    let project = Project::of(
        &csv,
        columns,
        &format!("{long}  zero: {{ value: count() from t }}\n"),
        "[=](fig:zero)\n",
    );
    let spec = project.read("reports/r.yaml");
    let spec = if series {
        spec.replace("  zero: { value: count() from t }\n", "figures:\n  zero: count() from t\n")
    } else {
        spec
    };
    // a text or date takes no format
    for spec in [spec.clone(), spec.replace("    as: decimal(6)\n", "")] {
        project.write("reports/r.yaml", &spec);
        let ran = project.run(&["build"]);
        if let Some(code) = expected.strip_prefix("error ") {
            assert!(
                ran.code == 1 && ran.err.contains(&format!("error[{code}]")),
                "{name}: {recipe} => {expected}\n{}",
                ran.err
            );
            return;
        }
        if ran.code != 0 {
            assert!(ran.err.contains("[needs-format]"), "{name}: {recipe}\n{}", ran.err);
            continue;
        }
        let report: serde_json::Value =
            serde_json::from_str(&project.read("output/r/figures.json")).unwrap();
        let found = if series {
            series_text(&report["series"][0])
        } else {
            report["figures"][0]["value"].as_str().unwrap().to_string()
        };
        assert_eq!(found, expected, "{name}: {recipe}");
        if let Some(naive) = naive::evaluate(&csv, columns, recipe) {
            assert_eq!(naive, expected, "naive evaluator, {name}: {recipe}");
        }
        return;
    }
    panic!("{name}: {recipe} was built in no form");
}

/// `key: value; key: value`, a missing value as `-`.
fn series_text(series: &serde_json::Value) -> String {
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_string();
    let points = series["points"].as_array().unwrap().iter().map(|point| {
        let keys: Vec<String> = point["keys"].as_array().unwrap().iter().map(text).collect();
        let value = &point["values"][0];
        let value = if value.is_null() { "-".to_string() } else { text(&value["value"]) };
        format!("{}: {value}", keys.join(", "))
    });
    points.collect::<Vec<_>>().join("; ")
}

fn quoted(recipe: &str) -> String {
    format!("'{}'", recipe.replace('\'', "''"))
}
