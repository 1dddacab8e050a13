//! What it costs to verify a password.

use std::fmt::Write;
use std::hint::black_box;
use std::time::Instant;

use shared::domain::password::{HashSettings, PasswordHash, PasswordText};

use crate::figures::{median, milliseconds, ratio};

/// How often each is verified.
const TIMES: usize = 20;

/// Verifies a password with our own hash and with bcrypt, by turns. Returns the times as a table.
pub(crate) fn verification() -> Result<String, std::fmt::Error> {
    let (text, own) = (PasswordText::prepare("a wrong password"), PasswordHash::dummy());
    let settings = HashSettings::default();
    let mut taken = [const { Vec::new() }; 3];
    for _ in 0..TIMES {
        let [ours, bcrypt_10, bcrypt_12] = &mut taken;
        let start = Instant::now();
        black_box(text.verify(&own, &settings));
        ours.push(start.elapsed());
        for (cost, taken) in [(10, bcrypt_10), (12, bcrypt_12)] {
            let start = Instant::now();
            black_box(bcrypt::bcrypt(cost, [7; 16], b"a wrong password\0"));
            taken.push(start.elapsed());
        }
    }
    let names = ["argon2id, m=19 MiB, t=2, p=1 (ours)", "bcrypt, cost 10", "bcrypt, cost 12"];
    let [base, ..] = taken.each_ref().map(|taken| median(taken));
    let mut table = "| one password by | ms | ratio |\n|---|--:|--:|\n".to_owned();
    for (name, taken) in names.iter().zip(&taken) {
        let taken = median(taken);
        writeln!(table, "| {name} | {} | {:.1} × |", milliseconds(taken), ratio(taken, base))?;
    }
    Ok(table)
}
