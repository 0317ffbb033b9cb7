//! Cells known by name: a model and its parameters.

/// A named cell.
#[derive(Debug, Clone, Copy)]
pub struct NamedCell {
    /// Name.
    pub name: &'static str,
    /// One line on what it is.
    pub summary: &'static str,
    /// Where the values come from.
    pub source: &'static str,
    /// Name of the model.
    pub model: &'static str,
    /// Parameters in the units of the model; the others have the model's defaults.
    pub parameters: &'static [(&'static str, f64)],
}

const EULER: &str = "aeif_cond_exp_euler";
const ZERLAUT: &str = "Zerlaut, Chemla, Chavane & Destexhe (2018), doi:10.1007/s10827-017-0668-2";
const DESTEXHE: &str =
    "Destexhe (2009), J. Comput. Neurosci. 27:493, doi:10.1007/s10827-009-0164-4";
const BRETTE: &str = "after Brette & Gerstner (2005), doi:10.1152/jn.00686.2005";
const LAPICQUE: &str = "after Lapicque (1907), J. Physiol. Pathol. Gen. 9:620";
const FOURCAUD: &str = "after Fourcaud-Trocmé, Hansel, van Vreeswijk & Brunel (2003), doi:10.1523/JNEUROSCI.23-37-11628.2003";

/// Parameters that every cell states.
macro_rules! cell {
    ($name:literal, $summary:literal, $source:expr,
     $c:literal, $t_ref:literal, $e_l:literal, $v_th:literal, $v_reset:literal,
     $delta:literal, $a:literal, $b:literal, $tau_w:literal) => {
        NamedCell {
            name: $name,
            summary: $summary,
            source: $source,
            model: EULER,
            parameters: &[
                ("g_L", 10.0),
                ("C_m", $c),
                ("t_ref", $t_ref),
                ("E_L", $e_l),
                ("V_th", $v_th),
                ("V_reset", $v_reset),
                ("Delta_T", $delta),
                ("a", $a),
                ("b", $b),
                ("tau_w", $tau_w),
            ],
        }
    };
}

/// Every named cell. `LTS`, `TC` and `RE` have the values of the author's model files: 20 000 µm² of
/// 1 µF/cm² and 20 ms; a = 20, 40 and 80 nS, b = 0, 0 and 30 pA. `TC` and `RE` answer the end of a
/// hyperpolarisation with a burst: their adaptation is four and eight times as strong as the leak.
#[rustfmt::skip]
pub static CELLS: &[NamedCell] = &[
    //    name     summary                                              source    C_m    t_ref E_L    V_th   V_res  Δ_T  a     b     τ_w
    cell!("LIF",   "leaky integrate-and-fire, τ_m 15 ms",               LAPICQUE, 150.0, 5.0, -70.0, -50.0, -70.0, 0.0, 0.0,  0.0,  500.0),
    cell!("LIF2",  "leaky integrate-and-fire, τ_m 20 ms",               LAPICQUE, 200.0, 5.0, -70.0, -50.0, -70.0, 0.0, 0.0,  0.0,  500.0),
    cell!("EIF",   "exponential integrate-and-fire",                    FOURCAUD, 200.0, 5.0, -70.0, -50.0, -70.0, 1.0, 0.0,  0.0,  500.0),
    cell!("AdExp", "adaptive exponential, both kinds of adaptation",    BRETTE,   200.0, 5.0, -70.0, -50.0, -70.0, 1.0, 2.0,  20.0, 500.0),
    cell!("RS",    "regular-spiking cortical cell",                     ZERLAUT,  200.0, 5.0, -70.0, -50.0, -70.0, 2.0, 0.0,  40.0, 500.0),
    cell!("FS",    "fast-spiking cortical interneuron",                 ZERLAUT,  200.0, 5.0, -70.0, -50.0, -70.0, 0.5, 0.0,  0.0,  500.0),
    cell!("LTS",   "low-threshold-spiking cortical interneuron",        DESTEXHE, 200.0, 2.5, -60.0, -50.0, -60.0, 2.5, 20.0, 0.0,  600.0),
    cell!("TC",    "thalamocortical relay cell, bursts on rebound",     DESTEXHE, 200.0, 2.5, -60.0, -50.0, -60.0, 2.5, 40.0, 0.0,  600.0),
    cell!("RE",    "thalamic reticular cell, bursts on rebound",        DESTEXHE, 200.0, 2.5, -60.0, -50.0, -60.0, 2.5, 80.0, 30.0, 600.0),
];

/// The cell of that name.
pub fn find_cell(name: &str) -> Option<&'static NamedCell> {
    CELLS.iter().find(|cell| cell.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::neurons::find;

    #[test]
    fn every_cell_has_a_model_that_knows_its_parameters() {
        for cell in CELLS {
            let model = find(cell.model).unwrap();
            for (name, _) in cell.parameters {
                assert!(model.parameters.iter().any(|p| p.name == *name), "{} {name}", cell.name);
            }
            assert!(find(cell.name).is_none(), "no model is called like a cell");
        }
    }
}
