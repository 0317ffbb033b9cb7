//! Graph to register code: choice of superinstructions, order, registers.

use std::collections::HashMap;

use super::code::{Bytecode, Instruction, Op, Piece, Source, UniformStep};
use super::specialise::{specialise, uniform_nodes};
use crate::ir::{Binary, Graph, Input, Kernel, Node, Segment, Target, Unary, Value};

/// A kernel specialised to its storage and turned into bytecode.
pub(crate) fn emit(kernel: &Kernel, each: &[bool]) -> Bytecode {
    let pieces = kernel.segments.iter().map(|s| piece(&specialise(s, each), each)).collect();
    Bytecode { pieces, carried: kernel.carried }
}

/// An instruction whose operands are still values.
struct Plan {
    op: Op,
    operands: Vec<Value>,
}

struct Emission<'a> {
    graph: &'a Graph,
    uniform: Vec<bool>,
    uses: Vec<u32>,
    table: HashMap<Value, u32>,
    steps: Vec<UniformStep>,
    done: HashMap<Value, Source>,
    /// Instructions writing virtual registers, in order.
    code: Vec<(Op, Option<u32>, Vec<Source>)>,
    virtuals: u32,
    /// Virtual register of a value.
    register: HashMap<Value, u32>,
}

fn piece(segment: &Segment, each: &[bool]) -> Piece {
    let graph = &segment.graph;
    let live = graph.live(segment.roots());
    let mut uses = vec![0; graph.nodes().len()];
    for (node, _) in graph.nodes().iter().zip(&live).filter(|(_, l)| **l) {
        node.operands().for_each(|o| uses[o.index()] += 1);
    }
    segment.roots().for_each(|r| uses[r.index()] += 1);
    let mut e = Emission {
        graph,
        uniform: uniform_nodes(graph, each),
        uses,
        table: HashMap::new(),
        steps: Vec::new(),
        done: HashMap::new(),
        code: Vec::new(),
        virtuals: 0,
        register: HashMap::new(),
    };
    let mut outputs = Vec::new();
    let mut late = Vec::new();
    for (k, &(target, root)) in segment.outputs.iter().enumerate() {
        let source = e.source(root);
        match target {
            Target::Variable(variable) => {
                let rest = segment.outputs[k + 1..].iter().map(|o| o.1);
                let wanted = graph.live(rest);
                let own = Node::Input(Input::Variable(variable));
                let nodes = graph.nodes().iter().zip(wanted);
                let read_later = nodes.into_iter().any(|(n, wanted)| wanted && *n == own)
                    || segment.iteration.is_some();
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
        if let Source::Column(_) = source
            && !matches!(target, Target::Variable(_))
        {
            *source = e.copied(*source);
        }
    }
    for (_, source) in &mut late {
        if let Source::Column(_) = source {
            *source = e.copied(*source);
        }
    }
    for (variable, source) in late {
        e.code.push((Op::Store(variable as u32), None, vec![source]));
    }
    allocate(e.steps, e.code, outputs, e.virtuals, segment.iteration.clone())
}

impl Emission<'_> {
    fn fresh(&mut self) -> u32 {
        self.virtuals += 1;
        self.virtuals - 1
    }

    /// A copy in a register of its own, by adding zero to what is kept elsewhere.
    fn copied(&mut self, source: Source) -> Source {
        let to = self.fresh();
        self.code.push((Op::Binary(Binary::Max), Some(to), vec![source, source]));
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
            let node = self.graph.node(v);
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
            if self.uniform[v.index()] {
                let k = self.uniform_index(v);
                self.done.insert(v, Source::Uniform(k));
                continue;
            }
            match self.graph.node(v) {
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
            let plan = self.plan(v);
            if !ready {
                pending.push((v, true));
                pending.extend(plan.operands.iter().rev().map(|o| (*o, false)));
                continue;
            }
            let operands = plan.operands.iter().map(|o| self.done[o]).collect();
            let to = self.fresh();
            self.code.push((plan.op, Some(to), operands));
            self.register.insert(v, to);
            self.done.insert(v, Source::Register(to as u16));
        }
        self.done[&value]
    }

    fn is_single(&self, v: Value) -> bool {
        self.uses[v.index()] == 1 && !self.uniform[v.index()]
    }

    fn is_uniform(&self, v: Value) -> bool {
        self.uniform[v.index()]
    }

    /// `(a + s)·t`, with `s` or `t` missing where they are 0 and 1.
    fn affine(&self, v: Value) -> (Value, Option<Value>, Option<Value>) {
        let sum = |v: Value| match self.graph.node(v) {
            Node::Binary(Binary::Add, a, s) if self.is_uniform(s) && !self.is_uniform(a) => {
                Some((a, s))
            }
            Node::Binary(Binary::Add, s, a) if self.is_uniform(s) && !self.is_uniform(a) => {
                Some((a, s))
            }
            _ => None,
        };
        let (inner, t) = match self.graph.node(v) {
            Node::Binary(Binary::Mul, a, t) if self.is_uniform(t) => (a, Some(t)),
            Node::Binary(Binary::Mul, t, a) if self.is_uniform(t) => (a, Some(t)),
            _ => (v, None),
        };
        match sum(inner) {
            Some((a, s)) if t.is_some() => (a, Some(s), t),
            _ => (inner, None, t),
        }
    }

    fn plan(&self, v: Value) -> Plan {
        let plan = |op, operands: &[Value]| Plan { op, operands: operands.to_vec() };
        match self.graph.node(v) {
            Node::Constant(_) => plan(Op::Gather(Input::Voltage), &[]), // uniform, never planned
            Node::Input(input) => plan(Op::Gather(input), &[]),
            Node::Unary(op, a) => match self.affine(a) {
                (x, Some(s), Some(t)) => plan(Op::Shifted(op), &[x, s, t]),
                (x, None, Some(t)) => plan(Op::Scaled(op), &[x, t]),
                _ => plan(Op::Unary(op), &[a]),
            },
            Node::Select(c, a, b) => plan(Op::Select, &[c, a, b]),
            Node::Binary(op, a, b) => {
                self.fused(op, a, b).unwrap_or_else(|| plan(Op::Binary(op), &[a, b]))
            }
        }
    }

    fn fused(&self, op: Binary, a: Value, b: Value) -> Option<Plan> {
        let some = |op, operands: &[Value]| Some(Plan { op, operands: operands.to_vec() });
        let single = |v: Value| self.is_single(v).then(|| self.graph.node(v));
        match op {
            Binary::Div if self.is_uniform(a) => self.sigmoid(a, b),
            Binary::Add => {
                if let Some(plan) = self.relax(a, b).or_else(|| self.relax(b, a)) {
                    return Some(plan);
                }
                match (single(a), single(b)) {
                    (Some(Node::Binary(Binary::Mul, x, y)), _) => some(Op::MulAdd, &[x, y, b]),
                    (_, Some(Node::Binary(Binary::Mul, x, y))) => some(Op::MulAdd, &[x, y, a]),
                    _ => None,
                }
            }
            Binary::Sub => match (single(a), single(b)) {
                (Some(Node::Binary(Binary::Mul, x, y)), _) => some(Op::MulSub, &[x, y, b]),
                (_, Some(Node::Binary(Binary::Mul, x, y))) => some(Op::SubMul, &[x, y, a]),
                _ => None,
            },
            Binary::Mul => match (single(a), single(b)) {
                (Some(Node::Binary(Binary::Sub, x, y)), _) => some(Op::DifferenceMul, &[x, y, b]),
                (_, Some(Node::Binary(Binary::Sub, x, y))) => some(Op::DifferenceMul, &[x, y, a]),
                (Some(Node::Binary(Binary::Add, x, y)), _) => some(Op::SumMul, &[x, y, b]),
                (_, Some(Node::Binary(Binary::Add, x, y))) => some(Op::SumMul, &[x, y, a]),
                _ => None,
            },
            _ => None,
        }
    }

    /// `r/(1 + exp((x + s)·t))`
    fn sigmoid(&self, r: Value, bottom: Value) -> Option<Plan> {
        let Node::Binary(Binary::Add, e, one) = self.graph.node(bottom) else { return None };
        let Node::Unary(Unary::Exp, arg) = self.graph.node(e) else { return None };
        let free = self.is_single(bottom) && self.is_single(e) && self.graph.is(one, 1.0);
        let (x, Some(s), Some(t)) = self.affine(arg) else { return None };
        free.then(|| Plan { op: Op::Sigmoid, operands: vec![x, s, t, r] })
    }

    /// `x + (x − l)·expm1(c)`
    fn relax(&self, x: Value, product: Value) -> Option<Plan> {
        let Node::Binary(Binary::Mul, p, q) = self.graph.node(product) else { return None };
        if !self.is_single(product) {
            return None;
        }
        [(p, q), (q, p)].into_iter().find_map(|(d, e)| {
            let Node::Binary(Binary::Sub, y, l) = self.graph.node(d) else { return None };
            let Node::Unary(Unary::Expm1, c) = self.graph.node(e) else { return None };
            let free = self.is_single(d) && self.is_single(e) && y == x;
            free.then(|| Plan { op: Op::Relax, operands: vec![x, l, c] })
        })
    }
}

/// Gives every virtual register a real one; a destination is never also a source.
fn allocate(
    uniforms: Vec<UniformStep>,
    code: Vec<(Op, Option<u32>, Vec<Source>)>,
    outputs: Vec<(Target, Source)>,
    virtuals: u32,
    iteration: Option<crate::ir::Iteration>,
) -> Piece {
    let mut last = vec![0usize; virtuals as usize];
    for (at, (_, _, from)) in code.iter().enumerate() {
        for source in from {
            if let Source::Register(v) = source {
                last[*v as usize] = at;
            }
        }
    }
    for (_, source) in &outputs {
        if let Source::Register(v) = source {
            last[*v as usize] = usize::MAX;
        }
    }
    let mut real = vec![0u16; virtuals as usize];
    let mut free: Vec<u16> = Vec::new();
    let mut count = 0u16;
    let translate = |source: Source, real: &[u16]| match source {
        Source::Register(v) => Source::Register(real[v as usize]),
        other => other,
    };
    let mut done = Vec::with_capacity(code.len());
    for (at, (op, to, from)) in code.into_iter().enumerate() {
        let mut operands = [Source::Uniform(0); 4];
        for (slot, source) in operands.iter_mut().zip(&from) {
            *slot = translate(*source, &real);
        }
        let to = to.map_or(0, |v| {
            let register = free.pop().unwrap_or_else(|| {
                count += 1;
                count - 1
            });
            real[v as usize] = register;
            register
        });
        done.push(Instruction { op, to, from: operands });
        let mut ended: Vec<u16> = from
            .iter()
            .filter_map(|s| match s {
                Source::Register(v) if last[*v as usize] == at => Some(real[*v as usize]),
                _ => None,
            })
            .collect();
        ended.sort_unstable();
        ended.dedup();
        free.extend(ended);
    }
    let outputs = outputs.into_iter().map(|(t, s)| (t, translate(s, &real))).collect();
    Piece { uniforms, code: done, outputs, registers: usize::from(count), iteration }
}
