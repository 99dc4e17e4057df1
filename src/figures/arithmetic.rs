//! Arithmetic on numbers that know what they measure: units, percentages and points are checked, bounds travel.

use crate::hidden::{Form, MaybeZero};
use crate::language::Operator;
use crate::value::{Measure, Number, Scale};

/// Why two numbers cannot be combined.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Clash {
    Measures(String),
    Zero,
}

/// A number and whether it is a literal of the recipe: `100% - x` stays a percentage.
#[derive(Clone, Debug)]
pub(super) struct Operand {
    pub(super) number: Number,
    pub(super) literal: bool,
}

pub(super) fn apply(operator: Operator, a: &Operand, b: &Operand) -> Result<Number, Clash> {
    let (x, y) = (&a.number, &b.number);
    let (measure, value) = match operator {
        Operator::Add | Operator::Subtract => {
            let measure = sum_measure(operator, a, b)?;
            let value =
                if operator == Operator::Add { &x.value + &y.value } else { &x.value - &y.value };
            (measure, value)
        }
        Operator::Multiply => (product_measure(&x.measure, &y.measure), &x.value * &y.value),
        Operator::Divide => (Measure::default(), x.value.checked_div(&y.value).ok_or(Clash::Zero)?),
    };
    let rounded_root = x.rounded_root || y.rounded_root;
    if x.bounds.is_none() && y.bounds.is_none() {
        return Ok(Number { rounded_root, ..Number::new(value, measure) });
    }
    let form = Form::combine(operator, &x.form(), &y.form()).map_err(|MaybeZero| Clash::Zero)?;
    let number = Number::of_form(form, measure).map_err(|MaybeZero| Clash::Zero)?;
    // what was published rounded has a value of its own between its bounds
    let value = if number.hidden.is_some() { number.value.clone() } else { value };
    Ok(Number { value, rounded_root, ..number })
}

fn sum_measure(operator: Operator, a: &Operand, b: &Operand) -> Result<Measure, Clash> {
    let (x, y) = (&a.number.measure, &b.number.measure);
    let scale = match (x.scale, y.scale, operator) {
        (Scale::Percent, Scale::Percent, Operator::Subtract) if !a.literal && !b.literal => {
            Scale::Points
        }
        (Scale::Percent, Scale::Points, _) | (Scale::Points, Scale::Percent, Operator::Add) => {
            Scale::Percent
        }
        (s, t, _) if s == t => s,
        (s, t, _) => {
            let word = |scale| match scale {
                Scale::Plain => "a plain number",
                Scale::Percent => "a percentage",
                Scale::Points => "percentage points",
            };
            return Err(Clash::Measures(format!(
                "{} and {} cannot be added or subtracted",
                word(s),
                word(t)
            )));
        }
    };
    if let (Some(u), Some(v)) = (&x.unit, &y.unit)
        && u != v
    {
        return Err(Clash::Measures(format!("{u} and {v} cannot be added or subtracted")));
    }
    let decimals = x.decimals.zip(y.decimals).map(|(p, q)| p.max(q));
    Ok(Measure { scale, unit: x.unit.clone().or_else(|| y.unit.clone()), decimals })
}

fn product_measure(a: &Measure, b: &Measure) -> Measure {
    match (a.scale, b.scale) {
        (Scale::Plain, Scale::Plain) => Measure {
            scale: Scale::Plain,
            unit: a.unit.clone().or_else(|| b.unit.clone()),
            decimals: a.decimals.zip(b.decimals).map(|(p, q)| p + q),
        },
        (Scale::Percent, Scale::Percent) => Measure::percent(),
        // a share of something is that thing, of which the author says how finely it prints
        (Scale::Plain, _) => Measure { decimals: None, ..a.clone() },
        (_, Scale::Plain) => Measure { decimals: None, ..b.clone() },
        _ => Measure::default(),
    }
}
