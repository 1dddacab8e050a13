//! The binaries that are measured, built as they are deployed.

use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// The least that a function is.
pub(crate) const FLOOR: &str = "floor";

/// A binary.
#[derive(Debug, Clone)]
pub(crate) struct Binary {
    /// The file.
    pub(crate) path: PathBuf,
    /// Its size in bytes.
    pub(crate) size: u64,
    /// What of it goes into the function's package: the size after compression.
    pub(crate) packed: u64,
}

/// The name of every function: that of its folder.
pub(crate) fn functions() -> Result<Vec<String>, Box<dyn Error>> {
    let folders = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../functions");
    let names = std::fs::read_dir(folders)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut names = names.collect::<Result<Vec<_>, Box<dyn Error>>>()?;
    names.sort();
    Ok(names)
}

impl Binary {
    /// Builds it with the release profile.
    pub(crate) fn build(package: &str) -> Result<Self, Box<dyn Error>> {
        // Alone: what others turn on of a dependency is not in what is deployed.
        let of_package = match package {
            FLOOR => ["--package", env!("CARGO_PKG_NAME")],
            function => ["--package", function],
        };
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml");
        let build = Command::new("cargo")
            .args(["build", "--release", "--locked", "--quiet", "--bin", package])
            .args(of_package)
            .arg("--manifest-path")
            .arg(workspace)
            .status()?;
        if !build.success() {
            return Err(format!("{package} cannot be built").into());
        }
        // This program was built with the same settings, so the others are beside it.
        let path = std::env::current_exe()?.with_file_name(package);
        let content =
            std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
        packed.write_all(&content)?;
        let packed = packed.finish()?.len();
        Ok(Self { path, size: u64::try_from(content.len())?, packed: u64::try_from(packed)? })
    }
}
