//! SHA-256 digests of the sources become environment variables, which the module carries, so that Python can refuse a
//! build that was made from other sources: `PLATOSCOPE_SOURCE_DIGEST` is of all, and there is one of each part, which a
//! change of the other leaves as it is.
//!
//! A digest runs over files in the order of their paths relative to `rust/` (bytes, forward slashes): for each the path, a
//! zero byte, its length as 8 bytes little endian, its bytes.

use std::fmt::Write;
use std::io;
use std::path::{Path, PathBuf};
use std::{env, fs};

use sha2::{Digest, Sha256};

/// Files and folders.
const SHARED: [&str; 7] = [
    "Cargo.toml",
    "Cargo.lock",
    "bindings/Cargo.toml",
    "bindings/build.rs",
    "bindings/src/lib.rs",
    "bindings/src/arguments.rs",
    "bindings/src/errors.rs",
];
const OVERLAP: [&str; 5] = [
    "overlap/Cargo.toml",
    "overlap/src",
    "bindings/src/ids.rs",
    "bindings/src/overlaps.rs",
    "bindings/src/search.rs",
];
const PICTURES: [&str; 3] = ["pictures/Cargo.toml", "pictures/src", "bindings/src/pictures.rs"];

fn main() -> io::Result<()> {
    let bindings = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
    let root = bindings
        .parent()
        .expect("the crate lies in a folder of the workspace");
    let all = [&OVERLAP[..], &PICTURES[..]].concat();
    for (name, part) in [
        ("SOURCE", &all[..]),
        ("OVERLAP", &OVERLAP),
        ("PICTURES", &PICTURES),
    ] {
        let mut files = Vec::new();
        for entry in SHARED.iter().chain(part) {
            list(root, entry, &mut files)?;
        }
        files.sort_unstable();
        println!(
            "cargo:rustc-env=PLATOSCOPE_{name}_DIGEST={}",
            digest(root, &files)?
        );
    }
    Ok(())
}

/// A file, or all that a folder has.
fn list(root: &Path, entry: &str, files: &mut Vec<String>) -> io::Result<()> {
    // A folder is watched as well: a file that is added changes the digest.
    println!("cargo:rerun-if-changed={}", root.join(entry).display());
    if !root.join(entry).is_dir() {
        files.push(entry.to_owned());
        return Ok(());
    }
    for inner in fs::read_dir(root.join(entry))? {
        let name = inner?.file_name();
        let name = name.to_str().expect("source files have names in UTF-8");
        list(root, &format!("{entry}/{name}"), files)?;
    }
    Ok(())
}

fn digest(root: &Path, files: &[String]) -> io::Result<String> {
    let mut hash = Sha256::new();
    for file in files {
        let bytes = fs::read(root.join(file))?;
        hash.update(file.as_bytes());
        hash.update([0]);
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(&bytes);
    }
    let mut hex = String::new();
    for byte in hash.finalize() {
        write!(hex, "{byte:02x}").map_err(io::Error::other)?;
    }
    Ok(hex)
}
