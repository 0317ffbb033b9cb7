//! Weights of few spikes, without a pass over all neurons.
//!
//! Turning counts into input costs such a pass for every projection, whatever arrives. Where few synapses are
//! active, the counts of those targets alone are turned into input; where the channel, moreover, does nothing but
//! add up in a state variable ([`crate::neurons::Sink`]), they go straight there and need no input buffer.
//! Products and sums are the same and in the same order, so that the choice changes no result.

use super::history::History;
use crate::delivery::{Incoming, Rows, Store};
use crate::neurons::Neurons;

/// Events per neuron from which on a pass over all neurons is cheaper.
const FEW: f64 = 0.7;

/// How the counts of a channel become input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// By a pass over all neurons.
    Pass,
    /// Target by target, into the input buffer.
    Targets,
    /// Target by target, into the state.
    State,
}

/// One input channel of a panel.
#[derive(Debug, Clone, Copy)]
struct Channel {
    /// Whether all counts onto it come from lists of targets.
    listed: bool,
    /// Whether nothing but counts from lists arrives at it, and it may go straight to the state.
    allowed: bool,
    /// Events of the step under way, if there is a spike.
    events: Option<f64>,
    /// What was chosen for the step.
    way: Way,
}

/// How the channels of a panel take their input.
#[derive(Debug)]
pub(super) struct Direct {
    channels: Vec<Channel>,
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
    /// Of so many channels, onto which these project.
    pub fn new(channels: usize, incoming: &[Incoming]) -> Self {
        let listed = |channel: usize| {
            incoming.iter().all(|i| match &i.store {
                Store::Counted { weight, bits, .. } => {
                    i.route.of(*weight) != channel || (bits.is_none() && i.release.is_none())
                }
                Store::Blocked { .. } | Store::Timed(_) => true,
            })
        };
        let channel = |channel| Channel {
            listed: listed(channel),
            allowed: false,
            events: None,
            way: Way::Pass,
        };
        Self { channels: (0..channels).map(channel).collect() }
    }

    /// Allows a channel to go straight to the state, if nothing but counts from lists arrives.
    pub fn allow(&mut self, channel: usize, incoming: &[Incoming]) {
        let counted = |i: &Incoming| matches!(i.store, Store::Counted { .. }) || i.synapses == 0;
        let own = &mut self.channels[channel];
        own.allowed = own.listed && incoming.iter().all(counted);
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
        self.channels.iter_mut().for_each(|channel| channel.events = None);
        for listed in incoming.iter().filter_map(|incoming| Listed::new(incoming, now)) {
            if !listed.spikes.is_empty() {
                let more = listed.spikes.len() as f64 * listed.rows.mean_length();
                let events = &mut self.channels[listed.channel].events;
                *events = Some(events.unwrap_or(0.0) + more);
            }
        }
        let most = FEW * len as f64;
        let mut folds = false;
        for (k, channel) in self.channels.iter_mut().enumerate() {
            channel.way = match channel.events {
                Some(events) if channel.listed && events < most => {
                    let direct = channel.allowed && neurons.sink(k).is_some();
                    if direct { Way::State } else { Way::Targets }
                }
                _ => Way::Pass,
            };
            folds |= channel.events.is_some() && channel.way == Way::Pass;
        }
        folds
    }

    /// How many channels there are.
    pub fn channels(&self) -> usize {
        self.channels.len()
    }

    /// Whether a channel goes straight to the state in this step.
    #[inline(always)]
    pub fn to_state(&self, channel: usize) -> bool {
        self.channels[channel].way == Way::State
    }

    /// Whether the counts of a channel are turned into input target by target, into the buffer.
    #[inline(always)]
    pub fn by_target(&self, channel: usize) -> bool {
        self.channels[channel].way == Way::Targets
    }

    /// Whether the counts of a channel wait for a pass over all neurons.
    #[inline(always)]
    pub fn by_pass(&self, channel: usize) -> bool {
        self.channels[channel].way == Way::Pass
    }
}

/// Turns the counts of the targets of a channel into input; they are zero afterwards.
pub(super) fn sum_targets(
    channel: usize,
    (incoming, counts): (&[Incoming], &mut [Vec<u16>]),
    now: (u64, &History),
    sums: &mut [f64],
) {
    for (incoming, counts) in incoming.iter().zip(counts).filter(|(_, c)| !c.is_empty()) {
        if let Some(listed) = Listed::new(incoming, now).filter(|l| l.channel == channel) {
            listed.each(|t| {
                sums[t] += listed.weight * f64::from(std::mem::take(&mut counts[t]));
            });
        }
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
