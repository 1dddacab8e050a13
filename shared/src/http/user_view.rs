//! A user as the API shows it.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::write::Instant;
use crate::domain::account::{Account, AccountText, HttpsUrl, Label, PhoneNumber};
use crate::domain::locale::Locale;
use crate::domain::role::Roles;
use crate::domain::status::Status;
use crate::domain::text::{LastName, PersonName};
use crate::domain::time_zone::TimeZone;
use crate::domain::user::User;
use crate::domain::user_id::UserId;
use crate::domain::username::Username;

/// The user, bare, in the form of [the contract](../../../docs/contract.md); `roles` is an array. An
/// empty field is `null`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = User)]
#[serde(rename_all = "camelCase")]
pub struct UserView<'a> {
    user_id: &'a UserId,
    username: &'a Username,
    first_name: &'a PersonName,
    #[schema(required)]
    mid_name: Option<&'a PersonName>,
    last_name: &'a LastName,
    locale: &'a Locale,
    timezone: &'a TimeZone,
    roles: Roles,
    status: Status,
    account: AccountView<'a>,
}

/// The user's account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Account)]
#[serde(rename_all = "camelCase")]
pub struct AccountView<'a> {
    id: Uuid,
    user_id: &'a UserId,
    #[serde(rename = "type")]
    kind: &'a Label,
    created_at: Instant,
    updated_at: Instant,
    #[schema(required)]
    mobile_phone_number: Option<&'a PhoneNumber>,
    #[schema(required)]
    location: Option<&'a AccountText>,
    #[schema(required)]
    company: Option<&'a AccountText>,
    #[schema(required)]
    industry: Option<&'a AccountText>,
    #[schema(required)]
    profile_picture_url: Option<&'a HttpsUrl>,
    subscription_plan: &'a Label,
    email_verified: bool,
    mobile_phone_number_verified: bool,
}

impl<'a> UserView<'a> {
    /// The user's view. A field of the user that is neither shown nor left out here does not compile.
    pub fn of(user: &'a User) -> Self {
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
            account: _,
            version: _,
            previous_username: _,
            username_changed_at: _,
            created_at: _,
            updated_at: _,
            session_epoch: _,
            password_changed_at: _,
            password_version: _,
            written_by: _,
        } = user;
        Self {
            user_id: id,
            username,
            first_name,
            mid_name: mid_name.as_ref(),
            last_name,
            locale,
            timezone: time_zone,
            roles: *roles,
            status: *status,
            account: AccountView::of(user),
        }
    }
}

impl<'a> AccountView<'a> {
    /// The view of the user's account.
    pub fn of(user: &'a User) -> Self {
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
        } = &user.account;
        Self {
            id: *id,
            user_id: &user.id,
            kind,
            created_at: Instant(user.created_at),
            updated_at: Instant(user.updated_at),
            mobile_phone_number: mobile_phone_number.as_ref(),
            location: location.as_ref(),
            company: company.as_ref(),
            industry: industry.as_ref(),
            profile_picture_url: profile_picture_url.as_ref(),
            subscription_plan,
            email_verified: *email_verified,
            mobile_phone_number_verified: *mobile_phone_number_verified,
        }
    }
}
