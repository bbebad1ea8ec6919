export { type CopyReport, type CopyRound, type CopyStoreOptions, copyStore } from './copy-store.ts';
export type { Holdings } from './differences.ts';
export {
  EXPORT_FORMAT,
  exportStore,
  type ImportReport,
  importStore,
  type ReadExport,
  readExport,
} from './export-file.ts';
