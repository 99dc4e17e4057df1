//! Tokens to a syntax tree, by recursive descent over the grammar of `docs/language.md`.

use super::RESERVED;
use super::ast::{Compare, Expr, Key, Kind, Match, Operator, Recipe, State};
use super::functions::{Function, Sort};
use super::lexer::{Token, TokenKind, tokens};
use crate::diag::{Code, Diagnostic};
use crate::exact::Exact;
use crate::text::{Passage, Span};
use crate::value::Format;

type Parsed<T> = Result<T, Diagnostic>;

/// How deep expressions may nest.
const MAX_DEPTH: usize = 100;

/// Reads a whole recipe.
pub fn parse_recipe(passage: &Passage) -> Parsed<Recipe> {
    let mut parser = Parser::new(passage)?;
    let recipe = parser.recipe()?;
    parser.end()?;
    Ok(recipe)
}

/// Reads a condition, as `where:`, `ignore_rows:` and `rules:` hold it.
pub fn parse_condition(passage: &Passage) -> Parsed<Expr> {
    let mut parser = Parser::new(passage)?;
    let condition = parser.condition()?;
    parser.end()?;
    Ok(condition)
}

/// Reads `a = b` (a line of `checks:`) and returns both sides.
pub fn parse_equation(passage: &Passage) -> Parsed<(Expr, Expr)> {
    let condition = parse_condition(passage)?;
    match condition.kind {
        Kind::Compare(Compare::Equal, left, right) => Ok((*left, *right)),
        _ => Err(Diagnostic::error(Code::RecipeSyntax, "a check is an equation")
            .at(condition.span)
            .hint("write `total = part + part`")),
    }
}

struct Parser<'a> {
    passage: &'a Passage,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn new(passage: &'a Passage) -> Parsed<Self> {
        Ok(Self { passage, tokens: tokens(passage)?, at: 0, depth: 0 })
    }

    fn recipe(&mut self) -> Parsed<Recipe> {
        let value = self.condition()?;
        let from = if self.word("from") {
            Some(self.name("a dataset, selection or series")?)
        } else {
            None
        };
        let filter = if self.word("where") { Some(self.condition()?) } else { None };
        let mut by = Vec::new();
        if self.word("by") {
            by.push(self.name("a column")?);
            while self.mark(",") {
                by.push(self.name("a column")?);
            }
        }
        let format = if self.word("as") { Some(self.format()?) } else { None };
        if from.is_none() && (filter.is_some() || !by.is_empty()) {
            let clause = if filter.is_some() { "where" } else { "by" };
            return Err(Diagnostic::error(
                Code::RecipeSyntax,
                format!("`{clause}` without `from`"),
            )
            .at(value.span)
            .hint("name the table: `… from DATASET where …`"));
        }
        Ok(Recipe { value, from, filter, by, format })
    }

    fn format(&mut self) -> Parsed<Format> {
        let (name, span) = self.name("a format")?;
        let mut argument = None;
        if self.mark("(") {
            let TokenKind::Number(digits) = self.peek().kind.clone() else {
                return Err(self.expected("a whole number"));
            };
            argument = digits.parse().ok();
            self.at += 1;
            self.close()?;
        }
        Format::named(&name, argument).ok_or_else(|| {
            let message = format!("`{name}` is not a format, or not with that number");
            Diagnostic::error(Code::RecipeSyntax, message)
                .at(span)
                .did_you_mean(&name, Format::NAMES)
                .hint("formats: integer, decimal(1), percent, percent(1), points, currency, per(100000), days, words, million(1), billion(1)")
        })
    }

    fn condition(&mut self) -> Parsed<Expr> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error("the expression is nested too deeply"));
        }
        let mut left = self.conjunction()?;
        while self.word("or") {
            let right = self.conjunction()?;
            left = both(left, right, Kind::Or);
        }
        self.depth -= 1;
        Ok(left)
    }

    fn conjunction(&mut self) -> Parsed<Expr> {
        let mut left = self.negation()?;
        while self.word("and") {
            let right = self.negation()?;
            left = both(left, right, Kind::And);
        }
        Ok(left)
    }

    fn negation(&mut self) -> Parsed<Expr> {
        let mut starts = Vec::new();
        while self.is_word("not") {
            starts.push(self.span());
            self.at += 1;
        }
        let mut expr = self.test()?;
        for start in starts.into_iter().rev() {
            expr = Expr { span: start.to(expr.span), kind: Kind::Not(Box::new(expr)) };
        }
        Ok(expr)
    }

    fn test(&mut self) -> Parsed<Expr> {
        let left = self.sum()?;
        for compare in Compare::ALL {
            if self.mark(compare.sign()) {
                let right = self.sum()?;
                return Ok(both(left, right, |a, b| Kind::Compare(compare, a, b)));
            }
        }
        if self.word("is") {
            let not = self.word("not");
            let (word, span) = self.name("`known`, `missing` or `suppressed`")?;
            let Some(state) = State::ALL.into_iter().find(|state| state.name() == word) else {
                return Err(Diagnostic::error(
                    Code::RecipeSyntax,
                    format!("`is {word}` asks for nothing"),
                )
                .at(span)
                .hint("write `is known`, `is missing` or `is suppressed`; equality is `=`"));
            };
            let test = Expr { span: left.span.to(span), kind: Kind::Is(Box::new(left), state) };
            return Ok(negated(test, not));
        }
        let start = self.at;
        let not = self.word("not");
        if let Some(test) = self.worded_test(&left)? {
            return Ok(negated(test, not));
        }
        self.at = start;
        Ok(left)
    }

    /// `in (…)`, `between … and …`, `starts with …`, `ends with …`, `contains …`
    fn worded_test(&mut self, left: &Expr) -> Parsed<Option<Expr>> {
        let subject = Box::new(left.clone());
        if self.word("in") {
            self.open("in")?;
            let mut list = vec![self.sum()?];
            while self.mark(",") {
                list.push(self.sum()?);
            }
            let end = self.close()?;
            return Ok(Some(Expr { span: left.span.to(end), kind: Kind::In(subject, list) }));
        }
        if self.word("between") {
            let low = self.sum()?;
            if !self.word("and") {
                return Err(self.expected("`and`").hint("write `between A and B`"));
            }
            let high = self.sum()?;
            let span = left.span.to(high.span);
            return Ok(Some(Expr {
                span,
                kind: Kind::Between(subject, Box::new(low), Box::new(high)),
            }));
        }
        let test = if self.two_words("starts", "with") {
            Match::StartsWith
        } else if self.two_words("ends", "with") {
            Match::EndsWith
        } else if self.word("contains") {
            Match::Contains
        } else {
            return Ok(None);
        };
        let part = self.sum()?;
        let span = left.span.to(part.span);
        Ok(Some(Expr { span, kind: Kind::Match(test, subject, Box::new(part)) }))
    }

    fn sum(&mut self) -> Parsed<Expr> {
        let mut left = self.product()?;
        loop {
            let operator = if self.mark("+") {
                Operator::Add
            } else if self.mark("-") {
                Operator::Subtract
            } else {
                return Ok(left);
            };
            let right = self.product()?;
            left = both(left, right, |a, b| Kind::Binary(operator, a, b));
        }
    }

    fn product(&mut self) -> Parsed<Expr> {
        let mut left = self.unary()?;
        loop {
            let operator = if self.mark("*") {
                Operator::Multiply
            } else if self.mark("/") {
                Operator::Divide
            } else {
                return Ok(left);
            };
            let right = self.unary()?;
            left = both(left, right, |a, b| Kind::Binary(operator, a, b));
        }
    }

    fn unary(&mut self) -> Parsed<Expr> {
        let start = self.span();
        if self.mark("-") {
            let operand = self.primary()?;
            return Ok(Expr {
                span: start.to(operand.span),
                kind: Kind::Negate(Box::new(operand)),
            });
        }
        self.primary()
    }

    fn primary(&mut self) -> Parsed<Expr> {
        let (token, span) = (self.peek().clone(), self.span());
        let made = |kind, span| Ok(Expr { kind, span });
        match token.kind {
            TokenKind::Number(text) => {
                self.at += 1;
                self.number(text, span)
            }
            TokenKind::Text(text) => {
                self.at += 1;
                made(Kind::Text(text), span)
            }
            TokenKind::Mark("(") => {
                self.at += 1;
                let inner = self.condition()?;
                let end = self.close()?;
                made(inner.kind, span.to(end))
            }
            TokenKind::Mark("$") => {
                self.at += 1;
                let (name, end) = self.name("a parameter")?;
                made(Kind::Parameter(name), span.to(end))
            }
            TokenKind::Word(word) if word == "true" || word == "false" => {
                self.at += 1;
                made(Kind::Boolean(word == "true"), span)
            }
            TokenKind::Word(_) => self.named(),
            TokenKind::Mark("[") => Err(self.expected("a value").hint(
                "column names have no brackets; give the column a name in `source.yaml` with `from:`",
            )),
            TokenKind::Mark(_) | TokenKind::End => Err(self.expected("a value")),
        }
    }

    fn number(&mut self, text: String, span: Span) -> Parsed<Expr> {
        let value = Exact::parse(&text).ok_or_else(|| {
            Diagnostic::error(
                Code::RecipeSyntax,
                format!("`{text}` is beyond any number that is kept"),
            )
            .at(span)
        })?;
        let end = self.span();
        let percent = self.mark("%");
        let (value, span) =
            if percent { (value * Exact::power_of_ten(-2), span.to(end)) } else { (value, span) };
        Ok(Expr { kind: Kind::Number { value, percent, text }, span })
    }

    /// A name, a point, or a call.
    fn named(&mut self) -> Parsed<Expr> {
        let (name, span) = self.name("a value")?;
        if self.is_mark("(") {
            return self.call(&name, span);
        }
        if self.mark("[") {
            let mut keys = vec![self.key()?];
            while self.mark(",") {
                keys.push(self.key()?);
            }
            let end = self.span();
            if !self.mark("]") {
                return Err(self.expected("`]`"));
            }
            return Ok(Expr { kind: Kind::Point(name, keys), span: span.to(end) });
        }
        Ok(Expr { kind: Kind::Name(name), span })
    }

    fn key(&mut self) -> Parsed<Key> {
        let span = self.span();
        let text = match self.peek().kind.clone() {
            TokenKind::Text(text) | TokenKind::Number(text) => text,
            TokenKind::Word(word) if !RESERVED.contains(&word.as_str()) => word,
            _ => return Err(self.expected("a key").hint("write `series['Key']`, `series[2024]`")),
        };
        self.at += 1;
        Ok(Key { text, span })
    }

    fn call(&mut self, name: &str, span: Span) -> Parsed<Expr> {
        let Some(function) = Function::named(name) else {
            let names = Function::ALL.iter().map(|f| f.name());
            return Err(Diagnostic::error(
                Code::UnknownFunction,
                format!("there is no function `{name}`"),
            )
            .at(span)
            .did_you_mean(name, names));
        };
        self.open(name)?;
        let distinct = self.word("distinct");
        let mut arguments = Vec::new();
        let mut filter = None;
        if !self.is_mark(")") {
            if !self.is_word("where") {
                arguments.push(self.condition()?);
                if self.word("to") {
                    return self.pair(function, span, arguments.remove(0));
                }
                while self.mark(",") {
                    arguments.push(self.condition()?);
                }
            }
            if self.word("where") {
                filter = Some(Box::new(self.condition()?));
            }
        }
        let span = span.to(self.close()?);
        check_call(function, distinct, &arguments, filter.as_deref(), span)?;
        Ok(Expr { kind: Kind::Call { function, distinct, arguments, filter }, span })
    }

    fn pair(&mut self, function: Function, span: Span, from: Expr) -> Parsed<Expr> {
        let to = self.condition()?;
        let span = span.to(self.close()?);
        if function.sort() != Sort::Pair {
            return Err(Diagnostic::error(
                Code::UnknownFunction,
                format!("`{}` does not take `A to B`", function.name()),
            )
            .at(span)
            .hint("change, percent_change, points and ratio do"));
        }
        Ok(Expr { kind: Kind::Pair { function, from: Box::new(from), to: Box::new(to) }, span })
    }

    fn name(&mut self, what: &str) -> Parsed<(String, Span)> {
        let span = self.span();
        match self.peek().kind.clone() {
            TokenKind::Word(word) if !RESERVED.contains(&word.as_str()) => {
                self.at += 1;
                Ok((word, span))
            }
            TokenKind::Word(word) => Err(self
                .expected(what)
                .hint(format!("`{word}` is a word of the language and cannot be a name"))),
            _ => Err(self.expected(what)),
        }
    }

    fn end(&mut self) -> Parsed<()> {
        if self.peek().kind == TokenKind::End {
            return Ok(());
        }
        let mut error = self.expected("the end of the recipe");
        let before = self.at.checked_sub(1).map(|at| &self.tokens[at]);
        let slash = before.is_some_and(|token| matches!(token.kind, TokenKind::Number(_)));
        if slash && self.passage.words.contains('/') {
            error =
                error.hint("a point in a recipe is `series[key]`, as in `by_year[2024, refused]`");
        }
        if self.is_word("where") || self.is_word("from") {
            error = error.hint("the order is: value, from, where, by, as");
        }
        Err(error)
    }

    fn open(&mut self, name: &str) -> Parsed<()> {
        if self.mark("(") { Ok(()) } else { Err(self.expected(&format!("`(` after `{name}`"))) }
    }

    fn close(&mut self) -> Parsed<Span> {
        let span = self.span();
        if self.mark(")") { Ok(span) } else { Err(self.expected("`)`")) }
    }

    fn peek(&self) -> &Token {
        &self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    fn span(&self) -> Span {
        let token = self.peek();
        self.passage.part(token.start, token.end)
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(&self.peek().kind, TokenKind::Word(w) if w == word)
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    fn two_words(&mut self, first: &str, second: &str) -> bool {
        let next = self.tokens.get(self.at + 1).map(|token| &token.kind);
        let found = self.is_word(first) && matches!(next, Some(TokenKind::Word(w)) if w == second);
        self.at += if found { 2 } else { 0 };
        found
    }

    fn is_mark(&self, mark: &str) -> bool {
        matches!(&self.peek().kind, TokenKind::Mark(m) if *m == mark)
    }

    fn mark(&mut self, mark: &str) -> bool {
        let found = self.is_mark(mark);
        self.at += usize::from(found);
        found
    }

    fn error(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(Code::RecipeSyntax, message).at(self.span())
    }

    fn expected(&self, what: &str) -> Diagnostic {
        let found = match &self.peek().kind {
            TokenKind::End => "the end".to_string(),
            TokenKind::Number(text) | TokenKind::Word(text) => format!("`{text}`"),
            TokenKind::Text(text) => format!("`'{text}'`"),
            TokenKind::Mark(mark) => format!("`{mark}`"),
        };
        self.error(format!("expected {what}, found {found}"))
    }
}

fn both(left: Expr, right: Expr, kind: impl FnOnce(Box<Expr>, Box<Expr>) -> Kind) -> Expr {
    Expr { span: left.span.to(right.span), kind: kind(Box::new(left), Box::new(right)) }
}

fn negated(expr: Expr, not: bool) -> Expr {
    if not { Expr { span: expr.span, kind: Kind::Not(Box::new(expr)) } } else { expr }
}

fn check_call(
    function: Function,
    distinct: bool,
    arguments: &[Expr],
    filter: Option<&Expr>,
    span: Span,
) -> Parsed<()> {
    let error = |message: String| Diagnostic::error(Code::UnknownFunction, message).at(span);
    let name = function.name();
    if function.sort() == Sort::Pair {
        return Err(error(format!("`{name}` takes two values with `to` between them"))
            .hint(format!("write `{name}(earlier to later)`")));
    }
    if !function.arguments().contains(&arguments.len()) {
        let (least, most) =
            (function.arguments().start().to_owned(), function.arguments().end().to_owned());
        let takes = if least == most { least.to_string() } else { format!("{least} to {most}") };
        return Err(error(format!("`{name}` takes {takes} arguments, not {}", arguments.len())));
    }
    if distinct && (function != Function::Count || arguments.is_empty()) {
        return Err(error(format!(
            "`distinct` stands only in `count(distinct x)`, not in `{name}`"
        )));
    }
    let filterable = function.sort() == Sort::Aggregate && function != Function::Total;
    if filter.is_some() && !filterable {
        return Err(error(format!("`{name}` takes no `where`")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::{expression, recipe};
    use crate::text::{TextId, Texts};

    fn passage(text: &str) -> Passage {
        let id: TextId = Texts::default().add("x", text);
        Passage::verbatim(text, Span::new(id, 0, text.len()))
    }

    #[test]
    fn canonical_text_is_a_fixed_point() {
        for (text, canonical) in [
            (
                "value  from releases where measure='DtN reports' and period=2024",
                "value from releases where measure = 'DtN reports' and period = 2024",
            ),
            ("a - (b - c)", "a - (b - c)"),
            ("(a - b) - c", "a - b - c"),
            ("-(a + b) * 2", "-(a + b) * 2"),
            ("count(where not (a or b) and c)", "count(where not (a or b) and c)"),
            (
                "share(x where y <> 1) from d by k, l as percent(1)",
                "share(x where y != 1) from d by k, l as percent(1)",
            ),
            (
                "count(distinct x where y not in (1, 'b')) from d",
                "count(distinct x where not y in (1, 'b')) from d",
            ),
            ("100% - positive", "100% - positive"),
            (
                "points(s['It is'] to s[2024, refused])",
                "points(s['It is'] to s['2024', 'refused'])",
            ),
            (
                "quantile(x, 90%, 6) from d where t contains \"it's\"",
                "quantile(x, 90%, 6) from d where t contains \"it's\"",
            ),
            (
                "if(a is not known, 1, b between 1 and 2)",
                "if(not a is known, 1, b between 1 and 2)",
            ),
        ] {
            let parsed = parse_recipe(&passage(text)).expect(text);
            assert_eq!(recipe(&parsed), canonical);
            let again = parse_recipe(&passage(canonical)).expect(canonical);
            assert_eq!(recipe(&again), canonical);
        }
    }

    #[test]
    fn deep_nesting_is_an_error_and_no_overflow() {
        let deep = format!("{}1{}", "(".repeat(100_000), ")".repeat(100_000));
        assert!(parse_condition(&passage(&deep)).is_err());
        let nots = format!("{}a", "not ".repeat(1000));
        assert!(parse_condition(&passage(&nots)).map(|c| expression(&c)).is_ok());
    }
}
