export type { CommandIo } from './command-context.ts';
export { exitCodes } from './exit-codes.ts';
export type { OutputTarget } from './output/output.ts';
export { run } from './program.ts';
