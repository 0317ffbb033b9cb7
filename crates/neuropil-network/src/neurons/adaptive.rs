//! Adaptive Runge–Kutta–Fehlberg integration of many neurons at once.
//!
//! Every neuron chooses its own sub-steps, as NEST 3.10 lets GSL 2 do it: fifth-order solution of
//! Fehlberg's embedded pair; error ratio `r = maxᵢ |eᵢ|/D`, `D = tol` or `D = tol (1 + |h y'ᵢ|)`;
//! `r > 1.1`: the sub-step is repeated with `h · max(0.2, 0.9 r^(−1/5))`; `r < 0.5`: the next one is
//! `h · clamp(0.9 r^(−1/6), 1, 5)`; the suggestion is carried over to the next step of the network, and
//! the last sub-step is cut to end on the grid.
//!
//! A group of neurons attempts a sub-step together in vectors; those that reach the end of the step
//! at once, the rule, are done. The others go on in a second, packed group. The arithmetic of a
//! neuron is the same in any company, so results do not depend on how neurons are grouped.
//!
//! # Source
//! Fehlberg (1969), NASA TR R-315; Galassi et al., GNU Scientific Library reference manual, "Ordinary
//! differential equations".

use std::marker::PhantomData;

use super::columns::Numbers;
use super::contract::Fault;

/// Neurons that are integrated together.
pub(super) const GROUP: usize = 32;

/// Sub-steps of one neuron in one step, after which the integration is given up.
const MAX_ATTEMPTS: u32 = 1_000_000;

/// The current from outside, given the potential that the right-hand side sees `[pA]`.
pub(super) trait Outside: Copy {
    fn at(self, v: f64) -> f64;
}

/// The same throughout a step.
impl Outside for f64 {
    #[inline(always)]
    fn at(self, _v: f64) -> f64 {
        self
    }
}

/// With clamps: `current − conductance · V`.
#[derive(Debug, Clone, Copy)]
pub(super) struct WithClamp {
    current: f64,
    conductance: f64,
}

impl Outside for WithClamp {
    #[inline(always)]
    fn at(self, v: f64) -> f64 {
        self.current - self.conductance * v
    }
}

/// A neuron's equations; `y[0]` is the membrane potential.
pub(super) trait System<const N: usize> {
    /// Coefficients of a neuron.
    type Row: Numbers + Send + Sync + std::fmt::Debug;

    /// Whether the tolerance grows with the slope of the solution.
    const SCALED_BY_SLOPE: bool;

    /// Absolute tolerance of the local error.
    fn tolerance(row: &Self::Row) -> f64;

    /// Right-hand side; without branches, so that it becomes vector code.
    fn slope(row: &Self::Row, held: bool, outside: impl Outside, y: &[f64; N]) -> [f64; N];

    /// What happens to the state after every accepted sub-step; `jump` arrives with the first.
    #[inline(always)]
    fn settle(_row: &Self::Row, _held: bool, _jump: f64, y: [f64; N]) -> [f64; N] {
        y
    }

    /// Whether [`System::event`] must look at the state; true for one that is not a number.
    #[inline(always)]
    fn remarkable(_row: &Self::Row, _held: bool, _y: &[f64; N]) -> bool {
        false
    }

    /// The rare path: spikes within the step, states out of bounds. Says whether there was a spike.
    ///
    /// # Errors
    /// Name and value of a variable that is out of bounds.
    fn event(
        _row: &Self::Row,
        _y: &mut [f64; N],
        _hold: &mut f64,
    ) -> Result<bool, (&'static str, f64)> {
        Ok(false)
    }
}

/// One value per neuron of a group.
pub(super) type Lane = [f64; GROUP];

/// A group of neurons, one array per quantity.
#[derive(Debug)]
pub(super) struct Group<const N: usize> {
    /// State at the beginning of the sub-step.
    pub y: [Lane; N],
    /// State at its end.
    pub next: [Lane; N],
    /// Refractory steps left.
    pub hold: Lane,
    /// Suggested sub-step.
    pub h: Lane,
    /// Current that acts, the pull of clamps included.
    pub current: Lane,
    /// Conductance of clamps; looked at in a clamped group only.
    pub conductance: Lane,
    /// Sudden change of the potential, due after the first sub-step.
    pub jump: Lane,
    /// Whether the end of the step must be looked at: 0 or 1.
    pub mark: Lane,
    /// Spikes in this step.
    pub spikes: [u32; GROUP],
    time: Lane,
    used: Lane,
    ratio: Lane,
    /// Which neuron of the whole group a packed one is.
    index: [usize; GROUP],
    len: usize,
}

/// One sub-step of the first `n` neurons of a group, of at most the rest of `dt`. Says whether all of
/// them have come to the end of the step in one go, with nothing remarkable.
struct Attempt<'a, S, F, const N: usize, const CLAMPED: bool> {
    group: &'a mut Group<N>,
    rows: F,
    n: usize,
    dt: f64,
    system: PhantomData<S>,
}

impl<S: System<N>, F: Fn(usize) -> S::Row, const N: usize, const CLAMPED: bool> pulp::NullaryFnOnce
    for Attempt<'_, S, F, N, CLAMPED>
{
    type Output = bool;

    #[inline(always)]
    fn call(self) -> bool {
        let Self { group, rows, n, dt, .. } = self;
        let n = if n < GROUP { n } else { GROUP };
        let mut plain = true;
        for k in 0..n {
            let row = rows(k);
            let mut y = [0.0; N];
            for i in 0..N {
                y[i] = group.y[i][k];
            }
            let (held, current) = (group.hold[k] > 0.0, group.current[k]);
            let rest = dt - group.time[k];
            let h = if group.h[k] > rest { rest } else { group.h[k] };
            let conductance = if CLAMPED { group.conductance[k] } else { 0.0 };
            let (end, ratio) = fehlberg::<N>(
                y,
                h,
                S::tolerance(&row),
                S::SCALED_BY_SLOPE,
                #[inline(always)]
                |y| {
                    if CLAMPED {
                        S::slope(&row, held, WithClamp { current, conductance }, y)
                    } else {
                        S::slope(&row, held, current, y)
                    }
                },
            );
            let end = S::settle(&row, held, group.jump[k], end);
            for i in 0..N {
                group.next[i][k] = end[i];
            }
            group.used[k] = h;
            group.ratio[k] = ratio;
            plain &= (ratio <= 1.1) & (h == dt) & !S::remarkable(&row, held, &end);
        }
        plain
    }
}

impl<const N: usize> Group<N> {
    pub fn new() -> Self {
        let zeros = [0.0; GROUP];
        Self {
            y: [zeros; N],
            next: [zeros; N],
            hold: zeros,
            h: zeros,
            current: zeros,
            conductance: zeros,
            jump: zeros,
            mark: zeros,
            spikes: [0; GROUP],
            time: zeros,
            used: zeros,
            ratio: zeros,
            index: [0; GROUP],
            len: 0,
        }
    }

    /// Advances the first `n` neurons by `dt`: from `y` to `next`. `rows(k)` are the coefficients of
    /// neuron k of the group, `rest` a second group to work in. Says whether any neuron took more than
    /// one sub-step or did something remarkable (only then can `spikes` hold any). `CLAMPED` says
    /// whether clamps act.
    ///
    /// # Errors
    /// [`Fault`] with the index within the group.
    pub fn advance<S: System<N>, const CLAMPED: bool>(
        &mut self,
        arch: pulp::Arch,
        rows: impl Fn(usize) -> S::Row + Copy,
        (n, dt): (usize, f64),
        rest: &mut Self,
    ) -> Result<bool, Fault> {
        self.time = [0.0; GROUP];
        let system = PhantomData::<S>;
        let attempt = Attempt::<S, _, N, CLAMPED> { group: self, rows, n, dt, system };
        if arch.dispatch(attempt) {
            // The suggestion would not shrink below dt, and is cut to dt in the next step anyway.
            self.h = [dt; GROUP];
            return Ok(false);
        }
        self.go_on::<S, CLAMPED>(arch, rows, (n, dt), rest)?;
        Ok(true)
    }

    /// Finishes the step of those neurons that one sub-step did not bring to its end.
    fn go_on<S: System<N>, const CLAMPED: bool>(
        &mut self,
        arch: pulp::Arch,
        rows: impl Fn(usize) -> S::Row + Copy,
        (n, dt): (usize, f64),
        rest: &mut Self,
    ) -> Result<(), Fault> {
        rest.len = 0;
        for k in 0..n {
            if !self.decide::<S>(&rows(k), k, k, dt)? {
                self.pack(k, k, rest);
            }
        }
        for _ in 0..MAX_ATTEMPTS {
            let n = std::mem::take(&mut rest.len);
            if n == 0 {
                return Ok(());
            }
            let index = rest.index;
            let packed = |k: usize| rows(index[k]);
            let system = PhantomData::<S>;
            arch.dispatch(Attempt::<S, _, N, CLAMPED> { group: rest, rows: packed, n, dt, system });
            for k in 0..n {
                let whole = rest.index[k];
                if rest.decide::<S>(&rows(whole), k, whole, dt)? {
                    for i in 0..N {
                        self.next[i][whole] = rest.next[i][k];
                    }
                    self.hold[whole] = rest.hold[k];
                    self.h[whole] = rest.h[k];
                    self.spikes[whole] = rest.spikes[k];
                } else {
                    rest.repack(k);
                }
            }
        }
        Err(Fault { neuron: rest.index[0], variable: "V_m".into(), value: rest.y[0][0] })
    }

    /// Accepts or rejects the sub-step of neuron `k` and chooses the next; says whether the step is
    /// over. An accepted state is in `next`.
    fn decide<S: System<N>>(
        &mut self,
        row: &S::Row,
        k: usize,
        whole: usize,
        dt: f64,
    ) -> Result<bool, Fault> {
        let (ratio, used) = (self.ratio[k], self.used[k]);
        self.h[k] = used;
        if ratio > 1.1 {
            let shorter = used * f64::max(0.2, 0.9 / root(ratio, 5));
            if shorter < used && self.time[k] + shorter != self.time[k] {
                self.h[k] = shorter;
                for i in 0..N {
                    self.next[i][k] = self.y[i][k];
                }
                return Ok(false);
            }
        } else if ratio < 0.5 {
            self.h[k] = used * (0.9 / root(ratio, 6)).clamp(1.0, 5.0);
        }
        let whole_rest = used == dt - self.time[k];
        self.time[k] = if whole_rest { dt } else { self.time[k] + used };
        self.jump[k] = 0.0;
        let mut y: [f64; N] = std::array::from_fn(|i| self.next[i][k]);
        if S::remarkable(row, self.hold[k] > 0.0, &y) {
            let spiked =
                S::event(row, &mut y, &mut self.hold[k]).map_err(|(variable, value)| Fault {
                    neuron: whole,
                    variable: variable.into(),
                    value,
                })?;
            self.spikes[k] += u32::from(spiked);
            for i in 0..N {
                self.next[i][k] = y[i];
            }
        }
        Ok(self.time[k] >= dt)
    }

    /// Copies neuron `k`, number `whole` of the whole group, to the end of `rest`.
    fn pack(&self, k: usize, whole: usize, rest: &mut Self) {
        let to = rest.len;
        for i in 0..N {
            rest.y[i][to] = self.next[i][k];
        }
        rest.hold[to] = self.hold[k];
        rest.h[to] = self.h[k];
        rest.current[to] = self.current[k];
        rest.conductance[to] = self.conductance[k];
        rest.jump[to] = self.jump[k];
        rest.spikes[to] = self.spikes[k];
        rest.time[to] = self.time[k];
        rest.index[to] = whole;
        rest.len += 1;
    }

    /// Moves neuron `k` of a packed group to its new end.
    fn repack(&mut self, k: usize) {
        let to = self.len;
        for i in 0..N {
            self.y[i][to] = self.next[i][k];
        }
        self.hold[to] = self.hold[k];
        self.h[to] = self.h[k];
        self.current[to] = self.current[k];
        self.conductance[to] = self.conductance[k];
        self.jump[to] = self.jump[k];
        self.spikes[to] = self.spikes[k];
        self.time[to] = self.time[k];
        self.index[to] = self.index[k];
        self.len += 1;
    }
}

/// One step of Fehlberg's pair: the fifth-order solution, and the error over its tolerance.
#[inline(always)]
fn fehlberg<const N: usize>(
    y: [f64; N],
    h: f64,
    tolerance: f64,
    scaled_by_slope: bool,
    f: impl Fn(&[f64; N]) -> [f64; N],
) -> ([f64; N], f64) {
    let a = f(&y);
    let b = f(&combined(
        &y,
        h,
        #[inline(always)]
        |i| 0.25 * a[i],
    ));
    let c = f(&combined(
        &y,
        h,
        #[inline(always)]
        |i| 3.0 / 32.0 * a[i] + 9.0 / 32.0 * b[i],
    ));
    let d = f(&combined(
        &y,
        h,
        #[inline(always)]
        |i| 1932.0 / 2197.0 * a[i] - 7200.0 / 2197.0 * b[i] + 7296.0 / 2197.0 * c[i],
    ));
    let e = f(&combined(
        &y,
        h,
        #[inline(always)]
        |i| {
            8341.0 / 4104.0 * a[i] - 32832.0 / 4104.0 * b[i] + 29440.0 / 4104.0 * c[i]
                - 845.0 / 4104.0 * d[i]
        },
    ));
    let g = f(&combined(
        &y,
        h,
        #[inline(always)]
        |i| {
            -6080.0 / 20520.0 * a[i] + 41040.0 / 20520.0 * b[i] - 28352.0 / 20520.0 * c[i]
                + 9295.0 / 20520.0 * d[i]
                - 5643.0 / 20520.0 * e[i]
        },
    ));
    let end = combined(
        &y,
        h,
        #[inline(always)]
        |i| {
            902_880.0 / 7_618_050.0 * a[i]
                + 3_953_664.0 / 7_618_050.0 * c[i]
                + 3_855_735.0 / 7_618_050.0 * d[i]
                - 1_371_249.0 / 7_618_050.0 * e[i]
                + 277_020.0 / 7_618_050.0 * g[i]
        },
    );
    let slope = if scaled_by_slope { f(&end) } else { [0.0; N] };
    let mut ratio = f64::MIN_POSITIVE;
    for i in 0..N {
        let error = h
            * (1.0 / 360.0 * a[i] - 128.0 / 4275.0 * c[i] - 2197.0 / 75240.0 * d[i]
                + 1.0 / 50.0 * e[i]
                + 2.0 / 55.0 * g[i]);
        let scale = tolerance + tolerance * (h * slope[i]).abs();
        let r = error.abs() / scale;
        ratio = if r > ratio { r } else { ratio };
    }
    (end, ratio)
}

#[inline(always)]
fn combined<const N: usize>(y: &[f64; N], h: f64, sum: impl Fn(usize) -> f64) -> [f64; N] {
    let mut end = [0.0; N];
    for i in 0..N {
        end[i] = y[i] + h * sum(i);
    }
    end
}

/// The n-th root by Newton's method from a guess at the exponent: the same on every machine.
fn root(x: f64, n: i32) -> f64 {
    if !(x > 1e-12) {
        return 0.01; // small enough for the largest growth of a step
    }
    let bias = 1023u64 << 52;
    let exponent = (x.to_bits() as i64 - bias as i64) / i64::from(n);
    let mut y = f64::from_bits((exponent + bias as i64) as u64);
    for _ in 0..6 {
        y += (x / y.powi(n - 1) - y) / f64::from(n);
    }
    y
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_right() {
        for x in [2e-12, 1e-5, 0.3, 1.0, 1.1, 7.0, 1e10, 1e200] {
            for n in [5, 6] {
                assert!((root(x, n) / x.powf(1.0 / f64::from(n)) - 1.0).abs() < 1e-14, "{x} {n}");
            }
        }
    }

    #[test]
    fn the_pair_has_order_five_and_its_error_estimate_order_four() {
        let f = |y: &[f64; 2]| [y[1], -y[0]];
        let result = |h: f64| {
            let (end, ratio) = fehlberg([1.0, 0.0], h, 1.0, false, f);
            ((end[0] - h.cos()).hypot(end[1] + h.sin()), ratio)
        };
        let ((e1, r1), (e2, r2)) = (result(0.2), result(0.1));
        // Local errors: one order more than the global ones.
        assert!(((e1 / e2).log2() - 6.0).abs() < 0.15, "{}", (e1 / e2).log2());
        assert!(((r1 / r2).log2() - 5.0).abs() < 0.15, "{}", (r1 / r2).log2());
    }
}
