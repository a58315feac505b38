//! `neuston wallet …`

use super::purchases;
use crate::{
    arguments::{Common, Wallet},
    output::Output,
    paths::absolute,
    session::{Session, first_line},
    shapes,
};
use api::{AccountView, ApiError, Code, ImportFrom, Password, Sentence};
use protocol::Vodka;
use serde_json::json;

pub(super) async fn run(session: &Session, wallet: Wallet) -> Result<(), ApiError> {
    match wallet {
        Wallet::New { words, name: None } => {
            let view = session.ask(api::CreateAccount { password: session.password()?, words }).await?;
            show(session, &view);
        }
        Wallet::New { name: Some(name), .. } => {
            let call = api::AddAccount { name, password: session.password()? };
            show(session, &session.ask(call).await?);
        }
        Wallet::Import { words_file, key_file, keystore, keystore_passphrase_file } => {
            let password = session.password()?;
            let from = match (words_file, key_file, keystore) {
                (Some(file), _, _) => ImportFrom::Words { words: all_lines(&file)? },
                (_, Some(file), _) => ImportFrom::KeyFile { path: absolute(&file)? },
                (_, _, Some(file)) => ImportFrom::Keystore {
                    path: absolute(&file)?,
                    file_password: match keystore_passphrase_file {
                        Some(path) => Password(first_line(&path)?),
                        None => password.clone(),
                    },
                },
                _ => return Err(ApiError::new(Code::Invalid, "Nothing to import from.", "Name a file.")),
            };
            show(session, &session.ask(api::ImportAccount { from, password }).await?);
            // The account is here; what it owns follows, and what cannot be brought back now can be later.
            let rebuilt = tokio::time::timeout(session.patience(), purchases::rebuilt(session)).await;
            if let Ok(Err(error)) = rebuilt {
                session.output.progress(&json!({ "trouble": error.message.text() }), || error.message.to_string());
            } else if rebuilt.is_err() {
                let later = "not everything is brought back yet; go on with: neuston library --rebuild";
                session.output.progress(&json!({ "trouble": later }), || later.to_owned());
            }
        }
        Wallet::Update { new_passphrase_file } => {
            let new = Password(first_line(&new_passphrase_file)?);
            show(session, &session.ask(api::ChangePassword { old: session.password()?, new }).await?);
        }
        Wallet::List => {
            let views = session.ask(api::ListAccounts {}).await?;
            let document = shapes::list(views.iter().map(shapes::account).collect());
            session.output.answer(&document, || views.iter().map(line).collect::<Vec<_>>().join("\n"));
        }
        Wallet::Show | Wallet::Balance => show(session, &session.ask(api::GetAccount {}).await?),
        Wallet::Send { to, amount } => {
            let amount = parsed(&amount, "Write the amount like 12.50.")?;
            session.unlock().await?;
            show(session, &session.ask(api::SendTokens { to, amount }).await?);
        }
        Wallet::Faucet { amount } => {
            let amount = whole(&amount)?;
            session.unlock().await?;
            show(session, &session.ask(api::GetTestTokens { amount }).await?);
        }
        Wallet::Fees { fill } => {
            let fees = match fill {
                Some(text) => {
                    let wei = parsed(&text, "Write the amount like 0.05.")?;
                    session.unlock().await?;
                    session.ask(api::FillComputer { wei }).await?
                }
                None => session.ask(api::GetFees {}).await?,
            };
            session.output.answer(&shapes::fees(&fees), || match fees.charges {
                false => "This network takes no fees.".to_owned(),
                true => format!(
                    "Your account has {} ether.\nThis computer's key {} has {} ether; one sale or refund may cost {}.",
                    fees.account_has.to_ocean(),
                    fees.computer,
                    fees.computer_has.to_ocean(),
                    fees.computer_needs.to_ocean(),
                ),
            });
        }
        Wallet::Export { file } => {
            let call = api::ExportAccount { password: session.password()?, path: absolute(&file)? };
            let saved = session.ask(call).await?;
            session.output.answer(&json!(saved), || format!("Saved {} ({} bytes).", saved.path, saved.bytes));
        }
        // Handled before a home is opened: recovery words never cross a socket.
        Wallet::Backup => {}
    }
    Ok(())
}

/// Prints the recovery words. They are read from the data folder by this very process.
pub(super) fn backup(common: &Common, output: Output) -> Result<(), ApiError> {
    let Some(file) = &common.passphrase_file else {
        return Err(ApiError::new(
            Code::Locked,
            "This needs the account's password.",
            "Put it into a file and name the file.",
        ));
    };
    let words = home::recovery_words(common.home.as_deref(), &first_line(file)?)?;
    output.answer(&json!({ "words": words.as_str() }), || {
        format!("{}\n\nWrite these words on paper. Whoever has them has the account.", words.as_str())
    });
    Ok(())
}

/// A small file, whole: recovery words stand on one line or each on its own.
fn all_lines(path: &std::path::Path) -> Result<String, ApiError> {
    let wrong = |e: std::io::Error| {
        let why = format!("The file {} cannot be read: {e}.", path.display());
        ApiError::new(Code::Invalid, Sentence::verbatim(why), "Check the path and that the file may be read.")
    };
    Ok(std::fs::read_to_string(path).map_err(wrong)?.trim().to_owned())
}

fn parsed(amount: &str, next: &'static str) -> Result<Vodka, ApiError> {
    Vodka::parse_ocean(amount)
        .map_err(|e| ApiError::new(Code::Invalid, Sentence::verbatim(format!("{e}.")), next).at("amount"))
}

fn whole(amount: &str) -> Result<u64, ApiError> {
    amount.parse().map_err(|_| {
        let what = Sentence::verbatim(format!("“{}” is no whole number of tokens.", amount.escape_debug()));
        ApiError::new(Code::Invalid, what, "Write it with digits, like 100.").at("amount")
    })
}

fn show(session: &Session, view: &AccountView) {
    session.output.answer(&shapes::account(view), || line(view));
}

fn line(view: &AccountView) -> String {
    let address = view.address.map(|a| a.to_string()).unwrap_or_else(|| "no account yet".to_owned());
    let balance = view.balance.map(|b| b.to_people()).unwrap_or_else(|| "?".to_owned());
    format!("{}  {address}  {balance} {}", view.name, view.currency)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_that_is_none_is_refused_in_words() {
        for refused in [parsed("-1", "Write the amount like 12.50.").map(drop), whole("-5").map(drop)] {
            let error = refused.unwrap_err();
            assert_eq!((error.code, error.field.as_deref()), (Code::Invalid, Some("amount")));
        }
        assert_eq!((parsed("12.5", "").unwrap().to_ocean(), whole("100")), ("12.5".to_owned(), Ok(100)));
    }
}
