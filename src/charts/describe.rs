//! A chart in words, made from its data: for those who cannot see it, and for those who want to check what they see.

use super::data::{Data, Mark, Strand};
use crate::exact::Exact;
use crate::figures::{Shower, Shown};
use crate::text::capital;

/// Values up to which all are told, and no trend.
const FEW: usize = 3;

/// A subtitle from what the recipe says: the measure, the place, the keys and their span.
pub fn subtitle(data: &Data, place: Option<&str>) -> String {
    let mut parts = vec![data.measure.clone()];
    parts.extend(place.map(str::to_string));
    parts.push(format!("by {}", data.key));
    if let (Some(_), Some(first), Some(last)) = (&data.along, data.keys.first(), data.keys.last())
        && first != last
    {
        parts.push(format!("{first} to {last}"));
    }
    capital(&parts.join(", "))
}

/// A sentence on what there is, then one or more on each strand.
pub fn description(data: &Data, shower: &Shower<'_>) -> Vec<String> {
    let count = |count: usize| shower.count(count as u64);
    let (first, last) = (data.keys.first(), data.keys.last());
    let span = match (first, last) {
        (Some(first), Some(last)) if first != last => format!(", from {first} to {last}"),
        (Some(first), _) => format!(", {first}"),
        _ => String::new(),
    };
    let mut sentences = vec![match data.edges.len() {
        0 => format!("{} by {}: {} in all{span}.", data.measure, data.key, count(data.keys.len())),
        _ => {
            format!("{} in {} ranges of {}{span}.", data.measure, count(data.keys.len()), data.key)
        }
    }];
    let several = data.strands.len() > 1;
    for strand in &data.strands {
        let told = strand_in_words(data, strand, shower);
        sentences.push(if several { format!("{}: {told}", strand.name) } else { told });
    }
    if let Some((_, words)) = data.reference.as_ref().filter(|(_, words)| !words.is_empty()) {
        sentences.push(format!("Reference line: {words}."));
    }
    for (key, words) in data.annotations.iter().filter(|(_, words)| !words.is_empty()) {
        sentences.push(format!("Note at {}: {words}.", data.keys[*key]));
    }
    sentences
}

fn strand_in_words(data: &Data, strand: &Strand, shower: &Shower<'_>) -> String {
    let known: Vec<(usize, &Exact, &Mark)> = strand.known().collect();
    let (Some(first), Some(last)) = (known.first(), known.last()) else {
        return "no known value.".into();
    };
    let at = |(key, _, mark): &(usize, &Exact, &Mark)| {
        let shown = mark.shown.as_ref().map_or("", Shown::as_str);
        format!("{shown} ({})", data.keys[*key])
    };
    if known.len() == 1 {
        return format!("one known value, {}.", at(first));
    }
    // of equal values the earliest
    let highest = known.iter().max_by(|a, b| (a.1, b.0).cmp(&(b.1, a.0))).unwrap_or(first);
    let lowest = known.iter().min_by_key(|(key, value, _)| (*value, *key)).unwrap_or(first);
    let mut text = String::new();
    if known.iter().any(|(_, _, mark)| mark.ends.is_some()) {
        // what hidden cells leave open has no order that can be told
        let values: Vec<String> = known.iter().map(at).collect();
        text.push_str(&format!("{}.", values.join(", ")));
    } else if data.along.is_some() && known.len() <= FEW {
        let values: Vec<String> = known.iter().map(at).collect();
        text.push_str(&format!("{}.", values.join(", ")));
    } else {
        if data.along.is_some() {
            text.push_str(&format!("{} at the beginning, {} at the end. ", at(first), at(last)));
            text.push_str(&trend(&known, shower));
        }
        text.push_str(&format!("Highest: {}. Lowest: {}.", at(highest), at(lowest)));
    }
    let gaps = strand.marks.len() - known.len();
    if gaps > 0 {
        text.push_str(&format!(" Without a value: {}.", shower.count(gaps as u64)));
    }
    text
}

/// How the values go from one to the next, and where they end up.
fn trend(known: &[(usize, &Exact, &Mark)], shower: &Shower<'_>) -> String {
    let steps = known.windows(2).map(|pair| pair[1].1.cmp(pair[0].1));
    let (mut up, mut down) = (0u64, 0u64);
    for step in steps {
        up += u64::from(step.is_gt());
        down += u64::from(step.is_lt());
    }
    let all = shower.count(known.len() as u64 - 1);
    let ends = known[known.len() - 1].1.cmp(known[0].1);
    let overall = match (ends, up, down) {
        (_, 0, 0) => return "The same throughout. ".into(),
        (_, _, 0) => "Never falls",
        (_, 0, _) => "Never rises",
        (std::cmp::Ordering::Greater, ..) => "Higher at the end",
        (std::cmp::Ordering::Less, ..) => "Lower at the end",
        _ => "Ends where it began",
    };
    format!(
        "{overall}; up in {} and down in {} of {all} steps. ",
        shower.count(up),
        shower.count(down)
    )
}
