//! Reading, listing, searching.

use super::now;
use crate::{Catalogue, CatalogueError, refusal::Refusal, store};
use axum::{
    Json,
    body::{Body, Bytes},
    extract::{Path, Query, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use futures_util::{
    StreamExt as _, TryStreamExt as _,
    future::ready,
    stream::{once, try_unfold},
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

/// Whether the data can be read, with the code that the released software has for it.
pub(super) async fn health(State(catalogue): State<Catalogue>) -> (StatusCode, &'static str) {
    match catalogue.read(|c| Ok(c.query_row("SELECT EXISTS (SELECT 1 FROM listing)", [], |_| Ok(()))?)).await {
        Ok(()) => (StatusCode::OK, "Sqlite connected"),
        Err(error) => {
            tracing::warn!(?error, "the catalogue's data cannot be read");
            (StatusCode::BAD_REQUEST, "Not connected to any database")
        }
    }
}

pub(super) async fn ids(State(catalogue): State<Catalogue>) -> Result<Json<Value>, Refusal> {
    let dids = catalogue.read(store::dids).await?;
    Ok(Json(json!({ "ids": dids })))
}

/// Bytes of documents that are read at once, and one document more.
const PART: usize = 1 << 20;

/// All documents, as an object by number. They are read and sent part by part: however many there are, they take little
/// memory, and a client that is slow keeps no reader from others. A listing that changes meanwhile is there once, as it
/// was before or after; where reading fails, the object has no end.
pub(super) async fn all(State(catalogue): State<Catalogue>) -> Result<Response, Refusal> {
    let (first, next) = part(&catalogue, 0).await?;
    let rest = try_unfold(next, move |next| {
        let catalogue = catalogue.clone();
        async move {
            match next {
                Some(after) => part(&catalogue, after).await.map(Some),
                None => Ok(None),
            }
        }
    });
    let rest = rest.inspect_err(|error| tracing::warn!(?error, "a list of all documents was broken off"));
    let parts = once(ready(Ok::<Bytes, CatalogueError>(first))).chain(rest);
    Ok(([(CONTENT_TYPE, "application/json")], Body::from_stream(parts)).into_response())
}

/// The members of that object behind a row, with its beginning or its end where they are the first or the last; and the
/// row after which it goes on.
async fn part(catalogue: &Catalogue, after: i64) -> Result<(Bytes, Option<i64>), CatalogueError> {
    catalogue
        .read(move |c| {
            let part = store::part(c, after, PART)?;
            let mut text = Vec::with_capacity(part.documents.iter().map(|(_, document)| document.len() + 100).sum());
            if after == 0 {
                text.push(b'{');
            }
            for (place, (did, document)) in part.documents.iter().enumerate() {
                if after > 0 || place > 0 {
                    text.push(b',');
                }
                text.extend_from_slice(format!("\"{did}\":").as_bytes());
                text.extend_from_slice(document);
            }
            if part.next.is_none() {
                text.push(b'}');
            }
            Ok((Bytes::from(text), part.next))
        })
        .await
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

#[cfg(test)]
mod tests {
    use super::{PART, all, health};
    use crate::{Catalogue, catalogue::tests::opened};
    use axum::{body::Bytes, extract::State, http::StatusCode};
    use futures_util::TryStreamExt as _;
    use serde_json::{Value, json};

    fn document(number: usize, listed: bool, length: usize) -> Vec<u8> {
        let attributes = json!({
            "main": { "name": "Rain" }, "curation": { "isListed": listed }, "encryptedFiles": "0".repeat(length),
        });
        let service = json!([{ "type": "metadata", "index": 0, "attributes": attributes }]);
        json!({ "id": format!("did:op:{number:064x}"), "service": service }).to_string().into_bytes()
    }

    async fn pieces(catalogue: &Catalogue) -> Vec<Bytes> {
        let response = all(State(catalogue.clone())).await.unwrap();
        response.into_body().into_data_stream().try_collect().await.unwrap()
    }

    #[tokio::test]
    async fn all_documents_are_one_object_in_pieces_of_a_bounded_size() {
        let (_folder, catalogue) = opened();
        assert_eq!(pieces(&catalogue).await.concat(), b"{}");
        let length = PART / 4;
        // The numbers fall while the rows rise, every fifth is not listed, and so is the last.
        let documents = (0..21).map(|row| document(100 - row, row % 5 > 0, length)).collect();
        catalogue.bulk_insert(documents).await.unwrap();
        let pieces = pieces(&catalogue).await;
        assert!(pieces.len() >= 4, "{} pieces", pieces.len());
        assert!(pieces.iter().all(|piece| piece.len() < PART + 2 * length), "as much as a part is held at once");
        let whole: Value = serde_json::from_slice(&pieces.concat()).unwrap();
        let whole = whole.as_object().unwrap();
        assert_eq!(whole.len(), 16);
        for row in (0..21_usize).filter(|row| row % 5 > 0) {
            let did = format!("did:op:{:064x}", 100 - row);
            assert_eq!(whole[&did]["id"], json!(did));
        }
    }

    #[tokio::test]
    async fn who_reads_all_documents_slowly_keeps_no_reader() {
        let (_folder, catalogue) = opened();
        catalogue.bulk_insert((1..9).map(|row| document(row, true, PART / 2)).collect()).await.unwrap();
        let mut slow = Vec::new();
        for _ in 0..8 {
            let mut parts = all(State(catalogue.clone())).await.unwrap().into_body().into_data_stream();
            assert!(parts.try_next().await.unwrap().is_some());
            slow.push(parts);
        }
        assert!(catalogue.read(|c| Ok(c.query_row("SELECT 1", [], |_| Ok(()))?)).await.is_ok());
        for parts in slow {
            let rest: Vec<Bytes> = parts.try_collect().await.unwrap();
            assert!(rest.concat().ends_with(b"}"));
        }
    }

    #[tokio::test]
    async fn a_catalogue_whose_data_are_gone_says_so_in_the_released_words() {
        let (_folder, catalogue) = opened();
        assert_eq!(health(State(catalogue.clone())).await, (StatusCode::OK, "Sqlite connected"));
        catalogue.write(|c| Ok(c.execute_batch("DROP TABLE listing")?)).await.unwrap();
        let expected = (StatusCode::BAD_REQUEST, "Not connected to any database");
        assert_eq!(health(State(catalogue)).await, expected);
    }
}
