//! What a sentence says across its claims: *fell from [A] to [B]*, *[A], higher than [B]*, *most people, [A]*, a list of the highest.

use std::ops::Range;

use super::Finding;
use super::check::{Checker, Tied};
use super::exempt::Rule;
use super::grammar::{Term, TermKind, Unit};
use super::guards::{names, significant};
use super::judge::{self, Role, judge};
use super::lexicon::{Sense, Way};
use super::number::agreement;
use super::subject::Subject;
use super::token::Kind;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::exact::Exact;
use crate::figures::Figure;

/// How many words may stand between a comparison or direction and its number.
pub(super) const REACH: usize = 7;

/// Whether a term names a time.
fn timed(term: &Term) -> bool {
    matches!(&term.kind, TermKind::Exempt(exempt) if matches!(exempt.rule, Rule::Date | Rule::Period))
}

impl<'a> Checker<'a> {
    /// Checks the words between and beside the claims of each sentence.
    pub(super) fn across(&self, tied: &[Tied<'a>], diagnostics: &mut Diagnostics) {
        self.moves(tied, diagnostics);
        self.comparisons(tied, diagnostics);
        self.proportions(tied, diagnostics);
        self.lists(tied, diagnostics);
    }

    /// *Fell from [A] to [B]*; *[B], down from [A]*.
    fn moves(&self, tied: &[Tied<'a>], diagnostics: &mut Diagnostics) {
        for term in &self.reading.terms {
            if term.way().is_none() || self.marked(&term.range) {
                continue;
            }
            let sentence = self.reading.sentence(term.range.start);
            let within = |tied: &&Tied<'_>| {
                sentence.start <= tied.mark.range.start
                    && tied.mark.range.end <= sentence.end
                    && tied.subjects.len() == 1
            };
            let from = tied.partition_point(|tied| tied.mark.range.start < term.range.end);
            let before = tied[..from].last().filter(within);
            // rose by [13%], from [A] to [B]: the number between is the change
            let plain = |tied: &&Tied<'_>| self.role_of(tied) != Some(Role::By);
            let mut after = tied[from..].iter().take(6).filter(within);
            let by = after.clone().next().filter(|tied| !plain(tied));
            let mut ends = after.by_ref().filter(plain);
            let (first, second) = (ends.next(), ends.next());
            // decreased between 2023 ([A]) and 2024 ([B]); fell: [B], compared with [A]
            if let (Some(a), Some(b)) = (first, second) {
                let lexicon = self.rules.lexicon;
                let tokens = &self.reading.tokens;
                let start = self.reading.token_at(a.mark.range.start);
                let (end, next) = (
                    self.reading.token_at(a.mark.range.end),
                    self.reading.token_at(b.mark.range.start),
                );
                let any = |mut range: Range<usize>, sense| {
                    range.any(|at| lexicon.is(tokens, at, sense).is_some())
                };
                let close =
                    term.tokens.end <= start && start <= term.tokens.end + 5 && next <= end + 5;
                let between = any(term.tokens.end..start, Sense::Between)
                    && any(end..next, Sense::BetweenAnd);
                let compared = (end..next).any(|at| {
                    lexicon.is(tokens, at, Sense::ThanWord).is_some_and(|length| length > 1)
                });
                match (close && between, close && compared) {
                    (true, _) => self.says(term, &[a.subjects[0], b.subjects[0]], diagnostics),
                    (_, true) => self.says(term, &[b.subjects[0], a.subjects[0]], diagnostics),
                    _ => {}
                }
            }
            // went from [A] to [B], an increase of [13%]
            let told: Vec<&Tied<'_>> = tied[..from].iter().filter(within).collect();
            if let [.., first, second] = told[..]
                && (self.role_of(first), self.role_of(second)) == (Some(Role::From), Some(Role::To))
                && self.reading.token_at(second.mark.range.end) + 4 >= term.tokens.start
            {
                self.says(term, &[first.subjects[0], second.subjects[0]], diagnostics);
            }
            let Some(first) = first else { continue };
            let roles = (self.role_of(first), second.and_then(|tied| self.role_of(tied)));
            let behind = self.reading.token_at(first.mark.range.start);
            let pair = match (roles, second, before) {
                ((Some(Role::From), Some(Role::To)), Some(second), _) => Some((first, second)),
                ((Some(Role::To), Some(Role::From)), Some(second), _) => Some((second, first)),
                // 150, down from 100
                ((Some(Role::From), _), _, Some(before)) if behind <= term.tokens.end + 2 => {
                    Some((first, before))
                }
                _ => None,
            };
            let Some((from, to)) = pair else { continue };
            let nearer = self.reading.within(&sentence).iter().any(|other| {
                other.way().is_some()
                    && other.tokens.start >= term.tokens.end
                    && other.range.end <= first.mark.range.start
            });
            if !nearer {
                self.says(term, &[from.subjects[0], to.subjects[0]], diagnostics);
                if let Some(by) = by {
                    self.change(by, from, to, diagnostics);
                }
            }
        }
    }

    /// *By [13%]* beside *from [A] to [B]*: the change between the two, of whatever figure it is told.
    fn change(&self, by: &Tied<'a>, from: &Tied<'a>, to: &Tied<'a>, diagnostics: &mut Diagnostics) {
        let ends = [from, to].map(|tied| tied.subjects[0].figure);
        let Some(stated) = self.inside(by.mark).find_map(Term::number) else { return };
        let values = ends.map(|figure| figure.value.number().filter(|own| own.hidden.is_none()));
        let [Some(a), Some(b)] = values else { return };
        let gap = (&b.value - &a.value).abs();
        let hundred = Exact::from(100);
        let value = match stated.unit {
            Unit::Percent => gap.checked_div(&a.value).map(|share| share * hundred),
            Unit::Points => Some(gap * hundred),
            _ => Some(gap),
        };
        let Some(value) = value.filter(|_| a.measure.scale == b.measure.scale) else { return };
        if agreement(stated, &value, value.is_integer(), &self.rules).finding != Finding::Wrong {
            return;
        }
        let places = stated.value.decimals().unwrap_or(0);
        let is = self.rules.locale.digits(&value.round(places as i32, self.rules.rounding), places);
        let message = format!(
            "`{}` is not the change from `{}` to `{}`, which is {is}{}",
            &self.prose.plain.text[by.mark.range.clone()],
            ends[0].id,
            ends[1].id,
            match stated.unit {
                Unit::Percent => "%",
                Unit::Points => " points",
                _ => "",
            }
        );
        diagnostics.push(
            Diagnostic::error(Code::WrongClaim, message)
                .at(by.mark.span)
                .hint("tie the three numbers to the same thing"),
        );
    }

    /// Judges a word that stands in no link against figures.
    fn says(&self, term: &'a Term, subjects: &[Subject<'_>], diagnostics: &mut Diagnostics) {
        let text = self.prose.plain.text.as_str();
        let reading = judge::Reading {
            words: &text[term.range.clone()],
            at: term.range.start,
            inside: vec![term],
            ..judge::Reading::of(text)
        };
        let judged = judge(&reading, subjects, &self.shower, &self.rules);
        for problem in judged.problems {
            let span = self.prose.plain.span(&term.range, &self.prose.passage);
            diagnostics.push(problem.at(span));
        }
    }

    fn role_of(&self, tied: &Tied<'_>) -> Option<Role> {
        let mut numbers = self.inside(tied.mark).filter(|term| term.number().is_some());
        numbers.find_map(|term| self.role(term))
    }

    /// *[A] is higher than [B]*: which is above.
    fn comparisons(&self, tied: &[Tied<'a>], diagnostics: &mut Diagnostics) {
        for pair in tied.windows(2) {
            let [a, b] = pair else { continue };
            let ([first], [second]) = (&a.subjects[..], &b.subjects[..]) else { continue };
            if self.reading.sentence(a.mark.range.start).end < b.mark.range.end {
                continue;
            }
            let values = (first.figure.value.number(), second.figure.value.number());
            let (Some(x), Some(y)) = values else { continue };
            if x.measure.scale != y.measure.scale || x.measure.unit != y.measure.unit {
                continue;
            }
            let Some((range, way)) = self.compared(a, b) else { continue };
            let holds = match way {
                Way::Up => x.less(y).0 > Exact::zero(),
                _ => y.less(x).0 > Exact::zero(),
            };
            if holds {
                continue;
            }
            let words = &self.prose.plain.text[range.clone()];
            let say = |subject: &Subject<'_>| {
                format!("`{}` is {}", subject.figure.id, self.shower.figure(subject.figure))
            };
            let message = format!("`{words}` is not so: {}, {}", say(first), say(second));
            let span = self.prose.plain.span(&range, &self.prose.passage);
            diagnostics.push(
                Diagnostic::error(Code::WrongClaim, message)
                    .at(span)
                    .hint("turn the comparison round, or tie the other figure"),
            );
        }
    }

    /// Whether a token is a word, or a part of a time: *in 2023*.
    fn is_worded(&self, at: usize) -> bool {
        let token = &self.reading.tokens[at];
        token.kind == Kind::Word || self.reading.within(&token.range).iter().any(timed)
    }

    /// The words that compare a claim with the one behind it, and which way.
    fn compared(&self, a: &Tied<'_>, b: &Tied<'_>) -> Option<(Range<usize>, Way)> {
        let tokens = &self.reading.tokens;
        let than = |at: usize| {
            self.rules.lexicon.at(tokens, at, |sense| match sense {
                Sense::Than(way) => Some(way),
                _ => None,
            })
        };
        let bytes =
            |at: usize, length: usize| tokens[at].range.start..tokens[at + length - 1].range.end;
        if b.unhedged {
            let at = self.inside(b.mark).find(|term| term.number().is_some())?.tokens.start;
            return than(at).map(|(way, length)| (bytes(at, length), way));
        }
        let from = self.reading.token_at(a.mark.range.end);
        let to = self.reading.token_at(b.mark.range.start);
        let near = |at: usize| {
            to.saturating_sub(at) <= REACH
                && (at..to).all(|at| self.is_worded(at) || tokens[at].is("("))
        };
        let joins = |at: usize| self.rules.lexicon.is(tokens, at, Sense::And).is_some();
        let apart = || (from..to).any(joins);
        let between = self.reading.within(&(a.mark.range.end..b.mark.range.start)).iter();
        let phrase = between.filter(|term| !self.marked(&term.range)).find_map(|term| {
            let (way, length) = than(term.tokens.start)?;
            let at = term.tokens.start;
            (near(at + length) && at + length < to).then(|| (bytes(at, length), way))
        });
        if let Some(found) = phrase.filter(|_| !apart()) {
            return Some(found);
        }
        // fewer people in A ([1]) than in B ([2])
        let word = (from..to).find(|at| {
            self.rules.lexicon.is(tokens, *at, Sense::ThanWord).is_some() && near(*at + 1)
        })?;
        if (from..word).any(|at| tokens[at].kind != Kind::Word && !tokens[at].is(")")) || apart() {
            return None;
        }
        let sentence = self.reading.sentence(a.mark.range.start);
        let way = |term: &Term| match &term.kind {
            TermKind::Phrase(senses) if senses.contains(&Sense::Greater) => Some(Way::Up),
            TermKind::Phrase(senses) if senses.contains(&Sense::Less) => Some(Way::Down),
            _ => None,
        };
        // A ([1]) had more people than B ([2])
        let between = self.reading.within(&(a.mark.range.end..tokens[word].range.start));
        let found = between.iter().filter(|term| !self.marked(&term.range));
        if let Some((term, way)) = found.rev().find_map(|term| Some((term, way(term)?))) {
            return Some((term.range.clone(), way));
        }
        let before = self.reading.within(&(sentence.start..a.mark.range.start));
        let term = before.iter().rfind(|term| !self.marked(&term.range) && !timed(term))?;
        let distance = self.reading.token_at(a.mark.range.start) - term.tokens.end;
        way(term).filter(|_| distance <= REACH).map(|way| (term.range.clone(), way))
    }

    /// The number of a claim without its hedge, where the hedge may as well compare it with the claim before:
    /// *[A], less than [B]*, *[A] is below [B]*.
    pub(super) fn unhedged(&self, inside: &[&Term], before: Option<&Tied<'_>>) -> Option<Term> {
        let tokens = &self.reading.tokens;
        let lexicon = self.rules.lexicon;
        let term = inside.iter().find(|term| term.number().is_some_and(|n| n.hedge.is_some()))?;
        let at = term.tokens.start;
        lexicon.at(tokens, at, |sense| matches!(sense, Sense::Than(_)).then_some(()))?;
        let before = before?;
        let from = self.reading.token_at(before.mark.range.end);
        let sentence = self.reading.sentence(before.mark.range.start);
        let last = at.checked_sub(1).filter(|last| *last >= from)?;
        let joined = tokens[last].is(",") || lexicon.is(tokens, last, Sense::Copula).is_some();
        let apart = (from..at).any(|at| lexicon.is(tokens, at, Sense::And).is_some());
        if !joined || apart || sentence.end < term.range.end {
            return None;
        }
        let mut term = (*term).clone();
        if let TermKind::Number(stated) = &mut term.kind {
            stated.hedge = None;
            term.range.start = stated.core.start;
        }
        Some(term)
    }

    /// *Most people, [36%]*: a share in words beside the number.
    fn proportions(&self, tied: &[Tied<'a>], diagnostics: &mut Diagnostics) {
        let tokens = &self.reading.tokens;
        for term in &self.reading.terms {
            let TermKind::Phrase(senses) = &term.kind else { continue };
            let shares = senses.iter().any(|sense| matches!(sense, Sense::Proportion(_)));
            if !shares || term.has(Sense::Highest) || self.marked(&term.range) {
                continue;
            }
            let next = tied.partition_point(|tied| tied.mark.range.start < term.range.end);
            let Some(claim) = tied.get(next) else { continue };
            let [subject] = claim.subjects[..] else { continue };
            let (first, last) = (
                self.reading.token_at(claim.mark.range.start),
                self.reading.token_at(claim.mark.range.end),
            );
            let between = &tokens[term.tokens.end..first];
            let Some((opens, words)) = between.split_last() else { continue };
            let beside = (opens.is(",") || opens.is("(") || opens.is("–"))
                && words.len() <= REACH
                && (term.tokens.end..first - 1).all(|at| self.is_worded(at));
            let closes =
                tokens.get(last).is_none_or(|token| matches!(token.kind, Kind::Sign | Kind::End));
            if beside && closes && subject.is_percent() {
                self.says(term, &[subject], diagnostics);
            }
        }
    }

    /// Points of a series that are told in their order, with one left out.
    fn lists(&self, tied: &[Tied<'a>], diagnostics: &mut Diagnostics) {
        let mut start = 0;
        while start < tied.len() {
            let same = |a: &Tied<'a>, b: &Tied<'a>| match (&a.subjects[..], &b.subjects[..]) {
                ([a], [b]) => a.is_beside(b),
                _ => false,
            };
            // in one sentence, or one a line
            let sentence = |tied: &Tied<'a>| self.reading.sentence(tied.mark.range.start);
            let alone = |index: usize| {
                let own = sentence(&tied[index]);
                let other =
                    |other: Option<&Tied<'a>>| other.is_none_or(|other| sentence(other) != own);
                other(index.checked_sub(1).and_then(|before| tied.get(before)))
                    && other(tied.get(index + 1))
            };
            let near = |at: usize| {
                sentence(&tied[at - 1]) == sentence(&tied[at]) || alone(at - 1) && alone(at)
            };
            let mut end = start + 1;
            while end < tied.len() && same(&tied[end - 1], &tied[end]) && near(end) {
                end += 1;
            }
            if end - start >= 3 {
                self.list(&tied[start..end], diagnostics);
            }
            start = end;
        }
    }

    fn list(&self, tied: &[Tied<'a>], diagnostics: &mut Diagnostics) {
        let sentence = self.reading.sentence(tied[0].mark.range.start);
        let before = self.reading.sentence(sentence.start.saturating_sub(2));
        let first = tied[0].mark.range.start;
        let order = |sense: Sense| {
            let said = self.reading.within(&(before.start.min(sentence.start)..first));
            said.iter().any(|term| !self.marked(&term.range) && term.has(sense))
        };
        let lowest = order(Sense::Lowest);
        if !lowest && !order(Sense::Highest) && !order(Sense::Leading) {
            return;
        }
        let Some(all) = tied[0].subjects[0].neighbours() else { return };
        let value = |figure: &Figure| figure.value.number().map(|number| number.value.clone());
        let mut ranked: Vec<(Exact, &str)> =
            all.iter().filter_map(|figure| Some((value(figure)?, figure.id.as_str()))).collect();
        ranked.sort();
        if !lowest {
            ranked.reverse();
        }
        let told: Vec<Option<Exact>> =
            tied.iter().map(|tied| value(tied.subjects[0].figure)).collect();
        let falls = |pair: &[Option<Exact>]| match pair {
            [Some(a), Some(b)] => {
                if lowest {
                    a <= b
                } else {
                    a >= b
                }
            }
            _ => false,
        };
        let begins =
            told[0].is_some() && told[0].as_ref() == ranked.first().map(|(value, _)| value);
        let last = told.last().and_then(Option::as_ref);
        let (Some(last), true) = (last, begins && told.windows(2).all(falls)) else { return };
        let named = |id: &str| tied.iter().any(|tied| tied.subjects[0].figure.id == id);
        let left = ranked
            .iter()
            .find(|(value, id)| !named(id) && if lowest { value < last } else { value > last });
        let Some((_, left)) = left else { return };
        let shown = all.iter().find(|figure| figure.id == *left);
        let shown = shown.map_or(String::new(), |figure| self.shower.figure(figure).to_string());
        let message = format!("the list leaves out `{left}`, which is {shown}");
        diagnostics.push(
            Diagnostic::warning(Code::IncompleteList, message)
                .at(tied[0].mark.span.to(tied[tied.len() - 1].mark.span))
                .hint("name it, say that the list is a choice, or place a table: `tables:` with `top:`"),
        );
    }

    /// Whether the sides of a change are two places of one time, and which of them the words name as the base.
    pub(super) fn sides(&self, mark: &crate::spec::Mark, subjects: &[Subject<'_>]) -> judge::Sides {
        let [subject] = subjects else { return judge::Sides::Times };
        let Some((from, to)) = self.places(subject) else { return judge::Sides::Times };
        let tokens = &self.reading.tokens;
        let sentence = self.reading.sentence(mark.range.start);
        let (start, end) =
            (self.reading.token_at(sentence.start), self.reading.token_at(sentence.end));
        let than =
            (start..end).find(|at| self.rules.lexicon.is(tokens, *at, Sense::ThanWord).is_some());
        let text = &self.prose.plain.text;
        let named = |keys: &[String], from: usize| {
            let words = significant(&text[from..sentence.end]);
            keys.iter().any(|key| names(&words, key))
        };
        let at = than.map_or(sentence.start, |at| tokens[at].range.start);
        match (named(&from, at), named(&to, at), than.is_some()) {
            (true, false, true) | (false, true, false) => judge::Sides::Straight,
            (false, true, true) | (true, false, false) => judge::Sides::Turned,
            _ => judge::Sides::Unclear,
        }
    }

    /// The keys in which the sides of a change differ, where both cover the same time.
    fn places(&self, subject: &Subject<'_>) -> Option<(Vec<String>, Vec<String>)> {
        let (from, to) = subject.sides?;
        let covers = |expr| Some(&self.figures.cited(expr)?.covers);
        if covers(from)? != covers(to)? {
            return None;
        }
        let keys = |expr| super::keys::of(self.spec, self.figures, expr);
        let (from, to) = (keys(from), keys(to));
        let only = |these: &[super::keys::Key], those: &[super::keys::Key]| {
            let own = these.iter().filter(|key| !those.contains(key));
            own.map(|key| key.text.clone()).collect::<Vec<_>>()
        };
        let (from, to) = (only(&from, &to), only(&to, &from));
        (!from.is_empty() || !to.is_empty()).then_some((from, to))
    }
}
