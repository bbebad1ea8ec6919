/**
 * Objects for generated histories, each with the bugs it can be given. An object chooses what a client asks next (`ask`), and carries it out
 * at one moment (`act`). `bug` is called at every place where a bug could be, and says whether it strikes there.
 */

/** Registers k0, k1, …; a bug answers a read with an old value, or acknowledges a write that it forgets. */
export function registers(random, keys, bug) {
  const held = Array.from({ length: keys }, () => [null]);
  let written = 0;
  const last = (key) => held[Number(key.slice(1))];
  return {
    ask() {
      const key = `k${random.below(keys)}`;
      const roll = random.next();
      if (roll < 0.45) return { op: 'read', key };
      // Few values, so that compare-and-set sometimes succeeds and reads are ambiguous.
      const value = random.chance(0.5) ? random.below(4) : ++written + 10;
      if (roll < 0.8) return { op: 'write', key, value };
      return { op: 'cas', key, expected: last(key).at(-1), value };
    },
    act(input) {
      const values = last(input.key);
      const current = values.at(-1);
      if (input.op === 'read') return { value: bug('stale read') ? random.pick(values) : current };
      if (input.op === 'cas' && current !== input.expected && !bug('blind cas')) return { swapped: false };
      if (!bug('lost write')) values.push(input.value);
      return input.op === 'cas' ? { swapped: true } : {};
    },
  };
}

/** A map with versions and revisions; a bug forgets a write, reads an old state, or gives a revision twice. */
export function map(random, keys, bug) {
  let revision = 1;
  let entries = new Map();
  const past = [{ revision, entries }];
  const key = () => `k${random.below(keys)}`;
  const value = () => random.pick(['a', 'b', 'c', 'd']);
  const write = () => (random.chance(0.7) ? { op: 'put', key: key(), value: value() } : { op: 'delete', key: key() });
  const read = (name, from) => from.get(name) ?? { value: null };
  const apply = (actions) => {
    const next = new Map(entries);
    const at = revision + 1;
    let changed = false;
    const results = actions.map((action) => {
      const old = next.get(action.key);
      if (action.op === 'get') return read(action.key, next);
      if (action.op === 'delete') {
        changed ||= old !== undefined;
        return { deleted: next.delete(action.key) };
      }
      changed = true;
      const version = (old?.version ?? 0) + 1;
      next.set(action.key, {
        value: action.value,
        version,
        createRevision: old?.createRevision ?? at,
        modRevision: at,
      });
      return {};
    });
    if (changed && !bug('lost write')) {
      entries = next;
      if (!bug('revision given twice')) revision = at;
      past.push({ revision, entries });
    }
    return results;
  };
  return {
    ask() {
      const roll = random.next();
      if (roll < 0.4) return { op: 'get', key: key() };
      if (roll < 0.8) return write();
      const compare = [{ key: key(), ...(random.chance(0.5) ? { version: random.below(3) } : { value: value() }) }];
      const other = random.chance(0.5) ? { else: [{ op: 'get', key: key() }] } : {};
      return { op: 'txn', compare, then: random.chance(0.5) ? [write()] : [{ op: 'get', key: key() }], ...other };
    },
    act(input) {
      if (input.op === 'get' && bug('stale read')) {
        const then = random.pick(past);
        return { ...read(input.key, then.entries), revision: then.revision };
      }
      if (input.op !== 'txn') {
        const [result] = apply([input]);
        return { ...result, revision };
      }
      const holds = ({ key: name, value: wanted, version }) =>
        (wanted === undefined || entries.get(name)?.value === wanted) &&
        (version === undefined || (entries.get(name)?.version ?? 0) === version);
      const succeeded = input.compare.every(holds) || bug('compare passed over');
      const results = apply(succeeded ? input.then : (input.else ?? []));
      return { succeeded, results, revision };
    },
  };
}

/** Locks with tokens and a fenced resource; a bug gives a lock twice, repeats a token, or lets an old token in. */
export function locks(random, names, expires, bug) {
  const fresh = () => ({ holder: null, token: 0, last: 0, fence: 0 });
  const all = new Map(Array.from({ length: names }, (_, index) => [`l${index}`, fresh()]));
  /** What each client believes to hold: lock and token. */
  const held = new Map();
  return {
    ask(client) {
      const owner = `c${client}`;
      const mine = held.get(client);
      const roll = random.next();
      if (mine === undefined || roll < 0.1) {
        const lock = mine?.lock ?? random.pick([...all.keys()]);
        return roll < 0.25 ? { op: 'holder', lock } : { op: 'acquire', lock, owner };
      }
      if (roll < 0.6) return { op: 'use', lock: mine.lock, token: mine.token };
      return { op: 'release', lock: mine.lock, owner, token: mine.token };
    },
    act(input) {
      const lock = all.get(input.lock);
      if (expires && lock.holder !== null && random.chance(0.15)) lock.holder = null;
      if (input.op === 'holder') return { holder: lock.holder };
      if (input.op === 'use') {
        const accepted = input.token >= lock.fence || bug('resource without a fence');
        if (accepted) lock.fence = input.token;
        return { accepted };
      }
      if (input.op === 'release') {
        const released = lock.holder === input.owner && lock.token === input.token;
        if (released && !bug('release forgotten')) lock.holder = null;
        return { released };
      }
      if (lock.holder !== null && !bug('lock given twice')) return { acquired: false };
      lock.holder = input.owner;
      lock.token = bug('token repeated') ? lock.last : lock.last + 1 + random.below(3);
      lock.last = Math.max(lock.last, lock.token);
      return { acquired: true, token: lock.token };
    },
    learn(client, input, output) {
      if (output?.acquired === true) held.set(client, { lock: input.lock, token: output.token });
      if (input.op === 'release' || output?.accepted === false) held.delete(client);
    },
  };
}
