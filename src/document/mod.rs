//! The briefing as a reader will see it, before it is HTML or Markdown.
//!
//! In: a spec, its figures, sources, charts. Out: a [`Document`]: prose with every figure's [`Shown`] in its place,
//! numbered notes in reading order, tables, and a method for each figure. Nothing here computes.

mod claims;
mod compose;
mod methods;
mod notes;
mod splice;
mod tables;

use crate::charts::Picture;
use crate::figures::Shown;
use crate::spec::Align;
use crate::text::Span;

pub use compose::{Inputs, compose};
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
    /// Its licence.
    pub licence: Option<String>,
    /// Key figures: a claim, and what it is.
    pub cards: Vec<(Text, Text)>,
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
    /// Tables in the order of the text.
    pub tables: Vec<TableBlock>,
    /// Whether methods are printed with the briefing.
    pub print_methods: bool,
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

    /// With words behind it.
    fn and(mut self, words: &str) -> Self {
        self.inlines.push(Inline::Text(words.to_string()));
        self.markdown.push_str(&escape(words));
        self.plain.push_str(words);
        self
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
    /// Words tied to figures, with what the check found of them and the notes that support them.
    Claim(Vec<Inline>, Tied, Vec<NoteRef>),
    /// A figure's value.
    Value(Shown, Tied, Vec<NoteRef>),
    /// Words tied to sources.
    Cite(Vec<Inline>, Vec<NoteRef>),
    /// Words that a link of the author's exempts from the check.
    Exempt(Vec<Inline>),
    /// A parameter's value.
    Parameter(String),
    /// A reference to a note.
    Note(NoteRef),
    /// A line break of the source.
    Soft,
    /// A line break that is meant.
    Hard,
}

/// What words are tied to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tied {
    /// Ids of the figures and points.
    pub figures: Vec<String>,
    /// What the check found, with the interval that the words allow.
    pub found: Option<String>,
    /// Where the link stands; nowhere where it is ours.
    pub at: Option<Span>,
}

/// Rows of a figure or series as published, as far as the page shows them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RowTable {
    /// Headers.
    pub head: Vec<String>,
    /// The first rows, as texts of the file.
    pub rows: Vec<Vec<String>>,
    /// Of a series, the id of the point that each row is in.
    pub points: Vec<Option<String>>,
    /// How many rows there are.
    pub total: usize,
    /// Whether equal rows stand once, with their number.
    pub collapsed: bool,
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
    /// What its data say, a sentence each: for those who cannot see it.
    pub description: Vec<String>,
    /// The drawings.
    pub picture: Picture,
    /// Its data.
    pub data: Grid,
    /// Those of its annotations that cite a source, which the drawing cannot.
    pub annotations: Vec<Text>,
    /// What a reader must know of its series and figures.
    pub caveats: Vec<Text>,
    /// A note below it.
    pub note: Option<Text>,
    /// The series that it draws.
    pub series: String,
    /// Whether its axis begins elsewhere than at zero.
    pub cut: bool,
    /// Whether a line is broken because the source leaves keys out.
    pub broken: bool,
    /// Its sources.
    pub sources: Vec<Credit>,
}

impl ChartBlock {
    /// What a reader must know, made from what the chart shows.
    pub fn remarks(&self) -> Vec<String> {
        let mut lines = Vec::new();
        lines.extend(self.cut.then(|| "The axis does not begin at zero.".to_string()));
        let broken = "A line is broken where the source has no value.";
        lines.extend(self.broken.then(|| broken.to_string()));
        let whiskers = "A whisker runs from the least to the most that hidden cells allow.";
        lines.extend(self.data.ranges().then(|| whiskers.to_string()));
        lines.extend(self.data.remarks());
        lines
    }
}

/// A publisher with the notes of those of its sources that support something.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Credit {
    /// The publisher, or what stands for one.
    pub publisher: String,
    /// Title and address of its source, where it is a single one.
    pub title: Option<(String, Option<String>)>,
    /// Notes of its sources.
    pub notes: Vec<NoteRef>,
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
    /// What a reader must know of its series or figures.
    pub caveats: Vec<Text>,
    /// The series that it shows; none of figures.
    pub series: Option<String>,
    /// Points that are not shown.
    pub more: Option<Shown>,
    /// A note below it.
    pub note: Option<Text>,
    /// Its sources.
    pub sources: Vec<Credit>,
}

impl TableBlock {
    /// What a reader must know, made from what the table shows.
    pub fn remarks(&self) -> Vec<String> {
        let more = self.more.as_ref().map(|more| match more.as_str() {
            "1" => "And 1 other.".to_string(),
            more => format!("And {more} others."),
        });
        more.into_iter().chain(self.data.remarks()).collect()
    }
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
    /// A last row, of totals.
    pub foot: Option<Vec<GridCell>>,
    /// Whether some cell has no value, and whether one is hidden: the legend says what the marks mean.
    pub marks: (bool, bool),
    /// Whether a percentage has no base.
    pub unbased: bool,
    /// Whether rounded numbers do not add up to their total as printed.
    pub rounded: bool,
    /// Whether some claim of others stands in the report's own words.
    pub paraphrased: bool,
}

impl Grid {
    /// What the marks mean, and why printed parts may not add up.
    fn remarks(&self) -> Vec<String> {
        let (missing, hidden) = self.marks;
        let mut lines = Vec::new();
        lines.extend(missing.then(|| "[x] not available.".to_string()));
        lines.extend(self.unbased.then(|| "[z] not applicable.".to_string()));
        lines.extend(hidden.then(|| "[c] confidential.".to_string()));
        lines.extend(self.ranges().then(|| {
            "Where two numbers stand, the value lies between them: some numbers are confidential."
                .to_string()
        }));
        lines.extend(
            self.paraphrased
                .then(|| "Claims without quotation marks are in our words.".to_string()),
        );
        lines.extend(
            self.rounded.then(|| "Rounded numbers may not add up to the total.".to_string()),
        );
        lines
    }

    /// Whether some value depends on hidden cells.
    fn ranges(&self) -> bool {
        self.rows.iter().chain(&self.foot).flatten().any(|cell| cell.range)
    }

    /// The grid as CSV: UTF-8, LF, quoted where needed; numbers without group marks.
    pub fn csv(&self) -> Vec<u8> {
        let head = self.head.iter().map(|head| head.plain.clone()).collect();
        let rows = self.rows.iter().chain(&self.foot);
        let rows = rows.map(|row| row.iter().map(|cell| cell.plain.clone()).collect());
        csv(head, rows)
    }

    /// Whether its cells are sentences, which stand below each other where there is no room.
    pub fn is_worded(&self) -> bool {
        self.rows.first().is_some_and(|row| row.iter().any(|cell| cell.text.is_some()))
    }

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
    /// The same for machines: `16747` for `16,747`.
    pub plain: String,
    /// The figure's id on the page.
    pub figure: Option<String>,
    /// Whether it is a number, which stands to the right.
    pub numeric: bool,
    /// Whether it is the two ends of a value that depends on hidden cells.
    pub range: bool,
    /// What stands there in place of `shown`, where it has links and notes.
    pub text: Option<Text>,
}

impl Method {
    /// What the scan counted, the base, how exactly the value is known, what it was before rounding.
    pub fn sentences(&self) -> impl Iterator<Item = &String> {
        self.counted.iter().chain(&self.base).chain(&self.known).chain(&self.exact)
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
    /// The value before it was rounded, as a sentence, where what is shown is another.
    pub exact: Option<String>,
    /// Figures and series that it is made from.
    pub uses: Vec<String>,
    /// Of a series, its points: id, keys, value, exact value.
    pub points: Vec<(String, String, Shown, Shown)>,
    /// The file with its rows: path and SHA-256.
    pub file: Option<(String, String)>,
    /// What the scan counted, as a sentence.
    pub counted: Option<String>,
    /// What a percentage is taken of, as a sentence.
    pub base: Option<String>,
    /// How exactly the value is known, as a sentence.
    pub known: Option<String>,
    /// What a reader must know.
    pub caveat: Option<Text>,
    /// Notes of its sources.
    pub sources: Vec<NoteRef>,
}

/// A CSV file: UTF-8, LF, quoted where needed.
pub(crate) fn csv(head: Vec<String>, rows: impl Iterator<Item = Vec<String>>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    // writing to memory cannot fail, and every row is as long as the head
    let written = std::iter::once(head).chain(rows).try_for_each(|row| writer.write_record(row));
    debug_assert!(written.is_ok());
    writer.into_inner().unwrap_or_default()
}
