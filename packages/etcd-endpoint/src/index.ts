export { type EtcdAuth, passwordAuth } from './auth.ts';
export { type EtcdEndpoint, type EtcdEndpointOptions, startEtcdEndpoint, type WatchLoad } from './endpoint.ts';
export { type EtcdErrorName, etcdErrors } from './etcd-error.ts';
