//! The small files, each under every profile: the area, or the refusal.

use neuropil_morphology::swc::{self, Options, Profile};

#[test]
fn dump() {
    let mut names: Vec<_> = std::fs::read_dir("tests/swc").unwrap().map(|e| e.unwrap().path()).collect();
    names.sort();
    for path in names {
        println!("== {}", path.file_name().unwrap().to_string_lossy());
        for profile in Profile::ALL {
            match swc::load(std::fs::read(&path).unwrap(), &Options::profile(profile)) {
                Ok(cell) => println!("   {:13} {:.4} sections {} {:?}", profile.name(), cell.value.area_um2(), cell.value.sections().len(), cell.warnings.iter().map(|w| w.to_string()).collect::<Vec<_>>()),
                Err(error) => println!("   {:13} ERR {error}", profile.name()),
            }
        }
    }
}
