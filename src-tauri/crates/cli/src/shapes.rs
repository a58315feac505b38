//! The JSON that scripts read. Amounts are OCEAN as decimal text, states their snake_case names.

use crate::failure::next_here;
use api::{
    AccountView, ApiError, DownloadView, ListingRow, ListingView, MyListing, OwnedAsset, PublicationView, PurchaseView,
    SearchPage,
};
use serde_json::{Value, json};

pub(crate) fn row(row: &ListingRow) -> Value {
    json!({
        "did": row.did, "name": row.name, "price": row.price.to_ocean(), "summary": row.summary, "author": row.author,
        "license": row.license, "formats": row.formats, "bytes": row.bytes, "categories": row.categories,
        "tags": row.tags, "published": row.published, "own": row.own, "owned": row.owned,
    })
}

pub(crate) fn page(page: &SearchPage) -> Value {
    json!({
        "results": page.results.iter().map(row).collect::<Vec<_>>(), "page": page.page, "size": page.size,
        "total": page.total, "categories": page.categories, "licenses": page.licenses, "tags": page.tags,
    })
}

pub(crate) fn listing(view: &ListingView) -> Value {
    let mut document = row(&view.row);
    if let Some(map) = document.as_object_mut() {
        map.insert("files".into(), json!(view.files));
        map.insert("columns".into(), json!(view.columns));
        map.insert("terms".into(), json!(view.terms));
        map.insert("integrity".into(), json!(view.integrity));
        map.insert("listed".into(), json!(view.listed));
        map.insert("owner".into(), json!(view.depth.owner));
        map.insert("providers".into(), json!(view.depth.providers));
        map.insert("checksum".into(), json!(view.depth.checksum));
        map.insert("licenseText".into(), json!(view.license_sentence.text()));
        map.insert("gateway".into(), json!(view.depth.gateway));
    }
    document
}

pub(crate) fn account(view: &AccountView) -> Value {
    json!({
        "name": view.name, "address": view.address, "lock": view.lock,
        "balance": view.balance.map(protocol::Vodka::to_ocean), "setAside": view.set_aside.to_ocean(),
        "currency": view.currency, "backedUp": view.backed_up,
    })
}

pub(crate) fn fees(view: &api::FeesView) -> Value {
    json!({
        "charges": view.charges, "accountHas": view.account_has.to_ocean(), "computer": view.computer,
        "computerHas": view.computer_has.to_ocean(), "computerNeeds": view.computer_needs.to_ocean(),
        "computerShouldHave": view.computer_should_have.to_ocean(),
    })
}

pub(crate) fn event(event: &api::ChainEvent) -> Value {
    json!({
        "block": event.block, "blockHash": event.block_hash, "index": event.index, "transaction": event.tx,
        "topic": event.topic, "about": event.about, "of": event.of, "from": event.from, "to": event.to,
        "amount": event.amount.map(protocol::Vodka::to_ocean), "number": event.number, "text": event.text,
    })
}

pub(crate) fn purchase(view: &PurchaseView) -> Value {
    json!({
        "agreementId": view.agreement, "did": view.did, "name": view.name, "price": view.price.to_ocean(),
        "state": view.state.name(), "waitingFor": view.waiting_for, "money": view.money, "started": view.started,
        "ended": view.ended, "opensByBlock": view.opens_by_block, "block": view.block,
        "steps": view.steps,
        "trouble": view.trouble.as_ref().map(error),
    })
}

pub(crate) fn download(view: &DownloadView) -> Value {
    json!({
        "path": view.path, "bytes": view.done, "sha256": view.sha256,
        "verified": view.verdict == api::Verdict::Verified, "index": view.index, "verdict": view.verdict,
    })
}

pub(crate) fn owned(asset: &OwnedAsset) -> Value {
    json!({
        "agreementId": asset.agreement, "did": asset.did, "name": asset.name, "author": asset.author,
        "license": asset.license, "price": asset.price.to_ocean(), "bought": asset.bought, "files": asset.files,
        "listed": asset.listed,
    })
}

pub(crate) fn publication(view: &PublicationView) -> Value {
    json!({ "did": view.did, "name": view.name, "step": view.step, "elapsedMs": view.elapsed_ms })
}

pub(crate) fn mine(view: &MyListing) -> Value {
    json!({
        "did": view.did, "name": view.name, "price": view.price.to_ocean(), "state": view.state, "sales": view.sales,
        "open": view.open, "earned": view.earned.to_ocean(), "published": view.published,
    })
}

pub(crate) fn error(error: &ApiError) -> Value {
    let mut document = json!({ "code": error.code, "message": error.message.text(), "next": next_here(error) });
    if let (Some(members), Some(field)) = (document.as_object_mut(), &error.field) {
        members.insert("field".into(), json!(field));
    }
    document
}

pub(crate) fn list(results: Vec<Value>) -> Value {
    let total = results.len();
    json!({ "results": results, "page": 1, "total": total })
}
