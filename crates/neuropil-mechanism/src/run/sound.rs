//! Whether what implicit steps leave behind makes sense.

use crate::contract::{Instances, IonColumns, KernelFault, Store, Surroundings};
use crate::ir::{IonQuantity, Kernel, Solved, Target};

/// How far below zero an amount may be after a step of backward Euler, relative to the largest
/// amount of its block: rounding.
const ROUNDING: f64 = 1e-9;
/// The same after a step of second order, which overshoots what is nearly exhausted, by 0.2 at
/// most.
const OVERSHOOT: f64 = 0.5;

/// Looks for unknowns of a kernel's implicit solutions that are not finite, and for amounts that
/// are negative: the step was too large for the equations.
pub(super) fn check(
    kernel: &Kernel,
    instances: &Instances,
    around: &Surroundings<'_>,
) -> Result<(), KernelFault> {
    let accurate =
        instances.second_order && !instances.mechanism.program.accurate.segments.is_empty();
    let slack = if accurate { OVERSHOOT } else { ROUNDING };
    for solved in &kernel.solved {
        for instance in 0..instances.len() {
            let values = solved.places.iter().map(|&p| (p, value(p, instance, instances, around)));
            let largest = values.clone().fold(0.0, |m: f64, (_, x)| m.max(x.abs()));
            let least = if solved.amounts { -slack * largest } else { f64::NEG_INFINITY };
            for (place, value) in values {
                if !(value.is_finite() && value >= least) {
                    return Err(fault(solved, place, value, instance, instances, around));
                }
            }
        }
    }
    Ok(())
}

fn value(place: Target, instance: usize, instances: &Instances, around: &Surroundings<'_>) -> f64 {
    match place {
        Target::Variable(k) => match &instances.store[k] {
            Store::Uniform(x) => *x,
            Store::Each(values) => values[instance],
        },
        Target::Ion(k, quantity) => {
            let ion = &around.ions[instances.placement.ions[k]];
            column(ion, quantity)[instances.placement.nodes[instance] as usize]
        }
        _ => 0.0,
    }
}

fn column(ion: &IonColumns, quantity: IonQuantity) -> &[f64] {
    match quantity {
        IonQuantity::Reversal => &ion.reversal_mv,
        IonQuantity::Current => &ion.current_ma_cm2,
        IonQuantity::Inside => &ion.inside_mm,
        IonQuantity::Outside => &ion.outside_mm,
    }
}

fn fault(
    solved: &Solved,
    place: Target,
    value: f64,
    instance: usize,
    instances: &Instances,
    around: &Surroundings<'_>,
) -> KernelFault {
    let d = instances.description();
    let state = match place {
        Target::Variable(k) => {
            d.variables.get(k).map_or_else(|| format!("state {k}"), |v| v.name.clone())
        }
        Target::Ion(k, IonQuantity::Outside) => format!("{}o", d.ions[k].name),
        Target::Ion(k, _) => format!("{}i", d.ions[k].name),
        _ => String::new(),
    };
    KernelFault::Unsound {
        mechanism: d.name.clone(),
        block: solved.block.clone(),
        state,
        value,
        instance,
        node: instances.placement.nodes[instance] as usize,
        t_ms: around.t_ms,
        dt_ms: around.dt_ms,
    }
}
