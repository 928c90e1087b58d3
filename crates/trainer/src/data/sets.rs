//! The pictures of two domains that do not belong together in pairs.

use anyhow::{Context as _, Result};
use clap::Args;

use super::{
    Labels, Pictures, Split,
    args::{Background, Crop, DataArgs},
    avatars, labels, load,
};

/// The pictures of two domains.
#[derive(Args, Clone)]
pub struct Sets {
    /// Pictures of the first domain: avatars or avatars:COUNT (faces that Forger draws), a folder of pictures, or a tar or tar.gz
    /// of them; `set.tar:one,other` means these folders in it only
    #[arg(long)]
    pub x: String,
    /// Pictures of the second domain, of any other number
    #[arg(long)]
    pub y: String,
    #[command(flatten)]
    pub flags: SetFlags,
}

/// What is made of the pictures of two domains, and how many are kept back.
#[derive(Args, Clone)]
pub struct SetFlags {
    /// Cut this out of every picture of --x first, in pixels: left,top,right,bottom
    #[arg(long, value_name = "L,T,R,B", requires = "x")]
    pub x_crop: Option<Crop>,
    /// Cut this out of every picture of --y first
    #[arg(long, value_name = "L,T,R,B", requires = "y")]
    pub y_crop: Option<Crop>,
    /// Keep the last so many pictures of --x back, of each folder its share, to measure with (`forger eval translate` with the same
    /// number)
    #[arg(long, default_value_t = 0, requires = "x")]
    pub x_holdout: usize,
    /// Keep the last so many pictures of --y back, of each folder its share
    #[arg(long, default_value_t = 0, requires = "y")]
    pub y_holdout: usize,
    /// What lies behind pictures that are transparent: white if not given
    #[arg(long, value_name = "RRGGBB", requires = "x")]
    pub background: Option<Background>,
}

/// What keeps nothing back is measured on all that it is.
fn part(args: DataArgs, split: Split) -> DataArgs {
    let whole = args.holdout == 0 && !avatars::are_drawn(&args.data);
    DataArgs { split: if whole { Split::Train } else { split }, ..args }
}

impl Sets {
    fn args(&self) -> [DataArgs; 2] {
        let flags = &self.flags;
        let of = |data: &String, crop, holdout| DataArgs {
            data: data.clone(),
            split: Split::Train,
            holdout,
            crop,
            background: flags.background.filter(|_| !avatars::are_drawn(data)),
            attributes: None,
            patches: None,
        };
        [of(&self.x, flags.x_crop, flags.x_holdout), of(&self.y, flags.y_crop, flags.y_holdout)]
    }

    /// Squares of this side, of both domains.
    pub fn load(&self, split: Split, side: usize) -> Result<[Pictures; 2]> {
        let [x, y] = self.args().map(|args| part(args, split));
        let read = |args: DataArgs, flag: &'static str| load(&args, 3, side).context(flag);
        Ok([read(x, "--x")?, read(y, "--y")?])
    }

    /// The attributes of pictures of the first domain, as they were loaded.
    pub fn labels(&self, split: Split, x: &Pictures) -> Result<Labels> {
        let [args, _] = self.args();
        labels(&part(args, split), x).context("--x")
    }

    /// The flags of a command that reads the same, with the names of the sets in place of where they lie.
    pub fn flags(&self, [x, y]: [&str; 2]) -> String {
        let crop = |name, crop: Option<Crop>| crop.map(|crop| format!(" --{name}-crop {crop}")).unwrap_or_default();
        let holdout = |name, count| if count > 0 { format!(" --{name}-holdout {count}") } else { String::new() };
        let background = self.flags.background.map(|colour| format!(" --background {colour}")).unwrap_or_default();
        let crops = crop("x", self.flags.x_crop) + &crop("y", self.flags.y_crop);
        let held = holdout("x", self.flags.x_holdout) + &holdout("y", self.flags.y_holdout);
        format!("--x {x} --y {y}{crops}{held}{background}")
    }
}
