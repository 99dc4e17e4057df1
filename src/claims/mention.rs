//! Numbers of any text with what stands around them: for texts whose numbers are tied to nothing yet.

use std::collections::BTreeSet;
use std::ops::Range;

use super::Finding;
use super::exempt::Rule;
use super::grammar::{Form, Stated, TermKind, Unit, read};
use super::guards::significant;
use super::interval::{allowed, last_unit};
use super::lexicon::Lexicon;
use super::number::{Rules, agreement};
use crate::exact::{Exact, Rounding};
use crate::locale::Locale;
use crate::value::Period;

/// What a number can be of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// A count or an amount.
    Plain,
    /// A share, a percentage, a fraction in words.
    Share,
    /// A difference of two percentages.
    Points,
    /// So many times.
    Multiple,
}

/// A number of a text.
#[derive(Clone, Debug)]
pub struct Mention {
    /// Its bytes.
    pub range: Range<usize>,
    /// What it can be of.
    pub kind: Kind,
    /// The periods that its words name: the one beside it, or those of its sentence.
    pub periods: Vec<Period>,
    /// The words of its sentence that tell one thing from another.
    pub words: BTreeSet<String>,
    stated: Stated,
}

/// Every number of a text that is a statistic, in order.
pub fn mentions(text: &str, lexicon: &Lexicon, locale: &Locale) -> Vec<Mention> {
    let reading = read(text, lexicon, locale);
    let mut found = Vec::new();
    for (index, term) in reading.terms.iter().enumerate() {
        let TermKind::Number(stated) = &term.kind else { continue };
        let sentence = reading.sentence(term.range.start);
        let kind = match (&stated.unit, &stated.form) {
            (Unit::Percent, _) => Kind::Share,
            (Unit::Points, _) => Kind::Points,
            (_, Form::Multiple) => Kind::Multiple,
            (_, Form::Fraction) if stated.value < Exact::one() => Kind::Share,
            _ => Kind::Plain,
        };
        let named = |term: &super::grammar::Term| match &term.kind {
            TermKind::Exempt(exempt) if matches!(exempt.rule, Rule::Date | Rule::Period) => {
                exempt.when
            }
            _ => None,
        };
        let inside = |term: &&super::grammar::Term| {
            sentence.start <= term.range.start && term.range.end <= sentence.end
        };
        // the period right behind it, before another number
        let after = |index: usize, end: usize, gap: usize| {
            let next = reading.terms.get(index).filter(|next| next.tokens.start <= end + gap)?;
            Some((named(Some(next).filter(inside)?)?, next.tokens.end))
        };
        let beside = after(index + 1, term.tokens.end, 3).map(|(first, end)| {
            let second = after(index + 2, end, 1).map(|(second, _)| second);
            std::iter::once(first).chain(second).collect()
        });
        let all = || reading.terms.iter().filter(inside).filter_map(named).collect();
        found.push(Mention {
            range: term.range.clone(),
            kind,
            periods: beside.unwrap_or_else(all),
            words: significant(&text[sentence]),
            stated: stated.clone(),
        });
    }
    found
}

impl Mention {
    /// The least and the most that values can be which these words may state; of a share, as a fraction of 1.
    pub fn range_of_values(&self, lexicon: &Lexicon) -> (Exact, Exact) {
        let stated = &self.stated;
        let (low, high) = match allowed(stated, lexicon) {
            Some(interval) => (interval.low, interval.high),
            None => {
                let unit = match stated.form {
                    Form::Digits { decimals, power } => {
                        Exact::power_of_ten(i64::from(power) - i64::from(decimals))
                    }
                    _ => last_unit(&stated.value),
                };
                let half = &unit * &Exact::scaled(5, 1);
                // whole thousands may have rounded zeros
                let zeros = stated.value.abs() * lexicon.zeros.clone();
                let thousand =
                    last_unit(&stated.value) >= Exact::from(1000) && self.kind == Kind::Plain;
                let reach = if thousand && zeros > half { zeros } else { half };
                (&stated.value - &reach, &stated.value + &reach)
            }
        };
        let percent = matches!(stated.unit, Unit::Percent | Unit::Points);
        let factor = if percent { Exact::power_of_ten(-2) } else { Exact::one() };
        (&low * &factor, &high * &factor)
    }

    /// Whether it has four digits or more that are not zeros at its end.
    pub fn is_precise(&self) -> bool {
        let unit = last_unit(&self.stated.value);
        let digits = self.stated.value.abs().checked_div(&unit);
        digits.is_some_and(|digits| digits >= Exact::from(1000))
    }

    /// What the check would find of a value that the words were tied to.
    pub fn finding(
        &self,
        value: &Exact,
        lexicon: &Lexicon,
        locale: &Locale,
        rounding: Rounding,
    ) -> Finding {
        let percent = matches!(self.stated.unit, Unit::Percent | Unit::Points);
        let factor = if percent { Exact::from(100) } else { Exact::one() };
        let rules = Rules { lexicon, locale, rounding };
        agreement(&self.stated, &(value * &factor), value.is_integer(), &rules).finding
    }
}
