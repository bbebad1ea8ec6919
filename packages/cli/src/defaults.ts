/** Default port of the HTTP API and console. */
export const DEFAULT_HTTP_PORT = 7400;

/** Default port of the etcd v3 API: not etcd's own, so that a server runs beside an etcd. */
export const DEFAULT_ETCD_PORT = 7401;

/** Where a command looks for a server that it is not told of. */
export const defaultServer: string = `http://127.0.0.1:${DEFAULT_HTTP_PORT}`;
