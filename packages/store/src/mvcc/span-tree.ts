import type { ByteString } from '../kv/backend.ts';
import type { KeySpan } from './key-range.ts';

interface Node<T> {
  readonly start: ByteString;
  readonly end: ByteString | undefined;
  readonly items: Set<T>;
  readonly priority: number;
  /** The largest `end` in this subtree; `undefined`: unbounded. */
  maxEnd: ByteString | undefined;
  left: Node<T> | undefined;
  right: Node<T> | undefined;
}

/**
 * Items by the span of keys they care about, asked "who cares about this key": a treap ordered by start and augmented with the
 * largest end below, so that an answer costs the logarithm of the number of spans plus the number of matches. Items with one
 * and the same span share a node, hence 10,000 watchers of one prefix cost one comparison.
 */
export class SpanTree<T> {
  #root: Node<T> | undefined;
  #seed = 0x9e3779b9;

  add(span: KeySpan, item: T): void {
    this.#root = this.#insert(this.#root, span, item);
  }

  remove(span: KeySpan, item: T): void {
    this.#root = this.#removeFrom(this.#root, span, item);
  }

  /** Calls `visit` for each item whose span contains `key`. */
  forEachAt(key: ByteString, visit: (item: T) => void): void {
    visitAt(this.#root, key, visit);
  }

  #insert(node: Node<T> | undefined, span: KeySpan, item: T): Node<T> {
    if (node === undefined) return this.#leaf(span, item);
    const order = compareSpans(span, node);
    if (order === 0) node.items.add(item);
    else if (order < 0) {
      node.left = this.#insert(node.left, span, item);
      if (node.left.priority > node.priority) return rotateRight(node, node.left);
    } else {
      node.right = this.#insert(node.right, span, item);
      if (node.right.priority > node.priority) return rotateLeft(node, node.right);
    }
    return refresh(node);
  }

  #removeFrom(node: Node<T> | undefined, span: KeySpan, item: T): Node<T> | undefined {
    if (node === undefined) return undefined;
    const order = compareSpans(span, node);
    if (order < 0) node.left = this.#removeFrom(node.left, span, item);
    else if (order > 0) node.right = this.#removeFrom(node.right, span, item);
    else {
      node.items.delete(item);
      if (node.items.size === 0) return merge(node.left, node.right);
    }
    return refresh(node);
  }

  #leaf(span: KeySpan, item: T): Node<T> {
    // The priorities only have to be spread; a fixed sequence keeps every run the same.
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0;
    const { start, end } = span;
    const priority = this.#seed;
    return { start, end, items: new Set([item]), priority, maxEnd: end, left: undefined, right: undefined };
  }
}

function visitAt<T>(node: Node<T> | undefined, key: ByteString, visit: (item: T) => void): void {
  if (node === undefined || (node.maxEnd !== undefined && key >= node.maxEnd)) return;
  visitAt(node.left, key, visit);
  if (key < node.start) return;
  if (node.end === undefined || key < node.end) for (const item of node.items) visit(item);
  visitAt(node.right, key, visit);
}

function compareSpans(a: KeySpan, b: KeySpan): number {
  if (a.start !== b.start) return a.start < b.start ? -1 : 1;
  if (a.end === b.end) return 0;
  return a.end !== undefined && (b.end === undefined || a.end < b.end) ? -1 : 1;
}

function refresh<T>(node: Node<T>): Node<T> {
  let maxEnd = node.end;
  for (const child of [node.left, node.right]) {
    if (child === undefined || maxEnd === undefined) continue;
    if (child.maxEnd === undefined || child.maxEnd > maxEnd) maxEnd = child.maxEnd;
  }
  node.maxEnd = maxEnd;
  return node;
}

function rotateRight<T>(node: Node<T>, left: Node<T>): Node<T> {
  node.left = left.right;
  left.right = refresh(node);
  return refresh(left);
}

function rotateLeft<T>(node: Node<T>, right: Node<T>): Node<T> {
  node.right = right.left;
  right.left = refresh(node);
  return refresh(right);
}

function merge<T>(left: Node<T> | undefined, right: Node<T> | undefined): Node<T> | undefined {
  if (left === undefined) return right;
  if (right === undefined) return left;
  if (left.priority > right.priority) {
    left.right = merge(left.right, right);
    return refresh(left);
  }
  right.left = merge(left, right.left);
  return refresh(right);
}
