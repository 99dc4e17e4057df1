//! How wide a text is, without a font: a table of widths in thousandths of an em.
//!
//! The widths are those of Helvetica, rounded up, which the common sans-serif fonts do not exceed by much.

/// The width of a text at a font size, in the size's unit.
pub(super) fn width(text: &str, size: i32) -> i32 {
    let thousandths: i32 = text.chars().map(of).sum();
    (thousandths * size).div_euclid(1000) + 1
}

fn of(c: char) -> i32 {
    match c {
        'i' | 'j' | 'l' | '\'' | '|' => 250,
        '.' | ',' | ':' | ';' | '!' | ' ' | 'f' | 't' | 'I' | '/' | '\u{a0}' => 300,
        '(' | ')' | '-' | 'r' | '"' => 360,
        'c' | 'k' | 's' | 'v' | 'x' | 'y' | 'z' | 'J' => 530,
        'm' | 'M' | '%' | 'w' => 900,
        'W' | '@' | '—' => 1020,
        'A'..='Z' => 730,
        '0'..='9' | 'a'..='z' | '−' | '–' => 590,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{ffdc}' | '\u{1f000}'..='\u{1faff}' => 1050,
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' => 0,
        _ => 640,
    }
}

/// Breaks a text into lines no wider than `limit`; a longer word has a line of its own.
pub(super) fn wrap(text: &str, size: i32, limit: i32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), size) <= limit => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    lines
}
