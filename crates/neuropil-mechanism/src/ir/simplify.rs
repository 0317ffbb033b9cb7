//! Constructors that simplify while they build.
//!
//! Numbers are folded with the same functions that kernels use. Neutral elements vanish, signs
//! move outward, a division by a number becomes a product with its reciprocal, small whole powers
//! become products, and a quotient that is 0/0 at one voltage only becomes the smooth function it
//! stands for (see [`super::linoid`]). A factor that is also the divisor cancels. What is known to
//! be multiplied by zero is zero.

use super::{Binary, Graph, Node, Unary, Value, apply_binary, apply_unary};

impl Graph {
    /// A function of one value.
    pub(crate) fn unary(&mut self, op: Unary, a: Value) -> Value {
        if let Some(x) = self.constant_of(a) {
            return self.constant(apply_unary(op, x));
        }
        match (op, self.node(a)) {
            (Unary::Neg, Node::Unary(Unary::Neg, x)) => x,
            (Unary::Neg, Node::Binary(Binary::Sub, x, y)) => self.sub(y, x),
            (Unary::Neg, Node::Binary(Binary::Mul, x, c)) if self.constant_of(c).is_some() => {
                let minus = self.unary(Unary::Neg, c);
                self.mul(x, minus)
            }
            (Unary::Abs, Node::Unary(Unary::Neg | Unary::Abs, x)) => self.unary(Unary::Abs, x),
            (Unary::Not, Node::Unary(Unary::Not, x)) if self.is_truth(x) => x,
            (Unary::Log, Node::Unary(Unary::Exp, x)) => x,
            _ => self.intern(Node::Unary(op, a)),
        }
    }

    /// A function of two values.
    pub(crate) fn binary(&mut self, op: Binary, a: Value, b: Value) -> Value {
        match op {
            Binary::Add => self.add(a, b),
            Binary::Sub => self.sub(a, b),
            Binary::Mul => self.mul(a, b),
            Binary::Div => self.div(a, b),
            Binary::Pow => self.pow(a, b),
            Binary::And | Binary::Or => self.logic(op, a, b),
            _ => {
                if let (Some(x), Some(y)) = (self.constant_of(a), self.constant_of(b)) {
                    return self.constant(apply_binary(op, x, y));
                }
                self.intern(Node::Binary(op, a, b))
            }
        }
    }

    /// `−a`
    pub(crate) fn neg(&mut self, a: Value) -> Value {
        self.unary(Unary::Neg, a)
    }

    /// `a + b`
    pub(crate) fn add(&mut self, a: Value, b: Value) -> Value {
        if let (Some(x), Some(y)) = (self.constant_of(a), self.constant_of(b)) {
            return self.constant(x + y);
        }
        if self.is(a, 0.0) {
            return b;
        }
        if self.is(b, 0.0) {
            return a;
        }
        match (self.node(a), self.node(b)) {
            (_, Node::Unary(Unary::Neg, y)) => self.sub(a, y),
            (Node::Unary(Unary::Neg, x), _) => self.sub(b, x),
            (Node::Constant(_), _) => self.intern(Node::Binary(Binary::Add, b, a)),
            (_, Node::Constant(_)) => self.intern(Node::Binary(Binary::Add, a, b)),
            _ => self.intern(Node::Binary(Binary::Add, a.min(b), a.max(b))),
        }
    }

    /// `a − b`
    pub(crate) fn sub(&mut self, a: Value, b: Value) -> Value {
        if a == b {
            return self.constant(0.0);
        }
        if let Some(y) = self.constant_of(b) {
            let minus = self.constant(-y);
            return self.add(a, minus);
        }
        if self.is(a, 0.0) {
            return self.neg(b);
        }
        match self.node(b) {
            Node::Unary(Unary::Neg, y) => self.add(a, y),
            _ => self.intern(Node::Binary(Binary::Sub, a, b)),
        }
    }

    /// `a·b`
    pub(crate) fn mul(&mut self, a: Value, b: Value) -> Value {
        let (a, b) = match (self.constant_of(a), self.constant_of(b)) {
            (Some(x), Some(y)) => return self.constant(x * y),
            (Some(_), None) => (b, a),
            _ => (a, b),
        };
        if let Some(c) = self.constant_of(b) {
            if c == 0.0 {
                return b;
            }
            if c == 1.0 {
                return a;
            }
            if c == -1.0 {
                return self.neg(a);
            }
            return match self.node(a) {
                Node::Unary(Unary::Neg, x) => {
                    let minus = self.constant(-c);
                    self.mul(x, minus)
                }
                Node::Binary(Binary::Mul, x, d) => match self.constant_of(d) {
                    Some(d) => {
                        let product = self.constant(c * d);
                        self.mul(x, product)
                    }
                    None => self.intern(Node::Binary(Binary::Mul, a, b)),
                },
                Node::Binary(Binary::Div, x, y) if self.constant_of(x).is_some() => {
                    let top = self.mul(x, b);
                    self.div(top, y)
                }
                _ => self.intern(Node::Binary(Binary::Mul, a, b)),
            };
        }
        match (self.node(a), self.node(b)) {
            (Node::Unary(Unary::Neg, x), _) => {
                let product = self.mul(x, b);
                self.neg(product)
            }
            (_, Node::Unary(Unary::Neg, y)) => {
                let product = self.mul(a, y);
                self.neg(product)
            }
            (Node::Binary(Binary::Div, one, x), _) if self.is(one, 1.0) => self.div(b, x),
            (_, Node::Binary(Binary::Div, one, y)) if self.is(one, 1.0) => self.div(a, y),
            _ => match self.cancelled(a, b).or_else(|| self.cancelled(b, a)) {
                Some(product) => product,
                None => self.intern(Node::Binary(Binary::Mul, a.min(b), a.max(b))),
            },
        }
    }

    /// `(n/d)·b` where `d` is `b` or one of its two factors: a steady state times its rate.
    fn cancelled(&mut self, a: Value, b: Value) -> Option<Value> {
        let Node::Binary(Binary::Div, n, d) = self.node(a) else { return None };
        if b == d {
            return Some(n);
        }
        match self.node(b) {
            Node::Binary(Binary::Mul, x, y) if x == d => Some(self.mul(n, y)),
            Node::Binary(Binary::Mul, x, y) if y == d => Some(self.mul(n, x)),
            _ => None,
        }
    }

    /// `a/b`
    pub(crate) fn div(&mut self, a: Value, b: Value) -> Value {
        match (self.constant_of(a), self.constant_of(b)) {
            (Some(x), Some(y)) => return self.constant(x / y),
            (_, Some(y)) if y != 0.0 && (1.0 / y).is_finite() => {
                let reciprocal = self.constant(1.0 / y);
                return self.mul(a, reciprocal);
            }
            (Some(0.0), _) => return a,
            _ => {}
        }
        if let Some(smooth) = self.smooth_quotient(a, b) {
            return smooth;
        }
        match (self.node(a), self.node(b)) {
            (Node::Unary(Unary::Neg, x), _) => {
                let quotient = self.div(x, b);
                self.neg(quotient)
            }
            (_, Node::Unary(Unary::Neg, y)) => {
                let quotient = self.div(a, y);
                self.neg(quotient)
            }
            // a/(c/y) with a number c
            (_, Node::Binary(Binary::Div, c, y)) if self.constant_of(c).is_some() => {
                let product = self.mul(a, y);
                self.div(product, c)
            }
            _ => self.intern(Node::Binary(Binary::Div, a, b)),
        }
    }

    /// `a^b`
    pub(crate) fn pow(&mut self, a: Value, b: Value) -> Value {
        if let (Some(x), Some(y)) = (self.constant_of(a), self.constant_of(b)) {
            return self.constant(apply_binary(Binary::Pow, x, y));
        }
        match self.constant_of(b) {
            Some(0.0) => self.constant(1.0),
            Some(0.5) => self.unary(Unary::Sqrt, a),
            Some(y) if y.fract() == 0.0 && y.abs() <= 16.0 => {
                let power = self.whole_power(a, y.abs() as u32);
                if y > 0.0 {
                    power
                } else {
                    let one = self.constant(1.0);
                    self.div(one, power)
                }
            }
            _ => self.intern(Node::Binary(Binary::Pow, a, b)),
        }
    }

    fn whole_power(&mut self, a: Value, n: u32) -> Value {
        match n {
            0 => self.constant(1.0),
            1 => a,
            _ => {
                let half = self.whole_power(a, n / 2);
                let square = self.mul(half, half);
                if n.is_multiple_of(2) { square } else { self.mul(square, a) }
            }
        }
    }

    /// `a` where `c ≠ 0`, else `b`.
    pub(crate) fn select(&mut self, c: Value, a: Value, b: Value) -> Value {
        if a == b {
            return a;
        }
        if let Some(known) = self.constant_of(c) {
            return if known != 0.0 { a } else { b };
        }
        if let Node::Unary(Unary::Not, inner) = self.node(c) {
            return self.select(inner, b, a);
        }
        if let Some(smooth) = self.guarded_quotient(c, a, b) {
            return smooth;
        }
        self.intern(Node::Select(c, a, b))
    }

    fn logic(&mut self, op: Binary, a: Value, b: Value) -> Value {
        let neutral = op == Binary::And;
        for (known, other) in [(a, b), (b, a)] {
            if let Some(x) = self.constant_of(known) {
                if (x != 0.0) != neutral {
                    return self.constant(f64::from(u8::from(!neutral)));
                }
                if self.is_truth(other) {
                    return other;
                }
            }
        }
        if a == b && self.is_truth(a) {
            return a;
        }
        self.intern(Node::Binary(op, a, b))
    }

    /// Whether a value can only be 0 or 1.
    fn is_truth(&self, value: Value) -> bool {
        match self.node(value) {
            Node::Constant(bits) => [0.0, 1.0].contains(&f64::from_bits(bits)),
            Node::Unary(op, _) => op == Unary::Not,
            Node::Binary(op, ..) => op >= Binary::Less,
            _ => false,
        }
    }
}
