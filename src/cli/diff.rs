//! `tieout diff`: what moved since an earlier edition, and why.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::verify::read;
use super::{End, MessageFormat, Options, report};
use crate::audit::{Cause, Change, Edition, compare, only_grew, restatements};
use crate::bundle::{Lock, write_text};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::pipeline;
use crate::render::{self, Behind, EditionReport, MovedFigure, RestatedFigure};
use crate::text::Texts;
use crate::world::{Disk, Instead};

/// Say what moved since an earlier edition, and why
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The earlier edition: a bundle's folder, or a lock [default: the lock of the report]
    before: Option<PathBuf>,
    /// The report, where the project has several
    #[arg(long, value_name = "NAME")]
    report: Option<String>,
    /// Also write `edition.md` and `edition.html` into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, options: &Options) -> End {
    let mut diagnostics = Diagnostics::default();
    let compared = diff(arguments, options, &mut diagnostics);
    let end = report::diagnostics(&diagnostics, &Texts::default(), options);
    let Some(compared) = compared.filter(|_| end == End::Fine) else { return end };
    match options.message_format {
        MessageFormat::Json => {
            for change in &compared.changes {
                anstream::println!("{}", serde_json::to_string(change).unwrap_or_default());
            }
        }
        MessageFormat::Human => say(&compared),
    }
    end
}

/// What was compared, for the terminal and for files.
struct Compared {
    name: String,
    changes: Vec<Change>,
    report: EditionReport,
}

fn say(Compared { name, report, .. }: &Compared) {
    if report.changes.is_empty() {
        anstream::println!("{name}: nothing moved since {}", report.before_name);
    }
    for change in &report.changes {
        let moved = match change.before == change.after {
            true => change.after.clone(),
            false => format!("{} → {}", change.before, change.after),
        };
        anstream::println!("{}: {moved}, {}", change.id, change.why);
        for behind in &change.details {
            behind.lines.iter().for_each(|line| anstream::println!("  {line}"));
        }
    }
    if !report.restated.is_empty() {
        anstream::println!("\nAs published, and as today’s files give it by the same recipe:");
    }
    for figure in &report.restated {
        let cited = if figure.cited { " (cited in its text)" } else { "" };
        anstream::println!("  {}: {} → {}{cited}", figure.id, figure.published, figure.now);
    }
}

/// A change in words.
fn told(change: &Change) -> MovedFigure {
    let none = || "–".to_string();
    let names: Vec<String> = change.causes.iter().map(Cause::in_words).collect();
    let details =
        change.causes.iter().map(|cause| Behind { name: cause.in_words(), lines: cause.details() });
    MovedFigure {
        id: change.id.clone(),
        label: change.label.clone(),
        before: change.before.clone().unwrap_or_else(none),
        after: change.after.clone().unwrap_or_else(none),
        why: names.join(", "),
        details: details.filter(|behind| !behind.lines.is_empty()).collect(),
    }
}

/// The edition to compare with: what it says, the report that it is of, and what its recipes give on today's files.
struct Earlier {
    edition: Edition,
    report: String,
    restated: Option<Edition>,
}

fn diff(
    arguments: &Arguments,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Option<Compared> {
    let given = match &arguments.before {
        Some(path) => Some(earlier(path, options, diagnostics)?),
        None => None,
    };
    let of = given.as_ref().map(|earlier| earlier.report.clone());
    let names: Vec<String> = arguments.report.clone().or(of).into_iter().collect();
    let world = options.world();
    let checked = pipeline::check(&world, &names, options.threads());
    let (errors, _) = checked.diagnostics.counts();
    let [own] = checked.value.reports.as_slice() else {
        let known: Vec<&str> = checked.value.reports.iter().map(|r| r.spec.name.as_str()).collect();
        let error = match known.is_empty() {
            true => Diagnostic::error(
                Code::NoReports,
                "there is no report to compare, or it cannot be made: `tieout check` says why",
            ),
            false => Diagnostic::error(Code::NoReports, "the project has several reports")
                .hint(format!("say which: `--report NAME`, one of {}", known.join(", "))),
        };
        diagnostics.push(error);
        return None;
    };
    let name = own.spec.name.clone();
    let lock = PathBuf::from(format!("reports/{name}.lock"));
    let shown = arguments.before.as_ref().unwrap_or(&lock);
    let Earlier { edition, restated, .. } = match given {
        Some(earlier) => earlier,
        None => earlier(shown, options, diagnostics)?,
    };
    let made = pipeline::bundle(&world, &checked.value, own, options.threads());
    let after = Edition::of_bundle(&made.into(diagnostics)?.0)?;
    let changes = compare(&edition, restated.as_ref(), &after);
    let restated = restated.map_or(Vec::new(), |restated| restatements(&edition, &restated));
    let restated = restated.into_iter().map(|(id, old, now)| RestatedFigure {
        cited: edition.words.contains_key(&id),
        grown: only_grew(&changes, &id),
        id,
        label: old.label,
        published: old.shown,
        now: now.map_or_else(|| "cannot be made from them".into(), |now| now.shown),
    });
    let report = EditionReport {
        title: own.document.title.plain.clone(),
        language: own.document.language.clone(),
        before_name: shown.display().to_string(),
        restated: restated.collect(),
        dates: (edition.date, after.date),
        errors: errors > 0,
        changes: changes.iter().map(told).collect(),
    };
    if let Some(out) = &arguments.out {
        diagnostics.take(write(&report, out, options))?;
    }
    Some(Compared { name, changes, report })
}

fn write(report: &EditionReport, out: &Path, options: &Options) -> Result<(), Diagnostic> {
    let folder = options.project.join(out);
    let failed = |error: std::io::Error| {
        let message = format!("failed to write into `{}` ({error})", out.display());
        Diagnostic::error(Code::WriteFailed, message)
    };
    fs::create_dir_all(&folder).map_err(failed)?;
    for (file, text) in render::edition(report)? {
        write_text(&folder.join(file), &text).map_err(failed)?;
    }
    Ok(())
}

/// Reads a bundle or a lock.
fn earlier(path: &Path, options: &Options, diagnostics: &mut Diagnostics) -> Option<Earlier> {
    let full = options.project.join(path);
    let (edition, report, restated) = if full.is_dir() {
        let bundle = diagnostics.take(read(&full))?;
        let report = bundle.keys().find_map(|path| {
            let name = path.strip_prefix("spec/reports/")?.strip_suffix(".yaml")?;
            // its ledger lies beside it
            (!name.ends_with(".reviews")).then(|| name.to_string())
        });
        let edition = Edition::of_bundle(&bundle);
        (edition, report, restate(&full, options, diagnostics))
    } else {
        let text = fs::read_to_string(&full)
            .map_err(|error| Diagnostic::unreadable(&path.display().to_string(), &error));
        let edition = Lock::parse(&diagnostics.take(text)?).map(|lock| Edition::of_lock(&lock));
        (edition, full.file_stem().and_then(|stem| stem.to_str()).map(str::to_string), None)
    };
    let Some((edition, report)) = edition.zip(report) else {
        let message = format!("`{}` is neither a bundle nor a lock of tieout", path.display());
        let hint = "name an earlier `output/NAME`, or an earlier `reports/NAME.lock`";
        diagnostics.push(Diagnostic::error(Code::NotVerified, message).hint(hint));
        return None;
    };
    Some(Earlier { edition, report, restated })
}

/// What the recipes of an earlier edition give on today's files.
fn restate(bundle: &Path, options: &Options, diagnostics: &mut Diagnostics) -> Option<Edition> {
    let spec = Disk::new(bundle.join("spec"));
    let declared = pipeline::declared(&spec).value.1;
    let here = |path: &String| options.project.join(path);
    let paths = declared.datasets.values().map(|dataset| &dataset.path);
    let files = paths.filter(|path| here(path).is_file()).map(|path| (path.clone(), here(path)));
    let world = Instead { world: &spec, files: files.collect() };
    // what moved makes its words wrong, which is no trouble here
    let project = pipeline::unpinned(&world, options.threads()).value;
    let report = project.reports.first()?;
    let made = pipeline::bundle(&world, &project, report, options.threads()).into(diagnostics)?.0;
    Edition::of_bundle(&made)
}
