//! The items of users and names.

use std::collections::HashMap;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::domain::account::{Account, HttpsUrl, Label, PhoneNumber};
use crate::domain::author::{Author, AuthorKind};
use crate::domain::locale::Locale;
use crate::domain::role::Roles;
use crate::domain::status::Status;
use crate::domain::text::{LastName, Text};
use crate::domain::time_zone::TimeZone;
use crate::domain::user::User;
use crate::domain::user_id::UserId;
use crate::domain::username::{NameRecord, Username, UsernameKey};

/// The attributes of an item by name.
pub(super) type Item = HashMap<String, AttributeValue>;

/// The table's only key attribute.
pub(super) const PK: &str = "pk";
const USER: &str = "USER#";
const USERNAME: &str = "USERNAME#";
/// The attribute with the key of a user's present name. The key is stored data: an item keeps the one
/// under which the name's record was written.
pub(super) const USERNAME_KEY: &str = "usernameKey";
/// The attribute with the epoch of a user's sessions; absent while it is 0.
pub(super) const SESSION_EPOCH: &str = "sessionEpoch";

/// The key of the item of a user.
pub(super) fn user_key(id: &UserId) -> AttributeValue {
    AttributeValue::S(format!("{USER}{id}"))
}

/// The key of a user that does not exist: no id is empty.
pub(super) fn nobody_key() -> AttributeValue {
    AttributeValue::S(USER.to_owned())
}

/// The key of the record of a name that nobody has: no key is empty.
pub(super) fn no_name_key() -> AttributeValue {
    AttributeValue::S(USERNAME.to_owned())
}

/// The key of the record of a name.
pub(super) fn name_key(key: &UsernameKey) -> AttributeValue {
    AttributeValue::S(format!("{USERNAME}{key}"))
}

/// An item does not have the form that this code writes.
#[derive(Debug, thiserror::Error)]
#[error("an item's attribute {0} is missing or malformed")]
pub(super) struct CorruptItem(pub(super) &'static str);

/// A string attribute.
pub(super) fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// A number attribute.
pub(super) fn n(number: impl fmt::Display) -> AttributeValue {
    AttributeValue::N(format!("{number}"))
}

/// An instant: milliseconds since the epoch, so that conditions compare numbers.
pub(super) fn instant(at: Timestamp) -> AttributeValue {
    n(at.as_millisecond())
}

/// An instant for DynamoDB's TTL: whole seconds since the epoch, rounded up so that an item never
/// expires before the instant.
pub(super) fn ttl(at: Timestamp) -> AttributeValue {
    let up = at.checked_add(SignedDuration::from_millis(999)).unwrap_or(at);
    n(up.as_second())
}

/// The item of a user. A field of the user that is missing here does not compile.
pub(super) fn from_user(user: &User) -> Item {
    let User {
        id,
        username,
        first_name,
        mid_name,
        last_name,
        locale,
        time_zone,
        roles,
        status,
        account,
        version,
        previous_username,
        username_changed_at,
        created_at,
        updated_at,
        session_epoch,
        password_changed_at,
        password_version,
        written_by,
    } = user;
    let text = |value: Option<&str>| value.map(s);
    let roles = AttributeValue::Ss(roles.iter().map(|role| role.to_string()).collect());
    let attributes = [
        (PK, Some(user_key(id))),
        ("version", Some(n(version))),
        ("username", Some(s(username.as_str()))),
        (USERNAME_KEY, Some(s(username.key().as_str()))),
        ("previousUsername", text(previous_username.as_ref().map(Username::as_str))),
        ("usernameChangedAt", username_changed_at.map(instant)),
        ("firstName", Some(s(first_name.as_str()))),
        ("midName", text(mid_name.as_ref().map(Text::as_str))),
        ("lastName", Some(s(last_name.as_str()))),
        ("locale", Some(s(locale.as_str()))),
        ("timezone", Some(s(time_zone.as_str()))),
        ("roles", Some(roles)),
        ("status", Some(s(status.as_str()))),
        ("createdAt", Some(instant(*created_at))),
        ("updatedAt", Some(instant(*updated_at))),
        (SESSION_EPOCH, (*session_epoch > 0).then(|| n(session_epoch))),
        ("passwordChangedAt", password_changed_at.map(instant)),
        ("passwordVersion", password_version.map(n)),
    ];
    let author = written_by.as_ref().map(from_author);
    let author = author.into_iter().flatten().map(|(name, value)| (name, Some(value)));
    let attributes = attributes.into_iter().chain(author).chain(from_account(account));
    attributes.filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// The attributes of who wrote last.
pub(super) fn from_author(author: &Author) -> [(&'static str, AttributeValue); 3] {
    let Author { id, kind, request_id } = author;
    [
        ("changedBy", s(id.as_str())),
        ("changedByKind", s(kind.as_str())),
        ("requestId", s(request_id)),
    ]
}

/// The attributes of an account, which stand in the item of its user.
fn from_account(account: &Account) -> [(&'static str, Option<AttributeValue>); 10] {
    let Account {
        id,
        kind,
        mobile_phone_number,
        location,
        company,
        industry,
        profile_picture_url,
        subscription_plan,
        email_verified,
        mobile_phone_number_verified,
    } = account;
    let text = |value: Option<&str>| value.map(s);
    [
        ("accountId", Some(s(*id))),
        ("accountType", Some(s(kind.as_str()))),
        ("mobilePhoneNumber", text(mobile_phone_number.as_ref().map(PhoneNumber::as_str))),
        ("location", text(location.as_ref().map(Text::as_str))),
        ("company", text(company.as_ref().map(Text::as_str))),
        ("industry", text(industry.as_ref().map(Text::as_str))),
        ("profilePictureUrl", text(profile_picture_url.as_ref().map(HttpsUrl::as_str))),
        ("subscriptionPlan", Some(s(subscription_plan.as_str()))),
        ("emailVerified", Some(AttributeValue::Bool(*email_verified))),
        ("mobilePhoneNumberVerified", Some(AttributeValue::Bool(*mobile_phone_number_verified))),
    ]
}

/// Reads the item of a user.
pub(super) fn to_user(item: &Item) -> Result<User, CorruptItem> {
    let item = Reader(item);
    let id = item.string(PK)?.strip_prefix(USER).ok_or(CorruptItem(PK))?;
    Ok(User {
        id: UserId::parse(id).map_err(|_| CorruptItem(PK))?,
        username: present_username(&item)?,
        first_name: Text::stored(item.string("firstName")?.to_owned()),
        mid_name: item.optional("midName", Text::stored)?,
        last_name: LastName::stored(item.string("lastName")?.to_owned()),
        locale: Locale::stored(item.string("locale")?.to_owned()),
        time_zone: TimeZone::stored(item.string("timezone")?.to_owned()),
        roles: item.roles()?,
        status: Status::parse(item.string("status")?).ok_or(CorruptItem("status"))?,
        account: to_account(&item)?,
        version: item.number("version")?,
        previous_username: item.optional("previousUsername", Username::unvalidated)?,
        username_changed_at: item.optional_instant("usernameChangedAt")?,
        created_at: item.instant("createdAt")?,
        updated_at: item.instant("updatedAt")?,
        session_epoch: item.optional_number(SESSION_EPOCH)?.unwrap_or(0),
        password_changed_at: item.optional_instant("passwordChangedAt")?,
        password_version: item.optional_number("passwordVersion")?,
        written_by: if item.has("changedBy") { Some(to_author(&item)?) } else { None },
    })
}

fn to_author(item: &Reader<'_>) -> Result<Author, CorruptItem> {
    let kind = AuthorKind::parse(item.string("changedByKind")?);
    Ok(Author {
        id: UserId::parse(item.string("changedBy")?).map_err(|_| CorruptItem("changedBy"))?,
        kind: kind.ok_or(CorruptItem("changedByKind"))?,
        request_id: item.string("requestId")?.to_owned(),
    })
}

fn to_account(item: &Reader<'_>) -> Result<Account, CorruptItem> {
    Ok(Account {
        id: Uuid::try_parse(item.string("accountId")?).map_err(|_| CorruptItem("accountId"))?,
        kind: Label::stored(item.string("accountType")?.to_owned()),
        mobile_phone_number: item.optional("mobilePhoneNumber", PhoneNumber::stored)?,
        location: item.optional("location", Text::stored)?,
        company: item.optional("company", Text::stored)?,
        industry: item.optional("industry", Text::stored)?,
        profile_picture_url: item.optional("profilePictureUrl", HttpsUrl::stored)?,
        subscription_plan: Label::stored(item.string("subscriptionPlan")?.to_owned()),
        email_verified: item.boolean("emailVerified")?,
        mobile_phone_number_verified: item.boolean("mobilePhoneNumberVerified")?,
    })
}

/// Whether the item is a user.
pub(super) fn is_user(item: &Item) -> bool {
    Reader(item).string(PK).is_ok_and(|key| key.starts_with(USER))
}

/// Whether the item is the record of a name.
pub(super) fn is_name(item: &Item) -> bool {
    Reader(item).string(PK).is_ok_and(|key| key.starts_with(USERNAME))
}

/// Reads the record of a name.
pub(super) fn to_name_record(item: &Item) -> Result<NameRecord, CorruptItem> {
    let item = Reader(item);
    Ok(NameRecord {
        owner: UserId::parse(item.string("userId")?).map_err(|_| CorruptItem("userId"))?,
        username: record_username(&item)?,
        held_until: item.optional_instant("heldUntil")?,
    })
}

/// The present name of a user with its key. An item from before keys were kept has none: the name has
/// the key that its text has now.
fn present_username(item: &Reader<'_>) -> Result<Username, CorruptItem> {
    let text = item.string("username")?.to_owned();
    Ok(match item.optional(USERNAME_KEY, UsernameKey::stored)? {
        Some(key) => stored_username(text, key),
        None => Username::unvalidated(text),
    })
}

/// The name of a record, whose own key is the name's.
fn record_username(item: &Reader<'_>) -> Result<Username, CorruptItem> {
    let key = item.string(PK)?.strip_prefix(USERNAME).ok_or(CorruptItem(PK))?;
    let key = UsernameKey::stored(key.to_owned());
    Ok(stored_username(item.string("username")?.to_owned(), key))
}

#[expect(clippy::disallowed_methods, reason = "this is where names come from the table")]
fn stored_username(text: String, key: UsernameKey) -> Username {
    Username::stored(text, key)
}

/// Typed access to the attributes of an item.
pub(super) struct Reader<'a>(pub(super) &'a Item);

impl Reader<'_> {
    pub(super) fn string(&self, name: &'static str) -> Result<&str, CorruptItem> {
        match self.0.get(name) {
            Some(AttributeValue::S(text)) => Ok(text),
            _ => Err(CorruptItem(name)),
        }
    }

    pub(super) fn optional<T>(
        &self,
        name: &'static str,
        read: fn(String) -> T,
    ) -> Result<Option<T>, CorruptItem> {
        match self.0.get(name) {
            Some(AttributeValue::S(text)) => Ok(Some(read(text.clone()))),
            Some(_) => Err(CorruptItem(name)),
            None => Ok(None),
        }
    }

    pub(super) fn number<T: std::str::FromStr>(
        &self,
        name: &'static str,
    ) -> Result<T, CorruptItem> {
        match self.0.get(name) {
            Some(AttributeValue::N(digits)) => digits.parse().map_err(|_| CorruptItem(name)),
            _ => Err(CorruptItem(name)),
        }
    }

    fn boolean(&self, name: &'static str) -> Result<bool, CorruptItem> {
        match self.0.get(name) {
            Some(AttributeValue::Bool(value)) => Ok(*value),
            _ => Err(CorruptItem(name)),
        }
    }

    pub(super) fn instant(&self, name: &'static str) -> Result<Timestamp, CorruptItem> {
        Timestamp::from_millisecond(self.number(name)?).map_err(|_| CorruptItem(name))
    }

    pub(super) fn optional_number<T: std::str::FromStr>(
        &self,
        name: &'static str,
    ) -> Result<Option<T>, CorruptItem> {
        if self.has(name) { self.number(name).map(Some) } else { Ok(None) }
    }

    pub(super) fn optional_instant(
        &self,
        name: &'static str,
    ) -> Result<Option<Timestamp>, CorruptItem> {
        if self.has(name) { self.instant(name).map(Some) } else { Ok(None) }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn roles(&self) -> Result<Roles, CorruptItem> {
        match self.0.get("roles") {
            Some(AttributeValue::Ss(names)) => {
                Roles::parse(names.iter().map(String::as_str)).map_err(|_| CorruptItem("roles"))
            }
            _ => Err(CorruptItem("roles")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::fixture::ada;

    #[test]
    fn a_user_is_read_back_as_written_bare_or_with_everything_filled_in() {
        let mut user = ada();
        assert_eq!(to_user(&from_user(&user)).unwrap(), user);

        user.mid_name = Some(Text::parse("Bob").unwrap());
        user.previous_username = Some(Username::unvalidated("ada@example.com".to_owned()));
        user.username_changed_at = Some("2026-01-02T03:04:05.678Z".parse().unwrap());
        user.session_epoch = 3;
        user.password_version = Some(7);
        user.password_changed_at = Some("2026-01-03T03:04:05.678Z".parse().unwrap());
        let author = |kind| Author { id: ada().id, kind, request_id: "id".to_owned() };
        user.written_by = Some(author(AuthorKind::Staff));
        user.account.mobile_phone_number = PhoneNumber::parse("+905321234567");
        user.account.location = Text::parse("İzmir").ok();
        user.account.company = Text::parse("Nameplate").ok();
        user.account.industry = Text::parse("Software").ok();
        user.account.profile_picture_url = HttpsUrl::parse("https://example.com/ada.png");
        user.account.email_verified = true;
        assert_eq!(to_user(&from_user(&user)).unwrap(), user);
    }

    #[test]
    fn an_item_with_a_missing_or_malformed_attribute_is_an_error_not_a_panic() {
        let whole = from_user(&ada());
        for name in whole.keys() {
            let mut item = whole.clone();
            item.insert(name.clone(), AttributeValue::Null(true));
            assert!(to_user(&item).is_err(), "{name} malformed");
            item.remove(name);
            // Items from before they were kept have none.
            let may_be_missing = [USERNAME_KEY, SESSION_EPOCH].contains(&name.as_str());
            assert_eq!(to_user(&item).is_err(), !may_be_missing, "{name} missing");
        }
    }

    #[test]
    fn an_item_s_ttl_is_never_before_its_instant() {
        let second = |text: &str| ttl(text.parse().unwrap());
        assert_eq!(second("1970-01-01T00:00:10.000Z"), n(10));
        assert_eq!(second("1970-01-01T00:00:10.001Z"), n(11));
        assert_eq!(second("1970-01-01T00:00:10.999Z"), n(11));
    }
}
