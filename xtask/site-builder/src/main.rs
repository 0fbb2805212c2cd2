//! Makes the files a browser loads from the WebAssembly that cargo built: adds the JavaScript around
//! it and, for a release, cuts it into chunks and makes it small.
//!
//! `cargo xtask` calls it. The libraries are those that `cargo leptos --split` and `wasm-bindgen`
//! consist of, held by `Cargo.lock` to the versions that the program is built with.
#![expect(
    clippy::print_stderr,
    reason = "a command line tool says what failed on standard error"
)]

mod bindgen;
#[cfg(feature = "release")]
mod chunks;
mod error;
#[cfg(feature = "release")]
mod ordering;
#[cfg(feature = "release")]
mod shrinking;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::error::Error;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// All of the program in one file, with the names of its functions.
    Development(Files),
    /// The program in chunks, as small as it goes.
    #[cfg(feature = "release")]
    Release {
        #[command(flatten)]
        files: Files,
        /// The program `wasm-opt`.
        #[arg(long)]
        wasm_opt: PathBuf,
    },
}

/// Where the program is, and what becomes of it.
#[derive(Args)]
struct Files {
    /// The WebAssembly that cargo built; for a release with its relocations.
    #[arg(long)]
    program: PathBuf,
    /// The folder for the files of the program; what is in it already stays.
    #[arg(long)]
    pkg: PathBuf,
    /// The name of the main files, without an ending.
    #[arg(long)]
    name: String,
    /// What stands for a hash in the names of files, and wherever they mention each other.
    #[arg(long)]
    placeholder: String,
}

fn main() -> ExitCode {
    match run(&Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> Result<(), Error> {
    match command {
        Command::Development(files) => {
            bindgen::generate(&files.program, &files.pkg, &files.name, &files.placeholder)
        }
        #[cfg(feature = "release")]
        Command::Release { files, wasm_opt } => {
            let main = chunks::split(&files.program, &files.pkg, &files.name, &files.placeholder)?;
            bindgen::generate(&main, &files.pkg, &files.name, &files.placeholder)?;
            std::fs::remove_file(&main).map_err(error::at(&main))?;
            shrinking::shrink(&files.pkg, wasm_opt)
        }
    }
}
