//! Attacks as tables: forged and malformed tokens of every class of RFC 8725 ("JSON Web Token Best Current
//! Practices") and of RFC 7515 to 7519, and the OWASP API Security Top 10 ([`owasp`]).
//!
//! The tests generate the keys and the tokens.
//!
//! | class | module |
//! |---|---|
//! | RFC 8725 sections 2.1, 3.1, 3.2: `none`, HMAC with a public key, other algorithms than the key's | [`algorithms`] |
//! | sections 3.10, 3.11: keys and addresses of keys in the header, `typ`, `cty`, `crit`, `kid` | [`headers`] |
//! | sections 2.3, 3.3: signatures that are invalid, truncated, or encoded in another way | [`signatures`] |
//! | sections 2.4 to 2.6, 3.4, 3.7: parts, encodings, ambiguous JSON, sizes | [`parts`] |
//! | sections 3.8, 3.9, 3.12: issuer, audience, subject, roles | [`claims`] |
//! | sections 3.9, 3.11, 3.12: id, refresh, logout and sender-bound tokens, `client_id` and `azp` | [`kinds`] |
//! | RFC 7519 sections 4.1.4 to 4.1.6: times | [`times`] |
//! | RFC 6750 section 2: the location of the token in a request | [`transport`] |

mod algorithms;
mod claims;
mod headers;
mod kinds;
mod lab;
mod owasp;
mod parts;
mod signatures;
mod times;
mod transport;

use std::collections::BTreeSet;

use lab::{Case, Lab, On};

/// The number of different tokens. Most of them are tried on both servers.
const FORGERIES: usize = 846;

#[tokio::test]
async fn the_tables_of_tokens_have_the_number_of_cases_that_the_documentation_states() {
    let lab = Lab::open().await;
    let tables: [fn(&Lab) -> Vec<Case>; 8] = [
        algorithms::cases,
        headers::cases,
        signatures::cases,
        parts::cases,
        claims::cases,
        kinds::cases,
        times::cases,
        transport::cases,
    ];
    let cases: Vec<Case> = tables.iter().flat_map(|cases| cases(&lab)).collect();
    let requests: BTreeSet<(&str, On)> =
        cases.iter().map(|case| (case.name.as_str(), case.on)).collect();
    assert_eq!(requests.len(), cases.len(), "every case has a name of its own");
    let forgeries: BTreeSet<&str> = requests.into_iter().map(|(name, _)| name).collect();
    assert_eq!(forgeries.len(), FORGERIES);
}
