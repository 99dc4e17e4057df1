//! `tieout schema`: the JSON schemas of specs, sources and themes, for editors.

use clap::{Args, ValueEnum};

use super::End;

/// Print the JSON schema of a report, of `source.yaml`, or of a theme
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
    /// `templates/themes/NAME.yaml`
    Theme,
}

pub(super) fn run(arguments: &Arguments) -> End {
    let text = match arguments.which {
        Which::Report => report(),
        Which::Source => source(),
        Which::Theme => theme(),
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

/// The schema of a theme.
pub(super) fn theme() -> String {
    format!("{:#}\n", crate::render::theme_schema())
}
