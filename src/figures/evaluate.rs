//! Terms to values: partials become exact numbers, and arithmetic keeps what they measure.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::arithmetic::{Clash, Operand, apply};
use super::term::{Reading, Term, Unit};
use crate::diag::{Code, Diagnostic, counted};
use crate::disclosure::Guard;
use crate::exact::Exact;
use crate::frame::{Frame, Meaning, Partial, Payload, Undecided};
use crate::language::{Function, Operator};
use crate::sources::row_place;
use crate::text::Span;
use crate::value::{Date, Measure, Number, Scale, Value};

/// Why there is no value.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Something that it needs failed, which was said already.
    Silent,
    /// No known value: an error in a figure, a missing point in a series.
    Empty(Box<Diagnostic>),
    /// A hidden value, likewise.
    Suppressed(Box<Diagnostic>),
    /// An error anywhere.
    Error(Box<Diagnostic>),
}

impl From<Diagnostic> for Trouble {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Error(Box::new(diagnostic))
    }
}

type Evaluated<T> = Result<T, Trouble>;

/// How many hidden cells an error names.
const EXAMPLES: usize = 5;

/// Finds the value of a figure or point by its id and keys.
pub(super) type Lookup<'a> = dyn Fn(&str, &[String], Span) -> Evaluated<Value> + 'a;

/// What a term is evaluated with.
pub(super) struct Inputs<'a> {
    /// Name for messages: "figure `x`".
    pub(super) name: &'a str,
    pub(super) frame: Option<&'a Frame>,
    pub(super) folds: &'a [Partial],
    pub(super) totals: &'a [Partial],
    /// Looks up a figure or point.
    pub(super) lookup: &'a Lookup<'a>,
    /// Whether counting no row is a legal 0.
    pub(super) allow_empty: bool,
    /// Disclosure control of the rows.
    pub(super) guard: Option<&'a Guard>,
}

impl<'a> Inputs<'a> {
    /// What is made of figures and points, and of no rows.
    pub(super) fn over_figures(name: &'a str, lookup: &'a Lookup<'a>) -> Self {
        Self { name, frame: None, folds: &[], totals: &[], lookup, allow_empty: false, guard: None }
    }

    /// Whether every condition is decided in rows with hidden cells. The last fold counts the rows, and is no part of the
    /// value.
    pub(super) fn decided(&self, span: Span) -> Evaluated<()> {
        let own = &self.folds[..self.folds.len().saturating_sub(1)];
        match own.iter().chain(self.totals).find(|fold| fold.undecided.hidden > 0) {
            None => Ok(()),
            Some(fold) => {
                let error = undecided(self.name, &fold.undecided, self.frame, span);
                Err(Trouble::Suppressed(Box::new(error)))
            }
        }
    }
}

pub(super) fn evaluate(term: &Term, inputs: &Inputs<'_>) -> Evaluated<Value> {
    Ok(match term {
        Term::Constant(number) => Value::Number(number.clone()),
        Term::Text(text) => Value::Text(text.clone()),
        Term::Figure(id, keys, span) => (inputs.lookup)(id, keys, *span)?,
        Term::Total(inner) => {
            // what is hidden of all is another number than what is hidden of the point
            let name = format!("{} in all", inputs.name);
            let inputs = Inputs { name: &name, folds: inputs.totals, ..*inputs };
            evaluate(inner, &inputs)?
        }
        Term::Fold(index, reading, span) => read(&inputs.folds[*index], reading, *span, inputs)?,
        Term::Negate(inner, span) => {
            let minus =
                Operand { number: Number::new(-Exact::one(), Measure::default()), literal: true };
            let inner = number(inner, *span, inputs)?;
            let measure = inner.number.measure.clone();
            let number = combine(Operator::Multiply, &minus, &inner, *span, inputs)?;
            Value::Number(Number { measure, ..number })
        }
        Term::Absolute(inner, span) => {
            Value::Number(absolute(number(inner, *span, inputs)?.number))
        }
        Term::Binary(operator, a, b, span) => {
            let (a, b) = (number(a, *span, inputs)?, number(b, *span, inputs)?);
            Value::Number(combine(*operator, &a, &b, *span, inputs)?)
        }
        Term::Pair(function, a, b, span) => {
            let (a, b) = (number(a, *span, inputs)?, number(b, *span, inputs)?);
            Value::Number(pair(*function, &a, &b, *span, inputs)?)
        }
        Term::Guarded(fold, of) => super::protect::fold(fold, *of, inputs)?,
        Term::Share(a, b, span) => {
            let whole = number(b, *span, inputs)?;
            let part = match a.fold() {
                // a base in which nothing meets the condition has a share of 0
                Some((index, _)) if inputs.folds[index].rows == 0 => Operand {
                    number: Number::new(Exact::zero(), whole.number.measure.clone()),
                    literal: false,
                },
                _ => number(a, *span, inputs)?,
            };
            let part = super::protect::part((a, part), (b, &whole), inputs)?;
            if let Some(share) = super::protect::share(&part, &whole, inputs) {
                return Ok(Value::Number(share));
            }
            let quotient = combine(Operator::Divide, &part, &whole, *span, inputs)?;
            let (least, most) = quotient.range();
            if least.is_negative() || whole.number.range().0.is_negative() || most > Exact::one() {
                let message = format!(
                    "{}: a share of {} in {}",
                    inputs.name, part.number.value, whole.number.value
                );
                let error = Diagnostic::error(Code::NegativeBase, message).at(*span);
                return Err(error.hint("a share is taken of amounts that are not negative; cite the amounts, or write `sum(…) / sum(…)`").into());
            }
            Value::Number(Number { measure: Measure::percent(), ..quotient })
        }
    })
}

/// How many cases a share, or a quotient, is taken of: a count, or a sum of whole things. None where it is an amount of
/// money, a mean, or a number of the author's own.
pub(super) fn base(term: &Term, inputs: &Inputs<'_>) -> Option<Exact> {
    let (Term::Share(_, whole, _) | Term::Binary(Operator::Divide, _, whole, _)) = term else {
        return None;
    };
    let Value::Number(number) = evaluate(whole, inputs).ok().filter(|_| counts_cases(whole))?
    else {
        return None;
    };
    let money = |unit: &String| unit.chars().all(|c| c.is_ascii_uppercase());
    let cases = number.bounds.is_none()
        && number.measure.scale == Scale::Plain
        && !number.measure.unit.as_ref().is_some_and(money)
        && number.value.is_integer()
        && !number.value.is_negative();
    cases.then_some(number.value)
}

fn counts_cases(term: &Term) -> bool {
    match term {
        Term::Guarded(inner, _) => counts_cases(inner),
        Term::Fold(_, reading, _) => matches!(
            reading,
            Reading::Rows | Reading::Known | Reading::Distinct | Reading::Sum(_) | Reading::One(_)
        ),
        Term::Total(inner) => counts_cases(inner),
        Term::Figure(..) => true,
        Term::Binary(Operator::Add | Operator::Subtract, a, b, _) => {
            counts_cases(a) && counts_cases(b)
        }
        _ => false,
    }
}

/// A number without its sign; between 0 and the larger end where it can have either.
fn absolute(number: Number) -> Number {
    let (low, high) = number.range();
    let bounds = if !low.is_negative() {
        return number;
    } else if high.is_negative() {
        number.bounds.map(|(low, high)| (-high, -low))
    } else {
        number.bounds.map(|(low, high)| (Exact::zero(), high.max(-low)))
    };
    let hidden =
        number.hidden.zip(bounds.clone()).map(|(form, (low, high))| form.within(low, high));
    let value = match &bounds {
        Some((low, high)) if hidden.is_some() => (low + high) * Exact::scaled(5, 1),
        _ => number.value.abs(),
    };
    Number { value, bounds, hidden: hidden.map(Arc::new), ..number }
}

fn number(term: &Term, span: Span, inputs: &Inputs<'_>) -> Evaluated<Operand> {
    let literal = matches!(term, Term::Constant(_));
    match evaluate(term, inputs)? {
        Value::Number(number) => Ok(Operand { number, literal }),
        other => Err(Diagnostic::error(Code::TypeMismatch, format!("`{other}` is no number"))
            .at(span)
            .hint("only numbers can be computed with")
            .into()),
    }
}

fn combine(
    operator: Operator,
    a: &Operand,
    b: &Operand,
    span: Span,
    inputs: &Inputs<'_>,
) -> Evaluated<Number> {
    apply(operator, a, b).map_err(|clash| match clash {
        Clash::Measures(message) => Diagnostic::error(Code::TypeMismatch, message)
            .at(span)
            .hint("the difference of two percentages is `points(a to b)`; a percentage of a number is `a * b`")
            .into(),
        Clash::Zero => {
            let divisor = &b.number.value;
            let what = if divisor.is_zero() { "is 0".into() } else { format!("is {divisor}, and may be 0") };
            let mut error = Diagnostic::error(Code::DivisionByZero, format!("{} divides by a value that {what}", inputs.name)).at(span);
            if let Some(frame) = inputs.frame {
                let used = inputs.folds.last().map_or(0, |count| count.rows);
                error = error.label(format!("over {used} of {} rows of `{}`", frame.rows, frame.name));
            }
            Trouble::Empty(Box::new(error.hint("choose rows in which the divisor is not 0, or cite both numbers instead")))
        }
    })
}

fn pair(
    function: Function,
    a: &Operand,
    b: &Operand,
    span: Span,
    inputs: &Inputs<'_>,
) -> Evaluated<Number> {
    let plain = |operand: &Operand| Operand { number: operand.number.clone(), literal: false };
    let (a, b) = (&plain(a), &plain(b));
    match function {
        Function::Ratio => combine(Operator::Divide, b, a, span, inputs),
        Function::PercentChange => {
            if a.number.value.is_negative() {
                let message = format!(
                    "{}: a percentage change from a negative value, {}",
                    inputs.name, a.number.value
                );
                let error = Diagnostic::error(Code::NegativeBase, message).at(span);
                return Err(error
                    .hint(
                        "its sign would say the opposite of what happened; write `change(a to b)`",
                    )
                    .into());
            }
            // only what is measured alike can be compared
            combine(Operator::Subtract, b, a, span, inputs)?;
            // (B − A)/A is B/A − 1, in which A stands once: bounds that interval arithmetic does not widen
            let number = combine(Operator::Divide, b, a, span, inputs)?;
            let ratio = Operand {
                number: Number { measure: Measure::default(), ..number },
                literal: false,
            };
            let one =
                Operand { number: Number::new(Exact::one(), Measure::default()), literal: true };
            let change = combine(Operator::Subtract, &ratio, &one, span, inputs)?;
            Ok(Number { measure: Measure::percent(), ..change })
        }
        Function::Points => {
            let percent =
                [a, b].iter().all(|operand| operand.number.measure.scale == Scale::Percent);
            if !percent {
                return Err(Diagnostic::error(
                    Code::TypeMismatch,
                    "`points` of something that is no percentage",
                )
                .at(span)
                .hint("`change(a to b)` is the difference of two plain numbers")
                .into());
            }
            combine(Operator::Subtract, b, a, span, inputs)
        }
        _ => combine(Operator::Subtract, b, a, span, inputs),
    }
}

/// A fold's integers as a value.
pub(super) fn read(
    partial: &Partial,
    reading: &Reading,
    span: Span,
    inputs: &Inputs<'_>,
) -> Evaluated<Value> {
    if let Some(row) = partial.overflow {
        let mut error = Diagnostic::error(
            Code::Overflow,
            format!("{}: a row's value is beyond 128 bits", inputs.name),
        )
        .at(span);
        if let Some(frame) = inputs.frame.filter(|frame| frame.provenance.is_some()) {
            error = error.related(row_place(frame, row), "this row");
        }
        return Err(error.hint("multiply fewer or smaller columns").into());
    }
    if partial.suppressed > 0 && !matches!(reading, Reading::Rows | Reading::Known) {
        let number = super::hide::number(partial, reading, inputs.frame);
        return number
            .map(Value::Number)
            .ok_or_else(|| Trouble::Suppressed(Box::new(suppressed(partial, span, inputs))));
    }
    if partial.rows == 0 && !inputs.allow_empty {
        return Err(Trouble::Empty(Box::new(empty(span, inputs, "no row"))));
    }
    let count = |n: u64| Value::Number(Number::new(Exact::from(i128::from(n)), Measure::count()));
    match reading {
        Reading::Rows => return Ok(count(partial.rows)),
        Reading::Known => return Ok(count(partial.known())),
        Reading::Distinct => {
            return Ok(count(match &partial.payload {
                Payload::Histogram(values) => values.len() as u64,
                _ => 0,
            }));
        }
        Reading::One(unit) => return one(partial, unit, span, inputs),
        _ => {}
    }
    if partial.known() == 0 {
        return Err(Trouble::Empty(Box::new(empty(span, inputs, "no known value"))));
    }
    let known = Exact::from(i128::from(partial.known()));
    let (value, measure, rounded_root) = match reading {
        Reading::Sum(unit) => (sums(partial, unit).0, unit.measure().no_year(), false),
        Reading::Mean(unit) => (sums(partial, unit).0 / known, unit.measure_of_mean(), false),
        Reading::Quantile(unit, probability, kind) => {
            let values: Vec<(Exact, u64)> = match &partial.payload {
                Payload::Histogram(counts) => {
                    counts.iter().map(|(integer, count)| (unit.value(*integer), *count)).collect()
                }
                _ => Vec::new(),
            };
            (quantile(&values, probability, *kind), unit.measure_of_mean(), false)
        }
        Reading::Least(unit) | Reading::Greatest(unit) => {
            let Payload::Extremes(Some((least, greatest))) = partial.payload else {
                return Err(Trouble::Silent);
            };
            let integer = if matches!(reading, Reading::Least(_)) { least } else { greatest };
            if let Unit::Coded(meaning @ Meaning::Date) = unit {
                return Ok(meaning.value(integer as i64));
            }
            (unit.value(integer), unit.measure(), false)
        }
        Reading::Variance { unit, sample, root } => {
            variance(partial, unit, *sample, *root, span, inputs)?
        }
        _ => return Err(Trouble::Silent),
    };
    Ok(Value::Number(Number { rounded_root, ..Number::new(value, measure) }))
}

fn empty(span: Span, inputs: &Inputs<'_>, what: &str) -> Diagnostic {
    let frame = inputs
        .frame
        .map_or_else(String::new, |frame| format!(" of the {} of `{}`", frame.rows, frame.name));
    Diagnostic::error(Code::EmptySelection, format!("{} uses {what}{frame}", inputs.name))
        .at(span)
        .hint("check the conditions; if no row is a legal answer, write the long form with `allow_empty: true` and count")
}

fn suppressed(partial: &Partial, span: Span, inputs: &Inputs<'_>) -> Diagnostic {
    let message = format!(
        "{} needs {} that the publisher hides",
        inputs.name,
        counted(partial.suppressed, "cell")
    );
    let mut error = Diagnostic::error(Code::SuppressedCells, message).at(span);
    if let Some(frame) = inputs.frame.filter(|frame| frame.provenance.is_some()) {
        for hidden in partial.hidden.iter().take(EXAMPLES) {
            error = error.related(row_place(frame, hidden.row), "a hidden cell");
        }
    }
    let bounded = |frame: &Frame| {
        partial.hidden.iter().all(|hidden| {
            let (block, offset) = frame.locate(hidden.row);
            let cells = hidden.sum.iter().flat_map(|(_, cells)| cells);
            hidden.sum.is_none()
                || cells
                    .clone()
                    .all(|(index, _)| frame.columns[*index].bounds(block, offset).is_some())
        })
    };
    let declared = |frame: &&Frame| {
        frame.columns.values().any(|c| {
            c.signs.iter().any(|sign| matches!(sign.stands, crate::frame::Stands::Hidden(Some(_))))
        })
    };
    if inputs.frame.filter(declared).is_some_and(bounded) {
        return error
            .hint("sums, means, shares, min, max and quantiles of hidden cells have bounds; this has none")
            .hint("leave them out with `where column is known`, and say so in words");
    }
    error
        .hint("say in `source.yaml` what the sign can stand for, and the figure prints its bounds: `suppressed: { \"[c]\": 1..4 }`")
        .hint("or leave them out with `where column is known`, and say so in words")
}

/// Hidden cells decide whether their rows are selected.
pub(super) fn undecided(
    name: &str,
    undecided: &Undecided,
    frame: Option<&Frame>,
    span: Span,
) -> Diagnostic {
    let rows = counted(undecided.hidden, "row");
    let message = format!("{name}: for {rows}, hidden cells decide whether a condition holds");
    let mut error = Diagnostic::error(Code::SuppressedCells, message).at(span);
    if let Some(frame) = frame {
        if frame.provenance.is_none() {
            let hint = format!(
                "values or places of `{}` hang on hidden cells: ask for something that holds whatever they are",
                frame.name
            );
            return error
                .hint(hint)
                .hint("or add `and … is known` to the condition, and say so in words");
        }
        for row in &undecided.examples {
            error = error.related(row_place(frame, *row), "a hidden cell decides here");
        }
    }
    error
        .hint("ask for something that holds whatever they are, by the bounds in `source.yaml`: `suppressed: { \"[c]\": 1..4 }`")
        .hint("or add `and … is known` to the condition, and say so in words")
}

fn one(partial: &Partial, unit: &Unit, span: Span, inputs: &Inputs<'_>) -> Evaluated<Value> {
    let Payload::One(rows) = &partial.payload else { return Err(Trouble::Silent) };
    if partial.rows != 1 {
        let frame = inputs.frame.map_or("", |frame| frame.name.as_str());
        let message = format!(
            "{} is the value of one row, and {} of `{frame}` are selected",
            inputs.name,
            counted(partial.rows, "row")
        );
        let mut error = Diagnostic::error(Code::NotOneRow, message).at(span);
        for (row, _) in rows {
            error = match inputs.frame {
                Some(frame) if frame.provenance.is_some() => {
                    error.related(row_place(frame, *row), "one of them")
                }
                Some(frame) => {
                    let keys: Vec<String> = frame
                        .key
                        .iter()
                        .filter_map(|key| frame.columns.get(key))
                        .map(|c| frame.cell(c, *row).to_string())
                        .collect();
                    error.hint(format!("one of them is {}", keys.join(", ")))
                }
                None => error,
            };
        }
        return Err(error
            .hint("add conditions until one row is left, or write `sum(…)` if all are meant")
            .into());
    }
    let Some((_, Some(integer))) = rows.first() else {
        return Err(Trouble::Empty(Box::new(empty(span, inputs, "a row without a value"))));
    };
    Ok(match unit {
        Unit::Coded(meaning) => meaning.value(*integer as i64),
        Unit::Scaled(..) => Value::Number(Number::new(unit.value(*integer), unit.measure())),
    })
}

/// Sum and sum of squares.
pub(super) fn sums(partial: &Partial, unit: &Unit) -> (Exact, Exact) {
    let scale = match unit {
        Unit::Scaled(scale, _) => *scale,
        Unit::Coded(_) => 0,
    };
    match &partial.payload {
        Payload::Sum(sum) => (sum.value(scale), Exact::zero()),
        Payload::Moments(sum, squares) => (sum.value(scale), squares.value(2 * scale)),
        Payload::Histogram(counts) => weighted(counts, unit),
        _ => (Exact::zero(), Exact::zero()),
    }
}

fn weighted(counts: &BTreeMap<i128, u64>, unit: &Unit) -> (Exact, Exact) {
    counts.iter().fold((Exact::zero(), Exact::zero()), |(sum, squares), (integer, count)| {
        let (value, count) = (unit.value(*integer), Exact::from(i128::from(*count)));
        let weighted = &value * &count;
        (&sum + &weighted, squares + value * weighted)
    })
}

/// (Σx² − (Σx)²/n) / (n − 1), or / n of a population; exact, since all of it is rational.
fn variance(
    partial: &Partial,
    unit: &Unit,
    sample: bool,
    root: bool,
    span: Span,
    inputs: &Inputs<'_>,
) -> Evaluated<(Exact, Measure, bool)> {
    let n = partial.known();
    let divisor = if sample { n.saturating_sub(1) } else { n };
    if divisor == 0 {
        return Err(Trouble::Empty(Box::new(empty(span, inputs, "only one known value"))));
    }
    let (sum, squares) = sums(partial, unit);
    let mean_square = (&sum * &sum) / Exact::from(i128::from(n));
    let variance = (squares - mean_square) / Exact::from(i128::from(divisor));
    let measure = unit.measure_of_mean();
    if !root {
        return Ok((variance, Measure { scale: Scale::Plain, unit: None, decimals: None }, false));
    }
    let (value, exact) = variance.sqrt().unwrap_or((Exact::zero(), true));
    Ok((value, measure, !exact))
}

/// Sample quantiles of types 1 to 9: R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages",
/// The American Statistician 50 (1996), 361–365; exact where R's `quantile` rounds. Takes values in rising order with how
/// often each occurs.
pub(super) fn quantile(values: &[(Exact, u64)], p: &Exact, kind: u8) -> Exact {
    let n = values.iter().map(|(_, count)| count).sum::<u64>();
    let size = Exact::from(i128::from(n));
    // x_j of the sorted values, j from 1, held inside the sample
    let at = |j: i128| {
        let j = j.clamp(1, i128::from(n)) as u64;
        let mut passed = 0;
        for (value, count) in values {
            passed += count;
            if passed >= j {
                return value.clone();
            }
        }
        Exact::zero()
    };
    let fraction = |a: i128, b: i128| Exact::from(a) / Exact::from(b);
    if kind <= 3 {
        let shift = if kind == 3 { fraction(-1, 2) } else { Exact::zero() };
        let position = &(&size * p) + &shift;
        let j = position.floor().unwrap_or(0);
        let rest = &position - &Exact::from(j);
        return match (kind, rest.is_zero()) {
            (2, true) => (at(j) + at(j + 1)) / Exact::from(2),
            (1, true) => at(j),
            (3, true) if j % 2 == 0 => at(j),
            _ => at(j + 1),
        };
    }
    let (a, b) = match kind {
        4 => (fraction(0, 1), fraction(1, 1)),
        5 => (fraction(1, 2), fraction(1, 2)),
        6 => (fraction(0, 1), fraction(0, 1)),
        8 => (fraction(1, 3), fraction(1, 3)),
        9 => (fraction(3, 8), fraction(3, 8)),
        _ => (fraction(1, 1), fraction(1, 1)),
    };
    let span = &(&size + &Exact::one()) - &(&a + &b);
    let position = &a + &(p * &span);
    let j = position.floor().unwrap_or(0);
    let weight = &position - &Exact::from(j);
    let (low, high) = (at(j), at(j + 1));
    &low + &(&weight * &(&high - &low))
}

impl Unit {
    /// The value of a fold's integer, of a number.
    pub(super) fn value(&self, integer: i128) -> Exact {
        match self {
            Self::Scaled(scale, _) => Exact::scaled(integer, *scale),
            Self::Coded(meaning) => match meaning.value(integer as i64) {
                Value::Number(number) => number.value,
                _ => Exact::from(integer),
            },
        }
    }

    /// The value of a key.
    pub(super) fn key(&self, integer: i64) -> Value {
        match self {
            Self::Scaled(scale, measure) => Value::Number(Number::new(
                Exact::scaled(i128::from(integer), *scale),
                measure.clone(),
            )),
            Self::Coded(Meaning::Date) => {
                Date::from_days(integer).map_or(Value::Text(String::new()), Value::Date)
            }
            Self::Coded(meaning) => meaning.value(integer),
        }
    }

    pub(super) fn measure(&self) -> Measure {
        match self {
            Self::Scaled(_, measure) => measure.clone(),
            Self::Coded(meaning) => meaning.measure(),
        }
    }

    /// A mean or quantile has decimals that only the author can choose; of percentages, whole ones.
    pub(super) fn measure_of_mean(&self) -> Measure {
        let measure = self.measure();
        let decimals = if measure.scale == Scale::Plain { None } else { Some(0) };
        Measure { decimals, ..measure }
    }
}
