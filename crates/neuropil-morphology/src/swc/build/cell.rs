//! Building the cell under the profile asked for.

use super::{morphio, neuron, peers, soma};
use crate::morphology::Morphology;
use crate::swc::check::{examine, tolerates};
use crate::swc::error::SwcError;
use crate::swc::mend::mended;
use crate::swc::options::{Options, Profile};
use crate::swc::sample::SampleTree;
use crate::swc::warning::{Loaded, SwcWarning};

impl SampleTree {
    /// The cell these samples depict.
    ///
    /// Under [`Profile::Neuropil`]: a section is an unbranched run of one type. A neurite begins with
    /// its parent's point, except where it leaves a spherical soma or the inside of a stack: there
    /// it begins with its own first sample, attached to the soma without a piece of cable between
    /// (one that has but a single sample gets a piece from the soma's centre, of its own radius).
    /// A neurite that leaves the end of a stack begins with the place of the soma's last sample and
    /// its own first radius. These are NEURON's rules; ours differ in one point: a section whose first
    /// sample lies where its parent does begins with that sample, so that a file can say that a
    /// branch is thinner than its parent from its beginning on.
    ///
    /// What has only one reading is mended, with a warning for each change: lengths in nanometres
    /// where the header says so, single radii of 0 inside a run, pieces of axon and samples that are
    /// joined to nothing.
    ///
    /// # Errors
    /// [`SwcError`]: the first defect in the order of lines that the profile does not tolerate.
    pub fn build(&self, options: &Options) -> Result<Loaded<Morphology>, SwcError> {
        let Some(mended) = mended(self, options) else { return self.as_it_stands(options) };
        let (tree, changes) = mended?;
        let mut loaded = tree.as_it_stands(options)?;
        let said = changes.into_iter().map(|change| SwcWarning::Mended { change });
        loaded.warnings.splice(0..0, said);
        Ok(loaded)
    }

    fn as_it_stands(&self, options: &Options) -> Result<Loaded<Morphology>, SwcError> {
        let found = examine(self, options);
        let mut errors = found.errors;
        errors.extend(soma::defects(self, options));
        let mut warnings = found.warnings;
        for error in errors {
            if !tolerates(options.profile, &error) {
                return Err(error);
            }
            warnings.push(SwcWarning::Tolerated { profile: options.profile.name(), error });
        }
        let value = match options.profile {
            Profile::Neuropil => soma::build(self, options, &mut warnings)?,
            Profile::Neuron => neuron::build(self, &mut warnings)?,
            Profile::Arbor => peers::arbor(self, &mut warnings)?,
            Profile::ArborNeuron => peers::arbor_neuron(self, &mut warnings)?,
            Profile::Morphio => morphio::build(self, &mut warnings)?,
        };
        Ok(Loaded { value, warnings })
    }

    /// What the soma samples are taken for under our own profile and the policy asked for, in words.
    pub fn soma_decision(&self, options: &Options) -> String {
        soma::decision(self, options)
    }

    /// Every defect and oddity, the defects in order of line; empty lists for a clean file.
    pub fn findings(&self, options: &Options) -> (Vec<SwcError>, Vec<SwcWarning>) {
        let found = examine(self, options);
        let mut errors = found.errors;
        errors.extend(soma::defects(self, options));
        (errors, found.warnings)
    }
}
