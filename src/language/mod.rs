//! The figure language: from one line of text to a [`Recipe`], and back to canonical text and plain words.
//!
//! In: a [`Passage`](crate::text::Passage). Out: a syntax tree with spans, in which functions are known and names are
//! not yet looked up. `docs/language.md` is normative.

mod ast;
mod canonical;
mod functions;
mod lexer;
mod parser;
mod words;

pub(crate) use ast::straight;
pub use ast::{Compare, Expr, Key, Kind, Match, Operator, Recipe, State};
pub use canonical::{expression, recipe};
pub use functions::{Function, Sort};
pub use parser::{parse_condition, parse_equation, parse_recipe};
pub use words::{Labels, recipe_in_words};

/// Words that cannot be names.
pub const RESERVED: [&str; 14] = [
    "from", "where", "by", "as", "and", "or", "not", "in", "is", "between", "to", "true", "false",
    "distinct",
];
