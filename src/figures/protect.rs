//! Disclosure control of values: small numbers of cases are hidden, others rounded as the rule says; where a series tells
//! all points but one, another is hidden with it.
//!
//! What is hidden becomes a hidden cell of ours, as publishers hide theirs: between two ends, in everything that is made of
//! it. Everything after this sees only that.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::arithmetic::Operand;
use super::evaluate::{Inputs, Trouble, evaluate, read};
use super::term::{Guards, Reading, Term};
use crate::diag::{Code, Diagnostic, counted};
use crate::disclosure::{Guard, Rule};
use crate::exact::{Exact, Rounding};
use crate::hidden::{Affine, Form, HiddenCell, OURS};
use crate::language::Operator;
use crate::text::Span;
use crate::value::{Measure, Number, Scale, Value};

type Guarded<T> = Result<T, Trouble>;

/// A hidden number as a cell of ours.
fn cell(name: &str, place: u64, ends: (Exact, Exact)) -> Affine {
    let mut affine = Affine::constant(Exact::zero());
    let cell = HiddenCell { column: Arc::from(format!("{OURS}{name}")), row: place };
    affine.add_cell(cell, Exact::one(), ends);
    affine
}

fn of_form(form: Affine, like: &Number) -> Guarded<Number> {
    Number::of_form(Form::Affine(form), like.measure.clone()).map_err(|_| Trouble::Silent)
}

/// The value of a guarded fold.
pub(super) fn fold(term: &Term, of: Guards, inputs: &Inputs<'_>) -> Guarded<Value> {
    let value = evaluate(term, inputs)?;
    let (Some(guard), Term::Fold(index, reading, span)) = (inputs.guard, term) else {
        return Ok(value);
    };
    let (rule, partial) = (&guard.rule, &inputs.folds[*index]);
    let place = (inputs.name, *index as u64);
    let cases = partial.known() + partial.suppressed;
    let number = match (value, of, reading) {
        (
            Value::Number(number),
            Guards::Rows,
            Reading::Rows | Reading::Known | Reading::Distinct,
        )
        | (Value::Number(number), Guards::Counts, Reading::Sum(_) | Reading::One(_)) => {
            guarded(number, rule, place)?
        }
        (Value::Number(number), Guards::Counts, Reading::Mean(_)) => {
            mean(number, rule, partial.known(), place)?
        }
        (value, Guards::Counts, _) => return Ok(value),
        (value, Guards::Rows, reading) => {
            // a quantile that has few beyond it tells of them
            let beyond = |p: &Exact| {
                let least = p.clone().min(Exact::one() - p.clone());
                least * Exact::from(2 * i128::from(cases)) < Exact::from(i128::from(rule.few()))
            };
            let single = match reading {
                Reading::Least(_) | Reading::Greatest(_) | Reading::One(_) => true,
                Reading::Quantile(_, p, _) => cases >= rule.few() && beyond(p),
                _ => false,
            };
            if single || cases < rule.few() {
                return Err(withheld(inputs.name, guard, (single, cases), *span));
            }
            match (value, reading) {
                // an undeclared table of numbers of cases is summed up like amounts
                (Value::Number(number), Reading::Sum(_)) if rule.hides(&number.value) => {
                    guarded(number, rule, place)?
                }
                // a fraction tells what it was divided by
                (Value::Number(number), _) if rule.round > 0 => {
                    let decimals = if number.measure.scale == Scale::Plain { 1 } else { 3 };
                    let value = number.value.round(decimals, Rounding::HalfUp);
                    Number { value, ..number }
                }
                (value, _) => return Ok(value),
            }
        }
    };
    Ok(Value::Number(number))
}

/// A mean of numbers of cases as the rule lets their sum be told.
fn mean(number: Number, rule: &Rule, cells: u64, (name, place): (&str, u64)) -> Guarded<Number> {
    let cells = Exact::from(i128::from(cells));
    let sum = &number.value * &cells;
    if number.hidden.is_some() {
        return Ok(number);
    }
    let part = Exact::one().checked_div(&cells).unwrap_or_else(Exact::zero);
    if rule.hides(&sum) {
        return of_form(cell(name, place, rule.range()).times(&part), &number);
    }
    Ok(match rule.rounded(&sum) {
        Some(sum) => Number { value: sum * part, ..number },
        None => number,
    })
}

/// A share of which both the part and the whole are hidden: the part is no more than the whole.
pub(super) fn share(part: &Operand, whole: &Operand, inputs: &Inputs<'_>) -> Option<Number> {
    let rule = &inputs.guard?.rule;
    let ours = |operand: &Operand| {
        operand.number.hidden.as_ref().is_some_and(|form| form.ours() == form.count())
    };
    if !ours(part) || !ours(whole) {
        return None;
    }
    let least = Exact::one().checked_div(&rule.range().1)?;
    let form = part.number.form().within(least, Exact::one());
    Number::of_form(form, Measure::percent()).ok()
}

/// A number as the rule lets it be told.
fn guarded(number: Number, rule: &Rule, (name, place): (&str, u64)) -> Guarded<Number> {
    let (low, high) = number.range();
    if number.hidden.is_some() {
        // hidden by the publisher between ends that tell more than we would
        let inside = rule.hides(&low.clone().max(Exact::one())) && rule.hides(&high);
        if inside {
            return of_form(cell(name, place, rule.range()), &number);
        }
        // ends that hold a number of ours tell it
        let message = format!(
            "{name} adds numbers up that the publisher hides and numbers under disclosure control"
        );
        let error = Diagnostic::error(Code::Disclosure, message);
        return Err(Trouble::Suppressed(Box::new(
            error.hint("leave out what the publisher hides: `where column is known`"),
        )));
    }
    if rule.hides(&number.value) {
        let ends = match number.value.is_integer() {
            true => rule.range(),
            false => (Exact::zero(), Exact::from(i128::from(rule.hide) + 1)),
        };
        return of_form(cell(name, place, ends), &number);
    }
    Ok(match rule.rounded(&number.value) {
        Some(value) => Number { value, ..number },
        None => number,
    })
}

/// The part of a share whose rest would be told by it: the whole less a hidden rest.
pub(super) fn part(
    (part, told): (&Term, Operand),
    (whole, of): (&Term, &Operand),
    inputs: &Inputs<'_>,
) -> Guarded<Operand> {
    let (Some(guard), Term::Guarded(own, _), Some((a, of_part)), Some((b, of_whole))) =
        (inputs.guard, part, part.fold(), whole.fold())
    else {
        return Ok(told);
    };
    let Term::Fold(_, _, span) = own.as_ref() else { return Ok(told) };
    let open = told.number.hidden.is_some() || of.number.bounds.is_some();
    if open || guard.rule.round > 0 {
        return Ok(told);
    }
    let value = |index: usize, reading: &Reading| match inputs.folds[index].rows {
        0 => Ok(Exact::zero()),
        _ => match read(&inputs.folds[index], reading, *span, inputs)? {
            Value::Number(number) => Ok(number.value),
            _ => Err(Trouble::Silent),
        },
    };
    let rest = value(b, of_whole)? - value(a, of_part)?;
    if !guard.rule.hides(&rest) {
        return Ok(told);
    }
    let mut form = Affine::constant(of.number.value.clone());
    let hidden = cell(inputs.name, u64::from(u32::MAX) + a as u64, guard.rule.range());
    form.join(&hidden.times(&-Exact::one()));
    let number = of_form(form, &told.number)?;
    Ok(Operand { number, ..told })
}

/// What is left of numbers of cases when others are taken off them: an error where the rule hides such a number.
pub(super) fn remainder(name: &str, term: &Term, value: &Value, guard: &Guard) -> Guarded<()> {
    let (Value::Number(number), Term::Binary(_, _, _, span)) = (value, term) else { return Ok(()) };
    let rule = &guard.rule;
    let open = number.hidden.is_none() && number.measure.scale == Scale::Plain;
    if !open || !adds_up(term) || !rule.hides(&number.value.abs()) {
        return Ok(());
    }
    let message =
        format!("{name} is a number from 1 to {}, which `{}` hides", rule.hide, rule.name);
    let error = Diagnostic::error(Code::Disclosure, message).at(*span);
    let hint =
        "a part is told by the others: leave one out, or write `change(a to b)` if it is a change";
    Err(Trouble::Suppressed(Box::new(error.hint(hint))))
}

/// Whether a term adds figures up, or takes some off others.
fn adds_up(term: &Term) -> bool {
    match term {
        Term::Figure(..) | Term::Constant(_) | Term::Guarded(..) => true,
        Term::Total(a) => adds_up(a),
        Term::Negate(a, _) => adds_up(a),
        Term::Binary(Operator::Add | Operator::Subtract, a, b, _) => adds_up(a) && adds_up(b),
        _ => false,
    }
}

/// A value that tells of single people, or of too few.
fn withheld(name: &str, guard: &Guard, (single, cases): (bool, u64), span: Span) -> Trouble {
    let rule = &guard.rule;
    let message = match single {
        true => format!(
            "{name} would tell the value of a single case (disclosure control `{}`)",
            rule.name
        ),
        false => format!(
            "{name} is of {}: under `{}` nothing is told of fewer than {}",
            counted(cases, "case"),
            rule.name,
            rule.few()
        ),
    };
    let error = Diagnostic::error(Code::Disclosure, message).at(span);
    let hint = "choose more rows, or another measure: a count, a share, a quantile of many";
    Trouble::Suppressed(Box::new(error.hint(hint)))
}

/// A point of a line whose sum may be known.
struct Cell {
    value: Exact,
    form: Affine,
    hidden: bool,
}

/// The values of a series' points as the rule lets them be told, where it tells sums of cases: small ones are hidden, and
/// with each so many others that no sum along a line of points gives it away.
///
/// Along one key, a partner takes what the hidden points give: *R − x* for a hidden *x*, so that sums stay as they are
/// whatever *x* is. Along two keys the partners of *x* are the corners of a rectangle, and rows and columns both stay.
/// Partners are large enough that all values from 1 to the rule's are possible for each hidden point.
///
/// `values` are the true values by the place of each key; gives those that are hidden as forms.
///
/// # Errors
/// There is no partner.
pub(super) fn lines(
    rule: &Rule,
    name: &str,
    values: &BTreeMap<(usize, usize), Exact>,
    two: bool,
) -> Result<BTreeMap<(usize, usize), Form>, String> {
    let mut cells: BTreeMap<(usize, usize), Cell> = BTreeMap::new();
    for (place, value) in values {
        let form = Affine::constant(value.clone());
        cells.insert(*place, Cell { value: value.clone(), form, hidden: false });
    }
    let small: Vec<(usize, usize)> =
        values.iter().filter(|(_, value)| rule.hides(value)).map(|(place, _)| *place).collect();
    for (number, place) in small.iter().enumerate() {
        if let Some(own) = cells.get_mut(place) {
            (own.form, own.hidden) = (cell(name, number as u64, rule.range()), true);
        }
    }
    if small.is_empty() {
        return Ok(BTreeMap::new());
    }
    let none = || {
        format!(
            "{} hidden, and no other point is large enough to hide {} with it",
            if small.len() == 1 {
                "one point is".into()
            } else {
                format!("{} points are", small.len())
            },
            if small.len() == 1 { "it" } else { "them" }
        )
    };
    // a lone point is in no sum but its own
    if values.len() == 1 {
        let hidden = cells.into_iter().map(|(place, cell)| (place, Form::Affine(cell.form)));
        return Ok(hidden.collect());
    }
    let several = |side: fn(&(usize, usize)) -> usize| {
        values.keys().map(side).collect::<BTreeSet<usize>>().len() > 1
    };
    if two && several(|place| place.0) && several(|place| place.1) {
        for (number, place) in small.iter().enumerate() {
            rectangle(rule, name, &mut cells, (*place, number as u64)).ok_or_else(none)?;
        }
    } else if !covered(rule, &small, values) {
        partner(rule, &mut cells, &small).ok_or_else(none)?;
    }
    let hidden = cells.into_iter().filter(|(_, cell)| cell.hidden);
    Ok(hidden.map(|(place, cell)| (place, Form::Affine(cell.form))).collect())
}

/// Three points of a rectangle with their new forms.
type Corners = [((usize, usize), Affine); 3];

/// Whether hidden points hide each other: with their sum known, each can still be anything from 1 to the rule's most.
fn covered(
    rule: &Rule,
    small: &[(usize, usize)],
    values: &BTreeMap<(usize, usize), Exact>,
) -> bool {
    let sum: Exact = small.iter().filter_map(|place| values.get(place).cloned()).sum();
    let (others, most) = (small.len() as i128 - 1, i128::from(rule.hide));
    let (low, high) = (Exact::from(others + most), Exact::from(others * most + 1));
    low <= sum && sum <= high
}

/// Whether a form stays above what the rule hides, whatever its cells are.
fn stays(rule: &Rule, form: &Affine) -> bool {
    form.range().0 > Exact::from(i128::from(rule.hide))
}

/// One point that takes what all hidden ones give: the smallest that can.
fn partner(
    rule: &Rule,
    cells: &mut BTreeMap<(usize, usize), Cell>,
    small: &[(usize, usize)],
) -> Option<()> {
    let mut given = Affine::constant(Exact::zero());
    for place in small {
        let own = cells.get(place)?;
        // what it is less than it could be goes to the partner: value − form
        let mut change = Affine::constant(own.value.clone());
        change.join(&own.form.times(&-Exact::one()));
        given.join(&change);
    }
    let mut open: Vec<(Exact, (usize, usize))> = cells
        .iter()
        .filter(|(_, cell)| !cell.hidden && !cell.value.is_zero())
        .map(|(place, cell)| (cell.value.clone(), *place))
        .collect();
    open.sort();
    for (value, place) in open {
        let mut form = Affine::constant(value);
        form.join(&given);
        if stays(rule, &form) {
            let own = cells.get_mut(&place)?;
            (own.form, own.hidden) = (form, true);
            return Some(());
        }
    }
    None
}

/// The corners of a rectangle that keep the sums of its rows and columns, whatever a hidden point is: the one whose corners
/// are smallest together, those that are hidden anyway before others.
fn rectangle(
    rule: &Rule,
    name: &str,
    cells: &mut BTreeMap<(usize, usize), Cell>,
    ((row, column), number): ((usize, usize), u64),
) -> Option<()> {
    let own = cells.get(&(row, column))?;
    let mut change = Affine::constant(-own.value.clone());
    change.join(&cell(name, number, rule.range()));
    let opposite = change.times(&-Exact::one());
    let moved = |place: &(usize, usize), change: &Affine| {
        let own = cells.get(place)?;
        // a hidden point of the rule's own keeps its ends
        let free = !own.value.is_zero() && !rule.hides(&own.value);
        let mut form = own.form.clone();
        form.join(change);
        (free && stays(rule, &form)).then_some((own, form))
    };
    let mut best: Option<(usize, Exact, Corners)> = None;
    for (other_row, other_column) in cells.keys() {
        if *other_row == row || *other_column == column {
            continue;
        }
        let places = [(row, *other_column), (*other_row, column), (*other_row, *other_column)];
        let corners = (
            moved(&places[0], &opposite),
            moved(&places[1], &opposite),
            moved(&places[2], &change),
        );
        let (Some(a), Some(b), Some(c)) = corners else { continue };
        let open = [a.0, b.0, c.0].iter().filter(|cell| !cell.hidden).count();
        let size: Exact = [a.0, b.0, c.0].iter().map(|cell| cell.value.clone()).sum();
        if best.as_ref().is_none_or(|(known, sum, _)| (open, &size) < (*known, sum)) {
            let [x, y, z] = places;
            best = Some((open, size, [(x, a.1), (y, b.1), (z, c.1)]));
        }
    }
    for (place, form) in best?.2 {
        let own = cells.get_mut(&place)?;
        (own.form, own.hidden) = (form, true);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Places = BTreeMap<(usize, usize), Exact>;

    /// The value of a form where each hidden cell is a number.
    fn at(form: &Form, cells: &dyn Fn(&HiddenCell) -> Exact, rule: &Rule) -> Exact {
        let Form::Affine(affine) = form else { panic!("a sum") };
        let (low, high) = rule.range();
        let least = |(_, weight): (HiddenCell, Exact)| {
            let end = if weight.is_negative() { &high } else { &low };
            &weight * end
        };
        let constant = affine.range().0 - affine.weights().map(least).sum::<Exact>();
        constant + affine.weights().map(|(cell, weight)| weight * cells(&cell)).sum::<Exact>()
    }

    /// The sums along the lines of a table.
    fn sums(values: &Places, two: bool) -> Vec<Exact> {
        let mut lines: BTreeMap<(usize, usize), Exact> = BTreeMap::new();
        for ((row, column), value) in values {
            let along = if two { vec![(1, *row), (2, *column)] } else { vec![(0, 0)] };
            for line in along {
                let sum = lines.entry(line).or_insert_with(Exact::zero);
                *sum = &*sum + value;
            }
        }
        lines.into_values().collect()
    }

    fn number(n: u32) -> Exact {
        Exact::from(i128::from(n))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        /// Whoever knows every sum along a line and all that is told can take each hidden number for any from 1 to the
        /// rule's most: another table tells the same.
        #[test]
        fn a_hidden_number_can_be_any_that_the_rule_hides(
            (rows, columns) in (1usize..5, 1usize..6),
            cells in prop::collection::vec(prop_oneof![2 => 0u32..7, 3 => 5u32..200], 30),
            hide in 1u32..6,
        ) {
            let rule = Rule { name: "own".into(), hide, round: 0 };
            // a lone point is in no sum but its own; a table of one row is a line
            prop_assume!(rows * columns > 1);
            let two = rows > 1 && columns > 1;
            let places = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
            let values: Places = places.zip(cells.iter().map(|cell| number(*cell))).collect();
            let Ok(forms) = lines(&rule, "t", &values, two) else { return Ok(()) };
            let small: Vec<_> =
                values.iter().filter(|(_, value)| rule.hides(value)).map(|(place, _)| *place).collect();
            for place in &small {
                prop_assert!(forms.contains_key(place));
            }
            let own = |cell: &HiddenCell| values[&small[cell.row as usize]].clone();
            // the table itself is what the forms say
            for (place, form) in &forms {
                prop_assert_eq!(at(form, &own, &rule), values[place].clone());
            }
            for (index, place) in small.iter().enumerate() {
                for guess in 1..=hide {
                    // another table: by the forms, or, where hidden numbers hide each other, by any of these
                    let guessed = |cell: &HiddenCell| match cell.row as usize == index {
                        true => number(guess),
                        false => own(cell),
                    };
                    let mut other = values.clone();
                    for (place, form) in &forms {
                        other.insert(*place, at(form, &guessed, &rule));
                    }
                    let only_small = forms.len() == small.len();
                    if only_small {
                        // the others of the line take the rest, each from 1 to the most
                        let sum: Exact = small.iter().map(|place| values[place].clone()).sum();
                        let mut rest = (sum - number(guess)).to_i128().unwrap_or(0);
                        let others: Vec<_> = small.iter().filter(|own| *own != place).collect();
                        for (left, own) in others.iter().enumerate() {
                            let after = (others.len() - left - 1) as i128;
                            let take = (rest - after).clamp(1, i128::from(hide));
                            other.insert(**own, Exact::from(take));
                            rest -= take;
                        }
                        prop_assert_eq!(rest, 0);
                    }
                    prop_assert_eq!(sums(&other, two), sums(&values, two));
                    for (place, value) in &other {
                        match (values.get(place), small.contains(place)) {
                            (_, true) => prop_assert!(rule.hides(value)),
                            // what is hidden with it is never taken for one that the rule hides
                            (true_value, false) if forms.contains_key(place) => {
                                prop_assert!(!rule.hides(value) && !value.is_negative());
                                prop_assert!(true_value.is_some());
                            }
                            (true_value, false) => prop_assert_eq!(Some(value), true_value),
                        }
                    }
                }
            }
        }
    }
}
