//! The endpoint as a Lambda function.

fn main() -> std::process::ExitCode {
    shared::lambda::run(get_key_set::endpoint())
}
