//! `reports/NAME.reviews.yaml`: who checked what, and what came of it.

use serde::Deserialize;

use super::fingerprint::lines;
use super::signature::is_key;
use super::{Fingerprint, Item};
use crate::diag::{Code, Diagnostic, Diagnostics, Outcome};
use crate::spec::decode::decode;
use crate::spec::{Reviewer, Spec, same_name, yaml};
use crate::text::{Passage, TextId, Texts};
use crate::value::Date;

/// The sign-offs of a report, in the order in which they were given.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ledger {
    /// The sign-offs.
    pub sign_offs: Vec<SignOff>,
}

/// What a reviewer found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// What is printed ties out.
    Agreed,
    /// It does not.
    Disagreed,
}

impl Verdict {
    /// Reads what a reviewer writes into a sheet.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_lowercase().as_str() {
            "agreed" | "agree" | "yes" | "ok" => Some(Self::Agreed),
            "disagreed" | "disagree" | "no" => Some(Self::Disagreed),
            _ => None,
        }
    }

    /// The word in the ledger.
    pub fn name(self) -> &'static str {
        match self {
            Self::Agreed => "agreed",
            Self::Disagreed => "disagreed",
        }
    }
}

/// One item, checked by one reviewer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignOff {
    /// What was checked.
    pub fingerprint: Fingerprint,
    /// What was found.
    pub verdict: Verdict,
    /// Who checked it: not the author.
    pub by: String,
    /// When.
    pub on: Date,
    /// What the reviewer adds.
    pub note: Option<String>,
    /// A minisign signature of [`SignOff::statement`].
    pub signature: Option<String>,
}

impl SignOff {
    /// What is signed: the report's name and all of the sign-off, a line each, `\` and line feeds escaped.
    pub fn statement(&self, report: &str) -> String {
        let (verdict, on) = (self.verdict.name().to_string(), self.on.to_string());
        let note = self.note.clone().unwrap_or_default();
        let title = "tieout sign-off".to_string();
        let report = report.to_string();
        lines([&title, &report, &self.fingerprint.sha256(), &verdict, &self.by, &on, &note])
    }
}

#[derive(Debug, Deserialize)]
struct RawLedger {
    #[serde(default)]
    reviews: Vec<RawSignOff>,
}

#[derive(Debug, Deserialize)]
struct RawSignOff {
    of: Passage,
    words: Option<Passage>,
    sentence: Option<Passage>,
    shown: Passage,
    recipe: Passage,
    rows: Passage,
    sources: Passage,
    verdict: Passage,
    by: Passage,
    on: Passage,
    note: Option<Passage>,
    signature: Option<Passage>,
}

impl Ledger {
    /// Reads the ledger of a report.
    ///
    /// # Errors
    /// The YAML cannot be read; a verdict or date is none; a reviewer is an author, or is none of those that the report
    /// names.
    pub fn parse(texts: &Texts, id: TextId, spec: &Spec) -> Outcome<Self> {
        let mut diagnostics = Diagnostics::default();
        let mut ledger = Self::default();
        for (place, reviewer) in spec.reviewers.iter().enumerate() {
            let key = reviewer.key.as_ref().filter(|key| !is_key(key));
            let wrong = match spec.is_author(&reviewer.name) {
                true => Some((
                    format!("`{}` is an author and a reviewer", reviewer.name),
                    "who wrote a report cannot sign it off",
                )),
                false if spec.reviewers[..place].iter().any(|other| other.is(&reviewer.name)) => {
                    Some((
                        format!("the reviewer `{}` stands there twice", reviewer.name),
                        "keep one, with the key",
                    ))
                }
                false => key.map(|key| {
                    let hint = "write the second line of the `.pub` file that `minisign -G` makes";
                    (format!("`{key}` is no public key of minisign"), hint)
                }),
            };
            diagnostics.extend(wrong.map_or_else(Diagnostics::default, |(message, hint)| {
                let error = Diagnostic::error(Code::Review, message).at(reviewer.span);
                Diagnostics::from(error.hint(hint))
            }));
        }
        if texts.get(id).content.trim().is_empty() {
            return Outcome::new(ledger, diagnostics);
        }
        let node = yaml::parse(texts, id, &mut diagnostics);
        let raw: Option<RawLedger> = node.and_then(|node| decode(&node, &mut diagnostics));
        for raw in raw.map_or_else(Vec::new, |raw| raw.reviews) {
            let error = |place: &Passage, message: String, hint: &str| {
                Diagnostic::error(Code::Review, message).at(place.span).hint(hint)
            };
            let verdict = Verdict::parse(&raw.verdict.words).ok_or_else(|| {
                let message = format!("`{}` is no verdict", raw.verdict.words);
                error(&raw.verdict, message, "write `agreed` or `disagreed`")
            });
            let on = Date::parse(&raw.on.words).ok_or_else(|| {
                let message = format!("`{}` is no day", raw.on.words);
                error(&raw.on, message, "write it as 2025-04-13")
            });
            let by = may_review(&raw.by.words, spec)
                .map_err(|(message, hint)| error(&raw.by, message, &hint));
            let (verdict, on) = (diagnostics.take(verdict), diagnostics.take(on));
            let (Some(verdict), Some(on), Some(())) = (verdict, on, diagnostics.take(by)) else {
                continue;
            };
            let text = |passage: Option<Passage>| passage.map_or_else(String::new, |p| p.words);
            ledger.sign_offs.push(SignOff {
                fingerprint: Fingerprint {
                    of: raw.of.words,
                    words: text(raw.words),
                    sentence: text(raw.sentence),
                    shown: raw.shown.words,
                    recipe: raw.recipe.words,
                    rows: raw.rows.words,
                    sources: raw.sources.words,
                },
                verdict,
                by: raw.by.words,
                on,
                note: raw.note.map(|note| note.words),
                signature: raw.signature.map(|signature| signature.words),
            });
        }
        Outcome::new(ledger, diagnostics)
    }

    /// Adds sign-offs. One takes the place of the last by the same reviewer about the same item, also where that had lapsed.
    pub fn record(&mut self, new: Vec<(SignOff, Option<Fingerprint>)>) {
        for (off, lapsed) in new {
            let same = |known: &SignOff| {
                Some(&known.fingerprint) == lapsed.as_ref()
                    || known.fingerprint == off.fingerprint && same_name(&known.by, &off.by)
            };
            self.sign_offs.retain(|known| !same(known));
            self.sign_offs.push(off);
        }
    }

    /// The file's text, the sign-offs in the order of the items, then those of what is no longer there.
    pub fn text(&self, items: &[Item]) -> String {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let mut out = String::from(
            "# Who checked what: written by `tieout review --record`. Commit it. A sign-off holds for exactly what it names.\n",
        );
        out.push_str(if self.sign_offs.is_empty() { "reviews: []\n" } else { "reviews:\n" });
        let place = |off: &SignOff| {
            let place = items.iter().position(|item| item.fingerprint == off.fingerprint);
            place.unwrap_or(items.len())
        };
        let mut sorted: Vec<&SignOff> = self.sign_offs.iter().collect();
        sorted.sort_by_key(|off| place(off));
        for off in sorted {
            let Fingerprint { of, words, sentence, shown, recipe, rows, sources } =
                &off.fingerprint;
            let on = off.on.to_string();
            let fields = [
                ("of", Some(of)),
                ("words", Some(words).filter(|words| !words.is_empty())),
                ("sentence", Some(sentence)),
                ("shown", Some(shown)),
                ("recipe", Some(recipe)),
                ("rows", Some(rows)),
                ("sources", Some(sources)),
                ("verdict", Some(&off.verdict.name().to_string())),
                ("by", Some(&off.by)),
                ("on", Some(&on)),
                ("note", off.note.as_ref()),
                ("signature", off.signature.as_ref()),
            ]
            .map(|(name, value)| value.map(|value| format!("{name}: {}\n", quoted(value))));
            for (place, field) in fields.into_iter().flatten().enumerate() {
                out.push_str(if place == 0 { "  - " } else { "    " });
                out.push_str(&field);
            }
        }
        out
    }
}

/// Whether somebody may review a report.
///
/// # Errors
/// An author of it, or none of the reviewers that it names: what is wrong, and what to do.
pub(super) fn may_review(name: &str, spec: &Spec) -> Result<(), (String, String)> {
    if name.trim().is_empty() {
        return Err(("nobody is named as the reviewer".into(), "say who checked it".into()));
    }
    if spec.is_author(name) {
        return Err((
            format!("`{name}` is an author of `{}`", spec.name),
            "who wrote a report cannot sign it off; somebody else must check it".into(),
        ));
    }
    let known: Vec<&str> = spec.reviewers.iter().map(|r: &Reviewer| r.name.as_str()).collect();
    if !known.is_empty() && spec.reviewer(name).is_none() {
        return Err((
            format!("`{name}` is no reviewer of `{}`", spec.name),
            format!("its `reviewers:` are {}", known.join(", ")),
        ));
    }
    Ok(())
}
