//! Comparisons in rows: which two things can meet, and what a literal means there.

use super::column::Meaning;
use super::compile::{Compiled, Compiler, Literal, Typed, TypedKind, mismatch, too_large};
use super::program::{NumberId, Numeric, Truth, TruthId};
use crate::diag::{Code, Diagnostic, nearest};
use crate::exact::Exact;
use crate::language::{Compare, Expr, Match, straight};
use crate::text::Span;
use crate::value::{Date, Grain, Period, Scale};

impl Compiler<'_, '_> {
    pub(super) fn between(
        &mut self,
        subject: Typed,
        low: Typed,
        high: Typed,
        span: Span,
    ) -> Compiled<TruthId> {
        if let TypedKind::Coded(node, Meaning::Period(periods)) = &subject.kind {
            let (first, last) = (literal_period(&low, periods)?, literal_period(&high, periods)?);
            let table = periods
                .iter()
                .map(|period| period.days().0 >= first.days().0 && period.days().1 <= last.days().1)
                .collect();
            return Ok(self.program.truth(Truth::Table(*node, table, None)));
        }
        let above = self.compare(Compare::GreaterOrEqual, subject.clone(), low, span)?;
        let below = self.compare(Compare::LessOrEqual, subject, high, span)?;
        Ok(self.program.truth(Truth::And(above, below)))
    }

    pub(super) fn text_test(&mut self, test: Match, a: &Expr, b: &Expr) -> Compiled<TruthId> {
        let (subject, part) = (self.expression(a)?, self.expression(b)?);
        let TypedKind::Literal(Literal::Text(part_text)) = &part.kind else {
            return Err(mismatch(part.span, format!("`{}` takes a text in quotes", test.name())));
        };
        let TypedKind::Coded(node, Meaning::Text(texts)) = &subject.kind else {
            return Err(mismatch(
                subject.span,
                format!("`{}` of {}", test.name(), subject.describe()),
            ));
        };
        let table: Vec<bool> = texts.iter().map(|text| test.test(text, part_text)).collect();
        if !table.contains(&true) {
            return Err(silent(part_text, &subject, texts, part.span));
        }
        Ok(self.program.truth(Truth::Table(*node, table, None)))
    }

    pub(super) fn compare(
        &mut self,
        compare: Compare,
        a: Typed,
        b: Typed,
        span: Span,
    ) -> Compiled<TruthId> {
        if matches!(a.kind, TypedKind::Literal(_)) && !matches!(b.kind, TypedKind::Literal(_)) {
            return self.compare(compare.mirrored(), b, a, span);
        }
        match (&a.kind, &b.kind) {
            (TypedKind::Coded(node, meaning), TypedKind::Literal(literal)) => {
                self.compare_coded(compare, &a, *node, meaning, literal, b.span)
            }
            (TypedKind::Coded(x, first), TypedKind::Coded(y, second)) => {
                self.compare_codes(compare, (*x, first), (*y, second), span)
            }
            (TypedKind::Truth(x), TypedKind::Truth(y))
                if matches!(compare, Compare::Equal | Compare::Unequal) =>
            {
                let (x, y) = (
                    self.program.number(Numeric::Truth(*x)),
                    self.program.number(Numeric::Truth(*y)),
                );
                Ok(self.program.truth(Truth::Compare(compare, x, y)))
            }
            (TypedKind::Coded(node, Meaning::Boolean), TypedKind::Truth(y)) => {
                let y = self.program.number(Numeric::Truth(*y));
                Ok(self.program.truth(Truth::Compare(compare, *node, y)))
            }
            (
                TypedKind::Number { .. },
                TypedKind::Number { .. } | TypedKind::Literal(Literal::Number(..)),
            )
            | (TypedKind::Literal(Literal::Number(..)), TypedKind::Literal(Literal::Number(..))) => {
                self.compare_numbers(compare, a, b, span)
            }
            _ => Err(mismatch(
                span,
                format!("{} cannot be compared with {}", a.describe(), b.describe()),
            )),
        }
    }

    pub(super) fn compare_numbers(
        &mut self,
        compare: Compare,
        a: Typed,
        b: Typed,
        span: Span,
    ) -> Compiled<TruthId> {
        if let (TypedKind::Number { measure: x, .. }, TypedKind::Number { measure: y, .. }) =
            (&a.kind, &b.kind)
            && (x.scale == Scale::Plain) != (y.scale == Scale::Plain)
        {
            return Err(mismatch(span, "a percentage cannot be compared with a plain number"));
        }
        if let (
            TypedKind::Number { measure, divisor, .. },
            TypedKind::Literal(Literal::Number(value, percent, text)),
        ) = (&a.kind, &b.kind)
            && (measure.scale == Scale::Plain) == *percent
            && !value.is_zero()
            && divisor.is_none()
        {
            let wish = if *percent { "a plain number" } else { "a percentage" };
            let instead = if *percent { text.clone() } else { format!("{text}%") };
            return Err(mismatch(b.span, format!("the column holds {wish}"))
                .hint(format!("write `{instead}`?")));
        }
        if let (
            TypedKind::Number { node, scale, divisor: None, .. },
            TypedKind::Literal(Literal::Number(value, ..)),
        ) = (&a.kind, &b.kind)
        {
            return self.compare_constant(compare, *node, *scale, value, span);
        }
        let parts = |this: &mut Self, typed: Typed| -> Compiled<(NumberId, u32, NumberId, u32)> {
            if let TypedKind::Number {
                node, scale, divisor: Some((divisor, divisor_scale)), ..
            } = typed.kind
            {
                return Ok((node, scale, divisor, divisor_scale));
            }
            let (node, scale, _) = this.as_number(typed)?;
            let one = this.program.number(Numeric::Constant(1));
            Ok((node, scale, one, 0))
        };
        let quotient = [&a, &b]
            .iter()
            .any(|typed| matches!(typed.kind, TypedKind::Number { divisor: Some(_), .. }));
        let (a, b) = (parts(self, a)?, parts(self, b)?);
        if !quotient {
            let scale = a.1.max(b.1);
            let (x, y) = (self.rescale(a.0, a.1, scale), self.rescale(b.0, b.1, scale));
            return Ok(self.program.truth(Truth::Compare(compare, x, y)));
        }
        // a·10^−i / b·10^−j against c·10^−k / d·10^−l: bring a and c to one scale, b and d to another
        let (above, below) = (a.1.max(b.1), a.3.max(b.3));
        let nodes = [
            self.rescale(a.0, a.1, above),
            self.rescale(a.2, a.3, below),
            self.rescale(b.0, b.1, above),
            self.rescale(b.2, b.3, below),
        ];
        Ok(self.program.truth(Truth::Quotients(compare, nodes)))
    }

    /// A fixed-point node against any rational: the constant is moved to the nearest integer that decides the same.
    pub(super) fn compare_constant(
        &mut self,
        compare: Compare,
        node: NumberId,
        scale: u32,
        value: &Exact,
        span: Span,
    ) -> Compiled<TruthId> {
        let scaled = value * &Exact::power_of_ten(i64::from(scale));
        let floor = scaled.floor().ok_or_else(|| too_large(span))?;
        let comparison = match (scaled.is_integer(), compare) {
            (true, compare) => compare,
            (false, Compare::Equal | Compare::Unequal) => {
                // x = 1.5 of a whole x is false where x is known, and undecided where it is not
                let some = self.test(node, Compare::Equal, floor);
                let other = self.program.negated(some);
                let never = self.program.truth(Truth::And(some, other));
                return Ok(if compare == Compare::Equal {
                    never
                } else {
                    self.program.negated(never)
                });
            }
            (false, Compare::Less | Compare::LessOrEqual) => Compare::LessOrEqual,
            (false, Compare::Greater | Compare::GreaterOrEqual) => Compare::Greater,
        };
        Ok(self.test(node, comparison, floor))
    }

    pub(super) fn compare_coded(
        &mut self,
        compare: Compare,
        subject: &Typed,
        node: NumberId,
        meaning: &Meaning,
        literal: &Literal,
        span: Span,
    ) -> Compiled<TruthId> {
        let text = match literal {
            Literal::Text(text) | Literal::Number(_, _, text) => text,
        };
        let table: Vec<bool> = match meaning {
            Meaning::Text(texts) => {
                ordered(compare, subject)?;
                let wanted = straight(text);
                let equal: Vec<bool> = texts.iter().map(|t| straight(t) == wanted).collect();
                if !equal.contains(&true) {
                    return Err(silent(text, subject, texts, span));
                }
                equal.into_iter().map(|equal| equal == (compare == Compare::Equal)).collect()
            }
            Meaning::Period(periods) => {
                let wanted =
                    period_like(text, periods).ok_or_else(|| not_a(text, "period", span))?;
                if matches!(compare, Compare::Equal | Compare::Unequal)
                    && !periods.contains(&wanted)
                {
                    let names: Vec<String> = periods.iter().map(ToString::to_string).collect();
                    return Err(silent(text, subject, &names, span));
                }
                periods.iter().map(|period| period_holds(compare, *period, wanted)).collect()
            }
            Meaning::Exact(values, measure) => {
                let Literal::Number(wanted, percent, _) = literal else {
                    return Err(mismatch(span, format!("`{text}` is no number")));
                };
                if (measure.scale == Scale::Plain) == *percent && !wanted.is_zero() {
                    let (what, instead) = if *percent {
                        ("plain numbers", text.clone())
                    } else {
                        ("percentages", format!("{text}%"))
                    };
                    return Err(mismatch(span, format!("the values are {what}"))
                        .hint(format!("write `{instead}`")));
                }
                let table = values.iter().map(|value| compare.holds(value, wanted)).collect();
                let rule = Some((compare, wanted.clone()));
                return Ok(self.program.truth(Truth::Table(node, table, rule)));
            }
            Meaning::Date => {
                let date = Date::parse(text).ok_or_else(|| not_a(text, "date", span))?;
                return Ok(self.test(node, compare, i128::from(date.days())));
            }
            Meaning::Boolean | Meaning::Number { .. } => {
                return Err(mismatch(
                    span,
                    format!("{} cannot be compared with `{text}`", subject.describe()),
                )
                .hint("write `column` or `not column`"));
            }
        };
        Ok(self.program.truth(Truth::Table(node, table, None)))
    }

    pub(super) fn compare_codes(
        &mut self,
        compare: Compare,
        (x, first): (NumberId, &Meaning),
        (y, second): (NumberId, &Meaning),
        span: Span,
    ) -> Compiled<TruthId> {
        match (first, second) {
            (Meaning::Date, Meaning::Date) | (Meaning::Boolean, Meaning::Boolean) => {
                Ok(self.program.truth(Truth::Compare(compare, x, y)))
            }
            (Meaning::Text(a), Meaning::Text(b))
                if matches!(compare, Compare::Equal | Compare::Unequal) =>
            {
                // both sides to one list of codes: several spellings of an apostrophe are one text
                let all: Vec<String> = a.iter().chain(b).map(|t| straight(t)).collect();
                let codes = |texts: &[String]| {
                    texts
                        .iter()
                        .map(|t| {
                            all.iter().position(|known| *known == straight(t)).map(|at| at as i64)
                        })
                        .collect()
                };
                let (x, y) = (
                    self.program.number(Numeric::Table(x, codes(a))),
                    self.program.number(Numeric::Table(y, codes(b))),
                );
                Ok(self.program.truth(Truth::Compare(compare, x, y)))
            }
            (Meaning::Period(a), Meaning::Period(b))
                if matches!(compare, Compare::Equal | Compare::Unequal) =>
            {
                let table = a
                    .iter()
                    .map(|period| {
                        Some(b.iter().position(|other| other == period).map_or(-1, |at| at as i64))
                    })
                    .collect();
                let x = self.program.number(Numeric::Table(x, table));
                Ok(self.program.truth(Truth::Compare(compare, x, y)))
            }
            (Meaning::Period(a), Meaning::Period(b)) => {
                let mut days = |node, periods: &[Period], last: bool| {
                    let day = |period: &Period| Some(end(*period, last).days());
                    self.program.number(Numeric::Table(node, periods.iter().map(day).collect()))
                };
                let (of_x, of_y) = compared_ends(compare);
                let (x, y) = (days(x, a, of_x), days(y, b, of_y));
                Ok(self.program.truth(Truth::Compare(compare, x, y)))
            }
            _ => Err(mismatch(span, "the two columns cannot be compared")),
        }
    }
}

pub(super) fn not_a(text: &str, what: &str, span: Span) -> Diagnostic {
    mismatch(span, format!("`{text}` is not a {what}")).hint(match what {
        "date" => "write '2024-03-07'",
        _ => "write 2024, '2024 Q1', '2024-03' or '2023/24'",
    })
}

fn ordered(compare: Compare, subject: &Typed) -> Compiled<()> {
    if matches!(compare, Compare::Equal | Compare::Unequal) {
        return Ok(());
    }
    Err(mismatch(subject.span, "texts have no order")
        .hint("declare the column as a number, date or period"))
}

/// A literal that occurs nowhere: a misspelt filter must not be a legal 0.
fn silent(text: &str, subject: &Typed, texts: &[String], span: Span) -> Diagnostic {
    let mut error =
        Diagnostic::error(Code::SilentLiteral, format!("`{text}` occurs nowhere in this column"))
            .at(span);
    error = error.related(subject.span, "the column");
    match nearest(text, texts.iter().map(String::as_str)) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => {
            let mut known: Vec<&String> = texts.iter().collect();
            known.sort();
            error.hint(format!("it holds {}", crate::diag::list(&known, 8)))
        }
    }
}

/// Which ends of two periods decide their order, `true` for the last day: one is before another if it ends before that
/// begins, and no later than another if it ends no later.
fn compared_ends(compare: Compare) -> (bool, bool) {
    match compare {
        Compare::Less => (true, false),
        Compare::Greater => (false, true),
        Compare::LessOrEqual => (true, true),
        _ => (false, false),
    }
}

fn period_holds(compare: Compare, a: Period, b: Period) -> bool {
    if matches!(compare, Compare::Equal | Compare::Unequal) {
        return compare.holds(&a, &b);
    }
    let (of_a, of_b) = compared_ends(compare);
    compare.holds(&end(a, of_a), &end(b, of_b))
}

/// The first or last day of a period.
fn end(period: Period, last: bool) -> Date {
    let (first, last_day) = period.days();
    if last { last_day } else { first }
}

/// A period; one with two readings, such as `2010-11`, in the reading of the column's own periods.
pub(crate) fn period_like(text: &str, periods: &[Period]) -> Option<Period> {
    Period::parse(text, None).or_else(|| {
        let months = periods.iter().any(|period| matches!(period, Period::Month(..)));
        Period::parse(text, Some(if months { Grain::Month } else { Grain::FinancialYear }))
    })
}

fn literal_period(typed: &Typed, periods: &[Period]) -> Compiled<Period> {
    match &typed.kind {
        TypedKind::Literal(Literal::Text(text) | Literal::Number(_, _, text)) => {
            period_like(text, periods).ok_or_else(|| not_a(text, "period", typed.span))
        }
        _ => Err(mismatch(typed.span, format!("{} where a period is asked for", typed.describe()))),
    }
}
