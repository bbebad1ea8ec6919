import process from 'node:process';
import { decodeRecord } from '@keelson/cluster';
import { launchExample } from '@keelson/example-replicated-kv';
import { systemRuntime } from '@keelson/runtime';
import { connectStore } from './failover/connect-store.mjs';
import { openHost } from './failover/hosts.mjs';

const runtime = systemRuntime();
const host = await openHost(process.argv[2] ?? 'embedded');
const t0 = Date.now();
const ex = await launchExample({
  storeUrl: host.storeUrl,
  dataDirectory: '/tmp/prof-fo/data' + process.pid,
  runtime,
  ttlMs: 10000,
  onEvent: (e) => {
    if (e.event !== 'load') console.error(((Date.now() - t0) / 1000).toFixed(1), JSON.stringify(e).slice(0, 300));
  },
});
const store = await connectStore(host.storeUrl, runtime);
for (let i = 0; i < 14; i++) {
  await new Promise((r) => setTimeout(r, 5000));
  const all = (await store.list('/example', { recursive: true })).entries;
  const ev = all.find((e) => e.path === '/example/EXTERNALVIEW/kv');
  const rows = ev ? Object.values(decodeRecord(ev.value).mapFields) : [];
  const masters = rows.filter((r) => Object.values(r).includes('MASTER')).length;
  const slaves = rows.map((r) => Object.values(r).filter((s) => s === 'SLAVE').length).reduce((a, b) => a + b, 0);
  const err = rows.map((r) => Object.values(r).filter((s) => s === 'ERROR').length).reduce((a, b) => a + b, 0);
  const msgs = all.filter((e) => e.path.includes('/MESSAGES/')).map((e) => decodeRecord(e.value).simpleFields);
  const live = all.filter((e) => e.path.includes('/LIVEINSTANCES/')).length;
  console.error(((Date.now() - t0) / 1000).toFixed(1), {
    masters,
    slaves,
    err,
    live,
    msgs: msgs.length,
    read: msgs.filter((m) => m.MSG_STATE === 'read').length,
    sample: msgs
      .slice(0, 3)
      .map((m) => `${m.TGT_NAME} ${m.PARTITION_NAME} ${m.FROM_STATE}-${m.TO_STATE} ${m.MSG_STATE}`),
  });
  if (masters === 48 && slaves === 96) break;
}
await store.close();
await ex.close();
await host.close();
