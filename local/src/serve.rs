//! Serving every endpoint on one port.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderName, Method};
use axum::middleware::{self, Next};
use axum::response::Response;
use sandbox::{EmbeddedDynamoDb, Sample, settings_at};
use shared::app::App;
use shared::clock::{Clock, SystemClock};
use shared::http::cors;
use shared::log::{self, Format, RequestLog};
use shared::sign_in::{SignInSettings, SourceAddress, rotate, schedule};
use shared::store::{Custody, Store};
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
    let (endpoint, _embedded) = start_dynamo_db(options).await?;
    let address = listener.local_addr()?;
    let settings = Settings { port: address.port(), ..start_issuer(options).await? };
    let config = settings.config(settings_at(&endpoint))?;
    let app = App::signing_in(&config, Custody::Embedded, RequestLog::Text)?;
    if let Some(sign_in) = &config.sign_in {
        make_first_key(&app.store, sign_in).await?;
    }
    app.tokens.warm_up(app.now()).await;
    Sample::create_all(&app.store, SystemClock.now()).await?;

    // Other origins may call the API, but not read the sample tokens.
    let api = shared::http::serve(api::endpoints(), app)
        .layer(middleware::from_fn(note_source))
        .layer(cors());
    let router = api.merge(pages::router(&format!("http://{address}"), &settings)?);
    guide::print(&settings, address, &endpoint, &data(options))?;
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(interrupted()).await?;
    Ok(())
}

/// Makes the key that signs access tokens, unless the data has one.
async fn make_first_key(store: &Store, sign_in: &SignInSettings) -> Result<(), Box<dyn Error>> {
    let now = SystemClock.now();
    if schedule(store).await?.signing_at(now).is_none() {
        let lifetime = sign_in.sessions.access_token;
        rotate(store, &Custody::Embedded, sign_in.algorithm, lifetime, now).await?;
    }
    Ok(())
}

/// Notes the address that a request comes from, as API Gateway does.
async fn note_source(
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    request.extensions_mut().insert(SourceAddress::from(address.ip()));
    next.run(request).await
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
    Ok(Settings { sample, ..Settings::default() })
}

/// The address of the DynamoDB, and the embedded one, which ends when it is dropped.
async fn start_dynamo_db(
    options: &Serve,
) -> Result<(String, Option<EmbeddedDynamoDb>), Box<dyn Error>> {
    if let Some(endpoint) = &options.dynamodb_endpoint {
        return Ok((endpoint.clone(), None));
    }
    let listener = listen(options.dynamodb_host, options.dynamodb_port, "--dynamodb-port").await?;
    let embedded = EmbeddedDynamoDb::start(listener, options.data.as_deref())?;
    Ok((embedded.endpoint().to_owned(), Some(embedded)))
}

/// Where the data is, for people.
fn data(options: &Serve) -> String {
    match (&options.data, &options.dynamodb_endpoint) {
        (Some(folder), _) => format!("kept in {}", folder.display()),
        (None, Some(_)) => "in that DynamoDB".to_owned(),
        (None, None) => "in memory, gone at the end (keep it with --data DIR)".to_owned(),
    }
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
