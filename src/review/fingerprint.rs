//! What a reviewer checks, item by item, and what a sign-off of it is bound to.

use std::collections::{BTreeMap, BTreeSet};

use crate::claims::Verdicts;
use crate::digest::sha256;
use crate::document::{ChartBlock, Document, Grid, TableBlock};
use crate::figures::{Figure, Figures, Provenance, Series, Shower};
use crate::language::{Function, Kind};
use crate::sources::{Source, Sources};
use crate::spec::{Chart, SeriesOrigin, Spec, TableRows};
use crate::text::Span;

/// What a sign-off is bound to. The digest of a file is not part of it: a new release with the same rows changes nothing
/// that was checked.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Fingerprint {
    /// The figures that words are tied to; of others `chart:ID`, `table:ID` or `claim:ID`.
    pub of: String,
    /// The words.
    pub words: String,
    /// Their sentence as the author wrote it; of a chart or table its texts.
    pub sentence: String,
    /// The values as printed; of a chart or table the SHA-256 of its data.
    pub shown: String,
    /// SHA-256 of the recipes, quotations and reasons of the figures, and of all that they are made from, with their labels,
    /// caveats and units.
    pub recipe: String,
    /// SHA-256 of the digests of their rows, and of their values before rounding.
    pub rows: String,
    /// SHA-256 of publisher, title, address, date and version of each source.
    pub sources: String,
}

/// A part of a fingerprint.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Part {
    /// The figures that words are tied to.
    Figures,
    /// The words or their sentence.
    Sentence,
    /// The printed values.
    Shown,
    /// How they are made.
    Recipe,
    /// The rows that they are made from.
    Rows,
    /// Who published those, when, under which title.
    Sources,
}

impl Part {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Figures => "figures",
            Self::Sentence => "sentence",
            Self::Shown => "value",
            Self::Recipe => "recipe",
            Self::Rows => "rows",
            Self::Sources => "source",
        }
    }

    /// What a reviewer is told when it is no longer what was checked.
    pub fn changed(self, before: &Fingerprint) -> String {
        match self {
            Self::Figures => format!("the words were tied to {}", before.of),
            Self::Sentence => format!("the sentence was “{}”", before.sentence),
            Self::Shown if before.of.contains(':') => "its values are others".into(),
            Self::Shown => format!("the value was {}", before.shown),
            Self::Recipe => "it is made or described in another way".into(),
            Self::Rows => "its rows are others, or are read in another way".into(),
            Self::Sources => "a source is another, or its title, address, date or version".into(),
        }
    }
}

impl Fingerprint {
    /// Its digest: SHA-256 of its parts, each on a line, `\` and line feeds in them escaped.
    pub fn sha256(&self) -> String {
        let Self { of, words, sentence, shown, recipe, rows, sources } = self;
        sha256(lines([of, words, sentence, shown, recipe, rows, sources]).as_bytes())
    }

    /// The parts in which it differs from another.
    pub fn differs(&self, other: &Self) -> Vec<Part> {
        let same_words = self.words == other.words && self.sentence == other.sentence;
        let parts = [
            (Part::Figures, self.of == other.of),
            (Part::Sentence, same_words),
            (Part::Shown, self.shown == other.shown),
            (Part::Recipe, self.recipe == other.recipe),
            (Part::Rows, self.rows == other.rows),
            (Part::Sources, self.sources == other.sources),
        ];
        parts.into_iter().filter(|(_, same)| !same).map(|(part, _)| part).collect()
    }

    /// Whether it may be what became of another: the same figures, or the same words.
    pub(super) fn follows(&self, other: &Self) -> bool {
        self.of == other.of || (self.words == other.words && self.sentence == other.sentence)
    }
}

/// Parts, each on a line, `\` and line feeds in them escaped.
pub(super) fn lines<'t>(parts: impl IntoIterator<Item = &'t String>) -> String {
    let escaped = |part: &String| part.replace('\\', "\\\\").replace('\n', "\\n");
    parts.into_iter().map(|part| escaped(part) + "\n").collect()
}

/// Something that a reviewer checks.
#[derive(Clone, Debug)]
pub struct Item {
    /// What it is.
    pub kind: ItemKind,
    /// What a sign-off of it is bound to.
    pub fingerprint: Fingerprint,
    /// Ids of its figures and series.
    pub figures: Vec<String>,
    /// The sentence as a reader sees it.
    pub sentence: String,
    /// The values as printed.
    pub shown: String,
    /// How they are made: recipes, quotations, reasons.
    pub made: Vec<String>,
    /// What its figures rest on, in words.
    pub sources: Vec<String>,
    /// Where the rows are, and how many.
    pub rows: Vec<String>,
    /// Where the words stand.
    pub at: Vec<Span>,
}

/// What an item is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ItemKind {
    /// Words of the report tied to figures.
    Claim,
    /// What somebody else said, with our verdict.
    Outside,
    /// A chart.
    Chart,
    /// A table.
    Table,
}

impl ItemKind {
    /// The word that readers see.
    pub fn name(self) -> &'static str {
        match self {
            Self::Claim => "Claim",
            Self::Outside => "Claim of others",
            Self::Chart => "Chart",
            Self::Table => "Table",
        }
    }
}

/// Digests of rows: of figures and series by id, of points by `series/key`.
#[derive(Clone, Copy, Debug)]
pub struct Digests<'a> {
    /// Of figures and series.
    pub whole: &'a BTreeMap<String, String>,
    /// Of points.
    pub points: &'a BTreeMap<String, String>,
}

/// What items are made from.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// The report.
    pub spec: &'a Spec,
    /// Declared sources.
    pub sources: &'a Sources,
    /// Its figures.
    pub figures: &'a Figures,
    /// What it states.
    pub verdicts: &'a Verdicts,
    /// The briefing.
    pub document: &'a Document,
    /// How values print.
    pub shower: Shower<'a>,
    /// Digests of the rows.
    pub digests: Digests<'a>,
}

/// Everything of a report that a reviewer checks: its claims in reading order, what others said, its charts, its tables.
/// The same words in the same sentence about the same figures are one item.
pub fn items(inputs: &Inputs<'_>) -> Vec<Item> {
    let maker = Maker { inputs, points: points(inputs.figures) };
    let mut items: Vec<Item> = Vec::new();
    for item in maker.all() {
        match items.iter_mut().find(|known| known.fingerprint == item.fingerprint) {
            Some(known) => known.at.extend(item.at),
            None => items.push(item),
        }
    }
    items
}

/// The series and the key, in link form, of each point's figures, by the figure's id.
fn points(figures: &Figures) -> BTreeMap<&str, (&Series, String)> {
    let all = figures.series.values().flat_map(|series| {
        series.points.iter().flat_map(move |point| {
            let key = series.slugs(point).join("/");
            point.figures().map(move |figure| (figure.id.as_str(), (series, key.clone())))
        })
    });
    all.collect()
}

struct Maker<'a> {
    inputs: &'a Inputs<'a>,
    points: BTreeMap<&'a str, (&'a Series, String)>,
}

impl<'a> Maker<'a> {
    fn all(&self) -> Vec<Item> {
        let Inputs { verdicts, document, spec, .. } = self.inputs;
        let mut items: Vec<Item> = Vec::new();
        for stated in &verdicts.statements {
            let shown: Vec<String> = stated.figures.iter().map(|id| self.shown(id)).collect();
            // a number that is tied to nothing rests on the author alone
            let of = match stated.figures.is_empty() {
                true => "no figure".to_string(),
                false => stated.figures.join(", "),
            };
            let fingerprint = Fingerprint {
                of,
                words: stated.words.clone(),
                sentence: stated.written.clone(),
                shown: shown.join("; "),
                ..Fingerprint::default()
            };
            let mut item = self.item(ItemKind::Claim, fingerprint, stated.figures.clone());
            item.sentence.clone_from(&stated.sentence);
            if stated.figures.is_empty() {
                let reason = stated.reason.as_deref().unwrap_or("not said");
                item.fingerprint.recipe = sha256(reason.as_bytes());
                item.made.push(format!("tied to no figure; why: {reason}"));
            }
            // a key figure is read with what it is
            let mut cards = spec.cards.iter().zip(&document.cards);
            let card = cards.find(|(card, _)| card.value.passage.span.holds(stated.span));
            if let Some((written, (_, label))) = card {
                item.sentence.push_str(&format!(" | {}", label.plain.trim()));
                let written = written.label.passage.words.trim();
                item.fingerprint.sentence.push_str(&format!(" | {written}"));
            }
            item.at.push(stated.span);
            items.push(item);
        }
        for (id, outside) in &verdicts.outside {
            let Some(claim) = spec.claims.get(id) else { continue };
            let mut figures: Vec<String> =
                outside.claims.iter().flat_map(|verdict| verdict.figures.clone()).collect();
            figures.dedup();
            let shown = figures.iter().map(|id| self.shown(id));
            let shown: Vec<String> =
                std::iter::once(outside.verdict.name().to_string()).chain(shown).collect();
            let on = claim.on.map_or(String::new(), |on| format!(", {on}"));
            let words = claim.words.plain.text.trim().to_string();
            let said = if claim.paraphrase { "as this report puts it: " } else { "" };
            let said = format!("{}{on}: {said}{words}", claim.who);
            let more = [&claim.untied, &claim.note].into_iter().flatten();
            let more = more.map(|text| text.plain.text.trim().to_string());
            let sentence: Vec<String> = std::iter::once(said).chain(more).collect();
            let fingerprint = Fingerprint {
                of: format!("claim:{id}"),
                sentence: sentence.join(" | "),
                words,
                shown: shown.join("; "),
                ..Fingerprint::default()
            };
            let mut item = self.item(ItemKind::Outside, fingerprint, figures);
            if let Some(source) = claim.source.as_ref().and_then(|(id, _)| self.source(id)) {
                item.fingerprint.sources = sha256(
                    format!("{}\n{}", item.fingerprint.sources, identity(source)).as_bytes(),
                );
                item.sources.push(named(source));
            }
            items.push(item);
        }
        items.extend(document.charts.iter().map(|chart| self.chart(chart)));
        let of_claims = |table: &&TableBlock| {
            let declared = spec.tables.get(&table.id);
            declared.is_some_and(|table| matches!(table.rows, TableRows::Claims(_)))
        };
        let tables = document.tables.iter().filter(|table| !of_claims(table));
        items.extend(tables.map(|table| self.table(table)));
        items
    }

    fn chart(&self, chart: &ChartBlock) -> Item {
        let note = chart.note.iter().map(|note| &note.plain);
        let texts: Vec<&String> = [&chart.title.plain, &chart.subtitle.plain, &chart.alt]
            .into_iter()
            .chain(note)
            .collect();
        let declared = self.inputs.spec.charts.get(&chart.id);
        let way = declared.map_or_else(String::new, drawn);
        let drawn = [&chart.description[..], &chart.remarks(), &[way]].concat().join(" ");
        self.printed(ItemKind::Chart, &chart.id, &texts, (&chart.data, &drawn), [&chart.series])
    }

    fn table(&self, table: &TableBlock) -> Item {
        let note = table.note.as_ref().map(|note| &note.plain);
        let texts: Vec<&String> = std::iter::once(&table.caption.plain).chain(note).collect();
        let more = table.remarks().join(" ");
        self.printed(ItemKind::Table, &table.id, &texts, (&table.data, &more), &table.series)
    }

    /// A chart or a table, as it is printed.
    fn printed<'s>(
        &self,
        kind: ItemKind,
        id: &str,
        texts: &[&String],
        (data, more): (&Grid, &String),
        series: impl IntoIterator<Item = &'s String>,
    ) -> Item {
        let name = if kind == ItemKind::Chart { "chart" } else { "table" };
        let csv = String::from_utf8_lossy(&data.csv()).into_owned();
        let sentence: Vec<&str> =
            texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
        let fingerprint = Fingerprint {
            of: format!("{name}:{id}"),
            sentence: sentence.join(" | "),
            shown: sha256(lines([&csv, more]).as_bytes()),
            ..Fingerprint::default()
        };
        let cells = data.rows.iter().chain(&data.foot).flatten();
        let mut figures: Vec<String> = series.into_iter().cloned().collect();
        // points are in their series
        let own = |id: &String| figures.iter().all(|series| !is_of(id, series));
        let others: BTreeSet<String> =
            cells.clone().filter_map(|cell| cell.figure.clone()).filter(own).collect();
        figures.extend(others);
        let mut item = self.item(kind, fingerprint, figures);
        let values = cells.filter(|cell| cell.figure.is_some()).count();
        item.shown = format!("{values} values");
        item
    }

    /// An item with what its figures rest on.
    fn item(&self, kind: ItemKind, fingerprint: Fingerprint, figures: Vec<String>) -> Item {
        let mut under: BTreeSet<String> = BTreeSet::new();
        figures.iter().for_each(|id| self.under(id, &mut under));
        let mut recipes = Vec::new();
        let mut rows = Vec::new();
        let mut sources: BTreeSet<&str> = BTreeSet::new();
        for id in &under {
            recipes.push(format!("{id}: {}{}", self.recipe(id), self.described(id)));
            rows.extend(self.rows(id).map(|digest| format!("{id}: {digest} {}", self.values(id))));
            sources.extend(
                self.figures(id).into_iter().flat_map(|figure| &figure.sources).map(String::as_str),
            );
        }
        let sources: Vec<&Source> = sources.into_iter().filter_map(|id| self.source(id)).collect();
        let identities: Vec<String> = sources.iter().map(|source| identity(source)).collect();
        let shown = fingerprint.shown.clone();
        let sentence = fingerprint.sentence.clone();
        let fingerprint = Fingerprint {
            recipe: sha256(lines(&recipes).as_bytes()),
            rows: sha256(lines(&rows).as_bytes()),
            sources: sha256(lines(&identities).as_bytes()),
            ..fingerprint
        };
        let used = figures.iter().filter_map(|id| self.counted(id));
        Item {
            kind,
            fingerprint,
            rows: used.collect(),
            made: figures.iter().map(|id| format!("{id} = {}", self.told(id))).collect(),
            figures,
            sentence,
            shown,
            sources: sources.into_iter().map(named).collect(),
            at: Vec::new(),
        }
    }

    /// A figure, series or point, and all that it is made from; of a series that is aligned with others only the points
    /// with the same key.
    fn under(&self, id: &str, found: &mut BTreeSet<String>) {
        if !found.insert(id.to_string()) {
            return;
        }
        let Inputs { figures, spec, .. } = self.inputs;
        let aligned = self.points.get(id).filter(|(series, _)| {
            let declared = spec.series.get(&series.id);
            declared.is_some_and(|s| matches!(s.origin, SeriesOrigin::Aligned { .. }))
        });
        for used in self.figures(id).into_iter().flat_map(|figure| &figure.uses) {
            let same_key = aligned.and_then(|(_, key)| {
                let other = figures.series.get(used)?;
                let mut points = other.points.iter();
                points.find(|point| other.slugs(point).join("/") == *key)
            });
            match same_key {
                Some(point) => point.figures().for_each(|figure| self.under(&figure.id, found)),
                None => self.under(used, found),
            }
        }
    }

    /// The figure of an id; all of a series or point.
    fn figures(&self, id: &str) -> Vec<&'a Figure> {
        let figures = self.inputs.figures;
        if let Some(figure) = figures.figures.get(id) {
            return vec![figure];
        }
        let series = id.split('/').next().and_then(|base| figures.series.get(base));
        let points = series.into_iter().flat_map(Series::figures);
        points.filter(|figure| is_of(&figure.id, id)).collect()
    }

    fn source(&self, id: &str) -> Option<&'a Source> {
        self.inputs.sources.sources.get(id)
    }

    fn shown(&self, id: &str) -> String {
        let shown = self.figures(id).into_iter().map(|f| self.inputs.shower.figure(f).to_string());
        shown.collect::<Vec<_>>().join(", ")
    }

    /// What the making of a figure or series is identified by.
    fn recipe(&self, id: &str) -> String {
        let Some(series) = self.inputs.figures.series.get(id) else {
            let made = |figure: &Figure| match &figure.recipe {
                Some(recipe) => recipe.sha256.clone(),
                None => format!("{} {} {}", figure.provenance.name(), figure.value, told(figure)),
            };
            return self.figures(id).into_iter().map(made).collect::<Vec<_>>().join(" ");
        };
        series.recipe.as_ref().map_or_else(String::new, |recipe| recipe.sha256.clone())
    }

    /// What readers are told of figures beside their values.
    fn described(&self, id: &str) -> String {
        let own = |figure: &Figure| {
            let caveat = figure.caveat.as_ref().map_or("", |caveat| caveat.plain.text.trim());
            let unit = figure.value.number().and_then(|number| number.measure.unit.as_deref());
            let declared = self.inputs.spec.figures.get(&figure.id);
            let second_hand = declared.is_some_and(|declared| declared.second_hand);
            let periods: Vec<String> = figure.covers.iter().map(ToString::to_string).collect();
            // of a quoted value; those of rows are in the rows
            let periods = if figure.counts.is_none() { periods.join(", ") } else { String::new() };
            let second_hand = if second_hand { "second-hand" } else { "" };
            let unit = unit.unwrap_or_default();
            format!("\t{}\t{caveat}\t{unit}\t{second_hand}\t{periods}", figure.label)
        };
        let mut all: Vec<String> = self.figures(id).into_iter().map(own).collect();
        all.dedup();
        all.concat()
    }

    /// The values before rounding.
    fn values(&self, id: &str) -> String {
        let figures = self.figures(id).into_iter();
        figures.map(|figure| figure.value.to_string()).collect::<Vec<_>>().join(" ")
    }

    /// The digest of the rows of a figure, series or point; of a point that is a part of a total, of all rows.
    fn rows(&self, id: &str) -> Option<&'a String> {
        let Digests { whole, points } = self.inputs.digests;
        match self.points.get(id) {
            Some((series, _)) if self.of_total(&series.id) => whole.get(&series.id),
            Some((series, key)) => points.get(&format!("{}/{key}", series.id)),
            None => whole.get(id),
        }
    }

    /// Whether the points of a series are seen against all of its rows.
    fn of_total(&self, id: &str) -> bool {
        let declared = self.inputs.spec.series.get(id);
        let Some(SeriesOrigin::Grouped { values, .. }) = declared.map(|series| &series.origin)
        else {
            return false;
        };
        let mut found = false;
        values.iter().for_each(|(_, value)| {
            value.walk(&mut |expr| {
                found |= matches!(&expr.kind, Kind::Call { function: Function::Total, .. });
            });
        });
        found
    }

    /// How a figure, series or point is made, for the eye.
    fn told(&self, id: &str) -> String {
        match self.inputs.figures.series.get(id) {
            Some(series) => {
                series.recipe.as_ref().map_or("figures of this report", |r| &r.canonical).into()
            }
            None => self.figures(id).into_iter().map(told).collect::<Vec<_>>().join("; "),
        }
    }

    /// How many rows a figure uses, and where they are.
    fn counted(&self, id: &str) -> Option<String> {
        let base = id.split('/').next().unwrap_or(id);
        let show = |count| self.inputs.shower.count(count);
        let used = self.figures(id).into_iter().find_map(|figure| figure.counts.as_ref());
        let withheld = used.is_some_and(|own| self.inputs.figures.withheld.contains(&own.frame));
        if let Some(counts) = used.filter(|_| withheld) {
            return Some(format!("{id}: rows of {}, which are not told", counts.frame));
        }
        let used = used.and_then(|counts| Some((counts, counts.rows?)));
        let used = used.filter(|_| !self.inputs.figures.series.contains_key(id));
        match used {
            Some((counts, rows)) => Some(format!(
                "{id}: {} of {} rows of {}, evidence/{base}.csv",
                show(rows.used),
                show(rows.total),
                counts.frame
            )),
            None => self
                .inputs
                .digests
                .whole
                .contains_key(base)
                .then(|| format!("{id}: evidence/{base}.csv")),
        }
    }
}

/// How a chart draws its values, as far as it changes what a reader takes from them.
fn drawn(chart: &Chart) -> String {
    let lying = if chart.horizontal { ", lying" } else { "" };
    let axis = chart.axis.as_ref().map_or("", |axis| axis.plain.text.trim());
    let zero = if chart.zero { "with 0" } else { "without 0" };
    format!("{}{lying}, axis {zero}: {axis}", chart.kind.name())
}

/// Whether a figure is of an id: its own, or that of its series or point.
pub(super) fn is_of(figure: &str, id: &str) -> bool {
    figure.strip_prefix(id).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A recipe in the language, a quotation, or the reason of an entered number.
fn told(figure: &Figure) -> String {
    match (&figure.recipe, &figure.quote, figure.provenance) {
        (Some(recipe), ..) => recipe.canonical.clone(),
        (None, Some(quote), _) => {
            let at = quote.at.as_ref().map_or(String::new(), |at| format!(" ({at})"));
            format!("“{}”{at}", quote.words)
        }
        (None, None, Provenance::Entered) => {
            format!("entered by hand: {}", figure.reason.as_deref().unwrap_or_default())
        }
        (None, None, _) => figure.provenance.name().into(),
    }
}

/// What makes a source the one that was checked.
fn identity(source: &Source) -> String {
    let Source { id, title, publisher, url, published, version, via, .. } = source;
    let published = published.map(|date| date.to_string());
    let via = via.as_ref().map(|via| via.name.clone());
    let parts = [
        Some(id),
        title.as_ref(),
        Some(publisher),
        url.as_ref(),
        published.as_ref(),
        version.as_ref(),
        via.as_ref(),
    ];
    parts.map(|part| part.map_or("", String::as_str)).join("\t")
}

/// A source in words.
fn named(source: &Source) -> String {
    let title = source.title.as_ref().map_or(String::new(), |title| format!(": {title}"));
    let published = source.published.map_or(String::new(), |date| format!(" ({date})"));
    format!("{}{title}{published}", source.publisher)
}
