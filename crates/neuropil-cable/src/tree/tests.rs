//! Steps balance currents, alone and in company.

use super::*;

struct Tree {
    parents: Vec<u32>,
    up: Vec<f64>,
    cap: Vec<f64>,
    area: Vec<f64>,
}

/// A forked tree with every coefficient different.
fn tree(n: usize, seed: u64) -> Tree {
    let mut stream = neuropil_core::random::Stream::new([seed as u32, 1], 0);
    let parents = (0..n)
        .map(|k| if k == 0 { ROOT } else { k as u32 - 1 - stream.below(3.min(k as u32)) })
        .collect();
    let mut draw = |low: f64| (0..n).map(|_| low + stream.uniform()).collect::<Vec<f64>>();
    Tree { parents, up: draw(0.1), cap: draw(0.2), area: draw(0.3) }
}

/// A system in which the nodes that `constant` names keep their conductance; these come last.
/// Also the position of each node.
fn system(
    trees: &[&Tree],
    extrapolation: f64,
    constant: impl Fn(usize) -> bool,
) -> (TreeSystem, Vec<usize>) {
    let cells: Vec<&[u32]> = trees.iter().map(|t| t.parents.as_slice()).collect();
    let marks: Vec<Vec<bool>> =
        cells.iter().map(|c| (0..c.len()).map(&constant).collect()).collect();
    let marks: Vec<&[bool]> = marks.iter().map(Vec::as_slice).collect();
    let mut forest = Forest::with_constant(&cells, &marks).unwrap();
    let mut order: Vec<usize> = (0..forest.len()).collect();
    order.sort_by_key(|&k| (forest.constant()[k], forest.place()[k]));
    let mut position = vec![0usize; order.len()];
    order.iter().enumerate().for_each(|(new, &old)| position[old] = new);
    forest.renumber(&position.iter().map(|&k| k as u32).collect::<Vec<u32>>());
    let join = |f: fn(&Tree) -> &Vec<f64>| -> Vec<f64> {
        let plain: Vec<f64> = trees.iter().flat_map(|t| f(t).clone()).collect();
        order.iter().map(|&k| plain[k]).collect()
    };
    let (up, cap, area) = (join(|t| &t.up), join(|t| &t.cap), join(|t| &t.area));
    let coefficients = Coefficients { up_us: &up, cap_us: &cap, area_factor: &area };
    (TreeSystem::new(forest, coefficients, extrapolation), position)
}

fn residual(seed: u64, extrapolation: f64, constant: impl Fn(usize) -> bool) -> f64 {
    let n = 97;
    let t = tree(n, seed);
    let (mut system, position) = system(&[&t], extrapolation, constant);
    let place = |values: Vec<f64>| {
        let mut placed = values.clone();
        position.iter().zip(values).for_each(|(&at, x)| placed[at] = x);
        placed
    };
    let spread = |f: fn(usize) -> f64| (0..n).map(f).collect::<Vec<f64>>();
    let start = spread(|k| -65.0 + k as f64);
    let i = spread(|k| 0.1 * (k % 7) as f64);
    let g = spread(|k| 0.2 * (k % 5) as f64);
    let fixed = system.forest().constant().to_vec();
    let is_fixed = |k: usize| fixed[position[k]];
    // The same current, as a function of the potential where the node is constant.
    let i_constant: Vec<f64> =
        (0..n).map(|k| if is_fixed(k) { i[k] - g[k] * start[k] } else { 0.0 }).collect();
    let g_constant: Vec<f64> = (0..n).map(|k| if is_fixed(k) { g[k] } else { 0.0 }).collect();
    system.set_constant(&place(i_constant), &place(g_constant));
    let (mut next, mut before) = (place(start.clone()), place(start.clone()));
    let (i_placed, g_placed) = (place(i.clone()), place(g.clone()));
    let verdict = system.step(&mut next, &mut before, &i_placed, &g_placed, 1e6);
    assert_eq!(verdict, Verdict::Sound);
    assert_eq!(before, place(start.clone()));
    let v = |k: usize| start[k];
    let x = |k: usize| (next[position[k]] + (extrapolation - 1.0) * v(k)) / extrapolation;
    let mut sum: Vec<f64> = (0..n)
        .map(|k| t.cap[k] * (x(k) - v(k)) + t.area[k] * (i[k] + g[k] * (x(k) - v(k))))
        .collect();
    for k in 1..n {
        let p = t.parents[k] as usize;
        sum[k] -= t.up[k] * (x(p) - x(k));
        sum[p] -= t.up[k] * (x(k) - x(p));
    }
    sum.iter().fold(0.0, |worst: f64, r| worst.max(r.abs()))
}

#[test]
fn a_step_balances_every_current() {
    for seed in 0..20 {
        for constant in [0, 40, 70, 97] {
            // rounding of sums of order 100
            assert!(residual(seed, 1.0, |k| k >= 97 - constant) < 1e-11);
            assert!(residual(seed, 2.0, |k| k % 97 < constant) < 1e-11);
        }
    }
}

#[test]
fn company_does_not_change_a_bit() {
    let trees: Vec<Tree> = (0..5).map(|seed| tree(60 + 7 * seed as usize, seed)).collect();
    let advance = |picked: &[usize], constant: usize| -> Vec<Vec<u64>> {
        let members: Vec<&Tree> = picked.iter().map(|&k| &trees[k]).collect();
        let (mut system, position) = system(&members, 2.0, |k| k + constant > 60);
        let n = position.len();
        let (mut v, mut first) = (vec![0.0; n], 0);
        let areas = members.iter().flat_map(|t| &t.area);
        areas.zip(&position).for_each(|(area, &at)| v[at] = -70.0 + 20.0 * area);
        system.set_constant(&vec![0.02; n], &vec![0.5; n]);
        let (i, g, mut before) = (vec![0.3; n], vec![0.4; n], v.clone());
        for _ in 0..50 {
            system.step(&mut v, &mut before, &i, &g, 1e6);
        }
        members
            .iter()
            .map(|t| {
                let own = first..first + t.parents.len();
                first = own.end;
                own.map(|k| v[position[k]].to_bits()).collect()
            })
            .collect()
    };
    for constant in [0, 30, 90] {
        let alone: Vec<_> = (0..5).map(|k| advance(&[k], constant).remove(0)).collect();
        assert_eq!(advance(&[0, 1, 2, 3, 4], constant), alone);
        let several = advance(&[3, 1, 1, 1, 1, 1, 1, 1, 1, 1], constant);
        assert!(several[1..].iter().all(|cell| *cell == alone[1]));
        assert_eq!(several[0], alone[3]);
    }
}

#[test]
fn a_potential_out_of_bounds_is_noticed() {
    let coefficients = Coefficients { up_us: &[0.0], cap_us: &[1.0], area_factor: &[1.0] };
    let mut system = TreeSystem::new(Forest::new(&[&[ROOT]]).unwrap(), coefficients, 1.0);
    let mut step = |i: f64| system.step(&mut [0.0], &mut [0.0], &[i], &[0.0], 100.0);
    assert_eq!(step(99.0), Verdict::Sound);
    assert_eq!(step(101.0), Verdict::Runaway);
    assert_eq!(step(f64::NAN), Verdict::Runaway);
}

/// 0 ─ 1 ─ 2 ─ 4 ; 1 ─ 3
const FORK: [u32; 5] = [ROOT, 0, 1, 1, 2];

#[test]
fn trees_are_rooted_at_their_middles() {
    let forest = Forest::new(&[&FORK, &FORK, &FORK]).unwrap();
    // 1 ─ 2 ─ 4 with 0 and 3 joined to 1.
    assert_eq!(forest.parent[..5], [1, ROOT, 1, 1, 2]);
    assert_eq!(forest.edge[..5], [1, ROOT, 2, 3, 4]);
    assert_eq!(forest.changing.rows, [0, 4, 12, 20]);
    // The long branches lie side by side.
    for (node, place) in [(1, 0), (2, 4), (4, 12)] {
        let places: Vec<u32> = (0..3).map(|cell| forest.place[5 * cell + node]).collect();
        assert_eq!(places, [place, place + 1, place + 2], "node {node}");
    }
}

#[test]
fn lanes_are_filled_from_the_last_row_up() {
    // A long branch, and two short ones that hang from it far from each other.
    let mut parents: Vec<u32> = vec![ROOT];
    parents.extend(0..9);
    parents.extend([1, 6]);
    let forest = Forest::new(&[&parents]).unwrap();
    assert_eq!(forest.depth(), 6);
    assert_eq!(forest.places(), 6 * 4);
}

#[test]
fn constant_subtrees_hang_from_the_rest() {
    // 0 ─ 1 ─ 2 ─ 3 ─ 4 ─ 5, of which 1 alone may change.
    let parents = [ROOT, 0, 1, 2, 3, 4];
    let constant = [true, false, true, true, true, true];
    let forest = Forest::with_constant(&[&parents], &[&constant]).unwrap();
    assert_eq!(forest.constant, constant);
    assert_eq!(forest.parent, [1, ROOT, 1, 2, 3, 4]);
    assert_eq!((forest.changing.depth(), forest.fixed.depth()), (1, 4));
    // Between two nodes that change, nothing is constant.
    let constant = [false, true, true, false, true, true];
    let forest = Forest::with_constant(&[&parents], &[&constant]).unwrap();
    assert_eq!(forest.constant, [false, false, false, false, true, true]);
}

#[test]
fn a_child_before_its_parent_is_refused() {
    let error = Forest::new(&[&[ROOT, 2, 0]]).unwrap_err();
    assert_eq!(error, ForestError::NotBefore { node: 1, parent: 2 });
}
