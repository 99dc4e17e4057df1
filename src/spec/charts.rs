//! Charts and tables: raw entries to resolved ones, and what can be refused before there are figures.

use super::raw::{RawAnnotation, RawChart, RawChartKind, RawTable};
use super::resolve::{Resolver, named};
use super::{
    Annotation, Chart, ChartKind, Order, Prose, Reference, ReferenceLine, Table, TableRows,
    TotalRow, prose,
};
use crate::diag::{Code, Diagnostic};
use crate::text::{Passage, Span};

/// Characters of an annotation that a chart has room for.
const LONGEST_ANNOTATION: usize = 50;

impl Resolver<'_> {
    pub(super) fn chart(&mut self, id: &Passage, raw: RawChart) -> Option<Chart> {
        let (title, alt) = (self.prose(&raw.title), self.prose(&raw.alt));
        let words = |prose: &Prose| prose::plain(prose.inlines()).trim().to_lowercase();
        if words(&alt).is_empty() || words(&alt) == words(&title) {
            let message = "the alternative text says nothing that the title does not say";
            let error = Diagnostic::error(Code::AltText, message).at(raw.alt.span);
            self.diagnostics.push(error.hint(
                "say what somebody who cannot see the chart must know: kind, measure, range, trend",
            ));
        }
        if let Some(scale) = &raw.scale {
            self.chart_refused(
                scale.span,
                "an axis has equal steps: on a logarithmic one a reader takes a tenfold for a small rise",
                "draw the change in per cent, or small multiples; bars and areas mean nothing on such an axis",
            );
        }
        let kind = self.chart_kind(id, &raw)?;
        let zero = raw.zero.unwrap_or(true);
        if !zero && kind.from_zero() {
            let message = format!(
                "the axis of a {} begins at zero: its marks are seen as lengths",
                kind.name()
            );
            self.chart_refused(
                id.span,
                message,
                "delete `zero: false`, or use `kind: line` or `kind: dot`",
            );
        }
        let annotations: Vec<Annotation> =
            raw.annotations.iter().map(|annotation| self.annotation(annotation)).collect();
        if !annotations.is_empty() && (!kind.is_upright() || raw.horizontal) {
            let lying = if raw.horizontal { "horizontal " } else { "" };
            let message = format!(
                "an annotation stands above a key, and keys of a {lying}{} run down",
                kind.name()
            );
            self.chart_refused(id.span, message, "say it in the text or in `note:`");
        }
        Some(Chart {
            kind,
            horizontal: raw.horizontal,
            series: (raw.series.words.clone(), raw.series.span),
            values: named(&raw.values),
            whole: raw.whole.as_ref().map(|whole| (whole.words.clone(), whole.span)),
            title,
            subtitle: self.optional_prose(&raw.subtitle),
            alt,
            keys: named(&raw.keys),
            zero: zero || kind.from_zero(),
            highlight: named(&raw.highlight),
            axis: self.without_notes(&raw.axis),
            reference: raw.reference.map(|line| ReferenceLine {
                figure: Reference::parse(&line.figure.words, line.figure.span),
                label: self.without_notes(&line.label),
            }),
            annotations,
            note: self.optional_prose(&raw.note),
            span: id.span,
        })
    }

    /// Words that stand where no note can: in a drawing, or as the header of a row.
    fn without_notes(&mut self, passage: &Option<Passage>) -> Option<Prose> {
        let prose = self.optional_prose(passage)?;
        let noted = |inline: &prose::Inline| {
            matches!(inline, prose::Inline::Cite(_) | prose::Inline::NoteRef(..))
        };
        if prose.any(noted) {
            self.chart_refused(
                prose.passage.span,
                "nothing can be cited here: a note has no place",
                "cite it in `note:`",
            );
        }
        Some(prose)
    }

    fn chart_refused(&mut self, span: Span, message: impl Into<String>, hint: &str) {
        self.diagnostics.push(Diagnostic::error(Code::ChartData, message).at(span).hint(hint));
    }

    fn chart_kind(&mut self, id: &Passage, raw: &RawChart) -> Option<ChartKind> {
        let kind = match raw.kind {
            RawChartKind::Bar => ChartKind::Bar,
            RawChartKind::GroupedBar => ChartKind::GroupedBar,
            RawChartKind::StackedBar => ChartKind::StackedBar,
            RawChartKind::StackedPercent => ChartKind::StackedPercent,
            RawChartKind::Line => ChartKind::Line,
            RawChartKind::Area => ChartKind::Area,
            RawChartKind::Dot => ChartKind::Dot,
            RawChartKind::Lollipop => ChartKind::Lollipop,
            RawChartKind::Slope => ChartKind::Slope,
            RawChartKind::Multiples => ChartKind::Multiples,
            RawChartKind::Histogram => ChartKind::Histogram,
            RawChartKind::Pie => {
                self.chart_refused(
                    id.span,
                    format!("chart `{}`: a pie makes readers compare angles, which they do badly", id.words),
                    "use `kind: bar`, which ranks any number of slices, or `kind: stacked-percent` for two or three parts",
                );
                return None;
            }
        };
        if raw.horizontal && !kind.can_lie() {
            let message = format!("a {} does not lie", kind.name());
            self.chart_refused(id.span, message, "delete `horizontal:`");
        }
        if raw.reference.is_some() && !kind.takes_reference() {
            let message = format!("a {} has no axis for a reference line", kind.name());
            self.chart_refused(
                id.span,
                message,
                "delete `reference:`, or use `kind: line` or `kind: bar`",
            );
        }
        if !raw.highlight.is_empty() && !matches!(kind, ChartKind::Line | ChartKind::Slope) {
            let message =
                format!("`highlight` is for line and slope charts, and this is a {}", kind.name());
            self.chart_refused(id.span, message, "delete `highlight:`");
        }
        if raw.whole.is_some() && !kind.stacks() {
            let message = format!(
                "`whole` is what stacked values add up to, and a {} stacks none",
                kind.name()
            );
            self.chart_refused(id.span, message, "delete `whole:`, or use `kind: stacked-bar`");
        }
        Some(kind)
    }

    /// Words at a key: short, and with a link to what proves them.
    fn annotation(&mut self, raw: &RawAnnotation) -> Annotation {
        let words = self.prose(&raw.words);
        let length = prose::plain(words.inlines()).chars().count();
        if length > LONGEST_ANNOTATION {
            let message = format!(
                "an annotation of {length} characters, where {LONGEST_ANNOTATION} can be read in a chart"
            );
            self.chart_refused(raw.words.span, message, "shorten it, or say it in the text");
        }
        let proves = |inline: &prose::Inline| {
            matches!(
                inline,
                prose::Inline::Cite(_) | prose::Inline::Claim(_) | prose::Inline::Insert(..)
            )
        };
        if !words.any(proves) {
            self.chart_refused(
                raw.words.span,
                "an annotation states a fact and cites nothing for it",
                "write `[words](cite:SOURCE)`, or tie it to a figure: `[words](fig:ID)`",
            );
        }
        Annotation { at: (raw.at.words.clone(), raw.at.span), words }
    }

    pub(super) fn table(&mut self, id: &Passage, raw: RawTable) -> Option<Table> {
        let given = (&raw.series, raw.figures.is_empty(), raw.claims.is_empty());
        let rows = match given {
            (Some(series), true, true) => TableRows::Series(series.words.clone(), series.span),
            (None, false, true) => TableRows::Figures(named(&raw.figures)),
            (None, true, false) => TableRows::Claims(match named(&raw.claims) {
                all if all.len() == 1 && all[0].0 == "all" => Vec::new(),
                claims => claims,
            }),
            _ => {
                let error = Diagnostic::error(
                    Code::MissingField,
                    format!("table `{}` needs `series:`, `figures:` or `claims:`", id.words),
                );
                self.diagnostics.push(error.at(id.span).hint("give one of them"));
                return None;
            }
        };
        let columns = raw.columns.iter().map(|passage| self.prose(passage)).collect();
        let order = match raw.order.as_ref().map(|passage| (passage.words.as_str(), passage.span)) {
            None | Some(("given", _)) => Order::Given,
            Some(("highest first", _)) => Order::HighestFirst,
            Some(("lowest first", _)) => Order::LowestFirst,
            Some((other, span)) => {
                let message = format!("`{other}` is not an order");
                self.bad(span, message, "write given, highest first or lowest first");
                Order::Given
            }
        };
        let total = raw.total.map(|total| TotalRow {
            label: self.without_notes(&total.label),
            figures: total.figures.iter().map(|f| Reference::parse(&f.words, f.span)).collect(),
            span: total.figures.first().map_or(id.span, |figure| figure.span),
        });
        Some(Table {
            rows,
            caption: self.prose(&raw.caption),
            columns,
            keys: named(&raw.keys),
            across: raw.across,
            order,
            total,
            top: raw.top.map(|top| top as usize),
            note: self.optional_prose(&raw.note),
            span: id.span,
        })
    }
}
