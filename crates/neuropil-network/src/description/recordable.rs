//! What can be recorded of a model: its state variables and the synaptic currents that follow from
//! them.
//!
//! ```text
//! I_x = g_x (E_x − V_m)      models with a conductance g_x, for every channel x (ex, in); with a share of
//!                            current g_x [α_x (E_x − V_m) + (1 − α_x)(E_x − V_ref)]
//! I_x = I_syn_x              models with synaptic currents
//! I_syn = Σ_x I_x            with two channels
//! I_clamp = Σ g (E − V_m)    models that can be clamped, over all clamps
//! ```
//!
//! Currents are counted into the cell: inhibition hyperpolarises, so `I_in` is negative where it does.

use crate::neurons::Model;

/// Something that can be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recordable {
    /// Name in experiments and results.
    pub name: String,
    /// Unit of its values.
    pub unit: String,
    /// How it follows from the state.
    pub(crate) terms: Terms,
}

/// How a recorded value follows from the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Terms {
    /// It is the state variable of this index.
    Variable(usize),
    /// It is a sum of currents.
    Currents(Vec<Term>),
    /// It is the current of clamps; index of the potential.
    Clamp { v: usize },
}

/// A synaptic current.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Term {
    /// Conductance × driving force: indices of the two variables, names of the reversal potential and
    /// of the share of conductance, if the model has such.
    Conductance { g: usize, v: usize, reversal: String, share: Option<String> },
    /// A current variable, perhaps kept with the opposite sign.
    Current { variable: usize, negative: bool },
}

/// Models that keep their inhibitory current positive.
const POSITIVE_INHIBITION: [&str; 2] = ["aeif_psc_exp", "aeif_psc_alpha"];

/// Everything that can be recorded of a model: state variables first, then currents.
///
/// ```
/// use neuropil_network::{description::recordables, neurons};
/// let names: Vec<String> =
///     recordables(&neurons::find("iaf_cond_exp").unwrap().into()).into_iter().map(|r| r.name).collect();
/// assert_eq!(names, ["V_m", "g_ex", "g_in", "I_ex", "I_in", "I_syn", "I_clamp"]);
/// ```
pub fn recordables(model: &Model) -> Vec<Recordable> {
    let mut all: Vec<Recordable> = model
        .variables()
        .iter()
        .enumerate()
        .map(|(k, v)| Recordable {
            name: v.name.into(),
            unit: v.unit.into(),
            terms: Terms::Variable(k),
        })
        .collect();
    let mut terms = Vec::new();
    for channel in model.channels() {
        let Some(term) = term(model, channel) else { continue };
        terms.push(term.clone());
        let name = format!("I_{channel}");
        add(&mut all, name, Terms::Currents(vec![term]));
    }
    if terms.len() > 1 {
        add(&mut all, "I_syn".into(), Terms::Currents(terms));
    }
    let potential = model.variables().iter().position(|v| v.name == "V_m" && v.unit == "mV");
    if let Some(v) = potential.filter(|_| model.built_in().is_some() && model.takes_clamp()) {
        add(&mut all, "I_clamp".into(), Terms::Clamp { v });
    }
    all
}

fn add(all: &mut Vec<Recordable>, name: String, terms: Terms) {
    if all.iter().all(|known| known.name != name) {
        all.push(Recordable { name, unit: "pA".into(), terms });
    }
}

/// The current of one input channel, if the model's state says it.
fn term(model: &Model, channel: &str) -> Option<Term> {
    // Only in these units a conductance times a potential is a current in pA.
    let variable = |name: &str, unit: &str| {
        model.variables().iter().position(|v| v.name == name && v.unit == unit)
    };
    if let Some(g) = variable(&format!("g_{channel}"), "nS") {
        let wanted = format!("E_{channel}");
        let known = |p: &&crate::neurons::Parameter<'_>| p.name == wanted && p.unit == "mV";
        let reversal = model.parameters().iter().find(known)?.name.to_string();
        let share = format!("alpha_{channel}");
        let built_in = model.built_in().is_some();
        let share = model.parameters().iter().any(|p| built_in && p.name == share).then_some(share);
        return Some(Term::Conductance { g, v: variable("V_m", "mV")?, reversal, share });
    }
    let variable = variable(&format!("I_syn_{channel}"), "pA")?;
    let negative = channel == "in" && POSITIVE_INHIBITION.contains(&model.name());
    Some(Term::Current { variable, negative })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neurons::MODELS;

    #[test]
    fn every_model_with_synaptic_dynamics_has_its_currents() {
        for model in MODELS.iter() {
            let names: Vec<String> =
                recordables(&Model::from(*model)).into_iter().map(|r| r.name).collect();
            let has = |name: &str| names.iter().any(|n| n == name);
            let dynamic = has("g_ex") || has("I_syn_ex");
            assert_eq!(has("I_ex"), dynamic, "{}", model.name);
            assert_eq!(has("I_in"), dynamic, "{}", model.name);
            let mut sorted = names.clone();
            sorted.sort_unstable();
            sorted.dedup();
            assert_eq!(sorted.len(), names.len(), "{} names something twice", model.name);
        }
    }
}
