//! Figures: every number of a report with its provenance.
//!
//! In: a [`Spec`](crate::spec::Spec), the declared sources, and frames. [`plan`] looks up names and types and fuses all
//! questions to a frame into one scan; [`compute`] runs the scans and everything after them. Out: [`Figures`].

mod arithmetic;
mod compute;
mod differencing;
mod evaluate;
mod evidence;
mod hide;
mod order;
mod plan;
mod point;
mod protect;
mod question;
mod series;
mod shown;
mod term;

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use crate::diag::{Code, Diagnostic};
use crate::exact::Exact;
use crate::frame::{Frame, Key, NumberId, Program, TruthId};
use crate::language::{Expr, Kind};
use crate::spec::{Prose, Reference};
use crate::text::Span;
use crate::value::{Format, Period, Value};

pub use compute::compute;
pub use evidence::{
    Collapsed, Marked, RowSet, Touched, Used, UsedRows, collapsed, digests, point_digests,
    row_sets, rows, small_row_sets, touched, used,
};
pub use plan::{Plan, plan, wanted};
pub use point::{key_slug, series_frame};
use series::compare_keys;
pub use shown::{Footing, Shower, Shown};

/// How a figure came about; readers can always see which.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Provenance {
    /// From the rows of a dataset or series.
    Computed,
    /// From other figures.
    Derived,
    /// Printed in a source.
    Quoted,
    /// Written down by the author, with a reason.
    Entered,
}

impl Provenance {
    /// The word that readers see.
    pub fn name(self) -> &'static str {
        match self {
            Self::Computed => "computed",
            Self::Derived => "derived",
            Self::Quoted => "quoted",
            Self::Entered => "entered",
        }
    }
}

/// A number or label with its provenance.
#[derive(Clone, Debug)]
pub struct Figure {
    /// `id`, or `series/key` of a point.
    pub id: String,
    /// The value.
    pub value: Value,
    /// How it prints; a text, date or period prints as it is.
    pub format: Option<Format>,
    /// What it is.
    pub label: String,
    /// What a reader must know.
    pub caveat: Option<Prose>,
    /// How it came about.
    pub provenance: Provenance,
    /// The recipe, of a computed or derived figure.
    pub recipe: Option<RecipeText>,
    /// The quotation and where it stands, of a quoted figure.
    pub quote: Option<Quote>,
    /// Who, when and why, of an entered figure or a number of the author's own.
    pub reason: Option<String>,
    /// Other spellings of a text.
    pub also: Vec<String>,
    /// What a share or a quotient that is printed as a percentage is taken of.
    pub base: Option<Exact>,
    /// The periods of the rows that it uses, or that its source speaks of; none where nothing says.
    pub covers: BTreeSet<Period>,
    /// What its scan counted, of a computed figure.
    pub counts: Option<Counts>,
    /// Figures and series that it is made from.
    pub uses: Vec<String>,
    /// Ids of the sources that it rests on, directly or through what it uses.
    pub sources: BTreeSet<String>,
    /// Where it is declared.
    pub span: Span,
}

/// A recipe as text, as words, and as a digest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecipeText {
    /// Canonical text.
    pub canonical: String,
    /// One sentence.
    pub words: String,
    /// SHA-256 of the canonical text, of that of every selection below it, and of the parameters in them, one a line.
    pub sha256: String,
}

/// The words of a source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Quote {
    /// The words.
    pub words: String,
    /// Where in the source.
    pub at: Option<String>,
}

/// What a scan counted for a figure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Counts {
    /// The dataset or series.
    pub frame: String,
    /// The numbers of rows; none where they are numbers of people, under disclosure control.
    pub rows: Option<RowCounts>,
}

/// Numbers of rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RowCounts {
    /// Rows of the dataset or series.
    pub total: u64,
    /// Rows that the figure uses.
    pub used: u64,
    /// Of those, rows in which a value that it uses is missing.
    pub missing: u64,
    /// Of those, rows in which such a value is hidden.
    pub suppressed: u64,
    /// Rows for which a condition is neither true nor false.
    pub undecided: u64,
}

/// Figures along one or two keys.
#[derive(Clone, Debug)]
pub struct Series {
    /// Its id.
    pub id: String,
    /// What it is.
    pub label: String,
    /// What a reader must know.
    pub caveat: Option<Prose>,
    /// Names of its keys.
    pub keys: Vec<String>,
    /// Labels of keys, by the key in link form.
    pub labels: BTreeMap<String, String>,
    /// Names of its values, and what each is.
    pub values: IndexMap<String, String>,
    /// The points, in the order of their keys.
    pub points: Vec<Point>,
    /// Where the point of keys in link form is.
    pub(crate) places: BTreeMap<Vec<String>, usize>,
    /// Whether its numbers of rows are numbers of people, under disclosure control, and are not told.
    pub counts_cases: bool,
    /// Rows that are in no point, because a key is missing.
    pub without_key: u64,
    /// Of a series made of other series: keys that are not in all of them, and are left out.
    pub unmatched: Vec<String>,
    /// Rows for which its condition is neither true nor false.
    pub undecided: u64,
    /// The recipe; none of a series made of figures.
    pub recipe: Option<RecipeText>,
    /// Where it is declared.
    pub span: Span,
}

/// A series by two keys as a table.
#[derive(Clone, Debug)]
pub struct Across<'s> {
    /// The first keys.
    pub first: Vec<&'s Value>,
    /// The second keys.
    pub second: Vec<&'s Value>,
    /// A row for each first key with a cell for each second; none where there is no point.
    pub cells: Vec<Vec<Option<&'s PointValue>>>,
}

/// One place of a series.
#[derive(Clone, Debug)]
pub struct Point {
    /// Its keys.
    pub keys: Vec<Value>,
    /// Its values, in the order of the series' values.
    pub values: Vec<PointValue>,
    /// Rank of the first value, 1 the first; ties share it. None where it has no value.
    pub rank: Option<u64>,
    /// Rank with ties broken by key.
    pub place: Option<u64>,
    /// First and last place that it can have, where hidden cells decide.
    pub places_between: Option<(u64, u64)>,
    /// The keys as the scan groups by them.
    pub(crate) group: Vec<Key>,
    /// Of a series made of figures, the figure's id in link form, by which the point is named.
    pub(crate) member: Option<String>,
}

/// The value of a point, or why it has none.
#[derive(Clone, Debug)]
pub enum PointValue {
    /// A figure.
    Figure(Box<Figure>),
    /// No known value.
    Missing,
    /// A hidden one.
    Suppressed,
}

impl Series {
    /// A key as readers see it: its label, or the key itself.
    pub fn key(&self, key: &Value, shower: &Shower<'_>) -> Shown {
        match self.labels.get(&key_slug(&key.to_string())) {
            Some(label) => shower.text(label),
            None => shower.key(key),
        }
    }

    /// One of its values with the first key down and the second across. For series by two keys.
    pub fn across(&self, value: usize) -> Across<'_> {
        let side = |side: usize| {
            let mut keys: Vec<&Value> = self.points.iter().map(|point| &point.keys[side]).collect();
            keys.sort_by(|a, b| compare_keys(std::slice::from_ref(*a), std::slice::from_ref(*b)));
            keys.dedup();
            let places = keys.iter().enumerate();
            let places: BTreeMap<String, usize> =
                places.map(|(place, key)| (key.to_string(), place)).collect();
            (keys, places)
        };
        let ((first, rows), (second, columns)) = (side(0), side(1));
        let mut cells = vec![vec![None; second.len()]; first.len()];
        for point in &self.points {
            let [row, column] = [(&rows, 0), (&columns, 1)]
                .map(|(places, side)| places[&point.keys[side].to_string()]);
            cells[row][column] = point.values.get(value);
        }
        Across { first, second, cells }
    }

    /// The figures of its points, in their order.
    pub fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.points.iter().flat_map(Point::figures)
    }
}

impl Point {
    /// The figures of its values, where there are some.
    pub fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.values.iter().filter_map(PointValue::figure)
    }
}

impl PointValue {
    /// Whether the publisher hides it.
    pub fn is_hidden(&self) -> bool {
        matches!(self, Self::Suppressed)
    }

    /// The figure, where there is one.
    pub fn figure(&self) -> Option<&Figure> {
        match self {
            Self::Figure(figure) => Some(figure),
            Self::Missing | Self::Suppressed => None,
        }
    }
}

/// Which rows of which frame a figure or series uses, so that they can be listed by the same scan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Selected {
    /// The frame.
    pub frame: String,
    /// Rows that it uses.
    pub rows: Option<TruthId>,
    /// Keys of the groups, of a series.
    pub keys: Vec<NumberId>,
    /// Columns that the recipe names, sorted.
    pub columns: Vec<String>,
}

/// Everything that a report cites.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Figures by id.
    pub figures: IndexMap<String, Figure>,
    /// Series by id.
    pub series: IndexMap<String, Series>,
    /// Row selections of computed figures and series, by id.
    pub selected: BTreeMap<String, Selected>,
    /// Compiled row expressions, by frame.
    pub programs: BTreeMap<String, Program>,
    /// Frames made of series.
    pub frames: BTreeMap<String, Frame>,
    /// Signs beside the values that computed figures and series use, by id.
    pub marked: BTreeMap<String, Vec<Marked>>,
    /// Ids that are declared and could not be computed: what names them says nothing.
    pub failed: BTreeSet<String>,
    /// Datasets whose rows are not told, by disclosure control.
    pub withheld: BTreeSet<String>,
}

impl Figures {
    /// The figure or point that a link names. `Ok(None)` where it failed, which was said already.
    ///
    /// # Errors
    /// There is no such figure, series or point; or the point has no value.
    pub fn find(&self, reference: &Reference) -> Result<Option<&Figure>, Diagnostic> {
        if self.failed.contains(&reference.id) {
            return Ok(None);
        }
        if let Some(figure) = self.figures.get(&reference.id) {
            if reference.keys.is_empty() {
                return Ok(Some(figure));
            }
            let message = format!("`{}` is a figure and has no points", reference.id);
            return Err(Diagnostic::error(Code::UnknownFigure, message)
                .at(reference.span)
                .hint(format!("write `fig:{}`", reference.id)));
        }
        let Some(series) = self.series.get(&reference.id) else {
            let known = self.figures.keys().chain(self.series.keys()).map(String::as_str);
            let message = format!("there is no figure or series `{}`", reference.id);
            return Err(Diagnostic::error(Code::UnknownFigure, message)
                .at(reference.span)
                .did_you_mean(&reference.id, known));
        };
        series.point(&reference.keys, reference.span).map(Some)
    }

    /// The figure or point that an expression is, where it is one.
    pub(crate) fn cited(&self, expr: &Expr) -> Option<&Figure> {
        match &expr.kind {
            Kind::Name(name) => self.figures.get(name),
            Kind::Point(name, keys) => {
                let keys: Vec<String> = keys.iter().map(|key| key.text.clone()).collect();
                self.series.get(name)?.point(&keys, expr.span).ok()
            }
            _ => None,
        }
    }

    /// A frame by its name: a dataset as read, or one made of a series.
    pub fn frame<'a>(
        &'a self,
        datasets: &'a BTreeMap<String, Frame>,
        name: &str,
    ) -> Option<&'a Frame> {
        datasets.get(name).or_else(|| self.frames.get(name))
    }

    /// The series that a chart or table names. `Ok(None)` where it failed, which was said already.
    ///
    /// # Errors
    /// There is no such series.
    pub fn find_series(&self, (name, span): (&str, Span)) -> Result<Option<&Series>, Diagnostic> {
        if self.failed.contains(name) {
            return Ok(None);
        }
        self.series.get(name).map(Some).ok_or_else(|| {
            let known = self.series.keys().map(String::as_str);
            Diagnostic::error(Code::UnknownFigure, format!("there is no series `{name}`"))
                .at(span)
                .did_you_mean(name, known)
        })
    }

    /// Every figure: those of the report in order, then the points of each series.
    pub fn all(&self) -> impl Iterator<Item = &Figure> {
        self.figures.values().chain(self.series.values().flat_map(Series::figures))
    }
}
