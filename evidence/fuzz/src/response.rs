//! What holds of every response of the API.

use jiff::Timestamp;
use serde_json::Value;

/// The statuses of the API reference, without 500. No input may cause a 500.
const STATUSES: [u64; 14] = [200, 201, 204, 400, 401, 403, 404, 405, 409, 412, 413, 415, 429, 503];
/// The greatest length of a body in bytes. A request body of 16 KiB can have about two thousand violations.
const MAX_LENGTH: usize = 1024 * 1024;

/// Checks the response that API Gateway receives to a request with that method. Returns its status.
///
/// # Panics
/// When the API reference does not allow the response.
pub(crate) fn check(method: &str, response: &Value) -> u64 {
    let status = response["statusCode"].as_u64().expect("a status");
    assert!(STATUSES.contains(&status), "{response}");
    let header = |name: &str| response["headers"][name].as_str();
    let id = header("x-request-id").unwrap_or_default().as_bytes();
    assert!(!id.is_empty() && id.iter().all(u8::is_ascii_graphic), "{response}");
    assert!(matches!(header("content-language"), Some("en" | "tr")), "{response}");
    assert_eq!(header("cache-control"), Some("no-store"), "{response}");
    assert_eq!(header("x-error-code").is_some(), status >= 400, "{response}");
    assert_eq!(header("www-authenticate").is_some(), status == 401, "{response}");
    assert_eq!(header("allow").is_some(), [204, 405].contains(&status), "{response}");
    let text = response["body"].as_str().unwrap_or_default();
    assert!(text.len() <= MAX_LENGTH, "{} bytes", text.len());
    // RFC 9110 sections 9.3.2 and 15.3.5.
    if method == "HEAD" || status == 204 {
        assert_eq!(text, "");
        return status;
    }
    let body: Value = serde_json::from_str(text).expect("JSON");
    if header("content-type") == Some("application/problem+json") {
        assert_eq!(body["code"].as_str(), header("x-error-code"), "{response}");
        assert_eq!(body["status"], status, "{response}");
    } else if status >= 400 || body.get("isSuccess").is_some() {
        check_envelope(&body, status);
    }
    status
}

fn check_envelope(body: &Value, status: u64) {
    let names: Vec<&String> = body.as_object().expect("an object").keys().collect();
    assert_eq!(names, ["isSuccess", "statusCode", "data", "errors", "timestamp"]);
    assert_eq!(body["isSuccess"], status < 400, "{body}");
    assert_eq!(body["statusCode"], status, "{body}");
    assert_eq!(body["data"].is_null(), status >= 400, "{body}");
    let sentences = body["errors"].as_array().expect("sentences");
    assert!(sentences.iter().all(|one| one.as_str().is_some_and(|one| !one.is_empty())), "{body}");
    assert!(status < 400 || !sentences.is_empty(), "{body}");
    let timestamp = body["timestamp"].as_str().map(str::parse::<Timestamp>);
    assert!(matches!(timestamp, Some(Ok(_))), "{body}");
}
