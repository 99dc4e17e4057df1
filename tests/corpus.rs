//! The corpus of claims: `tests/claims/*.txt` hold figures, a sentence, and what the check finds in it.
//!
//! Each line is a paragraph of one report, which is checked once; findings come back by line, as a program would read them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::support::{Project, root};

struct Case {
    figures: String,
    sentence: String,
    items: Vec<String>,
    place: String,
}

fn cases(files: &[&str]) -> Vec<Case> {
    let mut cases = Vec::new();
    for name in files {
        let text = std::fs::read_to_string(root().join("tests/claims").join(name)).unwrap();
        for (number, line) in text.lines().enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let place = format!("{name}:{}", number + 1);
            let columns: Vec<&str> = line.split(" | ").map(str::trim).collect();
            let [figures, sentence, items] = columns[..] else { panic!("{place}: {line}") };
            let items = items.split("; ").map(str::to_string).collect();
            cases.push(Case { figures: figures.into(), sentence: sentence.into(), items, place });
        }
    }
    cases
}

/// The declaration of one figure, and rows of the dataset that it needs.
fn declare(name: &str, value: &str, spec: &mut String, rows: &mut Rows) {
    let own = |recipe: &str| format!("  {name}:\n    reason: made\n    value: \"{recipe}\"\n");
    let derived = |recipe: &str, parts: &[(&str, String)]| {
        let mut text = String::new();
        for (part, value) in parts {
            let _ = write!(text, "  {name}_{part}:\n    reason: made\n    value: \"{value}\"\n");
        }
        let _ = write!(text, "  {name}:\n    value: {recipe}\n");
        text
    };
    let (word, rest) = value.split_once(' ').unwrap_or((value, ""));
    let places = rest.trim_end_matches('%').split_once('.').map_or(0, |(_, digits)| digits.len());
    let text = match word {
        "points" => {
            let rise: f64 = rest.parse().unwrap();
            let (from, to) = if rise < 0.0 { (-rise, 0.0) } else { (0.0, rise) };
            derived(
                &format!("points({name}_a to {name}_b) as points({places})"),
                &[("a", format!("{from}%")), ("b", format!("{to}%"))],
            )
        }
        "change" => {
            let rise: i64 = rest.parse().unwrap();
            let (from, to) = if rise < 0 { (-rise, 0) } else { (0, rise) };
            derived(
                &format!("change({name}_a to {name}_b)"),
                &[("a", from.to_string()), ("b", to.to_string())],
            )
        }
        "pchange" => {
            let percent: f64 = rest.trim_end_matches('%').parse().unwrap();
            let to = ((100.0 + percent) * 1000.0).round() as i64;
            derived(
                &format!("percent_change({name}_a to {name}_b) as percent({places})"),
                &[("a", "100000".into()), ("b", to.to_string())],
            )
        }
        "ratio" => derived(
            &format!("ratio({name}_a to {name}_b) as decimal({places})"),
            &[("a", "1".into()), ("b", rest.into())],
        ),
        "rank" => {
            // a made-up series in which `me` has the rank
            let rank: i64 = rest.parse().unwrap();
            for place in 1..=12 {
                let key = if place == rank { "me".to_string() } else { format!("k{place}") };
                let _ = writeln!(rows.keyed, "{name},{key},{}", 100 - place);
            }
            let _ =
                writeln!(rows.series, "  {name}_s: sum(v) from keyed where id = '{name}' by key");
            format!("  {name}: rank from {name}_s where key = 'me'\n")
        }
        "GBP" | "EUR" | "USD" => {
            let code = word.to_lowercase();
            let _ = writeln!(rows.money, "{name},{rest}");
            let scale =
                if places > 0 { format!(" as currency({places})") } else { " as currency".into() };
            format!("  {name}: {code} from money where id = '{name}'{scale}\n")
        }
        _ if value.ends_with("%r") => format!(
            "  {name}:\n    value: \"{}\"\n    by: somebody\n    on: 2025\n    reason: made\n",
            value.trim_end_matches('r')
        ),
        _ => own(value),
    };
    spec.push_str(&text);
}

#[derive(Default)]
struct Rows {
    timed: String,
    keyed: String,
    money: String,
    series: String,
}

/// `series s: 2015=10, 2016=12`
fn series(prefix: &str, text: &str, rows: &mut Rows) {
    let (name, points) = text.split_once(':').unwrap();
    let name = format!("{prefix}{}", name.trim());
    let points: Vec<(&str, &str)> =
        points.split(',').map(|point| point.trim().split_once('=').unwrap()).collect();
    let timed = points.iter().all(|(key, _)| key.len() == 4 && key.parse::<u16>().is_ok());
    let (table, into) = if timed { ("timed", &mut rows.timed) } else { ("keyed", &mut rows.keyed) };
    for (key, value) in points {
        let _ = writeln!(into, "{name},{key},{value}");
    }
    let _ = writeln!(rows.series, "  {name}: sum(v) from {table} where id = '{name}' by key");
}

/// The sentence with the names of its figures made the line's own.
fn renamed(sentence: &str, prefix: &str) -> String {
    let mut out = String::new();
    let mut rest = sentence;
    while let Some(at) = rest.find("(fig:") {
        let (before, after) = rest.split_at(at + 5);
        let (names, tail) = after.split_once(')').unwrap();
        let names: Vec<String> = names.split(',').map(|name| format!("{prefix}{name}")).collect();
        out.push_str(before);
        out.push_str(&names.join(","));
        out.push(')');
        rest = tail;
    }
    out.push_str(rest);
    out
}

#[test]
fn the_corpus_is_read_as_it_is_labelled() {
    let cases = cases(&["corpus-1.txt", "corpus-2.txt"]);
    assert!(cases.len() >= 400, "only {} cases", cases.len());
    measured("en-GB", &cases);
}

#[test]
fn french_is_read_as_it_is_labelled() {
    measured("fr", &cases(&["french.txt"]));
}

/// Reads all cases in one report, and asks for 99% recall and 97% precision.
fn measured(language: &str, cases: &[Case]) {
    let mut rows = Rows::default();
    let mut figures = String::from("figures:\n  zero:\n    reason: made\n    value: 0\n");
    let mut body = String::from("[=](fig:zero)\n\n");
    for (index, case) in cases.iter().enumerate() {
        let prefix = format!("l{index}_");
        for figure in case.figures.split("; ").filter(|figure| *figure != "-") {
            match figure.strip_prefix("series ") {
                Some(text) => series(&prefix, text, &mut rows),
                None => {
                    let (name, value) = figure.split_once('=').expect(&case.place);
                    declare(&format!("{prefix}{name}"), value, &mut figures, &mut rows);
                }
            }
        }
        let _ = write!(body, "{}\n\n", renamed(&case.sentence, &prefix));
    }
    let series =
        if rows.series.is_empty() { String::new() } else { format!("series:\n{}", rows.series) };
    let spec = format!("language: {language}\n{figures}{series}");
    let project = Project::of("a\n1\n", "", &spec, &body);
    let money = rows.money.lines().map(|line| {
        let (id, value) = line.split_once(',').unwrap();
        format!("{id},{value},{value},{value}\n")
    });
    let money: String = money.collect();
    project.write("data/c/timed.csv", format!("id,key,v\n{}", rows.timed));
    project.write("data/c/keyed.csv", format!("id,key,v\n{}", rows.keyed));
    project.write("data/c/money.csv", format!("id,gbp,eur,usd\n{money}"));
    project.write(
        "data/c/source.yaml",
        "title: T\npublisher: P\nlicence: OGL-UK-3.0\ndatasets:\n  timed: { file: timed.csv, columns: { key: { type: period } } }\n  \
         keyed: { file: keyed.csv }\n  money:\n    file: money.csv\n    columns: { gbp: { unit: GBP, type: decimal }, eur: { unit: EUR, type: decimal }, usd: { unit: USD, type: decimal } }\n",
    );
    let ran = project.run(&["check", "--message-format", "json"]);
    let mut found: BTreeMap<usize, Vec<(u64, String)>> = BTreeMap::new();
    for line in ran.out.lines() {
        let json: serde_json::Value = serde_json::from_str(line).expect(line);
        let item = match json["kind"].as_str() {
            Some("claim") => format!(
                "{} {}",
                json["reading"].as_str().unwrap(),
                json["finding"].as_str().unwrap()
            ),
            Some("exempt") => {
                format!("{} {}", json["words"].as_str().unwrap(), json["rule"].as_str().unwrap())
            }
            _ => {
                let code = json["code"].as_str().unwrap_or("");
                let known = ["wrong-claim", "unread-claim", "untied-number", ""];
                let guard = json["severity"] == "warning";
                assert!(known.contains(&code) || guard, "{line}");
                continue;
            }
        };
        if json["file"] != "reports/r.md" {
            continue;
        }
        let line = json["line"].as_u64().unwrap() as usize;
        found.entry(line).or_default().push((json["column"].as_u64().unwrap(), item));
    }
    let (mut expected, mut right, mut given) = (0, 0, 0);
    let mut wrong = String::new();
    for (index, case) in cases.iter().enumerate() {
        let mut items = found.remove(&(2 * index + 3)).unwrap_or_default();
        items.sort_by_key(|(column, _)| *column);
        let items: Vec<String> = items.into_iter().map(|(_, item)| item).collect();
        let mut left = items.clone();
        let mut hits = 0;
        for item in &case.items {
            if let Some(at) = left.iter().position(|found| found == item) {
                left.remove(at);
                hits += 1;
            }
        }
        expected += case.items.len();
        given += items.len();
        right += hits;
        if items != case.items {
            let _ = write!(
                wrong,
                "{}: {} | {}\n  expected {}\n  found    {}\n",
                case.place,
                case.figures,
                case.sentence,
                case.items.join("; "),
                items.join("; ")
            );
        }
    }
    let (recall, precision) =
        (100.0 * right as f64 / expected as f64, 100.0 * right as f64 / given as f64);
    println!(
        "corpus: {} sentences, {expected} items; recall {recall:.1}%, precision {precision:.1}%",
        cases.len()
    );
    assert!(
        recall >= 99.0 && precision >= 97.0,
        "{wrong}\nrecall {recall:.1}%, precision {precision:.1}%"
    );
}

/// `sentences.txt`: what is said of a whole sentence, of several claims and the words between them.
#[test]
fn sentences_are_judged_as_they_are_labelled() {
    let text = std::fs::read_to_string(root().join("tests/claims/sentences.txt")).unwrap();
    let project = Project::empty();
    let (files, lines) = text.split_once("=== sentences\n").unwrap();
    for part in files.split("=== ").skip(1) {
        let (path, content) = part.split_once('\n').unwrap();
        project.write(path, content);
    }
    let cases: Vec<(&str, &str)> = lines
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.rsplit_once(" | ").expect(line))
        .collect();
    let body: Vec<&str> = cases.iter().map(|(sentence, _)| *sentence).collect();
    project.write("reports/r.md", format!("{}\n", body.join("\n\n")));
    let ran = project.run(&["check", "--message-format", "json"]);
    let mut found: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for line in ran.out.lines() {
        let json: serde_json::Value = serde_json::from_str(line).expect(line);
        let Some(code) = json["code"].as_str() else { continue };
        let at = json["place"]["line"].as_u64().expect(line);
        assert_eq!(json["place"]["file"], "reports/r.md", "{line}");
        found.entry(at as usize).or_default().push(code.to_string());
    }
    let mut wrong = String::new();
    for (index, (sentence, expected)) in cases.iter().enumerate() {
        let said = found.remove(&(2 * index + 1)).unwrap_or_default().join(", ");
        let said = if said.is_empty() { "-" } else { &said };
        if said != *expected {
            let _ = writeln!(wrong, "{sentence}\n  expected {expected}, found {said}");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
