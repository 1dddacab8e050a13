//! `GET /api/v1/users/username/availability?username=`, rule by rule.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::domain::role::Role;
use shared::domain::status::Status;
use shared::domain::username::Username;

use crate::concurrency::until_answered;
use crate::{Answer, NewUser, Request, TestApp, TestUser, percent_encoded};

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn check(app: &TestApp, user: &TestUser, name: &str) -> Request {
    let name = percent_encoded(name);
    app.get(&format!("/api/v1/users/username/availability?username={name}")).bearer(user)
}

/// Returns the reason of a response, or an empty text when the name is available.
fn reason(answer: &Answer) -> String {
    let data = &answer.json()["data"];
    assert_eq!(data["available"], data["reason"].is_null());
    data["reason"].as_str().unwrap_or_default().to_owned()
}

fn suggestions(answer: &Answer) -> Vec<String> {
    let suggestions = answer.json()["data"]["suggestions"].clone();
    serde_json::from_value(suggestions).unwrap()
}

#[tokio::test]
async fn a_free_name_is_available() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let answer = check(&app, &ada, "Lovelace").send().await.expect("200");
    let expected = json!({
        "isSuccess": true,
        "statusCode": 200,
        "data": {
            "username": "Lovelace",
            "available": true,
            "reason": null,
            "suggestions": [],
            "nextChangeAllowedAt": "2026-01-15T10:30:00.000Z"
        },
        "errors": [],
        "timestamp": "2026-01-15T10:30:00.000Z"
    });
    assert_eq!(answer.json(), expected);
}

#[tokio::test]
async fn the_reason_is_the_code_of_the_change_with_its_sentence_in_the_caller_s_language() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    app.rename(&bob, "robert").send().await.expect("200");
    for (name, code, sentence) in [
        ("robert", "USERNAME_TAKEN", "This username is taken; choose another one."),
        ("bob", "USERNAME_TAKEN", "This username is taken; choose another one."),
        (
            "r0bert",
            "USERNAME_TOO_SIMILAR",
            "This username looks too much like another one; choose one that differs more.",
        ),
        ("admin", "VALIDATION_FAILED", "This username is reserved; choose another one."),
        ("a", "VALIDATION_FAILED", "A username has at least 3 characters; this one has 1."),
    ] {
        let answer = check(&app, &ada, name).send().await.expect("200");
        assert_eq!((reason(&answer).as_str(), answer.errors()), (code, vec![sentence.to_owned()]));
    }
    let answer = check(&app, &ada, "robert").header("x-language", "tr").send().await.expect("200");
    assert_eq!(answer.errors(), ["Bu kullanıcı adı alınmış; başka bir ad seçin."]);
}

#[tokio::test]
async fn during_the_cooldown_the_caller_learns_when_the_next_change_is_allowed() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    app.rename(&ada, "lovelace").send().await.expect("200");
    let answer = check(&app, &ada, "another").send().await.expect("200");
    assert_eq!(reason(&answer), "USERNAME_COOLDOWN");
    assert_eq!(suggestions(&answer), Vec::<String>::new());
    assert_eq!(answer.json()["data"]["nextChangeAllowedAt"], "2026-02-14T10:30:00.000Z");
    assert_eq!(answer.errors(), ["You can change your username again on 14.02.2026 10:30 (UTC)."]);
    app.clock.advance(DAY * 30);
    assert_eq!(reason(&check(&app, &ada, "another").send().await), "");
}

#[tokio::test]
async fn a_held_name_has_the_same_response_as_a_taken_one() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    let _used = app.user("axa").await;
    app.rename(&bob, "robert").send().await.expect("200");
    let bare = |answer: &Answer| {
        let mut body = answer.json();
        body["data"]["username"] = Value::Null;
        body["data"]["suggestions"] = Value::Null;
        body
    };
    let held = check(&app, &ada, "bob").send().await.expect("200");
    let used = check(&app, &ada, "axa").send().await.expect("200");
    assert_eq!(bare(&held), bare(&used));
}

#[tokio::test]
async fn suggestions_are_close_to_the_requested_name_also_for_turkish_input() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    let answer = check(&app, &ada, "Çağrı Öz").send().await.expect("200");
    assert_eq!(reason(&answer), "VALIDATION_FAILED");
    assert_eq!(suggestions(&answer), ["cagri_oz", "cagri_oz2", "cagri_oz3"]);
    app.user("CAGRI_0z").await;
    let answer = check(&app, &ada, "Çağrı Öz").send().await.expect("200");
    assert_eq!(suggestions(&answer), ["cagri_oz2", "cagri_oz3", "cagri_oz7"]);
    for name in ["grace@example.com", "@grace", "@grace@example.com"] {
        let answer = check(&app, &ada, name).send().await.expect("200");
        assert_eq!(suggestions(&answer), ["grace", "grace2", "grace3"], "{name}");
    }
    for name in ["山田", "", "🌹", "@"] {
        let answer = check(&app, &ada, name).send().await.expect("200");
        assert_eq!(suggestions(&answer), Vec::<String>::new());
    }
}

#[tokio::test]
async fn checking_costs_one_call_and_with_suggestions_two() {
    let app = TestApp::start().await;
    let (ada, _) = (app.user("ada").await, app.user("bob").await);
    for (name, calls) in [
        ("free_name", ["BatchGetItem"].as_slice()),
        ("bob", &["BatchGetItem", "BatchGetItem"]),
        ("admin", &["GetItem"]),
        ("b!", &["GetItem", "BatchGetItem"]),
        ("", &["GetItem"]),
    ] {
        check(&app, &ada, name).send().await.expect("200");
        assert_eq!(app.wire.take_calls(), calls, "{name}");
    }
}

#[tokio::test]
async fn an_inactive_caller_is_refused_and_a_service_may_check_any_name() {
    let app = TestApp::start().await;
    for (status, outcome) in [
        (Status::Blocked, "403 ACCOUNT_NOT_ACTIVE"),
        (Status::Inactive, "403 ACCOUNT_NOT_ACTIVE"),
        (Status::Expired, "403 ACCOUNT_NOT_ACTIVE"),
        (Status::Deleted, "404 USER_NOT_FOUND"),
    ] {
        let name = format!("is_{}", status.as_str().to_lowercase());
        let user = app.create(NewUser { status, ..NewUser::named(&name) }).await;
        check(&app, &user, "free_name").send().await.expect(outcome);
    }
    let token = app.token("service", &[Role::ApiUser], None);
    let service = TestUser { id: "service".to_owned(), username: String::new(), token };
    let answer = check(&app, &service, "free_name").send().await.expect("200");
    assert_eq!(reason(&answer), "");
    assert_eq!(answer.json()["data"]["nextChangeAllowedAt"], Value::Null);
    assert_eq!(reason(&check(&app, &service, "is_blocked").send().await), "USERNAME_TAKEN");
}

#[tokio::test]
async fn a_missing_or_ambiguous_parameter_is_400() {
    let app = TestApp::start().await;
    let ada = app.user("ada").await;
    for query in ["", "?", "?name=x", "?username=a&username=b", "?Username=x"] {
        let path = format!("/api/v1/users/username/availability{query}");
        let answer = app.get(&path).bearer(&ada).send().await.expect("400 VALIDATION_FAILED");
        assert!(answer.errors()[1].starts_with("username: "), "{query}");
    }
    let answer = app.get("/api/v1/users/username/availability").header("x-platform", "ios");
    let answer = answer.bearer(&ada).send().await.expect("400 VALIDATION_FAILED");
    assert_eq!(answer.places(), ["X-Platform", "username"], "all faults at once");
    let answer = app.get("/api/v1/users/username/availability?username=a+b%FF&username=a+b%FF");
    let answer = answer.bearer(&ada).send().await.expect("200");
    assert_eq!(answer.json()["data"]["username"], "a b\u{FFFD}");
}

#[tokio::test]
async fn forty_checks_at_once_are_allowed_and_then_one_in_two_seconds_for_each_caller() {
    let app = TestApp::start_with_quotas().await;
    let (ada, bob) = (app.user("ada").await, app.user("bob").await);
    for _ in 0..40 {
        check(&app, &ada, "free_name").send().await.expect("200");
    }
    let answer = check(&app, &ada, "free_name").send().await.expect("429 TOO_MANY_REQUESTS");
    assert_eq!(answer.header("retry-after"), "2");
    app.wire.take_calls();
    check(&app, &ada, "free_name").send().await.expect("429 TOO_MANY_REQUESTS");
    assert_eq!(app.wire.take_calls(), Vec::<String>::new(), "it costs no call");
    check(&app, &bob, "free_name").send().await.expect("200");
    app.clock.advance(SignedDuration::from_millis(1999));
    check(&app, &ada, "free_name").send().await.expect("429 TOO_MANY_REQUESTS");
    app.clock.advance(SignedDuration::from_millis(1));
    check(&app, &ada, "free_name").send().await.expect("200");
    check(&app, &ada, "free_name").send().await.expect("429 TOO_MANY_REQUESTS");
}

/// A small deterministic generator of numbers.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        // This is Knuth's MMIX generator. Its high bits are random enough for the test.
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// Returns a name of any kind: new, invalid, reserved, taken, held, the caller's own, or a look-alike.
fn random_name(numbers: &mut Numbers, own: &str, other: &str) -> String {
    const PARTS: &[&str] =
        &["ada", "ben", "cem", "mine", "rn", "vv", "w", "m", "l1", "Io", "_", ".", "7"];
    let new = |numbers: &mut Numbers| -> String {
        (0..=numbers.below(5)).map(|_| numbers.pick(PARTS)).collect()
    };
    match numbers.below(10) {
        0 => numbers.pick(&["admin", "adrnin", "R00T", "api", "supp0rt"]).to_owned(),
        1 => numbers
            .pick(&["", "a", "ü", "a b", "ada!", "_ada", "a..b", "🌹🌹🌹", "123", "a@b.com"])
            .to_owned(),
        2 => own.to_owned(),
        3 => own.to_uppercase(),
        4 => own.replace('m', "rn").replace('l', "1"),
        5 => "x".repeat(numbers.below(40)),
        6 => other.to_lowercase(),
        7 => other.replace("al", "ai").replace('z', "Z"),
        _ => new(numbers),
    }
}

/// Checks the availability of `count` names, and then requests a rename to each. Counts the outcomes.
async fn compare(seed: u64, count: usize) -> [usize; 5] {
    let app = TestApp::start().await;
    let mut numbers = Numbers(seed);
    // The callers have the names that they have now, and had these at first.
    let (mut callers, mut first_names) = (Vec::<TestUser>::new(), Vec::new());
    let mut outcomes = [0; 5];
    for number in 0..count {
        // One round in twenty has a new caller, and time passes in every round.
        if callers.len() < 3 || numbers.below(20) == 0 {
            let name = format!("caller{seed}z{number}z");
            callers.push(app.user(&name).await);
            first_names.push(name);
        }
        app.clock.advance(SignedDuration::from_mins(i64::try_from(numbers.below(600)).unwrap()));
        let at = callers.len() - 1 - numbers.below(callers.len().min(40));
        let own = callers[at].username.clone();
        let token = app.token(&callers[at].id, &[], Some(&own));
        let caller = TestUser { token, ..callers[at].clone() };
        let other = first_names[numbers.below(callers.len())].clone();
        let name = random_name(&mut numbers, &own, &other);

        let checked = until_answered(|| check(&app, &caller, &name)).await.expect("200");
        if number % 10 == 0 {
            check_suggestions(&app, &caller, &checked).await;
        }
        let renamed = until_answered(|| app.rename(&caller, &name)).await;
        let promised = reason(&checked);
        let outcome = renamed.header("x-error-code");
        assert_eq!(outcome, promised, "seed {seed}, name {number}: {name:?} of {own}");
        assert_eq!(renamed.status.is_success(), promised.is_empty());
        if renamed.status.is_success() {
            callers[at].username.clone_from(&name);
        }
        let kinds = [
            "",
            "VALIDATION_FAILED",
            "USERNAME_TAKEN",
            "USERNAME_TOO_SIMILAR",
            "USERNAME_COOLDOWN",
        ];
        outcomes[kinds.iter().position(|kind| *kind == promised).unwrap()] += 1;
    }
    outcomes
}

/// Checks that every suggestion is an available handle, and that no two suggestions have the same key.
async fn check_suggestions(app: &TestApp, caller: &TestUser, answer: &Answer) {
    let names = suggestions(answer);
    let keys: BTreeSet<_> =
        names.iter().map(|name| Username::parse_handle(name).unwrap().key().clone()).collect();
    assert_eq!(keys.len(), names.len(), "{names:?}");
    let cooling =
        app.stored(caller).await.username_changed_at.is_some_and(|at| app.now() - DAY * 30 < at);
    for name in names {
        let expected = if cooling { "USERNAME_COOLDOWN" } else { "" };
        assert_eq!(reason(&check(app, caller, &name).send().await), expected, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn for_10_000_requested_names_of_every_kind_availability_predicts_the_rename() {
    let parts = join_all((1..=4).map(|seed| tokio::spawn(compare(seed, 2_500)))).await;
    let seen = parts
        .into_iter()
        .map(Result::unwrap)
        .fold([0; 5], |sum, part| std::array::from_fn(|kind| sum[kind] + part[kind]));
    assert_eq!(seen.iter().sum::<usize>(), 10_000);
    assert!(seen.iter().all(|count| *count > 100), "every outcome occurs: {seen:?}");
}
