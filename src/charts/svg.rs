//! A plotters backend that writes SVG: sub-pixel coordinates, real text, colours as attributes with a class.
//!
//! A concrete colour serves readers that know no CSS; the class lets a page give it another in the dark. Plotters
//! carries a [`Paint`] as the number in a colour's last channel.

use std::cell::RefCell;
use std::convert::Infallible;
use std::fmt::Write;
use std::rc::Rc;

use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontStyle, FontTransform,
};

use super::palette::Shades;
use super::{Rgb, Words};
use crate::text::escape_markup as escape;

/// Parts of a pixel in which coordinates count.
pub(super) const SUB: i32 = 20;

/// Fonts of the widths that labels are laid out by, which most systems have or have a twin of.
const FONTS: &str = "Helvetica, Arial, 'Liberation Sans', Roboto, system-ui, sans-serif";
/// Height of a sheet before it is cut, in pixels.
const TALLEST: i32 = 100_000;

/// What a thing is painted with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Paint {
    Ink,
    Soft,
    Grid,
    Paper,
    /// Dashed, for what is no value of the chart.
    Dashed,
    /// Text with paper around it, so that lines behind it do not cross it.
    Halo,
    Mark(usize),
    /// Text on a mark.
    On(usize),
}

impl Paint {
    /// Its number: what plotters carries.
    pub(super) fn number(self) -> u8 {
        match self {
            Self::Ink => 0,
            Self::Soft => 1,
            Self::Grid => 2,
            Self::Paper => 3,
            Self::Dashed => 4,
            Self::Halo => 5,
            Self::Mark(index) => 8 + index as u8 % 4,
            Self::On(index) => 12 + index as u8 % 4,
        }
    }

    fn numbered(number: u8) -> Self {
        match number {
            1 => Self::Soft,
            2 => Self::Grid,
            3 => Self::Paper,
            4 => Self::Dashed,
            5 => Self::Halo,
            8..12 => Self::Mark(usize::from(number) - 8),
            12..16 => Self::On(usize::from(number) - 12),
            _ => Self::Ink,
        }
    }

    fn colour(self, shades: &Shades) -> Rgb {
        match self {
            Self::Ink | Self::Dashed | Self::Halo => shades.ink,
            Self::Soft => shades.soft,
            Self::Grid => shades.grid,
            Self::Paper => shades.paper,
            Self::Mark(index) => shades.marks[index],
            Self::On(index) => shades.on(index),
        }
    }

    fn class(self) -> String {
        match self {
            Self::Ink | Self::Dashed | Self::Halo => "ink".into(),
            Self::Soft => "soft".into(),
            Self::Grid => "grid".into(),
            Self::Paper => "paper".into(),
            Self::Mark(index) => format!("mark-{}", index + 1),
            Self::On(index) => format!("on-{}", index + 1),
        }
    }
}

/// Where a drawing will stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    /// On a page with room.
    Wide,
    /// On a small screen.
    Narrow,
    /// In a file of its own.
    File,
}

/// A drawing.
pub(super) struct Svg<'a> {
    size: (i32, i32),
    shades: &'a Shades,
    body: String,
    figure: FigureInHand,
}

/// The figure that what is painted now shows, if any: a canvas and its drawing share it.
pub(super) type FigureInHand = Rc<RefCell<Option<String>>>;

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl<'a> Svg<'a> {
    /// An empty drawing, so many pixels wide and as high as it will be.
    pub(super) fn new(width: i32, shades: &'a Shades) -> Self {
        Self {
            size: (width, TALLEST),
            shades,
            body: String::new(),
            figure: FigureInHand::default(),
        }
    }

    /// Cuts the sheet at a height in parts of a pixel.
    pub(super) fn cut(&mut self, height: i32) {
        self.size.1 = (height + SUB - 1) / SUB;
    }

    /// The whole drawing. Everything inside is hidden from screen readers, which read title and description.
    pub(super) fn finish(&self, words: &Words, form: Form) -> String {
        let Words { id, title, description } = words;
        let (width, height) = self.size;
        let (class, behind) = match form {
            Form::Wide => ("wide", String::new()),
            Form::Narrow => ("narrow", String::new()),
            // nobody knows what is behind a file: it brings its paper
            Form::File => (
                "file",
                format!(
                    "<rect width=\"{width}\" height=\"{height}\" fill=\"{}\"/>\n",
                    self.shades.paper
                ),
            ),
        };
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"{class}\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
             aria-labelledby=\"{id}-{class}-title\" aria-describedby=\"{id}-{class}-desc\" \
             font-family=\"{FONTS}\" font-size=\"{}\">\n\
             <title id=\"{id}-{class}-title\">{}</title>\n<desc id=\"{id}-{class}-desc\">{}</desc>\n\
             <g aria-hidden=\"true\">\n{behind}{}</g>\n</svg>\n",
            super::canvas::TEXT / SUB,
            escape(title),
            escape(description),
            self.body
        )
    }

    /// The figure that is being painted; nothing knows where it is drawn.
    pub(super) fn figure(&self) -> FigureInHand {
        Rc::clone(&self.figure)
    }

    /// The attribute that says which figure a mark shows.
    fn of_figure(&self) -> String {
        let figure = self.figure.borrow();
        figure.as_ref().map_or(String::new(), |id| format!(" data-fig=\"{}\"", escape(id)))
    }

    fn element(&mut self, text: std::fmt::Arguments<'_>) {
        let written = self.body.write_fmt(text);
        debug_assert!(written.is_ok());
    }

    fn paint(&self, color: BackendColor, kind: &str) -> String {
        let paint = Paint::numbered(color.rgb.2);
        let (colour, class) = (paint.colour(self.shades), paint.class());
        match paint {
            Paint::Dashed => {
                format!("{kind}=\"{colour}\" class=\"{kind}-{class}\" stroke-dasharray=\"5 4\"")
            }
            Paint::Halo => format!(
                "{kind}=\"{colour}\" class=\"{kind}-{class} stroke-paper\" stroke=\"{}\" stroke-width=\"3\" paint-order=\"stroke\"",
                self.shades.paper
            ),
            _ => format!("{kind}=\"{colour}\" class=\"{kind}-{class}\""),
        }
    }
}

/// A coordinate in pixels.
fn px(value: i32) -> String {
    let (sign, whole, part) =
        (if value < 0 { "-" } else { "" }, value.abs() / SUB, value.abs() % SUB * 100 / SUB);
    if part == 0 {
        return format!("{sign}{whole}");
    }
    let text = format!("{sign}{whole}.{part:02}");
    text.trim_end_matches('0').to_string()
}

impl DrawingBackend for &mut Svg<'_> {
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
        let paint = self.paint(color, "fill");
        self.element(format_args!(
            "<rect x=\"{}\" y=\"{}\" width=\"1\" height=\"1\" {paint}/>\n",
            px(at.0),
            px(at.1),
        ));
        Ok(())
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        a: BackendCoord,
        b: BackendCoord,
        style: &S,
        _: bool,
    ) -> Drawn {
        let (x, y) = (a.0.min(b.0), a.1.min(b.1));
        let (width, height) = ((a.0 - b.0).abs(), (a.1 - b.1).abs());
        let paint = self.paint(style.color(), "fill") + &self.of_figure();
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
        let paint = self.paint(style.color(), "stroke");
        let width = match px(style.stroke_width() as i32) {
            one if one == "1" => String::new(),
            width => format!(" stroke-width=\"{width}\""),
        };
        self.element(format_args!(
            "<polyline points=\"{}\" fill=\"none\"{width} {paint}/>\n",
            points(path)
        ));
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        at: BackendCoord,
        radius: u32,
        style: &S,
        _: bool,
    ) -> Drawn {
        let paint = self.paint(style.color(), "fill") + &self.of_figure();
        self.element(format_args!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" {paint}/>\n",
            px(at.0),
            px(at.1),
            px(radius as i32)
        ));
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let paint = self.paint(style.color(), "fill") + &self.of_figure();
        self.element(format_args!("<polygon points=\"{}\" {paint}/>\n", points(path)));
        Ok(())
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, at: BackendCoord) -> Drawn {
        let anchor = match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Right => " text-anchor=\"end\"",
            HPos::Center => " text-anchor=\"middle\"",
        };
        let shift = match style.anchor().v_pos {
            VPos::Top => ".76em",
            VPos::Center => ".35em",
            VPos::Bottom => "-.25em",
        };
        let weight = match style.style() {
            FontStyle::Bold => " font-weight=\"600\"",
            _ => "",
        };
        debug_assert!(matches!(style.transform(), FontTransform::None), "text stands upright");
        let paint = self.paint(style.color(), "fill");
        self.element(format_args!(
            "<text x=\"{}\" y=\"{}\" dy=\"{shift}\"{anchor}{weight} {paint}>{}</text>\n",
            px(at.0),
            px(at.1),
            escape(text)
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

fn points(path: impl IntoIterator<Item = BackendCoord>) -> String {
    let points: Vec<String> =
        path.into_iter().map(|(x, y)| format!("{},{}", px(x), px(y))).collect();
    points.join(" ")
}
