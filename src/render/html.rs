//! The page: semantic, self-contained, one script of ours, under a policy that lets nothing load.

use std::collections::BTreeMap;
use std::fmt::Write;

use tera::Context;

use super::brand::css_string;
use super::evidence::{SCRIPT, method};
use super::status::{found, of_figure, status};
use super::theme::whole;
use super::{Brand, Logo, Theme};
use crate::diag::{Code, Diagnostic};
use crate::digest::{base64, sha256_base64};
use crate::document::{
    Block, ChartBlock, Credit, Detail, Document, Grid, GridCell, Inline, NoteContent, NoteRef,
    RowTable, TableBlock, Text, Tied, csv,
};
use crate::review::{Review, State};
use crate::spec::Align;
use crate::text::Span;
use crate::text::escape_markup as escape;

/// What a browser is told about a file that the page holds.
const CSV: &str = "text/csv;charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Characters up to which the header of a row stays on one line: `2024 Q1`.
const SHORT: usize = 8;
/// Rows above which the data of a chart scroll by themselves, and are not printed.
pub(super) const LONG: usize = 20;

/// Renders a document as one HTML file, with rows of its figures and series by id.
///
/// # Errors
/// A template of the project fails, or has no `<head>`.
pub fn html(
    document: &Document,
    review: &Review,
    (theme, brand): (&Theme, &Brand),
    rows: &BTreeMap<String, RowTable>,
    data: &PageData,
) -> Result<Vec<u8>, Diagnostic> {
    let page = &Page::new(document, review);
    let mut context = Context::new();
    context.insert("status", &status(document, review));
    context.insert("logo_html", &brand.logo.as_ref().map(logo));
    context.insert("cards_html", &cards(page, document));
    context.insert("contents_html", &contents(&document.blocks));
    context.insert("figures_file_html", &figures_file(document));
    context.insert("print_methods", &document.print_methods);
    context.insert("language", &document.language);
    context.insert("title", &document.title.plain);
    context.insert("title_html", &inlines(page, &document.title.inlines));
    context.insert(
        "subtitle_html",
        &document.subtitle.as_ref().map(|text| inlines(page, &text.inlines)),
    );
    context.insert("date", &document.date.0);
    context.insert("iso_date", &document.date.1);
    context.insert("authors", &document.authors);
    context.insert("licence", &document.licence);
    context.insert("json_ld", &data.json_ld);
    context.insert("recheck", &data.recheck);
    context.insert("body_html", &blocks(page, &document.blocks));
    context.insert("rounding", &document.rounding);
    let methods = document.methods.iter().map(|own| {
        let reviewed = of_figure(document, review, &own.id);
        method(page, own, rows.get(&own.id), reviewed)
    });
    context.insert("methods_html", &methods.collect::<String>());
    context.insert("script", SCRIPT);
    context.insert("notes_html", &notes(page, document));
    let style = format!("{}{}{}", brand.css(), theme.style(), running_title(&document.title.plain));
    context.insert("style", &style);
    let page = theme.page(&context)?;
    let held = with_policy(&page).map(String::into_bytes).ok_or_else(|| {
        Diagnostic::error(Code::Template, "`templates/page.html` has no `<head>`")
            .in_file("templates/page.html")
            .hint("begin the page with `<!doctype html><html><head>`")
    })?;
    whole(
        "page.html",
        &page,
        &context,
        &[
            "title_html",
            "cards_html",
            "body_html",
            "methods_html",
            "notes_html",
            "recheck",
            "script",
        ],
    )?;
    Ok(held)
}

/// What the page holds for machines, as JSON that ends no element.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PageData {
    /// What search engines read.
    pub json_ld: String,
    /// What the page's script needs to compute its figures again.
    pub recheck: String,
}

/// What every part of the page needs to know.
pub(super) struct Page {
    /// What the review found of what is stated at a place of the author's texts.
    reviewed: BTreeMap<Span, String>,
}

impl Page {
    fn new(document: &Document, review: &Review) -> Self {
        // what nobody looked at is said once, with the figure
        let seen = review.items.iter().filter(|(_, state)| *state != State::New);
        let places = seen.flat_map(|(item, state)| {
            item.at.iter().map(move |place| (*place, found(document, state)))
        });
        Self { reviewed: places.collect() }
    }

    /// What the check and the review found of words, for the page's script.
    fn findings(&self, tied: &Tied) -> String {
        let data = |name: &str, words: &String| format!(" data-{name}=\"{}\"", escape(words));
        let found = tied.found.as_ref().map(|words| data("found", words));
        let reviewed = tied.at.and_then(|place| self.reviewed.get(&place));
        let reviewed = reviewed.map(|words| data("reviewed", words));
        let figures = (tied.figures.len() > 1).then(|| data("figures", &tied.figures.join(" ")));
        found.into_iter().chain(reviewed).chain(figures).collect()
    }
}

/// Writes the content security policy as the first thing in the head: nothing loads, and only the page's own style and script
/// apply.
pub(super) fn with_policy(page: &str) -> Option<String> {
    let at = page.find("<head>")? + "<head>".len();
    let (styles, scripts) = (digests(page, "style")?, digests(page, "script")?);
    let policy = format!(
        "default-src 'none'; style-src {styles}; script-src {scripts}; img-src data:; base-uri 'none'; form-action 'none'"
    );
    let meta = format!(
        "\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">"
    );
    Some(format!("{}{meta}{}", &page[..at], &page[at..]))
}

/// The digests of all elements of a name, as a policy allows them.
fn digests(page: &str, name: &str) -> Option<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let mut found = Vec::new();
    let mut rest = page;
    while let Some(start) = rest.find(&open) {
        let content = &rest[start + open.len()..];
        let end = content.find(&close)?;
        found.push(format!("'sha256-{}'", sha256_base64(&content.as_bytes()[..end])));
        rest = &content[end..];
    }
    Some(if found.is_empty() { "'none'".to_string() } else { found.join(" ") })
}

/// The title above every printed page but the first.
fn running_title(title: &str) -> String {
    let title = css_string(title);
    format!(
        "@page {{ @top-left {{ content: {title}; }} }}\n@page :first {{ @top-left {{ content: none; }} }}\n"
    )
}

fn logo(logo: &Logo) -> String {
    let data = base64(logo.svg.as_bytes());
    format!(
        "<img class=\"logo\" alt=\"{}\" src=\"data:image/svg+xml;base64,{data}\">",
        escape(&logo.alt)
    )
}

fn cards(page: &Page, document: &Document) -> String {
    let card = |(value, label): &(Text, Text)| {
        format!(
            "<li><p class=\"card-value\">{}</p><p class=\"card-label\">{}</p></li>\n",
            inlines(page, &value.inlines),
            inlines(page, &label.inlines)
        )
    };
    document.cards.iter().map(card).collect()
}

/// The headings of the second level, as links.
fn contents(blocks: &[Block]) -> String {
    let heading = |block: &Block| match block {
        Block::Heading(2, id, words) => {
            Some(format!("<li><a href=\"#{id}\">{}</a></li>\n", escape(&plain(words))))
        }
        _ => None,
    };
    blocks.iter().filter_map(heading).collect()
}

/// Words without links and notes.
fn plain(inlines: &[Inline]) -> String {
    let words = |inline: &Inline| match inline {
        Inline::Text(text) | Inline::Code(text) | Inline::Parameter(text) => text.clone(),
        Inline::Value(shown, ..) => shown.to_string(),
        Inline::Emphasis(inner)
        | Inline::Strong(inner)
        | Inline::Struck(inner)
        | Inline::Link(_, inner)
        | Inline::Claim(inner, ..)
        | Inline::Cite(inner, _)
        | Inline::Exempt(inner) => plain(inner),
        Inline::Note(_) => String::new(),
        Inline::Soft | Inline::Hard => " ".into(),
    };
    inlines.iter().map(words).collect()
}

/// A link to a file that the page holds.
fn download(name: &str, kind: &str, bytes: &[u8], words: &str) -> String {
    let data = base64(bytes);
    format!(
        "<a class=\"download\" download=\"{}\" href=\"data:{kind};base64,{data}\">{}</a>",
        escape(name),
        escape(words)
    )
}

/// The file of all figures, which the page holds.
fn figures_file(document: &Document) -> String {
    let head = ["figure", "label", "shown", "provenance"].map(String::from).to_vec();
    let rows = document.methods.iter().filter_map(|method| {
        let shown = method.shown.as_ref()?.to_string();
        Some(vec![method.id.clone(), method.label.clone(), shown, method.provenance.to_string()])
    });
    let name = format!("{}-figures.csv", document.name);
    download(&name, CSV, &csv(head, rows), "All figures (CSV)")
}

/// The anchor of a figure's method; a point has its series'.
pub(super) fn anchor(id: &str) -> String {
    format!("fig-{id}")
}

pub(super) fn inlines(page: &Page, all: &[Inline]) -> String {
    all.iter().map(|one| inline(page, one)).collect()
}

fn inline(page: &Page, inline: &Inline) -> String {
    match inline {
        Inline::Text(text) | Inline::Parameter(text) => escape(text),
        Inline::Code(text) => format!("<code>{}</code>", escape(text)),
        Inline::Emphasis(inner) => format!("<em>{}</em>", inlines(page, inner)),
        Inline::Strong(inner) => format!("<strong>{}</strong>", inlines(page, inner)),
        Inline::Struck(inner) => format!("<del>{}</del>", inlines(page, inner)),
        Inline::Link(url, inner) => {
            format!("<a href=\"{}\">{}</a>", escape(url), inlines(page, inner))
        }
        Inline::Claim(inner, tied, notes) => {
            let words = inlines(page, inner);
            let target = tied.figures.first().map_or(String::new(), |id| anchor(id));
            let found = page.findings(tied);
            // a link inside a link is no HTML: words that hold one keep it
            let words = if words.contains("<a ") {
                words
            } else {
                format!("<a class=\"claim\" href=\"#{target}\"{found}>{words}</a>")
            };
            format!("{words}{}", note_refs(notes))
        }
        Inline::Value(shown, tied, notes) => {
            let target = tied.figures.first().map_or(String::new(), |id| anchor(id));
            let found = page.findings(tied);
            format!(
                "<a class=\"claim\" href=\"#{target}\"{found}>{}</a>{}",
                escape(shown.as_str()),
                note_refs(notes)
            )
        }
        Inline::Cite(inner, notes) => format!("{}{}", inlines(page, inner), note_refs(notes)),
        Inline::Exempt(inner) => inlines(page, inner),
        Inline::Note(note) => note_refs(std::slice::from_ref(note)),
        Inline::Soft => "\n".into(),
        Inline::Hard => "<br>\n".into(),
    }
}

pub(super) fn note_refs(notes: &[NoteRef]) -> String {
    notes.iter().map(|note| {
        let NoteRef { number, occurrence, .. } = note;
        format!(
            "<sup class=\"note-ref\"><a id=\"ref-{number}-{occurrence}\" href=\"#note-{number}\" role=\"doc-noteref\" \
             aria-label=\"Note {number}\">{number}</a></sup>"
        )
    }).collect()
}

fn blocks(page: &Page, all: &[Block]) -> String {
    all.iter().map(|one| block(page, one)).collect()
}

fn block(page: &Page, block: &Block) -> String {
    match block {
        Block::Paragraph(inner) => format!("<p>{}</p>\n", inlines(page, inner)),
        Block::Plain(inner) => inlines(page, inner),
        Block::Heading(level, id, inner) => {
            format!("<h{level} id=\"{id}\">{}</h{level}>\n", inlines(page, inner))
        }
        Block::List(start, items) => {
            let items: String =
                items.iter().map(|item| format!("<li>{}</li>\n", blocks(page, item))).collect();
            match start {
                None => format!("<ul>\n{items}</ul>\n"),
                Some(1) => format!("<ol>\n{items}</ol>\n"),
                Some(start) => format!("<ol start=\"{start}\">\n{items}</ol>\n"),
            }
        }
        Block::Quote(inner) => format!("<blockquote>\n{}</blockquote>\n", blocks(page, inner)),
        Block::Code(text) => format!("<pre><code>{}</code></pre>\n", escape(text)),
        Block::Rule => "<hr>\n".into(),
        Block::Grid { columns, head, rows } => own_grid(page, columns, head, rows),
        Block::Chart(chart) => chart_block(page, chart),
        Block::Table(table) => table_block(page, table),
    }
}

fn own_grid(
    page: &Page,
    columns: &[Align],
    head: &[Vec<Inline>],
    rows: &[Vec<Vec<Inline>>],
) -> String {
    let class = |index: usize| match columns.get(index) {
        Some(Align::End) => " class=\"number\"",
        Some(Align::Centre) => " class=\"centre\"",
        _ => "",
    };
    let head: String = head
        .iter()
        .enumerate()
        .map(|(i, cell)| format!("<th scope=\"col\"{}>{}</th>", class(i), inlines(page, cell)))
        .collect();
    let rows: String = rows
        .iter()
        .map(|row| {
            let cells: String = row
                .iter()
                .enumerate()
                .map(|(i, cell)| format!("<td{}>{}</td>", class(i), inlines(page, cell)))
                .collect();
            format!("<tr>{cells}</tr>\n")
        })
        .collect();
    format!(
        "<div class=\"scroll\" role=\"group\" aria-label=\"Table\" tabindex=\"0\"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n"
    )
}

fn chart_block(page: &Page, chart: &ChartBlock) -> String {
    let id = &chart.id;
    let mut out = format!("<figure class=\"chart\" id=\"chart-{id}\">\n<figcaption>");
    let _ = write!(
        out,
        "<p class=\"headline\">{}</p>\n<p class=\"measure\">{}</p>",
        inlines(page, &chart.title.inlines),
        inlines(page, &chart.subtitle.inlines)
    );
    let _ = write!(out, "</figcaption>\n{}{}", chart.picture.wide, chart.picture.narrow);
    let annotations =
        chart.annotations.iter().map(|text| format!("{}.", inlines(page, &text.inlines)));
    let remarks = chart.remarks();
    let lines: Vec<String> = annotations.chain(remarks.iter().map(|line| escape(line))).collect();
    let texts: Vec<&Text> = chart.note.iter().chain(&chart.caveats).collect();
    out.push_str(&below(page, &texts, &lines, &chart.sources));
    let data = download(&format!("{id}.csv"), CSV, &chart.data.csv(), "Data (CSV)");
    let drawing = download(&format!("{id}.svg"), SVG, chart.picture.file.as_bytes(), "Chart (SVG)");
    let title = escape(&chart.title.plain);
    let long = if chart.data.rows.len() > LONG { " class=\"long\"" } else { "" };
    let _ = write!(
        out,
        "<details{long}><summary>Description and data<span class=\"unseen\"> of the chart: {title}</span></summary>\n\
         <p>{}</p>\n{}<p class=\"files\">{} {data} {drawing}</p></details>\n</figure>\n",
        escape(&chart.description.join(" ")),
        grid(
            page,
            &chart.data,
            "<caption class=\"unseen\">Data of the chart</caption>\n",
            &format!("Data of the chart: {title}")
        ),
        made(&chart.series)
    );
    out
}

/// A link to how a series was made, for all its cells.
fn made(series: &str) -> String {
    format!("<a href=\"#{}\">How this was made</a>", anchor(series))
}

fn table_block(page: &Page, table: &TableBlock) -> String {
    let caption = format!("<caption>{}</caption>\n", inlines(page, &table.caption.inlines));
    let lines: Vec<String> = table.remarks().iter().map(|line| escape(line)).collect();
    let texts: Vec<&Text> = table.note.iter().chain(&table.caveats).collect();
    let data = download(&format!("{}.csv", table.id), CSV, &table.data.csv(), "Data (CSV)");
    let made = table.series.as_ref().map_or(String::new(), |series| made(series));
    format!(
        "<figure class=\"table\" id=\"table-{}\">\n{}{}<p class=\"files\">{made} {data}</p>\n</figure>\n",
        table.id,
        grid(page, &table.data, &caption, &format!("Table: {}", escape(&table.caption.plain))),
        below(page, &texts, &lines, &table.sources)
    )
}

/// Notes, remarks, and who published what it rests on.
fn below(page: &Page, texts: &[&Text], remarks: &[String], sources: &[Credit]) -> String {
    let mut paragraphs: Vec<String> =
        texts.iter().map(|text| inlines(page, &text.inlines)).collect();
    if !remarks.is_empty() {
        paragraphs.push(remarks.join(" "));
    }
    if !sources.is_empty() {
        let credits: Vec<String> = sources.iter().map(credit).collect();
        paragraphs.push(format!("Source: {}", credits.join("; ")));
    }
    paragraphs.iter().map(|words| format!("<p class=\"below\">{words}</p>\n")).collect()
}

fn credit(credit: &Credit) -> String {
    let title = match &credit.title {
        None => String::new(),
        Some((title, None)) => format!(", <cite>{}</cite>", escape(title)),
        Some((title, Some(url))) => {
            format!(", <a href=\"{}\"><cite>{}</cite></a>", escape(url), escape(title))
        }
    };
    format!("{}{title}{}", escape(&credit.publisher), note_refs(&credit.notes))
}

fn grid(page: &Page, grid: &Grid, caption: &str, label: &str) -> String {
    let class = |is: bool| if is { " class=\"number\"" } else { "" };
    // cells of sentences stand below each other on small screens, where they name their column
    let worded = grid.is_worded();
    let head: String = grid
        .head
        .iter()
        .enumerate()
        .map(|(i, text)| {
            format!(
                "<th scope=\"col\"{}>{}</th>",
                class(grid.is_numeric(i)),
                inlines(page, &text.inlines)
            )
        })
        .collect();
    let row = |row: &Vec<GridCell>| {
        let cells: String = row
            .iter()
            .enumerate()
            .map(|(i, cell)| {
                let text = match &cell.text {
                    Some(text) => inlines(page, &text.inlines),
                    None => escape(&cell.shown),
                };
                if i < grid.headers {
                    let short = cell.shown.chars().count() <= SHORT && cell.shown.contains(' ');
                    let class = if short { " class=\"short\"" } else { "" };
                    return format!("<th scope=\"row\"{class}>{text}</th>");
                }
                let text = cell.figure.as_ref().map_or(text.clone(), |id| {
                    format!("<a class=\"value\" href=\"#{}\">{text}</a>", anchor(id))
                });
                let name = match worded {
                    true => format!(" data-name=\"{}\"", escape(&grid.head[i].plain)),
                    false => String::new(),
                };
                format!("<td{}{name}>{text}</td>", class(cell.numeric))
            })
            .collect();
        format!("<tr>{cells}</tr>\n")
    };
    let rows: String = grid.rows.iter().map(row).collect();
    let foot = grid
        .foot
        .as_ref()
        .map_or(String::new(), |foot| format!("<tfoot>\n{}</tfoot>\n", row(foot)));
    format!(
        "<div class=\"scroll\" role=\"group\" aria-label=\"{label}\" tabindex=\"0\"><table{}>\n{caption}<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n{foot}</table></div>\n",
        if worded { " class=\"worded\"" } else { "" }
    )
}

fn notes(page: &Page, document: &Document) -> String {
    document.notes.iter().enumerate().map(|(index, note)| {
        let number = index + 1;
        let content = match &note.content {
            NoteContent::Author(inner) => blocks(page, inner),
            NoteContent::Entered(reason) => format!("<p>Entered by hand: {}</p>\n", escape(reason)),
            NoteContent::Source(citation) => {
                let title = citation.title.as_ref().map_or(String::new(), |title| format!(" <cite>{}</cite>.", escape(title)));
                let details: String = citation.details.iter().map(detail).collect();
                let supports: Vec<String> = citation.supports.iter().map(|support| {
                    let shown = support.shown.as_ref().map_or(String::new(), |shown| format!(" {}", escape(shown.as_str())));
                    format!("<a href=\"#{}\">{}</a>{shown} ({})", anchor(&support.id), escape(&support.id), escape(&support.place))
                }).collect();
                let supports = if supports.is_empty() { String::new() } else { format!("<p class=\"supports\">Supports: {}.</p>\n", supports.join("; ")) };
                format!("<p>{}.{title}{details}</p>\n{supports}", escape(&citation.publisher))
            }
        };
        let back: Vec<String> = (1..=note.references).map(|occurrence| {
            format!("<a href=\"#ref-{number}-{occurrence}\" role=\"doc-backlink\" aria-label=\"Back to reference {occurrence} of note {number}\">↩</a>")
        }).collect();
        format!("<li id=\"note-{number}\">\n{content}<p class=\"back\">{}</p>\n</li>\n", back.join(" "))
    }).collect()
}

fn detail(detail: &Detail) -> String {
    let space =
        |words: &str| if words.is_empty() { String::new() } else { format!(" {}", escape(words)) };
    match detail {
        Detail::Words(words) => space(words),
        Detail::Address(words, url) => {
            format!("{} <a href=\"{1}\">{1}</a>", space(words), escape(url))
        }
        Detail::Code(words, code) => format!("{} <code>{}</code>.", space(words), escape(code)),
    }
}
