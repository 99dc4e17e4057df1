//! A recipe as one sentence in plain words, for the methods section and for reviewers.

use super::ast::{Compare, Expr, Kind, Operator, Recipe};
use super::functions::Function;

/// What a reader calls the things that a recipe names.
pub trait Labels {
    /// The label of a dataset, selection or series.
    fn frame(&self, name: &str) -> String;
    /// The label of a figure or series.
    fn figure(&self, name: &str) -> String;
}

/// The sentence, without a full stop: "sum of decisions in First decisions, where outcome is ‘negative’".
pub fn recipe_in_words(recipe: &Recipe, labels: &dyn Labels) -> String {
    let words = Words { labels, rows: recipe.from.is_some() };
    let mut text = words.value(&recipe.value);
    if let Some((from, _)) = &recipe.from {
        text.push_str(&format!(" in {}", labels.frame(from)));
    }
    if let Some(filter) = &recipe.filter {
        text.push_str(&format!(", where {}", words.value(filter)));
    }
    if !recipe.by.is_empty() {
        let keys: Vec<String> = recipe.by.iter().map(|(key, _)| plain(key)).collect();
        text.push_str(&format!(", for each {}", keys.join(" and ")));
    }
    text
}

struct Words<'a> {
    labels: &'a dyn Labels,
    rows: bool,
}

fn plain(name: &str) -> String {
    name.replace('_', " ")
}

impl Words<'_> {
    fn value(&self, expr: &Expr) -> String {
        match &expr.kind {
            Kind::Number { percent, text, .. } => {
                format!("{text}{}", if *percent { "%" } else { "" })
            }
            Kind::Text(text) => format!("‘{text}’"),
            Kind::Boolean(value) => value.to_string(),
            Kind::Parameter(name) => format!("the parameter {}", plain(name)),
            Kind::Name(name) if self.rows => plain(name),
            Kind::Name(name) => format!("“{}”", self.labels.figure(name)),
            Kind::Point(series, keys) => {
                let keys: Vec<&str> = keys.iter().map(|key| key.text.as_str()).collect();
                format!("“{}” for {}", self.labels.figure(series), keys.join(", "))
            }
            Kind::Call { function, distinct, arguments, filter } => {
                self.call(*function, *distinct, arguments, filter.as_deref())
            }
            Kind::Pair { function, from, to } => {
                let (from, to) = (self.value(from), self.value(to));
                match function {
                    Function::PercentChange => format!("percentage change from {from} to {to}"),
                    Function::Points => {
                        format!("difference in percentage points from {from} to {to}")
                    }
                    Function::Ratio => format!("{to} divided by {from}"),
                    _ => format!("change from {from} to {to}"),
                }
            }
            Kind::Negate(a) => format!("minus {}", self.part(a)),
            Kind::Binary(operator, a, b) => {
                let word = match operator {
                    Operator::Add => "plus",
                    Operator::Subtract => "minus",
                    Operator::Multiply => "times",
                    Operator::Divide => "divided by",
                };
                format!("{} {word} {}", self.part(a), self.part(b))
            }
            Kind::Compare(compare, a, b) => {
                let word = match compare {
                    Compare::Equal => "is",
                    Compare::Unequal => "is not",
                    Compare::Less => "is less than",
                    Compare::LessOrEqual => "is at most",
                    Compare::Greater => "is more than",
                    Compare::GreaterOrEqual => "is at least",
                };
                format!("{} {word} {}", self.part(a), self.part(b))
            }
            Kind::In(a, list) => {
                let list: Vec<String> = list.iter().map(|item| self.value(item)).collect();
                format!("{} is one of {}", self.part(a), list.join(", "))
            }
            Kind::Between(a, low, high) => {
                format!("{} is from {} to {}", self.part(a), self.value(low), self.value(high))
            }
            Kind::Match(test, a, b) => {
                format!("{} {} {}", self.part(a), test.name(), self.value(b))
            }
            Kind::Is(a, state) => format!("{} is {}", self.part(a), state.name()),
            Kind::Not(a) => format!("it is not so that {}", self.part(a)),
            Kind::And(a, b) => format!("{} and {}", self.part(a), self.part(b)),
            Kind::Or(a, b) => format!("{} or {}", self.value(a), self.value(b)),
        }
    }

    /// A part of a larger expression: sums and alternatives get brackets.
    fn part(&self, expr: &Expr) -> String {
        let text = self.value(expr);
        let loose = matches!(expr.kind, Kind::Binary(..) | Kind::Or(..) | Kind::Pair { .. });
        if loose { format!("({text})") } else { text }
    }

    fn call(
        &self,
        function: Function,
        distinct: bool,
        arguments: &[Expr],
        filter: Option<&Expr>,
    ) -> String {
        let argument = |index: usize| arguments.get(index).map_or(String::new(), |a| self.value(a));
        let first = argument(0);
        let filter = filter.map(|f| self.value(f));
        if function == Function::Share {
            return match filter {
                Some(filter) => format!("share of {first} where {filter}"),
                None => format!("share of rows where {first}"),
            };
        }
        let text = match function {
            Function::Count if distinct => format!("number of different values of {first}"),
            Function::Count if first.is_empty() => "number of rows".to_string(),
            Function::Count => format!("number of rows with a known {first}"),
            Function::Sum => format!("sum of {first}"),
            Function::Mean => format!("mean of {first}"),
            Function::Median => format!("median of {first}"),
            Function::Minimum => format!("lowest {first}"),
            Function::Maximum => format!("highest {first}"),
            Function::Quantile => {
                let kind = if arguments.len() > 2 { argument(2) } else { "7".into() };
                format!("{} quantile of {first} (type {kind})", argument(1))
            }
            Function::Deviation => format!("standard deviation of {first}"),
            Function::Variance => format!("variance of {first}"),
            Function::PopulationDeviation => format!("population standard deviation of {first}"),
            Function::PopulationVariance => format!("population variance of {first}"),
            Function::Total => format!("{first} over all"),
            Function::If => format!("({} if {first}, else {})", argument(1), argument(2)),
            Function::Absolute => format!("{first} without its sign"),
            Function::Year => format!("year of {first}"),
            Function::Month => format!("month of {first}"),
            Function::Within => format!("{first} lies in {}", argument(1)),
            Function::Lower => format!("{first} in lower case"),
            Function::CountKnown => {
                let all: Vec<String> = arguments.iter().map(|a| self.value(a)).collect();
                format!("how many of {} are known", all.join(", "))
            }
            Function::Share
            | Function::Change
            | Function::PercentChange
            | Function::Points
            | Function::Ratio => first,
        };
        match filter {
            Some(filter) => format!("{text} where {filter}"),
            None => text,
        }
    }
}
