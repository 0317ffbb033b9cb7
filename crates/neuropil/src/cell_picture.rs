//! A morphology as a figure.

use neuropil_morphology::{Kind, Morphology};
use neuropil_plot::kinds::{NeuriteSegment, View, morphology_by_kind};
use neuropil_plot::{Color, Figure, PlotError};

/// The cell in the plane `view`, each piece in the colour of its kind.
///
/// # Errors
/// [`PlotError`] if it cannot be drawn.
pub fn cell_figure(morphology: &Morphology, view: View) -> Result<Figure, PlotError> {
    let (mut segments, mut kinds) = (Vec::new(), Vec::new());
    let mut names: Vec<(String, Color)> = Vec::new();
    for section in morphology.sections() {
        let name = in_words(section.kind());
        let color = match section.kind() {
            Kind::Soma => Color::BLACK,
            Kind::Axon => Color::RED,
            Kind::Dendrite => Color::BLUE,
            Kind::Apical => Color::rgb(0x7b3294),
            _ => Color::GREY,
        };
        let kind = names.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
            names.push((name, color));
            names.len() - 1
        });
        for pair in section.points().windows(2) {
            segments.push(NeuriteSegment {
                from_um: pair[0].xyz_um,
                to_um: pair[1].xyz_um,
                diameter_um: pair[0].radius_um + pair[1].radius_um,
            });
            kinds.push(kind);
        }
    }
    let names: Vec<(&str, Color)> = names.iter().map(|(name, c)| (name.as_str(), *c)).collect();
    morphology_by_kind(&segments, &kinds, &names, view).map(Figure::of)
}

fn in_words(kind: Kind) -> String {
    match kind {
        Kind::Soma => "soma".into(),
        Kind::Axon => "axon".into(),
        Kind::Dendrite => "dendrite".into(),
        Kind::Apical => "apical dendrite".into(),
        other => other.to_string(),
    }
}
