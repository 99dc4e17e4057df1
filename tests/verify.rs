//! `tieout verify`: what was tampered with is found and named, and nothing else is.

use std::fs;
use std::path::Path;

use crate::support::{Project, files, root};

/// The flagship's data, and its bundle as `bundle/`.
fn bundle() -> Project {
    let project = Project::copy(&root(), &["reports", "data"]);
    project.run(&["build", "nrm-2024"]).expect(0);
    fs::rename(project.path().join("output/nrm-2024"), project.path().join("bundle")).unwrap();
    project
}

fn verify(project: &Project, more: &[&str]) -> crate::support::Ran {
    let folder = project.path().join("bundle");
    let arguments: Vec<&str> =
        ["verify", folder.to_str().unwrap()].into_iter().chain(more.iter().copied()).collect();
    project.run(&arguments)
}

fn change(project: &Project, path: &str, from: &str, to: &str) {
    let text = project.read(path);
    assert!(text.contains(from), "{path} has no {from}");
    project.write(path, text.replacen(from, to, 1));
}

/// Sums that fit what stands in the bundle, as a forger would write them.
fn sum_again(project: &Project) {
    use sha2::{Digest, Sha256};
    let folder = project.path().join("bundle");
    let sums: String = files(&folder)
        .into_iter()
        .filter(|(path, _)| path != "SHA256SUMS")
        .map(|(path, bytes)| {
            let digest: String =
                Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            format!("{digest}  {path}\n")
        })
        .collect();
    project.write("bundle/SHA256SUMS", sums);
}

/// Changes a part of the bundle's workbook.
fn rewrite(project: &Project, part: &str, from: &str, to: &str) {
    use std::io::{Cursor, Read, Write};
    let path = project.path().join("bundle/evidence.xlsx");
    let mut book = zip::ZipArchive::new(Cursor::new(fs::read(&path).unwrap())).unwrap();
    let mut made = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..book.len() {
        let mut own = book.by_index(index).unwrap();
        let name = own.name().unwrap().into_owned();
        let mut text = String::new();
        own.read_to_string(&mut text).unwrap();
        if name == part {
            assert!(text.contains(from), "{part} has no {from}");
            text = text.replacen(from, to, 1);
        }
        made.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        made.write_all(text.as_bytes()).unwrap();
    }
    fs::write(path, made.finish().unwrap().into_inner()).unwrap();
}

#[test]
fn every_tampering_is_found_and_named() {
    let project = bundle();
    let said = verify(&project, &[]).expect(0).out;
    assert!(said.contains("files are what their spec and the data give (73 figures)"), "{said}");
    let before = files(&project.path().join("bundle"));
    for (path, from, to, named) in [
        ("index.html", ">5,598<", ">5,589<", "`index.html`: line"),
        ("index.html", "did not consent", "did consent", "`index.html`: line"),
        ("briefing.md", "19,125", "19,152", "`briefing.md`: line"),
        ("evidence/dtn_2022.csv", ",4580,", ",4581,", "`evidence/dtn_2022.csv`: line 2: `"),
        (
            "figures.json",
            "\"shown\": \"4,580\"",
            "\"shown\": \"4,581\"",
            "`figures.json`: `dtn_2022`.shown: `4,581` here, `4,580` made again",
        ),
        ("figures.csv", "4580", "4581", "`figures.csv`: line"),
        ("charts/dtn_by_year.svg", "7,130", "7,310", "`charts/dtn_by_year.svg`: line"),
        ("tables/outcomes.csv", "6928", "6982", "`tables/outcomes.csv`: line"),
        ("datapackage.json", "Home Office", "Home office", "`datapackage.json`: line"),
        (
            "spec/reports/nrm-2024.yaml",
            "year = 2016",
            "year = 2017",
            "the bundle's spec does not build",
        ),
        ("spec/data/sources.yaml", "2024", "2023", "made again"),
    ] {
        change(&project, &format!("bundle/{path}"), from, to);
        sum_again(&project);
        let said = verify(&project, &[]).expect(1).err;
        assert!(said.contains("error[not-verified]") && said.contains(named), "{path}\n{said}");
        for (path, bytes) in &before {
            project.write(&format!("bundle/{path}"), bytes);
        }
    }
    // a figure's value, a row, a formula and a text of the workbook
    for (part, from, to, named) in [
        (
            "xl/worksheets/sheet1.xml",
            "<v>4580</v>",
            "<v>4581</v>",
            "Figures!F8: `4581` here, `4580` made again",
        ),
        (
            "xl/worksheets/sheet7.xml",
            "<v>4580</v>",
            "<v>4581</v>",
            ": `4581` here, `4580` made again",
        ),
        (
            "xl/worksheets/sheet1.xml",
            "(reports.year=2022)*",
            "(reports.year=2023)*",
            "Figures!H8: `=IF(SUMPRODUCT((reports.year=2023)",
        ),
        (
            "xl/sharedStrings.xml",
            ">4,580<",
            ">4,581<",
            "Figures!E8: `4,581` here, `4,580` made again",
        ),
    ] {
        rewrite(&project, part, from, to);
        sum_again(&project);
        let said = verify(&project, &[]).expect(1).err;
        assert!(said.contains("`evidence.xlsx`") && said.contains(named), "{part}\n{said}");
        for (path, bytes) in &before {
            project.write(&format!("bundle/{path}"), bytes);
        }
    }
    project.write("bundle/evidence/more.csv", "a,b\n");
    fs::remove_file(project.path().join("bundle/evidence/dtn_2016.csv")).unwrap();
    change(&project, "bundle/SHA256SUMS", "0", "1");
    let said = verify(&project, &[]).expect(1).err;
    for named in [
        "`evidence/more.csv`: is in the bundle, and is not made again",
        "`evidence/dtn_2016.csv`: is not in the bundle",
        "is not the file that was summed",
    ] {
        assert!(said.contains(named), "{named}\n{said}");
    }
}

#[test]
fn the_publishers_files_are_found_by_their_digest_and_by_nothing_else() {
    let project = bundle();
    let data = project.path().join("data/nrm-releases");
    fs::create_dir_all(project.path().join("elsewhere/deep")).unwrap();
    for entry in fs::read_dir(&data).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "csv") {
            let name = format!("{}.download", path.file_stem().unwrap().to_str().unwrap());
            fs::rename(&path, project.path().join("elsewhere/deep").join(name)).unwrap();
        }
    }
    let elsewhere = project.path().join("elsewhere");
    let elsewhere = elsewhere.to_str().unwrap();
    verify(&project, &["--data", elsewhere]).expect(0);
    // a file that was swapped for another is none of those that the bundle was made from
    let ages = Path::new("elsewhere/deep/ages.download");
    let text = project.read(ages.to_str().unwrap());
    project.write("elsewhere/ages.csv", text.replacen("672", "673", 1));
    fs::remove_file(project.path().join(ages)).unwrap();
    let said = verify(&project, &["--data", elsewhere]).expect(1).err;
    assert!(said.contains("is the one that `data/nrm-releases/ages.csv` was"), "{said}");
    assert!(said.contains("elsewhere/ages.csv` has another: "), "{said}");
}

#[test]
fn a_bundle_of_another_version_is_verified_on_its_meaning() {
    let project = bundle();
    let version = concat!("tieout ", env!("CARGO_PKG_VERSION"));
    change(&project, "bundle/figures.json", version, "tieout 0.0.1");
    change(&project, "bundle/index.html", "<style>", "<style>/* another look */");
    let said = verify(&project, &[]).expect(0).out;
    assert!(
        said.contains("made by tieout 0.0.1") && said.contains("not compared: the page"),
        "{said}"
    );
    // the same cells in another dress, and another value
    rewrite(&project, "docProps/app.xml", "<Application>", "<!-- --><Application>");
    verify(&project, &[]).expect(0);
    rewrite(&project, "xl/worksheets/sheet1.xml", "<v>4580</v>", "<v>4581</v>");
    let said = verify(&project, &[]).expect(1).err;
    assert!(said.contains("Figures, value of dtn_2022: `4581` here, `4580` made again"), "{said}");
    rewrite(&project, "xl/worksheets/sheet1.xml", "<v>4581</v>", "<v>4580</v>");
    for (path, from, to) in [
        ("index.html", ">5,598<", ">5,589<"),
        ("figures.json", "\"value\": \"4580\"", "\"value\": \"4581\""),
        ("evidence/dtn_2022.csv", ",4580,", ",4581,"),
        ("index.html", ">5,598</a>", "><!-- 5,598</a> --><b>9,999</b></a>"),
        ("index.html", "did not consent", "did consent"),
        ("index.html", "<p>Adults who may", "<p hidden>Adults who may"),
        (
            "figures.json",
            "\"label\": \"Duty to Notify reports, 2016\"",
            "\"label\": \"Deaths, 2016\"",
        ),
        (
            "figures.json",
            "{\n      \"id\": \"dtn_2016\",",
            "{\n      \"value\": \"9999\",\n      \"id\": \"dtn_2016\",",
        ),
    ] {
        let path = format!("bundle/{path}");
        let whole = project.read(&path);
        change(&project, &path, from, to);
        let said = verify(&project, &[]).expect(1).err;
        assert!(said.contains("error[not-verified]"), "{path}\n{said}");
        project.write(&path, whole);
    }
}

/// A bundle is no source of its own, under whatever name, and a file is what its path says.
#[test]
fn nothing_in_a_bundle_proves_itself() {
    let project = Project::of(
        "year,n\n2024,4\n",
        "",
        "figures:\n  n: n from t where year = 2024\n",
        "[4](fig:n)\n",
    );
    project.run(&["build"]).expect(0);
    // the whole project forged, and its bundle put beside the true data, with the forged file in it
    let forged = Project::of(
        "year,n\n2024,9\n",
        "",
        "figures:\n  n: n from t where year = 2024\n",
        "[9](fig:n)\n",
    );
    forged.run(&["build"]).expect(0);
    let bundle = forged.path().join("output/r");
    for (path, bytes) in files(&bundle) {
        project.write(&format!("output/r/{path}"), bytes);
    }
    project.write("output/r/tables/more.csv", forged.read("data/made/t.csv"));
    for data in [None, Some("."), Some("output"), Some("output/r"), Some("output/r/tables")] {
        let more: Vec<&str> = data.iter().flat_map(|data| ["--data", *data]).collect();
        let arguments: Vec<&str> = ["verify", "output/r"].into_iter().chain(more).collect();
        let said = project.run(&arguments).expect(1).err;
        assert!(said.contains("is the one that `data/made/t.csv` was"), "{data:?}\n{said}");
    }
    // a decoy of another name, and a link
    project.run(&["build"]).expect(0);
    project.run(&["verify", "output/r"]).expect(0);
    let true_rows = project.read("output/r/evidence/n.csv");
    project.write("output/r/evidence/n.csv", true_rows.replace('4', "9"));
    project.write("output/r/evidence\\n.csv", true_rows);
    let said = project.run(&["verify", "output/r"]).expect(1).err;
    assert!(said.contains("`evidence/n.csv`: line"), "{said}");
    project.run(&["build"]).expect(0);
    let page = project.path().join("output/r/index.html");
    fs::rename(&page, project.path().join("page.html")).unwrap();
    std::os::unix::fs::symlink(project.path().join("page.html"), page).unwrap();
    let said = project.run(&["verify", "output/r"]).expect(1).err;
    assert!(said.contains("is a link, and no file"), "{said}");
}

#[test]
fn a_template_prints_what_was_checked_as_it_is() {
    let project = Project::of(
        "year,n\n2024,4\n",
        "",
        "figures:\n  n: n from t where year = 2024\n",
        "There were [4](fig:n).\n",
    );
    let page = include_str!("../templates/page.html");
    let body = "{{ body_html | safe }}";
    project.write(
        "templates/page.html",
        page.replace(body, "{{ body_html | replace(from=\"4\", to=\"9\") | safe }}"),
    );
    let said = project.run(&["build"]).expect(1).err;
    assert!(said.contains("leaves out or changes `body_html`"), "{said}");
    project.write("templates/page.html", page.replace("{{ status[0] }}", "Reviewed"));
    let said = project.run(&["build"]).expect(1).err;
    assert!(said.contains("leaves out or changes `status`"), "{said}");
    // what a style does to the page is not known, and verify says so
    project.write("templates/page.html", page);
    let style = include_str!("../templates/style.css");
    project.write("templates/style.css", format!("{style} .claim::after {{ content: \"9\"; }}"));
    project.run(&["build"]).expect(0);
    let said = project.run(&["verify", "output/r"]).expect(0).out;
    assert!(
        said.contains(
            "templates of its own, which decide what a page shows of what was checked: `style.css`"
        ),
        "{said}"
    );
    assert!(!said.contains("page.html"), "{said}");
}

#[test]
fn a_folder_that_is_no_bundle_is_refused() {
    let project = Project::empty();
    project.write("bundle/index.html", "<p>");
    let said = verify(&project, &[]).expect(1).err;
    assert!(said.contains("is no bundle of tieout"), "{said}");
}
