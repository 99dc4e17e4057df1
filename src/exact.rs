//! Exact numbers: rationals for every value that a figure can have, and integer sums that cannot overflow.
//!
//! In: decimal text and integers. Out: [`Exact`] rationals, rounded only by [`Exact::round`].
//! No other module names a big-number crate, and none has a float but to write a spreadsheet: a
//! value is exact until it is shown.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Div, Mul, Neg, Sub};

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::{BigRational, Ratio, Rational64};
use num_traits::{
    CheckedAdd, CheckedDiv, CheckedMul, CheckedSub, One, Pow, Signed, ToPrimitive, Zero,
};
use serde::{Serialize, Serializer};

/// The largest exponent, either way, that a number written in scientific notation may have.
const MAX_EXPONENT: i64 = 400;
/// Significant digits of a root that is not rational.
const ROOT_DIGITS: u64 = 34;

/// An exact rational number.
///
/// A value whose numerator and denominator fit 64 bits is kept in machine words, any other in big integers; no value has
/// both forms, so that equal values are equal in form.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Exact(Form);

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Form {
    /// The numerator is not `i64::MIN`, which has no opposite.
    Words(Rational64),
    Big(Box<BigRational>),
}

/// How a value that lies between two printable ones is rounded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Rounding {
    /// To the nearest; a tie goes away from zero (2.5 is 3, −2.5 is −3).
    #[default]
    HalfUp,
    /// To the nearest; a tie goes to the even neighbour (2.5 is 2, 3.5 is 4).
    HalfEven,
}

/// An arithmetic operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

impl Rounding {
    /// The word that a spec uses for this rule.
    pub fn name(self) -> &'static str {
        match self {
            Self::HalfUp => "half-up",
            Self::HalfEven => "half-even",
        }
    }
}

impl Exact {
    /// Zero.
    pub fn zero() -> Self {
        Self::words(Rational64::zero())
    }

    /// One.
    pub fn one() -> Self {
        Self::words(Rational64::one())
    }

    fn words(value: Rational64) -> Self {
        match *value.numer() == i64::MIN {
            false => Self(Form::Words(value)),
            true => Self(Form::Big(Box::new(big(&value)))),
        }
    }

    /// A value in big integers, in words where it fits.
    fn of(value: BigRational) -> Self {
        match (value.numer().to_i64(), value.denom().to_i64()) {
            (Some(top), Some(bottom)) if top != i64::MIN => {
                Self(Form::Words(Ratio::new_raw(top, bottom)))
            }
            _ => Self(Form::Big(Box::new(value))),
        }
    }

    fn whole(value: BigInt) -> Self {
        Self::of(BigRational::from_integer(value))
    }

    /// The value in big integers.
    fn big(&self) -> Cow<'_, BigRational> {
        match &self.0 {
            Form::Words(value) => Cow::Owned(big(value)),
            Form::Big(value) => Cow::Borrowed(value),
        }
    }

    /// Ten to the power of `exponent`.
    pub fn power_of_ten(exponent: i64) -> Self {
        let size = exponent.unsigned_abs();
        match u32::try_from(size).ok().and_then(|size| 10i64.checked_pow(size)) {
            Some(power) if exponent < 0 => Self::words(Ratio::new_raw(1, power)),
            Some(power) => Self::words(Ratio::from_integer(power)),
            None => {
                let power = BigInt::from(10).pow(size);
                match exponent < 0 {
                    true => Self::of(BigRational::new_raw(BigInt::one(), power)),
                    false => Self::whole(power),
                }
            }
        }
    }

    /// The value of a fixed-point integer: `mantissa` × 10^−`scale`.
    pub fn scaled(mantissa: i128, scale: u32) -> Self {
        Self::from(mantissa) * Self::power_of_ten(-i64::from(scale))
    }

    /// The value of a fixed-point integer in two's complement, its most significant byte first: × 10^−`scale`.
    pub fn from_bytes(bytes: &[u8], scale: u32) -> Self {
        Self::whole(BigInt::from_signed_bytes_be(bytes)) * Self::power_of_ten(-i64::from(scale))
    }

    /// Reads `12`, `-1.5`, `2.5e-3`: ASCII digits with an optional sign, point and exponent.
    ///
    /// Returns `None` for anything else, and for an exponent beyond ±400.
    pub fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (text, 0),
        };
        let digits = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let point = digits.contains('.');
        if whole.is_empty() || (point && fraction.is_empty()) {
            return None;
        }
        if !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
            return None;
        }
        if exponent.abs() > MAX_EXPONENT {
            return None;
        }
        let integer: BigInt = format!("{whole}{fraction}").parse().ok()?;
        let value = Self::whole(integer);
        let shift = exponent - fraction.len() as i64;
        let value = if shift == 0 { value } else { value * Self::power_of_ten(shift) };
        Some(if mantissa.starts_with('-') { -value } else { value })
    }

    /// Whether the value is 0.
    pub fn is_zero(&self) -> bool {
        matches!(&self.0, Form::Words(value) if value.is_zero())
    }

    /// Whether the value is below 0.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Form::Words(value) => value.is_negative(),
            Form::Big(value) => value.is_negative(),
        }
    }

    /// Whether the value is a whole number.
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Form::Words(value) => value.is_integer(),
            Form::Big(value) => value.is_integer(),
        }
    }

    /// The value without its sign.
    pub fn abs(&self) -> Self {
        match self.is_negative() {
            true => -self.clone(),
            false => self.clone(),
        }
    }

    /// The quotient, or `None` where the divisor is 0.
    pub fn checked_div(&self, other: &Self) -> Option<Self> {
        (!other.is_zero()).then(|| self / other)
    }

    /// The value as a whole number, where it is one and fits.
    pub fn to_i128(&self) -> Option<i128> {
        self.is_integer().then(|| self.floor()).flatten()
    }

    /// The largest whole number that is not above the value, where it fits.
    pub fn floor(&self) -> Option<i128> {
        match &self.0 {
            Form::Words(value) => Some(value.numer().div_euclid(*value.denom()).into()),
            Form::Big(value) => value.floor().to_integer().to_i128(),
        }
    }

    /// The largest whole number that is not above the value.
    pub fn floored(&self) -> Self {
        match &self.0 {
            Form::Words(value) => {
                Self::words(Ratio::from_integer(value.numer().div_euclid(*value.denom())))
            }
            Form::Big(value) => Self::of(value.floor()),
        }
    }

    /// The nearest double, for spreadsheets, which hold nothing else.
    pub fn nearest_double(&self) -> f64 {
        self.big().to_f64().unwrap_or(f64::NAN)
    }

    /// The fraction as numerator and denominator (positive, in lowest terms), in decimal digits.
    pub fn fraction(&self) -> (String, String) {
        let value = self.big();
        (value.numer().to_string(), value.denom().to_string())
    }

    /// Rounds to `decimals` places (negative: to tens, hundreds, …). The only rounding there is.
    pub fn round(&self, decimals: i32, rounding: Rounding) -> Self {
        if decimals >= 0 && self.is_integer() {
            return self.clone();
        }
        let scaled = self * &Self::power_of_ten(i64::from(decimals));
        let floor = scaled.floored();
        let twice = &(&scaled - &floor) * &Self::from(2);
        let up = match twice.cmp(&Self::one()) {
            Ordering::Less => false,
            Ordering::Greater => true,
            Ordering::Equal => match rounding {
                Rounding::HalfUp => !scaled.is_negative(),
                Rounding::HalfEven => !(&floor * &Self::scaled(5, 1)).is_integer(),
            },
        };
        let whole = if up { floor + Self::one() } else { floor };
        whole * Self::power_of_ten(-i64::from(decimals))
    }

    /// How far along the value lies between two others, of `length` whole steps, rounded to the nearest with ties away
    /// from zero: `length × (self − low) / (high − low)`. `None` where the two are equal, or it does not fit.
    pub fn along(&self, low: &Self, high: &Self, length: i64) -> Option<i64> {
        let steps = &(self - low) * &Self::from(i128::from(length));
        let along = steps.checked_div(&(high - low))?;
        let away = i64::try_from(along.abs().round(0, Rounding::HalfUp).to_i128()?).ok()?;
        Some(if along.is_negative() { -away } else { away })
    }

    /// Digits after the point of a value that is a finite decimal; `None` for 1/3.
    pub fn decimals(&self) -> Option<u32> {
        match &self.0 {
            Form::Words(value) => places(*value.denom()),
            Form::Big(value) => places(value.denom().clone()),
        }
    }

    /// The value with exactly `decimals` digits after the point, `.` as mark, no grouping.
    ///
    /// Digits beyond are cut: round first.
    pub fn fixed(&self, decimals: u32) -> String {
        let scaled = (self.abs() * Self::power_of_ten(i64::from(decimals))).floored();
        let digits = format!("{:0>width$}", scaled.fraction().0, width = decimals as usize + 1);
        let (whole, fraction) = digits.split_at(digits.len() - decimals as usize);
        let sign = if self.is_negative() && !scaled.is_zero() { "-" } else { "" };
        let point = if decimals == 0 { "" } else { "." };
        format!("{sign}{whole}{point}{fraction}")
    }

    /// The square root, and whether it is exact.
    ///
    /// A root that is not rational is correctly rounded to 34 significant digits (ties cannot
    /// occur), as `sqrt` is in IEEE 754 decimal128. `None` for a negative value.
    pub fn sqrt(&self) -> Option<(Self, bool)> {
        if self.is_negative() {
            return None;
        }
        let value = self.big();
        let (numerator, denominator) = (value.numer().sqrt(), value.denom().sqrt());
        if &(&numerator * &numerator) == value.numer()
            && &(&denominator * &denominator) == value.denom()
        {
            return Some((Self::of(BigRational::new(numerator, denominator)), true));
        }
        let digits = |n: &BigInt| n.to_string().len() as i64;
        let magnitude = digits(value.numer()) - digits(value.denom());
        let mut shift = ROOT_DIGITS as i64 - magnitude.div_euclid(2) - 1;
        loop {
            let scaled = self * &Self::power_of_ten(2 * shift);
            let floor = scaled.big().to_integer().sqrt();
            let length = digits(&floor);
            if length != ROOT_DIGITS as i64 {
                shift += ROOT_DIGITS as i64 - length;
                continue;
            }
            let half = Self::of(BigRational::new(&floor * 2 + 1, BigInt::from(2)));
            let root = if &half * &half < scaled { floor + 1 } else { floor };
            return Some((Self::whole(root) * Self::power_of_ten(-shift), false));
        }
    }
}

fn big(value: &Rational64) -> BigRational {
    Ratio::new_raw((*value.numer()).into(), (*value.denom()).into())
}

/// Digits after the point of a fraction with a denominator, where they end.
fn places<T: Integer + From<u8>>(mut denominator: T) -> Option<u32> {
    let mut places = [0u32; 2];
    for (place, prime) in places.iter_mut().zip([2, 5]) {
        while denominator.is_multiple_of(&prime.into()) {
            denominator = denominator / prime.into();
            *place += 1;
        }
    }
    denominator.is_one().then(|| places[0].max(places[1]))
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Form::Words(a), Form::Words(b)) if a.denom() == b.denom() => a.numer().cmp(b.numer()),
            (Form::Words(a), Form::Words(b)) => {
                let cross = |top: &i64, bottom: &i64| i128::from(*top) * i128::from(*bottom);
                cross(a.numer(), b.denom()).cmp(&cross(b.numer(), a.denom()))
            }
            _ => self.big().cmp(&other.big()),
        }
    }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Canonical text: a finite decimal as decimal digits, any other value as `p/q` in lowest terms.
impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.decimals() {
            Some(decimals) => f.write_str(&self.fixed(decimals)),
            None => {
                let (top, bottom) = self.fraction();
                write!(f, "{top}/{bottom}")
            }
        }
    }
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl From<i128> for Exact {
    fn from(value: i128) -> Self {
        match i64::try_from(value) {
            Ok(value) => Self::words(Ratio::from_integer(value)),
            Err(_) => Self::whole(BigInt::from(value)),
        }
    }
}

macro_rules! arithmetic {
    ($($trait:ident $method:ident $checked:ident),*) => {$(
        impl $trait<&Exact> for &Exact {
            type Output = Exact;
            fn $method(self, other: &Exact) -> Exact {
                if let (Form::Words(a), Form::Words(b)) = (&self.0, &other.0)
                    && let Some(found) = a.$checked(b)
                {
                    return Exact::words(found);
                }
                Exact::of($trait::$method(&*self.big(), &*other.big()))
            }
        }
        impl $trait for Exact {
            type Output = Exact;
            fn $method(self, other: Exact) -> Exact {
                $trait::$method(&self, &other)
            }
        }
    )*};
}
// `/` panics on a zero divisor, as integers do; [`Exact::checked_div`] is for data.
arithmetic!(Add add checked_add, Sub sub checked_sub, Mul mul checked_mul, Div div checked_div);

impl Neg for Exact {
    type Output = Exact;
    fn neg(self) -> Exact {
        match self.0 {
            Form::Words(value) => Exact(Form::Words(-value)),
            Form::Big(value) => Exact::of(-*value),
        }
    }
}

impl Sum for Exact {
    fn sum<I: Iterator<Item = Exact>>(iter: I) -> Exact {
        iter.fold(Exact::zero(), |sum, value| sum + value)
    }
}

/// A sum of integers that spills into a big integer where 128 bits do not hold it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wide {
    low: i128,
    spilled: Option<BigInt>,
}

impl Wide {
    /// Adds `value`.
    pub fn add(&mut self, value: i128) {
        match self.low.checked_add(value) {
            Some(sum) => self.low = sum,
            None => {
                *self.spilled.get_or_insert_with(BigInt::zero) += self.low;
                self.low = value;
            }
        }
    }

    /// Adds the square of `value`.
    pub fn add_square(&mut self, value: i128) {
        match value.checked_mul(value) {
            Some(square) => self.add(square),
            None => *self.spilled.get_or_insert_with(BigInt::zero) += BigInt::from(value) * value,
        }
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: &Self) {
        self.add(other.low);
        if let Some(spilled) = &other.spilled {
            *self.spilled.get_or_insert_with(BigInt::zero) += spilled;
        }
    }

    /// The sum × 10^−`scale`.
    pub fn value(&self, scale: u32) -> Exact {
        let total = self.spilled.clone().unwrap_or_default() + self.low;
        Exact::whole(total) * Exact::power_of_ten(-i64::from(scale))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(text: &str) -> Exact {
        Exact::parse(text).expect("a number")
    }

    #[test]
    fn ties_round_as_declared() {
        for (text, decimals, up, even) in [
            ("2.5", 0, "3", "2"),
            ("0.15", 1, "0.2", "0.2"),
            ("-1.15", 1, "-1.2", "-1.2"),
            ("-2.5", 0, "-3", "-2"),
            ("4.25", 1, "4.3", "4.2"),
            ("1.005", 2, "1.01", "1"),
            ("5598", -3, "6000", "6000"),
        ] {
            assert_eq!(exact(text).round(decimals, Rounding::HalfUp).to_string(), up, "{text}");
            assert_eq!(exact(text).round(decimals, Rounding::HalfEven).to_string(), even, "{text}");
        }
    }

    #[test]
    fn roots_have_34_correct_digits() {
        // The digits of the square root of 2 are those of OEIS A002193.
        let (root, is_exact) = exact("2").sqrt().expect("positive");
        assert_eq!(
            (root.to_string().as_str(), is_exact),
            ("1.414213562373095048801688724209698", false)
        );
        assert_eq!(exact("0.01").sqrt(), Some((exact("0.1"), true)));
        assert_eq!(exact("-1").sqrt(), None);
        let (small, _) = exact("2e-40").sqrt().expect("positive");
        assert_eq!(small.to_string(), "0.00000000000000000001414213562373095048801688724209698");
    }

    #[test]
    fn places_along_a_stretch_are_rounded_once() {
        // computed with Python's fractions
        for (value, low, high, length, expected) in [
            ("11.47", "0", "50", 6800, 1560),
            ("-3", "-4", "4", 1000, 125),
            ("0.5", "0", "1", 1, 1),
            ("-0.5", "0", "1", 1, -1),
            ("2", "3", "1", 10, 5),
            ("123456789012345678901", "0", "2e20", 6800, 4198),
            ("1e-30", "0", "3e-30", 100, 33),
        ] {
            let (value, low, high) = (exact(value), exact(low), exact(high));
            assert_eq!(value.along(&low, &high, length), Some(expected), "{value}");
        }
        assert_eq!(exact("1").along(&exact("2"), &exact("2"), 10), None);
        // both ways give the same
        for numerator in -50i128..50 {
            let value = Exact::from(numerator) / Exact::from(7);
            let (low, high) = (exact("-1.5"), exact("2.25"));
            let far = &exact("1e30") + &value;
            let (far_low, far_high) = (&exact("1e30") + &low, &exact("1e30") + &high);
            assert_eq!(value.along(&low, &high, 997), far.along(&far_low, &far_high, 997));
        }
    }

    #[test]
    fn words_and_big_integers_agree() {
        let edges = [0, 1, -1, 2, 3, 10, 97, -1000, 1 << 31, i64::MAX, i64::MIN, i64::MIN + 1];
        let fractions = || {
            let tops = edges.iter().map(|top| BigInt::from(*top));
            let past = [BigInt::from(i64::MAX) + 1, BigInt::from(i64::MIN) - 1];
            tops.chain(past).flat_map(|top| {
                let bottoms = edges.iter().map(|bottom| BigInt::from(*bottom));
                let bottoms = bottoms.filter(|bottom| bottom.is_positive());
                bottoms.map(move |bottom| BigRational::new(top.clone(), bottom))
            })
        };
        for a in fractions() {
            let own = Exact::of(a.clone());
            assert_eq!(*(-own.clone()).big(), -a.clone());
            assert_eq!(*own.floored().big(), a.floor());
            assert_eq!(own.is_zero(), a.is_zero());
            for b in fractions() {
                let other = Exact::of(b.clone());
                assert_eq!(*(&own + &other).big(), &a + &b, "{a} + {b}");
                assert_eq!(*(&own - &other).big(), &a - &b, "{a} - {b}");
                assert_eq!(*(&own * &other).big(), &a * &b, "{a} * {b}");
                assert_eq!(own.cmp(&other), a.cmp(&b), "{a} against {b}");
                assert_eq!(own == other, a == b, "{a} against {b}");
                match own.checked_div(&other) {
                    Some(quotient) => assert_eq!(*quotient.big(), &a / &b, "{a} / {b}"),
                    None => assert!(b.is_zero()),
                }
            }
        }
    }

    #[test]
    fn numbers_that_are_none_are_refused() {
        for text in ["", ".", "1.", ".5", "1e", "1e999999999", "NaN", "inf", "1,000", "--1", "１"]
        {
            assert_eq!(Exact::parse(text), None, "{text}");
        }
    }

    #[test]
    fn sums_spill_instead_of_overflowing() {
        let mut sum = Wide::default();
        sum.add(i128::MAX);
        sum.add(i128::MAX);
        let mut other = Wide::default();
        other.add(2);
        other.merge(&sum);
        assert_eq!(other.value(0).to_string(), "340282366920938463463374607431768211456");
    }
}
