//! The order in which figures and series can be made. Circles and unknown names are found on the way.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::language::Expr;
use crate::spec::{Origin, SeriesOrigin, Spec};
use crate::text::Span;

/// Figures and series in an order in which each comes after what it needs. Circles and unknown names are reported.
pub(super) fn order(
    spec: &Spec,
    diagnostics: &mut Diagnostics,
    failed: &mut BTreeSet<String>,
) -> Vec<String> {
    let mut needs: BTreeMap<&str, Vec<(&str, Span)>> = BTreeMap::new();
    for (id, figure) in &spec.figures {
        if let Origin::Recipe(recipe) = &figure.origin {
            needs.insert(id, recipe_needs(spec, recipe.from.as_ref(), &recipe.value));
        }
    }
    for (id, series) in &spec.series {
        needs.insert(
            id,
            match &series.origin {
                SeriesOrigin::Figures(members) => {
                    members.iter().map(|(id, span)| (id.as_str(), *span)).collect()
                }
                SeriesOrigin::Grouped { from, .. } => frame_needs(spec, &from.0, from.1),
                SeriesOrigin::Aligned { values, .. } => {
                    values.iter().flat_map(|(_, value)| value.names()).collect()
                }
            },
        );
    }
    for (name, selection) in &spec.selections {
        let (chain, base) = spec.chain(name);
        if chain.len() > spec.selections.len() || spec.selections.contains_key(base) {
            let message = format!("the selection `{name}` stands on itself");
            diagnostics.push(
                Diagnostic::error(Code::Cycle, message)
                    .at(selection.from.1)
                    .hint("let one of them stand on a dataset"),
            );
        }
    }
    let mut walk =
        Walk { spec, needs: &needs, done: BTreeSet::new(), path: Vec::new(), order: Vec::new() };
    for id in spec.figures.keys().chain(spec.series.keys()) {
        walk.visit(id, diagnostics, failed);
    }
    walk.order
}

fn recipe_needs<'a>(
    spec: &'a Spec,
    from: Option<&'a (String, Span)>,
    value: &'a Expr,
) -> Vec<(&'a str, Span)> {
    match from {
        Some((from, span)) => frame_needs(spec, from, *span),
        None => value.names(),
    }
}

fn frame_needs<'a>(spec: &'a Spec, from: &'a str, span: Span) -> Vec<(&'a str, Span)> {
    let (_, base) = spec.chain(from);
    if spec.series.contains_key(base) { vec![(base, span)] } else { Vec::new() }
}

struct Walk<'a> {
    spec: &'a Spec,
    needs: &'a BTreeMap<&'a str, Vec<(&'a str, Span)>>,
    done: BTreeSet<&'a str>,
    path: Vec<&'a str>,
    order: Vec<String>,
}

impl<'a> Walk<'a> {
    fn visit(&mut self, id: &'a str, diagnostics: &mut Diagnostics, failed: &mut BTreeSet<String>) {
        if !self.done.insert(id) {
            return;
        }
        self.path.push(id);
        for (need, span) in self.needs.get(id).into_iter().flatten().copied() {
            if let Some(at) = self.path.iter().position(|known| *known == need) {
                let mut circle: Vec<&str> = self.path[at..].to_vec();
                circle.push(need);
                let message = format!("`{need}` needs itself: {}", circle.join(" → "));
                diagnostics.push(
                    Diagnostic::error(Code::Cycle, message)
                        .at(span)
                        .hint("compute one of them from data"),
                );
                failed.insert(id.to_string());
            } else if self.spec.figures.contains_key(need) || self.spec.series.contains_key(need) {
                self.visit(need, diagnostics, failed);
            } else if failed.contains(need) {
                failed.insert(id.to_string());
            } else {
                let known =
                    self.spec.figures.keys().chain(self.spec.series.keys()).map(String::as_str);
                let mut error = Diagnostic::error(
                    Code::UnknownFigure,
                    format!("there is no figure or series `{need}`"),
                )
                .at(span);
                error = error.did_you_mean(need, known);
                if self.needs.get(id).is_none_or(|needs| needs.len() <= 1) {
                    error =
                        error.hint("a recipe over the columns of a dataset needs `from DATASET`");
                }
                diagnostics.push(error);
                failed.insert(id.to_string());
            }
        }
        self.path.pop();
        self.order.push(id.to_string());
    }
}
