//! The Markdown twin: the author's text with values and notes in place, in a template's frame.

use tera::Context;

use super::Theme;
use super::status::status;
use super::theme::whole;
use crate::diag::Diagnostic;
use crate::document::{Citation, Detail, Document, Method, NoteContent, escape, marks};
use crate::review::Review;

/// Renders a document as GitHub-flavoured Markdown.
///
/// # Errors
/// A template of the project fails.
pub fn markdown(
    document: &Document,
    review: &Review,
    theme: &Theme,
) -> Result<Vec<u8>, Diagnostic> {
    let mut context = Context::new();
    context.insert("language", &document.language);
    context.insert("status", &status(document, review));
    context.insert("title", &document.title.markdown);
    context.insert("subtitle", &document.subtitle.as_ref().map(|subtitle| &subtitle.markdown));
    context.insert("date", &document.date.0);
    context.insert("authors", &document.authors);
    context.insert("licence", &document.licence);
    let cards = document
        .cards
        .iter()
        .map(|(value, label)| format!("**{}** {}", value.markdown, label.markdown));
    context.insert("cards", &cards.collect::<Vec<_>>());
    context.insert("body", document.markdown.trim_end());
    context.insert("rounding", &document.rounding);
    context.insert("methods", &document.methods.iter().map(method).collect::<Vec<_>>());
    context.insert("notes", &notes(document));
    let text = theme.briefing(&context)?;
    whole("briefing.md", &text, &context, &["title", "body"])?;
    Ok(format!("{}\n", text.trim_end()).into_bytes())
}

fn method(method: &Method) -> String {
    let mut head = String::new();
    if let Some(shown) = &method.shown {
        head.push_str(&format!("**{}** ", escape(shown.as_str())));
    }
    head.push_str(&format!(
        "({}) {}{}",
        method.provenance,
        escape(&method.words),
        marks(&method.sources)
    ));
    let mut parts = vec![format!("### {}", escape(&method.label)), head];
    parts.extend(method.recipe.as_ref().map(|recipe| code(&format!("{} = {recipe}", method.id))));
    let mut sentences: Vec<String> = method.sentences().map(|text| escape(text)).collect();
    if !method.uses.is_empty() {
        sentences.push(format!("Made from {}.", escape(&method.uses.join(", "))));
    }
    if !sentences.is_empty() {
        parts.push(sentences.join(" "));
    }
    parts.extend(method.caveat.as_ref().map(|caveat| caveat.markdown.clone()));
    parts.join("\n\n")
}

/// Inline code, with more backticks around it than it holds.
fn code(text: &str) -> String {
    let fence = "`".repeat(if text.contains('`') { 2 } else { 1 });
    format!("{fence}{text}{fence}")
}

/// Definitions of the notes that are not the author's: those stand in the body.
fn notes(document: &Document) -> Vec<String> {
    document
        .notes
        .iter()
        .filter_map(|note| {
            let text = match &note.content {
                NoteContent::Author(_) => return None,
                NoteContent::Entered(reason) => format!("Entered by hand: {}", escape(reason)),
                NoteContent::Source(citation) => source(citation),
            };
            Some(format!("[^{}]: {text}", note.label))
        })
        .collect()
}

fn source(citation: &Citation) -> String {
    let title =
        citation.title.as_ref().map_or(String::new(), |title| format!(" *{}*.", escape(title)));
    let details: String = citation.details.iter().map(detail).collect();
    let supports: Vec<String> = citation
        .supports
        .iter()
        .map(|support| {
            let shown = support
                .shown
                .as_ref()
                .map_or(String::new(), |shown| format!(" {}", escape(shown.as_str())));
            format!("{}{shown} ({})", escape(&support.id), escape(&support.place))
        })
        .collect();
    let supports = if supports.is_empty() {
        String::new()
    } else {
        format!("\n\n    Supports: {}.", supports.join("; "))
    };
    format!("{}.{title}{details}{supports}", escape(&citation.publisher))
}

fn detail(detail: &Detail) -> String {
    let space =
        |words: &str| if words.is_empty() { String::new() } else { format!(" {}", escape(words)) };
    match detail {
        Detail::Words(words) => space(words),
        Detail::Address(words, url) => format!("{} <{url}>", space(words)),
        Detail::Code(words, text) => format!("{} {}.", space(words), code(text)),
    }
}
