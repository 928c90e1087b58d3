//! What a command is told of the pictures it takes.

use std::{path::PathBuf, str::FromStr};

use clap::{Args, ValueEnum};

#[derive(Args, Clone)]
pub struct DataArgs {
    /// mnist, avatars or avatars:COUNT (faces that Forger draws), a folder of pictures, a tar or tar.gz of them, or IDX files (a file, or a folder that holds them)
    #[arg(long)]
    pub data: String,
    /// Which part, for sets that have parts
    #[arg(long, value_enum, default_value_t = Split::Train)]
    pub split: Split,
    /// For sets without parts: keep the last so many pictures back, as --split test
    #[arg(long, default_value_t = 0)]
    pub holdout: usize,
    /// Cut this out of every picture first, in pixels: left,top,right,bottom
    #[arg(long, value_name = "L,T,R,B")]
    pub crop: Option<Crop>,
    /// What is in the pictures: a CSV of file name and attributes, 1 or 0; attributes.csv in or beside the data if not given
    #[arg(long)]
    pub attributes: Option<PathBuf>,
}

impl DataArgs {
    /// What follows `--data` in the command of a measure, with the name of the set in place of where it lies.
    pub fn flags(&self, name: &str) -> String {
        let split = if self.split == Split::Test { " --split test" } else { "" };
        let crop = self.crop.map(|Crop(at)| format!(" --crop {}", at.map(|edge| edge.to_string()).join(",")));
        let holdout = if self.holdout > 0 { format!(" --holdout {}", self.holdout) } else { String::new() };
        format!("{name}{split}{}{holdout}", crop.unwrap_or_default())
    }
}

/// A part of a picture in pixels; right and bottom are the first that are left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crop(pub [u32; 4]);

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
