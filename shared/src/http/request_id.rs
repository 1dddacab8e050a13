//! The id of a request.

use uuid::Uuid;

/// The id of a request, in the log and in `X-Request-Id`. The code that receives a request from a
/// gateway puts the gateway's id into its extensions; the door makes an id where there is none.
#[derive(Debug, Clone)]
pub struct RequestId(String);

impl RequestId {
    /// A new id.
    pub(super) fn random() -> Self {
        Self(Uuid::new_v4().to_string())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id, or `None` when the text is empty or has anything but visible ASCII: a header should not
    /// contain more (RFC 9110 section 5.5).
    pub fn new(id: &str) -> Option<Self> {
        let is_visible = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic());
        is_visible.then(|| Self(id.to_owned()))
    }
}
