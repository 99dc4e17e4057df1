//! Claims: `tests/words.txt` holds a figure's recipe, words, and what the check finds.

use crate::support::{Project, root};

#[test]
fn words_are_judged_as_the_list_says() {
    let list = std::fs::read_to_string(root().join("tests/words.txt")).unwrap();
    let mut count = 0;
    for line in list.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let [recipe, words, finding]: [&str; 3] =
            line.split(" | ").map(str::trim).collect::<Vec<_>>().try_into().expect(line);
        let spec = format!(
            "figures:\n  zero: count() from t\n  x:\n    reason: made\n    value: \"{}\"\n  y:\n    reason: made\n    value: 7\n",
            recipe
        );
        let project = Project::of("a\n1\n", "", &spec, &format!("[=](fig:zero).\n\n{words}\n"));
        let ran = project.run(&["check"]);
        let found = match (
            ran.code,
            ran.err.contains("error[wrong-claim]"),
            ran.err.contains("warning[unread-claim]"),
        ) {
            (0, _, true) => "unread",
            (1, true, _) => "wrong",
            (0, false, false) => "ties",
            _ => "?",
        };
        assert_eq!(found, finding, "{line}\n{}", ran.err);
        count += 1;
    }
    assert!(count >= 60, "only {count} claims");
}

/// What is true in the sentences of people must pass without a word: those that are false, in the same forms, are in
/// `tests/diagnostics/wrong-claim--across.txt` and `other-period--change.txt`.
#[test]
fn true_sentences_pass_without_a_word() {
    let false_ones = root().join("tests/diagnostics/wrong-claim--across.txt");
    let text = std::fs::read_to_string(false_ones).unwrap();
    let files = text.split("=== ").skip(1).filter_map(|part| part.split_once('\n'));
    let files: Vec<(&str, &str)> = files.filter(|(path, _)| path.contains('/')).collect();
    let list = std::fs::read_to_string(root().join("tests/sentences.txt")).unwrap();
    let paragraphs = list.split("\n\n").filter(|own| !own.starts_with('#')).count();
    let project = Project::new(&files);
    for paragraph in list.split_inclusive("\n\n") {
        let sentences: String = paragraph
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|l| format!("{l}\n"))
            .collect();
        project.write("reports/r.md", &sentences);
        let ran = project.run(&["check"]).expect(0);
        assert!(
            ran.err.trim() == "0 errors, 0 warnings" || ran.err.trim().is_empty(),
            "{sentences}\n{}",
            ran.err
        );
    }
    assert!(paragraphs >= 5, "{paragraphs}");
}
