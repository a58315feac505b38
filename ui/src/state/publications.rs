//! Publications in the words of the people in them: which are to be shown, how far one is, what it waits for.

use crate::{state::purchases::Line, texts::Publishing};
use api::{Code, PublicationView, PublishStep, StepProgress};
use std::cmp::Reverse;

/// The steps in order.
const STEPS: [PublishStep; 5] = [
    PublishStep::Reading,
    PublishStep::Encrypting,
    PublishStep::Registering,
    PublishStep::Listing,
    PublishStep::Listed,
];

/// Adds what a reply tells to what events told, which is newer. Tells whether that was news.
pub(crate) fn add(known: &mut Vec<PublicationView>, told: Vec<PublicationView>) -> bool {
    let before = known.len();
    for publication in told {
        if known.iter().all(|p| p.id != publication.id) {
            known.push(publication);
        }
    }
    known.sort_by_key(|p| Reverse(p.id));
    known.len() > before
}

/// Those that are not done, the newest first. One that failed is over once its draft was published again or is gone; as long
/// as nobody knows which drafts there are, none is shown as failed.
pub(crate) fn not_done(all: &[PublicationView], drafts: Option<&[u64]>) -> Vec<PublicationView> {
    let again = |failed: &PublicationView| all.iter().any(|p| p.draft == failed.draft && p.id > failed.id);
    let shows = |p: &&PublicationView| match p.step {
        PublishStep::Listed => false,
        PublishStep::Failed => drafts.is_some_and(|drafts| p.draft == 0 || drafts.contains(&p.draft) && !again(p)),
        _ => true,
    };
    all.iter().filter(shows).cloned().collect()
}

/// What it waits for, who acts next, and whether that ends by itself; `None` where it waits for nothing.
pub(crate) fn waits(publication: &PublicationView, p: &Publishing) -> Option<&'static str> {
    let code = publication.trouble.as_ref().map(|trouble| trouble.code);
    Some(match (publication.step, code) {
        (PublishStep::Listed | PublishStep::Failed, _) => return None,
        (_, Some(Code::Locked)) => p.wait_unlock,
        (_, Some(_)) => p.wait_again,
        (PublishStep::Reading, None) => p.wait_reading,
        (PublishStep::Encrypting, None) => p.wait_encrypting,
        (PublishStep::Registering, None) => p.wait_registering,
        (PublishStep::Listing, None) => p.wait_listing,
    })
}

/// The line of steps; below the present one, what it waits for. After a fault nothing is under way.
pub(crate) fn lines(publication: &PublicationView, p: &Publishing) -> Vec<Line> {
    let here = STEPS.iter().position(|step| *step == publication.step);
    STEPS
        .iter()
        .enumerate()
        .map(|(at, step)| {
            let progress = match here {
                Some(here) if at < here || *step == PublishStep::Listed && at == here => StepProgress::Done,
                Some(here) if at == here => StepProgress::Now,
                _ => StepProgress::Later,
            };
            let done = progress == StepProgress::Done;
            let said = match step {
                PublishStep::Reading if done => p.step_read,
                PublishStep::Reading => p.step_reading,
                PublishStep::Encrypting if done => p.step_encrypted,
                PublishStep::Encrypting => p.step_encrypting,
                PublishStep::Registering if done => p.step_registered,
                PublishStep::Registering => p.step_registering,
                PublishStep::Listing if done => p.step_in_catalogue,
                PublishStep::Listing => p.step_listing,
                PublishStep::Listed | PublishStep::Failed => p.step_listed,
            };
            let note = (progress == StepProgress::Now).then(|| waits(publication, p).map(str::to_owned)).flatten();
            Line { said: said.to_owned(), note, progress, name: None, at: None }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::{Texts, Tongue};
    use api::ApiError;

    fn publication(id: u64, draft: u64, step: PublishStep) -> PublicationView {
        PublicationView {
            id,
            name: "Levels".into(),
            draft,
            did: None,
            step,
            done: 0,
            total: 0,
            elapsed_ms: 0,
            trouble: None,
        }
    }

    fn ids(all: &[PublicationView]) -> Vec<u64> {
        all.iter().map(|p| p.id).collect()
    }

    #[test]
    fn the_line_moves_and_a_fault_claims_nothing() {
        let p = &Texts::of(Tongue::English).publish;
        let of = |step| lines(&publication(1, 0, step), p).into_iter().map(|line| line.progress).collect::<Vec<_>>();
        use StepProgress::{Done, Later, Now};
        assert_eq!(of(PublishStep::Registering), [Done, Done, Now, Later, Later]);
        assert_eq!(of(PublishStep::Listed), [Done; 5]);
        assert_eq!(of(PublishStep::Failed), [Later; 5]);
        let said: Vec<String> =
            lines(&publication(1, 0, PublishStep::Registering), p).into_iter().map(|line| line.said).collect();
        assert_eq!(
            said,
            [
                "The files were read",
                "The list of files was locked",
                "Registering it under your name",
                "Putting it into the catalogue",
                "People can find it",
            ]
        );
    }

    #[test]
    fn the_present_step_alone_says_what_it_waits_for() {
        let p = &Texts::of(Tongue::English).publish;
        let notes = |publication: &PublicationView| -> Vec<Option<String>> {
            lines(publication, p).into_iter().map(|line| line.note).collect()
        };
        let wait = |text: &str| Some(text.to_owned());
        let listing = publication(1, 0, PublishStep::Listing);
        assert_eq!(notes(&listing), [None, None, None, wait(p.wait_listing), None]);
        for (code, text) in [(Code::Locked, p.wait_unlock), (Code::Unreachable, p.wait_again)] {
            let trouble = Some(ApiError::new(code, "No.", "Wait."));
            let held = PublicationView { trouble, ..publication(1, 0, PublishStep::Encrypting) };
            assert_eq!(notes(&held), [None, wait(text), None, None, None]);
        }
        for over in [PublishStep::Listed, PublishStep::Failed] {
            assert_eq!(notes(&publication(1, 0, over)), [None, None, None, None, None]);
        }
    }

    #[test]
    fn a_reply_adds_what_no_event_has_told_and_changes_nothing_else() {
        let mut known = vec![publication(3, 0, PublishStep::Listing)];
        let told = [1, 3, 4].map(|id| publication(id, 0, PublishStep::Reading));
        assert!(add(&mut known, told.to_vec()));
        assert_eq!(ids(&known), [4, 3, 1]);
        assert_eq!(known[1].step, PublishStep::Listing, "the event is newer");
        assert!(!add(&mut known, told.to_vec()), "it is known");
    }

    #[test]
    fn what_failed_shows_until_its_draft_is_published_or_gone() {
        use PublishStep::{Failed, Listed, Reading};
        let all = [
            publication(5, 2, Reading),
            publication(4, 1, Failed),
            publication(3, 2, Failed),
            publication(2, 0, Failed),
            publication(1, 7, Listed),
        ];
        assert_eq!(ids(&not_done(&all, Some(&[1, 2]))), [5, 4, 2], "the third was published again");
        assert_eq!(ids(&not_done(&all, Some(&[2]))), [5, 2], "the draft of the fourth is gone");
        assert_eq!(ids(&not_done(&all, None)), [5]);
    }
}
