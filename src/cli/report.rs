//! Diagnostics to a terminal or to JSON.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::{End, MessageFormat, Options};
use crate::diag::{Cell, Diagnostic, Diagnostics, Place, Severity};
use crate::text::Texts;

/// Writes all diagnostics and says how the command ends.
pub(super) fn diagnostics(all: &Diagnostics, texts: &Texts, options: &Options) -> End {
    for diagnostic in all.iter() {
        match options.message_format {
            MessageFormat::Human => anstream::eprintln!("{}\n", human(diagnostic, texts)),
            MessageFormat::Json => anstream::println!("{}", json(diagnostic, texts)),
        }
    }
    let (errors, warnings) = all.counts();
    if options.message_format == MessageFormat::Human && errors + warnings > 0 {
        let count = |n: usize, what: &str| {
            if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
        };
        anstream::eprintln!("{}, {}", count(errors, "error"), count(warnings, "warning"));
    }
    if errors > 0 { End::Errors } else { End::Fine }
}

/// A diagnostic with the place it points at.
pub(super) fn human(diagnostic: &Diagnostic, texts: &Texts) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(
        level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.name()),
    );
    if let Some(place) = &diagnostic.place {
        group = located(group, place, &diagnostic.label, AnnotationKind::Primary, texts);
    }
    for (place, note) in &diagnostic.related {
        group = located(group, place, note, AnnotationKind::Context, texts);
    }
    for hint in &diagnostic.hints {
        group = group.element(Level::HELP.message(hint.as_str()));
    }
    Renderer::styled().term_width(120).render(&[group])
}

fn located<'a>(
    group: Group<'a>,
    place: &'a Place,
    label: &'a str,
    kind: AnnotationKind,
    texts: &'a Texts,
) -> Group<'a> {
    let annotate = |range| {
        let annotation = kind.span(range);
        if label.is_empty() { annotation } else { annotation.label(label) }
    };
    match place {
        Place::Text(span) => {
            let text = texts.get(span.text);
            let end = span.end.min(text.content.len());
            let range = span.start.min(end)..end;
            group.element(
                Snippet::source(text.content.as_str())
                    .path(text.path.as_str())
                    .annotation(annotate(range)),
            )
        }
        Place::Cell(cell) if cell.excerpt.is_empty() => {
            let mut origin = Origin::path(cell.path.as_str()).line(cell.line as usize);
            if cell.column > 0 {
                origin = origin.char_column(cell.column as usize);
            }
            let group = group.element(origin);
            if label.is_empty() { group } else { group.element(Level::NOTE.message(label)) }
        }
        Place::Cell(cell) => {
            let Cell { path, line, excerpt, range, .. } = cell.as_ref();
            let snippet =
                Snippet::source(excerpt.as_str()).path(path.as_str()).line_start(*line as usize);
            group.element(snippet.annotation(annotate(range.0..range.1)))
        }
        Place::File(path) => {
            let group = group.element(Origin::path(path.as_str()));
            if label.is_empty() { group } else { group.element(Level::NOTE.message(label)) }
        }
    }
}

fn json(diagnostic: &Diagnostic, texts: &Texts) -> serde_json::Value {
    let place = |place: &Place| match place {
        Place::Text(span) => {
            let (line, column) = texts.position(*span);
            serde_json::json!({ "file": texts.get(span.text).path, "line": line, "column": column, "text": texts.slice(*span) })
        }
        Place::Cell(cell) => {
            let column = (cell.column > 0).then_some(cell.column);
            serde_json::json!({ "file": cell.path, "line": cell.line, "column": column })
        }
        Place::File(path) => serde_json::json!({ "file": path }),
    };
    let related: Vec<serde_json::Value> = diagnostic
        .related
        .iter()
        .map(|(at, note)| serde_json::json!({ "place": place(at), "note": note }))
        .collect();
    serde_json::json!({
        "severity": match diagnostic.severity { Severity::Error => "error", Severity::Warning => "warning" },
        "code": diagnostic.code.name(),
        "message": diagnostic.message,
        "place": diagnostic.place.as_ref().map(place),
        "label": diagnostic.label,
        "hints": diagnostic.hints,
        "related": related,
    })
}
