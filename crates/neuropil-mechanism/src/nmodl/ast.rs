//! The syntax tree of a `.mod` file. Every node carries its place in the source.

/// A place: file number (0 is the file itself, others are `INCLUDE`d) and byte range.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) file: usize,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Span {
    /// From the start of one to the end of another.
    pub(crate) fn to(self, other: Self) -> Self {
        if self.file == other.file { Self { end: other.end.max(self.end), ..self } } else { self }
    }
}

/// A name with its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Expr {
    pub(crate) kind: ExprKind,
    pub(crate) span: Span,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ExprKind {
    /// A number and the unit written after it.
    Number(f64, Option<String>),
    /// A quoted text, as `printf` takes it.
    Text,
    Name(String),
    Index(String, Box<Expr>),
    Call(String, Vec<Expr>),
    Negate(Box<Expr>),
    Not(Box<Expr>),
    Binary(Operator, Box<Expr>, Box<Expr>),
    /// A number alone in parentheses: a conversion factor in NMODL's unit checking.
    Factor(Box<Expr>),
}

/// Operators of two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    Pow,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
    And,
    Or,
}

/// A statement.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stmt {
    pub(crate) kind: StmtKind,
    pub(crate) span: Span,
}

/// What is on the left of `=`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Place {
    pub(crate) name: String,
    pub(crate) index: Option<Expr>,
    pub(crate) primes: u8,
    pub(crate) span: Span,
}

/// One side of a reaction: stoichiometric numbers and species.
pub(crate) type Species = Vec<(f64, Place)>;

/// What a statement is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum StmtKind {
    Assign(Place, Expr),
    Local(Vec<(Name, Option<Expr>)>),
    If(Vec<(Expr, Vec<Stmt>)>, Vec<Stmt>),
    From {
        variable: Name,
        low: Expr,
        high: Expr,
        step: Option<Expr>,
        body: Vec<Stmt>,
    },
    While(Expr, Vec<Stmt>),
    Solve {
        block: Name,
        method: Option<Name>,
        steady: bool,
    },
    Call(Expr),
    Table,
    Reaction {
        left: Species,
        right: Species,
        forward: Expr,
        backward: Option<Expr>,
    },
    /// `~ a << (flux)`
    Flux(Place, Expr),
    Conserve(Species, Expr),
    /// `COMPARTMENT volume { species }`, with the loop variable of the indexed form.
    Compartment {
        index: Option<Name>,
        volume: Expr,
        species: Vec<Name>,
    },
    /// `LONGITUDINAL_DIFFUSION coefficient { species }`, likewise.
    Diffusion {
        index: Option<Name>,
        coefficient: Expr,
        species: Vec<Name>,
    },
    /// `~ left = right` of a `LINEAR` or `NONLINEAR` block.
    Equation(Expr, Expr),
    Watch(Vec<(Expr, Expr)>),
    ForNetCons(Vec<Name>, Vec<Stmt>),
    Initial(Vec<Stmt>),
    Verbatim(String),
    Protect(Box<Stmt>),
}

/// A declared quantity.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Declaration {
    pub(crate) name: Name,
    pub(crate) value: Option<f64>,
    pub(crate) unit: Option<String>,
    pub(crate) limits: Option<(f64, f64)>,
    pub(crate) length: Option<usize>,
}

/// A `USEION` statement.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct UseIon {
    pub(crate) ion: Name,
    pub(crate) read: Vec<Name>,
    pub(crate) write: Vec<Name>,
    pub(crate) valence: Option<f64>,
}

/// Parameters of a routine, with their units.
pub(crate) type Parameters = Vec<(Name, Option<String>)>;

/// A callable block.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Routine {
    pub(crate) name: Name,
    pub(crate) parameters: Parameters,
    pub(crate) unit: Option<String>,
    pub(crate) body: Vec<Stmt>,
    pub(crate) function: bool,
}

/// What a named solvable block holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BlockKind {
    Derivative,
    Kinetic,
    Linear,
    Nonlinear,
    Discrete,
}

/// A solvable block.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SolveBlock {
    pub(crate) kind: BlockKind,
    pub(crate) name: Name,
    pub(crate) body: Vec<Stmt>,
}

/// A line of the `UNITS` block.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum UnitLine {
    /// `(mV) = (millivolt)`
    Alias(String, String, Span),
    /// `FARADAY = (faraday) (coulomb)` or `PI = 3.14 (1)`
    Constant(Name, Result<f64, String>, String),
}

/// Which kind of mechanism the `NEURON` block declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Suffix {
    Density,
    Point,
    Artificial,
}

/// A whole file.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Module {
    pub(crate) title: String,
    pub(crate) suffix: Option<(Suffix, Name)>,
    pub(crate) ions: Vec<UseIon>,
    pub(crate) nonspecific: Vec<Name>,
    pub(crate) electrode: Vec<Name>,
    pub(crate) range: Vec<Name>,
    pub(crate) global: Vec<Name>,
    pub(crate) pointers: Vec<Name>,
    pub(crate) external: Vec<Name>,
    pub(crate) random: Vec<Name>,
    pub(crate) parameters: Vec<Declaration>,
    pub(crate) constants: Vec<Declaration>,
    pub(crate) assigned: Vec<Declaration>,
    pub(crate) states: Vec<Declaration>,
    pub(crate) locals: Vec<(Name, Option<usize>)>,
    pub(crate) units: Vec<UnitLine>,
    pub(crate) initial: Vec<Vec<Stmt>>,
    pub(crate) breakpoint: Option<Vec<Stmt>>,
    pub(crate) blocks: Vec<SolveBlock>,
    pub(crate) routines: Vec<Routine>,
    pub(crate) receive: Option<(Parameters, Vec<Stmt>)>,
    /// Top-level blocks that are recognised but not supported, by their keyword.
    pub(crate) refused: Vec<(String, Span)>,
    /// Verbatim text at file level.
    pub(crate) verbatim: Vec<(String, Span)>,
    /// Ranges where units are not checked (`UNITSOFF` … `UNITSON`).
    pub(crate) unchecked: Vec<Span>,
}
