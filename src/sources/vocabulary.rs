//! Signs that publishers write in place of numbers, and what they mean there. They are proposed, never assumed.
//!
//! Those in brackets are the shorthand of the Analysis Function (*Using symbols in tables*, Government Statistical Service); the others
//! stand in tables of Eurostat, ONS and the Department for Education.

/// What a sign stands for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Sign {
    /// The publisher hides the value.
    Hidden,
    /// There is no value.
    Missing,
}

const SIGNS: [(&str, Sign, &str); 25] = [
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

/// What a text in a column of numbers is likely to mean: `[c]`, `<5`, `fewer than 5`.
pub(super) fn known(text: &str) -> Option<(Sign, &'static str)> {
    let lower = text.trim().to_lowercase();
    let digits = |rest: &str| {
        let rest = rest.trim();
        !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    let below = ["<", "≤", "fewer than ", "less than ", "under "];
    if below.iter().any(|sign| lower.strip_prefix(sign).is_some_and(digits)) {
        return Some((Sign::Hidden, "a small number"));
    }
    SIGNS.iter().find(|(sign, ..)| *sign == lower).map(|(_, sign, words)| (*sign, *words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_known_in_any_case() {
        assert_eq!(known("[C]"), Some((Sign::Hidden, "confidential")));
        assert_eq!(known("Fewer than 5").map(|(sign, _)| sign), Some(Sign::Hidden));
        assert_eq!(known("< 10").map(|(sign, _)| sign), Some(Sign::Hidden));
        assert_eq!(known("#N/A").map(|(sign, _)| sign), Some(Sign::Missing));
        for text in ["<", "fewer than", "Total", "12", ""] {
            assert_eq!(known(text), None, "{text}");
        }
    }
}
