//! What a page of another origin may send and read (the Fetch standard's CORS protocol). API Gateway
//! sees to it on AWS, the local server on a laptop; both by these lists.

/// The request headers that a page may send.
pub const REQUEST_HEADERS: &[&str] = &[
    "Authorization",
    "Content-Type",
    "Accept",
    "If-Match",
    "X-Language",
    "X-Timezone",
    "X-Platform",
    "X-App-Version",
    "X-Device-ID",
];

/// The response headers that a page may read.
pub const RESPONSE_HEADERS: &[&str] = &[
    "X-Request-Id",
    "X-Error-Code",
    "ETag",
    "Location",
    "Retry-After",
    "Content-Language",
    "WWW-Authenticate",
];

/// The methods that a page may use.
pub const METHODS: &[&str] = &["GET", "POST", "PATCH"];
