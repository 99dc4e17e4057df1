//! What the page needs to compute its figures again from the publisher's files: recipes as trees, files as declared.
//!
//! In: a spec, its figures, frames. Out: JSON that `render/recheck.js` evaluates on its own: names are looked up, selections and
//! added columns are put in place, parameters are replaced by their values; no recipe is parsed in the page. The values
//! that stand beside the recipes are those that are checked: nothing is computed from them, but for what was quoted or
//! entered by hand.
//!
//! Trees are lists that begin with an operator: `["sum", ["c", "cases"], filter]`, `["=", ["c", "year"], ["n", "2024", "2024"]]`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::figures::{Figure, Figures, Series};
use crate::frame::{Frame, Meaning, Sign, Stands};
use crate::language::{Expr, Kind, Operator};
use crate::sources::{ColumnDeclaration, ColumnType, Sources};
use crate::spec::{Inlined, Origin, SeriesOrigin, Spec};
use crate::text::json_in_markup;
use crate::value::{Format, Grain, Period};

/// What is told to the page.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// The report.
    pub spec: &'a Spec,
    /// Declared sources.
    pub sources: &'a Sources,
    /// Its figures.
    pub figures: &'a Figures,
    /// Datasets as read.
    pub frames: &'a BTreeMap<String, Frame>,
}

/// The JSON, safe inside a `<script>`.
pub fn recheck(inputs: &Inputs<'_>) -> String {
    let figures: Map<String, Value> = inputs
        .figures
        .figures
        .iter()
        .filter_map(|(id, figure)| Some((id.clone(), inputs.figure(id, figure)?)))
        .collect();
    let series: Map<String, Value> = inputs
        .figures
        .series
        .iter()
        .filter_map(|(id, series)| Some((id.clone(), inputs.series(id, series)?)))
        .collect();
    let used = inputs.figures.selected.values().map(|selected| selected.frame.as_str());
    let used: BTreeSet<&str> = used.collect();
    let datasets: Map<String, Value> = used
        .into_iter()
        .filter_map(|name| Some((name.to_string(), inputs.dataset(name)?)))
        .collect();
    let all = json!({
        "rounding": inputs.spec.rounding.name(),
        "datasets": datasets,
        "figures": figures,
        "series": series,
    });
    json_in_markup(&all)
}

impl Inputs<'_> {
    fn figure(&self, id: &str, figure: &Figure) -> Option<Value> {
        let declared = self.spec.figures.get(id)?;
        let mut entry = stated(figure);
        match &declared.origin {
            Origin::Quoted { .. } | Origin::Entered { .. } => {
                entry.insert("given".into(), json!(true));
            }
            Origin::Recipe(recipe) => {
                entry.insert("allow_empty".into(), json!(declared.allow_empty));
                let value = match &recipe.from {
                    None => tree(&self.spec.inlined_derived(&recipe.value)),
                    Some((from, _)) => {
                        let filter = recipe.filter.as_ref();
                        let asked = self.spec.inlined(from, filter, &[], &[&recipe.value]);
                        entry.extend(question(&asked));
                        asked.values.iter().map(tree).next().unwrap_or_default()
                    }
                };
                entry.insert("value_of".into(), value);
            }
        }
        Some(entry.into())
    }

    fn series(&self, id: &str, series: &Series) -> Option<Value> {
        let declared = self.spec.series.get(id)?;
        let mut entry = Map::new();
        entry.insert("keys".into(), json!(series.keys));
        entry.insert("names".into(), series.values.keys().cloned().collect());
        match &declared.origin {
            SeriesOrigin::Grouped { from: (from, _), filter, by, values } => {
                let values: Vec<&Expr> = values.iter().map(|(_, value)| value).collect();
                let asked = self.spec.inlined(from, filter.as_ref(), by, &values);
                entry.extend(question(&asked));
                entry.insert("values".into(), asked.values.iter().map(tree).collect());
            }
            SeriesOrigin::Figures(members) => {
                entry.insert("members".into(), members.iter().map(|(id, _)| json!(id)).collect());
            }
            SeriesOrigin::Aligned { values, .. } => {
                let values =
                    values.iter().map(|(_, value)| tree(&self.spec.inlined_derived(value)));
                entry.insert("aligned".into(), values.collect());
            }
        }
        entry.insert("lowest_first".into(), json!(declared.lowest_first));
        // the points of a value print alike
        let print = |place: usize| {
            let mut points = series.points.iter().filter_map(|point| point.values[place].figure());
            points.next().and_then(printed).map_or(Value::Null, Value::from)
        };
        entry.insert("print".into(), (0..series.values.len()).map(print).collect());
        let points = series.points.iter().map(|point| {
            let keys: Vec<String> = match &point.member {
                Some(member) => vec![member.clone()],
                None => point.keys.iter().map(ToString::to_string).collect(),
            };
            let values = point.values.iter().map(|value| value.figure());
            let values: Vec<Option<String>> =
                values.map(|value| value.map(|own| own.value.to_string())).collect();
            json!([keys, values])
        });
        entry.insert("points".into(), points.collect());
        Some(entry.into())
    }

    /// A dataset as declared, for a file of plain CSV; others with the reason why the page cannot read them.
    fn dataset(&self, name: &str) -> Option<Value> {
        let (frame, declared) = (self.frames.get(name)?, self.sources.datasets.get(name)?);
        let provenance = frame.provenance.as_ref()?;
        let unread = match () {
            () if self.figures.withheld.contains(name) => {
                Some("its rows are not told, by disclosure control")
            }
            () if provenance.table.is_some() => Some("its table is no plain CSV"),
            () if !frame.lookups.is_empty() => Some("it looks up columns in other files"),
            () => None,
        };
        let mut entry = Map::new();
        entry.insert("file".into(), json!(provenance.path));
        entry.insert("sha256".into(), json!(provenance.sha256));
        if let Some(why) = unread {
            entry.insert("unread".into(), json!(why));
            return Some(entry.into());
        }
        let columns = frame.columns.iter().map(|(name, column)| {
            let declaration = declared.columns.get(name);
            (name.clone(), column_json(&column.meaning, declaration, &column.signs))
        });
        entry.insert("columns".into(), Value::Object(columns.collect()));
        let header = |name: &String| {
            let published = provenance.headers.get(name).filter(|header| !header.is_empty());
            (name.clone(), json!(published.unwrap_or(name)))
        };
        entry.insert("headers".into(), Value::Object(frame.header.iter().map(header).collect()));
        if let Some(ignore) = &declared.ignore {
            entry.insert("ignore".into(), tree(ignore));
        }
        Some(entry.into())
    }
}

/// The frame of a recipe with its conditions and keys.
fn question(asked: &Inlined) -> Map<String, Value> {
    let mut entry = Map::new();
    entry.insert("from".into(), json!(asked.frame));
    entry.insert("where".into(), asked.filters.iter().map(tree).collect());
    if !asked.by.is_empty() {
        entry.insert("by".into(), asked.by.iter().map(tree).collect());
    }
    entry
}

fn tree(expr: &Expr) -> Value {
    match &expr.kind {
        Kind::Number { value, text, .. } => json!(["n", value.to_string(), text]),
        Kind::Text(text) => json!(["t", text]),
        Kind::Boolean(value) => json!(["b", value]),
        Kind::Parameter(_) => Value::Null,
        Kind::Name(name) => json!(["c", name]),
        Kind::Point(name, keys) => {
            let keys: Vec<&str> = keys.iter().map(|key| key.text.as_str()).collect();
            json!(["point", name, keys])
        }
        Kind::Call { function, distinct, arguments, filter } => {
            let name = if *distinct { "distinct" } else { function.name() };
            let arguments: Vec<Value> = arguments.iter().map(tree).collect();
            let filter = filter.as_ref().map_or(Value::Null, |filter| tree(filter));
            json!([name, arguments, filter])
        }
        Kind::Pair { function, from, to } => json!([function.name(), tree(from), tree(to)]),
        Kind::Negate(a) => json!(["neg", tree(a)]),
        Kind::Binary(operator, a, b) => {
            let sign = match operator {
                Operator::Add => "+",
                Operator::Subtract => "-",
                Operator::Multiply => "*",
                Operator::Divide => "/",
            };
            json!([sign, tree(a), tree(b)])
        }
        Kind::Compare(compare, a, b) => json!([compare.sign(), tree(a), tree(b)]),
        Kind::In(a, list) => json!(["in", tree(a), list.iter().map(tree).collect::<Vec<_>>()]),
        Kind::Between(a, low, high) => json!(["between", tree(a), tree(low), tree(high)]),
        Kind::Match(test, a, b) => json!([test.name(), tree(a), tree(b)]),
        Kind::Is(a, state) => json!(["is", tree(a), state.name()]),
        Kind::Not(a) => json!(["not", tree(a)]),
        Kind::And(a, b) => json!(["and", tree(a), tree(b)]),
        Kind::Or(a, b) => json!(["or", tree(a), tree(b)]),
    }
}

/// A figure's value as it is stated: exactly, and what is printed of it.
fn stated(figure: &Figure) -> Map<String, Value> {
    let mut entry = Map::new();
    entry.insert("value".into(), json!(figure.value.to_string()));
    if let Some(print) = printed(figure) {
        entry.insert("print".into(), print.into());
    }
    entry
}

/// By what a number is multiplied before it is printed, to how many decimals it is rounded, and the digits that stand
/// behind it.
fn printed(figure: &Figure) -> Option<Vec<Value>> {
    let number = figure.value.number()?;
    let format = figure.format.filter(|format| *format != Format::Words)?;
    let (factor, decimals) = (format.factor().to_string(), format.digits().1);
    let mut print = vec![json!(factor), json!(decimals)];
    // `12 per 100,000` prints its base, too
    if let Format::Per(base) = format {
        print.push(json!(base.to_string()));
    }
    number.hidden.is_none().then_some(print)
}

/// How the cells of a column are read.
fn column_json(meaning: &Meaning, declared: Option<&ColumnDeclaration>, signs: &[Sign]) -> Value {
    let kind = match meaning {
        Meaning::Number { percent: true, .. } => "percent",
        Meaning::Number { .. } | Meaning::Exact(..) => "number",
        Meaning::Text(_) => "text",
        Meaning::Period(_) => "period",
        Meaning::Date => "date",
        Meaning::Boolean => "boolean",
    };
    let mut entry = Map::new();
    entry.insert("type".into(), json!(kind));
    if let Meaning::Period(periods) = meaning {
        let declared = match declared.and_then(|declared| declared.kind) {
            Some(ColumnType::Period(grain)) => grain,
            _ => None,
        };
        let months = periods.iter().any(|period| matches!(period, Period::Month(..)));
        let month = declared.map_or(months, |grain| grain == Grain::Month);
        entry.insert("reading".into(), json!(if month { "month" } else { "year" }));
    }
    if let Some(declared) = declared {
        let mut some = |key: &str, value: Option<Value>| {
            entry.extend(value.map(|value| (key.to_string(), value)));
        };
        some("thousands", declared.thousands.map(|sign| json!(sign.to_string())));
        some("power", declared.power.filter(|power| *power != 0).map(|power| json!(power)));
        let replace: Vec<Value> =
            declared.replace.iter().map(|(from, to, _)| json!([from, to])).collect();
        some("replace", (!replace.is_empty()).then(|| replace.into()));
    }
    let signs: Vec<Value> = signs
        .iter()
        .map(|sign| match &sign.stands {
            Stands::Missing => json!([sign.text, "missing"]),
            Stands::Hidden(None) => json!([sign.text, "hidden"]),
            Stands::Hidden(Some((low, high))) => {
                json!([sign.text, "hidden", low.to_string(), high.to_string()])
            }
            Stands::Beside(_) => json!([sign.text, "beside"]),
        })
        .collect();
    if !signs.is_empty() {
        entry.insert("signs".into(), signs.into());
    }
    entry.into()
}
