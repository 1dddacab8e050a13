//! Bodies: JSON objects of known fields, with every fault found and not just the first.

use std::borrow::Cow;

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use serde_json::{Map, Value};

use super::Described;
use super::context::{client_of, single};
#[cfg(feature = "openapi")]
use super::openapi::Shape;
use super::read::FromValue;
use crate::app::App;
use crate::error::{Error, Fault, Kind, Place, Problem};
use crate::json;

/// The most bytes of a body: 16 KiB.
pub const MAX_LENGTH: usize = 16 * 1024;

/// An extractor of a JSON body. It refuses faulty headers together with a faulty body.
#[derive(Debug, Clone)]
pub struct Body<T>(pub T);

/// What can be read from the fields of a JSON object.
pub trait FromFields: Sized {
    /// What the API reference calls it.
    const NAME: &str;

    /// Takes the fields; ends with [`Fields::finish`].
    ///
    /// # Errors
    /// [`Error::Invalid`] with every fault.
    fn from_fields(fields: Fields) -> Result<Self, Error>;
}

impl<T: FromFields> FromRequest<App> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &App) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        require_json(&parts.headers)?;
        let bytes =
            axum::body::to_bytes(body, MAX_LENGTH).await.map_err(|_| Error::BodyTooLarge)?;
        let mut faults = client_of(&parts).faults.clone();
        let problem = match json::parse(&bytes) {
            Ok(Value::Object(object)) => {
                return T::from_fields(Fields::new(object, faults)).map(Self);
            }
            Ok(_) => Problem::NotA(Kind::Object),
            Err(problem) => problem,
        };
        faults.push(Fault::new(Place::Body, problem));
        Err(Error::Invalid(faults))
    }
}

/// Only `application/json`, with any parameters, is accepted; its text is UTF-8 whatever they say
/// (RFC 8259 section 8.1).
fn require_json(headers: &HeaderMap) -> Result<(), Error> {
    let name = header::CONTENT_TYPE.as_str();
    let declared = single(headers, name).map_err(|_| Error::UnsupportedMediaType)?;
    let essence = declared.and_then(|value| value.split(';').next()).map(str::trim);
    if essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/json")) {
        Ok(())
    } else {
        Err(Error::UnsupportedMediaType)
    }
}

/// How a value is read: the value, or everything that is wrong with it.
type Read<T> = fn(&Value) -> Result<T, Vec<Problem>>;

/// The fields of a JSON object that have not been taken yet, and the faults found so far.
#[derive(Debug, Clone)]
pub struct Fields {
    /// Where the object is in the body, with a `/` at the end unless it is the body itself.
    path: Cow<'static, str>,
    object: Map<String, Value>,
    faults: Vec<Fault>,
    /// Where what is asked for is noted, when it is for the API reference that somebody asks.
    #[cfg(feature = "openapi")]
    shape: Option<Shape>,
}

impl Fields {
    fn new(object: Map<String, Value>, faults: Vec<Fault>) -> Self {
        Self {
            path: Cow::Borrowed(""),
            object,
            faults,
            #[cfg(feature = "openapi")]
            shape: None,
        }
    }

    /// No fields; what is asked of them is noted in `shape`.
    #[cfg(feature = "openapi")]
    pub(super) fn noting(shape: Shape) -> Self {
        Self { shape: Some(shape), ..Self::new(Map::new(), Vec::new()) }
    }

    /// Notes as a fault when a field is not there, or is `null`.
    pub fn require(&mut self, name: &'static str) {
        #[cfg(feature = "openapi")]
        self.note(|shape| shape.require(name));
        if self.object.get(name).is_none_or(Value::is_null) {
            self.object.shift_remove(name);
            self.fault(name, Problem::Missing);
        }
    }

    /// Takes a field that must be there.
    pub fn required<T: FromValue>(&mut self, name: &'static str) -> Option<T> {
        self.require(name);
        self.optional(name)
    }

    /// Takes a field that may be absent, but not `null`.
    pub fn optional<T: FromValue>(&mut self, name: &'static str) -> Option<T> {
        #[cfg(feature = "openapi")]
        self.note(|shape| shape.field::<T>(name));
        self.not_null(name, T::from_value)
    }

    /// Takes a field that may be absent (`None`) or `null` (`Some(None)`).
    pub fn nullable<T: FromValue>(&mut self, name: &'static str) -> Option<Option<T>> {
        #[cfg(feature = "openapi")]
        self.note(|shape| shape.nullable_field::<T>(name));
        match self.object.shift_remove(name)? {
            Value::Null => Some(None),
            value => self.read(name, &value, T::from_value).map(Some),
        }
    }

    fn not_null<T>(&mut self, name: &'static str, read: Read<T>) -> Option<T> {
        match self.object.shift_remove(name)? {
            Value::Null => {
                self.fault(name, Problem::Null);
                None
            }
            value => self.read(name, &value, read),
        }
    }

    fn read<T>(&mut self, name: &'static str, value: &Value, read: Read<T>) -> Option<T> {
        match read(value) {
            Ok(value) => Some(value),
            Err(problems) => {
                for problem in problems {
                    self.fault(name, problem);
                }
                None
            }
        }
    }

    /// Takes a field that holds an object of fields itself, and reads it with `read`.
    pub fn object<T>(&mut self, name: &'static str, read: fn(&mut Self) -> T) -> Option<T> {
        #[cfg(feature = "openapi")]
        self.note(|shape| shape.object(name, |inner| drop(read(&mut Self::noting(inner)))));
        let object = self.not_null(name, |value| match value {
            Value::Object(object) => Ok(object.clone()),
            _ => Err(vec![Problem::NotA(Kind::Object)]),
        })?;
        let path = Cow::Owned(format!("{}{name}/", self.path));
        let mut inner = Self { path, ..Self::new(object, Vec::new()) };
        let value = read(&mut inner);
        inner.refuse_rest();
        self.faults.append(&mut inner.faults);
        Some(value)
    }

    /// Refuses a field that only the server sets.
    pub fn read_only<T: Described>(&mut self, name: &'static str) {
        #[cfg(feature = "openapi")]
        self.note(|shape| shape.read_only_field::<T>(name));
        if self.object.shift_remove(name).is_some() {
            self.fault(name, Problem::ReadOnly);
        }
    }

    /// Whether the field is there and not taken yet.
    pub fn has(&self, name: &str) -> bool {
        self.object.contains_key(name)
    }

    /// The value read, if there is one and nothing was wrong.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every fault, those of fields that nobody took among them.
    pub fn finish<T>(mut self, value: Option<T>) -> Result<T, Error> {
        self.refuse_rest();
        match value {
            Some(value) if self.faults.is_empty() => Ok(value),
            _ => Err(Error::Invalid(self.faults)),
        }
    }

    #[cfg(feature = "openapi")]
    fn note(&self, note: impl FnOnce(&Shape)) {
        if let Some(shape) = &self.shape {
            note(shape);
        }
    }

    fn refuse_rest(&mut self) {
        for (name, _) in std::mem::take(&mut self.object) {
            let place = Place::Field(Cow::Owned(format!("{}{}", self.path, escaped(&name))));
            self.faults.push(Fault::new(place, Problem::Unknown));
        }
    }

    fn fault(&mut self, name: &'static str, problem: Problem) {
        let place = match &*self.path {
            "" => Place::field(name),
            path => Place::Field(Cow::Owned(format!("{path}{name}"))),
        };
        self.faults.push(Fault::new(place, problem));
    }
}

/// A field's name as a reference token of a JSON pointer (RFC 6901), cut to a bearable length.
fn escaped(name: &str) -> String {
    let name: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
    name.replace('~', "~0").replace('/', "~1")
}
