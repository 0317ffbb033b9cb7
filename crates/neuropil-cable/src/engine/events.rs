//! What is on its way to the point processes of a group.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// Where an event comes from; decides the order among events of one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// A connection, by its number in the model.
    Connection(u32),
    /// Handed in from outside, by order of arrival.
    Outside(u64),
    /// A stream, by its number in the model; carries its index in the group.
    Stream(u32, u32),
    /// The instance itself; valid while the version is current.
    Itself(u32),
}

/// An event that waits for its step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival {
    /// Stamp at which it is delivered.
    pub(crate) step: u64,
    /// Its own time `[ms]`.
    pub(crate) t_ms: f64,
    pub(crate) origin: Origin,
    pub(crate) block: u32,
    pub(crate) instance: u32,
    /// First of its arguments in the group's store.
    pub(crate) arguments: u32,
    pub(crate) flag: f64,
}

/// Arrivals ordered by step, time, origin, then order of entry.
#[derive(Debug, Clone, Default)]
pub(crate) struct Queue {
    heap: BinaryHeap<Reverse<Entry>>,
    entered: u64,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    arrival: Arrival,
    entered: u64,
}

impl Queue {
    pub(crate) fn push(&mut self, arrival: Arrival) {
        self.heap.push(Reverse(Entry { arrival, entered: self.entered }));
        self.entered += 1;
    }

    /// The next event due at a stamp, if any.
    pub(crate) fn pop_due(&mut self, step: u64) -> Option<Arrival> {
        let due = self.heap.peek().is_some_and(|e| e.0.arrival.step <= step);
        if due { self.heap.pop().map(|e| e.0.arrival) } else { None }
    }
}

impl Entry {
    fn order(&self, other: &Self) -> Ordering {
        let (a, b) = (&self.arrival, &other.arrival);
        (a.step.cmp(&b.step))
            .then_with(|| a.t_ms.total_cmp(&b.t_ms))
            .then_with(|| a.origin.cmp(&b.origin))
            .then_with(|| self.entered.cmp(&other.entered))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.order(other) == Ordering::Equal
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order(other)
    }
}

/// Stamp at which an event of time `t_ms` is delivered: the nearest, half a step rounding down.
pub(crate) fn stamp(t_ms: f64, dt_ms: f64) -> u64 {
    // 1e-9 absorbs the representation error of decimal steps.
    (t_ms / dt_ms - 0.5 - 1e-9).ceil().max(0.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_by_time_then_origin_then_entry() {
        let mut queue = Queue::default();
        let event = |step, t_ms, origin, flag| Arrival {
            step,
            t_ms,
            origin,
            block: 0,
            instance: 0,
            arguments: 0,
            flag,
        };
        queue.push(event(2, 0.2, Origin::Connection(0), 5.0));
        queue.push(event(1, 0.1, Origin::Itself(0), 4.0));
        queue.push(event(1, 0.1, Origin::Connection(7), 2.0));
        queue.push(event(1, 0.1, Origin::Connection(7), 3.0));
        queue.push(event(1, 0.05, Origin::Stream(0, 0), 1.0));
        let first: Vec<f64> = std::iter::from_fn(|| queue.pop_due(1)).map(|e| e.flag).collect();
        assert_eq!(first, [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(queue.pop_due(2).map(|e| e.flag), Some(5.0));
    }

    #[test]
    fn an_event_goes_to_the_nearest_stamp() {
        for (t, step) in [(0.0, 0), (0.012, 0), (0.0125, 0), (0.0126, 1), (0.025, 1), (10.0, 400)] {
            assert_eq!(stamp(t, 0.025), step, "{t} ms");
        }
    }
}
