//! `tieout diff`: what moved since an earlier edition, and why.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::verify::read;
use super::{End, MessageFormat, Options, report};
use crate::audit::{Cause, Change, Edition, compare, restatements};
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
        let cited = if figure.cited == "yes" { " (cited in its text)" } else { "" };
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

fn diff(
    arguments: &Arguments,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Option<Compared> {
    let world = options.world();
    let before = arguments.before.as_ref().map(|path| options.project.join(path));
    let of_bundle = before.as_deref().filter(|path| path.is_dir());
    let named = arguments.report.clone().or_else(|| match of_bundle {
        Some(folder) => only_report(folder),
        None => before.as_ref()?.file_stem()?.to_str().map(str::to_string),
    });
    let names: Vec<String> = named.into_iter().collect();
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
    let made =
        pipeline::bundle(&world, &checked.value, own, options.threads()).into(diagnostics)?.0;
    let after = Edition::of_bundle(&made)?;
    let shown =
        arguments.before.clone().unwrap_or_else(|| PathBuf::from(format!("reports/{name}.lock")));
    let (earlier, restated) = match of_bundle {
        Some(folder) => {
            let bundle = diagnostics.take(read(folder))?;
            let edition = Edition::of_bundle(&bundle).or_else(|| {
                diagnostics.push(no_edition(&shown));
                None
            })?;
            (edition, restate(folder, options, diagnostics))
        }
        None => {
            let path = options.project.join(&shown);
            let text = fs::read_to_string(&path)
                .map_err(|error| Diagnostic::unreadable(&shown.display().to_string(), &error));
            let lock = Lock::parse(&diagnostics.take(text)?);
            let Some(lock) = lock else {
                diagnostics.push(no_edition(&shown));
                return None;
            };
            (Edition::of_lock(&lock), None)
        }
    };
    let changes = compare(&earlier, restated.as_ref(), &after);
    let restated = restated.map_or(Vec::new(), |restated| restatements(&earlier, &restated));
    let restated = restated.into_iter().map(|(id, old, now)| RestatedFigure {
        cited: if earlier.words.contains_key(&id) { "yes" } else { "no" },
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
        dates: (earlier.date, after.date),
        errors: errors > 0,
        changes: changes.iter().map(told).collect(),
    };
    if let Some(out) = &arguments.out {
        let folder = options.project.join(out);
        let failed = |error: std::io::Error| {
            Diagnostic::error(
                Code::WriteFailed,
                format!("failed to write into `{}` ({error})", out.display()),
            )
        };
        for (file, text) in diagnostics.take(render::edition(&report))? {
            let written =
                fs::create_dir_all(&folder).and_then(|()| write_text(&folder.join(file), &text));
            diagnostics.take(written.map_err(failed));
        }
    }
    Some(Compared { name, changes, report })
}

fn no_edition(path: &Path) -> Diagnostic {
    Diagnostic::error(
        Code::NotVerified,
        format!("`{}` is neither a bundle nor a lock of tieout", path.display()),
    )
    .hint("name an earlier `output/NAME`, or an earlier `reports/NAME.lock`")
}

/// The report of a bundle, by the one spec that it holds.
fn only_report(bundle: &Path) -> Option<String> {
    let specs = fs::read_dir(bundle.join("spec/reports")).ok()?;
    let mut names = specs
        .filter_map(Result::ok)
        .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".yaml").map(str::to_string));
    names.next()
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
