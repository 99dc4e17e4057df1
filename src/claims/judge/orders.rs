//! Orders against figures: the highest since 2015, third, a majority, outnumbered.

use super::directions::is_noun;
use super::{Assigned, Judge};
use crate::claims::Finding;
use crate::claims::grammar::{Term, TermKind};
use crate::claims::interval::Interval;
use crate::claims::lexicon::Sense;
use crate::claims::subject::{Sort, Subject, time};
use crate::exact::Exact;
use crate::figures::{Figure, Point};
use crate::value::Period;

impl Judge<'_, '_> {
    /// *the highest since 2015*, *third*, *a majority*: which figures they are about.
    pub(super) fn orders(&mut self, inside: &[&Term], figures: &[Subject<'_>]) -> Vec<usize> {
        let mut ordered = Vec::new();
        let since = inside.iter().chain(&self.reading.beside).find_map(|term| match term.kind {
            TermKind::Since(period) => Some(period),
            _ => None,
        });
        let any_number = inside.iter().any(|term| term.number().is_some());
        let orders = self.reading.beside.iter().filter(|term| any_number && term.way().is_none());
        for term in inside.iter().chain(orders) {
            // the biggest increase
            let changes = |other: &&Term| {
                other.tokens.start == term.tokens.end && other.way().is_some() && is_noun(other)
            };
            if (term.has(Sense::Highest) || term.has(Sense::Lowest)) && inside.iter().any(changes) {
                let word = self.reading.text.get(term.range.clone()).unwrap_or("");
                self.unread(format!("`{word}` compares changes, which is not checked"));
                continue;
            }
            if term.has(Sense::Unchecked) {
                let word = self.reading.text.get(term.range.clone()).unwrap_or("");
                self.unread(format!("`{word}` is not checked"));
                continue;
            }
            let (rank, lowest, sure) = match &term.kind {
                TermKind::Rank(rank, lowest) => (*rank, *lowest, true),
                TermKind::Ordinal(rank) => (*rank, false, false),
                TermKind::Phrase(senses) if senses.contains(&Sense::Highest) => {
                    (1, false, !senses.iter().any(|sense| matches!(sense, Sense::Proportion(_))))
                }
                TermKind::Phrase(senses) if senses.contains(&Sense::Lowest) => (1, true, true),
                TermKind::Phrase(_) => {
                    self.proportion(term, figures, any_number, &mut ordered);
                    continue;
                }
                _ => continue,
            };
            let taken = |index: &usize| !ordered.contains(index);
            let ranked =
                figures.iter().position(|subject| subject.sort == Sort::Rank).filter(taken);
            let word = self.reading.text.get(term.range.clone()).unwrap_or("").to_string();
            if let Some(index) = ranked {
                ordered.push(index);
                self.items.push((term.range.start, order_name(rank, lowest, &term.kind)));
                self.ranked((rank, lowest), &word, &figures[index]);
                continue;
            }
            let point = figures.iter().position(|subject| subject.point.is_some());
            if let Some(index) = point.filter(|_| sure || !any_number) {
                if !any_number {
                    ordered.push(index);
                }
                let mut name = order_name(rank, lowest, &term.kind);
                if let Some(year) = since {
                    name = format!("{name} since {year}");
                }
                self.items.push((term.range.start, name));
                let among = (self.reading.among)(term);
                self.highest((rank, lowest), since, among, &word, &figures[index]);
                continue;
            }
            if !matches!(term.kind, TermKind::Ordinal(_)) {
                self.proportion(term, figures, any_number, &mut ordered);
            }
            let inside = inside.iter().any(|own| std::ptr::eq(*own, *term));
            if inside && sure && !matches!(term.kind, TermKind::Ordinal(_)) {
                self.unread(format!(
                    "`{word}` is checked on a point of a series, `(fig:series/2024)`, or on a rank"
                ));
            }
        }
        ordered.sort_unstable();
        ordered.dedup();
        ordered
    }

    fn ranked(&mut self, (rank, lowest): (u32, bool), word: &str, subject: &Subject<'_>) {
        let value = subject.figure.value.number().and_then(|number| number.value.to_i128());
        let Some((series, lowest_first)) = subject.ranked else {
            return self.unread(format!("`{word}` is checked on a rank of a series"));
        };
        // counted from the other end, where the words and the series begin at different ends
        let ranks = || series.points.iter().filter_map(|point| point.rank.map(i128::from));
        let all = ranks().count() as i128;
        let own = value.map(|value| match lowest == lowest_first {
            true => value,
            false => all - value - ranks().filter(|rank| *rank == value).count() as i128 + 2,
        });
        if own == Some(i128::from(rank)) {
            return self.found(Finding::Exact);
        }
        let shown = self.shower.figure(subject.figure);
        let id = &subject.figure.id;
        let message = format!("`{word}` is not the rank `{id}`, which is {shown} of {all}");
        let end = if lowest { "lowest" } else { "highest" };
        let hint = match own.and_then(|own| u32::try_from(own).ok()) {
            Some(1) => format!("write `{end}`"),
            Some(own) => format!("write `{} {end}`", ordinal(own)),
            None => "cite the rank".into(),
        };
        self.wrong(message, hint);
    }

    /// Where a point stands among the points of its series.
    fn highest(
        &mut self,
        (rank, lowest): (u32, bool),
        since: Option<Period>,
        among: bool,
        word: &str,
        subject: &Subject<'_>,
    ) {
        let Some((_, point, place)) = subject.point else { return };
        let Some(own) = subject.figure.value.number() else { return };
        let own_day = point.keys.iter().find_map(time);
        // from a day on: the points from it to this one
        let counts = |other: &Point, first: Option<i64>| {
            let day = other.keys.iter().find_map(time);
            let from = first.zip(day).is_none_or(|(first, day)| first <= day);
            let to = since.and(own_day).zip(day).is_none_or(|(own, day)| day <= own);
            from && to
        };
        // those above it, those level with it, and how many it is seen among
        let before = |first: Option<i64>| {
            let others: Vec<&Figure> = match among {
                true => subject.neighbours().unwrap_or_default(),
                false => {
                    let line = subject.line().unwrap_or_default().into_iter();
                    let values = line.filter(|other| counts(other, first));
                    let values = values.filter_map(|other| other.values.get(place));
                    values.filter_map(|value| value.figure()).collect()
                }
            };
            let mut above: Vec<&Figure> = Vec::new();
            let mut tied: Vec<&Figure> = Vec::new();
            let among = others.len();
            for figure in others {
                if std::ptr::eq(figure, subject.figure) {
                    continue;
                }
                let Some(number) = figure.value.number() else { continue };
                // whether it can be above, or level, whatever hidden cells are
                let (least, most) = number.less(own);
                let ahead = if lowest { -least } else { most };
                match ahead.cmp(&Exact::zero()) {
                    std::cmp::Ordering::Equal => tied.push(figure),
                    std::cmp::Ordering::Greater => above.push(figure),
                    std::cmp::Ordering::Less => {}
                }
            }
            (above, tied, among)
        };
        let days = since.map(|period| period.days());
        let (mut above, mut tied, _) = before(days.map(|days| days.0.days()));
        // the highest since 2015, when it was higher: nothing that came after that year is
        if days.is_some() && rank == 1 && !(above.is_empty() && tied.is_empty()) {
            let (later, level, among) = before(days.map(|days| days.1.days() + 1));
            if later.is_empty() && level.is_empty() && among > 1 {
                (above, tied) = (later, level);
            }
        }
        let beaten = above.len() + 1;
        if beaten == rank as usize && tied.is_empty() {
            return self.found(Finding::Exact);
        }
        let say = |figure: &Figure| format!("`{}` is {}", figure.id, self.shower.figure(figure));
        let why = match (tied.first(), above.first()) {
            (Some(tie), _) if beaten == rank as usize => format!("{}, the same", say(tie)),
            (_, Some(other)) => say(other),
            _ => format!("it is number {beaten}"),
        };
        let own = self.shower.figure(subject.figure);
        let message = format!("`{word}` is not so: `{}` is {own}, and {why}", subject.figure.id);
        let end = if lowest { "lowest" } else { "highest" };
        let hint = match beaten as u32 {
            _ if beaten == rank as usize => "say that it is level with it".to_string(),
            1 => format!("write `{end}`"),
            place if since.is_some() => {
                format!("write `{} {end}`, or a later year behind `since`", ordinal(place))
            }
            place => format!("write `{} {end}`", ordinal(place)),
        };
        self.wrong(message, hint);
    }

    /// *a majority*, *almost all*.
    fn proportion(
        &mut self,
        term: &Term,
        figures: &[Subject<'_>],
        any_number: bool,
        ordered: &mut Vec<usize>,
    ) {
        let TermKind::Phrase(senses) = &term.kind else { return };
        let found = senses.iter().find_map(|sense| match sense {
            Sense::Proportion(index) => self.rules.lexicon.proportions.get(*index),
            _ => None,
        });
        let (Some(proportion), [subject]) = (found, figures) else { return };
        let whole = matches!(proportion.id.as_str(), "all" | "none");
        if !subject.is_percent() || !ordered.is_empty() || any_number && whole {
            return;
        }
        if !any_number {
            ordered.push(0);
            self.items.push((term.range.start, proportion.id.clone()));
        }
        let Some(number) = self.number(subject.figure) else { return };
        let interval = Interval {
            low: proportion.from.0.clone(),
            open_low: proportion.from.1,
            high: proportion.to.0.clone(),
            open_high: proportion.to.1,
        };
        let show = |value: &Exact| {
            format!("{}%", self.rules.locale.digits(&(value * &Exact::from(100)), 0))
        };
        let words = interval.words(false, &show);
        let word = self.reading.text.get(term.range.clone()).unwrap_or("");
        let message = format!(
            "`{word}` allows {words}; the figure `{}` is {}",
            subject.figure.id,
            self.shower.figure(subject.figure)
        );
        if interval.holds(&number.value) && any_number {
            return;
        }
        self.judged.intervals.push(format!("`{word}` allows {words}"));
        if interval.holds(&number.value) {
            return self.found(Finding::Approximates);
        }
        let shown = self.shower.figure(subject.figure);
        self.wrong(message, format!("write `{shown}`"));
    }

    /// *outnumbered*: the first figure is above the second.
    pub(super) fn comparison(
        &mut self,
        inside: &[&Term],
        figures: &[Subject<'_>],
        assigned: &[(Assigned<'_>, Option<usize>)],
        used: &mut [bool],
        directed: bool,
    ) {
        let [first, second] = figures else { return };
        if directed || !assigned.is_empty() {
            return;
        }
        let found = inside.iter().find_map(|term| {
            let greater = term.has(Sense::Greater);
            (greater || term.has(Sense::Less)).then_some((*term, greater))
        });
        let Some((term, greater)) = found else { return };
        let values = (first.figure.value.number(), second.figure.value.number());
        let (Some(a), Some(b)) = values else { return };
        used.iter_mut().for_each(|used| *used = true);
        self.items.push((term.range.start, if greater { "greater" } else { "less" }.into()));
        let zero = Exact::zero();
        let holds = if greater { a.less(b).0 > zero } else { b.less(a).0 > zero };
        if holds {
            return self.found(Finding::Exact);
        }
        let word = self.reading.text.get(term.range.clone()).unwrap_or("");
        let message = format!(
            "`{word}` is not so: `{}` is {}, `{}` is {}",
            first.figure.id,
            self.shower.figure(first.figure),
            second.figure.id,
            self.shower.figure(second.figure)
        );
        self.wrong(message, "name the figures in the order of the sentence, or turn it round");
    }
}

fn order_name(rank: u32, lowest: bool, kind: &TermKind) -> String {
    match (kind, lowest) {
        (TermKind::Phrase(_), false) => "highest".into(),
        (TermKind::Phrase(_), true) => "lowest".into(),
        (_, false) => format!("#{rank}"),
        (_, true) => format!("#{rank} lowest"),
    }
}

pub(super) fn ordinal(number: u32) -> String {
    let sign = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{sign}")
}
