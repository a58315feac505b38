//! A request to be sent.

use bytes::Bytes;
use reqwest::Method;
use serde::Serialize;

/// A request. The address may be `http(s)://…`, `unix:…`, or that of a logical gateway.
#[derive(Debug, Clone)]
pub struct Request {
    pub(crate) method: Method,
    pub(crate) address: String,
    pub(crate) headers: Vec<(String, String)>,
    /// A body that could not be made is told when it is sent.
    pub(crate) body: Result<Bytes, String>,
}

impl Request {
    /// A request of any method.
    pub fn new(method: Method, address: impl Into<String>) -> Self {
        Self { method, address: address.into(), headers: Vec::new(), body: Ok(Bytes::new()) }
    }

    /// GET.
    pub fn get(address: impl Into<String>) -> Self {
        Self::new(Method::GET, address)
    }

    /// POST.
    pub fn post(address: impl Into<String>) -> Self {
        Self::new(Method::POST, address)
    }

    /// PUT.
    pub fn put(address: impl Into<String>) -> Self {
        Self::new(Method::PUT, address)
    }

    /// DELETE.
    pub fn delete(address: impl Into<String>) -> Self {
        Self::new(Method::DELETE, address)
    }

    /// With one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(mut self, body: &(impl Serialize + ?Sized)) -> Self {
        self.body = serde_json::to_vec(body).map(Bytes::from).map_err(|error| error.to_string());
        self.header("content-type", "application/json")
    }

    /// With a body as it is.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Ok(body.into());
        self
    }
}
