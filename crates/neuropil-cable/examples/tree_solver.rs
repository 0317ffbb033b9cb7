//! Times the tree solver alone: nanoseconds per node and step, by number of equal cells in a group.

#![expect(clippy::print_stdout, reason = "a program that reports to the terminal")]

use std::time::Instant;

use neuropil_cable::tree::{Coefficients, Forest, ROOT, TreeSystem};
use neuropil_core::random::{Stream, key};

/// A tree that grows and forks like a dendrite: `n` nodes, a fork about every twelfth.
fn dendrite(n: usize) -> Vec<u32> {
    let mut stream = Stream::new(key(1, "dendrite", 0), 0);
    let mut tips = vec![0u32; 6];
    let mut parents = vec![ROOT];
    while parents.len() < n {
        let tip = stream.below(tips.len() as u32) as usize;
        let node = parents.len() as u32;
        parents.push(tips[tip]);
        tips[tip] = node;
        if stream.below(12) == 0 {
            if stream.below(2) == 0 || tips.len() < 4 {
                tips.push(node);
            } else {
                tips.swap_remove(tip);
            }
        }
    }
    parents
}

fn main() {
    let tree = dendrite(1450);
    for cells in [1, 2, 4, 8] {
        let forest =
            Forest::new(&vec![tree.as_slice(); cells]).unwrap_or_else(|e| unreachable!("{e}"));
        let n = forest.len();
        println!(
            "cells {cells}: depth {}, places {} of {n} nodes",
            forest.depth(),
            forest.places()
        );
        let values = vec![0.5; n];
        let coefficients = Coefficients { up_us: &values, cap_us: &values, area_factor: &values };
        let mut system = TreeSystem::new(forest, coefficients, 2.0);
        let (mut v, mut before) = (vec![0.0; n], vec![0.0; n]);
        let (i, g) = (vec![0.01; n], vec![0.3; n]);
        let steps = 4_000_000 / n;
        let mut best = f64::INFINITY;
        for _ in 0..5 {
            let start = Instant::now();
            for _ in 0..steps {
                system.step(&mut v, &mut before, &i, &g, 1e9);
            }
            best = best.min(start.elapsed().as_secs_f64());
        }
        println!("  {:.2} ns per node and step", best / (steps * n) as f64 * 1e9);
    }
}
