//! A small disk of its own for a data folder: a file with a file system in it, mounted. Only root may do that.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

/// Large enough for what a server writes in a fault, small enough to be filled at once.
const DISK_MIB: u64 = 192;
const BALLAST: &str = "ballast";

/// A mounted disk; it goes when dropped.
#[derive(Debug)]
pub(super) struct Disk {
    image: PathBuf,
    at: PathBuf,
    _folder: TempDir,
}

impl Disk {
    /// Makes a disk.
    ///
    /// # Errors
    /// What stands in the way, such as not being root.
    pub(super) fn make() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let (image, at) = (folder.path().join("disk.img"), folder.path().join("disk"));
        fs::create_dir(&at)?;
        fs::File::create(&image)?.set_len(DISK_MIB << 20)?;
        // Without a journal: one that is aborted forgets a sync that it has just acknowledged, which is not what is
        // tried here.
        run("mkfs.ext4", &["-q", "-F", "-m", "0", "-O", "^has_journal", &image.to_string_lossy()])?;
        let disk = Self { image, at, _folder: folder };
        disk.mount()?;
        Ok(disk)
    }

    /// A folder on it.
    pub(super) fn folder(&self) -> PathBuf {
        self.at.join("data")
    }

    /// Fills it to the last block.
    pub(super) fn fill(&self) -> Result<()> {
        let ballast = fs::File::create(self.at.join(BALLAST))?;
        let mut piece = vec![0x5a_u8; 1 << 20];
        while !piece.is_empty() {
            match std::io::Write::write(&mut &ballast, &piece) {
                Ok(_) => {}
                // Smaller pieces until not one block is left.
                Err(_) if piece.len() > 512 => piece.truncate(piece.len() / 2),
                Err(_) => break,
            }
        }
        Ok(())
    }

    /// Gives the room back.
    pub(super) fn make_room(&self) -> Result<()> {
        Ok(fs::remove_file(self.at.join(BALLAST))?)
    }

    /// Makes the kernel treat it as it treats a disk with a fault: nothing is written any more, not even to files that
    /// are open.
    pub(super) fn make_read_only(&self) -> Result<()> {
        run("mount", &["-o", "remount,abort", &self.at.to_string_lossy()])
    }

    /// What an operator does then: checks it and mounts it again. Nothing may have it open.
    pub(super) fn repair(&self) -> Result<()> {
        run("umount", &[&self.at.to_string_lossy()])?;
        // 1: faults were found and mended.
        let checked = Command::new("fsck.ext4").args(["-p"]).arg(&self.image).output()?;
        if checked.status.code().is_none_or(|code| code > 1) {
            bail!("fsck: {}", String::from_utf8_lossy(&checked.stdout));
        }
        self.mount()
    }

    fn mount(&self) -> Result<()> {
        run("mount", &["-o", "loop", &self.image.to_string_lossy(), &self.at.to_string_lossy()])
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = run("umount", &["-l", &self.at.to_string_lossy()]);
    }
}

fn run(program: &str, arguments: &[&str]) -> Result<()> {
    let done = Command::new(program).args(arguments).output().with_context(|| format!("no {program}"))?;
    if !done.status.success() {
        bail!("{program}: {}", String::from_utf8_lossy(&done.stderr).trim());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Disk;

    #[test]
    fn a_disk_that_was_filled_takes_nothing_until_there_is_room_again() {
        // Only root can make one; elsewhere there is nothing to be tested.
        let Ok(disk) = Disk::make() else { return };
        std::fs::create_dir(disk.folder()).unwrap();
        let file = disk.folder().join("one");
        disk.fill().unwrap();
        assert!(std::fs::write(&file, [1; 100_000]).is_err());
        disk.make_room().unwrap();
        assert!(std::fs::write(&file, [1; 100_000]).is_ok());
        disk.make_read_only().unwrap();
        assert!(std::fs::write(&file, [1; 100_000]).is_err());
        disk.repair().unwrap();
        assert!(std::fs::write(&file, [1; 100_000]).is_ok());
    }
}
