//! Drawings against the numbers that they stand for, read back from the SVG; and one changed cell, followed everywhere.

use std::collections::BTreeMap;

use crate::support::{Project, root};

/// Attributes of every element called `name` that has all of `with` in its text.
fn elements(svg: &str, name: &str, with: &str) -> Vec<BTreeMap<String, String>> {
    let opening = format!("<{name} ");
    let found = svg.match_indices(&opening).map(|(at, _)| {
        let rest = &svg[at..];
        &rest[..rest.find('>').expect("a closed tag")]
    });
    found.filter(|text| text.contains(with)).map(attributes).collect()
}

fn attributes(text: &str) -> BTreeMap<String, String> {
    let mut rest = text;
    let mut all = BTreeMap::new();
    while let Some(at) = rest.find("=\"") {
        let name = rest[..at].rsplit([' ', '\n']).next().expect("a name").to_string();
        let end = at + 2 + rest[at + 2..].find('"').expect("a closing quote");
        all.insert(name, rest[at + 2..end].to_string());
        rest = &rest[end + 1..];
    }
    all
}

fn number(attributes: &BTreeMap<String, String>, name: &str) -> f64 {
    attributes[name].parse().expect("a number")
}

/// The chart of a committed bundle: its drawing, and the rows of its data.
fn chart(report: &str, id: &str) -> (String, Vec<Vec<String>>) {
    let folder = root().join("output").join(report).join("charts");
    let read = |kind: &str| std::fs::read_to_string(folder.join(format!("{id}.{kind}"))).unwrap();
    let rows = read("csv");
    let rows = rows.lines().skip(1).map(|line| line.split(',').map(str::to_string).collect());
    (read("svg"), rows.collect())
}

fn near(a: f64, b: f64, what: &str) {
    assert!((a - b).abs() < 0.11, "{what}: {a} is not {b}");
}

#[test]
fn bars_are_as_high_as_their_values() {
    let (svg, rows) = chart("nrm-2024", "dtn_by_year");
    let bars = elements(&svg, "rect", "fill-mark-1");
    assert_eq!((bars.len(), rows.len()), (10, 10));
    let value = |row: &Vec<String>| row[1].parse::<f64>().unwrap();
    let unit = number(&bars[9], "height") / value(&rows[9]);
    for (bar, row) in bars.iter().zip(&rows) {
        near(number(bar, "height"), value(row) * unit, &row[0]);
        near(
            number(bar, "y") + number(bar, "height"),
            number(&bars[9], "y") + number(&bars[9], "height"),
            &row[0],
        );
    }
}

#[test]
fn stacks_are_as_high_as_the_sum_of_their_parts() {
    let (svg, rows) = chart("nrm-2024", "by_age");
    let parts: Vec<_> =
        (1..=3).map(|strand| elements(&svg, "rect", &format!("fill-mark-{strand}"))).collect();
    let tick = elements(&svg, "polyline", "stroke-grid");
    let y = |line: &BTreeMap<String, String>| {
        line["points"].split([',', ' ']).nth(1).unwrap().parse::<f64>().unwrap()
    };
    // from one line to the next is 5,000
    let unit = (y(&tick[0]) - y(&tick[1])) / 5000.0;
    let zero = y(&tick[0]) + unit * 5000.0;
    let swatches = 1;
    for (index, row) in rows.iter().enumerate() {
        let total: f64 = row[1..].iter().map(|cell| cell.parse::<f64>().unwrap()).sum();
        let of = |strand: usize| &parts[strand][index + swatches];
        near(number(of(2), "y"), zero - total * unit, &row[0]);
        near(number(of(0), "height"), row[1].parse::<f64>().unwrap() * unit, &row[0]);
    }
}

#[test]
fn a_line_goes_where_its_values_are_and_time_is_to_scale() {
    let (svg, rows) = chart("mauna-loa", "monthly");
    // three months of 1964 and a few others are not in the file: the line is broken there
    let lines = elements(&svg, "polyline", "stroke-mark-1");
    assert_eq!((lines.len(), rows.len()), (4, 741));
    let points: Vec<(f64, f64)> = lines
        .iter()
        .flat_map(|line| line["points"].split(' '))
        .map(|pair| {
            pair.split_once(',').map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap())).unwrap()
        })
        .collect();
    let value = |index: usize| rows[index][1].parse::<f64>().unwrap();
    let slope = (points[740].1 - points[0].1) / (value(740) - value(0));
    for index in [1, 100, 399, 700] {
        near(points[index].1, points[0].1 + (value(index) - value(0)) * slope, &rows[index][0]);
    }
    // May 1964 and March 1989: days from March 1958 by `date -d … +%s`, of 22,677 to April 2020
    let csv = std::fs::read_to_string(root().join("data/mauna-loa/co2-concentration.csv")).unwrap();
    let dates: Vec<&str> = csv.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    for (date, days) in [("1964-05-01", 2253.0), ("1989-03-01", 11323.0)] {
        let index = dates.iter().position(|found| *found == date).unwrap();
        let along = (points[index].0 - points[0].0) / (points[740].0 - points[0].0);
        assert!((along - days / 22_677.0).abs() < 0.0005, "{date}: {along}");
    }
}

#[test]
fn a_histogram_counts_each_reading_once() {
    let (_, rows) = chart("mauna-loa", "spread");
    let csv = std::fs::read_to_string(root().join("data/mauna-loa/co2-concentration.csv")).unwrap();
    let mut counts = BTreeMap::new();
    for line in csv.lines().skip(1) {
        let tens = line.split(',').nth(1).unwrap().parse::<f64>().unwrap() / 10.0;
        *counts.entry(tens as i64 * 10).or_insert(0) += 1;
    }
    assert_eq!(rows.len(), counts.len());
    for (row, (low, count)) in rows.iter().zip(counts) {
        assert!(row[0].starts_with(&format!("{low} to ")), "{row:?}");
        assert_eq!(row[1], format!("{count}"));
    }
}

/// A report of one dataset and one chart, built; the drawing of the chart and the rows of its data.
fn built(csv: &str, spec: &str) -> (String, Vec<Vec<String>>) {
    let spec = format!(
        "figures:\n  all: sum(cases) from t\n{spec}    title: Cases\n    alt: A drawing of cases\n"
    );
    let project = Project::of(csv, "", &spec, "In all [=](fig:all).\n\n[C](chart:c)\n");
    project.run(&["build"]).expect(0);
    let rows = project.read("output/r/charts/c.csv");
    let rows = rows.lines().skip(1).map(|line| line.split(',').map(str::to_string).collect());
    (project.read("output/r/charts/c.svg"), rows.collect())
}

#[test]
fn whole_numbers_on_the_last_edge_have_a_bin_of_their_own() {
    let rows: String = (0..100).map(|row| format!("k{row},{}\n", row % 10)).collect();
    let spec = "series:\n  s: sum(cases) from t by kind\ncharts:\n  c:\n    kind: histogram\n    series: s\n";
    let (_, bins) = built(&format!("kind,cases\n{rows}"), spec);
    assert_eq!(bins.len(), 10);
    assert!(bins.iter().all(|bin| bin[1] == "10"), "{bins:?}");
}

#[test]
fn an_area_ends_where_a_value_is_not_known() {
    let csv = "year,cases\n2020,5\n2021,6\n2022,\n2023,7\n2024,9\n";
    let spec =
        "series:\n  s: sum(cases) from t by year\ncharts:\n  c:\n    kind: area\n    series: s\n";
    let (svg, _) = built(csv, spec);
    let areas = elements(&svg, "polygon", "fill-mark-1");
    assert_eq!(areas.len(), 2);
    let corners = |area: &BTreeMap<String, String>| area["points"].split(' ').count();
    assert!(areas.iter().all(|area| corners(area) == 4));
    assert!(svg.contains(">[x]</text>"));
}

#[test]
fn numbers_along_an_axis_are_no_years() {
    let rows: String = (0..41).map(|row| format!("{},{row}\n", row * 1000)).collect();
    let spec = "series:\n  s: sum(cases) from t by distance\ncharts:\n  c:\n    kind: line\n    series: s\n";
    let (svg, _) = built(&format!("distance,cases\n{rows}"), spec);
    assert!(svg.contains(">40000</text>") && !svg.contains(">1970</text>"), "{svg}");
    // numbers far apart keep their order
    let csv = "distance,cases\n0,1\n1000000000000000,2\n2000000000000000,3\n3000000000000000,4\n";
    let (svg, _) = built(csv, spec);
    let line = elements(&svg, "polyline", "stroke-mark-1")[0]["points"].clone();
    let xs: Vec<f64> =
        line.split(' ').map(|pair| pair.split(',').next().unwrap().parse().unwrap()).collect();
    assert!(
        xs.windows(2).all(|pair| (pair[1] - pair[0] - (xs[3] - xs[0]) / 3.0).abs() < 0.11),
        "{xs:?}"
    );
}

#[test]
fn an_annotation_points_at_the_top_of_a_stack() {
    let csv = "year,kind,cases\n2020,a,50\n2020,b,40\n2020,c,10\n2021,a,5\n2021,b,5\n2021,c,5\n";
    for (kind, value) in [("stacked-bar", 100.0), ("stacked-percent", 100.0), ("area", 100.0)] {
        let spec = format!(
            "series:\n  s: sum(cases) from t by year, kind\ncharts:\n  c:\n    kind: {kind}\n    series: s\n    annotations:\n      - at: 2020\n        words: \"[115](fig:all)\"\n"
        );
        let (svg, _) = built(csv, &spec);
        let pointer = elements(&svg, "polyline", "stroke-dasharray")[0]["points"].clone();
        let end: f64 = pointer.rsplit(',').next().unwrap().parse().unwrap();
        let grid = elements(&svg, "polyline", "stroke-grid");
        let tops = grid.iter().map(|line| line["points"].split([',', ' ']).nth(1).unwrap());
        // the highest line of the axis is at the stack's top, 100 cases or 100%
        let top = tops.map(|y| y.parse::<f64>().unwrap()).fold(f64::MAX, f64::min);
        assert!(end < top && end > top - 12.0, "{kind} to {value}: {end}, {top}");
    }
}

#[test]
fn lines_are_broken_over_left_out_years_and_not_over_weekends() {
    let line =
        "series:\n  s: sum(cases) from t by day\ncharts:\n  c:\n    kind: line\n    series: s\n";
    let days: String =
        (1..=28).filter(|day| day % 7 < 5).map(|day| format!("2024-04-{day:02},{day}\n")).collect();
    let (svg, _) = built(&format!("day,cases\n{days}"), line);
    assert_eq!(elements(&svg, "polyline", "stroke-mark-1").len(), 1);
    let years: String =
        (2005..=2013).chain(2019..=2021).map(|year| format!("{year}-05-01,{year}\n")).collect();
    let spec = "selections:\n  yearly:\n    from: t\n    add:\n      y: year(day)\nseries:\n  s: sum(cases) from yearly by y\ncharts:\n  c:\n    kind: line\n    series: s\n";
    let (svg, _) = built(&format!("day,cases\n{years}"), spec);
    assert_eq!(elements(&svg, "polyline", "stroke-mark-1").len(), 2);
    assert!(svg.contains(">2005</text>") || svg.contains(">2021</text>"));
}

#[test]
fn a_difference_of_years_is_no_year() {
    let project = Project::of(
        "a,b,cases\n1000-01-01,2999-01-01,1\n",
        "",
        "figures:\n  all: sum(cases) from t\n  span: sum(year(b) - year(a)) from t\n  late: max(year(b)) from t\n",
        "In all [=](fig:all), [1,999](fig:span) and [2999](fig:late).\n",
    );
    project.run(&["build"]).expect(0);
    let figures = project.read("output/r/figures.csv");
    assert!(figures.contains("\"1,999\"") && figures.contains(",2999,"), "{figures}");
}

#[test]
fn every_note_of_a_table_leads_back() {
    let spec = "figures:\n  all: sum(cases) from t\nseries:\n  s: sum(cases) from t by kind\ntables:\n  d:\n    series: s\n    caption: Cases\n    total:\n      label: \"[7](fig:all) in all\"\n      figures: all\n";
    let project =
        Project::of("kind,cases\na,3\nb,4\n", "", spec, "In all [=](fig:all).\n\n[T](table:d)\n");
    project.run(&["build"]).expect(0);
    let html = project.read("output/r/index.html");
    let targets = html.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap());
    for target in targets {
        assert!(html.contains(&format!(" id=\"{target}\"")), "{target} is nowhere");
    }
    assert!(html.contains("<th scope=\"row\" class=\"short\">7 in all</th>"));
}

#[test]
fn a_label_never_loses_its_number() {
    let name = "Department for Environment Food and Rural Affairs and also the Marine Management Organisation";
    let csv =
        format!("year,kind,cases\n2020,{name},1234567\n2021,{name},2345678\n2020,b,5\n2021,b,7\n");
    let spec = "series:\n  s: sum(cases) from t by year, kind\ncharts:\n  c:\n    kind: slope\n    series: s\n";
    let (svg, _) = built(&csv, spec);
    assert!(svg.contains(">1,234,567</text>") && svg.contains(">2,345,678</text>"));
}

const SPEC: &str = "\
cards:
  - value: \"[=](fig:last)\"
    label: cases in the last year
figures:
  last: sum(cases) from t where year = 2023
series:
  by_year: sum(cases) from t by year
  by_kind: sum(cases) from t by kind
charts:
  by_year:
    kind: line
    series: by_year
    title: Now [=](fig:last) cases
    alt: A line that ends at [=](fig:last).
tables:
  by_kind:
    series: by_kind
    caption: Cases by kind
    total:
      figures: all
";

#[test]
fn one_changed_cell_changes_text_chart_table_card_alt_and_description_together() {
    let csv = |last: u32| {
        format!(
            "year,kind,cases\n2019,red,100\n2020,blue,200\n2021,red,310\n2022,blue,420\n2023,red,{last}\n"
        )
    };
    let spec = SPEC.replacen("figures:\n", "figures:\n  all: sum(cases) from t\n", 1);
    let body = "At last [=](fig:last).\n\n[Line](chart:by_year)\n\n[Table](table:by_kind)\n";
    let project = Project::of(&csv(530), "", &spec, body);
    let read = |path: &str| project.read(&format!("output/r/{path}"));
    project.run(&["build"]).expect(0);
    let old = (read("index.html"), read("charts/by_year.svg"));
    project.write("data/made/t.csv", csv(871));
    project.run(&["build"]).expect(0);
    let (html, svg) = (read("index.html"), read("charts/by_year.svg"));
    for (new, old) in [(&html, &old.0), (&svg, &old.1)] {
        assert!(old.contains("530") && !old.contains("871"));
        assert!(new.contains("871") && !new.contains("530"));
    }
    for (what, part) in [
        ("card", "<p class=\"card-value\"><a class=\"claim\" href=\"#fig-last\">871</a>"),
        ("text", "<p>At last <a class=\"claim\" href=\"#fig-last\">871</a>"),
        (
            "title of the chart",
            "<p class=\"headline\">Now <a class=\"claim\" href=\"#fig-last\">871</a>",
        ),
        ("alternative text", "A line that ends at 871.</desc>"),
        (
            "description",
            "100 (2019) at the beginning, 871 (2023) at the end. Never falls; up in 4 and down in 0 of 4 steps. Highest: 871 (2023). Lowest: 100 (2019).",
        ),
        ("data of the chart", ">871</a></td></tr>"),
        ("table", ">1,281</a></td></tr>"),
        ("total", ">1,901</a></td></tr>\n</tfoot>"),
    ] {
        assert!(html.contains(part), "{what}: {part} is not in\n{html}");
    }
    assert!(svg.contains(">871</text>"));
    let points = |svg: &str| elements(svg, "polyline", "stroke-mark-1")[0]["points"].clone();
    assert_ne!(points(&old.1), points(&svg));
    assert!(read("briefing.md").contains("- **871"));
}
