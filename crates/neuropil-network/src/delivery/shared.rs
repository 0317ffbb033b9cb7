//! Synapses that several networks have in common: drawn once, kept once.
//!
//! Which pairs are joined depends on the seed, the rule, both sides and the place of the connection
//! in its network, and on nothing else; networks that differ only in neurons, inputs, or the one
//! weight and delay of a projection have the same ones. What is shared is found by comparing the
//! connections themselves, so that a simulation built with a cache is the one built without.

use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use neuropil_core::Clock;

use super::bits::Bits;
use super::incoming::{Recipe, Storage, single_weight};
use super::rows::Rows;
use super::timed::TimedRows;
use crate::description::{BlockMatrix, Connection, Delay, Weight};

/// The pairs of a connection within a panel, without what they weigh.
#[derive(Debug, Clone)]
pub(crate) enum Wiring {
    /// Bits for pairs that are joined once, rows for the rest.
    Pairs { bits: Option<Arc<Bits>>, rows: Arc<Rows>, synapses: usize },
    /// With weights or delays per synapse.
    Timed(Arc<TimedRows>),
}

impl Wiring {
    fn bytes(&self) -> u64 {
        let bytes = match self {
            Self::Pairs { bits, rows, .. } => {
                bits.as_ref().map_or(0, |bits| bits.bytes()) + rows.bytes()
            }
            Self::Timed(rows) => rows.bytes(),
        };
        bytes as u64
    }
}

/// Everything that the pairs of a panel depend on. Whatever else they come to depend on belongs here.
#[derive(Debug, PartialEq)]
struct Key {
    /// Without its name and channel; also without weight and delay if both are single values.
    connection: Connection,
    index: usize,
    seed: u64,
    panel: Range<u32>,
    storage: Storage,
    /// Drawn delays are rounded to it.
    clock: Option<Clock>,
}

impl Key {
    fn new(recipe: &Recipe<'_, '_>, panel: &Range<u32>) -> Self {
        let mut connection = recipe.connection.clone();
        connection.name = String::new();
        connection.channel = None;
        let uniform = || Weight::Blocks(BlockMatrix::uniform(0.0));
        let clock = match (&connection.weight, &connection.delay) {
            (weight, Delay::Same(_)) if single_weight(weight).is_some() => {
                (connection.weight, connection.delay) = (uniform(), Delay::Same(1));
                None
            }
            // The matrix says how strong its blocks are, not who is joined.
            (Weight::Blocks(_), Delay::Same(_)) => {
                let values = BlockMatrix::new(1, 2, vec![0.0, 1.0]);
                let blocks = values.unwrap_or_else(|| BlockMatrix::uniform(0.0));
                (connection.weight, connection.delay) = (Weight::Blocks(blocks), Delay::Same(1));
                None
            }
            _ => Some(recipe.clock),
        };
        let (index, seed, storage) = (recipe.index, recipe.seed, recipe.storage);
        Self { connection, index, seed, panel: panel.clone(), storage, clock }
    }
}

#[derive(Debug)]
struct Entry {
    key: Key,
    wiring: OnceLock<Wiring>,
}

/// Synapses of networks that were built, kept for networks like them.
///
/// ```
/// # use neuropil_network::description::{ModelError, Network};
/// # fn scan(one: &Network, other: &Network) -> Result<(), ModelError> {
/// use neuropil_network::engine::{Options, Simulation, SynapseCache};
/// let cache = SynapseCache::with_limit(1 << 30);
/// let options = Options { threads: 1, ..Options::default() };
/// let first = Simulation::build_sharing(one, options, &cache)?;
/// let second = Simulation::build_sharing(other, options, &cache)?; // the same synapses in memory
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct SynapseCache {
    limit: u64,
    /// The last used ones at the end.
    entries: Mutex<Vec<Arc<Entry>>>,
}

impl SynapseCache {
    /// Keeps at most so many bytes of synapses beyond those in use; the last used ones stay.
    pub const fn with_limit(bytes: u64) -> Self {
        Self { limit: bytes, entries: Mutex::new(Vec::new()) }
    }

    /// Bytes that are kept.
    pub fn bytes(&self) -> u64 {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.iter().filter_map(|entry| entry.wiring.get()).map(Wiring::bytes).sum()
    }

    /// The wiring of a connection onto a panel, drawn unless it was drawn before. Who asks for what
    /// another thread is drawing waits for it.
    pub(super) fn wiring(
        &self,
        recipe: &Recipe<'_, '_>,
        panel: &Range<u32>,
        draw: impl FnOnce() -> Wiring,
    ) -> Wiring {
        let key = Key::new(recipe, panel);
        let entry = {
            let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
            let entry = match entries.iter().position(|entry| entry.key == key) {
                Some(place) => entries.remove(place),
                None => Arc::new(Entry { key, wiring: OnceLock::new() }),
            };
            entries.push(Arc::clone(&entry));
            entry
        };
        let wiring = entry.wiring.get_or_init(draw).clone();
        self.shrink();
        wiring
    }

    /// Forgets the least lately used entries beyond the limit.
    fn shrink(&self) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let mut left = self.limit;
        let mut fits = Vec::with_capacity(entries.len());
        for entry in entries.iter().rev() {
            let bytes = entry.wiring.get().map_or(0, Wiring::bytes);
            fits.push(bytes <= left);
            left = left.saturating_sub(bytes);
        }
        let mut fits = fits.into_iter().rev();
        entries.retain(|_| fits.next().unwrap_or(true));
    }
}
