//! A column put together from its blocks: one dictionary, one scale, or one error that lists what contradicts its type.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::{Dictionary, infer, is_period, typed};
use super::chunk::{Contradiction, Kept, ParsedColumn};
use super::declare::ColumnType;
use super::load::Loader;
use super::vocabulary::{self, Sign};
use crate::diag::{Cell, Code, Diagnostic, Diagnostics};
use crate::frame::{Checkpoint, Column, Meaning, Part};
use crate::value::{Grain, Period};

/// A block of a column with the range of its known integers.
type RangedPart = (Part, Option<(i64, i64)>);

/// What became of a column.
pub(super) enum Made {
    Column(Column),
    /// It is to be read again as this type.
    Again(ColumnType),
    /// There was an error.
    Failed,
}

impl Loader<'_> {
    /// One column from its blocks.
    pub(super) fn column(
        &self,
        kept: &Kept,
        kind: ColumnType,
        (mut blocks, seeded): (Vec<ParsedColumn>, usize),
        checkpoints: &[Checkpoint],
        diagnostics: &mut Diagnostics,
    ) -> Made {
        let mut signs = kept.markers.signs.clone();
        for met in blocks.iter().flat_map(|block| &block.met) {
            signs[*met as usize].met = true;
        }
        let replaced: BTreeSet<usize> =
            blocks.iter().flat_map(|block| block.replaced.iter().copied()).collect();
        let declared = self.dataset.columns.get(&kept.name);
        for (index, (from, _, span)) in declared.iter().flat_map(|d| &d.replace).enumerate() {
            if !replaced.contains(&index) {
                let message = format!("no cell of column `{}` is `{from}`", kept.name);
                diagnostics.push(
                    Diagnostic::error(Code::SilentLiteral, message)
                        .at(*span)
                        .hint("write the text as it stands in the file, or delete the line"),
                );
            }
        }
        let mut contradictions: BTreeMap<Vec<u8>, Contradiction> = BTreeMap::new();
        for block in &mut blocks {
            for (text, found) in std::mem::take(&mut block.contradictions) {
                contradictions.entry(text).and_modify(|c| c.count += found.count).or_insert(found);
            }
        }
        let known: u64 = blocks.iter().map(|block| block.known).sum();
        let bad: u64 = contradictions.values().map(|c| c.count).sum();
        if kept.kind.is_none() && blocks.iter().any(|block| block.code) {
            return Made::Again(ColumnType::Text);
        }
        if bad > 0 {
            if let Some(wider) = self.wider(kept, kind, &contradictions, (known, bad)) {
                return Made::Again(wider);
            }
            diagnostics.push(contradiction(kept, kind, &contradictions, known));
            return Made::Failed;
        }
        if !matches!(kind, ColumnType::Text | ColumnType::Period(_)) {
            return self
                .numbers(kept, kind, blocks, diagnostics)
                .map_or(Made::Failed, |column| Made::Column(Column { signs, ..column }));
        }
        let (texts, parts) = unify(blocks, seeded);
        let texts: Vec<String> =
            texts.into_iter().map(|text| String::from_utf8_lossy(&text).into_owned()).collect();
        if let ColumnType::Period(grain) = kind {
            let made = self.periods(kept, grain, &texts, parts, checkpoints, diagnostics);
            return match made {
                Made::Column(column) => Made::Column(Column { signs, ..column }),
                other => other,
            };
        }
        let all = infer(texts.iter().map(String::as_bytes));
        if kept.kind.is_none()
            && !texts.is_empty()
            && all != ColumnType::Text
            && !self.retyped.contains_key(&kept.name)
        {
            return Made::Again(all);
        }
        Made::Column(Column { signs, ..Column::from_parts(Meaning::Text(texts), parts) })
    }

    /// A wider type of an inferred column, which holds the cells that contradict the narrow one, too.
    fn wider(
        &self,
        kept: &Kept,
        kind: ColumnType,
        contradictions: &BTreeMap<Vec<u8>, Contradiction>,
        (known, bad): (u64, u64),
    ) -> Option<ColumnType> {
        if kept.kind.is_some() {
            return None;
        }
        let all =
            |wider: ColumnType| contradictions.keys().all(|text| typed(wider, text).is_some());
        match kind {
            ColumnType::Integer if all(ColumnType::Decimal) => Some(ColumnType::Decimal),
            ColumnType::Integer if contradictions.keys().all(|text| is_period(text)) => {
                Some(ColumnType::Period(None))
            }
            _ if (known - bad) * 10 < known * 9 => Some(ColumnType::Text),
            _ => None,
        }
    }

    fn numbers(
        &self,
        kept: &Kept,
        kind: ColumnType,
        blocks: Vec<ParsedColumn>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Column> {
        if let (None, Some((power, words))) = (kept.power, vocabulary::header_scale(&kept.header))
            && matches!(kind, ColumnType::Integer | ColumnType::Decimal)
        {
            let at = self.dataset.columns.get(&kept.name);
            let at = at.map_or(self.dataset.span, |declared| declared.span);
            let message = format!("the header `{}` says {words}", kept.header);
            let factor = 10_i64.pow(power.unsigned_abs());
            diagnostics.push(Diagnostic::warning(Code::HeaderScale, message).at(at).hint(format!(
                "declare `scale: {factor}`, and 1.5 is {}; or `scale: 1`, if the numbers are to stay as they are",
                factor * 3 / 2
            )));
        }
        let least = if kind == ColumnType::Percent { 2 } else { 0 };
        let scale = blocks.iter().map(|block| block.scale).max().unwrap_or(0).max(least);
        let mut parts = Vec::new();
        for block in blocks {
            match rescaled(block, scale) {
                Some(part) => parts.push(part),
                None => {
                    let message = format!("column `{}` needs more than 18 digits", kept.name);
                    let error =
                        Diagnostic::error(Code::CellType, message).in_file(&self.dataset.path);
                    diagnostics.push(error.hint("declare it as `type: text` if it is no quantity"));
                    return None;
                }
            }
        }
        let meaning = match kind {
            ColumnType::Date => Meaning::Date,
            ColumnType::Boolean => Meaning::Boolean,
            _ => Meaning::Number {
                scale,
                percent: kind == ColumnType::Percent,
                unit: kept.unit.clone(),
            },
        };
        Some(Column::from_parts(meaning, parts))
    }

    fn periods(
        &self,
        kept: &Kept,
        grain: Option<Grain>,
        texts: &[String],
        parts: Vec<RangedPart>,
        checkpoints: &[Checkpoint],
        diagnostics: &mut Diagnostics,
    ) -> Made {
        let grain = grain.or_else(|| told_grain(texts));
        if grain.is_none()
            && let Some(example) = texts.iter().find(|text| Period::is_ambiguous(text))
        {
            let message =
                format!("`{example}` in column `{}` is a month or a financial year", kept.name);
            let error = Diagnostic::error(Code::AmbiguousType, message).in_file(&self.dataset.path);
            diagnostics.push(
                error.hint("declare `type: period(month)` or `type: period(financial-year)`"),
            );
            return Made::Failed;
        }
        let read: Vec<Option<Period>> =
            texts.iter().map(|text| Period::parse(text, grain)).collect();
        if read.iter().all(Option::is_some) {
            // two spellings of one period share a code
            let mut distinct: Vec<Period> = Vec::new();
            let codes: Vec<i64> = read
                .into_iter()
                .flatten()
                .map(|period| {
                    distinct.iter().position(|known| *known == period).unwrap_or_else(|| {
                        distinct.push(period);
                        distinct.len() - 1
                    }) as i64
                })
                .collect();
            return Made::Column(Column::from_parts(
                Meaning::Period(distinct),
                recoded(parts, &codes),
            ));
        }
        if kept.kind.is_none() {
            return Made::Again(ColumnType::Text);
        }
        let column = Column::from_parts(Meaning::Text(texts.to_vec()), parts);
        let mut found: BTreeMap<Vec<u8>, Contradiction> = BTreeMap::new();
        let mut known = 0;
        for (checkpoint, part) in checkpoints.iter().zip(&column.parts) {
            for (offset, code) in part.values.unpack().into_iter().enumerate() {
                if part.marks.as_ref().is_some_and(|marks| marks[offset] != 0) {
                    continue;
                }
                known += 1;
                if read[code as usize].is_none() {
                    let text = texts[code as usize].clone();
                    let place = Cell::line(&self.dataset.path, checkpoint.line_of(offset));
                    found
                        .entry(text.into_bytes())
                        .and_modify(|c| c.count += 1)
                        .or_insert(Contradiction { count: 1, place });
                }
            }
        }
        diagnostics.push(contradiction(kept, ColumnType::Period(grain), &found, known));
        Made::Failed
    }
}

/// One error for a column: its values that contradict the type, with counts, ready to paste.
fn contradiction(
    kept: &Kept,
    kind: ColumnType,
    found: &BTreeMap<Vec<u8>, Contradiction>,
    known: u64,
) -> Diagnostic {
    let what = match kind {
        ColumnType::Integer => "a whole number",
        ColumnType::Decimal => "a number",
        ColumnType::Percent => "a percentage",
        ColumnType::Date => "a date",
        ColumnType::Boolean => "true or false",
        ColumnType::Period(_) => "a period",
        ColumnType::Text => "a text",
    };
    let mut all: Vec<(String, &Contradiction)> =
        found.iter().map(|(text, c)| (String::from_utf8_lossy(text).into_owned(), c)).collect();
    all.sort_by(|a, b| b.1.count.cmp(&a.1.count).then_with(|| a.0.cmp(&b.0)));
    let bad: u64 = all.iter().map(|(_, c)| c.count).sum();
    let counted: Vec<String> = all
        .iter()
        .map(|(text, c)| if c.count == 1 { text.clone() } else { format!("{text} × {}", c.count) })
        .collect();
    let message = format!(
        "{bad} of {known} cells of column `{}` are not {what}: {}",
        kept.name,
        crate::diag::list(&counted, 8)
    );
    let first = all.iter().map(|(_, c)| c).min_by_key(|c| (c.place.line, c.place.column));
    let mut error = Diagnostic::error(Code::CellType, message);
    if let Some(first) = first {
        error = error.at(first.place.clone()).label("the first of them");
    }
    // separators are no markers: to call these cells missing would drop the largest numbers
    let grouped = |text: &String| {
        let plain: String =
            text.chars().filter(|c| !matches!(c, ',' | ' ' | '\u{a0}' | '\u{202f}')).collect();
        plain.len() < text.len() && typed(kind, plain.as_bytes()).is_some()
    };
    let separated = all.iter().filter(|(text, _)| grouped(text)).count();
    if separated > 0 {
        let hint = "these are numbers with thousands separators: declare `thousands: \",\"` (or \" \") for the column";
        error = error.hint(hint);
        if separated == all.len() {
            return error;
        }
    }
    let texts: Vec<&str> =
        all.iter().filter(|(text, _)| !grouped(text)).map(|(text, _)| text.as_str()).collect();
    for (sign, field) in [(Sign::Hidden, "suppressed"), (Sign::Missing, "missing")] {
        let own = texts.iter().filter_map(|text| {
            vocabulary::known(text).filter(|(own, _)| *own == sign).map(|(_, words)| (text, words))
        });
        let own: Vec<(&&str, &str)> = own.take(20).collect();
        if own.is_empty() {
            continue;
        }
        let mut meant: Vec<String> =
            own.iter().map(|(text, words)| format!("`{text}` often means {words}")).collect();
        meant.truncate(4);
        let pasted: Vec<String> = own
            .iter()
            .map(|(text, _)| match sign {
                Sign::Hidden => {
                    let bounds = vocabulary::bounds(text).unwrap_or("any".into());
                    format!("\"{text}\": {bounds}")
                }
                Sign::Missing => format!("\"{text}\""),
            })
            .collect();
        let pasted = match sign {
            Sign::Hidden => format!("{{ {} }}", pasted.join(", ")),
            Sign::Missing => format!("[{}]", pasted.join(", ")),
        };
        error = error.hint(format!(
            "{}: if so here, write under the column: {field}: {pasted}",
            meant.join(", "),
        ));
    }
    // what holds digits is mostly a value, written in another way
    let unknown = texts.iter().filter(|text| vocabulary::known(text).is_none());
    let (values, rest): (Vec<&&str>, Vec<&&str>) =
        unknown.take(20).partition(|text| text.chars().any(|c| c.is_ascii_digit()));
    let decimal = |text: &&&str| typed(ColumnType::Decimal, text.as_bytes()).is_some();
    if values.is_empty() && rest.is_empty() {
        return error;
    }
    if !values.is_empty() && values.iter().all(decimal) {
        error = error.hint("they are numbers with decimals: `type: decimal` holds them");
    } else if !values.is_empty() {
        let stands = |text: &&&str| {
            let negative = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
            let number =
                negative.filter(|own| own.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
            let stands = number.map_or("…".to_string(), |number| format!("-{number}"));
            format!("\"{text}\": \"{stands}\"")
        };
        let pairs: Vec<String> = values.iter().map(stands).collect();
        error = error.hint(format!(
            "if they are values in another form (dates are read as 2024-03-06), say what they stand for: replace: {{ {} }}",
            pairs.join(", ")
        ));
    }
    let rest: Vec<String> = rest.iter().map(|text| format!("\"{text}\"")).collect();
    if rest.is_empty() {
        return error.hint("if the publisher hides these values, write `suppressed:`; if the column is no number, `type: text`");
    }
    error
        .hint(format!("if they mean missing, write under the column: missing: [{}]", rest.join(", ")))
        .hint("if the publisher hides these values, write `suppressed:` instead; if the column is no number, `type: text`")
}

/// Brings the blocks' codes to one dictionary.
/// Each block's codes are those of the first block's texts, of which there are `seed`, and then its own.
fn unify(blocks: Vec<ParsedColumn>, seed: usize) -> (Vec<Vec<u8>>, Vec<RangedPart>) {
    let mut all = Dictionary::default();
    let mut parts = Vec::new();
    for (index, block) in blocks.into_iter().enumerate() {
        let own: Vec<i64> = block.texts.iter().map(|text| i64::from(all.code(text))).collect();
        if index == 0 {
            parts.push((block.part, block.range));
            continue;
        }
        let same = own.iter().enumerate().all(|(offset, code)| *code == (seed + offset) as i64);
        if same {
            parts.push((block.part, block.range));
        } else {
            let codes: Vec<i64> = (0..seed as i64).chain(own).collect();
            parts.extend(recoded(vec![(block.part, block.range)], &codes));
        }
    }
    (all.texts, parts)
}

fn recoded(parts: Vec<RangedPart>, codes: &[i64]) -> Vec<RangedPart> {
    let recode = |(part, _): RangedPart| {
        let values: Vec<i64> = part
            .values
            .unpack()
            .into_iter()
            .map(|code| codes.get(code as usize).copied().unwrap_or(0))
            .collect();
        part.with(values)
    };
    parts.into_iter().map(recode).collect()
}

fn rescaled(block: ParsedColumn, scale: u32) -> Option<RangedPart> {
    if block.scale == scale {
        return Some((block.part, block.range));
    }
    let factor = 10i64.checked_pow(scale - block.scale)?;
    let values: Option<Vec<i64>> =
        block.part.values.unpack().into_iter().map(|value| value.checked_mul(factor)).collect();
    Some(block.part.with(values?))
}

/// What the other cells of a column say about `2010-11`: a month if some can only be months, and so on.
fn told_grain(texts: &[String]) -> Option<Grain> {
    let mut months = false;
    let mut years = false;
    for text in texts.iter().filter(|text| text.len() == 7 && text.as_bytes()[4] == b'-') {
        match Period::parse(text, None) {
            Some(Period::Month(..)) => months = true,
            Some(Period::FinancialYear(_)) => years = true,
            _ => {}
        }
    }
    match (months, years) {
        (true, false) => Some(Grain::Month),
        (false, true) => Some(Grain::FinancialYear),
        _ => None,
    }
}
