//! The last page: what people will see.

use super::{
    form,
    terms::{accesses, licences, promises, sentence},
};
use crate::{
    components::TextButton,
    state::{
        amounts,
        drafts::{self, Page},
        sources,
    },
};
use leptos::prelude::*;

/// Everything once more, with a way back to each.
#[component]
pub(super) fn Review() -> impl IntoView {
    let form = form();
    let app = form.app;
    let t = app.texts();
    let p = &t.publish;
    let draft = form.draft.get_untracked();
    let price = match drafts::price(&draft.price, form.tongue) {
        Ok(price) if price.is_zero() => t.shell.free.to_owned(),
        Ok(price) => amounts::amount_of(price, &app.currency(), form.tongue),
        Err(_) => draft.price.clone(),
    };
    let files: Vec<String> = draft.files.iter().map(|file| sources::called(file, &draft.files)).collect();
    let files = files.join(", ");
    let groups = [
        (Page::Files, vec![(p.files, files)]),
        (
            Page::Describe,
            vec![
                (p.name, draft.name),
                (p.author, draft.author),
                (p.description, draft.description),
                (p.category, draft.categories.join(", ")),
                (p.tags, draft.tags.join(", ")),
            ],
        ),
        (
            Page::Price,
            vec![
                (p.price, price),
                (p.licence, sentence(&licences(p), &draft.license)),
                (p.promise, sentence(&promises(p), &draft.deliver_within_seconds.to_string())),
                (p.access, sentence(&accesses(p), &draft.access_seconds.to_string())),
            ],
        ),
    ];
    view! {
        <div class="stack">
            <p>{p.review_lead}</p>
            {groups
                .into_iter()
                .map(|(page, facts)| {
                    view! {
                        <section class="panel">
                            <div class="apart">
                                <h2 class="head">{page.name(p)}</h2>
                                <TextButton
                                    label=p.change.to_owned()
                                    name=format!("{}: {}", p.change, page.name(p))
                                    on_press=move |()| form.go_to(page)
                                />
                            </div>
                            <dl class="facts left">
                                {facts
                                    .into_iter()
                                    .filter(|(_, value)| !value.is_empty())
                                    .map(|(name, value)| view! { <dt>{name}</dt> <dd>{value}</dd> })
                                    .collect_view()}
                            </dl>
                        </section>
                    }
                })
                .collect_view()}
        </div>
    }
}
