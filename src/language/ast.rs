//! The syntax tree of a recipe.

pub use crate::exact::Operator;

use crate::exact::Exact;
use crate::language::Function;
use crate::text::Span;
use crate::value::Format;

/// A whole recipe: `value from frame where condition by keys as format`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recipe {
    /// What is computed.
    pub value: Expr,
    /// The dataset, selection or series whose rows it is computed from; without it, the value is made of figures.
    pub from: Option<(String, Span)>,
    /// Which rows.
    pub filter: Option<Expr>,
    /// Keys of a series.
    pub by: Vec<(String, Span)>,
    /// How it prints.
    pub format: Option<Format>,
}

/// An expression and where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub span: Span,
}

/// A key of a point: `referrals['Albania']`, `by_year[2024, refused]`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key {
    /// The key as written, without quotes.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of expression.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    /// `12`, `53%` (the value is 0.53).
    Number {
        /// The value.
        value: Exact,
        /// Whether a percent sign stood behind it.
        percent: bool,
        /// The digits as typed.
        text: String,
    },
    /// `'negative'`
    Text(String),
    /// `true`, `false`
    Boolean(bool),
    /// `$year`
    Parameter(String),
    /// A column, a figure or a series.
    Name(String),
    /// A point of a series.
    Point(String, Vec<Key>),
    /// `sum(x where c)`, `if(c, a, b)`
    Call {
        /// The function.
        function: Function,
        /// `count(distinct x)`
        distinct: bool,
        /// Its arguments.
        arguments: Vec<Expr>,
        /// The rows it takes.
        filter: Option<Box<Expr>>,
    },
    /// `change(a to b)`
    Pair {
        /// The function.
        function: Function,
        /// The earlier value.
        from: Box<Expr>,
        /// The later value.
        to: Box<Expr>,
    },
    /// `-a`
    Negate(Box<Expr>),
    /// `a + b`
    Binary(Operator, Box<Expr>, Box<Expr>),
    /// `a < b`
    Compare(Compare, Box<Expr>, Box<Expr>),
    /// `a in (b, c)`
    In(Box<Expr>, Vec<Expr>),
    /// `a between b and c`
    Between(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `a starts with 'b'`
    Match(Match, Box<Expr>, Box<Expr>),
    /// `a is known`
    Is(Box<Expr>, State),
    /// `not a`
    Not(Box<Expr>),
    /// `a and b`
    And(Box<Expr>, Box<Expr>),
    /// `a or b`
    Or(Box<Expr>, Box<Expr>),
}

/// A comparison.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Compare {
    /// `=`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Compare {
    /// Every comparison.
    pub const ALL: [Self; 6] = [
        Self::Equal,
        Self::Unequal,
        Self::Less,
        Self::LessOrEqual,
        Self::Greater,
        Self::GreaterOrEqual,
    ];

    /// Its sign.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Unequal => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    /// The comparison that says the same with its sides exchanged.
    pub fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            same => same,
        }
    }

    /// Whether it is true of two values.
    pub fn holds<T: Ord>(self, a: &T, b: &T) -> bool {
        match self {
            Self::Equal => a == b,
            Self::Unequal => a != b,
            Self::Less => a < b,
            Self::LessOrEqual => a <= b,
            Self::Greater => a > b,
            Self::GreaterOrEqual => a >= b,
        }
    }
}

/// A test on a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Match {
    /// `starts with`
    StartsWith,
    /// `ends with`
    EndsWith,
    /// `contains`
    Contains,
}

impl Match {
    /// The words of the test.
    pub fn name(self) -> &'static str {
        match self {
            Self::StartsWith => "starts with",
            Self::EndsWith => "ends with",
            Self::Contains => "contains",
        }
    }

    /// Whether `text` passes the test with `part`; ’ and ' are the same.
    pub fn test(self, text: &str, part: &str) -> bool {
        let (text, part) = (straight(text), straight(part));
        match self {
            Self::StartsWith => text.starts_with(&part),
            Self::EndsWith => text.ends_with(&part),
            Self::Contains => text.contains(&part),
        }
    }
}

/// A text with straight apostrophes, the form in which texts are compared.
pub(crate) fn straight(text: &str) -> String {
    text.replace(['\u{2019}', '\u{2018}'], "'")
}

/// What a cell can be asked for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum State {
    /// It has a value.
    Known,
    /// It is empty, or holds a marker for missing.
    Missing,
    /// The publisher hides its value.
    Suppressed,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Known, Self::Missing, Self::Suppressed];

    /// The word behind `is`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Missing => "missing",
            Self::Suppressed => "suppressed",
        }
    }
}

impl Kind {
    /// The same with other parts.
    pub(crate) fn map(&self, part: &dyn Fn(&Expr) -> Expr) -> Self {
        let of = |expr: &Expr| Box::new(part(expr));
        let all = |list: &[Expr]| list.iter().map(part).collect();
        match self {
            Self::Number { .. }
            | Self::Text(_)
            | Self::Boolean(_)
            | Self::Parameter(_)
            | Self::Name(_)
            | Self::Point(..) => self.clone(),
            Self::Call { function, distinct, arguments, filter } => Self::Call {
                function: *function,
                distinct: *distinct,
                arguments: all(arguments),
                filter: filter.as_deref().map(of),
            },
            Self::Pair { function, from, to } => {
                Self::Pair { function: *function, from: of(from), to: of(to) }
            }
            Self::Negate(a) => Self::Negate(of(a)),
            Self::Binary(operator, a, b) => Self::Binary(*operator, of(a), of(b)),
            Self::Compare(compare, a, b) => Self::Compare(*compare, of(a), of(b)),
            Self::In(a, list) => Self::In(of(a), all(list)),
            Self::Between(a, low, high) => Self::Between(of(a), of(low), of(high)),
            Self::Match(test, a, b) => Self::Match(*test, of(a), of(b)),
            Self::Is(a, state) => Self::Is(of(a), *state),
            Self::Not(a) => Self::Not(of(a)),
            Self::And(a, b) => Self::And(of(a), of(b)),
            Self::Or(a, b) => Self::Or(of(a), of(b)),
        }
    }
}

impl Expr {
    /// The direct parts, in the order in which they stand.
    pub fn children(&self) -> Vec<&Expr> {
        match &self.kind {
            Kind::Number { .. }
            | Kind::Text(_)
            | Kind::Boolean(_)
            | Kind::Parameter(_)
            | Kind::Name(_)
            | Kind::Point(..) => Vec::new(),
            Kind::Call { arguments, filter, .. } => {
                arguments.iter().chain(filter.as_deref()).collect()
            }
            Kind::Pair { from, to, .. } => vec![from, to],
            Kind::Negate(a) | Kind::Not(a) | Kind::Is(a, _) => vec![a],
            Kind::Binary(_, a, b)
            | Kind::Compare(_, a, b)
            | Kind::Match(_, a, b)
            | Kind::And(a, b)
            | Kind::Or(a, b) => vec![a, b],
            Kind::In(a, list) => std::iter::once(a.as_ref()).chain(list).collect(),
            Kind::Between(a, b, c) => vec![a, b, c],
        }
    }

    /// Calls `visit` on the expression and on every part of it.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        visit(self);
        for child in self.children() {
            child.walk(visit);
        }
    }

    /// Every name in the expression, with its place; points by the name of their series.
    pub fn names(&self) -> Vec<(&str, Span)> {
        let mut names = Vec::new();
        self.walk(&mut |expr| match &expr.kind {
            Kind::Name(name) | Kind::Point(name, _) => names.push((name.as_str(), expr.span)),
            _ => {}
        });
        names
    }
}
