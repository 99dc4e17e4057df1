//! One typed number against one figure.

use super::Finding;
use crate::diag::{Code, Diagnostic};
use crate::exact::Exact;
use crate::figures::{Figure, Shower};
use crate::locale::{Locale, Typed};
use crate::value::{Format, Number, Scale, Value};

/// A typed number that moves the value by more than this part of it is no rounding.
const ROUNDED_ZEROS: (i128, i128) = (2, 100);

/// `four` in "four times"; nothing in "twenty-four" or "four hundred", which are other numbers.
pub(super) fn in_words(words: &str, locale: &Locale) -> Option<Typed> {
    const LARGER: [&str; 9] = [
        "hundred", "thousand", "million", "billion", "dozen", "score", "half", "halves", "quarters",
    ];
    let mut at = 0;
    let all: Vec<(usize, &str)> = words
        .split(|c: char| !(c.is_alphabetic() || c == '-'))
        .filter(|word| !word.is_empty())
        .filter_map(|word| {
            let start = at + words[at..].find(word)?;
            at = start + word.len();
            Some((start, word))
        })
        .collect();
    let (index, value) = all
        .iter()
        .enumerate()
        .find_map(|(index, (_, word))| Some((index, locale.number_word(word)?)))?;
    let next = all.get(index + 1).map(|(_, word)| word.to_lowercase());
    if next.is_some_and(|next| {
        LARGER.contains(&next.as_str()) || next.ends_with("thirds") || next.ends_with("ths")
    }) {
        return None;
    }
    let (start, word) = all[index];
    Some(Typed {
        value: Exact::from(i128::from(value)),
        decimals: 0,
        percent: false,
        range: (start, start + word.len()),
    })
}

/// Whether a word that comes before dates stands right before a number.
pub(super) fn is_dated(typed: &Typed, words: &str) -> bool {
    let before = words[..typed.range.0].trim_end();
    let last = before.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or("").to_lowercase();
    ["in", "of", "since", "by", "until", "from", "to", "and", "during", "for", "year"]
        .contains(&last.as_str())
}

/// Four digits from 1900 to 2100 without a group mark or percent sign.
pub(super) fn is_year(typed: &Typed, words: &str) -> bool {
    let digits = &words[typed.range.0..typed.range.1];
    let year = typed.value.to_i128().is_some_and(|year| (1900..=2100).contains(&year));
    year && digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Power of ten of a scale word right after the number: `million`.
fn scale_word(rest: &str) -> i64 {
    let word: String = rest.trim_start().chars().take_while(|c| c.is_alphabetic()).collect();
    match word.as_str() {
        "thousand" => 3,
        "million" | "m" => 6,
        "billion" | "bn" => 9,
        _ => 0,
    }
}

/// Whether words begin with a unit, after spaces.
fn begins(rest: &str, units: &[&str]) -> bool {
    let rest = rest.trim_start().to_lowercase();
    units.iter().any(|unit| rest.starts_with(unit))
}

/// Compares a typed number with a figure at the digits typed.
pub(super) fn finding(
    typed: &Typed,
    figure: &Figure,
    (words, after): (&str, &str),
    shower: &Shower<'_>,
) -> Result<Finding, Diagnostic> {
    let Value::Number(number) = &figure.value else { return Ok(Finding::Unread) };
    let typed_text = &words[typed.range.0..typed.range.1];
    let shown = shower.figure(figure);
    let wrong = |why: String, hint: String| {
        let message = format!("`{typed_text}` is not the figure `{}`: {why}", figure.id);
        Err(Diagnostic::error(Code::WrongClaim, message).hint(hint))
    };
    let inside = &words[typed.range.1..];
    let context = format!("{inside}{after}");
    let rest = context.trim_start();
    let percent_word = typed.percent
        || begins(rest, &["%", "percent", "per cent"]) && !begins(rest, &["percentage point"]);
    let points_word = begins(rest, &["percentage point", "point", "pp", "-point", "‑point"]);
    match number.measure.scale {
        Scale::Percent if !percent_word && !matches!(figure.format, Some(Format::Decimal(_))) => {
            return wrong(format!("it is a percentage, {shown}"), format!("write `{shown}`"));
        }
        Scale::Points if typed.percent || !points_word => {
            return wrong(
                format!("it is a difference in percentage points, {shown}"),
                format!("write `{shown}`"),
            );
        }
        Scale::Plain if percent_word || points_word && begins(rest, &["percentage point"]) => {
            return wrong(
                format!("it is no percentage; it is {shown}"),
                format!("write `{shown}`"),
            );
        }
        _ => {}
    }
    if number.measure.scale == Scale::Percent
        && matches!(figure.format, Some(Format::Decimal(_)))
        && !percent_word
    {
        return as_decimal(typed, number, figure, typed_text, shower);
    }
    let power = if number.measure.scale == Scale::Plain { -scale_word(&context) } else { 2 };
    let base = match figure.format {
        Some(Format::Per(n)) => Exact::from(i128::from(n)),
        _ => Exact::power_of_ten(power),
    };
    let value = &number.value * &base;
    if value == typed.value {
        return precise(typed, number, &base, typed_text, figure, Finding::Exact);
    }
    if value.round(typed.decimals as i32, shower.rounding) == typed.value {
        let moved = (&typed.value - &value).abs();
        let scaled = power < 0;
        if !scaled || within(&moved, &value) {
            return precise(typed, number, &base, typed_text, figure, Finding::Rounds);
        }
    }
    if rounded_zeros(typed, &value, shower) {
        return precise(typed, number, &base, typed_text, figure, Finding::Rounds);
    }
    let digits =
        shower.locale.digits(&value.round(typed.decimals as i32, shower.rounding), typed.decimals);
    let instead = match (number.measure.scale, figure.format) {
        (Scale::Percent, _) => format!("{digits}%"),
        (_, Some(Format::Words)) => shown.to_string(),
        _ if power < 0 => shown.to_string(),
        _ => digits,
    };
    let mut hint = format!("write `{instead}`");
    if value.is_negative()
        && !typed.value.is_negative()
        && (-value.clone()).round(typed.decimals as i32, shower.rounding) == typed.value
    {
        hint = format!(
            "the change is negative: write `{instead}`, or cite a figure of the fall, with `to` the other way round"
        );
    }
    wrong(format!("it is {shown}{}", exact_words(number, shown.as_str())), hint)
}

/// The exact value, where it says more than the printed one.
fn exact_words(number: &Number, shown: &str) -> String {
    let text = number.value.to_string();
    if number.value.is_integer() || text.contains('/') && text.len() > 24 || shown == text {
        return String::new();
    }
    format!(" (exactly {text})")
}

/// `19,000` for 19,125: whole thousands may have rounded zeros, where that moves the value by at most 2%.
fn rounded_zeros(typed: &Typed, value: &Exact, shower: &Shower<'_>) -> bool {
    let thousands =
        typed.value.checked_div(&Exact::from(1000)).is_some_and(|n| n.is_integer() && !n.is_zero());
    if !thousands || typed.decimals > 0 {
        return false;
    }
    let mut zeros = 3;
    while (&typed.value * &Exact::power_of_ten(-(zeros + 1))).is_integer() {
        zeros += 1;
    }
    let moved = (&typed.value - value).abs();
    (3..=zeros).any(|zeros| value.round(-(zeros as i32), shower.rounding) == typed.value)
        && within(&moved, value)
}

fn within(moved: &Exact, value: &Exact) -> bool {
    let (part, whole) = ROUNDED_ZEROS;
    moved * &Exact::from(whole) <= value.abs() * Exact::from(part)
}

/// Digits that the source's own rounding does not support are no agreement.
fn precise(
    typed: &Typed,
    number: &Number,
    base: &Exact,
    text: &str,
    figure: &Figure,
    finding: Finding,
) -> Result<Finding, Diagnostic> {
    let Some((low, high)) = &number.bounds else { return Ok(finding) };
    let width = (&(high - low) * base).abs();
    // each of two rounded values adds a unit; trailing zeros of a whole number are digits that were not typed
    let mut unit = Exact::power_of_ten(-i64::from(typed.decimals));
    while typed.decimals == 0
        && !typed.value.is_zero()
        && (&typed.value * &Exact::power_of_ten(-1))
            .checked_div(&unit)
            .is_some_and(|n| n.is_integer())
    {
        unit = unit * Exact::from(10);
    }
    if width > unit * Exact::from(2) {
        let (low, high) = (low * base, high * base);
        let bound = |value: &Exact| {
            value.round(typed.decimals as i32 + 2, crate::exact::Rounding::HalfUp).to_string()
        };
        let message = format!(
            "`{text}` is finer than `{}` is known: between {} and {}",
            figure.id,
            bound(&low),
            bound(&high)
        );
        return Err(Diagnostic::error(Code::WrongClaim, message)
            .hint("type fewer digits; the value was published rounded"));
    }
    Ok(finding)
}

/// A share that prints as a decimal is typed as one.
fn as_decimal(
    typed: &Typed,
    number: &Number,
    figure: &Figure,
    text: &str,
    shower: &Shower<'_>,
) -> Result<Finding, Diagnostic> {
    if number.value.round(typed.decimals as i32, shower.rounding) != typed.value {
        let shown = shower.figure(figure);
        let message = format!("`{text}` is not the figure `{}`: it is {shown}", figure.id);
        return Err(Diagnostic::error(Code::WrongClaim, message).hint(format!("write `{shown}`")));
    }
    let finding = if number.value == typed.value { Finding::Exact } else { Finding::Rounds };
    precise(typed, number, &Exact::one(), text, figure, finding)
}

/// A value that is inserted must not print digits finer than it is known.
pub(super) fn inserted(figure: &Figure) -> Result<(), Diagnostic> {
    let (Value::Number(number), Some(format)) = (&figure.value, figure.format) else {
        return Ok(());
    };
    let (power, decimals) = format.digits();
    let base = Exact::power_of_ten(power);
    let value = (&number.value * &base).round(decimals as i32, crate::exact::Rounding::HalfUp);
    let typed = Typed { value, decimals, percent: false, range: (0, 0) };
    let text = format!("[=](fig:{})", figure.id);
    precise(&typed, number, &base, &text, figure, Finding::Exact).map(|_| ())
}
