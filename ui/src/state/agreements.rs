//! An agreement of another shape in the words of the people in it.

use crate::{
    state::{amounts, moments::Moment, purchases::Line},
    texts::{Texts, Tongue, fill},
};
use api::{AgreementState, AgreementView, ConditionView, StepBy, StepNext, StepProgress, StepState};
use protocol::{ConditionId, Vodka, conditions::ConditionTerms, shape::Kind};

/// What an agreement is called.
pub(crate) fn title(view: &AgreementView, t: &Texts) -> String {
    let number = view.agreement.to_string();
    match view.title.is_empty() {
        true => fill(t.agreeing.untitled, &[("number", number.get(..10).unwrap_or(&number))]),
        false => view.title.clone(),
    }
}

/// The same without what changes by itself with every block: people's times are estimates.
pub(crate) fn without_clocks(view: &AgreementView) -> AgreementView {
    let mut still = view.clone();
    for step in &mut still.conditions {
        step.until = None;
    }
    still
}

/// How many of its steps are done, in a row.
pub(crate) fn progress(view: &AgreementView, t: &Texts) -> String {
    let a = &t.agreeing;
    let done = view.conditions.iter().filter(|step| step.state == StepState::Fulfilled).count();
    match view.state {
        AgreementState::Creating | AgreementState::NotOnRecord => a.creating_row.to_owned(),
        AgreementState::Different => a.different_row.to_owned(),
        AgreementState::Ended => a.ended_row.to_owned(),
        AgreementState::Open => {
            fill(a.steps_done, &[("n", &done.to_string()), ("m", &view.conditions.len().to_string())])
        }
    }
}

/// The steps, in the order in which they are done as far as that is known.
pub(crate) fn timeline(
    view: &AgreementView,
    time: impl Fn(&str) -> Option<Moment>,
    now: Moment,
    t: &Texts,
    tongue: Tongue,
) -> Vec<Line> {
    let places = if view.order.is_empty() { (0..view.conditions.len()).collect() } else { view.order.clone() };
    let steps = places.into_iter().filter_map(|place| view.conditions.get(place));
    steps.map(|step| line(view, step, &time, now, t, tongue)).collect()
}

fn line(
    view: &AgreementView,
    step: &ConditionView,
    time: &impl Fn(&str) -> Option<Moment>,
    now: Moment,
    t: &Texts,
    tongue: Tongue,
) -> Line {
    let progress = match (step.state, &step.next) {
        (StepState::Fulfilled, _) => StepProgress::Done,
        (StepState::Aborted, _) | (_, Some(StepNext::Never { .. })) => StepProgress::Skipped,
        (_, Some(StepNext::Open | StepNext::TimeOver)) => StepProgress::Now,
        _ => StepProgress::Later,
    };
    let (n, m) = match &step.terms {
        Some(ConditionTerms::Threshold { inputs, threshold }) => (threshold.to_string(), inputs.len().to_string()),
        _ => (String::new(), String::new()),
    };
    let amount = match &step.terms {
        Some(ConditionTerms::LockReward { amount, .. } | ConditionTerms::EscrowReward { amount, .. }) => *amount,
        _ => Vodka::ZERO,
    };
    let said = fill(
        words(step, goes_back(view, step), t),
        &[("amount", &amounts::amount(amount, tongue)), ("n", &n), ("m", &m)],
    );
    let mut notes = Vec::new();
    let signed = if progress == StepProgress::Done { t.agreed.text_done } else { t.agreed.text };
    notes.extend(step.text.as_ref().map(|text| fill(signed, &[("text", text)])));
    notes.extend(note(step, t));
    let ends = step.until.as_deref().and_then(time).filter(|_| !step.can_abort && progress != StepProgress::Skipped);
    notes.extend(ends.map(|ends| fill(t.agreed.until, &[("time", &ends.by(now, t))])));
    let note = (!notes.is_empty()).then(|| notes.join(" "));
    Line { said, note, progress, name: step.name.clone(), at: None }
}

/// What accounts of this home paid into it that comes back by itself once nobody can earn it any more: it is in escrow, and
/// what would release it has an end and was not done.
pub(crate) fn comes_back(view: &AgreementView) -> Option<Vodka> {
    let own: Vec<_> = view.actors.iter().filter(|actor| actor.own).map(|actor| actor.account).collect();
    let find = |id: &ConditionId| view.conditions.iter().find(|other| other.id == *id);
    let paid = |step: &ConditionView| match &step.terms {
        Some(ConditionTerms::EscrowReward { amount, sender, lock, release, .. }) => {
            let (lock, release) = (find(lock)?, find(release)?);
            let held = step.state == StepState::Unfulfilled && lock.state == StepState::Fulfilled;
            let ends = release.state != StepState::Fulfilled && release.time_out != 0;
            (held && ends && own.contains(sender)).then_some(*amount)
        }
        _ => None,
    };
    let all = view.conditions.iter().filter_map(paid);
    all.reduce(|sum, more| sum.checked_add(more).unwrap_or(sum)).filter(|sum| !sum.is_zero())
}

/// Whether what an escrow holds goes back to who paid it.
fn goes_back(view: &AgreementView, step: &ConditionView) -> bool {
    let state = |id: &ConditionId| view.conditions.iter().find(|other| other.id == *id).map(|other| other.state);
    match &step.terms {
        Some(ConditionTerms::EscrowReward { release, .. }) => state(release) == Some(StepState::Aborted),
        _ => false,
    }
}

fn words(step: &ConditionView, back: bool, t: &Texts) -> &'static str {
    let s = &t.agreed;
    let of = |done, later, missed| match step.state {
        StepState::Fulfilled => done,
        StepState::Aborted => missed,
        StepState::Uninitialized | StepState::Unfulfilled => later,
    };
    match step.kind {
        Some(Kind::LockReward) if step.terms.is_some() => of(s.lock, s.lock_later, s.lock_missed),
        Some(Kind::AccessSecretStore) => of(s.access, s.access_later, s.access_missed),
        Some(Kind::ComputeExecution) => of(s.compute, s.compute_later, s.compute_missed),
        Some(Kind::EscrowReward) if back => of(s.payout_back, s.payout_back_later, s.payout_missed),
        Some(Kind::EscrowReward) if step.terms.is_some() => of(s.payout, s.payout_later, s.payout_missed),
        Some(Kind::Sign) => of(s.sign, s.sign_later, s.sign_missed),
        Some(Kind::HashLock) => of(s.secret, s.secret_later, s.secret_missed),
        Some(Kind::Threshold) if step.terms.is_some() => of(s.enough, s.enough_later, s.enough_missed),
        Some(Kind::Whitelisting) => of(s.listed, s.listed_later, s.listed_missed),
        Some(Kind::LockReward) => of(s.money_lock, s.money_lock_later, s.lock_missed),
        Some(Kind::EscrowReward) => of(s.money_payout, s.money_payout_later, s.payout_missed),
        Some(Kind::Threshold) => of(s.enough, s.enough_unknown, s.enough_missed),
        None => of(s.other, s.other_later, s.other_missed),
    }
}

/// What it waits for, and who acts next.
fn note(step: &ConditionView, t: &Texts) -> Option<String> {
    let s = &t.agreed;
    let quoted = |name: &String| fill(t.agreed.quoted, &[("name", name)]);
    let names = |names: &[String]| names.iter().map(quoted).collect::<Vec<_>>().join(", ");
    match step.next.as_ref()? {
        StepNext::Open => Some(acts(step, t)?.to_owned()),
        StepNext::NotBefore { block } => Some(fill(s.not_before, &[("block", &block.to_string())])),
        StepNext::After { conditions } => Some(fill(s.after, &[("steps", &names(conditions))])),
        StepNext::TooFew { fulfilled, needed } => {
            Some(fill(s.too_few, &[("n", &fulfilled.to_string()), ("m", &needed.to_string())]))
        }
        StepNext::Never { conditions } => Some(fill(s.never, &[("steps", &names(conditions))])),
        StepNext::TimeOver => Some(s.time_over.to_owned()),
        StepNext::Missing | StepNext::Fulfilled | StepNext::Aborted => None,
    }
}

fn acts(step: &ConditionView, t: &Texts) -> Option<&'static str> {
    let s = &t.agreed;
    Some(match step.by.as_ref()? {
        StepBy::Anyone => s.anyone_acts,
        _ if step.own => s.you_act,
        StepBy::Payer { .. } => s.payer_acts,
        StepBy::Publisher { .. } => s.publisher_acts,
        StepBy::Signature { .. } => s.signer_acts,
        StepBy::Preimage { .. } => s.knower_acts,
        StepBy::Listed { .. } => s.lister_acts,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::moments::at_offset;
    use api::ActorView;
    use protocol::{Address, AgreementId, Did, TemplateId};

    const BEGIN: i64 = 1_763_129_112;

    fn step(name: &str, terms: ConditionTerms, next: StepNext) -> ConditionView {
        let kind = Kind::of(&terms);
        ConditionView {
            name: Some(name.to_owned()),
            kind: Some(kind),
            id: ConditionId([kind as u8; 32]),
            contract: Address::ZERO,
            state: match next {
                StepNext::Fulfilled => StepState::Fulfilled,
                StepNext::Aborted => StepState::Aborted,
                _ => StepState::Unfulfilled,
            },
            by: Some(StepBy::Anyone),
            own: false,
            from_block: None,
            until_block: None,
            until: None,
            can_abort: false,
            time_lock: 0,
            time_out: 0,
            text: None,
            terms: Some(terms),
            next: Some(next),
        }
    }

    fn view(release: StepNext, payout: StepNext) -> AgreementView {
        let amount = Vodka::from_ocean(4);
        let did = Did([1; 32]);
        let lock = ConditionTerms::LockReward { reward_address: Address::ZERO, amount };
        let mut compute =
            step("computation", ConditionTerms::ComputeExecution { did, consumer: Address::ZERO }, release);
        compute.by = Some(StepBy::Publisher { did });
        compute.until = Some("2025-11-14T14:35:12Z".to_owned());
        let (receiver, sender) = (Address([1; 20]), Address([2; 20]));
        let id = compute.id;
        let escrow = ConditionTerms::EscrowReward { amount, receiver, sender, lock: ConditionId([0; 32]), release: id };
        AgreementView {
            agreement: AgreementId([7; 32]),
            title: String::new(),
            did,
            template: TemplateId([2; 32]),
            template_name: None,
            actors: Vec::new(),
            state: AgreementState::Open,
            flaw: None,
            documented: true,
            created_at: Some(1),
            created: None,
            block: 2,
            conditions: vec![step("payout", escrow, payout), compute, step("payment", lock, StepNext::Fulfilled)],
            order: vec![2, 1, 0],
            warnings: Vec::new(),
        }
    }

    fn said(view: &AgreementView, tongue: Tongue) -> Vec<(String, Option<String>, StepProgress)> {
        let read = |text: &str| crate::state::moments::epoch(text).map(|at| at_offset(at, 0));
        let lines = timeline(view, read, at_offset(BEGIN, 0), Texts::of(tongue), tongue);
        lines
            .into_iter()
            .map(|line| (format!("{}: {}", line.name.unwrap_or_default(), line.said), line.note, line.progress))
            .collect()
    }

    #[test]
    fn a_computation_is_told_step_by_step_in_the_order_of_the_document() {
        let after = StepNext::After { conditions: vec!["computation".to_owned()] };
        let told = said(&view(StepNext::Open, after.clone()), Tongue::English);
        let line = |said: &str, note: Option<&str>, progress| (said.to_owned(), note.map(str::to_owned), progress);
        assert_eq!(
            told,
            [
                line("payment: 4.00 is set aside", None, StepProgress::Done),
                line(
                    "computation: The publisher starts the computation",
                    Some("The publisher acts next. Until 14:35; after that it can be given up."),
                    StepProgress::Now
                ),
                line("payout: 4.00 is paid out", Some("Comes after “computation”."), StepProgress::Later),
            ]
        );
        assert_eq!(progress(&view(StepNext::Open, after), Texts::of(Tongue::English)), "1 of 3 steps done");
    }

    #[test]
    fn names_stand_between_the_marks_of_the_language() {
        let after = StepNext::After { conditions: vec!["computation".to_owned(), "word".to_owned()] };
        let note = |tongue| said(&view(StepNext::Open, after.clone()), tongue)[2].1.clone().unwrap();
        assert_eq!(note(Tongue::English), "Comes after “computation”, “word”.");
        assert_eq!(note(Tongue::German), "Kommt nach „computation“, „word“.");
    }

    #[test]
    fn money_that_comes_back_is_told_so() {
        let told = said(&view(StepNext::Aborted, StepNext::Open), Tongue::German);
        assert_eq!(told[1].0, "computation: Die Berechnung wurde nicht rechtzeitig begonnen");
        assert_eq!((told[2].0.as_str(), told[2].2), ("payout: 4,00 gehen zurück", StepProgress::Now));
        assert_eq!(said(&view(StepNext::Aborted, StepNext::Fulfilled), Tongue::English)[2].0, "payout: 4.00 went back");
    }

    #[test]
    fn only_own_money_in_escrow_that_can_still_be_missed_comes_back_by_itself() {
        let mut paid = view(StepNext::Open, StepNext::Open);
        assert_eq!(comes_back(&paid), None, "somebody else's");
        let payer = Address([2; 20]);
        paid.actors = vec![ActorView { role: None, account: payer, own: true }];
        assert_eq!(comes_back(&paid), None, "without a limit nothing ends");
        paid.conditions[1].time_out = 9;
        let lock = paid.conditions[2].id;
        if let Some(ConditionTerms::EscrowReward { lock: of, .. }) = &mut paid.conditions[0].terms {
            *of = lock;
        }
        assert_eq!(comes_back(&paid), Some(Vodka::from_ocean(4)));
        for (place, state) in [(0, StepState::Fulfilled), (1, StepState::Fulfilled), (2, StepState::Unfulfilled)] {
            let mut other = paid.clone();
            other.conditions[place].state = state;
            assert_eq!(comes_back(&other), None, "{place}");
        }
        paid.actors[0].own = false;
        assert_eq!(comes_back(&paid), None);
    }

    #[test]
    fn one_without_a_document_names_only_kinds() {
        let mut bare = view(StepNext::Open, StepNext::Open);
        bare.order.clear();
        for step in &mut bare.conditions {
            (step.terms, step.next, step.by, step.name) = (None, None, None, None);
        }
        bare.conditions[1].kind = None;
        let told: Vec<String> = said(&bare, Tongue::English).into_iter().map(|(said, ..)| said).collect();
        assert_eq!(told, [": The money is paid out", ": A step of another kind", ": The money is set aside"]);
        assert_eq!(title(&bare, Texts::of(Tongue::English)), "Agreement 0x07070707");
    }
}
