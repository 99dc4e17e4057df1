//! The keys that a figure is of: `Wales`, of the column *region*, through recipes, series and what a figure is made from.

use crate::figures::Figures;
use crate::language::{Compare, Expr, Kind};
use crate::spec::{Origin, SeriesOrigin, Spec};
use crate::value::Value;

/// A text of a column that every row of a figure has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Key {
    /// The dataset.
    pub(super) frame: String,
    /// Its column.
    pub(super) column: String,
    /// The text.
    pub(super) text: String,
}

/// The keys of a figure or, with keys in link form, of a point.
pub(super) fn keys(spec: &Spec, figures: &Figures, id: &str, point: &[String]) -> Vec<Key> {
    let mut found = Vec::new();
    let (from, filters): (&str, Vec<&Expr>) = match spec.figures.get(id).map(|f| &f.origin) {
        Some(Origin::Recipe(recipe)) => match &recipe.from {
            Some((from, _)) => {
                (from, std::iter::once(&recipe.value).chain(&recipe.filter).collect())
            }
            // of what it is made from, the names: *negative* may be said in other words
            None => {
                let named = |key: &Key| key.text.starts_with(char::is_uppercase);
                return of(spec, figures, &recipe.value).into_iter().filter(named).collect();
            }
        },
        Some(_) => return found,
        None => match spec.series.get(id).map(|series| &series.origin) {
            Some(SeriesOrigin::Grouped { from, filter, .. }) => (&from.0, filter.iter().collect()),
            // a point of several series has the keys of each of them
            Some(SeriesOrigin::Aligned { values, .. }) => {
                let names: Vec<_> = values.iter().flat_map(|(_, value)| value.names()).collect();
                let first = names.iter().find(|(name, _)| spec.series.contains_key(*name));
                return first.map_or(found, |(name, _)| keys(spec, figures, name, point));
            }
            _ => return found,
        },
    };
    let (chain, frame) = spec.chain(from);
    let mut push = |column: &str, text: &str| {
        found.push(Key { frame: frame.into(), column: column.into(), text: text.into() });
    };
    if let Some(series) = figures.series.get(id)
        && let Some((point, _)) = series.placed(point)
    {
        for (name, key) in series.keys.iter().zip(&point.keys) {
            if let Value::Text(text) = key {
                push(name, text);
            }
        }
    }
    let selections = chain.iter().filter_map(|selection| selection.filter.as_ref());
    for filter in filters.into_iter().chain(selections) {
        equalities(filter, &mut push);
    }
    found
}

/// The keys of everything that an expression over figures names.
pub(super) fn of(spec: &Spec, figures: &Figures, expr: &Expr) -> Vec<Key> {
    let mut found: Vec<Key> = Vec::new();
    expr.walk(&mut |expr| {
        let more = match &expr.kind {
            Kind::Name(name) => keys(spec, figures, name, &[]),
            Kind::Point(name, point) => {
                let point: Vec<String> = point.iter().map(|key| key.text.clone()).collect();
                keys(spec, figures, name, &point)
            }
            _ => return,
        };
        let new: Vec<Key> = more.into_iter().filter(|key| !found.contains(key)).collect();
        found.extend(new);
    });
    found
}

/// Every `column = 'text'` that a condition needs.
fn equalities<'e>(expr: &'e Expr, found: &mut dyn FnMut(&'e str, &'e str)) {
    match &expr.kind {
        Kind::Compare(Compare::Equal, a, b) => match (&a.kind, &b.kind) {
            (Kind::Name(column), Kind::Text(text)) | (Kind::Text(text), Kind::Name(column)) => {
                found(column, text);
            }
            _ => {}
        },
        Kind::And(a, b) => {
            equalities(a, found);
            equalities(b, found);
        }
        Kind::Call { filter: Some(filter), .. } => equalities(filter, found),
        Kind::Binary(_, a, b) => {
            equalities(a, found);
            equalities(b, found);
        }
        _ => {}
    }
}
