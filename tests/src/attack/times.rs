//! RFC 7519 sections 4.1.4 to 4.1.6: a token counts before `exp` and not before `nbf`, with a leeway of
//! 60 s. Both are numbers of seconds since 1970 (section 2, `NumericDate`).

use super::lab::{ACCEPTED, Case, EXPIRED, INVALID, Lab};

pub(super) fn cases(lab: &Lab) -> Vec<Case> {
    [expiries(lab), beginnings(lab)].concat()
}

#[tokio::test]
async fn a_token_counts_until_60_seconds_after_exp_and_from_60_seconds_before_nbf_on() {
    let lab = Lab::open().await;
    lab.judge(&cases(&lab)).await;
}

/// Returns the claims with that text as the value of a claim. The text does not have to be JSON.
fn with(lab: &Lab, name: &str, value: &str) -> String {
    let mut claims = lab.claims();
    claims.as_object_mut().unwrap().shift_remove(name);
    claims.to_string().replacen('{', &format!("{{\"{name}\":{value},"), 1)
}

fn rows(lab: &Lab, claim: &str, rows: &[(&str, &'static str)]) -> Vec<Case> {
    let mut cases = Vec::new();
    for (value, outcome) in rows {
        for (on, token) in lab.issued(with(lab, claim, value)) {
            cases.push(Case::new(format!("{claim} {value}"), on, &token, outcome));
        }
    }
    cases
}

fn expiries(lab: &Lab) -> Vec<Case> {
    let at = |seconds: i64| (lab.now() + seconds).to_string();
    let (before, on, after) = (at(-61), at(-60), at(-59));
    let (just_before, just_after) = (format!("{}.001", at(-60)), format!("{}.999", at(-61)));
    let mut cases = rows(
        lab,
        "exp",
        &[
            (&before, EXPIRED),
            (&just_after, EXPIRED),
            (&on, EXPIRED),
            (&just_before, ACCEPTED),
            (&after, ACCEPTED),
            (&at(0), ACCEPTED),
            ("0", EXPIRED),
            ("-0", EXPIRED),
            ("1.5", EXPIRED),
            ("9e9", ACCEPTED),
            ("9007199254740993", ACCEPTED),
            ("9223372036854775807", ACCEPTED),
            ("9223372036854775808", ACCEPTED),
            ("-1", INVALID),
            ("-9223372036854775809", INVALID),
            ("1e400", INVALID),
            ("-1e400", INVALID),
            ("NaN", INVALID),
            ("Infinity", INVALID),
            ("0x7fffffff", INVALID),
            ("09000000000", INVALID),
            ("+9000000000", INVALID),
            ("9_000_000_000", INVALID),
            ("\"9000000000\"", INVALID),
            ("\"123\"", INVALID),
            ("\"2099-01-01T00:00:00Z\"", INVALID),
            ("\"never\"", INVALID),
            ("\"\"", INVALID),
            ("null", INVALID),
            ("true", INVALID),
            ("[9000000000]", INVALID),
            ("{}", INVALID),
            ("{\"$date\":9000000000}", INVALID),
        ],
    );
    let mut claims = lab.claims();
    claims.as_object_mut().unwrap().shift_remove("exp");
    for (on, token) in lab.issued(claims.to_string()) {
        cases.push(Case::new("no exp", on, &token, INVALID));
    }
    cases
}

/// The verifier checks `nbf`, and ignores `iat`.
fn beginnings(lab: &Lab) -> Vec<Case> {
    let at = |seconds: i64| (lab.now() + seconds).to_string();
    let (just_after, far) = (format!("{}.001", at(60)), at(1_000_000));
    let nbf = rows(
        lab,
        "nbf",
        &[
            (&at(59), ACCEPTED),
            (&at(60), ACCEPTED),
            (&just_after, INVALID),
            (&at(61), INVALID),
            (&far, INVALID),
            ("1e300", INVALID),
            ("1e400", INVALID),
            ("-1", ACCEPTED),
            ("0", ACCEPTED),
            ("null", ACCEPTED),
            ("\"0\"", INVALID),
            ("\"soon\"", INVALID),
            ("true", INVALID),
            ("[]", INVALID),
            ("{}", INVALID),
        ],
    );
    let iat = rows(
        lab,
        "iat",
        &[(&far, ACCEPTED), ("-1", ACCEPTED), ("\"now\"", ACCEPTED), ("null", ACCEPTED)],
    );
    [nbf, iat].concat()
}
