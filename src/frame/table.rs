//! A table that was made from a file that is no plain CSV, with the place of each of its rows in that file.

use crate::diag::{Cell, Diagnostics, Place};

/// A file's rows as plain CSV, with the place of each.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Table {
    /// The rows, a header before them.
    pub csv: Vec<u8>,
    /// Digest of the file.
    pub sha256: String,
    /// Length of the file.
    pub bytes: u64,
    /// Where the rows are.
    pub places: Places,
}

/// Where the rows of a table are in their file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Places {
    /// The sheet.
    pub sheet: Option<String>,
    /// For each line after the header, its row in the file.
    pub(crate) rows: Vec<u32>,
    /// For each column, its column in the file; 0 of one that was made.
    pub(crate) columns: Vec<u32>,
    /// Of a table that was made longer: the columns of its values, for the lines that a row became, in their order.
    pub(crate) values: Vec<Vec<u32>>,
}

impl Places {
    /// The row in the file of a line of the table.
    pub fn row(&self, line: u64) -> u64 {
        let index = usize::try_from(line).ok().and_then(|line| line.checked_sub(2));
        index.and_then(|index| self.rows.get(index)).map_or(line, |row| u64::from(*row))
    }

    /// The sheet as formulas name it.
    pub(crate) fn sheet_name(&self) -> String {
        self.sheet.as_deref().map_or_else(String::new, quoted)
    }

    /// The column in the file of a column of the table, in a line.
    pub fn column(&self, line: u64, column: usize) -> Option<u32> {
        let own = self.columns.get(column).copied().filter(|own| *own > 0);
        own.or_else(|| {
            let index = usize::try_from(line).ok()?.checked_sub(2)?;
            let made = self.columns.iter().take(column).filter(|own| **own == 0).count();
            self.values
                .get(index % self.values.len().max(1))?
                .get(made)
                .copied()
                .filter(|own| *own > 0)
        })
    }

    /// `Table_16!D12`; `D12` where there is one sheet only.
    pub fn reference(&self, line: u64, column: Option<usize>) -> String {
        let row = self.row(line);
        let column =
            column.and_then(|column| self.column(line, column)).map_or(String::new(), letters);
        match (&self.sheet, column.is_empty()) {
            (Some(sheet), true) => format!("{}!{row}:{row}", quoted(sheet)),
            (Some(sheet), false) => format!("{}!{column}{row}", quoted(sheet)),
            (None, _) => row.to_string(),
        }
    }
}

impl Table {
    /// Diagnostics about lines of the table, with their places in the file.
    pub(crate) fn found(&self, path: &str, diagnostics: Diagnostics) -> Diagnostics {
        let mut found = Diagnostics::default();
        for diagnostic in diagnostics.iter() {
            let mut diagnostic = diagnostic.clone();
            if let Some(Place::Cell(cell)) = &mut diagnostic.place
                && cell.path == path
            {
                **cell = self.cell(cell);
            }
            found.push(diagnostic);
        }
        found
    }

    fn cell(&self, cell: &Cell) -> Cell {
        // a row is a line; its cells stand between commas outside quotation marks
        let number = usize::try_from(cell.line).unwrap_or(1).saturating_sub(1);
        let line = self.csv.split(|byte| *byte == b'\n').nth(number).unwrap_or(&[]);
        let line = String::from_utf8_lossy(line);
        let before: String = line.chars().take((cell.column as usize).saturating_sub(1)).collect();
        let column = before.split('"').step_by(2).map(|part| part.matches(',').count()).sum();
        let reference = self.places.reference(cell.line, (cell.column > 0).then_some(column));
        let line = self.places.row(cell.line);
        let path = match self.places.sheet {
            Some(_) => format!("{} {reference}", cell.path),
            None => cell.path.clone(),
        };
        Cell { path, line, ..cell.clone() }
    }
}

/// A sheet's name as formulas write it.
pub(crate) fn quoted(sheet: &str) -> String {
    let plain = sheet.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    if plain { sheet.to_string() } else { format!("'{}'", sheet.replace('\'', "''")) }
}

/// The letters of a column, from 1.
pub(crate) fn letters(mut column: u32) -> String {
    let mut name = Vec::new();
    while column > 0 {
        name.push(b'A' + ((column - 1) % 26) as u8);
        column = (column - 1) / 26;
    }
    name.iter().rev().map(|letter| char::from(*letter)).collect()
}
