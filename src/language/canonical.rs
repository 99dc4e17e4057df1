//! A syntax tree back to text, in one spelling: the text that recipes are known and hashed by.

use super::ast::{Expr, Kind, Operator, Recipe};

/// The canonical text of a recipe.
pub fn recipe(recipe: &Recipe) -> String {
    let mut text = expression(&recipe.value);
    if let Some((from, _)) = &recipe.from {
        text.push_str(&format!(" from {from}"));
    }
    if let Some(filter) = &recipe.filter {
        text.push_str(&format!(" where {}", expression(filter)));
    }
    if !recipe.by.is_empty() {
        let keys: Vec<&str> = recipe.by.iter().map(|(key, _)| key.as_str()).collect();
        text.push_str(&format!(" by {}", keys.join(", ")));
    }
    if let Some(format) = recipe.format {
        text.push_str(&format!(" as {format}"));
    }
    text
}

/// The canonical text of an expression or condition.
pub fn expression(expr: &Expr) -> String {
    write(expr, 0)
}

/// How tightly an expression binds; a part that binds less tightly than its place asks for gets brackets.
fn strength(kind: &Kind) -> u8 {
    match kind {
        Kind::Or(..) => 1,
        Kind::And(..) => 2,
        Kind::Not(_) => 3,
        Kind::Compare(..) | Kind::In(..) | Kind::Between(..) | Kind::Match(..) | Kind::Is(..) => 4,
        Kind::Binary(Operator::Add | Operator::Subtract, ..) => 5,
        Kind::Binary(Operator::Multiply | Operator::Divide, ..) => 6,
        Kind::Negate(_) => 7,
        _ => 8,
    }
}

fn write(expr: &Expr, least: u8) -> String {
    let text = plain(expr);
    if strength(&expr.kind) < least { format!("({text})") } else { text }
}

fn plain(expr: &Expr) -> String {
    match &expr.kind {
        Kind::Number { percent, text, .. } => format!("{text}{}", if *percent { "%" } else { "" }),
        Kind::Text(text) => quoted(text),
        Kind::Boolean(value) => value.to_string(),
        Kind::Parameter(name) => format!("${name}"),
        Kind::Name(name) => name.clone(),
        Kind::Point(series, keys) => {
            let keys: Vec<String> = keys.iter().map(|key| quoted(&key.text)).collect();
            format!("{series}[{}]", keys.join(", "))
        }
        Kind::Call { function, distinct, arguments, filter } => {
            let mut inner: Vec<String> = arguments.iter().map(expression).collect();
            if *distinct {
                inner[0] = format!("distinct {}", inner[0]);
            }
            let mut inner = inner.join(", ");
            if let Some(filter) = filter {
                let space = if inner.is_empty() { "" } else { " " };
                inner.push_str(&format!("{space}where {}", expression(filter)));
            }
            format!("{}({inner})", function.name())
        }
        Kind::Pair { function, from, to } => {
            format!("{}({} to {})", function.name(), expression(from), expression(to))
        }
        Kind::Negate(a) => format!("-{}", write(a, 8)),
        Kind::Binary(operator, a, b) => {
            let (sign, strength) = match operator {
                Operator::Add => ("+", 5),
                Operator::Subtract => ("-", 5),
                Operator::Multiply => ("*", 6),
                Operator::Divide => ("/", 6),
            };
            format!("{} {sign} {}", write(a, strength), write(b, strength + 1))
        }
        Kind::Compare(compare, a, b) => {
            format!("{} {} {}", write(a, 5), compare.sign(), write(b, 5))
        }
        Kind::In(a, list) => {
            let list: Vec<String> = list.iter().map(|item| write(item, 5)).collect();
            format!("{} in ({})", write(a, 5), list.join(", "))
        }
        Kind::Between(a, low, high) => {
            format!("{} between {} and {}", write(a, 5), write(low, 5), write(high, 5))
        }
        Kind::Match(test, a, b) => format!("{} {} {}", write(a, 5), test.name(), write(b, 5)),
        Kind::Is(a, state) => format!("{} is {}", write(a, 5), state.name()),
        Kind::Not(a) => format!("not {}", write(a, 3)),
        Kind::And(a, b) => format!("{} and {}", write(a, 2), write(b, 3)),
        Kind::Or(a, b) => format!("{} or {}", write(a, 1), write(b, 2)),
    }
}

fn quoted(text: &str) -> String {
    if text.contains('\'') { format!("\"{text}\"") } else { format!("'{text}'") }
}
