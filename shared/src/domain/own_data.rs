//! Whether a password is made of the user's own data.

use super::username::plain_letters;

/// The fewest letters of a word that count as own data.
const MIN_WORD: usize = 2;
/// The most letters that may remain of a password that is made of own data, once the own data is taken out.
const MAX_REST: usize = 3;
/// Digits and symbols that people write for letters.
const LEET: [(char, char); 12] = [
    ('0', 'o'),
    ('1', 'i'),
    ('!', 'i'),
    ('3', 'e'),
    ('4', 'a'),
    ('@', 'a'),
    ('5', 's'),
    ('$', 's'),
    ('7', 't'),
    ('8', 'b'),
    ('9', 'g'),
    ('|', 'l'),
];

/// Whether the letters of the text are those of the user's own words, in any order and as often as
/// they like, forwards or backwards, but for a few: separators, digits and symbols do not count, and
/// neither do case, accents, and digits written for letters.
pub(super) fn is_made_of(text: &str, own_data: &[&str]) -> bool {
    let words = words(own_data);
    let leet = |c: char| LEET.iter().find(|(from, _)| *from == c).map_or(c, |(_, to)| *to);
    let translated: String = text.chars().map(leet).collect();
    [text, &translated].into_iter().any(|text| {
        let letters = ascii_letters(text);
        !letters.is_empty() && rest(&letters, &words) <= MAX_REST.min(letters.len() / 4)
    })
}

/// The words of the own data, forwards and backwards.
fn words(own_data: &[&str]) -> Vec<String> {
    let parts = own_data.iter().flat_map(|data| {
        let whole = std::iter::once(ascii_letters(data));
        whole.chain(data.split(|c: char| !c.is_alphanumeric()).map(ascii_letters))
    });
    let words = parts.filter(|word| word.len() >= MIN_WORD);
    words.flat_map(|word| [word.chars().rev().collect(), word]).collect()
}

/// The plain letters of a text, in lower case.
fn ascii_letters(text: &str) -> String {
    plain_letters(text).filter(char::is_ascii_alphabetic).collect()
}

/// The fewest letters that are left when words are taken out of the text.
fn rest(letters: &str, words: &[String]) -> usize {
    // `left[end]`: the fewest letters left of the first `end`.
    let mut left = vec![0];
    for end in 1..=letters.len() {
        let beginning = letters.get(..end).unwrap_or_default();
        let with_word = words.iter().filter(|word| beginning.ends_with(*word));
        let with_word = with_word.filter_map(|word| left.get(end - word.len())).min();
        let without = left.last().map_or(end, |left| left + 1);
        left.push(with_word.map_or(without, |with| without.min(*with)));
    }
    left.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HANS: [&str; 4] = ["Hans", "Florian", "Zimmer", "hans.z"];

    #[test]
    fn own_data_in_any_order_with_separators_and_digits_is_own_data() {
        for text in [
            "HansFlorianZimmer",
            "HansZimmer2026",
            "hanszimmer01",
            "Zimmer-Hans.Florian_1987!",
            "2026HANSzimmerHANS",
            "H4nsFl0r1anZ1mm3r",
            "remmiZ snaH 123456",
            "HansFlorianZimmerXy",
        ] {
            assert!(is_made_of(text, &HANS), "{text}");
        }
    }

    #[test]
    fn turkish_names_are_own_data_in_either_spelling() {
        let names = ["Çağrı", "Öztürk Şahin"];
        for text in
            ["cagriozturksahin", "ÇAĞRIÖZTÜRK1453", "Sahin.Cagri.2026", "çağrı-öztürk-şahin"]
        {
            assert!(is_made_of(text, &names), "{text}");
        }
    }

    #[test]
    fn a_password_with_something_else_in_it_is_not_made_of_own_data() {
        for text in
            ["Hans likes apricots", "correct horse battery", "4815162342481516", "Zimmerpflanze-9x"]
        {
            assert!(!is_made_of(text, &HANS), "{text}");
        }
        assert!(!is_made_of("HansFlorianZimmer", &[]));
    }
}
