//! `neuston network …`

use crate::{
    arguments::Network,
    paths::{absolute, is_network_file},
    session::Session,
    shapes,
};
use api::{ApiError, CheckPoint, Code, NetworkCheck, NetworkView, Sentence};
use serde_json::json;

const FOREIGN: &str = "\
The contracts of this network are not ours. They have holes through which a stranger can take a payment that is set aside.
Where that happens your money does not come back, and nobody can help you.
Buy on this network all the same? [y/N] ";

/// A check as scripts read it.
fn document(check: &NetworkCheck) -> serde_json::Value {
    let point = |p: &CheckPoint| json!({ "what": p.what.text(), "ok": p.ok, "found": p.found.text() });
    json!({ "points": check.points.iter().map(point).collect::<Vec<_>>() })
}

pub(super) async fn run(session: &Session, network: Network) -> Result<(), ApiError> {
    match network {
        Network::List => show(session, &session.ask(api::ListNetworks {}).await?),
        Network::Add { file } => show(session, &session.ask(api::AddNetwork { path: absolute(&file)? }).await?),
        Network::Use { name } => {
            has_name(&name)?;
            show(session, &session.ask(api::UseNetwork { name }).await?);
        }
        Network::Export { name, to } => {
            let path = to.as_deref().map(absolute).transpose()?;
            let text = session.ask(api::ExportNetwork { name, path }).await?;
            session.output.answer(&json!(text), || text.toml.clone());
        }
        Network::Consent { withdraw } => {
            let trust = session.ask(api::GetContractsTrust {}).await?;
            if !withdraw && !trust.ours && trust.consented.is_none() && !session.yes() {
                super::buying::confirm(FOREIGN)?;
            }
            let trust = session.ask(api::Consent { given: !withdraw }).await?;
            session.output.answer(&json!(trust), || match (trust.ours, &trust.consented) {
                (true, _) => "The contracts of this network are ours; there is nothing to accept.".to_owned(),
                (false, Some(since)) => format!("Priced purchases are accepted on this network since {since}."),
                (false, None) => "Priced purchases are refused on this network.".to_owned(),
            });
        }
        Network::Check => {
            let check = session.ask(api::CheckNetwork {}).await?;
            let bad: Vec<String> =
                check.points.iter().filter(|p| !p.ok).map(|p| format!("{}: {}", p.what, p.found)).collect();
            let lines = || {
                let mark = |ok: bool| if ok { "ok  " } else { "BAD " };
                check
                    .points
                    .iter()
                    .map(|p| format!("{}{}: {}", mark(p.ok), p.what, p.found))
                    .collect::<Vec<_>>()
                    .join("\n")
            };
            // One document: of a network with faults it is the error, which says them all.
            if bad.is_empty() || !session.output.json {
                session.output.answer(&document(&check), lines);
            }
            if !bad.is_empty() {
                return Err(ApiError::new(
                    Code::Unreachable,
                    Sentence::verbatim(format!("The network is not as it should be. {}", bad.join(". "))),
                    "Set right what is named, or ask whoever runs the network. docs/networks.md explains each line.",
                ));
            }
        }
    }
    Ok(())
}

/// Of a network that is used from now on the home keeps the name: by a file alone it would not find it again.
fn has_name(typed: &str) -> Result<(), ApiError> {
    if !is_network_file(typed) {
        return Ok(());
    }
    let what = format!("“{}” is a file; a network is used by its name.", typed.escape_debug());
    let next = "Add it first: neuston network add FILE. For one command alone there is --network FILE.";
    Err(ApiError::new(Code::Invalid, Sentence::verbatim(what), next).at("network"))
}

fn show(session: &Session, networks: &[NetworkView]) {
    let document = shapes::list(networks.iter().map(|n| json!(n)).collect());
    session.output.answer(&document, || {
        let mark = |active: bool| if active { "*" } else { " " };
        networks
            .iter()
            .map(|n| format!("{} {}  {} (chain {})", mark(n.active), n.name, n.title, n.chain_id))
            .collect::<Vec<_>>()
            .join("\n")
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_added_before_it_is_used() {
        for file in ["./x.toml", "x.toml", "files/x"] {
            let error = has_name(file).unwrap_err();
            assert_eq!((error.code, error.field.as_deref()), (Code::Invalid, Some("network")));
            assert!(error.message.contains(file) && error.next.contains("network add"), "{error}");
        }
        has_name("local").unwrap();
    }
}
