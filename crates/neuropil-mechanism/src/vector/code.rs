//! The instructions.

use super::updates::Update;
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
    /// A quantity per compartment: the engine's own column where the instances of a chunk sit on
    /// consecutive compartments, else the register that it was gathered into.
    Outside(Input, u16),
}

impl Source {
    /// The register that the operand may be read from.
    pub(crate) fn register(self) -> Option<u32> {
        match self {
            Self::Register(k) | Self::Outside(_, k) => Some(u32::from(k)),
            _ => None,
        }
    }
}

/// What an instruction computes. Letters `a`, `b`, … are operands in order; `r`, `s`, `t` are
/// uniform. Operations are done in the order written.
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
    /// `a + (b + c)`
    Sum3,
    /// `a < b` and `c ≠ 0`
    LessAnd,
    /// `a·b·c`
    Product3,
    /// `a·b·c·d`
    Product4,
    /// `(a·a)·(a·a)`
    Fourth,
    /// `a·s + b·t`
    TwoScaled,
    /// `a·s + b·t + c·r`
    ThreeScaled,
    /// `((r − a)·b + (t − a)·c)·s`, operands `r`, `a`, `t`, `b`, `c`, `s`
    TwoFlows,
    /// `(a − b)·c·s`
    Flow,
    /// `(a − b)·c·s + d`
    FlowAdd,
    /// `(a + s)·t + b`
    ShiftedAdd,
    /// `f(a·t)`
    Scaled(Unary),
    /// `f((a + s)·t)`
    Shifted(Unary),
    /// `r/(1 + exp((a + s)·t))`
    Sigmoid,
    /// `r/(a·t + s)`
    Quotient,
    /// `u/(b·r − 1)` with `u = (a + s)·t`, for `b·r = eᵘ`
    Linoid,
    /// `a + (a − b)·expm1(c)`
    Relax,
    /// `a + (b − a·c)·exprel(c·s)·t`
    Step,
    /// `a + (b' − a·q)·exprel(q·s)·t` with `b' = b·r`, `c' = c·r'`, `q = b' + c'`
    Gate,
    /// Changes the column of a variable, operand `a`; `b`, `c` vary, `s` is uniform.
    Update(Update),
    /// Overwrites the column of a variable.
    Store(u32),
}

/// Largest number of operands.
pub(crate) const OPERANDS: usize = 7;

/// Where a result goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Register(u16),
    /// The column of a variable, of which operand `a` may be the old values.
    Own(u32),
}

/// One instruction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Instruction {
    pub(crate) op: Op,
    pub(crate) to: Place,
    pub(crate) from: [Source; OPERANDS],
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
