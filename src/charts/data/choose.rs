//! A series to the data of a chart: units, limits, the order of keys, reference lines, annotations.

use std::collections::BTreeSet;

use super::Data;
use super::drawn::{Drawn, is_key};
use crate::charts::palette::COLOURS;
use crate::charts::ticks::{Axis, ticks};
use crate::charts::{NARROW, canvas, svg, width};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::exact::Exact;
use crate::figures::{Figure, Figures, PointValue, Series, Shower};
use crate::spec::{self, Chart, ChartKind};
use crate::text::Span;
use crate::value::{CALENDAR_YEAR, Date, Format, Value};

/// Strands of a chart in which each is labelled where it ends.
const MOST_LABELLED: usize = 12;
/// Keys that can be drawn one beside the other.
const MOST_KEYS: usize = 200;
/// Steps from key to key under which none is the usual one.
const FEW_STEPS: usize = 4;
/// Days between working days, weekend and holiday included, that are no hole in daily data.
const LONG_WEEKEND: i128 = 4;

pub(super) struct Chooser<'a> {
    pub(super) id: &'a str,
    pub(super) chart: &'a Chart,
    pub(super) figures: &'a Figures,
    pub(super) shower: &'a Shower<'a>,
}

impl<'a> Chooser<'a> {
    pub(super) fn error(&self, message: &str) -> Diagnostic {
        Diagnostic::error(Code::ChartData, format!("chart `{}`: {message}", self.id))
            .at(self.chart.span)
    }

    pub(super) fn warning(&self, message: &str) -> Diagnostic {
        Diagnostic::warning(Code::ChartData, format!("chart `{}`: {message}", self.id))
            .at(self.chart.span)
    }

    /// Keeps an index that the author names, once.
    pub(super) fn name_once(
        &self,
        found: &mut Vec<usize>,
        index: usize,
        (name, span): &(String, Span),
    ) -> Result<(), Diagnostic> {
        if found.contains(&index) {
            return Err(self.error(&format!("`{name}` is named twice")).at(*span));
        }
        found.push(index);
        Ok(())
    }

    pub(super) fn data(
        &self,
        series: &'a Series,
        declared: Option<&spec::Series>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Data, Diagnostic> {
        let shown = Drawn::new(self, series)?;
        let (format, unit) = self.unit(series, &shown)?;
        let keys: Vec<&Value> = shown.keys.clone();
        let along = along(&keys);
        let mut data = Data {
            days: keys.iter().all(|key| matches!(key, Value::Date(_) | Value::Period(_))),
            holes: BTreeSet::new(),
            keys: keys.iter().map(|key| series.key(key, self.shower)).collect(),
            files: keys.iter().map(|key| key.to_string()).collect(),
            key: series.keys[0].replace('_', " "),
            strand: series.keys.get(1).map_or("value".into(), |key| key.replace('_', " ")),
            highlight: shown.highlight(self)?,
            axis: None,
            strands: shown.strands(self.shower),
            measure: shown.measure.clone(),
            format,
            unit,
            whole: true,
            // small bars of a plot without an order begin at 0 like others
            zero: self.chart.zero || (self.chart.kind == ChartKind::Multiples && along.is_none()),
            along,
            cut: false,
            edges: Vec::new(),
            reference: None,
            annotations: Vec::new(),
            figures: Vec::new(),
        };
        let drawn =
            shown.rows.iter().flatten().filter_map(|value| value.and_then(PointValue::figure));
        data.figures = drawn.map(|figure| figure.id.clone()).collect();
        let broken =
            matches!(self.chart.kind, ChartKind::Line | ChartKind::Area | ChartKind::Multiples);
        let year = |key: &&Value| {
            let unit = key.number().and_then(|number| number.measure.unit.as_deref());
            unit == Some(CALENDAR_YEAR)
        };
        let regular = data.days || keys.iter().all(year);
        // keys that the author chose leave no holes
        if let (true, Some(along)) = (broken && regular && self.chart.keys.is_empty(), &data.along)
        {
            data.holes = holes(along, data.days);
        }
        let whole = data.values().all(Exact::is_integer);
        data.whole = whole;
        self.enough(&data, diagnostics)?;
        self.reference(&mut data)?;
        data.cut = self.cut(&data);
        for annotation in &self.chart.annotations {
            data.annotations.push((self.annotated(series, &keys, &annotation.at)?, String::new()));
        }
        let stacked = self.chart.kind.stacks() && data.strands.len() > 1;
        if data.whiskers()
            && (stacked || matches!(self.chart.kind, ChartKind::Histogram | ChartKind::Area))
        {
            let kind = self.chart.kind.name();
            return Err(self
                .error(&format!("some values depend on hidden cells, and a {kind} can't show between what they lie"))
                .hint("use `kind: bar`, `grouped-bar`, `dot` or `line`, which draw whiskers, or make a table"));
        }
        if self.chart.kind.stacks() && (data.strands.len() > 1 || self.chart.whole.is_some()) {
            self.parts(&shown, declared, &data)?;
            self.gaps_in_stacks(&data, diagnostics)?;
        }
        if self.chart.kind == ChartKind::Histogram {
            return self.histogram(data, diagnostics);
        }
        Ok(data)
    }

    /// All values have one unit: there is one axis.
    fn unit(
        &self,
        series: &Series,
        shown: &Drawn<'_>,
    ) -> Result<(Format, Option<String>), Diagnostic> {
        let mut first: Option<(&Figure, Format, Option<String>)> = None;
        for figure in
            shown.rows.iter().flatten().filter_map(|value| value.and_then(PointValue::figure))
        {
            let (Value::Number(number), Some(format)) = (&figure.value, figure.format) else {
                let message = format!("`{}` is no number", figure.id);
                return Err(self.error(&message).hint("draw a series of numbers, or make a table"));
            };
            let unit = number.measure.unit.clone();
            match &first {
                None => first = Some((figure, format, unit)),
                Some((other, seen, seen_unit)) if !seen.like(format) || *seen_unit != unit => {
                    let say = |figure: &Figure| self.shower.figure(figure).to_string();
                    let message = format!(
                        "two units on one axis: `{}` is {} and `{}` is {}",
                        other.id,
                        say(other),
                        figure.id,
                        say(figure)
                    );
                    return Err(self.error(&message).hint(
                        "a second axis misleads; draw two charts, or choose with `values:`",
                    ));
                }
                Some(_) => {}
            }
        }
        first.map(|(_, format, unit)| (format, unit)).ok_or_else(|| {
            self.error(&format!("no point of `{}` has a value", series.id))
                .hint("a chart needs a known value; look at the series with `tieout explain`")
        })
    }

    /// Whether there is enough to draw, and not too much.
    fn enough(&self, data: &Data, diagnostics: &mut Diagnostics) -> Result<(), Diagnostic> {
        let kind = self.chart.kind;
        let (keys, strands) = (data.keys.len(), data.strands.len());
        let known = data.strands.iter().flat_map(super::Strand::known).count();
        if kind.joins() && data.along.is_none() && kind != ChartKind::Slope {
            let message =
                format!("a {} joins keys, and those of `{}` have no order", kind.name(), data.key);
            return Err(self.error(&message).hint("use `kind: bar` or `kind: dot`"));
        }
        if kind == ChartKind::Slope && keys != 2 {
            let message = format!("a slope chart compares two {}s, and there are {keys}", data.key);
            return Err(self.error(&message).hint("choose two with `keys:`, or use `kind: line`"));
        }
        if kind.joins() && (keys < 2 || known < 2) {
            return Err(self
                .error("one point is no chart: it compares nothing")
                .hint("write the number in the text, or use a table"));
        }
        let whole =
            |key: &usize| data.strands.iter().all(|strand| strand.marks[*key].value.is_some());
        if kind == ChartKind::Area && (0..keys).filter(whole).count() < 2 {
            return Err(self
                .error("fewer than two keys have all parts: there is no area")
                .hint("use `kind: line`, or choose some with `values:`"));
        }
        if kind != ChartKind::Histogram && known == 1 {
            let warning = self.warning("one value is no chart: it compares nothing");
            diagnostics.push(warning.hint("write the number in the text instead"));
        }
        let marks = data.strands.iter().flat_map(|strand| &strand.marks);
        let long = marks.filter_map(|mark| mark.shown.as_ref()).find(|shown| {
            width::width(shown.as_str(), canvas::TEXT) > NARROW * svg::SUB * 45 / 100
        });
        if let Some(long) = long {
            return Err(self
                .error(&format!("`{long}` is too long a number for a chart"))
                .hint("print it in millions or billions: `as: million(1)`"));
        }
        let most = match kind {
            ChartKind::Multiples | ChartKind::Slope => MOST_LABELLED,
            // a reader can tell as many apart as there are colours
            _ => COLOURS,
        };
        if strands > most {
            let message = format!("{strands} strands, where a reader can tell {most} apart");
            return Err(self.error(&message).hint("use `kind: multiples`, which draws each in a plot of its own, or choose some with `values:` or a `where`"));
        }
        let draws_lines = kind.joins() || (kind == ChartKind::Multiples && data.along.is_some());
        if !draws_lines && kind != ChartKind::Histogram && keys > MOST_KEYS {
            let message = format!("{keys} keys, where {MOST_KEYS} can be drawn side by side");
            return Err(self
                .error(&message)
                .hint("use `kind: line` or `kind: histogram`, or choose some with `keys:`"));
        }
        Ok(())
    }

    /// Whether 0 is beside the axis, however many steps it has.
    fn cut(&self, data: &Data) -> bool {
        let reference = data.reference.iter().map(|(value, _)| value);
        let values: Vec<Exact> = data.values().chain(reference).cloned().collect();
        let zero = Exact::zero();
        let whole = data.counts();
        !data.zero
            && [4, 5].into_iter().any(|most| {
                let ticks = ticks(&values, Axis { zero: false, whole, most });
                ticks[0] > zero || ticks[ticks.len() - 1] < zero
            })
    }

    fn reference(&self, data: &mut Data) -> Result<(), Diagnostic> {
        let Some(reference) = &self.chart.reference else { return Ok(()) };
        let Some(figure) = self.figures.find(&reference.figure)? else { return Ok(()) };
        let unit = figure.value.number().and_then(|number| number.measure.unit.as_ref());
        // the axis of a stack to 100% is in per cent, whatever is stacked
        let fits = match self.chart.kind {
            ChartKind::StackedPercent => matches!(figure.format, Some(Format::Percent(_))),
            _ => {
                figure.format.is_some_and(|format| format.like(data.format))
                    && unit == data.unit.as_ref()
            }
        };
        let one = scaled_ends(figure).is_none();
        let value = scaled(figure).filter(|_| fits && one).ok_or_else(|| {
            let message = format!("`{}` is not in the unit of the axis", figure.id);
            self.error(&message)
                .at(reference.figure.span)
                .hint("a reference line stands on the axis of the chart")
        })?;
        data.figures.push(figure.id.clone());
        data.reference = Some((value, String::new()));
        Ok(())
    }

    /// The index of the key at which an annotation stands.
    fn annotated(
        &self,
        series: &Series,
        keys: &[&Value],
        (at, span): &(String, Span),
    ) -> Result<usize, Diagnostic> {
        keys.iter().position(|key| is_key(series, key, at, self.shower)).ok_or_else(|| {
            let files: Vec<String> = keys.iter().map(|key| key.to_string()).collect();
            self.error(&format!("no key `{at}`"))
                .at(*span)
                .did_you_mean(at, files.iter().map(String::as_str))
                .hint("an annotation stands at a key of the chart")
        })
    }
}

/// A figure's value in the unit in which it prints: 47 for 47%.
pub(super) fn scaled(figure: &Figure) -> Option<Exact> {
    let number = figure.value.number()?;
    Some(&number.value * &figure.format.map_or_else(Exact::one, Format::factor))
}

/// The same of the ends of a value that depends on hidden cells.
pub(super) fn scaled_ends(figure: &Figure) -> Option<(Exact, Exact)> {
    let (low, high) = figure.value.number()?.between()?;
    let factor = figure.format.map_or_else(Exact::one, Format::factor);
    Some((&low.value * &factor, &high.value * &factor))
}

/// Where keys stand: days for dates and periods (their middle); numbers in units of their last decimal. They must rise.
fn along(keys: &[&Value]) -> Option<Vec<i64>> {
    let middle = |(first, last): (Date, Date)| (first.days() + last.days()) / 2;
    let numbers = keys.iter().filter_map(|key| key.number());
    let decimals =
        numbers.map(|number| number.value.decimals()).try_fold(0, |most, d| Some(most.max(d?)))?;
    let unit = Exact::power_of_ten(i64::from(decimals));
    let place = |key: &&Value| match key {
        Value::Date(date) => Some(date.days()),
        Value::Period(period) => Some(middle(period.days())),
        Value::Number(number) => i64::try_from((&number.value * &unit).to_i128()?).ok(),
        _ => None,
    };
    let places: Vec<i64> = keys.iter().map(place).collect::<Option<_>>()?;
    places.windows(2).all(|pair| pair[0] < pair[1]).then_some(places)
}

/// Keys that are about twice as far from the one before, or further, than keys are as a rule: in between, some are not
/// there. Few keys have no rule.
fn holes(along: &[i64], days: bool) -> BTreeSet<usize> {
    let steps: Vec<i128> =
        along.windows(2).map(|pair| i128::from(pair[1]) - i128::from(pair[0])).collect();
    let mut sorted = steps.clone();
    sorted.sort_unstable();
    let Some(usual) = sorted.get(sorted.len() / 2).filter(|_| steps.len() >= FEW_STEPS) else {
        return BTreeSet::new();
    };
    let daily = days && *usual == 1;
    let is_hole = |step: i128| step * 10 >= usual * 19 && !(daily && step <= LONG_WEEKEND);
    let wide = steps.iter().enumerate().filter(|(_, step)| is_hole(**step));
    wide.map(|(index, _)| index + 1).collect()
}
