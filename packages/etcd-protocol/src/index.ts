export type { ByteString } from './byte-string.ts';
export * from './messages/index.ts';
export type { Init, MessageType } from './wire/message.ts';
