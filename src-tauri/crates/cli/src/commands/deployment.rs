//! `neuston contracts deploy`

use crate::{arguments::Contracts, failure::Failure, output::Output, paths::absolute, session::first_line};
use api::{ApiError, Code, Sentence};
use keeper::{BroadcastError, KeeperError, RpcFault};
use node::NodeError;
use protocol::NetworkFile;
use serde_json::{Value, json};
use std::{
    fs::File,
    io::{self, Write as _},
    path::Path,
};

pub(super) async fn run(contracts: Contracts, output: Output) -> Result<(), Failure> {
    let Contracts::Deploy { rpc, key_file, out, name, governed, required } = contracts;
    let governed = match governed.is_empty() {
        true => None,
        false => Some(keeper::Governed::new(governed, required).map_err(|e| {
            ApiError::new(
                Code::Invalid,
                Sentence::verbatim(format!("The contracts were not deployed: {e}.")),
                "Name each operator's account once, and no more votes than operators.",
            )
        })?),
    };
    let key = zeroize::Zeroizing::new(first_line(&key_file)?);
    let place = absolute(&out)?;
    // A deployment is paid for: that its file can be written, and is nobody's, is known before.
    let mut file = File::create_new(&out).map_err(|e| no_place(&out, &e))?;
    let network = match node::deploy_contracts(&rpc, &key, &name, governed.as_ref()).await {
        Ok(network) => network,
        Err(error) => {
            abandoned(file, &out);
            return Err(not_deployed(&error).into());
        }
    };
    if let Err(why) = write(&mut file, &network) {
        abandoned(file, &out);
        return Err(unwritten(&out, &why, &network, output));
    }
    output.answer(&json!({ "networkFile": place, "contracts": network.contracts }), || {
        format!("Deployed. The network file is {}.", out.display())
    });
    Ok(())
}

fn write(file: &mut File, network: &NetworkFile) -> Result<(), String> {
    let text = network.to_toml().map_err(|e| e.to_string())?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|e| e.to_string())
}

/// Half a file, or an empty one, is nobody's network.
fn abandoned(file: File, path: &Path) {
    drop(file);
    // One that cannot be removed says for itself that nothing is in it.
    let _ = std::fs::remove_file(path);
}

fn no_place(path: &Path, error: &io::Error) -> ApiError {
    const NEXT: &str = "Name another file with --out. Nothing was deployed.";
    let shown = path.display();
    match error.kind() {
        io::ErrorKind::AlreadyExists => {
            ApiError::new(Code::Invalid, Sentence::verbatim(format!("{shown} is there already.")), NEXT).at("out")
        }
        _ => ApiError::new(Code::Disk, Sentence::verbatim(format!("{shown} cannot be written: {error}.")), NEXT)
            .at("out"),
    }
}

/// The contracts are there and paid for: whatever happens to their file, whoever deployed them is told where they are.
fn unwritten(path: &Path, why: &str, network: &NetworkFile, output: Output) -> Failure {
    let lines: Vec<String> = network.contracts.iter().map(|(name, at)| format!("{name} = \"{at}\"")).collect();
    let addresses = format!("chain_id = {}\n[contracts]\n{}", network.chain_id, lines.join("\n"));
    if !output.json {
        output.answer(&Value::Null, || addresses.clone());
    }
    let error = ApiError::new(
        Code::Disk,
        Sentence::verbatim(format!(
            "The contracts are deployed, but {} cannot be written: {why}. Keep where they are:\n{addresses}",
            path.display()
        )),
        "Put these lines into a network file; docs/network-file.md says what else belongs there.",
    );
    let beside = json!({ "chainId": network.chain_id, "contracts": network.contracts });
    Failure { beside: Box::new(beside), ..Failure::from(error) }
}

/// Only a chain that does not answer is unreachable.
fn not_deployed(error: &NodeError) -> ApiError {
    use KeeperError as K;
    let (code, next, field) = match error {
        NodeError::Identity => (Code::Invalid, "A key file has one line of 64 hex digits.", Some("key_file")),
        NodeError::Endpoint(_) => (Code::Invalid, "Write it like http://127.0.0.1:8545.", Some("rpc")),
        NodeError::Keeper(
            K::Rpc(RpcFault::Unreachable(_) | RpcFault::Busy { .. })
            | K::Broadcast(BroadcastError::Fault(RpcFault::Unreachable(_) | RpcFault::Busy { .. }))
            | K::NotMined { .. },
        ) => (Code::Unreachable, "Check the address, and that the chain is running.", None),
        _ => (Code::Internal, "Check the address, and that the account has ether where the chain wants it.", None),
    };
    let told = ApiError::new(code, Sentence::verbatim(format!("The contracts were not deployed: {error}.")), next);
    match field {
        Some(field) => told.at(field),
        None => told,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_chain_that_does_not_answer_is_unreachable() {
        let away = || RpcFault::Unreachable("nobody is there".into());
        let address = "no address".parse::<transport::Endpoint>().unwrap_err();
        for (error, code) in [
            (NodeError::Keeper(KeeperError::Rpc(away())), Code::Unreachable),
            (NodeError::Keeper(KeeperError::Broadcast(BroadcastError::Fault(away()))), Code::Unreachable),
            (NodeError::Keeper(KeeperError::Broadcast(BroadcastError::InsufficientFunds)), Code::Internal),
            (NodeError::Keeper(KeeperError::DeploymentFailed("LockReward".to_owned())), Code::Internal),
            (NodeError::Endpoint(address), Code::Invalid),
            (NodeError::Identity, Code::Invalid),
        ] {
            assert_eq!(not_deployed(&error).code, code, "{error}");
        }
    }
}
