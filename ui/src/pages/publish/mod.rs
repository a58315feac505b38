//! Publishing: files, description, price and terms, review. The draft keeps itself.

mod describe;
mod files;
mod form;
mod review;
mod terms;

use crate::{
    app::app,
    browser,
    components::{Button, Glyph, Icon, TroubleHere},
    state::{
        drafts::{self, Page},
        moments,
        places::Place,
    },
    texts::fill,
};
use api::FileSource;
use describe::Describe;
use files::Files;
use form::{Form, form};
use leptos::prelude::*;
use review::Review;
use terms::Terms;

/// The page.
#[component]
pub(crate) fn Publish() -> impl IntoView {
    let app = app();
    let t = app.texts();
    let p = &t.publish;
    browser::title(p.title);
    let form = Form::new(app);
    provide_context(form);
    // Somebody comes from a publication that failed.
    if let Some(id) = app.draft_wanted.try_update(Option::take).flatten() {
        form.go_back_to(id);
    }
    Effect::new(move |_| {
        let paths = app.dropped.get();
        if !paths.is_empty() {
            app.dropped.set(Vec::new());
            form.show(Page::Files);
            for path in paths {
                form.add(FileSource::Local { path });
            }
        }
    });
    // An error at a field leads to the page of that field.
    Effect::new(move |_| {
        if let Some(field) = form.wrong.get().and_then(|error| error.field) {
            form.show(drafts::page_of(&field));
        }
    });
    view! {
        <div class="narrow">
            <div class="page-head">
                <h1>{p.title}</h1>
                <small role="status">
                    {move || {
                        let saved = form.draft.with(|d| d.saved.clone());
                        let now = moments::local(app.now.get_untracked());
                        moments::read(&saved).map(|at| fill(p.draft_kept, &[("when", &at.when(now, t))]))
                    }}
                </small>
            </div>
            <Steps />
            {move || {
                (form.gone.get() && form.draft.with(|d| d.files.is_empty()))
                    .then(|| {
                        view! {
                            <div class="notice" role="status">
                                <Glyph icon=Icon::Info />
                                <span>{p.draft_gone}</span>
                            </div>
                        }
                    })
            }}
            {move || match form.page.get() {
                Page::Files => view! { <Files /> }.into_any(),
                Page::Describe => view! { <Describe /> }.into_any(),
                Page::Price => view! { <Terms /> }.into_any(),
                Page::Review => view! { <Review /> }.into_any(),
            }}
            <div class="roomy">
                <TroubleHere wrong=form.wrong />
            </div>
            <End />
        </div>
    }
}

/// Where one is.
#[component]
fn Steps() -> impl IntoView {
    let form = form();
    let p = &form.app.texts().publish;
    view! {
        <ol class="steps" aria-label=p.steps>
            {Page::ALL
                .into_iter()
                .zip(1..)
                .map(|(page, number)| {
                    let name = page.name(p);
                    view! {
                        <li>
                            {move || {
                                let here = form.page.get();
                                if page < here {
                                    view! {
                                        <button type="button" class="did" on:click=move |_| form.go_to(page)>
                                            <Glyph icon=Icon::Check class="icon tiny" />
                                            {name}
                                        </button>
                                    }
                                    .into_any()
                                } else {
                                    let on = page == here;
                                    view! {
                                        <span class="step" class:on=on aria-current=on.then_some("step")>
                                            <span class="num">{number}</span>
                                            {name}
                                        </span>
                                    }
                                    .into_any()
                                }
                            }}
                        </li>
                    }
                })
                .collect_view()}
        </ol>
    }
}

/// The two buttons at the end of each page.
#[component]
fn End() -> impl IntoView {
    let form = form();
    let t = form.app.texts();
    let p = &t.publish;
    let leave = Callback::new(move |()| {
        form.keep();
        form.app.go(Place::MyListings);
    });
    let publish = Callback::new(move |()| form.app.unlocked(move || form.publish()));
    view! {
        <div class="form-end">
            {move || match form.page.get() {
                Page::Files => {
                    view! { <Button kind="quiet" label=p.save_close.to_owned() on_press=leave testid="publish-save" /> }
                }
                page => {
                    view! {
                        <Button kind="quiet" label=t.shell.back.to_owned() on_press=move |()| form.go_to(page.back()) testid="publish-back" />
                    }
                }
            }}
            {move || match form.page.get() {
                Page::Review => {
                    view! {
                        <Button kind="primary big" label=p.submit.to_owned() off=form.busy on_press=publish testid="publish-submit" />
                    }
                }
                Page::Price => {
                    view! { <Button kind="primary big" label=p.to_review.to_owned() on_press=move |()| form.go_on() testid="publish-next" /> }
                }
                _ => view! { <Button kind="primary big" label=p.go_on.to_owned() on_press=move |()| form.go_on() testid="publish-next" /> },
            }}
        </div>
    }
}
