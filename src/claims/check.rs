//! The walk over a report's texts: claims to the judge, numbers outside them to the list of what is untied or exempt.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::ops::Range;

use super::comparisons::Comparisons;
use super::exempt::Rule;
use super::grammar::{Reading, Term, TermKind, Unit, read};
use super::guards::Guards;
use super::judge::{self, Role, judge, said};
use super::lexicon::{Lexicon, Sense};
use super::number::{self, Rules};
use super::sentence::REACH;
use super::subject::Subject;
use super::token::Kind;
use super::{Exempted, Finding, Statement, Verdict, Verdicts, outside, references};
use crate::diag::{Code, Diagnostic, Diagnostics, Outcome};
use crate::figures::{Figure, Figures, Point, Shower, key_slug};
use crate::frame::Frame;
use crate::locale::Locale;
use crate::sources::Sources;
use crate::spec::{Mark, MarkKind, Prose, Reference, Spec, TableRows};
use crate::text::Span;
use crate::value::Period;

/// How many words beside a link are read with it.
const BESIDE: usize = 2;

/// What the check looks at.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The report.
    pub spec: &'a Spec,
    /// Its figures.
    pub figures: &'a Figures,
    /// Everything that can be cited.
    pub sources: &'a Sources,
    /// The datasets that its figures use.
    pub frames: &'a BTreeMap<String, Frame>,
    /// Its language.
    pub locale: &'a Locale,
    /// The words of that language.
    pub lexicon: &'a Lexicon,
    /// How many threads may look at rows.
    pub threads: NonZeroUsize,
}

/// Checks every text of a report.
pub fn check(inputs: Inputs<'_>) -> Outcome<Verdicts> {
    let Inputs { spec, figures, sources, frames, locale, lexicon, threads } = inputs;
    let mut diagnostics = Diagnostics::default();
    let mut verdicts = Verdicts::default();
    references::check(spec, sources, &mut diagnostics);
    let shower = Shower { locale, rounding: spec.rounding };
    let rules = Rules { lexicon, locale, rounding: spec.rounding };
    let shown = OnceCell::new();
    for prose in spec.proses() {
        let context = context(spec, figures, prose);
        let prose = &filled(prose, figures, shower);
        let reading = read(&prose.plain.text, lexicon, locale);
        let reading = &reading;
        let shown = &shown;
        let checker =
            Checker { spec, figures, frames, shower, rules, prose, context, reading, shown };
        checker.prose(&mut verdicts, &mut diagnostics);
    }
    beside(inputs, rules, &mut diagnostics);
    let comparisons = Comparisons { spec, figures, frames, shower, threads };
    comparisons.run(&mut diagnostics);
    comparisons.rows_added_up(&mut diagnostics);
    outside::judge(inputs, &mut verdicts, &mut diagnostics);
    let mut diagnostics = judged_by(spec, diagnostics);
    if verdicts.tied().1 == 0
        && verdicts.claims.is_empty()
        && verdicts.outside.is_empty()
        && figures.failed.is_empty()
        && !diagnostics.has_errors()
    {
        let error =
            Diagnostic::error(Code::NoNumbers, "no number of this report is tied to a figure");
        diagnostics.push(
            error.at(spec.body.passage.part(0, 0)).hint("write `[5,598](fig:id)` or `[=](fig:id)`"),
        );
    }
    Outcome::new(verdicts, diagnostics)
}

/// A text with the values that it inserts: they are read as if they had been typed.
pub(super) fn filled<'p>(
    prose: &'p Prose,
    figures: &Figures,
    shower: Shower<'_>,
) -> Cow<'p, Prose> {
    // most texts insert nothing
    if !prose.plain.marks.iter().any(|mark| matches!(mark.kind, MarkKind::Insert(_))) {
        return Cow::Borrowed(prose);
    }
    let value = |reference: &Reference| {
        let figure = figures.find(reference).ok().flatten()?;
        Some(shower.figure(figure).to_string())
    };
    Cow::Owned(Prose { plain: prose.plain.filled(value), ..prose.clone() })
}

/// The periods of what stands beside words: a figure its label, a card its value, a chart its texts, a table its caption.
fn beside(inputs: Inputs<'_>, rules: Rules<'_>, diagnostics: &mut Diagnostics) {
    let Inputs { spec, figures, frames, locale, lexicon, .. } = inputs;
    let shower = Shower { locale, rounding: spec.rounding };
    let mut guard = |prose: &Prose, say: &dyn Fn(&Guards<'_>, &mut Diagnostics)| {
        let prose = &filled(prose, figures, shower);
        let reading = read(&prose.plain.text, lexicon, locale);
        let (context, reading) = (BTreeSet::new(), &reading);
        let telling = &RefCell::default();
        say(
            &Guards { spec, figures, frames, shower, rules, prose, context, reading, telling },
            diagnostics,
        );
    };
    for (id, declared) in &spec.figures {
        if let (Some(figure), Some(label)) = (figures.figures.get(id), &declared.label) {
            guard(label, &|guards, diagnostics| guards.label(figure, diagnostics));
        }
    }
    for card in &spec.cards {
        let covers = stated(figures, &card.value);
        guard(&card.label, &|guards, said| guards.beside(&covers, "the card's figure", 0, said));
    }
    for (id, chart) in &spec.charts {
        let covers = drawn(figures, &chart.series.0, &chart.keys);
        let what = format!("the chart `{id}`");
        guard(&chart.title, &|guards, said| guards.beside(&covers, &what, 0, said));
        guard(&chart.alt, &|guards, said| guards.beside(&covers, &what, 1, said));
        if let Some(subtitle) = &chart.subtitle {
            guard(subtitle, &|guards, said| guards.beside(&covers, &what, usize::MAX, said));
        }
    }
    for (id, table) in &spec.tables {
        let TableRows::Series(series, _) = &table.rows else { continue };
        let covers = drawn(figures, series, &table.keys);
        let what = format!("the table `{id}`");
        guard(&table.caption, &|guards, said| guards.beside(&covers, &what, usize::MAX, said));
    }
}

/// The periods of the figures that a text claims.
fn stated(figures: &Figures, prose: &Prose) -> BTreeSet<Period> {
    let mut covers = BTreeSet::new();
    for mark in &prose.plain.marks {
        if let MarkKind::Claim(references) = &mark.kind {
            let found = references.iter().filter_map(|reference| figures.find(reference).ok());
            covers.extend(found.flatten().flat_map(|figure| figure.covers.iter().copied()));
        }
    }
    covers
}

/// The periods of the points of a series that are drawn.
fn drawn(figures: &Figures, series: &str, keys: &[(String, Span)]) -> BTreeSet<Period> {
    let Some(series) = figures.series.get(series) else { return BTreeSet::new() };
    let wanted = |point: &&Point| {
        let key = point.keys.first().map(|key| key_slug(&key.to_string()));
        keys.is_empty() || keys.iter().any(|(name, _)| Some(key_slug(name)) == key)
    };
    let points = series.points.iter().filter(wanted).flat_map(Point::figures);
    points.flat_map(|figure| figure.covers.iter().copied()).collect()
}

/// The periods of what a text stands beside: of a card's label its value, of a chart's texts its points.
fn context(spec: &Spec, figures: &Figures, prose: &Prose) -> BTreeSet<Period> {
    let is = |other: &Prose| std::ptr::eq(other, prose);
    if let Some(card) = spec.cards.iter().find(|card| is(&card.label)) {
        return stated(figures, &card.value);
    }
    let chart = spec.charts.values().find(|chart| {
        let own = chart.subtitle.iter().chain(&chart.note);
        own.chain([&chart.title, &chart.alt]).any(is)
    });
    chart.map_or_else(BTreeSet::new, |chart| drawn(figures, &chart.series.0, &chart.keys))
}

/// The severity that the report gives to each rule about words.
fn judged_by(spec: &Spec, diagnostics: Diagnostics) -> Diagnostics {
    let mut judged = Diagnostics::default();
    for diagnostic in diagnostics.iter() {
        match spec.severity.get(&diagnostic.code) {
            None => judged.push(diagnostic.clone()),
            Some(Some(severity)) => {
                judged.push(Diagnostic { severity: *severity, ..diagnostic.clone() });
            }
            Some(None) => {}
        }
    }
    judged
}

/// One text with what it says.
pub(super) struct Checker<'a> {
    pub(super) spec: &'a Spec,
    pub(super) figures: &'a Figures,
    pub(super) frames: &'a BTreeMap<String, Frame>,
    pub(super) shower: Shower<'a>,
    pub(super) rules: Rules<'a>,
    pub(super) prose: &'a Prose,
    /// The periods of what the text stands beside.
    pub(super) context: BTreeSet<Period>,
    pub(super) reading: &'a Reading,
    /// Figures by what they print, once something asks for it.
    pub(super) shown: &'a OnceCell<BTreeMap<String, String>>,
}

/// A claim whose figures were found, for what looks across a sentence.
pub(super) struct Tied<'a> {
    pub(super) mark: &'a Mark,
    pub(super) subjects: Vec<Subject<'a>>,
    /// Whether the hedge of its number compares it with the claim before.
    pub(super) unhedged: bool,
}

impl<'a> Checker<'a> {
    pub(super) fn prose(&self, verdicts: &mut Verdicts, diagnostics: &mut Diagnostics) {
        let plain = &self.prose.plain;
        let mut found: Vec<Verdict> = Vec::new();
        let mut tied: Vec<Tied<'a>> = Vec::new();
        for mark in &plain.marks {
            match &mark.kind {
                MarkKind::Claim(references) => {
                    let Some(subjects) = self.subjects(references, diagnostics) else { continue };
                    let (verdict, unhedged) = self.claim(mark, &subjects, tied.last(), diagnostics);
                    found.push(verdict);
                    verdicts.statements.push(self.statement(mark, &subjects));
                    tied.push(Tied { mark, subjects, unhedged });
                }
                MarkKind::Insert(reference) => {
                    verdicts.inserted += 1;
                    if let Some(Some(figure)) = diagnostics.take(self.figures.find(reference)) {
                        let subjects =
                            vec![Subject::of(self.spec, self.figures, reference, figure)];
                        verdicts.statements.push(self.statement(mark, &subjects));
                        let unhedged = self.insert(mark, &subjects, tied.last(), diagnostics);
                        tied.push(Tied { mark, subjects, unhedged });
                        let printed = number::inserted(figure, &self.shower);
                        diagnostics.take(printed.map_err(|error| error.at(reference.span)));
                    }
                }
                MarkKind::Cite(_)
                | MarkKind::Exempt(_)
                | MarkKind::Code
                | MarkKind::Parameter(_) => {}
            }
        }
        self.outside(&mut found, verdicts, diagnostics);
        self.across(&tied, diagnostics);
        let Self { spec, figures, frames, shower, rules, prose, reading, .. } = *self;
        let context = self.context.clone();
        let telling = &RefCell::default();
        Guards { spec, figures, frames, shower, rules, prose, context, reading, telling }
            .run(&tied, diagnostics);
        found.sort_by_key(|verdict| verdict.span.start);
        verdicts.claims.extend(found);
    }

    /// What a link states, in its sentence.
    fn statement(&self, mark: &Mark, subjects: &[Subject<'a>]) -> Statement {
        Statement {
            figures: subjects.iter().map(|subject| subject.figure.id.clone()).collect(),
            ..self.said(&mark.range, None, mark.span)
        }
    }

    /// Words that are tied to no figure, in their sentence.
    fn said(&self, words: &Range<usize>, reason: Option<String>, span: Span) -> Statement {
        let text = &self.prose.plain.text;
        let range = self.reading.sentence(words.start);
        let range = range.start.min(words.start)..range.end.max(words.end);
        Statement {
            figures: Vec::new(),
            reason,
            words: text[words.clone()].trim().to_string(),
            sentence: text[range.clone()].trim().to_string(),
            written: self.written(&range),
            span,
        }
    }

    /// A stretch of the text as the author writes it: links where values are inserted and sources are cited.
    fn written(&self, range: &Range<usize>) -> String {
        let plain = &self.prose.plain;
        let mut text = String::new();
        let mut at = range.start;
        for mark in plain.marks_within(range) {
            let (from, to) = (mark.range.start.max(at), mark.range.end.min(range.end));
            let link = match &mark.kind {
                MarkKind::Insert(reference) => format!("[=](fig:{reference})"),
                MarkKind::Cite(source) => format!("[{}](cite:{source})", &plain.text[from..to]),
                _ => continue,
            };
            text.push_str(&plain.text[at..from]);
            text.push_str(&link);
            at = to;
        }
        text.push_str(&plain.text[at..range.end]);
        text.trim().to_string()
    }

    /// An inserted value with the words around it; whether the hedge of its number compares it with the claim before. What it
    /// prints alone is right by construction: where that cannot be read, nothing is said.
    fn insert(
        &self,
        mark: &Mark,
        subjects: &[Subject<'a>],
        before: Option<&Tied<'a>>,
        diagnostics: &mut Diagnostics,
    ) -> bool {
        let printed = &self.prose.plain.text[mark.range.clone()];
        let alone = read(printed, self.rules.lexicon, self.rules.locale);
        let inside = alone.terms.iter().filter(|term| term.number().is_some()).collect();
        let reading =
            judge::Reading { words: printed, at: 0, inside, ..judge::Reading::of(printed) };
        let alone = judge(&reading, subjects, &self.shower, &self.rules);
        if !alone.finding.is_some_and(Finding::ties) {
            return false;
        }
        self.claim(mark, subjects, before, diagnostics).1
    }

    /// The figures of a link; none where one failed or does not exist, which is said.
    fn subjects(
        &self,
        references: &[Reference],
        diagnostics: &mut Diagnostics,
    ) -> Option<Vec<Subject<'a>>> {
        let mut subjects = Vec::new();
        let mut silent = false;
        for reference in references {
            match diagnostics.take(self.figures.find(reference)) {
                Some(Some(figure)) => {
                    subjects.push(Subject::of(self.spec, self.figures, reference, figure));
                }
                _ => silent = true,
            }
        }
        (!silent).then_some(subjects)
    }

    fn claim(
        &self,
        mark: &Mark,
        subjects: &[Subject<'a>],
        before: Option<&Tied<'a>>,
        diagnostics: &mut Diagnostics,
    ) -> (Verdict, bool) {
        let text = self.prose.plain.text.as_str();
        let inside: Vec<&Term> = self.inside(mark).collect();
        let beside = self.beside(mark, &inside);
        let role = |term: &Term| self.role(term);
        let words = &text[mark.range.clone()];
        let counted = |term: &&&Term| term.number().is_some() && !self.is_base(term);
        let numbers = inside.iter().filter(counted).count();
        let (governing, negation) = (self.governing(mark, &inside), self.negation(mark, &inside));
        let (follows, per) = (|term: &Term| self.follows(term), |term: &Term| self.per(term));
        let among = |term: &Term| self.among(term);
        let mut reading = judge::Reading {
            words,
            at: mark.range.start,
            inside,
            beside,
            governing,
            negation,
            sides: self.sides(mark, subjects),
            follows: &follows,
            per: &per,
            among: &among,
            role: &role,
            ..judge::Reading::of(text)
        };
        let mut judged = judge(&reading, subjects, &self.shower, &self.rules);
        let plain = self.unhedged(&reading.inside, before);
        let mut unhedged = false;
        if let Some(plain) = plain.as_ref().filter(|_| judged.finding == Some(Finding::Wrong)) {
            let own = |term: &&Term| term.tokens.end == plain.tokens.end;
            let inside = reading.inside.iter().map(|term| if own(term) { plain } else { *term });
            reading.inside = inside.collect();
            let other = judge(&reading, subjects, &self.shower, &self.rules);
            if other.finding.is_some_and(Finding::ties) {
                (judged, unhedged) = (other, true);
            }
        }
        // of two ends, `above` is no hedge
        let ranged = numbers == 2 && subjects.len() == 1;
        unhedged |= ranged && plain.is_some() && judged.finding.is_some_and(Finding::ties);
        let finding = judged.finding.unwrap_or(Finding::Unread);
        let mut remarks = Vec::new();
        for problem in judged.problems {
            let hints: Vec<&str> = problem.hints.iter().map(String::as_str).collect();
            remarks.push(format!("{}: {}", problem.message, hints.join("; ")));
            diagnostics.push(problem.at(mark.span));
        }
        if finding == Finding::Unread {
            let message = judged
                .unread
                .first()
                .cloned()
                .unwrap_or_else(|| format!("`{words}` holds nothing that can be checked"));
            remarks.push(message.clone());
            let figures: Vec<&Figure> = subjects.iter().map(|subject| subject.figure).collect();
            let shown: Vec<String> =
                figures.iter().map(|figure| self.shower.figure(figure).to_string()).collect();
            let warning = Diagnostic::warning(Code::UnreadClaim, message).at(mark.span);
            diagnostics.push(
                warning
                    .label(format!("the figure is {}", shown.join(", ")))
                    .hint("make sure that the words are true, or write the number"),
            );
        }
        let numbers = match (numbers, judged.reading.bytes().any(|b| b.is_ascii_digit())) {
            // a year or a rank that is the figure
            (0, true) => 1,
            (numbers, _) => numbers,
        };
        let verdict = Verdict {
            words: words.to_string(),
            reading: if judged.reading.is_empty() { "-".into() } else { judged.reading },
            figures: subjects.iter().map(|subject| subject.figure.id.clone()).collect(),
            finding,
            intervals: judged.intervals,
            remarks,
            numbers,
            span: mark.span,
        };
        (verdict, unhedged)
    }

    /// What begins inside a link.
    pub(super) fn inside(&self, mark: &Mark) -> impl Iterator<Item = &'a Term> + use<'a> {
        let link = mark.range.clone();
        self.reading.within(&link).iter().filter(move |term| starts_in(term, &link))
    }

    /// Direction words and *since 2015* up to two words before what a link says, or behind it, in the same breath.
    fn beside(&self, mark: &Mark, inside: &[&Term]) -> Vec<&'a Term> {
        let tokens = &self.reading.tokens;
        let numbers = || inside.iter().filter(|term| term.number().is_some());
        let first = self.reading.token_at(mark.range.start);
        let last = self.reading.token_at(mark.range.end);
        let first = numbers().map(|term| term.tokens.start).min().map_or(first, |at| at.min(first));
        let last = numbers().map(|term| term.tokens.end).max().map_or(last, |at| at.max(last));
        let word = |index: usize| tokens[index].kind == Kind::Word;
        let free = |term: &&Term| !self.marked(&term.range);
        let speaks = |term: &&Term| {
            let order = term.has(Sense::Highest)
                || term.has(Sense::Lowest)
                || matches!(term.kind, TermKind::Rank(..) | TermKind::Running(_));
            let compares = term.compared().is_some() && term.tokens.start == last;
            let order = order || term.has(Sense::Each);
            term.way().is_some() || order || compares || matches!(term.kind, TermKind::Since(_))
        };
        // fell sharply to 240
        let reached = inside
            .iter()
            .filter(|term| term.number().is_some())
            .any(|term| matches!(self.role(term), Some(Role::To | Role::By)));
        let sentence = self.reading.sentence(mark.range.start);
        let terms = self.reading.within(&sentence).iter().filter(speaks).filter(free);
        let near = |term: &&Term| {
            // the last word of what stands before, the first of what stands behind
            let before = term.tokens.end <= first
                && term.tokens.end + BESIDE > first
                && (term.tokens.start..first).all(word);
            let behind = |end: usize| {
                let gap = BESIDE + usize::from(matches!(term.kind, TermKind::Running(_)));
                term.tokens.start >= end
                    && term.tokens.start < end + gap
                    && (end..term.tokens.start).all(word)
            };
            before || behind(last) || self.appended(term, mark.range.end)
        };
        let mut near: Vec<&Term> = terms.clone().filter(near).collect();
        let far = terms.rev().find(|term| term.tokens.end <= first);
        let far = far.filter(|term| {
            reached
                && term.way().is_some()
                && term.tokens.end + REACH >= first
                && (term.tokens.start..first).all(word)
        });
        if let Some(far) = far.filter(|far| !near.iter().any(|near| std::ptr::eq(*near, *far))) {
            near.insert(0, far);
        }
        near
    }

    /// Whether an order stands behind a comma and says all of it, or the year from which it counts: *240 in 2024, the
    /// highest on record*.
    fn appended(&self, term: &Term, end: usize) -> bool {
        let tokens = &self.reading.tokens;
        let comma = |at: usize| {
            let last = self.reading.token_at(end);
            let text = &self.prose.plain;
            if at <= last {
                return false;
            }
            let article = self.rules.lexicon.is(tokens, at - 1, Sense::Determiner).is_some();
            let at = at - usize::from(article);
            let near = last < at && at <= last + 5 && tokens[at - 1].is(",");
            let plain = |token: &super::token::Token| {
                matches!(token.kind, Kind::Word | Kind::Number { .. })
            };
            near && tokens[last..at - 1].iter().all(plain)
                && text.marks_within(&(end..tokens[at].range.start)).is_empty()
        };
        match &term.kind {
            TermKind::Since(_) => {
                let sentence = self.reading.sentence(term.range.start);
                let mut orders = self.reading.within(&sentence).iter();
                let order = orders.find(|order| {
                    order.tokens.end <= term.tokens.start
                        && term.tokens.start <= order.tokens.end + BESIDE
                        && comma(order.tokens.start)
                });
                order.is_some_and(|order| self.appended(order, end))
            }
            TermKind::Rank(..) => comma(term.tokens.start) && self.closes(term),
            TermKind::Phrase(senses) => {
                let sure = (term.has(Sense::Highest) || term.has(Sense::Lowest))
                    && !senses.iter().any(|sense| matches!(sense, Sense::Proportion(_)));
                sure && comma(term.tokens.start) && self.closes(term)
            }
            _ => false,
        }
    }

    /// Whether nothing but its year, its record or what it is among follows an order.
    fn closes(&self, term: &Term) -> bool {
        let tokens = &self.reading.tokens;
        let end = term.tokens.end;
        let ends = tokens.get(end).is_none_or(|token| matches!(token.kind, Kind::Sign | Kind::End));
        let said = |at: usize| {
            [Sense::Since, Sense::Record, Sense::Among]
                .iter()
                .any(|sense| self.rules.lexicon.is(tokens, at, *sense).is_some())
        };
        ends || (end..=end + BESIDE).any(said)
    }

    /// Whether an order is one among places: *the most of any region*, and not of any year.
    fn among(&self, term: &Term) -> bool {
        let tokens = &self.reading.tokens;
        let lexicon = self.rules.lexicon;
        (term.tokens.end..=term.tokens.end + BESIDE).any(|at| {
            let Some(length) = lexicon.is(tokens, at, Sense::Among) else { return false };
            lexicon.is(tokens, at, Sense::Record).is_none()
                && lexicon.is(tokens, at + length, Sense::RunningUnit).is_none()
        })
    }

    /// The direction word that governs a claim from further away: the nearest one right behind it, or before it in its
    /// sentence.
    fn governing(&self, mark: &Mark, inside: &[&Term]) -> Option<&'a Term> {
        let sentence = self.reading.sentence(mark.range.start);
        let own = |term: &Term| inside.iter().any(|own| std::ptr::eq(*own, term));
        let terms = || {
            let within = |term: &&Term| {
                sentence.start <= term.range.start && term.range.end <= sentence.end && !own(term)
            };
            let all = self.reading.within(&sentence).iter();
            all.filter(|term| term.way().is_some()).filter(within)
        };
        let last = self.reading.token_at(mark.range.end);
        let tokens = &self.reading.tokens;
        // 50% year-on-year fall
        let joined = |index: usize| {
            let token = &tokens[index];
            (token.kind == Kind::Word || token.is("-"))
                && self.rules.lexicon.is(tokens, index, Sense::And).is_none()
        };
        let behind = terms().find(|term| {
            let start = term.tokens.start;
            start >= last
                && start <= last + 6
                && (last..start).all(joined)
                && !self.marked(&term.range)
        });
        behind.or_else(|| terms().rfind(|term| term.range.end <= mark.range.start))
    }

    /// A word that turns a claim round: inside it, or within three words before it.
    fn negation(&self, mark: &Mark, inside: &[&'a Term]) -> Option<&'a Term> {
        let is = |term: &&&Term| matches!(term.kind, TermKind::Negation);
        if let Some(term) = inside.iter().find(is) {
            return Some(term);
        }
        let first = self.reading.token_at(mark.range.start);
        let word = |index: usize| self.reading.tokens[index].kind == Kind::Word;
        let sentence = self.reading.sentence(mark.range.start);
        self.reading.within(&sentence).iter().find(|term| {
            matches!(term.kind, TermKind::Negation)
                && term.tokens.end <= first
                && term.tokens.end + 3 > first
                && (term.tokens.end..first).all(word)
        })
    }

    /// The word behind a term.
    fn follows(&self, term: &Term) -> Option<&'a str> {
        let token = self.reading.tokens.get(term.tokens.end)?;
        (token.kind == Kind::Word).then_some(token.text.as_str())
    }

    /// The base behind a term: *per 1,000*, *per million*.
    fn per(&self, term: &Term) -> Option<crate::exact::Exact> {
        let tokens = &self.reading.tokens;
        let length = self.rules.lexicon.is(tokens, term.tokens.end, Sense::Per)?;
        let at = term.tokens.end + length;
        let index = self.reading.terms.partition_point(|next| next.tokens.start < at);
        let number = self.reading.terms.get(index).filter(|next| next.tokens.start == at);
        if let Some(stated) = number.and_then(Term::number) {
            return Some(stated.value.clone());
        }
        let (power, _) = self.rules.lexicon.at(tokens, at, |sense| match sense {
            Sense::Scale(power) => Some(power),
            _ => None,
        })?;
        Some(crate::exact::Exact::power_of_ten(i64::from(power)))
    }

    pub(super) fn role(&self, term: &Term) -> Option<Role> {
        let at = term.tokens.start;
        let before = |sense| self.rules.lexicon.before(&self.reading.tokens, at, sense).is_some();
        let word = at > 0 && self.reading.tokens[at - 1].kind == Kind::Word;
        match () {
            () if before(Sense::From) => Some(Role::From),
            () if before(Sense::By) => Some(Role::By),
            () if before(Sense::To) && word => Some(Role::To),
            () => None,
        }
    }

    /// Whether a stretch lies in a link or in code.
    pub(super) fn marked(&self, range: &Range<usize>) -> bool {
        self.mark(range).is_some_and(|mark| !matches!(mark.kind, MarkKind::Cite(_)))
    }

    fn mark(&self, range: &Range<usize>) -> Option<&'a Mark> {
        let marks = &self.prose.plain.marks;
        let index = marks.partition_point(|mark| mark.range.end <= range.start);
        marks.get(index).filter(|mark| mark.range.start <= range.start)
    }

    /// Numbers outside all claims: exempt, or tied to nothing.
    fn outside(
        &self,
        found: &mut Vec<Verdict>,
        verdicts: &mut Verdicts,
        diagnostics: &mut Diagnostics,
    ) {
        let text = &self.prose.plain.text;
        for term in &self.reading.terms {
            let core = term.core();
            let mark = self.mark(&core);
            let words = text[core.clone()].to_string();
            let span = self.prose.plain.span(&core, &self.prose.passage);
            let (rule, reason) = match (mark.map(|mark| &mark.kind), &term.kind) {
                (Some(MarkKind::Claim(_) | MarkKind::Insert(_)), _) => continue,
                (Some(MarkKind::Exempt(reason)), _) if counts(term) => {
                    // what the author alone answers for is for a reviewer to see
                    verdicts.statements.push(self.said(&core, Some(reason.clone()), span));
                    (Rule::Reason, Some(reason.clone()))
                }
                (Some(MarkKind::Parameter(name)), _) if counts(term) => {
                    (Rule::Parameter, Some(name.clone()))
                }
                (Some(MarkKind::Code), _) if counts(term) => (Rule::Code, None),
                (_, TermKind::Exempt(exempt)) => (exempt.rule, None),
                (_, TermKind::Since(_)) => (Rule::Date, None),
                (_, TermKind::Ordinal(_)) => (Rule::Ordinal, None),
                (_, TermKind::Running(_)) if self.runs_with_a_claim(term) => continue,
                (_, TermKind::Number(_)) if self.is_base(term) => (Rule::Base, None),
                (_, TermKind::Number(_) | TermKind::Running(_)) => {
                    let words = text[term.range.clone()].to_string();
                    let span = self.prose.plain.span(&term.range, &self.prose.passage);
                    let (verdict, error) = self.untied(term, words, span);
                    verdicts.statements.push(self.said(&term.range, None, span));
                    found.push(verdict);
                    diagnostics.push(error);
                    continue;
                }
                _ => continue,
            };
            verdicts.exempt.push(Exempted { words, rule, reason, span });
        }
    }

    /// Whether *for the third year running* stands behind a claim that it is read with.
    fn runs_with_a_claim(&self, term: &Term) -> bool {
        let marks = &self.prose.plain.marks;
        let before = marks.partition_point(|mark| mark.range.end <= term.range.start);
        let claims = marks[..before].iter().rev().take(1);
        claims.filter(|mark| matches!(mark.kind, MarkKind::Claim(_))).any(|mark| {
            let inside: Vec<&Term> = self.inside(mark).collect();
            let directed = inside.iter().any(|term| term.way().is_some());
            directed && self.beside(mark, &inside).iter().any(|other| std::ptr::eq(*other, term))
        })
    }

    /// Whether a number is the base of a rate: *per 1,000*.
    fn is_base(&self, term: &Term) -> bool {
        let tokens = &self.reading.tokens;
        self.rules.lexicon.before(tokens, term.tokens.start, Sense::Per).is_some()
            && term.number().is_some_and(|stated| {
                crate::claims::interval::last_unit(&stated.value) == stated.value
            })
    }

    fn untied(&self, term: &Term, words: String, span: Span) -> (Verdict, Diagnostic) {
        let reading = match &term.kind {
            TermKind::Number(stated) => said(stated, &self.rules),
            TermKind::Running(steps) => format!("{steps} running"),
            _ => words.clone(),
        };
        let message = format!("`{words}` is tied to no figure");
        let verdict = Verdict {
            words: words.clone(),
            reading,
            figures: Vec::new(),
            finding: Finding::Untied,
            intervals: Vec::new(),
            remarks: vec![message.clone()],
            numbers: 1,
            span,
        };
        let error = Diagnostic::error(Code::UntiedNumber, message).at(span);
        let shown = self.shown.get_or_init(|| {
            let figures = self.figures.all();
            let shown =
                |figure: &'a Figure| (self.shower.figure(figure).to_string(), figure.id.clone());
            // the first figure of a value is the one that is offered
            figures.map(shown).collect::<Vec<_>>().into_iter().rev().collect()
        });
        let percent = term.number().is_some_and(|stated| stated.unit == Unit::Percent);
        let same =
            shown.get(&words).or_else(|| shown.get(&format!("{words}%")).filter(|_| percent));
        let hint = match same {
            Some(id) => format!("`{id}` has this value: `[{words}](fig:{id})`"),
            None => format!(
                "tie it, `[{words}](fig:id)`, or say why it is no statistic: `[{words}](num:reason)`"
            ),
        };
        (verdict, error.hint(hint))
    }
}

/// Whether what a term says begins inside a link.
pub(super) fn starts_in(term: &Term, link: &Range<usize>) -> bool {
    // the [largest], [none] of
    if let TermKind::Phrase(_) = term.kind {
        return term.range.start < link.end && link.start < term.range.end;
    }
    let core = term.core();
    link.start <= core.start && core.start < link.end
}

/// Whether a term holds a number, of whatever kind.
fn counts(term: &Term) -> bool {
    matches!(
        term.kind,
        TermKind::Number(_)
            | TermKind::Running(_)
            | TermKind::Exempt(_)
            | TermKind::Ordinal(_)
            | TermKind::Rank(..)
            | TermKind::Since(_)
    )
}
