//! Signing out.

use super::{log_out, me, refresh, refreshed, signed_in};
use crate::TestApp;

#[tokio::test]
async fn signing_out_ends_the_session_and_its_access_token_runs_out_by_itself() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    let (here, elsewhere) = (signed_in(&app, "ada").await, signed_in(&app, "ada").await);
    log_out(&app, &here.refresh, false).send().await.expect("204");
    refresh(&app, &here.refresh).send().await.expect("401 REFRESH_TOKEN_INVALID");
    me(&app, &here.access).send().await.expect("200");
    refreshed(&app, &elsewhere.refresh).await;
}

#[tokio::test]
async fn signing_out_everywhere_ends_all_sessions_at_once() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    let (here, elsewhere) = (signed_in(&app, "ada").await, signed_in(&app, "ada").await);
    log_out(&app, &here.refresh, true).send().await.expect("204");
    for tokens in [here, elsewhere] {
        me(&app, &tokens.access).send().await.expect("401 TOKEN_REVOKED");
        refresh(&app, &tokens.refresh).send().await.expect("401 REFRESH_TOKEN_INVALID");
    }
    me(&app, &signed_in(&app, "ada").await.access).send().await.expect("200");
}

#[tokio::test]
async fn everywhere_needs_the_present_refresh_token_or_the_one_before_it() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    let (first, other) = (signed_in(&app, "ada").await, signed_in(&app, "ada").await);
    let second = refreshed(&app, &first.refresh).await;
    refreshed(&app, &second.refresh).await;
    // Two generations old: it ends its own session, as any use of it does, and no other.
    log_out(&app, &first.refresh, true).send().await.expect("204");
    let other = refreshed(&app, &other.refresh).await;
    let last = signed_in(&app, "ada").await;
    refreshed(&app, &last.refresh).await;
    // The answer of the last refresh was lost.
    log_out(&app, &last.refresh, true).send().await.expect("204");
    refresh(&app, &other.refresh).send().await.expect("401 REFRESH_TOKEN_INVALID");
}

#[tokio::test]
async fn a_token_that_ends_nothing_is_204_as_well_and_so_is_a_repeat() {
    let app = TestApp::start().await;
    app.user_with_password("ada").await;
    let tokens = signed_in(&app, "ada").await;
    for everywhere in [false, true] {
        log_out(&app, "npr_junk", everywhere).send().await.expect("204");
        log_out(&app, &tokens.refresh, everywhere).send().await.expect("204");
        log_out(&app, &tokens.refresh, everywhere).send().await.expect("204");
    }
}
