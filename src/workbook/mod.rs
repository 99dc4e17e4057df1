//! `evidence.xlsx`: the rows that figures use, one sheet a dataset, and a sheet of all figures, each computed again by a
//! formula over those rows, beside the value that the briefing holds.
//!
//! In: figures, the rows that they use, the recipes. Out: bytes, the same for the same inputs. No result of a formula is
//! stored: a program that opens the file computes them. What a spreadsheet cannot compute says so, with the reason.

mod formula;
mod index;
mod names;
mod recipes;
mod rows;

use std::collections::BTreeMap;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};

use self::formula::{Area, Reason};
use self::index::{HEAD, INDEX};
use self::names::Names;
use crate::figures::{Figure, Figures, Point, Series, Shower, Used};
use crate::frame::Frame;
use crate::language::{Expr, Recipe};
use crate::sources::Sources;
use crate::spec::{Origin, SeriesOrigin, Spec};
use crate::value::{Period, Value};

/// What a workbook is made of.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// The report.
    pub spec: &'a Spec,
    /// Declared sources.
    pub sources: &'a Sources,
    /// Its figures.
    pub figures: &'a Figures,
    /// Datasets as read.
    pub frames: &'a BTreeMap<String, Frame>,
    /// How values print.
    pub shower: Shower<'a>,
    /// The rows that figures use, by dataset.
    pub used: &'a BTreeMap<String, Used>,
    /// The title of the briefing.
    pub title: &'a str,
}

/// A value's row in the sheet of figures.
struct Row<'a> {
    number: u32,
    id: String,
    keys: &'a [Value],
    /// Whether a key's column holds periods that are not all years.
    mixed: [bool; 2],
    figure: Option<&'a Figure>,
    origin: RowOrigin<'a>,
    /// Of a point of a series that other recipes stand on: the series, its value, and whether 1 is the lowest of its ranks.
    series: Option<InSeries<'a>>,
}

/// A point of a series that other recipes stand on.
#[derive(Clone, Copy)]
struct InSeries<'a> {
    series: &'a Series,
    /// The name of the value.
    value: &'a str,
    lowest_first: bool,
    /// Whether the point has a rank.
    ranked: bool,
}

/// How the value of a row is made.
enum RowOrigin<'a> {
    /// Not at all: it was quoted or entered.
    Given,
    /// By the recipe of a figure.
    Recipe(&'a Recipe),
    /// By a value of a series of rows.
    Grouped(&'a Series, usize),
    /// By a value of a series of other series, at a point.
    Aligned(&'a Expr, &'a Point),
    /// It is a figure, by its id.
    Member(&'a str),
}

/// What formulas call the rows of datasets and series, by their names; or why their rows are on no sheet.
type Areas = BTreeMap<String, Result<Area, Reason>>;

/// The file's bytes.
///
/// # Errors
/// The library cannot write it.
pub fn workbook(inputs: &Inputs<'_>) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let (year, month, day) = inputs.spec.date.parts();
    let clock = |number: i8| u8::try_from(number).unwrap_or(1);
    let made =
        ExcelDateTime::from_ymd(u16::try_from(year).unwrap_or(1900), clock(month), clock(day))?;
    let properties = DocProperties::new().set_creation_datetime(&made).set_title(inputs.title);
    book.set_properties(&properties);
    let mut names = Names::new(INDEX);
    let mut index = Worksheet::new();
    index.set_name(INDEX)?;
    let mut sheets = Vec::new();
    let mut areas = Areas::new();
    for (name, used) in inputs.used {
        let Some(frame) = inputs.frames.get(name) else { continue };
        let (sheet, area) = rows::sheet(frame, used, &mut names)?;
        areas.insert(name.clone(), area);
        sheets.extend(sheet);
    }
    for name in &inputs.figures.withheld {
        areas.insert(name.clone(), Err("its rows are not told, by disclosure control".into()));
    }
    let rows = inputs.rows();
    for (name, series) in &inputs.figures.series {
        if inputs.figures.frames.contains_key(name) {
            areas.insert(name.clone(), Ok(inputs.series_area(series, &rows, &mut names)));
        }
    }
    inputs.write_index(&mut index, &inputs.formulas(&rows, &areas), &areas)?;
    book.push_worksheet(index);
    for sheet in sheets {
        book.push_worksheet(sheet);
    }
    for (name, range) in names.defined() {
        book.define_name(name, range)?;
    }
    book.save_to_buffer()
}

impl<'a> Inputs<'a> {
    /// Every figure, then every point of each series, value by value.
    fn rows(&self) -> Vec<Row<'a>> {
        let mut rows: Vec<Row<'a>> = Vec::new();
        let mixed = |series: &Series| {
            [0, 1].map(|place| {
                let mut periods =
                    series.points.iter().filter_map(|point| match point.keys.get(place) {
                        Some(Value::Period(period)) => Some(*period),
                        _ => None,
                    });
                !periods.all(|period| is_year(&period))
            })
        };
        let mut push = |id: String, keys, figure, origin, series: Option<InSeries<'a>>, mixed| {
            let number = HEAD + 1 + rows.len() as u32;
            rows.push(Row { number, id, keys, mixed, figure, origin, series });
        };
        for (id, figure) in &self.figures.figures {
            let declared = self.spec.figures.get(id).map(|declared| &declared.origin);
            let origin = match declared {
                Some(Origin::Recipe(recipe)) => RowOrigin::Recipe(recipe),
                _ => RowOrigin::Given,
            };
            push(id.clone(), &[][..], Some(figure), origin, None, [false; 2]);
        }
        for (id, series) in &self.figures.series {
            let Some(declared) = self.spec.series.get(id) else { continue };
            for place in 0..series.values.len() {
                for point in &series.points {
                    let origin = match &declared.origin {
                        SeriesOrigin::Grouped { .. } => RowOrigin::Grouped(series, place),
                        SeriesOrigin::Aligned { values, .. } => match values.get(place) {
                            Some((_, value)) => RowOrigin::Aligned(value, point),
                            None => RowOrigin::Given,
                        },
                        SeriesOrigin::Figures(_) => {
                            RowOrigin::Member(point.member.as_deref().unwrap_or_default())
                        }
                    };
                    let figure = point.values[place].figure();
                    let own = || format!("{id}/{}", series.slugs(point).join("/"));
                    let name = figure.map_or_else(own, |figure| figure.id.clone());
                    let value = series.values.get_index(place).map_or("", |(name, _)| name);
                    let (lowest_first, ranked) =
                        (declared.lowest_first, series.values.len() == 1 && point.rank.is_some());
                    let own = InSeries { series, value, lowest_first, ranked };
                    let own = self.figures.frames.contains_key(id).then_some(own);
                    push(name, &point.keys[..], figure, origin, own, mixed(series));
                }
            }
        }
        rows
    }
}

fn is_open(figure: &Figure) -> bool {
    figure.value.number().is_some_and(|number| number.between().is_some())
}

/// Whether a period is a year that spreadsheets have the days of.
fn is_year(period: &Period) -> bool {
    matches!(period, Period::Year(year) if *year > 1900)
}
