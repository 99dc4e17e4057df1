//! What a text says: numbers with their hedges and units, directions, orders, and what is no statistic.
//!
//! The grammar runs over a whole text without its markup, because a phrase may begin before a link and end behind it. It
//! knows words only through the [`Lexicon`].

use std::ops::Range;

use super::exempt::{Exempt, Rule, exempt};
use super::lexicon::{Lexicon, Sense, Way};
use super::token::{Kind as TokenKind, Token, part, tokens};
use crate::exact::Exact;
use crate::locale::Locale;
use crate::value::Period;

/// What a number counts.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) enum Unit {
    /// Things, or nothing.
    #[default]
    Plain,
    /// Hundredths of a whole.
    Percent,
    /// Differences of two percentages.
    Points,
    /// Money, by its code.
    Money(String),
}

/// How a number is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// In digits: how many stand after the point, and the power of ten of a scale word.
    Digits {
        /// Decimals typed.
        decimals: u32,
        /// The scale word's power of ten; 0 without one.
        power: u32,
    },
    /// In words: *forty-one*.
    Words,
    /// A part in words: *a third*, *one in five*, *three-quarters of a million*.
    Fraction,
    /// *Doubled*, *five times*.
    Multiple,
}

/// A number that a text states.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Stated {
    /// The value, in its unit: 47 for 47%, 1/3 for a third, 2 for doubled.
    pub value: Exact,
    /// What it counts.
    pub unit: Unit,
    /// How it is written.
    pub form: Form,
    /// Its hedge, by place in the lexicon.
    pub hedge: Option<usize>,
    /// Bytes of the number without hedge and unit.
    pub core: Range<usize>,
    /// Whether it is the first of a range, whose second is the number after it.
    pub range_with_next: bool,
    /// The two whole numbers of *3 out of 4*, which may be two figures.
    pub pair: Option<Box<(Stated, Stated)>>,
}

impl Stated {
    /// A number without unit, hedge or place.
    pub(super) fn of(value: Exact, form: Form) -> Self {
        Self {
            value,
            unit: Unit::Plain,
            form,
            hedge: None,
            core: 0..0,
            range_with_next: false,
            pair: None,
        }
    }
}

/// One thing that a text says.
#[derive(Clone, Debug)]
pub(super) struct Term {
    /// Its bytes, with hedges and units.
    pub(super) range: Range<usize>,
    /// Its first token's bytes.
    pub(super) first: Range<usize>,
    /// Its last token's bytes.
    pub(super) last: Range<usize>,
    /// Its tokens.
    pub(super) tokens: Range<usize>,
    /// What it is.
    pub(super) kind: TermKind,
}

#[derive(Clone, Debug)]
pub(super) enum TermKind {
    Number(Stated),
    /// A phrase that may mean several things.
    Phrase(Vec<Sense>),
    /// *third highest*: rank, and whether from the bottom.
    Rank(u32, bool),
    /// *third* alone.
    Ordinal(u32),
    /// *for the third year running*.
    Running(u32),
    /// *since 2015*, *since Q1 2023*.
    Since(Period),
    /// *one*, where it may be a number if a claim says so.
    Pronoun,
    /// A word that turns what follows it round.
    Negation,
    /// What is no statistic.
    Exempt(Exempt),
}

impl Term {
    /// Bytes of what must lie in a link for the term to belong to it.
    pub(super) fn core(&self) -> Range<usize> {
        match &self.kind {
            TermKind::Number(stated) => stated.core.clone(),
            // the [largest], since [2015]
            TermKind::Phrase(_) | TermKind::Since(_) => self.last.clone(),
            // the number alone, of an age
            TermKind::Exempt(exempt) if exempt.rule == Rule::Age => self.first.clone(),
            _ => self.range.clone(),
        }
    }

    pub(super) fn number(&self) -> Option<&Stated> {
        match &self.kind {
            TermKind::Number(stated) => Some(stated),
            _ => None,
        }
    }

    pub(super) fn has(&self, sense: Sense) -> bool {
        matches!(&self.kind, TermKind::Phrase(senses) if senses.contains(&sense))
    }

    /// The way in which it compares, right behind a number: *more than*.
    pub(super) fn compared(&self) -> Option<Way> {
        let TermKind::Phrase(senses) = &self.kind else { return None };
        senses.iter().find_map(|sense| match sense {
            Sense::Compared(way) => Some(*way),
            _ => None,
        })
    }

    /// The way that it says a value goes, where it does.
    pub(super) fn way(&self) -> Option<Way> {
        let TermKind::Phrase(senses) = &self.kind else { return None };
        senses.iter().find_map(|sense| match sense {
            Sense::Direction(way) => Some(*way),
            _ => None,
        })
    }
}

/// A text with all that it says, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Reading {
    pub(super) tokens: Vec<Token>,
    pub(super) terms: Vec<Term>,
    /// Tokens that end a sentence.
    ends: Vec<usize>,
    /// What tells of the sentence around it, by token.
    asides: Vec<(usize, Sense)>,
}

impl Reading {
    /// The bytes of every sentence.
    pub(super) fn sentences(&self) -> Vec<Range<usize>> {
        let mut sentences = Vec::new();
        let mut start = None;
        for token in &self.tokens {
            let first = *start.get_or_insert(token.range.start);
            if token.kind == TokenKind::End {
                sentences.push(first..token.range.end);
                start = None;
            }
        }
        let last = self.tokens.last().map_or(0, |token| token.range.end);
        sentences.extend(start.map(|start| start..last));
        sentences
    }

    /// The bytes of the sentence around a byte.
    pub(super) fn sentence(&self, at: usize) -> Range<usize> {
        let index = self.token_at(at);
        let next = self.ends.partition_point(|end| *end < index);
        let start = next.checked_sub(1).map_or(0, |before| self.ends[before] + 1);
        let end = self.ends.get(next).copied();
        let byte = |index: usize| self.tokens.get(index).map_or(at, |token| token.range.start);
        let last = self.tokens.last().map_or(at, |token| token.range.end);
        byte(start).min(at)..end.map_or(last, |end| self.tokens[end].range.end).max(at)
    }

    /// Whether a stretch holds an aside.
    pub(super) fn says(&self, sense: Sense, range: &Range<usize>) -> bool {
        let (from, to) = (self.token_at(range.start), self.token_at(range.end));
        let first = self.asides.partition_point(|(at, _)| *at < from);
        let within = self.asides[first..].iter().take_while(|(at, _)| *at < to);
        within.into_iter().any(|(_, said)| *said == sense)
    }

    /// The terms of which some byte lies in a stretch.
    pub(super) fn within(&self, range: &Range<usize>) -> &[Term] {
        let from = self.terms.partition_point(|term| term.range.end <= range.start);
        let length = self.terms[from..].partition_point(|term| term.range.start < range.end);
        &self.terms[from..from + length]
    }

    /// The token that begins at or after a byte.
    pub(super) fn token_at(&self, byte: usize) -> usize {
        self.tokens.partition_point(|token| token.range.start < byte)
    }
}

/// Reads a text.
pub(super) fn read(text: &str, lexicon: &Lexicon, locale: &Locale) -> Reading {
    let mut tokens = tokens(text, locale);
    lexicon.enter(&mut tokens);
    let mut reader = Reader { text, tokens: &tokens, lexicon, terms: Vec::new(), at: 0 };
    while reader.at < tokens.len() {
        if !reader.step() {
            reader.at += 1;
        }
    }
    let mut terms = reader.terms;
    share_units(&mut terms);
    let ends = |(at, token): (usize, &Token)| (token.kind == TokenKind::End).then_some(at);
    let ends = tokens.iter().enumerate().filter_map(ends).collect();
    let asides = lexicon.asides(&tokens);
    Reading { tokens, terms, ends, asides }
}

/// The scale word or percent sign at the end of a range belongs to both numbers.
fn share_units(terms: &mut [Term]) {
    for index in 1..terms.len() {
        let (before, after) = terms.split_at_mut(index);
        let (Some(Term { kind: TermKind::Number(first), .. }), TermKind::Number(second)) =
            (before.last_mut(), &after[0].kind)
        else {
            continue;
        };
        if !first.range_with_next {
            continue;
        }
        if let (Form::Digits { power: none @ 0, .. }, Form::Digits { power, .. }) =
            (&mut first.form, &second.form)
            && *power > 0
        {
            *none = *power;
            first.value = &first.value * &Exact::power_of_ten(i64::from(*power));
        } else if first.form == Form::Words && second.form == Form::Words {
            // two or three million
            let scale = Exact::power_of_ten(3);
            while second.value >= &first.value * &scale && !first.value.is_zero() {
                first.value = &first.value * &scale;
            }
        }
        if first.unit == Unit::Plain {
            first.unit = second.unit.clone();
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    tokens: &'a [Token],
    lexicon: &'a Lexicon,
    terms: Vec<Term>,
    at: usize,
}

impl Reader<'_> {
    /// Reads one term at the current token, where there is one.
    fn step(&mut self) -> bool {
        let start = self.at;
        let token = &self.tokens[start];
        if matches!(token.kind, TokenKind::End | TokenKind::Inserted) {
            return false;
        }
        // most words begin no phrase, and stand alone
        let alone = self.tokens.get(start + 1).is_none_or(|next| !next.glued || next.is(","));
        if token.kind == TokenKind::Word && token.entry.is_none() && alone && !token.is_mixed() {
            return false;
        }
        if let Some(length) = self.lexicon.is(self.tokens, start, Sense::Unchecked) {
            self.push(start..start + length, TermKind::Phrase(vec![Sense::Unchecked]));
            return true;
        }
        if let Some((found, end)) =
            exempt(self.text, self.tokens, start, self.lexicon, self.terms.last())
        {
            self.push(start..end, TermKind::Exempt(found));
            return true;
        }
        let ordinal = self.ordinal(start);
        if self.running(ordinal) || self.since() || ordinal.is_some_and(|found| self.rank(found)) {
            return true;
        }
        let compound = ordinal.filter(|(_, length)| *length > 1);
        if let Some((stated, end)) = self.hedged(start).filter(|_| compound.is_none()) {
            self.number(start, stated, end);
            return true;
        }
        if let Some((ordinal, length)) = ordinal {
            self.push(start..start + length, TermKind::Ordinal(ordinal));
            return true;
        }
        if self.phrase() {
            return true;
        }
        for (sense, kind) in
            [(Sense::Pronoun, TermKind::Pronoun), (Sense::Negation, TermKind::Negation)]
        {
            if let Some(length) = self.lexicon.is(self.tokens, start, sense) {
                self.push(start..start + length, kind);
                return true;
            }
        }
        false
    }

    fn push(&mut self, tokens: Range<usize>, kind: TermKind) {
        let range = self.tokens[tokens.start].range.start..self.tokens[tokens.end - 1].range.end;
        self.at = tokens.end;
        let first = self.tokens[tokens.start].range.clone();
        let last = self.tokens[tokens.end - 1].range.clone();
        self.terms.push(Term { range, first, last, tokens, kind });
    }

    /// A number, and the second one where it begins a range.
    fn number(&mut self, start: usize, mut stated: Stated, end: usize) {
        let between = (self.lexicon.before(self.tokens, start, Sense::Between)).is_some();
        let from = self.lexicon.before(self.tokens, start, Sense::From).is_some();
        let joined = |sense| self.lexicon.is(self.tokens, end, sense).map(|length| end + length);
        let join = match between {
            true => joined(Sense::BetweenAnd).or_else(|| joined(Sense::To)),
            false if from => None,
            false => joined(Sense::To),
        };
        if let Some((next, after)) = join.and_then(|join| self.hedged(join))
            && next.hedge.is_none()
            && stated.pair.is_none()
            && matches!(
                (&stated.form, &next.form),
                (Form::Digits { .. } | Form::Words, Form::Digits { .. } | Form::Words)
            )
            && (stated.unit == next.unit || stated.unit == Unit::Plain || next.unit == Unit::Plain)
        {
            stated.range_with_next = true;
            self.push(start..end, TermKind::Number(stated));
            let join = join.unwrap_or(end);
            self.push(join..after, TermKind::Number(next));
            return;
        }
        self.push(start..end, TermKind::Number(stated));
    }

    /// A number with the hedges around it.
    fn hedged(&self, start: usize) -> Option<(Stated, usize)> {
        let lexicon = self.lexicon;
        let mut at = start;
        let mut hedge = None;
        // behind a number, *more than* compares
        let compares = self
            .terms
            .last()
            .is_some_and(|term| term.tokens.end == start && term.number().is_some());
        while let Some((found, length)) = lexicon.at(self.tokens, at, |sense| match sense {
            Sense::HedgeBefore(index) => Some(index),
            _ => None,
        }) {
            hedge = Some(found);
            at += length;
            at += lexicon.is(self.tokens, at, Sense::Filler).unwrap_or(0);
        }
        if compares && hedge.is_some() {
            return None;
        }
        // up to 2024
        if hedge.is_some()
            && lexicon.before(self.tokens, at, Sense::To).is_some()
            && exempt(self.text, self.tokens, at, lexicon, self.terms.last())
                .is_some_and(|(found, _)| found.rule == Rule::Date)
        {
            return None;
        }
        let (mut stated, mut end) = self.quantity(at)?;
        // fell over three years
        let moved = |term: &Term| term.tokens.end == start && term.way().is_some();
        if self.terms.last().is_some_and(moved)
            && lexicon.is(self.tokens, start, Sense::DatedWeakly).is_some()
            && lexicon.is(self.tokens, end, Sense::Stretch).is_some()
        {
            hedge = None;
        }
        stated.hedge = hedge;
        if let Some((found, length)) = lexicon.at(self.tokens, end, |sense| match sense {
            Sense::HedgeAfter(index) => Some(index),
            _ => None,
        }) && hedge.is_none()
        {
            stated.hedge = Some(found);
            end += length;
        }
        Some((stated, end))
    }

    /// A number with its unit and currency, without hedges.
    fn quantity(&self, start: usize) -> Option<(Stated, usize)> {
        let lexicon = self.lexicon;
        let currency = |at: usize| {
            lexicon.at(self.tokens, at, |sense| match sense {
                Sense::Currency(index) => Some(index),
                _ => None,
            })
        };
        let sign = currency(start)
            .filter(|_| self.tokens[start].kind != TokenKind::Word || self.tokens[start].is("us"));
        let mut at = start + sign.map_or(0, |(_, length)| length);
        let mut negative = false;
        if let Some(token) = self.tokens.get(at)
            && (token.is("-") || token.is("–"))
            && self.tokens.get(at + 1).is_some_and(|next| next.glued && next.number().is_some())
            && !(token.glued && at > 0 && self.tokens[at - 1].kind != TokenKind::Sign)
        {
            negative = true;
            at += 1;
        }
        if !negative
            && let Some(length) = lexicon.is(self.tokens, at, Sense::Minus)
            && self.tokens.get(at + length).is_some_and(|token| token.number().is_some())
        {
            negative = true;
            at += length;
        }
        let core_start = at;
        let (mut stated, mut end) = match self.tokens.get(at)?.number() {
            Some(_) => self.digits(at)?,
            None if negative => return None,
            None => self.words(at)?,
        };
        if negative {
            stated.value = -stated.value;
        }
        let signed = negative && self.tokens[core_start - 1].kind == TokenKind::Sign;
        let from = if signed { core_start - 1 } else { core_start };
        stated.core = self.tokens[from].range.start..self.tokens[end - 1].range.end;
        if let Some((index, _)) = sign {
            stated.unit = Unit::Money(lexicon.currency_codes[index].clone());
        }
        // half a percentage point
        let article =
            lexicon.is(self.tokens, end, Sense::Article).map_or(end, |length| end + length);
        if stated.form == Form::Fraction
            && article > end
            && (lexicon.is(self.tokens, article, Sense::Percent).is_some()
                || self.points(article).is_some())
        {
            end = article;
        }
        if let Some(length) = lexicon.is(self.tokens, end, Sense::BasisPoints) {
            stated.unit = Unit::Points;
            stated.value = &stated.value * &Exact::power_of_ten(-2);
            stated.form = Form::Words;
            end += length;
        } else if let Some(length) = lexicon.is(self.tokens, end, Sense::Percent) {
            stated.unit = Unit::Percent;
            end += length;
        } else if let Some((points, after)) = self.points(end) {
            stated.unit = points;
            end = after;
        } else if let Some((index, length)) = currency(end).filter(|_| stated.unit == Unit::Plain) {
            stated.unit = Unit::Money(lexicon.currency_codes[index].clone());
            end += length;
        } else if let Some(length) = lexicon.is(self.tokens, end, Sense::Times)
            && stated.form != Form::Fraction
        {
            stated.form = Form::Multiple;
            end += length;
        } else if self.tokens.get(end).is_some_and(|token| token.is("-"))
            && let Some(length) = lexicon.is(self.tokens, end + 1, Sense::Fold)
        {
            stated.form = Form::Multiple;
            end += 1 + length;
        }
        if stated.unit != Unit::Plain && stated.form == Form::Fraction {
            // half a percentage point
            stated.form = Form::Words;
        }
        // half as many
        if stated.form == Form::Fraction && lexicon.is(self.tokens, end, Sense::AsMany).is_some() {
            stated.form = Form::Multiple;
        }
        Some((stated, end))
    }

    /// `percentage points`, also behind a percent sign that belongs to them.
    fn points(&self, at: usize) -> Option<(Unit, usize)> {
        let hyphen = self.tokens.get(at).is_some_and(|token| token.is("-"));
        let at = at + usize::from(hyphen);
        let length = self.lexicon.is(self.tokens, at, Sense::Points)?;
        Some((Unit::Points, at + length))
    }

    /// A number in digits, with a scale word.
    fn digits(&self, at: usize) -> Option<(Stated, usize)> {
        let token = self.tokens.get(at)?;
        let (value, decimals) = token.number()?;
        let mut end = at + 1;
        let mut value = value.clone();
        let mut power = 0;
        let next = self.tokens.get(end);
        // ordinals are no numbers of things, and letters that are no unit make a name
        if let Some(letters) = next.filter(|next| next.glued && next.kind == TokenKind::Word) {
            let scale = self.scale(end);
            if let Some((found, length)) = scale {
                power = found;
                end += length;
            } else if self.lexicon.is(self.tokens, end, Sense::Points).is_some()
                || self.lexicon.is(self.tokens, end, Sense::Percent).is_some()
            {
                // read with the unit
            } else if self.lexicon.glued.contains(&letters.text) || !letters.capital {
                end += 1;
            } else {
                return None;
            }
        } else if let Some(part) = next.filter(|next| next.glued).and_then(|next| part(&next.text))
        {
            value = &value
                + &Exact::from(i128::from(part.0)).checked_div(&i128::from(part.1).into())?;
            end += 1;
            if let Some((power, length)) = self.scale(end) {
                value = &value * &Exact::power_of_ten(i64::from(power));
                end += length;
            }
            return Some((Stated::of(value, Form::Words), end));
        } else if let Some(length) = self.lexicon.is(self.tokens, end, Sense::Hundred) {
            value = &value * &Exact::from(100);
            end += length;
            return Some((Stated::of(value, Form::Words), end));
        } else if let Some((of, length)) = self.lexicon.at(self.tokens, end, |sense| match sense {
            Sense::Group(of) => Some(of),
            _ => None,
        }) {
            value = &value * &Exact::from(i128::from(of));
            end += length;
            return Some((Stated::of(value, Form::Words), end));
        } else if let Some((found, length)) =
            self.scale(end).filter(|_| next.is_some_and(|next| next.text.chars().count() > 1))
        {
            power = found;
            end += length;
        }
        if power > 0 {
            value = &value * &Exact::power_of_ten(i64::from(power));
        }
        let mut stated = Stated::of(value, Form::Digits { decimals, power });
        // 1 in 5, 3 out of 4, 5/27
        if power == 0 && decimals == 0 {
            let slash = self.tokens.get(end).is_some_and(|token| token.is("/") && token.glued);
            let join = if slash { Some(1) } else { self.lexicon.is(self.tokens, end, Sense::In) };
            if let Some(length) = join
                && let Some(of) = self.tokens.get(end + length).filter(|of| !slash || of.glued)
                && let (Some(part), Some(whole)) =
                    (token.whole(), of.number().and_then(|(value, _)| value.to_i128()))
                && 0 < part
                && part < whole
                && (slash || whole < 1000 || of.whole().is_none())
                && !self.tokens.get(end + length + 1).is_some_and(|next| {
                    next.glued && (next.kind == TokenKind::Word || next.is("%") || next.is("/"))
                })
                && self.lexicon.is(self.tokens, end + length + 1, Sense::Percent).is_none()
            {
                let first = Stated { core: token.range.clone(), ..stated.clone() };
                let second = Stated {
                    core: of.range.clone(),
                    ..Stated::of(whole.into(), Form::Digits { decimals: 0, power: 0 })
                };
                stated =
                    Stated::of(Exact::from(part).checked_div(&Exact::from(whole))?, Form::Fraction);
                stated.pair = Some(Box::new((first, second)));
                end += length + 1;
            }
        }
        Some((stated, end))
    }

    fn scale(&self, at: usize) -> Option<(u32, usize)> {
        self.lexicon.at(self.tokens, at, |sense| match sense {
            Sense::Scale(power) => Some(power),
            _ => None,
        })
    }

    fn counting(&self, at: usize) -> Option<(u32, usize)> {
        self.lexicon.at(self.tokens, at, |sense| match sense {
            Sense::Counting(value) => Some(value),
            _ => None,
        })
    }

    fn fraction(&self, at: usize) -> Option<(u32, usize)> {
        self.lexicon.at(self.tokens, at, |sense| match sense {
            Sense::Fraction(of) => Some(of),
            _ => None,
        })
    }

    /// A number in words: whole, a part, or a multiple.
    fn words(&self, at: usize) -> Option<(Stated, usize)> {
        let lexicon = self.lexicon;
        if let Some(found) = part(&self.tokens.get(at)?.text) {
            let value =
                Exact::from(i128::from(found.0)).checked_div(&i128::from(found.1).into())?;
            return Some((Stated::of(value, Form::Fraction), at + 1));
        }
        if let Some(((top, bottom), length)) = lexicon.at(self.tokens, at, |sense| match sense {
            Sense::Multiple(top, bottom) => Some((top, bottom)),
            _ => None,
        }) {
            if lexicon.is(self.tokens, at + length, Sense::NoMultiple).is_some() {
                return None;
            }
            // double-check
            if self.tokens.get(at + length).is_some_and(|token| token.is("-") && token.glued) {
                return None;
            }
            let value = Exact::from(i128::from(top)).checked_div(&i128::from(bottom).into())?;
            return Some((Stated::of(value, Form::Multiple), at + length));
        }
        self.part_in_words(at).or_else(|| self.whole_in_words(at))
    }

    /// *a third*, *two-thirds*, *half*, *one in five*, *half a million*, *three-quarters of a million*.
    fn part_in_words(&self, at: usize) -> Option<(Stated, usize)> {
        let lexicon = self.lexicon;
        if !lexicon.begins_number(self.tokens.get(at)) {
            return None;
        }
        let article = lexicon.is(self.tokens, at, Sense::Article);
        let (top, mut end, counted) = match (self.counting(at), article) {
            (Some((count, length)), _) => (count, at + length, true),
            (None, Some(length)) => (1, at + length, false),
            (None, None) => (1, at, false),
        };
        let hyphen = self.tokens.get(end).is_some_and(|token| token.is("-") && token.glued);
        let bare = lexicon.is(self.tokens, end, Sense::BareFraction);
        let named = self.fraction(end + usize::from(hyphen && counted));
        let value = if let (Some((of, length)), true) =
            (named, counted || article.is_some() || bare.is_some())
        {
            if top == 0 || top >= of {
                return None;
            }
            end += length + usize::from(hyphen && counted);
            if of > 2 && lexicon.is(self.tokens, end, Sense::NoFraction).is_some() {
                return None;
            }
            // half-hour, quarter-final
            if self.tokens.get(end).is_some_and(|token| token.is("-") && token.glued) {
                return None;
            }
            Exact::from(i128::from(top)).checked_div(&i128::from(of).into())?
        } else if counted && let Some(next) = self.in_every(end) {
            let (of, after) = match self.tokens.get(next)?.whole() {
                Some(of) => (of, next + 1),
                None => {
                    let (stated, after) = self.whole_in_words(next)?;
                    (stated.value.to_i128()?, after)
                }
            };
            if top == 0
                || i128::from(top) >= of
                || self.tokens.get(next)?.whole().is_some_and(|year| year > 1000)
            {
                return None;
            }
            let mut stated = Stated::of(
                Exact::from(i128::from(top)).checked_div(&Exact::from(of))?,
                Form::Fraction,
            );
            let number = |value: i128, tokens: Range<usize>| Stated {
                core: self.tokens[tokens.start].range.start..self.tokens[tokens.end - 1].range.end,
                ..Stated::of(value.into(), Form::Words)
            };
            let pair = (number(i128::from(top), at..end), number(of, next..after));
            stated.pair = Some(Box::new(pair));
            return Some((stated, after));
        } else {
            return None;
        };
        // of a million
        let mut scale_at = end;
        if self
            .tokens
            .get(scale_at)
            .is_some_and(|token| token.is("of") || token.is("de") || token.is("d'"))
        {
            scale_at += 1;
        }
        if let Some(length) = lexicon.is(self.tokens, scale_at, Sense::Article) {
            scale_at += length;
            let whole = match self.scale(scale_at) {
                Some((power, length)) => Some((Exact::power_of_ten(i64::from(power)), length)),
                None => match lexicon.at(self.tokens, scale_at, |sense| match sense {
                    Sense::Group(value) => Some(value),
                    _ => None,
                }) {
                    Some((value, length)) => Some((i128::from(value).into(), length)),
                    None => lexicon
                        .is(self.tokens, scale_at, Sense::Hundred)
                        .map(|length| (Exact::from(100), length)),
                },
            };
            if let Some((whole, length)) = whole {
                let stated = Stated::of(&value * &whole, Form::Fraction);
                return Some((stated, scale_at + length));
            }
        }
        Some((Stated::of(value, Form::Fraction), end))
    }

    /// What follows *in* behind a number, with at most one word between: *one in ten*, *one reading in ten*.
    fn in_every(&self, at: usize) -> Option<usize> {
        let noun = self.tokens.get(at).is_some_and(|token| token.kind == TokenKind::Word);
        let join = |at| self.lexicon.is(self.tokens, at, Sense::In).map(|length| at + length);
        join(at).or_else(|| join(at + 1).filter(|_| noun))
    }

    /// *forty-one*, *three hundred and six*, *two million*, *a dozen*, *two and a half million*.
    fn whole_in_words(&self, start: usize) -> Option<(Stated, usize)> {
        let lexicon = self.lexicon;
        // what no word of a number begins is none
        if !lexicon.begins_number(self.tokens.get(start)) {
            return None;
        }
        let mut total = Exact::zero();
        let mut group: Option<i128> = None;
        let mut half: Option<Exact> = None;
        let mut at = start;
        let mut words = 0;
        let mut only_pronoun = true;
        let mut scaled_to = u32::MAX;
        loop {
            // five thousand, five hundred
            let comma = self.tokens.get(at).is_some_and(|token| token.is(","));
            if comma && scaled_to < u32::MAX && group.is_none() && self.counting(at + 1).is_some() {
                at += 1;
            }
            let after_and = match lexicon.is(self.tokens, at, Sense::And) {
                Some(length) if words > 0 => at + length,
                _ => at,
            };
            // two and a half
            if after_and > at
                && group.is_some()
                && let Some((stated, end)) = self.part_in_words(after_and)
                && stated.pair.is_none()
                && stated.value < Exact::one()
            {
                half = Some(stated.value);
                at = end;
                words += 1;
                only_pronoun = false;
                continue;
            }
            let hyphen = words > 0 && self.tokens.get(at).is_some_and(|t| t.is("-") && t.glued);
            let here = if hyphen { at + 1 } else { at };
            if let Some((count, length)) = self.counting(after_and)
                && half.is_none()
                && group.is_none_or(|group| group >= 100 && group % 100 == 0)
                && (after_and == at || group.is_some() || scaled_to < u32::MAX)
            {
                // *one hundred*: not *one, two*
                only_pronoun &=
                    lexicon.is(self.tokens, after_and, Sense::Pronoun).is_some() && words == 0;
                group = Some(group.unwrap_or(0) + i128::from(count));
                at = after_and + length;
                words += 1;
                continue;
            }
            let article =
                (words == 0).then(|| lexicon.is(self.tokens, at, Sense::Article)).flatten();
            let place = article.map_or(here, |length| at + length);
            if let Some(length) = lexicon.is(self.tokens, place, Sense::Hundred)
                && group.is_none_or(|group| group < 100)
                && (group.is_some() || article.is_some() || lexicon.bare_hundred)
            {
                group = Some(group.unwrap_or(1).max(1) * 100);
                at = place + length;
                words += 1;
                only_pronoun = false;
                continue;
            }
            if let Some((value, length)) = lexicon.at(self.tokens, place, |sense| match sense {
                Sense::Group(value) => Some(value),
                _ => None,
            }) && (group.is_some() || article.is_some())
            {
                total = &total + &Exact::from(group.unwrap_or(1) * i128::from(value));
                group = None;
                at = place + length;
                words += 1;
                only_pronoun = false;
                break;
            }
            if let Some((power, length)) = self.scale(place)
                && power < scaled_to
                && self.tokens[place].text.chars().count() > 2
                && (group.is_some() || article.is_some() || (lexicon.bare_hundred && power == 3))
            {
                let mut value = Exact::from(group.unwrap_or(1));
                if let Some(part) = half.take() {
                    value = &value + &part;
                }
                total = &total + &(&value * &Exact::power_of_ten(i64::from(power)));
                group = None;
                scaled_to = power;
                at = place + length;
                words += 1;
                only_pronoun = false;
                continue;
            }
            break;
        }
        if words == 0 {
            return None;
        }
        if let Some(group) = group {
            total = &total + &Exact::from(group);
        }
        if let Some(part) = half {
            total = &total + &part;
        }
        // *one* is a pronoun, unless a unit of percent or a multiple makes it a number
        if only_pronoun
            && lexicon.is(self.tokens, at, Sense::Percent).is_none()
            && self.points(at).is_none()
        {
            return None;
        }
        Some((Stated::of(total, Form::Words), at))
    }

    fn ordinal(&self, at: usize) -> Option<(u32, usize)> {
        // twenty-first
        if let Some((tens, length)) =
            self.counting(at).filter(|(tens, _)| *tens >= 20 && tens % 10 == 0)
            && let hyphen = usize::from(self.tokens.get(at + length).is_some_and(|t| t.is("-")))
            && let Some((ones, more)) =
                self.lexicon.at(self.tokens, at + length + hyphen, |sense| match sense {
                    Sense::Ordinal(place) if place < 10 => Some(place),
                    _ => None,
                })
        {
            return Some((tens + ones, length + hyphen + more));
        }
        let found = self.lexicon.at(self.tokens, at, |sense| match sense {
            Sense::Ordinal(place) => Some(place),
            _ => None,
        });
        found.or_else(|| {
            let number = u32::try_from(self.tokens.get(at)?.whole()?).ok()?;
            let sign = self.tokens.get(at + 1).filter(|sign| sign.glued)?;
            self.lexicon.ordinal_signs.contains(&sign.text).then_some((number, 2))
        })
    }

    /// *the third year running*, *third consecutive year*, *for the third year in a row*, *three years in a row*.
    fn running(&mut self, ordinal: Option<(u32, usize)>) -> bool {
        let start = self.at;
        let lexicon = self.lexicon;
        let cardinal = || {
            let (stated, end) = match self.tokens[start].whole() {
                Some(whole) => (whole, start + 1),
                None => {
                    let (stated, end) = self.whole_in_words(start)?;
                    (stated.value.to_i128()?, end)
                }
            };
            Some((u32::try_from(stated).ok()?, end - start))
        };
        // for a third successive year
        let from = start + lexicon.is(self.tokens, start, Sense::Article).unwrap_or(0);
        let ordinal = if from > start { self.ordinal(from) } else { ordinal };
        let ordinal = ordinal.map(|(number, length)| (number, from + length - start));
        let Some((number, length)) = ordinal.or_else(cardinal) else { return false };
        let mut end = start + length;
        let before = lexicon.is(self.tokens, end, Sense::RunningBefore);
        end += before.unwrap_or(0);
        let Some(unit) = lexicon.is(self.tokens, end, Sense::RunningUnit) else { return false };
        end += unit;
        let after = lexicon.is(self.tokens, end, Sense::Running);
        if before.is_none() && after.is_none() {
            return false;
        }
        self.push(start..end + after.unwrap_or(0), TermKind::Running(number));
        true
    }

    fn since(&mut self) -> bool {
        let start = self.at;
        let Some(length) = self.lexicon.is(self.tokens, start, Sense::Since) else { return false };
        // since Q1 2023
        if let Some((Exempt { rule: Rule::Period, when: Some(period), .. }, end)) =
            exempt(self.text, self.tokens, start + length, self.lexicon, None)
            && matches!(period, Period::Quarter(..) | Period::Half(..))
        {
            self.push(start..end, TermKind::Since(period));
            return true;
        }
        let year = self.tokens.get(start + length).and_then(Token::whole);
        let more =
            self.tokens.get(start + length + 1).is_some_and(|next| next.is("/") && next.glued);
        if more {
            return false;
        }
        let Some(year) = year.filter(|year| (1000..=9999).contains(year)) else { return false };
        self.push(start..start + length + 1, TermKind::Since(Period::Year(year as i16)));
        true
    }

    /// *third highest*.
    fn rank(&mut self, (number, length): (u32, usize)) -> bool {
        let start = self.at;
        let hyphen = self.tokens.get(start + length).is_some_and(|token| token.is("-"));
        let at = start + length + usize::from(hyphen);
        let nth = |sense| self.lexicon.is(self.tokens, at, sense).map(|length| at + length);
        let (end, lowest) = match (nth(Sense::Nth), nth(Sense::NthLowest)) {
            (_, Some(end)) => (end, true),
            (Some(end), None) => (end, false),
            (None, None) => return false,
        };
        self.push(start..end, TermKind::Rank(number, lowest));
        true
    }

    /// The longest phrase here, with all that it may mean.
    fn phrase(&mut self) -> bool {
        let start = self.at;
        let meaning = |sense: Sense| match sense {
            Sense::Direction(_)
            | Sense::NoDirection
            | Sense::Compared(_)
            | Sense::Highest
            | Sense::Lowest
            | Sense::Proportion(_)
            | Sense::Greater
            | Sense::Less
            | Sense::Each
            | Sense::Than(_)
            | Sense::Leading
            | Sense::Total
            | Sense::Record => Some(sense),
            _ => None,
        };
        let Some((_, length)) = self.lexicon.at(self.tokens, start, meaning) else { return false };
        let mut senses = self.lexicon.all(self.tokens, start, length);
        senses.retain(|sense| meaning(*sense).is_some());
        if senses.contains(&Sense::NoDirection) {
            self.at += length;
            return true;
        }
        self.push(start..start + length, TermKind::Phrase(senses));
        true
    }
}
