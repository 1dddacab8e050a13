//! The target `refresh-token`: a text → a refresh token.

use secrecy::ExposeSecret;
use shared::domain::session::RefreshToken;

/// Reads the input as a refresh token. Reading fails, or returns a token that has no other text.
///
/// # Panics
/// When a rule is broken.
pub fn refresh_token(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Some(token) = RefreshToken::parse(text) {
        assert_eq!(token.expose().expose_secret(), text);
        assert!(text.len() <= RefreshToken::MAX_LENGTH);
        assert!(!format!("{token:?}").contains(text));
    }
}
