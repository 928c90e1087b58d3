//! What a command is told of the pictures it takes.

use std::{
    fmt::{self, Display, Formatter},
    path::PathBuf,
    str::FromStr,
};

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

#[derive(Args, Clone)]
pub struct DataArgs {
    /// mnist, avatars or avatars:COUNT (faces that Forger draws), a folder of pictures, a tar or tar.gz of them, or IDX files (a file, or a folder that holds them); `set.tar:one,other` means these folders in it only
    #[arg(long)]
    pub data: String,
    /// Which part, for sets that have parts
    #[arg(long, value_enum, default_value_t = Split::Train)]
    pub split: Split,
    /// For sets without parts: keep the last so many pictures back, of each folder its share, as --split test
    #[arg(long, default_value_t = 0)]
    pub holdout: usize,
    /// Cut this out of every picture first, in pixels: left,top,right,bottom
    #[arg(long, value_name = "L,T,R,B")]
    pub crop: Option<Crop>,
    /// What lies behind pictures that are transparent: white if not given
    #[arg(long, value_name = "RRGGBB")]
    pub background: Option<Background>,
    /// What is in the pictures: a CSV of file name and attributes, 1 or 0; attributes.csv in or beside the data if not given
    #[arg(long)]
    pub attributes: Option<PathBuf>,
    /// Of every picture all squares of the model's size that begin so many pixels apart, and nothing made smaller: for what is told by small parts
    #[arg(long, value_name = "STRIDE")]
    pub patches: Option<usize>,
}

impl DataArgs {
    /// What follows `--data` in the command of a measure, with the name of the set in place of where it lies.
    pub fn flags(&self, name: &str) -> String {
        let split = if self.split == Split::Test { " --split test" } else { "" };
        let crop = self.crop.map(|crop| format!(" --crop {crop}"));
        let background = self.background.map(|colour| format!(" --background {colour}"));
        let holdout = if self.holdout > 0 { format!(" --holdout {}", self.holdout) } else { String::new() };
        let patches = self.patches.map(|stride| format!(" --patches {stride}")).unwrap_or_default();
        format!("{name}{split}{}{}{holdout}{patches}", crop.unwrap_or_default(), background.unwrap_or_default())
    }

    /// Refuses what would change pictures that are taken as they are: such flags must not do nothing in silence.
    pub(super) fn refuse_changes(&self, what: &str) -> Result<()> {
        if self.crop.is_some() {
            bail!("{what}: leave --crop out");
        }
        if self.patches.is_some() {
            bail!("{what}: leave --patches out");
        }
        if self.background.is_some() {
            bail!("{what}, and nothing in them is transparent: leave --background out");
        }
        Ok(())
    }
}

/// A colour of red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Background(pub [u8; 3]);

impl Default for Background {
    fn default() -> Self {
        Self([255; 3])
    }
}

impl Display for Background {
    fn fmt(&self, text: &mut Formatter) -> fmt::Result {
        self.0.iter().try_for_each(|value| write!(text, "{value:02x}"))
    }
}

impl FromStr for Background {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.strip_prefix('#').unwrap_or(text);
        let is_colour = digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let value = u32::from_str_radix(digits, 16).ok().filter(|_| is_colour);
        let [_, red, green, blue] = value.ok_or("give a colour as RRGGBB, such as ffffff for white")?.to_be_bytes();
        Ok(Self([red, green, blue]))
    }
}

/// A part of a picture in pixels; right and bottom are the first that are left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crop(pub [u32; 4]);

impl Display for Crop {
    fn fmt(&self, text: &mut Formatter) -> fmt::Result {
        text.write_str(&self.0.map(|edge| edge.to_string()).join(","))
    }
}

impl FromStr for Crop {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split(',').map(|part| part.trim().parse()).collect::<Result<Vec<u32>, _>>();
        match numbers.as_deref() {
            Ok(&[left, top, right, bottom]) if left < right && top < bottom => Ok(Self([left, top, right, bottom])),
            _ => Err("give four numbers as left,top,right,bottom with left < right and top < bottom".into()),
        }
    }
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Split {
    Train,
    Test,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_six_digits() {
        let colour = "#00fF7f".parse::<Background>().unwrap();
        assert_eq!((colour, colour.to_string()), (Background([0, 255, 127]), "00ff7f".to_owned()));
        for wrong in ["", "white", "fff", "+fffff", "0000000", "\u{e9}\u{e9}\u{e9}"] {
            assert!(wrong.parse::<Background>().unwrap_err().contains("RRGGBB"), "{wrong}");
        }
    }
}
