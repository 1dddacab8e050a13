//! A second implementation of the rules for usernames, written from the text of `docs/contract.md`.
//!
//! It works in another way than the first one: it replaces text, and it reads one character at a time.

/// Some of the reserved words. Most of them are the mailboxes of RFC 2142.
const RESERVED: [&str; 20] = [
    "admin",
    "root",
    "support",
    "api",
    "abuse",
    "noc",
    "security",
    "postmaster",
    "hostmaster",
    "usenet",
    "news",
    "webmaster",
    "www",
    "uucp",
    "ftp",
    "info",
    "marketing",
    "sales",
    "trouble",
    "users",
];

/// Whether the text has the form of a handle: 3–30 ASCII letters, digits, `_` and `.`, with at least one
/// letter, and with each separator between two letters or digits.
pub(crate) fn is_handle(text: &str) -> bool {
    let (mut length, mut has_letter, mut may_end) = (0, false, false);
    for c in text.chars() {
        length += 1;
        match c {
            'a'..='z' | 'A'..='Z' => (has_letter, may_end) = (true, true),
            '0'..='9' => may_end = true,
            '_' | '.' if may_end => may_end = false,
            _ => return false,
        }
    }
    may_end && has_letter && (3..31).contains(&length)
}

/// Returns the key of a handle: its lower case with `0→o`, `1→l`, `i→l`, `m→rn` and `w→vv`.
pub(crate) fn handle_key(text: &str) -> String {
    let pairs = [("0", "o"), ("1", "l"), ("i", "l"), ("m", "rn"), ("w", "vv")];
    let lower = text.to_ascii_lowercase();
    pairs.iter().fold(lower, |key, (from, to)| key.split(from).collect::<Vec<_>>().join(to))
}

/// Whether a handle looks like one of the reserved words, or its plural, whatever separators it has.
pub(crate) fn is_reserved(text: &str) -> bool {
    let key = handle_key(text).replace(['_', '.'], "");
    let plurals = |word| ["", "s", "es", "ler", "lar"].map(|ending| format!("{word}{ending}"));
    RESERVED.iter().flat_map(plurals).any(|word| handle_key(&word) == key)
}

/// Returns look-alikes of a handle.
pub(crate) fn look_alikes(text: &str) -> Vec<String> {
    let pairs = [
        ("o", "0"),
        ("0", "O"),
        ("l", "1"),
        ("I", "l"),
        ("1", "i"),
        ("rn", "m"),
        ("m", "rn"),
        ("M", "RN"),
        ("vv", "w"),
        ("w", "vV"),
        ("W", "vv"),
    ];
    pairs.map(|(from, to)| text.replace(from, to)).to_vec()
}

/// Whether the text meets the conditions that every valid e-mail address meets. It has at most 254
/// characters and one `@`. Before the `@` it has words of printable ASCII between single dots, without
/// characters that have a meaning in a path. After the `@` it has a domain with at least two labels, of
/// which the last is not a number.
pub(crate) fn is_email(text: &str) -> bool {
    let parts: Vec<&str> = text.split('@').collect();
    let [local, domain] = parts[..] else { return false };
    let special = |c: char| !c.is_ascii_graphic() || "()<>[]:;,\\\"%/?#".contains(c);
    let is_word = |word: &str| !word.is_empty() && !word.contains(special);
    // UTS #46 treats three other characters of a domain as a dot.
    let labels = domain.split(['.', '。', '．', '｡']).collect::<Vec<_>>();
    text.chars().count() <= 254
        && local.len() <= 64
        && local.split('.').all(is_word)
        && labels.len() > 1
        && labels.iter().all(|label| !label.is_empty())
        && !labels.last().is_some_and(|top| top.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether the text is an e-mail address that the API must accept: it has short words of letters and
/// digits, at most 64 characters in all (RFC 5321 section 4.5.3.1.1), and a domain of two such words,
/// of which the last has only letters.
pub(crate) fn is_plain_email(text: &str) -> bool {
    let is_word = |word: &str| {
        (1..=20).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let Some((local, domain)) = text.split_once('@') else { return false };
    let Some((name, top)) = domain.split_once('.') else { return false };
    let is_top = top.len() > 1 && top.bytes().all(|byte| byte.is_ascii_alphabetic());
    local.len() <= 64 && local.split('.').all(is_word) && is_word(name) && is_word(top) && is_top
}

/// Returns the key of an e-mail address: its lower case with the domain in Punycode. Returns `None`
/// when the domain is in Punycode already, or has letters for which UTS #46 has further rules.
pub(crate) fn email_key(text: &str) -> Option<String> {
    let (local, domain) = text.split_once('@')?;
    let is_plain = |c: char| {
        c.is_ascii_alphanumeric()
            || "-.".contains(c)
            || matches!(c, 'à'..='ö' | 'ø'..='ÿ' | 'ğ' | 'ı' | 'ş' | 'α'..='ρ' | 'а'..='я')
    };
    let labels: Vec<String> = domain.to_ascii_lowercase().split('.').map(str::to_owned).collect();
    let is_encoded = labels.iter().any(|label| label.starts_with("xn--"));
    if is_encoded || !domain.chars().all(is_plain) {
        return None;
    }
    let labels: Vec<String> = labels.iter().map(|label| punycode(label)).collect();
    Some(format!("{}@{}", local.to_ascii_lowercase(), labels.join(".")))
}

/// Returns a label in Punycode (RFC 3492 section 6.3). An ASCII label stays as it is.
fn punycode(label: &str) -> String {
    if label.is_ascii() {
        return label.to_owned();
    }
    let mut out: String = label.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(out.len()).unwrap_or(0);
    if basic > 0 {
        out.push('-');
    }
    let (mut n, mut delta, mut bias, mut handled) = (128_u32, 0_u32, 72_u32, basic);
    let points: Vec<u32> = label.chars().map(u32::from).collect();
    while usize::try_from(handled).is_ok_and(|handled| handled < points.len()) {
        let next = points.iter().copied().filter(|point| *point >= n).min().unwrap_or(n);
        delta += (next - n) * (handled + 1);
        n = next;
        for point in &points {
            delta += u32::from(*point < n);
            if *point == n {
                write_variable(delta, bias, &mut out);
                bias = adapt(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta += 1;
        n += 1;
    }
    format!("xn--{out}")
}

/// Writes `delta` as a variable-length integer (RFC 3492 section 3.3).
fn write_variable(delta: u32, bias: u32, out: &mut String) {
    // In RFC 3492 the digits are a–z and then 0–9.
    const DIGITS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let digit = |value: u32| usize::try_from(value).ok().and_then(|at| DIGITS.get(at));
    let digit = |value: u32| digit(value).copied().map(char::from);
    let mut rest = delta;
    for k in (36..).step_by(36) {
        let threshold = u32::saturating_sub(k, bias).clamp(1, 26);
        if rest < threshold {
            break;
        }
        out.extend(digit(threshold + (rest - threshold) % (36 - threshold)));
        rest = (rest - threshold) / (36 - threshold);
    }
    out.extend(digit(rest));
}

/// Returns the next bias (RFC 3492 section 6.1).
fn adapt(delta: u32, points: u32, is_first: bool) -> u32 {
    let mut delta = if is_first { delta / 700 } else { delta / 2 };
    delta += delta / points;
    let mut k = 0;
    while delta > 455 {
        delta /= 35;
        k += 36;
    }
    k + 36 * delta / (delta + 38)
}
