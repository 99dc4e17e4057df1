//! `tieout trace`: from the numbers of an existing text to the recipes that would give them.

use clap::Args;

use super::{End, MessageFormat, Options, report};
use crate::audit::{Candidate, Traced};
use crate::claims::Finding;
use crate::exact::{Exact, Rounding};
use crate::pipeline;
use crate::text::Texts;

/// Propose figures and recipes for every number of a text
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The text, in Markdown, by its path from the project's folder
    document: String,
    /// The language that it is written in
    #[arg(long, default_value = "en-GB")]
    language: String,
    /// How many recipes to show for a number
    #[arg(long, default_value_t = 3)]
    show: usize,
}

pub(super) fn run(arguments: &Arguments, options: &Options) -> End {
    let path = arguments.document.trim_start_matches("./");
    let traced = pipeline::trace(&options.world(), path, &arguments.language, options.threads());
    let texts = Texts::default();
    let (texts, found) = match traced.value {
        Some(text) => (text.texts, Some((text.prose, text.numbers))),
        None => (texts, None),
    };
    let end = report::diagnostics(&traced.diagnostics, &texts, options);
    let Some((prose, found)) = found else {
        if crate::locale::Locale::named(&arguments.language).is_none() {
            anstream::eprintln!(
                "error: the language `{}` is not known; known: {}",
                arguments.language,
                crate::locale::Locale::LANGUAGES.join(", ")
            );
            return End::Usage;
        }
        return end;
    };
    for traced in &found {
        let (line, column) = texts.position(prose.plain.span(&traced.range, &prose.passage));
        match options.message_format {
            MessageFormat::Json => json(traced, path, (line, column)),
            MessageFormat::Human => human(traced, path, (line, column), arguments.show),
        }
    }
    if options.message_format == MessageFormat::Human {
        let produced = found.iter().filter(|traced| traced.matches > 0).count();
        anstream::println!(
            "{produced} of {} numbers are given by a figure or a simple recipe",
            found.len()
        );
    }
    end
}

fn value(value: &Exact, share: bool) -> String {
    let (value, places) = if share { (value * &Exact::from(100), 2) } else { (value.clone(), 3) };
    let rounded = value.round(places, Rounding::HalfUp);
    format!("{rounded}{}", if share { "%" } else { "" })
}

/// Whether the number was typed as a percentage or fraction.
fn is_share(traced: &Traced, value: &Exact) -> bool {
    let words = traced.words.as_str();
    let digits = words.bytes().any(|b| b.is_ascii_digit());
    words.contains('%')
        || words.contains("cent")
        || words.contains("point")
        || !digits && *value < Exact::one()
}

fn human(traced: &Traced, path: &str, (line, column): (usize, usize), show: usize) {
    anstream::println!("{path}:{line}:{column}  {}", traced.words);
    for candidate in traced.candidates.iter().take(show) {
        let name = candidate
            .figure
            .as_ref()
            .map_or(String::new(), |(report, id)| format!("figure {id} of {report}: "));
        let shown = value(&candidate.value, is_share(traced, &candidate.value));
        anstream::println!("  {} {shown}  {name}{}", mark(candidate), candidate.recipe);
    }
    let more = traced.matches.saturating_sub(show.min(traced.candidates.len()));
    let periods: Vec<String> = traced.periods.iter().map(ToString::to_string).collect();
    let of = if periods.is_empty() { String::new() } else { format!(" of {}", periods.join(", ")) };
    match (traced.matches, more) {
        (0, _) if traced.chance > 0 => {
            let give = if traced.chance == 1 { "gives" } else { "give" };
            let recipes = crate::diag::counted(traced.chance as u64, "recipe");
            anstream::println!(
                "  nothing{of} that the sentence speaks of gives it; {recipes} about something else {give} it"
            );
        }
        (0, _) => anstream::println!("  nothing{of} gives it"),
        (1, _) => anstream::println!("  no other recipe gives it"),
        (_, 0) => {}
        (_, more) => anstream::println!("  and {}", plural(more)),
    }
    if traced.matches > 0 && traced.candidates.iter().all(|candidate| candidate.quoted) {
        anstream::println!("  nothing{of} in the data gives it");
    }
    if let Some(near) = &traced.near {
        let shown = value(&near.value, is_share(traced, &near.value));
        anstream::println!("  nearest: {shown}  {}", near.recipe);
    }
    if traced.matches == 0 && traced.elsewhere > 0 {
        let give = if traced.elsewhere == 1 { "gives" } else { "give" };
        let recipes = crate::diag::counted(traced.elsewhere as u64, "recipe");
        anstream::println!("  {recipes} of other periods {give} it");
    }
    anstream::println!();
}

fn plural(count: usize) -> String {
    if count == 1 { "1 other recipe".into() } else { format!("{count} other recipes") }
}

fn mark(candidate: &Candidate) -> &'static str {
    match candidate.finding {
        Finding::Exact => "=",
        Finding::Rounds => "≈",
        _ => "~",
    }
}

fn json(traced: &Traced, path: &str, (line, column): (usize, usize)) {
    let candidates: Vec<serde_json::Value> = traced
        .candidates
        .iter()
        .map(|candidate| {
            serde_json::json!({
                "figure": candidate.figure.as_ref().map(|(report, id)| format!("{report}/{id}")),
                "recipe": candidate.recipe, "quoted": candidate.quoted, "value": candidate.value, "finding": candidate.finding.name(),
            })
        })
        .collect();
    let near = traced
        .near
        .as_ref()
        .map(|near| serde_json::json!({ "recipe": near.recipe, "value": near.value }));
    let json = serde_json::json!({
        "file": path, "line": line, "column": column, "words": traced.words, "matches": traced.matches,
        "chance": traced.chance, "elsewhere": traced.elsewhere, "candidates": candidates, "nearest": near,
        "periods": traced.periods.iter().map(ToString::to_string).collect::<Vec<_>>(),
    });
    anstream::println!("{json}");
}
