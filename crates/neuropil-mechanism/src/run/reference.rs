//! One instance at a time: what happens at events, and the oracle of the vector interpreter.

use super::emission;
use crate::contract::{Emission, Instances, KernelFault, Store, Surroundings};
use crate::ir::{Input, IonQuantity, Iteration, Kernel, Segment, Target, evaluate};

/// The instance, and what delivered the event.
pub(crate) struct One<'a> {
    pub(crate) instance: usize,
    pub(crate) flag: f64,
    pub(crate) arguments: &'a mut [f64],
}

/// Runs a kernel for one instance.
pub(crate) fn run(
    kernel: &Kernel,
    instances: &mut Instances,
    around: &mut Surroundings<'_>,
    mut one: One<'_>,
    emissions: &mut Vec<Emission>,
) -> Result<(), KernelFault> {
    let mut carried = vec![0.0; kernel.carried];
    let mut values = Vec::new();
    for segment in &kernel.segments {
        let live = segment.graph.live(segment.roots());
        let once = |carried: &[f64], around: &Surroundings<'_>, one: &One<'_>, values: &mut _| {
            let read = |input| read(input, instances, around, one, carried);
            evaluate(&segment.graph, &live, &read, values);
        };
        if let Some(iteration) = &segment.iteration {
            let settled = (0..iteration.limit).any(|_| {
                once(&carried, around, &one, &mut values);
                settle(segment, &values, &mut carried)
            });
            if !settled {
                return Err(no_convergence(instances, around, &one, iteration));
            }
            continue;
        }
        once(&carried, around, &one, &mut values);
        for effect in &segment.effects {
            if values[effect.guard.index()] != 0.0 {
                let (time, flag) = (values[effect.time.index()], values[effect.flag.index()]);
                emissions.push(emission(effect.kind, one.instance, time, flag));
            }
        }
        for &(target, value) in &segment.outputs {
            write(target, values[value.index()], instances, around, &mut one, &mut carried);
        }
    }
    Ok(())
}

fn no_convergence(
    instances: &Instances,
    around: &Surroundings<'_>,
    one: &One<'_>,
    iteration: &Iteration,
) -> KernelFault {
    KernelFault::NoConvergence {
        mechanism: instances.description().name.clone(),
        block: iteration.block.clone(),
        instance: one.instance,
        node: instances.placement.nodes[one.instance] as usize,
        t_ms: around.t_ms,
        iterations: iteration.limit,
    }
}

/// Takes over the new values of the unknowns; true if none has moved.
fn settle(segment: &Segment, values: &[f64], carried: &mut [f64]) -> bool {
    let mut moving = false;
    for &(target, value) in &segment.outputs {
        if let Target::Carry(k) = target {
            let (old, new) = (carried[k], values[value.index()]);
            let close = (new - old).abs() <= 1e-10 * new.abs() + 1e-18;
            moving |= !close;
            carried[k] = new;
        }
    }
    !moving
}

fn read(
    input: Input,
    instances: &Instances,
    around: &Surroundings<'_>,
    one: &One<'_>,
    carried: &[f64],
) -> f64 {
    let node = instances.placement.nodes[one.instance] as usize;
    match input {
        Input::Voltage => around.v_mv[node],
        Input::Area => around.area_um2[node],
        Input::Diameter => around.diam_um[node],
        Input::Time => around.t_ms,
        Input::Step => around.dt_ms,
        Input::Celsius => around.celsius,
        Input::Variable(k) => match &instances.store[k] {
            Store::Uniform(x) => *x,
            Store::Each(values) => values[one.instance],
        },
        Input::Ion(k, quantity) => {
            let ion = &around.ions[instances.placement.ions[k]];
            match quantity {
                IonQuantity::Reversal => ion.reversal_mv[node],
                IonQuantity::Current => ion.current_ma_cm2[node],
                IonQuantity::Inside => ion.inside_mm[node],
                IonQuantity::Outside => ion.outside_mm[node],
            }
        }
        Input::Carry(k) => carried[k],
        Input::Argument(k) => one.arguments[k],
        Input::Flag => one.flag,
    }
}

fn write(
    target: Target,
    value: f64,
    instances: &mut Instances,
    around: &mut Surroundings<'_>,
    one: &mut One<'_>,
    carried: &mut [f64],
) {
    let node = instances.placement.nodes[one.instance] as usize;
    let scale = instances.placement.scale[one.instance];
    match target {
        Target::Variable(k) => match &mut instances.store[k] {
            Store::Uniform(x) => *x = value,
            Store::Each(values) => values[one.instance] = value,
        },
        Target::Carry(k) => carried[k] = value,
        Target::Argument(k) => one.arguments[k] = value,
        Target::Ion(k, quantity) => {
            let ion = &mut around.ions[instances.placement.ions[k]];
            match quantity {
                IonQuantity::Reversal => ion.reversal_mv[node] = value,
                IonQuantity::Current => ion.current_ma_cm2[node] = value,
                IonQuantity::Inside => ion.inside_mm[node] = value,
                IonQuantity::Outside => ion.outside_mm[node] = value,
            }
        }
        Target::IonCurrent(k) => {
            around.ions[instances.placement.ions[k]].current_ma_cm2[node] += value * scale;
        }
        Target::IonConductance(k) => {
            let column = &mut around.ions[instances.placement.ions[k]].conductance_s_cm2;
            if let Some(sum) = column.get_mut(node) {
                *sum += value * scale;
            }
        }
        Target::Current => around.i_ma_cm2[node] += value * scale,
        Target::Conductance => around.g_s_cm2[node] += value * scale,
    }
}
