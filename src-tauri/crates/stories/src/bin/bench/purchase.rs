//! From the confirmation to access and keys in hand, every step on disk before it counts.

use crate::{Outcome, people::People, spread::Spread};
use api::{Buy, Event, GetQuote, PurchaseState};
use std::time::{Duration, Instant};

/// A gateway opens 60 purchases a minute for one buyer: after fewer than that, the rest of the minute is let pass.
const PER_MINUTE: usize = 50;
const MINUTE: Duration = Duration::from_secs(61);

pub(crate) async fn measure(count: usize) -> Outcome {
    println!(
        "purchase: {count} one after the other, at most {PER_MINUTE} a minute, each of another listing for 1 OCEAN,"
    );
    println!("  two homes on one embedded network");
    let people = People::meet(count as u64).await?;
    let file = people.path("data.csv");
    std::fs::write(&file, "a,b\n1,2\n")?;
    let mut events = people.buyer.events().await?;
    let (mut granted, mut completed) = (Vec::new(), Vec::new());
    let mut minute = Instant::now();
    for number in 0..count {
        if number > 0 && number % PER_MINUTE == 0 {
            tokio::time::sleep(MINUTE.saturating_sub(minute.elapsed())).await;
            minute = Instant::now();
        }
        // What is owned is not sold a second time.
        let did = people.publish(&file, "1").await?;
        let quote = people.buyer.ask(GetQuote { did, service: None }).await?;
        let began = Instant::now();
        let order =
            Buy { did, service: None, max_price: quote.at_most, version: Some(quote.version), accepted: Vec::new() };
        let agreement = people.buyer.ask(order).await?.agreement;
        let mut open = None;
        loop {
            let Event::Purchase(view) = events.next().await.ok_or("the buyer's home has ended")? else { continue };
            if view.agreement != agreement {
                continue;
            }
            match view.state {
                PurchaseState::Granted => {
                    open.get_or_insert(began.elapsed());
                }
                PurchaseState::Completed => {
                    let all = began.elapsed();
                    granted.push(open.unwrap_or(all));
                    completed.push(all);
                    break;
                }
                ended if ended.is_final() => return Err(format!("a purchase ended {}", ended.name()).into()),
                _ => {}
            }
        }
    }
    println!("  until access is granted   {}", Spread::of(granted));
    println!("  until keys are in hand    {}", Spread::of(completed));
    println!("  mark: until granted p50 <= 150 ms, p99 <= 400 ms");
    people.part().await;
    Ok(())
}
