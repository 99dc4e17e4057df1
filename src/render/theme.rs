//! Templates and style: built in, each overridable by a file of the same name in the project's `templates/`.

use std::io::Write;

use tera::{Context, ErrorKind, Tera};

use crate::diag::{Code, Diagnostic};

/// The page's template.
const PAGE: (&str, &str) = ("page.html", include_str!("../../templates/page.html"));
/// The Markdown twin's template.
const BRIEFING: (&str, &str) = ("briefing.md", include_str!("../../templates/briefing.md"));
/// The page's style.
const STYLE: (&str, &str) = ("style.css", include_str!("../../templates/style.css"));

/// The files that pages are made with.
#[derive(Clone, Debug)]
pub struct Theme {
    page: String,
    briefing: String,
    style: String,
}

impl Default for Theme {
    fn default() -> Self {
        Self::with(|_| None)
    }
}

impl Theme {
    /// Names of the files that a project may override.
    pub const FILES: [&str; 3] = [PAGE.0, BRIEFING.0, STYLE.0];

    /// The built-in files, but for those that `file` has.
    pub fn with(file: impl Fn(&str) -> Option<String>) -> Self {
        let read =
            |(name, default): (&str, &str)| file(name).unwrap_or_else(|| default.to_string());
        Self { page: read(PAGE), briefing: read(BRIEFING), style: read(STYLE) }
    }

    pub(super) fn style(&self) -> &str {
        &self.style
    }

    pub(super) fn page(&self, context: &Context) -> Result<String, Diagnostic> {
        render_text((PAGE.0, &self.page), context)
    }

    pub(super) fn briefing(&self, context: &Context) -> Result<String, Diagnostic> {
        render_text((BRIEFING.0, &self.briefing), context)
    }
}

/// Renders a template, escaped for HTML or for Markdown by its name.
pub(super) fn render_text(
    (name, template): (&str, &str),
    context: &Context,
) -> Result<String, Diagnostic> {
    let mut tera = Tera::new();
    tera.autoescape_on([".html", ".md"]);
    if name.ends_with(".md") {
        tera.set_escape_fn(escape_markdown);
    }
    let result = tera.add_raw_template(name, template).and_then(|()| tera.render(name, context));
    result.map_err(|error| {
        let message = match error.kind() {
            ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
                let span = report.span();
                format!("`templates/{name}`, line {}: {}", span.start_line, report.message())
            }
            _ => format!("`templates/{name}`: {error}"),
        };
        Diagnostic::error(Code::Template, message)
            .in_file(format!("templates/{name}"))
            .hint("mend the template, or delete it to use the built-in one")
    })
}

fn escape_markdown(text: &str, out: &mut dyn Write) -> std::io::Result<()> {
    out.write_all(crate::document::escape(text).as_bytes())
}
