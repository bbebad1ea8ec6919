import { virtualRuntime } from '@keelson/runtime';
import { describe, expect, test } from 'vitest';
import { SimulatedProcess } from './simulated-process.ts';

function begin() {
  const world = virtualRuntime({ seed: 1 });
  const process = new SimulatedProcess({ world, name: 'p' });
  const said: string[] = [];
  const say = (text: string) => (): void => void said.push(`${process.runtime.clock.monotonicMs()} ${text}`);
  return { world, process, said, say };
}

describe('a simulated process', () => {
  test('that is stopped does nothing; what was due comes afterwards, in order, at the time it then is', async () => {
    const { world, process, said, say } = begin();
    process.runtime.timers.after(10, say('first'));
    process.runtime.timers.after(30, say('third'));
    world.timers.after(5, () => process.pause());
    world.timers.after(20, () => process.deliver(say('second')));
    world.timers.after(100, () => process.resume());
    await world.advance(200);
    expect(said).toEqual(['100 first', '100 second', '100 third']);
  });

  test('that is stopped again in the middle of what had waited keeps the rest waiting', async () => {
    const { world, process, said, say } = begin();
    process.pause();
    process.deliver(() => {
      say('one')();
      process.pause();
    });
    process.deliver(say('two'));
    process.resume();
    await world.advance(50);
    expect(said).toEqual(['0 one']);
    process.resume();
    await world.advance(1);
    expect(said).toEqual(['0 one', '50 two']);
  });

  test('that has crashed does nothing any more, nor does what it had waiting', async () => {
    const { world, process, said, say } = begin();
    process.runtime.timers.after(10, say('timer'));
    process.runtime.timers.every(5, say('tick'));
    process.pause();
    process.deliver(say('waiting'));
    process.crash();
    process.resume();
    process.deliver(say('late'));
    await world.advance(100);
    expect(said).toEqual([]);
    expect(process.state).toBe('crashed');
  });

  test('has clocks that drift, and a wall clock that steps while the monotonic one does not', async () => {
    const { world, process, said, say } = begin();
    const startWallMs = process.runtime.clock.wallMs();
    await world.advance(1_000);
    process.drift(2);
    process.runtime.timers.after(1_000, say('done'));
    await world.advance(500);
    expect(said).toEqual(['2000 done']);
    process.stepWallClock(-60_000);
    expect(process.runtime.clock.monotonicMs()).toBe(2_000);
    expect(process.runtime.clock.wallMs() - startWallMs).toBe(2_000 - 60_000);
  });

  test('repeats a timer until it is cancelled, also while it was stopped', async () => {
    const { world, process, said, say } = begin();
    const handle = process.runtime.timers.every(10, say('tick'));
    await world.advance(25);
    process.pause();
    await world.advance(30);
    process.resume();
    await world.advance(12);
    handle.cancel();
    await world.advance(50);
    expect(said).toEqual(['10 tick', '20 tick', '55 tick', '65 tick']);
  });

  test('draws other numbers than its neighbours, and others after a restart', () => {
    const { world } = begin();
    const draw = (name: string, incarnation: number): number =>
      new SimulatedProcess({ world, name, incarnation }).runtime.random.next();
    expect(new Set([draw('a', 0), draw('a', 1), draw('b', 0)]).size).toBe(3);
    expect(draw('a', 0)).toBe(draw('a', 0));
  });
});
