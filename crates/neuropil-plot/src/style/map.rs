//! Colour maps: from a number to a colour.

use super::color::Color;

/// A colour map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColorMap {
    /// Dark blue over green to yellow, of even steps in lightness (viridis): for amounts.
    #[default]
    Viridis,
    /// Black over red and orange to pale yellow (inferno): for activity and voltage.
    Inferno,
    /// Blue over white to red: for deviations from a middle.
    Diverging,
    /// White to black.
    Greys,
}

/// Colours at equal distances; viridis and inferno after van der Walt & Smith (2015, CC0).
const VIRIDIS: [u32; 9] = [
    0x44_01_54, 0x47_2d_7b, 0x3b_52_8b, 0x2c_72_8e, 0x21_91_8c, 0x28_ae_80, 0x5e_c9_62, 0xad_dc_30,
    0xfd_e7_25,
];
const INFERNO: [u32; 9] = [
    0x00_00_04, 0x1f_0c_48, 0x55_0f_6d, 0x88_22_6a, 0xba_36_55, 0xe3_59_33, 0xf9_8c_0a, 0xf9_c9_32,
    0xfc_ff_a4,
];
const DIVERGING: [u32; 5] = [0x21_52_9b, 0x8f_b4_da, 0xf7_f7_f7, 0xe9_9a_86, 0xa5_1d_26];
const GREYS: [u32; 2] = [0xff_ff_ff, 0x00_00_00];

impl ColorMap {
    /// The colour at `place` in [0, 1]; places outside take the ends, not-a-number a light grey.
    pub fn at(self, place: f64) -> Color {
        if place.is_nan() {
            return Color::rgb(0xd9_d9_d9);
        }
        let anchors: &[u32] = match self {
            Self::Viridis => &VIRIDIS,
            Self::Inferno => &INFERNO,
            Self::Diverging => &DIVERGING,
            Self::Greys => &GREYS,
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
        assert_eq!(ColorMap::Viridis.at(0.0), Color::rgb(0x44_01_54));
        assert_eq!(ColorMap::Viridis.at(1.0), Color::rgb(0xfd_e7_25));
        assert_eq!(ColorMap::Diverging.at(0.5), Color::rgb(0xf7_f7_f7));
        assert_eq!(ColorMap::Greys.at(7.0), Color::rgb(0));
    }
}
