//! Runs the code of a segment that reads and writes columns only, tile by tile.
//!
//! All instructions run over one tile before the next begins, so that registers and columns of a tile stay
//! in the first-level cache. The loop over the instructions is itself compiled for every instruction set.

use pulp::{Arch, Simd, WithSimd};

use super::code::{OPERANDS, Op, Piece, Place, Source, UniformStep};
use super::compute::compute;
use super::emit::emit_in_place;
use super::operand::{Operand, Within};
use super::uniform;
use crate::contract::Store;
use crate::ir::{Input, Node, Segment};

/// Instances per tile.
const TILE: usize = 128;
/// Instances that share a bit of the flags.
pub(crate) const STRIP: usize = 64;
/// Up to so many columns and registers need no list of their own.
const FEW: usize = 16;

/// Where an operand is.
#[derive(Debug, Clone, Copy)]
enum Operands {
    /// A column or register, by its number in the list.
    Slot(u16),
    /// A uniform value.
    Number(u16),
}

/// One instruction.
#[derive(Debug, Clone)]
struct Step {
    op: Op,
    to: u16,
    /// Whether operand `a` is what `to` holds.
    own: bool,
    from: [Operands; OPERANDS],
}

/// A column of the list, which is in the order of the columns.
#[derive(Debug, Clone, Copy)]
struct Lent {
    column: usize,
    /// Whether it has room for the instances of one call only.
    local: bool,
}

/// The code of a segment over tiles of instances.
#[derive(Debug, Clone)]
pub(crate) struct Tiles {
    uniforms: Vec<UniformStep>,
    /// Those of the uniform values that change from call to call.
    varying: Vec<usize>,
    table: Vec<f64>,
    code: Vec<Step>,
    columns: Vec<Lent>,
    registers: Vec<f64>,
    /// Place in the list of the column that flags instances.
    flag: Option<usize>,
    arch: Arch,
}

/// What a call sees that is the same for all instances.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now {
    pub(crate) t_ms: f64,
    pub(crate) dt_ms: f64,
}

impl Tiles {
    /// Code for the given columns. Uniform columns do not change, but for `now`; columns that are `local`
    /// hold the instances of one call. The instances where column `flag` is not 0 are flagged.
    pub(crate) fn new(
        segment: &Segment,
        columns: &[Store],
        now: Option<usize>,
        local: impl Fn(usize) -> bool,
        flag: Option<usize>,
    ) -> Self {
        let each: Vec<bool> = columns.iter().map(|c| matches!(c, Store::Each(_))).collect();
        let piece = emit_in_place(segment, &each);
        let mut used: Vec<usize> = flag.into_iter().collect();
        for instruction in &piece.code {
            used.extend(written(instruction.op, instruction.to));
            used.extend(instruction.from.iter().filter_map(|source| match source {
                Source::Column(k) => Some(*k as usize),
                _ => None,
            }));
        }
        used.sort_unstable();
        used.dedup();
        let count = used.len();
        let place = |column: usize| used.binary_search(&column).unwrap_or(0);
        let code = piece.code.iter().map(|i| {
            let to = match (written(i.op, i.to), i.to) {
                (Some(k), _) => place(k),
                (None, Place::Register(k)) => count + usize::from(k),
                (None, Place::Own(k)) => place(k as usize),
            };
            let from = i.from.map(|source| match source {
                Source::Uniform(k) => Operands::Number(k as u16),
                Source::Column(k) => Operands::Slot(place(k as usize) as u16),
                Source::Register(k) | Source::Outside(_, k) => Operands::Slot(count as u16 + k),
                Source::Carry(_) => Operands::Number(u16::MAX),
            });
            let own = matches!((i.to, i.from[0]), (Place::Own(k), Source::Column(a)) if k == a);
            Step { op: i.op, to: to as u16, own, from }
        });
        Self {
            code: code.collect(),
            varying: varying(&piece, now),
            table: Vec::new(),
            registers: vec![0.0; piece.registers * TILE],
            uniforms: piece.uniforms,
            flag: flag.map(place),
            columns: used.iter().map(|k| Lent { column: *k, local: local(*k) }).collect(),
            arch: Arch::new(),
        }
    }

    /// Runs over the instances `first..first + n`; says in which strips of [`STRIP`] of them there is one
    /// that is flagged.
    pub(crate) fn run(&mut self, columns: &mut [Store], first: usize, n: usize, now: Now) -> u64 {
        self.refresh(columns, now);
        let Self { table, code, columns: lent, registers, flag, arch, .. } = self;
        let mut lists = Lists::new(lent.len());
        let slots = lists.slots();
        let mut columns = columns.iter_mut().enumerate();
        for (slot, lent) in slots.iter_mut().zip(&*lent) {
            if let Some((_, Store::Each(values))) = columns.find(|(k, _)| *k == lent.column) {
                let first = if lent.local { 0 } else { first };
                *slot = values.get_mut(first..first + n).unwrap_or_default();
            }
        }
        arch.dispatch(Run { code, table, slots, registers, flag: *flag, n })
    }

    /// Brings the uniform values up to date.
    fn refresh(&mut self, columns: &[Store], now: Now) {
        let read = |input: Input| match input {
            Input::Time => now.t_ms,
            Input::Step => now.dt_ms,
            Input::Variable(k) => match &columns[k] {
                Store::Uniform(x) => *x,
                Store::Each(_) => f64::NAN,
            },
            _ => 0.0,
        };
        if self.table.len() < self.uniforms.len() {
            self.table.clear();
            for step in &self.uniforms {
                self.table.push(uniform::value(step.node, &self.table, read));
            }
            return;
        }
        for &k in &self.varying {
            self.table[k] = uniform::value(self.uniforms[k].node, &self.table, read);
        }
    }
}

/// The column that an instruction stores to.
fn written(op: Op, to: Place) -> Option<usize> {
    match (op, to) {
        (Op::Store(k), _) | (_, Place::Own(k)) => Some(k as usize),
        _ => None,
    }
}

/// The uniform values that depend on the time or on column `now`.
fn varying(piece: &Piece, now: Option<usize>) -> Vec<usize> {
    let mut varies = vec![false; piece.uniforms.len()];
    for (k, step) in piece.uniforms.iter().enumerate() {
        varies[k] = match step.node {
            Node::Input(Input::Variable(column)) => Some(column) == now,
            Node::Input(input) => input == Input::Time,
            node => node.operands().any(|o| varies[o.index()]),
        };
    }
    (0..varies.len()).filter(|k| varies[*k]).collect()
}

/// A list of places, on the stack if it is short.
struct Lists<'a> {
    few: [&'a mut [f64]; FEW],
    many: Vec<&'a mut [f64]>,
    len: usize,
}

impl<'a> Lists<'a> {
    #[inline(always)]
    fn new(len: usize) -> Self {
        let mut many = Vec::new();
        if len > FEW {
            many.resize_with(len, Default::default);
        }
        Self { few: Default::default(), many, len }
    }

    #[inline(always)]
    fn slots(&mut self) -> &mut [&'a mut [f64]] {
        if self.len > FEW { &mut self.many } else { &mut self.few[..self.len] }
    }
}

/// The code over the lanes of all columns of a call.
struct Run<'a, 'c> {
    code: &'a [Step],
    table: &'a [f64],
    slots: &'a mut [&'c mut [f64]],
    registers: &'a mut [f64],
    flag: Option<usize>,
    n: usize,
}

impl WithSimd for Run<'_, '_> {
    type Output = u64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> u64 {
        let Self { code, table, slots, registers, flag, n } = self;
        let mut flagged = 0;
        let mut begin = 0;
        while begin < n {
            let len = TILE.min(n - begin);
            let columns = slots.len();
            let mut lists = Lists::new(columns + registers.len() / TILE);
            let tile = lists.slots();
            for (to, slot) in tile.iter_mut().zip(slots.iter_mut()) {
                *to = &mut slot[begin..begin + len];
            }
            let registers = registers.chunks_exact_mut(TILE);
            for (to, register) in tile[columns..].iter_mut().zip(registers) {
                *to = &mut register[..len];
            }
            for step in code {
                run(simd, step, table, tile);
            }
            if let Some(flag) = flag {
                flagged |= flags(tile[flag]) << (begin / STRIP);
            }
            begin += len;
        }
        flagged
    }
}

/// In which strips there is a value other than 0.
#[inline(always)]
fn flags(values: &[f64]) -> u64 {
    let (strips, rest) = values.as_chunks::<STRIP>();
    let mut flags = 0;
    for (k, strip) in strips.iter().enumerate() {
        flags |= u64::from(is_any(strip)) << k;
    }
    flags | u64::from(is_any(rest)) << strips.len()
}

#[inline(always)]
fn is_any(values: &[f64]) -> bool {
    let mut bits = 0;
    for x in values {
        bits |= x.to_bits();
    }
    bits != 0
}

/// One instruction over one tile.
#[inline(always)]
fn run<S: Simd>(simd: S, step: &Step, table: &[f64], tile: &mut [&mut [f64]]) {
    let to = std::mem::take(&mut tile[usize::from(step.to)]);
    if let Op::Store(_) = step.op {
        match operand(step, table, tile, 0) {
            Operand::Each(values) => to.copy_from_slice(values),
            Operand::One(x) => to.fill(x),
        }
    } else {
        let tile = &*tile;
        compute(
            Within(simd),
            step.op,
            to,
            #[inline(always)]
            |k| operand(step, table, tile, k),
            step.own,
        );
    }
    tile[usize::from(step.to)] = to;
}

#[inline(always)]
fn operand<'t>(step: &Step, table: &[f64], tile: &'t [&mut [f64]], k: usize) -> Operand<'t> {
    match step.from[k] {
        Operands::Slot(k) => Operand::Each(&*tile[usize::from(k)]),
        Operands::Number(k) => Operand::One(table[usize::from(k)]),
    }
}
