//! The catalogue of models.

use super::contract::ModelInfo;

/// Every built-in model.
pub static MODELS: &[&ModelInfo] = &[
    &super::iaf_psc_delta::INFO,
    &super::iaf_psc_exp::INFO,
    &super::iaf_psc_alpha::INFO,
    &super::iaf_cond::EXP,
    &super::iaf_cond::ALPHA,
    &super::iaf_cond_exp_midpoint::INFO,
    &super::aeif_cond::EXP,
    &super::aeif_cond::ALPHA,
    &super::aeif_psc::EXP,
    &super::aeif_psc::ALPHA,
    &super::aeif_psc::DELTA,
    &super::aeif_cond_exp_euler::INFO,
    &super::izhikevich::INFO,
    &super::hh::PSC_ALPHA,
    &super::hh::COND_EXP_TRAUB,
    &super::parrot_neuron::INFO,
];

/// The model of that name.
pub fn find(name: &str) -> Option<&'static ModelInfo> {
    MODELS.iter().find(|model| model.name == name).copied()
}
