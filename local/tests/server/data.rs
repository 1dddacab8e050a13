//! Data that is kept.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::mpsc::{Sender, channel};

use serde_json::{Value, json};

use crate::{Server, folder, token};

/// How many changes are acknowledged before the server is killed.
const ENOUGH: usize = 60;

/// Creates and renames users until the server dies, and says of each acknowledged change what the user
/// is called. A request that the server is too busy for is repeated, as clients do.
fn change_until_it_dies(
    server: &Server,
    client: usize,
    admin: &str,
    acknowledged: &Sender<(String, String)>,
) {
    let ask = |request: &str, body: &Value| loop {
        match server.send(request, admin, &body.to_string()) {
            Ok((503 | 429, _)) => {}
            Ok((status @ (200 | 201), _)) => return Some(status),
            // The server was too busy to say that it had created the user.
            Ok((409, _)) => return Some(409),
            Ok(other) => panic!("{other:?}"),
            Err(_) => return None,
        }
    };
    for number in 0.. {
        let id = format!("user-{client}-{number}");
        let first = format!("first{client}x{number}x");
        let body = json!({ "userId": id, "username": first, "firstName": "A" });
        let Some(_) = ask("POST /v1/users", &body) else { return };
        acknowledged.send((id.clone(), first)).unwrap();
        let second = format!("second{client}x{number}x");
        let Some(_) = ask("PATCH /v1/users/update", &json!({ "userId": id, "username": second }))
        else {
            return;
        };
        acknowledged.send((id, second)).unwrap();
    }
}

#[test]
fn killing_it_under_load_loses_no_acknowledged_change() {
    let folder = folder("kill");
    let data = ["--data", folder.to_str().unwrap()];
    let admin = token(&["--sub", "service", "--role", "ADMIN"]);
    let mut server = Server::start(&data);
    let id = server.child.id().to_string();
    let (sender, receiver) = channel();
    let mut names = BTreeMap::new();
    std::thread::scope(|scope| {
        for client in 0..4 {
            let (server, admin, sender) = (&server, &admin, sender.clone());
            scope.spawn(move || change_until_it_dies(server, client, admin, &sender));
        }
        drop(sender);
        names.extend(receiver.iter().take(ENOUGH));
        let kill = Command::new("kill").args(["-9", &id]).status().unwrap();
        assert!(kill.success());
        names.extend(receiver.iter());
    });
    server.child.wait().unwrap();

    let server = Server::start(&data);
    for (id, name) in names {
        let (status, user) = server.send(&format!("GET /v1/users/{id}"), &admin, "").unwrap();
        assert_eq!(status, 200, "{id} is lost");
        // A rename that was made but not acknowledged may have followed.
        let found = user["username"].as_str().unwrap();
        assert!(
            found == name || found == name.replace("first", "second"),
            "{id}: {found}, not {name}"
        );
    }
    drop(server);
    std::fs::remove_dir_all(folder).unwrap();
}
