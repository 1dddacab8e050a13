//! The endpoint as a Lambda function.

fn main() -> std::process::ExitCode {
    shared::lambda::run_signing_in(change_password::endpoint())
}
