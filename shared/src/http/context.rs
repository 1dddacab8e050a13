//! The client's own headers: language, time zone, platform, version, device.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::error::{Error, Location, Violation, ViolationKind};

/// The languages of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Turkish.
    Turkish,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::English, Self::Turkish];

    /// The language's tag, as in `X-Language` and `Content-Language`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Turkish => "tr",
        }
    }

    /// The language of a tag in any case, with a region or without: `tr`, `TR`, `tr-TR`.
    fn of_tag(tag: &str) -> Option<Self> {
        let (language, region) = match tag.split_once(['-', '_']) {
            Some((language, region)) => (language, Some(region)),
            None => (tag, None),
        };
        let is_region = |region: &str| match region.len() {
            2 => region.bytes().all(|b| b.is_ascii_alphabetic()),
            3 => region.bytes().all(|b| b.is_ascii_digit()),
            _ => false,
        };
        let known =
            Self::ALL.into_iter().find(|known| known.tag().eq_ignore_ascii_case(language))?;
        region.is_none_or(is_region).then_some(known)
    }
}

/// The languages of `X-Language`.
pub const LANGUAGES: &[&str] = &["en", "tr"];

/// The values of `X-Timezone`: `UTC` and the offsets of [the contract](../../../docs/contract.md#headers).
pub const TIMEZONES: &[&str] = &[
    "UTC",
    "UTC-12:00",
    "UTC-11:00",
    "UTC-10:00",
    "UTC-09:30",
    "UTC-09:00",
    "UTC-08:00",
    "UTC-07:00",
    "UTC-06:00",
    "UTC-05:00",
    "UTC-04:00",
    "UTC-03:30",
    "UTC-03:00",
    "UTC-02:30",
    "UTC-02:00",
    "UTC-01:00",
    "UTC+00:00",
    "UTC+01:00",
    "UTC+02:00",
    "UTC+03:00",
    "UTC+03:30",
    "UTC+04:00",
    "UTC+04:30",
    "UTC+05:00",
    "UTC+05:30",
    "UTC+05:45",
    "UTC+06:00",
    "UTC+06:30",
    "UTC+07:00",
    "UTC+08:00",
    "UTC+08:45",
    "UTC+09:00",
    "UTC+09:30",
    "UTC+10:00",
    "UTC+10:30",
    "UTC+11:00",
    "UTC+12:00",
    "UTC+12:45",
    "UTC+13:00",
    "UTC+13:45",
    "UTC+14:00",
];

/// The values of `X-Platform`.
pub const PLATFORMS: &[&str] =
    &["web", "mobile_ios", "mobile_android", "admin", "api", "unknown", "all"];

/// The most characters of `X-App-Version`.
pub const APP_VERSION_LENGTH: usize = 64;
/// The most characters of `X-Device-ID`.
pub const DEVICE_ID_LENGTH: usize = 128;

/// What a request's headers say of its client, and the rules that they break.
///
/// The door reads it once and puts it into the request's extensions. As an extractor it refuses a
/// request whose headers break a rule.
#[derive(Debug, Clone)]
pub struct ClientContext {
    /// `X-Language`: the language of the sentences.
    pub language: Language,
    /// `X-Timezone`: the offset in which a sentence states an instant.
    pub timezone: UtcOffset,
    /// `X-Platform`: the client's platform.
    pub platform: &'static str,
    /// `X-App-Version`: the client's version.
    pub app_version: Option<String>,
    /// `X-Device-ID`: the device. It is personal data, so the log has only a hash of it.
    pub device_id: Option<String>,
    /// `Accept`: whether the client wants errors as `application/problem+json` (RFC 9457).
    pub wants_problem: bool,
    /// The rules that these headers break.
    pub violations: Vec<Violation>,
}

impl ClientContext {
    /// Reads the headers. A header that breaks a rule is reported in `violations` and otherwise treated
    /// as absent.
    pub fn read(headers: &HeaderMap) -> Self {
        let mut violations = Vec::new();
        let mut read =
            |name: &'static str, violation_of: &dyn Fn(&str) -> Option<ViolationKind>| {
                let value = single(headers, name).and_then(|value| match value {
                    Some(value) => violation_of(value).map_or(Ok(Some(value)), Err),
                    None => Ok(None),
                });
                value.unwrap_or_else(|problem| {
                    violations.push(Violation::new(Location::Header(name), problem));
                    None
                })
            };
        let language = read("X-Language", &|value| match Language::of_tag(value) {
            Some(_) => None,
            None => Some(ViolationKind::NotOneOf(LANGUAGES)),
        });
        let timezone = read("X-Timezone", &|value| one_of(value, TIMEZONES));
        let platform = read("X-Platform", &|value| one_of(value, PLATFORMS));
        let mut read_free = |name: &'static str, max: usize| {
            let value = joined(headers, name)?;
            if is_visible_ascii(&value, max) {
                return Some(value);
            }
            let kind = ViolationKind::NotVisibleAscii(max);
            violations.push(Violation::new(Location::Header(name), kind));
            None
        };
        let app_version = read_free("X-App-Version", APP_VERSION_LENGTH);
        let device_id = read_free("X-Device-ID", DEVICE_ID_LENGTH);
        Self {
            language: language.and_then(Language::of_tag).unwrap_or_default(),
            timezone: UtcOffset::of(timezone.unwrap_or("UTC")),
            platform: PLATFORMS
                .iter()
                .copied()
                .find(|known| Some(*known) == platform)
                .unwrap_or("web"),
            app_version,
            device_id,
            wants_problem: wants_problem(headers),
            violations,
        }
    }
}

impl FromRequestParts<App> for ClientContext {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Error> {
        let context = Self::clone(&client_context(parts));
        with_headers(parts, Ok(context))
    }
}

/// The context that the door has put into the request.
pub(super) fn client_context(parts: &Parts) -> Arc<ClientContext> {
    let known = parts.extensions.get::<Arc<ClientContext>>();
    known.map_or_else(|| Arc::new(ClientContext::read(&parts.headers)), Arc::clone)
}

/// A part of the request, if it and the headers are valid; else every violation of both.
pub(super) fn with_headers<T>(parts: &Parts, read: Result<T, Violation>) -> Result<T, Error> {
    let mut violations = client_context(parts).violations.clone();
    match read {
        Ok(value) if violations.is_empty() => return Ok(value),
        Ok(_) => {}
        Err(violation) => violations.push(violation),
    }
    Err(Error::Invalid(violations))
}

/// The one value of a header. Equal values of a repeated header count once. A value that is not ASCII
/// becomes U+FFFD, which no header accepts.
///
/// # Errors
/// [`ViolationKind::SentTwice`] when the values differ.
pub(super) fn single<'h>(
    headers: &'h HeaderMap,
    name: &str,
) -> Result<Option<&'h str>, ViolationKind> {
    let mut only = None;
    for value in headers.get_all(name) {
        let value = unjoined(value.to_str().unwrap_or("\u{FFFD}"));
        if only.is_some_and(|only| only != value) {
            return Err(ViolationKind::SentTwice);
        }
        only = Some(value);
    }
    Ok(only)
}

/// API Gateway joins repeated headers with commas (payload format 2.0); equal values are one again.
fn unjoined(value: &str) -> &str {
    let mut parts = value.split(',').map(str::trim);
    match parts.next() {
        Some(first) if parts.all(|part| part == first) => first,
        _ => value,
    }
}

fn one_of(value: &str, values: &'static [&'static str]) -> Option<ViolationKind> {
    (!values.contains(&value)).then_some(ViolationKind::NotOneOf(values))
}

fn is_visible_ascii(value: &str, max: usize) -> bool {
    (1..=max).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_graphic())
}

/// The values of a header, joined by commas as API Gateway joins them; nothing when there is none.
fn joined(headers: &HeaderMap, name: &str) -> Option<String> {
    let values = headers.get_all(name).iter().map(|value| value.to_str().unwrap_or("\u{FFFD}"));
    values.map(str::to_owned).reduce(|all, value| format!("{all},{value}"))
}

/// Whether `Accept` names `application/problem+json`, and not with `q=0`.
fn wants_problem(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT);
    accepted.iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).any(
        |range| {
            let mut parts = range.split(';').map(str::trim);
            let is_problem =
                parts.next().is_some_and(|r| r.eq_ignore_ascii_case("application/problem+json"));
            let is_refused = parts.any(|parameter| {
                let weight = parameter.strip_prefix("q=").or(parameter.strip_prefix("Q="));
                weight.and_then(|q| q.parse::<f32>().ok()).is_some_and(|q| q <= 0.0)
            });
            is_problem && !is_refused
        },
    )
}

/// A value of `X-Timezone`: the offset in which instants are stated to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UtcOffset {
    name: &'static str,
    offset: Offset,
}

impl UtcOffset {
    /// The one of that name, or `UTC`.
    fn of(name: &str) -> Self {
        let name = TIMEZONES.iter().copied().find(|known| *known == name).unwrap_or("UTC");
        Self { name, offset: offset_of(name).unwrap_or(Offset::UTC) }
    }

    /// States the instant in this offset, to the minute: `15.02.2024 03:00 (UTC+03:00)`. It rounds up,
    /// so that the stated time is never too early.
    pub fn state(&self, at: Timestamp) -> String {
        let up = at.checked_add(SignedDuration::from_millis(59_999)).unwrap_or(at);
        let there = self.offset.to_datetime(up);
        format!("{} ({})", there.strftime("%d.%m.%Y %H:%M"), self.name)
    }
}

/// The offset of `UTC+hh:mm`.
fn offset_of(name: &str) -> Option<Offset> {
    let (hours, minutes) = name.strip_prefix("UTC")?.split_once(':')?;
    let sign = if hours.starts_with('-') { -1 } else { 1 };
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    Offset::from_seconds((hours * 60 + sign * minutes) * 60).ok()
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn context(headers: &[(&'static str, &'static str)]) -> ClientContext {
        let headers = headers.iter().map(|(name, value)| {
            (HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_static(value))
        });
        let mut map = HeaderMap::new();
        headers.for_each(|(name, value)| {
            map.append(name, value);
        });
        ClientContext::read(&map)
    }

    #[test]
    fn every_timezone_of_the_list_is_an_offset_and_there_are_40_and_utc() {
        assert_eq!(TIMEZONES.len(), 41);
        for name in &TIMEZONES[1..] {
            let timezone = UtcOffset::of(name);
            let (sign, hours, minutes) = (&name[3..4], &name[4..6], &name[7..9]);
            let seconds =
                hours.parse::<i32>().unwrap() * 3600 + minutes.parse::<i32>().unwrap() * 60;
            let seconds = if sign == "-" { -seconds } else { seconds };
            assert_eq!((timezone.name, timezone.offset.seconds()), (*name, seconds));
        }
    }

    #[test]
    fn an_instant_is_stated_in_the_offset_and_rounded_up_to_the_minute() {
        let state = |name: &str, at: &str| UtcOffset::of(name).state(at.parse().unwrap());
        let midnight = "2024-02-15T00:00:00.000Z";
        assert_eq!(state("UTC+03:00", midnight), "15.02.2024 03:00 (UTC+03:00)");
        assert_eq!(state("UTC", midnight), "15.02.2024 00:00 (UTC)");
        assert_eq!(state("UTC-09:30", midnight), "14.02.2024 14:30 (UTC-09:30)");
        assert_eq!(state("UTC", "2024-02-15T00:00:00.001Z"), "15.02.2024 00:01 (UTC)");
    }

    #[test]
    fn headers_have_their_deviolations() {
        let context = context(&[]);
        assert_eq!(context.language, Language::English);
        assert_eq!(context.timezone, UtcOffset::of("UTC"));
        assert_eq!((context.platform, context.app_version, context.device_id), ("web", None, None));
        assert_eq!(context.violations, []);
    }

    #[test]
    fn every_header_that_breaks_a_rule_is_reported() {
        let context = context(&[
            ("x-language", "de"),
            ("x-timezone", "Europe/Istanbul"),
            ("x-platform", "ios"),
            ("x-app-version", "1 0"),
            ("x-device-id", ""),
        ]);
        let locations: Vec<_> =
            context.violations.into_iter().map(|violation| violation.location).collect();
        assert_eq!(
            locations,
            ["X-Language", "X-Timezone", "X-Platform", "X-App-Version", "X-Device-ID"]
                .map(Location::Header)
        );
    }

    #[test]
    fn a_header_sent_twice_counts_once_when_equal_and_is_refused_when_not() {
        assert_eq!(
            context(&[("x-language", "tr"), ("x-language", "tr")]).language,
            Language::Turkish
        );
        assert_eq!(context(&[("x-language", "tr,tr")]).language, Language::Turkish);
        let twice = context(&[("x-platform", "web"), ("x-platform", "api")]);
        assert_eq!(
            twice.violations,
            [Violation::new(Location::Header("X-Platform"), ViolationKind::SentTwice)]
        );
    }

    #[test]
    fn a_comma_is_a_character_like_any_other_where_the_values_are_not_a_closed_list() {
        let context = context(&[("x-device-id", "iPhone15,3"), ("x-app-version", "7,1")]);
        assert_eq!(context.violations, []);
        assert_eq!(context.device_id.as_deref(), Some("iPhone15,3"));
        assert_eq!(context.app_version.as_deref(), Some("7,1"));
    }

    #[test]
    fn a_language_is_read_in_any_case_with_a_region_or_without() {
        for (tag, language) in [
            ("tr", Some(Language::Turkish)),
            ("TR", Some(Language::Turkish)),
            ("tr-TR", Some(Language::Turkish)),
            ("tr_CY", Some(Language::Turkish)),
            ("en-001", Some(Language::English)),
            ("trk", None),
            ("tr-", None),
            ("tr-TUR", None),
            ("de-TR", None),
            ("", None),
        ] {
            assert_eq!(Language::of_tag(tag), language, "{tag}");
        }
    }

    #[test]
    fn problem_json_is_wanted_when_accept_names_it() {
        for (accept, wanted) in [
            ("application/problem+json", true),
            ("application/json, Application/Problem+JSON;q=0.9", true),
            ("application/problem+json;q=0", false),
            ("application/json", false),
            ("*/*", false),
        ] {
            assert_eq!(context(&[("accept", accept)]).wants_problem, wanted, "{accept}");
        }
    }
}
