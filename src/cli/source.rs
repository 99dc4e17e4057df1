//! `tieout source`: what is done with the files under `data/`.

use std::io::Read;

use clap::{Args, Subcommand};

use super::{End, Options, report};
use crate::bundle::write_text;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::digest::Hasher;
use crate::frame::Cell;
use crate::pipeline;
use crate::sources::{self, Dataset};
use crate::text::{Span, Text, Texts};
use crate::world::World;

/// Work with sources and their files
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Pin(Pin),
    Add(Add),
    Show(Show),
}

/// Look at a file under `data/` and propose its `source.yaml`
#[derive(Debug, Args)]
pub(super) struct Add {
    /// The file, by its path from the project's folder: data/FOLDER/FILE
    file: String,
    /// Name of its dataset [default: the file's]
    #[arg(long)]
    name: Option<String>,
}

/// Print a dataset as it is read
#[derive(Debug, Args)]
pub(super) struct Show {
    /// Its name
    dataset: String,
    /// How many rows to print
    #[arg(long, default_value_t = 10)]
    rows: u64,
}

/// Write the SHA-256 of data files into their `source.yaml`
#[derive(Debug, Args)]
pub(super) struct Pin {
    /// Datasets to pin, by name [default: all]
    datasets: Vec<String>,
}

pub(super) fn run(command: &Command, options: &Options) -> End {
    let pin = match command {
        Command::Pin(pin) => pin,
        Command::Add(add) => return propose(add, options),
        Command::Show(show) => return print(show, options),
    };
    let declared = pipeline::declared(&options.world());
    let ((texts, sources), mut diagnostics) = (declared.value, declared.diagnostics);
    let known = || sources.datasets.keys().map(String::as_str);
    for name in pin.datasets.iter().filter(|name| !sources.datasets.contains_key(*name)) {
        let error = Diagnostic::error(Code::UnknownFrame, format!("there is no dataset `{name}`"));
        diagnostics.push(error.did_you_mean(name, known()));
    }
    if !diagnostics.has_errors() {
        let chosen = sources
            .datasets
            .values()
            .filter(|d| pin.datasets.is_empty() || pin.datasets.contains(&d.name));
        pin_all(&chosen.collect::<Vec<_>>(), &texts, options, &mut diagnostics);
    }
    report::diagnostics(&diagnostics, &texts, options)
}

/// Proposes a `source.yaml`, and writes it where there is none.
fn propose(add: &Add, options: &Options) -> End {
    let mut diagnostics = Diagnostics::default();
    let path = add.file.trim_start_matches("./");
    let folder = path.strip_prefix("data/").and_then(|rest| rest.rsplit_once('/'));
    let Some((folder, file)) = folder else {
        let error = Diagnostic::error(
            Code::OutsideProject,
            format!("`{path}` is in no folder under `data/`"),
        );
        diagnostics.push(error.hint("put the file into a folder of its own: data/PUBLISHER/FILE"));
        return report::diagnostics(&diagnostics, &Texts::default(), options);
    };
    let mut bytes = Vec::new();
    let read = options.world().open(path).and_then(|mut file| file.read_to_end(&mut bytes));
    if let Err(error) = read {
        diagnostics.push(Diagnostic::unreadable(path, &error));
        return report::diagnostics(&diagnostics, &Texts::default(), options);
    }
    let stem = file.split('.').next().unwrap_or(file);
    let name = add.name.clone().unwrap_or_else(|| sources::slug(stem));
    let proposed = sources::propose(path, &name, &bytes);
    diagnostics.extend(proposed.diagnostics);
    if let Some(proposal) = proposed.value {
        let target = format!("data/{folder}/source.yaml");
        let there = options.world().stamp(&target).is_ok();
        table(&proposal.preview);
        if there {
            anstream::println!(
                "\n# {target} is there already; this would be another one\n{}",
                proposal.yaml
            );
        } else if let Err(error) = write_text(&options.project.join(&target), &proposal.yaml) {
            let message = format!("failed to write `{target}` ({error})");
            diagnostics.push(Diagnostic::error(Code::WriteFailed, message).in_file(target));
        } else {
            anstream::println!(
                "\n{}\n{target}: written; complete its first lines",
                proposal.yaml.trim_end()
            );
        }
        if !proposal.unsure.is_empty() {
            anstream::println!("\nTo look at:");
            proposal.unsure.iter().for_each(|unsure| anstream::println!("- {unsure}"));
        }
    }
    report::diagnostics(&diagnostics, &Texts::default(), options)
}

/// Rows in columns, cut to what a terminal shows.
fn table(rows: &[Vec<String>]) {
    let cut = |cell: &String| cell.chars().take(18).collect::<String>();
    let width = rows.iter().map(Vec::len).max().unwrap_or(0).min(9);
    let widths: Vec<usize> = (0..width)
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cut(cell).chars().count()).max().unwrap_or(0)
        })
        .collect();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{:<width$}", cut(cell)));
        let more = if row.len() > width { "  …" } else { "" };
        anstream::println!("  {}{more}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}

/// Prints a dataset as it is read: its columns with what they hold, and its first rows.
fn print(show: &Show, options: &Options) -> End {
    let world = options.world();
    let declared = pipeline::declared(&world);
    let ((texts, sources), mut diagnostics) = (declared.value, declared.diagnostics);
    let Some(dataset) = sources.datasets.get(&show.dataset) else {
        let message = format!("there is no dataset `{}`", show.dataset);
        let known = sources.datasets.keys().map(String::as_str);
        diagnostics.push(
            Diagnostic::error(Code::UnknownFrame, message).did_you_mean(&show.dataset, known),
        );
        return report::diagnostics(&diagnostics, &texts, options);
    };
    let frame = pipeline::whole_frame(&world, &sources, dataset, options.threads());
    let Some(frame) = frame.into(&mut diagnostics) else {
        return report::diagnostics(&diagnostics, &texts, options);
    };
    let sheet = frame.sheet().map_or(String::new(), |sheet| format!(", sheet {sheet}"));
    anstream::println!("{}: {} rows of {}{sheet}", dataset.name, frame.rows, dataset.path);
    let headers = frame.provenance.as_ref().map(|provenance| &provenance.headers);
    for (name, column) in &frame.columns {
        let mut counts = [0_u64; 3];
        for row in 0..frame.rows {
            match frame.cell(column, row) {
                Cell::Known(_) => counts[0] += 1,
                Cell::Missing => counts[1] += 1,
                Cell::Suppressed => counts[2] += 1,
            }
        }
        let [known, missing, hidden] = counts;
        let header = headers.and_then(|headers| headers.get(name)).map_or("", String::as_str);
        anstream::println!(
            "  {name}: {}, {known} known, {missing} missing, {hidden} hidden  \"{header}\"",
            column.meaning.name()
        );
    }
    let names: Vec<String> =
        std::iter::once("row".to_string()).chain(frame.columns.keys().cloned()).collect();
    let mut rows = vec![names];
    for row in 0..frame.rows.min(show.rows) {
        let cells = frame.columns.values().map(|column| frame.cell(column, row).to_string());
        rows.push(std::iter::once(frame.line(row).to_string()).chain(cells).collect());
    }
    anstream::println!();
    table(&rows);
    report::diagnostics(&diagnostics, &texts, options)
}

fn pin_all(datasets: &[&Dataset], texts: &Texts, options: &Options, diagnostics: &mut Diagnostics) {
    // changes by file, from the last to the first, so that earlier places stay right
    let mut changes: Vec<(&Text, usize, usize, String)> = Vec::new();
    for dataset in datasets {
        let Some(digest) = diagnostics.take(digest(dataset, options)) else { continue };
        let text = texts.get(dataset.file_span.text);
        match &dataset.sha256 {
            Some((pin, _)) if *pin == digest => {
                anstream::println!("{}: pinned already", dataset.name)
            }
            Some((_, span)) => changes.push((text, span.start, span.end, digest)),
            None => {
                let (at, words) = insertion(&text.content, dataset.file_span, &digest);
                changes.push((text, at, at, words));
            }
        }
    }
    changes.sort_by_key(|(text, start, ..)| (text.path.clone(), std::cmp::Reverse(*start)));
    let mut changed: Vec<(&str, String)> = Vec::new();
    for (text, start, end, words) in changes {
        if changed.last().is_none_or(|(path, _)| *path != text.path) {
            changed.push((&text.path, text.content.clone()));
        }
        if let Some((_, content)) = changed.last_mut() {
            content.replace_range(start..end, &words);
        }
    }
    for (path, content) in changed {
        match write_text(&options.project.join(path), &content) {
            Ok(_) => anstream::println!("{path}: pinned"),
            Err(error) => diagnostics.push(
                Diagnostic::error(Code::WriteFailed, format!("failed to write `{path}` ({error})"))
                    .in_file(path),
            ),
        }
    }
}

/// Where the pin goes, and how it is written there: a line below `file:`, or behind it in `{ }`.
fn insertion(content: &str, file: Span, digest: &str) -> (usize, String) {
    let (before, after) = (&content[..file.start], &content[file.end..]);
    let line = before.rsplit('\n').next().unwrap_or("");
    let rest_end = after.find('\n').map_or(content.len(), |at| file.end + at);
    if line.contains('{') {
        let quote = usize::from(after.starts_with(['"', '\'']));
        return (file.end + quote, format!(", sha256: {digest}"));
    }
    let indent: String = line.chars().take_while(|c| *c == ' ').collect();
    (rest_end, format!("\n{indent}sha256: {digest}"))
}

fn digest(dataset: &Dataset, options: &Options) -> Result<String, Diagnostic> {
    let failed =
        |error: std::io::Error| Diagnostic::unreadable(&dataset.path, &error).at(dataset.file_span);
    let mut file = options.world().open(&dataset.path).map_err(failed)?;
    let (mut hasher, mut buffer) = (Hasher::default(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut buffer).map_err(failed)? {
            0 => return Ok(hasher.finish()),
            count => hasher.update(&buffer[..count]),
        }
    }
}
