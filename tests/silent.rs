//! What others get wrong in silence, one fixture a bug: `tests/silent/*.txt`, each a small project and what must be said or written.
//!
//! The first line names the bug. Then, in order: `=== PATH` writes a file (or `(workbook NAME)`), `=== $ ARGUMENTS` runs the command,
//! with the exit code and words that must be in what it says, `=== holds PATH` has words that a file must hold, or must not
//! (`! WORDS`). The same table as XLSX and as CSV (frictionless#870) is in `workbooks.rs`.

use std::fs;

use crate::support::{Project, root};

const DEFAULTS: [(&str, &str); 3] = [
    (
        "data/made/source.yaml",
        "title: Made\npublisher: Tests\nlicence: CC0-1.0\ndatasets:\n  t:\n    file: t.csv\n",
    ),
    ("data/made/t.csv", "year,kind,cases\n2022,red,3\n2022,blue,4\n2023,red,5\n"),
    ("reports/r.yaml", "title: Made\ndate: 2026-01-01\nfigures:\n  all: sum(cases) from t\n"),
];

#[test]
fn what_others_get_wrong_in_silence_is_said() {
    let mut count = 0;
    let mut checks = 0;
    for entry in fs::read_dir(root().join("tests/silent")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        checks += run(&name, &fs::read_to_string(&path).unwrap());
        count += 1;
    }
    assert!(count >= 19 && checks >= 60, "{count} fixtures, {checks} checks");
}

/// Runs a fixture; how many things it checked.
fn run(name: &str, text: &str) -> usize {
    let project = Project::new(&DEFAULTS);
    let mut checks = 0;
    for part in text.split("\n=== ").skip(1) {
        let (head, rest) = part.split_once('\n').unwrap_or((part, ""));
        let lines = rest.lines().filter(|line| !line.is_empty());
        if let Some(arguments) = head.strip_prefix("$ ") {
            let ran = project.run(&arguments.split(' ').collect::<Vec<_>>());
            let said = format!("exit {}\n{}{}", ran.code, ran.out, ran.err);
            for line in lines {
                assert!(
                    said.contains(line),
                    "{name}: `{arguments}` does not say `{line}`:\n{said}"
                );
                checks += 1;
            }
        } else if let Some(path) = head.strip_prefix("holds ") {
            let found = project.read(path);
            for line in lines {
                match line.strip_prefix("! ") {
                    Some(words) => {
                        assert!(!found.contains(words), "{name}: {path} holds `{words}`")
                    }
                    None => assert!(
                        found.contains(line),
                        "{name}: {path} does not hold `{line}`:\n{found}"
                    ),
                }
                checks += 1;
            }
        } else if let Some(workbook) = rest.trim().strip_prefix("(workbook ") {
            let workbook = workbook.trim_end_matches(')');
            project.write(head, fs::read(root().join("tests/workbooks").join(workbook)).unwrap());
        } else {
            project.write(head, format!("{rest}\n"));
        }
    }
    checks
}
