//! Every endpoint, in one list: what the local server serves and the tests test.

use shared::http::Endpoint;

/// Every endpoint, in the order of the API reference.
pub fn endpoints() -> Vec<Endpoint> {
    vec![
        change_username::endpoint(),
        update_user::endpoint(),
        create_user::endpoint(),
        get_user::endpoint(),
        check_username::endpoint(),
        find_user::endpoint(),
    ]
}
