//! Prose, charts and tables put together, in reading order, so that notes are numbered as they are met.

use std::collections::{BTreeMap, BTreeSet};

use super::notes::{Cited, Register, Subject};
use super::splice::{Splices, escape, marks};
use super::tables::{of_chart, of_table};
use super::{Block, ChartBlock, Document, Grid, Inline, NoteRef, TableBlock, Text};
use crate::charts::{self, Words};
use crate::diag::{Code, Diagnostic, Diagnostics, Outcome};
use crate::exact::Rounding;
use crate::figures::{Figure, Figures, RowSet, Shower, key_slug};
use crate::frame::Frame;
use crate::locale::Locale;
use crate::sources::Sources;
use crate::spec::{self, Prose, Reference, Spec, prose};
use crate::value::PartialDate;

/// What a document is made from.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// The report.
    pub spec: &'a Spec,
    /// Its figures.
    pub figures: &'a Figures,
    /// Declared sources.
    pub sources: &'a Sources,
    /// Datasets as read.
    pub frames: &'a BTreeMap<String, Frame>,
    /// Rows of the figures that have few.
    pub rows: &'a BTreeMap<String, RowSet>,
    /// The language.
    pub locale: &'a Locale,
}

/// Composes a briefing. Charts and tables that cannot be made are reported and left out.
pub fn compose(inputs: Inputs<'_>) -> Outcome<Document> {
    let mut diagnostics = Diagnostics::default();
    let mut composer = Composer {
        inputs,
        register: Register::default(),
        diagnostics: &mut diagnostics,
        charts: Vec::new(),
        headings: BTreeSet::new(),
        splices: Splices::default(),
    };
    let spec = inputs.spec;
    let title = composer.text(&spec.title);
    let subtitle = spec.subtitle.as_ref().map(|subtitle| composer.text(subtitle));
    let blocks = composer.blocks(&spec.body.blocks);
    let markdown = std::mem::take(&mut composer.splices).apply(&spec.body.passage.words);
    let methods = composer.methods();
    let Composer { register, charts, .. } = composer;
    let shower = Shower { locale: inputs.locale, rounding: spec.rounding };
    let Inputs { sources, figures, frames, rows, .. } = inputs;
    let document = Document {
        name: spec.name.clone(),
        language: spec.language.clone(),
        title,
        subtitle,
        date: (inputs.locale.date(PartialDate::Day(spec.date)), spec.date.to_string()),
        authors: spec.authors.clone(),
        blocks,
        markdown,
        notes: register.finish(&Cited { sources, figures, frames, rows, shower }),
        methods,
        rounding: match spec.rounding {
            Rounding::HalfUp => {
                "to the nearest; a value just between two is rounded away from zero"
            }
            Rounding::HalfEven => {
                "to the nearest; a value just between two is rounded to the even one"
            }
        },
        charts,
    };
    Outcome::new(document, diagnostics)
}

pub(super) struct Composer<'a> {
    pub(super) inputs: Inputs<'a>,
    pub(super) register: Register,
    diagnostics: &'a mut Diagnostics,
    charts: Vec<ChartBlock>,
    headings: BTreeSet<String>,
    splices: Splices,
}

impl<'a> Composer<'a> {
    pub(super) fn shower(&self) -> Shower<'_> {
        Shower { locale: self.inputs.locale, rounding: self.inputs.spec.rounding }
    }

    /// A one-paragraph text.
    pub(super) fn text(&mut self, prose: &Prose) -> Text {
        let inlines = self.inlines(prose.inlines());
        let mut splices = Splices::default();
        splices.inlines(prose.inlines(), &inlines);
        let markdown = splices.apply(&prose.passage.words).replace('\n', " ");
        let plain = self.plain(prose.inlines());
        Text { inlines, markdown, plain }
    }

    /// Words alone, with values inserted.
    fn plain(&self, inlines: &[spec::Inline]) -> String {
        let mut text = String::new();
        for inline in inlines {
            match inline {
                spec::Inline::Insert(reference, _) => {
                    text.push_str(
                        self.find(reference)
                            .map(|figure| self.shower().figure(figure))
                            .map_or(String::new(), |shown| shown.to_string())
                            .as_str(),
                    );
                }
                spec::Inline::Parameter(reference, _) => text.push_str(&self.parameter(reference)),
                spec::Inline::Claim(claim) | spec::Inline::Cite(claim) => {
                    text.push_str(&self.plain(&claim.content))
                }
                spec::Inline::Emphasis(inner)
                | spec::Inline::Strong(inner)
                | spec::Inline::Struck(inner)
                | spec::Inline::Link(_, inner) => {
                    text.push_str(&self.plain(inner));
                }
                other => text.push_str(&prose::plain(std::slice::from_ref(other))),
            }
        }
        text
    }

    fn find(&self, reference: &Reference) -> Option<&'a Figure> {
        self.inputs.figures.find(reference).ok().flatten()
    }

    /// Notes that support the figures with these ids.
    fn support(&mut self, shown: BTreeSet<&String>) -> Vec<NoteRef> {
        let figures = self.inputs.figures.all();
        self.register.support(figures.filter(|figure| shown.contains(&figure.id)))
    }

    fn parameter(&self, reference: &Reference) -> String {
        self.inputs.spec.parameters.get(&reference.id).cloned().unwrap_or_default()
    }

    fn inlines(&mut self, inlines: &[spec::Inline]) -> Vec<Inline> {
        inlines.iter().map(|inline| self.inline(inline)).collect()
    }

    fn inline(&mut self, inline: &spec::Inline) -> Inline {
        match inline {
            spec::Inline::Text(text) => Inline::Text(text.clone()),
            spec::Inline::Code(text) => Inline::Code(text.clone()),
            spec::Inline::Emphasis(inner) => Inline::Emphasis(self.inlines(inner)),
            spec::Inline::Strong(inner) => Inline::Strong(self.inlines(inner)),
            spec::Inline::Struck(inner) => Inline::Struck(self.inlines(inner)),
            spec::Inline::Link(url, inner) => Inline::Link(url.clone(), self.inlines(inner)),
            spec::Inline::Claim(claim) => {
                let tied: Vec<&Figure> =
                    claim.references.iter().filter_map(|reference| self.find(reference)).collect();
                let ids = tied.iter().map(|figure| figure.id.clone()).collect();
                let inner = self.inlines(&claim.content);
                Inline::Claim(inner, ids, self.register.support(tied))
            }
            spec::Inline::Insert(reference, _) => match self.find(reference) {
                Some(figure) => Inline::Value(
                    self.shower().figure(figure),
                    figure.id.clone(),
                    self.register.support([figure]),
                ),
                None => Inline::Text(String::new()),
            },
            spec::Inline::Cite(claim) => {
                let inner = self.inlines(&claim.content);
                let subjects =
                    claim.references.iter().map(|reference| Subject::Source(reference.id.clone()));
                Inline::Cite(inner, subjects.map(|subject| self.register.refer(subject)).collect())
            }
            spec::Inline::Parameter(reference, _) => Inline::Parameter(self.parameter(reference)),
            spec::Inline::NoteRef(label, _) => {
                Inline::Note(self.register.refer(Subject::Author(label.clone())))
            }
            spec::Inline::Soft | spec::Inline::Chart(_) | spec::Inline::Table(_) => Inline::Soft,
            spec::Inline::Hard => Inline::Hard,
        }
    }

    /// Composes inlines of the body and records what Markdown replaces.
    fn body(&mut self, written: &[spec::Inline]) -> Vec<Inline> {
        let composed = self.inlines(written);
        self.splices.inlines(written, &composed);
        composed
    }

    fn blocks(&mut self, blocks: &[spec::Block]) -> Vec<Block> {
        blocks.iter().filter_map(|block| self.block(block)).collect()
    }

    fn block(&mut self, block: &spec::Block) -> Option<Block> {
        Some(match block {
            spec::Block::Paragraph(inlines) => Block::Paragraph(self.body(inlines)),
            spec::Block::Plain(inlines) => Block::Plain(self.body(inlines)),
            spec::Block::Heading(level, inlines) => {
                let id = self.heading_id(&prose::plain(inlines));
                Block::Heading(*level, id, self.body(inlines))
            }
            spec::Block::List(start, items) => {
                Block::List(*start, items.iter().map(|item| self.blocks(item)).collect())
            }
            spec::Block::Quote(blocks) => Block::Quote(self.blocks(blocks)),
            spec::Block::Code(text) => Block::Code(text.clone()),
            spec::Block::Rule => Block::Rule,
            spec::Block::Grid { columns, head, rows } => {
                let head = head.iter().map(|cell| self.body(cell)).collect();
                let rows = rows
                    .iter()
                    .map(|row| row.iter().map(|cell| self.body(cell)).collect())
                    .collect();
                Block::Grid { columns: columns.clone(), head, rows }
            }
            spec::Block::Note { label, blocks, .. } => {
                let blocks = self.blocks(blocks);
                self.register.define(label, blocks);
                return None;
            }
            spec::Block::Chart(target) => {
                let chart = self.chart(&target.id)?;
                self.splices.replace(target.range.clone(), chart_markdown(&chart));
                self.charts.push(chart.clone());
                Block::Chart(Box::new(chart))
            }
            spec::Block::Table(target) => {
                let table = self.table(&target.id)?;
                self.splices.replace(target.range.clone(), table_markdown(&table));
                Block::Table(Box::new(table))
            }
        })
    }

    /// An id for a heading that no other element of the page has.
    fn heading_id(&mut self, words: &str) -> String {
        let slug = key_slug(words);
        let base = format!("section-{}", if slug.is_empty() { "untitled" } else { &slug });
        let mut id = base.clone();
        let mut number = 2;
        while !self.headings.insert(id.clone()) {
            id = format!("{base}-{number}");
            number += 1;
        }
        id
    }

    fn chart(&mut self, id: &str) -> Option<ChartBlock> {
        let chart = self.inputs.spec.charts.get(id)?;
        let figures = self.inputs.figures;
        let data = charts::data(id, chart, figures, &self.shower()).into(self.diagnostics)?;
        let title = self.text(&chart.title);
        let subtitle = match &chart.subtitle {
            Some(subtitle) => self.text(subtitle),
            None => Text::of(&data.measure),
        };
        let alt = self.plain(chart.alt.inlines());
        let words = Words {
            id: format!("chart-{id}"),
            title: title.plain.clone(),
            description: alt.clone(),
        };
        let svg = charts::draw(chart.kind, &data, &words, self.inputs.locale);
        let note = chart.note.as_ref().map(|note| self.text(note));
        let sources = self.support(data.marks.iter().filter_map(|m| m.figure.as_ref()).collect());
        Some(ChartBlock {
            id: id.to_string(),
            title,
            subtitle,
            alt,
            svg,
            data: of_chart(&data),
            note,
            sources,
        })
    }

    fn table(&mut self, id: &str) -> Option<TableBlock> {
        let table = self.inputs.spec.tables.get(id)?;
        let figures = self.inputs.figures;
        let caption = self.text(&table.caption);
        let columns = table.columns.iter().map(|column| self.text(column)).collect();
        let made = of_table(id, table, columns, figures, &self.shower());
        let (data, more) = self.diagnostics.take(made)??;
        let note = table.note.as_ref().map(|note| self.text(note));
        let cells = data.rows.iter().flatten();
        let sources = self.support(cells.filter_map(|cell| cell.figure.as_ref()).collect());
        let more = (more > 0).then(|| self.shower().count(more as u64));
        if data.rows.is_empty() {
            let error = Diagnostic::error(Code::ChartData, format!("table `{id}` has no row"))
                .at(table.span);
            self.diagnostics.push(error.hint("its series has no point"));
        }
        Some(TableBlock { id: id.to_string(), caption, data, more, note, sources })
    }
}

fn chart_markdown(chart: &ChartBlock) -> String {
    let mut parts = vec![
        format!("**{}**", chart.title.markdown),
        chart.subtitle.markdown.clone(),
        format!("![{}](charts/{}.svg)", escape(&chart.alt), chart.id),
        grid_markdown(&chart.data),
    ];
    parts.extend(chart.note.as_ref().map(|note| note.markdown.clone()));
    parts.extend(below(&chart.sources, None, chart.data.marks));
    parts.join("\n\n")
}

fn table_markdown(table: &TableBlock) -> String {
    let mut parts = vec![format!("**{}**", table.caption.markdown), grid_markdown(&table.data)];
    parts.extend(table.note.as_ref().map(|note| note.markdown.clone()));
    parts.extend(below(
        &table.sources,
        table.more.as_ref().map(|more| more.as_str()),
        table.data.marks,
    ));
    parts.join("\n\n")
}

/// The lines below a chart or table: what is left out, what the marks mean, the sources.
fn below(sources: &[NoteRef], more: Option<&str>, marks_used: (bool, bool)) -> Option<String> {
    let mut words = Vec::new();
    words.extend(more.map(left_out));
    words.extend(legend(marks_used).into_iter().map(|line| escape(&line)));
    if !sources.is_empty() {
        words.push(format!("Source:{}", marks(sources)));
    }
    (!words.is_empty()).then(|| words.join(" "))
}

/// How many points a table leaves out.
pub(crate) fn left_out(more: &str) -> String {
    if more == "1" { "And 1 other.".into() } else { format!("And {more} others.") }
}

/// What the marks in a table mean, of those that are used.
pub(crate) fn legend((missing, hidden): (bool, bool)) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(missing.then(|| "[x] not available.".to_string()));
    lines.extend(hidden.then(|| "[c] hidden by the publisher.".to_string()));
    lines
}

fn grid_markdown(grid: &Grid) -> String {
    let row = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let rule = (0..grid.head.len())
        .map(|column| if grid.is_numeric(column) { "---:".to_string() } else { "---".to_string() });
    let mut lines = vec![
        row(grid.head.iter().map(|head| head.markdown.clone()).collect()),
        row(rule.collect()),
    ];
    lines.extend(
        grid.rows.iter().map(|cells| row(cells.iter().map(|cell| escape(&cell.shown)).collect())),
    );
    lines.join("\n")
}
