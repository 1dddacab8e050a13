//! The endpoint as a Lambda function.

fn main() -> std::process::ExitCode {
    shared::lambda::run(log_out::endpoint())
}
