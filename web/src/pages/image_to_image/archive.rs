//! Files in one zip. What is written of it is handed to the browser piece by piece, which may keep it on disk: a dozen large
//! pictures need not fit into the memory of the page.

use std::{
    cell::RefCell,
    collections::HashSet,
    io::{Error, ErrorKind, Result, Seek, SeekFrom, Write},
    rc::Rc,
};

use zip::{CompressionMethod, DateTime, ZipWriter, result::ZipResult, write::SimpleFileOptions};

/// The end of a file whose beginning is elsewhere.
#[derive(Default)]
struct Tail {
    bytes: Vec<u8>,
    /// Where it begins, and where it is written next; both in the whole file.
    start: u64,
    at: u64,
}

#[derive(Clone, Default)]
struct Sink(Rc<RefCell<Tail>>);

impl Sink {
    fn end(&self) -> u64 {
        let tail = self.0.borrow();
        tail.start + tail.bytes.len() as u64
    }

    /// Takes what is before a place of the whole file.
    fn take(&self, until: u64) -> Vec<u8> {
        let tail = &mut *self.0.borrow_mut();
        let count = usize::try_from(until.saturating_sub(tail.start)).unwrap_or_default().min(tail.bytes.len());
        tail.start += count as u64;
        tail.bytes.drain(..count).collect()
    }
}

impl Write for Sink {
    fn write(&mut self, new: &[u8]) -> Result<usize> {
        let tail = &mut *self.0.borrow_mut();
        let place = tail.at.checked_sub(tail.start).and_then(|place| usize::try_from(place).ok());
        let place = place.filter(|place| *place <= tail.bytes.len()).ok_or(ErrorKind::InvalidInput)?;
        let over = new.len().min(tail.bytes.len() - place);
        tail.bytes[place..place + over].copy_from_slice(&new[..over]);
        tail.bytes.extend(&new[over..]);
        tail.at += new.len() as u64;
        Ok(new.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

impl Seek for Sink {
    fn seek(&mut self, place: SeekFrom) -> Result<u64> {
        let at = match place {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(by) => self.end().checked_add_signed(by),
            SeekFrom::Current(by) => self.0.borrow().at.checked_add_signed(by),
        };
        let at = at.ok_or_else(|| Error::from(ErrorKind::InvalidInput))?;
        self.0.borrow_mut().at = at;
        Ok(at)
    }
}

/// A zip in the making.
pub struct Archive {
    writer: ZipWriter<Sink>,
    sink: Sink,
    names: HashSet<String>,
    time: DateTime,
}

impl Archive {
    /// All its files are of this time.
    pub fn new(time: DateTime) -> Self {
        let sink = Sink::default();
        Self { writer: ZipWriter::new(sink.clone()), sink, names: HashSet::new(), time }
    }

    /// Adds a file, with a number in its name if there is one of that name. Gives the next piece of the zip.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> ZipResult<Vec<u8>> {
        let before = self.sink.end();
        // Pictures are compressed already.
        let options =
            SimpleFileOptions::default().compression_method(CompressionMethod::Stored).last_modified_time(self.time);
        let name = self.free(name);
        self.writer.start_file(name, options)?;
        self.writer.write_all(bytes)?;
        // The file before is complete; the header of this one is not.
        Ok(self.sink.take(before))
    }

    /// The last piece.
    pub fn finish(self) -> ZipResult<Vec<u8>> {
        let sink = self.writer.finish()?;
        Ok(sink.take(sink.end()))
    }

    fn free(&mut self, name: &str) -> String {
        let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
        let mut found = name.to_owned();
        let mut number = 1;
        while !self.names.insert(found.to_lowercase()) {
            number += 1;
            found = format!("{stem} ({number}).{end}");
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::*;

    #[test]
    fn the_pieces_are_a_zip_of_all_files() {
        let mut archive = Archive::new(DateTime::from_date_and_time(2026, 5, 4, 3, 2, 2).unwrap());
        let files = [("a.png", vec![1; 5000]), ("사진.png", vec![2; 70_000]), ("A.png", Vec::new()), ("b", vec![3])];
        let mut pieces = files.iter().map(|(name, bytes)| archive.add(name, bytes).unwrap()).collect::<Vec<_>>();
        assert!(pieces[0].is_empty() && pieces[1].len() > 5000 && pieces[2].len() > 70_000);
        pieces.push(archive.finish().unwrap());
        let mut read = zip::ZipArchive::new(Cursor::new(pieces.concat())).unwrap();
        for (index, name) in ["a.png", "사진.png", "A (2).png", "b"].into_iter().enumerate() {
            let mut file = read.by_index(index).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            assert!(file.name().unwrap() == name && bytes == files[index].1, "{name}");
            assert_eq!(file.last_modified().unwrap().year(), 2026);
        }
        assert_eq!(read.len(), 4);
    }

    #[test]
    fn a_zip_of_nothing_is_one() {
        let pieces = Archive::new(DateTime::default()).finish().unwrap();
        assert!(zip::ZipArchive::new(Cursor::new(pieces)).unwrap().is_empty());
    }
}
