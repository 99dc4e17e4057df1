//! The author's part: a YAML spec and a Markdown body to a [`Spec`] in which nothing is left to guess.
//!
//! Parse, then resolve: `yaml` and `decode` read the tree, `raw` mirrors it, this module decides what each entry is.
//! Names of figures, datasets and columns are looked up later, where they are known.

mod charts;
pub(crate) mod decode;
mod inline;
pub mod plain;
pub mod prose;
pub(crate) mod raw;
mod resolve;
pub(crate) mod yaml;

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

pub use self::inline::Inlined;
pub use self::plain::{Mark, MarkKind, Plain};
pub use self::prose::{Align, Block, Claim, Inline, Prose, Reference, Target};
use crate::diag::{Code, Severity};
use crate::exact::Rounding;
use crate::language::{Expr, Recipe};
use crate::text::{Passage, Span, TextId, look};
use crate::value::{Date, Format, PartialDate, Period, Value};

pub(crate) use resolve::is_id;
pub use resolve::parse;

/// A report, resolved.
#[derive(Clone, Debug)]
pub struct Spec {
    /// The report's name: `reports/NAME.yaml`.
    pub name: String,
    /// The spec's text.
    pub text: TextId,
    /// Title.
    pub title: Prose,
    /// Line below the title.
    pub subtitle: Option<Prose>,
    /// BCP 47 tag.
    pub language: String,
    /// Date of the briefing.
    pub date: Date,
    /// Organisations that publish it.
    pub authors: Vec<String>,
    /// Its licence: an SPDX identifier, or words.
    pub licence: Option<String>,
    /// Who may sign it off; anybody but an author where it names nobody.
    pub reviewers: Vec<Reviewer>,
    /// How ties are rounded.
    pub rounding: Rounding,
    /// How bad the author finds what a rule about words reports; none of those left out.
    pub severity: BTreeMap<Code, Option<Severity>>,
    /// The theme of its page: `templates/themes/NAME.yaml`.
    pub theme: Option<(String, Span)>,
    /// Whether methods and evidence are printed with the briefing.
    pub print_methods: bool,
    /// Key figures below the title.
    pub cards: Vec<Card>,
    /// Parameters with their values.
    pub parameters: IndexMap<String, String>,
    /// Named filters.
    pub selections: IndexMap<String, Selection>,
    /// Figures.
    pub figures: IndexMap<String, Figure>,
    /// Series.
    pub series: IndexMap<String, Series>,
    /// Charts.
    pub charts: IndexMap<String, Chart>,
    /// Tables.
    pub tables: IndexMap<String, Table>,
    /// Equations that must hold.
    pub checks: Vec<Check>,
    /// What others said, to be checked and never an error.
    pub claims: IndexMap<String, OutsideClaim>,
    /// Ids of figures and series that could not be read, which was said.
    pub failed: BTreeSet<String>,
    /// The body.
    pub body: Prose,
}

/// Who may sign a report off.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reviewer {
    /// The name in the ledger.
    pub name: String,
    /// The minisign public key, in base64, by which the reviewer's sign-offs must be signed.
    pub key: Option<String>,
    /// Where it is declared.
    pub span: Span,
}

/// A key figure: a claim set large, and what it is.
#[derive(Clone, Debug)]
pub struct Card {
    /// The claim.
    pub value: Prose,
    /// What it is, in words.
    pub label: Prose,
}

/// A named filter over a frame, with added columns.
#[derive(Clone, Debug)]
pub struct Selection {
    /// What readers read.
    pub label: Option<Prose>,
    /// The frame that it stands on.
    pub from: (String, Span),
    /// Which rows.
    pub filter: Option<Expr>,
    /// Columns computed row by row.
    pub add: Vec<(Passage, Expr)>,
    /// Where it is declared.
    pub span: Span,
}

/// How a figure comes about.
#[derive(Clone, Debug)]
pub enum Origin {
    /// From the rows of a frame, or from other figures.
    Recipe(Recipe),
    /// Printed in a source.
    Quoted {
        /// The value as a reader sees it there.
        value: Value,
        /// The source's words.
        quote: String,
        /// The source's id.
        source: (String, Span),
        /// Where in the source.
        at: Option<String>,
    },
    /// Written down by the author.
    Entered {
        /// The value.
        value: Value,
        /// Who entered it.
        by: String,
        /// When.
        on: PartialDate,
        /// Why it is not computed.
        reason: String,
    },
}

/// A figure, as declared.
#[derive(Clone, Debug)]
pub struct Figure {
    /// How it comes about.
    pub origin: Origin,
    /// How it prints, where the author says so.
    pub format: Option<Format>,
    /// What it is.
    pub label: Option<Prose>,
    /// What a reader must know.
    pub caveat: Option<Prose>,
    /// The periods that a quoted or entered value is about, where the author says so.
    pub covers: Vec<Period>,
    /// Other spellings of a text.
    pub also: Vec<String>,
    /// Whether its source repeats what another published, which was not seen.
    pub second_hand: bool,
    /// What a quoted or entered share is taken of, in words.
    pub of: Option<String>,
    /// Whether an empty selection counts as 0.
    pub allow_empty: bool,
    /// Why a number of the author's own is used.
    pub reason: Option<String>,
    /// Where it is declared.
    pub span: Span,
}

/// A series, as declared.
#[derive(Clone, Debug)]
pub struct Series {
    /// What it is made of.
    pub origin: SeriesOrigin,
    /// How its values print.
    pub format: Option<Format>,
    /// Whether rank 1 is the lowest.
    pub lowest_first: bool,
    /// What it is.
    pub label: Option<Prose>,
    /// Labels of the values, by name.
    pub labels: IndexMap<String, Prose>,
    /// What a reader must know.
    pub caveat: Option<Prose>,
    /// Where it is declared.
    pub span: Span,
}

/// What a series is made of.
#[derive(Clone, Debug)]
pub enum SeriesOrigin {
    /// Rows of a frame, grouped by one or two columns.
    Grouped {
        /// The frame.
        from: (String, Span),
        /// Which rows.
        filter: Option<Expr>,
        /// The columns that it goes by.
        by: Vec<(String, Span)>,
        /// Its values by name; a single one is called `value`.
        values: Vec<(String, Expr)>,
    },
    /// Figures in a row.
    Figures(Vec<(String, Span)>),
    /// Other series, point by point where their keys are equal: a rate of two of them.
    Aligned {
        /// Its values by name, over names of series and figures; a single one is called `value`.
        values: Vec<(String, Expr)>,
        /// Keys that are not in all of them, and are left out.
        unmatched: Vec<(String, Span)>,
    },
}

/// A chart, as declared.
#[derive(Clone, Debug)]
pub struct Chart {
    /// The kind.
    pub kind: ChartKind,
    /// Whether bars lie.
    pub horizontal: bool,
    /// The series.
    pub series: (String, Span),
    /// Which of its values, in order; all of them unless given.
    pub values: Vec<(String, Span)>,
    /// The value of the series that what is stacked adds up to.
    pub whole: Option<(String, Span)>,
    /// Headline.
    pub title: Prose,
    /// What is measured, where and when.
    pub subtitle: Option<Prose>,
    /// Alternative text.
    pub alt: Prose,
    /// Keys to draw, in order.
    pub keys: Vec<(String, Span)>,
    /// Strands that stand out.
    pub highlight: Vec<(String, Span)>,
    /// What the axis measures.
    pub axis: Option<Prose>,
    /// Whether the axis has 0; bars and areas always have it.
    pub zero: bool,
    /// A line to see the others against.
    pub reference: Option<ReferenceLine>,
    /// Words at keys.
    pub annotations: Vec<Annotation>,
    /// A note below it.
    pub note: Option<Prose>,
    /// Where it is declared.
    pub span: Span,
}

/// A line across a chart at the value of a figure.
#[derive(Clone, Debug)]
pub struct ReferenceLine {
    /// The figure.
    pub figure: Reference,
    /// What it is; the figure's label unless given.
    pub label: Option<Prose>,
}

/// Words at a key of a chart. They state a fact and so cite a source, or claim a figure.
#[derive(Clone, Debug)]
pub struct Annotation {
    /// The key.
    pub at: (String, Span),
    /// The words.
    pub words: Prose,
}

impl Annotation {
    /// Whether it cites a source by name.
    pub fn cites(&self) -> bool {
        self.words.any(|inline| matches!(inline, Inline::Cite(_)))
    }
}

/// The kinds of chart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChartKind {
    /// Bars from zero, one a key.
    Bar,
    /// Bars side by side.
    GroupedBar,
    /// Bars on top of each other.
    StackedBar,
    /// The same, each as long as the others.
    StackedPercent,
    /// Lines along an order.
    Line,
    /// Areas along an order, one on the other.
    Area,
    /// Dots in rows.
    Dot,
    /// Dots on stems from zero.
    Lollipop,
    /// Lines between two periods.
    Slope,
    /// A small plot for each strand.
    Multiples,
    /// How many values lie in each range.
    Histogram,
}

impl ChartKind {
    /// Its name in a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bar => "bar chart",
            Self::GroupedBar => "grouped bar chart",
            Self::StackedBar => "stacked bar chart",
            Self::StackedPercent => "stacked bar chart to 100%",
            Self::Line => "line chart",
            Self::Area => "area chart",
            Self::Dot => "dot plot",
            Self::Lollipop => "lollipop chart",
            Self::Slope => "slope chart",
            Self::Multiples => "set of small multiples",
            Self::Histogram => "histogram",
        }
    }

    /// Whether its strands are parts of a whole.
    pub fn stacks(self) -> bool {
        matches!(self, Self::StackedBar | Self::StackedPercent | Self::Area)
    }

    /// Whether it joins one key to the next.
    pub fn joins(self) -> bool {
        matches!(self, Self::Line | Self::Area | Self::Slope)
    }

    /// Whether it can show several strands.
    pub fn takes_several(self) -> bool {
        !matches!(self, Self::Bar | Self::Lollipop | Self::Histogram)
    }

    /// Whether a line can stand at a value of its axis.
    pub fn takes_reference(self) -> bool {
        !matches!(self, Self::Slope | Self::Multiples | Self::Histogram)
    }

    /// Whether its keys run from left to right, so that words can stand at one.
    pub fn is_upright(self) -> bool {
        !matches!(
            self,
            Self::Dot | Self::Lollipop | Self::Slope | Self::Multiples | Self::Histogram
        )
    }

    /// Whether it can be turned, so that bars lie.
    pub fn can_lie(self) -> bool {
        matches!(self, Self::Bar | Self::GroupedBar | Self::StackedBar | Self::StackedPercent)
    }

    /// Whether its marks begin at zero.
    pub fn from_zero(self) -> bool {
        !matches!(self, Self::Line | Self::Dot | Self::Slope | Self::Multiples)
    }
}

/// A table, as declared.
#[derive(Clone, Debug)]
pub struct Table {
    /// What it shows.
    pub rows: TableRows,
    /// Caption.
    pub caption: Prose,
    /// Headers of the columns.
    pub columns: Vec<Prose>,
    /// Keys to show, in order.
    pub keys: Vec<(String, Span)>,
    /// Whether the second key of the series goes across, a column each.
    pub across: bool,
    /// How rows are ordered.
    pub order: Order,
    /// Only the first so many.
    pub top: Option<usize>,
    /// A last row of totals, one figure a column.
    pub total: Option<TotalRow>,
    /// A note below it.
    pub note: Option<Prose>,
    /// Where it is declared.
    pub span: Span,
}

/// What a table shows.
#[derive(Clone, Debug)]
pub enum TableRows {
    /// The points of a series.
    Series(String, Span),
    /// Figures, one a row.
    Figures(Vec<(String, Span)>),
    /// Outside claims with their verdicts; all of them where none is named.
    Claims(Vec<(String, Span)>),
}

/// How the rows of a table are ordered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Order {
    /// As the keys are, or as the author lists them.
    #[default]
    Given,
    /// By the first value, the highest first.
    HighestFirst,
    /// By the first value, the lowest first.
    LowestFirst,
}

/// The last row of a table: figures that the columns add up to.
#[derive(Clone, Debug)]
pub struct TotalRow {
    /// Its header.
    pub label: Option<Prose>,
    /// A figure for each column of values.
    pub figures: Vec<Reference>,
    /// Where it is declared.
    pub span: Span,
}

/// What somebody else said, in which words, and what it is tied to.
#[derive(Clone, Debug)]
pub struct OutsideClaim {
    /// Who said it.
    pub who: String,
    /// The source that it was read in.
    pub source: Option<(String, Span)>,
    /// When it was said.
    pub on: Option<PartialDate>,
    /// The words, with links to figures.
    pub words: Prose,
    /// Whether they are the report's words and not the speaker's.
    pub paraphrase: bool,
    /// Why it is tied to nothing, where it is.
    pub untied: Option<Prose>,
    /// What a reader should know beside the verdict.
    pub note: Option<Prose>,
    /// Where it is declared.
    pub span: Span,
}

/// An equation that must hold exactly.
#[derive(Clone, Debug)]
pub struct Check {
    /// As written.
    pub text: String,
    /// Left side.
    pub left: Expr,
    /// Right side.
    pub right: Expr,
    /// Where it is declared.
    pub span: Span,
}

/// The JSON schema of a report.
pub(crate) fn schema() -> serde_json::Value {
    raw::schema::<raw::RawReport>("tieout report")
}

impl Reviewer {
    /// Whether a name is the reviewer's.
    pub fn is(&self, name: &str) -> bool {
        same_name(&self.name, name)
    }
}

/// Whether two names are of one person, as far as letters tell: in any case and order, with or without accents, in letters of
/// other scripts that look the same.
pub fn same_name(a: &str, b: &str) -> bool {
    let parts = |name: &str| {
        let plain = look(&name.to_uppercase());
        let plain: String =
            plain.chars().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).collect();
        let mut parts: Vec<String> = plain
            .split(|c: char| !c.is_alphanumeric())
            .filter(|part| !part.is_empty())
            .map(str::to_string)
            .collect();
        parts.sort();
        parts
    };
    parts(a) == parts(b)
}

impl Spec {
    /// Every text of the report, in reading order: title, body, then what charts, tables and figures say.
    pub fn proses(&self) -> Vec<&Prose> {
        let mut all = vec![&self.title];
        all.extend(&self.subtitle);
        all.extend(self.cards.iter().flat_map(|card| [&card.value, &card.label]));
        all.push(&self.body);
        for chart in self.charts.values() {
            all.extend(
                [&chart.title, &chart.alt].into_iter().chain(&chart.subtitle).chain(&chart.axis),
            );
            all.extend(chart.reference.iter().filter_map(|line| line.label.as_ref()));
            all.extend(chart.annotations.iter().map(|annotation| &annotation.words));
            all.extend(&chart.note);
        }
        for table in self.tables.values() {
            all.extend([&table.caption].into_iter().chain(&table.columns).chain(&table.note));
            all.extend(table.total.iter().filter_map(|total| total.label.as_ref()));
        }
        for figure in self.figures.values() {
            all.extend(figure.label.iter().chain(&figure.caveat));
        }
        for series in self.series.values() {
            all.extend(series.label.iter().chain(&series.caveat).chain(series.labels.values()));
        }
        all.extend(self.selections.values().filter_map(|selection| selection.label.as_ref()));
        all.extend(self.claims.values().flat_map(|claim| claim.untied.iter().chain(&claim.note)));
        all
    }

    /// Whether a name is one of the authors', in any case.
    pub fn is_author(&self, name: &str) -> bool {
        self.authors.iter().any(|author| same_name(author, name))
    }

    /// The reviewer of a name, in any case, where the report names reviewers.
    pub fn reviewer(&self, name: &str) -> Option<&Reviewer> {
        self.reviewers.iter().find(|reviewer| reviewer.is(name))
    }

    /// The selections under a frame's name, from the outermost to the dataset or series that they stand on.
    pub fn chain<'a>(&'a self, name: &'a str) -> (Vec<&'a Selection>, &'a str) {
        let mut chain = Vec::new();
        let mut name = name;
        while let Some(selection) = self.selections.get(name) {
            chain.push(selection);
            name = &selection.from.0;
            if chain.len() > self.selections.len() {
                break;
            }
        }
        (chain, name)
    }
}
