//! Pages in an order: however many were found, the file's indexes give the same.

use super::{Numbers, document, opened};
use crate::store::{order, put, set::Set};
use protocol::search::SearchOrder;

#[test]
fn reading_an_index_and_looking_up_give_the_same_page() {
    let mut n = Numbers(21);
    let mut catalogue = opened();
    let step = catalogue.transaction().unwrap();
    for number in 0..400 {
        put(&step, &document(&mut n, number)).unwrap();
    }
    step.commit().unwrap();
    let mut query = catalogue.prepare("SELECT id FROM listing WHERE listed = 1").unwrap();
    let listed: Vec<u32> = query.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    for sort in [SearchOrder::Newest, SearchOrder::PriceUp, SearchOrder::PriceDown, SearchOrder::Name] {
        let all: Vec<u32> = order::of_all(&catalogue, sort, 0, 1000).unwrap();
        assert_eq!(all.len(), listed.len());
        // One of two, one of ten, the last three: those make reading the index go on in vain.
        let last: Set = all.iter().rev().take(3).copied().collect();
        let chosen: [Set; 3] =
            [all.iter().copied().step_by(2).collect(), all.iter().copied().step_by(10).collect(), last];
        for set in chosen {
            let expected: Vec<u32> = all.iter().copied().filter(|listing| set.has(*listing)).collect();
            let found = set.listings();
            for (skip, size) in [(0, 2), (1, 1), (2, 100), (500, 10)] {
                let page = order::of(&catalogue, &found, &set, sort, skip as u64, size as u32).unwrap();
                let want: Vec<u32> = expected.iter().copied().skip(skip).take(size).collect();
                assert_eq!(page, want, "{sort:?} {skip} {size}");
                let up = order::looked_up(&catalogue, &found, sort, skip, size).unwrap();
                assert_eq!(up, want, "{sort:?} {skip} {size}");
            }
        }
        assert_eq!(order::of(&catalogue, &[], &Set::default(), sort, 0, 20).unwrap(), Vec::<u32>::new());
        let plan: Vec<String> = catalogue
            .prepare(&format!("EXPLAIN QUERY PLAN {}", order::by_index(sort)))
            .unwrap()
            .query_map([], |row| row.get(3))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert!(plan.len() == 1 && plan[0].contains("USING COVERING INDEX"), "{sort:?} sorts first: {plan:?}");
    }
}
