//! What is stacked: parts of a whole, and nothing else.

use super::Data;
use super::choose::Chooser;
use super::drawn::{Drawn, value_index};
use crate::charts::Strand;
use crate::diag::{Diagnostic, Diagnostics, list};
use crate::exact::Exact;
use crate::figures::PointValue;
use crate::language::{Expr, Function, Kind, Operator};
use crate::spec::{self, ChartKind, SeriesOrigin};
use crate::text::Span;
use crate::value::Format;

impl Chooser<'_> {
    /// What is stacked must be parts of a whole: none negative, none counted twice, nothing that does not add up.
    pub(super) fn parts(
        &self,
        shown: &Drawn<'_>,
        declared: Option<&spec::Series>,
        data: &Data,
    ) -> Result<(), Diagnostic> {
        let negative =
            data.strands.iter().flat_map(Strand::known).find(|(_, value, _)| value.is_negative());
        if let Some((_, _, mark)) = negative {
            let message = format!(
                "`{}` is negative and no part of a whole",
                mark.figure.as_deref().unwrap_or("")
            );
            return Err(self.error(&message).hint("use `kind: grouped-bar`"));
        }
        let by_key = shown.by_key;
        let percent = matches!(data.format, Format::Percent(_) | Format::Points(_));
        if let Some((name, span)) = &self.chart.whole {
            if by_key {
                return Err(self
                    .error("`whole` is a value beside the parts, and the parts are a second key")
                    .at(*span)
                    .hint("delete `whole:`; sums and counts by a second key add up"));
            }
            return shown.add_up(self, (name, *span));
        }
        if self.chart.kind == ChartKind::StackedPercent
            && !self.chart.values.is_empty()
            && by_key
            && shown.left_out
        {
            return Err(self
                .error("100% is all parts, and `values:` leaves some out")
                .hint("name all of them, or use `kind: stacked-bar`"));
        }
        let adds = declared.is_some_and(|series| match &series.origin {
            SeriesOrigin::Grouped { values, .. } => {
                values.iter().all(|(_, value)| additive(value, percent, data.unit.is_some()))
            }
            SeriesOrigin::Figures(_) | SeriesOrigin::Aligned { .. } => false,
        });
        match (by_key, adds) {
            (true, true) => Ok(()),
            (true, false) => Err(self
                .error("its values are no parts of a whole: means, shares and quotients do not add up")
                .hint("use `kind: grouped-bar` or `kind: line`, or stack the counts behind them")),
            (false, _) => Err(self
                .error("nothing says that its values are the parts of a whole, and one may hold another")
                .hint("name the value that they add up to with `whole:`, group by a second key instead, or use `kind: grouped-bar`")),
        }
    }

    /// A part that is not there makes a stack too short, and nobody sees it.
    pub(super) fn gaps_in_stacks(
        &self,
        data: &Data,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Diagnostic> {
        let keys = data.keys.iter().enumerate();
        let gaps: Vec<String> = keys
            .flat_map(|(index, key)| {
                let without = data.strands.iter().filter(move |s| s.marks[index].value.is_none());
                without.map(move |strand| format!("{} at {key}", strand.name))
            })
            .collect();
        if !gaps.is_empty() && self.chart.kind == ChartKind::StackedPercent {
            let message = format!("100% is all parts, and some have no value: {}", list(&gaps, 5));
            return Err(self
                .error(&message)
                .hint("leave those keys out with `keys:`, or use `kind: stacked-bar`"));
        }
        if !gaps.is_empty() {
            let gaps = list(&gaps, 5);
            let warning = self
                .warning(&format!("parts without a value are left out of their stacks: {gaps}"));
            diagnostics
                .push(warning.hint("say so in a `note:`, or leave those keys out with `keys:`"));
        }
        Ok(())
    }
}

impl Drawn<'_> {
    /// Whether the strands add up, exactly, to another value of the series at every key.
    fn add_up(&self, chooser: &Chooser<'_>, (name, span): (&str, Span)) -> Result<(), Diagnostic> {
        let index = value_index(self.series, name, span)?;
        for (column, key) in self.keys.iter().enumerate() {
            let number = |value: &PointValue| {
                value.figure().and_then(|figure| Some(figure.value.number()?.value.clone()))
            };
            let point = self.series.points.iter().find(|point| point.keys[0] == **key);
            let key = self.series.key(key, chooser.shower);
            let Some(whole) = point.and_then(|point| number(&point.values[index])) else {
                let message = format!(
                    "at {key} `{name}` has no value: nothing says what the parts add up to"
                );
                return Err(chooser
                    .error(&message)
                    .at(span)
                    .hint("leave the key out with `keys:`"));
            };
            let parts = self.rows.iter().filter_map(|row| number(row[column]?));
            let sum: Exact = parts.fold(Exact::zero(), |sum, part| &sum + &part);
            if sum != whole {
                let message =
                    format!("at {key} the parts add up to {sum}, and `{name}` is {whole}");
                return Err(chooser.error(&message).at(span).hint("draw all parts and none twice"));
            }
        }
        Ok(())
    }
}

/// Whether values of a recipe may be added over disjoint groups: sums and counts, and shares of one whole. Percentages
/// do not, nor values of single rows without a unit, which may be anything.
fn additive(value: &Expr, percent: bool, unit: bool) -> bool {
    match &value.kind {
        Kind::Call { function: Function::Sum, .. } => !percent,
        Kind::Call { function: Function::Count, distinct, .. } => !distinct,
        // the one row of each group
        Kind::Name(_) => !percent && unit,
        Kind::Binary(Operator::Add | Operator::Subtract, a, b) => {
            additive(a, percent, unit) && additive(b, percent, unit)
        }
        Kind::Binary(Operator::Divide, a, b) => {
            let one = matches!(
                &b.kind,
                Kind::Call { function: Function::Total, .. } | Kind::Number { .. }
            );
            one && additive(a, false, unit)
        }
        _ => false,
    }
}
