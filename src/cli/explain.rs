//! `tieout explain`: from a figure to its rows, and from a row to its figures.

use clap::Args;

use super::{End, Options, report};
use crate::diag::{Code, Diagnostic, Diagnostics, counted};
use crate::exact::Exact;
use crate::figures::{Figure, Series, rows, touched};
use crate::frame::Frame;
use crate::pipeline::{self, Project, Report};
use crate::sources::records;
use crate::spec::Reference;
use crate::world::World;

/// Rows that are printed.
const MOST_ROWS: usize = 20;

/// Show where a figure comes from, or which figures a row goes into
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A figure, series or point: `id`, `id/key`
    #[arg(required_unless_present = "row")]
    figure: Option<String>,
    /// The report it is in, where several have one of that name
    #[arg(long, value_name = "NAME")]
    report: Option<String>,
    /// A row of a data file instead, or its cell in one column: which figures use it
    #[arg(long, value_name = "FILE:LINE[:COLUMN]", conflicts_with = "figure")]
    row: Option<String>,
}

pub(super) fn run(arguments: &Arguments, options: &Options) -> End {
    let names: Vec<String> = arguments.report.iter().cloned().collect();
    let checked = pipeline::check(&options.world(), &names, options.threads());
    let project = &checked.value;
    let mut problems = Diagnostics::default();
    match (&arguments.row, &arguments.figure) {
        (Some(row), _) => {
            problems.take(reverse(row, project, options));
        }
        (None, Some(figure)) => {
            problems.take(forward(figure, project, options));
        }
        (None, None) => {}
    }
    if problems.has_errors() {
        // what stands in the way comes first
        problems = {
            let mut all = checked.diagnostics;
            all.extend(problems);
            all
        };
        return match report::diagnostics(&problems, &project.texts, options) {
            End::Fine => End::Usage,
            end => end,
        };
    }
    End::Fine
}

fn forward(id: &str, project: &Project, options: &Options) -> Result<(), Diagnostic> {
    let base = id.split('/').next().unwrap_or(id);
    let holding: Vec<&Report> = project
        .reports
        .iter()
        .filter(|r| r.figures.figures.contains_key(base) || r.figures.series.contains_key(base))
        .collect();
    let report = match holding.as_slice() {
        [report] => *report,
        [] => {
            let known = project
                .reports
                .iter()
                .flat_map(|r| r.figures.figures.keys().chain(r.figures.series.keys()));
            let error = Diagnostic::error(
                Code::UnknownFigure,
                format!("there is no figure or series `{base}`"),
            );
            return Err(error.did_you_mean(base, known.map(String::as_str)));
        }
        several => {
            let names: Vec<&str> = several.iter().map(|report| report.spec.name.as_str()).collect();
            let error = Diagnostic::error(
                Code::UnknownFigure,
                format!("several reports have a figure `{base}`"),
            );
            return Err(error.hint(format!("choose with --report: {}", names.join(", "))));
        }
    };
    if id == base
        && let Some(series) = report.figures.series.get(base)
    {
        say_series(series, report);
    } else {
        let reference = Reference::parse(id, report.spec.body.passage.part(0, 0));
        let found =
            report.figures.find(&reference).map_err(|error| Diagnostic { place: None, ..error })?;
        if let Some(figure) = found {
            say_figure(figure, report, project);
        }
    }
    say_rows(id, report, project, options)
}

fn say_figure(figure: &Figure, report: &Report, project: &Project) {
    anstream::println!("{} = {}", figure.id, report.shower().figure(figure));
    anstream::println!("  {}", figure.label);
    if let Some(number) = figure.value.number() {
        let fraction = |value: &Exact| match value.fraction() {
            (numerator, denominator) if denominator == "1" => numerator,
            (numerator, denominator) => format!("{numerator}/{denominator}"),
        };
        if number.hidden.is_none() {
            let root = if number.rounded_root { " (a root, rounded to 34 digits)" } else { "" };
            anstream::println!("  exactly   {}{root}", fraction(&number.value));
        }
        if let Some((low, high)) = &number.bounds {
            let why = match &number.hidden {
                Some(form) if form.ours() == form.count() => {
                    "it is hidden by disclosure control".to_string()
                }
                Some(form) => {
                    let cells = counted(form.count() as u64, "cell");
                    format!("it depends on {cells} that the publisher hides")
                }
                None => "a source prints it rounded".to_string(),
            };
            anstream::println!("  between   {} and {}: {why}", fraction(low), fraction(high));
        }
    }
    anstream::println!("  kind      {}", figure.provenance.name());
    if let Some(recipe) = &figure.recipe {
        anstream::println!("  recipe    {}", recipe.canonical);
        anstream::println!("  in words  {}", recipe.words);
    }
    if let Some(quote) = &figure.quote {
        let at = quote.at.as_ref().map_or(String::new(), |at| format!(" ({at})"));
        anstream::println!("  quote     \"{}\"{at}", quote.words);
    }
    if let Some(reason) = &figure.reason {
        anstream::println!("  reason    {reason}");
    }
    match figure.counts.as_ref().map(|counts| (&counts.frame, counts.rows)) {
        Some((frame, Some(rows))) => anstream::println!(
            "  rows      {} of {} of {frame}; {} missing, {} hidden, {} undecided",
            rows.used,
            rows.total,
            rows.missing,
            rows.suppressed,
            rows.undecided
        ),
        Some((frame, None)) => {
            anstream::println!("  rows      of {frame}, not told by disclosure control");
        }
        None => {}
    }
    if !figure.uses.is_empty() {
        anstream::println!("  from      {}", figure.uses.join(", "));
    }
    for source in figure.sources.iter().filter_map(|id| project.sources.sources.get(id)) {
        let title = source.title.as_deref().unwrap_or("title not recorded");
        let url = source.url.as_deref().unwrap_or("");
        anstream::println!("  source    {}: {}, {title} {url}", source.id, source.publisher);
    }
}

fn say_series(series: &Series, report: &Report) {
    anstream::println!("{}: {} points", series.id, series.points.len());
    anstream::println!("  {}", series.label);
    if let Some(recipe) = &series.recipe {
        anstream::println!("  recipe    {}", recipe.canonical);
    }
    let uses = series.figures().next().map(|figure| figure.uses.join(", "));
    if let Some(uses) = uses.filter(|uses| !uses.is_empty()) {
        anstream::println!("  from      {uses}");
    }
    if !series.unmatched.is_empty() {
        anstream::println!("  left out  {}", series.unmatched.join("; "));
    }
    for figure in series.figures().take(MOST_ROWS) {
        anstream::println!("  {}  {}", figure.id, report.shower().figure(figure));
    }
    if series.points.len() > MOST_ROWS {
        anstream::println!("  … and {} more", series.points.len() - MOST_ROWS);
    }
}

fn say_rows(
    id: &str,
    report: &Report,
    project: &Project,
    options: &Options,
) -> Result<(), Diagnostic> {
    let Some(set) = rows(&report.figures, &project.frames, id, MOST_ROWS + 1, options.threads())
    else {
        return Ok(());
    };
    let Some(frame) = project.frames.get(&set.frame) else { return Ok(()) };
    let Some(provenance) = &frame.provenance else { return Ok(()) };
    for (column, lookup) in
        set.columns.iter().filter_map(|name| Some((name, frame.lookups.get(name)?)))
    {
        let other = project.frames.get(&lookup.dataset).and_then(|f| f.provenance.as_ref());
        let path = other.map_or("", |provenance| provenance.path.as_str());
        anstream::println!(
            "  lookup    {column} is {} of {} ({path})",
            lookup.column,
            lookup.dataset
        );
    }
    let shown = &set.rows[..set.rows.len().min(MOST_ROWS)];
    let failed = |error: std::io::Error| Diagnostic::unreadable(&provenance.path, &error);
    let mut file = options.world().open(&provenance.path).map_err(failed)?;
    for record in records(frame, shown, &mut *file).map_err(failed)? {
        let all: Vec<usize> = (0..record.cells.len()).collect();
        let place = match frame.sheet() {
            Some(_) => format!("{} {}", provenance.path, frame.cells_of(record.row, &all)),
            None => format!("{}:{}", provenance.path, record.line),
        };
        let looked_up = set.columns.iter().filter(|name| frame.lookups.contains_key(*name));
        let looked_up =
            looked_up.map(|name| frame.cell(&frame.columns[name], record.row).to_string());
        let cells: Vec<String> = record.cells.iter().cloned().chain(looked_up).collect();
        anstream::println!("  {place}  {}", cells.join(" | "));
    }
    if set.rows.len() > MOST_ROWS {
        anstream::println!("  … and more: see evidence/{}.csv", id.split('/').next().unwrap_or(id));
    }
    Ok(())
}

fn reverse(row: &str, project: &Project, options: &Options) -> Result<(), Diagnostic> {
    let usage = || {
        Diagnostic::error(Code::BadValue, format!("`{row}` is not a row"))
            .hint("write FILE:LINE, as in data/releases/releases.csv:14")
    };
    let mut parts = row.splitn(3, ':');
    let path = parts.next().unwrap_or_default().trim_start_matches("./");
    let line: u64 = parts.next().and_then(|line| line.parse().ok()).ok_or_else(usage)?;
    let column = parts.next();
    let of_file = |frame: &&Frame| {
        frame.provenance.as_ref().is_some_and(|provenance| provenance.path == path)
    };
    let frames: Vec<&Frame> = project.frames.values().filter(of_file).collect();
    if frames.is_empty() {
        let known = project
            .frames
            .values()
            .filter_map(|frame| frame.provenance.as_ref())
            .map(|provenance| provenance.path.as_str());
        return Err(Diagnostic::error(Code::UnreadableFile, format!("no report uses `{path}`"))
            .did_you_mean(path, known));
    }
    for frame in frames {
        if let Some(column) =
            column.filter(|column| !frame.header.iter().any(|name| name == column))
        {
            let error = Diagnostic::error(
                Code::UnknownColumn,
                format!("`{path}` has no column `{column}`"),
            );
            return Err(error
                .did_you_mean(column, frame.header.iter().map(String::as_str))
                .hint(format!("columns: {}", frame.header.join(", "))));
        }
        let Some(number) = (0..frame.rows).find(|number| frame.line(*number) == line) else {
            return Err(Diagnostic::error(
                Code::BadValue,
                format!("line {line} of `{path}` is no row"),
            )
            .hint("the header, blank lines and ignored rows are none"));
        };
        for report in &project.reports {
            let found = touched(
                &report.figures,
                &project.frames,
                (&frame.name, number, column),
                options.threads(),
            );
            let list = if found.is_empty() {
                "nothing".to_string()
            } else {
                found.into_iter().collect::<Vec<_>>().join(", ")
            };
            anstream::println!("{}: {list}", report.spec.name);
        }
    }
    Ok(())
}
