//! Names and types looked up: what each figure asks of which frame, and in which order figures are made.

use std::collections::{BTreeMap, BTreeSet};

use super::order::order;
use super::question::{Asked, Question, aligned, derived, question};
use super::term::Term;
use crate::diag::{Code, Diagnostic, Diagnostics, Outcome};
use crate::frame::{Frame, Program};
use crate::language::{Expr, Recipe};
use crate::sources::Sources;
use crate::spec::{Origin, SeriesOrigin, Spec};
use crate::text::Span;

type Planned<T> = Result<T, Diagnostic>;

/// How every figure and series of a report is made, in an order in which each can be.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub(super) order: Vec<String>,
    pub(super) questions: BTreeMap<String, Question>,
    pub(super) derived: BTreeMap<String, Term>,
    /// The values of series that are made of others.
    pub(super) aligned: BTreeMap<String, Vec<Term>>,
    pub(super) checks: Vec<(Term, Term)>,
    pub(super) programs: BTreeMap<String, Program>,
    pub(super) failed: BTreeSet<String>,
}

/// The columns that a report names, by dataset; the names of all datasets that it needs are keys.
pub fn wanted(spec: &Spec) -> BTreeMap<String, BTreeSet<String>> {
    let mut wanted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut add = |from: &str, exprs: &[&Expr], by: &[(String, Span)]| {
        let (chain, base) = spec.chain(from);
        let names = wanted.entry(base.to_string()).or_default();
        let selections =
            chain.iter().flat_map(|s| s.filter.iter().chain(s.add.iter().map(|(_, expr)| expr)));
        for expr in exprs.iter().copied().chain(selections) {
            names.extend(expr.names().into_iter().map(|(name, _)| name.to_string()));
        }
        names.extend(by.iter().map(|(key, _)| key.clone()));
    };
    for figure in spec.figures.values() {
        if let Origin::Recipe(Recipe { value, from: Some((from, _)), filter, .. }) = &figure.origin
        {
            add(from, &std::iter::once(value).chain(filter).collect::<Vec<_>>(), &[]);
        }
    }
    for series in spec.series.values() {
        if let SeriesOrigin::Grouped { from, filter, by, values } = &series.origin {
            let exprs: Vec<&Expr> = values.iter().map(|(_, value)| value).chain(filter).collect();
            add(&from.0, &exprs, by);
        }
    }
    wanted.retain(|name, _| !spec.series.contains_key(name));
    wanted
}

/// Plans a report over the frames of its datasets.
///
/// What cannot be planned is reported and in `failed`; what depends on it is dropped without a word of its own.
pub fn plan(spec: &Spec, sources: &Sources, frames: &BTreeMap<String, Frame>) -> Outcome<Plan> {
    let mut diagnostics = Diagnostics::default();
    let mut plan = Plan { failed: spec.failed.clone(), ..Plan::default() };
    plan.order = order(spec, &mut diagnostics, &mut plan.failed);
    for id in plan.order.clone() {
        let result = plan_one(spec, sources, frames, &id, &mut plan, &mut diagnostics);
        if diagnostics.take(result).is_none() {
            plan.failed.insert(id);
        }
    }
    let shadowing = spec
        .selections
        .iter()
        .map(|(name, s)| (name, s.span))
        .chain(spec.series.iter().map(|(name, s)| (name, s.span)));
    for (name, span) in shadowing.filter(|(name, _)| sources.datasets.contains_key(*name)) {
        let error =
            Diagnostic::error(Code::BadId, format!("`{name}` is the name of a dataset")).at(span);
        diagnostics.push(
            error
                .related(sources.datasets[name].span, "the dataset")
                .hint("give the selection or series another name"),
        );
    }
    for check in &spec.checks {
        let sides = (derived(spec, &check.left), derived(spec, &check.right));
        if let (Some(left), Some(right)) = (diagnostics.take(sides.0), diagnostics.take(sides.1)) {
            plan.checks.push((left, right));
        }
    }
    Outcome::new(plan, diagnostics)
}

fn plan_one(
    spec: &Spec,
    sources: &Sources,
    frames: &BTreeMap<String, Frame>,
    id: &str,
    plan: &mut Plan,
    diagnostics: &mut Diagnostics,
) -> Planned<()> {
    if let Some(figure) = spec.figures.get(id) {
        let Origin::Recipe(recipe) = &figure.origin else { return Ok(()) };
        let Some((from, span)) = &recipe.from else {
            plan.derived.insert(id.to_string(), derived(spec, &recipe.value)?);
            return Ok(());
        };
        let Some(frame) = base_frame(spec, sources, frames, from, *span)? else {
            return fail_quietly(spec, from, id, plan);
        };
        let program = plan.programs.entry(frame.name.clone()).or_default();
        let asked = Asked {
            from,
            values: vec![("value".into(), &recipe.value)],
            filter: recipe.filter.as_ref(),
            by: &[],
        };
        let question = question(spec, sources, frame, &asked, program, diagnostics)?;
        plan.questions.insert(id.to_string(), question);
        return Ok(());
    }
    let Some(series) = spec.series.get(id) else { return Ok(()) };
    if let SeriesOrigin::Aligned { values, .. } = &series.origin {
        let terms: Result<_, _> = values.iter().map(|(_, value)| aligned(spec, value)).collect();
        plan.aligned.insert(id.to_string(), terms?);
        return Ok(());
    }
    let SeriesOrigin::Grouped { from, filter, by, values } = &series.origin else { return Ok(()) };
    let Some(frame) = base_frame(spec, sources, frames, &from.0, from.1)? else {
        return fail_quietly(spec, &from.0, id, plan);
    };
    let program = plan.programs.entry(frame.name.clone()).or_default();
    let values = values.iter().map(|(name, value)| (name.clone(), value)).collect();
    let asked = Asked { from: &from.0, values, filter: filter.as_ref(), by };
    let question = question(spec, sources, frame, &asked, program, diagnostics)?;
    plan.questions.insert(id.to_string(), question);
    Ok(())
}

/// A frame that is a series is planned once the series is there; a dataset that could not be read takes its figures with it.
fn fail_quietly(spec: &Spec, from: &str, id: &str, plan: &mut Plan) -> Planned<()> {
    let (_, base) = spec.chain(from);
    if !spec.series.contains_key(base) {
        plan.failed.insert(id.to_string());
    }
    Ok(())
}

/// The dataset under a name; `None` where it is a series, or a dataset that could not be read.
fn base_frame<'f>(
    spec: &Spec,
    sources: &Sources,
    frames: &'f BTreeMap<String, Frame>,
    from: &str,
    span: Span,
) -> Planned<Option<&'f Frame>> {
    let (chain, base) = spec.chain(from);
    if spec.series.contains_key(base) {
        return Ok(None);
    }
    if let Some(frame) = frames.get(base) {
        return Ok(Some(frame));
    }
    // said already: a dataset that could not be read or declared, or a selection that stands on itself
    if sources.datasets.contains_key(base)
        || sources.failed.contains(base)
        || spec.selections.contains_key(base)
    {
        return Ok(None);
    }
    let at = chain.last().map_or(span, |selection| selection.from.1);
    let known = sources
        .datasets
        .keys()
        .chain(spec.selections.keys())
        .chain(spec.series.keys())
        .map(String::as_str);
    let known: Vec<&str> = known.collect();
    Err(Diagnostic::error(
        Code::UnknownFrame,
        format!("there is no dataset, selection or series `{base}`"),
    )
    .at(at)
    .did_you_mean(base, known.iter().copied())
    .hint(match known.as_slice() {
        [] => "declare a dataset in a `source.yaml` under `data/`".to_string(),
        known => format!("there are: {}", known.join(", ")),
    }))
}
