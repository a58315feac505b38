//! From the publisher's disk over the gateway to the buyer's disk, hashed on the way; against the same work without a
//! gateway: read, hash, write.

use crate::{Outcome, people::People};
use api::{Buy, DownloadState, Event, GetQuote, PurchaseState, StartDownload};
use rand::RngCore as _;
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{Read, Write},
    path::Path,
    time::{Duration, Instant},
};

const MIB: usize = 1 << 20;
const SIZE: usize = 256 * MIB;

pub(crate) async fn measure() -> Outcome {
    println!("download: one file of {} MiB of random bytes, bought before", SIZE / MIB);
    let people = People::meet(1).await?;
    let file = people.path("random.bin");
    fill(&file)?;
    let did = people.publish(&file, "1").await?;
    let quote = people.buyer.ask(GetQuote { did, service: None }).await?;
    let mut events = people.buyer.events().await?;
    let order =
        Buy { did, service: None, max_price: quote.at_most, version: Some(quote.version), accepted: Vec::new() };
    let agreement = people.buyer.ask(order).await?.agreement;
    loop {
        match events.next().await.ok_or("the buyer's home has ended")? {
            Event::Purchase(view) if view.agreement == agreement && view.state == PurchaseState::Completed => break,
            Event::Purchase(view) if view.agreement == agreement && view.state.is_final() => {
                return Err(format!("the purchase ended {}", view.state.name()).into());
            }
            _ => {}
        }
    }

    let folder = people.path("bought");
    let began = Instant::now();
    let order = StartDownload { agreement, index: Some(0), folder: folder.to_string_lossy().into_owned() };
    people.buyer.ask(order).await?;
    loop {
        let Event::Download(view) = events.next().await.ok_or("the buyer's home has ended")? else { continue };
        match view.state {
            DownloadState::Done => break,
            DownloadState::Failed => {
                return Err(view.trouble.map_or_else(|| "it failed".into(), |t| t.message.to_string().into()));
            }
            _ => {}
        }
    }
    let through = began.elapsed();

    let began = Instant::now();
    copy(&file, &people.path("copied.bin"))?;
    let bare = began.elapsed();
    println!("  through the gateway       {}", speed(through));
    println!("  read, hash, write         {}", speed(bare));
    people.part().await;
    Ok(())
}

fn speed(took: Duration) -> String {
    let rate = SIZE as f64 / MIB as f64 / took.as_secs_f64();
    format!("{:.0} ms, {rate:.0} MiB/s", took.as_secs_f64() * 1000.0)
}

fn fill(path: &Path) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    let mut block = vec![0; MIB];
    for _ in 0..SIZE / MIB {
        rand::thread_rng().fill_bytes(&mut block);
        file.write_all(&block)?;
    }
    file.sync_all()
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    let (mut from, mut to) = (File::open(from)?, File::create(to)?);
    let mut hash = Sha256::new();
    let mut block = vec![0; MIB];
    loop {
        let read = from.read(&mut block)?;
        let Some(bytes) = block.get(..read).filter(|b| !b.is_empty()) else { break };
        hash.update(bytes);
        to.write_all(bytes)?;
    }
    std::hint::black_box(hash.finalize());
    to.sync_all()
}
