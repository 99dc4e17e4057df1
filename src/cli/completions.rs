//! `tieout completions`: completion scripts for shells.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::End;

/// Print a completion script for a shell
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run<C: CommandFactory>(arguments: &Arguments) -> End {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut C::command(), "tieout", &mut script);
    anstream::print!("{}", String::from_utf8_lossy(&script));
    End::Fine
}
