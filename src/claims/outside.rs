//! What others said: checked like the report's own words, with a verdict instead of an error.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use super::check::{Checker, Inputs, filled};
use super::grammar::read;
use super::number::Rules;
use super::{Finding, Verdict, Verdicts};
use crate::diag::{Code, Diagnostic, Diagnostics, Severity};
use crate::figures::{Figure, Provenance, Shower};
use crate::spec::OutsideClaim;

/// The verdict on what somebody else said.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum OutsideVerdict {
    /// It states the value.
    Exact,
    /// It agrees at the digits typed.
    Rounds,
    /// It is within what its words allow.
    Approximates,
    /// A source says so; there is nothing to compute.
    Quoted,
    /// It agrees with a source that only repeats another, which was not seen.
    SecondHand,
    /// Nothing in it can be checked.
    Unread,
    /// It cannot be tied to anything.
    Untied,
    /// It states something else.
    Wrong,
}

impl OutsideVerdict {
    /// The words that readers see.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Rounds => "rounds",
            Self::Approximates => "approximates",
            Self::Quoted => "quoted",
            Self::SecondHand => "second-hand",
            Self::Unread => "unread",
            Self::Untied => "cannot be tied",
            Self::Wrong => "wrong",
        }
    }
}

/// One outside claim with what was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outside {
    /// The verdict.
    pub verdict: OutsideVerdict,
    /// Each of its tied stretches of words.
    pub claims: Vec<Verdict>,
    /// What is wrong, and what would be true.
    pub problems: Vec<(String, Vec<String>)>,
    /// What guards say, by the name of the guard.
    pub guards: Vec<(Code, String)>,
}

/// Judges every outside claim. What is wrong in it is no error; a link to a figure that does not exist is.
pub(super) fn judge(inputs: Inputs<'_>, verdicts: &mut Verdicts, diagnostics: &mut Diagnostics) {
    let Inputs { spec, figures, sources, frames, locale, lexicon, .. } = inputs;
    let shower = Shower { locale, rounding: spec.rounding };
    let rules = Rules { lexicon, locale, rounding: spec.rounding };
    let shown = OnceCell::new();
    for (id, claim) in &spec.claims {
        if let Some((source, span)) = &claim.source
            && !sources.sources.contains_key(source)
        {
            let error =
                Diagnostic::error(Code::UnknownSource, format!("there is no source `{source}`"));
            let known = sources.sources.keys().map(String::as_str);
            diagnostics.push(error.at(*span).did_you_mean(source, known));
        }
        let prose = &filled(&claim.words, figures, shower);
        let reading = read(&prose.plain.text, lexicon, locale);
        let (context, reading) = (BTreeSet::new(), &reading);
        let shown = &shown;
        let checker =
            Checker { spec, figures, frames, shower, rules, prose, context, reading, shown };
        let mut own = Verdicts::default();
        let mut said = Diagnostics::default();
        checker.prose(&mut own, &mut said);
        let mut outside = Outside {
            verdict: OutsideVerdict::Untied,
            claims: own.claims.into_iter().filter(|verdict| !verdict.figures.is_empty()).collect(),
            problems: Vec::new(),
            guards: Vec::new(),
        };
        let mut broken = false;
        for diagnostic in said.iter() {
            match diagnostic.code {
                Code::WrongClaim => {
                    outside.problems.push((diagnostic.message.clone(), diagnostic.hints.clone()));
                }
                Code::UntiedNumber | Code::UnreadClaim => {}
                code if diagnostic.severity == Severity::Warning
                    || Code::OF_WORDS.contains(&code) =>
                {
                    outside.guards.push((code, diagnostic.message.clone()));
                }
                _ => {
                    broken = true;
                    diagnostics.push(diagnostic.clone());
                }
            }
        }
        let tied: Vec<&Figure> = outside
            .claims
            .iter()
            .flat_map(|verdict| &verdict.figures)
            .filter_map(|id| figures.all().find(|figure| figure.id == *id))
            .collect();
        outside.verdict = verdict(inputs, claim, &outside, &tied);
        if !broken {
            verdicts.outside.insert(id.clone(), outside);
        }
    }
}

fn verdict(
    inputs: Inputs<'_>,
    claim: &OutsideClaim,
    outside: &Outside,
    tied: &[&Figure],
) -> OutsideVerdict {
    if claim.untied.is_some() {
        return OutsideVerdict::Untied;
    }
    let declared = |figure: &&&Figure| inputs.spec.figures.get(&figure.id);
    let second_hand =
        tied.iter().filter_map(|figure| declared(&figure)).any(|figure| figure.second_hand);
    let quoted = tied.iter().all(|figure| figure.provenance == Provenance::Quoted);
    let worst = outside.claims.iter().map(|verdict| verdict.finding).max();
    match worst {
        _ if !outside.problems.is_empty() => OutsideVerdict::Wrong,
        Some(Finding::Wrong) => OutsideVerdict::Wrong,
        None | Some(Finding::Unread | Finding::Untied) => OutsideVerdict::Unread,
        Some(_) if second_hand => OutsideVerdict::SecondHand,
        Some(Finding::Exact) if quoted => OutsideVerdict::Quoted,
        Some(Finding::Exact) => OutsideVerdict::Exact,
        Some(Finding::Rounds) => OutsideVerdict::Rounds,
        Some(Finding::Approximates) => OutsideVerdict::Approximates,
    }
}
