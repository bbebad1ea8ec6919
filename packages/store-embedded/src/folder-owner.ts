import { readdir, rm, symlink } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeelsonError, type Runtime } from '@keelson/runtime';
import { askOwner, type OwnerAnswer } from './owner-answer.ts';

/** Name of the n-th owner's socket. */
const OWNER_NAME = /^owner-(\d+)\.sock$/;
/** Longest path a socket can be bound to, in bytes, on every platform. */
const SOCKET_PATH_BYTES = 100;
/** Attempts to become the next owner while others try the same. */
const ATTEMPTS = 10;

/** Ownership of a data folder. */
export interface FolderOwnership {
  /** Gives the folder up. Idempotent. */
  release(): Promise<void>;
}

/**
 * Makes this process the one owner of a folder, or throws `E_STORE_LOCKED` with the pid of the process that is.
 *
 * The owner listens on a local socket in the folder, and the kernel ends that with the process, however it dies: unlike a pid file it
 * cannot be stale, and it holds between containers that share the folder on one machine. Owners are numbered: whoever finds that all
 * sockets there are dead binds the next number, which only one can do, and then looks once more for anyone it has missed.
 */
export async function ownFolder(directory: string, runtime: Runtime): Promise<FolderOwnership> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const before = await ownersIn(directory);
    await refuseWhereOwned(directory, before, runtime);
    const mine = Math.max(0, ...before) + 1;
    const server = await bind(directory, mine, runtime);
    if (server === undefined) continue;
    const ownership = ownershipOf(server, socketPath(directory, mine));
    try {
      const others = (await ownersIn(directory)).filter((number) => number !== mine);
      await refuseWhereOwned(directory, others, runtime);
      for (const number of others) await rm(socketPath(directory, number), { force: true });
      return ownership;
    } catch (error) {
      await ownership.release();
      throw error;
    }
  }
  throw lockedBy(directory, {});
}

async function ownersIn(directory: string): Promise<number[]> {
  const names = await readdir(directory);
  return names.flatMap((name) => OWNER_NAME.exec(name)?.[1] ?? []).map(Number);
}

const socketPath = (directory: string, number: number): string => join(directory, `owner-${number}.sock`);

async function refuseWhereOwned(directory: string, numbers: readonly number[], runtime: Runtime): Promise<void> {
  for (const number of numbers) {
    const answer = await atShortPath(socketPath(directory, number), runtime, (path) => askOwner(path, runtime));
    if (answer !== undefined) throw lockedBy(directory, answer);
  }
}

function lockedBy(directory: string, { pid }: OwnerAnswer): KeelsonError {
  const who = pid === undefined ? 'another process' : `the process with pid ${pid}`;
  return new KeelsonError(
    'E_STORE_LOCKED',
    `The data folder ${directory} is open in ${who}. Stop it, or choose another folder.`,
    { details: { directory, ...(pid === undefined ? {} : { pid }) } },
  );
}

/** Listens on the numbered socket; `undefined` where somebody else has just taken the number. */
function bind(directory: string, number: number, runtime: Runtime): Promise<Server | undefined> {
  const server = createServer((socket) => {
    // Whoever asks may be gone before it has the answer: nothing is owed to it.
    socket.on('error', () => socket.destroy());
    socket.end(`${JSON.stringify({ pid: process.pid })}\n`);
  });
  return atShortPath(
    socketPath(directory, number),
    runtime,
    (path) =>
      new Promise((resolve, reject) => {
        server.once('error', (error: NodeJS.ErrnoException) => {
          if (error.code === 'EADDRINUSE') resolve(undefined);
          else reject(cannotLock(directory, error));
        });
        server.listen(path, () => resolve(server.unref()));
      }),
  );
}

function cannotLock(directory: string, cause: NodeJS.ErrnoException): KeelsonError {
  const message = `The data folder ${directory} cannot be locked (${cause.code ?? cause.message}): its file system takes no local sockets, or this user may not write there. Choose a folder on a local disk that this user may write to.`;
  return new KeelsonError('E_UNSUPPORTED', message, { cause, details: { directory } });
}

function ownershipOf(server: Server, path: string): FolderOwnership {
  let released: Promise<void> | undefined;
  const release = async (): Promise<void> => {
    // The name goes first: nobody may find it and be refused by a server that is closing.
    await rm(path, { force: true });
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { release: () => (released ??= release()) };
}

/** Socket addresses hold about a hundred bytes; a longer path is reached by a short link to its folder. */
async function atShortPath<T>(path: string, runtime: Runtime, use: (path: string) => Promise<T>): Promise<T> {
  if (Buffer.byteLength(path) <= SOCKET_PATH_BYTES) return use(path);
  const slash = path.lastIndexOf('/');
  const link = join(tmpdir(), `keelson-${runtime.random.uuid().slice(0, 13)}`);
  await symlink(path.slice(0, slash), link);
  try {
    return await use(link + path.slice(slash));
  } finally {
    await rm(link, { force: true });
  }
}
