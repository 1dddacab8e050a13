//! Serving every endpoint on one port.

use std::error::Error;
use std::net::Ipv4Addr;

use axum::http::{HeaderName, Method};
use sandbox::{EmbeddedDynamoDb, Sample};
use shared::app::App;
use shared::clock::{Clock, SystemClock};
use shared::http::cors;
use shared::log::{self, Format, RequestLog};
use tokio::net::TcpListener;
use tower_http::cors::{Any, CorsLayer};

use crate::options::Serve;
use crate::settings::Settings;
use crate::{guide, pages, token};

/// Serves until Ctrl-C.
pub(crate) fn run(options: &Serve) -> Result<(), Box<dyn Error>> {
    log::init(Format::Text);
    tokio::runtime::Runtime::new()?.block_on(serve(options))
}

async fn serve(options: &Serve) -> Result<(), Box<dyn Error>> {
    let listener = listen(Ipv4Addr::LOCALHOST, options.port, "--port").await?;
    let dynamo_db = start_dynamo_db(options).await?;
    let settings = start_issuer(options).await?;
    let config = settings.config(&dynamo_db)?;
    let app = App::from_config(&config, RequestLog::Text)?;
    app.tokens.warm_up(app.now()).await;
    Sample::create_all(&app.store, SystemClock.now()).await?;

    let address = listener.local_addr()?;
    // Other origins may call the API, but not read the sample tokens.
    let api = shared::http::serve(api::endpoints(), app).layer(cors());
    let router = api.merge(pages::router(&format!("http://{address}"), &settings)?);
    guide::print(&settings, address, dynamo_db.endpoint(), options.data.as_deref())?;
    axum::serve(listener, router).with_graceful_shutdown(interrupted()).await?;
    Ok(())
}

/// Lets pages of every origin call, as API Gateway lets those that the deployment names: whoever
/// develops a page serves it from another port.
fn cors() -> CorsLayer {
    let headers = |names: &[&'static str]| -> Vec<HeaderName> {
        names.iter().filter_map(|name| name.parse().ok()).collect()
    };
    let methods: Vec<Method> = cors::METHODS.iter().filter_map(|name| name.parse().ok()).collect();
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods(methods)
        .allow_headers(headers(cors::REQUEST_HEADERS))
        .expose_headers(headers(cors::RESPONSE_HEADERS))
}

/// Starts the sample issuer, if the options name one, and gives the settings with it.
async fn start_issuer(options: &Serve) -> Result<Settings, Box<dyn Error>> {
    if options.issuer.provider.is_none() {
        return Ok(Settings::default());
    }
    let listener = listen(Ipv4Addr::LOCALHOST, options.issuer.issuer_port, "--issuer-port").await?;
    let sample = token::sample_issuer(&options.issuer, listener.local_addr()?.port());
    if let Some(sample) = &sample {
        let router = sample.router()?;
        tokio::spawn(async { axum::serve(listener, router).await });
    }
    Ok(Settings(sample))
}

async fn start_dynamo_db(options: &Serve) -> Result<EmbeddedDynamoDb, Box<dyn Error>> {
    let listener = listen(options.dynamodb_host, options.dynamodb_port, "--dynamodb-port").await?;
    Ok(EmbeddedDynamoDb::start(listener, options.data.as_deref())?)
}

async fn listen(host: Ipv4Addr, port: u16, option: &str) -> Result<TcpListener, String> {
    TcpListener::bind((host, port)).await.map_err(|error| {
        format!("cannot listen on {host} port {port}: {error}; choose another one with {option}")
    })
}

async fn interrupted() {
    // Where the signal cannot be listened to, its default action ends the process.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
