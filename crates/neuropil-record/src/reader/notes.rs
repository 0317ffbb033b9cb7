//! Provenance and outcome.

use hdf5::Group;
use hdf5::types::FixedAscii;

use super::{Place, ReadError};
use crate::provenance::{InputFile, PopulationInfo, Provenance, Status};

/// What `/neuropil` says.
#[derive(Debug, Clone, PartialEq)]
pub struct Metadata {
    /// How the run ended. [`Status::Running`] in a file that can be opened means that its process
    /// was killed: everything up to the last flush is there.
    pub status: Status,
    /// Experiment, parameters, version, seed, populations, inputs, warnings.
    pub provenance: Provenance,
    /// Time step `[ms]`.
    pub dt_ms: f64,
    /// Model time that was reached `[ms]`; of a run that was killed, at the last flush.
    pub simulated_ms: f64,
    /// Phases and their wall time `[s]`, by name.
    pub timings_s: Vec<(String, f64)>,
    /// The message of the error that ended the run.
    pub failure: Option<String>,
}

pub(super) fn read(place: &Place<'_>, group: &Group) -> Result<Metadata, ReadError> {
    let status: FixedAscii<16> = place.attribute(group, "status")?;
    let status = Status::from_name(status.as_str())
        .ok_or_else(|| place.wrong("attribute status of /neuropil", status.as_str()))?;
    let mut timings_s = Vec::new();
    if let Ok(timings) = group.group("timings") {
        let names = timings.attr_names().map_err(place.damaged("/neuropil/timings"))?;
        for name in names {
            let seconds = place.attribute(&timings, &name)?;
            timings_s.push((name, seconds));
        }
    }
    let failure = group.attr("failure").ok().map(|_| place.text(group, "failure")).transpose()?;
    let inputs = group.group("inputs").map_err(place.damaged("/neuropil/inputs"))?;
    let pairs = place.texts(&inputs, "path")?.into_iter().zip(place.texts(&inputs, "sha256")?);
    let provenance = Provenance {
        experiment: scalar_text(place, group, "experiment")?,
        parameters: scalar_text(place, group, "parameters")?,
        version: place.text(group, "version")?,
        seed: place.attribute(group, "seed")?,
        populations: populations(place, group)?,
        inputs: pairs.map(|(path, sha256)| InputFile { path, sha256 }).collect(),
        warnings: place.texts(group, "warnings")?,
    };
    Ok(Metadata {
        status,
        provenance,
        dt_ms: place.attribute(group, "dt_ms")?,
        simulated_ms: place.attribute(group, "simulated_ms")?,
        timings_s,
        failure,
    })
}

fn scalar_text(place: &Place<'_>, group: &Group, name: &str) -> Result<String, ReadError> {
    let mut texts = place.texts(group, name)?;
    texts.pop().ok_or_else(|| place.wrong(format!("/neuropil/{name}"), "it is empty"))
}

fn populations(place: &Place<'_>, group: &Group) -> Result<Vec<PopulationInfo>, ReadError> {
    let Ok(all) = group.group("populations") else { return Ok(Vec::new()) };
    let mut populations = Vec::new();
    for name in all.member_names().map_err(place.damaged("/neuropil/populations"))? {
        let one = all.group(&name).map_err(place.damaged(format!("population {name}")))?;
        let index: u64 = place.attribute(&one, "index")?;
        let size = place.attribute(&one, "size")?;
        populations.push((index, PopulationInfo { name, size, model: place.text(&one, "model")? }));
    }
    populations.sort_by_key(|(index, _)| *index);
    Ok(populations.into_iter().map(|(_, population)| population).collect())
}
