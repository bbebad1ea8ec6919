/**
 * Whether a server of this version answers a watch progress request only when every event before it was sent. etcd does since 3.4.25 and
 * 3.5.8 (etcd-io/etcd#15220); Debian 12's 3.4.23 does not. An unknown version is not trusted.
 */
export function answersProgressInOrder(version: string | undefined): boolean {
  const match = /^(\d+)\.(\d+)\.(\d+)/.exec(version ?? '');
  if (match === null) return false;
  const [major, minor, patch] = match.slice(1).map(Number) as [number, number, number];
  if (major !== 3) return major > 3;
  if (minor === 4) return patch >= 25;
  if (minor === 5) return patch >= 8;
  return minor > 5;
}
