//! Branching cells from Rust.
//!
//! ```
//! use neuropil::builder::{Cell, Connect, Input};
//! use neuropil::prelude::*;
//!
//! let ball = Cell::ball_and_stick("12.6157 um", "200 um", "1 um")
//!     .passive("100 Ohm cm", "1 uF/cm2", "-65 mV")
//!     .compartments("max_length", "20 um")
//!     .paint("soma", "hh", [("gnabar", "0.12 S/cm2")])
//!     .paint("dend", "pas", [("g", "1e-3 S/cm2"), ("e", "-65 mV")])
//!     .synapses("excitation", "expsyn", "at(1, 0.5)", [("tau", "2 ms")])
//!     .spikes("soma", "-10 mV");
//! let ring = Experiment::builder()
//!     .duration("40 ms")
//!     .simulation("dt", "0.025 ms")
//!     .cell("ball", ball)
//!     .cells("ring", "ball", 3)
//!     .connect("next", "ring[0:2]", "ring[1:3].excitation",
//!         Connect::one_to_one().weight("50 nS").delay("5 ms"))
//!     .input("kick", "ring[0].excitation", Input::spikes(["10 ms"]).weight("50 nS"))
//!     .record_places("ring", ["v"], "soma", "0.1 ms")
//!     .build()?;
//! let summary = ring.run(&RunOptions::default(), &mut |_| true)?;
//! assert_eq!((summary.neurons, summary.synapses, summary.spikes), (3, 2, 3));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt::Write;

use super::{ExperimentBuilder, Keys, Setting, quoted};

/// One kind of branching cell. Setters only store; building the experiment checks.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    keys: Keys,
    /// `paint`, in order.
    paints: Vec<Keys>,
    /// Subtables by their path: `synapses."excitation"`.
    parts: Vec<(String, Keys)>,
}

impl Cell {
    /// A cell with the morphology of an SWC file; its name counts from the working folder.
    pub fn from_file(swc: impl Into<String>) -> Self {
        Self::with_morphology(swc.into())
    }

    /// A cable of one length and diameter.
    pub fn cable(length: impl Into<Setting>, diameter: impl Into<Setting>) -> Self {
        Self::shape("cable").shaped("length", length).shaped("diameter", diameter).made()
    }

    /// A soma as long as wide, and a dendrite.
    pub fn ball_and_stick(
        soma_diameter: impl Into<Setting>,
        length: impl Into<Setting>,
        diameter: impl Into<Setting>,
    ) -> Self {
        Self::shape("ball_and_stick")
            .shaped("soma_diameter", soma_diameter)
            .shaped("length", length)
            .shaped("diameter", diameter)
            .made()
    }

    /// A soma and a binary tree that follows the 3/2 rule.
    pub fn rall_tree(
        levels: u32,
        length: impl Into<Setting>,
        diameter: impl Into<Setting>,
    ) -> Self {
        Self::shape("rall_tree")
            .shaped("levels", levels)
            .shaped("length", length)
            .shaped("diameter", diameter)
            .made()
    }

    fn shape(name: &str) -> Shape {
        Shape(Keys::default().with("shape", name))
    }

    fn with_morphology(morphology: impl Into<Setting>) -> Self {
        let keys = Keys::default().with("morphology", morphology);
        Self { keys, paints: Vec::new(), parts: Vec::new() }
    }

    /// Axial resistivity, capacitance of the membrane, potential at the start.
    #[must_use]
    pub fn passive(
        self,
        ra: impl Into<Setting>,
        cm: impl Into<Setting>,
        v_init: impl Into<Setting>,
    ) -> Self {
        self.option("Ra", ra).option("cm", cm).option("v_init", v_init)
    }

    /// How finely it is cut: `max_length`, `d_lambda`, `per_section` or `error`, and its value.
    #[must_use]
    pub fn compartments(self, rule: &str, value: impl Into<Setting>) -> Self {
        let rule = Setting(Keys::default().with(rule, value).inline());
        self.option("compartments", rule)
    }

    /// A density mechanism on a region, with parameters.
    #[must_use]
    pub fn paint<'a, V: Into<Setting>>(
        mut self,
        region: &str,
        mechanism: &str,
        parameters: impl IntoIterator<Item = (&'a str, V)>,
    ) -> Self {
        let keys = Keys::default().with("region", region).with("mechanism", mechanism);
        self.paints.push(parameters.into_iter().fold(keys, |keys, (k, v)| keys.with(k, v)));
        self
    }

    /// An ion: `reversal`, `inside`, `outside`, `valence`.
    #[must_use]
    pub fn ion<'a, V: Into<Setting>>(
        mut self,
        name: &str,
        values: impl IntoIterator<Item = (&'a str, V)>,
    ) -> Self {
        let keys = values.into_iter().fold(Keys::default(), |keys, (k, v)| keys.with(k, v));
        self.parts.push((format!("ions.{}", quoted(name)), keys));
        self
    }

    /// A named group of point processes at some places, with parameters.
    #[must_use]
    pub fn synapses<'a, V: Into<Setting>>(
        mut self,
        group: &str,
        mechanism: &str,
        at: &str,
        parameters: impl IntoIterator<Item = (&'a str, V)>,
    ) -> Self {
        let keys = Keys::default().with("mechanism", mechanism).with("at", at);
        let keys = parameters.into_iter().fold(keys, |keys, (k, v)| keys.with(k, v));
        self.parts.push((format!("synapses.{}", quoted(group)), keys));
        self
    }

    /// Where and beyond which potential a spike is detected.
    #[must_use]
    pub fn spikes(mut self, at: &str, threshold: impl Into<Setting>) -> Self {
        let keys = Keys::default().with("at", at).with("threshold", threshold);
        self.parts.push(("spikes".into(), keys));
        self
    }

    /// Any other key of the cell, such as `view` or `profile`.
    #[must_use]
    pub fn option(mut self, key: &str, value: impl Into<Setting>) -> Self {
        self.keys = self.keys.with(key, value);
        self
    }
}

/// A morphology in the making.
struct Shape(Keys);

impl Shape {
    fn shaped(self, key: &str, value: impl Into<Setting>) -> Self {
        Self(self.0.with(key, value))
    }

    fn made(self) -> Cell {
        Cell::with_morphology(Setting(self.0.inline()))
    }
}

impl ExperimentBuilder {
    /// A kind of branching cell.
    #[must_use]
    pub fn cell(mut self, name: &str, cell: Cell) -> Self {
        let name = quoted(name);
        let _ = writeln!(self.sections, "\n[cells.{name}]");
        cell.keys.write(&mut self.sections);
        for (path, keys) in &cell.parts {
            let _ = writeln!(self.sections, "\n[cells.{name}.{path}]");
            keys.write(&mut self.sections);
        }
        for paint in &cell.paints {
            let _ = writeln!(self.sections, "\n[[cells.{name}.paint]]");
            paint.write(&mut self.sections);
        }
        self
    }

    /// A population of cells of one kind; without any, every kind is a population of one.
    #[must_use]
    pub fn cells(self, name: &str, cell: &str, size: usize) -> Self {
        self.section("populations", name, &Keys::default().with("cell", cell).with("size", size))
    }

    /// A `.mod` file beside the built-in catalogue; its name counts from the working folder.
    #[must_use]
    pub fn mechanism(mut self, file: &str) -> Self {
        self.mechanisms.push(file.into());
        self
    }

    /// Variables of cells at places such as `"soma, at(3, 0.5)"`, sampled at an interval.
    #[must_use]
    pub fn record_places(
        mut self,
        target: &str,
        variables: impl Into<Setting>,
        at: &str,
        every: impl Into<Setting>,
    ) -> Self {
        let keys = Keys::default().with("target", target).with("variables", variables);
        self.sections.push_str("\n[[record.traces]]\n");
        keys.with("at", at).with("every", every).write(&mut self.sections);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;

    #[test]
    fn faults_of_cells_have_a_place_in_the_text() {
        let error = Experiment::builder()
            .duration("10 ms")
            .cell("c", Cell::cable("100 um", "1 um").paint("axon", "pas", [("g", "1e-4 S/cm2")]))
            .build()
            .unwrap_err();
        assert!(error.to_string().contains("region"), "{error}");
        assert!(error.render(false).contains("axon"), "{}", error.render(false));
    }
}
