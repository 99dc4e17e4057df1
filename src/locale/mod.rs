//! Numbers and dates as a reader of one language writes them: value to text, and text to number.
//!
//! In: exact values and a [`Format`]. Out: text, by the data file of the language. Nothing else turns a number into
//! words for a reader.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::exact::{Exact, Rounding};
use crate::value::{CALENDAR_YEAR, Format, Number, PartialDate, Period, Scale, Value};

/// Everything that is particular to one language.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locale {
    /// BCP 47 tag.
    pub language: String,
    decimal: String,
    group: String,
    /// Other group marks that writers use.
    #[serde(default)]
    group_also: Vec<String>,
    minus: String,
    percent: String,
    points: [String; 2],
    days: [String; 2],
    /// From the least to the most.
    between: String,
    per: String,
    million: [String; 2],
    billion: [String; 2],
    /// Whether the plural begins at two, so that 1.5 is singular.
    #[serde(default)]
    plural_from_two: bool,
    /// Words that end with an apostrophe before the next.
    #[serde(default)]
    elisions: Vec<String>,
    numbers: Vec<String>,
    months: Vec<String>,
    date: String,
    currencies: BTreeMap<String, String>,
}

/// A number as it was typed: the value, how fine the typing is, and whether a percent sign followed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Typed {
    /// The digits' value; `53%` is 53 here.
    pub value: Exact,
    /// Digits after the point.
    pub decimals: u32,
    /// Whether `%` followed the digits.
    pub percent: bool,
    /// Bytes of the text that hold it.
    pub range: (usize, usize),
}

impl Locale {
    /// The languages there are.
    pub const LANGUAGES: [&str; 2] = ["en-GB", "fr"];

    /// The locale of a BCP 47 tag, where it is known.
    pub fn named(language: &str) -> Option<Self> {
        let data = match language {
            "en-GB" => include_str!("en-GB.yaml"),
            "fr" => include_str!("fr.yaml"),
            _ => return None,
        };
        serde_yaml::from_str(data).ok()
    }

    /// The currency codes that can be printed.
    pub fn currencies(&self) -> impl Iterator<Item = &str> {
        self.currencies.keys().map(String::as_str)
    }

    /// Prints a value: a number in `format`, rounded once by `rounding`; anything else as it reads.
    pub fn show(&self, value: &Value, format: Option<Format>, rounding: Rounding) -> String {
        match (value, format) {
            (Value::Number(number), _) => {
                let words = |number: &Number| match format {
                    Some(format) => self.number(number, format, rounding),
                    None => self.digits(&number.value, number.value.decimals().unwrap_or(0)),
                };
                number.in_words(words, |low, high| self.between(low, high))
            }
            (Value::Text(text), _) => text.clone(),
            (Value::Boolean(value), _) => value.to_string(),
            (Value::Date(date), _) => self.date(PartialDate::Day(*date)),
            (Value::Period(period), _) => self.period(*period),
        }
    }

    /// From the least to the most.
    pub fn between(&self, low: &str, high: &str) -> String {
        self.between.replacen("{}", low, 1).replacen("{}", high, 1)
    }

    fn number(&self, number: &Number, format: Format, rounding: Rounding) -> String {
        let decimals = format.digits().1;
        let rounded = (&number.value * &format.factor()).round(decimals as i32, rounding);
        let text = self.digits(&rounded, decimals);
        let plural = usize::from(match self.plural_from_two {
            true => rounded.abs() >= Exact::from(2),
            false => rounded.abs() != Exact::one(),
        });
        match format {
            Format::Integer if number.measure.unit.as_deref() == Some(CALENDAR_YEAR) => {
                rounded.to_string()
            }
            Format::Integer | Format::Decimal(_) => text,
            Format::Percent(_) => self.percent.replace("{}", &text),
            Format::Points(_) => self.points[plural].replace("{}", &text),
            Format::Days => self.days[plural].replace("{}", &text),
            Format::Million(_) => self.million[plural].replace("{}", &text),
            Format::Billion(_) => self.billion[plural].replace("{}", &text),
            Format::Per(n) => self.per.replacen("{}", &text, 1).replacen(
                "{}",
                &self.digits(&Exact::from(i128::from(n)), 0),
                1,
            ),
            Format::Words => self.words(&rounded).unwrap_or(text),
            Format::Currency(_) => {
                let unit = number.measure.unit.as_deref().unwrap_or("");
                let digits = self.digits(&rounded.abs(), decimals);
                let amount = match self.currencies.get(unit) {
                    Some(pattern) => pattern.replace("{}", &digits),
                    None => format!("{unit} {digits}"),
                };
                if rounded.is_negative() { format!("{}{amount}", self.minus) } else { amount }
            }
        }
    }

    /// Digits as an amount of money.
    pub fn money(&self, code: &str, digits: &str) -> String {
        match self.currencies.get(code) {
            Some(pattern) => pattern.replace("{}", digits),
            None => format!("{code} {digits}"),
        }
    }

    /// Digits as a percentage: `47%`.
    pub fn percentage(&self, digits: &str) -> String {
        self.percent.replace("{}", digits)
    }

    /// The sign of a format's unit, as it stands in the header of a column: `%`, `£`, `days`; none of plain numbers.
    pub fn unit(&self, format: Format, unit: Option<&str>) -> Option<String> {
        let without = |pattern: &str| pattern.replace("{}", "").trim().to_string();
        let currency =
            unit.and_then(|unit| self.currencies.get(unit)).map(|pattern| without(pattern));
        let with = |scale: String| match &currency {
            Some(sign) => format!("{sign} {scale}"),
            None => scale,
        };
        Some(match format {
            Format::Integer | Format::Decimal(_) | Format::Words => return currency,
            Format::Percent(_) => without(&self.percent),
            Format::Points(_) => without(&self.points[1]),
            Format::Days => without(&self.days[1]),
            Format::Million(_) => with(without(&self.million[1])),
            Format::Billion(_) => with(without(&self.billion[1])),
            Format::Per(n) => {
                let base = self.digits(&Exact::from(i128::from(n)), 0);
                without(&self.per.replacen("{}", "", 1).replacen("{}", &base, 1))
            }
            Format::Currency(_) => return currency.or(unit.map(str::to_string)),
        })
    }

    /// `one` to `nine`.
    fn words(&self, value: &Exact) -> Option<String> {
        let index = usize::try_from(value.to_i128()?).ok()?;
        self.numbers.get(index).filter(|_| index > 0).cloned()
    }

    /// Digits with group marks; `value` has at most `decimals` places.
    pub fn digits(&self, value: &Exact, decimals: u32) -> String {
        let fixed = value.abs().fixed(decimals);
        let (whole, fraction) = fixed.split_once('.').unwrap_or((&fixed, ""));
        let mut out = String::new();
        if value.is_negative() && fixed.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
            out.push_str(&self.minus);
        }
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                out.push_str(&self.group);
            }
            out.push(digit);
        }
        if !fraction.is_empty() {
            out.push_str(&self.decimal);
            out.push_str(fraction);
        }
        out
    }

    /// A date as far as it is known: `6 March 2025`, `March 2025`, `2025`.
    pub fn date(&self, date: PartialDate) -> String {
        let month = |m: i8| self.months.get(m as usize - 1).map_or("", String::as_str);
        match date {
            PartialDate::Year(year) => year.to_string(),
            PartialDate::Month(year, m) => format!("{} {year}", month(m)),
            PartialDate::Day(date) => {
                let (year, m, day) = date.parts();
                self.date
                    .replace("{day}", &day.to_string())
                    .replace("{month}", month(m))
                    .replace("{year}", &year.to_string())
            }
        }
    }

    fn period(&self, period: Period) -> String {
        match period {
            Period::Month(year, month) => self.date(PartialDate::Month(year, month)),
            other => other.to_string(),
        }
    }

    /// Every number typed in digits in `text`, in order: `1,234`, `-0.5`, `1.81%`.
    ///
    /// A group mark counts only before exactly three digits; a sign only where no letter or digit stands before it.
    pub fn numbers(&self, text: &str) -> Vec<Typed> {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(offset) = text[at..].find(|c: char| c.is_ascii_digit()) {
            let start = at + offset;
            let typed = self.number_at(text, start);
            at = typed.range.1;
            found.push(typed);
        }
        found
    }

    /// The number whose digits begin at a byte: its value without a sign, its decimals, and where it ends.
    pub fn digits_at(&self, text: &str, start: usize) -> (Exact, u32, usize) {
        let digits_from = |from: usize| text[from..].bytes().take_while(u8::is_ascii_digit).count();
        let mut end = start + digits_from(start);
        let mut plain = text[start..end].to_string();
        let groupable = plain.len() <= 3;
        let mark = |at: usize| {
            let mut marks = std::iter::once(&self.group).chain(&self.group_also);
            marks.find(|mark| text[at..].starts_with(mark.as_str())).map(String::len)
        };
        while let Some(length) = mark(end).filter(|_| groupable) {
            let next = end + length;
            if digits_from(next) != 3 {
                break;
            }
            plain.push_str(&text[next..next + 3]);
            end = next + 3;
        }
        let mut decimals = 0;
        if text[end..].starts_with(&self.decimal) {
            let next = end + self.decimal.len();
            let count = digits_from(next);
            if count > 0 {
                plain.push('.');
                plain.push_str(&text[next..next + count]);
                decimals = count as u32;
                end = next + count;
            }
        }
        (Exact::parse(&plain).unwrap_or_else(Exact::zero), decimals, end)
    }

    fn number_at(&self, text: &str, start: usize) -> Typed {
        let (value, decimals, end) = self.digits_at(text, start);
        let before = &text[..start];
        let sign = before.chars().next_back().filter(|c| matches!(c, '-' | '−' | '\u{2013}'));
        let lead = sign.map_or(before, |c| &before[..before.len() - c.len_utf8()]);
        let signed =
            sign.is_some() && lead.chars().next_back().is_none_or(|c| !c.is_alphanumeric());
        let rest = text[end..].trim_start_matches([' ', '\u{a0}', '\u{202f}']);
        let percent = rest.starts_with('%');
        let end = if percent { text.len() - rest.len() + 1 } else { end };
        let start = if signed { start - sign.map_or(0, char::len_utf8) } else { start };
        Typed { value: if signed { -value } else { value }, decimals, percent, range: (start, end) }
    }

    /// Reads a text that is one number and nothing else, in digits (`1,234`, `1.81%`).
    pub fn read(&self, text: &str) -> Option<Typed> {
        let text = text.trim();
        let mut numbers = self.numbers(text);
        (numbers.len() == 1 && numbers[0].range == (0, text.len())).then(|| numbers.remove(0))
    }

    /// Whether a word, with its apostrophe, is joined to the next and yet a word of its own.
    pub fn elides(&self, word: &str) -> bool {
        let word = word.trim_end_matches(['\'', '’']).to_lowercase();
        self.elisions.contains(&word)
    }

    /// The names of the months.
    pub fn months(&self) -> impl Iterator<Item = &str> {
        self.months.iter().map(String::as_str)
    }

    /// Whether a text ends with the name of a month.
    pub fn ends_with_month(&self, text: &str) -> bool {
        let last = text
            .trim_end()
            .rsplit(|c: char| !c.is_alphabetic())
            .next()
            .unwrap_or("")
            .to_lowercase();
        let is_last = |month: &String| last.len() >= 3 && month.to_lowercase().starts_with(&last);
        self.months.iter().any(is_last)
    }
}

/// The format that needs no author: integers, a column's own decimals, whole percentages and points.
pub fn natural_format(number: &Number) -> Option<Format> {
    let decimals = number.measure.decimals?;
    Some(match number.measure.scale {
        Scale::Percent => Format::Percent(decimals),
        Scale::Points => Format::Points(decimals),
        Scale::Plain if decimals == 0 => Format::Integer,
        Scale::Plain => Format::Decimal(decimals),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Measure;

    fn show(value: &str, format: Format) -> String {
        let locale = Locale::named("en-GB").expect("embedded");
        let measure = Measure { unit: Some("GBP".into()), ..Measure::default() };
        let number = Number::new(Exact::parse(value).expect("a number"), measure);
        locale.show(&Value::Number(number), Some(format), Rounding::HalfUp)
    }

    #[test]
    fn numbers_print_as_british_readers_write_them() {
        for (value, format, text) in [
            ("5598", Format::Integer, "5,598"),
            ("-1234567.5", Format::Decimal(1), "−1,234,567.5"),
            ("0.1147", Format::Percent(0), "11%"),
            ("0.01", Format::Points(0), "1 percentage point"),
            ("0.36", Format::Points(0), "36 percentage points"),
            ("4", Format::Words, "four"),
            ("10", Format::Words, "10"),
            ("-2.5", Format::Currency(2), "−£2.50"),
            ("0.0000123", Format::Per(100_000), "1 per 100,000"),
            ("1250000", Format::Million(1), "1.3 million"),
            ("-0.2", Format::Integer, "0"),
            ("831", Format::Days, "831 days"),
        ] {
            assert_eq!(show(value, format), text);
        }
    }

    #[test]
    fn typed_numbers_are_found_whole() {
        let locale = Locale::named("en-GB").expect("embedded");
        let found = |text: &str| -> Vec<String> {
            locale
                .numbers(text)
                .iter()
                .map(|t| format!("{}{}", t.value, if t.percent { "%" } else { "" }))
                .collect()
        };
        assert_eq!(found("20,566 and 566"), ["20566", "566"]);
        assert_eq!(found("1,23 of 1,2345"), ["1", "23", "1", "2345"]);
        assert_eq!(found("−0.5, pre-2010 and 53 %"), ["-0.5", "2010", "53%"]);
        assert!(locale.read("1,234").is_some() && locale.read("about 3").is_none());
    }
}
