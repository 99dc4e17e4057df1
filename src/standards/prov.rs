//! `prov.json`: which figure was made from what, by which recipe (W3C PROV in PROV-JSON, <https://www.w3.org/submissions/prov-json/>).

use serde_json::{Map, Value, json};

use super::{Inputs, Made, VERSION, base, file, object};

/// The whole lineage of the briefing: files, recipes, figures, page.
pub fn prov(inputs: &Inputs<'_>) -> Vec<u8> {
    let mut graph =
        Graph { inputs, entities: Map::new(), activities: Map::new(), relations: Vec::new() };
    for (path, own) in inputs.files() {
        let name = name("file", path);
        let label = path.rsplit('/').next().unwrap_or(path);
        let kind = json!({ "$": "schema:Dataset", "type": "prov:QUALIFIED_NAME" });
        let entity = json!({ "prov:type": kind, "prov:label": label, "tieout:sha256": own.sha256 });
        graph.entities.insert(name.clone(), entity);
        for id in inputs.cited().into_keys() {
            if inputs.files_of(id).iter().any(|file| file.path == path) {
                let ends = [("generatedEntity", &name), ("usedEntity", &source(id))];
                graph.relate("wasDerivedFrom", ends);
            }
        }
    }
    for own in inputs.cited().into_values() {
        let entity = object([
            ("prov:label", json!(super::title(own))),
            ("schema:publisher", json!(own.publisher)),
            ("schema:url", json!(own.url)),
            ("schema:datePublished", json!(own.published.map(|date| date.to_string()))),
        ]);
        graph.entities.insert(source(&own.id), entity.into());
    }
    let made = inputs.made();
    made.iter().for_each(|own| graph.made(own));
    let page = name("page", "index.html");
    graph.entities.insert(page.clone(), json!({ "prov:label": inputs.document.title.plain }));
    let render = graph.activity("render");
    graph.relate("wasGeneratedBy", [("entity", &page), ("activity", &render)]);
    for own in &made {
        graph.relate("used", [("activity", &render), ("entity", &name("fig", own.id()))]);
    }
    graph.relate("wasAssociatedWith", [("activity", &render), ("agent", &tool())]);
    file(&graph.finish())
}

/// The name of something, of letters, digits, hyphens, dots and lines.
fn name(kind: &str, id: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || "-._".contains(c) { c } else { '-' };
    format!("ex:{kind}-{}", id.chars().map(plain).collect::<String>())
}

fn source(id: &str) -> String {
    name("source", id)
}

fn tool() -> String {
    name("tieout", VERSION)
}

struct Graph<'a> {
    inputs: &'a Inputs<'a>,
    entities: Map<String, Value>,
    activities: Map<String, Value>,
    relations: Vec<(&'static str, Value)>,
}

impl Graph<'_> {
    fn activity(&mut self, id: &str) -> String {
        let (name, moment) = (format!("ex:{id}"), self.inputs.moment());
        let times = json!({ "prov:startTime": moment, "prov:endTime": moment });
        self.activities.insert(name.clone(), times);
        name
    }

    fn relate<const N: usize>(&mut self, kind: &'static str, ends: [(&str, &String); N]) {
        let ends = ends.into_iter().map(|(end, name)| (format!("prov:{end}"), json!(name)));
        self.relations.push((kind, Value::Object(ends.collect())));
    }

    /// A figure or series with the activity that made it.
    fn made(&mut self, own: &Made<'_>) {
        let figure = name("fig", own.id());
        let value = own.value();
        let digits = value.strip_prefix('-').unwrap_or(&value);
        let decimal = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let kind = if decimal { "xsd:decimal" } else { "xsd:string" };
        let shown = match own {
            Made::Figure(figure) => json!(self.inputs.shower.figure(figure).to_string()),
            Made::Series(_) => Value::Null,
        };
        let counts = match own {
            Made::Figure(figure) => figure.counts.as_ref().and_then(|counts| counts.rows),
            Made::Series(_) => None,
        };
        let integer = |n: u64| json!({ "$": n.to_string(), "type": "xsd:integer" });
        let entity = object([
            ("prov:label", json!(own.label())),
            ("prov:value", json!({ "$": value, "type": kind })),
            ("tieout:shown", shown),
            ("tieout:unit", json!(own.unit())),
            ("tieout:rowsUsed", counts.map_or(Value::Null, |counts| integer(counts.used))),
            ("tieout:rowsTotal", counts.map_or(Value::Null, |counts| integer(counts.total))),
        ]);
        self.entities.insert(figure.clone(), entity.into());
        let activity = self.activity(&format!("make-{}", own.id()));
        self.relate("wasGeneratedBy", [("entity", &figure), ("activity", &activity)]);
        let mut from: Vec<String> =
            own.uses().into_iter().map(|id| name("fig", base(id))).collect();
        from.extend(self.inputs.file(own.id()).map(|file| name("file", &file.path)));
        if from.is_empty() {
            from.extend(own.sources().into_iter().map(source));
        }
        from.dedup();
        for used in from {
            self.relate("used", [("activity", &activity), ("entity", &used)]);
            let ends =
                [("generatedEntity", &figure), ("usedEntity", &used), ("activity", &activity)];
            self.relate("wasDerivedFrom", ends);
        }
        let Some(recipe) = own.recipe() else {
            self.relate("wasAssociatedWith", [("activity", &activity), ("agent", &tool())]);
            return;
        };
        let plan = name("recipe", own.id());
        let kind = json!({ "$": "prov:Plan", "type": "prov:QUALIFIED_NAME" });
        self.entities.insert(plan.clone(), json!({ "prov:type": kind, "prov:value": recipe }));
        self.relate(
            "wasAssociatedWith",
            [("activity", &activity), ("agent", &tool()), ("plan", &plan)],
        );
    }

    fn finish(mut self) -> Value {
        let kind =
            |kind: &str| json!({ "$": format!("prov:{kind}"), "type": "prov:QUALIFIED_NAME" });
        let mut agents = Map::new();
        agents.insert(tool(), json!({ "prov:type": kind("SoftwareAgent"), "prov:label": format!("tieout {VERSION}") }));
        for author in &self.inputs.spec.authors {
            let organisation = name("organisation", author);
            agents.insert(
                organisation.clone(),
                json!({ "prov:type": kind("Organization"), "prov:label": author }),
            );
            self.relate("actedOnBehalfOf", [("delegate", &tool()), ("responsible", &organisation)]);
        }
        let mut relations: Map<String, Value> = Map::new();
        for (place, (kind, ends)) in self.relations.into_iter().enumerate() {
            let all = relations.entry(kind).or_insert_with(|| json!({}));
            if let Value::Object(all) = all {
                all.insert(format!("_:r{place}"), ends);
            }
        }
        let namespace = format!("urn:tieout:{}:{}#", self.inputs.spec.name, self.inputs.spec.date);
        let mut document = object([
            (
                "prefix",
                json!({ "ex": namespace, "tieout": "urn:tieout:terms#", "schema": "http://schema.org/" }),
            ),
            ("entity", self.entities.into()),
            ("activity", self.activities.into()),
            ("agent", agents.into()),
        ]);
        document.extend(relations);
        document.into()
    }
}
