//! What a chart draws, taken from the points of a series; and what it refuses to draw, with the reason.

use std::collections::BTreeSet;

use super::ticks::{Axis, ticks};
use crate::diag::{Code, Diagnostic, Diagnostics, Outcome, counted};
use crate::exact::Exact;
use crate::figures::{Figure, Figures, Point, PointValue, Series, Shower, Shown, key_slug};
use crate::language::{Expr, Function, Kind, Operator};
use crate::spec::{self, Chart, ChartKind, SeriesOrigin, prose};
use crate::text::Span;
use crate::value::{Date, Format, Scale, Value};

/// Strands that one plot can hold and a reader can tell apart.
const MOST_STRANDS: usize = 4;
/// Strands of a chart in which each is labelled where it ends.
const MOST_LABELLED: usize = 12;
/// Keys that can be drawn one beside the other.
const MOST_KEYS: usize = 200;
/// Values under which a distribution is no distribution.
const FEW_VALUES: usize = 5;
/// Steps from key to key under which none is the usual one.
const FEW_STEPS: usize = 6;
/// Bins of a histogram.
const MOST_BINS: usize = 16;

/// One value of a chart.
#[derive(Clone, Debug)]
pub struct Mark {
    /// As printed; none where there is none.
    pub shown: Option<Shown>,
    /// In the unit of the axis: 47 for 47%.
    pub value: Option<Exact>,
    /// The id of the figure; none of a count of a histogram.
    pub figure: Option<String>,
    /// Whether the publisher hides it.
    pub hidden: bool,
}

/// The values that belong together: a line, or the bars of one colour.
#[derive(Clone, Debug)]
pub struct Strand {
    /// Its name.
    pub name: String,
    /// A mark for each key.
    pub marks: Vec<Mark>,
}

impl Strand {
    /// The values that are known, with the index of their key.
    pub fn known(&self) -> impl DoubleEndedIterator<Item = (usize, &Exact, &Mark)> {
        let marks = self.marks.iter().enumerate();
        marks.filter_map(|(index, mark)| Some((index, mark.value.as_ref()?, mark)))
    }
}

/// What a chart draws.
#[derive(Clone, Debug)]
pub struct Data {
    /// The keys, in order.
    pub keys: Vec<Shown>,
    /// What the keys are.
    pub key: String,
    /// Where each key stands in time, in days, or among numbers; none where keys have no order of their own.
    pub along: Option<Vec<i64>>,
    /// Keys before which the source leaves some out: a line is broken there.
    pub holes: BTreeSet<usize>,
    /// One to four strands, or more where each is labelled.
    pub strands: Vec<Strand>,
    /// What the values are.
    pub measure: String,
    /// How the values print.
    pub format: Format,
    /// The unit that their column declares.
    pub unit: Option<String>,
    /// Whether all values are whole numbers.
    pub whole: bool,
    /// Whether the axis has 0.
    pub zero: bool,
    /// Edges of the bins of a histogram.
    pub edges: Vec<Exact>,
    /// A value that the others are to be seen against, and its words.
    pub reference: Option<(Exact, String)>,
    /// Words at keys.
    pub annotations: Vec<(usize, String)>,
    /// Ids of the figures that it shows.
    pub figures: Vec<String>,
}

impl Data {
    /// Every known value.
    pub fn values(&self) -> impl Iterator<Item = &Exact> {
        self.strands.iter().flat_map(Strand::known).map(|(_, value, _)| value)
    }

    /// Whether some value is not there, and whether one is hidden.
    pub fn gaps(&self) -> (bool, bool) {
        let without = || {
            self.strands.iter().flat_map(|strand| &strand.marks).filter(|mark| mark.value.is_none())
        };
        (without().any(|mark| !mark.hidden), without().any(|mark| mark.hidden))
    }
}

/// Takes the data of a chart from its series.
pub fn data(
    id: &str,
    chart: &Chart,
    spec: &spec::Spec,
    figures: &Figures,
    shower: &Shower<'_>,
) -> Outcome<Option<Data>> {
    let mut diagnostics = Diagnostics::default();
    let chooser = Chooser { id, chart, figures, shower };
    let value = match figures.find_series((&chart.series.0, chart.series.1)) {
        Ok(None) => None,
        Ok(Some(series)) => {
            let made = chooser.data(series, spec.series.get(&series.id), &mut diagnostics);
            diagnostics.take(made)
        }
        Err(error) => {
            diagnostics.push(error);
            None
        }
    };
    Outcome::new(value, diagnostics)
}

struct Chooser<'a> {
    id: &'a str,
    chart: &'a Chart,
    figures: &'a Figures,
    shower: &'a Shower<'a>,
}

impl<'a> Chooser<'a> {
    fn error(&self, message: &str) -> Diagnostic {
        Diagnostic::error(Code::ChartData, format!("chart `{}`: {message}", self.id))
            .at(self.chart.span)
    }

    fn data(
        &self,
        series: &'a Series,
        declared: Option<&spec::Series>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Data, Diagnostic> {
        let points = if self.chart.keys.is_empty() || series.keys.len() > 1 {
            series.points.iter().collect()
        } else {
            chosen(series, &self.chart.keys)?
        };
        let shown = Drawn::new(self, series, declared, &points)?;
        let (format, unit) = self.unit(series, &shown)?;
        let keys: Vec<&Value> = shown.keys.clone();
        let mut data = Data {
            along: along(&keys),
            holes: BTreeSet::new(),
            keys: keys.iter().map(|key| self.shower.key(key)).collect(),
            key: series.keys[0].replace('_', " "),
            strands: shown.strands(self.shower),
            measure: shown.measure.clone(),
            format,
            unit,
            whole: true,
            zero: self.chart.zero,
            edges: Vec::new(),
            reference: None,
            annotations: Vec::new(),
            figures: Vec::new(),
        };
        let drawn =
            shown.rows.iter().flatten().filter_map(|value| value.and_then(PointValue::figure));
        data.figures = drawn.map(|figure| figure.id.clone()).collect();
        if let (true, Some(along)) =
            (self.chart.kind.joins() || self.chart.kind == ChartKind::Multiples, &data.along)
        {
            data.holes = holes(along);
        }
        let whole = data.values().all(Exact::is_integer);
        data.whole = whole;
        self.enough(&data, diagnostics)?;
        self.reference(&mut data)?;
        for annotation in &self.chart.annotations {
            data.annotations.push((self.annotated(&keys, &annotation.at)?, String::new()));
        }
        if self.chart.kind.stacks() && (data.strands.len() > 1 || self.chart.whole.is_some()) {
            self.parts(&shown, declared, &data)?;
            self.gaps_in_stacks(&data, diagnostics);
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
        let known = data.values().count();
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
        if kind != ChartKind::Histogram && known == 1 {
            let message =
                format!("chart `{}`: one value is no chart: it compares nothing", self.id);
            let warning = Diagnostic::warning(Code::ChartData, message).at(self.chart.span);
            diagnostics.push(warning.hint("write the number in the text instead"));
        }
        let most = match kind {
            ChartKind::Multiples | ChartKind::Slope => MOST_LABELLED,
            _ => MOST_STRANDS,
        };
        if strands > most {
            let message = format!("{strands} strands, where a reader can tell {most} apart");
            return Err(self.error(&message).hint("use `kind: multiples`, which draws each in a plot of its own, or choose some with `values:` or a `where`"));
        }
        if !kind.joins()
            && !matches!(kind, ChartKind::Histogram | ChartKind::Multiples)
            && keys > MOST_KEYS
        {
            let message = format!("{keys} keys, where {MOST_KEYS} can be drawn side by side");
            return Err(self
                .error(&message)
                .hint("use `kind: line` or `kind: histogram`, or choose some with `keys:`"));
        }
        Ok(())
    }

    fn reference(&self, data: &mut Data) -> Result<(), Diagnostic> {
        let Some(reference) = &self.chart.reference else { return Ok(()) };
        let Some(figure) = self.figures.find(&reference.figure)? else { return Ok(()) };
        let fits = figure.format.is_some_and(|format| format.like(data.format));
        let value = scaled(figure).filter(|_| fits).ok_or_else(|| {
            let message = format!("`{}` is not in the unit of the axis", figure.id);
            self.error(&message)
                .at(reference.figure.span)
                .hint("a reference line stands on the axis of the chart")
        })?;
        data.figures.push(figure.id.clone());
        data.reference = Some((value, String::new()));
        Ok(())
    }

    /// The index of the key at which an annotation stands: as readers see it, or as files have it.
    fn annotated(&self, keys: &[&Value], (at, span): &(String, Span)) -> Result<usize, Diagnostic> {
        let wanted = key_slug(at);
        let files: Vec<String> = keys.iter().map(|key| key.to_string()).collect();
        let is_it = |(key, file): (&&Value, &String)| {
            key_slug(file) == wanted || key_slug(self.shower.key(key).as_str()) == wanted
        };
        keys.iter().zip(&files).position(is_it).ok_or_else(|| {
            self.error(&format!("no key `{at}`"))
                .at(*span)
                .did_you_mean(at, files.iter().map(String::as_str))
                .hint("an annotation stands at a key of the chart")
        })
    }

    /// What is stacked must be parts of a whole: none negative, none counted twice, nothing that does not add up.
    fn parts(
        &self,
        shown: &Drawn<'_>,
        declared: Option<&spec::Series>,
        data: &Data,
    ) -> Result<(), Diagnostic> {
        let negative =
            data.strands.iter().flat_map(Strand::known).find(|(_, value, _)| value.is_negative());
        if let Some((_, _, mark)) = negative {
            let message = format!(
                "`{}` is negative and no part of a whole",
                mark.figure.as_deref().unwrap_or("")
            );
            return Err(self.error(&message).hint("use `kind: grouped-bar`"));
        }
        if let Some((name, span)) = &self.chart.whole {
            return shown.add_up(self, (name, *span));
        }
        let by_key = shown.by_key;
        let adds = declared.is_some_and(|series| match &series.origin {
            SeriesOrigin::Grouped { values, .. } => {
                values.iter().all(|(_, value)| additive(value, data))
            }
            SeriesOrigin::Figures(_) => false,
        });
        match (by_key, adds) {
            (true, true) => Ok(()),
            (true, false) => Err(self
                .error("its values are no parts of a whole: means, shares and quotients do not add up")
                .hint("use `kind: grouped-bar` or `kind: line`, or stack the counts behind them")),
            (false, _) => Err(self
                .error("nothing says that its values are the parts of a whole, and one may hold another")
                .hint("name the value that they add up to with `whole:`, group by a second key instead, or use `kind: grouped-bar`")),
        }
    }

    /// A part that is not there makes a stack too short, and nobody sees it.
    fn gaps_in_stacks(&self, data: &Data, diagnostics: &mut Diagnostics) {
        let keys = data.keys.iter().enumerate();
        let gaps: Vec<String> = keys
            .flat_map(|(index, key)| {
                let without = data.strands.iter().filter(move |s| s.marks[index].value.is_none());
                without.map(move |strand| format!("{} at {key}", strand.name))
            })
            .collect();
        if !gaps.is_empty() {
            let message = format!(
                "chart `{}`: parts without a value are left out of their stacks: {}",
                self.id,
                crate::diag::list(&gaps, 5)
            );
            let warning = Diagnostic::warning(Code::ChartData, message).at(self.chart.span);
            diagnostics
                .push(warning.hint("say so in a `note:`, or leave those keys out with `keys:`"));
        }
    }

    /// Bins of round width over the values of the points, and how many lie in each. A bin holds its lower edge; the last
    /// holds both.
    fn histogram(&self, mut data: Data, diagnostics: &mut Diagnostics) -> Result<Data, Diagnostic> {
        if data.strands.len() > 1 {
            return Err(self
                .error("a histogram shows one value")
                .hint("choose one with `values:`"));
        }
        let values: Vec<Exact> = data.values().cloned().collect();
        if values.len() < FEW_VALUES {
            let message = format!("a histogram of {}", counted(values.len() as u64, "value"));
            let error =
                self.error(&message).hint("show the values themselves: `kind: dot`, or a table");
            return Err(error);
        }
        let missing = data.keys.len() - values.len();
        if missing > 0 {
            let message = format!(
                "{} without a value left out of the histogram",
                counted(missing as u64, "point")
            );
            let warning =
                Diagnostic { severity: crate::diag::Severity::Warning, ..self.error(&message) };
            diagnostics.push(warning.hint("say so in a `note:`"));
        }
        let most = MOST_BINS.min(values.len().isqrt().max(4) + 2);
        let edges = ticks(&values, Axis { zero: false, whole: data.whole, most });
        let last = edges.len() - 2;
        let of =
            |value: &Exact| edges.iter().skip(1).position(|upper| value < upper).unwrap_or(last);
        let mut counts = vec![0u64; last + 1];
        values.iter().for_each(|value| counts[of(value)] += 1);
        let bins = edges.windows(2).enumerate();
        data.keys =
            bins.map(|(bin, pair)| self.shower.bin(&pair[0], &pair[1], bin == last)).collect();
        let marks = counts.iter().map(|count| Mark {
            shown: Some(self.shower.count(*count)),
            value: Some(Exact::from(i128::from(*count))),
            figure: None,
            hidden: false,
        });
        data.strands = vec![Strand { name: "values".into(), marks: marks.collect() }];
        (data.along, data.edges, data.whole, data.zero) = (None, edges, true, true);
        data.key = std::mem::take(&mut data.measure);
        data.measure = "Number of values".into();
        (data.format, data.unit) = (Format::Integer, None);
        Ok(data)
    }
}

/// The points of a chart as a table: a row for each strand, a column for each key.
struct Drawn<'a> {
    keys: Vec<&'a Value>,
    names: Vec<String>,
    rows: Vec<Vec<Option<&'a PointValue>>>,
    measure: String,
    /// Whether the strands are the second key of the series.
    by_key: bool,
    series: &'a Series,
    points: Vec<&'a Point>,
}

impl<'a> Drawn<'a> {
    fn new(
        chooser: &Chooser<'_>,
        series: &'a Series,
        declared: Option<&spec::Series>,
        points: &[&'a Point],
    ) -> Result<Self, Diagnostic> {
        let chart = chooser.chart;
        let two_keys = series.keys.len() > 1;
        // of a series by two keys, `values` chooses among the second
        let by_value = !two_keys || series.values.len() > 1;
        let indices = if by_value { chosen_values(chooser, series)? } else { vec![0] };
        if two_keys && indices.len() > 1 {
            return Err(chooser
                .error("two keys and several values are too much for one chart")
                .hint("choose a value with `values:`"));
        }
        let several = two_keys || indices.len() > 1;
        if several && !chart.kind.takes_several() {
            let names: Vec<&str> = series.values.keys().map(String::as_str).collect();
            let hint = if two_keys {
                "use `kind: grouped-bar`, `stacked-bar` or `line`, or make a series by one key"
                    .to_string()
            } else {
                format!(
                    "choose one with `values:` ({}), or use `kind: grouped-bar` or `line`",
                    names.join(", ")
                )
            };
            let message = format!(
                "a {} shows one strand, and `{}` has several",
                chart.kind.name(),
                series.id
            );
            return Err(chooser.error(&message).hint(hint));
        }
        let mut keys: Vec<&Value> = Vec::new();
        let mut second: Vec<&Value> = Vec::new();
        for point in points {
            for (value, all) in point.keys.iter().zip([&mut keys, &mut second]) {
                if !all.contains(&value) {
                    all.push(value);
                }
            }
        }
        if two_keys && !chart.keys.is_empty() {
            keys = chosen_keys(chooser, &keys, &chart.keys)?;
        }
        if !by_value && !chart.values.is_empty() {
            second = chosen_keys(chooser, &second, &chart.values)?;
        }
        let at = |key: &Value, other: Option<&Value>| {
            points
                .iter()
                .find(|p| p.keys[0] == *key && other.is_none_or(|other| p.keys[1] == *other))
        };
        let (names, rows) = if two_keys {
            let index = indices[0];
            let row = |other: &&'a Value| {
                keys.iter()
                    .map(|key| at(key, Some(other)).map(|point| &point.values[index]))
                    .collect()
            };
            let names = second.iter().map(|key| key_label(key, declared, chooser.shower)).collect();
            (names, second.iter().map(row).collect())
        } else {
            let row =
                |index: &usize| points.iter().map(|point| Some(&point.values[*index])).collect();
            let names = indices.iter().map(|index| series.values[*index].clone()).collect();
            (names, indices.iter().map(row).collect())
        };
        let measure = if several { &series.label } else { &series.values[indices[0]] };
        Ok(Self {
            keys,
            names,
            rows,
            measure: measure.clone(),
            by_key: two_keys,
            series,
            points: points.to_vec(),
        })
    }

    fn strands(&self, shower: &Shower<'_>) -> Vec<Strand> {
        let mark = |value: &Option<&PointValue>| {
            let figure = value.and_then(PointValue::figure);
            Mark {
                shown: figure.map(|figure| shower.figure(figure)),
                value: figure.and_then(scaled),
                figure: figure.map(|figure| figure.id.clone()),
                hidden: value.is_some_and(PointValue::is_hidden),
            }
        };
        let strand = |(name, row): (&String, &Vec<Option<&PointValue>>)| Strand {
            name: name.clone(),
            marks: row.iter().map(mark).collect(),
        };
        self.names.iter().zip(&self.rows).map(strand).collect()
    }

    /// Whether the strands add up, exactly, to another value of the series at every key.
    fn add_up(&self, chooser: &Chooser<'_>, (name, span): (&str, Span)) -> Result<(), Diagnostic> {
        let index = value_index(self.series, name, span)?;
        for (column, point) in self.points.iter().enumerate() {
            let number = |value: &PointValue| {
                value.figure().and_then(|figure| Some(figure.value.number()?.value.clone()))
            };
            let Some(whole) = number(&point.values[index]) else { continue };
            let parts = self.rows.iter().filter_map(|row| number(row[column]?));
            let sum: Exact = parts.fold(Exact::zero(), |sum, part| &sum + &part);
            if sum != whole {
                let key = chooser.shower.key(&point.keys[0]);
                let message =
                    format!("at {key} the parts add up to {sum}, and `{name}` is {whole}");
                return Err(chooser.error(&message).at(span).hint("draw all parts and none twice"));
            }
        }
        Ok(())
    }
}

/// The values of the series that the chart names, or all.
fn chosen_values(chooser: &Chooser<'_>, series: &Series) -> Result<Vec<usize>, Diagnostic> {
    if chooser.chart.values.is_empty() {
        let whole = chooser.chart.whole.as_ref().map(|(name, _)| name);
        let names = series.values.keys().enumerate();
        return Ok(names
            .filter(|(_, name)| Some(*name) != whole)
            .map(|(index, _)| index)
            .collect());
    }
    chooser.chart.values.iter().map(|(value, span)| value_index(series, value, *span)).collect()
}

fn value_index(series: &Series, name: &str, span: Span) -> Result<usize, Diagnostic> {
    series.values.get_index_of(name).ok_or_else(|| {
        Diagnostic::error(Code::ChartData, format!("`{}` has no value `{name}`", series.id))
            .at(span)
            .did_you_mean(name, series.values.keys().map(String::as_str))
    })
}

/// The label that the series gives a key, or the key itself.
fn key_label(key: &Value, declared: Option<&spec::Series>, shower: &Shower<'_>) -> String {
    let slug = key_slug(&key.to_string());
    let labels = declared.into_iter().flat_map(|series| &series.labels);
    let label = labels.into_iter().find(|(id, _)| key_slug(id) == slug);
    label.map_or_else(|| shower.key(key).to_string(), |(_, label)| prose::plain(label.inlines()))
}

fn chosen_keys<'v>(
    chooser: &Chooser<'_>,
    keys: &[&'v Value],
    wanted: &[(String, Span)],
) -> Result<Vec<&'v Value>, Diagnostic> {
    let slug = |key: &&&Value| key_slug(&key.to_string());
    let wanted = wanted.iter().map(|(key, span)| {
        keys.iter().find(|known| slug(known) == key_slug(key)).copied().ok_or_else(|| {
            let all: Vec<String> = keys.iter().map(|key| key.to_string()).collect();
            chooser
                .error(&format!("no key `{key}`"))
                .at(*span)
                .did_you_mean(key, all.iter().map(String::as_str))
        })
    });
    wanted.collect()
}

/// A figure's value in the unit in which it prints: 47 for 47%.
fn scaled(figure: &Figure) -> Option<Exact> {
    let number = figure.value.number()?;
    Some(&number.value * &figure.format.map_or_else(Exact::one, Format::factor))
}

/// Where keys stand: days for dates and periods (their middle), the number itself for whole numbers. They must rise.
fn along(keys: &[&Value]) -> Option<Vec<i64>> {
    let middle = |(first, last): (Date, Date)| (first.days() + last.days()) / 2;
    let place = |key: &&Value| match key {
        Value::Date(date) => Some(date.days()),
        Value::Period(period) => Some(middle(period.days())),
        Value::Number(number) if number.measure.scale == Scale::Plain => {
            i64::try_from(number.value.to_i128()?).ok()
        }
        _ => None,
    };
    let places: Vec<i64> = keys.iter().map(place).collect::<Option<_>>()?;
    places.windows(2).all(|pair| pair[0] < pair[1]).then_some(places)
}

/// Keys that are about twice as far from the one before, or further, than keys are as a rule: in between, some are not
/// there. Few keys have no rule.
fn holes(along: &[i64]) -> BTreeSet<usize> {
    let steps: Vec<i64> = along.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let mut sorted = steps.clone();
    sorted.sort_unstable();
    let Some(usual) = sorted.get(sorted.len() / 2).filter(|_| steps.len() >= FEW_STEPS) else {
        return BTreeSet::new();
    };
    let wide = steps.iter().enumerate().filter(|(_, step)| **step * 10 >= usual * 19);
    wide.map(|(index, _)| index + 1).collect()
}

/// Whether values of a recipe may be added over disjoint groups: sums and counts, and shares of one whole.
fn additive(value: &Expr, data: &Data) -> bool {
    match &value.kind {
        Kind::Call { function: Function::Sum, .. } => true,
        Kind::Call { function: Function::Count, distinct, .. } => !distinct,
        // the one row of each group: whole things, or money
        Kind::Name(_) => matches!(
            data.format,
            Format::Integer | Format::Currency(_) | Format::Million(_) | Format::Billion(_)
        ),
        Kind::Binary(Operator::Add | Operator::Subtract, a, b) => {
            additive(a, data) && additive(b, data)
        }
        Kind::Binary(Operator::Divide, a, b) => {
            additive(a, data)
                && matches!(
                    &b.kind,
                    Kind::Call { function: Function::Total, .. } | Kind::Number { .. }
                )
        }
        _ => false,
    }
}

/// The points of the keys that an author lists, in that order.
pub(crate) fn chosen<'s>(
    series: &'s Series,
    keys: &[(String, Span)],
) -> Result<Vec<&'s Point>, Diagnostic> {
    keys.iter()
        .map(|(key, span)| {
            let wanted: Vec<String> = key.split(['/', ',']).map(key_slug).collect();
            let whole = vec![key_slug(key)];
            let is_it = |point: &&Point| [&wanted, &whole].contains(&&series.slugs(point));
            series.points.iter().find(is_it).ok_or_else(|| {
                let all: Vec<String> =
                    series.points.iter().map(|point| series.slugs(point).join("/")).collect();
                Diagnostic::error(Code::ChartData, format!("`{}` has no point `{key}`", series.id))
                    .at(*span)
                    .did_you_mean(key, all.iter().map(String::as_str))
            })
        })
        .collect()
}
