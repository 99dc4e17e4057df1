//! `tieout check`: everything but writing.

use std::collections::BTreeMap;

use clap::Args;

use super::{End, MessageFormat, Options, report};
use crate::claims::{Finding, OutsideVerdict};
use crate::pipeline::{self, Report};
use crate::text::Texts;

/// Check reports without writing anything
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Reports to check, by name [default: all]
    reports: Vec<String>,
    /// Print every claim with its verdict
    #[arg(long)]
    verdicts: bool,
}

pub(super) fn run(arguments: &Arguments, options: &Options) -> End {
    let checked = pipeline::check(&options.world(), &arguments.reports, options.threads());
    let texts = &checked.value.texts;
    let end = report::diagnostics(&checked.diagnostics, texts, options);
    for report in &checked.value.reports {
        match options.message_format {
            MessageFormat::Json => lines(report, texts),
            MessageFormat::Human if arguments.verdicts => table(report, texts),
            MessageFormat::Human => {}
        }
        say(report, options);
    }
    end
}

/// A line of JSON for every claim and every number that is exempt.
fn lines(report: &Report, texts: &Texts) {
    let name = &report.spec.name;
    let place = |span| {
        let (line, column) = texts.position(span);
        (texts.get(span.text).path.as_str(), line, column)
    };
    for verdict in &report.verdicts.claims {
        let (file, line, column) = place(verdict.span);
        let json = serde_json::json!({
            "report": name, "kind": "claim", "file": file, "line": line, "column": column,
            "words": verdict.words, "reading": verdict.reading, "finding": verdict.finding.name(),
            "figures": verdict.figures, "intervals": verdict.intervals, "remarks": verdict.remarks,
        });
        anstream::println!("{json}");
    }
    for (id, outside) in &report.verdicts.outside {
        let (file, line, column) = place(report.spec.claims[id].span);
        let guards: Vec<String> =
            outside.guards.iter().map(|(code, says)| format!("{}: {says}", code.name())).collect();
        let problems: Vec<String> = outside
            .problems
            .iter()
            .map(|(says, hints)| format!("{says}: {}", hints.join("; ")))
            .collect();
        let json = serde_json::json!({
            "report": name, "kind": "outside", "file": file, "line": line, "column": column, "id": id,
            "verdict": outside.verdict.name(), "problems": problems, "guards": guards,
            "readings": outside.claims.iter().map(|claim| claim.reading.as_str()).collect::<Vec<_>>(),
        });
        anstream::println!("{json}");
    }
    for exempt in &report.verdicts.exempt {
        let (file, line, column) = place(exempt.span);
        let json = serde_json::json!({
            "report": name, "kind": "exempt", "file": file, "line": line, "column": column,
            "words": exempt.words, "rule": exempt.rule.name(), "reason": exempt.reason,
        });
        anstream::println!("{json}");
    }
}

/// A table of all claims, each with what was found.
fn table(report: &Report, texts: &Texts) {
    let claims = &report.verdicts.claims;
    let short = |text: &str, most: usize| -> String {
        let line = text.replace('\n', " ");
        match line.chars().count() > most {
            true => line.chars().take(most - 1).chain(['…']).collect(),
            false => line,
        }
    };
    for verdict in claims {
        let (line, column) = texts.position(verdict.span);
        let path = &texts.get(verdict.span.text).path;
        let place = format!("{}:{line}:{column}", path.rsplit('/').next().unwrap_or(path));
        anstream::println!(
            "{place:<24} {:<12} {:<34} {}",
            verdict.finding.name(),
            short(&verdict.words, 34),
            verdict.figures.join(", ")
        );
        for interval in &verdict.intervals {
            anstream::println!("{:<24} {:<12} {interval}", "", "");
        }
    }
    for (id, outside) in &report.verdicts.outside {
        anstream::println!("{:<24} {:<12} outside claim", short(id, 24), outside.verdict.name());
        for (code, says) in &outside.guards {
            anstream::println!("{:<24} {:<12} {}: {says}", "", "", code.name());
        }
    }
    let mut rules: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for exempt in &report.verdicts.exempt {
        rules.entry(exempt.rule.name()).or_default().push(short(&exempt.words, 24));
    }
    for (rule, words) in rules {
        let mut words = words;
        words.sort();
        words.dedup();
        anstream::println!("no statistic, {rule}: {}", words.join(", "));
    }
}

/// One line a report: how many of its numbers tie out.
pub(super) fn say(report: &Report, options: &Options) {
    let verdicts = &report.verdicts;
    let (tied, found) = verdicts.tied();
    let figures = report.figures.figures.len();
    if options.message_format == MessageFormat::Json {
        let findings: serde_json::Map<String, serde_json::Value> = Finding::ALL
            .iter()
            .map(|finding| (finding.name().to_string(), verdicts.count(*finding).into()))
            .collect();
        let summary = serde_json::json!({
            "report": report.spec.name, "kind": "summary", "figures": figures, "tied": tied, "numbers": found,
            "findings": findings, "inserted": verdicts.inserted, "exempt": verdicts.exempt.len(),
        });
        anstream::println!("{summary}");
        return;
    }
    let mut more = String::new();
    for (count, one, many) in [
        (verdicts.worded(), "claim without a number holds", "claims without a number hold"),
        (verdicts.count(Finding::Unread), "claim was not read", "claims were not read"),
        (verdicts.exempt.len(), "number is no statistic", "numbers are no statistics"),
    ] {
        match count {
            0 => {}
            1 => more.push_str(&format!("; 1 {one}")),
            count => more.push_str(&format!("; {count} {many}")),
        }
    }
    let outside = &verdicts.outside;
    if !outside.is_empty() {
        let mut counts: BTreeMap<OutsideVerdict, usize> = BTreeMap::new();
        outside.values().for_each(|claim| *counts.entry(claim.verdict).or_default() += 1);
        let counts: Vec<String> =
            counts.iter().map(|(verdict, count)| format!("{count} {}", verdict.name())).collect();
        more.push_str(&format!("; of {} outside claims {}", outside.len(), counts.join(", ")));
    }
    anstream::println!(
        "{}: {tied} of {found} numbers tie out ({figures} figures){more}",
        report.spec.name
    );
}
