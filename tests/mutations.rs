//! Every tied number of the flagship, and the words that go with it, changed one at a time: each change must be said.
//!
//! The changes are made in the author's texts (body and spec), the report is checked as a user would, and a change is caught if the
//! check ends with an error or a warning that was not there before.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::support::{Project, root};

/// A change of one place in one file.
struct Mutation {
    kind: &'static str,
    file: &'static str,
    range: std::ops::Range<usize>,
    with: String,
}

/// Each link to figures in a text: where its words and its target are.
fn links(text: &str) -> Vec<(std::ops::Range<usize>, std::ops::Range<usize>)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("](fig:") {
        let start = text[..at].rfind('[').unwrap() + 1;
        let target = at + 6..at + text[at..].find(')').unwrap();
        if &text[start..at] != "=" {
            found.push((start..at, target));
        }
    }
    found
}

/// The sentence around a place: from the last full stop, blank line or colon of a YAML field to the next.
fn sentence(text: &str, at: usize) -> std::ops::Range<usize> {
    let ends = [". ", ".\n", "\n\n", "\n      ", ": \"", "\n    "];
    let before = &text[..at];
    let start = [". ", ".\n", "\n\n", ": "]
        .iter()
        .filter_map(|e| before.rfind(e).map(|i| i + e.len()))
        .max()
        .unwrap_or(0);
    let after = &text[at..];
    let end = ends[..3].iter().filter_map(|e| after.find(e)).min().unwrap_or(after.len());
    start..at + end
}

const OPPOSITES: [(&str, &str); 24] = [
    ("rose", "fell"),
    ("rise", "fall"),
    ("rises", "falls"),
    ("fell", "rose"),
    ("fallen", "risen"),
    ("falls", "rises"),
    ("up", "down"),
    ("more than", "less than"),
    ("More", "Less"),
    ("climb", "fall"),
    ("climbs", "falls"),
    ("grow", "shrink"),
    ("jumped", "dropped"),
    ("over", "under"),
    ("most often", "least often"),
    ("more than doubled", "less than doubled"),
    ("Fewer than", "More than"),
    ("not quite", "just over"),
    ("increase", "decrease"),
    ("climbed", "dropped"),
    ("surged", "slumped"),
    ("higher", "lower"),
    ("reach", "leave"),
    ("around", "exactly"),
];

fn mutations(file: &'static str, text: &str) -> Vec<Mutation> {
    let mut all: Vec<Mutation> = Vec::new();
    let mut add = |kind, range: std::ops::Range<usize>, with: String| {
        all.push(Mutation { kind, file, range, with });
    };
    let links = links(text);
    let mut years = BTreeSet::new();
    for (words, target) in &links {
        let said = &text[words.clone()];
        let figures: Vec<&str> = text[target.clone()].split(',').collect();
        // another digit: each digit of the words in turn
        for (offset, c) in said.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
            let other = if c == '9' { '8' } else { (c as u8 + 1) as char };
            let at = words.start + offset;
            add("another digit", at..at + 1, other.to_string());
        }
        // percent for points, points for percent, none for percent
        if let Some(at) = said.find('%') {
            let at = words.start + at;
            add("percent for points", at..at + 1, " percentage points".into());
            add("no percent", at..at + 1, String::new());
        } else if let Some(at) = said.find(" percentage points") {
            let at = words.start + at;
            add("points for percent", at..at + " percentage points".len(), "%".into());
        } else if said.ends_with(|c: char| c.is_ascii_digit()) && figures.len() == 1 {
            add("percent for nothing", words.end..words.end, "%".into());
        }
        // half for a third, and the like
        for (from, to) in [
            ("half", "a third"),
            ("tenth", "fifth"),
            ("doubled", "trebled"),
            ("four", "three"),
            ("Six", "Seven"),
            ("nine", "ten"),
            ("ten", "five"),
        ] {
            if let Some(at) = said.find(from) {
                add(
                    "another fraction or multiple",
                    words.start + at..words.start + at + from.len(),
                    to.into(),
                );
            }
        }
        // the opposite direction, in the words and two words around them
        let window = sentence(text, words.start);
        for (from, to) in OPPOSITES {
            for (at, _) in text[window.clone()].match_indices(from) {
                let at = window.start + at;
                let bounded = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
                let alone = bounded(text[..at].chars().next_back())
                    && bounded(text[at + from.len()..].chars().next());
                let near = at + from.len() + 24 >= words.start && at <= words.end;
                if alone && near {
                    add("the opposite direction", at..at + from.len(), to.into());
                }
            }
        }
        // another year, anywhere in the sentence
        let line = &text[window.clone()];
        for (at, _) in line.match_indices("20") {
            let at = window.start + at;
            let year = text.get(at..at + 4).filter(|year| year.bytes().all(|b| b.is_ascii_digit()));
            let alone = text[..at].ends_with([' ', '('])
                && !text[at + 4..].starts_with(|c: char| c.is_alphanumeric());
            // a year that is cited or exempt is tied to nothing
            let link = text[at..].find("](").filter(|end| !text[at..at + end].contains('['));
            let aside = link.is_some_and(|end| {
                ["](cite:", "](num:"].iter().any(|l| text[at + end..].starts_with(l))
            });
            if let Some(year) = year.filter(|_| alone && !aside)
                && years.insert(at)
            {
                for less in [1, 9] {
                    let other: u16 = year.parse::<u16>().unwrap() - less;
                    add("another year", at..at + 4, other.to_string());
                }
            }
        }
        // another figure: the words stay, the figure is the next one of the text
        if let Some((_, other)) = links.iter().find(|(_, other)| {
            other.start > target.end
                && text[other.start..other.end] != text[target.start..target.end]
        }) && figures.len() == 1
        {
            let same = text[words.clone()].trim()
                == text[links.iter().find(|(_, o)| o == other).unwrap().0.clone()].trim();
            if !same && !text[other.clone()].contains(',') {
                add("another figure", target.clone(), text[other.clone()].to_string());
            }
        }
    }
    all
}

/// Changes that make no false statement about a tied number, each with the reason.
const HARMLESS: [(&str, &str, &str, &str); 13] = [
    ("another digit", "0", "“Over [19,000]", "over 19,100 is true of 19,125, too"),
    (
        "another digit",
        "6",
        "[36 percentage points](fig:refused_rise)",
        "some 37 is within 5% of 35.53, too",
    ),
    ("another digit", "1", "around [1.81%]", "around 1.82% is within 5%, too"),
    ("the opposite direction", "around", "around [1.81%]", "it is exactly 1.81%"),
    ("the opposite direction", "up", "made up [41%]", "no direction"),
    ("another year", "2020", "only in 2020 does a bar", "about the drawing: no figure states it"),
    ("another year", "2019", "flat stretches from 2019", "about the drawing: no figure states it"),
    ("another year", "2020", "flat stretches from 2019", "about the drawing: no figure states it"),
    ("another year", "2022", "from 2022 to 2023, to", "about the drawing: no figure states it"),
    ("another year", "2023", "from 2022 to 2023, to", "about the drawing: no figure states it"),
    ("another year", "2018", "ages appear from 2018", "about the drawing: no figure states it"),
    ("another year", "2024", "nationalities of 2024, UK, 2023", "names the ranking; no figure"),
    ("another year", "2024", "Decisions of 2024 by outcome were not read", "tied to no figure"),
];

fn is_harmless(mutation: &Mutation, text: &str) -> bool {
    let start = text[..mutation.range.start].rfind('\n').map_or(0, |at| at + 1);
    let line = text[start..].lines().next().unwrap_or("");
    let changed = &text[mutation.range.clone()];
    // the key of an annotation, which is no text
    line.trim_start().starts_with("- at:")
        || HARMLESS.iter().any(|(kind, from, part, _)| {
            *kind == mutation.kind && *from == changed && line.contains(part)
        })
}

fn problems(project: &Project) -> (i32, usize, String) {
    let ran = project.run(&["check", "nrm-2024"]);
    let count = |what: &str| ran.err.lines().filter(|line| line.starts_with(what)).count();
    (ran.code, count("error[") + count("warning["), ran.err)
}

#[test]
fn every_change_of_a_tied_sentence_is_caught() {
    let files = ["reports/nrm-2024.md", "reports/nrm-2024.yaml"];
    let texts: Vec<String> =
        files.iter().map(|file| std::fs::read_to_string(root().join(file)).unwrap()).collect();
    let all: Vec<Mutation> =
        files.iter().zip(&texts).flat_map(|(file, text)| mutations(file, text)).collect();
    let copy = || Project::copy(&root(), &["reports", "data", "templates"]);
    let (code, before, said) = problems(&copy());
    assert_eq!((code, before), (0, 1), "{said}");
    let text_of = |file: &str| &texts[files.iter().position(|f| *f == file).unwrap()];
    let threads = std::thread::available_parallelism().map_or(2, |n| n.get());
    let next = std::sync::atomic::AtomicUsize::new(0);
    let missed = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let project = copy();
                loop {
                    let index = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    let Some(mutation) = all.get(index) else { break };
                    let text = text_of(mutation.file);
                    let mut changed = text.clone();
                    changed.replace_range(mutation.range.clone(), &mutation.with);
                    project.write(mutation.file, &changed);
                    let (code, after, _) = problems(&project);
                    project.write(mutation.file, text);
                    if code == 0 && after <= before && !is_harmless(mutation, text) {
                        missed.lock().unwrap().push(index);
                    }
                }
            });
        }
    });
    let mut missed = missed.into_inner().unwrap();
    missed.sort_unstable();
    let mut kinds: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    all.iter().for_each(|mutation| *kinds.entry(mutation.kind).or_default() += 1);
    println!("{} changes: {kinds:?}; {} missed", all.len(), missed.len());
    let mut list = String::new();
    for index in &missed {
        let mutation = &all[*index];
        let text = text_of(mutation.file);
        let from = sentence(text, mutation.range.start);
        let _ = writeln!(
            list,
            "{} in {}: `{}` → `{}` in: {}",
            mutation.kind,
            mutation.file,
            &text[mutation.range.clone()],
            mutation.with,
            text[from].replace('\n', " ")
        );
    }
    assert!(all.len() > 500, "only {} changes", all.len());
    assert!(
        missed.is_empty(),
        "{} of {} changes were not caught:\n{list}",
        missed.len(),
        all.len()
    );
}
