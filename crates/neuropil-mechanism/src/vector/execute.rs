//! Runs bytecode over all instances, chunk by chunk.

use pulp::Arch;

use super::CHUNK;
use super::code::{Bytecode, Instruction, Op, Piece, Place, Source};
use super::compute::compute;
use super::operand::Operand;
use super::scatter::{accumulate, at, overwrite};
use super::uniform::uniform_tables;
use crate::contract::{Store, Surroundings};
use crate::ir::{Input, IonQuantity, Iteration, Target};

/// Variables of the instances: a column each or one number.
pub(crate) type Columns = [Store];

/// Where the instances are.
pub(crate) struct Chunks<'a> {
    /// Compartment of each instance, padded like the columns with that of the last instance.
    pub(crate) nodes: &'a [u32],
    /// For every chunk, the first compartment if its instances sit on consecutive ones.
    pub(crate) runs: &'a [Option<usize>],
    /// Number of real instances.
    pub(crate) len: usize,
    /// Weight of each instance's currents; empty if all are 1.
    pub(crate) scale: &'a [f64],
    /// The engine's ion of each of the mechanism's.
    pub(crate) ions: &'a [usize],
    /// Whether the currents take the place of what the columns hold.
    pub(crate) first: bool,
}

/// Working memory.
#[derive(Debug, Clone, Default)]
pub(crate) struct Registers {
    scratch: Vec<Vec<f64>>,
    carried: Vec<Vec<f64>>,
    uniforms: Vec<f64>,
    /// Uniform values of every piece of every kernel.
    tables: [Vec<Vec<f64>>; KERNELS],
    arch: Arch,
}

/// Kernels that keep their uniform values from call to call.
pub(crate) const KERNELS: usize = 3;

impl Registers {
    /// To be called when the bytecode has changed.
    pub(crate) fn forget_uniforms(&mut self) {
        self.tables = Default::default();
    }
}

/// An instance whose equations did not converge.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fault {
    pub(crate) block: String,
    pub(crate) instance: usize,
    pub(crate) iterations: usize,
}

/// Runs a kernel over all instances; `kernel` is its number among [`KERNELS`].
pub(crate) fn run(
    code: &Bytecode,
    kernel: usize,
    columns: &mut Columns,
    chunks: &Chunks<'_>,
    around: &mut Surroundings<'_>,
    registers: &mut Registers,
) -> Result<(), Fault> {
    let widest = code.pieces.iter().map(|p| p.registers).max().unwrap_or(0);
    registers.scratch.resize_with(registers.scratch.len().max(widest), || vec![0.0; CHUNK]);
    registers.carried.resize_with(registers.carried.len().max(code.carried), || vec![0.0; CHUNK]);
    let mut tables = std::mem::take(&mut registers.tables[kernel]);
    uniform_tables(code, columns, around, &mut tables);
    let padded = chunks.nodes.len();
    let mut start = 0;
    while start < padded {
        let n = CHUNK.min(padded - start);
        // Whether something is still to be replaced in the columns of current and conductance.
        let mut fresh = [chunks.first; 2];
        for (piece, table) in code.pieces.iter().zip(&mut tables) {
            std::mem::swap(&mut registers.uniforms, table);
            let fresh = &mut fresh;
            let mut at = At { start, n, columns, chunks, around, registers, fresh };
            let ran = match &piece.iteration {
                None => {
                    at.execute(piece);
                    at.deliver(piece);
                    Ok(())
                }
                Some(iteration) => at.iterate(piece, iteration),
            };
            std::mem::swap(&mut registers.uniforms, table);
            ran?;
        }
        let nodes = &chunks.nodes[start..start + n];
        for (column, fresh) in [&mut *around.i_ma_cm2, &mut *around.g_s_cm2].into_iter().zip(fresh)
        {
            nodes.iter().filter(|_| fresh).for_each(|&node| column[node as usize] = 0.0);
        }
        start += n;
    }
    registers.tables[kernel] = tables;
    Ok(())
}

/// One chunk in progress.
struct At<'a, 'b, 's> {
    start: usize,
    n: usize,
    columns: &'a mut Columns,
    chunks: &'a Chunks<'b>,
    around: &'a mut Surroundings<'s>,
    registers: &'a mut Registers,
    fresh: &'a mut [bool; 2],
}

/// The values of an output, which is never a column.
fn computed(source: Source, n: usize, registers: &Registers) -> Operand<'_> {
    match source {
        Source::Register(k) => Operand::Each(&registers.scratch[usize::from(k)][..n]),
        Source::Carry(k) => Operand::Each(&registers.carried[k as usize][..n]),
        _ => Operand::One(number(source, registers)),
    }
}

fn number(source: Source, registers: &Registers) -> f64 {
    match source {
        Source::Uniform(k) => registers.uniforms[k as usize],
        _ => f64::NAN,
    }
}

/// For every chunk of instances, the first compartment if they sit on consecutive ones.
pub(crate) fn runs(nodes: &[u32]) -> Vec<Option<usize>> {
    nodes
        .chunks(CHUNK)
        .map(|chunk| {
            let first = *chunk.first()? as usize;
            let run = chunk.iter().enumerate().all(|(k, &node)| node as usize == first + k);
            run.then_some(first)
        })
        .collect()
}

impl At<'_, '_, '_> {
    fn execute(&mut self, piece: &Piece) {
        for instruction in &piece.code {
            self.instruction(instruction);
        }
    }

    fn instruction(&mut self, instruction: &Instruction) {
        let Instruction { op, to, from } = instruction;
        let (op, to) = (*op, *to);
        match (op, to) {
            (Op::Store(k), _) => self.store(k as usize, from[0]),
            (Op::Gather(input), Place::Register(_)) if self.lent(input).is_some() => {}
            (_, Place::Register(k)) => {
                let mut out = std::mem::take(&mut self.registers.scratch[usize::from(k)]);
                self.compute(op, &mut out[..self.n], from, false);
                self.registers.scratch[usize::from(k)] = out;
            }
            (_, Place::Own(k)) => {
                let Some(mut column) = self.take_column(k as usize) else { return };
                let (start, n) = (self.start, self.n);
                self.compute(op, &mut column[start..start + n], from, true);
                self.columns[k as usize] = Store::Each(column);
            }
        }
    }

    /// Computes one instruction; with `own` operand `a` is what `to` holds.
    #[inline(never)]
    fn compute(&self, op: Op, to: &mut [f64], from: &[Source], own: bool) {
        match op {
            Op::Gather(input) => self.gather(input, to),
            _ => compute(self.registers.arch, op, to, |k| self.operand(from[k]), own),
        }
    }

    /// Where an operand's values are.
    #[inline]
    fn operand(&self, source: Source) -> Operand<'_> {
        let (start, n, registers) = (self.start, self.n, &*self.registers);
        match source {
            Source::Register(k) => Operand::Each(&registers.scratch[usize::from(k)][..n]),
            Source::Carry(k) => Operand::Each(&registers.carried[k as usize][..n]),
            Source::Uniform(k) => Operand::One(registers.uniforms[k as usize]),
            Source::Outside(input, k) => Operand::Each(match self.lent(input) {
                Some(values) => values,
                None => &registers.scratch[usize::from(k)][..n],
            }),
            Source::Column(k) => match &self.columns[k as usize] {
                Store::Each(values) => Operand::Each(&values[start..start + n]),
                Store::Uniform(x) => Operand::One(*x),
            },
        }
    }

    /// A stored column, to be put back.
    fn take_column(&mut self, variable: usize) -> Option<Vec<f64>> {
        match std::mem::replace(&mut self.columns[variable], Store::Uniform(f64::NAN)) {
            Store::Each(column) => Some(column),
            uniform => {
                self.columns[variable] = uniform;
                None
            }
        }
    }

    fn store(&mut self, variable: usize, from: Source) {
        let Some(mut column) = self.take_column(variable) else { return };
        let to = &mut column[self.start..self.start + self.n];
        match self.operand(from) {
            Operand::Each(values) => to.copy_from_slice(values),
            Operand::One(x) => to.fill(x),
        }
        self.columns[variable] = Store::Each(column);
    }

    /// Number of instances of this chunk that are not padding.
    fn real(&self) -> usize {
        self.n.min(self.chunks.len - self.start)
    }

    /// The engine's column of a quantity per compartment.
    fn outside(&self, input: Input) -> &[f64] {
        let around = &*self.around;
        match input {
            Input::Voltage => around.v_mv,
            Input::Area => around.area_um2,
            Input::Diameter => around.diam_um,
            Input::Ion(k, quantity) => {
                let ion = &around.ions[self.chunks.ions[k]];
                match quantity {
                    IonQuantity::Reversal => &ion.reversal_mv,
                    IonQuantity::Current => &ion.current_ma_cm2,
                    IonQuantity::Inside => &ion.inside_mm,
                    IonQuantity::Outside => &ion.outside_mm,
                }
            }
            _ => &[],
        }
    }

    /// The part of the engine's column that can be read where it is: that of consecutive
    /// compartments. Lanes of padding then see the compartments that follow.
    fn lent(&self, input: Input) -> Option<&[f64]> {
        let first = self.chunks.runs[self.start / CHUNK]?;
        self.outside(input).get(first..first + self.n)
    }

    fn gather(&self, input: Input, to: &mut [f64]) {
        let column = self.outside(input);
        if column.is_empty() {
            return to.fill(f64::NAN);
        }
        match self.chunks.runs[self.start / CHUNK] {
            Some(first) => {
                let real = self.real();
                to[..real].copy_from_slice(&column[first..first + real]);
                to[real..].fill(column[first + real - 1]);
            }
            None => {
                let nodes = &self.chunks.nodes[self.start..self.start + self.n];
                to.iter_mut().zip(nodes).for_each(|(x, &k)| *x = column[k as usize]);
            }
        }
    }

    /// Sends the results of a piece to where they go.
    fn deliver(&mut self, piece: &Piece) {
        for &(target, source) in &piece.outputs {
            let (real, arch) = (self.real(), self.registers.arch);
            match target {
                Target::Carry(k) => {
                    let mut carried = std::mem::take(&mut self.registers.carried[k]);
                    match self.operand(source) {
                        Operand::Each(values) => carried[..self.n].copy_from_slice(values),
                        Operand::One(x) => carried[..self.n].fill(x),
                    }
                    self.registers.carried[k] = carried;
                }
                Target::Ion(k, quantity) => {
                    let values = computed(source, self.n, self.registers);
                    let nodes = &self.chunks.nodes[self.start..self.start + real];
                    let ion = &mut self.around.ions[self.chunks.ions[k]];
                    let column = match quantity {
                        IonQuantity::Reversal => &mut ion.reversal_mv,
                        IonQuantity::Current => &mut ion.current_ma_cm2,
                        IonQuantity::Inside => &mut ion.inside_mm,
                        IonQuantity::Outside => &mut ion.outside_mm,
                    };
                    overwrite(column, nodes, values);
                }
                Target::IonCurrent(k) | Target::IonConductance(k) => {
                    let values = computed(source, self.n, self.registers);
                    let ion = &mut self.around.ions[self.chunks.ions[k]];
                    let column = match target {
                        Target::IonCurrent(_) => &mut ion.current_ma_cm2,
                        _ => &mut ion.conductance_s_cm2,
                    };
                    if !column.is_empty() {
                        accumulate(column, self.chunks, (self.start, real), values, false, arch);
                    }
                }
                Target::Current | Target::Conductance => {
                    let values = computed(source, self.n, self.registers);
                    let (column, fresh): (&mut [f64], _) = match target {
                        Target::Current => (self.around.i_ma_cm2, &mut self.fresh[0]),
                        _ => (self.around.g_s_cm2, &mut self.fresh[1]),
                    };
                    let fresh = std::mem::take(fresh);
                    accumulate(column, self.chunks, (self.start, real), values, fresh, arch);
                }
                Target::Variable(_) | Target::Argument(_) => {}
            }
        }
    }

    /// Repeats a piece until the unknowns of every real instance have settled; instances that have
    /// settled keep their values, so that none depends on its neighbours.
    fn iterate(&mut self, piece: &Piece, iteration: &Iteration) -> Result<(), Fault> {
        let real = self.real();
        let mut settled = vec![false; self.n];
        settled[real..].fill(true);
        for _ in 0..iteration.limit {
            self.execute(piece);
            let mut moving = vec![false; self.n];
            for &(target, source) in &piece.outputs {
                let Target::Carry(k) = target else { continue };
                let mut carried = std::mem::take(&mut self.registers.carried[k]);
                let new = self.operand(source);
                for lane in (0..self.n).filter(|&lane| !settled[lane]) {
                    let (old, new) = (carried[lane], at(new, lane));
                    let close = (new - old).abs() <= 1e-10 * new.abs() + 1e-18;
                    moving[lane] |= !close;
                    carried[lane] = new;
                }
                self.registers.carried[k] = carried;
            }
            for lane in 0..self.n {
                settled[lane] |= !moving[lane];
            }
            if settled.iter().all(|s| *s) {
                return Ok(());
            }
        }
        let lane = settled.iter().position(|s| !s).unwrap_or(0);
        Err(Fault {
            block: iteration.block.clone(),
            instance: self.start + lane,
            iterations: iteration.limit,
        })
    }
}
