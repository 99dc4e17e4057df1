//! Series: groups to points, figures to points, ranks.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::compute::{Answer, Maker, counts, counts_cases, formatted, lookup, recipe_text};
use super::evaluate::{Inputs, Trouble, base, evaluate, undecided};
use super::point::key_slug;
use super::question::{Asked, Question};
use super::term::{Reading, Term};
use super::{Figure, Point, PointValue, Provenance, RecipeText, Series};
use crate::diag::{Code, Diagnostic, list};
use crate::exact::Exact;
use crate::frame::{Key, Partial};
use crate::language::{Expr, Recipe};
use crate::spec::{self, SeriesOrigin, Spec, prose};
use crate::text::Span;
use crate::value::{Number, Value};

impl Maker<'_> {
    pub(super) fn make_series(
        &mut self,
        id: &str,
        declared: &spec::Series,
        asked: Option<(&Question, Answer)>,
        terms: Option<&Vec<Term>>,
    ) -> Result<(), Trouble> {
        let mut series = match &declared.origin {
            SeriesOrigin::Figures(members) => self.members(id, declared, members)?,
            SeriesOrigin::Aligned { values, unmatched } => {
                let terms = terms.ok_or(Trouble::Silent)?;
                self.aligned(id, declared, (values, terms), unmatched)?
            }
            SeriesOrigin::Grouped { from, filter, by, values } => {
                let exprs = values.iter().map(|(name, expr)| (name.clone(), expr)).collect();
                let asked = match asked {
                    Some((question, answer)) => (question.clone(), answer),
                    None => self.ask_series(
                        id,
                        &Asked { from: &from.0, values: exprs, filter: filter.as_ref(), by },
                    )?,
                };
                let series = self.grouped(id, declared, &asked.0, &asked.1)?;
                self.figures.selected.insert(id.to_string(), asked.0.selected);
                series
            }
        };
        series.rank(declared.lowest_first)?;
        self.figures.series.insert(id.to_string(), series);
        Ok(())
    }

    fn series_shell(
        &self,
        id: &str,
        declared: &spec::Series,
        recipe: Option<RecipeText>,
    ) -> Series {
        let label = declared.label.as_ref().map(|label| prose::plain(label.inlines()));
        let words = || recipe.as_ref().map(|recipe| recipe.words.clone());
        Series {
            id: id.to_string(),
            label: label.or_else(words).unwrap_or_else(|| id.replace('_', " ")),
            caveat: declared.caveat.clone(),
            keys: Vec::new(),
            labels: declared
                .labels
                .iter()
                .map(|(name, label)| (key_slug(name), prose::plain(label.inlines())))
                .collect(),
            values: IndexMap::new(),
            points: Vec::new(),
            places: BTreeMap::new(),
            counts_cases: false,
            without_key: 0,
            unmatched: Vec::new(),
            undecided: 0,
            recipe,
            span: declared.span,
        }
    }

    /// A series made of figures: the key is the figure's label.
    fn members(
        &mut self,
        id: &str,
        declared: &spec::Series,
        members: &[(String, Span)],
    ) -> Result<Series, Trouble> {
        let mut series = self.series_shell(id, declared, None);
        series.keys = vec!["figure".into()];
        series.values.insert("value".into(), series.label.clone());
        for (member, span) in members {
            let figure = self.figures.figures.get(member).ok_or(Trouble::Silent)?;
            let mut point = figure.clone();
            point.id = format!("{id}/{}", key_slug(member));
            point.uses = vec![member.clone()];
            point.provenance = Provenance::Derived;
            if let Some(format) = declared.format {
                point.format = Some(format);
            }
            let measure = |figure: &Figure| {
                figure.value.number().map(|n| (n.measure.scale, n.measure.unit.clone()))
            };
            let first =
                series.points.first().and_then(|point| point.values[0].figure()).map(measure);
            if first.is_some_and(|first| first != measure(figure)) {
                let message =
                    format!("`{member}` measures something else than the figures before it");
                return Err(Diagnostic::error(Code::TypeMismatch, message)
                    .at(*span)
                    .hint("a series has one unit; make two")
                    .into());
            }
            let keys = vec![Value::Text(figure.label.clone())];
            series.points.push(Point {
                keys,
                values: vec![PointValue::Figure(Box::new(point))],
                rank: None,
                place: None,
                places_between: None,
                group: Vec::new(),
                member: Some(key_slug(member)),
            });
        }
        Ok(series)
    }

    /// A series made of others, point by point where their keys are equal.
    fn aligned(
        &mut self,
        id: &str,
        declared: &spec::Series,
        (values, terms): (&[(String, Expr)], &[Term]),
        unmatched: &[(String, Span)],
    ) -> Result<Series, Trouble> {
        let texts: Vec<RecipeText> = values
            .iter()
            .map(|(_, value)| {
                let value = value.clone();
                let (from, filter, by, format) = (None, None, Vec::new(), None);
                self.recipe_text(&Recipe { value, from, filter, by, format })
            })
            .collect();
        let mut series = self.series_shell(id, declared, texts.first().cloned());
        name_values(&mut series, declared, values, (&texts, &[], self.spec));
        let mut named: Vec<(String, Span)> = Vec::new();
        for term in terms {
            term.named(&mut |name, _, span| {
                if self.figures.series.contains_key(name) && !named.iter().any(|(n, _)| n == name) {
                    named.push((name.to_string(), span));
                }
            });
        }
        let parts: Option<Vec<(&Series, Span)>> = named
            .iter()
            .map(|(name, span)| Some((self.figures.series.get(name)?, *span)))
            .collect();
        let parts = parts.filter(|parts| !parts.is_empty()).ok_or(Trouble::Silent)?;
        same_keys(&parts)?;
        let (matched, left_out) = matched(&parts, unmatched, declared.span)?;
        series.keys = parts[0].0.keys.clone();
        series.unmatched = left_out;
        let index: BTreeMap<&str, BTreeMap<String, &PointValue>> = parts
            .iter()
            .map(|(part, _)| {
                let points = part.points.iter();
                let points = points.map(|point| (joined(&point.keys), &point.values[0]));
                (part.id.as_str(), points.collect())
            })
            .collect();
        let mut points = Vec::new();
        for keys in matched {
            let mut made = Vec::new();
            for (place, term) in terms.iter().enumerate() {
                let recipe = &texts[place];
                made.push(self.aligned_value(
                    (&series, place),
                    &keys,
                    (term, recipe),
                    &index,
                    declared,
                )?);
            }
            points.push(Point {
                keys,
                values: made,
                rank: None,
                place: None,
                places_between: None,
                group: Vec::new(),
                member: None,
            });
        }
        series.points = points;
        self.labels_name_something(declared, &series);
        Ok(series)
    }

    /// The value of a series of others at some keys.
    fn aligned_value(
        &self,
        (series, place): (&Series, usize),
        keys: &[Value],
        (term, recipe): (&Term, &RecipeText),
        index: &BTreeMap<&str, BTreeMap<String, &PointValue>>,
        declared: &spec::Series,
    ) -> Result<PointValue, Trouble> {
        let id = series.point_id(keys, place);
        let name = format!("point `{id}`");
        let key = joined(keys);
        let used = std::cell::RefCell::new(Vec::<&Figure>::new());
        let lookup = |name: &str, keys: &[String], span: Span| {
            let Some(part) = index.get(name).filter(|_| keys.is_empty()) else {
                return lookup(&self.figures, name, keys, span);
            };
            let none = |code| Box::new(Diagnostic::error(code, name.to_string()));
            match part.get(&key) {
                Some(PointValue::Figure(figure)) => {
                    used.borrow_mut().push(figure.as_ref());
                    Ok(figure.value.clone())
                }
                Some(PointValue::Suppressed) => {
                    Err(Trouble::Suppressed(none(Code::SuppressedCells)))
                }
                _ => Err(Trouble::Empty(none(Code::EmptySelection))),
            }
        };
        let inputs = Inputs::over_figures(&name, &lookup);
        let value = match evaluate(term, &inputs) {
            Ok(value) => value,
            Err(Trouble::Empty(_)) => return Ok(PointValue::Missing),
            Err(Trouble::Suppressed(_)) => return Ok(PointValue::Suppressed),
            Err(trouble) => return Err(trouble),
        };
        let base = base(term, &inputs);
        let mut uses = Vec::new();
        term.references(&mut |id, _| uses.push(id.to_string()));
        uses.sort();
        uses.dedup();
        if let Err(Trouble::Suppressed(_)) = self.remainder(&name, term, &value, &uses) {
            return Ok(PointValue::Suppressed);
        }
        let alone = uses.iter().filter(|id| self.figures.figures.contains_key(*id));
        let mut sources: BTreeSet<String> = alone.flat_map(|id| self.sources_of(id)).collect();
        let mut covers = BTreeSet::new();
        for figure in used.borrow().iter() {
            sources.extend(figure.sources.iter().cloned());
            covers.extend(figure.covers.iter().copied());
        }
        let mut figure = Figure {
            id,
            value,
            format: None,
            label: series.point_label(keys, place),
            caveat: None,
            provenance: Provenance::Derived,
            recipe: Some(recipe.clone()),
            quote: None,
            reason: None,
            also: Vec::new(),
            base,
            covers,
            counts: None,
            uses,
            sources,
            span: declared.span,
        };
        formatted(&mut figure, declared.format, declared.span)?;
        Ok(PointValue::Figure(Box::new(figure)))
    }

    fn grouped(
        &mut self,
        id: &str,
        declared: &spec::Series,
        question: &Question,
        answer: &Answer,
    ) -> Result<Series, Trouble> {
        let SeriesOrigin::Grouped { from, filter, by, values } = &declared.origin else {
            return Err(Trouble::Silent);
        };
        let texts: Vec<RecipeText> = values
            .iter()
            .map(|(_, value)| {
                let (value, from) = (value.clone(), Some(from.clone()));
                self.recipe_text(&Recipe {
                    value,
                    from,
                    filter: filter.clone(),
                    by: by.clone(),
                    format: None,
                })
            })
            .collect();
        let mut series = self.series_shell(id, declared, texts.first().cloned());
        series.keys = by.iter().map(|(key, _)| key.clone()).collect();
        name_values(
            &mut series,
            declared,
            values,
            (&texts, &self.spec.chain(&from.0).0, self.spec),
        );
        series.without_key = answer.values.without_key;
        let groups = || answer.values.groups.values();
        let most =
            |folds: &Vec<Partial>| folds.iter().map(|fold| fold.undecided.rows).max().unwrap_or(0);
        let outer = answer.values.undecided.rows;
        series.undecided = outer + groups().map(most).sum::<u64>();
        let warned = outer + groups().map(|folds| question.undecided(folds)).sum::<u64>();
        let name = format!("series `{id}`");
        self.warn_of_undecided(&name, warned, &question.frame, declared.span);
        if answer.values.undecided.hidden > 0 {
            let frame = self.frame(&question.frame);
            let error = undecided(&name, &answer.values.undecided, frame, declared.span);
            return Err(error.into());
        }
        let mut groups: Vec<(Vec<Value>, &Vec<Key>, &Vec<Partial>)> = answer
            .values
            .groups
            .iter()
            .map(|(keys, partials)| {
                let values = keys.iter().zip(&question.keys).map(|(key, unit)| match key {
                    Key::Value(integer) => unit.key(*integer),
                    Key::Unknown(_) => Value::Text(String::new()),
                });
                (values.collect(), keys, partials)
            })
            .collect();
        groups.sort_by(|a, b| compare_keys(&a.0, &b.0));
        for (keys, integers, partials) in &groups {
            let point = self.point(
                &series,
                declared,
                question,
                answer,
                (keys, integers, partials),
                &texts,
            )?;
            series.points.push(point);
        }
        series.counts_cases = self.frame(&question.frame).is_some_and(counts_cases);
        self.protect(&mut series, question, answer)?;
        self.labels_name_something(declared, &series);
        if series.points.is_empty() {
            let message = format!("series `{id}` has no point: no row is selected");
            return Err(Diagnostic::error(Code::EmptySelection, message)
                .at(declared.span)
                .hint("check its conditions")
                .into());
        }
        Ok(series)
    }

    /// Hides points with those that disclosure control hides, where a sum along a line of points would give them away.
    fn protect(
        &self,
        series: &mut Series,
        question: &Question,
        answer: &Answer,
    ) -> Result<(), Trouble> {
        let frame = self.frame(&question.frame);
        let Some(guard) = frame.and_then(|frame| frame.guard.as_ref()) else { return Ok(()) };
        if guard.rule.hide == 0 || guard.rule.round > 0 {
            return Ok(());
        }
        // rows in no point are a number, too, which all points leave of a total
        let few = guard.rule.hides(&Exact::from(i128::from(series.without_key)));
        if series.without_key > 0 && (!guard.rows || few) {
            let keys = series.keys.join(" or ");
            let message = format!("series `{}`: rows without {keys} are in no point", series.id);
            let error = Diagnostic::error(Code::Disclosure, message).at(series.span);
            let hint = format!(
                "what they are can be worked out from a total: choose rows with `where {} is known`, here and there",
                series.keys.join(" is known and ")
            );
            return Err(error.hint(hint).into());
        }
        let mut seen: Vec<Vec<String>> = vec![Vec::new(); 2];
        let mut place = |side: usize, key: Option<&Value>| {
            let key = key.map_or(String::new(), ToString::to_string);
            let known = seen[side].iter().position(|own| *own == key);
            known.unwrap_or_else(|| {
                seen[side].push(key);
                seen[side].len() - 1
            })
        };
        let places: Vec<(usize, usize)> = series
            .points
            .iter()
            .map(|point| (place(0, point.keys.first()), place(1, point.keys.get(1))))
            .collect();
        for (index, (name, term)) in question.values.iter().enumerate() {
            let Some(span) = additive(term) else { continue };
            let silent =
                |id: &str, keys: &[String], span: Span| lookup(&self.figures, id, keys, span);
            let mut values = BTreeMap::new();
            for (point, place) in series.points.iter().zip(&places) {
                let Some(folds) = answer.values.groups.get(&point.group) else { continue };
                let inputs = Inputs {
                    name,
                    frame,
                    folds,
                    totals: answer.totals.only(),
                    lookup: &silent,
                    allow_empty: true,
                    guard: None,
                };
                // a point without a value, or of cells that its publisher hides, is in no known sum
                if let Ok(Value::Number(number)) = evaluate(term, &inputs)
                    && number.hidden.is_none()
                {
                    values.insert(*place, number.value);
                }
            }
            let name = format!("{}.{name}", series.id);
            let two = series.keys.len() > 1;
            let forms = super::protect::lines(&guard.rule, &name, &values, two).map_err(|why| {
                let message = format!("series `{}`: {why}", series.id);
                let error = Diagnostic::error(Code::Disclosure, message).at(span);
                error
                    .hint(
                        "bring small groups together (`replace:`, or a column with fewer of them)",
                    )
                    .hint("or leave it out: tell the figures that matter one by one")
            })?;
            for (point, place) in series.points.iter_mut().zip(&places) {
                let Some(form) = forms.get(place) else { continue };
                if let Some(PointValue::Figure(figure)) = point.values.get_mut(index)
                    && let Value::Number(number) = &figure.value
                {
                    let hidden = Number::of_form(form.clone(), number.measure.clone());
                    figure.value = Value::Number(hidden.map_err(|_| Trouble::Silent)?);
                    figure.base = None;
                }
            }
        }
        Ok(())
    }

    /// A label under a name that is no value and no key would be lost; one that names keys of both columns, or stands
    /// twice, would mix them up.
    fn labels_name_something(&mut self, declared: &spec::Series, series: &Series) {
        let mut columns = vec![BTreeSet::new(); series.keys.len()];
        for point in &series.points {
            for (column, key) in columns.iter_mut().zip(&point.keys) {
                column.insert(key_slug(&key.to_string()));
            }
        }
        let mut seen = BTreeMap::new();
        for (name, label) in &declared.labels {
            let is_value = series.values.contains_key(name);
            let held = columns.iter().filter(|column| column.contains(&key_slug(name))).count();
            let error =
                |message: String| Diagnostic::error(Code::BadValue, message).at(label.passage.span);
            if !is_value && held == 0 {
                let known = series.values.keys().chain(columns.iter().flatten());
                let error = error(format!("`{name}` is no value and no key of `{}`", series.id));
                self.diagnostics.push(error.did_you_mean(name, known.map(String::as_str)));
            } else if held + usize::from(is_value) > 1 {
                let message = format!("`{name}` names more than one thing of `{}`", series.id);
                let hint = "a label would stand for all of them: replace the text in one column with `replace:`";
                self.diagnostics.push(error(message).hint(hint));
            }
            let words = prose::plain(label.inlines());
            if let Some(other) = seen.insert(words.clone(), name) {
                let message = format!("`{other}` and `{name}` have the same label: `{words}`");
                self.diagnostics.push(error(message).hint("readers could not tell them apart"));
            }
        }
    }

    fn point(
        &mut self,
        series: &Series,
        declared: &spec::Series,
        question: &Question,
        answer: &Answer,
        (keys, integers, partials): (&[Value], &[Key], &[Partial]),
        texts: &[RecipeText],
    ) -> Result<Point, Trouble> {
        let sources = self.question_sources(question, &answer.sources, integers)?;
        let mut values = Vec::new();
        for (index, (_, term)) in question.values.iter().enumerate() {
            let id = series.point_id(keys, index);
            let name = format!("point `{id}`");
            let figures = &self.figures;
            let lookup = |id: &str, keys: &[String], span: Span| lookup(figures, id, keys, span);
            let frame = self.frame(&question.frame);
            // the group has rows: that none of them is counted is a 0
            let inputs = Inputs {
                name: &name,
                frame,
                folds: partials,
                totals: answer.totals.only(),
                lookup: &lookup,
                allow_empty: true,
                guard: frame.and_then(|frame| frame.guard.as_ref()),
            };
            let told = |value: Value| match inputs.guard {
                Some(guard) => {
                    super::protect::remainder(&name, term, &value, guard).map(|()| value)
                }
                None => Ok(value),
            };
            let value = inputs.decided(declared.span).and_then(|()| evaluate(term, &inputs));
            let value = match value.and_then(told) {
                Ok(value) => value,
                Err(Trouble::Empty(_)) => {
                    values.push(PointValue::Missing);
                    continue;
                }
                Err(Trouble::Suppressed(_)) => {
                    values.push(PointValue::Suppressed);
                    continue;
                }
                Err(trouble) => return Err(trouble),
            };
            let over_series = frame.is_some_and(|frame| frame.provenance.is_none());
            let mut figure = Figure {
                id,
                value,
                format: None,
                label: series.point_label(keys, index),
                caveat: None,
                provenance: Provenance::Computed,
                recipe: texts.get(index).cloned(),
                quote: None,
                reason: None,
                also: Vec::new(),
                base: base(term, &inputs),
                covers: self.question_periods(question, &answer.periods, integers),
                counts: Some(counts(frame, partials)),
                uses: if over_series { vec![question.frame.clone()] } else { Vec::new() },
                sources: sources.clone(),
                span: declared.span,
            };
            formatted(&mut figure, declared.format, declared.span)?;
            values.push(PointValue::Figure(Box::new(figure)));
        }
        Ok(Point {
            keys: keys.to_vec(),
            values,
            rank: None,
            place: None,
            places_between: None,
            group: integers.to_vec(),
            member: None,
        })
    }
}

impl Series {
    /// The id of a value at some keys: `by_year/2024`, or `by_year/2024/refused` where there are several values.
    fn point_id(&self, keys: &[Value], value: usize) -> String {
        let slugs: Vec<String> = keys.iter().map(|key| key_slug(&key.to_string())).collect();
        let several = self.values.len() > 1;
        let tail = self.values.get_index(value).filter(|_| several);
        let tail = tail.map(|(name, _)| format!("/{name}")).unwrap_or_default();
        format!("{}/{}{tail}", self.id, slugs.join("/"))
    }

    fn point_label(&self, keys: &[Value], value: usize) -> String {
        let names: Vec<String> = keys.iter().map(ToString::to_string).collect();
        format!("{}: {}", self.values[value], names.join(", "))
    }
}

/// Where a value that is a number of cases stands: one that adds up to a total along a series.
fn additive(term: &Term) -> Option<Span> {
    let Term::Guarded(inner, _) = term else { return None };
    match inner.as_ref() {
        Term::Fold(
            _,
            Reading::Rows | Reading::Known | Reading::Distinct | Reading::Sum(_) | Reading::One(_),
            span,
        ) => Some(*span),
        _ => None,
    }
}

/// Names the values of a series; several have one recipe together.
fn name_values(
    series: &mut Series,
    declared: &spec::Series,
    values: &[(String, Expr)],
    (texts, chain, spec): (&[RecipeText], &[&spec::Selection], &Spec),
) {
    if values.len() > 1 {
        let canonical: Vec<&str> = texts.iter().map(|text| text.canonical.as_str()).collect();
        let words: Vec<&str> = texts.iter().map(|text| text.words.as_str()).collect();
        if declared.label.is_none() {
            series.label = series.id.replace('_', " ");
        }
        series.recipe = Some(recipe_text(canonical.join("; "), words.join("; "), chain, spec));
    }
    for (name, _) in values {
        let label = declared.labels.get(name).map(|label| prose::plain(label.inlines()));
        let fallback =
            if values.len() == 1 { series.label.clone() } else { name.replace('_', " ") };
        series.values.insert(name.clone(), label.unwrap_or(fallback));
    }
}

fn joined(keys: &[Value]) -> String {
    keys.iter().map(Value::to_string).collect::<Vec<_>>().join("\u{1f}")
}

/// Series that are put side by side go by the same keys, and have one value.
fn same_keys(parts: &[(&Series, Span)]) -> Result<(), Trouble> {
    let first = parts[0].0;
    for (part, span) in parts {
        let error = |message: String| Diagnostic::error(Code::TypeMismatch, message).at(*span);
        if part.values.len() > 1 {
            let values: Vec<&String> = part.values.keys().collect();
            let message = format!("`{}` has several values: {}", part.id, list(&values, 5));
            return Err(error(message).hint("make a series of the one that is meant").into());
        }
        let mut ours = part.keys.clone();
        let mut others = first.keys.clone();
        let count = ours.len() == others.len();
        ours.sort();
        others.sort();
        if !count || (ours == others && part.keys != first.keys) {
            let message = format!(
                "`{}` goes by {}, and `{}` by {}",
                first.id,
                first.keys.join(", "),
                part.id,
                part.keys.join(", ")
            );
            return Err(error(message).hint("give both the same keys in the same order").into());
        }
    }
    Ok(())
}

/// The keys that all series have, in order, and those that not all have, which must be listed.
fn matched(
    parts: &[(&Series, Span)],
    unmatched: &[(String, Span)],
    span: Span,
) -> Result<(Vec<Vec<Value>>, Vec<String>), Trouble> {
    let text = |keys: &[Value]| -> String {
        keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    let sets: Vec<BTreeSet<String>> = parts
        .iter()
        .map(|(part, _)| part.points.iter().map(|point| text(&point.keys)).collect())
        .collect();
    let in_all = |key: &String| sets.iter().all(|set| set.contains(key));
    let missing: BTreeSet<&String> = sets.iter().flatten().filter(|key| !in_all(key)).collect();
    let listed: BTreeSet<String> = unmatched.iter().map(|(key, _)| key_slug(key)).collect();
    let unlisted = |key: &&String| !listed.contains(&key_slug(key));
    let mut said = Vec::new();
    for ((part, _), set) in parts.iter().zip(&sets) {
        let absent: Vec<&String> =
            missing.iter().copied().filter(unlisted).filter(|key| !set.contains(*key)).collect();
        if !absent.is_empty() {
            said.push(format!("`{}` has no {}", part.id, list(&absent, 6)));
        }
    }
    if !said.is_empty() {
        let message = format!("keys do not match: {}", said.join("; "));
        let keys: Vec<String> = missing
            .iter()
            .copied()
            .filter(unlisted)
            .take(20)
            .map(|key| format!("\"{key}\""))
            .collect();
        return Err(Diagnostic::error(Code::UnmatchedKeys, message)
            .at(span)
            .hint("bring them to one spelling with `replace:` in `source.yaml`")
            .hint(format!(
                "or leave them out, which the methods then say: `unmatched: [{}]`",
                keys.join(", ")
            ))
            .into());
    }
    for (key, span) in unmatched {
        if !missing.iter().any(|missing| key_slug(missing) == key_slug(key)) {
            let message =
                format!("`{key}` is listed as unmatched, and is in all of the series or in none");
            let error = Diagnostic::error(Code::UnmatchedKeys, message).at(*span);
            return Err(error.hint("delete it from `unmatched:`").into());
        }
    }
    let points = parts[0].0.points.iter();
    let keys = points.map(|point| point.keys.clone()).filter(|keys| in_all(&text(keys)));
    Ok((keys.collect(), missing.into_iter().cloned().collect()))
}

/// Keys in the order in which readers expect them.
pub(super) fn compare_keys(a: &[Value], b: &[Value]) -> std::cmp::Ordering {
    let one = |a: &Value, b: &Value| match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.value.cmp(&b.value),
        (Value::Period(a), Value::Period(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (a, b) => a.to_string().cmp(&b.to_string()),
    };
    a.iter()
        .zip(b)
        .map(|(a, b)| one(a, b))
        .find(|order| order.is_ne())
        .unwrap_or(std::cmp::Ordering::Equal)
}
