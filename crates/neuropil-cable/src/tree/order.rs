//! How the numbers of the nodes come to their places in a grid, and back.

use super::forest::{Grid, LANES};
use super::sweep::Chunk;

/// Where the nodes of a grid are in the caller's columns.
#[derive(Debug, Clone, Default)]
pub(super) struct Order {
    /// Chunks whose nodes are neighbours, in the order of their nodes.
    adjacent: Vec<Adjacent>,
    /// All others.
    scattered: Vec<Scattered>,
}

/// A chunk whose nodes are neighbours.
#[derive(Debug, Clone, Copy)]
struct Adjacent {
    chunk: u32,
    /// Its first node.
    first: u32,
}

/// A chunk whose nodes are anywhere.
#[derive(Debug, Clone, Copy)]
struct Scattered {
    chunk: u32,
    /// Its number of nodes; the other places are padding.
    used: u32,
    /// Its nodes; the first one again for padding.
    nodes: [u32; LANES],
}

/// The nodes of a chunk.
pub(super) trait At: Copy {
    /// Their numbers in a column; anything for padding.
    fn fetch(self, column: &[f64]) -> Chunk;
    /// Puts their numbers into a column. What padding puts into the nodes that follow is overwritten
    /// when these are put, which is later.
    fn put(self, values: Chunk, column: &mut [f64]);
}

impl At for Adjacent {
    #[inline(always)]
    fn fetch(self, column: &[f64]) -> Chunk {
        let rest = &column[self.first as usize..];
        match rest.first_chunk() {
            Some(values) => *values,
            None => std::array::from_fn(|k| rest.get(k).copied().unwrap_or(0.0)),
        }
    }

    #[inline(always)]
    fn put(self, values: Chunk, column: &mut [f64]) {
        let rest = &mut column[self.first as usize..];
        match rest.first_chunk_mut() {
            Some(to) => *to = values,
            None => rest.iter_mut().zip(values).for_each(|(to, value)| *to = value),
        }
    }
}

impl At for &Scattered {
    #[inline(always)]
    fn fetch(self, column: &[f64]) -> Chunk {
        self.nodes.map(
            #[inline(always)]
            |node| column[node as usize],
        )
    }

    #[inline(always)]
    fn put(self, values: Chunk, column: &mut [f64]) {
        for k in 0..LANES {
            if k < self.used as usize {
                column[self.nodes[k] as usize] = values[k];
            }
        }
    }
}

/// Something to do for every chunk of a grid. (A trait, because closures are not generic.)
pub(super) trait Visit {
    /// The chunk, counted from the first of the grid, and where its nodes are.
    fn visit(&mut self, chunk: usize, at: impl At);
}

impl Order {
    /// The order of the nodes of a grid, whose first has the number `first`; `places` holds the
    /// place of each.
    pub(super) fn new(places: &[u32], first: usize, grid: &Grid) -> Self {
        let (start, end) = (grid.rows[0] / LANES, grid.rows[grid.depth()] / LANES);
        let mut lanes = vec![[None; LANES]; end - start];
        for (node, &place) in (first as u32..).zip(places) {
            let (chunk, lane) = (place as usize / LANES - start, place as usize % LANES);
            lanes[chunk][lane] = Some(node);
        }
        let mut made = Self::default();
        for (chunk, lanes) in (0u32..).zip(lanes) {
            // The places in use are the first ones.
            let used: Vec<u32> = lanes.into_iter().flatten().collect();
            let Some(&first) = used.first() else { continue };
            if used.windows(2).all(|w| w[1] == w[0] + 1) {
                made.adjacent.push(Adjacent { chunk, first });
            } else {
                let nodes = lanes.map(|node| node.unwrap_or(first));
                made.scattered.push(Scattered { chunk, used: used.len() as u32, nodes });
            }
        }
        made.adjacent.sort_by_key(|chunk| chunk.first);
        made
    }

    /// Number of chunks.
    pub(super) fn chunks(&self) -> usize {
        self.adjacent.len() + self.scattered.len()
    }

    /// Visits every chunk.
    #[inline(always)]
    pub(super) fn walk(&self, mut visitor: impl Visit) {
        for chunk in &self.adjacent {
            visitor.visit(chunk.chunk as usize, *chunk);
        }
        for chunk in &self.scattered {
            visitor.visit(chunk.chunk as usize, chunk);
        }
    }
}
