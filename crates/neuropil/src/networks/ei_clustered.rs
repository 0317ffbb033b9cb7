//! Clustered excitatory-inhibitory network.
//!
//! Neurons of a cluster are joined more strongly (`clustering = Weight`) or more densely
//! (`Probabilities`) than neurons of different clusters; the mean over all clusters is kept:
//!
//! ```text
//! A(τ_m, τ_s)  peak potential per pA of an exponential current
//! j_EE =  (V_th,E − E_L)·√N / (√(N_E p_EE)·A_EE)
//! j_EI = −gei·j_EE · (p_EE N_E A_EE) / (p_EI N_I A_EI)
//! j_IE =  gie·(V_th,I − E_L)·√N / (√(N_E p_IE)·A_IE)
//! j_II = −gii·j_IE · (p_IE N_E A_IE) / (p_II N_I A_II)
//! J    =  s·j/√N
//! within ×j₊, between ×(Q − j₊)/(Q − 1);   E→E: j₊ = rep, others: j₊ = 1 + (rep − 1)·rj
//! ```
//!
//! Subscripts are target, source. In the mode `Probabilities` the factors act on the connection
//! probabilities and the published code raises to a power, `1 + (rep − 1)^rj`; [`Coupling`] chooses.
//!
//! # Source
//! Rostami, Rost, Schmitt, van Albada, Riehle & Nawrot (2024), Nat. Commun. 15,
//! doi:10.1038/s41467-024-49889-4, equations 7–10; parameter names as in NEST's example of it.

use neuropil_network::description::{BlockMatrix, Rule};

use crate::expression::psp_exp_ms;

/// What distinguishes synapses within a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clustering {
    /// Their weight.
    Weight,
    /// Their number.
    Probabilities,
}

/// How `rj` couples inhibitory to excitatory clustering in the mode `Probabilities`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coupling {
    /// `1 + (rep − 1)^rj`, as published code does.
    Power,
    /// `1 + (rep − 1)·rj`, as with weights.
    Product,
}

/// Size, connectivity and single-neuron quantities that weights depend on.
///
/// Matrices are `[to E, to I][from E, from I]`.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "names and meaning are those of the module's page")]
pub struct EiClustered {
    pub n_e: u32,
    pub n_i: u32,
    pub n_clusters: u32,
    /// Connection probabilities before clustering.
    pub baseline_conn_prob: [[f64; 2]; 2],
    pub gei: f64,
    pub gie: f64,
    pub gii: f64,
    pub s: f64,
    /// Scaled weights `j·√N` `[pA]` in place of the formula.
    pub js: Option<[[f64; 2]; 2]>,
    pub fixed_indegree: bool,
    pub clustering: Clustering,
    pub coupling: Coupling,
    pub rep: f64,
    pub rj: f64,
    /// Membrane capacitance `[pF]`.
    pub c_m: f64,
    /// Membrane time constants of E and I `[ms]`.
    pub tau_m: [f64; 2],
    /// Synaptic time constants, excitatory and inhibitory `[ms]`.
    pub tau_syn: [f64; 2],
    /// Thresholds above rest of E and I `[mV]`.
    pub threshold: [f64; 2],
}

impl Default for EiClustered {
    /// The published network: 4000 + 1000 neurons in 20 clusters, clustered by weight.
    fn default() -> Self {
        Self {
            n_e: 4000,
            n_i: 1000,
            n_clusters: 20,
            baseline_conn_prob: [[0.2, 0.5], [0.5, 0.5]],
            gei: 1.2,
            gie: 1.0,
            gii: 1.0,
            s: 1.0,
            js: None,
            fixed_indegree: false,
            clustering: Clustering::Weight,
            coupling: Coupling::Power,
            rep: 6.0,
            rj: 0.82,
            c_m: 1.0,
            tau_m: [20.0, 10.0],
            tau_syn: [5.0, 5.0],
            threshold: [20.0, 20.0],
        }
    }
}

/// One of the four projections.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    /// 0 for E, 1 for I.
    pub target: usize,
    /// 0 for E, 1 for I.
    pub source: usize,
    /// Which pairs.
    pub rule: Rule,
    /// Weight by cluster of target and source `[pA]`.
    pub weight: BlockMatrix,
}

impl EiClustered {
    /// Rheobase of E and I, `(V_th − E_L)·C_m/τ_m` `[pA]`.
    ///
    /// ```
    /// use neuropil::networks::ei_clustered::EiClustered;
    /// assert_eq!(EiClustered::default().rheobase_pa(), [1.0, 2.0]);
    /// ```
    pub fn rheobase_pa(&self) -> [f64; 2] {
        [0, 1].map(|x| self.threshold[x] * self.c_m / self.tau_m[x])
    }

    /// Synaptic weights before clustering `[pA]`.
    pub fn weights_pa(&self) -> [[f64; 2]; 2] {
        let scale = self.s / f64::from(self.n_e + self.n_i).sqrt();
        self.js.unwrap_or_else(|| self.scaled_weights_pa()).map(|row| row.map(|j| j * scale))
    }

    /// `js`: weights times `√N`, for a balanced network `[pA]`.
    pub fn scaled_weights_pa(&self) -> [[f64; 2]; 2] {
        let [n_e, n_i] = [self.n_e, self.n_i].map(f64::from);
        let root = (n_e + n_i).sqrt();
        let p = self.baseline_conn_prob;
        let a = |target: usize, source: usize| {
            psp_exp_ms(self.tau_m[target], self.tau_syn[source]) / self.c_m
        };
        let from_e = |x: usize| self.threshold[x] * root / ((n_e * p[x][0]).sqrt() * a(x, 0));
        let balance = |x: usize| (p[x][0] * n_e * a(x, 0)) / (p[x][1] * n_i * a(x, 1));
        let (ee, ie) = (from_e(0), self.gie * from_e(1));
        [[ee, -self.gei * ee * balance(0)], [ie, -self.gii * ie * balance(1)]]
    }

    /// Factors within and between clusters, `[to E, to I][from E, from I]`.
    pub fn factors(&self) -> [[(f64, f64); 2]; 2] {
        let q = f64::from(self.n_clusters);
        let power =
            self.clustering == Clustering::Probabilities && self.coupling == Coupling::Power;
        let weak = self.rep - 1.0;
        let others = 1.0 + if power { weak.powf(self.rj) } else { weak * self.rj };
        let pair = |within: f64| match self.n_clusters {
            1 => (1.0, 1.0),
            _ => (within, (q - within) / (q - 1.0)),
        };
        [[pair(self.rep), pair(others)], [pair(others), pair(others)]]
    }

    /// The four projections: E→E, I→E, E→I, I→I.
    pub fn projections(&self) -> Vec<Projection> {
        [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(t, s)| self.projection(t, s)).to_vec()
    }

    fn projection(&self, target: usize, source: usize) -> Projection {
        let q = self.n_clusters as usize;
        let (within, between) = self.factors()[target][source];
        let p = self.baseline_conn_prob[target][source];
        let j = self.weights_pa()[target][source];
        let by_weight = self.clustering == Clustering::Weight;
        let (p_within, p_between) = if by_weight { (p, p) } else { (p * within, p * between) };
        let weight = match self.clustering {
            Clustering::Weight => BlockMatrix::clustered(q, j * within, j * between),
            Clustering::Probabilities => BlockMatrix::uniform(j),
        };
        let rule = if self.fixed_indegree {
            let pool = f64::from([self.n_e, self.n_i][source]);
            // A probability above 1 is realised in several passes, each with its own in-degree.
            let indegree = |p: f64| {
                let passes = p.ceil().max(1.0);
                passes * (p / passes * pool / q as f64).floor()
            };
            Rule::FixedIndegree {
                indegree: BlockMatrix::clustered(q, indegree(p_within), indegree(p_between)),
                autapses: false,
                multapses: !by_weight,
            }
        } else {
            let probability = if p_within == p_between {
                BlockMatrix::uniform(p)
            } else {
                BlockMatrix::clustered(q, p_within, p_between)
            };
            Rule::PairwiseBernoulli { probability, autapses: false }
        };
        Projection { target, source, rule, weight }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found / expected - 1.0).abs() < 1e-7, "{found}, expected {expected}");
    }

    /// Values worked out from the published formula, for the published parameters.
    #[test]
    fn weights_are_the_published_ones() {
        let network = EiClustered::default();
        let j = network.weights_pa();
        close(j[0][0], 0.224_492_41);
        close(j[0][1], -0.431_025_43);
        close(j[1][0], 0.178_885_44);
        close(j[1][1], -0.715_541_75);
        let js = network.scaled_weights_pa();
        assert!((js[0][0] - 15.874_01).abs() < 5e-6 && (js[1][1] + 50.596_44).abs() < 5e-6);
    }

    #[test]
    fn clustered_weights_are_the_published_ones() {
        let expected = [
            (1.346_954_46, 0.165_415_46),
            (-2.198_229_68, -0.338_014_68),
            (0.912_315_73, 0.140_283_84),
            (-3.649_262_94, -0.561_135_37),
        ];
        let projections = EiClustered::default().projections();
        for (projection, (within, between)) in projections.iter().zip(expected) {
            // The published table has eight decimals.
            assert!((projection.weight.at(3, 3) - within).abs() < 6e-9);
            assert!((projection.weight.at(3, 4) - between).abs() < 6e-9);
        }
    }

    #[test]
    fn in_degrees_are_the_published_ones() {
        let network = EiClustered { fixed_indegree: true, ..EiClustered::default() };
        let indegrees = |network: &EiClustered| -> Vec<(f64, f64)> {
            let of = |p: Projection| match p.rule {
                Rule::FixedIndegree { indegree, .. } => (indegree.at(0, 0), indegree.at(0, 1)),
                other => panic!("{other:?}"),
            };
            network.projections().into_iter().map(of).collect()
        };
        assert_eq!(indegrees(&network), [(40.0, 40.0), (25.0, 25.0), (100.0, 100.0), (25.0, 25.0)]);
        let network = EiClustered { clustering: Clustering::Probabilities, ..network };
        let expected = [(240.0, 29.0), (117.0, 20.0), (474.0, 80.0), (117.0, 20.0)];
        assert_eq!(indegrees(&network), expected);
    }

    #[test]
    fn probabilities_keep_their_mean() {
        let clustering = Clustering::Probabilities;
        let network = EiClustered { clustering, ..EiClustered::default() };
        let of = |p: Projection| match p.rule {
            Rule::PairwiseBernoulli { probability, .. } => {
                (probability.at(0, 0), probability.at(0, 1))
            }
            other => panic!("{other:?}"),
        };
        let found: Vec<_> = network.projections().into_iter().map(of).collect();
        for ((within, between), (expected_within, expected_between)) in
            found.iter().zip([(1.2, 0.147_37), (2.3712, 0.401_51), (2.3712, 0.401_51)])
        {
            assert!((within - expected_within).abs() < 5e-5, "{within}");
            assert!((between - expected_between).abs() < 5e-6, "{between}");
        }
        for ((within, between), p) in found.iter().zip([0.2, 0.5, 0.5, 0.5]) {
            close((within + 19.0 * between) / 20.0, p);
        }
    }

    #[test]
    fn one_cluster_is_an_unclustered_network() {
        let network = EiClustered { n_clusters: 1, ..EiClustered::default() };
        for projection in network.projections() {
            assert!(projection.weight.single().is_some());
        }
    }
}
