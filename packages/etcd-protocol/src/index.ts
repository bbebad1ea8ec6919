export type { ByteString } from './byte-string.ts';
export {
  type ClientTls,
  type ConnectGrpcOptions,
  connectGrpc,
  type GrpcConnection,
} from './grpc/client.ts';
export type { GrpcCallOptions } from './grpc/client-call.ts';
export type { ClientStream, StreamHandlers } from './grpc/client-stream.ts';
export type { Method } from './grpc/method.ts';
export {
  type CloseGrpcServerOptions,
  type GrpcServer,
  type GrpcServerOptions,
  type ServerTls,
  startGrpcServer,
} from './grpc/server.ts';
export {
  type CallInfo,
  type GrpcHandler,
  type RawServerStream,
  type ServerStream,
  type StreamListener,
  streamHandler,
  unaryHandler,
} from './grpc/server-handler.ts';
export { GrpcError, type GrpcErrorOptions, GrpcStatus, isGrpcError } from './grpc/status.ts';
export * from './messages/index.ts';
export * from './services.ts';
export type { Init, MessageType } from './wire/message.ts';
