/** Put and range of etcd by @grpc/grpc-js and protobufjs alone: no deadline, no retries, nothing of a driver. */
import { Client, credentials } from '@grpc/grpc-js';
import protobuf from 'protobufjs';

const { root } = protobuf.parse(`
  syntax = "proto3";
  message KeyValue {
    bytes key = 1; int64 create_revision = 2; int64 mod_revision = 3; int64 version = 4; bytes value = 5; int64 lease = 6;
  }
  message ResponseHeader { uint64 cluster_id = 1; uint64 member_id = 2; int64 revision = 3; uint64 raft_term = 4; }
  message PutRequest { bytes key = 1; bytes value = 2; int64 lease = 3; }
  message PutResponse { ResponseHeader header = 1; KeyValue prev_kv = 2; }
  message RangeRequest { bytes key = 1; bytes range_end = 2; int64 limit = 3; }
  message RangeResponse { ResponseHeader header = 1; repeated KeyValue kvs = 2; bool more = 3; int64 count = 4; }
`);

/** @returns {{ put: (request: object) => Promise<object>, range: (request: object) => Promise<object>, close: () => void }} */
export function rawEtcd(address) {
  const client = new Client(address, credentials.createInsecure());
  const method = (path, name) => {
    const [request, response] = [root.lookupType(`${name}Request`), root.lookupType(`${name}Response`)];
    const serialize = (message) => request.encode(message).finish();
    const deserialize = (bytes) => response.decode(bytes);
    return (message) =>
      new Promise((resolve, reject) => {
        client.makeUnaryRequest(path, serialize, deserialize, message, (error, answer) =>
          error ? reject(error) : resolve(answer),
        );
      });
  };
  return {
    put: method('/etcdserverpb.KV/Put', 'Put'),
    range: method('/etcdserverpb.KV/Range', 'Range'),
    close: () => client.close(),
  };
}
