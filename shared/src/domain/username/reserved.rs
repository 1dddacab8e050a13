//! Handles that nobody may have.

use super::key::letters;

/// Words that would let a user pass for the service itself, or that the service needs for an address
/// or a path. A handle whose key is a word's key is refused, so `adrnin` is refused, too.
///
/// A new word is refused from then on. A user who has the name keeps it, but cannot send it again.
const RESERVED: &[&str] = &[
    // RFC 2142: mailbox names for common services, roles and functions.
    "abuse",
    "ftp",
    "hostmaster",
    "info",
    "marketing",
    "news",
    "noc",
    "postmaster",
    "sales",
    "security",
    "support",
    "trouble",
    "usenet",
    "uucp",
    "webmaster",
    "www",
    // Who runs the place.
    "admin",
    "administrator",
    "anonymous",
    "billing",
    "bot",
    "ceo",
    "compliance",
    "contact",
    "daemon",
    "developer",
    "editor",
    "everyone",
    "guest",
    "helpdesk",
    "help",
    "legal",
    "mail",
    "mailer_daemon",
    "moderator",
    "mod",
    "nobody",
    "no_reply",
    "noreply",
    "official",
    "operator",
    "owner",
    "power_user",
    "press",
    "privacy",
    "root",
    "service",
    "staff",
    "superuser",
    "supervisor",
    "sysadmin",
    "system",
    "team",
    "trust",
    "user",
    "users",
    "verified",
    // The same in Turkish.
    "yonetici",
    "destek",
    "yardim",
    "iletisim",
    "guvenlik",
    "sistem",
    "resmi",
    "hukuk",
    "kurucu",
    // Places of the service.
    "about",
    "access",
    "account",
    "accounts",
    "activate",
    "api",
    "api_user",
    "app",
    "apps",
    "assets",
    "auth",
    "availability",
    "blog",
    "cdn",
    "config",
    "dashboard",
    "delete",
    "deleted",
    "dev",
    "dns",
    "docs",
    "domain",
    "download",
    "edit",
    "email",
    "error",
    "explore",
    "faq",
    "feedback",
    "health",
    "home",
    "host",
    "imap",
    "invite",
    "login",
    "logout",
    "localhost",
    "me",
    "metrics",
    "new",
    "null",
    "oauth",
    "openid",
    "password",
    "payment",
    "ping",
    "pop3",
    "pricing",
    "prod",
    "profile",
    "proxy",
    "public",
    "register",
    "reset",
    "search",
    "self",
    "server",
    "settings",
    "signin",
    "signout",
    "signup",
    "smtp",
    "sso",
    "ssl",
    "staging",
    "static",
    "status",
    "subdomain",
    "terms",
    "test",
    "token",
    "undefined",
    "unknown",
    "update",
    "upload",
    "username",
    "verify",
    "webhook",
    "whois",
    "wpad",
    "autoconfig",
    "autodiscover",
];

/// The words that are reserved.
pub fn reserved_words() -> impl Iterator<Item = &'static str> {
    RESERVED.iter().copied()
}

/// Whether the handle is a reserved word or looks like one.
pub(super) fn is_reserved(handle: &str) -> bool {
    RESERVED.iter().any(|word| letters(word).eq(letters(handle)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::username::{InvalidUsername, Username, handle};

    #[test]
    fn reserved_words_are_refused_in_any_case_and_as_look_alikes() {
        for name in ["admin", "Admin", "adrnin", "ADM1N", "r00t", "supp0rt", "api", "vvebmaster"] {
            assert_eq!(
                Username::parse_handle(name),
                Err(vec![InvalidUsername::Reserved]),
                "{name}"
            );
        }
    }

    #[test]
    fn names_that_only_contain_a_reserved_word_are_free() {
        for name in ["administration", "rooted", "supporter", "admin1st"] {
            assert!(Username::parse_handle(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn every_mailbox_of_rfc_2142_is_reserved() {
        for name in [
            "info",
            "marketing",
            "sales",
            "support",
            "abuse",
            "noc",
            "security",
            "postmaster",
            "hostmaster",
            "usenet",
            "news",
            "webmaster",
            "www",
            "uucp",
            "ftp",
        ] {
            assert!(is_reserved(name), "{name}");
        }
    }

    #[test]
    fn every_word_is_in_lower_case_stands_once_and_could_be_a_handle() {
        for (at, word) in RESERVED.iter().enumerate() {
            assert_eq!(word.to_ascii_lowercase(), **word);
            assert!(!RESERVED[..at].contains(word), "{word} stands twice");
            let other_faults = handle::violations(word).into_iter().filter(|f| {
                !matches!(f, InvalidUsername::Reserved | InvalidUsername::TooShort { .. })
            });
            assert_eq!(other_faults.count(), 0, "{word}");
        }
    }
}
