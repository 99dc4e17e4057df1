//! The table of functions: what each is called, what it takes, and how it reads in words.

use std::ops::RangeInclusive;

/// Where a function can stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sort {
    /// In a recipe with `from`: many rows to one value.
    Aggregate,
    /// In a recipe: two values, `A to B`.
    Pair,
    /// In a row: cells to a cell.
    Row,
}

macro_rules! functions {
    ($($variant:ident $name:literal $sort:ident $arguments:expr, $doc:literal;)*) => {
        /// A function of the language.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Function { $(#[doc = $doc] $variant,)* }

        impl Function {
            /// Every function, in the order of the documentation.
            pub const ALL: &[Function] = &[$(Function::$variant,)*];

            /// Its name.
            pub fn name(self) -> &'static str {
                match self { $(Function::$variant => $name,)* }
            }

            /// Where it can stand.
            pub fn sort(self) -> Sort {
                match self { $(Function::$variant => Sort::$sort,)* }
            }

            /// How many arguments it takes.
            pub fn arguments(self) -> RangeInclusive<usize> {
                match self { $(Function::$variant => $arguments,)* }
            }

            /// What it is, in a sentence.
            pub fn meaning(self) -> &'static str {
                match self { $(Function::$variant => $doc,)* }
            }
        }
    };
}

functions! {
    Count "count" Aggregate 0..=1, "rows, or the rows in which an argument is known";
    Sum "sum" Aggregate 1..=1, "sum of the known values";
    Mean "mean" Aggregate 1..=1, "arithmetic mean of the known values";
    Median "median" Aggregate 1..=1, "middle of the known values, the mean of the middle two";
    Minimum "min" Aggregate 1..=1, "least known value";
    Maximum "max" Aggregate 1..=1, "greatest known value";
    Quantile "quantile" Aggregate 2..=3, "sample quantile of type 1 to 9 after Hyndman and Fan (1996), 7 unless given";
    Deviation "stdev" Aggregate 1..=1, "sample standard deviation (n − 1)";
    Variance "variance" Aggregate 1..=1, "sample variance (n − 1)";
    PopulationDeviation "stdev_p" Aggregate 1..=1, "population standard deviation (n)";
    PopulationVariance "variance_p" Aggregate 1..=1, "population variance (n)";
    Share "share" Aggregate 1..=1, "part of the rows, or of a sum, for which a condition is true";
    Total "total" Aggregate 1..=1, "the same value over all rows of the series";
    Change "change" Pair 2..=2, "B − A";
    PercentChange "percent_change" Pair 2..=2, "(B − A) / A";
    Points "points" Pair 2..=2, "B − A of two percentages, in percentage points";
    Ratio "ratio" Pair 2..=2, "B / A";
    If "if" Row 3..=3, "the second argument where the first is true, else the third";
    Absolute "abs" Row 1..=1, "the value without its sign";
    Year "year" Row 1..=1, "calendar year of a date";
    Month "month" Row 1..=1, "month of a date, 1 to 12";
    Within "within" Row 2..=2, "whether a period or date lies in a period";
    Lower "lower" Row 1..=1, "a text in lower case";
    CountKnown "count_known" Row 1..=64, "how many of the arguments are known";
}

impl Function {
    /// The function called `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|function| function.name() == name)
    }
}
