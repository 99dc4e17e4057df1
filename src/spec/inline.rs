//! Recipes with nothing left to look up: selections and added columns in place, parameters as the literals that they are.

use super::Spec;
use crate::exact::Exact;
use crate::language::{Expr, Kind};
use crate::text::Span;

/// What a recipe asks of the rows of a frame, in names of the frame's own columns.
#[derive(Clone, Debug)]
pub struct Inlined {
    /// The dataset or series.
    pub frame: String,
    /// Conditions that all must hold: the recipe's own, then those of its selections, nearest first.
    pub filters: Vec<Expr>,
    /// Keys of a series.
    pub by: Vec<Expr>,
    /// The values.
    pub values: Vec<Expr>,
}

impl Spec {
    /// What a recipe over rows asks, with nothing left to look up.
    pub fn inlined(
        &self,
        from: &str,
        filter: Option<&Expr>,
        by: &[(String, Span)],
        values: &[&Expr],
    ) -> Inlined {
        let (chain, frame) = self.chain(from);
        let added: Vec<(&str, &Expr)> = chain
            .iter()
            .flat_map(|own| own.add.iter().rev().map(|(name, expr)| (name.words.as_str(), expr)))
            .collect();
        let filters = filter.into_iter().chain(chain.iter().filter_map(|own| own.filter.as_ref()));
        let key =
            |(name, span): &(String, Span)| Expr { kind: Kind::Name(name.clone()), span: *span };
        Inlined {
            frame: frame.to_string(),
            filters: filters.map(|filter| self.inline(filter, &added)).collect(),
            by: by.iter().map(|own| self.inline(&key(own), &added)).collect(),
            values: values.iter().map(|value| self.inline(value, &added)).collect(),
        }
    }

    /// An expression over figures with its parameters as literals.
    pub fn inlined_derived(&self, expr: &Expr) -> Expr {
        self.inline(expr, &[])
    }

    /// An expression with the columns put in that selections add, nearest first; each sees those below it.
    fn inline(&self, expr: &Expr, added: &[(&str, &Expr)]) -> Expr {
        let kind = match &expr.kind {
            Kind::Parameter(name) => self.literal(name),
            Kind::Name(name) => match added.iter().position(|(known, _)| known == name) {
                Some(place) => return self.inline(added[place].1, &added[place + 1..]),
                None => expr.kind.clone(),
            },
            kind => kind.map(&|part| self.inline(part, added)),
        };
        Expr { kind, span: expr.span }
    }

    /// A parameter as the literal that it stands for.
    fn literal(&self, name: &str) -> Kind {
        let text = self.parameters.get(name).map_or("", String::as_str);
        let digits = text.strip_suffix('%');
        match Exact::parse(digits.unwrap_or(text)) {
            Some(value) => Kind::Number {
                value: if digits.is_some() { value * Exact::power_of_ten(-2) } else { value },
                percent: digits.is_some(),
                text: digits.unwrap_or(text).to_string(),
            },
            None => Kind::Text(text.to_string()),
        }
    }
}
