//! The way of a purchase, and of an agreement: two clocks and a line of steps.

use crate::{
    app::app,
    components::{Glyph, Icon},
    state::{
        amounts,
        moments::{self, stretch},
        purchases::Line,
    },
    texts::fill,
};
use api::{PurchaseView, StepProgress};
use leptos::prelude::*;

/// Steps, the oldest first.
#[component]
pub(crate) fn Timeline(lines: Vec<Line>) -> impl IntoView {
    let t = app().texts();
    view! {
        <ol class="timeline" aria-live="polite">
            {lines
                .into_iter()
                .map(|line| {
                    let (class, icon) = match line.progress {
                        StepProgress::Done => ("done", Some(Icon::Check)),
                        StepProgress::Now => ("now", None),
                        StepProgress::Later => ("later", None),
                        StepProgress::Skipped => ("missed", Some(Icon::X)),
                    };
                    let when = match (line.name, line.progress) {
                        (Some(name), _) => name,
                        (None, StepProgress::Now) => t.time.now.to_owned(),
                        (None, _) => line.at.as_deref().and_then(moments::read).map(|m| m.clock_with_seconds()).unwrap_or_default(),
                    };
                    view! {
                        <li class=class aria-current=(line.progress == StepProgress::Now).then_some("step")>
                            <i aria-hidden="true">{icon.map(|icon| view! { <Glyph icon /> })}</i>
                            <b>{line.said}</b>
                            <span class="when">{when}</span>
                            {line.note.map(|note| view! { <p>{note}</p> })}
                        </li>
                    }
                })
                .collect_view()}
        </ol>
    }
}

/// Two clocks: opened by, else back by.
#[component]
pub(crate) fn Clocks(purchase: PurchaseView) -> impl IntoView {
    let app = app();
    let t = app.texts();
    let b = &t.buy;
    let amount = amounts::amount(purchase.price, app.spoken());
    let free = purchase.price.is_zero();
    let (Some(opens), Some(back)) =
        (purchase.opens_by.as_deref().and_then(moments::read), purchase.back_by.as_deref().and_then(moments::read))
    else {
        return ().into_any();
    };
    // Never the same minute as the other clock: nobody wonders what comes first.
    let back = back.next_minute();
    let left = Memo::new(move |_| {
        let seconds = u64::try_from(opens.epoch - app.now.get()).unwrap_or(0);
        (seconds > 0).then(|| stretch(seconds, t))
    });
    let today = move || moments::local(app.now.get());
    let back_label = if free { b.back_free.to_owned() } else { fill(b.back_by, &[("amount", &amount)]) };
    let name_opens = move || {
        let time = opens.by(today(), t);
        fill(b.name_opens, &[("time", &time), ("left", &left.get().unwrap_or_default())])
    };
    let name_back =
        fill(b.name_back, &[("amount", &amount), ("time", &back.by(moments::local(app.now.get_untracked()), t))]);
    view! {
        <div class="clocks" data-testid="clocks">
            <div role="group" aria-label=name_opens>
                <small>{b.opens_by}</small>
                <strong>{move || opens.by(today(), t)}</strong>
                <small>
                    {move || match left.get() {
                        Some(left) => fill(b.time_left, &[("time", &left)]),
                        None => b.time_over.to_owned(),
                    }}
                </small>
            </div>
            <div role="group" aria-label=name_back>
                <small>{back_label}</small>
                <strong>{move || back.by(today(), t)}</strong>
                <small>{b.nothing_to_do}</small>
            </div>
        </div>
    }
    .into_any()
}
