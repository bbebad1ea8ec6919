/**
 * npm run bench:etcd [-- --quick] [--json]: Keelson's etcd endpoint on the embedded store beside a real etcd, in one run, on the same
 * machine, under the same client, in turns. Durable writes on both sides. Figures of one run are for comparing its two columns only.
 */
import { goLoad, hasGoTool } from './lib/go-tool.mjs';
import { fill, puts, ranges, watchDelays } from './lib/loads.mjs';
import { json, quick, say } from './lib/options.mjs';
import { collect, print } from './lib/report.mjs';
import { closeTarget, restartTarget, startTargets } from './lib/targets.mjs';

const rounds = quick ? 1 : 3;
const seconds = quick ? 1 : 3;

const targets = await startTargets();
const figures = collect(
  targets.map(({ name }) => name),
  'Keelson',
);
try {
  for (let round = 1; round <= rounds; round += 1) {
    // Whoever goes second finds warmer caches: the order changes from round to round.
    const order = round % 2 === 1 ? targets : targets.toReversed();
    for (const target of order) {
      say(`Round ${round} of ${rounds}: ${target.name}`);
      for (const inFlight of [1, 100, 1_000]) figures.add(target.name, await puts(target, { inFlight, seconds }));
      for (const inFlight of [1, 100]) figures.add(target.name, await ranges(target, { inFlight, seconds }));
      figures.add(target.name, await watchDelays(target, { watchers: 1_000, puts: quick ? 5 : 20 }));
      if (hasGoTool()) figures.add(target.name, await goLoad(target, { total: quick ? 5_000 : 30_000 }));
    }
  }
  for (const target of targets) {
    say(`100,000 keys of 256 bytes, then a restart: ${target.name}`);
    figures.add(target.name, await fill(target, { keys: 100_000, valueBytes: 256 }));
    figures.add(target.name, await restartTarget(target));
  }
  if (!hasGoTool())
    say(
      "etcd's own benchmark tool is not here (npm run setup -- --benchmark brings it where Go is); its rows are left out.",
    );
  print([figures], { json });
} finally {
  await Promise.all(targets.map(closeTarget));
}
