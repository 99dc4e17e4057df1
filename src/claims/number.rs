//! One stated number against one value: agreement at the digits typed, the interval of a phrase, and what went wrong.

use super::Finding;
use super::grammar::{Form, Stated, Unit};
use super::interval::{allowed, last_unit, show};
use super::lexicon::Lexicon;
use crate::diag::{Code, Diagnostic};
use crate::exact::{Exact, Rounding};
use crate::figures::{Figure, Shower};
use crate::locale::Locale;
use crate::value::{Number, Value};

/// What a comparison needs to know beside the two numbers.
#[derive(Clone, Copy)]
pub(super) struct Rules<'a> {
    pub(super) lexicon: &'a Lexicon,
    pub(super) locale: &'a Locale,
    pub(super) rounding: Rounding,
}

/// What was found, and the interval that was used, in words.
pub(super) struct Agreement {
    pub(super) finding: Finding,
    pub(super) interval: Option<String>,
}

/// Compares a stated number with a value in the same unit.
pub(super) fn agreement(
    stated: &Stated,
    value: &Exact,
    whole: bool,
    rules: &Rules<'_>,
) -> Agreement {
    let exactly = rules.lexicon.hedge("exactly");
    let Some(interval) = allowed(stated, rules.lexicon) else {
        return Agreement { finding: digits(stated, value, rules), interval: None };
    };
    let whole = whole
        && stated.value.is_integer()
        && matches!(stated.form, Form::Digits { .. } | Form::Words);
    let words = interval.words(whole, &|end| show(end, stated, rules.locale));
    let hedged = stated.hedge.is_some();
    let rounds = stated.form != Form::Multiple
        || hedged
        || !stated.value.is_integer()
        || value.round(0, rules.rounding) == stated.value;
    let finding = if !interval.holds(value) || !rounds {
        Finding::Wrong
    } else if *value == stated.value && (!hedged || stated.hedge == exactly) {
        Finding::Exact
    } else {
        Finding::Approximates
    };
    Agreement { finding, interval: Some(words) }
}

/// Digits typed are digits claimed.
fn digits(stated: &Stated, value: &Exact, rules: &Rules<'_>) -> Finding {
    if *value == stated.value {
        return Finding::Exact;
    }
    let (decimals, power) = typed(stated);
    let moved = (&stated.value - value).abs();
    let small = moved <= value.abs() * rules.lexicon.zeros.clone();
    if value.round(decimals - power, rules.rounding) == stated.value && (power == 0 || small) {
        return Finding::Rounds;
    }
    // whole thousands
    let zeros = zeros(&stated.value);
    let plain = power == 0 && decimals == 0 && !matches!(stated.unit, Unit::Percent | Unit::Points);
    let rounded = (3..=zeros).any(|zeros| value.round(-zeros, rules.rounding) == stated.value);
    if plain && rounded && small { Finding::Rounds } else { Finding::Wrong }
}

/// Decimals typed, and the power of ten of the scale word.
fn typed(stated: &Stated) -> (i32, i32) {
    match stated.form {
        Form::Digits { decimals, power } => (decimals as i32, power as i32),
        _ => {
            // two and a half
            let decimals = stated.value.decimals().unwrap_or(0) as i32;
            (decimals, 0)
        }
    }
}

/// How many zeros a whole number ends with.
fn zeros(value: &Exact) -> i32 {
    if value.is_zero() || !value.is_integer() {
        return 0;
    }
    let mut zeros = 0;
    while (value * &Exact::power_of_ten(-i64::from(zeros + 1))).is_integer() {
        zeros += 1;
    }
    zeros
}

/// The slip that a wrong number in digits looks like.
pub(super) fn slip(
    stated: &Stated,
    value: &Exact,
    counted_rows: bool,
    rules: &Rules<'_>,
) -> Option<String> {
    let (decimals, power) = typed(stated);
    let places = decimals - power;
    let shift = Exact::power_of_ten(i64::from(places));
    let cut = (&value.abs() * &shift).floored();
    let cut = cut.checked_div(&shift)?;
    let cut = if value.is_negative() { -cut } else { cut };
    if stated.hedge.is_some() || !matches!(stated.form, Form::Digits { .. } | Form::Words) {
        return None;
    }
    if counted_rows && stated.value == value + &Exact::one() {
        return Some("it is one more than the rows: the header looks counted".into());
    }
    if cut == stated.value && !value.is_integer() | (power > 0) {
        return Some("it looks truncated, not rounded".into());
    }
    let twice = (1..=3).find(|more| {
        let once = value.round(places + more, rules.rounding);
        once != *value && once.round(places, rules.rounding) == stated.value
    });
    if let Some(more) = twice {
        let once = value.round(places + more, rules.rounding);
        let shown = rules.locale.digits(&once, once.decimals().unwrap_or(0));
        return Some(format!("it looks rounded twice, through {shown}"));
    }
    for (thousands, word) in [(3, "1,000"), (6, "1,000,000")] {
        for (sign, way) in [(1, "large"), (-1, "small")] {
            let factor = Exact::power_of_ten(-i64::from(thousands * sign));
            let other = Stated {
                value: &stated.value * &factor,
                form: rescale(&stated.form, thousands * sign),
                ..stated.clone()
            };
            if digits(&other, value, rules) <= Finding::Rounds {
                return Some(format!("it is {word} times too {way}"));
            }
        }
    }
    let text = |value: &Exact| value.abs().fixed(decimals.max(0) as u32);
    let (a, b) = (text(&stated.value), text(&value.round(places, rules.rounding)));
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let differ: Vec<usize> =
        (0..a.len().min(b.len())).filter(|index| a[*index] != b[*index]).collect();
    if a.len() == b.len()
        && let [first, second] = differ[..]
        && second == first + 1
        && a[first] == b[second]
        && a[second] == b[first]
    {
        return Some("two digits are swapped".into());
    }
    None
}

fn rescale(form: &Form, power: i32) -> Form {
    match form {
        Form::Digits { decimals, power: typed } => {
            Form::Digits { decimals: *decimals, power: (*typed as i32 - power).max(0) as u32 }
        }
        other => other.clone(),
    }
}

/// Words that would be true, nearest to those typed: `about 5,600`, `nearly half`, `11%`.
pub(super) fn proposal(stated: &Stated, value: &Exact, shown: &str, rules: &Rules<'_>) -> String {
    if value.is_negative() {
        return shown.to_string();
    }
    match stated.form {
        Form::Fraction if stated.value < Exact::one() => {
            fraction(value, rules).unwrap_or_else(|| shown.to_string())
        }
        Form::Multiple => multiple(value, rules).unwrap_or_else(|| shown.to_string()),
        _ if stated.hedge.is_some() => {
            hedged(stated, value, rules).unwrap_or_else(|| shown.to_string())
        }
        _ => shown.to_string(),
    }
}

/// The typed hedge, or *about*, before the value with few digits.
fn hedged(stated: &Stated, value: &Exact, rules: &Rules<'_>) -> Option<String> {
    let own = stated.hedge?;
    let id = rules.lexicon.hedges.get(own)?.id.as_str();
    let up = match id {
        "nearly" | "under" | "at-most" => Some(true),
        "over" | "at-least" | "just-over" => Some(false),
        _ => None,
    };
    let about = rules.lexicon.hedge("about");
    // the value's digits before the point
    let mut top = 0;
    while Exact::power_of_ten(i64::from(top)) <= *value {
        top += 1;
    }
    let power = typed(stated).1;
    for hedge in [Some(own).filter(|_| id != "nearly"), about, Some(own)].into_iter().flatten() {
        for digits in 1..=4 {
            let places = digits - top;
            let unit = Exact::power_of_ten(-i64::from(places));
            let below = value.checked_div(&unit)?.floored();
            let at = match up.filter(|_| Some(hedge) == Some(own)) {
                Some(true) if &below * &unit != *value => &(&below + &Exact::one()) * &unit,
                Some(_) => &below * &unit,
                None => value.round(places, rules.rounding),
            };
            let candidate = Stated { value: at.clone(), hedge: Some(hedge), ..stated.clone() };
            let fits = allowed(&candidate, rules.lexicon).is_some_and(|found| found.holds(value));
            // few digits, but no coarser than needed to be near
            let near = (&at - value).abs() * Exact::from(50) <= value.abs();
            let scaled = &at * &Exact::power_of_ten(-i64::from(power));
            if fits && near && !at.is_zero() && scaled.decimals().is_some_and(|d| d <= 6) {
                let word = &rules.lexicon.hedges.get(hedge)?.word;
                return Some(format!("{word} {}", typed_like(&at, stated, power, rules.locale)));
            }
        }
    }
    None
}

/// A value with a scale word, at the decimals typed or as many more as make it near: `3.4 million`.
pub(super) fn scaled(
    value: &Exact,
    (decimals, power): (u32, u32),
    rules: &Rules<'_>,
) -> Option<String> {
    (decimals..decimals + 4).find_map(|decimals| {
        let rounded = value.round(decimals as i32 - power as i32, rules.rounding);
        let moved = (&rounded - value).abs();
        let near = moved <= value.abs() * rules.lexicon.zeros.clone() && !rounded.is_zero();
        let stated = bare(rounded.clone(), Form::Digits { decimals, power }, None);
        near.then(|| typed_like(&rounded, &stated, power as i32, rules.locale))
    })
}

/// A value as the author typed the number: with the same scale word.
fn typed_like(value: &Exact, stated: &Stated, power: i32, locale: &Locale) -> String {
    if power == 0 {
        return show(value, stated, locale);
    }
    let scaled = value * &Exact::power_of_ten(-i64::from(power));
    let digits = locale.digits(&scaled, scaled.decimals().unwrap_or(0).min(6));
    let digits = match &stated.unit {
        Unit::Money(code) => locale.money(code, &digits),
        _ => digits,
    };
    let word = match power {
        3 => "thousand",
        6 => "million",
        9 => "billion",
        _ => "trillion",
    };
    format!("{digits} {word}")
}

/// The fraction in words that fits best, with the hedge that makes it true.
fn fraction(value: &Exact, rules: &Rules<'_>) -> Option<String> {
    let lexicon = rules.lexicon;
    let mut best: Option<(u8, Exact, String)> = None;
    for of in [2_u32, 3, 4, 5, 10] {
        for top in 1..of {
            let part = Exact::from(i128::from(top)).checked_div(&Exact::from(i128::from(of)))?;
            let name = fraction_name(top, of, lexicon)?;
            if part.fraction().1 != of.to_string() {
                continue;
            }
            for (cost, hedge) in
                [(0, None), (1, Some("nearly")), (1, Some("just-over")), (2, Some("about"))]
            {
                let index = hedge.and_then(|id| lexicon.hedge(id));
                if hedge.is_some() && index.is_none() {
                    continue;
                }
                let candidate = bare(part.clone(), Form::Fraction, index);
                if !allowed(&candidate, lexicon)?.holds(value) {
                    continue;
                }
                let cost = cost + if of > 5 { 2 } else { 0 };
                let distance = (&part - value).abs();
                let word = index
                    .and_then(|index| lexicon.hedges.get(index))
                    .map_or(String::new(), |h| format!("{} ", h.word));
                let better = best.as_ref().is_none_or(|(c, d, _)| (cost, &distance) < (*c, d));
                if better {
                    best = Some((cost, distance, format!("{word}{name}")));
                }
            }
        }
    }
    best.map(|(_, _, words)| words)
}

/// `a third`, `two thirds`, `half`
fn fraction_name(top: u32, of: u32, lexicon: &Lexicon) -> Option<String> {
    let (one, many) = lexicon.fraction_names.get(&of)?;
    Some(match (top, of) {
        (1, 2) => lexicon.half.clone(),
        (1, _) => format!("{} {one}", lexicon.article),
        _ => format!("{} {many}", lexicon.counted(top)?),
    })
}

/// *four times*, with a hedge where it is needed.
fn multiple(value: &Exact, rules: &Rules<'_>) -> Option<String> {
    let lexicon = rules.lexicon;
    let half_more = Exact::scaled(15, 1);
    let floor = value.floored().to_i128().filter(|times| (1..100).contains(times))?;
    if *value < half_more {
        return None;
    }
    for (times, hedge) in
        [(floor, None), (floor + 1, None), (floor + 1, Some("nearly")), (floor, Some("over"))]
    {
        let index = hedge.and_then(|id| lexicon.hedge(id));
        let candidate = bare(Exact::from(times), Form::Multiple, index);
        if times > 1 && agreement(&candidate, value, false, rules).finding != Finding::Wrong {
            let word = index
                .and_then(|index| lexicon.hedges.get(index))
                .map_or(String::new(), |h| format!("{} ", h.word));
            let number =
                u32::try_from(times).ok().filter(|n| *n < 10).and_then(|n| lexicon.counted(n));
            let number = number.map_or(times.to_string(), str::to_string);
            return Some(format!("{word}{number} {}", lexicon.times));
        }
    }
    None
}

fn bare(value: Exact, form: Form, hedge: Option<usize>) -> Stated {
    Stated { hedge, ..Stated::of(value, form) }
}

/// Digits that the source's own rounding does not support are no agreement.
///
/// `base` is what a value is multiplied by to be the number typed.
pub(super) fn precise(
    stated: &Stated,
    number: &Number,
    base: &Exact,
    text: &str,
    id: &str,
) -> Result<(), Diagnostic> {
    let Some((low, high)) = &number.bounds else { return Ok(()) };
    let width = (&(high - low) * base).abs();
    // each of two rounded values adds a unit; trailing zeros of a whole number are digits that were not typed
    let (decimals, power) = typed(stated);
    let unit = match decimals {
        0 => last_unit(&stated.value),
        _ => Exact::power_of_ten(i64::from(power - decimals)),
    };
    // a decimal zero is a digit, too
    let typed_unit = Exact::power_of_ten(i64::from(power - decimals));
    let unit = if decimals > 0 { typed_unit } else { unit };
    if width > unit * Exact::from(2) {
        let (low, high) = (low * base, high * base);
        let places = (decimals - power).max(0) + 2;
        let bound = |value: &Exact| value.round(places, Rounding::HalfUp).to_string();
        let message = format!(
            "`{text}` is finer than `{id}` is known: between {} and {}",
            bound(&low),
            bound(&high)
        );
        return Err(Diagnostic::error(Code::WrongClaim, message)
            .hint("type fewer digits; the value was published rounded"));
    }
    Ok(())
}

/// A value that is inserted must not print digits finer than it is known.
pub(super) fn inserted(figure: &Figure, shower: &Shower<'_>) -> Result<(), Diagnostic> {
    let (Value::Number(number), Some(format)) = (&figure.value, figure.format) else {
        return Ok(());
    };
    // both ends are printed
    if number.hidden.is_some() {
        return Ok(());
    }
    let base = format.factor();
    let (_, decimals) = format.digits();
    let value = (&number.value * &base).round(decimals as i32, shower.rounding);
    let stated = bare(value, Form::Digits { decimals, power: 0 }, None);
    precise(&stated, number, &base, &format!("[=](fig:{})", figure.id), &figure.id)
}
