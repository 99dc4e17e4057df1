//! Vertical bars from zero, one a key, each with its value.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::svg::{GRID, INK, MARK, SOFT, SUB, Svg};
use super::ticks::ticks;
use super::width::{width, wrap};
use super::{Data, Datum, Words};
use crate::exact::{Exact, Rounding};
use crate::locale::Locale;
use crate::value::Format;

const SIZE: (i32, i32) = (560, 340);
const TEXT: i32 = 14 * SUB;
const LINE: i32 = 17 * SUB;
const TOP: i32 = 28 * SUB;
/// Ticks beside zero.
const STEPS: usize = 5;

/// Where things are, in parts of a pixel.
struct Layout {
    left: i32,
    right: i32,
    bottom: i32,
    ticks: Vec<Exact>,
    labels: Vec<Vec<String>>,
    /// Every how many keys one is labelled.
    stride: usize,
}

impl Layout {
    fn new(data: &Data, tick_texts: &[String], ticks: Vec<Exact>) -> Self {
        let widest = tick_texts.iter().map(|text| width(text, TEXT)).max().unwrap_or(0);
        let (left, right) = (widest + 14 * SUB, SIZE.0 * SUB - 8 * SUB);
        let slot = (right - left) / data.marks.len().max(1) as i32;
        let labels: Vec<Vec<String>> =
            data.marks.iter().map(|mark| wrap(mark.label.as_str(), TEXT, slot - 6 * SUB)).collect();
        let broadest = labels.iter().flatten().map(|line| width(line, TEXT)).max().unwrap_or(0);
        let stride = ((broadest + 6 * SUB + slot - 1) / slot.max(1)).max(1) as usize;
        let lines = labels.iter().map(Vec::len).max().unwrap_or(1).min(4) as i32;
        let bottom = SIZE.1 * SUB - lines * LINE - 12 * SUB;
        Self { left, right, bottom, ticks, labels, stride }
    }

    /// Distance of a value from the top, by the axis.
    fn y(&self, value: &Exact) -> i32 {
        let (low, high) = (&self.ticks[0], &self.ticks[self.ticks.len() - 1]);
        let height = Exact::from(i128::from(self.bottom - TOP));
        let up = (&(value - low) * &height).checked_div(&(high - low)).unwrap_or_else(Exact::zero);
        self.bottom - up.round(0, Rounding::HalfUp).to_i128().unwrap_or(0) as i32
    }

    /// Left edge and width of a bar.
    fn bar(&self, index: usize, count: usize) -> (i32, i32) {
        let slot = (self.right - self.left) / count.max(1) as i32;
        let bar = (slot * 7 / 10).max(SUB);
        (
            self.left
                + (self.right - self.left) * index as i32 / count.max(1) as i32
                + (slot - bar) / 2,
            bar,
        )
    }
}

pub(super) fn draw(data: &Data, words: &Words, locale: &Locale) -> String {
    let values: Vec<Exact> = data.marks.iter().filter_map(|mark| mark.value.clone()).collect();
    let ticks = ticks(&values, STEPS);
    let texts: Vec<String> =
        ticks.iter().map(|tick| tick_text(tick, data.format, locale)).collect();
    let layout = Layout::new(data, &texts, ticks);
    let mut svg = Svg::new(SIZE);
    // the backend cannot fail: its error type has no value
    let drawn = paint(&mut svg, data, &layout, &texts);
    debug_assert!(drawn.is_ok());
    svg.finish(words)
}

type Painted = Result<(), DrawingAreaErrorKind<std::convert::Infallible>>;

fn paint(svg: &mut Svg, data: &Data, layout: &Layout, texts: &[String]) -> Painted {
    let area = svg.into_drawing_area();
    let color = |(r, g, b): (u8, u8, u8)| RGBColor(r, g, b);
    let style = |rgb, h, v| TextStyle {
        font: ("sans-serif", TEXT).into_font(),
        color: color(rgb).to_backend_color(),
        pos: Pos::new(h, v),
    };
    for (tick, text) in layout.ticks.iter().zip(texts) {
        let y = layout.y(tick);
        let line = if tick.is_zero() { color(INK) } else { color(GRID) };
        area.draw(&PathElement::new(
            [(layout.left, y), (layout.right, y)],
            line.stroke_width(SUB as u32),
        ))?;
        area.draw(&Text::new(
            text.as_str(),
            (layout.left - 6 * SUB, y),
            style(SOFT, HPos::Right, VPos::Center),
        ))?;
    }
    let zero = layout.y(&Exact::zero());
    let count = data.marks.len();
    let (_, bar) = layout.bar(0, count);
    let widest = data
        .marks
        .iter()
        .filter_map(|mark| mark.shown.as_ref())
        .map(|shown| width(shown.as_str(), TEXT))
        .max()
        .unwrap_or(0);
    let labelled = widest <= (layout.right - layout.left) / count.max(1) as i32;
    for (index, mark) in data.marks.iter().enumerate() {
        let (left, _) = layout.bar(index, count);
        let middle = left + bar / 2;
        paint_mark(&area, mark, layout, (left, left + bar, zero), labelled, &style)?;
        if index % layout.stride == 0 {
            for (line, text) in layout.labels[index].iter().take(4).enumerate() {
                let y = layout.bottom + 6 * SUB + line as i32 * LINE;
                area.draw(&Text::new(
                    text.as_str(),
                    (middle, y),
                    style(INK, HPos::Center, VPos::Top),
                ))?;
            }
        }
    }
    Ok(())
}

fn paint_mark<'t>(
    area: &DrawingArea<&mut Svg, plotters::coord::Shift>,
    mark: &Datum,
    layout: &Layout,
    (left, right, zero): (i32, i32, i32),
    labelled: bool,
    style: &dyn Fn((u8, u8, u8), HPos, VPos) -> TextStyle<'t>,
) -> Painted {
    let middle = (left + right) / 2;
    let Some(value) = &mark.value else {
        return area.draw(&Text::new(
            "–",
            (middle, zero - 2 * SUB),
            style(SOFT, HPos::Center, VPos::Bottom),
        ));
    };
    let y = layout.y(value);
    let fill = RGBColor(MARK.0, MARK.1, MARK.2).filled();
    area.draw(&Rectangle::new([(left, y), (right, zero)], fill))?;
    if let (true, Some(shown)) = (labelled, &mark.shown) {
        let (at, anchor) = if value.is_negative() {
            (y + 2 * SUB, VPos::Top)
        } else {
            (y - 2 * SUB, VPos::Bottom)
        };
        area.draw(&Text::new(shown.as_str(), (middle, at), style(INK, HPos::Center, anchor)))?;
    }
    Ok(())
}

/// A tick as printed beside the axis: a round number, and `%` on an axis of percentages.
fn tick_text(tick: &Exact, format: Format, locale: &Locale) -> String {
    let digits = locale.digits(tick, tick.decimals().unwrap_or(0));
    match format {
        Format::Percent(_) => format!("{digits}%"),
        _ => digits,
    }
}
