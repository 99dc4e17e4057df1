//! The one door to the columns: filters, groups and folds over all rows, block by block, on as many threads as given.
//!
//! What comes back does not depend on threads or on the order of rows: partials are integers, and merging them is
//! addition, minimum and union.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::column::Packed;
use super::fold::{Fold, FoldKind, Partial, Payload};
use super::program::{Evaluation, FALSE, Integers, NumberId, Program, TRUE, TruthId};
use super::{Frame, Part};
use crate::exact::Wide;

/// One question to a frame.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Query {
    /// Rows that take part at all.
    pub filter: Option<TruthId>,
    /// What they are grouped by; nothing makes one group.
    pub group: Vec<Group>,
    /// What is collected in each group.
    pub folds: Vec<Fold>,
}

/// A key that rows are grouped by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Group {
    /// The key's integer.
    pub key: NumberId,
    /// Whether a row without the key is a group of its own, or in none.
    pub keep_unknown: bool,
}

/// A key's integer, or the mark of one that is not known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Key {
    /// Known.
    Value(i64),
    /// Not known: the byte of the [`Mark`](super::Mark).
    Unknown(u8),
}

/// What a query has collected.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Partials {
    /// For each group, by its keys, a partial for each fold.
    pub groups: BTreeMap<Vec<Key>, Vec<Partial>>,
    /// Rows that are in no group because a key is not known.
    pub without_key: u64,
    /// Rows for which the query's filter is neither true nor false.
    pub undecided: u64,
}

/// Runs queries over a frame. An ungrouped query has exactly one group, with no keys.
pub fn scan(frame: &Frame, program: &Program, queries: &[Query], threads: NonZeroUsize) -> Vec<Partials> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut workers: Vec<Worker<'_>> = queries.iter().map(|query| Worker::new(frame, program, query)).collect();
        let mut evaluation = Evaluation::new(frame, program);
        loop {
            let block = next.fetch_add(1, Ordering::Relaxed);
            if block >= frame.blocks.len() {
                break;
            }
            evaluation.enter(block);
            for worker in &mut workers {
                worker.block(&mut evaluation, frame.blocks[block].row);
            }
        }
        workers.into_iter().map(Worker::finish).collect::<Vec<Partials>>()
    };
    let count = threads.get().min(frame.blocks.len()).max(1);
    let mut results: Vec<Vec<Partials>> = if count == 1 {
        vec![work()]
    } else {
        std::thread::scope(|scope| {
            let handles: Vec<_> = (0..count).map(|_| scope.spawn(work)).collect();
            handles.into_iter().filter_map(|handle| handle.join().ok()).collect()
        })
    };
    let mut merged = results.remove(0);
    for result in results {
        for (into, from) in merged.iter_mut().zip(result) {
            into.merge(from);
        }
    }
    for partials in &mut merged {
        partials.groups.values_mut().flatten().for_each(Partial::settle);
    }
    merged
}

impl Partials {
    fn merge(&mut self, other: Self) {
        self.without_key += other.without_key;
        self.undecided += other.undecided;
        for (keys, partials) in other.groups {
            match self.groups.entry(keys) {
                std::collections::btree_map::Entry::Vacant(entry) => {
                    entry.insert(partials);
                }
                std::collections::btree_map::Entry::Occupied(mut entry) => {
                    for (into, from) in entry.get_mut().iter_mut().zip(partials) {
                        into.merge(from);
                    }
                }
            }
        }
    }

    /// The partials of an ungrouped query.
    pub fn only(&self) -> &[Partial] {
        self.groups.values().next().map_or(&[], Vec::as_slice)
    }
}

/// The largest product of key ranges for which slots are looked up in a table.
const DENSE: u64 = 1 << 16;
/// No slot yet.
const NONE: u32 = u32::MAX;

/// How groups are found.
enum Slots {
    One,
    /// For each combination of keys: least key and range of each, and the slot.
    Dense(Vec<(i64, u64)>, Vec<u32>),
    Hashed(HashMap<Vec<Key>, u32>),
}

/// One thread's part of one query.
struct Worker<'a> {
    query: &'a Query,
    slots: Slots,
    keys: Vec<Vec<Key>>,
    partials: Vec<Partial>,
    without_key: u64,
    undecided: u64,
}

impl<'a> Worker<'a> {
    fn new(frame: &'a Frame, program: &'a Program, query: &'a Query) -> Self {
        let ranges: Option<Vec<(i64, u64)>> = query
            .group
            .iter()
            .map(|group| {
                let column = &frame.columns[program.column(group.key)?];
                let (least, _) = column.range?;
                (!group.keep_unknown).then(|| (least, column.span().unwrap_or(u64::MAX).saturating_add(1)))
            })
            .collect();
        let mut worker = Self { query, slots: Slots::One, keys: Vec::new(), partials: Vec::new(), without_key: 0, undecided: 0 };
        let size = |ranges: &[(i64, u64)]| ranges.iter().try_fold(1u64, |size, (_, range)| size.checked_mul(*range));
        worker.slots = match ranges {
            _ if query.group.is_empty() => {
                worker.add_group(Vec::new());
                Slots::One
            }
            Some(ranges) if size(&ranges).is_some_and(|size| size <= DENSE) => {
                let size = size(&ranges).unwrap_or(0) as usize;
                Slots::Dense(ranges, vec![NONE; size])
            }
            _ => Slots::Hashed(HashMap::new()),
        };
        worker
    }

    fn add_group(&mut self, keys: Vec<Key>) -> u32 {
        let slot = self.keys.len() as u32;
        self.keys.push(keys);
        self.partials.extend(self.query.folds.iter().map(|fold| Partial::new(fold.kind)));
        slot
    }

    fn finish(self) -> Partials {
        let folds = self.query.folds.len();
        let mut partials = self.partials.into_iter();
        let groups = self.keys.into_iter().map(|keys| (keys, partials.by_ref().take(folds).collect())).collect();
        Partials { groups, without_key: self.without_key, undecided: self.undecided }
    }

    fn block(&mut self, evaluation: &mut Evaluation<'_>, first_row: u64) {
        if let Some(filter) = self.query.filter {
            self.undecided += evaluation.truth(filter).iter().filter(|t| !matches!(**t, FALSE | TRUE)).count() as u64;
        }
        match self.slots {
            Slots::One => {
                for index in 0..self.query.folds.len() {
                    let fold = self.query.folds[index];
                    ungrouped(&mut self.partials[index], fold, self.query.filter, evaluation, first_row);
                }
            }
            _ => self.grouped(evaluation, first_row),
        }
    }

    fn grouped(&mut self, evaluation: &mut Evaluation<'_>, first_row: u64) {
        let slots = self.find_slots(evaluation);
        let folds = self.query.folds.len();
        for (index, fold) in self.query.folds.iter().enumerate() {
            let filter = fold.filter.map(|filter| evaluation.truth(filter).to_vec());
            let value = fold.value.map(|value| evaluation.number(value));
            for (row, slot) in slots.iter().enumerate() {
                if *slot == NONE {
                    continue;
                }
                let partial = &mut self.partials[*slot as usize * folds + index];
                match filter.as_ref().map_or(TRUE, |filter| filter[row]) {
                    TRUE => {
                        let (number, mark) = value.map_or((0, 0), |v| (v.values[row], v.marks.get(row).copied().unwrap_or(0)));
                        partial.take(first_row + row as u64, number, mark);
                    }
                    FALSE => {}
                    _ => partial.undecided += 1,
                }
            }
        }
    }

    /// The slot of each row of the block; [`NONE`] where the row is in no group.
    fn find_slots(&mut self, evaluation: &mut Evaluation<'_>) -> Vec<u32> {
        let rows = evaluation.rows;
        let mask = self.query.filter.map(|filter| evaluation.truth(filter).to_vec());
        let keys: Vec<Integers> = self.query.group.iter().map(|group| evaluation.number(group.key).clone()).collect();
        let mut found = vec![NONE; rows];
        for (row, slot) in found.iter_mut().enumerate() {
            if mask.as_ref().is_some_and(|mask| mask[row] != TRUE) {
                continue;
            }
            let unknown = keys.iter().zip(&self.query.group).any(|(key, group)| {
                !group.keep_unknown && key.marks.get(row).is_some_and(|mark| *mark != 0)
            });
            if unknown {
                self.without_key += 1;
                continue;
            }
            *slot = self.slot(&keys, row);
        }
        found
    }

    fn slot(&mut self, keys: &[Integers], row: usize) -> u32 {
        if let Slots::Dense(ranges, table) = &self.slots {
            let index = keys.iter().zip(ranges).fold(0, |index, (key, (least, range))| {
                index * *range as usize + (key.values[row] - i128::from(*least)) as usize
            });
            if table[index] != NONE {
                return table[index];
            }
            let slot = self.add_group(keys.iter().map(|key| Key::Value(key.values[row] as i64)).collect());
            if let Slots::Dense(_, table) = &mut self.slots {
                table[index] = slot;
            }
            return slot;
        }
        let key: Vec<Key> = keys
            .iter()
            .map(|key| match key.marks.get(row).copied().unwrap_or(0) {
                0 => Key::Value(i64::try_from(key.values[row]).unwrap_or(i64::MAX)),
                mark => Key::Unknown(mark),
            })
            .collect();
        if let Slots::Hashed(map) = &self.slots
            && let Some(slot) = map.get(&key)
        {
            return *slot;
        }
        let slot = self.add_group(key.clone());
        if let Slots::Hashed(map) = &mut self.slots {
            map.insert(key, slot);
        }
        slot
    }
}

/// One fold over all rows of a block.
fn ungrouped(partial: &mut Partial, fold: Fold, filter: Option<TruthId>, evaluation: &mut Evaluation<'_>, first_row: u64) {
    let rows = evaluation.rows;
    let mut mask = filter.map(|filter| evaluation.truth(filter).to_vec());
    if let Some(filter) = fold.filter {
        let own = evaluation.truth(filter);
        match &mut mask {
            Some(mask) => mask.iter_mut().zip(own).for_each(|(a, b)| *a = (*a).min(*b)),
            None => mask = Some(own.to_vec()),
        }
    }
    if let Some(mask) = &mask {
        partial.undecided += mask.iter().filter(|t| !matches!(**t, FALSE | TRUE)).count() as u64;
    }
    let plain_part = fold.value.and_then(|value| evaluation.part(value)).filter(|part| part.marks.is_none());
    match (fold.kind, plain_part) {
        (FoldKind::Count, _) if fold.value.is_none() => {
            partial.rows += mask.map_or(rows, |mask| mask.iter().filter(|t| **t == TRUE).count()) as u64;
        }
        (FoldKind::Sum, Some(part)) => {
            if let Payload::Sum(sum) = &mut partial.payload {
                partial.rows += sum_part(part, mask.as_deref(), sum);
            }
        }
        _ => {
            let value = fold.value.map(|value| evaluation.number(value));
            for row in 0..rows {
                if mask.as_ref().is_none_or(|mask| mask[row] == TRUE) {
                    let (number, mark) = value.map_or((0, 0), |v| (v.values[row], v.marks.get(row).copied().unwrap_or(0)));
                    partial.take(first_row + row as u64, number, mark);
                }
            }
        }
    }
}

/// Rows that are summed in one go: 2^12 values below 2^16 stay below 2^32.
const STRIDE: usize = 1 << 12;

/// Adds the selected integers of a block in which all are known, and returns how many there were.
fn sum_part(part: &Part, mask: Option<&[u8]>, sum: &mut Wide) -> u64 {
    let everything;
    let mask = match mask {
        Some(mask) => mask,
        None => {
            everything = vec![TRUE; part.values.len()];
            &everything
        }
    };
    let mut count = 0;
    macro_rules! narrow {
        ($base:expr, $values:expr) => {{
            for (values, mask) in $values.chunks(STRIDE).zip(mask.chunks(STRIDE)) {
                let mut selected = 0u32;
                let mut total = 0u32;
                for (value, truth) in values.iter().zip(mask) {
                    let one = u32::from(*truth == TRUE);
                    selected += one;
                    total += u32::from(*value) & one.wrapping_neg();
                }
                count += u64::from(selected);
                sum.add(i128::from(total) + i128::from(*$base) * i128::from(selected));
            }
        }};
    }
    match &part.values {
        Packed::Bits8(base, values) => narrow!(base, values),
        Packed::Bits16(base, values) => narrow!(base, values),
        Packed::Bits32(base, values) => {
            for (values, mask) in values.chunks(STRIDE).zip(mask.chunks(STRIDE)) {
                let (mut selected, mut total) = (0u64, 0u64);
                for (value, truth) in values.iter().zip(mask) {
                    let one = u64::from(*truth == TRUE);
                    selected += one;
                    total += u64::from(*value) & one.wrapping_neg();
                }
                count += selected;
                sum.add(i128::from(total) + i128::from(*base) * i128::from(selected));
            }
        }
        Packed::Bits64(values) => {
            for (value, _) in values.iter().zip(mask).filter(|(_, truth)| **truth == TRUE) {
                count += 1;
                sum.add(i128::from(*value));
            }
        }
    }
    count
}
