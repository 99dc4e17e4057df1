//! A report's own look: `templates/themes/NAME.yaml` to colours, fonts and a logo, each checked.
//!
//! In: the text of the file, and of its logo. Out: a [`Brand`]; without a file, the built-in one.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::charts::{COLOURS, Palette, Rgb, Shades};
use crate::diag::{Code, Diagnostic, Diagnostics, Outcome};
use crate::spec::decode::decode;
use crate::spec::yaml;
use crate::text::{Passage, Span, TextId, Texts};

/// Fonts that every system has some form of.
const FONTS: &str = "system-ui, -apple-system, \"Segoe UI\", Roboto, Helvetica, Arial, sans-serif";
/// What a list of fonts ends with.
const GENERIC: [&str; 4] = ["sans-serif", "serif", "system-ui", "monospace"];
/// Bytes of a logo that a page has room for.
const LARGEST_LOGO: usize = 60_000;

/// The look of a page.
#[derive(Clone, Debug)]
pub struct Brand {
    /// Colours.
    pub palette: Palette,
    /// Fonts, as CSS takes them.
    pub fonts: String,
    /// A logo.
    pub logo: Option<Logo>,
}

/// A logo.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Logo {
    /// The drawing.
    pub svg: String,
    /// What it says, for those who cannot see it.
    pub alt: String,
}

impl Default for Brand {
    fn default() -> Self {
        Self { palette: Palette::default(), fonts: FONTS.into(), logo: None }
    }
}

/// A theme: the look of a report's page.
#[derive(Debug, Deserialize, JsonSchema)]
struct RawTheme {
    /// Colours by day and in print.
    light: Option<RawColours>,
    /// Colours for readers whose system is dark.
    dark: Option<RawColours>,
    /// Fonts of the reader's system, the best first, a generic family last.
    #[serde(default)]
    fonts: Vec<Passage>,
    /// An SVG file beside the theme.
    logo: Option<Passage>,
    /// What the logo says, for those who cannot see it.
    logo_alt: Option<Passage>,
}

/// Colours, as `#12436d`.
#[derive(Debug, Deserialize, JsonSchema)]
struct RawColours {
    /// Links, rules, and the first marks of charts.
    primary: Passage,
    /// The second marks of charts.
    secondary: Option<Passage>,
    /// All four colours of marks in charts, instead.
    #[serde(default)]
    marks: Vec<Passage>,
}

/// The JSON schema of a theme.
pub(crate) fn schema() -> serde_json::Value {
    crate::spec::raw::schema::<RawTheme>("tieout theme")
}

/// Reads a theme; `logo` opens a file beside it.
pub fn brand(
    texts: &Texts,
    theme: TextId,
    logo: impl FnOnce(&str) -> Result<String, Diagnostic>,
) -> Outcome<Brand> {
    let mut diagnostics = Diagnostics::default();
    let raw = yaml::parse(texts, theme, &mut diagnostics)
        .and_then(|node| decode::<RawTheme>(&node, &mut diagnostics));
    let Some(raw) = raw else { return Outcome::new(Brand::default(), diagnostics) };
    let mut reader = Reader { diagnostics: &mut diagnostics };
    let mut brand = Brand::default();
    for (colours, shades, what) in [
        (&raw.light, &mut brand.palette.light, "light"),
        (&raw.dark, &mut brand.palette.dark, "dark"),
    ] {
        if let Some(colours) = colours {
            reader.colours(colours, shades, what);
        }
    }
    if let Some(fonts) = reader.fonts(&raw.fonts) {
        brand.fonts = fonts;
    }
    if let (None, Some(alt)) = (&raw.logo, &raw.logo_alt) {
        reader.bad(
            alt.span,
            "`logo_alt` without `logo`",
            "name the drawing with `logo:`, or delete it",
        );
    }
    brand.logo = raw.logo.and_then(|name| reader.logo(&name, raw.logo_alt, logo));
    Outcome::new(brand, diagnostics)
}

struct Reader<'d> {
    diagnostics: &'d mut Diagnostics,
}

impl Reader<'_> {
    fn bad(&mut self, span: Span, message: impl Into<String>, hint: &str) {
        self.diagnostics.push(Diagnostic::error(Code::Theme, message).at(span).hint(hint));
    }

    fn colour(&mut self, passage: &Passage) -> Option<Rgb> {
        let colour = Rgb::parse(passage.words.trim());
        if colour.is_none() {
            let message = format!("`{}` is not a colour", passage.words);
            self.bad(passage.span, message, "write # and six digits, in quotes: \"#12436d\"");
        }
        colour
    }

    fn colours(&mut self, raw: &RawColours, shades: &mut Shades, what: &str) {
        let primary = self.colour(&raw.primary);
        let secondary = raw.secondary.as_ref().and_then(|passage| self.colour(passage));
        if let Some(primary) = primary {
            (shades.accent, shades.marks[0]) = (primary, primary);
        }
        if let Some(secondary) = secondary {
            shades.marks[1] = secondary;
        }
        let marks: Vec<Rgb> = raw.marks.iter().filter_map(|passage| self.colour(passage)).collect();
        if let (Some(secondary), false) = (&raw.secondary, raw.marks.is_empty()) {
            self.bad(
                secondary.span,
                "`secondary` beside `marks`, which has all four",
                "delete one of them",
            );
        }
        match <[Rgb; COLOURS]>::try_from(marks) {
            Ok(marks) => shades.marks = marks,
            // a colour that cannot be read was said already
            Err(_) if raw.marks.is_empty() || raw.marks.len() == COLOURS => {}
            Err(_) => {
                let message = format!("`marks` holds {} colours", raw.marks.len());
                self.bad(raw.marks[0].span, message, "give four, or none");
            }
        }
        for fault in shades.faults() {
            let message = format!("the {what} colours cannot be told apart: {fault}");
            self.bad(raw.primary.span, message, "make one darker or lighter: readers with weak eyes, and print in grey, need the contrast");
        }
    }

    /// Names of fonts as CSS takes them. Nothing is loaded: a name is a wish.
    fn fonts(&mut self, names: &[Passage]) -> Option<String> {
        let last = names.last()?;
        if !GENERIC.contains(&last.words.as_str()) {
            let message = format!("`{}` is not a generic family", last.words);
            self.bad(last.span, message, "end the list with sans-serif, serif, system-ui or monospace: not every reader has the others");
        }
        let plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-');
        for name in names.iter().filter(|name| !name.words.chars().all(plain)) {
            let message = format!("`{}` is not the name of a font", name.words);
            self.bad(name.span, message, "name fonts of the reader's system; a page loads none");
        }
        let quoted = names.iter().map(|name| match GENERIC.contains(&name.words.as_str()) {
            true => name.words.clone(),
            false => format!("\"{}\"", name.words),
        });
        Some(quoted.collect::<Vec<_>>().join(", "))
    }

    fn logo(
        &mut self,
        name: &Passage,
        alt: Option<Passage>,
        open: impl FnOnce(&str) -> Result<String, Diagnostic>,
    ) -> Option<Logo> {
        let Some(alt) = alt.filter(|alt| !alt.words.trim().is_empty()) else {
            self.bad(
                name.span,
                "a logo without `logo_alt`",
                "say what it says: the organisation's name",
            );
            return None;
        };
        if !name.words.ends_with(".svg") || name.words.contains(['/', '\\']) {
            let message = format!("`{}` is not an SVG file beside the theme", name.words);
            self.bad(name.span, message, "put it into `templates/themes/` and give its name");
            return None;
        }
        let svg = self.diagnostics.take(open(&name.words).map_err(|error| error.at(name.span)))?;
        if !is_svg(&svg) {
            self.bad(
                name.span,
                format!("`{}` is not an SVG drawing", name.words),
                "export it as SVG",
            );
            return None;
        }
        if svg.len() > LARGEST_LOGO {
            let message = format!(
                "`{}` has {} bytes, where {LARGEST_LOGO} are enough",
                name.words,
                svg.len()
            );
            self.bad(name.span, message, "simplify the drawing: it stands in every page");
        }
        Some(Logo { svg, alt: alt.words })
    }
}

/// Whether a text's first element is `svg`: declarations, comments and a document type may stand before it.
fn is_svg(text: &str) -> bool {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        let end = match rest {
            _ if rest.starts_with("<!--") => "-->",
            // a document type may hold declarations of its own
            _ if rest.starts_with("<!")
                && rest.find('[') < rest.find('>')
                && rest.contains("]>") =>
            {
                "]>"
            }
            _ if rest.starts_with("<?") || rest.starts_with("<!") => ">",
            _ => return rest.starts_with("<svg"),
        };
        match rest.find(end) {
            Some(at) => rest = rest[at + end.len()..].trim_start(),
            None => return false,
        }
    }
}

impl Brand {
    /// The colours and fonts as CSS variables, for each scheme; paper is always light.
    pub(super) fn css(&self) -> String {
        let Palette { light, dark } = &self.palette;
        format!(
            ":root {{ --fonts: {}; {} }}\n@media screen and (prefers-color-scheme: dark) {{ :root {{ {} }} }}\n",
            self.fonts,
            variables(light),
            variables(dark)
        )
    }
}

fn variables(shades: &Shades) -> String {
    let Shades { paper, ink, soft, grid, accent, marks } = shades;
    let tint = shades.tint();
    let mut text = format!(
        "--tint: {tint}; --paper: {paper}; --ink: {ink}; --soft: {soft}; --line: {grid}; --accent: {accent};"
    );
    for (index, mark) in marks.iter().enumerate() {
        let number = index + 1;
        text.push_str(&format!(" --mark-{number}: {mark}; --on-{number}: {};", shades.on(index)));
    }
    text
}

/// A text between quotation marks in CSS, in a page.
pub(super) fn css_string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            c if c.is_control() || matches!(c, '"' | '\\' | '<' | '>' | '&') => {
                out.push_str(&format!("\\{:x} ", u32::from(c)))
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
