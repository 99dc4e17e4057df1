//! How long words take: `cargo bench --bench words`. A document of 100 pages with 2,000 claims is checked, and a two-page article is
//! traced over a million rows. Medians of processor time on one thread.

#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, clippy::disallowed_methods)]

use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Instant;

use tieout::claims::{self, Lexicon};
use tieout::pipeline::{check, trace};
use tieout::world::Disk;

const ONE: NonZeroUsize = NonZeroUsize::MIN;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    long_document(folder.path());
    time_check(folder.path());
    let folder = tempfile::tempdir().unwrap();
    million_rows(folder.path());
    time_trace(folder.path());
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// 500 words a page, 20 numbers among them.
fn long_document(folder: &Path) {
    let mut csv = String::from("year,region,cases\n");
    for year in 2000..2025 {
        for region in 0..20 {
            let _ = writeln!(csv, "{year},region {region},{}", 1000 + year * 7 + region * 131);
        }
    }
    write(folder, "data/d/t.csv", &csv);
    write(
        folder,
        "data/d/source.yaml",
        "title: T\npublisher: P\nlicence: CC0-1.0\ndatasets:\n  t: { file: t.csv, columns: { year: { type: period } } }\n",
    );
    write(
        folder,
        "reports/r.yaml",
        "title: T\ndate: 2026-01-01\nseries:\n  s: sum(cases) from t by year, region\n",
    );
    let filler = "The reports were made by officials who asked adults whether they wanted help, and wrote down their answers. ";
    let mut body = String::new();
    let mut claims = 0;
    for page in 0..100 {
        for number in 0..20 {
            let (year, region) = (2000 + (page + number) % 25, (page * 7 + number) % 20);
            let cases = 1000 + year * 7 + region * 131;
            let digits = format!("{},{:03}", cases / 1000, cases % 1000);
            let _ = write!(
                body,
                "In {year} there were [{digits}](fig:s/{year}/region-{region}) cases in this region. {filler}"
            );
            claims += 1;
        }
        body.push_str("\n\n");
    }
    println!("{claims} claims in {} words", body.split_whitespace().count());
    write(folder, "reports/r.md", &body);
}

fn time_check(folder: &Path) {
    let checked = check(&Disk::new(folder), &[], ONE);
    let report = &checked.value.reports[0];
    let lexicon = Lexicon::load(&report.locale, None).unwrap();
    let inputs = claims::Inputs {
        spec: &report.spec,
        figures: &report.figures,
        sources: &checked.value.sources,
        frames: &checked.value.frames,
        locale: &report.locale,
        lexicon: &lexicon,
        threads: ONE,
    };
    let mut times: Vec<u128> = (0..30)
        .map(|_| {
            let start = Instant::now();
            let verdicts = claims::check(inputs).value;
            assert!(verdicts.tied().0 >= 2_000, "{:?}", verdicts.tied());
            start.elapsed().as_micros()
        })
        .collect();
    times.sort_unstable();
    println!("{:>7} µs (at most {}) to check them", times[15], times[29]);
}

fn million_rows(folder: &Path) {
    let mut csv = String::with_capacity(40_000_000);
    csv.push_str("year,region,kind,sex,cases\n");
    let mut state = 1_u64;
    for row in 0..1_000_000_u64 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let (kind, cases) = ((state >> 33) % 12, (state >> 40) % 50);
        let _ = writeln!(
            csv,
            "{},region {},kind {kind},{},{cases}",
            2005 + row % 20,
            row % 100,
            ["women", "men"][(row % 2) as usize]
        );
    }
    write(folder, "data/d/t.csv", &csv);
    write(
        folder,
        "data/d/source.yaml",
        "title: T\npublisher: P\nlicence: CC0-1.0\ndatasets:\n  t: { file: t.csv, columns: { year: { type: period } } }\n",
    );
    write(folder, "reports/r.yaml", "title: T\ndate: 2026-01-01\nfigures:\n  n: count() from t\n");
    write(folder, "reports/r.md", "[=](fig:n)\n");
    let sentence = "In 2019 there were 1,225,431 cases in region 7, of which 8% were of kind 3, and 12,208 in 2020, a rise of 12%; about half were women. ";
    write(folder, "article.md", &sentence.repeat(40));
}

fn time_trace(folder: &Path) {
    for threads in [1, 2] {
        let start = Instant::now();
        let threads = NonZeroUsize::new(threads).unwrap();
        let traced = trace(&Disk::new(folder), "article.md", "en-GB", threads).value.unwrap();
        let matches: usize = traced.numbers.iter().map(|number| number.matches).sum();
        println!(
            "{:>7} ms to trace {} numbers over 1,000,000 rows on {threads} threads ({matches} matches)",
            start.elapsed().as_millis(),
            traced.numbers.len()
        );
    }
}
