//! A bundle against what its own spec and the publisher's files give: every difference, in words.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::bundle::Bundle;
use crate::digest::sha256;

/// Differences that are told of one file.
const TOLD: usize = 8;
/// Characters beside the first difference of a line.
const BESIDE: usize = 40;

/// What differs in one file of a bundle.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// Its path in the bundle.
    pub path: String,
    /// What differs, in words, the first few of them; how many more there are.
    pub what: (Vec<String>, usize),
}

/// How much must be the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Strictness {
    /// Every byte: the bundle was made by this version.
    Bytes,
    /// Values, rows and the claims of the texts: another version may lay them out in another way.
    Meaning,
}

/// The version of tieout that a bundle says it was made by.
pub fn made_by(bundle: &Bundle) -> Option<String> {
    let json: Value = serde_json::from_slice(bundle.get("figures.json")?).ok()?;
    Some(json.get("made_by")?.as_str()?.to_string())
}

/// The SHA-256 of each data file by its path, as a bundle says: where to look, and no proof of anything.
pub fn data_files(bundle: &Bundle) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let json = bundle.get("figures.json").and_then(|bytes| serde_json::from_slice(bytes).ok());
    let mut open: Vec<&Value> = json.iter().collect();
    while let Some(value) = open.pop() {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        if let (Some(file), Some(digest)) = (text("file"), text("sha256")) {
            found.insert(file.to_string(), digest.to_string());
        }
        match value {
            Value::Array(all) => open.extend(all),
            Value::Object(all) => open.extend(all.values()),
            _ => {}
        }
    }
    found
}

/// Compares a bundle with the one that was made again, by path.
pub fn differences(claimed: &Bundle, made: &Bundle, strictness: Strictness) -> Vec<Difference> {
    let mut found: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (path, bytes) in made {
        let what = match claimed.get(path) {
            None => vec!["is not in the bundle".to_string()],
            Some(claim) if claim == bytes => continue,
            Some(claim) if path == "SHA256SUMS" => sums(claim, claimed),
            Some(claim) => match (strictness, path.as_str()) {
                (_, "figures.json") => json(claim, bytes, strictness),
                (_, "evidence.xlsx") => super::cells::cells(claim, bytes, strictness),
                (Strictness::Bytes, _) => lines(claim, bytes),
                (_, "index.html") => links(claim, bytes),
                (_, path)
                    if path == "briefing.md"
                        || path.ends_with(".csv")
                        || path.starts_with("spec/") =>
                {
                    lines(claim, bytes)
                }
                _ => continue,
            },
        };
        found.insert(path, what);
    }
    let only = claimed.keys().filter(|path| !made.contains_key(*path));
    let known = |path: &&String| strictness == Strictness::Bytes || in_known_folder(path);
    for path in only.filter(known) {
        found.insert(path, vec!["is in the bundle, and is not made again".to_string()]);
    }
    let told = found.into_iter().filter(|(_, what)| !what.is_empty()).map(|(path, mut what)| {
        let more = what.len().saturating_sub(TOLD);
        what.truncate(TOLD);
        Difference { path: path.to_string(), what: (what, more) }
    });
    told.collect()
}

fn in_known_folder(path: &str) -> bool {
    ["evidence/", "tables/", "charts/", "spec/"].iter().any(|folder| path.starts_with(folder))
}

/// Files whose bytes are not those that the sums say.
fn sums(claim: &[u8], claimed: &Bundle) -> Vec<String> {
    let text = String::from_utf8_lossy(claim);
    let mut said: BTreeMap<&str, &str> = text
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(sum, path)| (path, sum))
        .collect();
    let mut what = Vec::new();
    for (path, bytes) in claimed.iter().filter(|(path, _)| *path != "SHA256SUMS") {
        match said.remove(path.as_str()) {
            Some(sum) if sum == sha256(bytes) => {}
            Some(_) => what.push(format!("`{path}` is not the file that was summed")),
            None => what.push(format!("`{path}` is not listed")),
        }
    }
    what.extend(said.keys().map(|path| format!("`{path}` is listed, and is not there")));
    what
}

/// The lines that differ.
fn lines(claim: &[u8], made: &[u8]) -> Vec<String> {
    let (Ok(claim), Ok(made)) = (std::str::from_utf8(claim), std::str::from_utf8(made)) else {
        return vec![format!("{} bytes, and other {} bytes made again", claim.len(), made.len())];
    };
    let (a, b): (Vec<&str>, Vec<&str>) = (claim.lines().collect(), made.lines().collect());
    let mut what = Vec::new();
    if a.len() != b.len() {
        what.push(format!("{} lines, and {} made again", a.len(), b.len()));
    }
    for (number, (claim, made)) in a.iter().zip(&b).enumerate().filter(|(_, (a, b))| a != b) {
        let (claim, made) = excerpts(claim, made);
        what.push(format!("line {}: `{claim}` here, `{made}` made again", number + 1));
        // after a line that was put in or taken out, all others differ
        if a.len() != b.len() {
            break;
        }
    }
    if what.is_empty() {
        what.push("other line ends".to_string());
    }
    what
}

/// What stands around the first difference of two lines.
fn excerpts(a: &str, b: &str) -> (String, String) {
    let same = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
    let from = same.saturating_sub(BESIDE);
    let part = |text: &str| {
        let part: String = text.chars().skip(from).take(2 * BESIDE).collect();
        let after = text.chars().count() > from + 2 * BESIDE;
        format!("{}{}{}", if from > 0 { "…" } else { "" }, part, if after { "…" } else { "" })
    };
    (part(a), part(b))
}

/// The leaves of two JSON texts that differ; what has an `id` is named by it.
fn json(claim: &[u8], made: &[u8], strictness: Strictness) -> Vec<String> {
    let parsed = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes);
    let (claim, made) = match (parsed(claim), parsed(made)) {
        (Ok(claim), Ok(made)) => (claim, made),
        (Err(error), _) | (_, Err(error)) => return vec![format!("is no JSON: {error}")],
    };
    let (mut a, mut b) = (BTreeMap::new(), BTreeMap::new());
    leaves(&claim, "", &mut a);
    leaves(&made, "", &mut b);
    if strictness == Strictness::Meaning {
        let meant = |path: &String, _: &mut String| {
            let name = path.rsplit('.').next().unwrap_or(path);
            let name = name.split('[').next().unwrap_or(name);
            ["value", "shown", "quote", "rows_sha256", "sha256", "sources", "rows_used", "keys"]
                .contains(&name)
        };
        a.retain(meant);
        b.retain(meant);
    }
    let mut what = Vec::new();
    for (path, text) in &b {
        match a.get(path) {
            Some(claim) if claim == text => {}
            Some(claim) => what.push(format!("{path}: `{claim}` here, `{text}` made again")),
            None => what.push(format!("{path}: is not there; `{text}` made again")),
        }
    }
    what.extend(
        a.iter()
            .filter(|(path, _)| !b.contains_key(*path))
            .map(|(path, text)| format!("{path}: `{text}` here, and is not made again")),
    );
    if what.is_empty() && strictness == Strictness::Bytes {
        what.push("the same content, written in another way".to_string());
    }
    what
}

fn leaves(value: &Value, path: &str, into: &mut BTreeMap<String, String>) {
    match value {
        Value::Array(all) => {
            for (index, value) in all.iter().enumerate() {
                let id = value.get("id").and_then(Value::as_str);
                let path = id.map_or_else(|| format!("{path}[{index}]"), |id| format!("`{id}`"));
                leaves(value, &path, into);
            }
        }
        Value::Object(all) => {
            for (name, value) in all {
                let dot = if path.is_empty() { "" } else { "." };
                leaves(value, &format!("{path}{dot}{name}"), into);
            }
        }
        Value::String(text) => {
            into.insert(path.to_string(), text.clone());
        }
        other => {
            into.insert(path.to_string(), other.to_string());
        }
    }
}

/// The links to figures of two texts that differ: their words, in the order of the text.
fn links(claim: &[u8], made: &[u8]) -> Vec<String> {
    let (claim, made) = (String::from_utf8_lossy(claim), String::from_utf8_lossy(made));
    let all = |page| tied_words(page).map(|link| (link.target, link.words)).collect::<Vec<_>>();
    let (a, b) = (all(&claim), all(&made));
    let mut what = Vec::new();
    if a.len() != b.len() {
        what.push(format!("{} links to figures, and {} made again", a.len(), b.len()));
    }
    for (claim, made) in a.iter().zip(&b).filter(|(a, b)| a != b) {
        what.push(format!(
            "`{}` ({}) here, `{}` ({}) made again",
            claim.1, claim.0, made.1, made.0
        ));
    }
    what
}

/// A link to a figure in a page.
pub(super) struct Link<'t> {
    /// `claim` of the author's words, `value` of cells, nothing of others.
    pub(super) class: &'t str,
    /// The figure or point.
    pub(super) target: &'t str,
    /// Its words, with their markup.
    pub(super) words: &'t str,
}

/// The links to figures in a page, in order.
pub(super) fn tied_words(page: &str) -> impl Iterator<Item = Link<'_>> {
    page.match_indices("href=\"#fig-").filter_map(|(at, mark)| {
        let (target, rest) = page[at + mark.len()..].split_once('"')?;
        let words = rest.split_once('>')?.1.split_once("</a>")?.0;
        let before = page[..at].rsplit_once('<')?.1;
        let class = before.strip_prefix("a class=\"").and_then(|rest| rest.strip_suffix("\" "));
        Some(Link { class: class.unwrap_or_default(), target, words })
    })
}
