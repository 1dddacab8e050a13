//! The time to verify a token, for each algorithm.

use std::error::Error;
use std::fmt::Write;
use std::time::Instant;

use jsonwebtoken::Algorithm;
use sandbox::{Issuer, IssuerKey, Sample as User, key_set};
use serde_json::json;
use shared::clock::{Clock, SystemClock};
use shared::token::{TokenSettings, TokenVerifier};

use crate::figures::{median, ratio};

/// The number of times that the benchmark verifies each token.
const TIMES: usize = 4000;

/// Verifies a token of each algorithm, by turns, with the verifier of a function. Returns the times as
/// a table.
pub(crate) async fn verification() -> Result<String, Box<dyn Error>> {
    let (now, issuer) = (SystemClock.now(), Issuer::development());
    let claims = json!({
        "iss": issuer.issuer, "aud": issuer.audience, "exp": now.as_second() + 3600,
        "sub": User::PLAIN.id, "username": User::PLAIN.username, "roles": ["API_USER"],
    });
    let keys = [
        IssuerKey::rsa("rsa")?,
        IssuerKey::rsa_for(Algorithm::PS256, "ps")?,
        IssuerKey::ec("ec")?,
        IssuerKey::p384("p384")?,
        IssuerKey::ed("ed")?,
    ];
    let tokens = [
        ("HS256", issuer.sign(&claims)?),
        ("RS256, a key of 2 048 bits", keys[0].sign(Some("rsa"), &claims)?),
        ("PS256, a key of 2 048 bits", keys[1].sign(Some("ps"), &claims)?),
        ("ES256", keys[2].sign(Some("ec"), &claims)?),
        ("ES384", keys[3].sign(Some("p384"), &claims)?),
        ("EdDSA, Ed25519", keys[4].sign(Some("ed"), &claims)?),
    ];
    let verifier = TokenVerifier::new(&TokenSettings {
        jwks: Some(key_set(&keys.each_ref())),
        ..issuer.token_settings()
    })?;
    let mut taken = [const { Vec::new() }; 6];
    for _ in 0..TIMES {
        for ((_, token), taken) in tokens.iter().zip(&mut taken) {
            let start = Instant::now();
            verifier.verify(token, now).await?;
            taken.push(start.elapsed());
        }
    }
    let [base, ..] = taken.each_ref().map(|taken| median(taken));
    let mut table = "| a token of | verified in µs | ratio |\n|---|--:|--:|\n".to_owned();
    for ((algorithm, _), taken) in tokens.iter().zip(&taken) {
        let taken = median(taken);
        let microseconds = taken.as_secs_f64() * 1e6;
        writeln!(table, "| {algorithm} | {microseconds:.1} | {:.1} × |", ratio(taken, base))?;
    }
    Ok(table)
}
