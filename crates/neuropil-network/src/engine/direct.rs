//! Weights of few spikes, added straight to the state of the neurons.
//!
//! Input buffers cost a pass over all neurons whatever arrives. Where a channel does nothing but add up in a
//! state variable ([`crate::neurons::Sink`]) and few synapses are active, the counts of those targets alone are
//! turned into input: the same products and sums in the same order, so that the choice changes no result.

use super::history::History;
use crate::delivery::{Incoming, Rows, Store};
use crate::neurons::Neurons;

/// Events per neuron from which on a pass over all neurons is cheaper.
const FEW: f64 = 0.7;

/// Which channels of a panel go straight to the state.
#[derive(Debug, Default)]
pub(super) struct Direct {
    /// If few spikes arrive.
    allowed: Vec<bool>,
    /// In the step under way.
    now: Vec<bool>,
    /// Events of the step under way, if there is a spike.
    events: Vec<Option<f64>>,
}

/// Spikes of a projection that arrive in a step, as far as they are delivered as counts from lists.
struct Listed<'a> {
    weight: f64,
    channel: usize,
    rows: &'a Rows,
    spikes: &'a [u32],
    first: u32,
}

impl<'a> Listed<'a> {
    #[inline]
    fn new(incoming: &'a Incoming, (step, history): (u64, &'a History)) -> Option<Self> {
        let Store::Counted { weight, delay, rows, .. } = &incoming.store else { return None };
        Some(Self {
            weight: *weight,
            channel: incoming.route.of(*weight),
            rows,
            spikes: incoming.spikes(step, *delay, history),
            first: incoming.source.first,
        })
    }

    /// Calls `visit` for the target of every event.
    #[inline(always)]
    fn each(&self, mut visit: impl FnMut(usize)) {
        for neuron in self.spikes {
            self.rows.of(neuron - self.first).iter().for_each(|t| visit(usize::from(*t)));
        }
    }
}

impl Direct {
    /// Allows it for a channel, if all projections onto it deliver counts from lists of targets.
    pub fn allow(&mut self, channel: usize, incoming: &[Incoming]) {
        let lists = |i: &Incoming| match &i.store {
            Store::Counted { weight, bits, .. } => {
                i.route.of(*weight) != channel || (bits.is_none() && i.release.is_none())
            }
            Store::Blocked { .. } | Store::Timed(_) => i.synapses == 0,
        };
        for list in [&mut self.allowed, &mut self.now] {
            list.resize(list.len().max(channel + 1), false);
        }
        self.allowed[channel] = incoming.iter().all(lists);
    }

    /// Chooses for a step, given the projections onto a panel of `len` neurons; says whether any counts
    /// are left for the blocks to fold.
    pub fn choose(
        &mut self,
        incoming: &[Incoming],
        len: usize,
        now: (u64, &History),
        neurons: &mut dyn Neurons,
    ) -> bool {
        self.events.clear();
        self.events.resize(self.now.len(), None);
        let mut folds = false;
        for listed in incoming.iter().filter_map(|incoming| Listed::new(incoming, now)) {
            if listed.spikes.is_empty() {
                continue;
            }
            match self.events.get_mut(listed.channel) {
                Some(events) => {
                    let more = listed.spikes.len() as f64 * listed.rows.mean_length();
                    *events = Some(events.unwrap_or(0.0) + more);
                }
                None => folds = true,
            }
        }
        let most = FEW * len as f64;
        for (channel, now) in self.now.iter_mut().enumerate() {
            *now = match self.events[channel] {
                None => false,
                Some(events) => {
                    let direct = self.allowed[channel] && events < most;
                    direct && neurons.sink(channel).is_some()
                }
            };
            folds |= self.events[channel].is_some() && !*now;
        }
        folds
    }

    /// How many channels may have been chosen.
    pub fn channels(&self) -> usize {
        self.now.len()
    }

    /// Whether a channel was chosen for this step.
    #[inline(always)]
    pub fn holds(&self, channel: usize) -> bool {
        self.now.get(channel).is_some_and(|now| *now)
    }
}

/// Hands the summed weight of every target that has counts to `add`; the counts are zero afterwards. Sums of
/// several projections are formed in `sums`, which is all zeros before and after.
pub(super) fn each_sum(
    channel: usize,
    (incoming, counts): (&[Incoming], &mut [Vec<u16>]),
    now: (u64, &History),
    sums: &mut [f64],
    mut add: impl FnMut(usize, f64),
) {
    let active = |incoming| {
        Listed::new(incoming, now).filter(|l| l.channel == channel && !l.spikes.is_empty())
    };
    let several = incoming.iter().filter_map(active).nth(1).is_some();
    for (incoming, counts) in incoming.iter().zip(counts).filter(|(_, c)| !c.is_empty()) {
        let Some(listed) = active(incoming) else { continue };
        let weight = |count: &mut u16| listed.weight * f64::from(std::mem::take(count));
        if several {
            listed.each(|t| sums[t] += weight(&mut counts[t]));
        } else {
            listed.each(|t| add(t, weight(&mut counts[t])));
        }
    }
    if several {
        for listed in incoming.iter().filter_map(active) {
            listed.each(|t| add(t, std::mem::take(&mut sums[t])));
        }
    }
}
