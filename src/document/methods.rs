//! A method for each figure and series: what it is, how it was made, from how many rows.

use super::Method;
use super::compose::Composer;
use super::notes::marked;
use crate::figures::{Counts, Figure, Provenance, Series, Shower, Shown};
use crate::text::capital;
use crate::value::{Scale, Value};

impl Composer<'_> {
    /// Methods of all figures, then of all series.
    pub(super) fn methods(&mut self) -> Vec<Method> {
        let figures = self.inputs.figures;
        let mut methods: Vec<Method> =
            figures.figures.values().map(|figure| self.figure_method(figure)).collect();
        methods.extend(figures.series.values().map(|series| self.series_method(series)));
        methods
    }

    fn figure_method(&mut self, figure: &Figure) -> Method {
        self.register.passage();
        let shower = self.shower();
        let figures = self.inputs.figures;
        let words = match figure.provenance {
            Provenance::Quoted => {
                let quote = figure.quote.as_ref();
                let at = quote
                    .and_then(|quote| quote.at.as_ref())
                    .map_or(String::new(), |at| format!(" ({at})"));
                format!("“{}”{at}", quote.map_or("", |quote| quote.words.as_str()))
            }
            Provenance::Entered => figure.reason.clone().unwrap_or_default(),
            _ => {
                let words = figure.recipe.as_ref().map_or("", |recipe| recipe.words.as_str());
                // a label that is made from the recipe says it already
                let words = if words == figure.label {
                    String::new()
                } else {
                    format!("{}.", capital(words))
                };
                words + &figure.reason.as_ref().map_or(String::new(), |reason| format!(" {reason}"))
            }
        };
        Method {
            id: figure.id.clone(),
            label: capital(&figure.label),
            shown: Some(shower.figure(figure)),
            provenance: figure.provenance.name(),
            words,
            recipe: figure.recipe.as_ref().map(|recipe| recipe.canonical.clone()),
            counted: figure
                .counts
                .as_ref()
                .map(|counts| self.counted(counts, &marked(figures, &figure.id, shower))),
            exact: before_rounding(figure, &shower),
            uses: figure.uses.clone(),
            points: Vec::new(),
            file: self.file(&figure.id),
            base: shower.base(figure).map(|base| format!("Base: {base}.")),
            known: known(figure),
            caveat: figure.caveat.as_ref().map(|caveat| self.text(caveat)),
            sources: self.register.support([figure]),
        }
    }

    fn series_method(&mut self, series: &Series) -> Method {
        self.register.passage();
        let shower = self.shower();
        let figures = self.inputs.figures;
        let points = shower.count(series.points.len() as u64);
        let mut without = match series.without_key {
            0 => String::new(),
            _ if series.counts_cases => {
                format!(" Rows without {} are in no point.", series.keys.join(" or "))
            }
            rows => format!(
                " Rows without {}, in no point: {}.",
                series.keys.join(" or "),
                shower.count(rows)
            ),
        };
        if !series.unmatched.is_empty() {
            let keys = series.unmatched.join("; ");
            without.push_str(&format!(" Left out, because not in all of its series: {keys}."));
        }
        if series.undecided > 0 && !series.counts_cases {
            without.push_str(&format!(
                " Rows for which the condition is undecided: {}.",
                shower.count(series.undecided)
            ));
        }
        let words = match &series.recipe {
            Some(recipe) if recipe.words == series.label => String::new(),
            Some(recipe) => format!("{}.", capital(&recipe.words)),
            None => "Figures of this report, side by side.".into(),
        };
        Method {
            id: series.id.clone(),
            label: capital(&series.label),
            shown: None,
            provenance: "series",
            words,
            recipe: series.recipe.as_ref().map(|recipe| recipe.canonical.clone()),
            counted: Some(format!(
                "{points} points{}.{without}{}",
                marked(self.inputs.figures, &series.id, shower),
                figures
                    .selected
                    .get(&series.id)
                    .map_or(String::new(), |own| self.guarded(&own.frame))
            )),
            exact: None,
            uses: self.made_from(series),
            points: points_of(series, &shower),
            file: self.file(&series.id),
            base: None,
            known: None,
            caveat: series.caveat.as_ref().map(|caveat| self.text(caveat)),
            sources: self.register.support(series.figures()),
        }
    }
}

impl Composer<'_> {
    /// The file of a figure's or series' rows.
    fn file(&self, id: &str) -> Option<(String, String)> {
        let selected = self.inputs.figures.selected.get(id)?;
        let provenance = self.inputs.frames.get(&selected.frame)?.provenance.as_ref()?;
        Some((provenance.path.clone(), provenance.sha256.clone()))
    }

    /// How many rows a figure uses, and what is not told of them.
    fn counted(&self, counts: &Counts, marked: &str) -> String {
        let shower = self.shower();
        let show = |count| shower.count(count);
        let frame = counts.frame.replace('_', " ");
        let mut text = match &counts.rows {
            None => format!("Uses rows of {frame}"),
            Some(rows) => {
                let (used, total) = (show(rows.used), show(rows.total));
                let mut text = format!("Uses {used} of {total} rows of {frame}");
                for (count, what) in [
                    (rows.missing, "without a value"),
                    (rows.suppressed, "with a hidden value"),
                    (rows.undecided, "undecided"),
                ] {
                    if count > 0 {
                        text.push_str(&format!("; {} {what}", show(count)));
                    }
                }
                text
            }
        };
        text.push_str(marked);
        text.push('.');
        text.push_str(&self.guarded(&counts.frame));
        text
    }

    /// What disclosure control does to the numbers of a dataset.
    fn guarded(&self, frame: &str) -> String {
        let guard = self.inputs.frames.get(frame).and_then(|frame| frame.guard.as_ref());
        let Some(guard) = guard else { return String::new() };
        let withheld = self.inputs.figures.withheld.contains(frame);
        let rows = if withheld { ", and no rows are told" } else { "" };
        format!(" Disclosure control ({}): {}{rows}.", guard.rule.name, guard.rule.words())
    }

    /// What a series is made from, where that is no file.
    fn made_from(&self, series: &Series) -> Vec<String> {
        let mut ids: Vec<String> =
            series.figures().flat_map(|figure| figure.uses.iter().cloned()).collect();
        ids.sort();
        ids.dedup();
        ids
    }
}

/// The points of a series: id, keys, value, exact value.
fn points_of(series: &Series, shower: &Shower<'_>) -> Vec<(String, String, Shown, Shown)> {
    let several = series.values.len() > 1;
    let points = series.points.iter().flat_map(|point| {
        let keys: Vec<String> = point.keys.iter().map(|key| shower.key(key).to_string()).collect();
        let values = point.values.iter().zip(series.values.values());
        values.filter_map(move |(value, name)| {
            let figure = value.figure()?;
            let mut words = keys.join(", ");
            if several {
                words.push_str(&format!(": {name}"));
            }
            Some((figure.id.clone(), words, shower.figure(figure), shower.exact(figure)))
        })
    });
    points.collect()
}

/// The value before it was rounded, where what is shown is another.
fn before_rounding(figure: &Figure, shower: &Shower<'_>) -> Option<String> {
    figure.value.number().filter(|number| number.hidden.is_none())?;
    let exact = shower.exact(figure).to_string();
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let whole =
        !exact.contains(['/', '.']) && digits(&exact) == digits(shower.figure(figure).as_str());
    (!whole).then(|| format!("Before rounding: {exact}."))
}

/// How exactly a value is known: bounds of what was published rounded, and roots.
fn known(figure: &Figure) -> Option<String> {
    let Value::Number(number) = &figure.value else { return None };
    if number.rounded_root {
        return Some("A root, correctly rounded to 34 digits.".into());
    }
    let (low, high) = number.bounds.as_ref()?;
    if figure.provenance == Provenance::Quoted {
        return None;
    }
    let percent = number.measure.scale != Scale::Plain;
    let shown = |value: &crate::exact::Exact| {
        let value =
            if percent { value * &crate::exact::Exact::power_of_ten(2) } else { value.clone() };
        let text = value.round(2, crate::exact::Rounding::HalfUp).to_string();
        match number.measure.scale {
            Scale::Percent => format!("{text}%"),
            Scale::Points => format!("{text} percentage points"),
            Scale::Plain => text,
        }
    };
    let (low, high) = (shown(low), shown(high));
    Some(match &number.hidden {
        Some(form) if form.ours() == form.count() => {
            format!("It is not told, to protect people: the value lies between {low} and {high}.")
        }
        Some(form) => format!(
            "It depends on {} that the publisher hides: the value lies between {low} and {high}.",
            crate::diag::counted(form.count() as u64, "cell")
        ),
        None => {
            format!("A source prints it rounded: the value lies between {low} and {high}.")
        }
    })
}
