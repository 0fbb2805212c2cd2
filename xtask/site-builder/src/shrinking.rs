//! Makes the program small: what is never called goes, then `wasm-opt` does what it can, and then what
//! is alike is laid together.
//!
//! A view whose type is erased carries the addresses of everything that can be done with a view, so
//! the compiler keeps all of it. Some of that this app never does, and the names that the functions
//! still have at this point tell which. Their bodies become a trap, and what only they called is
//! dropped with them: a tenth of the program.

use std::collections::{BTreeSet, HashSet};
use std::convert::Infallible;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;

use wasm_encoder::reencode::{self, Reencode, utils};
use wasm_encoder::{CodeSection, Function, Instruction, Module};
use wasmparser::{FunctionBody, KnownCustom, Name, NameSectionReader, Parser, Payload, TypeRef};

use crate::error::{Error, at};
use crate::ordering;

/// Functions that are never called, by the end of their path.
///
/// Leptos can hydrate a page piece by piece, each when it has arrived. This page is hydrated at once,
/// when all of it is there. Only whole paths match: of functions with the same body the compiler keeps
/// one, under one of their names.
const NEVER: [&str; 3] = [
    "into_any::hydrate_async",
    "into_any::hydrate_async::{closure}",
    "new_with_async_value_erased::{closure}",
];

/// The start of the names of functions that JavaScript calls for streams that are handed to it. None
/// is.
const STREAMS: &str = "intounderlying";

/// Twice: the second time finds what the first has left, half of a hundredth. The features are those
/// that the compiler uses.
const WASM_OPT: [&str; 4] = [
    "-Oz",
    "-Oz",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
];

/// Shrinks every file of the program in `pkg`. They still carry the names of their functions, and do
/// not afterwards.
///
/// # Errors
/// [`Error::Shrink`] where a file is not WebAssembly or `wasm-opt` refuses it,
/// [`Error::NoSuchFunction`] where a name in [`NEVER`] or [`STREAMS`] is in no file.
pub(crate) fn shrink(pkg: &Path, wasm_opt: &Path) -> Result<(), Error> {
    let mut program: Vec<(u64, PathBuf)> = Vec::new();
    for entry in fs::read_dir(pkg).map_err(at(pkg))? {
        let file = entry.map_err(at(pkg))?.path();
        if file.extension().is_some_and(|ending| ending == "wasm") {
            let length = fs::metadata(&file).map_err(at(&file))?.len();
            program.push((length, file));
        }
    }
    // The largest takes longest, so it comes first.
    program.sort_unstable();
    let waiting = Mutex::new(program);
    let found = Mutex::new(BTreeSet::new());
    let work = || -> Result<(), Error> {
        loop {
            let Some((_, file)) = waiting.lock().ok().and_then(|mut files| files.pop()) else {
                return Ok(());
            };
            let names = shrink_file(&file, wasm_opt)?;
            if let Ok(mut found) = found.lock() {
                found.extend(names);
            }
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let all: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        all.into_iter().try_for_each(|one| {
            one.join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    })?;
    let found = found.into_inner().unwrap_or_default();
    missing(&found).map_or(Ok(()), |name| Err(Error::NoSuchFunction(name)))
}

/// The first name on the list that is not among those that were found.
fn missing(found: &BTreeSet<&'static str>) -> Option<&'static str> {
    NEVER
        .into_iter()
        .chain([STREAMS])
        .find(|name| !found.contains(name))
}

/// Shrinks one file, and answers which names on the list it held.
fn shrink_file(file: &Path, wasm_opt: &Path) -> Result<BTreeSet<&'static str>, Error> {
    let refused = |reason: String| Error::Shrink {
        file: file.to_owned(),
        reason,
    };
    let bytes = fs::read(file).map_err(at(file))?;
    let (trapped, found) = without_uncalled(&bytes).map_err(|error| refused(error.to_string()))?;
    fs::write(file, trapped).map_err(at(file))?;
    let output = Command::new(wasm_opt)
        .args(WASM_OPT)
        .arg(file)
        .arg("-o")
        .arg(file)
        .output()
        .map_err(at(wasm_opt))?;
    if !output.status.success() {
        return Err(refused(
            String::from_utf8_lossy(&output.stderr).into_owned(),
        ));
    }
    let bytes = fs::read(file).map_err(at(file))?;
    let ordered = ordering::alike_together(&bytes).map_err(|error| refused(error.to_string()))?;
    fs::write(file, ordered).map_err(at(file))?;
    Ok(found)
}

/// `wasm` with a trap in the place of every function that is never called, and which names on the
/// list it held.
fn without_uncalled(
    wasm: &[u8],
) -> Result<(Vec<u8>, BTreeSet<&'static str>), reencode::Error<Infallible>> {
    let mut trap = Trap {
        never: HashSet::new(),
        next: 0,
    };
    let mut found = BTreeSet::new();
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
                // It comes last, so that the imported functions are counted by now.
                if let KnownCustom::Name(names) = section.as_known() {
                    (trap.never, found) = never_called(names, trap.next)?;
                }
            }
            _ => {}
        }
    }
    let mut module = Module::new();
    trap.parse_core_module(&mut module, Parser::new(0), wasm)?;
    Ok((module.finish(), found))
}

/// The functions of the module's own that are never called, and which names on the list they have.
/// Those before `first` are imported.
fn never_called(
    names: NameSectionReader<'_>,
    first: u32,
) -> Result<(HashSet<u32>, BTreeSet<&'static str>), wasmparser::BinaryReaderError> {
    let (mut never, mut found) = (HashSet::new(), BTreeSet::new());
    for part in names {
        if let Name::Function(functions) = part? {
            for function in functions {
                let function = function?;
                if function.index < first {
                    continue;
                }
                if let Some(name) = uncalled(function.name) {
                    never.insert(function.index);
                    found.insert(name);
                }
            }
        }
    }
    Ok((never, found))
}

/// The name on the list that the function of this symbol has.
fn uncalled(symbol: &str) -> Option<&'static str> {
    if symbol.starts_with(STREAMS) {
        return Some(STREAMS);
    }
    let path = path_of(symbol);
    NEVER.into_iter().find(|end| {
        path.strip_suffix(end)
            .is_some_and(|before| before.is_empty() || before.ends_with("::"))
    })
}

/// The path that a symbol stands for, the same under both of the compiler's manglings: without its
/// hash, generic arguments, and the numbers of closures.
fn path_of(symbol: &str) -> String {
    let demangled = format!("{:#}", rustc_demangle::demangle(symbol));
    let mut path = String::with_capacity(demangled.len());
    let mut rest = demangled.as_str();
    while let Some(start) = rest.find("::<") {
        let arguments = &rest[start + 2..];
        let Some(end) = closing(arguments) else { break };
        path.push_str(&rest[..start]);
        rest = &arguments[end..];
    }
    path.push_str(rest);
    // Legacy: `{{closure}}`. v0: `{closure#0}`.
    let mut plain = String::with_capacity(path.len());
    let mut rest = path.replace("{{closure}}", "{closure}");
    while let Some(start) = rest.find("{closure#") {
        let Some(length) = rest[start..].find('}') else {
            break;
        };
        plain.push_str(&rest[..start]);
        plain.push_str("{closure}");
        rest = rest[start + length + 1..].to_owned();
    }
    plain + &rest
}

/// Where the angle bracket that `text` begins with is closed.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut before = ' ';
    for (place, letter) in text.char_indices() {
        match letter {
            '<' => depth += 1,
            // Not the arrow of a function's type.
            '>' if before != '-' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(place + 1);
                }
            }
            _ => {}
        }
        before = letter;
    }
    None
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
        let (wasm, found) = without_uncalled(&program(["imported", later, main])).unwrap();
        assert_eq!(traps(&wasm), [true, false]);
        assert_eq!(found, ["into_any::hydrate_async"].into());
        let stream = "intounderlyingsink_write_58a9338f50bce61c";
        let (wasm, found) = without_uncalled(&program(["imported", main, stream])).unwrap();
        assert_eq!(traps(&wasm), [false, true]);
        assert_eq!(found, [STREAMS].into());
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
        assert_eq!(
            without_uncalled(&program).unwrap(),
            (program, BTreeSet::new())
        );
    }

    /// Symbols of rustc 1.95, of a function in an implementation of a trait for a generic type.
    #[test]
    fn a_path_is_the_same_under_both_manglings() {
        let legacy =
            "_ZN54_$LT$tachys..T$LT$A$GT$$u20$as$u20$tachys..IntoAny$GT$8into_any13hydrate_async";
        let v0 = "INvNvXCsgdcPttjgmLc_6tachysINtB7_1TpENtB7_7IntoAny8into_any13hydrate_async\
                  INtNtCsgEmfK2I1SDS_4core6option6OptionhEE";
        for (symbol, expected) in [
            (
                format!("{legacy}17h8cfad2b09e4c8e56E"),
                "into_any::hydrate_async",
            ),
            (
                format!("_R{v0}B7_").replace("B7_", "B5_"),
                "into_any::hydrate_async",
            ),
            (
                format!("{legacy}28_$u7b$$u7b$closure$u7d$$u7d$17h1861d171fee62b4cE"),
                "into_any::hydrate_async::{closure}",
            ),
            (
                format!("_RNC{v0}0B7_"),
                "into_any::hydrate_async::{closure}",
            ),
        ] {
            let path = path_of(&symbol);
            assert!(path.ends_with(&format!("::{expected}")), "{symbol}: {path}");
            assert_eq!(uncalled(&symbol), Some(expected), "{symbol}");
        }
    }

    #[test]
    fn a_name_on_the_list_that_no_function_has_is_told() {
        let all: BTreeSet<_> = NEVER.into_iter().chain([STREAMS]).collect();
        assert_eq!(missing(&all), None);
        for name in all.clone() {
            let mut others = all.clone();
            others.remove(name);
            assert_eq!(missing(&others), Some(name));
        }
    }

    #[test]
    fn file_that_is_no_program_is_refused() {
        assert!(without_uncalled(b"\0asm\x01\0\0\0\x0a\xff").is_err());
    }
}
