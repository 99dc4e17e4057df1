//! The bundles of the project's own reports: reproducible, whole, and the same in HTML and Markdown.

use std::process::Command;

use crate::support::{Project, files, root};

const PROJECT: [&str; 3] = ["reports", "data", "templates"];

#[test]
fn the_committed_bundles_rebuild_byte_for_byte() {
    let project = Project::copy(&root(), &PROJECT);
    project.run(&["build"]).expect(0);
    for (path, bytes) in files(&root().join("output")) {
        let rebuilt = std::fs::read(project.path().join("output").join(&path))
            .unwrap_or_else(|error| panic!("{path}: {error}"));
        assert!(
            rebuilt == bytes,
            "output/{path} is not what the project builds: run `cargo run --release -- build` and commit"
        );
    }
    assert_eq!(files(&project.path().join("output")).len(), files(&root().join("output")).len());
    for lock in ["reports/nrm-2024.lock", "reports/mauna-loa.lock"] {
        assert_eq!(project.read(lock), std::fs::read_to_string(root().join(lock)).unwrap());
    }
    project.run(&["build", "--locked"]).expect(0);
}

#[test]
fn folder_time_zone_locale_and_threads_leave_no_trace() {
    let first = Project::copy(&root(), &PROJECT);
    let second = Project::copy(&root(), &PROJECT);
    first
        .run_with(&["--threads", "1", "build"], |c| {
            c.env("TZ", "UTC").env("LC_ALL", "C").env("LANG", "C")
        })
        .expect(0);
    second
        .run_with(&["--threads", "7", "build"], |c| {
            c.env("TZ", "Pacific/Kiritimati")
                .env("LC_ALL", "de_DE.UTF-8")
                .env("LANG", "tr_TR.UTF-8")
                .current_dir("/")
        })
        .expect(0);
    assert_eq!(files(&first.path().join("output")), files(&second.path().join("output")));
    assert_eq!(first.read("reports/nrm-2024.lock"), second.read("reports/nrm-2024.lock"));
}

#[test]
fn sums_hold_for_every_file_of_a_bundle() {
    for report in ["nrm-2024", "mauna-loa"] {
        let folder = root().join("output").join(report);
        assert!(
            Command::new("sha256sum")
                .args(["--check", "--quiet", "SHA256SUMS"])
                .current_dir(&folder)
                .status()
                .unwrap()
                .success()
        );
        let listed = std::fs::read_to_string(folder.join("SHA256SUMS")).unwrap().lines().count();
        assert_eq!(listed + 1, files(&folder).len());
        let size: usize = files(&folder).iter().map(|(_, bytes)| bytes.len()).sum();
        assert!(size < 2 << 20, "{report} has {size} bytes");
    }
}

/// Text of HTML without tags; what is inside the named elements is left out.
fn text(html: &str, without: &[&str]) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let name: String = rest[1..].chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
        let end = if without.contains(&name.as_str()) {
            rest.find(&format!("</{name}>")).unwrap()
        } else {
            0
        };
        rest = &rest[end..];
        rest = &rest[rest.find('>').unwrap() + 1..];
        out.push(' ');
    }
    out.push_str(rest);
    out.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

fn numbers(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut number = String::new();
    for c in text.chars().chain([' ']) {
        if c.is_ascii_digit() || (matches!(c, ',' | '.') && !number.is_empty()) {
            number.push(c);
        } else if !number.is_empty() {
            found.push(std::mem::take(&mut number).trim_end_matches([',', '.']).to_string());
        }
    }
    found
}

/// `briefing.md` as cmark-gfm renders it has the numbers of `index.html` in the same order.
#[test]
fn markdown_and_html_say_the_same_numbers_in_the_same_order() {
    for report in ["nrm-2024", "mauna-loa"] {
        let folder = root().join("output").join(report);
        let rendered = Command::new("cmark-gfm")
            .args([
                "-e",
                "table",
                "-e",
                "footnotes",
                "-e",
                "autolink",
                "-e",
                "strikethrough",
                "briefing.md",
            ])
            .current_dir(&folder)
            .output();
        let rendered = rendered.expect("cmark-gfm is installed (apt-get install cmark-gfm)");
        // back-links are numbered by cmark, and are no part of the text
        let mut markdown = String::from_utf8(rendered.stdout).unwrap();
        while let Some(at) = markdown.find("class=\"footnote-backref\"") {
            let start = markdown[..at].rfind("<a").unwrap();
            let end = at + markdown[at..].find("</a>").unwrap() + 4;
            markdown.replace_range(start..end, "");
        }
        let html = std::fs::read_to_string(folder.join("index.html")).unwrap();
        let (of_html, of_markdown) = (
            numbers(&text(&shortened(&html), &["head", "svg", "nav", "script"])),
            numbers(&text(&markdown, &[])),
        );
        assert!(of_html.len() > 60, "{report} has only {} numbers", of_html.len());
        for (at, (a, b)) in of_html.iter().zip(&of_markdown).enumerate() {
            assert_eq!(
                a,
                b,
                "{report}: number {at}, after {:?}",
                &of_html[at.saturating_sub(5)..at]
            );
        }
        assert_eq!(of_html.len(), of_markdown.len());
    }
}

/// A page without the tables of charts that have too many rows for Markdown, which links to their files.
fn shortened(html: &str) -> String {
    let parts = html.split_inclusive("</table>").map(|part| {
        let start = part.rfind("<table>").unwrap_or(part.len());
        let many = part[start..].matches("<tr>").count() > 16;
        if many && part[..start].contains("<details") { &part[..start] } else { part }
    });
    // what only screen readers hear repeats the title
    let mut short: String = parts.collect();
    // points and rows of the methods, which Markdown leaves to the files beside it
    for part in ["<details class=\"points", "<details class=\"rows"] {
        while let Some(at) = short.find(part) {
            let end = at + short[at..].find("</details>").unwrap();
            short.replace_range(at..end, "");
        }
    }
    while let Some(at) = short.find("<span class=\"unseen\">") {
        let end = at + short[at..].find("</span>").unwrap();
        short.replace_range(at..end, "");
    }
    short
}

#[test]
fn a_page_needs_nothing_else() {
    for report in ["nrm-2024", "mauna-loa"] {
        let html =
            std::fs::read_to_string(root().join("output").join(report).join("index.html")).unwrap();
        assert!(html.contains("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-"));
        // a logo is part of the page
        let html = html.replace(" src=\"data:image/svg+xml;base64,", "");
        // one script, of ours, which asks for nothing and makes no code or markup of texts
        let (before, script) = html.split_once("<script>").unwrap();
        let (script, after) = script.split_once("</script>").unwrap();
        let own = concat!(
            include_str!("../src/render/evidence.js"),
            include_str!("../src/render/recheck.js")
        );
        assert_eq!(script, own);
        assert!(script.len() <= 60_000, "{} bytes", script.len());
        for word in ["fetch", "XMLHttp", "WebSocket", "import", "eval", "Function(", "HTML"] {
            assert!(!script.contains(word), "{word}");
        }
        // what search engines read is data, and nothing that runs
        let before = before.replacen("<script type=\"application/ld+json\">", "", 1);
        let before = before.replacen("<script type=\"application/json\" id", "", 1);
        for word in [" style=\"", "<script", "<link", " src=", "@import", "url("] {
            assert!(!before.contains(word) && !after.contains(word), "{report}: {word}");
        }
        for (path, bytes) in files(&root().join("output").join(report)) {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            assert!(
                !text.contains("/root/")
                    && !text.contains("/tmp/")
                    && !text.contains(root().to_str().expect("UTF-8")),
                "{path} holds a path of a machine"
            );
        }
    }
}
