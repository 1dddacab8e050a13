//! What every answer of the API is like.

use jiff::Timestamp;
use serde_json::Value;

/// The statuses of the API reference but 500, which no input may end in.
const STATUSES: [u64; 14] = [200, 201, 204, 400, 401, 403, 404, 405, 409, 412, 413, 415, 429, 503];
/// The most bytes of a body. A body of 16 KiB can have some two thousand faults.
const MAX_LENGTH: usize = 1024 * 1024;

/// Checks the answer that API Gateway is given to a request of that method, and returns its status.
///
/// # Panics
/// When it is none that the API reference knows.
pub(crate) fn check(method: &str, answer: &Value) -> u64 {
    let status = answer["statusCode"].as_u64().expect("a status");
    assert!(STATUSES.contains(&status), "{answer}");
    let header = |name: &str| answer["headers"][name].as_str();
    let id = header("x-request-id").unwrap_or_default().as_bytes();
    assert!(!id.is_empty() && id.iter().all(u8::is_ascii_graphic), "{answer}");
    assert!(matches!(header("content-language"), Some("en" | "tr")), "{answer}");
    assert_eq!(header("cache-control"), Some("no-store"), "{answer}");
    assert_eq!(header("x-error-code").is_some(), status >= 400, "{answer}");
    assert_eq!(header("www-authenticate").is_some(), status == 401, "{answer}");
    assert_eq!(header("allow").is_some(), [204, 405].contains(&status), "{answer}");
    let text = answer["body"].as_str().unwrap_or_default();
    assert!(text.len() <= MAX_LENGTH, "{} bytes", text.len());
    // RFC 9110 sections 9.3.2 and 15.3.5.
    if method == "HEAD" || status == 204 {
        assert_eq!(text, "");
        return status;
    }
    let body: Value = serde_json::from_str(text).expect("JSON");
    if header("content-type") == Some("application/problem+json") {
        assert_eq!(body["code"].as_str(), header("x-error-code"), "{answer}");
        assert_eq!(body["status"], status, "{answer}");
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
