//! Two tables in one figure: series side by side by equal keys, and columns looked up by a declared key. Values by hand.

use crate::support::Project;

const SOURCE: &str = "title: Decisions\npublisher: Home Office\nlicence: OGL-UK-3.0\ndatasets:\n  decisions:\n    file: decisions.csv\n    columns:\n      area: { type: text }\n    lookup:\n      region: { in: areas, by: area }\n      people: { in: areas, by: area, column: population }\n";
const AREAS: &str = "title: Areas\npublisher: ONS\nlicence: OGL-UK-3.0\ndatasets:\n  areas:\n    file: areas.csv\n    key: [area]\n";

/// Decisions by area, and what is known of areas, from two publishers.
fn project(spec: &str, body: &str) -> Project {
    let spec = format!("title: Made\ndate: 2026-01-01\n{spec}");
    Project::new(&[
        ("data/ho/source.yaml", SOURCE),
        (
            "data/ho/decisions.csv",
            "area,year,refused\nLeeds,2023,10\nYork,2023,5\nDover,2023,8\nLeeds,2024,20\nYork,2024,4\nDover,2024,16\n",
        ),
        ("data/ons/source.yaml", AREAS),
        (
            "data/ons/areas.csv",
            "area,region,population\nDover,South,100000\nLeeds,North,800000\nYork,North,200000\n",
        ),
        ("reports/r.yaml", &spec),
        ("reports/r.md", body),
    ])
}

#[test]
fn columns_are_looked_up_and_lead_to_both_files() {
    let project = project(
        "figures:\n  north: sum(refused) from decisions where region = 'North'\n  large: sum(refused where people > 500000) from decisions\nseries:\n  by_region: sum(refused) from decisions by region\n",
        "In the north [39](fig:north), in large places [30](fig:large), in the south [24](fig:by_region/south).\n",
    );
    project.run(&["build"]).expect(0);
    assert_eq!(
        project.read("output/r/evidence/north.csv"),
        "file,line,area,refused,region,region: place in data/ons/areas.csv\n".replace("area,", "")
            + "data/ho/decisions.csv,2,10,North,3\ndata/ho/decisions.csv,3,5,North,4\ndata/ho/decisions.csv,5,20,North,3\ndata/ho/decisions.csv,6,4,North,4\n"
    );
    let json: serde_json::Value =
        serde_json::from_str(&project.read("output/r/figures.json")).unwrap();
    let north = &json["figures"][0];
    assert_eq!(north["sources"], serde_json::json!(["ho", "ons"]));
    assert_eq!(north["input"]["lookups"][0]["file"], "data/ons/areas.csv");
    let briefing = project.read("output/r/briefing.md");
    assert!(
        briefing.contains("39[^source-ho]") && briefing.contains("[^source-ons]"),
        "{briefing}"
    );
    assert!(briefing.contains("areas.csv, lines 3–4"), "{briefing}");
    let explained = project.run(&["explain", "north"]).expect(0).out;
    assert!(explained.contains("region is region of areas (data/ons/areas.csv)"), "{explained}");
    assert!(
        explained.contains("data/ho/decisions.csv:2  Leeds | 2023 | 10 | North"),
        "{explained}"
    );
    // from a row of either file to the figures
    let from = |place: &str| project.run(&["explain", "--row", place]).expect(0).out;
    assert_eq!(from("data/ons/areas.csv:3"), "r: by_region, large, north\n");
    assert_eq!(from("data/ons/areas.csv:3:population"), "r: large\n");
    assert_eq!(from("data/ho/decisions.csv:4"), "r: by_region\n");
    let shown = project.run(&["source", "show", "decisions"]).expect(0).out;
    assert!(shown.contains("region: text, 6 known"), "{shown}");
}

#[test]
fn series_stand_side_by_side_by_equal_keys() {
    let spec = "series:\n  refused: sum(refused) from decisions where year = 2024 by area\n  people: population from areas by area\n  before: sum(refused) from decisions where year = 2023 by area\n  rate: refused / people as per(100000)\n  change: percent_change(before to refused)\n  of_all: refused / all as percent(1)\n  both:\n    values: { people: people, rate: refused / people * 100 }\n    as: decimal(3)\nfigures:\n  all: sum(refused) from decisions where year = 2024\n  highest: area from rate where rank = 1\n";
    let project = project(
        spec,
        "The highest rate is that of [Dover](fig:highest): [16 per 100,000](fig:rate/dover); in York it is [2 per 100,000](fig:rate/york). In Leeds they [doubled](fig:change/leeds), to [50.0%](fig:of_all/leeds) of all; York has [200000](fig:both/york/people) and [0.002](fig:both/york/rate).\n",
    );
    project.run(&["build"]).expect(0);
    let json: serde_json::Value =
        serde_json::from_str(&project.read("output/r/figures.json")).unwrap();
    let rate = json["series"].as_array().unwrap().iter().find(|s| s["id"] == "rate").unwrap();
    let values: Vec<&str> = rate["points"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["values"][0]["value"].as_str().unwrap())
        .collect();
    assert_eq!(values, ["0.00016", "0.000025", "0.00002"]);
    let point = &rate["points"][0]["values"][0];
    assert_eq!(point["uses"], serde_json::json!(["people", "refused"]));
    assert_eq!(point["sources"], serde_json::json!(["ho", "ons"]));
    let from = |place: &str| project.run(&["explain", "--row", place]).expect(0).out;
    assert_eq!(from("data/ons/areas.csv:2"), "r: both, highest, people, rate\n");
    let explained = project.run(&["explain", "rate"]).expect(0).out;
    assert!(explained.contains("from      people, refused"), "{explained}");
}

#[test]
fn keys_that_do_not_match_are_errors_unless_they_are_listed() {
    let spec = "series:\n  refused: sum(refused) from decisions where area != 'Dover' by area\n  people: population from areas by area\n  rate:\n    value: refused / people\n    as: per(100000)\n";
    let body = "In York [=](fig:rate/york).\n";
    let open = project(spec, body).run(&["check"]).expect(1).err;
    assert!(
        open.contains("error[unmatched-keys]: keys do not match: `refused` has no `Dover`"),
        "{open}"
    );
    let listed = format!("{spec}    unmatched: [Dover]\n");
    let project = project(&listed, body);
    project.run(&["build"]).expect(0);
    assert!(
        project
            .read("output/r/briefing.md")
            .contains("Left out, because not in all of its series: Dover.")
    );
    project.write(
        "reports/r.yaml",
        format!("title: Made\ndate: 2026-01-01\n{spec}    unmatched: [Dover, York]\n"),
    );
    let stale = project.run(&["check"]).expect(1).err;
    assert!(stale.contains("`York` is listed as unmatched"), "{stale}");
}
