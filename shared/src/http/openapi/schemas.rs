//! The schemas of the domain's types, with the domain's own bounds.

use std::borrow::Cow;

use serde_json::json;
use utoipa::openapi::schema::{
    AnyOfBuilder, ArrayBuilder, KnownFormat, Object, ObjectBuilder, SchemaFormat, Type,
};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::patterns;
use crate::domain::account::{AccountText, HttpsUrl, Label, PhoneNumber};
use crate::domain::locale::{self, Locale};
use crate::domain::password::{self, PasswordText};
use crate::domain::role::{Role, Roles};
use crate::domain::status::Status;
use crate::domain::text::{LastName, PersonName};
use crate::domain::time_zone::TimeZone;
use crate::domain::user_id::{self, UserId};
use crate::domain::username::{self, Username};
use crate::error::ErrorCode;
use crate::http::credentials::{GivenPassword, GivenRefreshToken, SignInName};
use crate::http::read::{AnyPhoneNumber, AnyRoles, Handle};
use crate::http::write::Instant;

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
    Handle = "Handle": text(username::MIN_LENGTH, username::MAX_LENGTH, patterns::HANDLE, "new_username123");
    Username = "Username" with Handle: username();
    UserId = "UserId": text(1, user_id::MAX_LENGTH, patterns::USER_ID, "3c90c3cc-0d44-4b50-8888-8dd25736052a");
    PasswordText = "Password": password();
    SignInName = "SignInName": free_text("old_username", password::MAX_LENGTH);
    GivenPassword = "GivenPassword": given_password();
    GivenRefreshToken = "RefreshToken": refresh_token();
    PersonName = "PersonName": line(PersonName::MAX_LENGTH, "Ada");
    LastName = "LastName": last_name();
    AccountText = "AccountText": line(AccountText::MAX_LENGTH, "Istanbul");
    Locale = "Locale": text(2, locale::MAX_LENGTH, &patterns::locale(), "tr_TR");
    TimeZone = "TimeZone": one_of(TimeZone::names(), "Europe/Istanbul");
    Role = "Role": one_of(Role::ALL.map(Role::as_str), "API_USER");
    Roles = "Roles" with Role: roles();
    AnyRoles = "AnyRoles" with Role: any_roles();
    Status = "Status": one_of(Status::ALL.map(Status::as_str), "ACTIVE");
    Label = "Label": text(1, 32, patterns::LABEL, "INDIVIDUAL");
    PhoneNumber = "PhoneNumber": text(8, 16, patterns::PHONE_NUMBER, "+905321234567");
    AnyPhoneNumber = "AnyPhoneNumber": text(7, 16, patterns::ANY_PHONE_NUMBER, "+905321234567");
    HttpsUrl = "HttpsUrl": https_url();
    Instant = "Instant": instant();
    ErrorCode = "ErrorCode": one_of(ErrorCode::ALL.iter().map(|code| code.as_str()), "USERNAME_TAKEN");
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
    string().pattern(Some(patterns::line(max))).examples([example]).build()
}

fn last_name() -> Object {
    let pattern = patterns::line_or_nothing(PersonName::MAX_LENGTH);
    string().pattern(Some(pattern)).examples(["Lovelace"]).build()
}

fn username() -> Schema {
    let email = string().format(Some(SchemaFormat::KnownFormat(KnownFormat::IdnEmail)));
    let email = email.max_length(Some(username::MAX_EMAIL_LENGTH)).pattern(Some("^[^@%/?#]+@"));
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

fn given_password() -> Object {
    let mut given = password();
    given.min_length = Some(1);
    given
}

fn free_text(example: &str, max: usize) -> Object {
    string().min_length(Some(1)).max_length(Some(max)).examples([example]).build()
}

fn refresh_token() -> Object {
    string().min_length(Some(1)).examples(["npr_…"]).build()
}

fn roles() -> Schema {
    let roles = ArrayBuilder::new().items(Ref::from_schema_name("Role"));
    roles.min_items(Some(1)).unique_items(true).examples([json!(["API_USER"])]).into()
}

/// Also one role, and several as a text.
fn any_roles() -> Schema {
    let array = ArrayBuilder::new().items(Ref::from_schema_name("Role")).min_items(Some(1));
    let text = string().pattern(Some(patterns::roles()));
    AnyOfBuilder::new().item(array).item(text.examples(["['API_USER']"])).into()
}

fn https_url() -> Object {
    let mut url = text(9, 2048, &patterns::https_url(), "https://example.com/ada.png");
    url.format = Some(SchemaFormat::Custom("uri".to_owned()));
    url
}

fn instant() -> Object {
    let mut instant = text(24, 24, patterns::INSTANT, "2024-02-15T00:00:00.000Z");
    instant.format = Some(SchemaFormat::KnownFormat(KnownFormat::DateTime));
    instant
}
