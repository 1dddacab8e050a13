//! Bodies: JSON objects of known fields. A reader finds every violation, not just the first.

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, Method, header};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::context::{client_context, single};
use super::openapi::recorder::Recorder;
use super::read::FromValue;
use crate::app::App;
use crate::domain::username::ReservedWords;
use crate::error::{Error, JsonType, Location, Violation, ViolationKind};
use crate::json;

/// The most bytes of a body: 16 KiB.
pub const MAX_LENGTH: usize = 16 * 1024;

/// UTF-8's byte order mark, which some editors put before a text (RFC 8259 section 8.1).
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
/// The media types of a PATCH.
pub(super) const PATCH_TYPES: &str = "application/json, application/merge-patch+json";
/// The media type of a body.
const JSON: &str = "application/json";
/// The media type of a partial update as well (RFC 7396): what a PATCH here takes is such a document.
const MERGE_PATCH: &str = "application/merge-patch+json";

/// An extractor of a JSON body. It reports the violations of headers and body together.
#[derive(Debug, Clone)]
pub struct Body<T>(pub T);

/// A type that is read from the fields of a JSON object.
pub trait FromFields: Sized {
    /// The name of its schema in the API reference.
    const NAME: &str;

    /// Takes the fields, and ends with [`Fields::finish`].
    ///
    /// # Errors
    /// [`Error::Invalid`] with every violation.
    fn from_fields(fields: Fields) -> Result<Self, Error>;
}

impl<T: FromFields> FromRequest<App> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        require_json(&parts.headers, &parts.method)?;
        require_no_encoding(&parts.headers)?;
        let bytes =
            axum::body::to_bytes(body, MAX_LENGTH).await.map_err(|_| Error::BodyTooLarge)?;
        let mut violations = client_context(&parts).violations.clone();
        let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&bytes);
        let kind = match json::parse(text) {
            Ok(Value::Object(object)) => {
                let reserved = Arc::clone(&app.reserved);
                return T::from_fields(Fields::new(object, violations, reserved)).map(Self);
            }
            Ok(_) => ViolationKind::NotA(JsonType::Object),
            Err(error) => error.into(),
        };
        violations.push(Violation::new(Location::Body, kind));
        Err(Error::Invalid(violations))
    }
}

/// Accepts only `application/json`, and `application/merge-patch+json` for a PATCH, with any parameters:
/// the text is UTF-8 whatever they say (RFC 8259 section 8.1).
fn require_json(headers: &HeaderMap, method: &Method) -> Result<(), Error> {
    let name = header::CONTENT_TYPE.as_str();
    let declared = single(headers, name).map_err(|_| Error::UnsupportedMediaType)?;
    let essence = declared.and_then(|value| value.split(';').next()).map(str::trim);
    let is = |media_type: &str| essence.is_some_and(|e| e.eq_ignore_ascii_case(media_type));
    if is(JSON) || method == Method::PATCH && is(MERGE_PATCH) {
        Ok(())
    } else {
        Err(Error::UnsupportedMediaType)
    }
}

/// Accepts only a body as it is: no compression.
fn require_no_encoding(headers: &HeaderMap) -> Result<(), Error> {
    let mut encodings = headers.get_all(header::CONTENT_ENCODING).iter();
    if encodings.all(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        Ok(())
    } else {
        Err(Error::UnsupportedContentEncoding)
    }
}

/// How a value is read: as a `T`, or with every rule that it breaks.
type Read<T> = fn(&Value, &ReservedWords) -> Result<T, Vec<ViolationKind>>;

/// The fields of a JSON object that nobody has taken yet, and the violations found so far.
#[derive(Debug, Clone)]
pub struct Fields {
    /// The path of the object in the body: empty for the body itself, else with a `/` at the end.
    path: Cow<'static, str>,
    object: Map<String, Value>,
    violations: Vec<Violation>,
    /// The words that nobody may have as a handle.
    reserved: Arc<ReservedWords>,
    recorder: Recorder,
}

impl Fields {
    fn new(
        object: Map<String, Value>,
        violations: Vec<Violation>,
        reserved: Arc<ReservedWords>,
    ) -> Self {
        let recorder = Recorder::default();
        Self { path: Cow::Borrowed(""), object, violations, reserved, recorder }
    }

    /// No fields; the recorder notes which ones a reader asks for.
    pub(super) fn recorded_by(recorder: Recorder) -> Self {
        Self { recorder, ..Self::new(Map::new(), Vec::new(), Arc::default()) }
    }

    /// Reports a field that is absent or `null`.
    pub fn require(&mut self, name: &'static str) {
        self.recorder.require(name);
        if self.object.get(name).is_none_or(Value::is_null) {
            self.object.shift_remove(name);
            self.report(name, ViolationKind::Missing);
        }
    }

    /// Takes a required field.
    pub fn required<T: FromValue>(&mut self, name: &'static str) -> Option<T> {
        self.require(name);
        self.optional(name)
    }

    /// Takes a field that may be absent, but not `null`.
    pub fn optional<T: FromValue>(&mut self, name: &'static str) -> Option<T> {
        self.recorder.field::<T>(name);
        self.not_null(name, T::from_value)
    }

    /// Takes a field that may be absent (`None`) or `null` (`Some(None)`).
    pub fn nullable<T: FromValue>(&mut self, name: &'static str) -> Option<Option<T>> {
        self.recorder.nullable_field::<T>(name);
        match self.object.shift_remove(name)? {
            Value::Null => Some(None),
            value => self.read(name, &value, T::from_value).map(Some),
        }
    }

    fn not_null<T>(&mut self, name: &'static str, read: Read<T>) -> Option<T> {
        match self.object.shift_remove(name)? {
            Value::Null => {
                self.report(name, ViolationKind::Null);
                None
            }
            value => self.read(name, &value, read),
        }
    }

    fn read<T>(&mut self, name: &'static str, value: &Value, read: Read<T>) -> Option<T> {
        match read(value, &self.reserved) {
            Ok(value) => Some(value),
            Err(kinds) => {
                for kind in kinds {
                    self.report(name, kind);
                }
                None
            }
        }
    }

    /// Takes a field that is an object of fields itself, and reads it with `read`.
    pub fn object<T>(&mut self, name: &'static str, read: fn(&mut Self) -> T) -> Option<T> {
        self.recorder.object(name, |inner| drop(read(&mut Self::recorded_by(inner))));
        let object = self.not_null(name, |value, _| match value {
            Value::Object(object) => Ok(object.clone()),
            _ => Err(vec![ViolationKind::NotA(JsonType::Object)]),
        })?;
        let path = Cow::Owned(format!("{}{name}/", self.path));
        let reserved = Arc::clone(&self.reserved);
        let mut inner = Self { path, ..Self::new(object, Vec::new(), reserved) };
        let value = read(&mut inner);
        inner.refuse_rest();
        self.violations.append(&mut inner.violations);
        Some(value)
    }

    /// Refuses a field that only the server sets.
    pub fn read_only<T: ToSchema>(&mut self, name: &'static str) {
        self.recorder.read_only_field::<T>(name);
        self.only_in_answers(name);
    }

    /// Refuses a field that answers have and this body has not, in case somebody sends an answer back.
    pub fn only_in_answers(&mut self, name: &'static str) {
        if self.object.shift_remove(name).is_some() {
            self.report(name, ViolationKind::ReadOnly);
        }
    }

    /// Whether the field is present and nobody has taken it yet.
    pub fn has(&self, name: &str) -> bool {
        self.object.contains_key(name)
    }

    /// Every violation; a field that nobody took is one.
    pub fn into_violations(mut self) -> Vec<Violation> {
        self.refuse_rest();
        self.violations
    }

    /// The value, if there is one and the object breaks no rule.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every violation; a field that nobody took is one.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, Error> {
        let violations = self.into_violations();
        match value {
            Some(value) if violations.is_empty() => Ok(value),
            _ => Err(Error::Invalid(violations)),
        }
    }

    fn refuse_rest(&mut self) {
        for (name, _) in std::mem::take(&mut self.object) {
            let location = Location::Field(Cow::Owned(format!("{}{}", self.path, escaped(&name))));
            self.violations.push(Violation::new(location, ViolationKind::Unknown));
        }
    }

    fn report(&mut self, name: &'static str, kind: ViolationKind) {
        let location = match &*self.path {
            "" => Location::field(name),
            path => Location::Field(Cow::Owned(format!("{path}{name}"))),
        };
        self.violations.push(Violation::new(location, kind));
    }
}

/// A field's name as a reference token of a JSON pointer (RFC 6901), cut to 64 characters.
fn escaped(name: &str) -> String {
    let name: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
    name.replace('~', "~0").replace('/', "~1")
}
