//! Events into and out of point processes and artificial cells.

/// One event for one instance.
#[derive(Debug, PartialEq)]
pub struct Event<'a> {
    /// Which instance receives it.
    pub instance: usize,
    /// Time of arrival `[ms]`; what the file sees as `t`.
    pub t_ms: f64,
    /// 0 for an event from outside, else the flag of the `net_send` that caused it.
    pub flag: f64,
    /// The connection's own numbers, weight first; the mechanism may change all of them. A
    /// self-event carries the numbers of the connection whose event asked for it (zeros when
    /// `INITIAL` asked).
    pub arguments: &'a mut [f64],
}

/// What an instance asks for in return.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Emission {
    /// `net_send(delay, flag)`: deliver an event with this flag to the same instance.
    ToSelf {
        /// The instance.
        instance: usize,
        /// When to deliver `[ms]`, absolute.
        t_ms: f64,
        /// Flag to deliver it with.
        flag: f64,
    },
    /// `net_event(t)`: a spike for everything that listens to the instance.
    Spike {
        /// The instance.
        instance: usize,
        /// Time of the spike `[ms]`.
        t_ms: f64,
    },
    /// `net_move(t)`: deliver the one outstanding self-event at another time.
    MoveSelf {
        /// The instance.
        instance: usize,
        /// When to deliver it instead `[ms]`, absolute.
        t_ms: f64,
    },
}
