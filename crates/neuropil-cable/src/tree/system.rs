//! One implicit step of the cable equation on a forest.
//!
//! The system is written for the potential at the end of the (half) step, in µS, nF, nA and mV:
//!
//! ```text
//! (c/h + A·g + Σ u) v⁺ − Σ u v⁺_neighbour = c/h·v + A·(g v − i)
//! ```
//!
//! with `u` the axial conductances, `i` and `g = ∂i/∂v` the membrane current and conductance per
//! area at `v`, and `A` the area. The matrix is symmetric, so one conductance per node describes
//! it, and one reciprocal per node solves it.

use super::assembly::{Assemble, AssembleFixed, Extrapolate, Terms};
use super::forest::{Forest, LANES};
use super::order::Order;
use super::sweep::{self, Chunk, Equations, PADDING, Tie};
use crate::quad::{Quad, Quads, WithQuad};

/// The constant part of the matrix, and room for its solution.
#[derive(Debug, Clone)]
pub struct TreeSystem {
    forest: Forest,
    /// Where the nodes of the changing and of the fixed grid are.
    orders: [Order; 2],
    /// Number of nodes whose matrix may change; the others follow.
    changing: usize,
    /// What ties each place to the neighbour above in the same lane.
    ties: Vec<Tie>,
    /// Conductance of each joint `[µS]`, of the changing and of the fixed grid.
    joint_up: [Vec<f64>; 2],
    /// Conductance over the diagonal of the child, of each joint.
    joint_factor: [Vec<f64>; 2],
    /// Axial conductances and c/h `[µS]`, by node.
    axial: Vec<f64>,
    /// The same with what never changes of the membrane and of the fixed grid, by node.
    base: Vec<f64>,
    /// What never changes of the right-hand side `[nA]`, by node.
    source: Vec<f64>,
    /// c/h `[µS]`, by node.
    cap: Vec<f64>,
    /// Factor from density to µS and nA, by node.
    area: Vec<f64>,
    /// The same numbers by place, for what is assembled in every step.
    terms: Vec<Terms>,
    /// By place. The diagonals of the fixed grid are replaced by their reciprocals once.
    work: Vec<Equations>,
    /// `u/d` of the places of the fixed grid.
    factor: Vec<Chunk>,
    /// Extrapolation from the solution to the end of the step: 2 for Crank–Nicolson, 1 for Euler.
    extrapolation: f64,
    quads: Quads,
}

/// What limits the potential: beyond it a run is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Every potential is finite and within the bound.
    Sound,
    /// Some potential is not.
    Runaway,
}

/// Per-node constants of a system, in the caller's node order.
#[derive(Debug, Clone, Copy)]
pub struct Coefficients<'a> {
    /// Conductance to the parent `[µS]`; ignored for roots.
    pub up_us: &'a [f64],
    /// Capacitance divided by the implicit step `[µS]`: c/dt for Euler, 2c/dt for Crank–Nicolson.
    pub cap_us: &'a [f64],
    /// Factor from a density (mA/cm², S/cm²) to nA or µS.
    pub area_factor: &'a [f64],
}

impl TreeSystem {
    /// The system of a forest, its constant nodes without membrane current until
    /// [`Self::set_constant`] gives them theirs.
    ///
    /// `extrapolation` is 1 for backward Euler and 2 for Crank–Nicolson, whose half step is
    /// solved and doubled.
    ///
    /// # Shapes
    /// One coefficient per node in every slice. The constant nodes of the forest come last.
    ///
    /// # Panics
    /// If they do not, or a slice has another length.
    pub fn new(forest: Forest, coefficients: Coefficients<'_>, extrapolation: f64) -> Self {
        let (n, chunks) = (forest.len(), forest.places() / LANES);
        let up = coefficients.up_us;
        let changing = forest.constant.iter().position(|c| *c).unwrap_or(n);
        assert!(forest.constant[changing..].iter().all(|c| *c), "constant nodes come last");
        assert!(
            [up, coefficients.cap_us, coefficients.area_factor].iter().all(|c| c.len() == n),
            "one coefficient per node"
        );
        let mut node_at = vec![0usize; forest.places()];
        let mut ties = vec![Tie { u: [0.0; LANES], square: [0.0; LANES] }; chunks];
        let mut axial = coefficients.cap_us.to_vec();
        // In an order that does not depend on how nodes are numbered: the own edge, the neighbour
        // below, the joints.
        let conductance = |node: usize| up.get(forest.edge[node] as usize).copied();
        for node in 0..n {
            node_at[forest.place[node] as usize] = node;
            axial[node] += conductance(node).unwrap_or(0.0);
        }
        for node in (0..n).filter(|&k| forest.below[k]) {
            if let Some(u) = conductance(node) {
                let place = forest.place[node] as usize;
                let tie = &mut ties[place / LANES];
                (tie.u[place % LANES], tie.square[place % LANES]) = (u, u * u);
                axial[forest.parent[node] as usize] += u;
            }
        }
        let joint_up = [&forest.changing, &forest.fixed].map(|grid| {
            let up = grid.joints.iter().map(|joint| {
                let u = conductance(node_at[joint.child as usize]).unwrap_or(0.0);
                axial[node_at[joint.parent as usize]] += u;
                u
            });
            up.collect::<Vec<f64>>()
        });
        let fixed = forest.fixed.rows[forest.fixed.depth()] - forest.fixed.rows[0];
        let orders = [
            Order::new(&forest.place[..changing], 0, &forest.changing),
            Order::new(&forest.place[changing..], changing, &forest.fixed),
        ];
        let mut made = Self {
            orders,
            changing,
            ties,
            joint_factor: [vec![0.0; joint_up[0].len()], vec![0.0; joint_up[1].len()]],
            joint_up,
            base: axial.clone(),
            source: vec![0.0; n],
            axial,
            cap: coefficients.cap_us.to_vec(),
            area: coefficients.area_factor.to_vec(),
            terms: vec![Terms::PADDING; chunks],
            work: vec![PADDING; chunks],
            factor: vec![[0.0; LANES]; fixed / LANES],
            forest,
            extrapolation,
            quads: Quads::new(),
        };
        made.eliminate_constant();
        made
    }

    /// Sets the part of the membrane current that is `i + g·v` at all times, and eliminates what
    /// never changes.
    ///
    /// # Shapes
    /// One entry per node, in mA/cm² and S/cm².
    ///
    /// # Panics
    /// If a slice has another length.
    pub fn set_constant(&mut self, i: &[f64], g: &[f64]) {
        assert!(i.len() == self.forest.len() && g.len() == i.len(), "one entry per node");
        for k in 0..i.len() {
            self.base[k] = self.axial[k] + self.area[k] * g[k];
            self.source[k] = -(self.area[k] * i[k]);
        }
        self.eliminate_constant();
    }

    /// Eliminates the fixed grid, and takes what it leaves on the diagonal from the nodes it is joined to.
    fn eliminate_constant(&mut self) {
        let Self { forest, ties, joint_up, joint_factor, base, work, factor, .. } = self;
        let first = forest.fixed.rows[0] / LANES;
        work[first..].fill(PADDING);
        for node in self.changing..forest.len() {
            let place = forest.place[node] as usize;
            work[place / LANES].diag[place % LANES] = base[node];
        }
        let grid = &forest.fixed;
        sweep::eliminate(grid, ties, &joint_up[1], work, &mut joint_factor[1]);
        let mut node_at = vec![0; grid.rows[0]];
        for (node, &place) in forest.place[..self.changing].iter().enumerate() {
            node_at[place as usize] = node;
        }
        for k in grid.outward() {
            let joint = grid.joints[k];
            let u = joint_up[1][k];
            let child = joint.child as usize;
            let f = u * work[child / LANES].diag[child % LANES];
            joint_factor[1][k] = f;
            base[node_at[joint.parent as usize]] -= u * f;
        }
        for ((f, tie), own) in factor.iter_mut().zip(&ties[first..]).zip(&work[first..]) {
            *f = std::array::from_fn(|k| tie.u[k] * own.diag[k]);
        }
        self.sort_terms();
    }

    /// Brings what the equations are made from into the order of the places.
    fn sort_terms(&mut self) {
        for (node, &place) in self.forest.place.iter().enumerate() {
            let (chunk, lane) = (place as usize / LANES, place as usize % LANES);
            let terms = &mut self.terms[chunk];
            terms.base[lane] = self.base[node];
            terms.source[lane] = self.source[node];
            terms.cap[lane] = self.cap[node];
            terms.area[lane] = self.area[node];
        }
    }

    /// The schedule.
    pub fn forest(&self) -> &Forest {
        &self.forest
    }

    /// Advances `v` by one step under the membrane current `i` and conductance `g` per area (beside
    /// the constant part, and without effect at constant nodes), and leaves the potentials at the
    /// beginning of the step in `before`.
    ///
    /// Returns [`Verdict::Runaway`] if any potential leaves ±`bound_mv` or is not finite; `v` then
    /// holds it.
    ///
    /// # Shapes
    /// One entry per node in every slice. O(places), no allocation.
    ///
    /// # Panics
    /// If a slice has another length.
    pub fn step(
        &mut self,
        v: &mut [f64],
        before: &mut [f64],
        i: &[f64],
        g: &[f64],
        bound_mv: f64,
    ) -> Verdict {
        self.extrapolated_step(v, before, i, g, bound_mv, self.extrapolation)
    }

    /// Advances `v` by the implicit half step of Crank–Nicolson only, as backward Euler does. Two of
    /// them make a damped step.
    ///
    /// # Shapes
    /// As [`step`](Self::step).
    ///
    /// # Panics
    /// If a slice has another length.
    pub fn half_step(
        &mut self,
        v: &mut [f64],
        before: &mut [f64],
        i: &[f64],
        g: &[f64],
        bound_mv: f64,
    ) -> Verdict {
        self.extrapolated_step(v, before, i, g, bound_mv, 1.0)
    }

    fn extrapolated_step(
        &mut self,
        v: &mut [f64],
        before: &mut [f64],
        i: &[f64],
        g: &[f64],
        bound_mv: f64,
        extrapolation: f64,
    ) -> Verdict {
        let n = self.base.len();
        assert!(
            v.len() == n && before.len() == n && i.len() == n && g.len() == n,
            "one entry per node"
        );
        self.quads.run(Step { system: self, v, before, i, g, bound_mv, extrapolation })
    }

    /// The equations into the grids.
    #[inline(always)]
    fn assemble(&mut self, v: &[f64], before: &mut [f64], i: &[f64], g: &[f64]) {
        let [changing, fixed] = &self.orders;
        let (work, fixed_work) = self.work.split_at_mut(changing.chunks());
        let (terms, fixed_terms) = self.terms.split_at(changing.chunks());
        changing.walk(Assemble { terms, work, v, before, i, g });
        fixed.walk(AssembleFixed { terms: fixed_terms, work: fixed_work, v, before });
    }

    #[inline(always)]
    fn solve(&mut self) {
        let Self { forest, ties, joint_up, joint_factor, work, factor, .. } = self;
        let (changing, fixed) = (&forest.changing, &forest.fixed);
        let [factors, fixed_factors] = joint_factor;
        sweep::eliminate_fixed(fixed, factor, fixed_factors, work);
        sweep::eliminate(changing, ties, &joint_up[0], work, factors);
        sweep::substitute(changing, ties, factors, work);
        sweep::substitute_fixed(fixed, factor, fixed_factors, work);
    }

    /// Extrapolates to the end of the step.
    #[inline(always)]
    fn update(&self, v: &mut [f64], before: &[f64], extrapolation: f64, bound_mv: f64) -> Verdict {
        let (work, fixed_work) = self.work.split_at(self.orders[0].chunks());
        for (order, work) in self.orders.iter().zip([work, fixed_work]) {
            order.walk(Extrapolate { work, before, v, extrapolation });
        }
        let mut wild = 0u64;
        for v in v {
            wild |= u64::from(!(v.abs() <= bound_mv));
        }
        if wild == 0 { Verdict::Sound } else { Verdict::Runaway }
    }
}

/// A step as it is handed to the vectors of the processor.
struct Step<'a> {
    system: &'a mut TreeSystem,
    v: &'a mut [f64],
    before: &'a mut [f64],
    i: &'a [f64],
    g: &'a [f64],
    bound_mv: f64,
    extrapolation: f64,
}

impl WithQuad for Step<'_> {
    type Output = Verdict;

    #[inline(always)]
    fn with_quad<Q: Quad>(self, _: Q) -> Verdict {
        self.system.assemble(self.v, self.before, self.i, self.g);
        self.system.solve();
        self.system.update(self.v, self.before, self.extrapolation, self.bound_mv)
    }
}
