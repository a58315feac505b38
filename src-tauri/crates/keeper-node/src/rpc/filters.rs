//! Filters that clients install and ask again and again.

use super::{
    error::RpcError,
    forms,
    logs::{self, LogQuery},
    params::{self, BlockId, Params},
};
use crate::{
    chain::{Chain, Event},
    store::{self, MAX_LOGS, Most},
};
use serde_json::Value;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::broadcast::{Receiver, error::TryRecvError};

/// A filter that nobody asks for so long is removed, as geth has it.
const UNUSED: Duration = Duration::from_secs(300);
/// Filters at most.
const MAX_FILTERS: usize = 1024;
/// Blocks told at once at most; the rest is told next time.
const MAX_BLOCKS: u64 = 10_000;

/// All installed filters.
#[derive(Default)]
pub(crate) struct Filters {
    installed: Mutex<Installed>,
}

#[derive(Default)]
struct Installed {
    last: u64,
    filters: HashMap<u64, Filter>,
}

struct Filter {
    /// Locked while one client is being told; others ask on meanwhile.
    kind: Arc<Mutex<Kind>>,
    asked: Instant,
}

enum Kind {
    /// Told up to this block.
    Logs(LogQuery, u64),
    /// Told up to this block.
    Blocks(u64),
    Pending(Receiver<Event>),
}

fn locked(chain: &Chain) -> MutexGuard<'_, Installed> {
    chain.shared.filters.installed.lock().unwrap_or_else(PoisonError::into_inner)
}

fn install(chain: &Chain, kind: Kind) -> Result<Value, RpcError> {
    let mut installed = locked(chain);
    let now = Instant::now();
    installed.filters.retain(|_, filter| now.duration_since(filter.asked) < UNUSED);
    if installed.filters.len() >= MAX_FILTERS {
        return Err(RpcError::new(-32005, format!("there are {MAX_FILTERS} filters already")));
    }
    installed.last += 1;
    let id = installed.last;
    installed.filters.insert(id, Filter { kind: Arc::new(Mutex::new(kind)), asked: now });
    Ok(forms::quantity(id))
}

pub(super) fn new_logs(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    params.at_most(1)?;
    let query = logs::query(params, 0)?;
    if query.block_hash.is_some() {
        return Err(RpcError::params("a filter for one block never changes: use eth_getLogs"));
    }
    let newest = chain.shared.newest();
    // Changes are what comes from now on, or from a block to come.
    let told = match query.from {
        Some(BlockId::Number(from)) if from > newest => from - 1,
        _ => newest,
    };
    install(chain, Kind::Logs(query, told))
}

pub(super) fn new_blocks(chain: &Chain) -> Result<Value, RpcError> {
    install(chain, Kind::Blocks(chain.shared.newest()))
}

pub(super) fn new_pending(chain: &Chain) -> Result<Value, RpcError> {
    install(chain, Kind::Pending(chain.shared.events.subscribe()))
}

fn missing() -> RpcError {
    RpcError::server("filter not found")
}

pub(super) fn changes(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    params.at_most(1)?;
    let id = params.need(0, params::number)?;
    told(chain, &mut kind(chain, id)?.lock().unwrap_or_else(PoisonError::into_inner))
}

/// A filter that is being asked.
fn kind(chain: &Chain, id: u64) -> Result<Arc<Mutex<Kind>>, RpcError> {
    let mut installed = locked(chain);
    let filter = installed.filters.get_mut(&id).ok_or_else(missing)?;
    filter.asked = Instant::now();
    Ok(Arc::clone(&filter.kind))
}

fn told(chain: &Chain, kind: &mut Kind) -> Result<Value, RpcError> {
    let newest = chain.shared.newest();
    match kind {
        Kind::Blocks(told) => {
            let to = newest.min(*told + MAX_BLOCKS);
            let hashes = chain.shared.store.read(|conn| {
                let hashes = (*told + 1..=to).map(|number| store::hash_of(conn, number));
                hashes.collect::<Result<Vec<_>, _>>()
            });
            let hashes: Vec<_> = hashes.map_err(|error: rusqlite::Error| RpcError::from(error))?;
            *told = to.max(*told);
            Ok(Value::Array(hashes.into_iter().flatten().map(forms::data).collect()))
        }
        Kind::Logs(query, told) => {
            let to = match query.to {
                Some(BlockId::Number(to)) => newest.min(to),
                _ => newest,
            };
            if to <= *told {
                return Ok(Value::Array(Vec::new()));
            }
            let mut rows = chain
                .shared
                .store
                .read(|conn| store::find_logs(conn, *told + 1, to, &query.filter, Most::First(MAX_LOGS + 1)))?;
            // Too many at once: whole blocks of them now, the others when asked again.
            let to = match rows.get(MAX_LOGS).map(|row| row.block) {
                Some(block) => {
                    rows.retain(|row| row.block < block);
                    block - 1
                }
                None => to,
            };
            if to == *told {
                return Err(logs::too_many());
            }
            *told = to;
            Ok(Value::Array(rows.iter().map(forms::log_row).collect()))
        }
        Kind::Pending(events) => {
            let mut hashes = Vec::new();
            loop {
                match events.try_recv() {
                    Ok(Event::Pending(hash)) => hashes.push(forms::data(hash)),
                    Ok(Event::Block(_)) | Err(TryRecvError::Lagged(_)) => {}
                    Err(TryRecvError::Empty | TryRecvError::Closed) => return Ok(Value::Array(hashes)),
                }
            }
        }
    }
}

pub(super) fn logs(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    params.at_most(1)?;
    let id = params.need(0, params::number)?;
    let query = match &*kind(chain, id)?.lock().unwrap_or_else(PoisonError::into_inner) {
        Kind::Logs(query, _) => query.clone(),
        _ => return Err(missing()),
    };
    let rows = chain.shared.store.read(|conn| logs::find(chain, conn, &query))?;
    Ok(Value::Array(rows.iter().map(forms::log_row).collect()))
}

pub(super) fn uninstall(chain: &Chain, params: &Params) -> Result<Value, RpcError> {
    params.at_most(1)?;
    let id = params.need(0, params::number)?;
    Ok(Value::Bool(locked(chain).filters.remove(&id).is_some()))
}
