//! How like what was made is to what it should be.

use forger_protocol::{PictureRequest, Reply, Request};
use leptos::{prelude::*, task::spawn_local};
use web_sys::File;

use super::{
    pictures::{decode, pixels},
    studio::Studio,
};
use crate::{components::labels, i18n::*};

/// How alike a version and a reference are.
#[derive(Clone, PartialEq)]
pub struct Likeness {
    pub name: String,
    pub psnr: f64,
    pub ssim: f64,
}

impl Studio {
    /// Compares what was made with the picture of a file, which is what should have been made.
    pub fn compare(self, file: &File) {
        let (file, picture) = (file.clone(), self.picture.get_untracked());
        let made = self.versions.get_untracked().into_iter().filter(|version| version.took.is_some());
        spawn_local(async move {
            let Some(picture) = picture else { return };
            let reference = decode(self.locale(), &file).await;
            if !self.has(&picture) {
                return;
            }
            let reference = match reference {
                Ok(reference) => reference,
                Err(said) => return self.toasts.error(said),
            };
            let mut found = Vec::new();
            for version in made {
                let size = [version.canvas.width(), version.canvas.height()];
                if size != reference.size {
                    let ([width, height], [w, h]) = (size, reference.size);
                    let said =
                        td_string!(self.locale(), up_reference_size, w = w, h = h, width = width, height = height);
                    return self.toasts.error(said.to_string());
                }
                let (Some(a), Some(b)) = (pixels(&version.canvas), pixels(&reference.canvas)) else { return };
                let [width, height] = size.map(|side| side as usize);
                // As wide as the factor, as the literature has it.
                let border = (version.canvas.width() / picture.size[0].max(1)) as usize;
                let request = Request::Picture(PictureRequest::Compare { width, height, border });
                match self.engine.request(request, vec![a, b]).await {
                    Ok((Reply::Likeness { psnr, ssim }, _)) => {
                        found.push(Likeness { name: version.name, psnr, ssim });
                    }
                    Ok(_) => {}
                    Err(error) if error.is_quiet() => return,
                    Err(error) => return self.toasts.error(labels::error(self.locale(), &error)),
                }
            }
            if self.has(&picture) {
                self.likeness.set(found);
            }
        });
    }
}
