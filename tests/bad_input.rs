//! What the golden diagnostics cannot show: bombs, permissions, two builds at once, a killed build.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use crate::support::{Project, files};

fn small() -> Project {
    Project::of(
        "year,cases\n2022,3\n2023,5\n",
        "",
        "figures:\n  all: sum(cases) from t\n",
        "In all [8](fig:all).\n",
    )
}

#[test]
fn yaml_bombs_end_in_an_error_at_once() {
    let mut bomb = String::from("a: &a [x, x, x, x, x, x, x, x, x]\n");
    for (name, before) in
        ["b", "c", "d", "e", "f", "g", "h"].iter().zip(["a", "b", "c", "d", "e", "f", "g"])
    {
        bomb.push_str(&format!("{name}: &{name} [*{before}, *{before}, *{before}, *{before}, *{before}, *{before}, *{before}, *{before}]\n"));
    }
    let deep = format!("title: {}x{}\n", "[".repeat(100_000), "]".repeat(100_000));
    for text in [
        bomb,
        deep,
        "{".repeat(50_000),
        "- ".repeat(50_000),
        "\u{0}\u{1}".to_string(),
        "? ".repeat(20_000),
    ] {
        let project = small();
        project.write("reports/r.yaml", &text);
        let ran = project.run(&["check"]).expect(1);
        assert!(ran.err.contains("error[yaml-"), "{}", ran.err);
    }
}

#[test]
fn a_failed_build_leaves_the_old_bundle_whole() {
    let project = small();
    project.run(&["build"]).expect(0);
    let before = files(&project.path().join("output"));
    project.write("reports/r.md", "In all [9](fig:all).\n");
    project.run(&["build"]).expect(1);
    assert_eq!(files(&project.path().join("output")), before);
    let lock = project.read("reports/r.lock");
    project.write("data/made/t.csv", "year,cases\n2022,3\n2023,x,5\n");
    project.run(&["build"]).expect(1);
    assert_eq!(project.read("reports/r.lock"), lock);
}

#[test]
fn equal_bytes_are_not_written_again() {
    let project = small();
    project.run(&["build"]).expect(0);
    let time = |path: &str| fs::metadata(project.path().join(path)).unwrap().modified().unwrap();
    let (page, csv) = (time("output/r/index.html"), time("output/r/evidence/all.csv"));
    assert!(project.run(&["build"]).expect(0).out.contains("(unchanged)"));
    assert_eq!((time("output/r/index.html"), time("output/r/evidence/all.csv")), (page, csv));
    project.write("reports/r.md", "Now in all [8](fig:all).\n");
    project.run(&["build"]).expect(0);
    assert!(time("output/r/index.html") > page);
    assert_eq!(time("output/r/evidence/all.csv"), csv, "a file with equal bytes is kept as it is");
}

#[test]
fn a_file_that_does_not_belong_to_the_bundle_goes() {
    let project = small();
    project.run(&["build"]).expect(0);
    project.write("output/r/evidence/gone.csv", "old");
    project.run(&["build"]).expect(0);
    assert!(!project.path().join("output/r/evidence/gone.csv").exists());
}

#[test]
fn two_builds_at_once_leave_one_whole_bundle() {
    let project = small();
    let mut rows = String::from("year,cases\n");
    (0..60_000).for_each(|row| rows.push_str(&format!("2022,{row}\n")));
    project.write("data/made/t.csv", rows);
    project.write("reports/r.md", "In all [=](fig:all).\n");
    let start = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tieout"));
        command
            .arg("-C")
            .arg(project.path())
            .arg("build")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.spawn().unwrap()
    };
    for _ in 0..3 {
        let _ = fs::remove_dir_all(project.path().join("output/r"));
        let running: Vec<_> = (0..3).map(|_| start()).collect();
        for mut child in running {
            assert!(child.wait().unwrap().success());
        }
        let ran = Command::new("sha256sum")
            .args(["--check", "--quiet", "SHA256SUMS"])
            .current_dir(project.path().join("output/r"))
            .status();
        assert!(ran.unwrap().success());
    }
}

#[test]
fn a_killed_build_leaves_the_old_bundle_whole() {
    let project = small();
    project.run(&["build"]).expect(0);
    let mut rows = String::from("year,cases\n");
    (0..400_000).for_each(|row| rows.push_str(&format!("2022,{row}\n")));
    project.write("data/made/t.csv", rows);
    project.write("reports/r.md", "In all [=](fig:all).\n");
    for delay in [5, 20, 40, 80, 120] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tieout"));
        let mut child = command
            .arg("-C")
            .arg(project.path())
            .arg("build")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(delay));
        let _ = child.kill();
        let _ = child.wait();
        let check = Command::new("sha256sum")
            .args(["--check", "--quiet", "SHA256SUMS"])
            .current_dir(project.path().join("output/r"))
            .status();
        assert!(check.unwrap().success(), "killed after {delay} ms");
    }
}

/// Permissions bind nobody who is root: the command is then run as `nobody`, in a folder that is open to all.
#[test]
fn unreadable_and_unwritable_files_are_errors() {
    let project = small();
    project.run(&["build"]).expect(0);
    let mode = |path: &str, mode: u32| {
        fs::set_permissions(project.path().join(path), fs::Permissions::from_mode(mode)).unwrap()
    };
    mode(".", 0o755);
    let binary = project.path().join("tieout-copy");
    fs::copy(env!("CARGO_BIN_EXE_tieout"), &binary).unwrap();
    let root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    let run = |arguments: &[&str]| {
        let mut command = if root {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&binary);
            command
        } else {
            Command::new(&binary)
        };
        let output = command
            .arg("-C")
            .arg(project.path())
            .args(arguments)
            .env("NO_COLOR", "1")
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let before = files(&project.path().join("output"));
    project.write("reports/r.md", "Again, in all [8](fig:all).\n");
    mode("output", 0o555);
    let (code, said) = run(&["build"]);
    assert!(
        code == Some(1)
            && said.contains("error[write-failed]")
            && said.contains("ermission denied"),
        "{said}"
    );
    mode("output", 0o755);
    assert_eq!(files(&project.path().join("output")), before);
    mode("data/made/t.csv", 0o000);
    let (code, said) = run(&["check"]);
    assert!(
        code == Some(1)
            && said.contains("error[unreadable-file]")
            && said.contains("permission denied"),
        "{said}"
    );
    mode("data/made/t.csv", 0o644);
}

#[test]
fn a_link_out_of_the_project_is_refused() {
    let project = small();
    fs::remove_file(project.path().join("data/made/t.csv")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", project.path().join("data/made/t.csv")).unwrap();
    let ran = project.run(&["check"]).expect(1);
    assert!(ran.err.contains("outside the project"), "{}", ran.err);
}

#[test]
fn nothing_a_person_types_makes_it_panic() {
    for recipe in [
        "sum(",
        "''",
        "1e999999999",
        "$",
        "a[",
        "sum(cases) from",
        "((((",
        "9e400 * 9e400",
        "--1",
        "1 - -1",
        "sum(cases) from t by",
        "é",
        "count(where)",
    ] {
        let project = small();
        project.write("reports/r.yaml", format!("title: Made\ndate: 2026-01-01\nfigures:\n  all: sum(cases) from t\n  x:\n    value: \"{recipe}\"\n"));
        let ran = project.run(&["check"]);
        assert!(ran.code == 1 || ran.code == 0, "{recipe}: {}\n{}", ran.code, ran.err);
    }
}
