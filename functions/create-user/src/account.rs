//! The `account` of a body.

use shared::domain::account::{Account, AccountText, HttpsUrl, Label, PhoneNumber};
use shared::domain::user_id::UserId;
use shared::http::body::Fields;
use shared::http::write::Instant;

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
        fields.read_only::<String>("id");
        fields.read_only::<UserId>("userId");
        fields.read_only::<Instant>("createdAt");
        fields.read_only::<Instant>("updatedAt");
        Self {
            kind: fields.optional("type"),
            mobile_phone_number: fields.nullable("mobilePhoneNumber").flatten(),
            location: fields.nullable("location").flatten(),
            company: fields.nullable("company").flatten(),
            industry: fields.nullable("industry").flatten(),
            profile_picture_url: fields.nullable("profilePictureUrl").flatten(),
            subscription_plan: fields.optional("subscriptionPlan"),
            email_verified: fields.optional("emailVerified"),
            mobile_phone_number_verified: fields.optional("mobilePhoneNumberVerified"),
        }
    }

    /// The new account with these values. A field that is missing here does not compile.
    pub(crate) fn fill(self, new: Account) -> Account {
        let Self {
            kind,
            mobile_phone_number,
            location,
            company,
            industry,
            profile_picture_url,
            subscription_plan,
            email_verified,
            mobile_phone_number_verified,
        } = self;
        Account {
            id: new.id,
            kind: kind.unwrap_or(new.kind),
            mobile_phone_number,
            location,
            company,
            industry,
            profile_picture_url,
            subscription_plan: subscription_plan.unwrap_or(new.subscription_plan),
            email_verified: email_verified.unwrap_or(new.email_verified),
            mobile_phone_number_verified: mobile_phone_number_verified
                .unwrap_or(new.mobile_phone_number_verified),
        }
    }
}
