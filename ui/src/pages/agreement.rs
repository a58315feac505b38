//! An agreement of another shape than a purchase's: how it stands, who acts next, when it ends. To be read, not to be changed.

use crate::{
    app::{Asked, app, loader},
    browser,
    components::{Below, Glyph, Icon, Number, Timeline, listing_path, shown},
    state::{agreements, amounts, moments},
    texts::{Texts, fill},
};
use api::{ActorView, AgreementState, AgreementView, GetAgreement, StepState};
use leptos::prelude::*;
use protocol::AgreementId;

/// The page.
#[component]
pub(crate) fn Agreement(agreement: AgreementId) -> impl IntoView {
    let app = app();
    let view = RwSignal::new(Asked::<AgreementView>::Waiting);
    let load = loader(view, move || GetAgreement { agreement });
    // Somebody else may have done a step in any block.
    let block = Memo::new(move |_| app.status.with(|status| status.as_ref().map(|status| status.block)));
    Effect::new(move |_| {
        block.track();
        load();
    });
    // What is the same as before is not drawn again: whoever looks below stays there.
    let newest = Memo::new(move |_| view.get());
    let drawn = RwSignal::new(Asked::<AgreementView>::Waiting);
    Effect::new(move |_| {
        let new = newest.get();
        let same = |old: &Asked<AgreementView>| match (old, &new) {
            (Asked::There(old), Asked::There(new)) => {
                let still = AgreementView { block: old.block, ..new.clone() };
                agreements::without_clocks(old) == agreements::without_clocks(&still)
            }
            _ => false,
        };
        if !drawn.with_untracked(same) {
            drawn.set(new);
        }
    });
    view! { <div class="narrow">{shown(drawn, load, move |view| view! { <Stands view /> })}</div> }
}

#[component]
fn Stands(view: AgreementView) -> impl IntoView {
    let app = app();
    let t = app.texts();
    let a = &t.agreeing;
    let title = agreements::title(&view, t);
    browser::title(&title);
    let now = moments::local(app.now.get_untracked());
    let lines = agreements::timeline(&view, moments::read, now, t, app.spoken());
    let lead = match view.state {
        AgreementState::NotOnRecord => Some(a.not_on_record),
        AgreementState::Creating => Some(a.creating),
        AgreementState::Open => Some(a.open),
        AgreementState::Ended => Some(a.ended),
        AgreementState::Different => None,
    };
    let flaw = view.flaw.clone().map(|flaw| fill(a.different_more, &[("flaw", &flaw)]));
    let state = view.state.name();
    let back = agreements::comes_back(&view);
    let open = matches!(view.state, AgreementState::Open | AgreementState::Creating | AgreementState::NotOnRecord);
    view! {
        <div class="stack" data-testid="agreement" data-state=state>
            <div>
                <nav class="crumbs" aria-label=t.shell.back>
                    <a href="/activity">{t.shell.activity}</a>
                    " / "
                    {a.agreements}
                </nav>
                <h1>{title}</h1>
                <p class="muted">{lead}</p>
                <span class="only-read" data-testid="agreement-state">{state}</span>
            </div>
            {flaw.map(|more| view! { <Notice kind="notice trouble" icon=Icon::ShieldAlert title=a.different more /> })}
            {(!view.documented)
                .then(|| {
                    view! {
                        <Notice
                            kind="notice"
                            icon=Icon::FileText
                            title=a.undocumented
                            more=a.undocumented_more.to_owned()
                        />
                    }
                })}
            {(open && !view.warnings.is_empty())
                .then(|| {
                    let more = view.warnings.iter().map(|words| sentence(words)).collect::<Vec<_>>().join(" ");
                    view! { <Notice kind="notice" icon=Icon::CircleAlert title=a.mind more /> }
                })}
            {back
                .map(|amount| {
                    let amount = amounts::amount(amount, app.spoken());
                    let title = fill(a.back, &[("amount", &amount)]);
                    view! { <Notice kind="notice water" icon=Icon::Undo2 title more=a.back_more.to_owned() /> }
                })}
            <Timeline lines />
            <Depth view />
        </div>
    }
}

/// A sentence of its own.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).chain(['.']).collect()).unwrap_or_default()
}

#[component]
fn Notice(kind: &'static str, icon: Icon, #[prop(into)] title: String, more: String) -> impl IntoView {
    view! {
        <div class=kind role="status">
            <Glyph icon />
            <div class="grow">
                <b>{title}</b>
                <p>{more}</p>
            </div>
        </div>
    }
}

fn role(actor: &ActorView, t: &Texts) -> String {
    let a = &t.agreeing;
    match actor.role.as_deref() {
        Some("provider") => a.provider.to_owned(),
        Some("consumer") => a.consumer.to_owned(),
        Some(other) => other.to_owned(),
        None => a.takes_part.to_owned(),
    }
}

#[component]
fn Actors(actors: Vec<ActorView>) -> impl IntoView {
    let t = app().texts();
    let a = &t.agreeing;
    view! {
        <section>
            <h2 class="day">{a.who}</h2>
            <dl class="facts left small">
                {actors
                    .into_iter()
                    .map(|actor| {
                        view! {
                            <dt>{role(&actor, t)}</dt>
                            <dd>
                                {actor.own.then(|| view! { <b>{a.you}</b> " " })}
                                <Number value=actor.account.to_string() />
                            </dd>
                        }
                    })
                    .collect_view()}
            </dl>
        </section>
    }
}

/// The name of a state as scripts know it.
const fn name(state: StepState) -> &'static str {
    match state {
        StepState::Uninitialized => "uninitialized",
        StepState::Unfulfilled => "unfulfilled",
        StepState::Fulfilled => "fulfilled",
        StepState::Aborted => "aborted",
    }
}

#[component]
fn Depth(view: AgreementView) -> impl IntoView {
    let t = app().texts();
    let (a, b) = (&t.agreeing, &t.buy);
    let template = view.template_name.clone().unwrap_or_else(|| view.template.to_string());
    view! {
        <Below label=a.below testid="below">
            <dl class="facts left small">
                <dt>{b.agreement}</dt>
                <dd><Number value=view.agreement.to_string() /></dd>
                <dt>{t.listing.number}</dt>
                <dd>
                    <a href=listing_path(view.did)><Number value=view.did.to_string() /></a>
                </dd>
                <dt>{a.template}</dt>
                <dd><Number value=template /></dd>
                <dt>{b.state}</dt>
                <dd><Number value=view.state.name() /></dd>
                {view.created_at.map(|block| view! { <dt>{a.since_block}</dt> <dd class="num">{block}</dd> })}
                <dt>{b.newest_block}</dt>
                <dd class="num">{view.block}</dd>
            </dl>
            <div class="table-scroll roomy">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{b.step}</th>
                            <th scope="col">{a.kind}</th>
                            <th scope="col">{b.state}</th>
                            <th scope="col" class="num">{a.until_block}</th>
                            <th scope="col">{a.number}</th>
                        </tr>
                    </thead>
                    <tbody>
                        {view
                            .conditions
                            .into_iter()
                            .map(|step| {
                                let kind = step.kind.map_or_else(|| step.contract.to_string(), |kind| kind.to_string());
                                view! {
                                    <tr>
                                        <td>{step.name}</td>
                                        <td>{kind}</td>
                                        <td>{name(step.state)}</td>
                                        <td class="num">{step.until_block}</td>
                                        <td><Number value=step.id.to_string() /></td>
                                    </tr>
                                }
                            })
                            .collect_view()}
                    </tbody>
                </table>
            </div>
            <Actors actors=view.actors />
        </Below>
    }
}
