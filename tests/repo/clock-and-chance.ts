import { parseSync, Visitor } from 'oxc-parser';

const forbiddenCalls = new Set(['setTimeout', 'setInterval', 'setImmediate', 'Date']);
const forbiddenMembers = new Set([
  'Date.now',
  'Math.random',
  'performance.now',
  'process.hrtime',
  'AbortSignal.timeout',
  'crypto.randomUUID',
  'crypto.randomBytes',
  'crypto.randomInt',
  'crypto.getRandomValues',
]);
const forbiddenImports = /^node:(timers(\/promises)?|perf_hooks)$/;
const forbiddenNames = new Set(['randomUUID', 'randomBytes', 'randomInt', 'randomFill', 'randomFillSync', 'hrtime']);

/** Where `text` reads a clock, sets a timer or draws lots, by offset. */
export function clockAndChance(path: string, text: string): { readonly what: string; readonly offset: number }[] {
  const found: { what: string; offset: number }[] = [];
  const { program } = parseSync(path, text);
  new Visitor({
    CallExpression(node) {
      if (node.callee.type === 'Identifier' && forbiddenCalls.has(node.callee.name))
        found.push({ what: `${node.callee.name}()`, offset: node.start });
    },
    NewExpression(node) {
      if (node.callee.type === 'Identifier' && node.callee.name === 'Date' && node.arguments.length === 0)
        found.push({ what: 'new Date()', offset: node.start });
    },
    MemberExpression(node) {
      const object = node.object.type === 'MemberExpression' ? node.object.property : node.object;
      if (object.type !== 'Identifier' || node.property.type !== 'Identifier') return;
      const name = `${object.name}.${node.property.name}`;
      if (forbiddenMembers.has(name)) found.push({ what: name, offset: node.start });
      if (object.name === 'globalThis' && forbiddenCalls.has(node.property.name) && node.property.name !== 'Date')
        found.push({ what: name, offset: node.start });
    },
    ImportDeclaration(node) {
      if (forbiddenImports.test(node.source.value)) found.push({ what: node.source.value, offset: node.start });
      for (const entry of node.specifiers)
        if (forbiddenNames.has(entry.local.name)) found.push({ what: entry.local.name, offset: entry.start });
    },
  }).visit(program);
  return found;
}
