//! Bars from zero: single, grouped, stacked, stacked to 100%, and the bins of a histogram; upright or lying.

use super::canvas::{LINE, Place, Side, TEXT};
use super::data::{Data, Mark};
use super::sheet::{GAP, Plot, Scale, Sheet, absent, corners, middles};
use super::svg::{Paint, SUB};
use super::width::{broadest, fit, on_sheet, width};
use crate::exact::Exact;
use crate::spec::ChartKind;
use crate::text::in_a_sentence;

/// A box of a bar: which strand, from where to where on the axis, and whose value it is.
struct Piece<'d> {
    strand: usize,
    from: Exact,
    to: Exact,
    mark: &'d Mark,
}

/// Paints bars; returns the height of the drawing.
pub(super) fn paint(sheet: &Sheet<'_, '_, '_>, kind: ChartKind, flat: bool) -> i32 {
    let keys = 0..sheet.data.keys.len();
    let pieces = keys.map(|key| pieces(sheet.data, kind, key)).collect();
    let bars = Bars { sheet, kind, pieces };
    let slot = (sheet.width - 60 * SUB) / sheet.data.keys.len().max(1) as i32;
    let must = kind != ChartKind::Histogram
        && sheet.data.along.is_none()
        && sheet.data.annotations.is_empty()
        && !sheet.keys_fit(slot);
    if flat || must { bars.lying() } else { bars.upright() }
}

/// The boxes of a key, one on the other where they are stacked.
fn pieces(data: &Data, kind: ChartKind, key: usize) -> Vec<Piece<'_>> {
    let known = || {
        data.strands.iter().enumerate().filter_map(|(strand, s)| {
            let mark = &s.marks[key];
            Some((strand, mark.value.clone()?, mark))
        })
    };
    let sum: Exact = known().fold(Exact::zero(), |sum, (_, value, _)| &sum + &value);
    let hundred = Exact::power_of_ten(2);
    let mut below = Exact::zero();
    let piece = |(strand, value, mark): (usize, Exact, _)| {
        let value = match kind {
            ChartKind::StackedPercent => {
                (&value * &hundred).checked_div(&sum).unwrap_or_else(Exact::zero)
            }
            _ => value,
        };
        let from = if kind.stacks() { below.clone() } else { Exact::zero() };
        let to = &from + &value;
        below = to.clone();
        Piece { strand, from, to, mark }
    };
    known().map(piece).collect()
}

struct Bars<'b, 'a, 'c, 's> {
    sheet: &'b Sheet<'a, 'c, 's>,
    kind: ChartKind,
    /// The boxes of each key.
    pieces: Vec<Vec<Piece<'b>>>,
}

impl Bars<'_, '_, '_, '_> {
    fn hundred(&self) -> bool {
        self.kind == ChartKind::StackedPercent
    }

    fn scale(&self, from: i32, to: i32) -> Scale {
        let pieces = || self.pieces.iter().flatten();
        let whiskers = pieces().filter_map(|piece| piece.mark.ends.clone());
        let ends: Vec<Exact> = pieces()
            .map(|piece| piece.to.clone())
            .chain(whiskers.flat_map(|(low, high)| [low, high]))
            .collect();
        Scale::new(self.sheet.ticks(&ends, true), from, to)
    }

    /// Boxes of one key across a slot: where each begins and ends.
    fn across(&self, middle: i32, slot: i32) -> (i32, i32) {
        let share = match self.kind {
            ChartKind::Histogram => slot - SUB,
            ChartKind::GroupedBar => slot * 8 / 10,
            _ => slot * 7 / 10,
        };
        let most = match self.kind {
            ChartKind::GroupedBar => 60 * SUB * self.sheet.data.strands.len() as i32,
            ChartKind::Histogram => i32::MAX,
            _ => 90 * SUB,
        };
        let bar = share.clamp(SUB, most);
        (middle - bar / 2, bar)
    }

    /// The stretch of one strand's bar within its group.
    fn place(&self, (start, bar): (i32, i32), strand: usize) -> (i32, i32) {
        if self.kind != ChartKind::GroupedBar {
            return (start, start + bar);
        }
        let count = self.sheet.data.strands.len() as i32;
        let one = bar / count;
        let gap = if one > 6 * SUB { SUB } else { 0 };
        (start + one * strand as i32, start + one * (strand as i32 + 1) - gap)
    }

    fn upright(&self) -> i32 {
        let (sheet, data) = (self.sheet, self.sheet.data);
        let texts = self.tick_texts();
        let left = broadest(&texts, TEXT) + GAP + SUB;
        let right = sheet.width - 2 * SUB;
        let middle = middles(left, right, data.keys.len());
        let slot = (right - left) / data.keys.len().max(1) as i32;
        let mut top = self.head();
        let noted: Vec<i32> = data.annotations.iter().map(|(key, _)| middle[*key]).collect();
        let notes = sheet.annotations(top, &noted);
        top = notes.bottom + LINE;
        let bottom = top + if sheet.narrow() { 190 * SUB } else { 260 * SUB };
        let plot = Plot { left, right, top, bottom, scale: self.scale(bottom, top) };
        sheet.upright_axis(&plot, &texts);
        let labelled = self.labelled(slot);
        for (key, middle) in middle.iter().enumerate() {
            self.paint_key(&plot, key, self.across(*middle, slot), false);
        }
        notes.paint(sheet, |key| {
            let most = |piece: &Piece<'_>| match &piece.mark.ends {
                Some((_, high)) => plot.scale.at(high),
                None => plot.scale.at(&piece.to),
            };
            let tops = self.pieces[key].iter().map(most);
            let room = if self.kind.stacks() { GAP / 2 } else { LINE + GAP / 2 };
            tops.min().unwrap_or(bottom).min(plot.scale.base()) - room
        });
        sheet.reference(&plot);
        for (key, middle) in middle.iter().enumerate() {
            let across = self.across(*middle, slot);
            if labelled[key] {
                self.label_key(&plot, key, across, false);
            }
            self.absent(&plot, key, across, false);
        }
        if self.kind == ChartKind::Histogram {
            return self.edge_labels(&plot, slot);
        }
        // a label below a negative bar needs a line of its own
        let below = if data.values().any(Exact::is_negative) { LINE } else { 0 };
        sheet.key_labels(&middle, slot, bottom + below + GAP)
    }

    /// What stands above an upright plot.
    fn head(&self) -> i32 {
        self.sheet.reference_words(self.sheet.legend(self.caption()))
    }

    fn caption(&self) -> i32 {
        match (self.hundred(), &self.sheet.data.axis) {
            (true, None) => {
                let measure = in_a_sentence(&self.sheet.data.measure);
                self.sheet.caption_of(&format!("Share of {measure}"), 0)
            }
            _ => self.sheet.caption(0),
        }
    }

    fn tick_texts(&self) -> Vec<String> {
        let scale = self.scale(0, 1);
        if self.hundred() {
            let percent = |tick: &Exact| self.sheet.locale.digits(tick, 0) + "%";
            return scale.ticks().iter().map(percent).collect();
        }
        self.sheet.tick_texts(scale.ticks())
    }

    /// Which keys have their values printed: all where they fit, else the highest and the last.
    fn labelled(&self, slot: i32) -> Vec<bool> {
        let data = self.sheet.data;
        let shown =
            data.strands.iter().flat_map(|s| &s.marks).filter_map(|mark| mark.shown.as_ref());
        let broad = shown.map(|shown| width(shown.as_str(), TEXT)).max().unwrap_or(0);
        let one = match self.kind {
            ChartKind::GroupedBar => self.across(0, slot).1 / data.strands.len() as i32,
            kind if kind.stacks() => self.across(0, slot).1,
            _ => slot,
        };
        let count = data.keys.len();
        if broad + 4 * SUB <= one {
            return vec![true; count];
        }
        let mut labelled = vec![false; count];
        if data.strands.len() == 1 {
            let highest = data.strands[0].known().max_by(|a, b| (a.1, b.0).cmp(&(b.1, a.0)));
            let apart = (broad / slot.max(1)) as usize + 1;
            let last = count.saturating_sub(1);
            labelled[last] = true;
            if let Some((key, ..)) = highest
                && last - key > apart
            {
                labelled[key] = true;
            }
        }
        labelled
    }

    /// The two corners of a box; `flat` bars lie.
    fn corners(
        &self,
        plot: &Plot,
        piece: &Piece<'_>,
        across: (i32, i32),
        flat: bool,
    ) -> (Place, Place) {
        let (mut from, to) = (plot.scale.at(&piece.from), plot.scale.at(&piece.to));
        if !self.kind.stacks() {
            from = plot.scale.base();
        } else if piece.strand > 0 && (to - from).abs() > 3 * SUB {
            // paper between neighbours
            from += if flat { SUB } else { -SUB };
        }
        corners(flat, self.place(across, piece.strand), (from, to))
    }

    /// The bars of one key.
    fn paint_key(&self, plot: &Plot, key: usize, across: (i32, i32), flat: bool) {
        for piece in &self.pieces[key] {
            let (a, b) = self.corners(plot, piece, across, flat);
            let paint = Paint::Mark(piece.strand);
            self.sheet
                .canvas
                .showing(piece.mark.figure.as_ref(), |canvas| canvas.fill(a, b, paint));
            if let Some(ends) = &piece.mark.ends {
                let middle = if flat { (a.1 + b.1) / 2 } else { (a.0 + b.0) / 2 };
                self.sheet.whisker(&plot.scale, ends, middle, flat);
            }
        }
    }

    /// The values of one key, and marks for those that are not there.
    fn label_key(&self, plot: &Plot, key: usize, across: (i32, i32), flat: bool) {
        for piece in &self.pieces[key] {
            if let Some(shown) = &piece.mark.shown {
                let end = piece.mark.ends.as_ref().map(|(low, high)| {
                    let to = if piece.to.is_negative() { low } else { high };
                    Piece { from: piece.from.clone(), to: to.clone(), ..*piece }
                });
                let piece = end.as_ref().unwrap_or(piece);
                let corners = self.corners(plot, piece, across, flat);
                self.label(shown.as_str(), piece, corners, flat);
            }
        }
    }

    /// Marks for the values that a key does not have: at the foot of their bars, or once at the end of a stack.
    fn absent(&self, plot: &Plot, key: usize, across: (i32, i32), flat: bool) {
        let strands = self.sheet.data.strands.iter().enumerate();
        let mut without = strands.filter(|(_, strand)| strand.marks[key].value.is_none());
        let stacked = self.kind.stacks();
        let end =
            self.pieces[key].last().map_or(plot.scale.base(), |piece| plot.scale.at(&piece.to));
        let base = if stacked { end } else { plot.scale.base() };
        let marks: Vec<_> =
            if stacked { without.next().into_iter().collect() } else { without.collect() };
        for (strand, of) in marks {
            let (start, end) = self.place(across, strand);
            let text = absent(of.marks[key].hidden);
            let middle = (start + end) / 2;
            if flat {
                self.sheet.canvas.text(text, (base + GAP, middle), Side::Right, Paint::Soft);
            } else if width(text, TEXT) < end - start + 6 * SUB {
                self.sheet.canvas.text(text, (middle, base - 2 * SUB), Side::Above, Paint::Soft);
            }
        }
    }

    /// A value at the end of its bar, or inside its part of a stack where there is room.
    fn label(&self, text: &str, piece: &Piece<'_>, (a, b): (Place, Place), flat: bool) {
        let canvas = self.sheet.canvas;
        let (mut x, y) = ((a.0 + b.0) / 2, (a.1 + b.1) / 2);
        if self.kind.stacks() && self.sheet.data.strands.len() > 1 {
            let (wide, high) = ((b.0 - a.0).abs(), (b.1 - a.1).abs());
            if wide > width(text, TEXT) + 2 * SUB && high >= LINE {
                canvas.text(text, (x, y), Side::Middle, Paint::On(piece.strand));
            }
            return;
        }
        if !flat {
            let half = width(text, TEXT) / 2;
            x = on_sheet(x, half, self.sheet.width);
        }
        let negative = piece.to.is_negative();
        match (flat, negative) {
            (true, false) => canvas.text(text, (b.0.max(a.0) + GAP, y), Side::Right, Paint::Halo),
            (true, true) => canvas.text(text, (b.0.min(a.0) - GAP, y), Side::Left, Paint::Halo),
            (false, false) => {
                canvas.text(text, (x, a.1.min(b.1) - 2 * SUB), Side::Above, Paint::Halo)
            }
            (false, true) => {
                canvas.text(text, (x, a.1.max(b.1) + 2 * SUB), Side::Below, Paint::Halo)
            }
        }
    }

    /// The edges of the bins, each below its line.
    fn edge_labels(&self, plot: &Plot, slot: i32) -> i32 {
        let data = self.sheet.data;
        let decimals = data.edges.iter().filter_map(Exact::decimals).max().unwrap_or(0);
        let texts: Vec<String> =
            data.edges.iter().map(|edge| self.sheet.locale.digits(edge, decimals)).collect();
        let stride = ((broadest(&texts, TEXT) + GAP) / slot.max(1) + 1) as usize;
        let count = data.edges.len() as i32 - 1;
        let top = plot.bottom + 2 * GAP;
        for (index, text) in texts.iter().enumerate().step_by(stride) {
            let x = plot.left + (plot.right - plot.left) * index as i32 / count;
            let half = width(text, TEXT) / 2;
            let x = on_sheet(x, half, self.sheet.width);
            self.sheet.canvas.text(text, (x, top), Side::Below, Paint::Ink);
        }
        let name = fit(&data.key, TEXT, self.sheet.width, 2);
        let middle = (self.sheet.width / 2, top + LINE + GAP / 2);
        self.sheet.canvas.lines(&name, middle, Side::Below, Paint::Soft);
        middle.1 + name.len() as i32 * LINE + GAP
    }

    fn lying(&self) -> i32 {
        let (sheet, data) = (self.sheet, self.sheet.data);
        let (labels, column) = sheet.key_column();
        let stacked = self.kind.stacks() && data.strands.len() > 1;
        let marks = || data.strands.iter().flat_map(|s| &s.marks);
        let shown = |negative: bool| {
            let of =
                move |mark: &&Mark| mark.value.as_ref().is_none_or(|v| v.is_negative() == negative);
            let widths = marks()
                .filter(of)
                .map(|m| m.shown.as_ref().map_or(20 * SUB, |s| width(s.as_str(), TEXT)));
            if stacked { 0 } else { widths.max().unwrap_or(0) + GAP }
        };
        let negative = data.values().any(Exact::is_negative);
        let left = column + GAP + if negative { shown(true) } else { 0 };
        let texts = self.tick_texts();
        let half = texts.last().map_or(0, |text| width(text, TEXT) / 2) + SUB;
        let right = (sheet.width - shown(false).max(half)).max(left + sheet.width / 12);
        let per_bar = if self.kind == ChartKind::GroupedBar {
            19 * SUB * data.strands.len() as i32
        } else {
            22 * SUB
        };
        let rows: Vec<i32> =
            labels.iter().map(|lines| per_bar.max(lines.len() as i32 * LINE) + 9 * SUB).collect();
        let top = sheet.legend(self.caption()) + sheet.lying_reference_room();
        let bottom = top + rows.iter().sum::<i32>();
        let plot = Plot { left, right, top, bottom, scale: self.scale(left, right) };
        sheet.lying_axis(&plot.scale, (top, bottom), &texts);
        let mut y = top;
        let mut places = Vec::new();
        for (key, height) in rows.iter().enumerate() {
            let middle = y + height / 2;
            sheet.canvas.lines(&labels[key], (column, middle), Side::Left, Paint::Ink);
            places.push((middle - per_bar / 2, per_bar));
            self.paint_key(&plot, key, places[key], true);
            y += height;
        }
        sheet.lying_reference(&plot.scale, (top, bottom));
        for (key, across) in places.into_iter().enumerate() {
            self.label_key(&plot, key, across, true);
            self.absent(&plot, key, across, true);
        }
        bottom + LINE + 2 * GAP
    }
}
