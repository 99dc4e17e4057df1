//! Recipes as formulas of a spreadsheet, over named columns of its sheets.
//!
//! Conditions are products of 0 and 1 inside `SUMPRODUCT`: `SUMIFS` would ignore case and read `<5` and `*` as operators,
//! `=` between texts ignores case too, so texts are compared with `EXACT`. A cell without a value makes a condition
//! neither true nor false, as in the engine: a condition is therefore a pair, where it is true and where it is false.
//! Every formula is an array formula, so that what stands in `IF` goes by rows in every program.

use std::collections::BTreeMap;

use crate::exact::Exact;
use crate::frame::period_like;
use crate::language::{Compare, Expr, Function, Key, Kind, Match, Operator, Sort, State, straight};
use crate::value::{Date, Period};

/// Why a recipe has no formula.
pub(super) type Reason = String;
type Made<T> = Result<T, Reason>;

/// The longest formula that spreadsheets take, in characters.
const LONGEST: usize = 8_000;
/// The longest text in a formula.
const LONGEST_TEXT: usize = 120;
/// The deepest brackets in brackets.
const DEEPEST: usize = 40;
/// Rows up to which every row is compared with every other.
const MOST_PAIRS: usize = 2_000;

/// A column of a sheet.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// The name of its cells.
    pub(super) name: String,
    /// What its cells are.
    pub(super) holds: Holds,
    /// Whether some have no value; they are empty.
    pub(super) partly: bool,
    /// The column that says of empty cells whether they are `missing` or `hidden`.
    pub(super) state: Option<String>,
    /// The columns of the least and the most that hidden cells can be; of others their value.
    pub(super) ends: Option<(String, String)>,
    /// Whether what it hides is not told apart in its sheet, so that nothing can be made of it.
    pub(super) shut: bool,
    /// Whether what has no value there, or ends, is told apart by what it was made of alone.
    pub(super) vague: bool,
}

/// What cells are.
#[derive(Clone, Debug)]
pub(super) enum Holds {
    Number,
    /// Whether some have curly apostrophes, which compare as straight ones.
    Text(bool),
    /// Calendar years, as numbers.
    Years,
    /// Periods as texts, with the columns of their first and last days, and what they are.
    Periods(String, String, Vec<Period>),
    Date,
    Boolean,
}

/// The rows of a sheet.
#[derive(Clone, Debug, Default)]
pub(super) struct Area {
    pub(super) columns: BTreeMap<String, Column>,
    /// The column that says where each row is from.
    pub(super) place: String,
    /// The column that says for how many rows each stands.
    pub(super) weight: Option<String>,
    /// How many there are.
    pub(super) rows: usize,
}

/// What a name of a figure or point stands for.
pub(super) type Cited<'a> = dyn Fn(&str, &[Key]) -> Made<Scalar> + 'a;

/// A formula for one value; of a value that depends on hidden cells for its least and its most.
#[derive(Clone, Debug)]
pub(super) struct Scalar {
    pub(super) least: String,
    pub(super) most: Option<String>,
}

/// A key of a point: the expression that rows have, and the cell that holds its value.
pub(super) struct KeyCell<'a> {
    pub(super) expr: &'a Expr,
    pub(super) cell: String,
}

/// Writes formulas for one recipe.
pub(super) struct Writer<'a> {
    /// Its rows; none of a recipe over figures.
    pub(super) area: Option<&'a Area>,
    /// What it names.
    pub(super) cited: &'a Cited<'a>,
    /// Conditions of the recipe.
    pub(super) filters: &'a [Expr],
    /// The point that is meant.
    pub(super) keys: Vec<KeyCell<'a>>,
    /// Whether the value depends on hidden cells.
    pub(super) open: bool,
}

/// A value for each row.
#[derive(Clone, Debug)]
struct Array {
    text: String,
    holds: Holds,
    /// Factors that are 1 where the row has a value.
    known: Vec<String>,
    /// Of hidden cells: the least and the most that they can be.
    ends: Option<Ends>,
    /// As a literal reads.
    literal: Option<String>,
}

/// The ends of an array with hidden cells.
#[derive(Clone, Debug)]
struct Ends {
    least: String,
    most: String,
    /// Factors that are 1 where the row has a value or bounds of one.
    known: Vec<String>,
    /// The columns with hidden cells that it is made of.
    columns: Vec<String>,
}

/// Where a condition is true, as factors, and where it is false; without the latter, wherever it is not true.
#[derive(Clone, Debug)]
struct Truth {
    yes: Vec<String>,
    no: Option<String>,
}

impl Scalar {
    fn known(text: String) -> Self {
        Self { least: text, most: None }
    }

    /// The result of an operation that rises or falls with each side, where one side at most is open.
    fn with(self, other: Self, formula: impl Fn(&str, &str) -> String) -> Made<Self> {
        let ends = |low: String, high: String| Self {
            least: format!("MIN({low},{high})"),
            most: Some(format!("MAX({low},{high})")),
        };
        let (a, b) = (&self.least, &other.least);
        Ok(match (&self.most, &other.most) {
            (None, None) => Self::known(formula(a, b)),
            (Some(most), None) => ends(formula(a, b), formula(most, b)),
            (None, Some(most)) => ends(formula(a, b), formula(a, most)),
            (Some(_), Some(_)) => {
                return Err("it is made of several values that depend on hidden cells".into());
            }
        })
    }
}

impl Truth {
    /// As one factor.
    fn whole(&self) -> String {
        match self.yes.as_slice() {
            [] => "1".into(),
            [one] => one.clone(),
            many => format!("({})", many.join("*")),
        }
    }

    fn false_at(&self) -> String {
        self.no.clone().unwrap_or_else(|| format!("(1-{})", self.whole()))
    }

    /// A test that has a truth value where some factors are 1.
    fn of(known: Vec<String>, test: String) -> Self {
        let no = (!known.is_empty()).then(|| format!("({}*(1-{test}))", known.join("*")));
        Self { yes: all([known, vec![test]]), no }
    }

    fn not(self) -> Self {
        let total = self.no.is_none();
        let no = (!total).then(|| self.whole());
        Self { yes: vec![self.false_at()], no }
    }

    fn and(self, other: Self) -> Self {
        let total = self.no.is_none() && other.no.is_none();
        let no = || format!("(1-(1-{})*(1-{}))", self.false_at(), other.false_at());
        let no = (!total).then(no);
        Self { yes: all([self.yes, other.yes]), no }
    }

    fn or(self, other: Self) -> Self {
        let total = self.no.is_none() && other.no.is_none();
        let no = (!total).then(|| format!("({}*{})", self.false_at(), other.false_at()));
        Self { yes: vec![format!("(({}+{})>0)", self.whole(), other.whole())], no }
    }
}

/// Factors without repeats, in their order.
fn all<const N: usize>(lists: [Vec<String>; N]) -> Vec<String> {
    let mut factors: Vec<String> = Vec::new();
    for factor in lists.into_iter().flatten() {
        if !factors.contains(&factor) {
            factors.push(factor);
        }
    }
    factors
}

/// How deep brackets stand in brackets.
fn depth(formula: &str) -> usize {
    let (mut deep, mut deepest) = (0usize, 0);
    for c in formula.chars() {
        match c {
            '(' => deep += 1,
            ')' => deep = deep.saturating_sub(1),
            _ => {}
        }
        deepest = deep.max(deepest);
    }
    deepest
}

/// A text in a formula.
pub(super) fn text(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let part =
        |part: &[char]| format!("\"{}\"", part.iter().collect::<String>().replace('"', "\"\""));
    match characters.len() <= LONGEST_TEXT {
        true => part(&characters),
        false => {
            let parts: Vec<String> = characters.chunks(LONGEST_TEXT).map(part).collect();
            format!("({})", parts.join("&"))
        }
    }
}

/// A number in a formula.
pub(super) fn number(value: &Exact) -> String {
    let digits = match value.decimals() {
        Some(decimals) => value.fixed(decimals),
        None => {
            let (top, bottom) = value.fraction();
            format!("{top}/{bottom}")
        }
    };
    if value.is_negative() || digits.contains('/') { format!("({digits})") } else { digits }
}

/// A day in a formula; a spreadsheet's calendar begins with March 1900.
pub(super) fn day(date: Date) -> Made<String> {
    let (year, month, day) = date.parts();
    if !has_day(date) {
        return Err("a spreadsheet has no days before March 1900".into());
    }
    Ok(format!("DATE({year},{month},{day})"))
}

/// Whether a spreadsheet's calendar has a day.
pub(super) fn has_day(date: Date) -> bool {
    Date::new(1900, 3, 1).is_some_and(|first| first <= date)
}

fn sign(compare: Compare) -> &'static str {
    match compare {
        Compare::Unequal => "<>",
        other => other.sign(),
    }
}

/// A sample quantile of types 1 to 9 (R. J. Hyndman and Y. Fan, 1996) of the numbers of an array.
fn quantile(values: &str, p: &Exact, kind: i128) -> String {
    let (n, p) = (format!("COUNT({values})"), number(p));
    if kind == 7 {
        return format!("PERCENTILE({values},{p})");
    }
    let at = |place: &str| format!("SMALL({values},MAX(1,MIN({n},{place})))");
    let position = |a: &str, b: &str| format!("({a}+{p}*({n}+1-{a}-{b}))");
    match kind {
        1 => at(&format!("ROUNDUP(ROUND({n}*{p},9),0)")),
        2 => {
            let place = format!("ROUND({n}*{p},9)");
            let (low, high) = (at(&format!("ROUNDUP({place},0)")), at(&format!("INT({place})+1")));
            format!("(({low}+{high})/2)")
        }
        // the nearest even order statistic
        3 => {
            let place = format!("ROUND({n}*{p}-0.5,9)");
            let even = format!("AND({place}=INT({place}),MOD(INT({place}),2)=0)");
            at(&format!("INT({place})+IF({even},0,1)"))
        }
        _ => {
            let place = match kind {
                4 => position("0", "1"),
                5 => position("0.5", "0.5"),
                6 => position("0", "0"),
                8 => position("(1/3)", "(1/3)"),
                _ => position("0.375", "0.375"),
            };
            let whole = format!("INT(ROUND({place},9))");
            let (low, high) = (at(&whole), at(&format!("{whole}+1")));
            format!("({low}+MAX(0,{place}-{whole})*({high}-{low}))")
        }
    }
}

impl Writer<'_> {
    /// The formula of a value.
    pub(super) fn write(&self, value: &Expr) -> Made<Scalar> {
        let made = self.scalar(value)?;
        let long = |text: &String| text.chars().count() > LONGEST || depth(text) > DEEPEST;
        if long(&made.least) || made.most.as_ref().is_some_and(long) {
            return Err("its formula would be longer, or deeper, than a spreadsheet takes".into());
        }
        Ok(made)
    }

    fn scalar(&self, expr: &Expr) -> Made<Scalar> {
        let known = |text: String| Ok(Scalar::known(text));
        match &expr.kind {
            Kind::Number { value, .. } => known(number(value)),
            Kind::Text(own) => known(text(own)),
            Kind::Name(name) if self.area.is_none() => (self.cited)(name, &[]),
            Kind::Point(name, keys) => (self.cited)(name, keys),
            Kind::Name(_) => self.only(expr),
            Kind::Negate(a) => {
                let made = self.scalar(a)?;
                Ok(match made.most {
                    None => Scalar::known(format!("(-{})", made.least)),
                    Some(most) => Scalar {
                        least: format!("(-{most})"),
                        most: Some(format!("(-{})", made.least)),
                    },
                })
            }
            Kind::Binary(operator, a, b) => {
                let sign = match operator {
                    Operator::Add => '+',
                    Operator::Subtract => '-',
                    Operator::Multiply => '*',
                    Operator::Divide => '/',
                };
                self.scalar(a)?.with(self.scalar(b)?, |a, b| format!("({a}{sign}{b})"))
            }
            Kind::Pair { function, from, to } => {
                self.scalar(from)?.with(self.scalar(to)?, |a, b| match function {
                    Function::Ratio => format!("({b}/{a})"),
                    Function::PercentChange => format!("({b}/{a}-1)"),
                    _ => format!("({b}-{a})"),
                })
            }
            Kind::Call { function: Function::Absolute, arguments, .. } => {
                let made = self.scalar(&arguments[0])?;
                match made.most {
                    None => known(format!("ABS({})", made.least)),
                    Some(_) => Err("it is the size of a value that depends on hidden cells".into()),
                }
            }
            Kind::Call { function, distinct, arguments, filter }
                if function.sort() == Sort::Aggregate =>
            {
                self.aggregate(*function, *distinct, arguments, filter.as_deref())
            }
            _ => Err("a spreadsheet has no such operation".into()),
        }
    }

    fn area(&self) -> Made<&Area> {
        self.area.ok_or_else(|| "it has no rows".to_string())
    }

    /// The rows of the recipe and the point, with more conditions.
    fn rows(&self, filter: Option<&Expr>) -> Made<Vec<String>> {
        let mut factors = Vec::new();
        for expr in self.filters.iter().rev().chain(filter) {
            factors = all([factors, self.truth(expr)?.yes]);
        }
        for key in &self.keys {
            let (array, cell) = (self.array(key.expr)?, &key.cell);
            let test = match array.holds {
                Holds::Text(_) | Holds::Periods(..) | Holds::Boolean => {
                    format!("EXACT({},{cell})", array.text)
                }
                _ => format!("({}={cell})", array.text),
            };
            factors = all([factors, array.known, vec![test]]);
        }
        Ok(factors)
    }

    /// The sum of a product over the rows; without factors, how many rows there are.
    fn sum(&self, factors: &[String], value: Option<&str>) -> Made<String> {
        let area = self.area()?;
        let mut factors: Vec<&str> =
            factors.iter().map(String::as_str).chain(area.weight.as_deref()).chain(value).collect();
        let ones = format!("ROW({})^0", self.any()?);
        if !factors.is_empty() && !factors.iter().any(|factor| self.by_rows(factor)) {
            factors.push(&ones);
        }
        Ok(match factors.as_slice() {
            [] => format!("ROWS({})", self.any()?),
            [one] => format!("SUMPRODUCT({one}*1)"),
            many => format!("SUMPRODUCT({})", many.join("*")),
        })
    }

    /// A column of the sheet: all have as many rows.
    fn any(&self) -> Made<&str> {
        Ok(&self.area()?.place)
    }

    /// Whether a text names a column of the sheet, and so has a value for each row.
    fn by_rows(&self, text: &str) -> bool {
        let holds = |name: &String| text.contains(name.as_str());
        self.area.is_some_and(|area| {
            let columns = area.columns.values();
            let ends = |column: &Column| {
                column.ends.as_ref().is_some_and(|(least, most)| holds(least) || holds(most))
            };
            let mut columns = columns.map(|own| {
                holds(&own.name)
                    || own.state.as_ref().is_some_and(holds)
                    || ends(own)
                    || days_of(&own.holds).iter().any(|own| holds(own))
            });
            holds(&area.place) || columns.any(|own| own)
        })
    }

    /// A value for each row, where a text is one for all of them.
    fn spread(&self, text: String) -> Made<String> {
        match self.by_rows(&text) {
            true => Ok(text),
            false => Ok(format!("({text}*ROW({})^0)", self.any()?)),
        }
    }

    /// The values of an array in the rows that factors choose.
    fn chosen(factors: &[String], value: &str) -> String {
        match factors {
            [] => value.to_string(),
            factors => format!("IF({},{value})", factors.join("*")),
        }
    }

    /// The value of the one row.
    fn only(&self, expr: &Expr) -> Made<Scalar> {
        let (rows, array) = (self.rows(None)?, self.array(expr)?);
        let count = self.sum(&rows, None)?;
        match array.holds {
            Holds::Text(_) | Holds::Periods(..) => {
                let any = self.any()?;
                let place = format!("(ROW({any})-MIN(ROW({any}))+1)");
                let place = self.sum(&rows, Some(&place))?;
                Ok(Scalar::known(format!("INDEX({},IF({count}=1,{place},NA()))", array.text)))
            }
            Holds::Boolean => Err("it is true or false".into()),
            _ => {
                let valued = all([rows, self.valued(&array)]);
                self.folded(&array, |value| {
                    Ok(format!("IF({count}=1,{},NA())", self.sum(&valued, Some(value))?))
                })
            }
        }
    }

    /// A fold of an array; of one with hidden cells, of both its ends. The fold rises with every value.
    fn folded(&self, array: &Array, fold: impl Fn(&str) -> Made<String>) -> Made<Scalar> {
        match &array.ends {
            Some(ends) => {
                let most = self.open.then(|| fold(&ends.most)).transpose()?;
                Ok(Scalar { least: fold(&ends.least)?, most })
            }
            None => fold(&array.text).map(Scalar::known),
        }
    }

    /// Factors that choose the rows in which an array has a value, or bounds of one.
    fn valued(&self, array: &Array) -> Vec<String> {
        match &array.ends {
            Some(ends) => ends.known.clone(),
            None => array.known.clone(),
        }
    }

    fn aggregate(
        &self,
        function: Function,
        distinct: bool,
        arguments: &[Expr],
        filter: Option<&Expr>,
    ) -> Made<Scalar> {
        if function == Function::Total {
            let whole = Writer { keys: Vec::new(), ..*self };
            return whole.scalar(&arguments[0]);
        }
        if function == Function::Share {
            return self.share(&arguments[0], filter);
        }
        let rows = self.rows(filter)?;
        let Some(argument) = arguments.first() else {
            return self.sum(&rows, None).map(Scalar::known);
        };
        let array = self.array(argument)?;
        if function == Function::Count {
            let known = match array.known.is_empty() && array.literal.is_none() {
                true => vec![presence(&array)],
                false => array.known.clone(),
            };
            self.sharp(argument)?;
            let chosen = all([rows, known]);
            return match distinct {
                true => self.distinct(&chosen, &array).map(Scalar::known),
                false => self.sum(&chosen, None).map(Scalar::known),
            };
        }
        let valued = all([rows, self.valued(&array)]);
        let array = Array { text: self.spread(array.text)?, ..array };
        let values = |value: &str| Self::chosen(&valued, value);
        let one_row_each = || match self.area()?.weight {
            None => Ok(()),
            Some(_) => Err("equal rows stand once in its sheet".to_string()),
        };
        match function {
            Function::Sum => self.folded(&array, |value| self.sum(&valued, Some(value))),
            Function::Mean => {
                let count = self.sum(&valued, None)?;
                let mean =
                    |value: &str| Ok(format!("({}/{count})", self.sum(&valued, Some(value))?));
                self.folded(&array, mean)
            }
            Function::Minimum => self.folded(&array, |value| Ok(format!("MIN({})", values(value)))),
            Function::Maximum => self.folded(&array, |value| Ok(format!("MAX({})", values(value)))),
            Function::Median => {
                one_row_each()?;
                self.folded(&array, |value| Ok(format!("MEDIAN({})", values(value))))
            }
            Function::Quantile => {
                one_row_each()?;
                let literal = |expr: &Expr| match &expr.kind {
                    Kind::Number { value, .. } => Ok(value.clone()),
                    _ => Err("its probability is no number".to_string()),
                };
                let p = literal(&arguments[1])?;
                let kind = arguments.get(2).map(literal).transpose()?;
                let kind = kind.and_then(|kind| kind.to_i128()).unwrap_or(7);
                self.folded(&array, |value| Ok(quantile(&values(value), &p, kind)))
            }
            _ if array.ends.is_some() => Err("it is a spread of hidden cells".into()),
            _ => {
                one_row_each()?;
                let name = match function {
                    Function::Deviation => "STDEV",
                    Function::Variance => "VAR",
                    Function::PopulationDeviation => "STDEVP",
                    _ => "VARP",
                };
                Ok(Scalar::known(format!("{name}({})", values(&array.text))))
            }
        }
    }

    /// Part over whole; with hidden cells, the part over itself and the rest, which have none in common.
    fn share(&self, argument: &Expr, filter: Option<&Expr>) -> Made<Scalar> {
        let truth = self.truth(filter.unwrap_or(argument))?;
        let rows = self.rows(None)?;
        let part = all([rows.clone(), truth.yes.clone()]);
        let rest = all([rows.clone(), vec![truth.false_at()]]);
        let whole = match &truth.no {
            None => rows,
            Some(no) => all([rows, vec![format!("({}+{no})", truth.whole())]]),
        };
        if filter.is_none() {
            let (part, whole) = (self.sum(&part, None)?, self.sum(&whole, None)?);
            return Ok(Scalar::known(format!("({part}/{whole})")));
        }
        let array = self.array(argument)?;
        let known = self.valued(&array);
        let [part, rest, whole] = [part, rest, whole].map(|rows| all([rows, known.clone()]));
        match &array.ends {
            None => {
                let value = Some(array.text.as_str());
                let (part, whole) = (self.sum(&part, value)?, self.sum(&whole, value)?);
                Ok(Scalar::known(format!("({part}/{whole})")))
            }
            Some(Ends { least, most, .. }) => {
                let share = |of_part: &str, of_rest: &str| -> Made<String> {
                    let (part, rest) =
                        (self.sum(&part, Some(of_part))?, self.sum(&rest, Some(of_rest))?);
                    Ok(format!("({part}/({part}+{rest}))"))
                };
                let above = self.open.then(|| share(most, least)).transpose()?;
                Ok(Scalar { least: share(least, most)?, most: above })
            }
        }
    }

    /// How many different values there are in rows.
    fn distinct(&self, rows: &[String], array: &Array) -> Made<String> {
        if !matches!(array.holds, Holds::Text(_) | Holds::Periods(..) | Holds::Boolean) {
            let values = Self::chosen(rows, &array.text);
            return Ok(format!("SUM((FREQUENCY({values},{values})>0)*1)"));
        }
        if self.area()?.rows > MOST_PAIRS {
            return Err("it counts different texts among too many rows for a spreadsheet".into());
        }
        // one over the number of chosen rows with the same text, over the chosen rows
        let chosen = match rows {
            [] => format!("(ROW({})^0)", self.any()?),
            rows => self.spread(format!("({}*1)", rows.join("*")))?,
        };
        let same = format!("EXACT({0},TRANSPOSE({0}))*1", array.text);
        Ok(format!("ROUND(SUM({chosen}/(MMULT({same},{chosen})+1-{chosen})),0)"))
    }

    fn array(&self, expr: &Expr) -> Made<Array> {
        let literal = |text: String, holds, own: &str| Array {
            text,
            holds,
            known: Vec::new(),
            ends: None,
            literal: Some(own.to_string()),
        };
        Ok(match &expr.kind {
            Kind::Number { value, text, .. } => literal(number(value), Holds::Number, text),
            Kind::Text(own) => literal(text(own), Holds::Text(false), own),
            Kind::Name(name) => self.column(name)?,
            Kind::Negate(a) => match &a.kind {
                Kind::Number { value, text, .. } => {
                    literal(number(&-value.clone()), Holds::Number, &format!("-{text}"))
                }
                _ => {
                    let a = self.number(a)?;
                    let minus = |text: &str| format!("(-{text})");
                    let ends = a.ends.map(|own| Ends {
                        least: minus(&own.most),
                        most: minus(&own.least),
                        ..own
                    });
                    Array { text: minus(&a.text), ends, literal: None, ..a }
                }
            },
            Kind::Binary(operator, a, b) => {
                let (a, b) = (self.number(a)?, self.number(b)?);
                arithmetic(*operator, &a, &b)?
            }
            Kind::Call { function, arguments, .. } => self.call(*function, arguments)?,
            _ => return Err("a spreadsheet has no such operation in a row".into()),
        })
    }

    fn column(&self, name: &str) -> Made<Array> {
        let column = self.area()?.columns.get(name);
        let column = column.ok_or_else(|| format!("its sheet has no column {name}"))?;
        if column.shut {
            return Err(format!("what is hidden in {name} is not told apart in its sheet"));
        }
        let own = &column.name;
        let ends = column.ends.clone().map(|(least, most)| Ends {
            known: vec![format!("ISNUMBER({least})")],
            columns: vec![own.clone()],
            least,
            most,
        });
        let (text, holds) = (own.clone(), column.holds.clone());
        let array = Array { text, holds, known: Vec::new(), ends, literal: None };
        let known = column.partly.then(|| presence(&array)).into_iter().collect();
        Ok(Array { known, ..array })
    }

    fn number(&self, expr: &Expr) -> Made<Array> {
        let array = self.array(expr)?;
        match array.holds {
            Holds::Number | Holds::Date => Ok(array),
            _ => Err("it computes with what is no number".into()),
        }
    }

    fn call(&self, function: Function, arguments: &[Expr]) -> Made<Array> {
        let whole =
            |text, known| Array { text, holds: Holds::Number, known, ends: None, literal: None };
        Ok(match function {
            Function::If => {
                let truth = self.truth(&arguments[0])?;
                let (a, b) = (self.array(&arguments[1])?, self.array(&arguments[2])?);
                let holds = match (a.holds, b.holds) {
                    (Holds::Number, Holds::Number) => Holds::Number,
                    (Holds::Text(a), Holds::Text(b)) => Holds::Text(a || b),
                    _ => return Err("a spreadsheet cannot choose between such values".into()),
                };
                let yes = truth.whole();
                let choose = |a: &str, b: &str| format!("IF({yes},{a},{b})");
                let known = match (&truth.no, a.known.is_empty() && b.known.is_empty()) {
                    (None, true) => Vec::new(),
                    _ => {
                        let of = |at: String, known: &[String]| {
                            std::iter::once(at)
                                .chain(known.iter().cloned())
                                .collect::<Vec<_>>()
                                .join("*")
                        };
                        let (a, b) = (of(yes.clone(), &a.known), of(truth.false_at(), &b.known));
                        vec![format!("({a}+{b})")]
                    }
                };
                if a.ends.is_some() || b.ends.is_some() {
                    return Err("it chooses between hidden cells".into());
                }
                let ends = None;
                Array { text: choose(&a.text, &b.text), holds, known, ends, literal: None }
            }
            Function::Absolute => {
                let a = self.number(&arguments[0])?;
                if a.ends.is_some() {
                    return Err("it is the size of hidden cells".into());
                }
                whole(format!("ABS({})", a.text), a.known)
            }
            Function::Year | Function::Month => {
                let a = self.array(&arguments[0])?;
                let name = if function == Function::Year { "YEAR" } else { "MONTH" };
                match (&a.holds, function) {
                    (Holds::Date, _) => whole(format!("{name}({})", a.text), a.known),
                    (Holds::Years, Function::Year) => whole(a.text, a.known),
                    // of a period, where all of it lies in one
                    (Holds::Periods(first, last, _), _) if !first.is_empty() => {
                        let of = |day: &str| match function {
                            Function::Year => format!("YEAR({day})"),
                            _ => format!("(YEAR({day})*12+MONTH({day}))"),
                        };
                        let same = format!("({}={})", of(first), of(last));
                        whole(format!("{name}({first})"), all([a.known, vec![same]]))
                    }
                    _ => return Err("a spreadsheet has no such part of a date".into()),
                }
            }
            Function::Lower => {
                let a = self.array(&arguments[0])?;
                Array { text: format!("LOWER({})", a.text), ..a }
            }
            Function::CountKnown => {
                let mut counts = Vec::new();
                for argument in arguments {
                    let known = self.array(argument)?.known;
                    counts.push(if known.is_empty() { "1".into() } else { known.join("*") });
                }
                whole(format!("({})", counts.join("+")), Vec::new())
            }
            _ => return Err("a spreadsheet has no such function in a row".into()),
        })
    }

    fn truth(&self, expr: &Expr) -> Made<Truth> {
        Ok(match &expr.kind {
            Kind::Boolean(true) => Truth { yes: Vec::new(), no: None },
            Kind::Boolean(false) => Truth { yes: vec!["0".into()], no: None },
            Kind::Name(_) => {
                let array = self.array(expr)?;
                match array.holds {
                    Holds::Boolean => {
                        Truth::of(array.known, format!("EXACT({},\"true\")", array.text))
                    }
                    _ => return Err("its condition is no truth value".into()),
                }
            }
            Kind::Compare(compare, a, b) => self.compare(*compare, a, b)?,
            Kind::In(a, list) => {
                let tests: Made<Vec<Truth>> =
                    list.iter().map(|item| self.compare(Compare::Equal, a, item)).collect();
                let tests = tests?;
                // of one subject: where it is known, any of the tests
                let known = tests.first().map_or(&[][..], |test| &test.yes[..test.yes.len() - 1]);
                let alike = |test: &Truth| {
                    let (last, before) = test.yes.split_last()?;
                    let no =
                        (!known.is_empty()).then(|| format!("({}*(1-{last}))", known.join("*")));
                    (before == known && test.no == no).then(|| last.clone())
                };
                match tests.iter().map(alike).collect::<Option<Vec<String>>>() {
                    Some(all) => Truth::of(known.to_vec(), format!("(({})>0)", all.join("+"))),
                    None => tests
                        .into_iter()
                        .reduce(Truth::or)
                        .unwrap_or(Truth { yes: vec!["0".into()], no: None }),
                }
            }
            Kind::Between(a, low, high) => {
                let subject = self.array(a)?;
                if let Some((first, last)) = days(&subject) {
                    let (low, high) = (self.period(low, &subject)?, self.period(high, &subject)?);
                    match (&subject.holds, low, high) {
                        (Holds::Years, Period::Year(low), Period::Year(high)) => {
                            let above = Truth::of(
                                subject.known.clone(),
                                format!("({}>={low})", subject.text),
                            );
                            above.and(Truth::of(
                                subject.known,
                                format!("({}<={high})", subject.text),
                            ))
                        }
                        _ => contained(&subject, (&first, &last), (low.days().0, high.days().1))?,
                    }
                } else {
                    let above = self.compare(Compare::GreaterOrEqual, a, low)?;
                    above.and(self.compare(Compare::LessOrEqual, a, high)?)
                }
            }
            Kind::Match(test, a, b) => {
                let (array, part) = (self.array(a)?, self.array(b)?);
                let own = straight(&part.literal.unwrap_or_default());
                let (subject, wanted) = (straightened(&array), text(&own));
                let count = format!("LEN({wanted})");
                let test = match test {
                    Match::StartsWith => format!("EXACT(LEFT({subject},{count}),{wanted})"),
                    Match::EndsWith => format!("EXACT(RIGHT({subject},{count}),{wanted})"),
                    Match::Contains => format!("ISNUMBER(FIND({wanted},{subject}))"),
                };
                Truth::of(array.known, test)
            }
            Kind::Is(a, state) => self.is(a, *state)?,
            Kind::Not(a) => self.truth(a)?.not(),
            Kind::And(a, b) => self.truth(a)?.and(self.truth(b)?),
            Kind::Or(a, b) => self.truth(a)?.or(self.truth(b)?),
            Kind::Call { function: Function::Within, arguments, .. } => {
                let subject = self.array(&arguments[0])?;
                let whole = self.period(&arguments[1], &subject)?.days();
                let (first, last) = days(&subject)
                    .or_else(|| {
                        matches!(subject.holds, Holds::Date)
                            .then(|| (subject.text.clone(), subject.text.clone()))
                    })
                    .ok_or_else(|| {
                        "it asks whether something is in a period that is none".to_string()
                    })?;
                contained(&subject, (&first, &last), whole)?
            }
            _ => return Err("a spreadsheet has no such condition".into()),
        })
    }

    /// Whether the sheet tells which points of a series have a value.
    fn sharp(&self, expr: &Expr) -> Made<()> {
        let area = self.area()?;
        let vague =
            |(name, _): &(&str, _)| area.columns.get(*name).is_some_and(|column| column.vague);
        match expr.names().iter().any(vague) {
            true => Err("points of its series are hidden, or have no value".into()),
            false => Ok(()),
        }
    }

    fn is(&self, expr: &Expr, state: State) -> Made<Truth> {
        self.sharp(expr)?;
        let column = match &expr.kind {
            Kind::Name(name) => self.area()?.columns.get(name),
            _ => None,
        };
        let sure = |yes: Vec<String>| Truth { yes, no: None };
        if state == State::Known {
            return Ok(sure(self.array(expr)?.known));
        }
        let Some(column) = column else {
            return Err("it asks why a computed value is not there".into());
        };
        if column.shut {
            return Err("points of its series have no rank of their own".into());
        }
        let word = if state == State::Missing { "missing" } else { "hidden" };
        Ok(sure(vec![match &column.state {
            Some(own) => format!("EXACT({own},\"{word}\")"),
            None => "0".into(),
        }]))
    }

    /// The period that a literal is, in the reading of the periods that it meets.
    fn period(&self, expr: &Expr, like: &Array) -> Made<Period> {
        let literal = self.array(expr)?.literal;
        let periods: &[Period] = match &like.holds {
            Holds::Periods(_, _, periods) => periods,
            _ => &[],
        };
        let found = literal.and_then(|literal| period_like(&literal, periods));
        found.ok_or_else(|| "it compares periods of rows".to_string())
    }

    fn compare(&self, compare: Compare, a: &Expr, b: &Expr) -> Made<Truth> {
        let logical = |expr: &Expr| match &expr.kind {
            Kind::Boolean(_) => true,
            Kind::Name(name) => self.area.is_some_and(|area| {
                let column = area.columns.get(name);
                column.is_some_and(|column| matches!(column.holds, Holds::Boolean))
            }),
            _ => false,
        };
        if logical(a) && logical(b) {
            let (a, b) = (self.truth(a)?, self.truth(b)?);
            let both = a.clone().and(b.clone()).or(a.not().and(b.not()));
            return Ok(if compare == Compare::Unequal { both.not() } else { both });
        }
        let (x, y) = (self.array(a)?, self.array(b)?);
        if x.literal.is_some() && y.literal.is_none() {
            return self.compare(compare.mirrored(), b, a);
        }
        if let Some((x, y)) = apart(&x, &y)? {
            return Ok(compare_ends(compare, &x, &y));
        }
        let known = all([x.known.clone(), y.known.clone()]);
        let sign = sign(compare);
        let test = match (&x.holds, &y.holds) {
            (Holds::Text(_), _) => {
                let other = match &y.literal {
                    Some(own) => text(&straight(own)),
                    None => straightened(&y),
                };
                let equal = format!("EXACT({},{other})", straightened(&x));
                if compare == Compare::Equal { equal } else { format!("(1-{equal})") }
            }
            (Holds::Date, _) if y.literal.is_some() => {
                let literal = y.literal.unwrap_or_default();
                let date = Date::parse(&literal).ok_or_else(|| format!("{literal} is no day"))?;
                format!("({}{sign}{})", x.text, day(date)?)
            }
            (Holds::Years | Holds::Periods(..), _) => {
                return self.compare_periods(compare, &x, &y, b);
            }
            _ => format!("({}{sign}{})", x.text, y.text),
        };
        Ok(Truth::of(known, test))
    }

    /// Periods: one is before another if it ends before that begins, and no later than another if it ends no later.
    fn compare_periods(&self, compare: Compare, x: &Array, y: &Array, b: &Expr) -> Made<Truth> {
        let known = all([x.known.clone(), y.known.clone()]);
        let sign = sign(compare);
        let literal = y.literal.is_some().then(|| self.period(b, x)).transpose()?;
        let test = match (&x.holds, &y.holds, literal) {
            (Holds::Years, _, Some(Period::Year(year))) => format!("({}{sign}{year})", x.text),
            (Holds::Years, Holds::Years, None) => format!("({}{sign}{})", x.text, y.text),
            (Holds::Periods(..), _, Some(period))
                if matches!(compare, Compare::Equal | Compare::Unequal) =>
            {
                let equal = format!("EXACT({},{})", x.text, text(&period.to_string()));
                if compare == Compare::Equal { equal } else { format!("(1-{equal})") }
            }
            (_, _, literal) => {
                let (of_x, of_y) = (
                    days(x),
                    match literal {
                        Some(period) => Some((day(period.days().0)?, day(period.days().1)?)),
                        None => days(y),
                    },
                );
                let ((a, b), (c, d)) =
                    of_x.zip(of_y).ok_or_else(|| "it compares a period with none".to_string())?;
                match compare {
                    Compare::Less => format!("({b}<{c})"),
                    Compare::Greater => format!("({a}>{d})"),
                    Compare::LessOrEqual => format!("({b}<={d})"),
                    Compare::GreaterOrEqual => format!("({a}>={c})"),
                    Compare::Equal => format!("(({a}={c})*({b}={d}))"),
                    Compare::Unequal => format!("(1-({a}={c})*({b}={d}))"),
                }
            }
        };
        Ok(Truth::of(known, test))
    }
}

/// Whether cells hold something.
fn presence(array: &Array) -> String {
    match array.holds {
        Holds::Text(_) | Holds::Periods(..) | Holds::Boolean => format!("({}<>\"\")", array.text),
        _ => format!("ISNUMBER({})", array.text),
    }
}

/// The columns of days of periods.
fn days_of(holds: &Holds) -> Vec<&String> {
    match holds {
        Holds::Periods(first, last, _) if !first.is_empty() => vec![first, last],
        _ => Vec::new(),
    }
}

/// The first and last days of an array of periods.
fn days(array: &Array) -> Option<(String, String)> {
    match &array.holds {
        Holds::Periods(first, last, _) if !first.is_empty() => Some((first.clone(), last.clone())),
        Holds::Years => {
            let of = |month: u8, day: u8| format!("DATE({},{month},{day})", array.text);
            Some((of(1, 1), of(12, 31)))
        }
        _ => None,
    }
}

/// Whether periods or days lie between two days.
fn contained(
    subject: &Array,
    (first, last): (&str, &str),
    (from, to): (Date, Date),
) -> Made<Truth> {
    let above = Truth::of(subject.known.clone(), format!("({first}>={})", day(from)?));
    Ok(above.and(Truth::of(subject.known.clone(), format!("({last}<={})", day(to)?))))
}

/// Texts with straight apostrophes.
fn straightened(array: &Array) -> String {
    match array.holds {
        Holds::Text(true) => {
            format!("SUBSTITUTE(SUBSTITUTE({},\"\u{2019}\",\"'\"),\"\u{2018}\",\"'\")", array.text)
        }
        _ => array.text.clone(),
    }
}

/// What an array can be: its ends, or of one without hidden cells its value.
fn ends_of(array: &Array) -> Ends {
    array.ends.clone().unwrap_or_else(|| Ends {
        least: array.text.clone(),
        most: array.text.clone(),
        known: array.known.clone(),
        columns: Vec::new(),
    })
}

/// The ends of two arrays which have no hidden cell in common, so that each goes by itself.
fn apart(a: &Array, b: &Array) -> Made<Option<(Ends, Ends)>> {
    if a.ends.is_none() && b.ends.is_none() {
        return Ok(None);
    }
    let (x, y) = (ends_of(a), ends_of(b));
    if x.columns.iter().any(|column| y.columns.contains(column)) {
        return Err("the same hidden cell stands in it twice".into());
    }
    Ok(Some((x, y)))
}

fn arithmetic(operator: Operator, a: &Array, b: &Array) -> Made<Array> {
    let (x, y) = (&a.text, &b.text);
    let mut known = all([a.known.clone(), b.known.clone()]);
    let ends = apart(a, b)?;
    let (text, ends) = match operator {
        Operator::Add => {
            let of = |a: &Ends, b: &Ends| {
                (format!("({}+{})", a.least, b.least), format!("({}+{})", a.most, b.most))
            };
            (format!("({x}+{y})"), ends.map(|(a, b)| (of(&a, &b), a, b)))
        }
        Operator::Subtract => {
            let of = |a: &Ends, b: &Ends| {
                (format!("({}-{})", a.least, b.most), format!("({}-{})", a.most, b.least))
            };
            (format!("({x}-{y})"), ends.map(|(a, b)| (of(&a, &b), a, b)))
        }
        Operator::Multiply => {
            let positive = |array: &Array| {
                array.literal.as_deref().is_some_and(|literal| !literal.starts_with('-'))
            };
            if ends.is_some() && !positive(a) && !positive(b) {
                return Err("it multiplies hidden cells".into());
            }
            let of = |a: &Ends, b: &Ends| {
                (format!("({}*{})", a.least, b.least), format!("({}*{})", a.most, b.most))
            };
            (format!("({x}*{y})"), ends.map(|(a, b)| (of(&a, &b), a, b)))
        }
        Operator::Divide => {
            known.push(format!("({y}<>0)"));
            if ends.is_some() {
                return Err("it divides hidden cells".into());
            }
            (format!("IF({y}=0,0,{x}/{y})"), None)
        }
    };
    let ends = ends.map(|((least, most), a, b)| Ends {
        least,
        most,
        known: all([a.known, b.known]),
        columns: [a.columns, b.columns].concat(),
    });
    Ok(Array { text, holds: Holds::Number, known, ends, literal: None })
}

/// A comparison of what lies between ends: true or false where it is for all that lies there.
fn compare_ends(compare: Compare, x: &Ends, y: &Ends) -> Truth {
    let (below, above) = (format!("({}<{})", x.most, y.least), format!("({}>{})", x.least, y.most));
    let (no_more, no_less) =
        (format!("({}<={})", x.most, y.least), format!("({}>={})", x.least, y.most));
    let apart = format!("({below}+{above})");
    let equal = format!("(({}={})*({}={}))", x.least, y.most, x.most, y.least);
    let (yes, no) = match compare {
        Compare::Less => (below, no_less),
        Compare::LessOrEqual => (no_more, above),
        Compare::Greater => (above, no_more),
        Compare::GreaterOrEqual => (no_less, below),
        Compare::Equal => (equal, apart),
        Compare::Unequal => (apart, equal),
    };
    let known = all([x.known.clone(), y.known.clone()]);
    let no = all([known.clone(), vec![no]]);
    Truth { yes: all([known, vec![yes]]), no: Some(format!("({})", no.join("*"))) }
}
