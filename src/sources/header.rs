//! The header of a file: which column is which, under which name.

use std::collections::BTreeSet;

/// Two headers are the same if they differ only in case and spaces.
pub(super) fn normal(header: &str) -> String {
    one_line(header).to_lowercase()
}

/// A text on one line, with single spaces.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a row holds the tags of the Humanitarian Exchange Language (HXL 1.1) and nothing else: `#adm1+name`, `#affected+f`.
pub(super) fn tagged<'c>(cells: impl Iterator<Item = &'c str>) -> bool {
    let mut tags = 0;
    for cell in cells.map(str::trim).filter(|cell| !cell.is_empty()) {
        let Some(tag) = cell.strip_prefix('#') else { return false };
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | ' ');
        if !tag.starts_with(|c: char| c.is_ascii_alphabetic()) || !tag.chars().all(plain) {
            return false;
        }
        tags += 1;
    }
    tags > 0
}

/// A name for each column: the declared one, or the header's slug, made unique.
pub(super) fn slugs(headers: &[String], declared: Vec<Option<String>>) -> Vec<String> {
    let mut taken: BTreeSet<String> = declared.iter().flatten().cloned().collect();
    let mut names = Vec::new();
    for (position, (header, name)) in headers.iter().zip(declared).enumerate() {
        names.push(name.unwrap_or_else(|| {
            let mut slug = slug(header);
            if slug.is_empty() {
                slug = format!("column_{}", position + 1);
            }
            while !taken.insert(slug.clone()) {
                slug.push_str("_2");
            }
            slug
        }));
    }
    names
}

/// Lower case, other characters to `_`, `x_` before a digit, `_` after a word of the language.
pub(crate) fn slug(header: &str) -> String {
    let mut slug = String::new();
    for c in header.to_lowercase().chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.ends_with('_') && !slug.is_empty() {
            slug.push('_');
        }
    }
    let slug = slug.trim_end_matches('_').to_string();
    if slug.starts_with(|c: char| c.is_ascii_digit()) {
        format!("x_{slug}")
    } else if crate::language::RESERVED.contains(&slug.as_str()) {
        format!("{slug}_")
    } else {
        slug
    }
}
