//! What a reader sees of a page, line by line: for pages that another version laid out in another way.

use std::convert::Infallible;

use html5gum::emitters::default::{DefaultEmitter, StartTag};
use html5gum::{Token, Tokenizer};

/// Elements that have no end.
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];
/// Elements within a line.
const WITHIN_A_LINE: [&str; 17] = [
    "a", "abbr", "b", "br", "cite", "code", "del", "em", "i", "mark", "q", "small", "span",
    "strong", "sub", "sup", "time",
];
/// Elements whose text is none of the page's, or leads through it.
const UNREAD: [&str; 6] = ["head", "script", "style", "template", "noscript", "nav"];
/// Attributes that are read out.
const SAID: [&str; 3] = ["alt", "aria-label", "title"];

/// How the text in an element is taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Taken {
    /// As it is.
    Whole,
    /// Of a drawing, its title and description.
    Drawing,
    /// Of the methods, names, values, tables and caveats: the sentences are a version's own.
    Methods,
    /// Not at all.
    Not,
}

/// The lines of a page outside drawings, contents and what is hidden, each with the figures that its links lead to. Of methods the
/// names, values, caveats and tables.
pub(super) fn lines(page: &str) -> Vec<String> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let tokens = Tokenizer::new_with_emitter(page, emitter);
    let mut open: Vec<(String, Taken)> = Vec::new();
    let mut lines = vec![String::new()];
    for token in tokens {
        let token = token.unwrap_or_else(|never: Infallible| match never {});
        match token {
            Token::StartTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                let outer = open.last().map_or(Taken::Whole, |(_, taken)| *taken);
                let taken = taken(&tag, &name, outer);
                part(&mut lines, &name);
                if taken == Taken::Whole {
                    said(&mut lines, &tag);
                }
                let ended = tag.self_closing && outer == Taken::Drawing;
                if !VOID.contains(&name.as_str()) && !ended {
                    open.push((name, taken));
                }
            }
            Token::EndTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name);
                part(&mut lines, &name);
                if let Some(at) = open.iter().rposition(|(own, _)| *own == name) {
                    open.truncate(at);
                }
            }
            Token::String(text) if open.last().is_none_or(|(_, taken)| *taken == Taken::Whole) => {
                add(&mut lines, &String::from_utf8_lossy(&text));
            }
            _ => {}
        }
    }
    lines.iter().map(|line| line.trim_end().to_string()).filter(|line| !line.is_empty()).collect()
}

fn taken(tag: &StartTag<()>, name: &str, outer: Taken) -> Taken {
    let attribute = |name: &str| {
        tag.attributes.get(name.as_bytes()).map(|value| String::from_utf8_lossy(value).into_owned())
    };
    let class = attribute("class").unwrap_or_default();
    let id = attribute("id").unwrap_or_default();
    match outer {
        _ if UNREAD.contains(&name) || attribute("hidden").is_some() || id == "data" => Taken::Not,
        Taken::Not => Taken::Not,
        Taken::Drawing if name == "title" || name == "desc" => Taken::Whole,
        Taken::Methods
            if ["h3", "table"].contains(&name) || ["shown", "caveat"].contains(&class.as_str()) =>
        {
            Taken::Whole
        }
        Taken::Whole if name == "svg" => Taken::Drawing,
        Taken::Whole if id == "methods" => Taken::Methods,
        outer => outer,
    }
}

/// Begins a line where an element does not stand within one.
fn part(lines: &mut Vec<String>, name: &str) {
    if !WITHIN_A_LINE.contains(&name) && lines.last().is_some_and(|line| !line.is_empty()) {
        lines.push(String::new());
    }
}

/// The words of an element's attributes, and the figure that it leads to.
fn said(lines: &mut [String], tag: &StartTag<()>) {
    for (name, value) in &tag.attributes {
        let (name, value) = (String::from_utf8_lossy(name), String::from_utf8_lossy(value));
        if SAID.contains(&name.as_ref()) {
            add(lines, &format!(" ({name}: {value}) "));
        }
        if name == "href" && value.starts_with("#fig-") {
            add(lines, &format!(" ({value}) "));
        }
    }
}

fn add(lines: &mut [String], text: &str) {
    let Some(line) = lines.last_mut() else { return };
    for c in text.chars() {
        match c.is_whitespace() {
            true if line.is_empty() || line.ends_with(' ') => {}
            true => line.push(' '),
            false => line.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn what_is_hidden_or_drawn_is_not_read_and_nothing_else_is_lost() {
        let page = "<head><title>T</title></head><body><!-- <p>9</p> --><nav>Contents</nav><p>In <b>2024</b>,\n <a \
                    href=\"#fig-a\">5</a> &amp; more<p hidden>8</p><svg aria-label=\"s\"><title>Bars</title><text>7</text><rect/></svg>\
                    <img alt=\"A picture\"><section id=\"methods\"><p>How</p><h3>Name</h3><p><strong class=\"shown\">5</strong> is \
                    so</p><table><tr><td>1</td><td>2</td></tr></table></section><script>6 < 7</script><p>End";
        assert_eq!(
            lines(page),
            [
                "In 2024, (#fig-a) 5 & more",
                "Bars",
                "(alt: A picture)",
                "Name",
                "5",
                "1",
                "2",
                "End"
            ]
        );
    }
}
