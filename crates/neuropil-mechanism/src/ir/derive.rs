//! Derivatives by the rules of calculus.

use super::{Binary, Graph, Input, Node, Unary, Value};

/// `∂value/∂input`, or `None` where it is zero everywhere. Conditions count as constant, as do
/// values carried over.
pub(crate) fn derivative(graph: &mut Graph, value: Value, input: Input) -> Option<Value> {
    let x = graph.input(input);
    derivative_by(graph, value, x)
}

fn derivative_by(graph: &mut Graph, value: Value, x: Value) -> Option<Value> {
    let depends = graph.depends(x);
    let live = graph.live(std::iter::once(value));
    let mut known: Vec<Option<Value>> = vec![None; value.index() + 1];
    for k in 0..=value.index() {
        if !(live[k] && depends[k]) {
            continue;
        }
        let here = Value(k as u32);
        let of = |v: Value| known[v.index()];
        known[k] = match graph.node(here) {
            Node::Constant(_) => None,
            Node::Input(_) => (here == x).then(|| graph.constant(1.0)),
            Node::Unary(op, a) => of(a).and_then(|da| {
                let slope = slope(graph, op, a, here)?;
                Some(graph.mul(slope, da))
            }),
            Node::Binary(op, a, b) => binary(graph, op, (a, of(a)), (b, of(b)), here),
            Node::Select(c, a, b) => match (of(a), of(b)) {
                (None, None) => None,
                (da, db) => {
                    let zero = graph.constant(0.0);
                    Some(graph.select(c, da.unwrap_or(zero), db.unwrap_or(zero)))
                }
            },
        };
    }
    known[value.index()].filter(|&d| !graph.is(d, 0.0))
}

/// Derivative of a function of one value; `y` is its result.
fn slope(g: &mut Graph, op: Unary, a: Value, y: Value) -> Option<Value> {
    let one = g.constant(1.0);
    Some(match op {
        Unary::Neg => g.constant(-1.0),
        Unary::Abs => {
            let (zero, minus) = (g.constant(0.0), g.constant(-1.0));
            let negative = g.binary(Binary::Less, a, zero);
            g.select(negative, minus, one)
        }
        Unary::Sqrt => {
            let half = g.constant(0.5);
            g.div(half, y)
        }
        Unary::Exp => y,
        Unary::Expm1 => g.unary(Unary::Exp, a),
        Unary::Exprel => {
            let e = g.unary(Unary::Exp, a);
            let rise = g.sub(e, y);
            let plain = g.div(rise, a);
            near_zero(g, a, plain, 0.5, 1.0 / 3.0)
        }
        Unary::Linoid => {
            let rest = g.sub(one, y);
            let rest = g.sub(rest, a);
            let product = g.mul(y, rest);
            let plain = g.intern(Node::Binary(Binary::Div, product, a));
            near_zero(g, a, plain, -0.5, 1.0 / 6.0)
        }
        Unary::Log => g.div(one, a),
        Unary::Log10 => {
            let c = g.constant(std::f64::consts::LOG10_E);
            g.div(c, a)
        }
        Unary::Sin => g.unary(Unary::Cos, a),
        Unary::Cos => {
            let s = g.unary(Unary::Sin, a);
            g.neg(s)
        }
        Unary::Tan => {
            let square = g.mul(y, y);
            g.add(one, square)
        }
        Unary::Sinh => g.unary(Unary::Cosh, a),
        Unary::Cosh => g.unary(Unary::Sinh, a),
        Unary::Tanh => {
            let square = g.mul(y, y);
            g.sub(one, square)
        }
        Unary::Floor | Unary::Ceil | Unary::Not => return None,
    })
}

/// `plain` away from `a = 0`, `c0 + c1·a` near it.
fn near_zero(g: &mut Graph, a: Value, plain: Value, c0: f64, c1: f64) -> Value {
    let (c0, c1, small) = (g.constant(c0), g.constant(c1), g.constant(1e-5));
    let size = g.unary(Unary::Abs, a);
    let near = g.intern(Node::Binary(Binary::Less, size, small));
    let linear = g.mul(a, c1);
    let series = g.add(linear, c0);
    g.intern(Node::Select(near, series, plain))
}

type Part = (Value, Option<Value>);

fn binary(g: &mut Graph, op: Binary, (a, da): Part, (b, db): Part, y: Value) -> Option<Value> {
    match op {
        Binary::Add => match (da, db) {
            (Some(p), Some(q)) => Some(g.add(p, q)),
            (one, other) => one.or(other),
        },
        Binary::Sub => match (da, db) {
            (Some(p), Some(q)) => Some(g.sub(p, q)),
            (Some(p), None) => Some(p),
            (None, q) => q.map(|q| g.neg(q)),
        },
        Binary::Mul => {
            let left = da.map(|p| g.mul(p, b));
            let right = db.map(|q| g.mul(a, q));
            match (left, right) {
                (Some(p), Some(q)) => Some(g.add(p, q)),
                (one, other) => one.or(other),
            }
        }
        Binary::Div => {
            let top = match (da, db.map(|q| g.mul(y, q))) {
                (Some(p), Some(q)) => g.sub(p, q),
                (Some(p), None) => p,
                (None, Some(q)) => g.neg(q),
                (None, None) => return None,
            };
            Some(g.div(top, b))
        }
        Binary::Pow => {
            let left = da.map(|p| {
                let one = g.constant(1.0);
                let lower = g.sub(b, one);
                let power = g.pow(a, lower);
                let slope = g.mul(b, power);
                g.mul(slope, p)
            });
            let right = db.map(|q| {
                let log = g.unary(Unary::Log, a);
                let slope = g.mul(y, log);
                g.mul(slope, q)
            });
            match (left, right) {
                (Some(p), Some(q)) => Some(g.add(p, q)),
                (one, other) => one.or(other),
            }
        }
        Binary::Min | Binary::Max => {
            let zero = g.constant(0.0);
            let (p, q) = (da.unwrap_or(zero), db.unwrap_or(zero));
            let first = if op == Binary::Min { (b, a) } else { (a, b) };
            let second_wins = g.binary(Binary::Less, first.0, first.1);
            Some(g.select(second_wins, q, p))
        }
        Binary::Rem => da,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::evaluate;
    use super::*;

    /// Value and derivative of a function at a point, and its central difference.
    fn compare(build: impl Fn(&mut Graph, Value) -> Value, at: f64) {
        let mut g = Graph::default();
        let x = g.input(Input::Voltage);
        let y = build(&mut g, x);
        let d = derivative(&mut g, y, Input::Voltage).unwrap();
        let live = g.live([y, d].into_iter());
        let run = |x: f64| {
            let mut values = Vec::new();
            evaluate(&g, &live, &|_| x, &mut values);
            (values[y.index()], values[d.index()])
        };
        let h = 1e-5;
        let expected = (run(at + h).0 - run(at - h).0) / (2.0 * h);
        let found = run(at).1;
        assert!((found - expected).abs() < 1e-8 * (1.0 + expected.abs()), "{found} {expected}");
    }

    #[test]
    fn every_rule_agrees_with_a_difference_quotient() {
        use Unary as U;
        for op in [
            U::Neg,
            U::Abs,
            U::Sqrt,
            U::Exp,
            U::Expm1,
            U::Exprel,
            U::Linoid,
            U::Log,
            U::Log10,
            U::Sin,
            U::Cos,
            U::Tan,
            U::Sinh,
            U::Cosh,
            U::Tanh,
        ] {
            compare(|g, x| g.unary(op, x), 0.7);
        }
        for at in [0.0, 1e-7, 3e-4, -2.0] {
            compare(|g, x| g.unary(U::Linoid, x), at);
            compare(|g, x| g.unary(U::Exprel, x), at);
        }
        let with = |op: Binary| {
            move |g: &mut Graph, x: Value| {
                let s = g.unary(U::Sin, x);
                let two = g.constant(2.0);
                let c = g.add(x, two);
                g.binary(op, c, s)
            }
        };
        use Binary as B;
        for op in [B::Add, B::Sub, B::Mul, B::Div, B::Pow, B::Min, B::Max] {
            compare(with(op), 0.7);
        }
    }
}
