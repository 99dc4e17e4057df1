//! Disclosure control: what a rule hides is in no artefact, what it tells is what its publisher's guidance says.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::support::{Project, files};

/// Numbers of cases: those under 10,000 are to be hidden. All are unlike any number that a page or a file has of itself.
const CASES: [(&str, u32, u32); 8] = [
    ("Ash", 2023, 48211),
    ("Birch", 2023, 31877),
    ("Cedar", 2023, 7351),
    ("Elm", 2023, 22093),
    ("Ash", 2024, 50129),
    ("Birch", 2024, 8467),
    ("Cedar", 2024, 19463),
    ("Elm", 2024, 27541),
];

/// People by group and outcome; each is a row.
const PEOPLE: [(&str, &str, u32); 6] = [
    ("North", "granted", 21013),
    ("North", "refused", 8123),
    ("South", "granted", 17389),
    ("South", "refused", 32503),
    ("West", "granted", 19301),
    ("West", "refused", 23047),
];

const SOURCE: &str = "title: Made\npublisher: Tests\nlicence: CC0-1.0\ndatasets:\n  cases:\n    file: cases.csv\n    disclosure: { suppress: 1..9999, counts: [cases] }\n    columns: { year: { type: period }, cases: { type: integer, unit: person } }\n  people:\n    file: people.csv\n    key: [id]\n    disclosure: { suppress: 1..9999 }\n    columns: { id: { type: text, personal: true }, name: { type: text, personal: true }, age: { type: integer } }\n";

const SPEC: &str = "title: Made
date: 2026-01-01
figures:
  hidden: sum(cases) from cases where tree = 'Cedar' and year = 2023
  share: { value: share(cases where tree = 'Cedar') from cases where year = 2023, as: percent(3) }
  total: sum(cases) from cases where year = 2023
  doubled: hidden * 2
  rest: total - hidden
  refused: count(where outcome = 'refused') from people where region = 'North'
  refused_share: { value: share(outcome = 'refused') from people where region = 'North', as: percent(3) }
  persons: count(distinct id) from people
  age: { value: mean(age) from people, as: decimal(2) }
  large: count(where value > 20000) from by_region
series:
  by_both: sum(cases) from cases by tree, year
  by_region: count(where outcome = 'refused') from people by region
charts:
  bars: { kind: dot, series: by_region, title: Refused by region, alt: \"Dots by region, [=](fig:refused) in the North\" }
tables:
  both: { series: by_both, caption: Cases }
  regions: { series: by_region, caption: Refused }
";

const BODY: &str = "[=](fig:hidden) cases of Cedar, [=](fig:share) of [=](fig:total), then [=](fig:doubled), the rest [=](fig:rest).

In the North [=](fig:refused) were refused, [=](fig:refused_share), of [=](fig:persons) people of a mean age of [=](fig:age).

[Bars](chart:bars)

[Both](table:both)

[Regions](table:regions)
";

fn guarded() -> Project {
    let cases: String =
        CASES.iter().map(|(tree, year, cases)| format!("{tree},{year},{cases}\n")).collect();
    let mut people = String::new();
    let mut number = 0;
    for (region, outcome, count) in PEOPLE {
        for _ in 0..count {
            number += 1;
            let age = 18 + number % 53;
            people.push_str(&format!("QX{number},Zaphod {number},{region},{outcome},{age}\n"));
        }
    }
    Project::new(&[
        ("data/made/cases.csv", &format!("tree,year,cases\n{cases}")),
        ("data/made/people.csv", &format!("id,name,region,outcome,age\n{people}")),
        ("data/made/source.yaml", SOURCE),
        ("reports/r.yaml", SPEC),
        ("reports/r.md", BODY),
    ])
}

/// Every text that a build and a review leave behind, by path; of archives, what is in them.
fn artefacts(project: &Project) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    for (path, bytes) in files(project.path()) {
        if path.starts_with("data/") {
            continue;
        }
        if path.ends_with(".xlsx") {
            let mut book = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
            for index in 0..book.len() {
                let mut part = book.by_index(index).unwrap();
                let mut bytes = Vec::new();
                std::io::copy(&mut part, &mut bytes).unwrap();
                texts.insert(format!("{path}/{}", part.name().unwrap()), text(&bytes));
            }
        } else {
            texts.insert(path, text(&bytes));
        }
    }
    texts
}

/// Whether a number stands in a text by itself, with or without group marks.
fn holds(text: &str, number: u32) -> bool {
    let digits = number.to_string();
    let grouped = |mark: char| {
        let (head, tail) = digits.split_at(digits.len() - 3);
        format!("{head}{mark}{tail}")
    };
    let forms =
        [digits.clone(), grouped(','), grouped(' '), grouped('\u{a0}'), grouped('\u{202f}')];
    forms.iter().any(|form| {
        text.match_indices(form.as_str()).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let after = text[at + form.len()..].chars().next();
            ![before, after].iter().flatten().any(char::is_ascii_alphanumeric)
        })
    })
}

#[test]
fn what_is_hidden_is_in_no_artefact() {
    let project = guarded();
    let ran = project.run(&["build"]).expect(0);
    assert!(!ran.err.contains("differencing"), "{}", ran.err);
    project.run(&["review", "r", "--sheet", "sheet"]).expect(0);
    let all = artefacts(&project);
    assert!(all.len() > 30, "{:?}", all.keys());
    for name in ["xl/worksheets/sheet1.xml", "figures.json", "charts/bars.svg", "prov.json"] {
        assert!(all.keys().any(|path| path.ends_with(name)), "{name}");
    }
    let figures: Value = serde_json::from_str(&project.read("output/r/figures.json")).unwrap();
    let hidden = |value: &Value| value["bounds"].is_array();
    // what the rule hides, and what is hidden with it: what figures.json does not tell must stand nowhere else
    let mut secret = vec![7351, 8467, 8123];
    for series in figures["series"].as_array().unwrap() {
        for point in series["points"].as_array().unwrap() {
            let keys: Vec<&str> =
                point["keys"].as_array().unwrap().iter().map(|key| key.as_str().unwrap()).collect();
            let of_cases = CASES.iter().find(|(tree, year, _)| keys == [*tree, &year.to_string()]);
            let of_people = PEOPLE.iter().find(|own| keys == [own.0] && own.1 == "refused");
            let true_value = of_cases.map(|own| own.2).or(of_people.map(|own| own.2)).unwrap();
            let own = &point["values"][0];
            if hidden(own) {
                let ends = own["bounds"].as_array().unwrap();
                let [low, high]: [u32; 2] =
                    [0, 1].map(|end| ends[end].as_str().unwrap().parse().unwrap());
                assert!(low < true_value && true_value < high, "{own}");
                assert!(high - low >= 9998, "{own}");
                secret.push(true_value);
            } else {
                assert_eq!(own["value"], true_value.to_string());
            }
        }
    }
    // two hidden in each row and column of the table, and one with the hidden region
    assert!(secret.len() >= 3 + 4 + 2, "{secret:?}");
    // what they add up to twice, and leave of totals that are told
    secret.extend([2 * 7351, 109_532 - 7351, 29_136 - 8123]);
    for (path, text) in &all {
        for number in &secret {
            assert!(!holds(text, *number), "{path} tells {number}");
        }
        for word in ["Zaphod", "QX1"] {
            assert!(!text.contains(word), "{path} tells of {word}");
        }
    }
    // and what is not hidden stands there, so that the search finds what is there
    assert!(holds(&all["output/r/index.html"], 109_532));
    assert!(holds(&all["output/r/briefing.md"], 121_376));
    assert!(holds(&all["reports/r.lock"], 109_532));
    // how many rows a figure uses is a number of people
    let text = project.read("output/r/figures.json");
    assert_eq!(
        text.matches("rows_used").count(),
        text.matches("\"from\": \"cases\"").count()
            + text.matches("\"from\": \"by_region\"").count()
    );
    // the one list of rows is of points, as they are told
    let evidence: Vec<&String> = all.keys().filter(|path| path.contains("/evidence/")).collect();
    assert_eq!(evidence, ["output/r/evidence/large.csv"]);
    // without the rule all of it is told: the search would find it
    project.write(
        "data/made/source.yaml",
        SOURCE
            .replace("    disclosure: { suppress: 1..9999, counts: [cases] }\n", "")
            .replace("    disclosure: { suppress: 1..9999 }\n", ""),
    );
    project.run(&["build"]).expect(0);
    let open = artefacts(&project);
    for number in [7351, 8467, 8123] {
        assert!(open.values().any(|text| holds(text, number)), "{number}");
    }
    assert!(open.values().all(|text| !text.contains("Zaphod") && !text.contains("QX1")));
}

/// The same bundle can be made again from the publisher's file, and verified.
#[test]
fn a_guarded_bundle_is_verified() {
    let project = guarded();
    project.run(&["build"]).expect(0);
    project.run(&["verify", "output/r", "--data", "data"]).expect(0);
    let json = project.path().join("output/r/figures.json");
    let text = fs::read_to_string(&json).unwrap();
    fs::write(&json, text.replacen("\"109532\"", "\"109533\"", 1)).unwrap();
    project.run(&["verify", "output/r", "--data", "data"]).expect(1);
}

/// What each preset tells of a number: by the guidance for each, worked out by hand.
#[test]
fn presets_tell_what_their_guidance_says() {
    let numbers = [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 12, 13, 97, 98, 1002, 1003];
    #[rustfmt::skip]
    let told = [
        ("value: under5", ["0", "1..4", "1..4", "1..4", "1..4", "5", "7", "8", "9", "10", "12", "13", "97", "98", "1002", "1003"]),
        ("value: under10", ["0", "1..9", "1..9", "1..9", "1..9", "1..9", "1..9", "1..9", "1..9", "10", "12", "13", "97", "98", "1002", "1003"]),
        ("value: round5", ["0", "0", "0", "5", "5", "5", "5", "10", "10", "10", "10", "15", "95", "100", "1000", "1005"]),
        ("value: nhs-digital", ["0", "1..7", "1..7", "1..7", "1..7", "1..7", "1..7", "10", "10", "10", "10", "15", "95", "100", "1000", "1005"]),
        ("suppress: 1..3, round: 10", ["0", "1..3", "1..3", "1..3", "0", "10", "10", "10", "10", "10", "10", "10", "100", "100", "1000", "1000"]),
    ];
    let rows: String =
        numbers.iter().map(|number| format!("k{number},{number}\n")).collect::<String>();
    let figures: String = numbers
        .iter()
        .map(|number| format!("  f{number}: cases from t where key = 'k{number}'\n"))
        .collect();
    let body: String =
        numbers.iter().map(|number| format!("[=](fig:f{number})\n\n")).collect::<String>();
    for (rule, expected) in told {
        let columns = format!(
            "    disclosure: {{ {rule}, counts: [cases] }}\n    columns: {{ cases: {{ type: integer, unit: person }} }}\n"
        );
        let project = Project::of(
            &format!("key,cases\n{rows}"),
            &columns,
            &format!("figures:\n{figures}"),
            &body,
        );
        project.run(&["build"]).expect(0);
        let json: Value = serde_json::from_str(&project.read("output/r/figures.json")).unwrap();
        let values: Vec<&str> = json["figures"]
            .as_array()
            .unwrap()
            .iter()
            .map(|figure| figure["value"].as_str().unwrap())
            .collect();
        assert_eq!(values, expected, "{rule}");
    }
}

/// Shares of few: a part is no more than its whole, what is hidden of all is not what is hidden of a point, and measures of
/// many are no numbers of people.
#[test]
fn ends_hold_the_truth_and_no_more_than_can_be() {
    let mut people = String::from("id,area,outcome,children\n");
    let mut number = 0;
    // West: 1 granted, 2 refused of 3; of all 8 refused
    for (area, outcome, count) in [
        ("North", "granted", 190),
        ("North", "refused", 6),
        ("West", "granted", 1),
        ("West", "refused", 2),
    ] {
        for _ in 0..count {
            number += 1;
            people.push_str(&format!("i{number},{area},{outcome},{}\n", 1 + number % 3));
        }
    }
    let columns = "    disclosure: under5\n    columns: { id: { type: text, personal: true } }\n";
    let built = |spec: &str, body: &str| -> Value {
        let project = Project::of(&people, columns, spec, body);
        project.run(&["build"]).expect(0);
        serde_json::from_str(&project.read("output/r/figures.json")).unwrap()
    };
    let figure = |json: &Value, id: &str| {
        let all = json["figures"].as_array().unwrap();
        all.iter().find(|own| own["id"] == id).unwrap()["value"].as_str().unwrap().to_string()
    };
    let points = |json: &Value, id: &str| -> Vec<String> {
        let all = json["series"].as_array().unwrap();
        let series = all.iter().find(|own| own["id"] == id).unwrap();
        let points = series["points"].as_array().unwrap().iter();
        points.map(|point| point["values"][0]["value"].as_str().unwrap().to_string()).collect()
    };
    let measures = built(
        "figures:\n  children: { value: mean(children) from t, as: decimal(1) }\n  middle: { value: median(children) from t, as: decimal(1) }\n  areas: count(distinct area) from t\n",
        "[=](fig:children)\n",
    );
    // 199 people with 2, 3, 1 children in turn
    assert_eq!(figure(&measures, "children"), "2");
    assert_eq!(figure(&measures, "middle"), "2");
    assert_eq!(figure(&measures, "areas"), "2");
    let shares = built(
        "figures:\n  west: { value: share(outcome = 'refused') from t where area = 'West', as: percent }\nseries:\n  shares: share(outcome = 'refused') from t by area\n  others: total(count(where area = 'West')) - count(where area = 'West') from t where outcome = 'refused' by area\n",
        "[=](fig:west)\n",
    );
    assert_eq!(figure(&shares, "west"), "0.25..1");
    assert_eq!(points(&shares, "shares"), ["3/98", "0.25..1"]);
    // 2 less 0, and 2 less 2, each hidden by itself
    assert_eq!(points(&shares, "others"), ["1..4", "-3..3"]);
}
