//! A network as the text of an experiment file.

use std::fmt::Write;

use super::network::{Afferent, Drive, Network, Population, Projection};
use super::space::Space;

/// Steps of a staircase that are written out.
const MOST_STEPS: usize = 200;

/// The experiment file.
pub(super) fn toml(network: &Network, title: &str) -> String {
    let mut out = String::new();
    let title: String = title.chars().filter(|c| !c.is_control()).collect();
    let title = title.replace('\\', "\\\\").replace('"', "\\\"");
    let Network { dt, duration, seed, .. } = network;
    // writing to a String cannot fail
    let _ = write!(
        out,
        "# Converted from a parameter dictionary. Units are written; times without one are in ms.\n\n\
         title = \"{title}\"\n\n[simulation]\nduration = \"{duration} ms\"\ndt = \"{dt} ms\"\n\
         seed = {seed}\n\n[parameters]\n"
    );
    for afferent in &network.afferents {
        if let Drive::Constant(rate) = afferent.drive {
            let name = &afferent.name;
            let _ = writeln!(out, "F_{name} = \"{rate} Hz\"  # rate of one afferent");
        }
    }
    for population in &network.populations {
        write_population(&mut out, population, network.perimeter_um());
    }
    for projection in &network.projections {
        let afferent = network.afferents.iter().find(|a| a.name == projection.source);
        match afferent {
            None => write_connection(&mut out, projection, network),
            Some(afferent) => write_drive(&mut out, projection, afferent, network),
        }
    }
    for population in &network.populations {
        if let Some([amplitude, frequency, onset]) = population.oscillation {
            let name = &population.name;
            let _ = write!(
                out,
                "\n[inputs.{name}_oscillation]\nkind = \"current\"\ntarget = \"{name}\"\n\
                 amplitude = \"{amplitude} pA * heaviside(t - {onset} ms) * \
                 (1 - cos(6.283185307179586 * {frequency} Hz * (t - {onset} ms))) / 2\"\n"
            );
        }
    }
    out.push_str("\n[record]\nspikes = true\n\n[plots.raster]\nkind = \"raster\"\n");
    out
}

fn write_population(out: &mut String, population: &Population, perimeter_um: Option<f64>) {
    let Population { name, size, parameters, .. } = population;
    let _ = write!(out, "\n[populations.{name}]\nmodel = \"aeif_cond_exp_euler\"\nsize = {size}\n");
    if let Some(perimeter) = perimeter_um {
        let _ = writeln!(out, "position = {{ ring = \"{perimeter} um\" }}");
    }
    let _ = writeln!(out, "[populations.{name}.params]");
    for (name, value, unit) in parameters {
        let _ = match *unit {
            "" => writeln!(out, "{name} = {value}"),
            unit => writeln!(out, "{name} = \"{value} {unit}\""),
        };
    }
}

/// Synapses of one target neuron: the whole part of p·N, a hair above so that 0.29 · 100 is 29.
fn synapses(projection: &Projection) -> f64 {
    (projection.probability * projection.source_size + 1e-9).floor()
}

fn write_connection(out: &mut String, projection: &Projection, network: &Network) {
    let Projection {
        source,
        target,
        probability,
        source_size,
        quantum,
        release,
        inhibitory,
        space,
    } = projection;
    let (sign, count) = (if *inhibitory { "-" } else { "" }, synapses(projection));
    let _ = write!(
        out,
        "\n[connections.{source}_{target}]\nsource = \"{source}\"\ntarget = \"{target}\"\n\
         rule = \"fixed_indegree\"\nindegree = {count}  # {probability} of {source_size}\n"
    );
    if source == target {
        out.push_str("autapses = false\n");
    }
    let mut delay = format!("{} ms", network.dt);
    if let (Some(Space { decay, delay_ms }), Some(perimeter)) = (space, network.perimeter_um()) {
        let index_um = perimeter / source_size;
        let _ = write!(
            out,
            "multapses = false\nprofile = \"exp(-(distance/({} um))^2)\"\n",
            decay * index_um
        );
        let _ = write!(delay, " + distance * ({} ms/um)", delay_ms / index_um);
    }
    let _ = write!(out, "weight = \"{sign}{quantum} nS\"\ndelay = \"{delay}\"\n");
    if *release < 1.0 {
        let _ = writeln!(out, "release_probability = {release}");
    }
}

/// All afferents of one neuron together. Release thins a Poisson process: its rate is multiplied.
fn write_drive(out: &mut String, projection: &Projection, afferent: &Afferent, network: &Network) {
    let Projection {
        source, target, probability, source_size, quantum, release, inhibitory, ..
    } = projection;
    let sign = if *inhibitory { "-" } else { "" };
    let thinned = if *release < 1.0 { format!(" * {release}") } else { String::new() };
    let share = format!("{probability} * {source_size}{thinned}");
    let rate = match &afferent.drive {
        Drive::Constant(_) => format!("\"{share} * F_{source}\""),
        Drive::Staircase(steps) => {
            format!("\"{share} * ({})\"", staircase(steps, network.duration))
        }
        Drive::Samples(values) => {
            let factor = probability * source_size * release;
            let values: Vec<String> = values.iter().map(|v| (factor * v).to_string()).collect();
            format!("{{ values = [{}], every = \"{} ms\" }}", values.join(", "), network.dt)
        }
    };
    let _ = write!(
        out,
        "\n[inputs.{source}_{target}]\nkind = \"poisson\"\ntarget = \"{target}\"\nrate = {rate}\n\
         weight = \"{sign}{quantum} nS\"\ndelay = \"{} ms\"\n",
        network.dt
    );
}

/// A staircase as a sum of steps. Smoothing with a Gaussian of width s is close to
/// tanh(1.2 t/(√2 s)), which differs from its integral by less than 0.03 of a step.
fn staircase([onset, baseline, length, size, smoothing]: &[f64; 5], duration: f64) -> String {
    let mut terms = vec![format!("{baseline} Hz")];
    let count = if *length > 0.0 { ((duration - onset) / length).ceil().max(0.0) } else { 1.0 };
    for k in 0..(count as usize).min(MOST_STEPS) {
        let at = onset + k as f64 * length;
        terms.push(if *smoothing > 0.0 {
            let width = smoothing * std::f64::consts::SQRT_2 / 1.2;
            format!("{size} Hz * (1 + tanh((t - {at} ms) / ({width:.2} ms))) / 2")
        } else {
            format!("{size} Hz * heaviside(t - {at} ms)")
        });
    }
    terms.join(" + ")
}
