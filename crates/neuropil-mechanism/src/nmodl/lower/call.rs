//! Calls: built-in functions, and the file's own, which are expanded in place.

use super::state::{Execution, Local, Lowered, Phase, Slot};
use crate::ir::{Binary, Effect, EffectKind, Input, Unary, Value};
use crate::nmodl::ast::{Expr, ExprKind, Routine, Span};

/// Faraday's constant `[C/mol]` and the gas constant `[J/(mol K)]`, CODATA 2018 (exact in SI).
const FARADAY: f64 = 96_485.332_123_310_01;
const GAS: f64 = 8.314_462_618_153_24;

const UNARY: [(&str, Unary); 16] = [
    ("exp", Unary::Exp),
    ("log", Unary::Log),
    ("log10", Unary::Log10),
    ("sqrt", Unary::Sqrt),
    ("fabs", Unary::Abs),
    ("abs", Unary::Abs),
    ("sin", Unary::Sin),
    ("cos", Unary::Cos),
    ("tan", Unary::Tan),
    ("sinh", Unary::Sinh),
    ("cosh", Unary::Cosh),
    ("tanh", Unary::Tanh),
    ("floor", Unary::Floor),
    ("ceil", Unary::Ceil),
    ("exprelr", Unary::Linoid),
    ("expm1", Unary::Expm1),
];

const RANDOM: [&str; 12] = [
    "scop_random",
    "set_seed",
    "normrand",
    "exprand",
    "poisrand",
    "gauss",
    "random",
    "nrn_random_pick",
    "random_negexp",
    "random_normal",
    "random_uniform",
    "random_setseq",
];

impl Execution<'_> {
    /// The value of a call; 0 for a procedure.
    pub(crate) fn call(&mut self, name: &str, arguments: &[Expr], span: Span) -> Lowered<Value> {
        let module = self.module;
        if let Some(routine) = module.routines.iter().find(|r| r.name.text == name) {
            return self.expand(routine, arguments, span);
        }
        if let Some(&(_, op)) = UNARY.iter().find(|(n, _)| *n == name) {
            let [x] = self.arguments(name, arguments, span)?;
            return Ok(self.graph.unary(op, x));
        }
        match name {
            "pow" => {
                let [x, y] = self.arguments(name, arguments, span)?;
                Ok(self.graph.pow(x, y))
            }
            "fmod" => {
                let [x, y] = self.arguments(name, arguments, span)?;
                Ok(self.graph.binary(Binary::Rem, x, y))
            }
            "fmin" | "fmax" => {
                let [x, y] = self.arguments(name, arguments, span)?;
                let op = if name == "fmin" { Binary::Min } else { Binary::Max };
                Ok(self.graph.binary(op, x, y))
            }
            "nernst" => {
                let [inside, outside, z] = self.arguments(name, arguments, span)?;
                Ok(self.nernst(inside, outside, z))
            }
            "ghk" => {
                let [v, inside, outside, z] = self.arguments(name, arguments, span)?;
                Ok(self.ghk(v, inside, outside, z))
            }
            "at_time" => {
                let [when] = self.arguments(name, arguments, span)?;
                Ok(self.at_time(when))
            }
            "net_send" | "net_event" | "net_move" => self.emit(name, arguments, span),
            "state_discontinuity" => self.discontinuity(arguments, span),
            "nrn_pointing" => Ok(self.graph.constant(1.0)),
            "printf" | "fprintf" | "prterr" => {
                self.report.warning(
                    span,
                    format!("{name} prints nothing here"),
                    "record the value",
                );
                Ok(self.graph.constant(0.0))
            }
            _ => Err(self.unknown(name, span)),
        }
    }

    fn unknown(&mut self, name: &str, span: Span) -> super::super::report::Refused {
        if RANDOM.contains(&name) {
            return self.report.error(
                span,
                format!("random numbers inside a mechanism ({name}) are not supported"),
                "use the engine's noise inputs, whose streams are reproducible",
            );
        }
        if ["atan", "asin", "acos", "atan2", "erf", "hyperbol", "threshold", "revhyperbol"]
            .contains(&name)
        {
            return self.report.error(span, format!("{name}() is not supported"), "write it out");
        }
        let own = self.module.routines.iter().map(|r| r.name.text.as_str());
        let all = own.chain(UNARY.iter().map(|u| u.0)).chain(["pow", "nernst", "ghk", "net_send"]);
        let hint = neuropil_core::names::suggestion(name, all);
        let message = format!("no FUNCTION or PROCEDURE \"{name}\"{hint}");
        self.report.error(span, message, "define it, or compute it in NMODL")
    }

    fn arguments<const N: usize>(
        &mut self,
        name: &str,
        arguments: &[Expr],
        span: Span,
    ) -> Lowered<[Value; N]> {
        if arguments.len() != N {
            let message = format!("{name}() takes {N} arguments, {} are given", arguments.len());
            return Err(self.report.error(span, message, ""));
        }
        let mut values = [self.graph.constant(0.0); N];
        for (value, argument) in values.iter_mut().zip(arguments) {
            *value = self.value(argument)?;
        }
        Ok(values)
    }

    fn expand(&mut self, routine: &Routine, arguments: &[Expr], span: Span) -> Lowered<Value> {
        let name = &routine.name.text;
        if arguments.len() != routine.parameters.len() {
            let (n, m) = (routine.parameters.len(), arguments.len());
            let message = format!("{name}() takes {n} arguments, {m} are given");
            return Err(self.report.error(span, message, ""));
        }
        if self.calls.contains(name) {
            let message = format!("{name}() calls itself");
            return Err(self.report.error(span, message, "write the recursion as a formula"));
        }
        let values: Vec<Value> =
            arguments.iter().map(|a| self.value(a)).collect::<Lowered<Vec<Value>>>()?;
        let outer = std::mem::replace(&mut self.scopes, vec![Default::default()]);
        self.calls.push(name.clone());
        for ((parameter, _), value) in routine.parameters.iter().zip(values) {
            let k = self.declare(&parameter.text, None);
            self.write(Slot::Local(k), value);
        }
        let result = routine.function.then(|| {
            let k = self.declare(name, None);
            let zero = self.graph.constant(0.0);
            self.write(Slot::Local(k), zero);
            k
        });
        let ran = self.run(&routine.body);
        self.calls.pop();
        self.scopes = outer;
        ran?;
        Ok(match result {
            Some(k) => self.read(Slot::Local(k)),
            None => self.graph.constant(0.0),
        })
    }

    /// `RT/(zF)` in mV.
    fn thermal(&mut self, z: Value) -> Value {
        let celsius = self.graph.input(Input::Celsius);
        let (zero_c, factor) =
            (self.graph.constant(273.15), self.graph.constant(1e3 * GAS / FARADAY));
        let kelvin = self.graph.add(celsius, zero_c);
        let thermal = self.graph.mul(kelvin, factor);
        self.graph.div(thermal, z)
    }

    /// `RT/(zF)·ln(outside/inside)` `[mV]`.
    fn nernst(&mut self, inside: Value, outside: Value, z: Value) -> Value {
        let thermal = self.thermal(z);
        let ratio = self.graph.div(outside, inside);
        let log = self.graph.unary(Unary::Log, ratio);
        self.graph.mul(thermal, log)
    }

    /// Goldman–Hodgkin–Katz driving term in NMODL's units: with permeability in cm/s the product
    /// is mA/cm².
    fn ghk(&mut self, v: Value, inside: Value, outside: Value, z: Value) -> Value {
        let thermal = self.thermal(z);
        let u = self.graph.div(v, thermal);
        let minus = self.graph.neg(u);
        let (fo, fi) = (self.graph.unary(Unary::Linoid, u), self.graph.unary(Unary::Linoid, minus));
        let (eo, ei) = (self.graph.mul(outside, fo), self.graph.mul(inside, fi));
        let net = self.graph.sub(ei, eo);
        let factor = self.graph.constant(1e-3 * FARADAY);
        let factor = self.graph.mul(factor, z);
        self.graph.mul(factor, net)
    }

    /// 1 in the step that contains the given time.
    fn at_time(&mut self, when: Value) -> Value {
        let (t, dt) = (self.graph.input(Input::Time), self.graph.input(Input::Step));
        let half = self.graph.constant(0.5);
        let half = self.graph.mul(dt, half);
        let (low, high) = (self.graph.sub(t, half), self.graph.add(t, half));
        let after = self.graph.binary(Binary::LessEqual, low, when);
        let before = self.graph.binary(Binary::Less, when, high);
        self.graph.binary(Binary::And, after, before)
    }

    fn emit(&mut self, name: &str, arguments: &[Expr], span: Span) -> Lowered<Value> {
        if !matches!(self.phase, Phase::Receive | Phase::Initial) {
            let message = format!("{name}() outside NET_RECEIVE and INITIAL");
            return Err(self.report.error(span, message, "move it into NET_RECEIVE"));
        }
        let zero = self.graph.constant(0.0);
        let t = self.graph.input(Input::Time);
        let (kind, time, flag) = match name {
            "net_send" => {
                let [delay, flag] = self.arguments(name, arguments, span)?;
                (EffectKind::Send, self.graph.add(t, delay), flag)
            }
            "net_event" => {
                let [time] = self.arguments(name, arguments, span)?;
                (EffectKind::Spike, time, zero)
            }
            _ => {
                let [time] = self.arguments(name, arguments, span)?;
                (EffectKind::Move, time, zero)
            }
        };
        let guard = match self.guard {
            Some(guard) => guard,
            None => self.graph.constant(1.0),
        };
        self.effects.push(Effect { kind, guard, time, flag });
        Ok(zero)
    }

    /// `state_discontinuity(x, value)`: an assignment.
    fn discontinuity(&mut self, arguments: &[Expr], span: Span) -> Lowered<Value> {
        let [place, value] = arguments else {
            return Err(self.report.error(span, "state_discontinuity() takes 2 arguments", ""));
        };
        let new = self.value(value)?;
        match &place.kind {
            ExprKind::Name(name) => self.assign(name, None, new, place.span)?,
            ExprKind::Index(name, index) => {
                let index = self.value(index)?;
                self.assign(name, Some(index), new, place.span)?;
            }
            _ => return Err(self.report.error(place.span, "expected a STATE", "")),
        }
        Ok(new)
    }

    /// The local names of `NET_RECEIVE`.
    pub(crate) fn bind_arguments(&mut self, names: &[String]) {
        let mut scope: std::collections::BTreeMap<String, Local> =
            names.iter().enumerate().map(|(k, n)| (n.clone(), Local::Argument(k))).collect();
        scope.insert("flag".to_owned(), Local::Flag);
        self.scopes = vec![scope];
    }
}
