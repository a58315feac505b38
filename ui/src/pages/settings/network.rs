//! Networks: which is in use, how it is, adding and sharing one.

use crate::{
    app::{Asked, act, app, loader},
    components::{Below, Button, Field, Icon, Number, Tag, TextButton, TroubleHere, shown},
    ipc,
    texts::fill,
};
use api::{AddNetwork, ApiError, CheckNetwork, ExportNetwork, ListNetworks, NetworkCheck, NetworkView, UseNetwork};
use leptos::{prelude::*, task::spawn_local};

/// The section.
#[component]
pub(super) fn Network() -> impl IntoView {
    let app = app();
    let s = &app.texts().settings;
    let networks = RwSignal::new(Asked::<Vec<NetworkView>>::Waiting);
    let load = loader(networks, || ListNetworks {});
    // The command line may have changed to another one.
    Effect::new(move |_| {
        app.networks.track();
        load();
    });
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<ApiError>);
    view! {
        <section class="section">
            <h2>{s.network}</h2>
            <p class="small">{s.network_more}</p>
            {shown(networks, load, move |all| view! { <All all networks busy wrong /> })}
            <TroubleHere wrong />
            <Add networks busy wrong />
        </section>
    }
}

#[component]
fn All(
    all: Vec<NetworkView>,
    networks: RwSignal<Asked<Vec<NetworkView>>>,
    busy: RwSignal<bool>,
    wrong: RwSignal<Option<ApiError>>,
) -> impl IntoView {
    let app = app();
    let s = &app.texts().settings;
    let active = all.iter().find(|n| n.active).cloned();
    view! {
        <ul>
            {all
                .into_iter()
                .map(|network| {
                    let name = network.name.clone();
                    let title = app.say(&network.title);
                    view! {
                        <li class="setting">
                            <div>
                                <b>{title.clone()}</b>
                                {(!network.embedded).then(|| view! { <p>{network.name.clone()}</p> })}
                            </div>
                            {if network.active {
                                view! { <Tag kind="done" icon=Icon::Check label=s.in_use /> }.into_any()
                            } else {
                                view! {
                                    <TextButton
                                        label=s.use_it.to_owned()
                                        name=format!("{}: {title}", s.use_it)
                                        off=busy
                                        on_press=move |()| {
                                            act(
                                                UseNetwork { name: name.clone() },
                                                busy,
                                                wrong,
                                                move |all| {
                                                    networks.try_set(Asked::There(all));
                                                },
                                            );
                                        }
                                    />
                                }
                                .into_any()
                            }}
                        </li>
                    }
                })
                .collect_view()}
        </ul>
        {match active {
            Some(network) => {
                let list = |all: Vec<String>| if all.is_empty() { s.none.to_owned() } else { all.join(", ") };
                view! {
                    <Share name=network.name busy wrong />
                    <Below label=s.below testid="network-below">
                        <dl class="facts left small">
                            <dt>{s.key_servers}</dt>
                            <dd><Number value=list(network.key_servers) /></dd>
                            <dt>{s.catalogues}</dt>
                            <dd><Number value=list(network.catalogues) /></dd>
                            <dt>{s.chain}</dt>
                            <dd class="num">{network.chain_id}</dd>
                        </dl>
                        <Check busy wrong />
                    </Below>
                }
                .into_any()
            }
            None => view! { <Check busy wrong /> }.into_any(),
        }}
    }
}

#[component]
fn Share(name: String, busy: RwSignal<bool>, wrong: RwSignal<Option<ApiError>>) -> impl IntoView {
    let s = &app().texts().settings;
    let saved = RwSignal::new(None::<String>);
    let save = Callback::new(move |()| {
        let name = name.clone();
        spawn_local(async move {
            match ipc::pick_save(&format!("{name}.toml")).await {
                Ok(Some(path)) => act(ExportNetwork { name, path: Some(path) }, busy, wrong, move |text| {
                    saved.try_set(text.path);
                }),
                Ok(None) => {}
                Err(error) => {
                    wrong.try_set(Some(error));
                }
            }
        });
    });
    view! {
        <div class="setting">
            <div>
                <b>{s.share}</b>
                <p role="status">
                    {move || match saved.get() {
                        Some(path) => fill(s.saved, &[("path", &path)]),
                        None => s.share_more.to_owned(),
                    }}
                </p>
            </div>
            <TextButton label=s.save_file.to_owned() icon=Icon::Save off=busy on_press=save />
        </div>
    }
}

#[component]
fn Check(busy: RwSignal<bool>, wrong: RwSignal<Option<ApiError>>) -> impl IntoView {
    let app = app();
    let s = &app.texts().settings;
    let found = RwSignal::new(None::<NetworkCheck>);
    let check = Callback::new(move |()| {
        act(CheckNetwork {}, busy, wrong, move |check| {
            found.try_set(Some(check));
        });
    });
    view! {
        <div class="across roomy">
            <Button icon=Icon::RefreshCw label=s.check.to_owned() off=busy on_press=check testid="check-network" />
        </div>
        <div class="gap" role="status">
            {move || {
                found
                    .get()
                    .map(|check| {
                        view! {
                            <table class="found" data-testid="network-checked">
                                <tbody>
                                    {check
                                        .points
                                        .into_iter()
                                        .map(|point| {
                                            view! {
                                                <tr>
                                                    <td>{app.say(&point.what)}</td>
                                                    <td class="muted">{app.say(&point.found)}</td>
                                                    <td class="end">
                                                        {if point.ok {
                                                            view! { <Tag kind="done" icon=Icon::Check label=s.fine /> }
                                                        } else {
                                                            view! { <Tag kind="trouble" icon=Icon::X label=s.not_fine /> }
                                                        }}
                                                    </td>
                                                </tr>
                                            }
                                        })
                                        .collect_view()}
                                </tbody>
                            </table>
                        }
                    })
            }}
        </div>
    }
}

#[component]
fn Add(
    networks: RwSignal<Asked<Vec<NetworkView>>>,
    busy: RwSignal<bool>,
    wrong: RwSignal<Option<ApiError>>,
) -> impl IntoView {
    let s = &app().texts().settings;
    let path = RwSignal::new(String::new());
    let choose = Callback::new(move |()| {
        spawn_local(async move {
            match ipc::pick_files().await {
                Ok(files) => {
                    if let Some(file) = files.into_iter().next() {
                        path.try_set(file);
                    }
                }
                Err(error) => {
                    wrong.try_set(Some(error));
                }
            }
        });
    });
    view! {
        <form
            class="stack roomy"
            on:submit=move |ev| {
                ev.prevent_default();
                let file = path.get_untracked().trim().to_owned();
                if !file.is_empty() {
                    act(
                        AddNetwork { path: file },
                        busy,
                        wrong,
                        move |all| {
                            path.try_set(String::new());
                            networks.try_set(Asked::There(all));
                        },
                    );
                }
            }
        >
            <Field id="network-file" label=s.add value=path hint=s.add_hint.to_owned() on_choose=choose testid="network-file" />
            <div class="across">
                <Button
                    kind="small"
                    label=s.add_now.to_owned()
                    submit=true
                    off=Signal::derive(move || busy.get() || path.with(|p| p.trim().is_empty()))
                />
            </div>
        </form>
    }
}
