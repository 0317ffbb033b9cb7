//! One kernel per block that engines run, and the description of the whole.

use std::collections::BTreeSet;

use super::diffusion::diffusion_kernel;
use super::implicit::SECOND_ORDER;
use super::state::{Execution, Lowered, Phase, Slot};
use super::symbols::{Symbol, Symbols, symbols};
use crate::contract::{Description, EventPort, Kind, Needs, Role};
use crate::ir::{Input, IonQuantity, Kernel, Segment, Target, Value, derivative};
use crate::nmodl::ast::{Module, Stmt, StmtKind};
use crate::nmodl::check::check_units;
use crate::nmodl::lower::statement::only_returns;
use crate::nmodl::parser::parse;
use crate::nmodl::report::{Refused, Report};
use crate::program::Program;
use crate::source::Source;

/// Compiles a source to a description and kernels.
pub(crate) fn lower(
    source: &Source,
    report: &mut Report,
) -> Result<(Description, Program), Refused> {
    let module = parse(source, report)?;
    refuse_blocks(&module, report)?;
    let mut symbols = symbols(&module, report)?;
    check_units(&module, &symbols.units, &symbols.unit_texts, report);
    let mut methods = Vec::new();
    let diffusion_variables = symbols.variables.len();
    let diffusion = diffusion_kernel(&module, &mut symbols, report);
    let mut build = |phase| build(&module, &symbols, report, phase, &mut methods);
    let initial = build(Phase::Initial);
    let currents = build(Phase::Currents);
    let advance = build(Phase::Advance);
    let receive = build(Phase::Receive);
    let accurate = accurate_kernel(&module, &symbols);
    let open = open_kernel(&module, &symbols, report);
    let (diffusion, spreading) = diffusion?;
    let mut program = Program {
        initial: initial?,
        currents: currents?,
        advance: advance?,
        accurate,
        diffusion,
        diffusion_variables,
        receive: receive?,
        open: open?,
        ..Program::default()
    };
    if report.has_errors() {
        return Err(Refused);
    }
    let visible = symbols.visible;
    program.hidden = symbols.variables[visible..].iter().map(|v| v.default).collect();
    prune(&mut program, &symbols);
    program.written = written(&program);
    program.read = read_somewhere(&program, symbols.variables.len());
    methods.dedup();
    let mut description = describe(source, &module, symbols, &program, methods);
    description.diffusion = spreading;
    Ok((description, program))
}

fn refuse_blocks(module: &Module, report: &mut Report) -> Result<(), Refused> {
    for (keyword, span) in &module.refused {
        let help = match keyword.split(' ').next().unwrap_or("") {
            "FUNCTION_TABLE" => "replace the table by a FUNCTION",
            "BEFORE" | "AFTER" => "move the statements into BREAKPOINT",
            _ => "remove the block",
        };
        report.error(*span, format!("{keyword} is not supported"), help);
    }
    for (text, span) in &module.verbatim {
        if !only_returns(text) {
            report.error(*span, "VERBATIM: C code cannot be run", "write it in NMODL");
        }
    }
    for name in &module.external {
        let message = format!("EXTERNAL \"{}\" is not supported", name.text);
        report.error(name.span, message, "make it a PARAMETER");
    }
    for name in &module.random {
        let message = format!("RANDOM \"{}\" is not supported", name.text);
        report.error(name.span, message, "use the engine's noise inputs");
    }
    if report.has_errors() { Err(Refused) } else { Ok(()) }
}

fn build(
    module: &Module,
    symbols: &Symbols,
    report: &mut Report,
    phase: Phase,
    methods: &mut Vec<String>,
) -> Lowered<Kernel> {
    let mut run = Execution::new(module, symbols, report, phase);
    match phase {
        Phase::Initial => {
            run.start_states();
            module.initial.iter().try_for_each(|body| run.run(body))?;
        }
        Phase::Currents => {
            if let Some(body) = &module.breakpoint {
                run.scopes.push(Default::default());
                run.breakpoint(body, false)?;
                run.add_currents();
            }
        }
        Phase::Advance => {
            if let Some(body) = &module.breakpoint {
                run.scopes.push(Default::default());
                run.breakpoint(body, true)?;
            }
        }
        Phase::Receive => {
            if let Some((arguments, body)) = &module.receive {
                let names: Vec<String> = arguments.iter().map(|a| a.0.text.clone()).collect();
                run.bind_arguments(&names);
                run.run(body)?;
            }
        }
    }
    run.finish(methods)
}

/// The `SOLVE`s once more with implicit steps of second order, where there are any. What there is
/// to say about the file has been said when it was built the first time.
fn accurate_kernel(module: &Module, symbols: &Symbols) -> Kernel {
    let mut silent = Report::default();
    let mut run = Execution::new(module, symbols, &mut silent, Phase::Advance);
    run.second_order = true;
    run.scopes.push(Default::default());
    let Some(body) = &module.breakpoint else { return Kernel::default() };
    let ran = run.breakpoint(body, true);
    let mut methods = Vec::new();
    match ran.and_then(|()| run.finish(&mut methods)) {
        Ok(kernel) if methods.iter().any(|m| m.contains(SECOND_ORDER)) => kernel,
        _ => Kernel::default(),
    }
}

/// The numbers of a new connection.
fn open_kernel(module: &Module, symbols: &Symbols, report: &mut Report) -> Lowered<Kernel> {
    let Some((arguments, body)) = &module.receive else { return Ok(Kernel::default()) };
    let inside: Vec<&Vec<Stmt>> = body
        .iter()
        .filter_map(|s| match &s.kind {
            StmtKind::Initial(body) => Some(body),
            _ => None,
        })
        .collect();
    if inside.is_empty() {
        return Ok(Kernel::default());
    }
    let mut run = Execution::new(module, symbols, report, Phase::Initial);
    let names: Vec<String> = arguments.iter().map(|a| a.0.text.clone()).collect();
    run.bind_arguments(&names);
    inside.into_iter().try_for_each(|body| run.run(body))?;
    run.finish(&mut Vec::new())
}

impl Execution<'_> {
    /// States begin at their start values; concentrations at what the engine provides.
    fn start_states(&mut self) {
        let symbols = self.symbols;
        for name in &symbols.states {
            let slots: Vec<usize> = match symbols.names.get(name) {
                Some(Symbol::Variable(k)) => vec![*k],
                Some(Symbol::Array(first, n)) => (*first..first + n).collect(),
                _ => continue,
            };
            let given = match symbols.names.get(&format!("{name}0")) {
                Some(Symbol::Variable(k)) => Some(self.read(Slot::Variable(*k))),
                _ => None,
            };
            for k in slots {
                let start = symbols.variables[k].default;
                let value = given.unwrap_or_else(|| self.graph.constant(start));
                self.write(Slot::Variable(k), value);
            }
        }
    }

    /// Runs `BREAKPOINT`: its `SOLVE`s, or everything else.
    fn breakpoint(&mut self, body: &[Stmt], solves: bool) -> Lowered<()> {
        for statement in body {
            let has_solve = contains_solve(statement);
            match &statement.kind {
                StmtKind::If(branches, otherwise) if has_solve => {
                    if branches.is_empty() {
                        self.breakpoint(otherwise, solves)?;
                    } else {
                        self.conditional_solves(branches, otherwise, solves)?;
                    }
                }
                StmtKind::Protect(inner) if has_solve => {
                    self.breakpoint(std::slice::from_ref(inner), solves)?;
                }
                StmtKind::Local(_) => self.statement(statement)?,
                _ if has_solve == solves => self.statement(statement)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn conditional_solves(
        &mut self,
        branches: &[(crate::nmodl::ast::Expr, Vec<Stmt>)],
        otherwise: &[Stmt],
        solves: bool,
    ) -> Lowered<()> {
        let Some(((condition, body), rest)) = branches.split_first() else {
            return self.breakpoint(otherwise, solves);
        };
        let condition = self.value(condition)?;
        self.choose(
            condition,
            |x| x.breakpoint(body, solves),
            |x| x.conditional_solves(rest, otherwise, solves),
        )
    }

    /// The currents and their conductances as outputs.
    fn add_currents(&mut self) {
        let symbols = self.symbols;
        let (mut total, mut slope): (Option<Value>, Option<Value>) = (None, None);
        let mut outputs: Vec<(Target, Value)> = Vec::new();
        for (current, &variable) in symbols.currents.iter().zip(&symbols.current_variables) {
            let i = self.read(Slot::Variable(variable));
            let g = derivative(&mut self.graph, i, Input::Voltage);
            if let Some(ion) = current.ion {
                outputs.push((Target::IonCurrent(ion), i));
                outputs.extend(g.map(|g| (Target::IonConductance(ion), g)));
            }
            let mut add = |sum: &mut Option<Value>, x: Value| {
                *sum = Some(match (*sum, current.electrode) {
                    (None, false) => x,
                    (None, true) => self.graph.neg(x),
                    (Some(s), false) => self.graph.add(s, x),
                    (Some(s), true) => self.graph.sub(s, x),
                });
            };
            add(&mut total, i);
            if let Some(g) = g {
                add(&mut slope, g);
            }
        }
        outputs.extend(total.map(|i| (Target::Current, i)));
        outputs.extend(slope.map(|g| (Target::Conductance, g)));
        self.extra = outputs;
    }

    /// Ends the kernel.
    pub(super) fn finish(mut self, methods: &mut Vec<String>) -> Lowered<Kernel> {
        let symbols = self.symbols;
        self.changed.retain(|slot| !matches!(slot, Slot::Local(_) | Slot::Provided(_)));
        self.flush();
        let extra = std::mem::take(&mut self.extra);
        if let Some(last) = self.kernel.segments.last_mut() {
            last.outputs.extend(extra);
        }
        for segment in &mut self.kernel.segments {
            segment.outputs.retain(|(target, _)| match target {
                Target::Ion(k, quantity) => {
                    let writes = &symbols.ions[*k].writes;
                    match quantity {
                        IonQuantity::Reversal => writes.reversal,
                        IonQuantity::Inside => writes.inside,
                        IonQuantity::Outside => writes.outside,
                        IonQuantity::Current => false,
                    }
                }
                _ => true,
            });
            drop_unchanged(segment);
        }
        let keep =
            |s: &Segment| !s.outputs.is_empty() || !s.effects.is_empty() || s.iteration.is_some();
        self.kernel.segments.retain(keep);
        methods.append(&mut self.methods);
        Ok(self.kernel)
    }
}

/// A variable that keeps its value needs no output.
fn drop_unchanged(segment: &mut Segment) {
    use crate::ir::Node;
    let graph = &segment.graph;
    segment.outputs.retain(|(target, value)| {
        let own = match *target {
            Target::Variable(k) => Input::Variable(k),
            Target::Ion(k, q) => Input::Ion(k, q),
            Target::Argument(k) => Input::Argument(k),
            _ => return true,
        };
        graph.node(*value) != Node::Input(own)
    });
}

fn contains_solve(statement: &Stmt) -> bool {
    match &statement.kind {
        StmtKind::Solve { .. } => true,
        StmtKind::If(branches, otherwise) => {
            branches.iter().any(|b| b.1.iter().any(contains_solve))
                || otherwise.iter().any(contains_solve)
        }
        StmtKind::Protect(inner) => contains_solve(inner),
        _ => false,
    }
}

/// Drops stores into hidden variables that nothing reads.
fn prune(program: &mut Program, symbols: &Symbols) {
    let kept_from = program.diffusion_variables;
    loop {
        let mut read = BTreeSet::new();
        for kernel in program.kernels() {
            read.extend(kernel.inputs());
        }
        let mut dropped = false;
        for kernel in program.kernels_mut() {
            for segment in &mut kernel.segments {
                let before = segment.outputs.len();
                segment.outputs.retain(|(target, _)| match *target {
                    Target::Variable(k) => {
                        k < symbols.visible || k >= kept_from || read.contains(&Input::Variable(k))
                    }
                    Target::Carry(k) => {
                        segment.iteration.is_some() || read.contains(&Input::Carry(k))
                    }
                    _ => true,
                });
                dropped |= segment.outputs.len() != before;
            }
        }
        if !dropped {
            return;
        }
    }
}

/// For every variable whether some kernel reads it.
fn read_somewhere(program: &Program, count: usize) -> Vec<bool> {
    let mut read = vec![false; count];
    for input in program.kernels().flat_map(Kernel::inputs) {
        if let Input::Variable(k) = input {
            read[k] = true;
        }
    }
    read
}

fn written(program: &Program) -> Vec<usize> {
    let mut all: Vec<usize> = program
        .kernels()
        .flat_map(|k| k.outputs())
        .filter_map(|t| match t {
            Target::Variable(k) => Some(k),
            _ => None,
        })
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn describe(
    source: &Source,
    module: &Module,
    symbols: Symbols,
    program: &Program,
    methods: Vec<String>,
) -> Description {
    let inputs: BTreeSet<Input> = program.kernels().flat_map(Kernel::inputs).collect();
    let needs = Needs {
        time: inputs.contains(&Input::Time),
        celsius: inputs.contains(&Input::Celsius),
        area: inputs.contains(&Input::Area),
        diam: inputs.contains(&Input::Diameter),
    };
    let events = module.receive.as_ref().map(|(arguments, body)| EventPort {
        arguments: arguments.iter().map(|a| a.0.text.clone()).collect(),
        units: arguments.iter().map(|a| a.1.clone().unwrap_or_default()).collect(),
        has_initial: body.iter().any(|s| matches!(s.kind, StmtKind::Initial(_))),
    });
    let mut variables = symbols.variables;
    variables.truncate(symbols.visible);
    for (k, variable) in variables.iter_mut().enumerate() {
        // a parameter that the mechanism itself computes is a value per instance
        if variable.role == Role::Parameter && program.written.contains(&k) {
            variable.scope = crate::contract::Scope::Range;
        }
    }
    let name = module.suffix.as_ref().map(|s| s.1.text.clone()).unwrap_or_default();
    Description {
        name,
        origin: source.name.clone(),
        title: module.title.clone(),
        kind: symbols.kind,
        variables,
        ions: symbols.ions,
        currents: symbols.currents,
        pointers: symbols.pointers,
        events,
        needs,
        diffusion: Vec::new(),
        methods: if symbols.kind == Kind::Artificial { Vec::new() } else { methods },
    }
}
