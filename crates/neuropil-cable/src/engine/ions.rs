//! Ions of a group: who provides what, and reversal potentials that follow concentrations.

use std::collections::BTreeMap;

use neuropil_mechanism::contract::{IonColumns, IonVariables};

use crate::error::ModelError;
use crate::model::{CellModel, Ion, Reversal, ion_names, nernst_mv};

/// When the reversal potential of an ion is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Follow {
    /// Never: it is given, or a mechanism writes it.
    Never,
    /// Once, at the start.
    AtStart,
    /// After every step.
    Always,
}

/// What a cell's ion comes to, all uses taken together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct IonPlan {
    pub(crate) ion: Ion,
    pub(crate) follow: Follow,
    /// Whether some mechanism reads the summed current.
    pub(crate) current_read: bool,
    pub(crate) reversal_mv: f64,
}

/// All ions of a cell, checked.
pub(crate) fn plan(cell: &CellModel) -> Result<BTreeMap<String, IonPlan>, ModelError> {
    ion_names(cell).into_iter().map(|name| Ok((name.clone(), plan_one(cell, &name)?))).collect()
}

fn plan_one(cell: &CellModel, name: &str) -> Result<IonPlan, ModelError> {
    let mechanisms = cell.mechanisms();
    let uses = || {
        mechanisms
            .iter()
            .filter_map(|m| m.description().ion(name).map(|k| (m.name(), &m.description().ions[k])))
    };
    let (mut reads, mut writes) = (IonVariables::default(), IonVariables::default());
    for (_, used) in uses() {
        merge(&mut reads, used.reads);
        merge(&mut writes, used.writes);
    }
    let given = uses().find_map(|(_, used)| used.valence);
    let known = cell.ions.get(name).copied().or_else(|| Ion::known(name));
    let ion = match (known, given) {
        (Some(ion), _) => ion,
        (None, Some(valence)) => Ion::with_reversal(valence, f64::NAN),
        // Only a current is written: no charge is needed to add it up.
        (None, None) if reads.is_empty() => Ion::with_reversal(f64::NAN, f64::NAN),
        (None, None) => {
            let mechanism = uses().next().map(|(m, _)| m.to_owned()).unwrap_or_default();
            return Err(ModelError::Valence { ion: name.into(), mechanism });
        }
    };
    let spreads = cell.diffusion.contains_key(name);
    if spreads && !(writes.inside || ion.inside_mm.is_finite()) {
        return Err(ModelError::NothingToSpread { ion: name.into() });
    }
    let dynamic = writes.inside || writes.outside || spreads;
    let concentrations = (writes.inside || ion.inside_mm.is_finite())
        && (writes.outside || ion.outside_mm.is_finite());
    let (follow, reversal_mv) = match ion.reversal {
        _ if writes.reversal => (Follow::Never, 0.0),
        Reversal::Fixed(mv) => (Follow::Never, mv),
        Reversal::FixedUnlessDynamic(_) if dynamic && concentrations => (Follow::Always, 0.0),
        Reversal::FixedUnlessDynamic(mv) => (Follow::Never, mv),
        Reversal::Nernst if dynamic => (Follow::Always, 0.0),
        Reversal::Nernst => (Follow::AtStart, 0.0),
    };
    let reader = |reads: fn(&IonVariables) -> bool| {
        uses().find(|(_, used)| reads(&used.reads)).map(|(m, _)| m.to_owned())
    };
    let missing = |mechanism: Option<String>, variable: String, missing| {
        mechanism.map_or(Ok(()), |mechanism| {
            Err(ModelError::IonMissing { mechanism, ion: name.into(), variable, missing })
        })
    };
    if !(reversal_mv.is_finite() && (follow == Follow::Never || concentrations)) {
        missing(reader(|r| r.reversal), format!("e{name}"), "reversal potential")?;
    }
    if !(ion.inside_mm.is_finite() || writes.inside) {
        missing(reader(|r| r.inside), format!("{name}i"), "concentrations")?;
    }
    if !(ion.outside_mm.is_finite() || writes.outside) {
        missing(reader(|r| r.outside), format!("{name}o"), "concentrations")?;
    }
    if !writes.current {
        missing(reader(|r| r.current), format!("i{name}"), "current, by some mechanism")?;
    }
    Ok(IonPlan { ion, follow, current_read: reads.current, reversal_mv })
}

fn merge(all: &mut IonVariables, one: IonVariables) {
    all.reversal |= one.reversal;
    all.current |= one.current;
    all.inside |= one.inside;
    all.outside |= one.outside;
}

/// Puts the reversal potentials of some nodes at their Nernst values.
pub(crate) fn follow_concentrations(ion: &mut IonColumns, nodes: &[u32], celsius: f64) {
    for &node in nodes {
        let k = node as usize;
        ion.reversal_mv[k] = nernst_mv(ion.valence, ion.inside_mm[k], ion.outside_mm[k], celsius);
    }
}
