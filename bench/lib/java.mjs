/** Small Java programs that stand beside their bench, compiled on the fly. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand, serverFile } from '@keelson/testing';
import { isServerInstalled } from '../../packages/testing/servers.mjs';

/**
 * Compiles one source file against the jars of a folder.
 *
 * @returns {Promise<{ why: string } | { command: (...args: string[]) => string[], remove: () => void }>} `why` it cannot be had, or what runs its main class
 */
export async function compileJava(source, jars) {
  if (!isServerInstalled('zookeeper-3.9')) return { why: "there is no Java, or none of ZooKeeper's jars" };
  const classes = mkdtempSync(join(tmpdir(), 'keelson-bench-'));
  const remove = () => rmSync(classes, { recursive: true, force: true });
  const classPath = join(jars, '*');
  const file = fileURLToPath(source);
  const compiled = await runCommand('javac', ['-cp', classPath, '-d', classes, file]).catch(() => undefined);
  if (compiled?.code !== 0) {
    remove();
    return { why: compiled?.stderr ?? 'there is no javac' };
  }
  const main = /(\w+)\.java$/.exec(file)[1];
  const java = serverFile('zookeeper-3.9', 'java');
  const options = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=error', '-cp', `${classPath}${delimiter}${classes}`];
  return { command: (...args) => [java, ...options, main, ...args], remove };
}
