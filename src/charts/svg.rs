//! A plotters backend that writes SVG: sub-pixel coordinates, real text, colours as attributes with a class.
//!
//! A concrete colour serves readers that know no CSS; the class lets a page give it another in the dark.

use std::convert::Infallible;
use std::fmt::Write;

use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontTransform,
};

use super::Words;
use crate::text::escape_markup as escape;

/// Parts of a pixel in which coordinates count.
pub(super) const SUB: i32 = 20;

/// Colours of a chart, and the class that each has.
const CLASSES: [((u8, u8, u8), &str); 4] =
    [(INK, "ink"), (SOFT, "soft"), (GRID, "grid"), (MARK, "mark")];
pub(super) const INK: (u8, u8, u8) = (0x1f, 0x29, 0x33);
pub(super) const SOFT: (u8, u8, u8) = (0x52, 0x5f, 0x6b);
pub(super) const GRID: (u8, u8, u8) = (0xd5, 0xda, 0xe0);
/// Dark blue of the Analysis Function's palette.
pub(super) const MARK: (u8, u8, u8) = (0x12, 0x43, 0x6d);

/// A drawing.
pub(super) struct Svg {
    size: (i32, i32),
    body: String,
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl Svg {
    /// An empty drawing of so many pixels.
    pub(super) fn new(size: (i32, i32)) -> Self {
        Self { size, body: String::new() }
    }

    /// The whole file. Everything inside is hidden from screen readers, which read title and description.
    pub(super) fn finish(self, words: &Words) -> String {
        let Words { id, title, description } = words;
        let (width, height) = self.size;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
             aria-labelledby=\"{id}-title {id}-desc\" font-family=\"system-ui, 'Segoe UI', Helvetica, Arial, sans-serif\">\n\
             <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n\
             <g aria-hidden=\"true\">\n{}</g>\n</svg>\n",
            escape(title),
            escape(description),
            self.body
        )
    }

    fn element(&mut self, text: std::fmt::Arguments<'_>) {
        let written = self.body.write_fmt(text);
        debug_assert!(written.is_ok());
    }
}

/// A coordinate in pixels.
fn px(value: i32) -> String {
    let (sign, whole, part) =
        (if value < 0 { "-" } else { "" }, value.abs() / SUB, value.abs() % SUB * 100 / SUB);
    let text = format!("{sign}{whole}.{part:02}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

fn paint(color: BackendColor, kind: &str) -> String {
    let (red, green, blue) = color.rgb;
    let class = CLASSES.iter().find(|(rgb, _)| *rgb == color.rgb).map_or("", |(_, class)| class);
    format!("{kind}=\"#{red:02x}{green:02x}{blue:02x}\" class=\"{kind}-{class}\"")
}

impl DrawingBackend for &mut Svg {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        ((self.size.0 * SUB) as u32, (self.size.1 * SUB) as u32)
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, at: BackendCoord, color: BackendColor) -> Drawn {
        self.element(format_args!(
            "<rect x=\"{}\" y=\"{}\" width=\"1\" height=\"1\" {}/>\n",
            px(at.0),
            px(at.1),
            paint(color, "fill")
        ));
        Ok(())
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Drawn {
        self.element(format_args!(
            "<path d=\"M{} {}L{} {}\" fill=\"none\" stroke-width=\"{}\" {}/>\n",
            px(from.0),
            px(from.1),
            px(to.0),
            px(to.1),
            px(style.stroke_width() as i32),
            paint(style.color(), "stroke")
        ));
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        a: BackendCoord,
        b: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let (x, y) = (a.0.min(b.0), a.1.min(b.1));
        let (width, height) = ((a.0 - b.0).abs(), (a.1 - b.1).abs());
        let paint = if fill {
            paint(style.color(), "fill")
        } else {
            format!("fill=\"none\" {}", paint(style.color(), "stroke"))
        };
        self.element(format_args!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" {paint}/>\n",
            px(x),
            px(y),
            px(width),
            px(height)
        ));
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let points: Vec<String> =
            path.into_iter().map(|(x, y)| format!("{},{}", px(x), px(y))).collect();
        self.element(format_args!(
            "<polyline points=\"{}\" fill=\"none\" stroke-width=\"{}\" {}/>\n",
            points.join(" "),
            px(style.stroke_width() as i32),
            paint(style.color(), "stroke")
        ));
        Ok(())
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, at: BackendCoord) -> Drawn {
        let anchor = match style.anchor().h_pos {
            HPos::Left => "start",
            HPos::Right => "end",
            HPos::Center => "middle",
        };
        let shift = match style.anchor().v_pos {
            VPos::Top => ".76em",
            VPos::Center => ".35em",
            VPos::Bottom => "-.25em",
        };
        debug_assert!(matches!(style.transform(), FontTransform::None), "text stands upright");
        self.element(format_args!(
            "<text x=\"{}\" y=\"{}\" dy=\"{shift}\" text-anchor=\"{anchor}\" font-size=\"{}\" {}>{}</text>\n",
            px(at.0), px(at.1), px(style.size() as i32), paint(style.color(), "fill"), escape(text)
        ));
        Ok(())
    }

    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        text: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let size = style.size() as i32;
        Ok((super::width::width(text, size) as u32, size as u32))
    }
}
