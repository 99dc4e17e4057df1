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
