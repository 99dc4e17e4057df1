//! The scans run, and everything after them: values, points, ranks, formats, sources.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;

use super::evaluate::{Inputs, Trouble, base, evaluate};
use super::plan::Plan;
use super::point::series_frame;
use super::question::{Asked, Question, question};
use super::term::Term;
use super::{
    Counts, Figure, Figures, PointValue, Provenance, Quote, RecipeText, RowCounts, Series,
};
use crate::diag::{Code, Diagnostic, Diagnostics, Outcome, counted, list};
use crate::disclosure::Guard;
use crate::exact::Exact;
use crate::frame::{Frame, Key, Partial, Partials, Program, scan};
use crate::language::{self, Labels, Recipe};
use crate::locale::natural_format;
use crate::sources::Sources;
use crate::spec::{self, Origin, Reference, Spec, prose};
use crate::text::Span;
use crate::value::{Format, Measure, Period, Scale, Value};

/// Under this base a whole percentage says more than there is (reviewers ask for 30).
const SMALL_BASE: i128 = 30;

/// What the scans of one question gave.
#[derive(Default)]
pub(super) struct Answer {
    pub(super) values: Partials,
    pub(super) totals: Partials,
    pub(super) sources: Partials,
    pub(super) periods: Partials,
}

/// Computes every figure and series of a plan.
pub fn compute(
    spec: &Spec,
    sources: &Sources,
    frames: &BTreeMap<String, Frame>,
    plan: Plan,
    threads: NonZeroUsize,
) -> Outcome<Figures> {
    let mut diagnostics = Diagnostics::default();
    let figures = Figures {
        failed: plan.failed.clone(),
        programs: plan.programs.clone(),
        ..Figures::default()
    };
    let mut answers = ask_datasets(frames, &plan, threads);
    let mut maker =
        Maker { spec, sources, frames, threads, figures, diagnostics: &mut diagnostics };
    for id in &plan.order {
        if maker.figures.failed.contains(id) {
            continue;
        }
        let question = plan.questions.get(id);
        let made = match (spec.figures.get(id), spec.series.get(id)) {
            (Some(figure), _) => maker.make_figure(
                id,
                figure,
                question.zip(answers.remove(id)),
                plan.derived.get(id),
            ),
            (None, Some(series)) => maker.make_series(
                id,
                series,
                question.zip(answers.remove(id)),
                plan.aligned.get(id),
            ),
            (None, None) => Ok(()),
        };
        if let Err(trouble) = made {
            maker.figures.failed.insert(id.clone());
            if let Trouble::Empty(error) | Trouble::Suppressed(error) | Trouble::Error(error) =
                trouble
            {
                maker.diagnostics.push(*error);
            }
        }
    }
    for (check, (left, right)) in spec.checks.iter().zip(&plan.checks) {
        maker.check(check, left, right);
    }
    maker.warn_of_small_bases();
    let mut figures = maker.figures;
    diagnostics.extend(super::differencing::audit(&figures, frames, &plan.questions, threads));
    figures.withheld = super::evidence::withheld(&figures, frames);
    figures.marked = super::evidence::marked(&figures, frames, threads);
    // figures in the order in which the author declares them
    figures
        .figures
        .sort_by(|a, _, b, _| spec.figures.get_index_of(a).cmp(&spec.figures.get_index_of(b)));
    figures
        .series
        .sort_by(|a, _, b, _| spec.series.get_index_of(a).cmp(&spec.series.get_index_of(b)));
    Outcome::new(figures, diagnostics)
}

/// All questions to a dataset in one scan.
fn ask_datasets(
    frames: &BTreeMap<String, Frame>,
    plan: &Plan,
    threads: NonZeroUsize,
) -> BTreeMap<String, Answer> {
    let mut answers: BTreeMap<String, Answer> = BTreeMap::new();
    for (name, program) in &plan.programs {
        let Some(frame) = frames.get(name) else { continue };
        let asked: Vec<(&String, &Question)> =
            plan.questions.iter().filter(|(_, q)| q.frame == *name).collect();
        answers.extend(ask(frame, program, &asked, threads));
    }
    answers
}

fn ask(
    frame: &Frame,
    program: &Program,
    asked: &[(&String, &Question)],
    threads: NonZeroUsize,
) -> BTreeMap<String, Answer> {
    let mut queries = Vec::new();
    for (_, question) in asked {
        queries.push(question.query.clone());
        queries.extend(question.totals.clone());
        queries.extend(question.sources.as_ref().map(|(query, _)| query.clone()));
        queries.extend(question.periods.as_ref().map(|(query, _)| query.clone()));
    }
    let mut results = scan(frame, program, &queries, threads).into_iter();
    let mut next = || results.next().unwrap_or_default();
    asked
        .iter()
        .map(|(id, question)| {
            let values = next();
            let totals = if question.totals.is_some() { next() } else { Partials::default() };
            let sources = if question.sources.is_some() { next() } else { Partials::default() };
            let periods = if question.periods.is_some() { next() } else { Partials::default() };
            ((*id).clone(), Answer { values, totals, sources, periods })
        })
        .collect()
}

pub(super) struct Maker<'a> {
    pub(super) spec: &'a Spec,
    pub(super) sources: &'a Sources,
    pub(super) frames: &'a BTreeMap<String, Frame>,
    pub(super) threads: NonZeroUsize,
    pub(super) figures: Figures,
    pub(super) diagnostics: &'a mut Diagnostics,
}

impl Labels for Maker<'_> {
    fn frame(&self, name: &str) -> String {
        frame_label(self.spec, self.sources, name)
    }

    fn figure(&self, name: &str) -> String {
        let figure = self.figures.figures.get(name).map(|figure| figure.label.clone());
        let series = || self.figures.series.get(name).map(|series| series.label.clone());
        figure.or_else(series).unwrap_or_else(|| name.to_string())
    }
}

/// What readers call a frame: its label, or its name in words.
fn frame_label(spec: &Spec, sources: &Sources, name: &str) -> String {
    let selection = spec.selections.get(name).and_then(|selection| selection.label.as_ref());
    let series = spec.series.get(name).and_then(|series| series.label.as_ref());
    let dataset = sources.datasets.get(name).and_then(|dataset| dataset.label.clone());
    let words = selection.or(series).map(|label| prose::plain(label.inlines()));
    words.or(dataset).unwrap_or_else(|| name.replace('_', " "))
}

impl Maker<'_> {
    fn make_figure(
        &mut self,
        id: &str,
        declared: &spec::Figure,
        asked: Option<(&Question, Answer)>,
        term: Option<&Term>,
    ) -> Result<(), Trouble> {
        let mut figure = self.declared(id, declared);
        match &declared.origin {
            Origin::Quoted { value, quote, source, at } => {
                self.known_source(&source.0, source.1)?;
                figure.value = value.clone();
                figure.quote = Some(Quote { words: quote.clone(), at: at.clone() });
                figure.sources.insert(source.0.clone());
                figure.provenance = Provenance::Quoted;
            }
            Origin::Entered { value, by, on, reason } => {
                figure.value = value.clone();
                figure.reason = Some(format!("{reason} (entered by {by}, {on})"));
                figure.provenance = Provenance::Entered;
            }
            Origin::Recipe(recipe) => {
                figure.recipe = Some(self.recipe_text(recipe));
                if figure.label.is_empty() {
                    figure.label =
                        figure.recipe.as_ref().map(|text| text.words.clone()).unwrap_or_default();
                }
                match (&recipe.from, term) {
                    (None, Some(term)) => self.derive(&mut figure, term)?,
                    (None, None) => return Err(Trouble::Silent),
                    (Some((from, _)), _) => {
                        let values = vec![("value".to_string(), &recipe.value)];
                        let asked = match asked {
                            Some((question, answer)) => (question.clone(), answer),
                            None => self.ask_series(
                                id,
                                &Asked { from, values, filter: recipe.filter.as_ref(), by: &[] },
                            )?,
                        };
                        self.computed(&mut figure, &asked.0, &asked.1, declared.allow_empty)?;
                        self.figures.selected.insert(id.to_string(), asked.0.selected);
                    }
                }
            }
        }
        if figure.label.is_empty() {
            figure.label = id.replace('_', " ");
        }
        formatted(&mut figure, declared.format, declared.span)?;
        self.figures.figures.insert(id.to_string(), figure);
        Ok(())
    }

    /// A figure with what its declaration says, and no value yet.
    fn declared(&self, id: &str, declared: &spec::Figure) -> Figure {
        Figure {
            id: id.to_string(),
            value: Value::Text(String::new()),
            format: None,
            label: declared
                .label
                .as_ref()
                .map(|label| prose::plain(label.inlines()))
                .unwrap_or_default(),
            caveat: declared.caveat.clone(),
            provenance: Provenance::Derived,
            recipe: None,
            quote: None,
            reason: declared.reason.clone(),
            also: declared.also.clone(),
            base: None,
            covers: declared.covers.iter().copied().collect(),
            counts: None,
            uses: Vec::new(),
            sources: BTreeSet::new(),
            span: declared.span,
        }
    }

    pub(super) fn known_source(&self, id: &str, span: Span) -> Result<(), Trouble> {
        if self.sources.sources.contains_key(id) {
            return Ok(());
        }
        let known = self.sources.sources.keys().map(String::as_str);
        let error =
            Diagnostic::error(Code::UnknownSource, format!("there is no source `{id}`")).at(span);
        Err(error
            .did_you_mean(id, known)
            .hint("declare it in `data/sources.yaml`, or in a folder of its own")
            .into())
    }

    pub(super) fn recipe_text(&self, recipe: &Recipe) -> RecipeText {
        let canonical = language::recipe(recipe);
        let chain =
            recipe.from.as_ref().map(|(from, _)| self.spec.chain(from).0).unwrap_or_default();
        recipe_text(canonical, language::recipe_in_words(recipe, self), &chain, self.spec)
    }

    fn derive(&mut self, figure: &mut Figure, term: &Term) -> Result<(), Trouble> {
        let figures = &self.figures;
        let lookup = |id: &str, keys: &[String], span: Span| lookup(figures, id, keys, span);
        let name = format!("figure `{}`", figure.id);
        let inputs = Inputs::over_figures(&name, &lookup);
        figure.value = evaluate(term, &inputs)?;
        figure.base = base(term, &inputs);
        let mut uses = Vec::new();
        term.references(&mut |id, _| uses.push(id.to_string()));
        uses.dedup();
        self.remainder(&name, term, &figure.value, &uses)?;
        for used in &uses {
            figure.sources.extend(self.sources_of(used));
        }
        term.named(&mut |id, keys, span| {
            let reference = Reference { id: id.to_string(), keys: keys.to_vec(), span };
            if let Ok(Some(used)) = self.figures.find(&reference) {
                figure.covers.extend(used.covers.iter().copied());
            }
        });
        figure.uses = uses;
        Ok(())
    }

    /// What is left of numbers of cases when others are taken off may be a number that disclosure control hides.
    pub(super) fn remainder(
        &self,
        name: &str,
        term: &Term,
        value: &Value,
        uses: &[String],
    ) -> Result<(), Trouble> {
        match uses.iter().find_map(|id| self.guard_of(id)) {
            Some(guard) => super::protect::remainder(name, term, value, guard),
            None => Ok(()),
        }
    }

    /// Disclosure control of the rows under a figure or series.
    fn guard_of(&self, id: &str) -> Option<&Guard> {
        let figure = self.figures.figures.get(id).or_else(|| {
            let id = id.split('/').next().unwrap_or(id);
            self.figures.series.get(id)?.figures().next()
        })?;
        let own = figure
            .counts
            .as_ref()
            .and_then(|counts| self.frames.get(&counts.frame)?.guard.as_ref());
        own.or_else(|| figure.uses.iter().find_map(|used| self.guard_of(used)))
    }

    pub(super) fn sources_of(&self, id: &str) -> BTreeSet<String> {
        if let Some(figure) = self.figures.figures.get(id) {
            return figure.sources.clone();
        }
        let series = self.figures.series.get(id);
        let figures =
            series.into_iter().flat_map(|series| &series.points).flat_map(|point| &point.values);
        figures.filter_map(PointValue::figure).flat_map(|figure| figure.sources.clone()).collect()
    }

    /// Asks a series, which is there only now.
    pub(super) fn ask_series(
        &mut self,
        id: &str,
        asked: &Asked<'_>,
    ) -> Result<(Question, Answer), Trouble> {
        let (_, base) = self.spec.chain(asked.from);
        if !self.figures.frames.contains_key(base) {
            let series = self.figures.series.get(base).ok_or(Trouble::Silent)?;
            self.figures.frames.insert(base.to_string(), series_frame(series));
        }
        let Some(frame) = self.figures.frames.get(base) else { return Err(Trouble::Silent) };
        let program = self.figures.programs.entry(base.to_string()).or_default();
        let question = question(self.spec, self.sources, frame, asked, program, self.diagnostics)?;
        let id = id.to_string();
        let answer =
            ask(frame, program, &[(&id, &question)], self.threads).remove(&id).unwrap_or_default();
        Ok((question, answer))
    }

    pub(super) fn frame(&self, name: &str) -> Option<&Frame> {
        self.frames.get(name).or_else(|| self.figures.frames.get(name))
    }

    fn computed(
        &mut self,
        figure: &mut Figure,
        question: &Question,
        answer: &Answer,
        allow_empty: bool,
    ) -> Result<(), Trouble> {
        let figures = &self.figures;
        let lookup = |id: &str, keys: &[String], span: Span| lookup(figures, id, keys, span);
        let name = format!("figure `{}`", figure.id);
        let (folds, totals) = (answer.values.only(), answer.totals.only());
        let frame = self.frame(&question.frame);
        let guard = frame.and_then(|frame| frame.guard.as_ref());
        let inputs =
            Inputs { name: &name, frame, folds, totals, lookup: &lookup, allow_empty, guard };
        let term = &question.values[0].1;
        inputs.decided(figure.span)?;
        figure.value = evaluate(term, &inputs)?;
        if let Some(guard) = inputs.guard {
            super::protect::remainder(&name, term, &figure.value, guard)?;
        }
        figure.base = base(term, &inputs);
        figure.provenance = Provenance::Computed;
        figure.counts = Some(counts(frame, folds));
        figure.sources = self.question_sources(question, &answer.sources, &[])?;
        figure.covers.extend(self.question_periods(question, &answer.periods, &[]));
        if frame.is_some_and(|frame| frame.provenance.is_none()) {
            figure.uses = vec![question.frame.clone()];
        }
        self.warn(&name, question, (folds, answer.values.undecided.rows), figure.span);
        Ok(())
    }

    /// One warning for all percentages of few, and for those printed finer than their base allows.
    fn warn_of_small_bases(&mut self) {
        let mut few: Vec<String> = Vec::new();
        let mut first = None;
        for figure in self.figures.all() {
            let (Some(base), Some(Format::Percent(decimals))) = (&figure.base, figure.format)
            else {
                continue;
            };
            let least = match decimals {
                0 => Exact::from(SMALL_BASE),
                _ => Exact::power_of_ten(2 + i64::from(decimals)),
            };
            if base.is_integer() && *base < least {
                few.push(format!("{} (of {base})", figure.id));
                first = first.or(Some(figure.span));
            }
        }
        if let Some(span) = first {
            let message = format!("percentages of few: {}", list(&few, 5));
            let warning = Diagnostic::warning(Code::SmallBase, message).at(span);
            self.diagnostics.push(warning.hint("one case more or less would change them as printed: cite the numbers, or print fewer decimals"));
        }
    }

    /// Rows for which a condition has no truth value are left out, which nobody meant.
    pub(super) fn warn_of_undecided(&mut self, name: &str, rows: u64, frame: &str, span: Span) {
        if rows == 0 {
            return;
        }
        let rows = counted(rows, "row");
        let message = format!(
            "{name}: for {rows} of `{frame}` a condition is neither true nor false, because a cell is missing or hidden"
        );
        let warning = Diagnostic::warning(Code::Undecided, message).at(span);
        self.diagnostics
            .push(warning.hint("add `… is known` or `… is missing` to say what is meant"));
    }

    /// What a reader should be told of the rows: conditions that are undecided, a place that cuts through a tie.
    fn warn(
        &mut self,
        name: &str,
        question: &Question,
        (folds, outer): (&[Partial], u64),
        span: Span,
    ) {
        let undecided = question.undecided(folds).max(outer);
        self.warn_of_undecided(name, undecided, &question.frame, span);
        let (Some(place), Some(rows), Some(frame)) =
            (question.cuts_place, question.selected.rows, self.figures.frames.get(&question.frame))
        else {
            return;
        };
        let Some(program) = self.figures.programs.get(&question.frame) else { return };
        let selected: BTreeSet<u64> =
            super::evidence::select(frame, program, Some(rows), usize::MAX, self.threads)
                .into_iter()
                .collect();
        let Some(ranks) = frame.columns.get("rank") else { return };
        let ranks: Vec<String> =
            (0..frame.rows).map(|row| frame.cell(ranks, row).to_string()).collect();
        let inside: BTreeSet<&String> = selected.iter().map(|row| &ranks[*row as usize]).collect();
        let tied = (0..frame.rows).find(|row| {
            !selected.contains(row)
                && !ranks[*row as usize].is_empty()
                && inside.contains(&ranks[*row as usize])
        });
        if let Some(row) = tied {
            let message =
                format!("{name}: `place` cuts through a tie at rank {}", ranks[row as usize]);
            self.diagnostics.push(
                Diagnostic::warning(Code::RankTie, message)
                    .at(place)
                    .hint("use `rank`, which ties share, or say how ties are broken"),
            );
        }
    }

    /// The sources of a question's rows: the dataset's own, or those that the rows name.
    pub(super) fn question_sources(
        &self,
        question: &Question,
        partials: &Partials,
        keys: &[Key],
    ) -> Result<BTreeSet<String>, Trouble> {
        let Some(frame) = self.frame(&question.frame) else { return Ok(BTreeSet::new()) };
        let Some(provenance) = &frame.provenance else {
            return Ok(self.sources_of(&question.frame));
        };
        let columns = question.selected.columns.iter();
        let looked_up = columns.filter_map(|name| frame.lookups.get(name));
        let mut found: BTreeSet<String> = looked_up.map(|lookup| lookup.source.clone()).collect();
        let Some((_, meaning)) = &question.sources else {
            found.insert(provenance.source.clone());
            return Ok(found);
        };
        for group in partials.groups.keys().filter(|group| group.starts_with(keys)) {
            let Some(Key::Value(code)) = group.last() else { continue };
            let id = meaning.value(*code).to_string();
            let span = self
                .sources
                .datasets
                .get(&question.frame)
                .and_then(|dataset| dataset.source_column.as_ref())
                .map(|(_, span)| *span);
            if let Some(span) = span {
                self.known_source(&id, span)?;
            }
            found.insert(id);
        }
        Ok(found)
    }

    /// The periods of a question's rows; of a series without a column of periods, those of its points.
    pub(super) fn question_periods(
        &self,
        question: &Question,
        partials: &Partials,
        keys: &[Key],
    ) -> BTreeSet<Period> {
        let Some((_, meaning)) = &question.periods else {
            let series = self.figures.series.get(&question.frame);
            let figures = series.into_iter().flat_map(Series::figures);
            return figures.flat_map(|figure| figure.covers.iter().copied()).collect();
        };
        let groups = partials.groups.keys().filter(|group| group.starts_with(keys));
        let period = |group: &Vec<Key>| match group.last().map(|key| match key {
            Key::Value(code) => Some(meaning.value(*code)),
            Key::Unknown(_) => None,
        }) {
            Some(Some(Value::Period(period))) => Some(period),
            _ => None,
        };
        groups.filter_map(period).collect()
    }

    fn check(&mut self, check: &spec::Check, left: &Term, right: &Term) {
        let figures = &self.figures;
        let lookup = |id: &str, keys: &[String], span: Span| lookup(figures, id, keys, span);
        let inputs = Inputs::over_figures("the check", &lookup);
        let sides = (evaluate(left, &inputs), evaluate(right, &inputs));
        let (left, right) = match sides {
            (Ok(left), Ok(right)) => (left, right),
            (Err(trouble), _) | (_, Err(trouble)) => {
                if let Trouble::Empty(error) | Trouble::Suppressed(error) | Trouble::Error(error) =
                    trouble
                {
                    self.diagnostics.push(*error);
                }
                return;
            }
        };
        let equal = match (&left, &right) {
            (Value::Number(a), Value::Number(b)) => {
                let (least, most) = a.less(b);
                least.is_zero() && most.is_zero()
            }
            (a, b) => a == b,
        };
        if !equal {
            let gap = match (&left, &right) {
                (Value::Number(a), Value::Number(b)) if a.less(b).0 != a.less(b).1 => {
                    let (least, most) = a.less(b);
                    format!(
                        ": the left side less the right is between {least} and {most}, as hidden cells are"
                    )
                }
                (Value::Number(a), Value::Number(b)) => {
                    let gap = &a.value - &b.value;
                    let word = if gap.is_negative() { "less" } else { "more" };
                    format!(": the left side is {}, {} {word} than the right", a.value, gap.abs())
                }
                _ => String::new(),
            };
            let message = format!("`{}` does not hold{gap}", check.text);
            let error = Diagnostic::error(Code::CheckFailed, message).at(check.span);
            self.diagnostics.push(error.label(format!("{left} = {right}?")).hint("find the part that is missing or counted twice; parts that are rounded need not sum, and are no check"));
        }
    }
}

pub(super) fn recipe_text(
    canonical: String,
    words: String,
    chain: &[&spec::Selection],
    spec: &Spec,
) -> RecipeText {
    let mut all = canonical.clone();
    for selection in chain {
        let filter = selection.filter.as_ref().map(language::expression).unwrap_or_default();
        all.push_str(&format!("\nfrom {} where {filter}", selection.from.0));
        for (name, expr) in &selection.add {
            all.push_str(&format!("\n{} = {}", name.words, language::expression(expr)));
        }
    }
    let named = |name: &String| {
        let sign = format!("${name}");
        let ends = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        all.match_indices(&sign).any(|(at, _)| ends(&all[at + sign.len()..]))
    };
    let parameters = spec.parameters.iter().filter(|(name, _)| named(name));
    let parameters: String =
        parameters.map(|(name, value)| format!("\n${name} = {value}")).collect();
    all.push_str(&parameters);
    RecipeText { canonical, words, sha256: crate::digest::sha256(all.as_bytes()) }
}

pub(super) fn lookup(
    figures: &Figures,
    id: &str,
    keys: &[String],
    span: Span,
) -> Result<Value, Trouble> {
    let reference = Reference { id: id.to_string(), keys: keys.to_vec(), span };
    match figures.find(&reference) {
        Ok(Some(figure)) => Ok(figure.value.clone()),
        Ok(None) => Err(Trouble::Silent),
        Err(error) => Err(error.into()),
    }
}

/// Whether rows of a frame are people, under disclosure control.
pub(super) fn counts_cases(frame: &Frame) -> bool {
    frame.guard.as_ref().is_some_and(|guard| guard.rows)
}

pub(super) fn counts(frame: Option<&Frame>, folds: &[Partial]) -> Counts {
    let (values, last) = folds.split_at(folds.len().saturating_sub(1));
    let most = |of: fn(&Partial) -> u64| values.iter().map(of).max().unwrap_or(0);
    let rows = RowCounts {
        total: frame.map_or(0, |frame| frame.rows),
        used: last.first().map_or(0, |count| count.rows),
        missing: most(|partial| partial.missing),
        suppressed: most(|partial| partial.suppressed),
        undecided: folds.iter().map(|partial| partial.undecided.rows).max().unwrap_or(0),
    };
    let cases = frame.is_some_and(counts_cases);
    Counts {
        frame: frame.map_or_else(String::new, |frame| frame.name.clone()),
        rows: (!cases).then_some(rows),
    }
}

/// Gives a figure the format that was declared, or the one that needs no author.
pub(super) fn formatted(
    figure: &mut Figure,
    declared: Option<Format>,
    span: Span,
) -> Result<(), Trouble> {
    let id = figure.id.clone();
    let Value::Number(number) = &mut figure.value else { return Ok(()) };
    if let Some(format) = declared {
        match format {
            Format::Percent(n) if number.measure.scale == Scale::Plain => {
                number.measure = Measure { scale: Scale::Percent, unit: None, decimals: Some(n) };
            }
            Format::Percent(_) if number.measure.scale == Scale::Points => {
                let error = Diagnostic::error(
                    Code::TypeMismatch,
                    format!("`{id}` is a difference of two percentages, in percentage points"),
                );
                return Err(error.at(span).hint("write `as points`; how much larger one is in percent is `percent_change(a to b)`").into());
            }
            Format::Points(n) if number.measure.scale != Scale::Percent => {
                number.measure = Measure { scale: Scale::Points, unit: None, decimals: Some(n) };
            }
            Format::Points(_) => {
                let error = Diagnostic::error(
                    Code::TypeMismatch,
                    format!("`{id}` is a percentage, not a difference of two"),
                );
                return Err(error.at(span).hint("write `as percent`, or `points(a to b)`").into());
            }
            Format::Currency(_) if number.measure.unit.is_none() => {
                let error = Diagnostic::error(Code::NeedsFormat, format!("`{id}` has no currency"))
                    .at(span);
                return Err(error.hint("give the column `unit: GBP`").into());
            }
            _ => {}
        }
        figure.format = Some(format);
        return Ok(());
    }
    figure.format = natural_format(number);
    if figure.format.is_none() {
        let error =
            Diagnostic::error(Code::NeedsFormat, format!("how `{id}` prints cannot be guessed"))
                .at(span);
        return Err(error.hint("say so: `… as decimal(1)`, `… as percent`, `… as words`").into());
    }
    Ok(())
}
