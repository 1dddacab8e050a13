//! Running on AWS Lambda.

use std::error::Error;
use std::process::ExitCode;

use axum::Router;
use lambda_http::request::RequestContext;
use lambda_http::tower::ServiceExt;
use lambda_http::{Request, service_fn};

use crate::app::App;
use crate::config::Config;
use crate::http::{Endpoint, RequestId, serve};
use crate::log::{self, Format, RequestLog};

/// Serves the endpoint on Lambda until the sandbox ends. The settings come from the environment.
pub fn run(endpoint: Endpoint) -> ExitCode {
    log::init(Format::Json);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let served = runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(answer(endpoint)));
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(cause = %error, "the function cannot start");
            ExitCode::FAILURE
        }
    }
}

async fn answer(endpoint: Endpoint) -> Result<(), Box<dyn Error + Send + Sync>> {
    let config = Config::from_env()?;
    let app = App::from_config(&config, RequestLog::emf(config.stage, std::io::stdout()))?;
    tokio::join!(app.tokens.warm_up(app.now()), app.store.warm_up());
    let router = serve([endpoint], app);
    lambda_http::run(service_fn(move |request| call(router.clone(), request))).await
}

/// Passes one event to the router under API Gateway's request id.
///
/// # Errors
/// Never: every failure has an answer.
pub async fn call(
    router: Router,
    mut request: Request,
) -> Result<axum::response::Response, std::convert::Infallible> {
    let gateway_id = match request.extensions().get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone(),
        _ => None,
    };
    if let Some(id) = gateway_id {
        request.extensions_mut().insert(RequestId(id));
    }
    router.oneshot(request).await
}
