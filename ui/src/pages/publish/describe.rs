//! The second page: what it is.

use super::form;
use crate::components::{Field, Profile};
use leptos::prelude::*;

/// Name, author, description, words to find it by, what the columns mean.
#[component]
pub(super) fn Describe() -> impl IntoView {
    let form = form();
    let p = &form.app.texts().publish;
    let name = form.field(|d| &d.name, |d| &mut d.name);
    let author = form.field(|d| &d.author, |d| &mut d.author);
    let description = form.field(|d| &d.description, |d| &mut d.description);
    let category = form.words(|d| &d.categories, |d| &mut d.categories);
    let tags = form.words(|d| &d.tags, |d| &mut d.tags);
    let keep = Callback::new(move |()| form.keep());
    // A file that is still being looked into may bring columns, or show that others are gone.
    let columns = Memo::new(move |_| form.draft.with(|d| d.columns.iter().map(|c| c.name.clone()).collect::<Vec<_>>()));
    view! {
        <div class="stack">
            <Field
                id="publish-name"
                label=p.name
                value=name
                hint=p.name_hint.to_owned()
                wrong=form.wrong_at("name")
                on_leave=keep
                testid="publish-name"
            />
            <Field
                id="publish-author"
                label=p.author
                value=author
                hint=p.author_hint.to_owned()
                wrong=form.wrong_at("author")
                on_leave=keep
                testid="publish-author"
            />
            <Field
                id="publish-description"
                label=p.description
                value=description
                hint=p.description_hint.to_owned()
                wrong=form.wrong_at("description")
                optional=true
                tall=true
                on_leave=keep
                testid="publish-description"
            />
            <div class="side-by-side">
                <Field
                    id="publish-category"
                    label=p.category
                    value=category
                    hint=p.category_hint.to_owned()
                    wrong=form.wrong_at("categories")
                    optional=true
                    on_leave=keep
                    testid="publish-category"
                />
                <Field
                    id="publish-tags"
                    label=p.tags
                    value=tags
                    hint=p.tags_hint.to_owned()
                    wrong=form.wrong_at("tags")
                    optional=true
                    on_leave=keep
                    testid="publish-tags"
                />
            </div>
            {move || (!columns.get().is_empty()).then(|| view! { <Meanings /> })}
        </div>
    }
}

#[component]
fn Meanings() -> impl IntoView {
    let form = form();
    let t = form.app.texts();
    let (p, l) = (&t.publish, &t.listing);
    let columns = form.draft.with_untracked(|d| d.columns.clone());
    view! {
        <h2>{p.meanings}</h2>
        <div class="table-scroll">
            <table class="meaning">
                <thead>
                    <tr>
                        <th scope="col">{l.column}</th>
                        <th scope="col">{l.meaning}</th>
                        <th scope="col">{p.unit}</th>
                        <th scope="col">{l.values}</th>
                    </tr>
                </thead>
                <tbody>
                    {columns
                        .into_iter()
                        .map(|column| {
                            let of = column.name.clone();
                            let write_meaning = move |put: fn(&mut api::ColumnView, String), text: String| {
                                form.draft.update(|d| {
                                    if let Some(column) = d.columns.iter_mut().find(|c| c.name == of) {
                                        put(column, text);
                                    }
                                });
                            };
                            let write_unit = write_meaning.clone();
                            view! {
                                <tr>
                                    <td class="mono">{column.name.clone()}</td>
                                    <td>
                                        <input
                                            class="input"
                                            type="text"
                                            aria-label=format!("{}: {}", l.meaning, column.name)
                                            prop:value=column.meaning
                                            on:input:target=move |ev| write_meaning(|c, text| c.meaning = text, ev.target().value())
                                            on:blur=move |_| form.keep()
                                        />
                                    </td>
                                    <td>
                                        <input
                                            class="input"
                                            type="text"
                                            size="8"
                                            aria-label=format!("{}: {}", p.unit, column.name)
                                            prop:value=column.unit
                                            on:input:target=move |ev| write_unit(|c, text| c.unit = text, ev.target().value())
                                            on:blur=move |_| form.keep()
                                        />
                                    </td>
                                    <td><Profile column=column.name bars=column.profile /></td>
                                </tr>
                            }
                        })
                        .collect_view()}
                </tbody>
            </table>
        </div>
    }
}
