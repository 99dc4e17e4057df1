//! The sheet of all figures.

use std::collections::BTreeSet;

use rust_xlsxwriter::{
    Color, ConditionalFormatText, ConditionalFormatTextRule, Format, Formula, Worksheet, XlsxError,
};

use super::formula::{Reason, Scalar};
use super::names::letters;
use super::rows::{day_format, write_number, write_text, write_text_as, write_value};
use super::{Areas, Inputs, Row, is_open, is_year};
use crate::figures::Figure;
use crate::value::Value;

/// Its name.
pub(super) const INDEX: &str = "Figures";
/// Row of the headers, from 0.
pub(super) const HEAD: u32 = 5;
/// What stands in for the result of a formula until a program computes it.
const PENDING: &str = "…";
/// The last row that a check may be in.
const LAST: u32 = 1_048_575;

/// Columns of the sheet of figures, from 0.
pub(super) mod at {
    pub(in crate::workbook) const ID: u16 = 0;
    pub(in crate::workbook) const KEYS: [u16; 2] = [1, 2];
    pub(in crate::workbook) const LABEL: u16 = 3;
    pub(in crate::workbook) const PRINTED: u16 = 4;
    pub(in crate::workbook) const VALUE: u16 = 5;
    pub(in crate::workbook) const VALUE_MOST: u16 = 6;
    pub(in crate::workbook) const COMPUTED: u16 = 7;
    pub(in crate::workbook) const COMPUTED_MOST: u16 = 8;
    pub(in crate::workbook) const CHECK: u16 = 9;
    pub(in crate::workbook) const RANK: u16 = 10;
    pub(in crate::workbook) const PLACE: u16 = 11;
    pub(in crate::workbook) const HOW: u16 = 12;
    pub(in crate::workbook) const RECIPE: u16 = 13;
    pub(in crate::workbook) const SOURCES: u16 = 14;
}

/// Columns with their headers and widths.
const COLUMNS: [(u16, &str, u16); 15] = [
    (at::ID, "figure", 34),
    (at::KEYS[0], "key", 16),
    (at::KEYS[1], "second key", 16),
    (at::LABEL, "what it is", 44),
    (at::PRINTED, "as printed", 14),
    (at::VALUE, "value", 14),
    (at::VALUE_MOST, "at most", 14),
    (at::COMPUTED, "computed here", 14),
    (at::COMPUTED_MOST, "at most", 14),
    (at::CHECK, "check", 22),
    (at::RANK, "rank", 8),
    (at::PLACE, "place", 8),
    (at::HOW, "how it was made", 16),
    (at::RECIPE, "recipe", 60),
    (at::SOURCES, "sources", 50),
];

/// A cell of the sheet as formulas name it.
pub(super) fn cell(column: u16, row: u32) -> String {
    format!("${}${}", letters(column), row + 1)
}

/// Cells of a column of the sheet, from a row to another.
pub(super) fn cells(column: u16, (first, last): (u32, u32)) -> String {
    format!("={INDEX}!{}:{}", cell(column, first), cell(column, last))
}

/// A formula of which no result is stored.
pub(super) fn live(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    text: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    let formula = Formula::new(format!("={text}")).set_result(PENDING);
    sheet.write_array_formula_with_format(row, column, row, column, formula, format)?;
    Ok(())
}

impl<'a> Inputs<'a> {
    /// Writes the sheet.
    pub(super) fn write_index(
        &self,
        sheet: &mut Worksheet,
        rows: &[(&Row<'a>, Result<Scalar, Reason>)],
        areas: &Areas,
    ) -> Result<(), XlsxError> {
        let bold = Format::new().set_bold();
        write_text_as(sheet, 0, 0, self.title, Format::new().set_bold().set_font_size(14))?;
        write_text(
            sheet,
            1,
            0,
            "Each value of the briefing is computed here again by a formula, from the rows on the other sheets. No result is stored in this file: your program computes them.",
        )?;
        let checks = format!("{}:{}", cell(at::CHECK, HEAD + 1), cell(at::CHECK, LAST));
        for (row, name, wanted) in [(2, "agree", "agrees"), (3, "differ", "differs")] {
            write_text_as(sheet, row, 0, name, bold.clone())?;
            live(sheet, (row, 1), &format!("COUNTIF({checks},\"{wanted}\")"), &bold)?;
        }
        for (column, head, width) in COLUMNS {
            write_text_as(sheet, HEAD, column, head, bold.clone())?;
            sheet.set_column_width(column, width)?;
        }
        let any = |test: &dyn Fn(&Row<'_>) -> bool| rows.iter().any(|(row, _)| test(row));
        let open = any(&|row| row.figure.is_some_and(is_open));
        let ranked = any(&|row| row.series.is_some_and(|own| own.ranked));
        let points: BTreeSet<&str> = rows
            .iter()
            .filter(|(row, made)| row.series.is_some() && made.is_err())
            .filter_map(|(row, _)| row.series.map(|own| own.series.id.as_str()))
            .collect();
        for (column, shown) in [
            (at::KEYS[0], any(&|row| !row.keys.is_empty())),
            (at::KEYS[1], any(&|row| row.keys.len() > 1)),
            (at::VALUE_MOST, open),
            (at::COMPUTED_MOST, open),
            (at::RANK, ranked),
            (at::PLACE, ranked),
        ] {
            if !shown {
                sheet.set_column_hidden(column)?;
            }
        }
        sheet.set_freeze_panes(HEAD + 1, 1)?;
        sheet.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(HEAD, HEAD)?;
        let red = Format::new()
            .set_background_color(Color::RGB(0x00F8_D7DA))
            .set_font_color(Color::RGB(0x0084_2029));
        let differs = ConditionalFormatText::new()
            .set_rule(ConditionalFormatTextRule::BeginsWith("differs".into()))
            .set_format(red);
        sheet.add_conditional_format(HEAD + 1, at::CHECK, LAST, at::CHECK, &differs)?;
        for (row, made) in rows {
            write_text(sheet, row.number, at::ID, &row.id)?;
            for (key, column) in row.keys.iter().zip(at::KEYS) {
                write_key(
                    sheet,
                    (row.number, column),
                    key,
                    row.mixed[usize::from(column != at::KEYS[0])],
                )?;
            }
            let Some(figure) = row.figure else {
                write_text(sheet, row.number, at::CHECK, "no value")?;
                continue;
            };
            self.write_figure(sheet, row.number, figure)?;
            match made {
                Err(reason) => write_text(sheet, row.number, at::CHECK, reason)?,
                Ok(made) => {
                    write_formulas(sheet, row.number, figure, made)?;
                    let Some(own) = row.series else { continue };
                    if made.most.is_none() {
                        let cell = cell(at::COMPUTED, row.number);
                        live(sheet, (row.number, at::COMPUTED_MOST), &cell, &Format::new())?;
                    }
                    // a rank among points of which some are not computed is none
                    let area = areas.get(&own.series.id).and_then(|area| area.as_ref().ok());
                    if let Some(block) = area.and_then(|area| area.columns.get(own.value))
                        && own.ranked
                        && !points.contains(own.series.id.as_str())
                    {
                        write_rank(sheet, row.number, &block.name, own.lowest_first)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// What the briefing holds of a figure.
    fn write_figure(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        figure: &Figure,
    ) -> Result<(), XlsxError> {
        write_text(sheet, row, at::LABEL, &figure.label)?;
        write_text(sheet, row, at::PRINTED, self.shower.figure(figure).as_str())?;
        match figure.value.number().and_then(|number| number.between()) {
            Some((least, most)) => {
                write_number(sheet, row, at::VALUE, &least.value)?;
                write_number(sheet, row, at::VALUE_MOST, &most.value)?;
            }
            None => write_value(sheet, row, at::VALUE, &figure.value)?,
        }
        write_text(sheet, row, at::HOW, figure.provenance.name())?;
        let quote = figure.quote.as_ref().map(|quote| quote.words.as_str());
        let recipe = figure.recipe.as_ref().map(|recipe| recipe.canonical.as_str());
        let recipe = recipe.or(quote).or(figure.reason.as_deref()).unwrap_or_default();
        write_text(sheet, row, at::RECIPE, recipe)?;
        let sources = figure.sources.iter().filter_map(|id| self.sources.sources.get(id));
        let sources: Vec<String> = sources
            .map(|own| match &own.title {
                Some(title) => format!("{}, {title}", own.publisher),
                None => own.publisher.clone(),
            })
            .collect();
        write_text(sheet, row, at::SOURCES, &sources.join("; "))
    }
}

/// A key; a year as a text where other keys of its column are no years.
fn write_key(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    key: &Value,
    mixed: bool,
) -> Result<(), XlsxError> {
    match mixed {
        true => write_text(sheet, row, column, &key.to_string()),
        false => write_value(sheet, row, column, key),
    }
}

/// The formulas of a value, and the one that compares it with the briefing's.
fn write_formulas(
    sheet: &mut Worksheet,
    row: u32,
    figure: &Figure,
    made: &Scalar,
) -> Result<(), XlsxError> {
    let plain = Format::new();
    let date = matches!(figure.value, Value::Date(_));
    let format = if date { day_format() } else { plain.clone() };
    live(sheet, (row, at::COMPUTED), &made.least, &format)?;
    if let Some(most) = &made.most {
        live(sheet, (row, at::COMPUTED_MOST), most, &plain)?;
    }
    live(sheet, (row, at::CHECK), &check(figure, row, made.most.is_some()), &plain)
}

/// The rank of a point among the values of its series, and its place, in which ties go by the order of keys.
fn write_rank(
    sheet: &mut Worksheet,
    row: u32,
    block: &str,
    lowest_first: bool,
) -> Result<(), XlsxError> {
    let plain = Format::new();
    let (own, sign) = (cell(at::COMPUTED, row), if lowest_first { '<' } else { '>' });
    let known = format!("ISNUMBER({block})");
    let rank = format!("1+SUMPRODUCT({known}*({block}{sign}{own}))");
    live(sheet, (row, at::RANK), &rank, &plain)?;
    let before = format!("(ROW({block})<ROW({own}))");
    let rank = cell(at::RANK, row);
    let place = format!("{rank}+SUMPRODUCT({known}*({block}={own})*{before})");
    live(sheet, (row, at::PLACE), &place, &plain)
}

/// The formula that compares a value with the one that is computed beside it.
fn check(figure: &Figure, row: u32, open: bool) -> String {
    let near = |computed: u16, value: u16| {
        let (a, b) = (cell(computed, row), cell(value, row));
        format!("ABS({a}-{b})<=1E-10+1E-9*ABS({b})")
    };
    let value = near(at::COMPUTED, at::VALUE);
    let test = match &figure.value {
        Value::Number(_) if open => {
            format!("AND({value},{})", near(at::COMPUTED_MOST, at::VALUE_MOST))
        }
        Value::Number(_) | Value::Date(_) => value,
        Value::Period(period) if is_year(period) => value,
        _ => format!("EXACT({},{})", cell(at::COMPUTED, row), cell(at::VALUE, row)),
    };
    format!("IF(IFERROR({test},FALSE),\"agrees\",\"differs\")")
}
