//! How hard a password is to guess.

use zxcvbn::{Score, zxcvbn};

use super::invalid::InvalidPassword;

/// The lengths of the beginnings that are estimated first.
const BEGINNINGS: [usize; 5] = [16, 20, 24, 28, 32];
/// The fewest characters that count as own data.
const MIN_OWN_DATA: usize = 3;
/// The most work of an estimate, as [`work`] counts it: some 150 ms of a whole processor. A text of up to
/// 32 characters never needs more.
const MAX_WORK: usize = 600_000;

/// Estimates with zxcvbn how hard the text is to guess for somebody who knows `own_data`.
///
/// # Errors
/// [`InvalidPassword::TooWeak`] when the score is below 3 of 4 (under 10⁸ guesses), and
/// [`InvalidPassword::TooComplex`] when the estimate would take too long.
pub(super) fn estimate(text: &str, own_data: &[&str]) -> Result<(), InvalidPassword> {
    if begins_strong(text, own_data) {
        return Ok(());
    }
    if work(text) > MAX_WORK {
        return Err(InvalidPassword::TooComplex);
    }
    if zxcvbn(text, own_data).score() < Score::Three {
        return Err(InvalidPassword::TooWeak);
    }
    Ok(())
}

/// Whether the beginning of a long text needs over 10¹⁰ guesses, so that the rest need not be
/// estimated. The check cuts at several lengths, because one may cut a word, and counts every part of
/// the own data, for the same reason.
fn begins_strong(text: &str, own_data: &[&str]) -> bool {
    let beginning = |length| {
        let end = text.char_indices().nth(length).map(|(end, _)| end);
        end.and_then(|end| text.get(..end))
    };
    let Some(beginnings) = BEGINNINGS.into_iter().map(beginning).collect::<Option<Vec<_>>>() else {
        return false;
    };
    let parts: Vec<&str> = own_data.iter().flat_map(|data| parts(data)).collect();
    beginnings.iter().map(|text| work(text)).sum::<usize>() <= MAX_WORK
        && beginnings.iter().all(|text| zxcvbn(text, &parts).score() == Score::Four)
}

/// How much work an estimate is: zxcvbn tries each way to read digits and symbols as letters, and looks
/// up each part of the text in each. It cannot be interrupted, so its work is counted before.
fn work(text: &str) -> usize {
    /// zxcvbn's own table of digits and symbols for each letter.
    const SUBSTITUTES: [&str; 12] =
        ["4@", "8", "({[<", "3", "69", "1!|", "1|7", "0", "$5", "+7", "%", "2"];
    let found =
        |substitutes: &str| substitutes.chars().filter(|c| text.contains(*c)).count().max(1);
    let ways: usize = SUBSTITUTES.into_iter().map(found).product();
    let length = text.chars().count();
    ways * length * length
}

/// The text, and each of its beginnings and ends that is long enough to count as own data.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let cuts = text.char_indices().map(|(at, _)| at).skip(1);
    let parts = cuts.flat_map(|at| [text.get(..at), text.get(at..)]).flatten();
    parts.chain([text]).filter(|part| part.chars().count() >= MIN_OWN_DATA)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::password::PasswordText;

    fn judge(text: &str, own_data: &[&str]) -> Result<(), Vec<InvalidPassword>> {
        PasswordText::prepare(text).judge(own_data).map(drop)
    }

    #[test]
    fn a_password_too_complex_to_judge_is_refused_and_costs_nothing() {
        // Every digit and symbol that reads as a letter, and too little to begin strong.
        let complex = format!("{}4@8({{[<369 1!|70$5+%2", "a".repeat(100));
        assert!(work(&complex) > MAX_WORK);
        assert_eq!(judge(&complex, &[]), Err(vec![InvalidPassword::TooComplex]));
    }

    #[test]
    fn a_long_password_is_as_weak_as_all_of_it_and_as_strong_as_its_beginning() {
        let weak = || Err(vec![InvalidPassword::TooWeak]);
        let random = "uX4#kQz9!rTf2@Lw7$";
        assert_eq!(judge(&"a".repeat(128), &[]), weak());
        assert_eq!(judge(&format!("{}{random}", "a".repeat(33)), &[]), Ok(()));
        assert_eq!(judge(&format!("{random}{}", "a".repeat(33)), &[]), Ok(()));
        // Cut after 32 characters it would be strong.
        let cut = "passwordpasswordpasswordresponsibilities";
        assert_eq!(judge(cut, &[]), weak());
        // Its first 32 characters alone would be strong.
        let own = "hypatia.of.the.great.library@alexandria.example";
        let reversed: String = own.chars().rev().collect();
        for text in [own, &own.to_uppercase(), &format!("{}{own}", "a".repeat(20)), &reversed] {
            assert_eq!(judge(text, &[]), Ok(()), "{text}");
            assert_eq!(judge(text, &[own]), weak(), "{text}");
        }
        let names = ["Wolfeschlegelsteinhau", "Bergerdorffwelche"];
        let disguised = "W0lfeschlegel5teinh4uBerg3rdorffw3lche";
        assert_eq!(judge(disguised, &[]), Ok(()));
        assert_eq!(judge(disguised, &names), weak());
    }
}
