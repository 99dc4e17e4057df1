//! Tables: points of a series, or figures, as rows of shown values, with totals that foot.

use std::collections::BTreeMap;

use super::{Grid, GridCell, Text};
use crate::charts::{Data, Mark, chosen, plural};
use crate::diag::{Code, Diagnostic, Diagnostics, counted};
use crate::figures::{Figure, Figures, Footing, Point, PointValue, Series, Shower, Shown};
use crate::spec::{ChartKind, Order, Reference, Table, TableRows};
use crate::text::capital;
use crate::value::{Format, Value};

/// What a cell without a value shows, and a hidden one (the Analysis Function's shorthand).
const NOT_AVAILABLE: &str = "[x]";
const HIDDEN: &str = "[c]";
/// What stands where there is nothing to say.
const NOT_APPLICABLE: &str = "[z]";

/// The data of a chart as a table: a row for each key, a column for each strand.
pub(super) fn of_chart(
    data: &Data,
    kind: ChartKind,
    figures: &Figures,
    shower: &Shower<'_>,
) -> Grid {
    let drawn: BTreeMap<&str, &Figure> = match data.edges.as_slice() {
        [] => figures.all().map(|figure| (figure.id.as_str(), figure)).collect(),
        _ => BTreeMap::new(),
    };
    let first = data.figures.first().and_then(|id| drawn.get(id.as_str()));
    let unit = first.and_then(|figure| shower.unit(figure));
    // percentages stand beside what they are taken of
    let marks = || data.strands.iter().flat_map(|strand| &strand.marks);
    let of = |mark: &Mark| mark.figure.as_ref().and_then(|id| drawn.get(id.as_str()));
    let based = marks().any(|mark| of(mark).is_some_and(|figure| figure.base.is_some()));
    let unbased = based && marks().any(|mark| of(mark).is_some_and(|figure| figure.base.is_none()));
    let rows = data.keys.iter().enumerate().map(|(key, label)| {
        let cells = data.strands.iter().flat_map(|strand| {
            let mark = &strand.marks[key];
            let value = match of(mark) {
                Some(figure) => GridCell::figure(figure, shower, unit.is_some()),
                None => GridCell::number(mark.shown.as_ref(), mark.hidden),
            };
            let base = based.then(|| match of(mark) {
                Some(figure) => GridCell::base(shower.base(figure).as_ref()),
                None => GridCell::number(None, mark.hidden),
            });
            std::iter::once(value).chain(base)
        });
        let header =
            GridCell { plain: data.files[key].clone(), ..GridCell::header(label.to_string()) };
        std::iter::once(header).chain(cells).collect()
    });
    let name = |name: &str| with_unit(Text::of(&capital(name)), unit.as_deref());
    let one = data.strands.len() == 1;
    let heads = data.strands.iter().flat_map(|strand| {
        let base = if one { "Base".to_string() } else { format!("Base of {}", strand.name) };
        let head = name(if one { &data.measure } else { &strand.name });
        std::iter::once(head).chain(based.then(|| Text::of(&base)))
    });
    let grid = Grid {
        head: std::iter::once(Text::of(&capital(&data.key))).chain(heads).collect(),
        headers: 1,
        rows: rows.collect(),
        foot: None,
        marks: data.gaps(),
        unbased,
        rounded: false,
        paraphrased: false,
    };
    // of two periods, the strands are the longer list
    if kind == ChartKind::Slope { turned(grid, &capital(&data.strand)) } else { grid }
}

/// A grid with its columns down and its rows across.
fn turned(grid: Grid, corner: &str) -> Grid {
    let heads = grid.rows.iter().map(|row| Text::of(&row[0].shown));
    let rows = grid.head.iter().enumerate().skip(1).map(|(column, head)| {
        let cells = grid.rows.iter().map(|row| row[column].clone());
        std::iter::once(GridCell::header(head.plain.clone())).chain(cells).collect()
    });
    Grid {
        head: std::iter::once(Text::of(corner)).chain(heads).collect(),
        rows: rows.collect(),
        ..grid
    }
}

/// A declared table: its grid, and how many points it leaves out. `None` where what it shows failed, which was said.
pub(super) struct Maker<'a> {
    pub(super) id: &'a str,
    pub(super) table: &'a Table,
    pub(super) figures: &'a Figures,
    pub(super) shower: &'a Shower<'a>,
}

/// The cells of a table before they are shown: a header, and figures or what is instead of them.
struct Cells<'a> {
    /// Headers of the row headers.
    keys: Vec<String>,
    /// Headers of the values.
    names: Vec<String>,
    rows: Vec<(Vec<String>, Vec<Option<&'a PointValue>>)>,
    /// All rows, those left out by `top` among them, for the totals.
    all: Vec<Vec<Option<&'a PointValue>>>,
}

impl<'a> Maker<'a> {
    fn error(&self, message: impl std::fmt::Display) -> Diagnostic {
        Diagnostic::error(Code::ChartData, format!("table `{}`: {message}", self.id))
            .at(self.table.span)
    }

    /// Makes the table, with the author's headers and the label of its total.
    pub(super) fn make(
        &self,
        columns: Vec<Text>,
        total: Option<String>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<(Grid, usize)>, Diagnostic> {
        match &self.table.rows {
            TableRows::Figures(members) => {
                let Table { keys, across, order, top, .. } = self.table;
                if !keys.is_empty() || *across || *order != Order::Given || top.is_some() {
                    let message = "`keys`, `across`, `order` and `top` are for tables of a series";
                    return Err(self
                        .error(message)
                        .hint("list the figures in the order in which they shall stand"));
                }
                let mut rows = Vec::new();
                for (member, span) in members {
                    let reference = Reference::parse(member, *span);
                    let Some(figure) = self.figures.find(&reference)? else { return Ok(None) };
                    rows.push(vec![
                        GridCell::header(figure.label.clone()),
                        GridCell::figure(figure, self.shower, false),
                    ]);
                }
                let head = self.heads(vec![Text::of("Figure"), Text::of("Value")], columns)?;
                if let Some(total) = &self.table.total {
                    return Err(self
                        .error("figures of a table are no column that adds up")
                        .at(total.span)
                        .hint("make a series of them: `figures: [...]` under `series:`"));
                }
                let (marks, foot, rounded) = ((false, false), None, false);
                Ok(Some((
                    Grid {
                        head,
                        headers: 1,
                        rows,
                        foot,
                        marks,
                        unbased: false,
                        rounded,
                        paraphrased: false,
                    },
                    0,
                )))
            }
            // made where notes are
            TableRows::Claims(_) => Ok(None),
            TableRows::Series(name, span) => {
                let Some(series) = self.figures.find_series((name, *span))? else {
                    return Ok(None);
                };
                let (cells, more) = self.cells(series, diagnostics)?;
                self.grid(cells, columns, total, diagnostics)
                    .map(|grid| grid.map(|grid| (grid, more)))
            }
        }
    }

    fn heads(&self, default: Vec<Text>, columns: Vec<Text>) -> Result<Vec<Text>, Diagnostic> {
        if columns.is_empty() {
            return Ok(default);
        }
        if columns.len() != default.len() {
            let message = format!("has {} columns and {} headers", default.len(), columns.len());
            return Err(self.error(message).hint("give a header for each column, or none"));
        }
        Ok(columns)
    }

    fn cells(
        &self,
        series: &'a Series,
        diagnostics: &mut Diagnostics,
    ) -> Result<(Cells<'a>, usize), Diagnostic> {
        let table = self.table;
        if table.across {
            return self.across(series).map(|cells| (cells, 0));
        }
        let mut points: Vec<&Point> = match table.keys.as_slice() {
            [] => series.points.iter().collect(),
            keys => chosen(series, keys, self.shower)?,
        };
        let values = |point: &&'a Point| point.values.iter().map(Some).collect::<Vec<_>>();
        let all: Vec<_> = points.iter().map(values).collect();
        // the sort is stable: equal values stay in the order of the keys
        match table.order {
            Order::Given => {}
            Order::HighestFirst => {
                points.sort_by_key(|point| std::cmp::Reverse(first_value(point)))
            }
            Order::LowestFirst => points.sort_by(|a, b| {
                let (x, y) = (first_value(a), first_value(b));
                (x.is_none(), x).cmp(&(y.is_none(), y))
            }),
        }
        if table.order != Order::Given && points.iter().any(|point| is_no_number(point)) {
            let error = self.error("its first value is no number and has no order");
            return Err(error.hint("delete `order:`"));
        }
        if let Some(top) = table.top {
            if top == 0 {
                return Err(self
                    .error("`top: 0` shows nothing")
                    .hint("give the number of rows to show"));
            }
            if table.order == Order::Given {
                points.sort_by_key(|point| point.place.unwrap_or(u64::MAX));
            }
            if let (Some(last), Some(next)) = (points.get(top - 1), points.get(top))
                && first_value(last).is_some()
                && first_value(last) == first_value(next)
            {
                let message = format!(
                    "table `{}`: `top: {top}` cuts through a tie: `{}` and `{}` are equal",
                    self.id, last.keys[0], next.keys[0]
                );
                let warning = Diagnostic::warning(Code::RankTie, message).at(table.span);
                diagnostics.push(warning.hint("show one row more or fewer"));
            }
            points.truncate(top);
        }
        let more = all.len() - points.len();
        let header = |point: &Point| {
            point.keys.iter().map(|key| series.key(key, self.shower).to_string()).collect()
        };
        let rows = points.iter().map(|point| (header(point), values(point))).collect();
        let keys = series.keys.iter().map(|key| capital(&key.replace('_', " "))).collect();
        let names = series.values.values().cloned().collect();
        Ok((Cells { keys, names, rows, all }, more))
    }

    /// The first key down, the second across.
    fn across(&self, series: &'a Series) -> Result<Cells<'a>, Diagnostic> {
        if series.keys.len() != 2 || series.values.len() != 1 {
            let message = "`across` takes a series by two keys with one value";
            return Err(self.error(message).hint("write `by: [row, column]` and one `value:`"));
        }
        if self.table.top.is_some()
            || self.table.order != Order::Given
            || !self.table.keys.is_empty()
        {
            let message = "`across` shows all rows in the order of their keys";
            return Err(self.error(message).hint("delete `top:`, `order:` or `keys:`"));
        }
        let across = series.across(0);
        let shown = |key: &Value| series.key(key, self.shower).to_string();
        let rows = across.first.iter().zip(&across.cells);
        let rows = rows.map(|(row, cells)| (vec![shown(row)], cells.clone())).collect();
        let names = across.second.iter().map(|column| capital(&shown(column))).collect();
        let keys = vec![capital(&series.keys[0].replace('_', " "))];
        Ok(Cells { keys, names, rows, all: across.cells })
    }

    fn grid(
        &self,
        cells: Cells<'a>,
        columns: Vec<Text>,
        total: Option<String>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<Grid>, Diagnostic> {
        let headers = cells.keys.len();
        let own = columns.is_empty();
        let default = cells.keys.iter().chain(&cells.names).map(|words| Text::of(words)).collect();
        let mut head = self.heads(default, columns)?;
        let mut units = Vec::new();
        for (index, name) in cells.names.iter().enumerate() {
            let column = cells.all.iter().filter_map(|row| row[index]?.figure());
            let figures: Vec<&Figure> = column.collect();
            self.one_precision(name, &figures, diagnostics);
            let unit = one_unit(&figures, self.shower);
            let counted =
                figures.first().and_then(|figure| figure.value.number()?.measure.unit.clone());
            let counted = counted.map(|unit| plural(&unit)).filter(|unit| {
                own && unit.chars().any(char::is_lowercase)
                    && !name.to_lowercase().contains(&unit.to_lowercase())
            });
            let text = std::mem::take(&mut head[headers + index]);
            head[headers + index] = with_unit(text, unit.as_deref().or(counted.as_deref()));
            units.push(unit.is_some());
        }
        let cell = |(value, bare): (&Option<&PointValue>, &bool)| match value
            .and_then(PointValue::figure)
        {
            Some(figure) => GridCell::figure(figure, self.shower, *bare),
            None => GridCell::number(None, value.is_some_and(PointValue::is_hidden)),
        };
        let rows = cells.rows.iter().map(|(keys, values)| {
            let keys = keys.iter().map(|key| GridCell::header(key.clone()));
            keys.chain(values.iter().zip(&units).map(cell)).collect()
        });
        let rows: Vec<Vec<GridCell>> = rows.collect();
        let without = || {
            cells
                .rows
                .iter()
                .flat_map(|(_, values)| values)
                .filter(|v| v.and_then(PointValue::figure).is_none())
        };
        let hidden = |value: &&Option<&PointValue>| value.is_some_and(PointValue::is_hidden);
        let marks = (without().any(|value| !hidden(&value)), without().any(|value| hidden(&value)));
        let Some((foot, rounded)) = self.foot(&cells, total, headers, &units, diagnostics)? else {
            return Ok(None);
        };
        Ok(Some(Grid {
            head,
            headers,
            rows,
            foot,
            marks,
            unbased: false,
            rounded,
            paraphrased: false,
        }))
    }

    /// Numbers of one unit in one column have the same decimals.
    fn one_precision(&self, name: &str, column: &[&Figure], diagnostics: &mut Diagnostics) {
        let formats: Vec<Format> = column.iter().filter_map(|figure| figure.format).collect();
        let mixed = formats
            .windows(2)
            .any(|pair| pair[0].like(pair[1]) && pair[0].digits().1 != pair[1].digits().1);
        if mixed {
            let message =
                format!("table `{}`: the numbers of `{name}` have different decimals", self.id);
            let warning = Diagnostic::warning(Code::ChartData, message).at(self.table.span);
            diagnostics.push(warning.hint("give the series one format with `as:`"));
        }
    }

    /// The last row. Each total must be the exact sum of its column.
    #[allow(clippy::type_complexity)]
    fn foot(
        &self,
        cells: &Cells<'a>,
        label: Option<String>,
        headers: usize,
        units: &[bool],
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<(Option<Vec<GridCell>>, bool)>, Diagnostic> {
        let Some(total) = &self.table.total else { return Ok(Some((None, false))) };
        if total.figures.len() != cells.names.len() {
            let message = format!(
                "{} for {}",
                counted(total.figures.len() as u64, "total"),
                counted(cells.names.len() as u64, "column")
            );
            return Err(self
                .error(message)
                .at(total.span)
                .hint("give a figure for each column of values, in order"));
        }
        let mut row = vec![GridCell::header(label.unwrap_or_else(|| "Total".into()))];
        row.resize_with(headers, || GridCell::header(String::new()));
        let mut rounded = false;
        for (index, reference) in total.figures.iter().enumerate() {
            let Some(figure) = self.figures.find(reference)? else { return Ok(None) };
            let column = cells.all.iter().map(|row| row[index].and_then(PointValue::figure));
            let known: Vec<&Figure> = column.clone().flatten().collect();
            let gaps = column.filter(Option::is_none).count();
            if gaps == 0 || self.shower.footing(&known, figure) == Footing::Other {
                rounded |= self.foots(&known, figure, reference, &cells.names[index])?;
            } else {
                let message = format!(
                    "table `{}`: `{}` cannot be footed: {} of `{}` without a value",
                    self.id,
                    figure.id,
                    counted(gaps as u64, "cell"),
                    cells.names[index]
                );
                let warning = Diagnostic::warning(Code::Footing, message).at(reference.span);
                diagnostics.push(
                    warning.hint("say in a `note:` what the total holds that the rows do not"),
                );
            }
            row.push(GridCell::figure(figure, self.shower, units[index]));
        }
        Ok(Some((Some(row), rounded)))
    }

    /// Whether a column adds up only before it is rounded.
    fn foots(
        &self,
        parts: &[&Figure],
        total: &Figure,
        reference: &Reference,
        name: &str,
    ) -> Result<bool, Diagnostic> {
        let error = |message: String| {
            Diagnostic::error(Code::Footing, format!("table `{}`: {message}", self.id))
                .at(reference.span)
        };
        let shown = self.shower.figure(total);
        match self.shower.footing(parts, total) {
            Footing::Foots => Ok(false),
            Footing::Rounded => Ok(true),
            Footing::Off(sum) => Err(error(format!(
                "the rows of `{name}` add up to {sum}, and `{}` is {shown}",
                total.id
            ))
            .hint("name the figure that is the sum of the rows, or show all rows")),
            Footing::Other => {
                Err(error(format!("`{}` ({shown}) is in another unit than `{name}`", total.id))
                    .hint("a total is in the unit of its column"))
            }
        }
    }
}

fn first_value(point: &Point) -> Option<crate::exact::Exact> {
    Some(point.values.first()?.figure()?.value.number()?.value.clone())
}

fn is_no_number(point: &Point) -> bool {
    let figure = point.values.first().and_then(PointValue::figure);
    figure.is_some_and(|figure| figure.value.number().is_none())
}

/// The unit of a column, where all its figures have the same.
fn one_unit(column: &[&Figure], shower: &Shower<'_>) -> Option<String> {
    let unit = shower.unit(column.first()?)?;
    column.iter().all(|figure| shower.unit(figure).as_ref() == Some(&unit)).then_some(unit)
}

/// A header with the unit behind it, unless it ends with it or has it in brackets.
fn with_unit(head: Text, unit: Option<&str>) -> Text {
    let said =
        |unit: &&str| head.plain.ends_with(*unit) || head.plain.contains(&format!("({unit}"));
    match unit.filter(|unit| !said(unit)) {
        Some(unit) => head.and(&format!(" ({unit})")),
        None => head,
    }
}

impl GridCell {
    /// The header of a row.
    pub(super) fn header(shown: String) -> Self {
        Self { plain: shown.clone(), shown, figure: None, numeric: false, range: false, text: None }
    }

    /// A figure's value, without the sign of its unit where the header has it.
    fn figure(figure: &Figure, shower: &Shower<'_>, bare: bool) -> Self {
        let shown = if bare { shower.bare(figure) } else { shower.figure(figure) };
        Self {
            shown: shown.to_string(),
            plain: match figure.format {
                Some(Format::Integer | Format::Decimal(_)) => shower.plain(figure).to_string(),
                _ if bare => shower.plain(figure).to_string(),
                _ => shown.to_string(),
            },
            figure: Some(figure.id.clone()),
            numeric: figure.value.number().is_some(),
            range: figure.value.number().is_some_and(|number| number.hidden.is_some()),
            text: None,
        }
    }

    /// Words with links and notes.
    pub(super) fn words(text: Text) -> Self {
        let (shown, plain) = (text.plain.clone(), text.plain.clone());
        Self { shown, plain, figure: None, numeric: false, range: false, text: Some(text) }
    }

    /// What a percentage is taken of.
    fn base(shown: Option<&Shown>) -> Self {
        let shown = shown.map_or(NOT_APPLICABLE.to_string(), Shown::to_string);
        Self { plain: digits(&shown), shown, figure: None, numeric: true, range: false, text: None }
    }

    /// A number that is no figure, or the mark for one that is not there.
    fn number(shown: Option<&Shown>, hidden: bool) -> Self {
        let absent = if hidden { HIDDEN } else { NOT_AVAILABLE };
        let shown = shown.map_or(absent.to_string(), Shown::to_string);
        Self { plain: digits(&shown), shown, figure: None, numeric: true, range: false, text: None }
    }
}

/// A count without its group marks; marks for what is not there stay.
fn digits(shown: &str) -> String {
    if shown.starts_with('[') {
        return shown.to_string();
    }
    shown.chars().filter(char::is_ascii_digit).collect()
}
