//! Populations of neurons whose equations have no closed solution.
//!
//! In a step: (1) the state is integrated over the step by [`super::adaptive`], which also handles
//! spikes of models that may fire within it; (2) [`Model::finish`]: threshold and refractory time of
//! the other models; (3) weights that arrive are added to the synaptic variables (channel 1 with its
//! negative sign turned, where inhibition is kept positive); (4) the stimulus current is read for
//! the next step.

use std::marker::PhantomData;
use std::ops::Range;

use super::adaptive::{GROUP, Group, System};
use super::columns::{MOST, Numbers, TILE};
use super::contract::{Arrivals, Build, Fault, Neurons, Order, Sink};
use super::drive::Drive;
use super::lanes::{housekeeping, or_zeros};
use super::table::{Given, Table};
use crate::description::ModelError;

/// What a model adds to its equations.
pub(super) trait Model<const N: usize>: System<N> {
    /// State variable of each entry of [`super::ModelInfo::variables`].
    const VARIABLES: &'static [usize];

    /// State variables that arriving weights are added to; `None` if they move the potential.
    const INPUTS: Option<[usize; 2]>;

    /// Factors on the arriving weights.
    fn kicks(row: &Self::Row) -> [f64; 2];

    /// End of the step, given the potential at its beginning: new state, refractory steps left, and
    /// whether [`Model::fire`] must look at it. Without branches.
    fn finish(row: &Self::Row, before: f64, y: [f64; N], hold: f64) -> ([f64; N], f64, bool);

    /// The rare path of [`Model::finish`].
    ///
    /// # Errors
    /// Name and value of a variable that is out of bounds.
    fn fire(
        _row: &Self::Row,
        _y: &mut [f64; N],
        _hold: &mut f64,
    ) -> Result<bool, (&'static str, f64)> {
        Ok(false)
    }

    /// Discount per refractory step of jumps that are kept until the neuron is free; 0 drops them.
    fn keep(_row: &Self::Row) -> f64 {
        0.0
    }
}

// A group is half a tile.
const _: () = assert!(TILE == 2 * GROUP);

pub(super) struct Nonlinear<M: Model<N>, const N: usize> {
    rows: Table<M::Row>,
    arch: pulp::Arch,
    dt: f64,
    state: [Vec<f64>; N],
    /// Refractory steps left.
    hold: Vec<f64>,
    /// Sub-step that the integrator would try next.
    suggestion: Vec<f64>,
    drive: Drive,
    /// Jumps kept for the end of the refractory time; empty if none are.
    stored: Vec<f64>,
    group: Box<Group<N>>,
    rest: Box<Group<N>>,
}

impl<M: Model<N>, const N: usize> Nonlinear<M, N> {
    /// Neurons in the given state.
    ///
    /// # Errors
    /// [`ModelError::Parameter`] for a current that is not finite.
    pub fn new(
        given: &Given<'_>,
        build: &Build<'_>,
        rows: Table<M::Row>,
        state: [Vec<f64>; N],
    ) -> Result<Self, ModelError> {
        let keeps = rows.any(build.size, |row| M::keep(row) > 0.0);
        Ok(Self {
            rows,
            arch: pulp::Arch::new(),
            dt: build.clock.dt_ms(),
            state,
            hold: vec![0.0; build.size],
            suggestion: vec![build.clock.dt_ms(); build.size],
            drive: Drive::new(given, build)?,
            stored: vec![0.0; if keeps { build.size } else { 0 }],
            group: Box::new(Group::new()),
            rest: Box::new(Group::new()),
        })
    }

    /// Jumps of refractory neurons are dropped or stored, those of free ones get back what was
    /// stored.
    fn jumps(&mut self, first: usize, n: usize) {
        if self.stored.is_empty() {
            return;
        }
        for k in 0..n {
            let (keep, neuron) = (M::keep(&self.rows.at(first + k)), first + k);
            if keep > 0.0 && self.hold[neuron] > 0.0 {
                self.stored[neuron] += self.group.jump[k] * keep.powi(self.hold[neuron] as i32);
            } else if keep > 0.0 {
                self.group.jump[k] += std::mem::take(&mut self.stored[neuron]);
            }
        }
    }

    /// One step of neurons `first..first + n`, at most a group of them.
    fn advance_group(
        &mut self,
        (first, n): (usize, usize),
        arriving: [&[f64]; 2],
        spikes: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        let part = first..first + n;
        let group = &mut self.group;
        for i in 0..N {
            group.y[i][..n].copy_from_slice(&self.state[i][part.clone()]);
        }
        group.hold[..n].copy_from_slice(&self.hold[part.clone()]);
        group.h[..n].copy_from_slice(&self.suggestion[part.clone()]);
        group.current[..n].copy_from_slice(self.drive.of(part.clone()));
        let clamps = self.drive.clamped(part.clone());
        let clamped = clamps.is_some();
        if let Some(clamped) = clamps {
            group.conductance[..n].copy_from_slice(clamped.conductance);
            let sums = group.current.iter_mut().zip(clamped.pull);
            sums.for_each(|(current, pull)| *current += pull);
        }
        if M::INPUTS.is_none() {
            group.jump[..n].copy_from_slice(arriving[0]);
            self.jumps(first, n);
        }
        let (groups, time) = ((&mut *self.group, &mut *self.rest), (n, self.dt));
        macro_rules! step {
            ($rows:expr) => {
                if clamped {
                    step::<M, N, true>(self.arch, $rows, groups, time, arriving)
                } else {
                    step::<M, N, false>(self.arch, $rows, groups, time, arriving)
                }
            };
        }
        let marked = match &self.rows {
            Table::Same(row) => {
                let row = *row;
                step!(move |_| row)
            }
            Table::Each(tiles) => {
                let half = first / GROUP % 2;
                let mut own = [[0.0; GROUP]; MOST];
                for (own, all) in own.iter_mut().zip(tiles.tile(first / TILE)) {
                    *own = all.as_chunks().0[half];
                }
                step!(|k| M::Row::read(0, &|i: usize| own[i][k]))
            }
        };
        let marked = marked.map_err(|fault| Fault { neuron: first + fault.neuron, ..fault })?;
        let group = &mut self.group;
        if marked {
            for k in 0..n {
                let mut count = std::mem::take(&mut group.spikes[k]);
                if group.mark[k] != 0.0 {
                    let mut y: [f64; N] = std::array::from_fn(|i| group.next[i][k]);
                    count += u32::from(
                        M::fire(&self.rows.at(first + k), &mut y, &mut group.hold[k]).map_err(
                            |(variable, value)| Fault {
                                neuron: first + k,
                                variable: variable.into(),
                                value,
                            },
                        )?,
                    );
                    for i in 0..N {
                        group.next[i][k] = y[i];
                    }
                }
                spikes.extend((0..count).map(|_| (first + k) as u32));
            }
        }
        for i in 0..N {
            self.state[i][part.clone()].copy_from_slice(&group.next[i][..n]);
        }
        self.hold[part.clone()].copy_from_slice(&group.hold[..n]);
        self.suggestion[part].copy_from_slice(&group.h[..n]);
        Ok(())
    }
}

/// One step of a group; says whether any of its neurons needs [`Model::fire`] or has spiked.
fn step<M: Model<N>, const N: usize, const CLAMPED: bool>(
    arch: pulp::Arch,
    rows: impl Fn(usize) -> M::Row + Copy,
    (group, rest): (&mut Group<N>, &mut Group<N>),
    (n, dt): (usize, f64),
    arriving: [&[f64]; 2],
) -> Result<bool, Fault> {
    let spiked = group.advance::<M, CLAMPED>(arch, rows, (n, dt), rest)?;
    let model = PhantomData::<M>;
    Ok(arch.dispatch(Finish { group, rows, n, arriving, model }) | spiked)
}

/// The end of the step for the first `n` neurons of a group; says whether any is marked.
struct Finish<'a, M, F, const N: usize> {
    group: &'a mut Group<N>,
    rows: F,
    n: usize,
    arriving: [&'a [f64]; 2],
    model: PhantomData<M>,
}

impl<M: Model<N>, F: Fn(usize) -> M::Row, const N: usize> pulp::NullaryFnOnce
    for Finish<'_, M, F, N>
{
    type Output = bool;

    #[inline(always)]
    fn call(self) -> bool {
        let Self { group, rows, arriving, .. } = self;
        let n = if self.n < GROUP { self.n } else { GROUP };
        let mut marked = false;
        for k in 0..n {
            let mut y = [0.0; N];
            for i in 0..N {
                y[i] = group.next[i][k];
            }
            let (y, hold, mark) = M::finish(&rows(k), group.y[0][k], y, group.hold[k]);
            marked |= mark;
            group.mark[k] = if mark { 1.0 } else { 0.0 };
            group.hold[k] = hold;
            for i in 0..N {
                group.next[i][k] = y[i];
            }
        }
        if let Some(inputs) = M::INPUTS {
            for (channel, i) in inputs.into_iter().enumerate() {
                let weights = &arriving[channel][..n];
                for k in 0..n {
                    group.next[i][k] += M::kicks(&rows(k))[channel] * weights[k];
                }
            }
        }
        marked
    }
}

impl<M: Model<N>, const N: usize> Neurons for Nonlinear<M, N> {
    fn advance(
        &mut self,
        block: Range<usize>,
        step: u64,
        arrivals: &Arrivals<'_>,
        spikes: &mut Vec<u32>,
    ) -> Result<(), Fault> {
        let channels = arrivals.pair().map(|weights| or_zeros(weights, block.len()));
        for base in (0..block.len()).step_by(GROUP) {
            let n = GROUP.min(block.len() - base);
            let arriving = channels.map(|weights| &weights[base..base + n]);
            self.advance_group((block.start + base, n), arriving, spikes)?;
        }
        self.drive.store(block.clone(), arrivals);
        let mut columns = self.state.each_mut().map(|column| &mut column[block.clone()]);
        if let ([v, others @ ..], Some(_)) = (&mut columns[..], M::INPUTS) {
            housekeeping(step, block.start, v, others)?;
        }
        Ok(())
    }

    fn sink(&mut self, channel: usize) -> Option<Sink<'_>> {
        let (inputs, row) = (M::INPUTS?, self.rows.same()?);
        let (column, factor) = (&mut self.state[inputs[channel]], M::kicks(row)[channel]);
        Some(Sink { column, factor, order: Order::After })
    }

    fn read(&self, variable: usize, neuron: usize) -> f64 {
        self.state[M::VARIABLES[variable]][neuron]
    }

    fn clamp(&self, neuron: usize) -> [f64; 2] {
        self.drive.clamp_of(neuron)
    }
}
