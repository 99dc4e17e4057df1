//! Values as printed. [`Shown`] is the only form in which a number about the data enters a rendered file.

use std::fmt;

use super::Figure;
use crate::exact::Rounding;
use crate::locale::Locale;
use crate::value::{Format, Scale, Value};

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

    /// A count of rows.
    pub fn count(&self, count: u64) -> Shown {
        Shown(self.locale.digits(&i128::from(count).into(), 0))
    }
}
