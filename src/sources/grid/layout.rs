//! The declared layout of a table: where it begins, its header of one row or several, its footer, blank labels, columns that become rows.

use super::{Grid, Item, Line, Places, letters};
use crate::diag::{Code, Diagnostic, Diagnostics, list};
use crate::exact::Exact;
use crate::sources::header::normal;
use crate::sources::{ColumnType, Dataset};

/// The rows as plain CSV, with their places.
pub(super) fn table(
    dataset: &Dataset,
    mut grid: Grid,
    diagnostics: &mut Diagnostics,
) -> Option<(Vec<u8>, Places)> {
    let shape = &dataset.shape;
    let path = &dataset.path;
    let area = shape.range.map(|(area, _)| area);
    let left = area.map_or(1, |area| area.first.1);
    if let Some(area) = area {
        grid.lines.retain(|line| {
            area.first.0 <= line.number && area.last.0.is_none_or(|last| line.number <= last)
        });
        let from = area.first.1 as usize - 1;
        for line in &mut grid.lines {
            line.cells.truncate(area.last.1.map_or(usize::MAX, |last| last as usize));
            line.cells.drain(..from.min(line.cells.len()));
        }
    }
    grid.lines.retain(|line| line.filled() > 0);
    let kept = grid.lines.len().saturating_sub(shape.skip_footer);
    grid.lines.truncate(kept);
    if grid.lines.is_empty() {
        let message = format!("`{path}` holds nothing where its table is said to be");
        diagnostics.push(Diagnostic::error(Code::EmptyFile, message).in_file(path));
        return None;
    }
    if area.is_none() && shape.header.is_none() && grid.sheet.is_some() {
        diagnostics.take(begins(dataset, &grid))?;
    }
    if shape.strip_notes {
        grid.strip_notes();
    }
    if shape.decimal_comma {
        let cells = grid.lines.iter_mut().flat_map(|line| &mut line.cells);
        cells.for_each(decimal_point);
    }
    let rows = shape.header.unwrap_or(1).min(grid.lines.len());
    let head: Vec<Line> = grid.lines.drain(..rows).collect();
    let mut lines = grid.lines;
    let longest = |lines: &[Line]| lines.iter().map(used).max().unwrap_or(0);
    let width = longest(&lines).max(longest(&head));
    if width.saturating_mul(lines.len()) > super::MOST_CELLS {
        let widest = lines.iter().chain(&head).max_by_key(|line| used(line));
        let row = widest.map_or(1, |line| line.number);
        let cell = format!("{}{row}", letters(left + width as u32 - 1));
        let message = format!("`{path}` is {width} columns wide, because of the cell {cell}");
        let error = Diagnostic::error(Code::Layout, message).at(dataset.file_span);
        diagnostics.push(error.hint("declare the cells that hold the table: `range: A1:H60`"));
        return None;
    }
    let headers = match rows {
        0 => (0..width).map(|column| letters(left + column as u32)).collect(),
        _ => headers(&head, &lines, width),
    };
    let text = grid.sheet.is_none();
    // rows of another width stay as they are in a text file, where they are a fault
    for line in &mut lines {
        if !text || line.cells.len() > width {
            line.cells.resize(width, Item::default());
        }
    }
    if grid.sheet.is_some() {
        diagnostics.extend(headless(dataset, (&headers, left), &lines));
        diagnostics.extend(parts_of_one(dataset, (&headers, left), &lines));
        diagnostics.extend(text_numbers(dataset, (&grid.sheet, left), &lines));
    }
    fill_down(dataset, (&headers, left), &mut lines, diagnostics)?;
    let columns: Vec<u32> = (0..width as u32).map(|column| left + column).collect();
    let places = Places {
        sheet: grid.sheet,
        rows: lines.iter().map(|line| line.number).collect(),
        columns,
        values: Vec::new(),
    };
    let texts =
        lines.into_iter().map(|line| line.cells.into_iter().map(|cell| cell.text).collect());
    let texts: Vec<Vec<String>> = texts.collect();
    let (headers, texts, places) = match &shape.unpivot {
        Some(pattern) => {
            let longer = longer(dataset, &pattern.words, (headers, texts, places));
            diagnostics.take(longer.map_err(|error| error.at(pattern.span)))?
        }
        None => (headers, texts, places),
    };
    // line ends in cells become spaces, so that a row is a line; writing to memory cannot fail
    let one_line = |cell: &String| cell.replace(['\n', '\r'], " ");
    let mut csv = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for row in std::iter::once(&headers).chain(&texts) {
        csv.write_record(row.iter().map(one_line)).ok()?;
    }
    Some((csv.into_inner().ok()?, places))
}

/// Cells up to the last one that holds something.
fn used(line: &Line) -> usize {
    line.cells.iter().rposition(|cell| !cell.text.is_empty()).map_or(0, |last| last + 1)
}

/// A sheet whose first rows are titles: the table is not guessed at, but where it seems to begin is told.
fn begins(dataset: &Dataset, grid: &Grid) -> Result<(), Diagnostic> {
    let full = Line::filled;
    let most = grid.lines.iter().take(200).map(full).max().unwrap_or(0);
    let Some(first) = grid.lines.first() else { return Ok(()) };
    if full(first) * 2 >= most || most < 2 {
        return Ok(());
    }
    let table = grid.lines.iter().find(|line| full(line) * 10 >= most * 8);
    let Some(table) = table else { return Ok(()) };
    let column = table.cells.iter().position(|cell| !cell.text.is_empty()).unwrap_or(0);
    let title = first.cells.iter().find(|cell| !cell.text.is_empty());
    let message = format!(
        "row {} of `{}` is no header: it holds only `{}`",
        first.number,
        grid.sheet.as_deref().unwrap_or(&dataset.path),
        title.map_or("", |cell| cell.text.as_str())
    );
    Err(Diagnostic::error(Code::Layout, message).at(dataset.file_span).hint(format!(
        "the table seems to begin in row {0}: declare `range: {1}{0}`",
        table.number,
        letters(column as u32 + 1)
    )))
}

/// Columns that hold something under no header, and are not declared by their letters.
fn headless(dataset: &Dataset, (headers, left): (&[String], u32), lines: &[Line]) -> Diagnostics {
    let mut found = Vec::new();
    for (column, _) in headers.iter().enumerate().filter(|(_, header)| header.is_empty()) {
        let letter = left + column as u32;
        let declared =
            dataset.columns.values().any(|own| own.letter.is_some_and(|(own, _)| own == letter));
        let filled = lines.iter().find(|line| line.holds(column));
        if let Some(line) = filled.filter(|_| !declared) {
            found.push(format!("{}{}", letters(letter), line.number));
        }
    }
    if found.is_empty() {
        return Diagnostics::default();
    }
    let message =
        format!("columns of `{}` hold values under no header: {}", dataset.path, list(&found, 8));
    let warning = Diagnostic::warning(Code::Layout, message).at(dataset.file_span);
    Diagnostics::from(warning.hint(
        "leave them out with `range:`, or name them by their letters: `columns: { name: { column: D } }`",
    ))
}

/// Columns of percentages in which a workbook stores parts of 1: it shows 0.375 as 37.5%.
fn parts_of_one(
    dataset: &Dataset,
    (headers, left): (&[String], u32),
    lines: &[Line],
) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    for (name, declared) in &dataset.columns {
        let percent = declared.kind == Some(ColumnType::Percent) && declared.power.is_none();
        let Some(at) = column(dataset, headers, left, name).filter(|_| percent) else { continue };
        let cells = lines.iter().filter_map(|line| line.cells.get(at));
        let values: Vec<Exact> =
            cells.filter(|cell| cell.typed).filter_map(|cell| Exact::parse(&cell.text)).collect();
        let small = values.iter().all(|value| value.abs() <= Exact::one());
        if small && values.iter().any(|value| !value.is_integer()) {
            let message = format!("the percentages of `{name}` are all at most 1%");
            diagnostics.push(Diagnostic::warning(Code::CellType, message).at(declared.span).hint(
                "a workbook that shows 37.5% stores 0.375: if so here, declare `scale: 100`",
            ));
        }
    }
    diagnostics
}

/// Numbers that are stored as texts among numbers: a spreadsheet leaves them out of its sums, and they are read here.
fn text_numbers(
    dataset: &Dataset,
    (sheet, left): (&Option<String>, u32),
    lines: &[Line],
) -> Diagnostics {
    let width = lines.iter().map(|line| line.cells.len()).max().unwrap_or(0);
    let mut found = Vec::new();
    for at in 0..width {
        let cells = || lines.iter().filter_map(|line| Some((line.number, line.cells.get(at)?)));
        let number = |cell: &Item| Exact::parse(&cell.text).is_some();
        let typed = cells().filter(|(_, cell)| cell.typed && number(cell)).count();
        let texts = cells().filter(|(_, cell)| !cell.typed && number(cell));
        let texts: Vec<u32> = texts.map(|(row, _)| row).collect();
        // a column of codes is all text
        if typed > texts.len() {
            found.extend(texts.iter().map(|row| format!("{}{row}", letters(left + at as u32))));
        }
    }
    if found.is_empty() {
        return Diagnostics::default();
    }
    let message = format!(
        "numbers stored as texts in {}: {}",
        sheet.as_deref().unwrap_or(&dataset.path),
        list(&found, 8)
    );
    let warning = Diagnostic::warning(Code::TextNumber, message).at(dataset.file_span);
    Diagnostics::from(warning.hint(
        "they are read as numbers here; a sum in the spreadsheet leaves them out and is lower",
    ))
}

/// The header of each column; of several rows, joined, where a blank cell is part of the one left of it.
///
/// A column that holds nothing and whose last header row is blank stands between others, and has no header.
pub(in crate::sources) fn headers(head: &[Line], lines: &[Line], width: usize) -> Vec<String> {
    let spacer =
        |column: usize| !head.last().into_iter().chain(lines).any(|line| line.holds(column));
    let mut rows: Vec<Vec<String>> = Vec::new();
    for (index, line) in head.iter().enumerate() {
        let text = |column: usize| line.cells.get(column).map_or("", |cell| cell.text.as_str());
        let mut row: Vec<String> = (0..width).map(|column| text(column).to_string()).collect();
        if index + 1 < head.len() {
            for column in 1..width {
                let above = rows.iter().all(|above| above[column] == above[column - 1]);
                if row[column].is_empty() && above {
                    row[column] = row[column - 1].clone();
                }
            }
        }
        rows.push(row);
    }
    let join = |column: usize| {
        let mut parts: Vec<&str> = Vec::new();
        for part in rows.iter().map(|row| row[column].as_str()) {
            if !part.is_empty() && parts.last() != Some(&part) {
                parts.push(part);
            }
        }
        parts.join(" ").replace(['\n', '\r'], " ")
    };
    (0..width).map(|column| if spacer(column) { String::new() } else { join(column) }).collect()
}

/// The column of a name: ours, a header, or a letter.
fn column(dataset: &Dataset, headers: &[String], left: u32, name: &str) -> Option<usize> {
    let declared = dataset.columns.get(name).and_then(|declared| declared.letter);
    let letter = declared.map(|(letter, _)| letter).or_else(|| super::column(name));
    if let Some(letter) = letter {
        return Some(letter.checked_sub(left)? as usize).filter(|column| *column < headers.len());
    }
    let from = dataset.columns.get(name).map_or(name, |declared| declared.from.as_str());
    headers.iter().position(|header| normal(header) == normal(from))
}

fn fill_down(
    dataset: &Dataset,
    (headers, left): (&[String], u32),
    lines: &mut [Line],
    diagnostics: &mut Diagnostics,
) -> Option<()> {
    for name in &dataset.shape.fill_down {
        let Some(column) = column(dataset, headers, left, &name.words) else {
            let message = format!("`{}` has no column `{}`", dataset.path, name.words);
            diagnostics.push(
                Diagnostic::error(Code::UnknownColumn, message)
                    .at(name.span)
                    .did_you_mean(&name.words, headers.iter().map(String::as_str))
                    .hint(format!("headers: {}", headers.join(", "))),
            );
            return None;
        };
        let cells = lines.iter_mut().filter_map(|line| line.cells.get_mut(column));
        fill(cells.map(|cell| &mut cell.text));
    }
    Some(())
}

/// Puts into each blank cell what stands above it.
pub(in crate::sources) fn fill<'c>(cells: impl Iterator<Item = &'c mut String>) {
    let mut above = String::new();
    for cell in cells {
        match cell.is_empty() {
            true => cell.clone_from(&above),
            false => above.clone_from(cell),
        }
    }
}

/// Cuts notes: `[note 3]`, `(note 3)`, superscripts, and digits glued to a word.
pub(super) fn without_notes(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['[', '(']) {
        let close = if rest[at..].starts_with('[') { ']' } else { ')' };
        let inside = rest[at + 1..].find(close).map(|end| &rest[at + 1..at + 1 + end]);
        match inside {
            Some(inside) if is_note(inside) => {
                out.push_str(rest[..at].trim_end());
                rest = &rest[at + inside.len() + 2..];
            }
            _ => {
                out.push_str(&rest[..=at]);
                rest = &rest[at + 1..];
            }
        }
    }
    out.push_str(rest);
    let plain = out.trim_end_matches(|c: char| "¹²³⁰⁴⁵⁶⁷⁸⁹".contains(c));
    let word = plain.trim_end_matches(|c: char| c.is_ascii_digit());
    let glued = plain.len() - word.len();
    let letters = word.chars().rev().take_while(|c| c.is_alphabetic()).count();
    let text = if (1..=2).contains(&glued) && letters >= 3 { word } else { plain };
    text.trim().to_string()
}

/// `note 3`, `notes 3, 4`
fn is_note(inside: &str) -> bool {
    let lower = inside.trim().to_lowercase();
    let rest = lower.strip_prefix("notes").or_else(|| lower.strip_prefix("note"));
    rest.is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || " ,and".contains(c)))
}

/// `1.234,5` as `1234.5`
fn decimal_point(cell: &mut Item) {
    let number = cell.text.trim_start_matches(['-', '−', '+']).trim_end_matches(['%', ' ']);
    let (whole, part) = number.split_once(',').unwrap_or((number, ""));
    let groups: Vec<&str> = whole.split(['.', '\u{a0}', '\u{202f}']).collect();
    let grouped = groups.len() == 1 || groups[1..].iter().all(|group| group.len() == 3);
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let all = groups.iter().all(|group| digits(group) && !group.is_empty()) && digits(part);
    if !cell.typed && grouped && all && (!part.is_empty() || groups.len() > 1) {
        let plain = groups.concat();
        let written = if part.is_empty() { plain } else { format!("{plain}.{part}") };
        cell.text = cell.text.replace(number, &written);
    }
}

/// One part of a pattern.
#[derive(Debug)]
enum Part<'p> {
    Text(&'p str),
    Name(&'p str),
}

fn parts(pattern: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    let mut rest = pattern;
    while let Some(open) = rest.find('{') {
        let close = open + rest[open..].find('}')?;
        if open > 0 {
            parts.push(Part::Text(&rest[..open]));
        }
        parts.push(Part::Name(rest[open + 1..close].trim()));
        rest = &rest[close + 1..];
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    Some(parts)
}

/// What each name of a pattern is in a header.
fn matched(parts: &[Part<'_>], header: &str) -> Option<Vec<String>> {
    let mut rest = header;
    let mut found = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        match part {
            Part::Text(text) => rest = rest.strip_prefix(text)?,
            Part::Name(name) => {
                let end = match parts.get(index + 1) {
                    Some(Part::Text(text)) if *name == "*" => rest.rfind(text)?,
                    Some(Part::Text(text)) => rest.find(text)?,
                    _ => rest.len(),
                };
                if end == 0 {
                    return None;
                }
                found.push(rest[..end].to_string());
                rest = &rest[end..];
            }
        }
    }
    rest.is_empty().then_some(found)
}

/// Whether what a pattern took for the name may stand for it: a year is digits, another name is anything.
fn fits(name: &str, value: &str) -> bool {
    let dated = matches!(name, "year" | "period" | "month" | "quarter" | "date");
    !dated || value.bytes().any(|byte| byte.is_ascii_digit())
}

type Rows = (Vec<String>, Vec<Vec<String>>, Places);

/// Columns whose headers fit a pattern become rows: `{year}` makes a column of years and one of values, `{*} {year}` a column of
/// years and one for each text that stands for `{*}`.
fn longer(
    dataset: &Dataset,
    pattern: &str,
    (headers, rows, places): Rows,
) -> Result<Rows, Diagnostic> {
    let wrong = |message: String| {
        Diagnostic::error(Code::Layout, message).hint(
            "a pattern holds names in braces: `unpivot: \"{year}\"`, or `\"{*} {year}\"`, where `{*}` stays a column",
        )
    };
    let parts = parts(pattern).ok_or_else(|| wrong(format!("`{pattern}` is no pattern")))?;
    let names: Vec<&str> = parts
        .iter()
        .filter_map(|part| match part {
            Part::Name(name) => Some(*name),
            Part::Text(_) => None,
        })
        .collect();
    let keys: Vec<&str> = names.iter().copied().filter(|name| *name != "*").collect();
    if keys.is_empty() || names.len() - keys.len() > 1 {
        return Err(wrong(format!("`{pattern}` names no column to make")));
    }
    // of each column: nothing, or its keys and the value that it is of
    let taken: Vec<Option<(Vec<String>, String)>> = headers
        .iter()
        .map(|header| {
            let found = matched(&parts, header)?;
            let fits = names.iter().zip(&found).all(|(name, value)| fits(name, value));
            let keys = names.iter().zip(&found).filter(|(name, _)| **name != "*");
            let keys: Vec<String> = keys.map(|(_, value)| value.trim().to_string()).collect();
            let star = names.iter().zip(&found).find(|(name, _)| **name == "*");
            let value = star.map_or("value", |(_, value)| value.trim()).to_string();
            fits.then_some((keys, value))
        })
        .collect();
    let mut groups: Vec<&Vec<String>> = Vec::new();
    let mut values: Vec<&String> = Vec::new();
    for (group, value) in taken.iter().flatten() {
        if !groups.contains(&group) {
            groups.push(group);
        }
        if !values.contains(&value) {
            values.push(value);
        }
    }
    if groups.is_empty() {
        return Err(wrong(format!("no header of `{}` fits `{pattern}`", dataset.path))
            .hint(format!("headers: {}", headers.join(", "))));
    }
    let kept: Vec<usize> = (0..headers.len()).filter(|column| taken[*column].is_none()).collect();
    let head = kept.iter().map(|column| headers[*column].clone());
    let head = head.chain(keys.iter().map(|key| (*key).to_string()));
    let head: Vec<String> = head.chain(values.iter().map(|value| (*value).clone())).collect();
    let column = |group: &Vec<String>, value: &String| {
        taken.iter().position(|taken| taken.as_ref().is_some_and(|(g, v)| g == group && v == value))
    };
    let cells: Vec<(&Vec<String>, Vec<Option<usize>>)> = groups
        .iter()
        .map(|group| (*group, values.iter().map(|value| column(group, value)).collect()))
        .collect();
    let mut made = (Vec::new(), Vec::new());
    for (row, number) in rows.iter().zip(&places.rows) {
        for (group, columns) in &cells {
            let cell = |column: &Option<usize>| column.and_then(|column| row.get(column).cloned());
            let found: Vec<Option<String>> = columns.iter().map(cell).collect();
            let own = kept.iter().map(|column| row.get(*column).cloned().unwrap_or_default());
            let own = own.chain(group.iter().cloned());
            made.0.push(own.chain(found.into_iter().map(Option::unwrap_or_default)).collect());
            made.1.push(*number);
        }
    }
    let place = |column: &Option<usize>| column.map_or(0, |column| places.columns[column]);
    let of_group = |(group, columns): &(&Vec<String>, Vec<Option<usize>>)| {
        group.iter().map(|_| 0).chain(columns.iter().map(place)).collect()
    };
    let of_groups = cells.iter().map(of_group).collect();
    let own = kept.iter().map(|column| places.columns[*column]);
    let columns = own.chain(std::iter::repeat_n(0, keys.len() + values.len())).collect();
    let places = Places { sheet: places.sheet, rows: made.1, columns, values: of_groups };
    Ok((head, made.0, places))
}
