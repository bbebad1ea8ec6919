/** How many messages clients have sent to a server, as it counts them itself. */
import { once } from 'node:events';
import { connect } from 'node:net';

/** Of an etcd: messages of all calls, those inside streams too. */
export async function etcdRequests(endpoint) {
  const page = await (await fetch(`${endpoint}/metrics`)).text();
  const counts = [...page.matchAll(/^grpc_server_msg_received_total\{[^}]*\} (\S+)$/gm)].map(([, count]) =>
    Number(count),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Of a ZooKeeper: its packets, with those of this question. */
export async function zooKeeperRequests(port) {
  const socket = connect({ host: '127.0.0.1', port });
  const chunks = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.end('mntr');
  await once(socket, 'close');
  return Number(/^zk_packets_received\s+(\d+)/m.exec(Buffer.concat(chunks).toString())?.[1]);
}
