//! The API reference: served at `/docs`, or written as plain files.

use std::error::Error;
use std::fs;
use std::path::Path;

use axum::Router;
use axum::http::header;
use axum::response::Redirect;
use axum::routing::get;
use reference::{File, SampleUser, Samples, Servers};
use sandbox::{PASSWORD, Sample};

use crate::options::Docs;
use crate::settings::Settings;
use crate::token;

/// The routes of the reference, in which the API at `base` is the server that is chosen at first, and
/// the sample users are offered.
pub(crate) fn router(base: &str, settings: &Settings) -> Result<Router, Box<dyn Error>> {
    let servers = Servers { local: Some(base.to_owned()), ..Servers::default() };
    let mut router = Router::new().route("/docs", get(Redirect::temporary("/docs/")));
    for file in reference::files(&servers, &samples(settings)?)? {
        let headers =
            [(header::CONTENT_TYPE, file.content_type), (header::CACHE_CONTROL, "no-cache")];
        let serve = get(async move || (headers, file.content));
        // As a reader asks for it, and as the `type` of a problem has it.
        let short = file.name.strip_suffix("index.html").or(file.name.strip_suffix(".html"));
        if let Some(name) = short {
            router = router.route(&format!("/docs/{name}"), serve.clone());
        }
        router = router.route(&format!("/docs/{}", file.name), serve);
    }
    Ok(router)
}

/// Whom a reader can be: the sample users, if this machine can issue their tokens.
fn samples(settings: &Settings) -> Result<Samples, Box<dyn Error>> {
    if !settings.can_issue() {
        return Ok(Samples::default());
    }
    let signs_in = settings.signs_in()?;
    let user = |user: &Sample| {
        let offered = [Sample::PLAIN, Sample::POWER_USER, Sample::ADMIN];
        Ok(SampleUser {
            user_id: user.id.to_owned(),
            username: user.username.to_owned(),
            role: user.roles.last().map_or("", |role| role.as_str()).to_owned(),
            token: token::of_sample(settings, user)?,
            password: (signs_in && user.has_password).then(|| PASSWORD.to_owned()),
            is_offered: offered.iter().any(|offered| offered.id == user.id),
        })
    };
    let users = Sample::ALL.iter().map(user).collect::<Result<_, Box<dyn Error>>>()?;
    Ok(Samples { users, expired_token: Some(token::expired(settings)?) })
}

/// Writes the documents.
pub(crate) fn write_openapi(folder: &Path) -> Result<(), Box<dyn Error>> {
    write_files(folder, reference::yaml_files(&Servers::default())?)
}

/// Writes the whole reference.
pub(crate) fn write(docs: Docs) -> Result<(), Box<dyn Error>> {
    let Docs { folder, production, development } = docs;
    let servers = Servers { production, development, local: None };
    write_files(&folder, reference::files(&servers, &Samples::default())?)
}

#[expect(clippy::print_stdout, reason = "what was written is this command's output")]
fn write_files(folder: &Path, files: Vec<File>) -> Result<(), Box<dyn Error>> {
    let failed = |path: &Path, error| format!("cannot write {}: {error}", path.display());
    for file in files {
        let path = folder.join(&*file.name);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(|error| failed(parent, error))?;
        fs::write(&path, file.content).map_err(|error| failed(&path, error))?;
        println!("{}", path.display());
    }
    Ok(())
}
