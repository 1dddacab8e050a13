//! Every endpoint, in one list: what the local server serves, the reference describes and the tests test.

use shared::http::Endpoint;

/// The sample request of an operation and its answer, as in `events/`.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// The operation.
    pub operation: &'static str,
    /// API Gateway's event, as JSON.
    pub event: &'static str,
    /// The function's answer, as JSON; `"*"` stands for a value that varies.
    pub answer: &'static str,
}

/// Declares each endpoint once.
macro_rules! endpoints {
    ($($function:ident = $operation:literal,)+) => {
        /// Every endpoint, in the order of the API reference.
        pub fn endpoints() -> Vec<Endpoint> {
            vec![$($function::endpoint()),+]
        }

        /// The sample of success of every endpoint.
        pub const SAMPLES: &[Sample] = &[$(Sample {
            operation: $operation,
            event: include_str!(concat!("../../events/", $operation, "/success.json")),
            answer: include_str!(concat!("../../events/", $operation, "/success.response.json")),
        }),+];
    };
}

endpoints! {
    change_username = "change-username",
    update_user = "update-user",
    create_user = "create-user",
    get_user = "get-user",
    get_me = "get-me",
    update_account = "update-account",
    check_username = "check-username",
    find_user = "find-user",
    log_in = "log-in",
    refresh_session = "refresh-session",
    log_out = "log-out",
    change_password = "change-password",
    get_key_set = "get-key-set",
    get_discovery = "get-discovery",
}
