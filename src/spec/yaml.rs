//! YAML text to a tree in which every key and value knows where it stands.
//!
//! Every scalar is the text that was typed: `012`, `no`, `~` and `2024` are not numbers, booleans or nothing here; what a
//! field means is decided where it is read. Anchors, aliases, tags, merge keys and second documents are refused.

use serde_yaml::granit_parser::{Event, Parser, Placement, ScalarStyle, ScanError, StructureStyle};

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::text::{Passage, Span, TextId, Texts};

/// How deep a file may nest, and how many keys and values it may have.
const MAX_DEPTH: usize = 32;
const MAX_NODES: usize = 200_000;

/// A value of the tree.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Node {
    /// What it is.
    pub(crate) kind: NodeKind,
    /// Where it stands.
    pub(crate) span: Span,
}

/// The kinds of value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum NodeKind {
    /// Nothing after the key.
    Empty,
    /// A text.
    Scalar(Passage),
    /// A list.
    Sequence(Vec<Node>),
    /// Keys with values, in the order of the file, each key once.
    Mapping(Vec<(Passage, Node)>),
}

/// Reads a file's YAML. `None` where it cannot be read at all; the diagnostics say why.
pub(crate) fn parse(texts: &Texts, id: TextId, diagnostics: &mut Diagnostics) -> Option<Node> {
    let content = &texts.get(id).content;
    let mut reader = Reader { content, id, diagnostics, open: Vec::new(), nodes: 0, root: None };
    for next in Parser::new_from_str(content) {
        let (event, span) = match next {
            Ok((event, span)) => (event, reader.span(&span)),
            Err(error) => {
                reader.syntax(&error);
                return None;
            }
        };
        reader.event(event, span)?;
    }
    let empty = Span::new(id, 0, 0);
    Some(reader.root.unwrap_or(Node { kind: NodeKind::Empty, span: empty }))
}

/// A list or mapping that is not closed yet.
struct Open {
    start: Span,
    flow: bool,
    mapping: bool,
    items: Vec<Node>,
    entries: Vec<(Passage, Node)>,
    key: Option<Passage>,
}

struct Reader<'a> {
    content: &'a str,
    id: TextId,
    diagnostics: &'a mut Diagnostics,
    open: Vec<Open>,
    nodes: usize,
    root: Option<Node>,
}

impl Reader<'_> {
    fn span(&self, span: &serde_yaml::granit_parser::Span) -> Span {
        let range = span.byte_range().unwrap_or(0..0);
        let trimmed = self.content.get(range.clone()).map_or(0, |text| text.trim_end().len());
        Span::new(self.id, range.start, range.start + trimmed)
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Option<()> {
        match event {
            Event::Scalar(words, style, anchor, tag) => {
                self.node_allowed(anchor != 0, tag.is_some(), span)?;
                self.scalar(&words, style, span)
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.node_allowed(anchor != 0, tag.is_some(), span)?;
                self.begin(false, style, span)
            }
            Event::MappingStart(style, anchor, tag) => {
                self.node_allowed(anchor != 0, tag.is_some(), span)?;
                self.begin(true, style, span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.finish(span),
            Event::Alias(_) | Event::UnresolvedAlias(_) => self.refuse("an alias (`*name`)", span),
            Event::DocumentStart(..) if self.root.is_some() => {
                self.refuse("a second document (`---`)", span)
            }
            Event::Comment(_, Placement::Right) => {
                self.comment(span);
                Some(())
            }
            _ => Some(()),
        }
    }

    fn refuse(&mut self, what: &str, span: Span) -> Option<()> {
        let message = format!("{what} is not read");
        self.diagnostics.push(Diagnostic::error(Code::YamlRefused, message).at(span).hint(
            "write the value out, or quote it if it is a text that begins with `&`, `*` or `!`",
        ));
        None
    }

    fn node_allowed(&mut self, anchor: bool, tag: bool, span: Span) -> Option<()> {
        if anchor {
            return self.refuse("an anchor (`&name`)", span);
        }
        if tag {
            return self.refuse("a tag (`!name`)", span);
        }
        self.nodes += 1;
        if self.nodes > MAX_NODES || self.open.len() > MAX_DEPTH {
            let message = format!("more than {MAX_NODES} values, or more than {MAX_DEPTH} levels");
            self.diagnostics.push(Diagnostic::error(Code::YamlSyntax, message).at(span));
            return None;
        }
        Some(())
    }

    fn begin(&mut self, mapping: bool, style: StructureStyle, span: Span) -> Option<()> {
        if self.open.last().is_some_and(|open| open.mapping && open.key.is_none()) {
            let error =
                Diagnostic::error(Code::YamlSyntax, "a list or mapping stands where a key should")
                    .at(span);
            self.diagnostics.push(error.hint("quote a text that begins with `[` or `{`"));
            return None;
        }
        let flow = style == StructureStyle::Flow;
        self.open.push(Open {
            start: span,
            flow,
            mapping,
            items: Vec::new(),
            entries: Vec::new(),
            key: None,
        });
        Some(())
    }

    fn finish(&mut self, end: Span) -> Option<()> {
        let open = self.open.pop()?;
        let last = match (&open.entries.last(), &open.items.last()) {
            (Some((key, value)), _) => key.span.to(value.span),
            (_, Some(item)) => item.span,
            _ => open.start,
        };
        let span = open.start.to(if open.flow { end } else { last });
        let kind = if open.mapping {
            NodeKind::Mapping(open.entries)
        } else {
            NodeKind::Sequence(open.items)
        };
        self.place(Node { kind, span })
    }

    fn scalar(&mut self, words: &str, style: ScalarStyle, span: Span) -> Option<()> {
        let plain = style == ScalarStyle::Plain;
        let source = self.content.get(span.start..span.end).unwrap_or("");
        let inner = match style {
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                1..source.len().saturating_sub(1).max(1)
            }
            _ => 0..source.len(),
        };
        let words = words.strip_suffix('\n').unwrap_or(words);
        let inner_span = span.part(inner.start, inner.end);
        let passage = Passage::aligned(words, inner_span, source.get(inner).unwrap_or(""));
        match self.open.last_mut() {
            Some(open) if open.mapping && open.key.is_none() => {
                self.key(passage);
                Some(())
            }
            Some(open)
                if plain && open.flow && !open.mapping && split_number(self.content, span) =>
            {
                let error =
                    Diagnostic::error(Code::YamlSyntax, "a comma inside `[ ]` splits").at(span);
                self.diagnostics.push(error.hint("quote the number: [\"1,400\"]; put a space after a comma that is meant to split"));
                Some(())
            }
            _ if plain && source.is_empty() => self.place(Node { kind: NodeKind::Empty, span }),
            _ => self.place(Node { kind: NodeKind::Scalar(passage), span }),
        }
    }

    fn key(&mut self, key: Passage) {
        let Some(open) = self.open.last_mut() else { return };
        if let Some((first, _)) = open.entries.iter().find(|(other, _)| other.words == key.words) {
            let message = format!("`{}` stands twice", key.words);
            let duplicate = Diagnostic::error(Code::DuplicateKey, message).at(key.span);
            self.diagnostics
                .push(duplicate.related(first.span, "first here").hint("keep one of them"));
        }
        if key.words == "<<" {
            let message = "a merge key (`<<`) is not read";
            self.diagnostics.push(
                Diagnostic::error(Code::YamlRefused, message)
                    .at(key.span)
                    .hint("write the keys out"),
            );
        }
        open.key = Some(key);
    }

    fn place(&mut self, node: Node) -> Option<()> {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Some(());
        };
        if !open.mapping {
            open.items.push(node);
            return Some(());
        }
        let key = open.key.take()?;
        if open.flow && node.kind == NodeKind::Empty {
            let message = format!("`{}` has no value", key.words);
            self.diagnostics.push(Diagnostic::error(Code::YamlSyntax, message).at(key.span).hint(
                "a comma inside `{ }` splits: quote the text, or write the entry as a block, one key a line",
            ));
        }
        if !open.entries.iter().any(|(other, _)| other.words == key.words) {
            open.entries.push((key, node));
        }
        Some(())
    }

    /// A comment that follows a value after only one space was probably meant as text.
    fn comment(&mut self, span: Span) {
        let line_start = self.content[..span.start].rfind('\n').map_or(0, |at| at + 1);
        let before = &self.content[line_start..span.start];
        let value = before.trim_end();
        let single = before.len() - value.len() == 1;
        let follows_value =
            !value.is_empty() && !value.ends_with([':', '-', '"', '\'', ']', '}', ',', '[', '{']);
        if single && follows_value {
            self.diagnostics.push(Diagnostic::error(Code::YamlCut, "the line was cut at `#`").at(span).hint(
                "quote the text or put it on a line of its own after `>-`; put two spaces before a comment",
            ));
        }
    }

    fn syntax(&mut self, error: &ScanError) {
        let marker = error.marker();
        let at = marker.byte_offset().unwrap_or(0).min(self.content.len());
        let line_start = self.content[..at].rfind('\n').map_or(0, |found| found + 1);
        let line = self.content[line_start..].lines().next().unwrap_or("");
        let span = Span::new(self.id, at, (at + 1).min(self.content.len().max(at)));
        let message = format!("the YAML cannot be read: {}", error.info());
        let mut diagnostic = Diagnostic::error(Code::YamlSyntax, message).at(span);
        let value = line.split_once(": ").map_or("", |(_, value)| value.trim_start());
        if line.contains('[') {
            diagnostic = diagnostic.hint("`[` begins a list: column names have no brackets, and markers such as `[#VALUE!]`, `[-, x]` stand in quotes");
        } else if line.matches(": ").count() > 1 {
            diagnostic = diagnostic.hint("a colon and a space begin a value: quote the line");
        } else if value.starts_with(['\'', '"']) {
            diagnostic = diagnostic.hint("a line that begins with a quotation mark ends with it: put the whole value in the other kind of quotes");
        } else if line.contains('\t') {
            diagnostic = diagnostic.hint("indent with spaces, not tabs");
        } else if value.starts_with(['%', '@', '`', '&', '*', '!', '|', '>']) {
            diagnostic = diagnostic.hint("quote a text that begins with a sign");
        }
        self.diagnostics.push(diagnostic);
    }
}

/// Whether a scalar is the second half of `1,400`: digits right behind a comma behind a digit.
fn split_number(content: &str, span: Span) -> bool {
    let before = &content[..span.start];
    let own = content[span.start..span.end].bytes();
    own.len() == 3
        && own.clone().all(|b| b.is_ascii_digit())
        && before.ends_with(',')
        && before[..before.len() - 1].ends_with(|c: char| c.is_ascii_digit())
}
