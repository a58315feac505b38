//! Reading, listing, searching.

use super::now;
use crate::{Catalogue, refusal::Refusal, store};
use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use protocol::{
    Did,
    ddo::Ddo,
    json::Node,
    query::Search,
    search::{SearchAnswer, SearchRequest},
};
use serde_json::{Value, json, value::RawValue};

pub(super) fn did(text: &str) -> Result<Did, Refusal> {
    text.parse().map_err(|e| Refusal::Bad(format!("{e}")))
}

fn as_json(document: Vec<u8>) -> Response {
    ([(CONTENT_TYPE, "application/json")], document).into_response()
}

pub(super) async fn health(State(catalogue): State<Catalogue>) -> Result<&'static str, Refusal> {
    catalogue.read(|c| Ok(c.query_row("SELECT COUNT(*) FROM listing LIMIT 1", [], |_| Ok(()))?)).await?;
    Ok("Sqlite connected")
}

pub(super) async fn ids(State(catalogue): State<Catalogue>) -> Result<Json<Value>, Refusal> {
    let dids = catalogue.read(store::dids).await?;
    Ok(Json(json!({ "ids": dids })))
}

/// All documents, as an object by number: one at a time, however many.
pub(super) async fn all(State(catalogue): State<Catalogue>) -> Result<Response, Refusal> {
    let text = catalogue
        .read(|c| {
            let mut text = String::from("{");
            for did in store::dids(c)? {
                if let Some(kept) = store::get(c, did)? {
                    if text.len() > 1 {
                        text.push(',');
                    }
                    text.push_str(&format!("\"{did}\":{}", String::from_utf8_lossy(&kept.document)));
                }
            }
            text.push('}');
            Ok(text)
        })
        .await?;
    Ok(as_json(text.into_bytes()))
}

pub(super) async fn ddo(State(catalogue): State<Catalogue>, Path(text): Path<String>) -> Result<Response, Refusal> {
    let did = did(&text)?;
    let kept = catalogue.read(move |c| store::get(c, did)).await?.ok_or(Refusal::NotFound(did))?;
    Ok(as_json(kept.document))
}

/// The metadata service, whole.
pub(super) async fn metadata(
    State(catalogue): State<Catalogue>,
    Path(text): Path<String>,
) -> Result<Response, Refusal> {
    let did = did(&text)?;
    let kept = catalogue.read(move |c| store::get(c, did)).await?.ok_or(Refusal::NotFound(did))?;
    let ddo = Ddo::parse(&kept.document).map_err(|e| Refusal::Failed(e.to_string()))?;
    let services = ddo.original().get("service").map(Node::elements).unwrap_or_default();
    let metadata = services.iter().find(|s| s.text_of("type").is_some_and(|t| t.eq_ignore_ascii_case("metadata")));
    Ok(as_json(metadata.map(Node::to_json).unwrap_or_default().into_bytes()))
}

pub(super) async fn query(State(catalogue): State<Catalogue>, body: Bytes) -> Result<Json<Value>, Refusal> {
    page(&catalogue, Search::parse(&body, now())?).await
}

pub(super) async fn query_parameters(
    State(catalogue): State<Catalogue>,
    Query(parameters): Query<Parameters>,
) -> Result<Json<Value>, Refusal> {
    let Parameters { text, sort, offset, page: number } = parameters;
    let search = Search::of_parameters(text.as_deref(), sort.as_deref(), offset.as_deref(), number.as_deref())?;
    page(&catalogue, search).await
}

/// The parameters of `GET …/query`.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Parameters {
    text: Option<String>,
    sort: Option<String>,
    offset: Option<String>,
    page: Option<String>,
}

async fn page(catalogue: &Catalogue, search: Search) -> Result<Json<Value>, Refusal> {
    let page = search.page;
    let found = catalogue.read(move |c| store::find(c, &search)).await?;
    let results: Vec<Box<RawValue>> = found.documents;
    Ok(Json(json!({
        "results": results,
        "page": page.number,
        "total_pages": page.pages(found.total),
        "total_results": found.total,
    })))
}

pub(super) async fn search(State(catalogue): State<Catalogue>, body: Bytes) -> Result<Json<SearchAnswer>, Refusal> {
    let request: SearchRequest = serde_json::from_slice(&body).map_err(|e| Refusal::Bad(e.to_string()))?;
    if request.text.len() > 1000 {
        return Err(Refusal::Bad("the text is too long".to_owned()));
    }
    Ok(Json(catalogue.read(move |c| store::search(c, &request)).await?))
}
