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
use crate::spec::{Origin, SeriesOrigin, Spec};
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
                let from = recipe.from.as_ref().map(|(from, _)| from.as_str());
                entry.extend(self.question(from, recipe.filter.as_ref(), &[]));
                let added = self.added(from);
                entry.insert("value_of".into(), self.tree(&recipe.value, &added));
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
                let by: Vec<&str> = by.iter().map(|(name, _)| name.as_str()).collect();
                entry.extend(self.question(Some(from), filter.as_ref(), &by));
                let added = self.added(Some(from));
                let values = values.iter().map(|(_, value)| self.tree(value, &added));
                entry.insert("values".into(), values.collect());
            }
            SeriesOrigin::Figures(members) => {
                entry.insert("members".into(), members.iter().map(|(id, _)| json!(id)).collect());
            }
            SeriesOrigin::Aligned { values, .. } => {
                let values = values.iter().map(|(_, value)| self.tree(value, &[]));
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

    /// The frame of a recipe with its conditions and keys.
    fn question(
        &self,
        from: Option<&str>,
        filter: Option<&Expr>,
        by: &[&str],
    ) -> Map<String, Value> {
        let mut entry = Map::new();
        let Some(from) = from else { return entry };
        let (chain, frame) = self.spec.chain(from);
        let added = self.added(Some(from));
        let filters = filter.into_iter().chain(chain.iter().filter_map(|own| own.filter.as_ref()));
        entry.insert("from".into(), json!(frame));
        entry.insert("where".into(), filters.map(|filter| self.tree(filter, &added)).collect());
        if !by.is_empty() {
            entry.insert("by".into(), by.iter().map(|name| self.name(name, &added)).collect());
        }
        entry
    }

    /// The columns that the selections under a frame's name add, nearest first.
    fn added<'s>(&'s self, from: Option<&'s str>) -> Vec<(&'s str, &'s Expr)> {
        let chain = from.map_or_else(Vec::new, |from| self.spec.chain(from).0);
        chain
            .into_iter()
            .flat_map(|own| own.add.iter().rev().map(|(name, expr)| (name.words.as_str(), expr)))
            .collect()
    }

    /// A column, or what stands for an added one.
    fn name(&self, name: &str, added: &[(&str, &Expr)]) -> Value {
        match added.iter().position(|(known, _)| *known == name) {
            Some(place) => self.tree(added[place].1, &added[place + 1..]),
            None => json!(["c", name]),
        }
    }

    fn tree(&self, expr: &Expr, added: &[(&str, &Expr)]) -> Value {
        let tree = |expr: &Expr| self.tree(expr, added);
        match &expr.kind {
            Kind::Number { value, text, .. } => json!(["n", value.to_string(), text]),
            Kind::Text(text) => json!(["t", text]),
            Kind::Boolean(value) => json!(["b", value]),
            Kind::Parameter(name) => self.parameter(name),
            Kind::Name(name) => self.name(name, added),
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

    /// A parameter as the literal that it stands for.
    fn parameter(&self, name: &str) -> Value {
        let text = self.spec.parameters.get(name).map_or("", String::as_str);
        let digits = text.strip_suffix('%');
        match crate::exact::Exact::parse(digits.unwrap_or(text)) {
            Some(value) if digits.is_some() => {
                let value = value * crate::exact::Exact::power_of_ten(-2);
                json!(["n", value.to_string(), digits])
            }
            Some(value) => json!(["n", value.to_string(), text]),
            None => json!(["t", text]),
        }
    }

    /// A dataset as declared, for a file of plain CSV; others with the reason why the page cannot read them.
    fn dataset(&self, name: &str) -> Option<Value> {
        let (frame, declared) = (self.frames.get(name)?, self.sources.datasets.get(name)?);
        let provenance = frame.provenance.as_ref()?;
        let unread = match () {
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
            entry.insert("ignore".into(), self.tree(ignore, &[]));
        }
        Some(entry.into())
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
