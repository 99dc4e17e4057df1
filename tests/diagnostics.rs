//! Every diagnostic, as a person sees it: `tests/diagnostics/CODE*.txt`, each a small project and what the command says.
//!
//! A file holds parts that begin with `=== path` (a file of the project), `=== $ arguments` (the command, `check` unless
//! given) and `=== expect` (exit code, then the words). A file may be `(workbook NAME)`, of `tests/workbooks`. `UPDATE_EXPECTED=1` rewrites the last part; the words are then
//! read by a person before they are committed.

use std::collections::BTreeSet;
use std::fs;

use tieout::diag::Code;

use crate::support::{Project, Ran, root};

const DEFAULTS: [(&str, &str); 4] = [
    (
        "data/made/source.yaml",
        "title: Made\npublisher: Tests\nlicence: CC0-1.0\ndatasets:\n  t:\n    file: t.csv\n",
    ),
    ("data/made/t.csv", "year,kind,cases\n2022,red,3\n2022,blue,4\n2023,red,5\n"),
    ("reports/r.yaml", "title: Made\ndate: 2026-01-01\nfigures:\n  all: sum(cases) from t\n"),
    ("reports/r.md", "In all [12](fig:all).\n"),
];

#[test]
fn every_diagnostic_reads_as_expected() {
    let mut seen = BTreeSet::new();
    let mut paths: Vec<_> = fs::read_dir(root().join("tests/diagnostics"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let case = Case::parse(&text);
        let said = case.run();
        for code in Code::ALL {
            let named = |severity: &str| said.contains(&format!("{severity}[{}]", code.name()));
            if named("error") || named("warning") {
                seen.insert(code.name());
            }
        }
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let about = stem.split("--").next().unwrap();
        assert!(said.contains(&format!("[{about}]")), "{stem} does not show `{about}`:\n{said}");
        let whole = format!("{}=== expect\n{said}", case.before);
        crate::support::matches_file(&path, &whole);
    }
    let missing: Vec<&str> =
        Code::ALL.iter().map(|code| code.name()).filter(|name| !seen.contains(name)).collect();
    assert_eq!(missing, Vec::<&str>::new(), "codes without a golden test");
}

struct Case<'t> {
    before: &'t str,
    files: Vec<(&'t str, String)>,
    commands: Vec<Vec<&'t str>>,
}

impl<'t> Case<'t> {
    fn parse(text: &'t str) -> Self {
        let before = text.split("=== expect\n").next().unwrap();
        let mut case = Self { before, files: Vec::new(), commands: Vec::new() };
        for part in before.split("=== ").skip(1) {
            let (head, body) = part.split_once('\n').unwrap();
            match head.strip_prefix("$ ") {
                Some(arguments) => case.commands.push(arguments.split_whitespace().collect()),
                None => case
                    .files
                    .push((head, body.replace("\\r", "\r").replace("\\xff", "\u{ff}\u{fffe}"))),
            }
        }
        if case.commands.is_empty() {
            case.commands.push(vec!["check"]);
        }
        case
    }

    fn run(&self) -> String {
        let project = Project::empty();
        for (path, text) in DEFAULTS {
            project.write(path, text);
        }
        for (path, text) in &self.files {
            match *path {
                _ if text == "(none)\n" => drop(fs::remove_file(project.path().join(path))),
                _ if text == "(folder)\n" => {
                    drop(fs::remove_file(project.path().join(path)));
                    fs::create_dir_all(project.path().join(path)).unwrap();
                }
                path if text.starts_with("(workbook ") => {
                    let name = text.trim().trim_start_matches("(workbook ").trim_end_matches(')');
                    let bytes = fs::read(root().join("tests/workbooks").join(name)).unwrap();
                    project.write(path, bytes);
                }
                path if text.contains("(huge)") => {
                    project.write(path, text.replace("(huge)", &"x".repeat(17 << 20)));
                }
                path => {
                    // one character of a text file can stand for a byte that is no UTF-8
                    let bytes: Vec<u8> = text.replace("\u{ff}\u{fffe}", "\u{e000}").into_bytes();
                    let mut raw = Vec::new();
                    let marker = "\u{e000}".as_bytes();
                    let mut at = 0;
                    while at < bytes.len() {
                        if bytes[at..].starts_with(marker) {
                            raw.push(0xff);
                            at += marker.len();
                        } else {
                            raw.push(bytes[at]);
                            at += 1;
                        }
                    }
                    project.write(path, raw);
                }
            }
        }
        let mut last: Option<Ran> = None;
        for command in &self.commands {
            if let ["write", path, rest @ ..] = command.as_slice() {
                project.write(path, rest.join(" ").replace("\\n", "\n"));
                continue;
            }
            last = Some(project.run(command));
        }
        let ran = last.expect("a command");
        format!("exit {}\n{}", ran.code, ran.err)
    }
}
