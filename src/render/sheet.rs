//! The referencing sheet as a page: to be read beside the briefing, or printed and filled in by hand.

use serde::Serialize;
use tera::Context;

use super::{Brand, Theme, html::with_policy, theme::render_text};
use crate::diag::{Code, Diagnostic};
use crate::review::{Item, Review, State};

const PAGE: (&str, &str) = ("review.html", include_str!("review.html"));

/// A report's sheet.
#[derive(Debug)]
pub struct ReviewSheet<'a> {
    /// The report's title.
    pub title: &'a str,
    /// BCP 47 tag.
    pub language: &'a str,
    /// The briefing's date.
    pub date: &'a str,
    /// The CSV file that is read back.
    pub file: &'a str,
    /// How far its review has come.
    pub review: &'a Review,
    /// Whether what needs no eyes is in it, too.
    pub all: bool,
}

#[derive(Serialize)]
struct Row<'a> {
    kind: &'static str,
    /// The sentence before, in and behind the words.
    sentence: [String; 3],
    shown: &'a str,
    made: &'a [String],
    sources: &'a [String],
    rows: &'a [String],
    why: Vec<String>,
    found: String,
}

fn row<'a>((item, state): &'a (Item, State)) -> Row<'a> {
    let words = &item.fingerprint.words;
    let sentence = match item.sentence.split_once(words.as_str()) {
        Some((before, after)) if !words.is_empty() => [before.into(), words.clone(), after.into()],
        _ => [item.sentence.clone(), String::new(), String::new()],
    };
    let found = match state {
        State::Agreed(off) | State::Disagreed(off) => {
            format!("{} by {}, {}", off.verdict.name(), off.by, off.on)
        }
        _ => String::new(),
    };
    Row {
        kind: item.kind.name(),
        sentence,
        shown: &item.shown,
        made: &item.made,
        sources: &item.sources,
        rows: &item.rows,
        why: state.reasons(),
        found,
    }
}

/// Renders a sheet.
///
/// # Errors
/// The template fails, which is a bug.
pub fn review_sheet(sheet: &ReviewSheet<'_>) -> Result<String, Diagnostic> {
    let mut context = Context::new();
    context.insert("title", sheet.title);
    context.insert("language", sheet.language);
    context.insert("date", sheet.date);
    context.insert("file", sheet.file);
    context.insert("agreed", &sheet.review.agreed().0);
    context.insert("total", &sheet.review.agreed().1);
    context.insert("rows", &sheet.review.listed(sheet.all).map(row).collect::<Vec<_>>());
    context.insert("style", &format!("{}{}", Brand::default().css(), Theme::default().style()));
    let page = render_text(PAGE, &context)?;
    with_policy(&page).ok_or_else(|| Diagnostic::error(Code::Template, "the sheet has no `<head>`"))
}
