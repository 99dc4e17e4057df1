//! What one figure or series asks of its frame: terms, folds, filters, keys.

use std::collections::BTreeSet;

use super::Selected;
use super::term::{Guards, Reading, Term, Unit};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::disclosure::Guard;
use crate::exact::Exact;
use crate::frame::{
    Compiler, Fold, FoldKind, Frame, Group, Meaning, NumberId, Partial, Program, Query, Scope,
    TruthId, Typed, TypedKind,
};
use crate::language::{Expr, Function, Kind, Sort};
use crate::sources::{ColumnDeclaration, ColumnType, Sources};
use crate::spec::Spec;
use crate::text::Span;
use crate::value::{Measure, Number, Scale};

type Planned<T> = Result<T, Diagnostic>;

/// What is asked of a frame for one figure or series.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) frame: String,
    /// The values, by name.
    pub(super) values: Vec<(String, Term)>,
    /// Folds of the values, then one that counts the rows used.
    pub(super) query: Query,
    /// Folds of `total(…)`, over all groups.
    pub(super) totals: Option<Query>,
    /// What the key integers mean.
    pub(super) keys: Vec<Unit>,
    pub(super) selected: Selected,
    /// The sources of the rows used, where rows name theirs: grouped by keys and source.
    pub(super) sources: Option<(Query, Meaning)>,
    /// The periods of the rows used: grouped by keys and period, where a column holds periods.
    pub(super) periods: Option<(Query, Meaning)>,
    /// Folds of shares, whose base leaves undecided rows out by design.
    pub(super) shares: BTreeSet<usize>,
    /// A test on `place`, which may cut through a tie.
    pub(super) cuts_place: Option<Span>,
}

/// A recipe without `from`: figures and points only.
pub(super) fn derived(spec: &Spec, expr: &Expr) -> Planned<Term> {
    over_figures(spec, expr, false)
}

/// The recipe of a series without `from`: other series, point by point, and figures.
pub(super) fn aligned(spec: &Spec, expr: &Expr) -> Planned<Term> {
    let names = expr.names();
    if names.iter().any(|(name, _)| spec.series.contains_key(*name)) {
        return over_figures(spec, expr, true);
    }
    over_figures(spec, expr, true)?;
    let message = "a series without `from` that names no other series";
    Err(Diagnostic::error(Code::MissingField, message)
        .at(expr.span)
        .hint("write `VALUE from DATASET by COLUMN`, or make it of series: `refusals / people`"))
}

fn over_figures(spec: &Spec, expr: &Expr, points: bool) -> Planned<Term> {
    let derived = |spec: &Spec, expr: &Expr| over_figures(spec, expr, points);
    let span = expr.span;
    Ok(match &expr.kind {
        Kind::Number { .. } => Term::Constant(constant(expr)),
        Kind::Text(text) => Term::Text(text.clone()),
        Kind::Parameter(name) => parameter(spec, name, span)?,
        Kind::Name(name) => {
            if spec.series.contains_key(name) && !points {
                let error = Diagnostic::error(
                    Code::TypeMismatch,
                    format!("`{name}` is a series where a figure is asked for"),
                );
                return Err(error.at(span).hint(format!("name a point: `{name}['Key']`")));
            }
            Term::Figure(name.clone(), Vec::new(), span)
        }
        Kind::Point(name, keys) => {
            Term::Figure(name.clone(), keys.iter().map(|key| key.text.clone()).collect(), span)
        }
        Kind::Negate(a) => Term::Negate(Box::new(derived(spec, a)?), span),
        Kind::Binary(operator, a, b) => {
            Term::Binary(*operator, Box::new(derived(spec, a)?), Box::new(derived(spec, b)?), span)
        }
        Kind::Pair { function, from, to } => Term::Pair(
            *function,
            Box::new(derived(spec, from)?),
            Box::new(derived(spec, to)?),
            span,
        ),
        Kind::Call { function: Function::Absolute, arguments, .. } => {
            Term::Absolute(Box::new(derived(spec, &arguments[0])?), span)
        }
        Kind::Call { function, .. } => {
            let error = Diagnostic::error(
                Code::TypeMismatch,
                format!("`{}` without rows", function.name()),
            )
            .at(span);
            return Err(error.hint("say of which table: `… from DATASET`"));
        }
        _ => return Err(condition_as_value(span)),
    })
}

fn condition_as_value(span: Span) -> Diagnostic {
    Diagnostic::error(Code::TypeMismatch, "a condition where a value is asked for")
        .at(span)
        .hint("count the rows that meet it, `count(where …)`, or take their share, `share(…)`")
}

fn constant(expr: &Expr) -> Number {
    match &expr.kind {
        Kind::Number { value, percent, .. } => {
            let shift = if *percent { 2 } else { 0 };
            let decimals = value.decimals().map(|d| d.saturating_sub(shift));
            let scale = if *percent { Scale::Percent } else { Scale::Plain };
            Number::new(value.clone(), Measure { scale, unit: None, decimals })
        }
        _ => Number::new(Exact::zero(), Measure::count()),
    }
}

fn parameter(spec: &Spec, name: &str, span: Span) -> Planned<Term> {
    let Some(value) = spec.parameters.get(name) else {
        return Err(Diagnostic::error(
            Code::UnknownParameter,
            format!("there is no parameter `{name}`"),
        )
        .at(span)
        .did_you_mean(name, spec.parameters.keys().map(String::as_str)));
    };
    let digits = value.strip_suffix('%');
    Ok(match Exact::parse(digits.unwrap_or(value)) {
        Some(number) if digits.is_some() => {
            let decimals = number.decimals();
            let measure = Measure { scale: Scale::Percent, unit: None, decimals };
            Term::Constant(Number::new(number * Exact::power_of_ten(-2), measure))
        }
        Some(number) => {
            let decimals = number.decimals();
            Term::Constant(Number::new(
                number,
                Measure { scale: Scale::Plain, unit: None, decimals },
            ))
        }
        None => Term::Text(value.clone()),
    })
}

/// A figure's or series' question as written.
pub(super) struct Asked<'a> {
    pub(super) from: &'a str,
    pub(super) values: Vec<(String, &'a Expr)>,
    pub(super) filter: Option<&'a Expr>,
    pub(super) by: &'a [(String, Span)],
}

impl Question {
    /// Rows that a condition of some aggregate leaves undecided, but for those that a share leaves out of its base.
    pub(super) fn undecided(&self, folds: &[Partial]) -> u64 {
        let values = folds.iter().take(folds.len().saturating_sub(1)).enumerate();
        let asked = values.filter(|(index, _)| !self.shares.contains(index));
        asked.map(|(_, partial)| partial.undecided.rows).max().unwrap_or(0)
    }
}

/// Compiles what is asked of a frame.
pub(super) fn question(
    spec: &Spec,
    sources: &Sources,
    frame: &Frame,
    asked: &Asked<'_>,
    program: &mut Program,
    diagnostics: &mut Diagnostics,
) -> Planned<Question> {
    let (chain, _) = spec.chain(asked.from);
    let added = chain
        .iter()
        .flat_map(|s| s.add.iter().rev().map(|(name, expr)| (name.words.as_str(), expr)))
        .collect();
    let parameters =
        spec.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let scope = Scope { frame, added, parameters };
    let filters: Vec<&Expr> =
        asked.filter.into_iter().chain(chain.iter().filter_map(|s| s.filter.as_ref())).collect();
    impersonal(&scope, asked, &filters)?;
    if let Some(guard) = &frame.guard {
        let disciplined = Disciplined { scope: &scope, guard };
        disciplined.check(asked, &filters)?;
    }
    let mut filter = None;
    for expr in filters.iter().rev() {
        let truth = Compiler::new(&scope, program).condition(expr)?;
        filter = program.both(filter, Some(truth));
    }
    let mut asker = Asker {
        spec,
        scope: &scope,
        program,
        folds: Vec::new(),
        totals: Vec::new(),
        inside_total: false,
        counts_rows: None,
        shares: BTreeSet::new(),
        guards: None,
    };
    let mut values = Vec::new();
    for (name, expr) in &asked.values {
        values.push((name.clone(), asker.term(expr)?));
    }
    let Asker { mut folds, totals, counts_rows, shares, .. } = asker;
    bare_beside_aggregate(&values, asked.values[0].1.span)?;
    if let Some(span) = counts_rows {
        rows_are_counts(sources, frame, span, diagnostics);
    }
    free_names(asked)?;
    let (keys, group) = group_keys(&scope, program, asked.by)?;
    let used = used_rows(program, &folds);
    folds.push(Fold { kind: FoldKind::Count, value: None, filter: used });
    let exprs = asked.values.iter().map(|(_, expr)| *expr).chain(filters.iter().copied());
    let columns = named_columns(&scope, exprs, asked.by);
    let mut rows = program.both(filter, used);
    for key in &group {
        let known = program.known(key.key);
        rows = program.both(rows, Some(known));
    }
    let covers = sources.datasets.get(&frame.name).and_then(|dataset| dataset.covers.as_ref());
    let covers = covers.map(|(name, _)| name.as_str());
    let periods = period_query(frame, program, (rows, &group), &columns, covers);
    let selected = Selected {
        frame: frame.name.clone(),
        rows,
        keys: group.iter().map(|g| g.key).collect(),
        columns,
    };
    let sources = source_query(frame, program, rows, &group);
    let exprs = asked.values.iter().map(|(_, expr)| *expr).chain(filters.iter().copied());
    let place = exprs.flat_map(Expr::names).find(|(name, _)| *name == "place");
    let cuts_place = place.filter(|_| frame.provenance.is_none()).map(|(_, span)| span);
    Ok(Question {
        frame: frame.name.clone(),
        values,
        totals: (!totals.is_empty()).then(|| Query { filter, group: Vec::new(), folds: totals }),
        query: Query { filter, group, folds },
        keys,
        selected,
        sources,
        periods,
        shares,
        cuts_place,
    })
}

/// Keys must not be named like the columns that a series has of its own.
fn free_names(asked: &Asked<'_>) -> Planned<()> {
    let taken = |name: &str| {
        ["rank", "place"].contains(&name) || asked.values.iter().any(|(value, _)| value == name)
    };
    let Some((name, span)) = asked.by.iter().find(|(name, _)| taken(name)) else { return Ok(()) };
    let message = format!("a series has a column `{name}` of its own");
    let hint = format!("give the key another name in a selection: `add: {{ {name}_key: {name} }}`");
    Err(Diagnostic::error(Code::BadId, message).at(*span).hint(hint))
}

fn group_keys(
    scope: &Scope<'_>,
    program: &mut Program,
    by: &[(String, Span)],
) -> Planned<(Vec<Unit>, Vec<Group>)> {
    let (mut keys, mut group) = (Vec::new(), Vec::new());
    for (name, span) in by {
        let named = Expr { kind: Kind::Name(name.clone()), span: *span };
        let typed = Compiler::new(scope, program).expression(&named)?;
        let (key, unit) = match typed.kind {
            TypedKind::Number { node, scale, measure, divisor: None } => {
                (node, Unit::Scaled(scale, measure))
            }
            TypedKind::Coded(node, meaning) => (node, Unit::Coded(meaning)),
            _ => {
                let error = Diagnostic::error(
                    Code::TypeMismatch,
                    format!("a series cannot go by {}", typed.describe()),
                );
                return Err(error
                    .at(*span)
                    .hint("go by a text, period, date, number or boolean column"));
            }
        };
        keys.push(unit);
        group.push(Group { key, keep_unknown: false });
    }
    Ok((keys, group))
}

/// The rows that some fold uses, beside the query's own filter.
fn used_rows(program: &mut Program, folds: &[Fold]) -> Option<TruthId> {
    let mut used: Option<TruthId> = None;
    for fold in folds {
        let filter = fold.filter?;
        used = Some(used.map_or(filter, |used| program.either(used, filter)));
    }
    used
}

fn source_query(
    frame: &Frame,
    program: &mut Program,
    rows: Option<TruthId>,
    group: &[Group],
) -> Option<(Query, Meaning)> {
    let name = frame.provenance.as_ref()?.source_column.as_ref()?;
    let first = frame.columns.get(name)?;
    let key = program.column_node(frame.index(name)?);
    let mut group = group.to_vec();
    group.push(Group { key, keep_unknown: false });
    let folds = vec![Fold { kind: FoldKind::Count, value: None, filter: None }];
    Some((Query { filter: rows, group, folds }, first.meaning.clone()))
}

/// Groups the rows used by the column that is declared to say what they cover, else by the first column of periods among those
/// that are named, or by the only one that there is.
fn period_query(
    frame: &Frame,
    program: &mut Program,
    (rows, group): (Option<TruthId>, &[Group]),
    columns: &[String],
    covers: Option<&str>,
) -> Option<(Query, Meaning)> {
    let all =
        || frame.columns.iter().filter(|(_, column)| matches!(column.meaning, Meaning::Period(_)));
    let only = || all().next().filter(|_| all().count() == 1);
    let declared = all().find(|(name, _)| Some(name.as_str()) == covers);
    let named = || all().find(|(name, _)| columns.contains(name));
    let (name, column) = declared.or_else(named).or_else(only)?;
    let key = program.column_node(frame.index(name)?);
    let mut group = group.to_vec();
    group.push(Group { key, keep_unknown: false });
    let folds = vec![Fold { kind: FoldKind::Count, value: None, filter: None }];
    Some((Query { filter: rows, group, folds }, column.meaning.clone()))
}

/// Columns of the frame that expressions name and evidence may show, through added columns, sorted.
fn named_columns<'a>(
    scope: &Scope<'a>,
    exprs: impl Iterator<Item = &'a Expr>,
    by: &[(String, Span)],
) -> Vec<String> {
    let mut names = columns_of(scope, exprs, by);
    names.retain(|name| !scope.frame.personal.contains(name));
    names
}

/// Personal columns can be counted, and asked whether they are known; all else would tell of single people.
fn impersonal(scope: &Scope<'_>, asked: &Asked<'_>, filters: &[&Expr]) -> Planned<()> {
    let personal = &scope.frame.personal;
    let found = |name: &str, span: Span| {
        let message = format!("`{name}` is personal, and would be told");
        Err(Diagnostic::error(Code::Disclosure, message)
            .at(span)
            .hint("it can be counted: `count(distinct column)`, `count(where column is known)`")
            .hint(
                "make a column of groups, such as bands of age, in the file itself, and use that",
            ))
    };
    // an added column is no cell that can be counted: what it is made of would be told
    fn told<'e>(scope: &Scope<'_>, expr: &'e Expr, names: &mut Vec<(&'e str, Span)>) {
        let direct = |expr: &Expr| match &expr.kind {
            Kind::Name(name) => !scope.added.iter().any(|(added, _)| added == name),
            _ => false,
        };
        match &expr.kind {
            Kind::Name(name) => names.push((name, expr.span)),
            Kind::Is(inner, _) if direct(inner) => {}
            Kind::Call { function: Function::Count, arguments, filter, .. }
                if arguments.iter().all(direct) =>
            {
                filter.iter().for_each(|filter| told(scope, filter, names));
            }
            _ => expr.children().into_iter().for_each(|child| told(scope, child, names)),
        }
    }
    let mut names = Vec::new();
    let values = asked.values.iter().map(|(_, value)| *value);
    values.chain(filters.iter().copied()).for_each(|expr| told(scope, expr, &mut names));
    names.extend(asked.by.iter().map(|(name, span)| (name.as_str(), *span)));
    for (name, span) in names {
        // an added column is looked into where it stands
        let expr = scope.added.iter().find(|(added, _)| *added == name);
        let under = expr.map_or_else(
            || vec![name.to_string()],
            |(_, expr)| columns_of(scope, std::iter::once(*expr), &[]),
        );
        if let Some(own) = under.iter().find(|name| personal.contains(*name)) {
            return found(own, span);
        }
    }
    Ok(())
}

/// What recipes over a dataset under disclosure control may ask: so little that what they give can be looked at.
struct Disciplined<'a, 's> {
    scope: &'s Scope<'a>,
    guard: &'a Guard,
}

impl Disciplined<'_, '_> {
    fn check(&self, asked: &Asked<'_>, filters: &[&Expr]) -> Planned<()> {
        filters.iter().try_for_each(|filter| self.condition(filter))?;
        for (name, span) in asked.by {
            let key = Expr { kind: Kind::Name(name.clone()), span: *span };
            self.condition(&key)?;
        }
        asked.values.iter().try_for_each(|(_, value)| self.value(value))
    }

    fn refuse<T>(&self, span: Span, message: String, hint: &str) -> Planned<T> {
        let error = Diagnostic::error(Code::Disclosure, message).at(span);
        Err(error
            .hint(hint)
            .hint(format!("the dataset is under `disclosure: {}`", self.guard.rule.name)))
    }

    /// The columns of numbers of cases in an expression.
    fn counts(&self, expr: &Expr) -> Option<String> {
        let mut names = columns_of(self.scope, std::iter::once(expr), &[]).into_iter();
        names.find(|name| self.guard.counts.contains(name))
    }

    /// A condition, or a key, tells the numbers that it names; whether there is one it may ask.
    fn condition(&self, expr: &Expr) -> Planned<()> {
        match &expr.kind {
            Kind::Is(inner, _) if self.column(inner).is_some() => Ok(()),
            Kind::Name(name) => match self.counts(expr) {
                None => Ok(()),
                Some(_) => self.refuse(
                    expr.span,
                    format!("a condition or a key on `{name}` would tell its numbers"),
                    "choose rows by other columns",
                ),
            },
            _ => expr.children().into_iter().try_for_each(|child| self.condition(child)),
        }
    }

    /// The column that an expression is, through added columns.
    fn column<'e>(&'e self, expr: &'e Expr) -> Option<&'e str> {
        let Kind::Name(name) = &expr.kind else { return None };
        match self.scope.added.iter().find(|(added, _)| added == name) {
            Some((_, inner)) if matches!(&inner.kind, Kind::Name(own) if own != name) => {
                self.column(inner)
            }
            Some(_) => None,
            None => Some(name),
        }
    }

    fn value(&self, expr: &Expr) -> Planned<()> {
        match &expr.kind {
            Kind::Name(_) => self.argument(expr, None),
            Kind::Call { function: Function::Total, arguments, .. } => {
                arguments.iter().try_for_each(|argument| self.value(argument))
            }
            Kind::Call { function, distinct, arguments, filter }
                if function.sort() == Sort::Aggregate =>
            {
                filter.iter().try_for_each(|filter| self.condition(filter))?;
                match (arguments.first(), function, filter) {
                    (None, ..) => Ok(()),
                    (Some(condition), Function::Share, None) => self.condition(condition),
                    (Some(argument), ..) => self.argument(argument, Some((*function, *distinct))),
                }
            }
            _ => expr.children().into_iter().try_for_each(|child| self.value(child)),
        }
    }

    /// What an aggregate takes, or the value of the one row: a column as it is.
    fn argument(&self, expr: &Expr, call: Option<(Function, bool)>) -> Planned<()> {
        let Some(column) = self.column(expr) else {
            if self.guard.rows || self.counts(expr).is_some() {
                return self.refuse(
                    expr.span,
                    "what is computed row by row could tell of any row".into(),
                    "take a column as it is; choose rows by conditions, and compute with the results",
                );
            }
            return Ok(());
        };
        let counts = self.guard.counts.iter().any(|name| name == column);
        let function = call.map(|(function, _)| function);
        let distinct = call.is_some_and(|(_, distinct)| distinct);
        let sums = matches!(
            function,
            None | Some(Function::Sum | Function::Mean | Function::Share | Function::Count)
        );
        if counts && (!sums || distinct) {
            return self.refuse(
                expr.span,
                format!(
                    "`{}` of `{column}` would tell single numbers",
                    function.map_or("", Function::name)
                ),
                "numbers of cases can be added up: `sum`, `mean`, `share(x where …)`",
            );
        }
        let rows = !counts && self.guard.rows;
        let range = self.scope.frame.columns.get(column).and_then(|column| column.range);
        let flag = matches!(range, Some((0 | 1, 1)));
        if rows
            && flag
            && matches!(function, Some(Function::Sum | Function::Mean | Function::Share))
        {
            return self.refuse(
                expr.span,
                format!("`{column}` is 0 or 1: this would count people"),
                "count them by a condition: `count(where column = 1)`, `share(column = 1)`",
            );
        }
        let spread = matches!(
            function,
            Some(
                Function::Variance
                    | Function::PopulationVariance
                    | Function::Deviation
                    | Function::PopulationDeviation
                    | Function::Share
            )
        );
        if rows && self.guard.rule.round > 0 && spread {
            return self.refuse(
                expr.span,
                format!("this of `{column}` would tell how many there are, which is rounded"),
                "tell a mean or a median",
            );
        }
        if !counts
            && self.guard.rows
            && self.guard.rule.round > 0
            && function == Some(Function::Sum)
        {
            return self.refuse(
                expr.span,
                format!("a sum of `{column}` beside its mean would tell how many there are, which is rounded"),
                "tell the mean",
            );
        }
        Ok(())
    }
}

/// Columns of the frame that expressions name, through added columns, sorted.
fn columns_of<'a>(
    scope: &Scope<'_>,
    exprs: impl Iterator<Item = &'a Expr>,
    by: &[(String, Span)],
) -> Vec<String> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut pending: Vec<String> = by.iter().map(|(name, _)| name.clone()).collect();
    pending.extend(exprs.flat_map(|expr| expr.names()).map(|(name, _)| name.to_string()));
    let mut seen = BTreeSet::new();
    while let Some(name) = pending.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        match scope.added.iter().find(|(added, _)| *added == name) {
            Some((_, expr)) => {
                pending.extend(expr.names().into_iter().map(|(name, _)| name.to_string()))
            }
            None => {
                names.extend(scope.frame.columns.contains_key(&name).then_some(name));
            }
        }
    }
    names.into_iter().collect()
}

/// A table that has a key and a column with a unit holds counts already; counting its rows is rarely meant.
fn rows_are_counts(sources: &Sources, frame: &Frame, span: Span, diagnostics: &mut Diagnostics) {
    let Some(dataset) = sources.datasets.get(&frame.name).filter(|dataset| !dataset.key.is_empty())
    else {
        return;
    };
    // a decimal with a unit is a measurement, and its rows are what one counts
    let whole = |name: &str| {
        frame
            .columns
            .get(name)
            .is_none_or(|column| matches!(column.meaning, Meaning::Number { scale: 0, .. }))
    };
    let counts = |(name, column): &(&String, &ColumnDeclaration)| {
        column.unit.is_some()
            && column.kind.is_none_or(|kind| kind == ColumnType::Integer)
            && whole(name)
    };
    let Some((column, declared)) = dataset.columns.iter().find(counts) else { return };
    let unit = declared.unit.as_deref().unwrap_or("");
    let message = format!("this counts rows of `{}`, not {unit}s", frame.name);
    diagnostics.push(Diagnostic::warning(Code::RowsAreCounts, message).at(span).hint(format!(
        "write `sum({column} where …)` or `share({column} where …)`; each row holds a number in `{column}`"
    )));
}

fn bare_beside_aggregate(values: &[(String, Term)], span: Span) -> Planned<()> {
    fn readings(term: &Term, bare: &mut bool, aggregate: &mut bool) {
        match term {
            Term::Fold(_, Reading::One(_), _) => *bare = true,
            Term::Fold(..) => *aggregate = true,
            Term::Guarded(a, _) => readings(a, bare, aggregate),
            Term::Negate(a, _) | Term::Absolute(a, _) => readings(a, bare, aggregate),
            Term::Binary(_, a, b, _) | Term::Pair(_, a, b, _) | Term::Share(a, b, _) => {
                readings(a, bare, aggregate);
                readings(b, bare, aggregate);
            }
            _ => {}
        }
    }
    for (_, term) in values {
        let (mut bare, mut aggregate) = (false, false);
        readings(term, &mut bare, &mut aggregate);
        if bare && aggregate {
            return Err(Diagnostic::error(
                Code::TypeMismatch,
                "a bare column beside an aggregate over the same rows",
            )
            .at(span)
            .hint(
                "a bare column is the value of the one row; write `sum(column)` if many are meant",
            ));
        }
    }
    Ok(())
}

/// Turns the value expressions of one question into terms, and collects their folds.
struct Asker<'a, 's> {
    spec: &'a Spec,
    scope: &'s Scope<'a>,
    program: &'s mut Program,
    folds: Vec<Fold>,
    totals: Vec<Fold>,
    inside_total: bool,
    /// Where rows are counted.
    counts_rows: Option<Span>,
    /// Folds of shares.
    shares: BTreeSet<usize>,
    /// What disclosure control looks at in what is being asked.
    guards: Option<Guards>,
}

impl Asker<'_, '_> {
    fn term(&mut self, expr: &Expr) -> Planned<Term> {
        let span = expr.span;
        Ok(match &expr.kind {
            Kind::Number { .. } => Term::Constant(constant(expr)),
            Kind::Text(text) => Term::Text(text.clone()),
            Kind::Parameter(name) => parameter(self.spec, name, span)?,
            Kind::Name(_) => {
                let typed = self.compile(expr)?;
                let (node, unit) = self.unit(&typed)?;
                self.guards = self.guarded(Some(expr), None);
                self.fold(FoldKind::One, Some(node), None, Reading::One(unit), span)
            }
            Kind::Point(name, _) => {
                let error = Diagnostic::error(
                    Code::TypeMismatch,
                    format!("the point `{name}[…]` in a recipe with `from`"),
                );
                return Err(error.at(span).hint(
                    "a recipe with `from` sees columns only; combine the two in a third figure",
                ));
            }
            Kind::Negate(a) => Term::Negate(Box::new(self.term(a)?), span),
            Kind::Binary(operator, a, b) => {
                Term::Binary(*operator, Box::new(self.term(a)?), Box::new(self.term(b)?), span)
            }
            Kind::Pair { function, from, to } => {
                Term::Pair(*function, Box::new(self.term(from)?), Box::new(self.term(to)?), span)
            }
            Kind::Call { function, distinct, arguments, filter }
                if function.sort() == Sort::Aggregate =>
            {
                self.aggregate(*function, *distinct, arguments, filter.as_deref(), span)?
            }
            Kind::Call { function: Function::Absolute, arguments, .. } => {
                Term::Absolute(Box::new(self.term(&arguments[0])?), span)
            }
            Kind::Call { function, .. } => {
                let error = Diagnostic::error(
                    Code::TypeMismatch,
                    format!("`{}` outside a row", function.name()),
                )
                .at(span);
                return Err(
                    error.hint("put it inside an aggregate or a condition: `sum(if(c, a, b))`")
                );
            }
            _ => return Err(condition_as_value(span)),
        })
    }

    /// What disclosure control looks at in a fold: numbers of cases in the cells of a column, or rows that are cases. How many
    /// different values there are is a number of people where the values are theirs.
    fn guarded(&self, value: Option<&Expr>, call: Option<(Function, bool)>) -> Option<Guards> {
        let frame = self.scope.frame;
        let guard = frame.guard.as_ref()?;
        let names = value.map(|value| columns_of(self.scope, std::iter::once(value), &[]));
        let names = names.unwrap_or_default();
        let (counting, distinct) = call
            .map_or((false, false), |(function, distinct)| (function == Function::Count, distinct));
        if !counting && names.iter().any(|name| guard.counts.contains(name)) {
            return Some(Guards::Counts);
        }
        // groups that many share tell of no people; what nearly everybody has for himself does
        let shared = |name: &String| match frame.columns.get(name).map(|column| &column.meaning) {
            Some(Meaning::Text(values)) => 2 * values.len() as u64 <= frame.rows,
            Some(Meaning::Period(_) | Meaning::Boolean) => true,
            _ => false,
        };
        let people = |name: &String| {
            frame.personal.contains(name) || frame.key.contains(name) || !shared(name)
        };
        let told = distinct && !names.iter().any(people);
        (guard.rows && !told).then_some(Guards::Rows)
    }

    fn compile(&mut self, expr: &Expr) -> Planned<Typed> {
        Compiler::new(self.scope, self.program).expression(expr)
    }

    /// Node and unit of anything that a fold can take.
    fn unit(&mut self, typed: &Typed) -> Planned<(NumberId, Unit)> {
        match &typed.kind {
            TypedKind::Number { node, scale, measure, divisor: None } => {
                Ok((*node, Unit::Scaled(*scale, measure.clone())))
            }
            TypedKind::Number { .. } => Err(Diagnostic::error(
                Code::TypeMismatch,
                "a quotient inside a row can only be compared",
            )
            .at(typed.span)
            .hint("divide outside: `sum(a) / sum(b)`")),
            TypedKind::Coded(node, meaning) => Ok((*node, Unit::Coded(meaning.clone()))),
            TypedKind::Truth(_) => Err(condition_as_value(typed.span)),
            TypedKind::Literal(_) => Err(Diagnostic::error(
                Code::TypeMismatch,
                format!("{} is no column", typed.describe()),
            )
            .at(typed.span)
            .hint("aggregate a column; `count()` counts rows")),
        }
    }

    /// Node and unit of a number.
    fn numeric(&mut self, expr: &Expr, function: Function) -> Planned<(NumberId, Unit)> {
        let typed = self.compile(expr)?;
        let (node, unit) = self.unit(&typed)?;
        let dated = matches!(unit, Unit::Coded(Meaning::Date))
            && matches!(function, Function::Minimum | Function::Maximum);
        match unit {
            Unit::Scaled(..) | Unit::Coded(Meaning::Exact(..)) => Ok((node, unit)),
            _ if dated => Ok((node, unit)),
            Unit::Coded(Meaning::Text(texts)) => {
                let found = texts.iter().find(|text| text.chars().any(|c| c.is_ascii_digit()));
                let why = found.or(texts.first()).map_or(String::new(), |text| {
                    format!("it was read as text, for it holds `{text}`: ")
                });
                Err(Diagnostic::error(
                    Code::TypeMismatch,
                    format!("`{}` of {}", function.name(), typed.describe()),
                )
                .at(expr.span)
                .hint(format!(
                    "it takes a number; {why}declare the column's `type:`, and every cell that is none is listed"
                )))
            }
            _ => Err(Diagnostic::error(
                Code::TypeMismatch,
                format!("`{}` of {}", function.name(), typed.describe()),
            )
            .at(expr.span)
            .hint("it takes a number")),
        }
    }

    fn fold(
        &mut self,
        kind: FoldKind,
        value: Option<NumberId>,
        filter: Option<TruthId>,
        reading: Reading,
        span: Span,
    ) -> Term {
        let folds = if self.inside_total { &mut self.totals } else { &mut self.folds };
        folds.push(Fold { kind, value, filter });
        let fold = Term::Fold(folds.len() - 1, reading, span);
        match self.guards {
            Some(guards) => Term::Guarded(Box::new(fold), guards),
            None => fold,
        }
    }

    fn aggregate(
        &mut self,
        function: Function,
        distinct: bool,
        arguments: &[Expr],
        filter: Option<&Expr>,
        span: Span,
    ) -> Planned<Term> {
        if function == Function::Total {
            if self.inside_total {
                return Err(
                    Diagnostic::error(Code::TypeMismatch, "`total` inside `total`").at(span)
                );
            }
            self.inside_total = true;
            let inner = self.term(&arguments[0]);
            self.inside_total = false;
            return Ok(Term::Total(Box::new(inner?)));
        }
        let condition =
            filter.map(|f| Compiler::new(self.scope, self.program).condition(f)).transpose()?;
        let counted = arguments.first().filter(|_| function != Function::Share || filter.is_some());
        self.guards = self.guarded(counted, Some((function, distinct)));
        if function == Function::Share {
            return self.share(&arguments[0], condition, span);
        }
        let Some(argument) = arguments.first() else {
            self.counts_rows = self.counts_rows.or(Some(span));
            return Ok(self.fold(FoldKind::Count, None, condition, Reading::Rows, span));
        };
        if function == Function::Count {
            let typed = self.compile(argument)?;
            let (node, _) = self.unit(&typed)?;
            let (kind, reading) = if distinct {
                (FoldKind::Histogram, Reading::Distinct)
            } else {
                (FoldKind::Count, Reading::Known)
            };
            return Ok(self.fold(kind, Some(node), condition, reading, span));
        }
        let (node, unit) = self.numeric(argument, function)?;
        let coded = matches!(unit, Unit::Coded(_));
        let (kind, reading) = match function {
            Function::Sum => (FoldKind::Sum, Reading::Sum(unit)),
            Function::Mean => (FoldKind::Sum, Reading::Mean(unit)),
            Function::Median => {
                (FoldKind::Histogram, Reading::Quantile(unit, Exact::scaled(5, 1), 7))
            }
            Function::Quantile => {
                let (probability, kind) = quantile_arguments(arguments)?;
                (FoldKind::Histogram, Reading::Quantile(unit, probability, kind))
            }
            Function::Minimum => (FoldKind::Extremes, Reading::Least(unit)),
            Function::Maximum => (FoldKind::Extremes, Reading::Greatest(unit)),
            _ => {
                let sample = matches!(function, Function::Variance | Function::Deviation);
                let root = matches!(function, Function::Deviation | Function::PopulationDeviation);
                (FoldKind::Moments, Reading::Variance { unit, sample, root })
            }
        };
        let kind = if coded && matches!(kind, FoldKind::Sum | FoldKind::Moments) {
            FoldKind::Histogram
        } else {
            kind
        };
        Ok(self.fold(kind, Some(node), condition, reading, span))
    }

    /// `share(C)`: rows where C is true over rows where it is decided; `share(x where C)`: the same of the sums of x.
    fn share(&mut self, argument: &Expr, condition: Option<TruthId>, span: Span) -> Planned<Term> {
        if !self.inside_total {
            self.shares.extend([self.folds.len(), self.folds.len() + 1]);
        }
        let Some(condition) = condition else {
            let truth = Compiler::new(self.scope, self.program).condition(argument)?;
            let base = self.program.decided(truth);
            self.counts_rows = self.counts_rows.or(Some(span));
            let part = self.fold(FoldKind::Count, None, Some(truth), Reading::Rows, span);
            let whole = self.fold(FoldKind::Count, None, Some(base), Reading::Rows, span);
            return Ok(Term::Share(Box::new(part), Box::new(whole), span));
        };
        let (node, unit) = self.numeric(argument, Function::Share)?;
        let kind = if matches!(unit, Unit::Coded(_)) { FoldKind::Histogram } else { FoldKind::Sum };
        let base = self.program.decided(condition);
        let part = self.fold(kind, Some(node), Some(condition), Reading::Sum(unit.clone()), span);
        let whole = self.fold(kind, Some(node), Some(base), Reading::Sum(unit), span);
        Ok(Term::Share(Box::new(part), Box::new(whole), span))
    }
}

/// Probability (0 to 1) and type (1 to 9) of `quantile(x, p, type)`.
fn quantile_arguments(arguments: &[Expr]) -> Planned<(Exact, u8)> {
    let error = |expr: &Expr, message: &str| {
        Err(Diagnostic::error(Code::UnknownFunction, message)
            .at(expr.span)
            .hint("write `quantile(x, 90%)` or `quantile(x, 90%, 6)`"))
    };
    let Kind::Number { value: probability, .. } = &arguments[1].kind else {
        return error(&arguments[1], "the second argument of `quantile` is a percentage");
    };
    if probability.is_negative() || *probability > Exact::one() {
        return error(&arguments[1], "the second argument of `quantile` lies between 0% and 100%");
    }
    let kind = match arguments.get(2) {
        None => Some(7),
        Some(Expr { kind: Kind::Number { value, percent: false, .. }, .. }) => {
            value.to_i128().and_then(|n| u8::try_from(n).ok())
        }
        Some(_) => None,
    };
    match kind.filter(|kind| (1..=9).contains(kind)) {
        Some(kind) => Ok((probability.clone(), kind)),
        None => error(&arguments[2], "the third argument of `quantile` is a type, 1 to 9"),
    }
}
