//! Running on AWS Lambda.

use std::convert::Infallible;
use std::error::Error;
use std::net::IpAddr;
use std::process::ExitCode;

use axum::Router;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lambda_http::http::header::HOST;
use lambda_http::request::{LambdaRequest, RequestContext};
use lambda_http::tower::{Service, ServiceExt};
use lambda_http::{Adapter, LambdaEvent, Request, lambda_runtime, service_fn};
use serde::Serialize;

use crate::app::App;
use crate::config::Config;
use crate::http::uri::{encode_rest_of_path, encode_rest_of_query};
use crate::http::{Endpoint, RequestId, serve};
use crate::log::{self, Format, RequestLog};
use crate::sign_in::SourceAddress;
use crate::store::Custody;

/// Serves the endpoint on Lambda until the sandbox ends, with the settings of the environment.
pub fn run(endpoint: Endpoint) -> ExitCode {
    block_on(async {
        let config = Config::from_env()?;
        serve_events(endpoint, App::from_config(&config, emf(&config))?).await
    })
}

/// As [`run`], for an endpoint that signs access tokens. Only such a function carries what that needs.
pub fn run_signing_in(endpoint: Endpoint) -> ExitCode {
    block_on(async {
        let config = Config::from_env()?;
        let custody = Custody::Envelope(config.kms()?);
        let app = App::signing_in(&config, custody, emf(&config))?;
        if let Ok(sign_in) = app.sign_in() {
            sign_in.signer.warm_up(app.now()).await;
        }
        serve_events(endpoint, app).await
    })
}

fn emf(config: &Config) -> RequestLog {
    RequestLog::emf(config.stage, std::io::stdout())
}

fn block_on(served: impl Future<Output = Result<(), Box<dyn Error + Send + Sync>>>) -> ExitCode {
    log::init(Format::Json);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(served)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(cause = %error, "the function cannot start");
            ExitCode::FAILURE
        }
    }
}

async fn serve_events(endpoint: Endpoint, app: App) -> Result<(), Box<dyn Error + Send + Sync>> {
    if app.sessions().is_ok() {
        // Reading our own keys opens the connection.
        app.tokens.warm_up(app.now()).await;
    } else {
        tokio::join!(app.tokens.warm_up(app.now()), app.store.warm_up());
    }
    let router = serve([endpoint], app);
    lambda_runtime::run(service(router)).await
}

/// The service that answers the events of API Gateway.
pub fn service(
    router: Router,
) -> impl Service<LambdaEvent<LambdaRequest>, Response: Serialize, Error = Infallible, Future: Send>
{
    Adapter::from(service_fn(move |request| call(router.clone(), request))).map_request(
        |LambdaEvent { payload, context }| LambdaEvent::new(sanitize(payload), context),
    )
}

/// Makes an event safe for `lambda_http`, which panics at a malformed path, query, host or encoded body
/// (aws-lambda-rust-runtime, issue 515) and ends a path at a `#`. API Gateway decodes the path and passes
/// the query as the client wrote it. This keeps what looks encoded, for no id and no name has a `%`;
/// removes the host, which nobody uses; and takes a body as it stands when it claims to be base64 and is
/// not.
fn sanitize(event: LambdaRequest) -> LambdaRequest {
    let LambdaRequest::ApiGatewayV2(mut event) = event else { return event };
    let path = encode_rest_of_path(event.raw_path.as_deref().unwrap_or_default());
    event.raw_path = Some(if path.starts_with('/') { path } else { format!("/{path}") });
    event.raw_query_string = event.raw_query_string.map(|query| encode_rest_of_query(&query));
    let body = event.body.as_deref().unwrap_or_default();
    event.is_base64_encoded = event.is_base64_encoded && STANDARD.decode(body).is_ok();
    event.headers.remove(HOST);
    event.request_context.domain_name = None;
    LambdaRequest::ApiGatewayV2(event)
}

/// Passes one event to the router under API Gateway's request id.
async fn call(
    router: Router,
    mut request: Request,
) -> Result<axum::response::Response, Infallible> {
    let (id, source) = match request.extensions().get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) => {
            let source = context.http.source_ip.as_deref().map(str::parse::<IpAddr>);
            (context.request_id.as_deref().and_then(RequestId::new), source.and_then(Result::ok))
        }
        _ => (None, None),
    };
    let extensions = request.extensions_mut();
    id.map(|id| extensions.insert(id));
    source.map(|source| extensions.insert(SourceAddress::from(source)));
    router.oneshot(request).await
}
