//! What every name of a file stands for.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::{Current, IonUse, IonVariables, Kind, Role, Scope, Variable};
use crate::ir::{Input, IonQuantity};
use crate::nmodl::ast::{Declaration, Module, Name, Suffix, UnitLine, UseIon};
use crate::nmodl::check::without_mole;
use crate::nmodl::report::{Refused, Report};
use crate::nmodl::units::UnitTable;

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Symbol {
    /// A number that never changes.
    Constant(f64),
    /// One stored variable.
    Variable(usize),
    /// An array of stored variables: first and length.
    Array(usize, usize),
    /// A quantity of an ion.
    Ion(usize, IonQuantity),
    /// A quantity that the engine provides.
    Provided(Input),
}

/// All names of a file and the tables behind them.
#[derive(Debug)]
pub(crate) struct Symbols {
    pub(crate) kind: Kind,
    pub(crate) names: BTreeMap<String, Symbol>,
    /// Visible variables first.
    pub(crate) variables: Vec<Variable>,
    /// How many of them are visible outside.
    pub(crate) visible: usize,
    pub(crate) ions: Vec<IonUse>,
    pub(crate) currents: Vec<Current>,
    /// The variable that holds each current.
    pub(crate) current_variables: Vec<usize>,
    pub(crate) pointers: Vec<usize>,
    /// Names of `STATE`s, arrays by their base name.
    pub(crate) states: BTreeSet<String>,
    pub(crate) units: UnitTable,
    /// Unit text of every declared name.
    pub(crate) unit_texts: BTreeMap<String, String>,
}

/// Names that engines provide.
const PROVIDED: [(&str, Input); 6] = [
    ("v", Input::Voltage),
    ("t", Input::Time),
    ("dt", Input::Step),
    ("celsius", Input::Celsius),
    ("area", Input::Area),
    ("diam", Input::Diameter),
];

struct Making<'a> {
    module: &'a Module,
    report: &'a mut Report,
    symbols: Symbols,
    hidden: Vec<Variable>,
    hidden_names: Vec<(String, usize, Option<usize>)>,
}

/// Builds the table of a file.
pub(crate) fn symbols(module: &Module, report: &mut Report) -> Result<Symbols, Refused> {
    let kind = match &module.suffix {
        Some((Suffix::Density, _)) => Kind::Density,
        Some((Suffix::Point, _)) => Kind::Point,
        Some((Suffix::Artificial, _)) => Kind::Artificial,
        None => {
            let at = crate::nmodl::ast::Span::default();
            return Err(report.error(
                at,
                "no SUFFIX, POINT_PROCESS or ARTIFICIAL_CELL",
                "name the mechanism in the NEURON block",
            ));
        }
    };
    let symbols = Symbols {
        kind,
        names: BTreeMap::new(),
        variables: Vec::new(),
        visible: 0,
        ions: Vec::new(),
        currents: Vec::new(),
        current_variables: Vec::new(),
        pointers: Vec::new(),
        states: BTreeSet::new(),
        units: UnitTable::default(),
        unit_texts: BTreeMap::new(),
    };
    let (hidden, hidden_names) = (Vec::new(), Vec::new());
    let mut making = Making { module, report, symbols, hidden, hidden_names };
    making.units();
    making.ions()?;
    making.provided();
    making.declared();
    making.currents();
    making.finish();
    Ok(making.symbols)
}

impl Making<'_> {
    fn units(&mut self) {
        for line in &self.module.units {
            match line {
                UnitLine::Alias(alias, meaning, span) => {
                    if !self.symbols.units.define(alias, meaning) {
                        let message = format!("unknown unit ({meaning}); ({alias}) is not checked");
                        self.report.warning(*span, message, "");
                    }
                }
                UnitLine::Constant(name, value, unit) => {
                    let value = match value {
                        Ok(number) => Some(*number),
                        Err(text) => self.unit_constant(name, text, unit),
                    };
                    if let Some(value) = value {
                        self.symbols.names.insert(name.text.clone(), Symbol::Constant(value));
                        self.symbols.unit_texts.insert(name.text.clone(), unit.clone());
                    }
                }
            }
        }
    }

    fn unit_constant(&mut self, name: &Name, text: &str, unit: &str) -> Option<f64> {
        let from = self.symbols.units.parse(text);
        let to = if unit.is_empty() { from } else { self.symbols.units.parse(unit) };
        match (from, to) {
            (Some(from), Some(to)) => {
                if without_mole(from) != without_mole(to) {
                    let message = format!("({text}) cannot be expressed in ({unit})");
                    self.report.error(name.span, message, "write the number instead");
                    return None;
                }
                Some(from.scale / to.scale)
            }
            _ => {
                let message = format!("unknown unit in \"{} = ({text}) ({unit})\"", name.text);
                self.report.error(name.span, message, "write the number instead");
                None
            }
        }
    }

    fn ions(&mut self) -> Result<(), Refused> {
        for declared in &self.module.ions {
            let (line, _) = self.report.place(declared.ion.span);
            let index = self.symbols.ions.len();
            let mut ion = IonUse {
                name: declared.ion.text.clone(),
                valence: declared.valence,
                reads: IonVariables::default(),
                writes: IonVariables::default(),
                line,
            };
            for (list, write) in [(&declared.read, false), (&declared.write, true)] {
                for name in list {
                    let quantity = self.quantity(declared, name)?;
                    let flags = if write { &mut ion.writes } else { &mut ion.reads };
                    match quantity {
                        IonQuantity::Reversal => flags.reversal = true,
                        IonQuantity::Current => flags.current = true,
                        IonQuantity::Inside => flags.inside = true,
                        IonQuantity::Outside => flags.outside = true,
                    }
                    let own_current = quantity == IonQuantity::Current && write;
                    if !own_current {
                        let symbol = Symbol::Ion(index, quantity);
                        self.symbols.names.insert(name.text.clone(), symbol);
                    }
                }
            }
            self.symbols.ions.push(ion);
        }
        Ok(())
    }

    fn quantity(&mut self, ion: &UseIon, name: &Name) -> Result<IonQuantity, Refused> {
        let x = &ion.ion.text;
        let spelled = [
            (format!("e{x}"), IonQuantity::Reversal),
            (format!("i{x}"), IonQuantity::Current),
            (format!("{x}i"), IonQuantity::Inside),
            (format!("{x}o"), IonQuantity::Outside),
        ];
        spelled.iter().find(|(s, _)| *s == name.text).map(|s| s.1).ok_or_else(|| {
            let message = format!("\"{}\" is not a quantity of ion {x}", name.text);
            let help = format!("expected e{x}, i{x}, {x}i or {x}o");
            self.report.error(name.span, message, help)
        })
    }

    fn provided(&mut self) {
        let artificial = self.symbols.kind == Kind::Artificial;
        for (name, input) in PROVIDED {
            let own = artificial && !matches!(input, Input::Time | Input::Step | Input::Celsius);
            let declared_range = self.module.range.iter().any(|n| n.text == name);
            if !own && !declared_range {
                self.symbols.names.insert(name.to_owned(), Symbol::Provided(input));
            }
        }
    }

    fn is_visible(&self, name: &str) -> bool {
        let m = self.module;
        m.range.iter().chain(&m.global).any(|n| n.text == name)
    }

    fn declared(&mut self) {
        let m = self.module;
        for d in &m.constants {
            if let Some(value) = d.value {
                self.symbols.names.insert(d.name.text.clone(), Symbol::Constant(value));
                let unit = d.unit.clone().unwrap_or_default();
                self.symbols.unit_texts.insert(d.name.text.clone(), unit);
            }
        }
        for p in &m.pointers {
            let declared = m.assigned.iter().chain(&m.parameters).find(|d| d.name.text == p.text);
            let unit = declared.and_then(|d| d.unit.clone());
            let index = self.symbols.variables.len();
            self.symbols.pointers.push(index);
            self.add(p, unit, Role::Pointer, Scope::Range, 0.0, None, None);
        }
        for (list, role) in [
            (&m.parameters, Role::Parameter),
            (&m.states, Role::State),
            (&m.assigned, Role::Assigned),
        ] {
            for d in list {
                self.declaration(d, role);
            }
        }
        for (name, length) in &m.locals {
            if !self.symbols.names.contains_key(&name.text) {
                self.add_hidden(name, None, *length, 0.0);
            }
        }
        for name in m.range.iter().chain(&m.global) {
            if !self.symbols.names.contains_key(&name.text) && !self.is_current(&name.text) {
                self.add(name, None, Role::Assigned, Scope::Range, 0.0, None, None);
            }
        }
    }

    fn is_current(&self, name: &str) -> bool {
        let m = self.module;
        m.nonspecific.iter().chain(&m.electrode).any(|n| n.text == name)
            || m.ions.iter().any(|i| {
                i.write.iter().any(|w| w.text == name) && name == format!("i{}", i.ion.text)
            })
    }

    fn declaration(&mut self, d: &Declaration, role: Role) {
        let name = &d.name.text;
        if let Some(unit) = &d.unit {
            self.symbols.unit_texts.entry(name.clone()).or_insert_with(|| unit.clone());
        }
        if role == Role::State {
            self.symbols.states.insert(name.clone());
        }
        if let Some(known) = self.symbols.names.get(name) {
            if role == Role::State
                && let Symbol::Variable(k) = *known
            {
                self.symbols.variables[k].role = Role::State;
            }
            return;
        }
        if self.is_current(name) && role != Role::State {
            return;
        }
        let global = self.module.global.iter().any(|n| n.text == *name);
        let range = self.module.range.iter().any(|n| n.text == *name);
        let scope = match role {
            Role::Parameter if global || !range => Scope::Global,
            _ => Scope::Range,
        };
        let mut default = d.value.unwrap_or(0.0);
        if role == Role::State {
            let start = format!("{name}0");
            let declared = self.module.parameters.iter().find(|p| p.name.text == start);
            default = declared.and_then(|p| p.value).unwrap_or(default);
        }
        if role == Role::Assigned && !self.is_visible(name) {
            self.add_hidden(&d.name, d.unit.clone(), d.length, default);
        } else {
            self.add(&d.name, d.unit.clone(), role, scope, default, d.limits, d.length);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of a variable, in order")]
    fn add(
        &mut self,
        name: &Name,
        unit: Option<String>,
        role: Role,
        scope: Scope,
        default: f64,
        limits: Option<(f64, f64)>,
        length: Option<usize>,
    ) {
        let first = self.symbols.variables.len();
        let made = self.variable(name, unit, role, scope, default, limits);
        expand(&mut self.symbols.variables, made, length);
        let symbol = length.map_or(Symbol::Variable(first), |n| Symbol::Array(first, n));
        self.symbols.names.insert(name.text.clone(), symbol);
    }

    fn add_hidden(
        &mut self,
        name: &Name,
        unit: Option<String>,
        length: Option<usize>,
        default: f64,
    ) {
        let first = self.hidden.len();
        let made = self.variable(name, unit, Role::Assigned, Scope::Range, default, None);
        expand(&mut self.hidden, made, length);
        self.hidden_names.push((name.text.clone(), first, length));
        // a placeholder until the visible variables are counted
        self.symbols.names.insert(name.text.clone(), Symbol::Constant(f64::NAN));
    }

    fn variable(
        &self,
        name: &Name,
        unit: Option<String>,
        role: Role,
        scope: Scope,
        default: f64,
        limits: Option<(f64, f64)>,
    ) -> Variable {
        let unit_text = unit.unwrap_or_default();
        let unit = if unit_text.is_empty() { None } else { self.symbols.units.parse(&unit_text) };
        let (line, _) = self.report.place(name.span);
        Variable { name: name.text.clone(), unit_text, unit, role, scope, default, limits, line }
    }

    fn currents(&mut self) {
        let m = self.module;
        let mut all: Vec<(Name, Option<usize>, bool)> = Vec::new();
        for (k, ion) in m.ions.iter().enumerate() {
            let current = format!("i{}", ion.ion.text);
            let written = ion.write.iter().filter(|w| w.text == current);
            all.extend(written.map(|w| (w.clone(), Some(k), false)));
        }
        all.extend(m.nonspecific.iter().map(|n| (n.clone(), None, false)));
        all.extend(m.electrode.iter().map(|n| (n.clone(), None, true)));
        for (name, ion, electrode) in all {
            let unit = self.symbols.unit_texts.get(&name.text).cloned().unwrap_or_else(|| {
                let density = self.symbols.kind == Kind::Density;
                (if density { "mA/cm2" } else { "nA" }).to_owned()
            });
            let index = match self.symbols.names.get(&name.text) {
                Some(Symbol::Variable(k)) => *k,
                _ => {
                    let index = self.symbols.variables.len();
                    self.add(&name, Some(unit), Role::Assigned, Scope::Range, 0.0, None, None);
                    index
                }
            };
            self.symbols.current_variables.push(index);
            self.symbols.currents.push(Current { name: name.text, ion, electrode });
        }
    }

    fn finish(&mut self) {
        let s = &mut self.symbols;
        s.visible = s.variables.len();
        for (name, first, length) in std::mem::take(&mut self.hidden_names) {
            let first = s.visible + first;
            let symbol = length.map_or(Symbol::Variable(first), |n| Symbol::Array(first, n));
            s.names.insert(name, symbol);
        }
        s.variables.append(&mut self.hidden);
    }
}

fn expand(into: &mut Vec<Variable>, made: Variable, length: Option<usize>) {
    match length {
        None => into.push(made),
        Some(n) => into.extend(
            (0..n).map(|k| Variable { name: format!("{}[{k}]", made.name), ..made.clone() }),
        ),
    }
}
