//! What a reviewer has checked of a report, and what needs eyes.
//!
//! In: a document, what it states, its figures with the digests of their rows, the ledger. Out: a [`Review`]: every claim,
//! chart and table with its sign-off, or with the reason why it has none. A sign-off is bound to a [`Fingerprint`] and to
//! nothing else, so that it lapses when what was checked is no longer what is printed, and not before.

mod fingerprint;
mod ledger;
mod sheet;
mod signature;

use std::collections::{BTreeMap, BTreeSet};

pub use fingerprint::{Digests, Fingerprint, Inputs, Item, ItemKind, Part, items};
pub use ledger::{Ledger, SignOff, Verdict};
pub use sheet::{Read, sheet, verdicts};
#[cfg(feature = "sign")]
pub use signature::sign;

use crate::spec::{Spec, same_name};
use fingerprint::is_of;

/// All that a reviewer checks, in reading order, and how far that has come.
#[derive(Clone, Debug, Default)]
pub struct Review {
    /// Each item with its state.
    pub items: Vec<(Item, State)>,
}

/// How far the review of an item has come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum State {
    /// A reviewer agreed with what is printed.
    Agreed(SignOff),
    /// A reviewer did not.
    Disagreed(SignOff),
    /// A sign-off that holds no longer, and what differs.
    Lapsed(SignOff, Vec<Part>),
    /// A sign-off without the signature that its reviewer's key demands, or with one that does not fit.
    Unproven(SignOff),
    /// Nobody looked at it.
    New,
}

impl State {
    /// Whether a reviewer agreed with what is printed.
    pub fn is_agreed(&self) -> bool {
        matches!(self, Self::Agreed(_))
    }

    /// Why it needs eyes; nothing where it needs none.
    pub fn reasons(&self) -> Vec<String> {
        match self {
            Self::Agreed(_) => Vec::new(),
            Self::New => vec!["nobody has checked it".into()],
            Self::Disagreed(off) => {
                let note = off.note.as_ref().map_or(String::new(), |note| format!(": {note}"));
                vec![format!("{} disagreed on {}{note}", off.by, off.on)]
            }
            Self::Unproven(off) => {
                vec![format!("the sign-off by {} has no signature by the reviewer’s key", off.by)]
            }
            Self::Lapsed(off, parts) => {
                let since = format!("since {} checked it on {}", off.by, off.on);
                let mut reasons: Vec<String> =
                    parts.iter().map(|part| part.changed(&off.fingerprint)).collect();
                if let Some(last) = reasons.last_mut() {
                    last.push_str(&format!(", {since}"));
                }
                reasons
            }
        }
    }
}

impl Review {
    /// The state of every item, by the sign-offs of a ledger.
    pub fn of(items: Vec<Item>, ledger: &Ledger, spec: &Spec) -> Self {
        let mut by_fingerprint: BTreeMap<&Fingerprint, Vec<&SignOff>> = BTreeMap::new();
        for off in &ledger.sign_offs {
            by_fingerprint.entry(&off.fingerprint).or_default().push(off);
        }
        let today: BTreeSet<&Fingerprint> = items.iter().map(|item| &item.fingerprint).collect();
        let old: Vec<&SignOff> =
            ledger.sign_offs.iter().filter(|off| !today.contains(&off.fingerprint)).collect();
        let unsigned = items.iter().filter(|i| !by_fingerprint.contains_key(&i.fingerprint));
        let lapsed = lapsed(unsigned.map(|item| &item.fingerprint).collect(), &old);
        let state = |item: &Item| match by_fingerprint.get(&item.fingerprint) {
            Some(offs) => found(offs, spec),
            None => match lapsed.get(&item.fingerprint) {
                Some(off) => {
                    State::Lapsed((*off).clone(), item.fingerprint.differs(&off.fingerprint))
                }
                None => State::New,
            },
        };
        let states: Vec<State> = items.iter().map(state).collect();
        Self { items: items.into_iter().zip(states).collect() }
    }

    /// How many items a reviewer agreed with, of how many.
    pub fn agreed(&self) -> (usize, usize) {
        (self.items.iter().filter(|(_, state)| state.is_agreed()).count(), self.items.len())
    }

    /// Whether anything needs eyes.
    pub fn is_draft(&self) -> bool {
        let (agreed, all) = self.agreed();
        agreed < all || all == 0
    }

    /// What needs eyes, or all items.
    pub fn listed(&self, all: bool) -> impl Iterator<Item = &(Item, State)> {
        self.items.iter().filter(move |(_, state)| all || !state.is_agreed())
    }

    /// States of the items that state a figure, or a point of a series.
    pub fn of_figure(&self, id: &str) -> Vec<&State> {
        let of = |item: &Item| item.figures.iter().any(|figure| is_of(figure, id));
        let items = self.items.iter().filter(|(item, _)| of(item));
        items.map(|(_, state)| state).collect()
    }
}

/// What the sign-offs of one item come to: of each reviewer the last word counts, and whoever disagrees is heard.
fn found(offs: &[&SignOff], spec: &Spec) -> State {
    let mut last: Vec<&SignOff> = Vec::new();
    let (proven, unproven): (Vec<&SignOff>, Vec<&SignOff>) =
        offs.iter().copied().partition(|off| signature::holds(off, spec));
    for off in proven {
        match last.iter_mut().find(|known| same_name(&known.by, &off.by)) {
            // the later day; on one day, what was written later
            Some(known) if off.on >= known.on => *known = off,
            Some(_) => {}
            None => last.push(off),
        }
    }
    let latest = |verdict: Verdict| {
        last.iter().filter(|off| off.verdict == verdict).max_by_key(|off| off.on).copied()
    };
    match (latest(Verdict::Disagreed), latest(Verdict::Agreed), unproven.last()) {
        (Some(off), ..) => State::Disagreed(off.clone()),
        (None, Some(off), _) => State::Agreed(off.clone()),
        (None, None, Some(off)) => State::Unproven((*off).clone()),
        (None, None, None) => State::New,
    }
}

/// For each fingerprint that has no sign-off the one of before that is most like it; every sign-off stands for one.
fn lapsed<'a>(
    unsigned: Vec<&'a Fingerprint>,
    old: &[&'a SignOff],
) -> BTreeMap<&'a Fingerprint, &'a SignOff> {
    let mut pairs: Vec<(usize, usize, usize)> = Vec::new();
    for (place, fingerprint) in unsigned.iter().enumerate() {
        for (index, off) in old.iter().enumerate() {
            if fingerprint.follows(&off.fingerprint) {
                pairs.push((fingerprint.differs(&off.fingerprint).len(), place, index));
            }
        }
    }
    pairs.sort_unstable();
    let mut found = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for (_, place, index) in pairs {
        if !found.contains_key(unsigned[place]) && taken.insert(index) {
            found.insert(unsigned[place], old[index]);
        }
    }
    found
}
