//! `nameplate token --explain`: what of a token holds by the present settings, and what does not.

use std::error::Error;
use std::io::Read;

use shared::clock::{Clock, SystemClock};
use shared::token::{Outcome, TokenVerifier};

use crate::settings::Settings;

/// Explains the token, or the one on standard input for `-`.
#[expect(clippy::print_stdout, reason = "the explanation is this command's output")]
pub(crate) fn run(settings: &Settings, token: &str, fetch: bool) -> Result<(), Box<dyn Error>> {
    let mut text = token.to_owned();
    if token == "-" {
        text.clear();
        std::io::stdin().read_to_string(&mut text)?;
    }
    // People copy the whole header.
    let token = text.trim();
    let token = token.strip_prefix("Authorization:").unwrap_or(token).trim();
    let token = token.strip_prefix("Bearer ").unwrap_or(token).trim();

    let settings = settings.tokens()?;
    for warning in settings.warnings() {
        println!("warning    {warning}");
    }
    let verifier = TokenVerifier::new(&settings)?;
    let now = SystemClock.now();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let findings = runtime.block_on(verifier.explain(token, now, fetch));
    for finding in &findings {
        let outcome = match finding.outcome {
            Outcome::Holds => "holds",
            Outcome::Fails => "FAILS",
            Outcome::NotChecked => "not checked",
        };
        println!("{outcome:<12} {:<24} {}", finding.rule, finding.detail);
    }
    match findings.iter().filter(|finding| finding.outcome == Outcome::Fails).count() {
        0 => Ok(()),
        1 => Err("the token is refused: one rule fails".into()),
        failed => Err(format!("the token is refused: {failed} rules fail").into()),
    }
}
