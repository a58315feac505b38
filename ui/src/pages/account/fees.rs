//! Who pays the network's fees. Shown where there are any.

use super::ways::where_it_is;
use crate::{
    app::{Asked, act, app, loader},
    components::{Button, Glyph, Icon, Trouble},
    state::amounts,
    texts::fill,
};
use api::{ApiError, FeesView, FillComputer, GetFees};
use leptos::prelude::*;

/// What account and computer have for fees, and a way to move some from one to the other.
#[component]
pub(super) fn NetworkFees() -> impl IntoView {
    let fees = RwSignal::new(Asked::<FeesView>::Waiting);
    let load = loader(fees, || GetFees {});
    load();
    // A network that does not answer says so at the bottom of the window; here is nothing to add.
    move || match fees.get() {
        Asked::There(view) if view.charges => Some(view! { <Purses view fees /> }),
        _ => None,
    }
}

#[component]
fn Purses(view: FeesView, fees: RwSignal<Asked<FeesView>>) -> impl IntoView {
    let app = app();
    let t = app.texts();
    let a = &t.account;
    let tongue = app.spoken();
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<ApiError>);
    let short = view.computer_has < view.computer_needs;
    let wish = view.computer_should_have.checked_sub(view.computer_has).filter(|wish| !wish.is_zero());
    let can = wish.is_some_and(|wish| wish <= view.account_has);
    let fill_up = Callback::new(move |()| {
        let Some(wei) = wish else { return };
        app.unlocked(move || act(FillComputer { wei }, busy, wrong, move |now| fees.set(Asked::There(now))));
    });
    view! {
        <section class="section" data-testid="fees">
            <h2>{a.fees}</h2>
            <p class="small">{a.fees_more}</p>
            <dl class="facts gap">
                <dt>{a.fees_account}</dt>
                <dd class="num">{amounts::fee(view.account_has, tongue)}</dd>
                <dt>{a.fees_computer}</dt>
                <dd class="num" data-testid="computer-has">{amounts::fee(view.computer_has, tongue)}</dd>
            </dl>
            {short
                .then(|| {
                    view! {
                        <div class="notice gap">
                            <Glyph icon=Icon::CircleAlert />
                            <div>
                                <b>{a.fees_short}</b>
                                <p>{fill(a.fees_short_more, &[("amount", &amounts::fee(view.computer_needs, tongue))])}</p>
                            </div>
                        </div>
                    }
                })}
            {wish
                .map(|wish| match can {
                    true => {
                        let label = fill(a.fees_move, &[("amount", &amounts::fee(wish, tongue))]);
                        view! {
                            <div class="gap">
                                <Button label off=busy on_press=fill_up testid="fill-computer" />
                            </div>
                        }
                        .into_any()
                    }
                    false => view! { <p class="small gap">{a.fees_none}</p> }.into_any(),
                })}
            {move || wrong.get().map(|error| view! { <Trouble money=where_it_is(error.code, t).to_owned() error /> })}
        </section>
    }
}
