//! `[networks.NAME]` with `kind = "ei_clustered"`: every parameter of the published dictionary under
//! its own name.

use std::collections::BTreeMap;

use neuropil_network::description::{
    Bounds, Column, Connection, Delay, Distribution, Drive, Dynamics, Input, Population, Shape,
    Slice, Target, Waveform, Weight, Window,
};
use neuropil_network::neurons::find;

use super::connections::Placed;
use super::context::Context;
use super::fields::{Amount, Fields, Item};
use super::populations::{Draw, validate};
use crate::experiment::{Fault, Problem, Written};
use crate::networks::ei_clustered::{Clustering, Coupling, EiClustered};

/// What the section adds to the network.
#[derive(Debug)]
pub(super) struct Clustered {
    pub populations: Vec<Population>,
    pub connections: Vec<Placed>,
    pub inputs: Vec<Input>,
}

/// Reads the section; the first population will have index `base`.
pub(super) fn read(
    name: &str,
    item: &Item<'_>,
    base: usize,
    context: &Context,
) -> Result<Clustered, Problem> {
    let fields = item.fields()?;
    let kind = fields.need("kind", "\"ei_clustered\"")?;
    let kind_name = kind.text("\"ei_clustered\"")?;
    if kind_name != "ei_clustered" {
        return Err(kind.unknown_name("kind of network", kind_name, ["ei_clustered"]));
    }
    let reader = Reader { fields: &fields, context };
    let neuron = reader.neuron()?;
    let network = reader.network(&neuron)?;
    let names = reader.names()?;
    let populations = reader.populations(&names, &network, &neuron)?;
    let delay = fields
        .get("delay")
        .map_or_else(|| reader.ms_as_delay(0.1, item), |item| context.delay(&item))?;
    let connections = network
        .projections()
        .into_iter()
        .map(|projection| Placed {
            span: fields.span,
            place: fields.place.clone(),
            connection: Connection {
                name: format!("{}→{}", names[projection.source], names[projection.target]),
                source: whole(&populations, base, projection.source),
                target: whole(&populations, base, projection.target),
                rule: projection.rule,
                weight: Weight::Blocks(projection.weight),
                delay: Delay::Same(delay),
                channel: None,
                release_probability: 1.0,
                geometry: None,
            },
        })
        .collect();
    let inputs = reader.stimulus(name, &network, base)?;
    fields.finish()?;
    reader.warn(&network);
    Ok(Clustered { populations, connections, inputs })
}

fn whole(populations: &[Population], base: usize, which: usize) -> Slice {
    Slice { population: base + which, first: 0, count: populations[which].size }
}

/// Single-neuron parameters, in mV, ms, pF.
#[derive(Debug)]
struct Neuron {
    e_l: f64,
    v_r: f64,
    v_th: [f64; 2],
    c_m: f64,
    tau_m: [f64; 2],
    tau_syn: [f64; 2],
    t_ref: f64,
    escape: Option<(f64, f64)>,
}

struct Reader<'a> {
    fields: &'a Fields<'a>,
    context: &'a Context,
}

impl Reader<'_> {
    fn value(&self, key: &'static str, unit: &str, default: f64) -> Result<f64, Problem> {
        self.fields.get(key).map_or(Ok(default), |item| {
            item.number_where(&self.context.scope, unit, "a finite number", |_| true)
        })
    }

    fn positive(&self, key: &'static str, unit: &str, default: f64) -> Result<f64, Problem> {
        self.fields.get(key).map_or(Ok(default), |item| {
            item.number_where(&self.context.scope, unit, "a number above 0", |value| value > 0.0)
        })
    }

    fn count(&self, key: &'static str, default: u32) -> Result<u32, Problem> {
        self.fields.get(key).map_or(Ok(default), |item| {
            item.whole(&self.context.scope, 1, u64::from(u32::MAX)).map(|count| count as u32)
        })
    }

    fn choice<T: Copy>(
        &self,
        key: &'static str,
        choices: &[(&'static str, T)],
    ) -> Result<T, Problem> {
        let Some(item) = self.fields.get(key) else { return Ok(choices[0].1) };
        let text = item.text("a name")?;
        let found = choices.iter().find(|(name, _)| *name == text);
        found
            .map(|(_, choice)| *choice)
            .ok_or_else(|| item.unknown_name("choice", text, choices.iter().map(|(name, _)| *name)))
    }

    fn neuron(&self) -> Result<Neuron, Problem> {
        if let Some(item) = self.fields.get("neuron_type") {
            let name = item.text("\"iaf_psc_exp\"")?;
            if name != "iaf_psc_exp" {
                let expected = "\"iaf_psc_exp\", for which the weights are derived";
                return Err(item.out_of_range(format!("\"{name}\""), expected));
            }
        }
        let escape = match (self.fields.get("rho"), self.fields.get("delta")) {
            (Some(_), Some(_)) => {
                Some((self.value("rho", "Hz", 0.0)?, self.value("delta", "mV", 0.0)?))
            }
            (None, None) => None,
            (Some(item), None) | (None, Some(item)) => {
                return Err(
                    item.unsupported("\"rho\" and \"delta\" are given together or not at all")
                );
            }
        };
        Ok(Neuron {
            e_l: self.value("E_L", "mV", 0.0)?,
            v_r: self.value("V_r", "mV", 0.0)?,
            v_th: [self.value("V_th_E", "mV", 20.0)?, self.value("V_th_I", "mV", 20.0)?],
            c_m: self.positive("C_m", "pF", 1.0)?,
            tau_m: [self.positive("tau_E", "ms", 20.0)?, self.positive("tau_I", "ms", 10.0)?],
            tau_syn: [
                self.positive("tau_syn_ex", "ms", 5.0)?,
                self.positive("tau_syn_in", "ms", 5.0)?,
            ],
            t_ref: self.value("t_ref", "ms", 5.0)?,
            escape,
        })
    }

    fn network(&self, neuron: &Neuron) -> Result<EiClustered, Problem> {
        let default = EiClustered::default();
        let network = EiClustered {
            n_e: self.count("N_E", default.n_e)?,
            n_i: self.count("N_I", default.n_i)?,
            n_clusters: self.count("n_clusters", default.n_clusters)?,
            baseline_conn_prob: match self.fields.get("baseline_conn_prob") {
                Some(item) => self.matrix(&item, "", |p| (0.0..=1.0).contains(&p))?,
                None => default.baseline_conn_prob,
            },
            gei: self.value("gei", "", default.gei)?,
            gie: self.value("gie", "", default.gie)?,
            gii: self.value("gii", "", default.gii)?,
            s: self.value("s", "", default.s)?,
            js: match self.fields.get("js") {
                Some(item) => Some(self.matrix(&item, "pA", f64::is_finite)?),
                None => None,
            },
            fixed_indegree: self.fields.get("fixed_indegree").map_or(Ok(false), |i| i.boolean())?,
            clustering: self.choice(
                "clustering",
                &[("weight", Clustering::Weight), ("probabilities", Clustering::Probabilities)],
            )?,
            coupling: self
                .choice("rj_form", &[("power", Coupling::Power), ("product", Coupling::Product)])?,
            rep: self.value("rep", "", default.rep)?,
            rj: self.value("rj", "", default.rj)?,
            c_m: neuron.c_m,
            tau_m: neuron.tau_m,
            tau_syn: neuron.tau_syn,
            threshold: neuron.v_th.map(|v_th| v_th - neuron.e_l),
        };
        let q = network.n_clusters;
        for (key, count) in [("N_E", network.n_e), ("N_I", network.n_i)] {
            if count % q != 0 {
                let item = self.fields.get("n_clusters").or_else(|| self.fields.get(key));
                let found = format!("{q} clusters");
                let expected = format!("a divisor of {key} = {count}");
                return Err(match item {
                    Some(item) => item.out_of_range(found, expected),
                    None => Problem::at(
                        self.fields.span,
                        Fault::Range { place: self.fields.place.clone(), found, expected },
                    ),
                });
            }
        }
        if let Some(item) = self.fields.get("rep")
            && !(1.0..=f64::from(q.max(1))).contains(&network.rep)
        {
            return Err(item.out_of_range(network.rep, format!("between 1 and n_clusters = {q}")));
        }
        Ok(network)
    }

    fn matrix(
        &self,
        item: &Item<'_>,
        unit: &str,
        admits: impl Fn(f64) -> bool,
    ) -> Result<[[f64; 2]; 2], Problem> {
        let wrong =
            || item.wrong("a matrix [[to E from E, to E from I], [to I from E, to I from I]]");
        let mut matrix = [[0.0; 2]; 2];
        let rows = item.items();
        if rows.len() != 2 || !item.is_list() {
            return Err(wrong());
        }
        for (into, row) in matrix.iter_mut().zip(&rows) {
            let [first, second] = row.numbers(&self.context.scope, unit)?[..] else {
                return Err(wrong());
            };
            *into = [first, second];
        }
        match matrix.as_flattened().iter().find(|value| !admits(**value)) {
            Some(value) => Err(item.out_of_range(value, "probabilities between 0 and 1")),
            None => Ok(matrix),
        }
    }

    /// Names of the two populations.
    fn names(&self) -> Result<[String; 2], Problem> {
        let Some(item) = self.fields.get("names") else { return Ok(["E".into(), "I".into()]) };
        match item.items().as_slice() {
            [e, i] => Ok([e.text("a name")?.into(), i.text("a name")?.into()]),
            _ => Err(item.wrong("two names, of the excitatory and the inhibitory population")),
        }
    }

    fn populations(
        &self,
        names: &[String; 2],
        network: &EiClustered,
        neuron: &Neuron,
    ) -> Result<Vec<Population>, Problem> {
        let fault = |source| {
            let place = self.fields.place.clone();
            Problem::at(self.fields.span, Fault::Model { place, source })
        };
        let rheobase = network.rheobase_pa();
        let sizes = [network.n_e, network.n_i];
        let drive_keys =
            [("I_th_E", "I_xE", "delta_I_xE", 1.25), ("I_th_I", "I_xI", "delta_I_xI", 0.78)];
        let mut populations = Vec::new();
        for x in [0, 1] {
            let draw = Draw { population: &names[x], size: sizes[x], context: self.context };
            let mut parameters = BTreeMap::new();
            let mut set = |name: &str, value: f64| {
                parameters.insert(name.to_owned(), Column::Same(value));
            };
            set("C_m", neuron.c_m);
            set("tau_m", neuron.tau_m[x]);
            set("tau_syn_ex", neuron.tau_syn[0]);
            set("tau_syn_in", neuron.tau_syn[1]);
            set("E_L", neuron.e_l);
            set("V_th", neuron.v_th[x]);
            set("V_reset", neuron.v_r);
            set("t_ref", neuron.t_ref);
            if let Some((rho, delta)) = neuron.escape {
                set("rho", rho);
                set("delta", delta);
            }
            let (relative, absolute, spread, default) = drive_keys[x];
            let drive = match (self.fields.get(relative), self.fields.get(absolute)) {
                (Some(item), Some(_)) => {
                    let what = format!("\"{relative}\" and \"{absolute}\" exclude each other");
                    return Err(item.unsupported(what));
                }
                (None, Some(_)) => self.value(absolute, "pA", 0.0)?,
                _ => self.value(relative, "", default)? * rheobase[x],
            };
            let spread = self.value(spread, "", 0.0)?;
            let current = if spread == 0.0 {
                Column::Same(drive)
            } else {
                let shape = Shape::Uniform { low: 1.0 - spread / 2.0, high: 1.0 + spread / 2.0 };
                draw.drawn("parameter", "I_e", &Distribution { scale: drive, ..shape.into() })
            };
            parameters.insert("I_e".into(), current);
            let potential = self.potential(&draw, neuron.v_th[x])?;
            let initial = BTreeMap::from([("V_m".to_owned(), potential)]);
            let Some(model) = find("iaf_psc_exp") else {
                return Err(self.fields.unknown("neuron_type", self.fields.span, &[]));
            };
            let dynamics = Dynamics::Model { model: model.into(), parameters, initial };
            let population = Population { name: names[x].clone(), size: sizes[x], dynamics };
            validate(&population, self.context).map_err(fault)?;
            populations.push(population);
        }
        Ok(populations)
    }

    /// Initial potential: `"rand"` for `V_th − 20 mV · lognormal(0, 1)`.
    fn potential(&self, draw: &Draw<'_>, v_th: f64) -> Result<Column, Problem> {
        let item = self.fields.get("V_m");
        let random = match &item {
            None => true,
            Some(item) => matches!(&item.node.value, Written::Text(text) if text == "rand"),
        };
        let amount = match item {
            Some(item) if !random => item.amount(&self.context.scope, "mV")?,
            _ => Amount::Drawn(Distribution {
                shape: Shape::Lognormal { mu: 0.0, sigma: 1.0 },
                scale: -20.0,
                offset: v_th,
                bounds: Bounds::None,
            }),
        };
        Ok(match amount {
            Amount::Fixed(value) => Column::Same(value),
            Amount::Drawn(distribution) => draw.drawn("initial value", "V_m", &distribution),
        })
    }

    fn ms_as_delay(&self, ms: f64, item: &Item<'_>) -> Result<u32, Problem> {
        self.context.delay_of(item, ms)
    }

    /// The current pulses into some of the excitatory clusters. Times count from the end of the
    /// warm-up; the device's delay of 1 ms is kept unless `stim_delay` says otherwise.
    fn stimulus(
        &self,
        name: &str,
        network: &EiClustered,
        population: usize,
    ) -> Result<Vec<Input>, Problem> {
        let delay = match self.fields.get("stim_delay") {
            Some(item) => self.context.delay(&item)?,
            None => self.context.device_delay(),
        };
        let amplitude = self.value("stim_amp", "pA", 0.15)?;
        let times = |key| {
            let Some(item) = self.fields.get(key) else { return Ok(Vec::new()) };
            let time = |item: &Item<'_>| self.context.on_grid(item, "a stimulus time");
            item.items().iter().map(time).collect::<Result<Vec<_>, _>>()
        };
        let (starts, ends) = (times("stim_starts")?, times("stim_ends")?);
        let Some(item) = self.fields.get("stim_clusters") else { return Ok(Vec::new()) };
        let mut breakpoints: Vec<(u64, f64)> = Vec::new();
        let ordered = starts.iter().zip(&ends).all(|(start, end)| start < end)
            && ends.iter().zip(starts.iter().skip(1)).all(|(end, next)| end < next);
        if starts.len() != ends.len() || !ordered {
            let what = "every stimulus needs a start and a later end, one after the other";
            return Err(item.unsupported(what));
        }
        for (start, end) in starts.iter().zip(&ends) {
            breakpoints.push((start + self.context.warmup_step, amplitude));
            breakpoints.push((end + self.context.warmup_step, 0.0));
        }
        let (steps, values): (Vec<_>, Vec<_>) = breakpoints.into_iter().unzip();
        let size = network.n_e / network.n_clusters;
        let mut inputs = Vec::new();
        for item in item.items() {
            let cluster =
                item.whole(&self.context.scope, 0, u64::from(network.n_clusters) - 1)? as u32;
            inputs.push(Input {
                name: format!("{name}/stimulus {cluster}"),
                target: Target {
                    slice: Slice { population, first: cluster * size, count: size },
                    channel: None,
                },
                drive: Drive::Current(Waveform::Steps {
                    steps: steps.clone(),
                    values: values.clone(),
                }),
                delay,
                window: Window::ALWAYS,
            });
        }
        Ok(inputs)
    }

    fn warn(&self, network: &EiClustered) {
        let spread = ["delta_I_xE", "delta_I_xI"].map(|key| self.value(key, "", 0.0));
        let even = spread.iter().all(|spread| matches!(spread, Ok(spread) if *spread == 0.0));
        if network.clustering == Clustering::Probabilities && network.fixed_indegree && even {
            self.context.warn(format!(
                "{}: neurons with identical in-degree and identical drive fall into full synchrony; \
                 give delta_I_xE and delta_I_xI a small value",
                self.fields.place
            ));
        }
    }
}
