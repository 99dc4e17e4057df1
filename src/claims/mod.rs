//! The author's words against the figures that they are tied to.
//!
//! In: a spec, its figures, a language. Out: a [`Verdict`] for every claim, and an error for every one that is wrong.
//! The rule is one: digits typed are digits claimed.

mod number;
mod references;

use crate::diag::{Code, Diagnostic, Diagnostics, Outcome, counted};
use crate::figures::{Figure, Figures, Shower};
use crate::locale::{Locale, Typed};
use crate::sources::Sources;
use crate::spec::{Claim, Inline, Prose, Spec};
use crate::text::Span;
use crate::value::{Format, Value};

/// What the check of a claim found.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Finding {
    /// The words state the value.
    Exact,
    /// The value agrees with the words at the digits typed.
    Rounds,
    /// The words state another value.
    Wrong,
    /// The words hold no number to check.
    Unread,
}

/// One claim with what was found.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The author's words.
    pub words: String,
    /// Ids of the figures that they are tied to.
    pub figures: Vec<String>,
    /// What was found.
    pub finding: Finding,
    /// Where the claim stands.
    pub span: Span,
}

/// All verdicts of a report, in reading order.
#[derive(Clone, Debug, Default)]
pub struct Verdicts {
    /// Each claim.
    pub claims: Vec<Verdict>,
    /// Values that the text inserts; they tie out because they are the figures.
    pub inserted: usize,
}

impl Verdicts {
    /// How many claims have a finding.
    pub fn count(&self, finding: Finding) -> usize {
        self.claims.iter().filter(|verdict| verdict.finding == finding).count()
    }

    /// Numbers that tie out, of those that were found.
    pub fn tied(&self) -> (usize, usize) {
        let good = self.count(Finding::Exact) + self.count(Finding::Rounds) + self.inserted;
        (good, good + self.count(Finding::Wrong))
    }
}

/// Checks every text of a report.
pub fn check(
    spec: &Spec,
    figures: &Figures,
    sources: &Sources,
    locale: &Locale,
) -> Outcome<Verdicts> {
    let mut diagnostics = Diagnostics::default();
    let mut verdicts = Verdicts::default();
    let shower = Shower { locale, rounding: spec.rounding };
    references::check(spec, sources, &mut diagnostics);
    for prose in spec.proses() {
        let mut claims = Vec::new();
        prose.walk(&mut |inline| match inline {
            Inline::Claim(claim) => claims.push(claim),
            Inline::Insert(reference, _) => {
                verdicts.inserted += 1;
                if let Some(Some(figure)) = diagnostics.take(figures.find(reference)) {
                    diagnostics
                        .take(number::inserted(figure).map_err(|error| error.at(reference.span)));
                }
            }
            _ => {}
        });
        for claim in claims {
            let checked = claim_verdict(prose, claim, figures, &shower, &mut diagnostics);
            verdicts.claims.extend(checked);
        }
    }
    if verdicts.tied().1 == 0 && figures.failed.is_empty() && !diagnostics.has_errors() {
        let error =
            Diagnostic::error(Code::NoNumbers, "no number of this report is tied to a figure");
        diagnostics.push(
            error.at(spec.body.passage.part(0, 0)).hint("write `[5,598](fig:id)` or `[=](fig:id)`"),
        );
    }
    Outcome::new(verdicts, diagnostics)
}

fn claim_verdict(
    prose: &Prose,
    claim: &Claim,
    figures: &Figures,
    shower: &Shower<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Verdict> {
    let mut tied: Vec<&Figure> = Vec::new();
    let mut silent = false;
    for reference in &claim.references {
        match diagnostics.take(figures.find(reference)) {
            Some(Some(figure)) => tied.push(figure),
            _ => silent = true,
        }
    }
    if silent {
        return None;
    }
    // what follows, as a reader sees it: a sign may be escaped
    let after = prose.passage.words[claim.range.end..].replace('\\', "");
    let judged = judge(claim, &tied, &after, shower);
    let finding = judged.as_ref().map_or(Finding::Wrong, |finding| *finding);
    if let Err(error) = judged {
        diagnostics.push(error.at(claim.span));
    } else if finding == Finding::Unread {
        let shown: Vec<String> =
            tied.iter().map(|figure| shower.figure(figure).to_string()).collect();
        let message = format!("`{}` holds no number to check", claim.words);
        let warning = Diagnostic::warning(Code::UnreadClaim, message).at(claim.span);
        diagnostics.push(
            warning
                .label(format!("the figure is {}", shown.join(", ")))
                .hint("make sure that the words are true, or write the number"),
        );
    }
    let figures = tied.iter().map(|figure| figure.id.clone()).collect();
    Some(Verdict { words: claim.words.clone(), figures, finding, span: claim.span })
}

/// Takes numbers and figures in order.
fn judge(
    claim: &Claim,
    tied: &[&Figure],
    after: &str,
    shower: &Shower<'_>,
) -> Result<Finding, Diagnostic> {
    let mut findings = Vec::new();
    let (numeric, worded): (Vec<&Figure>, Vec<&Figure>) =
        tied.iter().partition(|figure| matches!(figure.value, Value::Number(_)));
    // what names a text is taken out, and the numbers are looked for in the rest
    let mut words = claim.words.clone();
    for figure in worded {
        findings.push(text_finding(&mut words, claim, figure, shower)?);
    }
    let typed = typed_numbers(&words, claim, &numeric, shower.locale)?;
    for (typed, figure) in typed.iter().zip(&numeric) {
        findings.push(number::finding(typed, figure, (&words, after), shower)?);
    }
    if typed.len() < numeric.len() {
        findings.push(Finding::Unread);
    }
    Ok(findings.into_iter().max().unwrap_or(Finding::Unread))
}

/// The numbers in a claim's words. Years are left out where there are too many numbers: first those behind `in`, `of`
/// and the like, then others.
fn typed_numbers(
    words: &str,
    claim: &Claim,
    numeric: &[&Figure],
    locale: &Locale,
) -> Result<Vec<Typed>, Diagnostic> {
    let mut typed = locale.numbers(words);
    if typed.is_empty() && numeric.iter().any(|figure| figure.format == Some(Format::Words)) {
        typed.extend(number::in_words(words, locale));
    }
    if typed.len() > numeric.len() {
        // `per 100,000` names the base
        let base = |typed: &Typed| {
            numeric.iter().any(|figure| matches!(figure.format, Some(Format::Per(n)) if typed.value == i128::from(n).into()))
        };
        typed.retain(|typed| !base(typed));
    }
    while typed.len() > numeric.len() {
        let year = |dated: bool| {
            typed.iter().position(|typed| {
                number::is_year(typed, words) && (!dated || number::is_dated(typed, words))
            })
        };
        let Some(year) = year(true).or_else(|| year(false)) else { break };
        typed.remove(year);
    }
    if typed.len() > numeric.len() {
        let message = format!(
            "`{}` holds {} for {}",
            claim.words,
            counted(typed.len() as u64, "number"),
            counted(numeric.len() as u64, "figure")
        );
        return Err(Diagnostic::error(Code::WrongClaim, message).hint("name a figure for each number, in order, or move the other numbers out of the brackets"));
    }
    Ok(typed)
}

/// A text, date or period ties when the words hold it as words of their own, in this or another of its spellings.
fn text_finding(
    words: &mut String,
    claim: &Claim,
    figure: &Figure,
    shower: &Shower<'_>,
) -> Result<Finding, Diagnostic> {
    let shown = shower.figure(figure).to_string();
    for spelling in std::iter::once(&shown).chain(&figure.also) {
        if let Some((start, end)) = whole_words(words, spelling, shower.locale) {
            words.replace_range(start..end, " ");
            return Ok(Finding::Exact);
        }
    }
    let message = format!("`{}` does not name the figure, which is `{shown}`", claim.words);
    Err(Diagnostic::error(Code::WrongClaim, message)
        .hint(format!("write `{shown}`, or add another spelling with `also:` to `{}`", figure.id)))
}

/// Where words hold a spelling, in any case, as words of their own: not joined to others by letters, digits, hyphens
/// or strokes, and no year behind a month. `2020` is not in `2020/21` or `March 2020`, nor `male` in `female`.
fn whole_words(words: &str, spelling: &str, locale: &Locale) -> Option<(usize, usize)> {
    let lower = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<String>();
    let wanted = lower(spelling);
    let starts = words.char_indices().map(|(at, _)| at);
    starts.into_iter().find_map(|start| {
        let mut end = start;
        let mut seen = String::new();
        for c in words[start..].chars() {
            if seen.len() >= wanted.len() {
                break;
            }
            seen.extend(c.to_lowercase());
            end += c.len_utf8();
        }
        if seen != wanted || wanted.is_empty() {
            return None;
        }
        let joins = |c: char| c.is_alphanumeric() || matches!(c, '-' | '–' | '−' | '/');
        let before = words[..start].chars().next_back().is_some_and(joins);
        let mut after = words[end..].chars();
        let next = after.next();
        let joined = matches!(next, Some('-' | '–' | '−' | '/'))
            && after.next().is_some_and(char::is_alphanumeric);
        let dated = wanted.starts_with(|c: char| c.is_ascii_digit())
            && locale.ends_with_month(&words[..start]);
        let inside = before || next.is_some_and(char::is_alphanumeric) || joined || dated;
        (!inside).then_some((start, end))
    })
}
