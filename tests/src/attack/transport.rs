//! RFC 6750 section 2: the token is in the only `Authorization` header. The API reads no token elsewhere.

use super::lab::{ACCEPTED, Case, INVALID, Lab, MISSING};

const TWICE: &str = "400 VALIDATION_FAILED";

pub(super) fn cases(lab: &Lab) -> Vec<Case> {
    [schemes(lab), repeated(lab), elsewhere(lab)].concat()
}

#[tokio::test]
async fn a_token_counts_in_one_authorization_header_with_the_scheme_bearer_and_nowhere_else() {
    let lab = Lab::open().await;
    lab.judge(&cases(&lab)).await;
}

/// RFC 9110 section 11.1: the header has the scheme in any case, then spaces, then the token.
fn schemes(lab: &Lab) -> Vec<Case> {
    let mut cases = Vec::new();
    for (on, token) in lab.headed("") {
        for (name, value, outcome) in [
            ("Bearer", format!("Bearer {token}"), ACCEPTED),
            ("bearer", format!("bearer {token}"), ACCEPTED),
            ("BEARER", format!("BEARER {token}"), ACCEPTED),
            ("bEaReR", format!("bEaReR {token}"), ACCEPTED),
            ("two spaces", format!("Bearer  {token}"), ACCEPTED),
            ("spaces behind", format!("Bearer {token}  "), ACCEPTED),
            ("nothing", String::new(), MISSING),
            ("the scheme alone", "Bearer".to_owned(), MISSING),
            ("the scheme and a space", "Bearer ".to_owned(), MISSING),
            ("the token alone", token.clone(), MISSING),
            ("a tab", format!("Bearer\t{token}"), MISSING),
            ("a colon", format!("Bearer: {token}"), MISSING),
            ("an equals sign", format!("Bearer={token}"), MISSING),
            ("a Turkish dotless letter", format!("Bearer\u{131} {token}"), MISSING),
            ("Basic", format!("Basic {token}"), MISSING),
            ("Token", format!("Token {token}"), MISSING),
            ("JWT", format!("JWT {token}"), MISSING),
            ("DPoP", format!("DPoP {token}"), MISSING),
            ("Negotiate", format!("Negotiate {token}"), MISSING),
            ("Bearer twice", format!("Bearer Bearer {token}"), INVALID),
            ("two tokens", format!("Bearer {token} {token}"), INVALID),
            ("a parameter", format!("Bearer token={token}"), INVALID),
            ("angle brackets", format!("Bearer <{token}>"), INVALID),
            ("the word null", "Bearer null".to_owned(), INVALID),
            ("the word undefined", "Bearer undefined".to_owned(), INVALID),
            ("dots", "Bearer ..".to_owned(), INVALID),
            ("full-width dots", format!("Bearer {}", token.replace('.', "\u{FF0E}")), MISSING),
            ("a letter beyond ASCII", format!("Bearer {token}é"), MISSING),
            ("JSON", format!("Bearer {{\"protected\":\"{token}\",\"payload\":\"\"}}"), TWICE),
        ] {
            let headers = [("authorization", value.as_str())];
            cases.push(Case::sent(format!("scheme: {name}"), on, &headers, outcome));
        }
    }
    cases
}

/// RFC 9110 section 5.3: the header occurs once. API Gateway joins repeated headers with commas.
fn repeated(lab: &Lab) -> Vec<Case> {
    let mut cases = Vec::new();
    let stolen = lab.ed.sign(None, &lab.claims()).unwrap();
    for (on, token) in lab.headed("") {
        let (good, other) = (format!("Bearer {token}"), format!("Bearer {stolen}"));
        for (name, values, outcome) in [
            ("the same twice", vec![good.clone(), good.clone()], ACCEPTED),
            ("the same twice, joined", vec![format!("{good}, {good}")], ACCEPTED),
            ("two", vec![good.clone(), other.clone()], TWICE),
            ("two, the other way round", vec![other.clone(), good.clone()], TWICE),
            ("two, joined", vec![format!("{good}, {other}")], TWICE),
            ("two, joined without a space", vec![format!("{good},{other}")], TWICE),
            ("tokens joined", vec![format!("{good},{stolen}")], TWICE),
            ("another scheme and the token", vec!["Basic YTpi".to_owned(), good.clone()], TWICE),
            ("the token and nothing", vec![good.clone(), String::new()], TWICE),
            ("a comma behind", vec![format!("{good},")], TWICE),
            (
                "two that differ in case",
                vec![good.clone(), good.replace("Bearer", "bearer")],
                TWICE,
            ),
            ("three", vec![good.clone(), good.clone(), other.clone()], TWICE),
        ] {
            let headers: Vec<_> =
                values.iter().map(|value| ("authorization", value.as_str())).collect();
            cases.push(Case::sent(format!("repeated: {name}"), on, &headers, outcome));
        }
    }
    cases
}

/// RFC 6750 sections 2.2 and 2.3 allow other locations. RFC 9700 section 4.3.2 advises against them.
fn elsewhere(lab: &Lab) -> Vec<Case> {
    let mut cases = Vec::new();
    for (on, token) in lab.headed("") {
        let value = format!("Bearer {token}");
        for name in [
            "proxy-authorization",
            "x-authorization",
            "x-forwarded-authorization",
            "x-amzn-remapped-authorization",
            "x-access-token",
            "x-auth-token",
            "x-api-key",
            "x-amz-security-token",
            "access_token",
            "dpop",
            "sec-websocket-protocol",
        ] {
            let case = Case::sent(format!("in {name}"), on, &[(name, &value)], MISSING);
            cases.push(case);
        }
        let cookie = format!("access_token={token}; Authorization={token}");
        cases.push(Case::sent("in a cookie", on, &[("cookie", &cookie)], MISSING));
        for name in ["access_token", "token", "authorization", "jwt"] {
            let case = Case::sent(format!("in the query as {name}"), on, &[], MISSING);
            cases.push(case.query(format!("?{name}={token}")));
        }
        // With a forged token in the header, the API does not use a good token in the query.
        let headers = [("authorization", "Bearer x")];
        let case = Case::sent("in the query beside a header", on, &headers, INVALID);
        cases.push(case.query(format!("?access_token={token}")));
        for who in ["x-user-id", "x-sub", "x-roles", "x-amzn-oidc-identity", "x-forwarded-user"] {
            let headers = [(who, "service"), ("x-amzn-oidc-data", token.as_str())];
            cases.push(Case::sent(format!("claimed in {who}"), on, &headers, MISSING));
        }
    }
    cases
}
