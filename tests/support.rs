//! Projects in temporary folders, and the built command run in them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A project that is thrown away.
pub struct Project {
    folder: TempDir,
}

impl Project {
    /// An empty project.
    pub fn empty() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// A project with files, each a path and its text.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let project = Self::empty();
        for (path, text) in files {
            project.write(path, text);
        }
        project
    }

    /// A copy of a folder.
    pub fn copy(of: &Path, parts: &[&str]) -> Self {
        let project = Self::empty();
        for part in parts {
            copy_all(&of.join(part), &project.path().join(part));
        }
        project
    }

    /// One dataset `t` of a CSV text, with declarations for it, and a report `r` of a spec's lines and a body.
    pub fn of(csv: &str, columns: &str, spec: &str, body: &str) -> Self {
        let source = format!(
            "title: Made\npublisher: Tests\nlicence: CC0-1.0\ndatasets:\n  t:\n    file: t.csv\n{columns}"
        );
        let spec = format!("title: Made\ndate: 2026-01-01\n{spec}");
        Self::new(&[
            ("data/made/t.csv", csv),
            ("data/made/source.yaml", &source),
            ("reports/r.yaml", &spec),
            ("reports/r.md", body),
        ])
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let full = self.path().join(path);
        fs::create_dir_all(full.parent().expect("a parent")).expect("folders");
        fs::write(full, text).expect("a file");
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Runs the command in the project.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, |command| command)
    }

    /// Runs the command with its environment changed.
    pub fn run_with(
        &self,
        arguments: &[&str],
        change: impl FnOnce(&mut Command) -> &mut Command,
    ) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tieout"));
        command.arg("-C").arg(self.path()).args(arguments).env("NO_COLOR", "1");
        Ran::from(change(&mut command).output().expect("the command runs"))
    }
}

/// What a run of the command gave.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Ran {
    /// Asserts the exit code, and shows what was said where it is another.
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "\n{}\n{}", self.out, self.err);
        self
    }
}

/// The repository, as cargo says when it runs the tests: a target folder may serve several checkouts.
pub fn root() -> PathBuf {
    PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("run by cargo"))
}

/// Every file below a folder with its bytes, by its path there.
pub fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.expect("readable");
        if entry.file_type().is_file() {
            let path =
                entry.path().strip_prefix(folder).expect("below").to_string_lossy().into_owned();
            found.push((path, fs::read(entry.path()).expect("readable")));
        }
    }
    found
}

fn copy_all(from: &Path, to: &Path) {
    for (path, bytes) in files(from) {
        let target = to.join(path);
        fs::create_dir_all(target.parent().expect("a parent")).expect("folders");
        fs::write(target, bytes).expect("a file");
    }
}

/// Compares a text with an expected file; `UPDATE_EXPECTED=1` writes it instead.
pub fn matches_file(path: &Path, text: &str) {
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, text).expect("a file");
        return;
    }
    let expected =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(
        text == expected,
        "{} differs.\n--- expected\n{expected}\n--- found\n{text}",
        path.display()
    );
}
