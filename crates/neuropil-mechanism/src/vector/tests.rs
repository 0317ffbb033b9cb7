//! The vector interpreter against the reference interpreter, bit for bit.

use std::sync::Arc;

use crate::contract::{Instances, IonColumns, Placement, Store, Surroundings};
use crate::ir::Kernel;
use crate::run::{One, run_reference};
use crate::{Mechanism, Source, compile};

const N: usize = 300;

struct World {
    v: Vec<f64>,
    area: Vec<f64>,
    diam: Vec<f64>,
    ions: Vec<IonColumns>,
    i: Vec<f64>,
    g: Vec<f64>,
}

impl World {
    fn new(ions: usize) -> Self {
        let spread = |a: f64, b: f64| (0..N).map(|k| a + b * (k as f64 * 0.37).sin()).collect();
        let ion = IonColumns {
            reversal_mv: spread(20.0, 60.0),
            inside_mm: spread(2e-4, 1e-4),
            outside_mm: spread(2.0, 0.5),
            current_ma_cm2: spread(-1e-3, 1e-3),
            conductance_s_cm2: vec![0.0; N],
            valence: 2.0,
        };
        Self {
            // includes round numbers, where rate functions have their singular points
            v: (0..N).map(|k| k as f64 - 150.0).collect(),
            area: spread(400.0, 100.0),
            diam: spread(2.0, 1.0),
            ions: vec![ion; ions],
            i: vec![0.0; N],
            g: vec![0.0; N],
        }
    }

    fn around(&mut self) -> Surroundings<'_> {
        Surroundings {
            t_ms: 3.5,
            dt_ms: 0.025,
            celsius: 22.0,
            v_mv: &self.v,
            area_um2: &self.area,
            diam_um: &self.diam,
            ions: &mut self.ions,
            i_ma_cm2: &mut self.i,
            g_s_cm2: &mut self.g,
        }
    }

    fn bits(&self) -> Vec<u64> {
        let ions = self.ions.iter().flat_map(|i| {
            [&i.reversal_mv, &i.inside_mm, &i.outside_mm, &i.current_ma_cm2, &i.conductance_s_cm2]
        });
        let all = ions.chain([&self.i, &self.g]);
        all.flatten().map(|x| x.to_bits()).collect()
    }
}

/// The kernel for one instance after the other, on the same specialised segments as the vectors.
fn by_reference(kernel: &Kernel, instances: &mut Instances, world: &mut World) {
    let each: Vec<bool> = instances.store.iter().map(|s| matches!(s, Store::Each(_))).collect();
    let special = Kernel {
        segments: kernel.segments.iter().map(|s| super::specialise(s, &each)).collect(),
        carried: kernel.carried,
        solved: Vec::new(),
    };
    for instance in 0..instances.len() {
        let one = One { instance, flag: 0.0, arguments: &mut [] };
        run_reference(&special, instances, &mut world.around(), one, &mut Vec::new()).unwrap();
    }
}

fn same(a: &Instances, b: &Instances, what: &str) {
    for (k, (a, b)) in a.store.iter().zip(&b.store).enumerate() {
        let column = |s: &Store| match s {
            Store::Uniform(x) => vec![x.to_bits()],
            Store::Each(values) => values[..N].iter().map(|x| x.to_bits()).collect(),
        };
        assert_eq!(column(a), column(b), "{what}: variable {k}");
    }
}

/// Runs every kernel both ways.
fn agree(mechanism: Arc<Mechanism>, spread_parameters: bool) {
    let d = mechanism.description();
    let name = d.origin.clone();
    let ions = d.ions.len();
    let nodes: Vec<u32> = (0..N as u32).map(|k| (k * 7) % N as u32).collect();
    let place = Placement::density(nodes).with_ions((0..ions).collect());
    let mut vector = mechanism.instantiate(place).unwrap();
    for k in 0..d.pointers.len() {
        vector.pointer_mut(k).fill(0.25);
    }
    if spread_parameters {
        let ranged: Vec<(String, f64)> = d
            .parameters()
            .filter(|p| p.scope == crate::contract::Scope::Range)
            .map(|p| (p.name.clone(), p.default))
            .collect();
        for (parameter, value) in ranged {
            let values: Vec<f64> =
                (0..N).map(|k| value * (1.0 + 1e-3 * (k as f64).cos())).collect();
            let _ = vector.set_each(&parameter, &values);
        }
    }
    let mut one = vector.clone();
    let (mut w1, mut w2) = (World::new(ions), World::new(ions));
    vector.initialize(&mut w1.around(), &mut Vec::new()).unwrap();
    by_reference(&mechanism.program.initial, &mut one, &mut w2);
    same(&vector, &one, &format!("{name} initial"));
    for step in 0..3 {
        vector.currents(&mut w1.around()).unwrap();
        by_reference(&mechanism.program.currents, &mut one, &mut w2);
        same(&vector, &one, &format!("{name} currents {step}"));
        assert_eq!(w1.bits(), w2.bits(), "{name} currents {step}");
        vector.advance(&mut w1.around()).unwrap();
        by_reference(&mechanism.program.advance, &mut one, &mut w2);
        same(&vector, &one, &format!("{name} advance {step}"));
        assert_eq!(w1.bits(), w2.bits(), "{name} advance {step}");
    }
}

#[test]
fn vector_and_reference_interpreters_agree_bit_for_bit_on_the_whole_catalogue() {
    for entry in crate::catalogue::entries() {
        let mechanism = Arc::new(compile(&entry.source()).unwrap());
        agree(Arc::clone(&mechanism), false);
        agree(mechanism, true);
    }
}

#[test]
fn vector_and_reference_interpreters_agree_bit_for_bit_on_newton_iterations() {
    let text = "NEURON { SUFFIX x NONSPECIFIC_CURRENT i RANGE a } PARAMETER { a = 0.3 }
        STATE { y z } ASSIGNED { v i }
        INITIAL { y = 0.1 + 0.001*v z = 1 }
        BREAKPOINT { SOLVE s METHOD derivimplicit i = 1e-4*(v + 60)*y*z }
        DERIVATIVE s { y' = a*y*(1 - y)*z - exp(v/50)*y^3 z' = (1 - z)/(1 + y*y) }";
    agree(Arc::new(compile(&Source::from_text("newton", text)).unwrap()), true);
}

#[test]
fn shared_exponentials_differ_from_their_own_by_rounding_only() {
    use crate::ir::{Graph, Input, Segment, Target, Unary, evaluate};
    // (function, shift, slope) of v
    let rates = [
        (Unary::Linoid, 40.0, -0.1),
        (Unary::Exp, 65.0, -1.0 / 18.0),
        (Unary::Exp, 65.0, -0.05),
        (Unary::Exp, 35.0, -0.1),
        (Unary::Linoid, 55.0, -0.1),
        (Unary::Exp, 65.0, -1.0 / 80.0),
        (Unary::Exp, -20.0, 0.07),
        (Unary::Exp, 900.0, -0.1),
    ];
    let mut g = Graph::default();
    let v = g.input(Input::Voltage);
    let outputs: Vec<(Target, crate::ir::Value)> = rates
        .iter()
        .enumerate()
        .map(|(k, &(op, shift, slope))| {
            let (shift, slope) = (g.constant(shift), g.constant(slope));
            let sum = g.add(v, shift);
            let argument = g.mul(sum, slope);
            (Target::Carry(k), g.unary(op, argument))
        })
        .collect();
    let segment = Segment { graph: g, outputs, ..Segment::default() };
    let shared = super::share::share(&segment, &[]);
    let count = |s: &Segment| {
        let live = s.graph.live(s.roots());
        let nodes = s.graph.nodes().iter().zip(live);
        let is_exponential = |n: &crate::ir::Node| {
            matches!(n, crate::ir::Node::Unary(Unary::Exp | Unary::Linoid, _))
        };
        nodes.filter(|(n, live)| *live && is_exponential(n)).count()
    };
    // One for 1/80, 1/20 and 1/10; 1/18, the rising one and the distant shift stay.
    assert_eq!((count(&segment), count(&shared)), (8, 4));
    for k in -1200..=1200 {
        let v = f64::from(k) * 0.1;
        let values = |s: &Segment| {
            let mut all = Vec::new();
            evaluate(&s.graph, &s.graph.live(s.roots()), &|_| v, &mut all);
            s.outputs.iter().map(|o| all[o.1.index()]).collect::<Vec<f64>>()
        };
        for (own, shared) in values(&segment).into_iter().zip(values(&shared)) {
            assert!((own - shared).abs() <= 4e-15 * 8.0 * own.abs(), "{v}: {own:e} {shared:e}");
        }
    }
}
