//! What the machine offers, where the operating system says so (Linux).

use std::fs;

/// Most bytes that this process may take: the machine's memory or the limit of its control group,
/// whichever is less. `None` if the system does not tell.
pub fn memory_limit_bytes() -> Option<u64> {
    let total = kib_of("/proc/meminfo", "MemTotal:").map(|kib| kib * 1024);
    let group = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
        .iter()
        .find_map(|path| fs::read_to_string(path).ok()?.trim().parse().ok());
    match (total, group) {
        (Some(total), Some(group)) => Some(total.min(group)),
        (total, group) => total.or(group),
    }
}

/// Largest memory that this process has held so far.
pub fn peak_memory_bytes() -> Option<u64> {
    kib_of("/proc/self/status", "VmHWM:").map(|kib| kib * 1024)
}

fn kib_of(path: &str, key: &str) -> Option<u64> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(key))?;
    line[key.len()..].split_whitespace().next()?.parse().ok()
}
