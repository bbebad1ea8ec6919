/** Headers of a request by name, lower case; several of one name are joined by `, `. */
export type RequestHeaders = Readonly<Record<string, string | undefined>>;

const pseudoHeaders: ReadonlySet<string> = new Set([':method', ':scheme', ':path', ':authority']);
/** Headers of HTTP/1.1 connections, which have no place here. */
const connectionHeaders: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);
const validName = /^:?[!#$%&'*+.^_`|~0-9a-z-]+$/;

/** Collects the headers of one request and holds them to the rules of RFC 9113, section 8. */
export class RequestHeaderCollector {
  readonly headers: Record<string, string | undefined> = Object.create(null) as Record<string, string | undefined>;
  readonly #maxBytes: number;
  #bytes = 0;
  #problem: string | undefined;
  #regularSeen = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** What is wrong with them; undefined where nothing is. To be asked when all have been added. */
  get problem(): string | undefined {
    if (this.#problem !== undefined) return this.#problem;
    const { headers } = this;
    const complete = headers[':method'] && headers[':scheme'] && headers[':path'];
    return complete ? undefined : 'a request needs method, scheme and path';
  }

  /** Whether they are more than the server takes; what was too much has been dropped. */
  get tooLarge(): boolean {
    return this.#bytes > this.#maxBytes;
  }

  add(name: string, value: string): void {
    this.#bytes += name.length + value.length + 32;
    if (this.tooLarge || this.#problem !== undefined) return;
    this.#problem = this.#problemOf(name, value);
    if (this.#problem !== undefined) return;
    const known = this.headers[name];
    this.headers[name] = known === undefined ? value : `${known}, ${value}`;
  }

  #problemOf(name: string, value: string): string | undefined {
    if (name.charCodeAt(0) === 0x3a) {
      if (this.#regularSeen) return 'a pseudo-header comes after a header';
      if (!pseudoHeaders.has(name)) return `the pseudo-header ${name} is unknown`;
      return this.headers[name] === undefined ? undefined : `the pseudo-header ${name} comes twice`;
    }
    this.#regularSeen = true;
    if (!validName.test(name)) return 'a header name has a character that it may not have';
    if (connectionHeaders.has(name)) return `the header ${name} belongs to HTTP/1.1`;
    if (name === 'te' && value !== 'trailers') return 'te may be trailers only';
    return undefined;
  }
}
