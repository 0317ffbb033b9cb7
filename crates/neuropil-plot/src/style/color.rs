//! Colours.

/// A colour, without transparency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color {
    /// Red.
    pub r: u8,
    /// Green.
    pub g: u8,
    /// Blue.
    pub b: u8,
}

impl Color {
    /// Black.
    pub const BLACK: Self = Self::rgb(0x111111);
    /// The grey of notes and references.
    pub const GREY: Self = Self::rgb(0x7a7a7a);
    /// The blue of excitatory populations.
    pub const BLUE: Self = Self::rgb(0x1f5fa8);
    /// The red of inhibitory populations.
    pub const RED: Self = Self::rgb(0xc23b2e);
    /// The dark red that goes with black in rasters of clustered networks.
    pub const DARK_RED: Self = Self::rgb(0x8b0000);
    /// White.
    pub const WHITE: Self = Self::rgb(0xffffff);

    /// `0xrrggbb`.
    pub const fn rgb(code: u32) -> Self {
        Self { r: (code >> 16) as u8, g: (code >> 8) as u8, b: code as u8 }
    }

    /// Reads `#rrggbb`, or a name: black, grey, blue, red, darkred, green, orange, purple, white.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(digits) = text.strip_prefix('#').filter(|d| d.len() == 6) {
            return u32::from_str_radix(digits, 16).ok().map(Self::rgb);
        }
        let named = [
            ("black", Self::BLACK),
            ("grey", Self::GREY),
            ("gray", Self::GREY),
            ("blue", Self::BLUE),
            ("red", Self::RED),
            ("darkred", Self::DARK_RED),
            ("green", CYCLE[2]),
            ("orange", CYCLE[3]),
            ("purple", CYCLE[4]),
            ("white", Self::WHITE),
        ];
        named.into_iter().find(|(name, _)| *name == text).map(|(_, color)| color)
    }

    /// The `index`-th colour of the cycle, whose neighbours are told apart with any colour vision.
    pub const fn nth(index: usize) -> Self {
        CYCLE[index % CYCLE.len()]
    }

    /// The colours of populations: the first excitatory name is blue and the first inhibitory one red
    /// (by the habit of names that begin with `E` or `I`, or contain `exc` or `inh`); all others
    /// follow the cycle.
    pub fn of_populations<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<Self> {
        let (mut blue, mut red, mut next) = (false, false, 2);
        let mut other = || {
            next += 1;
            Self::nth(next - 1)
        };
        let pick = |name: &str| {
            let lower = name.to_lowercase();
            let excitatory = name.starts_with('E') || lower.contains("exc");
            let inhibitory = name.starts_with('I') || lower.contains("inh");
            if excitatory && !inhibitory && !blue {
                blue = true;
                Self::BLUE
            } else if inhibitory && !red {
                red = true;
                Self::RED
            } else {
                other()
            }
        };
        names.into_iter().map(pick).collect()
    }

    /// A mixture with white: 0 is white, 1 the colour itself.
    pub fn tint(self, share: f64) -> Self {
        let mix = |c: u8| (255.0 - (255.0 - f64::from(c)) * share).round().clamp(0.0, 255.0) as u8;
        Self { r: mix(self.r), g: mix(self.g), b: mix(self.b) }
    }
}

/// Blue and red as above, then hues after Okabe & Ito (2008), darkened for thin lines on white.
const CYCLE: [Color; 8] = [
    Color::BLUE,
    Color::RED,
    Color::rgb(0x1b8a5a),
    Color::rgb(0xd98300),
    Color::rgb(0x7b4fa3),
    Color::rgb(0x3a9fc9),
    Color::rgb(0xb05c8c),
    Color::rgb(0x6b6b2a),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excitation_is_blue_and_inhibition_red() {
        let colors = Color::of_populations(["E", "I", "RecExc", "thalamus"]);
        assert_eq!(colors[..2], [Color::BLUE, Color::RED]);
        assert_ne!(colors[2], colors[3]);
        assert_eq!(Color::of_populations(["RecInh", "RecExc"]), [Color::RED, Color::BLUE]);
    }

    #[test]
    fn hexadecimal_and_names_are_read() {
        assert_eq!(Color::parse("#1f5fa8"), Some(Color::BLUE));
        assert_eq!(Color::parse("darkred"), Some(Color::DARK_RED));
        assert_eq!(Color::parse("#12"), None);
    }
}
