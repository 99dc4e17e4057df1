//! The briefing as a reader will see it, before it is HTML or Markdown.
//!
//! In: a spec, its figures, sources, charts. Out: a [`Document`]: prose with every figure's [`Shown`] in its place,
//! numbered notes in reading order, tables, and a method for each figure. Nothing here computes.

mod compose;
mod methods;
mod notes;
mod splice;
mod tables;

use crate::figures::Shown;
use crate::spec::Align;

pub use compose::{Inputs, compose};
pub(crate) use compose::{left_out, legend};
pub(crate) use splice::{escape, marks};

/// A whole briefing.
#[derive(Clone, Debug)]
pub struct Document {
    /// Report's name.
    pub name: String,
    /// BCP 47 tag.
    pub language: String,
    /// Title.
    pub title: Text,
    /// Line below it.
    pub subtitle: Option<Text>,
    /// Date as readers write it, and in ISO 8601.
    pub date: (String, String),
    /// Organisations.
    pub authors: Vec<String>,
    /// The body.
    pub blocks: Vec<Block>,
    /// The body as Markdown: the author's text with replacements.
    pub markdown: String,
    /// Notes, by number.
    pub notes: Vec<Note>,
    /// A method for each figure and series.
    pub methods: Vec<Method>,
    /// The rule for ties, in words of the language.
    pub rounding: &'static str,
    /// Charts in the order of the text.
    pub charts: Vec<ChartBlock>,
}

/// A short text in its three forms.
#[derive(Clone, Debug, Default)]
pub struct Text {
    /// With structure.
    pub inlines: Vec<Inline>,
    /// As Markdown.
    pub markdown: String,
    /// Words alone.
    pub plain: String,
}

impl Text {
    /// Words without markup.
    fn of(words: &str) -> Self {
        Self {
            inlines: vec![Inline::Text(words.to_string())],
            markdown: escape(words),
            plain: words.to_string(),
        }
    }
}

/// A block of the body.
#[derive(Clone, Debug)]
pub enum Block {
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// A heading with its level and its id on the page.
    Heading(u8, String, Vec<Inline>),
    /// A list, numbered from a start or not.
    List(Option<u64>, Vec<Vec<Block>>),
    /// Words of a tight list item.
    Plain(Vec<Inline>),
    /// A quotation.
    Quote(Vec<Block>),
    /// Preformatted text.
    Code(String),
    /// A thematic break.
    Rule,
    /// A table of the author's own.
    Grid {
        /// Alignment of each column.
        columns: Vec<Align>,
        /// Header cells.
        head: Vec<Vec<Inline>>,
        /// Rows.
        rows: Vec<Vec<Vec<Inline>>>,
    },
    /// A chart.
    Chart(Box<ChartBlock>),
    /// A table of figures.
    Table(Box<TableBlock>),
}

/// A stretch of words.
#[derive(Clone, Debug)]
pub enum Inline {
    /// Words.
    Text(String),
    /// Code.
    Code(String),
    /// Emphasis.
    Emphasis(Vec<Inline>),
    /// Strong emphasis.
    Strong(Vec<Inline>),
    /// Struck out.
    Struck(Vec<Inline>),
    /// A link to elsewhere.
    Link(String, Vec<Inline>),
    /// Words tied to figures, with the notes that support them.
    Claim(Vec<Inline>, Vec<String>, Vec<NoteRef>),
    /// A figure's value.
    Value(Shown, String, Vec<NoteRef>),
    /// Words tied to sources.
    Cite(Vec<Inline>, Vec<NoteRef>),
    /// A parameter's value.
    Parameter(String),
    /// A reference to a note.
    Note(NoteRef),
    /// A line break of the source.
    Soft,
    /// A line break that is meant.
    Hard,
}

/// A reference to a note.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NoteRef {
    /// The note's number, from 1.
    pub number: usize,
    /// Which reference to it this is, from 1.
    pub occurrence: usize,
    /// The note's label in Markdown.
    pub label: String,
}

/// A note.
#[derive(Clone, Debug)]
pub struct Note {
    /// Its label in Markdown.
    pub label: String,
    /// What it says.
    pub content: NoteContent,
    /// How often it is referred to.
    pub references: usize,
}

/// What a note says.
#[derive(Clone, Debug)]
pub enum NoteContent {
    /// The author's words; Markdown has them in the body.
    Author(Vec<Block>),
    /// A source.
    Source(Box<Citation>),
    /// A number that the author entered: the reason.
    Entered(String),
}

/// A source in full.
#[derive(Clone, Debug)]
pub struct Citation {
    /// Its id.
    pub id: String,
    /// Publisher.
    pub publisher: String,
    /// Title, where it is known.
    pub title: Option<String>,
    /// Everything else, as sentences.
    pub details: Vec<Detail>,
    /// The figures that it supports, with the rows.
    pub supports: Vec<Support>,
}

/// One sentence about a source.
#[derive(Clone, Debug)]
pub enum Detail {
    /// Words.
    Words(String),
    /// Words before a web address.
    Address(String, String),
    /// Words before code, such as a digest.
    Code(String, String),
}

/// A figure that a source supports.
#[derive(Clone, Debug)]
pub struct Support {
    /// The figure or series.
    pub id: String,
    /// Its value; none of a series.
    pub shown: Option<Shown>,
    /// Where in the source, or how it is made.
    pub place: String,
}

/// A chart in the body.
#[derive(Clone, Debug)]
pub struct ChartBlock {
    /// Its id.
    pub id: String,
    /// Headline.
    pub title: Text,
    /// What is measured.
    pub subtitle: Text,
    /// Alternative text.
    pub alt: String,
    /// The drawing.
    pub svg: String,
    /// Its data.
    pub data: Grid,
    /// A note below it.
    pub note: Option<Text>,
    /// Notes of its sources.
    pub sources: Vec<NoteRef>,
}

/// A table in the body.
#[derive(Clone, Debug)]
pub struct TableBlock {
    /// Its id.
    pub id: String,
    /// Caption.
    pub caption: Text,
    /// The cells.
    pub data: Grid,
    /// Points that are not shown.
    pub more: Option<Shown>,
    /// A note below it.
    pub note: Option<Text>,
    /// Notes of its sources.
    pub sources: Vec<NoteRef>,
}

/// Rows and columns of shown values.
#[derive(Clone, Debug)]
pub struct Grid {
    /// Headers: of the row headers first.
    pub head: Vec<Text>,
    /// How many columns are row headers.
    pub headers: usize,
    /// Cells: texts of the headers, then the values.
    pub rows: Vec<Vec<GridCell>>,
    /// Whether some cell has no value, and whether one is hidden: the legend says what the marks mean.
    pub marks: (bool, bool),
}

impl Grid {
    /// Whether a column holds numbers, which stand to the right.
    pub fn is_numeric(&self, column: usize) -> bool {
        self.rows.first().and_then(|row| row.get(column)).is_some_and(|cell| cell.numeric)
    }
}

/// A cell of a grid.
#[derive(Clone, Debug)]
pub struct GridCell {
    /// What it shows.
    pub shown: String,
    /// The figure's id on the page.
    pub figure: Option<String>,
    /// Whether it is a number, which stands to the right.
    pub numeric: bool,
}

impl GridCell {
    /// The header of a row.
    fn header(shown: String) -> Self {
        Self { shown, figure: None, numeric: false }
    }
}

/// How a figure or series was made, for the methods section.
#[derive(Clone, Debug)]
pub struct Method {
    /// Its id.
    pub id: String,
    /// Its label.
    pub label: String,
    /// Its value; none of a series.
    pub shown: Option<Shown>,
    /// How it came about: computed, derived, quoted, entered, or series.
    pub provenance: &'static str,
    /// The recipe in words, or the quotation, or the reason.
    pub words: String,
    /// The recipe in the language.
    pub recipe: Option<String>,
    /// What the scan counted, as a sentence.
    pub counted: Option<String>,
    /// How exactly the value is known, as a sentence.
    pub known: Option<String>,
    /// What a reader must know.
    pub caveat: Option<Text>,
    /// Notes of its sources.
    pub sources: Vec<NoteRef>,
}
