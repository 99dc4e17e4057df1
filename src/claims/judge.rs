//! A claim against its figures: numbers in order, directions, orders, and what is left over.

use super::grammar::{Form, Stated, Term, TermKind, Unit};
use super::interval;
use super::lexicon::{Sense, Way};
use super::number::{Rules, agreement, precise, proposal, scaled, slip};
use super::subject::{Sort, Subject, time};
use super::{Finding, Judged};
use crate::diag::{Code, Diagnostic, counted};
use crate::exact::Exact;
use crate::figures::{Figure, Point, Provenance, Shower};
use crate::value::{Format, Measure, Number, Scale, Value};

/// A claim as the grammar reads it.
pub(super) struct Reading<'a> {
    /// The words inside the link.
    pub(super) words: &'a str,
    /// Where they begin in the text.
    pub(super) at: usize,
    /// The text around it.
    pub(super) text: &'a str,
    /// What is said inside, in order.
    pub(super) inside: Vec<&'a Term>,
    /// Direction words beside it, up to two words away.
    pub(super) beside: Vec<&'a Term>,
    /// The direction word that governs the claim from further away in its sentence.
    pub(super) governing: Option<&'a Term>,
    /// A word in it or right before it that turns it round.
    pub(super) negation: Option<&'a Term>,
    /// The word behind a term.
    pub(super) follows: &'a dyn Fn(&Term) -> Option<&'a str>,
    /// The base that is said behind a term: *per 1,000*.
    pub(super) per: &'a dyn Fn(&Term) -> Option<Exact>,
    /// A word before each term that says which figure it is of.
    pub(super) role: &'a dyn Fn(&Term) -> Option<Role>,
    /// Whether an order is one among places and not in time: *the most of any region*.
    pub(super) among: &'a dyn Fn(&Term) -> bool,
    /// What a change is between.
    pub(super) sides: Sides,
}

impl<'a> Reading<'a> {
    /// A reading in which nothing is said.
    pub(super) fn of(text: &'a str) -> Self {
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
pub(super) enum Sides {
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
pub(super) enum Role {
    From,
    To,
    By,
}

/// Judges a claim.
pub(super) fn judge(
    reading: &Reading<'_>,
    subjects: &[Subject<'_>],
    shower: &Shower<'_>,
    rules: &Rules<'_>,
) -> Judged {
    let mut judge = Judge { reading, shower, rules, judged: Judged::default(), items: Vec::new() };
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
    judged: Judged,
    items: Vec<(usize, String)>,
}

/// A number of the words with the figure that it is of.
struct Assigned<'t> {
    stated: Stated,
    term: &'t Term,
}

impl<'a> Judge<'a, '_> {
    fn found(&mut self, finding: Finding) {
        self.judged.finding = self.judged.finding.max(Some(finding));
    }

    fn wrong(&mut self, message: String, hint: impl Into<String>) {
        self.found(Finding::Wrong);
        self.judged.problems.push(Diagnostic::error(Code::WrongClaim, message).hint(hint));
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
                    TermKind::Since(year) => Some(i128::from(*year)),
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
        let Value::Number(number) = &figure.value else { return };
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
            match precise(stated, number, &factor, &typed, &figure.id) {
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
        let mut is = format!("is {shown}{}", exact_words(number, &shown));
        if let Some(slip) = slip(stated, &value, subject.counts_rows, self.rules) {
            is = format!("{is}; {slip}");
        }
        let message = match &found.interval {
            Some(interval) => {
                format!("`{typed}` allows {interval}; the figure `{}` {is}", figure.id)
            }
            None => format!("`{typed}` is not the figure `{}`: it {is}", figure.id),
        };
        let corrected = self.corrected(stated, &value, number, figure, &shown);
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
        let Value::Number(number) = &figure.value else { return };
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
        let values = (figures[0].figure.value.number(), figures[1].figure.value.number());
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

    /// The direction words against the figures.
    fn directions(
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
            TermKind::Since(year) => Some(year),
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
    }

    /// Whether figures go a way, and what they do; none where there is nothing to see it by. `near`: a single point may be
    /// seen against the one before it.
    fn moved(
        &self,
        way: Way,
        figures: &[Subject<'_>],
        since: Option<i16>,
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
            let value = &subject.figure.value.number()?.value;
            let what = if ratio { "the ratio" } else { "the change" };
            let why = format!("{what} `{}` is {}", subject.figure.id, shown(subject.figure));
            return Some((moves(way, &zero, value, subject.figure, self), why));
        }
        let (from, to) = match figures {
            [from, to] => (from.figure, to.figure),
            [subject] if subject.is_timed() && near => {
                let earlier = match since {
                    Some(year) => subject.in_year(year)?,
                    None => subject.earlier(1)?,
                };
                (earlier, subject.figure)
            }
            _ => return None,
        };
        let holds = moves(way, &from.value.number()?.value, &to.value.number()?.value, from, self);
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
    fn each(&mut self, way: Way, term: &Term, since: Option<i16>, figures: &[Subject<'_>]) {
        let word = self.reading.text.get(term.range.clone()).unwrap_or("").to_string();
        let Some(subject) = figures.last().filter(|subject| subject.is_timed()) else {
            return self.unread(format!("`{word}` is checked on points of a series by year"));
        };
        let steps = subject.steps(figures.first().filter(|_| figures.len() > 1), since);
        let broken = steps.windows(2).find(|pair| {
            let values = (pair[0].value.number(), pair[1].value.number());
            let (Some(a), Some(b)) = values else { return true };
            !moves(way, &a.value, &b.value, pair[0], self)
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
            if !moves(way, &a.value, &b.value, earlier, self) {
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

    /// *the highest since 2015*, *third*, *a majority*: which figures they are about.
    fn orders(&mut self, inside: &[&Term], figures: &[Subject<'_>]) -> Vec<usize> {
        let mut ordered = Vec::new();
        let since = inside.iter().chain(&self.reading.beside).find_map(|term| match term.kind {
            TermKind::Since(year) => Some(year),
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

    fn unread(&mut self, why: String) {
        self.found(Finding::Unread);
        self.judged.unread.push(why);
    }

    /// Where a point stands among the points of its series.
    fn highest(
        &mut self,
        (rank, lowest): (u32, bool),
        since: Option<i16>,
        among: bool,
        word: &str,
        subject: &Subject<'_>,
    ) {
        let Some((_, point, place)) = subject.point else { return };
        let own = subject.figure.value.number().map(|number| number.value.clone());
        let Some(own) = own else { return };
        let first_day = since.map(|year| crate::value::Period::Year(year).days().0.days());
        let own_day = point.keys.iter().find_map(time);
        // since a year: the points from it to this one
        let counts = |other: &&Point| {
            let day = other.keys.iter().find_map(time);
            let from = first_day.zip(day).is_none_or(|(first, day)| first <= day);
            let to = since.and(own_day).zip(day).is_none_or(|(own, day)| day <= own);
            from && to
        };
        let others: Vec<&Figure> = match among {
            true => subject.neighbours().unwrap_or_default(),
            false => {
                let line = subject.line().unwrap_or_default();
                let values =
                    line.into_iter().filter(counts).filter_map(|other| other.values.get(place));
                values.filter_map(|value| value.figure()).collect()
            }
        };
        let mut above: Vec<&Figure> = Vec::new();
        let mut tied: Vec<&Figure> = Vec::new();
        for figure in others {
            if std::ptr::eq(figure, subject.figure) {
                continue;
            }
            let Some(value) = figure.value.number().map(|number| &number.value) else { continue };
            match value.cmp(&own) {
                std::cmp::Ordering::Equal => tied.push(figure),
                order if (order == std::cmp::Ordering::Greater) != lowest => above.push(figure),
                _ => {}
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
        let Some(number) = subject.figure.value.number() else { return };
        let interval = super::interval::Interval {
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
    fn comparison(
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
        let holds = if greater { a.value > b.value } else { a.value < b.value };
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

/// Whether a value goes a way from another. Flat: the two print alike.
fn moves(way: Way, from: &Exact, to: &Exact, like: &Figure, judge: &Judge<'_, '_>) -> bool {
    let format = like.format.unwrap_or(Format::Integer);
    let print = |value: &Exact| {
        (value * &format.factor()).round(format.digits().1 as i32, judge.rules.rounding)
    };
    match way {
        Way::Up => to > from,
        Way::Down => to < from,
        Way::Flat => print(from) == print(to),
        Way::Little => (to - from).abs() <= from.abs() * judge.rules.lexicon.little.clone(),
    }
}

/// `increase`, `rise`: a noun behind a number says which way it went; `more than` only compares.
fn is_noun(term: &Term) -> bool {
    term.tokens.len() == 1
        && !matches!(&term.kind, TermKind::Phrase(senses) if senses.contains(&Sense::Greater) || senses.contains(&Sense::Less))
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

fn order_name(rank: u32, lowest: bool, kind: &TermKind) -> String {
    match (kind, lowest) {
        (TermKind::Phrase(_), false) => "highest".into(),
        (TermKind::Phrase(_), true) => "lowest".into(),
        (_, false) => format!("#{rank}"),
        (_, true) => format!("#{rank} lowest"),
    }
}

fn ordinal(number: u32) -> String {
    let sign = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{sign}")
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
pub(super) fn said(stated: &Stated, rules: &Rules<'_>) -> String {
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
