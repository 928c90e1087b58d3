//! Pictures as files: a folder, a tar, or a tar.gz.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    ops::Range,
    path::{Path, PathBuf},
};

use anyhow::{Result, anyhow, bail};

use super::{
    decode::is_picture_name,
    files::{LeftOut, members, walk},
    fit::{Fit, planes},
    photos::but_archives,
};

/// Every picture of a part that reads: its file, once for each of its patches, and `[channels, height, width]` bytes.
pub fn read(
    path: &Path,
    folders: &[String],
    part: impl FnOnce(&[usize]) -> Result<Vec<Range<usize>>>,
    fit: &Fit,
) -> Result<(Vec<PathBuf>, Vec<u8>)> {
    let (mut files, mut values) = (Vec::new(), Vec::new());
    let size = fit.shape.iter().product::<usize>();
    each(path, folders, part, &mut |name, bytes| {
        let planes = planes(bytes, name, fit)?;
        files.extend((0..planes.len() / size.max(1)).map(|_| name.to_owned()));
        values.extend(planes);
        Ok(())
    })?;
    Ok((files, values))
}

/// Gives every picture of a part to `take`, in the order of their names. `part` chooses among so many files of each folder, of which
/// none is read yet, so that what does not read or fit shifts no other picture from one part to the other. Where folders are named, only files
/// in these are meant. What `take` refuses is left out; it is an error if nothing is left.
pub fn each(
    path: &Path,
    folders: &[String],
    part: impl FnOnce(&[usize]) -> Result<Vec<Range<usize>>>,
    take: &mut dyn FnMut(&Path, &[u8]) -> Result<()>,
) -> Result<()> {
    let (mut taken, mut left_out) = (0, LeftOut::default());
    let mut take = |name: &Path, bytes: &[u8], left_out: &mut LeftOut| match take(name, bytes) {
        Ok(()) => taken += 1,
        Err(error) => left_out.add(format_args!("{error:#}")),
    };
    if path.is_dir() {
        let found = within(walk(path, &mut left_out), folders, |file| file.strip_prefix(path).unwrap_or(file))?;
        for file in chosen(path, &found, |file| file, part, &left_out)? {
            match fs::read(file) {
                Ok(bytes) => take(file, &bytes, &mut left_out),
                Err(error) => left_out.add(format_args!("{} does not open ({error})", file.display())),
            }
        }
    } else {
        let found = within(members(path, is_picture_name, &mut left_out)?, folders, |(name, _)| name)?;
        for (name, bytes) in chosen(path, &found, |(name, _)| name, part, &left_out)? {
            take(name, bytes, &mut left_out);
        }
    }
    left_out.tell(taken);
    if taken == 0 {
        return Err(nothing(path, &left_out));
    }
    Ok(())
}

/// Those in one of these folders; all where none is named.
fn within<T>(mut found: Vec<T>, folders: &[String], name: impl Fn(&T) -> &Path) -> Result<Vec<T>> {
    if folders.is_empty() || found.is_empty() {
        return Ok(found);
    }
    let of = |file: &T| {
        let parts = name(file).parent().into_iter().flat_map(Path::components);
        parts.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect::<BTreeSet<_>>()
    };
    let there = found.iter().flat_map(&of).collect::<BTreeSet<_>>();
    if let Some(missing) = folders.iter().find(|folder| !there.contains(*folder)) {
        let there = Vec::from_iter(there).join(", ");
        let there = if there.is_empty() { "no folders with pictures" } else { &there };
        bail!("no picture lies in a folder {missing}; there are {there}");
    }
    found.retain(|file| {
        let of = of(file);
        folders.iter().any(|folder| of.contains(folder))
    });
    Ok(found)
}

/// The part of what was found, in the same order.
fn chosen<'a, T>(
    path: &Path,
    found: &'a [T],
    name: impl Fn(&T) -> &Path,
    part: impl FnOnce(&[usize]) -> Result<Vec<Range<usize>>>,
    left_out: &LeftOut,
) -> Result<Vec<&'a T>> {
    if found.is_empty() {
        return Err(nothing(path, left_out));
    }
    let mut folders = BTreeMap::<_, Vec<_>>::new();
    for (place, file) in found.iter().enumerate() {
        folders.entry(name(file).parent()).or_default().push(place);
    }
    let counts = folders.values().map(Vec::len).collect::<Vec<_>>();
    let ranges = part(&counts)?;
    let kept = folders.into_values().zip(ranges).flat_map(|(places, range)| places[range].to_vec());
    let kept = kept.collect::<BTreeSet<_>>();
    Ok(kept.into_iter().map(|place| &found[place]).collect())
}

fn nothing(path: &Path, left_out: &LeftOut) -> anyhow::Error {
    let looked_for = format!("{} holds no picture that reads (PNG, JPEG and WebP are looked for)", path.display());
    if !left_out.first.is_empty() {
        return anyhow!("{looked_for}: {}", left_out.first);
    }
    anyhow!("{looked_for}{}", but_archives(path))
}

#[cfg(test)]
mod tests {
    use super::{
        super::args::{Background, Crop},
        *,
    };
    use image::{Rgb, RgbImage};
    use std::{fs::File, io};

    fn png(shade: u8) -> Vec<u8> {
        let mut bytes = io::Cursor::new(Vec::new());
        let picture = RgbImage::from_fn(40, 32, |x, _| Rgb([shade, x as u8, 0]));
        picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    fn fit(shape: [usize; 3], crop: Option<Crop>) -> Fit {
        Fit { shape, crop, background: Background::default(), patches: None }
    }

    fn whole(counts: &[usize]) -> Result<Vec<Range<usize>>> {
        Ok(counts.iter().map(|count| 0..*count).collect())
    }

    fn all(path: &Path, fit: &Fit) -> Result<(Vec<PathBuf>, Vec<u8>)> {
        read(path, &[], whole, fit)
    }

    #[test]
    fn a_folder_a_tar_and_a_tar_gz_read_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("pictures");
        fs::create_dir(&inner).unwrap();
        fs::write(inner.join("b.png"), png(200)).unwrap();
        fs::write(inner.join("a.png"), png(100)).unwrap();
        fs::write(inner.join("c.jpg"), b"broken").unwrap();
        fs::write(inner.join("notes.txt"), b"no picture").unwrap();
        let tar = folder.path().join("x.tar");
        let mut builder = tar::Builder::new(File::create(&tar).unwrap());
        builder.append_dir_all("pictures", &inner).unwrap();
        builder.finish().unwrap();
        // Browsers pack and unpack, and leave the name as it was.
        let (gz, misnamed) = (folder.path().join("x.tar.gz"), folder.path().join("y.tar"));
        let mut encoder = flate2::write::GzEncoder::new(File::create(&gz).unwrap(), flate2::Compression::fast());
        io::copy(&mut File::open(&tar).unwrap(), &mut encoder).unwrap();
        encoder.finish().unwrap();
        fs::copy(&gz, &misnamed).unwrap();
        let (files, found) = all(&inner, &fit([3, 32, 32], None)).unwrap();
        assert_eq!(files, [inner.join("a.png"), inner.join("b.png")]);
        assert_eq!((found.len(), found[0], found[3 * 1024]), (2 * 3 * 1024, 100, 200));
        for archive in [&tar, &gz, &misnamed] {
            let (files, values) = all(archive, &fit([3, 32, 32], None)).unwrap();
            assert_eq!(files, ["pictures/a.png", "pictures/b.png"].map(PathBuf::from));
            assert!(values == found);
        }
        let cut = fit([1, 28, 28], Some(Crop([0, 0, 28, 28])));
        assert_eq!(all(&inner, &cut).unwrap().1.len(), 2 * 784);
    }

    #[test]
    fn a_picture_is_cut_into_patches_as_it_is_and_one_that_is_too_small_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.png"), png(200)).unwrap();
        RgbImage::new(20, 40).save(folder.path().join("b.png")).unwrap();
        let fit = Fit { patches: Some(6), ..fit([3, 24, 24], None) };
        let (files, values) = all(folder.path(), &fit).unwrap();
        // 40 x 32: begins at 0, 6, 12, 16 of 16, and at 0, 6, 8 of 8.
        assert_eq!((files.len(), values.len()), (12, 12 * 3 * 576));
        assert!(files.iter().all(|file| file.ends_with("a.png")));
        // The second patch begins six columns further, and the green of this picture is its column.
        assert_eq!((values[576], values[4 * 576], values[0]), (0, 6, 200));
    }

    #[test]
    fn folders_can_be_chosen() {
        let folder = tempfile::tempdir().unwrap();
        for (name, shade) in [("set/day/a.png", 10), ("set/night/b.png", 20), ("set/dusk/c.png", 30)] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, png(shade)).unwrap();
        }
        let tar = folder.path().join("set.tar");
        let mut builder = tar::Builder::new(File::create(&tar).unwrap());
        builder.append_dir_all("set", folder.path().join("set")).unwrap();
        builder.finish().unwrap();
        for path in [folder.path().join("set"), tar] {
            let of = |folders: &[&str]| {
                let folders = folders.iter().map(|folder| (*folder).to_owned()).collect::<Vec<_>>();
                read(&path, &folders, whole, &fit([1, 4, 4], None)).map(|(files, _)| files.len())
            };
            assert_eq!((of(&["day"]).unwrap(), of(&["day", "dusk"]).unwrap(), of(&[]).unwrap()), (1, 2, 3));
            // Of each folder its own part.
            let last = |counts: &[usize]| {
                assert_eq!(counts, [1, 1, 1]);
                Ok(vec![0..1, 1..1, 0..1])
            };
            let (files, values) = read(&path, &[], last, &fit([1, 4, 4], None)).unwrap();
            assert!(files[0].ends_with("day/a.png") && files[1].ends_with("night/b.png"), "{files:?}");
            assert_eq!((files.len(), values.len()), (2, 32));
            let error = of(&["dawn"]).unwrap_err().to_string();
            assert!(error.contains("dawn; there are day, dusk, night"), "{error}");
        }
        let flat = read(&folder.path().join("set/day"), &["dawn".into()], whole, &fit([1, 4, 4], None));
        let error = flat.unwrap_err().to_string();
        assert!(error.contains("dawn; there are no folders with pictures"), "{error}");
    }

    #[test]
    fn nothing_to_read_is_an_error_that_names_the_path() {
        let folder = tempfile::tempdir().unwrap();
        let error = |path: &Path| format!("{:#}", all(path, &fit([3, 32, 32], None)).unwrap_err());
        assert!(error(folder.path()).contains(&folder.path().display().to_string()));
        let torn = folder.path().join("torn.tar.gz");
        fs::write(&torn, b"not gzip").unwrap();
        assert!(error(&torn).contains("torn.tar.gz is damaged"), "{}", error(&torn));
        assert!(error(folder.path()).ends_with(", but archives (torn.tar.gz): name one of them"));
        // What is no archive is not quoted.
        let other = folder.path().join("model.safetensors");
        fs::write(&other, [b"{\"shape\":".as_slice(), &[1; 2000]].concat()).unwrap();
        assert!(error(&other).ends_with("model.safetensors is damaged, or no tar of pictures"), "{}", error(&other));
    }

    #[test]
    fn a_portrait_of_a_phone_stands_upright() {
        use image::ImageEncoder as _;

        let folder = tempfile::tempdir().unwrap();
        // As the sensor saw it: the sky is on the left. The smallest EXIF says that the camera was held upright.
        let picture = RgbImage::from_fn(64, 64, |x, _| Rgb([if x < 32 { 250 } else { 5 }; 3]));
        let mut encoder = image::codecs::jpeg::JpegEncoder::new(File::create(folder.path().join("a.jpg")).unwrap());
        encoder.set_exif_metadata(b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec()).unwrap();
        encoder.write_image(&picture, 64, 64, image::ExtendedColorType::Rgb8).unwrap();
        let (_, values) = all(folder.path(), &fit([1, 8, 8], None)).unwrap();
        assert!(
            values[..24].iter().all(|sky| *sky > 200) && values[40..].iter().all(|ground| *ground < 50),
            "{values:?}"
        );
    }
}
