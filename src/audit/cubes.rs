//! Everything that simple recipes over a dataset can give: cells, filtered sums, shares, changes, runs of periods.
//!
//! A dataset is summed over every choice of up to three of its columns of few values, in one scan; the rest is arithmetic over
//! those sums.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroUsize;

use crate::claims::Kind;
use crate::exact::Exact;
use crate::frame::{Fold, FoldKind, Frame, Group, Key, Meaning, Payload, Program, Query, scan};
use crate::value::{Period, Value};

/// Columns with more values are no dimensions.
const MOST_VALUES: usize = 300;
/// Dimensions that are looked at.
const MOST_DIMENSIONS: usize = 6;
/// Dimensions of one filter.
const MOST_FILTERS: usize = 3;
/// Groups of one choice of dimensions.
const MOST_GROUPS: usize = 60_000;
/// Periods of a run.
const LONGEST_RUN: usize = 8;

/// A column that filters go by.
struct Dimension {
    name: String,
    index: usize,
    meaning: Meaning,
}

/// A column of numbers.
struct Quantity {
    name: String,
    index: usize,
    scale: u32,
    percent: bool,
}

/// One group of a choice of dimensions: its keys, and the sum of each quantity where it is known.
struct Cell {
    keys: Vec<i64>,
    rows: u64,
    sums: Vec<Option<i128>>,
}

/// The sums of a dataset.
pub(super) struct Cubes {
    name: String,
    dimensions: Vec<Dimension>,
    quantities: Vec<Quantity>,
    /// By the dimensions chosen, as bits.
    cubes: BTreeMap<u32, Vec<Cell>>,
}

/// How a value is made of cells. Cells are named by their choice of dimensions and their place in it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Made {
    /// A cell, or a filtered sum.
    Sum(u32, usize, usize),
    /// Rows that a filter leaves.
    Rows(u32, usize),
    /// What is left of a percentage, or of a share of one dimension.
    Rest(Box<Made>),
    /// A sum over the same without one of its filters.
    Share(u32, usize, usize, usize),
    /// One quantity over another in the same rows.
    Quotient(u32, usize, usize, usize),
    /// From an earlier cell to a later one: a difference, a percentage change, a multiple.
    Change(u32, usize, usize, usize),
    /// The same, in percent.
    PercentChange(u32, usize, usize, usize),
    /// The same, as a multiple.
    Ratio(u32, usize, usize, usize),
    /// The sum over periods that follow each other.
    Run(u32, Vec<usize>, usize),
}

/// A value that a recipe gives, as a fraction.
#[derive(Clone)]
pub(super) struct Entry {
    /// The value in steps of 2^-20, rounded down, by which entries are ordered.
    pub(super) step: i128,
    pub(super) top: i128,
    pub(super) bottom: i128,
    pub(super) kind: Kind,
    pub(super) made: Made,
}

impl Cubes {
    /// Sums a dataset, all of whose columns were read.
    pub(super) fn of(frame: &Frame, threads: NonZeroUsize) -> Self {
        let own_source = frame.provenance.as_ref().and_then(|p| p.source_column.as_ref());
        let mut dimensions = Vec::new();
        let mut quantities = Vec::new();
        for (index, (name, column)) in frame.columns.iter().enumerate() {
            let few = |count: usize| (2..=MOST_VALUES).contains(&count);
            match &column.meaning {
                Meaning::Text(texts) if few(texts.len()) => {}
                Meaning::Period(periods) if !periods.is_empty() && periods.len() <= MOST_VALUES => {
                }
                Meaning::Boolean => {}
                Meaning::Number { scale, percent, .. } => {
                    let (scale, percent, name) = (*scale, *percent, name.clone());
                    quantities.push(Quantity { name, index, scale, percent });
                    continue;
                }
                _ => continue,
            }
            let meaning = column.meaning.clone();
            dimensions.push(Dimension { name: name.clone(), index, meaning });
        }
        // what a row is of comes before who published it
        dimensions.sort_by_key(|dimension| own_source == Some(&dimension.name));
        dimensions.truncate(MOST_DIMENSIONS);
        let mut cubes =
            Self { name: frame.name.clone(), dimensions, quantities, cubes: BTreeMap::new() };
        cubes.sum(frame, threads);
        cubes
    }

    fn sum(&mut self, frame: &Frame, threads: NonZeroUsize) {
        let mut program = Program::default();
        let nodes: Vec<_> =
            self.dimensions.iter().map(|dimension| program.column_node(dimension.index)).collect();
        let folds: Vec<Fold> = self
            .quantities
            .iter()
            .map(|quantity| {
                let value = Some(program.column_node(quantity.index));
                Fold { kind: FoldKind::Sum, value, filter: None }
            })
            .chain([Fold { kind: FoldKind::Count, value: None, filter: None }])
            .collect();
        let choices: Vec<u32> = (0..1_u32 << self.dimensions.len())
            .filter(|choice| choice.count_ones() as usize <= MOST_FILTERS)
            .filter(|choice| {
                let sizes = self.chosen(*choice).map(|d| values(&self.dimensions[d].meaning));
                sizes.product::<usize>() <= MOST_GROUPS
            })
            .collect();
        let queries: Vec<Query> = choices
            .iter()
            .map(|choice| Query {
                filter: None,
                group: self
                    .chosen(*choice)
                    .map(|d| Group { key: nodes[d], keep_unknown: false })
                    .collect(),
                folds: folds.clone(),
            })
            .collect();
        for (choice, partials) in choices.iter().zip(scan(frame, &program, &queries, threads)) {
            let cells = partials.groups.into_iter().map(|(keys, partials)| {
                let (count, sums) = match partials.split_last() {
                    Some((count, sums)) => (count.rows, sums),
                    None => (0, &[][..]),
                };
                let sums = sums.iter().map(|partial| match &partial.payload {
                    Payload::Sum(sum) if partial.known() > 0 && partial.suppressed == 0 => {
                        sum.value(0).to_i128()
                    }
                    _ => None,
                });
                let keys = keys.iter().map(|key| match key {
                    Key::Value(value) => *value,
                    Key::Unknown(_) => i64::MIN,
                });
                Cell { keys: keys.collect(), rows: count, sums: sums.collect() }
            });
            self.cubes.insert(*choice, cells.collect());
        }
    }

    /// The dimensions of a choice.
    fn chosen(&self, choice: u32) -> impl Iterator<Item = usize> {
        (0..self.dimensions.len()).filter(move |d| choice & (1 << d) != 0)
    }

    fn time(&self) -> Option<usize> {
        self.dimensions.iter().position(|d| matches!(d.meaning, Meaning::Period(_)))
    }

    fn power(&self, quantity: usize) -> i128 {
        10_i128.pow(self.quantities[quantity].scale.min(18))
    }

    /// Everything that simple recipes give.
    pub(super) fn entries(&self) -> Vec<Entry> {
        let mut entries = Vec::new();
        for (choice, cells) in &self.cubes {
            for (place, cell) in cells.iter().enumerate() {
                if cell.rows > 1 && *choice != 0 {
                    let made = Made::Rows(*choice, place);
                    entries.push(Entry {
                        step: 0,
                        top: cell.rows.into(),
                        bottom: 1,
                        kind: Kind::Plain,
                        made,
                    });
                }
                for quantity in 0..self.quantities.len() {
                    self.of_cell(*choice, (place, cell), quantity, &mut entries);
                }
            }
            self.over_time(*choice, cells, &mut entries);
        }
        self.shares(&mut entries);
        for entry in &mut entries {
            entry.step = step(entry.top, entry.bottom);
        }
        entries.sort_by_key(|entry| (entry.kind, entry.step));
        entries
    }

    fn of_cell(
        &self,
        choice: u32,
        (place, cell): (usize, &Cell),
        quantity: usize,
        entries: &mut Vec<Entry>,
    ) {
        let Some(sum) = cell.sums[quantity] else { return };
        let power = self.power(quantity);
        let made = Made::Sum(choice, place, quantity);
        if self.quantities[quantity].percent {
            // percentages do not add up
            if cell.rows == 1 {
                entries.push(Entry {
                    step: 0,
                    top: sum,
                    bottom: power,
                    kind: Kind::Share,
                    made: made.clone(),
                });
                let rest = Made::Rest(Box::new(made));
                entries.push(Entry {
                    step: 0,
                    top: power - sum,
                    bottom: power,
                    kind: Kind::Share,
                    made: rest,
                });
            }
            return;
        }
        entries.push(Entry { step: 0, top: sum, bottom: power, kind: Kind::Plain, made });
        for other in 0..self.quantities.len() {
            let Some(below) = cell.sums[other].filter(|below| *below > 0) else { continue };
            if other == quantity || self.quantities[other].percent {
                continue;
            }
            let (Some(top), Some(bottom)) =
                (sum.checked_mul(self.power(other)), below.checked_mul(power))
            else {
                continue;
            };
            for kind in [Kind::Share, Kind::Multiple] {
                let made = Made::Quotient(choice, place, quantity, other);
                entries.push(Entry { step: 0, top, bottom, kind, made });
            }
        }
    }

    fn shares(&self, entries: &mut Vec<Entry>) {
        for (choice, cells) in &self.cubes {
            for (position, dimension) in self.chosen(*choice).enumerate() {
                if matches!(self.dimensions[dimension].meaning, Meaning::Period(_)) {
                    continue;
                }
                let Some(wholes) = self.cubes.get(&(choice & !(1 << dimension))) else { continue };
                let by_keys: HashMap<&[i64], &Cell> =
                    wholes.iter().map(|cell| (cell.keys.as_slice(), cell)).collect();
                for (place, cell) in cells.iter().enumerate() {
                    let mut keys = cell.keys.clone();
                    keys.remove(position);
                    let Some(whole) = by_keys.get(keys.as_slice()) else { continue };
                    for (quantity, declared) in self.quantities.iter().enumerate() {
                        let (Some(top), Some(bottom)) = (cell.sums[quantity], whole.sums[quantity])
                        else {
                            continue;
                        };
                        if declared.percent
                            || bottom <= 0
                            || top == bottom
                            || whole.rows == cell.rows
                        {
                            continue;
                        }
                        let made = Made::Share(*choice, place, quantity, dimension);
                        let rest = Made::Rest(Box::new(made.clone()));
                        let kind = Kind::Share;
                        entries.push(Entry { step: 0, top, bottom, kind, made });
                        entries.push(Entry {
                            step: 0,
                            top: bottom - top,
                            bottom,
                            kind,
                            made: rest,
                        });
                    }
                }
            }
        }
    }

    /// Changes from one period to another, and sums over periods that follow each other.
    fn over_time(&self, choice: u32, cells: &[Cell], entries: &mut Vec<Entry>) {
        let Some(time) = self.time().filter(|time| choice & (1 << time) != 0) else { return };
        let position = self.chosen(choice).take_while(|d| *d != time).count();
        let mut lines: BTreeMap<Vec<i64>, Vec<(Period, usize)>> = BTreeMap::new();
        for (place, cell) in cells.iter().enumerate() {
            let mut keys = cell.keys.clone();
            let Value::Period(period) = self.dimensions[time].meaning.value(keys.remove(position))
            else {
                continue;
            };
            lines.entry(keys).or_default().push((period, place));
        }
        for line in lines.values_mut() {
            line.sort_unstable();
            for quantity in 0..self.quantities.len() {
                self.changes(choice, cells, line, quantity, entries);
                if !self.quantities[quantity].percent {
                    self.runs(choice, cells, line, quantity, entries);
                }
            }
        }
    }

    fn changes(
        &self,
        choice: u32,
        cells: &[Cell],
        line: &[(Period, usize)],
        quantity: usize,
        entries: &mut Vec<Entry>,
    ) {
        let power = self.power(quantity);
        let percent = self.quantities[quantity].percent;
        for (index, (first, from)) in line.iter().enumerate() {
            for (second, to) in &line[index + 1..] {
                let alike = std::mem::discriminant(first) == std::mem::discriminant(second);
                let single = cells[*from].rows == 1 && cells[*to].rows == 1;
                let (Some(a), Some(b)) = (cells[*from].sums[quantity], cells[*to].sums[quantity])
                else {
                    continue;
                };
                if !alike || percent && !single {
                    continue;
                }
                let kind = if percent { Kind::Points } else { Kind::Plain };
                let made = Made::Change(choice, *from, *to, quantity);
                entries.push(Entry { step: 0, top: (b - a).abs(), bottom: power, kind, made });
                if a > 0 && !percent {
                    let made = Made::PercentChange(choice, *from, *to, quantity);
                    entries.push(Entry {
                        step: 0,
                        top: (b - a).abs(),
                        bottom: a,
                        kind: Kind::Share,
                        made,
                    });
                    let made = Made::Ratio(choice, *from, *to, quantity);
                    entries.push(Entry { step: 0, top: b, bottom: a, kind: Kind::Multiple, made });
                }
            }
        }
    }

    fn runs(
        &self,
        choice: u32,
        cells: &[Cell],
        line: &[(Period, usize)],
        quantity: usize,
        entries: &mut Vec<Entry>,
    ) {
        let power = self.power(quantity);
        // paths of periods, each beginning where the one before it ends
        let mut paths: Vec<(Vec<usize>, i128)> = line
            .iter()
            .enumerate()
            .filter_map(|(index, (_, place))| Some((vec![index], cells[*place].sums[quantity]?)))
            .collect();
        for _ in 1..LONGEST_RUN {
            let mut longer = Vec::new();
            for (path, sum) in &paths {
                let Some(last) = path.last() else { continue };
                let end = line[*last].0.days().1.days();
                for (index, (period, place)) in line.iter().enumerate().skip(last + 1) {
                    let Some(value) = cells[*place].sums[quantity] else { continue };
                    if period.days().0.days() == end + 1 {
                        let mut path = path.clone();
                        path.push(index);
                        let sum = sum + value;
                        let places = path.iter().map(|index| line[*index].1).collect();
                        let made = Made::Run(choice, places, quantity);
                        entries.push(Entry {
                            step: 0,
                            top: sum,
                            bottom: power,
                            kind: Kind::Plain,
                            made,
                        });
                        longer.push((path, sum));
                    }
                }
            }
            if longer.is_empty() || longer.len() > 2_000 {
                break;
            }
            paths = longer;
        }
    }

    fn key(&self, dimension: usize, key: i64) -> Value {
        self.dimensions[dimension].meaning.value(key)
    }

    /// The keys of a cell: each dimension with its value.
    fn keys(&self, choice: u32, place: usize) -> Vec<(usize, Value)> {
        let Some(cell) = self.cubes.get(&choice).and_then(|cells| cells.get(place)) else {
            return Vec::new();
        };
        self.chosen(choice).zip(&cell.keys).map(|(d, key)| (d, self.key(d, *key))).collect()
    }

    fn condition(&self, dimension: usize, value: &Value) -> String {
        let name = &self.dimensions[dimension].name;
        match value {
            Value::Boolean(true) => name.clone(),
            Value::Boolean(false) => format!("not {name}"),
            value => format!("{name} = {}", literal(value)),
        }
    }

    /// ` from DATASET where …`, without one dimension.
    fn from(&self, keys: &[(usize, Value)], without: Option<usize>) -> String {
        let conditions: Vec<String> = keys
            .iter()
            .filter(|(d, _)| Some(*d) != without)
            .map(|(d, value)| self.condition(*d, value))
            .collect();
        match conditions.is_empty() {
            true => format!(" from {}", self.name),
            false => format!(" from {} where {}", self.name, conditions.join(" and ")),
        }
    }

    fn sum_of(&self, choice: u32, place: usize, quantity: usize) -> String {
        let one = self
            .cubes
            .get(&choice)
            .and_then(|cells| cells.get(place))
            .is_some_and(|cell| cell.rows == 1);
        let name = &self.quantities[quantity].name;
        let value = if one { name.clone() } else { format!("sum({name})") };
        format!("{value}{}", self.from(&self.keys(choice, place), None))
    }

    /// The recipe of a value, in the language; of what needs several figures, with what each is.
    pub(super) fn recipe(&self, made: &Made) -> String {
        match made {
            Made::Sum(choice, place, quantity) => self.sum_of(*choice, *place, *quantity),
            Made::Rows(choice, place) => {
                format!("count(){}", self.from(&self.keys(*choice, *place), None))
            }
            Made::Rest(inner) => format!("100% - a, where a is {}", self.recipe(inner)),
            Made::Share(choice, place, quantity, dimension) => {
                let keys = self.keys(*choice, *place);
                let own = keys.iter().find(|(d, _)| d == dimension);
                let part = own.map_or(String::new(), |(d, value)| self.condition(*d, value));
                let name = &self.quantities[*quantity].name;
                format!("share({name} where {part}){}", self.from(&keys, Some(*dimension)))
            }
            Made::Quotient(choice, place, above, below) => {
                let (a, b) = (&self.quantities[*above].name, &self.quantities[*below].name);
                format!("sum({a}) / sum({b}){}", self.from(&self.keys(*choice, *place), None))
            }
            Made::Change(choice, from, to, quantity) => {
                self.pair("change", (*choice, *from, *to), *quantity)
            }
            Made::PercentChange(choice, from, to, quantity) => {
                self.pair("percent_change", (*choice, *from, *to), *quantity)
            }
            Made::Ratio(choice, from, to, quantity) => {
                self.pair("ratio", (*choice, *from, *to), *quantity)
            }
            Made::Run(choice, places, quantity) => {
                let time = self.time();
                let keys = self.keys(*choice, places[0]);
                let periods: Vec<String> = places
                    .iter()
                    .flat_map(|place| self.keys(*choice, *place))
                    .filter(|(d, _)| Some(*d) == time)
                    .map(|(_, value)| literal(&value))
                    .collect();
                let mut conditions: Vec<String> = keys
                    .iter()
                    .filter(|(d, _)| Some(*d) != time)
                    .map(|(d, value)| self.condition(*d, value))
                    .collect();
                let name = time.map_or("", |time| self.dimensions[time].name.as_str());
                conditions.push(format!("{name} in ({})", periods.join(", ")));
                format!(
                    "sum({}) from {} where {}",
                    self.quantities[*quantity].name,
                    self.name,
                    conditions.join(" and ")
                )
            }
        }
    }

    fn pair(
        &self,
        function: &str,
        (choice, from, to): (u32, usize, usize),
        quantity: usize,
    ) -> String {
        let (a, b) = (self.sum_of(choice, from, quantity), self.sum_of(choice, to, quantity));
        format!("{function}(a to b), where a is {a}, and b is {b}")
    }

    /// The periods that a value is of, the words of its filters, and how many filters it has.
    pub(super) fn about(&self, made: &Made) -> (Vec<Period>, Vec<String>, usize) {
        let cells: Vec<(u32, usize)> = match made {
            Made::Sum(choice, place, _) | Made::Rows(choice, place) => vec![(*choice, *place)],
            Made::Rest(inner) => return self.about(inner),
            Made::Share(choice, place, ..) | Made::Quotient(choice, place, ..) => {
                vec![(*choice, *place)]
            }
            Made::Change(choice, from, to, _)
            | Made::PercentChange(choice, from, to, _)
            | Made::Ratio(choice, from, to, _) => vec![(*choice, *from), (*choice, *to)],
            Made::Run(choice, places, _) => places.iter().map(|place| (*choice, *place)).collect(),
        };
        let mut periods = Vec::new();
        let mut words = Vec::new();
        for (choice, place) in &cells {
            for (dimension, value) in self.keys(*choice, *place) {
                match value {
                    Value::Period(period) => periods.push(period),
                    Value::Text(text) => words.push(text),
                    Value::Boolean(true) => {
                        words.push(self.dimensions[dimension].name.replace('_', " "))
                    }
                    _ => {}
                }
            }
        }
        // without a filter on time, all of it
        if let (true, Some(Meaning::Period(all))) =
            (periods.is_empty(), self.time().map(|time| &self.dimensions[time].meaning))
        {
            periods.clone_from(all);
        }
        periods.sort_unstable();
        periods.dedup();
        words.sort();
        words.dedup();
        let filters = cells.first().map_or(0, |(choice, _)| choice.count_ones() as usize);
        (periods, words, filters)
    }

    /// Of a share, the part: the value of the dimension that it is of.
    pub(super) fn part(&self, made: &Made) -> Option<String> {
        match made {
            Made::Share(choice, place, _, dimension) => {
                let keys = self.keys(*choice, *place);
                keys.into_iter().find(|(d, _)| d == dimension).map(|(_, value)| value.to_string())
            }
            Made::Rest(inner) => self.part(inner),
            _ => None,
        }
    }

    /// Whether a value is made of cells of one row each.
    pub(super) fn is_cell(&self, made: &Made) -> bool {
        let one = |choice: &u32, place: &usize| {
            let cell = self.cubes.get(choice).and_then(|cells| cells.get(*place));
            cell.is_some_and(|cell| cell.rows == 1)
        };
        match made {
            Made::Rest(inner) => self.is_cell(inner),
            Made::Change(choice, from, to, _)
            | Made::PercentChange(choice, from, to, _)
            | Made::Ratio(choice, from, to, _) => one(choice, from) && one(choice, to),
            Made::Run(choice, places, _) => places.iter().all(|place| one(choice, place)),
            Made::Sum(choice, place, _)
            | Made::Rows(choice, place)
            | Made::Share(choice, place, ..)
            | Made::Quotient(choice, place, ..) => one(choice, place),
        }
    }

    /// Whether it is a change to a lower value.
    pub(super) fn falls(&self, made: &Made) -> bool {
        let (Made::Change(choice, from, to, quantity)
        | Made::PercentChange(choice, from, to, quantity)) = made
        else {
            return false;
        };
        let sum = |place: &usize| self.cubes.get(choice)?.get(*place)?.sums[*quantity];
        sum(from).zip(sum(to)).is_some_and(|(from, to)| to < from)
    }

    /// The name of the quantity, in words.
    pub(super) fn quantity(&self, made: &Made) -> String {
        let quantity = match made {
            Made::Sum(_, _, q) | Made::Share(_, _, q, _) | Made::Quotient(_, _, q, _) => *q,
            Made::Change(.., q)
            | Made::PercentChange(.., q)
            | Made::Ratio(.., q)
            | Made::Run(.., q) => *q,
            Made::Rest(inner) => return self.quantity(inner),
            Made::Rows(..) => return self.name.replace('_', " "),
        };
        format!(
            "{} {}",
            self.quantities[quantity].name.replace('_', " "),
            self.name.replace('_', " ")
        )
    }
}

impl Entry {
    pub(super) fn value(&self) -> Option<Exact> {
        Exact::from(self.top).checked_div(&Exact::from(self.bottom))
    }

    /// Whether it lies between two fractions, each with a positive denominator.
    pub(super) fn within(&self, low: (i128, i128), high: (i128, i128)) -> bool {
        let times = |a: i128, b: i128| a.checked_mul(b);
        match (
            times(self.top, low.1),
            times(low.0, self.bottom),
            times(self.top, high.1),
            times(high.0, self.bottom),
        ) {
            (Some(a), Some(b), Some(c), Some(d)) => b <= a && c <= d,
            _ => false,
        }
    }
}

/// A fraction in steps of 2^-20, rounded down.
fn step(top: i128, bottom: i128) -> i128 {
    top.checked_mul(1 << 20).map_or(i128::MAX, |scaled| scaled.div_euclid(bottom.max(1)))
}

/// Of ordered entries, those of a kind that may lie between two fractions.
pub(super) fn between(
    entries: &[Entry],
    kind: Kind,
    low: (i128, i128),
    high: (i128, i128),
) -> &[Entry] {
    let (low, high) = (step(low.0, low.1), step(high.0, high.1));
    let from = entries.partition_point(|entry| (entry.kind, entry.step) < (kind, low));
    let length = entries[from..].partition_point(|entry| (entry.kind, entry.step) <= (kind, high));
    &entries[from..from + length]
}

fn values(meaning: &Meaning) -> usize {
    match meaning {
        Meaning::Text(texts) => texts.len(),
        Meaning::Period(periods) => periods.len(),
        Meaning::Boolean => 2,
        _ => MOST_GROUPS,
    }
}

fn literal(value: &Value) -> String {
    match value {
        Value::Text(text) if text.contains('\'') => format!("\"{text}\""),
        Value::Period(Period::Year(year)) => year.to_string(),
        Value::Boolean(value) => value.to_string(),
        value => format!("'{value}'"),
    }
}
