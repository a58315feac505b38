//! The JSON of agreements of other shapes, templates and lists, as scripts read it.

use api::{AgreementView, ConditionView, ListView, RoleView, TemplateView};
use protocol::conditions::ConditionTerms;
use serde_json::{Map, Value, json};

pub(crate) fn agreement(view: &AgreementView) -> Value {
    let actors =
        view.actors.iter().map(|actor| json!({ "role": actor.role, "account": actor.account, "own": actor.own }));
    json!({
        "agreementId": view.agreement, "name": view.title, "did": view.did, "template": view.template,
        "templateName": view.template_name, "state": view.state.name(), "flaw": view.flaw,
        "documented": view.documented, "createdAt": view.created_at, "created": view.created, "block": view.block,
        "actors": actors.collect::<Vec<_>>(), "conditions": view.conditions.iter().map(condition).collect::<Vec<_>>(),
        "warnings": view.warnings,
    })
}

fn condition(view: &ConditionView) -> Value {
    // What belongs to a word like "after" stands beside it: {"next": "after", "conditions": […]}.
    let tagged = |value: Value, tag: &str| match value {
        Value::Object(mut members) => (members.remove(tag).unwrap_or(Value::Null), Value::Object(members)),
        other => (other, Value::Object(Map::new())),
    };
    let (next, more) = tagged(json!(view.next), "next");
    let (by, whom) = tagged(json!(view.by), "who");
    json!({
        "name": view.name, "kind": view.kind.map(protocol::shape::Kind::name), "id": view.id, "contract": view.contract,
        "terms": view.terms.as_ref().map(terms), "text": view.text, "state": view.state, "next": next, "waits": more, "by": by,
        "whom": whom, "own": view.own, "fromBlock": view.from_block, "untilBlock": view.until_block,
        "until": view.until, "canAbort": view.can_abort, "timeLock": view.time_lock, "timeOut": view.time_out,
    })
}

fn terms(terms: &ConditionTerms) -> Value {
    let mut document = json!(terms);
    if let (ConditionTerms::LockReward { amount, .. } | ConditionTerms::EscrowReward { amount, .. }, Some(members)) =
        (terms, document.as_object_mut())
    {
        members.insert("amount".into(), json!(amount.to_ocean()));
    }
    document
}

pub(crate) fn template(view: &TemplateView) -> Value {
    let kinds = view.conditions.iter().map(|kind| kind.map(protocol::shape::Kind::name));
    json!({
        "id": view.id, "name": view.name, "state": view.state, "proposer": view.proposer,
        "conditions": kinds.collect::<Vec<_>>(), "actors": view.actors,
    })
}

pub(crate) fn role(view: &RoleView) -> Value {
    json!({ "id": view.id, "name": view.name, "registered": view.registered })
}

pub(crate) fn list(view: &ListView) -> Value {
    json!({ "list": view.list, "account": view.account, "items": view.items })
}
