//! A publication on its way.

use crate::{
    app::{Asked, app},
    browser,
    components::{Bar, Button, Glyph, Icon, Timeline, Trouble, listing_path, shown},
    ipc,
    state::{places::Place, publications},
};
use api::{GetPublication, PublicationView, PublishStep};
use leptos::{prelude::*, task::spawn_local};

/// The page.
#[component]
pub(crate) fn Publication(id: u64) -> impl IntoView {
    let app = app();
    let publication = RwSignal::new(Asked::<PublicationView>::Waiting);
    // An event may tell what came after it before the reply is there: all views go one way, and a reply changes none.
    let still = app.same_network();
    let load = move || {
        spawn_local(async move {
            match ipc::call(GetPublication { id }).await {
                Ok(told) if still() => app.publications.maybe_update(|known| publications::add(known, vec![told])),
                Ok(_) => {}
                Err(error) => {
                    publication.try_update(|shown| match shown {
                        Asked::There(_) => {}
                        Asked::Waiting | Asked::Failed(_) => *shown = Asked::Failed(error),
                    });
                }
            }
        });
    };
    if app.publications.with_untracked(|all| all.iter().all(|p| p.id != id)) {
        load();
    }
    Effect::new(move |_| {
        if let Some(newest) = app.publications.with(|all| all.iter().find(|p| p.id == id).cloned()) {
            publication.set(Asked::There(newest));
        }
    });
    view! {
        <div class="narrow">{shown(publication, load, move |publication| view! { <Way publication /> })}</div>
    }
}

/// The way from a publication that failed back to the draft it was made of; to an empty form where none was kept.
#[component]
pub(super) fn BackToDraft(
    draft: u64,
    /// `small` among others.
    #[prop(default = "")]
    kind: &'static str,
) -> impl IntoView {
    let app = app();
    let p = &app.texts().publish;
    if draft == 0 {
        return view! { <a class=format!("button {kind}") href="/publish">{p.title}</a> }.into_any();
    }
    let back = Callback::new(move |()| {
        app.draft_wanted.set(Some(draft));
        app.go(Place::Publish);
    });
    view! { <Button kind label=p.back_to_draft.to_owned() on_press=back testid="back-to-draft" /> }.into_any()
}

#[component]
fn Way(publication: PublicationView) -> impl IntoView {
    let t = app().texts();
    let p = &t.publish;
    browser::title(&publication.name);
    let listed = publication.step == PublishStep::Listed;
    let failed = publication.step == PublishStep::Failed;
    let reading = publication.step == PublishStep::Reading && publication.total > 0;
    let lines = publications::lines(&publication, p);
    let draft = publication.draft;
    view! {
        <div class="stack" data-testid="publication">
            <div>
                <nav class="crumbs" aria-label=t.shell.back>
                    <a href="/listings">{t.shell.my_listings}</a>
                    " / "
                    {p.progress_crumb}
                </nav>
                <h1>{publication.name.clone()}</h1>
                <p class="muted">{(!listed && !failed).then_some(p.progress_lead)}</p>
            </div>
            {listed
                .then(|| {
                    view! {
                        <div class="notice done notice-row" role="status" data-testid="publish-done">
                            <Glyph icon=Icon::CircleCheck />
                            <div class="grow">
                                <b>{p.done_title}</b>
                                <p>{p.done_more}</p>
                            </div>
                            {publication
                                .did
                                .map(|did| view! { <a class="button" href=listing_path(did)>{p.see_listing}</a> })}
                        </div>
                    }
                })}
            {publication
                .trouble
                .map(|error| {
                    view! {
                        <Trouble error money=p.failed_title />
                        {failed.then(|| view! { <BackToDraft draft /> })}
                    }
                })}
            {reading
                .then(|| view! { <Bar name=p.step_reading.to_owned() done=publication.done total=Some(publication.total) /> })}
            <Timeline lines />
        </div>
    }
}
