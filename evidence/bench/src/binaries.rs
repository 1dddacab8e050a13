//! The measured binaries, built as for a deployment.

use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// The name of the binary that does the least that a function can do.
pub(crate) const FLOOR: &str = "floor";

/// A binary.
#[derive(Debug, Clone)]
pub(crate) struct Binary {
    /// The file.
    pub(crate) path: PathBuf,
    /// Its size in bytes.
    pub(crate) size: u64,
    /// Its size in the package of the function, after compression.
    pub(crate) packed: u64,
}

/// Returns the name of every function, which is the name of its folder.
pub(crate) fn functions() -> Result<Vec<String>, Box<dyn Error>> {
    let folders = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../functions");
    let names = std::fs::read_dir(folders)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut names = names.collect::<Result<Vec<_>, Box<dyn Error>>>()?;
    names.sort();
    Ok(names)
}

impl Binary {
    /// Builds a binary with the release profile.
    pub(crate) fn build(package: &str) -> Result<Self, Box<dyn Error>> {
        // Cargo builds one package alone. Together with others, it would turn on features of
        // dependencies that the deployed binary does not have.
        let selection = match package {
            FLOOR => ["--package", env!("CARGO_PKG_NAME")],
            function => ["--package", function],
        };
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml");
        let build = Command::new("cargo")
            .args(["build", "--release", "--locked", "--quiet", "--bin", package])
            .args(selection)
            .arg("--manifest-path")
            .arg(workspace)
            .status()?;
        if !build.success() {
            return Err(format!("{package} cannot be built").into());
        }
        // Cargo built this program with the same settings, so the binary is in the same folder.
        let path = std::env::current_exe()?.with_file_name(package);
        let content =
            std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
        packed.write_all(&content)?;
        let packed = packed.finish()?.len();
        Ok(Self { path, size: u64::try_from(content.len())?, packed: u64::try_from(packed)? })
    }
}
