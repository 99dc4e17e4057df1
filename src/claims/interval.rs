//! What a phrase allows: the interval of values that a reader may be told in these words.

use super::grammar::{Form, Stated, Unit};
use super::lexicon::{Around, Lexicon, Reach};
use crate::exact::Exact;
use crate::locale::Locale;

/// Values from one end to another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Interval {
    /// The lower end.
    pub low: Exact,
    /// Whether the lower end is left out.
    pub open_low: bool,
    /// The upper end.
    pub high: Exact,
    /// Whether the upper end is left out.
    pub open_high: bool,
}

impl Interval {
    /// Whether a value lies in it.
    pub(crate) fn holds(&self, value: &Exact) -> bool {
        let above = if self.open_low { *value > self.low } else { *value >= self.low };
        let below = if self.open_high { *value < self.high } else { *value <= self.high };
        above && below
    }

    /// In words, with each end shown by `show`; of whole numbers, an end that is left out is the next whole one.
    pub(super) fn words(&self, whole: bool, show: &dyn Fn(&Exact) -> String) -> String {
        let one = Exact::one();
        let step = |value: &Exact, open: bool, up: bool| -> (Exact, bool) {
            if !whole {
                return (value.clone(), open);
            }
            let floor = value.floored();
            match (up, value.is_integer()) {
                (true, true) if open => (&floor + &one, false),
                (true, true) => (floor, false),
                (true, false) => (&floor + &one, false),
                (false, true) if open => (&floor - &one, false),
                (false, _) => (floor, false),
            }
        };
        let (low, open_low) = step(&self.low, self.open_low, true);
        let (high, open_high) = step(&self.high, self.open_high, false);
        if low == high && !open_low && !open_high {
            return format!("{} only", show(&low));
        }
        format!(
            "{}{} to {}{}",
            if open_low { "above " } else { "" },
            show(&low),
            if open_high { "under " } else { "" },
            show(&high)
        )
    }
}

/// One unit of the last digit that is not zero: 1,000 of 19,000, 10 of 50.
pub(super) fn last_unit(value: &Exact) -> Exact {
    if value.is_zero() {
        return Exact::one();
    }
    let ten = Exact::from(10);
    let mut unit = Exact::one();
    let whole = |unit: &Exact| value.checked_div(unit).is_some_and(|parts| parts.is_integer());
    for _ in 0..40 {
        if whole(&unit) {
            break;
        }
        unit = &unit * &Exact::power_of_ten(-1);
    }
    for _ in 0..40 {
        let next = &unit * &ten;
        if !whole(&next) {
            break;
        }
        unit = next;
    }
    unit
}

/// The interval that a hedge, a fraction or a multiple allows; none of plain digits, which are judged as digits.
pub(super) fn allowed(stated: &Stated, lexicon: &Lexicon) -> Option<Interval> {
    let worded = matches!(stated.form, Form::Fraction | Form::Multiple);
    if let Some(hedge) = stated.hedge.and_then(|index| lexicon.hedges.get(index)) {
        let around = if worded { &hedge.words } else { &hedge.digits };
        return Some(interval(stated, around, lexicon));
    }
    let part = match stated.form {
        Form::Fraction if stated.unit == Unit::Plain => &lexicon.bare_fraction,
        Form::Multiple => &lexicon.bare_multiple,
        _ => return None,
    };
    let reach = (&stated.value * part).abs();
    Some(Interval {
        low: &stated.value - &reach,
        open_low: false,
        high: &stated.value + &reach,
        open_high: false,
    })
}

fn interval(stated: &Stated, around: &Around, lexicon: &Lexicon) -> Interval {
    let end = |reach: &Reach| match reach {
        Reach::Part(part) => &stated.value + &(&stated.value.abs() * part),
        // *fewer than five*: disclosure control says it of any small number
        Reach::Units(units)
            if units.is_negative()
                && around.open_to
                && stated.unit == Unit::Plain
                && stated.value.is_integer()
                && stated.value <= Exact::from(10) =>
        {
            Exact::zero()
        }
        Reach::Units(units) => &stated.value + &(&last_unit(&stated.value) * units),
        Reach::Next => step(stated, lexicon, true),
        Reach::Previous => step(stated, lexicon, false),
    };
    Interval {
        low: end(&around.from),
        open_low: around.open_from,
        high: end(&around.to),
        open_high: around.open_to,
    }
}

/// The next step from a fraction, or the next whole multiple.
fn step(stated: &Stated, lexicon: &Lexicon, up: bool) -> Exact {
    let value = &stated.value;
    if stated.form == Form::Multiple {
        let floor = value.floored();
        return match (up, value.is_integer()) {
            (true, _) => &floor + &Exact::one(),
            (false, true) => &floor - &Exact::one(),
            (false, false) => floor,
        };
    }
    // three-quarters of a million are steps of a million
    let of = fraction_of(value);
    let part = value.checked_div(&of).unwrap_or_else(Exact::zero);
    let mut steps = lexicon.steps.iter();
    let found = match up {
        true => steps.find(|step| **step > part),
        false => steps.rev().find(|step| **step < part),
    };
    let edge = if up { Exact::one() } else { Exact::zero() };
    found.unwrap_or(&edge) * &of
}

/// What a fraction is taken of: 1, or the power of ten above it.
fn fraction_of(value: &Exact) -> Exact {
    let mut of = Exact::one();
    while *value >= of {
        of = &of * &Exact::from(10);
    }
    of
}

/// A number as its words would print it: `47%`, `£3.2 billion`, `5,700`.
pub(super) fn show(value: &Exact, stated: &Stated, locale: &Locale) -> String {
    let places = value.decimals().unwrap_or(3).min(3);
    match stated.form {
        Form::Fraction if *value <= Exact::one() => {
            let percent = value * &Exact::from(100);
            let places = percent.decimals().unwrap_or(2).min(2);
            locale.percentage(&locale.digits(&rounded(&percent, places), places))
        }
        _ => {
            let digits = locale.digits(&rounded(value, places), places);
            match stated.unit {
                Unit::Percent => locale.percentage(&digits),
                Unit::Points => format!("{digits} points"),
                _ => digits,
            }
        }
    }
}

fn rounded(value: &Exact, places: u32) -> Exact {
    value.round(places as i32, crate::exact::Rounding::HalfUp)
}
