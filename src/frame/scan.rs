//! The one door to the columns: filters, groups and folds over all rows, block by block, on as many threads as given.
//!
//! What comes back does not depend on threads or on the order of rows: partials are integers, and merging them is
//! addition, minimum and union.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::column::Packed;
use super::fold::{Fold, FoldKind, HiddenValue, Partial, Payload, Undecided};
use super::program::{Evaluation, FALSE, Integers, NumberId, Program, TRUE, TruthId, count};
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
    pub undecided: Undecided,
}

/// Runs queries over a frame. An ungrouped query has exactly one group, with no keys.
pub fn scan(
    frame: &Frame,
    program: &Program,
    queries: &[Query],
    threads: NonZeroUsize,
) -> Vec<Partials> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut workers: Vec<Worker<'_>> =
            queries.iter().map(|query| Worker::new(frame, program, query)).collect();
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
        partials.undecided.settle();
    }
    hidden_values(frame, program, queries, &mut merged);
    merged
}

/// What the hidden values of each fold are made of: found block by block, once for all queries.
fn hidden_values(frame: &Frame, program: &Program, queries: &[Query], merged: &mut [Partials]) {
    let folds = queries.iter().zip(merged).flat_map(|(query, partials)| {
        let groups = partials.groups.values_mut();
        groups.flat_map(|group| query.folds.iter().zip(group))
    });
    let mut hidden: Vec<(NumberId, &mut HiddenValue)> = folds
        .filter_map(|(fold, partial)| Some((fold.value?, &mut partial.hidden)))
        .flat_map(|(value, hidden)| hidden.iter_mut().map(move |hidden| (value, hidden)))
        .collect();
    if hidden.is_empty() {
        return;
    }
    hidden.sort_by_key(|(_, hidden)| hidden.row);
    let mut evaluation = Evaluation::new(frame, program);
    let mut entered = None;
    for (value, hidden) in hidden {
        let (block, offset) = frame.locate(hidden.row);
        if entered != Some(block) {
            evaluation.enter(block);
            entered = Some(block);
        }
        hidden.sum = evaluation.sum_of_cells(value, offset);
    }
}

impl Partials {
    fn merge(&mut self, other: Self) {
        self.without_key += other.without_key;
        self.undecided.merge(other.undecided);
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
/// In no group.
const NOWHERE: u64 = u64::MAX;

/// A key that is a column: its integers as digits of one number.
#[derive(Clone, Copy)]
struct Axis {
    least: i64,
    /// How many integers there can be.
    span: u64,
    keep_unknown: bool,
}

impl Axis {
    /// The marks of unknown cells follow the integers.
    fn radix(self) -> u64 {
        self.span.saturating_add(if self.keep_unknown { 4 } else { 0 })
    }

    fn key(self, digit: u64) -> Key {
        if digit < self.span {
            Key::Value(self.least.wrapping_add(digit as i64))
        } else {
            Key::Unknown((digit - self.span) as u8)
        }
    }
}

/// Slots by the number that the keys make.
enum Places {
    Table(Vec<u32>),
    Map(HashMap<u64, u32, BuildHasherDefault<Mixed>>),
}

/// A hash of a number: one multiplication.
#[derive(Default)]
struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, number: u64) {
        let product = u128::from(number ^ self.0) * 0x9e37_79b9_7f4a_7c15;
        self.0 = (product as u64) ^ ((product >> 64) as u64);
    }
}

/// How groups are found.
enum Slots {
    /// There is one.
    One,
    /// Keys that are columns, and fit into one number.
    Packed(Vec<Axis>, Places),
    /// Any keys.
    Hashed(HashMap<Vec<Key>, u32>),
}

/// One thread's part of one query.
struct Worker<'a> {
    query: &'a Query,
    slots: Slots,
    keys: Vec<Vec<Key>>,
    partials: Vec<Partial>,
    without_key: u64,
    undecided: Undecided,
}

impl<'a> Worker<'a> {
    fn new(frame: &'a Frame, program: &'a Program, query: &'a Query) -> Self {
        let axis = |group: &Group| {
            let column = &frame.columns[program.column(group.key)?];
            let (least, most) = column.range.unwrap_or((0, 0));
            let span = (most.wrapping_sub(least) as u64).saturating_add(1);
            Some(Axis { least, span, keep_unknown: group.keep_unknown })
        };
        let axes: Option<Vec<Axis>> = query.group.iter().map(axis).collect();
        let size =
            |axes: &[Axis]| axes.iter().try_fold(1u64, |size, axis| size.checked_mul(axis.radix()));
        let mut worker = Self {
            query,
            slots: Slots::One,
            keys: Vec::new(),
            partials: Vec::new(),
            without_key: 0,
            undecided: Undecided::default(),
        };
        if query.group.is_empty() {
            worker.add_group(Vec::new());
            return worker;
        }
        worker.slots = match axes.map(|axes| (size(&axes), axes)) {
            Some((Some(size), axes)) if size <= DENSE => {
                Slots::Packed(axes, Places::Table(vec![NONE; size as usize]))
            }
            Some((Some(size), axes)) if size < NOWHERE => {
                Slots::Packed(axes, Places::Map(HashMap::default()))
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
        let groups = self
            .keys
            .into_iter()
            .map(|keys| (keys, partials.by_ref().take(folds).collect()))
            .collect();
        Partials { groups, without_key: self.without_key, undecided: self.undecided }
    }

    fn block(&mut self, evaluation: &mut Evaluation<'_>, first_row: u64) {
        if let Some(filter) = self.query.filter {
            self.undecided.take(evaluation.truth(filter), first_row);
        }
        match self.slots {
            Slots::One => {
                for index in 0..self.query.folds.len() {
                    let fold = self.query.folds[index];
                    ungrouped(
                        &mut self.partials[index],
                        fold,
                        self.query.filter,
                        evaluation,
                        first_row,
                    );
                }
            }
            _ => self.grouped(evaluation, first_row),
        }
    }

    fn grouped(&mut self, evaluation: &mut Evaluation<'_>, first_row: u64) {
        let slots = self.find_slots(evaluation);
        let folds = self.query.folds.len();
        for (index, fold) in self.query.folds.iter().enumerate() {
            if self.keys.len() <= FEW_GROUPS
                && fold.filter.is_none()
                && self.grouped_fast(index, *fold, &slots, evaluation)
            {
                continue;
            }
            let filter = fold.filter.map(|filter| evaluation.truth(filter).to_vec());
            let value = fold.value.map(|value| evaluation.number(value));
            for (row, slot) in slots.iter().enumerate() {
                if *slot == NONE {
                    continue;
                }
                let partial = &mut self.partials[*slot as usize * folds + index];
                match filter.as_ref().map_or(TRUE, |filter| filter[row]) {
                    TRUE => {
                        let (number, mark) = value.map_or((0, 0), |v| (v.values[row], v.mark(row)));
                        partial.take(first_row + row as u64, number, mark);
                    }
                    FALSE => {}
                    truth => partial.undecided.take_row(truth, first_row + row as u64),
                }
            }
        }
    }

    /// Counts, and sums of narrow columns in which all cells are known: added up for the block, then moved into the
    /// partials. `false` where the fold is another.
    fn grouped_fast(
        &mut self,
        index: usize,
        fold: Fold,
        slots: &[u32],
        evaluation: &Evaluation<'_>,
    ) -> bool {
        let part =
            fold.value.and_then(|value| evaluation.part(value)).filter(|part| part.marks.is_none());
        let mut sums: Vec<(u64, u64)> = vec![(0, 0); self.keys.len()];
        macro_rules! narrow {
            ($values:expr) => {
                for (slot, value) in slots.iter().zip($values) {
                    if let Some((count, sum)) = sums.get_mut(*slot as usize) {
                        *count += 1;
                        *sum += u64::from(*value);
                    }
                }
            };
        }
        let base = match (fold.kind, fold.value, part.map(|part| &part.values)) {
            (FoldKind::Count, None, _) => {
                for slot in slots {
                    if let Some((count, _)) = sums.get_mut(*slot as usize) {
                        *count += 1;
                    }
                }
                0
            }
            (FoldKind::Sum, _, Some(Packed::Bits8(base, values))) => {
                narrow!(values);
                *base
            }
            (FoldKind::Sum, _, Some(Packed::Bits16(base, values))) => {
                narrow!(values);
                *base
            }
            (FoldKind::Sum, _, Some(Packed::Bits32(base, values))) => {
                narrow!(values);
                *base
            }
            _ => return false,
        };
        let folds = self.query.folds.len();
        for (slot, (count, sum)) in
            sums.into_iter().enumerate().filter(|(_, (count, _))| *count > 0)
        {
            let partial = &mut self.partials[slot * folds + index];
            partial.rows += count;
            if let Payload::Sum(total) = &mut partial.payload {
                total.add(i128::from(sum) + i128::from(base) * i128::from(count));
            }
        }
        true
    }

    /// The slot of each row of the block; [`NONE`] where the row is in no group.
    fn find_slots(&mut self, evaluation: &mut Evaluation<'_>) -> Vec<u32> {
        let rows = evaluation.rows;
        let mask = self.query.filter.map(|filter| evaluation.truth(filter).to_vec());
        if mask.as_ref().is_some_and(|mask| count(mask, TRUE) == 0) {
            return vec![NONE; rows];
        }
        if let Slots::Packed(axes, _) = &self.slots {
            let axes = axes.clone();
            return self.packed_slots(&axes, evaluation, mask.as_deref());
        }
        let keys: Vec<Integers> =
            self.query.group.iter().map(|group| evaluation.number(group.key).clone()).collect();
        let mut found = vec![NONE; rows];
        for (row, slot) in found.iter_mut().enumerate() {
            if mask.as_ref().is_some_and(|mask| mask[row] != TRUE) {
                continue;
            }
            let key = |(key, group): (&Integers, &Group)| match key.mark(row) {
                // beyond 64 bits there is no key
                0 => i64::try_from(key.values[row]).ok().map(Key::Value),
                mark => group.keep_unknown.then_some(Key::Unknown(mark)),
            };
            match keys.iter().zip(&self.query.group).map(key).collect() {
                Some(key) => *slot = self.hashed_slot(key),
                None => self.without_key += 1,
            }
        }
        found
    }

    fn hashed_slot(&mut self, key: Vec<Key>) -> u32 {
        let Slots::Hashed(map) = &self.slots else { return NONE };
        if let Some(slot) = map.get(&key) {
            return *slot;
        }
        let slot = self.add_group(key.clone());
        if let Slots::Hashed(map) = &mut self.slots {
            map.insert(key, slot);
        }
        slot
    }

    fn packed_slots(
        &mut self,
        axes: &[Axis],
        evaluation: &Evaluation<'_>,
        mask: Option<&[u8]>,
    ) -> Vec<u32> {
        let mut places = vec![0u64; evaluation.rows];
        for (place, _) in
            places.iter_mut().zip(mask.unwrap_or(&[])).filter(|(_, truth)| **truth != TRUE)
        {
            *place = NOWHERE;
        }
        for (group, axis) in self.query.group.iter().zip(axes) {
            let Some(part) = evaluation.part(group.key) else { continue };
            self.without_key += add_digit(&mut places, part, *axis);
        }
        if let Slots::Packed(_, Places::Table(table)) = &self.slots {
            let slots: Vec<u32> = places
                .iter()
                .map(|place| table.get(*place as usize).copied().unwrap_or(NONE))
                .collect();
            let all_known =
                slots.iter().zip(&places).all(|(slot, place)| *slot != NONE || *place == NOWHERE);
            if all_known {
                return slots;
            }
        }
        let slot = |place| if place == NOWHERE { NONE } else { self.packed_slot(place, axes) };
        places.into_iter().map(slot).collect()
    }

    fn packed_slot(&mut self, place: u64, axes: &[Axis]) -> u32 {
        let known = match &self.slots {
            Slots::Packed(_, Places::Table(table)) => table[place as usize],
            Slots::Packed(_, Places::Map(map)) => map.get(&place).copied().unwrap_or(NONE),
            _ => NONE,
        };
        if known != NONE {
            return known;
        }
        let mut rest = place;
        let mut keys: Vec<Key> = axes
            .iter()
            .rev()
            .map(|axis| {
                let digit = rest % axis.radix();
                rest /= axis.radix();
                axis.key(digit)
            })
            .collect();
        keys.reverse();
        let slot = self.add_group(keys);
        match &mut self.slots {
            Slots::Packed(_, Places::Table(table)) => table[place as usize] = slot,
            Slots::Packed(_, Places::Map(map)) => {
                map.insert(place, slot);
            }
            _ => {}
        }
        slot
    }
}

/// Appends a key's digit to each place, and returns how many rows fall out because the key is not known.
fn add_digit(places: &mut [u64], part: &Part, axis: Axis) -> u64 {
    let radix = axis.radix();
    let mut step = |values: &mut dyn Iterator<Item = u64>| {
        for (place, value) in places.iter_mut().zip(values) {
            *place = if *place == NOWHERE {
                NOWHERE
            } else {
                place.wrapping_mul(radix).wrapping_add(value)
            };
        }
    };
    match &part.values {
        Packed::Bits8(base, values) => {
            let shift = base.wrapping_sub(axis.least) as u64;
            step(&mut values.iter().map(|value| u64::from(*value).wrapping_add(shift)));
        }
        Packed::Bits16(base, values) => {
            let shift = base.wrapping_sub(axis.least) as u64;
            step(&mut values.iter().map(|value| u64::from(*value).wrapping_add(shift)));
        }
        other => {
            step(&mut other.unpack().into_iter().map(|value| value.wrapping_sub(axis.least) as u64))
        }
    }
    let Some(marks) = &part.marks else { return 0 };
    let mut lost = 0;
    let filler = match &part.values {
        Packed::Bits8(base, _) | Packed::Bits16(base, _) | Packed::Bits32(base, _) => *base,
        Packed::Bits64(values) => values
            .iter()
            .zip(marks.iter())
            .find(|(_, mark)| **mark != 0)
            .map_or(0, |(value, _)| *value),
    };
    let filler = filler.wrapping_sub(axis.least) as u64;
    for (place, mark) in
        places.iter_mut().zip(marks).filter(|(place, mark)| **place != NOWHERE && **mark != 0)
    {
        if axis.keep_unknown {
            // an unknown cell is stored as the least of its block: put its mark in place of that
            *place = (*place).wrapping_sub(filler).wrapping_add(axis.span + u64::from(*mark));
        } else {
            *place = NOWHERE;
            lost += 1;
        }
    }
    lost
}

/// Groups up to which a block's sums are added up on the side.
const FEW_GROUPS: usize = 4096;

/// One fold over all rows of a block.
fn ungrouped(
    partial: &mut Partial,
    fold: Fold,
    filter: Option<TruthId>,
    evaluation: &mut Evaluation<'_>,
    first_row: u64,
) {
    let rows = evaluation.rows;
    let both;
    let mask: Option<&[u8]> = match (filter, fold.filter) {
        (Some(a), Some(b)) => {
            let mut merged = evaluation.truth(a).to_vec();
            merged.iter_mut().zip(evaluation.truth(b)).for_each(|(a, b)| *a = (*a).min(*b));
            both = merged;
            Some(&both)
        }
        (Some(only), None) | (None, Some(only)) => {
            evaluation.truth(only);
            evaluation.known_truth(only)
        }
        (None, None) => None,
    };
    let selected = mask.map_or(rows as u64, |mask| count(mask, TRUE));
    if let Some(mask) = mask {
        partial.undecided.take(mask, first_row);
    }
    if selected == 0 {
        return;
    }
    let plain_part =
        fold.value.and_then(|value| evaluation.part(value)).filter(|part| part.marks.is_none());
    match (fold.kind, plain_part) {
        (FoldKind::Count, _) if fold.value.is_none() => partial.rows += selected,
        (FoldKind::Rows(_), _) if partial.is_full() => partial.rows += selected,
        (FoldKind::Sum, Some(part)) => {
            if let Payload::Sum(sum) = &mut partial.payload {
                partial.rows += selected;
                sum_part(part, mask, selected, sum);
            }
        }
        _ => {
            let mask = mask.map(<[u8]>::to_vec);
            let value = fold.value.map(|value| evaluation.number(value));
            for row in 0..rows {
                if mask.as_ref().is_none_or(|mask| mask[row] == TRUE) {
                    let (number, mark) = value.map_or((0, 0), |v| (v.values[row], v.mark(row)));
                    partial.take(first_row + row as u64, number, mark);
                }
            }
        }
    }
}

/// Rows that are summed in one go: 2^12 values below 2^16 stay below 2^32.
const STRIDE: usize = 1 << 12;
/// One selected row in so many, from which on the selected rows are looked for one by one.
const SPARSE: u64 = 32;

/// Adds the selected integers of a block in which all are known.
fn sum_part(part: &Part, mask: Option<&[u8]>, selected: u64, sum: &mut Wide) {
    let everything;
    let mask = match mask {
        Some(mask) if selected * SPARSE < mask.len() as u64 => return sum_sparse(part, mask, sum),
        Some(mask) => mask,
        None => {
            everything = vec![TRUE; part.values.len()];
            &everything
        }
    };
    macro_rules! narrow {
        ($values:expr, $total:ty) => {
            for (values, mask) in $values.chunks(STRIDE).zip(mask.chunks(STRIDE)) {
                let of = |value, truth: u8| {
                    <$total>::from(value) & <$total>::from(truth == TRUE).wrapping_neg()
                };
                let total: $total =
                    values.iter().zip(mask).map(|(value, truth)| of(*value, *truth)).sum();
                sum.add(i128::from(total));
            }
        };
    }
    match &part.values {
        Packed::Bits8(_, values) => narrow!(values, u32),
        Packed::Bits16(_, values) => narrow!(values, u32),
        Packed::Bits32(_, values) => narrow!(values, u64),
        Packed::Bits64(values) => {
            for (value, _) in values.iter().zip(mask).filter(|(_, truth)| **truth == TRUE) {
                sum.add(i128::from(*value));
            }
        }
    }
    if let Packed::Bits8(base, _) | Packed::Bits16(base, _) | Packed::Bits32(base, _) = &part.values
    {
        sum.add(i128::from(*base) * i128::from(selected));
    }
}

/// The same where few rows are selected: eight are passed over at a time.
fn sum_sparse(part: &Part, mask: &[u8], sum: &mut Wide) {
    for (index, eight) in mask.chunks(8).enumerate() {
        if eight.iter().fold(0, |all, truth| all | truth) & TRUE == 0 {
            continue;
        }
        for (offset, _) in eight.iter().enumerate().filter(|(_, truth)| **truth == TRUE) {
            sum.add(i128::from(part.values.get(index * 8 + offset)));
        }
    }
}
