//! The part of a kernel that is the same for all instances.

use super::code::{Bytecode, UniformStep};
use super::execute::Columns;
use crate::contract::{Store, Surroundings};
use crate::ir::{Input, Node, apply_binary, apply_unary};

/// The uniform part of every piece. Uniform inputs do not change during a call.
pub(super) fn uniform_tables(
    code: &Bytecode,
    columns: &Columns,
    around: &Surroundings<'_>,
    tables: &mut Vec<Vec<f64>>,
) {
    let read = |input: Input| match input {
        Input::Time => around.t_ms,
        Input::Step => around.dt_ms,
        Input::Celsius => around.celsius,
        Input::Variable(k) => match &columns[k] {
            Store::Uniform(x) => *x,
            Store::Each(_) => f64::NAN,
        },
        _ => f64::NAN,
    };
    tables.resize_with(tables.len().max(code.pieces.len()), Vec::new);
    for (piece, table) in code.pieces.iter().zip(tables) {
        // what was computed for the same inputs still holds
        let holds = |(step, value): (&UniformStep, &f64)| match step.node {
            Node::Input(input) => read(input).to_bits() == value.to_bits(),
            _ => true,
        };
        let complete = table.len() == piece.uniforms.len();
        if complete && piece.uniforms.iter().zip(&*table).all(holds) {
            continue;
        }
        table.clear();
        for step in &piece.uniforms {
            let value = value(step.node, table, read);
            table.push(value);
        }
    }
}

/// The value of a uniform node whose operands are in the table.
pub(super) fn value(node: Node, table: &[f64], read: impl Fn(Input) -> f64) -> f64 {
    let at = |v: crate::ir::Value| table[v.index()];
    match node {
        Node::Constant(bits) => f64::from_bits(bits),
        Node::Input(input) => read(input),
        Node::Unary(op, a) => apply_unary(op, at(a)),
        Node::Binary(op, a, b) => apply_binary(op, at(a), at(b)),
        Node::Select(c, a, b) => {
            if at(c) != 0.0 {
                at(a)
            } else {
                at(b)
            }
        }
    }
}
