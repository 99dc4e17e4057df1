//! A document to bytes: one HTML page that needs nothing else, and Markdown for GitHub.
//!
//! In: a [`Document`](crate::document::Document), a [`Theme`] and a [`Brand`]. Out: bytes. The blocks are written by code, the page
//! around them by Tera templates, which a project may override.

mod brand;
mod edition;
mod evidence;
mod html;
mod markdown;
mod sheet;
mod status;
mod theme;

pub(crate) use brand::schema as theme_schema;
pub use brand::{Brand, Logo, brand};
pub use edition::{Behind, EditionReport, MovedFigure, RestatedFigure, edition};
pub use html::{PageData, html};
pub use markdown::markdown;
pub use sheet::{ReviewSheet, review_sheet};
pub use theme::Theme;
