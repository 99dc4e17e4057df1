//! A claim against its figures: numbers in order, directions, orders, and what is left over.

mod directions;
mod orders;

use super::grammar::{Form, Stated, Term, TermKind, Unit};
use super::interval;
use super::lexicon::Way;
use super::number::{Rules, agreement, precise, proposal, scaled, slip};
use super::subject::{Sort, Subject};
use super::{Finding, Judged};
use crate::diag::{Code, Diagnostic, counted};
use crate::exact::Exact;
use crate::figures::{Figure, Provenance, Shower};
use crate::value::{Format, Measure, Number, Period, Scale, Value};

/// A claim as the grammar reads it.
pub(in crate::claims) struct Reading<'a> {
    /// The words inside the link.
    pub(in crate::claims) words: &'a str,
    /// Where they begin in the text.
    pub(in crate::claims) at: usize,
    /// The text around it.
    pub(in crate::claims) text: &'a str,
    /// What is said inside, in order.
    pub(in crate::claims) inside: Vec<&'a Term>,
    /// Direction words beside it, up to two words away.
    pub(in crate::claims) beside: Vec<&'a Term>,
    /// The direction word that governs the claim from further away in its sentence.
    pub(in crate::claims) governing: Option<&'a Term>,
    /// A word in it or right before it that turns it round.
    pub(in crate::claims) negation: Option<&'a Term>,
    /// The word behind a term.
    pub(in crate::claims) follows: &'a dyn Fn(&Term) -> Option<&'a str>,
    /// The base that is said behind a term: *per 1,000*.
    pub(in crate::claims) per: &'a dyn Fn(&Term) -> Option<Exact>,
    /// A word before each term that says which figure it is of.
    pub(in crate::claims) role: &'a dyn Fn(&Term) -> Option<Role>,
    /// Whether an order is one among places and not in time: *the most of any region*.
    pub(in crate::claims) among: &'a dyn Fn(&Term) -> bool,
    /// What a change is between.
    pub(in crate::claims) sides: Sides,
}

impl<'a> Reading<'a> {
    /// A reading in which nothing is said.
    pub(in crate::claims) fn of(text: &'a str) -> Self {
        Self {
            words: "",
            at: 0,
            text,
            inside: Vec::new(),
            beside: Vec::new(),
            governing: None,
            negation: None,
            follows: &|_| None,
            per: &|_| None,
            role: &|_| None,
            among: &|_| false,
            sides: Sides::Times,
        }
    }
}

/// What the two sides of a change are, and which of them the words name as the base.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::claims) enum Sides {
    /// An earlier and a later time.
    Times,
    /// Two places of one time, the base behind *than*.
    Straight,
    /// Two places of one time, the other one behind *than*.
    Turned,
    /// Two places of one time, in words that do not say which is the base.
    Unclear,
}

/// Which figure a number behind *from*, *to* or *by* is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::claims) enum Role {
    From,
    To,
    By,
}

/// Figures that depend on hidden cells up to which a claim is judged at all their ends.
const MOST_ENDS: usize = 6;

/// Judges a claim. It is right only if it holds at both ends of what a figure can be.
pub(in crate::claims) fn judge(
    reading: &Reading<'_>,
    subjects: &[Subject<'_>],
    shower: &Shower<'_>,
    rules: &Rules<'_>,
) -> Judged {
    let between = |subject: &Subject<'_>| subject.figure.value.number()?.between();
    let open: Vec<(usize, (Number, Number))> = subjects
        .iter()
        .enumerate()
        .filter_map(|(index, subject)| Some((index, between(subject)?)))
        .collect();
    if open.is_empty() {
        return judge_at(&[], reading, subjects, shower, rules);
    }
    if open.len() > MOST_ENDS {
        let mut judged = Judged { finding: Some(Finding::Unread), ..Judged::default() };
        judged.unread.push("too many of its figures depend on hidden cells".into());
        return judged;
    }
    // what *at least 13* allows is held against the least that the figure can be
    let hedges = reading.inside.iter().copied().chain(reading.governing).filter_map(|term| {
        let hedge = term.number()?.hedge?;
        rules.lexicon.hedges.get(hedge)?.bounds()
    });
    let bounds: Vec<Way> = hedges.collect();
    let all = 1usize << open.len();
    let corners = match bounds.as_slice() {
        [Way::Up, rest @ ..] if rest.iter().all(|way| *way == Way::Up) => 0..1,
        [Way::Down, rest @ ..] if rest.iter().all(|way| *way == Way::Down) => all - 1..all,
        _ => 0..all,
    };
    let mut worst: Option<Judged> = None;
    for corner in corners {
        let ends = open.iter().enumerate().map(|(bit, (index, (low, high)))| {
            let end = if corner >> bit & 1 == 0 { low } else { high };
            (subjects[*index].figure.id.as_str(), end.clone())
        });
        let ends: Vec<(&str, Number)> = ends.collect();
        let judged = judge_at(&ends, reading, subjects, shower, rules);
        let is_worse = |worst: &Judged| judged.finding > worst.finding;
        if worst.as_ref().is_none_or(is_worse) {
            worst = Some(judged);
        }
    }
    let mut judged = worst.unwrap_or_default();
    let figures = open.iter().map(|(index, _)| subjects[*index].figure);
    let ends = figures.map(|figure| format!("`{}` is {}", figure.id, shower.figure(figure)));
    let ends = ends.collect::<Vec<_>>().join(", ");
    for problem in &mut judged.problems {
        problem.hints = vec![format!(
            "numbers are hidden, and {ends}: a claim must hold at both ends; say both, or `at least`"
        )];
    }
    judged
}

/// Judges a claim with some figures, by their ids, at an end of what they can be.
fn judge_at(
    ends: &[(&str, Number)],
    reading: &Reading<'_>,
    subjects: &[Subject<'_>],
    shower: &Shower<'_>,
    rules: &Rules<'_>,
) -> Judged {
    let (judged, items) = (Judged::default(), Vec::new());
    let mut judge = Judge { reading, shower, rules, ends, judged, items };
    let subjects = judge.names(subjects);
    judge.claim(&subjects);
    judge.items.sort_by_key(|(at, _)| *at);
    let items: Vec<String> = judge.items.into_iter().map(|(_, item)| item).collect();
    judge.judged.reading = items.join(" + ");
    judge.judged
}

struct Judge<'a, 'r> {
    reading: &'r Reading<'a>,
    shower: &'r Shower<'r>,
    rules: &'r Rules<'r>,
    ends: &'r [(&'r str, Number)],
    judged: Judged,
    items: Vec<(usize, String)>,
}

/// A number of the words with the figure that it is of.
struct Assigned<'t> {
    stated: Stated,
    term: &'t Term,
}

impl<'a> Judge<'a, '_> {
    /// A figure's number, at the end at which it is looked at.
    fn number(&self, figure: &Figure) -> Option<Number> {
        let end = self.ends.iter().find(|(id, _)| *id == figure.id).map(|(_, number)| number);
        end.or(figure.value.number()).cloned()
    }

    /// Whether the word behind a number is a unit of time, and that of the figure another: *622 weeks* of days.
    fn other_time(&self, unit: Option<&str>, term: &Term) -> bool {
        let known = |word: &str| self.rules.lexicon.stretches.iter().any(|own| own == word);
        let stem = |word: &str| word.trim_end_matches('s').to_string();
        unit.zip((self.reading.follows)(term))
            .is_some_and(|(unit, word)| known(unit) && known(word) && stem(unit) != stem(word))
    }

    fn found(&mut self, finding: Finding) {
        self.judged.finding = self.judged.finding.max(Some(finding));
    }

    fn wrong(&mut self, message: String, hint: impl Into<String>) {
        self.found(Finding::Wrong);
        self.judged.problems.push(Diagnostic::error(Code::WrongClaim, message).hint(hint));
    }

    fn unread(&mut self, why: String) {
        self.found(Finding::Unread);
        self.judged.unread.push(why);
    }

    /// Texts, dates and periods that the words must hold; what is left are the figures that are numbers.
    fn names<'s>(&mut self, subjects: &[Subject<'s>]) -> Vec<Subject<'s>> {
        let mut words = self.reading.words.to_string();
        let mut left = Vec::new();
        for subject in subjects {
            if subject.is_number() {
                left.push(*subject);
                continue;
            }
            let shown = self.shower.figure(subject.figure).to_string();
            let spellings = std::iter::once(&shown).chain(&subject.figure.also);
            // a sign of percent behind the link makes it another thing
            let after = &self.reading.text[self.reading.at + self.reading.words.len()..];
            let percent = after.trim_start().starts_with('%');
            let found = spellings
                .into_iter()
                .find_map(|spelling| super::whole_words(&words, spelling, self.rules.locale))
                .filter(|(_, end)| !percent || *end < words.trim_end().len());
            match found {
                Some((start, end)) => {
                    words.replace_range(start..end, &" ".repeat(end - start));
                    self.judged.named.push(start..end);
                    self.items.push((self.reading.at + start, "name".into()));
                    self.found(Finding::Exact);
                }
                None => {
                    let message = format!(
                        "`{}` does not name the figure, which is `{shown}`",
                        self.reading.words
                    );
                    let hint = format!(
                        "write `{shown}`, or add another spelling with `also:` to `{}`",
                        subject.figure.id
                    );
                    self.wrong(message, hint);
                }
            }
        }
        left
    }

    fn claim(&mut self, figures: &[Subject<'_>]) {
        let at = self.reading.at;
        let inside: Vec<&'a Term> = self
            .reading
            .inside
            .iter()
            .copied()
            .filter(|term| {
                let core = term.core();
                let named = &self.judged.named;
                !named
                    .iter()
                    .any(|named| core.start < named.end + at && named.start + at < core.end)
            })
            .collect();
        let ordered = self.orders(&inside, figures);
        let mut numbers = self.numbers(&inside, figures, &ordered);
        let inside_numbers: Vec<usize> = inside
            .iter()
            .filter(|term| term.number().is_some())
            .map(|term| term.tokens.end)
            .collect();
        let ways: Vec<(Way, &Term, bool)> = inside
            .iter()
            .map(|term| (*term, true))
            .chain(self.reading.beside.iter().map(|term| (*term, false)))
            .filter_map(|(term, inside)| {
                let behind = || inside_numbers.contains(&term.tokens.start);
                let way = term.way().or_else(|| term.compared().filter(|_| behind()))?;
                Some((way, term, inside))
            })
            .collect();
        let ways = self.governed(ways, figures);
        if let Some(negation) = self.reading.negation {
            let word = self.reading.text.get(negation.range.clone()).unwrap_or("");
            self.unread(format!("`{word}` turns the words round, which is not checked"));
        }
        let open: Vec<usize> = (0..figures.len())
            .filter(|index| !(ordered.contains(index) && numbers.len() < figures.len()))
            .collect();
        let mut used = vec![false; figures.len()];
        ordered.iter().for_each(|index| used[*index] = true);
        let directed = !ways.is_empty();
        // one range for one figure
        if let [figure] = open[..]
            && let [first, second] = &numbers[..]
            && first.stated.range_with_next
        {
            self.range(&first.stated, &second.stated, &figures[figure]);
            self.items.push((
                first.term.range.start,
                format!(
                    "{} to {}",
                    said(&first.stated, self.rules),
                    said(&second.stated, self.rules)
                ),
            ));
            return;
        }
        let over = numbers.len() > open.len();
        if over && open.len() == 1 && !directed | (numbers.len() > 1) {
            // one figure said several times
            for number in &numbers {
                self.agrees(&number.stated, &figures[open[0]], &ways, number.term);
            }
            used[open[0]] = true;
            numbers.clear();
        }
        let assigned = self.assign(numbers, figures, &open, directed);
        let Some(assigned) = assigned else { return };
        for (number, of) in &assigned {
            match of {
                Some(index) => {
                    used[*index] = true;
                    self.agrees(&number.stated, &figures[*index], &ways, number.term);
                }
                None => {
                    used.iter_mut().for_each(|used| *used = true);
                    self.change(number, figures, &ways);
                }
            }
        }
        self.directions(&ways, figures, &assigned, &mut used);
        self.comparison(&inside, figures, &assigned, &mut used, directed);
        if used.iter().any(|used| !used) || self.judged.finding.is_none() {
            self.found(Finding::Unread);
        }
    }

    /// The direction words of a claim; of a change without one, the one that governs it from afar in its sentence.
    fn governed<'t>(
        &self,
        ways: Vec<(Way, &'t Term, bool)>,
        figures: &[Subject<'_>],
    ) -> Vec<(Way, &'t Term, bool)>
    where
        'a: 't,
    {
        let changes =
            |subject: &Subject<'_>| matches!(subject.sort, Sort::Change | Sort::PercentChange);
        let wants = figures.len() == 1 && changes(&figures[0]);
        match self.reading.governing.filter(|_| ways.is_empty() && wants) {
            Some(term) => term.way().map(|way| (way, term, false)).into_iter().collect(),
            None => ways,
        }
    }

    /// The numbers among the terms, without years and bases that nothing asks for.
    fn numbers(
        &mut self,
        inside: &[&'a Term],
        figures: &[Subject<'_>],
        ordered: &[usize],
    ) -> Vec<Assigned<'a>> {
        let wanted = figures.len() - ordered.len().min(figures.len());
        let mut numbers: Vec<Assigned<'a>> = Vec::new();
        for term in inside {
            if let TermKind::Number(stated) = &term.kind {
                numbers.push(Assigned { stated: stated.clone(), term });
            }
        }
        // *45 out of 120* are two numbers where there are two figures
        let splits = numbers.iter().filter(|number| number.stated.pair.is_some()).count();
        if splits > 0 && numbers.len() < figures.len() && numbers.len() + splits <= figures.len() {
            numbers = numbers
                .into_iter()
                .flat_map(|number| match number.stated.pair.clone() {
                    Some(pair) => vec![
                        Assigned { stated: pair.0, term: number.term },
                        Assigned { stated: pair.1, term: number.term },
                    ],
                    None => vec![number],
                })
                .collect();
        }
        if numbers.len() > figures.len() {
            // `per 100,000` names the base
            let base = |stated: &Stated| {
                figures.iter().any(|subject| matches!(subject.figure.format, Some(Format::Per(n)) if stated.value == i128::from(n).into()))
            };
            numbers.retain(|number| !base(&number.stated));
        }
        // a year or an ordinal is the number where nothing else is
        let says = inside.iter().any(|term| term.way().is_some());
        if numbers.is_empty() && wanted > 0 && !says && ordered.is_empty() {
            for term in inside {
                let value = match &term.kind {
                    TermKind::Exempt(exempt) => exempt.number,
                    TermKind::Ordinal(place) => Some(i128::from(*place)),
                    TermKind::Since(Period::Year(year)) => Some(i128::from(*year)),
                    TermKind::Pronoun => Some(1),
                    _ => None,
                };
                if let Some(value) = value.filter(|_| numbers.len() < wanted) {
                    let digits = Form::Digits { decimals: 0, power: 0 };
                    let core = term.range.clone();
                    let stated = Stated { core, ..Stated::of(value.into(), digits) };
                    numbers.push(Assigned { stated, term });
                }
            }
        }
        numbers
    }

    /// Which figure each number is of; none of a number that is the change between two.
    #[allow(clippy::type_complexity)]
    fn assign<'n>(
        &mut self,
        numbers: Vec<Assigned<'n>>,
        figures: &[Subject<'_>],
        open: &[usize],
        directed: bool,
    ) -> Option<Vec<(Assigned<'n>, Option<usize>)>> {
        let values = figures.iter().all(|subject| {
            !matches!(subject.sort, Sort::Change | Sort::PercentChange | Sort::Ratio)
        });
        let pair = open.len() == 2 && figures.len() == 2 && values;
        let is_change = |stated: &Stated| {
            let percents = figures.iter().all(Subject::is_percent);
            match (&stated.form, &stated.unit) {
                (Form::Multiple, _) | (_, Unit::Points) => true,
                (Form::Fraction, Unit::Plain) => true,
                (_, Unit::Percent) => !percents,
                _ => false,
            }
        };
        if pair && (directed || numbers.len() == 1 && numbers[0].stated.form == Form::Multiple) {
            let mut taken = [false; 2];
            let mut found: Vec<(Assigned<'n>, Option<Option<usize>>)> = Vec::new();
            let whole = numbers.len();
            for number in numbers {
                let role = (self.reading.role)(number.term);
                let of = match role {
                    Some(Role::From) if !taken[0] => Some(Some(0)),
                    Some(Role::To) if !taken[1] => Some(Some(1)),
                    Some(Role::By) => Some(None),
                    _ if is_change(&number.stated) => Some(None),
                    _ => None,
                };
                if let Some(Some(index)) = of {
                    taken[index] = true;
                }
                found.push((number, of));
            }
            let mut assigned = Vec::new();
            for (number, of) in found {
                let of = match of {
                    Some(of) => of,
                    None => {
                        let free = taken.iter().position(|taken| !taken);
                        if let Some(index) = free {
                            taken[index] = true;
                        }
                        free
                    }
                };
                assigned.push((number, of));
            }
            if assigned.iter().filter(|(_, of)| of.is_none()).count() > 1 || whole > 3 {
                self.left_over(whole, figures.len());
                return None;
            }
            return Some(assigned);
        }
        if numbers.len() > open.len() {
            self.left_over(numbers.len(), figures.len());
            for number in &numbers {
                self.items.push((number.term.range.start, said(&number.stated, self.rules)));
            }
            return None;
        }
        Some(numbers.into_iter().zip(open.iter().map(|index| Some(*index))).collect())
    }

    fn left_over(&mut self, numbers: usize, figures: usize) {
        let message = format!(
            "`{}` holds {} for {}",
            self.reading.words,
            counted(numbers as u64, "number"),
            counted(figures as u64, "figure")
        );
        self.wrong(message, "name a figure for each number, in order, or move the other numbers out of the brackets");
    }

    /// One number against one figure.
    fn agrees(
        &mut self,
        stated: &Stated,
        subject: &Subject<'_>,
        ways: &[(Way, &Term, bool)],
        term: &Term,
    ) {
        let typed = self.typed(term);
        self.items.push((stated.core.start, said(stated, self.rules)));
        let figure = subject.figure;
        let Some(number) = self.number(figure) else { return };
        let shown = self.shower.figure(figure).to_string();
        let write = format!("write `{shown}`");
        let mismatch = match (number.measure.scale, &stated.unit, &stated.form) {
            (_, _, Form::Multiple)
                if number.measure.scale == Scale::Percent
                    && subject.sort != Sort::PercentChange =>
            {
                Some("it is a percentage")
            }
            (Scale::Percent, Unit::Percent, _) => None,
            (Scale::Percent, Unit::Plain, Form::Fraction) if stated.value <= Exact::one() => None,
            (Scale::Percent, _, Form::Multiple) => None,
            (Scale::Percent, _, _)
                if matches!(figure.format, Some(Format::Decimal(_)))
                    && stated.unit == Unit::Plain =>
            {
                None
            }
            (Scale::Percent, ..) => Some("it is a percentage"),
            (Scale::Points, Unit::Points, _) => None,
            (Scale::Points, ..) => Some("it is a difference in percentage points"),
            (Scale::Plain, Unit::Percent | Unit::Points, _) => Some("it is no percentage"),
            (Scale::Plain, Unit::Money(code), _) => match &number.measure.unit {
                Some(unit) if is_money(unit) && unit != code => Some("it is in another currency"),
                Some(unit) if !is_money(unit) => Some("it is no amount of money"),
                _ => None,
            },
            _ => None,
        };
        let unit = number.measure.unit.as_deref();
        if stated.unit == Unit::Plain && self.other_time(unit, term) {
            let unit = unit.unwrap_or_default();
            let message = format!(
                "`{typed}` is not the figure `{}`: it is {shown} in the unit `{unit}`",
                figure.id
            );
            return self.wrong(message, format!("name the unit of time that it is in: `{unit}`"));
        }
        if let Some(why) = mismatch {
            let message = format!("`{typed}` is not the figure `{}`: {why}, {shown}", figure.id);
            return self.wrong(message, write);
        }
        // half of the cases, half as many: no change
        let share = subject.sort == Sort::PercentChange
            && ways.is_empty()
            && stated.form != Form::Multiple
            && (self.reading.follows)(term).is_some_and(|word| matches!(word, "of" | "as" | "the"));
        if share {
            let message = format!(
                "`{typed}` reads as a share; the figure `{}` is a change, {shown}",
                figure.id
            );
            return self.wrong(message, "say that it rose or fell, or cite a share");
        }
        if let (Some(Format::Per(base)), Some(said)) = (figure.format, (self.reading.per)(term))
            && said != i128::from(base).into()
        {
            let message = format!("`{}` is {shown}", figure.id);
            return self.wrong(message, write);
        }
        let factor = match (number.measure.scale, &stated.unit, figure.format) {
            (Scale::Percent, Unit::Plain, _) => Exact::one(),
            (Scale::Percent | Scale::Points, ..) => Exact::from(100),
            (_, _, Some(Format::Per(base))) => Exact::from(i128::from(base)),
            _ => Exact::one(),
        };
        let one = factor == Exact::one();
        let mut value = if one { number.value.clone() } else { &number.value * &factor };
        if stated.form == Form::Multiple && subject.sort == Sort::PercentChange {
            value = &number.value + &Exact::one();
        }
        let changes = matches!(subject.sort, Sort::Change | Sort::PercentChange);
        let falls = ways.iter().any(|(way, ..)| *way == Way::Down);
        let rises = ways.iter().any(|(way, ..)| *way == Way::Up);
        if changes && value.is_negative() && !stated.value.is_negative() && (falls || rises) {
            value = -value;
        }
        let whole = value.is_integer() && stated.unit != Unit::Percent;
        let found = agreement(stated, &value, whole, self.rules);
        if let Some(interval) = &found.interval {
            self.judged.intervals.push(format!("`{typed}` allows {interval}"));
        }
        if found.finding != Finding::Wrong {
            match precise(stated, &number, &factor, &typed, &figure.id) {
                // made from a rounded value: it agrees as that value does
                Ok(()) if number.bounds.is_some() && figure.provenance == Provenance::Derived => {
                    self.found(found.finding.max(Finding::Rounds));
                }
                Ok(()) => self.found(found.finding),
                Err(error) => {
                    self.found(Finding::Wrong);
                    self.judged.problems.push(error);
                }
            }
            return;
        }
        let negative = value.is_negative()
            && !stated.value.is_negative()
            && agreement(stated, &(-value.clone()), whole, self.rules).finding != Finding::Wrong;
        let mut is = format!("is {shown}{}", exact_words(&number, &shown));
        if let Some(slip) = slip(stated, &value, subject.counts_rows, self.rules) {
            is = format!("{is}; {slip}");
        }
        let message = match &found.interval {
            Some(interval) => {
                format!("`{typed}` allows {interval}; the figure `{}` {is}", figure.id)
            }
            None => format!("`{typed}` is not the figure `{}`: it {is}", figure.id),
        };
        let corrected = self.corrected(stated, &value, &number, figure, &shown);
        let instead = proposal(stated, &value, &corrected, self.rules);
        let hint = if negative {
            format!(
                "the change is negative: write `{corrected}`, say that it fell, or cite a figure of the fall, with `to` the other way round"
            )
        } else if found.interval.is_some() {
            format!("`{instead}` would tie out")
        } else {
            format!("write `{instead}`")
        };
        self.wrong(message, hint);
    }

    /// The value at the digits typed, with its unit.
    fn corrected(
        &self,
        stated: &Stated,
        value: &Exact,
        number: &Number,
        figure: &Figure,
        shown: &str,
    ) -> String {
        if let Form::Digits { decimals, power } = stated.form
            && power > 0
            && let Some(scaled) = scaled(value, (decimals, power), self.rules)
        {
            return scaled;
        }
        let Form::Digits { decimals, power: 0 } = stated.form else { return shown.to_string() };
        if figure.format == Some(Format::Words) {
            return shown.to_string();
        }
        let digits =
            self.rules.locale.digits(&value.round(decimals as i32, self.rules.rounding), decimals);
        match number.measure.scale {
            Scale::Percent if stated.unit == Unit::Percent => self.rules.locale.percentage(&digits),
            _ => digits,
        }
    }

    /// The words of a number, with its hedge and unit.
    fn typed(&self, term: &Term) -> String {
        self.reading.text.get(term.range.clone()).unwrap_or("").trim().to_string()
    }

    /// A range for one figure: what lies in it, ends included.
    fn range(&mut self, first: &Stated, second: &Stated, subject: &Subject<'_>) {
        let figure = subject.figure;
        let Some(number) = self.number(figure) else { return };
        let shown = self.shower.figure(figure).to_string();
        let fits = match number.measure.scale {
            Scale::Percent => first.unit == Unit::Percent && second.unit == Unit::Percent,
            Scale::Points => first.unit == Unit::Points && second.unit == Unit::Points,
            Scale::Plain => !matches!(first.unit, Unit::Percent | Unit::Points),
        };
        let factor =
            if number.measure.scale == Scale::Plain { Exact::one() } else { Exact::from(100) };
        let value = &number.value * &factor;
        let words = interval::Interval {
            low: first.value.clone(),
            open_low: false,
            high: second.value.clone(),
            open_high: false,
        };
        let words = words.words(false, &|end| interval::show(end, first, self.rules.locale));
        self.judged.intervals.push(words.clone());
        if fits && first.value <= value && value <= second.value {
            return self.found(Finding::Approximates);
        }
        let message = format!(
            "`{}` allows {words}; the figure `{}` is {shown}",
            self.reading.words, figure.id
        );
        self.wrong(message, format!("write `{shown}`, or a range that holds it"));
    }

    /// A number that is the change between two figures.
    fn change(
        &mut self,
        number: &Assigned<'_>,
        figures: &[Subject<'_>],
        ways: &[(Way, &Term, bool)],
    ) {
        let values = (self.number(figures[0].figure), self.number(figures[1].figure));
        let (Some(from), Some(to)) = values else { return };
        let stated = &number.stated;
        let percents = from.measure.scale == Scale::Percent && to.measure.scale == Scale::Percent;
        let difference = &to.value - &from.value;
        let quotient = to.value.checked_div(&from.value).filter(|_| !from.value.is_negative());
        let change = |scale| Measure { scale, unit: from.measure.unit.clone(), decimals: None };
        let (value, measure, sort, what) = match (&stated.form, &stated.unit) {
            (Form::Multiple, _) => (quotient, change(Scale::Plain), Sort::Ratio, "ratio"),
            (Form::Fraction, Unit::Plain) | (_, Unit::Percent) => (
                quotient.map(|quotient| &quotient - &Exact::one()),
                change(Scale::Percent),
                Sort::PercentChange,
                "percentage change",
            ),
            _ if percents => (Some(difference), change(Scale::Points), Sort::Change, "difference"),
            _ => (Some(difference), change(Scale::Plain), Sort::Change, "change"),
        };
        let ids = format!("{} to {}", figures[0].figure.id, figures[1].figure.id);
        let Some(value) = value else {
            let message =
                format!("there is no {what} from {ids}: the first value is zero or negative");
            return self.wrong(message, "state both values, or the difference");
        };
        let format = match measure.scale {
            Scale::Percent => Format::Percent(decimals_of(stated)),
            Scale::Points => Format::Points(decimals_of(stated)),
            Scale::Plain if sort == Sort::Ratio => Format::Decimal(2),
            Scale::Plain => figures[0].figure.format.unwrap_or(Format::Integer),
        };
        let figure = Figure {
            id: format!("{what} of {ids}"),
            value: Value::Number(Number::new(value, measure)),
            format: Some(format),
            ..figures[0].figure.clone()
        };
        let subject = Subject {
            figure: &figure,
            sort,
            point: None,
            ranked: None,
            counts_rows: false,
            sides: None,
        };
        self.agrees(stated, &subject, ways, number.term);
    }
}

fn is_money(unit: &str) -> bool {
    unit.len() == 3 && unit.bytes().all(|b| b.is_ascii_uppercase())
}

fn decimals_of(stated: &Stated) -> u32 {
    match stated.form {
        Form::Digits { decimals, .. } => decimals,
        _ => 0,
    }
}

/// The exact value, where it says more than the printed one.
fn exact_words(number: &Number, shown: &str) -> String {
    let text = number.value.to_string();
    if number.value.is_integer() || text.contains('/') && text.len() > 24 || shown == text {
        return String::new();
    }
    format!(" (exactly {text})")
}

/// A number in canonical form: `nearly 6000`, `47%`, `GBP 3200000000`, `1/3`, `x2`.
pub(in crate::claims) fn said(stated: &Stated, rules: &Rules<'_>) -> String {
    let value = match stated.form {
        Form::Fraction | Form::Multiple if !stated.value.is_integer() => {
            let (top, bottom) = stated.value.fraction();
            format!("{top}/{bottom}")
        }
        Form::Digits { decimals, power: 0 } if decimals > 0 => {
            let sign = if stated.value.is_negative() { "-" } else { "" };
            format!("{sign}{}", stated.value.abs().fixed(decimals))
        }
        _ => stated.value.to_string(),
    };
    let number = match (&stated.form, &stated.unit) {
        (Form::Multiple, _) => format!("x{value}"),
        (_, Unit::Percent) => format!("{value}%"),
        (_, Unit::Points) => format!("{value}pp"),
        (_, Unit::Money(code)) => format!("{code} {value}"),
        _ => value,
    };
    match stated.hedge.and_then(|index| rules.lexicon.hedges.get(index)) {
        Some(hedge) => format!("{} {number}", hedge.id),
        None => number,
    }
}
