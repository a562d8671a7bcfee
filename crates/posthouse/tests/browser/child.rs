//! Programs that a test starts. Each is killed with everything it started when it is dropped, and when the test itself
//! is interrupted or killed.

use std::{
    process::{Command as Shell, Stdio},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child as Process, ChildStdout, Command},
    time::timeout,
};

/// Longer than any program takes to begin; only a test that fails waits so long.
const BEGINS_WITHIN: Duration = Duration::from_secs(60);

/// Runs a program beside a shell that waits for the end of its own input, which the test holds open; then the whole
/// group is killed. The program's output is the program's alone, so that its end shows.
const GUARD: &str = r#""$@" & exec >/dev/null; cat; kill -KILL 0"#;

/// A running program, in a process group of its own.
pub(crate) struct Child {
    group: u32,
    _process: Process,
    /// Kept open: a program that prints into a closed pipe fails.
    lines: Lines<BufReader<ChildStdout>>,
    program: &'static str,
}

impl Child {
    /// Starts a program; `prepare` gives it arguments and environment.
    pub(crate) fn start(program: &'static str, prepare: impl FnOnce(&mut Command) -> &mut Command) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", GUARD, "guard", program]);
        prepare(&mut command).process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.kill_on_drop(true).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        Self { group: process.id().unwrap(), _process: process, lines, program }
    }

    /// Reads what it prints until a line says it.
    pub(crate) async fn says<T>(&mut self, what: &str, read: impl Fn(&str) -> Option<T>) -> T {
        let program = self.program;
        self.may_say(what, read).await.unwrap_or_else(|| panic!("{program} ended before it said {what}"))
    }

    /// The same; nothing where it ends before.
    pub(crate) async fn may_say<T>(&mut self, what: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let listening = async {
            while let Some(line) = self.lines.next_line().await.unwrap() {
                if let Some(said) = read(&line) {
                    return Some(said);
                }
            }
            None
        };
        let said = timeout(BEGINS_WITHIN, listening).await;
        let program = self.program;
        said.unwrap_or_else(|_| panic!("{program} did not say {what} in time"))
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // A browser outlives the driver that started it, but not the kill of their group. The shell's own `kill` is
        // the one that every machine has.
        let _ = Shell::new("sh").args(["-c", &format!("kill -KILL -{}", self.group)]).status();
    }
}
