//! The library: what one owns, where it is, and how to get it onto the disk.

mod file;

use super::save_to::SaveSheet;
use crate::{
    app::{App, Asked, act, app, loader},
    browser,
    components::{Button, Empty, Icon, Tag, TextButton, TroubleHere, listing_path, purchase_path, shown},
    ipc,
    state::{amounts, downloads, moments},
    texts::{Texts, fill},
};
use api::{
    ApiError, DownloadState, ListLibrary, OwnedAsset, PurchaseState, PurchaseView, RebuildLibrary, Verdict, VerifyFile,
};
use file::{FileWays, Running, VerdictTag};
use leptos::{prelude::*, task::spawn_local};
use protocol::AgreementId;

/// What somebody wants to save: which purchase, which file.
type Wanted = RwSignal<Option<(AgreementId, Option<u64>)>>;

/// The page.
#[component]
pub(crate) fn Library() -> impl IntoView {
    let app = app();
    let t = app.texts();
    let l = &t.library;
    browser::title(t.shell.library);
    let owned = RwSignal::new(Asked::<Vec<OwnedAsset>>::Waiting);
    let load = loader(owned, || ListLibrary {});
    // What is owned changes when a purchase ends or a download does.
    let endings = Memo::new(move |_| {
        let purchases = app.purchases.with(|all| all.iter().filter(|p| p.state.is_final()).count());
        let downloads = app.downloads.with(|all| all.iter().filter(|d| d.state == DownloadState::Done).count());
        (purchases, downloads)
    });
    Effect::new(move |_| {
        // Read, not only tracked: a memo that nobody has read follows nothing.
        endings.get();
        load();
    });
    let wanted: Wanted = RwSignal::new(None);
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(wanted.with(Option::is_some)));
    let checking = RwSignal::new(false);
    let check_all = Callback::new(move |()| {
        let Asked::There(all) = owned.get_untracked() else { return };
        let still = app.same_network();
        let of_asset = |asset: OwnedAsset| {
            let agreement = asset.agreement;
            let saved = asset.files.into_iter().filter(|file| file.path.is_some());
            saved.map(move |file| (agreement, file.file.index, file.file.name))
        };
        let saved: Vec<(AgreementId, u64, String)> = all.into_iter().flat_map(of_asset).collect();
        checking.set(true);
        spawn_local(async move {
            let mut found = Vec::new();
            for (agreement, index, name) in saved {
                let verdict = ipc::call(VerifyFile { agreement, index }).await;
                if !still() {
                    return;
                }
                found.push((name, verdict.as_ref().ok().copied()));
                if let Err(error) = verdict {
                    app.slip.set(Some(error));
                }
            }
            app.tell(downloads::checked(&found, t));
            checking.try_set(false);
            load();
        });
    });
    // Of the page: what is drawn of it is another one by the time a file was checked.
    let again = Callback::new(move |()| load());
    view! {
        <div class="wrap">
            <div class="page-head">
                <h1>{t.shell.library}</h1>
                {move || {
                    matches!(owned.get(), Asked::There(all) if !all.is_empty())
                        .then(|| {
                            view! {
                                <Button
                                    icon=Icon::ShieldCheck
                                    label=Signal::derive(move || if checking.get() { l.checking } else { l.check_all }.to_owned())
                                    off=checking
                                    on_press=check_all
                                    testid="check-all"
                                />
                            }
                        })
                }}
            </div>
            {shown(owned, load, move |owned| view! { <Everything owned wanted again /> })}
            {move || {
                wanted
                    .get()
                    .filter(|_| open.get())
                    .map(|(agreement, index)| {
                        on_cleanup(move || {
                            wanted.try_set(None);
                        });
                        view! { <SaveSheet agreement index open /> }
                    })
            }}
        </div>
    }
}

#[component]
fn Everything(owned: Vec<OwnedAsset>, wanted: Wanted, again: Callback<()>) -> impl IntoView {
    let app = app();
    let t = app.texts();
    let l = &t.library;
    // Purchases that are no asset yet, or never became one.
    let known: Vec<AgreementId> = owned.iter().map(|asset| asset.agreement).collect();
    let others = Memo::new(move |_| {
        app.purchases.with(|all| {
            all.iter()
                .filter(|p| p.state != PurchaseState::Completed && !known.contains(&p.agreement))
                .cloned()
                .collect::<Vec<PurchaseView>>()
        })
    });
    let none = owned.is_empty();
    view! {
        {move || {
            (none && others.with(Vec::is_empty)).then(|| view! { <Nothing again /> })
        }}
        <table hidden=move || none && others.with(Vec::is_empty)>
            <thead>
                <tr>
                    <th scope="col">{l.data}</th>
                    <th scope="col" class="num">{l.size}</th>
                    <th scope="col">{l.state}</th>
                    <th scope="col" class="end"><span class="only-read">{l.actions}</span></th>
                </tr>
            </thead>
            <tbody>
                {move || others.get().into_iter().map(|purchase| view! { <OtherRow purchase /> }).collect_view()}
                {owned.into_iter().map(|asset| view! { <AssetRows asset wanted again /> }).collect_view()}
            </tbody>
        </table>
    }
}

#[component]
fn Nothing(again: Callback<()>) -> impl IntoView {
    let l = &app().texts().library;
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<ApiError>);
    view! {
        <Empty title=l.empty more=l.empty_more>
            <a class="button primary" href="/">{l.find}</a>
            <Button
                kind="quiet"
                label=l.rebuild.to_owned()
                off=busy
                on_press=move |()| {
                    act(
                        RebuildLibrary { password: None },
                        busy,
                        wrong,
                        move |_| {
                            again.try_run(());
                        },
                    );
                }
                testid="rebuild"
            />
        </Empty>
        <TroubleHere wrong />
    }
}

/// A purchase under way, or one that came to nothing.
#[component]
fn OtherRow(purchase: PurchaseView) -> impl IntoView {
    let app = app();
    let t = app.texts();
    let l = &t.library;
    let amount = amounts::amount(purchase.price, app.spoken());
    let (kind, icon, label, link) = match purchase.state {
        PurchaseState::Refunded if !purchase.price.is_zero() => {
            ("done", Icon::Undo2, fill(l.returned, &[("amount", &amount)]), l.what_happened)
        }
        PurchaseState::Refunded | PurchaseState::Abandoned => ("", Icon::X, l.ended.to_owned(), l.what_happened),
        PurchaseState::Locked => ("wait", Icon::Hourglass, l.waiting.to_owned(), l.see),
        _ => ("wait", Icon::Hourglass, l.under_way.to_owned(), l.see),
    };
    let path = purchase_path(purchase.agreement);
    view! {
        <tr data-testid="purchase-row">
            <td>
                <a class="thing" href=path.clone() data-row="">{purchase.name.clone()}</a>
                <small>{purchase.publisher}" · "{when(&purchase.started, app, t)}" · "{amount}</small>
            </td>
            <td class="num">"–"</td>
            <td><Tag kind icon label /></td>
            <td class="end"><a href=path>{link}</a></td>
        </tr>
    }
}

fn when(at: &str, app: App, t: &Texts) -> String {
    let now = moments::local(app.now.get_untracked());
    moments::read(at).map(|moment| moment.when(now, t)).unwrap_or_default()
}

/// An asset: one row for its name, one for each file; one row where there is one file.
#[component]
fn AssetRows(asset: OwnedAsset, wanted: Wanted, again: Callback<()>) -> impl IntoView {
    let app = app();
    let t = app.texts();
    let l = &t.library;
    let tongue = app.spoken();
    let bought = when(&asset.bought, app, t);
    let mut facts = vec![asset.author.clone()];
    if asset.price.is_zero() {
        facts.push(fill(l.got, &[("when", &bought)]));
    } else {
        facts.push(fill(l.bought, &[("when", &bought)]));
        facts.push(amounts::amount(asset.price, tongue));
    }
    if let Some(until) = &asset.fetch_until {
        facts.push(fill(l.fetch_until, &[("when", &when(until, app, t))]));
    }
    if !asset.listed {
        facts.push(l.unlisted.to_owned());
    }
    facts.retain(|fact| !fact.is_empty());
    let agreement = asset.agreement;
    let (did, name) = (asset.did, asset.name.clone());
    let title = move || {
        view! {
            <a class="thing" href=listing_path(did) data-row="" data-testid="library-row">{name.clone()}</a>
            <small>{facts.join(" · ")}</small>
        }
    };
    let single = asset.files.len() == 1;
    let all = Callback::new(move |()| wanted.set(Some((agreement, None))));
    let head = (!single).then(|| {
        let whole: Option<u64> = asset.files.iter().map(|f| f.file.bytes).sum();
        let absent = asset.files.iter().any(|f| matches!(f.verdict, Verdict::Absent | Verdict::Missing));
        view! {
            <tr class="whole">
                <td>{title()}</td>
                <td class="num">{whole.map(|bytes| amounts::size(bytes, tongue))}</td>
                <td></td>
                <td class="end">
                    {absent
                        .then(|| {
                            view! {
                                <TextButton
                                    label=l.download.to_owned()
                                    icon=Icon::Download
                                    name=format!("{}: {}", l.download, asset.name)
                                    testid="download"
                                    on_press=all
                                />
                            }
                        })}
                </td>
            </tr>
        }
    });
    let files = asset
        .files
        .into_iter()
        .map(|file| {
            let index = file.file.index;
            let download = Memo::new(move |_| {
                app.downloads.with(|all| {
                    all.iter()
                        .find(|d| d.agreement == agreement && d.index == index)
                        .filter(|d| !matches!(d.state, DownloadState::Done | DownloadState::Cancelled))
                        .cloned()
                })
            });
            let running = Memo::new(move |_| download.with(Option::is_some));
            let name = file.file.name.clone();
            let size = file.file.bytes.map(|bytes| amounts::size(bytes, tongue));
            let first = if single { title().into_any() } else { name.clone().into_any() };
            let (path, verdict) = (file.path.clone(), file.verdict);
            let start = Callback::new(move |()| wanted.set(Some((agreement, Some(index)))));
            view! {
                <tr class:part=!single>
                    <td>{first}</td>
                    <td class="num">{size}</td>
                    {move || match running.get() {
                        true => view! { <td colspan="2" class="progress-cell"><Running download /></td> }.into_any(),
                        false => {
                            view! {
                                <td><VerdictTag verdict /></td>
                                <td class="end"><FileWays agreement index name=name.clone() path=path.clone() verdict start again /></td>
                            }
                            .into_any()
                        }
                    }}
                </tr>
            }
        })
        .collect_view();
    view! { {head} {files} }
}
