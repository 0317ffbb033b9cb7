//! How the equations are advanced by one step.
//!
//! | name | step | order |
//! |---|---|:-:|
//! | `exact` | `x + (exp(hJ) − 1) x + h φ₁(hJ) f(0)` with the constant Jacobian `J`: the solution of a linear system | exact |
//! | `euler` | `x + h f(x)`; with noise, `x + h f(x) + g √h N(0, 1)` (Euler–Maruyama, Itô) | 1 |
//! | `exponential_euler` | `x + h φ₁(h ∂f/∂x) f(x)` for each variable by itself | 1 |
//! | `rk2` | the midpoint rule | 2 |
//! | `rk4` | the classical rule of Runge and Kutta | 4 |
//!
//! `φ₁(z) = (eᶻ − 1)/z`. `exponential_euler` is exact for a variable that is linear in itself while
//! the others rest; elsewhere it uses the local slope (Rosenbrock–Euler). Inputs are constant within
//! a step. Without a name a linear system is solved exactly, anything else by `euler`, as Brian2 does.
//!
//! # Source
//! Hochbruck & Ostermann (2010), Acta Numerica 19:209, doi:10.1017/S0962492910000048; Kloeden & Platen
//! (1992), Numerical solution of stochastic differential equations, doi:10.1007/978-3-662-12616-5.

use neuropil_core::names::suggestion;

use super::dimension::Dim;
use super::error::{EquationError, EquationFault, Part};
use super::exact::{Jacobian, exact, jacobian};
use super::lower::{Allowed, Lowering, Moment};
use crate::ir::{Graph, Input, Node, Unary, Value, derivative, substitute};

/// A method of integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Propagator of a linear system.
    Exact,
    /// Forward Euler, Euler–Maruyama with noise.
    Euler,
    /// Exponential Euler, variable by variable.
    ExponentialEuler,
    /// Midpoint rule.
    Rk2,
    /// Classical Runge–Kutta rule.
    Rk4,
}

impl Method {
    /// Every method by name.
    pub const NAMES: &'static [&'static str] =
        &["exact", "euler", "exponential_euler", "rk2", "rk4"];

    /// The name in experiment files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Euler => "euler",
            Self::ExponentialEuler => "exponential_euler",
            Self::Rk2 => "rk2",
            Self::Rk4 => "rk4",
        }
    }

    pub(super) fn find(name: &str) -> Result<Self, EquationError> {
        let all = [Self::Exact, Self::Euler, Self::ExponentialEuler, Self::Rk2, Self::Rk4];
        all.into_iter().find(|method| method.name() == name).ok_or_else(|| EquationError {
            fault: EquationFault::UnknownMethod {
                name: name.into(),
                suggestion: suggestion(name, Self::NAMES.iter().copied()),
            },
            part: Part::Method,
            at: 0..name.len(),
        })
    }
}

/// The state after one step that begins at `start`.
pub(super) struct Advanced {
    pub(super) method: Method,
    pub(super) states: Vec<Value>,
    /// Of the free neurons; empty unless the method is [`Method::Exact`].
    pub(super) jacobian: Jacobian,
}

/// Advances all states of the model by one step.
pub(super) fn advance(
    l: &mut Lowering<'_>,
    wanted: Option<Method>,
    start: &Moment,
) -> Result<Advanced, EquationError> {
    // Derivatives are taken by stand-ins of the states, which are replaced at the end.
    let stand_ins: Vec<Value> =
        (0..start.states.len()).map(|k| l.graph.input(Input::Carry(k))).collect();
    let first = slopes(l, stand_ins.clone(), start.free)?;
    let noise: Vec<usize> = l.columns.noise().collect();
    let jacobian = match (wanted, noise.is_empty()) {
        (None | Some(Method::Exact), true) => jacobian(l, &first),
        _ => Err("there is white noise in it".into()),
    };
    let unsolvable = |method: Method, why: String, advice| EquationError {
        fault: EquationFault::Unsolvable { method: method.name(), why, advice },
        part: Part::Method,
        at: 0..0,
    };
    let (method, jacobian) = match (wanted, jacobian) {
        (None | Some(Method::Exact), Ok(jacobian)) => (Method::Exact, jacobian),
        (Some(Method::Exact), Err(why)) => {
            let advice = "use \"exponential_euler\", \"rk4\" or, with noise, \"euler\"";
            return Err(unsolvable(Method::Exact, why, advice));
        }
        (None, Err(_)) => (Method::Euler, Vec::new()),
        (Some(method), _) => (method, Vec::new()),
    };
    if method != Method::Euler && !noise.is_empty() {
        let why = "there is white noise in it".into();
        return Err(unsolvable(method, why, "use \"euler\""));
    }
    let states = match method {
        Method::Exact => exact(l, &stand_ins, &first, &jacobian, start.free),
        Method::Euler => euler(l, &stand_ins, &first, &noise)?,
        Method::ExponentialEuler => exponential(l, &stand_ins, &first),
        Method::Rk2 => {
            let half = along(l, &stand_ins, &first, 0.5);
            let middle = slopes(l, half, start.free)?;
            along(l, &stand_ins, &middle, 1.0)
        }
        Method::Rk4 => rk4(l, &stand_ins, first, start.free)?,
    };
    let replaced = |l: &mut Lowering<'_>, value: Value| {
        let pairs = stand_ins.iter().zip(&start.states);
        pairs.fold(value, |value, (x, by)| substitute(&mut l.graph, value, *x, *by))
    };
    let states = states.into_iter().map(|value| replaced(l, value)).collect();
    Ok(Advanced { method, states, jacobian })
}

/// The right sides, 0 where a variable rests.
fn slopes(
    l: &mut Lowering<'_>,
    states: Vec<Value>,
    free: Value,
) -> Result<Vec<Value>, EquationError> {
    let names = l.names;
    let mut moment = Moment::new(names, states, free);
    let allowed = Allowed { noise: true, states: true, weight: None };
    let mut all = Vec::new();
    for state in &names.states {
        let dim = Dim::of(state.unit).over(Dim::TIME);
        let what = format!("the slope of \"{}\"", state.name);
        let value =
            l.number(&state.slope, &mut moment, (&Part::Equations, allowed), (&what, dim))?;
        let zero = l.graph.constant(0.0);
        all.push(if state.held { l.graph.select(free, value, zero) } else { value });
    }
    Ok(all)
}

/// `x + part·h·f`
fn along(l: &mut Lowering<'_>, states: &[Value], slopes: &[Value], part: f64) -> Vec<Value> {
    let g = &mut l.graph;
    let (h, part) = (g.input(Input::Step), g.constant(part));
    let h = g.mul(h, part);
    let pairs = states.iter().zip(slopes);
    pairs.map(|(x, f)| step(g, *x, h, *f)).collect()
}

/// `x + h·f`, where the step may be a factor of a select: held variables keep their bits.
fn step(g: &mut Graph, x: Value, h: Value, f: Value) -> Value {
    if let Node::Select(free, slope, rest) = g.node(f)
        && g.is(rest, 0.0)
    {
        let moved = g.mul(h, slope);
        let moved = g.add(x, moved);
        return g.select(free, moved, x);
    }
    let moved = g.mul(h, f);
    g.add(x, moved)
}

fn euler(
    l: &mut Lowering<'_>,
    states: &[Value],
    slopes: &[Value],
    noise: &[usize],
) -> Result<Vec<Value>, EquationError> {
    let names = l.names;
    let mut drift = slopes.to_vec();
    let mut kicks = vec![None; states.len()];
    for &column in noise {
        let input = Input::Variable(column);
        for (k, state) in names.states.iter().enumerate() {
            let Some(gain) = derivative(&mut l.graph, drift[k], input) else { continue };
            let (xi, zero) = (l.graph.input(input), l.graph.constant(0.0));
            if l.graph.depends(xi)[gain.index()] {
                return Err(EquationError {
                    fault: EquationFault::Misplaced {
                        name: "xi".into(),
                        why: "an equation must be linear in its noise",
                    },
                    part: Part::Equations,
                    at: state.slope.at.clone(),
                });
            }
            drift[k] = substitute(&mut l.graph, drift[k], xi, zero);
            let kick = l.graph.mul(gain, xi);
            kicks[k] = Some(match kicks[k] {
                Some(sum) => l.graph.add(sum, kick),
                None => kick,
            });
        }
    }
    let mut next = along(l, states, &drift, 1.0);
    let g = &mut l.graph;
    let h = g.input(Input::Step);
    let root = g.unary(Unary::Sqrt, h);
    for (next, kick) in next.iter_mut().zip(kicks) {
        if let Some(kick) = kick {
            let kick = g.mul(root, kick);
            *next = g.add(*next, kick);
        }
    }
    Ok(next)
}

fn exponential(l: &mut Lowering<'_>, states: &[Value], slopes: &[Value]) -> Vec<Value> {
    let g = &mut l.graph;
    let h = g.input(Input::Step);
    let mut next = Vec::new();
    for (k, (x, f)) in states.iter().zip(slopes).enumerate() {
        let (free, slope) = match g.node(*f) {
            Node::Select(free, slope, rest) if g.is(rest, 0.0) => (Some(free), slope),
            _ => (None, *f),
        };
        let stride = match derivative(g, slope, Input::Carry(k)) {
            Some(rate) => {
                let z = g.mul(h, rate);
                let phi = g.unary(Unary::Exprel, z);
                g.mul(h, phi)
            }
            None => h,
        };
        let moved = g.mul(stride, slope);
        let moved = g.add(*x, moved);
        next.push(match free {
            Some(free) => g.select(free, moved, *x),
            None => moved,
        });
    }
    next
}

fn rk4(
    l: &mut Lowering<'_>,
    states: &[Value],
    first: Vec<Value>,
    free: Value,
) -> Result<Vec<Value>, EquationError> {
    let at = along(l, states, &first, 0.5);
    let second = slopes(l, at, free)?;
    let at = along(l, states, &second, 0.5);
    let third = slopes(l, at, free)?;
    let at = along(l, states, &third, 1.0);
    let fourth = slopes(l, at, free)?;
    let g = &mut l.graph;
    let two = g.constant(2.0);
    let mut sums = Vec::new();
    for k in 0..states.len() {
        let inner = g.add(second[k], third[k]);
        let inner = g.mul(inner, two);
        let outer = g.add(first[k], fourth[k]);
        sums.push(g.add(outer, inner));
    }
    Ok(along(l, states, &sums, 1.0 / 6.0))
}
