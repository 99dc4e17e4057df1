//! Every link has a target: charts, tables, sources, parameters, footnotes.

use std::collections::BTreeMap;

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::sources::Sources;
use crate::spec::{Block, Inline, Spec, Target};
use crate::text::Span;

pub(super) fn check(spec: &Spec, sources: &Sources, diagnostics: &mut Diagnostics) {
    for prose in spec.proses() {
        let mut notes: BTreeMap<&str, Span> = BTreeMap::new();
        let mut used: BTreeMap<&str, Span> = BTreeMap::new();
        prose.walk(&mut |inline| match inline {
            Inline::Cite(claim) => {
                for reference in &claim.references {
                    let known = sources.sources.keys().map(String::as_str);
                    if !sources.sources.contains_key(&reference.id) {
                        missing(
                            "source",
                            Code::UnknownSource,
                            &reference.id,
                            reference.span,
                            known,
                            diagnostics,
                        );
                    }
                }
            }
            Inline::Parameter(reference, _) => {
                let known = spec.parameters.keys().map(String::as_str);
                if !spec.parameters.contains_key(&reference.id) {
                    missing(
                        "parameter",
                        Code::UnknownParameter,
                        &reference.id,
                        reference.span,
                        known,
                        diagnostics,
                    );
                }
            }
            Inline::NoteRef(label, span) => {
                used.insert(label, *span);
            }
            _ => {}
        });
        prose.blocks(&mut |block| match block {
            Block::Chart(target) => {
                let known = spec.charts.keys().map(String::as_str);
                if !spec.charts.contains_key(&target.id) {
                    missing(
                        "chart",
                        Code::UnknownTarget,
                        &target.id,
                        target.span,
                        known,
                        diagnostics,
                    );
                }
            }
            Block::Table(target) => {
                let known = spec.tables.keys().map(String::as_str);
                if !spec.tables.contains_key(&target.id) {
                    missing(
                        "table",
                        Code::UnknownTarget,
                        &target.id,
                        target.span,
                        known,
                        diagnostics,
                    );
                }
            }
            Block::Note { label, span, .. } => {
                if let Some(first) = notes.insert(label, *span) {
                    let error = Diagnostic::error(
                        Code::Footnote,
                        format!("footnote `{label}` is defined twice"),
                    )
                    .at(*span);
                    diagnostics.push(error.related(first, "first here").hint("keep one of them"));
                }
                if label.starts_with("source-") || label.starts_with("entered-") {
                    let error = Diagnostic::error(
                        Code::Footnote,
                        format!("`{label}` is a label that tieout makes"),
                    )
                    .at(*span);
                    diagnostics.push(error.hint("begin the label with another word"));
                }
            }
            _ => {}
        });
        for (label, span) in notes.iter().filter(|(label, _)| !used.contains_key(*label)) {
            let message = format!("footnote `{label}` is defined and not used");
            diagnostics.push(
                Diagnostic::error(Code::Footnote, message)
                    .at(*span)
                    .hint(format!("write `[^{label}]` where it belongs, or delete it")),
            );
        }
        repeated(&prose.blocks, diagnostics);
    }
}

fn missing<'a>(
    what: &str,
    code: Code,
    id: &str,
    span: Span,
    known: impl Iterator<Item = &'a str>,
    diagnostics: &mut Diagnostics,
) {
    let known: Vec<&str> = known.collect();
    let error = Diagnostic::error(code, format!("there is no {what} `{id}`")).at(span);
    let all = if known.is_empty() {
        "none is declared".to_string()
    } else {
        format!("there are: {}", known.join(", "))
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
