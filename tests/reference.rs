//! Statistics against published references: NIST's NumAcc data sets, and R's quantiles of all nine types.

use crate::support::{Project, root};

fn value(project: &Project, id: &str) -> String {
    let report: serde_json::Value =
        serde_json::from_str(&project.read("output/r/figures.json")).unwrap();
    let figures = report["figures"].as_array().unwrap();
    figures.iter().find(|figure| figure["id"] == id).unwrap()["value"].as_str().unwrap().to_string()
}

/// NIST Statistical Reference Datasets, univariate: <https://www.itl.nist.gov/div898/strd/univ/numacc1.html> to numacc4.
/// Mean and standard deviation are certified exactly; double precision keeps about eight digits of NumAcc4's deviation.
#[test]
fn mean_and_deviation_are_exact_on_nist_numacc() {
    let pairs = |first: &str, low: &str, high: &str| {
        let mut csv = format!("x\n{first}\n");
        for _ in 0..500 {
            csv.push_str(&format!("{low}\n{high}\n"));
        }
        csv
    };
    for (name, csv, mean, deviation) in [
        ("NumAcc1", "x\n10000001\n10000003\n10000002\n".to_string(), "10000002", "1"),
        ("NumAcc2", pairs("1.2", "1.1", "1.3"), "1.2", "0.1"),
        ("NumAcc3", pairs("1000000.2", "1000000.1", "1000000.3"), "1000000.2", "0.1"),
        ("NumAcc4", pairs("10000000.2", "10000000.1", "10000000.3"), "10000000.2", "0.1"),
    ] {
        let spec =
            "figures:\n  m: mean(x) from t as decimal(3)\n  s: stdev(x) from t as decimal(3)\n";
        let project = Project::of(&csv, "", spec, "[=](fig:m)\n");
        project.run(&["build"]).expect(0);
        assert_eq!(
            (value(&project, "m").as_str(), value(&project, "s").as_str()),
            (mean, deviation),
            "{name}"
        );
    }
}

/// `tests/reference/quantiles.csv` is written by `tests/independent/quantiles.R`, by R's own `quantile(x, p, type = k)`.
#[test]
fn quantiles_agree_with_r_for_all_types() {
    let expected = std::fs::read_to_string(root().join("tests/reference/quantiles.csv")).unwrap();
    let data = std::fs::read_to_string(root().join("tests/reference/quantile-data.csv")).unwrap();
    let mut spec = String::from("figures:\n");
    let mut wanted = Vec::new();
    for line in expected.lines().skip(1) {
        let [kind, probability, value]: [&str; 3] =
            line.split(',').collect::<Vec<_>>().try_into().unwrap();
        let id = format!("q{}", wanted.len());
        spec.push_str(&format!(
            "  {id}: quantile(x, {probability}%, {kind}) from t as decimal(12)\n"
        ));
        wanted.push((id, line.to_string(), value.to_string()));
    }
    assert!(wanted.len() >= 9 * 10);
    let project = Project::of(&data, "", &spec, "[=](fig:q0)\n");
    project.run(&["build"]).expect(0);
    let report: serde_json::Value =
        serde_json::from_str(&project.read("output/r/figures.json")).unwrap();
    for (figure, (id, line, value)) in report["figures"].as_array().unwrap().iter().zip(wanted) {
        assert_eq!(figure["id"], id.as_str());
        // twelve decimals, as R was asked to print
        let shown = figure["shown"].as_str().unwrap().replace(',', "").replace('−', "-");
        assert_eq!(shown, value, "{line}");
    }
}

/// A root that is not rational: R's sd has 15 digits, bc has as many as it is asked for (`bc -l <<< 'scale=33; sqrt(5/3)'`).
#[test]
fn a_root_has_34_digits() {
    let project = Project::of(
        "x\n1\n2\n3\n4\n",
        "",
        "figures:\n  s: stdev(x) from t as decimal(2)\n",
        "[=](fig:s)\n",
    );
    project.run(&["build"]).expect(0);
    assert_eq!(value(&project, "s"), "1.290994448735805628393088466594133");
}
