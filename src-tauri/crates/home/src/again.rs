//! Which questions may be put a second time, when nobody knows whether the first was heard to its end.

use api::Request;

/// Whether a question changes nothing, or nothing more when it is put again.
pub(crate) fn may_be_asked_again(request: &Request) -> bool {
    use Request as R;
    match request {
        // Nothing is written where the text is only returned; a file would be in its own way.
        R::ExportNetwork(call) => call.path.is_none(),
        R::GetStatus(_)
        | R::GetAccount(_)
        | R::ListAccounts(_)
        | R::GetFees(_)
        | R::Search(_)
        | R::GetListing(_)
        | R::GetQuote(_)
        | R::GetContractsTrust(_)
        | R::GetPurchase(_)
        | R::ListPurchases(_)
        | R::CheckAgreement(_)
        | R::GetAgreement(_)
        | R::ListAgreements(_)
        | R::ListTemplates(_)
        | R::ListRoles(_)
        | R::GetList(_)
        | R::ListLibrary(_)
        | R::ListDownloads(_)
        | R::VerifyFile(_)
        | R::Inspect(_)
        | R::ListDrafts(_)
        | R::GetPublication(_)
        | R::ListPublications(_)
        | R::ListMyListings(_)
        | R::ListActivity(_)
        | R::ListChainEvents(_)
        | R::GetSettings(_)
        | R::ListNetworks(_)
        | R::CheckNetwork(_) => true,
        // What is so already stays so.
        R::Unlock(_)
        | R::Lock(_)
        | R::UseAccount(_)
        | R::UseNetwork(_)
        | R::SetSettings(_)
        | R::Consent(_)
        | R::Resume(_) => true,
        // Everything else, and what comes later, until somebody has thought about it.
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{ExportNetwork, GetStatus, SendTokens, UseNetwork};
    use protocol::{Address, Vodka};

    #[test]
    fn only_what_does_nothing_twice_is_asked_again() {
        let export = |path: Option<&str>| ExportNetwork { name: "local".into(), path: path.map(str::to_owned) };
        let again: [Request; 3] =
            [GetStatus {}.into(), UseNetwork { name: "local".into() }.into(), export(None).into()];
        assert!(again.iter().all(may_be_asked_again), "{again:?}");
        let send = SendTokens { to: Address([1; 20]), amount: Vodka::from_ocean(1) };
        let once: [Request; 2] = [send.into(), export(Some("/x.toml")).into()];
        assert!(!once.iter().any(may_be_asked_again), "{once:?}");
    }
}
