//! The catalogue of models.

use super::contract::ModelInfo;

/// Every built-in model.
pub static MODELS: &[&ModelInfo] =
    &[&super::iaf_psc_delta::INFO, &super::iaf_psc_exp::INFO, &super::iaf_psc_alpha::INFO];

/// The model of that name.
pub fn find(name: &str) -> Option<&'static ModelInfo> {
    MODELS.iter().find(|model| model.name == name).copied()
}
