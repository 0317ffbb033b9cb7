//! Events that reach point processes, and what these ask for.

use neuropil_mechanism::contract::{Emission, Event};

use super::events::{Arrival, Origin, stamp};
use super::group::{Emitted, Group};
use crate::error::RunError;

impl Group {
    /// Delivers everything due at the present stamp, in order of time and origin.
    pub(super) fn deliver(&mut self) -> Result<(), RunError> {
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

    pub(super) fn receive(&mut self, arrival: Arrival) -> Result<(), RunError> {
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
    pub(super) fn emit(&mut self, k: usize, emissions: &[Emission]) -> Result<(), RunError> {
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

    pub(super) fn send_self(
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
}
