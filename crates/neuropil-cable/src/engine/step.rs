//! One step of a group, and its beginning.

use neuropil_mechanism::contract::{Emission, Event};

use super::block::{Block, Source};
use super::events::{Arrival, Origin, stamp};
use super::group::{Emitted, Group};
use super::ions::{Follow, follow_concentrations};
use super::probe::View;
use crate::error::RunError;
use crate::tree::Verdict;

/// Which kernels are run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kernel {
    Currents,
    Advance,
}

/// On which blocks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Blocks {
    All,
    /// Those that receive events.
    Receiving,
    /// Those that do not.
    Silent,
}

impl Group {
    /// Runs every INITIAL, delivers the events of time 0, evaluates currents and samples stamp 0.
    /// Blocks that write concentrations come first, then Nernst potentials, then the others. Under
    /// Crank–Nicolson the states are then moved to where they belong, half a step ahead.
    pub(crate) fn initialize(&mut self) -> Result<(), RunError> {
        for block in &mut self.blocks {
            block.instances.keep_only(&block.watched);
        }
        for writers in [true, false] {
            for k in 0..self.blocks.len() {
                if self.blocks[k].writes_ions == writers {
                    self.initialize_block(k)?;
                }
            }
            self.follow(Follow::AtStart);
        }
        self.fold_ohmic()?;
        self.deliver()?;
        self.prepare_spread(self.scheme).map_err(|fault| self.fault(fault))?;
        if self.centred {
            if self.care.iter().any(|care| care.current_read) {
                // Pools integrate the ion currents of time 0 over the first half step.
                self.columns.clear_currents();
                self.kernel(Kernel::Currents, Blocks::All, self.dt_ms)?;
                self.keep_ion_currents();
            }
            self.kernel(Kernel::Advance, Blocks::All, 0.5 * self.dt_ms)?;
            self.spread();
            self.follow(Follow::Always);
        }
        self.currents()?;
        self.sample();
        Ok(())
    }

    fn initialize_block(&mut self, k: usize) -> Result<(), RunError> {
        let mut emissions = std::mem::take(&mut self.emissions);
        fetch_pointers(&mut self.blocks, k, &self.columns.v);
        let mut around = self.columns.around(0.0, self.dt_ms, self.celsius);
        let done = self.blocks[k].instances.initialize(&mut around, &mut emissions);
        done.map_err(|fault| self.fault(fault))?;
        let sent = self.emit(k, &emissions);
        emissions.clear();
        self.emissions = emissions;
        sent
    }

    /// Lets a connection's stored numbers be set by its mechanism.
    pub(crate) fn open_connection(
        &mut self,
        block: u32,
        instance: u32,
        at: u32,
        count: usize,
    ) -> Result<(), RunError> {
        let arguments = &mut self.arguments[at as usize..at as usize + count];
        let mut around = self.columns.around(0.0, self.dt_ms, self.celsius);
        let instances = &mut self.blocks[block as usize].instances;
        let done = instances.open_connection(instance as usize, arguments, &mut around);
        done.map_err(|fault| self.fault(fault))
    }

    /// Advances to a stamp. On an error the state is that of the failed step; what was sampled
    /// before stays.
    pub(crate) fn advance_to(&mut self, until: u64) -> Result<(), RunError> {
        while self.step < until {
            self.advance_one()?;
        }
        Ok(())
    }

    fn advance_one(&mut self) -> Result<(), RunError> {
        let verdict = if self.is_damped() { self.solve_damped() } else { self.solve() };
        self.after_solution(verdict)
    }

    /// The rest of a step whose potentials have been found.
    pub(super) fn after_solution(&mut self, verdict: Verdict) -> Result<(), RunError> {
        if verdict == Verdict::Runaway {
            return Err(self.runaway());
        }
        self.detect();
        if self.extrapolation == 2.0 {
            self.correct_ion_currents();
        }
        self.spread();
        self.step += 1;
        if self.centred {
            self.advance_around_events()?;
            if self.spread() {
                self.follow(Follow::Always);
            }
        } else {
            self.kernel(Kernel::Advance, Blocks::All, self.dt_ms)?;
            self.spread();
            self.follow(Follow::Always);
            self.deliver()?;
        }
        self.currents()?;
        self.sample();
        Ok(())
    }

    /// States go from half a step before the stamp to half a step after it; what receives events
    /// does so in two halves with the events in between, so that they act at their own time.
    fn advance_around_events(&mut self) -> Result<(), RunError> {
        self.kernel(Kernel::Advance, Blocks::Silent, self.dt_ms)?;
        self.kernel(Kernel::Advance, Blocks::Receiving, 0.5 * self.dt_ms)?;
        self.follow(Follow::Always);
        self.deliver()?;
        self.kernel(Kernel::Advance, Blocks::Receiving, 0.5 * self.dt_ms)?;
        if self.blocks.iter().any(|b| b.receives && b.writes_ions) {
            self.follow(Follow::Always);
        }
        Ok(())
    }

    pub(super) fn is_damped(&self) -> bool {
        self.damped.contains(&self.step)
    }

    fn solve(&mut self) -> Verdict {
        let c = &mut self.columns;
        let verdict = self.system.step(&mut c.v, &mut self.before, &c.i, &c.g, self.bound_mv);
        if self.wants_membrane {
            self.membrane_na.fill(0.0);
            self.measure_membrane(self.extrapolation, 1.0);
        }
        verdict
    }

    /// Two half steps of backward Euler, the membrane current linearised at the beginning.
    fn solve_damped(&mut self) -> Verdict {
        self.membrane_na.fill(0.0);
        let start = self.columns.v.clone();
        let mut verdict = Verdict::Sound;
        for _ in 0..2 {
            let c = &mut self.columns;
            let half = self.system.half_step(&mut c.v, &mut self.before, &c.i, &c.g, self.bound_mv);
            if half == Verdict::Runaway {
                verdict = half;
            }
            if self.wants_membrane {
                self.measure_membrane(1.0, 0.5);
            }
            self.follow_damped_half();
        }
        self.before = start;
        verdict
    }

    /// Moves the membrane current, as linearised at the beginning, to the end of a half step.
    pub(super) fn follow_damped_half(&mut self) {
        let c = &mut self.columns;
        for k in 0..c.v.len() {
            c.i[k] += c.g[k] * (c.v[k] - self.before[k]);
        }
        for e in &mut self.electrodes {
            e.added.0 += e.added.1 * (c.v[e.node] - self.before[e.node]);
        }
    }

    /// Upward threshold crossings between the last two potentials.
    fn detect(&mut self) {
        for d in &self.detectors {
            let (from, to) = (self.before[d.node], self.columns.v[d.node]);
            if from < d.threshold_mv && to >= d.threshold_mv {
                let offset = (to - d.threshold_mv) / (to - from);
                // The crossing lies after the beginning of the step: an offset of 1 is rounding.
                let offset = offset.min(1.0 - f64::EPSILON);
                self.spikes.push(Emitted { step: self.step + 1, source: d.source, offset });
            }
        }
    }

    /// Adds the ionic and capacitive current of each node over the last implicit step, without
    /// electrodes.
    pub(super) fn measure_membrane(&mut self, extrapolation: f64, weight: f64) {
        let c = &self.columns;
        for k in 0..c.v.len() {
            let change = (c.v[k] - self.before[k]) / extrapolation;
            let (i, g) = self.ohmic.at(k, self.before[k]);
            let (i, g) = (c.i[k] + i, c.g[k] + g);
            let total = self.cap_us[k] * change + self.area_factor[k] * (i + g * change);
            self.membrane_na[k] += weight * total;
        }
        for e in &self.electrodes {
            let change = (c.v[e.node] - self.before[e.node]) / extrapolation;
            let own = e.added.0 + e.added.1 * change;
            self.membrane_na[e.node] -= weight * self.area_factor[e.node] * own;
        }
    }

    /// Ion currents for whoever integrates them. They were found for the half step, at which the
    /// states stand; pools then go from there to the next half step, so that their middle, the stamp,
    /// is what counts: it is extrapolated from this half step and the one before. Without centring
    /// the half step is taken, as in NEURON.
    fn correct_ion_currents(&mut self) {
        let (c, first) = (&mut self.columns, self.step == 0);
        for (care, ion) in self.care.iter_mut().zip(&mut c.ions) {
            for (&node, last) in care.nodes.iter().zip(&mut care.last_ma_cm2) {
                let k = node as usize;
                let change = 0.5 * (c.v[k] - self.before[k]);
                let half = ion.current_ma_cm2[k] + ion.conductance_s_cm2[k] * change;
                ion.current_ma_cm2[k] = match (self.centred, first) {
                    (false, _) => half,
                    (true, false) => 1.5 * half - 0.5 * *last,
                    // Before the first step only the current of time 0 is known.
                    (true, true) => 2.0 * half - *last,
                };
                *last = half;
            }
        }
    }

    /// Keeps the ion currents of time 0.
    fn keep_ion_currents(&mut self) {
        for (care, ion) in self.care.iter_mut().zip(&self.columns.ions) {
            for (&node, last) in care.nodes.iter().zip(&mut care.last_ma_cm2) {
                *last = ion.current_ma_cm2[node as usize];
            }
        }
    }

    fn follow(&mut self, least: Follow) {
        for (care, ion) in self.care.iter().zip(&mut self.columns.ions) {
            if care.follow >= least {
                follow_concentrations(ion, &care.nodes, self.celsius);
            }
        }
    }

    fn currents(&mut self) -> Result<(), RunError> {
        self.columns.clear_currents();
        self.kernel(Kernel::Currents, Blocks::All, self.dt_ms)?;
        let (t, to) = (self.time(self.step as f64), self.time((self.step + 1) as f64));
        let c = &mut self.columns;
        for electrode in &mut self.electrodes {
            electrode.apply(t, to, &c.v, &mut c.i, &mut c.g);
        }
        Ok(())
    }

    fn kernel(&mut self, kernel: Kernel, which: Blocks, dt_ms: f64) -> Result<(), RunError> {
        let half = if kernel == Kernel::Currents { 0.5 } else { 0.0 };
        let t_ms = self.time(self.step as f64 + half);
        for k in 0..self.blocks.len() {
            let receives = self.blocks[k].receives;
            if which != Blocks::All && receives != (which == Blocks::Receiving) {
                continue;
            }
            if self.blocks[k].ohmic {
                if kernel == Kernel::Currents && !self.blocks[k].watched.is_empty() {
                    self.watch_ohmic(k, t_ms)?;
                }
                continue;
            }
            fetch_pointers(&mut self.blocks, k, &self.columns.v);
            let block = &mut self.blocks[k];
            if let Some(table) = &mut block.table
                && kernel == Kernel::Advance
                && dt_ms == self.dt_ms
            {
                table.advance(&mut block.instances, &self.columns.v);
                continue;
            }
            let mut around = self.columns.around(t_ms, dt_ms, self.celsius);
            let instances = &mut block.instances;
            let done = match kernel {
                Kernel::Currents => instances.currents(&mut around),
                Kernel::Advance => instances.advance(&mut around),
            };
            done.map_err(|fault| self.fault(fault))?;
        }
        Ok(())
    }

    /// Delivers everything due at the present stamp, in order of time and origin.
    fn deliver(&mut self) -> Result<(), RunError> {
        while let Some(arrival) = self.queue.pop_due(self.step) {
            match arrival.origin {
                Origin::Stream(_, feed) => self.feed(feed as usize),
                Origin::Itself(version) => {
                    let block = &self.blocks[arrival.block as usize];
                    if block.itself[arrival.instance as usize].0 > version {
                        continue; // moved
                    }
                }
                Origin::Connection(_) | Origin::Outside(_) => {}
            }
            self.receive(arrival)?;
        }
        Ok(())
    }

    fn receive(&mut self, arrival: Arrival) -> Result<(), RunError> {
        let k = arrival.block as usize;
        let block = &mut self.blocks[k];
        let port = block.instances.description().events.as_ref();
        let count = port.map_or(0, |p| p.arguments.len());
        let mut blank = [0.0; 16];
        let mut long = Vec::new();
        let arguments = match arrival.origin {
            Origin::Itself(_) if count <= blank.len() => &mut blank[..count],
            Origin::Itself(_) => {
                long.resize(count, 0.0);
                &mut long[..]
            }
            _ => &mut self.arguments[arrival.arguments as usize..][..count],
        };
        let event = Event {
            instance: arrival.instance as usize,
            t_ms: arrival.t_ms,
            flag: arrival.flag,
            arguments,
        };
        let mut emissions = std::mem::take(&mut self.emissions);
        let mut around = self.columns.around(arrival.t_ms, self.dt_ms, self.celsius);
        let done = block.instances.receive(event, &mut around, &mut emissions);
        done.map_err(|fault| self.fault(fault))?;
        let sent = if emissions.is_empty() { Ok(()) } else { self.emit(k, &emissions) };
        emissions.clear();
        self.emissions = emissions;
        sent
    }

    /// Carries out what instances of a block asked for.
    fn emit(&mut self, k: usize, emissions: &[Emission]) -> Result<(), RunError> {
        for &emission in emissions {
            match emission {
                Emission::ToSelf { instance, t_ms, flag } => {
                    let version = self.blocks[k].itself[instance].0;
                    self.blocks[k].itself[instance].1 = flag;
                    self.send_self(k, instance, t_ms, flag, version)?;
                }
                Emission::MoveSelf { instance, t_ms } => {
                    let (version, flag) = &mut self.blocks[k].itself[instance];
                    *version += 1;
                    let (version, flag) = (*version, *flag);
                    self.send_self(k, instance, t_ms, flag, version)?;
                }
                Emission::Spike { instance, t_ms } => {
                    if let Some(source) = self.blocks[k].emits[instance] {
                        let late = self.step as f64 - t_ms / self.dt_ms;
                        let offset = if late > 0.0 && late < 1.0 { late } else { 0.0 };
                        self.spikes.push(Emitted { step: self.step, source, offset });
                    }
                }
            }
        }
        Ok(())
    }

    fn send_self(
        &mut self,
        k: usize,
        instance: usize,
        t_ms: f64,
        flag: f64,
        version: u32,
    ) -> Result<(), RunError> {
        let step = stamp(t_ms, self.dt_ms);
        if step < self.step {
            let description = self.blocks[k].instances.description();
            let node = self.blocks[k].instances.nodes()[instance];
            let (slot, _) = self.layout.whose(node as usize);
            return Err(RunError::PastEvent {
                t_ms: self.time(self.step as f64),
                cell: self.slots[slot].id,
                mechanism: description.name.clone(),
                at_ms: t_ms,
            });
        }
        self.queue.push(Arrival {
            step,
            t_ms,
            origin: Origin::Itself(version),
            block: k as u32,
            instance: instance as u32,
            arguments: 0,
            flag,
        });
        Ok(())
    }

    fn sample(&mut self) {
        let view = View {
            v: &self.columns.v,
            membrane_na: &self.membrane_na,
            blocks: &self.blocks,
            ions: &self.columns.ions,
        };
        for part in &mut self.parts {
            if part.is_due(self.step) {
                part.values.extend(part.columns.iter().map(|&(_, reading)| view.read(reading)));
            }
        }
    }
}

/// Copies what the POINTERs of a block read into its columns.
fn fetch_pointers(blocks: &mut [Block], k: usize, v: &[f64]) {
    for index in 0..blocks[k].links.len() {
        let link = blocks[k].links[index];
        let value = match link.source {
            Source::Voltage(node) => v[node],
            Source::Variable { block, variable, instance } => {
                blocks[block].instances.column(variable).get(instance)
            }
        };
        blocks[k].instances.pointer_mut(link.pointer)[link.instance] = value;
    }
}
