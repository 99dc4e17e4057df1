//! `tieout verify`: make a bundle again from its own spec and the publisher's files, and compare.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use walkdir::WalkDir;

use super::{End, MessageFormat, Options, report};
use crate::audit::{Strictness, data_files, differences, made_by};
use crate::bundle::{Bundle, MADE_BY, read_bundle};
use crate::diag::{Code, Diagnostic, Diagnostics, Severity, counted};
use crate::digest::sha256_of;
use crate::pipeline;
use crate::render::Theme;
use crate::text::Texts;
use crate::world::{Disk, Instead};

/// Make a bundle again from its spec and the publisher's files, and say what differs
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The bundle's folder, from the project's folder
    bundle: PathBuf,
    /// Where the publisher's files are; they are found by their SHA-256, whatever they are called [default: the
    /// project's folder]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, options: &Options) -> End {
    let mut diagnostics = Diagnostics::default();
    let mut texts = Texts::default();
    let verified = verify(arguments, options, &mut texts, &mut diagnostics);
    let end = report::diagnostics(&diagnostics, &texts, options);
    if let (End::Fine, Some(said), MessageFormat::Human) = (end, verified, options.message_format) {
        anstream::println!("{said}");
    }
    end
}

/// Verifies a bundle and says of what there is no difference.
fn verify(
    arguments: &Arguments,
    options: &Options,
    texts: &mut Texts,
    diagnostics: &mut Diagnostics,
) -> Option<String> {
    let folder = &options.project.join(&arguments.bundle);
    let claimed = diagnostics.take(read(folder))?;
    let shown = arguments.bundle.display().to_string();
    if !claimed.contains_key("figures.json") || !claimed.keys().any(|p| p.starts_with("spec/")) {
        let error =
            Diagnostic::error(Code::NotVerified, format!("`{shown}` is no bundle of tieout"));
        let hint =
            "name the folder that holds `figures.json` and `spec/`: `tieout verify output/NAME`";
        diagnostics.push(error.in_file(shown).hint(hint));
        return None;
    }
    let data =
        arguments.data.as_ref().map_or(options.project.clone(), |data| options.project.join(data));
    let spec = Disk::new(folder.join("spec"));
    let files = publishers_files(&claimed, &spec, Library::new(&data, folder), diagnostics);
    if diagnostics.has_errors() {
        return None;
    }
    let own = |file: &Path| file.strip_prefix(&options.project).unwrap_or(file).to_path_buf();
    let read_from: String =
        files.values().map(|file| format!("\n  data: {}", own(file).display())).collect();
    let world = Instead { world: &spec, files };
    let checked = pipeline::check(&world, &[], options.threads());
    let (project, found) = (checked.value, checked.diagnostics);
    if found.has_errors() {
        for error in found.iter().filter(|found| found.severity == Severity::Error) {
            diagnostics.push(error.clone());
        }
        let error = Diagnostic::error(Code::NotVerified, "the bundle's spec does not build");
        diagnostics
            .push(error.in_file(format!("{shown}/spec")).hint("either it or a file was changed"));
        *texts = project.texts;
        return None;
    }
    let [report] = project.reports.as_slice() else {
        let error =
            Diagnostic::error(Code::NotVerified, "the bundle's spec is not that of one report");
        diagnostics.push(error.in_file(format!("{shown}/spec/reports")));
        return None;
    };
    let made = pipeline::bundle(&world, &project, report, options.threads()).into(diagnostics)?.0;
    let maker = made_by(&claimed);
    let strictness = match maker.as_deref() == Some(MADE_BY) {
        true => Strictness::Bytes,
        false => Strictness::Meaning,
    };
    let compared = differences(&claimed, &made, strictness);
    for difference in compared.differences {
        let (what, more) = difference.what;
        let path = format!("{shown}/{}", difference.path);
        for what in what {
            let message = format!("`{}`: {what}", difference.path);
            diagnostics.push(Diagnostic::error(Code::NotVerified, message).in_file(path.clone()));
        }
        if more > 0 {
            let message =
                format!("`{}`: {} more", difference.path, counted(more as u64, "difference"));
            diagnostics.push(Diagnostic::error(Code::NotVerified, message).in_file(path));
        }
    }
    let figures = counted(report.figures.figures.len() as u64, "figure");
    let said = match strictness {
        Strictness::Bytes => format!(
            "{shown}: all {} files are what their spec and the data give ({figures})",
            made.len()
        ),
        Strictness::Meaning => format!(
            "{shown}: says that it was made by {}, and was verified by {MADE_BY}: {figures}, their rows and the text of \
             page and Markdown are what spec and data give.\n  not compared: the page's style, script and drawings, which \
             decide what is seen of its text; formulas of the workbook{}\n  to compare every byte, verify with the \
             version that made it",
            maker.unwrap_or_else(|| "an unnamed version".into()),
            compared.not_compared.iter().map(|path| format!(", `{path}`")).collect::<String>()
        ),
    };
    let own = own_templates(&claimed);
    let templates = match own.is_empty() {
        true => String::new(),
        false => format!(
            "\n  templates of its own, which decide what a page shows of what was checked: {}",
            own.join(", ")
        ),
    };
    Some(format!("{said}{read_from}{templates}"))
}

/// The templates of a bundle that are not the built-in ones.
fn own_templates(claimed: &Bundle) -> Vec<String> {
    let own = |name: &str| {
        let bytes = claimed.get(&format!("spec/templates/{name}"))?;
        (Theme::built_in(name).map(str::as_bytes) != Some(bytes)).then(|| format!("`{name}`"))
    };
    Theme::FILES.into_iter().filter_map(own).collect()
}

/// The publisher's file for each dataset, found by the digest that the spec pins, or that the bundle names.
fn publishers_files(
    claimed: &Bundle,
    spec: &Disk,
    mut library: Library,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<String, PathBuf> {
    let declared = pipeline::declared(spec).value.1;
    let digests = data_files(claimed);
    let mut files = BTreeMap::new();
    for dataset in declared.datasets.values() {
        let digest = dataset.sha256.as_ref().map(|(digest, _)| digest);
        let Some(digest) = digest.or_else(|| digests.get(&dataset.path)) else { continue };
        match library.find(&dataset.path, digest) {
            Some(file) => {
                files.insert(dataset.path.clone(), file);
            }
            None if digests.contains_key(&dataset.path) => {
                let message = format!(
                    "no file under `{}` is the one that `{}` was when the bundle was made",
                    library.root.display(),
                    dataset.path
                );
                let mut error = Diagnostic::error(Code::NotVerified, message)
                    .in_file(dataset.path.clone())
                    .hint(format!("its SHA-256 is {digest}"));
                if let Some((path, found)) = library.of_that_name(&dataset.path) {
                    error = error.hint(format!("`{}` has another: {found}", path.display()));
                }
                diagnostics.push(
                    error.hint("get the file from its publisher and say where it is: `--data DIR`"),
                );
            }
            None => {}
        }
    }
    files
}

/// Whether a folder holds what makes a bundle.
fn is_bundle(folder: &Path) -> bool {
    folder.join("figures.json").is_file() && folder.join("spec").is_dir()
}

/// Reads a bundle that was named on the command line.
pub(super) fn read(folder: &Path) -> Result<Bundle, Diagnostic> {
    read_bundle(folder)
        .map_err(|error| Diagnostic::unreadable(&folder.display().to_string(), &error))
}

/// Files of a folder, found by their digest; each is hashed at most once, those of the same name first. What lies in a bundle
/// is no publisher's file: nothing proves itself.
struct Library {
    root: PathBuf,
    paths: Vec<PathBuf>,
    digests: BTreeMap<PathBuf, String>,
}

impl Library {
    fn new(root: &Path, bundle: &Path) -> Self {
        let bundle = fs::canonicalize(bundle).ok();
        let within = |path: &Path| {
            let path = fs::canonicalize(path).ok();
            path.zip(bundle.as_ref()).is_some_and(|(path, bundle)| path.starts_with(bundle))
        };
        let entries = WalkDir::new(root).sort_by_file_name().into_iter();
        // what is built or kept by tools holds no data of publishers
        let seen = |entry: &walkdir::DirEntry| {
            let name = entry.file_name().to_string_lossy();
            let kept = name.starts_with('.') || name == "target" || name == "node_modules";
            !(entry.depth() > 0 && kept
                || entry.file_type().is_dir() && (is_bundle(entry.path()) || within(entry.path())))
        };
        let files = entries.filter_entry(seen).filter_map(Result::ok);
        let paths =
            files.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path);
        Self { root: root.to_path_buf(), paths: paths.collect(), digests: BTreeMap::new() }
    }

    fn find(&mut self, path: &str, wanted: &str) -> Option<PathBuf> {
        let name = Path::new(path).file_name();
        let own = self.root.join(path);
        let (same, others): (Vec<PathBuf>, Vec<PathBuf>) =
            self.paths.iter().cloned().partition(|path| path.file_name() == name);
        let (first, same): (Vec<PathBuf>, Vec<PathBuf>) =
            same.into_iter().partition(|path| *path == own);
        first.into_iter().chain(same).chain(others).find(|path| self.digest(path) == Some(wanted))
    }

    fn of_that_name(&self, path: &str) -> Option<(&PathBuf, &String)> {
        let name = Path::new(path).file_name();
        self.digests.iter().find(|(path, _)| path.file_name() == name)
    }

    fn digest(&mut self, path: &Path) -> Option<&str> {
        if !self.digests.contains_key(path) {
            let digest = fs::File::open(path).and_then(sha256_of).ok()?;
            self.digests.insert(path.to_path_buf(), digest);
        }
        self.digests.get(path).map(String::as_str)
    }
}
