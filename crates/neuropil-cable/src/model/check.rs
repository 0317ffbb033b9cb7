//! Checks of numbers and names, where they are said.

use neuropil_core::names::suggestion;
use neuropil_mechanism::Mechanism;
use neuropil_mechanism::contract::Kind as MechanismKind;

use crate::error::ModelError;

pub(super) fn expect_kind(
    mechanism: &Mechanism,
    expected: MechanismKind,
) -> Result<(), ModelError> {
    let word = |kind| match kind {
        MechanismKind::Density => "density mechanism",
        MechanismKind::Point => "point process",
        MechanismKind::Artificial => "artificial cell",
    };
    let found = mechanism.description().kind;
    if found == expected {
        return Ok(());
    }
    Err(ModelError::Kind {
        mechanism: mechanism.name().into(),
        found: word(found),
        expected: word(expected),
    })
}

pub(super) fn check_parameter(
    mechanism: &Mechanism,
    name: &str,
    value: f64,
) -> Result<(), ModelError> {
    let d = mechanism.description();
    let Some(k) = d.variable(name) else {
        return Err(ModelError::UnknownVariable {
            mechanism: d.name.clone(),
            variable: name.into(),
            hint: suggestion(name, d.parameters().map(|p| p.name.as_str())),
        });
    };
    finite(&format!("\"{name}\" of mechanism \"{}\"", d.name), value)?;
    let conductance = ["S", "S/cm2"].iter().any(|unit| {
        neuropil_core::units::Unit::parse(unit)
            .ok()
            .zip(d.variables[k].unit)
            .is_some_and(|(a, b)| a.same_dimension(&b))
    });
    if conductance && value < 0.0 {
        return Err(ModelError::NegativeConductance {
            mechanism: d.name.clone(),
            parameter: name.into(),
            value,
            unit: d.variables[k].unit_text.clone(),
        });
    }
    Ok(())
}

/// Index of a pointer in the mechanism's list.
pub(crate) fn pointer_index(mechanism: &Mechanism, pointer: &str) -> Result<usize, ModelError> {
    let d = mechanism.description();
    let names = || d.pointers.iter().map(|&k| d.variables[k].name.as_str());
    names().position(|n| n == pointer).ok_or_else(|| ModelError::PointerUnknown {
        mechanism: d.name.clone(),
        pointer: pointer.into(),
        hint: suggestion(pointer, names()),
    })
}

pub(crate) fn positive(what: &str, value: f64) -> Result<(), ModelError> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(ModelError::OutOfRange { what: what.into(), expected: "positive and finite", value })
}

pub(crate) fn finite(what: &str, value: f64) -> Result<(), ModelError> {
    if value.is_finite() {
        return Ok(());
    }
    Err(ModelError::OutOfRange { what: what.into(), expected: "finite", value })
}
