//! Colour maps: from a number to a colour.

use super::color::Color;

/// A colour map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColorMap {
    /// Dark blue over green to yellow, of even steps in lightness (viridis): for amounts.
    #[default]
    Viridis,
    /// Black over red and orange to yellow (inferno without its palest part, which is lost on white):
    /// for activity and voltage.
    Inferno,
    /// Blue over white to red: for deviations from a middle.
    Diverging,
    /// White to black.
    Greys,
    /// Black to white: for light.
    Light,
}

/// Colours at equal distances; viridis and inferno after van der Walt & Smith (2015, CC0).
const VIRIDIS: [u32; 9] =
    [0x440154, 0x472d7b, 0x3b528b, 0x2c728e, 0x21918c, 0x28ae80, 0x5ec962, 0xaddc30, 0xfde725];
const INFERNO: [u32; 8] =
    [0x000004, 0x1f0c48, 0x550f6d, 0x88226a, 0xba3655, 0xe35933, 0xf98c0a, 0xf9c932];
const DIVERGING: [u32; 5] = [0x21529b, 0x8fb4da, 0xf7f7f7, 0xe99a86, 0xa51d26];
const GREYS: [u32; 2] = [0xffffff, 0x000000];
const LIGHT: [u32; 2] = [0x000000, 0xffffff];

impl ColorMap {
    /// The colour at `place` in [0, 1]; places outside take the ends, not-a-number a light grey.
    pub fn at(self, place: f64) -> Color {
        if place.is_nan() {
            return Color::rgb(0xd9d9d9);
        }
        let anchors: &[u32] = match self {
            Self::Viridis => &VIRIDIS,
            Self::Inferno => &INFERNO,
            Self::Diverging => &DIVERGING,
            Self::Greys => &GREYS,
            Self::Light => &LIGHT,
        };
        let position = place.clamp(0.0, 1.0) * (anchors.len() - 1) as f64;
        let left = (position as usize).min(anchors.len() - 2);
        let (a, b) = (Color::rgb(anchors[left]), Color::rgb(anchors[left + 1]));
        let share = position - left as f64;
        let mix =
            |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
        Color { r: mix(a.r, b.r), g: mix(a.g, b.g), b: mix(a.b, b.b) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_middle_are_the_anchors() {
        assert_eq!(ColorMap::Viridis.at(0.0), Color::rgb(0x440154));
        assert_eq!(ColorMap::Viridis.at(1.0), Color::rgb(0xfde725));
        assert_eq!(ColorMap::Diverging.at(0.5), Color::rgb(0xf7f7f7));
        assert_eq!(ColorMap::Greys.at(7.0), Color::rgb(0));
    }
}
