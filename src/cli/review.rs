//! `tieout review`: what needs a reviewer's eyes, a sheet to check it by, and the verdicts back.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{End, MessageFormat, Options, report};
use crate::bundle::write_text;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::pipeline::{self, Project, Report};
use crate::render::{self, ReviewSheet};
use crate::review::{self, Item, Review, State};
use crate::spec::Spec;

/// Say what needs a reviewer's eyes, write a sheet to check it by, and read the verdicts back
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Reports, by name [default: all]
    reports: Vec<String>,
    /// Write `NAME-review.csv` and `NAME-review.html` into this folder: what needs eyes, with empty columns for verdicts
    #[arg(long, value_name = "DIR")]
    sheet: Option<PathBuf>,
    /// List what is checked already, too
    #[arg(long)]
    all: bool,
    /// Read the verdicts of a sheet that was filled in into `reports/NAME.reviews.yaml`
    #[arg(long, value_name = "CSV", conflicts_with = "sheet")]
    record: Option<PathBuf>,
    /// Sign what is recorded with the minisign secret key in this file
    #[cfg(feature = "sign")]
    #[arg(long, value_name = "KEY", requires = "record")]
    sign: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, options: &Options) -> End {
    let (world, threads) = (options.world(), options.threads());
    let checked = pipeline::check(&world, &arguments.reports, threads);
    let (mut project, mut diagnostics) = (checked.value, checked.diagnostics);
    let mut said = Vec::new();
    // words that do not tie out need no eyes; what they were checked as is told all the same
    let sound = !diagnostics.has_errors();
    if let Some(sheet) = arguments.record.as_ref().filter(|_| sound) {
        said = record(arguments, sheet, &mut project, options, &mut diagnostics);
    }
    for own in &project.reports {
        let review = pipeline::review(&project, own, threads);
        if let Some(folder) = arguments.sheet.as_ref().filter(|_| sound) {
            let written = write(own, &review, folder, arguments.all, options);
            said.extend(diagnostics.take(written).into_iter().flatten());
        }
        list(own, &review, arguments.all, options);
    }
    let end = report::diagnostics(&diagnostics, &project.texts, options);
    if end == End::Fine && options.message_format == MessageFormat::Human {
        said.iter().for_each(|line| anstream::println!("{line}"));
    }
    end
}

/// Says what needs eyes, and why.
fn list(own: &Report, review: &Review, all: bool, options: &Options) {
    let wanted = review.listed(all);
    if options.message_format == MessageFormat::Json {
        for (item, state) in wanted {
            anstream::println!("{}", json(own, item, state));
        }
        return;
    }
    let (agreed, total) = review.agreed();
    anstream::println!(
        "{}: {agreed} of {total} claims, charts and tables checked; {} need eyes",
        own.spec.name,
        total - agreed
    );
    let mut sentence = "";
    for (item, state) in wanted {
        if item.sentence != sentence {
            sentence = &item.sentence;
            anstream::println!("\n  {sentence}");
        }
        let found = match state {
            State::Agreed(off) => format!("{} agreed on {}", off.by, off.on),
            other => other.reasons().join("; "),
        };
        let of = &item.fingerprint.of;
        match item.fingerprint.words.as_str() {
            "" => anstream::println!("      {of}: {}; {found}", item.shown),
            words if item.shown.is_empty() => anstream::println!("      “{words}”, {of}; {found}"),
            words => anstream::println!("      “{words}” {of} = {}; {found}", item.shown),
        }
    }
}

fn json(own: &Report, item: &Item, state: &State) -> serde_json::Value {
    let (name, off) = match state {
        State::Agreed(off) => ("agreed", Some(off)),
        State::Disagreed(off) => ("disagreed", Some(off)),
        State::Lapsed(off, _) => ("lapsed", Some(off)),
        State::Unproven(off) => ("unproven", Some(off)),
        State::New => ("new", None),
    };
    let changed: Vec<&str> = match state {
        State::Lapsed(_, parts) => parts.iter().map(|part| part.name()).collect(),
        _ => Vec::new(),
    };
    serde_json::json!({
        "report": own.spec.name,
        "of": item.fingerprint.of,
        "words": item.fingerprint.words,
        "sentence": item.sentence,
        "shown": item.shown,
        "made": item.made,
        "sources": item.sources,
        "figures": item.figures,
        "fingerprint": item.fingerprint.sha256(),
        "state": name,
        "by": off.map(|off| &off.by),
        "on": off.map(|off| off.on.to_string()),
        "changed": changed,
    })
}

/// Writes the sheet of a report, and says where.
fn write(
    own: &Report,
    review: &Review,
    folder: &Path,
    all: bool,
    options: &Options,
) -> Result<Vec<String>, Diagnostic> {
    let name = &own.spec.name;
    let target = options.project.join(folder);
    let failed = |error: std::io::Error| {
        let message = format!("failed to write into `{}` ({error})", folder.display());
        Diagnostic::error(Code::WriteFailed, message)
    };
    let csv = review::sheet(name, review.listed(all));
    let file = format!("{name}-review.csv");
    let page = render::review_sheet(&ReviewSheet {
        title: &own.document.title.plain,
        language: &own.document.language,
        date: &own.document.date.0,
        file: &file,
        review,
        all,
    })?;
    fs::create_dir_all(&target).map_err(failed)?;
    let mut said = Vec::new();
    let texts = [(file, csv), (format!("{name}-review.html"), page.into_bytes())];
    for (file, bytes) in texts {
        // what a reviewer wrote into it is not ours to overwrite
        let path = target.join(&file);
        let before = fs::read(&path).ok();
        if file.ends_with(".csv") && before.is_some_and(|before| before != bytes) {
            let message = format!("`{}` is there already", folder.join(&file).display());
            return Err(Diagnostic::error(Code::WriteFailed, message)
                .in_file(folder.join(&file).display().to_string())
                .hint("it may hold verdicts: record them with `--record`, or write elsewhere"));
        }
        write_text(&path, &String::from_utf8_lossy(&bytes)).map_err(failed)?;
        said.push(format!("  {}", folder.join(&file).display()));
    }
    Ok(said)
}

/// Reads verdicts into the ledgers, and says how many.
fn record(
    arguments: &Arguments,
    sheet: &Path,
    project: &mut Project,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Vec<String> {
    let shown = sheet.display().to_string();
    let read = fs::read(options.project.join(sheet));
    let content = read.map_err(|error| Diagnostic::unreadable(&shown, &error));
    let Some(content) = diagnostics.take(content) else { return Vec::new() };
    let reviews: Vec<Review> = project
        .reports
        .iter()
        .map(|own| pipeline::review(project, own, options.threads()))
        .collect();
    let known: Vec<(&Spec, &Review, &review::Ledger)> = project
        .reports
        .iter()
        .zip(&reviews)
        .map(|(own, review)| (&own.spec, review, &own.ledger))
        .collect();
    let mut new = review::verdicts(&shown, &content, &known).into(diagnostics);
    sign(arguments, &mut new, options, diagnostics);
    if diagnostics.has_errors() {
        return Vec::new();
    }
    let mut said = Vec::new();
    if new.is_empty() {
        said.push(format!("{shown}: no new verdict"));
    }
    for (name, offs) in new {
        let own = project.reports.iter_mut().zip(&reviews).find(|(own, _)| own.spec.name == name);
        let Some((own, review)) = own else { continue };
        let count = offs.len();
        own.ledger.record(offs);
        let items: Vec<Item> = review.items.iter().map(|(item, _)| item.clone()).collect();
        let path = format!("reports/{name}.reviews.yaml");
        let written = write_text(&options.project.join(&path), &own.ledger.text(&items));
        let failed = |error: std::io::Error| {
            Diagnostic::error(Code::WriteFailed, format!("failed to write `{path}` ({error})"))
                .in_file(path.as_str())
        };
        if diagnostics.take(written.map_err(failed)).is_some() {
            said.push(format!("  {count} recorded in {path}"));
        }
    }
    said
}

/// Signs new sign-offs, where a key is named.
#[cfg(feature = "sign")]
fn sign(
    arguments: &Arguments,
    new: &mut review::Read,
    options: &Options,
    diagnostics: &mut Diagnostics,
) {
    let Some(path) = &arguments.sign else { return };
    let shown = path.display().to_string();
    let key = fs::read_to_string(options.project.join(path))
        .map_err(|error| Diagnostic::unreadable(&shown, &error));
    let Some(key) = diagnostics.take(key) else { return };
    let offs =
        new.iter_mut().flat_map(|(report, offs)| offs.iter_mut().map(move |off| (report, off)));
    for (report, (off, _)) in offs {
        let signed = review::sign(off, report, &key).map_err(|error| {
            let message = format!("`{shown}` cannot sign: {error}");
            Diagnostic::error(Code::Review, message)
                .in_file(shown.as_str())
                .hint("name a secret key that `minisign -G` made")
        });
        match diagnostics.take(signed) {
            Some(signature) => off.signature = Some(signature),
            None => return,
        }
    }
}

#[cfg(not(feature = "sign"))]
fn sign(_: &Arguments, _: &mut review::Read, _: &Options, _: &mut Diagnostics) {}
