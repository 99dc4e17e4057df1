//! A document to bytes: one HTML page that needs nothing else, and Markdown for GitHub.
//!
//! In: a [`Document`](crate::document::Document) and a [`Theme`]. Out: bytes. The blocks are written by code, the page
//! around them by Tera templates, which a project may override.

mod html;
mod markdown;
mod theme;

pub use html::html;
pub use markdown::markdown;
pub use theme::Theme;
