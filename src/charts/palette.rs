//! Colours of pages and charts, and whether they can be told apart.
//!
//! The default marks are the first four of the Analysis Function's palette for charts; the dark page has a ramp of its
//! own, because three of those vanish on black. Contrast is WCAG 2.2's, in integers.

use std::fmt;

/// A colour in sRGB.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// Reads `#12436d`.
    pub fn parse(text: &str) -> Option<Self> {
        let hexadecimal =
            |digits: &&str| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        let digits = text.strip_prefix('#').filter(hexadecimal)?;
        let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        Some(Self(part(0)?, part(2)?, part(4)?))
    }

    /// Relative luminance after WCAG 2.2, in millionths.
    fn luminance(self) -> u64 {
        let linear = |channel: u8| u64::from(LINEAR[usize::from(channel)]);
        (2126 * linear(self.0) + 7152 * linear(self.1) + 722 * linear(self.2)) / 10_000
    }

    /// Contrast ratio with another colour after WCAG 2.2, in hundredths, rounded down: 450 is 4.5 to 1.
    pub fn contrast(self, other: Self) -> u64 {
        let (a, b) = (self.luminance() + 50_000, other.luminance() + 50_000);
        100 * a.max(b) / a.min(b)
    }
}

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// Colours of marks.
pub(crate) const COLOURS: usize = 4;
/// Contrast that text needs with what is behind it, in hundredths.
const TEXT_CONTRAST: u64 = 450;
/// Contrast that marks need with the page and with their neighbours, in hundredths.
const MARK_CONTRAST: u64 = 300;

/// The colours of one page: in the light, or in the dark.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shades {
    /// Behind everything.
    pub paper: Rgb,
    /// Text, and the axis.
    pub ink: Rgb,
    /// Text of less weight.
    pub soft: Rgb,
    /// Lines behind marks.
    pub grid: Rgb,
    /// Links and rules.
    pub accent: Rgb,
    /// Marks, in the order in which they are used.
    pub marks: [Rgb; COLOURS],
}

impl Shades {
    /// Behind cards, code and what is pointed at: a twentieth of ink on paper.
    pub fn tint(&self) -> Rgb {
        let mix = |paper: u8, ink: u8| ((u32::from(paper) * 19 + u32::from(ink)) / 20) as u8;
        let Self { paper, ink, .. } = self;
        Rgb(mix(paper.0, ink.0), mix(paper.1, ink.1), mix(paper.2, ink.2))
    }

    /// The colour in which text can be read on a mark: white or black. One of the two has 4.58 to 1 with any colour.
    pub fn on(&self, mark: usize) -> Rgb {
        let (white, black) = (Rgb(0xff, 0xff, 0xff), Rgb(0, 0, 0));
        let mark = self.marks[mark];
        if white.contrast(mark) >= TEXT_CONTRAST { white } else { black }
    }

    /// Pairs of colours that cannot be told apart, each with what they are and the contrast that they have and need.
    pub fn faults(&self) -> Vec<Fault> {
        let mut pairs = vec![
            ("text".to_string(), self.ink, self.paper, TEXT_CONTRAST),
            ("small text".to_string(), self.soft, self.paper, TEXT_CONTRAST),
            ("links".to_string(), self.accent, self.paper, TEXT_CONTRAST),
            ("links on cards".to_string(), self.accent, self.tint(), TEXT_CONTRAST),
            ("small text on cards".to_string(), self.soft, self.tint(), TEXT_CONTRAST),
        ];
        for (index, mark) in self.marks.iter().enumerate() {
            let number = index + 1;
            pairs.push((format!("mark {number} and the page"), *mark, self.paper, MARK_CONTRAST));
            if let Some(next) = self.marks.get(number) {
                let what = format!("marks {number} and {}", number + 1);
                pairs.push((what, *mark, *next, MARK_CONTRAST));
            }
        }
        let faults = pairs.into_iter().map(|(what, a, b, needs)| Fault {
            what,
            colours: (a, b),
            has: a.contrast(b),
            needs,
        });
        faults.filter(|fault| fault.has < fault.needs).collect()
    }
}

/// Two colours with too little contrast.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// What they are.
    pub what: String,
    /// The two.
    pub colours: (Rgb, Rgb),
    /// Their contrast, in hundredths.
    pub has: u64,
    /// What they need.
    pub needs: u64,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ratio = |hundredths: u64| format!("{}.{:02} to 1", hundredths / 100, hundredths % 100);
        let Self { what, colours: (a, b), has, needs } = self;
        write!(
            f,
            "{what}: {a} and {b} have a contrast of {}, and need {}",
            ratio(*has),
            ratio(*needs)
        )
    }
}

/// The colours of a report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Palette {
    /// By day, and on paper.
    pub light: Shades,
    /// For readers whose system is dark.
    pub dark: Shades,
}

impl Default for Palette {
    fn default() -> Self {
        Self {
            light: Shades {
                paper: Rgb(0xff, 0xff, 0xff),
                ink: Rgb(0x1f, 0x29, 0x33),
                soft: Rgb(0x52, 0x5f, 0x6b),
                grid: Rgb(0xd5, 0xda, 0xe0),
                accent: Rgb(0x12, 0x43, 0x6d),
                marks: [
                    Rgb(0x12, 0x43, 0x6d),
                    Rgb(0x28, 0xa1, 0x97),
                    Rgb(0x80, 0x16, 0x50),
                    Rgb(0xf4, 0x6a, 0x25),
                ],
            },
            dark: Shades {
                paper: Rgb(0x14, 0x18, 0x1d),
                ink: Rgb(0xe8, 0xeb, 0xee),
                soft: Rgb(0xa9, 0xb4, 0xbf),
                grid: Rgb(0x3b, 0x44, 0x4d),
                accent: Rgb(0x8e, 0xc1, 0xee),
                marks: [
                    Rgb(0x2f, 0x74, 0xb5),
                    Rgb(0x93, 0xe0, 0xd6),
                    Rgb(0xbd, 0x4a, 0x86),
                    Rgb(0xff, 0xcf, 0xa8),
                ],
            },
        }
    }
}

/// The linear light of each channel value, in millionths, after IEC 61966-2-1.
#[rustfmt::skip]
const LINEAR: [u32; 256] = [
    0, 304, 607, 911, 1214, 1518, 1821, 2125, 2428, 2732, 3035, 3347, 3677, 4025, 4391, 4777,
    5182, 5605, 6049, 6512, 6995, 7499, 8023, 8568, 9134, 9721, 10330, 10960, 11612, 12286, 12983, 13702,
    14444, 15209, 15996, 16807, 17642, 18500, 19382, 20289, 21219, 22174, 23153, 24158, 25187, 26241, 27321, 28426,
    29557, 30713, 31896, 33105, 34340, 35601, 36889, 38204, 39546, 40915, 42311, 43735, 45186, 46665, 48172, 49707,
    51269, 52861, 54480, 56128, 57805, 59511, 61246, 63010, 64803, 66626, 68478, 70360, 72272, 74214, 76185, 78187,
    80220, 82283, 84376, 86500, 88656, 90842, 93059, 95307, 97587, 99899, 102_242, 104_616, 107_023, 109_462, 111_932, 114_435,
    116_971, 119_538, 122_139, 124_772, 127_438, 130_136, 132_868, 135_633, 138_432, 141_263, 144_128, 147_027, 149_960, 152_926, 155_926, 158_961,
    162_029, 165_132, 168_269, 171_441, 174_647, 177_888, 181_164, 184_475, 187_821, 191_202, 194_618, 198_069, 201_556, 205_079, 208_637, 212_231,
    215_861, 219_526, 223_228, 226_966, 230_740, 234_551, 238_398, 242_281, 246_201, 250_158, 254_152, 258_183, 262_251, 266_356, 270_498, 274_677,
    278_894, 283_149, 287_441, 291_771, 296_138, 300_544, 304_987, 309_469, 313_989, 318_547, 323_143, 327_778, 332_452, 337_164, 341_914, 346_704,
    351_533, 356_400, 361_307, 366_253, 371_238, 376_262, 381_326, 386_429, 391_572, 396_755, 401_978, 407_240, 412_543, 417_885, 423_268, 428_690,
    434_154, 439_657, 445_201, 450_786, 456_411, 462_077, 467_784, 473_531, 479_320, 485_150, 491_021, 496_933, 502_886, 508_881, 514_918, 520_996,
    527_115, 533_276, 539_479, 545_724, 552_011, 558_340, 564_712, 571_125, 577_580, 584_078, 590_619, 597_202, 603_827, 610_496, 617_207, 623_960,
    630_757, 637_597, 644_480, 651_406, 658_375, 665_387, 672_443, 679_542, 686_685, 693_872, 701_102, 708_376, 715_694, 723_055, 730_461, 737_910,
    745_404, 752_942, 760_525, 768_151, 775_822, 783_538, 791_298, 799_103, 806_952, 814_847, 822_786, 830_770, 838_799, 846_873, 854_993, 863_157,
    871_367, 879_622, 887_923, 896_269, 904_661, 913_099, 921_582, 930_111, 938_686, 947_307, 955_973, 964_686, 973_445, 982_251, 991_102, 1_000_000,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrasts_are_those_of_wcag() {
        // computed with Python from the formula of WCAG 2.2
        for (a, b, hundredths) in [
            ("#000000", "#ffffff", 2100),
            ("#12436d", "#ffffff", 1025),
            ("#28a197", "#ffffff", 316),
            ("#12436d", "#28a197", 324),
            ("#8ec1ee", "#14181d", 934),
        ] {
            let (a, b) = (Rgb::parse(a).expect("a colour"), Rgb::parse(b).expect("a colour"));
            assert!(a.contrast(b).abs_diff(hundredths) <= 1, "{a} {b}: {}", a.contrast(b));
        }
        assert_eq!(Rgb::parse("#12436"), None);
        assert_eq!(Rgb::parse("12436d0"), None);
    }

    #[test]
    fn the_built_in_colours_can_be_told_apart() {
        let palette = Palette::default();
        assert_eq!(palette.light.faults(), Vec::new());
        assert_eq!(palette.dark.faults(), Vec::new());
    }
}
