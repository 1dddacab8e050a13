//! The endpoint as a Lambda function.

fn main() -> std::process::ExitCode {
    shared::lambda::run_signing_in(refresh_session::endpoint())
}
