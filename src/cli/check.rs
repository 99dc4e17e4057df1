//! `tieout check`: everything but writing.

use clap::Args;

use super::{End, MessageFormat, Options, report};
use crate::claims::Finding;
use crate::pipeline::{self, Report};

/// Check reports without writing anything
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Reports to check, by name [default: all]
    reports: Vec<String>,
}

pub(super) fn run(arguments: &Arguments, options: &Options) -> End {
    let checked = pipeline::check(&options.world(), &arguments.reports, options.threads());
    let end = report::diagnostics(&checked.diagnostics, &checked.value.texts, options);
    for report in &checked.value.reports {
        say(report, options);
    }
    end
}

/// One line a report: how many of its numbers tie out.
pub(super) fn say(report: &Report, options: &Options) {
    let (tied, found) = report.verdicts.tied();
    let unread = report.verdicts.count(Finding::Unread);
    let (exact, rounds) =
        (report.verdicts.count(Finding::Exact), report.verdicts.count(Finding::Rounds));
    let figures = report.figures.figures.len();
    if options.message_format == MessageFormat::Json {
        let summary = serde_json::json!({
            "report": report.spec.name, "figures": figures, "tied": tied, "found": found,
            "exact": exact, "rounds": rounds, "inserted": report.verdicts.inserted, "unread": unread,
        });
        anstream::println!("{summary}");
        return;
    }
    let more = match unread {
        0 => String::new(),
        1 => "; 1 claim without a number to check".to_string(),
        unread => format!("; {unread} claims without a number to check"),
    };
    anstream::println!(
        "{}: {tied} of {found} tied claims tie out ({figures} figures){more}",
        report.spec.name
    );
}
