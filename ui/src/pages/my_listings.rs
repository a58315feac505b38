//! What one offers: state, sales, what was earned.

use super::publication::BackToDraft;
use crate::{
    app::{App, Asked, act, app, loader},
    browser,
    components::{
        AmountField, Button, Empty, Field, Icon, Months, Sheet, Tag, TextButton, TroubleHere, listing_path, shown,
    },
    ipc,
    state::{amounts, drafts, moments, places::Place, publications},
    texts::{fill, many},
};
use api::{
    ApiError, EditListing, ListDrafts, ListMyListings, ListPublications, ListingChanges, ListingState, MyListing,
    PublicationView, PublishStep, Unlist,
};
use leptos::{prelude::*, task::spawn_local};
use protocol::Vodka;

/// Sales by month of all listings together.
fn months(all: &[MyListing]) -> Vec<u32> {
    let longest = all.iter().map(|l| l.months.len()).max().unwrap_or(0);
    let mut sums = vec![0_u32; longest];
    for listing in all {
        // The present month is the last one, however many there are.
        for (sum, sales) in sums.iter_mut().rev().zip(listing.months.iter().rev()) {
            *sum = sum.saturating_add(*sales);
        }
    }
    sums
}

/// What was earned in all.
fn earned(all: &[MyListing]) -> Vodka {
    all.iter().fold(Vodka::ZERO, |sum, listing| sum.checked_add(listing.earned).unwrap_or(sum))
}

/// What somebody does with a listing.
#[derive(Clone)]
enum Doing {
    Nothing,
    Edit(MyListing),
    Unlist(MyListing),
}

/// The page.
#[component]
pub(crate) fn MyListings() -> impl IntoView {
    let app = app();
    let t = app.texts();
    let m = &t.mine;
    browser::title(t.shell.my_listings);
    let listings = RwSignal::new(Asked::<Vec<MyListing>>::Waiting);
    let load = loader(listings, || ListMyListings {});
    Effect::new(move |_| {
        app.sales.track();
        app.catalogue.track();
        app.publications.with(Vec::len);
        load();
    });
    let doing = RwSignal::new(Doing::Nothing);
    view! {
        <div class="wrap">
            <div class="page-head">
                <h1>{t.shell.my_listings}</h1>
                {move || {
                    listings
                        .with(|all| matches!(all, Asked::There(all) if !all.is_empty()))
                        .then(|| view! { <a class="button primary" href="/publish">{m.publish}</a> })
                }}
            </div>
            <UnderWay />
            {shown(listings, load, move |all| view! { <All all doing /> })}
            {move || match doing.get() {
                Doing::Nothing => ().into_any(),
                Doing::Edit(listing) => view! { <EditSheet listing doing again=Callback::new(move |()| load()) /> }.into_any(),
                Doing::Unlist(listing) => view! { <UnlistSheet listing doing listings /> }.into_any(),
            }}
        </div>
    }
}

/// Asks for publications of which no event told, and for the drafts to which those that failed lead back.
fn ask_of_publications(app: App, drafts: RwSignal<Option<Vec<u64>>>) {
    spawn_local(async move {
        match ipc::call(ListPublications {}).await {
            Ok(told) => app.publications.maybe_update(|known| publications::add(known, told)),
            Err(error) => app.slip.set(Some(error)),
        }
        match ipc::call(ListDrafts {}).await {
            Ok(all) => {
                drafts.try_set(Some(all.into_iter().map(|draft| draft.id).collect()));
            }
            Err(error) => app.slip.set(Some(error)),
        }
    });
}

/// Publications that are not done: under way, or failed.
#[component]
fn UnderWay() -> impl IntoView {
    let app = app();
    let drafts = RwSignal::new(None::<Vec<u64>>);
    ask_of_publications(app, drafts);
    move || {
        let all = app.publications.with(|all| drafts.with(|drafts| publications::not_done(all, drafts.as_deref())));
        all.into_iter().map(|publication| view! { <NotDone publication /> }).collect_view()
    }
}

#[component]
fn NotDone(publication: PublicationView) -> impl IntoView {
    let app = app();
    let t = app.texts();
    let (m, p) = (&t.mine, &t.publish);
    let failed = publication.step == PublishStep::Failed;
    let trouble = publication.trouble.as_ref();
    let why = match (failed, trouble) {
        (true, Some(trouble)) => format!("{} {}", app.say(&trouble.message), app.say(&trouble.next)),
        (true, None) => p.failed_title.to_owned(),
        (false, trouble) => {
            let happened = trouble.map(|trouble| app.say(&trouble.message));
            let waits = publications::waits(&publication, p).map(str::to_owned);
            let said = [happened, waits, Some(p.progress_lead.to_owned())];
            said.into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
    };
    let path = Place::Publication(publication.id).path();
    let tag = if failed {
        view! { <Tag kind="trouble" icon=Icon::CircleAlert label=m.failed /> }
    } else {
        view! { <Tag kind="wait" icon=Icon::Hourglass label=m.publishing /> }
    };
    let draft = publication.draft;
    view! {
        <div class="file-card" data-testid=if failed { "publication-failed" } else { "publication-open" }>
            <div class="grow">
                <b>{publication.name}</b>
                <p class="small">{why}</p>
            </div>
            {tag}
            <a href=path>{if failed { m.what_happened } else { m.progress }}</a>
            {failed.then(|| view! { <BackToDraft draft kind="small" /> })}
        </div>
    }
}

#[component]
fn All(all: Vec<MyListing>, doing: RwSignal<Doing>) -> impl IntoView {
    let app = app();
    let t = app.texts();
    let m = &t.mine;
    let tongue = app.spoken();
    if all.is_empty() {
        return view! {
            <Empty title=m.empty more=m.empty_more>
                <a class="button primary" href="/publish">{m.publish}</a>
            </Empty>
        }
        .into_any();
    }
    let sales = all.iter().map(|l| l.sales).sum();
    let by_month = months(&all);
    let this_month = by_month.last().copied().unwrap_or(0);
    let summary = match sales {
        0 => m.sales_none.to_owned(),
        _ => fill(
            &many(sales, m.sales_one, m.sales_many, tongue),
            &[("month", &amounts::count(u64::from(this_month), tongue))],
        ),
    };
    view! {
        <div class="clocks">
            <div>
                <small>{m.earned}</small>
                <strong data-testid="earned">{amounts::amount(earned(&all), tongue)}</strong>
                <small>{summary}</small>
            </div>
            <div>
                <small>{m.twelve}</small>
                {if sales == 0 {
                    view! { <p class="muted">{m.sales_none_more}</p> }.into_any()
                } else {
                    view! { <Months sales=by_month /> }.into_any()
                }}
            </div>
        </div>
        <table class="roomy">
            <thead>
                <tr>
                    <th scope="col">{m.listing}</th>
                    <th scope="col" class="num">{m.price}</th>
                    <th scope="col" class="num">{m.sales}</th>
                    <th scope="col" class="num">{m.earned_head}</th>
                    <th scope="col">{m.state}</th>
                    <th scope="col" class="end"><span class="only-read">{m.actions}</span></th>
                </tr>
            </thead>
            <tbody>{all.into_iter().map(|listing| view! { <Line listing doing /> }).collect_view()}</tbody>
        </table>
    }
    .into_any()
}

fn facts(listing: &MyListing, app: App) -> String {
    let t = app.texts();
    let m = &t.mine;
    let since = moments::read(&listing.published).map(|at| fill(m.since, &[("date", &at.date(t))])).unwrap_or_default();
    let open = (listing.open > 0).then(|| many(listing.open, m.open_one, m.open_many, app.spoken()));
    [Some(since), open, listing.trouble.as_ref().map(|trouble| app.say(trouble))]
        .into_iter()
        .flatten()
        .filter(|s| !s.is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}

#[component]
fn Line(listing: MyListing, doing: RwSignal<Doing>) -> impl IntoView {
    let app = app();
    let t = app.texts();
    let m = &t.mine;
    let tongue = app.spoken();
    let free = listing.price.is_zero();
    let (kind, label) = match listing.state {
        ListingState::Listed if free => ("done", m.for_free),
        ListingState::Listed => ("done", m.on_sale),
        ListingState::Publishing => ("wait", m.publishing),
        ListingState::Unlisted => ("", m.unlisted),
        ListingState::FileTrouble => ("trouble", m.paused),
    };
    let changes = matches!(listing.state, ListingState::Listed | ListingState::FileTrouble);
    let (to_edit, to_unlist) = (listing.clone(), listing.clone());
    view! {
        <tr>
            <td>
                <a class="thing" href=listing_path(listing.did) data-row="" data-testid="my-listing">{listing.name.clone()}</a>
                <small>{facts(&listing, app)}</small>
            </td>
            <td class="num">{if free { t.shell.free.to_owned() } else { amounts::amount(listing.price, tongue) }}</td>
            <td class="num">{amounts::count(listing.sales, tongue)}</td>
            <td class="num">{amounts::amount(listing.earned, tongue)}</td>
            <td><Tag kind label /></td>
            <td class="end">
                {changes
                    .then(|| {
                        view! {
                            <div class="across">
                                <TextButton
                                    label=m.edit.to_owned()
                                    name=format!("{}: {}", m.edit, listing.name)
                                    testid="edit"
                                    on_press=move |()| doing.set(Doing::Edit(to_edit.clone()))
                                />
                                <TextButton
                                    label=m.unlist.to_owned()
                                    name=format!("{}: {}", m.unlist, listing.name)
                                    testid="unlist"
                                    on_press=move |()| doing.set(Doing::Unlist(to_unlist.clone()))
                                />
                            </div>
                        }
                    })}
            </td>
        </tr>
    }
}

#[component]
fn UnlistSheet(listing: MyListing, doing: RwSignal<Doing>, listings: RwSignal<Asked<Vec<MyListing>>>) -> impl IntoView {
    let app = app();
    let t = app.texts();
    let m = &t.mine;
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<ApiError>);
    let did = listing.did;
    let unlist = Callback::new(move |()| {
        app.unlocked(move || {
            act(Unlist { did }, busy, wrong, move |all| {
                listings.try_set(Asked::There(all));
                doing.try_set(Doing::Nothing);
            });
        });
    });
    view! {
        <Sheet
            title=fill(m.unlist_title, &[("name", &listing.name)])
            on_close=move |()| doing.set(Doing::Nothing)
            testid="unlist-sheet"
        >
            <div class="stack">
                <p>{m.unlist_more}</p>
                <TroubleHere wrong />
            </div>
            <div class="apart end">
                <Button kind="quiet" label=t.shell.not_now.to_owned() on_press=move |()| doing.set(Doing::Nothing) />
                <Button kind="danger" label=m.unlist.to_owned() off=busy on_press=unlist testid="unlist-confirm" />
            </div>
        </Sheet>
    }
}

#[component]
fn EditSheet(listing: MyListing, doing: RwSignal<Doing>, again: Callback<()>) -> impl IntoView {
    let app = app();
    let t = app.texts();
    let (m, p) = (&t.mine, &t.publish);
    let tongue = app.spoken();
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<ApiError>);
    let name = RwSignal::new(listing.name.clone());
    let price =
        RwSignal::new(if listing.price.is_zero() { String::new() } else { amounts::to_type(listing.price, tongue) });
    let hint = Signal::derive(move || match drafts::price(&price.get(), tongue) {
        Ok(amount) if amount.is_zero() => p.price_free.to_owned(),
        Ok(amount) => fill(p.price_hint, &[("amount", &amounts::amount(amount, tongue))]),
        Err(_) => String::new(),
    });
    let off = Signal::derive(move || {
        busy.get() || name.with(|n| n.trim().is_empty()) || drafts::price(&price.get(), tongue).is_err()
    });
    // What was wrong with the change before is over with the next letter.
    Effect::new(move |before: Option<()>| {
        name.track();
        price.track();
        if before.is_some() {
            wrong.set(None);
        }
    });
    let (did, old_name, old_price) = (listing.did, listing.name, listing.price);
    let save = move || {
        let new_name = name.get_untracked().trim().to_owned();
        let new_price = drafts::price(&price.get_untracked(), tongue).ok().filter(|new| *new != old_price);
        let changes = ListingChanges {
            name: (new_name != old_name).then_some(new_name),
            price: new_price.map(Vodka::to_ocean),
            ..ListingChanges::default()
        };
        app.unlocked(move || {
            act(EditListing { did, changes: changes.clone() }, busy, wrong, move |_| {
                doing.try_set(Doing::Nothing);
                again.run(());
            });
        });
    };
    view! {
        <Sheet title=m.edit_title on_close=move |()| doing.set(Doing::Nothing) testid="edit-sheet">
            <form
                class="stack"
                on:submit=move |ev| {
                    ev.prevent_default();
                    if !off.get_untracked() {
                        save();
                    }
                }
            >
                <p class="small">{m.edit_more}</p>
                <Field id="edit-name" label=p.name value=name testid="edit-name" />
                <AmountField id="edit-price" label=p.price value=price not_an_amount=p.price_wrong hint testid="edit-price" />
                <TroubleHere wrong />
                <div class="apart end">
                    <Button kind="quiet" label=t.shell.not_now.to_owned() on_press=move |()| doing.set(Doing::Nothing) />
                    <Button kind="primary" label=m.apply.to_owned() submit=true off testid="edit-confirm" />
                </div>
            </form>
        </Sheet>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::Did;

    fn listing(earned: u64, months: &[u32]) -> MyListing {
        MyListing {
            did: Did([1; 32]),
            name: String::new(),
            price: Vodka::ZERO,
            state: ListingState::Listed,
            trouble: None,
            published: String::new(),
            sales: 0,
            open: 0,
            earned: Vodka::from_ocean(earned),
            months: months.to_vec(),
        }
    }

    #[test]
    fn months_are_added_from_the_present_backwards() {
        let all = [listing(252, &[1, 2, 3]), listing(40, &[5])];
        assert_eq!(months(&all), [1, 2, 8], "a young listing has only the present month");
        assert_eq!(earned(&all), Vodka::from_ocean(292));
        assert!(months(&[]).is_empty());
    }
}
