import { dirname, join } from 'node:path';
import { parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { importTarget, place, published, textOf } from './workspace.ts';

/** Names that a module exports and declares itself, with whether a doc comment stands before each. */
interface Declared {
  readonly documented: boolean;
  readonly at: string;
}

interface Module {
  readonly declared: ReadonlyMap<string, Declared>;
  /** Exported name → module and name that it comes from. */
  readonly passedOn: ReadonlyMap<string, { readonly path: string; readonly name: string }>;
  /** Modules of which everything is passed on. */
  readonly whole: readonly string[];
}

const modules = new Map<string, Module>();

function moduleAt(path: string): Module {
  const known = modules.get(path);
  if (known !== undefined) return known;
  const text = textOf(path);
  const { program, module, comments } = parseSync(path, text);
  const docEnds = comments.filter(({ type, value }) => type === 'Block' && value.startsWith('*')).map(({ end }) => end);
  const documented = (start: number): boolean =>
    docEnds.some((end) => end <= start && text.slice(end, start).trim() === '');
  const locals = new Map<string, Declared>();
  for (const statement of program.body) {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    for (const name of declaredNames(declaration))
      if (!locals.get(name)?.documented)
        locals.set(name, { documented: documented(statement.start), at: place(path, text, statement.start) });
  }
  const declared = new Map<string, Declared>();
  const passedOn = new Map<string, { path: string; name: string }>();
  const whole: string[] = [];
  const imported = new Map<string, { path: string; name: string }>();
  for (const { moduleRequest, entries } of module.staticImports)
    for (const { localName, importName } of entries)
      if (moduleRequest.value.startsWith('.'))
        imported.set(localName.value, {
          path: importTarget(path, moduleRequest.value),
          name: importName.name ?? localName.value,
        });
  for (const { entries } of module.staticExports) {
    for (const entry of entries) {
      const target = entry.moduleRequest?.value;
      const name = entry.exportName.name;
      if (target !== undefined && !target.startsWith('.')) continue;
      if (target !== undefined && name === null) whole.push(importTarget(path, target));
      else if (target !== undefined && name !== null)
        passedOn.set(name, { path: importTarget(path, target), name: entry.importName.name ?? name });
      else if (name !== null) {
        const local = entry.localName.name ?? name;
        const found = locals.get(local);
        const from = imported.get(local);
        if (found !== undefined) declared.set(name, found);
        else if (from !== undefined) passedOn.set(name, from);
      }
    }
  }
  const result = { declared, passedOn, whole };
  modules.set(path, result);
  return result;
}

function declaredNames(declaration: unknown): string[] {
  const node = declaration as { id?: { name?: string }; declarations?: { id: { name?: string } }[] } | null;
  const names = [node?.id?.name, ...(node?.declarations ?? []).map(({ id }) => id.name)];
  return names.filter((name) => name !== undefined);
}

/** Where a name of a module is declared. */
function declarationOf(path: string, name: string): Declared | undefined {
  const { declared, passedOn, whole } = moduleAt(path);
  const own = declared.get(name);
  if (own !== undefined) return own;
  const from = passedOn.get(name);
  if (from !== undefined) return declarationOf(from.path, from.name);
  for (const next of whole) {
    const found = declarationOf(next, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function exportedNames(path: string): string[] {
  const { declared, passedOn, whole } = moduleAt(path);
  return [...new Set([...declared.keys(), ...passedOn.keys(), ...whole.flatMap(exportedNames)])];
}

describe.each(published.map(({ folder, manifest }) => ({ folder, manifest })))(
  '$manifest.name',
  ({ folder, manifest }) => {
    const faces = Object.values(manifest.exports ?? {}).flatMap((face) => face['keelson-source'] ?? []);

    it('documents every name that it exports', () => {
      const silent = faces.flatMap((face) => {
        const path = join(folder, face);
        return exportedNames(path).flatMap((name) => {
          const found = declarationOf(path, name);
          if (found === undefined) return [`${dirname(path)}: ${name} is not found`];
          return found.documented ? [] : [`${found.at} ${name}`];
        });
      });
      expect(silent).toEqual([]);
    });

    it('has something to document', () => {
      expect(faces.flatMap((face) => exportedNames(join(folder, face)))).not.toEqual([]);
    });
  },
);
