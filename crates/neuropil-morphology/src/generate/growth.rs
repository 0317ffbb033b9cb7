//! Growing a tree towards target points by a minimum spanning tree with a balance.
//!
//! Each step joins the target whose cost is least to the tree:
//!
//! ```text
//! cost = |target − node| + bf · (path from the root to node + |target − node|)
//! ```
//!
//! bf = 0 gives least cable, larger bf shorter ways to the root. A node takes two children at most, the
//! root any number.
//!
//! # Source
//! Cuntz, Forstner, Borst & Häusser (2010), PLoS Comput. Biol. 6:e1000877,
//! doi:10.1371/journal.pcbi.1000877. Diameters follow from the tips by Rall's 3/2 rule (Rall 1959,
//! doi:10.1016/0014-4886(59)90046-9).

use super::sketch::Sketch;
use crate::frustum::distance_um;

/// Why a tree cannot be grown.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each message names its fields")]
pub enum GrowthError {
    #[error("{what} is {value}, expected {expected}")]
    BadNumber { what: &'static str, value: f64, expected: &'static str },
}

/// How a tree grows towards its targets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growth {
    /// Weight of the path to the root against cable, ≥ 0; 0.2 to 0.7 for dendrites.
    pub balance: f64,
    /// Radius at the tips `[µm]`, > 0.
    pub tip_radius_um: f64,
    /// Largest radius `[µm]`.
    pub max_radius_um: f64,
}

impl Default for Growth {
    /// Balance 0.4; tips of radius 0.25 µm, stems of at most 2.5 µm.
    fn default() -> Self {
        Self { balance: 0.4, tip_radius_um: 0.25, max_radius_um: 2.5 }
    }
}

/// A node of a growing tree; node 0 is the centre of the soma.
#[derive(Clone, Copy)]
struct Node {
    xyz_um: [f64; 3],
    parent: usize,
    path_um: f64,
    children: usize,
    tag: i64,
    /// Radius should it stay a tip.
    tip_radius_um: f64,
}

/// A tree while it grows from the centre of a soma.
pub(super) struct Tree {
    growth: Growth,
    nodes: Vec<Node>,
    soma_radius_um: f64,
}

impl Tree {
    pub(super) fn new(growth: Growth, soma_radius_um: f64) -> Result<Self, GrowthError> {
        let positive = [
            ("soma radius", soma_radius_um),
            ("tip radius", growth.tip_radius_um),
            ("maximum radius", growth.max_radius_um),
        ];
        for (what, value) in positive {
            if !(value > 0.0 && value.is_finite()) {
                return Err(GrowthError::BadNumber { what, value, expected: "a number > 0" });
            }
        }
        let (what, value) = ("balance", growth.balance);
        if !(value >= 0.0 && value.is_finite()) {
            return Err(GrowthError::BadNumber { what, value, expected: "a number ≥ 0" });
        }
        let root = Node {
            xyz_um: [0.0; 3],
            parent: 0,
            path_um: 0.0,
            children: 0,
            tag: 1,
            tip_radius_um: soma_radius_um,
        };
        Ok(Self { growth, nodes: vec![root], soma_radius_um })
    }

    /// Appends a point to a node and returns its index.
    pub(super) fn extend(&mut self, parent: usize, xyz_um: [f64; 3], tag: i64) -> usize {
        self.extend_with(parent, xyz_um, tag, self.growth.tip_radius_um)
    }

    /// The same, with the radius to have as a tip.
    pub(super) fn extend_with(
        &mut self,
        parent: usize,
        xyz_um: [f64; 3],
        tag: i64,
        tip_radius_um: f64,
    ) -> usize {
        let path_um = self.nodes[parent].path_um + self.step_um(parent, xyz_um);
        self.nodes[parent].children += 1;
        // A fork on the very surface of the soma would be read as two stems by some programs.
        let on_surface = parent == 0 && path_um == 0.0;
        let children = usize::from(on_surface);
        self.nodes.push(Node { xyz_um, parent, path_um, children, tag, tip_radius_um });
        self.nodes.len() - 1
    }

    /// Joins all targets to the nodes of `tag` that exist already, and to the root if `from_root`.
    pub(super) fn grow(&mut self, targets: &[[f64; 3]], tag: i64, from_root: bool) {
        let mut open: Vec<usize> = (0..targets.len()).collect();
        let mut best: Vec<(f64, usize)> =
            targets.iter().map(|target| self.nearest(*target, tag, from_root)).collect();
        while let Some(chosen) =
            open.iter().copied().min_by(|&a, &b| best[a].0.total_cmp(&best[b].0))
        {
            let parent = best[chosen].1;
            let node = self.extend(parent, targets[chosen], tag);
            open.retain(|&target| target != chosen);
            let full = parent != 0 && self.nodes[parent].children == 2;
            for &target in &open {
                if full && best[target].1 == parent {
                    best[target] = self.nearest(targets[target], tag, from_root);
                }
                let cost = self.cost(node, targets[target]);
                if cost < best[target].0 {
                    best[target] = (cost, node);
                }
            }
        }
    }

    fn nearest(&self, target: [f64; 3], tag: i64, from_root: bool) -> (f64, usize) {
        let free = |(index, node): &(usize, &Node)| match index {
            0 => from_root,
            _ => node.tag == tag && node.children < 2,
        };
        self.nodes
            .iter()
            .enumerate()
            .filter(free)
            .map(|(index, _)| (self.cost(index, target), index))
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .unwrap_or((f64::INFINITY, 0))
    }

    fn cost(&self, node: usize, target: [f64; 3]) -> f64 {
        let step = self.step_um(node, target);
        step + self.growth.balance * (self.nodes[node].path_um + step)
    }

    /// Length of cable from a node to a place; from the soma it begins at the surface.
    fn step_um(&self, node: usize, xyz_um: [f64; 3]) -> f64 {
        let straight = distance_um(self.nodes[node].xyz_um, xyz_um);
        if node == 0 { (straight - self.soma_radius_um).max(0.0) } else { straight }
    }

    /// Radii from the tips: r^(3/2) of a node is the sum over its children.
    fn radii(&self) -> Vec<f64> {
        let mut power = vec![0.0_f64; self.nodes.len()];
        for index in (1..self.nodes.len()).rev() {
            if power[index] == 0.0 {
                power[index] = self.nodes[index].tip_radius_um.powf(1.5);
            }
            power[self.nodes[index].parent] += power[index];
        }
        let limit = self.growth.max_radius_um;
        power.into_iter().map(|power| power.powf(2.0 / 3.0).min(limit)).collect()
    }

    /// Draws the tree, each stem from the soma's surface.
    pub(super) fn sketch(&self) -> Sketch {
        let radii = self.radii();
        let mut sketch = Sketch::default();
        let mut number = vec![sketch.add(1, [0.0; 3], self.soma_radius_um, 0)];
        for (index, node) in self.nodes.iter().enumerate().skip(1) {
            let mut parent = number[node.parent];
            let away = distance_um([0.0; 3], node.xyz_um);
            if node.parent == 0 && away > self.soma_radius_um {
                let surface = node.xyz_um.map(|x| x * self.soma_radius_um / away);
                parent = sketch.add(node.tag, surface, radii[index], parent);
            }
            number.push(sketch.add(node.tag, node.xyz_um, radii[index], parent));
        }
        sketch
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(growth: Growth) -> Tree {
        let mut tree = Tree::new(growth, 1.0).unwrap();
        tree.grow(
            &[[30.0, 0.0, 0.0], [10.0, 0.0, 0.0], [10.0, 5.0, 0.0], [20.0, 0.0, 0.0]],
            3,
            true,
        );
        tree
    }

    #[test]
    fn without_balance_the_tree_is_the_minimum_spanning_tree() {
        let tree = line(Growth { balance: 0.0, ..Growth::default() });
        let cable: f64 =
            (1..5).map(|k| tree.step_um(tree.nodes[k].parent, tree.nodes[k].xyz_um)).sum();
        assert_eq!(cable, 9.0 + 5.0 + 10.0 + 10.0);
    }

    #[test]
    fn with_much_balance_ways_to_the_root_are_straight() {
        let tree = line(Growth { balance: 1e6, ..Growth::default() });
        let aside = tree.nodes.iter().position(|node| node.xyz_um[1] == 5.0).unwrap();
        assert_eq!(tree.nodes[aside].parent, 0);
    }

    #[test]
    fn radii_keep_the_three_halves_power() {
        let tree = line(Growth { balance: 0.0, ..Growth::default() });
        let fork = tree.nodes.iter().position(|node| node.children == 2).unwrap();
        // Two tips beyond it.
        let expected = 0.25 * 2.0_f64.powf(2.0 / 3.0);
        assert!((tree.radii()[fork] - expected).abs() < 1e-12);
    }
}
