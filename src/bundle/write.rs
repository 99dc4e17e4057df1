//! Bundles to disk: built beside the old one and exchanged with it in one step, so that a reader never sees half of one.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path};

use super::Bundle;

/// What writing did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Written {
    /// The bundle on disk was this one already; nothing was touched.
    Unchanged,
    /// It was replaced, or is new.
    Replaced,
}

/// Writes a bundle as `output/NAME`. Files with equal bytes are kept as they are.
///
/// # Errors
/// A folder or file cannot be written. The old bundle is then still whole.
pub fn write_bundle(output: &Path, name: &str, bundle: &Bundle) -> io::Result<Written> {
    fs::create_dir_all(output)?;
    let target = output.join(name);
    // what another build exchanges while we read it is not what we want to write
    if holds(&target, bundle).unwrap_or(false) {
        return Ok(Written::Unchanged);
    }
    let folder = fs::Permissions::from_mode(0o755);
    let fresh =
        tempfile::Builder::new().prefix(".tieout-").permissions(folder).tempdir_in(output)?;
    for (path, bytes) in bundle {
        let (old, new) = (target.join(path), fresh.path().join(path));
        if let Some(parent) = new.parent() {
            fs::create_dir_all(parent)?;
        }
        let same = fs::read(&old).is_ok_and(|before| before == *bytes);
        if !(same && fs::hard_link(&old, &new).is_ok()) {
            fs::write(&new, bytes)?;
        }
    }
    exchange(fresh.path(), &target)?;
    // what was exchanged out goes with the temporary folder
    fresh.close().or_else(|error| {
        if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
    })?;
    Ok(Written::Replaced)
}

/// Every file of a bundle on disk, by its path in it.
///
/// # Errors
/// A folder or file cannot be read; something is neither, for a link shows what lies elsewhere.
pub fn read_bundle(folder: &Path) -> io::Result<Bundle> {
    let mut bundle = Bundle::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry?;
        let kind = entry.file_type();
        if kind.is_file() {
            bundle.insert(path_in(folder, entry.path())?, fs::read(entry.path())?);
        } else if !kind.is_dir() {
            let path = entry.path().display();
            return Err(io::Error::other(format!("`{path}` is a link, and no file")));
        }
    }
    Ok(bundle)
}

/// A path in a bundle, with `/` between its parts; a backslash is one only where the system says so.
fn path_in(folder: &Path, path: &Path) -> io::Result<String> {
    let path = path.strip_prefix(folder).map_err(io::Error::other)?;
    let part = |part: Component<'_>| {
        let name = part.as_os_str().to_str().map(str::to_string);
        name.ok_or_else(|| io::Error::other(format!("`{}` is no UTF-8", path.display())))
    };
    Ok(path.components().map(part).collect::<io::Result<Vec<_>>>()?.join("/"))
}

/// Whether a folder holds exactly these files.
fn holds(folder: &Path, bundle: &Bundle) -> io::Result<bool> {
    if !folder.is_dir() {
        return Ok(false);
    }
    let mut count = 0;
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry?;
        if entry.file_type().is_dir() {
            continue;
        }
        count += 1;
        let Some(bytes) = bundle.get(&path_in(folder, entry.path())?) else { return Ok(false) };
        if fs::read(entry.path())? != *bytes {
            return Ok(false);
        }
    }
    Ok(count == bundle.len())
}

/// Puts the new folder in place of the old one in one step, where the system can; else in two.
fn exchange(fresh: &Path, target: &Path) -> io::Result<()> {
    // another build may have written it since we looked
    if !target.exists() && fs::rename(fresh, target).is_ok() {
        return Ok(());
    }
    if !target.exists() {
        return fs::rename(fresh, target);
    }
    #[cfg(any(target_os = "linux", target_os = "macos"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        match renameat_with(CWD, fresh, CWD, target, RenameFlags::EXCHANGE) {
            Err(
                rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS | rustix::io::Errno::NOTSUP,
            ) => {}
            other => return other.map_err(io::Error::from),
        }
    }
    let aside = fresh.with_extension("old");
    fs::rename(target, &aside)?;
    if let Err(error) = fs::rename(fresh, target) {
        fs::rename(&aside, target)?;
        return Err(error);
    }
    fs::remove_dir_all(aside)
}

/// Writes a text file as a whole, unless it holds these bytes already.
///
/// # Errors
/// The folder cannot be written to.
pub fn write_text(path: &Path, text: &str) -> io::Result<Written> {
    if fs::read(path).is_ok_and(|before| before == text.as_bytes()) {
        return Ok(Written::Unchanged);
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let file = fs::Permissions::from_mode(0o644);
    let mut fresh =
        tempfile::Builder::new().prefix(".tieout-").permissions(file).tempfile_in(folder)?;
    fresh.write_all(text.as_bytes())?;
    fresh.persist(path).map_err(|error| error.error)?;
    Ok(Written::Replaced)
}
