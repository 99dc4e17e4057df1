//! Charts: points of a series to drawings in SVG, and to words.
//!
//! In: labels and values that are figures already. Out: SVG text, for a wide page, a narrow one, and a file. Ticks and
//! the placing of labels are ours, in integers; plotters draws, through a backend of ours that writes real text,
//! classes for colours, and a title and description.

mod bars;
mod canvas;
mod data;
mod describe;
mod dots;
mod lines;
mod multiples;
mod palette;
mod sheet;
mod slope;
mod svg;
mod ticks;
mod width;

use self::canvas::Canvas;
use self::sheet::Sheet;
use self::svg::{Form, SUB, Svg};
use crate::locale::Locale;
use crate::spec::{Chart, ChartKind};

pub(crate) use data::chosen;
pub use data::{Data, Mark, Strand, data};
pub use describe::{description, subtitle};
pub(crate) use palette::COLOURS;
pub use palette::{Fault, Palette, Rgb, Shades};
pub(crate) use sheet::plural;
pub use ticks::{Axis, ticks};

/// Width of a drawing on a page with room, in pixels.
const WIDE: i32 = 672;
/// Width of a drawing on a small screen.
const NARROW: i32 = 320;

/// Words that a drawing carries for those who cannot see it.
#[derive(Clone, Debug)]
pub struct Words {
    /// Id that is unique on the page.
    pub id: String,
    /// Title.
    pub title: String,
    /// Description: the alternative text.
    pub description: String,
}

/// A chart as drawn. The bytes depend on nothing but what it is drawn from.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    /// For a page with room.
    pub wide: String,
    /// For a small screen.
    pub narrow: String,
    /// For a file of its own, on paper of its own.
    pub file: String,
}

/// Draws a chart.
pub fn draw(
    chart: &Chart,
    data: &Data,
    words: &Words,
    shades: &Shades,
    locale: &Locale,
) -> Picture {
    let drawn = |width: i32| {
        let mut svg = Svg::new(width, shades);
        let height = {
            let canvas = Canvas::on(&mut svg);
            let sheet = Sheet { canvas: &canvas, data, locale, width: width * SUB };
            match chart.kind {
                ChartKind::Bar
                | ChartKind::GroupedBar
                | ChartKind::StackedBar
                | ChartKind::StackedPercent
                | ChartKind::Histogram => bars::paint(&sheet, chart.kind, chart.horizontal),
                ChartKind::Line => lines::paint(&sheet),
                ChartKind::Area => lines::paint_areas(&sheet),
                ChartKind::Dot => dots::paint(&sheet, false),
                ChartKind::Lollipop => dots::paint(&sheet, true),
                ChartKind::Slope => slope::paint(&sheet),
                ChartKind::Multiples => multiples::paint(&sheet),
            }
        };
        svg.cut(height);
        svg
    };
    let (wide, narrow) = (drawn(WIDE), drawn(NARROW));
    Picture {
        wide: wide.finish(words, Form::Wide),
        narrow: narrow.finish(words, Form::Narrow),
        file: wide.finish(words, Form::File),
    }
}
