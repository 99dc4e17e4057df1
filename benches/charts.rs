//! How long a chart takes: `cargo bench --bench charts`. Every chart of the project's reports, and a chart of each kind
//! over 60 keys, drawn for both widths and as a file; the median of 200 drawings.

#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, clippy::disallowed_methods)]

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Instant;

use tieout::charts::{Palette, Words, data, draw};
use tieout::pipeline::{Report, check};
use tieout::world::Disk;

const RUNS: usize = 200;

fn main() {
    time_all(Path::new(env!("CARGO_MANIFEST_DIR")));
    let folder = tempfile::tempdir().unwrap();
    write_sixty(folder.path());
    time_all(folder.path());
}

fn time_all(folder: &Path) {
    let threads = NonZeroUsize::new(2).unwrap();
    let project = check(&Disk::new(folder), &[], threads).value;
    project.reports.iter().for_each(time_report);
}

fn time_report(report: &Report) {
    let shower = report.shower();
    let shades = Palette::default().light;
    for (id, chart) in &report.spec.charts {
        let Some(data) = data(id, chart, &report.spec, &report.figures, &shower).value else {
            continue;
        };
        let words = Words { id: id.clone(), title: id.clone(), description: id.clone() };
        let mut times: Vec<u128> = (0..RUNS)
            .map(|_| {
                let start = Instant::now();
                let picture = draw(chart, &data, &words, &shades, &report.locale);
                std::hint::black_box(picture);
                start.elapsed().as_micros()
            })
            .collect();
        times.sort_unstable();
        let (median, most) = (times[RUNS / 2], times[RUNS - 1]);
        println!(
            "{:>6} µs (at most {most:>6}) {}, {id}: {} keys",
            median,
            report.spec.name,
            data.keys.len()
        );
    }
}

/// A project with a chart of each kind over 60 keys.
fn write_sixty(folder: &Path) {
    let write = |path: &str, text: &str| {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let rows: String = (0..240)
        .map(|row| format!("{},k{},{}\n", 1960 + row / 4, row % 4, row * 37 % 101))
        .collect();
    write("data/made/t.csv", &format!("year,kind,cases\n{rows}"));
    write(
        "data/made/source.yaml",
        "title: Made\npublisher: Benches\nlicence: CC0-1.0\ndatasets:\n  t:\n    file: t.csv\n",
    );
    let mut spec = String::from(
        "title: Sixty\ndate: 2026-01-01\nfigures:\n  all: sum(cases) from t\nseries:\n  one: sum(cases) from t by year\n  four: sum(cases) from t by year, kind\ncharts:\n",
    );
    let mut body = String::from("In all [=](fig:all).\n");
    for kind in [
        "bar",
        "lollipop",
        "dot",
        "grouped-bar",
        "stacked-bar",
        "stacked-percent",
        "line",
        "area",
        "multiples",
        "histogram",
    ] {
        let id = kind.replace('-', "_");
        let series = if matches!(kind, "bar" | "lollipop" | "histogram") { "one" } else { "four" };
        spec.push_str(&format!(
            "  {id}:\n    kind: {kind}\n    series: {series}\n    title: Cases\n    alt: Drawing\n"
        ));
        body.push_str(&format!("\n[Chart](chart:{id})\n"));
    }
    write("reports/sixty.yaml", &spec);
    write("reports/sixty.md", &body);
}
