//! A naive evaluator: rows one by one, values as fractions, three-valued logic written out.
//!
//! It shares the parsed recipe with the engine and nothing else. `None` means that it does not know a construct.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_rational::BigRational;
use tieout::language::{
    Compare, Expr, Function, Kind, Match, Operator, Recipe, State, parse_recipe,
};
use tieout::text::{Passage, Span, Texts};

type Number = BigRational;

fn int(n: i64) -> Number {
    Number::from(BigInt::from(n))
}

#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    Missing,
    Hidden,
    Number(Number),
    Text(String),
    Truth(bool),
}

pub type Row = BTreeMap<String, Value>;

/// Evaluates a recipe over `t`, given as CSV without quotes; columns with `type: integer`, `decimal` or `percent` hold
/// numbers, `boolean` truth values, all others texts.
pub fn evaluate(csv: &str, columns: &str, recipe: &str) -> Option<String> {
    // cells that are not taken as they stand
    if columns.contains("replace:") || columns.contains("scale:") {
        return None;
    }
    let rows = table(csv, columns)?;
    let recipe = parsed(recipe)?;
    text_of(&recipe, &rows)
}

pub fn parsed(recipe: &str) -> Option<Recipe> {
    let mut texts = Texts::default();
    let id = texts.add("recipe", recipe);
    parse_recipe(&Passage::verbatim(recipe, Span::new(id, 0, recipe.len()))).ok()
}

/// The canonical text of a recipe's value: of a series, `key: value; key: value`.
pub fn text_of(recipe: &Recipe, rows: &[Row]) -> Option<String> {
    let all: Vec<&Row> = match &recipe.filter {
        None => rows.iter().collect(),
        Some(filter) => select(rows.iter().collect(), filter)?,
    };
    if recipe.by.is_empty() {
        return value(&recipe.value, &all, &all, false)?.map(|value| show(&value));
    }
    let mut groups: BTreeMap<Vec<Order>, Vec<&Row>> = BTreeMap::new();
    for row in &all {
        let keys: Vec<&Value> =
            recipe.by.iter().map(|(key, _)| row.get(key)).collect::<Option<_>>()?;
        if keys.iter().all(|key| !matches!(key, Value::Missing | Value::Hidden)) {
            groups
                .entry(keys.into_iter().map(Order::of).collect::<Option<_>>()?)
                .or_default()
                .push(row);
        }
    }
    let mut points = Vec::new();
    for (keys, group) in groups {
        let keys: Vec<String> = keys.into_iter().map(|key| key.text).collect();
        let shown = value(&recipe.value, &group, &all, true)?.map_or("-".to_string(), |v| show(&v));
        points.push(format!("{}: {shown}", keys.join(", ")));
    }
    Some(points.join("; "))
}

/// A key in the order of numbers, or of texts.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Order {
    number: Option<Number>,
    text: String,
}

impl Order {
    fn of(value: &Value) -> Option<Self> {
        let number = if let Value::Number(number) = value { Some(number.clone()) } else { None };
        Some(Self { number, text: show(value) })
    }
}

fn table(csv: &str, columns: &str) -> Option<Vec<Row>> {
    if csv.contains('"')
        || columns.contains("missing")
        || columns.contains("suppressed")
        || columns.contains("period")
    {
        return None;
    }
    let kind = |name: &str| {
        let line =
            columns.lines().find(|line| line.trim_start().starts_with(&format!("{name}:")))?;
        line.split("type: ")
            .nth(1)
            .map(|rest| rest.split([',', ' ', '}']).next().unwrap_or("").to_string())
    };
    let mut lines = csv.lines();
    let header: Vec<&str> = lines.next()?.split(',').collect();
    lines
        .filter(|line| !line.trim_matches([',', ' ']).is_empty())
        .map(|line| {
            let cells = header.iter().zip(line.split(','));
            cells
                .map(|(name, cell)| Some((name.to_string(), read(cell, kind(name).as_deref())?)))
                .collect()
        })
        .collect()
}

fn read(cell: &str, kind: Option<&str>) -> Option<Value> {
    Some(match (cell, kind) {
        ("", _) => Value::Missing,
        (cell, Some("integer" | "decimal")) => Value::Number(fraction(cell)?),
        (cell, Some("percent")) => Value::Number(fraction(cell.trim_end_matches('%'))? / int(100)),
        (cell, Some("boolean")) => Value::Truth(cell == "true" || cell == "yes"),
        (cell, _) => Value::Text(cell.to_string()),
    })
}

fn fraction(text: &str) -> Option<Number> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits: BigInt = format!("{whole}{part}").parse().ok()?;
    Some(Number::new(digits, BigInt::from(10).pow(part.len() as u32)))
}

/// A finite decimal in decimal digits, else p/q.
fn show(value: &Value) -> String {
    let number = match value {
        Value::Text(text) => return text.clone(),
        Value::Truth(truth) => return truth.to_string(),
        Value::Missing | Value::Hidden => return String::new(),
        Value::Number(number) => number.clone(),
    };
    let (zero, two, five) = (BigInt::from(0), BigInt::from(2), BigInt::from(5));
    let mut rest = number.denom().clone();
    while &rest % &two == zero {
        rest /= &two;
    }
    while &rest % &five == zero {
        rest /= &five;
    }
    if rest != BigInt::from(1) {
        return format!("{}/{}", number.numer(), number.denom());
    }
    let mut scaled = number.clone();
    let mut places = 0;
    while !scaled.is_integer() {
        scaled *= int(10);
        places += 1;
    }
    let magnitude = scaled.numer().to_string();
    let digits = format!("{:0>width$}", magnitude.trim_start_matches('-'), width = places + 1);
    let sign = if number < int(0) { "-" } else { "" };
    let (whole, part) = digits.split_at(digits.len() - places);
    if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

fn select<'r>(rows: Vec<&'r Row>, filter: &Expr) -> Option<Vec<&'r Row>> {
    let mut chosen = Vec::new();
    for row in rows {
        if truth(filter, row)? == Some(true) {
            chosen.push(row);
        }
    }
    Some(chosen)
}

/// `Some(None)`: undecided.
#[allow(clippy::option_option)]
fn truth(expr: &Expr, row: &Row) -> Option<Option<bool>> {
    Some(match &expr.kind {
        Kind::Boolean(value) => Some(*value),
        Kind::Not(a) => truth(a, row)?.map(|a| !a),
        Kind::And(a, b) => match (truth(a, row)?, truth(b, row)?) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        },
        Kind::Or(a, b) => match (truth(a, row)?, truth(b, row)?) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
        Kind::Compare(compare, a, b) => comparison(*compare, a, b, row)?,
        Kind::In(a, list) => {
            let mut found = Some(false);
            for item in list {
                found = match (found, comparison(Compare::Equal, a, item, row)?) {
                    (Some(true), _) | (_, Some(true)) => Some(true),
                    (Some(false), Some(false)) => Some(false),
                    _ => None,
                };
            }
            found
        }
        Kind::Between(a, low, high) => {
            let above = comparison(Compare::GreaterOrEqual, a, low, row)?;
            let below = comparison(Compare::LessOrEqual, a, high, row)?;
            match (above, below) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            }
        }
        Kind::Match(test, a, b) => match (cell(a, row)?, cell(b, row)?) {
            (Value::Text(a), Value::Text(b)) => Some(match test {
                Match::StartsWith => a.starts_with(&b),
                Match::EndsWith => a.ends_with(&b),
                Match::Contains => a.contains(&b),
            }),
            (Value::Missing, _) => None,
            _ => return None,
        },
        Kind::Is(a, state) => {
            let value = cell(a, row)?;
            Some(match state {
                State::Known => !matches!(value, Value::Missing | Value::Hidden),
                State::Missing => value == Value::Missing,
                State::Suppressed => value == Value::Hidden,
            })
        }
        Kind::Name(_) => match cell(expr, row)? {
            Value::Truth(value) => Some(value),
            Value::Missing => None,
            _ => return None,
        },
        _ => return None,
    })
}

#[allow(clippy::option_option)]
fn comparison(compare: Compare, a: &Expr, b: &Expr, row: &Row) -> Option<Option<bool>> {
    use std::cmp::Ordering;
    let order = match (quotient(a, row)?, quotient(b, row)?) {
        (Value::Number(a), Value::Number(b)) => a.cmp(&b),
        (Value::Text(a), Value::Text(b)) => a.cmp(&b),
        (Value::Truth(a), Value::Truth(b)) => a.cmp(&b),
        (Value::Missing | Value::Hidden, _) | (_, Value::Missing | Value::Hidden) => {
            return Some(None);
        }
        _ => return None,
    };
    Some(Some(match compare {
        Compare::Equal => order == Ordering::Equal,
        Compare::Unequal => order != Ordering::Equal,
        Compare::Less => order == Ordering::Less,
        Compare::LessOrEqual => order != Ordering::Greater,
        Compare::Greater => order == Ordering::Greater,
        Compare::GreaterOrEqual => order != Ordering::Less,
    }))
}

/// A cell, or a quotient of two, which may only be compared; dividing by 0 leaves it undecided.
fn quotient(expr: &Expr, row: &Row) -> Option<Value> {
    if let Kind::Binary(Operator::Divide, a, b) = &expr.kind {
        return Some(match (cell(a, row)?, cell(b, row)?) {
            (Value::Number(_), Value::Number(b)) if b == int(0) => Value::Missing,
            (Value::Number(a), Value::Number(b)) => Value::Number(a / b),
            _ => Value::Missing,
        });
    }
    cell(expr, row)
}

fn cell(expr: &Expr, row: &Row) -> Option<Value> {
    Some(match &expr.kind {
        Kind::Number { text, percent, .. } => {
            Value::Number(fraction(text)? / int(if *percent { 100 } else { 1 }))
        }
        Kind::Text(text) => Value::Text(text.clone()),
        Kind::Name(name) => row.get(name)?.clone(),
        Kind::Negate(a) => match cell(a, row)? {
            Value::Number(a) => Value::Number(-a),
            other => other,
        },
        Kind::Binary(operator, a, b) => match (cell(a, row)?, cell(b, row)?) {
            (Value::Number(a), Value::Number(b)) => Value::Number(match operator {
                Operator::Add => a + b,
                Operator::Subtract => a - b,
                Operator::Multiply => a * b,
                Operator::Divide => return None,
            }),
            (Value::Hidden, _) | (_, Value::Hidden) => Value::Hidden,
            _ => Value::Missing,
        },
        Kind::Call { function: Function::If, arguments, .. } => match truth(&arguments[0], row)? {
            Some(true) => cell(&arguments[1], row)?,
            Some(false) => cell(&arguments[2], row)?,
            None => Value::Missing,
        },
        Kind::Call { function: Function::Absolute, arguments, .. } => {
            match cell(&arguments[0], row)? {
                Value::Number(a) => Value::Number(if a < int(0) { -a } else { a }),
                other => other,
            }
        }
        Kind::Call { function: Function::Lower, arguments, .. } => {
            match cell(&arguments[0], row)? {
                Value::Text(a) => Value::Text(a.to_lowercase()),
                other => other,
            }
        }
        Kind::Call { function: Function::CountKnown, arguments, .. } => {
            let mut known = 0;
            for argument in arguments {
                known += i64::from(!matches!(cell(argument, row)?, Value::Missing | Value::Hidden));
            }
            Value::Number(int(known))
        }
        _ => return None,
    })
}

/// `Some(None)`: no known value. In a point, counting no row gives 0.
#[allow(clippy::option_option)]
fn value(expr: &Expr, rows: &[&Row], all: &[&Row], point: bool) -> Option<Option<Value>> {
    let whole = |n: usize| Value::Number(int(n as i64));
    Some(Some(match &expr.kind {
        Kind::Number { text, percent, .. } => {
            Value::Number(fraction(text)? / int(if *percent { 100 } else { 1 }))
        }
        Kind::Name(_) => match rows {
            [row] => match cell(expr, row)? {
                Value::Missing => return Some(None),
                value => value,
            },
            _ => return None,
        },
        Kind::Negate(a) => match value(a, rows, all, point)? {
            Some(Value::Number(a)) => Value::Number(-a),
            other => return Some(other),
        },
        Kind::Binary(operator, a, b) => {
            let (Some(Value::Number(a)), Some(Value::Number(b))) =
                (value(a, rows, all, point)?, value(b, rows, all, point)?)
            else {
                return Some(None);
            };
            Value::Number(match operator {
                Operator::Add => a + b,
                Operator::Subtract => a - b,
                Operator::Multiply => a * b,
                Operator::Divide if b == int(0) => return Some(None),
                Operator::Divide => a / b,
            })
        }
        Kind::Pair { function, from, to } => {
            let (Some(Value::Number(a)), Some(Value::Number(b))) =
                (value(from, rows, all, point)?, value(to, rows, all, point)?)
            else {
                return Some(None);
            };
            Value::Number(match function {
                Function::Ratio => b / a,
                Function::PercentChange => (b - &a) / a,
                _ => b - a,
            })
        }
        Kind::Call { function: Function::Total, arguments, .. } => {
            return value(&arguments[0], all, all, point);
        }
        Kind::Call { function, distinct, arguments, filter } => {
            if *function == Function::Share {
                return share(&arguments[0], filter.as_deref(), rows);
            }
            let rows = match filter {
                Some(filter) => select(rows.to_vec(), filter)?,
                None => rows.to_vec(),
            };
            if rows.is_empty() {
                return Some((point && *function == Function::Count).then(|| whole(0)));
            }
            let Some(argument) = arguments.first() else { return Some(Some(whole(rows.len()))) };
            let cells: Vec<Value> =
                rows.iter().map(|row| cell(argument, row)).collect::<Option<_>>()?;
            let known: Vec<Value> = cells
                .into_iter()
                .filter(|value| !matches!(value, Value::Missing | Value::Hidden))
                .collect();
            if *function == Function::Count {
                let mut seen: Vec<&Value> = Vec::new();
                for value in &known {
                    if !seen.contains(&value) {
                        seen.push(value);
                    }
                }
                return Some(Some(whole(if *distinct { seen.len() } else { known.len() })));
            }
            let numbers: Vec<Number> = known
                .iter()
                .map(|value| if let Value::Number(n) = value { Some(n.clone()) } else { None })
                .collect::<Option<_>>()?;
            match aggregate(*function, numbers)? {
                Some(number) => Value::Number(number),
                None => return Some(None),
            }
        }
        _ => return None,
    }))
}

#[allow(clippy::option_option)]
fn aggregate(function: Function, mut numbers: Vec<Number>) -> Option<Option<Number>> {
    let n = int(numbers.len() as i64);
    if numbers.is_empty() {
        return Some(None);
    }
    numbers.sort();
    let sum: Number = numbers.iter().sum();
    let mean = &sum / &n;
    let squares: Number = numbers.iter().map(|x| (x - &mean) * (x - &mean)).sum();
    Some(Some(match function {
        Function::Sum => sum,
        Function::Mean => mean,
        Function::Minimum => numbers[0].clone(),
        Function::Maximum => numbers[numbers.len() - 1].clone(),
        Function::Median => {
            let half = numbers.len() / 2;
            if numbers.len() % 2 == 1 {
                numbers[half].clone()
            } else {
                (&numbers[half - 1] + &numbers[half]) / int(2)
            }
        }
        Function::Variance if numbers.len() == 1 => return Some(None),
        Function::Variance => squares / (n - int(1)),
        Function::PopulationVariance => squares / n,
        _ => return None,
    }))
}

#[allow(clippy::option_option)]
fn share(argument: &Expr, filter: Option<&Expr>, rows: &[&Row]) -> Option<Option<Value>> {
    let (mut part, mut whole) = (int(0), int(0));
    let condition = filter.unwrap_or(argument);
    let (mut true_rows, mut known_true, mut known) = (0, 0, 0);
    for row in rows {
        let weight = match (filter, cell(argument, row)) {
            (None, _) => Some(int(1)),
            (Some(_), Some(Value::Number(number))) => Some(number),
            (Some(_), Some(Value::Missing)) => None,
            _ => return None,
        };
        let Some(yes) = truth(condition, row)? else { continue };
        known += i32::from(weight.is_some());
        whole += weight.clone().unwrap_or(int(0));
        if yes {
            true_rows += 1;
            known_true += i32::from(weight.is_some());
            part += weight.unwrap_or(int(0));
        }
    }
    let missing = known == 0 || (true_rows > 0 && known_true == 0) || whole == int(0);
    Some((!missing).then(|| Value::Number(part / whole)))
}
