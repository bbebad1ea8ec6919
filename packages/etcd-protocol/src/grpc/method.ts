import type { MessageType } from '../wire/message.ts';

/** One method of a gRPC service. */
export interface Method<Request, Response> {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly request: MessageType<Request>;
  readonly response: MessageType<Response>;
}

/** Describes a method of a service of etcd's package. */
export function etcdMethod<Request, Response>(
  name: `${string}/${string}`,
  request: MessageType<Request>,
  response: MessageType<Response>,
): Method<Request, Response> {
  return { path: `/etcdserverpb.${name}`, request, response };
}
