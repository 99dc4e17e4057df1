//! From a text to recipes: for each number, the figures and simple recipes that give it at its precision, best first.
//!
//! Nothing is learned and nothing is guessed: every value that simple recipes give is compared with what the words allow. How many
//! recipes agree is said, so that a coincidence is seen as one.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use super::cubes::{Cubes, Made, between};
use crate::claims::{Finding, Kind, Lexicon, Mention, mentions};
use crate::exact::{Exact, Rounding};
use crate::figures::{Figures, Provenance};
use crate::frame::Frame;
use crate::locale::Locale;
use crate::value::{Period, Scale};

/// Candidates that are kept of each number.
const KEPT: usize = 5;

/// One number of the text with what would give it.
#[derive(Clone, Debug)]
pub struct Traced {
    /// Bytes of the plain text.
    pub range: std::ops::Range<usize>,
    /// The words.
    pub words: String,
    /// The best recipes that fit the words and the periods that they name.
    pub candidates: Vec<Candidate>,
    /// How many recipes fit in all.
    pub matches: usize,
    /// How many recipes give the number by chance, as it seems: they are of things that the sentence does not speak of.
    pub chance: usize,
    /// How many recipes give the number for other periods than the words name.
    pub elsewhere: usize,
    /// Where nothing fits: what the best recipe for these periods gives instead.
    pub near: Option<Near>,
    /// The periods that the words name.
    pub periods: Vec<Period>,
}

/// A recipe that gives the number.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// The report and figure, of one that is declared already.
    pub figure: Option<(String, String)>,
    /// The recipe.
    pub recipe: String,
    /// Whether it is quoted from a source or entered, and not made from data.
    pub quoted: bool,
    /// The value, of a fall with its sign; of a share, as a fraction of 1.
    pub value: Exact,
    /// What the check would find.
    pub finding: Finding,
}

/// What a recipe that does not fit gives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Near {
    /// The recipe.
    pub recipe: String,
    /// Its value.
    pub value: Exact,
}

/// What trace looks through.
pub struct Inputs<'a> {
    /// Datasets with all their columns.
    pub frames: &'a BTreeMap<String, Frame>,
    /// Figures of the project's reports, by report.
    pub reports: Vec<(&'a str, &'a Figures)>,
    /// The text's language.
    pub locale: &'a Locale,
    /// Its words.
    pub lexicon: &'a Lexicon,
    /// Threads that may scan.
    pub threads: NonZeroUsize,
}

/// Traces every number of a plain text.
pub fn trace(text: &str, inputs: &Inputs<'_>) -> Vec<Traced> {
    let cubes: Vec<Cubes> =
        inputs.frames.values().map(|frame| Cubes::of(frame, inputs.threads)).collect();
    let entries: Vec<_> = cubes.iter().map(Cubes::entries).collect();
    mentions(text, inputs.lexicon, inputs.locale)
        .into_iter()
        .map(|mention| {
            let mut found: Vec<(Rating, Candidate)> = declared(&mention, inputs);
            let (low, high) = mention.range_of_values(inputs.lexicon);
            let mut near: Option<(i64, Near)> = None;
            if let (Some(low), Some(high)) = (fraction(&low), fraction(&high)) {
                for (cubes, entries) in cubes.iter().zip(&entries) {
                    let fits = between(entries, mention.kind, low, high);
                    for entry in fits.iter().filter(|entry| entry.within(low, high)) {
                        let Some(value) = entry.value() else { continue };
                        found.extend(candidate(&mention, cubes, &entry.made, value, inputs));
                    }
                }
            }
            let all = found.len();
            found.retain(|(rating, _)| rating.timely);
            let elsewhere = all - found.len();
            let chance = found.iter().filter(|(rating, _)| !rating.told).count();
            found.retain(|(rating, _)| rating.told);
            let fits = found.len();
            if found.iter().all(|(_, candidate)| candidate.quoted) {
                let (low, high) = wide(&low, &high);
                let ends =
                    fraction(&low).zip(fraction(&high)).filter(|_| !mention.periods.is_empty());
                for (cubes, entries) in cubes.iter().zip(&entries) {
                    let fits = ends.map_or(&[][..], |(a, b)| between(entries, mention.kind, a, b));
                    for entry in fits {
                        if let Some(better) = nearest(&mention, cubes, entry, near.as_ref(), inputs)
                        {
                            near = Some(better);
                        }
                    }
                }
            }
            found.sort_by(|(a, x), (b, y)| {
                (b.score, x.recipe.len(), &x.recipe).cmp(&(a.score, y.recipe.len(), &y.recipe))
            });
            let candidates = found.into_iter().map(|(_, candidate)| candidate).take(KEPT).collect();
            Traced {
                words: text[mention.range.clone()].to_string(),
                range: mention.range.clone(),
                candidates,
                matches: fits,
                chance,
                elsewhere,
                near: near.map(|(_, near)| near),
                periods: mention.periods.clone(),
            }
        })
        .collect()
}

fn fraction(value: &Exact) -> Option<(i128, i128)> {
    let (top, bottom) = value.fraction();
    Some((top.parse().ok()?, bottom.parse().ok()?))
}

/// Figures that reports declare already.
fn declared(mention: &Mention, inputs: &Inputs<'_>) -> Vec<(Rating, Candidate)> {
    let mut found = Vec::new();
    for (report, figures) in &inputs.reports {
        for figure in figures.figures.values() {
            let Some(number) = figure.value.number() else { continue };
            let kind = match number.measure.scale {
                Scale::Percent => Kind::Share,
                Scale::Points => Kind::Points,
                Scale::Plain if mention.kind == Kind::Multiple => Kind::Multiple,
                Scale::Plain => Kind::Plain,
            };
            let finding = mention.finding(
                &number.value.abs(),
                inputs.lexicon,
                inputs.locale,
                Rounding::HalfUp,
            );
            if kind != mention.kind || !finding.ties() {
                continue;
            }
            let covers: Vec<Period> = figure.covers.iter().copied().collect();
            let recipe = figure.recipe.as_ref().map_or_else(
                || figure.provenance.name().to_string(),
                |recipe| recipe.canonical.clone(),
            );
            let label: Vec<String> = vec![figure.label.clone()];
            let score = 60 + score(mention, &covers, &label, 0, finding);
            let name = Some(((*report).to_string(), figure.id.clone()));
            let told = tells(mention, &label) || finding == Finding::Exact && mention.is_precise();
            let rating = Rating { score, timely: timely(mention, &covers), told };
            let quoted = matches!(figure.provenance, Provenance::Quoted | Provenance::Entered);
            let value = number.value.clone();
            found.push((rating, Candidate { figure: name, recipe, quoted, value, finding }));
        }
    }
    // a figure that several reports declare is one
    let mut seen: Vec<String> = Vec::new();
    found.retain(|(_, candidate)| {
        let id = candidate.figure.as_ref().map_or(String::new(), |(_, id)| id.clone());
        let new = !seen.contains(&id);
        seen.push(id);
        new
    });
    found
}

fn candidate(
    mention: &Mention,
    cubes: &Cubes,
    made: &Made,
    value: Exact,
    inputs: &Inputs<'_>,
) -> Option<(Rating, Candidate)> {
    let finding = mention.finding(&value, inputs.lexicon, inputs.locale, Rounding::HalfUp);
    if !finding.ties() {
        return None;
    }
    let rating = rated(mention, cubes, made, finding);
    let recipe = cubes.recipe(made);
    let value = if cubes.falls(made) { -value } else { value };
    Some((rating, Candidate { figure: None, recipe, quoted: false, value, finding }))
}

/// How well a recipe suits a number.
#[derive(Clone, Copy, Debug)]
struct Rating {
    score: i64,
    /// Whether it is of the periods that the words name.
    timely: bool,
    /// Whether the sentence speaks of it, or so many digits agree that chance is no explanation.
    told: bool,
}

/// Whether some text of a recipe has a telling word in common with the sentence.
fn tells(mention: &Mention, words: &[String]) -> bool {
    words.iter().any(|text| !crate::claims::significant_words(text).is_disjoint(&mention.words))
}

fn rated(mention: &Mention, cubes: &Cubes, made: &Made, finding: Finding) -> Rating {
    let (periods, mut words, filters) = cubes.about(made);
    let simple = match made {
        Made::Sum(..) => 40,
        Made::Share(..) => 34,
        Made::Rest(inner) if matches!(**inner, Made::Sum(..)) => 32,
        Made::PercentChange(..) => 26,
        Made::Rest(_) => 22,
        Made::Run(..) => 24,
        Made::Change(..) | Made::Ratio(..) => 20,
        Made::Quotient(..) => 14,
        Made::Rows(..) => 8,
    };
    words.push(cubes.quantity(made));
    // sums over several rows may count a thing twice
    let simple = simple - if cubes.is_cell(made) { 0 } else { 6 };
    let precise = finding == Finding::Exact && mention.is_precise();
    // of a share, the sentence must speak of the part
    let part = cubes.part(made);
    let told = match part {
        Some(part) => tells(mention, &[part]),
        None => tells(mention, &words),
    };
    Rating {
        score: simple + score(mention, &periods, &words, filters, finding),
        timely: timely(mention, &periods),
        told: told || precise,
    }
}

/// How well a recipe's words, periods and precision suit the sentence.
fn score(
    mention: &Mention,
    periods: &[Period],
    words: &[String],
    filters: usize,
    finding: Finding,
) -> i64 {
    let mut score = match finding {
        Finding::Exact => 12,
        Finding::Rounds => 6,
        _ => 0,
    };
    for text in words {
        let parts = crate::claims::significant_words(text);
        let named = parts.iter().filter(|word| mention.words.contains(*word)).count();
        score += 8 * named as i64;
        if named == 0 {
            score -= 4;
        }
    }
    if !mention.periods.is_empty() && !periods.is_empty() {
        let same = periods
            .iter()
            .all(|period| mention.periods.iter().any(|named| touches(*period, *named)));
        score += if same { 16 } else { 4 };
    }
    score - 2 * filters as i64
}

/// Whether a recipe is of the periods that the words name, or nothing says otherwise: of one of them; or, where it
/// is of several, from the first that is named or up to the last.
fn timely(mention: &Mention, periods: &[Period]) -> bool {
    let named = &mention.periods;
    let first = named.iter().map(|period| period.days().0).min();
    let last = named.iter().map(|period| period.days().1).max();
    let (Some(first), Some(last)) = (first, last) else { return true };
    let same = |period: &Period| named.iter().any(|other| other.days() == period.days());
    match periods {
        [] => true,
        [one] => same(one),
        several => {
            let begin = several.iter().map(|period| period.days().0).min() == Some(first);
            let end = several.iter().map(|period| period.days().1).max();
            let newest = several.len() == 2 && several.iter().max().is_some_and(same);
            newest || begin && end.is_some_and(|end| end <= last)
        }
    }
}

fn touches(a: Period, b: Period) -> bool {
    a.days().0 <= b.days().1 && b.days().0 <= a.days().1
}

/// Values that are near: from three quarters of the least to five quarters of the most.
fn wide(low: &Exact, high: &Exact) -> (Exact, Exact) {
    (low * &Exact::scaled(75, 2), high * &Exact::scaled(125, 2))
}

/// A recipe of the named periods whose value is near, where it suits the sentence better than the one known.
fn nearest(
    mention: &Mention,
    cubes: &Cubes,
    entry: &super::cubes::Entry,
    known: Option<&(i64, Near)>,
    inputs: &Inputs<'_>,
) -> Option<(i64, Near)> {
    let (low, high) = mention.range_of_values(inputs.lexicon);
    let plain = match &entry.made {
        Made::Rest(inner) => matches!(**inner, Made::Sum(..)),
        made => matches!(made, Made::Sum(..) | Made::Share(..) | Made::Run(..)),
    };
    let (periods, mut words, _) = cubes.about(&entry.made);
    words.push(cubes.quantity(&entry.made));
    if !plain || !tells(mention, &words) || periods.is_empty() || !timely(mention, &periods) {
        return None;
    }
    let value = entry.value()?;
    let middle = (&low + &high) * Exact::scaled(5, 1);
    // nearness counts as much as a word of the sentence
    let off = (&value - &middle).abs().checked_div(&middle)?;
    let off = (off * Exact::from(40)).floor()? as i64;
    let score = rated(mention, cubes, &entry.made, Finding::Wrong).score - off;
    if known.is_some_and(|(best, near)| {
        (*best, std::cmp::Reverse(&near.recipe))
            >= (score, std::cmp::Reverse(&cubes.recipe(&entry.made)))
    }) {
        return None;
    }
    Some((score, Near { recipe: cubes.recipe(&entry.made), value }))
}
