//! The sentences for people, in the language of the request. The texts are in `shared/locales/`.

use rust_i18n::t;

use super::context::{ClientContext, Language};
use crate::domain::access::AccessDenied;
use crate::domain::locale;
use crate::domain::password::{self, InvalidPassword};
use crate::domain::role::{InvalidRoles, Role};
use crate::domain::text::{InvalidText, is_visible};
use crate::domain::username::{self, InvalidUsername};
use crate::error::{Error, JsonType, Location, Violation, ViolationKind};
use crate::json::JsonError;
use crate::token::{AudienceError, TokenError};

/// A sentence that says what is wrong and how to mend it, and its location.
#[derive(Debug)]
pub(super) struct Detail {
    pub(super) location: Option<Location>,
    pub(super) sentence: String,
}

impl Detail {
    /// The sentence with the location's name before it, for an answer that says the location nowhere else.
    pub(super) fn located(self) -> String {
        match self.location {
            Some(Location::Field(name)) => format!("{name}: {}", self.sentence),
            Some(Location::Header(name) | Location::Parameter(name)) => {
                format!("{name}: {}", self.sentence)
            }
            Some(Location::Body) | None => self.sentence,
        }
    }
}

/// The first sentence of an error: the one that [the contract](../../../docs/contract.md) has for the
/// status.
pub(super) fn title(error: &Error, language: Language) -> String {
    let locale = language.tag();
    match error {
        Error::Invalid(_) => t!("title.invalid", locale = locale),
        Error::Token(_) | Error::CredentialsInvalid | Error::RefreshTokenInvalid => {
            t!("title.unauthenticated", locale = locale)
        }
        Error::AccountNotActive | Error::Forbidden(_) | Error::NotAdmin => {
            t!("title.forbidden", locale = locale)
        }
        Error::UserNotFound | Error::UsernameNotFound | Error::RouteNotFound { .. } => {
            t!("title.not_found", locale = locale)
        }
        Error::MethodNotAllowed { .. } => t!("title.method_not_allowed", locale = locale),
        Error::BodyTooLarge => t!("title.body_too_large", locale = locale),
        Error::UnsupportedMediaType | Error::UnsupportedContentEncoding => {
            t!("title.unsupported_media_type", locale = locale)
        }
        Error::UsernameTaken
        | Error::UsernameTooSimilar
        | Error::UsernameCooldown { .. }
        | Error::UserExists
        | Error::ConcurrentChange => t!("title.conflict", locale = locale),
        Error::VersionMismatch => t!("title.version_mismatch", locale = locale),
        Error::TooManyAttempts { .. } | Error::TooManyRequests(_) => {
            t!("title.too_many_requests", locale = locale)
        }
        Error::Unavailable { .. } => t!("title.unavailable", locale = locale),
        Error::Internal(_) => t!("title.internal", locale = locale),
    }
    .into_owned()
}

/// The sentences after the first, one for each violation. An internal error has none.
pub(super) fn details(error: &Error, client: &ClientContext) -> Vec<Detail> {
    let locale = client.language.tag();
    let sentence = match error {
        Error::Invalid(violations) => {
            return violations.iter().map(|violation| of_violation(violation, locale)).collect();
        }
        Error::Forbidden(AccessDenied::Fields(fields)) => {
            let sentence = t!("detail.field_forbidden", locale = locale);
            return fields
                .iter()
                .map(|field| at(Location::field(field.name()), sentence.clone().into_owned()))
                .collect();
        }
        Error::Internal(_) => return Vec::new(),
        Error::Token(error) => of_token(error, locale),
        Error::AccountNotActive => t!("detail.account_not_active", locale = locale).into(),
        Error::Forbidden(AccessDenied::NotYours) => t!("detail.not_yours", locale = locale).into(),
        Error::Forbidden(AccessDenied::NotOwner) => t!("detail.not_owner", locale = locale).into(),
        Error::Forbidden(AccessDenied::TargetIsAdmin) => {
            t!("detail.target_is_admin", locale = locale).into()
        }
        Error::NotAdmin => t!("detail.not_admin", locale = locale).into(),
        Error::UserNotFound => t!("detail.user_not_found", locale = locale).into(),
        Error::UsernameNotFound => t!("detail.username_not_found", locale = locale).into(),
        Error::RouteNotFound { meant: None } => {
            t!("detail.route_not_found", locale = locale).into()
        }
        Error::RouteNotFound { meant: Some(meant) } => {
            t!("detail.route_meant", locale = locale, meant = meant).into()
        }
        Error::MethodNotAllowed { methods, meant: None } => {
            t!("detail.method_not_allowed", locale = locale, methods = methods).into()
        }
        Error::MethodNotAllowed { methods, meant: Some(meant) } => {
            t!("detail.method_meant", locale = locale, methods = methods, meant = meant).into()
        }
        Error::BodyTooLarge => t!("detail.body_too_large", locale = locale).into(),
        Error::UnsupportedMediaType => t!("detail.unsupported_media_type", locale = locale).into(),
        Error::UnsupportedContentEncoding => {
            t!("detail.unsupported_content_encoding", locale = locale).into()
        }
        Error::UsernameTaken => t!("detail.username_taken", locale = locale).into(),
        Error::UsernameTooSimilar => t!("detail.username_too_similar", locale = locale).into(),
        Error::UsernameCooldown { until } => {
            t!("detail.username_cooldown", locale = locale, until = client.timezone.state(*until))
                .into()
        }
        Error::UserExists => t!("detail.user_exists", locale = locale).into(),
        Error::ConcurrentChange => t!("detail.concurrent_change", locale = locale).into(),
        Error::VersionMismatch => t!("detail.version_mismatch", locale = locale).into(),
        Error::CredentialsInvalid => t!("detail.credentials_invalid", locale = locale).into(),
        Error::RefreshTokenInvalid => t!("detail.refresh_token_invalid", locale = locale).into(),
        Error::TooManyAttempts { until } => {
            t!("detail.too_many_attempts", locale = locale, until = client.timezone.state(*until))
                .into()
        }
        Error::TooManyRequests(_) => t!("detail.too_many_requests", locale = locale).into(),
        Error::Unavailable { .. } => t!("detail.unavailable", locale = locale).into(),
    };
    vec![Detail { location: None, sentence }]
}

fn of_token(error: &TokenError, locale: &str) -> String {
    match error {
        TokenError::Missing => t!("token.missing", locale = locale),
        TokenError::TooLong => t!("token.too_long", locale = locale),
        TokenError::NotAJwt => t!("token.not_a_jwt", locale = locale),
        TokenError::Header => t!("token.header", locale = locale),
        TokenError::Claims => t!("token.claims", locale = locale),
        TokenError::Type => t!("token.type", locale = locale),
        TokenError::Algorithm(Some(name)) => {
            t!("token.algorithm", locale = locale, algorithm = name)
        }
        TokenError::Algorithm(None) => t!("token.unknown_algorithm", locale = locale),
        TokenError::UnknownKey => t!("token.unknown_key", locale = locale),
        TokenError::Signature => t!("token.signature", locale = locale),
        TokenError::Issuer => t!("token.issuer", locale = locale),
        TokenError::Audience(AudienceError::NotAccepted) => t!("token.audience", locale = locale),
        TokenError::Audience(AudienceError::ClientId) => t!("token.client_id", locale = locale),
        TokenError::Audience(AudienceError::AuthorizedParty) => t!("token.azp", locale = locale),
        TokenError::Audience(AudienceError::Absent) => t!("token.no_audience", locale = locale),
        TokenError::Kind(claim) => t!("token.kind", locale = locale, claim = claim),
        TokenError::Bound => t!("token.bound", locale = locale),
        TokenError::Required(claim) => t!("token.required", locale = locale, claim = claim),
        TokenError::Absent(claim) => t!("token.absent", locale = locale, claim = claim),
        TokenError::Malformed(claim) => t!("token.malformed", locale = locale, claim = claim),
        TokenError::NotYetValid => t!("token.not_yet_valid", locale = locale),
        TokenError::Expired => t!("token.expired", locale = locale),
        TokenError::Revoked => t!("token.revoked", locale = locale),
    }
    .into_owned()
}

fn of_violation(violation: &Violation, locale: &str) -> Detail {
    at(violation.location.clone(), of_kind(&violation.kind, locale))
}

fn at(location: Location, sentence: String) -> Detail {
    Detail { location: Some(location), sentence }
}

fn of_kind(kind: &ViolationKind, locale: &str) -> String {
    match kind {
        ViolationKind::Json(JsonError::Malformed { line, column }) => {
            t!("problem.malformed", locale = locale, line = line, column = column)
        }
        ViolationKind::Json(JsonError::Empty) => t!("problem.empty", locale = locale),
        ViolationKind::Json(JsonError::DuplicateKey) => {
            t!("problem.duplicate_key", locale = locale)
        }
        ViolationKind::Missing => t!("problem.missing", locale = locale),
        ViolationKind::Null => t!("problem.is_null", locale = locale),
        ViolationKind::NotA(JsonType::String) => t!("problem.not_a_string", locale = locale),
        ViolationKind::NotA(JsonType::Boolean) => t!("problem.not_a_boolean", locale = locale),
        ViolationKind::NotA(JsonType::Object) => t!("problem.not_an_object", locale = locale),
        ViolationKind::NotA(JsonType::Strings) => t!("problem.not_strings", locale = locale),
        ViolationKind::Unknown => t!("problem.unknown", locale = locale),
        ViolationKind::ReadOnly => t!("problem.read_only", locale = locale),
        ViolationKind::SentTwice => t!("problem.sent_twice", locale = locale),
        ViolationKind::NotOneOf(values) => {
            t!("problem.not_one_of", locale = locale, values = values.join(", "))
        }
        ViolationKind::NotVisibleAscii(max) => {
            t!("problem.not_visible_ascii", locale = locale, max = max)
        }
        ViolationKind::NotAUserId => t!("problem.not_a_user_id", locale = locale),
        ViolationKind::PathWord => t!("problem.path_word", locale = locale),
        ViolationKind::NotALocale => {
            t!("problem.not_a_locale", locale = locale, max = locale::MAX_LENGTH)
        }
        ViolationKind::NotATimeZone => t!("problem.not_a_time_zone", locale = locale),
        ViolationKind::NotAPhoneNumber => t!("problem.not_a_phone_number", locale = locale),
        ViolationKind::NotALabel => t!("problem.not_a_label", locale = locale),
        ViolationKind::NotAUrl => t!("problem.not_a_url", locale = locale),
        ViolationKind::Username(invalid) => return of_username(invalid, locale),
        ViolationKind::Text(invalid) => return of_text(*invalid, locale),
        ViolationKind::Password(invalid) => return of_password(*invalid, locale),
        ViolationKind::Roles(InvalidRoles::Empty) => {
            t!("problem.no_roles", locale = locale, values = role_names())
        }
        ViolationKind::Roles(InvalidRoles::Unknown) => {
            t!("problem.unknown_role", locale = locale, values = role_names())
        }
    }
    .into_owned()
}

fn role_names() -> String {
    Role::ALL.map(Role::as_str).join(", ")
}

fn of_username(invalid: &InvalidUsername, locale: &str) -> String {
    match invalid {
        InvalidUsername::TooShort { length } => {
            t!("username.too_short", locale = locale, min = username::MIN_LENGTH, length = length)
        }
        InvalidUsername::TooLong { length } => {
            t!("username.too_long", locale = locale, max = username::MAX_LENGTH, length = length)
        }
        InvalidUsername::ForbiddenCharacters { characters, suggestion } => {
            let found = all_shown(characters);
            if let Some(other) = suggestion {
                t!("username.try_other", locale = locale, found = found, suggestion = other)
            } else {
                t!("username.forbidden_characters", locale = locale, found = found)
            }
        }
        InvalidUsername::LeadingAt { suggestion: Some(other) } => {
            t!("username.leading_at_try", locale = locale, suggestion = other)
        }
        InvalidUsername::LeadingAt { suggestion: None } => {
            t!("username.leading_at", locale = locale)
        }
        InvalidUsername::SeparatorAtEdge => t!("username.separator_at_edge", locale = locale),
        InvalidUsername::SeparatorsInRow => t!("username.separators_in_row", locale = locale),
        InvalidUsername::NoLetter => t!("username.no_letter", locale = locale),
        InvalidUsername::Reserved => t!("username.reserved", locale = locale),
        InvalidUsername::EmailNotAccepted => t!("username.email_not_accepted", locale = locale),
        InvalidUsername::InvalidEmail => t!("username.invalid_email", locale = locale),
        InvalidUsername::InvalidEmailDomain => {
            t!("username.invalid_email_domain", locale = locale)
        }
        InvalidUsername::EmailCharacters { characters } => {
            t!("username.email_characters", locale = locale, found = all_shown(characters))
        }
        InvalidUsername::EmailTooLong { length } => {
            t!("username.email_too_long", locale = locale, length = length)
        }
    }
    .into_owned()
}

fn of_text(invalid: InvalidText, locale: &str) -> String {
    match invalid {
        InvalidText::Empty => t!("text.empty", locale = locale),
        InvalidText::NothingVisible => t!("text.nothing_visible", locale = locale),
        InvalidText::TooLong { max, length } => {
            t!("text.too_long", locale = locale, max = max, length = length)
        }
        InvalidText::ControlCharacter { character } => {
            t!("text.control_character", locale = locale, found = shown(character))
        }
    }
    .into_owned()
}

fn of_password(invalid: InvalidPassword, locale: &str) -> String {
    match invalid {
        InvalidPassword::TooShort => {
            t!("password.too_short", locale = locale, min = password::MIN_LENGTH)
        }
        InvalidPassword::TooLong => {
            t!("password.too_long", locale = locale, max = password::MAX_LENGTH)
        }
        InvalidPassword::ControlCharacter { character } => {
            t!("password.control_character", locale = locale, found = shown(character))
        }
        InvalidPassword::TooWeak => t!("password.too_weak", locale = locale),
        InvalidPassword::TooComplex => t!("password.too_complex", locale = locale),
    }
    .into_owned()
}

fn all_shown(characters: &[char]) -> String {
    characters.iter().map(|c| shown(*c)).collect::<Vec<_>>().join(" ")
}

/// A character as a sentence shows it: itself when it is visible and does not disturb the text around
/// it, else its code point.
fn shown(c: char) -> String {
    if c == ' ' || is_visible(c) { format!("“{c}”") } else { format!("U+{:04X}", u32::from(c)) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const FILES: [(&str, &str); 2] = [
        ("en", include_str!("../../locales/en.yml")),
        ("tr", include_str!("../../locales/tr.yml")),
    ];

    /// The keys of a locale file with the placeholders of their texts.
    fn texts(file: &str) -> BTreeSet<(String, BTreeSet<String>)> {
        let mut section = String::new();
        let mut texts = BTreeSet::new();
        for line in file.lines().filter(|line| !line.trim_start().starts_with('#')) {
            match line.strip_prefix("  ") {
                None => section = line.trim_end_matches(':').to_owned(),
                Some(entry) => {
                    let (key, text) = entry.split_once(": ").unwrap();
                    let placeholders = text.split("%{").skip(1);
                    let placeholders =
                        placeholders.map(|rest| rest.split('}').next().unwrap().to_owned());
                    texts.insert((format!("{section}.{key}"), placeholders.collect()));
                }
            }
        }
        texts
    }

    #[test]
    fn both_languages_have_every_sentence_with_the_same_placeholders() {
        let [(_, english), (_, turkish)] = FILES;
        assert!(texts(english).len() > 50);
        assert_eq!(texts(english), texts(turkish));
    }

    #[test]
    fn every_sentence_that_the_code_says_is_in_the_files_and_every_one_there_is_said() {
        let code = include_str!("sentence.rs");
        let said: BTreeSet<&str> =
            code.split("t!(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let said: BTreeSet<&str> =
            said.into_iter().filter(|key| key.contains('.') && !key.contains('{')).collect();
        let written = texts(FILES[0].1);
        let written: BTreeSet<&str> = written.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(said, written);
    }

    #[test]
    fn every_language_has_a_file() {
        assert_eq!(FILES.map(|(tag, _)| tag), Language::ALL.map(Language::tag));
    }

    #[test]
    fn characters_that_would_disturb_a_sentence_are_shown_as_code_points() {
        assert_eq!(shown('ç'), "“ç”");
        assert_eq!(shown('!'), "“!”");
        assert_eq!(shown('\u{202E}'), "U+202E");
        assert_eq!(shown('\0'), "U+0000");
        assert_eq!(shown('🌹'), "“🌹”");
        assert_eq!(shown('’'), "“’”");
        assert_eq!(shown('€'), "“€”");
        assert_eq!(shown('\u{301}'), "U+0301");
        assert_eq!(shown('\u{200B}'), "U+200B");
        assert_eq!(shown(' '), "“ ”");
        assert_eq!(shown('\u{A0}'), "U+00A0");
    }
}
