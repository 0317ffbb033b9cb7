//! Graph to register code: choice of superinstructions, order, registers.

use std::collections::HashMap;

use super::code::{Bytecode, Instruction, OPERANDS, Op, Piece, Place, Source, UniformStep};
use super::fuse::Patterns;
use super::place::{Code, Made, update_in_place, write_in_place};
use super::specialise::specialise;
use crate::ir::{Binary, Input, Kernel, Node, Segment, Target, Value};

/// A kernel specialised to its storage and turned into bytecode.
pub(crate) fn emit(kernel: &Kernel, each: &[bool]) -> Bytecode {
    let pieces = kernel.segments.iter().map(|s| allocate(code(specialise(s, each), each), false));
    Bytecode { pieces: pieces.collect(), carried: kernel.carried }
}

/// A segment whose outputs are columns only, with all columns updated in place.
pub(crate) fn emit_in_place(segment: &Segment, each: &[bool]) -> Piece {
    allocate(code(specialise(segment, each), each), true)
}

/// A piece whose registers are virtual.
struct Virtual {
    uniforms: Vec<UniformStep>,
    code: Vec<Code>,
    outputs: Vec<(Target, Source)>,
    registers: u32,
    iteration: Option<crate::ir::Iteration>,
}

struct Emission<'a> {
    patterns: &'a Patterns,
    table: HashMap<Value, u32>,
    steps: Vec<UniformStep>,
    done: HashMap<Value, Source>,
    /// Instructions writing virtual registers, in order.
    code: Vec<Code>,
    virtuals: u32,
}

fn code(segment: Segment, each: &[bool]) -> Virtual {
    let Segment { graph, outputs: roots, iteration, .. } = segment;
    let patterns = Patterns::new(graph, roots.iter().map(|r| r.1), each);
    let graph = &patterns.graph;
    let mut e = Emission {
        patterns: &patterns,
        table: HashMap::new(),
        steps: Vec::new(),
        done: HashMap::new(),
        code: Vec::new(),
        virtuals: 0,
    };
    let mut outputs = Vec::new();
    let mut late = Vec::new();
    for (k, &(target, root)) in roots.iter().enumerate() {
        let source = e.source(root);
        match target {
            Target::Variable(variable) => {
                let rest = roots[k + 1..].iter().map(|o| o.1);
                let wanted = graph.live(rest);
                let own = Node::Input(Input::Variable(variable));
                let nodes = graph.nodes().iter().zip(wanted);
                let read_later =
                    nodes.into_iter().any(|(n, wanted)| wanted && *n == own) || iteration.is_some();
                if read_later {
                    late.push((variable, source));
                } else {
                    e.code.push((Op::Store(variable as u32), None, vec![source]));
                }
            }
            _ => outputs.push((target, source)),
        }
    }
    // a column that is stored late may still be the source of another late store
    for (target, source) in &mut outputs {
        if let Source::Column(_) | Source::Outside(..) = source
            && !matches!(target, Target::Variable(_))
        {
            *source = e.copied(*source);
        }
    }
    for (_, source) in &mut late {
        if let Source::Column(_) | Source::Outside(..) = source {
            *source = e.copied(*source);
        }
    }
    for (variable, source) in late {
        e.code.push((Op::Store(variable as u32), None, vec![source]));
    }
    Virtual { uniforms: e.steps, code: e.code, outputs, registers: e.virtuals, iteration }
}

impl Emission<'_> {
    fn fresh(&mut self) -> u32 {
        self.virtuals += 1;
        self.virtuals - 1
    }

    /// A copy in a register of its own, by adding zero to what is kept elsewhere.
    fn copied(&mut self, source: Source) -> Source {
        let to = self.fresh();
        self.code.push((Op::Binary(Binary::Max), Some(Made::Register(to)), vec![source, source]));
        Source::Register(to as u16)
    }

    fn uniform_index(&mut self, value: Value) -> u32 {
        if let Some(&k) = self.table.get(&value) {
            return k;
        }
        let mut pending = vec![(value, false)];
        while let Some((v, ready)) = pending.pop() {
            if self.table.contains_key(&v) {
                continue;
            }
            let node = self.patterns.graph.node(v);
            if !ready {
                pending.push((v, true));
                pending.extend(node.operands().map(|o| (o, false)));
                continue;
            }
            let at = |o: Value| Value(self.table[&o]);
            let node = match node {
                Node::Unary(op, a) => Node::Unary(op, at(a)),
                Node::Binary(op, a, b) => Node::Binary(op, at(a), at(b)),
                Node::Select(c, a, b) => Node::Select(at(c), at(a), at(b)),
                leaf => leaf,
            };
            self.table.insert(v, self.steps.len() as u32);
            self.steps.push(UniformStep { node });
        }
        self.table[&value]
    }

    /// Where a value is found; computes it if need be.
    fn source(&mut self, value: Value) -> Source {
        let mut pending = vec![(value, false)];
        while let Some((v, ready)) = pending.pop() {
            if self.done.contains_key(&v) {
                continue;
            }
            if self.patterns.is_uniform(v) {
                let k = self.uniform_index(v);
                self.done.insert(v, Source::Uniform(k));
                continue;
            }
            match self.patterns.graph.node(v) {
                Node::Input(Input::Variable(k)) => {
                    self.done.insert(v, Source::Column(k as u32));
                    continue;
                }
                Node::Input(Input::Carry(k)) => {
                    self.done.insert(v, Source::Carry(k as u32));
                    continue;
                }
                _ => {}
            }
            let plan = self.patterns.plan(v);
            if !ready {
                pending.push((v, true));
                pending.extend(plan.operands.iter().rev().map(|o| (*o, false)));
                continue;
            }
            let operands = plan.operands.iter().map(|o| self.done[o]).collect();
            let to = self.fresh();
            self.code.push((plan.op, Some(Made::Register(to)), operands));
            let source = match plan.op {
                Op::Gather(input) => Source::Outside(input, to as u16),
                _ => Source::Register(to as u16),
            };
            self.done.insert(v, source);
        }
        self.done[&value]
    }
}

/// Gives every virtual register a real one; a destination is never also a source.
fn allocate(piece: Virtual, in_place: bool) -> Piece {
    let Virtual { uniforms, code, outputs, registers: virtuals, iteration } = piece;
    let code = if in_place && outputs.is_empty() {
        update_in_place(code)
    } else {
        write_in_place(code, &outputs)
    };
    let mut last = vec![0usize; virtuals as usize];
    for (at, (_, _, from)) in code.iter().enumerate() {
        for v in from.iter().filter_map(|s| s.register()) {
            last[v as usize] = at;
        }
    }
    for v in outputs.iter().filter_map(|(_, s)| s.register()) {
        last[v as usize] = usize::MAX;
    }
    let mut real = vec![0u16; virtuals as usize];
    let mut free: Vec<u16> = Vec::new();
    let mut count = 0u16;
    let translate = |source: Source, real: &[u16]| match source {
        Source::Register(v) => Source::Register(real[v as usize]),
        Source::Outside(input, v) => Source::Outside(input, real[v as usize]),
        other => other,
    };
    let mut done = Vec::with_capacity(code.len());
    for (at, (op, to, from)) in code.into_iter().enumerate() {
        let mut operands = [Source::Uniform(0); OPERANDS];
        for (slot, source) in operands.iter_mut().zip(&from) {
            *slot = translate(*source, &real);
        }
        let to = match to {
            Some(Made::Register(v)) => {
                let register = free.pop().unwrap_or_else(|| {
                    count += 1;
                    count - 1
                });
                real[v as usize] = register;
                Place::Register(register)
            }
            Some(Made::Own(variable)) => Place::Own(variable),
            None => Place::Register(0),
        };
        done.push(Instruction { op, to, from: operands });
        let mut ended: Vec<u16> = from
            .iter()
            .filter_map(|s| s.register())
            .filter(|v| last[*v as usize] == at)
            .map(|v| real[v as usize])
            .collect();
        ended.sort_unstable();
        ended.dedup();
        free.extend(ended);
    }
    let outputs = outputs.into_iter().map(|(t, s)| (t, translate(s, &real))).collect();
    Piece { uniforms, code: done, outputs, registers: usize::from(count), iteration }
}
