//! Raw entries to resolved ones: recipes parsed, values read, ids checked, contradictions refused.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::decode::{Section, decode};
use super::prose::{self, Prose};
use super::raw::{RawFigure, RawOutside, RawReport, RawSelection, RawSeries};
use super::yaml;
use super::{
    Card, Check, Figure, MarkKind, Origin, OutsideClaim, Reviewer, Selection, Series, SeriesOrigin,
    Spec,
};
use crate::diag::{Code, Diagnostic, Diagnostics, Outcome, Severity};
use crate::exact::{Exact, Rounding};
use crate::language::{self, Kind, RESERVED, Recipe, Sort};
use crate::locale::Locale;
use crate::text::{Passage, Span, TextId, Texts};
use crate::value::{Date, Format, Measure, Number, PartialDate, Period, Scale, Value};

/// Reads a report: the texts of its spec and body, already loaded.
///
/// What cannot be read is absent from the spec and reported; `None` where title or date are not there.
pub fn parse(texts: &Texts, name: &str, spec: TextId, body: TextId) -> Outcome<Option<Spec>> {
    let mut diagnostics = Diagnostics::default();
    let value = yaml::parse(texts, spec, &mut diagnostics)
        .and_then(|node| decode::<RawReport>(&node, &mut diagnostics))
        .and_then(|raw| Resolver::new(&raw, &mut diagnostics)?.spec(texts, name, spec, body, raw));
    Outcome::new(value, diagnostics)
}

pub(super) struct Resolver<'a> {
    locale: Locale,
    parameters: IndexMap<String, String>,
    pub(super) diagnostics: &'a mut Diagnostics,
}

impl<'a> Resolver<'a> {
    fn new(raw: &RawReport, diagnostics: &'a mut Diagnostics) -> Option<Self> {
        // an unknown language is said, and the rest is read in a known one
        let language = raw.language.as_ref().map_or("en-GB", |passage| passage.words.as_str());
        let locale = Locale::named(language);
        if let (None, Some(passage)) = (&locale, &raw.language) {
            let message = format!("the language `{language}` is not known");
            let known = Locale::LANGUAGES.join(", ");
            diagnostics.push(
                Diagnostic::error(Code::BadValue, message)
                    .at(passage.span)
                    .hint(format!("known: {known}")),
            );
        }
        let locale = locale.or_else(|| Locale::named("en-GB"))?;
        Some(Self { locale, parameters: IndexMap::new(), diagnostics })
    }

    fn spec(
        self,
        texts: &Texts,
        name: &str,
        text: TextId,
        body: TextId,
        raw: RawReport,
    ) -> Option<Spec> {
        let mut this = self;
        let date = this.date(&raw.date);
        let rounding = match raw.rounding.as_ref().map(|passage| passage.words.as_str()) {
            None | Some("half-up") => Rounding::HalfUp,
            Some("half-even") => Rounding::HalfEven,
            Some(other) => {
                let span = raw.rounding.as_ref().map_or(raw.date.span, |passage| passage.span);
                this.bad(
                    span,
                    format!("`{other}` is not a rounding rule"),
                    "write half-up or half-even",
                );
                Rounding::HalfUp
            }
        };
        this.unique_ids(&raw);
        let declared =
            raw.figures.0.iter().map(|(id, _)| id).chain(raw.series.0.iter().map(|(id, _)| id));
        let declared: BTreeSet<String> = declared.map(|id| id.words.clone()).collect();
        this.parameters = this.section(raw.parameters, |_, _, value: Passage| Some(value.words));
        let content = texts.get(body).content.clone();
        let end = content.len();
        let body = prose::parse(
            &Passage::verbatim(content, Span::new(body, 0, end)),
            false,
            &this.parameters,
            this.diagnostics,
        );
        let mut spec = Spec {
            name: name.to_string(),
            text,
            title: this.prose(&raw.title),
            subtitle: this.optional_prose(&raw.subtitle),
            language: this.locale.language.clone(),
            date: date?,
            authors: raw.authors.iter().map(|author| author.name.words.clone()).collect(),
            licence: raw.licence.as_ref().map(|licence| licence.words.trim().to_string()),
            reviewers: raw
                .reviewers
                .iter()
                .map(|reviewer| Reviewer {
                    name: reviewer.name.words.clone(),
                    key: reviewer.key.as_ref().map(|key| key.words.trim().to_string()),
                    span: reviewer.name.span,
                })
                .collect(),
            rounding,
            severity: this.severity(raw.severity),
            theme: raw.theme.as_ref().map(|theme| (theme.words.clone(), theme.span)),
            print_methods: raw.print_methods.unwrap_or(true),
            cards: raw
                .cards
                .iter()
                .map(|card| Card { value: this.prose(&card.value), label: this.prose(&card.label) })
                .collect(),
            parameters: this.parameters.clone(),
            selections: this.section(raw.selections, Self::selection),
            figures: this.section(raw.figures, Self::figure),
            series: this.section(raw.series, Self::series),
            charts: this.section(raw.charts, Self::chart),
            tables: this.section(raw.tables, Self::table),
            checks: raw.checks.iter().filter_map(|check| this.check(check)).collect(),
            claims: this.section(raw.claims, Self::outside),
            failed: BTreeSet::new(),
            body,
        };
        spec.failed = declared
            .into_iter()
            .filter(|id| !spec.figures.contains_key(id) && !spec.series.contains_key(id))
            .collect();
        Some(spec)
    }

    pub(super) fn bad(&mut self, span: Span, message: impl Into<String>, hint: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(Code::BadValue, message).at(span).hint(hint));
    }

    fn date(&mut self, passage: &Passage) -> Option<Date> {
        let date = Date::parse(passage.words.trim());
        if date.is_none() {
            self.bad(
                passage.span,
                format!("`{}` is not a date", passage.words),
                "write year-month-day: 2025-04-13",
            );
        }
        date
    }

    pub(super) fn prose(&mut self, passage: &Passage) -> Prose {
        prose::parse(passage, true, &self.parameters, self.diagnostics)
    }

    pub(super) fn optional_prose(&mut self, passage: &Option<Passage>) -> Option<Prose> {
        passage.as_ref().map(|passage| self.prose(passage))
    }

    /// Reads each entry of a section; ids are checked, and what cannot be read is left out.
    fn section<R, T>(
        &mut self,
        section: Section<R>,
        mut read: impl FnMut(&mut Self, &Passage, R) -> Option<T>,
    ) -> IndexMap<String, T> {
        let mut resolved = IndexMap::new();
        for (id, raw) in section.0 {
            let words = id.words.as_str();
            if !is_id(words) || RESERVED.contains(&words) {
                let message = format!("`{words}` is not an id");
                let error = Diagnostic::error(Code::BadId, message).at(id.span);
                self.diagnostics.push(error.hint("ids are lower-case letters, digits and `_`, begin with a letter, and are no word of the language"));
                continue;
            }
            if let Some(value) = read(self, &id, raw) {
                resolved.insert(words.to_string(), value);
            }
        }
        resolved
    }

    /// Figures and series are one namespace, and so are selections and series.
    fn unique_ids(&mut self, raw: &RawReport) {
        let mut links: BTreeMap<&str, Span> = BTreeMap::new();
        let mut frames: BTreeMap<&str, Span> = BTreeMap::new();
        let figures = raw.figures.0.iter().map(|(id, _)| id);
        let series: Vec<&Passage> = raw.series.0.iter().map(|(id, _)| id).collect();
        let selections = raw.selections.0.iter().map(|(id, _)| id);
        let links = figures
            .chain(series.iter().copied())
            .filter_map(|id| Some((id, links.insert(&id.words, id.span)?)));
        let frames = selections
            .chain(series.iter().copied())
            .filter_map(|id| Some((id, frames.insert(&id.words, id.span)?)));
        for (id, first) in links.chain(frames) {
            let message = format!("`{}` is taken", id.words);
            self.diagnostics.push(
                Diagnostic::error(Code::BadId, message).at(id.span).related(first, "first here"),
            );
        }
    }

    fn condition(&mut self, passage: &Option<Passage>) -> Result<Option<language::Expr>, ()> {
        let parsed = passage.as_ref().map(language::parse_condition).transpose();
        self.diagnostics.take(parsed).ok_or(())
    }

    fn selection(&mut self, id: &Passage, raw: RawSelection) -> Option<Selection> {
        let mut add = Vec::new();
        for (name, passage) in &raw.add.0 {
            if let Some(expr) = self.diagnostics.take(language::parse_condition(passage)) {
                add.push((name.clone(), expr));
            }
        }
        Some(Selection {
            label: self.optional_prose(&raw.label),
            filter: self.condition(&raw.filter).ok()?,
            from: (raw.from.words.clone(), raw.from.span),
            add,
            span: id.span,
        })
    }

    fn figure(&mut self, id: &Passage, raw: RawFigure) -> Option<Figure> {
        let Some(value) = &raw.value else {
            let missing = Diagnostic::error(
                Code::MissingField,
                format!("figure `{}` has no `value`", id.words),
            );
            self.diagnostics.push(
                missing.at(id.span).hint("write `value: RECIPE`, or the recipe right after the id"),
            );
            return None;
        };
        let format = self.format(&raw.format)?;
        let label = self.optional_prose(&raw.label);
        let caveat = self.optional_prose(&raw.caveat);
        let also = raw.also.iter().map(|passage| passage.words.clone()).collect();
        let reason = raw.reason.as_ref().map(|passage| passage.words.clone());
        let origin = if raw.quote.is_some() || raw.source.is_some() {
            self.quoted(id, &raw, value, format)?
        } else if raw.by.is_some() || raw.on.is_some() {
            self.entered(id, &raw, value, format)?
        } else {
            Origin::Recipe(self.recipe(&raw, &self.plain_number(&raw, value))?)
        };
        let format = format.or(match &origin {
            Origin::Recipe(recipe) => recipe.format,
            _ => None,
        });
        let own = matches!(&origin, Origin::Recipe(recipe) if is_constant(recipe));
        if own && reason.is_none() {
            let error = Diagnostic::error(
                Code::MissingField,
                format!("figure `{}` is a number of the author's own", id.words),
            );
            self.diagnostics.push(
                error.at(value.span).hint("say why with `reason:`, or quote it from a source"),
            );
            return None;
        }
        let allow_empty = raw.allow_empty;
        let covers = raw.period.iter().filter_map(|period| self.period(period)).collect();
        if let (Some(period), Origin::Recipe(_)) = (raw.period.first(), &origin) {
            self.bad(
                period.span,
                "a computed figure covers the periods of its rows",
                "delete `period:`",
            );
        }
        let span = id.span;
        let of = raw.of.as_ref().map(|of| of.words.trim().to_string());
        if let Origin::Recipe(_) = origin
            && (raw.second_hand || of.is_some())
        {
            self.bad(
                span,
                "`second_hand` and `of` are for values that were read in a source",
                "delete them: what a computed figure rests on is known",
            );
        }
        let second_hand = raw.second_hand;
        Some(Figure {
            origin,
            format,
            label,
            caveat,
            covers,
            also,
            second_hand,
            of,
            allow_empty,
            reason,
            span,
        })
    }

    fn period(&mut self, passage: &Passage) -> Option<Period> {
        let period = Period::parse(&passage.words, None);
        if period.is_none() {
            let message = format!("`{}` is not a period", passage.words);
            self.bad(passage.span, message, "write 2024, 2024 H1, 2024 Q1, 2024-03 or 2023/24");
        }
        period
    }

    /// How bad a rule about words is.
    fn severity(&mut self, section: Section<Passage>) -> BTreeMap<Code, Option<Severity>> {
        let mut severity = BTreeMap::new();
        for (name, level) in section.0 {
            let code = Code::ALL.iter().find(|code| code.name() == name.words);
            let adjustable = || Code::OF_WORDS.iter().map(|code| code.name());
            let Some(code) = code.filter(|code| Code::OF_WORDS.contains(code)) else {
                let message = match code {
                    Some(_) => format!("`{}` is not for the author to change", name.words),
                    None => format!("there is no rule `{}`", name.words),
                };
                let known: Vec<&str> = adjustable().collect();
                self.diagnostics.push(
                    Diagnostic::error(Code::BadValue, message)
                        .at(name.span)
                        .did_you_mean(&name.words, adjustable())
                        .hint(format!("rules: {}", known.join(", "))),
                );
                continue;
            };
            let level = match level.words.as_str() {
                "error" => Some(Severity::Error),
                "warning" => Some(Severity::Warning),
                "off" => None,
                other => {
                    let message = format!("`{other}` is no severity");
                    self.bad(level.span, message, "write error, warning or off");
                    continue;
                }
            };
            severity.insert(*code, level);
        }
        severity
    }

    /// A number of the author's own, with its reason, may be written as readers write it: `1,234`.
    fn plain_number(&self, raw: &RawFigure, value: &Passage) -> Passage {
        let own = raw.reason.is_some() && raw.from.is_none();
        match self.locale.read(&value.words).filter(|_| own) {
            None => value.clone(),
            Some(typed) => {
                let percent = if typed.percent { "%" } else { "" };
                Passage::verbatim(
                    format!("{}{percent}", typed.value.fixed(typed.decimals)),
                    value.span,
                )
            }
        }
    }

    /// The recipe of the long form: `value` holds the whole line, or the other keys hold its parts.
    fn recipe(&mut self, raw: &RawFigure, value: &Passage) -> Option<Recipe> {
        let mut recipe = self.diagnostics.take(language::parse_recipe(value))?;
        let filter = self.condition(&raw.filter).ok()?;
        for (given, twice, name) in [
            (raw.from.as_ref(), recipe.from.is_some(), "from"),
            (raw.filter.as_ref(), recipe.filter.is_some(), "where"),
            (raw.format.as_ref(), recipe.format.is_some(), "as"),
        ] {
            if let (Some(passage), true) = (given, twice) {
                self.bad(
                    passage.span,
                    format!("`{name}` stands in the recipe and beside it"),
                    "keep one of them",
                );
            }
        }
        if let Some(from) = &raw.from {
            recipe.from = Some((from.words.clone(), from.span));
        }
        if filter.is_some() {
            recipe.filter = filter;
        }
        if let Some((_, span)) = recipe.by.first() {
            self.bad(*span, "a figure has no `by`", "move the recipe under `series:`");
            return None;
        }
        if let (None, Some(filter)) = (&recipe.from, &raw.filter) {
            self.bad(filter.span, "`where` without `from`", "name the table with `from:`");
            return None;
        }
        Some(recipe)
    }

    fn format(&mut self, passage: &Option<Passage>) -> Option<Option<Format>> {
        let Some(passage) = passage else { return Some(None) };
        let line = Passage::verbatim(format!("0 as {}", passage.words), passage.span);
        match language::parse_recipe(&line) {
            Ok(recipe) => Some(recipe.format),
            Err(error) => {
                self.diagnostics.push(Diagnostic { place: Some(passage.span.into()), ..error });
                None
            }
        }
    }

    /// A printed value: a number as the locale writes it (with a percent sign where it is one), or a text.
    fn printed(&mut self, value: &Passage, format: Option<Format>) -> Value {
        let digits = |c: char| c.is_ascii_digit() || matches!(c, ',' | '.' | '%' | ' ');
        let like_a_number = value.words.starts_with(|c: char| c.is_ascii_digit())
            && value.words.chars().all(digits);
        if like_a_number && self.locale.read(&value.words).is_none() {
            let message = format!("`{}` is not a number as this language writes it", value.words);
            self.bad(
                value.span,
                message,
                "write 1,234.5: groups of three digits, and a point before decimals",
            );
        }
        let Some(typed) = self.locale.read(&value.words) else {
            return Value::Text(value.words.trim().to_string());
        };
        let hundredth = Exact::power_of_ten(-2);
        let percent =
            typed.percent || matches!(format, Some(Format::Percent(_) | Format::Points(_)));
        let factor = if percent { hundredth } else { Exact::one() };
        let scale = match format {
            Some(Format::Points(_)) => Scale::Points,
            _ if percent => Scale::Percent,
            _ => Scale::Plain,
        };
        let measure = Measure { scale, unit: None, decimals: Some(typed.decimals) };
        let half = Exact::power_of_ten(-i64::from(typed.decimals)) * Exact::scaled(5, 1);
        let rounded = percent || typed.decimals > 0;
        let bounds =
            rounded.then(|| (&(&typed.value - &half) * &factor, &(&typed.value + &half) * &factor));
        Value::Number(Number { bounds, ..Number::new(&typed.value * &factor, measure) })
    }

    fn quoted(
        &mut self,
        id: &Passage,
        raw: &RawFigure,
        value: &Passage,
        format: Option<Format>,
    ) -> Option<Origin> {
        let (Some(quote), Some(source)) = (&raw.quote, &raw.source) else {
            let error = Diagnostic::error(
                Code::MissingField,
                "a quoted figure needs `quote:` and `source:`",
            )
            .at(id.span);
            self.diagnostics.push(
                error.hint("give the source's words with the value in them, and the source's id"),
            );
            return None;
        };
        let stands = match self.locale.read(&value.words) {
            Some(typed) => self.locale.numbers(&quote.words).iter().any(|n| {
                (&n.value, n.percent) == (&typed.value, typed.percent)
                    && n.decimals == typed.decimals
            }),
            None => quote.words.contains(value.words.trim()),
        };
        if !stands {
            let message = format!("`{}` does not stand in the quote", value.words);
            let error = Diagnostic::error(Code::QuoteLacksValue, message).at(value.span);
            self.diagnostics.push(
                error
                    .related(quote.span, "the quote")
                    .hint("write the value just as the source prints it"),
            );
        }
        Some(Origin::Quoted {
            value: self.printed(value, format),
            quote: quote.words.clone(),
            source: (source.words.clone(), source.span),
            at: raw.at.as_ref().map(|at| at.words.clone()),
        })
    }

    fn entered(
        &mut self,
        id: &Passage,
        raw: &RawFigure,
        value: &Passage,
        format: Option<Format>,
    ) -> Option<Origin> {
        let (Some(by), Some(on), Some(reason)) = (&raw.by, &raw.on, &raw.reason) else {
            let error = Diagnostic::error(
                Code::MissingField,
                "an entered figure needs `by:`, `on:` and `reason:`",
            )
            .at(id.span);
            self.diagnostics.push(
                error.hint("say which organisation entered it, when, and why it is not computed"),
            );
            return None;
        };
        let Some(on) = PartialDate::parse(&on.words) else {
            self.bad(
                on.span,
                format!("`{}` is not a date", on.words),
                "write 2025, 2025-04 or 2025-04-13",
            );
            return None;
        };
        let value = self.printed(value, format);
        Some(Origin::Entered { value, by: by.words.clone(), on, reason: reason.words.clone() })
    }

    fn series(&mut self, id: &Passage, raw: RawSeries) -> Option<Series> {
        let lowest_first = match raw.order.as_ref().map(|passage| passage.words.as_str()) {
            None | Some("highest first") => false,
            Some("lowest first") => true,
            Some(other) => {
                let span = raw.order.as_ref().map_or(id.span, |passage| passage.span);
                self.bad(
                    span,
                    format!("`{other}` is not an order"),
                    "write highest first or lowest first",
                );
                return None;
            }
        };
        let mut format = self.format(&raw.format)?;
        let origin = if raw.figures.is_empty() {
            self.grouped(id, &raw, &mut format)?
        } else {
            let other = raw.value.is_some()
                || !raw.values.0.is_empty()
                || raw.from.is_some()
                || raw.filter.is_some()
                || !raw.by.is_empty();
            if other {
                self.bad(
                    id.span,
                    format!("series `{}` is made of figures, and has no rows of its own", id.words),
                    "delete `value:`, `values:`, `from:`, `where:` and `by:`, or `figures:`",
                );
            }
            SeriesOrigin::Figures(named(&raw.figures))
        };
        // keys are what the data hold, and no ids
        let labels = raw.labels.0.iter();
        let labels = labels.map(|(name, words)| (name.words.clone(), self.prose(words))).collect();
        Some(Series {
            origin,
            format,
            lowest_first,
            label: self.optional_prose(&raw.label),
            labels,
            caveat: self.optional_prose(&raw.caveat),
            span: id.span,
        })
    }

    fn grouped(
        &mut self,
        id: &Passage,
        raw: &RawSeries,
        format: &mut Option<Format>,
    ) -> Option<SeriesOrigin> {
        let mut filter = self.condition(&raw.filter).ok()?;
        let mut from = raw.from.as_ref().map(|from| (from.words.clone(), from.span));
        let mut by: Vec<(String, Span)> = Vec::new();
        for passage in &raw.by {
            by.extend(passage.words.split(',').map(|key| (key.trim().to_string(), passage.span)));
        }
        let mut values = Vec::new();
        if let Some(passage) = &raw.value {
            let recipe = self.diagnostics.take(language::parse_recipe(passage))?;
            from = from.or(recipe.from);
            filter = filter.or(recipe.filter);
            *format = format.or(recipe.format);
            if by.is_empty() {
                by = recipe.by;
            }
            values.push(("value".to_string(), recipe.value));
        }
        for (name, passage) in &raw.values.0 {
            let value = self.diagnostics.take(language::parse_condition(passage))?;
            values.push((name.words.clone(), value));
        }
        let unmatched = named(&raw.unmatched);
        let one_form = raw.value.is_some() == raw.values.0.is_empty();
        if one_form && from.is_none() && by.is_empty() && filter.is_none() && !values.is_empty() {
            return Some(SeriesOrigin::Aligned { values, unmatched });
        }
        if let Some((_, span)) = unmatched.first() {
            self.bad(
                *span,
                "`unmatched:` of a series that is made of rows".to_string(),
                "it belongs to a series that is made of other series: `refusals / people`",
            );
        }
        let problem = match (values.is_empty(), &from, by.len()) {
            (true, ..) => Some("has no `value`"),
            (_, None, _) => Some("has no `from`"),
            (_, _, 0) => Some("has no `by`"),
            (_, _, 3..) => Some("goes by more than two columns"),
            _ if raw.value.is_some() && !raw.values.0.is_empty() => {
                Some("has both `value` and `values`")
            }
            _ => None,
        };
        if let Some(problem) = problem {
            let error =
                Diagnostic::error(Code::MissingField, format!("series `{}` {problem}", id.words))
                    .at(id.span);
            self.diagnostics
                .push(error.hint("write `VALUE from DATASET by COLUMN`, or the same as keys"));
            return None;
        }
        Some(SeriesOrigin::Grouped { from: from?, filter, by, values })
    }

    fn outside(&mut self, id: &Passage, raw: RawOutside) -> Option<OutsideClaim> {
        let on = match &raw.on {
            None => None,
            Some(on) => {
                let date = PartialDate::parse(&on.words);
                if date.is_none() {
                    let message = format!("`{}` is not a date", on.words);
                    self.bad(on.span, message, "write 2025, 2025-04 or 2025-04-13");
                }
                Some(date?)
            }
        };
        let words = self.prose(&raw.words);
        let tied = words.plain.marks.iter().any(|mark| matches!(mark.kind, MarkKind::Claim(_)));
        let problem = match (tied, &raw.untied) {
            (false, None) => Some((
                "is tied to no figure",
                "tie its numbers, `[5,598](fig:id)`, or say with `untied:` why that cannot be done",
            )),
            (true, Some(_)) => Some((
                "is tied to figures, and says why it is not",
                "delete `untied:`, or the links",
            )),
            _ => None,
        };
        if let Some((problem, hint)) = problem {
            self.bad(id.span, format!("the outside claim `{}` {problem}", id.words), hint);
            return None;
        }
        Some(OutsideClaim {
            who: raw.who.words.clone(),
            source: raw.source.as_ref().map(|source| (source.words.clone(), source.span)),
            on,
            words,
            paraphrase: raw.paraphrase,
            untied: self.optional_prose(&raw.untied),
            note: self.optional_prose(&raw.note),
            span: id.span,
        })
    }

    fn check(&mut self, passage: &Passage) -> Option<Check> {
        let (left, right) = self.diagnostics.take(language::parse_equation(passage))?;
        Some(Check { text: passage.words.clone(), left, right, span: passage.span })
    }
}

pub(super) fn named(passages: &[Passage]) -> Vec<(String, Span)> {
    passages.iter().map(|passage| (passage.words.clone(), passage.span)).collect()
}

/// `[a-z][a-z0-9_]*`
pub(crate) fn is_id(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// Whether a recipe names no figure, no series and no row: a number of the author's own.
fn is_constant(recipe: &Recipe) -> bool {
    let mut constant = recipe.from.is_none();
    recipe.value.walk(&mut |expr| match &expr.kind {
        Kind::Name(_) | Kind::Point(..) => constant = false,
        Kind::Call { function, .. } if function.sort() == Sort::Aggregate => constant = false,
        _ => {}
    });
    constant
}
