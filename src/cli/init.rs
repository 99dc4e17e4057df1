//! `tieout init`: a small working project in an empty folder.

use std::fs;
use std::io;
use std::path::Path;

use clap::Args;

use super::{End, Options, schema};

/// Make a small working project in the project's folder
#[derive(Debug, Args)]
pub(super) struct Arguments {}

const FILES: [(&str, &str); 4] = [
    ("reports/first.yaml", include_str!("init/first.yaml")),
    ("reports/first.md", include_str!("init/first.md")),
    ("data/dtn/source.yaml", include_str!("init/source.yaml")),
    ("data/dtn/dtn.csv", include_str!("init/dtn.csv")),
];

pub(super) fn run(_: &Arguments, options: &Options) -> End {
    let root = &options.project;
    match occupied(root) {
        Ok(None) => {}
        Ok(Some(path)) => {
            anstream::eprintln!(
                "error: `{path}` is there already; `tieout init` makes a project only where there is none"
            );
            return End::Usage;
        }
        Err(error) => return failed(root, &error),
    }
    let schemas = [
        ("reports/report.schema.json", schema::report()),
        ("data/source.schema.json", schema::source()),
    ];
    let files = FILES.map(|(path, text)| (path, text.to_string()));
    for (path, text) in files.into_iter().chain(schemas) {
        if let Err(error) = write(&root.join(path), &text) {
            return failed(&root.join(path), &error);
        }
        anstream::println!("{path}");
    }
    anstream::println!("\nNext: `tieout build`, then open output/first/index.html");
    End::Fine
}

/// The first of our files or folders that is there already.
fn occupied(root: &Path) -> io::Result<Option<&'static str>> {
    for path in ["reports", "data"] {
        match fs::read_dir(root.join(path)) {
            Ok(mut entries) => {
                if entries.next().is_some() {
                    return Ok(Some(path));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, text)
}

fn failed(path: &Path, error: &io::Error) -> End {
    anstream::eprintln!("error: failed to write `{}` ({error})", path.display());
    End::Errors
}
