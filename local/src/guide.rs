//! What a fresh server tells its user: where it is, who is there, and the first calls.

use std::error::Error;
use std::io::Write;
use std::net::SocketAddr;

use sandbox::{PASSWORD, Sample};

use crate::settings::Settings;
use crate::token;

/// Prints it. That nobody reads it is no reason to stop.
pub(crate) fn print(
    settings: &Settings,
    address: SocketAddr,
    dynamo_db: &str,
    data: &str,
) -> Result<(), Box<dyn Error>> {
    let text = text(settings, &format!("http://{address}"), dynamo_db, data)?;
    let mut output = std::io::stdout();
    let _ = output.write_all(text.as_bytes()).and_then(|()| output.flush());
    Ok(())
}

fn text(
    settings: &Settings,
    base: &str,
    dynamo_db: &str,
    data: &str,
) -> Result<String, Box<dyn Error>> {
    let issuer = settings.tokens()?.issuer;
    let issuer = match &*settings.overridden() {
        [] => issuer,
        names => format!("{issuer} with {} of the environment", names.join(", ")),
    };
    let (tokens, plain, admin) = if settings.can_issue() {
        let token = |user| token::of_sample(settings, user);
        let told = "Sample users, with tokens that are valid for 30 days:";
        (told, token(&Sample::PLAIN)?, token(&Sample::ADMIN)?)
    } else {
        let told = "Sample users; their tokens come from the issuer (docs/identity-providers.md):";
        (told, "$TOKEN".to_owned(), "$ADMIN_TOKEN".to_owned())
    };
    Ok(format!(
        r#"
Nameplate is running. Stop it with Ctrl-C.

  API       {base}
  Reference {base}/docs
  DynamoDB  {dynamo_db}
  Issuer    {issuer}
  Data      {data}

{tokens}

  {plain_name}, API_USER, userId {plain_id}
  {plain}

  {admin_name}, ADMIN, userId {admin_id}
  {admin}

Other tokens: cargo run -- token --help

{sign_in}1. {plain_name} changes the own username:

curl -X PATCH "{base}/api/v1/users/username" \
  -H "Authorization: Bearer {plain}" \
  -H "Content-Type: application/json" \
  -d '{{ "newUsername": "new_username123" }}'

2. {admin_name} updates another user:

curl --request PATCH \
  --url {base}/v1/users/update \
  --header "Authorization: Bearer {admin}" \
  --header 'Content-Type: application/json' \
  --data '{{
  "userId": "{changed_id}",
  "username": "newuser@domain.com",
  "password": "newStr0ng!P@ssw0rd",
  "firstName": "<string>",
  "midName": "<string>",
  "lastName": "<string>",
  "locale": "tr_TR",
  "timezone": "Europe/Istanbul",
  "roles": "['\''API_USER'\'']",
  "status": "INACTIVE",
  "empty": true
}}'
"#,
        sign_in = sign_in(settings, base)?,
        plain_name = Sample::PLAIN.username,
        plain_id = Sample::PLAIN.id,
        admin_name = Sample::ADMIN.username,
        admin_id = Sample::ADMIN.id,
        changed_id = Sample::CHANGED.id,
    ))
}

/// How a sample user signs in, where users do.
fn sign_in(settings: &Settings, base: &str) -> Result<String, Box<dyn Error>> {
    if !settings.signs_in()? {
        return Ok(String::new());
    }
    let (name, admin) = (Sample::PLAIN.username, Sample::ADMIN.username);
    Ok(format!(
        r#"0. {name} signs in with the password ({admin} has the same), and gets a token of ten minutes
   and one to refresh it with (docs/signing-in.md):

curl -X POST "{base}/v1/auth/login" \
  -H "Content-Type: application/json" \
  -d '{{ "username": "{name}", "password": "{PASSWORD}" }}'

"#
    ))
}
