//! Whoever calls an endpoint that asks for no token. One that is sent all the same is not looked at.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::context::client_context;
use super::request_id::RequestId;
use super::route::Route;
use super::verified_caller::VerifiedCaller;
use crate::app::App;
use crate::domain::attempt::DeviceHash;
use crate::domain::author::{Author, AuthorKind};
use crate::domain::user_id::UserId;
use crate::error::Error;
use crate::limit::QuotaRequest;
use crate::sign_in::SourceAddress;

/// What a request says of where it comes from.
#[derive(Debug, Clone)]
pub struct Client {
    /// The address. All requests whose address nobody knows are of one source.
    pub source: SourceAddress,
    /// The device, if the client names one.
    pub device: Option<DeviceHash>,
}

/// Whoever calls, by what the request says of the client.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// Where the request comes from.
    pub client: Client,
    /// The client's platform.
    pub platform: &'static str,
    request_id: RequestId,
    caller: VerifiedCaller,
}

impl Visitor {
    /// Notes for the log who the visitor turned out to be.
    pub fn is(&self, id: &UserId) {
        self.caller.set(id);
    }

    /// The visitor, who turned out to be that user, as the author of a write to it.
    pub fn author(&self, id: &UserId) -> Author {
        let request_id = self.request_id.as_str().to_owned();
        Author { id: id.clone(), kind: AuthorKind::Owner, request_id }
    }
}

impl Client {
    fn of(parts: &Parts) -> Self {
        let nobody = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        Self {
            source: parts.extensions.get().copied().unwrap_or_else(|| nobody.into()),
            device: client_context(parts).device_id.as_deref().map(DeviceHash::of),
        }
    }
}

impl FromRequestParts<App> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}

/// The request is counted before anything else of it is looked at.
impl FromRequestParts<App> for Visitor {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let client = Client::of(parts);
        if let Some(Route { operation, quota, .. }) = parts.extensions.get() {
            let caller = client.source.to_string();
            let request =
                QuotaRequest { caller: &caller, is_staff: false, operation, quota: *quota };
            app.quotas.count(request)?;
        }
        Ok(Self {
            client,
            platform: client_context(parts).platform,
            request_id: parts.extensions.get().cloned().unwrap_or_else(RequestId::random),
            caller: parts.extensions.get().cloned().unwrap_or_default(),
        })
    }
}
