//! Direction words against figures: rose, fell, unchanged, for the third year running, each year.

use super::orders::ordinal;
use super::{Assigned, Judge, Role, Sides};
use crate::claims::Finding;
use crate::claims::grammar::{Form, Term, TermKind};
use crate::claims::lexicon::{Sense, Way};
use crate::claims::number::agreement;
use crate::claims::subject::{Sort, Subject};
use crate::diag::counted;
use crate::exact::Exact;
use crate::figures::{Figure, Provenance};
use crate::value::{Format, Number, Period};

impl Judge<'_, '_> {
    /// The direction words against the figures.
    pub(super) fn directions(
        &mut self,
        ways: &[(Way, &Term, bool)],
        figures: &[Subject<'_>],
        assigned: &[(Assigned<'_>, Option<usize>)],
        used: &mut [bool],
    ) {
        let all = self.reading.inside.iter().chain(&self.reading.beside);
        let running = all.clone().find_map(|term| match term.kind {
            TermKind::Running(steps) => Some(steps),
            _ => None,
        });
        let since = all.into_iter().find_map(|term| match term.kind {
            TermKind::Since(period) => Some(period),
            _ => None,
        });
        let each = self.reading.inside.iter().chain(&self.reading.beside);
        let each = each.copied().find(|term| term.has(Sense::Each));
        for (way, term, inside) in ways {
            let word = self.reading.text.get(term.range.clone()).unwrap_or("");
            let behind =
                assigned.iter().any(|(number, _)| number.term.tokens.end == term.tokens.start);
            // a comparison behind a number adds nothing that is read aloud
            let silent = term.compared().is_some() && behind && !is_noun(term);
            let from = assigned
                .iter()
                .any(|(number, _)| (self.reading.role)(number.term) == Some(Role::From));
            let near = *inside || running.is_some() || !from;
            let Some((holds, why)) =
                self.moved(*way, figures, since.filter(|_| running.is_none()), near)
            else {
                if *inside && !silent {
                    self.items.push((term.range.start, way.name().into()));
                    self.unread(match self.reading.sides {
                        Sides::Unclear => format!("`{word}` compares two places: name the one that is the base behind `than`"),
                        _ => format!("`{word}` has nothing to be checked against: name two figures, from and to, or a figure that is a change"),
                    });
                }
                continue;
            };
            used.iter_mut().for_each(|used| *used = true);
            let beside = self.reading.beside.iter().any(|other| std::ptr::eq(*other, *term));
            let afar = !*inside && !beside;
            if !silent && !afar {
                let name = match running {
                    Some(steps) => format!("{} {steps} running", way.name()),
                    None => way.name().into(),
                };
                self.items.push((term.range.start, name));
            }
            match holds {
                true => {
                    self.found(if *way == Way::Little {
                        Finding::Approximates
                    } else {
                        Finding::Exact
                    });
                    if let Some(steps) = running {
                        self.running(*way, steps, figures);
                    }
                    if let Some(each) = each {
                        self.each(*way, each, since, figures);
                    }
                }
                // further away it may be about something else
                false if afar => self.unread(format!(
                    "`{word}` stands before it, and {why}: say beside the number which way it went"
                )),
                false => {
                    let hint = match way {
                        Way::Up => {
                            "say that it fell, or name the figures in their order, from and to"
                        }
                        Way::Down => {
                            "say that it rose, or name the figures in their order, from and to"
                        }
                        _ => "say which way it went",
                    };
                    self.wrong(format!("`{word}` is not so: {why}"), hint);
                }
            }
        }
        self.role_fits(ways, figures, assigned);
        if self.reading.sides == Sides::Turned {
            self.turned(figures, assigned);
        }
    }

    /// A relative change whose base is the other place: 58% more than Wales is 37% less than Scotland.
    fn turned(&mut self, figures: &[Subject<'_>], assigned: &[(Assigned<'_>, Option<usize>)]) {
        let ([subject], [(number, _)]) = (figures, assigned) else { return };
        let Some(value) = self.number(subject.figure).map(|number| number.value) else { return };
        let one = Exact::one();
        let other = match subject.sort {
            Sort::PercentChange => {
                one.checked_div(&(&value + &one)).map(|ratio| (&ratio - &one) * Exact::from(100))
            }
            Sort::Ratio => one.checked_div(&value),
            _ => return,
        };
        let Some(other) = other.map(|other| other.abs()) else { return };
        if agreement(&number.stated, &other, false, self.rules).finding != Finding::Wrong {
            return;
        }
        let (places, sign) = if subject.sort == Sort::Ratio { (1, "") } else { (0, "%") };
        let rounded = other.round(places as i32, self.rules.rounding);
        let shown = self.rules.locale.digits(&rounded, places);
        self.wrong(
            format!(
                "`{}` is seen from its own base; from the place behind `than` it is {shown}{sign}",
                subject.figure.id
            ),
            "turn the sentence round, or cite the change with `to` the other way round",
        );
    }

    /// Whether figures go a way, and what they do; none where there is nothing to see it by. `near`: a single point may be
    /// seen against the one before it.
    fn moved(
        &self,
        way: Way,
        figures: &[Subject<'_>],
        since: Option<Period>,
        near: bool,
    ) -> Option<(bool, String)> {
        let shown = |figure: &Figure| self.shower.figure(figure);
        let change = figures.iter().find(|subject| {
            matches!(subject.sort, Sort::Change | Sort::PercentChange | Sort::Ratio)
        });
        if let Some(subject) = change {
            let way = match (self.reading.sides, way) {
                (Sides::Turned, Way::Up) => Way::Down,
                (Sides::Turned, Way::Down) => Way::Up,
                (Sides::Unclear, Way::Up | Way::Down) => return None,
                _ => way,
            };
            let ratio = subject.sort == Sort::Ratio;
            let zero = if ratio { Exact::one() } else { Exact::zero() };
            let value = subject.figure.value.number()?;
            let zero = Number::new(zero, value.measure.clone());
            let what = if ratio { "the ratio" } else { "the change" };
            let why = format!("{what} `{}` is {}", subject.figure.id, shown(subject.figure));
            return Some((moves(way, &zero, value, subject.figure, self), why));
        }
        let (from, to) = match figures {
            [from, to] => (from.figure, to.figure),
            [subject] if subject.is_timed() && near => {
                let earlier = match since {
                    Some(period) => subject.in_period(period)?,
                    None => subject.earlier(1)?,
                };
                (earlier, subject.figure)
            }
            _ => return None,
        };
        let holds = moves(way, from.value.number()?, to.value.number()?, from, self);
        let why = format!(
            "from `{}` to `{}` it goes from {} to {}",
            from.id,
            to.id,
            shown(from),
            shown(to)
        );
        Some((holds, why))
    }

    /// *Rose to* asks for a value, *rose by* for a change.
    fn role_fits(
        &mut self,
        ways: &[(Way, &Term, bool)],
        figures: &[Subject<'_>],
        assigned: &[(Assigned<'_>, Option<usize>)],
    ) {
        let ([subject], [(number, _)]) = (figures, assigned) else { return };
        let role = (self.reading.role)(number.term);
        let directly =
            ways.iter().any(|(_, term, _)| term.tokens.end + 1 == number.term.tokens.start);
        let id = &subject.figure.id;
        let made = matches!(subject.figure.provenance, Provenance::Computed | Provenance::Derived);
        match (subject.sort, role) {
            (Sort::Change | Sort::PercentChange, Some(Role::To)) if directly => {
                self.wrong(format!("`to` asks for a value; `{id}` is a change"), "write `by`");
            }
            (Sort::Ratio, Some(Role::By)) if directly && number.stated.form != Form::Multiple => {
                self.wrong(
                    format!("`by` asks for a change; `{id}` is a ratio"),
                    "cite `percent_change(a to b)`",
                );
            }
            (Sort::Value, Some(Role::By)) if directly && made && subject.point.is_none() => {
                self.unread(format!("`by` asks for a change; `{id}` is a value"));
            }
            _ => {}
        }
    }

    /// *Rose each year*: every step up to the point, from the first figure, the year behind *since* or the first point.
    fn each(&mut self, way: Way, term: &Term, since: Option<Period>, figures: &[Subject<'_>]) {
        let word = self.reading.text.get(term.range.clone()).unwrap_or("").to_string();
        let Some(subject) = figures.last().filter(|subject| subject.is_timed()) else {
            return self.unread(format!("`{word}` is checked on points of a series by year"));
        };
        let steps = subject.steps(figures.first().filter(|_| figures.len() > 1), since);
        let broken = steps.windows(2).find(|pair| {
            let values = (pair[0].value.number(), pair[1].value.number());
            let (Some(a), Some(b)) = values else { return true };
            !moves(way, a, b, pair[0], self)
        });
        let Some([from, to]) = broken else { return };
        let shown = |figure: &Figure| self.shower.figure(figure).to_string();
        let message = format!(
            "`{word}` is not so: from `{}` to `{}` it goes from {} to {}",
            from.id,
            to.id,
            shown(from),
            shown(to)
        );
        self.wrong(message, format!("leave `{word}` out, or name the years in which it did"));
    }

    /// *For the third year running*: three times the same way, and not four.
    fn running(&mut self, way: Way, steps: u32, figures: &[Subject<'_>]) {
        let Some(subject) = figures.iter().find(|subject| subject.is_timed()) else {
            self.found(Finding::Unread);
            self.judged.unread.push(
                "a run is checked on a point of a series by year: `(fig:series/2024)`".into(),
            );
            return;
        };
        let mut run = 0;
        let mut later = subject.figure;
        while let Some(earlier) = subject.earlier(run + 1) {
            let (Some(a), Some(b)) = (earlier.value.number(), later.value.number()) else { break };
            if !moves(way, a, b, earlier, self) {
                break;
            }
            run += 1;
            later = earlier;
        }
        if let Some(last) = self.items.iter_mut().rev().find(|(_, item)| item == way.name()) {
            last.1 = format!("{} {steps} running", way.name());
        }
        if run != steps as usize {
            let before = later.id.clone();
            let times = counted(run as u64, "time");
            let message = format!(
                "it went {} {times} in a row, not {steps}: counted back from `{}` to `{before}`",
                way.name(),
                subject.figure.id
            );
            let hint = match run {
                0 | 1 => "leave the run out".to_string(),
                run => format!("write `{}`", ordinal(run as u32)),
            };
            self.wrong(message, hint);
        } else {
            self.found(Finding::Exact);
        }
    }
}

/// Whether a value goes a way from another, whatever hidden cells are. Flat: the two print alike.
fn moves(way: Way, from: &Number, to: &Number, like: &Figure, judge: &Judge<'_, '_>) -> bool {
    let zero = Exact::zero();
    let (least, most) = to.less(from);
    match way {
        Way::Up => least > zero,
        Way::Down => most < zero,
        Way::Flat | Way::Little if least == zero && most == zero => true,
        Way::Flat | Way::Little => {
            let ends = |number: &Number| match number.between() {
                Some((low, high)) => vec![low.value, high.value],
                None => vec![number.value.clone()],
            };
            let (from, to) = (ends(from), ends(to));
            from.iter().all(|from| to.iter().all(|to| stays(way, from, to, like, judge)))
        }
    }
}

/// Whether a value stays what it was, as printed or nearly.
fn stays(way: Way, from: &Exact, to: &Exact, like: &Figure, judge: &Judge<'_, '_>) -> bool {
    let format = like.format.unwrap_or(Format::Integer);
    let print = |value: &Exact| {
        (value * &format.factor()).round(format.digits().1 as i32, judge.rules.rounding)
    };
    match way {
        Way::Flat => print(from) == print(to),
        _ => (to - from).abs() <= from.abs() * judge.rules.lexicon.little.clone(),
    }
}

/// `increase`, `rise`: a noun behind a number says which way it went; `more than` only compares.
pub(super) fn is_noun(term: &Term) -> bool {
    term.tokens.len() == 1
        && !matches!(&term.kind, TermKind::Phrase(senses) if senses.contains(&Sense::Greater) || senses.contains(&Sense::Less))
}
