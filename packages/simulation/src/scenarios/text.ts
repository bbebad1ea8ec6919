const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** UTF-8 of a text. */
export const bytesOf = (text: string): Uint8Array => encoder.encode(text);

/** The text of an entry; empty where there is none. */
export const textOf = (entry: { readonly value: Uint8Array } | undefined): string =>
  entry === undefined ? '' : decoder.decode(entry.value);
