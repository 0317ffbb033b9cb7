//! What an engine lends to a kernel for the length of one call.

/// The columns of one ion, one entry per compartment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct IonColumns {
    /// Reversal potential `[mV]`.
    pub reversal_mv: Vec<f64>,
    /// Concentration inside `[mM]`.
    pub inside_mm: Vec<f64>,
    /// Concentration outside `[mM]`.
    pub outside_mm: Vec<f64>,
    /// Summed membrane current `[mA/cm²]`; the engine clears it, `currents` adds to it.
    pub current_ma_cm2: Vec<f64>,
    /// Summed `di/dv` of that current `[S/cm²]`; cleared and added to likewise.
    pub conductance_s_cm2: Vec<f64>,
    /// Charge number, used by `nernst` and `ghk` where the file gives none.
    pub valence: f64,
}

impl IonColumns {
    /// Columns for `len` compartments with the same start values everywhere.
    pub fn uniform(
        len: usize,
        valence: f64,
        reversal_mv: f64,
        inside_mm: f64,
        outside_mm: f64,
    ) -> Self {
        Self {
            reversal_mv: vec![reversal_mv; len],
            inside_mm: vec![inside_mm; len],
            outside_mm: vec![outside_mm; len],
            current_ma_cm2: vec![0.0; len],
            conductance_s_cm2: vec![0.0; len],
            valence,
        }
    }
}

/// Time, temperature and the columns per compartment.
///
/// `v_mv`, `area_um2`, `diam_um`, `i_ma_cm2`, `g_s_cm2` and the ion columns have one entry per
/// compartment and are indexed by [`crate::contract::Placement`]'s nodes. `area_um2` and `diam_um`
/// may be empty when no mechanism's [`crate::contract::Needs`] asks for them.
#[derive(Debug)]
pub struct Surroundings<'a> {
    /// Time that the file sees as `t` `[ms]`. NEURON-compatible staggering: `currents` sees
    /// the time of the half step, `advance` the time of the full step.
    pub t_ms: f64,
    /// Step `[ms]`.
    pub dt_ms: f64,
    /// Temperature `[°C]`.
    pub celsius: f64,
    /// Membrane potential `[mV]`.
    pub v_mv: &'a [f64],
    /// Membrane area `[µm²]`.
    pub area_um2: &'a [f64],
    /// Diameter `[µm]`.
    pub diam_um: &'a [f64],
    /// All ions of the engine, in an order of its own.
    pub ions: &'a mut [IonColumns],
    /// Outward membrane current `[mA/cm²]`; `currents` adds to it.
    pub i_ma_cm2: &'a mut [f64],
    /// Its derivative with respect to voltage `[S/cm²]`; `currents` adds to it.
    pub g_s_cm2: &'a mut [f64],
}
