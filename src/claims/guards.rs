//! Checks that a true number does not mislead, one sentence at a time. `docs/words.md`, section 9, lists them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::check::Tied;
use super::grammar::{Reading, Term, TermKind, Unit};
use super::interval::last_unit;
use super::keys::{Key, keys};
use super::lexicon::Sense;
use super::number::{Rules, agreement};
use super::subject::{Sort, Subject};
use super::token::Kind;
use super::{Finding, exempt::Rule};
use crate::diag::{Code, Diagnostic, Diagnostics, list};
use crate::exact::Exact;
use crate::figures::{Figure, Figures, Shower, key_slug};
use crate::frame::{Frame, Meaning};
use crate::language::{Expr, Kind as ExprKind};
use crate::spec::{MarkKind, Origin, Prose, Spec};
use crate::text::Span;
use crate::value::{Date, Period, Value};

/// Columns with more texts than this are not looked through for names.
const MOST_NAMES: usize = 500;

/// The telling words of each text of a column, by frame and column.
pub(super) type Telling = BTreeMap<(String, String), Vec<BTreeSet<String>>>;

/// A text with its claims, for all guards.
pub(super) struct Guards<'a> {
    pub(super) spec: &'a Spec,
    pub(super) figures: &'a Figures,
    pub(super) frames: &'a BTreeMap<String, Frame>,
    pub(super) shower: Shower<'a>,
    pub(super) rules: Rules<'a>,
    pub(super) prose: &'a Prose,
    /// The periods of what the text stands beside.
    pub(super) context: BTreeSet<Period>,
    pub(super) reading: &'a Reading,
    /// The telling words of the texts of a column, by frame and column.
    pub(super) telling: &'a RefCell<Telling>,
}

/// A stretch of time that words name.
struct Named {
    days: (Date, Date),
    words: String,
    /// Whether two ends were named.
    span: bool,
    /// Whether it is finer than a year.
    fine: bool,
    /// Whether it is a single month, which is mostly the date of something else.
    month: bool,
    /// Its bytes.
    range: Range<usize>,
}

impl Named {
    /// The same days a year earlier or later.
    fn a_year(&self, which: &str, years: i16) -> Option<Self> {
        let moved = |day: Date| {
            let (year, month, day) = day.parts();
            let year = year + years;
            Date::new(year, month, day).or_else(|| Date::new(year, month, day - 1))
        };
        let days = (moved(self.days.0)?, moved(self.days.1)?);
        let words = format!("the year {which} {}", self.words);
        Some(Self { days, words, range: self.range.clone(), ..*self })
    }
}

impl<'a> Guards<'a> {
    /// Runs every guard over every sentence that holds a claim.
    pub(super) fn run(&self, tied: &[Tied<'a>], diagnostics: &mut Diagnostics) {
        let mut done = 0;
        while done < tied.len() {
            let sentence = self.reading.sentence(tied[done].mark.range.start);
            let end = tied[done..]
                .iter()
                .position(|tied| tied.mark.range.start >= sentence.end)
                .map_or(tied.len(), |more| done + more)
                .max(done + 1);
            let claims = &tied[done..end];
            self.period(claims, &sentence, diagnostics);
            self.name(claims, &sentence, diagnostics);
            self.base(claims, diagnostics);
            claims.iter().for_each(|claim| self.of(claim, diagnostics));
            done = end;
        }
        self.sums(diagnostics);
        self.arithmetic(diagnostics);
    }

    /// Words beside figures, without claims of their own, that name another period than these cover. In the first
    /// `whole` sentences, a span that they name must be all of it.
    pub(super) fn beside(
        &self,
        covers: &BTreeSet<Period>,
        what: &str,
        whole: usize,
        diagnostics: &mut Diagnostics,
    ) {
        let covers: Vec<Period> = covers.iter().copied().collect();
        let Some(extent) = super::exempt::days(&covers) else { return };
        for (number, sentence) in self.reading.sentences().into_iter().enumerate() {
            let whole = number < whole;
            let claims = |mark: &&crate::spec::Mark| {
                matches!(mark.kind, MarkKind::Claim(_) | MarkKind::Insert(_))
                    && sentence.start <= mark.range.start
                    && mark.range.start < sentence.end
            };
            if self.prose.plain.marks.iter().any(|mark| claims(&mark)) {
                continue;
            }
            let named = self.named(&sentence);
            for named in named.iter().filter(|named| !fits(named, &covers, extent, whole)) {
                let told = covers_in_words(&covers, self.shower);
                let message = format!("the words name {}; {what} covers {told}", named.words);
                diagnostics.push(
                    Diagnostic::warning(Code::OtherPeriod, message)
                        .at(self.prose.plain.span(&named.range, &self.prose.passage))
                        .hint("correct the words; a year that is about something else is exempt: `[2024](num:why)`"),
                );
            }
        }
    }

    /// A label that names another period than its figure covers.
    pub(super) fn label(&self, figure: &Figure, diagnostics: &mut Diagnostics) {
        let named = self.named(&(0..self.prose.plain.text.len()));
        if let Some(message) = other_period(figure, &named, self.shower) {
            let warning = Diagnostic::warning(Code::OtherPeriod, message);
            diagnostics
                .push(warning.at(self.prose.passage.span).hint("correct the label, or the recipe"));
        }
    }

    fn terms(&self, within: &Range<usize>) -> impl Iterator<Item = &'a Term> {
        let within = within.clone();
        let from = self.reading.terms.partition_point(|term| term.range.start < within.start);
        self.reading.terms[from..].iter().take_while(move |term| term.range.start < within.end)
    }

    /// The stretches of time that a sentence names, outside what it cites.
    fn named(&self, sentence: &Range<usize>) -> Vec<Named> {
        let text = &self.prose.plain.text;
        let aside = |range: &Range<usize>| {
            self.prose.plain.marks_within(range).iter().any(|mark| {
                matches!(mark.kind, MarkKind::Cite(_) | MarkKind::Exempt(_))
                    && mark.range.start <= range.start
                    && range.end <= mark.range.end
            })
        };
        let mut named: Vec<Named> = Vec::new();
        for term in self.terms(sentence) {
            let TermKind::Exempt(exempt) = &term.kind else { continue };
            let (Some(period), Rule::Date | Rule::Period) = (exempt.when, exempt.rule) else {
                continue;
            };
            if aside(&term.range) {
                continue;
            }
            let days = period.days();
            // 2021 to 2024
            if let Some(last) = named.last_mut() {
                let between =
                    &self.reading.tokens[self.reading.token_at(last.range.end)..term.tokens.start];
                let (lexicon, start) =
                    (self.rules.lexicon, self.reading.token_at(last.range.start));
                let is = |sense| lexicon.is(between, 0, sense).is_some();
                let from = || lexicon.before(&self.reading.tokens, start, Sense::Between).is_some();
                let joined = between.len() == 1
                    && (is(Sense::To) && !between[0].is("or") || is(Sense::BetweenAnd) && from());
                if joined && !last.span {
                    last.days.1 = days.1;
                    last.range.end = term.range.end;
                    last.words = text[last.range.clone()].to_string();
                    last.span = true;
                    last.month = false;
                    continue;
                }
            }
            let words = text[term.range.clone()].to_string();
            let fine = !matches!(period, Period::Year(_) | Period::FinancialYear(_));
            // a month alone is mostly the date of something else
            let month = matches!(period, Period::Month(..));
            let range = term.range.clone();
            named.push(Named { days, words, span: false, fine: fine && !month, month, range });
        }
        for (sense, which, years) in
            [(Sense::YearBefore, "before", -1), (Sense::YearAfter, "after", 1)]
        {
            if self.reading.says(sense, sentence) {
                let other: Vec<Named> =
                    named.iter().filter_map(|named| named.a_year(which, years)).collect();
                named.extend(other);
            }
        }
        // *the same quarter of 2023*: a part of that year
        if self.reading.says(Sense::SameTime, sentence) {
            named.iter_mut().for_each(|named| named.fine |= !named.month);
        }
        // *the same year*: that of the sentence before, in the same paragraph
        if self.reading.says(Sense::SameTime, sentence)
            && let Some(end) = self.reading.token_at(sentence.start).checked_sub(1)
            && !self.reading.tokens[end].is("\n")
        {
            let before = self.reading.sentence(self.reading.tokens[end].range.start);
            if before.start < sentence.start {
                named.extend(self.named(&before));
            }
        }
        named
    }

    fn period(&self, claims: &[Tied<'a>], sentence: &Range<usize>, diagnostics: &mut Diagnostics) {
        let named = self.named(sentence);
        // one mistake is said once: beside the claim, of its figure, or of the sentence
        let mut any = self.periods_in_order(claims, &named, sentence, diagnostics);
        for claim in claims {
            let moved = self.stretch(claim, &named, sentence);
            if let Some(message) = moved.or_else(|| self.ends(claim, claims, &named)) {
                any = true;
                diagnostics.push(misdated(message, claim));
                continue;
            }
            if named.is_empty() {
                continue;
            }
            if self.neighbour(claim, &named, diagnostics) {
                any = true;
                continue;
            }
            // of several figures each has its own year where the claim's words hold years
            let own = !self.named(&claim.mark.range).is_empty() || claim.subjects.len() == 1;
            let figures: Vec<Figure> = match own {
                true => claim.subjects.iter().map(|subject| subject.figure.clone()).collect(),
                false => {
                    let ids: Vec<&str> =
                        claim.subjects.iter().map(|s| s.figure.id.as_str()).collect();
                    let covers = claim.subjects.iter().flat_map(|s| s.figure.covers.clone());
                    let first = claim.subjects.first().map(|subject| Figure {
                        id: ids.join(", "),
                        covers: covers.collect(),
                        ..subject.figure.clone()
                    });
                    first.into_iter().collect()
                }
            };
            for figure in &figures {
                if let Some(message) = other_period(figure, &named, self.shower) {
                    any = true;
                    diagnostics.push(misdated(message, claim));
                }
            }
        }
        if !any && !named.is_empty() {
            self.years(claims, &named, diagnostics);
        }
    }

    /// The year right behind a claim, *[240](…) in 2023*, or else right before it, *in 2023 there were [240](…)*.
    fn neighbour(&self, claim: &Tied<'a>, named: &[Named], diagnostics: &mut Diagnostics) -> bool {
        let tokens = &self.reading.tokens;
        let range = &claim.mark.range;
        if self.reading.says(Sense::Respectively, &self.reading.sentence(range.start)) {
            return false;
        }
        let word = |at: usize| tokens[at].kind == Kind::Word;
        let free = |named: &&Named| self.prose.plain.marks_within(&named.range).is_empty();
        let gap = |from: usize, to: usize, most: usize| {
            let (from, to) = (self.reading.token_at(from), self.reading.token_at(to));
            let joins = |at: usize| self.rules.lexicon.is(tokens, at, Sense::And).is_some();
            from <= to && to - from <= most && (from..to).all(|at| word(at) && !joins(at))
        };
        let placed = named.iter().filter(|named| !named.month).filter(free);
        let behind = placed
            .clone()
            .find(|named| named.range.start >= range.end && gap(range.end, named.range.start, 1));
        let near = behind.or_else(|| {
            let numbers = self.terms(range).any(|term| term.number().is_some());
            placed.filter(|_| numbers).find(|named| {
                named.range.end <= range.start && gap(named.range.end, range.start, 2)
            })
        });
        let Some(near) = near else { return false };
        // of two figures, the one that the number is of
        let role = self.terms(range).find(|term| term.number().is_some()).map(|term| {
            let at = term.tokens.start;
            let before = |sense| self.rules.lexicon.before(tokens, at, sense).is_some();
            (before(Sense::From), before(Sense::To))
        });
        let figures: Vec<&Figure> = match (&claim.subjects[..], role) {
            ([first, _], Some((true, _))) => vec![first.figure],
            ([_, last], Some((_, true))) => vec![last.figure],
            (all, _) => all.iter().map(|subject| subject.figure).collect(),
        };
        let covers: BTreeSet<Period> =
            figures.iter().flat_map(|figure| figure.covers.iter().copied()).collect();
        let covers: Vec<Period> = covers.into_iter().collect();
        let Some(extent) = super::exempt::days(&covers) else { return false };
        if fits(near, &covers, extent, false) {
            return false;
        }
        let ids: Vec<String> = figures.iter().map(|figure| format!("`{}`", figure.id)).collect();
        let told = covers_in_words(&covers, self.shower);
        let message =
            format!("the words beside it name {}; {} covers {told}", near.words, ids.join(", "));
        diagnostics.push(Diagnostic::warning(Code::OtherPeriod, message).at(claim.mark.span).hint("correct the year or the figure; a year that is about something else is exempt: `[2024](num:why)`"));
        true
    }

    /// Years that a sentence names and none of its figures covers. It says nothing where some figure's time is not known.
    fn years(&self, claims: &[Tied<'a>], named: &[Named], diagnostics: &mut Diagnostics) {
        let figures = || claims.iter().flat_map(|claim| &claim.subjects).map(|s| s.figure);
        if figures().any(|figure| figure.covers.is_empty()) {
            return;
        }
        let mut covers = self.context.clone();
        covers.extend(figures().flat_map(|figure| figure.covers.iter().copied()));
        let covers: Vec<Period> = covers.into_iter().collect();
        let Some(extent) = super::exempt::days(&covers) else { return };
        for named in named.iter().filter(|named| !named.words.starts_with("the year ")) {
            if fits(named, &covers, extent, false) {
                continue;
            }
            let told = covers_in_words(&covers, self.shower);
            let message =
                format!("the words name {}; the figures of the sentence cover {told}", named.words);
            let span = self.prose.plain.span(&named.range, &self.prose.passage);
            diagnostics.push(Diagnostic::warning(Code::OtherPeriod, message).at(span).hint(
                "correct the year; one that is about something else is exempt: `[2024](num:why)`",
            ));
        }
    }

    /// Keys that figures are bound to against keys of the same column that a sentence names.
    fn name(&self, claims: &[Tied<'a>], sentence: &Range<usize>, diagnostics: &mut Diagnostics) {
        let mut words: Option<BTreeSet<String>> = None;
        let bound: Vec<Vec<Key>> = claims
            .iter()
            .map(|claim| claim.subjects.iter().flat_map(|subject| self.bound(subject)).collect())
            .collect();
        self.names_in_order(claims, &bound, sentence, diagnostics);
        for (claim, keys) in claims.iter().zip(&bound) {
            for Key { frame, column, text: key } in keys {
                let words = words
                    .get_or_insert_with(|| significant(&self.prose.plain.text[sentence.clone()]));
                if names(words, key) {
                    continue;
                }
                let Some(column_of) =
                    self.frames.get(frame).and_then(|frame| frame.columns.get(column))
                else {
                    continue;
                };
                let Meaning::Text(texts) = &column_of.meaning else { continue };
                if texts.len() > MOST_NAMES {
                    continue;
                }
                let elsewhere = |other: &str| {
                    let same = |key: &Key| key.column == *column && key.text == other;
                    bound.iter().flatten().any(same)
                };
                let mut cache = self.telling.borrow_mut();
                let telling = cache
                    .entry((frame.clone(), column.clone()))
                    .or_insert_with(|| texts.iter().map(|text| significant(text)).collect());
                let other = texts.iter().zip(telling.iter()).find(|(other, needed)| {
                    *other != key
                        && !needed.is_empty()
                        && needed.is_subset(words)
                        && !elsewhere(other)
                });
                let other = other.map(|(other, _)| other);
                if let Some(other) = other {
                    let ids: Vec<&str> =
                        claim.subjects.iter().map(|s| s.figure.id.as_str()).collect();
                    let message = format!(
                        "the sentence names `{other}`; the figure `{}` is of `{key}`",
                        ids.join(", ")
                    );
                    diagnostics.push(
                        Diagnostic::warning(Code::OtherName, message)
                            .at(claim.mark.span)
                            .hint(format!("name `{key}`, or cite the figure of `{other}`")),
                    );
                }
            }
        }
    }

    fn bound(&self, subject: &Subject<'_>) -> Vec<Key> {
        let mut parts = subject.figure.id.split('/').map(str::to_string);
        let id = parts.next().unwrap_or_default();
        let point: Vec<String> = parts.collect();
        keys(self.spec, self.figures, &id, &point)
    }

    /// *Respectively*: the names stand in the order of the claims.
    fn names_in_order(
        &self,
        claims: &[Tied<'a>],
        bound: &[Vec<Key>],
        sentence: &Range<usize>,
        diagnostics: &mut Diagnostics,
    ) {
        if !self.reading.says(Sense::Respectively, sentence) {
            return;
        }
        let text = self.prose.plain.text[sentence.clone()].to_lowercase();
        let Some(columns) = bound.first() else { return };
        for column in columns.iter().map(|key| &key.column) {
            let of = |keys: &Vec<Key>| keys.iter().find(|key| key.column == *column).cloned();
            let keys: Vec<Key> = bound.iter().filter_map(of).collect();
            let places: Vec<usize> =
                keys.iter().filter_map(|key| text.find(&key.text.to_lowercase())).collect();
            let all = places.len() == claims.len() && keys.len() == claims.len();
            if !all || places.is_sorted() {
                continue;
            }
            let names: Vec<&str> = keys.iter().map(|key| key.text.as_str()).collect();
            let message = format!(
                "the words name them in another order: the figures are of {}",
                list(&names, names.len())
            );
            diagnostics.push(
                Diagnostic::warning(Code::OtherName, message)
                    .at(claims[0].mark.span)
                    .hint("put names and numbers into the same order"),
            );
        }
    }

    /// *Respectively*: the periods stand in the order of the claims.
    fn periods_in_order(
        &self,
        claims: &[Tied<'a>],
        named: &[Named],
        sentence: &Range<usize>,
        diagnostics: &mut Diagnostics,
    ) -> bool {
        if !self.reading.says(Sense::Respectively, sentence) {
            return false;
        }
        let place = |claim: &Tied<'_>| {
            let [subject] = &claim.subjects[..] else { return None };
            let mut covers = subject.figure.covers.iter();
            let (period, None) = (covers.next()?, covers.next()) else { return None };
            named.iter().find(|named| named.days == period.days()).map(|named| named.range.start)
        };
        let places: Vec<usize> = claims.iter().filter_map(place).collect();
        if places.len() != claims.len() || places.is_sorted() {
            return false;
        }
        let covers: BTreeSet<Period> = claims
            .iter()
            .flat_map(|claim| &claim.subjects)
            .flat_map(|subject| subject.figure.covers.iter().copied())
            .collect();
        let covers: Vec<Period> = covers.into_iter().collect();
        let message = format!(
            "the words name the periods in another order than the figures, which cover {}",
            covers_in_words(&covers, self.shower)
        );
        diagnostics.push(
            Diagnostic::warning(Code::OtherPeriod, message)
                .at(claims[0].mark.span)
                .hint("put periods and numbers into the same order"),
        );
        true
    }

    /// A change whose words give it another stretch of time: *since 2019*, *year on year*; a total of several years
    /// under the name of one.
    fn stretch(
        &self,
        claim: &Tied<'a>,
        named: &[Named],
        sentence: &Range<usize>,
    ) -> Option<String> {
        let [subject] = &claim.subjects[..] else { return None };
        let id = &subject.figure.id;
        let covers: Vec<Period> = subject.figure.covers.iter().copied().collect();
        let (first, last) = super::exempt::days(&covers)?;
        let told = || covers_in_words(&covers, self.shower);
        let mark = &claim.mark.range;
        let later = self.prose.plain.marks_within(&(mark.end..sentence.end));
        let next = later.iter().find(|mark| matches!(mark.kind, MarkKind::Claim(_)));
        let behind = mark.start..next.map_or(sentence.end, |next| next.range.start);
        let since = self.terms(&behind).find_map(|term| match term.kind {
            TermKind::Since(period) => Some(period),
            _ => None,
        });
        let begins = |since: &Period| since.days().0 <= first && first <= since.days().1;
        if let Some(since) = since.filter(|since| covers.len() > 1 && !begins(since)) {
            return Some(format!(
                "the words say since {since}; the figure `{id}` covers {}",
                told()
            ));
        }
        let change = matches!(subject.sort, Sort::Change | Sort::PercentChange | Sort::Ratio);
        let apart = covers.last()?.days().0.days() - first.days();
        let yearly = change && covers.len() == 2 && self.reading.says(Sense::Yearly, &behind);
        if yearly && !(360..=370).contains(&apart) {
            return Some(format!(
                "the words speak of one year; the figure `{id}` covers {}",
                told()
            ));
        }
        // in 2024, of all years; in March 2024, of the whole year
        let [only] = named else { return None };
        let tokens = &self.reading.tokens;
        let at = self.reading.token_at(only.range.start);
        let (start, end) = (self.reading.token_at(mark.start), self.reading.token_at(mark.end));
        let reach = if only.month { 4 } else { 6 };
        let near = end <= at && at <= end + reach || at < start && start <= at + reach + 1;
        let lexicon = self.rules.lexicon;
        let word = at - lexicon.before(tokens, at, Sense::Determiner).unwrap_or(0);
        let during = lexicon.before(tokens, word, Sense::During).is_some();
        let run = days_of(&covers) == last.days() - first.days() + 1;
        let part = only.days != (first, last) && first <= only.days.0 && only.days.1 <= last;
        let sum = subject.sort == Sort::Value && subject.sides.is_none();
        let made = subject.figure.recipe.is_some() || subject.point.is_some();
        (sum && made && run && part && near && during && !only.span)
            .then(|| format!("the words name {}; the figure `{id}` covers {}", only.words, told()))
    }

    /// A change under the name of the time that it is seen from, *in 2023 it rose by [13%]* of 2023 to 2024, or compared with the
    /// time that it ends in.
    fn ends(&self, claim: &Tied<'a>, claims: &[Tied<'a>], named: &[Named]) -> Option<String> {
        let [subject] = &claim.subjects[..] else { return None };
        let covers = |expr| {
            let figure = self.figures.cited(expr)?;
            Some(figure.covers.iter().copied().collect::<Vec<Period>>())
                .filter(|all| !all.is_empty())
        };
        let (from, to) = (covers(subject.sides?.0)?, covers(subject.sides?.1)?);
        if from == to {
            return None;
        }
        let tokens = &self.reading.tokens;
        let lexicon = self.rules.lexicon;
        let only_from = |named: &Named| meets(named.days, &from) && !meets(named.days, &to);
        let only_to = |named: &Named| meets(named.days, &to) && !meets(named.days, &from);
        // than in 2023, compared with that of 2023, from [16,990] in 2023
        let compared = |named: &Named| {
            let at = self.reading.token_at(named.range.start);
            let is = |at: usize, sense| lexicon.before(tokens, at, sense).is_some();
            (at.saturating_sub(3)..=at)
                .any(|at| is(at, Sense::ThanWord) || is(at, Sense::From) || is(at, Sense::Since))
        };
        let placed = || named.iter().filter(|named| !named.span && !named.month);
        let told = || {
            format!(
                "{} to {}",
                covers_in_words(&from, self.shower),
                covers_in_words(&to, self.shower)
            )
        };
        let id = &subject.figure.id;
        if let Some(other) = placed().find(|named| only_to(named) && compared(named)) {
            let message = format!(
                "the words compare with {}; the change `{id}` is from {}",
                other.words,
                told()
            );
            return Some(message);
        }
        let during = |named: &Named| {
            let at = self.reading.token_at(named.range.start);
            lexicon.before(tokens, at, Sense::During).is_some()
        };
        let base = placed().find(|named| only_from(named) && during(named) && !compared(named))?;
        // where the other time is named, or a claim of the base stands by, the year is not that of the change
        let other = named.iter().any(|named| meets(named.days, &to));
        let of_base = claims.iter().flat_map(|claim| &claim.subjects).any(|other| {
            !other.figure.covers.is_empty()
                && other.figure.covers.iter().all(|own| from.contains(own))
        });
        (!other && !of_base)
            .then(|| format!("the words name {}; the change `{id}` is from {}", base.words, told()))
    }

    /// Two shares of different bases, and a base beside a share that is not its own.
    fn base(&self, claims: &[Tied<'a>], diagnostics: &mut Diagnostics) {
        let shares: Vec<(&Tied<'_>, &Subject<'_>, &Exact)> = claims
            .iter()
            .filter_map(|claim| {
                let [subject] = &claim.subjects[..] else { return None };
                let base = subject.figure.base.as_ref().filter(|_| subject.is_percent())?;
                Some((claim, subject, base))
            })
            .collect();
        for (index, (claim, subject, base)) in shares.iter().enumerate() {
            let digits = |value: &Exact| {
                self.rules.locale.digits(value, value.decimals().unwrap_or(0).min(3))
            };
            for (_, other, other_base) in &shares[..index] {
                let same_time = subject.figure.covers == other.figure.covers;
                let kinds = (self.denominator(subject.figure), self.denominator(other.figure));
                if base == other_base || !same_time || kinds.0 == kinds.1 {
                    continue;
                }
                let message = format!(
                    "two shares of different bases in one sentence: `{}` is of {}, `{}` of {}",
                    other.figure.id,
                    digits(other_base),
                    subject.figure.id,
                    digits(base)
                );
                diagnostics.push(
                    Diagnostic::warning(Code::OtherBase, message)
                        .at(claim.mark.span)
                        .hint("say what each is of, or take them of the same"),
                );
            }
            let tokens = &self.reading.tokens;
            let sentence = self.reading.sentence(claim.mark.range.start);
            let number = self.terms(&claim.mark.range).find(|term| term.number().is_some());
            let Some(at) = number.map(|term| term.tokens.end) else { continue };
            let stated = match self.rules.lexicon.is(tokens, at, Sense::OutOf) {
                // 38% of 120
                Some(length) => {
                    let at = at + length;
                    let near = |term: &&Term| (at..at + 2).contains(&term.tokens.start);
                    self.terms(&sentence).filter(near).find_map(Term::number)
                }
                // of 120, 38%
                None => {
                    let start = self.reading.token_at(sentence.start);
                    let length = self.rules.lexicon.is(tokens, start, Sense::OutOf);
                    let at = start + length.unwrap_or(0);
                    let near = |term: &&Term| {
                        length.is_some() && (at..at + 2).contains(&term.tokens.start)
                    };
                    self.terms(&(sentence.start..claim.mark.range.start))
                        .filter(near)
                        .find_map(Term::number)
                }
            };
            let Some(stated) = stated else { continue };
            if stated.unit == Unit::Plain
                && agreement(stated, base, true, &self.rules).finding == Finding::Wrong
            {
                let message = format!(
                    "`{}` is a share of {}, and {} stands beside it",
                    subject.figure.id,
                    digits(base),
                    digits(&stated.value)
                );
                diagnostics.push(
                    Diagnostic::warning(Code::OtherBase, message)
                        .at(claim.mark.span)
                        .hint(format!("write {}, or say what the share is of", digits(base))),
                );
            }
        }
    }

    /// Words behind *of* that are not what a quoted share is taken of.
    fn of(&self, claim: &Tied<'a>, diagnostics: &mut Diagnostics) {
        let [subject] = &claim.subjects[..] else { return };
        let declared = self.spec.figures.get(&subject.figure.id);
        let Some(of) = declared.and_then(|figure| figure.of.as_ref()) else { return };
        let tokens = &self.reading.tokens;
        let number = self.terms(&claim.mark.range).find(|term| term.number().is_some());
        let Some(at) = number.map(|term| term.tokens.end) else { return };
        let Some(length) = self.rules.lexicon.is(tokens, at, Sense::OutOf) else { return };
        let words =
            tokens[at + length..].iter().take_while(|token| token.kind == Kind::Word).take(3);
        let text = &self.prose.plain.text;
        let words: Vec<&str> = words.map(|token| &text[token.range.clone()]).collect();
        let all = words.join(" ");
        let telling = words.iter().position(|word| !significant(word).is_empty());
        let Some(telling) = telling else { return };
        let said = words[..=telling].join(" ");
        if significant(&all).is_disjoint(&significant(of)) {
            let message =
                format!("`{}` is a share of {of}; the words say of {said}", subject.figure.id);
            diagnostics.push(
                Diagnostic::warning(Code::OtherBase, message)
                    .at(claim.mark.span)
                    .hint(format!("say of {of}")),
            );
        }
    }

    /// What a share is taken of, without the values that its conditions compare with.
    fn denominator(&self, figure: &Figure) -> String {
        let id = figure.id.split('/').next().unwrap_or("");
        let recipe = match self.spec.figures.get(id).map(|figure| &figure.origin) {
            Some(Origin::Recipe(recipe)) => recipe,
            _ => return id.to_string(),
        };
        match (&recipe.from, &recipe.value.kind) {
            (None, ExprKind::Binary(_, _, below)) => {
                below.names().first().map_or(String::new(), |(name, _)| {
                    let other = self.spec.figures.get(*name).map(|figure| &figure.origin);
                    match other {
                        Some(Origin::Recipe(recipe)) => {
                            blank(recipe.from.as_ref(), &[&recipe.value], self.spec)
                        }
                        _ => name.to_string(),
                    }
                })
            }
            (from, _) => blank(from.as_ref(), &[&recipe.value], self.spec),
        }
    }

    /// *In all*, *in total*: the numbers before it add up to the one behind it.
    fn sums(&self, diagnostics: &mut Diagnostics) {
        for (index, term) in self.reading.terms.iter().enumerate() {
            if !term.has(Sense::Total) {
                continue;
            }
            let sentence = self.reading.sentence(term.range.start);
            let total = self.reading.terms[index + 1..]
                .iter()
                .find(|next| next.number().is_some())
                .filter(|next| next.tokens.start <= term.tokens.end + 2);
            let Some((total_term, total)) = total.and_then(|term| Some((term, term.number()?)))
            else {
                continue;
            };
            let parts: Vec<_> = self
                .terms(&(sentence.start..term.range.start))
                .filter_map(Term::number)
                .filter(|stated| stated.unit == total.unit && stated.hedge.is_none())
                .collect();
            if parts.len() < 2 {
                continue;
            }
            // the last few that add up, or all of them
            let mut sum = Exact::zero();
            let mut slack = Exact::zero();
            let half = Exact::scaled(5, 1);
            let mut fits = false;
            for part in parts.iter().rev() {
                sum = &sum + &part.value;
                if !part.value.is_integer() || part.unit == Unit::Percent {
                    slack = &slack + &(&last_unit(&part.value) * &half);
                }
                fits |= (&sum - &total.value).abs() <= slack;
            }
            if fits {
                continue;
            }
            let gap = (&sum - &total.value).abs();
            let digits =
                |value: &Exact| self.rules.locale.digits(value, value.decimals().unwrap_or(0));
            let word = if sum > total.value { "less" } else { "more" };
            let message = format!(
                "the numbers before it add up to {}; the total is {} {word}",
                digits(&sum),
                digits(&gap)
            );
            let span = self.prose.plain.span(&total_term.core(), &self.prose.passage);
            diagnostics.push(Diagnostic::warning(Code::PartsTotal, message).at(span).hint(
                "find the part that is missing or counted twice; rounding does not explain the gap",
            ));
        }
    }

    /// *45 out of 120 (38%)*: the three numbers agree among themselves, tied or not.
    fn arithmetic(&self, diagnostics: &mut Diagnostics) {
        let tokens = &self.reading.tokens;
        let numbers: Vec<&Term> =
            self.reading.terms.iter().filter(|term| term.number().is_some()).collect();
        for (index, term) in numbers.iter().enumerate() {
            let Some(first) = term.number() else { continue };
            let (part, whole, next) = match &first.pair {
                Some(pair) if pair.0.value >= Exact::from(2) => {
                    (pair.0.value.clone(), pair.1.value.clone(), index + 1)
                }
                Some(_) => continue,
                None => {
                    let Some(second) = numbers.get(index + 1) else { continue };
                    let Some(length) = self.rules.lexicon.is(tokens, term.tokens.end, Sense::OutOf)
                    else {
                        continue;
                    };
                    let near = second.tokens.start == term.tokens.end + length;
                    let Some(stated) = second.number().filter(|_| near) else { continue };
                    let plain = first.unit == Unit::Plain
                        && stated.unit == Unit::Plain
                        && first.hedge.is_none();
                    if !plain || first.value.is_zero() {
                        continue;
                    }
                    (first.value.clone(), stated.value.clone(), index + 2)
                }
            };
            let last = &numbers[next - 1];
            let Some((percent, term)) =
                numbers.get(next).and_then(|term| Some((term.number()?, term)))
            else {
                continue;
            };
            let gap = &tokens[last.tokens.end..term.tokens.start];
            let opens = gap.iter().all(|token| {
                token.kind == Kind::Sign && (token.is("(") || token.is(",") || token.is("–"))
                    || token.is("or")
            });
            // 45 of 120 decisions (38%)
            let named = matches!(gap, [words @ .., open] if open.is("(") && words.len() <= 3
                && words.iter().all(|word| word.kind == Kind::Word));
            if percent.unit != Unit::Percent
                || gap.is_empty()
                || !(named || opens && gap.len() <= 2)
            {
                continue;
            }
            let Some(share) = part.checked_div(&whole) else { continue };
            let share = share * Exact::from(100);
            if agreement(percent, &share, false, &self.rules).finding == Finding::Wrong {
                let places = percent.value.decimals().unwrap_or(0);
                let right = self
                    .rules
                    .locale
                    .digits(&share.round(places as i32, self.rules.rounding), places);
                let digits =
                    |value: &Exact| self.rules.locale.digits(value, value.decimals().unwrap_or(0));
                let message = format!("{} of {} are {right}%", digits(&part), digits(&whole));
                let span = self.prose.plain.span(&term.core(), &self.prose.passage);
                diagnostics.push(
                    Diagnostic::error(Code::OwnArithmetic, message)
                        .at(span)
                        .hint(format!("write `{right}%`, or correct the other two numbers")),
                );
            }
        }
    }
}

/// Whether a stretch of time that words name is one that periods cover: a single one touches one of them, a span lies
/// within their extent, or is all of it.
fn fits(named: &Named, covers: &[Period], extent: (Date, Date), whole: bool) -> bool {
    if named.month {
        return true;
    }
    if named.span {
        return match whole && covers.len() > 1 {
            true => named.days == extent,
            false => {
                extent.0 <= named.days.0 && named.days.1 <= extent.1 && named.days.0 <= named.days.1
            }
        };
    }
    meets(named.days, covers)
}

/// Whether a stretch of time and one of some periods are of the same time: one lies in the other. The financial year 2024/25 is not
/// of 2024.
fn meets(days: (Date, Date), periods: &[Period]) -> bool {
    let within = |(a, b): (Date, Date), (c, d): (Date, Date)| c <= a && b <= d;
    periods.iter().any(|period| within(days, period.days()) || within(period.days(), days))
}

/// What is said of a figure whose periods none of the named ones touch, or of which they name more than it covers.
fn other_period(figure: &Figure, named: &[Named], shower: Shower<'_>) -> Option<String> {
    let covers: Vec<Period> = figure.covers.iter().copied().collect();
    if covers.is_empty() || named.is_empty() {
        return None;
    }
    // a single month is mostly the date of something else
    let monthly = covers.iter().any(|period| matches!(period, Period::Month(..)));
    let named: Vec<&Named> = named.iter().filter(|named| !named.month || monthly).collect();
    if named.is_empty() {
        return None;
    }
    let touches = |named: &&&Named| {
        let overlaps = |period: &Period| {
            let (first, last) = period.days();
            first <= named.days.1 && named.days.0 <= last
        };
        match named.span {
            true => covers.iter().any(overlaps),
            false => meets(named.days, &covers),
        }
    };
    let told = covers_in_words(&covers, shower);
    let all: Vec<&str> = named.iter().map(|named| named.words.as_str()).collect();
    let touching: Vec<&Named> = named.iter().filter(touches).copied().collect();
    if touching.is_empty() {
        return Some(format!(
            "the words name {}; the figure `{}` covers {told}",
            all.iter()
                .collect::<indexmap::IndexSet<_>>()
                .into_iter()
                .copied()
                .collect::<Vec<_>>()
                .join(", "),
            figure.id
        ));
    }
    let (first, last) = super::exempt::days(&covers)?;
    let covered: i64 = days_of(&covers);
    let whole = |named: &&Named| named.days == (first, last);
    if touching.iter().any(whole) {
        return None;
    }
    // a span that is not what a run of periods covers
    let several = covers.len() > 1;
    let run = covered == last.days() - first.days() + 1;
    if let Some(span) = touching.iter().find(|named| named.span).filter(|_| several)
        && (run || span.days.0 < first || span.days.1 > last)
    {
        return Some(format!(
            "the words name {}; the figure `{}` covers {told}",
            span.words, figure.id
        ));
    }
    // a year of which the figure covers a part
    let fine = touching.iter().any(|named| named.fine);
    let year = touching.iter().find(|named| !named.span && !named.fine);
    if let Some(year) = year.filter(|_| !fine && !several) {
        let length = year.days.1.days() - year.days.0.days() + 1;
        let inside = year.days.0 <= first && last <= year.days.1;
        let part = inside && covered * 10 < length * 9 && length > 300 && covered > 31;
        if part {
            return Some(format!(
                "the words name {}; the figure `{}` covers {told} only",
                year.words, figure.id
            ));
        }
    }
    None
}

/// Days in periods, each counted once.
pub(super) fn days_of(periods: &[Period]) -> i64 {
    let mut stretches: Vec<(i64, i64)> =
        periods.iter().map(|period| (period.days().0.days(), period.days().1.days())).collect();
    stretches.sort_unstable();
    let mut total = 0;
    let mut end = i64::MIN;
    for (first, last) in stretches {
        let first = first.max(end.saturating_add(1));
        if last >= first {
            total += last - first + 1;
            end = last;
        }
    }
    total
}

/// `2021 to 2023 and 2024 Q1`
pub(super) fn covers_in_words(covers: &[Period], shower: Shower<'_>) -> String {
    let mut runs: Vec<(Period, Period)> = Vec::new();
    for period in covers {
        match runs.last_mut() {
            Some((_, last))
                if last.days().1.days() + 1 == period.days().0.days()
                    && std::mem::discriminant(last) == std::mem::discriminant(period) =>
            {
                *last = *period
            }
            _ => runs.push((*period, *period)),
        }
    }
    let show = |period: &Period| shower.key(&Value::Period(*period)).to_string();
    let words: Vec<String> = runs
        .iter()
        .map(|(a, b)| if a == b { show(a) } else { format!("{} to {}", show(a), show(b)) })
        .collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// Whether words hold all telling words of a key.
pub(super) fn names(words: &BTreeSet<String>, key: &str) -> bool {
    let needed = significant(key);
    !needed.is_empty() && needed.is_subset(words)
}

/// A claim whose words name another time than its figure's.
fn misdated(message: String, claim: &Tied<'_>) -> Diagnostic {
    Diagnostic::warning(Code::OtherPeriod, message).at(claim.mark.span).hint(
        "correct the words or the figure; a year that is about something else is exempt: `[2024](num:why)`",
    )
}

/// Words of a text that tell one name from another: no articles, no two-letter words but capitals.
pub(crate) fn significant(text: &str) -> BTreeSet<String> {
    const COMMON: [&str; 16] = [
        "the", "and", "for", "with", "other", "all", "not", "council", "county", "city", "unknown",
        "total", "from", "any", "none", "per",
    ];
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() > 2 || word.chars().all(char::is_uppercase))
        .map(|word| key_slug(word).trim_end_matches('s').to_string())
        .filter(|word| !word.is_empty() && !COMMON.contains(&word.as_str()))
        .collect()
}

/// A frame with the columns that expressions name, as a name for what they count.
fn blank(from: Option<&(String, Span)>, exprs: &[&Expr], spec: &Spec) -> String {
    let frame = from.map_or("", |(from, _)| spec.chain(from).1);
    let mut names = BTreeSet::new();
    for expr in exprs {
        if let ExprKind::Call { arguments, .. } = &expr.kind {
            names.extend(arguments.iter().flat_map(Expr::names).map(|(name, _)| name));
        } else {
            names.extend(expr.names().into_iter().map(|(name, _)| name));
        }
    }
    format!("{frame}: {}", names.into_iter().collect::<Vec<_>>().join(", "))
}
