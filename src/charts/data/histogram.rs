//! How many values of a series lie in each of some ranges.

use super::choose::Chooser;
use super::{Data, Mark, Strand};
use crate::charts::plural;
use crate::charts::ticks::{Axis, ticks};
use crate::diag::{Diagnostic, Diagnostics, counted};
use crate::exact::Exact;
use crate::value::Format;

/// Values under which a distribution is no distribution.
const FEW_VALUES: usize = 5;
/// Bins of a histogram.
const MOST_BINS: usize = 16;

impl Chooser<'_> {
    /// Bins of round width over the values of the points, and how many lie in each. A bin holds its lower edge; the last
    /// holds both.
    pub(super) fn histogram(
        &self,
        mut data: Data,
        diagnostics: &mut Diagnostics,
    ) -> Result<Data, Diagnostic> {
        if data.strands.len() > 1 {
            return Err(self
                .error("a histogram shows one value")
                .hint("choose one with `values:`"));
        }
        let values: Vec<Exact> = data.values().cloned().collect();
        if values.len() < FEW_VALUES {
            let message = format!("a histogram of {}", counted(values.len() as u64, "value"));
            let error =
                self.error(&message).hint("show the values themselves: `kind: dot`, or a table");
            return Err(error);
        }
        let missing = data.keys.len() - values.len();
        if missing > 0 {
            let points = counted(missing as u64, "point");
            let warning =
                self.warning(&format!("{points} without a value left out of the histogram"));
            diagnostics.push(warning.hint("say so in a `note:`"));
        }
        let most = MOST_BINS.min(values.len().isqrt().max(4) + 2);
        let mut edges = ticks(&values, Axis { zero: false, whole: data.whole, most });
        // whole numbers on the last edge have a bin of their own: in the last but one they would make a false peak
        let highest = values.iter().max();
        if data.counts() && highest == edges.last() && edges.len() > 2 {
            edges.push(&(&edges[1] - &edges[0]) + &edges[edges.len() - 1]);
        }
        let last = edges.len() - 2;
        let of =
            |value: &Exact| edges.iter().skip(1).position(|upper| value < upper).unwrap_or(last);
        let mut counts = vec![0u64; last + 1];
        values.iter().for_each(|value| counts[of(value)] += 1);
        let bins = edges.windows(2).enumerate();
        data.keys =
            bins.map(|(bin, pair)| self.shower.bin(&pair[0], &pair[1], bin == last)).collect();
        data.files = data.keys.iter().map(ToString::to_string).collect();
        let marks = counts.iter().map(|count| Mark {
            shown: Some(self.shower.count(*count)),
            value: Some(Exact::from(i128::from(*count))),
            ends: None,
            figure: None,
            hidden: false,
        });
        data.strands = vec![Strand { name: "values".into(), marks: marks.collect() }];
        (data.along, data.edges, data.whole, data.days) = (None, edges, true, false);
        let unit = self.shower.locale.unit(data.format, data.unit.as_deref());
        let unit = unit.or(data.unit.as_deref().map(plural));
        data.key = std::mem::take(&mut data.measure);
        if let Some(unit) = unit.filter(|unit| !data.key.contains(unit.as_str())) {
            data.key.push_str(&format!(" ({unit})"));
        }
        data.measure = "Number of values".into();
        (data.format, data.unit) = (Format::Integer, None);
        Ok(data)
    }
}
