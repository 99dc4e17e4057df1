//! The invariants of ARCHITECTURE.md: stages look only upstream, every file says what it is, the map is true.

use std::collections::BTreeSet;
use std::fs;

use crate::support::{files, root};

/// The stages in their order; a module may name itself and what stands before it.
const ORDER: [&str; 25] = [
    "digest",
    "exact",
    "disclosure",
    "hidden",
    "text",
    "diag",
    "value",
    "locale",
    "language",
    "spec",
    "frame",
    "sources",
    "world",
    "figures",
    "claims",
    "charts",
    "document",
    "review",
    "standards",
    "recheck",
    "workbook",
    "render",
    "bundle",
    "audit",
    "pipeline",
];

fn sources() -> Vec<(String, String)> {
    let all = files(&root().join("src")).into_iter().filter(|(path, _)| path.ends_with(".rs"));
    all.map(|(path, bytes)| (path, String::from_utf8(bytes).unwrap())).collect()
}

fn stage(path: &str) -> &str {
    path.split(['/', '.']).next().unwrap()
}

#[test]
fn stages_look_only_upstream() {
    let mut wrong = Vec::new();
    let mut edges = BTreeSet::new();
    for (path, text) in sources() {
        let Some(own) = ORDER.iter().position(|stage| *stage == self::stage(&path)) else {
            continue;
        };
        for (at, _) in text.match_indices("crate::") {
            let named: String = text[at + 7..]
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                .collect();
            let place = ORDER.iter().position(|stage| *stage == named);
            edges.insert((stage(&path).to_string(), named.clone()));
            if place.is_none_or(|place| place > own) {
                wrong.push(format!("{path} names {named}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(edges.len() > 40, "the test must see the edges; it saw {}", edges.len());
}

#[test]
fn every_file_says_what_it_is() {
    for (path, text) in sources() {
        assert!(text.starts_with("//! "), "src/{path} does not open with //!");
    }
}

#[test]
fn the_map_in_architecture_names_every_module() {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let modules: BTreeSet<String> =
        sources().iter().map(|(path, _)| stage(path).to_string()).collect();
    for module in modules.iter().filter(|module| !["lib", "main"].contains(&module.as_str())) {
        assert!(map.contains(&format!("`{module}")), "ARCHITECTURE.md does not name `{module}`");
    }
}

#[test]
fn files_are_read_and_written_by_two_modules_only() {
    for (path, text) in sources() {
        let allowed = path == "world.rs" || path.starts_with("cli/") || path == "bundle/write.rs";
        for word in
            ["std::fs", "std::env", "SystemTime::now", "Instant::now", "println!", "File::open"]
        {
            assert!(allowed || !text.contains(word), "src/{path} uses {word}");
        }
    }
}

#[test]
fn no_float_but_in_charts_and_no_big_number_but_in_exact() {
    for (path, text) in sources() {
        let code: String =
            text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        // serde's trait methods are named after the types
        let code = code
            .replace("i128 f32 f64 char", "")
            .replace("u128 f32 f64 char", "")
            .replace("u64 u128 f32 f64", "");
        assert!(
            // a workbook holds doubles, which become decimals there; `exact` gives the double of a number to write one
            !code.contains("f64") && !code.contains("f32")
                || ["exact.rs", "spec/decode.rs", "sources/grid/workbook.rs"]
                    .contains(&path.as_str()),
            "src/{path} has a float"
        );
        assert!(
            !code.contains("BigInt") && !code.contains("BigRational") || path == "exact.rs",
            "src/{path} names a big number"
        );
    }
}

#[test]
fn the_top_level_is_as_promised() {
    let allowed: BTreeSet<&str> = [
        ".cargo",
        ".ci",
        ".git",
        ".gitattributes",
        ".gitignore",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "Cargo.lock",
        "Cargo.toml",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
        "benches",
        "clippy.toml",
        "data",
        "docs",
        "output",
        "reports",
        "rustfmt.toml",
        "scripts",
        "src",
        "target",
        "templates",
        "tests",
    ]
    .into();
    for entry in fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(allowed.contains(name.as_str()), "{name} stands at the top level");
    }
}
