//! A bundle against what its own spec and the publisher's files give: every difference, in words.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::bundle::Bundle;
use crate::digest::sha256;

/// Differences that are told of one file.
const TOLD: usize = 8;
/// Of figures, what another version gives as well.
const MEANT: [&str; 12] = [
    "value",
    "shown",
    "quote",
    "rows_sha256",
    "sha256",
    "sources",
    "rows_used",
    "keys",
    "recipe",
    "label",
    "unit",
    "format",
];
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

/// What a comparison found.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Compared {
    /// What differs, by path.
    pub differences: Vec<Difference>,
    /// Files with other bytes whose meaning is not known.
    pub not_compared: Vec<String>,
}

/// Compares a bundle with the one that was made again, by path.
pub fn differences(claimed: &Bundle, made: &Bundle, strictness: Strictness) -> Compared {
    let mut compared = Compared::default();
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
                (_, "index.html") => page(claim, bytes),
                (_, path)
                    if path == "briefing.md"
                        || path.ends_with(".csv")
                        || path.starts_with("spec/") =>
                {
                    lines(claim, bytes)
                }
                _ => {
                    compared.not_compared.push(path.clone());
                    continue;
                }
            },
        };
        found.insert(path, what);
    }
    for path in claimed.keys().filter(|path| !made.contains_key(*path)) {
        if strictness == Strictness::Bytes || in_known_folder(path) {
            found.insert(path, vec!["is in the bundle, and is not made again".to_string()]);
        } else {
            compared.not_compared.push(path.clone());
        }
    }
    let told = found.into_iter().filter(|(_, what)| !what.is_empty()).map(|(path, mut what)| {
        let more = what.len().saturating_sub(TOLD);
        what.truncate(TOLD);
        Difference { path: path.to_string(), what: (what, more) }
    });
    compared.differences = told.collect();
    compared
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
    let mut what = unequal(&a, &b, |number| format!("line {number}: "));
    if what.is_empty() {
        what.push("other line ends".to_string());
    }
    what
}

/// What a reader sees of two pages that differ.
fn page(claim: &[u8], made: &[u8]) -> Vec<String> {
    let seen = |page: &[u8]| super::page::lines(&String::from_utf8_lossy(page));
    let (a, b) = (seen(claim), seen(made));
    // where a line was put in or taken out, what stands behind it would say nothing
    let same = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    match a.len() == b.len() {
        true => unequal(&a, &b, |_| String::new()),
        false => {
            let at =
                |all: &[String]| all.get(same).map_or("nothing more", String::as_str).to_string();
            let (a, b) = excerpts(&at(&a), &at(&b));
            vec![format!("`{a}` here, `{b}` made again")]
        }
    }
}

/// Lines that differ, with how each is named.
fn unequal<T: AsRef<str>>(a: &[T], b: &[T], name: impl Fn(usize) -> String) -> Vec<String> {
    let mut what = Vec::new();
    if a.len() != b.len() {
        what.push(format!("{} lines, and {} made again", a.len(), b.len()));
    }
    let pairs = a.iter().zip(b).map(|(a, b)| (a.as_ref(), b.as_ref())).enumerate();
    for (number, (claim, made)) in pairs.filter(|(_, (a, b))| a != b) {
        let (claim, made) = excerpts(claim, made);
        what.push(format!("{}`{claim}` here, `{made}` made again", name(number + 1)));
        // after a line that was put in or taken out, all others differ
        if a.len() != b.len() {
            break;
        }
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
    let parsed = |bytes: &[u8]| {
        let text = std::str::from_utf8(bytes).map_err(serde_json::Error::custom)?;
        once(text.trim())?;
        serde_json::from_str::<Value>(text)
    };
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
            MEANT.contains(&name)
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
                let mut path =
                    id.map_or_else(|| format!("{path}[{index}]"), |id| format!("`{id}`"));
                while into.contains_key(&format!("{path}.id")) {
                    path.push_str(" again");
                }
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

/// That no object of a JSON text has a name twice: readers differ about which of the two they take.
fn once(json: &str) -> Result<(), serde_json::Error> {
    match json.as_bytes().first() {
        Some(b'{') => {
            let all: Pairs<'_> = serde_json::from_str(json)?;
            let mut names = BTreeSet::new();
            for (name, value) in all.0 {
                once(value.get())?;
                if let Some(name) = names.replace(name) {
                    let message = format!("`{name}` stands twice in one object");
                    return Err(serde_json::Error::custom(message));
                }
            }
            Ok(())
        }
        Some(b'[') => {
            let all: Vec<&RawValue> = serde_json::from_str(json)?;
            all.into_iter().try_for_each(|value| once(value.get()))
        }
        _ => Ok(()),
    }
}

/// The members of an object, as they stand.
struct Pairs<'j>(Vec<(String, &'j RawValue)>);

impl<'j> Deserialize<'j> for Pairs<'j> {
    fn deserialize<D: Deserializer<'j>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Self(Vec::new()))
    }
}

impl<'j> Visitor<'j> for Pairs<'j> {
    type Value = Self;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'j>>(mut self, mut map: A) -> Result<Self, A::Error> {
        while let Some(member) = map.next_entry()? {
            self.0.push(member);
        }
        Ok(self)
    }
}
