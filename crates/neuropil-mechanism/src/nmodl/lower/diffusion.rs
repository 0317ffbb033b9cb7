//! `LONGITUDINAL_DIFFUSION`: which states spread along the cell, how fast, and in what volume.
//!
//! A mechanism sees one compartment only, so the spreading itself is the engine's. The statement
//! becomes a kernel that computes, for each species and instance, the coefficient and the
//! `COMPARTMENT` volume per length into variables of their own, once, after `INITIAL`.

use super::state::{Execution, Lowered, Phase, Slot};
use super::symbols::Symbols;
use crate::contract::{Diffusing, Diffusion, Role, Scope, Variable};
use crate::ir::{Input, IonQuantity, Kernel, Node, Target, Value};
use crate::nmodl::ast::{BlockKind, Module, Span};
use crate::nmodl::report::Report;

/// The kernel and what it computes; the variables it needs are added to the hidden ones.
pub(crate) fn diffusion_kernel(
    module: &Module,
    symbols: &mut Symbols,
    report: &mut Report,
) -> Lowered<(Kernel, Vec<Diffusion>)> {
    let (kernel, found) = {
        let mut run = Execution::new(module, symbols, report, Phase::Initial);
        let found = run.spreading()?;
        if found.is_empty() {
            return Ok((Kernel::default(), Vec::new()));
        }
        let mut next = run.symbols.variables.len();
        let mut list = Vec::new();
        for (what, coefficient, volume) in found {
            run.extra.push((Target::Variable(next), coefficient));
            run.extra.push((Target::Variable(next + 1), volume));
            list.push(Diffusion { what, coefficient: next, volume: next + 1 });
            next += 2;
        }
        (run.finish(&mut Vec::new())?, list)
    };
    let made = Variable {
        name: String::new(),
        unit_text: String::new(),
        unit: None,
        role: Role::Assigned,
        scope: Scope::Range,
        default: 0.0,
        limits: None,
        line: 0,
    };
    symbols.variables.extend(std::iter::repeat_n(made, 2 * found.len()));
    Ok((kernel, found))
}

impl Execution<'_> {
    /// Every spreading species of the `KINETIC` blocks, with coefficient and volume.
    fn spreading(&mut self) -> Lowered<Vec<(Diffusing, Value, Value)>> {
        let module = self.module;
        let mut found = Vec::new();
        for block in module.blocks.iter().filter(|b| b.kind == BlockKind::Kinetic) {
            let x = self.unknowns(block)?;
            let collected = self.collect(block, &x)?;
            let one = self.graph.constant(1.0);
            for (&slot, &(coefficient, span)) in &collected.diffusion {
                let volume = collected.volumes.get(&slot).copied().unwrap_or(one);
                self.check_constant(&[coefficient, volume], span)?;
                let what = match slot {
                    Slot::Variable(k) if self.is_visible_state(k) => Diffusing::State(k),
                    Slot::Ion(k, IonQuantity::Inside) => Diffusing::Inside(k),
                    _ => {
                        return Err(self.report.error(
                            span,
                            "LONGITUDINAL_DIFFUSION of something that is neither a STATE nor a \
                             concentration inside",
                            "name a STATE of the KINETIC block",
                        ));
                    }
                };
                found.push((what, coefficient, volume));
            }
            // nothing of the trial execution is kept
            self.slots.clear();
            self.changed.clear();
        }
        Ok(found)
    }

    fn is_visible_state(&self, k: usize) -> bool {
        self.symbols.variables.get(k).is_some_and(|v| v.role == Role::State)
    }

    /// Coefficient and volume may depend on geometry, temperature and what does not change in time.
    fn check_constant(&mut self, values: &[Value], span: Span) -> Lowered<()> {
        let live = self.graph.live(values.iter().copied());
        let moving = self.graph.nodes().iter().zip(live).any(|(node, live)| {
            live && match node {
                Node::Input(Input::Variable(k)) => {
                    matches!(self.symbols.variables[*k].role, Role::State | Role::Pointer)
                }
                Node::Input(Input::Area | Input::Diameter | Input::Celsius) => false,
                Node::Input(_) => true,
                _ => false,
            }
        });
        if !moving {
            return Ok(());
        }
        Err(self.report.error(
            span,
            "a coefficient or volume of LONGITUDINAL_DIFFUSION changes in time",
            "let it depend on parameters, diam and celsius only",
        ))
    }
}
