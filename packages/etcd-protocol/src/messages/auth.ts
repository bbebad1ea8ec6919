import { bool, embedded, string, uint64 } from '../wire/fields.ts';
import { defineMessage, type MessageType } from '../wire/message.ts';
import { ResponseHeader } from './header.ts';

/** Asks for a token. */
export interface AuthenticateRequest {
  readonly name: string;
  readonly password: string;
}
/** Codec of `etcdserverpb.AuthenticateRequest`. */
export const AuthenticateRequest: MessageType<AuthenticateRequest> = defineMessage<AuthenticateRequest>(
  'etcdserverpb.AuthenticateRequest',
  {
    name: string(1),
    password: string(2),
  },
);

/** The token, to be sent as metadata `token` with every call. */
export interface AuthenticateResponse {
  readonly header: ResponseHeader | undefined;
  readonly token: string;
}
/** Codec of `etcdserverpb.AuthenticateResponse`. */
export const AuthenticateResponse: MessageType<AuthenticateResponse> = defineMessage<AuthenticateResponse>(
  'etcdserverpb.AuthenticateResponse',
  {
    header: embedded(1, () => ResponseHeader),
    token: string(2),
  },
);

/** Asks whether authentication is on. */
export type AuthStatusRequest = Readonly<Record<string, never>>;
/** Codec of `etcdserverpb.AuthStatusRequest`. */
export const AuthStatusRequest: MessageType<AuthStatusRequest> = defineMessage<AuthStatusRequest>(
  'etcdserverpb.AuthStatusRequest',
  {},
);

/** Whether authentication is on. */
export interface AuthStatusResponse {
  readonly header: ResponseHeader | undefined;
  readonly enabled: boolean;
  readonly authRevision: bigint;
}
/** Codec of `etcdserverpb.AuthStatusResponse`. */
export const AuthStatusResponse: MessageType<AuthStatusResponse> = defineMessage<AuthStatusResponse>(
  'etcdserverpb.AuthStatusResponse',
  {
    header: embedded(1, () => ResponseHeader),
    enabled: bool(2),
    authRevision: uint64(3),
  },
);

/** Turns authentication on. */
export type AuthEnableRequest = Readonly<Record<string, never>>;
/** Codec of `etcdserverpb.AuthEnableRequest`. */
export const AuthEnableRequest: MessageType<AuthEnableRequest> = defineMessage<AuthEnableRequest>(
  'etcdserverpb.AuthEnableRequest',
  {},
);

/** Answer to turning it on. */
export interface AuthEnableResponse {
  readonly header: ResponseHeader | undefined;
}
/** Codec of `etcdserverpb.AuthEnableResponse`. */
export const AuthEnableResponse: MessageType<AuthEnableResponse> = defineMessage<AuthEnableResponse>(
  'etcdserverpb.AuthEnableResponse',
  {
    header: embedded(1, () => ResponseHeader),
  },
);

/** Turns authentication off. */
export type AuthDisableRequest = Readonly<Record<string, never>>;
/** Codec of `etcdserverpb.AuthDisableRequest`. */
export const AuthDisableRequest: MessageType<AuthDisableRequest> = defineMessage<AuthDisableRequest>(
  'etcdserverpb.AuthDisableRequest',
  {},
);

/** Answer to turning it off. */
export interface AuthDisableResponse {
  readonly header: ResponseHeader | undefined;
}
/** Codec of `etcdserverpb.AuthDisableResponse`. */
export const AuthDisableResponse: MessageType<AuthDisableResponse> = defineMessage<AuthDisableResponse>(
  'etcdserverpb.AuthDisableResponse',
  {
    header: embedded(1, () => ResponseHeader),
  },
);
