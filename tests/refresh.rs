//! A new release of a file against the one that is there: what `source refresh` says, and that it changes nothing.

use std::fs;

use crate::support::{Project, files};

const CSV: &str = "area,year,cases\nLeeds,2023,12\nYork,2023,30\nLeeds,2024,15\nYork,2024,33\n";

fn project(key: &str) -> Project {
    Project::of(
        CSV,
        key,
        "figures:\n  old: sum(cases) from t where year = 2023\n  new: sum(cases) from t where year = 2024\n  york: cases from t where area = 'York' and year = 2024\n  leeds: share(cases where area = 'Leeds') from t where year = 2024\nseries:\n  by_area: sum(cases) from t by area\n",
        "From [42](fig:old) to [48](fig:new), [a rise](fig:old,new); in York [more than 30](fig:york), in Leeds [31%](fig:leeds), in all [27](fig:by_area/leeds).\n",
    )
}

/// What is said of a new release, which lies outside the project.
fn said(project: &Project, csv: &str, arguments: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("t.csv");
    fs::write(&file, csv).unwrap();
    let before = files(project.path());
    let mut all = vec!["source", "refresh", file.to_str().unwrap()];
    all.extend(arguments);
    let ran = project.run(&all);
    assert_eq!(before, files(project.path()), "nothing is written");
    (ran.code, ran.out.replace(file.to_str().unwrap(), "NEW"), ran.err)
}

#[test]
fn rows_figures_and_claims_that_would_move_are_told() {
    let project = project("    key: [area, year]\n");
    project.run(&["source", "pin"]).expect(0);
    let new = "year,area,cases,note\n2023,Leeds,12,\n2023,York,30,\n2024,Leeds,15,\n2024,York,29,revised\n2024,Hull,1,\n";
    let (code, out, _) = said(&project, new, &[]);
    assert_eq!(code, 0);
    let expected = "t: 4 rows before, 5 in NEW; rows are matched by area, year
  3 the same, 1 added, 0 removed, 1 cell revised
  + columns note
  + Hull, 2024 (line 6)
  ~ York, 2024: cases 33 → 29 (line 5)
r: 5 figures move, 5 as printed
  new: 48 → 45
  york: 33 → 29
  leeds: 31% → 33%
  by_area/york: 63 → 59
  by_area/hull: new, 1
  would be wrong: reports/r.md:1: `48` is not the figure `new`: it is 45: write `45`
";
    assert!(out.starts_with(expected), "{out}");
    assert!(out.contains("would be wrong: reports/r.md:1: `more than 30` allows"), "{out}");
    assert!(out.contains("1 claim about figures that move still hold"), "{out}");
    assert!(out.ends_with("run `tieout source pin t` and `tieout build`\n"), "{out}");
    // what the same file says
    let (code, out, _) = said(&project, CSV, &[]);
    assert_eq!(code, 0);
    assert!(
        out.contains("4 the same, 0 added, 0 removed, 0 cells revised\nr: no figure moves\n"),
        "{out}"
    );
    // a figure that cannot be made any more
    let (code, out, err) = said(&project, &CSV.replace("York,2024,33\n", ""), &[]);
    assert_eq!(code, 1);
    assert!(
        out.contains("  - York, 2024 (line 5)")
            && out.contains("york: 33 → cannot be made any more"),
        "{out}"
    );
    assert!(err.contains("error[empty-selection]"), "{err}");
    // one that cannot be read
    let (code, out, err) = said(&project, "area,year,cases\nLeeds,2023,a\nYork,2023,b\n", &[]);
    assert_eq!(code, 1, "{out}{err}");
}

#[test]
fn rows_without_a_key_are_matched_by_all_their_cells() {
    let project = project("");
    let (_, out, _) = said(&project, &CSV.replace("Leeds,2023,12", "Leeds,2023,13"), &[]);
    assert!(out.contains("3 the same, 1 added, 1 removed, 0 cells revised"), "{out}");
    assert!(out.contains("  + Leeds, 2023, 13 (line 2)\n  - Leeds, 2023, 12 (line 2)\n"), "{out}");
    let (code, _, err) = said(&project, CSV, &["--dataset", "u"]);
    assert_eq!(code, 1);
    assert!(err.contains("there is no dataset `u`"), "{err}");
    let ran = project.run(&["source", "refresh", "elsewhere.csv"]);
    assert!(ran.code == 1 && ran.err.contains("say it: `--dataset NAME`"), "{}", ran.err);
    let ran = project.run(&["source", "refresh", "elsewhere.csv", "--dataset", "t"]);
    assert!(ran.code == 1 && ran.err.contains("error[unreadable-file]"), "{}{}", ran.out, ran.err);
}
