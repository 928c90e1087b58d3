//! What the simulator draws: an eye or a digit whose parameters the user changes.

use std::collections::BTreeMap;

use forger_simulators::{Sample, Simulator, at, digits::Digit, eyes, eyes::Eye};

use crate::pages::image_to_image::ask::Picture;

#[derive(Clone, PartialEq)]
pub enum Subject {
    Eye(Eye),
    Digit(Digit),
}

/// A parameter that has a slider, by its name in links.
#[derive(Clone, Copy, PartialEq)]
pub struct Control {
    pub name: &'static str,
    pub min: f32,
    pub max: f32,
    pub step: f32,
}

const fn control(name: &'static str, min: f32, max: f32, step: f32) -> Control {
    Control { name, min, max, step }
}

const EYE: [Control; 6] = [
    control("yaw", -eyes::YAW, eyes::YAW, 1.0),
    control("pitch", -eyes::PITCH, eyes::PITCH, 1.0),
    control("openness", 0.0, 1.0, 0.02),
    control("pupil", 0.2, 0.7, 0.02),
    control("light", -90.0, 90.0, 5.0),
    control("skin", 0.0, 1.0, 0.02),
];

const DIGIT: [Control; 4] = [
    control("slant", -0.3, 0.7, 0.02),
    control("thickness", 1.0, 5.0, 0.1),
    control("width", 0.5, 1.4, 0.02),
    control("turn", -30.0, 30.0, 1.0),
];

/// The parameters of a simulator that have a slider.
pub fn controls(simulator: Simulator) -> &'static [Control] {
    match simulator {
        Simulator::Eyes => &EYE,
        Simulator::Digits => &DIGIT,
    }
}

impl Subject {
    /// A sample of the row that a seed means.
    pub fn nth(simulator: Simulator, seed: u32, index: u64) -> Self {
        let random = &mut at(seed, index);
        match simulator {
            Simulator::Eyes => Self::Eye(Eye::random(random)),
            Simulator::Digits => Self::Digit(Digit::random(random)),
        }
    }

    pub fn simulator(&self) -> Simulator {
        match self {
            Self::Eye(_) => Simulator::Eyes,
            Self::Digit(_) => Simulator::Digits,
        }
    }

    /// The picture with its labels.
    pub fn sample(&self) -> Sample {
        match self {
            Self::Eye(eye) => eye.sample(),
            Self::Digit(digit) => digit.sample(),
        }
    }

    /// A parameter by its name; `None` where it has no such.
    pub fn get(&self, name: &str) -> Option<f32> {
        match self {
            Self::Digit(digit) if name == "class" => Some(f32::from(digit.class)),
            _ => self.clone().field(name).copied(),
        }
    }

    /// Changes a parameter, if there is one of that name.
    pub fn set(&mut self, name: &str, value: f32) {
        match self {
            Self::Digit(digit) if name == "class" => digit.class = value.clamp(0.0, 9.0) as u8,
            _ => self.field(name).into_iter().for_each(|field| *field = value),
        }
    }

    /// Whether a slider could set a parameter to this. One that it has not got may be anything.
    pub fn allows(&self, name: &str, value: f32) -> bool {
        match controls(self.simulator()).iter().find(|control| control.name == name) {
            Some(control) => (control.min..=control.max).contains(&value),
            None => name != "class" || ((0.0..=9.0).contains(&value) && value.fract() == 0.0),
        }
    }

    fn field(&mut self, name: &str) -> Option<&mut f32> {
        Some(match (self, name) {
            (Self::Eye(eye), "yaw") => &mut eye.yaw,
            (Self::Eye(eye), "pitch") => &mut eye.pitch,
            (Self::Eye(eye), "openness") => &mut eye.openness,
            (Self::Eye(eye), "pupil") => &mut eye.pupil,
            (Self::Eye(eye), "light") => &mut eye.light,
            (Self::Eye(eye), "skin") => &mut eye.skin,
            (Self::Digit(digit), "slant") => &mut digit.slant,
            (Self::Digit(digit), "thickness") => &mut digit.thickness,
            (Self::Digit(digit), "width") => &mut digit.width,
            (Self::Digit(digit), "turn") => &mut digit.turn,
            _ => return None,
        })
    }

    /// Has an eye look at a place of the picture, in pixels. To tenths of a degree, which a link holds.
    pub fn look_at(&mut self, place: [f32; 2]) {
        if let Self::Eye(eye) = self {
            let turned = eye.looking_at(place);
            let tenth = |degrees: f32| (degrees * 10.0).round() / 10.0;
            (eye.yaw, eye.pitch) = (tenth(turned.yaw), tenth(turned.pitch));
        }
    }

    /// Turns an eye by so many degrees.
    pub fn turn(&mut self, yaw: f32, pitch: f32) {
        if let Self::Eye(eye) = self {
            eye.yaw = (eye.yaw + yaw).clamp(-eyes::YAW, eyes::YAW);
            eye.pitch = (eye.pitch + pitch).clamp(-eyes::PITCH, eyes::PITCH);
        }
    }

    /// What is not as in the sample of the seed, for a link.
    pub fn changes(&self, seed: u32) -> BTreeMap<String, f32> {
        let first = Self::nth(self.simulator(), seed, 0);
        let names = controls(self.simulator()).iter().map(|control| control.name).chain(["class"]);
        let changed = names.filter(|name| self.get(name) != first.get(name));
        changed.filter_map(|name| Some((name.to_owned(), self.get(name)?))).collect()
    }
}

/// A sample as the engine takes it.
pub fn picture(simulator: Simulator, sample: &Sample) -> Picture {
    let (height, width) = simulator.size();
    let values = sample.bytes().into_iter().flat_map(|grey| [grey, grey, grey, u8::MAX]).collect();
    Picture { size: [width, height], values }
}

#[cfg(test)]
mod tests {
    use super::*;
    use forger_protocol::refine_url::SETTINGS;

    #[test]
    fn what_is_changed_goes_into_a_link_and_comes_back() {
        for simulator in Simulator::ALL {
            let mut subject = Subject::nth(simulator, 5, 0);
            assert!(subject.changes(5).is_empty());
            for control in controls(simulator) {
                assert!(SETTINGS.contains(&control.name), "{}", control.name);
                subject.set(control.name, control.max);
            }
            subject.set("class", 7.0);
            let changes = subject.changes(5);
            let mut again = Subject::nth(simulator, 5, 0);
            changes.iter().for_each(|(name, value)| again.set(name, *value));
            assert!(again == subject && changes.len() >= controls(simulator).len());
        }
    }

    #[test]
    fn a_parameter_may_be_what_its_slider_allows() {
        let [eye, digit] = Simulator::ALL.map(|simulator| Subject::nth(simulator, 1, 0));
        for (subject, name, value, is_allowed) in [
            (&eye, "pupil", 0.7, true),
            (&eye, "pupil", 50.0, false),
            (&eye, "thickness", 50.0, true),
            (&digit, "thickness", 50.0, false),
            (&digit, "class", 9.0, true),
            (&digit, "class", 3.5, false),
            (&digit, "class", 10.0, false),
        ] {
            assert_eq!(subject.allows(name, value), is_allowed, "{name}={value}");
        }
    }

    #[test]
    fn a_picture_is_grey_and_opaque() {
        let sample = Subject::nth(Simulator::Eyes, 1, 0).sample();
        let Picture { size, values } = picture(Simulator::Eyes, &sample);
        assert_eq!((size, values.len()), ([55, 35], 55 * 35 * 4));
        assert!(values.chunks_exact(4).all(|pixel| pixel[0] == pixel[1] && pixel[1] == pixel[2] && pixel[3] == 255));
    }
}
