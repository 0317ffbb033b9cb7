//! From neuron parameters to network rates: simulates the transfer functions of the two cells of
//! Zerlaut et al. (2019), fits them, and compares the stationary rates with those of the published
//! coefficients and with those that simulated transfer functions give without any fit.
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use neuropil_theory::characterise::Characterisation;
use neuropil_theory::fit::{Fit, FitOptions, fit, samples};
use neuropil_theory::mean_field::{MeanField, Population, Projection, SelfConsistency, Source};
use neuropil_theory::simulator::Timing;
use neuropil_theory::threshold::Basis;
use neuropil_theory::{Neuron, Synapse, TheoryError, TransferFunction, stored};

fn synapses() -> Vec<Synapse> {
    vec![
        Synapse::conductance(200.0, 2.0, 5.0, 0.0),
        Synapse::conductance(50.0, 10.0, 5.0, -80.0),
        Synapse::conductance(10.0, 4.0, 5.0, 0.0),
    ]
}

fn characterise(neuron: Neuron) -> Result<Fit, TheoryError> {
    let axis = |n: usize, high: f64| (0..n).map(|k| high * (k + 1) as f64 / n as f64).collect();
    let protocol = Characterisation {
        neuron,
        inactivation: None,
        synapses: synapses(),
        axes_hz: vec![axis(14, 20.0), axis(14, 40.0), axis(6, 24.0)],
        current_pa: 0.0,
        timing: Timing { duration_ms: 4000.0, ..Timing::default() },
        replicates: 4,
        seed: 1,
    };
    let response = protocol.run()?;
    let options = FitOptions { max_rate_hz: 100.0, ..FitOptions::new(Basis::FiveMoments) };
    fit(neuron, &samples(&protocol, &response), &options)
}

fn network(transfers: [TransferFunction; 2]) -> Result<MeanField, TheoryError> {
    let [e, i] = transfers;
    let population =
        |name: &str, size, transfer| Population { name: name.to_owned(), size, transfer };
    let populations = vec![population("RecExc", 4000.0, e), population("RecInh", 1000.0, i)];
    let sources = [Source::Population(0), Source::Population(1), Source::Afferent(0)];
    let projections: Vec<Projection> = (0..2)
        .flat_map(|target| {
            let pairs = sources.into_iter().zip(synapses());
            pairs.map(move |(source, synapse)| Projection { source, target, synapse })
        })
        .collect();
    MeanField::new(populations, 1, &projections)
}

fn main() -> Result<(), TheoryError> {
    let published = [
        stored::transfer_function("spectrum_2018/RecExc")?,
        stored::transfer_function("spectrum_2018/RecInh")?,
    ];
    let fits = [characterise(published[0].neuron)?, characterise(published[1].neuron)?];
    for fit in &fits {
        println!("{:?}", fit.quality);
    }
    let [e, i] = fits.map(|fit| fit.transfer);
    let (theirs, ours) = (network(published)?, network([e, i])?);
    println!("afferent Hz   published E, I Hz      fitted here E, I Hz    simulated E, I Hz");
    let mut from = vec![1.0, 1.0];
    for afferent in [2.0, 4.0, 8.0, 10.0, 15.0, 20.0] {
        let mut row = format!("{afferent:>8}");
        let mut input = theirs.no_input();
        input.afferent_hz[0] = afferent;
        let simulated = theirs.simulated_point(&from, &input, SelfConsistency::default())?;
        from = simulated.rate_hz;
        for model in [&theirs, &ours] {
            let point = model.relax(&model.state(&from)?, &input)?;
            row += &format!("   {:>9.4} {:>9.4}", point.rate_hz[0], point.rate_hz[1]);
        }
        println!("{row}   {:>9.4} {:>9.4}", from[0], from[1]);
    }
    Ok(())
}
