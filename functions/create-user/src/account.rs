//! The `account` of a body.

use shared::domain::account::{Account, AccountText, HttpsUrl, Label, PhoneNumber};
use shared::http::body::Fields;
use shared::http::read;

/// The values that a body has for a user's account; `None` where it has none.
pub(crate) struct AccountFields {
    kind: Option<Label>,
    mobile_phone_number: Option<PhoneNumber>,
    location: Option<AccountText>,
    company: Option<AccountText>,
    industry: Option<AccountText>,
    profile_picture_url: Option<HttpsUrl>,
    subscription_plan: Option<Label>,
    email_verified: Option<bool>,
    mobile_phone_number_verified: Option<bool>,
}

impl AccountFields {
    /// Takes the fields of an account.
    pub(crate) fn take(fields: &mut Fields) -> Self {
        for name in ["id", "userId", "createdAt", "updatedAt"] {
            fields.read_only(name);
        }
        Self {
            kind: fields.optional("type", read::label),
            mobile_phone_number: fields.nullable("mobilePhoneNumber", read::phone_number).flatten(),
            location: fields.nullable("location", read::line).flatten(),
            company: fields.nullable("company", read::line).flatten(),
            industry: fields.nullable("industry", read::line).flatten(),
            profile_picture_url: fields.nullable("profilePictureUrl", read::https_url).flatten(),
            subscription_plan: fields.optional("subscriptionPlan", read::label),
            email_verified: fields.optional("emailVerified", read::boolean),
            mobile_phone_number_verified: fields
                .optional("mobilePhoneNumberVerified", read::boolean),
        }
    }

    /// The new account with these values.
    pub(crate) fn fill(self, new: Account) -> Account {
        Account {
            id: new.id,
            kind: self.kind.unwrap_or(new.kind),
            mobile_phone_number: self.mobile_phone_number,
            location: self.location,
            company: self.company,
            industry: self.industry,
            profile_picture_url: self.profile_picture_url,
            subscription_plan: self.subscription_plan.unwrap_or(new.subscription_plan),
            email_verified: self.email_verified.unwrap_or(new.email_verified),
            mobile_phone_number_verified: self
                .mobile_phone_number_verified
                .unwrap_or(new.mobile_phone_number_verified),
        }
    }
}
