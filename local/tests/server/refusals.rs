//! What stops the start.

use std::net::{Ipv4Addr, TcpListener};

use crate::{ANY_PORT, complaint, folder, nameplate};

#[test]
fn an_address_that_is_taken_or_not_of_this_machine_is_said_with_its_option() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let error = complaint(&mut nameplate(&["--port", &port, "--dynamodb-port", "0"]));
    assert!(
        error.contains(&format!("cannot listen on 127.0.0.1 port {port}"))
            && error.contains("--port"),
        "{error}"
    );
    let error = complaint(&mut nameplate(&["-p", "0", "--dynamodb-port", &port]));
    assert!(error.contains("--dynamodb-port"), "{error}");
    let error = complaint(&mut nameplate(&["--port", "4711", "--dynamodb-port", "4711"]));
    assert!(error.contains("--port and --dynamodb-port are both 4711"), "{error}");
    // TEST-NET-1 (RFC 5737) is no address of this machine.
    for option in ["--host", "--dynamodb-host"] {
        let error = complaint(&mut nameplate(&[&ANY_PORT[..], &[option, "192.0.2.1"]].concat()));
        assert!(
            error.trim_end().ends_with(&format!("choose another one with {option}")),
            "{error}"
        );
    }
}

#[test]
fn a_dynamodb_that_does_not_answer_is_said_with_its_address_and_option() {
    let url = "http://127.0.0.1:9";
    let error = complaint(&mut nameplate(&["--port", "0", "--dynamodb-endpoint", url]));
    let told = error.contains(&format!("cannot use the DynamoDB at {url}: "));
    assert!(told && error.contains("--dynamodb-endpoint"), "{error}");
}

#[test]
fn data_that_cannot_be_used_is_said_with_its_path_and_left_as_it_is() {
    let data = folder("data");
    let start = [&ANY_PORT[..], &["--data", data.to_str().unwrap()]].concat();
    std::fs::write(&data, "in the way").unwrap();
    let error = complaint(&mut nameplate(&start));
    let told =
        format!("cannot use the folder {}: it is a file; choose another one", data.display());
    assert!(error.contains(&told), "{error}");
    std::fs::remove_file(&data).unwrap();
    std::fs::create_dir(&data).unwrap();
    let file = data.join("dynamodb.sqlite");
    std::fs::write(&file, "no database".repeat(100)).unwrap();
    let error = complaint(&mut nameplate(&start));
    assert!(error.contains(&format!("{} cannot be opened", file.display())), "{error}");
    assert_eq!(std::fs::read(&file).unwrap(), "no database".repeat(100).as_bytes());
    std::fs::remove_dir_all(&data).unwrap();
}

#[test]
fn a_setting_that_is_wrong_is_named_in_one_line() {
    for (name, value) in [
        ("STAGE", "prod"),
        ("STAGE", "test"),
        ("USERNAME_COOLDOWN", "soon"),
        ("USERNAME_HOLD", "-1d"),
        ("JWT_HS256_SECRET", "short"),
        ("JWT_JWKS", "{"),
        ("JWT_JWKS_URL", "jwks"),
        ("JWT_AUDIENCE", "none,a"),
        ("JWT_USER_ID_CLAIM", "user_metadata.id"),
        ("JWT_ROLES_CLAIM", "user_metadata.roles"),
        ("JWT_ROLE_NAMES", "admins"),
        ("JWT_REQUIRED_CLAIMS", "scp"),
    ] {
        let mut command = nameplate(&ANY_PORT);
        let error = complaint(command.env(name, value));
        assert!(error.starts_with(&format!("nameplate: {name} ")), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

#[test]
fn no_token_is_made_for_what_cannot_be() {
    for arguments in [
        ["--sub", "a b"].as_slice(),
        &["--sub", "a", "--role", "GOD"],
        &["--sub", "a", "--expires", "1"],
    ] {
        complaint(&mut nameplate(&[&["token"], arguments].concat()));
    }
}
