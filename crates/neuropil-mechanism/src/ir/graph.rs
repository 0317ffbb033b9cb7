//! Values as nodes of a graph in which equal expressions are one node.

use std::collections::HashMap;

/// A node's number; operands always have smaller numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Value(pub(crate) u32);

impl Value {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A quantity of an ion that can be read or overwritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum IonQuantity {
    Reversal,
    Current,
    Inside,
    Outside,
}

/// What a kernel can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Input {
    Voltage,
    Area,
    Diameter,
    Time,
    Step,
    Celsius,
    /// A variable of the mechanism, as before the kernel.
    Variable(usize),
    Ion(usize, IonQuantity),
    /// A value left by an earlier segment (or iteration) of the kernel.
    Carry(usize),
    /// A stored number of the connection that delivered the event.
    Argument(usize),
    /// Flag of the event.
    Flag,
}

/// Functions of one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Unary {
    Neg,
    Abs,
    Sqrt,
    Exp,
    Expm1,
    /// `(eˣ − 1)/x`
    Exprel,
    /// `x/(eˣ − 1)`
    Linoid,
    Log,
    Log10,
    Sin,
    Cos,
    Tan,
    Sinh,
    Cosh,
    Tanh,
    Floor,
    Ceil,
    Not,
}

/// Functions of two values. Comparisons and logic give 1 or 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Pow,
    Min,
    Max,
    /// Remainder with the sign of the dividend, as C's `fmod`.
    Rem,
    /// `a/(b − 1)` where `b = eᵃ`: made by the sharing of exponentials only.
    LinoidGiven,
    Less,
    LessEqual,
    Equal,
    And,
    Or,
}

/// One node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Node {
    /// A number, by its bits.
    Constant(u64),
    Input(Input),
    Unary(Unary, Value),
    Binary(Binary, Value, Value),
    /// `second` where `first ≠ 0`, else `third`.
    Select(Value, Value, Value),
}

impl Node {
    /// The values that the node is computed from.
    pub(crate) fn operands(&self) -> impl Iterator<Item = Value> + use<> {
        let (n, list) = match *self {
            Self::Constant(_) | Self::Input(_) => (0, [Value(0); 3]),
            Self::Unary(_, a) => (1, [a, a, a]),
            Self::Binary(_, a, b) => (2, [a, b, b]),
            Self::Select(a, b, c) => (3, [a, b, c]),
        };
        list.into_iter().take(n)
    }
}

/// A graph of values under construction or finished.
#[derive(Debug, Clone, Default)]
pub(crate) struct Graph {
    nodes: Vec<Node>,
    known: HashMap<Node, Value>,
}

impl Graph {
    /// All nodes, operands before users.
    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// One node.
    pub(crate) fn node(&self, value: Value) -> Node {
        self.nodes[value.index()]
    }

    /// The number that a value is, if it is constant.
    pub(crate) fn constant_of(&self, value: Value) -> Option<f64> {
        match self.node(value) {
            Node::Constant(bits) => Some(f64::from_bits(bits)),
            _ => None,
        }
    }

    /// Whether a value is the given number.
    pub(crate) fn is(&self, value: Value, number: f64) -> bool {
        self.constant_of(value) == Some(number)
    }

    /// The node as it is, without simplification.
    pub(crate) fn intern(&mut self, node: Node) -> Value {
        if let Some(&value) = self.known.get(&node) {
            return value;
        }
        let value = Value(self.nodes.len() as u32);
        self.nodes.push(node);
        self.known.insert(node, value);
        value
    }

    /// A number.
    pub(crate) fn constant(&mut self, number: f64) -> Value {
        self.intern(Node::Constant(if number == 0.0 { 0 } else { number.to_bits() }))
    }

    /// A quantity read from outside.
    pub(crate) fn input(&mut self, input: Input) -> Value {
        self.intern(Node::Input(input))
    }

    /// Which nodes the roots depend on.
    pub(crate) fn live(&self, roots: impl Iterator<Item = Value>) -> Vec<bool> {
        let mut live = vec![false; self.nodes.len()];
        roots.for_each(|r| live[r.index()] = true);
        for k in (0..self.nodes.len()).rev() {
            if live[k] {
                self.nodes[k].operands().for_each(|o| live[o.index()] = true);
            }
        }
        live
    }

    /// For every node, whether it depends on `on`.
    pub(crate) fn depends(&self, on: Value) -> Vec<bool> {
        let mut depends = vec![false; self.nodes.len()];
        depends[on.index()] = true;
        for k in on.index() + 1..self.nodes.len() {
            depends[k] = self.nodes[k].operands().any(|o| depends[o.index()]);
        }
        depends
    }
}
