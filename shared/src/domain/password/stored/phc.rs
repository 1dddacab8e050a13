//! PHC strings: `$name$v=version$parameter=value,…$salt$hash`.

use argon2::password_hash::phc::{Ident, PasswordHash, Value};

/// A PHC string with the parameters that its algorithm has.
pub(super) struct Phc<const N: usize> {
    pub(super) name: Ident,
    pub(super) version: Option<u32>,
    /// In the order in which they were asked for; `None` for one that is absent.
    pub(super) numbers: [Option<u32>; N],
    pub(super) salt: Vec<u8>,
    pub(super) output: Vec<u8>,
}

impl<const N: usize> Phc<N> {
    /// Reads a PHC string whose parameters are numbers of these names.
    pub(super) fn parse(text: &str, names: [&str; N]) -> Option<Self> {
        let parsed = PasswordHash::new(text).ok()?;
        let values = values(&parsed, names)?;
        if values.iter().flatten().any(|value| !value.is_decimal()) {
            return None;
        }
        Some(Self {
            name: parsed.algorithm,
            version: parsed.version,
            numbers: values.map(|value| value.and_then(|value| value.decimal().ok())),
            salt: parsed.salt?.to_vec(),
            output: parsed.hash?.as_bytes().to_vec(),
        })
    }
}

/// The values of these parameters; `None` when the string has another one, or one twice.
pub(super) fn values<'a, const N: usize>(
    phc: &'a PasswordHash,
    names: [&str; N],
) -> Option<[Option<Value<'a>>; N]> {
    let find = |name| phc.params.iter().find(|(n, _)| n.as_str() == name).map(|(_, value)| value);
    let values = names.map(find);
    (values.iter().flatten().count() == phc.params.iter().count()).then_some(values)
}
