//! The stages in their order. This module alone holds a [`World`]; every stage below it takes values and gives values.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::path::Path;

use crate::audit::{self, Traced};
use crate::bundle::{self, Bundle, Lock, MOST_ROWS, drift};
use crate::claims::{self, Lexicon, Override, Verdicts};
use crate::diag::{Code, Diagnostic, Diagnostics, Outcome};
use crate::document::{self, Document, NoteContent};
use crate::figures::{self, Figures, RowSet, Shower};
use crate::frame::Frame;
use crate::locale::Locale;
use crate::recheck;
use crate::render::{self, Brand, PageData, Theme};
use crate::review::{self, Ledger, Review};
use crate::sources::{self, Dataset, LookupDeclaration, Record, Source, Sources, Wanted, records};
use crate::spec::{self, Prose, Spec};
use crate::standards;
use crate::text::{Passage, Span, TextId, Texts};
use crate::workbook;
use crate::world::{Instead, Stamp, World};

/// Where themes are.
const THEMES: &str = "templates/themes";
/// Where a project's own words are.
const WORDS: &str = "templates/words";
/// Rows of a figure that are named in its source's note.
const NAMED_ROWS: usize = 40;

/// A project with the reports that were asked for, as far as they could be made.
#[derive(Debug, Default)]
pub struct Project {
    /// Every text that was read.
    pub texts: Texts,
    /// Everything declared under `data/`.
    pub sources: Sources,
    /// The datasets that the reports need.
    pub frames: BTreeMap<String, Frame>,
    /// The reports.
    pub reports: Vec<Report>,
    theme: Theme,
    stamps: BTreeMap<String, Stamp>,
    overrides: BTreeMap<String, String>,
    brands: BTreeMap<String, Look>,
    built_in: Brand,
    lexicons: BTreeMap<String, Lexicon>,
}

/// A report's own look, with the files that it is made of, by path.
#[derive(Debug, Default)]
struct Look {
    brand: Brand,
    files: BTreeMap<String, String>,
}

/// One report with everything up to its pages.
#[derive(Debug)]
pub struct Report {
    /// The spec.
    pub spec: Spec,
    /// Its language.
    pub locale: Locale,
    /// Its figures.
    pub figures: Figures,
    /// What the check of its words found.
    pub verdicts: Verdicts,
    /// The briefing.
    pub document: Document,
    /// Who checked what of it.
    pub ledger: Ledger,
    ledger_text: Option<TextId>,
}

impl Project {
    /// The brand of a report's look; the built-in one where it names none.
    fn brand(&self, spec: &Spec) -> &Brand {
        let look = spec.theme.as_ref().and_then(|(name, _)| self.brands.get(name));
        look.map_or(&self.built_in, |look| &look.brand)
    }
}

impl Report {
    /// How the report prints.
    pub fn shower(&self) -> Shower<'_> {
        Shower { locale: &self.locale, rounding: self.spec.rounding }
    }
}

/// Reads and checks reports: all of the project, or those named. Nothing is written.
pub fn check(world: &dyn World, names: &[String], threads: NonZeroUsize) -> Outcome<Project> {
    checked(world, names, threads, &|_| false)
}

/// The same of all reports with another file at `path`, whatever is pinned there: what a new release would change.
pub fn trial(
    world: &dyn World,
    path: &str,
    file: &Path,
    threads: NonZeroUsize,
) -> Outcome<Project> {
    let files = BTreeMap::from([(path.to_string(), file.to_path_buf())]);
    checked(&Instead { world, files }, &[], threads, &|pinned| pinned == path)
}

/// The same of all reports on the files that are there, whatever is pinned.
pub fn unpinned(world: &dyn World, threads: NonZeroUsize) -> Outcome<Project> {
    checked(world, &[], threads, &|_| true)
}

fn checked(
    world: &dyn World,
    names: &[String],
    threads: NonZeroUsize,
    unpinned: &dyn Fn(&str) -> bool,
) -> Outcome<Project> {
    let mut diagnostics = Diagnostics::default();
    let mut project = Project::default();
    let specs = specs(world, names, &mut project.texts, &mut diagnostics);
    project.sources = declarations(world, &mut project.texts, &mut diagnostics);
    for dataset in project.sources.datasets.values_mut() {
        if unpinned(&dataset.path) {
            dataset.sha256 = None;
        }
    }
    project.theme = theme(world, &mut project.overrides, &mut diagnostics);
    for spec in &specs {
        look(world, spec, &mut project, &mut diagnostics);
        lexicon(world, &spec.language, &mut project, &mut diagnostics);
    }
    load(world, &specs, threads, &mut project, &mut diagnostics);
    for spec in specs {
        let (ledger, ledger_text) = ledger(world, &spec, &mut project.texts, &mut diagnostics);
        if let Some(made) = report(spec, &project, threads, &mut diagnostics) {
            project.reports.push(Report { ledger, ledger_text, ..made });
        }
    }
    diagnostics.sort(&project.texts);
    Outcome::new(project, diagnostics)
}

/// A text whose numbers were traced.
#[derive(Debug)]
pub struct TracedText {
    /// Every text that was read, this one among them.
    pub texts: Texts,
    /// The text.
    pub prose: Prose,
    /// Its numbers, in order.
    pub numbers: Vec<Traced>,
}

/// Reads a text of the project's folder, and everything in which its numbers may be found: all datasets with all their
/// columns, and the figures of all reports that can be made.
///
/// # Errors
/// The text cannot be read.
pub fn trace(
    world: &dyn World,
    path: &str,
    language: &str,
    threads: NonZeroUsize,
) -> Outcome<Option<TracedText>> {
    let mut diagnostics = Diagnostics::default();
    let Some(content) = diagnostics.take(read_text(world, path)) else {
        return Outcome::new(None, diagnostics);
    };
    let mut checked = check(world, &[], threads).value;
    let text = checked.texts.add(path, content.clone());
    let whole = Span::new(text, 0, content.len());
    // what is wrong with the text as a body is not asked here
    let prose = spec::prose::parse(
        &Passage::verbatim(content, whole),
        false,
        &indexmap::IndexMap::new(),
        &mut Diagnostics::default(),
    );
    let sources = std::mem::take(&mut checked.sources);
    let mut frames: BTreeMap<String, Frame> = BTreeMap::new();
    for (name, dataset) in &sources.datasets {
        let frame = whole_frame(world, &sources, dataset, threads);
        frames.extend(frame.into(&mut diagnostics).map(|frame| (name.clone(), frame)));
    }
    let traced = Locale::named(language).and_then(|locale| {
        lexicon(world, language, &mut checked, &mut diagnostics);
        let lexicon = checked.lexicons.get(language)?;
        let reports = checked.reports.iter().map(|r| (r.spec.name.as_str(), &r.figures)).collect();
        let inputs = audit::Inputs { frames: &frames, reports, locale: &locale, lexicon, threads };
        Some(audit::trace(&prose.plain.text, &inputs))
    });
    let texts = checked.texts;
    Outcome::new(traced.map(|numbers| TracedText { texts, prose, numbers }), diagnostics)
}

/// Reads a dataset, with the columns of these names, or with all of them.
pub fn frame(
    world: &dyn World,
    dataset: &Dataset,
    names: Option<BTreeSet<String>>,
    threads: NonZeroUsize,
) -> Outcome<Option<Frame>> {
    let mut open = || world.open(&dataset.path).map(|file| Box::new(file) as Box<dyn Read + Send>);
    sources::load(dataset, &Wanted { names, threads }, &mut open)
}

/// Reads a dataset with all its columns, also those that it looks up in others.
pub fn whole_frame(
    world: &dyn World,
    sources: &Sources,
    dataset: &Dataset,
    threads: NonZeroUsize,
) -> Outcome<Option<Frame>> {
    let mut diagnostics = Diagnostics::default();
    let mut read = frame(world, dataset, None, threads).into(&mut diagnostics);
    let mut others = BTreeMap::new();
    for lookup in dataset.lookup.values() {
        let (name, span) = &lookup.dataset;
        let Some(other) = sources.named((name, *span), &mut diagnostics) else { continue };
        if !others.contains_key(&other.name) {
            let read = frame(world, other, None, threads).into(&mut diagnostics);
            others.extend(read.map(|frame| (other.name.clone(), frame)));
        }
    }
    if let Some(frame) = &mut read {
        diagnostics.extend(sources::attach(frame, dataset, &others, &|_| true));
    }
    Outcome::new(read, diagnostics)
}

/// Reads only what is declared under `data/`.
pub fn declared(world: &dyn World) -> Outcome<(Texts, Sources)> {
    let mut diagnostics = Diagnostics::default();
    let mut texts = Texts::default();
    let sources = declarations(world, &mut texts, &mut diagnostics);
    Outcome::new((texts, sources), diagnostics)
}

/// Reads a text of the project.
fn read_text(world: &dyn World, path: &str) -> Result<String, Diagnostic> {
    let mut bytes = Vec::new();
    let read = world.open(path).and_then(|mut file| file.read_to_end(&mut bytes));
    read.map_err(|error| Diagnostic::unreadable(path, &error))?;
    if bytes.starts_with("\u{feff}".as_bytes()) {
        bytes.drain(..3);
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Diagnostic::error(Code::NotUtf8, format!("`{path}` is not UTF-8, from byte {at} on"))
            .in_file(path)
            .hint("save it as UTF-8")
    })
}

fn list(world: &dyn World, folder: &str, diagnostics: &mut Diagnostics) -> Vec<String> {
    let listed = world.list(folder).map_err(|error| Diagnostic::unreadable(folder, &error));
    diagnostics.take(listed).unwrap_or_default()
}

fn specs(
    world: &dyn World,
    names: &[String],
    texts: &mut Texts,
    diagnostics: &mut Diagnostics,
) -> Vec<Spec> {
    let all: Vec<String> = list(world, "reports", diagnostics)
        .iter()
        .filter_map(|path| path.strip_prefix("reports/")?.strip_suffix(".yaml"))
        .filter(|name| !name.contains('/') && !name.ends_with(".reviews"))
        .map(str::to_string)
        .collect();
    if all.is_empty() && !diagnostics.has_errors() {
        let error = Diagnostic::error(
            Code::NoReports,
            "there is no report: no `reports/NAME.yaml` in this folder",
        );
        diagnostics
            .push(error.hint("go to the project's folder, or run `tieout init` in an empty one"));
    }
    for name in names.iter().filter(|name| !all.contains(name)) {
        let error = Diagnostic::error(Code::NoReports, format!("there is no report `{name}`"));
        diagnostics.push(
            error
                .did_you_mean(name, all.iter().map(String::as_str))
                .hint(format!("reports: {}", all.join(", "))),
        );
    }
    let mut specs = Vec::new();
    for name in all.iter().filter(|name| names.is_empty() || names.contains(name)) {
        let read = |kind: &str| read_text(world, &format!("reports/{name}.{kind}"));
        let (yaml, body) = (diagnostics.take(read("yaml")), diagnostics.take(read("md")));
        let Some(yaml) = yaml else { continue };
        let missing_body = body.is_none();
        let yaml = texts.add(format!("reports/{name}.yaml"), yaml);
        let body = texts.add(format!("reports/{name}.md"), body.unwrap_or_default());
        let spec = spec::parse(texts, name, yaml, body).into(diagnostics);
        specs.extend(spec.filter(|_| !missing_body));
    }
    specs
}

fn declarations(world: &dyn World, texts: &mut Texts, diagnostics: &mut Diagnostics) -> Sources {
    let mut ids: Vec<TextId> = Vec::new();
    let paths = list(world, "data", diagnostics);
    for path in paths.clone() {
        // a data package says of itself what `source.yaml` would
        let package = path
            .strip_suffix("/datapackage.json")
            .is_some_and(|folder| !paths.contains(&format!("{folder}/source.yaml")));
        let declares = package || path.ends_with("/source.yaml") || path.ends_with("/sources.yaml");
        if declares && let Some(text) = diagnostics.take(read_text(world, &path)) {
            ids.push(texts.add(path, text));
        }
    }
    sources::declare(texts, &ids).into(diagnostics)
}

fn theme(
    world: &dyn World,
    overrides: &mut BTreeMap<String, String>,
    diagnostics: &mut Diagnostics,
) -> Theme {
    let present = list(world, "templates", diagnostics);
    for file in Theme::FILES {
        let path = format!("templates/{file}");
        if present.contains(&path) {
            overrides.extend(diagnostics.take(read_text(world, &path)).map(|text| (path, text)));
        }
    }
    Theme::with(|file| overrides.get(&format!("templates/{file}")).cloned())
}

/// Reads the look that a report asks for, once.
fn look(world: &dyn World, spec: &Spec, project: &mut Project, diagnostics: &mut Diagnostics) {
    let Some((name, span)) = &spec.theme else { return };
    if project.brands.contains_key(name) {
        return;
    }
    let path = format!("{THEMES}/{name}.yaml");
    let themes = list(world, THEMES, diagnostics);
    if !themes.contains(&path) {
        let known: Vec<&str> = themes
            .iter()
            .filter_map(|path| path.strip_prefix(THEMES)?.strip_prefix('/')?.strip_suffix(".yaml"))
            .collect();
        let error = Diagnostic::error(Code::Theme, format!("there is no theme `{name}`")).at(*span);
        let hint = format!("write `{path}`, or delete `theme:` to use the built-in look");
        diagnostics.push(error.did_you_mean(name, known.iter().copied()).hint(hint));
        return;
    }
    let Some(text) = diagnostics.take(read_text(world, &path)) else { return };
    let mut look = Look::default();
    look.files.insert(path.clone(), text.clone());
    let id = project.texts.add(path, text);
    let files = &mut look.files;
    let logo = |name: &str| {
        let path = format!("{THEMES}/{name}");
        let svg = read_text(world, &path)?;
        files.insert(path, svg.clone());
        Ok(svg)
    };
    look.brand = render::brand(&project.texts, id, logo).into(diagnostics);
    project.brands.insert(name.clone(), look);
}

/// Reads the words of a language, with the project's own over them, once.
fn lexicon(
    world: &dyn World,
    language: &str,
    project: &mut Project,
    diagnostics: &mut Diagnostics,
) {
    let Some(locale) = Locale::named(language) else { return };
    if project.lexicons.contains_key(language) {
        return;
    }
    let path = format!("{WORDS}/{language}.yaml");
    let present = list(world, "templates", diagnostics).contains(&path);
    let text = present.then(|| diagnostics.take(read_text(world, &path))).flatten();
    let own = text.as_ref().map(|text| Override { path: &path, text });
    if let Some(lexicon) = diagnostics.take(Lexicon::load(&locale, own)) {
        project.lexicons.insert(language.to_string(), lexicon);
    }
    project.overrides.extend(text.map(|text| (path, text)));
}

/// Loads each dataset once, with the columns that any of the reports names.
fn load(
    world: &dyn World,
    specs: &[Spec],
    threads: NonZeroUsize,
    project: &mut Project,
    diagnostics: &mut Diagnostics,
) {
    let mut wanted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for spec in specs {
        for (dataset, names) in figures::wanted(spec) {
            wanted.entry(dataset).or_default().extend(names);
        }
    }
    let looked_up: Vec<(String, LookupDeclaration)> = wanted
        .iter()
        .filter_map(|(name, names)| Some((project.sources.datasets.get(name)?, names)))
        .flat_map(|(dataset, names)| {
            let asked = dataset.lookup.iter().filter(|(column, _)| names.contains(*column));
            asked.map(|(_, lookup)| (dataset.name.clone(), lookup.clone()))
        })
        .collect();
    for (name, lookup) in &looked_up {
        let (other, span) = &lookup.dataset;
        if let Some(other) = project.sources.named((other, *span), diagnostics) {
            wanted.entry(other.name.clone()).or_default().insert(lookup.column.0.clone());
            // our columns of the same names as its key
            let names = wanted.entry(name.clone()).or_default();
            if lookup.by.is_empty() {
                names.extend(other.key.iter().map(|(key, _)| key.clone()));
            }
        }
    }
    for (name, names) in &wanted {
        let Some(dataset) = project.sources.datasets.get(name) else { continue };
        if let Ok(stamp) = world.stamp(&dataset.path) {
            project.stamps.insert(dataset.path.clone(), stamp);
        }
        let frame = frame(world, dataset, Some(names.clone()), threads).into(diagnostics);
        project.frames.extend(frame.map(|frame| (name.clone(), frame)));
    }
    let looking: BTreeSet<String> = looked_up.into_iter().map(|(name, _)| name).collect();
    for name in looking {
        let Some(dataset) = project.sources.datasets.get(&name) else { continue };
        let Some(mut frame) = project.frames.remove(&name) else { continue };
        let asked = |column: &str| wanted.get(&name).is_some_and(|names| names.contains(column));
        let found = sources::attach(&mut frame, dataset, &project.frames, &asked);
        // what could not be looked up takes its figures with it
        let sound = !found.has_errors();
        diagnostics.extend(found);
        if sound {
            project.frames.insert(name, frame);
        }
    }
}

/// Reads what reviewers found of a report.
fn ledger(
    world: &dyn World,
    spec: &Spec,
    texts: &mut Texts,
    diagnostics: &mut Diagnostics,
) -> (Ledger, Option<TextId>) {
    let path = format!("reports/{}.reviews.yaml", spec.name);
    let present = list(world, "reports", diagnostics).contains(&path);
    let text = present.then(|| diagnostics.take(read_text(world, &path))).flatten();
    let read = text.is_some();
    let id = texts.add(path, text.unwrap_or_default());
    (Ledger::parse(texts, id, spec).into(diagnostics), read.then_some(id))
}

fn report(
    spec: Spec,
    project: &Project,
    threads: NonZeroUsize,
    diagnostics: &mut Diagnostics,
) -> Option<Report> {
    let locale = Locale::named(&spec.language)?;
    let plan = figures::plan(&spec, &project.sources, &project.frames).into(diagnostics);
    let figures =
        figures::compute(&spec, &project.sources, &project.frames, plan, threads).into(diagnostics);
    let lexicon = project.lexicons.get(&spec.language)?;
    let inputs = claims::Inputs {
        spec: &spec,
        figures: &figures,
        sources: &project.sources,
        frames: &project.frames,
        locale: &locale,
        lexicon,
        threads,
    };
    let verdicts = claims::check(inputs).into(diagnostics);
    let rows = figures::small_row_sets(&figures, &project.frames, NAMED_ROWS, threads);
    let (sources, frames) = (&project.sources, &project.frames);
    let (theme, brand) = (&project.theme, project.brand(&spec));
    let inputs = document::Inputs {
        shades: &brand.palette.light,
        spec: &spec,
        figures: &figures,
        sources,
        frames,
        rows: &rows,
        verdicts: &verdicts,
        locale: &locale,
    };
    let document = document::compose(inputs).into(diagnostics);
    // a template that fails is found here; the page itself shows rows, which are read when it is built
    let review = Review::default();
    let nothing = PageData { json_ld: "{}".into(), recheck: "{}".into() };
    let page = diagnostics.take(render::html(
        &document,
        &review,
        (theme, brand),
        &BTreeMap::new(),
        &nothing,
    ));
    let markdown = diagnostics.take(render::markdown(&document, &review, theme));
    warn_of_licences(&document, sources, diagnostics);
    page.and(markdown)?;
    let (ledger, ledger_text) = (Ledger::default(), None);
    Some(Report { spec, locale, figures, verdicts, document, ledger, ledger_text })
}

/// One warning for all cited sources without a stated licence.
fn warn_of_licences(document: &Document, sources: &Sources, diagnostics: &mut Diagnostics) {
    let without: Vec<&Source> = cited(document)
        .into_iter()
        .filter_map(|id| sources.sources.get(id))
        .filter(|source| source.licence.eq_ignore_ascii_case("none stated"))
        .collect();
    let Some(first) = without.first() else { return };
    let names: Vec<&str> = without.iter().map(|source| source.id.as_str()).collect();
    let message = format!(
        "`{}` rests on sources whose licence is not stated: {}",
        document.name,
        crate::diag::list(&names, 5)
    );
    let warning = Diagnostic::warning(Code::NoLicence, message).at(first.span);
    diagnostics.push(warning.hint("facts may be quoted; ask the publisher before copying more"));
}

fn cited(document: &Document) -> BTreeSet<&str> {
    let sources = document.notes.iter().filter_map(|note| match &note.content {
        NoteContent::Source(citation) => Some(citation.id.as_str()),
        _ => None,
    });
    sources.collect()
}

/// Assembles the bundle and the lock of a report.
pub fn bundle(
    world: &dyn World,
    project: &Project,
    report: &Report,
    threads: NonZeroUsize,
) -> Outcome<Option<(Bundle, Lock)>> {
    let mut diagnostics = Diagnostics::default();
    let rows = figures::row_sets(&report.figures, &project.frames, MOST_ROWS + 1, threads);
    let records = published_rows(world, project, &rows, &mut diagnostics);
    if diagnostics.has_errors() {
        return Outcome::new(None, diagnostics);
    }
    let shower = report.shower();
    let collapsed = figures::collapsed(&report.figures, &project.frames, threads);
    let digests = figures::digests(&report.figures, &project.frames, &collapsed);
    let review = reviewed(project, report, &digests, threads);
    let lock = Lock::new(&report.figures, &project.frames, &shower, &digests);
    let made = workbook::workbook(&workbook::Inputs {
        spec: &report.spec,
        sources: &project.sources,
        figures: &report.figures,
        frames: &project.frames,
        shower,
        used: &figures::used(&report.figures, &project.frames, MOST_ROWS, threads),
        title: &report.document.title.plain,
    });
    let unwritten = |error| {
        let message = format!("`evidence.xlsx` cannot be made: {error}");
        Diagnostic::error(Code::BadWorkbook, message)
            .in_file(format!("reports/{}.yaml", report.spec.name))
    };
    let Some(workbook) = diagnostics.take(made.map_err(unwritten)) else {
        return Outcome::new(None, diagnostics);
    };
    let inputs = bundle::Inputs {
        spec: &report.spec,
        sources: &project.sources,
        figures: &report.figures,
        frames: &project.frames,
        document: &report.document,
        review: &review,
        shower,
        rows: &rows,
        records: &records,
        texts: spec_texts(project, report),
        collapsed: &collapsed,
        digests: &digests,
        workbook,
    };
    let brand = project.brand(&report.spec);
    let markdown = render::markdown(&report.document, &review, &project.theme);
    let (spec, sources) = (&report.spec, &project.sources);
    let (figures, frames) = (&report.figures, &project.frames);
    let data = PageData {
        json_ld: standards::json_ld(&inputs.standards()),
        recheck: recheck::recheck(&recheck::Inputs { spec, sources, figures, frames }),
    };
    let look = (&project.theme, brand);
    let page = |rows: &_| render::html(&report.document, &review, look, rows, &data);
    let bundle =
        diagnostics.take(markdown.and_then(|markdown| bundle::assemble(inputs, markdown, page)));
    Outcome::new(bundle.map(|bundle| (bundle, lock)), diagnostics)
}

/// How far the review of a report has come.
pub fn review(project: &Project, report: &Report, threads: NonZeroUsize) -> Review {
    let collapsed = figures::collapsed(&report.figures, &project.frames, threads);
    let digests = figures::digests(&report.figures, &project.frames, &collapsed);
    reviewed(project, report, &digests, threads)
}

/// An error for a report of which something is not checked, or was found wrong.
pub fn unreviewed(project: &Project, report: &Report, threads: NonZeroUsize) -> Diagnostics {
    let review = review(project, report, threads);
    if !review.is_draft() {
        return Diagnostics::default();
    }
    let (agreed, all) = review.agreed();
    let name = &report.spec.name;
    let message = format!(
        "`{name}` is a draft: {agreed} of {all} claims, charts and tables are checked by a reviewer"
    );
    let error = Diagnostic::error(Code::Review, message).in_file(format!("reports/{name}.yaml"));
    let hint =
        format!("`tieout review {name}` says what needs eyes; without `--final` a draft is built");
    Diagnostics::from(error.hint(hint))
}

fn reviewed(
    project: &Project,
    report: &Report,
    whole: &BTreeMap<String, String>,
    threads: NonZeroUsize,
) -> Review {
    let Report { spec, figures, verdicts, document, ledger, .. } = report;
    let stated = verdicts.statements.iter().flat_map(|stated| &stated.figures);
    let used = figures.all().flat_map(|figure| &figure.uses);
    let points: BTreeSet<&str> =
        stated.chain(used).filter_map(|id| Some(id.split_once('/')?.0)).collect();
    // points of series that are made of others rest on points of those
    let aligned = points.iter().filter_map(|id| figures.series.get(*id));
    let under: BTreeSet<&str> = aligned
        .flat_map(|series| series.figures())
        .flat_map(|figure| figure.uses.iter().map(String::as_str))
        .collect();
    let wanted = |id: &str| points.contains(id) || under.contains(id);
    let points = figures::point_digests(figures, &project.frames, &wanted, threads);
    let inputs = review::Inputs {
        spec,
        sources: &project.sources,
        figures,
        verdicts,
        document,
        shower: report.shower(),
        digests: review::Digests { whole, points: &points },
    };
    Review::of(review::items(&inputs), ledger, spec)
}

/// The texts that a report is made of: spec, body, declarations of its sources, templates of the project.
fn spec_texts(project: &Project, report: &Report) -> BTreeMap<String, String> {
    let used = report
        .figures
        .selected
        .values()
        .filter_map(|selected| project.frames.get(&selected.frame)?.provenance.as_ref());
    let ids = cited(&report.document)
        .into_iter()
        .chain(used.map(|provenance| provenance.source.as_str()));
    let spans = ids.filter_map(|id| project.sources.sources.get(id)).map(|source| source.span.text);
    let own = [report.spec.text, report.spec.body.passage.span.text];
    let texts = spans
        .chain(own)
        .chain(report.ledger_text)
        .map(|id| project.texts.get(id))
        .map(|text| (text.path.clone(), text.content.clone()));
    let theme = report.spec.theme.as_ref();
    let look = theme.and_then(|(name, _)| project.brands.get(name));
    let files = look.into_iter().flat_map(|look| look.files.clone());
    texts.chain(project.overrides.clone()).chain(files).collect()
}

/// The rows of the figures as published, read again from their files.
fn published_rows(
    world: &dyn World,
    project: &Project,
    rows: &BTreeMap<String, RowSet>,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<String, BTreeMap<u64, Record>> {
    let mut needed: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
    for set in rows.values().filter(|set| set.rows.len() <= MOST_ROWS) {
        needed.entry(&set.frame).or_default().extend(&set.rows);
    }
    let mut found = BTreeMap::new();
    for (name, numbers) in needed {
        let Some(frame) = project.frames.get(name) else { continue };
        let Some(provenance) = &frame.provenance else { continue };
        let numbers: Vec<u64> = numbers.into_iter().collect();
        let read =
            world.open(&provenance.path).and_then(|mut file| records(frame, &numbers, &mut *file));
        let unchanged =
            world.stamp(&provenance.path).ok() == project.stamps.get(&provenance.path).copied();
        let read = if unchanged {
            read
        } else {
            Err(io::Error::other("it changed while it was read; build again"))
        };
        if let Some(records) =
            diagnostics.take(read.map_err(|error| Diagnostic::unreadable(&provenance.path, &error)))
        {
            found.insert(
                name.to_string(),
                records.into_iter().map(|record| (record.row, record)).collect(),
            );
        }
    }
    found
}

/// What differs from the lock beside the report; an error where there is no lock.
pub fn locked(world: &dyn World, report: &Report, lock: &Lock) -> Diagnostics {
    let path = format!("reports/{}.lock", report.spec.name);
    let missing = |message: String| {
        let error = Diagnostic::error(Code::Drift, message).in_file(path.as_str());
        Diagnostics::from(error.hint("run `tieout build` without `--locked` and commit the lock"))
    };
    match read_text(world, &path) {
        Err(_) => missing(format!("there is no `{path}`")),
        Ok(text) => match Lock::parse(&text) {
            None => missing(format!("`{path}` cannot be read as a lock")),
            Some(old) => drift(&path, &old, lock),
        },
    }
}
