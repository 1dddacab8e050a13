//! Writes the seeds of each target into a folder with the name of the target. The argument is the
//! parent folder.

use std::path::PathBuf;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let parent = PathBuf::from(env::args_os().nth(1).ok_or(io::ErrorKind::InvalidInput)?);
    for (target, _) in fuzz::TARGETS {
        let folder = parent.join(target);
        fs::create_dir_all(&folder)?;
        for (number, seed) in fuzz::seeds::of(target)?.iter().enumerate() {
            fs::write(folder.join(format!("{number:03}")), seed)?;
        }
    }
    Ok(())
}
