//! One column: integers in the narrowest width that holds them, and what they mean.

use std::fmt;

use crate::exact::Exact;
use crate::value::{Date, Measure, Number, Period, Scale, Value};

/// Whether a cell has a value. Stored as one byte a row, and only for blocks that need it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Mark {
    /// It has.
    Known = 0,
    /// It is empty, or holds a marker for missing.
    Missing = 1,
    /// The publisher hides it.
    Suppressed = 2,
    /// It was computed, and is beyond 128 bits.
    Overflow = 3,
}

impl Mark {
    /// The mark of a stored byte.
    pub fn from_byte(byte: u8) -> Self {
        match byte {
            0 => Self::Known,
            1 => Self::Missing,
            2 => Self::Suppressed,
            _ => Self::Overflow,
        }
    }
}

/// What the integers of a column stand for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Meaning {
    /// Fixed point: the value is the integer × 10^−scale.
    Number {
        /// Digits after the point.
        scale: u32,
        /// Whether it is a percentage (0.375 for 37.5%).
        percent: bool,
        /// The declared unit.
        unit: Option<String>,
    },
    /// Codes into a list of rationals in rising order: a series' values.
    Exact(Vec<Exact>, Measure),
    /// Codes into a list of texts.
    Text(Vec<String>),
    /// Codes into a list of periods.
    Period(Vec<Period>),
    /// Days since 1 January 1970.
    Date,
    /// 0 and 1.
    Boolean,
}

impl Meaning {
    /// The value of a stored integer.
    pub fn value(&self, integer: i64) -> Value {
        match self {
            Self::Number { scale, .. } => Value::Number(Number::new(
                Exact::scaled(i128::from(integer), *scale),
                self.measure(),
            )),
            Self::Exact(values, measure) => {
                let value = values.get(integer as usize).cloned().unwrap_or_else(Exact::zero);
                Value::Number(Number::new(value, measure.clone()))
            }
            Self::Text(texts) => {
                Value::Text(texts.get(integer as usize).cloned().unwrap_or_default())
            }
            Self::Period(periods) => {
                Value::Period(periods.get(integer as usize).copied().unwrap_or(Period::Year(0)))
            }
            Self::Date => Date::from_days(integer).map_or(Value::Text(String::new()), Value::Date),
            Self::Boolean => Value::Boolean(integer != 0),
        }
    }

    /// What the numbers measure; plain for what is no number.
    pub fn measure(&self) -> Measure {
        match self {
            Self::Number { scale, percent: true, unit } => Measure {
                scale: Scale::Percent,
                unit: unit.clone(),
                decimals: Some(scale.saturating_sub(2)),
            },
            Self::Number { scale, unit, .. } => {
                Measure { scale: Scale::Plain, unit: unit.clone(), decimals: Some(*scale) }
            }
            Self::Exact(_, measure) => measure.clone(),
            _ => Measure::default(),
        }
    }

    /// The word for the type, as `source.yaml` writes it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Number { percent: true, .. } => "percent",
            Self::Number { scale: 0, .. } => "integer",
            Self::Number { .. } | Self::Exact(..) => "decimal",
            Self::Text(_) => "text",
            Self::Period(_) => "period",
            Self::Date => "date",
            Self::Boolean => "boolean",
        }
    }
}

/// A cell's content.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cell {
    /// A value.
    Known(Value),
    /// None.
    Missing,
    /// A hidden one.
    Suppressed,
}

/// Canonical text; a missing cell is empty, a hidden one is `[c]`.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(value) => value.fmt(f),
            Self::Missing => Ok(()),
            Self::Suppressed => f.write_str("[c]"),
        }
    }
}

/// A sign that a publisher writes in place of a value, or beside one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sign {
    /// The sign, as it stands in the file.
    pub text: String,
    /// What it stands for.
    pub stands: Stands,
    /// Whether the column holds it.
    pub met: bool,
}

/// What a sign stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stands {
    /// There is no value.
    Missing,
    /// The publisher hides the value, which lies between two bounds where they are declared.
    Hidden(Option<(Exact, Exact)>),
    /// The value beside it is provisional, revised, estimated …
    Beside(String),
}

/// Integers of one block, as offsets from a base in the narrowest width.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Packed {
    /// 8 bits.
    Bits8(i64, Vec<u8>),
    /// 16 bits.
    Bits16(i64, Vec<u16>),
    /// 32 bits.
    Bits32(i64, Vec<u32>),
    /// 64 bits, base 0.
    Bits64(Vec<i64>),
}

impl Packed {
    /// Packs integers, of which `least` and `most` are the range.
    fn new(values: &[i64], (least, most): (i64, i64)) -> Self {
        let offset = |value: &i64| value.wrapping_sub(least);
        let range = most.wrapping_sub(least) as u64;
        if range <= u64::from(u8::MAX) {
            Self::Bits8(least, values.iter().map(|v| offset(v) as u8).collect())
        } else if range <= u64::from(u16::MAX) {
            Self::Bits16(least, values.iter().map(|v| offset(v) as u16).collect())
        } else if range <= u64::from(u32::MAX) {
            Self::Bits32(least, values.iter().map(|v| offset(v) as u32).collect())
        } else {
            Self::Bits64(values.to_vec())
        }
    }

    /// The integer at an offset.
    pub fn get(&self, offset: usize) -> i64 {
        match self {
            Self::Bits8(base, values) => base.wrapping_add(i64::from(values[offset])),
            Self::Bits16(base, values) => base.wrapping_add(i64::from(values[offset])),
            Self::Bits32(base, values) => base.wrapping_add(i64::from(values[offset])),
            Self::Bits64(values) => values[offset],
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Bits8(_, values) => values.len(),
            Self::Bits16(_, values) => values.len(),
            Self::Bits32(_, values) => values.len(),
            Self::Bits64(values) => values.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All of them, widened.
    pub fn unpack(&self) -> Vec<i64> {
        match self {
            Self::Bits8(base, values) => {
                values.iter().map(|v| base.wrapping_add(i64::from(*v))).collect()
            }
            Self::Bits16(base, values) => {
                values.iter().map(|v| base.wrapping_add(i64::from(*v))).collect()
            }
            Self::Bits32(base, values) => {
                values.iter().map(|v| base.wrapping_add(i64::from(*v))).collect()
            }
            Self::Bits64(values) => values.clone(),
        }
    }
}

/// One block of a column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// The integers; one that is not known is the least of the block.
    pub values: Packed,
    /// A [`Mark`] for each row, where some cell is not known.
    pub marks: Option<Box<[u8]>>,
    /// Rows by their offset with the sign that hides the cell, or stands beside its value: its index among the column's.
    pub signs: Box<[(u32, u32)]>,
}

/// A column in blocks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Column {
    /// What the integers mean.
    pub meaning: Meaning,
    /// The blocks.
    pub parts: Vec<Part>,
    /// Least and greatest known integer.
    pub range: Option<(i64, i64)>,
    /// The signs that are declared for it.
    pub signs: Vec<Sign>,
}

impl Column {
    /// Puts blocks together.
    pub fn from_parts(
        meaning: Meaning,
        parts: impl IntoIterator<Item = (Part, Option<(i64, i64)>)>,
    ) -> Self {
        let mut column = Self { meaning, parts: Vec::new(), range: None, signs: Vec::new() };
        for (part, range) in parts {
            column.parts.push(part);
            column.range = match (column.range, range) {
                (Some((a, b)), Some((least, most))) => Some((a.min(least), b.max(most))),
                (a, b) => a.or(b),
            };
        }
        column
    }

    /// The signs of a cell: the one that hides it, or those beside its value.
    pub fn signs_at(&self, block: usize, offset: usize) -> impl Iterator<Item = &Sign> {
        self.parts[block].signs_at(offset).filter_map(|sign| self.signs.get(sign as usize))
    }

    /// What a hidden cell can be, where that is declared.
    pub fn bounds(&self, block: usize, offset: usize) -> Option<&(Exact, Exact)> {
        self.signs_at(block, offset).find_map(|sign| match &sign.stands {
            Stands::Hidden(bounds) => bounds.as_ref(),
            _ => None,
        })
    }

    /// The cell at an offset of a block.
    pub fn cell(&self, block: usize, offset: usize) -> Cell {
        let part = &self.parts[block];
        match part.marks.as_ref().map_or(Mark::Known, |marks| Mark::from_byte(marks[offset])) {
            Mark::Known => Cell::Known(self.meaning.value(part.values.get(offset))),
            Mark::Suppressed => Cell::Suppressed,
            Mark::Missing | Mark::Overflow => Cell::Missing,
        }
    }
}

impl Part {
    /// The signs of a row by their index among the column's.
    pub fn signs_at(&self, offset: usize) -> impl Iterator<Item = u32> {
        let first = self.signs.partition_point(|(row, _)| (*row as usize) < offset);
        let own = self.signs[first..].iter().take_while(move |(row, _)| *row as usize == offset);
        own.map(|(_, sign)| *sign)
    }

    /// The same rows with other integers, and their range.
    pub fn with(self, values: Vec<i64>) -> (Self, Option<(i64, i64)>) {
        let marks = self.marks.map(<[u8]>::into_vec).unwrap_or_default();
        let (part, range) = Self::new(values, marks);
        (Self { signs: self.signs, ..part }, range)
    }

    /// Packs a block; `marks` holds a [`Mark`] a row, or nothing where all are known. Also returns the range of
    /// the known integers.
    pub fn new(mut values: Vec<i64>, marks: Vec<u8>) -> (Self, Option<(i64, i64)>) {
        let some_unknown = marks.iter().any(|mark| *mark != 0);
        let ends = |(least, most): (i64, i64), value: &i64| (least.min(*value), most.max(*value));
        let none = (i64::MAX, i64::MIN);
        let (least, most) = if some_unknown {
            let known = values.iter().zip(&marks).filter(|(_, mark)| **mark == 0);
            known.map(|(value, _)| value).fold(none, ends)
        } else {
            values.iter().fold(none, ends)
        };
        let range = (least <= most).then_some((least, most));
        let filler = range.map_or(0, |(least, _)| least);
        for (value, _) in values.iter_mut().zip(&marks).filter(|(_, mark)| **mark != 0) {
            *value = filler;
        }
        let packed = Packed::new(&values, range.unwrap_or((0, 0)));
        let marks = some_unknown.then(|| marks.into_boxed_slice());
        (Self { values: packed, marks, signs: Box::default() }, range)
    }
}
