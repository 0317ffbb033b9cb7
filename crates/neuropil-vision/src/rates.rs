//! Rates of all cells over time.

use rayon::prelude::*;

use crate::drive::Drives;
use crate::field::Unit;
use crate::nonlinearity::Nonlinearity;
use crate::screen::Screen;
use crate::temporal::{Propagator, System, Temporal};

/// Samples that are filtered before the nonlinearity is applied to all cells.
const BLOCK: usize = 256;

/// A stretch of time in which the drive does not change.
#[derive(Debug, Clone, Copy)]
struct Piece {
    /// Which of the propagators.
    propagator: usize,
    /// The frame that is seen; `None` before the first one has arrived.
    frame: Option<usize>,
}

/// Rates `[Hz]` of all units at the middle of `samples` intervals of `every_ms`: interval after interval,
/// one rate per unit.
///
/// The drive of a frame lasts until the next; between the changes the filter is solved exactly,
/// so that rates at the sampled moments have no error but rounding. Before the first frame the screen
/// was empty forever.
pub fn rates(
    drives: &Drives,
    units: &[Unit],
    screen: &Screen,
    temporal: &Temporal,
    nonlinearity: &Nonlinearity,
    (every_ms, samples): (f64, usize),
) -> Vec<f64> {
    let system = System::of(&temporal.kernel);
    let (propagators, pieces) = timetable(&system, screen, temporal.delay_ms, every_ms, samples);
    let mut out = vec![0.0; samples * units.len()];
    if units.is_empty() {
        return out;
    }
    let mut first = 0;
    let mut cells: Vec<State> = units
        .iter()
        .map(|unit| {
            let channels = unit.channels();
            let state =
                State::new(first..first + channels, temporal.rectified, &system, drives.rest());
            first += channels;
            state
        })
        .collect();
    let mut filtered = vec![0.0; BLOCK * units.len()];
    for (pieces, out) in pieces.chunks(BLOCK).zip(out.chunks_mut(BLOCK * units.len())) {
        filtered.par_chunks_mut(BLOCK).zip(&mut cells).for_each(|(course, cell)| {
            for (value, pieces) in course.iter_mut().zip(pieces) {
                for piece in pieces {
                    let row = piece.frame.map_or(drives.rest(), |frame| drives.frame(frame));
                    cell.advance(&propagators[piece.propagator], row);
                }
                *value = cell.output(&system);
            }
        });
        out.par_chunks_mut(units.len()).enumerate().for_each_init(
            || vec![0.0; units.len()],
            |drives, (k, rates)| {
                for (unit, drive) in drives.iter_mut().enumerate() {
                    *drive = filtered[unit * BLOCK + k];
                }
                let pool = nonlinearity.pool(drives);
                for (rate, drive) in rates.iter_mut().zip(&*drives) {
                    *rate = nonlinearity.rate_hz(*drive, pool);
                }
            },
        );
    }
    out
}

/// The pieces between one sampled moment and the next, for all samples.
fn timetable(
    system: &System,
    screen: &Screen,
    delay_ms: f64,
    every_ms: f64,
    samples: usize,
) -> (Vec<Propagator>, Vec<Vec<Piece>>) {
    let mut durations: Vec<f64> = Vec::new();
    let mut propagators = Vec::new();
    let mut pieces = Vec::with_capacity(samples);
    // A frame is seen from its beginning plus the delay on.
    let seen_ms = |frame: usize| screen.frame_ms(frame) + delay_ms;
    let (mut now, mut next) = (0.0, 0);
    for k in 0..samples {
        let end = (k as f64 + 0.5) * every_ms;
        let mut between = Vec::with_capacity(2);
        loop {
            let until = seen_ms(next).min(end);
            let ms = until - now;
            // Differences below a nanosecond are rounding.
            if ms > 1e-6 {
                let known = durations.iter().rev().take(64).position(|d| (d - ms).abs() <= 1e-9);
                let propagator = known.map_or(durations.len(), |k| durations.len() - 1 - k);
                if known.is_none() {
                    durations.push(ms);
                    propagators.push(system.propagator(ms));
                }
                between.push(Piece { propagator, frame: next.checked_sub(1) });
                now = until;
            }
            if seen_ms(next) > end {
                break;
            }
            next += 1;
        }
        pieces.push(between);
    }
    (propagators, pieces)
}

/// Where the filters of a cell have got to.
#[derive(Debug)]
struct State {
    channels: std::ops::Range<usize>,
    /// Whether the channels are joined and rectified before the filter.
    rectified: bool,
    /// State after state: one for each filter.
    filters: Vec<Vec<f64>>,
    /// The last drive of each filter.
    drives: Vec<f64>,
}

impl State {
    fn new(
        channels: std::ops::Range<usize>,
        rectified: bool,
        system: &System,
        rest: &[f64],
    ) -> Self {
        let mut state = Self { channels, rectified, filters: Vec::new(), drives: Vec::new() };
        state.drives = state.seen(rest);
        state.filters = state.drives.iter().map(|drive| system.rest(*drive)).collect();
        state
    }

    /// Inputs of the filters.
    fn seen(&self, row: &[f64]) -> Vec<f64> {
        let drives = &row[self.channels.clone()];
        match self.rectified {
            true => vec![joined(drives).max(0.0)],
            false => drives.to_vec(),
        }
    }

    fn advance(&mut self, propagator: &Propagator, row: &[f64]) {
        if self.rectified {
            self.drives[0] = joined(&row[self.channels.clone()]).max(0.0);
        } else {
            self.drives.copy_from_slice(&row[self.channels.clone()]);
        }
        for (state, drive) in self.filters.iter_mut().zip(&self.drives) {
            propagator.advance(state, *drive);
        }
    }

    fn output(&self, system: &System) -> f64 {
        match (&self.filters[..], &self.drives[..]) {
            ([first, second], [a, b]) => system.output(first, *a).hypot(system.output(second, *b)),
            ([first, ..], [a, ..]) => system.output(first, *a),
            _ => 0.0,
        }
    }
}

/// One drive of the filters of a cell.
fn joined(drives: &[f64]) -> f64 {
    match drives {
        [a, b] => a.hypot(*b),
        [a, ..] => *a,
        [] => 0.0,
    }
}
