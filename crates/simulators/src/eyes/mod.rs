//! Eyes: a ball that turns behind two lids, framed as eyes that are cut out of photographs of faces.
//!
//! The picture shows the eye whose outer corner is on the left. 1.27 pixels are a millimetre, so that an iris of 11.7
//! mm and an eyeball of 24 mm (the usual ones of an adult) are of the size that they have in the photographs.

mod anatomy;
mod draw;
mod lashes;

use forger_protocol::Random;

use crate::{Labels, Sample};

/// Rows of a picture.
pub const HEIGHT: usize = 35;

/// Columns of a picture.
pub const WIDTH: usize = 55;

/// The furthest that an eye looks aside, degrees.
pub const YAW: f32 = 30.0;

/// The furthest that an eye looks up or down, degrees.
pub const PITCH: f32 = 20.0;

/// One eye. Shares are in `[0, 1]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Eye {
    /// Degrees, above 0 towards the picture's right; at most [`YAW`].
    pub yaw: f32,
    /// Degrees, above 0 upwards; at most [`PITCH`].
    pub pitch: f32,
    /// How far the lids are apart, of wide open.
    pub openness: f32,
    /// Radius of the pupil, of the iris: 0.2 in the sun to 0.65 in the dark.
    pub pupil: f32,
    /// Where the light stands, degrees: 0 above, above 0 towards the picture's right; at most 90.
    pub light: f32,
    /// How much light and shade differ.
    pub contrast: f32,
    /// How bright the skin is.
    pub skin: f32,
    /// How bright the iris is.
    pub iris: f32,
    /// Where the middle of the eye is, pixels from where it usually is.
    pub shift: [f32; 2],
    /// Size, of the usual one.
    pub scale: f32,
    /// Turn of the corners, degrees: above 0, the inner one is higher.
    pub tilt: f32,
    /// How far the lids can open.
    pub lids: f32,
    /// How deep the eye lies under the brow: its shadow, and the fold above the lid.
    pub depth: f32,
    /// How low the brow is: seen at the upper rim above a half.
    pub brow: f32,
    /// Length and darkness of the lashes.
    pub lashes: f32,
    /// Which hairs and fibres: another number, others.
    pub detail: u32,
}

impl Eye {
    /// Draws the parameters at random. Who looks down lowers the lid, too.
    pub fn random(random: &mut Random) -> Self {
        let mut within = |low: f32, high: f32| low + (high - low) * random.uniform();
        // Sums of two chances: eyes look ahead more often than aside.
        let yaw = within(-0.5, 0.5) * YAW + within(-0.5, 0.5) * YAW;
        let pitch = within(-0.5, 0.5) * PITCH + within(-0.5, 0.5) * PITCH;
        let follows = 0.012 * pitch.min(0.0);
        Self {
            yaw,
            pitch,
            openness: (within(0.55, 0.8) + within(0.05, 0.25) + follows).max(0.3),
            pupil: within(0.28, 0.52),
            light: within(-45.0, 45.0) + within(-45.0, 45.0),
            contrast: within(0.1, 0.9),
            skin: within(0.05, 0.5) + within(0.1, 0.5),
            iris: within(0.0, 1.0) * within(0.1, 1.0),
            shift: [within(-1.5, 1.5), within(-1.2, 1.2)],
            scale: within(0.9, 1.08),
            tilt: within(-5.0, 5.0),
            lids: within(0.25, 1.0),
            depth: within(0.0, 1.0),
            brow: within(0.0, 1.0) * within(0.0, 1.0),
            lashes: within(0.0, 1.0),
            detail: random.below(1 << 24) as u32,
        }
    }

    /// Grey in `[0, 1]`, row by row, [`HEIGHT`] rows of [`WIDTH`]. Parameters beyond their ranges count as the nearest
    /// within.
    pub fn draw(&self) -> Vec<f32> {
        draw::draw(&self.within())
    }

    pub fn labels(&self) -> Labels {
        let eye = self.within();
        let [x, y] = anatomy::Anatomy::of(&eye).pupil();
        Labels::Eye { yaw: eye.yaw, pitch: eye.pitch, pupil: (x, y), openness: eye.openness }
    }

    /// The picture with its labels.
    pub fn sample(&self) -> Sample {
        Sample { pixels: self.draw(), labels: self.labels() }
    }

    /// The same eye as it looks when its pupil is to be at `[x, y]` (pixels), or as near to it as it can.
    #[must_use]
    pub fn looking_at(&self, pupil: [f32; 2]) -> Self {
        let eye = self.within();
        let (yaw, pitch) = anatomy::Anatomy::of(&eye).gaze_to(pupil);
        Self { yaw, pitch, ..eye }.within()
    }

    fn within(&self) -> Self {
        let share = |value: f32| value.clamp(0.0, 1.0);
        Self {
            yaw: self.yaw.clamp(-YAW, YAW),
            pitch: self.pitch.clamp(-PITCH, PITCH),
            openness: share(self.openness),
            pupil: self.pupil.clamp(0.15, 0.8),
            light: self.light.clamp(-90.0, 90.0),
            contrast: share(self.contrast),
            skin: share(self.skin),
            iris: share(self.iris),
            shift: self.shift.map(|pixels| pixels.clamp(-5.0, 5.0)),
            scale: self.scale.clamp(0.7, 1.3),
            tilt: self.tilt.clamp(-20.0, 20.0),
            lids: share(self.lids),
            depth: share(self.depth),
            brow: share(self.brow),
            lashes: share(self.lashes),
            detail: self.detail,
        }
    }
}
