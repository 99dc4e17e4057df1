//! The evidence of the page: each figure's method with its points and rows, which the page's script opens beside the text.

use std::fmt::Write;

use super::html::{LONG, Page, anchor, inlines, note_refs};
use crate::document::{Method, RowTable};
use crate::text::escape_markup as escape;

/// The page's script.
pub(super) const SCRIPT: &str = concat!(include_str!("evidence.js"), include_str!("recheck.js"));

pub(super) fn method(
    page: &Page,
    method: &Method,
    rows: Option<&RowTable>,
    reviewed: Option<String>,
) -> String {
    let mut out = format!(
        "<div class=\"method\" id=\"{}\">\n<h3>{}</h3>\n<p>",
        anchor(&method.id),
        escape(&method.label)
    );
    if let Some(shown) = &method.shown {
        let _ = write!(out, "<strong class=\"shown\">{}</strong> ", escape(shown.as_str()));
    }
    let _ = writeln!(
        out,
        "<span class=\"kind\">{}</span> {}{}</p>",
        method.provenance,
        escape(&method.words),
        note_refs(&method.sources)
    );
    if let Some(recipe) = &method.recipe {
        let _ = writeln!(
            out,
            "<p class=\"recipe\"><code>{} = {}</code></p>",
            escape(&method.id),
            escape(recipe)
        );
    }
    let mut sentences: Vec<String> = method.sentences().map(|text| escape(text)).collect();
    if !method.uses.is_empty() {
        let link = |id: &String| format!("<a href=\"#{}\">{}</a>", anchor(id), escape(id));
        let links: Vec<String> = method.uses.iter().map(link).collect();
        sentences.push(format!("Made from {}.", links.join(", ")));
    }
    if !sentences.is_empty() {
        let _ = writeln!(out, "<p>{}</p>", sentences.join(" "));
    }
    if let Some(caveat) = &method.caveat {
        let _ = writeln!(out, "<p class=\"caveat\">{}</p>", inlines(page, &caveat.inlines));
    }
    if let Some(reviewed) = reviewed {
        let _ = writeln!(out, "<p class=\"reviewer\">{}</p>", escape(&reviewed));
    }
    out.push_str(&points(method));
    if let Some(rows) = rows {
        out.push_str(&row_table(method, rows));
    }
    out.push_str("</div>\n");
    out
}

/// The points of a series, each with its own address.
fn points(method: &Method) -> String {
    if method.points.is_empty() {
        return String::new();
    }
    let rows: String = method
        .points
        .iter()
        .map(|(id, keys, shown, exact)| {
            format!(
                "<tr id=\"{}\"><th scope=\"row\">{}</th><td class=\"number\">{}</td><td class=\"number\">{}</td></tr>\n",
                escape(&anchor(id)),
                escape(keys),
                escape(shown.as_str()),
                escape(exact.as_str())
            )
        })
        .collect();
    format!(
        "<details class=\"points\"><summary>Points<span class=\"unseen\"> of {label}</span></summary>\n\
         <div class=\"scroll\" role=\"group\" aria-label=\"Points of {label}\" tabindex=\"0\"><table>\n\
         <thead><tr><th scope=\"col\">Point</th><th scope=\"col\" class=\"number\">Shown</th><th scope=\"col\" class=\"number\">Exactly</th></tr></thead>\n\
         <tbody>\n{rows}</tbody>\n</table></div></details>\n",
        label = escape(&method.label)
    )
}

/// The rows as published, with their places in the file.
fn row_table(method: &Method, table: &RowTable) -> String {
    // the file is named once, above the rows
    let skipped =
        usize::from(method.file.is_some() && table.head.first().is_some_and(|head| head == "file"));
    let head: String = table.head[skipped..]
        .iter()
        .map(|head| format!("<th scope=\"col\">{}</th>", escape(head)))
        .collect();
    let rows: String = table
        .rows
        .iter()
        .enumerate()
        .map(|(index, row)| {
            let point = table.points.get(index).and_then(Option::as_ref);
            let point = point.map_or(String::new(), |id| format!(" data-point=\"{}\"", escape(id)));
            let cells: String =
                row[skipped..].iter().map(|cell| format!("<td>{}</td>", escape(cell))).collect();
            format!("<tr{point}>{cells}</tr>\n")
        })
        .collect();
    let file = method.file.as_ref().map_or(String::new(), |(path, sha256)| {
        format!("File: <code>{}</code>, SHA-256 <code>{sha256}</code>. ", escape(path))
    });
    let whole = if table.rows.len() < table.total { "The first rows; all" } else { "The rows" };
    let equal = if table.collapsed { "; equal ones stand once, with their number" } else { "" };
    let long = if table.rows.len() > LONG { " long" } else { "" };
    format!(
        "<details class=\"rows{long}\"><summary>Rows<span class=\"unseen\"> of {label}</span></summary>\n\
         <p>{file}{whole} are in <a href=\"evidence/{id}.csv\">evidence/{id}.csv</a> of the bundle{equal}.</p>\n\
         <div class=\"scroll\" role=\"group\" aria-label=\"Rows of {label}\" tabindex=\"0\"><table>\n\
         <thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div></details>\n",
        label = escape(&method.label),
        id = escape(&method.id),
    )
}
