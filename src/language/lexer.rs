//! Text to tokens. Every habit of word processors and spreadsheets that ends up in a recipe gets a hint.

use crate::diag::{Code, Diagnostic};
use crate::text::Passage;

/// A token and its bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: usize,
    pub(super) end: usize,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum TokenKind {
    /// Digits as typed, without `%`.
    Number(String),
    Text(String),
    Word(String),
    /// An operator or bracket.
    Mark(&'static str),
    End,
}

/// More words than any real recipe has; keeps every recursion over the tree shallow.
const MAX_TOKENS: usize = 2000;
const MARKS: [&str; 20] = [
    "!=", "<>", "<=", ">=", "=", "<", ">", "+", "-", "*", "/", "(", ")", "[", "]", ",", "%", "$",
    "×", "−",
];

/// Splits a recipe into tokens; the last is [`TokenKind::End`].
pub(super) fn tokens(passage: &Passage) -> Result<Vec<Token>, Diagnostic> {
    let text = &passage.words;
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let token = token(passage, at, c)?;
        at = token.end;
        tokens.push(token);
        if tokens.len() > MAX_TOKENS {
            return Err(error(passage, 0, 1, format!("a recipe of more than {MAX_TOKENS} words"))
                .hint("split it into figures or a selection"));
        }
    }
    tokens.push(Token { kind: TokenKind::End, start: text.len(), end: text.len() });
    Ok(tokens)
}

fn token(passage: &Passage, start: usize, c: char) -> Result<Token, Diagnostic> {
    let rest = &passage.words[start..];
    let made = |kind, length: usize| Token { kind, start, end: start + length };
    if c.is_ascii_digit() {
        return number(passage, start);
    }
    if c.is_ascii_alphabetic() || c == '_' {
        let length = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        return Ok(made(TokenKind::Word(rest[..length].to_string()), length));
    }
    if matches!(c, '\'' | '"') {
        let Some(length) = rest[1..].find(c) else {
            return Err(error(passage, start, 1, "a text that never ends")
                .hint(format!("close it with {c}")));
        };
        return Ok(made(TokenKind::Text(rest[1..=length].to_string()), length + 2));
    }
    if let Some(mark) = MARKS.iter().find(|mark| rest.starts_with(**mark)) {
        let kind = match *mark {
            "×" => "*",
            "−" => "-",
            "<>" => "!=",
            mark => mark,
        };
        return Ok(made(TokenKind::Mark(kind), mark.len()));
    }
    let unexpected = error(passage, start, c.len_utf8(), format!("unexpected `{c}`"));
    Err(match c {
        '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}' | '\u{ab}' | '\u{bb}' => {
            unexpected.hint("write texts in straight quotes: 'text'")
        }
        '\u{2013}' | '\u{2014}' => unexpected.hint("write minus as `-`"),
        '£' | '€' => {
            unexpected.hint("write amounts as plain numbers; the column declares the currency")
        }
        '≤' => unexpected.hint("write `<=`"),
        '≥' => unexpected.hint("write `>=`"),
        '≠' => unexpected.hint("write `!=`"),
        '&' => unexpected.hint("write `and`"),
        '{' | '}' => unexpected.hint("a recipe has no braces; a parameter is `$name`"),
        _ => unexpected,
    })
}

fn number(passage: &Passage, start: usize) -> Result<Token, Diagnostic> {
    let rest = &passage.words.as_bytes()[start..];
    let digits = |from: usize| {
        rest[from.min(rest.len())..].iter().take_while(|b| b.is_ascii_digit()).count()
    };
    let mut length = digits(0);
    let whole = length;
    if rest.get(length) == Some(&b'.') && digits(length + 1) > 0 {
        length += 1 + digits(length + 1);
    }
    if matches!(rest.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(rest.get(length + 1), Some(b'+' | b'-')));
        let count = digits(length + 1 + sign);
        if count > 0 {
            length += 1 + sign + count;
        }
    }
    let text = &passage.words[start..start + length];
    if length == whole && whole <= 3 && rest.get(length) == Some(&b',') && digits(length + 1) == 3 {
        let end = length + 4;
        let typed = &passage.words[start..start + end];
        return Err(error(passage, start, end, format!("`{typed}` is two numbers"))
            .hint(format!("write `{}`, or a space after the comma", typed.replace(',', ""))));
    }
    if rest.get(length).is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_') {
        let word = length
            + rest[length..]
                .iter()
                .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_')
                .count();
        let typed = &passage.words[start..start + word];
        return Err(error(
            passage,
            start,
            word,
            format!("`{typed}` is neither a number nor a name"),
        )
        .hint("a name begins with a letter; a text or a period stands in quotes: '2024 Q1'"));
    }
    Ok(Token { kind: TokenKind::Number(text.to_string()), start, end: start + length })
}

fn error(passage: &Passage, start: usize, length: usize, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::RecipeSyntax, message).at(passage.part(start, start + length))
}
