//! `tieout schema`: the JSON schemas of specs and sources, for editors.

use clap::{Args, ValueEnum};

use super::End;

/// Print the JSON schema of a report, or of `source.yaml`
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Which schema
    #[arg(value_enum, default_value = "report")]
    which: Which,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Which {
    /// `reports/NAME.yaml`
    Report,
    /// `data/NAME/source.yaml`
    Source,
}

pub(super) fn run(arguments: &Arguments) -> End {
    let text = match arguments.which {
        Which::Report => report(),
        Which::Source => source(),
    };
    anstream::print!("{text}");
    End::Fine
}

/// The schema of a report, as it is committed beside reports.
pub(super) fn report() -> String {
    format!("{:#}\n", crate::spec::schema())
}

/// The schema of a source.
pub(super) fn source() -> String {
    format!("{:#}\n", crate::sources::schema())
}
