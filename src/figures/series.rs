//! Series: groups to points, figures to points, ranks.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::compute::{Answer, Maker, counts, formatted, lookup, recipe_text};
use super::evaluate::{Inputs, Trouble, base, evaluate};
use super::point::key_slug;
use super::question::{Asked, Question};
use super::{Figure, Point, PointValue, Provenance, RecipeText, Series};
use crate::diag::{Code, Diagnostic};
use crate::frame::{Key, Partial};
use crate::language::Recipe;
use crate::spec::{self, SeriesOrigin, prose};
use crate::text::Span;
use crate::value::Value;

impl Maker<'_> {
    pub(super) fn make_series(
        &mut self,
        id: &str,
        declared: &spec::Series,
        asked: Option<(&Question, Answer)>,
    ) -> Result<(), Trouble> {
        let mut series = match &declared.origin {
            SeriesOrigin::Figures(members) => self.members(id, declared, members)?,
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
            without_key: 0,
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
                group: Vec::new(),
                member: Some(key_slug(member)),
            });
        }
        Ok(series)
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
        if values.len() > 1 {
            let canonical: Vec<&str> = texts.iter().map(|text| text.canonical.as_str()).collect();
            let words: Vec<&str> = texts.iter().map(|text| text.words.as_str()).collect();
            let chain = self.spec.chain(&from.0).0;
            let text = recipe_text(canonical.join("; "), words.join("; "), &chain);
            if declared.label.is_none() {
                series.label = id.replace('_', " ");
            }
            series.recipe = Some(text);
        }
        series.keys = by.iter().map(|(key, _)| key.clone()).collect();
        for (name, _) in values {
            let label = declared.labels.get(name).map(|label| prose::plain(label.inlines()));
            let fallback =
                if values.len() == 1 { series.label.clone() } else { name.replace('_', " ") };
            series.values.insert(name.clone(), label.unwrap_or(fallback));
        }
        series.without_key = answer.values.without_key;
        let groups = || answer.values.groups.values();
        let most =
            |folds: &Vec<Partial>| folds.iter().map(|fold| fold.undecided).max().unwrap_or(0);
        let outer = answer.values.undecided;
        series.undecided = outer + groups().map(most).sum::<u64>();
        let warned = outer + groups().map(|folds| question.undecided(folds)).sum::<u64>();
        let name = format!("series `{id}`");
        self.warn_of_undecided(&name, warned, &question.frame, declared.span);
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
        let several = series.values.len() > 1;
        let slugs: Vec<String> = keys.iter().map(|key| key_slug(&key.to_string())).collect();
        let names: Vec<String> = keys.iter().map(ToString::to_string).collect();
        let sources = self.question_sources(question, &answer.sources, integers)?;
        let mut values = Vec::new();
        for (index, (value_name, term)) in question.values.iter().enumerate() {
            let tail = if several { format!("/{value_name}") } else { String::new() };
            let id = format!("{}/{}{tail}", series.id, slugs.join("/"));
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
            };
            let value = match evaluate(term, &inputs) {
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
                label: format!("{}: {}", series.values[index], names.join(", ")),
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
            group: integers.to_vec(),
            member: None,
        })
    }
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
