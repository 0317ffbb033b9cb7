//! A membrane of a few compartments, and mechanisms on it.

use std::sync::Arc;

use neuropil_mechanism::contract::{
    Emission, Event, Instances, IonColumns, Kind, Placement, Surroundings,
};
use neuropil_mechanism::{Library, Mechanism, Source, compile};

pub struct World {
    pub t_ms: f64,
    pub dt_ms: f64,
    pub celsius: f64,
    pub v: Vec<f64>,
    pub area: Vec<f64>,
    pub diam: Vec<f64>,
    pub ions: Vec<IonColumns>,
    pub i: Vec<f64>,
    pub g: Vec<f64>,
}

impl World {
    /// Compartments at the given voltages, 100 µm² each, with the ions of a mechanism.
    pub fn at(v: &[f64], mechanism: &Mechanism) -> Self {
        let n = v.len();
        let ions = mechanism.description().ions.iter().map(|ion| match ion.name.as_str() {
            "na" => IonColumns::uniform(n, 1.0, 50.0, 10.0, 140.0),
            "k" => IonColumns::uniform(n, 1.0, -77.0, 54.4, 2.5),
            _ => IonColumns::uniform(n, 2.0, 132.0, 1e-4, 2.0),
        });
        Self {
            t_ms: 0.0,
            dt_ms: 0.025,
            celsius: 6.3,
            v: v.to_vec(),
            area: vec![100.0; n],
            diam: vec![2.0; n],
            ions: ions.collect(),
            i: vec![0.0; n],
            g: vec![0.0; n],
        }
    }

    pub fn around(&mut self) -> Surroundings<'_> {
        Surroundings {
            t_ms: self.t_ms,
            dt_ms: self.dt_ms,
            celsius: self.celsius,
            v_mv: &self.v,
            area_um2: &self.area,
            diam_um: &self.diam,
            ions: &mut self.ions,
            i_ma_cm2: &mut self.i,
            g_s_cm2: &mut self.g,
        }
    }

    pub fn place(&self, mechanism: &Arc<Mechanism>) -> Instances {
        let nodes: Vec<u32> = (0..self.v.len() as u32).collect();
        let placement = match mechanism.description().kind {
            Kind::Density => Placement::density(nodes),
            Kind::Point => Placement::points(nodes, &self.area),
            Kind::Artificial => Placement::artificial(nodes.len()),
        };
        mechanism.instantiate(placement.with_ions((0..self.ions.len()).collect())).unwrap()
    }

    pub fn initialize(&mut self, x: &mut Instances) {
        x.initialize(&mut self.around(), &mut Vec::new()).unwrap();
    }

    /// Clears the sums and adds the currents of one mechanism.
    pub fn currents(&mut self, x: &mut Instances) {
        self.i.fill(0.0);
        self.g.fill(0.0);
        x.currents(&mut self.around()).unwrap();
    }

    pub fn advance(&mut self, x: &mut Instances, steps: usize) {
        for _ in 0..steps {
            self.t_ms += self.dt_ms;
            x.advance(&mut self.around()).unwrap();
        }
    }

    pub fn event(
        &mut self,
        x: &mut Instances,
        t_ms: f64,
        flag: f64,
        arguments: &mut [f64],
    ) -> Vec<Emission> {
        let mut emissions = Vec::new();
        let event = Event { instance: 0, t_ms, flag, arguments };
        x.receive(event, &mut self.around(), &mut emissions).unwrap();
        emissions
    }
}

/// A mechanism of the catalogue.
pub fn built_in(name: &str) -> Arc<Mechanism> {
    Library::new().find(name).unwrap()
}

/// A mechanism from text.
pub fn from_text(text: &str) -> Arc<Mechanism> {
    match compile(&Source::from_text("test.mod", text)) {
        Ok(mechanism) => Arc::new(mechanism),
        Err(error) => panic!("{error}"),
    }
}

/// The value of a variable of the first instance.
pub fn value(x: &Instances, name: &str) -> f64 {
    x.column(x.description().variable(name).unwrap()).get(0)
}

/// Relative agreement.
#[track_caller]
pub fn close(found: f64, expected: f64, tolerance: f64) {
    let error = (found - expected).abs();
    assert!(error <= tolerance * expected.abs().max(1e-300), "{found:e}, expected {expected:e}");
}
