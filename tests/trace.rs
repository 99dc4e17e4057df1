//! `tieout trace`: the numbers of a text against the project's data alone, without its reports.

use crate::support::{Project, root};

fn traced() -> Vec<serde_json::Value> {
    traced_in(&Project::copy(&root(), &["data"]))
}

fn traced_in(project: &Project) -> Vec<serde_json::Value> {
    project.write("article.md", std::fs::read(root().join("tests/trace/article.md")).unwrap());
    let ran = project.run(&["trace", "article.md", "--message-format", "json"]).expect(0);
    ran.out.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

#[test]
fn numbers_are_found_in_the_data_and_chance_is_told_apart() {
    let all = traced();
    let find = |words: &str| {
        let found = all.iter().find(|traced| traced["words"] == words);
        found.unwrap_or_else(|| panic!("`{words}` was not found in {all:?}"))
    };
    let recipes = |words: &str| -> Vec<String> {
        let candidates = find(words)["candidates"].as_array().unwrap();
        candidates.iter().map(|c| c["recipe"].as_str().unwrap().to_string()).collect()
    };
    let holds = |words: &str, recipe: &str| {
        assert!(
            recipes(words).iter().any(|found| found == recipe),
            "{words}: {:?}",
            recipes(words)
        );
    };
    holds("5,598", "reports from reports where year = 2024");
    holds("19,125", "referrals from referrals where year = 2024");
    holds("More than 19,000", "referrals from referrals where year = 2024");
    holds(
        "47%",
        "100% - a, where a is positive from shares where measure = 'reasonable grounds positive' and period = 2024",
    );
    holds(
        "51,193",
        "sum(value) from counts where measure = 'NRM referrals' and first and period in (2021, 2022, 2023, '2024 Q1')",
    );
    assert_eq!(find("51,193")["matches"], 1);
    holds("2,153", "referrals from nationalities where year = 2024 and nationality = 'Vietnamese'");
    // 2022 does not give 12%; what is about something else is counted apart
    let twelve = find("12%");
    assert_eq!((&twelve["matches"], &twelve["periods"]), (&0.into(), &serde_json::json!(["2022"])));
    assert_eq!(
        twelve["nearest"]["recipe"],
        "share(decisions where outcome = 'negative') from decisions where stage = 'reasonable' and year = 2022"
    );
    assert_eq!(twelve["nearest"]["value"], "1921/16747");
    assert!(twelve["chance"].as_u64().unwrap() > 0);
    // 5,598 is no nearly 6,000, and nothing gives 831
    assert_eq!(find("Nearly 6,000")["matches"], 0);
    assert_eq!(
        (&find("831")["matches"], &find("831")["nearest"]),
        (&0.into(), &serde_json::Value::Null)
    );
}

#[test]
fn a_projects_own_words_hold() {
    let project = Project::copy(&root(), &["data"]);
    let own = "hedges:\n  nearly:\n    digits: { from: -7/100, to: \"0\", open_to: true }\n";
    project.write("templates/words/en-GB.yaml", own);
    let all = traced_in(&project);
    // 5,598 is 6.7% below 6,000
    let nearly = all.iter().find(|traced| traced["words"] == "Nearly 6,000").expect("the number");
    let candidates = nearly["candidates"].as_array().unwrap();
    assert!(
        candidates.iter().any(|found| found["recipe"] == "reports from reports where year = 2024"),
        "{candidates:?}"
    );
}

#[test]
fn a_proposed_recipe_gives_what_it_says() {
    // every recipe that stands alone is put into a report, and its value compared
    let all = traced();
    let mut spec = String::from("title: T\ndate: 2026-01-01\nfigures:\n");
    let mut expected = Vec::new();
    for candidate in all.iter().flat_map(|traced| traced["candidates"].as_array().unwrap()) {
        let recipe = candidate["recipe"].as_str().unwrap();
        if recipe.contains("where a is") || !candidate["figure"].is_null() {
            continue;
        }
        let id = format!("f{}", expected.len());
        let format = if recipe.contains(" / ") { " as decimal(6)" } else { "" };
        spec.push_str(&format!("  {id}: {recipe}{format}\n"));
        expected.push((id, candidate["value"].as_str().unwrap().to_string()));
    }
    assert!(expected.len() > 10, "only {} recipes", expected.len());
    let project = Project::copy(&root(), &["data"]);
    project.write("reports/r.yaml", spec);
    project.write("reports/r.md", "[=](fig:f0)\n");
    project.run(&["build"]).expect(0);
    let json: serde_json::Value =
        serde_json::from_str(&project.read("output/r/figures.json")).unwrap();
    for (figure, (id, value)) in json["figures"].as_array().unwrap().iter().zip(&expected) {
        assert_eq!(
            (&figure["id"], &figure["value"]),
            (&id.as_str().into(), &value.as_str().into())
        );
    }
}
