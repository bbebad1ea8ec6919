import { Command } from 'commander';
import { afterEach, expect, test, vi } from 'vitest';
import { isFalse, type ServerFlags, serverCommand, withEnvironment } from './server-options.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** The flags of a command line, read with an environment. */
function parse(args: readonly string[], env: Readonly<Record<string, string>> = {}): ServerFlags {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const command = serverCommand(new Command().exitOverride());
  command.parse([...args], { from: 'user' });
  return withEnvironment(command.opts<ServerFlags>(), process.env);
}

test('flags win over variables, variables over defaults', () => {
  expect(parse([])).toMatchObject({
    host: '127.0.0.1',
    dataDir: '.keelson',
    controller: true,
    sessionTtl: 3_000,
    logLevel: 'warn',
  });
  expect(parse([]).httpPort).toBeUndefined();
  const env = {
    KEELSON_HTTP_PORT: '1',
    KEELSON_ETCD_PORT: '2',
    KEELSON_DATA_DIR: '/d',
    KEELSON_STORE: 'memory:',
    KEELSON_SESSION_TTL: '700',
  };
  expect(parse(['--http-port', '0', '--store', 'etcd://h:1'], env)).toMatchObject({
    httpPort: 0,
    etcdPort: 2,
    dataDir: '/d',
    store: 'etcd://h:1',
    sessionTtl: 700,
  });
});

test('switches and lists have variables too', () => {
  expect(
    parse([], { KEELSON_CONTROLLER: 'false', KEELSON_JSON: '1', KEELSON_ALLOWED_HOST: 'a.example,b.example' }),
  ).toMatchObject({
    controller: false,
    json: true,
    allowedHost: ['a.example', 'b.example'],
  });
  expect(parse(['--allowed-host', 'c.example'], { KEELSON_ALLOWED_HOST: 'a.example' }).allowedHost).toEqual([
    'c.example',
  ]);
  expect(parse(['--no-controller']).controller).toBe(false);
  for (const no of ['0', 'false', 'No', 'off', '']) expect(isFalse(no), no).toBe(true);
  for (const yes of ['1', 'true', 'x', undefined]) expect(isFalse(yes), yes).toBe(false);
});

test('values out of range are refused, from wherever they come', () => {
  expect(() => parse([], { KEELSON_HTTP_PORT: '65536' })).toThrow(
    expect.objectContaining({ code: 'E_INVALID_ARGUMENT' }),
  );
  expect(() => parse(['--session-ttl', '10'])).toThrow(expect.objectContaining({ code: 'E_INVALID_ARGUMENT' }));
  expect(() => parse(['--log-level', 'loud'])).toThrow(expect.objectContaining({ code: 'E_INVALID_ARGUMENT' }));
});
