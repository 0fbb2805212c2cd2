//! Spotify's `OpenAPI` description as JSON Schema, and stricter than it is written.
//!
//! The description says of next to nothing that it must be there, and of nothing that there is no
//! more. Here every field of an object has to be there and no other may be, but for those that
//! [`Exceptions`] name one by one; so a field that is missing or misspelt is found.

use std::collections::BTreeSet;

use jsonschema::Validator;
use serde_json::{Map, Value, json};

/// A field: the schema that describes it, and its name.
pub(crate) type Field = (&'static str, &'static str);

/// In what answers differ from the description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Exceptions {
    /// Fields that are not there at all.
    pub(crate) removed: &'static [Field],
    /// Fields that may be left out.
    pub(crate) optional: &'static [Field],
    /// Fields that may be `null` though the description does not say so.
    pub(crate) nullable: &'static [&'static [Field]],
    /// Arrays in which entries may be `null`.
    pub(crate) gaps: &'static [Field],
    /// Fields that the description does not have.
    pub(crate) further: &'static [Field],
}

/// The description, read.
pub(crate) struct Description {
    document: Value,
}

/// An object's fields, gathered from all that it is made of.
#[derive(Default)]
struct Gathered {
    properties: Map<String, Value>,
    required: BTreeSet<String>,
    /// The schemas that it is made of.
    names: Vec<String>,
}

impl Description {
    pub(crate) fn read(text: &str) -> Self {
        let document = serde_saphyr::from_str(text).expect("a YAML document");
        Self { document }
    }

    /// What the answer of this status has to be; `None` where the description says that it has no
    /// body.
    ///
    /// # Panics
    /// When the description does not know the call or the status.
    pub(crate) fn validator(
        &self,
        method: &str,
        template: &str,
        status: u16,
        exceptions: Exceptions,
    ) -> Option<Validator> {
        let operation = &self.document["paths"][template][method];
        assert!(
            operation.is_object(),
            "{method} {template} is not described"
        );
        let (response, name) = self.resolved(&operation["responses"][status.to_string()]);
        assert!(response.is_object(), "{method} {template} has no {status}");
        let schema = response
            .get("content")?
            .get("application/json")?
            .get("schema")?;
        let writer = Writer {
            description: self,
            exceptions,
        };
        let mut root = writer.schema(schema, name.unwrap_or_default());
        let schemas = self.document["components"]["schemas"].as_object();
        let definitions = schemas.expect("schemas").iter().map(|(name, schema)| {
            let written = writer.schema(schema, name);
            (name.clone(), written)
        });
        root["$defs"] = Value::Object(definitions.collect());
        root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
        let options = jsonschema::options().should_validate_formats(true);
        Some(options.build(&root).expect("a good schema"))
    }

    /// What a value stands for, and the last part of the reference that named it.
    fn resolved<'a>(&'a self, value: &'a Value) -> (&'a Value, Option<&'a str>) {
        let Some(reference) = value.get("$ref").and_then(Value::as_str) else {
            return (value, None);
        };
        let pointer = reference.strip_prefix('#').expect("a reference within");
        let target = self
            .document
            .pointer(pointer)
            .expect("a reference that leads on");
        (target, reference.rsplit('/').next())
    }
}

/// Writes JSON Schema.
struct Writer<'a> {
    description: &'a Description,
    exceptions: Exceptions,
}

impl Writer<'_> {
    /// One schema; `name` is that of the named schema around it.
    fn schema(&self, schema: &Value, name: &str) -> Value {
        let written = self.not_null(schema, name);
        if schema["nullable"] == true {
            or_null(&written)
        } else {
            written
        }
    }

    fn not_null(&self, schema: &Value, name: &str) -> Value {
        if let (_, Some(target)) = self.description.resolved(schema) {
            return json!({ "$ref": format!("#/$defs/{target}") });
        }
        if let Some(choices) = schema.get("oneOf").and_then(Value::as_array) {
            let choices = choices.iter().map(|choice| self.schema(choice, name));
            return json!({ "oneOf": choices.collect::<Vec<_>>() });
        }
        // A single schema with a text about it.
        if let Some([only]) = schema
            .get("allOf")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            && schema.get("properties").is_none()
        {
            return self.schema(only, name);
        }
        let mut gathered = Gathered::default();
        self.gather(schema, name, &mut gathered);
        if !gathered.properties.is_empty() {
            return self.object(gathered);
        }
        if schema["type"] == "array" {
            return json!({ "type": "array", "items": self.schema(&schema["items"], name) });
        }
        let kept = ["type", "enum", "format", "minimum", "maximum"];
        let kept = kept.iter().filter_map(|key| {
            let value = schema.get(*key)?.clone();
            Some(((*key).to_owned(), value))
        });
        Value::Object(kept.collect())
    }

    /// Takes the fields of a schema, and of all that it is made of.
    fn gather(&self, schema: &Value, name: &str, gathered: &mut Gathered) {
        let (schema, target) = self.description.resolved(schema);
        let name = target.unwrap_or(name);
        if !gathered.names.iter().any(|known| known == name) {
            gathered.names.push(name.to_owned());
        }
        for part in schema
            .get("allOf")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            self.gather(part, name, gathered);
        }
        let required = schema.get("required").and_then(Value::as_array);
        let required = required.into_iter().flatten().filter_map(Value::as_str);
        gathered.required.extend(required.map(str::to_owned));
        let properties = schema.get("properties").and_then(Value::as_object);
        for (field, property) in properties.into_iter().flatten() {
            let is = |fields: &[Field]| fields.contains_of(name, field);
            gathered.required.insert(field.clone());
            if is(self.exceptions.removed) {
                gathered.required.remove(field);
                continue;
            }
            if is(self.exceptions.optional) {
                gathered.required.remove(field);
            }
            let mut written = self.schema(property, name);
            if is(self.exceptions.gaps) {
                written["items"] = or_null(&written["items"]);
            }
            if self.exceptions.nullable.iter().any(|fields| is(fields)) {
                written = or_null(&written);
            }
            gathered.properties.insert(field.clone(), written);
        }
    }

    fn object(&self, mut gathered: Gathered) -> Value {
        for (name, field) in self.exceptions.further {
            if gathered.names.iter().any(|known| known == name) {
                gathered.properties.insert((*field).to_owned(), json!({}));
            }
        }
        let removed = self.exceptions.removed.iter();
        for (name, field) in removed {
            // A schema may ask for a field that another of its parts describes.
            if gathered.names.iter().any(|known| known == name) {
                gathered.required.remove(*field);
            }
        }
        json!({
            "type": "object",
            "properties": gathered.properties,
            "required": gathered.required,
            "additionalProperties": false,
        })
    }
}

trait Fields {
    fn contains_of(&self, schema: &str, field: &str) -> bool;
}

impl Fields for [Field] {
    fn contains_of(&self, schema: &str, field: &str) -> bool {
        self.iter()
            .any(|(of, name)| *of == schema && *name == field)
    }
}

fn or_null(schema: &Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}
