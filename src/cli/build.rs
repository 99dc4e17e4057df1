//! `tieout build`: check, then write every bundle and its lock.

use clap::Args;

use super::{End, MessageFormat, Options, check, report};
use crate::bundle::{Bundle, Lock, Written, write_bundle, write_text};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::pipeline::{self, Report};

/// Build reports into `output/`
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Reports to build, by name [default: all]
    reports: Vec<String>,
    /// Refuse to build if a figure or an input differs from the lock
    #[arg(long)]
    locked: bool,
    /// Refuse to build unless every claim, chart and table is checked by a reviewer
    #[arg(long = "final")]
    finished: bool,
}

pub(super) fn run(arguments: &Arguments, options: &Options) -> End {
    let (world, threads) = (options.world(), options.threads());
    let checked = pipeline::check(&world, &arguments.reports, threads);
    let (project, mut diagnostics) = (checked.value, checked.diagnostics);
    let mut built: Vec<(&Report, Bundle, Lock)> = Vec::new();
    if !diagnostics.has_errors() {
        for report in &project.reports {
            let made = pipeline::bundle(&world, &project, report, threads).into(&mut diagnostics);
            let Some((bundle, lock)) = made else { continue };
            if arguments.finished {
                diagnostics.extend(pipeline::unreviewed(&project, report, threads));
            }
            if arguments.locked {
                diagnostics.extend(pipeline::locked(&world, report, &lock));
            }
            built.push((report, bundle, lock));
        }
    }
    let mut written = Vec::new();
    if !diagnostics.has_errors() {
        for (report, bundle, lock) in &built {
            match write(report, bundle, (!arguments.locked).then_some(lock), options) {
                Ok(done) => written.push((*report, done)),
                Err(error) => diagnostics.extend(Diagnostics::from(error)),
            }
        }
    }
    let end = report::diagnostics(&diagnostics, &project.texts, options);
    for (report, done) in written {
        check::say(report, options);
        if options.message_format == MessageFormat::Human {
            let state = if done == Written::Unchanged { " (unchanged)" } else { "" };
            anstream::println!("  output/{}/index.html{state}", report.spec.name);
        }
    }
    end
}

fn write(
    report: &Report,
    bundle: &Bundle,
    lock: Option<&Lock>,
    options: &Options,
) -> Result<Written, Diagnostic> {
    let name = &report.spec.name;
    let output = options.project.join("output");
    let failed = |path: String, error: std::io::Error| {
        Diagnostic::error(Code::WriteFailed, format!("failed to write `{path}` ({error})"))
            .in_file(path)
            .hint("what was there before is untouched; check the folder's permissions and the free space")
    };
    let done = write_bundle(&output, name, bundle)
        .map_err(|error| failed(format!("output/{name}"), error))?;
    if let Some(lock) = lock {
        let path = format!("reports/{name}.lock");
        write_text(&options.project.join(&path), &lock.text())
            .map_err(|error| failed(path, error))?;
    }
    Ok(done)
}
