//! What published figures give away together: a hidden number that can be worked out from others, and small numbers that are
//! the difference of two.
//!
//! Rows fall into classes that no figure tells apart; each figure that adds cases up is a set of classes. What is told exactly
//! is a linear equation over them (A. Hundepool et al., *Statistical Disclosure Control*, Wiley 2012, chapter 4), and a hidden
//! number can be worked out if its set is a combination of those that are told.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;

use super::question::Question;
use super::term::{Guards, Reading, Term};
use super::{Figure, Figures};
use crate::diag::{Code, Diagnostic, Diagnostics, list};
use crate::disclosure::{Guard, Rule};
use crate::exact::Exact;
use crate::frame::{Fold, FoldKind, Frame, NumberId, Partial, Payload, Query, scan};
use crate::hidden::{Form, HiddenCell};
use crate::text::Span;

/// A prime over which combinations are looked for: of vectors of zeros and ones it errs as good as never.
const PRIME: u64 = (1 << 31) - 1;
/// The most work of one search for combinations.
const MOST_WORK: usize = 400_000_000;

/// Rows, or parts of them, as bits.
type Bits = Vec<u64>;

/// Something that adds cases up, and is in a figure.
struct Sum {
    /// The figure or point.
    id: String,
    span: Span,
    rows: Bits,
    /// The column that is added up; none where rows are counted.
    column: Option<usize>,
    value: Exact,
    told: Told,
}

/// Whether a sum is told.
enum Told {
    /// Exactly.
    Exactly,
    /// Hidden by the rule; as a hidden number of its own, where it stands alone.
    Hidden(Option<HiddenCell>),
    /// As a constant and so many times hidden numbers.
    With(Vec<(HiddenCell, Exact)>),
    /// Not by itself.
    Open,
}

/// What adds up with each other: rows; different values of a column; numbers in cells.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Space {
    Rows,
    Distinct(Option<NumberId>),
    Counts,
}

/// Looks for what the figures over each dataset under disclosure control give away.
pub(super) fn audit(
    figures: &Figures,
    frames: &BTreeMap<String, Frame>,
    questions: &BTreeMap<String, Question>,
    threads: NonZeroUsize,
) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    for (name, frame) in frames {
        let looked_at = |guard: &&Guard| guard.rule.hide > 0 && guard.rule.round == 0;
        let Some(guard) = frame.guard.as_ref().filter(looked_at) else { continue };
        let asked = questions
            .iter()
            .filter(|(id, question)| question.frame == *name && !figures.failed.contains(*id));
        let mut spaces: BTreeMap<Space, Vec<Sum>> = BTreeMap::new();
        for (id, question) in asked {
            for (space, sum) in sums_of(figures, (frame, &guard.rule), (id, question), threads) {
                spaces.entry(space).or_default().push(sum);
            }
        }
        let parts = parts(frame, guard);
        for sums in spaces.values() {
            look(frame, &guard.rule, &parts, sums, &mut diagnostics);
        }
    }
    diagnostics
}

/// The columns of numbers that each such column adds up from, in every row; itself where there are none.
fn parts(frame: &Frame, guard: &Guard) -> BTreeMap<usize, Vec<usize>> {
    let columns: Vec<usize> = guard.counts.iter().filter_map(|name| frame.index(name)).collect();
    let number = |column: usize, row: u64| frame.number(&frame.columns[column], row);
    let adds_up = |whole: usize, of: &[usize]| {
        (0..frame.rows).all(|row| {
            let sum: Option<Vec<Exact>> = of.iter().map(|column| number(*column, row)).collect();
            match (number(whole, row), sum) {
                (Some(whole), Some(sum)) => whole == sum.into_iter().sum(),
                _ => true,
            }
        })
    };
    let mut found: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for whole in &columns {
        let others: Vec<usize> = columns
            .iter()
            .copied()
            .filter(|column| column != whole && !found.contains_key(column))
            .collect();
        // all of them, then the fewest; of very many columns only pairs
        let most = if others.len() <= 10 { others.len() } else { 2 };
        let mut sets: Vec<Vec<usize>> = (0..1u32 << others.len().min(16))
            .map(|bits| {
                let own = others.iter().enumerate().filter(|(place, _)| bits >> place & 1 == 1);
                own.map(|(_, column)| *column).collect()
            })
            .filter(|set: &Vec<usize>| (2..=most).contains(&set.len()))
            .collect();
        sets.sort_by_key(Vec::len);
        if let Some(of) = sets.into_iter().find(|of| adds_up(*whole, of)) {
            found.insert(*whole, of);
        }
    }
    // parts of parts
    for _ in 0..found.len() {
        let before = found.clone();
        for of in found.values_mut() {
            *of = of
                .iter()
                .flat_map(|own| before.get(own).cloned().unwrap_or_else(|| vec![*own]))
                .collect();
        }
    }
    let all = columns
        .iter()
        .map(|column| (*column, found.get(column).cloned().unwrap_or_else(|| vec![*column])));
    all.collect()
}

/// A guarded fold of a question.
struct Asked<'t> {
    /// The place of its value in the question.
    value: usize,
    fold: usize,
    /// Whether it is over all points.
    in_all: bool,
    of: Guards,
    reading: &'t Reading,
    /// Whether it is the whole value.
    alone: bool,
    /// Of the part of a share: the whole follows it.
    part: bool,
}

/// The sums of a question: of each value and point.
fn sums_of(
    figures: &Figures,
    (frame, rule): (&Frame, &Rule),
    (id, question): (&str, &Question),
    threads: NonZeroUsize,
) -> Vec<(Space, Sum)> {
    let Some(program) = figures.programs.get(&question.frame) else { return Vec::new() };
    let mut asked: Vec<Asked<'_>> = Vec::new();
    for (value, (_, term)) in question.values.iter().enumerate() {
        guarded(term, (true, false), &mut |(fold, reading), of, (alone, in_all, part)| {
            asked.push(Asked { value, fold, in_all, of, reading, alone, part });
        });
    }
    // each fold as it is, and the numbers of the rows in which it has a value
    let mut program = program.clone();
    let mut with_rows = |query: &Query| {
        let mut folds = query.folds.clone();
        for fold in &query.folds {
            let known = fold.value.map(|value| program.known(value));
            let filter = program.both(fold.filter, known);
            folds.push(Fold { kind: FoldKind::Rows(usize::MAX), value: None, filter });
        }
        Query { folds, ..query.clone() }
    };
    let queries: Vec<Query> =
        std::iter::once(&question.query).chain(&question.totals).map(&mut with_rows).collect();
    let mut answers = scan(frame, &program, &queries, threads).into_iter();
    let (answer, totals) = (answers.next().unwrap_or_default(), answers.next().unwrap_or_default());
    let only_key = |column: usize| {
        let name = frame.columns.get_index(column).map(|(name, _)| name);
        matches!((frame.key.as_slice(), name), ([key], Some(name)) if key == name)
    };
    let mut sums = Vec::new();
    let mut add = |figure: Option<&Figure>, folds: &[Partial], wanted: usize| {
        let Some(figure) = figure else { return };
        let hidden = figure.value.number().and_then(|number| number.hidden.as_deref());
        let mut before: Option<Sum> = None;
        for own in asked.iter().filter(|own| own.value == wanted) {
            let (folds, kinds) = match own.in_all {
                true => (totals.only(), question.totals.as_ref().map_or(0, |own| own.folds.len())),
                false => (folds, question.query.folds.len()),
            };
            let (Some(partial), Some(listed)) = (folds.get(own.fold), folds.get(kinds + own.fold))
            else {
                continue;
            };
            let query = if own.in_all { question.totals.as_ref() } else { Some(&question.query) };
            let node = query.and_then(|query| query.folds.get(own.fold)?.value);
            let column = match own.of {
                Guards::Rows => None,
                Guards::Counts => node.and_then(|node| program.column(node)),
            };
            let mut rows = vec![0u64; (frame.rows as usize).div_ceil(64)];
            for row in listed.row_numbers() {
                rows[*row as usize / 64] |= 1 << (row % 64);
            }
            let value = match (own.of, own.reading, column) {
                (Guards::Counts, _, Some(column)) => added_up(frame, column, listed.row_numbers()),
                (_, Reading::Distinct, _) => match &partial.payload {
                    Payload::Histogram(values) => Exact::from(values.len() as i128),
                    _ => Exact::zero(),
                },
                (_, Reading::Known, _) => Exact::from(i128::from(partial.known())),
                _ => Exact::from(i128::from(partial.rows)),
            };
            let space = match (own.of, own.reading) {
                (Guards::Counts, _) => Space::Counts,
                // the only key names a row
                (_, Reading::Distinct)
                    if node.and_then(|node| program.column(node)).is_some_and(only_key) =>
                {
                    Space::Rows
                }
                (_, Reading::Distinct) => Space::Distinct(node),
                _ => Space::Rows,
            };
            let told = match hidden {
                _ if rule.hides(&value) => Told::Hidden(match hidden {
                    Some(Form::Affine(form)) if own.alone && form.is_bare() => {
                        form.weights().next().map(|(cell, _)| cell)
                    }
                    _ => None,
                }),
                None => Told::Exactly,
                Some(Form::Affine(form)) if own.alone => Told::With(form.weights().collect()),
                Some(_) if own.part => Told::Open,
                Some(_) => Told::Exactly,
            };
            let (id, span) = (figure.id.clone(), figure.span);
            let sum = Sum { id, span, rows, column, value, told };
            // what a share leaves of its whole
            if let Some(part) = before.take() {
                let rest = &sum.value - &part.value;
                let rows = sum.rows.iter().zip(&part.rows).map(|(a, b)| a & !b).collect();
                if rule.hides(&rest) {
                    let (id, told) = (format!("1 - {}", part.id), Told::Hidden(None));
                    sums.push((space, Sum { id, rows, value: rest, told, span, column }));
                }
                sums.push((space, part));
            }
            if own.part {
                before = Some(sum);
            } else {
                sums.push((space, sum));
            }
        }
    };
    match (figures.figures.get(id), figures.series.get(id)) {
        (Some(figure), _) => add(Some(figure), answer.only(), 0),
        (None, Some(series)) => {
            for point in &series.points {
                let Some(folds) = answer.groups.get(&point.group) else { continue };
                for (place, value) in point.values.iter().enumerate() {
                    add(value.figure(), folds, place);
                }
            }
        }
        (None, None) => {}
    }
    sums
}

/// The sum of the known cells of a column in some rows.
fn added_up(frame: &Frame, column: usize, rows: &[u64]) -> Exact {
    rows.iter().filter_map(|row| frame.number(&frame.columns[column], *row)).sum()
}

/// What is done with a guarded fold.
type Visit<'v, 't> = dyn FnMut((usize, &'t Reading), Guards, (bool, bool, bool)) + 'v;

/// Calls `visit` on each guarded fold: its place and how it is read; what it is of; whether it is the whole value, whether it
/// is over all points, whether it is the part of a share, whose whole is visited next.
fn guarded<'t>(term: &'t Term, (alone, in_all): (bool, bool), visit: &mut Visit<'_, 't>) {
    match term {
        Term::Guarded(inner, of) => {
            if let Some(fold) = inner.fold() {
                let counting = match of {
                    Guards::Rows => {
                        matches!(fold.1, Reading::Rows | Reading::Known | Reading::Distinct)
                    }
                    Guards::Counts => matches!(fold.1, Reading::Sum(_) | Reading::One(_)),
                };
                visit(fold, *of, (alone && counting, in_all, false));
            }
        }
        Term::Share(a, b, _) => {
            if let (Term::Guarded(_, of), Some(fold)) = (a.as_ref(), a.fold()) {
                visit(fold, *of, (false, in_all, true));
            }
            guarded(b, (false, in_all), visit);
        }
        Term::Total(a) => guarded(a, (alone, true), visit),
        Term::Negate(a, _) | Term::Absolute(a, _) => guarded(a, (false, in_all), visit),
        Term::Binary(_, a, b, _) | Term::Pair(_, a, b, _) => {
            guarded(a, (false, in_all), visit);
            guarded(b, (false, in_all), visit);
        }
        _ => {}
    }
}

/// Looks at sums that add up with each other.
fn look(
    frame: &Frame,
    rule: &Rule,
    parts: &BTreeMap<usize, Vec<usize>>,
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
    let base: BTreeSet<usize> = parts.values().flatten().copied().collect();
    let base: BTreeMap<usize, usize> = base.into_iter().zip(0..).collect();
    let dimensions = used.len() * base.len().max(1);
    // sets of classes, of each column that is a part
    let set = |sum: &Sum| {
        let mut set: Bits = vec![0u64; dimensions.div_ceil(64)];
        let of = sum.column.and_then(|column| parts.get(&column));
        let columns: Vec<usize> = match of {
            None => vec![0],
            Some(of) => of.iter().filter_map(|column| base.get(column).copied()).collect(),
        };
        for (row, own) in class.iter().enumerate() {
            if sum.rows[row / 64] >> (row % 64) & 1 == 1 {
                for column in &columns {
                    let place = used[own] + column * used.len();
                    set[place / 64] |= 1 << (place % 64);
                }
            }
        }
        set
    };
    let sets: Vec<Bits> = sums.iter().map(set).collect();
    // what is told, each set once
    let mut told: BTreeMap<&Bits, &Sum> = BTreeMap::new();
    for (sum, set) in sums.iter().zip(&sets) {
        if matches!(sum.told, Told::Exactly) {
            told.entry(set).or_insert(sum);
        }
    }
    pairs(rule, &told, diagnostics);
    worked_out(rule, dimensions, (sums, &sets), &told, diagnostics);
}

/// Two sums that are told, one within the other, of which the difference is hidden by the rule.
fn pairs(rule: &Rule, told: &BTreeMap<&Bits, &Sum>, diagnostics: &mut Diagnostics) {
    for (outer, whole) in told {
        for (inner, part) in told {
            let within = outer != inner && inner.iter().zip(outer.iter()).all(|(a, b)| a & !b == 0);
            if !within {
                continue;
            }
            if rule.hides(&(&whole.value - &part.value)) {
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
    (sums, sets): (&[Sum], &[Bits]),
    told: &BTreeMap<&Bits, &Sum>,
    diagnostics: &mut Diagnostics,
) {
    let mut hidden: BTreeMap<&HiddenCell, usize> = BTreeMap::new();
    let mut secrets: Vec<usize> = Vec::new();
    for (place, sum) in sums.iter().enumerate() {
        if let Told::Hidden(cell) = &sum.told {
            hidden.extend(cell.iter().map(|cell| (cell, place)));
            secrets.push(place);
        }
    }
    if secrets.is_empty() {
        return;
    }
    let vector = |set: &Bits| -> Vec<u64> {
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
    bounded(rule, (sums, sets, &secrets), told, &|set| spanned(&basis, vector(set)), diagnostics);
    let mut said: BTreeSet<&Bits> = BTreeSet::new();
    for place in secrets {
        let (sum, set) = (&sums[place], &sets[place]);
        if !said.insert(set) || !spanned(&basis, vector(set)) {
            continue;
        }
        let overlaps = |other: &Bits| other.iter().zip(set).any(|(a, b)| a & b != 0);
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

/// Hidden numbers whose sum is told leave each other too little room: three of 4 at most that add up to 12.
fn bounded(
    rule: &Rule,
    (sums, sets, secrets): (&[Sum], &[Bits], &[usize]),
    told: &BTreeMap<&Bits, &Sum>,
    known: &dyn Fn(&Bits) -> bool,
    diagnostics: &mut Diagnostics,
) {
    let mut said: BTreeSet<Vec<usize>> = BTreeSet::new();
    for (whole, sum) in told {
        let mut rest: Bits = (*whole).clone();
        let mut inside: Vec<usize> = Vec::new();
        for place in secrets {
            let set = &sets[*place];
            let fits = set.iter().zip(&rest).all(|(a, b)| a & !b == 0);
            if fits && set.iter().any(|bits| *bits != 0) {
                rest.iter_mut().zip(set).for_each(|(rest, own)| *rest &= !own);
                inside.push(*place);
            }
        }
        let empty = rest.iter().all(|bits| *bits == 0);
        if inside.len() < 2 || !(empty || known(&rest)) {
            continue;
        }
        let left: Exact = inside.iter().map(|place| sums[*place].value.clone()).sum();
        let (others, most) = (inside.len() as i128 - 1, i128::from(rule.hide));
        let room = Exact::from(others + most) <= left && left <= Exact::from(others * most + 1);
        if !room && said.insert(inside.clone()) {
            let names: Vec<String> = inside.iter().map(|place| sums[*place].id.clone()).collect();
            let message = format!(
                "{} are hidden by `{}`, and `{}` leaves them too little room",
                list(&names, 4),
                rule.name,
                sum.id
            );
            let error = Diagnostic::error(Code::Differencing, message).at(sum.span);
            diagnostics.push(error.hint("leave out the total, or bring groups together"));
        }
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
