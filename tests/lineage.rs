//! Changing one cell changes exactly the figures that the lineage names: the rows of each, and the figures of each row.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{Project, root};

const FLAGSHIP: [&str; 2] = ["reports", "data"];

/// Values of all figures and points, by id; a point counts for its series.
fn values(project: &Project, report: &str) -> BTreeMap<String, String> {
    let json: serde_json::Value =
        serde_json::from_str(&project.read(&format!("output/{report}/figures.json"))).unwrap();
    let mut values = BTreeMap::new();
    for figure in json["figures"].as_array().unwrap() {
        values.insert(
            figure["id"].as_str().unwrap().to_string(),
            figure["value"].as_str().unwrap().to_string(),
        );
    }
    for series in json["series"].as_array().unwrap() {
        let point = |point: &serde_json::Value| {
            format!(
                "{} {}",
                point["keys"],
                point["values"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|v| v["value"].to_string())
                    .collect::<String>()
            )
        };
        let points: Vec<String> = series["points"].as_array().unwrap().iter().map(point).collect();
        values.insert(series["id"].as_str().unwrap().to_string(), points.join(";"));
    }
    values
}

/// The flagship's words would refuse to be built over other numbers: the body is replaced by one that inserts a value.
fn flagship() -> Project {
    let project = Project::copy(&root(), &FLAGSHIP);
    for other in ["mauna-loa", "press-check"] {
        for kind in ["yaml", "md", "lock"] {
            let path = format!("reports/{other}.{kind}");
            std::fs::remove_file(project.path().join(path)).unwrap();
        }
    }
    project.write("reports/nrm-2024.md", "[=](fig:dtn_2024)\n");
    let unpinned = |path: &str| {
        let text = project.read(path);
        text.lines()
            .filter(|line| !line.trim_start().starts_with("sha256:"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let source = unpinned("data/nrm-releases/source.yaml");
    project.write("data/nrm-releases/source.yaml", source);
    let spec = project.read("reports/nrm-2024.yaml");
    // checks, cards and charts with claims of their own would fail, as they should
    let spec = spec.split("\nchecks:").next().unwrap();
    let (before, cards) = spec.split_once("\ncards:").unwrap();
    let spec = format!("{before}\nselections:{}", cards.split_once("\nselections:").unwrap().1);
    project.write("reports/nrm-2024.yaml", spec);
    project
}

#[test]
fn a_changed_cell_changes_what_the_lineage_names_and_nothing_else() {
    let project = flagship();
    project.run(&["build"]).expect(0);
    let before = values(&project, "nrm-2024");
    let mut some = 0;
    for (file, line, column, from, to) in [
        ("reports.csv", 11, "reports", "2024,5598", "2024,5599"),
        ("reports.csv", 9, "reports", "2022,4580", "2022,4581"),
        ("referrals.csv", 11, "referrals", "2023,16990", "2023,16991"),
        (
            "decisions.csv",
            38,
            "decisions",
            "reasonable,2022,negative,1921",
            "reasonable,2022,negative,2921",
        ),
        (
            "decisions.csv",
            2,
            "decisions",
            "conclusive,2014,negative,614",
            "conclusive,2014,negative,615",
        ),
        ("counts.csv", 22, "value", "NRM referrals,2021,12727", "NRM referrals,2021,12728"),
        ("counts.csv", 2, "value", "NRM referrals,2014,2337", "NRM referrals,2014,2338"),
        ("nationalities.csv", 17, "referrals", "2024,UK,4441", "2024,UK,1441"),
    ] {
        let path = format!("data/nrm-releases/{file}");
        let old = project.read(&path);
        assert!(
            old.lines().nth(line - 1).unwrap().starts_with(from),
            "{file}:{line} is {:?}",
            old.lines().nth(line - 1)
        );
        let named =
            project.run(&["explain", "--row", &format!("{path}:{line}:{column}")]).expect(0).out;
        let named: BTreeSet<String> = named
            .trim()
            .split_once(": ")
            .unwrap()
            .1
            .split(", ")
            .map(str::to_string)
            .filter(|id| id != "nothing")
            .collect();
        project.write(&path, old.replacen(from, to, 1));
        project.run(&["build"]).expect(0);
        let after = values(&project, "nrm-2024");
        let changed: BTreeSet<String> = before
            .iter()
            .filter(|(id, value)| after[*id] != **value)
            .map(|(id, _)| id.clone())
            .collect();
        assert!(
            changed.is_subset(&named),
            "{file}:{line} changed {:?} beside {named:?}",
            changed.difference(&named)
        );
        // what is named and did not change: ranks, and labels of text figures, may stay as they are
        let still: BTreeSet<&str> = named.difference(&changed).map(String::as_str).collect();
        assert!(
            still.is_subset(&["top_nationality"].into()),
            "{file}:{line} names {still:?}, which did not change"
        );
        some += changed.len();
        project.write(&path, old);
    }
    assert!(some > 20, "only {some} changes were seen");
}

#[test]
fn evidence_holds_the_rows_as_published_with_their_lines() {
    let csv = "\u{feff}year,kind,cases\r\n2022,\"red, dark\",  3 \r\n\r\n2022,\"multi\nline\",4\r\nTotal,,7\r\n2023,\"red, dark\",1.0\r\n";
    let columns = "    ignore_rows: year = 'Total'\n    columns:\n      cases: { type: integer }\n";
    let project = Project::of(
        csv,
        columns,
        "figures:\n  red: sum(cases) from t where kind = 'red, dark'\n",
        "[4](fig:red)\n",
    );
    project.run(&["build"]).expect(0);
    let evidence = project.read("output/r/evidence/red.csv");
    assert_eq!(
        evidence,
        "file,line,kind,cases\ndata/made/t.csv,2,\"red, dark\",3\ndata/made/t.csv,7,\"red, dark\",1.0\n"
    );
    let said = project.run(&["explain", "--row", "data/made/t.csv:7"]).expect(0).out;
    assert_eq!(said.trim(), "r: red");
    // the multi-line row begins on line 4, the ignored one is no row
    assert_eq!(
        project.run(&["explain", "--row", "data/made/t.csv:4"]).expect(0).out.trim(),
        "r: nothing"
    );
    assert!(
        project.run(&["explain", "--row", "data/made/t.csv:6"]).expect(1).err.contains("no row")
    );
}

/// Digests that `tests/independent/rows_digest.sh` gives, by sort, uniq and sha256sum.
#[test]
fn rows_digests_equal_those_of_the_published_vectors() {
    let vectors = std::fs::read_to_string(root().join("tests/reference/rows-digest.txt")).unwrap();
    let csv = "k,l,n\nred,x,1\nblue,\"a\tb\",2\nred,x,1.0\nred,,\n\"back\\slash\",y,3\n";
    let columns = "    columns:\n      n: { type: decimal, missing: [] }\n";
    let mut spec = String::from("figures:\n");
    for (index, line) in vectors.lines().enumerate() {
        spec.push_str(&format!("  f{index}: {}\n", line.split_once("  ").unwrap().1));
    }
    let project = Project::of(csv, columns, &spec, "[=](fig:f0)\n");
    project.run(&["build"]).expect(0);
    let json: serde_json::Value =
        serde_json::from_str(&project.read("output/r/figures.json")).unwrap();
    for (figure, line) in json["figures"].as_array().unwrap().iter().zip(vectors.lines()) {
        assert_eq!(figure["input"]["rows_sha256"], line.split_once("  ").unwrap().0, "{line}");
    }
}

/// A first block of ignored rows only, and texts that turn up later: codes must not be mixed up between blocks.
#[test]
fn texts_of_later_blocks_keep_their_own_rows() {
    let mut csv = String::from("year,cat,n\n");
    let mut sums: BTreeMap<String, u64> = BTreeMap::new();
    for row in 0..30_000u64 {
        csv.push_str(&format!("2010,early{},{row}\n", row % 3));
    }
    for row in 0..90_000u64 {
        let cat = format!("cat{}", row % (2 + row / 20_000));
        csv.push_str(&format!("2011,{cat},{row}\n"));
        *sums.entry(cat).or_default() += row;
    }
    let columns = "    ignore_rows: year = 2010\n    columns:\n      year: { type: text }\n      cat: { type: text }\n      n: { type: integer }\n";
    let project = Project::of(
        &csv,
        columns,
        "figures:\n  all: count() from t\nseries:\n  s: sum(n) from t by cat\n",
        "[90,000](fig:all)\n",
    );
    project.run(&["build"]).expect(0);
    let json: serde_json::Value =
        serde_json::from_str(&project.read("output/r/figures.json")).unwrap();
    let found: BTreeMap<String, u64> = json["series"][0]["points"]
        .as_array()
        .unwrap()
        .iter()
        .map(|point| {
            (
                point["keys"][0].as_str().unwrap().to_string(),
                point["values"][0]["value"].as_str().unwrap().parse().unwrap(),
            )
        })
        .collect();
    assert_eq!(found, sums);
}

/// Types are those that all cells have, also where the head of a large file suggests another.
#[test]
fn inferred_types_hold_for_the_whole_file() {
    let mut csv = String::from("a,b,c,d\n");
    (0..40_000).for_each(|row| csv.push_str(&format!("{row},,2010,x\n")));
    csv.push_str("0.5,7,2011 Q1,012\n");
    let spec = "figures:\n  a: sum(a) from t\n  b: sum(b) from t\n  c: count(where c = '2011 Q1') from t\n  d: d from t where b = 7\n";
    let project = Project::of(&csv, "", spec, "[=](fig:a)\n");
    project.run(&["build"]).expect(0);
    let found = values(&project, "r");
    // 0 + 1 + … + 39,999 and a half
    assert_eq!(["a", "b", "c", "d"].map(|id| found[id].as_str()), ["799980000.5", "7", "1", "012"]);
}

/// A code with a leading zero is a text, wherever in the file it stands.
#[test]
fn a_late_code_makes_its_column_a_text() {
    let mut csv = String::from("a,n\n");
    (0..70_000).for_each(|row| csv.push_str(&format!("a{row},{}\n", 10 + row % 80)));
    csv.push_str("z,01\nz,02\nz,1\n");
    let spec = "figures:\n  kinds: count(distinct n) from t\n  one: a from t where n = '01'\n";
    let project = Project::of(&csv, "", spec, "[83](fig:kinds), [z](fig:one)\n");
    project.run(&["check"]).expect(0);
}

#[test]
fn thousands_separators_are_read_where_they_are_declared() {
    let csv = "k,n\na,\"1,400\"\nb,200\nc,\"-1,250,000.5\"\n";
    let columns = "    columns:\n      n: { type: decimal, thousands: \",\" }\n";
    let project =
        Project::of(csv, columns, "figures:\n  all: sum(n) from t\n", "[−1,248,400.5](fig:all)\n");
    project.run(&["check"]).expect(0);
    project.write("data/made/t.csv", "k,n\na,\"1,40\"\n");
    assert!(project.run(&["check"]).expect(1).err.contains("[cell-type]"));
}
