//! A publication on its way.

use crate::{
    app::{Asked, app, loader},
    browser,
    components::{Bar, Glyph, Icon, Timeline, Trouble, listing_path, shown},
    state::purchases::Line,
    texts::Publishing,
};
use api::{GetPublication, PublicationView, PublishStep, StepProgress};
use leptos::prelude::*;

/// The steps in order.
const STEPS: [PublishStep; 5] = [
    PublishStep::Reading,
    PublishStep::Encrypting,
    PublishStep::Registering,
    PublishStep::Listing,
    PublishStep::Listed,
];

/// The line of steps. After a fault nothing is under way.
fn lines(step: PublishStep, t: &Publishing) -> Vec<Line> {
    let here = STEPS.iter().position(|s| *s == step);
    STEPS
        .iter()
        .enumerate()
        .map(|(at, step)| {
            let progress = match here {
                Some(here) if at < here || *step == PublishStep::Listed && at == here => StepProgress::Done,
                Some(here) if at == here => StepProgress::Now,
                _ => StepProgress::Later,
            };
            let done = progress == StepProgress::Done;
            let said = match step {
                PublishStep::Reading if done => t.step_read,
                PublishStep::Reading => t.step_reading,
                PublishStep::Encrypting if done => t.step_encrypted,
                PublishStep::Encrypting => t.step_encrypting,
                PublishStep::Registering if done => t.step_registered,
                PublishStep::Registering => t.step_registering,
                PublishStep::Listing if done => t.step_in_catalogue,
                PublishStep::Listing => t.step_listing,
                PublishStep::Listed | PublishStep::Failed => t.step_listed,
            };
            Line { said: said.to_owned(), note: None, progress, name: None, at: None }
        })
        .collect()
}

/// The page.
#[component]
pub(crate) fn Publication(id: u64) -> impl IntoView {
    let app = app();
    let publication = RwSignal::new(Asked::<PublicationView>::Waiting);
    let load = loader(publication, move || GetPublication { id });
    // What events have told is newer than any reply that is still out.
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

#[component]
fn Way(publication: PublicationView) -> impl IntoView {
    let t = app().texts();
    let p = &t.publish;
    browser::title(&publication.name);
    let listed = publication.step == PublishStep::Listed;
    let failed = publication.step == PublishStep::Failed;
    let reading = publication.step == PublishStep::Reading && publication.total > 0;
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
                        {failed.then(|| view! { <a class="button" href="/publish">{p.back_to_draft}</a> })}
                    }
                })}
            {reading
                .then(|| view! { <Bar name=p.step_reading.to_owned() done=publication.done total=Some(publication.total) /> })}
            <Timeline lines=lines(publication.step, p) />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::{Texts, Tongue};

    #[test]
    fn the_line_moves_and_a_fault_claims_nothing() {
        let p = &Texts::of(Tongue::English).publish;
        let of = |step| lines(step, p).into_iter().map(|line| line.progress).collect::<Vec<_>>();
        use StepProgress::{Done, Later, Now};
        assert_eq!(of(PublishStep::Registering), [Done, Done, Now, Later, Later]);
        assert_eq!(of(PublishStep::Listed), [Done; 5]);
        assert_eq!(of(PublishStep::Failed), [Later; 5]);
        let said: Vec<String> = lines(PublishStep::Registering, p).into_iter().map(|line| line.said).collect();
        assert_eq!(
            said,
            [
                "The files were read",
                "The list of files was locked",
                "Registering it under your name",
                "Putting it into the catalogue",
                "People can find it",
            ]
        );
    }
}
