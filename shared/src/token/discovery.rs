//! OpenID Connect Discovery: where an issuer publishes its keys.

use http::Uri;
use serde::Deserialize;

use super::error::{FetchError, Resource};
use super::fetch::{Fetcher, parse_url};

/// The path of the document below the issuer (OpenID Connect Discovery section 4).
const PATH: &str = "/.well-known/openid-configuration";

/// The document of an issuer.
pub(super) struct Discovery {
    issuer: String,
    document: Uri,
    allow_http: bool,
}

/// What of the document counts here.
#[derive(Deserialize)]
struct Document {
    issuer: String,
    jwks_uri: String,
}

impl Discovery {
    /// The document of that issuer; `None` when the issuer is no URL that can be asked.
    pub(super) fn of(issuer: &str, allow_http: bool) -> Option<Self> {
        let base = issuer.strip_suffix('/').unwrap_or(issuer);
        if base.contains(['?', '#']) {
            return None;
        }
        let document = parse_url(&format!("{base}{PATH}"), allow_http)?;
        parse_url(base, allow_http)?;
        Some(Self { issuer: issuer.to_owned(), document, allow_http })
    }

    /// Asks where the keys are.
    pub(super) async fn ask(&self, fetcher: &Fetcher) -> Result<Uri, FetchError> {
        let document = fetcher.fetch(Resource::Discovery, &self.document).await?;
        self.keys_by(&document)
            .map_err(|problem| FetchError::Unusable(Resource::Discovery, problem))
    }

    /// Where the keys are by that document. Section 4.3: its issuer must be the very one.
    fn keys_by(&self, document: &[u8]) -> Result<Uri, String> {
        let document: Document = serde_json::from_slice(document)
            .map_err(|error| format!("is not one of OpenID Connect Discovery: {error}"))?;
        if document.issuer != self.issuer {
            return Err("is another issuer's: its issuer is not JWT_ISSUER".to_owned());
        }
        parse_url(&document.jwks_uri, self.allow_http)
            .ok_or_else(|| "has a jwks_uri that is not an https URL".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_may_be_on_another_host_but_over_https_unless_plain_http_is_allowed() {
        const ISSUER: &str = "https://t.example.com/a/";
        let keys = |jwks_uri: &str, allow_http| {
            let document = json!({ "issuer": ISSUER, "jwks_uri": jwks_uri }).to_string();
            Discovery::of(ISSUER, allow_http).unwrap().keys_by(document.as_bytes())
        };
        assert_eq!(
            keys("https://keys.example.net/jwks", false).unwrap(),
            "https://keys.example.net/jwks"
        );
        assert!(keys("http://t.example.com/jwks", false).is_err());
        assert!(keys("http://t.example.com/jwks", true).is_ok());
        let url = Discovery::of(ISSUER, false).unwrap().document;
        assert_eq!(url, "https://t.example.com/a/.well-known/openid-configuration");
    }
}
