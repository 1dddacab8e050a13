//! The processor time and the memory of a process, and a limit for its share of a processor.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

/// The number of ticks in a second (`USER_HZ`), in which Linux counts the time of a process.
const TICKS_PER_SECOND: u32 = 100;

/// The folder for the processor in the first version of control groups.
const CGROUP_1: &str = "/sys/fs/cgroup/cpu";
/// The folder of the second version of control groups.
const CGROUP_2: &str = "/sys/fs/cgroup";

/// Returns the processor time of a process so far.
pub(crate) fn cpu_time(id: u32) -> io::Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
    // The name of the process is in parentheses, and can have any character.
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    // In proc_pid_stat(5), the state is field 3, `utime` is field 14, and `stime` is field 15.
    let ticks = [11, 12].map(|at| fields.get(at).and_then(|ticks| ticks.parse::<u32>().ok()));
    let ticks: u32 = ticks.into_iter().flatten().sum();
    Ok(Duration::from_secs(1) * ticks / TICKS_PER_SECOND)
}

/// Returns the most memory that a process has had at once, in bytes.
pub(crate) fn peak_memory(id: u32) -> io::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse::<u64>().ok());
    Ok(kibibytes.unwrap_or(0) * 1024)
}

/// A share of one processor. Lambda gives a function a share in proportion to its memory. With
/// 1 769 MB, the share is one whole processor
/// (<https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>).
#[derive(Debug)]
pub(crate) struct CpuLimit {
    folder: PathBuf,
}

impl CpuLimit {
    /// Returns the share of a function with that many megabytes of memory.
    pub(crate) fn of_memory(megabytes: u32) -> io::Result<Self> {
        let period = 20_000;
        let quota = period * megabytes / 1769;
        let (root, settings) = if Path::new(CGROUP_1).join("cpu.cfs_quota_us").exists() {
            let settings = [
                ("cpu.cfs_period_us", period.to_string()),
                ("cpu.cfs_quota_us", quota.to_string()),
            ];
            (CGROUP_1, settings.to_vec())
        } else {
            (CGROUP_2, vec![("cpu.max", format!("{quota} {period}"))])
        };
        let folder = Path::new(root).join(format!("nameplate-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        for (name, value) in settings {
            std::fs::write(folder.join(name), value)?;
        }
        Ok(Self { folder })
    }
}

impl Drop for CpuLimit {
    fn drop(&mut self) {
        // The folder can only be removed after its last process has ended. An empty folder does no harm.
        let _ = std::fs::remove_dir(&self.folder);
    }
}

/// Returns the command that runs a binary within the limit.
pub(crate) fn command(binary: &Path, limit: &CpuLimit) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", r#"echo $$ >"$0" && exec "$1""#]);
    command.arg(limit.folder.join("cgroup.procs")).arg(binary);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}
