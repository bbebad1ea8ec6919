/** Bytes held in a string, one byte (0–255) per code unit: compares and sorts as bytes do and can be a `Map` key. */
export type ByteString = string;
