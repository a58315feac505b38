//! One file per group of commands.

mod accounts;
mod agreements;
mod buying;
mod demo;
mod deployment;
mod events;
mod market;
mod metadata;
mod networks;
mod publishing;
mod purchases;
mod receipts;
mod servers;
mod templates;

use crate::{
    arguments::{Arguments, Command},
    failure::Failure,
    output::Output,
    session::Session,
};

/// Runs the command that was typed.
pub(crate) async fn run(arguments: Arguments, output: Output) -> Result<(), Failure> {
    let common = arguments.common;
    let alone = match arguments.command {
        Command::Contracts(contracts) => return deployment::run(contracts, output).await,
        Command::Demo(demo) => demo::run(demo, output).await,
        Command::Node(node) => servers::node(node, &common, output).await,
        Command::Serve => servers::serve(&common, output).await,
        Command::VerifyReceipt { file } => receipts::verify(&file, common.network.as_deref(), output),
        Command::Agreement(crate::arguments::Agreement::Hash(what)) => agreements::hash(&what, output),
        Command::Wallet(crate::arguments::Wallet::Backup) => accounts::backup(&common, output),
        command => {
            let session = Session::open(&common, output).await?;
            let done = inside(&session, command).await;
            session.close().await;
            return done;
        }
    };
    alone.map_err(Failure::from)
}

async fn inside(session: &Session, command: Command) -> Result<(), Failure> {
    let done = match command {
        Command::Publish(publish) => return publishing::publish(session, publish).await,
        Command::Resume(one) => return purchases::resume(session, one.id).await,
        Command::Network(network) => networks::run(session, network).await,
        Command::Wallet(wallet) => accounts::run(session, wallet).await,
        Command::Edit(edit) => publishing::edit(session, edit).await,
        Command::Unlist(one) => publishing::unlist(session, one.did).await,
        Command::Search(search) => market::search(session, search).await,
        Command::Show(one) => market::show(session, one.did).await,
        Command::Buy(buy) => buying::buy(session, buy).await,
        Command::Download(download) => purchases::download(session, download).await,
        Command::Agreements(one) => match (one.id, one.receipt) {
            (Some(id), Some(file)) => receipts::save(session, &id, &file).await,
            (id, _) => purchases::agreements(session, id).await,
        },
        Command::Agreement(agreement) => agreements::run(session, agreement).await,
        Command::Template(template) => templates::run(session, template).await,
        Command::List(list) => templates::list(session, list).await,
        Command::Refund(one) => purchases::refund(session, &one.id).await,
        Command::Events(asked) => events::run(session, asked).await,
        Command::Library(library) => purchases::library(session, library.rebuild).await,
        // Handled before a home is opened.
        Command::Demo(_)
        | Command::Node(_)
        | Command::Contracts(_)
        | Command::Serve
        | Command::VerifyReceipt { .. } => Ok(()),
    };
    done.map_err(Failure::from)
}
