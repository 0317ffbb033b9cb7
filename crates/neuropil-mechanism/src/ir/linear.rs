//! How an expression depends on one of its inputs, when it does so linearly.

use super::{Binary, Graph, Node, Unary, Value};

/// `(p + q·x) / d` with `p`, `q`, `d` independent of `x`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct LinearParts {
    pub(crate) p: Value,
    pub(crate) q: Value,
    pub(crate) d: Option<Value>,
}

/// Writes `value` as `(p + q·x)/d`; `None` where it is not linear in `x`.
pub(crate) fn linear_parts(g: &mut Graph, value: Value, x: Value) -> Option<LinearParts> {
    let depends = g.depends(x);
    parts(g, value, x, &depends)
}

fn parts(g: &mut Graph, value: Value, x: Value, depends: &[bool]) -> Option<LinearParts> {
    let zero = g.constant(0.0);
    if value == x {
        return Some(LinearParts { p: zero, q: g.constant(1.0), d: None });
    }
    if !depends.get(value.index()).copied().unwrap_or(false) {
        return Some(LinearParts { p: value, q: zero, d: None });
    }
    match g.node(value) {
        Node::Unary(Unary::Neg, a) => {
            let a = parts(g, a, x, depends)?;
            Some(LinearParts { p: g.neg(a.p), q: g.neg(a.q), d: a.d })
        }
        Node::Binary(op @ (Binary::Add | Binary::Sub), a, b) => {
            let (mut a, mut b) = (parts(g, a, x, depends)?, parts(g, b, x, depends)?);
            if a.d != b.d {
                (a, b) = (undivided(g, a), undivided(g, b));
            }
            let (p, q) = (g.binary(op, a.p, b.p), g.binary(op, a.q, b.q));
            Some(LinearParts { p, q, d: a.d })
        }
        Node::Binary(Binary::Mul, a, b) => {
            let (linear, factor) = match (depends[a.index()], depends[b.index()]) {
                (true, false) => (a, b),
                (false, true) => (b, a),
                _ => return None,
            };
            let a = parts(g, linear, x, depends)?;
            Some(LinearParts { p: g.mul(a.p, factor), q: g.mul(a.q, factor), d: a.d })
        }
        Node::Binary(Binary::Div, a, b) if !depends[b.index()] => {
            let a = parts(g, a, x, depends)?;
            let d = a.d.map_or(b, |d| g.mul(d, b));
            Some(LinearParts { d: Some(d), ..a })
        }
        Node::Select(c, a, b) if !depends[c.index()] => {
            let a = parts(g, a, x, depends)?;
            let b = parts(g, b, x, depends)?;
            let (a, b) = (undivided(g, a), undivided(g, b));
            Some(LinearParts { p: g.select(c, a.p, b.p), q: g.select(c, a.q, b.q), d: None })
        }
        _ => None,
    }
}

fn undivided(g: &mut Graph, a: LinearParts) -> LinearParts {
    match a.d {
        Some(d) => LinearParts { p: g.div(a.p, d), q: g.div(a.q, d), d: None },
        None => a,
    }
}

/// `value` with every occurrence of `x` replaced by `by`.
pub(crate) fn substitute(g: &mut Graph, value: Value, x: Value, by: Value) -> Value {
    let depends = g.depends(x);
    if !depends[value.index()] {
        return value;
    }
    let live = g.live(std::iter::once(value));
    let mut new: Vec<Value> = (0..=value.0).map(Value).collect();
    new[x.index()] = by;
    for k in x.index() + 1..=value.index() {
        if !(live[k] && depends[k]) {
            continue;
        }
        let at = |v: Value, new: &[Value]| new[v.index()];
        new[k] = match g.node(Value(k as u32)) {
            Node::Unary(op, a) => g.unary(op, at(a, &new)),
            Node::Binary(op, a, b) => g.binary(op, at(a, &new), at(b, &new)),
            Node::Select(c, a, b) => g.select(at(c, &new), at(a, &new), at(b, &new)),
            Node::Constant(_) | Node::Input(_) => Value(k as u32),
        };
    }
    new[value.index()]
}
