//! Markdown to a tree of prose, in which the links of ours are claims, inserts, charts, tables and citations.
//!
//! One parser serves the body and every text of the spec. Each construct keeps its bytes in the passage, so that the
//! Markdown twin is the author's own text with replacements spliced in, and no Markdown writer exists.

use std::ops::Range;

use indexmap::IndexMap;
use pulldown_cmark::{Alignment, CodeBlockKind, CowStr, Event, LinkType, Options, Parser, Tag};

use super::plain::{MarkKind, Plain};
use crate::diag::{Code, Diagnostic, Diagnostics, nearest};
use crate::text::{Passage, Span};

/// A text with its structure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Prose {
    /// The text as written.
    pub passage: Passage,
    /// Its structure.
    pub blocks: Vec<Block>,
    /// Its words, without markup.
    pub plain: Plain,
}

/// A block of prose.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Block {
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// A heading of level 2 to 6.
    Heading(u8, Vec<Inline>),
    /// A list, numbered from a start or not; loose items hold paragraphs.
    List(Option<u64>, Vec<Vec<Block>>),
    /// Words of a tight list item, without a paragraph of their own.
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
        /// Rows of cells.
        rows: Vec<Vec<Vec<Inline>>>,
    },
    /// A chart in its place.
    Chart(Target),
    /// A table in its place.
    Table(Target),
    /// What an author's footnote says.
    Note {
        /// Its label, without `^`.
        label: String,
        /// Its text.
        blocks: Vec<Block>,
        /// Its bytes.
        range: Range<usize>,
        /// Where it stands.
        span: Span,
    },
}

/// Alignment of a column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    /// To the left, or as the reader's software likes.
    Start,
    /// In the middle.
    Centre,
    /// To the right.
    End,
}

/// A chart or table that the text places.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    /// Its id.
    pub id: String,
    /// Words that the author wrote into the link.
    pub words: String,
    /// The bytes of the link.
    pub range: Range<usize>,
    /// Where it stands.
    pub span: Span,
}

/// A stretch of words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Inline {
    /// Words.
    Text(String),
    /// `code`
    Code(String),
    /// *emphasis*
    Emphasis(Vec<Inline>),
    /// **strong**
    Strong(Vec<Inline>),
    /// ~~struck~~
    Struck(Vec<Inline>),
    /// A link to elsewhere.
    Link(String, Vec<Inline>),
    /// Words tied to figures.
    Claim(Claim),
    /// A figure's value, inserted.
    Insert(Reference, Range<usize>),
    /// A reference to a source.
    Cite(Claim),
    /// Words whose numbers are no statistics, as the author says; tied to nothing.
    Exempt(Claim),
    /// A parameter's value, inserted.
    Parameter(Reference, Range<usize>),
    /// A reference to an author's footnote.
    NoteRef(String, Span),
    /// A chart; alone in its paragraph it is a block.
    Chart(Target),
    /// A table; alone in its paragraph it is a block.
    Table(Target),
    /// A line break in the source.
    Soft,
    /// A line break that is meant.
    Hard,
}

/// Words that the author ties to figures, or to a source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Claim {
    /// What they are tied to.
    pub references: Vec<Reference>,
    /// The words, with their markup.
    pub content: Vec<Inline>,
    /// The words alone.
    pub words: String,
    /// The bytes of the link.
    pub range: Range<usize>,
    /// The bytes of the words in it.
    pub inner: Range<usize>,
    /// Where it stands.
    pub span: Span,
}

/// A figure, or a point of a series, as a link names it: `id`, `id/key`, `id/key/value`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Reference {
    /// The id.
    pub id: String,
    /// The keys of a point, in link form.
    pub keys: Vec<String>,
    /// Where the link stands.
    pub span: Span,
}

impl Reference {
    /// Reads what stands behind `fig:`.
    pub fn parse(text: &str, span: Span) -> Self {
        let mut parts = text.trim().split('/').map(str::to_string);
        Self { id: parts.next().unwrap_or_default(), keys: parts.collect(), span }
    }
}

/// As a link writes it.
impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.id)?;
        self.keys.iter().try_for_each(|key| write!(f, "/{key}"))
    }
}

const SCHEMES: [&str; 6] = ["fig", "chart", "table", "cite", "param", "num"];
const WEB: [&str; 3] = ["http", "https", "mailto"];

/// Reads a text. `inline` texts (titles, labels) are one paragraph.
pub fn parse(
    passage: &Passage,
    inline: bool,
    parameters: &IndexMap<String, String>,
    diagnostics: &mut Diagnostics,
) -> Prose {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH;
    let events = Parser::new_ext(&passage.words, options).into_offset_iter();
    let stack = vec![Open::new(Shape::Body, 0..0, 0)];
    let mut reader = Reader { passage, parameters, diagnostics, stack, plain: Plain::default() };
    for (event, range) in events {
        reader.event(event, range);
    }
    let body = reader.stack.pop().map(|open| open.blocks).unwrap_or_default();
    let prose = Prose { passage: passage.clone(), blocks: body, plain: reader.plain };
    if inline && !matches!(prose.blocks.as_slice(), [] | [Block::Paragraph(_)]) {
        diagnostics.push(
            Diagnostic::error(
                Code::BadValue,
                "a title, label or note is one paragraph of plain words",
            )
            .at(passage.span)
            .hint("move lists, headings, charts and tables into the body"),
        );
    }
    prose
}

impl Prose {
    /// The words of a one-paragraph text.
    pub fn inlines(&self) -> &[Inline] {
        match self.blocks.first() {
            Some(Block::Paragraph(inlines)) => inlines,
            _ => &[],
        }
    }

    /// Whether some stretch of it is of a kind.
    pub fn any(&self, is: impl Fn(&Inline) -> bool) -> bool {
        let mut found = false;
        self.walk(&mut |inline| found |= is(inline));
        found
    }

    /// Calls `visit` on every stretch of words, in reading order.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Inline)) {
        walk_blocks(&self.blocks, visit);
    }

    /// Every block, in reading order, with those inside others.
    pub fn blocks<'a>(&'a self, visit: &mut dyn FnMut(&'a Block)) {
        fn each<'a>(blocks: &'a [Block], visit: &mut dyn FnMut(&'a Block)) {
            for block in blocks {
                visit(block);
                match block {
                    Block::List(_, items) => items.iter().for_each(|item| each(item, visit)),
                    Block::Quote(blocks) | Block::Note { blocks, .. } => each(blocks, visit),
                    _ => {}
                }
            }
        }
        each(&self.blocks, visit);
    }
}

fn walk_blocks<'a>(blocks: &'a [Block], visit: &mut dyn FnMut(&'a Inline)) {
    for block in blocks {
        match block {
            Block::Paragraph(inlines) | Block::Heading(_, inlines) | Block::Plain(inlines) => {
                walk_inlines(inlines, visit)
            }
            Block::List(_, items) => items.iter().for_each(|item| walk_blocks(item, visit)),
            Block::Quote(blocks) | Block::Note { blocks, .. } => walk_blocks(blocks, visit),
            Block::Grid { head, rows, .. } => {
                head.iter().chain(rows.iter().flatten()).for_each(|cell| walk_inlines(cell, visit));
            }
            Block::Code(_) | Block::Rule | Block::Chart(_) | Block::Table(_) => {}
        }
    }
}

fn walk_inlines<'a>(inlines: &'a [Inline], visit: &mut dyn FnMut(&'a Inline)) {
    for inline in inlines {
        visit(inline);
        match inline {
            Inline::Emphasis(inner)
            | Inline::Strong(inner)
            | Inline::Struck(inner)
            | Inline::Link(_, inner) => {
                walk_inlines(inner, visit);
            }
            Inline::Claim(claim) | Inline::Cite(claim) | Inline::Exempt(claim) => {
                walk_inlines(&claim.content, visit)
            }
            _ => {}
        }
    }
}

/// The words of inlines, without markup.
pub fn plain(inlines: &[Inline]) -> String {
    let mut text = String::new();
    walk_inlines(inlines, &mut |inline| match inline {
        Inline::Text(words) | Inline::Code(words) => text.push_str(words),
        Inline::Soft | Inline::Hard => text.push(' '),
        _ => {}
    });
    text
}

/// What is open while events come in.
struct Open {
    shape: Shape,
    range: Range<usize>,
    /// Where its words begin in the plain text.
    plain: usize,
    blocks: Vec<Block>,
    inlines: Vec<Inline>,
    items: Vec<Vec<Block>>,
    cells: Vec<Vec<Inline>>,
    rows: Vec<Vec<Vec<Inline>>>,
}

impl Open {
    fn new(shape: Shape, range: Range<usize>, plain: usize) -> Self {
        let (blocks, inlines, items) = (Vec::new(), Vec::new(), Vec::new());
        Self { shape, range, plain, blocks, inlines, items, cells: Vec::new(), rows: Vec::new() }
    }
}

enum Shape {
    Body,
    Paragraph,
    Heading(u8),
    Quote,
    Code,
    List(Option<u64>),
    Item,
    Note(String),
    Grid(Vec<Align>),
    Row,
    Cell,
    Emphasis,
    Strong,
    Struck,
    Link(String),
    Image(String),
    Skipped,
}

struct Reader<'a> {
    passage: &'a Passage,
    parameters: &'a IndexMap<String, String>,
    diagnostics: &'a mut Diagnostics,
    stack: Vec<Open>,
    plain: Plain,
}

impl Reader<'_> {
    fn span(&self, range: &Range<usize>) -> Span {
        self.passage.part(range.start, range.end)
    }

    fn error(
        &mut self,
        code: Code,
        range: &Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.diagnostics.push(Diagnostic::error(code, message).at(self.span(range)).hint(hint));
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => {
                let shape = self.shape(tag, &range);
                // loose words before a list in an item
                let inside = matches!(
                    shape,
                    Shape::Emphasis
                        | Shape::Strong
                        | Shape::Struck
                        | Shape::Link(_)
                        | Shape::Image(_)
                        | Shape::Skipped
                );
                if !inside {
                    self.plain.end();
                }
                self.stack.push(Open::new(shape, range, self.plain.text.len()));
            }
            Event::End(_) => self.close(),
            Event::Text(text) => {
                self.plain.words(&text, range.start);
                self.text(&text);
            }
            Event::Code(text) => {
                let start = self.plain.text.len();
                self.plain.words(&text, range.start + 1);
                self.plain.mark(start, MarkKind::Code, self.span(&range));
                self.inline(Inline::Code(text.into_string()));
            }
            Event::SoftBreak => {
                self.plain.space(range.start);
                self.inline(Inline::Soft);
            }
            Event::HardBreak => {
                self.plain.space(range.start);
                self.inline(Inline::Hard);
            }
            Event::Rule => self.block(Block::Rule),
            Event::FootnoteReference(label) => {
                let span = self.span(&range);
                self.inline(Inline::NoteRef(label.into_string(), span));
            }
            Event::Html(_) | Event::InlineHtml(_) => {
                self.error(
                    Code::RawHtml,
                    &range,
                    "HTML is not read",
                    "write Markdown; a `<` that is meant is written `\\<`",
                );
            }
            Event::TaskListMarker(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {}
        }
    }

    fn shape(&mut self, tag: Tag<'_>, range: &Range<usize>) -> Shape {
        match tag {
            Tag::Paragraph => Shape::Paragraph,
            Tag::Heading { level, .. } => {
                if level as u8 == 1 {
                    let hint =
                        "the report's `title:` is its only first-level heading; begin with `##`";
                    self.error(Code::BadValue, range, "a first-level heading in the body", hint);
                }
                Shape::Heading(level as u8)
            }
            Tag::BlockQuote(_) => Shape::Quote,
            Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => Shape::Code,
            Tag::List(start) => Shape::List(start),
            Tag::Item => Shape::Item,
            Tag::FootnoteDefinition(label) => Shape::Note(label.into_string()),
            Tag::Table(columns) => Shape::Grid(columns.into_iter().map(align).collect()),
            Tag::TableHead | Tag::TableRow => Shape::Row,
            Tag::TableCell => Shape::Cell,
            Tag::Emphasis => Shape::Emphasis,
            Tag::Strong => Shape::Strong,
            Tag::Strikethrough => Shape::Struck,
            Tag::Link { link_type: LinkType::Email, dest_url, .. } => {
                Shape::Link(format!("mailto:{dest_url}"))
            }
            Tag::Link { dest_url, .. } => Shape::Link(dest_url.into_string()),
            Tag::Image { dest_url, .. } => Shape::Image(dest_url.into_string()),
            _ => Shape::Skipped,
        }
    }

    fn text(&mut self, text: &CowStr<'_>) {
        match self.stack.last_mut().and_then(|open| open.inlines.last_mut()) {
            Some(Inline::Text(last)) => last.push_str(text),
            _ => self.inline(Inline::Text(text.to_string())),
        }
    }

    /// Text that still looks like one of our links, or like a footnote, was not read as one.
    fn leftovers(&mut self, inlines: &[Inline], range: &Range<usize>) {
        let mut texts = Vec::new();
        walk_inlines(inlines, &mut |inline| {
            if let Inline::Text(text) = inline {
                texts.push(text);
            }
        });
        for text in texts {
            for scheme in SCHEMES.iter().chain(&["word", "num", "if"]) {
                let broken = [format!("]({scheme}:"), format!("] ({scheme}:")];
                if let Some(broken) = broken.iter().find(|b| text.contains(b.as_str())) {
                    let hint = "no space in the target, none between `]` and `(`, and no link inside a link";
                    let at = self.place_of(
                        &text[text.find(broken.as_str()).unwrap_or(0)..],
                        broken,
                        range,
                    );
                    self.error(
                        Code::BrokenLink,
                        &at,
                        format!("a `{scheme}:` link that Markdown does not read as a link"),
                        hint,
                    );
                }
            }
            if let Some(at) = text.find("[^") {
                let label: String = text[at + 2..].chars().take_while(|c| *c != ']').collect();
                if text[at..].contains(']') {
                    let hint = format!("add `[^{label}]: …` to the body");
                    let place = self.place_of(&text[at..], &format!("[^{label}]"), range);
                    self.error(
                        Code::Footnote,
                        &place,
                        format!("footnote `{label}` is not defined"),
                        hint,
                    );
                }
            }
        }
    }

    /// Where words that Markdown took as plain text stand: with what follows them, or else alone, or else the paragraph.
    fn place_of(&self, following: &str, words: &str, range: &Range<usize>) -> Range<usize> {
        let source = &self.passage.words[range.clone()];
        let line = following.lines().next().unwrap_or("");
        let found = source.find(line).or_else(|| source.find(words));
        found.map_or(range.clone(), |at| range.start + at..range.start + at + words.len())
    }

    fn inline(&mut self, inline: Inline) {
        if let Some(open) = self.stack.last_mut() {
            open.inlines.push(inline);
        }
    }

    fn block(&mut self, block: Block) {
        self.flush();
        if let Some(open) = self.stack.last_mut() {
            open.blocks.push(block);
        }
    }

    /// Loose words in a list item become a block of their own.
    fn flush(&mut self) {
        let Some(open) = self.stack.last_mut() else { return };
        if matches!(open.shape, Shape::Item) && !open.inlines.is_empty() {
            let (inlines, range) = (std::mem::take(&mut open.inlines), open.range.clone());
            self.leftovers(&inlines, &range);
            let block = self.placed(inlines, Block::Plain);
            if let Some(open) = self.stack.last_mut() {
                open.blocks.push(block);
            }
        }
    }

    fn close(&mut self) {
        self.flush();
        let Some(open) = self.stack.pop() else { return };
        let Open { shape, range, plain, blocks, inlines, items, cells, rows } = open;
        match shape {
            Shape::Paragraph
            | Shape::Heading(_)
            | Shape::Quote
            | Shape::List(_)
            | Shape::Item
            | Shape::Note(_)
            | Shape::Grid(_)
            | Shape::Row
            | Shape::Cell => self.plain.end(),
            Shape::Code => {
                self.plain.mark(plain, MarkKind::Code, self.span(&range));
                self.plain.end();
            }
            _ => {}
        }
        match shape {
            Shape::Paragraph => {
                self.leftovers(&inlines, &range);
                let block = self.placed(inlines, Block::Paragraph);
                self.block(block);
            }
            Shape::Heading(level) => {
                self.leftovers(&inlines, &range);
                self.block(Block::Heading(level, inlines));
            }
            Shape::Quote => self.block(Block::Quote(blocks)),
            Shape::Code => self.block(Block::Code(self::plain(&inlines))),
            Shape::List(start) => self.block(Block::List(start, items)),
            Shape::Item => {
                if let Some(list) = self.stack.last_mut() {
                    list.items.push(blocks);
                }
            }
            Shape::Note(label) => {
                let span = self.span(&range);
                self.block(Block::Note { label, blocks, range, span });
            }
            Shape::Grid(columns) => {
                let mut rows = rows.into_iter();
                let head = rows.next().unwrap_or_default();
                self.block(Block::Grid { columns, head, rows: rows.collect() });
            }
            Shape::Row => {
                if let Some(grid) = self.stack.last_mut() {
                    grid.rows.push(cells);
                }
            }
            Shape::Cell => {
                self.leftovers(&inlines, &range);
                if let Some(row) = self.stack.last_mut() {
                    row.cells.push(inlines);
                }
            }
            Shape::Emphasis => self.inline(Inline::Emphasis(inlines)),
            Shape::Strong => self.inline(Inline::Strong(inlines)),
            Shape::Struck => self.inline(Inline::Struck(inlines)),
            Shape::Link(url) => self.link(&url, inlines, range, plain),
            Shape::Image(url) => self.image(&url, inlines, range, plain),
            Shape::Body | Shape::Skipped => {}
        }
    }

    /// A paragraph that is one chart or table link is that chart or table.
    fn placed(&mut self, mut inlines: Vec<Inline>, wrap: fn(Vec<Inline>) -> Block) -> Block {
        match inlines.as_mut_slice() {
            [Inline::Chart(target)] => Block::Chart(target.clone()),
            [Inline::Table(target)] => Block::Table(target.clone()),
            _ => {
                for inline in &inlines {
                    if let Inline::Chart(target) | Inline::Table(target) = inline {
                        let message = "a chart or table inside a sentence";
                        let error = Diagnostic::error(Code::BrokenLink, message).at(target.span);
                        self.diagnostics.push(error.hint("give it a paragraph of its own"));
                    }
                }
                wrap(inlines)
            }
        }
    }

    /// A link; `start` is where its words begin in the plain text.
    fn link(&mut self, url: &str, content: Vec<Inline>, range: Range<usize>, start: usize) {
        let Some((scheme, target)) = url.split_once(':') else {
            self.inline(Inline::Link(url.to_string(), content));
            return;
        };
        let span = self.span(&range);
        let words = plain(&content);
        match scheme {
            "fig" | "cite" | "num" => {
                let references: Vec<Reference> = match scheme {
                    "num" => Vec::new(),
                    _ => target.split(',').map(|text| Reference::parse(text, span)).collect(),
                };
                if scheme == "fig" && words.trim() == "=" {
                    if references.len() > 1 {
                        self.error(
                            Code::BrokenLink,
                            &range,
                            "`[=]` inserts one figure",
                            "write one `[=](fig:id)` for each",
                        );
                    }
                    self.plain.insert(start, references[0].clone(), range.start);
                    self.inline(Inline::Insert(references[0].clone(), range));
                    return;
                }
                if scheme == "num" && target.trim().is_empty() {
                    let hint = "say why the number is no statistic: `[17](num:age-of-a-person)`";
                    self.error(Code::BrokenLink, &range, "an exemption without a reason", hint);
                }
                if words.trim().is_empty() {
                    self.error(
                        Code::BrokenLink,
                        &range,
                        "a link without words",
                        "write `[=](fig:id)` to insert the value",
                    );
                }
                let source = &self.passage.words[range.clone()];
                if !source.contains("](") {
                    let hint = format!("write `[{words}]({scheme}:{target})`");
                    self.error(
                        Code::BrokenLink,
                        &range,
                        "a link by reference, or between `< >`",
                        hint,
                    );
                }
                let end = source.rfind("](").map_or(range.end, |at| range.start + at);
                let inner = (range.start + 1).min(end)..end;
                let kind = match scheme {
                    "fig" => MarkKind::Claim(references.clone()),
                    "num" => MarkKind::Exempt(target.trim().replace('-', " ")),
                    _ => MarkKind::Cite(target.trim().to_string()),
                };
                self.plain.mark(start, kind, span);
                let claim = Claim { references, content, words, range, inner, span };
                self.inline(match scheme {
                    "fig" => Inline::Claim(claim),
                    "num" => Inline::Exempt(claim),
                    _ => Inline::Cite(claim),
                });
            }
            "param" => {
                let parameter = Reference::parse(target, span);
                let value = self.parameters.get(&parameter.id).map_or("", String::as_str);
                self.plain.parameter(start, parameter.clone(), value, range.start);
                self.inline(Inline::Parameter(parameter, range));
            }
            "chart" | "table" => {
                // its words are no part of the text: the chart's own title takes their place
                self.plain.cut(start);
                let target = Target { id: target.to_string(), words, range, span };
                self.inline(if scheme == "chart" {
                    Inline::Chart(target)
                } else {
                    Inline::Table(target)
                });
            }
            scheme if WEB.contains(&scheme) => self.inline(Inline::Link(url.to_string(), content)),
            other => {
                let message = format!("`{other}:` is not a kind of link");
                let near = nearest(other, SCHEMES.iter().chain(&WEB).copied());
                let hint = near.map_or(
                    "links begin with fig:, chart:, table:, cite:, param:, num:, https: or mailto:"
                        .into(),
                    |near| format!("did you mean `{near}:`?"),
                );
                self.error(Code::UnknownTarget, &range, message, hint);
            }
        }
    }

    fn image(&mut self, url: &str, content: Vec<Inline>, range: Range<usize>, start: usize) {
        if url.starts_with("chart:") {
            self.link(url, content, range, start);
        } else {
            self.error(
                Code::UnknownTarget,
                &range,
                "an image that is not a chart",
                "a briefing shows charts made from its figures: `![…](chart:id)`",
            );
        }
    }
}

fn align(alignment: Alignment) -> Align {
    match alignment {
        Alignment::Center => Align::Centre,
        Alignment::Right => Align::End,
        Alignment::None | Alignment::Left => Align::Start,
    }
}
