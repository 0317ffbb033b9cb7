//! The state of a symbolic execution: the present value of every variable.

use std::collections::{BTreeMap, BTreeSet};

use super::solve::Collected;
use super::symbols::{Symbol, Symbols};
use crate::contract::Role;
use crate::ir::{Effect, Graph, Input, IonQuantity, Kernel, Segment, Target, Value};
use crate::nmodl::ast::{Module, Span};
use crate::nmodl::report::{Refused, Report};

/// A place that holds a value during execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Slot {
    Variable(usize),
    Ion(usize, IonQuantity),
    Argument(usize),
    Local(usize),
    /// A working copy of what the engine provides; never leaves the kernel.
    Provided(Input),
}

/// What a local name stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Local {
    Scalar(usize),
    Array(usize, usize),
    Argument(usize),
    Flag,
}

/// Which kernel is being built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Initial,
    Currents,
    Advance,
    Receive,
}

pub(crate) type Lowered<T> = Result<T, Refused>;

/// A symbolic execution in progress.
pub(crate) struct Execution<'a> {
    pub(crate) module: &'a Module,
    pub(crate) symbols: &'a Symbols,
    pub(crate) report: &'a mut Report,
    pub(crate) phase: Phase,
    pub(crate) graph: Graph,
    pub(crate) slots: BTreeMap<Slot, Value>,
    /// Slots that were assigned in the present segment.
    pub(crate) changed: BTreeSet<Slot>,
    pub(crate) scopes: Vec<BTreeMap<String, Local>>,
    pub(crate) locals: usize,
    /// Names of the routines being expanded.
    pub(crate) calls: Vec<String>,
    /// The condition under which the present statement runs; `None` is always.
    pub(crate) guard: Option<Value>,
    pub(crate) effects: Vec<Effect>,
    pub(crate) kernel: Kernel,
    pub(crate) unrolled: usize,
    /// What the block being solved has said so far.
    pub(crate) collecting: Option<Collected>,
    /// Outputs that are not variables, for the last segment.
    pub(crate) extra: Vec<(Target, Value)>,
    /// Whether implicit steps are of second order (see [`super::implicit`]).
    pub(crate) second_order: bool,
    /// How each `SOLVE` was done.
    pub(crate) methods: Vec<String>,
}

impl<'a> Execution<'a> {
    pub(crate) fn new(
        module: &'a Module,
        symbols: &'a Symbols,
        report: &'a mut Report,
        phase: Phase,
    ) -> Self {
        Self {
            module,
            symbols,
            report,
            phase,
            graph: Graph::default(),
            slots: BTreeMap::new(),
            changed: BTreeSet::new(),
            scopes: vec![BTreeMap::new()],
            locals: 0,
            calls: Vec::new(),
            guard: None,
            effects: Vec::new(),
            kernel: Kernel::default(),
            unrolled: 0,
            collecting: None,
            extra: Vec::new(),
            second_order: false,
            methods: Vec::new(),
        }
    }

    /// The present value of a slot.
    pub(crate) fn read(&mut self, slot: Slot) -> Value {
        if let Some(&value) = self.slots.get(&slot) {
            return value;
        }
        match slot {
            Slot::Variable(k) => self.graph.input(Input::Variable(k)),
            Slot::Ion(k, quantity) => self.graph.input(Input::Ion(k, quantity)),
            Slot::Argument(k) => self.graph.input(Input::Argument(k)),
            Slot::Local(_) => self.graph.constant(0.0),
            Slot::Provided(input) => self.graph.input(input),
        }
    }

    pub(crate) fn write(&mut self, slot: Slot, value: Value) {
        self.changed.insert(slot);
        self.slots.insert(slot, value);
    }

    /// What a name means here; locals hide everything else.
    pub(crate) fn local(&self, name: &str) -> Option<Local> {
        self.scopes.iter().rev().find_map(|s| s.get(name)).copied()
    }

    pub(crate) fn declare(&mut self, name: &str, length: Option<usize>) -> usize {
        let first = self.locals;
        self.locals += length.unwrap_or(1);
        let local = length.map_or(Local::Scalar(first), |n| Local::Array(first, n));
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name.to_owned(), local);
        }
        first
    }

    pub(crate) fn symbol(&mut self, name: &str, span: Span) -> Lowered<Symbol> {
        if let Some(symbol) = self.symbols.names.get(name) {
            return Ok(*symbol);
        }
        let locals = self.scopes.iter().flat_map(|s| s.keys().map(String::as_str));
        let all = self.symbols.names.keys().map(String::as_str).chain(locals);
        let hint = neuropil_core::names::suggestion(name, all);
        let message = format!("\"{name}\" is not declared{hint}");
        Err(self.report.error(span, message, "declare it in PARAMETER, ASSIGNED, STATE or LOCAL"))
    }

    /// Ends the present segment: every changed value goes to where it is stored.
    pub(crate) fn flush(&mut self) {
        let mut outputs = Vec::new();
        let mut carried = BTreeMap::new();
        for slot in std::mem::take(&mut self.changed) {
            let Some(&value) = self.slots.get(&slot) else { continue };
            let target = match slot {
                Slot::Variable(k) => Target::Variable(k),
                Slot::Ion(k, q) => Target::Ion(k, q),
                Slot::Argument(k) => Target::Argument(k),
                Slot::Local(_) | Slot::Provided(_) => {
                    let k = self.kernel.carried;
                    self.kernel.carried += 1;
                    carried.insert(slot, k);
                    Target::Carry(k)
                }
            };
            outputs.push((target, value));
        }
        let graph = std::mem::take(&mut self.graph);
        let effects = std::mem::take(&mut self.effects);
        self.kernel.segments.push(Segment { graph, outputs, effects, iteration: None });
        self.slots.clear();
        for (slot, k) in carried {
            let value = self.graph.input(Input::Carry(k));
            self.slots.insert(slot, value);
            // still local: carried again if another segment ends
            self.changed.insert(slot);
        }
    }

    /// Whether a name is a `STATE`.
    pub(crate) fn is_state(&self, name: &str) -> bool {
        self.symbols.states.contains(name)
    }

    /// Whether a variable may be assigned by the mechanism.
    pub(crate) fn check_writable(&mut self, slot: Slot, span: Span) -> Lowered<()> {
        if let Slot::Variable(k) = slot
            && self.symbols.variables[k].role == Role::Pointer
        {
            let message = format!("POINTER \"{}\" is written", self.symbols.variables[k].name);
            return Err(self.report.error(
                span,
                message,
                "only reading through a POINTER is supported; let the other mechanism compute it",
            ));
        }
        Ok(())
    }
}
