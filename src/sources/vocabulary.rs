//! Signs that publishers write in place of numbers, and what they mean there. They are proposed, never assumed.
//!
//! Those in brackets are the shorthand of the Analysis Function (*Using symbols in tables*, Government Statistical Service); the others
//! stand in tables of Eurostat, ONS and the Department for Education.

use crate::frame::{self, Stands};

/// What a sign stands for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Sign {
    /// The publisher hides the value.
    Hidden,
    /// There is no value.
    Missing,
}

const SIGNS: [(&str, Sign, &str); 26] = [
    ("[c]", Sign::Hidden, "confidential"),
    ("c", Sign::Hidden, "confidential"),
    ("(c)", Sign::Hidden, "confidential"),
    ("*", Sign::Hidden, "hidden, mostly"),
    ("s", Sign::Hidden, "suppressed"),
    ("[s]", Sign::Hidden, "suppressed"),
    ("[low]", Sign::Hidden, "rounds to 0, but is not 0"),
    ("low", Sign::Hidden, "rounds to 0, but is not 0"),
    ("~", Sign::Hidden, "rounds to 0, but is not 0"),
    ("[x]", Sign::Missing, "not available"),
    ("x", Sign::Missing, "not available"),
    ("[z]", Sign::Missing, "not applicable"),
    ("z", Sign::Missing, "not applicable"),
    ("[w]", Sign::Missing, "no data"),
    ("[u]", Sign::Missing, "low reliability"),
    (".", Sign::Missing, "no value"),
    ("..", Sign::Missing, "not available"),
    (":", Sign::Missing, "not available"),
    ("-", Sign::Missing, "none or not available"),
    ("–", Sign::Missing, "none or not available"),
    ("n/a", Sign::Missing, "not available"),
    ("na", Sign::Missing, "not available"),
    ("nan", Sign::Missing, "not a number"),
    ("#n/a", Sign::Missing, "an error of a formula"),
    ("not available", Sign::Missing, "not available"),
    ("not applicable", Sign::Missing, "not applicable"),
];

/// Whether the label of a row reads as a total, or as another number made of the rows: *Total*, *All ages*, *Total England*,
/// *Wales (Total)*, *United States Total6, 7*, *Year to date*, *Percent change*.
pub(super) fn is_total(label: &[u8]) -> bool {
    // most labels are out after their first word, of which no text is made
    const FIRST: [&[u8]; 9] = [
        b"total",
        b"totals",
        b"subtotal",
        b"subtotals",
        b"sub",
        b"overall",
        b"all",
        b"sum",
        b"grand",
    ];
    if label.len() <= 60 && (ends_in_total(label) || is_summary(label)) {
        return true;
    }
    let end = label.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(label.len());
    let first = |known: &&[u8]| label[..end].eq_ignore_ascii_case(known);
    if label.len() > 60 || !FIRST.iter().any(first) {
        return false;
    }
    let label = String::from_utf8_lossy(label).to_lowercase();
    let words: Vec<&str> =
        label.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    match words.as_slice() {
        ["total" | "totals" | "subtotal" | "subtotals" | "overall" | "all" | "sum"] => true,
        ["grand" | "sub" | "overall", "total", ..] | ["total" | "subtotal", ..] => true,
        ["all", what, ..] => {
            what.ends_with('s') || matches!(*what, "people" | "children" | "other")
        }
        _ => false,
    }
}

/// Whether *total* is the last word, before signs and the numbers of notes.
fn ends_in_total(label: &[u8]) -> bool {
    let end = label.iter().rposition(u8::is_ascii_alphabetic).map_or(0, |at| at + 1);
    let (rest, word) = label[..end].split_at(end.saturating_sub(5));
    word.eq_ignore_ascii_case(b"total") && rest.last().is_some_and(|c| !c.is_ascii_alphanumeric())
}

/// Whether a row sums up others in another way.
fn is_summary(label: &[u8]) -> bool {
    const WORDS: [&[u8]; 8] = [
        b"year to date",
        b"latest 12 months",
        b"percent change",
        b"percentage change",
        b"% change",
        b"median",
        b"average",
        b"mean",
    ];
    let label = label.trim_ascii();
    WORDS.iter().any(|words| label.eq_ignore_ascii_case(words))
}

/// What a header says its numbers are in: *(thousands)*, *£m*; the power of ten, and the words.
pub(super) fn header_scale(header: &str) -> Option<(i32, &'static str)> {
    let lower = header.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric() && c != '£' && c != '$' && c != '€').collect();
    let said = |known: &[&str]| words.iter().any(|word| known.contains(word));
    // a rate per million is no number of millions
    if said(&["per"]) {
        return None;
    }
    let short = ["'000", "’000"].iter().any(|sign| lower.contains(sign));
    if short || said(&["thousands", "000s", "£000", "£000s", "£k", "$000", "€000"]) {
        Some((3, "thousands"))
    } else if said(&["millions", "£m", "£mn", "$m", "€m", "£million", "million", "mn"]) {
        Some((6, "millions"))
    } else if said(&["billions", "£bn", "$bn", "€bn", "£billion", "billion", "bn"]) {
        Some((9, "billions"))
    } else {
        None
    }
}

/// Whether a column's name says that it holds units.
pub(crate) fn is_unit(name: &str) -> bool {
    const NAMES: [&str; 8] =
        ["unit", "units", "uom", "unit_of_measure", "currency", "measure", "metric", "indicator"];
    NAMES.contains(&name)
}

/// The number of `<5`, `fewer than 5`, `≤ 4`, and whether the value can be that itself.
fn limit(lower: &str) -> Option<(&str, bool)> {
    let digits = |rest: &str| {
        !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    ["<", "≤", "fewer than ", "less than ", "under "].iter().find_map(|sign| {
        let rest = lower.strip_prefix(sign)?.trim();
        digits(rest).then_some((rest, *sign == "≤"))
    })
}

/// Between what a number so hidden lies, for certain: 0 and 4 of `<5`. None where the sign doesn't say.
pub(super) fn bounds(text: &str) -> Option<String> {
    let lower = text.trim().to_lowercase();
    let (limit, itself) = limit(&lower)?;
    let most = match limit.parse::<u64>() {
        Ok(whole) if !itself => whole.checked_sub(1)?.to_string(),
        _ => limit.to_string(),
    };
    Some(format!("0..{most}"))
}

/// What a sign beside a value means: the same shorthand.
pub(super) fn beside(sign: &str) -> Option<&'static str> {
    Some(match sign.trim().trim_matches(['[', ']', '(', ')']).to_lowercase().as_str() {
        "p" => "provisional",
        "r" => "revised",
        "e" => "estimated",
        "f" => "forecast",
        "b" => "break in the series",
        "u" => "low reliability",
        "low" => "rounds to 0, but is not 0",
        _ => return None,
    })
}

/// What a text in a column of numbers is likely to mean: `[c]`, `<5`, `fewer than 5`.
pub(super) fn known(text: &str) -> Option<(Sign, &'static str)> {
    let lower = text.trim().to_lowercase();
    if limit(&lower).is_some() {
        return Some((Sign::Hidden, "a small number"));
    }
    SIGNS.iter().find(|(sign, ..)| *sign == lower).map(|(_, sign, words)| (*sign, *words))
}

/// A sign with what it stands for, for the legend of a table.
pub(crate) fn legend(sign: &frame::Sign) -> String {
    let meaning = known(&sign.text).map(|(_, words)| words);
    let words = match &sign.stands {
        Stands::Missing => meaning.unwrap_or("no value").to_string(),
        Stands::Hidden(None) => "hidden by the publisher".to_string(),
        Stands::Hidden(Some((low, high))) => {
            format!("hidden by the publisher, from {low} to {high}")
        }
        Stands::Beside(words) => words.clone(),
    };
    format!("{} {words}", sign.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_say_what_numbers_are_in() {
        let powers = [
            ("People (thousands)", Some(3)),
            ("Spend £000s", Some(3)),
            ("Contract value (£m)", Some(6)),
            ("Cost in £ billion", Some(9)),
            ("Rate per 1,000", None),
            ("Deaths per million", None),
            ("Households ('000)", Some(3)),
            ("Cases", None),
            ("Amount", None),
        ];
        for (header, power) in powers {
            assert_eq!(header_scale(header).map(|(power, _)| power), power, "{header}");
        }
    }

    #[test]
    fn labels_of_totals_are_known() {
        for label in [
            "Total",
            "TOTAL (all)",
            "Grand total",
            "Sub-total",
            "All",
            "All ages",
            "Total England",
            "All other nationalities",
            "Some total",
            "Western Australia (Total)",
            "United States Total6, 7, 8, 9",
            "Percent change",
            "Year to date",
        ] {
            assert!(is_total(label.as_bytes()), "{label}");
        }
        for label in [
            "Totnes",
            "Allerdale",
            "All Saints Road",
            "Sumatra",
            "",
            "12",
            "Albania",
            "Subtotality",
            "Median age",
        ] {
            assert_eq!(is_total(label.as_bytes()), label == "All Saints Road", "{label}");
        }
    }

    #[test]
    fn signs_are_known_in_any_case() {
        assert_eq!(known("[C]"), Some((Sign::Hidden, "confidential")));
        assert_eq!(known("Fewer than 5").map(|(sign, _)| sign), Some(Sign::Hidden));
        assert_eq!(known("< 10").map(|(sign, _)| sign), Some(Sign::Hidden));
        assert_eq!(known("#N/A").map(|(sign, _)| sign), Some(Sign::Missing));
        assert_eq!(bounds("< 10").as_deref(), Some("0..9"));
        assert_eq!(bounds("≤ 4").as_deref(), Some("0..4"));
        assert_eq!(bounds("<0.5").as_deref(), Some("0..0.5"));
        assert_eq!(bounds("[c]"), None);
        for text in ["<", "fewer than", "Total", "12", ""] {
            assert_eq!(known(text), None, "{text}");
        }
    }
}
