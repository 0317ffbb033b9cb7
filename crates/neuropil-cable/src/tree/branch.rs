//! Trees taken apart into branches, from a root of our choice.
//!
//! A symmetric system may be eliminated towards any node. The middle of a tree makes the shortest
//! chain of dependent operations, about half of that of a root at one end. Where parts of the
//! matrix never change, the middle of the part that does is taken, so that what is constant hangs
//! from it in whole subtrees.

use super::forest::ROOT;

/// Nodes that follow one another away from the root.
pub(super) struct Branch {
    /// From the one nearest the root on, as numbers of the caller.
    pub(super) nodes: Vec<u32>,
    /// Node towards the root that the first one is joined to.
    pub(super) joined_to: Option<u32>,
    /// Whether the matrix never changes here and in everything that hangs from here.
    pub(super) constant: bool,
    /// Number within its cell.
    pub(super) rank: usize,
    pub(super) cell: usize,
}

/// A cell seen from its new roots.
pub(super) struct Rooted {
    pub(super) branches: Vec<Branch>,
    /// Node towards the root of each node, as number of the caller, or [`ROOT`].
    pub(super) parent: Vec<u32>,
    /// The node whose conductance to its *original* parent joins the node to its present one.
    pub(super) edge: Vec<u32>,
    /// Whether the node lies in a constant subtree.
    pub(super) constant: Vec<bool>,
}

/// Roots the trees of one cell at their middles. `parents` come before their children, numbers
/// start at `first`.
pub(super) fn root(cell: usize, parents: &[u32], constant: &[bool], first: u32) -> Rooted {
    let n = parents.len();
    let neighbours = Neighbours::new(parents);
    let (mut parent, mut edge) = (vec![ROOT; n], vec![ROOT; n]);
    // Nodes before all that hang from them.
    let mut order: Vec<usize> = Vec::with_capacity(n);
    for tree in trees(parents) {
        let middle = middle(&tree, &neighbours, constant);
        let mut next = order.len();
        order.push(middle);
        while let Some(&p) = order.get(next) {
            next += 1;
            let up = parent[p];
            for &k in neighbours.of(p).iter().filter(|&&k| k != up) {
                let k = k as usize;
                parent[k] = p as u32;
                edge[k] = if parents[k] as usize == p { k as u32 } else { p as u32 };
                order.push(k);
            }
        }
    }
    let mut constant = constant.to_vec();
    // Nodes to the tip, and the first of the tallest neighbours of the same kind.
    let (mut height, mut tallest) = (vec![1usize; n], vec![None; n]);
    for &k in order.iter().rev().filter(|&&k| parent[k] != ROOT) {
        constant[parent[k] as usize] &= constant[k];
    }
    for &k in order.iter().rev().filter(|&&k| parent[k] != ROOT) {
        let p = parent[k] as usize;
        if constant[k] == constant[p] && height[k] + 1 >= height[p] {
            height[p] = height[k] + 1;
            tallest[p] = Some(k);
        }
    }
    let is_head = |k: usize| parent[k] == ROOT || tallest[parent[k] as usize] != Some(k);
    let heads = order.iter().copied().filter(|&k| is_head(k)).enumerate();
    let branch = |(rank, head): (usize, usize)| Branch {
        nodes: std::iter::successors(Some(head), |&k| tallest[k])
            .map(|k| first + k as u32)
            .collect(),
        joined_to: (parent[head] != ROOT).then(|| first + parent[head]),
        constant: constant[head],
        rank,
        cell,
    };
    let branches = heads.map(branch).collect();
    for number in parent.iter_mut().chain(&mut edge).filter(|k| **k != ROOT) {
        *number += first;
    }
    Rooted { branches, parent, edge, constant }
}

/// Who is joined to whom.
struct Neighbours {
    first: Vec<usize>,
    list: Vec<u32>,
}

impl Neighbours {
    fn new(parents: &[u32]) -> Self {
        let edges = || parents.iter().enumerate().filter(|(_, p)| **p != ROOT);
        let mut first = vec![0usize; parents.len() + 1];
        for (k, &p) in edges() {
            first[k + 1] += 1;
            first[p as usize + 1] += 1;
        }
        for k in 0..parents.len() {
            first[k + 1] += first[k];
        }
        let (mut next, mut list) = (first.clone(), vec![0; first[parents.len()]]);
        let mut add = |k: usize, other: u32| {
            list[next[k]] = other;
            next[k] += 1;
        };
        for (k, &p) in edges() {
            add(k, p);
            add(p as usize, k as u32);
        }
        Self { first, list }
    }

    fn of(&self, k: usize) -> &[u32] {
        &self.list[self.first[k]..self.first[k + 1]]
    }
}

/// The nodes of each tree.
fn trees(parents: &[u32]) -> Vec<Vec<usize>> {
    let mut made: Vec<Vec<usize>> = Vec::new();
    let mut tree = vec![0usize; parents.len()];
    for (k, &p) in parents.iter().enumerate() {
        if p == ROOT {
            tree[k] = made.len();
            made.push(Vec::new());
        } else {
            tree[k] = tree[p as usize];
        }
        made[tree[k]].push(k);
    }
    made
}

/// The middle of the smallest subtree that holds every node that is not constant; of the whole
/// tree if all are.
fn middle(tree: &[usize], neighbours: &Neighbours, constant: &[bool]) -> usize {
    let mut degree: Vec<usize> = (0..constant.len()).map(|k| neighbours.of(k).len()).collect();
    let mut gone = vec![false; constant.len()];
    let mut left = tree.len();
    let strip = |leaves: Vec<usize>, degree: &mut Vec<usize>, gone: &mut Vec<bool>| {
        let mut bare = Vec::new();
        for k in leaves {
            gone[k] = true;
            for &other in neighbours.of(k).iter().filter(|&&o| !gone[o as usize]) {
                degree[other as usize] -= 1;
                if degree[other as usize] == 1 {
                    bare.push(other as usize);
                }
            }
        }
        bare
    };
    if tree.iter().any(|&k| !constant[k]) {
        let leaf = |k: &usize| degree[*k] <= 1 && constant[*k];
        let mut leaves: Vec<usize> = tree.iter().copied().filter(leaf).collect();
        while !leaves.is_empty() {
            left -= leaves.len();
            leaves = strip(leaves, &mut degree, &mut gone);
            leaves.retain(|&k| constant[k]);
        }
    }
    let leaf = |k: &usize| degree[*k] <= 1 && !gone[*k];
    let mut leaves: Vec<usize> = tree.iter().copied().filter(leaf).collect();
    while left > 2 {
        left -= leaves.len();
        leaves = strip(leaves, &mut degree, &mut gone);
    }
    tree.iter().copied().find(|&k| !gone[k]).unwrap_or(0)
}
