export { type ConnectEtcdOptions, connectEtcd } from './connect-etcd.ts';
export { type EtcdBackendOptions, etcdBackend } from './etcd-backend.ts';
export type { EtcdCredentials } from './sign-in.ts';
