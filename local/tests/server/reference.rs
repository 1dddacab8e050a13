//! The API reference, served and written to a folder.

use std::path::Path;

use serde_json::Value;

use crate::{Server, complaint, folder, nameplate};

#[test]
fn the_reference_is_served_with_every_file_that_it_needs_and_its_tokens_are_for_its_own_page() {
    let server = Server::start(&[]);
    assert!(server.guide.contains(&format!("http://{}/docs", server.address)), "{}", server.guide);
    let get = |path: &str| {
        let head = format!("GET {path} HTTP/1.1\r\norigin: http://elsewhere.test");
        server.exchange(&head, "").unwrap()
    };
    assert!(get("/docs").contains("location: /docs/\r\n"));
    let page = get("/docs/");
    assert!(page.contains("content-type: text/html"), "{page}");
    let references = ["src=\"", "href=\""].map(|attribute| page.split(attribute).skip(1));
    for name in references.into_iter().flatten().filter_map(|rest| rest.split('"').next()) {
        assert!(get(&format!("/docs/{name}")).starts_with("HTTP/1.1 200"), "{name}");
    }
    let page = get("/docs/errors/USERNAME_COOLDOWN");
    assert!(page.contains("content-type: text/html") && page.contains("30 gün"), "{page}");
    let settings = get("/docs/playground.json");
    assert!(!settings.to_lowercase().contains("access-control"), "{settings}");
    let settings: Value = serde_json::from_str(settings.split_once("\r\n\r\n").unwrap().1).unwrap();
    let token = settings["users"][0]["token"].as_str().unwrap();
    let own = "GET /v1/users/3c90c3cc-0d44-4b50-8888-8dd25736052a";
    assert_eq!(server.send(own, token, "").unwrap().0, 200);
}

#[test]
fn the_reference_and_the_documents_are_written_to_a_folder() {
    let folder = folder("docs");
    let path = folder.to_str().unwrap();
    let production = ["--production", "https://api.example.org/"];
    for arguments in [["docs", path].as_slice(), &["openapi", path]] {
        let extra = if arguments[0] == "docs" { production.as_slice() } else { &[] };
        let output = nameplate(&[arguments, extra].concat()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        for file in String::from_utf8(output.stdout).unwrap().lines() {
            assert!(Path::new(file).is_file(), "{file}");
        }
    }
    let document = std::fs::read_to_string(folder.join("openapi.json")).unwrap();
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document["servers"][1]["url"], "https://api.example.org");
    let settings = std::fs::read_to_string(folder.join("playground.json")).unwrap();
    assert!(settings.contains(r#""users":[]"#), "{settings}");
    std::fs::remove_dir_all(&folder).unwrap();

    std::fs::write(&folder, "in the way").unwrap();
    let error = complaint(&mut nameplate(&["docs", path]));
    assert!(error.starts_with(&format!("nameplate: cannot write {path}: ")), "{error}");
    let error = complaint(&mut nameplate(&["docs", path, "--production", "api.example.org"]));
    assert!(error.contains("https://api.example.com"), "{error}");
    std::fs::remove_file(&folder).unwrap();
}
