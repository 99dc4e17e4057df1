//! What is no statistic by itself: dates, periods, labels, names, ages, times, telephone numbers, addresses, versions, idioms.
//!
//! Each rule is listed in `docs/words.md`; its words are in the lexicon.

use super::grammar::{Term, TermKind};
use super::lexicon::{Lexicon, Sense};
use super::token::{Kind, Token};
use crate::value::{Date, Period};

/// Why a number is no statistic.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Rule {
    /// A day, month, year or decade.
    Date,
    /// A quarter, half or financial year.
    Period,
    /// The number of a section, table, page.
    Label,
    /// Digits in a name.
    Name,
    /// Somebody's age, or an age group.
    Age,
    /// A time of day.
    Time,
    /// How long something lasts: *the last 12 months*, *a 45-day period*.
    Duration,
    /// How sure an interval is: *95% confidence*.
    Confidence,
    /// A telephone number.
    Telephone,
    /// A web or e-mail address, a DOI.
    Address,
    /// A version of something.
    Version,
    /// A place in an order that nothing counts.
    Ordinal,
    /// A fixed phrase.
    Idiom,
    /// What a rate is per.
    Base,
    /// Code.
    Code,
    /// The value of a parameter.
    Parameter,
    /// The author says why.
    Reason,
}

impl Rule {
    /// Every rule, in the order of the documentation.
    pub const ALL: [Self; 17] = [
        Self::Date,
        Self::Period,
        Self::Label,
        Self::Name,
        Self::Age,
        Self::Time,
        Self::Duration,
        Self::Confidence,
        Self::Telephone,
        Self::Address,
        Self::Version,
        Self::Ordinal,
        Self::Idiom,
        Self::Base,
        Self::Code,
        Self::Parameter,
        Self::Reason,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Period => "period",
            Self::Label => "label",
            Self::Name => "name",
            Self::Age => "age",
            Self::Time => "time",
            Self::Duration => "duration",
            Self::Confidence => "confidence",
            Self::Telephone => "telephone",
            Self::Address => "address",
            Self::Version => "version",
            Self::Ordinal => "ordinal",
            Self::Idiom => "idiom",
            Self::Base => "base",
            Self::Code => "code",
            Self::Parameter => "parameter",
            Self::Reason => "reason",
        }
    }
}

/// A stretch that holds no statistic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Exempt {
    pub(super) rule: Rule,
    /// The period that it names, where it names one.
    pub(super) when: Option<Period>,
    /// The number, where it is a bare one that a figure may be: a year.
    pub(super) number: Option<i128>,
}

impl Exempt {
    fn of(rule: Rule) -> Self {
        Self { rule, when: None, number: None }
    }

    fn when(rule: Rule, period: Period) -> Self {
        Self { when: Some(period), ..Self::of(rule) }
    }
}

/// What begins at a token and is no statistic, with the token after it.
pub(super) fn exempt(
    text: &str,
    tokens: &[Token],
    at: usize,
    lexicon: &Lexicon,
    last: Option<&Term>,
) -> Option<(Exempt, usize)> {
    let look = Look { text, tokens, lexicon, last };
    look.address(at)
        .or_else(|| look.telephone(at))
        .or_else(|| look.idiom(at))
        .or_else(|| look.version(at))
        .or_else(|| look.date(at))
        .or_else(|| look.period(at))
        .or_else(|| look.time(at))
        .or_else(|| look.name(at))
        .or_else(|| look.age(at))
        .or_else(|| look.confidence(at))
        .or_else(|| look.duration(at))
        .or_else(|| look.label(at))
        .or_else(|| look.year(at))
}

struct Look<'a> {
    text: &'a str,
    tokens: &'a [Token],
    lexicon: &'a Lexicon,
    last: Option<&'a Term>,
}

type Found = Option<(Exempt, usize)>;

impl Look<'_> {
    fn token(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at)
    }

    fn is(&self, at: usize, text: &str) -> bool {
        self.token(at).is_some_and(|token| token.is(text))
    }

    fn glued(&self, at: usize) -> Option<&Token> {
        self.token(at).filter(|token| token.glued)
    }

    fn sense(&self, at: usize, sense: Sense) -> Option<usize> {
        self.lexicon.is(self.tokens, at, sense)
    }

    fn whole(&self, at: usize) -> Option<i128> {
        self.token(at)?.whole()
    }

    fn is_dash(&self, at: usize) -> bool {
        self.is(at, "-") || self.is(at, "–")
    }

    /// The first token at or after a byte.
    fn after(&self, byte: usize) -> usize {
        self.tokens.partition_point(|token| token.range.start < byte)
    }

    /// Everything up to the next space that holds `://`, `www.` or `@`; a DOI.
    fn address(&self, at: usize) -> Found {
        let token = self.token(at)?;
        if token.glued && at > 0 && self.tokens[at - 1].kind == Kind::Word {
            return None;
        }
        let rest = &self.text[token.range.start..];
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '”'));
        let chunk = rest[..end.unwrap_or(rest.len())]
            .trim_end_matches(['.', ',', ';', ':', ')', '!', '?', ']', '’', '\'']);
        let doi = chunk.strip_prefix("doi:").unwrap_or(chunk);
        let doi = doi.starts_with("10.")
            && doi.split_once('/').is_some_and(|(registrant, _)| {
                registrant.len() >= 7
                    && registrant[3..].bytes().all(|b| b.is_ascii_digit() || b == b'.')
            });
        let web = chunk.contains("://") || chunk.starts_with("www.");
        let mail = chunk.split_once('@').is_some_and(|(user, host)| {
            user.ends_with(|c: char| c.is_alphanumeric()) && host.contains('.')
        });
        (doi || web || mail)
            .then(|| (Exempt::of(Rule::Address), self.after(token.range.start + chunk.len())))
    }

    /// `+44 20 7946 0958`, `0800 0121 700`: nine digits or more, from a plus sign or a zero.
    fn telephone(&self, at: usize) -> Found {
        let token = self.token(at)?;
        let plus = token.is("+");
        let zero = token.text.starts_with('0') && token.text.len() > 1;
        if !plus && (!zero || token.number().is_none()) {
            return None;
        }
        let mut end = at + usize::from(plus);
        let mut digits = 0;
        let mut last = end;
        while let Some(token) = self.token(end) {
            if token.text.bytes().all(|b| b.is_ascii_digit()) {
                digits += token.text.len();
                end += 1;
                last = end;
            } else if matches!(token.text.as_str(), "(" | ")" | "-") {
                end += 1;
            } else {
                break;
            }
        }
        (9..=15).contains(&digits).then_some((Exempt::of(Rule::Telephone), last))
    }

    fn idiom(&self, at: usize) -> Found {
        let length = self.sense(at, Sense::Idiom)?;
        let holds_number = self.tokens[at..at + length].iter().any(|token| {
            token.number().is_some()
                || [Sense::Pronoun]
                    .iter()
                    .any(|sense| self.lexicon.is(self.tokens, at, *sense).is_some())
                || self
                    .lexicon
                    .at(std::slice::from_ref(token), 0, |sense| match sense {
                        Sense::Counting(_)
                        | Sense::Ordinal(_)
                        | Sense::Fraction(_)
                        | Sense::Multiple(..) => Some(()),
                        _ => None,
                    })
                    .is_some()
        });
        // `24/7` is one only as a whole
        let joined = self.glued(at + length).is_some_and(|next| next.number().is_some());
        (holds_number && !joined).then_some((Exempt::of(Rule::Idiom), at + length))
    }

    /// `1.2.3`, `v2`
    fn version(&self, at: usize) -> Found {
        let token = self.token(at)?;
        let digits = token.text.strip_prefix('v').filter(|_| token.kind == Kind::Word);
        if digits
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
        {
            let mut end = at + 1;
            while self.glued(end).is_some_and(|t| t.is("."))
                && self.glued(end + 1).is_some_and(|t| t.number().is_some())
            {
                end += 2;
            }
            return Some((Exempt::of(Rule::Version), end));
        }
        token.number()?;
        let parts = self.dotted(at)?;
        (parts.1 >= 3).then_some((Exempt::of(Rule::Version), parts.0))
    }

    /// Digits joined by points: where they end, and how many parts there are.
    fn dotted(&self, at: usize) -> Option<(usize, usize)> {
        let mut parts = self.token(at)?.text.split('.').count();
        let mut end = at + 1;
        while self.glued(end).is_some_and(|t| t.is("."))
            && let Some(next) = self.glued(end + 1).filter(|t| t.number().is_some())
        {
            parts += next.text.split('.').count();
            end += 2;
        }
        Some((end, parts))
    }

    fn month(&self, at: usize) -> Option<(i8, usize)> {
        let token = self.token(at).filter(|token| token.capital || self.lexicon.lower_months)?;
        let (month, length) = self.lexicon.at(self.tokens, at, |sense| match sense {
            Sense::Month(month) => Some(month),
            _ => None,
        })?;
        let dotted = token.text.len() == 3 && self.is(at + length, ".");
        Some((month, length + usize::from(dotted)))
    }

    fn year_number(&self, at: usize) -> Option<i16> {
        let token = self.token(at)?;
        let year = token.whole().filter(|_| token.text.len() == 4)?;
        let alone = !self.glued(at + 1).is_some_and(|next| {
            next.is("%") || next.kind == Kind::Word || part_of_number(self, at + 1)
        });
        (alone && (1500..=2150).contains(&year)).then_some(year as i16)
    }

    /// `6 March 2025`, `6 to 8 March`, `March 2025`, `March 6`, `2025-03-06`, `06/03/2025`, `the 1990s`.
    fn date(&self, at: usize) -> Found {
        if let Some((month, length)) = self.month(at) {
            let next = at + length;
            if let Some(year) = self.year_number(next) {
                return Some((Exempt::when(Rule::Date, Period::Month(year, month)), next + 1));
            }
            let (day, end) = self.day(next)?;
            let comma = usize::from(self.is(end, ","));
            let year = self.year_number(end + comma).map(|_| end + comma + 1);
            let day = day && (year.is_some() || !self.is_thing(end));
            return day.then_some((Exempt::of(Rule::Date), year.unwrap_or(end)));
        }
        let whole = self.whole(at)?;
        let text = &self.token(at)?.text;
        // 2025-03-06, 06/03/2025
        let sign = self.glued(at + 1).filter(|sign| sign.is("-") || sign.is("/"));
        if let Some(sign) = sign
            && let (Some(second), Some(third)) = (self.glued(at + 2), self.glued(at + 4))
            && self.glued(at + 3).is_some_and(|other| other.is(&sign.text))
            && let (Some(second), Some(last)) = (second.whole(), third.whole())
        {
            let fits = if text.len() == 4 {
                (1..=12).contains(&second) && (1..=31).contains(&last)
            } else {
                (1..=31).contains(&whole) && (1..=31).contains(&second) && third.text.len() == 4
            };
            if fits {
                return Some((Exempt::of(Rule::Date), at + 5));
            }
        }
        // the 1990s
        if text.len() == 4 && self.glued(at + 1).is_some_and(|s| s.is("s")) && whole % 10 == 0 {
            return Some((Exempt::of(Rule::Date), at + 2));
        }
        let (_, mut end) = self.day(at).filter(|(day, _)| *day)?;
        // 6 to 8 March
        let join = self.sense(end, Sense::To).or_else(|| self.sense(end, Sense::And));
        if let Some((true, after)) = join.and_then(|length| self.day(end + length))
            && self.month(after).is_some()
        {
            end = after;
        }
        let (_, length) = self.month(end)?;
        end += length;
        let comma = usize::from(self.is(end, ","));
        Some((
            Exempt::of(Rule::Date),
            self.year_number(end + comma).map_or(end, |_| end + comma + 1),
        ))
    }

    /// Whether a number from 1 to 31 stands here, and what follows it.
    fn day(&self, at: usize) -> Option<(bool, usize)> {
        let day = self.whole(at)?;
        let sign =
            self.glued(at + 1).filter(|sign| self.lexicon.ordinal_signs.contains(&sign.text));
        let end = at + 1 + usize::from(sign.is_some());
        let alone = self.glued(end).is_none_or(|next| next.kind != Kind::Word && !next.is("%"));
        Some(((1..=31).contains(&day) && alone, end))
    }

    /// `2023/24`, `2024 Q1`, `Q1 2024`, `the third quarter of 2025`.
    fn period(&self, at: usize) -> Found {
        if let Some(part) = self.quarter_code(at) {
            let of = usize::from(self.is(at + 1, "of"));
            let year = self.year_number(at + 1 + of)?;
            return Some((Exempt::when(Rule::Period, part.of(year)), at + 2 + of));
        }
        let ordinal = self.lexicon.at(self.tokens, at, |sense| match sense {
            Sense::Ordinal(place) => Some(place),
            _ => None,
        });
        let signed = self.whole(at).and_then(|number| {
            let sign = self.glued(at + 1)?;
            let found = self.lexicon.ordinal_signs.contains(&sign.text);
            Some((u32::try_from(number).ok()?, 2)).filter(|_| found)
        });
        if let Some((place, length)) = ordinal.or(signed)
            && let Some((unit, quarter)) = self.lexicon.quarter(self.tokens, at + length)
        {
            let mut end = at + length + unit;
            let of = usize::from(self.is(end, "of") || self.is(end, "de"));
            let year = self.year_number(end + of);
            if let Some(year) = year {
                end += of + 1;
                let part = match quarter {
                    true if (1..=4).contains(&place) => Some(Part::Quarter(place as i8)),
                    false if (1..=2).contains(&place) => Some(Part::Half(place as i8)),
                    _ => None,
                };
                let when = part.map(|part| part.of(year));
                return Some((Exempt { when, ..Exempt::of(Rule::Period) }, end));
            }
            return Some((Exempt::of(Rule::Period), end));
        }
        let year = self.year_number(at)?;
        if let Some(part) = self.quarter_code(at + 1) {
            return Some((Exempt::when(Rule::Period, part.of(year)), at + 2));
        }
        let sign =
            self.glued(at + 1).filter(|sign| sign.is("/") || sign.is("-") || sign.is("–"))?;
        let second = self.glued(at + 2)?;
        let number = i16::try_from(second.whole()?).ok()?;
        if self.glued(at + 3).is_some_and(|next| {
            matches!(next.kind, Kind::Word | Kind::Number { .. }) || part_of_number(self, at + 3)
        }) {
            return None;
        }
        let next = match second.text.len() {
            2 => year - year % 100 + number,
            4 if sign.is("/") => number,
            _ => return None,
        };
        let financial = next == year + 1 || (year % 100 == 99 && number == 0);
        let when = financial.then_some(Period::FinancialYear(year));
        (next > year || financial).then_some((Exempt { when, ..Exempt::of(Rule::Period) }, at + 3))
    }

    fn quarter_code(&self, at: usize) -> Option<Part> {
        let token = self.token(at).filter(|token| token.is_mixed() && token.text.len() == 2)?;
        let number = token.text[1..].parse::<i8>().ok()?;
        match token.text.as_bytes()[0] {
            b'q' | b't' if (1..=4).contains(&number) => Some(Part::Quarter(number)),
            b'h' | b's' if (1..=2).contains(&number) => Some(Part::Half(number)),
            _ => None,
        }
    }

    /// `9:30`, `5pm`, `10.30am`.
    fn time(&self, at: usize) -> Found {
        let (value, _) = self.token(at)?.number()?;
        let hour = value.floor().filter(|hour| (0..=24).contains(hour))?;
        let mut end = at + 1;
        let colon = self.glued(end).is_some_and(|t| t.is(":"))
            && self
                .glued(end + 1)
                .is_some_and(|t| t.text.len() == 2 && t.whole().is_some_and(|m| m < 60));
        if colon && hour <= 24 {
            end += 2;
        }
        let clock = self.sense(end, Sense::Clock);
        let placed = at > 0
            && (self.sense(at - 1, Sense::DatedWeakly).is_some()
                || self.sense(at - 1, Sense::Dated).is_some()
                || self.sense(at - 1, Sense::To).is_some());
        let ratio = at >= 2 && matches!(self.tokens[at - 2].text.as_str(), "ratio" | "odds");
        if clock.is_none() && (!colon || !placed || ratio) {
            return None;
        }
        Some((Exempt::of(Rule::Time), end + clock.unwrap_or(0)))
    }

    /// `COVID-19`, `A4`, `CO2`, `5G`.
    fn name(&self, at: usize) -> Found {
        let token = self.token(at)?;
        if token.is_mixed() {
            let mut end = at + 1;
            while self.glued(end).is_some_and(|t| t.is("-") || t.is("."))
                && self.glued(end + 1).is_some_and(|t| t.number().is_some() || t.is_mixed())
            {
                end += 2;
            }
            return Some((Exempt::of(Rule::Name), end));
        }
        if token.kind == Kind::Word {
            // a word with capitals, a hyphen and digits
            let written = &self.text[token.range.clone()];
            let capitals = written.chars().filter(|c| c.is_uppercase()).count();
            let dated = self.sense(at, Sense::Dated).is_some();
            let named = capitals >= 1 && token.capital && !dated;
            let joined = self.glued(at + 1).is_some_and(|t| t.is("-"))
                && self.glued(at + 2).is_some_and(|t| t.number().is_some());
            return (named && joined).then_some((Exempt::of(Rule::Name), at + 3));
        }
        // digits with letters behind them that are no unit, scale or ordinal
        token.number()?;
        let letters = self.glued(at + 1).filter(|next| next.kind == Kind::Word)?;
        // 5G is a name, 5g a weight
        let capital = letters.capital && letters.text.len() == 1 && letters.text != "m";
        let known = self.lexicon.glued.contains(&letters.text) && !capital
            || self.lexicon.ordinal_signs.contains(&letters.text)
            || letters.is("s")
            || self
                .lexicon
                .at(self.tokens, at + 1, |sense| match sense {
                    Sense::Scale(_)
                    | Sense::Points
                    | Sense::Percent
                    | Sense::Clock
                    | Sense::Currency(_) => Some(()),
                    _ => None,
                })
                .is_some();
        let decimal = !self.tokens[at].text.bytes().all(|b| b.is_ascii_digit());
        (!known && letters.capital && !decimal).then_some((Exempt::of(Rule::Name), at + 2))
    }

    /// `a 17-year-old`, `aged 18 to 24`, `under-18s`, `25 and over`.
    fn age(&self, at: usize) -> Found {
        let token = self.token(at)?;
        // aged under 18: the bound is the age's, and no hedge
        let bound = self.lexicon.before(self.tokens, at + 1, Sense::AgeBefore).is_some();
        if token.kind == Kind::Word && bound && self.whole(at + 1).is_some_and(|age| age < 130) {
            return Some((Exempt::of(Rule::Age), self.age_end(at + 2)));
        }
        if token.whole().is_none_or(|age| age >= 130) {
            // a four-year-old
            let counted = self.lexicon.at(self.tokens, at, |sense| match sense {
                Sense::Counting(_) => Some(()),
                _ => None,
            });
            let end = at + counted?.1;
            self.glued(end).filter(|t| t.is("-"))?;
            return self
                .sense(end + 1, Sense::Age)
                .map(|length| (Exempt::of(Rule::Age), end + 1 + length));
        }
        let plural = usize::from(self.glued(at + 1).is_some_and(|next| next.is("s")));
        let end = at + 1 + plural;
        let hyphen = usize::from(self.glued(end).is_some_and(|t| t.is("-")));
        let found = |end| Some((Exempt::of(Rule::Age), end));
        if let Some(length) = self.sense(end + hyphen, Sense::Age) {
            return found(end + hyphen + length);
        }
        let before = self.lexicon.before(self.tokens, at, Sense::AgeBefore).is_some();
        // under-18s: the words need the plural, or `the age of`
        let bound = at >= 2 && self.is_dash(at - 1) && self.tokens[at].glued;
        let over = at >= 1
            && plural == 1
            && (bound
                || self
                    .lexicon
                    .at(self.tokens, at - 1, |sense| match sense {
                        Sense::HedgeBefore(_) => Some(()),
                        _ => None,
                    })
                    .is_some());
        let chained = self.last.is_some_and(|last| {
            let after = last.tokens.end;
            matches!(&last.kind, TermKind::Exempt(e) if e.rule == Rule::Age)
                && after < at
                && self
                    .lexicon
                    .at(self.tokens, after, |sense| {
                        matches!(sense, Sense::To | Sense::And | Sense::BetweenAnd).then_some(())
                    })
                    .is_some_and(|(_, length)| after + length == at)
        });
        if before || over || chained {
            return found(self.age_end(end));
        }
        // 16- to 24-year-olds, 18 to 24 year olds
        let mut next = end + hyphen;
        if let Some(length) = self.sense(next, Sense::To).or_else(|| self.sense(next, Sense::And)) {
            next += length;
            if self.whole(next).is_some_and(|age| age < 130) {
                let hyphen = usize::from(self.glued(next + 1).is_some_and(|t| t.is("-")));
                if self.sense(next + 1 + hyphen, Sense::Age).is_some() {
                    return found(end + hyphen.min(usize::from(self.is(end, "-"))));
                }
            }
        }
        let after = self.sense(end, Sense::AgeAfter)?;
        found(end + after)
    }

    /// `95% confidence interval`, `95% CI`.
    fn confidence(&self, at: usize) -> Found {
        self.token(at)?.number()?;
        let percent = at + 1 + self.sense(at + 1, Sense::Percent)?;
        let length = self.sense(percent, Sense::Confidence)?;
        Some((Exempt::of(Rule::Confidence), percent + length))
    }

    /// `the last 12 months`, `within ten days`, `a 45-day period`, `12 months to March 2024`: how long, not how many.
    fn duration(&self, at: usize) -> Found {
        let counted = self.lexicon.at(self.tokens, at, |sense| match sense {
            Sense::Counting(value) => Some(i128::from(value)),
            _ => None,
        });
        let (value, length) = self.whole(at).map(|value| (value, 1)).or(counted)?;
        let end = at + length;
        let hyphen = self.glued(end).is_some_and(|token| token.is("-"));
        let unit = end + usize::from(hyphen);
        let after = unit + self.sense(unit, Sense::Stretch)?;
        let lasting = self.lexicon.before(self.tokens, at, Sense::Lasting).is_some();
        let placed = self.sense(after, Sense::To).is_some_and(|length| {
            self.month(after + length).is_some() || self.year_number(after + length).is_some()
        });
        // three-quarters
        let part = self.lexicon.at(self.tokens, unit, |sense| match sense {
            Sense::Fraction(_) => Some(()),
            _ => None,
        });
        let joined = hyphen && self.tokens[unit].glued && part.is_none() && value > 1;
        let found = Exempt { number: Some(value), ..Exempt::of(Rule::Duration) };
        (lasting || placed || joined).then_some((found, after))
    }

    fn age_end(&self, end: usize) -> usize {
        end + self.sense(end, Sense::AgeAfter).unwrap_or(0)
    }

    /// `Section 45`, `Tables 2, 16 and 28`.
    fn label(&self, at: usize) -> Found {
        let token = self.token(at)?;
        let (value, decimals) = token.number()?;
        if !token.text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
            return None;
        }
        let small = *value < crate::exact::Exact::from(100) && decimals <= 1;
        // what follows makes it a number of things
        let counts = self.glued(at + 1).is_some_and(|next| next.is("%") || next.kind == Kind::Word)
            || self.sense(at + 1, Sense::Percent).is_some()
            || self
                .lexicon
                .at(self.tokens, at + 1, |sense| match sense {
                    Sense::Scale(_) => Some(()),
                    _ => None,
                })
                .is_some();
        if counts {
            return None;
        }
        let capital = |length: usize| self.tokens[at - length].capital;
        // *each day 47 people*, *of the pages 300*: things that are counted
        let determined =
            |length: usize| at > length && self.sense(at - length - 1, Sense::Determiner).is_some();
        let at_least = |least: i128| *value >= crate::exact::Exact::from(least);
        let thing = self.is_thing(at + 1);
        let strong = self.lexicon.before(self.tokens, at, Sense::Label).is_some_and(|length| {
            let counted = at_least(1000) && thing;
            !counted && (capital(length) || !determined(length))
        });
        let weak =
            self.lexicon.before(self.tokens, at, Sense::CapitalLabel).is_some_and(|length| {
                let first = at == length;
                let named = capital(length) && !(thing && (first || at_least(100)));
                named || small && !thing && !determined(length)
            });
        let named = strong || weak;
        // 2, 16 and 28 behind a plural
        let near = *value < crate::exact::Exact::from(1000);
        let chained = near
            && self.last.is_some_and(|last| {
                let after = last.tokens.end;
                let joins = self.tokens[after..at]
                    .iter()
                    .enumerate()
                    .all(|(index, _)| self.sense(after + index, Sense::LabelJoin).is_some());
                matches!(&last.kind, TermKind::Exempt(e) if e.rule == Rule::Label)
                    && after < at
                    && at - after <= 2
                    && joins
                    && self.plural_label(last.tokens.start)
            });
        let mut end = self.dotted(at).map_or(at + 1, |(end, _)| end);
        // 21(1)(b), 978-1-5286-1234-5
        while named
            && let Some(next) = self.glued(end)
            && (next.is("(")
                || next.is(")")
                || next.is("-")
                || self.tokens[end - 1].is("(")
                || self.tokens[end - 1].is("-") && next.number().is_some())
            && (!next.is(")") || self.tokens[at..end].iter().any(|token| token.is("(")))
        {
            end += 1;
        }
        (named || chained).then_some((Exempt::of(Rule::Label), end))
    }

    /// Whether a label's word, before a chain of numbers that ends here, is a plural.
    fn plural_label(&self, mut at: usize) -> bool {
        while at > 0 {
            at -= 1;
            let token = &self.tokens[at];
            let join = self.sense(at, Sense::LabelJoin).is_some();
            if token.number().is_none() && !join {
                return token.text.ends_with('s') || token.is(".");
            }
        }
        false
    }

    /// Whether a thing that can be counted may stand here: a word in lower case that is none of those behind a year.
    fn is_thing(&self, at: usize) -> bool {
        self.token(at).is_some_and(|token| {
            let word = token.kind == Kind::Word && !token.capital && !token.is_mixed();
            let other = [Sense::YearVerb, Sense::YearNoun, Sense::And, Sense::To, Sense::LabelJoin];
            word && !other.iter().any(|sense| self.sense(at, *sense).is_some())
        })
    }

    /// Four digits that stand where a year stands.
    fn year(&self, at: usize) -> Found {
        let year = self.year_number(at)?;
        let before = at.checked_sub(1).map(|before| &self.tokens[before]);
        let sign =
            |signs: &[&str]| before.is_some_and(|token| signs.contains(&token.text.as_str()));
        if sign(&["£", "€", "$"]) {
            return None;
        }
        let chained = |at: usize| {
            self.year_number(at).is_some()
                && self.last.is_some_and(|last| {
                    last.tokens.end == at + 1
                        && matches!(&last.kind, TermKind::Exempt(e) if e.rule == Rule::Date)
                })
        };
        // mid-2024, 2019–2020, in 2019, 2020 and 2021
        let joined = at >= 2
            && (sign(&["-", "–", "/"])
                && (self.sense(at - 2, Sense::Dated).is_some() || chained(at - 2))
                || sign(&[","]) && chained(at - 2));
        let ended =
            self.token(at + 1).is_none_or(|next| matches!(next.kind, Kind::Sign | Kind::End));
        let strong = joined
            || self.lexicon.before(self.tokens, at, Sense::Dated).is_some()
            || at > 0 && self.month(at - 1).is_some()
            || sign(&["(", "[", "'", "‘", "“", "\"", "*"]);
        let weak = self.lexicon.before(self.tokens, at, Sense::DatedWeakly).is_some()
            || at > 0 && self.sense(at - 1, Sense::BetweenAnd).is_some();
        let first = before.is_none_or(|token| token.kind == Kind::End);
        let behind = self.sense(at + 1, Sense::YearVerb).is_some()
            || self.sense(at + 1, Sense::YearNoun).is_some();
        // Annual report 2024; reports, 2024
        let heading = ended
            && (sign(&[",", ":", "·"]) || before.is_some_and(|token| token.kind == Kind::Word));
        // *rose to 2000*: the direction makes it a number
        let moved = self.last.is_some_and(|last| last.way().is_some() && last.tokens.end + 1 == at);
        let to = before.is_some_and(|token| token.is("to"));
        // 1958 to 2020
        let join = [Sense::To, Sense::And, Sense::BetweenAnd];
        let length = join.iter().find_map(|sense| self.sense(at + 1, *sense));
        let pair = length
            .map(|length| at + 1 + length)
            .is_some_and(|next| self.year_number(next).is_some() && !self.is_thing(next + 1))
            || at >= 2 && chained(at - 2) && weak;
        let thing = self.is_thing(at + 1);
        // years that statistics are about; of others, only what is placed in time
        let near = (1990..=2040).contains(&year);
        let found = match near {
            true => {
                strong
                    || weak && !thing && !(moved && to)
                    || first && (behind || ended)
                    || heading
                    || pair
            }
            false => pair && !thing || !thing && !moved && (strong || weak),
        };
        // five out of 2000
        let out_of = at >= 3
            && self.tokens[at - 1].is("of")
            && self.tokens[at - 2].is("out")
            && self.tokens[at - 3].number().is_some();
        if !found || out_of {
            return None;
        }
        let found = Exempt {
            number: Some(i128::from(year)),
            ..Exempt::when(Rule::Date, Period::Year(year))
        };
        Some((found, at + 1))
    }
}

/// Whether digits go on behind a sign: the point of 3.5, the stroke of 3/4.
fn part_of_number(look: &Look<'_>, at: usize) -> bool {
    look.token(at).is_some_and(|sign| sign.is(".") || sign.is(","))
        && look.glued(at + 1).is_some_and(|next| next.number().is_some())
}

/// A part of a year.
#[derive(Clone, Copy)]
enum Part {
    Quarter(i8),
    Half(i8),
}

impl Part {
    fn of(self, year: i16) -> Period {
        match self {
            Self::Quarter(quarter) => Period::Quarter(year, quarter),
            Self::Half(half) => Period::Half(year, half),
        }
    }
}

/// First and last day of periods.
pub(super) fn days(periods: &[Period]) -> Option<(Date, Date)> {
    let first = periods.iter().map(|period| period.days().0).min()?;
    let last = periods.iter().map(|period| period.days().1).max()?;
    Some((first, last))
}
