import { listMembers, type MemberEvent, watchMembers, watchSuspicion } from '@keelson/coordination';
import type { Scenario } from '../simulate.ts';
import type { ProcessContext, SimulatedWorld } from '../world.ts';
import { holdsUnder, Owners } from './owners.ts';
import { attempt, forever, persist, rest, takePart } from './persist.ts';

const members = ['member-1', 'member-2', 'member-3', 'member-4'];
const observers = ['observer-1'];
const HEARTBEAT_MS = 500;
const GROUP = 'workers';

/** Two of them want the same name, so that it changes hands. */
const nameOf = (process: string): string => (process === 'member-4' ? 'member-3' : process);

/** What an observer was told: who is in the group, whom it suspects. */
interface Picture {
  readonly present: Map<string, bigint>;
  readonly suspected: Set<string>;
}

/**
 * Members join and leave a group, crash and come back. Never are there two of one name; every observer is told of joins, leaves and failures in an order
 * that makes sense and ends with the truth; who fell silent is suspected, and stays a member until its session ends.
 */
export function groupScenario(): Scenario {
  return {
    name: 'group',
    faults: { processes: [...members, ...members, ...observers], count: 10 },
    durationMs: 40_000,
    restMs: 25_000,
    begin(world) {
      const owners = new Owners(world);
      const pictures = new Map<string, Picture>();
      for (const name of members) world.start(name, (context) => beMember(world, owners, context));
      for (const name of observers)
        world.start(name, async (context) => {
          const picture = { present: new Map<string, bigint>(), suspected: new Set<string>() };
          pictures.set(name, picture);
          await Promise.race([observe(world, context, picture), suspect(context, picture)]);
        });
      return { finish: () => compare(world, owners, pictures) };
    },
  };
}

async function beMember(world: SimulatedWorld, owners: Owners, context: ProcessContext): Promise<void> {
  const { name, runtime } = context;
  const { session, recipes } = await takePart(context);
  const process = world.process(name);
  const group = recipes.group(GROUP);
  while (!session.lost.aborted) {
    const join = (): ReturnType<typeof group.join> => group.join(nameOf(name), { heartbeatMs: HEARTBEAT_MS });
    const membership = await attempt(runtime, () => persist(runtime, join));
    if (membership === undefined) {
      await rest(runtime, 50, 200);
      continue;
    }
    const holds = holdsUnder(process, session, () => membership.lost);
    owners.begin(`the name ${nameOf(name)}`, { owner: name, token: membership.fencingToken, process, holds });
    await rest(runtime, 500, 9_000);
    await attempt(runtime, () => membership.update({ at: world.nowMs }));
    if (runtime.random.integer(3) === 0) await rest(runtime, 1, 3_000);
    await attempt(runtime, () => membership.leave());
    await rest(runtime, 100, 1_500);
  }
  await session.close();
}

async function observe(world: SimulatedWorld, { name, store }: ProcessContext, { present }: Picture): Promise<void> {
  for await (const event of watchMembers(GROUP, { store })) {
    const wrong = misplaced(event, present);
    if (wrong !== undefined) world.violate(`${name} was told that ${wrong}`);
  }
}

/** Takes an event into the picture, and says where it does not follow from what was told before. */
function misplaced(event: MemberEvent, present: Map<string, bigint>): string | undefined {
  if (event.type === 'snapshot') {
    if (present.size > 0) return 'the group is as it is, a second time';
    for (const { name, incarnation } of event.members) present.set(name, incarnation);
  } else if (event.type === 'joined') {
    const { name, incarnation } = event.member;
    if (present.has(name)) return `${name} joined, which was there`;
    present.set(name, incarnation);
  } else if (event.type === 'left' || event.type === 'updated') {
    const { name, incarnation } = event.member;
    if (present.get(name) !== incarnation) return `${name} ${event.type}, of whose joining it was not told`;
    if (event.type === 'left') present.delete(name);
  }
  return undefined;
}

async function suspect({ store, runtime }: ProcessContext, { suspected }: Picture): Promise<void> {
  for await (const report of watchSuspicion(GROUP, { store, runtime, heartbeatMs: HEARTBEAT_MS })) {
    if (report.type === 'suspected') suspected.add(report.peer);
    else if (report.type === 'cleared') suspected.delete(report.peer);
  }
  await forever();
}

async function compare(
  world: SimulatedWorld,
  owners: Owners,
  pictures: ReadonlyMap<string, Picture>,
): Promise<string[]> {
  // All stop where they stand, so that the truth keeps still while it is compared: sessions last longer than that.
  for (const name of members) world.process(name).pause();
  await rest(world.runtime, 1_000, 1_001);
  const present = await listMembers(GROUP, { store: world.connect('looker') });
  const truth = new Map(present.map(({ name, incarnation }) => [name, incarnation]));
  const wrong = [...pictures].flatMap(([observer, picture]) => {
    const names = new Set([...truth.keys(), ...picture.present.keys()]);
    return [...names]
      .filter((name) => picture.present.get(name) !== truth.get(name))
      .map((name) => `${observer} believes ${name} to be ${picture.present.get(name)}, which is ${truth.get(name)}`);
  });
  return [...wrong, ...(owners.handOvers > 0 ? [] : ['nobody ever joined'])];
}
