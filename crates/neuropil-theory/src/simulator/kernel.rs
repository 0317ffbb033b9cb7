//! The step of the simulator, for many trials side by side.

use super::poisson::PoissonLanes;
use super::{Cell, Trace, Trial};

/// Trials that go side by side when only their rates are wanted.
pub(super) const LANES: usize = 64;

/// Conductance of one class of synapses at the beginning of a step. Its mean current over the step
/// is `g (pull − share·V)`.
struct Shot<const L: usize> {
    events: Events<L>,
    g: [f64; L],
    quantum: [f64; L],
    decay: f64,
    pull: f64,
    share: f64,
}

/// Where the events of a class come from.
enum Events<const L: usize> {
    /// Poisson counts.
    Drawn(PoissonLanes<L>),
    /// The number of events of each lane at each step.
    Given(Vec<[u16; L]>),
}

impl<const L: usize> Events<L> {
    /// From the steps of the events of each lane; steps may occur more than once.
    fn given(trains: &[Vec<u32>], steps: usize) -> Self {
        let mut counts = vec![[0_u16; L]; steps];
        for (lane, train) in trains.iter().enumerate() {
            for &step in train {
                if let Some(row) = counts.get_mut(step as usize) {
                    row[lane] = row[lane].saturating_add(1);
                }
            }
        }
        Self::Given(counts)
    }

    /// Numbers of events at a step; steps must come in order.
    #[inline(always)]
    fn at(&mut self, step: usize) -> [u32; L] {
        match self {
            Self::Drawn(lanes) => {
                if step.is_multiple_of(4) {
                    lanes.draw((step / 4) as u64);
                }
                lanes.counts(step % 4)
            }
            Self::Given(counts) => counts[step].map(u32::from),
        }
    }
}

/// Events of each class that are given, by trial; `None` where they are drawn.
pub(super) type GivenTrains<'a> = [Option<&'a [Vec<u32>]>];

/// Neuron constants, prepared for the step.
#[derive(Clone, Copy)]
struct Constants {
    leak: f64,
    e_leak: f64,
    threshold: f64,
    reset: f64,
    spike: f64,
    delta_inverse: f64,
    delta: f64,
    exponential: f64,
    dt_over_c: f64,
    dt_over_tau_w: f64,
    a: f64,
    b: f64,
    refractory_steps: f64,
    slope: f64,
    onset: f64,
    dt_over_tau_i: f64,
}

/// State of the trials of a group.
pub(super) struct Batch<const L: usize> {
    constants: Constants,
    shots: Vec<Shot<L>>,
    v: [f64; L],
    w: [f64; L],
    theta: [f64; L],
    /// Steps of refractoriness left.
    refractory: [f64; L],
    current: [f64; L],
    shunt: [f64; L],
    shunt_reversal: [f64; L],
    /// 1 where the last step had a spike.
    spiked: [f64; L],
}

/// [`Batch::count_spikes`], to be run with the widest vectors of the machine.
pub(super) struct CountSpikes<'a> {
    pub(super) batch: &'a mut Batch<LANES>,
    pub(super) steps: usize,
    pub(super) discard: usize,
}

impl pulp::WithSimd for CountSpikes<'_> {
    type Output = [f64; LANES];

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> [f64; LANES] {
        self.batch.count_spikes(self.steps, self.discard)
    }
}

/// [`Batch::collect_spikes`], likewise.
pub(super) struct CollectSpikes<'a> {
    pub(super) batch: &'a mut Batch<LANES>,
    pub(super) steps: usize,
    pub(super) discard: usize,
}

impl pulp::WithSimd for CollectSpikes<'_> {
    type Output = Vec<Vec<u32>>;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Vec<Vec<u32>> {
        self.batch.collect_spikes(self.steps, self.discard)
    }
}

impl<const L: usize> Batch<L> {
    pub(super) fn new(cell: &Cell, trials: &[Trial], dt: f64, seed: u64) -> Self {
        Self::with_given(cell, trials, &[], 0, dt, seed)
    }

    /// A batch in which some classes have their events given, for `steps` steps.
    pub(super) fn with_given(
        cell: &Cell,
        trials: &[Trial],
        given: &GivenTrains<'_>,
        steps: usize,
        dt: f64,
        seed: u64,
    ) -> Self {
        let n = cell.neuron;
        let gather = |f: &dyn Fn(&Trial) -> f64| {
            let mut lanes = [0.0; L];
            lanes.iter_mut().zip(trials).for_each(|(lane, trial)| *lane = f(trial));
            lanes
        };
        let streams: Vec<u64> = trials.iter().map(|trial| trial.stream).collect();
        let shot = |(class, synapse): (usize, &crate::Synapse)| {
            let mean_over_step = -(-dt / synapse.tau_ms).exp_m1() * synapse.tau_ms / dt;
            let means: Vec<f64> =
                trials.iter().map(|trial| 1e-3 * trial.events_hz[class] * dt).collect();
            let events = match given.get(class).copied().flatten() {
                Some(trains) => Events::given(trains, steps),
                None => Events::Drawn(PoissonLanes::new(class, &means, &streams, seed)),
            };
            Shot {
                events,
                g: [0.0; L],
                quantum: gather(&|trial| trial.quanta_ns[class]),
                decay: (-dt / synapse.tau_ms).exp(),
                pull: synapse.driving_force_mv(0.0) * mean_over_step,
                share: synapse.mixture * mean_over_step,
            }
        };
        let (slope, onset, dt_over_tau_i) = match cell.inactivation {
            Some(i) => (i.slope, i.onset_mv, dt / i.tau_ms),
            None => (0.0, n.v_threshold_mv, 0.0),
        };
        let sharp = n.delta_mv == 0.0;
        let constants = Constants {
            leak: n.leak_ns,
            e_leak: n.e_leak_mv,
            threshold: n.v_threshold_mv,
            reset: n.v_reset_mv,
            spike: 5.0 * n.delta_mv,
            delta_inverse: if sharp { 0.0 } else { 1.0 / n.delta_mv },
            delta: n.delta_mv,
            exponential: n.leak_ns * n.delta_mv,
            dt_over_c: dt / n.capacitance_pf,
            dt_over_tau_w: dt / n.tau_w_ms,
            a: n.a_ns,
            b: n.b_pa,
            refractory_steps: (n.t_ref_ms / dt + 1e-6).floor(),
            slope,
            onset,
            dt_over_tau_i,
        };
        Self {
            constants,
            shots: cell.synapses.iter().enumerate().map(shot).collect(),
            v: [n.v_reset_mv; L],
            w: [0.0; L],
            theta: [n.v_threshold_mv; L],
            refractory: [0.0; L],
            current: gather(&|trial| trial.current_pa),
            shunt: gather(&|trial| trial.shunt_ns),
            shunt_reversal: gather(&|trial| trial.shunt_mv),
            spiked: [0.0; L],
        }
    }

    /// Number of spikes of each lane after the first `discard` of `steps` steps.
    #[inline(always)]
    fn count_spikes(&mut self, steps: usize, discard: usize) -> [f64; L] {
        let mut counts = [0.0; L];
        let sharp = self.constants.delta == 0.0;
        for step in 0..steps {
            if sharp {
                self.step::<false>(step);
            } else {
                self.step::<true>(step);
            }
            if step >= discard {
                for lane in 0..L {
                    counts[lane] += self.spiked[lane];
                }
            }
        }
        counts
    }

    /// Steps of the spikes of each lane after the first `discard` of `steps` steps, counted from
    /// there.
    #[inline(always)]
    fn collect_spikes(&mut self, steps: usize, discard: usize) -> Vec<Vec<u32>> {
        let mut trains = vec![Vec::new(); L];
        let sharp = self.constants.delta == 0.0;
        for step in 0..steps {
            if sharp {
                self.step::<false>(step);
            } else {
                self.step::<true>(step);
            }
            if step >= discard && self.spiked.iter().any(|spiked| *spiked > 0.0) {
                for (train, spiked) in trains.iter_mut().zip(&self.spiked) {
                    if *spiked > 0.0 {
                        train.push((step - discard) as u32);
                    }
                }
            }
        }
        trains
    }

    /// What lane 0 does.
    pub(super) fn trace(&mut self, steps: usize, dt: f64) -> Trace {
        let empty = || Vec::with_capacity(steps);
        let mut trace = Trace {
            v_mv: empty(),
            w_pa: empty(),
            theta_mv: empty(),
            g_ns: self.shots.iter().map(|_| empty()).collect(),
            spikes_ms: Vec::new(),
        };
        for step in 0..steps {
            if self.constants.delta == 0.0 {
                self.step::<false>(step);
            } else {
                self.step::<true>(step);
            }
            trace.v_mv.push(self.v[0]);
            trace.w_pa.push(self.w[0]);
            trace.theta_mv.push(self.theta[0]);
            trace.g_ns.iter_mut().zip(&self.shots).for_each(|(g, shot)| g.push(shot.g[0]));
            if self.spiked[0] > 0.0 {
                trace.spikes_ms.push((step + 1) as f64 * dt);
            }
        }
        trace
    }

    #[inline(always)]
    fn step<const EXPONENTIAL: bool>(&mut self, step: usize) {
        let c = self.constants;
        let mut drive = self.current;
        for shot in &mut self.shots {
            let counts = shot.events.at(step);
            let (decay, pull, share) = (shot.decay, shot.pull, shot.share);
            for lane in 0..L {
                let arrived = shot.quantum[lane] * f64::from(counts[lane] as i32);
                let g = shot.g[lane] * decay + arrived;
                drive[lane] += g * (pull - share * self.v[lane]);
                shot.g[lane] = g;
            }
        }
        for lane in 0..L {
            let before = self.v[lane];
            let w = self.w[lane] + c.dt_over_tau_w * (c.a * (before - c.e_leak) - self.w[lane]);
            let mut i = drive[lane] - w
                + c.leak * (c.e_leak - before)
                + self.shunt[lane] * (self.shunt_reversal[lane] - before);
            if EXPONENTIAL {
                i += c.exponential * exp((before - c.threshold) * c.delta_inverse);
            }
            // choices as arithmetic on selected values, so that the loop has no branch
            let left = self.refractory[lane];
            let v = before + if left > 0.0 { 0.0 } else { c.dt_over_c * i };
            let above = v - c.onset;
            let inactivated = c.threshold + c.slope * if above > 0.0 { above } else { 0.0 };
            let theta = self.theta[lane] + c.dt_over_tau_i * (inactivated - self.theta[lane]);
            let spiked = v >= theta + c.spike;
            let rest = left - if left > 0.0 { 1.0 } else { 0.0 };
            self.v[lane] = if spiked { c.reset } else { v };
            self.w[lane] = w + if spiked { c.b } else { 0.0 };
            self.theta[lane] = theta;
            self.refractory[lane] = if spiked { c.refractory_steps } else { rest };
            self.spiked[lane] = if spiked { 1.0 } else { 0.0 };
        }
    }
}

/// `eˣ` to 3e-16 in relative terms for |x| ≤ 700, clamped beyond: reduction by ln 2 in two parts,
/// Taylor polynomial of degree 12 on ±ln 2 / 2. Plain arithmetic, so that it vectorises and gives
/// the same bits everywhere.
#[inline(always)]
fn exp(x: f64) -> f64 {
    /// 1.5 · 2⁵²: adding it rounds to an integer, which stands in the low bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    const LN2_HIGH: f64 = 0.693_147_180_369_123_8;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    let x = if x > 700.0 { 700.0 } else { x };
    let x = if x < -700.0 { -700.0 } else { x };
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * LN2_HIGH) - n * LN2_LOW;
    let mut sum = 1.0 / 479_001_600.0;
    for inverse_factorial in [
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ] {
        sum = sum * r + inverse_factorial;
    }
    sum * f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52)
}

#[cfg(test)]
mod tests {
    use super::exp;

    #[test]
    fn exponential_is_accurate_over_its_range() {
        for k in -70_000..=70_000 {
            let x = f64::from(k) * 0.01;
            let expected = x.exp();
            assert!((exp(x) / expected - 1.0).abs() < 5e-16, "{x}: {}", exp(x)); // two roundings
        }
        assert_eq!(exp(0.0), 1.0);
    }
}
