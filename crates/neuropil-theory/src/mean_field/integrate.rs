//! Integration of the mean-field equations in time, by the classical Runge–Kutta scheme.

use super::{Input, MeanField, Order, State};
use crate::error::{TheoryError, positive};

/// Steps of an integration.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Integration {
    /// Step `[ms]`.
    pub dt_ms: f64,
    /// Duration `[ms]`.
    pub duration_ms: f64,
    /// Every how many steps a state is kept, ≥ 1.
    pub every: usize,
}

impl Default for Integration {
    /// 1 s in steps of 0.1 ms, all kept.
    fn default() -> Self {
        Self { dt_ms: 0.1, duration_ms: 1000.0, every: 1 }
    }
}

/// States over time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Trajectory {
    /// Times, from 0 `[ms]`.
    pub t_ms: Vec<f64>,
    /// State at each time.
    pub states: Vec<State>,
}

impl Trajectory {
    /// Rate of one population over time `[Hz]`.
    ///
    /// # Panics
    /// If there is no such population.
    pub fn rate_hz(&self, population: usize) -> Vec<f64> {
        self.states.iter().map(|state| state.rate_hz[population]).collect()
    }

    /// Standard deviation of the rate of one population over time, to second order `[Hz]`; zeros
    /// to first order.
    ///
    /// # Panics
    /// If there is no such population.
    pub fn rate_sd_hz(&self, population: usize) -> Vec<f64> {
        let sd = |state: &State| {
            let place = population * (state.rate_hz.len() + 1);
            state.covariance_hz2.get(place).map_or(0.0, |c| c.max(0.0).sqrt())
        };
        self.states.iter().map(sd).collect()
    }

    /// The last state, from which another run may go on.
    pub fn last(&self) -> Option<&State> {
        self.states.last()
    }
}

impl MeanField {
    /// Integrates from a state. `input` fills in what comes from outside at a time `[ms]`.
    ///
    /// # Errors
    /// [`TheoryError::NotPositive`] for a step or duration, [`TheoryError::Negative`] for an input,
    /// [`TheoryError::Diverged`] if a rate is no longer finite or, to second order, exceeds 1/T: the
    /// expansion supposes small fluctuations, hence large populations or a long T.
    pub fn run(
        &self,
        start: &State,
        mut input: impl FnMut(f64, &mut Input),
        integration: Integration,
    ) -> Result<Trajectory, TheoryError> {
        let dt = positive("step [ms]", integration.dt_ms)?;
        let duration = positive("duration [ms]", integration.duration_ms)?;
        positive("number of steps between states", integration.every as f64)?;
        let fresh = self.state(&start.rate_hz)?;
        let what = "the list of covariances";
        let expected = fresh.covariance_hz2.len();
        crate::error::length(
            "the list of adaptation currents",
            start.adaptation_pa.len(),
            self.len(),
        )?;
        let mut state = start.clone();
        if state.covariance_hz2.is_empty() {
            state.covariance_hz2 = fresh.covariance_hz2;
        }
        crate::error::length(what, state.covariance_hz2.len(), expected)?;
        let mut outside = self.no_input();
        let mut given = |t: f64| {
            input(t, &mut outside);
            self.check(&outside).map(|()| outside.clone())
        };
        let mut out = Trajectory { t_ms: vec![0.0], states: vec![state.clone()] };
        let steps = (duration / dt).round() as usize;
        // to second order, rates beyond 1/T mean that the expansion has left its ground
        let allowed = match self.order {
            Order::First => f64::MIN..=f64::MAX,
            Order::Second => f64::MIN..=1e3 / self.time_constant_ms,
        };
        let mut now = given(0.0)?;
        for step in 1..=steps {
            let t = (step - 1) as f64 * dt;
            let (middle, next) = (given(t + 0.5 * dt)?, given(step as f64 * dt)?);
            let k1 = self.derivative(&state, &now);
            let k2 = self.derivative(&state.moved(&k1, 0.5 * dt), &middle);
            let k3 = self.derivative(&state.moved(&k2, 0.5 * dt), &middle);
            let k4 = self.derivative(&state.moved(&k3, dt), &next);
            for (k, weight) in [(k1, 1.0), (k2, 2.0), (k3, 2.0), (k4, 1.0)] {
                state = state.moved(&k, weight * dt / 6.0);
            }
            now = next;
            let bad = state.rate_hz.iter().position(|rate| !allowed.contains(rate));
            if let Some(population) = bad {
                let (t_ms, found) = (step as f64 * dt, state.rate_hz[population]);
                return Err(TheoryError::Diverged { population, t_ms, found });
            }
            if step % integration.every == 0 {
                out.t_ms.push(step as f64 * dt);
                out.states.push(state.clone());
            }
        }
        Ok(out)
    }

    /// Time derivative of every part of a state, per ms.
    pub(crate) fn derivative(&self, state: &State, input: &Input) -> State {
        let n = self.len();
        let t = self.time_constant_ms;
        let f: Vec<f64> = (0..n)
            .map(|p| self.response(p, &state.rate_hz, state.adaptation_pa[p], input))
            .collect();
        let mut rate_hz: Vec<f64> =
            f.iter().zip(&state.rate_hz).map(|(f, r)| (f - r) / t).collect();
        let adaptation_pa = (0..n).map(|p| self.adaptation_slope(p, state, input)).collect();
        let mut covariance_hz2 = Vec::new();
        if self.order == Order::Second {
            let c = |i: usize, j: usize| state.covariance_hz2[i * n + j];
            let curves: Vec<Curvature> = (0..n).map(|p| self.curvature(p, state, input)).collect();
            for (p, curve) in curves.iter().enumerate() {
                let pairs = (0..n).flat_map(|i| (0..n).map(move |j| (i, j)));
                let sum: f64 = pairs.map(|(i, j)| c(i, j) * curve.second[i * n + j]).sum();
                rate_hz[p] += 0.5 * sum / t;
            }
            for i in 0..n {
                for j in 0..n {
                    let mut slope =
                        (f[i] - state.rate_hz[i]) * (f[j] - state.rate_hz[j]) - 2.0 * c(i, j);
                    for k in 0..n {
                        slope += c(i, k) * curves[j].first[k] + c(j, k) * curves[i].first[k];
                    }
                    if i == j {
                        slope += f[i] * (1e3 / t - f[i]).max(0.0) / self.populations[i].size;
                    }
                    covariance_hz2.push(slope / t);
                }
            }
        }
        State { rate_hz, adaptation_pa, covariance_hz2 }
    }

    fn adaptation_slope(&self, target: usize, state: &State, input: &Input) -> f64 {
        let n = &self.populations[target].transfer.neuron;
        if !n.adapts() {
            return 0.0;
        }
        let w = state.adaptation_pa[target];
        let v = self.fluctuations(target, &state.rate_hz, w, input);
        (n.a_ns * (v.mean_mv - n.e_leak_mv) - w) / n.tau_w_ms
            + 1e-3 * n.b_pa * state.rate_hz[target]
    }

    /// First and second derivatives of a response by central differences of 1e-3 of the rate (of
    /// 1 Hz below 1 Hz; there the stencil is moved up so that no rate is negative).
    pub(super) fn curvature(&self, target: usize, state: &State, input: &Input) -> Curvature {
        let n = self.len();
        let w = state.adaptation_pa[target];
        let step = |rate: f64| 1e-3 * rate.max(1.0);
        let steps: Vec<f64> = state.rate_hz.iter().map(|rate| step(*rate)).collect();
        let centre: Vec<f64> =
            state.rate_hz.iter().zip(&steps).map(|(rate, h)| rate.max(*h)).collect();
        let at = |moves: [(usize, f64); 2]| {
            let mut rates = centre.clone();
            for (place, direction) in moves {
                rates[place] += direction * steps[place];
            }
            self.response(target, &rates, w, input)
        };
        let mut first = vec![0.0; n];
        let mut second = vec![0.0; n * n];
        let middle = at([(0, 0.0); 2]);
        for i in 0..n {
            let (up, down) = (at([(i, 1.0), (i, 0.0)]), at([(i, -1.0), (i, 0.0)]));
            first[i] = (up - down) / (2.0 * steps[i]);
            second[i * n + i] = (up - 2.0 * middle + down) / (steps[i] * steps[i]);
            for j in 0..i {
                let corner = |a, b| at([(i, a), (j, b)]);
                let mixed =
                    corner(1.0, 1.0) - corner(1.0, -1.0) - corner(-1.0, 1.0) + corner(-1.0, -1.0);
                second[i * n + j] = mixed / (4.0 * steps[i] * steps[j]);
                second[j * n + i] = second[i * n + j];
            }
        }
        Curvature { first, second }
    }
}

/// Derivatives of a response with respect to all rates.
pub(super) struct Curvature {
    pub(super) first: Vec<f64>,
    pub(super) second: Vec<f64>,
}

impl State {
    /// `self + step·slope`
    fn moved(&self, slope: &Self, step: f64) -> Self {
        let add = |x: &[f64], dx: &[f64]| x.iter().zip(dx).map(|(x, dx)| x + step * dx).collect();
        Self {
            rate_hz: add(&self.rate_hz, &slope.rate_hz),
            adaptation_pa: add(&self.adaptation_pa, &slope.adaptation_pa),
            covariance_hz2: add(&self.covariance_hz2, &slope.covariance_hz2),
        }
    }
}
