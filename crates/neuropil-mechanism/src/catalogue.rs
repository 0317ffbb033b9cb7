//! The built-in mechanisms: sources compiled into the library, which take exactly the road of a
//! user's file.

use include_dir::{Dir, include_dir};

use crate::Source;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../mechanisms");

/// One built-in mechanism.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Folder, named after the publication.
    pub publication: &'static str,
    /// File name without its extension.
    pub file: &'static str,
    /// The NMODL text.
    pub text: &'static str,
}

impl Entry {
    /// The source under its catalogue path, such as `hodgkin_huxley_1952/hh.mod`.
    pub fn source(&self) -> Source {
        Source::from_text(format!("{}/{}.mod", self.publication, self.file), self.text)
    }
}

/// All built-in mechanisms, in order of their paths.
pub fn entries() -> Vec<Entry> {
    let mut all = Vec::new();
    for folder in FILES.dirs() {
        let Some(publication) = folder.path().file_name().and_then(|n| n.to_str()) else {
            continue;
        };
        for file in folder.files() {
            let path = file.path();
            let is_mod = path.extension().is_some_and(|e| e == "mod");
            let stem = path.file_stem().and_then(|n| n.to_str());
            if let (true, Some(stem), Some(text)) = (is_mod, stem, file.contents_utf8()) {
                all.push(Entry { publication, file: stem, text });
            }
        }
    }
    all.sort_by_key(|e| (e.publication, e.file));
    all
}

/// The README of a publication's folder: equations, parameters, source.
pub fn readme(publication: &str) -> Option<&'static str> {
    FILES.get_file(format!("{publication}/README.md"))?.contents_utf8()
}
