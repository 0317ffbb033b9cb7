//! Removable singularities.
//!
//! Rate functions are full of `a·(v − θ)/(1 − e^{−(v − θ)/q})`, which is 0/0 at `v = θ` although
//! its limit is `a·q`. A quotient whose numerator vanishes together with `e^u − 1` is rewritten as
//! `(numerator/u)·linoid(u)` with `linoid(u) = u/(e^u − 1)`, accurate everywhere, so that no
//! kernel ever computes 0/0 there. Numerator and `u` are compared as products of canonical affine
//! factors: `13 − u`, `−(u − 13)` and `0.1·u − 1.3` share one.
//!
//! Where a file guards the singularity itself (`if (fabs(x/y) < 1e-6) …`), the guard becomes
//! superfluous and is dropped, after a numerical comparison of both branches inside the guard.

use std::collections::BTreeMap;

use super::{Binary, Graph, Input, Node, Unary, Value, evaluate};

/// A product: a number times factors with whole exponents.
struct Product {
    coefficient: f64,
    factors: BTreeMap<Value, i32>,
    /// A value to compute each factor from, with the number that the canonical factor is times it.
    actual: BTreeMap<Value, Value>,
}

/// Largest guard that is taken for a guard against 0/0.
const WIDEST_GUARD: f64 = 1e-3;

impl Graph {
    /// The smooth form of `a/b` where `b` is `±(eᵘ − 1)` and `a` vanishes with `u`.
    pub(super) fn smooth_quotient(&mut self, a: Value, b: Value) -> Option<Value> {
        let (u, factor) = self.exponential_minus_one(b)?;
        let (top, bottom) = (self.product(a), self.product(u));
        let shared = bottom.factors.iter().any(|(f, n)| {
            *n == 1 && top.factors.get(f).is_some_and(|m| *m >= 1) && self.varies(*f)
        });
        if !shared {
            return None;
        }
        let mut rest = top.factors.clone();
        for (f, n) in &bottom.factors {
            *rest.entry(*f).or_insert(0) -= n;
        }
        let mut ratio = self.constant(top.coefficient / bottom.coefficient / factor);
        let mut below = self.constant(1.0);
        for (f, n) in rest.into_iter().filter(|(_, n)| *n != 0) {
            if n < 0 && self.varies(f) {
                return None;
            }
            let actual = top.actual.get(&f).or_else(|| bottom.actual.get(&f)).copied()?;
            let power = {
                let exponent = self.constant(f64::from(n.abs()));
                self.pow(actual, exponent)
            };
            if n > 0 {
                ratio = self.mul(ratio, power);
            } else {
                below = self.mul(below, power);
            }
        }
        let smooth = self.unary(Unary::Linoid, u);
        let ratio = self.div(ratio, below);
        Some(self.mul(ratio, smooth))
    }

    /// `b = factor·(eᵘ − 1)` as `(u, factor)`.
    fn exponential_minus_one(&self, b: Value) -> Option<(Value, f64)> {
        let exponent = |v: Value| match self.node(v) {
            Node::Unary(Unary::Exp, u) => Some(u),
            _ => None,
        };
        match self.node(b) {
            Node::Binary(Binary::Add, e, c) if self.is(c, -1.0) => Some((exponent(e)?, 1.0)),
            Node::Binary(Binary::Sub, c, e) if self.is(c, 1.0) => Some((exponent(e)?, -1.0)),
            Node::Unary(Unary::Expm1, u) => Some((u, 1.0)),
            Node::Binary(Binary::Mul, inner, c) => {
                let c = self.constant_of(c)?;
                self.exponential_minus_one(inner).map(|(u, f)| (u, f * c))
            }
            _ => None,
        }
    }

    /// Whether a value depends on more than parameters.
    fn varies(&self, value: Value) -> bool {
        let live = self.live(std::iter::once(value));
        self.nodes().iter().zip(live).any(|(node, live)| {
            live && matches!(
                node,
                Node::Input(Input::Voltage | Input::Ion(..) | Input::Carry(_) | Input::Time)
            )
        })
    }

    fn product(&mut self, value: Value) -> Product {
        let mut product =
            Product { coefficient: 1.0, factors: BTreeMap::new(), actual: BTreeMap::new() };
        self.gather_factors(value, 1, &mut product);
        product
    }

    fn gather_factors(&mut self, value: Value, exponent: i32, product: &mut Product) {
        match self.node(value) {
            Node::Constant(bits) => product.coefficient *= f64::from_bits(bits).powi(exponent),
            Node::Unary(Unary::Neg, a) => {
                product.coefficient = -product.coefficient;
                self.gather_factors(a, exponent, product);
            }
            Node::Binary(Binary::Mul, a, b) => {
                self.gather_factors(a, exponent, product);
                self.gather_factors(b, exponent, product);
            }
            Node::Binary(Binary::Div, a, b) => {
                self.gather_factors(a, exponent, product);
                self.gather_factors(b, -exponent, product);
            }
            _ => {
                let (lead, canonical) = self.canonical(value);
                product.coefficient *= lead.powi(exponent);
                *product.factors.entry(canonical).or_insert(0) += exponent;
                // value = lead·canonical
                let reciprocal = self.constant(1.0 / lead);
                let actual = self.mul(value, reciprocal);
                product.actual.entry(canonical).or_insert(actual);
            }
        }
    }

    /// A sum as a number times its canonical form: coefficient 1 at the first term, numbers
    /// rounded to 12 digits so that different spellings of one function meet.
    fn canonical(&mut self, value: Value) -> (f64, Value) {
        let mut terms = BTreeMap::new();
        let mut constant = 0.0;
        self.gather_terms(value, 1.0, &mut terms, &mut constant);
        terms.retain(|_, c: &mut f64| *c != 0.0);
        let Some((_, &lead)) = terms.iter().next() else { return (1.0, value) };
        let number = self.constant(rounded(constant / lead));
        let mut sum: Option<Value> = None;
        for (term, c) in terms {
            let c = self.constant(rounded(c / lead));
            let scaled = self.mul(term, c);
            sum = Some(sum.map_or(scaled, |s| self.add(s, scaled)));
        }
        let sum = sum.map_or(number, |s| self.add(s, number));
        (lead, sum)
    }

    fn gather_terms(
        &self,
        value: Value,
        factor: f64,
        terms: &mut BTreeMap<Value, f64>,
        constant: &mut f64,
    ) {
        match self.node(value) {
            Node::Constant(bits) => *constant += factor * f64::from_bits(bits),
            Node::Unary(Unary::Neg, a) => self.gather_terms(a, -factor, terms, constant),
            Node::Binary(Binary::Add, a, b) => {
                self.gather_terms(a, factor, terms, constant);
                self.gather_terms(b, factor, terms, constant);
            }
            Node::Binary(Binary::Sub, a, b) => {
                self.gather_terms(a, factor, terms, constant);
                self.gather_terms(b, -factor, terms, constant);
            }
            Node::Binary(Binary::Mul, a, c) if self.constant_of(c).is_some() => {
                let c = self.constant_of(c).unwrap_or(1.0);
                self.gather_terms(a, factor * c, terms, constant);
            }
            _ => *terms.entry(value).or_insert(0.0) += factor,
        }
    }

    /// `select(|w| < ε, approximation, smooth)` is `smooth` when both agree inside the guard.
    pub(super) fn guarded_quotient(&self, c: Value, a: Value, b: Value) -> Option<Value> {
        let Node::Binary(Binary::Less | Binary::LessEqual, left, right) = self.node(c) else {
            return None;
        };
        let size_of = |v: Value| match self.node(v) {
            Node::Unary(Unary::Abs, w) => Some(w),
            _ => None,
        };
        let (w, width, inside, outside) = match (size_of(left), self.constant_of(right)) {
            (Some(w), Some(width)) => (w, width, a, b),
            _ => (size_of(right)?, self.constant_of(left)?, b, a),
        };
        let has_linoid = |v: Value| {
            let live = self.live(std::iter::once(v));
            let mut nodes = self.nodes().iter().zip(live);
            nodes.any(|(n, live)| live && matches!(n, Node::Unary(Unary::Linoid, _)))
        };
        let wanted = width > 0.0 && width <= WIDEST_GUARD && has_linoid(outside);
        (wanted && self.agree_inside(w, width, inside, outside)).then_some(outside)
    }

    /// Compares two values at voltages where `|w| < width`, the point `w = 0` included, for several
    /// settings of the other inputs.
    fn agree_inside(&self, w: Value, width: f64, first: Value, second: Value) -> bool {
        let live = self.live([w, first, second].into_iter());
        let mut values = Vec::new();
        (0..6u32).all(|sample| {
            let other = |input: Input| {
                let spread = format!("{input:?}")
                    .bytes()
                    .fold(sample + 1, |h, b| h.wrapping_mul(31).wrapping_add(u32::from(b)));
                0.5 + f64::from(spread % 1009) / 1009.0
            };
            let mut at = |v: f64| {
                let read = |input: Input| if input == Input::Voltage { v } else { other(input) };
                evaluate(self, &live, &read, &mut values);
                (values[w.index()], values[first.index()], values[second.index()])
            };
            let (w0, w1) = (at(0.0).0, at(1.0).0);
            let sign = if sample % 2 == 0 { 0.7 } else { -0.4 };
            [sign, 0.0].into_iter().all(|share| {
                let (found, one, other) = at((share * width - w0) / (w1 - w0));
                (found - share * width).abs() < 0.1 * width
                    && (one - other).abs() <= 2.0 * width * other.abs()
            })
        })
    }
}

fn rounded(x: f64) -> f64 {
    format!("{x:.11e}").parse().unwrap_or(x)
}

#[cfg(test)]
mod tests {
    use super::super::evaluate;
    use super::*;

    fn at(g: &Graph, value: Value, v: f64) -> f64 {
        let live = g.live(std::iter::once(value));
        let mut values = Vec::new();
        evaluate(g, &live, &|_| v, &mut values);
        values[value.index()]
    }

    /// `0.1·(v + 40)/(1 − e^{−(v + 40)/10})` in three spellings.
    fn spellings(g: &mut Graph) -> Vec<Value> {
        let v = g.input(Input::Voltage);
        let (c40, tenth, one) = (g.constant(40.0), g.constant(0.1), g.constant(1.0));
        let (ten, four) = (g.constant(10.0), g.constant(4.0));
        let shifted = g.add(v, c40);
        let top = g.mul(shifted, tenth);
        let minus = g.neg(shifted);
        let u = g.div(minus, ten);
        let e = g.unary(Unary::Exp, u);
        let bottom = g.sub(one, e);
        let first = g.div(top, bottom);
        let scaled = g.mul(v, tenth);
        let other_top = g.add(scaled, four);
        let second = g.div(other_top, bottom);
        let negative = g.neg(top);
        let other_bottom = g.sub(e, one);
        vec![first, second, g.div(negative, other_bottom)]
    }

    #[test]
    fn singular_quotients_take_their_limit_and_stay_accurate_beside_it() {
        let mut g = Graph::default();
        for value in spellings(&mut g) {
            assert_eq!(at(&g, value, -40.0), 1.0);
            for d in [1e-12, -1e-9, 1e-6, 0.5, -30.0] {
                let x: f64 = 0.1 * d;
                let series = 1.0 + x / 2.0 + x * x / 12.0;
                let exact = if x.abs() < 1e-4 { series } else { x / -(-x).exp_m1() };
                let found = at(&g, value, -40.0 + d);
                assert!((found / exact - 1.0).abs() < 3e-14, "{d}: {found} {exact}");
            }
        }
    }

    #[test]
    fn a_guard_against_the_singularity_is_dropped_only_when_its_branch_is_right() {
        let mut g = Graph::default();
        let smooth = spellings(&mut g)[0];
        let v = g.input(Input::Voltage);
        let (c40, tenth, eps) = (g.constant(40.0), g.constant(0.1), g.constant(1e-6));
        let shifted = g.add(v, c40);
        let x = g.mul(shifted, tenth);
        let size = g.unary(Unary::Abs, x);
        let near = g.binary(Binary::Less, size, eps);
        let half = g.constant(0.5);
        let one = g.constant(1.0);
        let linear = g.mul(x, half);
        let right = g.add(one, linear);
        assert_eq!(g.select(near, right, smooth), smooth);
        let wrong = g.constant(3.0);
        assert_ne!(g.select(near, wrong, smooth), smooth);
    }
}
