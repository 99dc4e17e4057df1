//! What a chart draws, taken from the points of a series; and what it refuses to draw, with the reason.

mod choose;
mod drawn;
mod histogram;
mod parts;

use std::collections::BTreeSet;

use self::choose::Chooser;
use crate::diag::{Diagnostics, Outcome};
use crate::exact::Exact;
use crate::figures::{Figures, Shower, Shown};
use crate::spec::{self, Chart};
use crate::value::Format;

pub(crate) use drawn::chosen;

/// One value of a chart.
#[derive(Clone, Debug)]
pub struct Mark {
    /// As printed; none where there is none.
    pub shown: Option<Shown>,
    /// In the unit of the axis: 47 for 47%.
    pub value: Option<Exact>,
    /// Where it depends on hidden cells, whose middle the value then is: the least and the most that it can be.
    pub ends: Option<(Exact, Exact)>,
    /// The id of the figure; none of a count of a histogram.
    pub figure: Option<String>,
    /// Whether the publisher hides it.
    pub hidden: bool,
}

/// The values that belong together: a line, or the bars of one colour.
#[derive(Clone, Debug)]
pub struct Strand {
    /// Its name.
    pub name: String,
    /// A mark for each key.
    pub marks: Vec<Mark>,
}

impl Strand {
    /// The values that are known, with the index of their key.
    pub fn known(&self) -> impl DoubleEndedIterator<Item = (usize, &Exact, &Mark)> {
        let marks = self.marks.iter().enumerate();
        marks.filter_map(|(index, mark)| Some((index, mark.value.as_ref()?, mark)))
    }
}

/// What a chart draws.
#[derive(Clone, Debug)]
pub struct Data {
    /// The keys, in order.
    pub keys: Vec<Shown>,
    /// The same as files have them.
    pub files: Vec<String>,
    /// What the keys are.
    pub key: String,
    /// Where each key stands in time, in days, or among numbers; none where keys have no order of their own.
    pub along: Option<Vec<i64>>,
    /// Whether those are days.
    pub days: bool,
    /// Keys before which the source leaves some out: a line is broken there.
    pub holes: BTreeSet<usize>,
    /// What the strands are.
    pub strand: String,
    /// One to four strands, or more where each is labelled.
    pub strands: Vec<Strand>,
    /// Strands that stand out, in the order in which they take colours.
    pub highlight: Vec<usize>,
    /// What the axis measures, where the author says so.
    pub axis: Option<String>,
    /// What the values are.
    pub measure: String,
    /// How the values print.
    pub format: Format,
    /// The unit that their column declares.
    pub unit: Option<String>,
    /// Whether all values are whole numbers.
    pub whole: bool,
    /// Whether the axis has 0 whatever the values are.
    pub zero: bool,
    /// Whether 0 is not on it.
    pub cut: bool,
    /// Edges of the bins of a histogram.
    pub edges: Vec<Exact>,
    /// A value that the others are to be seen against, and its words.
    pub reference: Option<(Exact, String)>,
    /// Words at keys.
    pub annotations: Vec<(usize, String)>,
    /// Ids of the figures that it shows.
    pub figures: Vec<String>,
}

impl Data {
    /// Whether the values are whole and print so: the axis has no fractions then.
    pub fn counts(&self) -> bool {
        self.whole && self.format == Format::Integer
    }

    /// Keys in a row at which something is known, as far as no key is left out.
    pub(super) fn runs(&self, known: impl Fn(usize) -> bool) -> Vec<Vec<usize>> {
        let mut runs: Vec<Vec<usize>> = Vec::new();
        let mut broken = true;
        for key in 0..self.keys.len() {
            broken |= self.holes.contains(&key);
            match runs.last_mut() {
                _ if !known(key) => broken = true,
                Some(run) if !broken => run.push(key),
                _ => {
                    runs.push(vec![key]);
                    broken = false;
                }
            }
        }
        runs
    }

    /// Every known value, and the ends of those that depend on hidden cells.
    pub fn values(&self) -> impl Iterator<Item = &Exact> {
        self.strands.iter().flat_map(Strand::known).flat_map(|(_, value, mark)| {
            let ends = mark.ends.iter().flat_map(|(low, high)| [low, high]);
            std::iter::once(value).chain(ends)
        })
    }

    /// Whether some value depends on hidden cells.
    pub fn whiskers(&self) -> bool {
        self.strands.iter().flat_map(|strand| &strand.marks).any(|mark| mark.ends.is_some())
    }

    /// Whether some value is not there, and whether one is hidden.
    pub fn gaps(&self) -> (bool, bool) {
        let without = || {
            self.strands.iter().flat_map(|strand| &strand.marks).filter(|mark| mark.value.is_none())
        };
        (without().any(|mark| !mark.hidden), without().any(|mark| mark.hidden))
    }
}

/// Takes the data of a chart from its series.
pub fn data(
    id: &str,
    chart: &Chart,
    spec: &spec::Spec,
    figures: &Figures,
    shower: &Shower<'_>,
) -> Outcome<Option<Data>> {
    let mut diagnostics = Diagnostics::default();
    let chooser = Chooser { id, chart, figures, shower };
    let value = match figures.find_series((&chart.series.0, chart.series.1)) {
        Ok(None) => None,
        Ok(Some(series)) => {
            let made = chooser.data(series, spec.series.get(&series.id), &mut diagnostics);
            diagnostics.take(made)
        }
        Err(error) => {
            diagnostics.push(error);
            None
        }
    };
    Outcome::new(value, diagnostics)
}
