//! A YAML tree to typed fields, by serde, with the place of every mistake.
//!
//! Lenient by design: an unknown field, or an entry of a [`Section`] that cannot be read, is reported and the rest is
//! read on. A scalar stands for a list of one, and for a mapping with only `value`.

use std::cell::RefCell;
use std::fmt;

use serde::de::value::{StrDeserializer, U32Deserializer, U64Deserializer};
use serde::de::{self, DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::yaml::{Node, NodeKind};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::text::{Passage, Span};

/// Entries by id, in the order of the file.
#[derive(Clone, Debug)]
pub(crate) struct Section<T>(pub Vec<(Passage, T)>);

impl<T> Default for Section<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// Words of a list, or of a mapping with what each means.
#[derive(Clone, Debug, Default)]
pub(crate) struct Glossary(pub Vec<(Passage, Option<Passage>)>);

/// Reads a node; `None` where it cannot be read, which is then reported.
pub(crate) fn decode<'de, T: Deserialize<'de>>(
    node: &'de Node,
    diagnostics: &mut Diagnostics,
) -> Option<T> {
    let sink = RefCell::new(Diagnostics::default());
    let value = T::deserialize(Tree { node, sink: &sink })
        .map_err(|error| report(error, node.span, &sink))
        .ok();
    diagnostics.extend(sink.into_inner());
    value
}

/// What serde says went wrong.
#[derive(Debug)]
struct Failure {
    code: Code,
    message: String,
    span: Option<Span>,
    /// Said already.
    reported: bool,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl de::Error for Failure {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { code: Code::BadValue, message: message.to_string(), span: None, reported: false }
    }

    fn invalid_type(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let found = match found {
            de::Unexpected::Map => "a mapping".to_string(),
            de::Unexpected::Seq => "a list".to_string(),
            de::Unexpected::Unit => "nothing".to_string(),
            de::Unexpected::Str(text) => format!("`{text}`"),
            other => other.to_string(),
        };
        Self {
            code: Code::WrongType,
            ..Self::custom(format!("expected {expected}, found {found}"))
        }
    }

    fn missing_field(field: &'static str) -> Self {
        Self { code: Code::MissingField, ..Self::custom(format!("`{field}` is missing")) }
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let expected: Vec<String> = expected.iter().map(|e| format!("`{e}`")).collect();
        Self::custom(format!("`{variant}` is not one of {}", expected.join(", ")))
    }
}

fn report(failure: Failure, span: Span, sink: &RefCell<Diagnostics>) {
    if !failure.reported {
        let place = failure.span.unwrap_or(span);
        sink.borrow_mut().push(Diagnostic::error(failure.code, failure.message).at(place));
    }
}

fn said() -> Failure {
    Failure { code: Code::BadValue, message: String::new(), span: None, reported: true }
}

#[derive(Clone, Copy)]
struct Tree<'de, 's> {
    node: &'de Node,
    sink: &'s RefCell<Diagnostics>,
}

impl<'de> Tree<'de, '_> {
    fn mismatch(&self, expected: &dyn de::Expected) -> Failure {
        let found = match &self.node.kind {
            NodeKind::Empty => de::Unexpected::Unit,
            NodeKind::Scalar(passage) => de::Unexpected::Str(&passage.words),
            NodeKind::Sequence(_) => de::Unexpected::Seq,
            NodeKind::Mapping(_) => de::Unexpected::Map,
        };
        Failure { span: Some(self.node.span), ..de::Error::invalid_type(found, expected) }
    }

    fn scalar(&self, expected: &str) -> Result<&'de Passage, Failure> {
        match &self.node.kind {
            NodeKind::Scalar(passage) => Ok(passage),
            _ => Err(self.mismatch(&expected)),
        }
    }
}

impl<'de, 's> Deserializer<'de> for Tree<'de, 's> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match &self.node.kind {
            NodeKind::Empty => visitor.visit_unit(),
            NodeKind::Scalar(passage) => visitor.visit_borrowed_str(&passage.words),
            NodeKind::Sequence(_) => self.deserialize_seq(visitor),
            NodeKind::Mapping(_) => self.deserialize_map(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.scalar("`true` or `false`")?.words.as_str() {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            _ => Err(self.mismatch(&"`true` or `false`")),
        }
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.scalar("a whole number")?.words.parse() {
            Ok(number) => visitor.visit_u64(number),
            Err(_) => Err(self.mismatch(&"a whole number")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match self.node.kind {
            NodeKind::Empty => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        let items = match &self.node.kind {
            NodeKind::Sequence(items) => items.as_slice(),
            NodeKind::Empty => &[],
            NodeKind::Scalar(_) | NodeKind::Mapping(_) => std::slice::from_ref(self.node),
        };
        visitor.visit_seq(Items { items: items.iter(), sink: self.sink })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match &self.node.kind {
            NodeKind::Mapping(entries) => visitor.visit_map(Entries::new(entries, None, self.sink)),
            NodeKind::Empty => visitor.visit_map(Entries::new(&[], None, self.sink)),
            _ => Err(self.mismatch(&"a mapping (`key: value` lines)")),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        if name == "$passage" {
            return visitor.visit_map(Parts { passage: self.scalar("a text")?, field: 0 });
        }
        match &self.node.kind {
            NodeKind::Mapping(entries) => visitor
                .visit_map(Entries {
                    // of a format of others, only some fields are read
                    open: name == "$open",
                    ..Entries::new(entries, Some(fields), self.sink)
                })
                .map_err(|e| Failure { span: e.span.or(Some(self.node.span)), ..e }),
            NodeKind::Scalar(_) if fields.contains(&"value") => {
                visitor.visit_map(Short { node: Some(self.node), sink: self.sink })
            }
            _ => Err(self.mismatch(&"a mapping (`key: value` lines)")),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        let passage = self.scalar("a word")?;
        let name: StrDeserializer<'_, Failure> = passage.words.as_str().into_deserializer();
        visitor.visit_enum(name).map_err(|failure| {
            let mut diagnostic = Diagnostic::error(failure.code, failure.message).at(passage.span);
            diagnostic = diagnostic.did_you_mean(&passage.words, variants.iter().copied());
            self.sink.borrow_mut().push(diagnostic);
            said()
        })
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        match (name, &self.node.kind) {
            ("$glossary", NodeKind::Mapping(_)) => self.deserialize_map(visitor),
            ("$glossary", _) => self.deserialize_seq(visitor),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u128 f32 f64 char str string bytes byte_buf unit unit_struct tuple tuple_struct
        identifier ignored_any
    }
}

struct Items<'de, 's> {
    items: std::slice::Iter<'de, Node>,
    sink: &'s RefCell<Diagnostics>,
}

impl<'de> SeqAccess<'de> for Items<'de, '_> {
    type Error = Failure;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Failure> {
        let Some(node) = self.items.next() else { return Ok(None) };
        let value = seed.deserialize(Tree { node, sink: self.sink });
        value.map(Some).map_err(|e| Failure { span: e.span.or(Some(node.span)), ..e })
    }
}

/// The entries of a mapping: those of a struct's `fields`, or all of a section.
struct Entries<'de, 's> {
    entries: std::slice::Iter<'de, (Passage, Node)>,
    fields: Option<&'static [&'static str]>,
    /// Whether other fields are passed over without a word.
    open: bool,
    current: Option<&'de (Passage, Node)>,
    sink: &'s RefCell<Diagnostics>,
}

impl<'de, 's> Entries<'de, 's> {
    fn new(
        entries: &'de [(Passage, Node)],
        fields: Option<&'static [&'static str]>,
        sink: &'s RefCell<Diagnostics>,
    ) -> Self {
        Self { entries: entries.iter(), fields, open: false, current: None, sink }
    }
}

impl<'de> MapAccess<'de> for Entries<'de, '_> {
    type Error = Failure;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Failure> {
        for entry in self.entries.by_ref() {
            let word = &entry.0.words;
            if let Some(fields) = self.fields
                && !fields.contains(&word.as_str())
            {
                if self.open {
                    continue;
                }
                let message = format!("there is no field `{word}` here");
                let mut diagnostic =
                    Diagnostic::error(Code::UnknownField, message).at(entry.0.span);
                diagnostic = diagnostic.did_you_mean(word, fields.iter().copied());
                self.sink
                    .borrow_mut()
                    .push(diagnostic.hint(format!("fields: {}", fields.join(", "))));
                continue;
            }
            self.current = Some(entry);
            return match self.fields {
                Some(_) => {
                    let name: StrDeserializer<'_, Failure> = word.as_str().into_deserializer();
                    seed.deserialize(name).map(Some)
                }
                None => seed.deserialize(Key(&entry.0)).map(Some),
            };
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Failure> {
        let Some((_, node)) = self.current.take() else { return Err(said()) };
        seed.deserialize(Tree { node, sink: self.sink }).map_err(|failure| {
            report(failure, node.span, self.sink);
            said()
        })
    }
}

/// A key of a section, which is a passage.
struct Key<'de>(&'de Passage);

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_map(Parts { passage: self.0, field: 0 })
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// A scalar where a mapping could stand: the mapping's `value`.
struct Short<'de, 's> {
    node: Option<&'de Node>,
    sink: &'s RefCell<Diagnostics>,
}

impl<'de> MapAccess<'de> for Short<'de, '_> {
    type Error = Failure;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Failure> {
        let name: StrDeserializer<'_, Failure> = "value".into_deserializer();
        self.node.map(|_| seed.deserialize(name)).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Failure> {
        let Some(node) = self.node.take() else { return Err(said()) };
        seed.deserialize(Tree { node, sink: self.sink })
    }
}

/// A passage as serde sees it: its words, its span, its offsets.
struct Parts<'de> {
    passage: &'de Passage,
    field: usize,
}

impl<'de> MapAccess<'de> for Parts<'de> {
    type Error = Failure;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Failure> {
        let Some(name) = ["words", "span", "offsets"].get(self.field) else { return Ok(None) };
        self.field += 1;
        let name: StrDeserializer<'_, Failure> = (*name).into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Failure> {
        let span = self.passage.span;
        match self.field {
            1 => seed.deserialize(de::value::BorrowedStrDeserializer::new(&self.passage.words)),
            2 => seed.deserialize(SpanParts { span, field: 0 }),
            _ => seed.deserialize(de::value::SeqDeserializer::new(
                self.passage.offsets().iter().copied(),
            )),
        }
    }
}

struct SpanParts {
    span: Span,
    field: usize,
}

impl<'de> Deserializer<'de> for SpanParts {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_seq(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> SeqAccess<'de> for SpanParts {
    type Error = Failure;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Failure> {
        self.field += 1;
        let number: U64Deserializer<Failure> = match self.field {
            1 => {
                let id: U32Deserializer<Failure> = self.span.text.index().into_deserializer();
                return seed.deserialize(Newtype(id)).map(Some);
            }
            2 => (self.span.start as u64).into_deserializer(),
            3 => (self.span.end as u64).into_deserializer(),
            _ => return Ok(None),
        };
        seed.deserialize(number).map(Some)
    }
}

/// A number where a newtype struct around a number is read.
struct Newtype(U32Deserializer<Failure>);

impl<'de> Deserializer<'de> for Newtype {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_newtype_struct(self.0)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> Deserialize<'de> for Glossary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Glossary;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of words, or words with their meanings")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(key) = map.next_key::<Passage>()? {
                    if let Ok(value) = map.next_value::<Passage>() {
                        entries.push((key, Some(value)));
                    }
                }
                Ok(Glossary(entries))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(word) = seq.next_element::<Passage>()? {
                    entries.push((word, None));
                }
                Ok(Glossary(entries))
            }
        }
        // a mapping where there is one; a word alone is a list of one
        deserializer.deserialize_newtype_struct("$glossary", Visit)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Section<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Visit<T> {
            type Value = Section<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("ids with their entries")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut section = Section::default();
                while let Some(key) = map.next_key::<Passage>()? {
                    if let Ok(value) = map.next_value::<T>() {
                        section.0.push((key, value));
                    }
                }
                Ok(section)
            }
        }
        deserializer.deserialize_map(Visit(std::marker::PhantomData))
    }
}
