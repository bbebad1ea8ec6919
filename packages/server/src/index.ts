export type * from './api/schemas.ts';
