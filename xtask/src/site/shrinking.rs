//! Makes the program small: what is never called goes, then `wasm-opt` does what it can, and then what
//! is alike is laid together.
//!
//! A view whose type is erased carries the addresses of everything that can be done with a view, so
//! the compiler keeps all of it. Some of that this app never does, and the names that the functions
//! still have at this point tell which. Their bodies become a trap, and what only they called is
//! dropped with them: a tenth of the program.

use std::collections::HashSet;
use std::convert::Infallible;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use wasm_encoder::reencode::{self, Reencode, utils};
use wasm_encoder::{CodeSection, Function, Instruction, Module};
use wasmparser::{FunctionBody, KnownCustom, Name, NameSectionReader, Parser, Payload, TypeRef};

use crate::failure::{Failure, at};
use crate::process;
use crate::site::ordering;
use crate::stamp::files_under;

/// The ends of the names of functions that are never called, before their hashes; in a path each part
/// has its length before it.
///
/// A page can be taken over piece by piece, each when it has arrived. This one is taken over at once,
/// when all of it is there. A name that goes on is not meant: of functions with the same body the
/// compiler keeps one, under one of their names.
const NEVER: [&str; 4] = [
    "8into_any13hydrate_async",
    "8into_any13hydrate_async28_$u7b$$u7b$closure$u7d$$u7d$",
    "27new_with_async_value_erased",
    "27new_with_async_value_erased28_$u7b$$u7b$closure$u7d$$u7d$",
];

/// What the browser would call for streams that are handed to it. None is.
const STREAMS: &str = "intounderlying";

/// As cargo-leptos has it, but twice: the second time finds what the first has left, half of a
/// hundredth. The features are those that the compiler uses.
const WASM_OPT: [&str; 4] = [
    "-Oz",
    "-Oz",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
];

/// How it is done: with another way the files are others.
pub(super) fn way() -> String {
    [&NEVER[..], &[STREAMS], &WASM_OPT, &[ordering::WAY]]
        .concat()
        .join(" ")
}

/// Shrinks every file of the program in `pkg`. They still carry the names of their functions, and do
/// not afterwards.
pub(super) fn shrink(pkg: &Path, wasm_opt: &Path) -> Result<(), Failure> {
    let files = files_under(pkg, &[])?;
    let mut program: Vec<(u64, PathBuf)> = Vec::new();
    for file in files {
        if file
            .extension()
            .is_some_and(|extension| extension == "wasm")
        {
            let length = fs::metadata(&file).map_err(at(&file))?.len();
            program.push((length, file));
        }
    }
    // The largest takes longest, and is begun with.
    program.sort_unstable();
    let waiting = Mutex::new(program);
    let next = || waiting.lock().ok()?.pop();
    let work = || -> Result<(), Failure> {
        while let Some((_, file)) = next() {
            let bytes = fs::read(&file).map_err(at(&file))?;
            let no_program = |source: reencode::Error<_>| Failure::Program {
                file: file.display().to_string(),
                reason: source.to_string(),
            };
            let trapped = without_uncalled(&bytes).map_err(no_program)?;
            fs::write(&file, trapped).map_err(at(&file))?;
            let mut command = process::command(wasm_opt);
            command.args(WASM_OPT).arg(&file).arg("-o").arg(&file);
            let output = command.output().map_err(at(wasm_opt))?;
            if !output.status.success() {
                return Err(Failure::Program {
                    file: file.display().to_string(),
                    reason: String::from_utf8_lossy(&output.stderr).into_owned(),
                });
            }
            let bytes = fs::read(&file).map_err(at(&file))?;
            let ordered = ordering::alike_together(&bytes).map_err(no_program)?;
            fs::write(&file, ordered).map_err(at(&file))?;
        }
        Ok(())
    };
    let hands = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let all: Vec<_> = (0..hands).map(|_| scope.spawn(work)).collect();
        all.into_iter()
            .try_for_each(|one| one.join().unwrap_or(Err(Failure::Interrupted)))
    })
}

/// `wasm` with a trap in the place of every function that is never called.
fn without_uncalled(wasm: &[u8]) -> Result<Vec<u8>, reencode::Error<Infallible>> {
    let mut trap = Trap {
        never: HashSet::new(),
        next: 0,
    };
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    if matches!(import?.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)) {
                        trap.next += 1;
                    }
                }
            }
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(names) = section.as_known() {
                    trap.never = never_called(names)?;
                }
            }
            _ => {}
        }
    }
    let mut module = Module::new();
    trap.parse_core_module(&mut module, Parser::new(0), wasm)?;
    Ok(module.finish())
}

/// The functions that are never called, by their names.
fn never_called(
    names: NameSectionReader<'_>,
) -> Result<HashSet<u32>, wasmparser::BinaryReaderError> {
    let mut never = HashSet::new();
    for part in names {
        if let Name::Function(functions) = part? {
            for function in functions {
                let function = function?;
                if is_never_called(function.name) {
                    never.insert(function.index);
                }
            }
        }
    }
    Ok(never)
}

fn is_never_called(name: &str) -> bool {
    // The hash at the end of a name: its length, an `h` and sixteen digits.
    let path = name
        .strip_suffix('E')
        .and_then(|name| name.rsplit_once("17h"))
        .map_or(name, |(path, _)| path);
    NEVER.iter().any(|end| path.ends_with(end)) || name.contains(STREAMS)
}

/// Copies a module.
struct Trap {
    never: HashSet<u32>,
    /// The index of the function whose body comes next.
    next: u32,
}

impl Reencode for Trap {
    type Error = Infallible;

    fn parse_function_body(
        &mut self,
        code: &mut CodeSection,
        body: FunctionBody<'_>,
    ) -> Result<(), reencode::Error> {
        let index = self.next;
        self.next += 1;
        if !self.never.contains(&index) {
            return utils::parse_function_body(self, code, body);
        }
        let mut trap = Function::new([]);
        trap.instruction(&Instruction::Unreachable);
        trap.instruction(&Instruction::End);
        code.function(&trap);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        EntityType, FunctionSection, ImportSection, NameMap, NameSection, TypeSection, ValType,
    };

    use super::*;

    /// One imported function and two of its own, each with a name.
    fn program(names: [&str; 3]) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], [ValType::I32]);
        let mut imports = ImportSection::new();
        imports.import("page", "imported", EntityType::Function(0));
        let mut functions = FunctionSection::new();
        functions.function(0).function(0);
        let mut code = CodeSection::new();
        for number in [7, 8] {
            let mut body = Function::new([]);
            body.instruction(&Instruction::I32Const(number));
            body.instruction(&Instruction::End);
            code.function(&body);
        }
        let mut map = NameMap::new();
        for (index, name) in (0..).zip(names) {
            map.append(index, name);
        }
        let mut section = NameSection::new();
        section.functions(&map);
        let mut module = Module::new();
        module
            .section(&types)
            .section(&imports)
            .section(&functions)
            .section(&code)
            .section(&section);
        module.finish()
    }

    /// Whether each function of its own is a trap.
    fn traps(wasm: &[u8]) -> Vec<bool> {
        let bodies = Parser::new(0).parse_all(wasm).filter_map(|payload| {
            let Payload::CodeSectionEntry(body) = payload.unwrap() else {
                return None;
            };
            let mut operators = body.get_operators_reader().unwrap();
            Some(matches!(
                operators.read().unwrap(),
                wasmparser::Operator::Unreachable
            ))
        });
        bodies.collect()
    }

    #[test]
    fn what_is_never_called_becomes_a_trap() {
        let main = "_ZN3app4main17h005e123c40eec079E";
        let later = "_ZN1T8into_any13hydrate_async17h00e123c40eec079bE";
        let wasm = without_uncalled(&program(["imported", later, main])).unwrap();
        assert_eq!(traps(&wasm), [true, false]);
        let stream = "intounderlyingsink_write_58a9338f50bce61c";
        let wasm = without_uncalled(&program(["imported", main, stream])).unwrap();
        assert_eq!(traps(&wasm), [false, true]);
    }

    #[test]
    fn what_may_be_called_stays_byte_for_byte() {
        let closure = "28_$u7b$$u7b$closure$u7d$$u7d$";
        let hash = "17h005e123c40eec079E";
        let inner = format!("_ZN1T8into_any13hydrate_async{closure}{closure}{hash}");
        let taken = "_ZN1T8into_any19hydrate_from_server17h005e123c40eec079E";
        let program = program([
            "_ZN1T8into_any13hydrate_async17h00e123c40eec079bE",
            &inner,
            taken,
        ]);
        assert_eq!(without_uncalled(&program).unwrap(), program);
    }

    #[test]
    fn file_that_is_no_program_is_refused() {
        assert!(without_uncalled(b"\0asm\x01\0\0\0\x0a\xff").is_err());
    }
}
