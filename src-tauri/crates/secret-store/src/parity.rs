//! The HTTP interface of Parity's key servers (PROTOCOL 7.1), so that released clients work unchanged.

use crate::{
    KeyServer, KeyServerError,
    message::{Order, Sealed},
};
use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use protocol::{Did, Signature};
use rand::rngs::OsRng;
use serde::Serialize;
use threshold::{Point, StoredKey, ecies};

const CODE: HeaderName = HeaderName::from_static("neuston-code");
const NODES: HeaderName = HeaderName::from_static("neuston-nodes");

/// Hex of exactly this many bytes, without `0x`.
fn bytes<const N: usize>(text: &str, wrong: &'static str) -> Result<[u8; N], KeyServerError> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).map_err(|_| KeyServerError::BadRequest(wrong))?;
    Ok(bytes)
}

fn id(text: &str) -> Result<Did, KeyServerError> {
    bytes(text, "a key's id is 64 hex digits").map(Did)
}

/// v is 0 or 1; 27 and 28 are refused, as Parity does.
fn signature(text: &str) -> Result<Signature, KeyServerError> {
    const WRONG: &str = "a signature is 130 hex digits that end in 00 or 01";
    let bytes = bytes::<65>(text, WRONG)?;
    match bytes.last() {
        Some(0 | 1) => Signature::from_bytes(&bytes).map_err(|_| KeyServerError::BadRequest(WRONG)),
        _ => Err(KeyServerError::BadRequest(WRONG)),
    }
}

fn point(text: &str) -> Result<Point, KeyServerError> {
    const WRONG: &str = "a point is 128 hex digits on the curve";
    Point::from_bytes(&bytes(text, WRONG)?).map_err(|_| KeyServerError::BadRequest(WRONG))
}

fn order((id_, signature_, threshold): &(String, String, String)) -> Result<Order, KeyServerError> {
    let threshold = threshold.parse().map_err(|_| KeyServerError::BadRequest("a threshold is a number"))?;
    Ok(Order { id: id(id_)?, signature: signature(signature_)?, threshold })
}

/// Parity's form of an error: a JSON string around a quoted text. The headers are ours, for programs.
pub(crate) fn refused(error: &KeyServerError) -> Response {
    let mut response = (error.status(), Json(format!("\"{error}\""))).into_response();
    let headers = response.headers_mut();
    headers.insert(CODE, HeaderValue::from_static(error.code()));
    let nodes = error.nodes().iter().map(Point::hex).collect::<Vec<_>>().join(",");
    if let Ok(nodes) = HeaderValue::from_str(&nodes)
        && !nodes.is_empty()
    {
        headers.insert(NODES, nodes);
    }
    response
}

fn answered<T: IntoResponse>(result: Result<T, KeyServerError>) -> Response {
    match result {
        Ok(answer) => answer.into_response(),
        Err(error) => {
            if let KeyServerError::Internal(why) = &error {
                tracing::error!(%why, "the key server cannot do its part");
            }
            refused(&error)
        }
    }
}

pub(crate) async fn generate(State(server): State<KeyServer>, Path(path): Path<(String, String, String)>) -> Response {
    answered(async { server.generate(&order(&path)?).await.map(Json) }.await)
}

pub(crate) async fn generate_both(
    State(server): State<KeyServer>,
    Path(path): Path<(String, String, String)>,
) -> Response {
    answered(async { server.generate_both(&order(&path)?).await.map(Json) }.await)
}

pub(crate) async fn store(
    State(server): State<KeyServer>,
    Path((id_, signature_, common, encrypted)): Path<(String, String, String, String)>,
) -> Response {
    let store = async {
        let key = StoredKey { common_point: point(&common)?, encrypted_point: point(&encrypted)? };
        server.store_document_key(id(&id_)?, signature(&signature_)?, key).await.map(|()| StatusCode::OK)
    };
    answered(store.await)
}

/// Parity's answer, and behind it what lets a client find out which node's shadow is wrong.
#[derive(Serialize)]
struct Shadows {
    decrypted_secret: Point,
    common_point: Point,
    decrypt_shadows: Vec<Sealed>,
    shadow_nodes: Vec<Point>,
    shadow_points: Vec<Point>,
}

pub(crate) async fn retrieve_shadow(
    State(server): State<KeyServer>,
    Path((id_, signature_)): Path<(String, String)>,
) -> Response {
    let retrieve = async {
        let retrieved = server.retrieve(id(&id_)?, signature(&signature_)?, true).await?;
        Ok(Json(Shadows {
            decrypted_secret: retrieved.answer.decrypted_secret,
            common_point: retrieved.answer.common_point,
            shadow_nodes: retrieved.shadows.iter().map(|shadow| shadow.node).collect(),
            shadow_points: retrieved.shadows.iter().map(|shadow| shadow.public).collect(),
            decrypt_shadows: retrieved.shadows.into_iter().map(|shadow| shadow.sealed).collect(),
        }))
    };
    answered(retrieve.await)
}

pub(crate) async fn retrieve(
    State(server): State<KeyServer>,
    Path((id_, signature_)): Path<(String, String)>,
) -> Response {
    let retrieve = async {
        let (id, signature) = (id(&id_)?, signature(&signature_)?);
        let requester = signature
            .recover_public(id.as_bytes())
            .map_err(|_| KeyServerError::BadRequest("the signature belongs to no account"))?;
        let key = server.retrieve(id, signature, false).await?.answer.plain();
        Ok(Json(Sealed(ecies::seal(&Point::from_bytes(&requester)?, key.expose(), &mut OsRng)?)))
    };
    answered(retrieve.await)
}
