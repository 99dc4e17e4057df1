//! `tieout diff`: what moved since an earlier edition, and why.

use std::fs;

use crate::support::{Project, Ran};

const CSV: &str = "year,kind,cases\n2022,red,30\n2022,blue,12\n2023,red,36\n2023,blue,8\n";
const SPEC: &str = "figures:\n  all: sum(cases) from t\n  red: sum(cases) from t where kind = 'red'\n  share: red / all as percent\n  blue_2022: cases from t where kind = 'blue' and year = 2022\nseries:\n  by_year: sum(cases) from t by year\n  twice: by_year * 2\n";
const BODY: &str = "In all [86](fig:all), of them [66](fig:red) red: [77%](fig:share). In 2023 [44](fig:by_year/2023).\n";
const COLUMNS: &str = "    columns:\n      cases: { type: integer }\n    key: [year, kind]\n";

/// A project with its first edition as `before/`.
fn edition() -> Project {
    let project = Project::of(CSV, COLUMNS, SPEC, BODY);
    project.run(&["build"]).expect(0);
    fs::rename(project.path().join("output/r"), project.path().join("before")).unwrap();
    project
}

fn diff(project: &Project) -> Ran {
    project.run(&["diff", "before"]).expect(0)
}

#[test]
fn without_a_change_nothing_moved() {
    let project = edition();
    assert_eq!(diff(&project).out, "r: nothing moved since before\n");
    assert_eq!(project.run(&["diff"]).expect(0).out, "r: nothing moved since reports/r.lock\n");
}

#[test]
fn new_rows_are_new_data_and_changed_rows_are_revised_history() {
    let project = edition();
    project.write("data/made/t.csv", format!("{CSV}2024,red,4\n"));
    let out = diff(&project).out;
    for line in [
        "all: 86 → 90, new data\n  + 2024 | red | 4\n",
        "red: 66 → 70, new data\n",
        "share: 77% → 78%, made from red, all\n",
        "by_year/2024: – → 4, new figure\n",
        "\nAs published, and as today’s files give it by the same recipe:\n",
        "  all: 86 → 90 (cited in its text)\n",
    ] {
        assert!(out.contains(line), "{line}\n{out}");
    }
    // figures that do not rest on the new row, and points that did not move, are not told
    assert!(!out.contains("blue_2022") && !out.contains("by_year/2022"), "{out}");
    project.write("data/made/t.csv", CSV.replace("2022,blue,12", "2022,blue,13"));
    let out = diff(&project).out;
    for line in [
        "all: 86 → 87, revised history\n  − 2022 | blue | 12\n  + 2022 | blue | 13\n",
        "blue_2022: 12 → 13, revised history\n",
        "by_year/2022: 42 → 43, revised history\n",
        "twice/2022: 84 → 86, made from by_year\n",
    ] {
        assert!(out.contains(line), "{line}\n{out}");
    }
    assert!(!out.contains("\nred: ") && !out.contains("by_year/2023"), "{out}");
}

#[test]
fn recipes_and_words_are_told_apart_from_data() {
    let project = edition();
    project.write(
        "reports/r.yaml",
        project.read("reports/r.yaml").replace("kind = 'red'", "kind != 'blue'"),
    );
    let out = diff(&project).out;
    assert_eq!(
        out,
        "red: 66, changed recipe\n  − sum(cases) from t where kind = 'red'\n  + sum(cases) from t where kind != 'blue'\n"
    );
    project.write("reports/r.yaml", format!("title: Made\ndate: 2026-01-01\n{SPEC}"));
    project.write("reports/r.md", BODY.replace("[77%]", "[over three quarters]"));
    let out = diff(&project).out;
    assert_eq!(out, "share: 77%, changed words\n  − “77%”\n  + “over three quarters”\n");
}

#[test]
fn a_recipe_that_changed_with_its_data_is_told_as_both() {
    let project = edition();
    project.write("data/made/t.csv", CSV.replace("2022,red,30", "2022,red,31"));
    project.write(
        "reports/r.yaml",
        project.read("reports/r.yaml").replace("kind = 'red'", "kind != 'blue'"),
    );
    let out = diff(&project).out;
    assert!(out.contains("red: 66 → 67, revised history, changed recipe\n"), "{out}");
}

#[test]
fn points_have_the_rows_of_their_key_and_descriptions_are_told() {
    let project = edition();
    // a year that came is new data of the whole, and no correction
    project.write(
        "data/made/t.csv",
        format!("{}2024,red,4\n", CSV.replace("2022,blue,12", "2022,blue,13")),
    );
    let out = diff(&project).out;
    assert!(out.contains("by_year/2022: 42 → 43, revised history\n  − 2022 | blue | 12\n  + 2022 | blue | 13\nby_year"), "{out}");
    project.write("data/made/t.csv", format!("{CSV}2024,red,4\n"));
    project.run(&["diff", "before", "--out", "changes"]).expect(0);
    let markdown = project.read("changes/edition.md");
    assert!(
        markdown.contains("No figure that the text of the earlier edition cites was restated."),
        "{markdown}"
    );
    // the same rows and recipe, read in another way
    project.write("data/made/t.csv", CSV);
    let source = project.read("data/made/source.yaml");
    project.write(
        "data/made/source.yaml",
        source.replace("type: integer", "type: integer, scale: 1000"),
    );
    let out = diff(&project).out;
    assert!(out.contains("red: 66 → 66,000, its data are declared in another way"), "{out}");
    project.write(
        "data/made/source.yaml",
        source.replace("type: integer", "type: integer, unit: case"),
    );
    let out = diff(&project).out;
    assert!(out.contains("blue_2022: 12, described in another way\n  + unit: case\n"), "{out}");
    // a bundle that was reviewed holds its ledger, too
    project.write("data/made/source.yaml", source);
    project.write("before/spec/reports/r.reviews.yaml", "reviews: []\n");
    assert_eq!(diff(&project).out, "r: nothing moved since before\n");
}

#[test]
fn the_edition_report_is_markdown_and_a_page() {
    let project = edition();
    project.write("data/made/t.csv", CSV.replace("2022,blue,12", "2022,blue,13"));
    project.run(&["diff", "before", "--out", "changes"]).expect(0);
    let (markdown, page) =
        (project.read("changes/edition.md"), project.read("changes/edition.html"));
    assert!(
        markdown.contains("| Sum of cases in t (`all`) | 86 | 87 | revised history |")
            || markdown.contains("(`all`) | 86 | 87 | revised history |"),
        "{markdown}"
    );
    assert!(markdown.contains("- sum of cases in t: 86 as published, 87 now."), "{markdown}");
    // blue_2022 is cited nowhere, and needs no correction
    assert!(!markdown.contains("12 as published"), "{markdown}");
    assert!(page.contains("<td class=\"number\">86</td><td class=\"number\">87</td>"), "{page}");
    assert!(page.contains("Content-Security-Policy"), "{page}");
}

#[test]
fn what_is_no_edition_is_refused() {
    let project = edition();
    project.write("other/file.txt", "");
    let said = project.run(&["diff", "other"]).expect(1).err;
    assert!(said.contains("`other` is neither a bundle nor a lock"), "{said}");
    let json = project.run(&["diff", "before", "--message-format", "json"]).expect(0).out;
    assert_eq!(json, "");
}
