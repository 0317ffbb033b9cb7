//! A mechanism under trial: whether its states are gates that a table can advance.

use neuropil_mechanism::contract::{
    Column, Instances, IonColumns, Placement, Role, Scope, Surroundings,
};

/// A mechanism under trial: many instances, each at its own potential.
pub(super) struct Trial {
    instances: Instances,
    v: Vec<f64>,
    dt_ms: f64,
    celsius: f64,
}

impl Trial {
    /// Instances with the GLOBALs of some others, all else at its default.
    pub(super) fn new(like: &Instances, v: Vec<f64>, dt_ms: f64, celsius: f64) -> Option<Self> {
        let d = like.description();
        let nodes = (0..v.len() as u32).collect();
        let placement = Placement::density(nodes).with_ions((0..d.ions.len()).collect());
        let mut instances = like.mechanism().instantiate(placement).ok()?;
        instances.set_second_order(like.is_second_order());
        for (k, variable) in d.variables.iter().enumerate() {
            if let (Role::Parameter, Scope::Global, Column::Uniform(value)) =
                (variable.role, variable.scope, like.column(k))
            {
                instances.set(&variable.name, value).ok()?;
            }
        }
        Some(Self { instances, v, dt_ms, celsius })
    }

    /// Moves every parameter that may vary from compartment to compartment away from its default.
    fn disturb(&mut self) -> Option<()> {
        let variables = self.instances.description().variables.clone();
        let ranges =
            variables.iter().filter(|v| (v.role, v.scope) == (Role::Parameter, Scope::Range));
        for variable in ranges {
            let values = [1.25 * variable.default + 0.125, 0.75 * variable.default];
            values.iter().find(|&&value| self.instances.set(&variable.name, value).is_ok())?;
        }
        Some(())
    }

    /// `a` of each gate at each potential, then `b` of each gate; none unless the states advance
    /// so, whatever everything else is.
    pub(super) fn coefficients(&mut self, gates: &[usize]) -> Option<Vec<Vec<f64>>> {
        let zero = self.advanced(gates, |_, _| 0.0, 0)?;
        let one = self.advanced(gates, |_, _| 1.0, 0)?;
        let state = |g: usize, k: usize| 0.1 + 0.8 * ((7 * g + 3 * k) % 11) as f64 / 11.0;
        self.disturb()?;
        let others = [1, 2, 3].map(|elsewhere| self.advanced(gates, state, elsewhere));
        let mut functions = Vec::with_capacity(2 * gates.len());
        for g in 0..gates.len() {
            functions
                .push(one[g].iter().zip(&zero[g]).map(|(one, b)| one - b).collect::<Vec<f64>>());
        }
        functions.extend(zero);
        for g in 0..gates.len() {
            let (a, b) = (&functions[g], &functions[gates.len() + g]);
            for k in 0..self.v.len() {
                let expected = a[k] * state(g, k) + b[k];
                for other in &others {
                    if !((expected - other.as_ref()?[g][k]).abs() <= 1e-13) {
                        return None;
                    }
                }
            }
        }
        Some(functions)
    }

    /// The gates after a step from given states. `elsewhere` other than 0 changes everything else that a
    /// kernel can see, from instance to instance and over many orders of magnitude: a gate of calcium,
    /// say, is open or shut over most of them. None if the kernel fails or writes anything but the gates.
    fn advanced(
        &mut self,
        gates: &[usize],
        state: impl Fn(usize, usize) -> f64,
        elsewhere: usize,
    ) -> Option<Vec<Vec<f64>>> {
        let (n, v) = (self.v.len(), &self.v);
        for (g, &variable) in gates.iter().enumerate() {
            let column = self.instances.column_mut(variable);
            column.iter_mut().enumerate().for_each(|(k, x)| *x = state(g, k));
        }
        let before = self.others(gates);
        // Evenly over low … high, or at `here` for the first runs.
        let spread = |salt: usize, here: f64, low: f64, high: f64| -> Vec<f64> {
            let part = |k: usize| ((389 * k + 631 * salt + 247 * elsewhere) % 1009) as f64 / 1008.0;
            let value = |k| if elsewhere == 0 { here } else { low + (high - low) * part(k) };
            (0..n).map(value).collect()
        };
        let powers = |salt, here, low, high| -> Vec<f64> {
            spread(salt, here, low, high).into_iter().map(|x| 10f64.powf(x)).collect()
        };
        let ion = |number: usize| {
            let mut ion = IonColumns::uniform(n, 2.0, 0.0, 1.0, 1.0);
            ion.reversal_mv = spread(5 * number, -40.0, -150.0, 150.0);
            ion.inside_mm = powers(5 * number + 1, -4.0, -7.0, 2.0);
            ion.outside_mm = powers(5 * number + 2, 0.3, -5.0, 3.0);
            ion.current_ma_cm2 = spread(5 * number + 3, 0.0, -1.0, 1.0);
            ion
        };
        let mut ions: Vec<IonColumns> =
            (0..self.instances.description().ions.len()).map(ion).collect();
        let (area, diam) = (powers(3, 2.0, 0.0, 4.0), powers(4, 0.0, -1.0, 2.0));
        let (mut i, mut g) = (vec![0.0; n], vec![0.0; n]);
        let mut around = Surroundings {
            t_ms: 100.0 * elsewhere as f64,
            dt_ms: self.dt_ms,
            celsius: self.celsius,
            v_mv: v,
            area_um2: &area,
            diam_um: &diam,
            ions: &mut ions,
            i_ma_cm2: &mut i,
            g_s_cm2: &mut g,
        };
        self.instances.advance(&mut around).ok()?;
        if self.others(gates) != before {
            return None;
        }
        let column = |&variable: &usize| -> Vec<f64> {
            (0..n).map(|k| self.instances.column(variable).get(k)).collect()
        };
        Some(gates.iter().map(column).collect())
    }

    /// Bits of all variables that are no gates.
    fn others(&self, gates: &[usize]) -> Vec<u64> {
        let variables = 0..self.instances.description().variables.len();
        variables
            .filter(|k| !gates.contains(k))
            .flat_map(|k| (0..self.v.len()).map(move |at| (k, at)))
            .map(|(k, at)| self.instances.column(k).get(at).to_bits())
            .collect()
    }
}
