//! Outside claims as a table: what was said, the verdict, what the sources give, what would be true.

use super::compose::Composer;
use super::notes::Subject;
use super::{Grid, GridCell, Inline, Text, Tied, escape, marks};
use crate::claims::{Outside, OutsideVerdict};
use crate::diag::{Code, Diagnostic};
use crate::figures::Figure;
use crate::spec::{OutsideClaim, Table};
use crate::text::{Span, capital};

fn verdict(name: &str) -> Text {
    Text {
        inlines: vec![Inline::Strong(vec![Inline::Text(name.to_string())])],
        markdown: format!("**{name}**"),
        plain: name.to_string(),
    }
}

impl Composer<'_> {
    /// The table of outside claims: those named, or all.
    pub(super) fn claims(
        &mut self,
        id: &str,
        table: &Table,
        named: &[(String, Span)],
        columns: Vec<Text>,
    ) -> Result<(Grid, usize), Diagnostic> {
        let spec = self.inputs.spec;
        let error = |message: String| {
            Diagnostic::error(Code::ChartData, format!("table `{id}`: {message}")).at(table.span)
        };
        let known = spec.claims.keys().map(String::as_str);
        if let Some((name, span)) = named.iter().find(|(name, _)| !spec.claims.contains_key(name)) {
            return Err(error(format!("there is no outside claim `{name}`"))
                .at(*span)
                .did_you_mean(name, known)
                .hint("declare it under `claims:`"));
        }
        if !table.keys.is_empty() || table.across || table.top.is_some() || table.total.is_some() {
            return Err(error(
                "`keys`, `across`, `top` and `total` are for tables of a series".into(),
            )
            .hint("list the claims in the order in which they shall stand"));
        }
        let head = match columns.len() {
            0 => ["Claim", "Verdict", "What the sources give", "Remark"].map(Text::of).to_vec(),
            4 => columns,
            found => {
                return Err(error(format!("has 4 columns and {found} headers"))
                    .hint("give a header for each column, or none"));
            }
        };
        let wanted: Vec<(&String, &OutsideClaim)> = match named {
            [] => spec.claims.iter().collect(),
            named => named.iter().filter_map(|(name, _)| spec.claims.get_key_value(name)).collect(),
        };
        let mut rows = Vec::new();
        let paraphrased = wanted.iter().any(|(_, claim)| claim.paraphrase);
        for (id, claim) in wanted {
            let Some(outside) = self.inputs.verdicts.outside.get(id) else { continue };
            rows.push(vec![
                GridCell::words(self.said(claim)),
                GridCell::words(verdict(outside.verdict.name())),
                GridCell::words(self.given(outside)),
                GridCell::words(self.remark(claim, outside)),
            ]);
        }
        let (marks, foot, rounded) = ((false, false), None, false);
        let grid =
            Grid { head, headers: 1, rows, foot, marks, unbased: false, rounded, paraphrased };
        Ok((grid, 0))
    }

    /// The words, who said them, and when.
    fn said(&mut self, claim: &OutsideClaim) -> Text {
        self.register.passage();
        let words = self.plain(claim.words.inlines());
        let words = if claim.paraphrase { capital(&words) } else { format!("“{words}”") };
        let on = claim.on.map(|on| format!(", {}", self.inputs.locale.date(on)));
        let by = format!("{}{}", claim.who, on.unwrap_or_default());
        let mut text = Text::of(&words);
        text.inlines.push(Inline::Hard);
        text.inlines.push(Inline::Emphasis(vec![Inline::Text(by.clone())]));
        text.markdown.push_str(&format!(" *{}*", escape(&by)));
        text.plain.push_str(&format!(" ({by})"));
        if let Some((source, _)) = &claim.source {
            let note = self.register.refer(Subject::Source(source.clone()));
            text.markdown.push_str(&marks(std::slice::from_ref(&note)));
            text.inlines.push(Inline::Note(note));
        }
        text
    }

    /// The value of every figure that the claim is tied to, with what it is.
    fn given(&mut self, outside: &Outside) -> Text {
        self.register.passage();
        let mut text = Text::default();
        let mut seen: Vec<&str> = Vec::new();
        for id in outside.claims.iter().flat_map(|verdict| &verdict.figures) {
            let all = self.inputs.figures.all();
            let Some(figure) = all.into_iter().find(|figure| figure.id == *id) else { continue };
            if seen.contains(&id.as_str()) {
                continue;
            }
            if !seen.is_empty() {
                text = text.and("; ");
            }
            seen.push(id);
            text = self.value(text, figure);
        }
        if seen.is_empty() { Text::of("nothing that we read") } else { text.and(".") }
    }

    fn value(&mut self, mut text: Text, figure: &Figure) -> Text {
        let shown = self.shower().figure(figure);
        let notes = self.register.support([figure]);
        text.markdown.push_str(&format!("{}{}", escape(shown.as_str()), marks(&notes)));
        text.plain.push_str(shown.as_str());
        let tied = Tied { figures: vec![figure.id.clone()], ..Tied::default() };
        text.inlines.push(Inline::Value(shown, tied, notes));
        text.and(&format!(" ({}, {})", figure.label, figure.provenance.name()))
    }

    /// What is wrong and what would be true, what guards say, and what the author adds.
    fn remark(&mut self, claim: &OutsideClaim, outside: &Outside) -> Text {
        self.register.passage();
        let mut text = Text::default();
        let figures = self.inputs.figures;
        let ids: Vec<&String> =
            outside.claims.iter().flat_map(|verdict| &verdict.figures).collect();
        // readers know figures by what they are
        let named = |words: &str| {
            let mut words = words.to_string();
            for id in &ids {
                words = words.replace(&format!("the figure `{id}`"), "the figure");
                if let Some(figure) = figures.all().find(|figure| figure.id == **id) {
                    words = words.replace(&format!("`{id}`"), &format!("“{}”", figure.label));
                }
            }
            while let Some(start) = words.find(" (exactly ") {
                let end = words[start..].find(')').map_or(words.len(), |end| start + end + 1);
                words.replace_range(start..end, "");
            }
            let mut open = false;
            let quoted = |c: char| match c {
                '`' => {
                    open = !open;
                    if open { '“' } else { '”' }
                }
                c => c,
            };
            words.chars().map(quoted).collect::<String>()
        };
        let sentence = |words: &str, text: Text| {
            let space = if text.plain.is_empty() { "" } else { " " };
            text.and(&format!("{space}{}.", capital(&named(words)).trim_end_matches('.')))
        };
        for (message, hints) in &outside.problems {
            text = sentence(message, text);
            text = hints.iter().fold(text, |text, hint| sentence(hint, text));
        }
        if outside.verdict != OutsideVerdict::Wrong {
            for interval in outside.claims.iter().flat_map(|verdict| &verdict.intervals) {
                text = sentence(interval, text);
            }
        }
        for (code, message) in &outside.guards {
            text = sentence(&format!("{}: {message}", code.name().replace('-', " ")), text);
        }
        for prose in claim.untied.iter().chain(&claim.note) {
            let own = self.text(prose);
            if !text.plain.is_empty() {
                text = text.and(" ");
            }
            text.markdown.push_str(&own.markdown);
            text.plain.push_str(&own.plain);
            text.inlines.extend(own.inlines);
        }
        text
    }
}
