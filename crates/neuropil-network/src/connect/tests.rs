use super::*;
use crate::description::{Delay, Slice, Weight};

fn join(source: u32, target: u32, rule: Rule) -> Connection {
    Connection {
        name: "c".into(),
        source: Slice { population: 0, first: 0, count: source },
        target: Slice { population: 0, first: 0, count: target },
        rule,
        weight: Weight::Blocks(BlockMatrix::uniform(1.0)),
        delay: Delay::Same(1),
        channel: None,
        release_probability: 1.0,
        geometry: None,
    }
}

fn all(connection: &Connection) -> Vec<Vec<u32>> {
    let sources = Sources::new(connection, 3, 0).unwrap();
    let mut drawn = Drawn::default();
    (0..connection.target.count)
        .map(|t| {
            sources.of(t, &mut drawn);
            drawn.sources.clone()
        })
        .collect()
}

fn distinct(row: &[u32]) -> bool {
    let mut sorted = row.to_vec();
    sorted.sort_unstable();
    sorted.windows(2).all(|w| w[0] != w[1])
}

#[test]
fn fixed_indegree_honours_both_switches() {
    for (autapses, multapses, k) in [
        (true, true, 150.0),
        (false, true, 150.0),
        (true, false, 100.0),
        (false, false, 99.0),
        (false, false, 10.0),
    ] {
        let indegree = BlockMatrix::uniform(k);
        let rows = all(&join(100, 100, Rule::FixedIndegree { indegree, autapses, multapses }));
        for (t, row) in rows.iter().enumerate() {
            assert_eq!(row.len(), k as usize);
            assert!(row.iter().all(|s| *s < 100));
            assert!(autapses || row.iter().all(|s| *s as usize != t));
            assert!(multapses || distinct(row));
        }
    }
}

#[test]
fn every_source_is_drawn_equally_often() {
    let indegree = BlockMatrix::uniform(50.0);
    for multapses in [true, false] {
        let rule = Rule::FixedIndegree { indegree: indegree.clone(), autapses: true, multapses };
        let mut counts = vec![0.0; 200];
        all(&join(200, 2000, rule)).iter().flatten().for_each(|s| counts[*s as usize] += 1.0);
        let expected = 2000.0 * 50.0 / 200.0;
        let chi2: f64 = counts.iter().map(|c: &f64| (c - expected).powi(2) / expected).sum();
        assert!(chi2 < 199.0 + 4.0 * (2.0_f64 * 199.0).sqrt(), "chi² {chi2} for 199 degrees");
    }
}

#[test]
fn bernoulli_has_the_right_mean_and_spread() {
    let probability = BlockMatrix::uniform(0.1);
    let rows = all(&join(1000, 1000, Rule::PairwiseBernoulli { probability, autapses: false }));
    let n: Vec<f64> = rows.iter().map(|r| r.len() as f64).collect();
    let mean = n.iter().sum::<f64>() / 1000.0;
    let var = n.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 999.0;
    assert!((mean - 99.9).abs() < 4.0 * (89.9_f64 / 1000.0).sqrt(), "mean {mean}");
    assert!((var / 89.9 - 1.0).abs() < 4.0 * (2.0_f64 / 999.0).sqrt(), "variance {var}");
    assert!(rows.iter().all(|r| distinct(r)));
    assert!(rows.iter().enumerate().all(|(t, r)| !r.contains(&(t as u32))));
}

#[test]
fn blocks_above_one_make_several_synapses_per_pair() {
    let probability = BlockMatrix::clustered(2, 1.6, 0.25);
    let rows = all(&join(400, 400, Rule::PairwiseBernoulli { probability, autapses: true }));
    let within: usize = rows
        .iter()
        .enumerate()
        .map(|(t, r)| r.iter().filter(|s| **s / 200 == t as u32 / 200).count())
        .sum();
    let total: usize = rows.iter().map(Vec::len).sum();
    let per_target = within as f64 / 400.0;
    assert!(
        (per_target - 320.0).abs() < 4.0 * (200.0_f64 * 2.0 * 0.16 / 400.0).sqrt(),
        "{per_target}"
    );
    let between = (total - within) as f64 / 400.0;
    assert!((between - 50.0).abs() < 4.0 * (200.0_f64 * 0.1875 / 400.0).sqrt(), "{between}");
}

#[test]
fn outdegree_total_and_symmetric_are_exact() {
    let rule = Rule::FixedOutdegree { outdegree: 30, autapses: false, multapses: false };
    let rows = all(&join(50, 50, rule));
    let mut out = [0; 50];
    rows.iter().flatten().for_each(|s| out[*s as usize] += 1);
    assert!(out.iter().all(|k| *k == 30) && rows.iter().all(|r| distinct(r)));

    for multapses in [true, false] {
        let rule = Rule::FixedTotalNumber { total: 1234, autapses: false, multapses };
        let rows = all(&join(50, 50, rule));
        assert_eq!(rows.iter().map(Vec::len).sum::<usize>(), 1234);
        assert!(rows.iter().enumerate().all(|(t, r)| !r.contains(&(t as u32))));
        assert!(multapses || rows.iter().all(|r| distinct(r)));
    }

    let rows = all(&join(80, 80, Rule::SymmetricPairwiseBernoulli { probability: 0.3 }));
    for (t, row) in rows.iter().enumerate() {
        assert!(row.iter().all(|s| rows[*s as usize].contains(&(t as u32))));
    }
}

#[test]
fn listed_pairs_keep_their_numbers() {
    let (sources, targets) = (vec![4, 3, 2, 1], vec![1, 0, 1, 0]);
    let connection = join(5, 2, Rule::Pairs { sources, targets });
    let rule = Sources::new(&connection, 0, 0).unwrap();
    let mut drawn = Drawn::default();
    rule.of(1, &mut drawn);
    assert_eq!((drawn.sources.as_slice(), drawn.id(0), drawn.id(1)), ([4, 2].as_slice(), 0, 2));
}

#[test]
fn impossible_requests_are_refused() {
    let (autapses, multapses) = (true, false);
    let indegree = BlockMatrix::uniform(11.0);
    let bad = [
        (
            join(10, 5, Rule::FixedIndegree { indegree, autapses, multapses }),
            "indegree 11 exceeds the 10",
        ),
        (join(10, 5, Rule::OneToOne), "equal sizes"),
        (
            join(
                10,
                5,
                Rule::PairwiseBernoulli { probability: BlockMatrix::uniform(1.5), autapses },
            ),
            "[0, 1], found 1.5",
        ),
        (join(3, 3, Rule::Pairs { sources: vec![0, 3], targets: vec![0, 0] }), "source 3 in row 1"),
    ];
    for (connection, message) in bad {
        let error = Sources::new(&connection, 0, 0).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
    let mut nan = join(2, 2, Rule::Pairs { sources: vec![0, 1], targets: vec![0, 0] });
    nan.weight = Weight::Each(vec![1.0, f64::NAN]);
    assert!(Sources::new(&nan, 0, 0).unwrap_err().to_string().contains("row 1"));
}
