//! The one door of a node: services are mounted behind it as they come up, because some of them need the address
//! of others before they can start.

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
};
use std::sync::{Arc, PoisonError, RwLock};
use tower::ServiceExt;

/// A router that can grow while it serves.
#[derive(Clone, Default)]
pub struct Front {
    inner: Arc<RwLock<Router>>,
}

impl Front {
    /// Adds a service below a path, like `/rpc`.
    pub fn mount(&self, path: &str, service: Router) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        *inner = std::mem::take(&mut *inner).nest(path, service);
    }

    /// Adds routes as they are.
    pub fn merge(&self, routes: Router) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        *inner = std::mem::take(&mut *inner).merge(routes);
    }

    /// What is served.
    pub fn router(&self) -> Router {
        Router::new().fallback(pass).with_state(self.clone())
    }
}

/// Squid asks catalogue and gateway for their versions where their addresses end, which is at one place here. The
/// gateway's answer has what is read of both; the catalogue's is for a node without one.
const AT_THE_ROOT: [&str; 2] = ["/api/v1/brizo", "/api/v1/aquarius"];

async fn pass(State(front): State<Front>, request: Request<Body>) -> Response {
    let inner = front.inner.read().unwrap_or_else(PoisonError::into_inner).clone();
    if request.uri().path() != "/" {
        return answer(inner, request).await;
    }
    let (asked, _) = request.into_parts();
    for place in AT_THE_ROOT {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = asked.method.clone();
        *request.headers_mut() = asked.headers.clone();
        *request.uri_mut() = Uri::from_static(place);
        let response = answer(inner.clone(), request).await;
        if response.status() != StatusCode::NOT_FOUND {
            return response;
        }
    }
    StatusCode::NOT_FOUND.into_response()
}

async fn answer(inner: Router, request: Request<Body>) -> Response {
    match inner.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{body::to_bytes, routing::get};

    async fn asked(front: &Front, path: &str) -> (u16, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = front.router().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), 1 << 10).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn who_asks_at_the_root_is_told_what_is_served_there() {
        let front = Front::default();
        assert_eq!(asked(&front, "/").await.0, 404);
        front.merge(Router::new().route("/api/v1/aquarius", get(|| async { "catalogue" })));
        assert_eq!(asked(&front, "/").await, (200, "catalogue".to_owned()));
        front.merge(Router::new().route("/api/v1/brizo", get(|| async { "gateway" })));
        assert_eq!(asked(&front, "/").await, (200, "gateway".to_owned()));
        assert_eq!(asked(&front, "/api/v1/aquarius").await, (200, "catalogue".to_owned()));
        assert_eq!(asked(&front, "/elsewhere").await.0, 404);
    }
}
