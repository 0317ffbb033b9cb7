//! Running kernels over instances.

mod reference;
mod sound;

use std::sync::Arc;

use crate::contract::{Emission, Event, Instances, KernelFault, Store, Surroundings};
use crate::ir::{EffectKind, Kernel, Target};
use crate::vector::{self, Bytecode, Chunks, Registers};

pub(crate) use reference::One;
#[cfg(test)]
pub(crate) use reference::run as run_reference;

/// The kernels in the form in which they run, for one pattern of storage.
#[derive(Debug, Default)]
pub(crate) struct Ready {
    each: Vec<bool>,
    /// Of each ion whether somebody reads its current.
    ions: Vec<bool>,
    initial: Bytecode,
    currents: Bytecode,
    advance: Bytecode,
}

/// Working memory of the kernels; kept between calls so that a step allocates little.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scratch {
    ready: Option<Arc<Ready>>,
    registers: Registers,
    nodes: Vec<u32>,
    runs: Vec<Option<usize>>,
    scale: Vec<f64>,
    largest_node: usize,
    /// Which variables are stored; empty for all.
    keep: Vec<bool>,
}

impl Scratch {
    /// Which variables are stored from now on.
    pub(crate) fn keep_only(&mut self, keep: Vec<bool>) {
        self.keep = keep;
        self.ready = None;
    }

    /// To be called when other kernels are to be run.
    pub(crate) fn forget_kernels(&mut self) {
        self.ready = None;
    }

    /// To be called when instances have moved to other compartments.
    pub(crate) fn forget_placement(&mut self) {
        self.nodes.clear();
        self.scale.clear();
    }
}

#[derive(Clone, Copy)]
enum Which {
    Initial,
    Currents,
    /// In place of what the columns hold.
    FirstCurrents,
    Advance,
}

impl Which {
    /// Number of the kernel among those that keep their uniform values.
    fn number(self) -> usize {
        match self {
            Self::Initial => 0,
            Self::Currents | Self::FirstCurrents => 1,
            Self::Advance => 2,
        }
    }
}

pub(crate) fn initialize(
    instances: &mut Instances,
    around: &mut Surroundings<'_>,
    emissions: &mut Vec<Emission>,
) -> Result<(), KernelFault> {
    let mechanism = Arc::clone(&instances.mechanism);
    let kernel = &mechanism.program.initial;
    let has_effects = kernel.segments.iter().any(|s| !s.effects.is_empty());
    if has_effects {
        check(instances, around)?;
        for instance in 0..instances.len() {
            let one = One { instance, flag: 0.0, arguments: &mut [] };
            reference::run(kernel, instances, around, one, emissions)?;
        }
        return Ok(());
    }
    vectors(instances, around, Which::Initial)
}

pub(crate) fn currents(
    instances: &mut Instances,
    around: &mut Surroundings<'_>,
) -> Result<(), KernelFault> {
    vectors(instances, around, Which::Currents)
}

pub(crate) fn first_currents(
    instances: &mut Instances,
    around: &mut Surroundings<'_>,
) -> Result<(), KernelFault> {
    vectors(instances, around, Which::FirstCurrents)
}

pub(crate) fn advance(
    instances: &mut Instances,
    around: &mut Surroundings<'_>,
) -> Result<(), KernelFault> {
    vectors(instances, around, Which::Advance)
}

/// Coefficients and volumes of what spreads, into their variables.
pub(crate) fn diffusion(
    instances: &mut Instances,
    around: &mut Surroundings<'_>,
) -> Result<(), KernelFault> {
    check(instances, around)?;
    let mechanism = Arc::clone(&instances.mechanism);
    for instance in 0..instances.len() {
        let one = One { instance, flag: 0.0, arguments: &mut [] };
        reference::run(&mechanism.program.diffusion, instances, around, one, &mut Vec::new())?;
    }
    Ok(())
}

pub(crate) fn open_connection(
    instances: &mut Instances,
    instance: usize,
    arguments: &mut [f64],
    around: &mut Surroundings<'_>,
) -> Result<(), KernelFault> {
    check_arguments(instances, arguments)?;
    check(instances, around)?;
    if let Some((_, rest)) = arguments.split_first_mut() {
        rest.fill(0.0);
    }
    let mechanism = Arc::clone(&instances.mechanism);
    let one = One { instance, flag: 0.0, arguments };
    reference::run(&mechanism.program.open, instances, around, one, &mut Vec::new())
}

pub(crate) fn receive(
    instances: &mut Instances,
    event: Event<'_>,
    around: &mut Surroundings<'_>,
    emissions: &mut Vec<Emission>,
) -> Result<(), KernelFault> {
    check_arguments(instances, event.arguments)?;
    check(instances, around)?;
    let mechanism = Arc::clone(&instances.mechanism);
    let before = std::mem::replace(&mut around.t_ms, event.t_ms);
    let one = One { instance: event.instance, flag: event.flag, arguments: event.arguments };
    let ran = reference::run(&mechanism.program.receive, instances, around, one, emissions);
    around.t_ms = before;
    ran
}

fn check_arguments(instances: &Instances, arguments: &[f64]) -> Result<(), KernelFault> {
    let d = instances.description();
    let Some(port) = &d.events else {
        return Err(KernelFault::NoEvents { mechanism: d.name.clone() });
    };
    if port.arguments.len() != arguments.len() {
        return Err(KernelFault::Arguments {
            mechanism: d.name.clone(),
            expected: port.arguments.len(),
            found: arguments.len(),
        });
    }
    Ok(())
}

fn vectors(
    instances: &mut Instances,
    around: &mut Surroundings<'_>,
    which: Which,
) -> Result<(), KernelFault> {
    if instances.is_empty() {
        return Ok(());
    }
    check(instances, around)?;
    let ready = ready(instances, around);
    let code = match which {
        Which::Initial => &ready.initial,
        Which::Currents | Which::FirstCurrents => &ready.currents,
        Which::Advance => &ready.advance,
    };
    if code.is_empty() {
        return Ok(());
    }
    let len = instances.len();
    let Instances { store, placement, scratch, mechanism, .. } = instances;
    let Scratch { registers, nodes, runs, scale, .. } = scratch;
    let first = matches!(which, Which::FirstCurrents);
    let chunks = Chunks { nodes, runs, len, scale, ions: &placement.ions, first };
    vector::run(code, which.number(), store, &chunks, around, registers).map_err(|fault| {
        KernelFault::NoConvergence {
            mechanism: mechanism.description.name.clone(),
            block: fault.block,
            instance: fault.instance,
            node: placement.nodes[fault.instance] as usize,
            t_ms: around.t_ms,
            iterations: fault.iterations,
        }
    })?;
    let program = &instances.mechanism.program;
    match which {
        Which::Initial => sound::check(&program.initial, instances, around),
        Which::Advance => sound::check(&program.advance, instances, around),
        Which::Currents | Which::FirstCurrents => Ok(()),
    }
}

/// The bytecode for the present pattern of storage and of ion currents that are wanted.
fn ready(instances: &mut Instances, around: &Surroundings<'_>) -> Arc<Ready> {
    let each = instances.store.iter().map(|s| matches!(s, Store::Each(_)));
    let ions = instances.placement.ions.iter().map(|&k| !around.ions[k].current_ma_cm2.is_empty());
    if let Some(ready) = &instances.scratch.ready
        && ready.each.iter().copied().eq(each.clone())
        && ready.ions.iter().copied().eq(ions.clone())
    {
        return Arc::clone(ready);
    }
    let (each, ions): (Vec<bool>, Vec<bool>) = (each.collect(), ions.collect());
    let program = &instances.mechanism.program;
    let keep = &instances.scratch.keep;
    let accurate = instances.second_order && !program.accurate.segments.is_empty();
    let advance = if accurate { &program.accurate } else { &program.advance };
    let make = |kernel: &Kernel| {
        let mut kernel = kernel.clone();
        for segment in &mut kernel.segments {
            segment.outputs.retain(|(target, _)| match target {
                Target::Variable(k) => keep.get(*k).copied().unwrap_or(true),
                Target::IonCurrent(k) | Target::IonConductance(k) => ions[*k],
                _ => true,
            });
        }
        vector::emit(&kernel, &each)
    };
    let ready = Arc::new(Ready {
        initial: make(&program.initial),
        currents: make(&program.currents),
        advance: make(advance),
        each,
        ions,
    });
    instances.scratch.ready = Some(Arc::clone(&ready));
    instances.scratch.registers.forget_uniforms();
    ready
}

/// Checks what a kernel relies on, and prepares the padded columns of the placement.
fn check(instances: &mut Instances, around: &Surroundings<'_>) -> Result<(), KernelFault> {
    let padded = instances.padded();
    let Instances { placement, scratch, mechanism, connected, .. } = instances;
    let d = &mechanism.description;
    if let Some(k) = connected.iter().position(|c| !c) {
        return Err(KernelFault::PointerUnset {
            mechanism: d.name.clone(),
            pointer: d.variables[d.pointers[k]].name.clone(),
        });
    }
    if scratch.nodes.len() != padded {
        scratch.nodes.clone_from(&placement.nodes);
        scratch.runs = vector::runs(&placement.nodes);
        scratch.nodes.resize(padded, placement.nodes.last().copied().unwrap_or(0));
        scratch.largest_node = placement.nodes.iter().max().map_or(0, |n| *n as usize);
        if placement.scale.iter().any(|s| *s != 1.0) {
            scratch.scale.clone_from(&placement.scale);
        }
    }
    let node = scratch.largest_node;
    let short = |what: &'static str, found: usize| KernelFault::Surroundings {
        mechanism: d.name.clone(),
        what,
        found,
        node,
    };
    let artificial = d.kind == crate::contract::Kind::Artificial;
    let v_needed = !artificial && !instances.placement.nodes.is_empty();
    let mut needed: Vec<(&'static str, usize)> = Vec::new();
    if v_needed {
        needed.push(("v_mv", around.v_mv.len()));
        needed.push(("i_ma_cm2", around.i_ma_cm2.len()));
        needed.push(("g_s_cm2", around.g_s_cm2.len()));
    }
    if d.needs.area {
        needed.push(("area_um2", around.area_um2.len()));
    }
    if d.needs.diam {
        needed.push(("diam_um", around.diam_um.len()));
    }
    for (use_, &k) in d.ions.iter().zip(&instances.placement.ions) {
        let Some(ion) = around.ions.get(k) else {
            return Err(short("ions", around.ions.len()));
        };
        let (r, w) = (use_.reads, use_.writes);
        let columns = [
            (r.reversal || w.reversal, "reversal_mv", ion.reversal_mv.len()),
            (r.inside || w.inside, "inside_mm", ion.inside_mm.len()),
            (r.outside || w.outside, "outside_mm", ion.outside_mm.len()),
            // An engine leaves the column empty when nobody reads the current.
            (
                r.current || (w.current && !ion.current_ma_cm2.is_empty()),
                "current_ma_cm2",
                ion.current_ma_cm2.len(),
            ),
        ];
        needed.extend(columns.iter().filter(|c| c.0).map(|c| (c.1, c.2)));
    }
    match needed.into_iter().find(|(_, len)| *len <= node) {
        Some((what, found)) => Err(short(what, found)),
        None => Ok(()),
    }
}

/// An effect as what the engine sees.
fn emission(kind: EffectKind, instance: usize, t_ms: f64, flag: f64) -> Emission {
    match kind {
        EffectKind::Send => Emission::ToSelf { instance, t_ms, flag },
        EffectKind::Spike => Emission::Spike { instance, t_ms },
        EffectKind::Move => Emission::MoveSelf { instance, t_ms },
    }
}
