//! Words, numbers and signs of a plain text, each with its bytes.

use std::ops::Range;

use crate::exact::Exact;
use crate::locale::Locale;
use crate::spec::plain::INSERTED;

/// The smallest stretch that the grammar looks at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Token {
    /// Its bytes.
    pub(super) range: Range<usize>,
    /// What it is.
    pub(super) kind: Kind,
    /// Its text in lower case, with straight apostrophes; digits as typed.
    pub(super) text: String,
    /// Whether no space stands before it.
    pub(super) glued: bool,
    /// Whether it begins with a capital.
    pub(super) capital: bool,
    /// Where the lexicon has the phrases that begin with it.
    pub(super) entry: Option<u32>,
}

/// The kinds of token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// Letters, perhaps with digits among them.
    Word,
    /// Digits, with group marks and decimals.
    Number {
        /// The value, without a sign.
        value: Exact,
        /// Digits after the point.
        decimals: u32,
    },
    /// One sign.
    Sign,
    /// The end of a sentence or paragraph.
    End,
    /// A value that is inserted.
    Inserted,
}

impl Token {
    pub(super) fn number(&self) -> Option<(&Exact, u32)> {
        match &self.kind {
            Kind::Number { value, decimals } => Some((value, *decimals)),
            _ => None,
        }
    }

    /// A whole number without group marks.
    pub(super) fn whole(&self) -> Option<i128> {
        let plain = self.text.bytes().all(|b| b.is_ascii_digit());
        self.number().filter(|_| plain).and_then(|(value, _)| value.to_i128())
    }

    pub(super) fn is(&self, text: &str) -> bool {
        self.text == text
    }

    /// Whether letters and digits are mixed in it: `A4`, `CO2`.
    pub(super) fn is_mixed(&self) -> bool {
        self.kind == Kind::Word && self.text.bytes().any(|b| b.is_ascii_digit())
    }
}

/// Whether a full stop, question or exclamation mark ends a sentence: nothing but a space and a capital, a quotation mark or the end
/// follows it.
fn ends_sentence(text: &str, at: usize) -> bool {
    let rest = &text[at + 1..];
    let after = rest.trim_start_matches(['"', '\'', '”', '’', ')', ']', '*', '_']);
    let spaced = after.trim_start_matches([' ', '\u{a0}']);
    if spaced.is_empty() || spaced.starts_with('\n') {
        return true;
    }
    let first = spaced.trim_start_matches(['"', '“', '‘', '(', '[', INSERTED]).chars().next();
    let opens = first.is_none_or(|c| c.is_uppercase() || c.is_ascii_digit() || "£€$~".contains(c));
    spaced.len() < after.len() && opens
}

/// Codes of currencies, which stand before digits without a space.
const CODES: [&str; 3] = ["GBP", "EUR", "USD"];

/// Abbreviations that end with a full stop and no sentence.
const SHORT: [&str; 18] = [
    "e.g", "i.e", "mr", "mrs", "dr", "st", "no", "nos", "vs", "etc", "approx", "c", "cf", "p",
    "pp", "vol", "fig", "art",
];

/// Divides a text.
pub(super) fn tokens(text: &str, locale: &Locale) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::with_capacity(text.len() / 5);
    let mut at = 0;
    let mut spaced = true;
    while let Some(c) = text[at..].chars().next() {
        let start = at;
        if c == '\n' {
            at += 1;
            push(&mut tokens, start..at, Kind::End, "\n".into(), false, false);
            spaced = true;
            continue;
        }
        if c.is_whitespace() {
            at += c.len_utf8();
            spaced = true;
            continue;
        }
        let glued = !spaced;
        spaced = false;
        if digit(c).is_some() && !c.is_ascii() {
            // digits of another writing system: a whole number
            let run = text[at..].chars().map_while(|c| Some((c, digit(c)?)));
            let (bytes, digits) = run.fold((0, String::new()), |(bytes, digits), (c, digit)| {
                (bytes + c.len_utf8(), format!("{digits}{digit}"))
            });
            at += bytes;
            let value = Exact::parse(&digits).unwrap_or_else(Exact::zero);
            let kind = Kind::Number { value, decimals: 0 };
            push(&mut tokens, start..at, kind, digits, glued, false);
        } else if c.is_ascii_digit() {
            let (value, decimals, end) = locale.digits_at(text, at);
            at = end;
            let digits = text[start..at].to_string();
            push(&mut tokens, start..at, Kind::Number { value, decimals }, digits, glued, false);
        } else if c.is_alphabetic() {
            while let Some(next) = text[at..].chars().next() {
                let code = at - start == 3 && next.is_ascii_digit();
                if code && CODES.contains(&&text[start..at]) {
                    break;
                }
                let apostrophe = matches!(next, '\'' | '’')
                    && text[at + next.len_utf8()..].starts_with(char::is_alphabetic);
                if !(next.is_alphanumeric() && !is_part(next) || apostrophe) {
                    break;
                }
                at += next.len_utf8();
                // l'article, d'euros
                if apostrophe && locale.elides(&text[start..at]) {
                    break;
                }
            }
            let lower: String = text[start..at]
                .chars()
                .flat_map(char::to_lowercase)
                .map(|c| if c == '’' { '\'' } else { c })
                .collect();
            push(&mut tokens, start..at, Kind::Word, lower, glued, c.is_uppercase());
        } else {
            at += c.len_utf8();
            let ends = match c {
                '.' => {
                    let short = tokens.last().is_some_and(|token| {
                        token.range.end == start && SHORT.contains(&token.text.as_str())
                    });
                    !short && ends_sentence(text, start)
                }
                '?' | '!' => ends_sentence(text, start),
                _ => false,
            };
            let kind = match c {
                INSERTED => Kind::Inserted,
                _ if ends => Kind::End,
                _ => Kind::Sign,
            };
            let sign = match c {
                '−' | '‐' | '‑' => "-".to_string(),
                other => other.to_string(),
            };
            push(&mut tokens, start..at, kind, sign, glued, false);
        }
    }
    tokens
}

/// The value of a digit, also a full-width, Arabic, Persian or Devanagari one.
fn digit(c: char) -> Option<u32> {
    const ZEROS: [char; 5] = ['0', '\u{ff10}', '\u{660}', '\u{6f0}', '\u{966}'];
    let value = |zero: &char| (c as u32).checked_sub(*zero as u32).filter(|value| *value < 10);
    ZEROS.iter().find_map(value)
}

/// ½ and the like, which count as digits of their own.
pub(super) fn part(text: &str) -> Option<(u32, u32)> {
    Some(match text {
        "½" => (1, 2),
        "⅓" => (1, 3),
        "⅔" => (2, 3),
        "¼" => (1, 4),
        "¾" => (3, 4),
        "⅕" => (1, 5),
        _ => return None,
    })
}

fn is_part(c: char) -> bool {
    part(c.encode_utf8(&mut [0; 4])).is_some()
}

fn push(
    tokens: &mut Vec<Token>,
    range: Range<usize>,
    kind: Kind,
    text: String,
    glued: bool,
    capital: bool,
) {
    tokens.push(Token { range, kind, text, glued, capital, entry: None });
}
