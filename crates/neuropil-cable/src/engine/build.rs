//! Columns, ions and matrix of some cells at the beginning.

use std::collections::BTreeMap;

use neuropil_mechanism::contract::IonColumns;

use super::block::{Block, effective_area_um2};
use super::group::{Columns, IonCare};
use super::ions::{Follow, IonPlan, follow_concentrations, plan};
use super::layout::Layout;
use crate::error::ModelError;
use crate::model::CellModel;
use crate::tree::{Coefficients, TreeSystem};

pub(super) type Plans = Vec<BTreeMap<String, IonPlan>>;

/// Ion names and columns at their start values.
pub(super) fn columns(
    cells: &[&CellModel],
    layout: &Layout,
    celsius: f64,
) -> Result<(Vec<String>, Columns, Plans), ModelError> {
    let n = layout.len();
    let plans: Plans = cells.iter().map(|cell| plan(cell)).collect::<Result<_, _>>()?;
    let mut names: Vec<String> = plans.iter().flat_map(|p| p.keys().cloned()).collect();
    names.sort();
    names.dedup();
    let mut made = Columns {
        v: vec![0.0; n],
        i: vec![0.0; n],
        g: vec![0.0; n],
        area_um2: vec![0.0; n],
        diam_um: vec![0.0; n],
        ions: names.iter().map(|_| IonColumns::uniform(n, f64::NAN, 0.0, 1.0, 1.0)).collect(),
    };
    for (slot, cell) in cells.iter().enumerate() {
        let c = cell.compartments();
        for node in 0..c.len() {
            let at = layout.at(slot, node);
            made.v[at] = cell.initial_mv[node];
            made.area_um2[at] = effective_area_um2(c.area_um2()[node]);
            made.diam_um[at] = c.diameter_um()[node];
            for (name, ion) in names.iter().zip(&mut made.ions) {
                let Some(plan) = plans[slot].get(name) else { continue };
                ion.valence = plan.ion.valence;
                ion.reversal_mv[at] = plan.reversal_mv;
                ion.inside_mm[at] = plan.ion.inside_mm;
                ion.outside_mm[at] = plan.ion.outside_mm;
                for (of, inside, starts) in &cell.ion_starts {
                    if let Some(&value) = starts.get(&node).filter(|_| of == name) {
                        let column = if *inside { &mut ion.inside_mm } else { &mut ion.outside_mm };
                        column[at] = value;
                    }
                }
                if plan.follow != Follow::Never {
                    follow_concentrations(ion, &[at as u32], celsius);
                }
            }
        }
    }
    Ok((names, made, plans))
}

/// How each ion is kept up to date.
pub(super) fn care(names: &[String], plans: &Plans, blocks: &[Block]) -> Vec<IonCare> {
    let one = |name: &String| {
        let uses = plans.iter().filter_map(|p| p.get(name));
        let follow = uses.clone().map(|p| p.follow).max().unwrap_or(Follow::Never);
        let current_read = uses.clone().any(|p| p.current_read);
        let mut nodes: Vec<u32> = blocks
            .iter()
            .filter(|b| b.instances.description().ion(name).is_some())
            .flat_map(|b| b.instances.nodes().iter().copied())
            .collect();
        nodes.sort_unstable();
        nodes.dedup();
        let last_ma_cm2 = if current_read { vec![0.0; nodes.len()] } else { Vec::new() };
        IonCare { name: name.clone(), follow, current_read, nodes, last_ma_cm2 }
    };
    names.iter().map(one).collect()
}

/// The matrix, and capacitance over step and area factor by column position.
pub(super) fn system(
    cells: &[&CellModel],
    layout: &Layout,
    per_ms: f64,
    extrapolation: f64,
) -> (TreeSystem, Vec<f64>, Vec<f64>) {
    let n = layout.len();
    let (mut up, mut cap, mut factor) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
    for (slot, cell) in cells.iter().enumerate() {
        let c = cell.compartments();
        let conductance = c.axial_conductance_us(|section| cell.ra_ohm_cm[section]);
        for (node, &area_um2) in c.area_um2().iter().enumerate() {
            let at = layout.at(slot, node);
            up[at] = conductance[node];
            // µF/cm² × µm² = 1e-5 nF; mA/cm² × µm² = 1e-2 nA.
            cap[at] = 1e-5 * cell.cm_uf_cm2[node] * area_um2 * per_ms;
            factor[at] = 1e-2 * effective_area_um2(area_um2);
        }
    }
    let coefficients = Coefficients { up_us: &up, cap_us: &cap, area_factor: &factor };
    (TreeSystem::new(layout.forest.clone(), coefficients, extrapolation), cap, factor)
}
