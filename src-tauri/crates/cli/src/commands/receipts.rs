//! `neuston agreements ID --receipt FILE` and `neuston verify-receipt FILE`

use super::{market::price, purchases::number};
use crate::{output::Output, paths::absolute, session::Session};
use api::{ApiError, Code, Sentence};
use protocol::{
    NetworkFile,
    receipt::{AgreementReceipt, Outcome, Verified},
};
use serde_json::json;
use std::{collections::BTreeMap, fs::File, io::Read as _, path::Path};

/// A receipt of a busy chain's blocks has some hundred kilobytes.
const LARGEST: u64 = 16 << 20;

pub(super) async fn save(session: &Session, id: &str, file: &Path) -> Result<(), ApiError> {
    let agreement = number(id)?;
    session.unlock().await?;
    let saved = session.ask(api::SaveReceipt { agreement, path: absolute(file)? }).await?;
    session.output.answer(&json!({ "path": saved.path, "bytes": saved.bytes }), || {
        format!("The receipt is in {}. Check it with: neuston verify-receipt {}", saved.path, saved.path)
    });
    Ok(())
}

pub(super) fn verify(path: &Path, network: Option<&str>, output: Output) -> Result<(), ApiError> {
    let receipt = read(path)?;
    let network = network.map(|file| of_network(Path::new(file))).transpose()?;
    let verified = receipt.verify().map_err(|fault| {
        ApiError::new(
            Code::Corrupt,
            Sentence::verbatim(format!("This receipt proves nothing: {fault}.")),
            "Ask whoever gave it to you for the file as it was made.",
        )
    })?;
    let statement = &receipt.statement;
    if let Some(network) = &network {
        statement.check_network(network).map_err(|why| {
            ApiError::new(
                Code::Corrupt,
                Sentence::verbatim(format!(
                    "This receipt proves nothing about {}: {why}.",
                    network.name.escape_debug()
                )),
                "Ask whoever gave it to you on which network it was.",
            )
        })?;
    }
    let terms = &statement.terms;
    let document = json!({
        "valid": true, "outcome": verified.outcome, "agreementId": terms.agreement, "did": terms.did,
        "name": statement.name, "price": terms.price.to_ocean(), "buyer": terms.consumer, "owner": terms.owner,
        "checksum": statement.checksum, "chainId": statement.chain_id, "made": statement.made,
        "signer": statement.signer, "shown": verified.shown, "contracts": BTreeMap::from(statement.contracts()),
        "network": network.as_ref().map(|network| &network.name),
    });
    output.answer(&document, || words(&receipt, &verified, network.as_ref()));
    Ok(())
}

fn of_network(path: &Path) -> Result<NetworkFile, ApiError> {
    let wrong = |why: String| {
        ApiError::new(Code::Invalid, Sentence::verbatim(why), "Name the network's file with --network.").at("network")
    };
    let text = std::fs::read_to_string(path).map_err(|e| wrong(format!("{} cannot be read: {e}.", path.display())))?;
    NetworkFile::from_toml(&text).map_err(|e| wrong(format!("{}: {e}.", path.display())))
}

fn read(path: &Path) -> Result<AgreementReceipt, ApiError> {
    let unreadable =
        |what: String| ApiError::new(Code::Invalid, Sentence::verbatim(what), "Name the file of a receipt.").at("file");
    let file = File::open(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => ApiError::new(
            Code::NotFound,
            Sentence::verbatim(format!("There is no file {}.", path.display())),
            "Check its name.",
        )
        .at("file"),
        _ => unreadable(format!("{} cannot be read: {e}.", path.display())),
    })?;
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes).map_err(|e| unreadable(format!("This is no receipt: {e}.")))?;
    let json = match bytes.starts_with(b"%PDF-") {
        true => attached(&bytes).ok_or_else(|| unreadable("No receipt is attached to this page.".to_owned()))?,
        false => &bytes,
    };
    serde_json::from_slice(json).map_err(|e| unreadable(format!("This is no receipt: {e}.")))
}

/// The file attached to a page of ours, which is neither compressed nor encrypted.
fn attached(pdf: &[u8]) -> Option<&[u8]> {
    let find = |part: &[u8], from: usize| {
        pdf.get(from..)?.windows(part.len()).position(|window| window == part).map(|at| from + at)
    };
    let file = find(b"/EmbeddedFile\n", 0).or_else(|| find(b"/Type /EmbeddedFile", 0))?;
    let begin = find(b"stream\n", file)? + b"stream\n".len();
    let end = find(b"\nendstream", begin)?;
    pdf.get(begin..end)
}

fn words(receipt: &AgreementReceipt, verified: &Verified, network: Option<&NetworkFile>) -> String {
    let statement = &receipt.statement;
    let terms = &statement.terms;
    let end = match verified.outcome {
        Outcome::Agreed => "It was agreed; no money moved.",
        Outcome::SetAside => "The payment is set aside; nobody has it.",
        Outcome::Granted => "The buyer has access.",
        Outcome::Paid => "The buyer has access, and the owner was paid.",
        Outcome::Returned => "The payment went back to the buyer.",
    };
    let mut text = format!(
        "The receipt holds. {end}\n\n“{}” ({})\nprice {}\nbuyer {}\nowner {}\nagreement {}\n",
        statement.name.escape_debug(),
        terms.did,
        price(terms.price),
        terms.consumer,
        terms.owner,
        terms.agreement
    );
    for shown in &verified.shown {
        text.push_str(&format!("\nblock {} {}: {}", shown.block, shown.block_hash, shown.fact));
    }
    text.push_str(&format!(
        "\n\nWhat is left to look up: whether chain {} has these blocks. Ask a node you trust for their hashes.",
        statement.chain_id
    ));
    match network {
        Some(network) => text.push_str(&format!("\nThe contracts are those of {}.", network.name.escape_debug())),
        None => {
            text.push_str(
                "\nAnd whether these contracts are the network's; --network FILE compares them with its file:",
            );
            for (name, at) in statement.contracts() {
                text.push_str(&format!("\n{name} {at}"));
            }
        }
    }
    text
}
