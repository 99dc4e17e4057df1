//! Names of sheets and of their columns, as spreadsheets take them.

use std::collections::{BTreeMap, BTreeSet};

/// The longest name of a sheet.
const LONGEST: usize = 31;
/// Characters that are kept of the name of cells, of which Excel takes 255 UTF-16 units.
const LONGEST_NAME: usize = 100;

/// The names of a workbook: no two differ by case alone.
pub(super) struct Names {
    sheets: BTreeSet<String>,
    /// Names with their cells.
    defined: BTreeMap<String, String>,
    taken: BTreeSet<String>,
}

impl Names {
    pub(super) fn new(first_sheet: &str) -> Self {
        // Excel keeps `History` for itself
        let sheets = BTreeSet::from([first_sheet.to_lowercase(), "history".to_string()]);
        Self { sheets, defined: BTreeMap::new(), taken: BTreeSet::new() }
    }

    /// A name for a sheet.
    pub(super) fn sheet(&mut self, wanted: &str) -> String {
        let plain = |c: char| if "[]:*?/\\'".contains(c) { '-' } else { c };
        let wanted: String = wanted.chars().map(plain).collect();
        free(&mut self.sheets, |number| match number {
            1 => wanted.chars().take(LONGEST).collect(),
            number => {
                let tail = format!(" {number}");
                let head: String = wanted.chars().take(LONGEST - tail.len()).collect();
                format!("{head}{tail}")
            }
        })
    }

    /// Names cells; gives the name that they have.
    pub(super) fn define(&mut self, wanted: &str, cells: String) -> String {
        let plain = |c: char| if c.is_alphanumeric() || c == '.' { c } else { '_' };
        let own: String = wanted.chars().map(plain).take(LONGEST_NAME).collect();
        // a name begins with a letter, and not like a cell: `R1`, `C19`, `RC2`
        let lower = own.to_lowercase();
        let rest = lower.strip_prefix("rc").or(lower.strip_prefix(['r', 'c'])).unwrap_or_default();
        let cell = rest.starts_with(|c: char| c.is_ascii_digit());
        let own = match own.starts_with(char::is_alphabetic) && !cell {
            true => own,
            false => format!("_{own}"),
        };
        let name = free(&mut self.taken, |number| match number {
            1 => own.clone(),
            number => format!("{own}_{number}"),
        });
        self.defined.insert(name.clone(), cells);
        name
    }

    /// Every name with its cells.
    pub(super) fn defined(&self) -> impl Iterator<Item = (&str, &str)> {
        self.defined.iter().map(|(name, cells)| (name.as_str(), cells.as_str()))
    }
}

/// The first of some names that is not taken, whatever its case.
fn free(taken: &mut BTreeSet<String>, name: impl Fn(usize) -> String) -> String {
    let mut number = 1;
    loop {
        let candidate = name(number);
        if taken.insert(candidate.to_lowercase()) {
            return candidate;
        }
        number += 1;
    }
}

/// The letters of a column, from 0.
pub(super) fn letters(column: u16) -> String {
    crate::frame::letters(u32::from(column) + 1)
}

/// Whether a text has apostrophes that compare as straight ones.
pub(super) fn has_curly(text: &str) -> bool {
    text.contains(['\u{2019}', '\u{2018}'])
}
