//! What a fresh server tells its user, on twelve lines of a terminal: where it is, who is there, and a first call.

use std::error::Error;
use std::io::Write;
use std::time::Duration;

use sandbox::{PASSWORD, Sample};
use shared::domain::user_id::UserId;
use shared::store::Store;

use crate::settings::Settings;
use crate::token;

/// The name that the first call asks for.
const WANTED: &str = "ada.lovelace";

/// What the guide tells of the server.
pub(crate) struct Guide<'a> {
    pub(crate) settings: &'a Settings,
    /// The URL of the API.
    pub(crate) base: &'a str,
    /// The URL of the DynamoDB.
    pub(crate) dynamo_db: &'a str,
    /// Where the data is.
    pub(crate) data: &'a str,
    /// How long the start took.
    pub(crate) taken: Duration,
}

impl Guide<'_> {
    /// Prints it. That nobody reads it is no reason to stop.
    pub(crate) async fn print(&self, store: &Store) -> Result<(), Box<dyn Error>> {
        let plain = present_name(store, &Sample::PLAIN).await?;
        let admin = present_name(store, &Sample::ADMIN).await?;
        let text = self.text(&plain, &admin)?;
        let mut output = std::io::stdout();
        let _ = output.write_all(text.as_bytes()).and_then(|()| output.flush());
        Ok(())
    }

    fn text(&self, plain: &str, admin: &str) -> Result<String, Box<dyn Error>> {
        let Self { settings, base, dynamo_db, data, taken } = self;
        let token = if settings.can_issue() {
            token::of_sample_named(settings, &Sample::PLAIN, plain)?
        } else {
            "$TOKEN".to_owned()
        };
        let password = if settings.signs_in()? { PASSWORD } else { "-" };
        let wanted = if plain == WANTED { Sample::PLAIN.username } else { WANTED };
        Ok(format!(
            r#"Nameplate {version}, ready in {taken} ms. Stop it with Ctrl-C.
  API       {base}
  DynamoDB  {dynamo_db} ({data})
{issuer}  Users     {plain:<14} API_USER  password {password}
            {admin:<14} ADMIN     password {password}
curl -i -X PATCH {base}/api/v1/users/username \
  -H "Authorization: Bearer {token}" \
  -H "Content-Type: application/json" -d '{{"newUsername": "{wanted}"}}'
  Reference {base}/docs
"#,
            version = env!("CARGO_PKG_VERSION"),
            taken = taken.as_millis(),
            issuer = self.issuer()?,
        ))
    }

    /// The line of an issuer that is not our own.
    fn issuer(&self) -> Result<String, Box<dyn Error>> {
        let issuer = self.settings.tokens()?.issuer;
        Ok(match &*self.settings.overridden() {
            [] if self.settings.has_own_issuer() => String::new(),
            [] => format!("  Issuer    {issuer}\n"),
            names => format!("  Issuer    {issuer} with {} of the environment\n", names.join(", ")),
        })
    }
}

/// The name that a sample user has now: kept data may have another one than a fresh server.
async fn present_name(store: &Store, sample: &Sample) -> Result<String, Box<dyn Error>> {
    let user = store.user(&UserId::parse(sample.id)?).await?;
    let fresh = || sample.username.to_owned();
    Ok(user.map_or_else(fresh, |user| user.username.as_str().to_owned()))
}
