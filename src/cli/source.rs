//! `tieout source`: what is done with the files under `data/`.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{End, Options, report};
use crate::audit;
use crate::bundle::write_text;
use crate::diag::{Code, Diagnostic, Diagnostics, Outcome, counted};
use crate::digest::Hasher;
use crate::frame::{Cell, Frame};
use crate::pipeline::{self, Project, Report};
use crate::sources::{self, Dataset, Sources};
use crate::text::{Span, Text, Texts};
use crate::world::{Instead, World};

/// Work with sources and their files
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Pin(Pin),
    Add(Add),
    Show(Show),
    Refresh(Refresh),
}

/// Compare a new release of a file with the one that is there: rows, figures and claims that would move
#[derive(Debug, Args)]
pub(super) struct Refresh {
    /// The new file, anywhere; the project is not changed
    file: PathBuf,
    /// The dataset that it is a release of [default: the one whose file has its name]
    #[arg(long)]
    dataset: Option<String>,
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
        Command::Refresh(refresh) => return compare(refresh, options),
    };
    let declared = pipeline::declared(&options.world());
    let ((texts, sources), mut diagnostics) = (declared.value, declared.diagnostics);
    for name in &pin.datasets {
        diagnostics.take(sources.dataset(name));
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
    let Some(dataset) = diagnostics.take(sources.dataset(&show.dataset)) else {
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
        let cells = frame.columns.values().map(|column| frame.signed(column, row));
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
        let text = texts.get(dataset.file_span.text);
        if text.path.ends_with("/datapackage.json") {
            anstream::println!(
                "{}: declared by a data package, whose `hash` pins it",
                dataset.name
            );
            continue;
        }
        let Some(digest) = diagnostics.take(digest(dataset, options)) else { continue };
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

/// How many rows, cells and figures of a kind are printed.
const MOST_CHANGES: usize = 20;

/// Compares a new release of a file with the one that is there.
fn compare(refresh: &Refresh, options: &Options) -> End {
    let world = options.world();
    let declared = pipeline::declared(&world);
    let ((texts, sources), mut diagnostics) = (declared.value, declared.diagnostics);
    let Some(dataset) = diagnostics.take(released(refresh, &sources)) else {
        return report::diagnostics(&diagnostics, &texts, options);
    };
    let path = dataset.path.clone();
    let files = BTreeMap::from([(path.clone(), refresh.file.clone())]);
    let other = Instead { world: &world, files };
    let threads = options.threads();
    // what is wrong with the old file or the reports is told by `check`
    let Outcome { value: old, diagnostics: old_diagnostics } =
        pipeline::check(&world, &[], threads);
    let trial = pipeline::trial(&world, &path, &refresh.file, threads);
    let new = trial.value;
    for dataset in sources.datasets.values().filter(|dataset| dataset.path == path) {
        let unpinned = Dataset { sha256: None, ..dataset.clone() };
        let before = pipeline::whole_frame(&world, &sources, &unpinned, threads).value;
        let after = pipeline::whole_frame(&other, &sources, &unpinned, threads);
        // a dataset that no report uses is in none of the diagnostics of the trial
        if !new.frames.contains_key(&dataset.name) {
            diagnostics.extend(after.diagnostics);
        }
        match (before, after.value) {
            (Some(before), Some(after)) => say_changes(&before, &after, &refresh.file),
            (None, _) => {
                anstream::println!("{}: the file that is there cannot be read", dataset.name)
            }
            (_, None) => anstream::println!(
                "{}: {} cannot be read as it is",
                dataset.name,
                refresh.file.display()
            ),
        }
    }
    for report in &new.reports {
        let name = |old: &&Report| old.spec.name == report.spec.name;
        if let Some(before) = old.reports.iter().find(name) {
            say_moved(before, report, &new);
        }
    }
    let made: Vec<&str> = new.reports.iter().map(|report| report.spec.name.as_str()).collect();
    for report in old.reports.iter().filter(|old| !made.contains(&old.spec.name.as_str())) {
        anstream::println!("{}: cannot be built any more", report.spec.name);
    }
    anstream::println!(
        "nothing was changed; to take it, put the file in place of {path}, run `tieout source pin {}` and `tieout build`",
        dataset.name
    );
    diagnostics.extend(trial.diagnostics);
    // errors about words are what would move, and are told above; the rest is told where it is new
    let known = old_diagnostics.iter().map(|diagnostic| (diagnostic.code, &diagnostic.message));
    let known: Vec<_> = known.collect();
    let mut others = Diagnostics::default();
    for diagnostic in diagnostics.iter().filter(|diagnostic| {
        diagnostic.code != Code::WrongClaim
            && !known.contains(&(diagnostic.code, &diagnostic.message))
    }) {
        others.push(diagnostic.clone());
    }
    report::diagnostics(&others, &new.texts, options)
}

/// The dataset that a file is a release of.
fn released<'s>(refresh: &Refresh, sources: &'s Sources) -> Result<&'s Dataset, Diagnostic> {
    if let Some(name) = &refresh.dataset {
        return sources.dataset(name);
    }
    let file = refresh.file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let named =
        sources.datasets.values().filter(|dataset| dataset.path.rsplit('/').next() == Some(file));
    let named: Vec<&Dataset> = named.collect();
    let mut paths: Vec<&str> = named.iter().map(|dataset| dataset.path.as_str()).collect();
    paths.dedup();
    match (named.first(), paths.len()) {
        (Some(dataset), 1) => Ok(dataset),
        _ => {
            let names: Vec<&str> = sources.datasets.keys().map(String::as_str).collect();
            let message =
                format!("which dataset `{file}` is a release of cannot be told by its name");
            Err(Diagnostic::error(Code::UnknownFrame, message)
                .hint(format!("say it: `--dataset NAME`, of {}", crate::diag::list(&names, 12))))
        }
    }
}

fn say_changes(before: &Frame, after: &Frame, file: &std::path::Path) {
    let changes = audit::changes(before, after);
    let by = if before.key.is_empty() {
        "all cells, for it declares no key".to_string()
    } else {
        before.key.join(", ")
    };
    anstream::println!(
        "{}: {} rows before, {} in {}; rows are matched by {by}",
        before.name,
        before.rows,
        after.rows,
        file.display()
    );
    anstream::println!(
        "  {} the same, {} added, {} removed, {} revised",
        changes.same,
        changes.added.len(),
        changes.removed.len(),
        counted(changes.revised.len() as u64, "cell")
    );
    for (sign, names) in [("+", &changes.columns.0), ("-", &changes.columns.1)] {
        if !names.is_empty() {
            anstream::println!("  {sign} columns {}", names.join(", "));
        }
    }
    let all = |lines: Vec<String>| {
        let more = lines.len().saturating_sub(MOST_CHANGES);
        lines.iter().take(MOST_CHANGES).for_each(|line| anstream::println!("  {line}"));
        if more > 0 {
            anstream::println!("  … and {more} more");
        }
    };
    let row = |sign: &str, row: &audit::Row| format!("{sign} {} (line {})", row.key, row.line);
    all(changes.added.iter().map(|added| row("+", added)).collect());
    all(changes.removed.iter().map(|removed| row("-", removed)).collect());
    let cell =
        |value: &String| if value.is_empty() { "nothing".to_string() } else { value.clone() };
    all(changes
        .revised
        .iter()
        .map(|revised| {
            let (old, new) = (cell(&revised.values.0), cell(&revised.values.1));
            format!("~ {}: {} {old} → {new} (line {})", revised.key, revised.column, revised.line)
        })
        .collect());
}

fn say_moved(before: &Report, after: &Report, project: &Project) {
    let mut moved = audit::moved(&before.figures, &after.figures, &after.shower());
    moved.sort_by_key(|moved| moved.shown.0 == moved.shown.1);
    let name = &after.spec.name;
    if moved.is_empty() {
        anstream::println!("{name}: no figure moves");
        return;
    }
    let printed = moved.iter().filter(|moved| moved.shown.0 != moved.shown.1).count();
    let verb = if moved.len() == 1 { "moves" } else { "move" };
    anstream::println!(
        "{name}: {} {verb}, {printed} as printed",
        counted(moved.len() as u64, "figure")
    );
    for moved in moved.iter().take(MOST_CHANGES) {
        anstream::println!(
            "  {}",
            match &moved.shown {
                (Some(old), Some(new)) if old == new =>
                    format!("{}: {old}, by less than it prints", moved.id),
                (Some(old), Some(new)) => format!("{}: {old} → {new}", moved.id),
                (None, Some(new)) => format!("{}: new, {new}", moved.id),
                (Some(old), None) => format!("{}: {old} → cannot be made any more", moved.id),
                (None, None) => moved.id.clone(),
            }
        );
    }
    if moved.len() > MOST_CHANGES {
        anstream::println!("  … and {} more", moved.len() - MOST_CHANGES);
    }
    let broken = audit::broken(&before.verdicts, &after.verdicts);
    for verdict in &broken {
        let text = project.texts.get(verdict.span.text);
        let line = text.content[..verdict.span.start].matches('\n').count() + 1;
        let remark = verdict.remarks.first().map_or("", String::as_str);
        anstream::println!("  would be wrong: {}:{line}: {remark}", text.path);
    }
    let about = |verdict: &&crate::claims::Verdict| {
        verdict.finding.ties() && verdict.figures.iter().any(|id| moved.iter().any(|m| m.id == *id))
    };
    let held = after.verdicts.claims.iter().filter(about).count();
    if held > 0 {
        let verb = if held == 1 { "holds" } else { "hold" };
        let claims = counted(held as u64, "claim");
        anstream::println!("  {claims} about figures that move still {verb}");
    }
}
