//! Property tests: the engine against the naive evaluator, on random tables, recipes, threads and orders of rows.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use proptest::prelude::*;
use proptest::test_runner::Config;
use tieout::diag::Diagnostics;
use tieout::exact::Exact;
use tieout::figures::{self, Figures};
use tieout::frame::Frame;
use tieout::sources::{self, Sources, Wanted};
use tieout::spec::{self, Spec};
use tieout::text::Texts;

use crate::naive;

/// A report over one table, in memory: the stages without the command around them.
struct Report {
    spec: Spec,
    frames: BTreeMap<String, Frame>,
    figures: Figures,
    diagnostics: Diagnostics,
}

const SOURCE: &str = "title: Made\npublisher: Tests\nlicence: CC0-1.0\ndatasets:\n  t:\n    file: t.csv\n    columns:\n      a: { type: integer }\n      b: { type: decimal }\n      k: { type: text }\n      l: { type: text }\n      o: { type: boolean }\n";

fn report(csv: &str, spec: &str, threads: usize) -> Report {
    report_of(SOURCE, csv, spec, threads)
}

fn report_of(source: &str, csv: &str, spec: &str, threads: usize) -> Report {
    let threads = NonZeroUsize::new(threads).unwrap();
    let mut diagnostics = Diagnostics::default();
    let mut texts = Texts::default();
    let source = texts.add("data/made/source.yaml", source);
    let yaml = texts.add("reports/r.yaml", format!("title: Made\ndate: 2026-01-01\n{spec}"));
    let body = texts.add("reports/r.md", "");
    let sources: Sources = sources::declare(&texts, &[source]).into(&mut diagnostics);
    let spec = spec::parse(&texts, "r", yaml, body).into(&mut diagnostics).expect("a spec");
    let names = Some(figures::wanted(&spec).remove("t").unwrap_or_default());
    let bytes = csv.as_bytes().to_vec();
    let mut open =
        || Ok(Box::new(std::io::Cursor::new(bytes.clone())) as Box<dyn std::io::Read + Send>);
    let frame = sources::load(&sources.datasets["t"], &Wanted { names, threads }, &mut open)
        .into(&mut diagnostics);
    let frames: BTreeMap<String, Frame> =
        frame.into_iter().map(|frame| ("t".to_string(), frame)).collect();
    let plan = figures::plan(&spec, &sources, &frames).into(&mut diagnostics);
    let figures = figures::compute(&spec, &sources, &frames, plan, threads).into(&mut diagnostics);
    Report { spec, frames, figures, diagnostics }
}

/// The canonical text of a figure or series, as the naive evaluator writes it; `None` where it has no value.
fn found(report: &Report, id: &str) -> Option<String> {
    if let Some(figure) = report.figures.figures.get(id) {
        return Some(figure.value.to_string());
    }
    let series = report.figures.series.get(id)?;
    let points = series.points.iter().map(|point| {
        let keys: Vec<String> = point.keys.iter().map(ToString::to_string).collect();
        let value =
            point.values[0].figure().map_or("-".to_string(), |figure| figure.value.to_string());
        format!("{}: {value}", keys.join(", "))
    });
    Some(points.collect::<Vec<_>>().join("; "))
}

fn cell<T: ToString>(known: impl Strategy<Value = T>) -> impl Strategy<Value = String> {
    prop_oneof![1 => Just(String::new()), 5 => known.prop_map(|value| value.to_string())]
}

fn row() -> impl Strategy<Value = String> {
    let decimal = (-5000i64..5000, 0usize..4).prop_map(|(n, places)| {
        let digits = format!("{:0>5}", n.abs());
        let (whole, part) = digits.split_at(digits.len() - places);
        let sign = if n < 0 { "-" } else { "" };
        if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
    });
    let integer = prop_oneof![4 => -20i64..20, 1 => -3_000_000_000i64..3_000_000_000, 1 => Just(i64::MAX / 1_000_000)];
    let text = |texts: &'static [&'static str]| proptest::sample::select(texts);
    (
        cell(integer),
        cell(decimal),
        cell(text(&["red", "green", "blue"])),
        cell(text(&["x", "y"])),
        cell(proptest::bool::ANY),
    )
        .prop_map(|(a, b, k, l, o)| format!("{a},{b},{k},{l},{o}"))
}

/// Rows that hold every literal, so that none is silent, and then random ones.
fn table() -> impl Strategy<Value = String> {
    proptest::collection::vec(row(), 0..60).prop_map(|rows| {
        format!(
            "a,b,k,l,o\n3,1.5,red,x,true\n-4,2.25,green,y,false\n0,-1,blue,x,true\n{}\n",
            rows.join("\n")
        )
    })
}

fn condition() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        (
            proptest::sample::select(&["a", "b"][..]),
            proptest::sample::select(&["<", "<=", "=", "!=", ">", ">="][..]),
            -6i32..6
        )
            .prop_map(|(column, sign, n)| format!("{column} {sign} {n}")),
        (proptest::sample::select(&["<", ">="][..]), -9i32..9)
            .prop_map(|(sign, n)| format!("b {sign} {n}.5")),
        proptest::sample::select(
            &[
                "k = 'red'",
                "k != 'blue'",
                "k in ('red', 'green')",
                "l = 'x'",
                "k starts with 'b'",
                "o",
                "not o"
            ][..]
        )
        .prop_map(str::to_string),
        proptest::sample::select(
            &[
                "a is known",
                "b is missing",
                "k is missing",
                "a < b",
                "a + b > 2",
                "a between -2 and 3",
                "b / a > 1",
                "abs(a) > 3",
                "if(o, a, b) > 0",
                "count_known(a, b, k) >= 2",
                "lower(k) = 'red'"
            ][..]
        )
        .prop_map(str::to_string),
    ];
    leaf.prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} and {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} or {b})")),
            inner.prop_map(|a| format!("not ({a})")),
        ]
    })
}

fn aggregate() -> impl Strategy<Value = String> {
    let of = |value: &'static [&'static str]| proptest::sample::select(value);
    let value = of(&["a", "b", "a + b", "a * 2", "a - b", "if(o, a, 1)", "abs(b)", "a * b"]);
    prop_oneof![
        (
            of(&["sum", "mean", "min", "max", "median", "variance", "variance_p", "count"]),
            value.clone()
        )
            .prop_map(|(f, x)| format!("{f}({x})")),
        (of(&["sum", "count", "max"]), value, condition())
            .prop_map(|(f, x, c)| format!("{f}({x} where {c})")),
        // A share of a quantity is of nothing below nought.
        (of(&["abs(a)", "abs(b)", "abs(a * b)"]), condition())
            .prop_map(|(x, c)| format!("share({x} where {c})")),
        condition().prop_map(|c| format!("count(where {c})")),
        condition().prop_map(|c| format!("share({c})")),
        of(&[
            "count()",
            "count(distinct a)",
            "count(distinct k)",
            "sum(a) / count()",
            "sum(b) - sum(a)",
            "count(a) / count()"
        ])
        .prop_map(str::to_string),
    ]
}

/// `key: value` lines of a spec, with the recipe quoted for YAML.
fn entry(id: &str, recipe: &str) -> String {
    format!("  {id}:\n    value: '{}'\n    as: decimal(4)\n", recipe.replace('\'', "''"))
}

/// What the engine says where the naive evaluator finds no value: an error of one of these kinds.
fn has_no_value(report: &Report) -> bool {
    let codes = ["empty-selection", "division-by-zero", "overflow"];
    report.diagnostics.iter().any(|d| codes.contains(&d.code.name()))
}

/// Aggregates whose value with hidden cells is a form of them.
fn hidden_aggregate() -> impl Strategy<Value = String> {
    proptest::sample::select(vec![
        "sum(a)",
        "sum(a where k = 'x')",
        "sum(2 * a - b where l = 'p')",
        "sum(if(k = 'x', a, 3))",
        "mean(a)",
        "share(a where k = 'x')",
        "share(a where l = 'p')",
        "sum(a where k = 'x') / sum(a)",
        "min(a)",
        "max(a)",
        "median(a)",
    ])
    .prop_map(str::to_string)
}

proptest! {
    #![proptest_config(Config { cases: 400, failure_persistence: None, ..Config::default() })]

    #[test]
    fn the_engine_equals_the_naive_evaluator(csv in table(), value in aggregate(), filter in proptest::option::of(condition()), threads in 1usize..4) {
        let filter = filter.map_or(String::new(), |filter| format!(" where {filter}"));
        let recipe = format!("{value} from t{filter}");
        let report = report(&csv, &format!("figures:\n{}", entry("f", &recipe)), threads);
        match naive::evaluate(&csv, SOURCE, &recipe) {
            Some(expected) => prop_assert_eq!(found(&report, "f"), Some(expected), "{}\n{}", recipe, csv),
            None => prop_assert!(has_no_value(&report), "{}\n{}\n{:?}", recipe, csv, report.diagnostics),
        }
    }

    #[test]
    fn a_series_is_one_filtered_figure_for_each_key(csv in table(), value in aggregate(), threads in 1usize..4) {
        let recipe = format!("{value} from t by k, l");
        let report = report(&csv, &format!("series:\n{}", entry("s", &recipe)), threads);
        let expected = naive::evaluate(&csv, SOURCE, &recipe);
        prop_assert_eq!(found(&report, "s"), expected, "{}\n{}", recipe, csv);
        for point in &report.figures.series["s"].points {
            let [k, l] = [0, 1].map(|index| point.keys[index].to_string());
            let single = format!("{value} from t where k = '{k}' and l = '{l}'");
            let one = self::report(&csv, &format!("figures:\n{}    allow_empty: true\n", entry("f", &single)), 1);
            let point_value = point.values[0].figure().map(|figure| figure.value.to_string());
            prop_assert_eq!(found(&one, "f"), point_value, "{}", single);
        }
    }

    #[test]
    fn the_bounds_of_hidden_cells_are_those_of_all_that_they_can_be(
        cells in proptest::collection::vec((0i64..9, proptest::bool::weighted(0.4), "[xy]", "[pq]"), 2..7),
        first in hidden_aggregate(), second in hidden_aggregate(), operator in 0usize..4,
    ) {
        let mut hidden = 0;
        let cells: Vec<(Option<i64>, String, String)> = cells.into_iter().map(|(value, hide, k, l)| {
            let hide = hide && hidden < 4;
            hidden += usize::from(hide);
            ((!hide).then_some(value), k, l)
        }).collect();
        let csv = |values: &mut dyn FnMut() -> String| {
            let rows = cells.iter().map(|(value, k, l)| {
                format!("{},1,{k},{l},true\n", value.map_or_else(&mut *values, |value| value.to_string()))
            });
            format!("a,b,k,l,o\n{}", rows.collect::<String>())
        };
        let derived = ["f / g", "f - g", "percent_change(g to f)", "f"][operator];
        let spec = format!("figures:\n{}{}{}", entry("f", &format!("{first} from t")), entry("g", &format!("{second} from t")), entry("h", derived));
        let source = SOURCE.replace("a: { type: integer }", "a: { type: integer, suppressed: { \"<5\": 1..4 } }");
        let open = report_of(&source, &csv(&mut || "<5".into()), &spec, 2);
        let mut ends: BTreeMap<&str, Vec<Exact>> = BTreeMap::new();
        let mut undefined = false;
        for combination in 0..4usize.pow(hidden as u32) {
            let mut rest = combination;
            let filled = csv(&mut || {
                let value = 1 + rest % 4;
                rest /= 4;
                value.to_string()
            });
            let known = report(&filled, &spec, 1);
            for id in ["f", "g", "h"] {
                match known.figures.figures.get(id).and_then(|figure| figure.value.number()) {
                    Some(number) => ends.entry(id).or_default().push(number.value.clone()),
                    None => undefined = true,
                }
            }
        }
        // a share, or a divisor that may be 0, has no value for some of them: then there is none, or bounds of the rest
        prop_assume!(!undefined);
        // the numbers of one figure are those of the naive evaluator, which the other tests hold the engine to
        for id in ["f", "g", "h"] {
            let (least, most) = (ends[id].iter().min().unwrap(), ends[id].iter().max().unwrap());
            let Some(figure) = open.figures.figures.get(id) else {
                // a divisor between whole numbers may be 0
                prop_assert!(id == "h", "{id}\n{spec}\n{:?}", open.diagnostics);
                continue;
            };
            let (low, high) = figure.value.number().unwrap().range();
            prop_assert!(low <= *least && *most <= high, "{id}: {low}..{high} holds not {least}..{most}\n{spec}");
            // two quotients, or an extreme, of the same cells have bounds that hold their values and may be wider
            let linear = [&first, &second].iter().all(|value| {
                (value.starts_with("sum") || value.starts_with("mean")) && !value.contains(" / ")
            });
            if id != "h" || linear {
                prop_assert_eq!((&low, &high), (least, most), "{}\n{}", id, spec);
            }
        }
    }

    #[test]
    fn threads_and_the_order_of_rows_leave_no_trace(csv in table(), value in aggregate(), filter in condition(), seed in 0usize..1000) {
        let spec = format!("figures:\n{}series:\n{}", entry("f", &format!("{value} from t where {filter}")), entry("s", &format!("{value} from t by k")));
        let first = report(&csv, &spec, 1);
        let mut lines: Vec<&str> = csv.lines().collect();
        let count = lines.len() - 1;
        lines[1..].rotate_left(seed % count);
        lines[1..].reverse();
        let turned = report(&(lines.join("\n") + "\n"), &spec, 3);
        prop_assert_eq!(found(&first, "f"), found(&turned, "f"));
        prop_assert_eq!(found(&first, "s"), found(&turned, "s"));
        let digest = |report: &Report| {
            let threads = NonZeroUsize::new(2).unwrap();
            figures::collapsed(&report.figures, &report.frames, threads).into_iter().map(|(id, rows)| (id, rows.digest())).collect::<Vec<_>>()
        };
        prop_assert_eq!(digest(&first), digest(&turned));
    }

    #[test]
    fn the_rows_listed_are_the_rows_counted(csv in table(), value in aggregate(), filter in condition()) {
        let report = report(&csv, &format!("figures:\n{}", entry("f", &format!("{value} from t where {filter}"))), 2);
        let threads = NonZeroUsize::new(2).unwrap();
        if let Some(figure) = report.figures.figures.get("f") {
            let counts = figure.counts.as_ref().unwrap();
            let once = figures::rows(&report.figures, &report.frames, "f", usize::MAX, threads).unwrap();
            let twice = figures::row_sets(&report.figures, &report.frames, usize::MAX, threads).remove("f").unwrap();
            prop_assert_eq!(once.rows.len() as u64, counts.rows.unwrap().used);
            prop_assert_eq!(&once, &twice);
            let collapsed = figures::collapsed(&report.figures, &report.frames, threads).remove("f").unwrap();
            prop_assert_eq!(collapsed.rows.iter().map(|(_, count)| count).sum::<u64>(), counts.rows.unwrap().used);
            prop_assert_eq!(report.spec.figures.len(), 1);
        }
    }

    #[test]
    fn a_shown_number_rounds_to_what_is_printed(mantissa in -10_000_000i64..10_000_000, scale in 0u32..6, decimals in 0u32..4) {
        use tieout::exact::{Exact, Rounding};
        use tieout::locale::Locale;
        use tieout::value::{Format, Measure, Number, Value};
        let locale = Locale::named("en-GB").unwrap();
        let value = Exact::scaled(i128::from(mantissa), scale);
        let number = Value::Number(Number::new(value, Measure::default()));
        let shown = locale.show(&number, Some(Format::Decimal(decimals)), Rounding::HalfUp);
        // the same by integers: half up, away from zero
        let (from, to) = (10i128.pow(scale), 10i128.pow(decimals));
        let doubled = 2 * i128::from(mantissa.abs()) * to + from;
        let rounded = doubled / (2 * from) * if mantissa < 0 { -1 } else { 1 };
        let read = locale.read(&shown).unwrap();
        prop_assert_eq!(read.value, Exact::scaled(rounded, decimals), "{}", shown);
        prop_assert_eq!(read.decimals, decimals);
    }
}
