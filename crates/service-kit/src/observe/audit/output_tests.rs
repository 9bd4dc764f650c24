use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use tempfile::tempdir;

use super::{Output, put};
use crate::http_tests::log::listen;
use crate::settings::LogFormat;

/// A disk with room for so many bytes.
struct Disk(Vec<u8>, usize);

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match bytes.len().min(self.1 - self.0.len()) {
            0 => Err(io::ErrorKind::StorageFull.into()),
            room => self.0.write(&bytes[..room]),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn as_much_is_written_as_there_is_room_for() {
    let mut disk = Disk(Vec::new(), 6);
    let (written, outcome) = put(&mut disk, b"one\ntwo\n");
    assert_eq!((written, &*disk.0), (6, &b"one\ntw"[..]));
    assert_eq!(outcome.unwrap_err().kind(), io::ErrorKind::StorageFull);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_once_and_its_end_too() {
    let (lines, _guard) = listen(LogFormat::Human, "info");
    let full = Path::new("/dev/full");
    let disk = OpenOptions::new().append(true).open(full).unwrap();
    let mut output = Output::of(full, disk);
    for _ in 0..3 {
        output.write(b"lost\n");
    }
    let folder = tempdir().unwrap();
    let path = folder.path().join("a");
    output.file = File::create(&path).unwrap();
    output.is_torn = true;
    for _ in 0..2 {
        output.write(b"kept\n");
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), "\nkept\nkept\n");
    let text = lines.text();
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(
        text.contains("dropped, because they cannot be written: No space left"),
        "{text}"
    );
    assert!(text.contains("audit events are written again"), "{text}");
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_noticed_and_one_that_is_lost_is_said_once() {
    use std::os::unix::fs::PermissionsExt;
    let (lines, _guard) = listen(LogFormat::Human, "info");
    let folder = tempdir().unwrap();
    let inner = folder.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    let path = inner.join("a");
    File::create(&path).unwrap();
    for (mode, warnings) in [(0o640, 0), (0o644, 1)] {
        std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        Output::open(&path).unwrap();
        assert_eq!(
            lines.text().matches("chmod 600").count(),
            warnings,
            "{mode:o}"
        );
    }
    let mut output = Output::open(&path).unwrap();
    std::fs::remove_dir_all(&inner).unwrap();
    for _ in 0..3 {
        output.follow(false);
    }
    let told = lines.text();
    assert_eq!(told.matches("cannot be opened again").count(), 1, "{told}");
}
