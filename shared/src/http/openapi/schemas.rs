//! The schemas of the domain's types, with the domain's own bounds.

use std::borrow::Cow;

use serde_json::json;
use utoipa::openapi::schema::{
    AnyOfBuilder, ArrayBuilder, KnownFormat, Object, ObjectBuilder, SchemaFormat, Type,
};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::failures;
use crate::domain::account::{AccountText, HttpsUrl, Label, PhoneNumber};
use crate::domain::locale::{self, Locale};
use crate::domain::password::{self, Password};
use crate::domain::role::{Role, Roles};
use crate::domain::status::Status;
use crate::domain::text::PersonName;
use crate::domain::time_zone::TimeZone;
use crate::domain::user_id::{self, UserId};
use crate::domain::username::{self, Username};
use crate::http::read::{AnyRoles, Handle};
use crate::http::reply::{ErrorCode, Instant};

/// A letter with any letters and digits around it, then groups of letters and digits after single
/// separators; groups of digits alone may come first.
const HANDLE: &str = "^(?:[0-9]+[._])*[0-9]*[A-Za-z][A-Za-z0-9]*(?:[._][A-Za-z0-9]+)*$";
const USER_ID: &str = "^[A-Za-z0-9_.:|@-]+$";
/// Anything with a character that is no white space, and no control or bidirectional control
/// between the first and the last of these.
const LINE: &str = "^[\\s\\u0085]*[^\\sCC](?:[^CC]*[^\\sCC])?[\\s\\u0085]*$";
const CONTROLS: &str =
    "\\u0000-\\u001F\\u007F-\\u009F\\u061C\\u200E\\u200F\\u2028-\\u202E\\u2066-\\u2069";
/// A language, a script, a region, variants, extensions, private use (BCP 47).
const LOCALE: &str = "^(?:[A-Za-z]{2,3}|[A-Za-z]{5,8})(?:[_-][A-Za-z]{4})?(?:[_-](?:[A-Za-z]{2}|[0-9]{3}))?\
    (?:[_-](?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(?:[_-][0-9A-WYZa-wyz](?:[_-][A-Za-z0-9]{2,8})+)*\
    (?:[_-][Xx](?:[_-][A-Za-z0-9]{1,8})+)?$";
const INSTANT: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$";

/// Gives types a name and a schema.
macro_rules! schema {
    ($($type:ty = $name:literal $(with $other:ty)?: $schema:expr;)+) => {$(
        impl PartialSchema for $type {
            fn schema() -> RefOr<Schema> {
                RefOr::T($schema.into())
            }
        }

        impl ToSchema for $type {
            fn name() -> Cow<'static, str> {
                $name.into()
            }

            $(fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
                schemas.push((<$other>::name().into_owned(), <$other>::schema()));
            })?
        }
    )+};
}

schema! {
    Handle = "Handle": text(username::MIN_LENGTH, username::MAX_LENGTH, HANDLE, "new_username123");
    Username = "Username" with Handle: username();
    UserId = "UserId": text(1, user_id::MAX_LENGTH, USER_ID, "3c90c3cc-0d44-4b50-8888-8dd25736052a");
    Password = "Password": password();
    PersonName = "PersonName": line(PersonName::MAX_LENGTH, "Ada");
    AccountText = "AccountText": line(AccountText::MAX_LENGTH, "Istanbul");
    Locale = "Locale": text(2, locale::MAX_LENGTH, LOCALE, "tr_TR");
    TimeZone = "TimeZone": one_of(TimeZone::names(), "Europe/Istanbul");
    Role = "Role": one_of(Role::ALL.map(Role::as_str), "API_USER");
    Roles = "Roles" with Role: roles();
    AnyRoles = "AnyRoles" with Role: any_roles();
    Status = "Status": one_of(Status::ALL.map(Status::as_str), "ACTIVE");
    Label = "Label": text(1, 32, "^[A-Z][A-Z0-9_]*$", "INDIVIDUAL");
    PhoneNumber = "PhoneNumber": text(8, 16, "^\\+[1-9][0-9]{6,14}$", "+905321234567");
    HttpsUrl = "HttpsUrl": https_url();
    Instant = "Instant": instant();
    ErrorCode = "ErrorCode": one_of(failures::CODES, "USERNAME_TAKEN");
}

fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn text(min: usize, max: usize, pattern: &str, example: &str) -> Object {
    let text = string().min_length(Some(min)).max_length(Some(max));
    text.pattern(Some(pattern)).examples([example]).build()
}

fn one_of(values: impl IntoIterator<Item = &'static str>, example: &str) -> Object {
    string().enum_values(Some(values)).examples([example]).build()
}

fn line(max: usize, example: &str) -> Object {
    text(1, max, &LINE.replace("CC", CONTROLS), example)
}

fn username() -> Schema {
    let email = string().format(Some(SchemaFormat::KnownFormat(KnownFormat::IdnEmail)));
    let email = email.max_length(Some(username::MAX_EMAIL_LENGTH)).pattern(Some("@"));
    let email = email.examples(["newuser@domain.com"]);
    AnyOfBuilder::new().item(Ref::from_schema_name("Handle")).item(email).into()
}

fn password() -> Object {
    let mut password = text(password::MIN_LENGTH, password::MAX_LENGTH, "", "newStr0ng!P@ssw0rd");
    password.pattern = None;
    password.format = Some(SchemaFormat::KnownFormat(KnownFormat::Password));
    password.write_only = Some(true);
    password
}

fn roles() -> Schema {
    let roles = ArrayBuilder::new().items(Ref::from_schema_name("Role"));
    roles.min_items(Some(1)).unique_items(true).examples([json!(["API_USER"])]).into()
}

/// Also one role, and several as a text.
fn any_roles() -> Schema {
    let array = ArrayBuilder::new().items(Ref::from_schema_name("Role")).min_items(Some(1));
    let role = "(?:API_USER|POWER_USER|ADMIN)";
    let quoted = format!("(?:{role}|'{role}'|\"{role}\")");
    let list = format!("{quoted}(?:\\s*,\\s*{quoted})*");
    let text = string().pattern(Some(format!("^\\s*(?:{list}|\\[\\s*{list}\\s*\\])\\s*$")));
    AnyOfBuilder::new().item(array).item(text.examples(["['API_USER']"])).into()
}

fn https_url() -> Object {
    let mut url = text(
        9,
        2048,
        "^https://[A-Za-z0-9.-]+(?::[0-9]*)?(?:[/?#]|$)",
        "https://example.com/ada.png",
    );
    url.format = Some(SchemaFormat::Custom("uri".to_owned()));
    url
}

fn instant() -> Object {
    let mut instant = text(24, 24, INSTANT, "2024-02-15T00:00:00.000Z");
    instant.format = Some(SchemaFormat::KnownFormat(KnownFormat::DateTime));
    instant
}
