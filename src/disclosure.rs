//! Disclosure control: which numbers of people, or of cases, are too small to be told, and how others are rounded.
//!
//! In: what `source.yaml` declares of a dataset. Out: a [`Rule`] that its frame carries. Where it applies, `figures/protect.rs`
//! says. Terms as in A. Hundepool et al., *Statistical Disclosure Control* (Wiley, 2012).

use crate::exact::{Exact, Rounding};

/// What is hidden and how the rest is rounded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rule {
    /// The preset, or `own`.
    pub name: String,
    /// Numbers from 1 to this are hidden; none where it is 0.
    pub hide: u32,
    /// Other numbers are rounded to the nearest multiple of this; none where it is 0.
    pub round: u32,
}

/// A rule and what it protects.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Guard {
    /// The rule.
    pub rule: Rule,
    /// Columns that hold numbers of cases.
    pub counts: Vec<String>,
    /// Whether each row is a case: where no column holds numbers of them, or some are about single people.
    pub rows: bool,
}

/// Presets with what they hide and how they round: counts under 5 or under 10; to the nearest 5 (HESA); 1 to 7 hidden and
/// others to the nearest 5 (NHS England, Hospital Episode Statistics).
const PRESETS: [(&str, u32, u32); 4] =
    [("under5", 4, 0), ("under10", 9, 0), ("round5", 0, 5), ("nhs-digital", 7, 5)];

impl Rule {
    /// The preset of a name.
    pub fn preset(name: &str) -> Option<Self> {
        let (name, hide, round) = PRESETS.into_iter().find(|(known, ..)| *known == name)?;
        Some(Self { name: name.to_string(), hide, round })
    }

    /// The names of all presets.
    pub fn presets() -> impl Iterator<Item = &'static str> {
        PRESETS.into_iter().map(|(name, ..)| name)
    }

    /// Whether a number is hidden: above 0, and not above the rule's.
    pub fn hides(&self, number: &Exact) -> bool {
        !number.is_negative()
            && !number.is_zero()
            && *number < Exact::from(i128::from(self.hide) + 1)
    }

    /// The least and the most that a hidden number can be.
    pub fn range(&self) -> (Exact, Exact) {
        (Exact::one(), Exact::from(i128::from(self.hide)))
    }

    /// The fewest cases of which a mean, a median or a spread is told.
    pub fn few(&self) -> u64 {
        u64::from(self.hide + 1).max(u64::from(self.round))
    }

    /// A number of cases as it is told, where it is rounded.
    pub fn rounded(&self, number: &Exact) -> Option<Exact> {
        let step = Exact::from(i128::from(self.round));
        Some(number.checked_div(&step)?.round(0, Rounding::HalfUp) * step)
    }

    /// The rule in words.
    pub fn words(&self) -> String {
        let hidden = match self.hide {
            0 => None,
            1 => Some("a number of 1 is not told".to_string()),
            most => Some(format!("numbers from 1 to {most} are not told")),
        };
        let rounded = match (self.round, self.hide) {
            (0, _) => None,
            (step, 0) => Some(format!("numbers are rounded to the nearest {step}")),
            (step, _) => Some(format!("others are rounded to the nearest {step}")),
        };
        hidden.into_iter().chain(rounded).collect::<Vec<_>>().join(", ")
    }
}
