//! The edition report: what moved between two editions, as Markdown and as a page.

use serde::Serialize;
use tera::Context;

use super::{Brand, Theme, html::with_policy, theme::render_text};
use crate::diag::Diagnostic;

/// The page and the Markdown.
const PAGE: (&str, &str) = ("edition.html", include_str!("edition.html"));
const MARKDOWN: (&str, &str) = ("edition.md", include_str!("edition.md"));

/// A figure that moved, in words.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct MovedFigure {
    /// Its id.
    pub id: String,
    /// Its label.
    pub label: String,
    /// As it was; a dash where it was not there.
    pub before: String,
    /// As it is.
    pub after: String,
    /// The causes by name.
    pub why: String,
    /// What is behind each cause that can be shown.
    pub details: Vec<Behind>,
}

/// What is behind a cause.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Behind {
    /// The cause.
    pub name: String,
    /// Rows, recipes or words, a line each.
    pub lines: Vec<String>,
}

/// A figure as published, and as today's files give it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RestatedFigure {
    /// Its id.
    pub id: String,
    /// Its label.
    pub label: String,
    /// As published.
    pub published: String,
    /// As today's files give it; words where they do not.
    pub now: String,
    /// Whether the text of its edition cites it.
    pub cited: bool,
    /// Whether only rows came to it: nothing of what was published was revised.
    pub grown: bool,
}

/// What moved between two editions.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct EditionReport {
    /// The report's title.
    pub title: String,
    /// BCP 47 tag.
    pub language: String,
    /// The earlier edition, by its path.
    pub before_name: String,
    /// Dates of both.
    pub dates: (Option<String>, Option<String>),
    /// Whether the report has errors now.
    pub errors: bool,
    /// The figures that moved.
    pub changes: Vec<MovedFigure>,
    /// The figures of the earlier edition that today's files restate.
    pub restated: Vec<RestatedFigure>,
}

/// Renders an edition report: file names and texts.
///
/// # Errors
/// A built-in template fails, which is a bug.
pub fn edition(report: &EditionReport) -> Result<Vec<(&'static str, String)>, Diagnostic> {
    let mut context = Context::new();
    context.insert("title", &report.title);
    context.insert("language", &report.language);
    context.insert("before_name", &report.before_name);
    context.insert("date_before", &report.dates.0);
    context.insert("date_now", &report.dates.1);
    context.insert("errors", &report.errors);
    context.insert("changes", &report.changes);
    context.insert("restated", &report.restated);
    let corrections: Vec<&RestatedFigure> =
        report.restated.iter().filter(|figure| figure.cited && !figure.grown).collect();
    context.insert("corrections", &corrections);
    context.insert("style", &format!("{}{}", Brand::default().css(), Theme::default().style()));
    let page = render_text(PAGE, &context)?;
    let page = with_policy(&page).unwrap_or(page);
    Ok(vec![(MARKDOWN.0, render_text(MARKDOWN, &context)?), (PAGE.0, page)])
}
