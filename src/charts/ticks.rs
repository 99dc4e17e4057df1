//! Round numbers along an axis: steps of 1, 2 or 5 times a power of ten, exact.

use crate::exact::Exact;

/// Which numbers an axis shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Axis {
    /// Whether 0 is on it.
    pub zero: bool,
    /// Whether its values are whole numbers, and so its ticks.
    pub whole: bool,
    /// How many steps there are at most.
    pub most: usize,
}

/// Ticks that cover every value: at most `most` + 1 of them, rising.
///
/// The step is the least of 1, 2 and 5 times a power of ten with which they suffice.
pub fn ticks(values: &[Exact], axis: Axis) -> Vec<Exact> {
    let zero = Exact::zero();
    let ends = [zero.clone()];
    let all = || values.iter().chain(ends.iter().filter(|_| axis.zero || values.is_empty()));
    let low = all().min().cloned().unwrap_or_else(Exact::zero);
    let high = all().max().cloned().unwrap_or_else(Exact::zero);
    if low == high && low.is_zero() {
        return vec![zero, Exact::one()];
    }
    // values that are all the same stand in the middle
    let range = if low == high { low.abs() } else { &high - &low };
    let step = step(&range, axis, &low, &high);
    let same = Exact::from(i128::from(low == high && !axis.zero));
    let first = &floor_of(&low, &step) - &same;
    let count = (&(&ceiling_of(&high, &step) + &same) - &first).to_i128().unwrap_or(1).clamp(1, 64);
    (0..=count).map(|index| &step * &(&first + &Exact::from(index))).collect()
}

fn floor_of(value: &Exact, step: &Exact) -> Exact {
    value.checked_div(step).map_or_else(Exact::zero, |quotient| quotient.floored())
}

fn ceiling_of(value: &Exact, step: &Exact) -> Exact {
    -floor_of(&-value.clone(), step)
}

fn step(range: &Exact, axis: Axis, low: &Exact, high: &Exact) -> Exact {
    let most = Exact::from(axis.most as i128);
    let mut power: i64 = if axis.whole { 0 } else { -30 };
    while &Exact::power_of_ten(power + 1) * &most < *range {
        power += 1;
    }
    loop {
        for mantissa in [1, 2, 5] {
            let step = &Exact::from(mantissa) * &Exact::power_of_ten(power);
            if &ceiling_of(high, &step) - &floor_of(low, &step) <= most {
                return step;
            }
        }
        power += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(values: &[&str], axis: Axis) -> Vec<String> {
        let values: Vec<Exact> =
            values.iter().map(|v| Exact::parse(v).expect("a number")).collect();
        ticks(&values, axis).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn steps_are_round_and_cover_the_values() {
        let axis = Axis { zero: true, whole: false, most: 5 };
        assert_eq!(shown(&["11.47", "47"], axis), ["0", "10", "20", "30", "40", "50"]);
        assert_eq!(shown(&["23411"], axis), ["0", "5000", "10000", "15000", "20000", "25000"]);
        assert_eq!(shown(&["-3", "4"], axis), ["-4", "-2", "0", "2", "4"]);
        assert_eq!(shown(&["0", "0"], axis), ["0", "1"]);
        assert_eq!(shown(&["0.3"], axis), ["0", "0.1", "0.2", "0.3"]);
        assert_eq!(
            shown(&["1e12"], axis),
            ["0", "200000000000", "400000000000", "600000000000", "800000000000", "1000000000000"]
        );
        assert_eq!(shown(&["1"], Axis { whole: true, ..axis }), ["0", "1"]);
        assert_eq!(shown(&["2", "1"], Axis { whole: true, ..axis }), ["0", "1", "2"]);
    }

    #[test]
    fn an_axis_without_zero_hugs_its_values() {
        let axis = Axis { zero: false, whole: false, most: 5 };
        assert_eq!(shown(&["315.7", "414.51"], axis), ["300", "350", "400", "450"]);
        assert_eq!(shown(&["-0.02", "0.01"], axis), ["-0.02", "-0.01", "0", "0.01"]);
        assert_eq!(shown(&["7", "7"], axis), ["6", "7", "8"]);
    }
}
