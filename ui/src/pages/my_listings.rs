//! What one offers: state, sales, what was earned.

mod changing;

use super::publication::BackToDraft;
use crate::{
    app::{App, Asked, app, loader},
    browser,
    components::{Empty, Icon, Months, Tag, TextButton, listing_path, shown},
    ipc,
    state::{amounts, moments, places::Place, publications},
    texts::{fill, many},
};
use api::{ListDrafts, ListMyListings, ListPublications, ListingState, MyListing, PublicationView, PublishStep};
use changing::{EditSheet, UnlistSheet};
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
    // Of the page, not of the sheet: the sheet is gone when its change is there.
    let again = Callback::new(move |()| load());
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
                Doing::Edit(listing) => view! { <EditSheet listing doing again /> }.into_any(),
                Doing::Unlist(listing) => view! { <UnlistSheet listing doing listings /> }.into_any(),
            }}
        </div>
    }
}

/// Asks for publications of which no event told, and for the drafts to which those that failed lead back. Of answers that
/// come when another network is in use, nothing is taken.
fn ask_of_publications(app: App, drafts: RwSignal<Option<Vec<u64>>>) {
    let still = app.same_network();
    spawn_local(async move {
        let told = ipc::call(ListPublications {}).await;
        if !still() {
            return;
        }
        match told {
            Ok(told) => app.publications.maybe_update(|known| publications::add(known, told)),
            Err(error) => app.slip.set(Some(error)),
        }
        let kept = ipc::call(ListDrafts {}).await;
        if !still() {
            return;
        }
        match kept {
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
            {(failed && draft != 0).then(|| view! { <BackToDraft draft kind="small" /> })}
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
