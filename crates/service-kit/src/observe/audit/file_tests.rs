use std::fs::{File, OpenOptions};
use std::path::Path;
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusBuilder;
use tempfile::{TempDir, tempdir};

use super::{AuditFile, Output, reopen};
use crate::settings::AuditSettings;

const PATIENCE: Duration = Duration::from_secs(30);

fn settings(path: &Path) -> AuditSettings {
    AuditSettings {
        file: Some(path.to_owned()),
        ..AuditSettings::default()
    }
}

fn opened() -> (TempDir, AuditFile) {
    let folder = tempdir().unwrap();
    let file = AuditFile::open(&settings(&folder.path().join("a"))).unwrap();
    (folder, file.unwrap())
}

async fn push(file: &AuditFile, text: &str) {
    file.push(format!("{text}\n").into_bytes());
    assert!(file.flush(PATIENCE).await);
}

fn read(folder: &TempDir, name: &str) -> String {
    std::fs::read_to_string(folder.path().join(name)).unwrap()
}

#[test]
fn a_file_that_cannot_be_appended_to_is_named_with_its_setting() {
    let folder = tempdir().unwrap();
    for path in [
        folder.path(),
        &folder.path().join("no/such"),
        Path::new("/dev/null"),
    ] {
        let error = AuditFile::open(&settings(path)).unwrap_err().to_string();
        assert!(error.contains("AUDIT_FILE"), "{error}");
        assert!(error.contains(&path.display().to_string()), "{error}");
    }
    assert!(
        AuditFile::open(&AuditSettings::default())
            .unwrap()
            .is_none()
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_file_is_for_its_owner_and_an_existing_one_is_kept() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, file) = opened();
    push(&file, "one").await;
    let path = folder.path().join("a");
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    drop(file);
    let file = AuditFile::open(&settings(&path)).unwrap().unwrap();
    push(&file, "two").await;
    assert_eq!(read(&folder, "a"), "one\ntwo\n");
}

#[cfg(unix)]
#[tokio::test]
async fn a_renamed_or_deleted_file_is_opened_again() {
    let (folder, file) = opened();
    push(&file, "one").await;
    std::fs::rename(folder.path().join("a"), folder.path().join("a.1")).unwrap();
    push(&file, "two").await;
    assert_eq!(
        (read(&folder, "a.1"), read(&folder, "a")),
        ("one\n".into(), "two\n".into())
    );
    std::fs::remove_file(folder.path().join("a")).unwrap();
    push(&file, "three").await;
    assert_eq!(read(&folder, "a"), "three\n");
    // As logrotate's `create` does.
    std::fs::rename(folder.path().join("a"), folder.path().join("a.2")).unwrap();
    File::create(folder.path().join("a")).unwrap();
    push(&file, "four").await;
    assert_eq!(
        (read(&folder, "a.2"), read(&folder, "a")),
        ("three\n".into(), "four\n".into())
    );
}

#[tokio::test]
async fn a_file_is_opened_again_on_request_before_there_is_an_event() {
    let (folder, file) = opened();
    push(&file, "one").await;
    std::fs::rename(folder.path().join("a"), folder.path().join("a.1")).unwrap();
    reopen();
    assert!(file.flush(PATIENCE).await);
    assert_eq!(read(&folder, "a"), "");
}

#[cfg(unix)]
#[tokio::test]
async fn without_its_folder_the_former_file_goes_on() {
    let folder = tempdir().unwrap();
    let inner = folder.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    let file = AuditFile::open(&settings(&inner.join("a")))
        .unwrap()
        .unwrap();
    push(&file, "one").await;
    std::fs::rename(&inner, folder.path().join("moved")).unwrap();
    push(&file, "two").await;
    assert_eq!(read(&folder, "moved/a"), "one\ntwo\n");
    std::fs::create_dir(&inner).unwrap();
    push(&file, "three").await;
    assert_eq!(read(&folder, "inner/a"), "three\n");
}

/// Returns the value of the metric of events that were dropped for this reason.
fn dropped(metrics: &str, reason: &str) -> String {
    let name = format!("audit_events_dropped_total{{reason=\"{reason}\"}} ");
    let found = metrics.lines().find_map(|line| line.strip_prefix(&*name));
    found
        .unwrap_or_else(|| panic!("{reason}: {metrics}"))
        .to_owned()
}

#[test]
fn a_full_queue_drops_and_counts_and_is_emptied_later() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let metrics = recorder.handle();
    let folder = tempdir().unwrap();
    let path = folder.path().join("a");
    metrics::with_local_recorder(&recorder, || {
        let output = Output::open(&path).unwrap();
        let file = AuditFile::start(output, 10).unwrap();
        // It does not fit, however fast the thread is.
        file.push(b"more than ten\n".to_vec());
        assert_eq!(dropped(&metrics.render(), "queue_full"), "1");
        let runtime = actix_web::rt::System::new();
        runtime.block_on(async {
            for _ in 0..20 {
                push(&file, "eight..").await;
            }
        });
        assert_eq!(dropped(&metrics.render(), "queue_full"), "1");
    });
    assert_eq!(read(&folder, "a"), "eight..\n".repeat(20));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_drops_and_counts_and_holds_up_nothing() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let metrics = recorder.handle();
    metrics::with_local_recorder(&recorder, || {
        let full = Path::new("/dev/full");
        let disk = OpenOptions::new().append(true).open(full).unwrap();
        let file = AuditFile::start(Output::of(full, disk), 1000).unwrap();
        let runtime = actix_web::rt::System::new();
        runtime.block_on(async {
            for _ in 0..300 {
                push(&file, "an event").await;
            }
        });
        assert_eq!(dropped(&metrics.render(), "write_failed"), "300");
        assert_eq!(dropped(&metrics.render(), "queue_full"), "0");
    });
}
