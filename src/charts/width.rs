//! How wide a text is, without a font: a table of widths in thousandths of an em.
//!
//! The widths are those of Helvetica, rounded up, which the common sans-serif fonts do not exceed by much.

/// The width of a text at a font size, in the size's unit.
pub(super) fn width(text: &str, size: i32) -> i32 {
    let thousandths: i64 = text.chars().map(|c| i64::from(of(c))).sum();
    i32::try_from(thousandths * i64::from(size) / 1000 + 1).unwrap_or(i32::MAX / 4)
}

fn of(c: char) -> i32 {
    match c {
        'i' | 'j' | 'l' | '\'' | '|' => 250,
        '.' | ',' | ':' | ';' | '!' | ' ' | 'f' | 't' | 'I' | '/' | '\u{a0}' => 300,
        '(' | ')' | '-' | 'r' | '"' => 360,
        'c' | 'k' | 's' | 'v' | 'x' | 'y' | 'z' | 'J' => 530,
        'm' | 'M' | '%' | 'w' => 900,
        'W' | '@' | '—' => 1020,
        'G' | 'O' | 'Q' => 800,
        'A'..='Z' => 730,
        '0'..='9' | 'a'..='z' | '−' | '–' => 590,
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' => 0,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{ffdc}' | '\u{1f000}'..='\u{1faff}' => 1250,
        _ => 700,
    }
}

/// The broadest of some lines.
pub(super) fn broadest<'t>(lines: impl IntoIterator<Item = &'t String>, size: i32) -> i32 {
    lines.into_iter().map(|line| width(line, size)).max().unwrap_or(0)
}

/// Breaks a text into lines no wider than `limit`, also inside a word that is wider.
pub(super) fn wrap(text: &str, size: i32, limit: i32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), size) <= limit => {
                line.push(' ');
                line.push_str(word);
            }
            _ if width(word, size) <= limit => lines.push(word.to_string()),
            _ => lines.extend(chop(word, size, limit)),
        }
    }
    lines
}

/// Like [`wrap`], with an ellipsis where there are more lines than `most`: the whole text is in the chart's data.
pub(super) fn fit(text: &str, size: i32, limit: i32, most: usize) -> Vec<String> {
    let mut lines = wrap(text, size, limit);
    if lines.len() > most {
        lines.truncate(most.max(1));
        if let Some(last) = lines.last_mut() {
            while !last.is_empty() && width(&format!("{last}…"), size) > limit {
                last.pop();
            }
            last.push('…');
        }
    }
    lines
}

/// Parts of a word, each no wider than `limit` unless it is a single character with its marks.
fn chop(word: &str, size: i32, limit: i32) -> Vec<String> {
    let mut parts = vec![String::new()];
    for c in word.chars() {
        let part = parts.last().map_or("", String::as_str);
        let joins = of(c) == 0 || part.ends_with('\u{200d}') || part.is_empty();
        if !joins && width(&format!("{part}{c}-"), size) > limit {
            let letters = |c: char| c.is_alphabetic() && c < '\u{590}';
            if letters(c) && part.chars().next_back().is_some_and(letters) {
                hyphenate(&mut parts);
            }
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    parts
}

fn hyphenate(parts: &mut [String]) {
    if let Some(part) = parts.last_mut() {
        part.push('-');
    }
}

/// The middle of something `half` as wide, moved so that it stands on a sheet, at its left edge if it is wider.
pub(super) fn on_sheet(middle: i32, half: i32, sheet: i32) -> i32 {
    middle.min(sheet - half).max(half)
}

/// Moves things, each with its middle and its height, apart until none overlaps another, and none leaves `low..high` where
/// there is room for all. Their order stays.
pub(super) fn spread(things: &[(i32, i32)], low: i32, high: i32) -> Vec<i32> {
    let mut order: Vec<usize> = (0..things.len()).collect();
    order.sort_by_key(|index| (things[*index].0, *index));
    let mut moved: Vec<i32> = things.iter().map(|(middle, _)| *middle).collect();
    let mut floor = low;
    for index in &order {
        let height = things[*index].1;
        moved[*index] = moved[*index].max(floor + height / 2);
        floor = moved[*index] + height - height / 2;
    }
    let mut ceiling = high;
    for index in order.iter().rev() {
        let height = things[*index].1;
        moved[*index] = moved[*index].min(ceiling - height + height / 2);
        ceiling = moved[*index] - height / 2;
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_never_wider_than_asked() {
        for text in [
            "Albanian",
            "a b c",
            "Donaudampfschifffahrtsgesellschaft und mehr",
            "",
            "👩‍👩‍👧‍👦👩‍👩‍👧‍👦",
            "עברית וגם",
        ] {
            for line in wrap(text, 280, 1200) {
                assert!(width(&line, 280) <= 1200 || line.chars().count() < 8, "{line}");
            }
            assert!(fit(text, 280, 1200, 2).len() <= 2);
        }
        assert_eq!(wrap("one two", 280, 100_000), ["one two"]);
        assert_eq!(fit("seven eight", 280, 700, 1), ["sev…"]);
    }

    #[test]
    fn labels_move_apart_and_keep_their_order() {
        let spread = |middles: &[i32]| {
            spread(&middles.iter().map(|middle| (*middle, 10)).collect::<Vec<_>>(), 0, 100)
        };
        assert_eq!(spread(&[50, 50, 52]), [50, 60, 70]);
        assert_eq!(spread(&[93, 99]), [85, 95]);
        assert_eq!(spread(&[10, 90]), [10, 90]);
    }
}
