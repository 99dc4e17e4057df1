//! The documentation is executed: the README's files make a project that builds, and says what the README says.

use std::fs;

use tieout::language::Function;
use tieout::value::Format;

use crate::support::{Project, root};

/// Fenced blocks whose info string names a file: the file and its text.
fn blocks(markdown: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = markdown;
    while let Some(at) = rest.find("\n```") {
        let block = &rest[at + 4..];
        let (info, body) = block.split_once('\n').unwrap();
        let end = body.find("\n```").unwrap() + 1;
        if let Some((_, path)) = info.split_once(' ') {
            found.push((path.to_string(), body[..end].to_string()));
        } else {
            found.push((format!("({info})"), body[..end].to_string()));
        }
        rest = &body[end + 3..];
    }
    found
}

#[test]
fn the_readme_is_true() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let blocks = blocks(&readme);
    let project = Project::empty();
    for (path, text) in blocks.iter().filter(|(path, _)| path.contains('/')) {
        project.write(path, text);
    }
    let ran = project.run(&["build"]).expect(0);
    assert!(ran.err.is_empty(), "{}", ran.err);
    assert!(project.path().join("output/hello/index.html").exists());
    let text = project.read("reports/hello.md");
    project.write("reports/hello.md", text.replace("5,598", "5,589"));
    let said = project.run(&["build"]).expect(1).err;
    let shown = &blocks.iter().find(|(path, _)| path == "(text)").unwrap().1;
    assert!(
        said.starts_with(shown.as_str()),
        "the README shows\n{shown}\nand the command says\n{said}"
    );
    project.write("reports/hello.md", text);
    project.run(&["explain", "dtn_rise"]).expect(0);
    assert!(
        project
            .run(&["explain", "--row", "data/dtn/dtn.csv:4"])
            .expect(0)
            .out
            .contains("dtn_2024, dtn_rise")
    );
}

#[test]
fn the_language_page_names_every_function_and_format() {
    let page = fs::read_to_string(root().join("docs/language.md")).unwrap();
    for function in Function::ALL {
        assert!(
            page.contains(&format!("`{}(", function.name())),
            "{} is not described",
            function.name()
        );
    }
    for format in Format::NAMES {
        assert!(page.contains(format), "{format} is not described");
    }
}

#[test]
fn the_page_on_the_page_names_every_kind_of_chart_and_every_field() {
    let page = fs::read_to_string(root().join("docs/page.md")).unwrap();
    let read = |path: &str| -> serde_json::Value {
        serde_json::from_str(&fs::read_to_string(root().join(path)).unwrap()).unwrap()
    };
    let (report, theme) = (read("reports/report.schema.json"), read("templates/theme.schema.json"));
    let fields = |definition: &serde_json::Value| -> Vec<String> {
        let whole =
            definition["anyOf"][1].as_object().map_or(definition, |_| &definition["anyOf"][1]);
        whole["properties"].as_object().unwrap().keys().cloned().collect()
    };
    let mut words: Vec<String> = report["definitions"]["RawChartKind"]["oneOf"]
        .as_array()
        .unwrap()
        .iter()
        .map(|kind| kind["const"].as_str().unwrap().to_string())
        .collect();
    assert_eq!(words.len(), 11);
    let own = ["RawChart", "RawReferenceLine", "RawAnnotation", "RawTable", "RawTotal", "RawCard"];
    for definition in own {
        words.extend(fields(&report["definitions"][definition]));
    }
    words.extend(theme["properties"].as_object().unwrap().keys().cloned());
    words.extend(fields(&theme["definitions"]["RawColours"]));
    for word in words {
        assert!(page.contains(&word), "{word} is not described");
    }
}

#[test]
fn the_changelog_opens_with_what_is_unreleased() {
    let changelog = fs::read_to_string(root().join("CHANGELOG.md")).unwrap();
    assert!(changelog.starts_with("# Changelog\n\n## [Unreleased]\n"));
}
