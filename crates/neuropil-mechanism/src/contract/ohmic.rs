//! Mechanisms whose current is a straight line at all times.

use super::{Kind, Mechanism};
use crate::ir::{Graph, Input, Node, Segment, Target, Value, linear_parts};

impl Mechanism {
    /// Whether the membrane current is `i₀ + g v` with `i₀` and `g` of each instance fixed once
    /// `INITIAL` has run: a density mechanism without states, ions, events and pointers, whose
    /// current is written as a linear function of `v` and of nothing else that changes. Told from
    /// the compiled expressions, not by trying.
    ///
    /// An engine may then take two numbers per compartment into the constant part of its equations
    /// and leave the kernel alone.
    pub fn is_ohmic(&self) -> bool {
        let (d, p) = (&self.description, &self.program);
        let plain = d.kind == Kind::Density
            && d.ions.is_empty()
            && d.pointers.is_empty()
            && d.events.is_none()
            && d.states().next().is_none()
            && p.advance.segments.is_empty()
            && p.diffusion.segments.is_empty();
        match p.currents.segments.as_slice() {
            [segment] => plain && p.currents.carried == 0 && is_straight(segment),
            _ => false,
        }
    }
}

fn is_straight(segment: &Segment) -> bool {
    if segment.iteration.is_some() || !segment.effects.is_empty() {
        return false;
    }
    let mut graph = segment.graph.clone();
    let v = graph.input(Input::Voltage);
    segment.outputs.iter().all(|&(target, value)| match target {
        Target::Variable(_) => true,
        Target::Current | Target::Conductance => {
            only_fixed_inputs(&graph, segment, value)
                && linear_parts(&mut graph, value, v).is_some()
        }
        _ => false,
    })
}

/// Whether a value depends on the potential, the geometry, the temperature and variables that the
/// segment does not change.
fn only_fixed_inputs(graph: &Graph, segment: &Segment, value: Value) -> bool {
    let live = graph.live(std::iter::once(value));
    graph.nodes().iter().zip(live).filter(|(_, live)| *live).all(|(node, _)| match node {
        Node::Input(Input::Variable(k)) => {
            segment.outputs.iter().all(|(target, _)| *target != Target::Variable(*k))
        }
        Node::Input(input) => {
            matches!(input, Input::Voltage | Input::Area | Input::Diameter | Input::Celsius)
        }
        _ => true,
    })
}

#[cfg(test)]
mod tests {
    use crate::{Source, compile};

    fn is_ohmic(declared: &str, body: &str) -> bool {
        let text = format!(
            "NEURON {{ SUFFIX x {declared} }} PARAMETER {{ g = 0.001 e = -65 }}
             ASSIGNED {{ v i t celsius last }} BREAKPOINT {{ {body} }}"
        );
        compile(&Source::from_text("x.mod", &text)).unwrap().is_ohmic()
    }

    #[test]
    fn a_leak_is_ohmic_and_what_bends_or_changes_is_not() {
        let plain = "NONSPECIFIC_CURRENT i RANGE g, e";
        assert!(is_ohmic(plain, "i = g*(v - e)"));
        assert!(is_ohmic(plain, "i = g*exp(celsius/10)*(v - e)/2 - e*g"));
        assert!(!is_ohmic(plain, "i = g*(v - e)*(v - e)"));
        assert!(!is_ohmic(plain, "if (v > 0) { i = g*v } else { i = g*(v - e) }"));
        assert!(!is_ohmic(plain, "i = g*t*(v - e)"));
        assert!(!is_ohmic("NONSPECIFIC_CURRENT i RANGE g, last", "i = g*v + last last = last + 1"));
        assert!(!is_ohmic("USEION k READ ek WRITE ik", "ik = g*(v - ek)"));
    }
}
