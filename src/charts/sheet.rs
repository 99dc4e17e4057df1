//! What most kinds of chart share: the room that they have, the axis of values, legends, what stands above a plot.

use super::canvas::{Canvas, LINE, Place, Side, TEXT};
use super::data::Data;
use super::palette::COLOURS;
use super::svg::{Paint, SUB};
use super::ticks::{Axis, ticks};
use super::width::{broadest, fit, on_sheet, width, wrap};
use crate::exact::{Exact, Rounding};
use crate::locale::Locale;
use crate::text::capital;
use crate::value::{CALENDAR_YEAR, Format, Measure, Number, Value};

/// Side of a swatch of a legend.
const SWATCH: i32 = 11 * SUB;
/// Between things that belong together.
pub(super) const GAP: i32 = 6 * SUB;
/// Lines of an annotation.
const NOTE_LINES: usize = 4;

/// What a kind of chart draws on, and with what.
pub(super) struct Sheet<'a, 'c, 's> {
    pub(super) canvas: &'a Canvas<'c, 's>,
    pub(super) data: &'a Data,
    pub(super) locale: &'a Locale,
    /// Width in parts of a pixel.
    pub(super) width: i32,
}

/// A value axis: values to places, exactly, rounded once to a part of a pixel.
pub(super) struct Scale {
    ticks: Vec<Exact>,
    from: i32,
    to: i32,
}

impl Scale {
    /// An axis over `ticks`, whose first stands at `from` and whose last at `to`.
    pub(super) fn new(ticks: Vec<Exact>, from: i32, to: i32) -> Self {
        Self { ticks, from, to }
    }

    pub(super) fn at(&self, value: &Exact) -> i32 {
        let (low, high) = (&self.ticks[0], &self.ticks[self.ticks.len() - 1]);
        let along = value.along(low, high, i64::from(self.to - self.from)).unwrap_or(0);
        self.from + along as i32
    }

    /// Its ticks, rising.
    pub(super) fn ticks(&self) -> &[Exact] {
        &self.ticks
    }

    /// Where bars begin: at 0, or where the axis begins.
    pub(super) fn base(&self) -> i32 {
        let zero = Exact::zero();
        let inside = self.ticks[0] <= zero && zero <= self.ticks[self.ticks.len() - 1];
        if inside { self.at(&zero) } else { self.from }
    }
}

/// A plot with values upwards: its edges, and its axis.
pub(super) struct Plot {
    pub(super) left: i32,
    pub(super) right: i32,
    pub(super) top: i32,
    pub(super) bottom: i32,
    pub(super) scale: Scale,
}

impl Sheet<'_, '_, '_> {
    /// What a strand is painted with: its colour; or, where some are highlighted, theirs in turn and a soft one for the
    /// others; or, of more strands than there are colours, the first for all, since each is labelled.
    pub(super) fn paint(&self, strand: usize) -> Paint {
        let highlight = &self.data.highlight;
        match highlight.iter().position(|highlit| *highlit == strand) {
            Some(rank) => Paint::Mark(rank),
            None if !highlight.is_empty() => Paint::Soft,
            None if self.data.strands.len() > COLOURS => Paint::Mark(0),
            None => Paint::Mark(strand),
        }
    }

    /// Whether this is the drawing for a small screen.
    pub(super) fn narrow(&self) -> bool {
        self.width < 500 * SUB
    }

    /// Ticks over some values.
    pub(super) fn ticks(&self, values: &[Exact], zero: bool) -> Vec<Exact> {
        let reference = self.data.reference.iter().map(|(value, _)| value.clone());
        let values: Vec<Exact> = values.iter().cloned().chain(reference).collect();
        let whole = self.data.counts();
        ticks(&values, Axis { zero, whole, most: if self.narrow() { 4 } else { 5 } })
    }

    /// A tick as printed beside the axis: a round number with the sign of its unit.
    pub(super) fn tick(&self, tick: &Exact, decimals: u32) -> String {
        let measure = Measure { unit: self.data.unit.clone(), ..Measure::default() };
        let show = |value: Exact, format| {
            let number = Number::new(value, measure.clone());
            self.locale.show(&Value::Number(number), Some(format), Rounding::HalfUp)
        };
        match self.data.format {
            Format::Percent(_) => show(tick * &Exact::power_of_ten(-2), Format::Percent(decimals)),
            Format::Currency(_) => show(tick.clone(), Format::Currency(decimals)),
            Format::Integer if decimals == 0 => show(tick.clone(), Format::Integer),
            _ => self.locale.digits(tick, decimals),
        }
    }

    pub(super) fn tick_texts(&self, ticks: &[Exact]) -> Vec<String> {
        let decimals = ticks.iter().filter_map(Exact::decimals).max().unwrap_or(0);
        ticks.iter().map(|tick| self.tick(tick, decimals)).collect()
    }

    /// From the least to the most that a value can be, at a place across the axis; `flat` axes run to the right.
    pub(super) fn whisker(&self, scale: &Scale, ends: &(Exact, Exact), across: i32, flat: bool) {
        let (low, high) = (scale.at(&ends.0), scale.at(&ends.1));
        let cap = 4 * SUB;
        let place = |along: i32, across: i32| if flat { (along, across) } else { (across, along) };
        let stroke = |a: Place, b: Place| self.canvas.line(&[a, b], 3 * SUB / 2, Paint::Ink);
        stroke(place(low, across), place(high, across));
        for end in [low, high] {
            stroke(place(end, across - cap), place(end, across + cap));
        }
    }

    /// What the axis measures, above it; returns where it ends.
    pub(super) fn caption(&self, top: i32) -> i32 {
        if let Some(axis) = &self.data.axis {
            return self.caption_of(axis, top);
        }
        let Data { format, unit, measure, .. } = self.data;
        let sign = self.locale.unit(*format, unit.as_deref());
        let words = match (format, unit, sign) {
            // numbers of the axis have the sign
            (Format::Percent(_) | Format::Currency(_), ..) => return top,
            (Format::Million(_) | Format::Billion(_), Some(unit), Some(sign))
                if plural(unit) != *unit =>
            {
                capital(&format!("{sign} {}", plural(unit)))
            }
            (_, _, Some(sign)) => capital(&sign),
            (_, Some(unit), None) if plural(unit) == *unit => unit.clone(),
            (_, Some(unit), None) if unit != CALENDAR_YEAR => capital(&plural(unit)),
            _ => measure.clone(),
        };
        self.caption_of(&words, top)
    }

    /// Words above an axis; returns where they end.
    pub(super) fn caption_of(&self, words: &str, top: i32) -> i32 {
        let lines = fit(words, TEXT, self.width, 3);
        self.canvas.lines(&lines, (0, top), Side::Corner, Paint::Soft);
        top + lines.len() as i32 * LINE + GAP
    }

    /// A legend over the whole width, in the order of the strands; returns where it ends.
    pub(super) fn legend(&self, top: i32) -> i32 {
        let strands = &self.data.strands;
        if strands.len() < 2 {
            return top;
        }
        let (mut x, mut y) = (0, top);
        for (index, strand) in strands.iter().enumerate() {
            let lines = fit(&strand.name, TEXT, self.width - SWATCH - GAP, 2);
            let needs = SWATCH + GAP + broadest(&lines, TEXT);
            if x > 0 && x + needs > self.width {
                (x, y) = (0, y + LINE + GAP / 2);
            }
            let swatch = y + (LINE - SWATCH) / 2 - SUB;
            self.canvas.fill((x, swatch), (x + SWATCH, swatch + SWATCH), Paint::Mark(index));
            self.canvas.lines(&lines, (x + SWATCH + GAP, y), Side::Corner, Paint::Ink);
            y += (lines.len() as i32 - 1) * LINE;
            x += needs + 3 * GAP;
        }
        y + LINE + GAP
    }

    /// The axis of values at the left of a plot, with its lines.
    pub(super) fn value_axis(&self, plot: &Plot) {
        self.upright_axis(plot, &self.tick_texts(&plot.scale.ticks));
    }

    /// The same with texts of the caller's.
    pub(super) fn upright_axis(&self, plot: &Plot, texts: &[String]) {
        for (tick, text) in plot.scale.ticks.iter().zip(texts) {
            let y = plot.scale.at(tick);
            let paint = if tick.is_zero() { Paint::Ink } else { Paint::Grid };
            self.canvas.line(&[(plot.left, y), (plot.right, y)], SUB, paint);
            self.canvas.text(text, (plot.left - GAP, y), Side::Left, Paint::Soft);
        }
    }

    /// Lines of an axis that runs to the right, with as many numbers below as there is room for.
    pub(super) fn lying_axis(&self, scale: &Scale, (top, bottom): (i32, i32), texts: &[String]) {
        let step = (scale.to - scale.from) / (scale.ticks.len() as i32 - 1).max(1);
        let stride = ((broadest(texts, TEXT) + GAP) / step.max(1) + 1) as usize;
        for (index, (tick, text)) in scale.ticks.iter().zip(texts).enumerate() {
            let x = scale.at(tick);
            let paint = if tick.is_zero() { Paint::Ink } else { Paint::Grid };
            self.canvas.line(&[(x, top), (x, bottom)], SUB, paint);
            if index.is_multiple_of(stride) {
                let half = width(text, TEXT) / 2;
                let at = on_sheet(x, half, self.width);
                self.canvas.text(text, (at, bottom + GAP / 2), Side::Below, Paint::Soft);
            }
        }
    }

    /// Room for the words of a reference line above a plot whose axis runs to the right.
    pub(super) fn lying_reference_room(&self) -> i32 {
        self.reference_lines().map_or(0, |(_, lines)| lines.len() as i32 * LINE + GAP / 2)
    }

    fn reference_lines(&self) -> Option<(&Exact, Vec<String>)> {
        let (value, words) = self.data.reference.as_ref()?;
        Some((value, fit(words, TEXT, self.width * 2 / 3, 5)))
    }

    /// The reference line of such a plot, from its words down.
    pub(super) fn lying_reference(&self, scale: &Scale, (top, bottom): (i32, i32)) {
        let Some((value, lines)) = self.reference_lines() else { return };
        let x = scale.at(value);
        self.canvas.line(&[(x, top - GAP / 2), (x, bottom)], 3 * SUB / 2, Paint::Dashed);
        let half = broadest(&lines, TEXT) / 2;
        let at = (on_sheet(x, half, self.width), top - GAP / 2 - lines.len() as i32 * LINE);
        self.canvas.lines(&lines, at, Side::Below, Paint::Ink);
    }

    /// Labels of keys in a column at the left, and how broad it is.
    pub(super) fn key_column(&self) -> (Vec<Vec<String>>, i32) {
        let limit = self.width * if self.narrow() { 38 } else { 32 } / 100;
        let keys = self.data.keys.iter();
        let labels: Vec<Vec<String>> = keys.map(|key| fit(key.as_str(), TEXT, limit, 3)).collect();
        let column = broadest(labels.iter().flatten(), TEXT);
        (labels, column)
    }

    /// What the dashed line of an upright plot stands for, above the plot; returns where it ends.
    pub(super) fn reference_words(&self, top: i32) -> i32 {
        let Some((_, words)) = &self.data.reference else { return top };
        let dash = 24 * SUB;
        let lines = fit(words, TEXT, self.width - dash - GAP, 5);
        let middle = top + LINE / 2 - SUB;
        self.canvas.line(&[(0, middle), (dash, middle)], 3 * SUB / 2, Paint::Dashed);
        self.canvas.lines(&lines, (dash + GAP, top), Side::Corner, Paint::Ink);
        top + lines.len() as i32 * LINE + GAP
    }

    /// The reference line of an upright plot.
    pub(super) fn reference(&self, plot: &Plot) {
        if let Some((value, _)) = &self.data.reference {
            let y = plot.scale.at(value);
            self.canvas.line(&[(plot.left, y), (plot.right, y)], 3 * SUB / 2, Paint::Dashed);
        }
    }

    /// Room above a plot for annotations: their lines, laid out at their places so that none meets another.
    pub(super) fn annotations(&self, top: i32, places: &[i32]) -> Annotations {
        let mut rows: Vec<(Vec<String>, i32, i32)> = Vec::new();
        let mut y = top;
        let limit = (self.width * 2 / 5).max(120 * SUB);
        for ((_, words), place) in self.data.annotations.iter().zip(places) {
            let lines = fit(words, TEXT, limit, NOTE_LINES);
            let broad = broadest(&lines, TEXT);
            let left = (place - broad / 2).clamp(0, (self.width - broad).max(0));
            rows.push((lines, left, y));
            y += rows.last().map_or(0, |(lines, ..)| lines.len() as i32 * LINE) + GAP;
        }
        // notes that do not overlap sideways share a height
        let apart = rows
            .windows(2)
            .all(|pair| pair[0].1 + broadest(&pair[0].0, TEXT) + 2 * GAP < pair[1].1);
        if apart && rows.len() > 1 {
            let tallest = rows.iter().map(|(lines, ..)| lines.len() as i32).max().unwrap_or(0);
            y = top + tallest * LINE + GAP;
            for (lines, _, at) in &mut rows {
                *at = y - GAP - lines.len() as i32 * LINE;
            }
        }
        Annotations { rows, places: places.to_vec(), bottom: y }
    }

    /// Labels below a plot: all keys where they fit, else every so many with the last among them.
    pub(super) fn key_labels(&self, middles: &[i32], slot: i32, top: i32) -> i32 {
        let labels = self.slot_labels(slot);
        let halves: Vec<i32> = labels.iter().map(|lines| broadest(lines, TEXT) / 2).collect();
        let place = |(middle, half): (&i32, &i32)| on_sheet(*middle, *half, self.width);
        let places: Vec<i32> = middles.iter().zip(&halves).map(place).collect();
        let chosen = |stride: usize| (0..labels.len()).rev().step_by(stride);
        let apart = |stride: &usize| {
            let (left, right) = (chosen(*stride).skip(1), chosen(*stride));
            left.zip(right).all(|(a, b)| places[a] + halves[a] + GAP <= places[b] - halves[b])
        };
        let stride = (1..labels.len()).find(apart).unwrap_or(labels.len().max(1));
        let mut most = 1;
        for index in chosen(stride) {
            self.canvas.lines(&labels[index], (places[index], top), Side::Below, Paint::Ink);
            most = most.max(labels[index].len() as i32);
        }
        top + most * LINE + GAP
    }

    /// Labels broken to the width of a slot, where that breaks no word; else in one piece.
    fn slot_labels(&self, slot: i32) -> Vec<Vec<String>> {
        let keys = self.data.keys.iter();
        keys.map(|key| {
            let limit = if breaks_a_word(key.as_str(), slot) { self.width / 3 } else { slot - GAP };
            fit(key.as_str(), TEXT, limit, 4)
        })
        .collect()
    }

    /// Whether every key has room below its bar without breaking a word.
    pub(super) fn keys_fit(&self, slot: i32) -> bool {
        self.data.keys.iter().all(|key| {
            wrap(key.as_str(), TEXT, slot - GAP).len() <= 3 && !breaks_a_word(key.as_str(), slot)
        })
    }
}

/// Notes above a plot.
pub(super) struct Annotations {
    rows: Vec<(Vec<String>, i32, i32)>,
    places: Vec<i32>,
    /// Where they end.
    pub(super) bottom: i32,
}

impl Annotations {
    /// Draws them, each with a line down to what stands at its key, which is at `foot`.
    pub(super) fn paint(&self, sheet: &Sheet<'_, '_, '_>, foot: impl Fn(usize) -> i32) {
        let canvas = sheet.canvas;
        let keys = sheet.data.annotations.iter().map(|(key, _)| *key);
        for (((lines, _, top), place), key) in self.rows.iter().zip(&self.places).zip(keys) {
            let from = top + lines.len() as i32 * LINE + SUB;
            let to = foot(key);
            if to > from {
                canvas.line(&[(*place, from), (*place, to)], SUB, Paint::Dashed);
            }
        }
        for (lines, left, top) in &self.rows {
            let end = left + broadest(lines, TEXT) + 2 * SUB;
            let bottom = top + lines.len() as i32 * LINE;
            canvas.fill((*left - 2 * SUB, *top), (end, bottom), Paint::Paper);
            canvas.lines(lines, (*left, *top), Side::Corner, Paint::Ink);
        }
    }
}

fn breaks_a_word(text: &str, slot: i32) -> bool {
    text.split_whitespace().any(|word| width(word, TEXT) > slot - GAP)
}

/// What stands where a value does not.
pub(super) fn absent(hidden: bool) -> &'static str {
    if hidden { "[c]" } else { "[x]" }
}

/// A unit as it stands beside a number that is not one: words take an `s`, signs such as `ppm`, `kg` or `GBP` none.
pub(crate) fn plural(unit: &str) -> String {
    let word = unit.chars().all(|c| c.is_alphabetic() || c == ' ')
        && unit.contains(['a', 'e', 'i', 'o', 'u', 'y'])
        && !unit.ends_with('s');
    if word { format!("{unit}s") } else { unit.to_string() }
}

/// The middle of slots of equal width.
pub(super) fn middles(left: i32, right: i32, count: usize) -> Vec<i32> {
    let count = count.max(1) as i32;
    (0..count).map(|index| left + (right - left) * (2 * index + 1) / (2 * count)).collect()
}

/// The two corners of a box, whichever way it runs.
pub(super) fn corners(flat: bool, (a, b): (i32, i32), (low, high): (i32, i32)) -> (Place, Place) {
    if flat { ((low, a), (high, b)) } else { ((a, low), (b, high)) }
}
