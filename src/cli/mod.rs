//! The command line: arguments in, words and files out. Nothing else in the crate prints or writes.
//!
//! Exit codes: 0 fine, 1 the report has errors, 2 wrong usage, 70 a bug of ours.

mod build;
mod check;
mod completions;
mod diff;
mod explain;
mod init;
mod report;
mod review;
mod schema;
mod source;
mod trace;
mod verify;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::world::Disk;

/// Build briefings whose every figure ties out to its source.
#[derive(Debug, Parser)]
#[command(name = "tieout", version, about, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
struct Options {
    /// The project's folder
    #[arg(short = 'C', long = "project", value_name = "DIR", default_value = ".", global = true)]
    project: PathBuf,
    /// How errors and warnings are written
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "human", global = true)]
    message_format: MessageFormat,
    /// Threads to work on; results do not depend on it [default: all]
    #[arg(long, value_name = "N", global = true)]
    threads: Option<NonZeroUsize>,
}

/// How diagnostics are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum MessageFormat {
    /// For people, with the place in the file
    Human,
    /// One JSON object a line
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Arguments),
    Build(build::Arguments),
    Check(check::Arguments),
    Explain(explain::Arguments),
    Trace(trace::Arguments),
    Verify(verify::Arguments),
    Diff(diff::Arguments),
    Review(review::Arguments),
    #[command(subcommand)]
    Source(source::Command),
    Schema(schema::Arguments),
    Completions(completions::Arguments),
}

impl Options {
    fn world(&self) -> Disk {
        Disk::new(&self.project)
    }

    fn threads(&self) -> NonZeroUsize {
        let all = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        self.threads.unwrap_or_else(all)
    }
}

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Fine,
    /// What is in the project is wrong, and was said.
    Errors,
    /// The arguments are wrong, and that was said.
    Usage,
}

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let shown = error.print();
            return ExitCode::from(if error.use_stderr() || shown.is_err() { 2 } else { 0 });
        }
    };
    let Cli { options, command } = cli;
    let ended = std::panic::catch_unwind(|| match command {
        Command::Init(arguments) => init::run(&arguments, &options),
        Command::Build(arguments) => build::run(&arguments, &options),
        Command::Check(arguments) => check::run(&arguments, &options),
        Command::Explain(arguments) => explain::run(&arguments, &options),
        Command::Trace(arguments) => trace::run(&arguments, &options),
        Command::Verify(arguments) => verify::run(&arguments, &options),
        Command::Diff(arguments) => diff::run(&arguments, &options),
        Command::Review(arguments) => review::run(&arguments, &options),
        Command::Source(command) => source::run(&command, &options),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Completions(arguments) => completions::run::<Cli>(&arguments),
    });
    match ended {
        Ok(End::Fine) => ExitCode::SUCCESS,
        Ok(End::Errors) => ExitCode::from(1),
        Ok(End::Usage) => ExitCode::from(2),
        Err(_) => {
            anstream::eprintln!("this is a bug in tieout; nothing was written");
            ExitCode::from(70)
        }
    }
}
