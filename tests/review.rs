//! Sign-offs: bound to exactly what was checked, so that each change lapses those that rest on it and no other.
//!
//! What should lapse is computed here from the bundle of before: which evidence files hold the row, which figures are made
//! from those, which claims, charts and tables print them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::support::{Project, root};

/// The flagship with every claim, chart and table signed by a test reviewer, built.
fn signed() -> Project {
    let project = Project::copy(&root(), &["reports", "data", "templates"]);
    project.run(&["review", "nrm-2024", "--sheet", "sheets"]).expect(0);
    fill(&project, |_| true, ["test reviewer", "2025-05-01", "agreed", ""]);
    let said = project.run(&["review", "--record", "sheets/nrm-2024-review.csv"]).expect(0);
    assert!(said.out.contains("recorded in reports/nrm-2024.reviews.yaml"), "{}", said.out);
    project.run(&["build", "nrm-2024", "--final"]).expect(0);
    // a file that differs from its pin stops the build, and here the files are to differ
    let path = "data/nrm-releases/source.yaml";
    let pinned = project.read(path);
    let unpinned = pinned.lines().filter(|line| !line.trim_start().starts_with("sha256:"));
    project.write(path, unpinned.collect::<Vec<_>>().join("\n"));
    project
}

/// Writes verdicts into the rows of the flagship's sheet that are meant.
fn fill(project: &Project, meant: impl Fn(&csv::StringRecord) -> bool, verdict: [&str; 4]) {
    let path = "sheets/nrm-2024-review.csv";
    let text = project.read(path);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(reader.headers().unwrap()).unwrap();
    for record in reader.records() {
        let record = record.unwrap();
        let mut cells: Vec<&str> = record.iter().collect();
        if meant(&record) {
            let at = cells.len() - 4;
            cells[at..].copy_from_slice(&verdict);
        }
        writer.write_record(&cells).unwrap();
    }
    project.write(path, writer.into_inner().unwrap());
}

/// Everything that a reviewer checks of the flagship, as `tieout review --all` tells it.
fn items(project: &Project) -> Vec<Value> {
    items_of(project, "nrm-2024")
}

fn items_of(project: &Project, report: &str) -> Vec<Value> {
    let ran = project.run(&["review", report, "--all", "--message-format", "json"]);
    let lines = ran.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|item| item.get("fingerprint").is_some()).collect()
}

fn text<'v>(item: &'v Value, field: &str) -> &'v str {
    item[field].as_str().unwrap_or_default()
}

/// What is told apart by a reviewer: what it is of, the words, their sentence.
fn name(item: &Value) -> String {
    format!("{} “{}” in: {}", text(item, "of"), text(item, "words"), text(item, "sentence"))
}

/// What is not signed, with what changed of it.
fn lapsed(items: &[Value]) -> BTreeMap<String, String> {
    let open = items.iter().filter(|item| item["state"] != "agreed");
    open.map(|item| (name(item), format!("{} {}", item["state"], item["changed"]))).collect()
}

/// What the bundle of before says of lineage.
struct Lineage {
    /// For each figure and series what it is made from.
    uses: BTreeMap<String, Vec<String>>,
    /// For each figure and series the sources that it rests on.
    sources: BTreeMap<String, BTreeSet<String>>,
    /// For each figure and series the columns that its recipe names.
    columns: BTreeMap<String, Vec<String>>,
    /// Rows of each computed figure and series: file, line, and the cells there.
    rows: BTreeMap<String, BTreeMap<(String, u64), BTreeSet<String>>>,
    items: Vec<Value>,
}

impl Lineage {
    fn of(project: &Project) -> Self {
        let figures: Value =
            serde_json::from_str(&project.read("output/nrm-2024/figures.json")).unwrap();
        let (mut uses, mut sources) = (BTreeMap::new(), BTreeMap::new());
        let (mut columns, mut rows) = (BTreeMap::new(), BTreeMap::new());
        let strings = |value: &Value| -> Vec<String> {
            let all = value.as_array().into_iter().flatten();
            all.map(|text| text.as_str().unwrap().to_string()).collect()
        };
        let mut add = |id: &str, figure: &Value| {
            let own: &mut Vec<String> = uses.entry(id.to_string()).or_default();
            own.extend(strings(&figure["uses"]));
            let own: &mut BTreeSet<String> = sources.entry(id.to_string()).or_default();
            own.extend(strings(&figure["sources"]));
            let own: &mut Vec<String> = columns.entry(id.to_string()).or_default();
            own.extend(strings(&figure["input"]["columns"]));
        };
        for figure in figures["figures"].as_array().unwrap() {
            add(text(figure, "id"), figure);
        }
        for series in figures["series"].as_array().unwrap() {
            for point in series["points"].as_array().unwrap() {
                for figure in point["values"].as_array().unwrap() {
                    add(text(series, "id"), figure);
                    add(text(figure, "id"), figure);
                }
            }
        }
        for id in uses.keys() {
            let path = format!("output/nrm-2024/evidence/{id}.csv");
            if !project.path().join(&path).exists() {
                continue;
            }
            let text = project.read(&path);
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            let own: &mut BTreeMap<(String, u64), BTreeSet<String>> =
                rows.entry(id.clone()).or_default();
            for record in reader.records().map(Result::unwrap) {
                // rows of a series have no line
                let Ok(line) = record[1].parse() else { continue };
                let cells = record.iter().skip(2).map(str::to_lowercase);
                own.insert((record[0].to_string(), line), cells.collect());
            }
        }
        Self { uses, sources, columns, rows, items: items(project) }
    }

    /// Everything that items rest on: their figures, and what those are made from.
    fn under(&self, item: &Value) -> BTreeSet<String> {
        let mut open: Vec<String> = item["figures"]
            .as_array()
            .unwrap()
            .iter()
            .map(|id| id.as_str().unwrap().into())
            .collect();
        let mut found = BTreeSet::new();
        while let Some(id) = open.pop() {
            if found.insert(id.clone()) {
                open.extend(self.uses.get(&id).into_iter().flatten().cloned());
            }
        }
        found
    }

    /// Whether a figure, series or point has a row, and names its column.
    fn has(&self, id: &str, row: &(String, u64), column: &str) -> bool {
        let (base, keys) = id.split_once('/').unwrap_or((id, ""));
        let cells = self.rows.get(base).and_then(|rows| rows.get(row));
        let keys = keys.split('/').filter(|key| !key.is_empty());
        cells.is_some_and(|cells| keys.into_iter().all(|key| cells.contains(key)))
            && self.columns[base].iter().any(|name| name == column)
    }

    fn resting(&self, on: impl Fn(&str) -> bool) -> BTreeSet<String> {
        let rests = |item: &&Value| self.under(item).iter().any(|id| on(id));
        self.items.iter().filter(rests).map(name).collect()
    }
}

/// The first number of a text, one more.
fn one_more(cell: &str) -> Option<String> {
    let value: i64 = cell.parse().ok()?;
    Some((value + 1).to_string())
}

#[test]
fn a_changed_cell_lapses_what_rests_on_it_and_nothing_else() {
    let project = signed();
    let lineage = Lineage::of(&project);
    assert_eq!(lapsed(&lineage.items), BTreeMap::new());
    // a number in each table, in every row
    let tables = [
        ("ages.csv", "referrals", 2),
        ("decisions.csv", "decisions", 3),
        ("referrals.csv", "referrals", 1),
        ("reports.csv", "reports", 1),
        ("nationalities.csv", "referrals", 2),
        ("counts.csv", "value", 2),
    ];
    let (mut changed, mut lapses) = (0, 0);
    for (file, column, place) in tables {
        let path = format!("data/nrm-releases/{file}");
        let before = project.read(&path);
        for (line, text) in before.lines().enumerate().skip(1) {
            let mut cells: Vec<String> = text.split(',').map(str::to_string).collect();
            let Some(more) = one_more(&cells[place]) else { continue };
            cells[place] = more;
            let mut lines: Vec<String> = before.lines().map(str::to_string).collect();
            lines[line] = cells.join(",");
            project.write(&path, lines.join("\n") + "\n");
            let at = (path.clone(), line as u64 + 1);
            let expected = lineage.resting(|id| lineage.has(id, &at, column));
            let items = items(&project);
            let found = lapsed(&items);
            let names: BTreeSet<String> = found.keys().cloned().collect();
            assert_eq!(names, expected, "{path}:{}", line + 1);
            let rows = |why: &String| why.starts_with("\"lapsed\"") && why.contains("\"rows\"");
            assert!(found.values().all(rows), "{path}:{} {found:?}", line + 1);
            (changed, lapses) = (changed + 1, lapses + found.len());
        }
        project.write(&path, before);
    }
    assert!(changed > 150 && lapses > 200, "{changed} cells, {lapses} lapses");
}

#[test]
fn a_changed_recipe_word_source_or_template_lapses_what_it_should() {
    let project = signed();
    let lineage = Lineage::of(&project);
    let spec = "reports/nrm-2024.yaml";
    let body = "reports/nrm-2024.md";
    let none = BTreeSet::new();
    let in_sentence = |part: &str| -> BTreeSet<String> {
        let items = lineage.items.iter();
        let of = items.filter(|item| text(item, "of").find(':').is_none());
        of.filter(|item| text(item, "sentence").contains(part)).map(name).collect()
    };
    let of_source = |id: &str| -> BTreeSet<String> {
        lineage.resting(|figure| lineage.sources.get(figure).is_some_and(|own| own.contains(id)))
    };
    let cases = [
        // another recipe with the same value
        (
            spec,
            "reports from reports where year = 2016",
            "sum(reports) from reports where year = 2016",
            lineage.resting(|id| id == "dtn_2016"),
            "recipe",
        ),
        // a word: every claim in that sentence, and no other
        (
            body,
            "In 2024 officials made",
            "In 2024 the officials made",
            in_sentence("In 2024 officials made"),
            "sentence",
        ),
        // when a source was published
        (
            "data/sources.yaml",
            "published: 2024-03-07",
            "published: 2024-03-08",
            of_source("ho-tables-2023-q4"),
            "source",
        ),
        // when it was read, under which licence: nothing that a reader is told of the figure
        ("data/sources.yaml", "licence: OGL-UK-3.0", "licence: OGL-UK-2.0", none.clone(), ""),
        // how the page looks
        ("templates/page.html", "<h1>", "<h1 class=\"other\">", none.clone(), ""),
        // a row that nothing uses
        (
            "data/nrm-releases/referrals.csv",
            "year,referrals,source\n",
            "year,referrals,source\n1999,1,ho-tables-2023-q4\n",
            none,
            "",
        ),
    ];
    if !project.path().join("templates/page.html").exists() {
        let built_in = include_str!("../templates/page.html");
        project.write("templates/page.html", built_in);
    }
    for (path, from, to, expected, part) in cases {
        let before = project.read(path);
        assert!(before.contains(from), "{path} has no {from}");
        project.write(path, before.replacen(from, to, 1));
        let items = items(&project);
        assert_eq!(items.len(), lineage.items.len(), "{path}: {to}");
        let found = lapsed(&items);
        // what is printed differs where the words do
        let reworded = |name: &String| name.replace("In 2024 the officials", "In 2024 officials");
        let names: BTreeSet<String> = found.keys().map(reworded).collect();
        assert_eq!(names, expected, "{path}: {to}");
        for why in found.values() {
            assert_eq!(*why, format!("\"lapsed\" [\"{part}\"]"), "{path}: {to}");
        }
        assert_eq!(part.is_empty(), expected.is_empty(), "{path}: {to}");
        project.write(path, before);
    }
    assert_eq!(lapsed(&items(&project)), BTreeMap::new());
}

#[test]
fn a_draft_says_so_and_is_not_final() {
    let project = Project::copy(&root(), &["reports", "data", "templates"]);
    let said = project.run(&["build", "nrm-2024", "--final"]).expect(1).err;
    assert!(said.contains("error[review]: `nrm-2024` is a draft: 0 of "), "{said}");
    assert!(!project.path().join("output/nrm-2024").exists());
    project.run(&["build", "nrm-2024"]).expect(0);
    assert!(
        project
            .read("output/nrm-2024/index.html")
            .contains("<strong>Draft</strong> · not reviewed")
    );
    assert!(project.read("output/nrm-2024/briefing.md").contains("**Draft** · not reviewed"));
    let project = signed();
    let page = project.read("output/nrm-2024/index.html");
    assert!(page.contains("<strong>Reviewed</strong> · all "), "{}", &page[..2000]);
    assert!(page.contains("checked by test reviewer, last on 1 May 2025"));
    assert!(page.contains("data-reviewed=\"test reviewer agreed on 1 May 2025\""));
    // the ledger is in the bundle, which is verified with it
    let ledger = "output/nrm-2024/spec/reports/nrm-2024.reviews.yaml";
    project.run(&["verify", "output/nrm-2024"]).expect(0);
    let text = project.read(ledger);
    project.write(ledger, text.replacen("test reviewer", "someone else", 1));
    project.run(&["verify", "output/nrm-2024"]).expect(1);
}

#[test]
fn what_a_sheet_says_is_read_or_refused_row_by_row() {
    let project = Project::copy(&root(), &["reports", "data", "templates"]);
    let sheet = |name: &str| ["review", "nrm-2024", "--sheet", name].map(str::to_string);
    let write = |name: &str| {
        let arguments = sheet(name);
        project.run(&arguments.each_ref().map(String::as_str)).expect(0);
    };
    write("sheets");
    let path = "sheets/nrm-2024-review.csv";
    let empty = project.read(path);
    let record = |code: i32| project.run(&["review", "--record", path]).expect(code);
    // nothing filled in, nothing recorded
    assert!(record(0).out.contains("no new verdict"));
    assert!(!project.path().join("reports/nrm-2024.reviews.yaml").exists());
    // all that is wrong is said at once, and nothing is written
    let of = |words: &'static str| move |record: &csv::StringRecord| &record[4] == words;
    fill(&project, of("762"), ["the tieout project", "2025-05-01", "agreed", ""]);
    fill(&project, of("14%"), ["test reviewer", "01/05/2025", "agreed", ""]);
    fill(&project, of("635%"), ["", "2025-05-01", "agreed", ""]);
    fill(&project, of("22.6%"), ["test reviewer", "2025-05-01", "perhaps", ""]);
    let text = project.read(path);
    let stale = text.lines().last().unwrap().split(',').nth(1).unwrap().to_string();
    project.write(path, text.replacen(&stale, "0123456789abcdef", 1));
    fill(&project, |r| &r[1] == "0123456789abcdef", ["test reviewer", "2025-05-01", "agreed", ""]);
    let said = record(1).err;
    for wrong in [
        "`The tieout project` is an author of `nrm-2024`".replace("The", "the"),
        "`01/05/2025` is no day".into(),
        "nobody is named as the reviewer".into(),
        "`perhaps` is no verdict".into(),
        "is no longer what this row was about".into(),
        "sheets/nrm-2024-review.csv:".into(),
    ] {
        assert!(said.contains(&wrong), "{wrong}\n{said}");
    }
    assert!(!project.path().join("reports/nrm-2024.reviews.yaml").exists());
    // as spreadsheet programs of other countries save it, with a verdict that is no agreement
    project.write(path, &empty);
    fill(&project, of("762"), ["test reviewer", "2025-05-01", "No", "the table says 763"]);
    let text = project.read(path);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer("\u{feff}".into());
    writer.write_record(reader.headers().unwrap()).unwrap();
    reader.records().for_each(|record| writer.write_record(&record.unwrap()).unwrap());
    let bytes: Vec<u8> = writer.into_inner().unwrap();
    project.write(path, bytes);
    assert!(record(0).out.contains(" recorded in reports/nrm-2024.reviews.yaml"));
    let said = project.run(&["review", "nrm-2024"]).expect(0).out;
    assert!(said.contains("test reviewer disagreed on 2025-05-01: the table says 763"), "{said}");
    project.run(&["build", "nrm-2024"]).expect(0);
    let page = project.read("output/nrm-2024/index.html");
    assert!(page.contains("<strong>Draft</strong> · not reviewed, 3 found wrong"));
    // a sheet with verdicts in it is not overwritten
    let said = project.run(&["review", "nrm-2024", "--sheet", "sheets"]).expect(1).err;
    assert!(said.contains("is there already"), "{said}");
    // the same verdict again is nothing new
    assert!(record(0).out.contains("no new verdict"));
}

/// A small report with everything in it that a sign-off is bound to, signed.
fn small() -> Project {
    let csv = "year,kind,cases\n2023,red,4\n2023,blue,7\n2024,red,6\n2024,blue,2\n";
    let columns = "    key: [year, kind]\n    columns:\n      year: { type: period }\n      cases: { type: integer, unit: case }\n";
    let spec = "authors: [{ name: José Ángel }]\nparameters: { least: 3, shown: 2024 }\nfigures:\n  many: count(where cases > $least) from t\n  said:\n    value: 5\n    source: other\n    quote: 5 of them\n    label: Said\n    caveat: Nobody knows.\nseries:\n  share:\n    value: sum(cases) / total(sum(cases)) as percent\n    from: t\n    by: kind\ncharts:\n  c:\n    kind: bar\n    series: share\n    title: Shares\n    alt: Bars\n    note: A note.\nclaims:\n  paper:\n    who: A paper\n    words: \"[3 cases](fig:many)\"\n    note: So it says.\n";
    let body = "In [=](param:shown) there were [3](fig:many) that counted, [5](fig:said) as said by [others](cite:other). Red had [53%](fig:share/red).\n\n[Shares](chart:c)\n\nNobody asked [17](num:age-of-consent) of them.\n";
    let project = Project::of(csv, columns, spec, body);
    let sources = "other: { title: Other, publisher: Others, published: 2024-01-02, accessed: 2025-01-01, licence: CC0-1.0 }\nthird: { title: Third, publisher: Others, published: 2024-01-02, accessed: 2025-01-01, licence: CC0-1.0 }\n";
    project.write("data/sources.yaml", sources);
    project.run(&["review", "--sheet", "."]).expect(0);
    let sheet = project.read("r-review.csv");
    let filled = sheet.replace(",,,,\n", ",test reviewer,2025-05-01,agreed,\n");
    project.write("r-review.csv", filled);
    project.run(&["review", "--record", "r-review.csv"]).expect(0);
    project.run(&["build", "--final"]).expect(0);
    project
}

#[test]
fn whatever_a_reader_is_told_of_a_figure_lapses_its_sign_offs() {
    let project = small();
    for (path, from, to, lapsed) in [
        // a parameter: in a recipe, and in the text alone
        ("reports/r.yaml", "least: 3,", "least: 2,", &["many", "claim:paper"][..]),
        ("reports/r.yaml", "shown: 2024", "shown: 2023", &["many", "said"]),
        ("reports/r.yaml", "label: Said", "label: Told", &["said"]),
        ("reports/r.yaml", "Nobody knows.", "Everybody knows.", &["said"]),
        ("reports/r.yaml", "    quote: 5", "    second_hand: true\n    quote: 5", &["said"]),
        ("reports/r.yaml", "kind: bar", "kind: dot", &["chart:c"]),
        ("reports/r.yaml", "A note.", "Another note.", &["chart:c"]),
        ("reports/r.yaml", "So it says.", "So they say.", &["claim:paper"]),
        (
            "reports/r.yaml",
            "    who: A paper",
            "    paraphrase: true\n    who: A paper",
            &["claim:paper"],
        ),
        ("reports/r.md", "cite:other", "cite:third", &["many", "said"]),
        ("reports/r.md", "num:age-of-consent", "num:age-of-anything", &["no figure"]),
        // the other part of a total, by so little that the share prints alike
        ("data/made/t.csv", "2024,blue,2", "2024,blue,2.0001", &["share/red", "chart:c"]),
    ] {
        let before = project.read(path);
        assert!(before.contains(from), "{path} has no {from}");
        project.write(path, before.replacen(from, to, 1));
        if path.ends_with(".csv") {
            let source = project.read("data/made/source.yaml");
            project
                .write("data/made/source.yaml", source.replace("type: integer", "type: decimal"));
        }
        let found: BTreeSet<String> = items_of(&project, "r")
            .iter()
            .filter(|item| text(item, "state") == "lapsed")
            .map(|item| text(item, "of").to_string())
            .collect();
        let expected: BTreeSet<String> = lapsed.iter().map(ToString::to_string).collect();
        let found: BTreeSet<String> = match path.ends_with(".csv") {
            // rows that others use as well
            true => found.intersection(&expected).cloned().collect(),
            false => found,
        };
        assert_eq!(found, expected, "{path}: {from} → {to}");
        project.run(&["build", "--final"]).expect(1);
        project.write(path, before);
        if path.ends_with(".csv") {
            let source = project.read("data/made/source.yaml");
            project
                .write("data/made/source.yaml", source.replace("type: decimal", "type: integer"));
        }
    }
    project.run(&["build", "--final"]).expect(0);
}

#[test]
fn nobody_signs_under_another_spelling_and_whoever_disagrees_is_heard() {
    let project = small();
    let ledger = "reports/r.reviews.yaml";
    let before = project.read(ledger);
    for author in [
        "JOSÉ ÁNGEL",
        "Jose\u{301} A\u{301}ngel",
        "José\u{a0}Ángel",
        "Jose Angel",
        "J\u{43e}sé  Ángel",
        "Ángel, José",
    ] {
        project.write(ledger, before.replacen("test reviewer", author, 1));
        let said = project.run(&["check"]).expect(1).err;
        assert!(said.contains("is an author of `r`"), "{author}\n{said}");
    }
    // two who checked the same: the later word of each, in whatever order they stand
    let start = before.find("  - of").unwrap();
    let end = start + 1 + before[start + 1..].find("  - of").unwrap();
    let own = &before[start..end];
    let other = own.replace("test reviewer", "other reviewer").replace("agreed", "disagreed");
    let need = |ledger_text: String| {
        project.write(ledger, ledger_text);
        let said = project.run(&["review"]).expect(0).out;
        (said.contains("other reviewer disagreed on 2025-05-01"), said)
    };
    let (heard, said) = need(before.replace(own, &format!("{own}{other}")));
    assert!(heard, "{said}");
    let (heard, said) = need(before.replace(own, &format!("{other}{own}")));
    assert!(heard, "{said}");
    let later = other.replace("disagreed", "agreed").replace("2025-05-01", "2025-05-02");
    let (heard, said) = need(before.replace(own, &format!("{later}{other}{own}")));
    assert!(!heard && said.contains("0 need eyes"), "{said}");
    // a sheet that said something else to who filled it in
    project.write(ledger, &before);
    std::fs::remove_file(project.path().join("r-review.csv")).unwrap();
    project.run(&["review", "--sheet", ".", "--all"]).expect(0);
    let sheet = project.read("r-review.csv");
    project.write(
        "r-review.csv",
        sheet.replace("there were 3 that counted", "there were 9 that counted"),
    );
    let said = project.run(&["review", "--record", "r-review.csv"]).expect(1).err;
    assert!(
        said.contains("under `sentence`, where the report has") && said.contains("r-review.csv:2"),
        "{said}"
    );
}

/// A small report whose reviewer has a key, signed with the `minisign` of its author: see tests/signed.
fn with_key() -> Project {
    Project::copy(&root().join("tests/signed"), &["reports", "data"])
}

#[test]
fn a_signature_holds_for_what_was_signed_and_for_nothing_else() {
    let project = with_key();
    let need = |needed: u64| {
        let said = project.run(&["review"]).expect(0).out;
        assert!(said.contains(&format!("{needed} need eyes")), "{said}");
        said
    };
    need(0);
    project.run(&["build", "--final"]).expect(0);
    let ledger = "reports/r.reviews.yaml";
    let before = project.read(ledger);
    for (from, to) in [
        ("\"agreed\"", "\"disagreed\""),
        ("2026-01-02", "2026-01-03"),
        ("seen in the table", "not seen"),
        ("RUTxW81NTtYEDgvq", "RUTxW81NTtYEDgvr"),
        ("    signature", "    # signature"),
    ] {
        assert!(before.contains(from), "{from}");
        project.write(ledger, before.replacen(from, to, 1));
        assert!(need(1).contains("has no signature by the reviewer’s key"), "{from}");
    }
    project.write(ledger, before.replace("test reviewer", "other reviewer"));
    let said = project.run(&["review"]).expect(1).err;
    assert!(said.contains("`other reviewer` is no reviewer of `r`"), "{said}");
    project.write(ledger, &before);
    // a key that is none, and an author as reviewer
    let spec = project.read("reports/r.yaml");
    project.write("reports/r.yaml", spec.replace("key: RW", "key: XY"));
    let said = project.run(&["check"]).expect(1).err;
    assert!(said.contains("is no public key of minisign"), "{said}");
    project.write("reports/r.yaml", spec + "authors: [{ name: Test Reviewer }]\n");
    let said = project.run(&["check"]).expect(1).err;
    assert!(said.contains("`test reviewer` is an author and a reviewer"), "{said}");
}

#[cfg(feature = "sign")]
#[test]
fn signed_with_a_key_of_minisign() {
    let project = with_key();
    std::fs::remove_file(project.path().join("reports/r.reviews.yaml")).unwrap();
    std::fs::copy(root().join("tests/signed/key.sec"), project.path().join("key.sec")).unwrap();
    project.run(&["review", "--sheet", "."]).expect(0);
    let sheet = project.read("r-review.csv");
    project.write("r-review.csv", sheet.replace(",,,,", ",test reviewer,2026-01-02,agreed,"));
    let said = project.run(&["review", "--record", "r-review.csv"]).expect(0).out;
    assert!(said.contains("1 need eyes"), "{said}");
    let said = project.run(&["review", "--record", "r-review.csv", "--sign", "key.sec"]).expect(0);
    assert!(said.out.contains("0 need eyes"), "{}", said.out);
    project.run(&["build", "--final"]).expect(0);
    project.write("key.sec", "no key");
    let said = project.run(&["review", "--record", "r-review.csv", "--sign", "key.sec"]);
    assert!(said.expect(0).out.contains("no new verdict"));
}
