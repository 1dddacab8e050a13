//! A user as the API shows it.

use serde::Serialize;

use super::reply::instant;
use crate::domain::account::{HttpsUrl, PhoneNumber};
use crate::domain::role::Role;
use crate::domain::text::Text;
use crate::domain::user::User;

/// The user, bare, as on the API page; `roles` is an array. What is not filled in is `null`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserView<'a> {
    user_id: &'a str,
    username: &'a str,
    first_name: &'a str,
    mid_name: Option<&'a str>,
    last_name: &'a str,
    locale: &'a str,
    timezone: &'a str,
    roles: Vec<&'static str>,
    status: &'static str,
    account: AccountView<'a>,
}

/// The user's account, as on the API page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AccountView<'a> {
    id: String,
    user_id: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    created_at: String,
    updated_at: String,
    mobile_phone_number: Option<&'a str>,
    location: Option<&'a str>,
    company: Option<&'a str>,
    industry: Option<&'a str>,
    profile_picture_url: Option<&'a str>,
    subscription_plan: &'a str,
    email_verified: bool,
    mobile_phone_number_verified: bool,
}

impl<'a> UserView<'a> {
    /// The user's view.
    pub fn of(user: &'a User) -> Self {
        Self {
            user_id: user.id.as_str(),
            username: user.username.as_str(),
            first_name: user.first_name.as_str(),
            mid_name: user.mid_name.as_ref().map(Text::as_str),
            last_name: user.last_name.as_str(),
            locale: user.locale.as_str(),
            timezone: user.time_zone.as_str(),
            roles: user.roles.iter().map(Role::as_str).collect(),
            status: user.status.as_str(),
            account: AccountView::of(user),
        }
    }
}

impl<'a> AccountView<'a> {
    fn of(user: &'a User) -> Self {
        let account = &user.account;
        Self {
            id: account.id.to_string(),
            user_id: user.id.as_str(),
            kind: account.kind.as_str(),
            created_at: instant(user.created_at),
            updated_at: instant(user.updated_at),
            mobile_phone_number: account.mobile_phone_number.as_ref().map(PhoneNumber::as_str),
            location: account.location.as_ref().map(Text::as_str),
            company: account.company.as_ref().map(Text::as_str),
            industry: account.industry.as_ref().map(Text::as_str),
            profile_picture_url: account.profile_picture_url.as_ref().map(HttpsUrl::as_str),
            subscription_plan: account.subscription_plan.as_str(),
            email_verified: account.email_verified,
            mobile_phone_number_verified: account.mobile_phone_number_verified,
        }
    }
}
