//! The API reference: served at `/docs`, or written as plain files.

use std::error::Error;
use std::fs;
use std::path::Path;

use axum::Router;
use axum::http::header;
use axum::response::Redirect;
use axum::routing::get;
use reference::{File, SampleToken, Servers};
use sandbox::Sample;

use crate::options::Docs;
use crate::settings::Settings;
use crate::token;

/// The routes of the reference, in which the API at `base` is the server that is chosen at first, and
/// the sample users' tokens are offered.
pub(crate) fn router(base: &str, settings: &Settings) -> Result<Router, Box<dyn Error>> {
    let users = [Sample::PLAIN, Sample::POWER_USER, Sample::ADMIN];
    let users = users.iter().filter(|_| settings.can_issue());
    let tokens = users.map(|user| {
        let highest = user.roles.last().map_or("", |role| role.as_str());
        let name = format!("{} ({highest})", user.username);
        Ok(SampleToken { name, token: token::of_sample(settings, user)? })
    });
    let tokens = tokens.collect::<Result<Vec<_>, Box<dyn Error>>>()?;
    let servers = Servers { local: Some(base.to_owned()), ..Servers::default() };
    let mut router = Router::new().route("/docs", get(Redirect::temporary("/docs/")));
    for file in reference::files(&servers, &tokens)? {
        let path = match file.name {
            "index.html" => "/docs/".to_owned(),
            name => format!("/docs/{name}"),
        };
        let headers =
            [(header::CONTENT_TYPE, file.content_type), (header::CACHE_CONTROL, "no-cache")];
        router = router.route(&path, get(async move || (headers, file.content)));
    }
    Ok(router)
}

/// Writes the documents.
pub(crate) fn write_openapi(folder: &Path) -> Result<(), Box<dyn Error>> {
    write_files(folder, reference::yaml_files(&Servers::default())?)
}

/// Writes the whole reference.
pub(crate) fn write(docs: Docs) -> Result<(), Box<dyn Error>> {
    let Docs { folder, production, development } = docs;
    let servers = Servers { production, development, local: None };
    write_files(&folder, reference::files(&servers, &[])?)
}

#[expect(clippy::print_stdout, reason = "what was written is this command's output")]
fn write_files(folder: &Path, files: Vec<File>) -> Result<(), Box<dyn Error>> {
    let failed = |path: &Path, error| format!("cannot write {}: {error}", path.display());
    fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    for file in files {
        let path = folder.join(file.name);
        fs::write(&path, file.content).map_err(|error| failed(&path, error))?;
        println!("{}", path.display());
    }
    Ok(())
}
