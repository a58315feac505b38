//! What happened, each thing in one sentence, by day.

use crate::{
    app::{App, Asked, app, loader},
    browser,
    components::{Empty, Glyph, Icon, listing_path, purchase_path, shown},
    state::{
        agreements, amounts,
        moments::{self, Moment},
        places::Place,
    },
    texts::{Texts, fill},
};
use api::{ActivityItem, ActivityKind, AgreementView, ListActivity, ListAgreements};
use leptos::prelude::*;

/// Whether an amount came in, went out, or only moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    In,
    Out,
    None,
}

/// Icon, sentence and direction of what happened.
fn told(kind: ActivityKind, t: &Texts) -> (Icon, &'static str, Direction) {
    let a = &t.activity;
    match kind {
        ActivityKind::Agreed => (Icon::FileText, a.agreed, Direction::None),
        ActivityKind::SetAside => (Icon::Hourglass, a.set_aside, Direction::Out),
        ActivityKind::Opened => (Icon::KeyRound, a.opened, Direction::None),
        ActivityKind::Bought => (Icon::PackageCheck, a.bought, Direction::None),
        ActivityKind::Downloaded => (Icon::Download, a.downloaded, Direction::None),
        ActivityKind::MoneyBack => (Icon::Undo2, a.money_back, Direction::In),
        ActivityKind::Abandoned => (Icon::X, a.abandoned, Direction::None),
        ActivityKind::Published => (Icon::FileUp, a.published, Direction::None),
        ActivityKind::Unlisted => (Icon::EyeOff, a.unlisted, Direction::None),
        ActivityKind::Sold => (Icon::Tag, a.sold, Direction::None),
        ActivityKind::Paid => (Icon::Banknote, a.paid, Direction::In),
        ActivityKind::TestTokens => (Icon::Gift, a.test_tokens, Direction::In),
        ActivityKind::Sent => (Icon::Send, a.sent, Direction::Out),
        ActivityKind::Recorded => (Icon::FileText, a.recorded, Direction::None),
        ActivityKind::StepDone => (Icon::Check, a.step_done, Direction::None),
        ActivityKind::StepAborted => (Icon::X, a.step_aborted, Direction::None),
    }
}

/// What happened, and when.
type Dated = (Option<Moment>, ActivityItem);
/// A day's name, and what happened on it.
type Day = (String, Vec<Dated>);

/// Groups what follows each other on the same day.
fn by_day(items: Vec<Dated>, now: Moment, t: &Texts) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for (at, item) in items {
        let day = at.map(|at| at.day(now, t)).unwrap_or_default();
        match days.last_mut() {
            Some((same, list)) if *same == day => list.push((at, item)),
            _ => days.push((day, vec![(at, item)])),
        }
    }
    days
}

/// The page.
#[component]
pub(crate) fn Activity() -> impl IntoView {
    let app = app();
    let t = app.texts();
    let a = &t.activity;
    browser::title(t.shell.activity);
    let items = RwSignal::new(Asked::<Vec<ActivityItem>>::Waiting);
    let load = loader(items, || ListActivity {});
    let others = RwSignal::new(Asked::<Vec<AgreementView>>::Waiting);
    let load_others = loader(others, || ListAgreements {});
    let pending = Memo::new(move |_| app.status.with(|status| status.as_ref().map(|status| status.pending)));
    Effect::new(move |_| {
        app.purchases.track();
        app.sales.track();
        pending.track();
        load();
        load_others();
    });
    view! {
        <div class="narrow">
            <h1>{t.shell.activity}</h1>
            {move || match others.get() {
                Asked::There(others) if !others.is_empty() => Some(view! { <Others others app /> }),
                // A network that does not answer is told at the bottom; what happened is here in any case.
                _ => None,
            }}
            {shown(
                items,
                load,
                move |items: Vec<ActivityItem>| {
                    if items.is_empty() {
                        return view! { <Empty title=a.empty more=a.empty_more /> }.into_any();
                    }
                    let now = moments::local(app.now.get_untracked());
                    let items = items.into_iter().map(|item| (moments::read(&item.at), item)).collect();
                    by_day(items, now, t)
                        .into_iter()
                        .map(|(day, items)| {
                            view! {
                                <section>
                                    <h2 class="day">{day}</h2>
                                    <ul>
                                        {items
                                            .into_iter()
                                            .map(|(at, item)| view! { <li><Happened at item app /></li> })
                                            .collect_view()}
                                    </ul>
                                </section>
                            }
                        })
                        .collect_view()
                        .into_any()
                },
            )}
        </div>
    }
}

/// The agreements of other shapes, as rows.
#[component]
fn Others(others: Vec<AgreementView>, app: App) -> impl IntoView {
    let t = app.texts();
    view! {
        <section>
            <h2 class="day">{t.agreeing.agreements}</h2>
            <ul>
                {others
                    .into_iter()
                    .map(|other| {
                        let path = Place::Agreement(other.agreement).path();
                        view! {
                            <li>
                                <a class="happened" href=path data-row="" data-testid="agreement-row">
                                    <Glyph icon=Icon::FileText />
                                    <span>{agreements::title(&other, t)}</span>
                                    <span class="when wide">{agreements::progress(&other, t)}</span>
                                </a>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        </section>
    }
}

#[component]
fn Happened(at: Option<Moment>, item: ActivityItem, app: App) -> impl IntoView {
    let t = app.texts();
    let (icon, sentence, direction) = told(item.kind, t);
    let said = fill(sentence, &[("name", &item.name)]);
    let amount = item.amount.filter(|amount| !amount.is_zero() && direction != Direction::None).map(|amount| {
        let amount = amounts::amount(amount, app.spoken());
        if direction == Direction::In { format!("+{amount}") } else { format!("−{amount}") }
    });
    let class = if direction == Direction::In { "amount in" } else { "amount" };
    let inner = view! {
        <Glyph icon />
        <span>{said}</span>
        <span class=class>{amount}</span>
        <span class="when">{at.map(|at| at.clock())}</span>
    };
    let to = item.agreement.and_then(|agreement| match item.kind {
        ActivityKind::Sold | ActivityKind::Paid => None,
        ActivityKind::Recorded | ActivityKind::StepDone | ActivityKind::StepAborted => {
            Some(Place::Agreement(agreement).path())
        }
        _ => Some(purchase_path(agreement)),
    });
    match to.or(item.did.map(listing_path)) {
        Some(path) => {
            view! { <a class="happened" href=path data-row="" data-testid="activity-row">{inner}</a> }.into_any()
        }
        None => view! { <div class="happened" data-testid="activity-row">{inner}</div> }.into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{state::moments::at_offset, texts::Tongue};

    #[test]
    fn what_happened_on_one_day_stands_together() {
        let item = |hours: i64| {
            let at = at_offset(1_763_129_112 - hours * 3600, 0);
            let item = ActivityItem {
                at: String::new(),
                kind: ActivityKind::Sold,
                name: String::new(),
                did: None,
                agreement: None,
                amount: None,
                tx: None,
            };
            (Some(at), item)
        };
        let t = Texts::of(Tongue::English);
        let days = by_day(vec![item(0), item(1), item(20), item(60)], at_offset(1_763_129_112, 0), t);
        let shape: Vec<(&str, usize)> = days.iter().map(|(day, items)| (day.as_str(), items.len())).collect();
        assert_eq!(shape, [("today", 2), ("yesterday", 1), ("12 Nov 2025", 1)]);
    }
}
