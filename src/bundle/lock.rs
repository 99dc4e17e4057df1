//! `reports/NAME.lock`: the digest of every input and the value of every figure, so that drift has a name.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::figures::{Figures, Shower};
use crate::frame::Frame;

/// What a report rested on, and what came of it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
pub struct Lock {
    /// SHA-256 of each data file.
    inputs: BTreeMap<String, String>,
    /// Each figure and point: value, shown value, digests of recipe and rows.
    figures: BTreeMap<String, [String; 4]>,
}

impl Lock {
    /// The lock of a finished report.
    pub fn new(
        figures: &Figures,
        frames: &BTreeMap<String, Frame>,
        shower: &Shower<'_>,
        digests: &BTreeMap<String, String>,
    ) -> Self {
        let mut lock = Self::default();
        let used = figures.selected.values().map(|selected| &selected.frame);
        for provenance in used.filter_map(|name| frames.get(name)?.provenance.as_ref()) {
            lock.inputs.insert(provenance.path.clone(), provenance.sha256.clone());
        }
        for figure in figures.all() {
            let recipe =
                figure.recipe.as_ref().map(|recipe| recipe.sha256.clone()).unwrap_or_default();
            let rows = digests.get(&figure.id).cloned();
            let value = figure.value.to_string();
            let shown = shower.figure(figure).to_string();
            lock.figures
                .insert(figure.id.clone(), [value, shown, recipe, rows.unwrap_or_default()]);
        }
        lock
    }

    /// Each figure and point: value, shown value, digests of recipe and rows.
    pub fn figures(&self) -> &BTreeMap<String, [String; 4]> {
        &self.figures
    }

    /// Reads a lock; `None` where it is none.
    pub fn parse(text: &str) -> Option<Self> {
        serde_yaml::from_str(text).ok()
    }

    /// The file's text: a line for each input and each figure.
    pub fn text(&self) -> String {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let mut out = String::from(
            "# Written by `tieout build`: what the figures rested on and what came of it. Commit it; do not edit it.\n",
        );
        out.push_str(if self.inputs.is_empty() { "inputs: {}\n" } else { "inputs:\n" });
        for (path, sha256) in &self.inputs {
            out.push_str(&format!("  {}: {sha256}\n", quoted(path)));
        }
        out.push_str(
            "# id: [value, as shown, SHA-256 of the recipe, SHA-256 of the rows]\nfigures:\n",
        );
        for (id, parts) in &self.figures {
            let parts: Vec<String> = parts.iter().map(|part| quoted(part)).collect();
            out.push_str(&format!("  {}: [{}]\n", quoted(id), parts.join(", ")));
        }
        out
    }
}

/// What differs between a lock and today, one error each.
pub fn drift(path: &str, old: &Lock, new: &Lock) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    let mut say = |message: String| {
        let error = Diagnostic::error(Code::Drift, message).in_file(path);
        diagnostics.push(error.hint(
            "if the change is meant, run `tieout build` without `--locked` and commit the new lock",
        ));
    };
    for (input, sha256) in &new.inputs {
        match old.inputs.get(input) {
            Some(before) if before == sha256 => {}
            Some(before) => say(format!(
                "`{input}` has changed: SHA-256 was {}… and is {}…",
                &before[..before.len().min(12)],
                &sha256[..12]
            )),
            None => say(format!("`{input}` is a new input")),
        }
    }
    for input in old.inputs.keys().filter(|input| !new.inputs.contains_key(*input)) {
        say(format!("`{input}` is no input any more"));
    }
    for (id, [value, shown, recipe, rows]) in &new.figures {
        let Some([old_value, old_shown, old_recipe, old_rows]) = old.figures.get(id) else {
            say(format!("figure `{id}` is new: {shown}"));
            continue;
        };
        if value != old_value || shown != old_shown {
            let exactly = if shown == old_shown {
                format!(" (exactly {old_value}, now {value})")
            } else {
                String::new()
            };
            say(format!("figure `{id}` was {old_shown} and is {shown}{exactly}"));
        } else if recipe != old_recipe {
            say(format!("figure `{id}` is still {shown}, by another recipe"));
        } else if rows != old_rows {
            say(format!("figure `{id}` is still {shown}, from other rows"));
        }
    }
    for (id, [_, shown, ..]) in old.figures.iter().filter(|(id, _)| !new.figures.contains_key(*id))
    {
        say(format!("figure `{id}` was {shown} and is gone"));
    }
    diagnostics
}
