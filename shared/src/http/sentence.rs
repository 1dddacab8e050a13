//! What is said to a person, in the language of the request. The texts are in `shared/locales/`.

use rust_i18n::t;

use super::context::{Client, Language};
use crate::domain::password::{self, PasswordFault};
use crate::domain::permission::Refusal;
use crate::domain::role::RolesFault;
use crate::domain::text::TextFault;
use crate::domain::username::{self, UsernameFault};
use crate::error::{Error, Fault, Kind, Place, Problem};
use crate::token::TokenFault;

/// A sentence that says what is wrong and how to mend it, and where.
#[derive(Debug)]
pub(super) struct Detail {
    pub(super) place: Option<Place>,
    pub(super) sentence: String,
}

/// The first sentence of an error: the API page's own for the status.
pub(super) fn title(error: &Error, language: Language) -> String {
    let locale = language.tag();
    match error {
        Error::Invalid(_) => t!("title.invalid", locale = locale),
        Error::Token(_) => t!("title.unauthenticated", locale = locale),
        Error::AccountNotActive | Error::Forbidden(_) | Error::NotAdmin => {
            t!("title.forbidden", locale = locale)
        }
        Error::UserNotFound | Error::UsernameNotFound | Error::RouteNotFound => {
            t!("title.not_found", locale = locale)
        }
        Error::MethodNotAllowed => t!("title.method_not_allowed", locale = locale),
        Error::BodyTooLarge => t!("title.body_too_large", locale = locale),
        Error::UnsupportedMediaType => t!("title.unsupported_media_type", locale = locale),
        Error::UsernameTaken
        | Error::UsernameTooSimilar
        | Error::UsernameCooldown { .. }
        | Error::UserExists
        | Error::ConcurrentChange => t!("title.conflict", locale = locale),
        Error::VersionMismatch => t!("title.version_mismatch", locale = locale),
        Error::TooManyRequests(_) => t!("title.too_many_requests", locale = locale),
        Error::Unavailable(_) => t!("title.unavailable", locale = locale),
        Error::Internal(_) => t!("title.internal", locale = locale),
    }
    .into_owned()
}

/// The sentences after the first, one for each fault. An internal error has none.
pub(super) fn details(error: &Error, client: &Client) -> Vec<Detail> {
    let locale = client.language.tag();
    let sentence = match error {
        Error::Invalid(faults) => {
            return faults.iter().map(|fault| of_fault(fault, locale)).collect();
        }
        Error::Forbidden(Refusal::Fields(fields)) => {
            let sentence = t!("detail.field_forbidden", locale = locale);
            return fields.iter().map(|field| at(Place::field(field.name()), &sentence)).collect();
        }
        Error::Internal(_) => return Vec::new(),
        Error::Token(fault) => of_token(*fault, locale),
        Error::AccountNotActive => t!("detail.account_not_active", locale = locale).into(),
        Error::Forbidden(Refusal::NotYours) => t!("detail.not_yours", locale = locale).into(),
        Error::Forbidden(Refusal::TargetIsAdmin) => {
            t!("detail.target_is_admin", locale = locale).into()
        }
        Error::NotAdmin => t!("detail.not_admin", locale = locale).into(),
        Error::UserNotFound => t!("detail.user_not_found", locale = locale).into(),
        Error::UsernameNotFound => t!("detail.username_not_found", locale = locale).into(),
        Error::RouteNotFound => t!("detail.route_not_found", locale = locale).into(),
        Error::MethodNotAllowed => t!("detail.method_not_allowed", locale = locale).into(),
        Error::BodyTooLarge => t!("detail.body_too_large", locale = locale).into(),
        Error::UnsupportedMediaType => t!("detail.unsupported_media_type", locale = locale).into(),
        Error::UsernameTaken => t!("detail.username_taken", locale = locale).into(),
        Error::UsernameTooSimilar => t!("detail.username_too_similar", locale = locale).into(),
        Error::UsernameCooldown { until } => {
            t!("detail.username_cooldown", locale = locale, until = client.timezone.state(*until))
                .into()
        }
        Error::UserExists => t!("detail.user_exists", locale = locale).into(),
        Error::ConcurrentChange => t!("detail.concurrent_change", locale = locale).into(),
        Error::VersionMismatch => t!("detail.version_mismatch", locale = locale).into(),
        Error::TooManyRequests(_) => t!("detail.too_many_requests", locale = locale).into(),
        Error::Unavailable(_) => t!("detail.unavailable", locale = locale).into(),
    };
    vec![Detail { place: None, sentence }]
}

fn of_token(fault: TokenFault, locale: &str) -> String {
    match fault {
        TokenFault::Missing => t!("token.missing", locale = locale),
        TokenFault::Malformed => t!("token.malformed", locale = locale),
        TokenFault::UnknownKey => t!("token.unknown_key", locale = locale),
        TokenFault::Signature => t!("token.signature", locale = locale),
        TokenFault::Issuer => t!("token.issuer", locale = locale),
        TokenFault::Audience => t!("token.audience", locale = locale),
        TokenFault::Claim => t!("token.claim", locale = locale),
        TokenFault::NotYetValid => t!("token.not_yet_valid", locale = locale),
        TokenFault::Expired => t!("token.expired", locale = locale),
    }
    .into_owned()
}

fn of_fault(fault: &Fault, locale: &str) -> Detail {
    at(fault.place.clone(), &of_problem(&fault.problem, locale))
}

/// The sentence with the place's name before it.
fn at(place: Place, sentence: &str) -> Detail {
    let sentence = match &place {
        Place::Body => sentence.to_owned(),
        Place::Field(name) => format!("{name}: {sentence}"),
        Place::Header(name) | Place::Parameter(name) => format!("{name}: {sentence}"),
    };
    Detail { place: Some(place), sentence }
}

fn of_problem(problem: &Problem, locale: &str) -> String {
    match problem {
        Problem::Malformed { line, column } => {
            t!("problem.malformed", locale = locale, line = line, column = column)
        }
        Problem::Empty => t!("problem.empty", locale = locale),
        Problem::DuplicateKey => t!("problem.duplicate_key", locale = locale),
        Problem::Missing => t!("problem.missing", locale = locale),
        Problem::Null => t!("problem.is_null", locale = locale),
        Problem::NotA(Kind::String) => t!("problem.not_a_string", locale = locale),
        Problem::NotA(Kind::Boolean) => t!("problem.not_a_boolean", locale = locale),
        Problem::NotA(Kind::Object) => t!("problem.not_an_object", locale = locale),
        Problem::NotA(Kind::Strings) => t!("problem.not_strings", locale = locale),
        Problem::Unknown => t!("problem.unknown", locale = locale),
        Problem::ReadOnly => t!("problem.read_only", locale = locale),
        Problem::SentTwice => t!("problem.sent_twice", locale = locale),
        Problem::NotOneOf(values) => {
            t!("problem.not_one_of", locale = locale, values = values.join(", "))
        }
        Problem::NotVisibleAscii(max) => {
            t!("problem.not_visible_ascii", locale = locale, max = max)
        }
        Problem::NotAUserId => t!("problem.not_a_user_id", locale = locale),
        Problem::NotALocale => t!("problem.not_a_locale", locale = locale),
        Problem::NotATimeZone => t!("problem.not_a_time_zone", locale = locale),
        Problem::NotAPhoneNumber => t!("problem.not_a_phone_number", locale = locale),
        Problem::NotALabel => t!("problem.not_a_label", locale = locale),
        Problem::NotAUrl => t!("problem.not_a_url", locale = locale),
        Problem::Username(fault) => return of_username(fault, locale),
        Problem::Text(fault) => return of_text(*fault, locale),
        Problem::Password(fault) => return of_password(*fault, locale),
        Problem::Roles(RolesFault::Empty) => t!("problem.no_roles", locale = locale),
        Problem::Roles(RolesFault::Unknown) => t!("problem.unknown_role", locale = locale),
    }
    .into_owned()
}

fn of_username(fault: &UsernameFault, locale: &str) -> String {
    match fault {
        UsernameFault::TooShort { length } => {
            t!("username.too_short", locale = locale, min = username::MIN_LENGTH, length = length)
        }
        UsernameFault::TooLong { length } => {
            t!("username.too_long", locale = locale, max = username::MAX_LENGTH, length = length)
        }
        UsernameFault::ForbiddenCharacters { characters, suggestion } => {
            let found = all_shown(characters);
            if let Some(other) = suggestion {
                t!("username.try_other", locale = locale, found = found, suggestion = other)
            } else {
                t!("username.forbidden_characters", locale = locale, found = found)
            }
        }
        UsernameFault::SeparatorAtEdge => t!("username.separator_at_edge", locale = locale),
        UsernameFault::SeparatorsInRow => t!("username.separators_in_row", locale = locale),
        UsernameFault::NoLetter => t!("username.no_letter", locale = locale),
        UsernameFault::Reserved => t!("username.reserved", locale = locale),
        UsernameFault::EmailNotAccepted => t!("username.email_not_accepted", locale = locale),
        UsernameFault::InvalidEmail => t!("username.invalid_email", locale = locale),
        UsernameFault::EmailCharacters { characters } => {
            t!("username.email_characters", locale = locale, found = all_shown(characters))
        }
        UsernameFault::EmailTooLong { length } => {
            t!("username.email_too_long", locale = locale, length = length)
        }
    }
    .into_owned()
}

fn of_text(fault: TextFault, locale: &str) -> String {
    match fault {
        TextFault::Empty => t!("text.empty", locale = locale),
        TextFault::TooLong { max, length } => {
            t!("text.too_long", locale = locale, max = max, length = length)
        }
        TextFault::ControlCharacter { character } => {
            t!("text.control_character", locale = locale, found = shown(character))
        }
    }
    .into_owned()
}

fn of_password(fault: PasswordFault, locale: &str) -> String {
    match fault {
        PasswordFault::TooShort => {
            t!("password.too_short", locale = locale, min = password::MIN_LENGTH)
        }
        PasswordFault::TooLong => {
            t!("password.too_long", locale = locale, max = password::MAX_LENGTH)
        }
        PasswordFault::TooWeak => t!("password.too_weak", locale = locale),
    }
    .into_owned()
}

fn all_shown(characters: &[char]) -> String {
    characters.iter().map(|c| shown(*c)).collect::<Vec<_>>().join(" ")
}

/// A character as a sentence shows it: itself when it is visible and keeps the text around it as it
/// is, else its code point.
fn shown(c: char) -> String {
    if c == ' ' || c.is_ascii_graphic() || c.is_alphabetic() {
        format!("“{c}”")
    } else {
        format!("U+{:04X}", u32::from(c))
    }
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
        assert_eq!(shown('🌹'), "U+1F339");
        assert_eq!(shown(' '), "“ ”");
        assert_eq!(shown('\u{A0}'), "U+00A0");
    }
}
