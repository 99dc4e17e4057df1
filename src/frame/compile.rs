//! Row expressions, typed: names looked up in a frame, literals read as the type that they meet.
//!
//! In: a syntax tree and a [`Scope`]. Out: a node of a [`Program`], or an error that says which two things cannot meet.

use std::collections::BTreeMap;

use super::Frame;
use super::column::Meaning;
use super::compare::not_a;
use super::program::{FALSE, NumberId, Numeric, Program, TRUE, Truth, TruthId};
use crate::diag::{Code, Diagnostic};
use crate::exact::Exact;
use crate::language::{Compare, Expr, Function, Kind, Operator, Sort};
use crate::text::Span;
use crate::value::{CALENDAR_YEAR, Measure, Period, Scale};

/// What names stand for while a row expression is compiled.
#[derive(Clone, Debug)]
pub struct Scope<'a> {
    /// The table.
    pub frame: &'a Frame,
    /// Columns that selections add, nearest first.
    pub added: Vec<(&'a str, &'a Expr)>,
    /// Values of parameters.
    pub parameters: BTreeMap<&'a str, &'a str>,
}

/// A compiled expression.
#[derive(Clone, Debug)]
pub struct Typed {
    /// What it is.
    pub kind: TypedKind,
    /// Where it stands.
    pub span: Span,
}

/// The types of row expressions.
#[derive(Clone, Debug)]
pub enum TypedKind {
    /// True, false or undecided.
    Truth(TruthId),
    /// Fixed point; with a divisor it may only be compared.
    Number {
        /// The integer.
        node: NumberId,
        /// Digits after the point.
        scale: u32,
        /// What it measures.
        measure: Measure,
        /// The divisor of a quotient.
        divisor: Option<(NumberId, u32)>,
    },
    /// An integer that stands for something else: a text, a period, a day, a rational.
    Coded(NumberId, Meaning),
    /// A literal that takes the type of what it meets.
    Literal(Literal),
}

/// A literal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Literal {
    /// `2024`, `53%`
    Number(Exact, bool, String),
    /// `'2018-01'`
    Text(String),
}

pub(super) type Compiled<T> = Result<T, Diagnostic>;

/// Compiles expressions over one frame into one program.
pub struct Compiler<'a, 'p> {
    pub(super) scope: &'a Scope<'a>,
    pub(super) program: &'p mut Program,
    pub(super) depth: usize,
}

/// How deep added columns may stand on each other.
const MAX_ADDED: usize = 64;

impl<'a, 'p> Compiler<'a, 'p> {
    /// A compiler for one scope.
    pub fn new(scope: &'a Scope<'a>, program: &'p mut Program) -> Self {
        Self { scope, program, depth: 0 }
    }

    /// Compiles a condition.
    pub fn condition(&mut self, expr: &Expr) -> Compiled<TruthId> {
        let typed = self.expression(expr)?;
        self.as_truth(typed)
    }

    pub(super) fn as_truth(&mut self, typed: Typed) -> Compiled<TruthId> {
        match typed.kind {
            TypedKind::Truth(truth) => Ok(truth),
            TypedKind::Coded(node, Meaning::Boolean) => Ok(self.program.truth(Truth::Flag(node))),
            _ => Err(mismatch(
                typed.span,
                format!("{} where a condition is asked for", typed.describe()),
            )
            .hint("compare it with something: `column = 'value'`")),
        }
    }

    /// Compiles an expression.
    pub fn expression(&mut self, expr: &Expr) -> Compiled<Typed> {
        let span = expr.span;
        let kind = match &expr.kind {
            Kind::Number { value, percent, text } => {
                TypedKind::Literal(Literal::Number(value.clone(), *percent, text.clone()))
            }
            Kind::Text(text) => TypedKind::Literal(Literal::Text(text.clone())),
            Kind::Boolean(value) => {
                TypedKind::Truth(self.program.truth(Truth::Constant(if *value {
                    TRUE
                } else {
                    FALSE
                })))
            }
            Kind::Parameter(name) => TypedKind::Literal(self.parameter(name, span)?),
            Kind::Name(name) => return self.name(name, span),
            Kind::Point(name, _) => {
                return Err(mismatch(span, format!("the point `{name}[…]` inside a row"))
                    .hint("a recipe with `from` sees columns only; write a figure of its own"));
            }
            Kind::Call { function, arguments, .. } => return self.call(*function, arguments, span),
            Kind::Pair { function, .. } => return Err(outside_rows(function.name(), span)),
            Kind::Negate(inner) => self.negate(inner)?,
            Kind::Binary(operator, a, b) => self.arithmetic(*operator, a, b)?,
            Kind::Compare(compare, a, b) => {
                let (a, b) = (self.expression(a)?, self.expression(b)?);
                TypedKind::Truth(self.compare(*compare, a, b, span)?)
            }
            Kind::In(a, list) => {
                let subject = self.expression(a)?;
                let mut any = None;
                for item in list {
                    let item = self.expression(item)?;
                    let equal = self.compare(Compare::Equal, subject.clone(), item, span)?;
                    any = Some(any.map_or(equal, |any| self.program.truth(Truth::Or(any, equal))));
                }
                TypedKind::Truth(any.unwrap_or_else(|| self.program.truth(Truth::Constant(FALSE))))
            }
            Kind::Between(a, low, high) => {
                let (subject, low, high) =
                    (self.expression(a)?, self.expression(low)?, self.expression(high)?);
                TypedKind::Truth(self.between(subject, low, high, span)?)
            }
            Kind::Match(test, a, b) => TypedKind::Truth(self.text_test(*test, a, b)?),
            Kind::Is(a, state) => {
                let typed = self.expression(a)?;
                let node = self.node(&typed)?;
                TypedKind::Truth(self.program.truth(Truth::Is(node, *state)))
            }
            Kind::Not(a) => {
                let inner = self.condition(a)?;
                TypedKind::Truth(self.program.truth(Truth::Not(inner)))
            }
            Kind::And(a, b) => {
                let (a, b) = (self.condition(a)?, self.condition(b)?);
                TypedKind::Truth(self.program.truth(Truth::And(a, b)))
            }
            Kind::Or(a, b) => {
                let (a, b) = (self.condition(a)?, self.condition(b)?);
                TypedKind::Truth(self.program.truth(Truth::Or(a, b)))
            }
        };
        Ok(Typed { kind, span })
    }

    fn parameter(&self, name: &str, span: Span) -> Compiled<Literal> {
        let Some(value) = self.scope.parameters.get(name) else {
            return Err(Diagnostic::error(
                Code::UnknownParameter,
                format!("there is no parameter `{name}`"),
            )
            .at(span)
            .did_you_mean(name, self.scope.parameters.keys().copied())
            .hint("declare it under `parameters:`"));
        };
        let digits = value.strip_suffix('%');
        Ok(match Exact::parse(digits.unwrap_or(value)) {
            Some(number) if digits.is_some() => Literal::Number(
                number * Exact::power_of_ten(-2),
                true,
                value.trim_end_matches('%').to_string(),
            ),
            Some(number) => Literal::Number(number, false, (*value).to_string()),
            None => Literal::Text((*value).to_string()),
        })
    }

    fn name(&mut self, name: &str, span: Span) -> Compiled<Typed> {
        if let Some(position) = self.scope.added.iter().position(|(added, _)| *added == name) {
            self.depth += 1;
            if self.depth > MAX_ADDED {
                return Err(Diagnostic::error(
                    Code::Cycle,
                    format!("the added column `{name}` needs itself"),
                )
                .at(span));
            }
            // an added column sees the columns below it, and never itself
            let inner =
                Scope { added: self.scope.added[position + 1..].to_vec(), ..self.scope.clone() };
            let expr = self.scope.added[position].1;
            let mut compiler = Compiler { scope: &inner, program: self.program, depth: self.depth };
            let typed = compiler.expression(expr)?;
            self.depth -= 1;
            return Ok(Typed { span, ..typed });
        }
        let frame = self.scope.frame;
        let Some(index) = frame.index(name) else {
            let known = frame
                .header
                .iter()
                .map(String::as_str)
                .chain(self.scope.added.iter().map(|(name, _)| *name));
            let names: Vec<&str> = known.collect();
            return Err(Diagnostic::error(
                Code::UnknownColumn,
                format!("`{}` has no column `{name}`", frame.name),
            )
            .at(span)
            .did_you_mean(name, names.iter().copied())
            .hint(format!("columns: {}", names.join(", "))));
        };
        let column = &frame.columns[index];
        let node = self.program.number(Numeric::Column(index));
        let kind = match &column.meaning {
            Meaning::Number { scale, .. } => TypedKind::Number {
                node,
                scale: *scale,
                measure: column.meaning.measure(),
                divisor: None,
            },
            meaning => TypedKind::Coded(node, meaning.clone()),
        };
        Ok(Typed { kind, span })
    }

    fn call(&mut self, function: Function, arguments: &[Expr], span: Span) -> Compiled<Typed> {
        if function.sort() != Sort::Row {
            return Err(outside_rows(function.name(), span));
        }
        let kind = match function {
            Function::If => {
                let condition = self.condition(&arguments[0])?;
                let (yes, no) = (self.expression(&arguments[1])?, self.expression(&arguments[2])?);
                self.choose(condition, yes, no)?
            }
            Function::Absolute => {
                let (node, scale, measure) = self.number(&arguments[0])?;
                let node = self.program.number(Numeric::Absolute(node));
                TypedKind::Number { node, scale, measure, divisor: None }
            }
            Function::Year | Function::Month => self.date_part(function, &arguments[0])?,
            Function::Within => TypedKind::Truth(self.within(&arguments[0], &arguments[1])?),
            Function::Lower => {
                let typed = self.expression(&arguments[0])?;
                let TypedKind::Coded(node, Meaning::Text(texts)) = typed.kind else {
                    return Err(mismatch(typed.span, format!("`lower` of {}", typed.describe())));
                };
                self.recode(node, texts.iter().map(|text| text.to_lowercase()).collect())
            }
            _ => {
                let mut nodes = Vec::new();
                for argument in arguments {
                    let typed = self.expression(argument)?;
                    nodes.push(self.node(&typed)?);
                }
                let node = self.program.number(Numeric::CountKnown(nodes));
                TypedKind::Number { node, scale: 0, measure: Measure::count(), divisor: None }
            }
        };
        Ok(Typed { kind, span })
    }

    /// A text column with other texts: equal texts share a code.
    fn recode(&mut self, node: NumberId, texts: Vec<String>) -> TypedKind {
        let mut codes: BTreeMap<String, i64> = BTreeMap::new();
        let mut distinct: Vec<String> = Vec::new();
        let table = texts
            .into_iter()
            .map(|text| {
                let next = distinct.len() as i64;
                let code = *codes.entry(text.clone()).or_insert(next);
                if code == next {
                    distinct.push(text);
                }
                Some(code)
            })
            .collect();
        TypedKind::Coded(self.program.number(Numeric::Table(node, table)), Meaning::Text(distinct))
    }

    fn choose(&mut self, condition: TruthId, yes: Typed, no: Typed) -> Compiled<TypedKind> {
        if let (Some(a), Some(b)) = (self.texts(&yes), self.texts(&no)) {
            let mut all = a.1;
            let shift = all.len() as i64;
            let table = (0..b.1.len() as i64).map(|code| Some(code + shift)).collect();
            let second = self.program.number(Numeric::Table(b.0, table));
            all.extend(b.1);
            let node = self.program.number(Numeric::If(condition, a.0, second));
            return Ok(self.recode(node, all));
        }
        let span = yes.span.to(no.span);
        if let (TypedKind::Truth(a), TypedKind::Truth(b)) = (&yes.kind, &no.kind) {
            let (a, b) = (*a, *b);
            let (a, b) =
                (self.program.number(Numeric::Truth(a)), self.program.number(Numeric::Truth(b)));
            let node = self.program.number(Numeric::If(condition, a, b));
            return Ok(TypedKind::Truth(self.program.truth(Truth::Flag(node))));
        }
        let described = (yes.describe(), no.describe());
        let (a, b) = match (self.as_number(yes), self.as_number(no)) {
            (Ok(a), Ok(b)) => (a, b),
            _ => {
                return Err(mismatch(
                    span,
                    format!("`if` gives {} or {}", described.0, described.1),
                ));
            }
        };
        let measure = common(&a.2, &b.2, span)?;
        let scale = a.1.max(b.1);
        let (a, b) = (self.rescale(a.0, a.1, scale), self.rescale(b.0, b.1, scale));
        let node = self.program.number(Numeric::If(condition, a, b));
        Ok(TypedKind::Number { node, scale, measure, divisor: None })
    }

    /// Codes and texts of a text expression or literal.
    pub(super) fn texts(&mut self, typed: &Typed) -> Option<(NumberId, Vec<String>)> {
        match &typed.kind {
            TypedKind::Coded(node, Meaning::Text(texts)) => Some((*node, texts.clone())),
            TypedKind::Literal(Literal::Text(text)) => {
                Some((self.program.number(Numeric::Constant(0)), vec![text.clone()]))
            }
            _ => None,
        }
    }

    fn date_part(&mut self, function: Function, argument: &Expr) -> Compiled<TypedKind> {
        let typed = self.expression(argument)?;
        let node = match (&typed.kind, function) {
            (TypedKind::Coded(node, Meaning::Date), Function::Year) => {
                self.program.number(Numeric::Year(*node))
            }
            (TypedKind::Coded(node, Meaning::Date), _) => {
                self.program.number(Numeric::Month(*node))
            }
            (TypedKind::Coded(node, Meaning::Period(periods)), _) => {
                let part = |period: &Period| {
                    let (first, last) = period.days();
                    let (a, b) = (first.parts(), last.parts());
                    match function {
                        Function::Year => (a.0 == b.0).then_some(i64::from(a.0)),
                        _ => ((a.0, a.1) == (b.0, b.1)).then_some(i64::from(a.1)),
                    }
                };
                let table = periods.iter().map(part).collect();
                self.program.number(Numeric::Table(*node, table))
            }
            _ => {
                return Err(mismatch(
                    typed.span,
                    format!("`{}` of {}", function.name(), typed.describe()),
                )
                .hint("declare the column as `type: date` or `type: period`"));
            }
        };
        let unit = (function == Function::Year).then(|| CALENDAR_YEAR.to_string());
        let measure = Measure { unit, ..Measure::count() };
        Ok(TypedKind::Number { node, scale: 0, measure, divisor: None })
    }

    fn within(&mut self, inner: &Expr, outer: &Expr) -> Compiled<TruthId> {
        let (subject, bound) = (self.expression(inner)?, self.expression(outer)?);
        let text = match &bound.kind {
            TypedKind::Literal(Literal::Text(text) | Literal::Number(_, _, text)) => text.clone(),
            _ => {
                return Err(mismatch(bound.span, "`within` takes a period as its second argument")
                    .hint("write within(column, 2024)"));
            }
        };
        let period =
            Period::parse(&text, None).ok_or_else(|| not_a(&text, "period", bound.span))?;
        match subject.kind {
            TypedKind::Coded(node, Meaning::Period(periods)) => {
                let table = periods.iter().map(|p| p.within(period)).collect();
                Ok(self.program.truth(Truth::Table(node, table, None)))
            }
            TypedKind::Coded(node, Meaning::Date) => {
                let (first, last) = period.days();
                Ok(self.bounded(node, i128::from(first.days()), i128::from(last.days())))
            }
            _ => Err(mismatch(subject.span, format!("`within` of {}", subject.describe()))
                .hint("declare the column as `type: period` or `type: date`")),
        }
    }

    pub(super) fn bounded(&mut self, node: NumberId, low: i128, high: i128) -> TruthId {
        let above = self.test(node, Compare::GreaterOrEqual, low);
        let below = self.test(node, Compare::LessOrEqual, high);
        self.program.truth(Truth::And(above, below))
    }

    /// A node against a constant in its own scale.
    pub(super) fn test(&mut self, node: NumberId, comparison: Compare, constant: i128) -> TruthId {
        if let Numeric::Column(index) = *self.program.numeric(node) {
            return self.program.truth(Truth::Test(index, comparison, constant));
        }
        let constant = self.program.number(Numeric::Constant(constant));
        self.program.truth(Truth::Compare(comparison, node, constant))
    }

    fn negate(&mut self, inner: &Expr) -> Compiled<TypedKind> {
        if let Kind::Number { value, percent, text } = &inner.kind {
            return Ok(TypedKind::Literal(Literal::Number(
                -value.clone(),
                *percent,
                format!("-{text}"),
            )));
        }
        let (node, scale, measure) = self.number(inner)?;
        Ok(TypedKind::Number {
            node: self.program.number(Numeric::Negate(node)),
            scale,
            measure,
            divisor: None,
        })
    }

    /// The node of anything that can be asked whether it is known.
    fn node(&mut self, typed: &Typed) -> Compiled<NumberId> {
        match &typed.kind {
            TypedKind::Number { node, divisor: None, .. } | TypedKind::Coded(node, _) => Ok(*node),
            TypedKind::Truth(truth) => Ok(self.program.number(Numeric::Truth(*truth))),
            _ => Err(mismatch(typed.span, format!("{} is no cell", typed.describe()))),
        }
    }

    /// Compiles a number that is not a quotient: node, scale and measure.
    pub fn number(&mut self, expr: &Expr) -> Compiled<(NumberId, u32, Measure)> {
        let typed = self.expression(expr)?;
        self.as_number(typed)
    }

    pub(super) fn as_number(&mut self, typed: Typed) -> Compiled<(NumberId, u32, Measure)> {
        match typed.kind {
            TypedKind::Number { node, scale, measure, divisor: None } => Ok((node, scale, measure)),
            TypedKind::Number { .. } => {
                Err(mismatch(typed.span, "a quotient inside a row can only be compared")
                    .hint("divide outside: `sum(a) / sum(b)`"))
            }
            TypedKind::Literal(Literal::Number(value, percent, _)) => {
                let (mantissa, scale) = fixed(&value, typed.span)?;
                let measure =
                    Measure { scale: scale_of(percent), unit: None, decimals: Some(scale) };
                Ok((self.program.number(Numeric::Constant(mantissa)), scale, measure))
            }
            TypedKind::Coded(_, Meaning::Exact(..)) => {
                let message = "the values of this series are fractions or percentages, with which a row cannot compute";
                Err(mismatch(typed.span, message)
                    .hint("compute it in the series itself, as one of its `values:`"))
            }
            _ => Err(mismatch(
                typed.span,
                format!("{} where a number is asked for", typed.describe()),
            )),
        }
    }

    pub(super) fn rescale(&mut self, node: NumberId, from: u32, to: u32) -> NumberId {
        if from == to {
            return node;
        }
        let factor = 10i128.checked_pow(to - from).unwrap_or(i128::MAX);
        if let Numeric::Constant(value) = self.program.numeric(node)
            && let Some(value) = value.checked_mul(factor)
        {
            return self.program.number(Numeric::Constant(value));
        }
        let factor = self.program.number(Numeric::Constant(factor));
        self.program.number(Numeric::Multiply(node, factor))
    }

    fn arithmetic(&mut self, operator: Operator, a: &Expr, b: &Expr) -> Compiled<TypedKind> {
        let span = a.span.to(b.span);
        let literal = [a, b].iter().any(|expr| matches!(expr.kind, Kind::Number { .. }));
        if operator == Operator::Divide {
            let (a, b) = (self.number(a)?, self.number(b)?);
            let measure = Measure { scale: Scale::Plain, unit: None, decimals: None };
            return Ok(TypedKind::Number {
                node: a.0,
                scale: a.1,
                measure,
                divisor: Some((b.0, b.1)),
            });
        }
        let (a, b) = (self.number(a)?, self.number(b)?);
        if operator == Operator::Multiply {
            let measure =
                Measure { scale: Scale::Plain, unit: a.2.unit.or(b.2.unit), decimals: None };
            let measure = measure.no_year();
            let node = self.program.number(Numeric::Multiply(a.0, b.0));
            return Ok(TypedKind::Number { node, scale: a.1 + b.1, measure, divisor: None });
        }
        let mut measure = common(&a.2, &b.2, span)?;
        if operator == Operator::Subtract && measure.scale == Scale::Percent && !literal {
            measure.scale = Scale::Points;
        }
        if !literal {
            measure = measure.no_year();
        }
        let scale = a.1.max(b.1);
        let (a, b) = (self.rescale(a.0, a.1, scale), self.rescale(b.0, b.1, scale));
        let node = self.program.number(match operator {
            Operator::Add => Numeric::Add(a, b),
            _ => Numeric::Subtract(a, b),
        });
        Ok(TypedKind::Number { node, scale, measure, divisor: None })
    }
}

impl Typed {
    /// What it is, for messages.
    pub fn describe(&self) -> String {
        match &self.kind {
            TypedKind::Truth(_) => "a condition".into(),
            TypedKind::Number { measure, .. } if measure.scale == Scale::Percent => {
                "a percentage".into()
            }
            TypedKind::Number { .. }
            | TypedKind::Coded(_, Meaning::Exact(..) | Meaning::Number { .. }) => "a number".into(),
            TypedKind::Coded(_, meaning) => format!("a {}", meaning.name()),
            TypedKind::Literal(Literal::Text(text)) => format!("the text `{text}`"),
            TypedKind::Literal(Literal::Number(_, percent, text)) => {
                format!("the number `{text}{}`", if *percent { "%" } else { "" })
            }
        }
    }
}

pub(super) fn scale_of(percent: bool) -> Scale {
    if percent { Scale::Percent } else { Scale::Plain }
}

pub(super) fn mismatch(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::TypeMismatch, message).at(span)
}

fn outside_rows(name: &str, span: Span) -> Diagnostic {
    mismatch(span, format!("`{name}` inside a row")).hint("aggregates stand outside conditions and are not nested; make a series or a figure of the inner one")
}

pub(super) fn too_large(span: Span) -> Diagnostic {
    Diagnostic::error(Code::Overflow, "a number beyond 128 bits").at(span)
}

/// Mantissa and scale of a literal.
fn fixed(value: &Exact, span: Span) -> Compiled<(i128, u32)> {
    let scale = value.decimals().ok_or_else(|| too_large(span))?;
    let mantissa = (value * &Exact::power_of_ten(i64::from(scale)))
        .to_i128()
        .ok_or_else(|| too_large(span))?;
    Ok((mantissa, scale))
}

/// The measure of a sum, difference or choice of two numbers.
fn common(a: &Measure, b: &Measure, span: Span) -> Compiled<Measure> {
    if a.scale != b.scale {
        return Err(mismatch(span, "a percentage and a plain number cannot be added"));
    }
    if let (Some(x), Some(y)) = (&a.unit, &b.unit)
        && x != y
    {
        return Err(mismatch(span, format!("{x} and {y} cannot be added")));
    }
    let decimals = a.decimals.zip(b.decimals).map(|(x, y)| x.max(y));
    Ok(Measure { scale: a.scale, unit: a.unit.clone().or_else(|| b.unit.clone()), decimals })
}
