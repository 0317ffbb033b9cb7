//! The reference interpreter: one instance, one node after the other.
//!
//! It is the oracle of the vector interpreter, which must agree with it bit for bit, and it runs
//! what happens to single instances (events).

use super::{Binary, Graph, Input, Node, Unary};
use crate::vmath;

/// Where the interpreter finds the quantities that a kernel reads.
pub(crate) trait Inputs {
    /// The present value of an input.
    fn read(&self, input: Input) -> f64;
}

impl<F: Fn(Input) -> f64> Inputs for F {
    fn read(&self, input: Input) -> f64 {
        self(input)
    }
}

/// 1 or 0, as a choice: a conversion from a byte is slow in vectors.
#[inline(always)]
fn truth(condition: bool) -> f64 {
    if condition { 1.0 } else { 0.0 }
}

/// A function of one value.
#[inline(always)]
pub(crate) fn apply_unary(op: Unary, x: f64) -> f64 {
    match op {
        Unary::Neg => -x,
        Unary::Abs => vmath::abs(x),
        Unary::Sqrt => x.sqrt(),
        Unary::Exp => vmath::exp(x),
        Unary::Expm1 => vmath::expm1(x),
        Unary::Exprel => vmath::exprel(x),
        Unary::Linoid => vmath::linoid(x),
        Unary::Log => vmath::log(x),
        Unary::Log10 => vmath::log10(x),
        Unary::Sin => vmath::sin(x),
        Unary::Cos => vmath::cos(x),
        Unary::Tan => vmath::tan(x),
        Unary::Sinh => vmath::sinh(x),
        Unary::Cosh => vmath::cosh(x),
        Unary::Tanh => vmath::tanh(x),
        Unary::Floor => x.floor(),
        Unary::Ceil => x.ceil(),
        Unary::Not => truth(x == 0.0),
    }
}

/// A function of two values.
#[inline(always)]
pub(crate) fn apply_binary(op: Binary, a: f64, b: f64) -> f64 {
    match op {
        Binary::Add => a + b,
        Binary::Sub => a - b,
        Binary::Mul => a * b,
        Binary::Div => a / b,
        Binary::Pow => vmath::pow(a, b),
        Binary::Min => {
            if b < a {
                b
            } else {
                a
            }
        }
        Binary::Max => {
            if b > a {
                b
            } else {
                a
            }
        }
        Binary::Rem => a - (a / b).trunc() * b,
        Binary::LinoidGiven => vmath::linoid_given(a, b),
        Binary::Less => truth(a < b),
        Binary::LessEqual => truth(a <= b),
        Binary::Equal => truth(a == b),
        Binary::And => truth(a != 0.0 && b != 0.0),
        Binary::Or => truth(a != 0.0 || b != 0.0),
    }
}

/// Computes every live node of the graph; `live` as from [`Graph::live`]. Values of nodes that are
/// not live are not touched.
pub(crate) fn evaluate(graph: &Graph, live: &[bool], inputs: &impl Inputs, values: &mut Vec<f64>) {
    values.resize(graph.nodes().len(), 0.0);
    for (k, node) in graph.nodes().iter().enumerate() {
        if !live[k] {
            continue;
        }
        values[k] = match *node {
            Node::Constant(bits) => f64::from_bits(bits),
            Node::Input(input) => inputs.read(input),
            Node::Unary(op, a) => apply_unary(op, values[a.index()]),
            Node::Binary(op, a, b) => apply_binary(op, values[a.index()], values[b.index()]),
            Node::Select(c, a, b) => {
                if values[c.index()] != 0.0 {
                    values[a.index()]
                } else {
                    values[b.index()]
                }
            }
        };
    }
}
