//! The one door to the files of a project: list, stamp, open.
//!
//! Paths are relative to the project's folder, with `/`. A path that leads out of it, also through a symbolic link, is
//! refused.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::diag::LeavesProject;
use crate::sources::ReadSeek;

/// What tells whether a file may have changed: its length and time.
pub type Stamp = (u64, Option<std::time::SystemTime>);

/// The files of a project.
pub trait World: Sync {
    /// Paths of all files below a folder, sorted. Empty where there is no such folder.
    ///
    /// # Errors
    /// A folder cannot be read.
    fn list(&self, folder: &str) -> io::Result<Vec<String>>;

    /// Length and time of a file.
    ///
    /// # Errors
    /// There is no such file.
    fn stamp(&self, path: &str) -> io::Result<Stamp>;

    /// Opens a file.
    ///
    /// # Errors
    /// It cannot be read, is a folder, or lies outside the project.
    fn open(&self, path: &str) -> io::Result<Box<dyn ReadSeek + Send>>;
}

/// A project in which files from anywhere stand at some paths.
pub struct Instead<'w> {
    /// The project.
    pub world: &'w dyn World,
    /// The files, by the path in the project at which they stand.
    pub files: BTreeMap<String, PathBuf>,
}

impl World for Instead<'_> {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        self.world.list(folder)
    }

    fn stamp(&self, path: &str) -> io::Result<Stamp> {
        let Some(file) = self.files.get(path) else { return self.world.stamp(path) };
        let metadata = fs::metadata(file)?;
        Ok((metadata.len(), metadata.modified().ok()))
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn ReadSeek + Send>> {
        let Some(file) = self.files.get(path) else { return self.world.open(path) };
        if file.is_dir() {
            return Err(io::Error::from(io::ErrorKind::IsADirectory));
        }
        Ok(Box::new(File::open(file)?))
    }
}

/// A project on disk.
#[derive(Clone, Debug)]
pub struct Disk {
    root: PathBuf,
}

impl Disk {
    /// The project in a folder.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn inside(&self, path: &str) -> io::Result<PathBuf> {
        let root = self.root.canonicalize()?;
        let full = root.join(path).canonicalize()?;
        if full.starts_with(&root) { Ok(full) } else { Err(io::Error::other(LeavesProject)) }
    }
}

impl World for Disk {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let top = self.root.join(folder);
        if !top.exists() {
            return Ok(Vec::new());
        }
        let mut paths = Vec::new();
        for entry in WalkDir::new(&top).sort_by_file_name() {
            let entry = entry?;
            if entry.file_type().is_dir() {
                continue;
            }
            let relative = entry.path().strip_prefix(&self.root).map_err(io::Error::other)?;
            let parts: Option<Vec<&str>> =
                relative.components().map(|part| part.as_os_str().to_str()).collect();
            match parts {
                Some(parts) => paths.push(parts.join("/")),
                None => {
                    return Err(io::Error::other(format!(
                        "the name of {} is not UTF-8",
                        relative.display()
                    )));
                }
            }
        }
        paths.sort();
        Ok(paths)
    }

    fn stamp(&self, path: &str) -> io::Result<Stamp> {
        let metadata = fs::metadata(self.inside(path)?)?;
        Ok((metadata.len(), metadata.modified().ok()))
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn ReadSeek + Send>> {
        let full = self.inside(path)?;
        if full.is_dir() {
            return Err(io::Error::from(io::ErrorKind::IsADirectory));
        }
        Ok(Box::new(File::open(full)?))
    }
}
