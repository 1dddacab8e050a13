//! Guessing at passwords.

use futures_util::future::join_all;
use jiff::SignedDuration;
use sandbox::PASSWORD;

use super::log_in;
use crate::{Answer, TestApp};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const MILLISECOND: SignedDuration = SignedDuration::from_millis(1);

fn count(answers: &[Answer], outcome: &str) -> usize {
    answers.iter().filter(|answer| answer.outcome() == outcome).count()
}

#[tokio::test]
async fn of_40_guesses_at_once_at_most_10_are_verified_whether_or_not_anybody_has_the_name() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    for name in ["ada", "nobody"] {
        let guesses = (0..40).map(|n| log_in(&app, name, &format!("guess {n}")).send());
        let answers = join_all(guesses).await;
        let verified = count(&answers, "401 CREDENTIALS_INVALID");
        // A busy machine may leave some without a decision.
        let undecided = count(&answers, "503 UNAVAILABLE");
        assert!(verified <= 10 && verified + undecided >= 10, "{verified} {undecided} {name}");
        assert_eq!(count(&answers, "429 TOO_MANY_ATTEMPTS"), 40 - verified - undecided, "{name}");
        if undecided == 0 {
            log_in(&app, name, "one more").send().await.expect("429 TOO_MANY_ATTEMPTS");
        }
    }
}

#[tokio::test]
async fn too_many_attempts_are_429_also_with_the_right_password_until_15_minutes_are_over() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    for _ in 0..10 {
        log_in(&app, "ada", "wrong").send().await.expect("401 CREDENTIALS_INVALID");
        app.clock.advance(MINUTE);
    }
    // The last failure was a minute ago.
    let answer = log_in(&app, "ada", PASSWORD).send().await.expect("429 TOO_MANY_ATTEMPTS");
    assert_eq!(answer.header("retry-after"), "840");
    app.clock.advance(MINUTE * 14 - MILLISECOND);
    let answer = log_in(&app, "ada", PASSWORD).send().await.expect("429 TOO_MANY_ATTEMPTS");
    assert_eq!(answer.header("retry-after"), "1");
    app.clock.advance(MILLISECOND);
    log_in(&app, "ada", PASSWORD).send().await.expect("200");
    for _ in 0..10 {
        log_in(&app, "ada", "wrong").send().await.expect("401 CREDENTIALS_INVALID");
    }
    log_in(&app, "ada", "wrong").send().await.expect("429 TOO_MANY_ATTEMPTS");
}

#[tokio::test]
async fn no_more_than_10_failures_fit_into_any_15_minutes() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    let mut failed_at = Vec::new();
    for _ in 0..120 {
        if log_in(&app, "ada", "wrong").send().await.outcome() == "401 CREDENTIALS_INVALID" {
            failed_at.push(app.now());
        }
        app.clock.advance(MINUTE);
    }
    for window in failed_at.windows(11) {
        assert!(window[10].duration_since(window[0]) >= MINUTE * 15, "{window:?}");
    }
    assert!(failed_at.len() > 20, "{}", failed_at.len());
}

#[tokio::test]
async fn a_success_gives_its_attempt_back_so_that_the_limit_counts_failures_alone() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    for _ in 0..9 {
        log_in(&app, "ada", "wrong").send().await.expect("401 CREDENTIALS_INVALID");
    }
    for _ in 0..15 {
        log_in(&app, "ada", PASSWORD).send().await.expect("200");
    }
    log_in(&app, "ada", "wrong").send().await.expect("401 CREDENTIALS_INVALID");
    log_in(&app, "ada", "wrong").send().await.expect("429 TOO_MANY_ATTEMPTS");
}

#[tokio::test]
async fn on_a_known_device_the_user_signs_in_while_strangers_are_at_the_limit() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    let at_home = |password| log_in(&app, "ada", password).header("x-device-id", "at-home");
    at_home(PASSWORD).send().await.expect("200");
    for _ in 0..10 {
        log_in(&app, "ada", "wrong").send().await.expect("401 CREDENTIALS_INVALID");
    }
    log_in(&app, "ada", PASSWORD).send().await.expect("429 TOO_MANY_ATTEMPTS");
    let elsewhere = log_in(&app, "ada", PASSWORD).header("x-device-id", "elsewhere");
    elsewhere.send().await.expect("429 TOO_MANY_ATTEMPTS");
    at_home(PASSWORD).send().await.expect("200");
    for _ in 0..10 {
        at_home("wrong").send().await.expect("401 CREDENTIALS_INVALID");
    }
    at_home(PASSWORD).send().await.expect("429 TOO_MANY_ATTEMPTS");
}

#[tokio::test]
async fn after_100_failures_in_a_row_strangers_have_one_attempt_in_a_window_until_a_success() {
    let app = TestApp::start().await;
    let ada = app.user_with_password("ada").await;
    let at_home = || log_in(&app, "ada", PASSWORD).header("x-device-id", "at-home");
    at_home().send().await.expect("200");
    app.put_failures(&ada, 99).await;
    log_in(&app, "ada", "wrong").send().await.expect("401 CREDENTIALS_INVALID");
    log_in(&app, "ada", "wrong").send().await.expect("429 TOO_MANY_ATTEMPTS");
    app.clock.advance(MINUTE * 15);
    log_in(&app, "ada", "wrong").send().await.expect("401 CREDENTIALS_INVALID");
    log_in(&app, "ada", PASSWORD).send().await.expect("429 TOO_MANY_ATTEMPTS");
    // The user is not locked out, and ends it.
    at_home().send().await.expect("200");
    app.clock.advance(MINUTE * 15);
    for _ in 0..10 {
        log_in(&app, "ada", "wrong").send().await.expect("401 CREDENTIALS_INVALID");
    }
}

#[tokio::test]
async fn after_100_failures_in_a_row_a_name_that_nobody_has_is_treated_as_one_that_somebody_has() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    let mut all = Vec::new();
    for name in ["ada", "nobody"] {
        let mut outcomes = Vec::new();
        for _ in 0..12 {
            for _ in 0..11 {
                outcomes.push(log_in(&app, name, "wrong").send().await.outcome());
            }
            app.clock.advance(MINUTE * 15);
        }
        all.push(outcomes);
    }
    assert_eq!(all[0], all[1]);
    let failures = all[0].iter().filter(|outcome| *outcome == "401 CREDENTIALS_INVALID");
    assert_eq!(failures.count(), 102, "ten in each window, then one");
}

#[tokio::test]
async fn a_right_password_does_not_count_when_the_tokens_cannot_be_issued() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    let keys: Vec<_> = app.dump_credentials().await.into_keys().collect();
    let key = keys.iter().find(|key| key.starts_with("SIGNINGKEY#")).unwrap();
    app.delete_credential(key).await;
    for _ in 0..12 {
        log_in(&app, "ada", PASSWORD).send().await.expect("500 INTERNAL");
    }
}

#[tokio::test]
async fn a_refused_pool_is_remembered_and_costs_no_more_writes() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    for _ in 0..11 {
        log_in(&app, "ada", "wrong").send().await;
    }
    app.wire.take_calls();
    log_in(&app, "ada", "wrong").send().await.expect("429 TOO_MANY_ATTEMPTS");
    assert_eq!(app.wire.take_calls(), ["GetItem", "BatchGetItem"]);
}

#[tokio::test]
async fn an_address_that_failed_300_times_in_15_minutes_is_refused_whatever_the_name_and_the_sandbox()
 {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    // Other sandboxes have counted these; it counts the next 30 by itself.
    app.put_source_failures(268, app.now() + MINUTE * 15).await;
    for number in 0..32 {
        let name = format!("nobody{number}");
        log_in(&app, &name, "wrong").send().await.expect("401 CREDENTIALS_INVALID");
    }
    let answer = log_in(&app, "ada", PASSWORD).send().await.expect("429 TOO_MANY_ATTEMPTS");
    assert_eq!(answer.header("retry-after"), "900");
    app.clock.advance(MINUTE * 15 - MILLISECOND);
    log_in(&app, "ada", PASSWORD).send().await.expect("429 TOO_MANY_ATTEMPTS");
    app.clock.advance(MILLISECOND);
    log_in(&app, "ada", PASSWORD).send().await.expect("200");
}

#[tokio::test]
async fn the_counters_tell_nobody_which_names_were_tried() {
    let app = TestApp::start().await;
    app.user_with_password("ada@example.com").await;
    log_in(&app, "ada@example.com", "wrong").send().await.expect("401 CREDENTIALS_INVALID");
    let keys: Vec<_> = app.dump_credentials().await.into_keys().collect();
    assert!(keys.iter().any(|key| key.starts_with("ATTEMPTS#")), "{keys:?}");
    assert!(!keys.iter().any(|key| key.contains('@')), "{keys:?}");
}
