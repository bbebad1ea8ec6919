/** Histories from seeds: what clients of an object saw, of a sound one or of one with a bug, as it was or with a record spoiled afterwards. */
import { locks, map, registers } from './objects.mjs';
import { seededRandom } from './random.mjs';

/** Kinds of histories, by the specification that judges them. */
export const kinds = ['register', 'map', 'map-revisions', 'lock', 'lock-expires'];

/** The history of a kind and a seed: good or bad, as chance will have it. */
export function generateHistory(kind, seed) {
  const random = seededRandom(seed * 7_919 + kinds.indexOf(kind) * 104_729);
  const size = random.chance(0.4) ? 3 + random.below(9) : 12 + random.below(50);
  const clients = 2 + random.below(9);
  const unknown = random.chance(0.5) ? random.pick([0.03, 0.1]) : 0;
  const rate = random.chance(0.6) ? random.pick([0.05, 0.25]) : 0;
  const bug = () => rate > 0 && random.chance(rate);
  const keys = 1 + random.below(3);
  const history = runClients(random, objectOf(kind, random, keys, bug), { size, clients, unknown });
  if (random.chance(0.35)) spoil(random, history);
  return history;
}

/** A long good history of one register: `size` operations by `clients` clients, always busy. */
export function busyRegister(seed, size, clients) {
  const random = seededRandom(seed);
  return runClients(
    random,
    registers(random, 1, () => false),
    { size, clients, unknown: 0, busy: true },
  );
}

function objectOf(kind, random, keys, bug) {
  if (kind === 'register') return registers(random, keys, bug);
  if (kind.startsWith('map')) return map(random, keys, bug);
  return locks(random, Math.min(keys, 2), kind === 'lock-expires', bug);
}

/** Every client asks, waits for its answer, thinks, and asks again; in between, each operation takes effect at one moment, or is lost. */
function runClients(random, object, { size, clients, unknown, busy = false }) {
  const history = [];
  const agenda = Array.from({ length: clients }, (_, client) => ({ at: random.below(20), kind: 'ask', client }));
  const pause = () => 1 + random.below(busy ? 3 : 30);
  const put = (event) => {
    const index = agenda.findIndex(({ at }) => at > event.at);
    agenda.splice(index === -1 ? agenda.length : index, 0, event);
  };
  agenda.sort((a, b) => a.at - b.at);
  let asked = 0;
  for (let event = agenda.shift(); event !== undefined; event = agenda.shift()) {
    const { at, kind, client, operation } = event;
    if (kind === 'ask' && asked < size) {
      asked += 1;
      const next = { client, input: object.ask(client), invokedAt: at };
      history.push(next);
      const effect = at + random.below(20);
      if (random.chance(unknown)) {
        if (random.chance(0.6)) put({ at: effect + random.below(60), kind: 'effect', client, operation: next });
        next.outcome = 'unknown';
        put({ at: at + 25, kind: 'ask', client });
      } else {
        put({ at: effect, kind: 'effect', client, operation: next });
        put({ at: effect + random.below(20), kind: 'answer', client, operation: next });
      }
    } else if (kind === 'effect') {
      const output = object.act(operation.input);
      if (operation.outcome !== 'unknown') operation.output = output;
      else if (random.chance(0.5)) operation.endedAt = at;
    } else if (kind === 'answer') {
      operation.outcome = 'returned';
      operation.returnedAt = at;
      object.learn?.(client, operation.input, operation.output);
      put({ at: at + pause(), kind: 'ask', client });
    }
  }
  return history;
}

/** Changes one thing in a record: an answer, or when it came. */
function spoil(random, history) {
  const returned = history.filter(({ outcome }) => outcome === 'returned');
  if (returned.length === 0) return;
  const victim = random.pick(returned);
  if (random.chance(0.4)) {
    const other = random.pick(returned.filter(({ input }) => input.op === victim.input.op));
    [victim.output, other.output] = [other.output, victim.output];
  } else if (random.chance(0.5)) {
    victim.returnedAt = victim.invokedAt + random.below(victim.returnedAt - victim.invokedAt + 1);
  } else {
    const shift = random.below(60) - 30;
    victim.invokedAt += shift;
    victim.returnedAt += shift;
  }
}
