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

    /// The built-in file of a name.
    pub fn built_in(name: &str) -> Option<&'static str> {
        [PAGE, BRIEFING, STYLE].into_iter().find(|(own, _)| *own == name).map(|(_, text)| text)
    }

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

/// Requires that what was checked stands in what a template made of it, as it is.
pub(super) fn whole(
    name: &str,
    text: &str,
    context: &Context,
    parts: &[&str],
) -> Result<(), Diagnostic> {
    let words = |part: &str| context.get(part).and_then(|value| value.as_str());
    let lost = |part: &&str| words(part).is_some_and(|words| !text.contains(words));
    // escaping leaves letters and digits as they are
    let status = context.get("status").and_then(|status| status.as_array()).into_iter().flatten();
    let spoken = status
        .filter_map(|own| own.as_str())
        .flat_map(|own| own.split(|c: char| !c.is_alphanumeric() && c != ' ').map(str::trim));
    let missing = match parts.iter().copied().find(lost) {
        Some(part) => part,
        None if spoken.into_iter().any(|own| !text.contains(own)) => "status",
        None => return Ok(()),
    };
    let message =
        format!("`templates/{name}` leaves out or changes `{missing}`, which was checked");
    Err(Diagnostic::error(Code::Template, message).in_file(format!("templates/{name}")).hint(
        match missing {
            "status" => "print `{{ status[0] }}` and `{{ status[1] }}`".to_string(),
            part => format!("print it as it is: `{{{{ {part} | safe }}}}`"),
        },
    ))
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
