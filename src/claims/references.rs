//! Every link has a target: charts, tables, sources, parameters, footnotes.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::sources::Sources;
use crate::spec::{Block, Inline, Spec, Target};
use crate::text::Span;

pub(super) fn check(spec: &Spec, sources: &Sources, diagnostics: &mut Diagnostics) {
    let known: BTreeMap<&str, Vec<&str>> = [
        ("source", sources.sources.keys().map(String::as_str).collect()),
        ("parameter", spec.parameters.keys().map(String::as_str).collect()),
        ("chart", spec.charts.keys().map(String::as_str).collect()),
        ("table", spec.tables.keys().map(String::as_str).collect()),
    ]
    .into();
    let mut placed: BTreeSet<(&str, &str)> = BTreeSet::new();
    for prose in spec.proses() {
        let mut targets: Vec<(&str, &str, Span)> = Vec::new();
        let mut notes = Notes::default();
        prose.walk(&mut |inline| match inline {
            Inline::Cite(claim) => {
                targets.extend(claim.references.iter().map(|r| ("source", r.id.as_str(), r.span)));
            }
            Inline::Parameter(r, _) => targets.push(("parameter", &r.id, r.span)),
            Inline::NoteRef(label, span) => {
                notes.used.insert(label, *span);
            }
            _ => {}
        });
        prose.blocks(&mut |block| match block {
            Block::Chart(target) => targets.push(("chart", &target.id, target.span)),
            Block::Table(target) => targets.push(("table", &target.id, target.span)),
            Block::Note { label, span, .. } => notes.define(label, *span, diagnostics),
            _ => {}
        });
        for (what, id, span) in targets {
            placed.insert((what, id));
            missing(what, id, span, &known[what], diagnostics);
        }
        notes.finish(diagnostics);
        repeated(&prose.blocks, diagnostics);
    }
    let charts = spec.charts.iter().map(|(id, chart)| ("chart", id, chart.span));
    let tables = spec.tables.iter().map(|(id, table)| ("table", id, table.span));
    for (what, id, span) in charts.chain(tables) {
        if !placed.contains(&(what, id.as_str())) {
            let message = format!("the {what} `{id}` stands nowhere in the text, and was not made");
            let warning = Diagnostic::warning(Code::Unplaced, message).at(span);
            diagnostics.push(
                warning.hint(format!("write `[Words]({what}:{id})` as a paragraph, or delete it")),
            );
        }
    }
}

/// The footnotes of a text.
#[derive(Default)]
struct Notes<'a> {
    defined: BTreeMap<&'a str, Span>,
    used: BTreeMap<&'a str, Span>,
}

impl<'a> Notes<'a> {
    fn define(&mut self, label: &'a str, span: Span, diagnostics: &mut Diagnostics) {
        let error = |message| Diagnostic::error(Code::Footnote, message).at(span);
        if let Some(first) = self.defined.insert(label, span) {
            let twice = error(format!("footnote `{label}` is defined twice"));
            diagnostics.push(twice.related(first, "first here").hint("keep one of them"));
        }
        if label.starts_with("source-") || label.starts_with("entered-") {
            let ours = error(format!("`{label}` is a label that tieout makes"));
            diagnostics.push(ours.hint("begin the label with another word"));
        }
    }

    fn finish(self, diagnostics: &mut Diagnostics) {
        for (label, span) in
            self.defined.iter().filter(|(label, _)| !self.used.contains_key(*label))
        {
            let message = format!("footnote `{label}` is defined and not used");
            let error = Diagnostic::error(Code::Footnote, message).at(*span);
            diagnostics
                .push(error.hint(format!("write `[^{label}]` where it belongs, or delete it")));
        }
    }
}

/// An error for an id that is not declared.
fn missing(what: &str, id: &str, span: Span, known: &[&str], diagnostics: &mut Diagnostics) {
    if known.contains(&id) {
        return;
    }
    let code = match what {
        "source" => Code::UnknownSource,
        "parameter" => Code::UnknownParameter,
        _ => Code::UnknownTarget,
    };
    let error = Diagnostic::error(code, format!("there is no {what} `{id}`")).at(span);
    let all = match known {
        [] => "none is declared".to_string(),
        known => format!("there are: {}", known.join(", ")),
    };
    diagnostics.push(error.did_you_mean(id, known.iter().copied()).hint(all));
}

/// A chart or table stands once in a text: its place is its name on the page.
fn repeated(blocks: &[Block], diagnostics: &mut Diagnostics) {
    let mut seen: BTreeMap<(&str, &str), &Target> = BTreeMap::new();
    for block in blocks {
        let (kind, target) = match block {
            Block::Chart(target) => ("chart", target),
            Block::Table(target) => ("table", target),
            _ => continue,
        };
        if let Some(first) = seen.insert((kind, &target.id), target) {
            let message = format!("the {kind} `{}` stands twice", target.id);
            diagnostics.push(
                Diagnostic::error(Code::UnknownTarget, message)
                    .at(target.span)
                    .related(first.span, "first here"),
            );
        }
    }
}
