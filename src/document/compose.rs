//! Prose, charts and tables put together, in reading order, so that notes are numbered as they are met.

use std::collections::{BTreeMap, BTreeSet};

use super::notes::{Cited, Register, Subject};
use super::splice::{Splices, escape, marks};
use super::tables::{Maker, of_chart};
use super::{Block, ChartBlock, Credit, Document, Grid, GridCell, Inline, TableBlock, Text, Tied};
use crate::charts::{self, Shades, Words};
use crate::claims::{Finding, Verdicts};
use crate::diag::{Code, Diagnostic, Diagnostics, Outcome};
use crate::exact::Rounding;
use crate::figures::{Figure, Figures, RowSet, Shower, key_slug};
use crate::frame::Frame;
use crate::locale::Locale;
use crate::sources::Sources;
use crate::spec::{self, Prose, Reference, Spec, TableRows, prose};
use crate::text::{Span, capital};
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
    /// What the check of the words found.
    pub verdicts: &'a Verdicts,
    /// The colours of drawings.
    pub shades: &'a Shades,
}

/// Composes a briefing. Charts and tables that cannot be made are reported and left out.
pub fn compose(inputs: Inputs<'_>) -> Outcome<Document> {
    let mut diagnostics = Diagnostics::default();
    let mut composer = Composer {
        inputs,
        register: Register::default(),
        diagnostics: &mut diagnostics,
        charts: Vec::new(),
        tables: Vec::new(),
        headings: BTreeSet::new(),
        splices: Splices::default(),
    };
    let spec = inputs.spec;
    let title = composer.text(&spec.title);
    let subtitle = spec.subtitle.as_ref().map(|subtitle| composer.text(subtitle));
    let cards = spec.cards.iter().map(|card| {
        composer.register.passage();
        (composer.text(&card.value), composer.text(&card.label))
    });
    let cards = cards.collect();
    let blocks = composer.blocks(&spec.body.blocks);
    let markdown = std::mem::take(&mut composer.splices).apply(&spec.body.passage.words);
    let methods = composer.methods();
    let Composer { register, charts, tables, .. } = composer;
    let shower = Shower { locale: inputs.locale, rounding: spec.rounding };
    let Inputs { sources, figures, frames, rows, .. } = inputs;
    let document = Document {
        name: spec.name.clone(),
        language: spec.language.clone(),
        title,
        subtitle,
        date: (inputs.locale.date(PartialDate::Day(spec.date)), spec.date.to_string()),
        authors: spec.authors.clone(),
        licence: spec.licence.clone(),
        cards,
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
        tables,
        print_methods: spec.print_methods,
    };
    Outcome::new(document, diagnostics)
}

pub(super) struct Composer<'a> {
    pub(super) inputs: Inputs<'a>,
    pub(super) register: Register,
    diagnostics: &'a mut Diagnostics,
    charts: Vec<ChartBlock>,
    tables: Vec<TableBlock>,
    headings: BTreeSet<String>,
    splices: Splices,
}

impl<'a> Composer<'a> {
    pub(super) fn shower(&self) -> Shower<'_> {
        Shower { locale: self.inputs.locale, rounding: self.inputs.spec.rounding }
    }

    /// A text that stands by itself, with a note mark for each of its sources.
    fn passage(&mut self, prose: &Prose) -> Text {
        self.register.passage();
        self.text(prose)
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
    pub(super) fn plain(&self, inlines: &[spec::Inline]) -> String {
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

    /// Who published what the figures with these ids rest on.
    fn credits(&mut self, shown: BTreeSet<&String>) -> Vec<Credit> {
        let figures = self.inputs.figures.all();
        self.register.passage();
        let notes = self.register.support(figures.filter(|figure| shown.contains(&figure.id)));
        let mut credits: Vec<Credit> = Vec::new();
        for note in notes {
            let source = note.label.strip_prefix("source-");
            let source = source.and_then(|id| self.inputs.sources.sources.get(id));
            let publisher =
                source.map_or("Entered by hand".to_string(), |source| source.publisher.clone());
            let title = source.and_then(|s| Some((s.title.clone()?, s.url.clone())));
            match credits.iter_mut().find(|credit| credit.publisher == publisher) {
                Some(credit) => {
                    credit.notes.push(note);
                    credit.title = None;
                }
                None => credits.push(Credit { publisher, title, notes: vec![note] }),
            }
        }
        credits
    }

    fn parameter(&self, reference: &Reference) -> String {
        self.inputs.spec.parameters.get(&reference.id).cloned().unwrap_or_default()
    }

    /// What the check found of a claim, in words.
    fn found(&self, span: Span) -> Option<String> {
        let verdicts = self.inputs.verdicts.claims.iter();
        let verdict = verdicts.rev().find(|verdict| verdict.span == span)?;
        let words = match verdict.finding {
            Finding::Exact => "the words state the value",
            Finding::Rounds => "the value rounds to the words",
            Finding::Approximates => "the value lies in what the words allow",
            other => other.name(),
        };
        let intervals = verdict.intervals.join("; ");
        let colon = if intervals.is_empty() { "" } else { ": " };
        Some(format!("{words}{colon}{intervals}"))
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
                let at = Some(claim.span);
                let tied_to = Tied { figures: ids, found: self.found(claim.span), at };
                Inline::Claim(inner, tied_to, self.register.support(tied))
            }
            spec::Inline::Insert(reference, _) => match self.find(reference) {
                Some(figure) => Inline::Value(
                    self.shower().figure(figure),
                    Tied {
                        figures: vec![figure.id.clone()],
                        found: None,
                        at: Some(reference.span),
                    },
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
            spec::Inline::Exempt(words) => Inline::Exempt(self.inlines(&words.content)),
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
        self.register.passage();
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
                self.tables.push(table.clone());
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
        let Inputs { spec, figures, locale, shades, .. } = self.inputs;
        let chart = spec.charts.get(id)?;
        let made = charts::data(id, chart, spec, figures, &self.shower());
        let mut data = made.into(self.diagnostics)?;
        data.axis = chart.axis.as_ref().map(|axis| self.plain(axis.inlines()));
        let title = self.passage(&chart.title);
        let mut annotations = Vec::new();
        for (annotation, (_, words)) in chart.annotations.iter().zip(&mut data.annotations) {
            *words = self.plain(annotation.words.inlines());
            // what a drawing cannot do is cite
            if annotation.cites() {
                annotations.push(self.passage(&annotation.words));
            }
        }
        if let (Some(line), Some((_, words))) = (&chart.reference, &mut data.reference) {
            *words = self.reference_words(line);
        }
        let subtitle = match &chart.subtitle {
            Some(subtitle) => self.passage(subtitle),
            None => Text::of(&charts::subtitle(&data, self.place(&chart.series.0))),
        };
        let alt = self.plain(chart.alt.inlines());
        let words = Words {
            id: format!("chart-{id}"),
            title: title.plain.clone(),
            description: alt.clone(),
        };
        Some(ChartBlock {
            id: id.to_string(),
            title,
            subtitle,
            alt,
            description: charts::description(&data, &self.shower()),
            picture: charts::draw(chart, &data, &words, shades, locale),
            data: of_chart(&data, chart.kind, figures, &self.shower()),
            annotations,
            caveats: self.caveats(&chart.series.0, chart.reference.iter().map(|line| &line.figure)),
            note: chart.note.as_ref().map(|note| self.passage(note)),
            series: chart.series.0.clone(),
            cut: data.cut,
            broken: !data.holes.is_empty(),
            sources: self.credits(data.figures.iter().collect()),
        })
    }

    /// What a reference line is, and its value.
    fn reference_words(&self, line: &spec::ReferenceLine) -> String {
        let Some(figure) = self.find(&line.figure) else { return String::new() };
        let shown = self.shower().figure(figure);
        let label =
            line.label.as_ref().map_or(figure.label.clone(), |label| self.plain(label.inlines()));
        if label.contains(shown.as_str()) { label } else { format!("{}: {shown}", capital(&label)) }
    }

    /// What a reader must know of a series, of the figures that it is made of, and of others; each once.
    fn caveats<'r>(
        &mut self,
        series: &str,
        others: impl IntoIterator<Item = &'r Reference>,
    ) -> Vec<Text> {
        let series = self.inputs.figures.series.get(series);
        let own = series.and_then(|series| series.caveat.as_ref());
        let points = series.into_iter().flat_map(|series| series.figures());
        let members = points.filter_map(|figure| figure.caveat.as_ref());
        let others: Vec<&Figure> = others.into_iter().filter_map(|r| self.find(r)).collect();
        let others = others.into_iter().filter_map(|figure| figure.caveat.as_ref());
        let mut all: Vec<&Prose> = Vec::new();
        for caveat in own.into_iter().chain(members).chain(others) {
            if all.iter().all(|known| known.passage.words != caveat.passage.words) {
                all.push(caveat);
            }
        }
        all.into_iter().map(|caveat| self.passage(caveat)).collect()
    }

    /// The place that a series' rows are about.
    fn place(&self, series: &str) -> Option<&'a str> {
        let Inputs { figures, sources, .. } = self.inputs;
        let dataset = sources.datasets.get(&figures.selected.get(series)?.frame)?;
        dataset.place.as_deref()
    }

    fn table(&mut self, id: &str) -> Option<TableBlock> {
        let Inputs { spec, figures, .. } = self.inputs;
        let table = spec.tables.get(id)?;
        let caption = self.passage(&table.caption);
        let columns = table.columns.iter().map(|column| self.passage(column)).collect();
        // the header of a row has no room for notes
        let label = table.total.as_ref().and_then(|total| total.label.as_ref());
        let total = label.map(|label| self.plain(label.inlines()));
        let shower = Shower { locale: self.inputs.locale, rounding: spec.rounding };
        let maker = Maker { id, table, figures, shower: &shower };
        let made = match &table.rows {
            TableRows::Claims(named) => self.claims(id, table, named, columns).map(Some),
            _ => maker.make(columns, total, self.diagnostics),
        };
        let (data, more) = self.diagnostics.take(made)??;
        let note = table.note.as_ref().map(|note| self.passage(note));
        let series = match &table.rows {
            TableRows::Series(name, _) => Some(name.clone()),
            TableRows::Figures(_) | TableRows::Claims(_) => None,
        };
        let total = table.total.iter().flat_map(|total| &total.figures);
        let caveats = match &table.rows {
            TableRows::Series(name, _) => self.caveats(name, total),
            TableRows::Claims(_) => Vec::new(),
            TableRows::Figures(members) => {
                let members = members.iter().map(|(id, span)| Reference::parse(id, *span));
                let members: Vec<Reference> = members.collect();
                self.caveats("", &members)
            }
        };
        let cells = data.rows.iter().chain(&data.foot).flatten();
        let sources = self.credits(cells.filter_map(|cell| cell.figure.as_ref()).collect());
        let more = (more > 0).then(|| self.shower().count(more as u64));
        if data.rows.is_empty() {
            let error = Diagnostic::error(Code::ChartData, format!("table `{id}` has no row"))
                .at(table.span);
            self.diagnostics.push(error.hint("its series has no point"));
        }
        Some(TableBlock { id: id.to_string(), caption, data, caveats, series, more, note, sources })
    }
}

/// Rows up to which the data of a chart stand below it; its CSV file has them all.
const FEW_ROWS: usize = 15;

fn chart_markdown(chart: &ChartBlock) -> String {
    let file = format!("charts/{}", chart.id);
    let mut parts = vec![
        format!("**{}**\\\n{}", chart.title.markdown, chart.subtitle.markdown),
        format!("![{}]({file}.svg)", escape(&chart.alt)),
    ];
    parts.extend(chart.note.iter().chain(&chart.caveats).map(|text| text.markdown.clone()));
    let annotations = chart.annotations.iter().map(|text| format!("{}.", text.markdown));
    let lines: Vec<String> =
        annotations.chain(chart.remarks().iter().map(|line| escape(line))).collect();
    parts.extend(below(&lines, &chart.sources));
    parts.push(escape(&chart.description.join(" ")));
    if chart.data.rows.len() <= FEW_ROWS {
        parts.push(grid_markdown(&chart.data));
    }
    parts.push(format!("Data of this chart: [CSV]({file}.csv)"));
    parts.join("\n\n")
}

fn table_markdown(table: &TableBlock) -> String {
    let caption = format!("**{}** ([CSV](tables/{}.csv))", table.caption.markdown, table.id);
    let mut parts = vec![caption, grid_markdown(&table.data)];
    parts.extend(table.note.iter().chain(&table.caveats).map(|text| text.markdown.clone()));
    let lines: Vec<String> = table.remarks().iter().map(|line| escape(line)).collect();
    parts.extend(below(&lines, &table.sources));
    parts.join("\n\n")
}

/// The last paragraphs below a chart or table: remarks, and who published what it rests on.
fn below(remarks: &[String], sources: &[Credit]) -> Vec<String> {
    let mut parts = Vec::new();
    if !remarks.is_empty() {
        parts.push(remarks.join(" "));
    }
    if !sources.is_empty() {
        let credits: Vec<String> = sources.iter().map(credit_markdown).collect();
        parts.push(format!("Source: {}", credits.join("; ")));
    }
    parts
}

fn credit_markdown(credit: &Credit) -> String {
    let title = match &credit.title {
        None => String::new(),
        Some((title, None)) => format!(", *{}*", escape(title)),
        Some((title, Some(url))) => format!(", [{}](<{url}>)", escape(title)),
    };
    format!("{}{title} {}", escape(&credit.publisher), marks(&credit.notes))
}

fn grid_markdown(grid: &Grid) -> String {
    let row = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let rule = (0..grid.head.len())
        .map(|column| if grid.is_numeric(column) { "---:".to_string() } else { "---".to_string() });
    let cells = |cells: &Vec<GridCell>, strong: &str| {
        let shown = cells.iter().map(|cell| match (&cell.text, cell.shown.as_str()) {
            (Some(text), _) => in_a_cell(&text.markdown),
            (None, "") => String::new(),
            (None, shown) => format!("{strong}{}{strong}", escape(shown)),
        });
        row(shown.collect())
    };
    let mut lines = vec![
        row(grid.head.iter().map(|head| in_a_cell(&head.markdown)).collect()),
        row(rule.collect()),
    ];
    lines.extend(grid.rows.iter().map(|row| cells(row, "")));
    lines.extend(grid.foot.iter().map(|row| cells(row, "**")));
    lines.join("\n")
}

/// Markdown that stands in a table's cell: no bar but an escaped one.
fn in_a_cell(markdown: &str) -> String {
    let mut out = String::new();
    let mut escaped = false;
    for c in markdown.chars() {
        if c == '|' && !escaped {
            out.push('\\');
        }
        escaped = c == '\\' && !escaped;
        out.push(if c.is_control() { ' ' } else { c });
    }
    out
}
