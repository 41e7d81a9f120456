/**
 * Makes JavaScript of a module, for what `deno pack` does not reach.
 *
 * @module
 */

import ts from "typescript";

/**
 * Takes the types out of a module and points its imports at compiled files.
 *
 * @param source The text of the module.
 * @param name Its file name, for the stack traces of what runs.
 * @returns The text of the module in JavaScript.
 */
export function javascript(source: string, name: string): string {
  const { outputText } = ts.transpileModule(source, {
    fileName: name,
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  });
  return outputText;
}
