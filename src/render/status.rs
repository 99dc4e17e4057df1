//! How far the review of a briefing has come, in words.

use crate::document::Document;
use crate::locale::Locale;
use crate::review::{Review, SignOff, State};
use crate::value::PartialDate;

/// The words at the head of a briefing: `Draft`, and why; or `Reviewed`, and by whom.
pub(super) fn status(document: &Document, review: &Review) -> [String; 2] {
    let (agreed, all) = review.agreed();
    let what = "claims, charts and tables";
    if review.is_draft() {
        let disagreed =
            review.items.iter().filter(|(_, s)| matches!(s, State::Disagreed(_))).count();
        let wrong = match disagreed {
            0 => String::new(),
            disagreed => format!(", {disagreed} found wrong"),
        };
        let checked = match agreed {
            0 => "not reviewed".to_string(),
            _ => format!("{agreed} of {all} {what} reviewed"),
        };
        return ["Draft".into(), format!("{checked}{wrong}")];
    }
    let offs: Vec<&SignOff> =
        review.items.iter().filter_map(|(_, state)| agreed_off(state)).collect();
    let mut names: Vec<&str> = offs.iter().map(|off| off.by.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let last = offs.iter().map(|off| off.on).max();
    let last = last.map_or(String::new(), |on| format!(", last on {}", day(document, on)));
    ["Reviewed".into(), format!("all {all} {what} checked by {}{last}", names.join(", "))]
}

fn agreed_off(state: &State) -> Option<&SignOff> {
    match state {
        State::Agreed(off) => Some(off),
        _ => None,
    }
}

fn day(document: &Document, on: crate::value::Date) -> String {
    let locale = Locale::named(&document.language);
    locale.map_or_else(|| on.to_string(), |locale| locale.date(PartialDate::Day(on)))
}

/// What the review found of one item.
pub(super) fn found(document: &Document, state: &State) -> String {
    match state {
        State::Agreed(off) => format!("{} agreed on {}", off.by, day(document, off.on)),
        State::Disagreed(off) => {
            let note = off.note.as_ref().map_or(String::new(), |note| format!(": {note}"));
            format!("{} disagreed on {}{note}", off.by, day(document, off.on))
        }
        State::Lapsed(off, _) => {
            format!(
                "not since it changed; {} checked it before, on {}",
                off.by,
                day(document, off.on)
            )
        }
        State::Unproven(off) => format!("by {}, without a signature by the reviewer’s key", off.by),
        State::New => "not yet".into(),
    }
}

/// In how many of its places a figure was reviewed; nothing where no place states it.
pub(super) fn of_figure(document: &Document, review: &Review, id: &str) -> Option<String> {
    let states = review.of_figure(id);
    let offs: Vec<&SignOff> = states.iter().filter_map(|state| agreed_off(state)).collect();
    let all = states.len();
    let mut by: Vec<String> =
        offs.iter().map(|off| format!("{} on {}", off.by, day(document, off.on))).collect();
    by.sort();
    by.dedup();
    let by = by.join("; ");
    Some(match (all, offs.len()) {
        (0, _) => return None,
        (_, 0) => "Reviewed: not yet.".to_string(),
        (all, agreed) if agreed == all => format!("Reviewed wherever it stands: {by}."),
        (all, agreed) => format!("Reviewed in {agreed} of {all} places: {by}."),
    })
}
