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

    /// Asks where the keys are. Section 4.3: the document's issuer must be the very one.
    pub(super) async fn ask(&self, fetcher: &Fetcher) -> Result<Uri, FetchError> {
        let unusable = |problem: String| FetchError::Unusable(Resource::Discovery, problem);
        let document = fetcher.fetch(Resource::Discovery, &self.document).await?;
        let document: Document = serde_json::from_slice(&document).map_err(|error| {
            unusable(format!("is not one of OpenID Connect Discovery: {error}"))
        })?;
        if document.issuer != self.issuer {
            return Err(unusable("is another issuer's: its issuer is not JWT_ISSUER".to_owned()));
        }
        parse_url(&document.jwks_uri, self.allow_http)
            .ok_or_else(|| unusable("has a jwks_uri that is not an https URL".to_owned()))
    }
}
