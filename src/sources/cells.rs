//! Cells to integers, by type, and types from cells.

use std::collections::HashMap;

use super::declare::ColumnType;
use crate::frame::{Mark, Sign, Stands};
use crate::value::{Date, Period};

/// Mantissa and scale of a decimal number: `-1.50` is (−150, 2). `None` for anything else, and beyond 18 digits.
pub(super) fn decimal(text: &[u8]) -> Option<(i64, u32)> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] | [0xe2, 0x88, 0x92, rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let mut mantissa: i64 = 0;
    let mut point = None;
    for (at, byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'9' => {
                mantissa = mantissa.checked_mul(10)?.checked_add(i64::from(byte - b'0'))?
            }
            b'.' if point.is_none() && at > 0 => point = Some(at),
            b'e' | b'E' if at > 0 => return scientific(text),
            _ => return None,
        }
    }
    let scale = match point {
        Some(at) if at + 1 < digits.len() => digits.len() - at - 1,
        Some(_) => return None,
        None => 0,
    };
    (!digits.is_empty()).then_some((if negative { -mantissa } else { mantissa }, scale as u32))
}

fn scientific(text: &[u8]) -> Option<(i64, u32)> {
    let value = crate::exact::Exact::parse(std::str::from_utf8(text).ok()?)?;
    let scale = value.decimals()?;
    let mantissa = (value * crate::exact::Exact::power_of_ten(i64::from(scale))).to_i128()?;
    Some((i64::try_from(mantissa).ok()?, scale))
}

/// A number without the signs between its groups; nothing where it has none, or not between groups of three.
pub(super) fn ungrouped(cell: &[u8], sign: char) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(cell).ok()?;
    let separates = |c: char| match sign {
        ' ' => matches!(c, ' ' | '\u{a0}' | '\u{202f}'),
        '\'' => matches!(c, '\'' | '’'),
        sign => c == sign,
    };
    let end = text.find(['.', '%']).unwrap_or(text.len());
    let (whole, rest) = text.split_at(end);
    let digits = whole.trim_start_matches(['-', '+', '−']);
    let mut groups = digits.split(separates);
    let first = groups.next()?;
    let three = |group: &str| group.len() == 3 && group.bytes().all(|b| b.is_ascii_digit());
    let formed = (1..=3).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_digit())
        && groups.all(three);
    let joined: String = whole.chars().filter(|c| !separates(*c)).collect();
    (formed && joined.len() < whole.len()).then(|| (joined + rest).into_bytes())
}

/// A cell of a typed column: an integer with its scale, or nothing where the text contradicts the type.
pub(super) fn typed(kind: ColumnType, text: &[u8]) -> Option<(i64, u32)> {
    match kind {
        ColumnType::Integer => match decimal(text)? {
            (mantissa, 0) => Some((mantissa, 0)),
            (mantissa, scale) => {
                let unit = 10i64.checked_pow(scale)?;
                (mantissa % unit == 0).then_some((mantissa / unit, 0))
            }
        },
        ColumnType::Decimal => decimal(text),
        ColumnType::Percent => {
            let number = text.strip_suffix(b"%").unwrap_or(text).trim_ascii_end();
            decimal(number).map(|(mantissa, scale)| (mantissa, scale + 2))
        }
        ColumnType::Date => {
            Date::parse(std::str::from_utf8(text).ok()?).map(|date| (date.days(), 0))
        }
        ColumnType::Boolean => match text.to_ascii_lowercase().as_slice() {
            b"true" | b"yes" => Some((1, 0)),
            b"false" | b"no" => Some((0, 0)),
            _ => None,
        },
        ColumnType::Text | ColumnType::Period(_) => None,
    }
}

/// Whether digits begin with a zero: a code such as 012 is a text, though it looks like a number.
pub(super) fn is_code(cell: &[u8]) -> bool {
    cell.len() > 1 && cell[0] == b'0' && cell.iter().all(u8::is_ascii_digit)
}

/// Whether a text reads as a period, in one reading or in two.
pub(super) fn is_period(cell: &[u8]) -> bool {
    std::str::from_utf8(cell)
        .is_ok_and(|text| Period::parse(text, None).is_some() || Period::is_ambiguous(text))
}

/// Whether a column holds years: its name says so, and every text is one.
fn is_year<'a>(name: &str, mut cells: impl Iterator<Item = &'a [u8]>) -> bool {
    let year = |cell: &[u8]| cell.len() == 4 && matches!(&cell[..2], b"19" | b"20");
    (name == "year" || name.ends_with("_year"))
        && cells.all(|cell| year(cell) && cell.iter().all(u8::is_ascii_digit))
}

/// The type that a column's name and texts suggest: as [`infer`] has it, but that years are periods, by which words about time are
/// checked.
pub(super) fn infer_named<'a>(
    name: &str,
    cells: impl Iterator<Item = &'a [u8]> + Clone,
) -> ColumnType {
    match infer(cells.clone()) {
        ColumnType::Integer if is_year(name, cells) => ColumnType::Period(None),
        inferred => inferred,
    }
}

/// The narrowest type that all texts have; nine in ten where the rest may be markers.
pub(super) fn infer<'a>(cells: impl Iterator<Item = &'a [u8]> + Clone) -> ColumnType {
    let total = cells.clone().count();
    let fits = |test: &dyn Fn(&[u8]) -> bool| {
        cells.clone().filter(|cell| test(cell)).count() * 10 >= total * 9
    };
    let number = |cell: &[u8]| decimal(cell).is_some();
    let year = |cell: &[u8]| cell.len() == 4 && cell.iter().all(u8::is_ascii_digit);
    if total == 0 {
        return ColumnType::Text;
    }
    if cells.clone().any(is_code) {
        return ColumnType::Text;
    }
    if fits(&number) {
        let whole = cells
            .clone()
            .filter(|cell| number(cell))
            .all(|cell| decimal(cell).is_some_and(|(_, scale)| scale == 0));
        return if whole { ColumnType::Integer } else { ColumnType::Decimal };
    }
    if fits(&|cell| cell.ends_with(b"%") && typed(ColumnType::Percent, cell).is_some()) {
        ColumnType::Percent
    } else if fits(&|cell| typed(ColumnType::Date, cell).is_some()) {
        ColumnType::Date
    } else if fits(&is_period) && !cells.clone().all(year) {
        ColumnType::Period(None)
    } else if fits(&|cell| matches!(cell.to_ascii_lowercase().as_slice(), b"true" | b"false")) {
        ColumnType::Boolean
    } else {
        ColumnType::Text
    }
}

/// Texts with codes in the order in which they were first seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Dictionary {
    codes: HashMap<Vec<u8>, u32>,
    pub(super) texts: Vec<Vec<u8>>,
}

impl Dictionary {
    pub(super) fn get(&self, text: &[u8]) -> Option<u32> {
        self.codes.get(text).copied()
    }

    pub(super) fn code(&mut self, text: &[u8]) -> u32 {
        if let Some(code) = self.get(text) {
            return code;
        }
        let code = self.texts.len() as u32;
        self.texts.push(text.to_vec());
        self.codes.insert(text.to_vec(), code);
        code
    }
}

/// A short text as two words and its length, which together are the text.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Short {
    first: u64,
    last: u64,
    length: usize,
}

impl Short {
    /// The first and the last bytes, which overlap; `None` beyond 16 bytes.
    fn new(text: &[u8]) -> Option<Self> {
        let length = text.len();
        let word = |at: usize| {
            text.get(at..at + 8).and_then(|b| b.try_into().ok()).map(u64::from_le_bytes)
        };
        let half = |at: usize| {
            text.get(at..at + 4)
                .and_then(|b| b.try_into().ok())
                .map(u32::from_le_bytes)
                .map(u64::from)
        };
        let (first, last) = match length {
            0 => (0, 0),
            1..=3 => {
                (u64::from(text[0]) | u64::from(text[length / 2]) << 8, u64::from(text[length - 1]))
            }
            4..=7 => (half(0)?, half(length - 4)?),
            8..=16 => (word(0)?, word(length - 8)?),
            _ => return None,
        };
        Some(Self { first, last, length })
    }

    /// One of 512 places.
    fn place(self) -> usize {
        let mixed = (self.first ^ self.last.rotate_left(29) ^ self.length as u64)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 55) as usize
    }
}

/// Codes of the short texts met last: cells of a column repeat, and a look here costs less than one in a dictionary.
pub(super) struct Recent(Vec<(Short, u32)>);

impl Recent {
    pub(super) fn new() -> Self {
        // an empty text is a missing cell and is never looked up, so that the empty entry finds nothing
        Self(vec![(Short::default(), 0); 512])
    }

    /// The code of a text, from `slow` where it was not met lately.
    pub(super) fn code(&mut self, text: &[u8], slow: impl FnOnce() -> u32) -> u32 {
        let Some(short) = Short::new(text) else { return slow() };
        let entry = &mut self.0[short.place()];
        if entry.0 != short {
            *entry = (short, slow());
        }
        entry.1
    }
}

/// The signs of a column's cells.
#[derive(Clone, Debug, Default)]
pub(super) struct Markers {
    pub(super) signs: Vec<Sign>,
    /// The bytes of each, as a whole cell, by its index among the signs.
    whole: Vec<(Vec<u8>, Mark, u32)>,
    /// The same of those beside values.
    beside: Vec<(Vec<u8>, u32)>,
}

impl Markers {
    pub(super) fn new(signs: Vec<Sign>) -> Self {
        let (mut whole, mut beside) = (Vec::new(), Vec::new());
        for (index, sign) in signs.iter().enumerate() {
            let (text, index) = (sign.text.as_bytes().to_vec(), index as u32);
            match sign.stands {
                Stands::Missing => whole.push((text, Mark::Missing, index)),
                Stands::Hidden(_) => whole.push((text, Mark::Suppressed, index)),
                Stands::Beside(_) => beside.push((text, index)),
            }
        }
        Self { signs, whole, beside }
    }

    /// The mark of a trimmed cell with its sign; `Known` where its text is to be read.
    pub(super) fn mark(&self, cell: &[u8]) -> (Mark, Option<u32>) {
        if cell.is_empty() {
            return (Mark::Missing, None);
        }
        let found = self.whole.iter().find(|(text, ..)| text == cell);
        found.map_or((Mark::Known, None), |(_, mark, sign)| (*mark, Some(*sign)))
    }

    /// A cell without the sign at its end, and that sign; nothing where there is none, or nothing else.
    pub(super) fn beside<'c>(&self, cell: &'c [u8]) -> Option<(&'c [u8], u32)> {
        self.beside.iter().find_map(|(text, sign)| {
            let rest = cell.strip_suffix(text.as_slice())?.trim_ascii_end();
            (!rest.is_empty()).then_some((rest, *sign))
        })
    }
}
