//! What published figures give away together: a hidden number that can be worked out from others, and small numbers that are
//! the difference of two.
//!
//! Rows fall into classes that no figure tells apart; each figure that adds cases up is a set of classes. What is told exactly
//! is a linear equation over them (A. Hundepool et al., *Statistical Disclosure Control*, Wiley 2012, chapter 4), and a hidden
//! number can be worked out if its set is a combination of those that are told.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;

use super::question::Question;
use super::term::{Reading, Term};
use super::{Figure, Figures};
use crate::diag::{Code, Diagnostic, Diagnostics, list};
use crate::disclosure::{Guard, Rule};
use crate::exact::Exact;
use crate::frame::{Cell, Fold, FoldKind, Frame, NumberId, Query, scan};
use crate::hidden::{Form, HiddenCell};
use crate::text::Span;
use crate::value::Value;

/// A prime over which combinations are looked for: of vectors of zeros and ones it errs as good as never.
const PRIME: u64 = (1 << 31) - 1;
/// The most work of one search for combinations.
const MOST_WORK: usize = 400_000_000;

/// Rows as bits.
type Rows = Vec<u64>;

/// Something that adds cases up, and is in a figure.
struct Sum {
    /// The figure or point.
    id: String,
    span: Span,
    rows: Rows,
    told: Told,
}

/// Whether a sum is told.
enum Told {
    /// Exactly.
    Exactly,
    /// As a hidden number of its own.
    Hidden(HiddenCell),
    /// As a constant and so many times hidden numbers.
    With(Vec<(HiddenCell, Exact)>),
    /// Not by itself.
    Open,
}

/// What is summed: rows, or a column.
type Measure = Option<NumberId>;

/// Looks for what the figures over each dataset under disclosure control give away.
pub(super) fn audit(
    figures: &Figures,
    frames: &BTreeMap<String, Frame>,
    questions: &BTreeMap<String, Question>,
    threads: NonZeroUsize,
) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    for (name, frame) in frames {
        let Some(guard) =
            frame.guard.as_ref().filter(|own| own.rule.hide > 0 && own.rule.round == 0)
        else {
            continue;
        };
        let asked = questions
            .iter()
            .filter(|(id, question)| question.frame == *name && !figures.failed.contains(*id));
        let mut sums: BTreeMap<Measure, Vec<Sum>> = BTreeMap::new();
        for (id, question) in asked {
            for (measure, sum) in sums_of(figures, frame, (id, question), threads) {
                sums.entry(measure).or_default().push(sum);
            }
        }
        for (measure, sums) in sums {
            let column = match measure {
                None => None,
                Some(node) => {
                    let program = figures.programs.get(name);
                    let index = program.and_then(|program| program.column(node));
                    // a sum of what is computed row by row is of no numbers of cases
                    let Some(index) = index else { continue };
                    Some(index)
                }
            };
            look(frame, &guard.rule, column, &sums, &mut diagnostics);
        }
    }
    diagnostics
}

/// The sums of a question: of each value and point.
fn sums_of(
    figures: &Figures,
    frame: &Frame,
    (id, question): (&str, &Question),
    threads: NonZeroUsize,
) -> Vec<(Measure, Sum)> {
    let Some(program) = figures.programs.get(&question.frame) else { return Vec::new() };
    let cases = frame.guard.as_ref().is_some_and(Guard::rows_are_cases);
    let mut folds: Vec<(usize, usize, Measure, bool, bool)> = Vec::new();
    for (place, (_, term)) in question.values.iter().enumerate() {
        guarded(term, true, &mut |index, reading, alone, part| {
            let counts = matches!(reading, Reading::Rows | Reading::Known);
            let sums = matches!(reading, Reading::Sum(_) | Reading::One(_));
            let value = question.query.folds[index].value;
            // where rows are cases, whatever is told of them is told of so many; a mean tells its sum
            let measure = match (cases, counts || sums, reading) {
                (true, _, _) => None,
                (false, true, _) | (false, _, Reading::Mean(_)) => value,
                _ => return,
            };
            folds.push((place, index, measure, alone && counts == cases, part));
        });
    }
    let listing = |(_, index, ..): &(usize, usize, Measure, bool, bool)| Fold {
        kind: FoldKind::Rows(usize::MAX),
        value: None,
        filter: question.query.folds[*index].filter,
    };
    let query = Query { folds: folds.iter().map(listing).collect(), ..question.query.clone() };
    let answer = scan(frame, program, &[query], threads).pop().unwrap_or_default();
    let mut sums = Vec::new();
    let mut add = |figure: Option<&Figure>, listed: &[crate::frame::Partial], wanted: usize| {
        let Some(figure) = figure else { return };
        let hidden = figure.value.number().and_then(|number| number.hidden.as_deref());
        for ((place, _, measure, alone, part), listed) in folds.iter().zip(listed) {
            if *place != wanted {
                continue;
            }
            let mut rows = vec![0u64; (frame.rows as usize).div_ceil(64)];
            for row in listed.row_numbers() {
                rows[*row as usize / 64] |= 1 << (row % 64);
            }
            let told = match (hidden, alone) {
                (None, _) => Told::Exactly,
                (Some(Form::Affine(form)), true) => {
                    let cells: Vec<(HiddenCell, Exact)> = form.weights().collect();
                    match cells.as_slice() {
                        [(cell, weight)] if *weight == Exact::one() && form.is_bare() => {
                            Told::Hidden(cell.clone())
                        }
                        _ => Told::With(cells),
                    }
                }
                // the base of a share can be read off its ends; a part cannot
                (Some(_), false) if !part => Told::Exactly,
                _ => Told::Open,
            };
            sums.push((*measure, Sum { id: figure.id.clone(), span: figure.span, rows, told }));
        }
    };
    match (figures.figures.get(id), figures.series.get(id)) {
        (Some(figure), _) => add(Some(figure), answer.only(), 0),
        (None, Some(series)) => {
            for point in &series.points {
                let Some(listed) = answer.groups.get(&point.group) else { continue };
                for (place, value) in point.values.iter().enumerate() {
                    add(value.figure(), listed, place);
                }
            }
        }
        (None, None) => {}
    }
    sums
}

/// Calls `visit` on each guarded fold: its place, how it is read, whether it is the whole value, and whether it is the part
/// of a share.
fn guarded<'t>(term: &'t Term, alone: bool, visit: &mut dyn FnMut(usize, &'t Reading, bool, bool)) {
    match term {
        Term::Guarded(inner) => {
            if let Some((index, reading)) = inner.fold() {
                visit(index, reading, alone, false);
            }
        }
        Term::Share(a, b, _) => {
            if let (Term::Guarded(_), Some((index, reading))) = (a.as_ref(), a.fold()) {
                visit(index, reading, false, true);
            }
            guarded(b, false, visit);
        }
        Term::Negate(a, _) | Term::Absolute(a, _) => guarded(a, false, visit),
        Term::Binary(_, a, b, _) | Term::Pair(_, a, b, _) => {
            guarded(a, false, visit);
            guarded(b, false, visit);
        }
        _ => {}
    }
}

/// Looks at the sums of one measure.
fn look(
    frame: &Frame,
    rule: &Rule,
    column: Option<usize>,
    sums: &[Sum],
    diagnostics: &mut Diagnostics,
) {
    // classes of rows that no sum tells apart
    let mut class = vec![0u32; frame.rows as usize];
    let mut classes = 1u32;
    for sum in sums {
        let mut split: BTreeMap<u32, u32> = BTreeMap::new();
        for (row, own) in class.iter_mut().enumerate() {
            if sum.rows[row / 64] >> (row % 64) & 1 == 1 {
                *own = *split.entry(*own).or_insert_with(|| {
                    classes += 1;
                    classes - 1
                });
            }
        }
    }
    let used: BTreeMap<u32, usize> =
        class.iter().copied().collect::<BTreeSet<u32>>().into_iter().zip(0..).collect();
    let mut sizes = vec![Exact::zero(); used.len()];
    for (row, own) in class.iter().enumerate() {
        let size = match column {
            None => Exact::one(),
            Some(index) => match frame.cell(&frame.columns[index], row as u64) {
                Cell::Known(Value::Number(number)) => number.value,
                _ => Exact::zero(),
            },
        };
        let own = &mut sizes[used[own]];
        *own = &*own + &size;
    }
    // sets of classes, as bits
    let set = |sum: &Sum| {
        let mut set = vec![0u64; used.len().div_ceil(64)];
        for (row, own) in class.iter().enumerate() {
            if sum.rows[row / 64] >> (row % 64) & 1 == 1 {
                let place = used[own];
                set[place / 64] |= 1 << (place % 64);
            }
        }
        set
    };
    let sets: Vec<Rows> = sums.iter().map(set).collect();
    let size = |set: &Rows| -> Exact {
        let members = (0..used.len()).filter(|place| set[place / 64] >> (place % 64) & 1 == 1);
        members.map(|place| sizes[place].clone()).sum()
    };
    // what is told, each set once
    let mut told: BTreeMap<&Rows, &Sum> = BTreeMap::new();
    for (sum, set) in sums.iter().zip(&sets) {
        let exactly = match sum.told {
            Told::Exactly => !rule.hides(&size(set)),
            _ => false,
        };
        if exactly {
            told.entry(set).or_insert(sum);
        }
    }
    pairs(rule, &told, &size, diagnostics);
    worked_out(rule, used.len(), (sums, &sets), &told, &size, diagnostics);
}

/// Two sums that are told, one within the other, of which the difference is hidden by the rule.
fn pairs(
    rule: &Rule,
    told: &BTreeMap<&Rows, &Sum>,
    size: &dyn Fn(&Rows) -> Exact,
    diagnostics: &mut Diagnostics,
) {
    for (outer, whole) in told {
        for (inner, part) in told {
            let within = outer != inner && inner.iter().zip(outer.iter()).all(|(a, b)| a & !b == 0);
            if !within {
                continue;
            }
            let rest: Rows = outer.iter().zip(inner.iter()).map(|(a, b)| a & !b).collect();
            if rule.hides(&size(&rest)) {
                let message = format!(
                    "`{}` less `{}` is a number from 1 to {}, which `{}` hides",
                    whole.id, part.id, rule.hide, rule.name
                );
                let warning = Diagnostic::warning(Code::Differencing, message).at(whole.span);
                let hint = "tell one of the two only, or bring their groups together";
                diagnostics.push(warning.related(part.span, "the other").hint(hint));
            }
        }
    }
}

/// Hidden numbers that are combinations of what is told.
fn worked_out(
    rule: &Rule,
    classes: usize,
    (sums, sets): (&[Sum], &[Rows]),
    told: &BTreeMap<&Rows, &Sum>,
    size: &dyn Fn(&Rows) -> Exact,
    diagnostics: &mut Diagnostics,
) {
    let mut hidden: BTreeMap<&HiddenCell, usize> = BTreeMap::new();
    for (place, sum) in sums.iter().enumerate() {
        if let Told::Hidden(cell) = &sum.told {
            hidden.insert(cell, place);
        }
    }
    if hidden.is_empty() {
        return;
    }
    let vector = |set: &Rows| -> Vec<u64> {
        (0..classes).map(|place| set[place / 64] >> (place % 64) & 1).collect()
    };
    let mut known: Vec<Vec<u64>> = told.keys().map(|set| vector(set)).collect();
    // what is told with hidden numbers is told of both together
    for (sum, set) in sums.iter().zip(sets) {
        let Told::With(cells) = &sum.told else { continue };
        let mut own = vector(set);
        let mut whole = true;
        for (cell, weight) in cells {
            let (Some(place), Some(weight)) = (hidden.get(cell), weight.to_i128()) else {
                whole = false;
                break;
            };
            let weight = weight.rem_euclid(i128::from(PRIME)) as u64;
            for (own, other) in own.iter_mut().zip(vector(&sets[*place])) {
                *own = (*own + PRIME - weight * other % PRIME) % PRIME;
            }
        }
        if whole {
            known.push(own);
        }
    }
    if known.len().saturating_mul(known.len()).saturating_mul(classes) > MOST_WORK {
        let message = "too many figures to tell whether hidden numbers can be worked out from them";
        let warning = Diagnostic::warning(Code::Differencing, message);
        let first = sums.first().map(|sum| sum.span);
        diagnostics.push(first.into_iter().fold(warning, Diagnostic::at));
        return;
    }
    let basis = reduced(known);
    let mut said: BTreeSet<&Rows> = BTreeSet::new();
    for place in hidden.values() {
        let (sum, set) = (&sums[*place], &sets[*place]);
        let empty = size(set).is_zero();
        if empty || !said.insert(set) || !spanned(&basis, vector(set)) {
            continue;
        }
        let overlaps = |other: &Rows| other.iter().zip(set).any(|(a, b)| a & b != 0);
        let mut from: Vec<String> =
            told.iter().filter(|(set, _)| overlaps(set)).map(|(_, sum)| sum.id.clone()).collect();
        from.sort();
        from.dedup();
        let with =
            if from.is_empty() { String::new() } else { format!(", with {}", list(&from, 4)) };
        let message = format!(
            "`{}` is hidden by `{}`, and can be worked out from figures that are told{with}",
            sum.id, rule.name
        );
        let error = Diagnostic::error(Code::Differencing, message).at(sum.span);
        diagnostics.push(
            error.hint(
                "leave out a figure that tells the rest of a total, or bring groups together",
            ),
        );
    }
}

/// Vectors in a form in which each has a column of its own.
fn reduced(vectors: Vec<Vec<u64>>) -> Vec<(usize, Vec<u64>)> {
    let mut basis: Vec<(usize, Vec<u64>)> = Vec::new();
    for vector in vectors {
        let vector = less(&basis, vector);
        let Some(lead) = vector.iter().position(|own| *own != 0) else { continue };
        let inverse = power(vector[lead], PRIME - 2);
        basis.push((lead, vector.iter().map(|own| own * inverse % PRIME).collect()));
    }
    basis
}

/// A vector less what the basis gives of it.
fn less(basis: &[(usize, Vec<u64>)], mut vector: Vec<u64>) -> Vec<u64> {
    for (lead, own) in basis {
        let factor = vector[*lead];
        if factor != 0 {
            for (value, other) in vector.iter_mut().zip(own) {
                *value = (*value + PRIME - factor * other % PRIME) % PRIME;
            }
        }
    }
    vector
}

fn spanned(basis: &[(usize, Vec<u64>)], vector: Vec<u64>) -> bool {
    less(basis, vector).iter().all(|own| *own == 0)
}

fn power(mut base: u64, mut exponent: u64) -> u64 {
    let mut result = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result * base % PRIME;
        }
        base = base * base % PRIME;
        exponent >>= 1;
    }
    result
}
