//! What drawings are made of: lines, boxes, marks and real text, handed to plotters in parts of a pixel.

use plotters::coord::Shift;
use plotters::element::{Drawable, PointCollection};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::svg::{FigureInHand, Paint, SUB, Svg};

/// Text of labels.
pub(super) const TEXT: i32 = 14 * SUB;
/// From one line of text to the next.
pub(super) const LINE: i32 = 17 * SUB;

/// A point, in parts of a pixel.
pub(super) type Place = (i32, i32);

/// Where a text stands, seen from its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Side {
    Above,
    Below,
    Left,
    Right,
    /// Around it.
    Middle,
    /// To the right and below: the place is its upper left corner.
    Corner,
}

/// A drawing in the making.
pub(super) struct Canvas<'c, 's> {
    area: DrawingArea<&'c mut Svg<'s>, Shift>,
    figure: FigureInHand,
}

impl<'c, 's> Canvas<'c, 's> {
    /// Draws on a sheet.
    pub(super) fn on(sheet: &'c mut Svg<'s>) -> Self {
        let figure = sheet.figure();
        Self { area: sheet.into_drawing_area(), figure }
    }

    /// Paints what shows a figure.
    pub(super) fn showing(&self, figure: Option<&String>, paint: impl FnOnce(&Self)) {
        self.figure.replace(figure.cloned());
        paint(self);
        self.figure.replace(None);
    }

    fn draw<E>(&self, element: &E)
    where
        for<'b> &'b E: PointCollection<'b, Place>,
        E: Drawable<&'c mut Svg<'s>>,
    {
        // the sheet cannot fail: its error type has no value
        let drawn = self.area.draw(element);
        debug_assert!(drawn.is_ok());
    }

    /// A line through places.
    pub(super) fn line(&self, places: &[Place], thickness: i32, paint: Paint) {
        let style = colour(paint).stroke_width(thickness as u32);
        self.draw(&PathElement::new(places.to_vec(), style));
    }

    /// A filled box between two corners.
    pub(super) fn fill(&self, a: Place, b: Place, paint: Paint) {
        self.draw(&Rectangle::new([a, b], colour(paint).filled()));
    }

    /// A filled area.
    pub(super) fn polygon(&self, places: &[Place], paint: Paint) {
        self.draw(&Polygon::new(places.to_vec(), colour(paint)));
    }

    /// A mark whose form, like its colour, is that of its strand: circle, square, diamond, triangle.
    pub(super) fn mark(&self, (x, y): Place, radius: i32, strand: usize, paint: Paint) {
        let r = radius;
        match strand % 4 {
            0 => self.draw(&Circle::new((x, y), r, colour(paint).filled())),
            1 => {
                self.fill((x - r * 9 / 10, y - r * 9 / 10), (x + r * 9 / 10, y + r * 9 / 10), paint)
            }
            2 => {
                let r = r * 5 / 4;
                self.polygon(&[(x, y - r), (x + r, y), (x, y + r), (x - r, y)], paint);
            }
            _ => {
                let r = r * 5 / 4;
                self.polygon(&[(x, y - r), (x + r, y + r * 3 / 4), (x - r, y + r * 3 / 4)], paint);
            }
        }
    }

    /// A line of text.
    pub(super) fn text(&self, text: &str, at: Place, side: Side, paint: Paint) {
        self.write(text, at, side, paint, FontStyle::Normal);
    }

    /// A line of text that stands out.
    pub(super) fn strong(&self, text: &str, at: Place, side: Side, paint: Paint) {
        self.write(text, at, side, paint, FontStyle::Bold);
    }

    fn write(&self, text: &str, at: Place, side: Side, paint: Paint, weight: FontStyle) {
        let (h, v) = match side {
            Side::Above => (HPos::Center, VPos::Bottom),
            Side::Below => (HPos::Center, VPos::Top),
            Side::Left => (HPos::Right, VPos::Center),
            Side::Right => (HPos::Left, VPos::Center),
            Side::Middle => (HPos::Center, VPos::Center),
            Side::Corner => (HPos::Left, VPos::Top),
        };
        let style = TextStyle {
            font: ("sans-serif", TEXT, weight).into_font(),
            color: colour(paint).to_backend_color(),
            pos: Pos::new(h, v),
        };
        self.draw(&Text::new(text.to_string(), at, style));
    }

    /// Lines of text, one below the other.
    pub(super) fn lines(&self, lines: &[String], (x, y): Place, side: Side, paint: Paint) {
        let count = lines.len() as i32;
        let (first, side) = match side {
            Side::Above => (y - (count - 1) * LINE, Side::Above),
            Side::Left | Side::Right | Side::Middle => (y - (count - 1) * LINE / 2, side),
            Side::Below | Side::Corner => (y, side),
        };
        for (index, line) in lines.iter().enumerate() {
            self.text(line, (x, first + index as i32 * LINE), side, paint);
        }
    }
}

fn colour(paint: Paint) -> RGBColor {
    RGBColor(0, 0, paint.number())
}
