//! A first `source.yaml` for a file: what can be seen in it, and what a person must look at.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::{infer_named, is_code, typed, ungrouped};
use super::declare::{ColumnType, declare};
use super::grid::{self, Grid, Line, Opened};
use super::header::{one_line, slugs, tagged};
use super::vocabulary::{self, Sign};
use crate::diag::{Diagnostic, Diagnostics, Outcome, first};
use crate::frame::letters;
use crate::text::{Passage, Span, Texts};

/// Rows that are looked at for what they hold.
const LOOKED_AT: usize = 20_000;
/// Rows of the preview.
const SHOWN: usize = 5;
/// What a person must write: nothing is built before it is written.
const OPEN: &str = "title: # of the publication\npublisher: # who published it\nurl: # where it is\nlicence: # OGL-UK-3.0, CC-BY-4.0 …, or: none stated";
/// The same for our own reading.
const FILLED: &str = "publisher: P\nlicence: none stated";

/// What is proposed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proposal {
    /// The text of a `source.yaml`.
    pub yaml: String,
    /// The first rows, a header before them.
    pub preview: Vec<Vec<String>>,
    /// What a person must decide.
    pub unsure: Vec<String>,
}

/// Looks at a file; `name` is that of its dataset.
pub fn propose(path: &str, name: &str, bytes: &[u8]) -> Outcome<Option<Proposal>> {
    let mut diagnostics = Diagnostics::default();
    let (mut lines, mut unsure) = (Vec::new(), Vec::new());
    let members = diagnostics.take(grid::members(path, bytes)).unwrap_or_default();
    let mut member = None;
    if members.len() > 1 {
        // the first table, else the first file
        let tables = [".csv", ".xlsx", ".ods", ".xls", ".tsv", ".json"];
        let is_table = |name: &&String| tables.iter().any(|end| name.to_lowercase().ends_with(end));
        let chosen = members.iter().find(is_table).unwrap_or(&members[0]);
        lines.push(format!("member: {}", scalar(chosen)));
        unsure.push(format!(
            "the archive holds {} files, {}: the first table is proposed",
            members.len(),
            members.join(", ")
        ));
        let mut texts = Texts::default();
        let text = texts.add("member", chosen.clone());
        member = Some(Passage::verbatim(chosen.clone(), Span::new(text, 0, chosen.len())));
    }
    let opened = grid::opened(path, bytes, member.as_ref());
    let proposal = diagnostics.take(opened).and_then(|opened| {
        if let Some((at, _)) = grid::lists(&opened).into_iter().max_by_key(|(_, length)| *length) {
            lines.push(format!("records: {}", scalar(&at)));
        }
        Proposer { path, name, opened: &opened, lines, unsure }.run(&mut diagnostics)
    });
    Outcome::new(proposal, diagnostics)
}

struct Proposer<'a> {
    path: &'a str,
    name: &'a str,
    opened: &'a Opened<'a>,
    /// Lines under the dataset.
    lines: Vec<String>,
    unsure: Vec<String>,
}

/// A column as it is proposed.
struct Column {
    name: String,
    header: String,
    letter: u32,
    kind: ColumnType,
    thousands: bool,
    missing: Vec<String>,
    suppressed: Vec<String>,
    /// Texts in a column of numbers that nothing is known of.
    other: Vec<String>,
    distinct: usize,
}

impl Proposer<'_> {
    fn run(mut self, diagnostics: &mut Diagnostics) -> Option<Proposal> {
        self.text();
        let mut grid = self.grid(diagnostics)?;
        grid.lines.retain(|line| line.filled() > 0);
        if grid.lines.is_empty() {
            let error = Diagnostic::error(
                crate::diag::Code::EmptyFile,
                format!("`{}` holds nothing", self.path),
            );
            diagnostics.push(error.in_file(self.path));
            return None;
        }
        self.lines.extend(grid.sheet.as_ref().map(|sheet| format!("sheet: {}", scalar(sheet))));
        let noted =
            |line: &Line| line.cells.iter().any(|cell| cell.text.to_lowercase().contains("[note"));
        // the tags of humanitarian files stand under the header and are no row
        let texts =
            |line: &Line| line.cells.iter().map(|cell| cell.text.clone()).collect::<Vec<_>>();
        let tags = grid
            .lines
            .iter()
            .take(20)
            .position(|line| tagged(texts(line).iter().map(String::as_str)));
        if let Some(at) = tags.filter(|at| *at > 0) {
            grid.lines.remove(at);
        }
        let (top, first, left, last) = extent(&grid);
        let strips = grid.lines[top..=last].iter().any(noted);
        if strips {
            grid.strip_notes();
        }
        if top > 0 || left > 0 {
            let row = grid.lines[top].number;
            self.lines.push(format!("range: {}{row}", letters(left as u32 + 1)));
            self.unsure.push(format!(
                "the table seems to begin in row {row}: look whether the first row below is its header"
            ));
        }
        match first - top {
            0 => {
                self.lines.push("header: none".into());
                self.unsure.push("no header was found: columns are called by their letters".into());
            }
            1 => {}
            rows => {
                self.lines.push(format!("header: {rows}"));
                self.unsure.push(format!("the header seems to have {rows} rows, which are joined"));
            }
        }
        let footer = grid.lines.len() - 1 - last;
        if footer > 0 {
            self.lines.push(format!("skip_footer: {footer}"));
            let row = &grid.lines[last + 1];
            self.unsure.push(format!(
                "the last {footer} rows look like notes (`{}`): `skip_footer:` leaves them out",
                short(&row.cells.iter().map(|cell| cell.text.as_str()).collect::<String>())
            ));
        }
        let crop = |line: &Line| Line {
            number: line.number,
            cells: line.cells.iter().skip(left).cloned().collect(),
        };
        let head: Vec<Line> = grid.lines[top..first].iter().map(crop).collect();
        let rows: Vec<Line> = grid.lines[first..=last].iter().map(crop).collect();
        let width = rows.iter().chain(&head).map(|line| line.cells.len()).max().unwrap_or(0);
        let headers = match head.is_empty() {
            true => (0..width).map(|column| letters((left + column) as u32 + 1)).collect(),
            false => grid::headers(&head, &rows, width),
        };
        let headers: Vec<String> = headers.iter().map(|header| one_line(header)).collect();
        let text = |line: &Line, column: usize| {
            line.cells.get(column).map_or(String::new(), |cell| one_line(&cell.text))
        };
        let rows: Vec<Vec<String>> =
            rows.iter().map(|line| (0..width).map(|column| text(line, column)).collect()).collect();
        if strips {
            self.lines.push("strip_notes: true".into());
        }
        let mut rows = rows;
        let columns = self.columns(&headers, &rows, left as u32);
        self.labels(&columns, &mut rows, left);
        self.key(&columns, &rows);
        self.totals(&columns, &rows);
        self.declared(&columns);
        let mut preview = vec![headers];
        preview.extend(rows.into_iter().take(SHOWN));
        Some(Proposal { yaml: self.source(OPEN, &self.lines), preview, unsure: self.unsure })
    }

    /// How a text file is written.
    fn text(&mut self) {
        let name = self.opened.name().to_lowercase();
        if !name.ends_with(".csv") && !name.ends_with(".txt") {
            return;
        }
        let bytes = self.opened.bytes();
        if std::str::from_utf8(bytes).is_err() && !bytes.starts_with(&[0xff, 0xfe]) {
            self.lines.push("encoding: windows-1252".into());
            self.unsure.push("the file is not UTF-8: look whether accents and currency signs below are right with `encoding: windows-1252`".into());
        }
        let head = &bytes[..bytes.len().min(1 << 16)];
        let count = |sign: u8| head.iter().filter(|byte| **byte == sign).count();
        let signs = [(b';', "\";\""), (b'\t', "tab"), (b'|', "\"|\"")];
        let most = signs.into_iter().max_by_key(|(sign, _)| count(*sign));
        if let Some((sign, words)) = most.filter(|(sign, _)| count(*sign) > count(b',')) {
            self.lines.push(format!("delimiter: {words}"));
            if sign == b';' {
                self.unsure.push(
                    "semicolons often go with decimal commas: `decimal: \",\"` reads 12,5 as 12.5"
                        .into(),
                );
            }
        }
    }

    /// The cells of the sheet that holds most.
    fn grid(&mut self, diagnostics: &mut Diagnostics) -> Option<Grid> {
        let sheets = diagnostics.take(grid::sheets(self.path, self.opened))?;
        let wanted: Vec<Option<&String>> =
            if sheets.is_empty() { vec![None] } else { sheets.iter().map(Some).collect() };
        let mut best: Option<(usize, Grid)> = None;
        let mut said = Diagnostics::default();
        for sheet in wanted {
            let lines = self.lines.iter().cloned();
            let lines = lines.chain(sheet.map(|sheet| format!("sheet: {}", scalar(sheet))));
            let lines = lines.chain(["hidden: include".to_string()]);
            let yaml = self.source(FILLED, &lines.collect::<Vec<_>>());
            let mut texts = Texts::default();
            let path = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let id = texts.add(format!("{path}/source.yaml"), yaml);
            let sources = declare(&texts, &[id]);
            let Some(dataset) = sources.value.datasets.get(self.name) else {
                diagnostics.extend(sources.diagnostics);
                return None;
            };
            let mut own = Diagnostics::default();
            let Some(found) = grid::cells(dataset, self.opened, &mut own) else {
                said.extend(own);
                continue;
            };
            let size = found.lines.iter().map(Line::filled).sum();
            if best.as_ref().is_none_or(|(most, _)| size > *most) {
                best = Some((size, found));
            }
        }
        if best.is_none() {
            diagnostics.extend(said);
        }
        if sheets.len() > 1 {
            self.unsure.push(format!(
                "it has {} sheets, {}: the one with most cells is proposed",
                sheets.len(),
                sheets.join(", ")
            ));
        }
        best.map(|(_, mut grid)| {
            if sheets.len() == 1 {
                grid.sheet = None;
            }
            grid
        })
    }

    fn columns(&mut self, headers: &[String], rows: &[Vec<String>], left: u32) -> Vec<Column> {
        let names = slugs(headers, vec![None; headers.len()]);
        let looked = &rows[..rows.len().min(LOOKED_AT)];
        let mut columns = Vec::new();
        for (column, (header, name)) in headers.iter().zip(names).enumerate() {
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            for row in looked {
                if let Some(text) = row.get(column).filter(|text| !text.is_empty()) {
                    *counts.entry(text).or_default() += 1;
                }
            }
            let filled: usize = counts.values().sum();
            if filled == 0 {
                continue;
            }
            let plain = |text: &str| ungrouped(text.as_bytes(), ',').unwrap_or_else(|| text.into());
            let number = |text: &str| typed(ColumnType::Percent, &plain(text)).is_some();
            let numeric: usize =
                counts.iter().filter(|(text, _)| number(text)).map(|(_, count)| count).sum();
            let code = counts.keys().any(|text| is_code(text.as_bytes()));
            let texts: Vec<&str> = counts.keys().copied().collect();
            let inferred = infer_named(&name, texts.iter().map(|text| text.as_bytes()));
            let dated =
                matches!(inferred, ColumnType::Period(_) | ColumnType::Date | ColumnType::Boolean);
            let mut proposed = Column {
                name,
                header: header.clone(),
                letter: left + column as u32 + 1,
                kind: inferred,
                thousands: false,
                missing: Vec::new(),
                suppressed: Vec::new(),
                other: Vec::new(),
                distinct: counts.len(),
            };
            if numeric * 2 > filled && !code && !dated {
                let numbers: Vec<Vec<u8>> =
                    texts.iter().filter(|text| number(text)).map(|text| plain(text)).collect();
                proposed.kind = match () {
                    () if numbers.iter().all(|n| typed(ColumnType::Integer, n).is_some()) => {
                        ColumnType::Integer
                    }
                    () if numbers.iter().any(|n| n.ends_with(b"%")) => ColumnType::Percent,
                    () => ColumnType::Decimal,
                };
                proposed.thousands =
                    texts.iter().any(|text| ungrouped(text.as_bytes(), ',').is_some());
                for text in texts.iter().filter(|text| !number(text)) {
                    let into = match vocabulary::known(text) {
                        Some((Sign::Hidden, _)) => &mut proposed.suppressed,
                        Some((Sign::Missing, _)) => &mut proposed.missing,
                        None => &mut proposed.other,
                    };
                    into.push((*text).to_string());
                }
                // too many for markers: a column of texts
                let strange = |text: &&str| proposed.other.iter().any(|other| other == *text);
                let strange = counts.iter().filter(|(text, _)| strange(text));
                if strange.map(|(_, count)| count).sum::<usize>() * 10 > filled {
                    proposed.kind = ColumnType::Text;
                    proposed.thousands = false;
                    proposed.missing.clear();
                    proposed.suppressed.clear();
                }
            }
            columns.push(proposed);
        }
        columns
    }

    /// Labels that stand only in the first of their rows.
    fn labels(&mut self, columns: &[Column], rows: &mut [Vec<String>], left: usize) {
        let mut names = Vec::new();
        for column in columns.iter().take(2) {
            let at = column.letter as usize - 1 - left;
            let blank = rows.iter().filter(|row| row[at].is_empty()).count();
            let first = rows.first().is_some_and(|row| !row[at].is_empty());
            if !first || blank * 5 < rows.len() {
                continue;
            }
            names.push(column.name.as_str());
            grid::fill(rows.iter_mut().map(|row| &mut row[at]));
        }
        if !names.is_empty() {
            self.lines.push(format!("fill_down: [{}]", names.join(", ")));
            self.unsure.push(format!(
                "blank cells of `{}` are taken for the label above them",
                names.join("`, `")
            ));
        }
    }

    /// The first columns that tell all rows apart.
    fn key(&mut self, columns: &[Column], rows: &[Vec<String>]) {
        let left = columns.first().map_or(1, |column| column.letter);
        let labels: Vec<&Column> = columns
            .iter()
            .filter(|column| !matches!(column.kind, ColumnType::Decimal | ColumnType::Percent))
            .filter(|column| column.distinct > 1)
            .take(6)
            .collect();
        for count in 1..=labels.len().min(4) {
            let chosen = &labels[..count];
            let mut seen = BTreeSet::new();
            let unique = rows.iter().take(LOOKED_AT).all(|row| {
                let key: Vec<&str> = chosen
                    .iter()
                    .map(|column| {
                        row.get((column.letter - left) as usize).map_or("", String::as_str)
                    })
                    .collect();
                seen.insert(key)
            });
            if unique {
                let names: Vec<&str> = chosen.iter().map(|column| column.name.as_str()).collect();
                self.lines.push(format!("key: [{}]", names.join(", ")));
                return;
            }
        }
        self.unsure.push("no first columns tell all rows apart: name a `key:` where there is one, so that a row that stands twice is found".into());
    }

    /// Rows that look like totals.
    fn totals(&mut self, columns: &[Column], rows: &[Vec<String>]) {
        let left = columns.first().map_or(1, |column| column.letter);
        for column in columns.iter().filter(|column| column.kind == ColumnType::Text) {
            let own = |row: &Vec<String>| row.get((column.letter - left) as usize).cloned();
            let total = |text: &String| {
                let lower = text.to_lowercase();
                let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
                vocabulary::is_total(text.as_bytes())
                    || words.contains(&"total")
                    || lower.starts_with("all ")
            };
            let found: BTreeSet<String> =
                rows.iter().take(LOOKED_AT).filter_map(own).filter(total).collect();
            let others = column.distinct > found.len();
            if found.is_empty() || !others {
                continue;
            }
            let texts: Vec<String> =
                found.iter().map(|text| format!("'{}'", text.replace('\'', "''"))).collect();
            let condition = match &texts[..] {
                [one] => format!("{} = {one}", column.name),
                _ => format!("{} in ({})", column.name, texts.join(", ")),
            };
            self.lines.push(format!("ignore_rows: {}", scalar(&condition)));
            self.unsure.push(format!(
                "rows of `{}` look like totals ({}): a sum that counts them counts everything twice; `ignore_rows:` leaves them out",
                column.name,
                first(&texts, 8)
            ));
            return;
        }
    }

    fn declared(&mut self, columns: &[Column]) {
        let mut headers = BTreeSet::new();
        let mut lines = Vec::new();
        for column in columns {
            let mut fields = Vec::new();
            if column.header.is_empty() || !headers.insert(super::header::normal(&column.header)) {
                fields.push(format!("column: {}", letters(column.letter)));
            } else {
                fields.push(format!("from: {}", scalar(&column.header)));
            }
            fields.push(format!("type: {}", column.kind.name()));
            let scale = crate::sources::vocabulary::header_scale(&column.header);
            let number = matches!(column.kind, ColumnType::Integer | ColumnType::Decimal);
            if let Some((power, words)) = scale.filter(|_| number) {
                fields.push(format!("scale: {}", 10_i64.pow(power.unsigned_abs())));
                self.unsure.push(format!(
                    "the header of `{}` says {words}: `scale:` makes its numbers whole",
                    column.name
                ));
            }
            if column.thousands {
                fields.push("thousands: \",\"".into());
            }
            let list = |texts: &[String]| {
                texts.iter().map(|text| yaml_quoted(text)).collect::<Vec<_>>().join(", ")
            };
            if !column.missing.is_empty() {
                fields.push(format!("missing: [{}]", list(&column.missing)));
            }
            if !column.suppressed.is_empty() {
                let signs = column.suppressed.iter().map(|sign| {
                    let bounds = vocabulary::bounds(sign).unwrap_or("any".into());
                    format!("{}: {bounds}", yaml_quoted(sign))
                });
                let signs: Vec<String> = signs.collect();
                fields.push(format!("suppressed: {{ {} }}", signs.join(", ")));
            }
            if !column.other.is_empty() {
                let shown: Vec<&str> = column.other.iter().take(5).map(String::as_str).collect();
                self.unsure.push(format!(
                    "`{}` holds numbers and `{}`: say what these mean, or that it is `type: text`",
                    column.name,
                    shown.join("`, `")
                ));
            }
            if matches!(column.kind, ColumnType::Integer | ColumnType::Decimal)
                && column.header.contains('%')
            {
                self.unsure.push(format!(
                    "`{}` speaks of %: `type: percent` reads 37.5 as 37.5%",
                    column.name
                ));
            }
            lines.push(format!("  {}: {{ {} }}", column.name, fields.join(", ")));
        }
        for (what, of) in [("hidden", true), ("missing", false)] {
            let mut signs: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for column in columns {
                let own = if of { &column.suppressed } else { &column.missing };
                own.iter().for_each(|sign| signs.entry(sign).or_default().push(&column.name));
            }
            for (sign, names) in signs {
                let words = vocabulary::known(sign).map_or("", |(_, words)| words);
                let bounds = match (of, vocabulary::bounds(sign)) {
                    (true, Some(bounds)) => format!(", {bounds}; if zeros are shown, from 1"),
                    (true, None) => {
                        "; with bounds in place of `any`, sums over it print theirs".into()
                    }
                    _ => String::new(),
                };
                self.unsure.push(format!(
                    "`{sign}` in {} is taken for {what} (it often means {words}{bounds}): look it up in the publisher's notes",
                    crate::diag::list(&names, 3)
                ));
            }
        }
        self.lines.push("columns:".into());
        self.lines.extend(lines);
    }

    /// A declaration with these lines under its dataset.
    fn source(&self, head: &str, lines: &[String]) -> String {
        let file = self.path.rsplit('/').next().unwrap_or(self.path);
        let mut yaml = format!("{head}\ndatasets:\n  {}:\n    file: {}\n", self.name, scalar(file));
        for line in lines {
            yaml.push_str(&format!("    {line}\n"));
        }
        yaml
    }
}

/// The first line of the header and of the data, the first column, and the last line of data.
fn extent(grid: &Grid) -> (usize, usize, usize, usize) {
    let full = Line::filled;
    let mut sizes: Vec<usize> = grid.lines.iter().take(LOOKED_AT).map(full).collect();
    sizes.sort_unstable();
    let usual = sizes[sizes.len() / 2].max(1);
    // a sign in place of a number counts as one, a letter does not
    let sign = |text: &str| text.len() > 1 && vocabulary::known(text).is_some();
    let number = |text: &str| {
        typed(ColumnType::Percent, text.replace(',', "").as_bytes()).is_some() || sign(text)
    };
    let year = |text: &str| text.len() == 4 && (text.starts_with("19") || text.starts_with("20"));
    let holds = |line: &Line, test: &dyn Fn(&str) -> bool| {
        line.cells.iter().any(|cell| test(cell.text.as_str()))
    };
    let large = |line: &Line| full(line) * 10 >= usual * 7;
    let data = |index: &usize| {
        let line = &grid.lines[*index];
        let counts = |line: &Line| holds(line, &|text| number(text) && !year(text));
        // a row of years over a row of numbers is a header
        let heads = !counts(line) && grid.lines.get(index + 1).is_some_and(counts);
        large(line) && holds(line, &number) && !heads
    };
    let large_one = || grid.lines.iter().position(large).map_or(0, |header| header + 1);
    let first = (0..grid.lines.len()).find(data).unwrap_or_else(large_one);
    let first = first.min(grid.lines.len() - 1);
    // rows of several cells above it, also with a label of their own between
    let mut top = first;
    while top > 0 {
        let line = &grid.lines[top - 1];
        let beside =
            grid.lines[top - 1].number + 1 == grid.lines[top].number || grid.sheet.is_none();
        let label = top == first && top > 1 && large(&grid.lines[top - 2]);
        if (full(line) < 2 && !label) || !beside {
            break;
        }
        top -= 1;
    }
    let last = grid.lines.iter().rposition(|line| full(line) * 2 > usual || full(line) > 2);
    let last = last.unwrap_or(0).max(first);
    let left = grid.lines[top..=last]
        .iter()
        .filter_map(|line| line.cells.iter().position(|cell| !cell.text.is_empty()))
        .min();
    (top, first, left.unwrap_or(0), last)
}

fn short(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_string(),
    }
}

/// A text as YAML reads it back.
fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || " _.()/%£€-'=".contains(c);
    let first = text.chars().next().is_some_and(char::is_alphabetic);
    let word = !matches!(
        text.to_lowercase().as_str(),
        "yes" | "no" | "true" | "false" | "null" | "on" | "off"
    );
    let safe = first && word && text.chars().all(plain) && !text.ends_with(' ');
    if safe { text.to_string() } else { yaml_quoted(text) }
}

fn yaml_quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
