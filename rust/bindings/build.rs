//! The SHA-256 of the sources becomes the environment variable `PLATOSCOPE_SOURCE_DIGEST`, which the
//! module carries, so that Python can refuse a build that was made from other sources.
//!
//! The digest runs over the files in the order of their paths relative to `rust/` (bytes, forward
//! slashes): for each the path, a zero byte, its length as 8 bytes little endian, its bytes.

use std::fmt::Write;
use std::io;
use std::path::{Path, PathBuf};
use std::{env, fs};

use sha2::{Digest, Sha256};

const FILES: [&str; 5] = [
    "Cargo.toml",
    "Cargo.lock",
    "overlap/Cargo.toml",
    "bindings/Cargo.toml",
    "bindings/build.rs",
];
const FOLDERS: [&str; 2] = ["overlap/src", "bindings/src"];

fn main() -> io::Result<()> {
    let bindings = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
    let root = bindings
        .parent()
        .expect("the crate lies in a folder of the workspace");
    let mut files: Vec<String> = FILES.map(String::from).to_vec();
    for folder in FOLDERS {
        // A folder is watched as well: a file that is added changes the digest.
        println!("cargo:rerun-if-changed={}", root.join(folder).display());
        list(root, folder, &mut files)?;
    }
    files.sort_unstable();
    println!(
        "cargo:rustc-env=PLATOSCOPE_SOURCE_DIGEST={}",
        digest(root, &files)?
    );
    Ok(())
}

fn list(root: &Path, folder: &str, files: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let name = entry
            .file_name()
            .into_string()
            .expect("source files have names in UTF-8");
        let path = format!("{folder}/{name}");
        if entry.file_type()?.is_dir() {
            list(root, &path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn digest(root: &Path, files: &[String]) -> io::Result<String> {
    let mut hash = Sha256::new();
    for file in files {
        let path = root.join(file);
        println!("cargo:rerun-if-changed={}", path.display());
        let bytes = fs::read(path)?;
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
