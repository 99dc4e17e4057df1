//! What went wrong, where, and what to do about it.
//!
//! Stages return an [`Outcome`]: a value and the diagnostics found on the way, so that one run shows every
//! error. A low layer says what; its caller adds where (a [`Place`]) and a hint, which is an action.

use std::{fmt, io};

use crate::text::{Span, Texts};

/// How bad it is: nothing is written while there is an error.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// The report cannot be built.
    Error,
    /// The report is built; a person should look.
    Warning,
}

macro_rules! codes {
    ($($variant:ident $name:literal $meaning:literal,)*) => {
        /// The stable name of a kind of diagnostic.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Code {
            $(#[doc = $meaning] $variant,)*
        }

        impl Code {
            /// Every code, in the order of the pipeline.
            pub const ALL: &[Code] = &[$(Code::$variant,)*];

            /// The code as printed: `unknown-field`.
            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }

            /// One sentence that says what the code stands for.
            pub fn meaning(self) -> &'static str {
                match self { $(Code::$variant => $meaning,)* }
            }
        }
    };
}

codes! {
    // the world
    UnreadableFile "unreadable-file" "A file or folder that is named is missing, unreadable, or not what was expected.",
    OutsideProject "outside-project" "A path leaves the project's folder.",
    NoReports "no-reports" "There is no report to build.",
    NotUtf8 "not-utf8" "A text file is not UTF-8.",
    // YAML
    YamlSyntax "yaml-syntax" "The YAML cannot be read.",
    YamlRefused "yaml-refused" "An anchor, alias, tag, merge key or second document, none of which are read.",
    YamlCut "yaml-cut" "A value was cut at ` #`, which begins a comment.",
    DuplicateKey "duplicate-key" "A key stands twice in one mapping.",
    UnknownField "unknown-field" "A field that does not exist here.",
    MissingField "missing-field" "A field that must be there is not.",
    WrongType "wrong-type" "A value of another shape than the field takes.",
    BadValue "bad-value" "A value that the field does not take.",
    BadId "bad-id" "An id that is not lower-case letters, digits and `_`, or that is taken.",
    // the figure language
    RecipeSyntax "recipe-syntax" "A recipe that cannot be read.",
    UnknownFunction "unknown-function" "A function that does not exist, or with other arguments than it takes.",
    UnknownFigure "unknown-figure" "A figure, series or point that does not exist.",
    UnknownFrame "unknown-frame" "A dataset, selection or series that does not exist.",
    UnknownColumn "unknown-column" "A column that the dataset does not have.",
    UnknownParameter "unknown-parameter" "A parameter that the report does not declare.",
    Cycle "cycle" "Figures or selections that need each other in a circle.",
    TypeMismatch "type-mismatch" "Two things that cannot be compared, added or aggregated.",
    NeedsFormat "needs-format" "A value whose printed form cannot be guessed.",
    SilentLiteral "silent-literal" "A text that occurs nowhere in its column.",
    RowsAreCounts "rows-are-counts" "Rows are counted in a table whose rows are counts already.",
    // sources and datasets
    UnknownSource "unknown-source" "A source that is declared nowhere.",
    NoLicence "no-licence" "A source that says that no licence is stated.",
    PinMismatch "pin-mismatch" "A data file differs from its pinned digest.",
    EmptyFile "empty-file" "A data file without a row.",
    BadEncoding "bad-encoding" "A data file that is not UTF-8.",
    UnclosedQuote "unclosed-quote" "A quoted cell that never ends.",
    StrayQuote "stray-quote" "A quotation mark inside an unquoted cell, or text after a quoted one.",
    RaggedRow "ragged-row" "A row with more or fewer cells than the header.",
    HugeField "huge-field" "A cell larger than any real one.",
    DuplicateHeader "duplicate-header" "Two columns with the same name.",
    CellType "cell-type" "Cells that contradict their column's type.",
    AmbiguousType "ambiguous-type" "A column whose type cannot be told from its cells.",
    DuplicateRow "duplicate-row" "Two rows with the same key.",
    RuleBroken "rule-broken" "Rows that break a rule of their dataset.",
    LookAlike "look-alike" "Texts of a column that differ only by case, spaces or letters that look alike.",
    HeaderScale "header-scale" "A header that says what its numbers are in, and nothing declared of it.",
    TextNumber "text-number" "Numbers that a workbook stores as texts.",
    // figures
    EmptySelection "empty-selection" "A figure over no row or no known value.",
    NotOneRow "not-one-row" "A value of the one row where there are none or several.",
    DivisionByZero "division-by-zero" "A figure that divides by zero.",
    NegativeBase "negative-base" "A percentage change from a negative value, or a share whose part or whole is negative.",
    SmallBase "small-base" "Percentages of so few that one more or less would change them.",
    Overflow "overflow" "A row expression beyond 128-bit integers.",
    SuppressedCells "suppressed-cells" "A figure over cells that the publisher hides.",
    BadWorkbook "bad-workbook" "A file that cannot be read as what it is said to be.",
    UnknownSheet "unknown-sheet" "A sheet that does not exist, or several and none named.",
    Layout "layout" "A table that does not lie where it is said to.",
    HiddenCells "hidden-cells" "Rows or columns that a workbook hides.",
    FormulaCell "formula-cell" "Formulas without a value.",
    Undecided "undecided" "Rows for which a condition is neither true nor false.",
    RankTie "rank-tie" "A `place` that cuts through a tie.",
    QuoteLacksValue "quote-lacks-value" "A quoted value that does not stand in its quote.",
    CheckFailed "check-failed" "An equation under `checks:` that does not hold.",
    // words
    BrokenLink "broken-link" "A link of tieout's that Markdown did not read as a link.",
    UnknownTarget "unknown-target" "A chart, table or source that does not exist.",
    RawHtml "raw-html" "HTML in a text.",
    WrongClaim "wrong-claim" "Words that say another number than the figure.",
    UnreadClaim "unread-claim" "Words about a figure that assert nothing which can be checked.",
    OtherPeriod "other-period" "Words that name another period than the figure covers.",
    OtherName "other-name" "Words that name another key than the figure is of.",
    OtherBase "other-base" "Shares of different bases side by side, or beside a number that is not their base.",
    PartPeriod "part-period" "A comparison of unequal stretches of time.",
    ChangedUnits "changed-units" "A change between two totals over different units.",
    RatioRows "ratio-rows" "A ratio whose parts rest on different rows.",
    PartsTotal "parts-total" "Numbers that do not add up to the total beside them.",
    OwnArithmetic "own-arithmetic" "Numbers of a sentence that contradict each other.",
    UnmatchedKeys "unmatched-keys" "Keys that are in one of two tables only, where they are joined.",
    OneRowDecides "one-row-decides" "A rank that changes when a single row goes.",
    TotalRows "total-rows" "Rows that look like totals among the rows that are added up.",
    MixedUnits "mixed-units" "Rows of several units that are added up.",
    Review "review" "A sign-off that cannot count, or a report that is to be final and is not checked.",
    NotVerified "not-verified" "A bundle that is not what its spec and the data give.",
    AbsentGroups "absent-groups" "A count of groups with few rows, in which groups without any are not there.",
    IncompleteList "incomplete-list" "Points of a series that are told in their order, with one left out.",
    UntiedNumber "untied-number" "A number that is tied to no figure.",
    Words "words" "A project's own list of words that cannot be read.",
    Footnote "footnote" "A footnote that is used and not defined, or defined and not used.",
    NoNumbers "no-numbers" "A report that ties no number to a figure.",
    // charts and tables
    Unplaced "unplaced" "A chart or table that stands nowhere in the text.",
    AltText "alt-text" "A chart without alternative text, or with one that repeats the title.",
    ChartData "chart-data" "A chart or table that cannot be drawn from its series.",
    Footing "footing" "A total that its rows do not add up to, or that cannot be footed.",
    Differencing "differencing" "Published figures from which a number that is hidden can be worked out.",
    // output
    Theme "theme" "A theme that cannot be read, or whose colours cannot be told apart.",
    Template "template" "A page template that fails.",
    Disclosure "disclosure" "What disclosure control does not let a report tell.",
    Drift "drift" "A figure or an input that differs from the lock.",
    WriteFailed "write-failed" "The bundle cannot be written.",
}

impl Code {
    /// The rules about words whose severity a report may change.
    pub const OF_WORDS: [Code; 15] = [
        Code::UntiedNumber,
        Code::UnreadClaim,
        Code::OtherPeriod,
        Code::OtherName,
        Code::OtherBase,
        Code::PartPeriod,
        Code::ChangedUnits,
        Code::RatioRows,
        Code::PartsTotal,
        Code::OwnArithmetic,
        Code::OneRowDecides,
        Code::TotalRows,
        Code::MixedUnits,
        Code::AbsentGroups,
        Code::IncompleteList,
    ];
}

/// A cell or a stretch of a data file, with enough of it to show.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cell {
    /// Path from the project's folder.
    pub path: String,
    /// Line, from 1.
    pub line: u64,
    /// Column in characters, from 1; 0 where the whole line is meant.
    pub column: u64,
    /// The line as it stands in the file (cut where it is long), or empty.
    pub excerpt: String,
    /// Bytes of the excerpt that are meant.
    pub range: (usize, usize),
}

impl Cell {
    /// A whole line, which is not shown.
    pub fn line(path: impl Into<String>, line: u64) -> Self {
        Self { path: path.into(), line, column: 0, excerpt: String::new(), range: (0, 0) }
    }
}

/// Why a path is refused that leads out of the project.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LeavesProject;

impl fmt::Display for LeavesProject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("it lies outside the project")
    }
}

impl std::error::Error for LeavesProject {}

/// Where something is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// A span of a text.
    Text(Span),
    /// A place in a data file.
    Cell(Box<Cell>),
    /// A whole file or folder.
    File(String),
}

impl From<Span> for Place {
    fn from(span: Span) -> Self {
        Self::Text(span)
    }
}

impl From<Cell> for Place {
    fn from(cell: Cell) -> Self {
        Self::Cell(Box::new(cell))
    }
}

/// One thing that is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// Its kind.
    pub code: Code,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// Where.
    pub place: Option<Place>,
    /// Words beside the marked place.
    pub label: String,
    /// What to do.
    pub hints: Vec<String>,
    /// Other places that matter, each with a word on why.
    pub related: Vec<(Place, String)>,
}

impl Diagnostic {
    /// An error.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            message: message.into(),
            place: None,
            label: String::new(),
            hints: Vec::new(),
            related: Vec::new(),
        }
    }

    /// A file or folder that cannot be read.
    pub fn unreadable(path: &str, error: &io::Error) -> Self {
        let cause = match error.kind() {
            io::ErrorKind::NotFound => "there is no such file".to_string(),
            io::ErrorKind::PermissionDenied => "permission denied".to_string(),
            io::ErrorKind::IsADirectory => "it is a folder".to_string(),
            _ => error.to_string(),
        };
        let outside = error.get_ref().is_some_and(|inner| inner.is::<LeavesProject>());
        let code = if outside { Code::OutsideProject } else { Code::UnreadableFile };
        Self::error(code, format!("failed to read `{path}` ({cause})")).in_file(path)
    }

    /// A warning.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// Says where.
    pub fn at(mut self, place: impl Into<Place>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// Says which file or folder, where no line can be named.
    pub fn in_file(mut self, path: impl Into<String>) -> Self {
        self.place = Some(Place::File(path.into()));
        self
    }

    /// Writes beside the marked place.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Says what to do.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Offers the nearest of `candidates` to `word`, where one is near.
    pub fn did_you_mean<'a>(
        self,
        word: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        match nearest(word, candidates) {
            Some(near) => self.hint(format!("did you mean `{near}`?")),
            None => self,
        }
    }

    /// Names another place that matters.
    pub fn related(mut self, place: impl Into<Place>, note: impl Into<String>) -> Self {
        self.related.push((place.into(), note.into()));
        self
    }

    fn sort_key<'a>(&'a self, texts: &'a Texts) -> (&'a str, u64, u64) {
        match &self.place {
            Some(Place::Text(span)) => (&texts.get(span.text).path, span.start as u64, 0),
            Some(Place::Cell(cell)) => (&cell.path, cell.line, cell.column),
            Some(Place::File(path)) => (path, 0, 0),
            None => ("", 0, 0),
        }
    }
}

/// A list of diagnostics that grows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Diagnostics {
    items: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Adds one, unless the same was said already.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if !self.items.contains(&diagnostic) {
            self.items.push(diagnostic);
        }
    }

    /// Adds all of `other`.
    pub fn extend(&mut self, other: Diagnostics) {
        for diagnostic in other.items {
            self.push(diagnostic);
        }
    }

    /// Takes the value of a result, and keeps its error.
    pub fn take<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|diagnostic| self.push(diagnostic)).ok()
    }

    /// Whether there is an error among them.
    pub fn has_errors(&self) -> bool {
        self.items.iter().any(|d| d.severity == Severity::Error)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.items.iter()
    }

    /// How many errors and how many warnings there are.
    pub fn counts(&self) -> (usize, usize) {
        let errors = self.items.iter().filter(|d| d.severity == Severity::Error).count();
        (errors, self.items.len() - errors)
    }

    /// Puts them in the order of the files and the places in them.
    pub fn sort(&mut self, texts: &Texts) {
        self.items.sort_by(|a, b| a.sort_key(texts).cmp(&b.sort_key(texts)));
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self { items: vec![diagnostic] }
    }
}

/// A value and what was found wrong on the way to it.
#[derive(Clone, Debug)]
pub struct Outcome<T> {
    /// The value; what failed is absent from it.
    pub value: T,
    /// What was found.
    pub diagnostics: Diagnostics,
}

impl<T> Outcome<T> {
    /// A value with its diagnostics.
    pub fn new(value: T, diagnostics: Diagnostics) -> Self {
        Self { value, diagnostics }
    }

    /// Moves the diagnostics into `sink` and hands out the value.
    pub fn into(self, sink: &mut Diagnostics) -> T {
        sink.extend(self.diagnostics);
        self.value
    }
}

/// A list as prose: "`a`, `b` and 3 others".
pub fn list<T: fmt::Display>(items: &[T], most: usize) -> String {
    let quoted: Vec<String> = items.iter().map(|item| format!("`{item}`")).collect();
    first(&quoted, most)
}

/// The same of items that are marked already, or need no marks.
pub fn first<T: fmt::Display>(items: &[T], most: usize) -> String {
    let shown: Vec<String> = items.iter().take(most).map(ToString::to_string).collect();
    match items.len().saturating_sub(most) {
        0 => shown.join(", "),
        1 => format!("{} and 1 other", shown.join(", ")),
        more => format!("{} and {more} others", shown.join(", ")),
    }
}

/// A number with its noun: "1 row", "2 rows".
pub fn counted(n: impl Into<u64>, noun: &str) -> String {
    match n.into() {
        1 => format!("1 {noun}"),
        n => format!("{n} {noun}s"),
    }
}

/// The candidate nearest to a mistyped word, where one is near enough to be meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let limit = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (distance(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= limit && *candidate != word)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Edits between two words: insert, delete, replace, swap neighbours (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replace = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replace.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_offered_and_a_far_one_is_not() {
        let words = ["refused_2022", "accepted", "share"];
        assert_eq!(nearest("refused_2202", words), Some("refused_2022"));
        assert_eq!(nearest("Share", words), Some("share"));
        assert_eq!(nearest("population", words), None);
    }

    #[test]
    fn codes_have_names_of_their_own() {
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
    }
}
