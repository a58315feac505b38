//! Pages without anything on them yet: empty, loading, failed.

use crate::{
    app::{Asked, app},
    components::{StillWater, Trouble},
};
use leptos::prelude::*;

/// Says what will live here.
#[component]
pub(crate) fn Empty(
    title: &'static str,
    more: &'static str,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty" data-testid="empty">
            <StillWater />
            <h2>{title}</h2>
            <p>{more}</p>
            {children.map(|children| view! { <div class="across">{children()}</div> })}
        </div>
    }
}

/// The shapes of rows that are on their way; they appear only when it takes longer than a moment.
#[component]
pub(crate) fn Ghosts(#[prop(default = 4)] rows: usize) -> impl IntoView {
    let t = app().texts();
    view! {
        <div role="status">
            <span class="only-read">{t.shell.loading}</span>
            {(0..rows)
                .map(|_| {
                    view! {
                        <div class="ghost" aria-hidden="true">
                            <span></span>
                            <span></span>
                            <span></span>
                        </div>
                    }
                })
                .collect_view()}
        </div>
    }
}

/// Shows what was asked for: ghosts, trouble with a way to repeat, or the answer.
pub(crate) fn shown<T, V>(
    asked: RwSignal<Asked<T>>,
    again: impl Fn() + Copy + Send + Sync + 'static,
    draw: impl Fn(T) -> V + Send + Sync + 'static,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    move || match asked.get() {
        Asked::Waiting => view! { <Ghosts /> }.into_any(),
        Asked::Failed(error) => view! { <Trouble error retry=Callback::new(move |()| again()) /> }.into_any(),
        Asked::There(there) => draw(there).into_any(),
    }
}
