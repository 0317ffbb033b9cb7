//! The instructions.

use crate::ir::{Binary, Input, Iteration, Node, Target, Unary};

/// Where an operand comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// A scratch register.
    Register(u16),
    /// The column of a variable.
    Column(u32),
    /// A carried value.
    Carry(u32),
    /// A value that is the same for all instances.
    Uniform(u32),
}

/// What an instruction computes. Letters are operands in order; `s`, `t`, `r` are uniform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    /// Reads a quantity per compartment.
    Gather(Input),
    Unary(Unary),
    Binary(Binary),
    /// `a ≠ 0 ? b : c`
    Select,
    /// `a·b + c`
    MulAdd,
    /// `a·b − c`
    MulSub,
    /// `c − a·b`
    SubMul,
    /// `(a − b)·c`
    DifferenceMul,
    /// `(a + b)·c`
    SumMul,
    /// `f(a·t)`
    Scaled(Unary),
    /// `f((a + s)·t)`
    Shifted(Unary),
    /// `r/(1 + exp((a + s)·t))`
    Sigmoid,
    /// `a + (a − b)·expm1(c)`
    Relax,
    /// Overwrites the column of a variable.
    Store(u32),
}

/// One instruction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Instruction {
    pub(crate) op: Op,
    pub(crate) to: u16,
    pub(crate) from: [Source; 4],
}

/// One step of the uniform part, which runs once per call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct UniformStep {
    pub(crate) node: Node,
}

/// A straight piece of bytecode.
#[derive(Debug, Clone, Default)]
pub(crate) struct Piece {
    /// Evaluated in order into the uniform table; operands are indices into it.
    pub(crate) uniforms: Vec<UniformStep>,
    pub(crate) code: Vec<Instruction>,
    /// Results that leave the registers after the code.
    pub(crate) outputs: Vec<(Target, Source)>,
    pub(crate) registers: usize,
    pub(crate) iteration: Option<Iteration>,
}

/// A whole kernel.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bytecode {
    pub(crate) pieces: Vec<Piece>,
    pub(crate) carried: usize,
}

impl Bytecode {
    /// Whether there is nothing to do.
    pub(crate) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }
}
