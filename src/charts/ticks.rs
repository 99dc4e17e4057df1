//! Round numbers along an axis: steps of 1, 2 or 5 times a power of ten, exact.

use crate::exact::Exact;

/// Ticks that cover 0 and every value: at most `most` + 1 of them, rising.
///
/// The step is the least of 1, 2 and 5 times a power of ten with which they suffice.
pub fn ticks(values: &[Exact], most: usize) -> Vec<Exact> {
    let zero = Exact::zero();
    let low =
        values.iter().min().filter(|least| **least < zero).cloned().unwrap_or_else(Exact::zero);
    let high = values
        .iter()
        .max()
        .filter(|greatest| **greatest > zero)
        .cloned()
        .unwrap_or_else(Exact::zero);
    if low == high {
        return vec![zero, Exact::one()];
    }
    let step = step(&(&high - &low), most, &low, &high);
    let first = floor_of(&low, &step);
    let count = floor_of(&(-high), &step).saturating_neg() - first;
    (0..=count).map(|index| &step * &Exact::from(first + index)).collect()
}

fn floor_of(value: &Exact, step: &Exact) -> i128 {
    value.checked_div(step).and_then(|quotient| quotient.floor()).unwrap_or(0)
}

fn step(range: &Exact, most: usize, low: &Exact, high: &Exact) -> Exact {
    let mut power: i64 = -30;
    while &Exact::power_of_ten(power + 1) * &Exact::from(most as i128) < *range {
        power += 1;
    }
    loop {
        for mantissa in [1, 2, 5] {
            let step = &Exact::from(mantissa) * &Exact::power_of_ten(power);
            let spans = floor_of(&-high.clone(), &step).saturating_neg() - floor_of(low, &step);
            if spans <= most as i128 {
                return step;
            }
        }
        power += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(values: &[&str]) -> Vec<String> {
        let values: Vec<Exact> =
            values.iter().map(|v| Exact::parse(v).expect("a number")).collect();
        ticks(&values, 5).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn steps_are_round_and_cover_the_values() {
        assert_eq!(shown(&["11.47", "47"]), ["0", "10", "20", "30", "40", "50"]);
        assert_eq!(shown(&["23411"]), ["0", "5000", "10000", "15000", "20000", "25000"]);
        assert_eq!(shown(&["-3", "4"]), ["-4", "-2", "0", "2", "4"]);
        assert_eq!(shown(&["0", "0"]), ["0", "1"]);
        assert_eq!(shown(&["0.3"]), ["0", "0.1", "0.2", "0.3"]);
        assert_eq!(
            shown(&["1e12"]),
            ["0", "200000000000", "400000000000", "600000000000", "800000000000", "1000000000000"]
        );
    }
}
