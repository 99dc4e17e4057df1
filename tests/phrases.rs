//! Properties of words: what the formatter prints always ties out; what lies just outside an interval never does. The intervals are
//! computed here from the rule book, not by the code under test.

use std::sync::OnceLock;

use proptest::prelude::*;
use tieout::claims::{Finding, Lexicon, mentions};
use tieout::exact::{Exact, Rounding};
use tieout::locale::Locale;

use crate::support::Project;

/// What the check finds of words about a value.
fn finding(words: &str, value: &Exact, rounding: Rounding) -> Finding {
    static WORDS: OnceLock<(Locale, Lexicon)> = OnceLock::new();
    let (locale, lexicon) = WORDS.get_or_init(|| {
        let locale = Locale::named("en-GB").unwrap();
        let lexicon = Lexicon::load(&locale, None).unwrap();
        (locale, lexicon)
    });
    let found = mentions(words, lexicon, locale);
    assert_eq!(found.len(), 1, "{words}: {found:?}");
    found[0].finding(value, lexicon, locale, rounding)
}

fn exact(top: i128, bottom: i128) -> Exact {
    Exact::from(top).checked_div(&Exact::from(bottom)).unwrap()
}

/// A number with group marks.
fn typed(number: i128) -> String {
    Locale::named("en-GB").unwrap().digits(&Exact::from(number), 0)
}

/// One unit of the last digit that is not zero.
fn unit(mut number: i128) -> i128 {
    let mut unit = 1;
    while number % 10 == 0 {
        number /= 10;
        unit *= 10;
    }
    unit
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hedges_allow_what_the_rule_book_says_and_no_more(digits in 11_i128..9_999, zeros in 0_u32..5) {
        let n = digits * 10_i128.pow(zeros);
        let number = typed(n);
        let step = exact(1, 1_000);
        let u = unit(n);
        // phrase, lower end, whether it is in, upper end, whether it is in
        let rows = [
            ("nearly", exact(n * 95, 100), true, Exact::from(n), false),
            ("about", exact(n * 95, 100), true, exact(n * 105, 100), true),
            ("just over", Exact::from(n), false, exact(n * 105, 100), true),
            ("more than", Exact::from(n), false, Exact::from(n + u), true),
            ("at least", Exact::from(n), true, Exact::from(n + u), false),
            ("fewer than", Exact::from(n - u), true, Exact::from(n), false),
            ("up to", Exact::from(n - u), false, Exact::from(n), true),
            ("exactly", Exact::from(n), true, Exact::from(n), true),
        ];
        for (phrase, low, low_in, high, high_in) in rows {
            let words = format!("{phrase} {number}");
            let ties = |value: &Exact| finding(&words, value, Rounding::HalfUp).ties();
            prop_assert_eq!(ties(&low), low_in, "{} at {}", words, low);
            prop_assert_eq!(ties(&high), high_in, "{} at {}", words, high);
            prop_assert!(!ties(&(&low - &step)), "{} below {}", words, low);
            prop_assert!(!ties(&(&high + &step)), "{} above {}", words, high);
            if low < high {
                let middle = (&low + &high) * exact(1, 2);
                prop_assert!(ties(&middle), "{} at {}", words, middle);
            }
        }
    }

    #[test]
    fn digits_allow_half_a_unit_and_no_more(mantissa in 1_i128..1_000_000, decimals in 0_u32..4) {
        let value = Exact::scaled(mantissa, decimals);
        let number = Locale::named("en-GB").unwrap().digits(&value, decimals);
        let words = format!("{number}%");
        let hundredth = exact(1, 100);
        let half = Exact::scaled(5, decimals + 1);
        let step = Exact::scaled(1, decimals + 4);
        let ties = |value: Exact, rounding| finding(&words, &(&value * &hundredth), rounding).ties();
        prop_assert!(ties(&value - &half, Rounding::HalfUp), "{words} from half below");
        prop_assert!(!ties(&value + &half, Rounding::HalfUp), "{words} is not half above");
        let even = mantissa % 2 == 0;
        prop_assert_eq!(ties(&value - &half, Rounding::HalfEven), even);
        prop_assert_eq!(ties(&value + &half, Rounding::HalfEven), even);
        prop_assert!(!ties(&(&value - &half) - &step, Rounding::HalfUp));
        prop_assert!(ties(&(&value + &half) - &step, Rounding::HalfUp));
    }

    #[test]
    fn fractions_and_multiples_allow_their_part(permille in 1_i128..6_000) {
        let value = exact(permille, 1_000);
        for (words, part) in [("half", exact(1, 2)), ("a third", exact(1, 3)), ("three-quarters", exact(3, 4)), ("one in five", exact(1, 5))] {
            let near = (&value - &part).abs() <= &part * &exact(2, 100);
            prop_assert_eq!(finding(words, &value, Rounding::HalfUp).ties(), near, "{} for {}", words, value);
        }
        for (words, times) in [("doubled", 2), ("threefold", 3), ("five times", 5)] {
            let times = Exact::from(times);
            let near = (&value - &times).abs() <= &times * &exact(5, 100);
            prop_assert_eq!(finding(words, &value, Rounding::HalfUp).ties(), near, "{} for {}", words, value);
        }
    }
}

/// Figures of every format over many values: what `[=](fig:x)` prints is put in as words, and ties.
#[test]
fn what_the_formatter_prints_always_ties_out() {
    for rounding in ["half-up", "half-even"] {
        let mut state = 88_172_645_463_325_252_u64;
        let mut next = |below: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % below
        };
        let mut spec = format!("rounding: {rounding}\nfigures:\n");
        let mut ids = Vec::new();
        for index in 0..400 {
            let whole = next(10_u64.pow(1 + (index % 9) as u32));
            let fraction = next(1_000);
            let value = format!("{whole}.{fraction:03}");
            let decimals = next(4);
            let (value, format) = match index % 9 {
                0 => (value, "integer".to_string()),
                1 => (value, format!("decimal({decimals})")),
                2 => (format!("{}.{fraction:03}%", whole % 1_000), format!("percent({decimals})")),
                3 => (format!("{}.{fraction:03}", whole % 100 + 1), "words".into()),
                4 => (format!("0.{:06}", whole % 1_000_000), "per(100000)".into()),
                5 => (value, "days".into()),
                6 => (format!("{whole}{fraction:03}{fraction:03}"), format!("million({decimals})")),
                7 => (
                    format!("{whole}{fraction:03}{fraction:03}"),
                    format!("billion({})", decimals + 3),
                ),
                _ => (format!("{whole}"), "integer".into()),
            };
            let negative = if index % 11 == 0 && !format.starts_with("words") { "-" } else { "" };
            spec.push_str(&format!("  f{index}:\n    reason: made\n    value: \"{negative}{value}\"\n    as: {format}\n"));
            ids.push(index);
        }
        let body: String = ids.iter().map(|id| format!("[=](fig:f{id})\n\n")).collect();
        let project = Project::of("a\n1\n", "", &spec, &body);
        project.run(&["build"]).expect(0);
        let figures: serde_json::Value =
            serde_json::from_str(&project.read("output/r/figures.json")).unwrap();
        let body: String = figures["figures"]
            .as_array()
            .unwrap()
            .iter()
            .map(|figure| {
                format!(
                    "[{}](fig:{})\n\n",
                    figure["shown"].as_str().unwrap(),
                    figure["id"].as_str().unwrap()
                )
            })
            .collect();
        assert_eq!(body.matches("](fig:").count(), 400);
        project.write("reports/r.md", &body);
        let ran = project.run(&["check"]);
        let errors: Vec<&str> = ran.err.lines().filter(|line| line.starts_with("error")).collect();
        assert_eq!(errors, Vec::<&str>::new(), "{}", ran.err);
        assert!(ran.out.contains("400 of 400 numbers tie out"), "{}", ran.out);
    }
}
