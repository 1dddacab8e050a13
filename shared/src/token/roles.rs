//! The roles that a token's claims give.

use serde_json::{Map, Value};

use super::list;
use super::path::ClaimPath;
use crate::config::error::ConfigError;
use crate::domain::role::{Role, Roles};

const CLAIM: &str = "JWT_ROLES_CLAIM";
const NAMES: &str = "JWT_ROLE_NAMES";

/// Which claims hold a caller's roles, and what the issuer calls the roles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleClaims {
    paths: Vec<ClaimPath>,
    /// The issuer's names and the roles that they stand for; without them, the roles have their own names.
    names: Option<Vec<(String, Role)>>,
}

/// The claim `roles`, with the roles' own names.
impl Default for RoleClaims {
    fn default() -> Self {
        Self { paths: vec![ClaimPath::roles()], names: None }
    }
}

impl RoleClaims {
    /// Reads the paths, separated by commas, and the names as in `admins=ADMIN,support=POWER_USER`. A
    /// name may itself have an equals sign.
    ///
    /// # Errors
    /// [`ConfigError`] when a path names no claim or leads through what users change themselves, or a
    /// name stands for no role.
    pub fn parse(paths: Option<&str>, names: Option<&str>) -> Result<Self, ConfigError> {
        let paths = match paths {
            Some(paths) => list::entries(CLAIM, paths)?
                .into_iter()
                .map(|path| ClaimPath::parse(CLAIM, path))
                .collect::<Result<_, _>>()?,
            None => Self::default().paths,
        };
        if let Some(path) = paths.iter().find(|path| path.is_users_own()) {
            let problem = format!(
                "has {:?}, which users change themselves, so that everybody could be ADMIN; take a \
                 claim that only the provider or its administrators write",
                path.as_str()
            );
            return Err(ConfigError::new(CLAIM, problem));
        }
        let names =
            names.map(|names| list::entries(NAMES, names)?.into_iter().map(role_name).collect());
        Ok(Self { paths, names: names.transpose()? })
    }

    /// The caller's roles. Absent claims and claims of another form give none.
    pub(super) fn of(&self, claims: &Map<String, Value>) -> Roles {
        let mut roles = Vec::new();
        for path in &self.paths {
            if let Some(value) = path.find(claims) {
                each_name(value, path, &mut |name| self.add(name, &mut roles));
            }
        }
        roles.into_iter().collect()
    }

    /// The paths of the claims.
    pub fn paths(&self) -> &[ClaimPath] {
        &self.paths
    }

    /// What the issuer calls the role; `None` when it has no name for it.
    pub fn name_of(&self, role: Role) -> Option<&str> {
        match &self.names {
            Some(names) => names.iter().find(|(_, named)| *named == role).map(|(name, _)| &**name),
            None => Some(role.as_str()),
        }
    }

    fn add(&self, name: &str, roles: &mut Vec<Role>) {
        match &self.names {
            Some(names) => {
                let fitting = names.iter().filter(|(theirs, _)| theirs == name);
                roles.extend(fitting.map(|(_, role)| *role));
            }
            None => roles.extend(Role::parse(name)),
        }
    }
}

/// Reads one `name=ROLE`.
fn role_name(entry: &str) -> Result<(String, Role), ConfigError> {
    let pair = entry.rsplit_once('=').map(|(name, role)| (name.trim(), Role::parse(role.trim())));
    match pair {
        Some((name, Some(role))) if !name.is_empty() => Ok((name.to_owned(), role)),
        _ => {
            let problem = format!(
                "has {entry:?}; write the issuer's name, an equals sign and one of GUEST, API_USER, \
                 STANDARD_USER, POWER_USER, EXTENDED_USER and ADMIN, as in admins=ADMIN"
            );
            Err(ConfigError::new(NAMES, problem))
        }
    }
}

/// Calls `with` for each name that the claim gives: the texts of an array, the parts of a text between
/// spaces and commas, the names in an object (also in an array) whose value is neither `false` nor
/// `null`, and for `true` the last part of the path.
fn each_name(value: &Value, path: &ClaimPath, with: &mut impl FnMut(&str)) {
    match value {
        Value::Array(values) => {
            for value in values {
                match value {
                    Value::String(name) => with(name),
                    Value::Object(object) => names_of(object).for_each(&mut *with),
                    _ => {}
                }
            }
        }
        Value::String(text) => text.split([' ', ',']).for_each(with),
        Value::Object(object) => names_of(object).for_each(with),
        Value::Bool(true) => with(path.last_part()),
        _ => {}
    }
}

fn names_of(object: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let given =
        object.iter().filter(|(_, value)| !matches!(value, Value::Null | Value::Bool(false)));
    given.map(|(name, _)| name.as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn roles(paths: &str, names: Option<&str>, claims: &Value) -> Vec<Role> {
        let settings = RoleClaims::parse(Some(paths), names).unwrap();
        settings.of(claims.as_object().unwrap()).iter().collect()
    }

    #[test]
    fn roles_stand_in_an_array_a_text_an_object_an_array_of_objects_or_a_flag() {
        for claim in [
            json!(["ADMIN", 5, null, ["POWER_USER"]]),
            json!("ADMIN"),
            json!("users:read ADMIN"),
            json!("user,ADMIN"),
            json!({ "ADMIN": { "org": "x" }, "POWER_USER": false }),
            json!([{ "ADMIN": true }, { "POWER_USER": null }]),
        ] {
            assert_eq!(roles("roles", None, &json!({ "roles": claim })), [Role::Admin], "{claim}");
        }
        for path in ["ADMIN", "app_metadata.ADMIN", "https://nameplate.example.com/ADMIN"] {
            assert_eq!(roles(path, None, &json!({ path: true })), [Role::Admin], "{path}");
        }
    }

    #[test]
    fn other_forms_and_names_give_no_role() {
        for claim in [
            json!(null),
            json!(true),
            json!(false),
            json!(5),
            json!(["admin", " ADMIN", "ADMIN ", "ADMIN POWER_USER"]),
            json!("admin;ADMIN"),
            json!({ "ADMIN": false, "POWER_USER": null }),
            json!({ "constructor": true, "__proto__": { "ADMIN": true }, "toString": 1 }),
            json!([["ADMIN"], [{ "ADMIN": true }]]),
        ] {
            assert_eq!(roles("roles", None, &json!({ "roles": claim })), [], "{claim}");
        }
        assert_eq!(roles("roles", None, &json!({ "role": "ADMIN" })), []);
    }

    #[test]
    fn several_claims_add_up() {
        let claims = json!({ "roles": ["POWER_USER"], "groups": "ADMIN" });
        assert_eq!(roles("roles, groups", None, &claims), [Role::PowerUser, Role::Admin]);
    }

    #[test]
    fn with_names_only_the_listed_ones_count() {
        let names = Some("Nameplate Admins=ADMIN, a=b=POWER_USER");
        let of = |claim| roles("groups", names, &json!({ "groups": claim }));
        assert_eq!(of(json!(["Nameplate Admins"])), [Role::Admin]);
        assert_eq!(of(json!(["a=b"])), [Role::PowerUser]);
        assert_eq!(of(json!(["ADMIN", "POWER_USER", "a", "nameplate admins"])), []);
    }

    #[test]
    fn a_claim_that_users_write_and_a_name_of_no_role_stop_the_start() {
        for path in [
            "user_metadata.roles",
            "unsafe_metadata.role",
            "userMetadata.role",
            "unsafeMetadata",
            "roles,user_metadata.roles",
            "x.user_metadata.roles",
            "https://nameplate.example.com/user_metadata.roles",
            "https://nameplate.example.com/user_metadata",
            "User-Metadata.roles",
        ] {
            let error = RoleClaims::parse(Some(path), None).unwrap_err().to_string();
            assert!(error.starts_with("JWT_ROLES_CLAIM has "), "{path}: {error}");
        }
        assert!(RoleClaims::parse(Some("app_metadata.roles,public_metadata.role"), None).is_ok());
        for names in ["", "admins", "=ADMIN", "admins=", "admins=admin", "a=ADMIN,", "admins=ROOT"]
        {
            let error = RoleClaims::parse(None, Some(names)).unwrap_err().to_string();
            assert!(error.starts_with("JWT_ROLE_NAMES has "), "{names}: {error}");
        }
    }
}
