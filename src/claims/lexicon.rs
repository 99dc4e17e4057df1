//! The words of one language that say something about a number, and the interval that each allows.
//!
//! In: the language's data file, and a project's own over it. Out: a [`Lexicon`], in which phrases are found by their first
//! word, the longest first.

use std::collections::{BTreeMap, HashMap};

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value as Tree;

use super::token::{Token, tokens};
use crate::diag::{Code, Diagnostic};
use crate::exact::Exact;
use crate::locale::Locale;

/// The data of a language as its file gives it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    #[serde(rename = "language")]
    _language: String,
    counting: Vec<String>,
    hundred: Vec<String>,
    scales: BTreeMap<String, u32>,
    groups: BTreeMap<String, u32>,
    articles: Vec<String>,
    /// Whether hundred and thousand stand without an article: French *cent*, *mille*.
    #[serde(default)]
    bare_hundred: bool,
    /// Whether months have no capital.
    #[serde(default)]
    lower_months: bool,
    and: Vec<String>,
    pronoun: Vec<String>,
    ordinals: Vec<Vec<String>>,
    ordinal_signs: Vec<String>,
    fractions: BTreeMap<String, u32>,
    bare_fractions: Vec<String>,
    r#in: Vec<String>,
    no_fraction_before: Vec<String>,
    multiples: BTreeMap<String, String>,
    no_multiple_before: Vec<String>,
    times: Vec<String>,
    fold: Vec<String>,
    percent: Vec<String>,
    points: Vec<String>,
    basis_points: Vec<String>,
    currencies: BTreeMap<String, String>,
    glued: Vec<String>,
    hedges: IndexMap<String, HedgeData>,
    fillers: Vec<String>,
    minus: Vec<String>,
    negation: Vec<String>,
    steps: Vec<String>,
    bare: Bare,
    between: Vec<String>,
    between_and: Vec<String>,
    to: Vec<String>,
    per: Vec<String>,
    up: Vec<String>,
    down: Vec<String>,
    flat: Vec<String>,
    little: Vec<String>,
    no_direction: Vec<String>,
    compared: Compared,
    /// Comparisons that name what is compared behind them: *higher than*.
    than: Compared,
    than_words: Vec<String>,
    copula: Vec<String>,
    each: Vec<String>,
    yearly: Vec<String>,
    from: Vec<String>,
    by: Vec<String>,
    highest: Vec<String>,
    lowest: Vec<String>,
    among: Vec<String>,
    leading: Vec<String>,
    unchecked: Vec<String>,
    respectively: Vec<String>,
    nth: Vec<String>,
    nth_lowest: Vec<String>,
    since: Vec<String>,
    record: Vec<String>,
    running: Vec<String>,
    running_before: Vec<String>,
    running_units: Vec<String>,
    proportions: IndexMap<String, ProportionData>,
    greater: Vec<String>,
    less: Vec<String>,
    total: Vec<String>,
    out_of: Vec<String>,
    during: Vec<String>,
    dated: Vec<String>,
    dated_weakly: Vec<String>,
    year_verbs: Vec<String>,
    year_nouns: Vec<String>,
    determiners: Vec<String>,
    labels: Vec<String>,
    capital_labels: Vec<String>,
    label_joins: Vec<String>,
    age: Vec<String>,
    as_many: Vec<String>,
    age_before: Vec<String>,
    age_after: Vec<String>,
    lasting: Vec<String>,
    stretches: Vec<String>,
    confidence: Vec<String>,
    year_before: Vec<String>,
    year_after: Vec<String>,
    same_time: Vec<String>,
    quarters: Vec<String>,
    halves: Vec<String>,
    clock: Vec<String>,
    century: Vec<String>,
    idioms: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HedgeData {
    #[serde(default)]
    before: Vec<String>,
    #[serde(default)]
    after: Vec<String>,
    digits: Allowed,
    words: Allowed,
    rests: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Allowed {
    from: String,
    to: String,
    #[serde(default)]
    open_from: bool,
    #[serde(default)]
    open_to: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bare {
    fraction: String,
    multiple: String,
    zeros: String,
    little: String,
    rests: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Compared {
    up: Vec<String>,
    down: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProportionData {
    words: Vec<String>,
    from: String,
    to: String,
    #[serde(default)]
    open_from: bool,
    #[serde(default)]
    open_to: bool,
    rests: String,
}

/// How far an end of an interval is from N.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reach {
    /// So many parts of N.
    Part(Exact),
    /// So many units of the last digit that is not zero.
    Units(Exact),
    /// The next step up.
    Next,
    /// The next step down.
    Previous,
}

/// An interval around N.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Around {
    /// Its lower end.
    pub from: Reach,
    /// Whether the lower end is left out.
    pub open_from: bool,
    /// Its upper end.
    pub to: Reach,
    /// Whether the upper end is left out.
    pub open_to: bool,
}

/// A phrase that makes a number less than exact.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hedge {
    /// Its id: `nearly`.
    pub id: String,
    /// The phrase that stands for all of its kind, in messages.
    pub word: String,
    /// What it allows around digits and number words.
    pub digits: Around,
    /// What it allows around fractions and multiples.
    pub words: Around,
    /// Which guide or paper the default rests on.
    pub rests: String,
}

impl Hedge {
    /// Which way it bounds: up for *at least*, down for *at most*; none for *about*, *nearly* and the like.
    pub(crate) fn bounds(&self) -> Option<Way> {
        let here = |reach: &Reach| matches!(reach, Reach::Part(part) if part.is_zero());
        let step = |reach: &Reach| !matches!(reach, Reach::Part(_));
        match (&self.digits.from, &self.digits.to) {
            (from, to) if here(from) && step(to) => Some(Way::Up),
            (from, to) if step(from) && here(to) => Some(Way::Down),
            _ => None,
        }
    }
}

/// A share that is said without a number: *a majority*.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proportion {
    /// Its id.
    pub id: String,
    /// Ends of its interval, as shares, each with whether it is left out.
    pub from: (Exact, bool),
    /// The upper end.
    pub to: (Exact, bool),
    /// What the default rests on.
    pub rests: String,
}

/// Which way a value goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Way {
    /// It rises.
    Up,
    /// It falls.
    Down,
    /// It stays.
    Flat,
    /// It stays, nearly.
    Little,
}

impl Way {
    /// The word for it in readings.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Flat => "flat",
            Self::Little => "little",
        }
    }
}

/// What a phrase of the lexicon is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Sense {
    Counting(u32),
    Hundred,
    Scale(u32),
    Group(u32),
    Article,
    And,
    Pronoun,
    Ordinal(u32),
    Fraction(u32),
    BareFraction,
    In,
    NoFraction,
    Multiple(u32, u32),
    NoMultiple,
    Times,
    Fold,
    Percent,
    Points,
    BasisPoints,
    Filler,
    Minus,
    Negation,
    Per,
    DatedWeakly,
    YearNoun,
    Determiner,
    Currency(usize),
    HedgeBefore(usize),
    HedgeAfter(usize),
    Between,
    BetweenAnd,
    To,
    Direction(Way),
    NoDirection,
    Compared(Way),
    Than(Way),
    ThanWord,
    Copula,
    Each,
    Yearly,
    From,
    By,
    Highest,
    Lowest,
    Among,
    Leading,
    Unchecked,
    Respectively,
    Nth,
    NthLowest,
    Since,
    Record,
    Running,
    RunningBefore,
    RunningUnit,
    Proportion(usize),
    Greater,
    Less,
    Total,
    OutOf,
    During,
    Dated,
    YearVerb,
    Label,
    CapitalLabel,
    LabelJoin,
    AsMany,
    Age,
    AgeBefore,
    AgeAfter,
    Lasting,
    Stretch,
    Confidence,
    Quarter(bool),
    Clock,
    Century,
    Idiom,
    YearBefore,
    YearAfter,
    SameTime,
    Month(i8),
}

impl Sense {
    /// Whether a number in words may begin with it.
    fn is_numeric(self) -> bool {
        matches!(
            self,
            Self::Counting(_)
                | Self::Hundred
                | Self::Scale(_)
                | Self::Group(_)
                | Self::Article
                | Self::Ordinal(_)
                | Self::Fraction(_)
                | Self::BareFraction
        )
    }

    /// Whether it tells of the sentence around it: its periods, and their order.
    fn is_aside(self) -> bool {
        matches!(
            self,
            Self::YearBefore | Self::YearAfter | Self::SameTime | Self::Yearly | Self::Respectively
        )
    }
}

/// A phrase as tokens.
#[derive(Clone, Debug)]
struct Phrase {
    tokens: Vec<String>,
    sense: Sense,
}

/// What a project changes: the file's path and its text.
#[derive(Clone, Copy, Debug)]
pub struct Override<'a> {
    /// Path from the project's folder.
    pub path: &'a str,
    /// What the file holds.
    pub text: &'a str,
}

/// The words of a language.
#[derive(Clone, Debug)]
pub struct Lexicon {
    /// Where the phrases that begin with a word are.
    words: HashMap<String, u32>,
    /// Phrases by their first word, the longest first.
    phrases: Vec<Vec<Phrase>>,
    /// Whether some phrase of a first word is part of a number, and whether some is an aside.
    begins: Vec<(bool, bool)>,
    /// Hedges, in the order of the file.
    pub hedges: Vec<Hedge>,
    /// Proportions, in the order of the file.
    pub proportions: Vec<Proportion>,
    /// Fractions that a reader knows, rising: the next one of a bound.
    pub steps: Vec<Exact>,
    /// How far a fraction without a hedge may be off, as a part of it.
    pub bare_fraction: Exact,
    /// The same of a multiple.
    pub bare_multiple: Exact,
    /// How far rounded zeros may move a value, as a part of it.
    pub zeros: Exact,
    /// How far *little changed* may be off, as a part of the earlier value.
    pub little: Exact,
    /// What these rest on.
    pub bare_rests: String,
    pub(super) ordinal_signs: Vec<String>,
    pub(super) glued: Vec<String>,
    /// Units of time, singular and plural.
    pub(super) stretches: Vec<String>,
    pub(super) currency_codes: Vec<String>,
    /// Names of fractions by their denominators, singular and plural, for proposals: `third`, `thirds`.
    pub(super) fraction_names: BTreeMap<u32, (String, String)>,
    pub(super) bare_hundred: bool,
    pub(super) lower_months: bool,
    pub(super) article: String,
    pub(super) half: String,
    pub(super) times: String,
    counting: Vec<String>,
}

impl Lexicon {
    /// The lexicon of a language, with what the project changes.
    ///
    /// # Errors
    /// The language has none, or the project's file cannot be read.
    pub fn load(locale: &Locale, own: Option<Override<'_>>) -> Result<Self, Diagnostic> {
        let data = match locale.language.as_str() {
            "fr" => include_str!("lexicon/fr.yaml"),
            _ => include_str!("lexicon/en-GB.yaml"),
        };
        let broken = |path: &str, error: &dyn std::fmt::Display| {
            Diagnostic::error(Code::Words, format!("`{path}` is no list of words: {error}"))
                .in_file(path)
                .hint("its fields are those of the built-in list, of a hedge or proportion single ones, too (docs/words.md); words that YAML reads as something else are quoted: \"on\", \"no\"")
        };
        let built_in = "the built-in list";
        let mut tree: Tree =
            serde_yaml::from_str(data).map_err(|error| broken(built_in, &error))?;
        let path = own.map_or(built_in, |own| own.path);
        if let Some(own) = own {
            let changes: Tree =
                serde_yaml::from_str(own.text).map_err(|error| broken(own.path, &error))?;
            merge(&mut tree, changes, 3);
        }
        let data: Data = serde_json::from_value(tree).map_err(|error| broken(path, &error))?;
        Self::of(data, locale).map_err(|problem| broken(path, &problem))
    }

    fn of(data: Data, locale: &Locale) -> Result<Self, String> {
        let number = |text: &str| rational(text).ok_or_else(|| format!("`{text}` is no number"));
        let mut lexicon = Self {
            words: HashMap::new(),
            phrases: Vec::new(),
            begins: Vec::new(),
            hedges: Vec::new(),
            proportions: Vec::new(),
            steps: data.steps.iter().map(|step| number(step)).collect::<Result<_, _>>()?,
            bare_fraction: number(&data.bare.fraction)?,
            bare_multiple: number(&data.bare.multiple)?,
            zeros: number(&data.bare.zeros)?,
            little: number(&data.bare.little)?,
            bare_rests: data.bare.rests.clone(),
            ordinal_signs: data.ordinal_signs.clone(),
            glued: data.glued.clone(),
            stretches: data.stretches.clone(),
            currency_codes: Vec::new(),
            fraction_names: BTreeMap::new(),
            bare_hundred: data.bare_hundred,
            lower_months: data.lower_months,
            article: data.articles.first().cloned().unwrap_or_default(),
            half: data.bare_fractions.first().cloned().unwrap_or_default(),
            times: data.times.first().cloned().unwrap_or_default(),
            counting: data.counting.clone(),
        };
        for (value, word) in data.counting.iter().enumerate() {
            lexicon.add(word, Sense::Counting(value as u32), locale);
        }
        for (place, words) in data.ordinals.iter().enumerate() {
            for word in words {
                lexicon.add(word, Sense::Ordinal(place as u32 + 1), locale);
            }
        }
        for (word, power) in &data.scales {
            lexicon.add(word, Sense::Scale(*power), locale);
        }
        for (word, value) in &data.groups {
            lexicon.add(word, Sense::Group(*value), locale);
        }
        for (word, of) in &data.fractions {
            lexicon.add(word, Sense::Fraction(*of), locale);
            // the shortest, and its plural
            let names = lexicon.fraction_names.entry(*of).or_default();
            let plural = |word: &str| data.fractions.contains_key(&format!("{word}s"));
            let better = (!plural(word), word.len()) < (!plural(&names.0), names.0.len());
            if names.0.is_empty() || better {
                names.0.clone_from(word);
            }
        }
        for (of, names) in &mut lexicon.fraction_names {
            let stem: String = names.0.chars().take(3).collect();
            let plural = |word: &&String| **word != names.0 && word.starts_with(&stem);
            let same =
                data.fractions.iter().filter(|(_, other)| *other == of).map(|(word, _)| word);
            names.1 = same.into_iter().find(plural).unwrap_or(&names.0).clone();
        }
        for (word, value) in &data.multiples {
            let (top, bottom) = value.split_once('/').unwrap_or((value, "1"));
            let part = |text: &str| text.trim().parse::<u32>().ok().filter(|n| *n > 0);
            let (top, bottom) =
                part(top).zip(part(bottom)).ok_or_else(|| format!("`{value}` is no multiple"))?;
            lexicon.add(word, Sense::Multiple(top, bottom), locale);
        }
        for (word, code) in &data.currencies {
            lexicon.currency_codes.push(code.clone());
            let index = lexicon.currency_codes.len() - 1;
            lexicon.add(word, Sense::Currency(index), locale);
        }
        for (id, hedge) in &data.hedges {
            let index = lexicon.hedges.len();
            for (words, sense) in [
                (&hedge.before, Sense::HedgeBefore(index)),
                (&hedge.after, Sense::HedgeAfter(index)),
            ] {
                words.iter().for_each(|word| lexicon.add(word, sense, locale));
            }
            lexicon.hedges.push(Hedge {
                id: id.clone(),
                word: hedge.before.first().cloned().unwrap_or_else(|| id.clone()),
                digits: around(&hedge.digits)?,
                words: around(&hedge.words)?,
                rests: hedge.rests.clone(),
            });
        }
        for (id, proportion) in &data.proportions {
            let index = lexicon.proportions.len();
            for word in &proportion.words {
                lexicon.add(word, Sense::Proportion(index), locale);
            }
            lexicon.proportions.push(Proportion {
                id: id.clone(),
                from: (number(&proportion.from)?, proportion.open_from),
                to: (number(&proportion.to)?, proportion.open_to),
                rests: proportion.rests.clone(),
            });
        }
        for (words, sense) in [
            (&data.hundred, Sense::Hundred),
            (&data.articles, Sense::Article),
            (&data.and, Sense::And),
            (&data.pronoun, Sense::Pronoun),
            (&data.bare_fractions, Sense::BareFraction),
            (&data.r#in, Sense::In),
            (&data.no_fraction_before, Sense::NoFraction),
            (&data.no_multiple_before, Sense::NoMultiple),
            (&data.times, Sense::Times),
            (&data.fold, Sense::Fold),
            (&data.percent, Sense::Percent),
            (&data.points, Sense::Points),
            (&data.basis_points, Sense::BasisPoints),
            (&data.fillers, Sense::Filler),
            (&data.minus, Sense::Minus),
            (&data.negation, Sense::Negation),
            (&data.per, Sense::Per),
            (&data.dated_weakly, Sense::DatedWeakly),
            (&data.year_nouns, Sense::YearNoun),
            (&data.determiners, Sense::Determiner),
            (&data.between, Sense::Between),
            (&data.between_and, Sense::BetweenAnd),
            (&data.to, Sense::To),
            (&data.up, Sense::Direction(Way::Up)),
            (&data.down, Sense::Direction(Way::Down)),
            (&data.flat, Sense::Direction(Way::Flat)),
            (&data.little, Sense::Direction(Way::Little)),
            (&data.no_direction, Sense::NoDirection),
            (&data.compared.up, Sense::Compared(Way::Up)),
            (&data.compared.down, Sense::Compared(Way::Down)),
            (&data.than.up, Sense::Than(Way::Up)),
            (&data.than.down, Sense::Than(Way::Down)),
            (&data.than_words, Sense::ThanWord),
            (&data.copula, Sense::Copula),
            (&data.each, Sense::Each),
            (&data.yearly, Sense::Yearly),
            (&data.from, Sense::From),
            (&data.by, Sense::By),
            (&data.highest, Sense::Highest),
            (&data.lowest, Sense::Lowest),
            (&data.among, Sense::Among),
            (&data.leading, Sense::Leading),
            (&data.unchecked, Sense::Unchecked),
            (&data.respectively, Sense::Respectively),
            (&data.nth, Sense::Nth),
            (&data.nth_lowest, Sense::NthLowest),
            (&data.since, Sense::Since),
            (&data.record, Sense::Record),
            (&data.running, Sense::Running),
            (&data.running_before, Sense::RunningBefore),
            (&data.running_units, Sense::RunningUnit),
            (&data.greater, Sense::Greater),
            (&data.less, Sense::Less),
            (&data.total, Sense::Total),
            (&data.out_of, Sense::OutOf),
            (&data.during, Sense::During),
            (&data.dated, Sense::Dated),
            (&data.year_verbs, Sense::YearVerb),
            (&data.labels, Sense::Label),
            (&data.capital_labels, Sense::CapitalLabel),
            (&data.label_joins, Sense::LabelJoin),
            (&data.age, Sense::Age),
            (&data.as_many, Sense::AsMany),
            (&data.age_before, Sense::AgeBefore),
            (&data.age_after, Sense::AgeAfter),
            (&data.lasting, Sense::Lasting),
            (&data.stretches, Sense::Stretch),
            (&data.confidence, Sense::Confidence),
            (&data.quarters, Sense::Quarter(true)),
            (&data.halves, Sense::Quarter(false)),
            (&data.clock, Sense::Clock),
            (&data.century, Sense::Century),
            (&data.idioms, Sense::Idiom),
            (&data.year_before, Sense::YearBefore),
            (&data.year_after, Sense::YearAfter),
            (&data.same_time, Sense::SameTime),
        ] {
            words.iter().for_each(|word| lexicon.add(word, sense, locale));
        }
        for (index, month) in locale.months().enumerate() {
            lexicon.add(month, Sense::Month(index as i8 + 1), locale);
            let short: String = month.chars().take(3).collect();
            if short.chars().count() < month.chars().count() {
                lexicon.add(&short, Sense::Month(index as i8 + 1), locale);
            }
        }
        for phrases in &mut lexicon.phrases {
            phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.tokens.len()));
        }
        let begins = |phrases: &Vec<Phrase>| {
            let any = |is: fn(Sense) -> bool| phrases.iter().any(|phrase| is(phrase.sense));
            (any(Sense::is_numeric), any(Sense::is_aside))
        };
        lexicon.begins = lexicon.phrases.iter().map(begins).collect();
        Ok(lexicon)
    }

    fn add(&mut self, phrase: &str, sense: Sense, locale: &Locale) {
        // an elided word at the end is one only before another word
        let elided = phrase.ends_with(['\'', '’']);
        let whole = if elided { format!("{phrase}a") } else { phrase.to_string() };
        let mut texts: Vec<String> =
            tokens(&whole, locale).into_iter().map(|token| token.text).collect();
        if elided {
            texts.pop();
        }
        // a hyphen between words may be a space, too
        let loose: Vec<String> = texts.iter().filter(|text| *text != "-").cloned().collect();
        let both = loose.len() < texts.len() && loose.len() > 1;
        for tokens in std::iter::once(texts).chain(both.then_some(loose)) {
            if let Some(first) = tokens.first().cloned() {
                let next = self.phrases.len() as u32;
                let entry = *self.words.entry(first).or_insert(next);
                if entry == next {
                    self.phrases.push(Vec::new());
                }
                self.phrases[entry as usize].push(Phrase { tokens, sense });
            }
        }
    }

    fn begins(&self, token: Option<&Token>) -> (bool, bool) {
        let entry = token.and_then(|token| token.entry);
        entry.and_then(|entry| self.begins.get(entry as usize)).copied().unwrap_or_default()
    }

    /// Whether a word may begin a number in words.
    pub(super) fn begins_number(&self, token: Option<&Token>) -> bool {
        self.begins(token).0
    }

    /// The asides of a text, by the token at which each begins.
    pub(super) fn asides(&self, tokens: &[Token]) -> Vec<(usize, Sense)> {
        let mut found = Vec::new();
        for at in (0..tokens.len()).filter(|at| self.begins(tokens.get(*at)).1) {
            let aside = |sense: Sense| sense.is_aside().then_some(sense);
            found.extend(self.at(tokens, at, aside).map(|(sense, _)| (at, sense)));
        }
        found
    }

    /// Notes at each token which phrases begin with it.
    pub(super) fn enter(&self, tokens: &mut [Token]) {
        for token in tokens {
            token.entry = self.words.get(token.text.as_str()).copied();
        }
    }

    /// The longest phrase at a token whose sense is wanted: the sense, and how many tokens it has.
    pub(super) fn at<T>(
        &self,
        tokens: &[Token],
        index: usize,
        wanted: impl Fn(Sense) -> Option<T>,
    ) -> Option<(T, usize)> {
        let phrases = self.phrases.get(tokens.get(index)?.entry? as usize)?;
        phrases.iter().find_map(|phrase| {
            let value = wanted(phrase.sense)?;
            let end = index + phrase.tokens.len();
            let here = tokens.get(index..end)?;
            let same = here.iter().zip(&phrase.tokens).all(|(token, text)| token.text == *text);
            same.then_some((value, phrase.tokens.len()))
        })
    }

    /// How many tokens a phrase of a sense has that begins at a token.
    pub(super) fn is(&self, tokens: &[Token], index: usize, sense: Sense) -> Option<usize> {
        self.at(tokens, index, |found| (found == sense).then_some(())).map(|(_, length)| length)
    }

    /// How many tokens a phrase of a sense has that ends right before a token.
    pub(super) fn before(&self, tokens: &[Token], index: usize, sense: Sense) -> Option<usize> {
        (1..=4.min(index)).rev().find(|length| {
            self.at(tokens, index - length, |found| (found == sense).then_some(()))
                .is_some_and(|(_, found)| found == *length)
        })
    }

    /// Every sense of the phrases of so many tokens at a token.
    pub(super) fn all(&self, tokens: &[Token], index: usize, length: usize) -> Vec<Sense> {
        let here = tokens.get(index..index + length).unwrap_or(&[]);
        let entry = here.first().and_then(|first| first.entry);
        let Some(phrases) = entry.and_then(|entry| self.phrases.get(entry as usize)) else {
            return Vec::new();
        };
        let same = |phrase: &&Phrase| {
            phrase.tokens.len() == length
                && here.iter().zip(&phrase.tokens).all(|(token, text)| token.text == *text)
        };
        phrases.iter().filter(same).map(|phrase| phrase.sense).collect()
    }

    /// A word for a part of a year: how many tokens it has, and whether it is a quarter.
    pub(super) fn quarter(&self, tokens: &[Token], index: usize) -> Option<(usize, bool)> {
        let found = self.at(tokens, index, |sense| match sense {
            Sense::Quarter(quarter) => Some(quarter),
            _ => None,
        });
        found.map(|(quarter, length)| (length, quarter))
    }

    /// A whole number below 100 in words.
    pub(super) fn counted(&self, value: u32) -> Option<&str> {
        self.counting.get(value as usize).map(String::as_str)
    }

    /// A hedge by its id.
    pub(super) fn hedge(&self, id: &str) -> Option<usize> {
        self.hedges.iter().position(|hedge| hedge.id == id)
    }
}

/// Puts what a project says over what is built in; below `depth` mappings are replaced as a whole.
fn merge(into: &mut Tree, from: Tree, depth: usize) {
    match (into, from) {
        (Tree::Object(into), Tree::Object(from)) if depth > 0 => {
            for (key, value) in from {
                match into.get_mut(&key) {
                    Some(old) => merge(old, value, depth - 1),
                    None => {
                        into.insert(key, value);
                    }
                }
            }
        }
        (into, from) => *into = from,
    }
}

/// `5/100`, `-1/2`, `0.02`
fn rational(text: &str) -> Option<Exact> {
    let (top, bottom) = text.split_once('/').unwrap_or((text, "1"));
    Exact::parse(top.trim())?.checked_div(&Exact::parse(bottom.trim())?)
}

fn around(allowed: &Allowed) -> Result<Around, String> {
    let reach = |text: &str| match text.trim() {
        "next" => Ok(Reach::Next),
        "previous" => Ok(Reach::Previous),
        "unit" => Ok(Reach::Units(Exact::one())),
        "-unit" => Ok(Reach::Units(-Exact::one())),
        other => rational(other)
            .map(Reach::Part)
            .ok_or_else(|| format!("`{other}` is no end of an interval")),
    };
    Ok(Around {
        from: reach(&allowed.from)?,
        open_from: allowed.open_from,
        to: reach(&allowed.to)?,
        open_to: allowed.open_to,
    })
}
