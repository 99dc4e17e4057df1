//! Values as printed. [`Shown`] is the only form in which a number about the data enters a rendered file.

use std::fmt;

use super::Figure;
use crate::exact::{Exact, Operator, Rounding};
use crate::hidden::Form;
use crate::locale::Locale;
use crate::value::{Format, Number, Scale, Value};

/// A value as a reader sees it. Only [`Shower`] makes one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Shown(String);

impl Shown {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a column of figures adds up to its total.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Footing {
    /// It does, and as printed, too.
    Foots,
    /// It does, but the rounded numbers do not.
    Rounded,
    /// It does not: what the parts add up to.
    Off(Shown),
    /// The total is in another unit, or no number.
    Other,
}

/// How a report prints: its language and its rounding rule.
#[derive(Clone, Copy, Debug)]
pub struct Shower<'a> {
    /// The language.
    pub locale: &'a Locale,
    /// The rule for ties.
    pub rounding: Rounding,
}

impl Shower<'_> {
    /// A figure's value, rounded once, in its format.
    pub fn figure(&self, figure: &Figure) -> Shown {
        Shown(self.locale.show(&figure.value, figure.format, self.rounding))
    }

    /// A figure's value without the sign of its unit, for a column whose header names it.
    pub fn bare(&self, figure: &Figure) -> Shown {
        match (&figure.value, figure.format) {
            (Value::Number(number), Some(format)) if format != Format::Words => {
                let digits = |number: &Number| {
                    let (rounded, decimals) = self.rounded(number, format);
                    self.locale.digits(&rounded, decimals)
                };
                Shown(number.in_words(digits, |low, high| self.locale.between(low, high)))
            }
            _ => self.figure(figure),
        }
    }

    /// A figure's value before it is rounded, as a fraction or a finite decimal.
    pub fn exact(&self, figure: &Figure) -> Shown {
        Shown(figure.value.to_string())
    }

    /// The same for machines: no group marks, a point before decimals; `3..5` of a value between two ends.
    pub fn plain(&self, figure: &Figure) -> Shown {
        match (&figure.value, figure.format) {
            (Value::Number(number), Some(format)) => {
                let fixed = |number: &Number| {
                    let (rounded, decimals) = self.rounded(number, format);
                    rounded.fixed(decimals)
                };
                Shown(number.in_words(fixed, |low, high| format!("{low}..{high}")))
            }
            (value, _) => Shown(value.to_string()),
        }
    }

    fn rounded(&self, number: &Number, format: Format) -> (Exact, u32) {
        let decimals = format.digits().1;
        ((&number.value * &format.factor()).round(decimals as i32, self.rounding), decimals)
    }

    /// How many cases a percentage is taken of; none of other figures.
    pub fn base(&self, figure: &Figure) -> Option<Shown> {
        let base = figure.base.as_ref();
        let base = base.filter(|_| matches!(figure.format, Some(Format::Percent(_))))?;
        Some(Shown(self.locale.digits(base, 0)))
    }

    /// The unit of a column of figures: `%`, `£`, `days`; none of plain numbers.
    pub fn unit(&self, figure: &Figure) -> Option<String> {
        let unit = figure.value.number().and_then(|number| number.measure.unit.as_deref());
        self.locale.unit(figure.format?, unit)
    }

    /// Whether figures add up to another, exactly and as they print.
    pub fn footing(&self, parts: &[&Figure], total: &Figure) -> Footing {
        let value = |figure: &Figure| Some((figure.value.number()?.clone(), figure.format?));
        let Some((whole, format)) = value(total) else { return Footing::Other };
        let mut sum = Exact::zero();
        let mut printed = Exact::zero();
        for part in parts {
            match value(part) {
                Some((number, other))
                    if other.factor() == format.factor()
                        && number.measure.unit == whole.measure.unit
                        && number.measure.scale == whole.measure.scale =>
                {
                    sum = &sum + &number.value;
                    printed = &printed + &self.rounded(&number, other).0;
                }
                _ => return Footing::Other,
            }
        }
        let hidden = |number: &Number| number.hidden.is_some();
        let numbers = || parts.iter().filter_map(|part| part.value.number());
        if hidden(&whole) || numbers().any(hidden) {
            return self.open_footing(numbers(), &whole, format);
        }
        if sum != whole.value {
            let shown = Number { value: sum, ..whole };
            let shown = self.locale.show(&Value::Number(shown), Some(format), self.rounding);
            Footing::Off(Shown(shown))
        } else if printed != self.rounded(&whole, format).0 {
            Footing::Rounded
        } else {
            Footing::Foots
        }
    }

    /// The footing of parts or a total that depend on hidden cells: they add up if they do whatever the cells are.
    fn open_footing<'n>(
        &self,
        parts: impl Iterator<Item = &'n Number>,
        whole: &Number,
        format: Format,
    ) -> Footing {
        let mut parts = parts;
        let none = Form::known(Exact::zero());
        let sum =
            parts.try_fold(none, |sum, part| Form::combine(Operator::Add, &sum, &part.form()));
        let Ok(sum) = sum.and_then(|sum| Number::of_form(sum, whole.measure.clone())) else {
            return Footing::Other;
        };
        let zero = Exact::zero();
        if sum.less(whole) == (zero.clone(), zero) {
            return Footing::Foots;
        }
        let shown = self.locale.show(&Value::Number(sum), Some(format), self.rounding);
        Footing::Off(Shown(shown))
    }

    /// A key of a point.
    pub fn key(&self, key: &Value) -> Shown {
        let plain = match key {
            Value::Number(number) if number.measure.scale == Scale::Percent => {
                let format = Format::Percent(number.measure.decimals.unwrap_or(0));
                return Shown(self.locale.show(key, Some(format), self.rounding));
            }
            // a year is no quantity and takes no group mark
            Value::Number(number) => return Shown(number.value.to_string()),
            key => key,
        };
        Shown(self.locale.show(plain, None, self.rounding))
    }

    /// A text.
    pub fn text(&self, text: &str) -> Shown {
        Shown(text.to_string())
    }

    /// From one edge to the next, which is left out unless it is the last.
    pub fn bin(&self, low: &Exact, high: &Exact, last: bool) -> Shown {
        let decimals = low.decimals().into_iter().chain(high.decimals()).max().unwrap_or(0);
        let [low, high] = [low, high].map(|edge| self.locale.digits(edge, decimals));
        let to = if last { "to" } else { "to under" };
        Shown(format!("{low} {to} {high}"))
    }

    /// A count of rows.
    pub fn count(&self, count: u64) -> Shown {
        Shown(self.locale.digits(&i128::from(count).into(), 0))
    }
}
