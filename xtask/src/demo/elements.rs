//! The chemical elements.

use super::{Dataset, quoted};
use std::fmt::Write as _;

/// Symbol, name, standard atomic weight (IUPAC, abridged); in brackets the mass number of the best known isotope.
const ELEMENTS: &str = "\
H Hydrogen 1.008|He Helium 4.0026|Li Lithium 6.94|Be Beryllium 9.0122|B Boron 10.81|C Carbon 12.011|N Nitrogen 14.007|\
O Oxygen 15.999|F Fluorine 18.998|Ne Neon 20.180|Na Sodium 22.990|Mg Magnesium 24.305|Al Aluminium 26.982|Si Silicon 28.085|\
P Phosphorus 30.974|S Sulfur 32.06|Cl Chlorine 35.45|Ar Argon 39.95|K Potassium 39.098|Ca Calcium 40.078|Sc Scandium 44.956|\
Ti Titanium 47.867|V Vanadium 50.942|Cr Chromium 51.996|Mn Manganese 54.938|Fe Iron 55.845|Co Cobalt 58.933|Ni Nickel 58.693|\
Cu Copper 63.546|Zn Zinc 65.38|Ga Gallium 69.723|Ge Germanium 72.630|As Arsenic 74.922|Se Selenium 78.971|Br Bromine 79.904|\
Kr Krypton 83.798|Rb Rubidium 85.468|Sr Strontium 87.62|Y Yttrium 88.906|Zr Zirconium 91.224|Nb Niobium 92.906|\
Mo Molybdenum 95.95|Tc Technetium [97]|Ru Ruthenium 101.07|Rh Rhodium 102.91|Pd Palladium 106.42|Ag Silver 107.87|\
Cd Cadmium 112.41|In Indium 114.82|Sn Tin 118.71|Sb Antimony 121.76|Te Tellurium 127.60|I Iodine 126.90|Xe Xenon 131.29|\
Cs Caesium 132.91|Ba Barium 137.33|La Lanthanum 138.91|Ce Cerium 140.12|Pr Praseodymium 140.91|Nd Neodymium 144.24|\
Pm Promethium [145]|Sm Samarium 150.36|Eu Europium 151.96|Gd Gadolinium 157.25|Tb Terbium 158.93|Dy Dysprosium 162.50|\
Ho Holmium 164.93|Er Erbium 167.26|Tm Thulium 168.93|Yb Ytterbium 173.05|Lu Lutetium 174.97|Hf Hafnium 178.49|\
Ta Tantalum 180.95|W Tungsten 183.84|Re Rhenium 186.21|Os Osmium 190.23|Ir Iridium 192.22|Pt Platinum 195.08|Au Gold 196.97|\
Hg Mercury 200.59|Tl Thallium 204.38|Pb Lead 207.2|Bi Bismuth 208.98|Po Polonium [209]|At Astatine [210]|Rn Radon [222]|\
Fr Francium [223]|Ra Radium [226]|Ac Actinium [227]|Th Thorium 232.04|Pa Protactinium 231.04|U Uranium 238.03|\
Np Neptunium [237]|Pu Plutonium [244]|Am Americium [243]|Cm Curium [247]|Bk Berkelium [247]|Cf Californium [251]|\
Es Einsteinium [252]|Fm Fermium [257]|Md Mendelevium [258]|No Nobelium [259]|Lr Lawrencium [262]|Rf Rutherfordium [267]|\
Db Dubnium [268]|Sg Seaborgium [269]|Bh Bohrium [270]|Hs Hassium [269]|Mt Meitnerium [277]|Ds Darmstadtium [281]|\
Rg Roentgenium [282]|Cn Copernicium [285]|Nh Nihonium [286]|Fl Flerovium [290]|Mc Moscovium [290]|Lv Livermorium [293]|\
Ts Tennessine [294]|Og Oganesson [294]";

/// Noble gases: atomic number and symbol.
const NOBLE: [(usize, &str); 7] = [(2, "He"), (10, "Ne"), (18, "Ar"), (36, "Kr"), (54, "Xe"), (86, "Rn"), (118, "Og")];

/// Shells in the order they fill, with their room.
const ORDER: [(&str, usize); 19] = [
    ("1s", 2),
    ("2s", 2),
    ("2p", 6),
    ("3s", 2),
    ("3p", 6),
    ("4s", 2),
    ("3d", 10),
    ("4p", 6),
    ("5s", 2),
    ("4d", 10),
    ("5p", 6),
    ("6s", 2),
    ("4f", 14),
    ("5d", 10),
    ("6p", 6),
    ("7s", 2),
    ("5f", 14),
    ("6d", 10),
    ("7p", 6),
];

/// Ground states that do not follow the order.
const EXCEPTIONS: [(usize, &str); 20] = [
    (24, "[Ar] 3d5 4s1"),
    (29, "[Ar] 3d10 4s1"),
    (41, "[Kr] 4d4 5s1"),
    (42, "[Kr] 4d5 5s1"),
    (44, "[Kr] 4d7 5s1"),
    (45, "[Kr] 4d8 5s1"),
    (46, "[Kr] 4d10"),
    (47, "[Kr] 4d10 5s1"),
    (57, "[Xe] 5d1 6s2"),
    (58, "[Xe] 4f1 5d1 6s2"),
    (64, "[Xe] 4f7 5d1 6s2"),
    (78, "[Xe] 4f14 5d9 6s1"),
    (79, "[Xe] 4f14 5d10 6s1"),
    (89, "[Rn] 6d1 7s2"),
    (90, "[Rn] 6d2 7s2"),
    (91, "[Rn] 5f2 6d1 7s2"),
    (92, "[Rn] 5f3 6d1 7s2"),
    (93, "[Rn] 5f4 6d1 7s2"),
    (96, "[Rn] 5f7 6d1 7s2"),
    (103, "[Rn] 5f14 7s2 7p1"),
];

/// Period, and group where the element stands in one of the 18.
fn place(number: usize) -> (usize, Option<usize>) {
    let mut before = 0;
    for (index, (noble, _)) in NOBLE.iter().enumerate() {
        if number > *noble {
            before = *noble;
            continue;
        }
        let (length, nth) = (noble - before, number - before);
        let group = match (length, nth) {
            (2, 1) => Some(1),
            (_, 1 | 2) if length > 2 => Some(nth),
            // The lanthanides and actinides, without the last one, stand below the table.
            (32, 3..=16) => None,
            _ => Some(18 - (noble - number)),
        };
        return (index + 1, group);
    }
    (8, None)
}

fn configuration(number: usize) -> String {
    if let Some((_, exception)) = EXCEPTIONS.iter().find(|(at, _)| *at == number) {
        return (*exception).into();
    }
    let core = NOBLE.iter().rev().find(|(noble, _)| *noble < number);
    let inner = core.map_or(0, |(noble, _)| *noble);
    let (mut passed, mut left, mut shells) = (0, number - inner, Vec::new());
    for (shell, room) in ORDER {
        passed += room;
        if passed <= inner || left == 0 {
            continue;
        }
        let here = left.min(room);
        shells.push((shell, here));
        left -= here;
    }
    // Written by shell, not by filling.
    shells.sort_by_key(|(shell, _)| (shell.chars().next(), shell.chars().nth(1).and_then(|kind| "spdf".find(kind))));
    let start = core.map(|(_, symbol)| format!("[{symbol}]"));
    start.into_iter().chain(shells.iter().map(|(shell, n)| format!("{shell}{n}"))).collect::<Vec<_>>().join(" ")
}

pub(super) fn table() -> Dataset {
    let mut json = String::from("[\n");
    let last = ELEMENTS.split('|').count();
    for (index, line) in ELEMENTS.split('|').enumerate() {
        let number = index + 1;
        let mut words = line.split(' ');
        let (symbol, name, weight) =
            (words.next().unwrap_or_default(), words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let mass_number = weight.trim_matches(['[', ']']);
        let stable = mass_number == weight;
        let (period, group) = place(number);
        let _ = writeln!(
            json,
            "  {{\"number\": {number}, \"symbol\": {}, \"name\": {}, \"period\": {period}, \"group\": {}, \"weight\": {}, \
             \"longest_lived\": {}, \"electrons\": {}}}{}",
            quoted(symbol),
            quoted(name),
            group.map_or("null".into(), |group| group.to_string()),
            if stable { weight } else { "null" },
            if stable { "null" } else { mass_number },
            quoted(&configuration(number)),
            if number == last { "" } else { "," },
        );
    }
    json.push_str("]\n");
    Dataset {
        file: "elements.json",
        name: "The 118 chemical elements",
        author: "Surface Tension Samples",
        license: "CC0-1.0",
        price: "0",
        created: "2026-01-05T09:00:00Z",
        categories: &["Chemistry", "Reference"],
        tags: &["periodic table", "atomic weight", "chemistry", "teaching"],
        columns: &[
            ("number", "Atomic number: protons in the nucleus", ""),
            ("symbol", "Symbol", ""),
            ("name", "Name, as IUPAC spells it", ""),
            ("period", "Row of the periodic table", ""),
            ("group", "Column of the periodic table, 1 to 18; empty for lanthanides and actinides", ""),
            ("weight", "Standard atomic weight, abridged; empty where no isotope is stable enough to have one", "u"),
            ("longest_lived", "Mass number of a long-lived isotope, where there is no weight", ""),
            ("electrons", "Electrons of the ground state, from the last noble gas on", ""),
        ],
        description: "\
All elements from hydrogen to oganesson, one object each, in the order of their atomic numbers.

**Good for** teaching, unit tests, and as the table every chemistry program needs and nobody wants to type.

**How it was made.** Names and abridged standard weights are IUPAC's. Period and group follow from the atomic number. Electron \
configurations follow the filling order, with the 20 measured exceptions (chromium, copper, the platinum metals and others) entered \
by hand. For elements heavier than lawrencium the configuration is a prediction, not a measurement.

**Know before use.** An abridged weight has at most five digits: enough for a laboratory's arithmetic, not for isotope work. Helium \
is in group 18 although its electrons would put it in group 2.",
        bytes: json.into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_wall_chart() {
        assert_eq!(ELEMENTS.split('|').count(), 118);
        assert_eq!(place(1), (1, Some(1)));
        assert_eq!(place(2), (1, Some(18)));
        assert_eq!(place(5), (2, Some(13)));
        assert_eq!(place(26), (4, Some(8)));
        assert_eq!(place(57), (6, None));
        assert_eq!(place(71), (6, Some(3)));
        assert_eq!(place(79), (6, Some(11)));
        assert_eq!(place(118), (7, Some(18)));
    }

    #[test]
    fn electrons_fill_their_shells() {
        assert_eq!(configuration(1), "1s1");
        assert_eq!(configuration(26), "[Ar] 3d6 4s2");
        assert_eq!(configuration(24), "[Ar] 3d5 4s1");
        assert_eq!(configuration(82), "[Xe] 4f14 5d10 6s2 6p2");
        assert_eq!(configuration(118), "[Rn] 5f14 6d10 7s2 7p6");
    }
}
