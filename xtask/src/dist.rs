//! One archive to install from: the program with its configuration and units, named by version and platform, with its
//! checksum. The same commit packs to the same bytes where the same compiler built the program.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::{shell, workspace};

/// What goes into the archive beside the program: from where in the repository, as what.
const BESIDE: [(&str, &str); 9] = [
    ("packaging/INSTALL.md", "INSTALL.md"),
    ("LICENSE", "LICENSE"),
    ("README.md", "README.md"),
    ("README.zh-CN.md", "README.zh-CN.md"),
    ("packaging/posthouse.toml", "posthouse.toml"),
    ("packaging/posthouse.service", "posthouse.service"),
    ("packaging/posthouse.sysusers", "posthouse.sysusers"),
    ("docs/operations.md", "docs/operations.md"),
    ("docs/operations.zh-CN.md", "docs/operations.zh-CN.md"),
];

/// Builds, packs, and tries out what was packed.
pub(crate) fn run(debug: bool) -> Result<()> {
    let profile = if debug { "dev" } else { "dist" };
    shell::run("cargo", &["build", "--locked", "--profile", profile, "--package", "posthouse"])?;
    let program = target_folder()?.join(if debug { "debug" } else { "dist" }).join("posthouse");
    let name = format!("posthouse-{}-{}", version()?, platform()?);
    let dist = target_folder()?.join("dist");
    let stage = dist.join(&name);
    stage_files(&stage, &program)?;
    let archive = pack(&dist, &name)?;
    try_out(&archive, &name)?;
    println!("{}\n{}", archive.display(), needs_of(&program)?);
    Ok(())
}

fn target_folder() -> Result<PathBuf> {
    let metadata = workspace::metadata()?;
    let folder = metadata["target_directory"].as_str().context("cargo names its target folder")?;
    Ok(PathBuf::from(folder))
}

fn version() -> Result<String> {
    let manifest: toml::Value = toml::from_str(&workspace::read("Cargo.toml")?)?;
    let version =
        manifest["workspace"]["package"]["version"].as_str().context("the workspace has a version")?;
    Ok(version.to_owned())
}

/// The compiler's name of the platform it builds for.
fn platform() -> Result<String> {
    let told = shell::read("rustc", &["-vV"])?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names its host")?;
    Ok(host.to_owned())
}

fn stage_files(stage: &Path, program: &Path) -> Result<()> {
    if stage.exists() {
        fs::remove_dir_all(stage)?;
    }
    fs::create_dir_all(stage.join("docs"))?;
    fs::copy(program, stage.join("posthouse")).with_context(|| program.display().to_string())?;
    for (from, to) in BESIDE {
        fs::copy(workspace::root().join(from), stage.join(to)).with_context(|| from.to_owned())?;
    }
    Ok(())
}

/// Neither the order of a folder nor the time and user of this build gets into the archive.
fn pack(dist: &Path, name: &str) -> Result<PathBuf> {
    let commit_time = shell::read("git", &["log", "-1", "--format=%ct"])?;
    let archive = dist.join(format!("{name}.tar.gz"));
    let packing = "tar --sort=name --mtime=\"@$1\" --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX -cf - \"$2\" \
         | gzip -9n > \"$2.tar.gz\" && sha256sum \"$2.tar.gz\" > \"$2.tar.gz.sha256\"";
    let packed = Command::new("sh")
        .args(["-c", packing, "sh", commit_time.trim(), name])
        .current_dir(dist)
        .status()
        .context("sh does not start")?;
    ensure!(packed.success(), "packing ended with {packed}");
    Ok(archive)
}

/// A server from the archive; killed when dropped.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Unpacks the archive elsewhere, starts a server with the configuration that comes along, asks it how it is, and stops
/// it as the system would.
fn try_out(archive: &Path, name: &str) -> Result<()> {
    let elsewhere = std::env::temp_dir().join(format!("{name}-{}", std::process::id()));
    fs::create_dir_all(&elsewhere)?;
    let tried = unpack(archive, &elsewhere).and_then(|()| start_and_stop(&elsewhere.join(name), &elsewhere));
    fs::remove_dir_all(&elsewhere)?;
    tried.context("what was packed does not work")
}

fn unpack(archive: &Path, to: &Path) -> Result<()> {
    let unpacked = Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(to).status()?;
    ensure!(unpacked.success(), "tar ended with {unpacked}");
    Ok(())
}

fn start_and_stop(folder: &Path, data: &Path) -> Result<()> {
    let program = folder.join("posthouse");
    let child = Command::new(&program)
        .args(["serve", "--json", "--config", "posthouse.toml"])
        .current_dir(folder)
        .env("POSTHOUSE__LISTEN", "127.0.0.1:0")
        .env("POSTHOUSE__DATA", data.join("data"))
        .env("POSTHOUSE__SEAL_KEY_FILE", data.join("seal.key"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| program.display().to_string())?;
    let mut server = Server(child);
    let mut said = String::new();
    BufReader::new(server.0.stdout.take().context("a pipe")?).read_line(&mut said)?;
    let ready: Value = serde_json::from_str(&said).context("the server did not say that it is ready")?;
    let url = ready["url"].as_str().context("the server names its address")?;
    let health = Command::new(&program).args(["health", "--url", url]).status()?;
    ensure!(health.success(), "the server is not well: {health}");
    let asked = Command::new("kill").args(["-TERM", &server.0.id().to_string()]).status()?;
    ensure!(asked.success(), "kill ended with {asked}");
    let ended = server.0.wait()?;
    if !ended.success() {
        bail!("the server ended with {ended}");
    }
    Ok(())
}

/// The newest version of the C library that the program asks for, where that can be read.
fn needs_of(program: &Path) -> Result<String> {
    if !shell::has("readelf") {
        return Ok("readelf is not there: which C library the program needs was not looked up".to_owned());
    }
    let needs = shell::read("readelf", &["--version-info", "--wide", &program.to_string_lossy()])?;
    let versions = needs.split("GLIBC_").skip(1).filter_map(|rest| {
        let digits: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        let mut parts = digits.split('.').map(|part| part.parse::<u32>().ok());
        Some((parts.next()??, parts.next()??))
    });
    Ok(versions.max().map_or_else(
        || "the program is static".to_owned(),
        |(major, minor)| format!("the program runs where the GNU C library is {major}.{minor} or newer"),
    ))
}
