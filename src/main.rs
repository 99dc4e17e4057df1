//! The `tieout` command.

fn main() -> std::process::ExitCode {
    tieout::cli::run()
}
