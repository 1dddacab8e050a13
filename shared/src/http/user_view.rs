//! A user as the API shows it.

use serde::Serialize;
use uuid::Uuid;

use super::reply::Instant;
use crate::domain::account::{AccountText, HttpsUrl, Label, PhoneNumber};
use crate::domain::locale::Locale;
use crate::domain::role::Roles;
use crate::domain::status::Status;
use crate::domain::text::PersonName;
use crate::domain::time_zone::TimeZone;
use crate::domain::user::User;
use crate::domain::user_id::UserId;
use crate::domain::username::Username;

/// The user, bare, as on the API page; `roles` is an array. What is not filled in is `null`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = User))]
#[serde(rename_all = "camelCase")]
pub struct UserView<'a> {
    user_id: &'a UserId,
    username: &'a Username,
    first_name: &'a PersonName,
    #[cfg_attr(feature = "openapi", schema(required))]
    mid_name: Option<&'a PersonName>,
    last_name: &'a PersonName,
    locale: &'a Locale,
    timezone: &'a TimeZone,
    roles: Roles,
    status: Status,
    account: AccountView<'a>,
}

/// The user's account, as on the API page.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Account))]
#[serde(rename_all = "camelCase")]
struct AccountView<'a> {
    id: Uuid,
    user_id: &'a UserId,
    #[serde(rename = "type")]
    kind: &'a Label,
    created_at: Instant,
    updated_at: Instant,
    #[cfg_attr(feature = "openapi", schema(required))]
    mobile_phone_number: Option<&'a PhoneNumber>,
    #[cfg_attr(feature = "openapi", schema(required))]
    location: Option<&'a AccountText>,
    #[cfg_attr(feature = "openapi", schema(required))]
    company: Option<&'a AccountText>,
    #[cfg_attr(feature = "openapi", schema(required))]
    industry: Option<&'a AccountText>,
    #[cfg_attr(feature = "openapi", schema(required))]
    profile_picture_url: Option<&'a HttpsUrl>,
    subscription_plan: &'a Label,
    email_verified: bool,
    mobile_phone_number_verified: bool,
}

impl<'a> UserView<'a> {
    /// The user's view.
    pub fn of(user: &'a User) -> Self {
        let account = &user.account;
        Self {
            user_id: &user.id,
            username: &user.username,
            first_name: &user.first_name,
            mid_name: user.mid_name.as_ref(),
            last_name: &user.last_name,
            locale: &user.locale,
            timezone: &user.time_zone,
            roles: user.roles,
            status: user.status,
            account: AccountView {
                id: account.id,
                user_id: &user.id,
                kind: &account.kind,
                created_at: Instant(user.created_at),
                updated_at: Instant(user.updated_at),
                mobile_phone_number: account.mobile_phone_number.as_ref(),
                location: account.location.as_ref(),
                company: account.company.as_ref(),
                industry: account.industry.as_ref(),
                profile_picture_url: account.profile_picture_url.as_ref(),
                subscription_plan: &account.subscription_plan,
                email_verified: account.email_verified,
                mobile_phone_number_verified: account.mobile_phone_number_verified,
            },
        }
    }
}
