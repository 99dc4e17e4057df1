//! Cells to integers, by type, and types from cells.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::declare::ColumnType;
use crate::frame::Mark;
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
            b'0'..=b'9' => mantissa = mantissa.checked_mul(10)?.checked_add(i64::from(byte - b'0'))?,
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
        ColumnType::Date => Date::parse(std::str::from_utf8(text).ok()?).map(|date| (date.days(), 0)),
        ColumnType::Boolean => match text.to_ascii_lowercase().as_slice() {
            b"true" | b"yes" => Some((1, 0)),
            b"false" | b"no" => Some((0, 0)),
            _ => None,
        },
        ColumnType::Text | ColumnType::Period(_) => None,
    }
}

/// The narrowest type that all texts have; nine in ten where the rest may be markers.
pub(super) fn infer<'a>(cells: impl Iterator<Item = &'a [u8]> + Clone) -> ColumnType {
    let total = cells.clone().count();
    let fits = |test: &dyn Fn(&[u8]) -> bool| cells.clone().filter(|cell| test(cell)).count() * 10 >= total * 9;
    let number = |cell: &[u8]| decimal(cell).is_some();
    let period = |cell: &[u8]| {
        std::str::from_utf8(cell).is_ok_and(|text| Period::parse(text, None).is_some() || Period::is_ambiguous(text))
    };
    let year = |cell: &[u8]| cell.len() == 4 && cell.iter().all(u8::is_ascii_digit);
    if total == 0 {
        return ColumnType::Text;
    }
    if fits(&number) {
        let whole = cells.clone().filter(|cell| number(cell)).all(|cell| decimal(cell).is_some_and(|(_, scale)| scale == 0));
        return if whole { ColumnType::Integer } else { ColumnType::Decimal };
    }
    if fits(&|cell| cell.ends_with(b"%") && typed(ColumnType::Percent, cell).is_some()) {
        ColumnType::Percent
    } else if fits(&|cell| typed(ColumnType::Date, cell).is_some()) {
        ColumnType::Date
    } else if fits(&period) && !cells.clone().all(year) {
        ColumnType::Period(None)
    } else if fits(&|cell| matches!(cell.to_ascii_lowercase().as_slice(), b"true" | b"false")) {
        ColumnType::Boolean
    } else {
        ColumnType::Text
    }
}

/// Multiply and rotate, eight bytes at a time: texts of cells are short and looked up once a cell.
#[derive(Default)]
pub(super) struct Fast(u64);

impl Hasher for Fast {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        let mut chunks = bytes.chunks_exact(8);
        let mut mix = |word: u64| {
            self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
        };
        for chunk in &mut chunks {
            mix(u64::from_le_bytes(chunk.try_into().unwrap_or_default()));
        }
        let rest = chunks.remainder();
        let mut last = [0u8; 8];
        last[..rest.len()].copy_from_slice(rest);
        mix(u64::from_le_bytes(last) ^ (bytes.len() as u64) << 56);
    }
}

/// Texts with codes in the order in which they were first seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Dictionary {
    codes: HashMap<Vec<u8>, u32, BuildHasherDefault<Fast>>,
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

/// The markers of a column, and what each means.
#[derive(Clone, Debug, Default)]
pub(super) struct Markers {
    missing: Vec<Vec<u8>>,
    suppressed: Vec<Vec<u8>>,
}

impl Markers {
    pub(super) fn new<'a>(missing: impl Iterator<Item = &'a String>, suppressed: &[String]) -> Self {
        let bytes = |text: &String| text.trim().as_bytes().to_vec();
        Self { missing: missing.map(bytes).collect(), suppressed: suppressed.iter().map(bytes).collect() }
    }

    /// The mark of a trimmed cell; `Known` where its text is to be read.
    pub(super) fn mark(&self, cell: &[u8]) -> Mark {
        if cell.is_empty() || self.missing.iter().any(|marker| marker == cell) {
            Mark::Missing
        } else if self.suppressed.iter().any(|marker| marker == cell) {
            Mark::Suppressed
        } else {
            Mark::Known
        }
    }
}
