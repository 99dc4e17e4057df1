//! The command line as a new user meets it.

use crate::support::{Project, matches_file, root};

#[test]
fn init_makes_a_project_that_builds() {
    let project = Project::empty();
    let ran = project.run(&["init"]).expect(0);
    assert!(ran.out.contains("reports/first.yaml"));
    let ran = project.run(&["build"]).expect(0);
    assert!(ran.err.is_empty(), "{}", ran.err);
    assert!(project.read("output/first/index.html").contains("5,598"));
    let again = project.run(&["init"]).expect(2);
    assert!(again.err.contains("is there already"));
}

#[test]
fn pins_are_written_and_hold() {
    let project = Project::empty();
    project.run(&["init"]).expect(0);
    project.write("data/more/source.yaml", "title: More\npublisher: Tests\nlicence: CC0-1.0\ndatasets:\n  one: { file: one.csv }\n  two:\n    file: \"two.csv\"\n    label: Two\n");
    project.write("data/more/one.csv", "a\n1\n");
    project.write("data/more/two.csv", "a\n2\n");
    project.run(&["source", "pin"]).expect(0);
    let pinned = project.read("data/more/source.yaml");
    // the digests are those of sha256sum
    for file in ["one.csv", "two.csv"] {
        let sum = std::process::Command::new("sha256sum")
            .arg(project.path().join("data/more").join(file))
            .output()
            .unwrap();
        let sum = String::from_utf8(sum.stdout).unwrap();
        assert!(pinned.contains(sum.split(' ').next().unwrap()), "{pinned}");
    }
    assert!(
        pinned.contains("  one: { file: one.csv, sha256: ")
            && pinned.contains("    file: \"two.csv\"\n    sha256: "),
        "{pinned}"
    );
    project.run(&["check"]).expect(0);
    assert!(project.run(&["source", "pin"]).expect(0).out.contains("one: pinned already"));
    project.write("data/dtn/dtn.csv", "year,reports\n2022,4580\n2023,4929\n2024,5598\n2025,7130\n");
    assert!(project.run(&["check"]).expect(1).err.contains("error[pin-mismatch]"));
    project.run(&["source", "pin", "dtn"]).expect(0);
    project.run(&["check"]).expect(0);
}

#[test]
fn explain_goes_from_a_figure_to_its_rows() {
    let project = Project::copy(&root(), &["reports", "data"]);
    let said = project.run(&["explain", "refused_2022", "--report", "nrm-2024"]).expect(0).out;
    for words in [
        "refused_2022 = 11%",
        "exactly   1921/16747",
        "share(decisions where outcome = 'negative') from first_decisions where year = 2022",
        "data/nrm-releases/decisions.csv:38  reasonable | 2022 | negative | 1921",
        "data/nrm-releases/decisions.csv:39  reasonable | 2022 | positive | 14826",
        "Home Office",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }
    let said =
        project.run(&["explain", "refused_by_year/2023", "--report", "nrm-2024"]).expect(0).out;
    assert!(
        said.contains("6928/15247")
            && said.contains("decisions.csv:40")
            && !said.contains("decisions.csv:38"),
        "{said}"
    );
    let said = project.run(&["explain", "refusd_2022", "--report", "nrm-2024"]).expect(1).err;
    assert!(said.contains("did you mean `refused_2022`?"), "{said}");
}

#[test]
fn usage_errors_end_with_2_and_help_with_0() {
    let project = Project::empty();
    project.run(&["biuld"]).expect(2);
    project.run(&["build", "--nonsense"]).expect(2);
    project.run(&["--threads", "0", "check"]).expect(2);
    project.run(&["--help"]).expect(0);
    project.run(&["--version"]).expect(0);
    for shell in ["bash", "zsh", "fish"] {
        assert!(project.run(&["completions", shell]).expect(0).out.contains("tieout"));
    }
}

#[test]
fn diagnostics_are_json_where_that_is_asked_for() {
    let project = Project::of(
        "year,cases\n2022,3\n",
        "",
        "figures:\n  all: sum(case) from t\n",
        "[3](fig:all)\n",
    );
    let ran = project.run(&["--message-format", "json", "check"]).expect(1);
    let first: serde_json::Value = serde_json::from_str(ran.out.lines().next().unwrap()).unwrap();
    assert_eq!(first["code"], "unknown-column");
    assert_eq!(
        first["place"],
        serde_json::json!({ "file": "reports/r.yaml", "line": 4, "column": 12, "text": "case" })
    );
}

#[test]
fn help_and_schemas_are_as_committed() {
    let project = Project::empty();
    let mut help = String::new();
    for arguments in [
        &["--help"][..],
        &["build", "--help"],
        &["check", "--help"],
        &["explain", "--help"],
        &["init", "--help"],
        &["source", "pin", "--help"],
        &["schema", "--help"],
    ] {
        help.push_str(&format!(
            "$ tieout {}\n{}\n",
            arguments.join(" "),
            project.run(arguments).expect(0).out
        ));
    }
    matches_file(&root().join("tests/expected/help.txt"), &help);
    matches_file(
        &root().join("reports/report.schema.json"),
        &project.run(&["schema", "report"]).expect(0).out,
    );
    matches_file(
        &root().join("templates/theme.schema.json"),
        &project.run(&["schema", "theme"]).expect(0).out,
    );
    matches_file(
        &root().join("data/source.schema.json"),
        &project.run(&["schema", "source"]).expect(0).out,
    );
}

#[test]
fn every_report_names_its_schema_in_its_first_line() {
    for report in ["reports/nrm-2024.yaml", "reports/mauna-loa.yaml", "src/cli/init/first.yaml"] {
        let text = std::fs::read_to_string(root().join(report)).unwrap();
        assert!(
            text.starts_with("# yaml-language-server: $schema=report.schema.json\n"),
            "{report}"
        );
    }
}
