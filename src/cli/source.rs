//! `tieout source`: what is done with the files under `data/`.

use std::io::Read;

use clap::{Args, Subcommand};

use super::{End, Options, report};
use crate::bundle::write_text;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::digest::Hasher;
use crate::pipeline;
use crate::sources::Dataset;
use crate::text::{Span, Text, Texts};
use crate::world::World;

/// Work with sources and their files
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Pin(Pin),
}

/// Write the SHA-256 of data files into their `source.yaml`
#[derive(Debug, Args)]
pub(super) struct Pin {
    /// Datasets to pin, by name [default: all]
    datasets: Vec<String>,
}

pub(super) fn run(command: &Command, options: &Options) -> End {
    let Command::Pin(pin) = command;
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
